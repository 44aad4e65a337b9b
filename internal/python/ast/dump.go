package ast

import (
	"strconv"
)

// AppendDump appends what Python 3.minor prints for ast.dump(ast.parse(source), include_attributes=True), on one line
// and without a line end. The format differs by version: 3.8 prints absent fields, 3.9 leaves them out and has no Index
// around a subscript, 3.10 places aliases, 3.13 leaves empty lists out, 3.15 the Load context; fields appear with the
// version that has them.
func AppendDump(dst []byte, f *File, minor int) []byte {
	d := dumper{buf: dst, f: f, minor: minor}
	d.begin("Module")
	d.stmts("body", f.Body)
	d.noList("type_ignores")
	d.end()
	return d.buf
}

type dumper struct {
	buf   []byte
	f     *File
	minor int
	line  int // index of the line of the last position: the next one is near
	// whole is the string that holds what is being dumped: before 3.12 the parts of an f-string had its place.
	whole *Range
}

func (d *dumper) begin(class string) {
	d.buf = append(append(d.buf, class...), '(')
}

func (d *dumper) end() { d.buf = append(d.buf, ')') }

func (d *dumper) key(k string) {
	if d.buf[len(d.buf)-1] != '(' {
		d.buf = append(d.buf, ", "...)
	}
	d.buf = append(append(d.buf, k...), '=')
}

func (d *dumper) raw(k, v string) {
	d.key(k)
	d.buf = append(d.buf, v...)
}

func (d *dumper) int(k string, v int) {
	d.key(k)
	d.buf = strconv.AppendInt(d.buf, int64(v), 10)
}

// none writes an absent optional field, which only 3.8 shows.
func (d *dumper) none(k string) {
	if d.minor == 8 {
		d.raw(k, "None")
	}
}

// noList writes an empty list, which 3.13 and later leave out.
func (d *dumper) noList(k string) {
	if d.minor < 13 {
		d.raw(k, "[]")
	}
}

func (d *dumper) sym(k string, s Sym) {
	if s == 0 {
		d.none(k)
		return
	}
	d.key(k)
	d.buf = AppendRepr(d.buf, d.f.Names[s], d.minor)
}

func (d *dumper) opt(k string, e Expr) {
	if e == nil {
		d.none(k)
		return
	}
	d.key(k)
	d.expr(e)
}

func (d *dumper) one(k string, e Expr) {
	d.key(k)
	d.expr(e)
}

// list writes a list field; each writes item i.
func (d *dumper) list(k string, n int, each func(i int)) {
	if n == 0 {
		d.noList(k)
		return
	}
	d.key(k)
	d.buf = append(d.buf, '[')
	for i := range n {
		if i > 0 {
			d.buf = append(d.buf, ", "...)
		}
		each(i)
	}
	d.buf = append(d.buf, ']')
}

func (d *dumper) exprs(k string, list []Expr) {
	d.list(k, len(list), func(i int) {
		if list[i] == nil {
			d.buf = append(d.buf, "None"...)
			return
		}
		d.expr(list[i])
	})
}

func (d *dumper) stmts(k string, list []Stmt) {
	d.list(k, len(list), func(i int) { d.stmt(list[i]) })
}

func (d *dumper) syms(k string, list []Sym) {
	d.list(k, len(list), func(i int) { d.buf = AppendRepr(d.buf, d.f.Names[list[i]], d.minor) })
}

func (d *dumper) idents(list []Ident) {
	d.list("names", len(list), func(i int) { d.buf = AppendRepr(d.buf, d.f.Names[list[i].Name], d.minor) })
}

// at writes the four attributes of a place and closes the node.
func (d *dumper) at(start, end uint32) {
	line, col := d.position(start)
	d.int("lineno", line)
	d.int("col_offset", col)
	line, col = d.position(end)
	d.int("end_lineno", line)
	d.int("end_col_offset", col)
	d.end()
}

func (d *dumper) place(n Node) { d.at(n.Pos(), n.End()) }

// position is the 1-based line and the column in bytes, as Python counts. Nodes come nearly in order, so the line is
// sought from the last one.
func (d *dumper) position(offset uint32) (line, col int) {
	lines := d.f.Lines
	i := d.line
	for lines[i] > offset {
		i--
	}
	for i+1 < len(lines) && lines[i+1] <= offset {
		i++
	}
	d.line = i
	return i + 1, int(offset - lines[i])
}

