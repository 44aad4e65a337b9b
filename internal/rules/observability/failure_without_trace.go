package observability

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW902", Name: "failure-without-a-trace", Since: "0.1", Family: "observability", Severity: rule.Unproven,
	Doc: docs.Read("failure_without_trace.md"), Check: failureWithoutTrace,
})

// outside are the effects whose failure somebody has to hear of.
var outsideKinds = rule.Kinds(knowledge.Net, knowledge.DB, knowledge.DBWrite, knowledge.LLM, knowledge.Queue, knowledge.Payment, knowledge.Notify)

// outside: a failure to tell the caller something, as over a connection that has gone, is not meant.
func outside(s *effects.Site) bool {
	return outsideKinds(s.Kind) && !strings.Contains(strings.ToLower(s.Path), "websocket") && !strings.HasSuffix(s.Path, ".close")
}

// bestEffort are words of functions whose failure the program has decided to live with.
var bestEffort = []string{"close", "shutdown", "stop", "cleanup", "teardown", "disconnect", "exit", "del", "rollback", "cache", "cached", "metric", "metrics", "telemetry", "track", "tracking", "analytics", "log", "audit", "heartbeat", "ping",
	"try", "maybe", "safe", "safely", "quietly", "silent", "ignore", "best", "optional", "clean", "release", "unlock", "terminate", "abort", "cancel", "is", "has", "can", "exists", "check", "available", "health", "healthcheck", "healthz", "ready", "readiness", "status", "test", "probe", "validate", "version", "detect", "guess", "kill"}

func failureWithoutTrace(p *rule.Pass) {
	from := p.Arrivals()
	if from.None() {
		return
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	t := p.Trace(func(s *effects.Site) bool { return outside(s) && !p.File(s.Node).Test }, rule.Runs)
	var once rule.Once
	for n := range effects.Node(p.Nodes()) {
		if !from.Reaches(n) {
			continue
		}
		f := p.FuncOf(n)
		file, fn := p.FileOf(f), p.Facts(f)
		if len(file.Facts.Tries) == 0 || file.Test || slices.ContainsFunc(rule.Words(file.Facts.Str(fn.Name)), func(w string) bool { return slices.Contains(bestEffort, w) }) ||
			rule.InDir(file.Path, "examples", "example", "docs", "migrations", "alembic") {
			continue
		}
		var found []diag.Finding
		var at []uint32                                    // the handler of each
		told, lost := map[uint32]bool{}, map[uint32]bool{} // lost: what exception-swallowed tells of, an empty handler on the way to a write
		visit := func(op *facts.Op, steps func() []effects.Step) {
			rule.Around(file, op, func(c *facts.Ctx) bool {
				if c.Kind == facts.CtxHandler || c.Kind == facts.CtxFinally {
					return false
				}
				if c.Kind != facts.CtxTry {
					return true
				}
				h := silent(flow, file, fn, c.B)
				if h == nil {
					return !catches(file, c.B)
				}
				if rule.Handling(file, c.Parent) {
					return false // the failure that is being handled is the one to tell of
				}
				ss := steps()
				site := rule.Last(ss)
				lost[h.Pos] = lost[h.Pos] || h.Body&facts.HandlerPass != 0 && rule.Records(site)
				if told[h.Pos] {
					return false
				}
				told[h.Pos] = true
				before := from.Way(n)
				x := p.At(f, &facts.Op{Pos: h.Pos, Len: 6})
				x.Message = fmt.Sprintf("when `%s` fails in %s (`%s`), nothing tells of it: this handler drops every exception without a log, a metric or an error", rule.CalledAs(site), from.What(n), p.Short(from.For(p, n)))
				x.Help = "log it with its traceback (`logger.exception(…)`), or catch only the exception that is expected"
				x.Witness = p.Frames(append(before, ss...))
				x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, h.Pos)
				found, at = append(found, x), append(at, h.Pos)
				return false
			})
		}
		t.Proved(n, visit)
		for i, x := range found {
			if !lost[at[i]] {
				once.Report(p, x)
			}
		}
	}
}

func catches(file *link.File, try uint32) bool {
	return slices.ContainsFunc(file.Facts.Tries[try].Handlers, func(h facts.Handler) bool { return broad(file, h.Type) })
}

// answering are calls in a handler that only make an answer.
var answering = []string{"jsonify", "JSONResponse", "JsonResponse", "json_response", "sanic.response.json", "sanic.response.text", "ORJSONResponse", "UJSONResponse", "HttpResponse", "HttpResponseBadRequest", "HttpResponseServerError", "HttpResponseNotFound", "HttpResponseForbidden", "Response", "PlainTextResponse", "HTMLResponse", "make_response", "redirect", "render", "render_template", "dict", "list", "set", "tuple", "str", "int", "float", "bool"}

// silent is the handler of a try that catches everything, ends the matter, and says nothing to anybody.
func silent(flow *rule.Flow, file *link.File, fn *facts.Func, try uint32) *facts.Handler {
	t := &file.Facts.Tries[try]
	for i := range t.Handlers {
		h := &t.Handlers[i]
		if !broad(file, h.Type) {
			continue
		}
		if h.Body&(facts.HandlerRaises|facts.HandlerUsesName) != 0 || h.Body&(facts.HandlerPass|facts.HandlerReturns|facts.HandlerContinue) == 0 {
			return nil
		}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Pos < h.Pos || op.Pos >= h.End {
				continue
			}
			switch op.Code {
			case facts.SetAttr, facts.SetItem, facts.StateWrite, facts.Yield, facts.YieldFrom, facts.Await, facts.Enter, facts.Delete:
				return nil // it is noted somewhere
			case facts.Call:
				name := flow.Dotted(file, facts.Ref(op.A))
				if _, method := flow.Method(file, op); method != "" {
					name = method
				}
				if !slices.ContainsFunc(answering, func(a string) bool { return rule.HasPrefix(reversed(name), reversed(a)) }) {
					return nil
				}
			}
		}
		return h
	}
	return nil
}

// reversed turns a dotted name round, so that its last part comes first.
func reversed(dotted string) string {
	var parts []string
	for start, i := 0, 0; i <= len(dotted); i++ {
		if i == len(dotted) || dotted[i] == '.' {
			parts = append(parts, dotted[start:i])
			start = i + 1
		}
	}
	slices.Reverse(parts)
	out := parts[0]
	for _, x := range parts[1:] {
		out += "." + x
	}
	return out
}
