package parser

import (
	"bytes"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/token"
)

// augOperators are the operators of the augmented assignments, in the order of their tokens.
var augOperators = [...]ast.Operator{
	ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.BitOr, ast.BitXor, ast.BitAnd, ast.FloorDiv, ast.Pow, ast.LShift,
	ast.RShift, ast.MatMult,
}

// statements reads statements up to the end of the block or, at the top, of the file.
func (p *Parser) statements(block bool) []ast.Stmt {
	mark := p.stmts.mark()
	p.statementsInto(block)
	return p.stmts.cut(mark)
}

func (p *Parser) statementsInto(block bool) {
	for {
		switch p.tok {
		case token.EOF:
			return
		case token.Dedent:
			if block {
				return
			}
			p.next()
		case token.Newline:
			p.next()
		case token.Indent:
			p.faultAt(p.start, p.start, "this line is indented and nothing before it opens a block")
			p.next()
			p.depth++
			if p.depth <= maxDepth {
				p.statementsInto(true)
			}
			p.depth--
			p.endBlock()
		default:
			p.statement()
			if len(p.faults) >= maxFaults {
				p.giveUp()
			}
		}
	}
}

// giveUp skips the rest of a source with too many faults to be Python.
func (p *Parser) giveUp() {
	s := p.badStmt.alloc()
	*s = ast.BadStmt{Range: ast.Range{Start: p.prevEnd, Stop: uint32(p.n)}}
	p.stmts.push(s)
	p.failed = false
	p.pos, p.nest, p.dedents = p.n, 0, 0
	p.indents = p.indents[:1]
	p.tok, p.start, p.bol = token.EOF, uint32(p.n), true
	p.end, p.prevEnd = uint32(p.n), uint32(p.n)
}

func (p *Parser) endBlock() {
	if p.tok == token.Dedent {
		p.next()
	}
}

// statement reads one compound statement, or the simple statements of one line, and pushes them.
func (p *Parser) statement() {
	var s ast.Stmt
	switch p.tok {
	case token.If:
		s = p.ifStatement()
	case token.Def:
		s = p.function(p.start, nil, false)
	case token.Class:
		s = p.class(p.start, nil)
	case token.At:
		s = p.decorated()
	case token.For:
		s = p.forStatement(p.start, false)
	case token.While:
		s = p.whileStatement()
	case token.With:
		s = p.withStatement(p.start, false)
	case token.Try:
		s = p.tryStatement()
	case token.Async:
		s = p.asyncStatement()
	case token.Name:
		if p.sym == ast.SymMatch && p.isMatch() {
			s = p.matchStatement()
			break
		}
		p.simpleLine()
		return
	default:
		p.simpleLine()
		return
	}
	if p.failed {
		p.recover()
	}
	if s != nil {
		p.stmts.push(s)
	}
}

// simpleLine: simple_stmt (';' simple_stmt)* [';'] NEWLINE.
func (p *Parser) simpleLine() {
	for {
		start, mark := p.start, p.stmts.mark()
		s := p.simple()
		if !p.failed {
			p.stmts.push(s)
			switch p.tok {
			case token.Newline:
				p.next()
				return
			case token.Semicolon:
				p.next()
				if p.tok == token.Newline {
					p.next()
					return
				}
				continue
			case token.EOF:
				if p.nest == 0 {
					return
				}
			}
			p.notEnded(s)
		}
		p.stmts.stack = p.stmts.stack[:mark]
		p.recover()
		b := p.badStmt.alloc()
		*b = ast.BadStmt{Range: ast.Range{Start: start, Stop: max(start, p.end)}}
		p.stmts.push(b)
		p.prevEnd = p.end
		if p.tok == token.Newline {
			p.next()
		}
		return
	}
}

