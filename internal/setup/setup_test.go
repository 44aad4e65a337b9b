package setup

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v4"

	"github.com/roadworthy-dev/roadworthy/internal/cli"
)

const root = "../.."

func load(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// TestMain lets the test be the program: the scripts under test run it by a path.
func TestMain(m *testing.M) {
	if os.Getenv("ROADWORTHY_SETUP_TEST") != "" {
		os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// program is a directory with a roadworthy in it.
func program(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "roadworthy")); err != nil {
		t.Skipf("no links: %v", err)
	}
	return dir
}

// project is a small repository with one error, on line 8 of app.py, and what a runner gives its steps.
func project(t *testing.T) (dir string, env []string) {
	t.Helper()
	dir = t.TempDir()
	files := map[string]string{
		"app.py":          "import requests\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/rates')\ndef rates():\n    return requests.get('https://rates.example.com').json()\n",
		"roadworthy.toml": "[work.api]\nentry = \"app.py\"\ntier = \"customer-facing\"\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := t.TempDir()
	return dir, append(os.Environ(), "ROADWORTHY_SETUP_TEST=1", "ROADWORTHY_CACHE="+filepath.Join(out, "cache"), "RUNNER_TEMP="+out, "GITHUB_OUTPUT="+filepath.Join(out, "output"),
		"GITHUB_STEP_SUMMARY="+filepath.Join(out, "summary.md"), "PIP_NO_INDEX=1", "OUT="+out)
}

func value(env []string, name string) string {
	v := ""
	for _, e := range env {
		if k, x, _ := strings.Cut(e, "="); k == name {
			v = x
		}
	}
	return v
}

func TestHooks(t *testing.T) {
	var hooks []struct {
		ID, Name, Description, Entry, Language string
		PassFilenames                          *bool    `yaml:"pass_filenames"`
		RequireSerial                          bool     `yaml:"require_serial"`
		TypesOr                                []string `yaml:"types_or"`
	}
	load(t, ".pre-commit-hooks.yaml", &hooks)
	if len(hooks) != 3 {
		t.Fatalf("%d hooks", len(hooks))
	}
	dir, env := project(t)
	bin := program(t)
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "x"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = dir, append(env, "GIT_CONFIG_GLOBAL="+os.DevNull)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("no git: %v %s", err, out)
		}
	}
	want := map[string]int{"roadworthy": 1, "roadworthy-review": 0, "roadworthy-installed": 1} // nothing was added since the last commit
	for _, h := range hooks {
		if h.ID == "" || h.Name == "" || h.Description == "" || h.PassFilenames == nil || *h.PassFilenames || !h.RequireSerial || len(h.TypesOr) == 0 || h.Language != "golang" && h.Language != "system" {
			t.Errorf("%+v", h)
		}
		fields := strings.Fields(h.Entry)
		cmd := exec.Command(filepath.Join(bin, fields[0]), fields[1:]...)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want[h.ID] {
			t.Errorf("%s: %v, want exit %d\n%s", h.ID, err, want[h.ID], out)
		}
	}
	// pre-commit builds a hook in Go with `go install ./...`: the program's package must be called as the entry is.
	if _, err := os.Stat(filepath.Join(root, "cmd", "roadworthy", "main.go")); err != nil {
		t.Error(err)
	}
}

type action struct {
	Name, Description string
	Inputs            map[string]struct{ Description, Default string }
	Outputs           map[string]struct{ Description, Value string }
	Runs              struct {
		Using string
		Steps []struct {
			Name, ID, Shell, Run string
			Env                  map[string]string
		}
	}
}

var expression = regexp.MustCompile(`\$\{\{\s*([\w.-]+)\s*\}\}`)

