//go:build linux || darwin

package jobs

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

type worker struct {
	id      int
	kind    string // sync, async
	gen     *generation
	cmd     *exec.Cmd // when spawned
	pid     int
	proc    *os.Process
	conn    *os.File
	out     *frameWriter
	pipes   [2]*capture
	runs    map[int64]*execution
	total   int64
	limit   int64 // recycled after so many runs
	started time.Time
	ready   bool
	drain   bool
	ended   bool
	exit    chan exitFrame
	rss     int64
	killed  string // why we killed the process
}

// fill keeps as many plain processes as declared, and starts coroutine processes when there are such jobs.
func (p *Pool) fill() {
	p.mu.Lock()
	g := p.gen
	if g == nil || g.cmd == nil || p.closed {
		p.mu.Unlock()
		return
	}
	sync, async, wantSync, wantAsync := 0, 0, 0, 0
	for _, d := range g.jobs {
		if d.Entry != "" && d.Async {
			wantAsync = 1
		} else if d.Entry != "" {
			wantSync = p.opts.Workers
		}
	}
	for w := range p.workers {
		if w.gen == g && !w.drain && !w.ended {
			if w.kind == "async" {
				async++
			} else {
				sync++
			}
		}
	}
	var add []string
	for ; sync < wantSync; sync++ {
		add = append(add, "sync")
	}
	for ; async < wantAsync; async++ {
		add = append(add, "async")
	}
	p.mu.Unlock()
	for _, kind := range add {
		if err := p.newWorker(g, kind); err != nil {
			p.log.Error("cannot start a worker", "error", err)
			return
		}
	}
}

func (p *Pool) newWorker(g *generation, kind string) error {
	ours, theirs, err := socketpair()
	if err != nil {
		return err
	}
	w := &worker{kind: kind, gen: g, conn: ours, out: &frameWriter{w: ours}, runs: map[int64]*execution{}, started: clock(), exit: make(chan exitFrame, 2)}
	var ends [2]*os.File
	defer func() {
		theirs.Close()
		for _, f := range ends {
			f.Close() // of nil: no harm
		}
	}()
	for i := range w.pipes {
		r, wr, err := os.Pipe()
		if err != nil {
			w.close()
			return fmt.Errorf("make a pipe: %w", err)
		}
		ends[i] = wr
		w.pipes[i] = newCapture(r, func(b []byte) { p.captured(w, b) })
	}
	if n := p.opts.RecycleAfter; n > 0 {
		w.limit = n + rand.Int64N(n/5+1) - n/10
	}
	p.mu.Lock()
	p.nextID++
	w.id = p.nextID
	if p.closed || (p.gen != g) {
		p.mu.Unlock()
		w.close()
		return nil
	}
	p.workers[w] = true
	if !g.spawned {
		g.forks[w.id] = w
	}
	p.mu.Unlock()
	if err := p.launch(g, w, theirs, ends); err != nil {
		p.mu.Lock()
		delete(p.workers, w)
		delete(g.forks, w.id)
		w.close()
		p.mu.Unlock()
		return err
	}
	go w.pipes[0].loop()
	go w.pipes[1].loop()
	go p.workerLoop(w)
	return nil
}

// launch makes the process behind a worker: a fork of the zygote, or a process of its own.
func (p *Pool) launch(g *generation, w *worker, theirs *os.File, ends [2]*os.File) error {
	if g.spawned {
		decls := make([]Declaration, 0, len(g.jobs))
		for _, d := range g.jobs {
			decls = append(decls, d)
		}
		cmd, err := p.python(g, decls, w.kind, theirs)
		if err != nil {
			return err
		}
		cmd.Stdout, cmd.Stderr = ends[0], ends[1]
		if err := p.start(cmd); err != nil {
			return fmt.Errorf("start a worker: %w", err)
		}
		if err := w.out.send(frameHello, p.hello(g, decls)); err != nil {
			return err
		}
		w.cmd, w.pid, w.proc = cmd, cmd.Process.Pid, cmd.Process
		go func() {
			cmd.Wait()
			x := exitFrame{PID: w.pid}
			if st, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok {
				x.Status = int(st)
			}
			if ru, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
				x.RSS = ru.Maxrss * rssUnit
			}
			killGroup(w.pid, syscall.SIGKILL)
			w.exit <- x
		}()
		return nil
	}
	frame, err := appendFrame(nil, frameFork, map[string]any{"n": w.id, "kind": w.kind})
	if err != nil {
		return err
	}
	g.out.mu.Lock()
	err = sendWithFiles(g.conn, frame, theirs, ends[0], ends[1])
	g.out.mu.Unlock()
	if err != nil {
		return fmt.Errorf("ask for a worker: %w", err)
	}
	return nil
}

