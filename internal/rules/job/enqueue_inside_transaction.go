package job

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
	Code: "RW413", Name: "enqueue-inside-transaction", Since: "0.1", Family: "job", Severity: rule.Unproven,
	Doc: docs.Read("enqueue_inside_transaction.md"), Check: enqueueInsideTransaction,
})

// enqueueInsideTransaction goes backward from the edges that enqueue along the calls that run at once, up to those that stand
// in a transaction.
func enqueueInsideTransaction(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	waiting := map[link.Func]bool{}
	waits := func(e *effects.Edge) bool {
		g := p.FuncOf(e.To)
		yes, known := waiting[g]
		if !known {
			yes = waitsForCommit(p, flow, g)
			waiting[g] = yes
		}
		return yes
	}
	via := map[effects.Node]*effects.Edge{} // the next step of the shortest chain
	var layer []effects.Node
	handed := enqueuedByQueue(p)
	for n, es := range handed {
		if via[n] == nil {
			via[n] = es[0]
			layer = append(layer, n)
		}
	}
	slices.Sort(layer)
	for i := range p.Edges {
		if e := &p.Edges[i]; e.Mode == link.Enqueued && via[e.From] == nil && !p.File(e.From).Test && e.Certainty == diag.Proved && !later(p, e.Op) && !waits(e) {
			via[e.From] = e
			layer = append(layer, e.From)
		}
	}
	runs := func(e *effects.Edge) bool {
		return e.Mode == link.Called && e.Certainty == diag.Proved && !p.File(e.From).Test && !later(p, e.Op)
	}
	for len(layer) > 0 {
		var next []effects.Node
		for _, n := range layer {
			for _, i := range p.InEdges(n) {
				if e := &p.Edges[i]; runs(e) && via[e.From] == nil {
					via[e.From] = e
					next = append(next, e.From)
				}
			}
		}
		layer = next
	}
	if len(via) == 0 {
		return
	}
	var requests *rule.Arrivals // where every request is a transaction
	var writing *rule.Trace     // what writes, so that something waits for the commit
	if atomicRequests(p) {
		requests = p.Arrivals()
		writing = p.Trace(func(s *effects.Site) bool { return s.Kind == knowledge.DBWrite && !p.File(s.Node).Test }, rule.Runs)
	}
	var once rule.Once
	report := func(f link.Func, e *effects.Edge, whose string) {
		steps := []effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}}
		last := e
		for last.Mode != link.Enqueued && len(steps) < 50 {
			last = via[last.To]
			steps = append(steps, effects.Step{Node: last.From, Op: last.Op, Mode: last.Mode, To: last.To})
		}
		x := p.At(f, e.Op)
		task := p.Short(p.FuncOf(last.To))
		x.Message = fmt.Sprintf("`%s` enqueues `%s` inside %s: a worker may start it before the commit, or though it is rolled back", p.Short(f), task, whose)
		x.Help = "enqueue it after the commit, below the `with`"
		if p.HasLibrary("django") {
			x.Help = fmt.Sprintf("enqueue it after the commit: `transaction.on_commit(lambda: %s.delay(…))`, or after the `with`", task)
		}
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.File(last.From).Index, last.Op.Pos)
		once.Report(p, x)
	}
	for f := range link.Func(p.Funcs()) {
		n := effects.Node(f)
		if via[n] == nil {
			continue
		}
		file := p.FileOf(f)
		whole := decorated(flow, file, p.Facts(f))
		out := slices.Clone(handed[n])
		for _, i := range p.OutEdges(n) {
			out = append(out, &p.Edges[i])
		}
		for _, e := range out {
			if e.Certainty != diag.Proved || later(p, e.Op) || e.Mode != link.Enqueued && !(runs(e) && via[e.To] != nil) || e.Mode == link.Enqueued && waits(e) {
				continue
			}
			inside := whole || e.Mode == link.Enqueued && requests != nil && inView(p, requests, e) && unsaved(p, requests, writing, requests.Runs(p, n, e.ID), e.Op)
			rule.Around(file, e.Op, func(c *facts.Ctx) bool {
				if c.Kind == facts.CtxWith {
					inside = inside || rule.Transaction(p, f, c) != ""
				}
				return !inside
			})
			if inside {
				report(f, e, "a transaction")
			}
		}
	}
	s := &sent{p: p, flow: flow, atomic: requests != nil, admin: ofAdmin(p, flow)}
	s.inside(func(f link.Func, n effects.Node, whose string) {
		if e := via[n]; e != nil && p.FuncOf(e.From) == f {
			report(f, e, whose)
		}
	})
}

