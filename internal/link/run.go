package link

import (
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
)

// Running a block. The first run evaluates every operation. A later one evaluates those that have something new to read:
// a variable that they name or that they came to last time has gained values. All others would give what they gave
// before, so what they did then, their events, is kept. Marks are a bit for each operation of each instance.

// uses lists, for each variable that operations of a file name, these operations in order. The variables are the file's
// local ones, then its shared ones.
type uses struct {
	start  []uint32 // by variable: its place in ops
	ops    []uint32 // with lastUse on the last one of each variable
	shared uint32   // of the first shared variable in start
	// named are the shared variables that the operations of each block name; those of block b end at ends[b].
	named []named
	ends  []uint32
}

// named is a shared variable that a block names, and its first use there as a place in uses.ops.
type named struct{ index, use uint32 }

const lastUse = 1 << 31

// usesOf reads the uses off a file's operations.
func usesOf(ff *facts.File) uses {
	u := uses{shared: ff.NLocal + 1}
	u.start = make([]uint32, u.shared+ff.NShared+1)
	number := func(r facts.Ref) uint32 {
		if r.Tag() == facts.TagShared {
			return u.shared + r.Index()
		}
		return r.Index()
	}
	n := uint32(0)
	for k := range ff.Ops { // every one is of a block, and the blocks are in the order of their operations
		Operands(ff, &ff.Ops[k], func(r facts.Ref) {
			u.start[number(r)]++
			n++
		})
	}
	at := uint32(0)
	for i, c := range u.start {
		u.start[i] = at
		at += c
	}
	u.ops = make([]uint32, n)
	u.ends = make([]uint32, len(ff.Funcs))
	seen := make([]uint32, ff.NShared)
	for b := range ff.Funcs {
		fn := &ff.Funcs[b]
		for k := fn.Ops[0]; k < fn.Ops[1]; k++ {
			Operands(ff, &ff.Ops[k], func(r facts.Ref) {
				i := number(r)
				if i >= u.shared && seen[i-u.shared] != uint32(b)+1 {
					seen[i-u.shared] = uint32(b) + 1
					u.named = append(u.named, named{i - u.shared, u.start[i]})
				}
				u.ops[u.start[i]] = k
				u.start[i]++
			})
		}
		u.ends[b] = uint32(len(u.named))
	}
	// Each start has moved to the start of the next.
	for i := len(u.start) - 1; i > 0; i-- {
		u.start[i] = u.start[i-1]
		if u.start[i] > 0 {
			u.ops[u.start[i]-1] |= lastUse
		}
	}
	u.start[0] = 0
	return u
}

// namedBy are the shared variables that the operations of a block name.
func (u *uses) namedBy(block uint32) []named {
	if block == 0 {
		return u.named[:u.ends[0]]
	}
	return u.named[u.ends[block-1]:u.ends[block]]
}

// Operands gives the variables that evaluating an operation reads.
func Operands(ff *facts.File, op *facts.Op, yield func(facts.Ref)) {
	one := func(x uint32) {
		if r := facts.Ref(x); r.IsVar() {
			yield(r)
		}
	}
	all := func(xs []uint32) {
		for _, x := range xs {
			one(x)
		}
	}
	switch op.Code {
	case facts.Copy, facts.Attr, facts.Unpack, facts.Iter, facts.Await, facts.Enter, facts.Yield, facts.YieldFrom, facts.Return, facts.Raise,
		facts.Instance, facts.Catch, facts.Slice, facts.Truth:
		one(op.A)
	case facts.SetAttr, facts.Item, facts.Narrow, facts.BinOp, facts.Delete:
		one(op.A)
		one(op.C)
	case facts.SetItem:
		one(op.A)
		one(op.B)
		one(op.C)
	case facts.Call:
		one(op.A)
		a := ff.Args(op)
		all(a.Pos)
		for i := 1; i < len(a.Kw); i += 2 {
			one(a.Kw[i])
		}
	case facts.MakeClass:
		for _, r := range ff.Classes[op.A].Bases {
			one(uint32(r))
		}
		for _, k := range ff.Classes[op.A].Keywords {
			one(uint32(k.Ref))
		}
	case facts.MakeList, facts.MakeTuple, facts.MakeSet, facts.Format:
		xs, _ := ff.Elems(op)
		all(xs)
	case facts.TypeApply:
		one(op.A)
		xs, _ := ff.Elems(op)
		all(xs)
	case facts.MakeDict:
		all(ff.Items(op))
	}
}

