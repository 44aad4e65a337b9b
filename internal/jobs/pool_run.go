//go:build linux || darwin

package jobs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

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
	total["command"], free["command"] = p.opts.Workers, p.opts.Workers-len(p.commands)
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
	e := &execution{run: run, decl: decl, done: done, started: time.Now(), parent: traceparent}
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
		a := e.attempt(time.Now(), w.pid)
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
	term := grace / 2
	if now {
		term = 0
	}
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
	e.timers = append(e.timers, time.AfterFunc(term, soft), time.AfterFunc(grace, kill))
	e.mu.Unlock()
	if e.worker != nil {
		e.worker.out.send(frameCancel, map[string]any{"r": e.run.ID, "why": why})
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
			e.mu.Lock()
			e.peak = max(e.peak, rss)
			e.mu.Unlock()
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
	deadline := time.Now().Add(patience)
	interrupted := false
	for {
		p.mu.Lock()
		n := len(p.commands)
		for w := range p.workers {
			n += len(w.runs)
		}
		left := len(p.workers)
		p.mu.Unlock()
		if n == 0 && (left == 0 || time.Now().After(deadline)) {
			break
		}
		if time.Now().After(deadline) {
			if interrupted && time.Now().After(deadline.Add(15*time.Second)) {
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

// runCommand runs a job that is a program: its arguments arrive as JSON on standard input and in ROADWORTHY_ARGS.
func (p *Pool) runCommand(e *execution, traceparent string) {
	d := e.decl
	cmd := exec.Command(d.Command[0], d.Command[1:]...)
	if strings.ContainsRune(d.Command[0], filepath.Separator) && !filepath.IsAbs(d.Command[0]) {
		cmd.Path = filepath.Join(p.opts.Root, d.Command[0])
	}
	cmd.Dir = p.opts.Root
	cmd.Env = append(append(os.Environ(), p.opts.Env...), "ROADWORTHY_ARGS="+string(e.run.Args), fmt.Sprintf("ROADWORTHY_RUN=%d", e.run.ID),
		fmt.Sprintf("ROADWORTHY_ATTEMPT=%d", e.run.Attempt), "ROADWORTHY_JOB="+e.run.Job, "ROADWORTHY_KEY="+e.run.Meta.Key, "TRACEPARENT="+traceparent)
	for _, k := range sortedKeys(d.Env) {
		cmd.Env = append(cmd.Env, k+"="+d.Env[k])
	}
	cmd.Stdin = strings.NewReader(string(e.run.Args))
	out := writerFunc(func(b []byte) (int, error) {
		e.mu.Lock()
		e.output.write(b, p.opts.OutputCap)
		e.mu.Unlock()
		return len(b), nil
	})
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = childAttr()
	cmd.WaitDelay = 2 * time.Second
	err := p.start(cmd)
	if err == nil {
		p.mu.Lock()
		e.proc = cmd.Process
		p.mu.Unlock()
		if d.TimeLimit > 0 {
			e.mu.Lock()
			e.timers = append(e.timers, time.AfterFunc(d.TimeLimit, func() { p.stop(e, "time limit", true) }))
			e.mu.Unlock()
		}
		err = cmd.Wait()
		killGroup(cmd.Process.Pid, syscall.SIGKILL)
	}
	p.mu.Lock()
	delete(p.commands, e)
	p.mu.Unlock()
	a := e.attempt(time.Now(), 0)
	if cmd.Process != nil {
		a.PID = cmd.Process.Pid
	}
	if ps := cmd.ProcessState; ps != nil {
		if ru, ok := ps.SysUsage().(*syscall.Rusage); ok {
			a.PeakRSS = max(a.PeakRSS, ru.Maxrss*rssUnit)
		}
	}
	e.mu.Lock()
	stop := e.stop
	e.mu.Unlock()
	var exit *exec.ExitError
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay):
		a.Outcome = Succeeded
	case stop != "":
		e.stopped(a, stop)
	case errors.As(err, &exit):
		a.Outcome = Failed
		if ws, ok := exit.Sys().(syscall.WaitStatus); ok {
			a.Cause = describeExit(int(ws))
		}
		a.Error = "the command ended with " + a.Cause
		if last := lastLine(a.Output); last != "" {
			a.Error += ": " + last
		}
	default:
		a.Outcome, a.Cause, a.Error = Failed, "cannot start", err.Error()
	}
	e.finish(a)
	p.changed()
}

func lastLine(s string) string {
	s = strings.TrimRight(s, "\n")
	return clip(s[strings.LastIndexByte(s, '\n')+1:], 300)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// outputBuffer keeps the start and the end of what an attempt printed.
type outputBuffer struct {
	head, tail []byte
	lost       int64
}

func (o *outputBuffer) write(b []byte, limit int) {
	half := limit / 2
	if room := half - len(o.head); room > 0 {
		n := min(room, len(b))
		o.head = append(o.head, b[:n]...)
		b = b[n:]
	}
	if len(b) == 0 {
		return
	}
	o.tail = append(o.tail, b...)
	if over := len(o.tail) - half; over > half {
		// Cut in steps of half a buffer, so that a chatty job does not cost a copy for every line.
		o.lost += int64(over)
		o.tail = append(o.tail[:0], o.tail[over:]...)
	}
}

func (o *outputBuffer) String() string {
	if len(o.tail) == 0 {
		return string(o.head)
	}
	if o.lost == 0 {
		return string(o.head) + string(o.tail)
	}
	return fmt.Sprintf("%s\n… %d bytes left out …\n%s", o.head, o.lost, o.tail)
}

// tail keeps the last part of what a zygote prints.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b...)
	if len(t.b) > 16<<10 {
		t.b = append(t.b[:0], t.b[len(t.b)-(8<<10):]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.b))
}

func (t *tail) indented() string {
	s := t.String()
	if s == "" {
		return ""
	}
	return "\n  " + strings.ReplaceAll(s, "\n", "\n  ")
}

// capture reads one output pipe of a worker. Reading and handing on happen under one lock, so that drain, called when a
// result has arrived, knows that everything printed before it has been handed on.
type capture struct {
	mu   sync.Mutex
	file *os.File
	hand func([]byte)
	buf  []byte
}

func newCapture(f *os.File, hand func([]byte)) *capture {
	return &capture{file: f, hand: hand, buf: make([]byte, 16<<10)}
}

func (c *capture) take(fd uintptr) (more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		n, err := syscall.Read(int(fd), c.buf)
		if n > 0 {
			c.hand(c.buf[:n])
			continue
		}
		if err == syscall.EINTR {
			continue
		}
		return err == syscall.EAGAIN
	}
}

func (c *capture) loop() {
	raw, err := c.file.SyscallConn()
	if err != nil {
		return
	}
	raw.Read(func(fd uintptr) bool { return !c.take(fd) })
}

func (c *capture) drain() {
	if raw, err := c.file.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { c.take(fd) })
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