// notEnded fails because something follows a complete statement on its line; Python 2's statements are named.
func (p *Parser) notEnded(s ast.Stmt) {
	if e, ok := s.(*ast.ExprStmt); ok {
		if n, ok := e.Value.(*ast.Name); ok {
			switch {
			case n.ID == ast.SymPrint && p.tok != token.Colon:
				p.failSpan(n.Start, n.Stop, "`print` is a function in Python 3: write print(...)")
				return
			case n.ID == ast.SymExec && p.tok != token.Colon:
				p.failSpan(n.Start, n.Stop, "`exec` is a function in Python 3: write exec(...)")
				return
			}
		}
	}
	if r, ok := s.(*ast.Raise); ok && p.tok == token.Comma && r.Exc != nil {
		p.failSpan(r.Start, p.end, "`raise E, value` is Python 2: write raise E(value)")
		return
	}
	switch p.tok {
	case token.Assign:
		p.fail("`=` cannot stand here; did you mean `==` or `:=`?")
	case token.EOF:
		p.unclosed(token.RParen)
	default:
		p.fail("expected the end of the statement" + p.found())
	}
}

// recover ends the unwinding after a fault: it skips to the end of the line of the fault, past the lines of an open
// bracket, and leaves a Newline as the current token. A line that starts with a statement's keyword ends an open
// bracket, and so does the line of a bracket that is never closed.
func (p *Parser) recover() {
	if !p.failed {
		return
	}
	p.failed = false
	open := p.nest > 0
	at := int(p.failPos)
	if open && at >= p.n && p.rescan < 4*p.n {
		at = int(p.opens[p.nest-1])
		p.rescan += p.n - at
	}
	p.nest, p.field, p.strDepth, p.fields = 0, 0, 0, 0
	src := p.src
	at = min(max(at, int(p.prevEnd)), p.n)
	i := at
	if open && p.startsStatement(at) {
		// Step back to the line before, which the bracket left open.
		for i > 0 && src[i-1] != '\n' && src[i-1] != '\r' {
			i--
		}
	} else {
		i = p.lineEnd(at)
		col := p.indents[len(p.indents)-1].col
		for open && i < p.n {
			j := i
			for src[j] == ' ' || src[j] == '\t' || src[j] == '\f' {
				j++
			}
			if c := src[j]; c != ')' && c != ']' && c != '}' && c != '\n' && c != '\r' && j-i <= col || p.startsStatement(j) {
				break
			}
			i = p.lineEnd(j)
		}
	}
	p.pos = i
	p.bol = true
	p.tok = token.Newline
	p.start = uint32(i)
	// The skipped text, without its line end, belongs to the statement.
	for i > at && (src[i-1] == '\n' || src[i-1] == '\r') {
		i--
	}
	p.end = max(p.prevEnd, uint32(i))
	p.prevEnd = p.end
}

// lineEnd is the offset of the line after the one at i.
func (p *Parser) lineEnd(i int) int {
	for {
		j := bytes.IndexByte(p.src[i:p.n], '\n')
		end := p.n
		if j >= 0 {
			end = i + j + 1
		}
		if p.hasCR {
			if k := bytes.IndexByte(p.src[i:end], '\r'); k >= 0 && p.src[i+k+1] != '\n' {
				return i + k + 1
			}
		}
		return end
	}
}

var statementWords = [...]string{"def ", "class ", "async ", "import ", "from ", "return", "with ", "while ", "try:", "raise ", "@"}

// startsStatement reports whether the text at i is the first on its line and starts what no expression can.
func (p *Parser) startsStatement(i int) bool {
	k := i
	for k > 0 && (p.src[k-1] == ' ' || p.src[k-1] == '\t') {
		k--
	}
	if k > 0 && p.src[k-1] != '\n' && p.src[k-1] != '\r' {
		return false
	}
	for _, w := range statementWords {
		if bytes.HasPrefix(p.src[i:p.n], []byte(w)) {
			return true
		}
	}
	return false
}

