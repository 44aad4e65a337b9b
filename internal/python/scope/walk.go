package scope

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

func (b *Builder) stmts(body []ast.Stmt) {
	for _, s := range body {
		b.stmt(s)
	}
}

// under reads statements that may not run.
func (b *Builder) under(bodies ...[]ast.Stmt) {
	old := b.conditional
	b.conditional = true
	for _, s := range bodies {
		b.stmts(s)
	}
	b.conditional = old
}

// loop reads the body of a loop and its else.
func (b *Builder) loop(body, orelse []ast.Stmt) {
	old := b.conditional
	b.conditional = true
	b.loops++
	b.stmts(body)
	b.loops--
	b.stmts(orelse)
	b.conditional = old
}

func (b *Builder) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.ExprStmt:
		b.expr(s.Value)
	case *ast.Assign:
		for _, t := range s.Targets {
			b.expr(t)
		}
		b.expr(s.Value)
	case *ast.AugAssign:
		b.expr(s.Target)
		b.expr(s.Value)
	case *ast.AnnAssign:
		b.annAssign(s)
	case *ast.Return:
		b.returns(s)
	case *ast.If:
		b.expr(s.Test)
		old := b.conditional
		b.conditional = true
		b.stmts(s.Body)
		for len(s.Orelse) == 1 { // elif
			next, ok := s.Orelse[0].(*ast.If)
			if !ok {
				break
			}
			s = next
			b.expr(s.Test)
			b.stmts(s.Body)
		}
		b.stmts(s.Orelse)
		b.conditional = old
	case *ast.FunctionDef:
		b.functionDef(s)
	case *ast.ClassDef:
		b.classDef(s)
	case *ast.For:
		if s.Async {
			b.needCoroutine(s, "'async for' outside async function")
		}
		b.expr(s.Target)
		b.expr(s.Iter)
		b.loop(s.Body, s.Orelse)
	case *ast.While:
		b.expr(s.Test)
		b.loop(s.Body, s.Orelse)
	case *ast.With:
		if s.Async {
			b.needCoroutine(s, "'async with' outside async function")
		}
		for i := range s.Items {
			b.expr(s.Items[i].Context)
			if v := s.Items[i].Vars; v != nil {
				b.expr(v)
			}
		}
		b.under(s.Body)
	case *ast.Try:
		b.under(s.Body)
		for _, h := range s.Handlers {
			if h.Type != nil {
				b.expr(h.Type)
			}
			if h.Name != 0 {
				b.add(h.Name, Assigned, h.Span())
			}
			b.under(h.Body)
		}
		b.under(s.Orelse, s.Finalbody)
	case *ast.Raise:
		if s.Exc != nil {
			b.expr(s.Exc)
		}
		if s.Cause != nil {
			b.expr(s.Cause)
		}
	case *ast.Assert:
		b.expr(s.Test)
		if s.Msg != nil {
			b.expr(s.Msg)
		}
	case *ast.Delete:
		for _, t := range s.Targets {
			b.expr(t)
		}
	case *ast.Import:
		for i := range s.Names {
			b.alias(&s.Names[i])
		}
	case *ast.ImportFrom:
		for i := range s.Names {
			b.alias(&s.Names[i])
		}
		if s.Module == ast.SymDunderFuture && s.Level == 0 && s.Start > b.futureEnd && !b.Notebook {
			b.fault(s.Span(), "from __future__ imports must occur at the beginning of the file")
		}
	case *ast.Global:
		for i := range s.Names {
			b.declare(&s.Names[i], DeclaredGlobal, "global", s.Span())
		}
	case *ast.Nonlocal:
		for i := range s.Names {
			b.declare(&s.Names[i], DeclaredNonlocal, "nonlocal", s.Span())
		}
	case *ast.Match:
		b.expr(s.Subject)
		old := b.conditional
		b.conditional = true
		for i := range s.Cases {
			c := &s.Cases[i]
			b.pattern(c.Pattern)
			if c.Guard != nil {
				b.expr(c.Guard)
			}
			b.stmts(c.Body)
		}
		b.conditional = old
	case *ast.TypeAlias:
		b.typeAlias(s)
	case *ast.Break:
		if b.loops == 0 {
			b.faultLater(s.Span(), "'break' outside loop")
		}
	case *ast.Continue:
		if b.loops == 0 {
			b.faultLater(s.Span(), "'continue' not properly in loop")
		}
	}
}

