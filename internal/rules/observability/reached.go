package observability

import (
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// arrival is how execution comes to a node from a handler or a job; edge is nil for the entry itself.
type arrival struct {
	edge *effects.Edge
	job  bool
}

// arrivals goes forward from the request handlers and jobs along the calls that are certain.
func arrivals(p *rule.Pass) map[effects.Node]arrival {
	from := map[effects.Node]arrival{}
	var layer []effects.Node
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "request" && r.Call.Phase != "job" || p.FileOf(r.Func).Test || p.FileOf(r.Func).Facts.Notebook != nil {
			continue
		}
		// Commands of a terminal are registered as jobs too.
		if r.Call.Phase == "job" && (r.Entity == nil || !rule.HasPrefix(r.Entity.Path, "celery", "dramatiq", "rq", "arq", "huey", "airflow", "prefect", "dagster")) {
			continue
		}
		n := effects.Node(r.Func)
		if _, ok := from[n]; !ok {
			from[n] = arrival{nil, r.Call.Phase == "job"}
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
				if _, ok := from[e.To]; !ok {
					from[e.To] = arrival{e, from[n].job}
					next = append(next, e.To)
				}
			}
		}
		layer = next
	}
	return from
}

// way is the chain from the entry to a node, and the entry.
func way(from map[effects.Node]arrival, n effects.Node) (steps []effects.Step, entry effects.Node) {
	entry = n
	for a := from[n]; a.edge != nil; a = from[a.edge.From] {
		steps = append(steps, effects.Step{Node: a.edge.From, Op: a.edge.Op, Mode: a.edge.Mode, To: a.edge.To})
		entry = a.edge.From
	}
	slices.Reverse(steps)
	return steps, entry
}

// broad: bare, Exception or BaseException.
func broad(file *link.File, r facts.Ref) bool {
	if r == 0 {
		return true
	}
	if r.Tag() != facts.TagBuiltin {
		return false
	}
	name := file.Facts.Str(r.Index())
	return name == "Exception" || name == "BaseException"
}
