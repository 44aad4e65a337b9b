package parser

import (
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/token"
)

// parameters reads the parameters of a function (up to a closing parenthesis) or a lambda (up to a colon).
//
//	def f(a, b=1, /, c=2, *args, d, e=3, **kw):
func (p *Parser) parameters(closing token.Kind) *ast.Arguments {
	args := p.arguments.alloc()
	*args = ast.Arguments{}
	if p.tok == closing {
		return args
	}
	annotated := closing == token.RParen
	mark, defMark := p.args.mark(), p.exprs.mark()
	slash, more := false, true
	for more && (p.tok == token.Name || p.tok == token.Slash || p.tok == token.LParen) {
		if p.tok == token.LParen {
			p.fail("parameters cannot be unpacked or parenthesized in Python 3")
			break
		}
		if p.tok == token.Slash {
			if slash {
				p.fail("`/` can stand only once")
				break
			}
			if p.args.mark() == mark {
				p.fail("`/` needs a parameter before it")
				break
			}
			slash = true
			args.PosOnly = p.args.cut(mark)
			p.next()
		} else {
			p.args.push(p.parameter(annotated))
			if p.tok == token.Assign {
				p.next()
				if p.tok == closing || p.tok == token.Comma {
					p.fail("expected a default value")
					break
				}
				p.exprs.push(p.expr())
			} else if p.exprs.mark() > defMark {
				a := p.args.stack[len(p.args.stack)-1]
				p.failSpan(a.Start, a.Stop, "a parameter without a default after one with a default")
				break
			}
		}
		more = p.accept(token.Comma)
	}
	args.Args = p.args.cut(mark)
	args.Defaults = p.exprs.cut(defMark)
	if p.tok == token.Star && more {
		more = p.starParams(args, closing, annotated)
	}
	if p.tok == token.DoubleStar && more {
		p.next()
		if p.tok == token.Name {
			kw := p.arg.alloc()
			*kw = p.parameter(annotated)
			args.Kwarg = kw
		} else {
			p.name() // its fault: there is no parameter to keep
		}
		if p.tok == token.Assign {
			p.fail("`**` parameters have no default")
		}
		p.accept(token.Comma)
		switch p.tok {
		case token.Name, token.Star, token.DoubleStar, token.Slash:
			p.fail("no parameter can follow `**`")
		}
	}
	if p.tok != closing {
		p.badParameter(closing)
	}
	return args
}

func (p *Parser) badParameter(closing token.Kind) {
	switch p.tok {
	case token.Slash:
		p.fail("`/` must come before `*` and only once")
	case token.Star:
		p.fail("`*` can stand only once")
	default:
		p.unexpected(closing)
	}
}

// starParams: '*' [NAME [':' star_expression]] (',' NAME ['=' expression])*. It reports whether a comma ended it.
func (p *Parser) starParams(args *ast.Arguments, closing token.Kind, annotated bool) bool {
	star := p.start
	p.next()
	mark, defMark := p.args.mark(), p.exprs.mark()
	if p.tok == token.Name {
		start := p.start
		name := p.name()
		a := p.arg.alloc()
		*a = ast.Arg{Name: name}
		if annotated && p.accept(token.Colon) {
			if p.tok == token.Star {
				p.need(11, p.start, p.end, "an unpacked annotation")
			}
			a.Annotation = p.starExpr()
		}
		a.Range = p.from(start)
		args.Vararg = a
		if p.tok == token.Assign {
			p.fail("`*` parameters have no default")
			return false
		}
	} else if p.tok != token.Comma {
		p.failSpan(star, star+1, "a parameter must follow `*`")
		return false
	}
	more := false
	for {
		if more = p.accept(token.Comma); !more || p.tok != token.Name {
			break
		}
		p.args.push(p.parameter(annotated))
		var def ast.Expr
		if p.tok == token.Assign {
			p.next()
			if p.tok == closing || p.tok == token.Comma {
				p.fail("expected a default value")
				break
			}
			def = p.expr()
		}
		p.exprs.push(def)
	}
	if args.Vararg == nil && p.args.mark() == mark {
		p.failSpan(star, star+1, "a named parameter must follow a bare `*`")
	}
	args.KwOnly = p.args.cut(mark)
	args.KwDefaults = p.exprs.cut(defMark)
	return more
}

// parameter: NAME [':' expression].
func (p *Parser) parameter(annotated bool) ast.Arg {
	start := p.start
	a := ast.Arg{Name: p.name()}
	if annotated && p.accept(token.Colon) {
		a.Annotation = p.expr()
	}
	a.Range = p.from(start)
	return a
}

// typeParams: '[' type_param (',' type_param)* [','] ']' (PEP 695, defaults PEP 696).
//
//	def f[T: int, *Ts, **P = [int]](x: T): ...
func (p *Parser) typeParams() []ast.TypeParam {
	if p.tok != token.LBracket {
		return nil
	}
	open := p.start
	p.next()
	if p.tok == token.RBracket {
		p.fail("a list of type parameters cannot be empty")
		return nil
	}
	mark := p.params.mark()
	for p.tok == token.Name || p.tok == token.Star || p.tok == token.DoubleStar {
		t := ast.TypeParam{}
		start := p.start
		switch p.tok {
		case token.Star:
			t.Kind = ast.TypeVarTuple
			p.next()
		case token.DoubleStar:
			t.Kind = ast.ParamSpec
			p.next()
		}
		t.Name = p.name()
		if p.tok == token.Colon {
			if t.Kind != ast.TypeVar {
				p.fail("only a plain type parameter can have a bound")
				break
			}
			p.next()
			t.Bound = p.expr()
		}
		if p.tok == token.Assign {
			p.need(13, p.start, p.end, "a type parameter's default")
			p.next()
			if t.Kind == ast.TypeVarTuple {
				t.Default = p.starExpr()
			} else {
				t.Default = p.expr()
			}
		}
		t.Range = p.from(start)
		p.params.push(t)
		if !p.accept(token.Comma) {
			break
		}
	}
	p.expect(token.RBracket)
	p.need(12, open, p.prevEnd, "a list of type parameters")
	return p.params.cut(mark)
}
