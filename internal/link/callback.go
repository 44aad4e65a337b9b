package link

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// What libraries do with the functions they are given: call, await, start, wrap or register them.

// callbacks does what a library function does with the functions it is given; the result is what that gives.
func (s *solver) callbacks(x uint32, e *knowledge.Entity, recv Value, a *callArgs, mode Mode) Set {
	if len(e.Calls) == 0 {
		return 0
	}
	defer s.within()()
	var out Set
	for i := range e.Calls {
		c := &e.Calls[i]
		if c.Mode == knowledge.Enqueues {
			if ob := s.objs[recv]; recv != 0 && ob.kind == kMade {
				how := Enqueued
				if mode == silent {
					how = silent // partial(task.delay, 1) enqueues when it is called
				}
				s.call(Value(ob.b), a, how)
			}
			continue
		}
		if c.Param == "self" { // task.apply(), tool.invoke(): what the receiver was made from
			if ob := s.objs[recv]; recv != 0 && ob.kind == kMade && mode != silent {
				how := Called
				if c.Mode == knowledge.Offloads {
					how = Offloaded
				}
				out = s.sets.union(out, s.call(Value(ob.b), a, how))
			}
			continue
		}
		if p, name, ok := strings.Cut(c.Param, "."); ok {
			if s.conditionMay(c.When, e, a) {
				s.callMembers(e, recv, a, p, name)
			}
			continue
		}
		fs := s.argOf(e, a, c.Param)
		if fs == 0 && len(a.pos) > 0 && e.Param(c.Param) < 0 {
			fs = a.pos[0].set
		}
		if fs == 0 || !s.conditionMay(c.When, e, a) {
			continue
		}
		out = s.sets.union(out, s.callback(x, e, c, fs, a))
	}
	return out
}

// callMembers calls methods that a class of the program has for a library to call: visit_Name of an ast.NodeVisitor.
func (s *solver) callMembers(e *knowledge.Entity, recv Value, a *callArgs, param, name string) {
	on := Set(recv)
	if param != "self" {
		on = s.argOf(e, a, param)
	}
	for _, v := range s.sets.values(on) {
		ob := s.objs[v]
		c, ok := ob.modelOf()
		if ob.kind == kInst || ob.kind == kClass {
			c, ok = Class(ob.a), true
		}
		if !ok {
			continue
		}
		if prefix, ok := strings.CutSuffix(name, "*"); ok {
			s.callSet(s.attrsLike(s.firstInst+Value(c), prefix), nil, Called)
		} else if m, ok := s.find(c, s.Sym(name), 0); ok && m.isVar {
			s.consumeSet(s.callSet(s.bindMember(s.readShared(m.shared), s.firstInst+Value(c), c), nil, Called)) // __iter__ may be a generator
		}
	}
}

// attrsLike are the attributes of an object of the program whose names have a prefix, as in getattr(self, "do_" + verb).
func (s *solver) attrsLike(v Value, prefix string) Set {
	var out Set
	switch ob := s.objs[v]; ob.kind {
	case kInst, kClass:
		for _, b := range s.mro(Class(ob.a)) {
			if b.ext != 0 {
				continue
			}
			file, cl := s.ClassFacts(b.class)
			for _, m := range cl.Members {
				if n := file.Facts.Str(m.Name); strings.HasPrefix(n, prefix) {
					out = s.sets.union(out, s.loadAttr(v, s.symbol(file, m.Name)))
				}
			}
		}
	case kModule:
		f := s.Files[ob.a]
		for _, g := range f.Facts.Globals {
			if n := f.Facts.Str(g.Name); strings.HasPrefix(n, prefix) {
				out = s.sets.union(out, s.moduleAttr(int(ob.a), s.symbol(f, g.Name)))
			}
		}
	}
	return out
}

// offloadGenerators iterates over generators in a worker thread; asynchronous ones stay on the loop.
func (s *solver) offloadGenerators(fs Set) {
	for _, v := range s.sets.values(fs) {
		ob := s.objs[v]
		if ob.kind != kGen {
			continue
		}
		mode := Offloaded
		if s.Facts(s.instances[ob.a].fn).Flags&facts.FuncAsync != 0 {
			mode = Consumed
		}
		s.edge(mode, Instance(ob.a), v)
	}
}

