//go:build linux || darwin

package jobs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// execution is one attempt being run.
type execution struct {
	run     Run
	decl    Declaration
	worker  *worker // nil for commands
	proc    *os.Process
	started time.Time
	trace   string
	parent  string
	done    func(*Attempt)

	mu       sync.Mutex
	output   outputBuffer
	signals  []Signal
	progress *Progress
	told     *Progress // what of it is in the database
	stop     string    // why it was told to stop: time limit, cancelled, out of memory, interrupted
	timers   []*time.Timer
	peak     int64
	finished bool
}

// stopping is why the run was told to stop, "" when it was not.
func (e *execution) stopping() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stop
}

// atLeast notes memory that the run was seen to use.
func (e *execution) atLeast(rss int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.peak = max(e.peak, rss)
}

// stopped words an attempt that we stopped.
func (e *execution) stopped(a *Attempt, stop string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a.Cause = stop
	switch stop {
	case "time limit":
		a.Outcome, a.Error = Failed, fmt.Sprintf("stopped at its time limit of %s", e.decl.TimeLimit)
	case "out of memory":
		a.Outcome, a.Error = Failed, fmt.Sprintf("used %s, over its memory limit of %s", Bytes(e.peak), Bytes(e.decl.MemoryLimit))
	case "interrupted":
		a.Outcome, a.Error = Interrupted, "given back: the server stopped before it was done"
	default:
		a.Outcome, a.Cause, a.Error = WasCancel, "cancelled", "cancelled"
	}
}

// Bytes prints a size.
func Bytes(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", n)
}

func (e *execution) attempt(now time.Time, pid int) *Attempt {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, t := range e.timers {
		t.Stop()
	}
	return &Attempt{Run: e.run, Started: e.started, Ended: now, PID: pid, PeakRSS: e.peak, Output: e.output.String(), Lost: e.output.lost,
		Signals: e.signals, Progress: e.progress, TraceID: e.trace, Traceparent: e.parent}
}

func (e *execution) finish(a *Attempt) {
	e.mu.Lock()
	twice := e.finished
	e.finished = true
	e.mu.Unlock()
	if !twice {
		e.done(a)
	}
}

// Class says which kind of slot a job needs: sync, async or command; empty if this version of the code has no such job.
func (p *Pool) Class(job string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gen == nil {
		return ""
	}
	d, ok := p.gen.jobs[job]
	switch {
	case !ok:
		return ""
	case len(d.Command) > 0:
		return "command"
	case d.Async:
		return "async"
	}
	return "sync"
}

// Capacity is how many slots there are and how many are free, by class.
func (p *Pool) Capacity() (total, free map[string]int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	total, free = map[string]int{}, map[string]int{}
	if p.closed || p.gen == nil {
		return total, free
	}
	if p.gen.programs {
		// Slots that no declared job could use would have this node claim runs that another one has room for.
		total["command"], free["command"] = p.opts.Workers, p.opts.Workers-len(p.commands)
	}
	for w := range p.workers {
		if w.gen != p.gen || w.drain || w.ended {
			continue
		}
		n := 1
		if w.kind == "async" {
			n = p.slots
		}
		total[w.kind] += n
		if w.ready {
			free[w.kind] += max(0, n-len(w.runs))
		}
	}
	return total, free
}

