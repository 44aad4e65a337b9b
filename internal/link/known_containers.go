package link

import (
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// The builtin containers: what their constructors, their methods and the builtin functions over iterables do, as hooks.

func hookSequence(k kind) hook {
	return func(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
		s.report(x, recv, a, mode)
		o := s.object(k, s.place(), 10)
		in := a.first()
		for _, v := range s.sets.values(in) {
			switch s.objs[v].kind {
			case kList, kTuple, kView:
				if s.baseKind(v) != kDict {
					for _, key := range s.keysOf(v) {
						s.store(o, uint32(key), s.loadKey(v, uint32(key)))
					}
					if x := s.readField(v, keyElem); x != 0 {
						s.store(o, keyElem, x)
					}
					continue
				}
			}
			if x := s.iterateOne(v, false); x != 0 {
				s.store(o, keyElem, x)
			}
		}
		return Set(o), true
	}
}

func hookSorted(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	out, _ := hookSequence(kList)(s, x, recv, a, mode)
	for i := range a.kw {
		if s.Names[a.kw[i].name] == "key" {
			s.callSet(a.kw[i].set, s.argList(s.iterate(a.first(), false)), Called)
		}
	}
	return out, true
}

// hookPick: max(items, key=f) gives one of what it is given.
func hookPick(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	var out Set
	for i := range a.pos {
		if len(a.pos) == 1 || a.pos[i].star {
			out = s.sets.union(out, s.iterate(a.pos[i].set, false))
		} else {
			out = s.sets.union(out, a.pos[i].set)
		}
	}
	for i := range a.kw {
		switch {
		case a.kw[i].name == 0:
		case s.Names[a.kw[i].name] == "key":
			within := s.within()
			s.callSet(a.kw[i].set, s.argList(out), Called)
			within()
		case s.Names[a.kw[i].name] == "default":
			out = s.sets.union(out, a.kw[i].set)
		}
	}
	return out, true
}

// hookIterates: the call iterates over its first argument, be it an object of the program; the stub says the rest.
func hookIterates(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	for _, v := range s.sets.values(a.first()) {
		if k := s.objs[v].kind; k == kInst && mode != silent {
			s.iterateOne(v, false)
		}
	}
	return 0, false
}

func hookIter(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	var out Set
	if len(a.pos) == 2 { // iter(read, b""): calls it until it gives that
		o := s.object(kList, s.place(), saltConstructed)
		if r := s.callSet(a.first(), nil, Called); r != 0 {
			s.store(o, keyElem, r)
		}
		return Set(o), true
	}
	for _, v := range s.sets.values(a.first()) {
		if ob := s.objs[v]; ob.kind == kInst {
			if m := s.classMethod(Class(ob.a), v, s.wellKnown.iter); m != 0 {
				out = s.sets.union(out, s.callSet(m, nil, Called))
				continue
			}
		}
		out = s.sets.union(out, Set(v))
	}
	return out, true
}

func hookNext(async bool) hook {
	return func(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
		s.report(x, recv, a, mode)
		var out Set
		for _, v := range s.sets.values(a.first()) {
			if ob := s.objs[v]; ob.kind == kInst {
				n := s.wellKnown.next
				if async {
					n = s.wellKnown.anext
				}
				if m := s.classMethod(Class(ob.a), v, n); m != 0 {
					out = s.sets.union(out, s.callSet(m, nil, Called))
					continue
				}
			}
			out = s.sets.union(out, s.iterateOne(v, async))
		}
		if len(a.pos) > 1 {
			out = s.sets.union(out, a.pos[1].set)
		}
		return out, true
	}
}

func hookEnumerate(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	o, t := s.object(kList, s.place(), 10), s.object(kTuple, s.place(), 11)
	s.store(t, s.intKey(0), Set(s.object(kExtInst, s.extOfEntityOr(s.wellKnown.intClass), 0)))
	s.store(t, s.intKey(1), s.iterate(a.first(), false))
	s.store(o, keyElem, Set(t))
	return Set(o), true
}

func (s *solver) extOfEntityOr(e *knowledge.Entity) uint32 {
	if e == nil {
		return s.extByPath("builtins.int", nil, 0)
	}
	return s.extOfEntity(e)
}

func hookZip(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	o, t := s.object(kList, s.place(), 10), s.object(kTuple, s.place(), 11)
	for i := range a.pos {
		if e := s.iterate(a.pos[i].set, false); a.pos[i].star {
			s.store(t, keyElem, s.iterate(e, false))
		} else {
			s.store(t, s.intKey(i), e)
		}
	}
	s.store(o, keyElem, Set(t))
	return Set(o), true
}

// hookMap calls whichever argument can be called with the elements of the others.
func hookMap(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	b := &callArgs{}
	var fs Set
	for i := range a.pos {
		if s.callable(a.pos[i].set) && fs == 0 {
			fs = a.pos[i].set
			continue
		}
		b.pos = append(b.pos, posArg{set: s.iterate(a.pos[i].set, false)})
	}
	if fs == 0 {
		fs, b.pos = a.first(), b.pos[min(1, len(b.pos)):]
	}
	var r Set
	for _, f := range s.sets.values(fs) {
		how := Called
		if s.op.Flags&facts.FlagDiscarded != 0 { // nobody iterates over it
			how = Made
			if k := s.objs[f].kind; k == kExt || k == kMethod {
				how = silent
			}
		}
		r = s.sets.union(r, s.call(f, b, how))
	}
	o := s.object(kList, s.place(), 10)
	if r != 0 {
		s.store(o, keyElem, r)
	}
	return Set(o), true
}

func hookFilter(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	o := s.object(kList, s.place(), 10)
	if len(a.pos) > 1 {
		e := s.iterate(a.pos[1].set, false)
		s.callSet(a.first(), s.argList(e), Called)
		if e != 0 {
			s.store(o, keyElem, e)
		}
	}
	return Set(o), true
}

func hookDict(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	o := s.object(kDict, s.place(), 10)
	s.updateDict(o, a)
	return Set(o), true
}

// updateDict stores the content of dict(...)'s or update(...)'s arguments.
func (s *solver) updateDict(o Value, a *callArgs) {
	for _, v := range s.sets.values(a.first()) {
		if s.baseKind(v) == kDict {
			s.mergeInto(o, Set(v))
			continue
		}
		for _, t := range s.sets.values(s.iterateOne(v, false)) {
			if k := s.objs[t].kind; k == kTuple || k == kList {
				s.storeKeyed(o, s.loadKey(t, s.intKey(0)), s.loadKey(t, s.intKey(1)))
			}
		}
	}
	for i := range a.kw {
		if a.kw[i].name == 0 {
			s.mergeInto(o, a.kw[i].set)
		} else if a.kw[i].set != 0 {
			s.store(o, uint32(s.object(kStr, uint32(a.kw[i].name), 0)), a.kw[i].set)
		}
	}
}

func hookDefaultDict(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	o := s.object(kDict, s.place(), 10)
	if f := a.first(); f != 0 {
		if r := s.callSet(f, nil, Called); r != 0 {
			s.store(o, keyElem, r)
		}
	}
	if len(a.pos) > 1 {
		s.updateDict(o, &callArgs{pos: a.pos[1:], kw: a.kw})
	}
	return Set(o), true
}

// methodHooks are the methods of builtin containers that move values.
var methodHooks = map[string]hook{
	"builtins.list.append":         storeElem(0),
	"builtins.list.insert":         storeElem(1),
	"builtins.set.add":             storeElem(0),
	"collections.deque.append":     storeElem(0),
	"collections.deque.appendleft": storeElem(0),
	"builtins.list.extend":         storeAll,
	"builtins.set.update":          storeAll,
	"collections.deque.extend":     storeAll,
	"builtins.list.pop":            loadElem,
	"builtins.set.pop":             loadElem,
	"collections.deque.pop":        loadElem,
	"collections.deque.popleft":    loadElem,
	"builtins.list.copy":           same,
	"builtins.dict.copy":           same,
	"builtins.set.copy":            same,
	"builtins.set.union":           same,
	"builtins.dict.get":            dictGet(false),
	"builtins.dict.pop":            dictGet(false),
	"builtins.dict.setdefault":     dictGet(true),
	"builtins.dict.update":         dictUpdate,
	"builtins.dict.values":         dictValues,
	"builtins.dict.items":          dictItems,
	"builtins.dict.keys":           dictKeys,
	"builtins.dict.popitem":        dictItems,
	"types.GeneratorType.__next__": generatorNext,
	"types.GeneratorType.send":     generatorNext,
	"types.GeneratorType.throw":    generatorNext,
}

func storeElem(i int) hook {
	return func(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
		s.report(x, recv, a, mode)
		if recv != 0 && i < len(a.pos) && a.pos[i].set != 0 {
			s.store(recv, keyElem, a.pos[i].set)
		}
		return 0, true
	}
}

func storeAll(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	if e := s.iterate(a.first(), false); recv != 0 && e != 0 {
		s.store(recv, keyElem, e)
	}
	return 0, true
}

func loadElem(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	if s.isContainer(recv) {
		return s.loadItem(recv, a.first()), true
	}
	return 0, true
}

func same(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	return Set(recv), true
}

func dictGet(stores bool) hook {
	return func(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
		s.report(x, recv, a, mode)
		if !s.isContainer(recv) {
			return 0, true
		}
		var def Set
		if len(a.pos) > 1 {
			def = a.pos[1].set
			if stores && def != 0 {
				s.storeKeyed(recv, a.pos[0].set, def)
			}
		}
		return s.sets.union(s.loadItem(recv, a.first()), def), true
	}
}

// dictUpdate is an assignment of keys, and analysed as one: it is no call of something outside the program.
func dictUpdate(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	if s.isContainer(recv) {
		s.updateDict(recv, a)
	}
	return 0, true
}

func dictValues(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	if !s.isContainer(recv) {
		return 0, true
	}
	o := s.object(kList, s.place(), 10)
	if e := s.loadAny(recv); e != 0 {
		s.store(o, keyElem, e)
	}
	return Set(o), true
}

func dictItems(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	if !s.isContainer(recv) {
		return 0, true
	}
	o, t := s.object(kList, s.place(), 10), s.object(kTuple, s.place(), 11)
	s.store(t, s.intKey(0), s.readField(recv, keyKey))
	s.store(t, s.intKey(1), s.loadAny(recv))
	s.store(o, keyElem, Set(t))
	return Set(o), true
}

func dictKeys(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	o := s.object(kList, s.place(), 10)
	if recv != 0 {
		if e := s.iterateOne(recv, false); e != 0 {
			s.store(o, keyElem, e)
		}
	}
	return Set(o), true
}

func generatorNext(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	if recv != 0 && s.objs[recv].kind == kGen {
		return s.iterateOne(recv, false), true
	}
	return 0, true
}
