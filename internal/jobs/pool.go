//go:build linux || darwin

package jobs

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	sdk "github.com/roadworthy-dev/roadworthy/sdk/python"
)

// A Pool keeps the worker processes. It starts what it is handed at once or not at all ([Pool.Start]); which run comes
// next is the service's business.
//
// Python jobs run in processes forked from a zygote that has imported the user's code once, so a fresh process costs a
// few milliseconds whatever the imports cost. A process runs one plain job at a time, or up to `slots` coroutine jobs.
// The kernel is the witness of a process's life (the zygote waits for it): a job that holds the interpreter for a
// minute is healthy, and is not killed for being silent.
type Pool struct {
	opts PoolOptions
	log  *slog.Logger

	mu       sync.Mutex
	gen      *generation
	workers  map[*worker]bool
	commands map[*execution]bool
	nextID   int
	closed   bool
	slots    int           // coroutine jobs in one process: the largest declared
	changed  func()        // called without the lock when a slot may have become free
	spawn    chan spawnJob // see spawner
}

// PoolOptions configure a Pool.
type PoolOptions struct {
	Root    string
	DataDir string
	Python  string   // interpreter; empty if no job needs one
	Paths   []string // put before sys.path
	Env     []string
	Workers int // processes for plain jobs; as many commands may run beside them
	// RecycleAfter replaces a process after about so many runs; 0 never.
	RecycleAfter int64
	OutputCap    int
	ImportLimit  time.Duration
	Log          *slog.Logger
}

// generation is one import of the user's code.
type generation struct {
	jobs    map[string]Declaration
	report  readyFrame
	version string
	spawned bool // forking is not safe: every worker imports for itself
	reason  string
	cmd     *exec.Cmd
	out     *frameWriter
	conn    *os.File
	forks   map[int]*worker
	gone    chan struct{} // closed when the zygote has ended
	exits   map[int]exitFrame
	retired bool
}

type exitFrame struct {
	PID    int   `json:"pid"`
	Status int   `json:"status"`
	RSS    int64 `json:"rss"`
}

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
	stop     string // why it was told to stop: time limit, cancelled, out of memory, interrupted
	timers   []*time.Timer
	peak     int64
	finished bool
}

// NewPool prepares a pool; [Pool.Load] starts it.
func NewPool(o PoolOptions) *Pool {
	if o.Workers <= 0 {
		o.Workers = max(2, runtime.NumCPU())
	}
	if o.OutputCap <= 0 {
		o.OutputCap = 256 << 10
	}
	if o.ImportLimit <= 0 {
		o.ImportLimit = 2 * time.Minute
	}
	if o.Log == nil {
		o.Log = quiet
	}
	p := &Pool{opts: o, log: o.Log, workers: map[*worker]bool{}, commands: map[*execution]bool{}, spawn: make(chan spawnJob), changed: func() {}}
	go p.spawner()
	return p
}

type spawnJob struct {
	cmd *exec.Cmd
	err chan error
}

// spawner starts every child process from one thread that lives as long as the pool. The kernel sends a child its
// parent-death signal when the *thread* that started it ends, and Go ends threads when it likes.
func (p *Pool) spawner() {
	runtime.LockOSThread()
	for job := range p.spawn {
		job.err <- job.cmd.Start()
	}
	// The thread stays locked and is parked for good: ending it would kill every child that is still draining.
	select {}
}

func (p *Pool) start(cmd *exec.Cmd) error {
	err := make(chan error, 1)
	p.spawn <- spawnJob{cmd, err}
	return <-err
}

