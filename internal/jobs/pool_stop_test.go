//go:build linux || darwin

package jobs

import (
	"os/exec"
	"testing"
	"time"
)

// slowPipe takes its time to hand a frame on, and says whether the process was gone by then.
type slowPipe struct {
	gone   <-chan struct{}
	before chan bool
}

func (s *slowPipe) Write(b []byte) (int, error) {
	select {
	case <-s.gone:
		s.before <- false
	case <-time.After(200 * time.Millisecond):
		s.before <- true
	}
	return len(b), nil
}

// A worker learns why it is to stop from the frame, and looks for it when the signal comes: however slow the frame is, the
// signal does not overtake it. Otherwise a job at its time limit would see a cancellation.
func TestReasonComesBeforeTheSignal(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Skipf("no sleep: %v", err)
	}
	gone := make(chan struct{})
	go func() { _ = cmd.Wait(); close(gone) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-gone })
	pipe := &slowPipe{gone, make(chan bool, 1)}
	w := &worker{kind: "sync", pid: cmd.Process.Pid, proc: cmd.Process, out: &frameWriter{w: pipe}, runs: map[int64]*execution{}}
	e := &execution{run: Run{ID: 7}, decl: Declaration{Grace: time.Minute}, worker: w}
	w.runs[7] = e
	p := &Pool{workers: map[*worker]bool{w: true}}
	p.stop(e, "time limit", true)
	if !<-pipe.before {
		t.Error("the process was signalled before it could know why")
	}
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Error("the process was not signalled")
	}
	for _, timer := range e.timers {
		timer.Stop()
	}
}
