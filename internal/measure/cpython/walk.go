package cpython

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// A Target is a process whose stacks can be read. It is not safe for concurrent use.
type Target struct {
	Layout
	mem      Memory
	runtime  uint64
	codeType uint64 // address of PyCode_Type; 0 until learned

	codes   map[uint64]*Code
	threads map[uint64]*threadCache
	sample  uint64
	// contiguous is on when frames of this target were seen to lie one behind the other.
	contiguous bool
	// saved is on when every frame that called another directly was seen to have put its stack pointer away.
	saved bool
	// sited is on when every frame that called another directly was seen to stand on an instruction that can call.
	sited      bool
	judged     int // joints judged by their site, and how many of them did not fit
	misfits    int
	generation uint64
	tasks      *asyncio
	tasksWhy   error
	stats      Stats
	reads      int
	copied     int
}

// A sample may cost this much. A process of a thousand threads with deep stacks stays far below; a list that leads in circles does not.
const (
	maxReads = 200_000
	maxBytes = 256 << 20
)

var errBudget = errors.New("its memory leads nowhere: too much was read for one sample")

func (t *Target) copy(segs ...Segment) error {
	t.reads++
	for _, s := range segs {
		t.copied += len(s.Buf)
	}
	if t.reads > maxReads || t.copied > maxBytes {
		return errBudget
	}
	return t.mem.Read(segs...)
}

// A threadCache remembers where a thread's stack lay, so that the next sample copies it with one system call.
type threadCache struct {
	seen    uint64
	cframes [4]uint64 // 3.11, 3.12: where the thread keeps its current frame; native calls move it, so the last few places are copied
	chunks  []chunkRef
	extra   []uint64 // frames outside of the chunks: generators, C boundaries
}

type chunkRef struct {
	addr uint64
	used uint64 // bytes worth copying
}

// NewTarget reads the layout of the runtime at an address and verifies it on the target's own stacks.
// version is PY_VERSION_HEX where it was found outside of the runtime; codeType is the address of PyCode_Type, 0 when not known.
func NewTarget(mem Memory, runtime, version, codeType uint64) (*Target, error) {
	head := make([]byte, offsetsSize)
	if err := mem.Read(Segment{runtime, head}); err != nil {
		return nil, fmt.Errorf("read the runtime: %w", err)
	}
	l, err := layoutOf(head, version)
	if err != nil {
		return nil, err
	}
	t := &Target{Layout: l, mem: mem, runtime: runtime, codeType: codeType, codes: map[uint64]*Code{}, threads: map[uint64]*threadCache{}}
	if err := t.verify(); err != nil {
		return nil, err
	}
	t.stats, t.judged, t.misfits = Stats{}, 0, 0
	return t, nil
}

// ErrNotReady says that the interpreter has not got as far as running Python code.
var ErrNotReady = &UnsupportedError{"the interpreter runs no Python code yet"}

// verify walks the stacks of the target and demands that they make sense: threads that belong to their interpreter, code objects of one
// type, names that decode. It also learns whether frames are contiguous.
func (t *Target) verify() error {
	var frames int
	var seen joints
	for range 8 {
		threads, err := t.read(&seen)
		if err != nil {
			if err == ErrNotReady {
				return err
			}
			return &UnsupportedError{fmt.Sprintf("CPython %s: its memory does not verify: %v", t.Version, err)}
		}
		for _, th := range threads {
			for _, f := range th.Frames {
				if f.Code.Name == "" || f.Code.File == "" || f.Code.Line < 0 {
					return &UnsupportedError{fmt.Sprintf("CPython %s: its memory does not verify: a code object has no name", t.Version)}
				}
				frames++
			}
		}
	}
	if frames == 0 {
		return ErrNotReady
	}
	t.contiguous = seen.pairs == 0 || seen.contiguous*10 >= seen.pairs*8
	t.saved = seen.calls == 0 || seen.saved*10 >= seen.calls*8
	t.sited = seen.calls == 0 || seen.sited*10 >= seen.calls*8
	return nil
}

// joints counts, while a target is verified, how caller and callee fit together.
type joints struct{ pairs, contiguous, calls, saved, sited int }

// Stats returns the counts since the target was opened.
func (t *Target) Stats() Stats { return t.stats }

