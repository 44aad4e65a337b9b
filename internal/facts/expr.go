package facts

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/scope"
)

// maxText is the length in bytes up to which a string literal is kept.
const maxText = 4096

// expr lowers e and returns where its value is; 0 when nothing is known of it.
func (l *lowerer) expr(e ast.Expr) Ref {
	switch e := e.(type) {
	case *ast.Name:
		if e.Ctx == ast.Load {
			return l.read(e.ID, e)
		}
		return l.read(e.ID, e)
	case *ast.Constant:
		return l.constant(e)
	case *ast.Attribute:
		base := l.expr(e.Value)
		if base == 0 {
			base = l.newLocal()
		}
		if base.Tag() == TagStr {
			if v, ok := l.decided(e); ok {
				return MakeRef(TagStr, l.text(v.s))
			}
		}
		dst := l.newLocal()
		l.emit(Attr, e, dst, uint32(base), l.str(e.Attr), 0)
		return dst
	case *ast.Call:
		return l.call(e)
	case *ast.Subscript:
		base := l.expr(e.Value)
		if base == 0 {
			base = l.newLocal()
		}
		if base.Tag() == TagStr {
			if v, ok := l.decided(e); ok {
				return MakeRef(TagStr, l.text(v.s))
			}
		}
		dst := l.newLocal()
		if sl, ok := e.Index.(*ast.Slice); ok {
			lo, hi := l.slice(sl)
			l.emit(Slice, e, dst, uint32(base), uint32(lo), uint32(hi))
			return dst
		}
		key := l.expr(e.Index)
		l.emit(Item, e, dst, uint32(base), 0, uint32(key))
		return dst
	case *ast.BinOp:
		return l.binOp(e)
	case *ast.UnaryOp:
		v := l.expr(e.Operand)
		if e.Op == ast.USub {
			if n, ok := v.Int(); ok && n != -IntBias {
				return MakeRef(TagInt, uint32(IntBias-n))
			}
		}
		if e.Op == ast.Not {
			l.ask(v, e.Operand)
		}
		return 0
	case *ast.BoolOp:
		return l.boolOp(e)
	case *ast.Compare:
		left := l.expr(e.Left)
		for i, c := range e.Comparators {
			right := l.expr(c)
			if i == 0 && left.IsVar() && (e.Ops[0] == ast.In || e.Ops[0] == ast.NotIn) {
				l.emit(Member, e, 0, uint32(left), 0, uint32(right))
			}
			if _, number := right.Int(); number && e.Ops[i] == ast.Eq && l.out.Ctxs[l.ctx].Kind == CtxAssert {
				l.emit(Equal, e, 0, uint32(left), 0, uint32(right))
			}
			if op := e.Ops[i]; (op == ast.In || op == ast.NotIn) && right.IsVar() {
				l.emit(BinOp, e, l.newLocal(), uint32(right), uint32(ast.In), uint32(left))
			}
			left = right
		}
		return 0
	case *ast.IfExp:
		return l.ifExp(e)
	case *ast.Lambda:
		return l.lambda(e)
	case *ast.List:
		return l.display(MakeList, e, e.Elts)
	case *ast.Tuple:
		return l.display(MakeTuple, e, e.Elts)
	case *ast.Set:
		return l.display(MakeSet, e, e.Elts)
	case *ast.Dict:
		return l.dict(e)
	case *ast.ListComp:
		return l.comprehension(MakeList, e, e.Elt, nil, e.Generators)
	case *ast.SetComp:
		return l.comprehension(MakeSet, e, e.Elt, nil, e.Generators)
	case *ast.DictComp:
		return l.comprehension(MakeDict, e, e.Key, e.Value, e.Generators)
	case *ast.GeneratorExp:
		return l.genexp(e)
	case *ast.Await:
		v := l.expr(e.Value)
		if v == 0 {
			v = l.newLocal()
		}
		if n := len(l.out.Ops); n > 0 && l.out.Ops[n-1].Code == Call && l.out.Ops[n-1].Dst == v {
			l.out.Ops[n-1].Flags |= FlagAwaited
		}
		dst := l.newLocal()
		l.emit(Await, e, dst, uint32(v), 0, 0)
		return dst
	case *ast.Yield:
		var v Ref
		if e.Value != nil {
			v = l.expr(e.Value)
		}
		dst := l.newLocal()
		l.emit(Yield, e, dst, uint32(v), 0, 0)
		return dst
	case *ast.YieldFrom:
		v := l.expr(e.Value)
		dst := l.newLocal()
		l.emit(YieldFrom, e, dst, uint32(v), 0, 0)
		return dst
	case *ast.NamedExpr:
		v := l.expr(e.Value)
		l.bind(e.Target.ID, v, e.Target)
		if v == 0 {
			return l.read(e.Target.ID, e.Target)
		}
		return v
	case *ast.JoinedStr:
		refs := make([]uint32, 0, len(e.Values))
		l.formatParts(e, &refs)
		dst := l.newLocal()
		l.emit(Format, e, dst, 0, l.list(refs, 0), 0)
		return dst
	case *ast.TemplateStr:
		for _, v := range e.Values {
			if f, ok := v.(*ast.Interpolation); ok {
				l.expr(f.Value)
				if f.FormatSpec != nil {
					l.expr(f.FormatSpec)
				}
			}
		}
		return 0
	case *ast.FormattedValue:
		return l.expr(e.Value)
	case *ast.Starred:
		return l.expr(e.Value)
	case *ast.Slice:
		l.slice(e)
	}
	return 0
}

