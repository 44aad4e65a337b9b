// Package effects computes what every function does beyond its return value, and proves it.
//
// From the solved program it collects sites (an operation that has an effect: a library call whose catalogue entry says
// so, a write of shared state) and edges (an operation that runs another block), and propagates effects backward along
// the edges to a fixpoint. A function's effects form a lattice: for each kind absent < unknown < likely < proved, and
// not blocking < blocking; the join of two is the greater of both (lattice_test.go holds the laws).
//
// For every effect of every block the shortest chain of calls to a site is kept: the witness. Proved chains come first,
// then shorter ones, then those earlier in the program.
//
// What an edge lets through depends on how the callee runs (link.Mode): an effect handed to a worker thread, a started
// thread or a process stays, without blocking; making a generator or coroutine object lets nothing through until it is
// consumed or awaited; handing a job to a queue leaves the job's effects to the worker.
//
// A call whose arguments rule out branches of what it calls leads to a variant of that: a node without what is in these
// branches (variant.go). What walks the graph needs not know of it; who asks for a block as such finds it in all its nodes.
//
// A test that puts something else in the place of what it calls has the effects that are left (replaced.go); the graph keeps its calls.
package effects

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// Node is a block instance, the part of a module that runs only as a script (see Analysis.Main), or a variant of an instance.
type Node uint32

// Site is an operation that has an effect.
type Site struct {
	Node      Node
	ID        uint32 // program-wide number of the operation
	Op        *facts.Op
	Kind      knowledge.EffectKind
	Blocking  bool
	Certainty diag.Certainty
	Path      string // of the library function, or what is written
	Entity    *knowledge.Entity
	Effect    *knowledge.Effect
	Mode      link.Mode
	Timeout   TimeoutState
	Call      *link.LibraryCall // nil for effects that are no library call
}

// TimeoutState says how a call that can wait is bounded.
type TimeoutState uint8

const (
	NoTimeoutKnown TimeoutState = iota // the catalogue says nothing about it
	Bounded                            // by an argument, its session or a default
	WaitsForever                       // nothing bounds it
	MaybeBounded                       // an argument whose value is not known
)

// Edge is an operation that runs, or will run, another block.
type Edge struct {
	From, To  Node
	ID        uint32
	Op        *facts.Op
	Mode      link.Mode
	Certainty diag.Certainty
	within    bool // see link.Collector
	binding   link.Binding
}

// Analysis is the result.
type Analysis struct {
	*link.Solution
	Sites         []Site
	Edges         []Edge
	Registrations []link.Registration
	Calls         []link.LibraryCall // every library call, effects or not
	unresolved    []uint32           // per node: number of calls of which nothing is known

	nodes    int
	first    int        // nodes below it are instances; then one for each file's script part
	second   int        // nodes from it on are variants
	bases    []Node     // of each variant the node that it is one of
	left     [][]branch // of each variant what it leaves out
	kinds    index      // by node: its variants, counted from the first
	out      index
	in       index
	sitesAt  index
	replaced replacements
	reach    [layers][]reached // by layer, then node; nil where no site is
}

// reached is how a node comes to have an effect.
type reached struct {
	via  uint32 // site index when dist is 1, else edge index
	dist uint16 // 1 at a site; 0 not reached; the longest ways count as farthest
	cert diag.Certainty
}

// after is the distance of a node from which a step leads to r.
func (r reached) after() uint16 { return min(r.dist, farthest-1) + 1 }

const farthest = 1<<16 - 1

const layers = 2 * int(knowledge.EffectKinds)

func layer(k knowledge.EffectKind, blocking bool) int {
	if blocking {
		return 2*int(k) + 1
	}
	return 2 * int(k)
}

// index lists items by node: items[start[n]:start[n+1]].
type index struct {
	start []uint32
	items []uint32
}

func (x *index) of(n Node) []uint32 { return x.items[x.start[n]:x.start[n+1]] }

func makeIndex(nodes, n int, key func(i int) Node) index {
	x := index{start: make([]uint32, nodes+1), items: make([]uint32, n)}
	for i := range n {
		x.start[key(i)+1]++
	}
	for i := range nodes {
		x.start[i+1] += x.start[i]
	}
	at := append([]uint32(nil), x.start[:nodes]...)
	for i := range n {
		k := key(i)
		x.items[at[k]] = uint32(i)
		at[k]++
	}
	return x
}

