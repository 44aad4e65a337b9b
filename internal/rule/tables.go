package rule

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// tables are what rules look up in the program; all passes over it share them, also while rules run side by side. Each is
// made when it is first asked for, and numbers variables and operations instead of hashing them, since rules ask about
// every call of the program.
type tables struct {
	forFlow   sync.Once
	files     []fileTables // by file
	edges     lists        // by the program's number of an operation: edges of its calls
	forCalls  sync.Once
	calls     lists        // by the program's number of an operation: library calls, see CallsAt
	ops       []*link.File // files that have operations, by their address
	forNodes  sync.Once
	instances [][]effects.Node // see Flow
	forSites  sync.Once
	sites     []callSite // see EachCall
	forArrive sync.Once
	arrivals  *Arrivals // see Arrivals
}

// callSite is a call and its block.
type callSite struct {
	fn link.Func
	op uint32
}

// lists is a list of numbers for each of a range of numbers.
type lists struct {
	start []uint32
	items []uint32
}

func (l *lists) of(i uint32) []uint32 {
	if int(i)+1 >= len(l.start) {
		return nil
	}
	return l.items[l.start[i]:l.start[i+1]]
}

// makeLists gathers the pairs that each yields, twice the same: a number and an item of its list.
func makeLists(n uint32, each func(yield func(i, item uint32))) lists {
	l := lists{start: make([]uint32, n+1)}
	total := uint32(0)
	each(func(i, _ uint32) {
		l.start[i]++
		total++
	})
	at := uint32(0)
	for i, c := range l.start {
		l.start[i] = at
		at += c
	}
	l.items = make([]uint32, total)
	each(func(i, item uint32) {
		l.items[l.start[i]] = item
		l.start[i]++
	})
	copy(l.start[1:], l.start) // each start has moved to the next one's
	l.start[0] = 0
	return l
}

// fileTables are what one file's operations say about its variables.
type fileTables struct {
	once   sync.Once
	facts  *facts.File
	defs   lists                    // by variable: the operations that give it its values
	stores map[facts.Ref][]uint32   // the calls x.append(…) and the like, by x
	puts   map[facts.Ref][]uint32   // the calls x.set(key, value), by x
	asked  map[facts.Ref]bool       // see checked
	called []atomic.Pointer[string] // by operation: see Flow.Called, nil for not asked yet
}

// variable numbers the variables of a file.
func (t *fileTables) variable(r facts.Ref) uint32 {
	if r.Tag() == facts.TagShared {
		return t.facts.NLocal + 1 + r.Index()
	}
	return r.Index()
}

// fill makes the tables of one file.
func (t *fileTables) fill() {
	ff := t.facts
	t.defs = makeLists(ff.NLocal+1+ff.NShared, func(yield func(i, item uint32)) {
		for i := range ff.Ops {
			if op := &ff.Ops[i]; op.Dst.IsVar() {
				yield(t.variable(op.Dst), uint32(i))
			}
		}
		for b := range ff.Funcs {
			fn := &ff.Funcs[b]
			for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
				switch code := ff.Ops[o].Code; {
				case code == facts.Return && fn.Ret.IsVar():
					yield(t.variable(fn.Ret), o)
				case (code == facts.Yield || code == facts.YieldFrom) && fn.Yields.IsVar():
					yield(t.variable(fn.Yields), o)
				}
			}
		}
	})
	t.stores, t.asked = map[facts.Ref][]uint32{}, map[facts.Ref]bool{}
	for i := range ff.Ops {
		op := &ff.Ops[i]
		if op.Code == facts.Member {
			t.asked[facts.Ref(op.A)] = true
		}
		if op.Code != facts.Call {
			continue
		}
		d := t.def(facts.Ref(op.A))
		if d == nil {
			continue
		}
		if checks(t.nameOf(d)) {
			for _, x := range ff.Args(op).Pos {
				t.asked[facts.Ref(x)] = facts.Ref(x).IsVar()
			}
		}
		if d.Code != facts.Attr {
			continue
		}
		switch recv, name := facts.Ref(d.A), ff.Str(d.B); {
		case recv.IsVar() && slices.Contains(gathers, name):
			t.stores[recv] = append(t.stores[recv], uint32(i))
		case recv.IsVar() && name == "set":
			if t.puts == nil {
				t.puts = map[facts.Ref][]uint32{}
			}
			t.puts[recv] = append(t.puts[recv], uint32(i))
		case slices.Contains(checked, name):
			t.asked[recv] = true
		}
	}
	t.called = make([]atomic.Pointer[string], len(ff.Ops))
}

// nameOf is the name of a function or method as a call writes it.
func (t *fileTables) nameOf(d *facts.Op) string {
	for range 5 {
		switch d.Code {
		case facts.Attr:
			return t.facts.Str(d.B)
		case facts.ImportName:
			return t.facts.Str(t.facts.Imports[d.A].Name)
		case facts.MakeFunc:
			return t.facts.Str(t.facts.Funcs[d.A].Name)
		case facts.Copy:
			if d = t.def(facts.Ref(d.A)); d != nil {
				continue
			}
		}
		return ""
	}
	return ""
}

