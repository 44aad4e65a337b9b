// Package internal holds tests about the repository as a whole.
package internal

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestEveryDependencyHasItsReason: each module that go.mod requires directly has one line in docs/dependencies.md, with its
// home and its reason, and no other module has.
func TestEveryDependencyHasItsReason(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	direct := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\s*(?:require )?([a-z0-9.-]+\.[a-z]+/\S+|\S+\.\S+/\S+) v\S+( // indirect)?$`).FindAllSubmatch(mod, -1) {
		if len(m[2]) == 0 {
			direct[string(m[1])] = true
		}
	}
	if len(direct) == 0 {
		t.Fatal("no requirement found in go.mod")
	}
	listed := map[string]int{}
	for line := range strings.Lines(string(doc)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 5 || !strings.Contains(cells[1], ".") || !strings.Contains(cells[1], "/") {
			continue
		}
		module := strings.Trim(strings.TrimSpace(cells[1]), "`")
		listed[module]++
		if strings.TrimSpace(cells[2]) == "" || strings.TrimSpace(cells[3]) == "" {
			t.Errorf("%s has no home or no reason", module)
		}
		if !direct[module] {
			t.Errorf("%s is listed and not required directly", module)
		}
	}
	for module := range direct {
		if listed[module] != 1 {
			t.Errorf("%s is required and has %d lines in docs/dependencies.md, want 1", module, listed[module])
		}
	}
}
