// Package graduate turns a notebook or script into a package: configuration, steps, edges, tests, a job and the record of
// where everything came from.
//
// The way of a file, one file of this package a stage:
//
//	intake    cells and top-level statements, IPython's syntax resolved                       Program
//	order     the order in which they run                                                      Program.Order
//	defuse    what each statement reads, binds, mutates and does outside                       []Use
//	outputs   which observations are kept, and which statements they need (slice)              []Output
//	segment   contiguous runs of kept statements that become one function each                 []Segment
//	lift      what functions read of the notebook becomes explicit parameters                  map[string]*Function
//	config    literals that become keys                                                        []Key
//	emit      the files of the package and the lock that leads back                            Package
//
// Plan does all of it without running anything. Evidence from a run (Evidence) makes it exact where reading alone must
// assume: which objects a statement changes, which names share memory, what types values have, what was printed.
//
// Invariants: the source file is never written; statements keep their chosen order; every kept statement stands in exactly
// one function; every dropped one has a reason; whatever cannot be done honestly is a Refusal from a closed list with the
// one question whose answer would help.
package graduate

import "fmt"

// A Reason is one of the closed list of causes for which a file is not graduated.
type Reason string

const (
	Parse            Reason = "parse"
	NonPythonCell    Reason = "non-python-cell"
	MissingInput     Reason = "missing-input-file"
	MissingModule    Reason = "missing-module"
	MissingHelper    Reason = "own-helper-package-not-found"
	NetworkNeeded    Reason = "network-needed"
	CredentialNeeded Reason = "credential-needed"
	InputUnanswered  Reason = "interactive-input-unanswered"
	GhostName        Reason = "ghost-name"
	OrdersDisagree   Reason = "two-orders-disagree"
	NothingStable    Reason = "nothing-stable-to-compare"
	UnprovenMutation Reason = "unproven-mutation"
	NotSerializable  Reason = "non-serializable-boundary"
	LimitReached     Reason = "gpu-or-time-limit"
	APIDrift         Reason = "api-drift"
	ResultDiffers    Reason = "result-differs"
)

// A Refusal says why a file is not graduated, where, and the question whose answer would graduate it.
type Refusal struct {
	Reason   Reason `json:"reason"`
	Message  string `json:"message"`
	Cell     int    `json:"cell,omitempty"` // from 1
	Line     int    `json:"line,omitempty"` // of the cell
	Question string `json:"question,omitempty"`
	Key      string `json:"key,omitempty"` // of --answer
}

func (r *Refusal) Error() string {
	place := ""
	if r.Cell > 0 {
		place = fmt.Sprintf("cell %d, line %d: ", r.Cell, r.Line)
	} else if r.Line > 0 {
		place = fmt.Sprintf("line %d: ", r.Line)
	}
	return place + r.Message
}
