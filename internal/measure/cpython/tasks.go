package cpython

import (
	"encoding/binary"
	"fmt"
)

// A Task is an asyncio task of a thread's event loop, at one moment.
type Task struct {
	Coroutine string  // the qualified name of the coroutine that the task was made of
	File      string  // where that is
	Line      int     // its first line
	Running   bool    // it is what the loop runs now; its frames are on the thread's own stack
	Frames    []Frame // where it waits, the innermost coroutine first; empty while it runs
}

// asyncio is where tasks are, relative to a task object and to a thread. CPython 3.14 and later describe it themselves (`.AsyncioDebug`),
// in the module's own file or in the interpreter's where the module is built in.
type asyncio struct {
	taskSize, coro, node           uint64
	threadSize, running, head      uint64
	created, delegating, executing int8   // values of the state: not started, waits for another awaitable, running
	delegatingLocked, done         int8   // done: this and beyond have no frame left
	awaited                        uint64 // how far below the stack pointer a coroutine keeps what it awaits
	coroutineType                  uint64 // learned from the first task
}

// asyncioSize is how many bytes of the section are read.
const asyncioSize = 8 * 13

const (
	MaxTasks = 300 // tasks of a thread that one look follows
	maxAwait = 100 // coroutines that await each other
)

// TasksKnown says whether the description of asyncio was found and is plausible.
func (t *Target) TasksKnown() bool { return t.tasks != nil }

// UseAsyncio gives the address of the description of asyncio, once it is loaded.
func (t *Target) UseAsyncio(addr uint64) error {
	if t.tasks != nil || t.tasksWhy != nil {
		return t.tasksWhy
	}
	b := make([]byte, asyncioSize)
	if err := t.copy(Segment{addr, b}); err != nil {
		return err
	}
	t.tasks, t.tasksWhy = t.asyncioOf(b)
	return t.tasksWhy
}

func (t *Target) asyncioOf(b []byte) (*asyncio, error) {
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	a := &asyncio{taskSize: word(0), coro: word(5), node: word(6), threadSize: word(9), running: word(11), head: word(12)}
	switch t.Version.Minor {
	case 14: // created −3, suspended −2, delegating −1, executing 0, completed 1, cleared 4
		a.created, a.delegating, a.delegatingLocked, a.executing, a.done, a.awaited = -3, -1, -1, 0, 1, 8
	case 15: // created 0, suspended 1, delegating 2, the same while it is locked 3, executing 4, cleared 5
		a.created, a.delegating, a.delegatingLocked, a.executing, a.done, a.awaited = 0, 2, 3, 4, 5, 16
	default:
		return nil, &UnsupportedError{fmt.Sprintf("CPython %s does not describe its asyncio tasks; 3.14 and later do", t.Version)}
	}
	if t.genFrame == 0 || t.frameStack == 0 {
		return nil, &UnsupportedError{"the layout of generators is not known"}
	}
	for _, c := range []struct {
		name       string
		off, limit uint64
	}{{"coroutine", a.coro, a.taskSize}, {"list node", a.node, a.taskSize}, {"running task", a.running, a.threadSize}, {"task list", a.head, a.threadSize}} {
		if c.limit == 0 || c.limit > 1<<16 || c.off == 0 || c.off%8 != 0 || c.off+8 > c.limit {
			return nil, &UnsupportedError{fmt.Sprintf("the layout of asyncio that CPython %s describes is not plausible (%s = %d of %d)", t.Version, c.name, c.off, c.limit)}
		}
	}
	return a, nil
}

// TasksOf returns the tasks of a thread's event loop. What changes while it is read is left out.
func (t *Target) TasksOf(th *Thread) []Task {
	a := t.tasks
	if a == nil {
		return nil
	}
	running, err := t.pointer(th.Address + a.running)
	if err != nil {
		return nil
	}
	var out []Task
	head := th.Address + a.head
	node, err := t.pointer(head + t.listNext)
	for n := 0; err == nil && node != head && node > a.node && node&7 == 0 && n < MaxTasks; n++ {
		var next, coro [8]byte
		task := node - a.node
		if err = t.copy(Segment{node + t.listNext, next[:]}, Segment{task + a.coro, coro[:]}); err != nil {
			break
		}
		if one, ok := t.task(binary.LittleEndian.Uint64(coro[:]), task == running); ok {
			out = append(out, one)
		}
		node = binary.LittleEndian.Uint64(next[:])
	}
	return out
}

// task follows what a coroutine awaits, from the coroutine that a task was made of to the innermost.
func (t *Target) task(coro uint64, running bool) (out Task, ok bool) {
	a := t.tasks
	out.Running = running
	for n := 0; coro != 0 && coro&7 == 0 && n < maxAwait; n++ {
		b := make([]byte, max(t.genFrame+t.frameHead, t.genState+1, t.objType+8))
		if t.copy(Segment{coro, b}) != nil {
			break
		}
		typ, state := binary.LittleEndian.Uint64(b[t.objType:]), int8(b[t.genState])
		if a.coroutineType == 0 {
			a.coroutineType = typ
		}
		if typ != a.coroutineType || state >= a.done || state < a.created {
			break // a future, or an awaitable of another kind: native code waits there
		}
		frame := b[t.genFrame : t.genFrame+t.frameHead]
		code, err := t.code(binary.LittleEndian.Uint64(frame[t.frameCode:]))
		if err != nil || code == nil {
			break
		}
		f := Frame{Code: code}
		f.Line, _, _ = t.line(frame, code)
		if n == 0 {
			out.Coroutine, out.File, out.Line = code.Name, code.File, code.Line
			ok = true
		}
		if running || state == a.executing {
			break
		}
		out.Frames = append([]Frame{f}, out.Frames...)
		if state != a.delegating && state != a.delegatingLocked {
			break
		}
		at := binary.LittleEndian.Uint64(frame[t.frameStack:])
		if at < a.awaited || at&7 != 0 {
			break
		}
		awaited, err := t.pointer(at - a.awaited)
		if err != nil {
			break
		}
		coro = awaited &^ 3 // a stack reference: the low bits are a tag
	}
	return out, ok
}
