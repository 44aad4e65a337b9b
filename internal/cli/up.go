//go:build linux || darwin

package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/jobs"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/store"
	"github.com/roadworthy-dev/roadworthy/internal/web"
)

// nodeFlags are what `up` and `serve` share.
type nodeFlags struct {
	root, data, listen, store, python, allow string
	workers                                  int
	reload                                   bool
	json                                     bool
}

func init() {
	register(func(s *streams) *cobra.Command {
		f := nodeFlags{reload: true}
		cmd := &cobra.Command{
			Use:   "up [PATH]",
			Short: "Run the declared jobs on this machine, with a dashboard",
			Long: `Finds the jobs of a directory without running its code ([job.NAME] in roadworthy.toml, functions with
@roadworthy.job), checks them against the guardrails of their tiers, and runs them: on schedule, on demand, retried,
with their output kept. Everything is stored in .roadworthy/ beside them. Code is loaded again when it changes.

Ctrl-C stops taking new runs and waits for what runs; a second Ctrl-C stops at once, and what ran goes back to its queue.`,
			Args: cobra.MaximumNArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				f.root = "."
				if len(args) > 0 {
					f.root = args[0]
				}
				return runNode(cmd.Context(), s, f)
			},
		}
		cmd.Flags().StringVar(&f.listen, "listen", "", "address of the dashboard (default 127.0.0.1:7302, or [run] listen)")
		cmd.Flags().StringVar(&f.store, "store", "", "where runs are kept: a path or postgres://… (default .roadworthy/roadworthy.db, or [run] store)")
		cmd.Flags().StringVar(&f.python, "python", "", "interpreter or virtual environment (default: .venv, venv, $VIRTUAL_ENV, python3)")
		cmd.Flags().IntVar(&f.workers, "workers", 0, "worker processes (default: one for each core, at least 2)")
		cmd.Flags().StringVar(&f.allow, "allow", "", "reason for running jobs that their tier's guardrails refuse; recorded")
		cmd.Flags().BoolVar(&f.reload, "reload", true, "load code again when it changes")
		cmd.Flags().BoolVar(&f.json, "log-json", false, "log one JSON object per line")
		return cmd
	})
}

// dataDir is where a root keeps what its server writes.
func dataDir(root string) string { return filepath.Join(root, ".roadworthy") }

// lineHandler prints log records for people: time, level when it matters, message, fields.
type lineHandler struct {
	w     io.Writer
	attrs []slog.Attr
}

func (h *lineHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }
func (h *lineHandler) WithAttrs(a []slog.Attr) slog.Handler {
	return &lineHandler{h.w, append(slices.Clone(h.attrs), a...)}
}
func (h *lineHandler) WithGroup(string) slog.Handler { return h }
func (h *lineHandler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Time.Format("15:04:05 "))
	if r.Level != slog.LevelInfo {
		b.WriteString(strings.ToLower(r.Level.String()) + ": ")
	}
	b.WriteString(r.Message)
	add := func(a slog.Attr) bool {
		v := a.Value.String()
		if strings.ContainsAny(v, " \n\t\"") || v == "" {
			v = fmt.Sprintf("%q", v)
		}
		fmt.Fprintf(&b, "  %s=%s", a.Key, v)
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	r.Attrs(add)
	b.WriteByte('\n')
	_, err := io.WriteString(h.w, b.String())
	return err
}

