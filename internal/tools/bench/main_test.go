package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	if got := median([]time.Duration{5, 1, 9}); got != 5 {
		t.Errorf("median of three is %d", got)
	}
	if got := median([]int64{8, 2, 4, 6}); got != 5 {
		t.Errorf("median of four is %d", got)
	}
}

// fake is a program that takes every command and leaves a line for each.
func fake(t *testing.T, dir, name, body string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stand-ins are shell scripts")
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o777); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTreeIsPutBackAndCommandsTakeTurns(t *testing.T) {
	dir := t.TempDir()
	tree := filepath.Join(dir, "tree")
	if err := os.Mkdir(tree, 0o777); err != nil {
		t.Fatal(err)
	}
	const text = "x = 1\ny = 2\n"
	if err := os.WriteFile(filepath.Join(tree, "a.py"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(dir, "log")
	record := "echo \"$(basename $0) $1 $2 $(wc -l <" + tree + "/a.py)\" >>" + log + "; exit 1\n"
	b := bench{roadworthy: fake(t, dir, "rw", record), ruff: fake(t, dir, "ruff", record), runs: 2, ctx: t.Context()}
	r, err := b.tree(tree)
	if err != nil {
		t.Fatal(err)
	}
	if r.lines != 2 || len(r.time) != 6 {
		t.Errorf("%d lines and %d measurements, want 2 and 6", r.lines, len(r.time))
	}
	if got, _ := os.ReadFile(filepath.Join(tree, "a.py")); string(got) != text {
		t.Errorf("the edited file was left as %q", got)
	}
	lines, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Fields(strings.ReplaceAll(string(lines), " ", "_"))
	if len(got) != 3*7 {
		t.Fatalf("%d processes, want 21:\n%s", len(got), lines)
	}
	if got[0] == got[7] {
		t.Errorf("the second round starts with the same command: %s", got[0])
	}
	// In each round, the run after the edit sees two lines more.
	if !strings.HasSuffix(got[5], "_4") || !strings.HasSuffix(got[6], "_2") {
		t.Errorf("runs around the edit: %s, %s", got[5], got[6])
	}
}

func TestAFailingCommandIsAnError(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.py"), []byte("x = 1\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	broken := fake(t, dir, "broken", "echo out of order >&2; exit 2\n")
	if _, err := (&bench{roadworthy: broken, ruff: broken, runs: 1, ctx: t.Context()}).tree(dir); err == nil || !strings.Contains(err.Error(), "out of order") {
		t.Errorf("error %v does not say what the command said", err)
	}
}
