// Package sample is the sampling profiler: it looks at a process and its children at a steady rate and says, for every thread and every
// look, in which state it was and to which category the time belongs.
//
//   - [State] is what the operating system and the interpreter's lock say: running with the GIL, waiting for it, waiting for a lock, on
//     a socket …
//   - [Category] is what a decision needs: database, external API, serialization … It comes from [Rules] over the evidence at hand, best
//     evidence first: the peer of the socket that is waited for, then the frames from the leaf up, then the state alone.
//   - [Profile] collects. Looks come at exponential spaces and weigh the same, each thread's corrected so that the sums of running, being
//     ready and waiting are those the kernel counts: what looks tell is what the time went into, not how much there was of it.
//   - [Rank] turns shares into upper bounds of what a fix can gain, with intervals.
//
// The target is read with cpython.Target and through /proc; it is never stopped and nothing is written to it. Stacks that changed while
// they were read are counted in the profile. Linux only; elsewhere [Run] says so.
package sample

import (
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/cpython"
)

// A State is what a thread was doing.
type State string

const (
	Running State = "running"  // on a processor, holding the GIL (or in a build without one)
	Native  State = "native"   // on a processor in native code that let go of the GIL
	GIL     State = "gil wait" // waiting for the GIL
	Lock    State = "lock wait"
	Socket  State = "socket"
	File    State = "file" // reading, writing or opening something that is not a socket
	Sleep   State = "sleep"
	Child   State = "process wait"
	Starved State = "starved" // ready, but the processors were taken; its category is that of the work it would have done
	GC      State = "gc"
	Idle    State = "idle" // a worker without work: an accept, an empty queue, a join
	Unknown State = "unknown"
)

// A Category is a share of time in the words of the decision.
type Category string

const (
	Database      Category = "database"
	Cache         Category = "cache"
	Queue         Category = "queue"
	API           Category = "external API"
	LLM           Category = "LLM API"
	Serialization Category = "serialization"
	Model         Category = "model inference"
	Template      Category = "template"
	Filesystem    Category = "filesystem"
	LockWait      Category = "lock wait"
	GILWait       Category = "GIL wait"
	Garbage       Category = "garbage collection"
	Import        Category = "import"
	Interpreter   Category = "interpreter"
	NativeCode    Category = "native code"
	Sleeping      Category = "sleep"
	Process       Category = "other process"
	Starvation    Category = "processor shortage"
	Waiting       Category = "idle"
	Other         Category = "unknown"
)

// A Look is one thread at one moment, classified.
type Look struct {
	PID, TID int
	State    State
	Category Category
	Evidence string // why this category: "socket 127.0.0.1:5432", "frame psycopg.cursor", "state"
	Frames   []cpython.Frame
}

// A weighed look stands for a length of time.
type weighed struct {
	Look
	weight time.Duration
}

// A Place is a line of a function.
type Place struct {
	Name string `json:"name"`
	File string `json:"file"`
	Line int    `json:"line"`
}

// A Stack is all looks that were alike.
type Stack struct {
	PID      int
	TID      int
	State    State
	Category Category
	Evidence string
	Frames   []Place // leaf first
	Weight   time.Duration
	CPU      time.Duration // the part spent on a processor
	Count    int64
}

// A span is one tenth of a second of the profile: the time per category over all threads, and what of it a faster program would save.
type span struct {
	by             map[Category]time.Duration
	path, requests work
}

// A work is time per category, and the part of it that was spent waiting for a processor.
type work struct {
	by      map[Category]time.Duration
	starved time.Duration
}

func (w *work) add(l weighed, d time.Duration) {
	if w.by == nil {
		w.by = map[Category]time.Duration{}
	}
	w.by[l.Category] += d
	if l.State == Starved {
		w.starved += d
	}
}

const spanLength = 100 * time.Millisecond

// A Profile is what was seen.
type Profile struct {
	Started time.Time
	Length  time.Duration
	Rate    int
	Command string
	Cores   int
	Targets []Target
	Stacks  []*Stack
	spans   []span
	Looks   int64 // times the targets were looked at
	Late    int64 // looks that came more than one period late
	Stats   cpython.Stats
	Busy    time.Duration // processor time the profiler itself used
	Notes   []string
	index   map[string]*Stack

	coroutines map[Place]*Coroutine
	whole      bool          // the first process was watched from its start to its end
	busy       int64         // looks at which something was at work
	firstBusy  time.Duration // how long the first thread of the first process was at work
	lastSeen   time.Time
}

