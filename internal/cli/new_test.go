package cli

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/standard"
)

// What `new` writes is roadworthy at once, with every rule, in each tier but experimental: what is deployed or scheduled is
// more than an experiment, and check says so.
func TestNewProjectsPassTheCheck(t *testing.T) {
	for _, shape := range standard.Shapes() {
		for _, tier := range []string{"internal", "business-critical", "customer-facing"} {
			t.Run(shape.Name+"/"+tier, func(t *testing.T) {
				t.Parallel()
				o := standard.Options{Name: "shop", Shape: shape.Name, Tier: tier, Owner: "@acme/shop", Python: "3.13"}
				o.Fill(context.Background(), &standard.Tools{Offline: true})
				p, err := standard.Render(o)
				if err != nil {
					t.Fatal(err)
				}
				dir := filepath.Join(t.TempDir(), "shop")
				if err := p.Write(dir, func(string) error { return nil }); err != nil {
					t.Fatal(err)
				}
				// uv makes the lock, with the package index; what check asks is whether there is one.
				if err := os.WriteFile(filepath.Join(dir, "uv.lock"), []byte("version = 1\nrequires-python = \">=3.11\"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				c, err := check.Check(context.Background(), dir, check.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if c.Result.Stats.Files == 0 || len(c.Result.Work) == 0 && shape.Name != "library" {
					t.Errorf("%d files, %d pieces of work", c.Result.Stats.Files, len(c.Result.Work))
				}
				declared := 0
				for _, w := range c.Result.Work {
					if w.Verdict != "roadworthy" {
						t.Errorf("%s is %s", w.Name, w.Verdict)
					}
					if w.Tier.Declared && w.Tier.Value == tier {
						declared++
					}
				}
				if declared == 0 {
					t.Errorf("no work is declared %s", tier)
				}
				for _, f := range c.Result.Findings {
					t.Errorf("%s:%d: %s %s", f.File, f.Line, f.Name, f.Message)
				}
			})
		}
	}
}