func (b *Builder) returns(s *ast.Return) {
	if sc := b.scope(); sc.Kind != Function {
		b.faultLater(s.Span(), "'return' outside function")
	}
	if s.Value != nil {
		b.expr(s.Value)
		b.scope().Flags |= ReturnsValue
	}
}

// asyncDef is true directly inside an async function.
func (b *Builder) asyncDef() bool {
	s := b.scope()
	return s.Kind == Function && s.Flags&Coroutine != 0
}

// topAwait marks the module as one that awaits, where that is allowed.
func (b *Builder) topAwait() bool {
	if b.Notebook && b.cur == 0 {
		b.scope().Flags |= Coroutine
		return true
	}
	return false
}

func (b *Builder) needCoroutine(n ast.Node, message string) {
	if !b.topAwait() && !b.asyncDef() {
		b.fault(spanOf(n), "%s", message)
	}
}

// alias binds what an import statement binds: the first part of a dotted name, or the name after as.
func (b *Builder) alias(a *ast.Alias) {
	name := a.AsName
	if name == 0 {
		name = a.Name
		if name == ast.SymStar {
			if b.cur != 0 {
				b.fault(a.Span(), "import * only allowed at module level")
			}
			b.scope().Flags |= StarImport
			return
		}
		if first, _, dotted := strings.Cut(b.table.Text(name), "."); dotted {
			name = b.table.intern(first)
		}
	}
	b.add(name, Imported, a.Span())
}

// declare reads one name of a global or nonlocal statement.
func (b *Builder) declare(id *ast.Ident, flag Flags, word string, span diag.Span) {
	name := b.mangled(id.Name)
	switch f := b.peek(b.cur, name); {
	case f&Param != 0:
		b.fault(span, "name '%s' is parameter and %s", b.table.Text(id.Name), word)
	case f&Used != 0:
		b.fault(span, "name '%s' is used prior to %s declaration", b.table.Text(id.Name), word)
	case f&Annotated != 0:
		b.fault(span, "annotated name '%s' can't be %s", b.table.Text(id.Name), word)
	case f&Assigned != 0:
		b.fault(span, "name '%s' is assigned to before %s declaration", b.table.Text(id.Name), word)
	}
	b.addTo(b.cur, name, flag, id.Span())
	if flag == DeclaredGlobal && b.cur != 0 {
		b.addTo(0, name, flag, id.Span())
	}
}

func (b *Builder) defaults(a *ast.Arguments) {
	for _, d := range a.Defaults {
		b.expr(d)
	}
	for _, d := range a.KwDefaults {
		if d != nil {
			b.expr(d)
		}
	}
}

// parameters enters the names of a signature into the function's scope.
func (b *Builder) parameters(a *ast.Arguments) {
	for i := range a.PosOnly {
		b.add(a.PosOnly[i].Name, Param, a.PosOnly[i].Span())
	}
	for i := range a.Args {
		b.add(a.Args[i].Name, Param, a.Args[i].Span())
	}
	for i := range a.KwOnly {
		b.add(a.KwOnly[i].Name, Param, a.KwOnly[i].Span())
	}
	if a.Vararg != nil {
		b.add(a.Vararg.Name, Param, a.Vararg.Span())
		b.scope().Flags |= Varargs
	}
	if a.Kwarg != nil {
		b.add(a.Kwarg.Name, Param, a.Kwarg.Span())
		b.scope().Flags |= Varkeywords
	}
}

func (b *Builder) functionDef(s *ast.FunctionDef) {
	b.add(s.Name, Assigned|Defined, s.NameSpan)
	b.defaults(s.Args)
	for _, d := range s.Decorators {
		b.expr(d)
	}
	var outer state
	if len(s.TypeParams) > 0 {
		outer = b.enterTypeParams(s, s.Name)
		b.typeParams(s.TypeParams)
	}
	annotations := b.signature(s)
	inner := b.enter(Function, s, s.Name, s.Start)
	sc := b.scope()
	sc.Annotations = annotations
	if s.Async {
		sc.Flags |= Coroutine
	}
	b.parameters(s.Args)
	b.stmts(s.Body)
	if sc := b.scope(); s.Async && sc.Flags&(Generator|ReturnsValue) == Generator|ReturnsValue {
		b.faultLater(s.NameSpan, "'return' with value in async generator")
	}
	b.leave(inner)
	if len(s.TypeParams) > 0 {
		b.leave(outer)
	}
}

