// Package report writes the result of a check: as text for people, and in the formats that other programs read.
//
// A Result is plain data: no trees, no rules, no entities. Every renderer is a function of a Result and an Options, writes
// the same bytes for the same input, and leaves out nothing that the others show, except where its format has no place
// for it. Text, Markdown and HTML use the words of the documentation; the JSON has a version and does not change under it.
package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

// Result is what a check found.
type Result struct {
	Root     string // what was checked, as the user wrote it
	Version  string // of Roadworthy
	Work     []Work
	Findings []diag.Finding // those waived or in the baseline are among them, marked
	Rules    []Rule         // every rule that ran
	Stats    Stats
}

// Work is one piece of work and how it stands.
type Work struct {
	Name       string      `json:"name"`
	Kind       string      `json:"kind"`
	Path       string      `json:"path"`
	Tier       Tier        `json:"tier"`
	Verdict    string      `json:"verdict"`
	Guardrails []Guardrail `json:"guardrails"`
	Effects    []Effect    `json:"-"` // for the picture in HTML; the effects command has them in full
}

// Effect is how many functions of a work have effects of one kind.
type Effect struct {
	Kind     string
	Count    int
	Blocking int // of Count
}

// Tier is a work's tier and why.
type Tier struct {
	Value    string     `json:"value"`
	Declared bool       `json:"declared"`
	Evidence []Evidence `json:"evidence"`
}

// Evidence is one reason for a tier. File is "" and Line 0 where there is no place to look at.
type Evidence struct {
	What string `json:"what"`
	File string `json:"file"`
	Line int    `json:"line"`
}

// Guardrail is how a work stands with one rule.
type Guardrail struct {
	Rule  string `json:"rule"`
	State string `json:"state"`
}

// Verdicts of work.
const (
	Roadworthy     = "roadworthy"
	WithAdvisories = "roadworthy with advisories"
	NotRoadworthy  = "not roadworthy"
)

// States of a guardrail. Unknown is never shown as a pass.
const (
	Pass          = "pass"
	Fail          = "fail"
	Waived        = "waived"
	NotApplicable = "not-applicable"
	Unknown       = "unknown"
)

// Rule is what formats with a list of rules say about one.
type Rule struct {
	Code     string
	Name     string
	Family   string
	Summary  string // one sentence
	Markdown string // the page
	Severity diag.Severity
}

// Stats counts what was looked at.
type Stats struct {
	Files int // Python files and notebooks
	Lines int
}

// Options of the renderers.
type Options struct {
	Width int  // text wraps here; 0 means 80
	Color bool // text uses ANSI colours
	Brief bool // text leaves out work that is roadworthy, findings and notes that repeat and long evidence, and counts them

	// Line is the text of a line of a checked file (cell 0) or of a cell of a notebook; ok is false when there is none.
	// A nil Line leaves source out.
	Line func(file string, cell, line int) (text string, ok bool)
}

var formats = map[string]func(io.Writer, *Result, Options) error{
	"text": Text, "json": JSON, "sarif": SARIF, "github": GitHub, "gitlab": GitLab, "junit": JUnit, "markdown": Markdown, "html": HTML,
}

// Formats are the names that Write knows, sorted.
func Formats() []string {
	names := make([]string, 0, len(formats))
	for f := range formats {
		names = append(names, f)
	}
	slices.Sort(names)
	return names
}

// Write renders r in the named format.
func Write(w io.Writer, format string, r *Result, o Options) error {
	f, ok := formats[format]
	if !ok {
		return fmt.Errorf("unknown format %q: one of %s", format, strings.Join(Formats(), ", "))
	}
	if err := f(w, r, o); err != nil {
		return fmt.Errorf("write %s report: %w", format, err)
	}
	return nil
}

// Sort puts work and findings into the order of every report: work by path and name, findings by place and rule.
func (r *Result) Sort() {
	slices.SortFunc(r.Work, func(a, b Work) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Name, b.Name), strings.Compare(a.Kind, b.Kind))
	})
	slices.SortFunc(r.Findings, func(a, b diag.Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Cell-b.Cell, a.Line-b.Line, a.Column-b.Column,
			strings.Compare(a.Rule, b.Rule), strings.Compare(a.Message, b.Message))
	})
	slices.SortFunc(r.Rules, func(a, b Rule) int { return strings.Compare(a.Code, b.Code) })
}

// open reports whether a finding still asks for something.
func open(f *diag.Finding) bool { return f.Waived == "" && !f.Baselined }

// counts is how many findings there are of each sort.
type counts struct{ open, errors, warnings, notes, fixable, waived, baselined int }

