package facts

import (
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/scope"
)

// Branches: which operations of a function are reached only for some values of its parameters. Those are the operations
//
//   - of an if, else, while or conditional expression, and of the right side of and and or;
//   - that follow, in the same list of statements, an if that ends otherwise: if not notify: return.
//
// A test is kept as far as it speaks of parameters that hold what the call gave: a parameter that the function binds anew
// is left alone from there on, and everywhere in a loop. What a test says beside (x is None and x.y > 3) can only keep
// more calls out, so it is dropped where it stands in a conjunction.

// Branch is a run of a function's operations that is reached only where a test of its parameters holds. Runs nest.
type Branch struct {
	Ops  [2]uint32 // run of File.Ops
	Test uint32    // index of the test in Extra, see Test
}

// Atom is what a test asks of one parameter.
type Atom struct {
	Param uint32 // index in Func.Params
	Asks  Asked
	Not   bool // the opposite
	Value Ref  // what it is compared with
}

// Asked is the kind of an atom.
type Asked uint8

const (
	AsksTrue     Asked = iota // p
	AsksEqual                 // p == Value, and p is None: a literal
	AsksHolds                 // Value in p: a literal
	AsksInstance              // isinstance(p, Value): the name of a builtin class, 0 for another class
)

// A test is a conjunction of clauses, each of which holds when one of its atoms does.
type clauses = [][]Atom

// maxClauses bounds what is kept of a test; one with more says nothing.
const maxClauses = 8

// Test is the test of a branch.
func (f *File) Test(b *Branch) [][]Atom {
	e := f.Extra[b.Test:]
	out := make(clauses, e[0])
	e = e[1:]
	for i := range out {
		n := e[0]
		e = e[1:]
		out[i] = make([]Atom, n)
		for k := range out[i] {
			out[i][k] = Atom{Param: e[0] >> 3, Asks: Asked(e[0] >> 1 & 3), Not: e[0]&1 != 0, Value: Ref(e[1])}
			e = e[2:]
		}
	}
	return out
}

// under notes that the operations from first on are reached only where test holds.
func (l *lowerer) under(test clauses, first int) {
	if len(test) == 0 || !acts(l.out.Ops[first:]) {
		return
	}
	at := uint32(len(l.out.Extra))
	l.out.Extra = append(l.out.Extra, uint32(len(test)))
	for _, clause := range test {
		l.out.Extra = append(l.out.Extra, uint32(len(clause)))
		for _, a := range clause {
			l.out.Extra = append(l.out.Extra, a.Param<<3|uint32(a.Asks)<<1|uint32(boolInt(a.Not)), uint32(a.Value))
		}
	}
	l.out.Branches = append(l.out.Branches, Branch{[2]uint32{uint32(first), uint32(len(l.out.Ops))}, at})
}

// acts: operations that may run something else or change something.
func acts(ops []Op) bool {
	for i := range ops {
		switch ops[i].Code {
		case Copy, MakeFunc, MakeList, MakeTuple, MakeSet, MakeDict, Return, Narrow, Instance, TypeApply:
		default:
			return true
		}
	}
	return false
}

// condition is what must hold of the parameters for e to be true, or, with not, for it to be false.
func (l *lowerer) condition(e ast.Expr, not bool) clauses {
	if k := l.out.Funcs[l.fn].Kind; k != Function && k != Lambda {
		return nil
	}
	switch e := e.(type) {
	case *ast.Name:
		return l.asks(e, Atom{Not: not})
	case *ast.UnaryOp:
		if e.Op == ast.Not {
			return l.condition(e.Operand, !not)
		}
	case *ast.BoolOp:
		if (e.Op == ast.And) != not {
			var out clauses
			for _, v := range e.Values {
				out = append(out, l.condition(v, not)...)
			}
			return bounded(out)
		}
		return l.either(e.Values, not)
	case *ast.Compare:
		if len(e.Ops) == 1 {
			return l.compares(e.Left, e.Ops[0], e.Comparators[0], not)
		}
	case *ast.Call:
		return l.isinstance(e, not)
	}
	return nil
}

func bounded(c clauses) clauses {
	if len(c) > maxClauses {
		return nil
	}
	return c
}

// either is what must hold for one of the tests to be true (with not: false). A part of which nothing is known may be.
func (l *lowerer) either(tests []ast.Expr, not bool) clauses {
	out := clauses{nil}
	for _, t := range tests {
		part := l.condition(t, not)
		if len(part)*len(out) > maxClauses {
			return nil
		}
		var next clauses
		for _, a := range out {
			for _, b := range part {
				next = append(next, append(a[:len(a):len(a)], b...))
			}
		}
		if out = next; out == nil {
			return nil
		}
	}
	return out
}

