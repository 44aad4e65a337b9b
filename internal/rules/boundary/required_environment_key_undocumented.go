package boundary

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW208", Name: "required-environment-key-undocumented", Since: "0.1", Family: "boundary",
	// None of the three that were read on code that nothing had been mended on was true (docs/precision.md).
	Severity: rule.Always(diag.Note),
	Doc:      docs.Read("required_environment_key_undocumented.md"), Check: requiredEnvironmentKeyUndocumented,
})

// requiredEnvironmentKeyUndocumented compares the keys without which the program stops (os.environ["KEY"]) with those that the
// repository's example file, compose files and manifests name. Where there is no example file, nobody promised a list.
func requiredEnvironmentKeyUndocumented(p *rule.Pass) {
	named := map[string]bool{}
	example := ""
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Kind == project.EnvExample && len(a.Env) > 1 && example == "" {
			example = a.Path
		}
		if len(a.EnvAll) > 0 {
			return // whole sets come from elsewhere
		}
		for _, e := range a.Env {
			named[e.Name] = true
		}
		for _, e := range a.Secrets {
			named[e.Name] = true
		}
		for _, runs := range [][]project.Invocation{a.Runs, a.Builds} {
			for _, r := range runs {
				for _, e := range r.Env {
					named[e.Name] = true
				}
			}
		}
	}
	if example == "" {
		return
	}
	for _, f := range p.Files {
		// What the program sets itself, it need not be given.
		for o := range f.Facts.Ops {
			op := &f.Facts.Ops[o]
			if op.Code == facts.SetItem {
				if r := facts.Ref(op.B); r.Tag() == facts.TagStr {
					named[f.Facts.Str(r.Index())] = true
				}
			}
		}
	}
	read := map[string][]*effects.Site{}
	var order []string
	for i := range p.Sites {
		s := &p.Sites[i]
		if s.Kind != knowledge.Env || s.Op.Code != facts.Item || s.Certainty != diag.Proved {
			continue
		}
		file := p.File(s.Node)
		ref := facts.Ref(s.Op.C)
		if file.Test || file.Facts.Notebook != nil || runOnly(file.Path) || ref.Tag() != facts.TagStr || rule.InDir(file.Path, "example_papers", "samples", "contrib") {
			continue
		}
		key := file.Facts.Str(ref.Index())
		if !keyForm.MatchString(key) || named[key] || isSystem(key) || len(p.Inventory.Reaching(s.Node)) == 0 {
			continue
		}
		caughtAt := false
		rule.Around(file, s.Op, func(c *facts.Ctx) bool {
			switch c.Kind {
			case facts.CtxIf, facts.CtxBool, facts.CtxTry, facts.CtxHandler, facts.CtxComp, facts.CtxMatch:
				caughtAt = true
			}
			return !caughtAt
		})
		if caughtAt || onlyWhenAsked(p, s.Node) {
			continue
		}
		if read[key] == nil {
			order = append(order, key)
		}
		read[key] = append(read[key], s)
	}
	slices.Sort(order)
	for _, key := range order {
		s := read[key][0]
		f := p.FuncOf(s.Node)
		x := p.At(f, s.Op)
		x.Message = fmt.Sprintf("%s stops without `%s`, which neither `%s` nor any compose file or manifest names", workNames(p.Inventory.Reaching(s.Node)), key, example)
		x.Help = fmt.Sprintf("add `%s=` to `%s`, with a word on what it is for", key, example)
		for _, r := range read[key] {
			x.Witness = append(x.Witness, p.Frames([]effects.Step{p.SiteStep(r)})...)
		}
		x.Group = p.Rule.Code + ":" + key
		p.Report(x)
	}
	for _, r := range requiredFields(p) {
		if !isNamed(named, r.key) && !isSystem(r.key) && read[r.key] == nil {
			r.report(p, example)
		}
	}
}

// isNamed: settings classes take a name in any case.
func isNamed(named map[string]bool, key string) bool {
	for n := range named {
		if strings.EqualFold(n, key) {
			return true
		}
	}
	return false
}

// onlyWhenAsked: every call of the function stands under a condition, as when a setting chooses one of several stores.
func onlyWhenAsked(p *rule.Pass, n effects.Node) bool {
	calls := 0
	for _, i := range p.InEdges(n) {
		e := &p.Edges[i]
		if e.Mode != link.Called || p.File(e.From).Test {
			continue
		}
		calls++
		if rule.AlwaysRuns(p.File(e.From), e.Op, 0) && !afterReturn(p, e) {
			return false
		}
	}
	return calls > 0
}

// afterReturn: an earlier statement of the calling block may have ended it.
func afterReturn(p *rule.Pass, e *effects.Edge) bool {
	f := p.FuncOf(e.From)
	file, fn := p.FileOf(f), p.Facts(f)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if op := &file.Facts.Ops[o]; op.Code == facts.Return && op.Pos < e.Op.Pos && op.Ctx != 0 {
			return true
		}
	}
	return false
}
