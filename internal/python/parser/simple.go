package parser

import (
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/token"
)

// simple reads one simple statement, without what ends it.
func (p *Parser) simple() ast.Stmt {
	start := p.start
	switch p.tok {
	case token.Return:
		p.next()
		var v ast.Expr
		if starts[p.tok] || p.tok == token.Star {
			v = p.starExprs()
		}
		n := p.ret.alloc()
		*n = ast.Return{Range: p.from(start), Value: v}
		return n
	case token.Import:
		return p.importName(start, false)
	case token.From:
		return p.importFrom(start, false)
	case token.Raise:
		p.next()
		var exc, cause ast.Expr
		if starts[p.tok] {
			exc = p.expr()
			if p.accept(token.From) {
				cause = p.expr()
			}
		}
		n := p.raise.alloc()
		*n = ast.Raise{Range: p.from(start), Exc: exc, Cause: cause}
		return n
	case token.Pass:
		p.next()
		n := p.pass.alloc()
		*n = ast.Pass{Range: p.from(start)}
		return n
	case token.Break:
		p.next()
		n := p.brk.alloc()
		*n = ast.Break{Range: p.from(start)}
		return n
	case token.Continue:
		p.next()
		n := p.cont.alloc()
		*n = ast.Continue{Range: p.from(start)}
		return n
	case token.Del:
		return p.delStatement(start)
	case token.Assert:
		p.next()
		test := p.assertPart()
		var msg ast.Expr
		if p.accept(token.Comma) {
			msg = p.assertPart()
		}
		n := p.assert.alloc()
		*n = ast.Assert{Range: p.from(start), Test: test, Msg: msg}
		return n
	case token.Global, token.Nonlocal:
		return p.scopeStatement(start)
	case token.Name:
		switch p.sym {
		case ast.SymType:
			if p.isTypeAlias() {
				return p.typeAliasStatement(start)
			}
		case ast.SymLazy:
			if k := p.peek(); k == token.Import || k == token.From {
				p.need(15, start, p.end, "`lazy`")
				p.next()
				if k == token.Import {
					return p.importName(start, true)
				}
				return p.importFrom(start, true)
			}
		}
	}
	return p.exprStatement(start)
}

// assertPart: expression. `assert (a := b)` needs its parentheses, `assert a = b` is the usual slip.
func (p *Parser) assertPart() ast.Expr {
	e := p.expr()
	if p.tok == token.Assign {
		p.failSpan(e.Pos(), p.end, "`=` in an assert; did you mean `==`?")
	}
	return e
}

// peek is the kind of the token after the current one.
func (p *Parser) peek() token.Kind {
	s := p.try()
	p.next()
	k := p.tok
	p.back(&s)
	return k
}

// exprStatement: assignments and expressions as statements; only what follows the first expression tells.
//
//	a = b = c      a: int = 1      a += 1      f(x)
func (p *Parser) exprStatement(start uint32) ast.Stmt {
	yield := p.tok == token.Yield
	e := p.starsOrYield()
	switch {
	case p.tok == token.Assign:
		return p.assignment(start, e, yield)
	case p.tok >= token.PlusAssign && p.tok <= token.AtAssign:
		if !single(e) || yield {
			p.failSpan(e.Pos(), e.End(), describe(e)+" cannot be the target of an augmented assignment")
			break
		}
		op := augOperators[p.tok-token.PlusAssign]
		p.store(e, ast.Store)
		p.next()
		v := p.starsOrYield()
		n := p.augAssign.alloc()
		*n = ast.AugAssign{Range: p.from(start), Target: e, Op: op, Value: v}
		return n
	case p.tok == token.Colon:
		return p.annotation(start, e)
	case p.tok == token.Walrus:
		p.fail("`:=` as a statement needs parentheses; did you mean `=`?")
	}
	n := p.exprStmt.alloc()
	*n = ast.ExprStmt{Range: p.from(start), Value: e}
	return n
}

func (p *Parser) assignment(start uint32, e ast.Expr, yield bool) ast.Stmt {
	mark := p.exprs.mark()
	for p.tok == token.Assign {
		if yield {
			p.notTarget(e, ast.Store)
			break
		}
		p.store(e, ast.Store)
		p.exprs.push(e)
		p.next()
		yield = p.tok == token.Yield
		e = p.starsOrYield()
	}
	targets := p.exprs.cut(mark)
	n := p.assign.alloc()
	*n = ast.Assign{Range: p.from(start), Targets: targets, Value: e}
	return n
}

