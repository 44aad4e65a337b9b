package async

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW105", Name: "cancellation-swallowed", Since: "0.1", Family: "async",
	Severity: rule.Always(diag.Note),
	Doc:      docs.Read("cancellation_swallowed.md"), Check: cancellationSwallowed,
})

// cancellationSwallowed looks in coroutines for handlers that catch a cancellation, around something that waits, and then let
// the coroutine go on.
func cancellationSwallowed(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	for f := range link.Func(p.Funcs()) {
		file, fn := p.FileOf(f), p.Facts(f)
		if fn.Flags&facts.FuncAsync == 0 || file.Test || file.Facts.Notebook != nil {
			continue
		}
		ops := file.Facts.Ops[fn.Ops[0]:fn.Ops[1]]
		told, dropped := map[uint32]bool{}, map[uint32]bool{}
		for i := range ops {
			wait := &ops[i]
			if !suspends(wait) || joins(flow, file, wait) {
				continue
			}
			for x := wait.Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
				c := &file.Facts.Ctxs[x]
				if i := slices.IndexFunc(flow.Suppressed(file, fn, c), cancels); i >= 0 && !dropped[x] && loops(file, x) && wait.Pos > c.Pos && !cancelsOthers(flow, file, fn) {
					dropped[x] = true
					y := p.At(f, &facts.Op{Pos: c.Pos, Len: 4})
					y.Message = fmt.Sprintf("`%s` drops the cancellation (`suppress(%s)`) and goes on with its loop: who cancels the task, or shuts down, waits for it in vain", p.Short(f), flow.Suppressed(file, fn, c)[i])
					y.Help = "suppress what is expected, and let the cancellation end the loop"
					y.Witness = []diag.Frame{{Function: p.Name(f), File: file.Path, Line: y.Line, Cell: y.Cell, Note: "drops the cancellation"}}
					p.Report(y)
					break
				}
				if c.Kind != facts.CtxTry || told[c.B] {
					continue
				}
				told[c.B] = true
				h, name := catchesCancel(flow, file, c.B)
				if h == nil || h.Body&(facts.HandlerRaises|facts.HandlerReturns|facts.HandlerBreaks) != 0 || keeps(file, ops, h) {
					break
				}
				again := wait
				if !loops(file, x) {
					if again = after(file, ops, c, h); again == nil {
						break
					}
				}
				if cancelsOthers(flow, file, fn) {
					break
				}
				y := p.At(f, &facts.Op{Pos: h.Pos, Len: 6})
				y.Message = fmt.Sprintf("`%s` catches the cancellation (`except%s`) and goes on: who cancels the task, or shuts down, waits for it in vain", p.Short(f), name)
				y.Help = "`raise` at the end of the handler; catch `Exception`, which a cancellation is not, where the rest is meant"
				line, cell := file.Facts.Place(wait.Pos)
				next, nextCell := file.Facts.Place(again.Pos)
				y.Witness = []diag.Frame{{Function: p.Name(f), File: file.Path, Line: line, Cell: cell, Note: "waits, and is cancelled here"},
					{Function: p.Name(f), File: file.Path, Line: y.Line, Cell: y.Cell, Note: "catches the cancellation"},
					{Function: p.Name(f), File: file.Path, Line: next, Cell: nextCell, Note: "goes on"}}
				p.Report(y)
				break
			}
		}
	}
}

// suspends: a cancellation arrives here.
func suspends(op *facts.Op) bool {
	return op.Code == facts.Await || (op.Code == facts.Enter || op.Code == facts.Iter) && op.Flags&facts.FlagAsync != 0
}

// catchesCancel is the handler that a cancellation comes to, with what it names; nil when an earlier one or none catches it.
func catchesCancel(flow *rule.Flow, file *link.File, try uint32) (*facts.Handler, string) {
	t := &file.Facts.Tries[try]
	if t.Star {
		return nil, ""
	}
	for i := range t.Handlers {
		h := &t.Handlers[i]
		if h.Type == 0 {
			return h, ""
		}
		for _, name := range flow.Names(file, uint32(h.Type)) {
			if cancels(name) {
				return h, " " + name
			}
		}
	}
	return nil, ""
}

// cancels: a cancellation is one of the exceptions of this name.
func cancels(name string) bool {
	return name == "BaseException" || strings.HasSuffix(name, "CancelledError") && rule.HasPrefix(name, "asyncio")
}

// keeps: the handler stores the exception, so that the cancellation is raised once something has been put in order.
func keeps(file *link.File, ops []facts.Op, h *facts.Handler) bool {
	caught := facts.Ref(0)
	for i := range ops {
		op := &ops[i]
		if op.Pos < h.Pos || op.Pos >= h.End {
			continue
		}
		switch {
		case op.Code == facts.Catch:
			caught = op.Dst
		case caught != 0 && (op.Code == facts.Copy && facts.Ref(op.A) == caught || op.Code == facts.SetAttr && facts.Ref(op.C) == caught):
			return true
		}
	}
	return false
}

// loops: the nearest loop around a context has no other end than what its body does.
func loops(file *link.File, x uint32) bool {
	for ; x != 0; x = file.Facts.Ctxs[x].Parent {
		if c := &file.Facts.Ctxs[x]; c.Kind == facts.CtxWhile {
			return c.B == 1
		} else if c.Kind == facts.CtxFor {
			return c.Flags&facts.FlagAsync == 0
		}
	}
	return false
}

// after is what waits once the try is over, on the way that a caught cancellation takes.
func after(file *link.File, ops []facts.Op, c *facts.Ctx, h *facts.Handler) *facts.Op {
	end := h.End
	for _, o := range file.Facts.Tries[c.B].Handlers {
		end = max(end, o.End)
	}
	for i := range ops {
		op := &ops[i]
		if op.Pos <= end || op.Ctx != 0 && !around(file, c.Parent, op.Ctx) {
			continue // elsewhere, or only when something holds
		}
		switch {
		case op.Code == facts.Return || op.Code == facts.Raise:
			return nil
		case suspends(op):
			return op
		}
	}
	return nil
}

// around: a context is another, or is around it.
func around(file *link.File, inner, outer uint32) bool {
	for x := inner; x != 0; x = file.Facts.Ctxs[x].Parent {
		if x == outer {
			return true
		}
	}
	return false
}

// joins: what is waited for has a name, so it is a task of its own whose end, however it comes, is expected.
func joins(flow *rule.Flow, file *link.File, wait *facts.Op) bool {
	if wait.Code != facts.Await {
		return false
	}
	d := flow.Def(file, facts.Ref(wait.A))
	return d == nil || d.Code != facts.Call
}

// cancelsOthers: the function cancels what it waits for, and expects the answer.
func cancelsOthers(flow *rule.Flow, file *link.File, fn *facts.Func) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Call {
			continue
		}
		_, name := flow.Method(file, op)
		if slices.Contains([]string{"cancel", "uncancel", "cancelling", "athrow", "aclose", "cancelled", "cancel_and_wait", "stop"}, name) {
			return true
		}
		if strings.HasSuffix(flow.Dotted(file, facts.Ref(op.A)), ".shield") {
			return true
		}
	}
	return strings.Contains(strings.ToLower(file.Facts.Str(fn.Name)), "cancel")
}
