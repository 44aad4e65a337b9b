// Package oracle runs a notebook or script, and the package made of it, under control, and says what they did.
//
// A [Program] is a list of top-level statements in a chosen order. [Run] executes them one by one in a copy of the notebook's folder, with
// the clock, the seeds, the hash seed, the network and the places that may be written under control, and gives a [Trace]: for every statement what it bound, changed
// and deleted, which names share memory, which files it opened; and the observations of the whole run: standard output, displays, figures,
// files, values, exceptions. [Grade] runs the program again, first unchanged, then with one condition changed at a time, and gives every observation its
// [Stability]. [RunPackage] runs `python -m package` in a copy of the same kind, and records what every function in its lock took and returned.
//
// The harness that does this inside the user's interpreter is Python, standard library only, for 3.9 to 3.15, embedded in the binary. Nothing is
// ever unpickled on this side: values come as canonical trees ([Value]) with large arrays in files beside them, addressed by content.
//
// Invariants: the notebook's own folder is never written; what a run starts is ended with it; two runs of a program that depends on nothing but
// its conditions give the same bytes. What the system cannot confine is said in [Confinement], never assumed.
//
// What to do about a trace (slices, cuts, proofs) is left to others.
package oracle

import (
	"encoding/json"
	"time"
)

// Program is what is run: the statements of a notebook or script in the chosen order.
type Program struct {
	Name string `json:"name"` // for messages: the notebook's path as the user wrote it
	// Root is the folder that is copied for each run, and Dir, slash-separated and relative to Root ("" for Root itself), the one that the
	// program starts in. Root is usually the repository, so that `../data` is there.
	Root string `json:"-"`
	Dir  string `json:"dir"`
	// File is the notebook's or script's name in Dir; `__file__` of a script, and what is removed from the copy's list of changed files.
	File    string   `json:"file"`
	Script  bool     `json:"script"` // a script shows no last expressions and has `__file__`
	Cells   []Cell   `json:"cells"`
	Answers []string `json:"answers"` // for input() and getpass(), in order; more questions than answers end the run with Status Unanswered
	Argv    []string `json:"argv"`    // what follows the program's name in sys.argv
	Env     []string `json:"env"`     // KEY=value, added to the run's environment
	// Path holds folders, relative to Root, put on sys.path behind Dir.
	Path []string `json:"path"`
	// Files are put into the copy's Dir before the run: slash-separated path → bytes.
	Files map[string][]byte `json:"-"`
}

// Cell is a code cell. Its statements are run in order; its figures are shown and closed at its end, as notebooks do.
type Cell struct {
	ID         string      `json:"id"`
	Index      int         `json:"index"` // position in the document, from 0
	Count      int         `json:"count"` // execution count stored in the notebook, the n of Out[n]; 0 when it has none
	Statements []Statement `json:"statements"`
	// Raises names the exception types that the cell may end with: the type of the stored output, or "*" for a cell tagged raises-exception. The
	// run then goes on with the next cell, as if the rest of this one had not been there.
	Raises []string `json:"raises,omitempty"`
}

// Statement is one top-level statement, already Python (IPython's own syntax is turned into Python before).
// Source may use `await` at top level, `display`, and `get_ipython().system` and `.getoutput`.
type Statement struct {
	ID      string `json:"id"`
	Line    int    `json:"line"` // of its first line in the cell, from 1; tracebacks and messages speak of it
	Source  string `json:"source"`
	Display bool   `json:"display"` // an expression whose value is displayed: the last of a cell, no `;` behind it
}

