package parser

import (
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/token"
)

// isMatch tells a match statement from an expression that starts with the name match. What cannot follow an operand
// starts a subject, what cannot start an expression follows a name, and for the rest the subject is tried: a match
// statement has a colon and the end of the line after it.
//
//	match x:        match (x):  # statements
//	match(x)        match[x]: int = 1   match -x   # expressions
func (p *Parser) isMatch() bool {
	switch p.peek() {
	case token.Name, token.Number, token.String, token.FString, token.TString, token.LBrace, token.Ellipsis, token.Tilde,
		token.Lambda, token.Await, token.None, token.True, token.False:
		return true
	case token.LParen, token.LBracket, token.Star, token.Plus, token.Minus, token.Not:
	default:
		return false
	}
	s := p.try()
	p.next()
	p.subject()
	yes := false
	if p.tok == token.Colon {
		p.next()
		yes = p.tok == token.Newline
	}
	p.back(&s)
	return yes
}

// subject: star_named_expression ',' [star_named_expressions] | named_expression.
func (p *Parser) subject() ast.Expr {
	start := p.start
	star := p.tok == token.Star
	e := p.starNamed()
	if p.tok != token.Comma {
		if star {
			p.failSpan(start, p.prevEnd, "a starred expression cannot stand here")
		}
		return e
	}
	mark := p.exprs.mark()
	p.exprs.push(e)
	for p.accept(token.Comma) && (starts[p.tok] || p.tok == token.Star) {
		p.exprs.push(p.starNamed())
	}
	elts := p.exprs.cut(mark)
	return p.newTuple(p.from(start), elts)
}

// matchStatement: "match" subject_expr ':' NEWLINE INDENT case_block+ DEDENT.
func (p *Parser) matchStatement() ast.Stmt {
	start := p.start
	p.need(10, start, p.end, "the `match` statement")
	p.next()
	subject := p.subject()
	p.expect(token.Colon)
	if p.failed {
		p.recover()
	}
	var cases []ast.MatchCase
	if p.tok != token.Newline {
		p.fail("`match` needs its cases on lines of their own")
		p.recover()
	}
	p.next()
	if p.tok == token.Indent {
		p.next()
		p.depth++
		mark := p.cases.mark()
		for p.tok != token.Dedent && p.tok != token.EOF {
			if p.tok != token.Name || p.sym != ast.SymCase || p.depth > maxDepth {
				p.fail("expected `case`" + p.found())
				p.recover()
				p.skipBlock()
				continue
			}
			p.next()
			pattern := p.casePattern()
			var guard ast.Expr
			if p.accept(token.If) {
				guard = p.named()
			}
			body := p.block()
			p.cases.push(ast.MatchCase{Pattern: pattern, Guard: guard, Body: body})
		}
		p.depth--
		p.endBlock()
		cases = p.cases.cut(mark)
	} else if p.failed {
		p.recover()
	} else {
		p.faultAt(p.start, p.start, "expected an indented block of cases")
	}
	n := p.match.alloc()
	*n = ast.Match{Range: p.from(start), Subject: subject, Cases: cases}
	return n
}

// skipBlock drops the line end and the block, if any, of a line that made no sense.
func (p *Parser) skipBlock() {
	if p.tok == token.Newline {
		p.next()
	}
	if p.tok == token.Indent {
		mark := p.stmts.mark()
		p.next()
		p.depth++
		if p.depth <= maxDepth {
			p.statementsInto(true)
		}
		p.depth--
		p.endBlock()
		p.stmts.stack = p.stmts.stack[:mark]
	}
}

// casePattern: open_sequence_pattern | pattern.
//
//	case a, *rest:
func (p *Parser) casePattern() ast.Pattern {
	start := p.start
	star := p.tok == token.Star
	e := p.starPattern()
	if p.tok != token.Comma {
		if star {
			p.failSpan(start, p.prevEnd, "a starred pattern needs a comma or brackets")
		}
		return e
	}
	mark := p.patterns.mark()
	p.patterns.push(e)
	for p.accept(token.Comma) && p.tok != token.Colon && p.tok != token.If {
		p.patterns.push(p.starPattern())
	}
	list := p.patterns.cut(mark)
	return p.newSequence(p.from(start), list)
}

func (p *Parser) newSequence(r ast.Range, list []ast.Pattern) ast.Pattern {
	n := p.matchSeq.alloc()
	*n = ast.MatchSequence{Range: r, Patterns: list}
	return n
}

// starPattern: '*' (NAME | '_') | pattern.
func (p *Parser) starPattern() ast.Pattern {
	if p.tok != token.Star {
		return p.pattern()
	}
	start := p.start
	p.next()
	s := p.name()
	if s == ast.SymUnderscore {
		s = 0
	}
	n := p.matchStar.alloc()
	*n = ast.MatchStar{Range: p.from(start), Name: s}
	return n
}

