package job

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW415", Name: "loop-that-swallows-and-spins", Since: "0.1", Family: "job",
	Severity: rule.Unproven,
	Doc:      docs.Read("loop_that_swallows_and_spins.md"), Check: loopThatSwallowsAndSpins,
})

// Effects that fail at once, and again at once, while what they need is away.
var awayAtOnce = rule.Kinds(knowledge.Net, knowledge.DB, knowledge.DBWrite, knowledge.Queue, knowledge.LLM, knowledge.Notify, knowledge.Subprocess, knowledge.FSRead)

// loopThatSwallowsAndSpins looks for `while True` around a try that catches everything and goes on, when nothing on the way of a
// failure waits.
func loopThatSwallowsAndSpins(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var remote, sleeps *rule.Trace
	for f := range link.Func(p.Funcs()) {
		file, fn := p.FileOf(f), p.Facts(f)
		if file.Test || file.Facts.Notebook != nil || len(file.Facts.Tries) == 0 || rule.InDir(file.Path, "examples", "example", "docs", "tutorials") {
			continue
		}
		told := map[uint32]bool{}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			for x := file.Facts.Ops[o].Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
				c := &file.Facts.Ctxs[x]
				if c.Kind != facts.CtxTry || told[x] {
					continue
				}
				told[x] = true
				loop := c.Parent
				if loop == 0 || file.Facts.Ctxs[loop].Kind != facts.CtxWhile || file.Facts.Ctxs[loop].B != 1 && !whileSwitch(flow, file, loop) {
					continue
				}
				h := goesOn(file, c.B)
				if h == nil {
					continue
				}
				if remote == nil {
					remote = p.Trace(func(s *effects.Site) bool { return awayAtOnce(s.Kind) && s.Certainty == diag.Proved }, func(e *effects.Edge) bool { return rule.Runs(e) && e.Certainty == diag.Proved })
					sleeps = p.Trace(func(s *effects.Site) bool { return s.Kind == knowledge.Sleep || s.Path == "builtins.input" }, rule.Happens)
				}
				l := spin{p: p, flow: flow, f: f, file: file, fn: fn, loop: loop, try: x, handler: h, remote: remote, sleeps: sleeps}
				steps, op := l.failure()
				if op == nil {
					continue
				}
				y := p.At(f, &facts.Op{Pos: h.Pos, Len: 6})
				y.Message = fmt.Sprintf("`%s` catches every failure of `%s` and starts over at once: while it fails, the loop runs as fast as the machine can", p.Short(f), rule.CalledAs(rule.Last(steps)))
				y.Help = "wait in the handler, longer each time (`time.sleep(min(60, 2 ** failures))`), and give up after a number of failures"
				y.Witness = append(p.Frames(steps), diag.Frame{Function: p.Name(f), File: file.Path, Line: y.Line, Cell: y.Cell, Note: "catches everything and goes on with the loop"})
				y.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, h.Pos)
				p.Report(y)
			}
		}
	}
}

// whileSwitch: the loop goes on while a name or an attribute is true, and counts nothing that could make it false.
func whileSwitch(flow *rule.Flow, file *link.File, loop uint32) bool {
	c := &file.Facts.Ctxs[loop]
	if c.A.Is(facts.ConstTrue) {
		return true // a name that nothing in the loop changes
	}
	if d := flow.Made(file, c.A); !c.A.IsVar() || d != nil && d.Code != facts.Attr && d.Code != facts.Copy || flow.NameOf(file, c.A) == "" {
		return false
	}
	for i := range file.Facts.Ops {
		op := &file.Facts.Ops[i]
		if (op.Code == facts.BinOp || op.Flags&facts.FlagAug != 0) && rule.Inside(file, op, loop) {
			return false
		}
	}
	return true
}

// goesOn is the handler that catches everything and stays in the loop.
func goesOn(file *link.File, try uint32) *facts.Handler {
	t := &file.Facts.Tries[try]
	for i := range t.Handlers {
		h := &t.Handlers[i]
		broad := h.Type == 0
		if h.Type.Tag() == facts.TagBuiltin {
			name := file.Facts.Str(h.Type.Index())
			broad = broad || name == "Exception" || name == "BaseException"
		}
		if !broad {
			continue
		}
		if h.Body&(facts.HandlerRaises|facts.HandlerReturns|facts.HandlerBreaks) == 0 {
			return h
		}
		return nil
	}
	return nil
}

// spin is one such loop.
type spin struct {
	p              *rule.Pass
	flow           *rule.Flow
	f              link.Func
	file           *link.File
	fn             *facts.Func
	loop, try      uint32
	handler        *facts.Handler
	remote, sleeps *rule.Trace
}