// Options are the conditions of a run. The zero value of each means the default.
type Options struct {
	Python     []string      // the interpreter's command; python3
	Network    bool          // connections allowed (and recorded) rather than refused
	CellLimit  time.Duration // for one cell; 2 minutes
	TotalLimit time.Duration // for one run; 10 minutes
	Memory     int64         // bytes of address space; three quarters of the machine's memory
	Seed       int64         // of every random generator; 20240229
	HashSeed   int           // of str hashes; 1
	Date       time.Time     // what the clock says; 2024-03-01 09:30:00 UTC
	Work       string        // folder for the work folders, which are removed at the end; the system's temporary folder
	Keep       bool          // leave the work folders, for looking at them
	// Values false records only fingerprints of values; true writes them so that [Trace.Value] has them.
	Values bool
	// Inputs replaces files of the copy before the run: slash-separated path relative to Dir → bytes.
	Inputs map[string][]byte
	// Fixtures asks for values in a form that a test can hold (Trace.Fixture); those over FixtureCap bytes (32 kB) are left out.
	Fixtures   bool
	FixtureCap int
	// Warm allows a process that has loaded the libraries of an earlier run already, where the system has process namespaces: much faster, and right
	// for a run that is compared with others like it. The first run of anything should be cold: a warm one does not miss an import.
	Warm bool
	// Progress is called as cells begin, from another goroutine.
	Progress func(cell string, index, of int)
}

// Status says how a run ended.
type Status string

const (
	Complete    Status = "complete"
	Raised      Status = "raised"     // an exception that the cell may not raise; Trace.Error tells
	TimedOut    Status = "timed out"  // Trace.Error.Cell is where
	Unanswered  Status = "unanswered" // input() without an answer; Trace.Error.Message is the prompt
	Died        Status = "died"       // the interpreter itself ended: memory, a signal, os._exit
	Unavailable Status = "unavailable"
)

// Trace is what one run did.
type Trace struct {
	Status      Status            `json:"status"`
	Error       *Error            `json:"error,omitempty"`
	Python      string            `json:"python"`  // its version
	Modules     map[string]string `json:"modules"` // distribution versions of the imported third-party top-level modules
	Loaded      []string          `json:"loaded"`  // third-party modules by name, in the order of import
	Confinement Confinement       `json:"confinement"`
	Conditions  Conditions        `json:"conditions"`
	Statements  []StatementTrace  `json:"statements"`
	Observed    []Observation     `json:"observed"`        // in order of happening; files last, sorted
	Calls       []Call            `json:"calls,omitempty"` // RunPackage only
	Lines       map[string][]int  `json:"lines,omitempty"` // RunPackage with Package.Lines: executed lines of each of the package's files
	Seconds     float64           `json:"seconds"`
	Stderr      string            `json:"stderr"` // its last 16 kB
	Final       map[string]string `json:"final"`  // Run: every name at the end → fingerprint
	// Fixtures: "STATEMENT NAME", for every statement that gave the name this value → one of
	//	{"is": "json", "value": …}                         scalars, str, lists, dicts with str keys
	//	{"is": "array", "dtype": "float64", "value": [[…]]}  numpy arrays; datetimes as ISO text
	//	{"is": "frame", "csv": "…", "dtypes": {column: dtype}, "index": "RangeIndex" | "Index" | …}  what read_csv(…, index_col=0) and astype give back equal
	//	{"is": "series", "name": …, "csv": …, "dtypes": …, "index": …}
	// Values that come back different from this form are left out.
	Fixtures map[string]json.RawMessage `json:"fixtures,omitempty"`

	values string // folder of the blobs
}

// Conditions are what a run was given.
type Conditions struct {
	Seed     int64  `json:"seed"`
	HashSeed int    `json:"hash_seed"`
	Date     string `json:"date"`
	Dir      string `json:"dir"`
}

// Confinement says by which means a promise was kept in a run, in words for the report.
type Confinement struct {
	Network   string `json:"network"`   // "network namespace" | "audit hook" | "allowed"
	Writes    string `json:"writes"`    // "Landlock" | "audit hook"
	Processes string `json:"processes"` // "process namespace" | "process group"
	Clock     string `json:"clock"`     // "frozen" | "not frozen: why"
}