// Analyse collects and propagates.
func Analyse(sol *link.Solution) *Analysis {
	a := &Analysis{Solution: sol}
	c := &collector{a: a, targets: map[target]uint32{}, transactions: map[variable]bool{}}
	sol.Collect(c)
	a.first = sol.Instances()
	a.nodes = a.first + len(sol.Files)
	c.finish()
	a.second = a.nodes
	a.vary()
	a.out = makeIndex(a.nodes, len(a.Edges), func(i int) Node { return a.Edges[i].From })
	a.in = makeIndex(a.nodes, len(a.Edges), func(i int) Node { return a.Edges[i].To })
	a.sitesAt = makeIndex(a.nodes, len(a.Sites), func(i int) Node { return a.Sites[i].Node })
	a.propagate()
	a.findReplacements()
	return a
}

// Main is the part of a module below `if __name__ == "__main__"`; running the file runs the module's own block too.
func (a *Analysis) Main(file int) Node { return Node(a.first + file) }

// FuncOf is the block a node belongs to.
func (a *Analysis) FuncOf(n Node) link.Func {
	n = a.base(n)
	if int(n) >= a.first {
		return a.Files[int(n)-a.first].FirstFunc()
	}
	return a.Solution.FuncOf(link.Instance(n))
}

// IsMain: the node is a script part.
func (a *Analysis) IsMain(n Node) bool { return int(n) >= a.first && int(n) < a.second }

// File is the file a node is in.
func (a *Analysis) File(n Node) *link.File { return a.FileOf(a.FuncOf(n)) }

// OutEdges and SitesOf are a node's own.
func (a *Analysis) OutEdges(n Node) []uint32 { return a.out.of(n) }
func (a *Analysis) InEdges(n Node) []uint32  { return a.in.of(n) }
func (a *Analysis) SitesOf(n Node) []uint32  { return a.sitesAt.of(n) }

// Nodes is the number of nodes.
func (a *Analysis) Nodes() int { return a.nodes }

// Unresolved is the number of calls in a node of which nothing is known.
func (a *Analysis) Unresolved(n Node) int {
	n = a.base(n)
	if int(n) >= len(a.unresolved) {
		return 0
	}
	return int(a.unresolved[n])
}

// ---- collecting ----

type collector struct {
	a            *Analysis
	transactions map[variable]bool // what calls give that holds a transaction as the object of a `with`
	targets      map[target]uint32 // number of different callees
	pending      []Edge
}

// variable is a variable of a function, or what one of its operations gives.
type variable struct {
	f   link.Func
	ref facts.Ref
}

// node is the instance, or the script part when the operation is below the main guard. ok is false for code that never
// runs.
func (c *collector) node(from link.Instance, op *facts.Op) (n Node, ok bool) {
	f := c.a.Solution.FuncOf(from)
	if op.Flags&facts.FlagAnnotation != 0 {
		return 0, false
	}
	file := c.a.FileOf(f)
	n = Node(from)
	for x := op.Ctx; x != 0; {
		ctx := &file.Facts.Ctxs[x]
		switch ctx.Kind {
		case facts.CtxTyping:
			return 0, false
		case facts.CtxMain:
			return Node(1<<31 | uint32(file.Index)), true
		}
		x = ctx.Parent
	}
	return n, true
}

// target is an operation of a node, and what library calls do at it: each has one callee, or one of several.
type target struct {
	n      Node
	id     uint32
	within bool
}

// Expect makes room, so that what sites point to stays where it is, and once.
func (c *collector) Expect(edges, calls int) {
	c.pending = make([]Edge, 0, edges+edges/16)
	c.a.Calls = make([]link.LibraryCall, 0, calls+calls/16)
}

func (c *collector) Edge(from link.Instance, id uint32, op *facts.Op, mode link.Mode, to link.Instance, how link.Binding, within bool) {
	n, ok := c.node(from, op)
	if !ok {
		return
	}
	if mode == link.Imported && c.a.Facts(c.a.Solution.FuncOf(from)).Kind != facts.ModuleBody {
		return // imported when the function first runs, and only once
	}
	c.pending = append(c.pending, Edge{From: n, To: Node(to), ID: id, Op: op, Mode: mode, Certainty: diag.Proved, within: within, binding: how})
	if mode == link.Called {
		c.targets[target{n, id, within}]++
	}
}