func runNode(ctx context.Context, s *streams, f nodeFlags) error {
	root, err := filepath.Abs(f.root)
	if err != nil {
		return fmt.Errorf("find %s: %w", f.root, err)
	}
	if st, err := os.Stat(root); err != nil || !st.IsDir() {
		return fmt.Errorf("%s is not a directory", f.root)
	}
	// The real path, so that every process of a directory names it alike.
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return fmt.Errorf("find %s: %w", f.root, err)
	}
	var handler slog.Handler = &lineHandler{w: s.err}
	if f.json {
		handler = slog.NewJSONHandler(s.err, nil)
	}
	data := f.data
	if data == "" {
		data = dataDir(root)
	} else if data, err = filepath.Abs(data); err != nil {
		return fmt.Errorf("find %s: %w", f.data, err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	n := &node{flags: f, root: root, data: data, log: slog.New(handler), out: s.out, stop: stop}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	go func() {
		var asked time.Time
		for sig := range signals {
			switch {
			case sig == syscall.SIGHUP:
				n.again.Store(true)
			case !asked.IsZero() && time.Since(asked) < time.Second:
				// A supervisor that signals the process and its group means one thing by it.
			case asked.IsZero():
				asked = time.Now()
				n.log.Info("stopping: what runs may finish; once more stops at once")
				stop()
			default:
				n.log.Warn("stopped at once")
				os.Exit(130)
			}
		}
	}()
	return n.run(ctx)
}

// node is one `up` or `serve`.
type node struct {
	flags   nodeFlags
	root    string
	data    string
	log     *slog.Logger
	out     io.Writer
	config  *project.Config
	service *jobs.Service
	again   atomic.Bool // load the code again
	stop    func()      // drain and end
}

func (n *node) run(ctx context.Context) error {
	found, err := findJobs(ctx, n.root)
	if err != nil {
		return err
	}
	n.config = found.Config
	decls := found.Jobs
	if len(decls) == 0 {
		hint := "decorate a function with @roadworthy.job, or write [job.NAME] in roadworthy.toml"
		if len(n.config.Jobs) > 0 {
			hint = "the jobs of " + n.config.File + " run with `roadworthy up " + n.config.Dir + "`"
		}
		return &Hint{fmt.Errorf("no jobs are declared in %s", n.root), hint}
	}
	url, err := n.storeURL()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(n.data, 0o700); err != nil {
		return fmt.Errorf("create the data directory: %w", err)
	}
	if err := writeOnce(filepath.Join(n.data, ".gitignore"), "*\n"); err != nil {
		return err
	}
	owned, err := store.Own(filepath.Join(n.data, "node.lock"))
	if errors.Is(err, store.ErrOwned) {
		return &Hint{err, "it is running already; operate it with `roadworthy jobs`, `runs`, `queues`, or stop it first"}
	}
	if err != nil {
		return err
	}
	defer owned.Close()
	if k := jobs.Sweep(n.data); k > 0 {
		n.log.Warn("ended processes that an earlier server left behind", "processes", k)
	}
	db, err := store.Open(ctx, url, store.Options{})
	if errors.Is(err, store.ErrOwned) {
		return &Hint{err, "it is running already; operate it with `roadworthy jobs`, `runs`, `queues`, or stop it first"}
	}
	if err != nil {
		return err
	}
	defer db.Close()
	engine, err := jobs.OpenRiver(ctx, db, jobs.NewNodeID())
	if err != nil {
		return err
	}
	if err := jobs.Moved(ctx, db); err != nil {
		return &Hint{err, "set [run] store or ROADWORTHY_STORE to where it is now; if the move was interrupted, run the same `roadworthy move` again"}
	}
	// An earlier incarnation of this node is gone for certain, because its lock is ours: the others need not wait for its
	// lease to run out.
	idFile := filepath.Join(n.data, "node.id")
	if old, err := os.ReadFile(idFile); err == nil {
		if err := engine.Retire(ctx, strings.TrimSpace(string(old))); err != nil {
			return err
		}
	}
	if err := os.WriteFile(idFile, []byte(engine.Node()+"\n"), 0o600); err != nil {
		return fmt.Errorf("note this node's name: %w", err)
	}
	python, err := n.findPython()
	if err != nil {
		return err
	}
	socket := filepath.Join(n.data, "roadworthy.sock")
	run := n.config.Run
	workers := n.flags.workers
	if workers == 0 {
		workers = run.Workers
	}
	recycle := int64(run.RecycleAfter)
	if recycle == 0 {
		recycle = 10000
	}
	pool := jobs.NewPool(jobs.PoolOptions{Root: n.root, DataDir: n.data, Python: python, Paths: n.paths(), Workers: workers, RecycleAfter: recycle, Log: n.log,
		Env: []string{jobs.Mark(n.data), "ROADWORTHY_SOCKET=" + socket}})
	opts := jobs.ServiceOptions{Version: Version, Alerts: run.Alerts, Allow: n.flags.allow,
		Retention: run.Retention, DeadFor: run.DeadRetention, Patience: run.Patience}
	n.service = jobs.NewService(db, engine, pool, n.log, opts)
	if n.service.Alerts.SMTP, err = jobs.Expand(run.SMTP); err != nil {
		return fmt.Errorf("[run] smtp: %w", err)
	}
	n.service.Alerts.From = run.MailFrom
	limits := map[string]int{}
	for _, q := range n.config.Queues {
		if q.Concurrency > 0 {
			limits[q.Name] = q.Concurrency
		}
	}
	n.service.SetQueueLimits(limits)
	version := n.digest()
	if err := n.service.Load(ctx, decls, version); err != nil {
		var refused *jobs.RefusedError
		if errors.As(err, &refused) {
			return &Hint{err, "fix them, lower the tier, or run with --allow \"the reason\""}
		}
		return err
	}
	listen := n.flags.listen
	if listen == "" {
		listen = run.Listen
	}
	if listen == "" {
		listen = "127.0.0.1:7302"
	}
	auth, err := web.NewAuth(listen, web.Auth{Token: os.Getenv("ROADWORTHY_TOKEN"), ViewerToken: os.Getenv("ROADWORTHY_VIEWER_TOKEN"),
		ProxyHeader: run.ProxyIdentity, Operators: run.Operators, Viewers: run.Viewers})
	if err != nil {
		return fmt.Errorf("listen on %s: %w", listen, err)
	}
	site := web.New(n.service, n.log, auth, Version)
	site.Work = (&workPage{root: n.root, version: n.digest}).rows
	site.Stop = n.stop
	closeTelemetry, err := wireTelemetry(n.service, site, run.OTLP)
	if err != nil {
		return err
	}
	defer closeTelemetry()
	tcp, err := listenNear(listen, n.flags.listen == "" && run.Listen == "")
	if err != nil {
		return fmt.Errorf("listen on %s: %w", listen, err)
	}
	os.Remove(socket) // left by an owner that is gone: the database's lock is ours
	unix, err := net.Listen("unix", socket)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", socket, err)
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		return fmt.Errorf("protect %s: %w", socket, err)
	}
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServing()
	served := make(chan error, 2)
	go func() { served <- site.Serve(serving, tcp) }()
	go func() { served <- site.Serve(serving, unix) }()
	n.announce(decls, tcp.Addr().String(), db.Name())
	go n.watch(ctx, version)
	done := make(chan error, 1)
	go func() { done <- n.service.Run(ctx) }()
	select {
	case err = <-done:
	case err = <-served:
		if err == nil {
			err = errors.New("the dashboard stopped")
		}
	}
	stopServing()
	return err
}

