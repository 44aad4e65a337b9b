package stat

import (
	"fmt"
	"math"
)

// Alpha is the chance of a wrong `faster` or `slower` that a whole session may take, over all its looks and primary metrics.
const Alpha = 0.01

// FirstLook is the smallest number of pairs that can give a verdict: with fewer, no pattern of signs is rare enough.
const FirstLook = 16

// Looks returns the numbers of pairs at which a session of at most max pairs looks at its data. They are fixed before the first
// measurement and double each time, so a clear difference ends early and an unclear one costs few looks. The error budget is split
// evenly over them (Bonferroni): looking is paid for, whenever one stops.
func Looks(max int) []int {
	if max <= FirstLook {
		return []int{max}
	}
	var looks []int
	for n := FirstLook; n < max; n *= 2 {
		looks = append(looks, n)
	}
	// A last look just after another one would cost its share of the budget for nothing.
	if last := len(looks) - 1; last > 0 && float64(max) < 1.3*float64(looks[last]) {
		looks = looks[:last]
	}
	return append(looks, max)
}

// A Word is the verdict on one metric.
type Word string

const (
	Faster       Word = "faster"        // for metrics where more is better: more
	Slower       Word = "slower"        // for metrics where more is better: less
	NoDifference Word = "no difference" // above the stated bound
	Inconclusive Word = "inconclusive"
	Refused      Word = "refused" // calibration failed, or runs ended in errors: nothing can be said
)

// A Verdict is what a session says about one metric of one arm against the baseline.
type Verdict struct {
	Word  Word    `json:"verdict"`
	Above float64 `json:"above,omitempty"`      // NoDifference: no difference above this share
	More  int     `json:"more_pairs,omitempty"` // Inconclusive: about this many more pairs would tell
	Why   string  `json:"why,omitempty"`        // Refused and Inconclusive: the reason
}

func (v Verdict) String() string {
	switch v.Word {
	case NoDifference:
		return fmt.Sprintf("no difference above %s", Percent(v.Above))
	case Inconclusive:
		if v.Why != "" {
			return "inconclusive: " + v.Why
		}
		return fmt.Sprintf("inconclusive: about %d more pairs", v.More)
	case Refused:
		return "no verdict: " + v.Why
	}
	return string(v.Word)
}

// Percent prints a share with as many digits as it deserves.
func Percent(x float64) string {
	x *= 100
	switch a := math.Abs(x); {
	case math.IsInf(x, 0) || math.IsNaN(x):
		return "?"
	case a < 0.995:
		return fmt.Sprintf("%.2f %%", x)
	case a < 9.95:
		return fmt.Sprintf("%.1f %%", x)
	}
	return fmt.Sprintf("%.0f %%", x)
}

// Judge turns an effect into a verdict.
//
// `faster` and `slower` need both the permutation test (significant, decided by the caller with Holm over the primary metrics) and an
// interval that lies wholly beyond the gate: a difference that is real but too small to matter is not announced. `no difference`
// needs an interval wholly within twice the gate; the bound printed is the one reached. Between the two lies at most one gate's
// width, so a session that goes on long enough always ends in one of them. moreIsBetter turns the words for throughput.
func Judge(e Effect, significant bool, gate float64, moreIsBetter bool) Verdict {
	up, down := Slower, Faster
	if moreIsBetter {
		up, down = Faster, Slower
	}
	bound := math.Max(e.High-1, 1-e.Low)
	switch {
	case math.IsNaN(e.Ratio):
		return Verdict{Word: Inconclusive, Why: "fewer than two pairs measured"}
	case significant && e.Low > 1+gate:
		return Verdict{Word: up}
	case significant && e.High < 1-gate:
		return Verdict{Word: down}
	case bound <= 2*gate:
		return Verdict{Word: NoDifference, Above: bound}
	}
	return Verdict{Word: Inconclusive, More: morePairs(e, gate)}
}

// morePairs estimates how many further pairs would settle an inconclusive effect: the interval shrinks with the square root of the
// number of pairs, and must become narrow enough either to clear the gate or to fit within twice the gate, whichever is nearer.
func morePairs(e Effect, gate float64) int {
	half := math.Log(e.High/e.Low) / 2
	off := math.Abs(math.Log(e.Ratio))
	need := math.Max(off-math.Log1p(gate), math.Log1p(2*gate)-off)
	if need <= 0 || math.IsInf(half, 0) || math.IsNaN(half) {
		return e.Pairs
	}
	grow := (half / need) * (half / need)
	more := int(math.Ceil(float64(e.Pairs) * (grow - 1)))
	return max(more, FirstLook)
}
