package rules_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var update = flag.Bool("update", false, "rewrite docs/rules.md")

const indexHead = `# Rules

Generated from the rules; ` + "`roadworthy explain RULE`" + ` prints a rule's page, and each name leads to it. The severity is that of work of the tier;
` + "`roadworthy policy`" + ` shows it with your configuration. What was measured of each is in [precision.md](precision.md).

`

// TestIndexIsCurrent: docs/rules.md is the index of all rules, each leading to its page.
func TestIndexIsCurrent(t *testing.T) {
	index, err := rule.Index(rule.All())
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{} // rule name → page, from docs/
	files, err := filepath.Glob("*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	title := regexp.MustCompile(`^# ([a-z-]+)`)
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if m := title.FindSubmatch(text); m != nil {
			pages[string(m[1])] = "../internal/rules/" + filepath.ToSlash(f)
		}
	}
	want := indexHead + regexp.MustCompile(`\]\(([a-z-]+)\.md\)`).ReplaceAllStringFunc(index, func(link string) string {
		name := link[2 : len(link)-4]
		if pages[name] == "" {
			t.Errorf("%s has no page", name)
		}
		return "](" + pages[name] + ")"
	})
	const path = "../../docs/rules.md"
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != want {
		t.Errorf("docs/rules.md is not what the rules say: make docs")
	}
}