// run runs the action's steps as a runner does, with inputs over their defaults, and gives what they print and the exit code of
// the last.
func (a *action) run(t *testing.T, dir string, env []string, inputs map[string]string) (string, int) {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	steps := map[string]string{}
	printed := ""
	for _, s := range a.Runs.Steps {
		own := env
		for name, text := range s.Env {
			own = append(own, name+"="+expression.ReplaceAllStringFunc(text, func(e string) string {
				key := expression.FindStringSubmatch(e)[1]
				if in, ok := strings.CutPrefix(key, "inputs."); ok {
					known, ok := a.Inputs[in]
					if !ok {
						t.Errorf("step %s uses the input %s, which there is not", s.Name, in)
					}
					if v, ok := inputs[in]; ok {
						return v
					}
					return known.Default
				}
				v, ok := steps[key]
				if !ok {
					t.Errorf("step %s uses %s, which there is not", s.Name, key)
				}
				return v
			}))
		}
		cmd := exec.Command(bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run)
		cmd.Dir, cmd.Env = dir, own
		out, err := cmd.CombinedOutput()
		printed += string(out)
		if err != nil {
			return printed, cmd.ProcessState.ExitCode()
		}
		lines, _ := os.ReadFile(value(env, "GITHUB_OUTPUT"))
		for line := range strings.Lines(string(lines)) {
			name, v, _ := strings.Cut(strings.TrimSpace(line), "=")
			steps["steps."+s.ID+".outputs."+name] = v
		}
	}
	return printed, 0
}

func TestActionRuns(t *testing.T) {
	var a action
	load(t, "action.yml", &a)
	if a.Runs.Using != "composite" || len(a.Runs.Steps) != 2 {
		t.Fatalf("%+v", a.Runs)
	}
	for _, s := range a.Runs.Steps {
		if s.Shell != "bash" || strings.Contains(s.Run, "${{") {
			t.Errorf("step %s: shell %q; inputs belong in its environment, not in its text", s.Name, s.Shell)
		}
	}
	dir, env := project(t)
	bin := filepath.Join(program(t), "roadworthy")
	out, code := a.run(t, dir, env, map[string]string{"program": bin})
	if code != 1 || !strings.Contains(out, "::error file=app.py,line=8") {
		t.Errorf("exit %d\n%s", code, out)
	}
	var log struct {
		Runs []struct{ Results []struct{ RuleID string } }
	}
	text, err := os.ReadFile(filepath.Join(dir, "roadworthy.sarif"))
	if err != nil || json.Unmarshal(text, &log) != nil || len(log.Runs) != 1 || len(log.Runs[0].Results) != 1 || log.Runs[0].Results[0].RuleID != "RW301" {
		t.Errorf("%v: %.300s", err, text)
	}
	if summary, _ := os.ReadFile(value(env, "GITHUB_STEP_SUMMARY")); !strings.Contains(string(summary), "RW301") {
		t.Errorf("summary: %s", summary)
	}
	if out, code := a.run(t, dir, env, map[string]string{"program": bin, "fail-on": "never", "sarif": "x y.sarif"}); code != 0 {
		t.Errorf("exit %d\n%s", code, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "x y.sarif")); err != nil {
		t.Error(err)
	}
	if out, code := a.run(t, dir, env, map[string]string{"program": bin, "path": "nowhere; echo pwned"}); code != 2 || strings.Contains(out, "\npwned") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// TestActionInstallsTheWheel lets the action install the wheel that the environment names: building one takes minutes.
func TestActionInstallsTheWheel(t *testing.T) {
	wheel := os.Getenv("ROADWORTHY_TEST_WHEEL")
	if wheel == "" {
		t.Skip("ROADWORTHY_TEST_WHEEL names no wheel; make wheel builds one")
	}
	wheel, err := filepath.Abs(wheel)
	if err != nil {
		t.Fatal(err)
	}
	var a action
	load(t, "action.yml", &a)
	dir, env := project(t)
	out, code := a.run(t, dir, env, map[string]string{"wheel": wheel})
	if code != 1 || !strings.Contains(out, "::error file=app.py,line=8") || !strings.Contains(out, cli.Version) {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// TestDocumentedWorkflow: what docs/setup.md shows passes actionlint, its inputs are the action's, and every input is told.
func TestDocumentedWorkflow(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "setup.md"))
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	var a action
	load(t, "action.yml", &a)
	for name := range a.Inputs {
		if !strings.Contains(doc, "`"+name+"`") {
			t.Errorf("docs/setup.md does not tell the input %s", name)
		}
	}
	var workflow string
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(doc, -1) {
		if strings.Contains(m[1], "runs-on") {
			workflow = m[1]
		}
		var any any
		if err := yaml.Unmarshal([]byte(m[1]), &any); err != nil {
			t.Errorf("%v\n%s", err, m[1])
		}
	}
	// Read the action from here, so that its inputs are checked.
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".github", "workflows"), 0o755); err != nil {
		t.Fatal(err)
	}
	definition, _ := os.ReadFile(filepath.Join(root, "action.yml"))
	if err := os.WriteFile(filepath.Join(dir, "action.yml"), definition, 0o644); err != nil {
		t.Fatal(err)
	}
	project, err := actionlint.NewProject(dir)
	if err != nil {
		t.Fatal(err)
	}
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	workflow = regexp.MustCompile(`roadworthy-dev/roadworthy@\S+`).ReplaceAllString(workflow, "./")
	file := filepath.Join(dir, ".github", "workflows", "x.yml")
	lint := func(text string) []*actionlint.Error {
		errs, err := linter.Lint(file, []byte(text), project)
		if err != nil {
			t.Fatal(err)
		}
		return errs
	}
	for _, e := range lint(workflow) {
		t.Errorf("%d: %s", e.Line, e.Message)
	}
	if len(lint(strings.Replace(workflow, "fail-on:", "fail-of:", 1))) == 0 {
		t.Error("an input that there is not passes: the action was not read")
	}
}

