package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/roadworthy-dev/roadworthy/internal/cli"
)

var update = flag.Bool("update", false, "write what commands print into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"roadworthy": func() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScript runs the command line's specification: each script is commands, files and what they print. Only roadworthy
// and git are on PATH: what a script shows does not depend on which tools the machine has.
func TestScript(t *testing.T) {
	tools := t.TempDir()
	if git, err := exec.LookPath("git"); err == nil {
		if err := os.Symlink(git, filepath.Join(tools, "git")); err != nil {
			t.Logf("git is left out: %v", err)
		}
	}
	python := "" // the interpreter itself: what stands on PATH may be a launcher that needs its own environment
	if out, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output(); err == nil {
		python = strings.TrimSpace(string(out))
	}
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Condition: func(name string) (bool, error) {
			if name == "python" { // 3.11 or newer: what graduated packages need
				return python != "" && exec.Command(python, "-c", "import tomllib, sqlite3").Run() == nil, nil
			}
			return false, fmt.Errorf("the condition %s is not known", name)
		},
		Setup: func(e *testscript.Env) error {
			own := filepath.SplitList(e.Getenv("PATH"))[0] // where testscript put the command
			e.Setenv("PATH", own+string(filepath.ListSeparator)+tools)
			e.Setenv("PYTHON", python)
			e.Setenv("EXAMPLES", examples)
			e.Setenv("ROADWORTHY_CACHE", e.WorkDir+"/.cache")
			e.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
			for _, who := range []string{"AUTHOR", "COMMITTER"} {
				e.Setenv("GIT_"+who+"_NAME", "Ada")
				e.Setenv("GIT_"+who+"_EMAIL", "ada@example.com")
				e.Setenv("GIT_"+who+"_DATE", "2026-01-02T03:04:05Z")
			}
			return nil
		},
	})
}
