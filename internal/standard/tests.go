package standard

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/project"
)

// A TestRun is the project's own tests, run on a copy of it.
type TestRun struct {
	Ran     bool
	Why     string            // when they did not
	Results map[string]string // by test: passed, failed, error, skipped
}

// Counts says how the tests ended.
func (r *TestRun) Counts() string {
	if !r.Ran {
		return "not run: " + r.Why
	}
	n := map[string]int{}
	for _, v := range r.Results {
		n[v]++
	}
	var parts []string
	for _, k := range []string{"passed", "failed", "error", "skipped"} {
		if n[k] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[k], k))
		}
	}
	return strings.Join(parts, ", ")
}

// Differences lists the tests that two runs do not say the same of.
func (r *TestRun) Differences(other *TestRun) []string {
	var list []string
	for name, a := range r.Results {
		if b, ok := other.Results[name]; !ok {
			list = append(list, fmt.Sprintf("%s: %s, then not run", name, a))
		} else if a != b {
			list = append(list, fmt.Sprintf("%s: %s, then %s", name, a, b))
		}
	}
	for name, b := range other.Results {
		if _, ok := r.Results[name]; !ok {
			list = append(list, fmt.Sprintf("%s: not run, then %s", name, b))
		}
	}
	slices.Sort(list)
	return list
}

// A Bench runs a project's tests in one environment, each time on a fresh copy, so that nothing but the project's files
// differs between two runs and the tests write nothing into the project itself.
type Bench struct {
	tools  *Tools
	survey *Survey
	limit  time.Duration
	dir    string
	python string
	Notes  []string
}

// NewBench makes the environment: from the requirements that the manifests give for running and testing. Close removes it.
func NewBench(ctx context.Context, t *Tools, s *Survey, python string, limit time.Duration) (*Bench, error) {
	dir, err := os.MkdirTemp("", "roadworthy-tests-*")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the tests: %w", cause(err))
	}
	b := &Bench{tools: t, survey: s, limit: limit, dir: dir}
	args := []string{"venv", "--quiet", "--no-project", "--no-python-downloads", "--seed", filepath.Join(dir, "venv")}
	if python != "" {
		args = append(args, "--python", python)
	}
	if _, err := t.run(ctx, dir, time.Minute, "uv", args...); err != nil {
		b.Close()
		return nil, err
	}
	b.python = filepath.Join(dir, "venv", "bin", "python")
	if _, err := os.Stat(b.python); err != nil {
		b.python = filepath.Join(dir, "venv", "Scripts", "python.exe")
	}
	need := []string{"pytest"}
	for _, m := range s.Manifests.Manifests {
		inner := path.Dir(m.Path) != "." && path.Dir(m.Path) != "requirements" && path.Dir(m.Path) != "tests"
		if inner || m.Kind == project.Constraints || m.Kind == project.Conda {
			continue
		}
		for _, d := range m.Dependencies {
			files := m.Kind == project.Requirements && (!develops(m.Path) || strings.Contains(m.Path, "test") || strings.Contains(m.Path, "dev"))
			group := d.Group == "" || regexp.MustCompile(`^(dev|tests?|testing|pytest|all)$`).MatchString(d.Group)
			if m.Kind == project.Requirements && !files || !group {
				continue
			}
			// Linters, builders and writers of documentation are no part of the tests; pinned years ago, they only keep
			// the rest from being installed.
			if notForTests.MatchString(d.Name) {
				continue
			}
			if r := requirement(d); r != "" && !slices.Contains(need, r) {
				need = append(need, r)
			}
		}
	}
	if err := b.install(ctx, append([]string{"setuptools", "wheel"}, need...)...); err != nil {
		// One requirement that cannot be had, or contradicts another, should not cost the rest.
		b.Notes = append(b.Notes, "not every requirement could be installed at once: "+firstLine(err))
		for _, r := range need {
			if err := b.install(ctx, r); err != nil {
				b.Notes = append(b.Notes, r+" could not be installed")
			}
		}
	}
	return b, nil
}

var notForTests = regexp.MustCompile(`^(black|flake8.*|pep8.*|pylint.*|pycodestyle|pydocstyle|isort|autopep8|yapf|ruff|mypy|pyright|basedpyright|ty|pre-commit|tox.*|nox.*|twine|build|bump.*|` +
	`sphinx.*|mkdocs.*|furo|myst.*|check-manifest|safety|bandit|pyupgrade|docutils|wheel|setuptools.*|pytest-(flake8|black|mypy|pylint|isort|pep8|ruff)|python-semantic-release|jupyter.*|notebook|ipython)$`)

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