func (c *collector) Registered(r *link.Registration) {
	c.a.Registrations = append(c.a.Registrations, *r)
}

func (c *collector) Unresolved(from link.Instance, id uint32, op *facts.Op) {
	n, ok := c.node(from, op)
	if !ok || n >= 1<<31 {
		return
	}
	for int(n) >= len(c.a.unresolved) {
		c.a.unresolved = append(c.a.unresolved, make([]uint32, int(n)+64)...)
	}
	c.a.unresolved[n]++
}

func (c *collector) Mutated(from link.Instance, id uint32, op *facts.Op) {
	if n, ok := c.node(from, op); ok {
		c.site(n, Site{ID: id, Op: op, Kind: knowledge.State, Certainty: diag.Proved, Path: "item"})
	}
}

func (c *collector) site(n Node, s Site) {
	s.Node = n
	c.a.Sites = append(c.a.Sites, s)
}

func (c *collector) Library(lc *link.LibraryCall) {
	n, ok := c.node(lc.From, lc.Op)
	if !ok {
		return
	}
	if lc.Mode == link.Called {
		c.targets[target{n, lc.ID, lc.Within}]++
	}
	c.a.Calls = append(c.a.Calls, *lc)
	call := &c.a.Calls[len(c.a.Calls)-1]
	e := lc.Entity
	if e == nil {
		return
	}
	if e.Context == "transaction" {
		c.transactions[variable{c.a.Solution.FuncOf(lc.From), lc.Op.Dst}] = true
	}
	for i := range e.Effects {
		c.effect(n, call, &e.Effects[i], e.Async)
	}
	if e.Kind == knowledge.Class {
		if init := call.Callee(); init != nil && init != e {
			for i := range init.Effects {
				c.effect(n, call, &init.Effects[i], false)
			}
		}
		if e.Traits&knowledge.Settings != 0 && len(e.Effects) == 0 {
			c.site(n, Site{ID: lc.ID, Op: lc.Op, Kind: knowledge.Env, Certainty: diag.Proved, Path: lc.Path, Entity: e, Mode: lc.Mode, Call: call})
		}
	}
}

// inTransaction: a `with` of the block holds a transaction around the call.
func (c *collector) inTransaction(lc *link.LibraryCall) bool {
	f := c.a.Solution.FuncOf(lc.From)
	ff := c.a.FileOf(f).Facts
	for x := lc.Op.Ctx; x != 0; x = ff.Ctxs[x].Parent {
		if ff.Ctxs[x].Kind == facts.CtxWith && c.transactions[variable{f, ff.Ctxs[x].A}] {
			return true
		}
	}
	return false
}

// effect adds the site of one catalogued effect of a call, if it can happen for these arguments.
func (c *collector) effect(n Node, lc *link.LibraryCall, ef *knowledge.Effect, async bool) {
	if (ef.Kind == knowledge.FSRead || ef.Kind == knowledge.FSWrite) && lc.Buffered() {
		return
	}
	if ef.Staged && !c.inTransaction(lc) {
		return
	}
	if !lc.May(ef.When) || ef.Kind == knowledge.Deserialize && lc.Safe() {
		return
	}
	s := Site{ID: lc.ID, Op: lc.Op, Kind: ef.Kind, Blocking: ef.Blocking && !async, Certainty: diag.Proved, Path: lc.Path, Entity: lc.Entity, Effect: ef, Mode: lc.Mode, Call: lc}
	if lc.Mode == link.Offloaded || lc.Mode == link.Started || lc.Mode == link.Enqueued {
		s.Blocking = false
	}
	if lc.Mode == link.Enqueued {
		return
	}
	if ef.Mode != "" {
		s.Kind = modeKind(lc.Arg(ef.Mode), ef.Kind)
	}
	if ef.SQL != "" {
		s.Kind = sqlKind(c.a.FileOf(c.a.Solution.FuncOf(lc.From)), lc.Arg(ef.SQL), ef.Kind)
	}
	s.Timeout = timeoutOf(lc, ef)
	c.site(n, s)
}