func (l *lowerer) formatParts(e *ast.JoinedStr, refs *[]uint32) {
	for _, v := range e.Values {
		switch v := v.(type) {
		case *ast.Constant:
			*refs = append(*refs, uint32(l.constant(v)))
		case *ast.FormattedValue:
			*refs = append(*refs, uint32(l.expr(v.Value)))
			if v.FormatSpec != nil {
				l.formatParts(v.FormatSpec, refs)
			}
		}
	}
}

func (l *lowerer) constant(c *ast.Constant) Ref {
	switch c.Kind {
	case ast.None:
		return constRef(ConstNone)
	case ast.True:
		return constRef(ConstTrue)
	case ast.False:
		return constRef(ConstFalse)
	case ast.Ellipsis:
		return constRef(ConstEllipsis)
	case ast.Float:
		return decimal(l.f.Src[c.Start:c.Stop])
	case ast.Imaginary:
		return constRef(ConstFloat)
	case ast.Bytes:
		return constRef(ConstBytes)
	case ast.Int:
		n := 0
		text := l.f.Src[c.Start:c.Stop]
		if len(text) > 10 || len(text) > 1 && text[0] == '0' {
			return constRef(ConstInt)
		}
		for _, b := range text {
			if b == '_' {
				continue
			}
			if b < '0' || b > '9' {
				return constRef(ConstInt)
			}
			n = n*10 + int(b-'0')
		}
		if n >= IntBias {
			return constRef(ConstInt)
		}
		return MakeRef(TagInt, uint32(n+IntBias))
	case ast.Str:
		if c.Stop-c.Start > maxText {
			return constRef(ConstText)
		}
		if c.Plain {
			return l.plain(c)
		}
		s, ok := l.f.StringValue(c)
		if !ok || len(s) > maxText {
			return constRef(ConstText)
		}
		return MakeRef(TagStr, l.text(s))
	}
	return 0
}

// decimal is a decimal in thousandths, as far as they say all of it.
func decimal(text []byte) Ref {
	n, places := 0, -1
	for _, b := range text {
		switch {
		case b == '_':
		case b == '.' && places < 0:
			places = 0
		case b < '0' || b > '9' || places == 3 && b != '0' || n > refMask/10:
			return constRef(ConstFloat)
		case places < 3:
			n = n*10 + int(b-'0')
			if places >= 0 {
				places++
			}
		}
	}
	for ; places >= 0 && places < 3; places++ {
		n *= 10
	}
	if places < 0 || n > refMask {
		return constRef(ConstFloat)
	}
	return MakeRef(TagFloat, uint32(n))
}

// plain interns a literal without copying it when it is there already.
func (l *lowerer) plain(c *ast.Constant) Ref {
	b := l.f.Src[c.Text.Start:c.Text.End]
	if n, ok := l.texts[string(b)]; ok {
		return MakeRef(TagStr, n)
	}
	return MakeRef(TagStr, l.text(string(b)))
}