// annotation: NAME ':' expression ['=' annotated_rhs], and the same with '(' single_target ')', attributes, subscripts.
func (p *Parser) annotation(start uint32, e ast.Expr) ast.Stmt {
	simple := false
	switch e := e.(type) {
	case *ast.Name:
		simple = e.Start == start
	case *ast.Attribute, *ast.Subscript:
	case *ast.Tuple, *ast.List:
		p.failSpan(e.Pos(), e.End(), "only one target can be annotated, not "+describe(e))
	default:
		p.fail("expected the end of the statement" + p.found())
	}
	if p.failed {
		return nil
	}
	p.store(e, ast.Store)
	p.next()
	ann := p.expr()
	var v ast.Expr
	if p.accept(token.Assign) {
		v = p.starsOrYield()
	}
	n := p.annAssign.alloc()
	*n = ast.AnnAssign{Range: p.from(start), Target: e, Annotation: ann, Value: v, Simple: simple}
	return n
}

// delStatement: 'del' del_target (',' del_target)* [','].
func (p *Parser) delStatement(start uint32) ast.Stmt {
	p.next()
	mark := p.exprs.mark()
	for {
		e := p.climb(precBitOr)
		p.store(e, ast.Del)
		p.exprs.push(e)
		if !p.accept(token.Comma) || !starts[p.tok] {
			break
		}
	}
	if p.tok != token.Newline && p.tok != token.Semicolon && p.tok != token.EOF {
		p.fail("expected the end of the statement" + p.found())
	}
	targets := p.exprs.cut(mark)
	n := p.del.alloc()
	*n = ast.Delete{Range: p.from(start), Targets: targets}
	return n
}

// scopeStatement: ('global' | 'nonlocal') NAME (',' NAME)*.
func (p *Parser) scopeStatement(start uint32) ast.Stmt {
	global := p.tok == token.Global
	p.next()
	mark := p.idents.mark()
	for {
		at := p.start
		s := p.name()
		p.idents.push(ast.Ident{Range: p.from(at), Name: s})
		if !p.accept(token.Comma) {
			break
		}
	}
	names := p.idents.cut(mark)
	if global {
		n := p.global.alloc()
		*n = ast.Global{Range: p.from(start), Names: names}
		return n
	}
	n := p.nonlocal.alloc()
	*n = ast.Nonlocal{Range: p.from(start), Names: names}
	return n
}

// importName: ['lazy'] 'import' dotted_name ['as' NAME] (',' …)*.
func (p *Parser) importName(start uint32, lazy bool) ast.Stmt {
	p.next()
	mark := p.aliases.mark()
	for {
		at := p.start
		a := ast.Alias{Name: p.dottedName()}
		if p.accept(token.As) {
			a.AsName = p.name()
		}
		a.Range = p.from(at)
		p.aliases.push(a)
		if !p.accept(token.Comma) {
			break
		}
	}
	if p.tok == token.From {
		p.fail("`import a from b` is not Python: write from b import a")
	}
	names := p.aliases.cut(mark)
	n := p.imp.alloc()
	*n = ast.Import{Range: p.from(start), Lazy: lazy, Names: names}
	return n
}

// dottedName: NAME ('.' NAME)*, interned as one symbol without blanks.
func (p *Parser) dottedName() ast.Sym {
	start := p.start
	s := p.name()
	if p.tok != token.Dot || p.failed {
		return s
	}
	end := p.prevEnd
	length := end - start
	simple := p.plainText(start, end, s)
	text := ""
	if !simple {
		text = p.names[s]
	}
	for p.tok == token.Dot {
		p.next()
		at := p.start
		s = p.name()
		if p.failed {
			return 0
		}
		length += 1 + p.prevEnd - at
		if simple && (p.prevEnd-start != length || !p.plainText(at, p.prevEnd, s)) {
			simple = false
			text = string(p.src[start:end])
		}
		end = p.prevEnd
		if !simple {
			text += "." + p.names[s]
		}
	}
	if simple {
		return p.interner.bytes(p.src, int(start), int(end))
	}
	return p.interner.string(text)
}

// plainText reports whether a name stands in the source as it is spelled (see unicodeName).
func (p *Parser) plainText(start, end uint32, s ast.Sym) bool {
	return p.names[s] == string(p.src[start:end]) && identTab[p.src[start]] == 1
}

