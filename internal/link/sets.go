package link

import "slices"

// Value is an abstract value: an index into solver.objs. 0 is none.
type Value uint32

// Set is a set of values: 0 is empty, below setBit it is the one Value it contains, else an index into sets.many.
// Equal sets have equal numbers, so a change is seen by comparing.
type Set uint32

const setBit = 1 << 31

// maxSet bounds a set: what has more meanings than this has none that a person could follow. Such a set becomes anything,
// of which nothing is known: it has no values, and stays so. This is also what keeps the analysis near linear: a
// container through which half of the program passes would otherwise carry everything everywhere.
const maxSet = 20

// maxCallables bounds a set of functions, methods and classes only: a table of commands or handlers may well have more than
// maxSet, and each of them is called.
const maxCallables = 100

// anything is the set with too many values, a value of its own that values never gives.
const anything = Set(1)

type sets struct {
	many       [][]Value
	hash       []uint32 // open addressing over many; 0 is empty, else index+1
	unions     []unionEntry
	single     []Value // single[i] == i, so that a singleton can be given as a slice
	isLit      func(Value) bool
	isCallable func(Value) bool
	anyStr     Value // a string of unknown value: what many literals become
}

type unionEntry struct {
	a, b, r Set
}

func newSets() *sets {
	return &sets{hash: make([]uint32, 1<<12), unions: make([]unionEntry, 1<<15)}
}

// values is the content of a set; it must not be changed.
func (s *sets) values(x Set) []Value {
	switch {
	case x <= anything:
		return nil
	case x < setBit:
		for int(x) >= len(s.single) {
			s.single = append(s.single, Value(len(s.single)))
		}
		return s.single[x : x+1]
	}
	return s.many[x-setBit]
}

func (s *sets) union(a, b Set) Set {
	if a == b || b == 0 {
		return a
	}
	if a == 0 {
		return b
	}
	if a > b {
		a, b = b, a
	}
	if a == anything {
		return a
	}
	h := (uint32(a)*0x9e3779b1 ^ uint32(b)*0x85ebca6b) >> 17
	e := &s.unions[h&uint32(len(s.unions)-1)]
	if e.a == a && e.b == b {
		return e.r
	}
	r := s.merge(a, b)
	*e = unionEntry{a, b, r}
	return r
}

// maxLiterals is the number of different literals a set keeps; a name that can be one of more strings is no use as a
// key or attribute, and becomes just a string.
const maxLiterals = 4

func (s *sets) merge(a, b Set) Set {
	var buf [2 * maxSet]Value
	x, y := s.values(a), s.values(b)
	// values may grow s.single; take both again so that neither slice is stale.
	x = s.values(a)
	out := buf[:0]
	i, j := 0, 0
	lits, dropped := 0, false
	for i < len(x) || j < len(y) {
		var v Value
		switch {
		case j == len(y) || i < len(x) && x[i] < y[j]:
			v = x[i]
			i++
		case i == len(x) || y[j] < x[i]:
			v = y[j]
			j++
		default:
			v = x[i]
			i++
			j++
		}
		if v == s.anyStr {
			dropped = true
		}
		if len(out) >= maxSet && (len(out) == maxCallables || !s.isCallable(v) || len(out) == maxSet && !s.allCallable(out)) {
			return anything
		}
		if s.isLit(v) {
			lits++
		}
		out = append(out, v)
	}
	if lits > maxLiterals || dropped && lits > 0 {
		kept := out[:0]
		for _, v := range out {
			if !s.isLit(v) && v != s.anyStr {
				kept = append(kept, v)
			}
		}
		out = kept
		if s.anyStr != 0 {
			at, _ := slices.BinarySearch(out, s.anyStr)
			out = slices.Insert(out, at, s.anyStr)
		}
	}
	return s.intern(out)
}

func (s *sets) allCallable(v []Value) bool {
	return !slices.ContainsFunc(v, func(x Value) bool { return !s.isCallable(x) })
}

func (s *sets) intern(v []Value) Set {
	switch len(v) {
	case 0:
		return 0
	case 1:
		return Set(v[0])
	}
	h := hashValues(v)
	mask := uint32(len(s.hash) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		k := s.hash[i]
		if k == 0 {
			s.many = append(s.many, slices.Clone(v))
			s.hash[i] = uint32(len(s.many))
			if len(s.many)*2 > len(s.hash) {
				s.grow()
			}
			return Set(setBit + len(s.many) - 1)
		}
		if slices.Equal(s.many[k-1], v) {
			return Set(setBit + k - 1)
		}
	}
}

func (s *sets) grow() {
	s.hash = make([]uint32, 2*len(s.hash))
	mask := uint32(len(s.hash) - 1)
	for n, v := range s.many {
		i := hashValues(v) & mask
		for s.hash[i] != 0 {
			i = (i + 1) & mask
		}
		s.hash[i] = uint32(n + 1)
	}
}

func hashValues(v []Value) uint32 {
	h := uint32(2166136261)
	for _, x := range v {
		h = (h ^ uint32(x)) * 16777619
		h ^= h >> 15
	}
	return h
}

// table is a hash table from pairs of numbers to a number, without deletion. The zero key is not used.
type table struct {
	slots []slot
	n     int
}

type slot struct {
	key uint64
	val uint32
}

func newTable(size int) *table {
	n := 16
	for n < size*2 {
		n *= 2
	}
	return &table{slots: make([]slot, n)}
}

func pair(a, b uint32) uint64 { return (uint64(a)<<32 | uint64(b)) + 1 }

// mix spreads a key over all bits (the finalizer of MurmurHash3, public domain): keys are pairs whose halves are small
// and regular, so that anything weaker makes long runs in the table.
func mix(k uint64) uint64 {
	k ^= k >> 33
	k *= 0xff51afd7ed558ccd
	k ^= k >> 33
	k *= 0xc4ceb9fe1a85ec53
	return k ^ k>>33
}

func (t *table) get(k uint64) (uint32, bool) {
	mask := uint64(len(t.slots) - 1)
	for i := mix(k) & mask; ; i = (i + 1) & mask {
		switch s := &t.slots[i]; s.key {
		case k:
			return s.val, true
		case 0:
			return 0, false
		}
	}
}

func (t *table) put(k uint64, v uint32) {
	if t.n*4 >= len(t.slots)*3 {
		old := t.slots
		t.slots, t.n = make([]slot, 2*len(old)), 0
		for i := range old {
			if old[i].key != 0 {
				t.insert(old[i].key, old[i].val)
			}
		}
	}
	t.insert(k, v)
}

func (t *table) insert(k uint64, v uint32) {
	mask := uint64(len(t.slots) - 1)
	i := mix(k) & mask
	for t.slots[i].key != 0 && t.slots[i].key != k {
		i = (i + 1) & mask
	}
	if t.slots[i].key == 0 {
		t.n++
	}
	t.slots[i] = slot{k, v}
}
