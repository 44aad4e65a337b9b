package effects

import (
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// Effect is one effect of a function: the join of all ways it comes to it.
type Effect struct {
	Kind      knowledge.EffectKind
	Blocking  bool
	Certainty diag.Certainty
	Steps     []Step // the shortest chain: calls, then the site
}

// Step is one step of a witness: at Op in Node.
type Step struct {
	Node Node
	Op   *facts.Op
	Mode link.Mode
	To   Node // what it runs; for the last step the node itself
	Site *Site
}

// Has says whether a node has an effect of the kind, blocking it or not.
func (a *Analysis) Has(n Node, k knowledge.EffectKind) bool {
	return a.known(n, 2*int(k)).dist != 0 || a.known(n, 2*int(k)+1).dist != 0
}

// HasBlocking says whether a node has an effect of the kind that holds its thread.
func (a *Analysis) HasBlocking(n Node, k knowledge.EffectKind) bool {
	return a.known(n, 2*int(k)+1).dist != 0
}

// Of gives the effects of a block over all its instances, by kind.
func (a *Analysis) Of(nodes ...Node) []Effect {
	var out []Effect
	for k := range knowledge.EffectKinds {
		var best *Effect
		for _, n := range nodes {
			for _, blocking := range [...]bool{true, false} {
				l := layer(knowledge.EffectKind(k), blocking)
				r := a.known(n, l)
				if r.dist == 0 {
					continue
				}
				e := Effect{Kind: knowledge.EffectKind(k), Blocking: blocking, Certainty: r.cert}
				if best == nil {
					e.Steps = a.Witness(n, e.Kind, blocking)
					best = &e
					continue
				}
				better := r.cert > best.Certainty || r.cert == best.Certainty && int(r.dist) < len(best.Steps) && blocking == best.Blocking
				if better {
					best.Steps = a.Witness(n, e.Kind, blocking)
				}
				best.Certainty = max(best.Certainty, r.cert)
				best.Blocking = best.Blocking || blocking
			}
		}
		if best != nil {
			out = append(out, *best)
		}
	}
	return out
}

// Witness is the shortest chain from n to a site of the effect; nil when n does not have it.
func (a *Analysis) Witness(n Node, k knowledge.EffectKind, blocking bool) []Step {
	l := layer(k, blocking)
	if ws := a.ways(n); ws != nil {
		return ws[l].steps
	}
	var out []Step
	for len(out) < 10000 {
		r := a.at(n, l)
		if r.dist == 0 {
			return nil
		}
		if r.dist == 1 {
			s := &a.Sites[r.via]
			return append(out, Step{Node: n, Op: s.Op, Mode: s.Mode, To: n, Site: s})
		}
		e := &a.Edges[r.via]
		out = append(out, Step{Node: n, Op: e.Op, Mode: e.Mode, To: e.To})
		if _, block := passes(e.Mode); !block && l&1 == 0 && a.at(e.To, l).dist == 0 {
			l++
		} else if !block && l&1 == 0 && a.at(e.To, l+1).dist != 0 && a.at(e.To, l).dist >= r.dist {
			l++
		}
		n = e.To
	}
	return nil
}

// Frame is a step for a report.
func (a *Analysis) Frame(s Step) diag.Frame {
	f := a.File(s.Node)
	line, cell := f.Facts.Place(s.Op.Pos)
	fr := diag.Frame{Function: a.Name(a.FuncOf(s.Node)), File: f.Path, Line: line, Cell: cell}
	if s.Site != nil {
		fr.Note = s.Site.Describe()
	} else {
		fr.Note = verb(s.Mode) + " " + a.Name(a.FuncOf(s.To))
	}
	return fr
}

func verb(m link.Mode) string {
	switch m {
	case link.Consumed:
		return "iterates over"
	case link.Scheduled:
		return "schedules"
	case link.Offloaded:
		return "offloads"
	case link.Started:
		return "starts"
	case link.Enqueued:
		return "enqueues"
	case link.Depended:
		return "depends on"
	case link.ClassRun:
		return "defines"
	case link.Imported:
		return "imports"
	}
	return "calls"
}

// Describe says in a few words what a site does.
func (s *Site) Describe() string {
	if s.Call != nil {
		return "calls " + s.Call.DisplayPath()
	}
	if s.Kind == knowledge.State {
		return "writes shared state: " + s.Path
	}
	return s.Path
}

// InstancesOf lists the nodes of every block: the block itself, its contexts, and the variants of these.
func (a *Analysis) InstancesOf() [][]Node {
	out := make([][]Node, a.Funcs())
	for i := range a.first {
		f := a.Solution.FuncOf(link.Instance(i))
		out[f] = append(out[f], Node(i))
	}
	for i := range a.bases {
		n := Node(a.second + i)
		out[a.FuncOf(n)] = append(out[a.FuncOf(n)], n)
	}
	return out
}
