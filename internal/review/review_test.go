package review

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/check/checktest"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules"
)

// history makes a repository with one commit for each set of files.
func history(t *testing.T, commits ...map[string]string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=A", "-c", "user.email=a@example.org"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q", "-b", "main")
	for _, files := range commits {
		checktest.Write(t, dir, files)
		git("add", "-A")
		git("commit", "-q", "-m", "change")
	}
	return dir
}

func run(t *testing.T, dir, base, head string) *Review {
	t.Helper()
	r, err := Run(context.Background(), dir, base, head, check.Options{Now: checktest.Now})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const api = "from fastapi import FastAPI\nfrom store import load\n\napp = FastAPI()\n\n@app.get('/price')\nasync def price():\n    return load()\n"

func TestAnEffectIsToldWhereItComesOut(t *testing.T) {
	dir := history(t,
		map[string]string{"api.py": api, "store.py": "def load():\n    return 1\n"},
		map[string]string{"store.py": "import requests\n\ndef load():\n    return requests.get('https://example.org', timeout=3)\n"},
	)
	r := run(t, dir, "HEAD~1", "HEAD")
	if len(r.Changes) != 1 {
		t.Fatalf("changes %+v, want one", r.Changes)
	}
	c := r.Changes[0]
	if c.Kind != "net" || !c.Blocking || c.Cause.File != "store.py" || c.Cause.Line != 4 {
		t.Errorf("change %+v, want net, blocking, at store.py:4", c)
	}
	if len(c.Gains) == 0 || c.Gains[0].Role != "route" || c.Gains[0].Detail != "GET /price" || c.Gains[0].New {
		t.Errorf("gains %+v, want the route first", c.Gains)
	}
	if len(r.New) == 0 || r.New[0].File != "api.py" && r.New[0].File != "store.py" {
		t.Errorf("findings %+v", r.New)
	}

	// The other way round the same is mended, and nothing is added.
	r = run(t, dir, "HEAD", "HEAD~1")
	if len(r.New) > 0 || len(r.Changes) > 0 || len(r.Mended) == 0 {
		t.Errorf("back: %d findings, %d effects, %d mended", len(r.New), len(r.Changes), len(r.Mended))
	}
}

// What moves without changing is no change: a file that is renamed, lines that shift, a function that only gets a new name
// inside.
func TestAMoveIsNoChange(t *testing.T) {
	body := "import requests\n\ndef load():\n    return requests.get('https://example.org')\n"
	dir := history(t,
		map[string]string{"api.py": api, "store.py": body},
		map[string]string{"store.py": "# a comment\n\n\n" + body},
	)
	r := run(t, dir, "HEAD~1", "HEAD")
	if len(r.New) > 0 || len(r.Changes) > 0 || len(r.Mended) > 0 {
		t.Errorf("shifted lines: new %+v, changes %+v, mended %+v", r.New, r.Changes, r.Mended)
	}
}

func TestWorkingTreeIsReviewedAsItIs(t *testing.T) {
	dir := history(t, map[string]string{"a.py": "def f():\n    return 1\n", "requirements.txt": "requests\n"})
	if err := os.WriteFile(filepath.Join(dir, "a.py"), []byte("import subprocess\nimport nosuchthing\n\ndef f():\n    subprocess.run(['true'])\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "requirements.txt"), []byte("requests\nreqests\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := run(t, dir, "HEAD", "")
	if r.Head != "" || len(r.Changes) != 1 || r.Changes[0].Kind != "subprocess" {
		t.Errorf("head %q, changes %+v", r.Head, r.Changes)
	}
	if len(r.Packages) != 1 || r.Packages[0].Near != "requests" || r.Packages[0].Line != 2 {
		t.Errorf("packages %+v, want reqests near requests", r.Packages)
	}
	if diff := cmp.Diff([]Name{{"nosuchthing", "a.py", 2}}, r.Names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestRange(t *testing.T) {
	dir := history(t, map[string]string{"a.py": ""}, map[string]string{"a.py": "x = 1\n"})
	for _, c := range []struct{ text, base, head string }{
		{"", "HEAD", ""},
		{"main", "main", ""},
		{"a..b", "a", "b"},
		{"a..", "a", "HEAD"},
	} {
		base, head, err := Range(context.Background(), dir, c.text)
		if err != nil || base != c.base || head != c.head {
			t.Errorf("%q: %q, %q, %v", c.text, base, head, err)
		}
	}
	if base, head, err := Range(context.Background(), dir, "HEAD~1...HEAD"); err != nil || len(base) < 40 || head != "HEAD" {
		t.Errorf("three dots: %q, %q, %v", base, head, err)
	}
	if _, _, err := Range(context.Background(), dir, "nowhere...HEAD"); err == nil || !strings.Contains(err.Error(), "no commit nowhere") {
		t.Errorf("error %v", err)
	}
	if _, err := Run(context.Background(), dir, "--output=x", "", check.Options{}); err == nil || !strings.Contains(err.Error(), "is no commit") {
		t.Errorf("a name that is an option: %v", err)
	}
}

func TestOneAway(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"requests", "reqests", true},   // left out
		{"requests", "requestss", true}, // added
		{"requests", "requezts", true},  // changed
		{"requests", "reqeusts", true},  // swapped
		{"requests", "requests", false},
		{"requests", "rekwests", false},
		{"requests", "request5s1", false},
	} {
		if got := oneAway(c.a, c.b); got != c.want || oneAway(c.b, c.a) != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}
