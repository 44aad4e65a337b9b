package async

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
	Code: "RW106", Name: "unbounded-fan-out", Since: "0.1", Family: "async",
	Severity: rule.Unproven,
	Doc:      docs.Read("unbounded_fan_out.md"), Check: unboundedFanOut,
})

var costly = rule.Kinds(knowledge.Net, knowledge.LLM, knowledge.Notify, knowledge.Payment, knowledge.DB, knowledge.DBWrite, knowledge.Subprocess)

func unboundedFanOut(p *rule.Pass) {
	var scheduled []*effects.Edge
	for i := range p.Edges {
		if e := &p.Edges[i]; e.Mode == link.Scheduled && e.Op.Code == facts.Call && !p.File(e.From).Test && p.File(e.From).Facts.Notebook == nil && !p.IsMain(e.From) {
			scheduled = append(scheduled, e)
		}
	}
	if len(scheduled) == 0 {
		return
	}
	flow := p.NewFlow(func(v *rule.Value) string { return unknownSize(p, v) })
	// What is written out has as many elements as are written.
	flow.Stop = func(v *rule.Value) bool {
		switch v.Op.Code {
		case facts.MakeList, facts.MakeTuple, facts.MakeSet, facts.MakeDict:
			return v.Op.C != 1
		case facts.Format:
			return true
		case facts.Attr: // a request reaches its application, and what others have put beside it
			switch v.Attr() {
			case "app", "state", "user", "auth", "session", "scope":
				_, par := v.OfParam()
				return par != nil
			}
		}
		return false
	}
	unlimited := slices.ContainsFunc(p.Calls, func(c link.LibraryCall) bool {
		if !rule.HasPrefix(c.Path, "aiohttp") || !strings.HasSuffix(c.Path, ".TCPConnector") && !strings.HasSuffix(c.Path, ".TCPConnector.__init__") {
			return false
		}
		limit := c.Keyword("limit")
		n, ok := limit.Ref.Int()
		return limit.Given && (limit.IsNone() || ok && n == 0)
	})
	t := p.Trace(func(s *effects.Site) bool {
		return costly(s.Kind) && !p.File(s.Node).Test && (unlimited || !pooled(p, flow, s))
	}, func(e *effects.Edge) bool {
		return (rule.Runs(e) || e.Mode == link.Offloaded) && !throttles(p, flow, p.FuncOf(e.From)) && !throttles(p, flow, p.FuncOf(e.To))
	})
	told := map[*facts.Op]bool{}
	for _, e := range scheduled {
		f := p.FuncOf(e.From)
		file, fn := p.FileOf(f), p.Facts(f)
		if told[e.Op] || !t.Reaches(e.To) || throttles(p, flow, f) || throttles(p, flow, p.FuncOf(e.To)) {
			continue
		}
		over := fannedOver(flow, file, fn, e.Op)
		if over == 0 || bounded(flow, file, over, 0) {
			continue
		}
		o := flow.From(file, over)
		if o == nil {
			continue
		}
		told[e.Op] = true
		steps := t.Through(e)
		x := p.At(f, e.Op)
		x.Certainty = min(e.Certainty, t.Certainty(e.To), diag.Proved)
		x.Message = fmt.Sprintf("`%s` starts one `%s` for each element of %s, all at once: as many calls of `%s` at the same time as there are elements", p.Short(f), p.Short(p.FuncOf(e.To)), o.What, rule.CalledAs(rule.Last(steps)))
		x.Help = "bound how many run at a time: an `asyncio.Semaphore` around the call, or a fixed number of workers that take from a queue"
		x.Witness = append(slices.Clone(o.Frames), p.Frames(steps)...)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, e.Op.Pos)
		p.Report(x)
	}
}

// pooled: the request goes over a session of aiohttp that others use, too, which opens a hundred connections at most.
func pooled(p *rule.Pass, flow *rule.Flow, s *effects.Site) bool {
	if s.Op.Code != facts.Call || !rule.HasPrefix(s.Path, "aiohttp") {
		return false
	}
	if strings.Contains(s.Path, ".ClientResponse.") {
		return true // the request itself decides
	}
	file := p.File(s.Node)
	session, _ := flow.Method(file, s.Op)
	made := rule.DefOf(file, p.Facts(p.FuncOf(s.Node)), session)
	return session != 0 && (made == nil || made.Code != facts.Call && made.Code != facts.Enter)
}