// Sample reads every thread once.
func (t *Target) Sample() ([]Thread, error) {
	threads, err := t.read(nil)
	if err != nil {
		t.stats.Failed++
	}
	return threads, err
}

func (t *Target) pointer(addr uint64) (uint64, error) {
	var b [8]byte
	err := t.copy(Segment{addr, b[:]})
	return binary.LittleEndian.Uint64(b[:]), err
}

func (t *Target) read(seen *joints) ([]Thread, error) {
	t.sample++
	t.reads, t.copied = 0, 0
	interp, err := t.pointer(t.runtime + t.interpHead)
	if err != nil {
		return nil, fmt.Errorf("read the interpreter list: %w", err)
	}
	if interp == 0 {
		return nil, ErrNotReady
	}
	var out []Thread
	for n := 0; interp != 0; n++ {
		if n == maxInterps {
			return nil, fmt.Errorf("the interpreter list does not end")
		}
		var next, id, head, gilAt, generation [8]byte
		var collecting [4]byte
		segs := []Segment{{interp + t.interpNext, next[:]}, {interp + t.interpID, id[:]}, {interp + t.threadsHead, head[:]}, {interp + t.gcCollecting, collecting[:]}}
		if t.gilPointer != 0 {
			segs = append(segs, Segment{interp + t.gilPointer, gilAt[:]})
		}
		if t.counted() {
			segs = append(segs, Segment{interp + t.Layout.generation, generation[:]})
		}
		if err := t.copy(segs...); err != nil {
			return nil, fmt.Errorf("read an interpreter: %w", err)
		}
		if g := binary.LittleEndian.Uint64(generation[:]); t.counted() && g != t.generation {
			clear(t.codes) // a code object was destroyed: an address may mean another one now
			t.generation = g
		}
		gil := binary.LittleEndian.Uint64(gilAt[:])
		if t.gilInRuntime != 0 {
			gil = t.runtime + t.gilInRuntime
		}
		if t.Version.FreeThreaded {
			gil = 0
		}
		var holder [16]byte // last_holder, locked
		if gil != 0 {
			if err := t.copy(Segment{gil + 8, holder[:]}); err != nil {
				return nil, fmt.Errorf("read the GIL: %w", err)
			}
		}
		owner := binary.LittleEndian.Uint64(holder[:8])
		if int32(binary.LittleEndian.Uint32(holder[8:])) != 1 {
			owner = 0
		}
		thread := binary.LittleEndian.Uint64(head[:])
		for m := 0; thread != 0; m++ {
			if m == maxThreads {
				return nil, fmt.Errorf("the thread list does not end")
			}
			th, follow, err := t.thread(thread, interp, seen)
			if err != nil {
				return nil, err
			}
			th.Interp = int64(binary.LittleEndian.Uint64(id[:]))
			th.GIL = gil
			th.GC = int32(binary.LittleEndian.Uint32(collecting[:])) != 0
			// Where the thread itself says so, its word was copied together with its stack; the GIL's holder was read a moment before.
			if t.holds == 0 {
				th.Holds = owner == thread && owner != 0
			}
			out = append(out, th)
			thread = follow
		}
		interp = binary.LittleEndian.Uint64(next[:])
	}
	if t.sample%256 == 0 {
		for a, c := range t.threads {
			if c.seen+256 < t.sample {
				delete(t.threads, a)
			}
		}
	}
	return out, nil
}

func (t *Target) counted() bool { return t.Layout.generation != 0 }

// thread copies one thread's stack and walks it, again when it was torn.
func (t *Target) thread(addr, interp uint64, seen *joints) (Thread, uint64, error) {
	c := t.threads[addr]
	if c == nil {
		c = &threadCache{}
		t.threads[addr] = c
	}
	c.seen = t.sample
	state := make([]byte, t.threadSize)
	th := Thread{Address: addr}
	var next uint64
	for range maxTries {
		if t.reads > maxReads || t.copied > maxBytes {
			return th, 0, errBudget
		}
		snap, err := t.snapshot(addr, state, c)
		if err != nil {
			return th, 0, fmt.Errorf("read a thread: %w", err)
		}
		if owner := binary.LittleEndian.Uint64(state[t.threadInterp:]); owner != interp {
			return th, 0, fmt.Errorf("a thread does not belong to its interpreter")
		}
		next = binary.LittleEndian.Uint64(state[t.threadNext:])
		th.OS = int(binary.LittleEndian.Uint64(state[t.nativeID:]))
		if t.holds != 0 {
			v := binary.LittleEndian.Uint32(state[t.holds:])
			th.Holds = v != 0
			if t.holdsBit != 0 {
				th.Holds = v>>t.holdsBit&1 == 1
			}
		}
		if t.wants != 0 {
			th.Wants = binary.LittleEndian.Uint32(state[t.wants:]) != 0
		}
		if snap == nil { // the stack had moved; the cache now knows where to
			t.stats.Retried++
			continue
		}
		frames, err := t.walk(snap, c, seen)
		if !t.fresh(frames) {
			frames, err = t.walk(snap, c, seen)
		}
		if err == nil {
			th.Frames = frames
			t.stats.Stacks++
			return th, next, nil
		}
		t.stats.Retried++
	}
	t.stats.Discarded++
	th.Torn = true
	return th, next, nil
}

