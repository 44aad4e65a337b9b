// Package proof holds a graduated package against the program it came from, and says for every output how far the two agree.
//
// [Prove] runs both under the same conditions (package oracle) and compares what they did, level by level:
//
//	L0 the package's files parse and compile; Ruff and the type checker agree, where they are installed
//	L1 it runs to its end with exit status 0
//	L2 it writes the same files
//	L3 it computes the same chosen values
//	L4 it prints, displays and draws what was kept, the same
//	L5 every function takes and returns what the original had at that place
//	L6 L2 to L4 hold for changed inputs too, run through both programs
//	L7 the comparison rejects at least 90 % of faults planted in the package
//
// There is never one green tick: every output, boundary and changed input has its own [Verdict]. A level that was not tried, or had nothing to
// compare, says so.
package proof

import (
	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

// Verdict of one comparison.
type Verdict string

const (
	Identical  Verdict = "identical"
	Within     Verdict = "within tolerance"          // Row.How says which
	Normalized Verdict = "equal after normalization" // Row.How says which
	NotStable  Verdict = "original unstable, not comparable"
	Different  Verdict = "different"
	Missing    Verdict = "missing" // the result has nothing at that place; counts as different
	Opaque     Verdict = "opaque"  // the value cannot be looked into; only its type was compared
)

// Holds: the two agree.
func (v Verdict) Holds() bool { return v == Identical || v == Within || v == Normalized }

// Output is one chosen output: what the original did, and where the package does it.
type Output struct {
	ID   string // for the report
	Kind oracle.Kind
	// Statements of the original. stdout: the text of all of them, in order. display, figure: the first one's, or the one named. value: Name's
	// value right after the last one.
	Statements []string
	// Name: the value's name; the file's path relative to Dir; for a display or figure the observation's ID, when the statement has several.
	Name string
	// Where the package has it. File: its path relative to the folder it starts in (a file output's own path when empty; a figure as an image, a display
	// as text, HTML or CSV). Function: what it returned in its last call, of that Part (oracle.Boundary.Part); or, with Stdout, what it printed.
	// With neither, text is looked for in the package's standard output, behind what came before.
	File     string
	Function string
	Part     string
	Stdout   bool
	// Label: what the program puts out for what a function returned. A display stands in standard output below a line of the label and a colon, a figure
	// in a file of out/figures whose name begins with it. Empty: nothing of the kind is asked of it.
	Label string
}

// Subject is what is to be proved.
type Subject struct {
	Original oracle.Program
	Graded   *oracle.Graded // of Original, with Options.Values
	Package  oracle.Package
	Outputs  []Output
}

// Options: how far to go.
type Options struct {
	Level   int // the highest level to try, 1 to 7; 0 means 7
	Mutants int // for L7; 40
	// Perturb names the changes of L6 to try; nil means all that apply.
	Perturb []string
	// Ruff and Types are the linters' commands; empty ones are looked for beside the interpreter and on PATH, and are said to be missing.
	Ruff, Types []string
	Progress    func(stage string)
}

// Report is what Prove found.
type Report struct {
	Levels        [8]Level
	Rows          []Row // L2 to L4: one for each output, in order, then what the package did beyond them
	Boundaries    []Row // L5: one for each parameter and result, in order of calls
	Perturbations []Perturbation
	Mutants       []Mutant
	// First is the first function whose inputs agree and whose result does not: where to look, and which split to undo. nil when L5 holds.
	First   *Split
	Trace   *oracle.Trace // the package's run
	Seconds float64
}

// Level is one level's result.
type Level struct {
	State  State
	Detail string // one line
}

type State string

const (
	Held      State = "held"
	Failed    State = "failed"
	Nothing   State = "nothing to compare"
	NotTried  State = "not tried"
	Partly    State = "partly" // held as far as it could be looked into
	Undecided State = "undecided"
)

// Row is one comparison.
type Row struct {
	Output    string // Output.ID, or the boundary: "steps.clean(orders)", "steps.clean → 0"
	Kind      oracle.Kind
	Level     int
	Stability oracle.Stability
	Verdict   Verdict
	How       string // tolerance or normalization
	// Where they differ first: "column price, row 3: 1.5 ≠ 2.5".
	Difference string
}

// Split names a function whose result differs although its inputs agree.
type Split struct {
	Function   string
	Part       string
	Statements []string
	Difference string
}

// Perturbation is one changed input or condition, run through both programs.
type Perturbation struct {
	Name     string // "half of the rows of sales.csv", "other date", …
	State    State
	Detail   string // "both raise ValueError", "equal: 4 outputs", or the first difference
	Compared int
}

// Mutant is a fault planted in the package.
type Mutant struct {
	File  string
	Line  int
	What  string // "+ became -", "statement dropped", …
	State MutantState
	By    string // the comparison that rejected it
}

type MutantState string

const (
	Killed    MutantState = "killed"
	Survived  MutantState = "survived"
	Unreached MutantState = "not reached" // its line is not executed by the run; counts neither way
)

// DefaultMutants is how many faults L7 plants when Options.Mutants is 0.
const DefaultMutants = 40
