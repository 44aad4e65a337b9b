package ruletest

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

const page = "# bad-call-made\n\n## What it does\n\nFinds `bad()`.\n\n## Why it matters\n\nIt is.\n\n## Example\n\n```py\nx = 1\nbad()  # finding: bad-call-made\n```\n\n" +
	"## Use instead\n\n```py\ngood()\n```\n\n## Fix\n\n```py\nbad()  # finding: bad-call-made\n```\n\n```fixed\ngood()\n```\n\n" +
	"## Limits\n\n```py\nb = bad\nb()  # miss: bad-call-made\n```\n"

// checker finds lines that begin with word.
func checker(word string) Checker {
	return func(files map[string]string) []diag.Finding {
		var found []diag.Finding
		for file, text := range files {
			offset := 0
			for i, l := range strings.Split(text, "\n") {
				if strings.HasPrefix(l, word) {
					span := diag.Span{Start: uint32(offset), End: uint32(offset + len(word))}
					found = append(found, diag.Finding{Name: "bad-call-made", File: file, Line: i + 1, Message: "m", Help: "h",
						Fixes: []diag.Fix{{Edits: []diag.Edit{{File: file, Span: span, Text: "good"}}}}})
					found = append(found, diag.Finding{Name: "other-rule", File: file, Line: i + 1})
				}
				offset += len(l) + 1
			}
		}
		return found
	}
}

func faults(page string, check Checker) string {
	docs := rule.Docs{FS: fstest.MapFS{"a.md": {Data: []byte(page)}}}
	return strings.Join(Faults(&rule.Rule{Name: "bad-call-made", Doc: docs.Read("a.md")}, check), "\n")
}

func TestGoodPagePasses(t *testing.T) {
	if got := faults(page, checker("bad")); got != "" {
		t.Error(got)
	}
}

func TestFaultsOfRulesAndPagesAreFound(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(page, old, new, 1) }
	for _, c := range []struct {
		name, page, want string
		check            Checker
	}{
		{"a rule that finds nothing", page, "15: no finding at example.py line 2, which is marked", checker("none")},
		{"a rule that finds too much", page, "20: a finding at example.py line 1, which is not marked: m", func(files map[string]string) []diag.Finding {
			return append(checker("bad")(files), checker("good")(files)...)
		}},
		{"a rule that reports twice", page, "13: a second finding at example.py line 2: m", func(files map[string]string) []diag.Finding {
			return append(checker("bad")(files), checker("bad")(files)...)
		}},
		{"a rule that finds the known miss", page, "36: a finding at example.py line 2, which is not marked", func(files map[string]string) []diag.Finding {
			return append(checker("bad")(files), checker("b()")(files)...)
		}},
		{"a finding without words", page, "has no message or no next step", func(files map[string]string) []diag.Finding {
			f := checker("bad")(files)
			for i := range f {
				f[i].Help = ""
			}
			return f
		}},
		{"a wrong fix", replace("```fixed\ngood()", "```fixed\nbetter()"), "after the fix differs", checker("bad")},
		{"no miss", replace("  # miss: bad-call-made", ""), "no known miss below Limits", checker("bad")},
		{"a miss elsewhere", replace("x = 1", "x = 1  # miss: bad-call-made"), "14: a miss belongs below Limits", checker("bad")},
		{"no silence", strings.Replace(replace("good()\n", "bad()  # finding: bad-call-made\n"), "x = 1\n", "", 1), "what to use instead has a finding", checker("bad")},
		{"another rule's page", replace("# bad-call-made", "# other-rule"), "1: the page is of other-rule", checker("bad")},
		{"a broken page", replace("## Limits", "## Limit"), `unknown section "Limit"`, checker("bad")},
	} {
		if got := faults(c.page, c.check); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
