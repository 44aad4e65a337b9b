package load

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// pace calls send at every due time. It sleeps on its own thread: the runtime's timers may be a millisecond late when the program is
// idle, which is as much as the whole generator may be.
func pace(ctx context.Context, origin time.Time, times []time.Duration, send func(i int) bool) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // 1 ns instead of the usual 50 µs
	defer unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0)
	for i, due := range times {
		for {
			d := due - time.Since(origin)
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

// precedence asks the scheduler to let the generator go first, as if it had a machine of its own, and returns how to undo it. It needs
// a privilege; without it the lag check decides whether the machine was quiet enough.
func precedence() func() {
	set := func(nice int) {
		tasks, _ := os.ReadDir("/proc/self/task")
		for _, t := range tasks {
			if tid, err := strconv.Atoi(t.Name()); err == nil {
				unix.Setpriority(unix.PRIO_PROCESS, tid, nice)
			}
		}
	}
	was, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		return func() {}
	}
	set(-15)
	return func() { set(20 - was) } // the system call counts from 20 downwards
}
