package http

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW305", Name: "call-outlasts-its-worker", Since: "0.1", Family: "http", Severity: rule.Unproven,
	Doc: docs.Read("call_outlasts_its_worker.md"), Check: callOutlastsItsWorker,
})

// allowed is the time that something gives whoever waits for a call.
type allowed struct {
	seconds int
	ends    string // what happens then
	at      diag.Frame
}

// callOutlastsItsWorker compares what a call may take at most, its timeout times the attempts of the retries around it, with the
// time after which gunicorn kills the worker that waits for it, or Celery the job.
func callOutlastsItsWorker(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var once rule.Once
	if limit, at := workerTimeout(p); limit != 0 {
		a := p.Arrive(func(r *inventory.Root) bool {
			return r.Phase == inventory.Request && p.Facts(r.Func).Flags&facts.FuncAsync == 0
		}, func(e *effects.Edge) bool { return e.Mode == link.Called })
		compare(p, flow, &once, a, func(r *inventory.Root) (allowed, bool) {
			return allowed{limit, fmt.Sprintf("gunicorn kills the worker after %d s: the request (`%s`) ends without an answer, and so do the others of that worker", limit, p.Short(r.Func)), at}, true
		})
	}
	limits := jobLimits(p, flow)
	if len(limits) == 0 {
		return
	}
	a := p.Arrive(func(r *inventory.Root) bool { return r.Phase == inventory.Job }, func(e *effects.Edge) bool { return e.Mode == link.Called })
	compare(p, flow, &once, a, func(r *inventory.Root) (allowed, bool) {
		limit, ok := limits[r.Func]
		return limit, ok
	})
}

// compare reports the calls that may take longer than what waits for them is given.
func compare(p *rule.Pass, flow *rule.Flow, once *rule.Once, a *rule.Arrivals, of func(*inventory.Root) (allowed, bool)) {
	for i := range p.Sites {
		s := &p.Sites[i]
		root := a.At(s.Node)
		if root == nil || !outbound(s.Kind) || s.Effect == nil || s.Call == nil || s.Mode != link.Called {
			continue
		}
		limit, ok := of(root)
		if !ok {
			continue
		}
		file := p.File(s.Node)
		seconds, times, ok := longest(flow, file, s)
		if !ok {
			continue
		}
		way := a.Way(s.Node)
		for _, f := range append([]link.Func{p.FuncOf(s.Node)}, funcsOf(p, way)...) {
			times *= attempts(p, flow, f)
		}
		times *= turns(flow, file, s.Op)
		if seconds*times <= limit.seconds {
			continue
		}
		x := p.At(p.FuncOf(s.Node), s.Op)
		total := fmt.Sprintf("%d s", seconds)
		if times > 1 {
			total = fmt.Sprintf("%d times %d s", times, seconds)
		}
		x.Message = fmt.Sprintf("`%s` may take %s, and %s", rule.CalledAs(s), total, limit.ends)
		x.Help = fmt.Sprintf("let the attempts together take less than %d s, or do the call in a job", limit.seconds)
		if root.Phase == inventory.Job {
			x.Help = fmt.Sprintf("let the attempts together take less than %d s, or give the job the time that they need", limit.seconds)
		}
		x.Witness = append(p.Frames(append(way, p.SiteStep(s))), limit.at)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, s.Op.Pos)
		once.Report(p, x)
	}
}

// turns is how often a loop, `for attempt in range(3)`, tries a call again whose failure a handler in the loop catches.
func turns(flow *rule.Flow, file *link.File, op *facts.Op) int {
	caught := false
	n := 1
	rule.Around(file, op, func(c *facts.Ctx) bool {
		switch c.Kind {
		case facts.CtxTry:
			for _, h := range file.Facts.Tries[c.B].Handlers {
				caught = caught || h.Body&(facts.HandlerReturns|facts.HandlerBreaks) == 0 && (h.Type == 0 || slices.ContainsFunc(flow.Names(file, uint32(h.Type)), timesOut))
			}
		case facts.CtxFor:
			made := flow.Made(file, c.A)
			if made == nil || made.Code != facts.Call || flow.Called(file, made) != "range" || !caught || len(file.Facts.Args(made).Pos) != 1 {
				return false
			}
			n, _ = number(flow, file, rule.Pos(file, made, 0))
			return false
		case facts.CtxWhile:
			return false
		}
		return true
	})
	return max(n, 1)
}

