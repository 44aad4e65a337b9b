package facts

import (
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/scope"
)

func (l *lowerer) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.ExprStmt:
		if _, ok := s.Value.(*ast.Constant); ok {
			return
		}
		before := len(l.out.Ops)
		l.expr(s.Value)
		if len(l.out.Ops) > before {
			last := &l.out.Ops[len(l.out.Ops)-1]
			if last.Pos == s.Value.Pos() && (last.Code == Call || last.Code == Await) {
				last.Flags |= FlagDiscarded
			}
		}
		if l.exits(s.Value) {
			l.dead = true
		}
	case *ast.Assign:
		v := l.expr(s.Value)
		if len(s.Targets) > 1 && v == 0 {
			v = l.newLocal()
		}
		for _, t := range s.Targets {
			l.assign(t, v, s.Value)
		}
		if l.fn == 0 && len(s.Targets) == 1 {
			l.dunderAll(s.Targets[0], s.Value, false)
		}
	case *ast.AugAssign:
		l.augAssign(s)
	case *ast.AnnAssign:
		l.annAssign(s)
	case *ast.Return:
		if s.Value != nil {
			if v := l.expr(s.Value); v != 0 {
				l.emit(Return, s, 0, uint32(v), 0, 0)
			} else {
				l.emit(Return, s, 0, 0, 0, 0)
			}
		} else {
			l.emit(Return, s, 0, uint32(constRef(ConstNone)), 0, 0)
		}
		l.dead = true
	case *ast.If:
		l.ifStmt(s)
	case *ast.For:
		l.forStmt(s)
	case *ast.While:
		l.whileStmt(s)
	case *ast.With:
		l.withStmt(s)
	case *ast.Try:
		l.try(s)
	case *ast.Raise:
		var v Ref
		if s.Exc != nil {
			v = l.expr(s.Exc)
		}
		if s.Cause != nil {
			l.expr(s.Cause)
		}
		l.emit(Raise, s, 0, uint32(v), 0, 0)
		l.dead = true
	case *ast.FunctionDef:
		l.functionDef(s)
	case *ast.ClassDef:
		l.classDef(s)
	case *ast.Import:
		l.importStmt(s)
	case *ast.ImportFrom:
		l.importFrom(s)
	case *ast.Assert:
		old := l.push(CtxAssert, s, 0, 0, 0)
		l.asked(s.Test)
		if s.Msg != nil {
			l.expr(s.Msg)
		}
		l.ctx = old
		l.narrow(s.Test)
	case *ast.Delete:
		for _, t := range s.Targets {
			l.delete(t)
		}
	case *ast.Match:
		l.match(s)
	case *ast.Break:
		l.breaks++
		l.breaksLoop()
		l.jump(true)
		l.dead = true
	case *ast.Continue:
		l.continues++
		l.jump(false)
		l.dead = true
	case *ast.TypeAlias:
		l.ann = true
		v := l.expr(s.Value)
		l.ann = false
		l.bind(s.Name.ID, v, s)
	}
}

func (l *lowerer) assign(target ast.Expr, v Ref, value ast.Expr) {
	switch t := target.(type) {
	case *ast.Name:
		l.bind(t.ID, v, t)
	case *ast.Attribute:
		base := l.expr(t.Value)
		op := l.emit(SetAttr, t, 0, uint32(base), l.str(t.Attr), uint32(v))
		if l.globalRoot(t.Value) {
			op.Flags |= FlagGlobalRoot
		}
	case *ast.Subscript:
		l.setItem(t, v)
	case *ast.Starred:
		l.assign(t.Value, v, value)
	case *ast.Tuple:
		l.unpack(t.Elts, v, t, value)
	case *ast.List:
		l.unpack(t.Elts, v, t, value)
	}
}

