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

// A Fix is one way to mend a finding. A rule says what to change in the program's terms (Changes); the driver, which alone
// sees text, turns that into replacements (Edits, sorted and disjoint in each file) and drops a fix that it cannot place.
type Fix struct {
	Message string // what is done, and what the program then does that it did not: "add timeout=30: …"
	Changes []Change
	Edits   []Edit
}

// ChangeKind is what a Change does.
type ChangeKind uint8

const (
	// SetKeyword gives the call whose callee is Span the keyword argument Name=Text, in place of one of that name.
	SetKeyword ChangeKind = iota + 1
	// ReplaceCallee puts Text in place of the callee Span of a call, and an await in front when Name is "await".
	ReplaceCallee
	// ReplaceOnLine puts Text in place of Name, once, on line Line of a file that is not Python.
	ReplaceOnLine
	// AppendToLine puts Text at the end of line Line of a file that is not Python, unless the line has a comment.
	AppendToLine
	// RemoveComment takes away the comment that starts at Span, and its line when nothing else is on it.
	RemoveComment
)

// A Change is a part of a fix before it is text.
type Change struct {
	Kind ChangeKind
	File string
	Span Span // in the file's source as it is analysed
	Line int
	Name string
	Text string
}

// An Edit replaces Span of File by Text. Span counts bytes of the source as it is analysed: decoded to UTF-8, of a notebook
// the cells' source. Lines and columns say the same place for people, columns in characters; Cell is 0 outside notebooks.
type Edit struct {
	File               string
	Span               Span
	Text               string
	Cell               int
	Line, Column       int
	EndLine, EndColumn int
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
	ByForm    bool // likely, because a name or an option tells it and not the way that a value takes
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