func (s *solver) callback(x uint32, e *knowledge.Entity, c *knowledge.Call, fs Set, a *callArgs) Set {
	switch c.Mode {
	case knowledge.Calls:
		s.callSet(fs, s.passedOn(e, c, a), Called)
		s.consumeSet(fs)
	case knowledge.ReturnsCall:
		return s.callSet(fs, s.passedOn(e, c, a), Called)
	case knowledge.CallsWhenIterated:
		r := s.callSet(fs, s.passedOn(e, c, a), Called)
		s.consume(a)
		o := s.object(kList, s.place(), 9)
		s.store(o, keyElem, r)
		return Set(o)
	case knowledge.Offloads:
		b := s.following(e, c, a)
		for i := len(c.Gives) - 1; i >= 0; i-- {
			if e := s.Catalogue.Lookup(c.Gives[i]); e != nil {
				b = b.prepend(Set(s.object(kExtInst, s.extOfEntity(e), 0)))
			}
		}
		done := s.aside()
		r := s.callSet(fs, b, Offloaded)
		done()
		s.offloadGenerators(fs)
		if e.Async || strings.HasPrefix(e.Path, "asyncio.") {
			o := s.object(kResult, s.place(), 8)
			s.addShared(s.field(o, keyResult), r)
			return Set(o)
		}
		o := s.object(kResult, s.place(), 7) // a future, or an iterator over results
		s.addShared(s.field(o, keyResult), r)
		s.addShared(s.field(o, keyElem), r)
		return Set(o)
	case knowledge.Starts:
		if c.On == "" {
			s.callSet(fs, s.following(e, c, a), Started)
		}
	case knowledge.Schedules:
		r := s.awaitAll(fs, Scheduled)
		for _, v := range s.sets.values(fs) {
			if k := s.objs[v].kind; k == kExt || k == kMethod { // tg.start_soon(anyio.sleep, 1)
				r = s.sets.union(r, s.await(s.call(v, s.following(e, c, a), Called), Scheduled))
			}
		}
		if r != 0 {
			o := s.object(kResult, s.place(), 6)
			s.addShared(s.field(o, keyResult), r)
			return Set(o)
		}
	case knowledge.Awaits:
		if p := e.Param(c.Param); p >= 0 && e.Params[p].Kind == knowledge.VarArg {
			o := s.object(kList, s.place(), 5)
			for i := range a.pos {
				if a.pos[i].star {
					s.store(o, keyElem, s.awaitAll(s.iterate(a.pos[i].set, false), Called))
				} else {
					s.store(o, s.intKey(i), s.awaitAll(a.pos[i].set, Called))
				}
			}
			f := s.object(kResult, s.place(), 4)
			s.addShared(s.field(f, keyResult), Set(o))
			return Set(f)
		}
		r := s.awaitAll(fs, Called)
		for _, v := range s.sets.values(fs) {
			if k := s.objs[v].kind; k == kExt || k == kMethod { // anyio.run(anyio.to_thread.run_sync, f)
				r = s.sets.union(r, s.await(s.call(v, s.following(e, c, a), Called), Called))
			}
		}
		if e.Async {
			return r
		}
		if e.Returns == nil || e.Returns.Kind == knowledge.Any || e.Returns.Kind == knowledge.Var {
			return r
		}
	case knowledge.Registers:
		s.registerAll(c, e, fs, 0)
		for _, v := range s.sets.values(fs) {
			if k := s.objs[v].kind; k == kList || k == kTuple { // on_startup=[connect, migrate]
				s.registerAll(c, e, s.iterateOne(v, false), 0)
			}
		}
	case knowledge.Defaults:
		var out Set
		for _, f := range s.sets.values(fs) {
			out = s.sets.union(out, Set(s.object(kFactory, uint32(f), 0)))
		}
		return out
	case knowledge.Depends:
		var out Set
		for _, f := range s.sets.values(fs) {
			out = s.sets.union(out, Set(s.object(kMade, x, uint32(f))))
		}
		return out
	}
	return 0
}

