package main

import (
	"strings"
	"testing"
)

func run(events string) (string, int) {
	var out strings.Builder
	code := summarize(strings.NewReader(events), &out)
	return out.String(), code
}

func TestCountsLeavesOnce(t *testing.T) {
	out, code := run(`{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/one"}
{"Action":"run","Package":"p","Test":"TestA/two"}
{"Action":"pass","Package":"p","Test":"TestA/one"}
{"Action":"pass","Package":"p","Test":"TestA/two"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"pass","Package":"p","Elapsed":0.25}
`)
	if want := "ok   p (0.2s)\n2 passed, 0 failed, 1 skipped\n"; out != want || code != 0 {
		t.Errorf("exit %d, printed %q, want %q", code, out, want)
	}
}

func TestShowsWhatFailed(t *testing.T) {
	out, code := run(`{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"a_test.go:3: wrong\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p","Elapsed":1}
`)
	if want := "FAIL p (1.0s)\n    a_test.go:3: wrong\n0 passed, 1 failed, 0 skipped\n"; out != want || code != 1 {
		t.Errorf("exit %d, printed %q, want %q", code, out, want)
	}
}

func TestParentThatFailsByItselfCounts(t *testing.T) {
	out, _ := run(`{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/one"}
{"Action":"pass","Package":"p","Test":"TestA/one"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}
`)
	if !strings.HasSuffix(out, "1 passed, 1 failed, 0 skipped\n") {
		t.Errorf("printed %q", out)
	}
}

func TestBrokenPackageIsAFailure(t *testing.T) {
	out, code := run(`{"ImportPath":"p [p.test]","Action":"build-output","Output":"a.go:1: undefined: x\n"}
{"Action":"output","Package":"p","Output":"FAIL p [build failed]\n"}
{"Action":"fail","Package":"p"}
{"Action":"run","Package":"q","Test":"TestA"}
{"Action":"pass","Package":"q","Test":"TestA"}
{"Action":"pass","Package":"q"}
`)
	if !strings.Contains(out, "undefined: x") || !strings.HasSuffix(out, "1 passed, 1 failed, 0 skipped\n") || code != 1 {
		t.Errorf("exit %d, printed %q", code, out)
	}
}

func TestCrashCountsTheRunningTest(t *testing.T) {
	out, code := run(`{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"panic: boom\n"}
{"Action":"fail","Package":"p"}
`)
	if !strings.Contains(out, "panic: boom") || !strings.HasSuffix(out, "0 passed, 1 failed, 0 skipped\n") || code != 1 {
		t.Errorf("exit %d, printed %q", code, out)
	}
}

func TestNothingTestedIsNoSuccess(t *testing.T) {
	if _, code := run("go: cannot find main module\n"); code != 1 {
		t.Errorf("exit %d, want 1", code)
	}
}
