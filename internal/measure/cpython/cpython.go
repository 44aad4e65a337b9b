// Package cpython reads the stacks of a running CPython 3.11 to 3.15 out of its memory, without stopping it and without writing to it.
//
// A [Target] is one process: where its runtime structure lies, which version it is, and the [Layout] of the structures that lead from
// there to frames and names. 3.13 and later describe their layout in the target itself (`_Py_DebugOffsets`, at the start of the ELF
// section `.PyRuntime`); 3.11 and 3.12 have fixed tables. Either way the layout is hostile input until [Target.verify] has walked a real
// stack with it; a version that is not known, or does not verify, is refused with [UnsupportedError] and never guessed at.
//
// The target keeps running while it is read, so a read can catch a stack half changed. Three things keep that rare and visible:
// a thread's structure, its stack chunks and the frames outside of them are copied by one system call, each frame must start where
// its caller's ends (frames are pushed contiguously), and a stack that fails is read again, then discarded and counted ([Stats]).
//
// Everything read is bounded: lists by length, strings and tables by size, addresses by the copy failing. Whatever bytes a target holds,
// a read ends with a stack or an error ([Memory] is an interface so that fuzzing can hold the bytes).
package cpython

import (
	"errors"
	"fmt"
)

// Memory is the address space of a target.
type Memory interface {
	// Read copies into every segment, in order and as close to one moment as the system can.
	Read(segs ...Segment) error
}

// A Segment is a piece of target memory and where to copy it.
type Segment struct {
	Addr uint64
	Buf  []byte
}

// An UnsupportedError says why a process cannot be read.
type UnsupportedError struct{ Why string }

func (e *UnsupportedError) Error() string { return e.Why }

// errTorn marks a stack that changed while it was read.
var errTorn = errors.New("stack changed while it was read")

// A Version is CPython's.
type Version struct {
	Major, Minor, Micro int
	Level               int // 0xA alpha, 0xB beta, 0xC candidate, 0xF final
	FreeThreaded        bool
}

// hexVersion decodes PY_VERSION_HEX.
func hexVersion(v uint64, free bool) Version {
	return Version{int(v >> 24 & 0xff), int(v >> 16 & 0xff), int(v >> 8 & 0xff), int(v >> 4 & 0xf), free}
}

func (v Version) String() string {
	s := fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Micro)
	if l, ok := map[int]string{0xA: "a", 0xB: "b", 0xC: "rc"}[v.Level]; ok {
		s += l
	}
	if v.FreeThreaded {
		s += "t"
	}
	return s
}

// A Frame is one call of a Python function.
type Frame struct {
	Code *Code
	Line int  // 0 when unknown
	C    bool // entered from C: below it lies native code that called back
}

// A Code is a code object's identity.
type Code struct {
	File string
	Name string // qualified
	Line int    // first line

	table     []byte
	base      uint64 // address of the first instruction
	frameSize uint64 // bytes a frame of it takes on the data stack
	addr      uint64
	identity  [4]uint64 // addresses of file name, qualified name and line table; first line
	checked   uint64    // sample number of the last identity check
	sites     map[uint64]site
}

// A Thread is one thread of one interpreter, at one moment.
type Thread struct {
	Address uint64
	OS      int // operating system thread id
	Interp  int64
	Frames  []Frame // leaf first
	Holds   bool    // holds the GIL
	Wants   bool    // waits for the GIL; known in 3.15 only
	GIL     uint64  // address of the GIL its interpreter uses, 0 in a free-threaded build
	GC      bool    // its interpreter is collecting garbage
	Torn    bool    // no consistent stack was read; Frames is empty
}

// Stats counts what reading cost in truth.
type Stats struct {
	Stacks    int64 `json:"stacks"`    // consistent stacks
	Retried   int64 `json:"retried"`   // reads repeated because the stack changed under them
	Discarded int64 `json:"discarded"` // stacks given up after repeats
	Failed    int64 `json:"failed"`    // thread lists that could not be read
}

// GILSize is the extent of the GIL structure, in which the futexes lie that threads wait on.
const GILSize = 208

const (
	maxThreads = 4096
	maxInterps = 256
	maxDepth   = 4096
	maxChunk   = 1 << 20
	maxString  = 1 << 14
	maxTable   = 1 << 20
	maxTries   = 4
)