// unpackSDK writes the SDK that this binary carries under the data directory, once per version of it.
func unpackSDK(dataDir string) (string, error) {
	h := sha256.New()
	var names []string
	err := fs.WalkDir(sdk.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := sdk.Files.ReadFile(path)
		if err == nil {
			names = append(names, path)
			fmt.Fprintf(h, "%s %d\n", path, len(data))
			h.Write(data)
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read the embedded SDK: %w", err)
	}
	dir := filepath.Join(dataDir, "sdk", hex.EncodeToString(h.Sum(nil))[:12])
	if _, err := os.Stat(filepath.Join(dir, ".complete")); err == nil {
		return dir, nil
	}
	for _, name := range names {
		data, err := sdk.Files.ReadFile(name)
		if err != nil {
			return "", err
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", fmt.Errorf("unpack the SDK: %w", err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return "", fmt.Errorf("unpack the SDK: %w", err)
		}
	}
	return dir, os.WriteFile(filepath.Join(dir, ".complete"), nil, 0o644)
}

// Load imports a version of the user's code and switches to it; processes of the version before finish what they run.
// A job that cannot be imported is in the report and does not keep the others from running.
func (p *Pool) Load(decls []Declaration, version string) (map[string]string, error) {
	g := &generation{jobs: map[string]Declaration{}, version: version, forks: map[int]*worker{}, gone: make(chan struct{}), exits: map[int]exitFrame{}}
	slots := 1
	python := false
	for _, d := range decls {
		g.jobs[d.Name] = d
		slots = max(slots, d.Slots)
		python = python || d.Entry != ""
	}
	broken := map[string]string{}
	if python {
		if p.opts.Python == "" {
			return nil, errors.New("no Python found for the declared jobs: install python3 or set [run] python in roadworthy.toml")
		}
		if err := p.startZygote(g, decls); err != nil {
			return nil, err
		}
		for name, job := range g.report.Jobs {
			if job.Error != "" {
				broken[name] = job.Error
			}
			if d, ok := g.jobs[name]; ok {
				d.Async = job.Async
				g.jobs[name] = d
			}
		}
	}
	p.mu.Lock()
	old := p.gen
	p.gen, p.slots = g, slots
	var drained []*worker
	for w := range p.workers {
		if w.gen != g {
			drained = append(drained, w)
		}
	}
	for _, w := range drained {
		p.drainWorker(w)
	}
	p.mu.Unlock()
	if python {
		p.fill()
	}
	if old != nil {
		p.retire(old)
	}
	p.changed()
	return broken, nil
}

// Files are the user's source files that the current version imported.
func (p *Pool) Files() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gen == nil {
		return nil
	}
	return p.gen.report.Files
}

// PythonVersion is the interpreter's version, once loaded.
func (p *Pool) PythonVersion() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gen == nil {
		return ""
	}
	return p.gen.report.Python
}

func socketpair() (ours, theirs *os.File, err error) {
	// CLOEXEC from birth: a sibling that inherited the peer's end would keep end-of-file from ever arriving.
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|sockCloexec, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make a socket pair: %w", err)
	}
	closeOnExec(fds[:])
	if err := syscall.SetNonblock(fds[0], true); err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "worker"), os.NewFile(uintptr(fds[1]), "worker-peer"), nil
}

func (p *Pool) python(g *generation, decls []Declaration, mode string, theirs *os.File) (*exec.Cmd, error) {
	dir, err := unpackSDK(p.opts.DataDir)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(p.opts.Python, "-m", "roadworthy._worker", "3", mode)
	cmd.Dir = p.opts.Root
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.Env = append(os.Environ(), p.opts.Env...)
	path := dir
	if old := os.Getenv("PYTHONPATH"); old != "" {
		path += string(os.PathListSeparator) + old
	}
	cmd.Env = append(cmd.Env, adapterEnv(p.hello(g, decls))...)
	cmd.Env = append(cmd.Env, "PYTHONPATH="+path, "PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=")
	cmd.SysProcAttr = childAttr()
	return cmd, nil
}

