package bench

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

// shared makes a session on a machine whose processors others take now and then: runs have their own time and wait for up to several times as
// much. The arm's own time is factor times the baseline's, and of what it waits a part is of its own making.
func shared(seed uint64, blocks int, factor, ownWait float64) *Session {
	rng := rand.New(rand.NewPCG(seed, 3))
	s := &Session{plan: Plan{Name: "x", Arms: []Arm{{Name: "a", Argv: []string{"a"}}, {Name: "b", Argv: []string{"b"}}}, Seed: seed}, runs: make([][]run, 3), errs: make([]int, 3), count: make([]int, 3)}
	s.plan.Defaults()
	for range blocks {
		for col, f := range []float64{1, factor, 1} {
			own := 10e6 * f * math.Exp(0.04*rng.NormFloat64())
			wait := rng.ExpFloat64() * 10e6
			if col == 1 {
				wait += ownWait * own
			}
			s.runs[col] = append(s.runs[col], run{"wall": own + wait, "undelayed": own})
		}
	}
	return s
}

func wallOf(s *Session, blocks int) Comparison {
	final := make([]map[string]Comparison, 2)
	s.look([]int{blocks}, []bool{true, true}, final, map[string]Comparison{})
	return final[1]["wall"]
}

func TestWaitsForAProcessorAreTakenOff(t *testing.T) {
	found, wrong := 0, 0
	for i := range uint64(10) {
		c := wallOf(shared(i, 300, 1.03, 0), 300)
		if !c.Less {
			t.Fatal("the steadier form was not chosen")
		}
		if c.Verdict.Word == stat.Slower {
			found++
		}
		if w := wallOf(shared(i+100, 300, 1, 0), 300).Verdict.Word; w == stat.Slower || w == stat.Faster {
			wrong++
		}
	}
	if found < 9 || wrong > 0 {
		t.Errorf("a slowdown of 3 %% was found in %d of 10 sessions, equal arms were different in %d", found, wrong)
	}
}

// An arm that waits for itself is slower for it.
func TestWaitsOfAnArmsOwnMakingCount(t *testing.T) {
	slower := 0
	for i := range uint64(6) {
		c := wallOf(shared(i, 400, 1, 0.8), 400)
		if c.Less {
			t.Fatal("the wait of its own making was taken off")
		}
		if c.Verdict.Word == stat.Slower {
			slower++
		}
	}
	if slower < 4 {
		t.Errorf("judged slower in %d of 6 sessions", slower)
	}
}
