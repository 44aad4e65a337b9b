package cpython

import (
	"encoding/binary"
	"fmt"
)

// A Layout holds the offsets that lead from the runtime to names and lines. All are bytes. A zero for a field that may be absent in a
// version (holds, gil_requested, tlbc …) means absent.
type Layout struct {
	Version   Version
	siteTable siteTable

	interpHead uint64 // in the runtime

	interpSize, interpNext, interpID, threadsHead uint64
	gcCollecting                                  uint64 // in the interpreter
	gilPointer                                    uint64 // in the interpreter: pointer to the GIL; 3.12 on
	gilInRuntime                                  uint64 // in the runtime: the GIL itself; 3.11

	threadSize, threadNext, threadInterp, currentFrame, nativeID, chunk uint64
	cframe, cframeCurrent                                               uint64 // 3.11, 3.12: one more step to the frame
	viaCFrame                                                           bool
	holds                                                               uint64 // int or byte: this thread holds the GIL
	holdsBit                                                            uint   // bit within the status word; 0: the field is a plain int
	wants                                                               uint64 // 3.15: this thread waits for the GIL
	baseFrame                                                           uint64 // 3.15: the stack's sentinel

	framePrevious, frameCode, frameInstr, frameOwner, frameTLBC uint64
	frameHead                                                   uint64 // bytes of a frame that are read
	frameStack                                                  uint64 // where a frame keeps its stack pointer while it has called another
	stackIsIndex                                                bool   // to 3.13 it is an int, −1 while the frame itself runs; later a pointer, then null
	isEntry                                                     uint64 // 3.11: byte that marks a call from C

	codeFile, codeQualname, codeTable, codeFirstLine, codeBytecode, codeTLBC, codeSize uint64
	codeFrameSize                                                                      uint64 // int, words
	codeLocals, codeStack                                                              uint64 // 3.11: ints that make up the frame size

	objType                                 uint64
	bytesSize, bytesData                    uint64
	strState, strLength, strASCII, strOther uint64

	generation uint64 // in the interpreter: counts destroyed code objects; 3.14 on

	genFrame, genState, listNext uint64 // generators, and the next pointer of a list node; 3.14 on
}

// Tables of versions that do not describe themselves, for 64-bit release builds. They follow the structures of
// Include/internal/pycore_{runtime,interp,frame,code}.h and Include/cpython/pystate.h of those versions.
var fixed = map[int]Layout{
	11: {
		interpHead: 40, interpSize: 1024, interpNext: 0, interpID: 48, threadsHead: 16, gcCollecting: 648 + 200, gilInRuntime: 360,
		threadSize: 360, threadNext: 8, threadInterp: 16, nativeID: 160, chunk: 296, viaCFrame: true, cframe: 56, cframeCurrent: 8,
		framePrevious: 48, frameCode: 32, frameInstr: 56, frameOwner: 69, isEntry: 68, frameHead: 72, frameStack: 64, stackIsIndex: true,
		codeFile: 112, codeQualname: 128, codeTable: 136, codeFirstLine: 72, codeBytecode: 184, codeSize: 192, codeLocals: 76, codeStack: 68,
		objType: 8, bytesSize: 16, bytesData: 32, strState: 32, strLength: 16, strASCII: 48, strOther: 72,
	},
	12: {
		interpHead: 40, interpSize: 1024, interpNext: 0, interpID: 8, threadsHead: 72, gcCollecting: 112 + 200, gilPointer: 384,
		threadSize: 288, threadNext: 8, threadInterp: 16, nativeID: 144, chunk: 232, viaCFrame: true, cframe: 56, cframeCurrent: 0,
		framePrevious: 8, frameCode: 0, frameInstr: 56, frameOwner: 70, frameHead: 80, frameStack: 64, stackIsIndex: true,
		codeFile: 112, codeQualname: 128, codeTable: 136, codeFirstLine: 68, codeBytecode: 192, codeSize: 200, codeFrameSize: 76,
		objType: 8, bytesSize: 16, bytesData: 32, strState: 32, strLength: 16, strASCII: 40, strOther: 56,
	},
}

// words names, for each self-describing minor version, the index of every 8-byte word of `_Py_DebugOffsets` that is used here. The
// table does not carry its own length; count is how many words the version has.
type words struct {
	count                                                                        int
	gc, gil, generation                                                          int
	thread, frame, code, object, bytes, unicode, gcStruct                        int // first word of each group
	threadNext, threadInterp, threadCurrent, threadNative, threadChunk           int // within the thread group
	threadStatus, threadHolds, threadBase                                        int
	frameTLBC, codeTLBC                                                          int
	framePrevious, frameExecutable, frameInstr, frameOwner                       int // within the frame group
	codeFile, codeQualname, codeTable, codeFirstLine, codeBytecode, gcCollecting int
	gen, list                                                                    int
}