// adapterEnv tells the adapters which task functions are jobs.
func adapterEnv(hello helloFrame) (env []string) {
	for _, adapter := range []string{"celery", "rq"} {
		known := map[string]string{}
		for _, j := range hello.Jobs {
			if j.Adapter == adapter && j.Module != "" {
				known[j.Module+":"+j.Func] = j.Name
				known[j.Module+"."+j.Func] = j.Name // Celery's own name for a task
			}
		}
		if doc, err := json.Marshal(known); err == nil && len(known) > 0 {
			env = append(env, "ROADWORTHY_"+strings.ToUpper(adapter)+"="+string(doc))
		}
	}
	return env
}

func (p *Pool) hello(g *generation, decls []Declaration) helloFrame {
	hello := helloFrame{Root: p.opts.Root, Paths: p.opts.Paths, Jobs: []helloJob{}}
	for _, d := range decls {
		if d.Entry == "" {
			continue
		}
		i := strings.LastIndexByte(d.Entry, ':')
		j := helloJob{Name: d.Name, Func: d.Entry[i+1:], Adapter: d.Adapter}
		if mod := d.Entry[:i]; strings.HasSuffix(mod, ".py") {
			j.Module, j.File = moduleOf(p.opts.Root, p.opts.Paths, mod)
		} else {
			j.Module = mod
		}
		hello.Jobs = append(hello.Jobs, j)
	}
	return hello
}

// moduleOf turns a file into the module name under which the rest of the code imports it, if it has one: a path of
// identifiers below one of the import paths. Otherwise the file is loaded by path.
func moduleOf(root string, paths []string, file string) (module, abs string) {
	abs = file
	if !filepath.IsAbs(file) {
		abs = filepath.Join(root, file)
	}
	best := ""
	for _, base := range paths {
		rel, err := filepath.Rel(base, abs)
		if err != nil || strings.HasPrefix(rel, "..") {
			continue
		}
		mod := strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(filepath.ToSlash(rel), ".py"), "/__init__"), "/", ".")
		if identPath.MatchString(mod) && (best == "" || len(mod) < len(best)) {
			best = mod
		}
	}
	return best, abs
}

func (p *Pool) startZygote(g *generation, decls []Declaration) error {
	ours, theirs, err := socketpair()
	if err != nil {
		return err
	}
	cmd, err := p.python(g, decls, "zygote", theirs)
	if err != nil {
		return err
	}
	var said tail
	cmd.Stdout, cmd.Stderr = &said, &said
	// The zygote's standard streams are pipes that its forked workers replace; a job's stray child must not keep Wait.
	cmd.WaitDelay = 2 * time.Second
	if err := p.start(cmd); err != nil {
		ours.Close()
		theirs.Close()
		return fmt.Errorf("start Python (%s): %w", p.opts.Python, err)
	}
	theirs.Close()
	g.cmd, g.conn, g.out = cmd, ours, &frameWriter{w: ours}
	g.exits = map[int]exitFrame{}
	waited := make(chan error, 1)
	go func() { waited <- cmd.Wait() }()
	r := bufio.NewReaderSize(ours, 64<<10)
	ready := make(chan error, 1)
	go func() {
		if err := g.out.send(frameHello, p.hello(g, decls)); err != nil {
			ready <- err
			return
		}
		kind, payload, _, err := readFrame(r, nil)
		if err == nil && kind != frameReady {
			err = fmt.Errorf("unexpected frame %d", kind)
		}
		if err == nil {
			err = json.Unmarshal(payload, &g.report)
		}
		ready <- err
	}()
	select {
	case err = <-ready:
	case <-time.After(p.opts.ImportLimit):
		err = fmt.Errorf("importing the jobs took longer than %s", p.opts.ImportLimit)
	}
	if err != nil {
		cmd.Process.Kill()
		ours.Close()
		<-waited
		return fmt.Errorf("import the jobs: %w%s", err, said.indented())
	}
	if s := said.String(); s != "" {
		p.log.Info("output while importing", "output", s)
	}
	if len(g.report.Threads) > 0 || !forkSafe {
		g.spawned = true
		g.reason = "this system does not fork safely"
		if len(g.report.Threads) > 0 {
			g.reason = "importing started threads (" + strings.Join(g.report.Threads, ", ") + "), which a forked process would not have"
		}
		p.log.Info("workers are started afresh, not forked", "reason", g.reason)
	}
	go p.zygoteLoop(g, r, waited)
	return nil
}

