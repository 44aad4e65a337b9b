package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

//go:embed page.html
var pageTemplate string

type (
	htmlPage struct {
		Root, Version, Sentence string
		Tiers                   []htmlTier
		Verdicts                []htmlCount
		Kinds                   []string // of effects
		Rows                    []htmlRow
		Findings                []htmlFinding
		Severities              []htmlCount
		Works                   []string // with findings
		Rules                   []Rule   // with findings
	}
	htmlTier struct {
		Name string
		Work []htmlWork
	}
	htmlWork struct {
		*Work
		ID, Mark, Class, States string
		Counts                  []string
	}
	htmlCount struct {
		Name, Class, Mark string
		N                 int
	}
	htmlRow struct {
		Work  string
		Cells []htmlCell
	}
	htmlCell struct {
		Title string
		N     int
		Size  int
		Hot   bool
	}
	htmlFinding struct {
		*diag.Finding
		ID, Place, Works   string
		Steps              []htmlStep
		Before, At, After  string
		HasLine            bool
		Likely             string
		MessageHTML, Going template.HTML
	}
	htmlStep struct {
		Function, Place string
		Note            template.HTML
	}
)

// HTML writes one file that needs nothing else: work by tier, what each does, and every finding with its witness. It reads
// well on paper, on a phone and in the dark; without scripts only the filter is missing.
func HTML(w io.Writer, r *Result, o Options) error {
	t, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return err
	}
	return t.Execute(w, page(r, o))
}

func page(r *Result, o Options) *htmlPage {
	n := count(r.Findings)
	p := &htmlPage{Root: r.Root, Version: r.Version, Sentence: sentence(n, r.Stats)}
	tiers := []string{"customer-facing", "business-critical", "internal", "experimental"}
	for _, name := range tiers {
		p.Tiers = append(p.Tiers, htmlTier{Name: name})
	}
	verdicts := []htmlCount{{NotRoadworthy, "bad", "✕", 0}, {WithAdvisories, "warn", "!", 0}, {Roadworthy, "good", "✓", 0}, {Unknown, "none", "?", 0}}
	kinds, mine := map[string]bool{}, r.byWork()
	for i, k := range r.byAttention() {
		h := htmlWork{Work: k, ID: fmt.Sprintf("work-%d", i+1), States: states(k)}
		v := slices.IndexFunc(verdicts, func(c htmlCount) bool { return c.Name == k.Verdict })
		if v < 0 {
			v = len(verdicts) - 1
		}
		verdicts[v].N++
		h.Mark, h.Class = verdicts[v].Mark, verdicts[v].Class
		h.Counts = tally(mine[k.Name]).list()
		at := slices.Index(tiers, k.Tier.Value)
		if at < 0 {
			at = len(tiers) - 1
		}
		p.Tiers[at].Work = append(p.Tiers[at].Work, h)
		for _, e := range k.Effects {
			kinds[e.Kind] = true
		}
	}
	for _, v := range verdicts {
		if v.N > 0 {
			p.Verdicts = append(p.Verdicts, v)
		}
	}
	p.effects(r, kinds)
	p.findings(r, o)
	for _, s := range []htmlCount{{"error", "bad", "", n.errors}, {"warning", "warn", "", n.warnings}, {"note", "note", "", n.notes}} {
		if s.N > 0 {
			p.Severities = append(p.Severities, s)
		}
	}
	return p
}

func states(k *Work) string {
	var parts []string
	for _, s := range []string{Fail, Unknown, Waived, Pass, NotApplicable} {
		if n := k.state(s); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(s, "-", " ")))
		}
	}
	return strings.Join(parts, ", ")
}

// effectOrder is the order of columns: outward first.
var effectOrder = []string{"net", "listen", "db", "db.write", "queue", "llm", "payment", "notify", "fs.read", "fs.write", "subprocess", "exec", "deserialize",
	"model.load", "env", "thread", "task", "sleep", "state", "random", "clock", "log", "stdout", "exit"}

func (p *htmlPage) effects(r *Result, kinds map[string]bool) {
	for _, k := range effectOrder {
		if kinds[k] {
			p.Kinds = append(p.Kinds, k)
		}
	}
	if len(p.Kinds) == 0 {
		return
	}
	for _, k := range r.byAttention() {
		row := htmlRow{Work: k.Name}
		for _, kind := range p.Kinds {
			c := htmlCell{}
			for _, e := range k.Effects {
				if e.Kind == kind && e.Count > 0 {
					c.N, c.Hot = e.Count, e.Blocking > 0
					c.Title = fmt.Sprintf("%s: %s in %s", k.Name, kind, Plural(e.Count, "function", "functions"))
					if c.Hot {
						c.Title += fmt.Sprintf(", %d blocking", e.Blocking)
					}
				}
			}
			for n := c.N; n > 0; n /= 4 {
				c.Size = min(c.Size+1, 4)
			}
			row.Cells = append(row.Cells, c)
		}
		p.Rows = append(p.Rows, row)
	}
}

func (p *htmlPage) findings(r *Result, o Options) {
	rules := map[string]bool{}
	works := map[string]bool{}
	for _, f := range r.bySeverity() {
		rules[f.Rule] = true
		h := htmlFinding{Finding: f, ID: fmt.Sprintf("f%d", len(p.Findings)+1), Place: place(f.File, f.Cell, f.Line, f.Column), Works: strings.Join(f.Work, "\n"),
			Likely: likely(f), MessageHTML: spans(f.Message), Going: spans(f.Help)}
		for _, k := range f.Work {
			works[k] = true
		}
		for _, s := range steps(f) {
			h.Steps = append(h.Steps, htmlStep{s.Function, place(s.File, s.Cell, s.Line, 0), spans(s.Note)})
		}
		if o.Line != nil && f.Line > 0 {
			if text, ok := o.Line(f.File, f.Cell, f.Line); ok {
				h.HasLine = true
				h.Before, h.At, h.After = cut(strings.TrimRight(text, "\r\n"), f)
			}
		}
		p.Findings = append(p.Findings, h)
	}
	for k := range works {
		p.Works = append(p.Works, k)
	}
	slices.Sort(p.Works)
	for _, k := range r.Rules {
		if rules[k.Code] {
			p.Rules = append(p.Rules, k)
		}
	}
}

// cut splits a source line around the finding's span, and a long one down to what is around it.
func cut(text string, f *diag.Finding) (before, at, after string) {
	line := []rune(text)
	start := min(max(f.Column-1, 0), len(line))
	end := len(line)
	if f.EndLine == f.Line || f.EndLine == 0 {
		end = min(max(f.EndColumn-1, start), len(line))
	}
	from := 0
	for from < start && (line[from] == ' ' || line[from] == '\t') {
		from++
	}
	before, at, after = string(line[from:start]), string(line[start:end]), string(line[end:])
	if utf8.RuneCountInString(before) > longLine/2 {
		before = "…" + string(line[start-longLine/2:start])
	}
	if end-start > longLine {
		at = string(line[start:start+longLine]) + "…"
	}
	if len(line)-end > longLine/2 {
		after = string(line[end:end+longLine/2]) + "…"
	}
	return before, at, after
}

// spans is text with its `code` marked up and everything else escaped.
func spans(s string) template.HTML {
	parts := strings.Split(s, "`")
	var b strings.Builder
	for i, part := range parts {
		text := template.HTMLEscapeString(part)
		switch {
		case i%2 == 1 && i < len(parts)-1:
			b.WriteString("<code>" + text + "</code>")
		case i%2 == 1:
			b.WriteString("`" + text)
		default:
			b.WriteString(text)
		}
	}
	return template.HTML(b.String())
}
