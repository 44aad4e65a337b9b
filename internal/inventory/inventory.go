// Package inventory finds the work in a repository: what has an entry point of its own, of which kind it is, how much it
// matters (its tier), and the evidence for each.
//
// Evidence comes from Python (framework applications and their routes, tasks, schedules in code, main guards, dashboards,
// model APIs: what Analysis.Registrations and Analysis.Calls tell) and from the artifacts that start it (package project).
// Every piece of evidence is kept. Declared beats inferred.
package inventory

import (
	"math/bits"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
)

// Evidence is one reason for a kind or a tier, with its place.
type Evidence struct {
	What string
	File string
	Line int // 0 when the whole file is meant
}

// Phase is when a root runs.
type Phase uint8

const (
	Request  Phase = iota // a request handler
	Job                   // a task, a scheduled function
	Script                // run as a program: the main guard or the module itself
	Startup               // started once with the process: lifespan, signal handlers, on_event
	Command               // a command of a command-line program
	Tool                  // a function that a model may call
	Test                  // a test or fixture
	Import                // run when the module is imported
	Callback              // called by a library for some other reason
)

var phaseNames = [...]string{"request", "job", "script", "startup", "command", "tool", "test", "import", "callback"}

func (p Phase) String() string { return phaseNames[p] }

// Root is where execution of a piece of work starts.
type Root struct {
	Func   link.Func
	Node   effects.Node // what is called: Func, or what decorators of the program's own made of it; the script part for Script
	Phase  Phase
	Method string // HTTP method of a Request, "" when it may be any
	Route  string // path of a Request, "" when unknown
	File   string
	Line   int // of the registration
}

// Work is one piece of work.
type Work struct {
	Name     string // unique: its declared name, else the dotted module or the path
	Kind     project.Kind
	Path     string // the file that holds its entry point
	File     int    // index into Analysis.Files, -1 when it is no Python file
	Roots    []Root
	Tier     project.Tier
	Declared bool // the tier is declared
	Owner    string
	Evidence []Evidence // of the tier, and then of the kind
	// Inferred is the tier that the evidence alone gives.
	Inferred project.Tier
	// Starts are the artifacts' invocations that name it.
	Starts []Evidence
	Line   int    // in the configuration where it is declared, 0 otherwise
	Aside  string // the directory of examples or documentation that it is in, "" for other work
}

// Inventory is the work of a repository and what of the program each reaches.
type Inventory struct {
	Work []*Work // sorted by name
	// reach[i] is the set of nodes that Work[i] reaches.
	reach []bitset
}

// Reaching is the work from whose roots execution can come to a node, by name order. Tests are not work.
func (v *Inventory) Reaching(n effects.Node) []*Work {
	var out []*Work
	for i, w := range v.Work {
		if v.reach[i].has(n) {
			out = append(out, w)
		}
	}
	return out
}

// Reaches says whether execution can come from the roots of Work[i] to a node.
func (v *Inventory) Reaches(i int, n effects.Node) bool { return v.reach[i].has(n) }

// Find is the work of that name, nil when there is none.
func (v *Inventory) Find(name string) *Work {
	for _, w := range v.Work {
		if w.Name == name {
			return w
		}
	}
	return nil
}

// Each calls do for every node that Work[i] reaches, in order.
func (v *Inventory) Each(i int, do func(effects.Node)) {
	for at, p := range v.reach[i] {
		if p == nil {
			continue
		}
		for w, word := range p {
			for ; word != 0; word &= word - 1 {
				do(effects.Node(at<<pageBits + w<<6 + bits.TrailingZeros64(word)))
			}
		}
	}
}

// bitset is a set of nodes, in pages that exist once they hold one: most work of a repository with thousands of scripts
// reaches a few dozen of its hundreds of thousands of nodes.
type bitset []*[1 << (pageBits - 6)]uint64

const pageBits = 11

func newBitset(nodes int) bitset { return make(bitset, nodes>>pageBits+1) }

func (b bitset) has(n effects.Node) bool {
	p := b[n>>pageBits]
	return p != nil && p[n>>6&(1<<(pageBits-6)-1)]>>(n&63)&1 != 0
}

func (b bitset) add(n effects.Node) {
	p := b[n>>pageBits]
	if p == nil {
		p = new([1 << (pageBits - 6)]uint64)
		b[n>>pageBits] = p
	}
	p[n>>6&(1<<(pageBits-6)-1)] |= 1 << (n & 63)
}