// A snapshot is what one system call copied of a thread.
type snapshot struct {
	current uint64
	base    uint64
	chunks  []copied
	extra   map[uint64][]byte
}

type copied struct {
	addr uint64
	b    []byte
}

// slack is copied beyond the stack's end as of the last sample, so that a stack that grew a little needs no second read.
const slack = 1024

// snapshot returns nil without error when the cache did not cover the stack; it has been brought up to date then.
func (t *Target) snapshot(addr uint64, state []byte, c *threadCache) (*snapshot, error) {
	segs := make([]Segment, 0, 4+len(c.chunks)+len(c.extra))
	segs = append(segs, Segment{addr, state})
	var cframes [len(c.cframes)][8]byte
	if t.viaCFrame {
		// The likeliest place last, right before the stack: what lies between the two copies is when a stack can tear.
		for i, at := range slices.Backward(c.cframes[:]) {
			if at != 0 {
				segs = append(segs, Segment{at + t.cframeCurrent, cframes[i][:]})
			}
		}
	}
	s := &snapshot{extra: make(map[uint64][]byte, len(c.extra))}
	for _, ch := range c.chunks {
		b := make([]byte, ch.used)
		segs = append(segs, Segment{ch.addr, b})
		s.chunks = append(s.chunks, copied{ch.addr, b})
	}
	for _, a := range c.extra {
		b := make([]byte, t.frameHead)
		segs = append(segs, Segment{a, b})
		s.extra[a] = b
	}
	if err := t.copy(segs...); err != nil {
		if len(segs) == 1 {
			return nil, err
		}
		// A chunk or a generator is gone. Start over without what was remembered.
		c.chunks, c.extra, c.cframes = nil, nil, [len(c.cframes)]uint64{}
		if err := t.copy(Segment{addr, state}); err != nil {
			return nil, err
		}
		return nil, t.locate(state, c)
	}
	chunk := binary.LittleEndian.Uint64(state[t.chunk:])
	top := binary.LittleEndian.Uint64(state[t.chunk+8:])
	switch {
	case chunk == 0:
		if len(c.chunks) != 0 {
			return nil, t.locate(state, c)
		}
	case len(c.chunks) == 0 || c.chunks[0].addr != chunk || top > chunk+uint64(len(s.chunks[0].b)):
		return nil, t.locate(state, c)
	}
	if t.viaCFrame {
		at := binary.LittleEndian.Uint64(state[t.cframe:])
		known := slices.Index(c.cframes[:], at)
		if known < 0 {
			c.remember(at)
			return nil, nil
		}
		if at != 0 {
			s.current = binary.LittleEndian.Uint64(cframes[known][:])
		}
	} else {
		s.current = binary.LittleEndian.Uint64(state[t.currentFrame:])
	}
	if t.baseFrame != 0 {
		s.base = binary.LittleEndian.Uint64(state[t.baseFrame:])
	}
	// Copy as much next time as the stack needed this time, and some more.
	if len(c.chunks) > 0 && top > chunk {
		c.chunks[0].used = min(max(c.chunks[0].used-c.chunks[0].used/64, top-chunk+slack), t.chunkSize(s.chunks[0].b))
	}
	return s, nil
}

func (c *threadCache) remember(cframe uint64) {
	if slices.Contains(c.cframes[:], cframe) {
		return
	}
	copy(c.cframes[1:], c.cframes[:])
	c.cframes[0] = cframe
}

