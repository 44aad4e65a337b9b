package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sample has one of everything.
func sample() *Result {
	r := &Result{
		Root: "acme", Version: "0.1.0",
		Work: []Work{
			{Name: "orders-api", Kind: "service", Path: "api/main.py", Verdict: NotRoadworthy,
				Tier:       Tier{Value: "customer-facing", Evidence: []Evidence{{"12 public routes", "api/main.py", 14}, {"takes payments", "api/pay.py", 30}, {"image deployed by a manifest", "deploy/api.yaml", 9}}},
				Guardrails: []Guardrail{{"RW101", Fail}, {"RW104", Fail}, {"RW107", Pass}, {"RW108", Unknown}, {"RW111", NotApplicable}},
				Effects:    []Effect{{"net", 14, 3}, {"db", 22, 22}, {"db.write", 9, 9}, {"payment", 1, 0}, {"log", 70, 0}}},
			{Name: "weekly.ipynb", Kind: "notebook", Path: "notebooks/weekly.ipynb", Verdict: WithAdvisories,
				Tier:       Tier{Value: "internal", Evidence: []Evidence{{"scheduled", ".github/workflows/weekly.yml", 5}}},
				Guardrails: []Guardrail{{"RW112", Fail}, {"RW101", NotApplicable}},
				Effects:    []Effect{{"db", 2, 2}, {"fs.write", 1, 1}, {"notify", 1, 1}}},
			{Name: "backfill", Kind: "script", Path: "scripts/backfill.py", Verdict: Roadworthy,
				Tier: Tier{Value: "experimental"}, Guardrails: []Guardrail{{"RW101", Pass}},
				Effects: []Effect{{"fs.read", 1, 1}}},
			{Name: "nightly", Kind: "job", Path: "jobs/nightly.py", Verdict: Roadworthy,
				Tier: Tier{Value: "business-critical", Declared: true}, Guardrails: []Guardrail{{"RW104", Waived}},
				Effects: []Effect{{"net", 2, 2}, {"db.write", 3, 3}}},
		},
		Findings: []diag.Finding{
			{Rule: "RW101", Name: "blocking-call-in-async", Severity: diag.Error, Work: []string{"orders-api"}, File: "api/main.py",
				Line: 41, Column: 13, EndLine: 41, EndColumn: 25, Message: "`create_order` blocks the event loop for up to 30 s", Certainty: diag.Proved,
				Witness: []diag.Frame{
					{Function: "api.main.create_order", File: "api/main.py", Line: 41, Note: "calls price"},
					{Function: "api.pricing.price", File: "api/pricing.py", Line: 12, Note: "calls fetch_rate"},
					{Function: "api.rates.fetch_rate", File: "api/rates.py", Line: 8, Note: "calls requests.get"},
				},
				Help: "await `httpx.AsyncClient.get`, or `asyncio.to_thread(price, order)`", Also: 3, Group: "api.rates.fetch_rate"},
			{Rule: "RW104", Name: "outbound-call-without-timeout", Severity: diag.Error, Work: []string{"orders-api"}, File: "api/rates.py",
				Line: 8, Column: 12, EndLine: 8, EndColumn: 41, Message: "`requests.get` waits for ever when the other side does not answer", Certainty: diag.Proved,
				Witness: []diag.Frame{{Function: "api.rates.fetch_rate", File: "api/rates.py", Line: 8, Note: "calls requests.get without timeout"}},
				Help:    "pass `timeout=10`", Fixes: []diag.Fix{{Message: "add timeout=10"}}},
			{Rule: "RW112", Name: "notebook-hidden-state", Severity: diag.Warning, Work: []string{"weekly.ipynb"}, File: "notebooks/weekly.ipynb", Cell: 3,
				Line: 2, Column: 1, EndLine: 2, EndColumn: 3, Message: "`df` is used before any cell defines it: a fresh run of this notebook fails here, and what it shows now came from a cell that is gone",
				Certainty: diag.Likely, Help: "define `df` in a cell above, and run all cells in order before saving"},
			{Rule: "RW110", Name: "transaction-held-across-network", Severity: diag.Note, File: "lib/a_package_with_a_long_name/and_a_module_with_one.py", Line: 120, Column: 5, EndLine: 124, EndColumn: 9,
				Message: "a transaction stays open during a call to the network", Certainty: diag.Likely,
				Witness: []diag.Frame{
					{Function: "lib.a_package_with_a_long_name.and_a_module_with_one.Repository.save_with_notification", File: "lib/a_package_with_a_long_name/and_a_module_with_one.py", Line: 120, Note: "opens a transaction and calls notify inside it"},
					{Function: "lib.notify", File: "lib/notify.py", Line: 3, Note: "calls smtplib.SMTP.send_message, which may take as long as the mail server wants"},
				},
				Help: "send after the commit"},
			{Rule: "RW104", Name: "outbound-call-without-timeout", Severity: diag.Error, Work: []string{"nightly"}, File: "jobs/nightly.py", Line: 3, Column: 1, EndLine: 3, EndColumn: 4, Message: "no timeout", Help: "pass `timeout=`",
				Waived: "partner API is slow; owner data@acme.example until 2027-01-31"},
			{Rule: "RW107", Name: "unsafe-deserialization", Severity: diag.Warning, Work: []string{"backfill"}, File: "scripts/backfill.py", Line: 1, Column: 1, EndLine: 1, EndColumn: 2, Message: "pickle", Help: "json", Baselined: true},
		},
		Rules: []Rule{
			{"RW101", "blocking-call-in-async", "async", "A coroutine calls something that holds the event loop", "# blocking-call-in-async\n", diag.Error},
			{"RW104", "outbound-call-without-timeout", "async", "A call to the network has no time limit", "", diag.Error},
			{"RW110", "transaction-held-across-network", "async", "A transaction stays open during a call to the network", "", diag.Warning},
			{"RW112", "notebook-hidden-state", "data", "A notebook does not run from top to bottom", "", diag.Warning},
		},
		Stats: Stats{Files: 128, Lines: 21000},
	}
	r.Sort()
	return r
}

