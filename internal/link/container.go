package link

import "github.com/roadworthy-dev/roadworthy/internal/facts"

// Containers as the analysis keeps them: elements by constant key where that is known, all others together, and views for what
// a container is from a mutation on; and iteration, over containers and over everything else.

// addKey says whether the key is new.
func (s *solver) addKey(o Value, key Value) bool {
	i, ok := s.keyAt.get(pair(uint32(o), 0))
	if !ok {
		i = uint32(len(s.keys))
		s.keys = append(s.keys, nil)
		s.keyAt.put(pair(uint32(o), 0), i)
	}
	for _, k := range s.keys[i] {
		if k == key {
			return false
		}
	}
	s.keys[i] = append(s.keys[i], key)
	return true
}

// ownKeys are the constant keys stored in a container itself, in order of first store.
func (s *solver) ownKeys(o Value) []Value {
	i, _ := s.keyAt.get(pair(uint32(o), 0))
	return s.keys[i]
}

func (s *solver) store(o Value, key uint32, x Set) {
	if key < keyElem && s.addKey(o, Value(key)) && x == 0 && !s.final {
		s.notify(s.field(o, keyAny)) // who asked for the keys has one more
	}
	s.addShared(s.field(o, key), x)
	s.addShared(s.field(o, keyAny), x)
}

func (s *solver) intKey(n int) uint32 { return uint32(s.object(kInt, uint32(n+facts.IntBias), 0)) }

func (s *solver) makeSequence(op *facts.Op) {
	k := kList
	switch op.Code {
	case facts.MakeTuple:
		k = kTuple
	case facts.MakeSet:
		k = kSet
	}
	o := s.object(k, s.place(), 0)
	elems, stars := s.ff.Elems(op)
	known := op.C == 0 // C = 1: a comprehension
	for i, r := range elems {
		x := s.val(facts.Ref(r))
		if i < 32 && stars&(1<<i) != 0 {
			s.addShared(s.field(o, keyElem), s.iterate(x, false))
			s.addShared(s.field(o, keyAny), s.iterate(x, false))
			known = false
			continue
		}
		if x == 0 {
			continue
		}
		if known && i < 40 && k != kSet {
			s.store(o, s.intKey(i), x)
		} else {
			s.store(o, keyElem, x)
		}
	}
	s.set(op.Dst, Set(o))
}

func (s *solver) makeDict(op *facts.Op) {
	o := s.object(kDict, s.place(), 0)
	items := s.ff.Items(op)
	for i := 0; i < len(items); i += 2 {
		key, val := facts.Ref(items[i]), s.val(facts.Ref(items[i+1]))
		if key == 0 { // **value
			s.mergeInto(o, val)
			continue
		}
		if val == 0 && !key.IsVar() {
			continue
		}
		s.storeKeyed(o, s.val(key), val)
	}
	s.set(op.Dst, Set(o))
}

// mergeInto copies the fields of mappings into o: o.update(x).
func (s *solver) mergeInto(o Value, x Set) {
	for _, v := range s.sets.values(x) {
		switch s.objs[v].kind {
		case kDict, kView:
			for _, k := range s.keysOf(v) {
				s.store(o, uint32(k), s.loadKey(v, uint32(k)))
			}
			s.addShared(s.field(o, keyElem), s.readField(v, keyElem))
			s.addShared(s.field(o, keyAny), s.loadAny(v))
		case kExtInst: // {**os.environ}
			s.iterateOne(v, false)
		}
	}
}

func (s *solver) keysOf(o Value) []Value {
	if s.objs[o].kind == kView {
		// Reading the parent's "any" makes this block hear of new keys.
		s.readField(Value(s.objs[o].b), keyAny)
		return append(append([]Value(nil), s.ownKeys(o)...), s.keysOf(Value(s.objs[o].b))...)
	}
	s.readField(o, keyAny)
	return s.ownKeys(o)
}

// length is the number of elements of a sequence as far as their places are known; elements of unknown value have none.
func (s *solver) length(v Value) int {
	n := 0
	for _, k := range s.keysOf(v) {
		if s.objs[k].kind == kInt {
			n = max(n, int(s.objs[k].a)-facts.IntBias+1)
		}
	}
	return n
}

