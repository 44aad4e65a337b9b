package link

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// What calling something outside the program does: the event that tells of it, its result by the catalogue, and what of its
// arguments it uses up.

// callMethod calls a special method of an object of a library, if its class has it.
func (s *solver) callMethod(v Value, name Sym, a *callArgs) Set {
	if name == 0 {
		return 0
	}
	defer s.implied()()
	ob := s.objs[v]
	switch ob.kind {
	case kExtInst:
		if e := s.exts[ob.a].entity; e != nil && e.Kind == knowledge.Class {
			if m := s.Catalogue.Member(e, s.Names[name]); m != nil && m.Kind == knowledge.Function {
				return s.callExt(s.extOfEntity(m), v, a, Called)
			}
		}
	case kInst:
		if m, ok := s.find(Class(ob.a), name, 0); ok && m.ext != nil && m.ext.Kind == knowledge.Function {
			return s.callExt(s.extOfEntity(m.ext), v, a, Called)
		}
	}
	return 0
}

func (s *solver) callLibraryInstance(v Value, x uint32, a *callArgs, mode Mode) Set {
	e := s.exts[x].entity
	if e != nil && e.Kind == knowledge.Class {
		if m := s.Catalogue.Member(e, "__call__"); m != nil {
			return s.callExt(s.extOfEntity(m), v, a, mode)
		}
	}
	if s.op.Flags&facts.FlagDecorator != 0 {
		return s.asIs(a) // what an unknown decorator factory gave, applied
	}
	if e == nil {
		s.library(x, v, a, mode)
	}
	return Set(v)
}

func (s *solver) library(x uint32, recv Value, a *callArgs, mode Mode) {
	if mode == silent || s.muted {
		return
	}
	if e := s.exts[x].entity; s.implicit && e != nil && len(e.Effects) == 0 {
		return // a special method that a statement implies is worth telling only if it does something
	}
	if s.offloaded && mode == Called {
		mode = Offloaded
	}
	s.tell(event{kind: evLibrary, mode: mode, to: x, recv: recv, args: a})
}

// callExt calls something outside the program.
func (s *solver) callExt(x uint32, recv Value, a *callArgs, mode Mode) Set {
	e := s.exts[x].entity
	if x == s.wellKnown.starter { // start() of a Thread made with a target
		ob := s.objs[recv]
		s.startMade(recv, ob, a)
		return 0
	}
	if e == nil {
		s.library(x, recv, a, mode)
		s.consume(a)
		if s.op.Flags&facts.FlagDecorator != 0 {
			return s.asIs(a)
		}
		if s.exts[x].absent || strings.HasSuffix(s.exts[x].path, ".__init__") {
			return 0
		}
		return Set(s.object(kExtInst, x, 0))
	}
	if s.exts[x].mutates && recv != 0 && mode != silent {
		s.mutated(recv)
	}
	if h := s.exts[x].hook; h != nil {
		if out, done := h(s, x, recv, a, mode); done {
			return out
		}
	}
	if e.Kind == knowledge.Variable {
		s.library(x, recv, a, mode)
		if s.op.Flags&facts.FlagDecorator != 0 {
			return s.asIs(a)
		}
		return Set(s.object(kExtInst, x, 0))
	}
	if e.Kind == knowledge.Module {
		return 0
	}
	// Decorators.
	for i := range e.Calls {
		c := &e.Calls[i]
		if c.Mode != knowledge.WrapsDecorated && c.Mode != knowledge.RegistersDecorated {
			continue
		}
		direct := c.Form != knowledge.Factory && len(a.pos) > 0 && (s.callable(a.pos[0].set) || s.wrappable(c, a.pos[0].set))
		if direct {
			s.library(x, recv, a, mode)
			return s.decorated(x, c, a.pos[0].set, 0)
		}
		if c.Form != knowledge.Direct {
			s.library(x, recv, a, mode)
			d := s.object(kDecorator, x, s.place())
			if c.Binds != "" && c.Becomes != "" {
				if i := slices.IndexFunc(a.kw, func(k kwArg) bool { return k.name != 0 && s.Names[k.name] == c.Binds }); i >= 0 && a.kw[i].ref.Is(facts.ConstTrue) {
					if cl := s.Catalogue.Lookup(c.Becomes); cl != nil {
						s.addShared(s.field(d, keyArgs), Set(s.object(kExtInst, s.extOfEntity(cl), 0)))
					}
				}
			}
			return Set(d)
		}
	}
	if e.Kind == knowledge.Class {
		return s.constructLibrary(x, e, a, mode)
	}
	out := s.callbacks(x, e, recv, a, mode)
	if e.Async {
		v := s.object(kExtCoro, x, s.place())
		s.noteCoroutine(v, recv, a)
		r := s.typeSet(e.Returns, recv, a, e, 0)
		s.addShared(s.field(v, keyResult), s.sets.union(r, out))
		if mode != Called {
			s.library(x, recv, a, mode)
		}
		return Set(v)
	}
	if e.Generator {
		s.library(x, recv, a, mode)
		return s.typeSet(e.Returns, recv, a, e, 0)
	}
	s.library(x, recv, a, mode)
	if len(e.Calls) == 0 {
		s.consume(a)
	}
	r := s.over(s.typeSet(e.Returns, recv, a, e, 0), recv, a)
	if e.ClassMethod && recv != 0 && s.objs[recv].kind == kClass && e.Returns != nil && e.Returns.Kind == knowledge.Self {
		c := Class(s.objs[recv].a) // Event.model_validate(data)
		k := s.constructionOf(c)
		s.makeDefaults(k, s.firstInst+Value(c), &callArgs{}, mode)
		s.validate(k, s.firstInst+Value(c), c, mode)
	}
	if s.op.Flags&facts.FlagDecorator != 0 && r == 0 && out == 0 {
		return s.asIs(a)
	}
	return s.sets.union(out, r)
}