func (b *Bench) install(ctx context.Context, args ...string) error {
	list := append([]string{"pip", "install", "--quiet", "--no-progress", "--python", b.python}, args...)
	if b.tools.Offline {
		list = append(list, "--offline")
	}
	_, err := b.tools.run(ctx, b.dir, 5*time.Minute, "uv", list...)
	return err
}

// Close removes the environment and the copies.
func (b *Bench) Close() { os.RemoveAll(b.dir) }

// Run runs the tests on a copy of the project with some files replaced.
func (b *Bench) Run(ctx context.Context, replaced map[string]string) (*TestRun, error) {
	if b.survey.TestFiles == 0 {
		return &TestRun{Why: "there are none that pytest collects"}, nil
	}
	work := filepath.Join(b.dir, "work", filepath.Base(absolute(b.survey.Root)))
	if err := os.RemoveAll(work); err != nil {
		return nil, fmt.Errorf("clear the copy: %w", cause(err))
	}
	if err := copyTree(b.survey.Root, work); err != nil {
		return nil, err
	}
	for name, text := range replaced {
		if err := writeFile(work, name, text); err != nil {
			return nil, err
		}
	}
	// Versions that come from git tags cannot be had in a copy without its history.
	env := map[string]string{"SETUPTOOLS_SCM_PRETEND_VERSION": "0.0.1", "PBR_VERSION": "0.0.1", "PDM_BUILD_SCM_VERSION": "0.0.1", "PYTHONDONTWRITEBYTECODE": "1"}
	tools := *b.tools
	tools.env = env
	if b.survey.Manager != "requirements" && b.survey.Manager != "none" {
		bench := *b
		bench.tools = &tools
		if err := bench.install(ctx, "--no-deps", "--editable", work); err != nil {
			b.Notes = append(b.Notes, "the project could not be installed: "+firstLine(err))
		}
	}
	env["PYTHONPATH"] = work
	if info, err := os.Stat(filepath.Join(work, "src")); err == nil && info.IsDir() {
		env["PYTHONPATH"] += string(os.PathListSeparator) + filepath.Join(work, "src")
	}
	report := filepath.Join(b.dir, "report.xml")
	os.Remove(report)
	tools.Look = func(string) (string, error) { return b.python, nil }
	_, err := tools.run(ctx, work, b.limit, "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-o", "junit_family=xunit2", "--junit-xml="+report)
	var exit *toolError
	if err != nil && !errors.As(err, &exit) {
		return &TestRun{Why: firstLine(err)}, nil
	}
	raw, rerr := os.ReadFile(report)
	if rerr != nil {
		why := "pytest ended before it collected anything"
		if exit != nil && exit.words != "" {
			why += ": " + exit.words[strings.LastIndexByte(exit.words, '\n')+1:]
		}
		return &TestRun{Why: why}, nil
	}
	run := &TestRun{Ran: true, Results: map[string]string{}}
	var suites struct {
		Cases []struct {
			Class string    `xml:"classname,attr"`
			Name  string    `xml:"name,attr"`
			Fail  *struct{} `xml:"failure"`
			Error *struct{} `xml:"error"`
			Skip  *struct{} `xml:"skipped"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(raw, &suites); err != nil {
		return nil, fmt.Errorf("read pytest's report: %w", err)
	}
	for _, c := range suites.Cases {
		how := "passed"
		switch {
		case c.Error != nil:
			how = "error"
		case c.Fail != nil:
			how = "failed"
		case c.Skip != nil:
			how = "skipped"
		}
		name := c.Class + "::" + c.Name
		if old, ok := run.Results[name]; ok && old != "passed" {
			continue // the worse of two with one name
		}
		run.Results[name] = how
	}
	if len(run.Results) == 0 {
		return &TestRun{Why: "pytest collected no test"}, nil
	}
	return run, nil
}

func absolute(p string) string {
	if a, err := filepath.Abs(p); err == nil {
		return a
	}
	return p
}

// leftOut are directories that a copy does not need.
var leftOut = []string{".git", ".hg", ".venv", "venv", "node_modules", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__"}

func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("copy %s: %w", p, cause(err))
		}
		rel, err := filepath.Rel(from, p)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case d.IsDir() && rel != "." && slices.Contains(leftOut, d.Name()):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case d.Type()&fs.ModeSymlink != 0:
			link, err := os.Readlink(p)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		case !d.Type().IsRegular():
			return nil
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return fmt.Errorf("copy %s: %w", p, cause(err))
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(target, raw, info.Mode().Perm()|0o200)
	})
}