var lines = map[string]string{
	"api/main.py:0:41":           "    total = price(order)  # the <price>",
	"api/rates.py:0:8":           "    return requests.get(URL, params=params).json()",
	"notebooks/weekly.ipynb:3:2": "df.groupby(\"week\").sum()",
	"lib/a_package_with_a_long_name/and_a_module_with_one.py:0:120": "\twith self.session.begin():",
}

func options() Options {
	return Options{Line: func(file string, cell, line int) (string, bool) {
		var key bytes.Buffer
		key.WriteString(file)
		for _, n := range []int{cell, line} {
			b, _ := json.Marshal(n)
			key.WriteString(":" + string(b))
		}
		text, ok := lines[key.String()]
		return text, ok
	}}
}

func render(t *testing.T, format string, r *Result, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s differs (-want +got); go test -update accepts it:\n%s", path, d)
	}
}

func TestFormatsAreAsRecorded(t *testing.T) {
	used := map[string]bool{}
	check := func(name, got string) { used[name] = true; golden(t, name, got) }
	for _, f := range Formats() {
		check("report."+f, render(t, f, sample(), options()))
	}
	color := options()
	color.Color, color.Brief = true, true
	check("report.color.text", render(t, "text", sample(), color))
	nothing := &Result{Root: "empty", Stats: Stats{Files: 1}}
	for _, f := range Formats() {
		check("empty."+f, render(t, f, nothing, Options{}))
	}
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !used[f.Name()] {
			t.Errorf("testdata/%s has no test", f.Name())
		}
	}
}

func TestTextFitsEightyColumns(t *testing.T) {
	for _, l := range strings.Split(render(t, "text", sample(), options()), "\n") {
		// What cannot be broken is whole: a path, a name.
		if utf8.RuneCountInString(l) > 80 && len(strings.Fields(l)) > 4 {
			t.Errorf("%d columns: %s", utf8.RuneCountInString(l), l)
		}
	}
}