// pattern: or_pattern ['as' NAME].
func (p *Parser) pattern() ast.Pattern {
	start := p.start
	p.enter()
	e := p.orPattern()
	p.leave()
	if p.tok != token.As {
		return e
	}
	p.next()
	if p.tok == token.Name && p.sym == ast.SymUnderscore {
		p.fail("`_` cannot be a name after `as` in a pattern")
		return e
	}
	s := p.name()
	switch p.tok {
	case token.Dot, token.LParen, token.Assign:
		p.fail("only a plain name can stand after `as` in a pattern")
	}
	n := p.matchAs.alloc()
	*n = ast.MatchAs{Range: p.from(start), Pattern: e, Name: s}
	return n
}

// orPattern: closed_pattern ('|' closed_pattern)*.
func (p *Parser) orPattern() ast.Pattern {
	start := p.start
	e := p.closedPattern()
	if p.tok != token.Pipe {
		return e
	}
	mark := p.patterns.mark()
	p.patterns.push(e)
	for p.accept(token.Pipe) {
		p.patterns.push(p.closedPattern())
	}
	list := p.patterns.cut(mark)
	n := p.matchOr.alloc()
	*n = ast.MatchOr{Range: p.from(start), Patterns: list}
	return n
}

func (p *Parser) closedPattern() ast.Pattern {
	start := p.start
	switch p.tok {
	case token.Number, token.Minus, token.Plus, token.String, token.FString, token.TString:
		v := p.literal()
		n := p.matchValue.alloc()
		*n = ast.MatchValue{Range: p.from(start), Value: v}
		return n
	case token.None, token.True, token.False:
		kind := ast.None
		switch p.tok {
		case token.True:
			kind = ast.True
		case token.False:
			kind = ast.False
		}
		p.next()
		n := p.matchSingle.alloc()
		*n = ast.MatchSingleton{Range: p.from(start), Value: kind}
		return n
	case token.Name:
		return p.namePattern()
	case token.LParen:
		p.enter()
		defer p.leave()
		return p.groupPattern()
	case token.LBracket:
		p.next()
		mark := p.patterns.mark()
		for p.tok != token.RBracket {
			p.patterns.push(p.starPattern())
			if !p.accept(token.Comma) {
				break
			}
		}
		p.expect(token.RBracket)
		list := p.patterns.cut(mark)
		return p.newSequence(p.from(start), list)
	case token.LBrace:
		return p.mappingPattern()
	}
	p.fail("expected a pattern" + p.found())
	n := p.badPattern.alloc()
	*n = ast.BadPattern{Range: ast.Range{Start: p.prevEnd, Stop: p.prevEnd}}
	return n
}

// groupPattern: '(' pattern ')' | '(' [open_sequence_pattern] ')'.
func (p *Parser) groupPattern() ast.Pattern {
	start := p.start
	p.next()
	if p.tok == token.RParen {
		p.next()
		return p.newSequence(p.from(start), nil)
	}
	star := p.tok == token.Star
	at := p.start
	e := p.starPattern()
	if p.tok != token.Comma {
		if star {
			p.failSpan(at, p.prevEnd, "a starred pattern needs a comma or brackets")
		}
		p.expect(token.RParen)
		return e
	}
	mark := p.patterns.mark()
	p.patterns.push(e)
	for p.accept(token.Comma) && p.tok != token.RParen {
		p.patterns.push(p.starPattern())
	}
	p.expect(token.RParen)
	list := p.patterns.cut(mark)
	return p.newSequence(p.from(start), list)
}

// literal: signed_number, complex_number or strings.
//
//	case -1 + 2j:
func (p *Parser) literal() ast.Expr {
	start := p.start
	if p.tok == token.String || p.tok == token.FString || p.tok == token.TString {
		return p.stringsExpr()
	}
	left := p.signedNumber()
	if p.tok != token.Plus && p.tok != token.Minus {
		return left
	}
	op := ast.Add
	if p.tok == token.Minus {
		op = ast.Sub
	}
	at := p.start
	p.next()
	if p.tok != token.Number {
		p.fail("expected an imaginary number in a complex literal")
		return left
	}
	right := p.atom()
	if !imaginary(right) {
		p.failSpan(at, p.prevEnd, "the second part of a complex literal must be imaginary")
		return left
	}
	if imaginary(left) {
		p.failSpan(start, at, "the first part of a complex literal must be real")
		return left
	}
	n := p.binOp.alloc()
	*n = ast.BinOp{Range: p.from(start), Op: op, Left: left, Right: right}
	return n
}

func imaginary(e ast.Expr) bool {
	if u, ok := e.(*ast.UnaryOp); ok {
		e = u.Operand
	}
	c, ok := e.(*ast.Constant)
	return ok && c.Kind == ast.Imaginary
}