// importFrom: ['lazy'] 'from' ('.' | '...')* [dotted_name] 'import' targets.
//
//	from ..a.b import (c as d, e,)
func (p *Parser) importFrom(start uint32, lazy bool) ast.Stmt {
	p.next()
	level := 0
	for p.tok == token.Dot || p.tok == token.Ellipsis {
		level++
		if p.tok == token.Ellipsis {
			level += 2
		}
		p.next()
	}
	var module ast.Sym
	if level == 0 || p.tok != token.Import {
		module = p.dottedName()
	}
	p.expect(token.Import)
	mark := p.aliases.mark()
	switch p.tok {
	case token.Star:
		r := ast.Range{Start: p.start, Stop: p.end}
		p.next()
		p.aliases.push(ast.Alias{Range: r, Name: ast.SymStar})
	case token.LParen:
		p.next()
		for {
			p.aliases.push(p.importAlias())
			if !p.accept(token.Comma) || p.tok == token.RParen {
				break
			}
		}
		p.expect(token.RParen)
	default:
		if p.tok == token.Newline {
			p.fail("expected the names to import")
			break
		}
		for {
			p.aliases.push(p.importAlias())
			if p.tok != token.Comma {
				break
			}
			p.next()
			if p.tok == token.Newline || p.tok == token.Semicolon {
				p.fail("a list of imported names can end with a comma only in parentheses")
				break
			}
		}
	}
	names := p.aliases.cut(mark)
	if module == ast.SymDunderFuture && level == 0 {
		p.future(names)
	}
	n := p.impFrom.alloc()
	*n = ast.ImportFrom{Range: p.from(start), Lazy: lazy, Level: level, Module: module, Names: names}
	return n
}

func (p *Parser) importAlias() ast.Alias {
	at := p.start
	a := ast.Alias{Name: p.name()}
	if p.accept(token.As) {
		a.AsName = p.name()
	}
	a.Range = p.from(at)
	return a
}

var futures = map[string]bool{
	"nested_scopes": true, "generators": true, "division": true, "absolute_import": true, "with_statement": true,
	"print_function": true, "unicode_literals": true, "barry_as_FLUFL": true, "generator_stop": true, "annotations": true,
}

// checkFuture refuses unknown features in the future imports that start the module; later ones are for the compiler, and
// before 3.14 all were.
func (p *Parser) checkFuture() {
	if p.version < 14 {
		return
	}
	for i, s := range p.file.Body {
		if e, ok := s.(*ast.ExprStmt); ok && i == 0 {
			if _, doc := p.file.ConstString(e.Value); doc {
				continue
			}
		}
		f, ok := s.(*ast.ImportFrom)
		if !ok || f.Level != 0 || f.Module != ast.SymDunderFuture {
			return
		}
		for _, a := range f.Names {
			switch name := p.names[a.Name]; {
			case name == "braces":
				p.faultAt(a.Start, a.Stop, "blocks in braces will not come to Python")
			case !futures[name]:
				p.faultAt(a.Start, a.Stop, "`"+name+"` is no feature of `__future__`")
			}
		}
	}
}

func (p *Parser) future(names []ast.Alias) {
	for _, a := range names {
		switch a.Name {
		case ast.SymAnnotations:
			p.file.Future |= ast.FutureAnnotations
		case ast.SymBarryAsFLUFL:
			p.file.Future |= ast.FutureBarryAsBDFL
		}
	}
}

// isTypeAlias: the name after `type` tells `type X = …` from `type(x)` and `type = x`.
func (p *Parser) isTypeAlias() bool {
	i := p.pos
	if c := p.src[i]; c != ' ' && c != '\t' && c != '\\' && c != '\f' {
		return false
	}
	return p.peek() == token.Name
}

// typeAliasStatement: "type" NAME [type_params] '=' expression.
func (p *Parser) typeAliasStatement(start uint32) ast.Stmt {
	p.need(12, start, p.end, "the `type` statement")
	p.next()
	name := p.newName(p.start, p.end, p.sym, ast.Store)
	p.next()
	params := p.typeParams()
	p.expect(token.Assign)
	v := p.expr()
	n := p.typeAlias.alloc()
	*n = ast.TypeAlias{Range: p.from(start), Name: name, TypeParams: params, Value: v}
	return n
}