// eachFile does something for every file, on all processors; do must touch nothing but the file's own.
func (p *Program) eachFile(do func(f *File)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(p.Files) {
					return
				}
				do(p.Files[i])
			}
		})
	}
	wg.Wait()
}

// newDirty makes room for the marks of an instance of a block.
func (s *solver) newDirty(fn *facts.Func) uint32 {
	at := uint32(len(s.dirty))
	for range words(fn) {
		s.dirty = append(s.dirty, 0)
	}
	return at
}

func words(fn *facts.Func) uint32 { return (fn.Ops[1] - fn.Ops[0] + 63) / 64 }

// mark tells a reader that the variable it read has new values. A block that has not run yet will read everything anyway.
func (s *solver) mark(c *readerCell) {
	in := &s.instances[c.inst]
	if in.runs == 0 {
		return
	}
	if c.what == whole {
		fn := s.Facts(in.fn)
		n := fn.Ops[1] - fn.Ops[0]
		for w := range n / 64 {
			s.dirty[in.dirty+w] = ^uint64(0)
		}
		if n%64 != 0 {
			s.dirty[in.dirty+n/64] |= 1<<(n%64) - 1
		}
		return
	}
	if c.what&namedBit == 0 {
		s.dirty[in.dirty+c.what>>6] |= 1 << (c.what & 63)
		return
	}
	f := s.Files[in.file]
	fn := &f.Facts.Funcs[uint32(in.fn)-f.fn]
	for _, x := range f.uses.ops[c.what&^namedBit:] {
		op := x &^ lastUse
		if op >= fn.Ops[1] {
			break
		}
		op -= fn.Ops[0]
		s.dirty[in.dirty+op>>6] |= 1 << (op & 63)
		if x&lastUse != 0 {
			break
		}
	}
}

// markUses tells the operations of the block at hand that a local variable has new values. In a round that evaluates all
// of them those further on will see it.
func (s *solver) markUses(variable uint32) {
	u := &s.fileOf.uses
	for _, x := range u.ops[u.start[variable]:u.start[variable+1]] {
		op := x&^lastUse - s.firstOp
		if s.all && op > s.at {
			return
		}
		s.dirty[s.cur.dirty+op>>6] |= 1 << (op & 63)
	}
}

// run evaluates one block instance.
func (s *solver) run(i Instance) {
	in := &s.instances[i]
	in.runs++
	s.runs++
	s.in, s.cur = i, *in
	s.fileOf = s.Files[in.file]
	s.ff = s.fileOf.Facts
	fn := &s.ff.Funcs[uint32(in.fn)-s.fileOf.fn]
	s.firstOp = fn.Ops[0]
	rounds := 1
	if fn.Flags&facts.FuncLoops != 0 {
		rounds = 4
	}
	for r := 0; r < rounds; r++ {
		s.change = false
		s.events, s.reads, s.wholeReads = s.events[:0], s.reads[:0], s.wholeReads[:0]
		s.all = r == 0 && s.cur.runs == 1
		if s.wellKnown.traits[in.fn]&usesFixtures != 0 {
			s.begin(0)
			s.bindFixtures(i, fn)
		}
		if s.all {
			s.registerNamed(uint32(in.fn) - s.fileOf.fn)
			s.evaluateAll(fn)
		} else if !s.evaluateMarked(fn) && len(s.reads)+len(s.wholeReads) == 0 {
			break
		}
		s.keep(fn)
		if !s.change {
			break
		}
	}
}