var contexts = [...]string{Load: "Load()", Store: "Store()", Del: "Del()"}

func (d *dumper) ctx(c Context) {
	if c == Load && d.minor >= 15 {
		return
	}
	d.raw("ctx", contexts[c])
}

var operators = [...]string{
	Add: "Add()", Sub: "Sub()", Mult: "Mult()", MatMult: "MatMult()", Div: "Div()", Mod: "Mod()", Pow: "Pow()",
	LShift: "LShift()", RShift: "RShift()", BitOr: "BitOr()", BitXor: "BitXor()", BitAnd: "BitAnd()",
	FloorDiv: "FloorDiv()", Invert: "Invert()", Not: "Not()", UAdd: "UAdd()", USub: "USub()", And: "And()", Or: "Or()",
	Eq: "Eq()", NotEq: "NotEq()", Lt: "Lt()", LtE: "LtE()", Gt: "Gt()", GtE: "GtE()", Is: "Is()", IsNot: "IsNot()",
	In: "In()", NotIn: "NotIn()", NoOp: "",
}

func (d *dumper) op(o Operator) { d.raw("op", operators[o]) }

func (d *dumper) typeComment() { d.none("type_comment") }

func (d *dumper) typeParams(list []TypeParam) {
	if d.minor < 12 {
		return
	}
	d.list("type_params", len(list), func(i int) {
		t := &list[i]
		d.begin([...]string{TypeVar: "TypeVar", ParamSpec: "ParamSpec", TypeVarTuple: "TypeVarTuple"}[t.Kind])
		d.sym("name", t.Name)
		if t.Kind == TypeVar {
			d.opt("bound", t.Bound)
		}
		d.opt("default_value", t.Default)
		d.place(t)
	})
}

func (d *dumper) keywords(list []Keyword) {
	d.list("keywords", len(list), func(i int) {
		k := &list[i]
		d.begin("keyword")
		d.sym("arg", k.Arg)
		d.one("value", k.Value)
		if d.minor >= 9 {
			d.place(k)
		} else {
			d.end()
		}
	})
}

func (d *dumper) aliases(list []Alias) {
	d.list("names", len(list), func(i int) {
		a := &list[i]
		d.begin("alias")
		d.sym("name", a.Name)
		d.sym("asname", a.AsName)
		if d.minor >= 10 {
			d.place(a)
		} else {
			d.end()
		}
	})
}

func (d *dumper) arg(a *Arg) {
	d.begin("arg")
	d.sym("arg", a.Name)
	d.opt("annotation", a.Annotation)
	d.typeComment()
	d.place(a)
}

func (d *dumper) args(k string, list []Arg) {
	d.list(k, len(list), func(i int) { d.arg(&list[i]) })
}

func (d *dumper) optArg(k string, a *Arg) {
	if a == nil {
		d.none(k)
		return
	}
	d.key(k)
	d.arg(a)
}

func (d *dumper) arguments(a *Arguments) {
	d.key("args")
	d.begin("arguments")
	d.args("posonlyargs", a.PosOnly)
	d.args("args", a.Args)
	d.optArg("vararg", a.Vararg)
	d.args("kwonlyargs", a.KwOnly)
	d.exprs("kw_defaults", a.KwDefaults)
	d.optArg("kwarg", a.Kwarg)
	d.exprs("defaults", a.Defaults)
	d.end()
}

func (d *dumper) comprehensions(list []Comprehension) {
	d.list("generators", len(list), func(i int) {
		c := &list[i]
		d.begin("comprehension")
		d.one("target", c.Target)
		d.one("iter", c.Iter)
		d.exprs("ifs", c.Ifs)
		async := 0
		if c.Async {
			async = 1
		}
		d.int("is_async", async)
		d.end()
	})
}

func async(is bool, name string) string {
	if is {
		return "Async" + name
	}
	return name
}

func (d *dumper) lazy(is bool) {
	if d.minor >= 15 {
		v := 0
		if is {
			v = 1
		}
		d.int("is_lazy", v)
	}
}