// awaitAll awaits coroutines, and those in containers.
func (s *solver) awaitAll(x Set, mode Mode) Set {
	out := s.await(x, mode)
	for _, v := range s.sets.values(x) {
		switch s.objs[v].kind {
		case kList, kTuple, kSet, kGen, kView, kDict:
			out = s.sets.union(out, s.await(s.iterateOne(v, false), mode))
		case kFunc, kBound, kPartial: // anyio.run(main), trio.run(main), transaction.on_commit(f)
			out = s.sets.union(out, s.await(s.call(v, &callArgs{}, mode), mode))
		}
	}
	return out
}

// following are the arguments after the callback: to_thread(f, a, b), submit(f, a), with args= and kwargs=.
func (s *solver) following(e *knowledge.Entity, c *knowledge.Call, a *callArgs) *callArgs {
	b := &callArgs{}
	if x := s.argOf(e, a, "args"); x != 0 && e.Param("args") >= 0 && e.Params[e.Param("args")].Kind != knowledge.VarArg {
		b.pos = append(b.pos, posArg{set: x, star: true})
		return b
	}
	i := e.Param(c.Param)
	if i < 0 || i+1 >= len(a.pos) {
		for _, k := range a.kw {
			if k.name != 0 && s.Names[k.name] != c.Param {
				b.kw = append(b.kw, k)
			}
		}
		return b
	}
	last := knowledge.Normal
	if i+1 < len(e.Params) {
		last = e.Params[i+1].Kind
	}
	if last == knowledge.VarArg && e.Params[i+1].Name != "iterables" { // as those of executor.map(f, items) are
		b.pos = append(b.pos, a.pos[i+1:]...)
		for _, k := range a.kw {
			if k.name == 0 || e.Param(s.Names[k.name]) < 0 {
				b.kw = append(b.kw, k)
			}
		}
		return b
	}
	return s.passedOn(e, c, a)
}

// passedOn guesses what a callback is called with: elements of the containers beside it.
func (s *solver) passedOn(e *knowledge.Entity, c *knowledge.Call, a *callArgs) *callArgs {
	b := &callArgs{}
	i := e.Param(c.Param)
	for j := range a.pos {
		if j == i {
			continue
		}
		if x := s.iterate(a.pos[j].set, false); x != 0 {
			b.pos = append(b.pos, posArg{set: x})
		}
	}
	return b
}

func (s *solver) registerAll(c *knowledge.Call, e *knowledge.Entity, fs Set, factory uint32) {
	for _, v := range s.sets.values(fs) {
		if f, ok := s.written(v); ok {
			if g, is := s.funcOf(v); is && f == g { // the wrapper of some function, for all that is known
				if under, is := s.decorates(); is {
					f = under
				}
			}
			s.give(v, c.Gives)
			s.registered = append(s.registered, registered{f, s.runIn(v), factory, e, c})
			s.tell(event{kind: evRegistered, to: uint32(len(s.registered) - 1)})
		}
	}
}

// runIn evaluates a function that a framework will call in the context it was made in: a wrapper calls what it wraps.
func (s *solver) runIn(v Value) Instance {
	if ob := s.objs[s.bare(v)]; ob.kind == kFunc {
		return s.instanceIn(Func(ob.a), ob.b)
	}
	f, _ := s.funcOf(v)
	return Instance(f)
}

// give tells the parameters of a registered function that have no annotation what the framework calls it with.
func (s *solver) give(v Value, classes []string) {
	if len(classes) == 0 || s.final {
		return
	}
	first := 0
	for s.objs[v].kind == kBound || s.objs[v].kind == kManaged {
		if s.objs[v].kind == kBound {
			first++
		}
		v = Value(s.objs[v].a)
	}
	ob := s.objs[v]
	if ob.kind != kFunc {
		return
	}
	params := s.Facts(Func(ob.a)).Params
	for i, path := range classes {
		if i += first; i >= len(params) || params[i].Kind > facts.Positional || params[i].Type != 0 {
			return
		}
		if e := s.Catalogue.Lookup(path); e != nil {
			s.addShared(s.varOf(s.instanceIn(Func(ob.a), ob.b), params[i].Var), Set(s.object(kExtInst, s.extOfEntity(e), 0)))
		}
	}
}