// failure is what fails first in a turn of the loop; nil when something before it, beside the try or in the handler waits, or may.
func (l *spin) failure() ([]effects.Step, *facts.Op) {
	n := effects.Node(l.f)
	var steps []effects.Step
	var first *facts.Op
	for _, i := range l.p.SitesOf(n) {
		s := &l.p.Sites[i]
		if awayAtOnce(s.Kind) && s.Certainty == diag.Proved && rule.Inside(l.file, s.Op, l.try) && (first == nil || s.Op.Pos < first.Pos) {
			steps, first = []effects.Step{l.p.SiteStep(s)}, s.Op
		}
	}
	for _, i := range l.p.OutEdges(n) {
		e := &l.p.Edges[i]
		if rule.Runs(e) && e.Certainty == diag.Proved && l.remote.Reaches(e.To) && rule.Inside(l.file, e.Op, l.try) && (first == nil || e.Op.Pos < first.Pos) {
			steps, first = l.remote.Through(e), e.Op
		}
	}
	for _, i := range l.p.OutEdges(n) {
		if e := &l.p.Edges[i]; e.Op == first && l.sleeps.Reaches(e.To) {
			return nil, nil
		}
	}
	if first == nil {
		return nil, nil
	}
	for o := l.fn.Ops[0]; o < l.fn.Ops[1]; o++ {
		op := &l.file.Facts.Ops[o]
		if !rule.Inside(l.file, op, l.loop) || op == first {
			continue
		}
		inTry := rule.Inside(l.file, op, l.try)
		if inTry && (op.Pos > first.Pos || o > uint32(l.file.Facts.IndexOf(first))) {
			continue // not reached when the first one fails
		}
		if !inTry && inElse(l.file, op, l.file.Facts.Ctxs[l.try].B) {
			continue
		}
		switch op.Code {
		case facts.Await, facts.Yield, facts.YieldFrom:
			if c := l.flow.Def(l.file, facts.Ref(op.A)); op.Code != facts.Await || c == nil || c != first {
				if inTry && c != nil && c.Pos >= first.Pos {
					continue
				}
				return nil, nil
			}
		case facts.Enter, facts.Iter:
			if op.Flags&facts.FlagAsync != 0 {
				return nil, nil
			}
		case facts.Call:
			if l.mayWait(op) {
				return nil, nil
			}
		}
	}
	return steps, first
}

// inElse: the operation runs only when the try was left without an exception.
func inElse(file *link.File, op *facts.Op, try uint32) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		yes = yes || c.Kind == facts.CtxElse && c.B == try
		return !yes
	})
	return yes
}

// mayWait: the call waits for time or work, or what it does is not known.
func (l *spin) mayWait(op *facts.Op) bool {
	name := l.flow.Called(l.file, op)
	_, method := l.flow.Method(l.file, op)
	last := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	if last == "" {
		last = strings.ToLower(method)
	}
	for _, w := range rule.Words(last + " " + method) {
		switch w {
		case "sleep", "wait", "poll", "pause", "delay", "backoff", "join", "recv", "receive", "accept", "input", "select", "listen", "read", "readline", "next", "acquire", "brpop", "blpop", "throttle", "tick", "exit", "get", "run", "reconnect", "connect", "retry", "handle":
			return !known(l.p, op) || w == "sleep" || w == "wait" || w == "input" || w == "exit" || w == "get" && strings.HasPrefix(name, "queue")
		}
	}
	for _, i := range l.p.CallsAt(op) {
		if e := l.p.Calls[i].Entity; e != nil {
			for k := range e.Effects {
				switch e.Effects[k].Kind {
				case knowledge.Sleep, knowledge.Exit:
					return true
				}
			}
		}
	}
	own := false
	for _, i := range l.p.OutEdges(effects.Node(l.f)) {
		e := &l.p.Edges[i]
		if e.Op != op {
			continue
		}
		own = true
		if l.sleeps.Reaches(e.To) || l.p.Unresolved(e.To) > 3 {
			return true
		}
	}
	// In the handler, only what is known to return at once is passed over.
	return !own && !known(l.p, op) && rule.Inside(l.file, op, l.handler.Ctx) && !logs(method)
}

func logs(method string) bool {
	switch method {
	case "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print", "print_exc", "format_exc", "capture_exception", "increment", "incr", "inc", "append", "format", "join":
		return true
	}
	return false
}

// known: the catalogue says what the call does.
func known(p *rule.Pass, op *facts.Op) bool {
	for _, i := range p.CallsAt(op) {
		if p.Calls[i].Entity != nil {
			return true
		}
	}
	return false
}
