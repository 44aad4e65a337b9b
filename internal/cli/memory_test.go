package cli

import (
	"runtime/debug"
	"testing"
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
	for _, c := range []struct{ source, want int64 }{{0, leastMemory}, {100 << 20, perByte * 100 << 20}} {
		memoryFor(func(string) string { return "" })(c.source)
		if got := debug.SetMemoryLimit(-1); got != c.want {
			t.Errorf("%d bytes of source give a limit of %d, want %d", c.source, got, c.want)
		}
	}
}
