package edit

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

func at(start, end uint32, text string) diag.Edit {
	return diag.Edit{File: "a.py", Span: diag.Span{Start: start, End: end}, Text: text}
}

func TestApply(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		edits            []diag.Edit
		fails            bool
	}{
		{"in any order", "abcdef", "aXXdeY", []diag.Edit{at(5, 6, "Y"), at(1, 3, "XX")}, false},
		{"equal edits once", "ab", "aXb", []diag.Edit{at(1, 1, "X"), at(1, 1, "X")}, false},
		{"two that insert at one place", "ab", "aXYb", []diag.Edit{at(1, 1, "X"), at(1, 1, "Y")}, false},
		{"an overlap", "abcdef", "", []diag.Edit{at(1, 3, "X"), at(2, 4, "Y")}, true},
		{"past the end", "ab", "", []diag.Edit{at(1, 3, "X")}, true},
		{"none", "ab", "ab", nil, false},
	} {
		got, err := Apply([]byte(c.text), c.edits)
		if (err != nil) != c.fails || string(got) != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

func TestChooseLeavesOutWhatOverlaps(t *testing.T) {
	fixes := []diag.Fix{
		{Edits: []diag.Edit{at(1, 3, "X"), at(9, 9, "import os")}},
		{Edits: []diag.Edit{at(2, 4, "Y")}},                        // overlaps the first
		{Edits: []diag.Edit{at(4, 5, "Z"), at(9, 9, "import os")}}, // shares an equal edit with it
		{Edits: []diag.Edit{at(9, 9, "import re")}},                // the order at 9 would be an accident
		{},
	}
	want := []bool{true, false, true, false, false}
	for i, got := range Choose(fixes) {
		if got != want[i] {
			t.Errorf("fix %d: %v, want %v", i, got, want[i])
		}
	}
}

func TestDiff(t *testing.T) {
	before := "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n"
	after := "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\nk"
	want := "--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n d\n e\n@@ -8,4 +8,4 @@\n h\n i\n j\n-k\n+k\n\\ No newline at end of file\n"
	if got := Diff("x", &before, after); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := Diff("x", nil, "a\n"); got != "--- /dev/null\n+++ b/x\n@@ -0,0 +1,1 @@\n+a\n" {
		t.Errorf("new file:\n%s", got)
	}
}

// TestDiffIsWhatPatchReads: patch(1) makes the second text of the first and the diff.
func TestDiffIsWhatPatchReads(t *testing.T) {
	patch, err := exec.LookPath("patch")
	if err != nil {
		t.Skip("no patch program")
	}
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var b strings.Builder
		for range 1 + random.IntN(30) {
			b.WriteString(string(rune('a'+random.IntN(4))) + "\n")
		}
		s := b.String()
		if random.IntN(4) == 0 {
			s = strings.TrimSuffix(s, "\n")
		}
		return s
	}
	for i := range 60 {
		before, after := text(), text()
		if before == after {
			continue
		}
		file := filepath.Join(dir, "x")
		if err := os.WriteFile(file, []byte(before), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(patch, "-s", "-p1")
		cmd.Dir = dir
		cmd.Stdin = strings.NewReader(Diff("x", &before, after))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("case %d: %v\n%s\n%s", i, err, out, Diff("x", &before, after))
		}
		got, err := os.ReadFile(file)
		if err != nil || string(got) != after {
			t.Fatalf("case %d: patch made %q of %q, want %q\n%s", i, got, before, after, Diff("x", &before, after))
		}
	}
}

func TestDiffOfTextsWithNothingInCommon(t *testing.T) {
	a, b := strings.Repeat("a\n", 3000), strings.Repeat("b\n", 3000)
	if d := Diff("x", &a, b); strings.Count(d, "\n-a") != 3000 || strings.Count(d, "\n+b") != 3000 {
		t.Errorf("%.200s", d)
	}
}
