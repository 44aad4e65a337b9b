package standard

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// A Survey is what a repository says about itself: the answers that the standard's values follow from.
type Survey struct {
	Root    string
	Manager string // uv, poetry, pdm, pipenv, conda, pyproject, setuptools, requirements or none
	Name    string
	Project bool // pyproject.toml has [project]
	// Python is the oldest version the code must run on, "" when nothing says so, and where that is said.
	Python, PythonFrom string
	// LineLength, with where it is said.
	LineLength     int
	LineLengthFrom string
	Manifests      *project.Dependencies
	Tests          string   // the one directory that holds every test, ""
	TestFiles      int      // files that pytest would collect
	Code           []string // directories and files of the code itself, for the type checker
	Host           string   // github, gitlab or ""
	Environment    []Place  // keys read from the environment
	Imports        []Import // distributions that imports need and no manifest declares
	has            map[string]bool
	files          []string
	ruff           bool // configured somewhere
	pytest         bool
	types          bool
	ci             string
}

// A Place is a name and where it was found first.
type Place struct {
	Name, File string
	Line       int
}

// An Import is a distribution that an import needs.
type Import struct {
	Dist string
	Place
	Test  bool // only tests import it
	Known bool // a library of the catalogue or the table of names; of others only the name is known, and anyone may own it
}

// Take surveys the repository at root. What the lock says that the standard wrote is left out, so that the answers, and what
// follows from them, are the same before and after.
func Take(ctx context.Context, root string, lock *Lock) (*Survey, error) {
	s := &Survey{Root: root, has: map[string]bool{}}
	list, _, err := source.Walk(ctx, root, source.Options{Artifact: func(string) bool { return true }})
	if err != nil {
		return nil, err
	}
	var python []string
	for _, f := range list {
		s.files = append(s.files, f.Path)
		s.has[f.Path] = true
		if f.Class == source.Python || f.Class == source.Notebook {
			python = append(python, f.Path)
		}
	}
	read := func(p string) ([]byte, error) { return os.ReadFile(filepath.Join(root, filepath.FromSlash(p))) }
	s.Manifests = project.ReadDependencies(s.files, read)
	for _, m := range s.Manifests.Manifests {
		for _, p := range m.Problems {
			if path.Dir(m.Path) == "." && m.Kind == project.Pyproject {
				return nil, fmt.Errorf("%s:%d: %s", p.Path, p.Line, p.Message)
			}
		}
	}
	for i := range s.Manifests.Manifests {
		m := &s.Manifests.Manifests[i]
		if m.Path != "pyproject.toml" {
			continue
		}
		m.Dependencies = slices.DeleteFunc(m.Dependencies, func(d project.Dependency) bool {
			list := "project.dependencies"
			if d.Group != "" {
				list = "dependency-groups." + d.Group
			}
			return lock.has("pyproject.toml:" + list + "[" + d.Name + "]")
		})
	}
	s.manager(lock.has("pyproject.toml:project.name"))
	s.tools(lock)
	layout := project.NewLayout(project.LayoutOptions{Files: python, Manifests: s.Manifests.Manifests, Artifacts: s.files})
	s.code(layout, read)
	s.host()
	return s, nil
}

// text reads a file at the root, "" when there is none.
func (s *Survey) text(name string) string {
	b, err := os.ReadFile(filepath.Join(s.Root, filepath.FromSlash(name)))
	if err != nil {
		return ""
	}
	return string(b)
}

func (s *Survey) exists(names ...string) string {
	for _, n := range names {
		if matches, _ := filepath.Glob(filepath.Join(s.Root, filepath.FromSlash(n))); len(matches) > 0 {
			rel, _ := filepath.Rel(s.Root, matches[0])
			return filepath.ToSlash(rel)
		}
	}
	return ""
}

var header = func(text, name string) bool {
	return regexp.MustCompile(`(?m)^\s*\[+\s*` + regexp.QuoteMeta(name) + `\s*(\]|\.)`).MatchString(text)
}