// Error is the exception that ended a run.
type Error struct {
	Type      string `json:"type"`
	Message   string `json:"message"`
	Cell      string `json:"cell"`
	Statement string `json:"statement"`
	Line      int    `json:"line"` // in the cell
	Traceback string `json:"traceback"`
	// What it was about, where that can be known.
	MissingModule string `json:"missing_module,omitempty"` // ModuleNotFoundError
	MissingName   string `json:"missing_name,omitempty"`   // NameError
	MissingFile   string `json:"missing_file,omitempty"`   // FileNotFoundError, also as libraries wrap it
	Refused       string `json:"refused,omitempty"`        // "network HOST:PORT", "write PATH": what the confinement refused just before
	InLibrary     bool   `json:"in_library,omitempty"`     // raised inside an installed package: API drift is likely for AttributeError, TypeError, ImportError
}

// StatementTrace is what one statement did to the namespace and beyond.
type StatementTrace struct {
	ID      string  `json:"id"`
	Cell    string  `json:"cell"`
	Seconds float64 `json:"seconds"`
	// Bound and Mutated: name → fingerprint of its value right after the statement. Mutated are names that still mean the same object, whose
	// content changed. Names of modules, functions and classes are only in Bound.
	Bound   map[string]string `json:"bound,omitempty"`
	Mutated map[string]string `json:"mutated,omitempty"`
	Deleted []string          `json:"deleted,omitempty"`
	// Aliases: groups of names that share memory after the statement (same object, or numpy and pandas views, or reachable inside a
	// container), where the statement changed the grouping. Last one wins.
	Aliases [][]string `json:"aliases,omitempty"`
	// Resources touched: RNG:random RNG:numpy PLT CWD ENV CLOCK TIMER NET OPT:pandas WARN STDOUT
	Resources []string          `json:"resources,omitempty"`
	Events    []Event           `json:"events,omitempty"`
	Types     map[string]string `json:"types,omitempty"`  // of bound names: qualified type
	Raised    string            `json:"raised,omitempty"` // type of a deliberate error
}

// Event is something that reached beyond the process. Paths inside the copy are relative to Dir, slash-separated (`../data/a.csv`).
type Event struct {
	Kind    string `json:"kind"` // read write remove rename mkdir list connect resolve subprocess import input chdir database
	Detail  string `json:"detail"`
	Refused bool   `json:"refused,omitempty"`
}

// Kind is what an observation is about.
type Kind string

const (
	Stdout    Kind = "stdout"
	Display   Kind = "display"
	Figure    Kind = "figure"
	File      Kind = "file"
	Bound     Kind = "value"
	Exception Kind = "exception"
)

// Observation is one thing that can be compared. Its ID is the same in every run that does the same:
//
//	stdout:CELL  display:STATEMENT:n  figure:CELL:n  file:PATH  value:STATEMENT:NAME  exception:CELL
//
// PATH is relative to Dir. n counts from 0. A script's figures are those of the call that showed or closed them, in order.
type Observation struct {
	ID          string `json:"id"`
	Kind        Kind   `json:"kind"`
	Cell        string `json:"cell,omitempty"`
	Statement   string `json:"statement,omitempty"` // figures: the last statement that touched it
	Name        string `json:"name,omitempty"`      // value: the name; file: the path; exception: the type
	Fingerprint string `json:"fingerprint"`         // of Value, or of the text
	Text        string `json:"text,omitempty"`      // stdout; a display's text/plain; an exception's message
	HTML        string `json:"html,omitempty"`      // a display's text/html
	// Parts: stdout by statement, in order.
	Parts []Part `json:"parts,omitempty"`
	// Type of the displayed or bound value, and Peek when the display looks like inspection rather than result (head, info, shape, …).
	Type string `json:"type,omitempty"`
	Peek bool   `json:"peek,omitempty"`
	// Called: a call of display() displayed it, not the end of a cell.
	Called bool `json:"called,omitempty"`
	// Titled: a figure with a title or axis label.
	Titled bool `json:"titled,omitempty"`
	// Size in bytes, of a file; Created false when the file was there before and was changed.
	Size    int64 `json:"size,omitempty"`
	Created bool  `json:"created,omitempty"`
}