func (l *lowerer) compares(left ast.Expr, op ast.Operator, right ast.Expr, not bool) clauses {
	switch op {
	case ast.IsNot, ast.NotEq, ast.NotIn:
		not = !not
	}
	switch op {
	case ast.Is, ast.IsNot, ast.Eq, ast.NotEq:
		name, ok := left.(*ast.Name)
		value := right
		if !ok {
			if name, ok = right.(*ast.Name); !ok {
				return nil
			}
			value = left
		}
		if v := l.literal(value); v != 0 {
			return l.asks(name, Atom{Asks: AsksEqual, Not: not, Value: v})
		}
	case ast.In, ast.NotIn:
		if name, ok := left.(*ast.Name); ok {
			return l.among(name, right, not)
		}
		if name, ok := right.(*ast.Name); ok {
			if v := l.literal(left); v != 0 {
				return l.asks(name, Atom{Asks: AsksHolds, Not: not, Value: v})
			}
		}
	}
	return nil
}

// isinstance is the test of such a call.
func (l *lowerer) isinstance(e *ast.Call, not bool) clauses {
	f, ok := e.Func.(*ast.Name)
	if !ok || len(e.Args) != 2 || l.f.Text(f.ID) != "isinstance" {
		return nil
	}
	name, ok := e.Args[0].(*ast.Name)
	if _, _, shadowed := l.resolve(l.sc, f.ID); !ok || shadowed {
		return nil
	}
	classes := []ast.Expr{e.Args[1]}
	if t, ok := e.Args[1].(*ast.Tuple); ok {
		classes = t.Elts
	}
	var one []Atom
	var all clauses
	for _, c := range classes {
		v, ok := l.classAsked(c)
		if !ok {
			return nil
		}
		test := l.asks(name, Atom{Asks: AsksInstance, Not: not, Value: v})
		if test == nil {
			return nil
		}
		one, all = append(one, test[0]...), append(all, test...)
	}
	if not {
		return bounded(all)
	}
	return clauses{one}
}

// classAsked is the name of a builtin class that an expression is, and 0 for a class of which no literal is an instance but,
// perhaps, one of a builtin class.
func (l *lowerer) classAsked(e ast.Expr) (Ref, bool) {
	var last string
	switch e := e.(type) {
	case *ast.Name:
		last = l.f.Text(e.ID)
		if _, _, bound := l.resolve(l.sc, e.ID); !bound {
			switch last {
			case "str", "int", "bool", "float", "complex", "bytes", "bytearray", "list", "tuple", "dict", "set", "frozenset":
				return MakeRef(TagBuiltin, l.str(e.ID)), true
			}
			return 0, false
		}
	case *ast.Attribute:
		last = l.f.Text(e.Attr)
	}
	return 0, last != "" && last != "object" && last != "NoneType" && last != "Hashable"
}

// among: the name is one of the literals of a display, or with not none of them.
func (l *lowerer) among(name *ast.Name, display ast.Expr, not bool) clauses {
	var elts []ast.Expr
	switch d := display.(type) {
	case *ast.Tuple:
		elts = d.Elts
	case *ast.List:
		elts = d.Elts
	case *ast.Set:
		elts = d.Elts
	}
	var one []Atom
	var all clauses
	for _, e := range elts {
		v := l.literal(e)
		if v == 0 {
			return nil
		}
		c := l.asks(name, Atom{Asks: AsksEqual, Not: not, Value: v})
		if c == nil {
			return nil
		}
		one, all = append(one, c[0]...), append(all, c...)
	}
	switch {
	case one == nil:
		return nil
	case not:
		return bounded(all)
	}
	return clauses{one}
}

// literal is the reference of a literal that can be compared with, 0 for anything else.
func (l *lowerer) literal(e ast.Expr) Ref {
	switch e := e.(type) {
	case *ast.Constant:
		return l.constant(e)
	case *ast.UnaryOp:
		if c, ok := e.Operand.(*ast.Constant); ok && e.Op == ast.USub {
			if n, ok := l.constant(c).Int(); ok && n != -IntBias {
				return MakeRef(TagInt, uint32(IntBias-n))
			}
		}
	}
	return 0
}

// asks is the test with the one atom, if the name is a parameter that holds here what the call gave.
func (l *lowerer) asks(n *ast.Name, a Atom) clauses {
	owner, sym, ok := l.resolve(l.sc, n.ID)
	if !ok || sym.Flags&scope.Param == 0 || !l.inBlock(owner) {
		return nil
	}
	k := l.indexOf(sym)
	if l.noFlow[k] || len(l.loops) > 0 && sym.Bindings > 1 {
		return nil
	}
	v := l.cur[k].ref
	fn := &l.out.Funcs[l.fn]
	for i := range fn.Params {
		p := &fn.Params[i]
		if p.Name != l.str(n.ID) {
			continue
		}
		if p.Kind == VarPositional || p.Kind == VarKeyword || v != p.Var && sym.Bindings > 1 {
			return nil
		}
		a.Param = uint32(i)
		return clauses{{a}}
	}
	return nil
}