func TestTextShowsNoControlCharacters(t *testing.T) {
	evil := "a\x1b[2Jb\rc\u009bd"
	r := &Result{Findings: []diag.Finding{{Rule: "RW101", Name: "x-y", Severity: diag.Error, File: evil, Line: 1, Column: 1, EndLine: 1, EndColumn: 2, Message: evil, Help: evil,
		Witness: []diag.Frame{{Function: evil, File: evil, Line: 2, Note: evil}}}},
		Work: []Work{{Name: evil, Kind: "script", Verdict: Roadworthy, Tier: Tier{Value: "internal", Evidence: []Evidence{{evil, evil, 1}}}}}}
	got := render(t, "text", r, Options{Line: func(string, int, int) (string, bool) { return evil, true }})
	if strings.ContainsAny(got, "\x1b\r\u009b") {
		t.Errorf("%q", got)
	}
}

func TestSourceOfStrangePlacesIsShown(t *testing.T) {
	long := strings.Repeat("x = 1; ", 4000)
	for name, c := range map[string]struct {
		text string
		f    diag.Finding
	}{
		"a minified line":       {long, diag.Finding{Line: 1, Column: 20000, EndLine: 1, EndColumn: 20010}},
		"a column past its end": {"x", diag.Finding{Line: 1, Column: 50, EndLine: 1, EndColumn: 60}},
		"no columns":            {"x", diag.Finding{Line: 1}},
		"an empty line":         {"", diag.Finding{Line: 1, Column: 1, EndLine: 3, EndColumn: 1}},
		"other scripts":         {"имя = '値' + bad()", diag.Finding{Line: 1, Column: 13, EndLine: 1, EndColumn: 18}},
		"bad bytes":             {"x = '\xff' + y", diag.Finding{Line: 1, Column: 5, EndLine: 1, EndColumn: 8}},
	} {
		c.f.Message, c.f.File, c.f.Severity = "m", "f.py", diag.Note
		o := Options{Line: func(string, int, int) (string, bool) { return c.text, true }}
		for _, format := range Formats() {
			got := render(t, format, &Result{Findings: []diag.Finding{c.f}}, o)
			message := "^ m\n"
			if c.f.Column == 0 {
				message = "      | m\n" // nothing to point at
			}
			if format == "text" && (!strings.Contains(got, message) || len(got) > 700) {
				t.Errorf("%s:\n%s", name, got)
			}
		}
	}
}

func TestJSONHasTheDocumentedShape(t *testing.T) {
	var got map[string]any
	if err := json.Unmarshal([]byte(render(t, "json", sample(), options())), &got); err != nil {
		t.Fatal(err)
	}
	keys(t, got, "version", "work", "findings")
	work := got["work"].([]any)[0].(map[string]any)
	keys(t, work, "name", "kind", "path", "tier", "verdict", "guardrails")
	keys(t, work["tier"].(map[string]any), "value", "declared", "evidence")
	keys(t, work["tier"].(map[string]any)["evidence"].([]any)[0].(map[string]any), "what", "file", "line")
	keys(t, work["guardrails"].([]any)[0].(map[string]any), "rule", "state")
	for _, f := range got["findings"].([]any) {
		f := f.(map[string]any)
		for _, optional := range []string{"also", "fixable", "fixes", "waived", "baselined"} {
			delete(f, optional)
		}
		keys(t, f, "rule", "name", "severity", "work", "file", "line", "column", "cell", "message", "certainty", "witness", "help")
		if _, ok := f["witness"].([]any); !ok {
			t.Errorf("witness is %v", f["witness"])
		}
	}
}

func keys(t *testing.T, m map[string]any, want ...string) {
	t.Helper()
	for _, k := range want {
		if _, ok := m[k]; !ok {
			t.Errorf("no %s in %v", k, m)
		}
	}
	if len(m) != len(want) {
		t.Errorf("%d keys in %v, want %v", len(m), m, want)
	}
}