// chunkSize is the size a chunk gives itself: {previous, size, top, data …}.
func (t *Target) chunkSize(b []byte) uint64 {
	if len(b) < 24 {
		return 24
	}
	return min(max(binary.LittleEndian.Uint64(b[8:]), 24), maxChunk)
}

// locate finds the chunks of a thread's stack, newest first.
func (t *Target) locate(state []byte, c *threadCache) error {
	c.chunks = c.chunks[:0]
	if t.viaCFrame {
		c.remember(binary.LittleEndian.Uint64(state[t.cframe:]))
	}
	addr := binary.LittleEndian.Uint64(state[t.chunk:])
	top := binary.LittleEndian.Uint64(state[t.chunk+8:])
	for n := 0; addr != 0 && n < 64; n++ {
		var head [24]byte
		if err := t.copy(Segment{addr, head[:]}); err != nil {
			c.chunks = c.chunks[:0]
			return nil // torn: the next try starts over
		}
		size := t.chunkSize(head[:])
		used := size
		if n == 0 && top > addr && top-addr < size {
			used = min(top-addr+slack, size)
		} else if n > 0 {
			// An older chunk is full up to its own top, which is an index into its words of data.
			if words := binary.LittleEndian.Uint64(head[16:]); words < size/8 {
				used = min(24+8*words, size)
			}
		}
		c.chunks = append(c.chunks, chunkRef{addr, used})
		addr = binary.LittleEndian.Uint64(head[:])
	}
	return nil
}

func (s *snapshot) frame(addr, size uint64) ([]byte, int) {
	for i := range s.chunks {
		c := &s.chunks[i]
		if addr >= c.addr+24 && addr+size <= c.addr+uint64(len(c.b)) && addr+size > addr {
			return c.b[addr-c.addr:], i
		}
	}
	return s.extra[addr], -1
}

const (
	ownerThread    = 0
	ownerGenerator = 1
	ownerFrame     = 2
)

// walk follows the frames of a snapshot from the leaf to the root. With an error, the frames are those up to where it no longer fitted.
func (t *Target) walk(s *snapshot, c *threadCache, seen *joints) ([]Frame, error) {
	var frames []Frame
	var extra []uint64
	var below uint64 // address of the last frame owned by the thread, nearer to the leaf
	belowChunk := -1
	var fit joints
	generator := false // the frame nearer to the leaf is a generator's
	direct := false    // the frame nearer to the leaf was called by this one without native code between
	cur := s.current
	last := uint64(0)
	for depth := 0; cur != 0; depth++ {
		if depth == maxDepth || cur&7 != 0 {
			return frames, errTorn
		}
		b, chunk := s.frame(cur, t.frameHead)
		if b == nil {
			b = make([]byte, t.frameHead)
			if err := t.copy(Segment{cur, b}); err != nil {
				return frames, errTorn
			}
		}
		if chunk < 0 && len(extra) < 128 {
			extra = append(extra, cur)
		}
		last = cur
		prev := binary.LittleEndian.Uint64(b[t.framePrevious:])
		if prev == cur {
			return frames, errTorn
		}
		owner := b[t.frameOwner]
		if owner > 4 {
			return frames, errTorn
		}
		if owner > ownerFrame {
			// A frame of the interpreter itself: native code called Python here.
			if len(frames) > 0 {
				frames[len(frames)-1].C = true
			}
			direct = false
			cur = prev
			continue
		}
		code, err := t.code(binary.LittleEndian.Uint64(b[t.frameCode:]))
		if err != nil {
			return frames, errTorn
		}
		if code == nil { // an executable that is not a code object: it has no name and no line
			direct = false
			cur = prev
			continue
		}
		// Appended before it is checked: of a stack that does not fit, the code objects are the first suspects.
		f := Frame{Code: code}
		var unit, ip uint64
		f.Line, unit, ip = t.line(b, code)
		if t.isEntry != 0 && b[t.isEntry] != 0 {
			f.C = true
		}
		frames = append(frames, f)
		if direct {
			// A frame that runs keeps its stack pointer in a register. One that is seen to run although it has a callee has
			// been returned to since: the callee is a leftover.
			fit.calls++
			if !t.runs(b) {
				fit.saved++
			} else if t.saved {
				return frames, errTorn
			}
			if ip != 0 && t.site(code, unit, ip).fits(generator) {
				fit.sited++
			} else if t.misfit() {
				return frames, errTorn
			}
			t.judged++
		}
		if owner == ownerThread && chunk >= 0 {
			if below != 0 && belowChunk == chunk {
				fit.pairs++
				if cur+code.frameSize == below {
					fit.contiguous++
				} else if t.contiguous {
					return frames, errTorn
				}
			}
			below, belowChunk = cur, chunk
		}
		direct, generator = !f.C, owner == ownerGenerator
		if owner == ownerGenerator && prev == 0 {
			return frames, errTorn // a generator that runs has a caller: this one was suspended meanwhile
		}
		cur = prev
	}
	if s.base != 0 && last != 0 && last != s.base {
		return frames, errTorn
	}
	c.extra = extra
	if seen != nil {
		seen.pairs += fit.pairs
		seen.contiguous += fit.contiguous
		seen.calls += fit.calls
		seen.saved += fit.saved
		seen.sited += fit.sited
	}
	return frames, nil
}

