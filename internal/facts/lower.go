package facts

import (
	"unsafe"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/scope"
)

// Lowering walks each block once, in program order, keeping for every name of the block its current version: the
// reference that holds its value here. A binding makes a new version; where control flow joins, versions that differ
// are copied into one variable. Changes of versions are logged, so that a branch is undone by walking the log back
// instead of copying the environment.
//
// Loops are met lazily: the first read, inside a loop, of a name whose version comes from outside makes a variable for
// the loop's head; when the body ends, the version that is current then is copied into it (Braun et al., "Simple and
// Efficient Construction of Static Single Assignment Form", 2013). Handlers start from all versions that the try body
// saw, since an exception may come from anywhere in it.
//
// Names that other blocks can see (module globals, captured names, class members) also get a Shared variable into which
// every version is copied; other blocks read that one.

// A Builder lowers files and keeps its memory between them. Not for concurrent use.
type Builder struct {
	l     lowerer
	ops   []Op
	extra []uint32
}

type version struct {
	ref  Ref
	loop uint32 // serial of the innermost loop in which ref was established, 0 outside loops
}

type change struct {
	sym      uint32 // index into scope.Table.Symbols
	old, new version
}

type loopFrame struct {
	serial uint32
	log    int // length of the log at entry
	phis   []phi
	exits  []change // versions at break
	backs  []change // versions at continue
	broken bool
}

type phi struct {
	sym uint32
	ref Ref
}

type pending struct {
	node  ast.Node
	scope scope.ID
	fn    uint32
}

type lowerer struct {
	f   *ast.File
	t   *scope.Table
	out *File

	strOf         []uint32 // Sym → Str+1
	texts         map[string]Str
	shared        []Ref // symbol index → Shared variable, 0 none yet (biased: stored ref)
	hasVar        []bool
	cur           []version
	noFlow        []bool // symbols written from other blocks: only their Shared variable counts
	extra         map[ast.Sym]Ref
	block         []uint32 // scope → block that evaluates it
	log           []change
	loops         []loopFrame
	serial        uint32
	queue         []pending
	fn            uint32 // current block
	sc            scope.ID
	ctx           uint32
	dead          bool
	ann           bool // lowering an annotation
	class         uint32
	scratch       []uint32
	tryDepth      int
	symByText     map[string]ast.Sym
	exception     Ref // what the innermost handler bound
	usesException bool
	continues     int // continue statements so far
	breaks        int // break statements so far
}

// Build lowers f. The result owns all its memory.
func (b *Builder) Build(f *ast.File, t *scope.Table) *File {
	l := &b.l
	*l = lowerer{f: f, t: t, out: &File{}, strOf: l.strOf, log: l.log[:0], loops: l.loops[:0], queue: l.queue[:0],
		shared: l.shared, cur: l.cur, noFlow: l.noFlow, hasVar: l.hasVar, block: l.block, scratch: l.scratch[:0]}
	l.strOf = reset(l.strOf, len(f.Names))
	n := len(t.Symbols)
	l.shared, l.cur, l.noFlow, l.hasVar = reset(l.shared, n), reset(l.cur, n), reset(l.noFlow, n), reset(l.hasVar, n)
	l.block = reset(l.block, len(t.Scopes))
	l.texts = map[string]Str{}
	out := l.out
	out.Strings = append(make([]string, 0, 64), "")
	out.Ctxs = append(make([]Ctx, 0, 16), Ctx{})
	size := len(f.Src)
	out.Ops, out.Extra = b.ops[:0], b.extra[:0]
	out.NLocal = 0
	out.Size = uint32(size)
	out.Lines = append([]uint32(nil), f.Lines...)
	for s := range t.Scopes {
		for _, sym := range t.SymbolsOf(scope.ID(s)) {
			if s != 0 && sym.Flags&scope.Assigned != 0 && sym.Flags&(scope.DeclaredGlobal|scope.DeclaredNonlocal) != 0 {
				if i, ok := l.symbolOf(scope.ID(s), sym.Name); ok {
					l.noFlow[i] = true
				}
			}
		}
	}
	out.Funcs = append(out.Funcs, Func{Kind: ModuleBody, End: uint32(size)})
	out.Funcs[0].Ops[0] = 0
	out.Funcs[0].Locals[0] = 1
	l.docstring(0, f.Body)
	l.stmts(f.Body)
	out.Funcs[0].Ops[1] = uint32(len(out.Ops))
	out.Funcs[0].Locals[1] = out.NLocal + 1
	for i := 0; i < len(l.queue); i++ {
		l.body(l.queue[i])
	}
	for i := range t.SymbolsOf(0) {
		sym := &t.SymbolsOf(0)[i]
		k := l.indexOf(sym)
		if l.hasVar[k] {
			out.Globals = append(out.Globals, NamedRef{l.str(sym.Name), l.shared[k]})
		}
	}
	for _, s := range l.extraOrder() {
		out.Globals = append(out.Globals, NamedRef{l.str(s), l.extra[s]})
	}
	l.waivers()
	// What was grown file by file stays with the builder; the facts get what they need and no more.
	b.ops, b.extra = out.Ops, out.Extra
	out.Ops = append(make([]Op, 0, len(b.ops)), b.ops...)
	out.Extra = append(make([]uint32, 0, len(b.extra)), b.extra...)
	return out
}