// unknownSize says of a value that only those outside know how many elements it has.
func unknownSize(p *rule.Pass, v *rule.Value) string {
	if v.Param != nil {
		if v.Param.Default.IsVar() || v.File.Facts.Str(v.Param.Name) == "self" {
			return "" // Depends(…): the framework makes it
		}
		for i := range p.Registrations {
			r := &p.Registrations[i]
			// A message of a chat has as many parts as its platform lets through.
			if r.Func == v.Func && r.Call != nil && r.Call.Phase == "request" && (r.Entity == nil || !rule.HasPrefix(r.Entity.Path, "discord", "telegram", "slack_bolt", "slack_sdk")) {
				return "what the request brings (`" + v.File.Facts.Str(v.Param.Name) + "`)"
			}
		}
		return ""
	}
	if v.Op == nil || v.Op.Code != facts.Call {
		return ""
	}
	for _, i := range p.CallsAt(v.Op) {
		c := &p.Calls[i]
		if c.Entity == nil || c.Mode != link.Called {
			continue
		}
		last := c.Path[strings.LastIndexByte(c.Path, '.')+1:]
		switch last {
		case "all", "fetchall", "fetch", "scalars", "filter", "find", "to_list", "fetch_all":
			if rule.HasPrefix(c.Path, "django.db", "sqlalchemy", "sqlmodel", "pymongo", "motor", "asyncpg", "databases", "tortoise", "psycopg") {
				return "a query's result"
			}
		case "json":
			if rule.HasPrefix(c.Path, "starlette.requests", "aiohttp.web_request", "sanic.request", "quart.wrappers") {
				return "what the request brings (`" + c.DisplayPath() + "`)"
			}
			if c.Entity.Taint == "external" || rule.HasPrefix(c.Path, "httpx", "requests", "aiohttp") {
				return "another service's answer"
			}
		case "readlines", "listdir", "glob", "rglob", "iterdir":
			return "what a directory or file holds"
		}
	}
	return ""
}

// throttles: the block bounds how many run at the same time, by the names of what it enters or is decorated with.
func throttles(p *rule.Pass, flow *rule.Flow, f link.Func) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	for _, d := range flow.Decorations(f) {
		if bounding(d.Path) {
			return true
		}
	}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		switch op.Code {
		case facts.Enter:
			if bounding(flow.NameOf(file, facts.Ref(op.A))) {
				return true
			}
		case facts.Call:
			if _, name := flow.Method(file, op); name == "acquire" {
				return true
			}
		}
	}
	return false
}

func bounding(name string) bool {
	for _, w := range rule.Words(name) {
		switch w {
		case "sem", "semaphore", "semaphor", "limit", "limiter", "limited", "lock", "throttle", "throttler", "slot", "slots", "bulkhead", "rate", "pool", "mutex", "capacity", "concurrency", "ratelimit", "throttled":
			return true
		}
	}
	return false
}

// fannedOver is the iterable for each of whose elements the call starts something; 0 when it starts a fixed number, or waits
// before it starts the next.
func fannedOver(flow *rule.Flow, file *link.File, fn *facts.Func, op *facts.Op) facts.Ref {
	name := flow.Called(file, op)
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch last {
	case "create_task", "ensure_future", "start_soon":
		x := op.Ctx
		for ; x != 0; x = file.Facts.Ctxs[x].Parent {
			if c := &file.Facts.Ctxs[x]; c.Kind == facts.CtxFor || c.Kind == facts.CtxComp {
				if c.Flags&facts.FlagAsync != 0 || waitsIn(file, fn, x) {
					return 0
				}
				return c.A
			}
		}
	case "gather", "as_completed", "wait":
		a := file.Facts.Args(op)
		for i, arg := range a.Pos {
			if last == "gather" && a.Stars>>i&1 == 0 {
				continue
			}
			if r := elementsOf(flow, file, fn, facts.Ref(arg), 0); r != 0 {
				return r
			}
		}
	}
	return 0
}

