package rule

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/project"
)

const page = "# bad-call-made\n" + `
## What it does

Finds calls of ` + "`bad()`" + `, directly or through a helper. It says so once.

## Why it matters

It is bad.

## Example

` + "```toml\nkey = 1\n```\n\n```py\nbad()  # finding: bad-call-made\n```\n\n```\noutput\n```" + `

## Use instead

` + "```py\ngood()\n```" + `

## Fix

` + "`a.py`\n```py\nbad()  # finding: bad-call-made\n```\n\n```fixed\ngood()\n```" + `

## Limits

Text.

` + "`pkg/__init__.py`\n```py\nx = 1\n```\n\n`pkg/b.py`\n```py\ngetattr(m, 'bad')()  # miss: bad-call-made, other-rule\n```\n\n`Dockerfile`\n```dockerfile\nUSER root  # finding: other-rule\n```" + `

## More cases

Two examples:

` + "```py\n1\n```\n```py\n2\n```\n\nA notebook:\n\n`n.ipynb`\n```py\n# %% [2]\nbad()  # finding: bad-call-made\n#> text  # finding: bad-call-made\n\n# %% md\nHello\n# %%\nx\ny\n```\n"

func TestPageIsReadIntoExamples(t *testing.T) {
	p, err := ParsePage(page)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "bad-call-made" || p.Summary != "Finds calls of bad(), directly or through a helper" {
		t.Errorf("name %q, summary %q", p.Name, p.Summary)
	}
	type shape struct {
		Section string
		Files   []string
		Marks   []Mark
	}
	var got []shape
	for _, e := range p.Examples {
		var files []string
		for _, name := range []string{"example.py", "roadworthy.toml", "a.py", "pkg/__init__.py", "pkg/b.py", "Dockerfile", "n.ipynb"} {
			if _, ok := e.Files[name]; ok {
				files = append(files, name)
			}
		}
		if len(files) != len(e.Files) {
			t.Errorf("line %d has files %v", e.Line, e.Files)
		}
		got = append(got, shape{e.Section, files, e.Marks})
	}
	want := []shape{
		{"Example", []string{"example.py", "roadworthy.toml"}, []Mark{{"bad-call-made", false, "example.py", 0, 1, 18}}},
		{"Use instead", []string{"example.py"}, nil},
		{"Fix", []string{"a.py"}, []Mark{{"bad-call-made", false, "a.py", 0, 1, 35}}},
		{"Limits", []string{"pkg/__init__.py", "pkg/b.py", "Dockerfile"}, []Mark{
			{"bad-call-made", true, "pkg/b.py", 0, 1, 53}, {"other-rule", true, "pkg/b.py", 0, 1, 53}, {"other-rule", false, "Dockerfile", 0, 1, 58}}},
		{"More cases", []string{"example.py"}, nil},
		{"More cases", []string{"example.py"}, nil},
		{"More cases", []string{"n.ipynb"}, []Mark{{"bad-call-made", false, "n.ipynb", 1, 1, 77}, {"bad-call-made", false, "n.ipynb", 1, 0, 78}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := p.Examples[2].Fixed["a.py"]; got != "good()\n" {
		t.Errorf("fixed %q", got)
	}
	var nb struct {
		Cells []struct {
			CellType       string `json:"cell_type"`
			Source         []string
			ExecutionCount *int `json:"execution_count"`
			Outputs        []struct{ Text []string }
		}
	}
	if err := json.Unmarshal([]byte(p.Examples[6].Files["n.ipynb"]), &nb); err != nil {
		t.Fatal(err)
	}
	if len(nb.Cells) != 3 || *nb.Cells[0].ExecutionCount != 2 || nb.Cells[0].Outputs[0].Text[0] != "text\n" || nb.Cells[1].CellType != "markdown" ||
		strings.Join(nb.Cells[2].Source, "") != "x\ny" {
		t.Errorf("notebook %+v", nb)
	}
}

func TestFaultsOfPagesNameTheLine(t *testing.T) {
	for want, text := range map[string]string{
		`1: a page begins with`:                     "What",
		`3: unknown section "Other"`:                "# a-b\n\n## Other\n",
		`3: What it does is out of order`:           "# a-b\n## Limits\n## What it does\n",
		`3: the block is not closed`:                "# a-b\n## Example\n```py\nx\n",
		`2: text stands before the first section`:   "# a-b\nHello\n",
		`3: no example stands right before`:         "# a-b\n## Fix\n```fixed\nx\n```\n",
		`1: the page has no section Why it matters`: "# a-b\n## What it does\nx\n",
		`4: What it does is empty`:                  strings.Replace("# a-b\n\n\n## What it does\n"+page[strings.Index(page, "## Why"):], "\r", "", -1),
		`5: a notebook begins with a line "# %%"`:   "# a-b\n## Example\n`n.ipynb`\n```py\nx\n```\n",
		`6: the section has two configurations`:     "# a-b\n## Example\n```toml\nk = 1\n```\n```toml\n```\n",
		`7: the example has no file b.py to fix`:    "# a-b\n## Fix\n```py\nx\n```\n`b.py`\n```fixed\nx\n```\n",
	} {
		_, err := ParsePage(text)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestRegistryRefusesWhatIsNotARule(t *testing.T) {
	docs := Docs{fstest.MapFS{"a.md": {Data: []byte(page)}}}
	good := Rule{Code: "RW101", Name: "bad-call-made", Since: "0.1", Family: "async", Doc: docs.Read("a.md"), Check: func(*Pass) {}}
	var g Registry
	if err := g.Add(&good); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Rule){
		"share their code or name": func(r *Rule) { r.Name = "other-name" },
		"not RW and three digits":  func(r *Rule) { r.Code = "RW1" },
		"not lower-case words":     func(r *Rule) { r.Name = "Bad" },
		"lacks its family":         func(r *Rule) { r.Family = "" },
		"all others have a Check":  func(r *Rule) { r.Check = nil },
	} {
		r := good
		change(&r)
		if err := g.Add(&r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	for _, key := range []string{"RW101", "rw101", "bad-call-made"} {
		if r, ok := g.Find(key); !ok || r != &good {
			t.Errorf("%s is not found", key)
		}
	}
	index, err := Index(g.All())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(index, "| RW101 | [bad-call-made](bad-call-made.md) | Finds calls of bad(), directly or through a helper | note | warning | error | error | 0.1 |") {
		t.Error(index)
	}
}

func TestSeverityComesFromTheTier(t *testing.T) {
	r := Rule{}
	for tier, want := range map[project.Tier]diag.Severity{project.NoTier: diag.Warning, project.Experimental: diag.Note, project.Internal: diag.Warning,
		project.BusinessCritical: diag.Error, project.CustomerFacing: diag.Error} {
		if got := r.In(tier); got != want {
			t.Errorf("%s: %s, want %s", tier, got, want)
		}
	}
	r.Severity = Always(diag.Note)
	if r.In(project.CustomerFacing) != diag.Note {
		t.Error("the rule's own severity is ignored")
	}
}

func TestPassNamesItsRule(t *testing.T) {
	p := Pass{Rule: &Rule{Code: "RW101", Name: "bad-call-made"}}
	p.Report(diag.Finding{Message: "m", Rule: "RW999"})
	if f := p.Findings[0]; f.Rule != "RW101" || f.Name != "bad-call-made" || f.Message != "m" {
		t.Errorf("%+v", f)
	}
}

func TestWhatIsLoadedIsNamed(t *testing.T) {
	for path, want := range map[string]string{
		"tiktoken.get_encoding":                      "loads or downloads a tokenizer",
		"transformers.AutoTokenizer.from_pretrained": "loads or downloads a tokenizer",
		"huggingface_hub.snapshot_download":          "downloads a model",
		"torch.hub.load":                             "loads a model",
	} {
		if got := Loads(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
