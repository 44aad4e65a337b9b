package check

import (
	"github.com/roadworthy-dev/roadworthy/internal/effects"
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
		sources[i] = link.Source{Path: f.Path, Module: f.Module.Name, IsPackage: f.Module.IsPackage, Test: f.Module.Test, Facts: f.Facts}
	}
	return sources
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