// timesOut: by its name, an exception that a call which takes too long raises is one of these.
func timesOut(name string) bool {
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "Exception", "BaseException", "RequestException", "Timeout", "ReadTimeout", "TimeoutException", "TimeoutError", "HTTPError", "TransportError", "RequestError", "OSError", "URLError", "APITimeoutError", "APIError", "ClientError":
		return true
	}
	return false
}

// jobLimits are the times that the decorators of Celery's tasks give them, and those of Dramatiq's actors, in milliseconds.
func jobLimits(p *rule.Pass, flow *rule.Flow) map[link.Func]allowed {
	out := map[link.Func]allowed{}
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "job" || r.Entity == nil || !rule.HasPrefix(r.Entity.Path, "celery", "dramatiq") || p.FileOf(r.Func).Test {
			continue
		}
		file := p.FileOf(r.Func)
		for _, d := range flow.Decorations(r.Func) {
			if d.Call == nil {
				continue
			}
			for _, name := range []string{"time_limit", "soft_time_limit"} {
				n, ok := number(flow, file, rule.Keyword(file, d.Call, name))
				by := "Celery"
				if rule.HasPrefix(r.Entity.Path, "dramatiq") {
					n, by = n/1000, "Dramatiq"
				}
				if old, has := out[r.Func]; !ok || n <= 0 || has && old.seconds <= n {
					continue
				}
				at := p.At(r.Func, d.Call)
				out[r.Func] = allowed{n, fmt.Sprintf("%s ends job `%s` after %d s (`%s`), in the middle of it", by, p.Short(r.Func), n, name),
					diag.Frame{Function: p.Name(r.Func), File: at.File, Line: at.Line, Note: fmt.Sprintf("gives it %d s", n)}}
			}
		}
	}
	return out
}

// workerTimeout is the shortest time that a gunicorn with synchronous workers gives a request, and where it says so; 0 when none
// is started in a way that tells.
func workerTimeout(p *rule.Pass) (int, diag.Frame) {
	best, frame := 0, diag.Frame{}
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		for _, r := range a.Runs {
			if r.Runner != "gunicorn" {
				continue
			}
			t, ok := gunicornTimeout(r.Args)
			if !ok {
				return 0, diag.Frame{}
			}
			if best == 0 || t < best {
				best, frame = t, diag.Frame{Function: a.Name, File: a.Path, Line: r.Line, Note: fmt.Sprintf("starts gunicorn, whose workers have %d s", t)}
			}
		}
	}
	return best, frame
}

// gunicornTimeout reads the arguments of gunicorn; ok is false when a file or a variable decides, or the workers are not of the
// kind that one request holds.
func gunicornTimeout(args []string) (seconds int, ok bool) {
	seconds = 30 // gunicorn's default
	for i, a := range args {
		name, value, joined := strings.Cut(a, "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		switch name {
		case "-c", "--config", "-k", "--worker-class", "--threads":
			return 0, false
		case "-t", "--timeout":
			n, err := strconv.Atoi(value)
			if err != nil || n <= 0 {
				return 0, false
			}
			seconds = n
		}
		if strings.Contains(a, "$") && strings.Contains(strings.ToLower(a), "gunicorn") {
			return 0, false
		}
	}
	return seconds, true
}