// listenNear tries the ports after the usual one when nobody asked for a particular one.
func listenNear(addr string, roam bool) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err == nil || !roam || !errors.Is(err, syscall.EADDRINUSE) {
		return l, err
	}
	host, _, _ := net.SplitHostPort(addr)
	return net.Listen("tcp", net.JoinHostPort(host, "0"))
}

func writeOnce(path, text string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func (n *node) storeURL() (string, error) { return storeURL(n.root, n.flags.store, n.config.Run.Store) }

// storeURL is where runs are kept: the flag, the environment, the configuration, or the file in the data directory.
func storeURL(root, flag, configured string) (string, error) {
	url := flag
	if url == "" {
		url = os.Getenv("ROADWORTHY_STORE")
	}
	if url == "" && configured != "" {
		var err error
		if url, err = jobs.Expand(configured); err != nil {
			return "", fmt.Errorf("[run] store: %w", err)
		}
	}
	if url == "" {
		url = filepath.Join(dataDir(root), "roadworthy.db")
	}
	if !strings.Contains(url, "://") && !filepath.IsAbs(strings.TrimPrefix(url, "sqlite:")) {
		url = filepath.Join(root, strings.TrimPrefix(url, "sqlite:"))
	}
	return url, nil
}

func (n *node) paths() []string {
	out := []string{n.root}
	if st, err := os.Stat(filepath.Join(n.root, "src")); err == nil && st.IsDir() {
		out = []string{filepath.Join(n.root, "src"), n.root}
	}
	for _, p := range n.config.Run.Paths {
		if !filepath.IsAbs(p) {
			p = filepath.Join(n.root, p)
		}
		out = append(out, p)
	}
	return out
}

// findPython finds the interpreter: asked for, the project's virtual environment, the active one, or the system's.
func (n *node) findPython() (string, error) {
	asked := n.flags.python
	if asked == "" {
		asked = n.config.Run.Python
	}
	inEnv := func(dir string) string {
		for _, name := range []string{"bin/python", "Scripts/python.exe"} {
			if st, err := os.Stat(filepath.Join(dir, name)); err == nil && !st.IsDir() {
				return filepath.Join(dir, name)
			}
		}
		return ""
	}
	if asked != "" {
		if !filepath.IsAbs(asked) && strings.ContainsRune(asked, filepath.Separator) {
			asked = filepath.Join(n.root, asked)
		}
		if p := inEnv(asked); p != "" {
			return p, nil
		}
		if p, err := exec.LookPath(asked); err == nil {
			return p, nil
		}
		return "", fmt.Errorf("%s is neither a Python interpreter nor a virtual environment", asked)
	}
	for _, dir := range []string{filepath.Join(n.root, ".venv"), filepath.Join(n.root, "venv"), os.Getenv("VIRTUAL_ENV")} {
		if dir != "" {
			if p := inEnv(dir); p != "" {
				return p, nil
			}
		}
	}
	for _, name := range []string{"python3", "python"} {
		if p, err := exec.LookPath(name); err == nil {
			return p, nil
		}
	}
	return "", nil // jobs that are commands need none
}

// digest names a version of the user's code.
func (n *node) digest() string {
	h := sha256.New()
	filepath.WalkDir(n.root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if e.IsDir() && path != n.root {
			if strings.HasPrefix(e.Name(), ".") || slices.Contains([]string{"node_modules", "__pycache__", "site-packages", "venv"}, e.Name()) {
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(path, "pyvenv.cfg")); err == nil {
				return filepath.SkipDir
			}
		}
		if name := e.Name(); !e.IsDir() && (strings.HasSuffix(name, ".py") || name == "roadworthy.toml" || name == "pyproject.toml") {
			if info, err := e.Info(); err == nil {
				fmt.Fprintf(h, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
			}
		}
		return nil
	})
	return hex.EncodeToString(h.Sum(nil))[:8]
}

// watch loads the code again when it has changed (in development) or when SIGHUP asks for it (in production). A version
// that cannot be loaded is reported and the one before goes on.
func (n *node) watch(ctx context.Context, version string) {
	stamps := func() string {
		var b strings.Builder
		for _, f := range append(n.service.Pool.Files(), filepath.Join(n.root, "roadworthy.toml")) {
			if st, err := os.Stat(f); err == nil {
				fmt.Fprintf(&b, "%s %d %d\n", f, st.Size(), st.ModTime().UnixNano())
			}
		}
		return b.String()
	}
	seen := stamps()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for i := 1; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asked := n.again.Swap(false)
		if !asked && !n.flags.reload {
			continue
		}
		// Files that are loaded are looked at every second, the whole tree (for new ones) every ten.
		if now := stamps(); !asked && now == seen && i%10 != 0 {
			continue
		}
		digest := n.digest()
		if digest == version && !asked {
			continue
		}
		version = digest
		found, err := findJobs(ctx, n.root)
		if err == nil {
			err = n.service.Load(ctx, found.Jobs, digest)
		}
		if err != nil {
			n.log.Error("the changed code was not loaded; the version before it goes on", "error", err)
		} else {
			n.log.Info("loaded the changed code", "version", digest, "jobs", len(found.Jobs))
		}
		seen = stamps()
	}
}