var selfDescribed = map[int]words{
	13: {count: 73, gc: 10, gil: 14, thread: 19, frame: 28, code: 34, object: 44, bytes: 64, unicode: 67, gcStruct: 71,
		threadNext: 2, threadInterp: 3, threadCurrent: 4, threadNative: 6, threadChunk: 7, threadStatus: 8,
		framePrevious: 1, frameExecutable: 2, frameInstr: 3, frameOwner: 5,
		codeFile: 1, codeQualname: 3, codeTable: 4, codeFirstLine: 5, codeBytecode: 9, gcCollecting: 1},
	14: {count: 95, gc: 11, gil: 15, generation: 20, thread: 22, frame: 31, code: 39, object: 50, bytes: 74, unicode: 77, gcStruct: 81, gen: 83, list: 87,
		threadNext: 2, threadInterp: 3, threadCurrent: 4, threadNative: 6, threadChunk: 7, threadStatus: 8,
		framePrevious: 1, frameExecutable: 2, frameInstr: 3, frameOwner: 5, frameTLBC: 7,
		codeFile: 1, codeQualname: 3, codeTable: 4, codeFirstLine: 5, codeBytecode: 9, codeTLBC: 10, gcCollecting: 1},
	15: {count: 111, gc: 11, gil: 15, generation: 20, thread: 22, frame: 39, code: 47, object: 58, bytes: 86, unicode: 89, gcStruct: 94, gen: 99, list: 103,
		threadNext: 2, threadInterp: 3, threadCurrent: 4, threadBase: 5, threadNative: 9, threadChunk: 10, threadStatus: 11, threadHolds: 12,
		framePrevious: 1, frameExecutable: 2, frameInstr: 3, frameOwner: 5, frameTLBC: 7,
		codeFile: 1, codeQualname: 3, codeTable: 4, codeFirstLine: 5, codeBytecode: 9, codeTLBC: 10, gcCollecting: 1},
}

// cookie starts a self-describing runtime.
const cookie = "xdebugpy"

// layoutOf chooses the layout of a target from the first bytes of its runtime (at least [offsetsSize]) and, where these carry no
// cookie, from the version found elsewhere.
func layoutOf(runtime []byte, elsewhere uint64) (Layout, error) {
	if string(runtime[:8]) != cookie {
		v := hexVersion(elsewhere, false)
		l, ok := fixed[v.Minor]
		switch {
		case elsewhere == 0:
			return Layout{}, &UnsupportedError{"the runtime carries no description of itself and no version; CPython 3.11 to 3.15 is supported"}
		case v.Major != 3 || !ok:
			return Layout{}, &UnsupportedError{fmt.Sprintf("CPython %s is not supported; 3.11 to 3.15 are", v)}
		case v.Level != 0xF:
			return Layout{}, &UnsupportedError{fmt.Sprintf("CPython %s is a pre-release, whose layout may differ from the release's", v)}
		}
		l.Version, l.siteTable = v, siteTables[v.Minor]
		return l, nil
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(runtime[8*i:]) }
	v := hexVersion(word(1), word(2) != 0)
	w, ok := selfDescribed[v.Minor]
	switch {
	case v.Major != 3 || !ok:
		return Layout{}, &UnsupportedError{fmt.Sprintf("CPython %s is not supported; 3.11 to 3.15 are", v)}
	case v.Level == 0xA || v.Level == 0xB:
		return Layout{}, &UnsupportedError{fmt.Sprintf("CPython %s is a pre-release, whose layout may differ from the release's", v)}
	}
	l := Layout{
		Version:    v,
		siteTable:  siteTables[v.Minor],
		interpHead: word(5),
		interpSize: word(6), interpID: word(7), interpNext: word(8), threadsHead: word(9),
		gcCollecting: word(w.gc) + word(w.gcStruct+w.gcCollecting), gilPointer: word(w.gil),
		threadSize: word(w.thread), threadNext: word(w.thread + w.threadNext), threadInterp: word(w.thread + w.threadInterp),
		currentFrame: word(w.thread + w.threadCurrent), nativeID: word(w.thread + w.threadNative), chunk: word(w.thread + w.threadChunk),
		framePrevious: word(w.frame + w.framePrevious), frameCode: word(w.frame + w.frameExecutable), frameInstr: word(w.frame + w.frameInstr),
		frameOwner: word(w.frame + w.frameOwner),
		codeSize:   word(w.code), codeFile: word(w.code + w.codeFile), codeQualname: word(w.code + w.codeQualname), codeTable: word(w.code + w.codeTable),
		codeFirstLine: word(w.code + w.codeFirstLine), codeBytecode: word(w.code + w.codeBytecode),
		objType:   word(w.object + 1),
		bytesSize: word(w.bytes + 1), bytesData: word(w.bytes + 2),
		strState: word(w.unicode + 1), strLength: word(w.unicode + 2), strASCII: word(w.unicode + 3),
	}
	// The compact (non-ASCII) string header is the ASCII one and {utf8_length, utf8}: two words more since 3.12.
	l.strOther = l.strASCII + 16
	// co_framesize follows {co_firstlineno, co_nlocalsplus}, all ints.
	l.codeFrameSize = l.codeFirstLine + 8
	status := word(w.thread + w.threadStatus)
	switch {
	case v.FreeThreaded:
	case w.threadHolds != 0:
		l.holds, l.wants = word(w.thread+w.threadHolds), word(w.thread+w.threadHolds+1)
	case v.Minor == 14:
		l.holds = status + 4 // an int right after the 4-byte status
	default:
		l.holds, l.holdsBit = status, 5
	}
	if v.Minor >= 14 {
		l.frameStack = word(w.frame + 6)
	} else {
		l.frameStack, l.stackIsIndex = l.frameInstr+8, true // the int after the instruction pointer
	}
	if w.generation != 0 {
		l.generation = word(w.generation)
	}
	if w.gen != 0 {
		l.genFrame, l.genState, l.listNext = word(w.gen+2), word(w.gen+3), word(w.list)
	}
	if w.threadBase != 0 {
		l.baseFrame = word(w.thread + w.threadBase)
	}
	if v.FreeThreaded && w.frameTLBC != 0 {
		l.frameTLBC, l.codeTLBC = word(w.frame+w.frameTLBC), word(w.code+w.codeTLBC)
	}
	l.frameHead = max(l.framePrevious+8, l.frameCode+8, l.frameInstr+8, l.frameOwner+1, l.frameStack+8)
	if l.frameTLBC != 0 {
		l.frameHead = max(l.frameHead, l.frameTLBC+4)
	}
	return l, l.plausible(word(w.object), word(w.bytes))
}

