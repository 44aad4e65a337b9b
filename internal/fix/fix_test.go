package fix_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/check/checktest"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/fix"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules"
)

// plan checks files and plans their fixes.
func plan(t *testing.T, files map[string]string, opts check.Options) (string, *check.Checked, *fix.Outcome) {
	t.Helper()
	dir := t.TempDir()
	checktest.Write(t, dir, files)
	opts.Now = checktest.Now
	c, err := check.Check(context.Background(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	out, err := fix.Plan(context.Background(), c, opts)
	if err != nil {
		t.Fatal(err)
	}
	return dir, c, out
}

// TestFilesKeepWhatAFixDoesNotName: every byte but those of the argument is as it was.
func TestFilesKeepWhatAFixDoesNotName(t *testing.T) {
	const call, fixed = "requests.get(u)", "requests.get(u, timeout=30)"
	for name, text := range map[string]string{
		"crlf.py":   "import requests\r\n\r\ndef f(u):\r\n    return requests.get(u)  # é\r\n",
		"mark.py":   "\xef\xbb\xbfimport requests\ndef f(u):\n    return requests.get(u)",
		"latin.py":  "# coding: latin-1\nimport requests\nX = '\xe9'\ndef f(u):\n\treturn '\xe9', requests.get(u)\n",
		"tab.py":    "import requests\n\x0c\ndef f(u): return requests.get(u);\n",
		"inside.py": "import requests\ndef f(u):\n    return f'é {requests.get(u)}'\n",
	} {
		dir, _, out := plan(t, map[string]string{name: text}, check.Options{})
		if err := out.Write(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got, _ := os.ReadFile(filepath.Join(dir, name))
		if want := strings.Replace(text, call, fixed, 1); string(got) != want {
			t.Errorf("%s:\ngot  %q\nwant %q\nleft %v", name, got, want, out.Left)
		}
	}
	// Where lines end with CR LF, so does one that is added.
	dir, _, out := plan(t, map[string]string{"a.py": "import requests\r\ndef f(u):\r\n    return requests.get(\r\n        u,\r\n    )\r\n"}, check.Options{})
	if err := out.Write(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "a.py")); string(got) != "import requests\r\ndef f(u):\r\n    return requests.get(\r\n        u,\r\n        timeout=30,\r\n    )\r\n" {
		t.Errorf("%q", got)
	}
}

func TestANotebookIsFixedInItsCell(t *testing.T) {
	const text = `{"nbformat": 4, "nbformat_minor": 5, "metadata": {"z": 1e3},  "cells": [
 {"cell_type": "markdown", "source": "time.sleep(1)"},
 {"cell_type": "code", "metadata": {}, "execution_count": 1, "outputs": [], "source": ["import asyncio, time\n", "%time x = 1\n", "async def f():\n",
   "    y = \"\u00e9\"; time.sleep(1) # \u00e9"]}]}
`
	dir, _, out := plan(t, map[string]string{"n.ipynb": text}, check.Options{})
	if len(out.Fixed) != 1 || out.Fixed[0].Finding.Cell != 2 || out.Fixed[0].Finding.Line != 4 {
		t.Fatalf("%+v, left %+v", out.Fixed, out.Left)
	}
	if e := out.Fixed[0].Fix.Edits[0]; e.Cell != 2 || e.Line != 4 || e.Column != 14 || e.EndColumn != 24 {
		t.Errorf("%+v", e)
	}
	if err := out.Write(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "n.ipynb")); string(got) != strings.Replace(text, "; time.sleep", "; await asyncio.sleep", 1) {
		t.Errorf("%s", got)
	}
}

var page = rule.Docs{FS: fstest.MapFS{"a.md": {Data: []byte("# test-proposal\n\n## What it does\n\nFinds a call.\n")}}}

// proposes is a rule that reports every call of a name and proposes a text for the name.
func proposes(name, text string) *rule.Rule {
	return &rule.Rule{Code: "RW999", Name: "test-proposal", Family: "test", Doc: page.Read("a.md"), Check: func(p *rule.Pass) {
		p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
			if int(op.Len) == len(name) {
				x := p.At(f, op)
				x.Message, x.Help = name, "h"
				x.Fixes = []diag.Fix{{Message: "use " + text, Changes: []diag.Change{{Kind: diag.ReplaceCallee, File: file.Path, Span: x.Span, Text: text}}}}
				p.Report(x)
			}
		})
	}}
}