func (w *worker) close() {
	w.ended = true
	w.conn.Close()
	for _, c := range w.pipes {
		if c != nil {
			c.file.Close()
		}
	}
}

// captured receives what a worker printed. With one run at a time it is that run's.
func (p *Pool) captured(w *worker, b []byte) {
	p.mu.Lock()
	var e *execution
	if len(w.runs) == 1 {
		for _, e = range w.runs {
		}
	}
	pid := w.pid
	p.mu.Unlock()
	if e == nil {
		p.log.Info("output outside of a run", "worker", w.id, "pid", pid, "output", clip(string(b), 2000))
		return
	}
	e.mu.Lock()
	e.output.write(b, p.opts.OutputCap)
	e.mu.Unlock()
}

func (p *Pool) workerLoop(w *worker) {
	r := bufio.NewReaderSize(w.conn, 64<<10)
	var buf []byte
	for {
		kind, payload, b, err := readFrame(r, buf)
		if err != nil {
			break
		}
		buf = b
		switch kind {
		case frameReady:
			p.mu.Lock()
			w.ready = true
			p.mu.Unlock()
			p.changed()
		case frameResult:
			var res resultFrame
			if json.Unmarshal(payload, &res) == nil {
				p.result(w, res)
			}
		case frameLog:
			var f struct {
				R int64
				X string
			}
			if json.Unmarshal(payload, &f) == nil {
				p.told(w, f.R, func(e *execution) { e.output.write([]byte(f.X), p.opts.OutputCap) })
			}
		case frameProgress:
			var f struct {
				R    int64
				D, T float64
				N    string
			}
			if json.Unmarshal(payload, &f) == nil {
				p.told(w, f.R, func(e *execution) { e.progress = &Progress{Done: f.D, Total: f.T, Note: f.N, At: clock()} })
			}
		case frameMetric:
			var f struct {
				R int64
				N string
				V float64
			}
			if json.Unmarshal(payload, &f) == nil {
				p.told(w, f.R, func(e *execution) {
					if len(e.signals) < 1000 {
						e.signals = append(e.signals, Signal{Name: f.N, Value: f.V, At: clock()})
					}
				})
			}
		}
	}
	p.workerEnded(w)
}

// told notes what a worker says of a run that it has; do has the run's lock.
func (p *Pool) told(w *worker, run int64, do func(e *execution)) {
	if e := p.executing(w, run); e != nil {
		e.mu.Lock()
		do(e)
		e.mu.Unlock()
	}
}

func (p *Pool) executing(w *worker, run int64) *execution {
	p.mu.Lock()
	defer p.mu.Unlock()
	return w.runs[run]
}

func (p *Pool) result(w *worker, res resultFrame) {
	e := p.executing(w, res.Run)
	if e == nil {
		return
	}
	if w.kind == "sync" {
		// What the run printed is in the pipes already: take it before the run is taken off the worker.
		w.pipes[0].drain()
		w.pipes[1].drain()
	}
	now := clock()
	if now.Sub(e.started) > 100*time.Millisecond && w.kind == "sync" {
		e.atLeast(peakRSS(w.pid))
	}
	p.mu.Lock()
	delete(w.runs, res.Run)
	w.total++
	recycle := w.limit > 0 && w.total >= w.limit && !w.drain
	if recycle {
		p.drainWorker(w)
	}
	p.mu.Unlock()
	if recycle {
		go p.fill()
	}
	a := e.attempt(now, w.pid)
	stop := e.stopping()
	a.Error, a.Cause, a.Traceback = res.Error, res.Cause, res.Trace
	switch res.Outcome {
	case "ok":
		a.Outcome, a.Cause = Succeeded, ""
	case "dead":
		a.Outcome = Killed
	case "snooze":
		a.Outcome, a.Cause = Snoozed, "snoozed"
		a.RetryAt = now.Add(seconds(res.After))
	case "timelimit":
		a.Outcome, a.Cause = Failed, "time limit"
		a.Error = fmt.Sprintf("stopped at its time limit of %s", e.decl.TimeLimit)
	default:
		a.Outcome = Failed
		if res.After != nil {
			a.RetryAt = now.Add(seconds(res.After))
		}
	}
	if stop != "" && a.Outcome != Succeeded {
		e.stopped(a, stop)
	} else if res.Outcome == "cancelled" {
		a.Outcome, a.Cause = WasCancel, "cancelled"
	}
	e.finish(a)
	p.changed()
}