// setItem stores into a container. When the container is a name of this block, later code of the block sees a new
// version of it, in which the constant key has this value and no other.
func (l *lowerer) setItem(t *ast.Subscript, v Ref) {
	base := l.expr(t.Value)
	if sl, ok := t.Index.(*ast.Slice); ok {
		l.slice(sl)
		op := l.emit(SetItem, t, 0, uint32(base), 0, uint32(v))
		if l.globalRoot(t.Value) {
			op.Flags |= FlagGlobalRoot
		}
		return
	}
	key := l.expr(t.Index)
	op := l.emit(SetItem, t, 0, uint32(base), uint32(key), uint32(v))
	if l.globalRoot(t.Value) {
		op.Flags |= FlagGlobalRoot
	}
	if constantKey(key) && len(l.loops) == 0 && l.versioned(t.Value) {
		op.Dst = l.newLocal()
		l.newVersion(t.Value, op.Dst)
	}
}

func constantKey(key Ref) bool { return key.Tag() == TagStr || key.Tag() == TagInt }

// versioned: e is a name of this block, or a constant key of one: d, d["a"], d["a"]["b"].
func (l *lowerer) versioned(e ast.Expr) bool {
	for depth := 0; depth < 5; depth++ {
		switch x := e.(type) {
		case *ast.Subscript:
			c, ok := x.Index.(*ast.Constant)
			if !ok || c.Kind != ast.Str && c.Kind != ast.Int {
				return false
			}
			e = x.Value
			continue
		case *ast.Name:
			owner, sym, ok := l.resolve(l.sc, x.ID)
			return ok && l.inBlock(owner) && !l.noFlow[l.indexOf(sym)]
		}
		return false
	}
	return false
}

// newVersion makes v what e holds from here on in this block.
func (l *lowerer) newVersion(e ast.Expr, v Ref) {
	switch x := e.(type) {
	case *ast.Name:
		if owner, sym, ok := l.resolve(l.sc, x.ID); ok && l.inBlock(owner) {
			l.setVersion(l.indexOf(sym), v)
		}
	case *ast.Subscript:
		base := l.expr(x.Value)
		key := l.expr(x.Index)
		dst := l.newLocal()
		l.emit(SetItem, x, dst, uint32(base), uint32(key), uint32(v))
		l.newVersion(x.Value, dst)
	}
}

// updates: d.update({"a": f}, b=g) on a name of this block is an assignment of keys.
func (l *lowerer) updates(e *ast.Call) {
	f, ok := e.Func.(*ast.Attribute)
	if !ok || l.f.Text(f.Attr) != "update" || len(l.loops) > 0 || !l.versioned(f.Value) {
		return
	}
	set := func(key Ref, val ast.Expr) {
		if !constantKey(key) {
			return
		}
		base, v := l.expr(f.Value), l.expr(val)
		dst := l.newLocal()
		l.emit(SetItem, e, dst, uint32(base), uint32(key), uint32(v))
		l.newVersion(f.Value, dst)
	}
	if len(e.Args) == 1 {
		if d, ok := e.Args[0].(*ast.Dict); ok && len(d.Keys) <= 20 {
			for i, k := range d.Keys {
				if c, ok := k.(*ast.Constant); ok && plainValue(d.Values[i]) {
					set(l.constant(c), d.Values[i])
				}
			}
		}
	}
	for i := range e.Keywords {
		if k := &e.Keywords[i]; k.Arg != 0 && plainValue(k.Value) {
			set(MakeRef(TagStr, l.str(k.Arg)), k.Value)
		}
	}
}

// plainValue: reading it again does nothing.
func plainValue(e ast.Expr) bool {
	switch e.(type) {
	case *ast.Name, *ast.Constant:
		return true
	}
	return false
}

func (l *lowerer) unpack(elts []ast.Expr, v Ref, n ast.Node, value ast.Expr) {
	star := -1
	for i, e := range elts {
		if _, ok := e.(*ast.Starred); ok {
			star = i
		}
	}
	refs := make([]Ref, len(elts))
	for i, e := range elts {
		refs[i] = l.newLocal()
		pos := i
		if star >= 0 && i > star {
			pos = i - len(elts) // from the end
		}
		op := l.emit(Unpack, e, refs[i], uint32(v), uint32(len(elts)), uint32(pos+IntBias))
		if i == star {
			op.Flags |= FlagStar
		}
	}
	for i, e := range elts {
		l.assign(e, refs[i], nil)
	}
}