// begin makes an operation, counted from the block's first, the one at hand.
func (s *solver) begin(k uint32) {
	s.at, s.opID, s.given = k, s.fileOf.op+s.firstOp+k, nil
	s.opReads, s.readAt, s.steps = len(s.reads), 0, 0
	s.oldReads = nil
	if s.all {
		return
	}
	old := s.instances[s.in].reads
	lo, hi := 0, len(old)
	for lo < hi {
		if m := (lo + hi) / 2; old[m].op < k {
			lo = m + 1
		} else {
			hi = m
		}
	}
	for hi = lo; hi < len(old) && old[hi].op == k; hi++ {
	}
	s.oldReads = old[lo:hi]
}

func (s *solver) evaluateAll(fn *facts.Func) {
	for k := range fn.Ops[1] - fn.Ops[0] {
		s.begin(k)
		s.dirty[s.cur.dirty+k>>6] &^= 1 << (k & 63)
		s.step(&s.ff.Ops[fn.Ops[0]+k], fn)
	}
}

// evaluateMarked evaluates the marked operations, those included that get their mark on the way and lie ahead. It says
// whether there were any.
func (s *solver) evaluateMarked(fn *facts.Func) bool {
	n := words(fn)
	s.done = s.done[:0]
	for range n {
		s.done = append(s.done, 0)
	}
	any := false
	for w := range n {
		ahead := ^uint64(0)
		for {
			x := s.dirty[s.cur.dirty+w] & ahead
			if x == 0 {
				break
			}
			bit := uint32(bits.TrailingZeros64(x))
			ahead = ^uint64(0) << bit << 1
			s.dirty[s.cur.dirty+w] &^= 1 << bit
			s.done[w] |= 1 << bit
			any = true
			s.begin(w<<6 + bit)
			s.step(&s.ff.Ops[fn.Ops[0]+w<<6+bit], fn)
		}
	}
	return any
}

// keep notes what the evaluated operations did and came to, in place of what they did before.
func (s *solver) keep(fn *facts.Func) {
	in := &s.instances[s.in] // evaluation may have made instances
	if len(s.wholeReads) > 0 {
		slices.SortFunc(s.wholeReads, compareReads)
		s.reads = append(s.reads, s.wholeReads...)
	}
	if s.all {
		in.events, in.reads = s.eventSlab.keep(s.events), s.readSlab.keep(s.reads)
		return
	}
	if len(s.reads) > 0 {
		in.reads = mergeReads(in.reads, s.reads)
	}
	merged := s.merged[:0]
	i, j := 0, 0
	for i < len(in.events) || j < len(s.events) {
		if i < len(in.events) {
			at := in.events[i].at
			if s.done[at>>6]&(1<<(at&63)) != 0 {
				i++
				continue
			}
			if j == len(s.events) || at < s.events[j].at {
				merged = append(merged, in.events[i])
				i++
				continue
			}
		}
		merged = append(merged, s.events[j])
		j++
	}
	s.merged = merged
	in.events = append(in.events[:0], merged...)
}

// mergeReads merges two sorted lists into the first.
func mergeReads(old, more []read) []read {
	i, j := len(old)-1, len(more)-1
	out := append(old, more...)
	for k := len(out) - 1; j >= 0; k-- {
		if i >= 0 && compareReads(out[i], more[j]) > 0 {
			out[k] = out[i]
			i--
		} else {
			out[k] = more[j]
			j--
		}
	}
	return out
}

// slab gives short slices room in long ones: there are as many of them as blocks.
type slab[T any] struct{ room []T }

func (b *slab[T]) keep(src []T) []T {
	n := len(src)
	if n == 0 {
		return nil
	}
	if len(b.room) < n {
		b.room = make([]T, max(n, 2048))
	}
	out := b.room[:n:n]
	b.room = b.room[n:]
	copy(out, src)
	return out
}