// modeKind decides between reading and writing from open()'s mode.
func modeKind(a link.Arg, otherwise knowledge.EffectKind) knowledge.EffectKind {
	if !a.Given {
		return knowledge.FSRead
	}
	modes, _ := a.Strings()
	for _, m := range modes {
		if strings.ContainsAny(m, "wax+") {
			return knowledge.FSWrite
		}
	}
	if len(modes) > 0 {
		return knowledge.FSRead
	}
	return otherwise
}

// timeoutOf says how a call that can wait is bounded.
func timeoutOf(lc *link.LibraryCall, ef *knowledge.Effect) TimeoutState {
	if ef.Timeout == "" && ef.ClassTimeout == "" && ef.DefaultTimeout == knowledge.DefaultUnknown {
		return NoTimeoutKnown
	}
	if ef.Timeout != "" {
		a := lc.Arg(ef.Timeout)
		if a.Given {
			if a.IsNone() {
				return WaitsForever
			}
			return Bounded
		}
	}
	switch ef.DefaultTimeout {
	case knowledge.Forever:
		if ef.ClassTimeout != "" {
			return MaybeBounded
		}
		return WaitsForever
	case knowledge.Bounded:
		return Bounded
	}
	if ef.ClassTimeout != "" {
		return MaybeBounded
	}
	return NoTimeoutKnown
}

// finish adds what is no library call: writes of shared state, raised SystemExit; and numbers the script parts.
func (c *collector) finish() {
	a := c.a
	fix := func(n Node) Node {
		if n >= 1<<31 {
			return Node(a.first) + n&^(1<<31)
		}
		return n
	}
	assumed := func(n Node) bool { return n < 1<<31 && a.Assumed(link.Instance(n)) }
	for i := range c.pending {
		e := &c.pending[i]
		if c.targets[target{e.From, e.ID, e.within}] > 1 && e.Mode == link.Called {
			e.Certainty = diag.Likely
		}
		if assumed(e.From) {
			e.Certainty = diag.Likely
		}
		e.From = fix(e.From)
	}
	for i := range a.Sites {
		s := &a.Sites[i]
		if c.targets[target{s.Node, s.ID, s.Call != nil && s.Call.Within}] > 1 && s.Mode == link.Called {
			s.Certainty = diag.Likely
		}
		if assumed(s.Node) {
			s.Certainty = diag.Likely
		}
		s.Node = fix(s.Node)
	}
	a.Edges = c.pending
	// Running a script runs its module first.
	for i, f := range a.Files {
		a.Edges = append(a.Edges, Edge{From: a.Main(i), To: Node(f.FirstFunc()), Op: &facts.Op{}, Mode: link.Called, Certainty: diag.Proved})
	}
	// The first instances are the functions themselves; one in a context writes what its function writes.
	written := make([][2]int, a.Funcs())
	for n := range a.first {
		id := a.Solution.FuncOf(link.Instance(n))
		if n >= len(written) {
			for i := written[id][0]; i < written[id][1]; i++ {
				s := a.Sites[i]
				s.Node = Node(n)
				a.Sites = append(a.Sites, s)
			}
			continue
		}
		written[n][0] = len(a.Sites)
		if f, fn := a.FileOf(id), a.Facts(id); fn.Kind == facts.Function || fn.Kind == facts.Lambda {
			for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
				op := &f.Facts.Ops[o]
				if what, ok := stateWritten(f, op); ok {
					a.Sites = append(a.Sites, Site{Node: Node(n), ID: f.OpBase() + o, Op: op, Kind: knowledge.State, Certainty: diag.Proved, Path: what})
				}
			}
		}
		written[n][1] = len(a.Sites)
	}
}

// stateWritten: the operation writes something that outlives the function and that others share.
func stateWritten(f *link.File, op *facts.Op) (string, bool) {
	switch op.Code {
	case facts.StateWrite:
		if op.C != 0 {
			return "", false // nonlocal: the enclosing function's own
		}
		return f.Facts.Str(op.B), true
	case facts.SetAttr:
		if op.Flags&facts.FlagGlobalRoot != 0 {
			return f.Facts.Str(op.B), true
		}
	case facts.SetItem:
		if op.Flags&facts.FlagGlobalRoot != 0 {
			return "item", true
		}
	case facts.Delete:
		if op.Flags&facts.FlagGlobalRoot != 0 {
			return "item", true
		}
	}
	return "", false
}