// block: ':' (NEWLINE INDENT statement+ DEDENT | simple_stmts). After a fault in the header its line is skipped and the
// block read all the same.
func (p *Parser) block() []ast.Stmt {
	header := p.failed
	if !p.failed {
		if p.tok != token.Colon {
			p.unexpected(token.Colon)
		} else {
			p.next()
		}
		header = p.failed
	}
	if p.failed {
		p.recover()
	}
	mark := p.stmts.mark()
	p.depth++
	if p.tok == token.Newline {
		p.next()
		switch {
		case p.tok == token.Indent:
			p.next()
			if p.depth <= maxDepth {
				p.statementsInto(true)
			}
			p.endBlock()
		case header:
		case p.failed:
			p.recover()
		default:
			p.faultAt(p.start, p.start, "expected an indented block")
		}
	} else {
		p.inlineBlock()
	}
	p.depth--
	return p.stmts.cut(mark)
}

func (p *Parser) inlineBlock() {
	switch p.tok {
	case token.If, token.Def, token.Class, token.At, token.For, token.While, token.With, token.Try, token.Async:
		p.fail("`" + p.tok.String() + "` must start its own line")
	case token.EOF:
		p.faultAt(p.start, p.start, "expected an indented block")
		return
	}
	p.simpleLine()
}

// ifStatement: 'if' named_expression ':' block ('elif' …)* ['else' ':' block]. An elif is an If alone in Orelse; the
// chain is a loop and its ends are set afterwards.
func (p *Parser) ifStatement() ast.Stmt {
	var first, last *ast.If
	var chain int
	for {
		start := p.start
		p.next()
		test := p.named()
		body := p.block()
		n := p.ifStmt.alloc()
		*n = ast.If{Range: p.from(start), Test: test, Body: body}
		if first == nil {
			first = n
		} else {
			mark := p.stmts.mark()
			p.stmts.push(n)
			last.Orelse = p.stmts.cut(mark)
		}
		last = n
		if p.tok != token.Elif {
			break
		}
		if chain++; chain > maxChain {
			p.fail("too many elif in one chain")
			break
		}
	}
	last.Orelse = p.elseBlock()
	end := max(p.prevEnd, last.Stop)
	for n := first; ; {
		n.Stop = end
		if n == last {
			return first
		}
		n = n.Orelse[0].(*ast.If)
	}
}

// elseBlock: ['else' ':' block].
func (p *Parser) elseBlock() []ast.Stmt {
	if p.tok != token.Else {
		return nil
	}
	p.next()
	return p.block()
}

// whileStatement: 'while' named_expression ':' block [else_block].
func (p *Parser) whileStatement() ast.Stmt {
	start := p.start
	p.next()
	test := p.named()
	body := p.block()
	orelse := p.elseBlock()
	n := p.while.alloc()
	*n = ast.While{Range: p.from(start), Test: test, Body: body, Orelse: orelse}
	return n
}

// forStatement: ['async'] 'for' star_targets 'in' star_expressions ':' block [else_block].
func (p *Parser) forStatement(start uint32, async bool) ast.Stmt {
	p.next()
	target := p.targetList()
	p.expect(token.In)
	at := p.start
	star := p.tok == token.Star
	iter := p.starExprs()
	if star {
		p.need(9, at, p.prevEnd, "unpacking after `in`")
	}
	body := p.block()
	orelse := p.elseBlock()
	n := p.forStmt.alloc()
	*n = ast.For{Range: p.from(start), Async: async, Target: target, Iter: iter, Body: body, Orelse: orelse}
	return n
}

// asyncStatement: 'async' (function_def | with_stmt | for_stmt).
func (p *Parser) asyncStatement() ast.Stmt {
	start := p.start
	p.next()
	switch p.tok {
	case token.Def:
		return p.function(start, nil, true)
	case token.With:
		return p.withStatement(start, true)
	case token.For:
		return p.forStatement(start, true)
	}
	p.fail("`async` must be followed by `def`, `with` or `for`")
	p.recover()
	return p.badAt(start)
}

func (p *Parser) badAt(start uint32) ast.Stmt {
	b := p.badStmt.alloc()
	*b = ast.BadStmt{Range: p.from(start)}
	return b
}