// storeKeyed stores at the constants that a key may be, and at an unknown place where it is none.
func (s *solver) storeKeyed(o Value, key, val Set) {
	known := false
	for _, k := range s.sets.values(key) {
		switch s.objs[k].kind {
		case kStr, kInt, kFunc, kClass:
			s.store(o, uint32(k), val)
			known = true
		default:
			s.addShared(s.field(o, keyKey), Set(k))
		}
	}
	if !known {
		s.store(o, keyElem, val)
	}
}

func (s *solver) loadAny(o Value) Set {
	x := s.readField(o, keyAny)
	if ob := s.objs[o]; ob.kind == kView {
		x = s.sets.union(x, s.loadAny(Value(ob.b)))
	}
	return x
}

// loadKey reads a constant key of a container: what was stored under it, and what was stored under keys that nobody knows.
// Where the latter may be anything, it tells nothing of this key.
func (s *solver) loadKey(o Value, key uint32) Set {
	ob := s.objs[o]
	if ob.kind == kView {
		if x := s.readField(o, key); x != 0 {
			return x // this version has the key, whatever the container had before
		}
		return s.sets.union(s.readField(o, keyElem), s.loadKey(Value(ob.b), key))
	}
	x, other := s.readField(o, key), s.readField(o, keyElem)
	if x != 0 && other == anything {
		return x
	}
	return s.sets.union(x, other)
}

func (s *solver) loadItems(base, key Set) Set {
	var x Set
	for _, v := range s.sets.values(base) {
		x = s.sets.union(x, s.loadItem(v, key))
	}
	return x
}

func (s *solver) loadItem(v Value, key Set) Set {
	ob := s.objs[v]
	switch ob.kind {
	case kList, kTuple, kDict, kView:
		return s.loadElements(v, key)
	case kInst:
		if s.isTypedDict(Class(ob.a)) {
			var x Set
			for _, k := range s.sets.values(key) {
				if s.objs[k].kind == kStr {
					x = s.sets.union(x, s.instanceAttr(v, Class(ob.a), Sym(s.objs[k].a)))
				}
			}
			return x
		}
		if m := s.classMethod(Class(ob.a), v, s.wellKnown.getitem); m != 0 {
			return s.callSet(m, s.argList(key), Called)
		}
		return s.loadElements(v, key)
	case kClass:
		return Set(v) // Generic[T]: the class itself
	case kExtInst, kMethod, kResult:
		if x := s.callMethod(v, s.wellKnown.getitem, s.argList(key)); x != 0 {
			return x
		}
		return s.loadElements(v, key)
	case kExt:
		return s.extItem(v, key)
	}
	return 0
}

// isTypedDict: the class's fields are the keys of a dict.
func (s *solver) isTypedDict(c Class) bool {
	for _, b := range s.mro(c) {
		if b.ext != 0 && (s.exts[b.ext].path == "typing.TypedDict" || s.exts[b.ext].path == "typing_extensions.TypedDict") {
			return true
		}
	}
	return false
}

func (s *solver) loadElements(v Value, key Set) Set {
	var x Set
	known := false
	for _, k := range s.sets.values(key) {
		switch s.objs[k].kind {
		case kInt:
			n := int(s.objs[k].a) - facts.IntBias
			if n < 0 {
				if ks := s.keysOf(v); len(ks) > 0 && s.readField(v, keyElem) == 0 && len(ks)+n >= 0 {
					x = s.sets.union(x, s.loadKey(v, s.intKey(len(ks)+n)))
				} else {
					x = s.sets.union(x, s.loadAny(v))
				}
				known = true
				continue
			}
			fallthrough
		case kStr, kFunc, kClass:
			x = s.sets.union(x, s.loadKey(v, uint32(k)))
			known = true
		}
	}
	if !known {
		return s.loadAny(v)
	}
	return x
}

