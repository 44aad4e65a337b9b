package parser

import (
	"encoding/binary"
	"unsafe"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// interner maps spellings to symbols. It is an open-addressed table with linear probing, cleared by a generation
// number: an entry of an older file counts as free. Entries of known symbols have generation 0 and are in the table
// before any other, so no probe for them ever crosses a freed slot.
type interner struct {
	entries []entry
	mask    uint32
	used    int // entries of this generation
	gen     uint32
	names   []string
}

type entry struct {
	key uint64 // the spelling itself up to 8 bytes, a mix of its ends and length beyond
	gen uint32
	sym ast.Sym
}

const knownGen = 1

func (t *interner) init(size int) {
	t.entries = make([]entry, size)
	t.mask = uint32(size - 1)
	if t.gen == 0 {
		t.gen = knownGen
		t.names = make([]string, ast.FirstFree, 1024)
	}
	copy(t.names, ast.Known[:])
	for s := ast.Sym(1); s < ast.FirstFree; s++ {
		t.place(keyOf(ast.Known[s]), knownGen, s)
	}
}

// reset forgets the names of the last file.
func (t *interner) reset() {
	if t.entries == nil {
		t.init(4096)
	}
	t.gen++
	if t.gen < knownGen {
		t.gen = 0
		t.init(len(t.entries))
		t.gen++
	}
	clear(t.names[ast.FirstFree:])
	t.names = t.names[:ast.FirstFree]
	t.used = 0
}

func (t *interner) place(key uint64, gen uint32, sym ast.Sym) {
	i := slot(key) & t.mask
	for e := &t.entries[i]; e.gen == knownGen || e.gen == t.gen; e = &t.entries[i] {
		i = (i + 1) & t.mask
	}
	t.entries[i] = entry{key, gen, sym}
}

func slot(key uint64) uint32 { return uint32((key * 0x9E3779B97F4A7C15) >> 40) }

// keyOf is the slow path's key; ident computes the same from padded source bytes.
func keyOf(s string) uint64 {
	var b [8]byte
	if len(s) <= 8 {
		copy(b[:], s)
		return binary.LittleEndian.Uint64(b[:])
	}
	copy(b[:], s)
	head := binary.LittleEndian.Uint64(b[:])
	copy(b[:], s[len(s)-8:])
	return longKey(head, binary.LittleEndian.Uint64(b[:]), len(s))
}

func longKey(head, tail uint64, n int) uint64 {
	return (head ^ tail*0xff51afd7ed558ccd) + uint64(n)*0x9E3779B97F4A7C15 | 1<<63
}

// bytes interns src[start:end]; src is padded, so eight bytes can be read at start.
func (t *interner) bytes(src []byte, start, end int) ast.Sym {
	n := end - start
	key := binary.LittleEndian.Uint64(src[start:])
	if n < 8 {
		key &= 1<<(uint(n)*8) - 1
	} else if n > 8 {
		key = longKey(key, binary.LittleEndian.Uint64(src[end-8:]), n)
	}
	i := slot(key) & t.mask
	for {
		e := &t.entries[i]
		if e.key == key && (e.gen == t.gen || e.gen == knownGen) {
			if n <= 8 && key>>63 == 0 || t.names[e.sym] == unsafe.String(&src[start], n) {
				return e.sym
			}
		} else if e.gen != t.gen && e.gen != knownGen {
			sym := t.add(unsafe.String(&src[start], n))
			*e = entry{key, t.gen, sym}
			t.grown()
			return sym
		}
		i = (i + 1) & t.mask
	}
}

// string interns a spelling that does not lie in the source.
func (t *interner) string(s string) ast.Sym {
	key := keyOf(s)
	i := slot(key) & t.mask
	for {
		e := &t.entries[i]
		if e.gen != t.gen && e.gen != knownGen {
			sym := t.add(s)
			*e = entry{key, t.gen, sym}
			t.grown()
			return sym
		}
		if e.key == key && t.names[e.sym] == s {
			return e.sym
		}
		i = (i + 1) & t.mask
	}
}

func (t *interner) add(s string) ast.Sym {
	t.names = append(t.names, s)
	t.used++
	return ast.Sym(len(t.names) - 1)
}

func (t *interner) grown() {
	if t.used*2 < len(t.entries) {
		return
	}
	t.init(len(t.entries) * 4)
	for s := ast.FirstFree; int(s) < len(t.names); s++ {
		t.place(keyOf(t.names[s]), t.gen, s)
	}
}
