package proc

import (
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

var (
	preferMu sync.Mutex
	prefers  int
)

// PreferThread asks the scheduler to run the calling thread, which must be locked, as soon as it is ready, and returns how to undo it.
// What it is for is short and rare: a look at another process, the moment at which a request is due. It needs a privilege; without it
// nothing happens, and the lateness is measured and reported as always.
func PreferThread() func() {
	tid := unix.Gettid()
	if !schedule(tid, unix.SCHED_RR, 1) {
		return func() {}
	}
	return func() { schedule(tid, unix.SCHED_NORMAL, 0) }
}

// PreferProcess does the same for every thread of this process, for a generator of load, whose every thread sends and receives.
func PreferProcess() func() {
	all := func(policy, priority uint32) {
		tasks, _ := os.ReadDir("/proc/self/task")
		for _, t := range tasks {
			if tid, err := strconv.Atoi(t.Name()); err == nil {
				schedule(tid, policy, priority)
			}
		}
	}
	preferMu.Lock()
	defer preferMu.Unlock()
	if prefers++; prefers == 1 {
		all(unix.SCHED_RR, 1)
	}
	return func() {
		preferMu.Lock()
		defer preferMu.Unlock()
		if prefers--; prefers == 0 {
			all(unix.SCHED_NORMAL, 0) // new threads took over the policy of those that made them: all are set back
		}
	}
}

func schedule(tid int, policy, priority uint32) bool {
	return unix.SchedSetAttr(tid, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: policy, Priority: priority}, 0) == nil
}