// TestAFixThatDoesNotHoldIsLeft: it is tried on the whole program before anything is written.
func TestAFixThatDoesNotHoldIsLeft(t *testing.T) {
	files := map[string]string{"a.py": "import requests\ndef f(u):\n    q11(u)\n    return requests.get(u)\n"}
	for _, c := range []struct{ text, why string }{
		{"q22", "the finding would still be there"},
		{"q11(1)(", "it would bring a finding of RW001"},
	} {
		rules := append(rule.All(), proposes("q11", c.text))
		_, _, out := plan(t, files, check.Options{Rules: rules})
		if len(out.Fixed) != 1 || out.Fixed[0].Finding.Rule != "RW301" || len(out.Left) != 1 || out.Left[0].Why != c.why {
			t.Errorf("%s: fixed %+v, left %+v", c.text, out.Fixed, out.Left)
		}
		if got := string(out.Files[0].After); got != strings.Replace(files["a.py"], "get(u)", "get(u, timeout=30)", 1) {
			t.Errorf("%s: %q", c.text, got)
		}
	}
}

func TestFilesThatChangedMeanwhileAreLeftAlone(t *testing.T) {
	dir, _, out := plan(t, map[string]string{"a.py": "import requests\ndef f(u):\n    return requests.get(u)\n"}, check.Options{})
	at := filepath.Join(dir, "a.py")
	if err := os.WriteFile(at, []byte("x = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := out.Write(); err == nil || !strings.Contains(err.Error(), "a.py: it changed while it was checked") {
		t.Errorf("%v", err)
	}
	if got, _ := os.ReadFile(at); string(got) != "x = 1\n" {
		t.Errorf("%q", got)
	}
}

func TestModeAndLinksStay(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes and no links to rely on")
	}
	dir := t.TempDir()
	checktest.Write(t, dir, map[string]string{"real.txt": "#!/usr/bin/env python3\nimport requests\nprint(requests.get('https://example.com'))\n"})
	if err := os.Chmod(filepath.Join(dir, "real.txt"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.txt", filepath.Join(dir, "link.py")); err != nil {
		t.Fatal(err)
	}
	c, err := check.Check(context.Background(), dir, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	out, err := fix.Plan(context.Background(), c, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(filepath.Join(dir, "link.py"))
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
	info, err = os.Stat(filepath.Join(dir, "real.txt"))
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "real.txt")); !strings.Contains(string(text), "timeout=30") {
		t.Errorf("%s", text)
	}
}

// TestWaiveIntoPyproject: the section of the file that already holds the configuration.
func TestWaiveIntoPyproject(t *testing.T) {
	files := map[string]string{"a.py": "import requests\ndef f(u):\n    return requests.get(u)\n", "pyproject.toml": "[project]\nname = \"a\"\n\n[tool.roadworthy.check]\npython = \"3.12\"\n"}
	c := checktest.Check(t, files, check.Options{})
	w, err := fix.Waive(c, fix.Waiver{Rule: "RW301", Path: "a.py", Owner: "ada\n", Reason: `a\b`, Until: "2026-06-01"}, checktest.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(); err != nil {
		t.Fatal(err)
	}
	want := files["pyproject.toml"] + "\n[[tool.roadworthy.waiver]]\nrule = \"outbound-call-without-timeout\"\npath = \"a.py\"\nowner = \"ada\\u000A\"\nreason = \"a\\\\b\"\nexpires = 2026-06-01\n"
	if got, _ := os.ReadFile(filepath.Join(c.Root, "pyproject.toml")); string(got) != want {
		t.Errorf("%s", got)
	}
	again, err := check.Check(context.Background(), c.Root, check.Options{Now: checktest.Now})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range again.Result.Findings {
		if f.Rule == "RW301" && f.Waived == "" || f.Rule == "RW006" {
			t.Errorf("%+v", f)
		}
	}
}
