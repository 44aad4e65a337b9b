package parser

import (
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/token"
)

// Targets are parsed as expressions and turned afterwards: only what follows tells `a, b` from `a, b = c`.

// targetList: star_target (',' star_target)* [','], as in `for a, *b in c`. Operands bind tighter than comparisons, so
// that `in` ends the list.
func (p *Parser) targetList() ast.Expr {
	start := p.start
	e := p.target()
	if p.tok == token.Comma {
		mark := p.exprs.mark()
		p.exprs.push(e)
		for p.accept(token.Comma) && (starts[p.tok] || p.tok == token.Star) {
			p.exprs.push(p.target())
		}
		elts := p.exprs.cut(mark)
		t := p.tuple.alloc()
		*t = ast.Tuple{Range: p.from(start), Elts: elts, Ctx: ast.Store}
		return t
	}
	return e
}

func (p *Parser) target() ast.Expr {
	start := p.start
	if p.tok == token.Star {
		p.next()
		v := p.climb(precBitOr)
		s := p.starred.alloc()
		*s = ast.Starred{Range: p.from(start), Value: v}
		p.store(s, ast.Store)
		return s
	}
	e := p.climb(precBitOr)
	p.store(e, ast.Store)
	return e
}

// store gives e and what it unpacks to the context, or fails where e cannot be assigned to.
func (p *Parser) store(e ast.Expr, ctx ast.Context) {
	switch e := e.(type) {
	case *ast.Name:
		e.Ctx = ctx
	case *ast.Attribute:
		e.Ctx = ctx
	case *ast.Subscript:
		e.Ctx = ctx
	case *ast.Tuple:
		e.Ctx = ctx
		for _, x := range e.Elts {
			p.store(x, ctx)
		}
	case *ast.List:
		e.Ctx = ctx
		for _, x := range e.Elts {
			p.store(x, ctx)
		}
	case *ast.Starred:
		if _, twice := e.Value.(*ast.Starred); twice || ctx == ast.Del {
			p.notTarget(e, ctx)
			return
		}
		e.Ctx = ctx
		p.store(e.Value, ctx)
	case *ast.BadExpr:
	default:
		p.notTarget(e, ctx)
	}
}

func (p *Parser) notTarget(e ast.Expr, ctx ast.Context) {
	verb := "cannot assign to "
	if ctx == ast.Del {
		verb = "cannot delete "
	}
	p.failSpan(e.Pos(), e.End(), verb+describe(e))
}

// describe names an expression in messages.
func describe(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Call:
		return "a call"
	case *ast.Constant:
		switch e.Kind {
		case ast.None:
			return "None"
		case ast.True:
			return "True"
		case ast.False:
			return "False"
		case ast.Ellipsis:
			return "`...`"
		}
		return "a literal"
	case *ast.JoinedStr, *ast.FormattedValue:
		return "an f-string"
	case *ast.TemplateStr, *ast.Interpolation:
		return "a t-string"
	case *ast.BinOp, *ast.UnaryOp, *ast.BoolOp:
		return "an expression"
	case *ast.Compare:
		return "a comparison"
	case *ast.IfExp:
		return "a conditional expression"
	case *ast.Lambda:
		return "a lambda"
	case *ast.Dict:
		return "a dict display"
	case *ast.Set:
		return "a set display"
	case *ast.ListComp:
		return "a list comprehension"
	case *ast.SetComp:
		return "a set comprehension"
	case *ast.DictComp:
		return "a dict comprehension"
	case *ast.GeneratorExp:
		return "a generator"
	case *ast.Yield, *ast.YieldFrom:
		return "a yield expression"
	case *ast.Await:
		return "an await expression"
	case *ast.NamedExpr:
		return "a `:=` expression"
	case *ast.Starred:
		return "a starred expression"
	case *ast.Tuple:
		return "a tuple"
	case *ast.List:
		return "a list"
	}
	return "this"
}

// single reports whether e can be the target of an annotation or an augmented assignment.
func single(e ast.Expr) bool {
	switch e.(type) {
	case *ast.Name, *ast.Attribute, *ast.Subscript:
		return true
	}
	return false
}