// Start runs a claimed run in a free slot and calls done once with its attempt; false if no slot is free.
func (p *Pool) Start(run Run, traceparent string, checkpoint json.RawMessage, done func(*Attempt)) bool {
	p.mu.Lock()
	if p.closed || p.gen == nil {
		p.mu.Unlock()
		return false
	}
	decl := p.gen.jobs[run.Job]
	e := &execution{run: run, decl: decl, done: done, started: clock(), parent: traceparent}
	if parts := strings.Split(traceparent, "-"); len(parts) == 4 && run.Meta.Trace != "" {
		e.trace = parts[1]
	}
	if len(decl.Command) > 0 {
		if len(p.commands) >= p.opts.Workers {
			p.mu.Unlock()
			return false
		}
		p.commands[e] = true
		p.mu.Unlock()
		go p.runCommand(e, traceparent)
		return true
	}
	kind, slots := "sync", 1
	if decl.Async {
		kind, slots = "async", p.slots
	}
	var w *worker
	for c := range p.workers {
		if c.gen == p.gen && c.kind == kind && c.ready && !c.drain && !c.ended && len(c.runs) < slots {
			w = c
			break
		}
	}
	if w == nil {
		p.mu.Unlock()
		return false
	}
	w.runs[run.ID] = e
	e.worker, e.proc = w, w.proc
	p.mu.Unlock()
	frame := runFrame{ID: run.ID, Job: run.Job, Attempt: run.Attempt, Max: run.MaxAttempts, Args: run.Args, Key: run.Meta.Key, Trace: traceparent, Checkpoint: checkpoint}
	if decl.TimeLimit > 0 {
		frame.Deadline = float64(e.started.Add(decl.TimeLimit).UnixMicro()) / 1e6
		e.mu.Lock()
		e.timers = append(e.timers, time.AfterFunc(decl.TimeLimit, func() { p.stop(e, "time limit", true) }))
		e.mu.Unlock()
	}
	if err := w.out.send(frameRun, frame); err != nil {
		if errors.Is(err, io.ErrClosedPipe) || errors.Is(err, os.ErrClosed) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
			return true // the process is ending; its loop closes the account
		}
		p.mu.Lock()
		delete(w.runs, run.ID)
		p.mu.Unlock()
		a := e.attempt(clock(), w.pid)
		a.Outcome, a.Cause, a.Error = Killed, "arguments", err.Error()
		e.finish(a)
	}
	return true
}

// stop asks a run to end: the frame at once, SIGTERM (which raises in plain jobs) at once for a limit or after half of
// the grace period for a cancel, and SIGKILL to the whole process group when the grace is over.
func (p *Pool) stop(e *execution, why string, now bool) {
	e.mu.Lock()
	if e.finished || e.stop != "" {
		e.mu.Unlock()
		return
	}
	e.stop = why
	grace := e.decl.Grace
	kill := func() {
		e.mu.Lock()
		over := e.finished
		e.mu.Unlock()
		if over {
			return
		}
		if e.worker != nil {
			p.mu.Lock()
			e.worker.killed = why
			p.mu.Unlock()
		}
		p.signal(e, syscall.SIGKILL)
	}
	if why == "out of memory" {
		e.mu.Unlock()
		kill()
		return
	}
	soft := func() {
		if e.worker == nil || e.worker.kind == "sync" {
			p.signal(e, syscall.SIGTERM)
		}
	}
	e.timers = append(e.timers, time.AfterFunc(grace, kill))
	if !now {
		e.timers = append(e.timers, time.AfterFunc(grace/2, soft))
	}
	e.mu.Unlock()
	// The frame says why, and the signal makes the worker look for it: the signal must not be there first.
	if e.worker != nil {
		e.worker.out.send(frameCancel, map[string]any{"r": e.run.ID, "why": why})
	}
	if now {
		soft()
	}
}

func (p *Pool) signal(e *execution, s syscall.Signal) {
	p.mu.Lock()
	var pid int
	proc := e.proc
	if e.worker != nil {
		pid, proc = e.worker.pid, e.worker.proc
		if e.worker.ended || e.worker.runs[e.run.ID] != e {
			p.mu.Unlock()
			return
		}
	} else if proc != nil {
		pid = proc.Pid
	}
	p.mu.Unlock()
	if proc == nil {
		return
	}
	if s == syscall.SIGKILL {
		killGroup(pid, s)
	} else if e.worker == nil {
		killGroup(pid, s)
	}
	proc.Signal(s)
}

// Cancel asks a run to end, if it is here.
func (p *Pool) Cancel(id int64, why string) bool {
	e := p.find(id)
	if e == nil {
		return false
	}
	p.stop(e, why, false)
	return true
}

func (p *Pool) find(id int64) *execution {
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.workers {
		if e := w.runs[id]; e != nil {
			return e
		}
	}
	for e := range p.commands {
		if e.run.ID == id {
			return e
		}
	}
	return nil
}

