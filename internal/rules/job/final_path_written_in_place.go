package job

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW414", Name: "final-path-written-in-place", Since: "0.1", Family: "job", Severity: rule.Unproven,
	Doc: docs.Read("final_path_written_in_place.md"), Check: finalPathWrittenInPlace,
})

// finalPathWrittenInPlace looks for files that one function overwrites and another reads back: the state that a program keeps.
// Who is stopped between the emptying and the last byte leaves half a file, and it is read as the whole.
func finalPathWrittenInPlace(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	resultsInPlace(p, flow)
	type use struct {
		s *effects.Site
		f link.Func
	}
	writes, reads := map[string][]use{}, map[string][]use{}
	var order []string
	for i := range p.Sites {
		s := &p.Sites[i]
		if s.Kind != knowledge.FSWrite && s.Kind != knowledge.FSRead || s.Call == nil || s.Op.Code != facts.Call || s.Certainty != diag.Proved {
			continue
		}
		f := p.FuncOf(s.Node)
		file := p.FileOf(f)
		if file.Test || file.Facts.Notebook != nil || p.IsMain(s.Node) || p.Facts(f).Kind == facts.ModuleBody || effects.Node(f) != s.Node || rule.InDir(file.Path, "dev", "scripts", "tools", "examples", "example", "docs", "ci") || strings.HasPrefix(file.Path, ".") || strings.Contains(file.Path, "/.") {
			continue
		}
		path, mode := opened(flow, file, s)
		if path == 0 {
			continue
		}
		key := place(flow, file, p.Facts(f), path)
		if key == "" {
			continue
		}
		switch {
		case s.Kind == knowledge.FSRead:
			reads[key] = append(reads[key], use{s, f})
		case strings.HasPrefix(mode, "w"):
			if len(writes[key]) == 0 {
				order = append(order, key)
			}
			writes[key] = append(writes[key], use{s, f})
		}
	}
	for _, key := range order {
		for _, w := range writes[key] {
			if replaces(flow, p.FileOf(w.f), p.Facts(w.f)) || first(p.FileOf(w.f), p.Facts(w.f), w.s.Op) {
				continue
			}
			r := slices.IndexFunc(reads[key], func(u use) bool { return u.f != w.f && loads(flow, p.FileOf(u.f), p.Facts(u.f)) })
			if r < 0 || !structured(flow, p.FileOf(w.f), p.Facts(w.f)) {
				continue
			}
			reader := reads[key][r]
			if thrownAway(p, flow, reader.f) {
				continue
			}
			x := p.At(w.f, w.s.Op)
			x.Message = fmt.Sprintf("`%s` empties the file that `%s` reads before it has written the new content: whoever is stopped, or reads, in between has half of it", p.Short(w.f), p.Short(reader.f))
			x.Help = "write to a temporary file in the same directory, then `os.replace(temporary, path)`"
			x.Witness = p.Frames([]effects.Step{p.SiteStep(w.s), p.SiteStep(reader.s)})
			x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.FileOf(w.f).Index, w.s.Op.Pos)
			p.Report(x)
		}
	}
}

// first: the file is made when there is none.
func first(file *link.File, fn *facts.Func, op *facts.Op) (yes bool) {
	if name := file.Facts.Str(fn.Name); name == "__init__" || strings.HasPrefix(name, "init") || strings.HasPrefix(name, "create") {
		return true
	}
	rule.Around(file, op, func(c *facts.Ctx) bool {
		yes = yes || c.Kind == facts.CtxIf
		return !yes
	})
	return yes
}

// opened is the path that a call opens, with the mode.
func opened(flow *rule.Flow, file *link.File, s *effects.Site) (facts.Ref, string) {
	switch flow.Called(file, s.Op) {
	case "open", "io.open":
		mode := "r"
		if m := rule.Argument(file, s.Op, 1, "mode"); m.Tag() == facts.TagStr {
			mode = file.Facts.Str(m.Index())
		} else if m != 0 {
			return 0, ""
		}
		return rule.Argument(file, s.Op, 0, "file"), mode
	}
	recv, method := flow.Method(file, s.Op)
	switch method {
	case "write_text", "write_bytes":
		return recv, "w"
	case "read_text", "read_bytes":
		return recv, "r"
	case "open":
		if m := rule.Argument(file, s.Op, 0, "mode"); m.Tag() == facts.TagStr {
			return recv, file.Facts.Str(m.Index())
		} else if m == 0 {
			return recv, "r"
		}
	}
	return 0, ""
}

