package standard

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
	yaml "go.yaml.in/yaml/v4"

	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
)

var noTools = &Tools{Look: func(string) (string, error) { return "", exec.ErrNotFound }}

// Every shape with every choice renders to files that their own readers accept.
func TestEveryShapeRenders(t *testing.T) {
	setting := regexp.MustCompile(`(?m)^    ([a-z_]+): [^=\n]+(?: = .*)?$`)
	for _, shape := range Shapes() {
		for _, checker := range []string{"mypy", "basedpyright"} {
			o := Options{Name: "big-shop", Shape: shape.Name, Owner: "@acme/shop", TypeChecker: checker, Python: "3.12"}
			o.Fill(context.Background(), noTools)
			p, err := Render(o)
			if err != nil {
				t.Fatal(shape.Name, err)
			}
			files := map[string]string{}
			for _, f := range p.Files {
				text := string(f.Text)
				files[f.Path] = text
				if strings.ContainsAny(text, "«»") || strings.Contains(text, "PACKAGE") || strings.Contains(text, "<no value>") {
					t.Errorf("%s: %s has a part that was not filled in", shape.Name, f.Path)
				}
				if text != "" && !strings.HasSuffix(text, "\n") {
					t.Errorf("%s: %s does not end with a line end", shape.Name, f.Path)
				}
				switch filepath.Ext(f.Path) {
				case ".py":
					var ps parser.Parser
					if _, faults := parser.Parse(&ps, f.Text, parser.Options{Python: 11}); len(faults) > 0 {
						t.Errorf("%s: %s: %v", shape.Name, f.Path, faults)
					}
				case ".toml":
					var v any
					if err := toml.Unmarshal(f.Text, &v); err != nil {
						t.Errorf("%s: %s: %v", shape.Name, f.Path, err)
					}
				case ".yml":
					var v any
					if err := yaml.Unmarshal(f.Text, &v); err != nil {
						t.Errorf("%s: %s: %v", shape.Name, f.Path, err)
					}
				}
			}
			if _, err := project.ParseConfig([]byte(files["roadworthy.toml"]), "roadworthy.toml", project.ConfigOptions{}); err != nil {
				t.Errorf("%s: %v", shape.Name, err)
			}
			for _, name := range []string{"install", "test", "format", "run", "build"} {
				if !regexp.MustCompile("(?m)^\\| " + name + " \\| `[^`]+` \\|$").MatchString(files["README.md"]) {
					t.Errorf("%s: README names no command to %s", shape.Name, name)
				}
			}
			for _, must := range []string{"CODEOWNERS", ".gitlab-ci.yml", ".github/workflows/ci.yml", ".gitignore", "pyproject.toml"} {
				if files[must] == "" {
					t.Errorf("%s: %s is missing", shape.Name, must)
				}
			}
			if !shape.settings {
				continue
			}
			class := files["src/big_shop/settings.py"]
			class = class[strings.Index(class, "log_level"):strings.Index(class, "def explain")]
			for _, m := range setting.FindAllStringSubmatch("    "+class, -1) {
				if !strings.Contains(files[".env.example"], "\nBIG_SHOP_"+strings.ToUpper(m[1])+"=") {
					t.Errorf("%s: .env.example does not name %s", shape.Name, m[1])
				}
			}
		}
	}
}

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		base, have, want string // "" for nothing
		outcome          Outcome
	}{
		{"", "", "1", Added}, {"", "1", "1", Same}, {"", "2", "1", Kept},
		{"1", "1", "1", Same}, {"1", "2", "1", Kept}, {"1", "", "1", Removed},
		{"1", "1", "2", Updated}, {"1", "2", "2", Same}, {"1", "3", "2", Conflict}, {"1", "", "2", Removed},
	} {
		if got := decide(c.base, c.base != "", c.have, c.have != "", c.want, plain); got != c.outcome {
			t.Errorf("base %q, have %q, want %q: %s, not %s", c.base, c.have, c.want, got, c.outcome)
		}
	}
}

