package rule

import (
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// OnlyTested: the function is a method of a class that nothing but tests makes, in as many calls as it takes. A class or function on
// the way that a framework could find for itself, since it extends another class or is decorated, says otherwise.
func (p *Pass) OnlyTested(f link.Func) bool {
	own, fn := p.FileOf(f), p.Facts(f)
	if own.Test || fn.Class == 0 {
		return false
	}
	init := link.Func(0)
	for b := range own.Facts.Funcs {
		if g := &own.Facts.Funcs[b]; g.Class == fn.Class && g.Kind == facts.Function && own.Facts.Str(g.Name) == "__init__" {
			init = own.FirstFunc() + link.Func(b)
		}
	}
	if init == 0 {
		return false
	}
	queue, seen, tested := []link.Func{init}, map[link.Func]bool{init: true}, false
	for i := 0; i < len(queue); i++ {
		g := queue[i]
		file, fn := p.FileOf(g), p.Facts(g)
		if file.Test {
			tested = true
			continue
		}
		if fn.Kind != facts.Function || len(fn.Decorators) > 0 {
			return false
		}
		if fn.Class != 0 {
			if class := &file.Facts.Classes[fn.Class-1]; len(class.Bases) > 0 || len(class.Decorators) > 0 {
				return false
			}
		}
		callers := 0
		for _, n := range p.NodesOf(g) {
			for _, e := range p.InEdges(n) {
				from := p.FuncOf(p.Edges[e].From)
				callers++
				if !seen[from] {
					seen[from] = true
					queue = append(queue, from)
				}
			}
		}
		if callers == 0 {
			return false
		}
	}
	return tested
}

// FixtureFiles are the files that make fixtures for pytest: what a package ships for tests, its own or others'.
func (p *Pass) FixtureFiles() map[*link.File]bool {
	out := map[*link.File]bool{}
	for i := range p.Registrations {
		if r := &p.Registrations[i]; r.Entity != nil && HasPrefix(r.Entity.Path, "pytest", "_pytest", "pytest_asyncio") {
			out[p.FileOf(r.Func)] = true
		}
	}
	return out
}