// decorated: ('@' named_expression NEWLINE)+ (class_def | function_def).
func (p *Parser) decorated() ast.Stmt {
	first := p.start
	mark := p.exprs.mark()
	for p.tok == token.At {
		p.next()
		at := p.start
		e := p.named()
		if p.version < 9 && !p.failed && !oldDecorator(e) {
			p.need(9, at, p.prevEnd, "an expression as a decorator")
		}
		p.exprs.push(e)
		if p.tok != token.Newline {
			p.fail("expected the end of the decorator's line" + p.found())
			p.recover()
		}
		p.next()
	}
	decorators := p.exprs.cut(mark)
	start := p.start
	switch p.tok {
	case token.Def:
		return p.function(start, decorators, false)
	case token.Class:
		return p.class(start, decorators)
	case token.Async:
		p.next()
		if p.tok == token.Def {
			return p.function(start, decorators, true)
		}
	}
	p.fail("a decorator must be followed by `def` or `class`")
	p.recover()
	return p.badAt(first)
}

// oldDecorator reports whether e was a decorator before Python 3.9: a dotted name, perhaps called.
func oldDecorator(e ast.Expr) bool {
	if c, ok := e.(*ast.Call); ok {
		e = c.Func
	}
	for {
		switch x := e.(type) {
		case *ast.Name:
			return true
		case *ast.Attribute:
			e = x.Value
		default:
			return false
		}
	}
}

// function: 'def' NAME [type_params] '(' [params] ')' ['->' expression] ':' block.
func (p *Parser) function(start uint32, decorators []ast.Expr, async bool) ast.Stmt {
	p.next()
	nameSpan := span(p.start, max(p.start, p.end))
	name := p.name()
	if p.failed {
		nameSpan = span(p.prevEnd, p.prevEnd)
	}
	tparams := p.typeParams()
	p.expect(token.LParen)
	args := p.parameters(token.RParen)
	p.expect(token.RParen)
	var returns ast.Expr
	if p.accept(token.Arrow) {
		returns = p.expr()
	}
	body := p.block()
	n := p.functionDef.alloc()
	*n = ast.FunctionDef{Range: p.from(start), Async: async, Name: name, NameSpan: nameSpan, Args: args, Body: body,
		Decorators: decorators, Returns: returns, TypeParams: tparams}
	return n
}

// class: 'class' NAME [type_params] ['(' [arguments] ')'] ':' block.
func (p *Parser) class(start uint32, decorators []ast.Expr) ast.Stmt {
	p.next()
	nameSpan := span(p.start, max(p.start, p.end))
	name := p.name()
	if p.failed {
		nameSpan = span(p.prevEnd, p.prevEnd)
	}
	tparams := p.typeParams()
	var bases []ast.Expr
	var kws []ast.Keyword
	if p.tok == token.LParen {
		open := p.start
		p.next()
		bases, kws = p.callArgs(open, false)
	}
	body := p.block()
	n := p.classDef.alloc()
	*n = ast.ClassDef{Range: p.from(start), Name: name, NameSpan: nameSpan, Bases: bases, Keywords: kws, Body: body,
		Decorators: decorators, TypeParams: tparams}
	return n
}

// withStatement: 'with' '(' with_item (',' with_item)* [','] ')' ':' block | 'with' with_item (',' with_item)* ':' block.
// Only the colon after the parenthesis tells the first form from a parenthesized expression, so it is tried first.
func (p *Parser) withStatement(start uint32, async bool) ast.Stmt {
	p.next()
	var items []ast.WithItem
	if p.tok == token.LParen {
		items = p.parenWith()
	}
	if items == nil {
		mark := p.items.mark()
		for {
			p.items.push(p.withItem())
			if !p.accept(token.Comma) {
				break
			}
		}
		items = p.items.cut(mark)
	}
	body := p.block()
	n := p.with.alloc()
	*n = ast.With{Range: p.from(start), Async: async, Items: items, Body: body}
	return n
}

