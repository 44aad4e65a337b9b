package project

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func TestHistory(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	root := t.TempDir()
	run := func(mail, when string, args ...string) {
		t.Helper()
		cmd := exec.Command(git, args...)
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_COMMITTER_NAME=a", "GIT_AUTHOR_EMAIL="+mail, "GIT_COMMITTER_EMAIL="+mail,
			"GIT_AUTHOR_DATE="+when, "GIT_COMMITTER_DATE="+when)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if f := NewHistory(root, time.Minute).Of(t.Context(), "a.py"); f.Known || f.Why != "not in a repository" {
		t.Errorf("outside a repository: %+v", f)
	}
	run("", "", "init", "-q")
	write("svc/a.py", "1")
	run("ada@example.com", "2020-01-02T00:00:00Z", "add", ".")
	run("ada@example.com", "2020-01-02T00:00:00Z", "commit", "-qm", "one")
	write("svc/a.py", "2")
	run("Bob@example.com", "2021-01-02T00:00:00Z", "commit", "-qam", "two")
	write("b[1].py", "1")
	run("bob@example.com", "2022-01-02T00:00:00Z", "add", ".")
	run("bob@example.com", "2022-01-02T00:00:00Z", "commit", "-qm", "three")
	write("new.py", "1")

	h := NewHistory(root, time.Minute)
	if f := h.Of(t.Context(), "svc"); !f.Known || f.Authors != 2 || f.Commits != 2 || f.First.Year() != 2020 || f.Last.Year() != 2021 || f.Partial {
		t.Errorf("svc: %+v", f)
	}
	if f := h.Of(t.Context(), ""); f.Authors != 2 || f.Commits != 3 {
		t.Errorf("root: %+v", f)
	}
	if f := h.Of(t.Context(), "b[1].py"); f.Commits != 1 {
		t.Errorf("a name with pattern characters: %+v", f)
	}
	if f := h.Of(t.Context(), "new.py"); f.Known || f.Why != "not tracked" {
		t.Errorf("untracked: %+v", f)
	}
	if f := NewHistory(root, 0).Of(t.Context(), "svc"); f.Known || f.Why != "no time" {
		t.Errorf("without time: %+v", f)
	}
	h = NewHistory(root, time.Minute)
	h.failed = "no git"
	if f := h.Of(t.Context(), "svc"); f.Known || f.Why != "no git" {
		t.Errorf("without git: %+v", f)
	}
}
