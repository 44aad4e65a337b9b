package parser

import (
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/token"
)

// Binding powers of the binary operators, from or to **.
const (
	precOr uint8 = iota + 1
	precAnd
	precNot // prefix
	precCompare
	precBitOr
	precBitXor
	precBitAnd
	precShift
	precSum
	precTerm
	precUnary // prefix
	precPower
)

type binaryOp struct {
	prec uint8
	op   ast.Operator
}

var binaries = [256]binaryOp{
	token.Or:           {precOr, ast.Or},
	token.And:          {precAnd, ast.And},
	token.Less:         {precCompare, ast.Lt},
	token.Greater:      {precCompare, ast.Gt},
	token.LessEqual:    {precCompare, ast.LtE},
	token.GreaterEqual: {precCompare, ast.GtE},
	token.EqEqual:      {precCompare, ast.Eq},
	token.NotEqual:     {precCompare, ast.NotEq},
	token.In:           {precCompare, ast.In},
	token.Is:           {precCompare, ast.Is},
	token.Not:          {precCompare, ast.NotIn}, // after an operand: not in
	token.Pipe:         {precBitOr, ast.BitOr},
	token.Caret:        {precBitXor, ast.BitXor},
	token.Amper:        {precBitAnd, ast.BitAnd},
	token.LeftShift:    {precShift, ast.LShift},
	token.RightShift:   {precShift, ast.RShift},
	token.Plus:         {precSum, ast.Add},
	token.Minus:        {precSum, ast.Sub},
	token.Star:         {precTerm, ast.Mult},
	token.Slash:        {precTerm, ast.Div},
	token.DoubleSlash:  {precTerm, ast.FloorDiv},
	token.Percent:      {precTerm, ast.Mod},
	token.At:           {precTerm, ast.MatMult},
}

// starts holds the tokens an expression can start with.
var starts = [256]bool{
	token.Name: true, token.Number: true, token.String: true, token.FString: true, token.TString: true,
	token.LParen: true, token.LBracket: true, token.LBrace: true, token.Ellipsis: true, token.Plus: true,
	token.Minus: true, token.Tilde: true, token.Not: true, token.Lambda: true, token.Await: true,
	token.None: true, token.True: true, token.False: true,
}

// starsOrYield: annotated_rhs: yield_expr | star_expressions.
//
//	x = yield a      x = *a, b
func (p *Parser) starsOrYield() ast.Expr {
	if p.tok == token.Yield {
		return p.yieldExpr()
	}
	return p.starExprs()
}

// yieldExpr: 'yield' 'from' expression | 'yield' [star_expressions].
func (p *Parser) yieldExpr() ast.Expr {
	start := p.start
	p.next()
	if p.accept(token.From) {
		v := p.expr()
		n := p.yieldFrom.alloc()
		*n = ast.YieldFrom{Range: p.from(start), Value: v}
		return n
	}
	var v ast.Expr
	if starts[p.tok] || p.tok == token.Star {
		v = p.starExprs()
	}
	n := p.yield.alloc()
	*n = ast.Yield{Range: p.from(start), Value: v}
	return n
}

// starExprs: star_expression (',' star_expression)* [','].
//
//	return a, *b
func (p *Parser) starExprs() ast.Expr {
	start := p.start
	e := p.starExpr()
	if p.tok != token.Comma {
		return e
	}
	mark := p.exprs.mark()
	p.exprs.push(e)
	for p.accept(token.Comma) && (starts[p.tok] || p.tok == token.Star) {
		p.exprs.push(p.starExpr())
	}
	elts := p.exprs.cut(mark)
	return p.newTuple(p.from(start), elts)
}

// starExpr: '*' bitwise_or | expression.
func (p *Parser) starExpr() ast.Expr {
	if p.tok == token.Star {
		start := p.start
		p.next()
		v := p.climb(precBitOr)
		n := p.starred.alloc()
		*n = ast.Starred{Range: p.from(start), Value: v}
		return n
	}
	return p.expr()
}

// exprList: expression (',' expression)* [','], a tuple when there is a comma.
//
//	except A, B:
func (p *Parser) exprList() ast.Expr {
	start := p.start
	e := p.expr()
	if p.tok != token.Comma {
		return e
	}
	mark := p.exprs.mark()
	p.exprs.push(e)
	for p.accept(token.Comma) && starts[p.tok] {
		p.exprs.push(p.expr())
	}
	elts := p.exprs.cut(mark)
	return p.newTuple(p.from(start), elts)
}

