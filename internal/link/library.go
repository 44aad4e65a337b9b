package link

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// LibraryCall is a use of something outside the program, as the Collector hears of it.
type LibraryCall struct {
	From   Instance
	ID     uint32
	Op     *facts.Op
	Path   string            // dotted; canonical where the catalogue knows it
	Entity *knowledge.Entity // nil when the catalogue does not know it
	Mode   Mode
	Recv   Value
	s      *solver
	args   *callArgs
}

// ---- the table of things outside ----

func (s *solver) extByPath(path string, e *knowledge.Entity, parent uint32) uint32 {
	if x, ok := s.extOf[path]; ok {
		return x
	}
	x := uint32(len(s.exts))
	s.exts = append(s.exts, ext{path: path, entity: e, parent: parent})
	s.extOf[path] = x
	return x
}

func (s *solver) extOfEntity(e *knowledge.Entity) uint32 {
	if x, ok := s.extIDs[e]; ok {
		return x
	}
	path := e.Path
	if old, ok := s.extOf[path]; ok && s.exts[old].entity != e {
		// A function and its property setter, say, share a path.
		path += "'"
	}
	x := s.extByPath(path, e, 0)
	s.exts[x].path = e.Path
	s.exts[x].hook = s.wellKnown.hooks[e.Path]
	s.exts[x].mutates = mutators[e.Path]
	s.extIDs[e] = x
	return x
}

// maxChain bounds a.b().c().d()… on objects of which nothing is known: fluent interfaces in loops have no end.
const maxChain = 5

// extChild is an attribute of something the catalogue does not know.
func (s *solver) extChild(x uint32, name Sym) uint32 {
	k := pair(x, uint32(name))
	if c, ok := s.extKid.get(k); ok {
		return c
	}
	if s.exts[x].depth >= maxChain {
		return x
	}
	c := s.extByPath(s.exts[x].path+"."+s.Names[name], nil, x)
	s.exts[c].depth = s.exts[x].depth + 1
	e := s.exts[x].entity
	s.exts[c].absent = s.exts[x].absent || e != nil && e.Kind != knowledge.Module
	s.extKid.put(k, c)
	return c
}

// extPath is what importing a dotted path from outside gives.
func (s *solver) extPath(path string) Set {
	if x, ok := s.extSets[path]; ok {
		return x
	}
	var out Set
	if m := s.Catalogue.Module(path); m != nil {
		out = Set(s.object(kExt, s.extOfEntity(m), 0))
	} else if i := strings.LastIndexByte(path, '.'); i >= 0 {
		if m := s.Catalogue.Module(path[:i]); m != nil {
			if e := s.Catalogue.Member(m, path[i+1:]); e != nil {
				out = s.entitySet(e)
			}
		}
	}
	if out == 0 {
		out = Set(s.object(kExt, s.extByPath(path, nil, 0), 0))
	}
	s.extSets[path] = out
	return out
}

// entitySet is the value of a name of the catalogue.
func (s *solver) entitySet(e *knowledge.Entity) Set {
	if e.Kind == knowledge.Variable {
		if x := s.typeSet(e.Returns, 0, nil, nil, 0); x != 0 {
			return x
		}
	}
	return Set(s.object(kExt, s.extOfEntity(e), 0))
}

func (s *solver) extAttr(x uint32, name Sym) Set {
	k := pair(x, uint32(name)|fieldBit)
	if v, ok := s.extAttrs.get(k); ok {
		return Set(v)
	}
	out := s.extAttrOf(x, name)
	s.extAttrs.put(k, uint32(out))
	return out
}

func (s *solver) extAttrOf(x uint32, name Sym) Set {
	e := s.exts[x].entity
	text := s.Names[name]
	if e == nil {
		path := s.exts[x].path + "." + text
		if m := s.Catalogue.Module(path); m != nil {
			return Set(s.object(kExt, s.extOfEntity(m), 0))
		}
		return Set(s.object(kExt, s.extChild(x, name), 0))
	}
	switch e.Kind {
	case knowledge.Module, knowledge.Class:
		if m := s.Catalogue.Member(e, text); m != nil {
			if m.Kind == knowledge.Function && m.Property && e.Kind == knowledge.Class {
				return Set(s.object(kExt, s.extOfEntity(m), 0))
			}
			if m.Kind == knowledge.Variable && e.Kind == knowledge.Class && m.Returns == nil {
				return Set(s.object(kExtInst, s.extOfEntity(e), 0)) // a class's constant: of its own class, as in an enum
			}
			return s.entitySet(m)
		}
		if m := s.Catalogue.Module(e.Path + "." + text); m != nil && e.Kind == knowledge.Module {
			return Set(s.object(kExt, s.extOfEntity(m), 0))
		}
	case knowledge.Variable:
		return s.loadAttrs(s.typeSet(e.Returns, 0, nil, nil, 0), name)
	}
	return Set(s.object(kExt, s.extChild(x, name), 0))
}

