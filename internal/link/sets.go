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

// anything is the set with too many values, a value of its own that values never gives.
const anything = Set(1)

type sets struct {
	many   [][]Value
	hash   []uint32 // open addressing over many; 0 is empty, else index+1
	unions []unionEntry
	single []Value // single[i] == i, so that a singleton can be given as a slice
	isLit  func(Value) bool
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

func (s *sets) contains(x Set, v Value) bool {
	if x < setBit {
		return Value(x) == v && v != 0
	}
	_, ok := slices.BinarySearch(s.many[x-setBit], v)
	return ok
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
// key or attribute.
const maxLiterals = 12

func (s *sets) merge(a, b Set) Set {
	var buf [2 * maxSet]Value
	x, y := s.values(a), s.values(b)
	// values may grow s.single; take both again so that neither slice is stale.
	x = s.values(a)
	out := buf[:0]
	i, j := 0, 0
	lits := 0
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
		if s.isLit(v) {
			if lits++; lits > maxLiterals {
				continue
			}
		}
		if len(out) == maxSet {
			return anything
		}
		out = append(out, v)
	}
	return s.intern(out)
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
	keys []uint64
	vals []uint32
	n    int
}

func newTable(size int) *table {
	n := 16
	for n < size*2 {
		n *= 2
	}
	return &table{keys: make([]uint64, n), vals: make([]uint32, n)}
}

func pair(a, b uint32) uint64 { return (uint64(a)<<32 | uint64(b)) + 1 }

func mix(k uint64) uint64 {
	k *= 0x9e3779b97f4a7c15
	return k ^ k>>29
}

func (t *table) get(k uint64) (uint32, bool) {
	mask := uint64(len(t.keys) - 1)
	for i := mix(k) & mask; ; i = (i + 1) & mask {
		switch t.keys[i] {
		case k:
			return t.vals[i], true
		case 0:
			return 0, false
		}
	}
}

func (t *table) put(k uint64, v uint32) {
	if t.n*2 >= len(t.keys) {
		old := *t
		t.keys, t.vals, t.n = make([]uint64, 2*len(old.keys)), make([]uint32, 2*len(old.keys)), 0
		for i, k := range old.keys {
			if k != 0 {
				t.insert(k, old.vals[i])
			}
		}
	}
	t.insert(k, v)
}

func (t *table) insert(k uint64, v uint32) {
	mask := uint64(len(t.keys) - 1)
	i := mix(k) & mask
	for t.keys[i] != 0 && t.keys[i] != k {
		i = (i + 1) & mask
	}
	if t.keys[i] == 0 {
		t.n++
	}
	t.keys[i], t.vals[i] = k, v
}
