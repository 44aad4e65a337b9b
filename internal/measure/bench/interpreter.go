package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Interpreter is one installed CPython and how it was built.
type Interpreter struct {
	Path         string `json:"path"`
	Version      string `json:"version"`
	Tag          string `json:"tag"` // cp313, cp313t
	FreeThreaded bool   `json:"free_threaded"`
	GIL          bool   `json:"gil"` // enabled right now
	JIT          string `json:"jit"` // none, off, on
	Debug        bool   `json:"debug,omitempty"`
	Build        string `json:"build"`    // hash of the configure arguments
	Packages     string `json:"packages"` // hash of the installed distributions and their versions
	From         string `json:"from,omitempty"`
}

// Name is how tables call it.
func (i *Interpreter) Name() string {
	n := i.Version
	if i.FreeThreaded {
		n += "t"
	}
	if i.JIT == "on" {
		n += "+jit"
	}
	return n
}

const probeScript = `
import hashlib, json, sys, sysconfig
try:
    from importlib.metadata import distributions
    packages = sorted("%s==%s" % (d.metadata["Name"], d.version) for d in distributions())
except Exception:
    packages = []
jit = getattr(sys, "_jit", None)
free = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
h = lambda s: hashlib.sha256(s.encode()).hexdigest()[:12]
print(json.dumps({
    "path": sys.executable,
    "version": "%d.%d.%d" % sys.version_info[:3] + ("" if sys.version_info[3] == "final" else sys.version_info[3][0] + str(sys.version_info[4])),
    "tag": "cp%d%d" % sys.version_info[:2] + ("t" if free else ""),
    "free_threaded": free,
    "gil": sys._is_gil_enabled() if hasattr(sys, "_is_gil_enabled") else True,
    "jit": "none" if jit is None or not jit.is_available() else ("on" if jit.is_enabled() else "off"),
    "debug": hasattr(sys, "gettotalrefcount"),
    "build": h(str(sysconfig.get_config_var("CONFIG_ARGS")) + sys.version),
    "packages": h("\n".join(packages)),
}))
`

// Probe asks an interpreter what it is.
func Probe(python string, env map[string]string) (*Interpreter, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, "-c", probeScript)
	cmd.Env = os.Environ()
	for _, k := range sortedKeys(env) {
		cmd.Env = append(cmd.Env, k+"="+env[k])
	}
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("ask %s for its version: %w", python, err)
	}
	var in Interpreter
	if err := json.Unmarshal(out, &in); err != nil {
		return nil, fmt.Errorf("ask %s for its version: %w", python, err)
	}
	return &in, nil
}

var pythonName = regexp.MustCompile(`^(python|pypy)(\d+(\.\d+t?)?)?(\.exe)?$`)

// LooksLikePython says whether a command name is an interpreter's.
func LooksLikePython(argv0 string) bool { return pythonName.MatchString(filepath.Base(argv0)) }

var pythonVersionName = regexp.MustCompile(`^python3\.\d+t?$`)

// Interpreters finds every CPython that PATH, pyenv and uv know of, newest first, each once.
func Interpreters() []Interpreter {
	type candidate struct{ path, from string }
	var candidates []candidate
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if pythonVersionName.MatchString(e.Name()) {
				candidates = append(candidates, candidate{filepath.Join(dir, e.Name()), "PATH"})
			}
		}
	}
	home, _ := os.UserHomeDir()
	pyenv := os.Getenv("PYENV_ROOT")
	if pyenv == "" {
		pyenv = filepath.Join(home, ".pyenv")
	}
	installed, _ := filepath.Glob(filepath.Join(pyenv, "versions", "*", "bin", "python3"))
	for _, p := range installed {
		candidates = append(candidates, candidate{p, "pyenv"})
	}
	for _, p := range uvPythons() {
		candidates = append(candidates, candidate{p, "uv"})
	}
	seen := map[string]bool{}
	var out []Interpreter
	for _, c := range candidates {
		// A pyenv shim is a script that starts whatever the current directory selects: not an interpreter of its own.
		if strings.Contains(c.path, string(filepath.Separator)+"shims"+string(filepath.Separator)) {
			continue
		}
		real, err := filepath.EvalSymlinks(c.path)
		if err != nil || seen[real] {
			continue
		}
		seen[real] = true
		if in, err := Probe(c.path, nil); err == nil {
			in.Path, in.From = c.path, c.from
			out = append(out, *in)
		}
	}
	slices.SortStableFunc(out, func(a, b Interpreter) int { return compareVersions(b.Version, a.Version) })
	return out
}

