package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

// The parts of SARIF 2.1.0 (OASIS standard, "Static Analysis Results Interchange Format") that are written.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string          `json:"id"`
		Name                 string          `json:"name"`
		ShortDescription     sarifText       `json:"shortDescription"`
		Help                 *sarifText      `json:"help,omitempty"`
		DefaultConfiguration sarifConfig     `json:"defaultConfiguration"`
		Properties           sarifProperties `json:"properties"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifProperties struct {
		Tags []string `json:"tags"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID              string             `json:"ruleId"`
		RuleIndex           *int               `json:"ruleIndex,omitempty"`
		Level               string             `json:"level"`
		Message             sarifText          `json:"message"`
		Locations           []sarifLocation    `json:"locations"`
		CodeFlows           []sarifCodeFlow    `json:"codeFlows,omitempty"`
		PartialFingerprints map[string]string  `json:"partialFingerprints"`
		BaselineState       string             `json:"baselineState,omitempty"`
		Suppressions        []sarifSuppression `json:"suppressions,omitempty"`
		Fixes               []sarifFix         `json:"fixes,omitempty"`
		Properties          map[string]any     `json:"properties"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification,omitempty"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		ArtifactLocation sarifArtifact      `json:"artifactLocation"`
		Replacements     []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		DeletedRegion   sarifRegion  `json:"deletedRegion"`
		InsertedContent sarifContent `json:"insertedContent"`
	}
	sarifContent struct {
		Text string `json:"text"`
	}
	sarifCodeFlow struct {
		ThreadFlows []sarifThreadFlow `json:"threadFlows"`
	}
	sarifThreadFlow struct {
		Locations []sarifFlowLocation `json:"locations"`
	}
	sarifFlowLocation struct {
		Location sarifLocation `json:"location"`
	}
	sarifLocation struct {
		PhysicalLocation sarifPhysical  `json:"physicalLocation"`
		LogicalLocations []sarifLogical `json:"logicalLocations,omitempty"`
		Message          *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
		Kind               string `json:"kind,omitempty"`
	}
)

// Home is where the program's documentation is.
const Home = "https://github.com/roadworthy-dev/roadworthy"

// SARIF writes a log of SARIF 2.1.0. A witness is a code flow; a waived finding is a suppressed result. In a notebook, lines
// count inside the cell, which the logical location names.
func SARIF(w io.Writer, r *Result, _ Options) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "Roadworthy", Version: r.Version, InformationURI: Home, Rules: []sarifRule{}}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	index := map[string]int{}
	for i, k := range r.Rules {
		index[k.Code] = i
		s := sarifRule{ID: k.Code, Name: k.Name, ShortDescription: sarifText{Text: k.Summary}, DefaultConfiguration: sarifConfig{level(k.Severity)},
			Properties: sarifProperties{Tags: []string{k.Family}}}
		if k.Markdown != "" {
			s.Help = &sarifText{Text: k.Summary, Markdown: k.Markdown}
		}
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, s)
	}
	prints := fingerprints(r.Findings)
	for i := range r.Findings {
		f := &r.Findings[i]
		text := f.Message
		if f.Help != "" {
			text += "\n" + f.Help
		}
		res := sarifResult{
			RuleID: f.Rule, Level: level(f.Severity), Message: sarifText{Text: text},
			Locations:           []sarifLocation{location(f.File, f.Cell, region(f), "", "")},
			PartialFingerprints: map[string]string{"roadworthy/v1": prints[i]},
			Properties:          map[string]any{"certainty": f.Certainty.String(), "work": append([]string{}, f.Work...)},
		}
		if n, ok := index[f.Rule]; ok {
			res.RuleIndex = &n
		}
		if f.Baselined {
			res.BaselineState = "unchanged"
		}
		if f.Waived != "" {
			res.Suppressions = []sarifSuppression{{Kind: "external", Justification: f.Waived}}
		}
		if len(f.Witness) > 0 {
			var flow []sarifFlowLocation
			for _, s := range f.Witness {
				var at *sarifRegion
				if s.Line > 0 {
					at = &sarifRegion{StartLine: s.Line}
				}
				flow = append(flow, sarifFlowLocation{location(s.File, s.Cell, at, s.Function, s.Note)})
			}
			res.CodeFlows = []sarifCodeFlow{{[]sarifThreadFlow{{flow}}}}
		}
		for i := range f.Fixes {
			if x, ok := sarifFixOf(&f.Fixes[i]); ok {
				res.Fixes = append(res.Fixes, x)
			}
		}
		run.Results = append(run.Results, res)
	}
	return encode(w, sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

// sarifFixOf is a fix as replacements by file; SARIF has no place for those inside a notebook's cell.
func sarifFixOf(f *diag.Fix) (sarifFix, bool) {
	out := sarifFix{Description: sarifText{Text: f.Message}}
	for _, e := range f.Edits {
		if e.Cell > 0 {
			return out, false
		}
		uri := artifact(e.File)
		if n := len(out.Changes); n == 0 || out.Changes[n-1].ArtifactLocation != uri {
			out.Changes = append(out.Changes, sarifChange{ArtifactLocation: uri})
		}
		c := &out.Changes[len(out.Changes)-1]
		c.Replacements = append(c.Replacements, sarifReplacement{sarifRegion{e.Line, e.Column, e.EndLine, e.EndColumn}, sarifContent{e.Text}})
	}
	return out, len(out.Changes) > 0
}

func artifact(file string) sarifArtifact {
	return sarifArtifact{(&url.URL{Path: file}).EscapedPath(), "%SRCROOT%"}
}

func level(s diag.Severity) string {
	switch s {
	case diag.Error:
		return "error"
	case diag.Warning:
		return "warning"
	case diag.Note:
		return "note"
	}
	return "none"
}

func region(f *diag.Finding) *sarifRegion {
	if f.Line == 0 {
		return nil
	}
	return &sarifRegion{f.Line, f.Column, f.EndLine, f.EndColumn}
}

func location(file string, cell int, at *sarifRegion, function, note string) sarifLocation {
	l := sarifLocation{PhysicalLocation: sarifPhysical{artifact(file), at}}
	if function != "" {
		l.LogicalLocations = append(l.LogicalLocations, sarifLogical{function, "function"})
	}
	if cell > 0 {
		l.LogicalLocations = append(l.LogicalLocations, sarifLogical{fmt.Sprintf("%s:cell %d", file, cell), ""})
	}
	if note != "" {
		if function != "" {
			note = function + " " + note
		}
		l.Message = &sarifText{Text: note}
	}
	return l
}

// fingerprints tell findings apart over time: they hold rule, file, message and the functions of the witness, but no line, so
// that text moving up or down does not change them. Equal ones are numbered.
func fingerprints(findings []diag.Finding) []string {
	prints := make([]string, len(findings))
	seen := map[string]int{}
	for i := range findings {
		f := &findings[i]
		parts := []string{f.Rule, f.File, f.Message}
		for _, s := range f.Witness {
			parts = append(parts, s.Function)
		}
		key := strings.Join(parts, "\x00")
		n := seen[key]
		seen[key]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, n))
		prints[i] = hex.EncodeToString(sum[:16])
	}
	return prints
}