func (p *Pool) zygoteLoop(g *generation, r *bufio.Reader, waited chan error) {
	var buf []byte
	for {
		kind, payload, b, err := readFrame(r, buf)
		if err != nil {
			break
		}
		buf = b
		switch kind {
		case frameForked:
			var f struct{ N, PID int }
			if json.Unmarshal(payload, &f) == nil {
				p.mu.Lock()
				if w := g.forks[f.N]; w != nil {
					delete(g.forks, f.N)
					w.pid, w.ready = f.PID, true
					w.proc, _ = os.FindProcess(f.PID)
					if x, ok := g.exits[f.PID]; ok {
						w.exit <- x
					}
				}
				p.mu.Unlock()
				p.changed()
			}
		case frameExited:
			var x exitFrame
			if json.Unmarshal(payload, &x) == nil {
				p.mu.Lock()
				g.exits[x.PID] = x
				for w := range p.workers {
					if w.gen == g && w.pid == x.PID {
						w.exit <- x
						delete(g.exits, x.PID)
					}
				}
				p.mu.Unlock()
			}
		}
	}
	<-waited
	g.conn.Close()
	close(g.gone)
	p.mu.Lock()
	unexpected := p.gen == g && !p.closed && !g.retired
	for n, w := range g.forks {
		delete(g.forks, n)
		delete(p.workers, w)
		w.close()
	}
	p.mu.Unlock()
	if unexpected {
		p.log.Warn("the process that workers are forked from has ended; starting it again")
		p.revive(g)
	}
}

// revive replaces a zygote that ended on its own.
func (p *Pool) revive(g *generation) {
	decls := make([]Declaration, 0, len(g.jobs))
	for _, name := range sortedKeys(g.jobs) {
		decls = append(decls, g.jobs[name])
	}
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
		p.mu.Lock()
		stale := p.closed || p.gen != g
		p.mu.Unlock()
		if stale {
			return
		}
		if _, err := p.Load(decls, g.version); err == nil {
			return
		} else {
			p.log.Error("cannot start the workers", "error", err)
		}
		time.Sleep(wait)
	}
}

