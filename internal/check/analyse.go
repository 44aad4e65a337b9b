package check

import (
	"path"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
)

// Analyse links the tree's files and solves their effects. Files keep their index: Tree.Files[i] is Analysis.Files[i].
func (t *Tree) Analyse(cat *knowledge.Catalogue) *effects.Analysis {
	return effects.Analyse(link.New(t.sources(), cat, resolver{t.Layout}).Solve())
}

func (t *Tree) sources() []link.Source {
	sources := make([]link.Source, len(t.Files))
	for i := range t.Files {
		f := &t.Files[i]
		sources[i] = link.Source{Path: f.Path, Module: f.Module.Name, IsPackage: f.Module.IsPackage, Test: f.Module.Test || holdsTests(f.Path, f.Facts), Facts: f.Facts}
	}
	return sources
}

// holdsTests: Django's own runner takes the tests of test*.py, and startapp makes a tests.py. A module of that name may have another
// use (Jinja calls its predicates tests), so that it has to import a library of tests or to have classes of them.
func holdsTests(file string, f *facts.File) bool {
	stem, _ := strings.CutSuffix(path.Base(file), ".py")
	if f == nil || stem != "tests" && !strings.HasPrefix(stem, "tests_") && !strings.HasSuffix(stem, "_tests") {
		return false
	}
	for i := range f.Imports {
		switch top, rest, _ := strings.Cut(f.Str(f.Imports[i].Module), "."); top {
		case "unittest", "unittest2", "pytest":
			return true
		case "django", "rest_framework", "tornado", "twisted":
			if strings.HasPrefix(rest, "test") {
				return true
			}
		}
	}
	return slices.ContainsFunc(f.Classes, func(c facts.Class) bool {
		name := f.Str(c.Name)
		return strings.HasPrefix(name, "Test") || strings.HasSuffix(name, "Test") || strings.HasSuffix(name, "Tests") || strings.HasSuffix(name, "TestCase")
	})
}

// resolver answers the linker's questions about imports from the layout.
type resolver struct{ layout *project.Layout }

func (r resolver) Resolve(from, level int, name string) (link.Module, bool) {
	var t project.Target
	var ok bool
	if level > 0 {
		t, ok = r.layout.ResolveRelative(from, level, name)
	} else {
		t, ok = r.layout.Resolve(from, name)
	}
	if !ok || t.Module < 0 && !t.Namespace {
		return link.Module{}, false
	}
	return link.Module{File: t.Module, Dir: t.Dir, Guess: t.Guess}, true
}

func (r resolver) Child(m link.Module, name string) (link.Module, bool) {
	t, ok := r.layout.Child(project.Target{Module: m.File, Dir: m.Dir, Namespace: m.File < 0}, name)
	if !ok {
		return link.Module{}, false
	}
	return link.Module{File: t.Module, Dir: t.Dir}, true
}