func (l *lowerer) slice(s *ast.Slice) (lo, hi Ref) {
	if s.Lower != nil {
		lo = l.expr(s.Lower)
	}
	if s.Upper != nil {
		hi = l.expr(s.Upper)
	}
	if s.Step != nil {
		l.expr(s.Step)
		lo = constRef(ConstEllipsis)
	}
	return lo, hi
}

func (l *lowerer) binOp(e *ast.BinOp) Ref {
	// Long chains (a + b + …) are taken from the left without recursion.
	var chain []*ast.BinOp
	left := ast.Expr(e)
	for {
		b, ok := left.(*ast.BinOp)
		if !ok {
			break
		}
		chain = append(chain, b)
		left = b.Left
	}
	v := l.expr(left)
	for i := len(chain) - 1; i >= 0; i-- {
		b := chain[i]
		right := l.expr(b.Right)
		if !(v.IsVar() || right.IsVar() || v.Tag() == TagStr || right.Tag() == TagStr) || v == 0 && right == 0 {
			v = 0
			continue
		}
		dst := l.newLocal()
		l.emit(BinOp, b, dst, uint32(v), uint32(b.Op), uint32(right))
		v = dst
	}
	return v
}

// asked lowers an expression that is asked whether it is true.
func (l *lowerer) asked(e ast.Expr) Ref {
	v := l.expr(e)
	l.ask(v, e)
	return v
}

func (l *lowerer) ask(v Ref, n ast.Node) {
	if v.IsVar() {
		l.emit(Truth, n, 0, uint32(v), 0, 0)
	}
}

func (l *lowerer) boolOp(e *ast.BoolOp) Ref {
	dst := l.newLocal()
	v := l.asked(e.Values[0])
	l.copyTo(dst, v, e)
	if t := l.truth(e.Values[0]); e.Op == ast.And && t == 0 || e.Op == ast.Or && t == 1 {
		return dst
	}
	before := l.condition(e.Values[0], e.Op == ast.Or)
	old := l.push(CtxBool, e, v, 0, 0)
	start := len(l.log)
	if e.Op == ast.And {
		l.narrow(e.Values[0])
	}
	first := len(l.out.Ops)
	for i, x := range e.Values[1:] {
		v := l.expr(x)
		if i < len(e.Values)-2 {
			l.ask(v, x)
		}
		l.copyTo(dst, v, e)
		if e.Op == ast.And {
			l.narrow(x)
		}
	}
	l.under(before, first)
	l.ctx = old
	l.joinTwo(e, l.undo(start), false, nil, false)
	return dst
}

func (l *lowerer) ifExp(e *ast.IfExp) Ref {
	test := l.asked(e.Test)
	switch l.test(e.Test) {
	case 0:
		return l.expr(e.Orelse)
	case 1:
		return l.expr(e.Body)
	}
	dst := l.newLocal()
	old := l.push(CtxBool, e, test, 0, 0)
	first := len(l.out.Ops)
	a, _ := l.branch(func() {
		l.narrow(e.Test)
		l.copyTo(dst, l.expr(e.Body), e)
	})
	l.under(l.condition(e.Test, false), first)
	first = len(l.out.Ops)
	b, _ := l.branch(func() { l.copyTo(dst, l.expr(e.Orelse), e) })
	l.under(l.condition(e.Test, true), first)
	l.ctx = old
	l.join(e, false, a, b)
	return dst
}

// list writes refs to Extra and returns their index; mask has a bit for each starred one.
func (l *lowerer) list(refs []uint32, mask uint32) uint32 {
	i := uint32(len(l.out.Extra))
	l.out.Extra = append(l.out.Extra, uint32(len(refs)), mask)
	l.out.Extra = append(l.out.Extra, refs...)
	return i
}

// maxElems bounds what is kept of a display: beyond it elements are evaluated and forgotten.
const maxElems = 2000

func (l *lowerer) display(code OpCode, n ast.Node, elts []ast.Expr) Ref {
	refs := make([]uint32, 0, min(len(elts), maxElems))
	var mask uint32
	for i, e := range elts {
		if s, ok := e.(*ast.Starred); ok {
			if i < 32 {
				mask |= 1 << i
			}
			e = s.Value
		}
		r := l.expr(e)
		if len(refs) < maxElems {
			refs = append(refs, uint32(r))
		}
	}
	dst := l.newLocal()
	l.emit(code, n, dst, 0, l.list(refs, mask), 0)
	return dst
}

