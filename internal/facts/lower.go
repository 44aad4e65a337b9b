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
	ann           bool            // lowering an annotation
	typeParams    []ast.TypeParam // of the signature that is being lowered
	class         uint32
	scratch       []uint32
	tryDepth      int
	symByText     map[string]ast.Sym
	exception     Ref // what the innermost handler bound
	usesException bool
	continues     int     // continue statements so far
	breaks        int     // break statements so far
	after         clauses // what holds after the if statement just lowered, see stmts
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
		if l.out.Funcs[l.fn].Kind == ClassBody && l.block[owner] == l.fn && !l.ann && len(l.loops) == 0 && l.tryDepth == 0 {
			return l.readGlobal(name) // region: str = field(default_factory=region)
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

// readGlobal reads a name that a class body binds, where it has not done so yet: Python looks among the module's names then, and not
// in functions around the class.
func (l *lowerer) readGlobal(name ast.Sym) Ref {
	_, sym, ok := l.resolve(0, name)
	if !ok {
		return MakeRef(TagBuiltin, l.str(name))
	}
	l.captured(0)
	return l.sharedOf(l.indexOf(sym))
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
