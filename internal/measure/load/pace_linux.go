package load

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// pace calls send for every request a lead before it is due. It sleeps on its own thread: the runtime's timers may be a millisecond late
// when the program is idle, which is as much as the whole generator may be.
func pace(ctx context.Context, origin time.Time, times []time.Duration, lead time.Duration, send func(i int) bool) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // 1 ns instead of the usual 50 µs
	defer unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0)
	for i, due := range times {
		for {
			d := due - lead - time.Since(origin)
			if d <= 0 {
				break
			}
			if ctx.Err() != nil {
				return
			}
			ts := unix.NsecToTimespec(int64(min(d, 100*time.Millisecond)))
			unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &ts, nil)
		}
		if ctx.Err() != nil || !send(i) {
			return
		}
	}
}