// signedNumber: ['-' | '+'] NUMBER. A plus sign is new in 3.15 and leaves no trace in the tree.
func (p *Parser) signedNumber() ast.Expr {
	start := p.start
	sign := p.tok
	if sign == token.Plus {
		p.need(15, p.start, p.end, "a plus sign in a pattern")
	}
	if sign == token.Plus || sign == token.Minus {
		p.next()
	}
	if p.tok != token.Number {
		p.fail("expected a number in a pattern" + p.found())
		return p.bad()
	}
	e := p.atom()
	if sign != token.Minus {
		return e
	}
	n := p.unaryOp.alloc()
	*n = ast.UnaryOp{Range: p.from(start), Op: ast.USub, Operand: e}
	return n
}

// namePattern: capture, wildcard, value (a dotted name) or class pattern.
func (p *Parser) namePattern() ast.Pattern {
	start := p.start
	sym := p.sym
	end := p.end
	p.next()
	if p.tok != token.Dot && p.tok != token.LParen {
		n := p.matchAs.alloc()
		*n = ast.MatchAs{Range: p.from(start), Name: sym}
		if sym == ast.SymUnderscore {
			n.Name = 0
		}
		if p.tok == token.Assign {
			p.fail("expected the end of the pattern" + p.found())
		}
		return n
	}
	var cls ast.Expr = p.newName(start, end, sym, ast.Load)
	for p.tok == token.Dot {
		p.next()
		attr := p.name()
		a := p.attribute.alloc()
		*a = ast.Attribute{Range: p.from(start), Value: cls, Attr: attr}
		cls = a
	}
	if p.tok == token.LParen {
		return p.classPattern(start, cls)
	}
	if p.tok == token.Assign {
		p.fail("expected the end of the pattern" + p.found())
	}
	n := p.matchValue.alloc()
	*n = ast.MatchValue{Range: p.from(start), Value: cls}
	return n
}

// classPattern: name_or_attr '(' [pattern (',' pattern)*] [NAME '=' pattern (',' …)*] [','] ')'.
func (p *Parser) classPattern(start uint32, cls ast.Expr) ast.Pattern {
	p.next()
	mark, symMark := p.patterns.mark(), p.syms.mark()
	var positional []ast.Pattern
	keywords := false
	for p.tok != token.RParen {
		if p.tok == token.Name && p.keywordFollows() {
			if !keywords {
				keywords = true
				positional = p.patterns.cut(mark)
			}
			p.syms.push(p.sym)
			p.next()
			p.next()
		} else if keywords {
			p.fail("a positional pattern after a keyword pattern")
			break
		}
		p.patterns.push(p.pattern())
		if !p.accept(token.Comma) {
			break
		}
	}
	p.expect(token.RParen)
	rest := p.patterns.cut(mark)
	if !keywords {
		positional, rest = rest, nil
	}
	n := p.matchClass.alloc()
	*n = ast.MatchClass{Range: p.from(start), Cls: cls, Patterns: positional, KwdAttrs: p.syms.cut(symMark), KwdPatterns: rest}
	return n
}

// mappingPattern: '{' [(literal | attr) ':' pattern (',' …)*] ['**' NAME] [','] '}'.
func (p *Parser) mappingPattern() ast.Pattern {
	start := p.start
	p.enter()
	p.next()
	mark, keyMark := p.patterns.mark(), p.exprs.mark()
	var rest ast.Sym
	for p.tok != token.RBrace {
		if p.tok == token.DoubleStar {
			p.next()
			if p.tok == token.Name && p.sym == ast.SymUnderscore {
				p.fail("`**_` is not allowed in a pattern")
				break
			}
			rest = p.name()
			p.accept(token.Comma)
			if p.tok != token.RBrace {
				p.fail("`**` must be the last item of a mapping pattern")
			}
			break
		}
		p.exprs.push(p.mappingKey())
		p.expect(token.Colon)
		p.patterns.push(p.pattern())
		if !p.accept(token.Comma) {
			break
		}
	}
	p.expect(token.RBrace)
	p.leave()
	keys, patterns := p.exprs.cut(keyMark), p.patterns.cut(mark)
	n := p.matchMapping.alloc()
	*n = ast.MatchMapping{Range: p.from(start), Keys: keys, Patterns: patterns, Rest: rest}
	return n
}

func (p *Parser) mappingKey() ast.Expr {
	start := p.start
	switch p.tok {
	case token.Number, token.Minus, token.Plus, token.String, token.FString, token.TString:
		return p.literal()
	case token.None, token.True, token.False:
		return p.atom()
	case token.Name:
		var e ast.Expr = p.newName(p.start, p.end, p.sym, ast.Load)
		p.next()
		if p.tok != token.Dot {
			p.failSpan(start, p.prevEnd, "a key in a pattern is a literal or a dotted name")
			return e
		}
		for p.tok == token.Dot {
			p.next()
			attr := p.name()
			a := p.attribute.alloc()
			*a = ast.Attribute{Range: p.from(start), Value: e, Attr: attr}
			e = a
		}
		return e
	}
	p.fail("a key in a pattern is a literal or a dotted name")
	return p.bad()
}