func seconds(s *float64) time.Duration {
	if s == nil || *s < 0 {
		return 0
	}
	return time.Duration(min(*s, 1e8) * float64(time.Second))
}

// workerEnded closes the account of a process: whatever it was running gets the cause of its death.
func (p *Pool) workerEnded(w *worker) {
	var x exitFrame
	known, lives := false, false
	select {
	case x = <-w.exit:
		known = true
	case <-w.gen.gone:
		// The zygote ended first and took its workers along.
		select {
		case x = <-w.exit:
			known = true
		default:
		}
	case <-time.After(5 * time.Second):
		lives = true // it closed its socket, so nothing it does can reach us any more
	}
	p.mu.Lock()
	pid, proc := w.pid, w.proc
	p.mu.Unlock()
	if lives && proc != nil {
		proc.Kill()
	}
	w.pipes[0].drain()
	w.pipes[1].drain()
	if pid > 0 {
		killGroup(pid, syscall.SIGKILL)
	}
	p.mu.Lock()
	runs := make([]*execution, 0, len(w.runs))
	for _, e := range w.runs {
		runs = append(runs, e)
	}
	clear(w.runs)
	delete(p.workers, w)
	w.close()
	closed, killed, g := p.closed, w.killed, w.gen
	p.mu.Unlock()
	now := clock()
	for _, e := range runs {
		e.atLeast(x.RSS)
		a := e.attempt(now, pid)
		switch stop := e.stopping(); {
		case stop != "":
			e.stopped(a, stop)
		case !known || w.kind == "async":
			a.Outcome, a.Crashed = Interrupted, true
			a.Cause = "worker pool lost"
			a.Error = "the process that workers are forked from ended"
			if w.kind == "async" && known {
				a.Cause = describeExit(x.Status)
				a.Error = "the process that ran this coroutine with others ended: " + a.Cause
			}
			if killed != "" {
				a.Crashed, a.Cause, a.Error = false, "interrupted", "another run of the same process had to be stopped: "+killed
			}
		default:
			a.Outcome, a.Crashed = Failed, true
			a.Cause = describeExit(x.Status)
			a.Error = "the worker process ended: " + a.Cause
			if syscall.WaitStatus(x.Status).Signaled() && syscall.WaitStatus(x.Status).Signal() == syscall.SIGKILL && oomKills.rose() {
				a.Cause, a.Error = "out of memory", fmt.Sprintf("killed by the kernel, which was out of memory; it had used %s", Bytes(a.PeakRSS))
			}
			if t := faultTrace(a.Output); t != "" {
				a.Traceback = t
			}
		}
		e.finish(a)
	}
	p.retire(g)
	if !closed {
		p.fill()
	}
	p.changed()
}

// faultTrace is the dump that Python's faulthandler printed as the process died.
func faultTrace(output string) string {
	i := strings.LastIndex(output, "Fatal Python error:")
	if i < 0 {
		return ""
	}
	return output[i:]
}

func describeExit(status int) string {
	ws := syscall.WaitStatus(status)
	if ws.Signaled() {
		return fmt.Sprintf("signal %d (%s)", int(ws.Signal()), signalName(ws.Signal()))
	}
	return fmt.Sprintf("exit %d", ws.ExitStatus())
}

func signalName(s syscall.Signal) string {
	if n, ok := map[syscall.Signal]string{syscall.SIGSEGV: "SIGSEGV", syscall.SIGKILL: "SIGKILL", syscall.SIGABRT: "SIGABRT", syscall.SIGBUS: "SIGBUS",
		syscall.SIGFPE: "SIGFPE", syscall.SIGILL: "SIGILL", syscall.SIGTERM: "SIGTERM", syscall.SIGINT: "SIGINT", syscall.SIGPIPE: "SIGPIPE"}[s]; ok {
		return n
	}
	return s.String()
}

// drainWorker lets a process end after what it runs. The lock is held.
func (p *Pool) drainWorker(w *worker) {
	if w.drain {
		return
	}
	w.drain = true
	go w.out.send(frameDrain, struct{}{})
}
