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
