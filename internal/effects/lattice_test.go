package effects_test

import (
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// point is what the lattice knows of one kind.
type point struct {
	Blocking  bool
	Certainty diag.Certainty
}

func points(es []effects.Effect) map[knowledge.EffectKind]point {
	out := map[knowledge.EffectKind]point{}
	for _, e := range es {
		out[e.Kind] = point{e.Blocking, e.Certainty}
	}
	return out
}

// join is the least upper bound, kind by kind.
func join(a, b map[knowledge.EffectKind]point) map[knowledge.EffectKind]point {
	out := map[knowledge.EffectKind]point{}
	for k, p := range a {
		out[k] = p
	}
	for k, p := range b {
		q := out[k]
		out[k] = point{p.Blocking || q.Blocking, max(p.Certainty, q.Certainty)}
	}
	return out
}

func atMost(a, b map[knowledge.EffectKind]point) bool {
	return maps.Equal(join(a, b), b)
}

// everything is the analysis of all test programs as one tree.
func everything(t testing.TB) *effects.Analysis {
	t.Helper()
	all := program{files: map[string]string{}}
	for _, p := range readPrograms(t) {
		dir := strings.NewReplacer("/", "_", ".", "_").Replace(p.name)
		for name, text := range p.files {
			all.files[dir+"/"+name] = text
		}
	}
	return analyse(t, all.write(t), check.Options{})
}

// Analysis.Of joins blocks. The order and number of its arguments do not matter, and more of them never give less.
func TestJoinLaws(t *testing.T) {
	a := everything(t)
	r := rand.New(rand.NewPCG(1, 2))
	pick := func() effects.Node { return effects.Node(r.IntN(a.Nodes())) }
	of := func(ns ...effects.Node) map[knowledge.EffectKind]point { return points(a.Of(ns...)) }
	same := func(law string, x, y map[knowledge.EffectKind]point) {
		t.Helper()
		if !maps.Equal(x, y) {
			t.Fatalf("join is not %s: %v and %v", law, x, y)
		}
	}
	nonEmpty := 0
	for range 8000 {
		x, y, z := pick(), pick(), pick()
		if len(of(x)) > 0 && len(of(y)) > 0 {
			nonEmpty++
		}
		same("commutative", of(x, y), of(y, x))
		same("idempotent", of(x), of(x, x))
		same("the least upper bound", join(of(x), of(y)), of(x, y))
		same("associative", join(of(x, y), of(z)), join(of(x), of(y, z)))
		if !atMost(of(x), of(x, y)) || !atMost(of(x, y), of(x, y, z)) {
			t.Fatalf("join of %d, %d, %d is not monotone", x, y, z)
		}
	}
	if nonEmpty < 200 {
		t.Errorf("only %d of the pairs drawn have effects: the test shows little", nonEmpty)
	}
}

// The result is a fixpoint: along every edge the caller has what the edge lets through of the callee's effects, unless it is a test
// that replaces something.
func TestEffectsAreClosedUnderCalls(t *testing.T) {
	a := everything(t)
	checked, replacing := 0, 0
	for i := range a.Edges {
		e := &a.Edges[i]
		if a.Replaces(e.From) {
			replacing++
			continue
		}
		blocking := true
		switch e.Mode {
		case link.Called, link.Consumed, link.Scheduled, link.ClassRun, link.Imported:
		case link.Offloaded, link.Started:
			blocking = false
		default:
			continue
		}
		from := points(a.Of(e.From))
		for k, p := range points(a.Of(e.To)) {
			checked++
			q, ok := from[k]
			if !ok {
				t.Fatalf("%s %s %s, but does not have its %s", a.Name(a.FuncOf(e.From)), e.Mode, a.Name(a.FuncOf(e.To)), k)
			}
			if blocking && p.Blocking && !q.Blocking {
				t.Errorf("%s %s %s, whose %s blocks it", a.Name(a.FuncOf(e.From)), e.Mode, a.Name(a.FuncOf(e.To)), k)
			}
			if q.Certainty < min(p.Certainty, e.Certainty) {
				t.Errorf("%s %s %s: %s is %s, not as certain as the call", a.Name(a.FuncOf(e.From)), e.Mode, a.Name(a.FuncOf(e.To)), k, q.Certainty)
			}
		}
	}
	if checked < 500 || replacing > checked/10 {
		t.Errorf("only %d effects passed along edges, %d are of tests that replace something", checked, replacing)
	}
}

// Nothing comes from nowhere: every effect has a witness whose steps hang together and end at a site of that kind.
func TestEveryEffectHasAWitness(t *testing.T) {
	a := everything(t)
	for n := range effects.Node(a.Nodes()) {
		for _, e := range a.Of(n) {
			if len(e.Steps) == 0 {
				t.Errorf("%s has %s without a witness", a.Name(a.FuncOf(n)), e.Kind)
				continue
			}
			for i, s := range e.Steps[:len(e.Steps)-1] {
				if s.To != e.Steps[i+1].Node {
					t.Errorf("%s: %s: step %d does not lead to the next", a.Name(a.FuncOf(n)), e.Kind, i)
				}
			}
			last := e.Steps[len(e.Steps)-1]
			if e.Steps[0].Node != n || last.Site == nil || last.Site.Kind != e.Kind {
				t.Errorf("%s: the witness of %s does not lead from it to a site of that kind", a.Name(a.FuncOf(n)), e.Kind)
			}
		}
	}
}