// named: NAME ':=' expression | expression.
//
//	if (n := len(a)) > 10:
func (p *Parser) named() ast.Expr {
	start := p.start
	e := p.expr()
	if p.tok != token.Walrus {
		return e
	}
	return p.walrus(start, e)
}

func (p *Parser) walrus(start uint32, e ast.Expr) ast.Expr {
	n, ok := e.(*ast.Name)
	if !ok || n.Start != start {
		p.fail("only a plain name can stand before `:=`")
		return e
	}
	p.need(8, p.start, p.end, "`:=`")
	p.next()
	n.Ctx = ast.Store
	v := p.expr()
	w := p.namedExpr.alloc()
	*w = ast.NamedExpr{Range: p.from(start), Target: n, Value: v}
	return w
}

// starNamed: '*' bitwise_or | named_expression.
func (p *Parser) starNamed() ast.Expr {
	if p.tok == token.Star {
		return p.starExpr()
	}
	return p.named()
}

// expr: disjunction ['if' disjunction 'else' expression] | lambdef.
func (p *Parser) expr() ast.Expr {
	if p.tok == token.Lambda {
		return p.lambdaExpr()
	}
	start := p.start
	e := p.climb(precOr)
	if p.tok != token.If {
		return e
	}
	return p.ternary(start, e)
}

func (p *Parser) ternary(start uint32, body ast.Expr) ast.Expr {
	p.enter()
	p.next()
	test := p.climb(precOr)
	if p.tok != token.Else {
		p.leave()
		if !p.failed {
			p.failSpan(start, p.prevEnd, "a conditional expression needs its `else`")
		}
		return body
	}
	p.next()
	orelse := p.expr()
	p.leave()
	n := p.ifExp.alloc()
	*n = ast.IfExp{Range: p.from(start), Test: test, Body: body, Orelse: orelse}
	return n
}

// lambdaExpr: 'lambda' [lambda_params] ':' expression.
func (p *Parser) lambdaExpr() ast.Expr {
	start := p.start
	if p.field != 0 && p.nest == p.field {
		p.fail("a lambda in a replacement field needs parentheses")
		return p.bad()
	}
	p.enter()
	p.next()
	args := p.parameters(token.Colon)
	p.expect(token.Colon)
	body := p.expr()
	p.leave()
	n := p.lambda.alloc()
	*n = ast.Lambda{Range: p.from(start), Args: args, Body: body}
	return n
}

// climb parses operators that bind at least as tightly as min. Chains of one level are a loop; a tighter operator on the
// right is a recursion. Or, and and comparisons collect their operands in one node.
func (p *Parser) climb(min uint8) ast.Expr {
	start := p.start
	var left ast.Expr
	switch p.tok {
	case token.Not:
		if min > precNot {
			p.fail("`not` here needs parentheses")
			return p.bad()
		}
		p.enter()
		p.next()
		v := p.climb(precNot)
		p.leave()
		n := p.unaryOp.alloc()
		*n = ast.UnaryOp{Range: p.from(start), Op: ast.Not, Operand: v}
		left = n
	case token.Plus, token.Minus, token.Tilde:
		left = p.unary()
	default:
		left = p.power()
	}
	for n := 0; ; n++ {
		b := binaries[p.tok]
		if b.prec < min || b.prec == 0 {
			return left
		}
		if n >= maxChain {
			p.fail("too many operators in one expression")
			return left
		}
		switch b.prec {
		case precOr, precAnd:
			left = p.boolChain(start, left, b)
		case precCompare:
			if c := p.comparison(start, left); c != nil {
				left = c
				continue
			}
			return left
		default:
			p.next()
			right := p.climbRight(b.prec + 1)
			n := p.binOp.alloc()
			*n = ast.BinOp{Range: p.from(start), Op: b.op, Left: left, Right: right}
			left = n
		}
	}
}

// climbRight is climb for a right operand: most are a single operand, so look before recursing.
func (p *Parser) climbRight(min uint8) ast.Expr {
	if p.tok == token.Name || p.tok == token.Number || p.tok == token.String {
		start := p.start
		e := p.power()
		if binaries[p.tok].prec < min {
			return e
		}
		return p.climbFrom(start, e, min)
	}
	return p.climb(min)
}

