package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
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
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			own := filepath.SplitList(e.Getenv("PATH"))[0] // where testscript put the command
			e.Setenv("PATH", own+string(filepath.ListSeparator)+tools)
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