func (l *lowerer) dict(e *ast.Dict) Ref {
	refs := make([]uint32, 0, 2*min(len(e.Values), maxElems))
	for i, v := range e.Values {
		var k Ref
		if i < len(e.Keys) && e.Keys[i] != nil {
			if k = l.expr(e.Keys[i]); k == 0 {
				k = constRef(ConstEllipsis) // some key, not known
			}
		}
		val := l.expr(v)
		if len(refs) < 2*maxElems {
			refs = append(refs, uint32(k), uint32(val))
		}
	}
	dst := l.newLocal()
	i := uint32(len(l.out.Extra))
	l.out.Extra = append(l.out.Extra, uint32(len(refs)/2))
	l.out.Extra = append(l.out.Extra, refs...)
	l.emit(MakeDict, e, dst, 0, i, 0)
	return dst
}

func (l *lowerer) call(e *ast.Call) Ref {
	callee := l.expr(e.Func)
	if callee == 0 {
		callee = l.newLocal()
	}
	pos := make([]uint32, 0, len(e.Args))
	var stars uint32
	for i, a := range e.Args {
		if s, ok := a.(*ast.Starred); ok {
			if i < 32 {
				stars |= 1 << i
			}
			a = s.Value
		}
		pos = append(pos, uint32(l.expr(a)))
	}
	kw := make([]uint32, 0, 2*len(e.Keywords))
	for i := range e.Keywords {
		k := &e.Keywords[i]
		kw = append(kw, l.str(k.Arg), uint32(l.expr(k.Value)))
	}
	dst := l.newLocal()
	args := l.callArgs(pos, stars, kw)
	op := l.emit(Call, e, dst, uint32(callee), args, 0)
	// The caret goes under the callee; the arguments may be pages long.
	if end := e.Func.End() - e.Start; end < 0xffff {
		op.Len = uint16(end)
	}
	if f, ok := e.Func.(*ast.Attribute); ok && l.globalRoot(f.Value) {
		op.Flags |= FlagGlobalRoot
	}
	l.updates(e)
	return dst
}

func (l *lowerer) callArgs(pos []uint32, stars uint32, kw []uint32) uint32 {
	if len(pos) > 0xffff {
		pos = pos[:0xffff]
	}
	if len(kw) > 2*0xffff {
		kw = kw[:2*0xffff]
	}
	i := uint32(len(l.out.Extra))
	l.out.Extra = append(l.out.Extra, uint32(len(pos))|uint32(len(kw)/2)<<16, stars)
	l.out.Extra = append(l.out.Extra, pos...)
	l.out.Extra = append(l.out.Extra, kw...)
	return i
}

func (l *lowerer) lambda(e *ast.Lambda) Ref {
	sc := l.t.ScopeOf(e)
	if sc == scope.None {
		return 0
	}
	fi := l.newFunc(Lambda, sc, e)
	l.out.Funcs[fi].Name = l.text("<lambda>")
	l.arguments(fi, e.Args)
	v := l.newLocal()
	l.emit(MakeFunc, e, v, fi, 0, 0)
	l.queue = append(l.queue, pending{e, sc, fi})
	return v
}

// comprehension runs in the block that holds it; its names live in a scope of their own.
func (l *lowerer) comprehension(code OpCode, n ast.Node, elt, value ast.Expr, gens []ast.Comprehension) Ref {
	sc := l.t.ScopeOf(n)
	if sc == scope.None {
		return 0
	}
	l.block[sc] = l.fn
	dst := l.newLocal()
	var refs []uint32
	first := l.expr(gens[0].Iter)
	oldScope, oldCtx := l.sc, l.ctx
	l.loop(n, func() {
		l.sc = sc
		l.generators(gens, first)
		if code == MakeDict {
			k := l.expr(elt)
			if k == 0 {
				k = constRef(ConstEllipsis)
			}
			if value == nil { // {**d for d in …}
				refs = append(refs, 0, uint32(k))
			} else {
				refs = append(refs, uint32(k), uint32(l.expr(value)))
			}
			return
		}
		if s, ok := elt.(*ast.Starred); ok {
			v := l.newLocal()
			l.emit(Iter, s, v, uint32(l.expr(s.Value)), 0, 0)
			refs = append(refs, uint32(v))
			return
		}
		refs = append(refs, uint32(l.expr(elt)))
	})
	l.sc, l.ctx = oldScope, oldCtx
	if code == MakeDict {
		i := uint32(len(l.out.Extra))
		l.out.Extra = append(l.out.Extra, 1)
		l.out.Extra = append(l.out.Extra, refs...)
		l.emit(MakeDict, n, dst, 0, i, 1)
		return dst
	}
	// C = 1: any number of elements, all like this one.
	l.emit(code, n, dst, 0, l.list(refs, 0), 1)
	return dst
}

