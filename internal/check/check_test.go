package check_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/check/checktest"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/report"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules"
)

// The example company has every sort of work and finding; what a check says of it must not depend on timing.
func TestSameBytesAtAnyParallelism(t *testing.T) {
	var want []byte
	for _, n := range []int{1, 2, 8} {
		old := runtime.GOMAXPROCS(n)
		c, err := check.Check(context.Background(), "../../examples", check.Options{Now: checktest.Now, Workers: n})
		runtime.GOMAXPROCS(old)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Result.Findings) == 0 || len(c.Result.Work) == 0 {
			t.Fatal("nothing found in the examples")
		}
		var b bytes.Buffer
		if err := report.Write(&b, "json", c.Result, report.Options{}); err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = b.Bytes()
		} else if d := cmp.Diff(string(want), b.String()); d != "" {
			t.Errorf("%d processors (-1 processor):\n%s", n, d)
		}
	}
}

const service = `from flask import Flask
import helper

app = Flask(__name__)

@app.get("/")
def index():
    return helper.text()
`

func TestGuardrailsAreUnknownWhereAFileCannotBeRead(t *testing.T) {
	for name, helper := range map[string]string{"whole": "def text():\n    return ''\n", "broken": "def text():\n    return ''\n\ndef x(:\n"} {
		c := checktest.Check(t, map[string]string{"app.py": service, "helper.py": helper}, check.Options{})
		if len(c.Result.Work) != 1 {
			t.Fatalf("%s: work %+v", name, c.Result.Work)
		}
		w := c.Result.Work[0]
		states := map[string]int{}
		for _, g := range w.Guardrails {
			states[g.State]++
		}
		switch {
		case name == "whole" && (states[report.Unknown] > 0 || states[report.Pass] == 0 || w.Verdict != report.Roadworthy):
			t.Errorf("whole: %v, %s", states, w.Verdict)
		case name == "broken" && (states[report.Unknown] == 0 || states[report.Pass] > 0 || states[report.Fail] != 1 || w.Verdict != report.WithAdvisories):
			t.Errorf("broken: %v, %s", states, w.Verdict)
		}
	}
}

const pageText = "# %s\n\n## What it does\nX.\n\n## Why it matters\nX.\n\n## Example\nX.\n\n## Use instead\nX.\n\n## Fix\nX.\n\n## Limits\nX.\n"

func made(name, code string, run func(*rule.Pass)) *rule.Rule {
	docs := rule.Docs{FS: fstest.MapFS{"a.md": {Data: []byte(strings.Replace(pageText, "%s", name, 1))}}}
	return &rule.Rule{Code: code, Name: name, Family: "test", Since: "0.1", Doc: docs.Read("a.md"), Check: run}
}

func TestARuleThatPanicsCostsItsFindingsOnly(t *testing.T) {
	rules := append(rule.All(), made("always-stops", "RW998", func(*rule.Pass) { panic("odd input") }))
	c := checktest.Check(t, map[string]string{"a.py": "import time\n\nasync def f():\n    time.sleep(1)\n"}, check.Options{Rules: rules})
	var names []string
	for _, f := range c.Result.Findings {
		names = append(names, f.Name)
		if f.Name == "internal-error" && (!strings.Contains(f.Message, "always-stops") || !strings.Contains(f.Message, "odd input") || f.Help == "") {
			t.Errorf("message %q", f.Message)
		}
	}
	if d := cmp.Diff([]string{"internal-error", "blocking-call-in-async"}, names); d != "" {
		t.Error(d)
	}
}