// place names a path that outlives the function: a constant of a module, an attribute of the method's class, what a function of the
// program gives without arguments, and a file with a name that is written out in one of those.
func place(flow *rule.Flow, file *link.File, fn *facts.Func, r facts.Ref) string {
	for range 8 {
		if !r.IsVar() {
			return ""
		}
		for _, g := range file.Facts.Globals {
			if g.Ref == r {
				if d := flow.Def(file, r); d != nil && d.Code == facts.ImportName {
					break
				}
				if len(flow.Defs(file, r)) != 1 {
					return ""
				}
				return file.Module + "." + file.Facts.Str(g.Name)
			}
		}
		d := flow.Def(file, r)
		if d == nil {
			return ""
		}
		switch d.Code {
		case facts.Copy:
			r = facts.Ref(d.A)
		case facts.ImportName:
			return flow.Dotted(file, r)
		case facts.Attr:
			if fn.Class != 0 && len(fn.Params) > 0 && flow.IsCopyOf(file, facts.Ref(d.A), fn.Params[0].Var) {
				return fmt.Sprintf("%s.%s.%s", file.Module, file.Facts.Str(file.Facts.Classes[fn.Class-1].QualName), file.Facts.Str(d.B))
			}
			return ""
		case facts.BinOp: // DATA / "state.json", DATA + "/state.json"
			right := facts.Ref(d.C)
			if o := ast.Operator(d.B); right.Tag() != facts.TagStr || o != ast.Div && o != ast.Add {
				return ""
			}
			return below(place(flow, file, fn, facts.Ref(d.A)), strings.TrimPrefix(file.Facts.Str(right.Index()), "/"))
		case facts.Call:
			switch a := file.Facts.Args(d); flow.Called(file, d) {
			case "pathlib.Path":
				if len(a.Pos) != 1 {
					return ""
				}
				r = facts.Ref(a.Pos[0])
				continue
			case "os.path.join":
				if len(a.Pos) != 2 || facts.Ref(a.Pos[1]).Tag() != facts.TagStr {
					return ""
				}
				return below(place(flow, file, fn, facts.Ref(a.Pos[0])), file.Facts.Str(facts.Ref(a.Pos[1]).Index()))
			default:
				if len(a.Pos)+len(a.Kw) > 0 || a.Stars != 0 || !flow.CallsOwn(file, d) {
					return ""
				}
				at, global := flow.Global(file, facts.Ref(d.A))
				for _, g := range globals(at) {
					if g.Ref == global {
						return at.Module + "." + at.Facts.Str(g.Name) + "()"
					}
				}
				return ""
			}
		default:
			return ""
		}
	}
	return ""
}

func globals(file *link.File) []facts.NamedRef {
	if file == nil {
		return nil
	}
	return file.Facts.Globals
}

func below(dir, name string) string {
	if dir == "" {
		return ""
	}
	return dir + "/" + name
}

// replaces: the function gives a file another's name.
func replaces(flow *rule.Flow, file *link.File, fn *facts.Func) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if op := &file.Facts.Ops[o]; op.Code == facts.Call {
			_, method := flow.Method(file, op)
			name := flow.Called(file, op)
			switch {
			case method == "replace", method == "rename", method == "move", strings.Contains(strings.ToLower(name), "tempfile"), strings.Contains(strings.ToLower(name), "atomic"), strings.Contains(strings.ToLower(method), "lock"), strings.Contains(strings.ToLower(name), "lock"), method == "copy", method == "copyfile", method == "copy2", name == "shutil.copy", name == "shutil.copyfile":
				return true
			}
		}
	}
	return false
}

// thrownAway: the file is a cache, by the name of the function that reads it or of its class or module, and where it cannot be read the function
// goes on without it.
func thrownAway(p *rule.Pass, flow *rule.Flow, f link.Func) bool {
	if !slices.Contains(rule.Words(p.Name(f)), "cache") {
		return false
	}
	file, fn := p.FileOf(f), p.Facts(f)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Call {
			continue
		}
		if _, method := flow.Method(file, op); !slices.Contains(loaders, method) {
			continue
		}
		caught := false
		rule.Around(file, op, func(c *facts.Ctx) bool {
			if c.Kind == facts.CtxTry {
				for _, h := range file.Facts.Tries[c.B].Handlers {
					caught = caught || h.Body&facts.HandlerRaises == 0
				}
			}
			return !caught
		})
		if caught {
			return true
		}
	}
	return false
}

// structured: what is written is a whole of which a part is worth nothing: JSON, a pickle, YAML, TOML.
func structured(flow *rule.Flow, file *link.File, fn *facts.Func) bool {
	return callsAny(flow, file, fn, "dump", "dumps", "model_dump_json", "safe_dump")
}

func loads(flow *rule.Flow, file *link.File, fn *facts.Func) bool {
	return callsAny(flow, file, fn, loaders...)
}

var loaders = []string{"load", "loads", "safe_load", "model_validate_json", "parse_raw"}

func callsAny(flow *rule.Flow, file *link.File, fn *facts.Func, names ...string) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if op := &file.Facts.Ops[o]; op.Code == facts.Call {
			_, method := flow.Method(file, op)
			if slices.Contains(names, method) {
				return true
			}
		}
	}
	return false
}
