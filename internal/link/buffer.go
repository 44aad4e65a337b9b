package link

import (
	"slices"
	"strings"
)

// Files that are none: io.BytesIO and io.StringIO, and the archives and compressed streams made over one. What a library
// does with such a file reads and writes memory.

// streams are the modules whose objects read and write what they were made from.
var streams = []string{"bz2", "gzip", "io", "lzma", "tarfile", "zipfile"}

// outside are methods of these objects that reach files by their names all the same.
var outside = []string{"add", "extract", "extractall", "write"}

// isBuffer: the values are all buffers, or streams over one.
func (s *solver) isBuffer(x Set) bool {
	for _, v := range s.sets.values(x) {
		ob := s.objs[v]
		if ob.kind != kExtInst || ob.b != inMemory && s.exts[ob.a].path != "io.BytesIO" && s.exts[ob.a].path != "io.StringIO" {
			return false
		}
	}
	return x > anything
}

// givesBuffer: a call is given a buffer as its first argument, or by name.
func (s *solver) givesBuffer(a *callArgs) bool {
	if a == nil {
		return false
	}
	if len(a.pos) > 0 && s.isBuffer(a.pos[0].set) {
		return true
	}
	return slices.ContainsFunc(a.kw, func(k kwArg) bool { return k.name != 0 && s.isBuffer(k.set) })
}

// over makes the streams among the values that a call gives streams over its buffer.
func (s *solver) over(x Set, recv Value, a *callArgs) Set {
	if x == 0 || !s.givesBuffer(a) && (recv == 0 || !s.isBuffer(Set(recv))) {
		return x
	}
	var out Set
	for _, v := range s.sets.values(x) {
		if ob := s.objs[v]; ob.kind == kExtInst && ob.b == 0 && s.isStream(ob.a) {
			v = s.object(kExtInst, ob.a, inMemory)
		}
		out = s.sets.union(out, Set(v))
	}
	return out
}

func (s *solver) isStream(x uint32) bool {
	module, _, _ := strings.Cut(s.exts[x].path, ".")
	return slices.Contains(streams, module)
}

// Buffered: what the call reads or writes is a buffer in memory, not a file.
func (c *LibraryCall) Buffered() bool {
	defer c.s.asks()()
	if c.s.givesBuffer(c.args) {
		return true
	}
	return c.Recv != 0 && c.s.isBuffer(Set(c.Recv)) && !slices.Contains(outside, c.Path[strings.LastIndexByte(c.Path, '.')+1:])
}
