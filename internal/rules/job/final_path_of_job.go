package job

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// tables are methods that write a whole table to the path which they are given first.
var tables = []string{"to_csv", "to_parquet", "to_json", "to_excel", "to_pickle", "to_feather", "to_orc", "to_hdf", "write_csv", "write_parquet", "write_json", "write_ndjson", "write_excel"}

// resultsInPlace looks for files with a place of their own on the machine which a job writes, and nothing else of the program touches: what it
// leaves for others. They are read when it suits those.
func resultsInPlace(p *rule.Pass, flow *rule.Flow) {
	if p.Inventory == nil {
		return
	}
	scheduled := map[int]bool{}
	for _, w := range p.Inventory.Work {
		if w.File >= 0 && (w.Kind == project.KindJob || w.Kind == project.KindPipeline) {
			scheduled[w.File] = true
		}
	}
	a := p.Arrive(func(r *inventory.Root) bool {
		return r.Phase == inventory.Job || r.Phase == inventory.Script && scheduled[p.File(r.Node).Index]
	}, func(e *effects.Edge) bool { return rule.Runs(e) && e.Certainty == diag.Proved })
	if a.None() {
		return
	}
	var uses map[string]int
	for i := range p.Sites {
		s := &p.Sites[i]
		if s.Kind != knowledge.FSWrite || s.Call == nil || s.Op.Code != facts.Call || s.Certainty != diag.Proved || !a.Reaches(s.Node) {
			continue
		}
		f := p.FuncOf(s.Node)
		file, fn := p.FileOf(f), p.Facts(f)
		if file.Test || file.Facts.Notebook != nil {
			continue
		}
		path, mode := opened(flow, file, s)
		if _, method := flow.Method(file, s.Op); slices.Contains(tables, method) {
			path, mode = rule.Argument(file, s.Op, 0, "path"), "w"
			if m := rule.Keyword(file, s.Op, "mode"); m != 0 {
				continue
			}
		}
		if path == 0 || !strings.HasPrefix(mode, "w") || replaces(flow, file, fn) || first(file, fn, s.Op) {
			continue
		}
		text, held := literal(flow, file, path)
		if !lasts(text) || usedAgain(file, held) {
			continue
		}
		if uses == nil {
			uses = literalUses(p)
		}
		if uses[text] > 1 {
			continue
		}
		x := p.At(f, s.Op)
		x.Message = fmt.Sprintf("`%s` writes `%s` in place: who reads it meanwhile, or after the job was stopped half way, has a part of it", p.Short(f), text)
		x.Help = "write to a temporary file in the same directory, then `os.replace(temporary, path)`"
		x.Witness = p.Frames(append(a.Way(s.Node), p.SiteStep(s)))
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, s.Op.Pos)
		p.Report(x)
	}
}

// literal is the path that an argument holds, when it is written out: as a text, a constant of the module, a Path of one; and the variables that
// hold it on the way.
func literal(flow *rule.Flow, file *link.File, r facts.Ref) (string, []facts.Ref) {
	var held []facts.Ref
	for range 8 {
		if r.Tag() == facts.TagStr {
			return file.Facts.Str(r.Index()), held
		}
		held = append(held, r)
		if len(flow.Defs(file, r)) != 1 {
			return "", nil
		}
		d := flow.Def(file, r)
		switch d.Code {
		case facts.Copy:
			r = facts.Ref(d.A)
		case facts.Call:
			a := file.Facts.Args(d)
			if flow.Called(file, d) != "pathlib.Path" || len(a.Pos) != 1 {
				return "", nil
			}
			r = facts.Ref(a.Pos[0])
		case facts.BinOp: // DATA / "state.json"
			right := facts.Ref(d.C)
			base, _ := literal(flow, file, facts.Ref(d.A))
			if ast.Operator(d.B) != ast.Div || right.Tag() != facts.TagStr || base == "" {
				return "", nil
			}
			return strings.TrimSuffix(base, "/") + "/" + file.Facts.Str(right.Index()), held
		default:
			return "", nil
		}
	}
	return "", nil
}

// usedAgain: what holds the path is read more than once, as where the file goes on to another place.
func usedAgain(file *link.File, held []facts.Ref) bool {
	for _, v := range held {
		n := 0
		for o := range file.Facts.Ops {
			for _, r := range rule.Reads(file, &file.Facts.Ops[o]) {
				if r == v {
					n++
				}
			}
		}
		if n > 1 {
			return true
		}
	}
	return false
}

// lasts: the path is one of the machine's own and not for what is thrown away.
func lasts(path string) bool {
	if !strings.HasPrefix(path, "/") {
		return false
	}
	for _, part := range strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return r == '/' || r == '.' || r == '-' || r == '_' }) {
		switch part {
		case "tmp", "temp", "dev", "proc", "sys", "run", "cache", "log", "logs", "pid", "lock", "debug", "new", "part", "partial", "bak", "backup", "old", "staging", "work", "heartbeat", "alive", "healthy":
			return false
		}
	}
	return true
}

// literalUses counts where each text is handed to something.
func literalUses(p *rule.Pass) map[string]int {
	out := map[string]int{}
	for _, f := range p.Files {
		for o := range f.Facts.Ops {
			op := &f.Facts.Ops[o]
			for _, r := range rule.Reads(f, op) {
				if r.Tag() == facts.TagStr {
					if s := f.Facts.Str(r.Index()); strings.HasPrefix(s, "/") {
						out[s]++
					}
				}
			}
		}
	}
	return out
}