// noteCoroutine keeps the arguments of a library coroutine for when it is awaited.
func (s *solver) noteCoroutine(v Value, recv Value, a *callArgs) {
	if s.final {
		return
	}
	old, ok := s.pendingCalls[v]
	if ok && old.recv == recv && slices.Equal(old.args.pos, a.pos) && slices.Equal(old.args.kw, a.kw) {
		return
	}
	s.pendingCalls[v] = pendingCall{recv, a, s.opID, s.op}
	s.notify(s.field(v, keyArgs))
}

type pendingCall struct {
	recv Value
	args *callArgs
	id   uint32
	op   *facts.Op
}

// extAwaited: a library's coroutine runs here.
func (s *solver) extAwaited(v Value, mode Mode) {
	if mode == silent {
		return
	}
	s.readField(v, keyArgs)
	p, ok := s.pendingCalls[v]
	x := s.objs[v].a
	if !ok {
		s.library(x, 0, &callArgs{}, mode)
		return
	}
	// The effect is where the call is written, in whatever block awaits it.
	op, id := s.op, s.opID
	if s.samePlace(p.id) {
		s.op, s.opID = p.op, p.id
	}
	s.library(x, p.recv, p.args, mode)
	s.op, s.opID = op, id
}

func (s *solver) samePlace(id uint32) bool {
	fn := s.Facts(s.cur.fn)
	return id >= s.fileOf.op+fn.Ops[0] && id < s.fileOf.op+fn.Ops[1]
}

// consume iterates over generators handed to a library function, which will do so.
func (s *solver) consume(a *callArgs) {
	for i := range a.pos {
		s.consumeSet(a.pos[i].set)
	}
	for i := range a.kw {
		s.consumeSet(a.kw[i].set)
	}
}

func (s *solver) consumeSet(x Set) {
	for _, v := range s.sets.values(x) {
		if ob := s.objs[v]; ob.kind == kGen {
			s.edge(Consumed, Instance(ob.a), v)
		}
	}
}

// wrappable: what a decorator is given is, though no function of the program, one to be decorated: a property, and a library's
// function for a decorator that is written as a call, sync_to_async(Order.objects.get).
func (s *solver) wrappable(c *knowledge.Call, x Set) bool {
	for _, v := range s.sets.values(x) {
		switch s.objs[v].kind {
		case kProperty:
			return true
		case kMethod, kExt:
			if c.Context == "offload" || c.Context == "await" {
				return true
			}
		}
	}
	return false
}

func (s *solver) callable(x Set) bool {
	for _, v := range s.sets.values(x) {
		switch s.objs[v].kind {
		case kFunc, kBound, kPartial, kClass, kMade, kManaged, kStatic, kClassM, kResult, kDispatch, kGuarded:
			return true
		}
	}
	return false
}

