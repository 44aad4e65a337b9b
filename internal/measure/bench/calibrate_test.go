package bench

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

// delayed draws run times of a busy machine: the work's own time, and for two runs in three a delay of up to several times as much.
func delayed(rng *rand.Rand, n int, factor float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 10 * factor * math.Exp(0.03*rng.NormFloat64())
		if rng.IntN(3) > 0 {
			out[i] += rng.ExpFloat64() * 15
		}
	}
	return out
}

func TestCalibrateTakesTheBestOfSeveralRunsOnABusyMachineOnly(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	if _, of := calibrate(known["wall"], delayed(rng, 512, 1), delayed(rng, 512, 1), 0.001, 1); of == 1 {
		t.Error("a busy machine: every run stands for itself")
	}
	quiet := func() []float64 {
		out := make([]float64, 512)
		for i := range out {
			out[i] = 10 * math.Exp(0.03*rng.NormFloat64())
		}
		return out
	}
	if _, of := calibrate(known["wall"], quiet(), quiet(), 0.001, 1); of != 1 {
		t.Errorf("a quiet machine: the best of %d was taken", of)
	}
	if _, of := calibrate(known["latency.p99"], delayed(rng, 512, 1), delayed(rng, 512, 1), 0.001, 1); of != 1 {
		t.Errorf("a metric that is no run time: the best of %d was taken", of)
	}
	if _, of := calibrate(known["wall"], delayed(rng, 40, 1), delayed(rng, 40, 1), 0.001, 1); of != 1 {
		t.Errorf("forty pairs: the best of %d leaves too few", of)
	}
}

// The choice is made from the baseline's own pairs, which share their first column with the comparison: equal arms must stay equal.
func TestBestOfDoesNotMakeEqualArmsDifferent(t *testing.T) {
	const sessions, alpha = 40, 0.01
	wrong, found := 0, 0
	for i := range sessions {
		rng := rand.New(rand.NewPCG(uint64(i), 7))
		base := delayed(rng, 256, 1)
		_, of := calibrate(known["wall"], base, delayed(rng, 256, 1), alpha, uint64(i))
		if e := stat.Compare(stat.BestOf(base, of), stat.BestOf(delayed(rng, 256, 1), of), alpha, uint64(i)); e.P <= alpha && (e.Low > 1 || e.High < 1) {
			wrong++
		}
		if e := stat.Compare(stat.BestOf(base, of), stat.BestOf(delayed(rng, 256, 1.08), of), alpha, uint64(i)); e.P <= alpha && e.Low > 1 {
			found++
		}
	}
	if low, _ := stat.Wilson(wrong, sessions); low > alpha {
		t.Errorf("%d of %d sessions between equal arms said that they differ", wrong, sessions)
	}
	if found < sessions*8/10 {
		t.Errorf("a slowdown of 8 %% was found in %d of %d sessions", found, sessions)
	}
}
