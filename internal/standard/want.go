package standard

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/source"
	"github.com/roadworthy-dev/roadworthy/internal/standard/tomledit"
)

type form uint8

const (
	tomlKey     form = iota // a key of pyproject.toml and its value
	tomlElement             // one element of a list there; the key's last part is [name]
	line                    // one line of a file of lines
	whole                   // a file that the standard makes when it is not there
)

// A Want is one key of the standard: what it should be here, and why.
type Want struct {
	File  string
	Path  []string // of a TOML key or list
	Name  string   // of an element or a line
	Value string
	Why   string
	form  form
}

// Key names the want in the lock and in reports.
func (w *Want) Key() string {
	var b strings.Builder
	b.WriteString(w.File)
	for i, p := range w.Path {
		if i == 0 {
			b.WriteByte(':')
		} else {
			b.WriteByte('.')
		}
		b.WriteString(tomledit.Key(p))
	}
	switch w.form {
	case tomlElement:
		b.WriteString("[" + w.Name + "]")
	case line:
		b.WriteString(":" + w.Name)
	}
	return b.String()
}

// Wants gives what the standard wants of this repository, and what it only advises. ruffIgnores are the rules that the code
// breaks today, with how often; nil when Ruff could not say.
func (s *Survey) Wants(o AdoptOptions, ruffIgnores []RuleCount) (wants []Want, advice []string) {
	const py = "pyproject.toml"
	add := func(w Want) { wants = append(wants, w) }
	toml := func(why, value string, path ...string) { add(Want{File: py, Path: path, Value: value, Why: why}) }
	element := func(why, name, value string, path ...string) {
		add(Want{File: py, Path: path, Name: name, Value: value, Why: why, form: tomlElement})
	}
	text := s.text(py)
	doc, err := tomledit.Parse(text)
	if err != nil {
		doc, _ = tomledit.Parse("")
	}

	makes := !s.Project && (s.Manager == "requirements" || s.Manager == "none" && len(s.Code) > 0)
	python := s.Python
	if makes {
		if python == "" {
			python = oldestPython
			s.PythonFrom = "the oldest Python that still gets security fixes"
		}
		toml("uv, Ruff and the type checker read the project from it; the name is the directory's", tomledit.Quote(s.Name), "project", "name")
		toml("a project has a version", `"0.1.0"`, "project", "version")
		toml("from "+s.PythonFrom, tomledit.Quote(">="+python), "project", "requires-python")
		n := 0
		for _, m := range s.Manifests.Manifests {
			if m.Kind != project.Requirements || path.Dir(m.Path) != "." && path.Dir(m.Path) != "requirements" || m.Compiled {
				continue
			}
			for _, d := range m.Dependencies {
				if r := requirement(d); r != "" {
					if dev := develops(m.Path) || d.Group != ""; dev {
						element("from "+place(d.File, d.Line), d.Name, tomledit.Quote(r), "dependency-groups", "dev")
					} else {
						n++
						element("from "+place(d.File, d.Line), d.Name, tomledit.Quote(r), "project", "dependencies")
					}
				}
			}
		}
		for _, i := range s.Imports {
			if !i.Known {
				// A package of that name may be anyone's: installing it unseen is how malicious ones get in.
				advice = append(advice, fmt.Sprintf("%s:%d imports %s, which nothing here declares; if it is a package you know, add it to [project] dependencies", i.File, i.Line, i.Name))
				continue
			}
			if i.Test {
				element(fmt.Sprintf("%s:%d imports %s", i.File, i.Line, i.Name), i.Dist, tomledit.Quote(i.Dist), "dependency-groups", "dev")
				continue
			}
			n++
			element(fmt.Sprintf("%s:%d imports %s", i.File, i.Line, i.Name), i.Dist, tomledit.Quote(i.Dist), "project", "dependencies")
		}
		if n == 0 {
			toml("nothing outside the standard library is imported", "[]", "project", "dependencies")
		}
		toml("the code is run from here and not installed", "false", "tool", "uv", "package")
	} else {
		for _, i := range s.Imports {
			if !i.Test {
				advice = append(advice, fmt.Sprintf("%s:%d imports %s, which no manifest declares; it may be %s", i.File, i.Line, i.Name, i.Dist))
			}
		}
		if s.Project && !doc.Has("project", "requires-python") {
			advice = append(advice, "[project] has no requires-python: resolvers cannot know which Pythons it is for")
		}
	}

	// Development tools, unless another tool manages dependencies: its lock would no longer fit.
	hasTests := s.TestFiles > 0
	tools := []struct{ name, why string }{{"ruff", "lint and format with one tool, at the version the lock gives to everyone"}}
	if hasTests {
		tools = append(tools, struct{ name, why string }{"pytest", fmt.Sprintf("%d test files that it collects", s.TestFiles)})
	}
	if !s.types {
		tools = append(tools, struct{ name, why string }{"mypy", "no type checker is configured"})
	}
	for _, t := range tools {
		if s.declares(t.name) {
			continue
		}
		switch s.Manager {
		case "poetry":
			advice = append(advice, t.name+" is not among the dependencies: poetry add --group dev "+t.name)
		case "pdm":
			advice = append(advice, t.name+" is not among the dependencies: pdm add --dev "+t.name)
		case "pipenv":
			advice = append(advice, t.name+" is not among the dependencies: pipenv install --dev "+t.name)
		case "conda":
			advice = append(advice, t.name+" is not among the dependencies of the conda environment")
		default:
			if s.includesGroup(doc) {
				continue
			}
			element(t.why, t.name, tomledit.Quote(t.name), "dependency-groups", "dev")
		}
	}

	if !s.ruff {
		length, from := s.LineLength, s.LineLengthFrom
		if length == 0 {
			length, from = 100, "as new projects have it"
		} else {
			from = "the lines' length, from " + from
		}
		toml(from, fmt.Sprint(length), "tool", "ruff", "line-length")
		if !s.Project && !makes {
			if python != "" {
				toml("from "+s.PythonFrom, tomledit.Quote("py"+strings.ReplaceAll(python, ".", "")), "tool", "ruff", "target-version")
			}
		}
		toml("mistakes that show in one file: names, syntax, likely bugs, import order, security", `["E4", "E7", "E9", "F", "B", "I", "UP", "S"]`, "tool", "ruff", "lint", "select")
		if len(ruffIgnores) > 0 {
			var b strings.Builder
			b.WriteString("[\n")
			for _, r := range ruffIgnores {
				fmt.Fprintf(&b, "    %s, # %d when adopted: %s\n", tomledit.Quote(r.Code), r.Count, r.Name)
			}
			b.WriteString("]")
			toml("what the code breaks today, so that the check passes from the start; take one away, mend, repeat", b.String(), "tool", "ruff", "lint", "ignore")
		}
		if hasTests && s.Tests != "" {
			toml("tests assert", `["S101"]`, "tool", "ruff", "lint", "per-file-ignores", s.Tests+"/**")
		}
	} else if doc.Has("tool", "ruff") && !doc.Has("tool", "ruff", "line-length") && !doc.Has("tool", "ruff", "lint") {
		advice = append(advice, "Ruff is configured without rules of its own choice; its defaults find the least")
	}
	if hasTests && !s.pytest && s.Manager != "conda" {
		if s.Tests != "" {
			toml("all tests are there; nothing else is searched", "["+tomledit.Quote(s.Tests)+"]", "tool", "pytest", "ini_options", "testpaths")
		}
		toml("a summary says why tests were skipped or failed", `["-ra"]`, "tool", "pytest", "ini_options", "addopts")
	}
	if !s.types && len(s.Code) > 0 && len(s.Code) <= 12 {
		list := make([]string, len(s.Code))
		for i, c := range s.Code {
			list[i] = tomledit.Quote(c)
		}
		toml("the code that mypy checks when it is called without arguments", "["+strings.Join(list, ", ")+"]", "tool", "mypy", "files")
		toml("libraries without types are no mistake of this code", "true", "tool", "mypy", "ignore_missing_imports")
	}

	wants = append(wants, s.ignored()...)
	wants = append(wants, s.filesWanted(o, makes, hasTests)...)
	if s.TestFiles == 0 {
		advice = append(advice, "no test that pytest would collect was found")
	}
	if s.exists("README*", "readme*", "docs/README*") == "" {
		advice = append(advice, "no README: one command each to install, test, format, run and build belongs there")
	}
	if s.exists("LICENSE*", "LICENCE*", "COPYING*", "license*") == "" && s.Manager != "none" && s.Manager != "requirements" {
		advice = append(advice, "no licence file")
	}
	switch s.Manager {
	case "poetry", "pdm", "pipenv", "conda":
		advice = append(advice, s.Manager+" manages the dependencies; it is left in place")
	}
	return wants, advice
}