func (d *dumper) stmt(s Stmt) {
	switch s := s.(type) {
	case *FunctionDef:
		d.begin(async(s.Async, "FunctionDef"))
		d.sym("name", s.Name)
		d.arguments(s.Args)
		d.stmts("body", s.Body)
		d.exprs("decorator_list", s.Decorators)
		d.opt("returns", s.Returns)
		d.typeComment()
		d.typeParams(s.TypeParams)
	case *ClassDef:
		d.begin("ClassDef")
		d.sym("name", s.Name)
		d.exprs("bases", s.Bases)
		d.keywords(s.Keywords)
		d.stmts("body", s.Body)
		d.exprs("decorator_list", s.Decorators)
		d.typeParams(s.TypeParams)
	case *Return:
		d.begin("Return")
		d.opt("value", s.Value)
	case *Delete:
		d.begin("Delete")
		d.exprs("targets", s.Targets)
	case *Assign:
		d.begin("Assign")
		d.exprs("targets", s.Targets)
		d.one("value", s.Value)
		d.typeComment()
	case *TypeAlias:
		d.begin("TypeAlias")
		d.one("name", s.Name)
		d.typeParams(s.TypeParams)
		d.one("value", s.Value)
	case *AugAssign:
		d.begin("AugAssign")
		d.one("target", s.Target)
		d.op(s.Op)
		d.one("value", s.Value)
	case *AnnAssign:
		d.begin("AnnAssign")
		d.one("target", s.Target)
		d.one("annotation", s.Annotation)
		d.opt("value", s.Value)
		simple := 0
		if s.Simple {
			simple = 1
		}
		d.int("simple", simple)
	case *For:
		d.begin(async(s.Async, "For"))
		d.one("target", s.Target)
		d.one("iter", s.Iter)
		d.stmts("body", s.Body)
		d.stmts("orelse", s.Orelse)
		d.typeComment()
	case *While:
		d.begin("While")
		d.one("test", s.Test)
		d.stmts("body", s.Body)
		d.stmts("orelse", s.Orelse)
	case *If:
		d.begin("If")
		d.one("test", s.Test)
		d.stmts("body", s.Body)
		d.stmts("orelse", s.Orelse)
	case *With:
		d.begin(async(s.Async, "With"))
		d.list("items", len(s.Items), func(i int) {
			d.begin("withitem")
			d.one("context_expr", s.Items[i].Context)
			d.opt("optional_vars", s.Items[i].Vars)
			d.end()
		})
		d.stmts("body", s.Body)
		d.typeComment()
	case *Match:
		d.begin("Match")
		d.one("subject", s.Subject)
		d.list("cases", len(s.Cases), func(i int) {
			c := &s.Cases[i]
			d.begin("match_case")
			d.key("pattern")
			d.pattern(c.Pattern)
			d.opt("guard", c.Guard)
			d.stmts("body", c.Body)
			d.end()
		})
	case *Raise:
		d.begin("Raise")
		d.opt("exc", s.Exc)
		d.opt("cause", s.Cause)
	case *Try:
		name := "Try"
		if s.Star {
			name = "TryStar"
		}
		d.begin(name)
		d.stmts("body", s.Body)
		d.list("handlers", len(s.Handlers), func(i int) {
			h := s.Handlers[i]
			d.begin("ExceptHandler")
			d.opt("type", h.Type)
			d.sym("name", h.Name)
			d.stmts("body", h.Body)
			d.place(h)
		})
		d.stmts("orelse", s.Orelse)
		d.stmts("finalbody", s.Finalbody)
	case *Assert:
		d.begin("Assert")
		d.one("test", s.Test)
		d.opt("msg", s.Msg)
	case *Import:
		d.begin("Import")
		d.aliases(s.Names)
		d.lazy(s.Lazy)
	case *ImportFrom:
		d.begin("ImportFrom")
		d.sym("module", s.Module)
		d.aliases(s.Names)
		d.int("level", s.Level)
		d.lazy(s.Lazy)
	case *Global:
		d.begin("Global")
		d.idents(s.Names)
	case *Nonlocal:
		d.begin("Nonlocal")
		d.idents(s.Names)
	case *ExprStmt:
		d.begin("Expr")
		d.one("value", s.Value)
	case *Pass:
		d.begin("Pass")
	case *Break:
		d.begin("Break")
	case *Continue:
		d.begin("Continue")
	case *BadStmt:
		d.begin("BadStmt")
	}
	d.place(s)
}

func (d *dumper) conversion(c int, spec *JoinedStr) {
	d.int("conversion", c)
	if spec == nil {
		d.none("format_spec")
		return
	}
	d.key("format_spec")
	if d.minor == 12 && len(spec.Values) > 0 {
		spec = &JoinedStr{Range: spec.Range, Values: d.emptyTexts(spec.Values)}
	}
	d.expr(spec)
}

