package rule

import (
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// Arrivals says how execution comes to a node from a request handler or a job.
type Arrivals struct{ from map[effects.Node]arrival }

type arrival struct {
	edge *effects.Edge // nil for the entry itself
	job  bool
}

// Arrivals goes forward from the request handlers and jobs along the calls that are certain, the shortest way to each node
// first. Commands of a terminal, which libraries register like jobs, do not count.
func (p *Pass) Arrivals() *Arrivals {
	p.own()
	if p.arrivals != nil {
		return p.arrivals
	}
	a := &Arrivals{from: map[effects.Node]arrival{}}
	p.arrivals = a
	var layer []effects.Node
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "request" && r.Call.Phase != "job" || p.FileOf(r.Func).Test || p.FileOf(r.Func).Facts.Notebook != nil {
			continue
		}
		if r.Call.Phase == "job" && (r.Entity == nil || !HasPrefix(r.Entity.Path, "celery", "dramatiq", "rq", "arq", "huey", "airflow", "prefect", "dagster")) {
			continue
		}
		n := effects.Node(r.Func)
		if _, ok := a.from[n]; !ok {
			a.from[n] = arrival{nil, r.Call.Phase == "job"}
			layer = append(layer, n)
		}
	}
	for len(layer) > 0 {
		var next []effects.Node
		for _, n := range layer {
			for _, i := range p.OutEdges(n) {
				e := &p.Edges[i]
				if e.Mode != link.Called && e.Mode != link.Scheduled && e.Mode != link.Offloaded || e.Certainty != diag.Proved || p.File(e.To).Test {
					continue
				}
				if _, ok := a.from[e.To]; !ok {
					a.from[e.To] = arrival{e, a.from[n].job}
					next = append(next, e.To)
				}
			}
		}
		layer = next
	}
	return a
}

// None: the program has no handler and no job.
func (a *Arrivals) None() bool { return len(a.from) == 0 }

// At says whether execution comes to a node.
func (a *Arrivals) At(n effects.Node) bool { _, ok := a.from[n]; return ok }

// What names the kind of what comes to a node: "a request" or "a job".
func (a *Arrivals) What(n effects.Node) string {
	if a.from[n].job {
		return "a job"
	}
	return "a request"
}

// Way is the chain of calls from the entry to a node, and the entry.
func (a *Arrivals) Way(n effects.Node) (steps []effects.Step, entry effects.Node) {
	entry = n
	for at := a.from[n]; at.edge != nil; at = a.from[at.edge.From] {
		steps = append(steps, effects.Step{Node: at.edge.From, Op: at.edge.Op, Mode: at.edge.Mode, To: at.edge.To})
		entry = at.edge.From
	}
	slices.Reverse(steps)
	return steps, entry
}