func elementsOf(flow *rule.Flow, file *link.File, fn *facts.Func, r facts.Ref, depth int) facts.Ref {
	if depth > 10 {
		return 0
	}
	for _, i := range flow.Defs(file, r) {
		d := &file.Facts.Ops[i]
		switch d.Code {
		case facts.Copy:
			if x := elementsOf(flow, file, fn, facts.Ref(d.A), depth+1); x != 0 {
				return x
			}
		case facts.MakeList, facts.MakeSet:
			elems, _ := file.Facts.Elems(d)
			for _, e := range elems {
				if x := comprehended(flow, file, facts.Ref(e), d); x != 0 {
					return x
				}
			}
			for _, e := range storedAt(flow, file, fn, r) {
				for x := e.Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
					if c := &file.Facts.Ctxs[x]; c.Kind == facts.CtxFor {
						if c.Flags&facts.FlagAsync != 0 || waitsIn(file, fn, x) {
							return 0
						}
						return c.A
					}
				}
			}
		case facts.Call:
			// A generator expression is a function that is called with its iterable.
			if def := flow.Def(file, facts.Ref(d.A)); def != nil && def.Code == facts.MakeFunc && file.Facts.Funcs[def.A].Kind == facts.GenExp {
				if a := file.Facts.Args(d); len(a.Pos) > 0 {
					return facts.Ref(a.Pos[0])
				}
			}
			if flow.Called(file, d) == "list" {
				if a := file.Facts.Args(d); len(a.Pos) == 1 {
					return elementsOf(flow, file, fn, facts.Ref(a.Pos[0]), depth+1)
				}
			}
		}
	}
	return 0
}

// comprehended is the iterable of the comprehension in which an element was made.
func comprehended(flow *rule.Flow, file *link.File, r facts.Ref, list *facts.Op) facts.Ref {
	d := flow.Def(file, r)
	if d == nil {
		return 0
	}
	for x := d.Ctx; x != 0 && x != list.Ctx; x = file.Facts.Ctxs[x].Parent {
		if c := &file.Facts.Ctxs[x]; c.Kind == facts.CtxComp {
			return c.A
		}
	}
	return 0
}

// storedAt are the calls that append to a list, under any of its names in the block.
func storedAt(flow *rule.Flow, file *link.File, fn *facts.Func, r facts.Ref) []*facts.Op {
	same := map[facts.Ref]bool{r: true}
	for changed := true; changed; {
		changed = false
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			if op := &file.Facts.Ops[o]; op.Code == facts.Copy && same[facts.Ref(op.A)] && !same[op.Dst] {
				same[op.Dst] = true
				changed = true
			}
		}
	}
	var out []*facts.Op
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if op := &file.Facts.Ops[o]; op.Code == facts.Call {
			if recv, name := flow.Method(file, op); same[recv] && (name == "append" || name == "add") {
				out = append(out, op)
			}
		}
	}
	return out
}

// waitsIn: each turn of the loop waits for something.
func waitsIn(file *link.File, fn *facts.Func, loop uint32) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if op := &file.Facts.Ops[o]; suspends(op) && rule.Inside(file, op, loop) {
			return true
		}
	}
	return false
}

// bounded: a constant, or a slice, says how many elements there are.
func bounded(flow *rule.Flow, file *link.File, r facts.Ref, depth int) bool {
	if depth > 12 || !r.IsVar() {
		return true
	}
	for _, i := range flow.Defs(file, r) {
		d := &file.Facts.Ops[i]
		switch d.Code {
		case facts.Slice, facts.MakeDict, facts.MakeTuple:
			return true
		case facts.Copy, facts.Await, facts.Attr, facts.Item:
			if d.Flags&facts.FlagBack == 0 && bounded(flow, file, facts.Ref(d.A), depth+1) && facts.Ref(d.A).IsVar() {
				return true
			}
		case facts.Call:
			name := flow.Called(file, d)
			recv, method := flow.Method(file, d)
			switch {
			case name == "range" || strings.HasSuffix(name, "islice") || strings.HasSuffix(name, "batched") || strings.Contains(strings.ToLower(name+method), "chunk") || strings.Contains(strings.ToLower(name+method), "batch"):
				return true
			case method == "limit" || method == "first":
				return true
			case method == "all" || method == "scalars" || method == "execute" || method == "options" || method == "order_by" || method == "where" || method == "filter" || method == "join":
				if bounded(flow, file, recv, depth+1) && recv.IsVar() {
					return true
				}
				for _, a := range file.Facts.Args(d).Pos {
					if x := facts.Ref(a); x.IsVar() && (method == "execute" || method == "scalars") && bounded(flow, file, x, depth+1) {
						return true
					}
				}
			case name == "enumerate" || name == "zip" || name == "list" || name == "set" || name == "sorted":
				for _, a := range file.Facts.Args(d).Pos {
					if x := facts.Ref(a); x.IsVar() && bounded(flow, file, x, depth+1) {
						return true
					}
				}
			}
		}
	}
	return false
}