func TestAFileThatCannotBeReadIsAFinding(t *testing.T) {
	dir := t.TempDir()
	checktest.Write(t, dir, map[string]string{"a.py": "x = 1\n", "locked.py": "y = 2\n"})
	locked := filepath.Join(dir, "locked.py")
	if err := os.Chmod(locked, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(locked); err == nil {
		t.Skip("this user may read everything")
	}
	c, err := check.Check(context.Background(), dir, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Result.Findings) != 1 || c.Result.Findings[0].Name != "unreadable-file" || c.Result.Findings[0].File != "locked.py" {
		t.Errorf("findings %+v", c.Result.Findings)
	}
}

func TestGroupsAreReportedOnceWithTheHighestSeverity(t *testing.T) {
	r := made("shared-cause", "RW997", func(p *rule.Pass) {
		for i := range 3 {
			p.Report(diag.Finding{File: "app.py", Line: i + 1, Message: "x", Help: "y", Group: "g", Work: [][]string{{}, {"app"}, {}}[i]})
		}
	})
	c := checktest.Check(t, map[string]string{"app.py": service, "helper.py": "def text(): return ''\n",
		"roadworthy.toml": "[work.app]\nentry = \"app.py\"\ntier = \"customer-facing\"\n"}, check.Options{Rules: []*rule.Rule{r}})
	if len(c.Result.Findings) != 1 {
		t.Fatalf("findings %+v", c.Result.Findings)
	}
	f := c.Result.Findings[0]
	if f.Line != 1 || f.Also != 2 || f.Severity != diag.Error || !cmp.Equal(f.Work, []string{"app"}) {
		t.Errorf("finding %+v", f)
	}
}

func TestGroupsAreReportedWhereTheyAreMostCertain(t *testing.T) {
	r := made("shared-cause", "RW997", func(p *rule.Pass) {
		for i, certainty := range []diag.Certainty{diag.Likely, diag.Proved, diag.Proved} {
			p.Report(diag.Finding{File: "app.py", Line: i + 1, Message: "x", Help: "y", Group: "g", Certainty: certainty})
		}
	})
	c := checktest.Check(t, map[string]string{"app.py": service}, check.Options{Rules: []*rule.Rule{r}})
	if len(c.Result.Findings) != 1 || c.Result.Findings[0].Line != 2 || c.Result.Findings[0].Also != 2 {
		t.Errorf("findings %+v", c.Result.Findings)
	}
}

func TestSeverityFollowsTheHighestTier(t *testing.T) {
	source := map[string]string{
		"lib.py": "import requests\n\ndef f():\n    return requests.get(\"https://example.com\")\n",
		"one.py": "import lib\n\nif __name__ == \"__main__\":\n    lib.f()\n",
	}
	for tier, want := range map[string]diag.Severity{"experimental": diag.Note, "internal": diag.Warning, "business-critical": diag.Error, "customer-facing": diag.Error} {
		source["roadworthy.toml"] = "[work.one]\nentry = \"one.py\"\ntier = \"" + tier + "\"\n"
		c := checktest.Check(t, source, check.Options{})
		var got []diag.Severity
		for _, f := range c.Result.Findings {
			if f.Name == "outbound-call-without-timeout" {
				got = append(got, f.Severity)
			}
		}
		if !cmp.Equal(got, []diag.Severity{want}) {
			t.Errorf("%s: %v, want %v", tier, got, want)
		}
	}
	delete(source, "one.py")
	delete(source, "roadworthy.toml")
	if f := checktest.Check(t, source, check.Options{}).Result.Findings; len(f) != 1 || f[0].Severity != diag.Warning {
		t.Errorf("code that no work reaches: %+v", f)
	}
	if f := checktest.Check(t, map[string]string{"tests/test_lib.py": source["lib.py"]}, check.Options{}).Result.Findings; len(f) == 1 && f[0].Severity != diag.Note {
		t.Errorf("tests: %+v", f)
	}
}

func TestWhatIsLikelyOnlyIsANote(t *testing.T) {
	way := []diag.Frame{{Function: "app.get", File: "app.py", Line: 1}}
	r := made("likely-fault", "RW996", func(p *rule.Pass) {
		p.Report(diag.Finding{File: "app.py", Line: 1, Message: "proved", Certainty: diag.Proved, Witness: way})
		p.Report(diag.Finding{File: "app.py", Line: 2, Message: "likely", Certainty: diag.Likely, Witness: way})
		p.Report(diag.Finding{File: "app.py", Line: 3, Message: "named", Certainty: diag.Likely, Witness: way, ByForm: true})
	})
	for _, tt := range []struct {
		config string
		want   map[string]diag.Severity
	}{
		{"", map[string]diag.Severity{"proved": diag.Warning, "likely": diag.Note, "named": diag.Warning}},
		{"[rules.likely-fault]\nseverity = \"error\"\n", map[string]diag.Severity{"proved": diag.Error, "likely": diag.Error, "named": diag.Error}},
	} {
		c := checktest.Check(t, map[string]string{"app.py": service, "roadworthy.toml": tt.config}, check.Options{Rules: []*rule.Rule{r}})
		got := map[string]diag.Severity{}
		for _, f := range c.Result.Findings {
			got[f.Message] = f.Severity
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("configuration %q (-want +got):\n%s", tt.config, diff)
		}
	}
}

func TestACellMayAwait(t *testing.T) {
	dir := t.TempDir()
	notebook := `{"cells": [
 {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": "import asyncio\nasync def wait():\n    await asyncio.sleep(1)"},
 {"cell_type": "code", "execution_count": 2, "metadata": {}, "outputs": [], "source": "await wait()\nasync with asyncio.timeout(1):\n    await wait()"},
 {"cell_type": "code", "execution_count": 3, "metadata": {}, "outputs": [], "source": "def plain():\n    await wait()"}
], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`
	checktest.Write(t, dir, map[string]string{"a.ipynb": notebook, "b.py": "await wait()\n"})
	c, err := check.Check(context.Background(), dir, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range c.Result.Findings {
		got = append(got, fmt.Sprintf("%s %s:%d %d", f.Name, f.File, f.Cell, f.Line))
	}
	want := []string{"syntax-error a.ipynb:3 2", "syntax-error b.py:0 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// A template of a project generator is no program until its placeholders are filled in; what only begins like one is a fault.
func TestTemplatesAreNotPrograms(t *testing.T) {
	for src, want := range map[string]bool{
		"class {{crew_name}}():\n    pass\n":                          false,
		"from {{folder_name}}.crew import {{crew_name}}\n":            false,
		"{% if cookiecutter.use_db %}\nimport psycopg\n{% endif %}\n": false,
		"def f():\n    {%- if x %}\n    return 1\n":                   false,
		"def f() {{\n    return 1\n":                                  true,
		"x = {% 1\n":                                                  true,
		"x = )\nclass {{name}}:\n":                                    true,
	} {
		dir := t.TempDir()
		checktest.Write(t, dir, map[string]string{"a.py": src})
		c, err := check.Check(context.Background(), dir, check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(c.Result.Findings) > 0; got != want {
			t.Errorf("%q: findings %v, want %t", src, c.Result.Findings, want)
		}
	}
}