func (l *lowerer) augAssign(s *ast.AugAssign) {
	switch t := s.Target.(type) {
	case *ast.Name:
		old := l.read(t.ID, t)
		v := l.expr(s.Value)
		dst := l.newLocal()
		l.emit(BinOp, s, dst, uint32(old), uint32(s.Op), uint32(v)).Flags |= FlagAug
		l.bind(t.ID, dst, t)
		if l.fn == 0 {
			l.dunderAll(t, s.Value, true)
		}
	case *ast.Attribute:
		base := l.expr(t.Value)
		old := l.newLocal()
		l.emit(Attr, t, old, uint32(base), l.str(t.Attr), 0)
		v := l.expr(s.Value)
		dst := l.newLocal()
		l.emit(BinOp, s, dst, uint32(old), uint32(s.Op), uint32(v)).Flags |= FlagAug
		op := l.emit(SetAttr, t, 0, uint32(base), l.str(t.Attr), uint32(dst))
		op.Flags |= FlagAug
		if l.globalRoot(t.Value) {
			op.Flags |= FlagGlobalRoot
		}
	case *ast.Subscript:
		base := l.expr(t.Value)
		key := l.expr(t.Index)
		old := l.newLocal()
		l.emit(Item, t, old, uint32(base), 0, uint32(key))
		v := l.expr(s.Value)
		dst := l.newLocal()
		l.emit(BinOp, s, dst, uint32(old), uint32(s.Op), uint32(v)).Flags |= FlagAug
		op := l.emit(SetItem, t, 0, uint32(base), uint32(key), uint32(dst))
		op.Flags |= FlagAug
		if l.globalRoot(t.Value) {
			op.Flags |= FlagGlobalRoot
		}
	default:
		l.expr(s.Value)
	}
}

// exits: the call ends the program: sys.exit(1), os._exit(1), exit().
func (l *lowerer) exits(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	if !ok {
		return false
	}
	switch f := c.Func.(type) {
	case *ast.Name:
		_, _, bound := l.resolve(l.sc, f.ID)
		name := l.f.Text(f.ID)
		return !bound && (name == "exit" || name == "quit")
	case *ast.Attribute:
		name := l.f.Text(f.Attr)
		return name == "exit" && l.isNamed(f.Value, "sys") || name == "_exit" && l.isNamed(f.Value, "os")
	}
	return false
}

func (l *lowerer) annAssign(s *ast.AnnAssign) {
	ann := l.annotation(s.Annotation)
	var v Ref
	if s.Value != nil {
		v = l.expr(s.Value)
	}
	if ann == 0 {
		if s.Value != nil {
			l.assign(s.Target, v, s.Value)
		}
		return
	}
	if n, ok := s.Target.(*ast.Name); ok && s.Value == nil && l.t.Scopes[l.sc].Kind != scope.Class && l.sc != 0 {
		// A bare annotation binds nothing, but tells the type of what is bound later in the block.
		dst := l.newLocal()
		l.instance(dst, ann, s)
		l.bind(n.ID, dst, n)
		return
	}
	if l.t.Scopes[l.sc].Kind == scope.Class {
		if n, ok := s.Target.(*ast.Name); ok {
			c := &l.out.Classes[l.class]
			field := l.newShared(l.fn)
			c.Fields = append(c.Fields, Field{Name: l.str(n.ID), Ann: ann, Var: field, Default: v, Pos: n.Start})
			l.instance(field, ann, s)
			if s.Value == nil {
				return
			}
		}
	}
	dst := l.newLocal()
	l.copyTo(dst, v, s)
	l.instance(dst, ann, s)
	l.assign(s.Target, dst, nil)
}

func (l *lowerer) instance(dst, ann Ref, n ast.Node) {
	old := l.ann
	l.ann = true
	l.emit(Instance, n, dst, uint32(ann), 0, 0)
	l.ann = old
}

// annotation lowers a type expression; strings are read as expressions.
func (l *lowerer) annotation(e ast.Expr) Ref {
	old := l.ann
	l.ann = true
	r := l.typeExpr(e, 0)
	l.ann = old
	return r
}

