package scope

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// Dump prints a table as CPython's symtable module shows it, for the conformance test. minor is Python's minor
// version, 14 or 15.
//
// Two things are put back that a Table leaves out. The compiler's own names: .0, .format, __classdict__ and others.
// And inlining (PEP 709): the compiler merges list, set and dict comprehensions into the scope around them, names
// included, where a Table keeps them apart. What is a cell after that follows from which names stay free in the scopes
// that are left, so cells are counted anew; where a Table says Local and the count says cell, for a name that no
// inlined comprehension shares, the line is marked as a disagreement.
func Dump(t *Table, minor int) string {
	d := dumper{t: t, minor: minor}
	top := d.build(0)
	d.analyze(top)
	var out strings.Builder
	top.print(&out, "")
	return out.String()
}

// Bits of CPython's symbol flags, as symtable names them.
var flagNames = [...]string{
	"USE", "DEF_GLOBAL", "DEF_NONLOCAL", "DEF_LOCAL", "DEF_PARAM", "DEF_TYPE_PARAM", "DEF_FREE_CLASS", "DEF_IMPORT",
	"DEF_ANNOT", "DEF_COMP_ITER", "DEF_COMP_CELL",
}

const (
	dUse = 1 << iota
	dGlobal
	dNonlocal
	dLocal
	dParam
	dTypeParam
	dFreeClass
	dImport
	dAnnot
	dCompIter
	dCompCell

	dBound = dLocal | dParam | dImport | dTypeParam
)

type dumpSymbol struct {
	flags   int
	binding Binding
	cell    bool // the Table says so
	own     bool // from the Table, not merged from a comprehension
}

type dumpScope struct {
	kind     Kind
	name     string
	line     int
	nested   bool
	sees     bool
	inline   bool // comprehension that the compiler may inline
	symbols  map[string]*dumpSymbol
	children []*dumpScope
}

type dumper struct {
	t     *Table
	minor int
}

func (d *dumper) build(id ID) *dumpScope {
	t := d.t
	s := &t.Scopes[id]
	n := &dumpScope{kind: s.Kind, name: d.name(id), nested: s.Flags&Nested != 0, sees: s.Flags&SeesClass != 0,
		inline: inlined(s), symbols: map[string]*dumpSymbol{}}
	if id != 0 {
		n.line = 1 + source.LineIndex(t.File.Lines, s.Pos)
	}
	for _, sym := range t.SymbolsOf(id) {
		n.symbols[t.Text(sym.Name)] = &dumpSymbol{dumpFlags(sym.Flags), sym.Binding, sym.Binding == Cell, true}
	}
	for _, sym := range n.symbols {
		if sym.binding == Cell {
			sym.binding = Local
		}
	}
	d.addInternal(n, s)
	future := t.File.Future&ast.FutureAnnotations != 0
	for c := range t.Children(id) {
		cs := &t.Scopes[c]
		if cs.Flags&Unevaluated != 0 {
			continue
		}
		if cs.Kind == Function && cs.Annotations == None && !future {
			// The compiler makes a scope for annotations also where there are none.
			empty := &dumpScope{kind: Annotation, name: "__annotate__", line: 1 + source.LineIndex(t.File.Lines, cs.Pos),
				nested: cs.Flags&Nested != 0, sees: n.kind == Class || n.sees, symbols: map[string]*dumpSymbol{}}
			d.addInternal(empty, nil)
			n.children = append(n.children, empty)
		}
		n.children = append(n.children, d.build(c))
	}
	return n
}

// addInternal adds the names that the compiler makes up.
func (d *dumper) addInternal(n *dumpScope, s *Scope) {
	put := func(name string, flags int, binding Binding) {
		if sym := n.symbols[name]; sym != nil {
			sym.flags |= flags
			return
		}
		n.symbols[name] = &dumpSymbol{flags: flags, binding: binding}
	}
	switch n.kind {
	case Annotation, TypeVar, TypeAlias:
		put(".format", dUse|dParam, Local)
	case Comprehension:
		put(".0", dParam, Local)
	case TypeParams:
		switch node := s.Node.(type) {
		case *ast.ClassDef:
			put(".type_params", dUse|dLocal, Local)
			put(".generic_base", dUse|dLocal, Local)
		case *ast.FunctionDef:
			put(".defaults", dParam, Local) // also without defaults
			if slices.ContainsFunc(node.Args.KwDefaults, func(e ast.Expr) bool { return e != nil }) {
				put(".kwdefaults", dParam, Local)
			}
		}
	case Class:
		if c, ok := s.Node.(*ast.ClassDef); ok && len(c.TypeParams) > 0 {
			put("__type_params__", dLocal, Local)
			put(".type_params", dUse, Free)
		}
	}
	if n.sees {
		put("__classdict__", dUse, Free)
	}
	// A module keeps the set also when no annotation is conditional: it may stop half way.
	if s != nil && (s.Flags&ConditionalAnnotations != 0 || n.kind == Module && s.Annotations != None) {
		binding := GlobalImplicit
		if n.kind == Class && d.t.Scopes[s.Parent].Class != None {
			binding = Free // the classes around have that name too
		}
		put("__conditional_annotations__", dUse, binding)
	}
}

