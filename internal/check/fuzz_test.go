package check_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/check/checktest"
	"github.com/roadworthy-dev/roadworthy/internal/report"
)

// FuzzCheck: whatever four files hold, two modules that may import each other, a notebook and a manifest, the whole check
// ends soon with a result that every format can show, and no part of it stops.
func FuzzCheck(f *testing.F) {
	programs, _ := filepath.Glob("../effects/testdata/*/*.txtar")
	for _, name := range programs {
		a, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		parts := [2][]byte{}
		for i, file := range a.Files {
			parts[i%2] = append(parts[i%2], file.Data...)
		}
		f.Add(parts[0], parts[1], []byte(`{"cells":[{"cell_type":"code","source":"import a\nb.run()"}],"nbformat":4}`), []byte("FROM python\nCMD python a.py\n"))
	}
	f.Fuzz(func(t *testing.T, a, b, notebook, manifest []byte) {
		root := t.TempDir()
		for name, data := range map[string][]byte{"a.py": a, "b.py": b, "n.ipynb": notebook, "Dockerfile": manifest, "pyproject.toml": manifest} {
			if err := os.WriteFile(filepath.Join(root, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		c, err := check.Check(context.Background(), root, check.Options{Now: checktest.Now})
		if err != nil {
			return // the manifest may hold a configuration that is wrong
		}
		if d := time.Since(start); d > 20*time.Second {
			t.Fatalf("took %v for %d bytes", d, len(a)+len(b)+len(notebook)+len(manifest))
		}
		for _, finding := range c.Result.Findings {
			if finding.Rule == "RW004" {
				t.Fatal(finding.Message)
			}
		}
		for _, format := range report.Formats() {
			if err := report.Write(&bytes.Buffer{}, format, c.Result, report.Options{Line: c.Line}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
