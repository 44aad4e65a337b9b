package stat

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s = %v, want %v ± %v", what, got, want, tolerance)
	}
}

func TestMidmeanIgnoresTheTails(t *testing.T) {
	near(t, "midmean of 4", Midmean([]float64{1e9, 2, 4, -1e9}), 3, 1e-12)
	// Five values: a quarter of five is 1.25, so 2 and 4 weigh 0.75 each and 3 weighs 1.
	near(t, "midmean of 5", Midmean([]float64{5, 1, 2, 3, 4.4}), (0.75*2+3+0.75*4.4)/2.5, 1e-12)
	near(t, "midmean of 1", Midmean([]float64{7}), 7, 0)
}

func TestTDistributionMatchesPublishedTable(t *testing.T) {
	for _, c := range []struct {
		p    float64
		df   int
		want float64
	}{{0.975, 1, 12.7062}, {0.975, 10, 2.2281}, {0.995, 15, 2.9467}, {0.9995, 30, 3.6460}, {0.975, 1000, 1.9623}} {
		near(t, "t quantile", TQuantile(c.p, c.df), c.want, 1e-3)
	}
	near(t, "normal quantile", normalQuantile(0.975), 1.959964, 1e-5)
}

func TestSignFlipEqualsPublishedSignedRankTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	// Wilcoxon's table for ten pairs: a smaller rank sum of 8 has the exact two-sided p 0.0488 (25 of 512 patterns on one side).
	d := []float64{-1, 2, 3, 4, 5, 6, -7, 8, 9, 10}
	near(t, "p", signFlip(d, rng), 50.0/1024, 1e-12)
	// Equal differences, as a clock with coarse ticks gives them: only their own pattern and its mirror are as far out.
	same := make([]float64, 12)
	for i := range same {
		same[i] = 0.4
	}
	near(t, "p of equal differences", signFlip(same, rng), 2.0/4096, 1e-12)
	near(t, "p of no difference", signFlip(make([]float64, 10), rng), 1, 0)
	if p := signFlip(append(same, same...), rng); p > 1e-4 {
		t.Errorf("24 equal differences have p %v", p)
	}
}

// contended draws a run time as a busy machine gives it: mostly near one, sometimes doubled, with slow drift shared by neighbours.
func contended(rng *rand.Rand, drift float64) float64 {
	v := 1 + 0.05*math.Abs(rng.NormFloat64()) + drift
	if rng.Float64() < 0.15 {
		v *= 1 + rng.ExpFloat64()
	}
	return v
}

func session(rng *rand.Rand, factor float64, maxPairs int, gate float64) Verdict {
	looks := Looks(maxPairs)
	var a, b []float64
	drift := 0.0
	for i, n := range looks {
		for len(a) < n {
			drift = 0.95*drift + 0.02*math.Abs(rng.NormFloat64())
			a = append(a, contended(rng, drift))
			b = append(b, factor*contended(rng, drift))
		}
		alpha := Alpha / float64(len(looks))
		e := Compare(a, b, alpha, rng.Uint64())
		v := Judge(e, e.P <= alpha, gate, false)
		if v.Word != Inconclusive || i == len(looks)-1 {
			return v
		}
	}
	panic("unreachable")
}

func TestSessionsOnContendedDataAreCalibratedAndHavePower(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	wrong, found, sessions := 0, 0, 40
	for range sessions {
		if w := session(rng, 1, 256, 0.01).Word; w == Faster || w == Slower {
			wrong++
		}
		if session(rng, 1.05, 256, 0.01).Word == Slower {
			found++
		}
	}
	if wrong > 1 {
		t.Errorf("%d of %d sessions between equal arms ended in a difference", wrong, sessions)
	}
	if found < sessions*8/10 {
		t.Errorf("a 5 %% slowdown was found in %d of %d sessions", found, sessions)
	}
}

func TestLooksAreFixedAndGrow(t *testing.T) {
	if diff := cmp.Diff([]int{16, 32, 64, 100}, Looks(100)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{16, 32, 70}, Looks(70)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{10}, Looks(10)); diff != "" {
		t.Error(diff)
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name        string
		e           Effect
		significant bool
		more        bool
		want        string
	}{
		{"beyond the gate", Effect{Pairs: 40, Ratio: 1.05, Low: 1.02, High: 1.08, P: 0.0001}, true, false, "slower"},
		{"beyond the gate, more is better", Effect{Pairs: 40, Ratio: 1.05, Low: 1.02, High: 1.08, P: 0.0001}, true, true, "faster"},
		{"faster", Effect{Pairs: 40, Ratio: 0.9, Low: 0.88, High: 0.92, P: 0.0001}, true, false, "faster"},
		{"real but small", Effect{Pairs: 400, Ratio: 1.005, Low: 1.003, High: 1.007, P: 0.0001}, true, false, "no difference above 0.70 %"},
		{"interval clears the gate but the test does not", Effect{Pairs: 40, Ratio: 1.05, Low: 1.02, High: 1.08, P: 0.2}, false, false, "inconclusive: about 16 more pairs"},
		{"wide", Effect{Pairs: 16, Ratio: 1, Low: 0.9, High: 1.1, P: 1}, false, false, "inconclusive: about 395 more pairs"},
	} {
		if got := Judge(c.e, c.significant, 0.01, c.more).String(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWilsonAndHolm(t *testing.T) {
	lo, hi := Wilson(0, 10)
	near(t, "low", lo, 0, 1e-9)
	near(t, "high", hi, 0.2775, 1e-3) // published: 0 of 10 gives 27.8 %
	lo, hi = Wilson(5, 10)
	near(t, "low", lo, 0.2366, 1e-3)
	near(t, "high", hi, 0.7634, 1e-3)
	// 0.01 ≤ 0.049/3, then 0.02 ≤ 0.049/2, then 0.04 ≤ 0.049.
	if diff := cmp.Diff([]bool{true, true, true}, Holm([]float64{0.01, 0.04, 0.02}, 0.049)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]bool{false, false}, Holm([]float64{0.03, 0.04}, 0.05)); diff != "" {
		t.Error(diff)
	}
}

func TestBlockBootstrapCoversTheShare(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	covered := 0
	for range 200 {
		var num, den []float64
		for range 20 {
			// A block's share varies around 0.4 far more than 100 independent samples would.
			s := 0.4 + 0.1*rng.NormFloat64()
			num, den = append(num, 100*s), append(den, 100)
		}
		if lo, hi := BlockBootstrap(num, den, 0.05, rng.Uint64()); lo <= 0.4 && 0.4 <= hi {
			covered++
		}
	}
	if covered < 180 {
		t.Errorf("the 95 %% interval covered the share in %d of 200 cases", covered)
	}
	if lo, hi := BlockBootstrap([]float64{5}, []float64{10}, 0.05, 1); lo != 0 || hi != 1 {
		t.Errorf("one block gave [%v, %v], which claims to know", lo, hi)
	}
}
