package failure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW401", Name: "exception-swallowed-on-the-way-to-a-write-or-reply", Since: "0.1", Family: "failure", Severity: rule.Unproven,
	Doc: docs.Read("exception_swallowed.md"), Check: exceptionSwallowed,
})

func exceptionSwallowed(p *rule.Pass) {
	t := p.Trace(func(s *effects.Site) bool { return rule.Records(s) && !p.File(s.Node).Test },
		func(e *effects.Edge) bool { return rule.Runs(e) && !beside(p.Short(p.FuncOf(e.To))) })
	requests := requestHandlers(p)
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var once rule.Once
	told := map[placed]bool{}
	for n := range effects.Node(p.Nodes()) {
		file := p.File(n)
		f := p.FuncOf(n)
		if file.Test || file.Facts.Notebook != nil || bestEffort(p.Short(f)) || rule.InDir(file.Path, "migrations", "alembic") {
			continue
		}
		visit := func(op *facts.Op, steps func() []effects.Step, certainty diag.Certainty) {
			rule.Around(file, op, func(c *facts.Ctx) bool {
				if c.Kind == facts.CtxHandler || c.Kind == facts.CtxFinally {
					return false // a failure on the way to reporting a failure
				}
				var pos uint32
				onlyLogs := false
				switch {
				case c.Kind == facts.CtxTry:
					h, logs := swallows(p, f, c.B, requests[f])
					if h == nil {
						return !catchesAll(p, f, c.B)
					}
					pos, onlyLogs = h.Pos, logs
				case op.Pos > c.Pos && !given(flow, file, op) && slices.ContainsFunc(flow.Suppressed(file, p.Facts(f), c), func(name string) bool { return name == "Exception" || name == "BaseException" }):
					pos = c.Pos
				default:
					return true
				}
				if rule.Handling(file, c.Parent) {
					return false
				}
				at := placed{file, pos}
				if told[at] {
					return false
				}
				ss := steps()
				if asks(p, f, op, ss) {
					return false
				}
				told[at] = true
				x := p.At(f, &facts.Op{Pos: pos, Len: 6})
				site := rule.Last(ss)
				x.Certainty = certainty
				if onlyLogs {
					x.Message = fmt.Sprintf("`%s` logs the failure of `%s` and replies as if it had succeeded", p.Short(f), rule.CalledAs(site))
					x.Help = "answer with an error, or raise after logging, so that the caller knows that nothing was written"
				} else {
					x.Message = fmt.Sprintf("`%s` drops every exception on the way to `%s`: what was to be written is lost, and nobody hears of it", p.Short(f), rule.CalledAs(site))
					x.Help = "catch the one exception that is expected, and log and raise the others"
				}
				x.Witness = p.Frames(ss)
				x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, pos)
				once.Report(p, x)
				return false
			})
		}
		for _, i := range p.SitesOf(n) {
			if s := &p.Sites[i]; rule.Records(s) {
				visit(s.Op, func() []effects.Step { return []effects.Step{p.SiteStep(s)} }, s.Certainty)
			}
		}
		for _, i := range p.OutEdges(n) {
			if e := &p.Edges[i]; rule.Runs(e) && t.Reaches(e.To) && !beside(p.Short(p.FuncOf(e.To))) {
				visit(e.Op, func() []effects.Step { return t.Through(e) }, min(e.Certainty, t.Certainty(e.To)))
			}
		}
	}
}

// given: what is called was handed to the function, which cannot know whether its failure matters.
func given(flow *rule.Flow, file *link.File, op *facts.Op) bool {
	_, par := flow.ParamOf(file, facts.Ref(op.A))
	return par != nil
}

// asks: what a call comes to is a request to another service, whose answer the caller wants: nothing is to be written.
func asks(p *rule.Pass, f link.Func, op *facts.Op, steps []effects.Step) bool {
	if rule.Last(steps).Kind != knowledge.Net {
		return false
	}
	file, fn := p.FileOf(f), p.Facts(f)
	used, returned := rule.Used(file, fn, op)
	if len(steps) > 1 || returned {
		return used || returned
	}
	// Of the answer of its own request, what it says is read, and not only whether it went well.
	answer := map[facts.Ref]bool{op.Dst: op.Dst != 0}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		x := &file.Facts.Ops[o]
		switch {
		case !answer[facts.Ref(x.A)]:
		case x.Code == facts.Copy || x.Code == facts.Await || x.Code == facts.Enter:
			answer[x.Dst] = x.Dst != 0
		case x.Code == facts.Attr && slices.Contains([]string{"text", "json", "content", "data", "body", "read", "iter_lines", "iter_content"}, file.Facts.Str(x.B)):
			return true
		}
	}
	return false
}