// TestGitLabJob runs the job's commands with the program in place of the installed one.
func TestGitLabJob(t *testing.T) {
	var file map[string]struct {
		Stage, Image string
		Variables    map[string]string
		Script       []string
		Artifacts    struct {
			When    string
			Reports map[string]string
		}
	}
	load(t, "deploy/gitlab-ci.yml", &file)
	job, ok := file["roadworthy"]
	if !ok || len(file) != 1 || len(job.Script) != 4 || job.Artifacts.When != "always" {
		t.Fatalf("%+v", file)
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	dir, env := project(t)
	bin := program(t)
	if err := os.WriteFile(filepath.Join(bin, "pip"), []byte("#!/bin/sh\necho \"$@\" > \"$OUT/pip\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	env = append(env, "PATH="+bin+":"+os.Getenv("PATH"))
	for k, v := range job.Variables {
		env = append(env, k+"="+strings.ReplaceAll(v, "$CI_PROJECT_DIR", dir))
	}
	run := func(more ...string) (string, int) {
		cmd := exec.Command(bash, "-eo", "pipefail", "-c", strings.Join(job.Script, "\n"))
		cmd.Dir, cmd.Env = dir, append(env, more...)
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	if out, code := run("ROADWORTHY_VERSION=0.1.0"); code != 1 || !strings.Contains(out, "RW301") {
		t.Errorf("exit %d\n%s", code, out)
	}
	if pip, _ := os.ReadFile(filepath.Join(value(env, "OUT"), "pip")); !strings.HasSuffix(strings.TrimSpace(string(pip)), " roadworthy==0.1.0") {
		t.Errorf("pip %s", pip)
	}
	if out, code := run("ROADWORTHY_FAIL_ON=never"); code != 0 {
		t.Errorf("exit %d\n%s", code, out)
	}
	for kind, name := range job.Artifacts.Reports {
		text, err := os.ReadFile(filepath.Join(dir, name))
		var list []any
		switch {
		case err != nil:
			t.Error(err)
		case kind == "codequality" && (json.Unmarshal(text, &list) != nil || len(list) != 1):
			t.Errorf("%s: %.300s", name, text)
		case kind == "junit" && xml.Unmarshal(text, new(struct{ XMLName xml.Name })) != nil:
			t.Errorf("%s: %.300s", name, text)
		}
	}
}
