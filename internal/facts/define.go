package facts

import (
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/scope"
)

// ---- definitions ----

func (l *lowerer) functionDef(s *ast.FunctionDef) {
	sc := l.t.ScopeOf(s)
	if sc == scope.None {
		return
	}
	decorators := l.decorators(s.Decorators)
	fi := l.newFunc(Function, sc, s)
	fn := &l.out.Funcs[fi]
	fn.Name = l.str(s.Name)
	fn.NamePos = s.NameSpan.Start
	fn.Decorators = decorators
	if s.Async {
		fn.Flags |= FuncAsync
	}
	if l.t.Scopes[l.sc].Kind == scope.Class {
		fn.Flags |= FuncMethod
		fn.Class = l.class + 1
	}
	fn.Flags |= l.shapeOf(s)
	v := l.newLocal()
	l.typeParams = s.TypeParams
	l.arguments(fi, s.Args)
	if s.Returns != nil {
		if ann := l.annotation(s.Returns); ann != 0 {
			r := l.newShared(l.fn)
			l.out.Funcs[fi].RetType = r
			l.instance(r, ann, s.Returns)
		}
	}
	l.typeParams = nil
	mk := l.emit(MakeFunc, s, v, fi, 0, 0)
	mk.Pos, mk.Len = s.NameSpan.Start, uint16(s.NameSpan.End-s.NameSpan.Start)
	for i := len(decorators) - 1; i >= 0; i-- {
		v = l.apply(decorators[i].Value, v, s.Decorators[i])
	}
	l.bind(s.Name, v, s)
	l.queue = append(l.queue, pending{s, sc, fi})
}

// apply emits the call decorator(value).
func (l *lowerer) apply(decorator, value Ref, n ast.Node) Ref {
	dst := l.newLocal()
	args := l.callArgs([]uint32{uint32(value)}, 0, nil)
	op := l.emit(Call, n, dst, uint32(decorator), args, 0)
	op.Flags |= FlagDecorator
	return dst
}

// shapeOf recognises bodies that are only a declaration.
func (l *lowerer) shapeOf(s *ast.FunctionDef) (fl FuncFlags) {
	stub, raises := true, false
	for i, b := range s.Body {
		switch b := b.(type) {
		case *ast.Pass:
		case *ast.ExprStmt:
			if c, ok := b.Value.(*ast.Constant); !ok || i > 0 && c.Kind == ast.Str {
				stub = false
			}
		case *ast.Raise:
			stub = false
			e := b.Exc
			if c, ok := e.(*ast.Call); ok {
				e = c.Func
			}
			if e != nil && l.isNamed(e, "NotImplementedError") {
				raises = true
			}
		default:
			stub = false
		}
	}
	if stub {
		fl |= FuncStub
	}
	if raises && len(s.Body) <= 2 {
		fl |= FuncAbstract
	}
	for _, d := range s.Decorators {
		if l.isNamed(d, "abstractmethod") || l.isNamed(d, "abstractproperty") {
			fl |= FuncAbstract
		}
		if l.isNamed(d, "overload") {
			fl |= FuncOverload
		}
	}
	return fl
}

func (l *lowerer) newFunc(kind FuncKind, sc scope.ID, n ast.Node) uint32 {
	fi := uint32(len(l.out.Funcs))
	fn := Func{Kind: kind, Parent: l.fn, Pos: n.Pos(), End: n.End(), NamePos: n.Pos(), Ctx: l.ctx}
	fn.QualName = l.text(l.t.QualName(sc))
	fn.Ret = l.newShared(fi)
	if l.t.Scopes[sc].Flags&scope.Generator != 0 || kind == GenExp {
		fn.Flags |= FuncGenerator
		fn.Yields = l.newShared(fi)
	}
	l.out.Funcs = append(l.out.Funcs, fn)
	l.block[sc] = fi
	return fi
}