// generators binds the targets of a comprehension; the first iterable was evaluated outside.
func (l *lowerer) generators(gens []ast.Comprehension, first Ref) {
	for i := range gens {
		g := &gens[i]
		it := first
		if i > 0 {
			it = l.expr(g.Iter)
		}
		if it == 0 {
			it = l.newLocal()
		}
		l.push(CtxComp, g.Iter, it, 0, 0)
		elem := l.newLocal()
		op := l.emit(Iter, g.Iter, elem, uint32(it), 0, 0)
		if g.Async {
			op.Flags |= FlagAsync
			l.out.Ctxs[l.ctx].Flags |= FlagAsync
		}
		l.assign(g.Target, elem, nil)
		for _, c := range g.Ifs {
			l.asked(c)
			l.narrow(c)
		}
	}
}

// genexp is a generator of its own: what it does is done by who consumes it. Only its first iterable is evaluated here.
func (l *lowerer) genexp(e *ast.GeneratorExp) Ref {
	sc := l.t.ScopeOf(e)
	if sc == scope.None {
		return 0
	}
	first := l.expr(e.Generators[0].Iter)
	fi := l.newFunc(GenExp, sc, e)
	fn := &l.out.Funcs[fi]
	fn.Name = l.text("<genexpr>")
	for i := range e.Generators {
		if e.Generators[i].Async {
			fn.Flags |= FuncAsync
		}
	}
	fn.Params = []Param{{Name: l.text(".0"), Kind: PositionalOnly, Var: l.newShared(fi), Pos: e.Start}}
	f := l.newLocal()
	l.emit(MakeFunc, e, f, fi, 0, 0)
	dst := l.newLocal()
	l.emit(Call, e, dst, uint32(f), l.callArgs([]uint32{uint32(first)}, 0, nil), 0)
	l.queue = append(l.queue, pending{e, sc, fi})
	return dst
}

func (l *lowerer) genexpBody(fi uint32, e *ast.GeneratorExp) {
	l.loop(e, func() {
		l.generators(e.Generators, l.out.Funcs[fi].Params[0].Var)
		elt := e.Elt
		var v Ref
		if s, ok := elt.(*ast.Starred); ok {
			v = l.newLocal()
			l.emit(Iter, s, v, uint32(l.expr(s.Value)), 0, 0)
		} else {
			v = l.expr(elt)
		}
		l.emit(Yield, elt, 0, uint32(v), 0, 0)
	})
}

// ---- match ----

func (l *lowerer) match(s *ast.Match) {
	if body, ok := l.casesOf(s); ok {
		l.stmts(body)
		return
	}
	subject := l.expr(s.Subject)
	var ends [][]change
	irrefutable := false
	for i := range s.Cases {
		c := &s.Cases[i]
		old := l.push(CtxMatch, c.Pattern, subject, 0, 0)
		ch, dead := l.branch(func() {
			l.pattern(c.Pattern, subject)
			if n, ok := s.Subject.(*ast.Name); ok {
				if classes := matchedClasses(c.Pattern, nil); len(classes) > 0 {
					l.narrowTo(n, classes, c.Pattern)
				}
			}
			if c.Guard != nil {
				l.expr(c.Guard)
				l.narrow(c.Guard)
			}
			l.stmts(c.Body)
		})
		l.ctx = old
		if !dead {
			ends = append(ends, ch)
		}
		if a, ok := c.Pattern.(*ast.MatchAs); ok && a.Pattern == nil && c.Guard == nil {
			irrefutable = true
		}
	}
	if len(ends) == 0 {
		l.dead = irrefutable
		return
	}
	l.join(s, !irrefutable, ends...)
}