// checks: a function of this name says whether a value may be used, or stops when it may not.
func checks(name string) bool {
	name = strings.TrimLeft(name, "_")
	if name == "check_output" || name == "check_call" { // of subprocess: these run what they are given
		return false
	}
	for _, p := range []string{"is_valid", "is_safe", "is_allowed", "is_internal", "validate", "check_", "verify_", "ensure_", "assert_", "fullmatch"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// gathers are methods that put their arguments into their receiver.
var gathers = []string{"append", "extend", "insert", "update", "add", "write"}

// def is the only operation that gives a variable its value, or nil.
func (t *fileTables) def(r facts.Ref) *facts.Op {
	if !r.IsVar() {
		return nil
	}
	if d := t.defs.of(t.variable(r)); len(d) == 1 {
		return &t.facts.Ops[d[0]]
	}
	return nil
}

// Share makes copies of p that are made from now on use the same tables of the program.
func (p *Pass) Share() { p.tables = &tables{} }

// own gives p tables unless it shares some.
func (p *Pass) own() {
	if p.tables == nil {
		p.Share()
	}
}

// file gives the tables of a file.
func (t *tables) file(f *link.File) *fileTables {
	ft := &t.files[f.Index]
	ft.once.Do(ft.fill)
	return ft
}

// needFlow makes the tables that flows need of the program.
func (p *Pass) needFlow() {
	p.own()
	p.forFlow.Do(p.makeFlow)
}

func (p *Pass) makeFlow() {
	p.tables.files = make([]fileTables, len(p.Files))
	ops := uint32(0)
	for i, f := range p.Files {
		p.tables.files[i].facts = f.Facts
		ops = f.OpBase() + uint32(len(f.Facts.Ops))
	}
	p.tables.edges = makeLists(ops, func(yield func(i, item uint32)) {
		for i := range p.Edges {
			// A coroutine or generator is made by its call and runs later; its result is the call's all the same.
			if e := &p.Edges[i]; (e.Mode == link.Called || e.Mode == link.Made) && e.Op.Code == facts.Call {
				yield(e.ID, uint32(i))
			}
		}
	})
}

// CallsAt are the library calls of an operation, by index into Calls.
func (p *Pass) CallsAt(op *facts.Op) []int {
	at := p.callsAt(op)
	if len(at) == 0 {
		return nil
	}
	out := make([]int, len(at))
	for i, k := range at {
		out[i] = int(k)
	}
	return out
}

func (p *Pass) callsAt(op *facts.Op) []uint32 {
	p.own()
	p.forCalls.Do(p.makeCalls)
	id, ok := p.number(op)
	if !ok {
		return nil
	}
	return p.tables.calls.of(id)
}

// firstCall is the first library call of an operation, -1 without one.
func (p *Pass) firstCall(op *facts.Op) int {
	if at := p.callsAt(op); len(at) > 0 {
		return int(at[0])
	}
	return -1
}

// makeCalls makes the table of library calls.
func (p *Pass) makeCalls() {
	n := uint32(0)
	for _, f := range p.Files {
		if len(f.Facts.Ops) > 0 {
			p.ops = append(p.ops, f)
		}
		n = f.OpBase() + uint32(len(f.Facts.Ops))
	}
	slices.SortFunc(p.ops, func(a, b *link.File) int { return a.Facts.CompareOps(&b.Facts.Ops[0]) })
	p.tables.calls = makeLists(n, func(yield func(i, item uint32)) {
		for i := range p.Calls {
			if id, ok := p.number(p.Calls[i].Op); ok {
				yield(id, uint32(i))
			}
		}
	})
}

// number is the program's number of an operation; false for one that is in no file.
func (p *Pass) number(op *facts.Op) (uint32, bool) {
	lo, hi := 0, len(p.ops)
	for lo < hi {
		if m := (lo + hi) / 2; p.ops[m].Facts.CompareOps(op) <= 0 {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo == 0 {
		return 0, false
	}
	f := p.ops[lo-1]
	k := f.Facts.IndexOf(op)
	return f.OpBase() + uint32(k), k >= 0
}

// edgesOf are the edges of a call, by index into Edges.
func (p *Pass) edgesOf(file *link.File, op *facts.Op) []uint32 {
	if k := file.Facts.IndexOf(op); k >= 0 {
		return p.tables.edges.of(file.OpBase() + uint32(k))
	}
	return nil
}

// EachCall gives every call outside tests with its block.
func (p *Pass) EachCall(yield func(f link.Func, file *link.File, op *facts.Op)) {
	p.own()
	p.forSites.Do(p.makeSites)
	for _, c := range p.sites {
		file := p.FileOf(c.fn)
		yield(c.fn, file, &file.Facts.Ops[c.op])
	}
}

func (p *Pass) makeSites() {
	for f := range link.Func(p.Funcs()) {
		file := p.FileOf(f)
		if file.Test {
			continue
		}
		fn := p.Facts(f)
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			if file.Facts.Ops[o].Code == facts.Call {
				p.sites = append(p.sites, callSite{f, o})
			}
		}
	}
}
