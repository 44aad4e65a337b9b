package link

import (
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// Mode says how a callee runs relative to its caller.
type Mode uint8

const (
	Called    Mode = iota // here and now, awaited coroutines included
	Consumed              // a generator is iterated over here
	Scheduled             // a coroutine handed to the event loop
	Offloaded             // in a worker thread or process
	Started               // in a thread, process or timer started here
	Enqueued              // by a worker, later
	Depended              // by the framework, before this function
	ClassRun              // a class body
	Imported              // a module body
	Made                  // only an object is made: a generator or coroutine that may never run
	silent                // bind arguments only
)

var modeNames = [...]string{"call", "consume", "schedule", "offload", "start", "enqueue", "depend", "class", "import", "make", ""}

func (m Mode) String() string { return modeNames[m] }

// Binding says how the parameters of what an edge runs get the arguments of its operation, a facts.Call.
type Binding uint8

const (
	Unbound       Binding = iota // in a way that the operation does not tell
	FromFirst                    // from the first parameter on
	AfterReceiver                // from the second, the first is the receiver
)

// Skips is the number of parameters that get none of the arguments.
func (b Binding) Skips() int {
	if b == AfterReceiver {
		return 1
	}
	return 0
}

// Collector hears of every resolved call once the analysis is done.
type Collector interface {
	// Expect: about so many edges and library calls will be told.
	Expect(edges, calls int)
	// Edge: operation op of block instance from runs block instance to; how tells what its parameters get, within whether a
	// library's call runs it.
	Edge(from Instance, id uint32, op *facts.Op, mode Mode, to Instance, how Binding, within bool)
	// Library: a library's function, constructor or property is used.
	Library(c *LibraryCall)
	// Registered: a function is handed to a framework to be called later.
	Registered(r *Registration)
	// Unresolved: nothing is known of what is called.
	Unresolved(from Instance, id uint32, op *facts.Op)
	// Mutated: a container that a module or a class body made, and so all its functions share, is changed in place.
	Mutated(from Instance, id uint32, op *facts.Op)
}

// Registration is a function that a framework keeps.
type Registration struct {
	From    Instance
	ID      uint32
	Op      *facts.Op
	Func    Func     // as the program wrote it
	Runs    Instance // what the framework calls: Func, or what decorators of the program's own made of it
	Entity  *knowledge.Entity
	Call    *knowledge.Call
	Factory uint32 // place of the decorator factory's call, if the function was decorated by its result; ID+1
}

type posArg struct {
	set  Set
	ref  facts.Ref
	star bool
}

type kwArg struct {
	name Sym // 0 for **
	set  Set
	ref  facts.Ref
}

// callArgs are a call's arguments. They are never changed once they are made, so calls share them.
type callArgs struct {
	pos []posArg
	kw  []kwArg
}

// argList makes positional arguments from sets. A statement that calls the same special method of many classes asks for the
// same list again and again.
func (s *solver) argList(x ...Set) *callArgs {
	switch len(x) {
	case 0:
		return &callArgs{}
	case 1:
		if a := s.lastArg; a != nil && a.pos[0].set == x[0] {
			return a
		}
		s.lastArg = newArgs(1)
		s.lastArg.pos[0].set = x[0]
		return s.lastArg
	}
	a := newArgs(len(x))
	for i := range x {
		a.pos[i].set = x[i]
	}
	return a
}

// newArgs makes room for n positional arguments, few of them in one piece with what holds them.
func newArgs(n int) *callArgs {
	switch {
	case n == 0:
		return &callArgs{}
	case n == 1:
		b := new(struct {
			callArgs
			room [1]posArg
		})
		b.pos = b.room[:]
		return &b.callArgs
	case n == 2:
		b := new(struct {
			callArgs
			room [2]posArg
		})
		b.pos = b.room[:]
		return &b.callArgs
	}
	return &callArgs{pos: make([]posArg, n)}
}

func (a *callArgs) prepend(x Set) *callArgs {
	b := newArgs(1 + len(a.pos))
	b.pos[0].set = x
	copy(b.pos[1:], a.pos)
	b.kw = a.kw
	return b
}

func (s *solver) readArgs(op *facts.Op) *callArgs {
	raw := s.ff.Args(op)
	a := newArgs(len(raw.Pos))
	for i, r := range raw.Pos {
		ref := facts.Ref(r)
		a.pos[i] = posArg{s.val(ref), ref, i < 32 && raw.Stars&(1<<i) != 0}
	}
	if n := len(raw.Kw); n > 0 {
		a.kw = make([]kwArg, n/2)
		for i := 0; i < n; i += 2 {
			ref := facts.Ref(raw.Kw[i+1])
			a.kw[i/2] = kwArg{s.symbol(s.fileOf, raw.Kw[i]), s.val(ref), ref}
		}
	}
	return a
}

func (s *solver) callOp(op *facts.Op) Set {
	callee := s.val(facts.Ref(op.A))
	if callee == 0 {
		if op.Flags&facts.FlagDecorator == 0 {
			s.tell(event{kind: evUnresolved})
		}
		if op.Flags&facts.FlagDecorator != 0 { // an unknown decorator: the function stays what it is
			if s.lenient {
				return s.asIs(s.readArgs(op))
			}
			s.undecided = append(s.undecided, readerCell{inst: s.in, what: s.at})
		} else if raw := s.ff.Args(op); len(raw.Kw) > 0 {
			// rows.sort(key=f), whatever rows is: a function given as key is called for each element.
			for i := 0; i < len(raw.Kw); i += 2 {
				if s.ff.Str(raw.Kw[i]) == "key" {
					if f := s.val(facts.Ref(raw.Kw[i+1])); s.callable(f) {
						s.callSet(f, nil, Called)
					}
				}
			}
		}
		return 0
	}
	if op.Flags&facts.FlagDecorator != 0 {
		callee = s.decorators(callee)
	}
	s.given = s.readArgs(op)
	return s.callSet(callee, s.given, Called)
}

// decorators: of a decorator that works with and without arguments, `return decorate(f) if f else decorate`, what is
// applied to a definition is the function that makes a wrapper, not the wrapper.
func (s *solver) decorators(callee Set) Set {
	if callee < setBit {
		return callee
	}
	var out Set
	for _, v := range s.sets.values(callee) {
		if ob := s.objs[v]; ob.kind != kFunc {
			return callee
		} else if s.wellKnown.traits[ob.a]&returnsInner != 0 {
			out = s.sets.union(out, Set(v))
		}
	}
	if out == 0 {
		return callee
	}
	return out
}

// asIs is what a decorator gives of which nothing is known: the function stays what it is, but what its parameters get is
// not known any more (@inject).
func (s *solver) asIs(a *callArgs) Set {
	for _, v := range s.sets.values(a.first()) {
		if f, ok := s.funcOf(v); ok {
			s.injected[f] = true
		}
	}
	return a.first()
}

func (a *callArgs) orNone() *callArgs {
	if a == nil {
		return &callArgs{}
	}
	return a
}

func (a *callArgs) first() Set {
	if len(a.pos) == 0 {
		return 0
	}
	return a.pos[0].set
}

func (s *solver) callSet(callee Set, a *callArgs, mode Mode) Set {
	if a == nil {
		a = &callArgs{}
	}
	var out Set
	for _, v := range s.sets.values(callee) {
		out = s.sets.union(out, s.call(v, a, mode))
	}
	return out
}

// What one operation sets off (descriptors, callbacks, special methods, the parts of types) may go round in circles, and branch
// at each step: maxDepth bounds how deep it goes, maxSteps how many steps it takes in all.
const (
	maxDepth = 24
	maxSteps = 4096
)

// descend begins a step and says whether it may be taken; then s.depth-- ends it.
func (s *solver) descend() bool {
	if s.depth == maxDepth || s.steps == maxSteps {
		return false
	}
	s.depth++
	s.steps++
	return true
}

func (s *solver) call(v Value, a *callArgs, mode Mode) Set {
	if !s.descend() {
		return 0
	}
	r := s.callValue(v, a, mode)
	s.depth--
	return r
}

func (s *solver) callValue(v Value, a *callArgs, mode Mode) Set {
	ob := s.objs[v]
	switch ob.kind {
	case kFunc:
		return s.enterFunc(Func(ob.a), ob.b, 0, a, mode)
	case kBound:
		in := s.objs[ob.a]
		if in.kind == kFunc {
			return s.enterFunc(Func(in.a), in.b, Value(ob.b), a, mode)
		}
		return s.call(Value(ob.a), a.prepend(Set(ob.b)), mode)
	case kClass:
		return s.construct(Class(ob.a), v, a, mode)
	case kInst:
		if s.op.Flags&facts.FlagDecorator != 0 && s.isContextDecorator(Class(ob.a)) {
			return s.guarded(v, a.first())
		}
		if m := s.classMethod(Class(ob.a), v, s.wellKnown.call); m != 0 {
			return s.callSet(m, a, mode)
		}
	case kExt:
		return s.callExt(ob.a, 0, a, mode)
	case kMethod:
		return s.callExt(ob.a, Value(ob.b), a, mode)
	case kExtInst:
		return s.callLibraryInstance(v, ob.a, a, mode)
	case kManaged:
		return s.callManaged(Value(ob.a), a)
	case kMade:
		return s.callMade(v, ob, a, mode)
	case kPartial, kPartialMethod:
		return s.callPartial(v, Value(ob.b), a, mode)
	case kStatic:
		return s.call(Value(ob.a), a, mode)
	case kClassM:
		return s.call(Value(ob.a), a, mode)
	case kProperty: // @name.setter
		s.addShared(s.field(v, keyEnter), a.first())
		return Set(v)
	case kAlias: // list[int]()
		return s.callSet(s.readField(v, keyElem), a, mode)
	case kDispatch:
		return s.sets.union(s.call(Value(ob.a), a, mode), s.callSet(s.readField(v, keyElem), a, mode))
	case kRegister:
		return s.registerDispatch(Value(ob.a), Value(ob.b), a)
	case kManager: // @timed("load") on a function: a context manager used as a decorator
		if f := a.first(); s.callable(f) {
			return s.guarded(v, f)
		}
	case kGuarded:
		s.enter(Set(ob.a), false)
		return s.call(Value(ob.b), a, mode)
	case kDeleter: // @name.deleter
		s.addShared(s.field(Value(ob.a), keyArgs), a.first())
		return Set(ob.a)
	case kDecorator:
		if x := s.readField(v, keyArgs); x != 0 { // @app.task(bind=True): the function gets the task first
			s.callSet(a.first(), s.argList(x), silent)
		}
		s.received(v, a.first())
		return s.decorate(ob.a, ob.b, a)
	case kResult:
		x := s.readField(v, keyResult)
		if x == 0 && s.op.Flags&facts.FlagDecorator != 0 {
			return s.asIs(a)
		}
		return x
	case kTypeOf:
		return s.call(Value(ob.a), a, mode)
	case kCoro: // coroutine.__await__()
		return Set(v)
	}
	return 0
}

// registerDispatch is the register method of a singledispatch function, in its forms: @f.register, @f.register(int),
// f.register(int, g). The function that is registered for a class is given objects of it; class is 0 where none is named yet.
func (s *solver) registerDispatch(dispatch, class Value, a *callArgs) Set {
	var classes, out Set
	if class != 0 {
		classes = Set(class)
	}
	for i := range a.pos {
		for _, v := range s.sets.values(a.pos[i].set) {
			switch ob := s.objs[v]; ob.kind {
			case kFunc, kBound, kStatic, kClassM, kPartial, kMade, kGuarded, kDispatch:
				s.addShared(s.field(dispatch, keyElem), Set(v))
				out = s.sets.union(out, Set(v))
				args := s.argList(s.instancesOf(classes, 0))
				if ob.kind == kFunc && s.Facts(Func(ob.a)).Flags&facts.FuncMethod != 0 {
					args = args.prepend(0)
				}
				if classes != 0 {
					s.call(v, args, silent)
				}
			case kClass, kExt, kAlias:
				classes = s.sets.union(classes, Set(v))
			}
		}
	}
	if out != 0 {
		return out
	}
	for _, c := range s.sets.values(classes) {
		out = s.sets.union(out, Set(s.object(kRegister, uint32(dispatch), uint32(c))))
	}
	if out == 0 {
		return Set(s.object(kRegister, uint32(dispatch), 0))
	}
	return out
}

// guarded is a function under a context manager.
func (s *solver) guarded(manager Value, fs Set) Set {
	var out Set
	for _, f := range s.sets.values(fs) {
		out = s.sets.union(out, Set(s.object(kGuarded, uint32(manager), uint32(f))))
	}
	return out
}

func (s *solver) isContextDecorator(c Class) bool {
	for _, b := range s.mro(c) {
		if b.ext != 0 && (s.exts[b.ext].path == "contextlib.ContextDecorator" || s.exts[b.ext].path == "contextlib.AsyncContextDecorator") {
			return true
		}
	}
	return false
}

// enterFunc runs a function of the program, with recv, if there is one, before the arguments.
func (s *solver) enterFunc(f Func, parent uint32, recv Value, a *callArgs, mode Mode) Set {
	fn := s.Facts(f)
	ctx := s.contextFor(f, fn, parent, recv, a)
	in := s.instanceIn(f, ctx)
	if !s.final {
		s.bind(in, f, fn, recv, a)
	}
	how := s.binding(recv, a, mode)
	switch {
	case fn.Flags&facts.FuncGenerator != 0:
		s.bound(Made, in, how)
		return Set(s.object(kGen, uint32(in), 0))
	case fn.Flags&facts.FuncAsync != 0:
		s.bound(Made, in, how)
		v := s.object(kCoro, uint32(in), 0)
		if mode == Offloaded || mode == Started {
			s.edge(mode, in, v)
		}
		return Set(v)
	}
	s.bound(mode, in, how)
	if x := s.echo(f, fn, recv, a); x != 0 {
		return x
	}
	return s.result(in)
}

// binding is how a call with these arguments, with recv before them if there is one, binds what the operation at hand gives.
func (s *solver) binding(recv Value, a *callArgs, mode Mode) Binding {
	switch {
	case a != s.given || mode != Called:
		return Unbound
	case recv != 0:
		return AfterReceiver
	}
	return FromFirst
}

// result is what a function returns; its annotation counts where nothing else is known.
func (s *solver) result(in Instance) Set {
	it := s.instances[in]
	fn := s.Facts(it.fn)
	x := s.readShared(s.varOf(in, fn.Ret))
	if x == 0 && fn.RetType != 0 && fn.Flags&facts.FuncGenerator == 0 {
		x = s.readShared(s.FileOf(it.fn).shared + fn.RetType.Index())
	} else if fn.RetType != 0 && fn.Flags&facts.FuncGenerator == 0 && s.onlyContainers(x) {
		// The display is known, its elements may not be: -> tuple[Repo, str].
		x = s.sets.union(x, s.readShared(s.FileOf(it.fn).shared+fn.RetType.Index()))
	}
	return x
}

func (s *solver) onlyContainers(x Set) bool {
	for _, v := range s.sets.values(x) {
		if !s.isContainer(v) {
			return false
		}
	}
	return true
}

// yields is what a generator gives its consumer; its annotation counts where nothing else is known.
func (s *solver) yields(in Instance) Set {
	it := s.instances[in]
	fn := s.Facts(it.fn)
	x := s.readShared(s.varOf(in, fn.Yields))
	if x == 0 && fn.RetType != 0 && fn.Flags&facts.FuncGenerator != 0 {
		for _, v := range s.sets.values(s.readShared(s.FileOf(it.fn).shared + fn.RetType.Index())) {
			if s.isContainer(v) {
				x = s.sets.union(x, s.loadAny(v))
			}
		}
	}
	return x
}

// varOf is the variable behind a Shared reference of the file of an instance.
func (s *solver) varOf(in Instance, r facts.Ref) uint32 {
	it := &s.instances[in]
	v := s.Files[it.file].shared + r.Index()
	if it.ctx == 0 {
		return v
	}
	return s.inContextOf(s.Files[it.file], it.ctx, r.Index(), v)
}

// bind gives a function's parameters the arguments of a call; recv, if there is one, comes before them.
func (s *solver) bind(in Instance, f Func, fn *facts.Func, recv Value, a *callArgs) {
	file := s.FileOf(f)
	cloned := s.instances[in].ctx != 0
	params := fn.Params
	var bound uint64
	put := func(i int, x Set) {
		if i < 64 {
			bound |= 1 << i
		}
		if x != 0 {
			if i < 64 {
				s.told[f] |= 1 << i
			}
			s.addShared(s.varOf(in, params[i].Var), x)
		}
	}
	vararg, kwarg, npos := -1, -1, 0
	for i := range params {
		switch params[i].Kind {
		case facts.PositionalOnly, facts.Positional:
			npos = i + 1
		case facts.VarPositional:
			vararg = i
		case facts.VarKeyword:
			kwarg = i
		}
	}
	at := 0
	toRest := func(n int, x Set) {
		if vararg < 0 {
			return
		}
		o := s.object(kTuple, s.restPlace(in), 1)
		if n >= 0 && n < 40 {
			s.store(o, s.intKey(n), x)
		} else {
			s.store(o, keyElem, x)
		}
		put(vararg, Set(o))
	}
	first := 0
	if recv != 0 {
		if npos > 0 {
			put(0, Set(recv))
		} else {
			toRest(0, Set(recv))
		}
		at, first = 1, 1
	}
	for i := range a.pos {
		p := &a.pos[i]
		if p.star {
			s.bindStar(p.set, at, npos, put, toRest)
			at = npos + 1000
			continue
		}
		switch {
		case at < npos:
			put(at, p.set)
		case at >= npos+1000:
			for k := first + i; k < npos; k++ {
				put(k, p.set)
			}
			toRest(-1, p.set)
		default:
			toRest(at-npos, p.set)
		}
		at++
	}
	for i := range a.kw {
		k := &a.kw[i]
		if k.name == 0 {
			for _, v := range s.sets.values(k.set) {
				if bk := s.baseKind(v); bk != kDict {
					continue
				}
				for j := range params {
					if params[j].Kind == facts.Positional || params[j].Kind == facts.KeywordOnly {
						if x := s.loadKey(v, uint32(s.object(kStr, uint32(s.symbol(file, params[j].Name)), 0))); x != 0 {
							put(j, x)
						}
					}
				}
				if kwarg >= 0 {
					o := s.object(kDict, s.restPlace(in), 2)
					s.mergeInto(o, Set(v))
					put(kwarg, Set(o))
				}
			}
			continue
		}
		found := false
		for j := range params {
			if (params[j].Kind == facts.Positional || params[j].Kind == facts.KeywordOnly) && s.symbol(file, params[j].Name) == k.name {
				put(j, k.set)
				found = true
				break
			}
		}
		if !found && kwarg >= 0 {
			o := s.object(kDict, s.restPlace(in), 2)
			s.store(o, uint32(s.object(kStr, uint32(k.name), 0)), k.set)
			put(kwarg, Set(o))
		}
	}
	if !cloned {
		return
	}
	for i := range params {
		p := &params[i]
		if i < 64 && bound&(1<<i) == 0 && p.Default != 0 {
			switch p.Default.Tag() {
			case facts.TagShared:
				s.addShared(s.varOf(in, p.Var), s.readShared(s.varOf(in, p.Default)))
			case facts.TagStr:
				s.addShared(s.varOf(in, p.Var), Set(s.stringValue(file, p.Default.Index())))
			case facts.TagInt:
				s.addShared(s.varOf(in, p.Var), Set(s.object(kInt, p.Default.Index(), 0)))
			}
		}
		if p.Type != 0 {
			s.addShared(s.varOf(in, p.Var), s.readShared(s.varOf(in, p.Type)))
		}
	}
}

// restPlace is the place of the containers behind *args and **kwargs of an instance.
func (s *solver) restPlace(in Instance) uint32 { return 1<<31 | uint32(in) }

func (s *solver) bindStar(x Set, at, npos int, put func(int, Set), rest func(int, Set)) {
	for _, v := range s.sets.values(x) {
		switch s.objs[v].kind {
		case kList, kTuple, kView:
			open := s.readField(v, keyElem)
			keys := s.length(v)
			for i := 0; at+i < npos; i++ {
				if i >= keys && open == 0 {
					break
				}
				put(at+i, s.sets.union(s.loadKey(v, s.intKey(i)), open))
			}
			for i := max(0, npos-at); i < keys; i++ {
				rest(at+i-npos, s.loadKey(v, s.intKey(i)))
			}
			if open != 0 {
				rest(-1, open)
			}
		default:
			e := s.iterateOne(v, false)
			if e == 0 {
				continue
			}
			for i := at; i < npos; i++ {
				put(i, e)
			}
			rest(-1, e)
		}
	}
}

// callManaged calls a function under @contextmanager: the body runs when the result is entered.
func (s *solver) callManaged(f Value, a *callArgs) Set {
	ob := s.objs[f]
	var recv Value
	if ob.kind == kBound {
		recv = Value(ob.b)
		ob = s.objs[ob.a]
	}
	if ob.kind != kFunc {
		return s.call(f, a, Called)
	}
	fn := s.Facts(Func(ob.a))
	in := s.instanceIn(Func(ob.a), s.contextFor(Func(ob.a), fn, ob.b, recv, a))
	if !s.final {
		s.bind(in, Func(ob.a), fn, recv, a)
	}
	how := s.binding(recv, a, Called)
	s.bound(Made, in, how)
	if fn.Flags&facts.FuncGenerator == 0 {
		s.bound(Called, in, how)
		return s.result(in)
	}
	return Set(s.object(kManager, uint32(in), 0))
}

func (s *solver) callPartial(v, f Value, a *callArgs, mode Mode) Set {
	b := &callArgs{kw: a.kw}
	rest, first := a.pos, 0
	if s.objs[v].kind == kPartialMethod && len(rest) > 0 {
		b.pos, rest, first = append(b.pos, rest[0]), rest[1:], 1
	}
	for i := 0; i < 20; i++ {
		x := s.readField(v, s.intKey(i))
		if x == 0 && i >= len(s.ownKeys(v)) {
			break
		}
		b.pos = append(b.pos, posArg{set: x})
	}
	n := 0
	for _, k := range s.ownKeys(v) {
		if s.objs[k].kind == kStr {
			b.kw = append(b.kw[:len(b.kw):len(b.kw)], kwArg{name: Sym(s.objs[k].a), set: s.readField(v, uint32(k))})
		} else {
			n++
		}
	}
	b.pos = append(b.pos[:min(first+n, len(b.pos))], rest...)
	return s.call(f, b, mode)
}

// edge tells the collector of a call; v, when given, is the object that runs.
func (s *solver) edge(mode Mode, to Instance, v Value) { s.bound(mode, to, Unbound) }

// bound is edge for a call of which it is known how it binds its arguments.
func (s *solver) bound(mode Mode, to Instance, how Binding) {
	if mode != silent {
		s.tell(event{kind: evEdge, mode: mode, how: how, to: uint32(to)})
	}
}

// moduleEdge: an import runs a module. A lazy one (PEP 810) does not: the module runs when the name is first used.
func (s *solver) moduleEdge(file int) {
	if s.op.Code == facts.ImportName && s.ff.Imports[s.op.A].Lazy {
		return
	}
	s.tell(event{kind: evEdge, mode: Imported, to: s.Files[file].fn})
}