// matchedClasses are the classes of which a pattern's subject must be an instance; nil when it may be something else.
func matchedClasses(p ast.Pattern, out []ast.Expr) []ast.Expr {
	switch p := p.(type) {
	case *ast.MatchClass:
		return append(out, p.Cls)
	case *ast.MatchAs:
		if p.Pattern != nil {
			return matchedClasses(p.Pattern, out)
		}
	case *ast.MatchOr:
		for _, q := range p.Patterns {
			n := len(out)
			if out = matchedClasses(q, out); len(out) == n {
				return nil
			}
		}
		return out
	}
	return nil
}

func (l *lowerer) pattern(p ast.Pattern, subject Ref) {
	switch p := p.(type) {
	case *ast.MatchValue:
		l.expr(p.Value)
	case *ast.MatchSequence:
		for i, q := range p.Patterns {
			v := l.newLocal()
			if st, ok := q.(*ast.MatchStar); ok {
				op := l.emit(Unpack, q, v, uint32(subject), uint32(len(p.Patterns)), uint32(i+IntBias))
				op.Flags |= FlagStar
				l.bind(st.Name, v, q)
				continue
			}
			l.emit(Unpack, q, v, uint32(subject), uint32(len(p.Patterns)), uint32(i+IntBias))
			l.pattern(q, v)
		}
	case *ast.MatchMapping:
		for i, k := range p.Keys {
			key := l.expr(k)
			v := l.newLocal()
			l.emit(Item, k, v, uint32(subject), 0, uint32(key))
			if i < len(p.Patterns) {
				l.pattern(p.Patterns[i], v)
			}
		}
		l.bind(p.Rest, 0, p)
	case *ast.MatchClass:
		cls := l.expr(p.Cls)
		v := l.newLocal()
		l.emit(Narrow, p, v, uint32(subject), 0, uint32(cls))
		for _, q := range p.Patterns {
			l.pattern(q, l.newLocal())
		}
		for i, q := range p.KwdPatterns {
			a := l.newLocal()
			l.emit(Attr, q, a, uint32(v), l.str(p.KwdAttrs[i]), 0)
			l.pattern(q, a)
		}
	case *ast.MatchStar:
		l.bind(p.Name, 0, p)
	case *ast.MatchAs:
		v := subject
		if c, ok := p.Pattern.(*ast.MatchClass); ok {
			cls := l.expr(c.Cls)
			v = l.newLocal()
			l.emit(Narrow, c, v, uint32(subject), 0, uint32(cls))
		}
		if p.Pattern != nil {
			l.pattern(p.Pattern, subject)
		}
		l.bind(p.Name, v, p)
	case *ast.MatchOr:
		for _, q := range p.Patterns {
			l.pattern(q, subject)
		}
	}
}

// ---- comments that waive ----

var waiverMark = []byte("roadworthy:")

func (l *lowerer) waivers() {
	src := l.f.Src
	for at := 0; ; {
		i := bytes.Index(src[at:], waiverMark)
		if i < 0 {
			return
		}
		i += at
		at = i + len(waiverMark)
		hash := bytes.LastIndexByte(src[:i], '#')
		if hash < 0 || len(bytes.TrimSpace(src[hash+1:i])) > 0 || !l.inComment(uint32(hash)) {
			continue
		}
		end := bytes.IndexByte(src[i:], '\n')
		if end < 0 {
			end = len(src) - i
		}
		line := uint32(1 + bytes.Count(src[:i], []byte{'\n'}))
		text := string(bytes.TrimSpace(src[at : i+end]))
		l.out.Waivers = append(l.out.Waivers, Waiver{Line: line, Text: l.text(text), Pos: uint32(hash)})
	}
}

// inComment: text like a waiver in a string is none.
func (l *lowerer) inComment(at uint32) bool {
	i, _ := slices.BinarySearchFunc(l.f.Comments, at, func(c diag.Span, at uint32) int { return cmp.Compare(c.End, at+1) })
	return i < len(l.f.Comments) && l.f.Comments[i].Start <= at
}
