//go:build linux || darwin

package jobs

import (
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
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
		g.programs = g.programs || len(d.Command) > 0
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
