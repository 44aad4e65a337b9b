package testing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW705", Name: "writes-without-a-test", Since: "0.1", Family: "testing",
	// Nothing is broken yet; the more it matters, the more it needs a test.
	Severity: rule.Severities{Experimental: diag.Note, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("writes_untested.md"), Check: workWithoutTest,
	Applies: func(_ *rule.Pass, w *inventory.Work) bool { return w.File >= 0 && w.Kind != project.KindNotebook },
})

// workWithoutTest goes from every test file along imports and calls; work whose entry point's file it does not come to, and
// that nothing in the tests names, has no test.
func workWithoutTest(p *rule.Pass) {
	if p.Inventory == nil {
		return
	}
	files := testedFiles(p)
	names := namedByTests(p)
	t := p.Trace(writes, rule.Happens)
	entriesWithoutTest(p, t)
	for _, w := range p.Inventory.Work {
		if w.File < 0 || w.Kind == project.KindNotebook || w.Kind == project.KindLibrary || len(w.Roots) == 0 {
			continue
		}
		file := p.Files[w.File]
		if file.Test || files[w.File] || elsewhere(file.Path) {
			continue
		}
		base := file.Path[strings.LastIndexByte(file.Path, '/')+1:]
		if names[file.Path] || names[file.Module] || names[w.Name] || names[base] || names[strings.TrimSuffix(base, ".py")] || strings.HasPrefix(base, "test") || base == "env.py" {
			continue
		}
		var steps []effects.Step
		tested := false
		for i := range w.Roots {
			r := &w.Roots[i]
			tested = tested || files[p.FileOf(r.Func).Index]
			if t.Reaches(r.Node) && (steps == nil || t.Distance(r.Node) < len(steps)) {
				steps = t.Chain(r.Node)
			}
		}
		if steps == nil || tested {
			continue
		}
		site := rule.Last(steps)
		x := p.At(p.FuncOf(steps[0].Node), steps[0].Op)
		x.Message = fmt.Sprintf("no test comes to `%s`, which writes with `%s`", w.Name, rule.CalledAs(site))
		x.Help = "test its entry point with the outside replaced: once for what it writes, once for what happens when the write fails"
		x.Witness = p.Frames(steps)
		x.Group = p.Rule.Code + ":" + w.Name
		p.Report(x)
	}
}

// writes: the site changes what others keep. Statements whose text is not known may only read; tables that are made, caches
// and commits without a write before them do not count.
func writes(s *effects.Site) bool {
	switch s.Kind {
	case knowledge.Payment, knowledge.Queue, knowledge.Notify:
		return !strings.HasSuffix(s.Path, ".flush")
	case knowledge.DBWrite:
	default:
		return false
	}
	if rule.HasPrefix(s.Path, "redis", "django.core.cache", "pymemcache", "diskcache") {
		return false
	}
	switch s.Path[strings.LastIndexByte(s.Path, '.')+1:] {
	case "create_all", "drop_all", "flush", "close", "rollback", "commit":
		return false
	}
	if s.Call == nil || s.Effect == nil || s.Effect.SQL == "" {
		return true
	}
	return slices.ContainsFunc(rule.Statements(s), func(word string) bool {
		return slices.Contains([]string{"insert", "update", "delete", "replace", "merge"}, word)
	})
}

// testedFiles are the files that come into a test's process: by imports, in modules and functions, and by calls.
func testedFiles(p *rule.Pass) map[int]bool {
	next := map[int][]int{}
	for i := range p.Edges {
		e := &p.Edges[i]
		a, b := p.File(e.From).Index, p.File(e.To).Index
		if a != b {
			next[a] = append(next[a], b)
		}
	}
	byModule := map[string]int{}
	for _, f := range p.Files {
		byModule[f.Module] = f.Index
	}
	imports := func(f *link.File) {
		for i := range f.Facts.Imports {
			im := &f.Facts.Imports[i]
			module := rule.ImportedModule(f, im)
			for _, name := range []string{module, module + "." + f.Facts.Str(im.Name)} {
				if to, ok := byModule[name]; ok {
					next[f.Index] = append(next[f.Index], to)
				}
			}
		}
	}
	reached := map[int]bool{}
	var queue []int
	for _, f := range p.Files {
		imports(f)
		if base := f.Path[strings.LastIndexByte(f.Path, '/')+1:]; f.Test || base == "test.py" || base == "tests.py" {
			reached[f.Index] = true
			queue = append(queue, f.Index)
		}
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, to := range next[at] {
			if !reached[to] {
				reached[to] = true
				queue = append(queue, to)
			}
		}
	}
	return reached
}

// namedByTests are texts of test files: a path, module or command that a test starts.
func namedByTests(p *rule.Pass) map[string]bool {
	out := map[string]bool{}
	for _, f := range p.Files {
		if !f.Test {
			continue
		}
		for _, s := range f.Facts.Strings {
			out[s] = true
			out[s[strings.LastIndexByte(s, '/')+1:]] = true
		}
	}
	return out
}