// retire ends a zygote once no worker of it is left.
func (p *Pool) retire(g *generation) {
	p.mu.Lock()
	if p.gen == g && !p.closed {
		p.mu.Unlock()
		return
	}
	for w := range p.workers {
		if w.gen == g && !w.ended {
			p.mu.Unlock()
			return
		}
	}
	already := g.retired
	g.retired = true
	p.mu.Unlock()
	if g.cmd != nil && !already {
		g.out.send(frameDrain, struct{}{})
	}
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
	w := &worker{kind: kind, gen: g, conn: ours, out: &frameWriter{w: ours}, runs: map[int64]*execution{}, started: time.Now(), exit: make(chan exitFrame, 2)}
	var ends [2]*os.File
	for i := range w.pipes {
		r, wr, err := os.Pipe()
		if err != nil {
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
		theirs.Close()
		ends[0].Close()
		ends[1].Close()
		return nil
	}
	p.workers[w] = true
	if !g.spawned {
		g.forks[w.id] = w
	}
	p.mu.Unlock()
	defer theirs.Close()
	defer ends[0].Close()
	defer ends[1].Close()
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
	p.mu.Unlock()
	if e == nil {
		p.log.Info("output outside of a run", "worker", w.id, "pid", w.pid, "output", clip(string(b), 2000))
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
				if e := p.executing(w, f.R); e != nil {
					e.mu.Lock()
					e.output.write([]byte(f.X), p.opts.OutputCap)
					e.mu.Unlock()
				}
			}
		case frameProgress:
			var f struct {
				R    int64
				D, T float64
				N    string
			}
			if json.Unmarshal(payload, &f) == nil {
				if e := p.executing(w, f.R); e != nil {
					e.mu.Lock()
					e.progress = &Progress{Done: f.D, Total: f.T, Note: f.N, At: time.Now()}
					e.mu.Unlock()
				}
			}
		case frameMetric:
			var f struct {
				R int64
				N string
				V float64
			}
			if json.Unmarshal(payload, &f) == nil {
				if e := p.executing(w, f.R); e != nil {
					e.mu.Lock()
					if len(e.signals) < 1000 {
						e.signals = append(e.signals, Signal{Name: f.N, Value: f.V, At: time.Now()})
					}
					e.mu.Unlock()
				}
			}
		}
	}
	p.workerEnded(w)
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
	now := time.Now()
	if now.Sub(e.started) > 100*time.Millisecond && w.kind == "sync" {
		e.peak = max(e.peak, peakRSS(w.pid))
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
	e.mu.Lock()
	stop := e.stop
	e.mu.Unlock()
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

// stopped words an attempt that we stopped.
func (e *execution) stopped(a *Attempt, stop string) {
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

// workerEnded closes the account of a process: whatever it was running gets the cause of its death.
func (p *Pool) workerEnded(w *worker) {
	p.mu.Lock()
	spawned := w.cmd != nil
	gone := w.gen.gone
	p.mu.Unlock()
	var x exitFrame
	known := false
	select {
	case x = <-w.exit:
		known = true
	case <-gone:
		// The zygote ended first and took its workers along.
		select {
		case x = <-w.exit:
			known = true
		default:
		}
	case <-time.After(5 * time.Second):
		// It closed its socket and lives on: nothing it does can reach us any more.
		if w.proc != nil {
			w.proc.Kill()
		}
	}
	_ = spawned
	w.pipes[0].drain()
	w.pipes[1].drain()
	if w.pid > 0 {
		killGroup(w.pid, syscall.SIGKILL)
	}
	p.mu.Lock()
	runs := make([]*execution, 0, len(w.runs))
	for _, e := range w.runs {
		runs = append(runs, e)
	}
	clear(w.runs)
	delete(p.workers, w)
	w.close()
	closed, g := p.closed, w.gen
	p.mu.Unlock()
	now := time.Now()
	for _, e := range runs {
		a := e.attempt(now, w.pid)
		a.PeakRSS = max(a.PeakRSS, x.RSS)
		e.peak = a.PeakRSS
		e.mu.Lock()
		stop := e.stop
		e.mu.Unlock()
		switch {
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
			if w.killed != "" {
				a.Crashed, a.Cause, a.Error = false, "interrupted", "another run of the same process had to be stopped: "+w.killed
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

// Workers describes the processes.
func (p *Pool) Workers() []WorkerInfo {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]WorkerInfo, 0, len(p.workers))
	for w := range p.workers {
		i := WorkerInfo{Name: fmt.Sprintf("%s-%d", w.kind, w.id), PID: w.pid, State: "idle", RSS: w.rss, Runs: w.total, Started: w.started, Version: w.gen.version}
		switch {
		case !w.ready:
			i.State = "starting"
		case w.drain:
			i.State = "draining"
		case len(w.runs) > 0:
			i.State = "busy"
		}
		for _, e := range w.runs {
			i.Job, i.Run = e.run.Job, e.run.ID
		}
		out = append(out, i)
	}
	for e := range p.commands {
		pid := 0
		if e.proc != nil {
			pid = e.proc.Pid
		}
		out = append(out, WorkerInfo{Name: "command", PID: pid, State: "busy", Job: e.run.Job, Run: e.run.ID, Started: e.started})
	}
	slices.SortFunc(out, func(a, b WorkerInfo) int { return strings.Compare(a.Name+fmt.Sprint(a.PID), b.Name+fmt.Sprint(b.PID)) })
	return out
}
