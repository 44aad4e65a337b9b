package parser

import (
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// nodes is the memory of one tree.
type nodes struct {
	functionDef slab[ast.FunctionDef]
	classDef    slab[ast.ClassDef]
	ret         slab[ast.Return]
	del         slab[ast.Delete]
	assign      slab[ast.Assign]
	typeAlias   slab[ast.TypeAlias]
	augAssign   slab[ast.AugAssign]
	annAssign   slab[ast.AnnAssign]
	forStmt     slab[ast.For]
	while       slab[ast.While]
	ifStmt      slab[ast.If]
	with        slab[ast.With]
	match       slab[ast.Match]
	raise       slab[ast.Raise]
	try_        slab[ast.Try]
	assert      slab[ast.Assert]
	imp         slab[ast.Import]
	impFrom     slab[ast.ImportFrom]
	global      slab[ast.Global]
	nonlocal    slab[ast.Nonlocal]
	exprStmt    slab[ast.ExprStmt]
	pass        slab[ast.Pass]
	brk         slab[ast.Break]
	cont        slab[ast.Continue]
	badStmt     slab[ast.BadStmt]
	handler     slab[ast.ExceptHandler]

	boolOp       slab[ast.BoolOp]
	namedExpr    slab[ast.NamedExpr]
	binOp        slab[ast.BinOp]
	unaryOp      slab[ast.UnaryOp]
	lambda       slab[ast.Lambda]
	ifExp        slab[ast.IfExp]
	dict         slab[ast.Dict]
	set          slab[ast.Set]
	listComp     slab[ast.ListComp]
	setComp      slab[ast.SetComp]
	dictComp     slab[ast.DictComp]
	generator    slab[ast.GeneratorExp]
	await        slab[ast.Await]
	yield        slab[ast.Yield]
	yieldFrom    slab[ast.YieldFrom]
	compare      slab[ast.Compare]
	call         slab[ast.Call]
	formatted    slab[ast.FormattedValue]
	interpol     slab[ast.Interpolation]
	joined       slab[ast.JoinedStr]
	template     slab[ast.TemplateStr]
	constant     slab[ast.Constant]
	attribute    slab[ast.Attribute]
	subscript    slab[ast.Subscript]
	starred      slab[ast.Starred]
	nameExpr     slab[ast.Name]
	listExpr     slab[ast.List]
	tuple        slab[ast.Tuple]
	slice        slab[ast.Slice]
	badExpr      slab[ast.BadExpr]
	arguments    slab[ast.Arguments]
	arg          slab[ast.Arg]
	matchValue   slab[ast.MatchValue]
	matchSingle  slab[ast.MatchSingleton]
	matchSeq     slab[ast.MatchSequence]
	matchMapping slab[ast.MatchMapping]
	matchClass   slab[ast.MatchClass]
	matchStar    slab[ast.MatchStar]
	matchAs      slab[ast.MatchAs]
	matchOr      slab[ast.MatchOr]
	badPattern   slab[ast.BadPattern]

	stmts      list[ast.Stmt]
	exprs      list[ast.Expr]
	items      list[ast.WithItem]
	keywords   list[ast.Keyword]
	args       list[ast.Arg]
	aliases    list[ast.Alias]
	idents     list[ast.Ident]
	handlers   list[*ast.ExceptHandler]
	generators list[ast.Comprehension]
	ops        list[ast.Operator]
	cases      list[ast.MatchCase]
	patterns   list[ast.Pattern]
	syms       list[ast.Sym]
	params     list[ast.TypeParam]
}

func (n *nodes) reset() {
	n.functionDef.reset()
	n.classDef.reset()
	n.ret.reset()
	n.del.reset()
	n.assign.reset()
	n.typeAlias.reset()
	n.augAssign.reset()
	n.annAssign.reset()
	n.forStmt.reset()
	n.while.reset()
	n.ifStmt.reset()
	n.with.reset()
	n.match.reset()
	n.raise.reset()
	n.try_.reset()
	n.assert.reset()
	n.imp.reset()
	n.impFrom.reset()
	n.global.reset()
	n.nonlocal.reset()
	n.exprStmt.reset()
	n.pass.reset()
	n.brk.reset()
	n.cont.reset()
	n.badStmt.reset()
	n.handler.reset()
	n.boolOp.reset()
	n.namedExpr.reset()
	n.binOp.reset()
	n.unaryOp.reset()
	n.lambda.reset()
	n.ifExp.reset()
	n.dict.reset()
	n.set.reset()
	n.listComp.reset()
	n.setComp.reset()
	n.dictComp.reset()
	n.generator.reset()
	n.await.reset()
	n.yield.reset()
	n.yieldFrom.reset()
	n.compare.reset()
	n.call.reset()
	n.formatted.reset()
	n.interpol.reset()
	n.joined.reset()
	n.template.reset()
	n.constant.reset()
	n.attribute.reset()
	n.subscript.reset()
	n.starred.reset()
	n.nameExpr.reset()
	n.listExpr.reset()
	n.tuple.reset()
	n.slice.reset()
	n.badExpr.reset()
	n.arguments.reset()
	n.arg.reset()
	n.matchValue.reset()
	n.matchSingle.reset()
	n.matchSeq.reset()
	n.matchMapping.reset()
	n.matchClass.reset()
	n.matchStar.reset()
	n.matchAs.reset()
	n.matchOr.reset()
	n.badPattern.reset()

	n.stmts.reset()
	n.exprs.reset()
	n.items.reset()
	n.keywords.reset()
	n.args.reset()
	n.aliases.reset()
	n.idents.reset()
	n.handlers.reset()
	n.generators.reset()
	n.ops.reset()
	n.cases.reset()
	n.patterns.reset()
	n.syms.reset()
	n.params.reset()
}

// from is the range of a node that started at start and ends with the last consumed token.
func (p *Parser) from(start uint32) ast.Range {
	return ast.Range{Start: start, Stop: max(start, p.prevEnd)}
}

// bad is an empty node where an expression should be: after what was consumed, so that it lies in its parent.
func (p *Parser) bad() ast.Expr {
	e := p.badExpr.alloc()
	*e = ast.BadExpr{Range: ast.Range{Start: p.prevEnd, Stop: p.prevEnd}}
	return e
}

func (p *Parser) newName(start, end uint32, s ast.Sym, ctx ast.Context) *ast.Name {
	n := p.nameExpr.alloc()
	*n = ast.Name{Range: ast.Range{Start: start, Stop: end}, ID: s, Ctx: ctx}
	return n
}

func (p *Parser) newConstant(r ast.Range, kind ast.ConstKind) *ast.Constant {
	c := p.constant.alloc()
	*c = ast.Constant{Range: r, Kind: kind}
	return c
}

func (p *Parser) newTuple(r ast.Range, elts []ast.Expr) ast.Expr {
	t := p.tuple.alloc()
	*t = ast.Tuple{Range: r, Elts: elts}
	return t
}

func span(start, end uint32) diag.Span { return diag.Span{Start: start, End: end} }
