package effects

import (
	"math/bits"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// What calls give to the functions of the program, for variant.go: which arguments matter to whom, and which are literals.

// call is a call of the program with what is known where it stands.
type call struct {
	v    *varier
	file *link.File
	f    link.Func
	args facts.Args
	has  *given // what its function was given, nil for anything
}

func (v *varier) call(e *Edge, has *given) call {
	f := v.a.FuncOf(e.From)
	file := v.a.FileOf(f)
	return call{v, file, f, file.Facts.Args(e.Op), has}
}

// asks notes what the function of a call hands on by it of what the called one asks of. It says whether that is more than
// was known.
func (c *call) asks(how link.Binding, s *shape) (more bool) {
	skip := how.Skips()
	for ps := s.params; ps != 0; ps &= ps - 1 {
		p := bits.TrailingZeros64(ps)
		par := &s.fn.Params[p]
		given := false
		if par.Kind <= facts.Positional {
			if p < skip {
				continue
			}
			var news bool
			given, news = c.asksPlace(p - skip)
			more = more || news
		}
		if !given && par.Kind != facts.PositionalOnly {
			more = c.asksName(s.file.Facts.Str(par.Name)) || more
		}
	}
	for j := range s.rest {
		_, news := c.asksPlace(s.places() - skip + j)
		more = more || news
	}
	for _, n := range s.names {
		if s.param(n) < 0 {
			more = c.asksName(n) || more
		}
	}
	return more
}

// asksPlace is asks for the k-th positional argument; given says that there is one.
func (c *call) asksPlace(k int) (given, more bool) {
	if k < 0 {
		return true, false
	}
	for i, r := range c.args.Pos {
		switch {
		case i >= 32:
			return true, false
		case c.args.Stars&(1<<i) != 0:
			if j := k - i; j < maxRest && c.handsOn(facts.Ref(r)) {
				of := c.v.shape(c.f)
				more = of.rest <= j
				of.rest = max(of.rest, j+1)
			}
			return false, more
		case i == k:
			return true, c.asksOf(facts.Ref(r))
		}
	}
	return false, false
}

// asksName is asks for a keyword.
func (c *call) asksName(n string) (more bool) {
	for i := 0; i < len(c.args.Kw); i += 2 {
		r := facts.Ref(c.args.Kw[i+1])
		switch k := c.args.Kw[i]; {
		case k != 0 && c.file.Facts.Str(k) == n:
			return c.asksOf(r)
		case k == 0 && c.handsOn(r):
			if of := c.v.shape(c.f); !slices.Contains(of.names, n) {
				of.names, more = append(of.names, n), true
			}
		}
	}
	return more
}

// asksOf notes that a parameter of the call's function is asked of, if the argument is one.
func (c *call) asksOf(r facts.Ref) bool {
	p := c.param(r)
	if p < 0 {
		return false
	}
	of := c.v.shape(c.f)
	before := of.handed
	of.handed |= 1 << p
	of.params |= 1 << p
	return of.handed != before
}

// handsOn: the value is what a function takes as *args or **kwargs, which it uses for nothing but to hand it on.
func (c *call) handsOn(r facts.Ref) bool {
	if !r.IsVar() {
		return false
	}
	k := variable{c.f, r}
	ok, known := c.v.passed[k]
	if !known {
		ok = c.onlyHandedOn(r)
		c.v.passed[k] = ok
	}
	return ok
}

func (c *call) onlyHandedOn(r facts.Ref) bool {
	file, fn := c.file.Facts, c.v.a.Facts(c.f)
	var of facts.Ref
	for i := range fn.Params {
		if k := fn.Params[i].Kind; k == facts.VarPositional || k == facts.VarKeyword {
			if x := fn.Params[i].Var; x == r || c.copyOf(r) == x {
				of = x
			}
		}
	}
	if of == 0 {
		return false
	}
	same := map[facts.Ref]bool{of: true} // in loops, the value has a variable for each loop
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Ops[o]
		if op.Code == facts.Copy && same[facts.Ref(op.A)] && op.Dst.Tag() == facts.TagLocal {
			same[op.Dst] = true
			continue
		}
		uses := 0
		link.Operands(file, op, func(x facts.Ref) {
			if same[x] {
				uses++
			}
		})
		if uses > 0 && op.Code == facts.Call {
			a := file.Args(op)
			for i, x := range a.Pos {
				if i < 32 && a.Stars&(1<<i) != 0 && same[facts.Ref(x)] {
					uses--
				}
			}
			for i := 0; i < len(a.Kw); i += 2 {
				if a.Kw[i] == 0 && same[facts.Ref(a.Kw[i+1])] {
					uses--
				}
			}
		}
		if uses > 0 {
			return false
		}
	}
	return true
}

