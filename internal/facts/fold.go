package facts

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/scope"
)

// folded is the value of an expression that a function's own text decides: a small integer, a text or a truth value.
type folded struct {
	kind byte // 'i', 's' or 'b'
	n    int
	s    string
}

func (v folded) truth() bool {
	if v.kind == 's' {
		return v.s != ""
	}
	return v.n != 0
}

// maxFold bounds the numbers that are computed: what is decided in real code is small.
const maxFold = 1 << 30

// decided is the value of a test in a function when its text says it, as in
//
//	limit = 10
//	if 3 * limit > 20:
//
// Only names that the function binds once count, so that no loop, handler or other block can have changed them; names of
// a module are settings that somebody edits.
func (l *lowerer) decided(e ast.Expr) (folded, bool) {
	if l.fn == 0 {
		return folded{}, false
	}
	switch e := e.(type) {
	case *ast.Constant:
		return l.foldRef(l.constant(e))
	case *ast.Name:
		return l.foldName(e)
	case *ast.Subscript:
		v, ok := l.decided(e.Value)
		if !ok || v.kind != 's' {
			return folded{}, false
		}
		i, ok := l.decided(e.Index)
		if !ok || i.kind != 'i' || i.n < 0 || i.n >= len(v.s) || strings.IndexFunc(v.s, func(r rune) bool { return r >= 0x80 }) >= 0 {
			return folded{}, false
		}
		return folded{kind: 's', s: v.s[i.n : i.n+1]}, true
	case *ast.UnaryOp:
		if e.Op != ast.Not && e.Op != ast.USub {
			return folded{}, false
		}
		v, ok := l.decided(e.Operand)
		switch {
		case !ok:
		case e.Op == ast.Not:
			return foldBool(!v.truth()), true
		case v.kind == 'i':
			return folded{kind: 'i', n: -v.n}, true
		}
	case *ast.BinOp:
		a, ok := l.decided(e.Left)
		if !ok || a.kind != 'i' {
			return folded{}, false
		}
		b, ok := l.decided(e.Right)
		if !ok || b.kind != 'i' {
			return folded{}, false
		}
		n := 0
		switch e.Op {
		case ast.Add:
			n = a.n + b.n
		case ast.Sub:
			n = a.n - b.n
		case ast.Mult:
			n = a.n * b.n
		default:
			return folded{}, false
		}
		return folded{kind: 'i', n: n}, n < maxFold && n > -maxFold
	case *ast.Compare:
		if len(e.Ops) != 1 {
			return folded{}, false
		}
		a, ok := l.decided(e.Left)
		if !ok {
			return folded{}, false
		}
		b, ok := l.decided(e.Comparators[0])
		if !ok || a.kind != b.kind {
			return folded{}, false
		}
		return compare(e.Ops[0], a, b)
	}
	return folded{}, false
}

func foldBool(b bool) folded { return folded{kind: 'b', n: boolInt(b)} }

func (l *lowerer) foldRef(r Ref) (folded, bool) {
	if n, ok := r.Int(); ok {
		return folded{kind: 'i', n: n}, true
	}
	switch {
	case r.Tag() == TagStr:
		return folded{kind: 's', s: l.out.Strings[r.Index()]}, true
	case r.Is(ConstTrue), r.Is(ConstFalse):
		return foldBool(r.Is(ConstTrue)), true
	}
	return folded{}, false
}

func (l *lowerer) foldName(e *ast.Name) (folded, bool) {
	owner, sym, ok := l.resolve(l.sc, e.ID)
	if !ok || owner == 0 || sym.Bindings != 1 || sym.Flags&scope.Param != 0 || !l.inBlock(owner) {
		return folded{}, false
	}
	k := l.indexOf(sym)
	if l.noFlow[k] {
		return folded{}, false
	}
	return l.foldRef(l.cur[k].ref)
}

func compare(op ast.Operator, a, b folded) (folded, bool) {
	c := a.n - b.n
	if a.kind == 's' {
		c = strings.Compare(a.s, b.s)
	}
	switch op {
	case ast.Eq:
		return foldBool(c == 0), true
	case ast.NotEq:
		return foldBool(c != 0), true
	case ast.Lt:
		return foldBool(c < 0), true
	case ast.LtE:
		return foldBool(c <= 0), true
	case ast.Gt:
		return foldBool(c > 0), true
	case ast.GtE:
		return foldBool(c >= 0), true
	case ast.In, ast.NotIn:
		if a.kind == 's' {
			return foldBool(strings.Contains(b.s, a.s) == (op == ast.In)), true
		}
	}
	return folded{}, false
}

// casesOf leaves out the cases of a match that its subject cannot be, and those after the one that it is; ok is false when
// the text does not decide.
func (l *lowerer) casesOf(s *ast.Match) (body []ast.Stmt, ok bool) {
	v, ok := l.decided(s.Subject)
	if !ok {
		return nil, false
	}
	for i := range s.Cases {
		c := &s.Cases[i]
		if c.Guard != nil {
			return nil, false
		}
		fits, known := l.fits(c.Pattern, v)
		if !known {
			return nil, false
		}
		if fits {
			return c.Body, true
		}
	}
	return nil, true
}

func (l *lowerer) fits(p ast.Pattern, v folded) (fits, known bool) {
	switch p := p.(type) {
	case *ast.MatchValue:
		w, ok := l.decided(p.Value)
		return ok && w == v, ok && w.kind == v.kind
	case *ast.MatchOr:
		for _, q := range p.Patterns {
			if fits, known := l.fits(q, v); fits || !known {
				return fits, known
			}
		}
		return false, true
	case *ast.MatchAs:
		return true, p.Pattern == nil && p.Name == 0
	}
	return false, false
}