type placed struct {
	file *link.File
	pos  uint32
}

// Functions whose failure the program has decided to live with, by their name.
var bestEffortWords = []string{"close", "shutdown", "stop", "cleanup", "teardown", "disconnect", "exit", "del", "rollback", "cache", "cached", "caching", "metric", "metrics", "telemetry", "track", "tracking",
	"analytics", "log", "logging", "audit", "heartbeat", "ping", "try", "maybe", "safe", "safely", "quietly", "silent", "ignore", "best", "optional", "clean", "release", "unlock", "terminate", "abort", "cancel", "prune", "invalidate", "migrate", "migration", "upgrade"}

func bestEffort(name string) bool {
	for _, w := range rule.Words(name) {
		if slices.Contains(bestEffortWords, w) {
			return true
		}
	}
	return false
}

// beside: what the function writes is no part of what its caller wants: it does what it can, or it reads, and makes or freshens a row on the way when there is none.
func beside(name string) bool {
	if bestEffort(name) {
		return true
	}
	words := rule.Words(name[strings.LastIndexByte(name, '.')+1:])
	return len(words) > 0 && slices.Contains([]string{"get", "find", "load", "current", "lookup", "list", "is", "has", "read", "search", "registry", "show", "display", "describe"}, words[0])
}

// requestHandlers are functions that answer requests themselves.
func requestHandlers(p *rule.Pass) map[link.Func]bool {
	out := map[link.Func]bool{}
	if p.Inventory == nil {
		return out
	}
	for _, w := range p.Inventory.Work {
		for i := range w.Roots {
			if r := &w.Roots[i]; r.Phase == inventory.Request {
				out[r.Func] = true
			}
		}
	}
	return out
}

// swallows is the handler of a try that catches everything and does nothing about it; onlyLogs when it does no more than
// write a line to a log and the function then replies.
func swallows(p *rule.Pass, f link.Func, try uint32, request bool) (h *facts.Handler, onlyLogs bool) {
	file := p.FileOf(f)
	t := &file.Facts.Tries[try]
	for i := range t.Handlers {
		h := &t.Handlers[i]
		if !broad(p, f, h.Type) {
			continue
		}
		if h.Body&facts.HandlerPass != 0 {
			return h, false
		}
		if request && h.Body&(facts.HandlerRaises|facts.HandlerReturns|facts.HandlerContinue) == 0 && onlyLogging(p, f, t.Pos, h) {
			return h, true
		}
		return nil, false
	}
	return nil, false
}

func catchesAll(p *rule.Pass, f link.Func, try uint32) bool {
	for i := range p.FileOf(f).Facts.Tries[try].Handlers {
		if broad(p, f, p.FileOf(f).Facts.Tries[try].Handlers[i].Type) {
			return true
		}
	}
	return false
}

// broad: bare, Exception or BaseException.
func broad(p *rule.Pass, f link.Func, r facts.Ref) bool {
	if r == 0 {
		return true
	}
	if r.Tag() == facts.TagBuiltin {
		switch p.FileOf(f).Facts.Str(r.Index()) {
		case "Exception", "BaseException":
			return true
		}
	}
	return false
}

// onlyLogging: everything in the handler is calls that log, and what makes their arguments.
func onlyLogging(p *rule.Pass, f link.Func, try uint32, h *facts.Handler) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	logged := false
	made := map[facts.Ref]bool{}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Pos < h.Pos || op.Pos >= h.End {
			continue
		}
		made[op.Dst] = true
		switch op.Code {
		case facts.Call:
			ok := false
			for _, i := range p.CallsAt(op) {
				if e := p.Calls[i].Entity; e != nil {
					for k := range e.Effects {
						ok = ok || e.Effects[k].Kind == knowledge.Log || e.Effects[k].Kind == knowledge.Stdout
					}
					ok = ok || e.Path == "builtins.str" || e.Path == "builtins.repr" || e.Path == "traceback.format_exc" || e.Path == "builtins.type" || e.Path == "traceback.print_exc"
				}
			}
			if !ok {
				return false
			}
			logged = true
		case facts.Attr, facts.Format, facts.BinOp, facts.Catch, facts.Item:
		default:
			return false // something else is done about it
		}
	}
	// A name that is set in the handler and read later tells the rest of the function what happened.
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code == facts.Copy && op.Pos >= try && (facts.Ref(op.A).Tag() >= facts.TagStr || made[facts.Ref(op.A)]) {
			return false
		}
	}
	return logged
}
