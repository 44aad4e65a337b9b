package ai

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW558", Name: "tool-does-more-than-declared", Since: "0.1", Family: "ai", Severity: rule.Unproven,
	Doc: docs.Read("tool_exceeds_annotation.md"), Check: toolExceedsAnnotation,
})

// toolExceedsAnnotation holds the annotations of Model Context Protocol tools against their effects: a tool that says it only
// reads must not write, one that says it destroys nothing must not delete, one that says it stays inside must not reach the
// network.
func toolExceedsAnnotation(p *rule.Pass) {
	var changing, deleting, reaching *rule.Trace
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var once rule.Once
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Entity == nil || !rule.HasPrefix(r.Entity.Path, "mcp", "fastmcp") || p.FileOf(r.Func).Test {
			continue
		}
		file, fn := p.FileOf(r.Func), p.Facts(r.Func)
		for _, d := range fn.Decorators {
			call := flow.Def(file, d.Value)
			if call == nil || call.Code != facts.Call {
				continue
			}
			hints := annotations(flow, file, rule.Keyword(file, call, "annotations"))
			n := effects.Node(r.Runs)
			if hints["readOnlyHint"] == facts.ConstTrue {
				if changing == nil {
					changing = p.Trace(func(s *effects.Site) bool { return changes(s) }, rule.Happens)
				}
				exceeds(p, &once, r.Func, changing, n, "readOnlyHint=True", "says that it only reads, and writes")
			}
			if hints["destructiveHint"] == facts.ConstFalse && hints["readOnlyHint"] != facts.ConstTrue {
				if deleting == nil {
					deleting = p.Trace(deletes, rule.Happens)
				}
				exceeds(p, &once, r.Func, deleting, n, "destructiveHint=False", "says that it only adds, and deletes")
			}
			if hints["openWorldHint"] == facts.ConstFalse {
				if reaching == nil {
					reaching = p.Trace(func(s *effects.Site) bool {
						return s.Kind == knowledge.Net || s.Kind == knowledge.LLM || s.Kind == knowledge.Notify || s.Kind == knowledge.Payment
					}, rule.Happens)
				}
				exceeds(p, &once, r.Func, reaching, n, "openWorldHint=False", "says that it stays inside, and reaches others")
			}
		}
	}
}

func changes(s *effects.Site) bool {
	return writesOut(s) || s.Kind == knowledge.FSWrite || s.Kind == knowledge.Exec
}

// deletes: by the name of what is called, of what lasts.
func deletes(s *effects.Site) bool {
	if !changes(s) || strings.Contains(s.Path, "cache") || strings.Contains(s.Path, "tempfile") {
		return false
	}
	word, _, _ := strings.Cut(s.Path[strings.LastIndexByte(s.Path, '.')+1:], "_")
	switch word {
	case "delete", "remove", "unlink", "rmtree", "rmdir", "removedirs", "drop":
		return true
	}
	return false
}

func exceeds(p *rule.Pass, once *rule.Once, f link.Func, t *rule.Trace, n effects.Node, hint, does string) {
	if !t.Reaches(n) || t.Certainty(n) != diag.Proved {
		return
	}
	steps := t.Chain(n)
	file, fn := p.FileOf(f), p.Facts(f)
	x := p.AtName(f)
	x.Message = fmt.Sprintf("tool `%s` (`%s`) %s with `%s`: clients let such tools run without asking", p.Short(f), hint, does, rule.CalledAs(rule.Last(steps)))
	x.Help = "take the hint away, or the effect"
	x.Witness = p.Frames(steps)
	x.Group = fmt.Sprintf("%s:%d:%d:%s", p.Rule.Code, file.Index, fn.NamePos, hint)
	once.Report(p, x)
}

// annotations are the hints that a value holds as constants.
func annotations(flow *rule.Flow, file *link.File, r facts.Ref) map[string]facts.Const {
	out := map[string]facts.Const{}
	d := flow.Def(file, r)
	for range 5 {
		if d == nil || d.Code != facts.Copy {
			break
		}
		d = flow.Def(file, facts.Ref(d.A))
	}
	if d == nil {
		return out
	}
	switch d.Code {
	case facts.Call:
		a := file.Facts.Args(d)
		for i := 0; i+1 < len(a.Kw); i += 2 {
			if c, ok := facts.Ref(a.Kw[i+1]).Const(); ok && a.Kw[i] != 0 {
				out[file.Facts.Str(a.Kw[i])] = c
			}
		}
	case facts.MakeDict:
		items := file.Facts.Items(d)
		for i := 0; i+1 < len(items); i += 2 {
			k := facts.Ref(items[i])
			if c, ok := facts.Ref(items[i+1]).Const(); ok && k.Tag() == facts.TagStr {
				out[file.Facts.Str(k.Index())] = c
			}
		}
	}
	return out
}
