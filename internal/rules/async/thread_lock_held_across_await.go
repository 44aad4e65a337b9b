package async

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW103", Name: "thread-lock-held-across-await", Since: "0.1", Family: "async",
	Severity: rule.Unproven,
	Doc:      docs.Read("thread_lock_held_across_await.md"), Check: threadLockHeldAcrossAwait,
})

// threadLockHeldAcrossAwait: a coroutine that waits with a lock of threading leaves the loop to others, of which the next that
// wants the lock stops the loop, and with it the one that would give the lock back.
func threadLockHeldAcrossAwait(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	for f := range link.Func(p.Funcs()) {
		file, fn := p.FileOf(f), p.Facts(f)
		if fn.Flags&facts.FuncAsync == 0 || file.Test {
			continue
		}
		told := map[uint32]bool{}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Code != facts.Await && !((op.Code == facts.Enter || op.Code == facts.Iter) && op.Flags&facts.FlagAsync != 0) {
				continue
			}
			for x := op.Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
				c := &file.Facts.Ctxs[x]
				if c.Kind != facts.CtxWith || c.Flags&facts.FlagAsync != 0 || told[x] {
					continue
				}
				lock := flow.ThreadLock(file, fn, c.A)
				if lock == "" || p.OnlyTested(f) {
					continue
				}
				told[x] = true
				line, cell := file.Facts.Place(c.Pos)
				y := p.At(f, op)
				y.Message = fmt.Sprintf("`%s` waits here while it holds a `%s`: the next coroutine that wants the lock stops the event loop, and then nobody can give it back", p.Short(f), lock)
				y.Help = "use an `asyncio.Lock` with `async with`, or leave the `with` before waiting"
				y.Witness = []diag.Frame{{Function: p.Name(f), File: file.Path, Line: line, Cell: cell, Note: "takes the " + lock}, {Function: p.Name(f), File: file.Path, Line: y.Line, Cell: y.Cell, Note: "gives way to other coroutines"}}
				p.Report(y)
			}
		}
	}
}