// copyOf is what a local variable is a copy of and nothing else, any other variable itself. In a loop a parameter is read
// by way of such a copy.
func (c *call) copyOf(r facts.Ref) facts.Ref {
	if r.Tag() != facts.TagLocal {
		return r
	}
	copies, ok := c.v.copies[c.f]
	if !ok {
		copies = onlyCopies(c.file.Facts, c.v.a.Facts(c.f))
		c.v.copies[c.f] = copies
	}
	for range 4 {
		from, ok := copies[r]
		if !ok {
			break
		}
		r = from
	}
	return r
}

// onlyCopies are the local variables of a function that one operation sets, a copy, with what they are copies of.
func onlyCopies(file *facts.File, fn *facts.Func) map[facts.Ref]facts.Ref {
	var out map[facts.Ref]facts.Ref
	set := map[facts.Ref]bool{}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Ops[o]
		switch {
		case op.Dst.Tag() != facts.TagLocal:
		case set[op.Dst]:
			delete(out, op.Dst)
		default:
			set[op.Dst] = true
			if op.Code == facts.Copy {
				if out == nil {
					out = map[facts.Ref]facts.Ref{}
				}
				out[op.Dst] = facts.Ref(op.A)
			}
		}
	}
	return out
}

// param is the parameter of the call's function that an argument is, as it was given; -1 for anything else.
func (c *call) param(r facts.Ref) int {
	fn := c.v.a.Facts(c.f)
	if !r.IsVar() || len(fn.Params) == 0 {
		return -1
	}
	r = c.copyOf(r)
	for i := range fn.Params {
		if fn.Params[i].Var == r && i < 64 && fn.Params[i].Kind != facts.VarPositional && fn.Params[i].Kind != facts.VarKeyword {
			return i
		}
	}
	return -1
}

// value is what an argument is known to be.
func (c *call) value(r facts.Ref) literal {
	if !r.IsVar() {
		return literalOf(c.file.Facts, r)
	}
	if c.has != nil {
		if p := c.param(r); p >= 0 {
			return c.has.params[p]
		}
	}
	return literal{}
}

// place is the k-th positional argument. The receiver, which comes before them, is none.
func (c *call) place(k int) literal {
	if k < 0 {
		return literal{}
	}
	for i, r := range c.args.Pos {
		switch {
		case i >= 32:
			return literal{}
		case c.args.Stars&(1<<i) != 0:
			if c.has == nil || !c.handsOn(facts.Ref(r)) || k-i >= len(c.has.rest) || i+1 < len(c.args.Pos) {
				return literal{}
			}
			return c.has.rest[k-i]
		case i == k:
			return c.value(facts.Ref(r))
		}
	}
	return literal{kind: absentLiteral}
}

// name is the argument that a keyword gives.
func (c *call) name(n string) literal {
	for i := 0; i < len(c.args.Kw); i += 2 {
		if k := c.args.Kw[i]; k != 0 && c.file.Facts.Str(k) == n {
			return c.value(facts.Ref(c.args.Kw[i+1]))
		}
	}
	for i := 0; i < len(c.args.Kw); i += 2 {
		if c.args.Kw[i] != 0 {
			continue
		}
		if c.has == nil || !c.handsOn(facts.Ref(c.args.Kw[i+1])) {
			return literal{}
		}
		at := slices.Index(c.v.shapes[c.f].names, n)
		if at < 0 {
			return literal{}
		}
		if x := c.has.names[at]; x.kind != absentLiteral {
			return x
		}
	}
	return literal{kind: absentLiteral}
}

// gives is what a call gives to a function; nil when nothing is known of what matters. It is good until the next call.
func (c *call) gives(how link.Binding, s *shape) *given {
	g := &c.v.room
	g.params = append(g.params[:0], make([]literal, len(s.fn.Params))...)
	g.rest, g.names = g.rest[:0], g.names[:0]
	some := false
	note := func(x literal) literal {
		some = some || x.kind != unknownLiteral
		return x
	}
	skip := how.Skips()
	for ps := s.params; ps != 0; ps &= ps - 1 {
		p := bits.TrailingZeros64(ps)
		if p < skip {
			continue
		}
		par := &s.fn.Params[p]
		x := literal{kind: absentLiteral}
		if par.Kind <= facts.Positional {
			x = c.place(p - skip)
		}
		if x.kind == absentLiteral && par.Kind != facts.PositionalOnly {
			x = c.name(s.file.Facts.Str(par.Name))
		}
		if x.kind == absentLiteral {
			x = literalOf(s.file.Facts, par.Default)
		}
		g.params[p] = note(x)
	}
	for j := range s.rest {
		g.rest = append(g.rest, note(c.place(s.places()-skip+j)))
	}
	for _, n := range s.names {
		x := literal{kind: absentLiteral} // it is a parameter's
		if s.param(n) < 0 {
			x = note(c.name(n))
		}
		g.names = append(g.names, x)
	}
	if !some {
		return nil
	}
	return g
}