// findJobs is jobs.Find for a process that lives on: what the analysis took is given back to the system.
func findJobs(ctx context.Context, root string) (*jobs.Found, error) {
	found, err := jobs.Find(ctx, root, cacheDir(false))
	debug.FreeOSMemory()
	return found, err
}

func (n *node) announce(decls []jobs.Declaration, addr, where string) {
	fmt.Fprintf(n.out, "%d jobs, kept in %s\n", len(decls), where)
	broken := n.service.Broken()
	for _, d := range n.service.Declarations() {
		when := "on demand"
		if d.Schedule != "" {
			when = d.Schedule
			if d.Zone != "" {
				when += " " + d.Zone
			}
			if sched, err := jobs.ParseSchedule(d.Schedule, d.Zone); err == nil {
				when += ", next " + sched.Next(time.Now()).Format("Mon 2006-01-02 15:04 MST")
			}
		}
		if len(d.After) > 0 {
			when += ", after " + strings.Join(d.After, ", ")
		}
		fmt.Fprintf(n.out, "  %-24s %-20s %s (%s)\n", d.Name, d.Tier, when, d.At())
		if why := broken[d.Name]; why != "" {
			fmt.Fprintf(n.out, "  %-24s cannot be imported: %s\n", "", why)
		}
	}
	fmt.Fprintf(n.out, "dashboard http://%s\n", addr)
}