// signature reads the annotations of a function in a scope of their own, which it returns.
func (b *Builder) signature(s *ast.FunctionDef) ID {
	a := s.Args
	annotated := s.Returns != nil || a.Vararg != nil && a.Vararg.Annotation != nil || a.Kwarg != nil && a.Kwarg.Annotation != nil
	for _, list := range [...][]ast.Arg{a.PosOnly, a.Args, a.KwOnly} {
		for i := 0; i < len(list) && !annotated; i++ {
			annotated = list[i].Annotation != nil
		}
	}
	if !annotated {
		return None
	}
	sees := b.scope().Kind == Class || b.scope().Flags&SeesClass != 0
	old := b.enter(Annotation, s, 0, s.Start)
	sc, id := b.scope(), b.cur
	if sees {
		sc.Flags |= SeesClass
	}
	if b.file.Future&ast.FutureAnnotations != 0 {
		sc.Flags |= Unevaluated
	}
	b.annotations(a.PosOnly)
	b.annotations(a.Args)
	if a.Vararg != nil && a.Vararg.Annotation != nil {
		b.expr(a.Vararg.Annotation)
	}
	if a.Kwarg != nil && a.Kwarg.Annotation != nil {
		b.expr(a.Kwarg.Annotation)
	}
	b.annotations(a.KwOnly)
	if s.Returns != nil {
		b.expr(s.Returns)
	}
	b.leave(old)
	return id
}

func (b *Builder) annotations(args []ast.Arg) {
	for i := range args {
		if args[i].Annotation != nil {
			b.expr(args[i].Annotation)
		}
	}
}

func (b *Builder) classDef(s *ast.ClassDef) {
	b.add(s.Name, Assigned|Defined, s.NameSpan)
	for _, d := range s.Decorators {
		b.expr(d)
	}
	outerPrivate, params := b.private, len(b.params)
	var outer state
	var outerParams []ast.Sym
	if len(s.TypeParams) > 0 {
		outer = b.enterTypeParams(s, s.Name)
		outerParams, b.params = b.params, b.params[params:]
		b.private = s.Name
		sc := b.scope()
		sc.private = s.Name
		sc.Flags |= restricted
		b.typeParams(s.TypeParams)
	}
	for _, e := range s.Bases {
		b.expr(e)
	}
	b.keywords(s.Keywords)
	b.private = s.Name
	inner := b.enter(Class, s, s.Name, s.Start)
	b.stmts(s.Body)
	b.leave(inner)
	if len(s.TypeParams) > 0 {
		b.leave(outer)
		b.params = outerParams
	}
	b.private = outerPrivate
}

func (b *Builder) typeAlias(s *ast.TypeAlias) {
	b.name(s.Name)
	inClass := b.scope().Kind == Class
	var outer state
	if len(s.TypeParams) > 0 {
		outer = b.enterTypeParams(s, s.Name.ID)
		b.typeParams(s.TypeParams)
	}
	inner := b.enter(TypeAlias, s, s.Name.ID, s.Start)
	if inClass {
		b.scope().Flags |= SeesClass
	}
	b.expr(s.Value)
	b.leave(inner)
	if len(s.TypeParams) > 0 {
		b.leave(outer)
	}
}

func (b *Builder) enterTypeParams(s ast.Stmt, name ast.Sym) state {
	inClass := b.scope().Kind == Class
	old := b.enter(TypeParams, s, name, s.Pos())
	if inClass {
		b.scope().Flags |= SeesClass
	}
	return old
}

func (b *Builder) typeParams(params []ast.TypeParam) {
	for i := range params {
		p := &params[i]
		if b.scope().Flags&restricted != 0 {
			b.params = append(b.params, p.Name)
		}
		b.add(p.Name, TypeParam|Assigned, p.Span())
		what := [...]string{"a TypeVar", "a ParamSpec", "a TypeVarTuple"}[p.Kind]
		if p.Bound != nil {
			of := " bound"
			if _, ok := p.Bound.(*ast.Tuple); ok {
				of = " constraint"
			}
			b.typeVarScope(p, p.Bound, what+of)
		}
		if p.Default != nil {
			b.typeVarScope(p, p.Default, what+" default")
		}
	}
}

func (b *Builder) typeVarScope(p *ast.TypeParam, e ast.Expr, what string) {
	if b.table.Text(p.Name) == "__classdict__" {
		b.fault(p.Span(), "reserved name '__classdict__' cannot be used for type parameter")
	}
	sees := b.scope().Flags & SeesClass
	node := b.scope().Node
	old := b.enter(TypeVar, node, p.Name, e.Pos())
	b.scope().Flags |= sees
	oldWhat := b.typeVar
	b.typeVar = what
	b.expr(e)
	b.typeVar = oldWhat
	b.leave(old)
}

