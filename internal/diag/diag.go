// Package diag is the vocabulary of what is reported: spans, severities, findings and their witnesses.
//
// A Finding is a value about the user's code, never an error. It carries file paths and lines, not trees, so that it
// outlives everything it was made from.
package diag

// A Span is a half-open range of byte offsets in one source file.
type Span struct{ Start, End uint32 }

// Severity of a finding; the tier of the work decides it (see package rule).
type Severity uint8

const (
	Off Severity = iota
	Note
	Warning
	Error
)

var severityNames = [...]string{"off", "note", "warning", "error"}

func (s Severity) String() string { return severityNames[s] }

// ParseSeverity reads the configuration's spelling.
func ParseSeverity(s string) (Severity, bool) {
	for i, n := range severityNames {
		if n == s {
			return Severity(i), true
		}
	}
	return Off, false
}

// Certainty of an effect or finding.
type Certainty uint8

const (
	Unknown Certainty = iota // passes through a call that could not be resolved
	Likely                   // through dynamic dispatch or an inferred type
	Proved                   // every step is resolved
)

var certaintyNames = [...]string{"unknown", "likely", "proved"}

func (c Certainty) String() string { return certaintyNames[c] }

// A Frame is one step of a witness: in Function, at File:Line. Cell is the 1-based notebook cell (Line then counts
// inside the cell), 0 outside notebooks.
type Frame struct {
	Function string `json:"function"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Cell     int    `json:"cell,omitempty"`
	Note     string `json:"note,omitempty"` // what happens there: "calls requests.get without timeout"
}

// A Fix is a set of replacements in one or more files, each file's edits sorted and disjoint.
type Fix struct {
	Message string
	Edits   []Edit
}

// An Edit replaces Span of File by Text.
type Edit struct {
	File string
	Span Span
	Text string
}

// A Finding is one violation of a rule by one piece of work.
type Finding struct {
	Rule      string // code: RW101
	Name      string // blocking-call-in-async
	Severity  Severity
	Work      []string // names of the work it concerns, sorted
	File      string   // slash path relative to the checked root
	Span      Span
	Line      int // 1-based
	Column    int // 1-based, in characters
	EndLine   int
	EndColumn int
	Cell      int // 1-based notebook cell, 0 outside notebooks
	Message   string
	Certainty Certainty
	Witness   []Frame
	Help      string // the one next step
	Fixes     []Fix
	// Group ties findings that share their cause: the same Group is reported once, with the number of others.
	Group string
	Also  int
	// Waived names the waiver that sets the finding aside, "" otherwise; Baselined is true when the baseline holds it.
	Waived    string
	Baselined bool
}
