package ast

// Inspect calls visit for every node of the file in preorder, parents before children and siblings in source order as
// the fields stand; visit returns whether to go into the node. Besides statements, expressions and patterns the nodes are
// *Arg, *Keyword, *Alias, *Ident, *TypeParam and *ExceptHandler.
func Inspect(f *File, visit func(Node) bool) {
	v := visitor{visit}
	v.stmts(f.Body)
}

// InspectStmt, InspectExpr do the same below one node.
func InspectStmt(s Stmt, visit func(Node) bool) { (&visitor{visit}).stmt(s) }
func InspectExpr(e Expr, visit func(Node) bool) { (&visitor{visit}).expr(e) }

type visitor struct{ visit func(Node) bool }

func (v *visitor) stmts(list []Stmt) {
	for _, s := range list {
		v.stmt(s)
	}
}

func (v *visitor) exprs(list []Expr) {
	for _, e := range list {
		v.expr(e)
	}
}

func (v *visitor) typeParams(list []TypeParam) {
	for i := range list {
		if t := &list[i]; v.visit(t) {
			v.expr(t.Bound)
			v.expr(t.Default)
		}
	}
}

func (v *visitor) keywords(list []Keyword) {
	for i := range list {
		if k := &list[i]; v.visit(k) {
			v.expr(k.Value)
		}
	}
}

func (v *visitor) aliases(list []Alias) {
	for i := range list {
		v.visit(&list[i])
	}
}

func (v *visitor) idents(list []Ident) {
	for i := range list {
		v.visit(&list[i])
	}
}

func (v *visitor) arg(a *Arg) {
	if a != nil && v.visit(a) {
		v.expr(a.Annotation)
	}
}

func (v *visitor) args(list []Arg) {
	for i := range list {
		v.arg(&list[i])
	}
}

func (v *visitor) arguments(a *Arguments) {
	if a == nil {
		return
	}
	v.args(a.PosOnly)
	v.args(a.Args)
	v.exprs(a.Defaults)
	v.arg(a.Vararg)
	v.args(a.KwOnly)
	v.exprs(a.KwDefaults)
	v.arg(a.Kwarg)
}

func (v *visitor) generators(list []Comprehension) {
	for i := range list {
		v.expr(list[i].Target)
		v.expr(list[i].Iter)
		v.exprs(list[i].Ifs)
	}
}

func (v *visitor) stmt(s Stmt) {
	if !v.visit(s) {
		return
	}
	switch s := s.(type) {
	case *FunctionDef:
		v.exprs(s.Decorators)
		v.typeParams(s.TypeParams)
		v.arguments(s.Args)
		v.expr(s.Returns)
		v.stmts(s.Body)
	case *ClassDef:
		v.exprs(s.Decorators)
		v.typeParams(s.TypeParams)
		v.exprs(s.Bases)
		v.keywords(s.Keywords)
		v.stmts(s.Body)
	case *Return:
		v.expr(s.Value)
	case *Delete:
		v.exprs(s.Targets)
	case *Assign:
		v.exprs(s.Targets)
		v.expr(s.Value)
	case *TypeAlias:
		v.expr(s.Name)
		v.typeParams(s.TypeParams)
		v.expr(s.Value)
	case *AugAssign:
		v.expr(s.Target)
		v.expr(s.Value)
	case *AnnAssign:
		v.expr(s.Target)
		v.expr(s.Annotation)
		v.expr(s.Value)
	case *For:
		v.expr(s.Target)
		v.expr(s.Iter)
		v.stmts(s.Body)
		v.stmts(s.Orelse)
	case *While:
		v.expr(s.Test)
		v.stmts(s.Body)
		v.stmts(s.Orelse)
	case *If:
		v.expr(s.Test)
		v.stmts(s.Body)
		v.stmts(s.Orelse)
	case *With:
		for i := range s.Items {
			v.expr(s.Items[i].Context)
			v.expr(s.Items[i].Vars)
		}
		v.stmts(s.Body)
	case *Match:
		v.expr(s.Subject)
		for i := range s.Cases {
			v.pattern(s.Cases[i].Pattern)
			v.expr(s.Cases[i].Guard)
			v.stmts(s.Cases[i].Body)
		}
	case *Raise:
		v.expr(s.Exc)
		v.expr(s.Cause)
	case *Try:
		v.stmts(s.Body)
		for _, h := range s.Handlers {
			if v.visit(h) {
				v.expr(h.Type)
				v.stmts(h.Body)
			}
		}
		v.stmts(s.Orelse)
		v.stmts(s.Finalbody)
	case *Assert:
		v.expr(s.Test)
		v.expr(s.Msg)
	case *Import:
		v.aliases(s.Names)
	case *ImportFrom:
		v.aliases(s.Names)
	case *Global:
		v.idents(s.Names)
	case *Nonlocal:
		v.idents(s.Names)
	case *ExprStmt:
		v.expr(s.Value)
	}
}