// extItem: subscription of a library's class or object: Generic[T], os.environ[...] is an instance and comes elsewhere.
func (s *solver) extItem(v Value, key Set) Set {
	e := s.exts[s.objs[v].a].entity
	path := s.exts[s.objs[v].a].path
	if bareContainers[path] != 0 || path == "builtins.type" || (strings.HasPrefix(path, "typing") || strings.HasPrefix(path, "collections.abc.")) && !strings.HasSuffix(path, ".Generic") && !strings.HasSuffix(path, ".Protocol") {
		return s.aliasOf(v, key) // Db = Annotated[Session, Depends(get_db)]
	}
	if e != nil && e.Kind != knowledge.Class {
		return 0
	}
	return Set(v)
}

// aliasOf is a subscribed type outside an annotation.
func (s *solver) aliasOf(v Value, key Set) Set {
	o := s.object(kAlias, s.place(), 0)
	s.addShared(s.field(o, keyElem), Set(v))
	put := func(i int, x Set) {
		if x != 0 {
			s.addShared(s.field(o, s.intKey(i)), x)
			s.addKey(o, s.object(kInt, uint32(i+facts.IntBias), 0))
		}
	}
	for _, k := range s.sets.values(key) {
		if s.objs[k].kind != kTuple {
			put(0, Set(k))
			continue
		}
		for i := range s.length(k) {
			put(i, s.loadKey(k, s.intKey(i)))
		}
	}
	return Set(o)
}

// libraryAttr is an attribute of an instance of a library's class.
func (s *solver) libraryAttr(v Value, x uint32, name Sym) Set {
	e := s.exts[x].entity
	if e == nil {
		return Set(s.object(kMethod, s.extChild(x, name), uint32(v)))
	}
	if e.Kind != knowledge.Class {
		return Set(s.object(kMethod, s.extChild(x, name), uint32(v)))
	}
	k := pair(x, uint32(name))
	if f, ok := s.methodOf.get(k); ok {
		return Set(s.object(kMethod, f, uint32(v)))
	}
	m := s.Catalogue.Member(e, s.Names[name])
	if m != nil && m.Kind == knowledge.Function && !m.Property {
		f := s.extOfEntity(m)
		s.methodOf.put(k, f)
		return Set(s.object(kMethod, f, uint32(v)))
	}
	if m == nil {
		if strings.HasPrefix(e.Path, "builtins.") {
			return 0
		}
		return Set(s.object(kMethod, s.extChild(x, name), uint32(v)))
	}
	return s.boundEntity(m, v)
}

// boundEntity is a member of a library's class read through an instance.
func (s *solver) boundEntity(m *knowledge.Entity, v Value) Set {
	switch {
	case m.Kind == knowledge.Function && m.Property:
		return s.callExt(s.extOfEntity(m), v, s.argList(), Called)
	case m.Kind == knowledge.Function:
		return Set(s.object(kMethod, s.extOfEntity(m), uint32(v)))
	case m.Kind == knowledge.Variable:
		if x := s.typeSet(m.Returns, v, nil, nil, 0); x != 0 {
			return x
		}
		return Set(s.object(kMethod, s.extOfEntity(m), uint32(v)))
	}
	return Set(s.object(kExt, s.extOfEntity(m), 0))
}

func (s *solver) builtinMethod(v Value, class *knowledge.Entity, name Sym) Set {
	if class == nil {
		return 0
	}
	k := pair(uint32(v), uint32(name))
	if m, ok := s.builtinOf.get(k); ok {
		return Set(m)
	}
	var out Value
	m := s.Catalogue.Member(class, s.Names[name])
	if m == nil && class == s.wellKnown.listClass { // a deque is kept as a list: popleft
		if d := s.wellKnown.dequeClass; d != nil {
			m = s.Catalogue.Member(d, s.Names[name])
		}
	}
	if m != nil && m.Kind == knowledge.Function {
		out = s.object(kMethod, s.extOfEntity(m), uint32(v))
	}
	s.builtinOf.put(k, uint32(out))
	return Set(out)
}

// ---- calls ----

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
	if s.op.Flags&facts.FlagDecorator != 0 || s.op.Code == facts.Call && s.op.Flags&facts.FlagDecorator != 0 {
		return a.first() // what an unknown decorator factory gave, applied
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
	s.tell(event{kind: evLibrary, mode: mode, id: s.opID, op: s.op, ext: x, recv: recv, args: a})
}

