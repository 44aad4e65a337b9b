package cpython

// A frame that has called another stands on an instruction that can call: that is how a copy is caught in which a caller has gone on but
// its callee has not yet gone (or the other way round), although both frames look whole by themselves. A `for` over a list cannot have
// a function above it, and what a function call leads to is never a suspended generator.
//
// Only calls that the interpreter makes by itself are judged so: native code between two frames may have called from anywhere.

// A site is what an instruction can have above it.
type site byte

const (
	siteNone site = iota
	siteCall      // a function
	siteGen       // a generator or coroutine
	siteAny       // instrumented, or replaced by compiled code: not told
)

// A siteTable says for every opcode, specialised ones too, what it can have above it; to 3.12, where a frame that has called keeps the
// address of the last cache entry of its instruction, also how many entries that are.
type siteTable struct {
	kind  [256]site
	after [256]uint8
}

type opcodes struct {
	kind     site
	after    uint8
	from, to int // inclusive
}

// The numbers are those of the `opcode` and `_opcode_metadata` modules of each version: the families of CALL, CALL_KW, CALL_FUNCTION_EX,
// LOAD_ATTR (a property), BINARY_SUBSCR and later BINARY_OP (`__getitem__`); those of FOR_ITER and SEND; and, as not told, INSTRUMENTED_*,
// ENTER_EXECUTOR, EXIT_INIT_CHECK (the frame that a class puts below `__init__`), GET_ITER of 3.15.
var siteTables = map[int]siteTable{
	11: sites([]opcodes{{siteCall, 0, 142, 142}, {siteCall, 4, 17, 25}, {siteCall, 4, 39, 43}, {siteCall, 4, 171, 171}, {siteGen, 0, 93, 93}, {siteGen, 0, 123, 123}, {siteAny, 0, 68, 68}}),
	12: sites([]opcodes{{siteCall, 0, 142, 142}, {siteCall, 1, 19, 22}, {siteCall, 1, 25, 25}, {siteCall, 3, 23, 24}, {siteCall, 3, 28, 29}, {siteCall, 3, 34, 34},
		{siteCall, 3, 38, 48}, {siteCall, 3, 56, 56}, {siteCall, 3, 171, 171}, {siteCall, 9, 70, 82}, {siteCall, 9, 106, 106},
		{siteGen, 1, 62, 65}, {siteGen, 1, 93, 93}, {siteGen, 1, 123, 123}, {siteGen, 1, 168, 168}, {siteAny, 0, 17, 17}, {siteAny, 0, 68, 68}, {siteAny, 0, 237, 254}}),
	13: sites([]opcodes{{siteCall, 0, 5, 5}, {siteCall, 0, 53, 54}, {siteCall, 0, 57, 57}, {siteCall, 0, 82, 82}, {siteCall, 0, 157, 181}, {siteCall, 0, 191, 202},
		{siteGen, 0, 72, 72}, {siteGen, 0, 104, 104}, {siteGen, 0, 187, 190}, {siteGen, 0, 208, 208}, {siteAny, 0, 13, 13}, {siteAny, 0, 17, 17}, {siteAny, 0, 70, 70}, {siteAny, 0, 236, 254}}),
	14: sites([]opcodes{{siteCall, 0, 4, 4}, {siteCall, 0, 44, 44}, {siteCall, 0, 52, 52}, {siteCall, 0, 55, 55}, {siteCall, 0, 80, 80}, {siteCall, 0, 132, 165}, {siteCall, 0, 177, 189},
		{siteGen, 0, 70, 70}, {siteGen, 0, 106, 106}, {siteGen, 0, 171, 174}, {siteGen, 0, 197, 197}, {siteAny, 0, 11, 11}, {siteAny, 0, 17, 17}, {siteAny, 0, 234, 255}}),
	15: sites([]opcodes{{siteCall, 0, 4, 4}, {siteCall, 0, 42, 42}, {siteCall, 0, 50, 50}, {siteCall, 0, 53, 53}, {siteCall, 0, 79, 79}, {siteCall, 0, 132, 168}, {siteCall, 0, 183, 195},
		{siteGen, 0, 68, 68}, {siteGen, 0, 105, 105}, {siteGen, 0, 174, 178}, {siteGen, 0, 202, 204}, {siteAny, 0, 11, 11}, {siteAny, 0, 17, 17}, {siteAny, 0, 70, 70}, {siteAny, 0, 233, 254}}),
}

func sites(all []opcodes) (t siteTable) {
	for _, o := range all {
		for op := o.from; op <= o.to; op++ {
			t.kind[op], t.after[op] = o.kind, o.after
		}
	}
	return t
}

// siteWindow is how far before the kept address an instruction can start, in bytes: nine cache entries of two bytes.
const siteWindow = 18

// site says what a frame of a code object that stands at an address can have above it. Instructions are specialised while a program runs,
// but only within their family, so the answer is kept.
func (t *Target) site(code *Code, unit, ip uint64) site {
	if s, ok := code.sites[unit]; ok {
		return s
	}
	var b [siteWindow + 2]byte
	if err := t.copy(Segment{ip - siteWindow, b[:]}); err != nil {
		return siteAny
	}
	s := t.siteIn(b[:])
	if code.sites == nil {
		code.sites = map[uint64]site{}
	}
	code.sites[unit] = s
	return s
}

// siteIn looks for the instruction that ends a window. A cache entry may look like an opcode: where two readings differ, neither is taken.
func (t *Target) siteIn(window []byte) site {
	table := &t.siteTable
	found := siteNone
	for after := 0; after <= siteWindow/2; after++ {
		op := window[siteWindow-2*after]
		k := table.kind[op]
		if k == siteAny || k != siteNone && int(table.after[op]) == after {
			if found != siteNone && found != k {
				return siteAny
			}
			found = k
		}
		if t.Version.Minor >= 13 {
			break // the address is the instruction's own
		}
	}
	return found
}

// fits says whether a callee can stand above a site.
func (s site) fits(generator bool) bool {
	return s == siteAny || generator && s == siteGen || !generator && s == siteCall
}