// A Target is one process of the profile.
type Target struct {
	PID     int    `json:"pid"`
	Version string `json:"python"`
	Refused string `json:"refused,omitempty"` // why its stacks were not read
}

// Options say what to profile and how.
type Options struct {
	PID      int
	Rate     int           // looks per second
	Duration time.Duration // 0: until the process ends or ctx does
	Children bool          // follow child processes
	Rules    *Rules
	Patience time.Duration // how long to wait for Python to appear in the process
	// OnLook, when set, sees every classified look.
	OnLook func(at time.Time, weight time.Duration, l Look)
}

func newProfile(o Options) *Profile {
	return &Profile{Started: time.Now(), Rate: o.Rate, index: map[string]*Stack{}, coroutines: map[Place]*Coroutine{}}
}

// add collects one look of a weight.
func (p *Profile) add(at time.Time, weight time.Duration, l Look, key []byte) {
	p.span(at).by[l.Category] += weight
	s, ok := p.index[string(key)]
	if !ok {
		s = &Stack{PID: l.PID, TID: l.TID, State: l.State, Category: l.Category, Evidence: l.Evidence, Frames: make([]Place, len(l.Frames))}
		for i, f := range l.Frames {
			s.Frames[i] = Place{f.Code.Name, f.Code.File, f.Line}
		}
		p.index[string(key)] = s
		p.Stacks = append(p.Stacks, s)
	}
	s.Weight += weight
	s.Count++
	switch l.State {
	case Running, Native, GC:
		s.CPU += weight
	}
}

func (p *Profile) span(at time.Time) *span {
	n := max(0, int(at.Sub(p.Started)/spanLength))
	for len(p.spans) <= n {
		p.spans = append(p.spans, span{by: map[Category]time.Duration{}})
	}
	return &p.spans[n]
}

// attribute says what the program waited for at one moment, from the looks at all its threads: what its first thread did, and where that
// one was idle or waited for another process, what the others did, each for its part. How much faster a command can end follows from
// this path alone: a thread that sleeps beside it, or works ahead of it, makes no difference. Beside it the time of all threads is kept,
// less what a first process only waits for others: that is what the requests of a service are made of.
func (p *Profile) attribute(at time.Time, first int, looks []weighed) {
	var main, others []weighed
	var child bool
	var sum time.Duration
	for _, l := range looks {
		switch {
		case l.PID == first && l.TID == first:
			main = append(main, l)
			child = child || l.State == Child || l.Category == Process
		case l.Category != Waiting:
			others = append(others, l)
			sum += l.weight
		}
	}
	idle := len(main) == 0 || main[0].Category == Waiting
	now := p.span(at)
	for _, l := range others {
		now.requests.add(l, l.weight)
	}
	switch {
	case !idle && (!child || len(others) == 0):
		for _, l := range main {
			now.path.add(l, l.weight)
			now.requests.add(l, l.weight)
			if !child {
				p.firstBusy += l.weight
			}
		}
	case len(others) > 0:
		interval := looks[0].weight
		for _, l := range looks {
			interval = max(interval, l.weight)
		}
		for _, l := range others {
			now.path.add(l, time.Duration(float64(interval)*float64(l.weight)/float64(sum)))
		}
	default:
		return
	}
	p.busy++
}

// Totals returns the time of every category and of all that is not idle.
func (p *Profile) Totals() (by map[Category]time.Duration, work time.Duration) {
	by = map[Category]time.Duration{}
	for _, s := range p.Stacks {
		by[s.Category] += s.Weight
		if s.Category != Waiting {
			work += s.Weight
		}
	}
	return by, work
}

// States returns the time of every state.
func (p *Profile) States() map[State]time.Duration {
	by := map[State]time.Duration{}
	for _, s := range p.Stacks {
		by[s.State] += s.Weight
	}
	return by
}

// Timeline returns the time of every category in every second.
func (p *Profile) Timeline() []map[Category]time.Duration {
	var out []map[Category]time.Duration
	for i, s := range p.spans {
		n := int(time.Duration(i) * spanLength / time.Second)
		if n == len(out) {
			out = append(out, map[Category]time.Duration{})
		}
		for c, d := range s.by {
			out[n][c] += d
		}
	}
	return out
}
