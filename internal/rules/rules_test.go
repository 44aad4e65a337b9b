package rules

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
	"github.com/roadworthy-dev/roadworthy/internal/rule/ruletest"
)

func TestPages(t *testing.T) {
	catalogue := knowledge.Load()
	ruletest.Run(t, rule.All(), func(files map[string]string) []diag.Finding {
		root := t.TempDir()
		for path, text := range files {
			full := filepath.Join(root, filepath.FromSlash(path))
			if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		tree, err := check.Load(context.Background(), root, check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		analysis := tree.Analyse(catalogue)
		var found []diag.Finding
		for _, r := range rule.All() {
			p := &rule.Pass{Rule: r, Analysis: analysis, Inventory: &inventory.Inventory{}, Config: tree.Config, Project: tree.Manifests}
			r.Check(p)
			found = append(found, p.Findings...)
		}
		return found
	})
}
