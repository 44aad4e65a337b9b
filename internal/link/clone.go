package link

import (
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// Contexts. A block's variables normally exist once. In a context (clone) the variables of a function and of the blocks
// nested in it exist once more, for one use of the function:
//
//   - a call that hands it a function: what it does depends on that function;
//   - a call of a function that returns one of its inner functions: decorators and factories;
//   - a method that runs on an instance of a subclass: self.hook() means the subclass's hook.
//
// Contexts nest (a decorator inside a decorator factory) up to maxContextDepth; a function that has used up maxClones
// goes on in the context it was defined in.
const (
	maxContextDepth = 4
	maxClones       = 200
)

type cloneKey struct {
	f      Func
	parent uint32
	key    uint32
}

func (s *solver) contextFor(f Func, fn *facts.Func, parent uint32, recv Value, a *callArgs) uint32 {
	if s.clones[parent].depth >= maxContextDepth {
		return parent
	}
	traits := s.wellKnown.traits[f]
	if traits&hasClass != 0 {
		return parent
	}
	var key uint32
	switch {
	case traits&returnsInner != 0 || s.handsFunction(a):
		key = s.place()
	case recv != 0 && s.objs[recv].kind == kInst && fn.Class != 0 && s.objs[recv].a != s.FileOf(f).class+fn.Class-1:
		key = 1<<31 | uint32(recv)
	case recv != 0 && fn.Class != 0 && s.objs[recv].kind == kClass && s.classes[s.objs[recv].a].meta == Class(s.FileOf(f).class+fn.Class):
		key = 1<<31 | uint32(recv) // a metaclass's method, once for each class
	default:
		return parent
	}
	k := cloneKey{f, parent, key}
	if c, ok := s.cloneIDs[k]; ok {
		return c
	}
	if s.final || s.nClones[f] >= maxClones || len(s.clones) > s.maxContexts {
		return parent
	}
	s.nClones[f]++
	c := uint32(len(s.clones))
	s.clones = append(s.clones, clone{root: f, parent: parent, depth: s.clones[parent].depth + 1, assumed: s.assuming, given: s.givenFunction(a)})
	s.cloneIDs[k] = c
	return c
}

func (s *solver) givenFunction(a *callArgs) Value {
	if len(a.pos) != 1 || a.pos[0].star || len(a.kw) > 0 {
		return 0
	}
	if vs := s.sets.values(a.pos[0].set); len(vs) == 1 {
		if _, ok := s.funcOf(vs[0]); ok {
			return vs[0]
		}
	}
	return 0
}

// written is the function that the program wrote where v is what decorators of its own made of it: of a wrapper, made in a context
// that was handed one function, it is that function.
func (s *solver) written(v Value) (Func, bool) {
	f, ok := s.funcOf(v)
	for range maxContextDepth {
		v = s.bare(v)
		ob := s.objs[v]
		if ob.kind != kFunc || ob.b == 0 {
			break
		}
		c := &s.clones[ob.b]
		g, is := s.funcOf(c.given)
		if c.given == 0 || !is || f == c.root || s.funcFile[f] != s.funcFile[c.root] {
			break // the decorator gives back what it was handed, or something of its own
		}
		f, v = g, c.given
	}
	return f, ok
}

// decorates is the function that stands under the decorator whose call is evaluated.
func (s *solver) decorates() (Func, bool) {
	op, at := s.op, s.Facts(s.cur.fn).Ops[0]
	ops := s.ff.Ops[at : at+s.at]
	for op.Code == facts.Call && op.Flags&facts.FlagDecorator != 0 {
		pos := s.ff.Args(op).Pos
		if len(pos) != 1 {
			return 0, false
		}
		for op = nil; op == nil && len(ops) > 0; ops = ops[:len(ops)-1] {
			if last := &ops[len(ops)-1]; last.Dst == facts.Ref(pos[0]) {
				op = last
			}
		}
		if op == nil {
			return 0, false
		}
	}
	if op.Code != facts.MakeFunc {
		return 0, false
	}
	return Func(s.fileOf.fn + op.A), true
}

// bare is the function object behind a method or a managed generator.
func (s *solver) bare(v Value) Value {
	for s.objs[v].kind == kBound || s.objs[v].kind == kManaged {
		v = Value(s.objs[v].a)
	}
	return v
}

// handsFunction: an argument is, or may be, a function of the program.
func (s *solver) handsFunction(a *callArgs) bool {
	for i := range a.pos {
		x := a.pos[i].set
		if a.pos[i].star { // f(*args): what the container holds
			for _, v := range s.sets.values(x) {
				if s.isContainer(v) && s.holdsFunction(s.loadAny(v)) {
					return true
				}
			}
			continue
		}
		if s.holdsFunction(x) {
			return true
		}
	}
	for i := range a.kw {
		if s.holdsFunction(a.kw[i].set) {
			return true
		}
	}
	return false
}

func (s *solver) holdsFunction(x Set) bool {
	for _, v := range s.sets.values(x) {
		switch s.objs[v].kind {
		case kFunc, kBound, kPartial:
			return true
		case kExt, kMethod: // run(time.sleep, 3)
			if e := s.exts[s.objs[v].a].entity; e != nil && e.Kind == knowledge.Function && len(e.Effects) > 0 {
				return true
			}
		}
	}
	return false
}

// instanceIn is the evaluation of f in a context.
func (s *solver) instanceIn(f Func, ctx uint32) Instance {
	if ctx == 0 {
		return Instance(f)
	}
	k := pair(uint32(f), ctx)
	if i, ok := s.instOf.get(k); ok {
		return Instance(i)
	}
	i := Instance(len(s.instances))
	fn := s.Facts(f)
	base := uint32(len(s.local))
	s.local = append(s.local, make([]Set, fn.Locals[1]-fn.Locals[0])...)
	s.instances = append(s.instances, instance{fn: f, file: s.funcFile[f], ctx: ctx, local: base - fn.Locals[0], dirty: s.newDirty(fn)})
	s.instOf.put(k, uint32(i))
	if !s.final {
		s.wake(i)
	}
	return i
}

// closure is the function value that a definition makes in the context at hand.
func (s *solver) closure(f Func) Value {
	if s.cur.ctx == 0 {
		return s.firstFunc + Value(f)
	}
	return s.object(kFunc, uint32(f), s.cur.ctx)
}

func (s *solver) inContext(ctx, index, v uint32) uint32 {
	return s.inContextOf(s.fileOf, ctx, index, v)
}

// inContextOf finds the variable that a Shared one is in a context: its own where its block lies at or below the root
// of the context or of one around it.
func (s *solver) inContextOf(file *File, ctx, index, v uint32) uint32 {
	owner := file.Facts.Owner[index]
	for c := ctx; c != 0; c = s.clones[c].parent {
		if s.below(file, owner, uint32(s.clones[c].root)-file.fn) {
			k := pair(c, v)
			if n, ok := s.cloneVars.get(k); ok {
				return n
			}
			n := s.newShared()
			s.cloneVars.put(k, n)
			return n
		}
	}
	return v
}

// below: block b is root or nested in it, with no class body between.
func (s *solver) below(file *File, b, root uint32) bool {
	for depth := 0; depth < 64; depth++ {
		if b == root {
			return true
		}
		fn := &file.Facts.Funcs[b]
		if b == 0 || fn.Kind == facts.ClassBody {
			return false
		}
		b = fn.Parent
	}
	return false
}

// funcTraits are flags, and above them, from echoShift on, one more than the place of the parameter that the function gives
// back: as it was handed over, and nothing else.
type funcTraits uint16

const (
	returnsInner funcTraits = 1 << iota // returns a function defined in it that uses its variables
	hasClass                            // holds a class definition
	usesFixtures                        // a test or fixture whose parameters name fixtures
	returnsOwn                          // a class method that gives an instance of the class it was called on: cls()

	echoShift = 8
)

// echoes is the parameter that the function gives back.
func (t funcTraits) echoes() (param int, ok bool) { return int(t>>echoShift) - 1, t>>echoShift != 0 }

// traitsOf reads a function's traits off its operations.
func traitsOf(ff *facts.File) []funcTraits {
	out := make([]funcTraits, len(ff.Funcs))
	for i := range ff.Funcs {
		if ff.Funcs[i].Kind == facts.ClassBody {
			for p := ff.Funcs[i].Parent; p != 0; p = ff.Funcs[p].Parent {
				out[p] |= hasClass
			}
		}
	}
	for i := range ff.Funcs {
		if p := returnedParam(ff, &ff.Funcs[i]); p < 1<<(16-echoShift)-1 {
			out[i] |= funcTraits(p+1) << echoShift
		}
		if makesOwn(ff, &ff.Funcs[i]) {
			out[i] |= returnsOwn
		}
	}
	for i := range ff.Funcs {
		fn := &ff.Funcs[i]
		if fn.Kind != facts.Function && fn.Kind != facts.Lambda || fn.Flags&facts.FuncCaptured == 0 {
			continue
		}
		made := map[facts.Ref]bool{}
		for k := fn.Ops[0]; k < fn.Ops[1]; k++ {
			op := &ff.Ops[k]
			switch op.Code {
			case facts.MakeFunc:
				if ff.Funcs[op.A].Kind != facts.GenExp {
					made[op.Dst] = true
				}
			case facts.Call:
				if op.Flags&facts.FlagDecorator != 0 {
					made[op.Dst] = true
					break
				}
				for _, r := range ff.Args(op).Pos { // update_wrapper(inner, f), partial(inner)
					if made[facts.Ref(r)] {
						made[op.Dst] = true
					}
				}
			case facts.Copy:
				if made[facts.Ref(op.A)] {
					made[op.Dst] = true
				}
			case facts.Return:
				if made[facts.Ref(op.A)] {
					out[i] |= returnsInner
				}
			}
		}
	}
	return out
}

// returnedParam is the parameter that a function gives back, as it was handed over, from every return that gives something;
// -1 for none.
func returnedParam(ff *facts.File, fn *facts.Func) int {
	if fn.Kind != facts.Function || fn.Flags&(facts.FuncGenerator|facts.FuncAsync) != 0 || len(fn.Params) == 0 {
		return -1
	}
	found := -1
	for k := fn.Ops[0]; k < fn.Ops[1]; k++ {
		op := &ff.Ops[k]
		if op.Code != facts.Return || !facts.Ref(op.A).IsVar() {
			continue
		}
		p := slices.IndexFunc(fn.Params, func(p facts.Param) bool { return uint32(p.Var) == op.A })
		if p < 0 || found >= 0 && p != found || fn.Params[p].Kind > facts.Positional {
			return -1
		}
		found = p
	}
	return found
}

// makesOwn: every return of a method that gives something gives what calling its first parameter makes.
func makesOwn(ff *facts.File, fn *facts.Func) bool {
	if fn.Flags&facts.FuncMethod == 0 || fn.Flags&(facts.FuncGenerator|facts.FuncAsync) != 0 || len(fn.Params) == 0 {
		return false
	}
	var made map[facts.Ref]bool
	found := false
	for k := fn.Ops[0]; k < fn.Ops[1]; k++ {
		switch op := &ff.Ops[k]; {
		case op.Code == facts.Call && op.A == uint32(fn.Params[0].Var):
			if made == nil {
				made = map[facts.Ref]bool{}
			}
			made[op.Dst] = true
		case op.Code == facts.Return && facts.Ref(op.A).IsVar():
			if !made[facts.Ref(op.A)] {
				return false
			}
			found = true
		case op.Dst != 0 && made[op.Dst]:
			return false
		}
	}
	return found
}

// echo is what a function that gives back a parameter, or an instance of its class, gives for this receiver and these
// arguments; 0 where they do not tell.
func (s *solver) echo(f Func, fn *facts.Func, recv Value, a *callArgs) Set {
	traits := s.wellKnown.traits[f]
	if traits&returnsOwn != 0 && recv != 0 && s.objs[recv].kind == kClass {
		return Set(s.firstInst + Value(s.objs[recv].a))
	}
	p, ok := traits.echoes()
	if !ok {
		return 0
	}
	at := p
	if recv != 0 {
		if at == 0 {
			return Set(recv)
		}
		at--
	}
	for i := range a.pos {
		if a.pos[i].star {
			return 0
		}
		if i == at {
			return a.pos[i].set
		}
	}
	name := s.symbol(s.FileOf(f), fn.Params[p].Name)
	for i := range a.kw {
		if a.kw[i].name == name {
			return a.kw[i].set
		}
	}
	return 0
}