func uvPythons() (paths []string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "uv", "python", "list", "--only-installed", "--output-format", "json").Output()
	if err != nil {
		return nil
	}
	var list []struct {
		Path string `json:"path"`
	}
	if json.Unmarshal(out, &list) == nil {
		for _, l := range list {
			paths = append(paths, l.Path)
		}
	}
	return paths
}

func compareVersions(a, b string) int {
	pa, pb := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(pa), len(pb)) {
		na, _ := strconv.Atoi(strings.TrimRight(pa[i], "abrc"))
		nb, _ := strconv.Atoi(strings.TrimRight(pb[i], "abrc"))
		if na != nb {
			return na - nb
		}
	}
	return len(pa) - len(pb)
}

// A Choice is an interpreter asked for in a matrix: `3.13`, `3.13t`, `3.15+jit`, or a path, `path+jit`.
type Choice struct {
	Interpreter Interpreter
	Env         map[string]string
	Name        string
}

// Choose finds what was asked for among the installed interpreters.
func Choose(spec string, all []Interpreter) (Choice, error) {
	want, mode, _ := strings.Cut(spec, "+")
	c := Choice{Name: spec, Env: map[string]string{}}
	switch mode {
	case "jit":
		c.Env["PYTHON_JIT"] = "1"
	case "nojit":
		c.Env["PYTHON_JIT"] = "0"
	case "nogil":
		c.Env["PYTHON_GIL"] = "0"
	case "gil":
		c.Env["PYTHON_GIL"] = "1"
	case "":
	default:
		return c, fmt.Errorf("interpreter %s: unknown mode %q (jit, nojit, gil, nogil)", spec, mode)
	}
	found := false
	if strings.ContainsRune(want, filepath.Separator) {
		in, err := Probe(want, nil)
		if err != nil {
			return c, err
		}
		c.Interpreter, found = *in, true
		c.Interpreter.Path = want
	} else {
		free := strings.HasSuffix(want, "t")
		version := strings.TrimSuffix(want, "t")
		for _, in := range all {
			if in.FreeThreaded == free && (in.Version == version || strings.HasPrefix(in.Version, version+".")) {
				c.Interpreter, found = in, true
				break
			}
		}
	}
	if !found {
		var have []string
		for _, in := range all {
			have = append(have, in.Name())
		}
		return c, fmt.Errorf("interpreter %s: not installed; found %s", spec, strings.Join(have, ", "))
	}
	if mode == "jit" {
		in, err := Probe(c.Interpreter.Path, c.Env)
		if err != nil {
			return c, err
		}
		if in.JIT != "on" {
			return c, fmt.Errorf("interpreter %s: %s was built without a JIT", spec, c.Interpreter.Path)
		}
	}
	if mode == "nogil" && !c.Interpreter.FreeThreaded {
		return c, fmt.Errorf("interpreter %s: %s is not a free-threaded build", spec, c.Interpreter.Path)
	}
	return c, nil
}

// unshim replaces a pyenv shim by the interpreter it starts: the shim is a shell script that costs more than a short workload, and
// the same time in every arm would hide what differs.
func unshim(arms []Arm) (notes []string) {
	for i := range arms {
		a := &arms[i]
		if !LooksLikePython(a.Argv[0]) {
			continue
		}
		path, err := exec.LookPath(a.Argv[0])
		if err != nil || filepath.Base(filepath.Dir(path)) != "shims" {
			continue
		}
		in, err := Probe(path, nil)
		if err != nil || in.Path == "" {
			continue
		}
		a.Argv = append([]string{in.Path}, a.Argv[1:]...)
		if a.Python != "" {
			a.Python = in.Path
		}
		if note := path + " is a shim; the interpreter it starts was run instead"; len(notes) == 0 {
			notes = append(notes, note)
		}
	}
	return notes
}