// enqueuedByQueue are the calls of RQ's queues, which are given the function that a worker runs later: for each node that makes one.
func enqueuedByQueue(p *rule.Pass) map[effects.Node][]*effects.Edge {
	out := map[effects.Node][]*effects.Edge{}
	for i := range p.Registrations {
		r := &p.Registrations[i]
		n := effects.Node(r.From)
		if r.Entity == nil || r.Op == nil || !rule.HasPrefix(r.Entity.Path, "rq") || p.File(n).Test || later(p, r.Op) {
			continue
		}
		out[n] = append(out[n], &effects.Edge{From: n, To: effects.Node(r.Runs), Op: r.Op, Mode: link.Enqueued, Certainty: diag.Proved})
	}
	return out
}

// atomicRequests: the settings of Django make each request a transaction.
func atomicRequests(p *rule.Pass) bool {
	yes := func(f *link.File, key, value uint32) bool {
		k := facts.Ref(key)
		return k.Tag() == facts.TagStr && f.Facts.Str(k.Index()) == "ATOMIC_REQUESTS" && facts.Ref(value).Is(facts.ConstTrue)
	}
	for _, f := range p.Files {
		if f.Test || !slices.Contains(f.Facts.Strings, "ATOMIC_REQUESTS") {
			continue
		}
		for o := range f.Facts.Ops {
			switch op := &f.Facts.Ops[o]; op.Code {
			case facts.SetItem:
				if yes(f, op.B, op.C) {
					return true
				}
			case facts.MakeDict:
				items := f.Facts.Items(op)
				for i := 0; i+1 < len(items); i += 2 {
					if yes(f, items[i], items[i+1]) {
						return true
					}
				}
			}
		}
	}
	return false
}

// inView: a view of Django's comes to it, before the commit; middleware runs outside the view's transaction.
func inView(p *rule.Pass, from *rule.Arrivals, e *effects.Edge) bool {
	n := from.Runs(p, e.From, e.ID)
	for _, s := range from.Way(n) {
		if later(p, s.Op) {
			return false
		}
	}
	by := from.By(n)
	return by != nil && by.Call.Phase == "request" && by.Entity != nil && rule.HasPrefix(by.Entity.Path, "django", "rest_framework")
}

// unsaved: on the way to the operation, before it, something is written, which waits for the commit.
func unsaved(p *rule.Pass, from *rule.Arrivals, writing *rule.Trace, n effects.Node, op *facts.Op) bool {
	for _, s := range append(from.Way(n), effects.Step{Node: n, Op: op}) {
		for _, i := range p.SitesOf(s.Node) {
			if w := &p.Sites[i]; w.Kind == knowledge.DBWrite && w.Op.Pos < s.Op.Pos {
				return true
			}
		}
		for _, i := range p.OutEdges(s.Node) {
			if e := &p.Edges[i]; rule.Runs(e) && e.Op.Pos < s.Op.Pos && writing.Reaches(e.To) {
				return true
			}
		}
	}
	return false
}

// later: the callee runs when the transaction is over, or when somebody calls what `partial` makes.
func later(p *rule.Pass, op *facts.Op) bool {
	for _, i := range p.CallsAt(op) {
		if path := p.Calls[i].Path; path == "functools.partial" || strings.HasSuffix(path, ".on_commit") {
			return true
		}
	}
	return false
}

// waitsForCommit: the class of the task, `@app.task(base=…)`, enqueues after the commit by itself.
func waitsForCommit(p *rule.Pass, flow *rule.Flow, task link.Func) bool {
	file := p.FileOf(task)
	for _, d := range flow.Decorations(task) {
		if d.Call == nil {
			continue
		}
		if base := rule.Keyword(file, d.Call, "base"); base != 0 && classWaits(p, flow, file, base, 0) {
			return true
		}
	}
	return false
}

// classWaits: the class, or one that it is made from, hands what its apply_async or delay does to on_commit.
func classWaits(p *rule.Pass, flow *rule.Flow, file *link.File, r facts.Ref, depth int) bool {
	at, class := flow.ClassOf(file, r)
	if class == nil || depth > 8 {
		return false
	}
	for _, m := range class.Members {
		if name := at.Facts.Str(m.Name); name != "apply_async" && name != "delay" {
			continue
		}
		d := flow.Made(at, m.Ref)
		if d == nil || d.Code != facts.MakeFunc {
			continue
		}
		fn := &at.Facts.Funcs[d.A]
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			if op := &at.Facts.Ops[o]; op.Code == facts.Call && later(p, op) {
				return true
			}
		}
	}
	return slices.ContainsFunc(class.Bases, func(b facts.Ref) bool { return classWaits(p, flow, at, b, depth+1) })
}

// decorated: the whole function is a transaction.
func decorated(flow *rule.Flow, file *link.File, fn *facts.Func) bool {
	for _, d := range fn.Decorators {
		r := d.Value
		if def := flow.Def(file, r); def != nil && def.Code == facts.Call {
			r = facts.Ref(def.A)
		}
		if flow.Dotted(file, r) == "django.db.transaction.atomic" {
			return true
		}
	}
	return false
}
