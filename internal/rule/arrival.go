package rule

import (
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// Arrivals is what certain calls lead to from a set of functions, each with the shortest way.
type Arrivals struct{ via map[effects.Node]arrival }

type arrival struct {
	edge *effects.Edge      // nil for a start
	root *inventory.Root    // the entry point of work that it starts from, nil for a function that a framework calls
	by   *link.Registration // how that function was handed to its framework
}

// Arrive goes forward from the entry points of the program's work that wanted accepts, along the edges that edge accepts.
func (p *Pass) Arrive(wanted func(*inventory.Root) bool, edge func(*effects.Edge) bool) *Arrivals {
	a := &Arrivals{map[effects.Node]arrival{}}
	var starts []effects.Node
	if p.Inventory == nil {
		return a
	}
	for _, w := range p.Inventory.Work {
		for i := range w.Roots {
			r := &w.Roots[i]
			if p.FileOf(r.Func).Test || p.FileOf(r.Func).Facts.Notebook != nil || !wanted(r) {
				continue
			}
			starts = a.start(starts, r.Node, arrival{root: r})
		}
	}
	a.follow(p, starts, edge)
	return a
}

// Arrivals goes forward from the request handlers and jobs along the calls that are certain. Commands of a terminal, which
// libraries register like jobs, do not count.
func (p *Pass) Arrivals() *Arrivals {
	p.own()
	p.forArrive.Do(func() { p.arrivals = p.arriveAll() })
	return p.arrivals
}

func (p *Pass) arriveAll() *Arrivals {
	a := &Arrivals{map[effects.Node]arrival{}}
	var starts []effects.Node
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "request" && r.Call.Phase != "job" || p.FileOf(r.Func).Test || p.FileOf(r.Func).Facts.Notebook != nil {
			continue
		}
		if r.Call.Phase == "job" && (r.Entity == nil || !HasPrefix(r.Entity.Path, "celery", "dramatiq", "rq", "arq", "huey", "airflow", "prefect", "dagster")) {
			continue
		}
		starts = a.start(starts, effects.Node(r.Runs), arrival{by: r})
	}
	for _, f := range p.Middleware() {
		starts = a.start(starts, effects.Node(f), arrival{})
	}
	a.follow(p, starts, func(e *effects.Edge) bool {
		return e.Mode == link.Called || e.Mode == link.Scheduled || e.Mode == link.Offloaded
	})
	return a
}

// Middleware are the methods that Django calls for every request: __call__ of classes that are made with get_response.
func (p *Pass) Middleware() []link.Func {
	var out []link.Func
	for _, file := range p.Files {
		if file.Test {
			continue
		}
		takes := map[uint32]bool{} // by class
		for pass := range 2 {
			for b := range file.Facts.Funcs {
				fn := &file.Facts.Funcs[b]
				if fn.Kind != facts.Function || fn.Class == 0 || len(fn.Params) < 2 {
					continue
				}
				switch name := file.Facts.Str(fn.Name); {
				case pass == 0 && name == "__init__":
					takes[fn.Class] = file.Facts.Str(fn.Params[1].Name) == "get_response"
				case pass == 1 && name == "__call__" && takes[fn.Class]:
					out = append(out, file.FirstFunc()+link.Func(b))
				}
			}
		}
	}
	return out
}

func (a *Arrivals) start(starts []effects.Node, n effects.Node, from arrival) []effects.Node {
	if _, ok := a.via[n]; ok {
		return starts
	}
	a.via[n] = from
	return append(starts, n)
}

// follow goes forward, layer by layer, so that the first way to a node is a shortest one.
func (a *Arrivals) follow(p *Pass, layer []effects.Node, edge func(*effects.Edge) bool) {
	for len(layer) > 0 {
		var next []effects.Node
		for _, n := range layer {
			for _, i := range p.OutEdges(n) {
				e := &p.Edges[i]
				if e.Certainty != diag.Proved || p.File(e.To).Test || !edge(e) {
					continue
				}
				if _, ok := a.via[e.To]; !ok {
					a.via[e.To] = arrival{e, a.via[n].root, a.via[n].by}
					next = append(next, e.To)
				}
			}
		}
		layer = next
	}
}

// None: there was nothing to start from.
func (a *Arrivals) None() bool { return len(a.via) == 0 }

// Reaches says whether execution comes to a node.
func (a *Arrivals) Reaches(n effects.Node) bool { _, ok := a.via[n]; return ok }

// Runs is the node by which execution comes to an operation of n, by the program's number of it: n itself, or a variant of
// it that holds the operation; n when it does not come.
func (a *Arrivals) Runs(p *Pass, n effects.Node, id uint32) effects.Node {
	if !a.Reaches(n) {
		for _, v := range p.Variants(n) {
			if a.Reaches(v) && p.Holds(v, id) {
				return v
			}
		}
	}
	return n
}

// At is the entry point from which a node is reached; nil when it is not, and when a framework's call starts the way.
func (a *Arrivals) At(n effects.Node) *inventory.Root { return a.via[n].root }

// By is how the function that the way starts from was handed to its framework; nil when the way starts from work, or from
// what a framework finds by itself.
func (a *Arrivals) By(n effects.Node) *link.Registration { return a.via[n].by }

// What names the kind of what comes to a node: "a request" or "a job".
func (a *Arrivals) What(n effects.Node) string {
	if by := a.via[n].by; by != nil && by.Call.Phase == "job" {
		return "a job"
	}
	return "a request"
}

// Way is the chain of calls from the start to a node.
func (a *Arrivals) Way(n effects.Node) []effects.Step {
	var steps []effects.Step
	for at := a.via[n]; at.edge != nil; at = a.via[at.edge.From] {
		steps = append(steps, effects.Step{Node: at.edge.From, Op: at.edge.Op, Mode: at.edge.Mode, To: at.edge.To})
	}
	slices.Reverse(steps)
	return steps
}

// For is the function, as it is written, that the way to a node starts from.
func (a *Arrivals) For(p *Pass, n effects.Node) link.Func {
	switch from := a.via[n]; {
	case from.by != nil:
		return from.by.Func
	case from.root != nil:
		return from.root.Func
	}
	return p.FuncOf(a.Entry(n))
}

// Entry is where the way to a node starts.
func (a *Arrivals) Entry(n effects.Node) effects.Node {
	for at := a.via[n]; at.edge != nil; at = a.via[n] {
		n = at.edge.From
	}
	return n
}