// climbFrom continues after an operand that was already read.
func (p *Parser) climbFrom(start uint32, left ast.Expr, min uint8) ast.Expr {
	for n := 0; ; n++ {
		b := binaries[p.tok]
		if b.prec < min {
			return left
		}
		if n >= maxChain {
			p.fail("too many operators in one expression")
			return left
		}
		p.next()
		right := p.climbRight(b.prec + 1)
		n := p.binOp.alloc()
		*n = ast.BinOp{Range: p.from(start), Op: b.op, Left: left, Right: right}
		left = n
	}
}

// boolChain: conjunction ('or' conjunction)+, inversion ('and' inversion)+.
func (p *Parser) boolChain(start uint32, left ast.Expr, b binaryOp) ast.Expr {
	tok := p.tok
	mark := p.exprs.mark()
	p.exprs.push(left)
	for p.accept(tok) {
		p.exprs.push(p.climb(b.prec + 1))
	}
	values := p.exprs.cut(mark)
	n := p.boolOp.alloc()
	*n = ast.BoolOp{Range: p.from(start), Op: b.op, Values: values}
	return n
}

// comparison: bitwise_or (comp_op bitwise_or)+; nil when a `not` is not followed by `in`.
//
//	a < b not in c
func (p *Parser) comparison(start uint32, left ast.Expr) ast.Expr {
	mark, opMark := p.exprs.mark(), p.ops.mark()
	for {
		b := binaries[p.tok]
		if b.prec != precCompare {
			break
		}
		op := b.op
		tok := p.tok
		p.next()
		if tok == token.Not {
			if p.tok != token.In {
				p.unexpected(token.In)
				break
			}
			p.next()
		} else if tok == token.Is && p.tok == token.Not {
			op = ast.IsNot
			p.next()
		}
		p.ops.push(op)
		p.exprs.push(p.climbRight(precBitOr))
	}
	if p.ops.mark() == opMark {
		return nil
	}
	right, ops := p.exprs.cut(mark), p.ops.cut(opMark)
	n := p.compare.alloc()
	*n = ast.Compare{Range: p.from(start), Left: left, Ops: ops, Comparators: right}
	return n
}

// unary: ('+' | '-' | '~') factor | power.
func (p *Parser) unary() ast.Expr {
	var op ast.Operator
	switch p.tok {
	case token.Plus:
		op = ast.UAdd
	case token.Minus:
		op = ast.USub
	case token.Tilde:
		op = ast.Invert
	default:
		return p.power()
	}
	start := p.start
	p.enter()
	p.next()
	v := p.unary()
	p.leave()
	n := p.unaryOp.alloc()
	*n = ast.UnaryOp{Range: p.from(start), Op: op, Operand: v}
	return n
}

// power: await_primary ['**' factor].
func (p *Parser) power() ast.Expr {
	start := p.start
	var e ast.Expr
	if p.tok == token.Await {
		p.next()
		v := p.primary()
		n := p.await.alloc()
		*n = ast.Await{Range: p.from(start), Value: v}
		e = n
	} else {
		e = p.primary()
	}
	if p.tok != token.DoubleStar {
		return e
	}
	p.enter()
	p.next()
	right := p.unary()
	p.leave()
	n := p.binOp.alloc()
	*n = ast.BinOp{Range: p.from(start), Op: ast.Pow, Left: e, Right: right}
	return n
}

// primary: atom ('.' NAME | '(' [arguments] ')' | '[' slices ']')*.
func (p *Parser) primary() ast.Expr {
	start := p.start
	var e ast.Expr
	if p.tok == token.Name {
		n := p.nameExpr.alloc()
		*n = ast.Name{Range: ast.Range{Start: start, Stop: p.end}, ID: p.sym}
		p.next()
		e = n
	} else {
		e = p.atom()
	}
	for n := 0; n < maxChain; n++ {
		switch p.tok {
		case token.Dot:
			p.next()
			if p.tok != token.Name {
				p.name()
				// Keep what the user is typing: `x.` is still a use of x.
				return e
			}
			a := p.attribute.alloc()
			*a = ast.Attribute{Range: ast.Range{Start: start, Stop: p.end}, Value: e, Attr: p.sym}
			p.next()
			e = a
		case token.LParen:
			e = p.callExpr(start, e)
		case token.LBracket:
			p.enter()
			p.next()
			index := p.slices()
			p.expect(token.RBracket)
			p.leave()
			s := p.subscript.alloc()
			*s = ast.Subscript{Range: p.from(start), Value: e, Index: index}
			e = s
		default:
			return e
		}
	}
	p.fail("too many calls or attributes in one expression")
	return e
}