// TestSARIFHoldsWhatTheSchemaRequires checks the required properties, enumerations and limits of the published schema of
// SARIF 2.1.0, for the objects that are written.
func TestSARIFHoldsWhatTheSchemaRequires(t *testing.T) {
	var log any
	if err := json.Unmarshal([]byte(render(t, "sarif", sample(), options())), &log); err != nil {
		t.Fatal(err)
	}
	required := map[string][]string{
		"sarifLog": {"version", "runs"}, "run": {"tool"}, "tool": {"driver"}, "driver": {"name"}, "rules": {"id"}, "results": {"message"},
		"message": {"text"}, "shortDescription": {"text"}, "help": {"text"}, "codeFlows": {"threadFlows"}, "threadFlows": {"locations"}, "suppressions": {"kind"},
	}
	enums := map[string]string{"level": "none note warning error", "kind": "external inSource function", "columnKind": "utf16CodeUnits unicodeCodePoints",
		"baselineState": "new unchanged updated absent", "version": "2.1.0 0.1.0"}
	rules := log.(map[string]any)["runs"].([]any)[0].(map[string]any)["tool"].(map[string]any)["driver"].(map[string]any)["rules"].([]any)
	var walk func(name string, v any)
	walk = func(name string, v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(name, x)
			}
		case map[string]any:
			for _, k := range required[name] {
				if _, ok := v[k]; !ok {
					t.Errorf("%s has no %s", name, k)
				}
			}
			for k, x := range v {
				walk(k, x)
			}
			if id, ok := v["ruleIndex"]; ok {
				if got := rules[int(id.(float64))].(map[string]any)["id"]; got != v["ruleId"] {
					t.Errorf("rule %v has the index of %v", v["ruleId"], got)
				}
			}
		case string:
			if allowed, ok := enums[name]; ok && !strings.Contains(" "+allowed+" ", " "+v+" ") {
				t.Errorf("%s is %q", name, v)
			}
			if name == "uri" && strings.ContainsAny(v, " \\") {
				t.Errorf("uri %q", v)
			}
		case float64:
			if strings.HasPrefix(name, "start") && v < 1 {
				t.Errorf("%s is %v", name, v)
			}
		}
	}
	walk("sarifLog", log)
	results := log.(map[string]any)["runs"].([]any)[0].(map[string]any)["results"].([]any)
	if len(results) != len(sample().Findings) {
		t.Errorf("%d results", len(results))
	}
}

func TestFingerprintsSurviveLineShifts(t *testing.T) {
	a, b := sample(), sample()
	for i := range b.Findings {
		b.Findings[i].Line += 10
	}
	if d := cmp.Diff(fingerprints(a.Findings), fingerprints(b.Findings)); d != "" {
		t.Error(d)
	}
	twice := append(a.Findings, a.Findings...)
	seen := map[string]bool{}
	for _, p := range fingerprints(twice) {
		if seen[p] {
			t.Error("two findings share a fingerprint")
		}
		seen[p] = true
	}
}

