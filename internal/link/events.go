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
	how    Binding   // evEdge
	within bool      // done by a library with a function that it was given, see within
	id     uint32    // the operation that does it, by the program's number
	at     uint32    // the operation that was evaluated, counted from the block's first
	to     uint32    // evEdge: an Instance; evLibrary: an ext; evRegistered: an index of solver.registered
	recv   Value     // evLibrary
	args   *callArgs // evLibrary
}

// registered is what an evRegistered event, of which there are few, tells.
type registered struct {
	fn      Func
	runs    Instance
	factory uint32
	entity  *knowledge.Entity
	call    *knowledge.Call
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
		e.id, e.at, e.within = s.opID, s.at, s.withins > 0
		s.events = append(s.events, e)
	}
}

// within begins what a library call does with the functions and objects that it was given: sorted(rows, key=f) calls f as
// well, not instead. The result ends it.
func (s *solver) within() (done func()) {
	s.withins++
	return func() { s.withins-- }
}

// replay tells a collector what an instance does: each event by the operation that its number means, or all by the one given.
func (s *solver) replay(in Instance, events []event, op *facts.Op, c Collector) {
	if len(events) == 0 {
		return
	}
	by := op
	file := s.Files[s.instances[in].file]
	for i := range events {
		e := &events[i]
		if by == nil {
			op = &file.Facts.Ops[e.id-file.op]
		}
		switch e.kind {
		case evEdge:
			how, to := e.how, Instance(e.to)
			if how != Unbound && s.injected[s.instances[to].fn] {
				how = Unbound
			}
			c.Edge(in, e.id, op, e.mode, to, how, e.within)
		case evLibrary:
			x := &s.exts[e.to]
			c.Library(&LibraryCall{From: in, ID: e.id, Op: op, Path: x.path, Entity: x.entity, Mode: e.mode, Recv: e.recv, Within: e.within, s: s, args: e.args})
		case evRegistered:
			r := &s.registered[e.to]
			c.Registered(&Registration{From: in, ID: e.id, Op: op, Func: r.fn, Runs: r.runs, Entity: r.entity, Call: r.call, Factory: r.factory})
		case evUnresolved:
			c.Unresolved(in, e.id, op)
		case evMutated:
			if s.changesShared(in, op) {
				c.Mutated(in, e.id, op)
			}
		}
	}
}
