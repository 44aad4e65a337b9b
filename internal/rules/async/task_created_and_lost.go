package async

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW102", Name: "task-created-and-lost", Since: "0.1", Family: "async",
	Doc: docs.Read("task_created_and_lost.md"), Check: taskCreatedAndLost,
})

// makesTask: the call gives a task that nothing but its caller holds. A TaskGroup holds its own.
func makesTask(c *link.LibraryCall) bool {
	switch {
	case strings.Contains(c.Path, "TaskGroup"):
		return false
	case rule.HasPrefix(c.Path, "asyncio"):
		return strings.HasSuffix(c.Path, ".create_task") || strings.HasSuffix(c.Path, ".ensure_future") || strings.HasSuffix(c.Path, ".async")
	}
	return false
}

func taskCreatedAndLost(p *rule.Pass) {
	// makers are functions that return a task they made: losing their result loses the task.
	makers := map[link.Func]effects.Step{}
	var once rule.Once
	told := map[*facts.Op]bool{}
	for i := range p.Calls {
		c := &p.Calls[i]
		if !makesTask(c) || told[c.Op] {
			continue
		}
		told[c.Op] = true
		f := p.Solution.FuncOf(c.From)
		file, fn := p.FileOf(f), p.Facts(f)
		step := effects.Step{Node: effects.Node(c.From), Op: c.Op, Mode: c.Mode, To: effects.Node(c.From), Site: &effects.Site{Node: effects.Node(c.From), Op: c.Op, Path: c.Path, Call: c}}
		if c.Op.Flags&facts.FlagAwaited != 0 {
			continue
		}
		switch used, returned := rule.Used(file, fn, c.Op); {
		case returned && !used:
			if _, ok := makers[f]; !ok {
				makers[f] = step
			}
		case !used && !returned && !waitsAfter(file, fn, c.Op) && !file.Test && file.Facts.Notebook == nil:
			x := p.At(f, c.Op)
			x.Message = fmt.Sprintf("the task that `%s` makes in `%s` is dropped: it may be collected while it runs, and its exception is seen by no one", c.DisplayPath(), p.Short(f))
			x.Help = "keep a reference until it is done (`tasks.add(t); t.add_done_callback(tasks.discard)`), or start it in an `asyncio.TaskGroup`"
			x.Witness = p.Frames([]effects.Step{step})
			x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, c.Op.Pos)
			once.Report(p, x)
		}
	}
	for i := range p.Edges {
		e := &p.Edges[i]
		made, ok := makers[p.FuncOf(e.To)]
		if !ok || e.Mode != link.Called && e.Mode != link.Made || p.File(e.From).Test || told[e.Op] {
			continue
		}
		f := p.FuncOf(e.From)
		if p.Facts(p.FuncOf(e.To)).Flags&facts.FuncAsync != 0 && e.Op.Flags&facts.FlagAwaited == 0 {
			continue // a coroutine object, not the task
		}
		if p.Facts(p.FuncOf(e.To)).Flags&facts.FuncAsync == 0 && e.Op.Flags&facts.FlagAwaited != 0 {
			continue // the task itself is waited for
		}
		if used, returned := rule.Used(p.FileOf(f), p.Facts(f), e.Op); used || returned {
			continue
		}
		told[e.Op] = true
		x := p.At(f, e.Op)
		x.Certainty = min(e.Certainty, diag.Proved)
		x.Message = fmt.Sprintf("`%s` drops the task that `%s` returns: it may be collected while it runs, and its exception is seen by no one", p.Short(f), p.Short(p.FuncOf(e.To)))
		x.Help = fmt.Sprintf("keep what `%s` returns until it is done, or let it keep the task itself", p.Short(p.FuncOf(e.To)))
		x.Witness = p.Frames([]effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}, made})
		x.Group = fmt.Sprintf("%s:%d", p.Rule.Code, p.FuncOf(e.To))
		once.Report(p, x)
	}
}

// waitsAfter: the task is in a local variable of a coroutine that waits for something else afterwards, so its frame holds it.
func waitsAfter(file *link.File, fn *facts.Func, op *facts.Op) bool {
	if op.Flags&facts.FlagDiscarded != 0 {
		return false
	}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if x := &file.Facts.Ops[o]; x.Pos > op.Pos && (x.Code == facts.Await || x.Flags&facts.FlagAsync != 0 || x.Code == facts.Yield) {
			return true
		}
	}
	return false
}