// manager says who manages dependencies. A tool's own lock or tables decide before the standard's.
func (s *Survey) manager(made bool) {
	py := s.text("pyproject.toml")
	s.Project = header(py, "project") && !made
	switch {
	case header(py, "tool.poetry") || s.has["poetry.lock"]:
		s.Manager = "poetry"
	case header(py, "tool.pdm") && (s.has["pdm.lock"] || header(py, "tool.pdm.dev-dependencies")) || s.has["pdm.lock"]:
		s.Manager = "pdm"
	case s.has["Pipfile"]:
		s.Manager = "pipenv"
	case s.has["uv.lock"] && !made:
		s.Manager = "uv"
	case s.Project:
		s.Manager = "pyproject"
	case s.has["setup.py"] || s.has["setup.cfg"] && header(s.text("setup.cfg"), "metadata") || header(py, "build-system"):
		s.Manager = "setuptools"
	case s.exists("environment.yml", "environment.yaml", "conda.yml", "conda.yaml") != "":
		s.Manager = "conda"
	case s.exists("requirements*.txt", "requirements/*.txt") != "":
		s.Manager = "requirements"
	default:
		s.Manager = "none"
	}
	for _, m := range s.Manifests.Manifests {
		if path.Dir(m.Path) != "." || made && m.Path == "pyproject.toml" {
			continue
		}
		if s.Name == "" {
			s.Name = m.Name
		}
		if s.Python == "" && m.RequiresPython != "" {
			if v := lowest(m.RequiresPython); v != "" {
				s.Python, s.PythonFrom = v, place(m.Path, m.RequiresPythonLine)
			}
		}
	}
	if s.Python == "" {
		if v := regexp.MustCompile(`^\s*(3\.\d+)`).FindStringSubmatch(s.text(".python-version")); v != nil {
			s.Python, s.PythonFrom = v[1], ".python-version"
		} else if v := regexp.MustCompile(`python-(3\.\d+)`).FindStringSubmatch(s.text("runtime.txt")); v != nil {
			s.Python, s.PythonFrom = v[1], "runtime.txt"
		} else if v := regexp.MustCompile(`(?m)^FROM\s+python:(3\.\d+)`).FindStringSubmatch(s.text("Dockerfile")); v != nil {
			s.Python, s.PythonFrom = v[1], "Dockerfile"
		}
	}
	if s.Name == "" {
		if abs, err := filepath.Abs(s.Root); err == nil {
			s.Name = project.NormalizeName(strings.Trim(regexp.MustCompile(`[^A-Za-z0-9._-]+`).ReplaceAllString(filepath.Base(abs), "-"), "-._"))
		}
		if s.Name == "" {
			s.Name = "project"
		}
	}
}

func place(file string, line int) string {
	if line == 0 {
		return file
	}
	return file + ":" + strconv.Itoa(line)
}

// lowest is the oldest 3.x that a version specifier admits, as far as a lower bound says so.
func lowest(spec string) string {
	v := regexp.MustCompile(`(?:>=|~=|==|\^)\s*(3\.\d+)`).FindStringSubmatch(spec)
	if v == nil {
		return ""
	}
	return v[1]
}

var lengthForms = []struct {
	file string
	form *regexp.Regexp
}{
	{"pyproject.toml", regexp.MustCompile(`(?ms)^\[tool\.black\]$.*?^line[-_]length\s*=\s*(\d+)`)},
	{"setup.cfg", regexp.MustCompile(`(?ms)^\[(?:flake8|pycodestyle|pep8)\][^\[]*?^max[-_]line[-_]length\s*=\s*(\d+)`)},
	{"tox.ini", regexp.MustCompile(`(?ms)^\[(?:flake8|pycodestyle|pep8)\][^\[]*?^max[-_]line[-_]length\s*=\s*(\d+)`)},
	{".flake8", regexp.MustCompile(`(?m)^max[-_]line[-_]length\s*=\s*(\d+)`)},
	{".pre-commit-config.yaml", regexp.MustCompile(`(?s)id:\s*black.*?line-length[=, "']+(\d+)`)},
	{".editorconfig", regexp.MustCompile(`(?ms)^\[[^\]]*py[^\]]*\][^\[]*?^max_line_length\s*=\s*(\d+)`)},
}