func (b *Builder) annAssign(s *ast.AnnAssign) {
	if n, ok := s.Target.(*ast.Name); ok {
		if s.Simple && b.cur != 0 {
			switch f := b.peek(b.cur, b.mangled(n.ID)); {
			case f&DeclaredGlobal != 0:
				b.fault(s.Span(), "annotated name '%s' can't be global", b.table.Text(n.ID))
			case f&DeclaredNonlocal != 0:
				b.fault(s.Span(), "annotated name '%s' can't be nonlocal", b.table.Text(n.ID))
			}
		}
		if s.Simple {
			b.add(n.ID, Annotated|Assigned, n.Span())
		} else if s.Value != nil {
			b.add(n.ID, Assigned, n.Span())
		}
	} else {
		b.expr(s.Target)
	}
	b.bodyAnnotation(s.Annotation)
	if s.Value != nil {
		b.expr(s.Value)
	}
}

// bodyAnnotation reads the annotation of a variable in the one scope that the current body has for them.
func (b *Builder) bodyAnnotation(e ast.Expr) {
	sc, parent := b.scope(), b.cur
	if b.conditional && (sc.Kind == Class || sc.Kind == Module) {
		sc.Flags |= ConditionalAnnotations
	}
	local := sc.Kind == Function
	var old state
	id := sc.Annotations
	if local {
		id = sc.localAnnotations
	}
	if id != None {
		old = b.reenter(id)
	} else {
		inClass := sc.Kind == Class
		old = b.enter(Annotation, nil, 0, e.Pos())
		sc = b.scope()
		if inClass {
			sc.Flags |= SeesClass
		}
		if local {
			sc.Flags |= localAnnots
			b.table.Scopes[parent].localAnnotations = b.cur
		} else {
			b.table.Scopes[parent].Annotations = b.cur
		}
		if b.file.Future&ast.FutureAnnotations != 0 {
			sc.Flags |= Unevaluated
		}
	}
	b.expr(e)
	b.leave(old)
}

func (b *Builder) pattern(p ast.Pattern) {
	switch p := p.(type) {
	case *ast.MatchValue:
		b.expr(p.Value)
	case *ast.MatchSequence:
		b.patterns(p.Patterns)
	case *ast.MatchStar:
		if p.Name != 0 {
			b.add(p.Name, Assigned, p.Span())
		}
	case *ast.MatchMapping:
		for _, k := range p.Keys {
			b.expr(k)
		}
		b.patterns(p.Patterns)
		if p.Rest != 0 {
			b.add(p.Rest, Assigned, p.Span())
		}
	case *ast.MatchClass:
		b.expr(p.Cls)
		b.patterns(p.Patterns)
		for i, attr := range p.KwdAttrs {
			if b.class[attr] == debugName {
				b.fault(spanOf(p.KwdPatterns[i]), "cannot assign to __debug__")
			}
		}
		b.patterns(p.KwdPatterns)
	case *ast.MatchAs:
		if p.Pattern != nil {
			b.pattern(p.Pattern)
		}
		if p.Name != 0 {
			b.add(p.Name, Assigned, p.Span())
		}
	case *ast.MatchOr:
		b.patterns(p.Patterns)
	}
}

func (b *Builder) patterns(list []ast.Pattern) {
	for _, p := range list {
		b.pattern(p)
	}
}

func (b *Builder) exprs(list []ast.Expr) {
	for _, e := range list {
		b.expr(e)
	}
}

func (b *Builder) keywords(list []ast.Keyword) {
	for i := range list {
		if k := &list[i]; b.class[k.Arg] == debugName {
			b.fault(k.Span(), "cannot assign to __debug__")
		}
	}
	for i := range list {
		b.expr(list[i].Value)
	}
}