func (s *solver) storeItems(op *facts.Op) {
	base, val := s.val(facts.Ref(op.A)), s.val(facts.Ref(op.C))
	var key Set
	if op.B != 0 {
		key = s.val(facts.Ref(op.B))
	}
	var out Set
	for _, v := range s.sets.values(base) {
		ob := s.objs[v]
		switch ob.kind {
		case kList, kDict, kTuple, kView:
			if op.Flags&facts.FlagGlobalRoot == 0 {
				s.mutated(v)
			}
			if op.B == 0 {
				s.store(v, keyElem, s.iterate(val, false))
				break
			}
			if op.Dst != 0 {
				view := s.view(v)
				s.storeKeyed(view, key, val)
				out = s.sets.union(out, Set(view))
			}
			s.storeKeyed(v, key, val)
			if root := s.root(v); root != v { // who else holds it
				s.storeKeyed(root, key, val)
			}
			continue
		case kInst:
			if m := s.classMethod(Class(ob.a), v, s.wellKnown.setitem); m != 0 {
				s.callSet(m, s.argList(key, val), Called)
			} else {
				s.store(v, keyElem, val)
			}
		case kExtInst, kMethod:
			s.callMethod(v, s.wellKnown.setitem, s.argList(key, val))
			s.storeKeyed(v, key, val)
		}
		out = s.sets.union(out, Set(v))
	}
	s.set(op.Dst, out)
	if op.Dst != 0 && out == 0 {
		s.set(op.Dst, base)
	}
}

// view is a later version of a container, made here. A version of a version made here is the same one.
func (s *solver) view(v Value) Value {
	place := s.place()
	depth := 0
	for x := v; s.objs[x].kind == kView; x = Value(s.objs[x].b) {
		if depth++; s.objs[x].a == place || depth > 30 {
			return x
		}
	}
	return s.object(kView, place, uint32(v))
}

// root is the container that a view is a later version of.
func (s *solver) root(v Value) Value {
	for s.objs[v].kind == kView {
		v = Value(s.objs[v].b)
	}
	return v
}

func (s *solver) delete(op *facts.Op) {
	if op.B != 0 {
		s.deleteAttr(s.val(facts.Ref(op.A)), s.symbol(s.fileOf, op.B))
		return
	}
	key := s.val(facts.Ref(op.C))
	for _, v := range s.sets.values(s.val(facts.Ref(op.A))) {
		switch ob := s.objs[v]; ob.kind {
		case kInst:
			if m := s.classMethod(Class(ob.a), v, s.wellKnown.delitem); m != 0 {
				s.callSet(m, s.argList(key), Called)
			}
		case kExtInst:
			s.callMethod(v, s.wellKnown.delitem, s.argList(key))
		}
	}
}

// slice of a list whose bounds are known is a new list with the elements moved; otherwise it is the list.
func (s *solver) slice(op *facts.Op) Set {
	var out Set
	bound := func(r facts.Ref, missing int) (int, bool) {
		if r == 0 {
			return missing, true
		}
		n, ok := r.Int()
		return n, ok && n >= 0
	}
	lo, ok1 := bound(facts.Ref(op.B), 0)
	hi, ok2 := bound(facts.Ref(op.C), 40)
	for _, v := range s.sets.values(s.val(facts.Ref(op.A))) {
		switch s.objs[v].kind {
		case kList, kTuple, kView:
			o := s.object(kList, s.place(), 0)
			if ok1 && ok2 && s.readField(v, keyElem) == 0 {
				n := len(s.keysOf(v))
				for i := lo; i < hi && i < n; i++ {
					s.store(o, s.intKey(i-lo), s.loadKey(v, s.intKey(i)))
				}
			} else {
				s.store(o, keyElem, s.loadAny(v))
			}
			out = s.sets.union(out, Set(o))
		default:
			if s.isQuerySet(v) && !facts.Ref(op.B).Is(facts.ConstEllipsis) { // a slice without a step is a query still
				out = s.sets.union(out, Set(v))
				continue
			}
			out = s.sets.union(out, s.loadItem(v, 0))
			if k := s.objs[v].kind; k == kStr || k == kExtInst {
				out = s.sets.union(out, Set(v))
			}
		}
	}
	return out
}