func reset[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	s = s[:n]
	clear(s)
	return s
}

func (l *lowerer) extraOrder() []ast.Sym {
	var order []ast.Sym
	for s := range l.extra {
		order = append(order, s)
	}
	for i := 1; i < len(order); i++ { // insertion sort: there are a handful
		for j := i; j > 0 && order[j] < order[j-1]; j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	return order
}

// indexOf is the place of sym in Table.Symbols.
func (l *lowerer) indexOf(sym *scope.Symbol) uint32 {
	base := unsafe.Pointer(unsafe.SliceData(l.t.Symbols))
	return uint32((uintptr(unsafe.Pointer(sym)) - uintptr(base)) / unsafe.Sizeof(scope.Symbol{}))
}

// resolve is what a name means in scope s. The __class__ of a method, for which its class has no entry, is none of them.
func (l *lowerer) resolve(s scope.ID, name ast.Sym) (owner scope.ID, sym *scope.Symbol, ok bool) {
	owner, sym, ok = l.t.Resolve(s, name)
	return owner, sym, ok && sym != nil
}

// symbolOf resolves name as seen from s to the index of the symbol of its owner.
func (l *lowerer) symbolOf(s scope.ID, name ast.Sym) (uint32, bool) {
	_, sym, ok := l.resolve(s, name)
	if !ok {
		return 0, false
	}
	return l.indexOf(sym), true
}

func (l *lowerer) str(s ast.Sym) Str {
	if int(s) >= len(l.strOf) { // mangled names are not in File.Names
		return l.text(l.t.Text(s))
	}
	if n := l.strOf[s]; n != 0 {
		return n - 1
	}
	if s == 0 {
		return 0
	}
	n := l.text(l.f.Names[s])
	l.strOf[s] = n + 1
	return n
}

func (l *lowerer) text(s string) Str {
	if s == "" {
		return 0
	}
	if n, ok := l.texts[s]; ok {
		return n
	}
	n := Str(len(l.out.Strings))
	s = string([]byte(s)) // trees and their sources are reused
	l.out.Strings = append(l.out.Strings, s)
	l.texts[s] = n
	return n
}

func (l *lowerer) newLocal() Ref {
	l.out.NLocal++
	return MakeRef(TagLocal, l.out.NLocal)
}

func (l *lowerer) newShared(owner uint32) Ref {
	r := MakeRef(TagShared, l.out.NShared)
	l.out.NShared++
	l.out.Owner = append(l.out.Owner, owner)
	return r
}

func (l *lowerer) sharedOf(sym uint32) Ref {
	if !l.hasVar[sym] {
		l.hasVar[sym] = true
		l.shared[sym] = l.newShared(l.block[l.t.Symbols[sym].Owner])
	}
	return l.shared[sym]
}

func (l *lowerer) emit(code OpCode, n ast.Node, dst Ref, a, b, c uint32) *Op {
	var flags OpFlags
	if l.ann {
		flags = FlagAnnotation
	}
	pos, end := n.Pos(), n.End()
	length := end - pos
	if length > 0xffff {
		length = 0xffff
	}
	l.out.Ops = append(l.out.Ops, Op{Code: code, Flags: flags, Len: uint16(length), Ctx: l.ctx, Pos: pos, Dst: dst, A: a, B: b, C: c})
	return &l.out.Ops[len(l.out.Ops)-1]
}

func (l *lowerer) copyTo(dst, src Ref, n ast.Node) {
	if src != 0 && dst != src {
		l.emit(Copy, n, dst, uint32(src), 0, 0)
	}
}

func (l *lowerer) push(kind CtxKind, n ast.Node, a Ref, b, c uint32) uint32 {
	return l.pushAt(kind, n.Pos(), a, b, c)
}

func (l *lowerer) pushAt(kind CtxKind, pos uint32, a Ref, b, c uint32) uint32 {
	old := l.ctx
	l.ctx = uint32(len(l.out.Ctxs))
	l.out.Ctxs = append(l.out.Ctxs, Ctx{Kind: kind, Parent: old, Pos: pos, A: a, B: b, C: c})
	return old
}

// ---- names ----

func (l *lowerer) loopSerial() uint32 {
	if len(l.loops) == 0 {
		return 0
	}
	return l.loops[len(l.loops)-1].serial
}

func (l *lowerer) setVersion(sym uint32, r Ref) {
	v := version{r, l.loopSerial()}
	l.log = append(l.log, change{sym, l.cur[sym], v})
	l.cur[sym] = v
}

// inBlock: the symbol belongs to a scope that the current block evaluates.
func (l *lowerer) inBlock(owner scope.ID) bool { return l.block[owner] == l.fn }

func (l *lowerer) read(name ast.Sym, n ast.Node) Ref {
	owner, sym, ok := l.resolve(l.sc, name)
	if !ok {
		if r, ok := l.extra[name]; ok {
			return r
		}
		if owner != 0 {
			r := l.newLocal()
			l.emit(ThisClass, n, r, l.out.Funcs[l.block[owner]].Class-1, 0, 0)
			return r
		}
		return MakeRef(TagBuiltin, l.str(name))
	}
	k := l.indexOf(sym)
	if !l.inBlock(owner) {
		l.captured(owner)
		return l.sharedOf(k)
	}
	if l.noFlow[k] {
		return l.sharedOf(k)
	}
	v := l.cur[k]
	if v.ref == 0 {
		if owner == 0 && l.fn == 0 && !l.ann && len(l.loops) == 0 && l.tryDepth == 0 && sym.Flags&scope.CompIter == 0 {
			l.out.Unbound = append(l.out.Unbound, Read{l.str(name), n.Pos()})
		}
		if owner == 0 || l.hasVar[k] || sym.Binding == scope.Cell {
			return l.sharedOf(k)
		}
		return 0
	}
	if v.ref == l.exception {
		l.usesException = true
	}
	if len(l.loops) > 0 && (v.ref.IsVar() || v.ref.Tag() == TagBuiltin || v.ref.Is(ConstNone)) {
		v.ref = l.atLoopHeads(k, v, n)
	}
	return v.ref
}

// atLoopHeads gives the symbol a variable at the head of every loop that was entered after its version was made.
func (l *lowerer) atLoopHeads(sym uint32, v version, n ast.Node) Ref {
	r := v.ref
	for i := range l.loops {
		lp := &l.loops[i]
		if lp.serial <= v.loop {
			continue
		}
		p := l.newLocal()
		l.copyTo(p, r, n)
		lp.phis = append(lp.phis, phi{sym, p})
		nv := version{p, lp.serial}
		l.log = append(l.log, change{sym, l.cur[sym], nv})
		l.cur[sym] = nv
		r = p
	}
	return r
}

func (l *lowerer) captured(owner scope.ID) {
	if b := l.block[owner]; b != 0 {
		l.out.Funcs[b].Flags |= FuncCaptured
	}
}

// isShared: other blocks can see the symbol.
func (l *lowerer) isShared(owner scope.ID, sym *scope.Symbol) bool {
	return owner == 0 || sym.Binding == scope.Cell || l.t.Scopes[owner].Kind == scope.Class
}

func (l *lowerer) bind(name ast.Sym, val Ref, n ast.Node) {
	if name == 0 {
		return
	}
	owner, sym, ok := l.resolve(l.sc, name)
	if !ok {
		r, seen := l.extra[name]
		if !seen {
			if l.extra == nil {
				l.extra = map[ast.Sym]Ref{}
			}
			r = l.newShared(0)
			l.extra[name] = r
		}
		l.copyTo(r, val, n)
		if l.fn != 0 {
			l.emit(StateWrite, n, 0, uint32(val), l.str(name), 0)
		}
		return
	}
	k := l.indexOf(sym)
	if !l.inBlock(owner) {
		l.captured(owner)
		l.copyTo(l.sharedOf(k), val, n)
		l.emit(StateWrite, n, 0, uint32(val), l.str(name), uint32(boolInt(owner != 0)))
		return
	}
	if val == 0 {
		val = l.newLocal()
	}
	if l.isShared(owner, sym) || l.noFlow[k] {
		l.copyTo(l.sharedOf(k), val, n)
		if l.noFlow[k] {
			return
		}
	}
	l.setVersion(k, val)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ---- control flow ----

// branch runs body from the present versions and returns the changes it made, with the versions put back.
func (l *lowerer) branch(body func()) (ch []change, dead bool) {
	start := len(l.log)
	l.dead = false
	body()
	dead = l.dead
	l.dead = false
	return l.undo(start), dead
}

// undo puts versions back to what they were when the log had length start, and returns the net changes.
func (l *lowerer) undo(start int) []change {
	if len(l.log) == start {
		return nil
	}
	var net []change
	for i := len(l.log) - 1; i >= start; i-- {
		c := l.log[i]
		l.cur[c.sym] = c.old
		found := false
		for j := range net {
			if net[j].sym == c.sym {
				net[j].old = c.old
				found = true
				break
			}
		}
		if !found {
			net = append(net, c)
		}
	}
	l.log = l.log[:start]
	for i, j := 0, len(net)-1; i < j; i, j = i+1, j-1 {
		net[i], net[j] = net[j], net[i]
	}
	return net
}

// join merges alternative ends: each a list of changes against the present versions, dead ones left out. through says
// that the present versions themselves are one more alternative.
func (l *lowerer) join(n ast.Node, through bool, ends ...[]change) {
	if len(ends) == 0 {
		return
	}
	if len(ends) == 1 && !through {
		for _, c := range ends[0] {
			l.setVersion(c.sym, c.new.ref)
		}
		return
	}
	done := map[uint32]bool{}
	for i, e := range ends {
		for _, c := range e {
			if done[c.sym] {
				continue
			}
			done[c.sym] = true
			refs := make([]Ref, 0, 4)
			missing := through
			for j := range ends {
				if j < i {
					missing = true // it was not in the earlier one, or it would be done
					continue
				}
				hit := false
				for _, d := range ends[j] {
					if d.sym == c.sym {
						refs = append(refs, d.new.ref)
						hit = true
						break
					}
				}
				if !hit {
					missing = true
				}
			}
			if missing {
				if old := l.cur[c.sym]; old.ref != 0 {
					r := old.ref
					if len(l.loops) > 0 && r.IsVar() {
						r = l.atLoopHeads(c.sym, old, n)
					}
					refs = append(refs, r)
				}
			}
			same := true
			for _, r := range refs {
				if r != refs[0] {
					same = false
				}
			}
			if same {
				l.setVersion(c.sym, refs[0])
				continue
			}
			p := l.newLocal()
			for _, r := range refs {
				l.copyTo(p, r, n)
			}
			l.setVersion(c.sym, p)
		}
	}
}

func (l *lowerer) loop(n ast.Node, body func()) (dead bool) {
	l.serial++
	l.loops = append(l.loops, loopFrame{serial: l.serial, log: len(l.log)})
	start := len(l.log)
	body()
	bodyDead := l.dead
	l.dead = false
	lp := &l.loops[len(l.loops)-1]
	feed := func(sym uint32, p, r Ref) {
		if r != 0 && r != p {
			l.copyTo(p, r, n)
			l.out.Ops[len(l.out.Ops)-1].Flags |= FlagBack
			l.out.Funcs[l.fn].Flags |= FuncLoops
		}
	}
	if !bodyDead {
		for _, p := range lp.phis {
			feed(p.sym, p.ref, l.cur[p.sym].ref)
		}
	}
	for _, p := range lp.phis {
		for _, b := range lp.backs {
			if b.sym == p.sym {
				feed(p.sym, p.ref, b.new.ref)
			}
		}
	}
	exits, backs, broken := lp.exits, lp.backs, lp.broken
	l.loops = l.loops[:len(l.loops)-1]
	end := l.undo(start)
	ends := make([][]change, 0, 3)
	if !bodyDead {
		ends = append(ends, end)
	}
	if len(exits) > 0 {
		ends = append(ends, exits)
	}
	if len(backs) > 0 {
		ends = append(ends, backs)
	}
	l.join(n, true, ends...)
	return broken
}

// jump records the versions at a break or continue.
func (l *lowerer) jump(out bool) {
	if len(l.loops) == 0 {
		return
	}
	lp := &l.loops[len(l.loops)-1]
	start := lp.log
	seen := map[uint32]bool{}
	for i := len(l.log) - 1; i >= start; i-- {
		c := l.log[i]
		if seen[c.sym] {
			continue
		}
		seen[c.sym] = true
		if out {
			lp.exits = append(lp.exits, c)
		} else {
			lp.backs = append(lp.backs, c)
		}
	}
	if out {
		lp.broken = true
	}
}

func (l *lowerer) stmts(list []ast.Stmt) {
	for i, s := range list {
		if l.dead {
			return
		}
		tries := len(l.out.Tries)
		l.stmt(s)
		if _, ok := s.(*ast.Try); !ok || i+1 == len(list) {
			continue
		}
		if _, ok := list[i+1].(*ast.Break); ok { // what a handler lets through leaves the loop as well
			for k := range l.out.Tries[tries].Handlers {
				if h := &l.out.Tries[tries].Handlers[k]; h.Body&(HandlerRaises|HandlerReturns|HandlerContinue) == 0 {
					h.Body |= HandlerBreaks
				}
			}
		}
	}
}

// truth of a test that can be told without running: 1 true, 0 false, -1 unknown.
func truth(e ast.Expr) int {
	switch e := e.(type) {
	case *ast.Constant:
		switch e.Kind {
		case ast.True, ast.Ellipsis:
			return 1
		case ast.False, ast.None:
			return 0
		case ast.Int:
			if e.Stop-e.Start == 1 {
				return 2 // decided by the caller, who has the source
			}
		}
	case *ast.UnaryOp:
		if e.Op == ast.Not {
			if t := truth(e.Operand); t == 0 || t == 1 {
				return 1 - t
			}
		}
	}
	return -1
}

func (l *lowerer) truth(e ast.Expr) int {
	t := truth(e)
	if t == 2 {
		if l.f.Src[e.Pos()] == '0' {
			return 0
		}
		return 1
	}
	return t
}

// test is the truth of a condition that a function's text decides, as truth gives it.
func (l *lowerer) test(e ast.Expr) int {
	if t := l.truth(e); t >= 0 {
		return t
	}
	if v, ok := l.decided(e); ok {
		return boolInt(v.truth())
	}
	return -1
}

func (l *lowerer) isTypeChecking(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Name:
		return l.f.Text(e.ID) == "TYPE_CHECKING"
	case *ast.Attribute:
		return l.f.Text(e.Attr) == "TYPE_CHECKING"
	}
	return false
}

// isMainGuard: __name__ == "__main__", either way round.
func (l *lowerer) isMainGuard(e ast.Expr) bool {
	c, ok := e.(*ast.Compare)
	if !ok || len(c.Ops) != 1 || c.Ops[0] != ast.Eq {
		return false
	}
	isName := func(e ast.Expr) bool {
		n, ok := e.(*ast.Name)
		return ok && l.f.Text(n.ID) == "__name__"
	}
	isMain := func(e ast.Expr) bool {
		k, ok := e.(*ast.Constant)
		if !ok || k.Kind != ast.Str {
			return false
		}
		s, ok := l.f.StringValue(k)
		return ok && s == "__main__"
	}
	return isName(c.Left) && isMain(c.Comparators[0]) || isMain(c.Left) && isName(c.Comparators[0])
}

func (l *lowerer) ifStmt(s *ast.If) {
	if l.isTypeChecking(s.Test) {
		old := l.push(CtxTyping, s, 0, 0, 0)
		a, _ := l.branch(func() { l.stmts(s.Body) })
		l.ctx = old
		b, deadB := l.branch(func() { l.stmts(s.Orelse) })
		if deadB {
			b = nil
		}
		l.join(s, len(s.Orelse) == 0, a, b)
		return
	}
	switch l.test(s.Test) {
	case 0:
		l.stmts(s.Orelse)
		return
	case 1:
		l.stmts(s.Body)
		return
	}
	kind := CtxIf
	if l.fn == 0 && l.isMainGuard(s.Test) {
		kind = CtxMain
	}
	test := l.expr(s.Test)
	old := l.push(kind, s, test, 0, 0)
	a, deadA := l.branch(func() {
		l.narrow(s.Test)
		l.stmts(s.Body)
	})
	l.ctx = old
	var b []change
	deadB := false
	if len(s.Orelse) > 0 {
		if e, ok := s.Orelse[0].(*ast.If); ok && len(s.Orelse) == 1 {
			b, deadB = l.branch(func() { l.ifStmt(e) })
		} else {
			old := l.push(CtxIf, s.Orelse[0], test, 1, 0)
			b, deadB = l.branch(func() { l.stmts(s.Orelse) })
			l.ctx = old
		}
	}
	l.joinTwo(s, a, deadA, b, deadB)
}

func (l *lowerer) joinTwo(n ast.Node, a []change, deadA bool, b []change, deadB bool) {
	switch {
	case deadA && deadB:
		l.dead = true
	case deadA:
		l.join(n, false, b)
	case deadB:
		l.join(n, false, a)
	default:
		l.join(n, false, a, b)
	}
}

// narrow: a name that passed isinstance(name, C) is a C in this branch.
func (l *lowerer) narrow(test ast.Expr) {
	switch t := test.(type) {
	case *ast.BoolOp:
		if t.Op == ast.And {
			for _, v := range t.Values {
				l.narrow(v)
			}
		}
	case *ast.Call:
		f, ok := t.Func.(*ast.Name)
		if !ok || len(t.Args) != 2 || l.f.Text(f.ID) != "isinstance" {
			return
		}
		n, ok := t.Args[0].(*ast.Name)
		if !ok {
			return
		}
		classes := []ast.Expr{t.Args[1]}
		if tup, ok := t.Args[1].(*ast.Tuple); ok {
			classes = tup.Elts
		}
		l.narrowTo(n, classes, t)
	}
}

// narrowTo: from here on the name holds an instance of one of the classes.
func (l *lowerer) narrowTo(n *ast.Name, classes []ast.Expr, at ast.Node) {
	v := l.read(n.ID, n)
	dst := l.newLocal()
	for _, c := range classes {
		l.emit(Narrow, at, dst, uint32(v), 0, uint32(l.expr(c)))
	}
	if owner, sym, ok := l.resolve(l.sc, n.ID); ok && l.inBlock(owner) {
		if k := l.indexOf(sym); !l.noFlow[k] {
			l.setVersion(k, dst)
		}
	}
}

func (l *lowerer) try(s *ast.Try) {
	ti := uint32(len(l.out.Tries))
	l.out.Tries = append(l.out.Tries, Try{Pos: s.Start, Star: s.Star, Finally: len(s.Finalbody) > 0})
	old := l.push(CtxTry, s, 0, ti, 0)
	l.tryDepth++
	start := len(l.log)
	l.stmts(s.Body)
	l.tryDepth--
	l.ctx = old
	bodyDead := l.dead
	l.dead = false
	// Every version the body saw may be the one a handler starts with.
	var seen [][]change
	for i := start; i < len(l.log); i++ {
		if c := l.log[i]; c.new.ref != 0 {
			seen = append(seen, []change{c})
		}
	}
	var elseChanges []change
	end := l.undo(start)
	ends := make([][]change, 0, len(s.Handlers)+1)
	if !bodyDead {
		// The else branch goes on from the end of the body.
		start := len(l.log)
		for _, c := range end {
			l.setVersion(c.sym, c.new.ref)
		}
		if len(s.Orelse) > 0 {
			old := l.push(CtxElse, s.Orelse[0], 0, ti, 0)
			l.stmts(s.Orelse)
			l.ctx = old
		}
		elseDead := l.dead
		l.dead = false
		elseChanges = l.undo(start)
		if !elseDead {
			ends = append(ends, elseChanges)
		}
	}
	for hi, h := range s.Handlers {
		hs := len(l.log)
		l.join(s, true, mergeSeen(seen)...)
		var typ Ref
		if h.Type != nil {
			typ = l.expr(h.Type)
		}
		old := l.push(CtxHandler, h, typ, ti, uint32(hi))
		fact := Handler{Pos: h.Start, End: h.Stop, Type: typ, Name: l.str(h.Name), Ctx: l.ctx, Body: handlerShape(h)}
		l.out.Tries[ti].Handlers = append(l.out.Tries[ti].Handlers, fact)
		first, continues, breaks := len(l.out.Ops), l.continues, l.breaks
		outer, used := l.exception, l.usesException
		l.exception, l.usesException = 0, false
		if h.Name != 0 {
			v := l.newLocal()
			l.exception = v
			if h.Type != nil {
				l.emit(Catch, h, v, uint32(typ), 0, 0)
			}
			l.bind(h.Name, v, h)
		}
		l.stmts(h.Body)
		body := l.handlerBody(first)
		if l.usesException {
			body |= HandlerUsesName
		}
		if l.continues > continues {
			body |= HandlerContinue
		}
		if l.breaks > breaks {
			body |= HandlerBreaks
		}
		l.out.Tries[ti].Handlers[hi].Body |= body
		l.exception, l.usesException = outer, used
		l.ctx = old
		dead := l.dead
		l.dead = false
		ch := l.undo(hs)
		if !dead {
			ends = append(ends, ch)
		}
	}
	if len(ends) == 0 {
		if len(s.Finalbody) > 0 {
			l.join(s, true, mergeSeen(seen)...)
		}
		l.finally(s, ti)
		l.dead = true
		return
	}
	l.join(s, false, ends...)
	l.finally(s, ti)
}

// mergeSeen bounds the number of alternatives: very long bodies keep the last ones.
func mergeSeen(seen [][]change) [][]change {
	if len(seen) > 64 {
		return seen[len(seen)-64:]
	}
	return seen
}

func (l *lowerer) finally(s *ast.Try, ti uint32) {
	if len(s.Finalbody) == 0 {
		return
	}
	old := l.push(CtxFinally, s.Finalbody[0], 0, ti, 0)
	l.stmts(s.Finalbody)
	l.ctx = old
}

// breaksLoop notes in the nearest loop's context that the loop may be left by a break.
func (l *lowerer) breaksLoop() {
	for x := l.ctx; x != 0; x = l.out.Ctxs[x].Parent {
		if c := &l.out.Ctxs[x]; c.Kind == CtxWhile || c.Kind == CtxFor {
			c.C = 1
			return
		}
	}
}

// handlerShape tells a body that only drops the exception.
func handlerShape(h *ast.ExceptHandler) HandlerBody {
	for _, s := range h.Body {
		switch s := s.(type) {
		case *ast.Pass:
		case *ast.Continue:
		case *ast.ExprStmt:
			if _, ok := s.Value.(*ast.Constant); !ok {
				return 0
			}
		default:
			return 0
		}
	}
	return HandlerPass
}

// handlerBody sums up what a handler does, from its operations.
func (l *lowerer) handlerBody(from int) (b HandlerBody) {
	for i := from; i < len(l.out.Ops); i++ {
		switch l.out.Ops[i].Code {
		case Raise:
			b |= HandlerRaises
		case Return:
			b |= HandlerReturns
		}
	}
	return b
}
