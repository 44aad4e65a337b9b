// Package ruletest runs the pages of rules as tests.
//
// A page must show its rule firing, staying silent, and one known miss below Limits; each of its examples is checked, and the
// rule must report on exactly the lines that are marked. See rule.Page for the form of a page.
package ruletest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// A Checker checks a small project: file contents by slash path, the configuration in roadworthy.toml. It returns the findings of
// all rules, whatever their severity; baselined and waived ones among them, marked.
type Checker func(files map[string]string) []diag.Finding

// Run runs the pages of the rules, each as a subtest.
func Run(t *testing.T, rules []*rule.Rule, check Checker) {
	if len(rules) == 0 {
		t.Fatal("no rules")
	}
	for _, r := range rules {
		t.Run(r.Name, func(t *testing.T) {
			for _, f := range Faults(r, check) {
				t.Error(f)
			}
		})
	}
}

// Faults are what is wrong with a rule or its page, each with the line of the page.
func Faults(r *rule.Rule, check Checker) []string {
	page, err := r.Doc.Page()
	if err != nil {
		return []string{err.Error()}
	}
	var faults []string
	if page.Name != r.Name {
		faults = append(faults, fmt.Sprintf("1: the page is of %s, the rule is %s", page.Name, r.Name))
	}
	fires, silent, misses := 0, 0, 0
	for i := range page.Examples {
		e := &page.Examples[i]
		here := 0
		for _, m := range e.Marks {
			switch {
			case m.Rule != r.Name:
			case !m.Miss:
				here++
			case e.Section == "Limits":
				misses++
			default:
				faults = append(faults, fmt.Sprintf("%d: a miss belongs below Limits", m.Page))
			}
		}
		fires += here
		if here == 0 && e.Section != "Limits" {
			silent++
		}
		if e.Section == "Use instead" && here > 0 {
			faults = append(faults, fmt.Sprintf("%d: what to use instead has a finding", e.Line))
		}
		faults = append(faults, example(r, e, check)...)
	}
	if fires == 0 {
		faults = append(faults, "the page does not show the rule firing: mark a line with \"# finding: "+r.Name+"\"")
	}
	if silent == 0 {
		faults = append(faults, "the page does not show the rule staying silent")
	}
	if misses == 0 {
		faults = append(faults, "the page shows no known miss below Limits: mark a line with \"# miss: "+r.Name+"\"")
	}
	return faults
}

type spot struct {
	file       string
	cell, line int
}

func (s spot) String() string {
	if s.cell > 0 {
		return fmt.Sprintf("%s cell %d line %d", s.file, s.cell, s.line)
	}
	return fmt.Sprintf("%s line %d", s.file, s.line)
}

func example(r *rule.Rule, e *rule.Example, check Checker) []string {
	var faults []string
	want := map[spot]int{} // the page's line
	for _, m := range e.Marks {
		if m.Rule == r.Name && !m.Miss {
			want[spot{m.File, m.Cell, m.Line}] = m.Page
		}
	}
	var mine []diag.Finding
	for _, f := range check(e.Files) {
		if f.Name == r.Name {
			mine = append(mine, f)
		}
	}
	got := map[spot]bool{}
	for _, f := range mine {
		at := spot{f.File, f.Cell, f.Line}
		if _, ok := want[at]; !ok {
			if whole := (spot{f.File, f.Cell, 0}); f.Cell > 0 && want[whole] > 0 {
				at = whole // a mark on what a cell printed
			}
		}
		switch {
		case got[at]:
			faults = append(faults, fmt.Sprintf("%d: a second finding at %s: %s", e.Line, at, f.Message))
		case want[at] == 0:
			faults = append(faults, fmt.Sprintf("%d: a finding at %s, which is not marked: %s", e.Line, at, f.Message))
		}
		got[at] = true
		if f.Message == "" || f.Help == "" {
			faults = append(faults, fmt.Sprintf("%d: the finding at %s has no message or no next step", e.Line, at))
		}
	}
	var missing []string
	for at, line := range want {
		if !got[at] {
			missing = append(missing, fmt.Sprintf("%d: no finding at %s, which is marked", line, at))
		}
	}
	slices.Sort(missing)
	faults = append(faults, missing...)
	if e.Fixed != nil {
		faults = append(faults, fixed(e, mine)...)
	}
	return faults
}

// fixed applies the findings' fixes and compares the files with the fixed blocks, marks aside.
func fixed(e *rule.Example, findings []diag.Finding) []string {
	edits := map[string][]diag.Edit{}
	for _, f := range findings {
		if len(f.Fixes) > 0 {
			for _, x := range f.Fixes[0].Edits {
				edits[x.File] = append(edits[x.File], x)
			}
		}
	}
	var faults []string
	for file, want := range e.Fixed {
		got, err := apply([]byte(e.Files[file]), edits[file])
		if err != nil {
			faults = append(faults, fmt.Sprintf("%d: %s: %v", e.Line, file, err))
			continue
		}
		if d := cmp.Diff(unmarked(want), unmarked(got)); d != "" {
			faults = append(faults, fmt.Sprintf("%d: %s after the fix differs (-page +fix):\n%s", e.Line, file, d))
		}
	}
	slices.Sort(faults)
	return faults
}

func unmarked(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = rule.Unmark(l)
	}
	return strings.Join(lines, "\n")
}

func apply(src []byte, edits []diag.Edit) (string, error) {
	slices.SortStableFunc(edits, func(a, b diag.Edit) int { return int(a.Span.Start) - int(b.Span.Start) })
	edits = slices.Compact(edits) // two findings may need the same import
	var out bytes.Buffer
	at := uint32(0)
	for _, x := range edits {
		if x.Span.Start < at || x.Span.End < x.Span.Start || int(x.Span.End) > len(src) {
			return "", fmt.Errorf("the edit of bytes %d to %d overlaps another or the end", x.Span.Start, x.Span.End)
		}
		out.Write(src[at:x.Span.Start])
		out.WriteString(x.Text)
		at = x.Span.End
	}
	out.Write(src[at:])
	return out.String(), nil
}