// A newer standard is merged by --update only, and then key by key.
func TestUpdate(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		if err := writeFile(root, name, text); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) string {
		raw, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	wants := func(values ...string) func(*Survey, AdoptOptions, []RuleCount) ([]Want, []string) {
		return func(*Survey, AdoptOptions, []RuleCount) (list []Want, _ []string) {
			for i, v := range values {
				list = append(list, Want{File: "pyproject.toml", Path: []string{"tool", "x", string(rune('a' + i))}, Value: v})
			}
			return list, nil
		}
	}
	adopt := func(version int, update bool, values ...string) *Plan {
		t.Helper()
		p, err := makePlan(context.Background(), root, AdoptOptions{Update: update}, noTools, version, wants(values...))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Apply(); err != nil {
			t.Fatal(err)
		}
		return p
	}
	adopt(1, false, "1", "1", "1")
	write("pyproject.toml", "[tool.x]\na = 1\nb = 7 # mine\n")
	adopt(1, false, "1", "1", "1")
	if p := adopt(2, false, "2", "2", "2", "2"); p.Newer != 2 || len(p.After) != 0 {
		t.Fatal("an older lock was merged without --update", p.After)
	}
	p := adopt(2, true, "2", "2", "2", "2")
	var outcomes []Outcome
	for _, d := range p.Decisions {
		outcomes = append(outcomes, d.Outcome)
	}
	if diff := cmp.Diff([]Outcome{Updated, Conflict, Removed, Added}, outcomes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("[tool.x]\na = 2\nb = 7 # mine\nd = 2\n", read("pyproject.toml")); diff != "" {
		t.Error(diff)
	}
	if p := adopt(2, true, "2", "2", "2", "2"); len(p.After) != 0 {
		t.Error("a second update changed something", p.After)
	}
	if _, err := makePlan(context.Background(), root, AdoptOptions{}, noTools, 1, wants()); err == nil {
		t.Error("a lock of a newer standard was accepted")
	}
}

func TestUndo(t *testing.T) {
	root := t.TempDir()
	if err := writeFile(root, "app.py", "import requests\n"); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(root, ".gitignore", "*.pyc"); err != nil {
		t.Fatal(err)
	}
	p, err := MakePlan(context.Background(), root, AdoptOptions{Owner: "@a"}, noTools)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Apply(), p.Undo()); err != nil {
		t.Fatal(err)
	}
	var left []string
	filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if path != root {
			left = append(left, filepath.Base(path))
		}
		return err
	})
	if diff := cmp.Diff([]string{".gitignore", "app.py"}, left); diff != "" {
		t.Error(diff)
	}
	if raw, _ := os.ReadFile(filepath.Join(root, ".gitignore")); string(raw) != "*.pyc" {
		t.Errorf(".gitignore is %q", raw)
	}
}

func TestLockIsReadAsWritten(t *testing.T) {
	l := &Lock{Version: 3, Keys: map[string]Locked{
		"pyproject.toml:tool.x":   {"standard", "[\n    \"a\", # 1 \\ \"\n]"},
		`pyproject.toml:a."b c"`:  {"user", "é\t\r"},
		".gitignore:__pycache__/": {"standard", "__pycache__/"},
	}}
	root := t.TempDir()
	if err := writeFile(root, LockPath, l.Text()); err != nil {
		t.Fatal(err)
	}
	var v any
	if err := toml.Unmarshal([]byte(l.Text()), &v); err != nil {
		t.Errorf("the lock is no TOML: %v", err)
	}
	got, err := ReadLock(root)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(l, got); diff != "" {
		t.Error(diff)
	}
}

func TestDifferences(t *testing.T) {
	a := &TestRun{Ran: true, Results: map[string]string{"x": "passed", "y": "failed", "z": "skipped"}}
	b := &TestRun{Ran: true, Results: map[string]string{"x": "failed", "y": "failed", "n": "passed"}}
	want := []string{"n: not run, then passed", "x: passed, then failed", "z: skipped, then not run"}
	if diff := cmp.Diff(want, a.Differences(b)); diff != "" {
		t.Error(diff)
	}
	if got := a.Counts(); got != "1 passed, 1 failed, 1 skipped" {
		t.Error(got)
	}
}