// funcOf is the function behind a value.
func (s *solver) funcOf(v Value) (Func, bool) {
	for i := 0; i < 6; i++ {
		ob := s.objs[v]
		switch ob.kind {
		case kFunc:
			return Func(ob.a), true
		case kBound, kStatic, kClassM, kManaged, kProperty:
			v = Value(ob.a)
		case kMade, kPartial, kGuarded:
			v = Value(ob.b)
		case kDispatch:
			v = Value(ob.a)
		default:
			return 0, false
		}
	}
	return 0, false
}

// decorate applies what a decorator factory of a library gave.
func (s *solver) decorate(x, place uint32, a *callArgs) Set {
	e := s.exts[x].entity
	for i := range e.Calls {
		if c := &e.Calls[i]; c.Mode == knowledge.WrapsDecorated || c.Mode == knowledge.RegistersDecorated {
			return s.decorated(x, c, a.first(), place+1)
		}
	}
	return a.first()
}

// decorated is the value of a function under a library's decorator.
func (s *solver) decorated(x uint32, c *knowledge.Call, fs Set, factory uint32) Set {
	if c.Mode == knowledge.RegistersDecorated {
		s.registerAll(c, s.exts[x].entity, fs, factory)
		if fn := s.Facts(s.cur.fn); c.Context == "validator" && fn.Kind == facts.ClassBody {
			s.addShared(s.field(s.firstClass+Value(s.fileOf.class+fn.Class-1), keyArgs), fs)
		}
	}
	if c.Mode == knowledge.WrapsDecorated {
		for _, v := range s.sets.values(fs) {
			s.give(v, c.Gives)
		}
	}
	if c.Becomes != "" {
		if cl := s.Catalogue.Lookup(c.Becomes); cl != nil {
			bx := s.extOfEntity(cl)
			var out Set
			for _, f := range s.sets.values(fs) {
				out = s.sets.union(out, Set(s.object(kMade, bx, uint32(f))))
			}
			return out
		}
	}
	if !c.Keeps { // calling the decorated name is a call of the library's own
		return Set(s.object(kExtInst, x, 0))
	}
	switch c.Context {
	case "contextmanager":
		var out Set
		for _, f := range s.sets.values(fs) {
			out = s.sets.union(out, Set(s.object(kManaged, uint32(f), 0)))
		}
		return out
	case "offload", "await":
		x := s.wellKnown.offload
		if c.Context == "await" {
			x = s.wellKnown.awaiter
		}
		var out Set
		for _, f := range s.sets.values(fs) {
			out = s.sets.union(out, Set(s.object(kMade, x, uint32(f))))
		}
		return out
	case "property":
		var out Set
		for _, f := range s.sets.values(fs) {
			if s.objs[f].kind != kProperty {
				f = s.object(kProperty, uint32(f), 0)
			}
			out = s.sets.union(out, Set(f))
		}
		return out
	}
	return fs
}

// madeAttr is an attribute of what a library made of a function: task.delay, thread.start.
func (s *solver) madeAttr(v Value, ob object, name Sym) Set {
	e := s.exts[ob.a].entity
	out := s.storedField(v, name)
	if e != nil && dependsOn(e) {
		return s.sets.union(out, s.loadAttrs(s.provided(Value(ob.b)), name))
	}
	if e == nil || e.Kind != knowledge.Class {
		return s.sets.union(out, s.loadAttr(Value(ob.b), name))
	}
	if init := s.Catalogue.Constructor(e); init != nil {
		for i := range init.Calls {
			if c := &init.Calls[i]; c.Mode == knowledge.Starts && c.On == s.Names[name] {
				return s.sets.union(out, Set(s.object(kMethod, s.wellKnown.starter, uint32(v))))
			}
		}
	}
	if m := s.Catalogue.Member(e, s.Names[name]); m != nil {
		return s.sets.union(out, s.boundEntity(m, v))
	}
	return s.sets.union(out, s.loadAttr(Value(ob.b), name))
}

// startMade runs the target of a thread, process or timer, and reports the starting method.
func (s *solver) startMade(v Value, ob object, a *callArgs) {
	s.call(Value(ob.b), &callArgs{}, Started)
	if m := s.Catalogue.Member(s.exts[ob.a].entity, "start"); m != nil {
		s.library(s.extOfEntity(m), v, a, Called)
	}
}