func (l *lowerer) typeExpr(e ast.Expr, depth int) Ref {
	if depth > 40 {
		return 0
	}
	switch e := e.(type) {
	case *ast.Constant:
		switch e.Kind {
		case ast.None:
			return constRef(ConstNone)
		case ast.Str:
			return l.quotedType(e)
		}
		return 0
	case *ast.BinOp:
		if e.Op != ast.BitOr {
			return 0
		}
		a, b := l.typeExpr(e.Left, depth+1), l.typeExpr(e.Right, depth+1)
		dst := l.newLocal()
		l.copyTo(dst, a, e)
		l.copyTo(dst, b, e)
		return dst
	case *ast.Subscript:
		base := l.typeExpr(e.Value, depth+1)
		if base == 0 {
			return 0
		}
		args := []ast.Expr{e.Index}
		if t, ok := e.Index.(*ast.Tuple); ok {
			args = t.Elts
		}
		refs := make([]uint32, 0, len(args))
		metadata := l.isNamed(e.Value, "Annotated")
		for i, a := range args {
			var r Ref
			switch {
			case metadata && i > 0:
				r = l.expr(a) // Annotated's metadata are values: Depends(f), Query(...)
			case l.isNamed(e.Value, "Literal"):
			default:
				if lst, ok := a.(*ast.List); ok { // Callable[[A], R]
					for _, x := range lst.Elts {
						l.typeExpr(x, depth+1)
					}
				} else {
					r = l.typeExpr(a, depth+1)
				}
			}
			refs = append(refs, uint32(r))
		}
		dst := l.newLocal()
		l.emit(TypeApply, e, dst, uint32(base), l.list(refs, 0), 0)
		return dst
	case *ast.Name:
		if bound, ok := l.typeParam(e.ID); ok {
			return l.boundOf(bound, e, depth+10)
		}
		return l.readType(e.ID, e)
	case *ast.Attribute:
		base := l.typeExpr(e.Value, depth+1)
		if base == 0 {
			return 0
		}
		dst := l.newLocal()
		l.emit(Attr, e, dst, uint32(base), l.str(e.Attr), 0)
		return dst
	case *ast.Starred:
		return l.typeExpr(e.Value, depth+1)
	}
	return 0
}

// typeParam finds a type parameter (PEP 695) that a name means here: of the signature that is being lowered, or of a generic
// class or function around it.
func (l *lowerer) typeParam(name ast.Sym) (bound ast.Expr, ok bool) {
	among := func(params []ast.TypeParam) bool {
		for i := range params {
			if params[i].Name == name {
				bound = params[i].Bound
				return true
			}
		}
		return false
	}
	if among(l.typeParams) {
		return bound, true
	}
	for sc := l.sc; sc != 0; sc = l.t.Scopes[sc].Parent {
		if l.t.Scopes[sc].Kind != scope.TypeParams {
			continue
		}
		switch n := l.t.Scopes[sc].Node.(type) {
		case *ast.ClassDef:
			ok = among(n.TypeParams)
		case *ast.FunctionDef:
			ok = among(n.TypeParams)
		}
		if ok {
			return bound, true
		}
	}
	return nil, false
}

// boundOf is what a type parameter stands for: its bound, or one of its constraints.
func (l *lowerer) boundOf(bound ast.Expr, n ast.Node, depth int) Ref {
	switch b := bound.(type) {
	case nil:
		return 0
	case *ast.Tuple:
		dst := l.newLocal()
		for _, e := range b.Elts {
			l.copyTo(dst, l.typeExpr(e, depth+1), n)
		}
		return dst
	}
	return l.typeExpr(bound, depth)
}

// readType reads a name for an annotation: its scope's order does not matter, so the Shared variable is right where
// there is one.
func (l *lowerer) readType(name ast.Sym, n ast.Node) Ref {
	owner, sym, ok := l.resolve(l.sc, name)
	if !ok {
		return MakeRef(TagBuiltin, l.str(name))
	}
	k := l.indexOf(sym)
	if l.isShared(owner, sym) || l.noFlow[k] || !l.inBlock(owner) {
		return l.sharedOf(k)
	}
	return l.cur[k].ref
}

func (l *lowerer) isNamed(e ast.Expr, name string) bool {
	switch e := e.(type) {
	case *ast.Name:
		return l.f.Text(e.ID) == name
	case *ast.Attribute:
		return l.f.Text(e.Attr) == name
	}
	return false
}

