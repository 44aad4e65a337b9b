//go:build linux || darwin

package jobs

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	sdk "github.com/roadworthy-dev/roadworthy/sdk/python"
)

// generation is one import of the user's code.
type generation struct {
	jobs     map[string]Declaration
	report   readyFrame
	version  string
	spawned  bool // forking is not safe: every worker imports for itself
	reason   string
	cmd      *exec.Cmd
	out      *frameWriter
	conn     *os.File
	forks    map[int]*worker
	gone     chan struct{} // closed when the zygote has ended
	exits    map[int]exitFrame
	retired  bool
	programs bool // some job is a command
}

type exitFrame struct {
	PID    int   `json:"pid"`
	Status int   `json:"status"`
	RSS    int64 `json:"rss"`
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
	hello := helloFrame{Root: p.opts.Root, Paths: slices.Clone(p.opts.Paths), Jobs: []helloJob{}}
	for _, d := range decls {
		if d.Entry == "" {
			continue
		}
		if dir := filepath.Join(p.opts.Root, d.Directory); d.Directory != "" && !slices.Contains(hello.Paths, dir) {
			hello.Paths = append(hello.Paths, dir)
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
