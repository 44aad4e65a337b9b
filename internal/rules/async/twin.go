package async

import (
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// twin: what a call of a library gives, or the object whose method it is, is used in the same coroutine as only an asynchronous
// one can be (`async for`, `async with`, `await` of another method). Then the types led to its synchronous twin.
func twin(flow *rule.Flow, file *link.File, fn *facts.Func, call *facts.Op) bool {
	if call.Code != facts.Call {
		return false
	}
	if awaitedLater(flow, file, fn, call) {
		return true
	}
	recv := receiver(flow, file, call)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		switch op := &file.Facts.Ops[o]; op.Code {
		case facts.Iter, facts.Enter:
			if op.Flags&facts.FlagAsync != 0 && call.Dst != 0 && facts.Ref(op.A) == call.Dst {
				return true
			}
		case facts.Call:
			if recv.root.IsVar() && op != call && op.Flags&facts.FlagAwaited != 0 && receiver(flow, file, op) == recv {
				return true
			}
		}
	}
	return false
}

// awaitedLater: the result of a call has a name and is awaited, or handed to something that awaits it, so the call only made a coroutine or a
// future; a synchronous function that types lead to is not what is meant.
func awaitedLater(flow *rule.Flow, file *link.File, fn *facts.Func, call *facts.Op) bool {
	if call.Dst == 0 {
		return false
	}
	same := map[facts.Ref]bool{call.Dst: true}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		switch op.Code {
		case facts.Copy, facts.Narrow:
			if same[facts.Ref(op.A)] && op.Dst.Tag() == facts.TagLocal {
				same[op.Dst] = true
			}
		case facts.Await:
			if same[facts.Ref(op.A)] {
				return true
			}
		case facts.Call:
			if slices.ContainsFunc(file.Facts.Args(op).Pos, func(a uint32) bool { return same[facts.Ref(a)] }) {
				if _, name := flow.Method(file, op); slices.Contains(awaits, name) {
					return true
				}
			}
		}
	}
	return false
}

// awaits are the functions of asyncio, anyio and trio that await what they are given.
var awaits = []string{"gather", "create_task", "ensure_future", "wait_for", "shield", "run_coroutine_threadsafe", "run_until_complete"}

// object is what a method is called of: a variable, and the names from there on.
type object struct {
	root facts.Ref
	path string
}

// receiver is the object whose method a call is; no object where it is none, or a module.
func receiver(flow *rule.Flow, file *link.File, call *facts.Op) object {
	var o object
	for r := facts.Ref(call.A); ; {
		d := flow.Def(file, r)
		switch {
		case d != nil && d.Code == facts.ImportName:
			return object{}
		case d == nil || d.Code != facts.Attr:
			return o
		}
		r = facts.Ref(d.A)
		if o.root != 0 {
			o.path = file.Facts.Str(d.B) + "." + o.path
		}
		o.root = r
	}
}
