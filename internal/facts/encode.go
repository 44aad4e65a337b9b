package facts

import (
	"encoding/binary"
	"errors"
	"runtime"
	"unsafe"
)

// The encoded form of facts is their memory: arrays of fixed-size records follow each other as they are, aligned to four
// bytes, so that reading them back is a matter of pointing into the buffer. It is for a cache on the same machine only;
// Format says what it depends on beside Version.

// Layout names the layout of encoded facts: a cache entry with another one cannot be read.
var Layout = runtime.GOARCH

// ErrDamaged says that a buffer does not hold facts.
var ErrDamaged = errors.New("damaged facts")

type encoder struct{ b []byte }

func (e *encoder) u32(n uint32) { e.b = binary.LittleEndian.AppendUint32(e.b, n) }

// raw appends a slice of records without pointers.
func raw[T any](e *encoder, s []T) {
	e.u32(uint32(len(s)))
	if len(s) > 0 {
		e.b = append(e.b, unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))...)
		for len(e.b)%4 != 0 {
			e.b = append(e.b, 0)
		}
	}
}

// Append encodes f at the end of dst, which must be aligned to four bytes.
func (f *File) Append(dst []byte) []byte {
	e := &encoder{dst}
	lens := make([]uint32, len(f.Strings))
	var text []byte
	for i, s := range f.Strings {
		lens[i] = uint32(len(s))
		text = append(text, s...)
	}
	raw(e, lens)
	raw(e, text)
	e.u32(f.NLocal)
	e.u32(f.NShared)
	e.u32(f.Size)
	raw(e, f.Owner)
	raw(e, f.Ops)
	raw(e, f.Extra)
	raw(e, f.Ctxs)
	raw(e, f.Branches)
	raw(e, f.Imports)
	raw(e, f.Globals)
	raw(e, f.All)
	raw(e, []bool{f.HasAll})
	raw(e, f.Unbound)
	raw(e, f.Waivers)
	raw(e, f.Lines)
	raw(e, f.Cells)
	raw(e, f.Notebook)
	e.u32(uint32(len(f.Funcs)))
	for i := range f.Funcs {
		fn := f.Funcs[i]
		params, decorators := fn.Params, fn.Decorators
		fn.Params, fn.Decorators = nil, nil
		raw(e, []Func{fn})
		raw(e, params)
		raw(e, decorators)
	}
	e.u32(uint32(len(f.Classes)))
	for i := range f.Classes {
		c := f.Classes[i]
		d := c
		d.Bases, d.Keywords, d.Members, d.Fields, d.Decorators = nil, nil, nil, nil, nil
		raw(e, []Class{d})
		raw(e, c.Bases)
		raw(e, c.Keywords)
		raw(e, c.Members)
		raw(e, c.Fields)
		raw(e, c.Decorators)
	}
	e.u32(uint32(len(f.Tries)))
	for i := range f.Tries {
		t := f.Tries[i]
		h := t.Handlers
		t.Handlers = nil
		raw(e, []Try{t})
		raw(e, h)
	}
	e.u32(uint32(len(f.Faults)))
	for i := range f.Faults {
		fa := &f.Faults[i]
		raw(e, []uint32{fa.Span.Start, fa.Span.End, uint32(fa.Kind), fa.Line, fa.Cell})
		raw(e, []byte(fa.Message))
	}
	return e.b
}

type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) u32() uint32 {
	if len(d.b) < 4 {
		d.bad = true
		return 0
	}
	n := binary.LittleEndian.Uint32(d.b)
	d.b = d.b[4:]
	return n
}

// unraw points a slice into the buffer. Records with pointers must have been written with nil in their place.
func unraw[T any](d *decoder) []T {
	n := int(d.u32())
	var zero T
	size := n * int(unsafe.Sizeof(zero))
	padded := (size + 3) &^ 3
	if d.bad || n < 0 || size < 0 || padded > len(d.b) {
		d.bad = true
		return nil
	}
	if n == 0 {
		return nil
	}
	s := unsafe.Slice((*T)(unsafe.Pointer(&d.b[0])), n)
	d.b = d.b[padded:]
	return s[:n:n]
}

// one copies a single record with pointers out of the buffer, whose alignment would not do for them.
func one[T any](d *decoder) (v T) {
	if d.u32() != 1 || int(unsafe.Sizeof(v)) > len(d.b) {
		d.bad = true
		return v
	}
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&v)), unsafe.Sizeof(v)), d.b)
	d.b = d.b[(int(unsafe.Sizeof(v))+3)&^3:]
	return v
}

// Decode reads facts that Append wrote. The result points into b, which must be aligned to four bytes and must not
// change while the facts are used. The caller has made sure, by a checksum, that b is what Append wrote.
func Decode(b []byte) (*File, error) {
	d := &decoder{b: b}
	f := &File{}
	lens := unraw[uint32](d)
	text := unraw[byte](d)
	f.Strings = make([]string, len(lens))
	at := 0
	for i, n := range lens {
		if at+int(n) > len(text) {
			return nil, ErrDamaged
		}
		if n > 0 {
			f.Strings[i] = unsafe.String(&text[at], int(n))
		}
		at += int(n)
	}
	f.NLocal, f.NShared, f.Size = d.u32(), d.u32(), d.u32()
	f.Owner = unraw[uint32](d)
	f.Ops = unraw[Op](d)
	f.Extra = unraw[uint32](d)
	f.Ctxs = unraw[Ctx](d)
	f.Branches = unraw[Branch](d)
	f.Imports = unraw[Import](d)
	f.Globals = unraw[NamedRef](d)
	f.All = unraw[Str](d)
	if h := unraw[bool](d); len(h) == 1 {
		f.HasAll = h[0]
	}
	f.Unbound = unraw[Read](d)
	f.Waivers = unraw[Waiver](d)
	f.Lines = unraw[uint32](d)
	f.Cells = unraw[[2]int32](d)
	f.Notebook = unraw[Cell](d)
	if n := int(d.u32()); !d.bad && n <= len(b) {
		f.Funcs = make([]Func, n)
		for i := range f.Funcs {
			f.Funcs[i] = one[Func](d)
			f.Funcs[i].Params = unraw[Param](d)
			f.Funcs[i].Decorators = unraw[Decorator](d)
		}
	}
	if n := int(d.u32()); !d.bad && n <= len(b) {
		f.Classes = make([]Class, n)
		for i := range f.Classes {
			c := one[Class](d)
			c.Bases = unraw[Ref](d)
			c.Keywords = unraw[NamedRef](d)
			c.Members = unraw[NamedRef](d)
			c.Fields = unraw[Field](d)
			c.Decorators = unraw[Decorator](d)
			f.Classes[i] = c
		}
	}
	if n := int(d.u32()); !d.bad && n <= len(b) {
		f.Tries = make([]Try, n)
		for i := range f.Tries {
			t := one[Try](d)
			t.Handlers = unraw[Handler](d)
			f.Tries[i] = t
		}
	}
	if n := int(d.u32()); !d.bad && n <= len(b) {
		for range n {
			p := unraw[uint32](d)
			m := unraw[byte](d)
			if len(p) != 5 {
				return nil, ErrDamaged
			}
			fa := Fault{Message: string(m), Kind: uint8(p[2]), Line: p[3], Cell: p[4]}
			fa.Span.Start, fa.Span.End = p[0], p[1]
			f.Faults = append(f.Faults, fa)
		}
	}
	if d.bad || len(f.Funcs) == 0 || len(f.Strings) == 0 {
		return nil, ErrDamaged
	}
	return f, nil
}