// expr reads an expression, parts in the order in which the compiler reads them. What grows to the left without limit
// in real code (a + b + …, a.b().c()[d]) is followed in a loop, with the rest of each link waiting on the spine.
func (b *Builder) expr(e ast.Expr) {
	base := len(b.spine)
	for {
		switch x := e.(type) {
		case *ast.Name:
			b.name(x)
		case *ast.Constant:
		case *ast.Attribute:
			if x.Ctx != ast.Load && b.class[x.Attr] == debugName {
				verb := "assign to"
				if x.Ctx == ast.Del {
					verb = "delete"
				}
				b.fault(x.Span(), "cannot %s __debug__", verb)
			}
			e = x.Value
			continue
		case *ast.Call:
			if f, ok := x.Func.(*ast.Name); ok {
				if b.class[f.ID] == dynamicName {
					b.scope().Flags |= CallsDynamic
				}
				b.name(f)
				b.exprs(x.Args)
				if len(x.Keywords) > 0 {
					b.keywords(x.Keywords)
				}
				break
			}
			b.spine = append(b.spine, x)
			e = x.Func
			continue
		case *ast.BinOp:
			b.spine = append(b.spine, x)
			e = x.Left
			continue
		case *ast.Subscript:
			b.spine = append(b.spine, x)
			e = x.Value
			continue
		case *ast.Compare:
			b.spine = append(b.spine, x)
			e = x.Left
			continue
		case *ast.Tuple:
			b.exprs(x.Elts)
		case *ast.List:
			b.exprs(x.Elts)
		case *ast.Set:
			b.exprs(x.Elts)
		case *ast.BoolOp:
			b.exprs(x.Values)
		case *ast.UnaryOp:
			e = x.Operand
			continue
		case *ast.IfExp:
			b.expr(x.Test)
			b.expr(x.Body)
			e = x.Orelse
			continue
		case *ast.Dict:
			for _, k := range x.Keys {
				if k != nil {
					b.expr(k)
				}
			}
			b.exprs(x.Values)
		case *ast.JoinedStr:
			b.exprs(x.Values)
		case *ast.TemplateStr:
			b.exprs(x.Values)
		case *ast.FormattedValue:
			b.expr(x.Value)
			if x.FormatSpec != nil {
				b.exprs(x.FormatSpec.Values)
			}
		case *ast.Interpolation:
			b.expr(x.Value)
			if x.FormatSpec != nil {
				b.exprs(x.FormatSpec.Values)
			}
		case *ast.Starred:
			e = x.Value
			continue
		case *ast.Slice:
			if x.Lower != nil {
				b.expr(x.Lower)
			}
			if x.Upper != nil {
				b.expr(x.Upper)
			}
			if x.Step != nil {
				b.expr(x.Step)
			}
		case *ast.Lambda:
			b.defaults(x.Args)
			old := b.enter(Lambda, x, 0, x.Start)
			b.parameters(x.Args)
			b.expr(x.Body)
			b.leave(old)
		case *ast.ListComp:
			b.comprehension(x, x.Generators, x.Elt, nil)
		case *ast.SetComp:
			b.comprehension(x, x.Generators, x.Elt, nil)
		case *ast.DictComp:
			b.comprehension(x, x.Generators, x.Key, x.Value)
		case *ast.GeneratorExp:
			b.comprehension(x, x.Generators, x.Elt, nil)
		case *ast.NamedExpr:
			b.namedExpr(x)
		case *ast.Await:
			b.await(x)
			e = x.Value
			continue
		case *ast.Yield:
			b.yield(x, false)
			if x.Value != nil {
				e = x.Value
				continue
			}
		case *ast.YieldFrom:
			b.yield(x, true)
			e = x.Value
			continue
		}
		if len(b.spine) == base {
			return
		}
		last := len(b.spine) - 1
		link := b.spine[last]
		b.spine = b.spine[:last]
		switch x := link.(type) {
		case *ast.Call:
			b.exprs(x.Args)
			if len(x.Keywords) > 0 {
				b.keywords(x.Keywords)
			}
			e = nil
		case *ast.BinOp:
			e = x.Right
		case *ast.Subscript:
			e = x.Index
		case *ast.Compare:
			b.exprs(x.Comparators)
			e = nil
		}
	}
}

func (b *Builder) await(x *ast.Await) {
	if !b.allowed(x, "await expression") {
		return
	}
	switch sc := b.scope(); {
	case b.topAwait():
	case !sc.FunctionLike():
		b.fault(x.Span(), "'await' outside function")
	case b.comp:
		sc.Flags |= Coroutine
	case !b.asyncDef():
		b.fault(x.Span(), "'await' outside async function")
	}
}