// arguments makes the parameters of function fi; defaults and annotations are evaluated here, in the enclosing block.
func (l *lowerer) arguments(fi uint32, a *ast.Arguments) {
	if a == nil {
		return
	}
	n := len(a.PosOnly) + len(a.Args)
	params := make([]Param, 0, n+len(a.KwOnly)+2)
	add := func(arg *ast.Arg, kind ParamKind, def ast.Expr) {
		p := Param{Name: l.str(arg.Name), Kind: kind, Var: l.newShared(fi), Pos: arg.Start}
		if def != nil {
			v := l.expr(def)
			l.copyTo(p.Var, v, arg)
			switch {
			case v == 0:
				p.Default = constRef(ConstEllipsis)
			case v.Tag() == TagLocal:
				p.Default = l.newShared(l.fn)
				l.copyTo(p.Default, v, arg)
			default:
				p.Default = v
			}
		}
		if arg.Annotation != nil {
			p.Ann = l.annotation(arg.Annotation)
			if p.Ann != 0 {
				switch kind {
				case VarPositional, VarKeyword: // *readers: Reader
					each, all := l.newLocal(), l.newLocal()
					l.instance(each, p.Ann, arg.Annotation)
					if kind == VarPositional {
						l.emit(MakeTuple, arg.Annotation, all, 0, l.list([]uint32{uint32(each)}, 0), 1)
					} else {
						name := l.newLocal()
						l.emit(Instance, arg.Annotation, name, uint32(MakeRef(TagBuiltin, l.text("str"))), 0, 0)
						items := uint32(len(l.out.Extra))
						l.out.Extra = append(l.out.Extra, 1, uint32(name), uint32(each))
						l.emit(MakeDict, arg.Annotation, all, 0, items, 0)
					}
					l.copyTo(p.Var, all, arg)
				default:
					p.Type = l.newShared(l.fn)
					l.instance(p.Type, p.Ann, arg.Annotation)
					l.copyTo(p.Var, p.Type, arg)
				}
			}
		}
		params = append(params, p)
	}
	firstDefault := n - len(a.Defaults)
	def := func(i int) ast.Expr {
		if i >= firstDefault && i-firstDefault < len(a.Defaults) {
			return a.Defaults[i-firstDefault]
		}
		return nil
	}
	for i := range a.PosOnly {
		add(&a.PosOnly[i], PositionalOnly, def(i))
	}
	for i := range a.Args {
		add(&a.Args[i], Positional, def(len(a.PosOnly)+i))
	}
	if a.Vararg != nil {
		add(a.Vararg, VarPositional, nil)
	}
	for i := range a.KwOnly {
		var d ast.Expr
		if i < len(a.KwDefaults) {
			d = a.KwDefaults[i]
		}
		add(&a.KwOnly[i], KeywordOnly, d)
	}
	if a.Kwarg != nil {
		add(a.Kwarg, VarKeyword, nil)
	}
	l.out.Funcs[fi].Params = params
}

// decorators evaluates decorators, from the outermost in.
func (l *lowerer) decorators(list []ast.Expr) []Decorator {
	out := make([]Decorator, 0, len(list))
	for _, d := range list {
		v := l.expr(d)
		if v == 0 {
			v = l.newLocal()
		}
		out = append(out, Decorator{v, d.Pos()})
	}
	return out
}

func (l *lowerer) classDef(s *ast.ClassDef) {
	sc := l.t.ScopeOf(s)
	if sc == scope.None {
		return
	}
	decorators := l.decorators(s.Decorators)
	c := Class{Name: l.str(s.Name), Parent: l.fn, Pos: s.Start, End: s.Stop, NamePos: s.NameSpan.Start, Decorators: decorators}
	for _, b := range s.Bases {
		if st, ok := b.(*ast.Starred); ok {
			l.expr(st.Value)
			continue
		}
		var r Ref
		if sub, ok := b.(*ast.Subscript); ok { // Generic[T], Base[int]: the base is what is subscribed
			old := l.ann
			l.ann = true
			r = l.typeExpr(sub.Value, 0)
			l.ann = old
		} else {
			r = l.expr(b)
		}
		if r == 0 {
			r = l.newLocal()
		}
		c.Bases = append(c.Bases, r)
	}
	for i := range s.Keywords {
		c.Keywords = append(c.Keywords, NamedRef{l.str(s.Keywords[i].Arg), l.expr(s.Keywords[i].Value)})
	}
	fi := l.newFunc(ClassBody, sc, s)
	ci := uint32(len(l.out.Classes))
	c.Body = fi
	c.QualName = l.out.Funcs[fi].QualName
	l.out.Funcs[fi].Name = c.Name
	l.out.Funcs[fi].Class = ci + 1
	l.out.Funcs[fi].NamePos = s.NameSpan.Start
	l.out.Classes = append(l.out.Classes, c)
	v := l.newLocal()
	mk := l.emit(MakeClass, s, v, ci, 0, 0)
	mk.Pos, mk.Len = s.NameSpan.Start, uint16(s.NameSpan.End-s.NameSpan.Start)
	for i := len(decorators) - 1; i >= 0; i-- {
		v = l.apply(decorators[i].Value, v, s.Decorators[i])
	}
	l.bind(s.Name, v, s)
	l.queue = append(l.queue, pending{s, sc, fi})
}

