package parser

import (
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/token"
)

// paren: '(' ')' | '(' yield_expr | named_expression ')' | tuple | genexp.
func (p *Parser) paren() ast.Expr {
	start := p.start
	p.enter()
	p.next()
	e := p.parenBody(start)
	p.leave()
	return e
}

func (p *Parser) parenBody(start uint32) ast.Expr {
	if p.tok == token.RParen {
		p.next()
		return p.newTuple(p.from(start), nil)
	}
	if p.tok == token.Yield {
		e := p.yieldExpr()
		p.expect(token.RParen)
		return e
	}
	star := p.tok == token.Star
	at := p.start
	e := p.starNamed()
	switch p.tok {
	case token.RParen:
		if star {
			p.failSpan(at, p.prevEnd, "a starred expression cannot stand here")
			return e
		}
		p.next()
		return e
	case token.Comma:
		mark := p.exprs.mark()
		p.exprs.push(e)
		for p.accept(token.Comma) && (starts[p.tok] || p.tok == token.Star) {
			p.exprs.push(p.starNamed())
		}
		p.expect(token.RParen)
		elts := p.exprs.cut(mark)
		return p.newTuple(p.from(start), elts)
	case token.For, token.Async:
		return p.genexp(start, e)
	}
	p.expect(token.RParen)
	return e
}

// genexp: '(' element for_if_clauses ')', the opening and the element already read.
func (p *Parser) genexp(start uint32, elt ast.Expr) ast.Expr {
	p.element(elt)
	gens := p.clauses()
	p.expect(token.RParen)
	n := p.generator.alloc()
	*n = ast.GeneratorExp{Range: p.from(start), Elt: elt, Generators: gens}
	return n
}

// element checks the element of a comprehension: unpacking there is PEP 798.
func (p *Parser) element(e ast.Expr) {
	if s, ok := e.(*ast.Starred); ok {
		p.need(15, s.Start, s.Stop, "unpacking in a comprehension")
	}
}

// bracket: '[' [star_named_expressions] ']' | listcomp.
func (p *Parser) bracket() ast.Expr {
	start := p.start
	p.enter()
	p.next()
	e := p.bracketBody(start)
	p.leave()
	return e
}

func (p *Parser) bracketBody(start uint32) ast.Expr {
	mark := p.exprs.mark()
	if starts[p.tok] || p.tok == token.Star {
		e := p.starNamed()
		if p.tok == token.For || p.tok == token.Async {
			p.element(e)
			gens := p.clauses()
			p.expect(token.RBracket)
			n := p.listComp.alloc()
			*n = ast.ListComp{Range: p.from(start), Elt: e, Generators: gens}
			return n
		}
		p.exprs.push(e)
		for p.accept(token.Comma) && (starts[p.tok] || p.tok == token.Star) {
			p.exprs.push(p.starNamed())
		}
	}
	p.expect(token.RBracket)
	elts := p.exprs.cut(mark)
	n := p.listExpr.alloc()
	*n = ast.List{Range: p.from(start), Elts: elts}
	return n
}

// brace: dict, set, dictcomp, setcomp.
func (p *Parser) brace() ast.Expr {
	start := p.start
	p.enter()
	p.next()
	e := p.braceBody(start)
	p.leave()
	return e
}

