package parser

import (
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/token"
)

// callExpr: primary '(' [arguments] ')' | primary genexp.
func (p *Parser) callExpr(start uint32, fn ast.Expr) ast.Expr {
	open := p.start
	p.enter()
	p.next()
	var args []ast.Expr
	var kws []ast.Keyword
	if p.tok != token.RParen {
		args, kws = p.callArgs(open, true)
	} else {
		p.next()
	}
	p.leave()
	n := p.call.alloc()
	*n = ast.Call{Range: p.from(start), Func: fn, Args: args, Keywords: kws}
	return n
}

// callArgs: args [','] and the closing parenthesis, which it consumes. open is the opening one, the start of a
// generator that is the only argument; class headers allow none.
//
//	f(a, *b, key=c, **d)
func (p *Parser) callArgs(open uint32, genexp bool) ([]ast.Expr, []ast.Keyword) {
	mark, kwMark := p.exprs.mark(), p.keywords.mark()
	seenKw, seenUnpack := false, false
	n := 0
loop:
	for p.tok != token.RParen {
		at := p.start
		n++
		switch p.tok {
		case token.Star:
			if seenUnpack {
				p.fail("`*` after `**` in a call")
				break loop
			}
			p.next()
			v := p.expr()
			s := p.starred.alloc()
			*s = ast.Starred{Range: p.from(at), Value: v}
			if p.tok == token.For || p.tok == token.Async {
				if n > 1 || !genexp {
					p.failSpan(at, p.prevEnd, "a generator beside other arguments needs parentheses")
					break loop
				}
				p.need(15, s.Start, s.Stop, "unpacking in a comprehension")
				gen := p.genexp(open, s)
				p.exprs.push(gen)
				return p.exprs.cut(mark), nil
			}
			p.exprs.push(s)
		case token.DoubleStar:
			p.next()
			v := p.expr()
			p.keywords.push(ast.Keyword{Range: p.from(at), Value: v})
			seenUnpack = true
			if p.tok == token.For || p.tok == token.Async {
				p.fail("`**` cannot be unpacked into a generator")
				break loop
			}
		default:
			if p.tok == token.Name && p.keywordFollows() {
				sym := p.sym
				p.next()
				p.next()
				v := p.expr()
				if p.tok == token.For || p.tok == token.Async {
					p.fail("expected `)` or a comma" + p.found() + "; did you mean `==` or `:=`?")
					break loop
				}
				p.keywords.push(ast.Keyword{Range: p.from(at), Arg: sym, Value: v})
				seenKw = true
				break
			}
			if !starts[p.tok] {
				p.noExpr()
				break loop
			}
			e := p.named()
			if p.tok == token.For || p.tok == token.Async {
				if n > 1 || !genexp {
					p.failSpan(at, p.prevEnd, "a generator beside other arguments needs parentheses")
					break loop
				}
				gen := p.genexpArg(open, e)
				p.exprs.push(gen)
				return p.exprs.cut(mark), nil
			}
			if p.tok == token.Assign {
				p.failSpan(at, p.prevEnd, "only a name can be given with `=` in a call; did you mean `==`?")
				break loop
			}
			if seenUnpack {
				p.failSpan(at, p.prevEnd, "a positional argument after `**`")
				break loop
			}
			if seenKw {
				p.failSpan(at, p.prevEnd, "a positional argument after a keyword argument")
				break loop
			}
			p.exprs.push(e)
		}
		if !p.accept(token.Comma) {
			break
		}
	}
	p.expect(token.RParen)
	return p.exprs.cut(mark), p.keywords.cut(kwMark)
}

func (p *Parser) genexpArg(open uint32, e ast.Expr) ast.Expr {
	gens := p.clauses()
	if p.tok == token.Comma {
		p.failSpan(e.Pos(), p.prevEnd, "a generator beside other arguments needs parentheses")
	}
	p.expect(token.RParen)
	n := p.generator.alloc()
	*n = ast.GeneratorExp{Range: p.from(open), Elt: e, Generators: gens}
	return n
}

// keywordFollows looks past blanks for a single '='.
func (p *Parser) keywordFollows() bool {
	i := p.pos
	for p.src[i] == ' ' {
		i++
	}
	if c := p.src[i]; c == '=' {
		return p.src[i+1] != '='
	} else if c != '\t' && c != '\n' && c != '\r' && c != '#' && c != '\\' && c != '\f' {
		return false
	}
	s := p.try()
	p.next()
	yes := p.tok == token.Assign
	p.back(&s)
	return yes
}