func (l *lowerer) forStmt(s *ast.For) {
	iter := l.expr(s.Iter)
	elem := l.newLocal()
	l.loop(s, func() {
		old := l.push(CtxFor, s, iter, 0, 0)
		op := l.emit(Iter, s.Iter, elem, uint32(iter), 0, 0)
		if s.Async {
			op.Flags |= FlagAsync
			l.out.Ctxs[l.ctx].Flags |= FlagAsync
		}
		l.assign(s.Target, elem, nil)
		l.stmts(s.Body)
		l.ctx = old
	})
	l.stmts(s.Orelse)
}

func (l *lowerer) whileStmt(s *ast.While) {
	t := l.truth(s.Test)
	if t == 0 {
		l.stmts(s.Orelse)
		return
	}
	broken := l.loop(s, func() {
		old := l.push(CtxWhile, s, 0, uint32(boolInt(t == 1)), 0)
		if t != 1 {
			test := l.asked(s.Test)
			l.out.Ctxs[l.ctx].A = test
			l.narrow(s.Test)
		}
		holds, first := l.condition(s.Test, false), len(l.out.Ops)
		l.stmts(s.Body)
		l.under(holds, first)
		l.ctx = old
	})
	if t == 1 {
		l.dead = !broken
		return
	}
	l.stmts(s.Orelse)
}

func (l *lowerer) withStmt(s *ast.With) {
	old := l.ctx
	for i := range s.Items {
		it := &s.Items[i]
		v := l.expr(it.Context)
		if v == 0 {
			v = l.newLocal()
		}
		dst := l.newLocal()
		op := l.emit(Enter, it.Context, dst, uint32(v), 0, 0)
		if s.Async {
			op.Flags |= FlagAsync
		}
		l.push(CtxWith, it.Context, v, uint32(boolInt(s.Async)), 0)
		if it.Vars != nil {
			l.assign(it.Vars, dst, nil)
		}
	}
	l.tryDepth++
	l.stmts(s.Body)
	l.tryDepth--
	l.ctx = old
	if l.dead && l.suppresses(s) {
		l.dead = false // the manager may swallow what was raised
	}
}

// suppresses: a with statement whose manager may swallow the exception that ended its body.
func (l *lowerer) suppresses(s *ast.With) bool {
	for i := range s.Items {
		if c, ok := s.Items[i].Context.(*ast.Call); ok {
			if l.isNamed(c.Func, "suppress") || l.isNamed(c.Func, "raises") || l.isNamed(c.Func, "assertRaises") || l.isNamed(c.Func, "ExitStack") {
				return true
			}
		}
	}
	return false
}

func (l *lowerer) delete(t ast.Expr) {
	switch t := t.(type) {
	case *ast.Name:
		if owner, sym, ok := l.resolve(l.sc, t.ID); ok && l.inBlock(owner) {
			if k := l.indexOf(sym); !l.noFlow[k] {
				l.setVersion(k, 0)
			}
		}
	case *ast.Attribute:
		base := l.expr(t.Value)
		op := l.emit(Delete, t, 0, uint32(base), l.str(t.Attr), 0)
		if l.globalRoot(t.Value) {
			op.Flags |= FlagGlobalRoot
		}
	case *ast.Subscript:
		base := l.expr(t.Value)
		key := l.expr(t.Index)
		op := l.emit(Delete, t, 0, uint32(base), 0, uint32(key))
		if l.globalRoot(t.Value) {
			op.Flags |= FlagGlobalRoot
		}
	case *ast.Tuple:
		for _, e := range t.Elts {
			l.delete(e)
		}
	case *ast.List:
		for _, e := range t.Elts {
			l.delete(e)
		}
	}
}

// globalRoot: inside a function, the expression starts at a name that belongs to the module.
func (l *lowerer) globalRoot(e ast.Expr) bool {
	if l.fn == 0 {
		return false
	}
	for {
		switch x := e.(type) {
		case *ast.Attribute:
			e = x.Value
		case *ast.Subscript:
			e = x.Value
		case *ast.Name:
			owner, _, ok := l.resolve(l.sc, x.ID)
			return ok && (owner == 0 || l.isClassParam(x.ID))
		default:
			return false
		}
	}
}