func (p *Parser) braceBody(start uint32) ast.Expr {
	if p.tok == token.RBrace {
		p.next()
		n := p.dict.alloc()
		*n = ast.Dict{Range: p.from(start)}
		return n
	}
	if p.tok == token.DoubleStar {
		at := p.start
		p.next()
		v := p.expr()
		if p.tok == token.For || p.tok == token.Async {
			p.need(15, at, p.prevEnd, "unpacking in a comprehension")
			gens := p.clauses()
			p.expect(token.RBrace)
			n := p.dictComp.alloc()
			*n = ast.DictComp{Range: p.from(start), Key: v, Generators: gens}
			return n
		}
		p.checkUnpacked(at+2, v)
		return p.dictRest(start, nil, v)
	}
	at := p.start
	first := p.starNamed()
	if p.tok == token.Colon {
		p.dictKey(at, first)
		p.next()
		v := p.expr()
		if p.tok == token.For || p.tok == token.Async {
			gens := p.clauses()
			p.expect(token.RBrace)
			n := p.dictComp.alloc()
			*n = ast.DictComp{Range: p.from(start), Key: first, Value: v, Generators: gens}
			return n
		}
		return p.dictRest(start, first, v)
	}
	if p.tok == token.For || p.tok == token.Async {
		p.element(first)
		gens := p.clauses()
		p.expect(token.RBrace)
		n := p.setComp.alloc()
		*n = ast.SetComp{Range: p.from(start), Elt: first, Generators: gens}
		return n
	}
	mark := p.exprs.mark()
	p.exprs.push(first)
	for p.accept(token.Comma) && (starts[p.tok] || p.tok == token.Star) {
		p.exprs.push(p.starNamed())
	}
	p.expect(token.RBrace)
	elts := p.exprs.cut(mark)
	n := p.set.alloc()
	*n = ast.Set{Range: p.from(start), Elts: elts}
	return n
}

// dictKey refuses what a set element may be and a key may not: a starred or named expression.
func (p *Parser) dictKey(at uint32, e ast.Expr) {
	switch e := e.(type) {
	case *ast.Starred:
		p.failSpan(e.Start, e.Stop, "a starred expression cannot be a key")
	case *ast.NamedExpr:
		if e.Start == at {
			p.failSpan(e.Start, e.Stop, "`:=` in a key needs parentheses")
		}
	}
}

// checkUnpacked refuses `{**a or b}`: unpacking takes a bitwise_or.
func (p *Parser) checkUnpacked(at uint32, v ast.Expr) {
	switch v.(type) {
	case *ast.BoolOp, *ast.Compare, *ast.IfExp, *ast.Lambda, *ast.UnaryOp:
	default:
		return
	}
	if u, ok := v.(*ast.UnaryOp); ok && u.Op != ast.Not {
		return
	}
	for at < v.Pos() {
		if p.src[at] == '(' {
			return
		}
		at++
	}
	p.failSpan(v.Pos(), v.End(), "what `**` unpacks needs parentheses here")
}

func (p *Parser) dictRest(start uint32, key, value ast.Expr) ast.Expr {
	// Keys and values alternate on one stack and are told apart when they are cut.
	mark := p.exprs.mark()
	p.exprs.push(key)
	p.exprs.push(value)
	for p.accept(token.Comma) {
		if p.tok == token.DoubleStar {
			at := p.start
			p.next()
			v := p.expr()
			p.checkUnpacked(at+2, v)
			p.exprs.push(nil)
			p.exprs.push(v)
			continue
		}
		if !starts[p.tok] {
			break
		}
		k := p.expr()
		p.expect(token.Colon)
		v := p.expr()
		p.exprs.push(k)
		p.exprs.push(v)
	}
	p.expect(token.RBrace)
	flat := p.exprs.stack[mark:]
	n := len(flat) / 2
	for _, i := range [2]int{0, 1} {
		for k := i; k < 2*n; k += 2 {
			p.exprs.push(flat[k])
		}
	}
	values := p.exprs.cut(mark + 3*n)
	keys := p.exprs.cut(mark + 2*n)
	p.exprs.stack = p.exprs.stack[:mark]
	d := p.dict.alloc()
	*d = ast.Dict{Range: p.from(start), Keys: keys, Values: values}
	return d
}

// clauses: ('async'? 'for' star_targets 'in' disjunction ('if' disjunction)*)+.
func (p *Parser) clauses() []ast.Comprehension {
	mark := p.generators.mark()
	for p.tok == token.For || p.tok == token.Async {
		async := p.accept(token.Async)
		p.expect(token.For)
		target := p.targetList()
		p.expect(token.In)
		iter := p.climb(precOr) // since 3.9 a lambda or a conditional needs parentheses here
		ifs := p.exprs.mark()
		for p.accept(token.If) {
			p.exprs.push(p.climb(precOr))
		}
		p.generators.push(ast.Comprehension{Target: target, Iter: iter, Ifs: p.exprs.cut(ifs), Async: async})
	}
	return p.generators.cut(mark)
}
