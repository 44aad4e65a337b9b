package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// frugal is how far a command that analyses a tree and ends lets its heap grow between collections, in percent of what
// is alive. Measured on 970,000 lines: 400 saves a tenth of the time against 100, and no collection at all is slower
// again, since fresh pages cost more than used ones.
const frugal = 400

// perByte is the memory, in bytes for each byte of source, from which on the collector works harder than that, as long as
// only the size of the files is known; perLine is the same for each line, when they have been read.
const (
	perByte = 16
	perLine = 560
)

// leastMemory is the limit in bytes for small trees.
const leastMemory = 256 << 20

// room is what a limit leaves the collector, as a multiple of what is alive: one that has to fight for the last megabytes
// doubles the time.
const room = 1.4

// oneShot sets the collector for a command that ends when it has answered; servers keep Go's defaults. A value that the
// user set with GOGC or GOMEMLIMIT is kept.
func oneShot(env func(string) string) {
	if env("GOGC") == "" {
		debug.SetGCPercent(frugal)
	}
}

// memoryFor limits the memory by the source that is analysed: its bytes, and its lines when they are known. The limit
// gives way where what is alive needs more.
func memoryFor(env func(string) string) func(bytes, lines int64) {
	return func(bytes, lines int64) {
		if env("GOMEMLIMIT") != "" {
			return
		}
		limit := perByte * bytes
		if lines > 0 {
			limit = perLine * lines
		}
		debug.SetMemoryLimit(max(leastMemory, limit))
		if lines > 0 {
			afterEachCollection(giveWay)
		}
	}
}

// giveWay raises the limit to what is alive and room for the collector.
func giveWay() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if need := int64(room * float64(live[0].Value.Uint64())); need > debug.SetMemoryLimit(-1) {
		debug.SetMemoryLimit(need)
	}
}

// afterEachCollection calls do when the collector has run, from now on: an object that nobody holds is found dead each time.
func afterEachCollection(do func()) {
	type sentinel struct{ self *sentinel }
	var again func(*sentinel)
	again = func(s *sentinel) {
		do()
		runtime.SetFinalizer(s, again)
	}
	runtime.SetFinalizer(&sentinel{}, again)
}