// emptyTexts adds the empty texts that 3.12 reads in a format spec: before a doubled brace at its start and between the
// last field and the end.
func (d *dumper) emptyTexts(values []Expr) []Expr {
	out := make([]Expr, 0, len(values)+2)
	empty := func(at uint32) *Constant {
		return &Constant{Range: Range{at, at}, Kind: Str, Plain: true}
	}
	if first, ok := values[0].(*FormattedValue); ok && d.f.Src[first.Start+1] == '{' {
		out = append(out, empty(first.Start))
	}
	out = append(out, values...)
	if last, ok := values[len(values)-1].(*FormattedValue); ok {
		out = append(out, empty(last.Stop))
	}
	return out
}

func (d *dumper) expr(e Expr) {
	switch e := e.(type) {
	case *BoolOp:
		d.begin("BoolOp")
		d.op(e.Op)
		d.exprs("values", e.Values)
	case *NamedExpr:
		d.begin("NamedExpr")
		d.one("target", e.Target)
		d.one("value", e.Value)
	case *BinOp:
		d.begin("BinOp")
		d.one("left", e.Left)
		d.op(e.Op)
		d.one("right", e.Right)
	case *UnaryOp:
		d.begin("UnaryOp")
		d.op(e.Op)
		d.one("operand", e.Operand)
	case *Lambda:
		d.begin("Lambda")
		d.arguments(e.Args)
		d.one("body", e.Body)
	case *IfExp:
		d.begin("IfExp")
		d.one("test", e.Test)
		d.one("body", e.Body)
		d.one("orelse", e.Orelse)
	case *Dict:
		d.begin("Dict")
		d.exprs("keys", e.Keys)
		d.exprs("values", e.Values)
	case *Set:
		d.begin("Set")
		d.exprs("elts", e.Elts)
	case *ListComp:
		d.begin("ListComp")
		d.one("elt", e.Elt)
		d.comprehensions(e.Generators)
	case *SetComp:
		d.begin("SetComp")
		d.one("elt", e.Elt)
		d.comprehensions(e.Generators)
	case *DictComp:
		d.begin("DictComp")
		d.one("key", e.Key)
		d.opt("value", e.Value)
		d.comprehensions(e.Generators)
	case *GeneratorExp:
		d.begin("GeneratorExp")
		d.one("elt", e.Elt)
		d.comprehensions(e.Generators)
	case *Await:
		d.begin("Await")
		d.one("value", e.Value)
	case *Yield:
		d.begin("Yield")
		d.opt("value", e.Value)
	case *YieldFrom:
		d.begin("YieldFrom")
		d.one("value", e.Value)
	case *Compare:
		d.begin("Compare")
		d.one("left", e.Left)
		d.list("ops", len(e.Ops), func(i int) { d.buf = append(d.buf, operators[e.Ops[i]]...) })
		d.exprs("comparators", e.Comparators)
	case *Call:
		d.begin("Call")
		d.one("func", e.Func)
		d.exprs("args", e.Args)
		d.keywords(e.Keywords)
	case *FormattedValue:
		d.begin("FormattedValue")
		whole := d.whole
		d.whole = nil
		d.one("value", e.Value)
		d.whole = whole
		d.conversion(e.Conversion, e.FormatSpec)
		if whole != nil {
			d.place(whole)
			return
		}
	case *Interpolation:
		d.begin("Interpolation")
		d.one("value", e.Value)
		d.key("str")
		d.buf = AppendRepr(d.buf, d.f.InterpolationText(e), d.minor)
		d.conversion(e.Conversion, e.FormatSpec)
	case *JoinedStr:
		d.begin("JoinedStr")
		outer := d.whole
		if outer == nil && d.minor < 12 {
			d.whole = &e.Range
		}
		d.exprs("values", e.Values)
		if d.whole != nil {
			d.place(d.whole)
			d.whole = outer
			return
		}
	case *TemplateStr:
		d.begin("TemplateStr")
		d.exprs("values", e.Values)
	case *Constant:
		d.constant(e)
		if d.whole != nil {
			d.place(d.whole)
			return
		}
	case *Attribute:
		d.begin("Attribute")
		d.one("value", e.Value)
		d.sym("attr", e.Attr)
		d.ctx(e.Ctx)
	case *Subscript:
		d.begin("Subscript")
		d.one("value", e.Value)
		d.key("slice")
		d.index(e.Index)
		d.ctx(e.Ctx)
	case *Starred:
		d.begin("Starred")
		d.one("value", e.Value)
		d.ctx(e.Ctx)
	case *Name:
		d.begin("Name")
		d.sym("id", e.ID)
		d.ctx(e.Ctx)
	case *List:
		d.begin("List")
		d.exprs("elts", e.Elts)
		d.ctx(e.Ctx)
	case *Tuple:
		d.begin("Tuple")
		d.exprs("elts", e.Elts)
		d.ctx(e.Ctx)
	case *Slice:
		d.begin("Slice")
		d.opt("lower", e.Lower)
		d.opt("upper", e.Upper)
		d.opt("step", e.Step)
	case *BadExpr:
		d.begin("BadExpr")
	}
	d.place(e)
}