func (s *Survey) tools(lock *Lock) {
	py, cfg, tox := s.text("pyproject.toml"), s.text("setup.cfg"), s.text("tox.ini")
	s.ruff = s.exists("ruff.toml", ".ruff.toml") != "" || header(py, "tool.ruff") && !lock.hasPrefix("pyproject.toml:tool.ruff.")
	s.pytest = s.exists("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml") != "" || header(py, "tool.pytest") && !lock.hasPrefix("pyproject.toml:tool.pytest.") || header(cfg, "tool:pytest") || header(tox, "pytest")
	s.types = s.exists("mypy.ini", ".mypy.ini", "pyrightconfig.json", "ty.toml", "pyrefly.toml") != "" || header(py, "tool.mypy") && !lock.hasPrefix("pyproject.toml:tool.mypy.") || header(py, "tool.pyright") ||
		header(py, "tool.basedpyright") || header(py, "tool.ty") || header(py, "tool.pyrefly") || header(cfg, "mypy") || header(tox, "mypy")
	s.ci = s.exists(".github/workflows/*.y*ml", ".gitlab-ci.yml", ".circleci/config.yml", ".travis.yml", "azure-pipelines.yml", "appveyor.yml", ".appveyor.yml",
		"Jenkinsfile", "bitbucket-pipelines.yml", ".drone.yml", ".woodpecker.yml", ".builds/*.yml", ".cirrus.yml")
	if lock.has(s.ci) {
		s.ci = ""
	}
	for _, f := range lengthForms {
		if m := f.form.FindStringSubmatch(s.text(f.file)); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil && n >= 60 && n <= 320 {
				s.LineLength, s.LineLengthFrom = n, f.file
				return
			}
		}
	}
	if header(py, "tool.black") || strings.Contains(s.text(".pre-commit-config.yaml"), "psf/black") {
		s.LineLength, s.LineLengthFrom = 88, "black's default"
	}
}

var testFile = regexp.MustCompile(`(^|/)(test_[^/]*|[^/]*_test)\.py$`)

// code looks at the Python files: what they import, which environment keys they read, where tests and code are.
func (s *Survey) code(layout *project.Layout, read project.Reader) {
	local, testDirs, code := map[string]bool{}, map[string]int{}, map[string]bool{}
	for _, m := range layout.Modules {
		top, _, _ := strings.Cut(m.Name, ".")
		local[top] = true
		for part := range strings.SplitSeq(strings.TrimSuffix(m.Path, ".py"), "/") {
			local[part] = true
		}
		switch {
		case testFile.MatchString(m.Path):
			s.TestFiles++
			dir, _, nested := strings.Cut(m.Path, "/")
			if !nested {
				dir = "."
			}
			testDirs[dir]++
		case m.Test || m.Path == "setup.py" || strings.HasSuffix(m.Path, ".ipynb") || m.Path == "conftest.py":
		default:
			dir, _, nested := strings.Cut(m.Path, "/")
			switch {
			case nested && !strings.HasPrefix(dir, ".") && !slices.Contains([]string{"docs", "doc", "examples", "example", "test", "tests", "benchmarks", "tools", "scripts"}, dir):
				code[dir] = true
			case !nested:
				code[m.Path] = true
			}
		}
	}
	if len(testDirs) == 1 {
		for d := range testDirs {
			if d == "tests" || d == "test" {
				s.Tests = d
			}
		}
	}
	for c := range code {
		s.Code = append(s.Code, c)
	}
	slices.Sort(s.Code)
	declared := map[string]bool{}
	for _, m := range s.Manifests.Manifests {
		for _, d := range m.Dependencies {
			declared[d.Name] = true
		}
		declared[m.Name] = true
	}
	found := map[string]Import{}
	keys := map[string]bool{}
	catalogue := knowledge.Load()
	var p parser.Parser
	for _, m := range layout.Modules {
		if m.Stub || !strings.HasSuffix(m.Path, ".py") || m.Path == "setup.py" {
			continue
		}
		raw, err := read(m.Path)
		if err != nil || len(raw) > 4<<20 {
			continue
		}
		src, _ := source.Decode(raw)
		file, _ := parser.Parse(&p, src, parser.Options{})
		scanImports(file, func(name string, at uint32) {
			top, _, _ := strings.Cut(name, ".")
			if local[top] || project.IsStandardLibrary(top) || strings.HasPrefix(top, "_") {
				return
			}
			dists := project.Distributions(name)
			for _, d := range dists {
				if declared[d] {
					return
				}
			}
			if len(dists) == 0 {
				return
			}
			old, ok := found[dists[0]]
			if !ok || old.Test && !m.Test {
				_, tabled := project.ImportNames(dists[0])
				found[dists[0]] = Import{dists[0], Place{name, m.Path, source.LineIndex(file.Lines, at) + 1}, m.Test, tabled || catalogue.Known(top)}
			}
		})
		if !m.Test {
			scanEnvironment(file, func(name string, at uint32) {
				if !keys[name] {
					keys[name] = true
					s.Environment = append(s.Environment, Place{name, m.Path, source.LineIndex(file.Lines, at) + 1})
				}
			})
		}
	}
	for _, i := range found {
		s.Imports = append(s.Imports, i)
	}
	slices.SortFunc(s.Imports, func(a, b Import) int { return strings.Compare(a.Dist, b.Dist) })
	slices.SortFunc(s.Environment, func(a, b Place) int { return strings.Compare(a.Name, b.Name) })
}