// ---- propagating ----

// passes says whether a caller has the effects of what an edge runs, and whether they may still block it.
func passes(m link.Mode) (effects, blocking bool) {
	switch m {
	case link.Called, link.Consumed, link.Scheduled, link.ClassRun, link.Imported:
		return true, true
	case link.Offloaded, link.Started:
		return true, false
	}
	return false, false
}

func (a *Analysis) propagate() {
	var byLayer [layers][]uint32
	for i := range a.Sites {
		l := layer(a.Sites[i].Kind, a.Sites[i].Blocking)
		byLayer[l] = append(byLayer[l], uint32(i))
	}
	var offloads []uint32
	for i := range a.Edges {
		if ok, block := passes(a.Edges[i].Mode); ok && !block {
			offloads = append(offloads, uint32(i))
		}
	}
	callers := a.callers()
	// Kinds have nothing to do with one another. Of each, the blocking layer comes first: what it loses on the way to a worker
	// thread arrives in the layer beside.
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), layers/2) {
		wg.Go(func() {
			w := walk{callers: callers}
			for k := 2 * int(next.Add(1)-1); k < layers; k = 2 * int(next.Add(1)-1) {
				a.spread(&w, k+1, byLayer[k+1], nil)
				var lost []uint32
				for _, i := range offloads {
					if a.at(a.Edges[i].To, k+1).dist != 0 {
						lost = append(lost, i)
					}
				}
				a.spread(&w, k, byLayer[k], lost)
			}
		})
	}
	wg.Wait()
}

// caller is what spreading asks of an edge.
type caller struct {
	from             Node
	edge             uint32
	certainty        diag.Certainty
	passes, offloads bool
}

// callers are the edges in the order of a.in, so that those of a node lie side by side.
func (a *Analysis) callers() []caller {
	out := make([]caller, len(a.in.items))
	for k, i := range a.in.items {
		e := &a.Edges[i]
		ok, block := passes(e.Mode)
		out[k] = caller{from: e.From, edge: i, certainty: e.Certainty, passes: ok, offloads: !block}
	}
	return out
}

// walk is what spreading takes with it: the edges to walk back on, and room.
type walk struct {
	callers     []caller
	queue, next []Node
}

// at is how a node comes to an effect; the zero value when it does not.
func (a *Analysis) at(n Node, layer int) reached {
	if a.reach[layer] == nil {
		return reached{}
	}
	return a.reach[layer][n]
}

// spread walks back from the sites of one layer, proved steps first, breadth first. lost are edges that bring the effect
// over from the blocking layer.
func (a *Analysis) spread(w *walk, l int, sites, lost []uint32) {
	if len(sites) == 0 && len(lost) == 0 {
		return
	}
	if a.reach[l] == nil {
		a.reach[l] = make([]reached, a.nodes)
	}
	for _, want := range [...]diag.Certainty{diag.Proved, diag.Likely} {
		queue, next := w.queue[:0], w.next
		at := func(n Node) *reached { return &a.reach[l][n] }
		if want == diag.Likely {
			// Everything proved is a start for what is only likely.
			for n := range a.nodes {
				if at(Node(n)).dist != 0 {
					queue = append(queue, Node(n))
				}
			}
		}
		for _, i := range sites {
			s := &a.Sites[i]
			if r := at(s.Node); r.dist == 0 && s.Certainty >= want {
				*r = reached{i, 1, min(want, s.Certainty)}
				queue = append(queue, s.Node)
			}
		}
		for _, i := range lost {
			e := &a.Edges[i]
			from := a.at(e.To, l+1)
			if r := at(e.From); r.dist == 0 && min(e.Certainty, from.cert) >= want {
				*r = reached{i, from.after(), want}
				queue = append(queue, e.From)
			}
		}
		for len(queue) > 0 {
			next = next[:0]
			for _, n := range queue {
				r := *at(n)
				for i := a.in.start[n]; i < a.in.start[n+1]; i++ {
					c := &w.callers[i]
					if !c.passes || c.offloads && l&1 == 1 || c.certainty < want {
						continue
					}
					if p := at(c.from); p.dist == 0 {
						*p = reached{c.edge, r.after(), want}
						next = append(next, c.from)
					}
				}
			}
			queue, next = next, queue
		}
		w.queue, w.next = queue, next
	}
}
