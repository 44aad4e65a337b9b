package async

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
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
			if op.Code == facts.Await && goesThrough(p, flow, file, f, op, 0) {
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

// goesThrough: all that is awaited is a coroutine of the program's own that awaits nothing itself, or only such ones: it never gives way.
func goesThrough(p *rule.Pass, flow *rule.Flow, file *link.File, f link.Func, op *facts.Op, depth int) bool {
	made := flow.Made(file, facts.Ref(op.A))
	if made == nil || made.Code != facts.Call || depth > 4 {
		return false
	}
	found := false
	for _, i := range p.OutEdges(effects.Node(f)) {
		e := &p.Edges[i]
		if e.Op != made && e.Op != op || e.Mode == link.Made {
			continue
		}
		g := p.FuncOf(e.To)
		at, fn := p.FileOf(g), p.Facts(g)
		if fn.Flags&facts.FuncAsync == 0 {
			return false
		}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			inner := &at.Facts.Ops[o]
			if (inner.Code == facts.Enter || inner.Code == facts.Iter) && inner.Flags&facts.FlagAsync != 0 || inner.Code == facts.Await && !goesThrough(p, flow, at, g, inner, depth+1) {
				return false
			}
		}
		found = true
	}
	return found
}
