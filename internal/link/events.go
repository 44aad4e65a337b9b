package link

import (
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// event is something a block does, noted in each of its runs; those of the last run, which saw the final values, are
// told to the Collector.
type event struct {
	kind   eventKind
	mode   Mode
	within bool    // done by a library with a function that it was given, see within
	how    Binding // evEdge
	id     uint32
	op     *facts.Op
	to     Instance // evEdge, evRegistered
	fn     Func     // evRegistered
	ext    uint32   // evLibrary; evRegistered: the factory
	recv   Value
	at     uint32 // the operation that was evaluated, counted from the block's first
	args   *callArgs
	entity *knowledge.Entity
	call   *knowledge.Call
}

type eventKind uint8

const (
	evEdge eventKind = iota
	evLibrary
	evRegistered
	evUnresolved
	evMutated
	eventKinds = iota
)

func (s *solver) tell(e event) {
	if !s.muted {
		e.at, e.within = s.at, s.withins > 0
		s.events = append(s.events, e)
	}
}

// within begins what a library call does with the functions and objects that it was given: sorted(rows, key=f) calls f as
// well, not instead. The result ends it.
func (s *solver) within() (done func()) {
	s.withins++
	return func() { s.withins-- }
}

// replay tells a collector what an instance does.
func (s *solver) replay(in Instance, events []event, c Collector) {
	for i := range events {
		e := &events[i]
		switch e.kind {
		case evEdge:
			how := e.how
			if how != Unbound && s.injected[s.instances[e.to].fn] {
				how = Unbound
			}
			c.Edge(in, e.id, e.op, e.mode, e.to, how, e.within)
		case evLibrary:
			x := &s.exts[e.ext]
			c.Library(&LibraryCall{From: in, ID: e.id, Op: e.op, Path: x.path, Entity: x.entity, Mode: e.mode, Recv: e.recv, Within: e.within, s: s, args: e.args})
		case evRegistered:
			c.Registered(&Registration{From: in, ID: e.id, Op: e.op, Func: e.fn, Runs: e.to, Entity: e.entity, Call: e.call, Factory: e.ext})
		case evUnresolved:
			c.Unresolved(in, e.id, e.op)
		case evMutated:
			if s.changesShared(in, e.op) {
				c.Mutated(in, e.id, e.op)
			}
		}
	}
}
