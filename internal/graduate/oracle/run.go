package oracle

import (
	"bufio"
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:embed harness/run.py harness/mutate.py harness/vary.py harness/roadworthy_oracle/*.py
var harness embed.FS

// Defaults of Options; the other packages name those that they change.
const (
	defaultSeed     = 20240229
	defaultHashSeed = 1
	defaultCell     = 2 * time.Minute
	defaultTotal    = 10 * time.Minute
	defaultFixture  = 32 << 10
	maxFile         = 4 << 30
)

// defaultDate is what the clock says when Options.Date is zero.
var defaultDate = time.Date(2024, 3, 1, 9, 30, 0, 0, time.UTC)

func (o Options) filled() Options {
	if len(o.Python) == 0 {
		o.Python = []string{"python3"}
	}
	if o.CellLimit <= 0 {
		o.CellLimit = defaultCell
	}
	if o.TotalLimit <= 0 {
		o.TotalLimit = defaultTotal
	}
	if o.Memory == 0 {
		o.Memory = machineMemory() * 3 / 4
	}
	if o.Seed == 0 {
		o.Seed = defaultSeed
	}
	if o.HashSeed == 0 {
		o.HashSeed = defaultHashSeed
	}
	if o.Date.IsZero() {
		o.Date = defaultDate
	}
	if o.FixtureCap == 0 {
		o.FixtureCap = defaultFixture
	}
	return o
}

// here is the folder of a workshop that runs happen in, but for the one that tries another.
const here = "here"

// A workshop is the folder that runs happen in, one after another: the copy is always at the same place, because programs print paths.
type workshop struct {
	mu    sync.Mutex
	dir   string
	count int
	// loaded: interpreter → modules that a run of it had, for a warm process; warm: those processes, by what they were started with.
	loaded map[string][]string
	warm   map[string]*server
}

var (
	workshops   = map[string]*workshop{}
	workshopsMu sync.Mutex
)

func workshopIn(parent string) (*workshop, error) {
	workshopsMu.Lock()
	defer workshopsMu.Unlock()
	if w := workshops[parent]; w != nil {
		return w, nil
	}
	dir, err := os.MkdirTemp(parent, "roadworthy-oracle-")
	if err != nil {
		return nil, fmt.Errorf("make a work folder: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, fmt.Errorf("make a work folder: %w", err)
	}
	w := &workshop{dir: dir, loaded: map[string][]string{}, warm: map[string]*server{}}
	if err := w.unpack(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	workshops[parent] = w
	return w, nil
}

// Clean removes every work folder, and with them the values of all traces. Whoever runs programs calls it once at the end.
func Clean() {
	workshopsMu.Lock()
	defer workshopsMu.Unlock()
	for parent := range workshops {
		clean(parent)
	}
}

// CleanIn removes the work folder that runs with Options.Work = parent have made, so that several programs can be run side by side.
func CleanIn(parent string) {
	workshopsMu.Lock()
	defer workshopsMu.Unlock()
	clean(parent)
}

func clean(parent string) {
	w := workshops[parent]
	if w == nil {
		return
	}
	for _, s := range w.warm {
		s.end()
	}
	os.RemoveAll(w.dir)
	delete(workshops, parent)
}

func (w *workshop) unpack() error {
	return fs.WalkDir(harness, "harness", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := harness.ReadFile(path)
		if err != nil {
			return err
		}
		to := filepath.Join(w.dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return fmt.Errorf("unpack the harness: %w", err)
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			return fmt.Errorf("unpack the harness: %w", err)
		}
		return nil
	})
}

// request is what the harness reads.
type request struct {
	Mode        string            `json:"mode"`
	Root        string            `json:"root"`
	Start       string            `json:"start"`
	Out         string            `json:"out"`
	Writable    []string          `json:"writable"`
	Network     string            `json:"network"`
	Confinement map[string]string `json:"confinement"`
	Seed        int64             `json:"seed"`
	Date        string            `json:"date"`
	Values      bool              `json:"values"`
	Memory      int64             `json:"memory"`
	FileSize    int64             `json:"file_size"`
	CellLimit   float64           `json:"cell_limit"`
	Fixtures    bool              `json:"fixtures"`
	FixtureCap  int               `json:"fixture_cap"`
	Stderr      string            `json:"stderr,omitempty"` // of a warm run, with its environment
	Env         []string          `json:"env,omitempty"`
	Own         string            `json:"own"`
	Answers     []string          `json:"answers"`
	Path        []string          `json:"path"`
	// A program.
	File   string   `json:"file"`
	Script bool     `json:"script"`
	Cells  []Cell   `json:"cells"`
	Argv   []string `json:"argv"`
	// A package.
	Source    string     `json:"source"`
	Module    string     `json:"module"`
	Args      []string   `json:"args"`
	Functions []Function `json:"functions"`
	Lines     bool       `json:"lines"`
}

// Run executes the program once.
func Run(ctx context.Context, p Program, o Options) (*Trace, error) {
	return runProgram(ctx, p, o, here)
}

func runProgram(ctx context.Context, p Program, o Options, place string) (*Trace, error) {
	o = o.filled()
	r := request{
		Mode: "program", File: p.File, Script: p.Script, Cells: p.Cells, Argv: p.Argv, Answers: p.Answers, Path: p.Path, Own: "__main__",
		Fixtures: o.Fixtures,
	}
	t, err := run(ctx, &r, p.Root, p.Dir, p.Env, o, place, p.Files, nil)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", p.Name, err)
	}
	return t, nil
}

// RunPackage runs `python -m package` and records what its functions take and return.
func RunPackage(ctx context.Context, p Package, o Options) (*Trace, error) {
	o = o.filled()
	if p.Source == "" {
		p.Source = "src"
	}
	r := request{
		Mode: "package", Module: p.Module, Args: p.Args, Functions: p.Functions, Lines: p.Lines, Answers: p.Answers, Path: p.Path, Own: p.Module,
		Source: p.Source,
	}
	t, err := run(ctx, &r, p.Root, p.DataDir, p.Env, o, here, nil, &p)
	if err != nil {
		return nil, fmt.Errorf("run python -m %s: %w", p.Module, err)
	}
	return t, nil
}

func run(ctx context.Context, r *request, root, dir string, env []string, o Options, place string, files map[string][]byte, pkg *Package) (*Trace, error) {
	python, err := resolve(ctx, o.Python)
	if err != nil {
		return nil, err
	}
	parent := o.Work
	if parent == "" {
		parent = os.TempDir()
	}
	w, err := workshopIn(parent)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count++
	base := filepath.Join(w.dir, place)
	if err := os.RemoveAll(base); err != nil {
		return nil, fmt.Errorf("clear the work folder: %w", err)
	}
	copied, out := filepath.Join(base, "copy"), filepath.Join(w.dir, "out", strconv.Itoa(w.count))
	home, temporary := filepath.Join(base, "home"), filepath.Join(base, "tmp")
	values := filepath.Join(out, "values")
	cache := filepath.Join(w.dir, "cache")
	for _, d := range []string{home, temporary, values, cache} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("make the work folder: %w", err)
		}
	}
	if !o.Keep {
		defer os.RemoveAll(base)
	}
	if err := copyTree(root, copied); err != nil {
		return nil, fmt.Errorf("copy %s: %w", root, err)
	}
	start := filepath.Join(copied, filepath.FromSlash(dir))
	for name, data := range files {
		path := filepath.Join(start, filepath.FromSlash(name))
		if !within(copied, path) {
			return nil, fmt.Errorf("add %s: it is outside the copied folder", name)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, fmt.Errorf("add %s: %w", name, err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return nil, fmt.Errorf("add %s: %w", name, err)
		}
	}
	for name, data := range o.Inputs {
		path := filepath.Join(start, filepath.FromSlash(name))
		if !within(copied, path) {
			return nil, fmt.Errorf("replace input %s: it is outside the copied folder", name)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return nil, fmt.Errorf("replace input %s: %w", name, err)
		}
	}
	r.Root, r.Start, r.Out = copied, start, out
	r.Writable = []string{copied, home, temporary, out, cache}
	if pkg != nil {
		project := filepath.Join(base, "project")
		if err := copyTree(pkg.Dir, project); err != nil {
			return nil, fmt.Errorf("copy %s: %w", pkg.Dir, err)
		}
		for name, data := range pkg.Replace {
			path := filepath.Join(project, filepath.FromSlash(name))
			if err := os.WriteFile(path, data, 0o644); err != nil {
				return nil, fmt.Errorf("replace %s: %w", name, err)
			}
		}
		r.Source = filepath.Join(project, filepath.FromSlash(r.Source))
		r.Args = append([]string(nil), r.Args...)
		for i, a := range r.Args {
			r.Args[i] = strings.NewReplacer("{project}", project, "{data}", start).Replace(a)
		}
	}
	spaces := namespaces(python.path, !o.Network)
	r.Network = "on"
	r.Confinement = map[string]string{"network": "allowed", "processes": "process group"}
	if !o.Network {
		r.Network, r.Confinement["network"] = "off", ""
		if spaces != nil {
			r.Network, r.Confinement["network"] = "loopback", "network namespace"
		}
	}
	if spaces != nil {
		r.Confinement["processes"] = "process namespace"
	}
	r.Seed, r.Date = o.Seed, o.Date.UTC().Format("2006-01-02T15:04:05")
	r.Values, r.Memory, r.FileSize = o.Values, o.Memory, maxFile
	r.CellLimit, r.FixtureCap = o.CellLimit.Seconds(), o.FixtureCap
	if pkg != nil {
		r.CellLimit = o.TotalLimit.Seconds()
	}
	named := filepath.Join(out, "request.json")
	if err := writeRequest(named, r); err != nil {
		return nil, err
	}

	ctx, cancel := context.WithTimeout(ctx, o.TotalLimit)
	defer cancel()
	env = environment(env, home, temporary, cache, o)
	var cell, how string
	var late bool
	if server := w.serving(python, o, place, spaces, env, home); server != nil {
		r.Stderr, r.Env = filepath.Join(out, "stderr"), env
		if err := writeRequest(named, r); err != nil {
			return nil, err
		}
		cell, how, late = server.run(ctx, named, r, o)
	} else if cell, how, late, err = cold(ctx, python, w, named, start, env, spaces, r, o); err != nil {
		return nil, err
	}
	t := &Trace{values: values}
	data, err := os.ReadFile(filepath.Join(out, "trace.json"))
	switch {
	case err == nil && !late:
		if err := json.Unmarshal(data, t); err != nil {
			return nil, fmt.Errorf("read the trace: %w", err)
		}
	case late && errors.Is(context.Cause(ctx), context.Canceled):
		return nil, context.Canceled
	case late:
		t.Status, t.Error = TimedOut, &Error{Type: "TimeLimit", Cell: cell, Message: "the time limit was reached and the program was ended"}
	default:
		if last := lastLine(tail(filepath.Join(out, "stderr"), 16<<10)); last != "" {
			how += ": " + last
		}
		t.Status, t.Error = Died, &Error{Type: "Died", Cell: cell, Message: "the interpreter ended: " + how}
	}
	if t.Status == TimedOut && t.Error != nil && t.Error.Message == "" {
		t.Error.Message = "the cell's time limit was reached"
	}
	if t.Python == "" {
		t.Python = python.version
	}
	t.Conditions = Conditions{Seed: o.Seed, HashSeed: o.HashSeed, Date: r.Date, Dir: start}
	t.Stderr = tail(filepath.Join(out, "stderr"), 16<<10)
	if r.Stderr == "" && t.Status == Complete {
		w.loaded[python.path] = t.Loaded
	}
	return t, nil
}

func writeRequest(path string, r *request) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return fmt.Errorf("write the request: %w", err)
	}
	return nil
}

// cold starts an interpreter for one run.
func cold(ctx context.Context, python interpreter, w *workshop, named, start string, env []string, spaces *syscall.SysProcAttr, r *request, o Options) (cell, how string, late bool, err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return "", "", false, err
	}
	defer read.Close()
	defer write.Close()
	stderr, err := os.Create(filepath.Join(r.Out, "stderr"))
	if err != nil {
		return "", "", false, err
	}
	defer stderr.Close()
	cmd := exec.Command(python.path, "-X", "utf8", filepath.Join(w.dir, "harness", "run.py"), named)
	cmd.Dir, cmd.Stderr, cmd.Env = start, stderr, env
	cmd.ExtraFiles = []*os.File{write}
	if cmd.SysProcAttr = spaces; spaces == nil {
		cmd.SysProcAttr = groupOnly()
	}
	if err := cmd.Start(); err != nil {
		return "", "", false, fmt.Errorf("start %s: %w", python.path, err)
	}
	write.Close()
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(done)
	}()
	cell, late = attend(ctx, done, scan(read), r, o)
	endGroup(cmd)
	<-done
	return cell, ended(cmd), late, nil
}

func scan(f *os.File) <-chan string {
	lines := make(chan string, 64)
	go func() {
		defer close(lines)
		s := bufio.NewScanner(f)
		for s.Scan() {
			lines <- s.Text()
		}
	}()
	return lines
}

// attend follows a run's progress until it is done or a limit is passed.
func attend(ctx context.Context, done <-chan struct{}, lines <-chan string, r *request, o Options) (cell string, late bool) {
	// The harness keeps the cell's limit itself; this one is for code that never comes back to the interpreter.
	limit := o.CellLimit + 5*time.Second
	if r.Mode == "package" {
		limit = o.TotalLimit
	}
	timer := time.NewTimer(limit + 20*time.Second)
	defer timer.Stop()
	for {
		select {
		case <-done:
			return cell, false
		case line, ok := <-lines:
			if !ok {
				lines = nil
				continue
			}
			fields := strings.Fields(line)
			if len(fields) == 2 && fields[0] == "done" { // of a warm process
				return cell, false
			}
			if len(fields) == 4 && fields[0] == "cell" {
				cell = fields[1]
				timer.Reset(limit)
				if o.Progress != nil {
					n, _ := strconv.Atoi(fields[2])
					of, _ := strconv.Atoi(fields[3])
					o.Progress(cell, n, of)
				}
			} else {
				timer.Reset(2 * time.Minute) // writing the trace
			}
		case <-timer.C:
			return cell, true
		case <-ctx.Done():
			return cell, true
		}
	}
}

func ended(cmd *exec.Cmd) string {
	if cmd.ProcessState == nil {
		return "it could not be waited for"
	}
	return cmd.ProcessState.String()
}

// environment is all that a run sees of the outside: no variable of the user's gets in, and so no credential, but those that the program asks for.
func environment(extra []string, home, temporary, cache string, o Options) []string {
	env := []string{
		"HOME=" + home, "TMPDIR=" + temporary, "TZ=UTC", "LC_ALL=C.UTF-8", "LANG=C.UTF-8", "PYTHONHASHSEED=" + strconv.Itoa(o.HashSeed), "PYTHONDONTWRITEBYTECODE=1",
		"MPLBACKEND=Agg", "MPLCONFIGDIR=" + cache, "COLUMNS=80", "LINES=24", "PYTHONUNBUFFERED=1", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1",
		"NUMEXPR_NUM_THREADS=1", "NUMEXPR_MAX_THREADS=1", "VECLIB_MAXIMUM_THREADS=1", "LOKY_MAX_CPU_COUNT=1", "CUDA_VISIBLE_DEVICES=",
	}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "SYSTEMROOT"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	if h, err := os.UserHomeDir(); err == nil {
		if local := filepath.Join(h, ".local"); isDir(filepath.Join(local, "lib")) {
			env = append(env, "PYTHONUSERBASE="+local)
		}
	}
	return append(env, extra...)
}

type interpreter struct{ path, version string }

var (
	interpreters   = map[string]interpreter{}
	interpretersMu sync.Mutex
)

// resolve finds the interpreter behind a command, in the user's own environment: shims and launchers need it, runs do not have it.
func resolve(ctx context.Context, command []string) (interpreter, error) {
	interpretersMu.Lock()
	defer interpretersMu.Unlock()
	key := strings.Join(command, "\x00")
	if i, ok := interpreters[key]; ok {
		return i, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], append(append([]string(nil), command[1:]...), "-c", "import sys; print(sys.executable); print('%d.%d.%d' % sys.version_info[:3])")...)
	out, err := cmd.Output()
	if err != nil {
		return interpreter{}, fmt.Errorf("start %s: %w (choose an interpreter with --python)", strings.Join(command, " "), err)
	}
	lines := strings.Split(strings.TrimSpace(string(bytes.ReplaceAll(out, []byte("\r"), nil))), "\n")
	if len(lines) < 2 {
		return interpreter{}, fmt.Errorf("ask %s for its version: it printed %q", strings.Join(command, " "), out)
	}
	i := interpreter{lines[len(lines)-2], lines[len(lines)-1]}
	if major, minor := versionOf(i.version); major < 3 || major == 3 && minor < 9 {
		return interpreter{}, fmt.Errorf("%s is Python %s: running programs needs 3.9 or later", i.path, i.version)
	}
	interpreters[key] = i
	return i, nil
}

func versionOf(v string) (major, minor int) {
	parts := strings.Split(v, ".")
	if len(parts) > 1 {
		major, _ = strconv.Atoi(parts[0])
		minor, _ = strconv.Atoi(parts[1])
	}
	return major, minor
}

// machineMemory in bytes; 8 GB where the system does not say.
func machineMemory() int64 {
	if runtime.GOOS == "linux" {
		data, _ := os.ReadFile("/proc/meminfo")
		for line := range strings.Lines(string(data)) {
			if f := strings.Fields(line); len(f) >= 2 && f[0] == "MemTotal:" {
				if kb, err := strconv.ParseInt(f[1], 10, 64); err == nil {
					return kb << 10
				}
			}
		}
	}
	return 8 << 30
}

func tail(path string, n int64) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	if s, err := f.Stat(); err == nil && s.Size() > n {
		_, _ = f.Seek(-n, 2)
	}
	var b bytes.Buffer
	_, _ = b.ReadFrom(f)
	return strings.ToValidUTF8(b.String(), "�")
}

func isDir(path string) bool {
	s, err := os.Stat(path)
	return err == nil && s.IsDir()
}

// lastLine is the last line of a text that says something.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
