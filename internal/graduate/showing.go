package graduate

import (
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// Functions of the notebook that call display are handed what they show into: a step collects what is shown and returns it, and so does what it calls.
//
//	def show(grid):                          def show(grid, *, shown: dict[str, object]):
//	    display(table(grid))         →           shown[f"display_{len(shown) + 1}"] = table(grid)
//
// How often they do so is known when they have run: each display that the run saw is an output of its own.

// shownInto is what stands for it among the names that a function is handed.
const shownInto = ">shown"

// findShowing finds the functions that can be handed it: each of their calls of display has one value, and so it is with everything that calls them.
func (p *Plan) findShowing() {
	p.showing = set{}
	for name, f := range p.Functions {
		if f.Effects&Shows != 0 && p.Roles[f.Statement] != RoleDropped && !f.Class && !f.Decorated && len(f.older) == 0 && p.plainlyShows(f) {
			p.showing.add(name)
		}
	}
	p.handedAlike(p.showing, Shows)
	p.shownParam = p.freeWord("shown", "displayed", "shown_values")
}

func (p *Plan) plainlyShows(f *Function) bool {
	for _, c := range f.Calls {
		if c.fact == nil || c.fact.effects&Shows == 0 {
			continue
		}
		if len(c.node.Args) != 1 || len(c.node.Keywords) > 0 {
			return false
		}
		switch c.node.Args[0].(type) {
		case *ast.Starred, *ast.GeneratorExp:
			return false
		}
	}
	return !f.generates()
}

// showsHanded: the statement calls functions that are handed what they show into, and shows nothing by calls of its own.
func (p *Plan) showsHanded(i int) bool {
	if len(p.showCalls(i)) > 0 || p.isDef(i) {
		return false
	}
	for name := range p.Uses[i].Functions {
		if p.showing[name] {
			return true
		}
	}
	return false
}

// needsShown: some statement of the segment needs the place where functions put what they show.
func (p *Plan) needsShown(s *Segment) bool {
	return slices.ContainsFunc(s.Statements, func(i int) bool {
		f := p.defined(i)
		return p.showsHanded(i) || f != nil && p.nested[i] && p.showing[f.Name]
	})
}

// showsInto puts what calls of display show into what the name stands for.
func (r *rewrite) showsInto(calls []*callSite, name string) {
	for _, c := range calls {
		if c.fact != nil && c.fact.effects&Shows != 0 {
			r.p.replaced[c.node.Func.Pos()] = true
			key := `f"display_{len(` + name + `) + 1}"`
			if c.stmt {
				r.replace(c.node.Func.Pos(), c.node.Func.End(), name+"["+key+"] = ")
				continue
			}
			r.replace(c.node.Func.Pos(), c.node.Func.End(), name+".update({"+key+": ") // gives None, as display does
			r.replace(c.node.End(), c.node.End(), "})")
		}
	}
}

// shownName is what the place is called in the segment's function.
func (p *Plan) shownName(s *Segment) string {
	for _, x := range s.Returns {
		if x.Kind == "displays" {
			return x.Name
		}
	}
	return p.shownParam
}