// constructLibrary makes an instance of a library's class.
func (s *solver) constructLibrary(x uint32, e *knowledge.Entity, a *callArgs, mode Mode) Set {
	init := s.Catalogue.Constructor(e)
	inst := s.object(kExtInst, x, 0)
	if s.exts[x].path == contextVar {
		inst = s.own(x, s.place())
		for i := range a.kw {
			if a.kw[i].name != 0 && s.Names[a.kw[i].name] == "default" {
				s.addShared(s.field(inst, keyElem), a.kw[i].set)
			}
		}
	}
	if s.isSignal(x) {
		inst = s.own(x, s.place())
	}
	s.library(x, inst, a, mode)
	made := Set(inst)
	if s.isStream(x) {
		made = s.over(made, 0, a)
	}
	if init != nil {
		var starters Set
		for i := range init.Calls {
			c := &init.Calls[i]
			if c.Mode == knowledge.Makes {
				if cl := s.Catalogue.Lookup(c.Becomes); cl != nil && s.conditionIs(c.When, init, a) {
					made = Set(s.object(kExtInst, s.extOfEntity(cl), 0))
				}
				continue
			}
			if fs := s.argOf(init, a, c.Param); fs != 0 {
				if c.Mode == knowledge.Starts && c.On != "" {
					for _, f := range s.sets.values(fs) {
						m := s.object(kMade, x, uint32(f))
						s.threadArgs(init, f, a)
						starters = s.sets.union(starters, Set(m))
					}
					continue
				}
				s.callback(x, init, c, fs, a)
			}
		}
		if starters != 0 {
			return starters // a thread with its function, whatever else it may be
		}
		if len(init.Calls) == 0 {
			s.consume(a)
		}
		made = s.typed(made, init, a)
	}
	return made
}

// typed keeps, with the objects that a constructor gives, the class that it was given for T: class_: type[T] of a sessionmaker.
func (s *solver) typed(made Set, init *knowledge.Entity, a *callArgs) Set {
	for i := range init.Params {
		t := init.Params[i].Type
		if t == nil || t.Kind != knowledge.ClassOf || t.ArgAt(0) == nil || t.Args[0].Kind != knowledge.Var {
			continue
		}
		x := s.instancesOf(s.argOf(init, a, init.Params[i].Name), 0)
		if x == 0 {
			continue
		}
		var out Set
		for _, v := range s.sets.values(made) {
			if ob := s.objs[v]; ob.kind == kExtInst && ob.b == 0 {
				v = s.own(ob.a, s.place())
				s.addShared(s.field(v, keyElem), x)
			}
			out = s.sets.union(out, Set(v))
		}
		return out
	}
	return made
}

// threadArgs binds args=(…) and kwargs={…} of a thread or process to its target.
func (s *solver) threadArgs(init *knowledge.Entity, f Value, a *callArgs) {
	b := &callArgs{}
	if x := s.argOf(init, a, "args"); x != 0 {
		b.pos = append(b.pos, posArg{set: x, star: true})
	}
	if x := s.argOf(init, a, "kwargs"); x != 0 {
		b.kw = append(b.kw, kwArg{set: x})
	}
	s.call(f, b, silent)
}

// argOf is the value that a call gives to a named parameter of a library function.
func (s *solver) argOf(e *knowledge.Entity, a *callArgs, param string) Set {
	x, _, _ := s.argRef(e, a, param)
	return x
}

// argRef is argOf with the operand, and whether the parameter is given at all.
func (s *solver) argRef(e *knowledge.Entity, a *callArgs, param string) (Set, facts.Ref, bool) {
	if a == nil {
		return 0, 0, false
	}
	for i := range a.kw {
		if a.kw[i].name != 0 && s.Names[a.kw[i].name] == param {
			return a.kw[i].set, a.kw[i].ref, true
		}
	}
	pos := 0
	for i := range e.Params {
		p := &e.Params[i]
		switch p.Kind {
		case knowledge.PosOnly, knowledge.Normal:
			if p.Name == param {
				for j := 0; j < len(a.pos) && j <= pos; j++ {
					if a.pos[j].star {
						return s.iterate(a.pos[j].set, false), 0, true
					}
				}
				if pos < len(a.pos) {
					return a.pos[pos].set, a.pos[pos].ref, true
				}
			}
			pos++
		case knowledge.VarArg:
			if p.Name == param {
				var x Set
				for j := pos; j < len(a.pos); j++ {
					if a.pos[j].star {
						x = s.sets.union(x, s.iterate(a.pos[j].set, false))
					} else {
						x = s.sets.union(x, a.pos[j].set)
					}
				}
				return x, 0, len(a.pos) > pos
			}
		}
	}
	for i := range a.kw {
		if a.kw[i].name == 0 { // **options
			key := s.object(kStr, uint32(s.Sym(param)), 0)
			for _, v := range s.sets.values(a.kw[i].set) {
				if s.baseKind(v) == kDict {
					if x := s.loadKey(v, uint32(key)); x != 0 {
						return x, 0, true
					}
					for _, k := range s.keysOf(v) {
						if k == key {
							return 0, 0, true
						}
					}
				}
			}
		}
	}
	return 0, 0, false
}