// offsetsSize is how many bytes of the runtime layoutOf needs.
const offsetsSize = 8 * 111

// plausible rejects a table that no CPython can have.
func (l *Layout) plausible(objectSize, bytesStructSize uint64) error {
	bad := func(what string, v uint64) error {
		return &UnsupportedError{fmt.Sprintf("the layout that CPython %s describes is not plausible (%s = %d)", l.Version, what, v)}
	}
	for _, c := range []struct {
		name           string
		off, limit, by uint64
	}{
		{"interpreter list", l.interpHead, 1 << 16, 8}, {"interpreter size", l.interpSize, 1 << 24, 1}, {"interpreter next", l.interpNext, l.interpSize, 8},
		{"interpreter id", l.interpID, l.interpSize, 8}, {"thread list", l.threadsHead, l.interpSize, 8}, {"gc flag", l.gcCollecting, l.interpSize, 4},
		{"gil", l.gilPointer, l.interpSize, 8}, {"thread size", l.threadSize, 1 << 16, 1}, {"thread next", l.threadNext, l.threadSize, 8},
		{"thread interpreter", l.threadInterp, l.threadSize, 8}, {"current frame", l.currentFrame, l.threadSize, 8},
		{"native thread id", l.nativeID, l.threadSize, 8}, {"stack chunk", l.chunk, l.threadSize - 8, 8}, {"holds gil", l.holds, l.threadSize, 4}, {"gil requested", l.wants, l.threadSize, 4},
		{"base frame", l.baseFrame, l.threadSize, 8},
		{"frame previous", l.framePrevious, 256, 8}, {"frame code", l.frameCode, 256, 8}, {"frame instruction", l.frameInstr, 256, 8},
		{"frame owner", l.frameOwner, 256, 1}, {"frame stack pointer", l.frameStack, 256, 4}, {"frame bytecode index", l.frameTLBC, 256, 4},
		{"code size", l.codeSize, 1 << 16, 1}, {"code file", l.codeFile, l.codeSize, 8}, {"code name", l.codeQualname, l.codeSize, 8},
		{"code line table", l.codeTable, l.codeSize, 8}, {"code first line", l.codeFirstLine, l.codeSize, 4},
		{"bytecode", l.codeBytecode, l.codeSize + 64, 2}, {"code thread bytecode", l.codeTLBC, l.codeSize, 8},
		{"object type", l.objType, 64, 8}, {"bytes length", l.bytesSize, 64, 8}, {"bytes data", l.bytesData, 128, 1},
		{"string state", l.strState, 128, 4}, {"string length", l.strLength, 128, 8}, {"string header", l.strASCII, 256, 8},
		{"generation", l.generation, l.interpSize, 8}, {"generator frame", l.genFrame, 1 << 10, 8}, {"generator state", l.genState, 1 << 10, 1},
		{"list next", l.listNext, 64, 8},
	} {
		if c.off >= c.limit && !(c.off == 0 && c.limit == 0) || c.off%c.by != 0 {
			return bad(c.name, c.off)
		}
	}
	header := uint64(16)
	if l.Version.FreeThreaded {
		header = 32
	}
	switch {
	case l.codeQualname != l.codeFile+16 || l.codeTable != l.codeFile+24:
		return bad("code name", l.codeQualname)
	case l.framePrevious != 8:
		return bad("frame previous", l.framePrevious)
	case l.bytesSize != header:
		return bad("bytes length", l.bytesSize)
	case objectSize != header:
		return bad("object size", objectSize)
	case bytesStructSize < header+8:
		return bad("bytes size", bytesStructSize)
	case l.interpSize == 0 || l.threadSize == 0 || l.codeSize == 0:
		return bad("size", 0)
	}
	return nil
}