// atom: NAME | constants | strings | NUMBER | group, tuple, genexp | list | dict, set.
func (p *Parser) atom() ast.Expr {
	r := ast.Range{Start: p.start, Stop: p.end}
	var kind ast.ConstKind
	switch p.tok {
	case token.String, token.FString, token.TString:
		return p.stringsExpr()
	case token.Number:
		last := p.src[p.end-1] | 0x20
		switch {
		case last == 'j':
			kind = ast.Imaginary
		case p.isFloat():
			kind = ast.Float
		default:
			kind = ast.Int
			if p.end-p.start > 4300 && p.tooManyDigits() {
				p.fail("a decimal number of more than 4300 digits; write it in hexadecimal")
				return p.bad()
			}
		}
	case token.LParen:
		return p.paren()
	case token.LBracket:
		return p.bracket()
	case token.LBrace:
		return p.brace()
	case token.None:
		kind = ast.None
	case token.True:
		kind = ast.True
	case token.False:
		kind = ast.False
	case token.Ellipsis:
		kind = ast.Ellipsis
	case token.Name:
		n := p.newName(p.start, p.end, p.sym, ast.Load)
		p.next()
		return n
	default:
		p.noExpr()
		return p.bad()
	}
	p.next()
	return p.newConstant(r, kind)
}

// noExpr fails where an expression should start.
func (p *Parser) noExpr() {
	if p.failed {
		return
	}
	switch {
	case p.tok == token.EOF && p.nest > 0:
		p.unclosed(token.RParen)
	case p.tok == token.Star:
		p.fail("a starred expression cannot stand here")
	case p.spec > 0:
		p.fail("")
	case p.tok.Keyword():
		p.fail("expected an expression, not the keyword `" + p.tok.String() + "`")
	default:
		p.fail("expected an expression" + p.found())
	}
}

func (p *Parser) isFloat() bool {
	s := p.src[p.start:p.end]
	if len(s) > 1 && s[0] == '0' && (s[1]|0x20 == 'x' || s[1]|0x20 == 'o' || s[1]|0x20 == 'b') {
		return false
	}
	for _, c := range s {
		if c == '.' || c|0x20 == 'e' {
			return true
		}
	}
	return false
}

func (p *Parser) tooManyDigits() bool {
	s := p.src[p.start:p.end]
	if s[0] == '0' && s[1]|0x20 >= 'b' {
		return false
	}
	digits := 0
	for _, c := range s {
		if c != '_' {
			digits++
		}
	}
	return digits > 4300
}

// slices: slice !',' | (slice | starred_expression) (',' …)* [','].
func (p *Parser) slices() ast.Expr {
	start := p.start
	star := p.tok == token.Star
	e := p.sliceItem()
	if p.tok != token.Comma {
		if star {
			p.need(11, start, p.prevEnd, "unpacking in an index")
			mark := p.exprs.mark()
			p.exprs.push(e)
			elts := p.exprs.cut(mark)
			return p.newTuple(p.from(start), elts)
		}
		return e
	}
	mark := p.exprs.mark()
	p.exprs.push(e)
	for p.accept(token.Comma) && (starts[p.tok] || p.tok == token.Star || p.tok == token.Colon) {
		if p.tok == token.Star {
			star = true
		}
		p.exprs.push(p.sliceItem())
	}
	if star {
		p.need(11, start, p.prevEnd, "unpacking in an index")
	}
	elts := p.exprs.cut(mark)
	return p.newTuple(p.from(start), elts)
}

// sliceItem: [expression] ':' [expression] [':' [expression]] | named_expression | '*' expression.
func (p *Parser) sliceItem() ast.Expr {
	start := p.start
	if p.tok == token.Star {
		p.next()
		v := p.expr()
		n := p.starred.alloc()
		*n = ast.Starred{Range: p.from(start), Value: v}
		return n
	}
	var lower, upper, step ast.Expr
	if p.tok != token.Colon {
		lower = p.named()
		if p.tok != token.Colon {
			return lower
		}
		if w, ok := lower.(*ast.NamedExpr); ok && w.Start == start {
			p.fail("`:=` in a slice needs parentheses")
			return lower
		}
	}
	p.expect(token.Colon)
	if starts[p.tok] {
		upper = p.expr()
	}
	if p.accept(token.Colon) && starts[p.tok] {
		step = p.expr()
	}
	n := p.slice.alloc()
	*n = ast.Slice{Range: p.from(start), Lower: lower, Upper: upper, Step: step}
	return n
}