func count(findings []diag.Finding) (n counts) {
	for i := range findings {
		f := &findings[i]
		switch {
		case f.Waived != "":
			n.waived++
		case f.Baselined:
			n.baselined++
		default:
			n.open++
			switch f.Severity {
			case diag.Error:
				n.errors++
			case diag.Warning:
				n.warnings++
			default:
				n.notes++
			}
			if len(f.Fixes) > 0 {
				n.fixable++
			}
		}
	}
	return n
}

// Plural is a number of things: "1 finding", "2 findings".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// sentence is the last line of a report: how many findings, in how much.
func sentence(n counts, s Stats) string {
	var b strings.Builder
	if n.open == 0 {
		b.WriteString("no findings")
	} else {
		b.WriteString(Plural(n.open, "finding", "findings"))
	}
	b.WriteString(" in " + Plural(s.Files, "file", "files"))
	var more []string
	if n.fixable > 0 {
		more = append(more, fmt.Sprintf("%d fixable with --fix", n.fixable))
	}
	if n.waived > 0 {
		more = append(more, fmt.Sprintf("%d waived", n.waived))
	}
	if n.baselined > 0 {
		more = append(more, fmt.Sprintf("%d in the baseline", n.baselined))
	}
	if len(more) > 0 {
		b.WriteString(" (" + strings.Join(more, ", ") + ")")
	}
	return b.String()
}

// place is file:line:column, with the cell of a notebook.
func place(file string, cell, line, column int) string {
	p := file
	if cell > 0 {
		p += fmt.Sprintf(":cell %d", cell)
	}
	if line > 0 {
		p += fmt.Sprintf(":%d", line)
		if column > 0 {
			p += fmt.Sprintf(":%d", column)
		}
	}
	return p
}

// steps are the frames of a witness that say more than the finding's own line does.
func steps(f *diag.Finding) []diag.Frame {
	if len(f.Witness) == 1 {
		w := f.Witness[0]
		if w.File == f.File && w.Line == f.Line && w.Cell == f.Cell {
			return nil
		}
	}
	return f.Witness
}

// likely says why a finding is not proved, "" when it is.
func likely(f *diag.Finding) string {
	switch {
	case f.Certainty != diag.Likely:
		return ""
	case f.ByForm || len(f.Witness) == 0:
		return "likely: told by its form alone"
	}
	return "likely: a call on the way may mean one of several functions"
}

// state counts a work's guardrails by state.
func (w *Work) state(s string) int {
	n := 0
	for i := range w.Guardrails {
		if w.Guardrails[i].State == s {
			n++
		}
	}
	return n
}

// verdictRank puts what needs attention first.
func verdictRank(v string) int {
	switch v {
	case NotRoadworthy:
		return 0
	case WithAdvisories:
		return 1
	case Roadworthy:
		return 3
	}
	return 2
}

// byAttention is the work in the order a reader wants: worst verdict first, then highest tier, then path.
func (r *Result) byAttention() []*Work {
	work := make([]*Work, len(r.Work))
	for i := range r.Work {
		work[i] = &r.Work[i]
	}
	slices.SortStableFunc(work, func(a, b *Work) int {
		return cmp.Or(verdictRank(a.Verdict)-verdictRank(b.Verdict), tierRank(b.Tier.Value)-tierRank(a.Tier.Value), strings.Compare(a.Path, b.Path))
	})
	return work
}

// bySeverity is the findings that are still open, the most severe first and otherwise in place.
func (r *Result) bySeverity() []*diag.Finding {
	var list []*diag.Finding
	for i := range r.Findings {
		if open(&r.Findings[i]) {
			list = append(list, &r.Findings[i])
		}
	}
	slices.SortStableFunc(list, func(a, b *diag.Finding) int { return int(b.Severity) - int(a.Severity) })
	return list
}

func tierRank(t string) int {
	return slices.Index([]string{"experimental", "internal", "business-critical", "customer-facing"}, t)
}

// byWork is the open findings of each piece of work, by its name.
func (r *Result) byWork() map[string][]*diag.Finding {
	m := make(map[string][]*diag.Finding, len(r.Work))
	for i := range r.Findings {
		if f := &r.Findings[i]; open(f) {
			for _, w := range f.Work {
				m[w] = append(m[w], f)
			}
		}
	}
	return m
}

// tally counts findings by severity.
func tally(findings []*diag.Finding) (n counts) {
	for _, f := range findings {
		switch f.Severity {
		case diag.Error:
			n.errors++
		case diag.Warning:
			n.warnings++
		default:
			n.notes++
		}
	}
	return n
}

// list is "2 errors, 1 note" in parts.
func (n counts) list() (parts []string) {
	if n.errors > 0 {
		parts = append(parts, Plural(n.errors, "error", "errors"))
	}
	if n.warnings > 0 {
		parts = append(parts, Plural(n.warnings, "warning", "warnings"))
	}
	if n.notes > 0 {
		parts = append(parts, Plural(n.notes, "note", "notes"))
	}
	return parts
}