// includesGroup: a project whose dev dependencies are an extra or another group named dev, in a form that elements cannot
// be added to.
func (s *Survey) includesGroup(doc *tomledit.Document) bool {
	v, ok := doc.Value("dependency-groups", "dev")
	return ok && !strings.HasPrefix(v, "[")
}

func develops(file string) bool {
	return regexp.MustCompile(`dev|test|lint|doc|check|typing|style|qa|ci\b`).MatchString(strings.ToLower(path.Base(file)))
}

// requirement writes a dependency as PEP 508 does; "" for one that cannot stand in [project].
func requirement(d project.Dependency) string {
	if d.Editable || d.URL != "" && !strings.Contains(d.URL, "://") {
		return ""
	}
	r := d.Name
	if len(d.Extras) > 0 {
		r += "[" + strings.Join(d.Extras, ",") + "]"
	}
	if d.URL != "" {
		r += " @ " + d.URL
	} else {
		r += d.Specifier
	}
	if d.Marker != "" {
		r += " ; " + d.Marker
	}
	return r
}

// ignored: lines of .gitignore whose purpose nothing there serves yet.
func (s *Survey) ignored() []Want {
	list := []struct {
		line, example string
		dir           bool
		why           string
	}{
		{"__pycache__/", "a/__pycache__", true, "compiled files"},
		{".venv/", ".venv", true, "the virtual environment that uv makes"},
		{".env", ".env", false, "secrets of one machine"},
		{".ruff_cache/", ".ruff_cache", true, "Ruff's cache"},
		{".mypy_cache/", ".mypy_cache", true, "mypy's cache"},
		{".pytest_cache/", ".pytest_cache", true, "pytest's cache"},
		{"dist/", "dist", true, "what builds leave"},
		{"*.egg-info/", "a.egg-info", true, "what setuptools leaves"},
	}
	have := source.ParseIgnore([]byte(s.text(".gitignore")))
	var wants []Want
	for _, l := range list {
		if match, _ := have.Match(l.example, l.dir); match && !slices.Contains(strings.Split(s.text(".gitignore"), "\n"), l.line) {
			continue // another pattern does it
		}
		wants = append(wants, Want{File: ".gitignore", Name: l.line, Value: l.line, Why: l.why, form: line})
	}
	return wants
}