// callMade calls what a library made of a function.
func (s *solver) callMade(v Value, ob object, a *callArgs, mode Mode) Set {
	s.given = nil // a library may add to them: the task, first
	if ob.a == s.wellKnown.offload {
		done := s.aside()
		r := s.call(Value(ob.b), a, Offloaded)
		done()
		o := s.object(kResult, s.place(), 3)
		s.addShared(s.field(o, keyResult), r)
		return Set(o)
	}
	if ob.a == s.wellKnown.awaiter { // async_to_sync(f)(x)
		return s.await(s.call(Value(ob.b), a, mode), mode)
	}
	e := s.exts[ob.a].entity
	if e != nil && dependsOn(e) {
		return s.callSet(s.provided(Value(ob.b)), a, mode)
	}
	if e != nil && e.Kind == knowledge.Class {
		if m := s.Catalogue.Member(e, "__call__"); m != nil && len(m.Effects) > 0 {
			return s.callExt(s.extOfEntity(m), v, a, mode)
		}
	}
	return s.call(Value(ob.b), a, mode)
}

// provided is what a parameter with the default Depends(f) holds: what the framework got of f. That it calls f is told of the function
// that has the parameter, see dependencies.
func (s *solver) provided(f Value) Set {
	if !s.descend() {
		return 0
	}
	defer func(muted bool) { s.muted = muted; s.depth-- }(s.muted)
	s.muted = true
	var out Set
	for _, v := range s.sets.values(s.call(f, &callArgs{}, silent)) {
		switch ob := s.objs[v]; ob.kind {
		case kCoro:
			out = s.sets.union(out, s.result(Instance(ob.a)))
		case kGen:
			out = s.sets.union(out, s.yields(Instance(ob.a)))
		default:
			out = s.sets.union(out, Set(v))
		}
	}
	return out
}

func (s *solver) enterLibrary(v Value, async bool) Set {
	defer s.implied()()
	ob := s.objs[v]
	if ob.kind == kResult {
		return s.readField(v, keyEnter)
	}
	name := "__enter__"
	exit := "__exit__"
	if async {
		name, exit = "__aenter__", "__aexit__"
	}
	e := s.exts[ob.a].entity
	if e == nil || e.Kind != knowledge.Class {
		return Set(v)
	}
	var out Set
	if m := s.Catalogue.Member(e, name); m != nil && m.Kind == knowledge.Function {
		out = s.callExt(s.extOfEntity(m), v, s.argList(), Called)
		if async {
			out = s.await(out, Called)
		}
	}
	if m := s.Catalogue.Member(e, exit); m != nil && m.Kind == knowledge.Function && len(m.Effects) > 0 {
		x := s.callExt(s.extOfEntity(m), v, s.argList(), Called)
		if async {
			s.await(x, Called)
		}
	}
	if out == 0 {
		out = Set(v)
	}
	return out
}

// aside marks what libraries do until the returned function runs as done in a worker thread: list(queryset), handed to one.
func (s *solver) aside() func() {
	old := s.offloaded
	s.offloaded = true
	return func() { s.offloaded = old }
}

// implied marks the calls until the returned function runs as made by a statement, not written by the user.
func (s *solver) implied() func() {
	old := s.implicit
	s.implicit = true
	return func() { s.implicit = old }
}

func (s *solver) iterateLibrary(v Value, async bool) Set {
	defer s.implied()()
	ob := s.objs[v]
	if ob.kind == kResult || ob.kind == kExtGen {
		return s.sets.union(s.readField(v, keyElem), s.readField(v, keyYield))
	}
	e := s.exts[ob.a].entity
	if e == nil || e.Kind != knowledge.Class {
		return s.readField(v, keyElem)
	}
	name, next := "__iter__", "__next__"
	if async {
		name, next = "__aiter__", "__anext__"
	}
	var out Set
	if m := s.Catalogue.Member(e, name); m != nil && m.Kind == knowledge.Function {
		for _, it := range s.sets.values(s.callExt(s.extOfEntity(m), v, s.argList(), Called)) {
			if it != v {
				out = s.sets.union(out, s.iterateOne(it, async))
			}
		}
	}
	if m := s.Catalogue.Member(e, next); m != nil && m.Kind == knowledge.Function {
		r := s.callExt(s.extOfEntity(m), v, s.argList(), Called)
		if async {
			r = s.sets.union(r, s.await(r, Called))
		}
		out = s.sets.union(out, r)
	}
	return out
}