func (s *solver) unpack(op *facts.Op) {
	pos := int(op.C) - facts.IntBias
	n := int(op.B)
	var out Set
	for _, v := range s.sets.values(s.val(facts.Ref(op.A))) {
		switch s.objs[v].kind {
		case kList, kTuple, kView:
			if s.readField(v, keyElem) != 0 {
				x := s.loadAny(v)
				if op.Flags&facts.FlagStar != 0 {
					o := s.object(kList, s.place(), 0)
					s.store(o, keyElem, x)
					x = Set(o)
				} else if pos >= 0 {
					x = s.loadKey(v, s.intKey(pos))
				}
				out = s.sets.union(out, x)
				continue
			}
			have := s.length(v)
			if op.Flags&facts.FlagStar != 0 {
				o := s.object(kList, s.place(), 0)
				for i := pos; i < have-(n-1-pos); i++ {
					s.store(o, s.intKey(i-pos), s.loadKey(v, s.intKey(i)))
				}
				out = s.sets.union(out, Set(o))
				continue
			}
			at := pos
			if at < 0 {
				at += have
			}
			out = s.sets.union(out, s.loadKey(v, s.intKey(at)))
		default:
			out = s.sets.union(out, s.iterateOne(v, false))
		}
	}
	s.set(op.Dst, out)
}

// iterate is what a for loop over x binds.
func (s *solver) iterate(x Set, async bool) Set {
	var out Set
	for _, v := range s.sets.values(x) {
		out = s.sets.union(out, s.iterateOne(v, async))
	}
	return out
}

func (s *solver) iterateOne(v Value, async bool) Set {
	if !s.descend() {
		return 0
	}
	out := s.elementsOf(v, async)
	s.depth--
	return out
}

func (s *solver) elementsOf(v Value, async bool) Set {
	ob := s.objs[v]
	switch ob.kind {
	case kList, kTuple, kSet:
		return s.loadAny(v)
	case kView:
		if s.baseKind(v) != kDict {
			return s.loadAny(v)
		}
		return s.readField(v, keyKey)
	case kDict:
		var out Set
		for _, k := range s.keysOf(v) {
			if s.objs[k].kind != kStr && s.objs[k].kind != kInt {
				out = s.sets.union(out, Set(k))
			}
		}
		return s.sets.union(out, s.readField(v, keyKey))
	case kGen:
		s.edge(Consumed, Instance(ob.a), v)
		return s.yields(Instance(ob.a))
	case kCoro: // what __await__ of a coroutine gives
		s.edge(Called, Instance(ob.a), v)
		return s.result(Instance(ob.a))
	case kInst:
		c := Class(ob.a)
		name, next := s.wellKnown.iter, s.wellKnown.next
		if async {
			name, next = s.wellKnown.aiter, s.wellKnown.anext
		}
		if m := s.classMethod(c, v, name); m != 0 {
			var out Set
			for _, it := range s.sets.values(s.callSet(m, nil, Called)) {
				if s.objs[it].kind == kInst {
					if n := s.classMethod(Class(s.objs[it].a), it, next); n != 0 {
						r := s.callSet(n, nil, Called)
						if async {
							r = s.await(r, Called)
						}
						out = s.sets.union(out, r)
						continue
					}
				}
				if it != v {
					out = s.sets.union(out, s.iterateOne(it, async))
				}
			}
			return out
		}
		if m := s.classMethod(c, v, s.wellKnown.getitem); m != 0 {
			return s.callSet(m, nil, Called)
		}
		return s.readField(v, keyElem)
	case kExtInst, kResult, kExtGen, kMade:
		return s.iterateLibrary(v, async)
	case kClass: // an Enum's members
		return Set(s.object(kInst, ob.a, 0))
	}
	return 0
}

func (s *solver) baseKind(v Value) kind {
	return s.objs[s.root(v)].kind
}

func (s *solver) isContainer(v Value) bool {
	if v == 0 {
		return false
	}
	switch s.objs[v].kind {
	case kList, kTuple, kSet, kDict, kView:
		return true
	}
	return false
}
