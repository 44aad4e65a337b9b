// Package checktest runs whole checks on small projects, for the tests of rules:
//
//	func TestPages(t *testing.T) { ruletest.Run(t, rule.All(), checktest.Checker(t)) }
package checktest

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/rule/ruletest"
)

// Now is the day that examples are checked on.
var Now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// Checker checks projects with the rules that are registered. A configuration that is wrong fails the test.
func Checker(t testing.TB) ruletest.Checker {
	return func(files map[string]string) []diag.Finding {
		c := Check(t, files, check.Options{})
		if c == nil {
			return nil
		}
		return c.Result.Findings
	}
}

// Check writes a project to a directory of the test's own and checks it on the day Now; nil when that failed.
func Check(t testing.TB, files map[string]string, opts check.Options) *check.Checked {
	t.Helper()
	dir := t.TempDir()
	Write(t, dir, files)
	opts.Now = Now
	c, err := check.Check(context.Background(), dir, opts)
	if err != nil {
		t.Errorf("check: %v", err)
		return nil
	}
	return c
}

// Write writes files below a directory.
func Write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
