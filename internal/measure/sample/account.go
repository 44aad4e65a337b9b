package sample

import "time"

// A class is what a thread's time is made of, as far as the kernel's own sums tell.
type class int

const (
	onProcessor class = iota
	ready             // it could run, but had no processor
	blocked
	classes
)

// An account keeps the weights of a thread's looks to what the kernel says it did.
//
// A look changes what it looks at: on a busy machine the profiler pushes something off a processor and the scheduler chooses anew when it
// leaves, so threads fall into step with the looks, and what they are found doing is off by some hundredths. The kernel counts processor
// time and the time spent waiting for one exactly, though not what for. So looks say what a thread did within a class of time, and the
// kernel says how much of each class there was: a look of a class weighs more while its class is short of the kernel's sum, and less while
// it has too much. Sums over a profile are the kernel's, to within a few looks.
type account struct {
	period         time.Duration // between looks, as asked for
	began          time.Time
	actual         [classes]time.Duration // the kernel's sums since began
	found          [classes]time.Duration // what looks would weigh by themselves
	given          [classes]time.Duration // what they were given
	started        bool
	baseOn, baseIn time.Duration // the kernel's sums of processor time and of waiting for one when it began
}

// observe takes the kernel's sums at a moment: processor time, time waited for one until the last turn, and the part of a wait that goes
// on, as far as that is known.
func (a *account) observe(now time.Time, on, waited, pending time.Duration) {
	if !a.started {
		a.started, a.began, a.baseOn, a.baseIn = true, now, on, waited+pending
		return
	}
	a.actual[onProcessor] = on - a.baseOn
	a.actual[ready] = waited + pending - a.baseIn
	a.actual[blocked] = max(0, now.Sub(a.began)-a.actual[onProcessor]-a.actual[ready])
}

// patience is over how many looks of a class what it is short of, or has too much, is made up for. Beside that, what a class is found too often
// or too seldom over the whole profile is a factor of its own: else it would stay as far from its sum as moves its looks there.
const patience = 10

// weigh returns what a part of a look of a class is to weigh. A look that comes late stands for all that were due meanwhile, and what the kernel
// counted in that time is not missing: it is what the look's own part is for.
func (a *account) weigh(c class, part time.Duration) time.Duration {
	if !a.started {
		return part
	}
	a.found[c] += part
	prior := 100 * float64(a.period) // the factor starts with as many looks, as if they had been right
	own := float64(part) * min(max((float64(a.actual[c])+prior)/(float64(a.found[c])+prior), 0.1), 10)
	short := float64(a.actual[c]-a.given[c]) - own
	part = time.Duration(min(max(own+short/patience, 0.1*own), 3*own))
	a.given[c] += part
	return part
}
