package cli

import (
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"
)

func TestOneShot(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	oneShot(func(string) string { return "50" })
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("the user's GOGC was overridden: the collector is at %d", got)
	}
	oneShot(func(string) string { return "" })
	if got := debug.SetGCPercent(100); got != frugal {
		t.Errorf("the collector is at %d, want %d", got, frugal)
	}
}

func TestMemoryFor(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	for _, c := range []struct{ bytes, lines, want int64 }{
		{0, 0, leastMemory},
		{100 << 20, 0, perByte * 100 << 20},
		{100 << 20, 2_000_000, perLine * 2_000_000},
		{100 << 20, 1000, leastMemory},
	} {
		memoryFor(func(string) string { return "" })(c.bytes, c.lines)
		if got := debug.SetMemoryLimit(-1); got != c.want {
			t.Errorf("%d bytes and %d lines give a limit of %d, want %d", c.bytes, c.lines, got, c.want)
		}
	}
	debug.SetMemoryLimit(before)
	memoryFor(func(string) string { return "1GiB" })(100<<20, 2_000_000)
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("the user's GOMEMLIMIT was overridden: %d", got)
	}
}

// A limit that what is alive has outgrown gives way, and only then.
func TestLimitGivesWay(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	const high, alive = 1 << 40, 64 << 20
	held := make([]byte, alive)
	runtime.GC()
	debug.SetMemoryLimit(high)
	giveWay()
	if got := debug.SetMemoryLimit(-1); got != high {
		t.Errorf("a limit that suffices became %d", got)
	}
	debug.SetMemoryLimit(32 << 20)
	giveWay()
	if got := debug.SetMemoryLimit(-1); got < alive*14/10 {
		t.Errorf("with %d bytes alive the limit is %d", len(held), got)
	}
	runtime.KeepAlive(held)
}

func TestAfterEachCollection(t *testing.T) {
	told := make(chan bool, 100)
	var on atomic.Bool
	on.Store(true)
	afterEachCollection(func() {
		if on.Load() {
			told <- true
		}
	})
	defer on.Store(false)
	for range 3 {
		runtime.GC()
		select {
		case <-told:
		case <-time.After(10 * time.Second):
			t.Fatal("nothing was told after a collection")
		}
	}
}
