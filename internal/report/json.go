package report

import (
	"encoding/json"
	"io"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

// Version of the JSON. It grows when a field changes its meaning or goes; new fields do not change it.
const Version = 1

type jsonReport struct {
	Version  int           `json:"version"`
	Work     []Work        `json:"work"`
	Findings []jsonFinding `json:"findings"`
}

// JSONFinding is a finding as programs read it, in reports and in reviews.
type JSONFinding struct {
	Rule      string       `json:"rule"`
	Name      string       `json:"name"`
	Severity  string       `json:"severity"`
	Work      []string     `json:"work"`
	File      string       `json:"file"`
	Line      int          `json:"line"`
	Column    int          `json:"column"`
	Cell      *int         `json:"cell"`
	Message   string       `json:"message"`
	Certainty string       `json:"certainty"`
	Witness   []diag.Frame `json:"witness"`
	Help      string       `json:"help"`
}

type jsonFinding struct {
	JSONFinding
	Also      int       `json:"also,omitempty"`      // further findings through the same edge
	Fixable   bool      `json:"fixable,omitempty"`   // by --fix
	Fixes     []jsonFix `json:"fixes,omitempty"`     // the first is what --fix does
	Waived    string    `json:"waived,omitempty"`    // the waiver
	Baselined bool      `json:"baselined,omitempty"` // known when the baseline was written
}

type jsonFix struct {
	Message string     `json:"message"`
	Edits   []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	File      string `json:"file"`
	Cell      *int   `json:"cell"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
	Text      string `json:"text"`
}

// JSON writes the report for programs. Lists are never null; cell is null outside notebooks.
func JSON(w io.Writer, r *Result, _ Options) error {
	out := jsonReport{Version: Version, Work: make([]Work, len(r.Work)), Findings: make([]jsonFinding, len(r.Findings))}
	for i, k := range r.Work {
		if k.Guardrails == nil {
			k.Guardrails = []Guardrail{}
		}
		if k.Tier.Evidence == nil {
			k.Tier.Evidence = []Evidence{}
		}
		out.Work[i] = k
	}
	for i := range r.Findings {
		out.Findings[i] = toJSON(&r.Findings[i])
	}
	return encode(w, out)
}

func toJSON(f *diag.Finding) jsonFinding {
	j := jsonFinding{JSONFinding: ToJSON(f), Also: f.Also, Fixable: len(f.Fixes) > 0, Waived: f.Waived, Baselined: f.Baselined}
	for _, fix := range f.Fixes {
		x := jsonFix{fix.Message, []jsonEdit{}}
		for _, e := range fix.Edits {
			k := jsonEdit{e.File, nil, e.Line, e.Column, e.EndLine, e.EndColumn, e.Text}
			if e.Cell > 0 {
				k.Cell = &e.Cell
			}
			x.Edits = append(x.Edits, k)
		}
		j.Fixes = append(j.Fixes, x)
	}
	return j
}

// ToJSON is a finding as programs read it: lists are never nil, and the cell is nil outside notebooks.
func ToJSON(f *diag.Finding) JSONFinding {
	j := JSONFinding{
		Rule: f.Rule, Name: f.Name, Severity: f.Severity.String(), Work: f.Work, File: f.File, Line: f.Line, Column: f.Column,
		Message: f.Message, Certainty: f.Certainty.String(), Witness: f.Witness, Help: f.Help,
	}
	if f.Cell > 0 {
		cell := f.Cell
		j.Cell = &cell
	}
	if j.Work == nil {
		j.Work = []string{}
	}
	if j.Witness == nil {
		j.Witness = []diag.Frame{}
	}
	return j
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