func (d *dumper) name(id ID) string {
	s := &d.t.Scopes[id]
	switch s.Kind {
	case Module:
		return "top"
	case Lambda:
		return d.bracketed("<lambda>")
	case Comprehension:
		return d.bracketed(compName(s.Node))
	case Annotation:
		return "__annotate__"
	}
	return d.t.Text(s.Name)
}

// bracketed is the name of an anonymous function, which Python 3.14 shows without brackets.
func (d *dumper) bracketed(name string) string {
	if d.minor >= 15 {
		return name
	}
	return name[1 : len(name)-1]
}

func dumpFlags(f Flags) int {
	out := 0
	for _, p := range [...]struct {
		from Flags
		to   int
	}{
		{DeclaredGlobal, dGlobal}, {DeclaredNonlocal, dNonlocal}, {Assigned, dLocal}, {Param, dParam}, {Used, dUse},
		{Imported, dImport}, {Annotated, dAnnot}, {CompIter, dCompIter}, {TypeParam, dTypeParam},
	} {
		if f&p.from != 0 {
			out |= p.to
		}
	}
	return out
}

// analyze merges inlined comprehensions, finds cells and passes free names outwards; it returns the names that are
// free in n or inside it.
func (d *dumper) analyze(n *dumpScope) map[string]bool {
	free, cells := map[string]bool{}, map[string]bool{}
	var children []*dumpScope
	for _, c := range n.children {
		inner := d.analyze(c)
		if c.kind != Comprehension || !c.inline || n.sees {
			children = append(children, c)
		} else {
			merge(n, c, inner, cells)
			children = append(children, c.children...)
		}
		maps.Copy(free, inner)
	}
	n.children = children

	switch n.kind {
	case Module:
	case Class:
		delete(free, "__class__")
		delete(free, "__classdict__")
		delete(free, "__conditional_annotations__")
	default:
		for name, sym := range n.symbols {
			if sym.binding == Local && (free[name] || cells[name]) {
				sym.binding = Cell
				delete(free, name)
			}
		}
	}
	for name := range cells {
		if sym := n.symbols[name]; sym != nil {
			sym.flags |= dCompCell
		}
	}
	for name := range free {
		sym := n.symbols[name]
		if sym == nil {
			n.symbols[name] = &dumpSymbol{binding: Free}
		} else if n.kind == Class || n.sees {
			sym.flags |= dFreeClass
		}
	}
	out := maps.Clone(free)
	for name, sym := range n.symbols {
		if sym.binding == Free {
			out[name] = true
		}
	}
	return out
}

// merge enters the names of an inlined comprehension into the scope around it.
func merge(n, c *dumpScope, free, cells map[string]bool) {
	for name, sym := range c.symbols {
		if sym.flags&dParam != 0 {
			continue
		}
		if sym.binding == Cell || sym.flags&dCompCell != 0 {
			cells[name] = true
		}
		binding := sym.binding
		if binding == Free && n.kind == Class && name == "__class__" {
			binding = GlobalImplicit
			delete(free, name)
		}
		switch outer := n.symbols[name]; {
		case outer == nil:
			n.symbols[name] = &dumpSymbol{flags: sym.flags, binding: binding}
		case outer.flags&dBound != 0 && n.kind != Class:
			if !slices.ContainsFunc(c.children, func(g *dumpScope) bool {
				s := g.symbols[name]
				return s != nil && s.binding == Free
			}) {
				delete(free, name)
			}
		}
	}
}

var kindNames = [...]string{
	Module: "module", Class: "class", Function: "function", Lambda: "function", Comprehension: "function",
	Annotation: "annotation", TypeParams: "type parameters", TypeAlias: "type alias", TypeVar: "type variable",
}

var bindingNames = [...]string{
	Local: "LOCAL", GlobalExplicit: "GLOBAL_EXPLICIT", GlobalImplicit: "GLOBAL_IMPLICIT", Free: "FREE", Cell: "CELL",
}

func (n *dumpScope) print(out *strings.Builder, indent string) {
	nested := ""
	if n.nested {
		nested = " nested"
	}
	fmt.Fprintf(out, "%s%s %s %d%s\n", indent, kindNames[n.kind], n.name, n.line, nested)
	for _, name := range slices.Sorted(maps.Keys(n.symbols)) {
		sym := n.symbols[name]
		var flags []string
		for i, f := range flagNames {
			if sym.flags&(1<<i) != 0 {
				flags = append(flags, f)
			}
		}
		odd := ""
		if sym.own && sym.binding == Cell && !sym.cell && sym.flags&dCompCell == 0 {
			odd = " disagreement: not a cell in the table"
		}
		fmt.Fprintf(out, "%s  %s: %s %s%s\n", indent, name, bindingNames[sym.binding], strings.Join(flags, "|"), odd)
	}
	for _, c := range n.children {
		c.print(out, indent+"    ")
	}
}