// scanImports reports absolute imports that a program cannot do without: those guarded by try or TYPE_CHECKING are left out.
func scanImports(f *ast.File, report func(name string, at uint32)) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Try:
			return false
		case *ast.If:
			text := ""
			ast.InspectExpr(n.Test, func(e ast.Node) bool {
				switch e := e.(type) {
				case *ast.Name:
					text = f.Text(e.ID)
				case *ast.Attribute:
					text = f.Text(e.Attr)
					return false
				}
				return true
			})
			return text != "TYPE_CHECKING" && text != "version_info" && text != "platform"
		case *ast.Import:
			for _, a := range n.Names {
				report(f.Text(a.Name), n.Pos())
			}
		case *ast.ImportFrom:
			if n.Level == 0 {
				report(f.Text(n.Module), n.Pos())
			}
		}
		return true
	})
}

var environmentKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,80}$`)

// common are keys that belong to the system or to tools and not to the program.
var common = strings.Fields(`HOME PATH USER USERNAME SHELL TERM LANG LC_ALL PWD TMPDIR TEMP TMP CI PYTHONPATH VIRTUAL_ENV DISPLAY EDITOR VISUAL PAGER COLUMNS LINES
NO_COLOR FORCE_COLOR APPDATA LOCALAPPDATA USERPROFILE HTTP_PROXY HTTPS_PROXY NO_PROXY GITHUB_ACTIONS TRAVIS PYTEST_CURRENT_TEST READTHEDOCS SYSTEMROOT COMSPEC BROWSER
XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR XDG_CONFIG_DIRS XDG_DATA_DIRS CONDA_PREFIX DJANGO_SETTINGS_MODULE TZ HOSTNAME`)

// scanEnvironment reports keys read by os.environ[…], os.environ.get(…) and os.getenv(…).
func scanEnvironment(f *ast.File, report func(name string, at uint32)) {
	environ := func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Name:
			return f.Text(e.ID) == "environ"
		case *ast.Attribute:
			return f.Text(e.Attr) == "environ"
		}
		return false
	}
	key := func(e ast.Expr, at uint32) {
		if s, ok := f.ConstString(e); ok && environmentKey.MatchString(s) && !slices.Contains(common, s) {
			report(s, at)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Subscript:
			if n.Ctx == ast.Load && environ(n.Value) {
				key(n.Index, n.Pos())
			}
		case *ast.Call:
			if len(n.Args) == 0 {
				return true
			}
			switch fn := n.Func.(type) {
			case *ast.Attribute:
				if name := f.Text(fn.Attr); name == "getenv" || name == "get" && environ(fn.Value) {
					key(n.Args[0], n.Pos())
				}
			case *ast.Name:
				if f.Text(fn.ID) == "getenv" {
					key(n.Args[0], n.Pos())
				}
			}
		}
		return true
	})
}

// host reads the remote's address in .git/config.
func (s *Survey) host() {
	b, err := os.ReadFile(filepath.Join(s.Root, ".git", "config"))
	if err != nil {
		return
	}
	for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); {
		if l := sc.Text(); strings.Contains(l, "url =") && s.Host == "" {
			if strings.Contains(l, "gitlab") {
				s.Host = "gitlab"
			} else if strings.Contains(l, "github.com") {
				s.Host = "github"
			}
		}
	}
}

// declares says whether any manifest of the root's project asks for a distribution.
func (s *Survey) declares(dist string) bool {
	for _, m := range s.Manifests.Manifests {
		for _, d := range m.Dependencies {
			if d.Name == dist {
				return true
			}
		}
	}
	return false
}