// body lowers a block that was put off until its surroundings were done.
func (l *lowerer) body(p pending) {
	l.fn, l.sc, l.ctx, l.dead = p.fn, p.scope, 0, false
	l.loops, l.log, l.tryDepth = l.loops[:0], l.log[:0], 0
	l.out.Funcs[p.fn].Ops[0] = uint32(len(l.out.Ops))
	l.out.Funcs[p.fn].Branches[0] = uint32(len(l.out.Branches))
	l.out.Funcs[p.fn].Locals[0] = l.out.NLocal + 1
	switch n := p.node.(type) {
	case *ast.FunctionDef:
		l.params(p.fn, n.Args)
		l.docstring(p.fn, n.Body)
		l.stmts(n.Body)
	case *ast.Lambda:
		l.params(p.fn, n.Args)
		if v := l.expr(n.Body); v != 0 {
			l.emit(Return, n.Body, 0, uint32(v), 0, 0)
		}
	case *ast.ClassDef:
		l.class = l.out.Funcs[p.fn].Class - 1
		l.docstring(p.fn, n.Body)
		l.stmts(n.Body)
		c := &l.out.Classes[l.class]
		syms := l.t.SymbolsOf(p.scope)
		for i := range syms {
			if k := l.indexOf(&syms[i]); l.hasVar[k] {
				c.Members = append(c.Members, NamedRef{l.str(syms[i].Name), l.shared[k]})
			}
		}
	case *ast.GeneratorExp:
		l.genexpBody(p.fn, n)
	}
	l.out.Funcs[p.fn].Ops[1] = uint32(len(l.out.Ops))
	l.out.Funcs[p.fn].Branches[1] = uint32(len(l.out.Branches))
	l.out.Funcs[p.fn].Locals[1] = l.out.NLocal + 1
}

// params binds the parameters' names to their variables.
func (l *lowerer) params(fi uint32, a *ast.Arguments) {
	ps := l.out.Funcs[fi].Params
	for i := range ps {
		name := l.paramSym(a, i)
		owner, sym, ok := l.resolve(l.sc, name)
		if !ok || !l.inBlock(owner) {
			continue
		}
		k := l.indexOf(sym)
		if sym.Binding == scope.Cell || l.noFlow[k] {
			l.copyTo(l.sharedOf(k), ps[i].Var, paramNode{ps[i].Pos})
			if l.noFlow[k] {
				continue
			}
		}
		l.setVersion(k, ps[i].Var)
	}
}

type paramNode struct{ pos uint32 }

func (p paramNode) Pos() uint32 { return p.pos }
func (p paramNode) End() uint32 { return p.pos }

func (l *lowerer) paramSym(a *ast.Arguments, i int) ast.Sym {
	if i < len(a.PosOnly) {
		return a.PosOnly[i].Name
	}
	i -= len(a.PosOnly)
	if i < len(a.Args) {
		return a.Args[i].Name
	}
	i -= len(a.Args)
	if a.Vararg != nil {
		if i == 0 {
			return a.Vararg.Name
		}
		i--
	}
	if i < len(a.KwOnly) {
		return a.KwOnly[i].Name
	}
	return a.Kwarg.Name
}

func (l *lowerer) docstring(fi uint32, body []ast.Stmt) {
	if len(body) == 0 {
		return
	}
	if e, ok := body[0].(*ast.ExprStmt); ok {
		if c, ok := e.Value.(*ast.Constant); ok && c.Kind == ast.Str {
			l.out.Funcs[fi].DocEnd = c.Stop
		}
	}
}