// fresh reads the identity of every code object of a stack again, once per sample, and forgets those that changed: a code object may be
// freed and another one take its address. Versions that count destroyed code objects need no such reading.
func (t *Target) fresh(frames []Frame) bool {
	if t.counted() {
		return true
	}
	var codes []*Code
	for _, f := range frames {
		if f.Code.checked != t.sample {
			f.Code.checked = t.sample
			codes = append(codes, f.Code)
		}
	}
	if len(codes) == 0 {
		return true
	}
	const span = 32 // co_filename, co_name, co_qualname, co_linetable
	buf := make([]byte, span*len(codes))
	segs := make([]Segment, len(codes))
	for i, c := range codes {
		segs[i] = Segment{c.addr + t.codeFile, buf[span*i : span*(i+1)]}
	}
	gone := t.copy(segs...) != nil
	ok := true
	for i, c := range codes {
		b := buf[span*i:]
		if gone || binary.LittleEndian.Uint64(b) != c.identity[0] || binary.LittleEndian.Uint64(b[16:]) != c.identity[1] || binary.LittleEndian.Uint64(b[24:]) != c.identity[2] {
			delete(t.codes, c.addr)
			ok = false
		}
	}
	return ok
}

// misfit notes a joint that does not fit its site, and says whether that condemns the stack. A loop of calls that take some ten
// nanoseconds gives up to a tenth of misfits; should the table be wrong for a target, there would be far more: then it is no longer asked.
func (t *Target) misfit() bool {
	t.misfits++
	if t.misfits > 200 && t.misfits*3 > t.judged {
		t.sited = false
	}
	return t.sited
}

// runs says whether a frame has its stack pointer in use rather than put away.
func (t *Target) runs(b []byte) bool {
	if t.stackIsIndex {
		return int32(binary.LittleEndian.Uint32(b[t.frameStack:])) < 0
	}
	return binary.LittleEndian.Uint64(b[t.frameStack:]) == 0
}

// line returns the line on which a frame stands, the code unit, and that unit's address; zeros for a frame that has not started.
func (t *Target) line(b []byte, code *Code) (line int, unit, at uint64) {
	ip := binary.LittleEndian.Uint64(b[t.frameInstr:])
	base := code.base
	if t.frameTLBC != 0 {
		if i := int32(binary.LittleEndian.Uint32(b[t.frameTLBC:])); i > 0 {
			if own := t.threadBytecode(code, i); own != 0 {
				base = own
			}
		}
	}
	if ip < base { // prev_instr stands one unit before the first instruction until the frame has started
		return code.Line, 0, 0
	}
	unit = (ip - base) / 2
	return lineAt(code.table, code.Line, unit), unit, ip
}

// threadBytecode finds a thread's own copy of the bytecode in a free-threaded build: code+co_tlbc → {size, entries…}.
func (t *Target) threadBytecode(code *Code, index int32) uint64 {
	array, err := t.pointer(code.base - t.codeBytecode + t.codeTLBC)
	if err != nil || array == 0 || index > 2048 {
		return 0
	}
	size, err := t.pointer(array)
	if err != nil || uint64(index) >= size {
		return 0
	}
	own, err := t.pointer(array + 8 + 8*uint64(index))
	if err != nil {
		return 0
	}
	return own
}