// longest is how many seconds one attempt of a call may take, by its own timeout or that of the client which it goes through, and how
// many attempts the session of requests, or the client of a model's API, makes for it.
func longest(flow *rule.Flow, file *link.File, s *effects.Site) (seconds, times int, ok bool) {
	recv, method := flow.Method(file, s.Op)
	at, client := file, flow.Made(file, recv)
	for depth := 0; depth < 3 && client != nil && client.Code == facts.Attr; depth++ { // client.chat.completions.create(…)
		recv = facts.Ref(client.A)
		client = flow.Made(file, recv)
	}
	if from, global := flow.Global(file, recv); from != nil {
		at, client = from, flow.Made(from, global)
	}
	if client != nil && client.Code != facts.Call {
		client = nil
	}
	timeout := s.Call.Arg(s.Effect.Timeout)
	if !timeout.Given {
		timeout = s.Call.Arg(s.Effect.ClassTimeout) // the client's, which a call may replace
	}
	switch {
	case timeout.Given:
		seconds, ok = number(flow, file, timeout.Ref)
	case client != nil && s.Effect.ClassTimeout != "":
		seconds, ok = number(flow, at, rule.Keyword(at, client, s.Effect.ClassTimeout))
	}
	times = 1
	if client != nil && (method == "get" || method == "head" || method == "put" || method == "delete") { // what urllib3 repeats after a timeout
		times += mountedRetries(flow, at, client)
	}
	if client != nil && rule.HasPrefix(flow.Called(at, client), "openai", "anthropic") {
		if n, ok := number(flow, at, rule.Keyword(at, client, "max_retries")); ok {
			times += n
		}
	}
	return seconds, times, ok
}

// mountedRetries is how often a session, by the call that makes it, repeats a request: session.mount("https://",
// HTTPAdapter(max_retries=Retry(total=3))).
func mountedRetries(flow *rule.Flow, file *link.File, session *facts.Op) int {
	for o := range file.Facts.Ops {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Call {
			continue
		}
		recv, method := flow.Method(file, op)
		if method != "mount" || flow.Made(file, recv) != session {
			continue
		}
		adapter := flow.Made(file, rule.Argument(file, op, 1, "adapter"))
		if adapter == nil || adapter.Code != facts.Call || !strings.HasSuffix(flow.Called(file, adapter), ".HTTPAdapter") {
			continue
		}
		retries := rule.Keyword(file, adapter, "max_retries")
		if made := flow.Made(file, retries); made != nil && made.Code == facts.Call && strings.HasSuffix(flow.Called(file, made), ".Retry") {
			retries = rule.Argument(file, made, 0, "total")
		}
		if n, ok := number(flow, file, retries); ok {
			return n
		}
	}
	return 0
}

// number is what a reference says as a literal, in whole seconds or attempts.
func number(flow *rule.Flow, file *link.File, r facts.Ref) (int, bool) {
	for range 5 {
		if n, ok := r.Number(); ok {
			return int(n), true
		}
		d := flow.Def(file, r)
		if d == nil || d.Code != facts.Copy {
			return 0, false
		}
		r = facts.Ref(d.A)
	}
	return 0, false
}

func funcsOf(p *rule.Pass, way []effects.Step) []link.Func {
	var out []link.Func
	for _, s := range way {
		if f := p.FuncOf(s.Node); !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// attempts is how often a decorator calls a function at most, as far as it is written out.
func attempts(p *rule.Pass, flow *rule.Flow, f link.Func) int {
	file := p.FileOf(f)
	for _, d := range flow.Decorations(f) {
		if d.Call == nil {
			continue
		}
		switch {
		case rule.HasPrefix(d.Path, "tenacity") && strings.HasSuffix(d.Path, ".retry"):
			if stop := flow.Def(file, rule.Keyword(file, d.Call, "stop")); stop != nil && stop.Code == facts.Call && strings.HasSuffix(flow.Called(file, stop), "stop_after_attempt") {
				if n, ok := rule.Argument(file, stop, 0, "max_attempt_number").Int(); ok {
					return max(n, 1)
				}
			}
		case rule.HasPrefix(d.Path, "backoff"):
			if n, ok := rule.Keyword(file, d.Call, "max_tries").Int(); ok {
				return max(n, 1)
			}
		case rule.HasPrefix(d.Path, "retrying"):
			if n, ok := rule.Keyword(file, d.Call, "stop_max_attempt_number").Int(); ok {
				return max(n, 1)
			}
		case rule.HasPrefix(d.Path, "stamina"):
			if n, ok := rule.Keyword(file, d.Call, "attempts").Int(); ok {
				return max(n, 1)
			}
		}
	}
	return 1
}