// libraryConstructor reports the construction of a class whose library base does something then.
func (s *solver) libraryConstructor(c Class, inst Value, a *callArgs, mode Mode) {
	for _, b := range s.mro(c) {
		if b.ext == 0 {
			continue
		}
		if e := s.exts[b.ext].entity; e != nil && e.Kind == knowledge.Class && (len(e.Effects) > 0 || e.Traits&knowledge.Settings != 0) {
			s.library(b.ext, inst, a, mode)
			return
		}
	}
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
			return a.first()
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
			return a.first()
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
		direct := c.Form != knowledge.Factory && len(a.pos) > 0 && s.callable(a.pos[0].set)
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
	r := s.typeSet(e.Returns, recv, a, e, 0)
	if e.ClassMethod && recv != 0 && s.objs[recv].kind == kClass && e.Returns != nil && e.Returns.Kind == knowledge.Self {
		c := Class(s.objs[recv].a) // Event.model_validate(data)
		s.makeDefaults(c, s.firstInst+Value(c), &callArgs{}, mode)
	}
	if s.op.Flags&facts.FlagDecorator != 0 && r == 0 && out == 0 {
		return a.first()
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
	s.library(x, inst, a, mode)
	made := Set(inst)
	if init != nil {
		for i := range init.Calls {
			c := &init.Calls[i]
			if fs := s.argOf(init, a, c.Param); fs != 0 {
				if c.Mode == knowledge.Starts && c.On != "" {
					for _, f := range s.sets.values(fs) {
						m := s.object(kMade, x, uint32(f))
						s.threadArgs(init, f, a)
						made = s.sets.union(made, Set(m))
					}
					continue
				}
				s.callback(x, init, c, fs, a)
			}
		}
		if len(init.Calls) == 0 {
			s.consume(a)
		}
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

// callbacks does what a library function does with the functions it is given; the result is what that gives.
func (s *solver) callbacks(x uint32, e *knowledge.Entity, recv Value, a *callArgs, mode Mode) Set {
	var out Set
	for i := range e.Calls {
		c := &e.Calls[i]
		if c.Mode == knowledge.Enqueues {
			if ob := s.objs[recv]; recv != 0 && ob.kind == kMade {
				s.call(Value(ob.b), a, Enqueued)
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
		if ob.kind != kInst && ob.kind != kClass {
			continue
		}
		c := Class(ob.a)
		if prefix, ok := strings.CutSuffix(name, "*"); ok {
			s.callSet(s.attrsLike(s.firstInst+Value(c), prefix), nil, Called)
		} else if m, ok := s.find(c, s.Sym(name), 0); ok && m.isVar {
			s.callSet(s.bindMember(s.readShared(m.shared), s.firstInst+Value(c), c), nil, Called)
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
		r := s.callSet(fs, s.following(e, c, a), Offloaded)
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
			return s.sets.union(Set(f), 0)
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
		s.register2(c, e, fs, 0)
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
		case kFunc, kBound: // anyio.run(main), trio.run(main)
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
	if last == knowledge.VarArg {
		b.pos = append(b.pos, a.pos[i+1:]...)
		for _, k := range a.kw {
			if k.name == 0 || e.Param(s.Names[k.name]) < 0 {
				b.kw = append(b.kw, k)
			}
		}
		return b
	}
	return s.passedOn(e, c, a) // executor.map(f, items)
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

func (s *solver) register2(c *knowledge.Call, e *knowledge.Entity, fs Set, factory uint32) {
	for _, v := range s.sets.values(fs) {
		if f, ok := s.funcOf(v); ok {
			s.runIn(v)
			s.tell(event{kind: evRegistered, id: s.opID, op: s.op, to: Instance(f), entity: e, call: c, ext: factory})
		}
	}
}

// runIn evaluates a function that a framework will call in the context it was made in: a wrapper calls what it wraps.
func (s *solver) runIn(v Value) {
	for s.objs[v].kind == kBound || s.objs[v].kind == kManaged {
		v = Value(s.objs[v].a)
	}
	if ob := s.objs[v]; ob.kind == kFunc && ob.b != 0 {
		s.instanceIn(Func(ob.a), ob.b)
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
		s.register2(c, s.exts[x].entity, fs, factory)
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
	case "offload":
		var out Set
		for _, f := range s.sets.values(fs) {
			out = s.sets.union(out, Set(s.object(kMade, s.wellKnown.offload, uint32(f))))
		}
		return out
	}
	return fs
}

// madeAttr is an attribute of what a library made of a function: task.delay, thread.start.
func (s *solver) madeAttr(v Value, ob object, name Sym) Set {
	e := s.exts[ob.a].entity
	out := s.storedField(v, name)
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
	if ob.a == s.wellKnown.offload {
		r := s.call(Value(ob.b), a, Offloaded)
		o := s.object(kResult, s.place(), 3)
		s.addShared(s.field(o, keyResult), r)
		return Set(o)
	}
	e := s.exts[ob.a].entity
	if e != nil && e.Kind == knowledge.Class {
		if m := s.Catalogue.Member(e, "__call__"); m != nil && len(m.Effects) > 0 {
			return s.callExt(s.extOfEntity(m), v, a, mode)
		}
	}
	return s.call(Value(ob.b), a, mode)
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
