package graduate

import (
	"regexp"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// Functions of the notebook that print are given what they print into: a step collects its text and returns it, and so does
// what it calls.
//
//	def report(rows):                        def report(rows, *, text: StringIO):
//	    print(len(rows))             →           print(len(rows), file=text)

// printedInto is what stands for it among the names that a function is handed.
const printedInto = ">text"

// findPrinting finds the functions that can be handed it: all that they print goes through calls of print of their own or of other
// such functions, and so it is with everything that calls them.
func (p *Plan) findPrinting() {
	p.printing = set{}
	for name, f := range p.Functions {
		if f.Effects&Print != 0 && p.Roles[f.Statement] != RoleDropped && !f.Class && !f.Decorated && len(f.older) == 0 && p.plainlyPrints(f) {
			p.printing.add(name)
		}
	}
	p.handedAlike(p.printing, Print)
	p.textParam = "text"
	for _, name := range []string{"text", "printed", "printed_text", "text_printed", "text_of_prints"} {
		p.textParam = name
		if !regexp.MustCompile(`\b` + name + `\b`).Match(p.File.Src) {
			break
		}
	}
}

// handedAlike leaves, of the functions that could be handed something more, those that always can: none that is handed on as a value,
// for it is called by others, in their own way; and of functions that have the effect and call each other all or none.
func (p *Plan) handedAlike(names set, effect Effect) {
	handedOn := func(refs []ref) {
		for _, r := range refs {
			if !r.store && !r.isCalled() {
				delete(names, r.name)
			}
		}
	}
	for _, i := range p.Order {
		handedOn(p.Uses[i].Refs)
	}
	for _, f := range p.Functions {
		handedOn(f.Refs)
	}
	for changed := true; changed; {
		changed = false
		for _, f := range p.Functions {
			for r := range f.direct {
				g := p.Functions[r]
				if g == nil || g.Effects&effect == 0 || names[f.Name] == names[r] {
					continue
				}
				delete(names, f.Name)
				delete(names, r)
				changed = true
			}
		}
	}
}

// plainlyPrints: what the function itself prints, it prints by calls of print that can be given a place to print into.
func (p *Plan) plainlyPrints(f *Function) bool {
	for _, c := range f.Calls {
		if c.fact != nil && c.fact.effects&Print != 0 && !p.plainPrint(c) {
			return false
		}
	}
	return !f.generates() && !slices.ContainsFunc(f.Refs, func(r ref) bool { return r.name == "print" && r.call == nil })
}

// generates: it is a generator, which prints or shows when somebody asks for its next value.
func (f *Function) generates() (yields bool) {
	ast.InspectStmt(f.Node, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.Yield, *ast.YieldFrom:
			yields = true
		}
		return true
	})
	return yields
}

// plainPrint: a call of print or pprint to which an argument can be added.
func (p *Plan) plainPrint(c *callSite) bool {
	switch c.path {
	case "builtins.print":
		if len(c.node.Args) == 1 && len(c.node.Keywords) == 0 {
			if g, ok := c.node.Args[0].(*ast.GeneratorExp); ok && g.Pos() == c.node.Func.End() {
				return false
			}
		}
		return true
	case "pprint.pprint":
		return true
	}
	return false
}

// printsInto makes calls of print write into what the name stands for.
func (r *rewrite) printsInto(calls []*callSite, name string) {
	for _, c := range calls {
		switch c.path {
		case "builtins.print":
			if !hasKeyword(r.p.Program, c.node, "file") {
				r.addArguments(c.node, "file="+name)
			}
		case "pprint.pprint":
			if !hasKeyword(r.p.Program, c.node, "stream") {
				r.addArguments(c.node, "stream="+name)
			}
		}
	}
}

// handed is the argument for one of the names that a function is given.
func (r *rewrite) handed(name string) string {
	if c := r.p.canvasIn(r.seg); name == drawnOn && c != nil {
		return r.p.figureName + "=" + c.figure
	}
	if name == shownInto && r.seg != nil {
		return r.p.shownParam + "=" + r.p.shownName(r.seg)
	}
	if name != printedInto {
		return r.p.param(name) + "=" + r.p.param(name)
	}
	value := r.p.textParam
	if r.seg != nil {
		if value = "sys.stdout"; r.seg.Text {
			value = r.p.textName(r.seg)
		} else {
			r.needs.add("sys")
		}
	}
	return r.p.textParam + "=" + value
}