func (b *Builder) yield(x ast.Expr, from bool) {
	if !b.allowed(x, "yield expression") {
		return
	}
	sc := b.scope()
	switch n := sc.Node.(type) {
	case *ast.ListComp:
		b.fault(spanOf(x), "'yield' inside list comprehension")
	case *ast.SetComp:
		b.fault(spanOf(x), "'yield' inside set comprehension")
	case *ast.DictComp:
		b.fault(spanOf(x), "'yield' inside dict comprehension")
	case *ast.GeneratorExp:
		b.fault(spanOf(x), "'yield' inside generator expression")
	case *ast.FunctionDef:
		if from && n.Async {
			b.faultLater(spanOf(x), "'yield from' inside async function")
		}
		sc.Flags |= Generator
	case *ast.Lambda:
		sc.Flags |= Generator
	default:
		word := "'yield'"
		if from {
			word = "'yield from'"
		}
		b.faultLater(spanOf(x), word+" outside function")
	}
}

// allowed reports an expression that cannot stand in an annotation or a type scope.
func (b *Builder) allowed(x ast.Expr, what string) bool {
	where := ""
	switch b.scope().Kind {
	case Annotation:
		where = "an annotation"
	case TypeVar:
		where = b.typeVar
	case TypeAlias:
		where = "a type alias"
	case TypeParams:
		where = "the definition of a generic"
	default:
		return true
	}
	b.fault(spanOf(x), "%s cannot be used within %s", what, where)
	return false
}

// comprehension reads the first iterable in the current scope and the rest in a scope of its own.
func (b *Builder) comprehension(x ast.Expr, generators []ast.Comprehension, elt, value ast.Expr) {
	if len(generators) == 0 {
		return
	}
	_, generator := x.(*ast.GeneratorExp)
	first := &generators[0]
	b.iterable++
	b.expr(first.Iter)
	b.iterable--
	old := b.enter(Comprehension, x, 0, x.Pos())
	if generator {
		b.scope().Flags |= Generator
	}
	if first.Async {
		b.scope().Flags |= Coroutine
	}
	b.target = true
	b.expr(first.Target)
	b.target = false
	b.exprs(first.Ifs)
	for i := 1; i < len(generators); i++ {
		g := &generators[i]
		b.target = true
		b.expr(g.Target)
		b.target = false
		b.iterable++
		b.expr(g.Iter)
		b.iterable--
		b.exprs(g.Ifs)
		if g.Async {
			b.scope().Flags |= Coroutine
		}
	}
	if value != nil {
		b.expr(value)
	}
	b.expr(elt)
	coroutine := b.scope().Flags&Coroutine != 0 && !generator
	b.leave(old)
	if !coroutine {
		return
	}
	if b.comp {
		b.scope().Flags |= Coroutine
	} else if !b.topAwait() && !b.asyncDef() {
		b.fault(spanOf(x), "asynchronous comprehension outside of an asynchronous function")
	}
}

// namedExpr reads target := value. Inside a comprehension the target belongs to the scope around all comprehensions.
func (b *Builder) namedExpr(x *ast.NamedExpr) {
	if !b.allowed(x, "named expression") {
		return
	}
	if b.iterable > 0 {
		b.fault(x.Span(), "assignment expression cannot be used in a comprehension iterable expression")
	}
	if b.comp {
		b.hoist(x.Target)
	}
	b.expr(x.Value)
	b.name(x.Target)
}

func (b *Builder) hoist(target *ast.Name) {
	t := &b.table
	name := b.mangled(target.ID)
	s := b.cur
	for ; t.Scopes[s].Kind == Comprehension || t.Scopes[s].Kind == Annotation; s = t.Scopes[s].Parent {
		if f := b.peek(s, name); f&CompIter != 0 && f&Assigned != 0 {
			b.fault(target.Span(), "assignment expression cannot rebind comprehension iteration variable '%s'", t.Text(target.ID))
			return
		}
	}
	const cannot = "assignment expression within a comprehension cannot be used "
	switch t.Scopes[s].Kind {
	case Function, Lambda:
		flag := DeclaredNonlocal
		if b.peek(s, name)&DeclaredGlobal != 0 {
			flag = DeclaredGlobal
		}
		b.addTo(b.cur, name, flag, target.Span())
		if flag == DeclaredGlobal {
			b.addTo(0, name, flag, target.Span())
		}
		b.addTo(s, name, Assigned, target.Span())
	case Module:
		b.addTo(b.cur, name, DeclaredGlobal, target.Span())
		b.addTo(0, name, DeclaredGlobal, target.Span())
	case Class:
		b.fault(target.Span(), cannot+"in a class body")
	case TypeParams:
		b.fault(target.Span(), cannot+"within the definition of a generic")
	case TypeAlias:
		b.fault(target.Span(), cannot+"in a type alias")
	case TypeVar:
		b.fault(target.Span(), cannot+"in a TypeVar bound")
	}
}
