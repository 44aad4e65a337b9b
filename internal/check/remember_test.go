package check_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/check/checktest"
	"github.com/roadworthy-dev/roadworthy/internal/report"
)

// rendered is a check's result in every format.
func rendered(t *testing.T, root string, opts check.Options) (all string, recalled bool) {
	t.Helper()
	c, err := check.Check(context.Background(), root, opts)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, format := range report.Formats() {
		if err := report.Write(&b, format, c.Result, report.Options{Line: c.Line}); err != nil {
			t.Fatal(err)
		}
	}
	return b.String(), c.Analysis == nil
}

// A second check of the examples is answered from the first, with the same bytes in every format.
func TestRememberedResultIsTheSame(t *testing.T) {
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS("../../examples")); err != nil {
		t.Fatal(err)
	}
	age(t, root)
	opts := check.Options{Now: checktest.Now, Cache: t.TempDir(), Remember: true}
	first, recalled := rendered(t, root, opts)
	if recalled {
		t.Fatal("the first check was recalled")
	}
	second, recalled := rendered(t, root, opts)
	if !recalled {
		t.Error("the second check was not recalled")
	}
	if first != second {
		t.Error("the second check says something else")
	}
}

// age makes a tree look as if it had been written an hour ago.
func age(t *testing.T, root string) {
	t.Helper()
	old := time.Now().Add(-time.Hour)
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chtimes(path, old, old)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Whatever decides a result, changed, has it made anew; and what was made anew is what a run without a cache says.
func TestRememberedResultFollowsChanges(t *testing.T) {
	const handler = "import requests\nfrom flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef index():\n    return requests.get('http://x').text\n"
	write := func(name, text string) func(t *testing.T, root string, o *check.Options) {
		return func(t *testing.T, root string, o *check.Options) {
			path := filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			old := time.Now().Add(-time.Minute)
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	changes := map[string]struct {
		change func(t *testing.T, root string, o *check.Options)
		same   bool // recalled all the same
	}{
		"nothing":             {func(*testing.T, string, *check.Options) {}, true},
		"a file of no kind":   {write("notes.txt", "x"), true},
		"an edit":             {write("app.py", handler+"# more\n"), false},
		"a new file":          {write("b.py", "x = 1\n"), false},
		"a new manifest":      {write("Dockerfile", "FROM python\n"), false},
		"configuration":       {write("roadworthy.toml", "[rules]\noutbound-call-without-timeout = \"off\"\n"), false},
		"what git ignores":    {write(".gitignore", "app.py\n"), false},
		"another day":         {func(_ *testing.T, _ string, o *check.Options) { o.Now = o.Now.AddDate(0, 0, 1) }, false},
		"another version":     {func(_ *testing.T, _ string, o *check.Options) { o.Version = "2" }, false},
		"who owns it":         {write(".github/CODEOWNERS", "* @acme/api\n"), false},
		"what is checked out": {write(".git/HEAD", "0123456789012345678901234567890123456789\n"), false},
		"a baseline": {func(t *testing.T, root string, o *check.Options) {
			c, err := check.Check(context.Background(), root, check.Options{Now: checktest.Now})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Baseline().Write(filepath.Join(o.Cache, "baseline")); err != nil {
				t.Fatal(err)
			}
		}, false},
		"a damaged memory": {func(t *testing.T, _ string, o *check.Options) {
			files, _ := filepath.Glob(filepath.Join(o.Cache, "*.result"))
			if len(files) != 1 {
				t.Fatalf("%d results are kept", len(files))
			}
			raw, _ := os.ReadFile(files[0])
			raw[len(raw)-9] ^= 1
			if err := os.WriteFile(files[0], raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}, false},
	}
	for name, c := range changes {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write("app.py", handler)(t, root, nil)
			age(t, root)
			opts := check.Options{Now: checktest.Now, Cache: t.TempDir(), Remember: true}
			rendered(t, root, opts)
			c.change(t, root, &opts)
			baseline := filepath.Join(opts.Cache, "baseline")
			opts.Baseline, _ = check.ReadBaseline(baseline)
			got, recalled := rendered(t, root, opts)
			if recalled != c.same {
				t.Errorf("recalled: %v", recalled)
			}
			opts.Cache = ""
			opts.Baseline, _ = check.ReadBaseline(baseline) // a baseline counts what it set aside
			if want, _ := rendered(t, root, opts); got != want {
				t.Error("says something else than a run without a cache")
			}
		})
	}
}

// A baseline keeps its entries when the result that used them is given again.
func TestRememberedResultKeepsTheBaseline(t *testing.T) {
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS("../../examples")); err != nil {
		t.Fatal(err)
	}
	age(t, root)
	opts := check.Options{Now: checktest.Now, Cache: t.TempDir(), Remember: true}
	c, err := check.Check(context.Background(), root, check.Options{Now: checktest.Now})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(opts.Cache, "baseline")
	if err := c.Baseline().Write(path); err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{false, true} {
		if opts.Baseline, err = check.ReadBaseline(path); err != nil {
			t.Fatal(err)
		}
		_, recalled := rendered(t, root, opts)
		if recalled != want || opts.Baseline.Stale() != 0 || len(opts.Baseline.Findings) == 0 {
			t.Errorf("recalled: %v; %d of %d entries are stale", recalled, opts.Baseline.Stale(), len(opts.Baseline.Findings))
		}
	}
}

// A file that was written just now may be written again within the same tick of the file system's clock.
func TestRememberedResultWaitsForTheClock(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "a.py"), []byte("x = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	opts := check.Options{Now: checktest.Now, Cache: t.TempDir(), Remember: true}
	for range 2 {
		if _, recalled := rendered(t, root, opts); recalled {
			t.Error("recalled")
		}
		now := time.Now()
		if err := os.Chtimes(filepath.Join(root, "a.py"), now, now); err != nil {
			t.Fatal(err)
		}
	}
}