func (p *Parser) parenWith() []ast.WithItem {
	s := p.try()
	open := p.start
	p.next()
	mark := p.items.mark()
	plain := true
	for p.tok != token.RParen {
		if !starts[p.tok] {
			p.fail("expected a context manager")
			break
		}
		it := p.withItem()
		plain = plain && it.Vars == nil
		p.items.push(it)
		if !p.accept(token.Comma) {
			break
		}
	}
	n := p.items.mark() - mark
	if p.tok == token.RParen {
		p.next()
	} else {
		p.failed = true
	}
	if p.failed || p.tok != token.Colon || n == 0 || p.version < 9 && plain {
		p.back(&s)
		return nil
	}
	p.keep()
	p.need(9, open, p.prevEnd, "a parenthesized list of context managers")
	return p.items.cut(mark)
}

// withItem: expression ['as' star_target].
func (p *Parser) withItem() ast.WithItem {
	e := p.expr()
	if !p.accept(token.As) {
		return ast.WithItem{Context: e}
	}
	t := p.target()
	return ast.WithItem{Context: e, Vars: t}
}

// tryStatement: 'try' ':' block (except_block+ [else_block] [finally_block] | finally_block).
func (p *Parser) tryStatement() ast.Stmt {
	start := p.start
	p.next()
	body := p.block()
	mark := p.handlers.mark()
	star, plain := false, false
	for p.tok == token.Except {
		h, isStar := p.exceptHandler()
		if p.handlers.mark() > mark && isStar != star && !plain {
			p.faultAt(h.Start, h.Start+6, "`except` and `except*` cannot stand in one try statement")
			plain = true
		}
		star = isStar
		p.handlers.push(h)
	}
	handlers := p.handlers.cut(mark)
	var orelse, final []ast.Stmt
	if len(handlers) > 0 {
		orelse = p.elseBlock()
	}
	finally := p.tok == token.Finally
	if finally {
		p.next()
		final = p.block()
	}
	if len(handlers) == 0 && !finally {
		p.faultAt(start, start+3, "`try` needs an `except` or a `finally`")
	}
	n := p.try_.alloc()
	*n = ast.Try{Range: p.from(start), Star: star, Body: body, Handlers: handlers, Orelse: orelse, Finalbody: final}
	return n
}

// exceptHandler: 'except' ['*'] [expressions ['as' NAME]] ':' block.
func (p *Parser) exceptHandler() (*ast.ExceptHandler, bool) {
	start := p.start
	p.next()
	star := false
	if p.tok == token.Star {
		p.need(11, start, p.end, "`except*`")
		star = true
		p.next()
	}
	var typ ast.Expr
	var name ast.Sym
	if p.tok != token.Colon || star {
		at := p.start
		typ = p.exprList()
		if t, ok := typ.(*ast.Tuple); ok && t.Start == at && p.src[at] != '(' || ok && t.Start == at && !p.closedTuple(t) {
			if p.tok == token.As {
				p.failSpan(t.Start, p.end, "several exception types with `as` need parentheses")
			} else {
				p.need(14, t.Start, t.Stop, "several exception types without parentheses")
			}
		}
		if p.accept(token.As) {
			name = p.name()
		}
	}
	body := p.block()
	h := p.handler.alloc()
	*h = ast.ExceptHandler{Range: p.from(start), Type: typ, Name: name, Body: body}
	return h, star
}

// closedTuple reports whether the tuple's own parentheses are around it: `(a, b)` and not `(a), (b)`.
func (p *Parser) closedTuple(t *ast.Tuple) bool {
	if len(t.Elts) == 0 {
		return true
	}
	return t.Elts[0].Pos() > t.Start && p.src[t.Stop-1] == ')' && !p.separate(t)
}

// separate reports whether the first element's parentheses end before the tuple does.
func (p *Parser) separate(t *ast.Tuple) bool {
	depth := 0
	for i := t.Start; i < t.Elts[0].Pos(); i++ {
		if p.src[i] == '(' {
			depth++
		}
	}
	next := t.Stop
	if len(t.Elts) > 1 {
		next = t.Elts[1].Pos()
	}
	for i := t.Elts[0].End(); i < next; i++ {
		switch p.src[i] {
		case ')':
			depth--
		case ',':
			return depth == 0
		}
	}
	return false
}