func (v *visitor) expr(e Expr) {
	if e == nil || !v.visit(e) {
		return
	}
	switch e := e.(type) {
	case *BoolOp:
		v.exprs(e.Values)
	case *NamedExpr:
		v.expr(e.Target)
		v.expr(e.Value)
	case *BinOp:
		v.expr(e.Left)
		v.expr(e.Right)
	case *UnaryOp:
		v.expr(e.Operand)
	case *Lambda:
		v.arguments(e.Args)
		v.expr(e.Body)
	case *IfExp:
		v.expr(e.Body)
		v.expr(e.Test)
		v.expr(e.Orelse)
	case *Dict:
		for i, k := range e.Keys {
			v.expr(k)
			v.expr(e.Values[i])
		}
	case *Set:
		v.exprs(e.Elts)
	case *ListComp:
		v.expr(e.Elt)
		v.generators(e.Generators)
	case *SetComp:
		v.expr(e.Elt)
		v.generators(e.Generators)
	case *DictComp:
		v.expr(e.Key)
		v.expr(e.Value)
		v.generators(e.Generators)
	case *GeneratorExp:
		v.expr(e.Elt)
		v.generators(e.Generators)
	case *Await:
		v.expr(e.Value)
	case *Yield:
		v.expr(e.Value)
	case *YieldFrom:
		v.expr(e.Value)
	case *Compare:
		v.expr(e.Left)
		v.exprs(e.Comparators)
	case *Call:
		v.expr(e.Func)
		v.exprs(e.Args)
		v.keywords(e.Keywords)
	case *FormattedValue:
		v.expr(e.Value)
		if e.FormatSpec != nil {
			v.expr(e.FormatSpec)
		}
	case *Interpolation:
		v.expr(e.Value)
		if e.FormatSpec != nil {
			v.expr(e.FormatSpec)
		}
	case *JoinedStr:
		v.exprs(e.Values)
	case *TemplateStr:
		v.exprs(e.Values)
	case *Attribute:
		v.expr(e.Value)
	case *Subscript:
		v.expr(e.Value)
		v.expr(e.Index)
	case *Starred:
		v.expr(e.Value)
	case *List:
		v.exprs(e.Elts)
	case *Tuple:
		v.exprs(e.Elts)
	case *Slice:
		v.expr(e.Lower)
		v.expr(e.Upper)
		v.expr(e.Step)
	}
}

func (v *visitor) patterns(list []Pattern) {
	for _, p := range list {
		v.pattern(p)
	}
}

func (v *visitor) pattern(p Pattern) {
	if p == nil || !v.visit(p) {
		return
	}
	switch p := p.(type) {
	case *MatchValue:
		v.expr(p.Value)
	case *MatchSequence:
		v.patterns(p.Patterns)
	case *MatchMapping:
		for i, k := range p.Keys {
			v.expr(k)
			if i < len(p.Patterns) {
				v.pattern(p.Patterns[i])
			}
		}
	case *MatchClass:
		v.expr(p.Cls)
		v.patterns(p.Patterns)
		v.patterns(p.KwdPatterns)
	case *MatchAs:
		v.pattern(p.Pattern)
	case *MatchOr:
		v.patterns(p.Patterns)
	}
}