// index writes a subscript's index; 3.8 wraps it in Index or ExtSlice, which have no place.
func (d *dumper) index(e Expr) {
	if d.minor >= 9 {
		d.expr(e)
		return
	}
	if t, ok := e.(*Tuple); ok {
		for _, x := range t.Elts {
			if _, ok := x.(*Slice); ok {
				d.begin("ExtSlice")
				d.list("dims", len(t.Elts), func(i int) { d.index(t.Elts[i]) })
				d.end()
				return
			}
		}
	}
	if s, ok := e.(*Slice); ok {
		d.begin("Slice")
		d.opt("lower", s.Lower)
		d.opt("upper", s.Upper)
		d.opt("step", s.Step)
		d.end()
		return
	}
	d.begin("Index")
	d.one("value", e)
	d.end()
}

func (d *dumper) constant(c *Constant) {
	d.begin("Constant")
	d.key("value")
	text := d.f.Src[c.Start:c.Stop]
	switch c.Kind {
	case None:
		d.buf = append(d.buf, "None"...)
	case True:
		d.buf = append(d.buf, "True"...)
	case False:
		d.buf = append(d.buf, "False"...)
	case Ellipsis:
		d.buf = append(d.buf, "Ellipsis"...)
	case Int:
		d.buf = AppendInt(d.buf, text)
	case Float:
		d.buf = AppendFloat(d.buf, text, true)
	case Imaginary:
		d.buf = append(AppendFloat(d.buf, text[:len(text)-1], false), 'j')
	case Str:
		s, _ := d.f.StringValue(c)
		d.buf = AppendRepr(d.buf, s, d.minor)
	case Bytes:
		s, _ := d.f.StringValue(c)
		d.buf = AppendBytesRepr(d.buf, s)
	}
	if c.U {
		d.raw("kind", "'u'")
	} else {
		d.none("kind")
	}
}

func (d *dumper) patterns(k string, list []Pattern) {
	d.list(k, len(list), func(i int) { d.pattern(list[i]) })
}

func (d *dumper) pattern(p Pattern) {
	switch p := p.(type) {
	case *MatchValue:
		d.begin("MatchValue")
		d.one("value", p.Value)
	case *MatchSingleton:
		d.begin("MatchSingleton")
		d.raw("value", [...]string{None: "None", True: "True", False: "False"}[p.Value])
	case *MatchSequence:
		d.begin("MatchSequence")
		d.patterns("patterns", p.Patterns)
	case *MatchMapping:
		d.begin("MatchMapping")
		d.exprs("keys", p.Keys)
		d.patterns("patterns", p.Patterns)
		d.sym("rest", p.Rest)
	case *MatchClass:
		d.begin("MatchClass")
		d.one("cls", p.Cls)
		d.patterns("patterns", p.Patterns)
		d.syms("kwd_attrs", p.KwdAttrs)
		d.patterns("kwd_patterns", p.KwdPatterns)
	case *MatchStar:
		d.begin("MatchStar")
		d.sym("name", p.Name)
	case *MatchAs:
		d.begin("MatchAs")
		if p.Pattern != nil {
			d.key("pattern")
			d.pattern(p.Pattern)
		}
		d.sym("name", p.Name)
	case *MatchOr:
		d.begin("MatchOr")
		d.patterns("patterns", p.Patterns)
	case *BadPattern:
		d.begin("BadPattern")
	}
	d.place(p)
}