// Live is what a running attempt has printed so far, and how far it says it is.
func (p *Pool) Live(id int64) (output string, progress *Progress, ok bool) {
	e := p.find(id)
	if e == nil {
		return "", nil, false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.output.String(), e.progress, true
}

// Progressed is what running attempts said of their progress since the last call.
func (p *Pool) Progressed() map[int64]*Progress {
	p.mu.Lock()
	var running []*execution
	for w := range p.workers {
		for _, e := range w.runs {
			running = append(running, e)
		}
	}
	p.mu.Unlock()
	out := map[int64]*Progress{}
	for _, e := range running {
		e.mu.Lock()
		if e.progress != nil && e.progress != e.told {
			out[e.run.ID], e.told = e.progress, e.progress
		}
		e.mu.Unlock()
	}
	return out
}

// Sample reads the memory of every process and stops runs that are over their limit. Busy processes with a limit are
// read every time, the others when all is true.
func (p *Pool) Sample(all bool) {
	p.mu.Lock()
	type probe struct {
		w   *worker
		e   *execution
		pid int
	}
	var probes []probe
	for w := range p.workers {
		if w.pid == 0 || w.ended {
			continue
		}
		pr := probe{w: w, pid: w.pid}
		limited := false
		for _, e := range w.runs {
			if e.decl.MemoryLimit > 0 {
				pr.e, limited = e, true
			}
		}
		if all || limited {
			probes = append(probes, pr)
		}
	}
	for e := range p.commands {
		if e.decl.MemoryLimit > 0 && e.proc != nil {
			probes = append(probes, probe{e: e, pid: e.proc.Pid})
		}
	}
	p.mu.Unlock()
	for _, pr := range probes {
		rss := groupRSS(pr.pid, pr.e != nil)
		if pr.w != nil {
			p.mu.Lock()
			pr.w.rss = rss
			p.mu.Unlock()
		}
		if e := pr.e; e != nil {
			e.atLeast(rss)
			if rss > e.decl.MemoryLimit {
				p.stop(e, "out of memory", true)
			}
		}
	}
}

// Limited says whether a run with a memory limit is running.
func (p *Pool) Limited() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.workers {
		for _, e := range w.runs {
			if e.decl.MemoryLimit > 0 {
				return true
			}
		}
	}
	for e := range p.commands {
		if e.decl.MemoryLimit > 0 {
			return true
		}
	}
	return false
}

// Running lists the runs in slots.
func (p *Pool) Running() []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []int64
	for w := range p.workers {
		for id := range w.runs {
			out = append(out, id)
		}
	}
	for e := range p.commands {
		out = append(out, e.run.ID)
	}
	return out
}

// Close drains: nothing new starts, what runs gets until the deadline, then is interrupted and given back.
func (p *Pool) Close(patience time.Duration) {
	p.mu.Lock()
	p.closed = true
	for w := range p.workers {
		p.drainWorker(w)
	}
	p.mu.Unlock()
	deadline := clock().Add(patience)
	interrupted := false
	for {
		p.mu.Lock()
		n := len(p.commands)
		for w := range p.workers {
			n += len(w.runs)
		}
		left := len(p.workers)
		p.mu.Unlock()
		if n == 0 && (left == 0 || clock().After(deadline)) {
			break
		}
		if clock().After(deadline) {
			if interrupted && clock().After(deadline.Add(15*time.Second)) {
				break
			}
			if !interrupted {
				interrupted = true
				for _, id := range p.Running() {
					if e := p.find(id); e != nil {
						e.mu.Lock()
						e.decl.Grace = min(e.decl.Grace, 5*time.Second)
						e.mu.Unlock()
						p.stop(e, "interrupted", true)
					}
				}
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.mu.Lock()
	g := p.gen
	for w := range p.workers {
		if w.proc != nil {
			w.proc.Kill()
		}
	}
	p.mu.Unlock()
	if g != nil && g.cmd != nil {
		g.out.send(frameDrain, struct{}{})
		select {
		case <-g.gone:
		case <-time.After(2 * time.Second):
			g.cmd.Process.Kill()
		}
	}
}

// traceOf makes the traceparent of an attempt: the trace of whoever asked for the run, with a span of its own.
func traceOf(parent string) string {
	id := fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64())
	if parts := strings.Split(parent, "-"); len(parts) == 4 && len(parts[1]) == 32 {
		id = parts[1]
	}
	return fmt.Sprintf("00-%s-%016x-01", id, rand.Uint64())
}