// code returns the code object a frame refers to, nil for an executable that is none.
func (t *Target) code(ref uint64) (*Code, error) {
	if t.Version.Minor >= 14 {
		// A stack reference: the low bits are a tag. 0 and 1 are references; anything else is no object.
		if tag := ref & 3; tag > 1 {
			return nil, errTorn
		}
		ref &^= 3
	}
	if ref == 0 || ref&7 != 0 {
		return nil, errTorn
	}
	if c, ok := t.codes[ref]; ok && c != nil {
		return c, nil
	}
	b := make([]byte, t.codeSize)
	if err := t.copy(Segment{ref, b}); err != nil {
		return nil, err
	}
	word := func(off uint64) uint64 { return binary.LittleEndian.Uint64(b[off:]) }
	typ := word(t.objType)
	identity := [4]uint64{word(t.codeFile), word(t.codeQualname), word(t.codeTable), uint64(binary.LittleEndian.Uint32(b[t.codeFirstLine:]))}
	if t.codeType != 0 && typ != t.codeType {
		return nil, nil // None, or a function of native code that has a frame
	}
	c := &Code{identity: identity, addr: ref, checked: t.sample, base: ref + t.codeBytecode, Line: int(int32(identity[3]))}
	var err error
	if c.Name, err = t.str(identity[1]); err != nil {
		return nil, err
	}
	if c.File, err = t.str(identity[0]); err != nil {
		return nil, err
	}
	if c.table, err = t.bytes(identity[2]); err != nil {
		return nil, err
	}
	if t.codeFrameSize != 0 {
		c.frameSize = 8 * uint64(binary.LittleEndian.Uint32(b[t.codeFrameSize:]))
	} else {
		const specials = 9 // words of a frame before its locals, 3.11
		c.frameSize = 8 * (specials + uint64(binary.LittleEndian.Uint32(b[t.codeLocals:])) + uint64(binary.LittleEndian.Uint32(b[t.codeStack:])))
	}
	if t.codeType == 0 {
		t.codeType = typ
	}
	if len(t.codes) > 1<<18 {
		clear(t.codes)
	}
	t.codes[ref] = c
	return c, nil
}

// str decodes a string object (PEP 393).
func (t *Target) str(addr uint64) (string, error) {
	if addr == 0 || addr&7 != 0 {
		return "", errTorn
	}
	head := make([]byte, max(t.strState+4, t.strLength+8))
	if err := t.copy(Segment{addr, head}); err != nil {
		return "", err
	}
	state := binary.LittleEndian.Uint32(head[t.strState:])
	length := binary.LittleEndian.Uint64(head[t.strLength:])
	kind, compact, ascii := state>>2&7, state>>5&1, state>>6&1
	if t.Version.FreeThreaded && t.Version.Minor >= 14 { // the interned state has a byte of its own
		kind, compact, ascii = state>>8&7, state>>11&1, state>>12&1
	}
	if compact != 1 || (kind != 1 && kind != 2 && kind != 4) || length > maxString {
		return "", errTorn
	}
	at := t.strOther
	if ascii == 1 {
		at = t.strASCII
	}
	b := make([]byte, length*uint64(kind))
	if length > 0 {
		if err := t.copy(Segment{addr + at, b}); err != nil {
			return "", err
		}
	}
	switch {
	case ascii == 1:
		for _, c := range b {
			if c >= utf8.RuneSelf {
				return "", errTorn
			}
		}
		return string(b), nil
	case kind == 1:
		r := make([]rune, len(b))
		for i, c := range b {
			r[i] = rune(c)
		}
		return string(r), nil
	case kind == 2:
		u := make([]uint16, length)
		for i := range u {
			u[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
		return string(utf16.Decode(u)), nil
	}
	r := make([]rune, length)
	for i := range r {
		r[i] = rune(binary.LittleEndian.Uint32(b[4*i:]) & 0x1fffff)
	}
	return string(r), nil
}

func (t *Target) bytes(addr uint64) ([]byte, error) {
	if addr == 0 || addr&7 != 0 {
		return nil, errTorn
	}
	size, err := t.pointer(addr + t.bytesSize)
	if err != nil {
		return nil, err
	}
	if size > maxTable {
		return nil, errTorn
	}
	b := make([]byte, size)
	if size > 0 {
		err = t.copy(Segment{addr + t.bytesData, b})
	}
	return b, err
}
