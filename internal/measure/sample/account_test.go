package sample

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Looks that find a thread waiting only half as often as it does must still give the wait its time.
func TestLooksWeighWhatTheKernelCounts(t *testing.T) {
	const period = 10 * time.Millisecond
	a := account{period: period}
	now := time.Unix(0, 0)
	a.observe(now, 0, 0, 0)
	rng := rand.New(rand.NewPCG(1, 2))
	var on, waited time.Duration
	for range 3000 { // half of the time blocked, three tenths running, two tenths ready
		now = now.Add(period)
		on += period * 3 / 10
		waited += period * 2 / 10
		a.observe(now, on, waited, 0)
		c := onProcessor
		switch x := rng.Float64(); {
		case x < 0.25:
			c = blocked
		case x < 0.55:
			c = ready
		}
		a.weigh(c, period)
	}
	for c, want := range map[class]time.Duration{onProcessor: on, ready: waited, blocked: now.Sub(time.Unix(0, 0)) - on - waited} {
		if off := a.given[c] - want; off.Abs() > 15*period {
			t.Errorf("class %d: looks were given %v, the kernel counts %v", c, a.given[c], want)
		}
		if got := float64(a.found[c]) / float64(want); c == blocked && got > 0.6 {
			t.Errorf("the looks of this test are not biased: %v", got)
		}
	}
}

// A look that comes a quarter of a second late stands for that quarter, once.
func TestALateLookWeighsItsTime(t *testing.T) {
	const period = time.Millisecond
	a := account{period: period}
	now := time.Unix(0, 0)
	a.observe(now, 0, 0, 0)
	look := func(weight time.Duration) time.Duration {
		now = now.Add(weight)
		a.observe(now, now.Sub(time.Unix(0, 0)), 0, 0)
		return a.weigh(onProcessor, weight)
	}
	for range 1000 {
		look(period)
	}
	if got := look(250 * period); got < 240*period || got > 260*period {
		t.Errorf("it weighs %v", got)
	}
	if got := look(period); got < period*8/10 || got > period*12/10 {
		t.Errorf("the look after it weighs %v", got)
	}
}

// Before the kernel's sums are known, a look weighs what it stands for.
func TestLooksWithoutSums(t *testing.T) {
	var a account
	if got := a.weigh(blocked, time.Second); got != time.Second {
		t.Errorf("%v", got)
	}
}