func (s *Survey) filesWanted(o AdoptOptions, makes, hasTests bool) []Want {
	var wants []Want
	if len(s.Environment) > 0 && s.exists(".env.example", ".env.sample", ".env.template", "env.example", ".env.dist", "example.env", "sample.env") == "" || o.Owned(".env.example") {
		var b strings.Builder
		b.WriteString("# What the program reads from its environment. Copy to .env, which is never committed, and fill in.\n")
		for _, p := range s.Environment {
			fmt.Fprintf(&b, "# %s\n%s=\n", p.File, p.Name)
		}
		if len(s.Environment) > 0 {
			wants = append(wants, Want{File: ".env.example", Value: b.String(), form: whole,
				Why: fmt.Sprintf("the code reads %d keys from the environment, the first in %s:%d", len(s.Environment), s.Environment[0].File, s.Environment[0].Line)})
		}
	}
	if o.Owner != "" && (s.exists("CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS") == "" || o.Owned("CODEOWNERS")) {
		wants = append(wants, Want{File: "CODEOWNERS", Value: "* " + o.Owner + "\n", Why: "changes are shown to who answers for them", form: whole})
	}
	locks := (s.Project || makes) && s.Locks()
	ci := ".github/workflows/ci.yml"
	if s.Host == "gitlab" {
		ci = ".gitlab-ci.yml"
	}
	if locks && (s.ci == "" || o.Owned(ci)) {
		wants = append(wants, Want{File: ci, Value: continuous(s.Host, hasTests), Why: "nothing runs lint and tests on every change", form: whole})
	}
	return wants
}

// Locks says whether uv.lock is this project's lock.
func (s *Survey) Locks() bool {
	switch s.Manager {
	case "poetry", "pdm", "pipenv", "conda":
		return false
	}
	ignored, _ := source.ParseIgnore([]byte(s.text(".gitignore"))).Match("uv.lock", false)
	return !ignored
}

// continuous is the CI of an adopted project.
func continuous(host string, tests bool) string {
	steps := []string{"uv sync --locked", "uv run ruff check"}
	if tests {
		steps = append(steps, "uv run pytest")
	}
	if host == "gitlab" {
		return "check:\n  image: python:3.13-slim\n  timeout: 20m\n  before_script:\n    - pip install --quiet uv==" + uvVersion +
			"\n  script:\n    - " + strings.Join(steps, "\n    - ") + "\n"
	}
	return fmt.Sprintf(`name: ci

on:
  push:
  pull_request:

permissions:
  contents: read

jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@%s # %s
        with:
          persist-credentials: false
      - uses: astral-sh/setup-uv@%s # %s
        with:
          version: "%s"
      - run: %s
`, checkoutSHA, checkoutTag, setupUvSHA, setupUvTag, uvVersion, strings.Join(steps, "\n      - run: "))
}