// isClassParam: the name is the first parameter of a class method at hand: what it leads to outlives every instance.
func (l *lowerer) isClassParam(name ast.Sym) bool {
	fn := &l.out.Funcs[l.fn]
	if fn.Flags&FuncMethod == 0 || len(fn.Params) == 0 || fn.Params[0].Name != l.str(name) {
		return false
	}
	switch l.out.Str(fn.Name) {
	case "__new__", "__init_subclass__", "__class_getitem__":
		return true
	}
	for _, d := range fn.Decorators {
		if d.Value.Tag() == TagBuiltin && l.out.Str(Str(d.Value.Index())) == "classmethod" {
			return true
		}
	}
	return false
}

// ---- imports ----

func (l *lowerer) typing() bool {
	for c := l.ctx; c != 0; c = l.out.Ctxs[c].Parent {
		if l.out.Ctxs[c].Kind == CtxTyping {
			return true
		}
	}
	return false
}

func (l *lowerer) importStmt(s *ast.Import) {
	for i := range s.Names {
		a := &s.Names[i]
		module := l.f.Text(a.Name)
		im := Import{Module: l.str(a.Name), Pos: a.Start, Ctx: l.ctx, Func: l.fn, Lazy: s.Lazy, Typing: l.typing()}
		name := a.AsName
		if name != 0 {
			im.As, im.Alias = l.str(name), true
		} else {
			top := module
			for j := 0; j < len(module); j++ {
				if module[j] == '.' {
					top = module[:j]
					break
				}
			}
			im.As = l.text(top)
			name = l.symNamed(top, a)
		}
		v := l.newLocal()
		l.emit(ImportName, a, v, uint32(len(l.out.Imports)), 0, 0)
		l.out.Imports = append(l.out.Imports, im)
		l.bind(name, v, a)
	}
}

// symNamed finds the symbol of the first part of a dotted import: `import a.b` binds a.
func (l *lowerer) symNamed(name string, a *ast.Alias) ast.Sym {
	if name == l.f.Text(a.Name) {
		return a.Name
	}
	syms := l.t.SymbolsOf(l.sc)
	for i := range syms {
		if l.t.Text(syms[i].Name) == name {
			return syms[i].Name
		}
	}
	// Declared global in a function: the module's entry.
	syms = l.t.SymbolsOf(0)
	for i := range syms {
		if l.t.Text(syms[i].Name) == name {
			return syms[i].Name
		}
	}
	return 0
}

func (l *lowerer) importFrom(s *ast.ImportFrom) {
	for i := range s.Names {
		a := &s.Names[i]
		im := Import{Module: l.str(s.Module), Name: l.str(a.Name), Level: uint32(s.Level), Pos: a.Start, Ctx: l.ctx, Func: l.fn, Lazy: s.Lazy, Typing: l.typing()}
		if l.f.Text(a.Name) == "*" {
			l.emit(ImportName, a, 0, uint32(len(l.out.Imports)), 0, 0)
			l.out.Imports = append(l.out.Imports, im)
			continue
		}
		name := a.AsName
		if name == 0 {
			name = a.Name
		} else {
			im.Alias = true
		}
		im.As = l.str(name)
		v := l.newLocal()
		l.emit(ImportName, a, v, uint32(len(l.out.Imports)), 0, 0)
		l.out.Imports = append(l.out.Imports, im)
		l.bind(name, v, a)
	}
}

// dunderAll collects the literal names of __all__.
func (l *lowerer) dunderAll(target, value ast.Expr, more bool) {
	n, ok := target.(*ast.Name)
	if !ok || l.f.Text(n.ID) != "__all__" {
		return
	}
	var elts []ast.Expr
	switch v := value.(type) {
	case *ast.List:
		elts = v.Elts
	case *ast.Tuple:
		elts = v.Elts
	case *ast.BinOp:
		l.dunderAll(target, v.Left, more)
		l.dunderAll(target, v.Right, true)
		return
	}
	if !more {
		l.out.All = l.out.All[:0]
	}
	l.out.HasAll = true
	for _, e := range elts {
		if c, ok := e.(*ast.Constant); ok && c.Kind == ast.Str {
			if s, ok := l.f.StringValue(c); ok {
				l.out.All = append(l.out.All, l.text(s))
			}
		}
	}
}