func TestJUnitIsWellFormedAndCountsRight(t *testing.T) {
	r := sample()
	r.Findings[0].Message = "bad \x00 \x1b <&>"
	var got junitSuites
	if err := xml.Unmarshal([]byte(render(t, "junit", r, options())), &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 10 || got.Failures != 4 || got.Skipped != 4 {
		t.Errorf("%d tests, %d failures, %d skipped", got.Tests, got.Failures, got.Skipped)
	}
}

func TestHTMLEscapesWhatItShows(t *testing.T) {
	evil := `</pre><script>alert("1")</script>`
	r := &Result{Root: evil, Findings: []diag.Finding{{Rule: "RW101", Name: evil, File: evil, Line: 1, Column: 1, Message: "`" + evil + "`" + evil, Help: evil, Work: []string{evil},
		Witness: []diag.Frame{{Function: evil, File: evil, Line: 3, Note: evil}}}}, Work: []Work{{Name: evil, Kind: evil, Verdict: NotRoadworthy, Effects: []Effect{{"net", 1, 1}}}}}
	got := render(t, "html", r, Options{Line: func(string, int, int) (string, bool) { return evil, true }})
	if strings.Contains(got, `<script>alert`) {
		t.Error("markup of the checked files reaches the page")
	}
	for _, outside := range []string{"http://", "https://", "@import", "src="} {
		if strings.Contains(got, outside) {
			t.Errorf("the page asks for something else: %s", outside)
		}
	}
}

func TestMarkdownKeepsCodeSpans(t *testing.T) {
	for in, want := range map[string]string{
		"call `a_b` *now* <b>":   "call `a_b` \\*now\\* &lt;b&gt;",
		"a ` b_c":                "a ` b\\_c",
		"ask @team about | that": "ask @\u200bteam about \\| that",
	} {
		if got := prose(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
	if got := code("a`b"); got != "`` a`b ``" {
		t.Errorf("code is %s", got)
	}
}

func TestUnknownFormatNamesTheKnown(t *testing.T) {
	err := Write(io.Discard, "pdf", &Result{}, Options{})
	if err == nil || err.Error() != `unknown format "pdf": one of github, gitlab, html, json, junit, markdown, sarif, text` {
		t.Errorf("error %v", err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWriteErrorsAreReturned(t *testing.T) {
	for _, f := range Formats() {
		if err := Write(brokenPipe{}, f, sample(), options()); err == nil || !strings.Contains(err.Error(), "broken pipe") {
			t.Errorf("%s: error %v", f, err)
		}
	}
}

func TestColorNeedsATerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if Color(f, func(string) string { return "" }) {
		t.Error("a file is coloured")
	}
	if tty, err := os.Open(os.DevNull); err == nil { // a character device, as a terminal is
		defer tty.Close()
		if Color(tty, func(k string) string { return map[string]string{"NO_COLOR": "1"}[k] }) {
			t.Error("NO_COLOR is ignored")
		}
	}
}

// TestBriefNamesThePlacesOfWhatRepeats: a rule's first findings are shown, of the others the places; those of another severity
// and of another rule are shown by themselves.
func TestBriefNamesThePlacesOfWhatRepeats(t *testing.T) {
	r := &Result{Stats: Stats{Files: 1}}
	for i := range 12 {
		r.Findings = append(r.Findings, diag.Finding{Rule: "RW301", Name: "outbound-call-without-timeout", Severity: diag.Warning, File: "app.py", Line: i + 1, Message: "it may wait for ever"})
	}
	r.Findings = append(r.Findings, diag.Finding{Rule: "RW301", Name: "outbound-call-without-timeout", Severity: diag.Error, File: "pay.py", Line: 1, Message: "it may wait for ever"},
		diag.Finding{Rule: "RW101", Name: "blocking-call-in-async", Severity: diag.Warning, File: "app.py", Line: 40, Message: "it blocks"})
	brief, full := render(t, "text", r, Options{Brief: true}), render(t, "text", r, Options{})
	if n := strings.Count(brief, "it may wait for ever"); n != 4 {
		t.Errorf("%d are shown in brief:\n%s", n, brief)
	}
	for _, want := range []string{"9 more of RW301: app.py:4, app.py:5,", "and 3 others", "it blocks", "14 findings", "--brief=false"} {
		if !strings.Contains(strings.Join(strings.Fields(brief), " "), want) {
			t.Errorf("brief lacks %q:\n%s", want, brief)
		}
	}
	if n := strings.Count(full, "it may wait for ever"); n != 13 || strings.Contains(full, "--brief") {
		t.Errorf("%d are shown in full:\n%s", n, full)
	}
}

// TestBriefNamesMostWork: a repository with a hundred scripts is not a hundred paragraphs.
func TestBriefNamesMostWork(t *testing.T) {
	r := &Result{Stats: Stats{Files: 40}}
	for i := range 40 {
		w := Work{Name: fmt.Sprintf("work%02d", i), Kind: "script", Path: fmt.Sprintf("work%02d.py", i), Verdict: WithAdvisories, Tier: Tier{Value: "internal"}}
		if i < 3 {
			w.Verdict = NotRoadworthy
		}
		r.Work = append(r.Work, w)
	}
	brief, full := render(t, "text", r, Options{Brief: true}), render(t, "text", r, Options{})
	if n := strings.Count(brief, "tier inferred"); n != 12 || strings.Count(full, "tier inferred") != 40 {
		t.Errorf("%d in brief:\n%s", n, brief)
	}
	if want := "28 more pieces of work are roadworthy with advisories: work12, work13, work14, work15, work16, work17 and 22 others"; !strings.Contains(strings.Join(strings.Fields(brief), " "), want) {
		t.Errorf("brief lacks %q:\n%s", want, brief)
	}
}
