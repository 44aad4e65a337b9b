package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

// GitHub writes workflow commands, which GitHub Actions shows beside the lines of a change, and the sentence.
func GitHub(w io.Writer, r *Result, _ Options) error {
	var b strings.Builder
	for i := range r.Findings {
		f := &r.Findings[i]
		if !open(f) {
			continue
		}
		command := "notice"
		switch f.Severity {
		case diag.Error:
			command = "error"
		case diag.Warning:
			command = "warning"
		}
		b.WriteString("::" + command + " file=" + property(f.File))
		// The lines of a notebook's cell are not lines of its file, so that file alone is named.
		if f.Line > 0 && f.Cell == 0 {
			fmt.Fprintf(&b, ",line=%d,col=%d", f.Line, f.Column)
			if f.EndLine >= f.Line {
				fmt.Fprintf(&b, ",endLine=%d", f.EndLine)
				if f.EndLine == f.Line && f.EndColumn > f.Column {
					fmt.Fprintf(&b, ",endColumn=%d", f.EndColumn)
				}
			}
		}
		b.WriteString(",title=" + property(f.Rule+" "+f.Name) + "::" + message(plain(f)) + "\n")
	}
	b.WriteString(sentence(count(r.Findings), r.Stats) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

var (
	escapeMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func message(s string) string  { return escapeMessage.Replace(s) }
func property(s string) string { return escapeProperty.Replace(s) }

// plain is a finding in lines of text: message, witness, next step.
func plain(finding *diag.Finding) string {
	var b strings.Builder
	words := cleaned(*finding)
	f := &words
	if f.Cell > 0 {
		fmt.Fprintf(&b, "cell %d, line %d: ", f.Cell, f.Line)
	}
	b.WriteString(f.Message)
	for _, s := range steps(f) {
		b.WriteString("\nvia " + strings.TrimRight(s.Function+" "+place(s.File, s.Cell, s.Line, 0)+" "+s.Note, " "))
	}
	if f.Also > 0 {
		fmt.Fprintf(&b, "\n(+%d more with the same cause)", f.Also)
	}
	if f.Help != "" {
		b.WriteString("\nhelp: " + f.Help)
	}
	return b.String()
}

type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
}

// GitLab writes a Code Quality report, as GitLab documents it.
func GitLab(w io.Writer, r *Result, _ Options) error {
	issues := []gitlabIssue{}
	prints := fingerprints(r.Findings)
	for i := range r.Findings {
		f := &r.Findings[i]
		if !open(f) {
			continue
		}
		severity := "info"
		switch f.Severity {
		case diag.Error:
			severity = "major"
		case diag.Warning:
			severity = "minor"
		}
		line := max(f.Line, 1)
		if f.Cell > 0 {
			line = 1
		}
		issues = append(issues, gitlabIssue{plain(f), f.Rule + " " + f.Name, prints[i], severity, gitlabLocation{f.File, gitlabLines{line}}})
	}
	return encode(w, issues)
}

type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		Classname string        `xml:"classname,attr"`
		File      string        `xml:"file,attr,omitempty"`
		Failure   *junitFailure `xml:"failure"`
		Skipped   *junitSkipped `xml:"skipped"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

// JUnit writes a suite per piece of work with a test per guardrail: failed, passed, or skipped where the guardrail was waived, does
// not apply or is unknown. Findings that concern no work are a suite of their own.
func JUnit(w io.Writer, r *Result, _ Options) error {
	names := map[string]string{}
	for _, k := range r.Rules {
		names[k.Code] = k.Name
	}
	for i := range r.Findings {
		names[r.Findings[i].Rule] = r.Findings[i].Name
	}
	all := junitSuites{Name: "roadworthy"}
	add := func(s junitSuite) {
		for _, c := range s.Cases {
			s.Tests++
			if c.Failure != nil {
				s.Failures++
			}
			if c.Skipped != nil {
				s.Skipped++
			}
		}
		all.Tests, all.Failures, all.Skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Skipped+s.Skipped
		all.Suites = append(all.Suites, s)
	}
	failure := func(findings []*diag.Finding) *junitFailure {
		f := findings[0]
		var text []string
		for _, f := range findings {
			text = append(text, place(f.File, f.Cell, f.Line, f.Column)+" "+f.Severity.String()+"\n"+plain(f))
		}
		return &junitFailure{f.Message, f.Severity.String(), "\n" + strings.Join(text, "\n\n") + "\n"}
	}
	byWork := r.byWork()
	for i := range r.Work {
		k := &r.Work[i]
		s := junitSuite{Name: k.Name}
		byRule := map[string][]*diag.Finding{}
		for _, f := range byWork[k.Name] {
			byRule[f.Rule] = append(byRule[f.Rule], f)
		}
		for _, g := range k.Guardrails {
			c := junitCase{Name: strings.TrimSpace(g.Rule + " " + names[g.Rule]), Classname: k.Name, File: k.Path}
			mine := byRule[g.Rule]
			switch {
			case g.State == Pass:
			case g.State == Fail && len(mine) > 0:
				c.Failure = failure(mine)
			case g.State == Fail:
				c.Failure = &junitFailure{Message: "fails", Type: "error"}
			default:
				c.Skipped = &junitSkipped{g.State}
			}
			s.Cases = append(s.Cases, c)
		}
		add(s)
	}
	rest := junitSuite{Name: "repository"}
	for i := range r.Findings {
		if f := &r.Findings[i]; open(f) && len(f.Work) == 0 {
			rest.Cases = append(rest.Cases, junitCase{Name: f.Rule + " " + f.Name + " " + place(f.File, f.Cell, f.Line, f.Column), Classname: "repository", File: f.File,
				Failure: failure([]*diag.Finding{f})})
		}
	}
	if len(rest.Cases) > 0 {
		add(rest)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