// Part is the standard output of one statement.
type Part struct {
	Statement string `json:"statement"`
	Text      string `json:"text"`
}

// Stability says what an observation depends on beyond the program and its input.
type Stability string

const (
	Exact      Stability = "exact"
	NeedsSeed  Stability = "needs-seed"
	NeedsClock Stability = "needs-clock"
	NeedsOrder Stability = "needs-order" // of hashes: sets
	Timing     Stability = "timing"      // measured durations
	External   Stability = "external"    // the network, or the folder it runs in
	Unstable   Stability = "unstable"    // differs between two equal runs, for no reason found
)

// Comparable: under equal conditions it comes out the same, so a result can be held against it.
func (s Stability) Comparable() bool {
	return s == Exact || s == NeedsSeed || s == NeedsClock || s == NeedsOrder
}

// Graded is a program's first trace and what its further runs say of it.
type Graded struct {
	*Trace
	Stability map[string]Stability // observation ID → stability
	Runs      []string             // what was run, for the report: "again", "other seed", …
	// Elsewhen is the program's run at another time and with another seed (Options.Elsewhen), with values; nil when none was needed and it may differ.
	Elsewhen *Trace
}

// Package is a graduated package, to be run as `python -m Module`.
type Package struct {
	Dir    string   `json:"-"`      // the project's folder; copied, so that it is never written
	Source string   `json:"source"` // the folder on sys.path, relative to Dir; "src"
	Module string   `json:"module"` // import name
	Args   []string `json:"args"`   // "{project}" stands for the copy of Dir, "{data}" for the folder it starts in
	// The data's side: copied and entered as for Program.
	Root      string     `json:"-"`
	DataDir   string     `json:"dir"`
	Answers   []string   `json:"answers"`
	Env       []string   `json:"env"`
	Path      []string   `json:"path"`      // unlike a program's, Dir is not among them: the package brings what it imports
	Functions []Function `json:"functions"` // those of graduation.lock, in order of first call
	Lines     bool       `json:"lines"`     // record executed lines
	// Replace holds changed sources: path relative to Dir → bytes; for mutants.
	Replace map[string][]byte `json:"-"`
}

// Function is a function of the package and where its values are in the original program.
type Function struct {
	Name       string   `json:"name"` // "steps.clean_orders", below Module
	Statements []string `json:"statements"`
	// A boundary's value is the last one that its name got at or before its statement.
	Params  []Boundary `json:"params"`
	Returns []Boundary `json:"returns"`
}

// Boundary ties a parameter or a part of a returned value to a value of the original: the one that Name had right after Statement.
type Boundary struct {
	// Part: the parameter's name; of a returned value "" for all of it, "0", "1", … for a tuple's items, a name for a field of a dataclass or
	// named tuple or a key of a dict; a path of these is joined with "/": "shown/mean_by_age".
	Part      string `json:"part"`
	Statement string `json:"statement"`
	// Name in the original; "" when it has no counterpart there (configuration, text, displays): it is then not compared as a boundary.
	Name string `json:"name"`
}

// Call is one call of one of Package.Functions. Values are fingerprints: parameters as they were on entry, results on return.
type Call struct {
	Function string            `json:"function"`
	Params   map[string]string `json:"params"`
	Returns  map[string]string `json:"returns"` // by part, as in Boundary; "" is always there
	Raised   string            `json:"raised,omitempty"`
	Stdout   string            `json:"stdout,omitempty"` // printed while it ran
	Depth    int               `json:"depth"`            // 0: not called by another recorded function
}
