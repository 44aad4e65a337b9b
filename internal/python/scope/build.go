package scope

import (
	"fmt"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// A Builder builds tables and keeps its memory between files. Not for concurrent use: one for each worker.
//
// It works in two steps. The walk enters scopes and notes, for every name in them, how it appears: an entry is found
// through a hash of (scope, name), and through the last entry of the same name, which is nearly always the right one.
// Then the entries are sorted by scope and each is decided, outer scopes first, by looking outwards for who binds it.
type Builder struct {
	// Notebook says that the file is made of cells that are compiled one by one: await, async for and async with may
	// stand outside functions, and imports from __future__ at the head of any cell.
	Notebook bool

	table Table
	work  []entry
	last  []uint32 // by Sym: index in work of its latest entry, plus one
	class []nameClass
	spine []ast.Expr

	file    *ast.File
	cur     ID
	private ast.Sym
	params  []ast.Sym // type parameters of the generic class whose head is being read

	comp        bool // cur is a comprehension
	target      bool // in a comprehension's target
	iterable    int  // depth of comprehension iterables, where walrus is not allowed
	conditional bool // under if, for, …
	loops       int
	futureEnd   uint32 // where imports from __future__ have to end
	typeVar     string // what the current TypeVar scope is, for messages
	positions   bool   // positions are out of order
}

type entry struct {
	Symbol
	scope ID
}

// nameClass marks the few names that mean something to the compiler.
type nameClass uint8

const (
	plain nameClass = iota
	private
	superName
	dynamicName
	debugName
)

var knownClass = func() (t [ast.FirstFree]nameClass) {
	t[ast.SymSuper], t[ast.SymDunderDebug] = superName, debugName
	for _, s := range []ast.Sym{ast.SymExec, ast.SymEval, ast.SymLocals, ast.SymVars, ast.SymGlobals} {
		t[s] = dynamicName
	}
	return t
}()

// Build finds the scopes of f. The result is valid until the next Build.
func (b *Builder) Build(f *ast.File) *Table {
	b.reset(f)
	b.enter(Module, nil, 0, 0)
	b.stmts(f.Body)
	b.sort()
	b.decide()
	return &b.table
}

func (b *Builder) reset(f *ast.File) {
	t := &b.table
	b.file, t.File = f, f
	t.Scopes, t.Symbols, t.Faults = t.Scopes[:0], t.Symbols[:0], t.Faults[:0]
	t.extra, t.positions = t.extra[:0], t.positions[:0]
	if t.known {
		clear(t.index)
	}
	t.known, t.asked = false, 0
	b.work, b.spine, b.params = b.work[:0], b.spine[:0], b.params[:0]
	b.private = 0
	b.comp, b.target, b.conditional, b.positions = false, false, false, false
	b.iterable, b.loops, b.futureEnd = 0, 0, 0

	n := len(f.Names)
	b.last = resize(b.last, n)
	b.class = resize(b.class, n)
	copy(b.class, knownClass[:])
	for i := int(ast.FirstFree); i < n; i++ {
		if s := f.Names[i]; len(s) > 2 && s[0] == '_' && s[1] == '_' && isPrivate(s) {
			b.class[i] = private
		}
	}
	size := 64
	for size < 4*n {
		size *= 2
	}
	t.slots = resize(t.slots, size)
	t.mask = uint32(size - 1)
	b.futureEnd = futureEnd(f)
}

// resize returns s with n zero elements, in its own memory if that is large enough.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	s = s[:n]
	clear(s)
	return s
}

// futureEnd is where the imports from __future__ at the head of the file end.
func futureEnd(f *ast.File) uint32 {
	end := uint32(0)
	for i, s := range f.Body {
		switch s := s.(type) {
		case *ast.ImportFrom:
			if s.Module == ast.SymDunderFuture && s.Level == 0 {
				end = s.Stop
				continue
			}
		case *ast.ExprStmt:
			if c, ok := s.Value.(*ast.Constant); ok && c.Kind == ast.Str && i == 0 {
				continue
			}
		}
		break
	}
	return end
}

func (b *Builder) fault(span diag.Span, format string, args ...any) {
	b.table.Faults = append(b.table.Faults, Fault{Span: span, Message: fmt.Sprintf(format, args...)})
}

// faultLater reports what the compiler finds only after symbol tables.
func (b *Builder) faultLater(span diag.Span, message string) {
	b.table.Faults = append(b.table.Faults, Fault{Span: span, Message: message, AfterSymbols: true})
}

func spanOf(n ast.Node) diag.Span { return diag.Span{Start: n.Pos(), End: n.End()} }

// state is what entering a scope puts aside.
type state struct {
	cur         ID
	loops       int
	comp        bool
	target      bool
	conditional bool
}

// enter opens a new scope inside the current one.
func (b *Builder) enter(kind Kind, node ast.Node, name ast.Sym, pos uint32) state {
	t := &b.table
	id := ID(len(t.Scopes))
	s := Scope{Kind: kind, Node: node, Name: name, Pos: pos, Parent: b.cur, Function: None, Class: None, Annotations: None, localAnnotations: None, private: b.private}
	if id > 0 {
		p := &t.Scopes[b.cur]
		s.Function, s.Class = p.Function, p.Class
		s.Flags = p.Flags & (Nested | Unevaluated)
		if p.FunctionLike() {
			s.Flags |= Nested
		}
		if kind != Class && kind != Function {
			s.Flags |= p.Flags & restricted
		}
		if p.firstChild == 0 {
			p.firstChild = id
		} else {
			t.Scopes[p.lastChild].next = id
		}
		p.lastChild = id
	} else {
		s.Parent = 0
	}
	switch kind {
	case Class:
		s.Class = id
		s.Function = None
	case Function, Lambda:
		s.Function = id
	}
	switch kind {
	case Class, Function, Lambda, Comprehension, TypeAlias:
		p := uint64(pos)<<32 | uint64(id)
		if n := len(t.positions); n > 0 && t.positions[n-1] > p {
			b.positions = true
		}
		t.positions = append(t.positions, p)
	}
	t.Scopes = append(t.Scopes, s)
	return b.reenter(id)
}

// reenter goes on with an open or earlier scope.
func (b *Builder) reenter(id ID) state {
	old := state{b.cur, b.loops, b.comp, b.target, b.conditional}
	b.cur, b.loops, b.target, b.conditional = id, 0, false, false
	b.comp = b.table.Scopes[id].Kind == Comprehension
	return old
}

func (b *Builder) leave(s state) {
	b.cur, b.loops, b.comp, b.target, b.conditional = s.cur, s.loops, s.comp, s.target, s.conditional
}

func (b *Builder) scope() *Scope { return &b.table.Scopes[b.cur] }

// at is the entry of name (already mangled) in scope s, made when it is not there.
func (b *Builder) at(s ID, name ast.Sym, pos uint32) *entry {
	if int(name) >= len(b.last) {
		b.last = append(b.last, make([]uint32, int(name)+1-len(b.last))...)
	}
	if i := b.last[name]; i != 0 && b.work[i-1].scope == s {
		return &b.work[i-1]
	}
	t := &b.table
	h := hash(s, name) & t.mask
	for ; t.slots[h] != 0; h = (h + 1) & t.mask {
		if e := &b.work[t.slots[h]-1]; e.scope == s && e.Name == name {
			b.last[name] = t.slots[h]
			return e
		}
	}
	b.work = append(b.work, entry{Symbol{Name: name, First: pos}, s})
	n := uint32(len(b.work))
	t.slots[h], b.last[name] = n, n
	if uint32(len(t.slots)) < 2*n {
		b.grow()
	}
	return &b.work[n-1]
}

// peek is the flags of name in scope s.
func (b *Builder) peek(s ID, name ast.Sym) Flags {
	t := &b.table
	for h := hash(s, name) & t.mask; t.slots[h] != 0; h = (h + 1) & t.mask {
		if e := &b.work[t.slots[h]-1]; e.scope == s && e.Name == name {
			return e.Flags
		}
	}
	return 0
}

func (b *Builder) grow() {
	t := &b.table
	t.slots = resize(t.slots, 2*len(t.slots))
	t.mask = uint32(len(t.slots) - 1)
	for i := range b.work {
		h := hash(b.work[i].scope, b.work[i].Name) & t.mask
		for t.slots[h] != 0 {
			h = (h + 1) & t.mask
		}
		t.slots[h] = uint32(i + 1)
	}
}

// mangled is the name that name stands for in the current class.
func (b *Builder) mangled(name ast.Sym) ast.Sym {
	if b.private == 0 || int(name) >= len(b.class) || b.class[name] != private {
		return name
	}
	// class C[__T](__Base): only the type parameters are mangled in the head.
	if b.scope().Flags&restricted != 0 && !slices.Contains(b.params, name) {
		return name
	}
	return b.table.intern(mangle(b.table.Text(b.private), b.table.Text(name)))
}

// add notes an appearance of name in the current scope.
func (b *Builder) add(name ast.Sym, flags Flags, span diag.Span) {
	if int(name) < len(b.class) && b.class[name] != plain {
		if b.class[name] == debugName && flags&(Assigned|Param|Imported) != 0 {
			verb := "assign to"
			if flags&Deleted != 0 {
				verb = "delete"
			}
			b.fault(span, "cannot %s __debug__", verb)
		}
		name = b.mangled(name)
	}
	b.addTo(b.cur, name, flags, span)
}

func (b *Builder) addTo(s ID, name ast.Sym, flags Flags, span diag.Span) {
	e := b.at(s, name, span.Start)
	if flags&(Param|TypeParam) != 0 {
		if flags&e.Flags&Param != 0 {
			b.fault(span, "duplicate argument '%s' in function definition", b.table.Text(name))
		}
		if flags&e.Flags&TypeParam != 0 {
			b.fault(span, "duplicate type parameter '%s'", b.table.Text(name))
		}
	}
	if b.target && s == b.cur {
		if e.Flags&(DeclaredGlobal|DeclaredNonlocal) != 0 {
			b.fault(span, "comprehension inner loop cannot rebind assignment expression target '%s'", b.table.Text(name))
		}
		flags |= CompIter
	}
	e.Flags |= flags
	if flags&bound != 0 && flags&Deleted == 0 && e.Bindings < 1<<16-1 {
		e.Bindings++
	}
}

// name notes a Name node.
func (b *Builder) name(n *ast.Name) {
	if n.Ctx == ast.Load {
		if b.class[n.ID] == plain && !b.target {
			// The common case, in place.
			if i := b.last[n.ID]; i != 0 && b.work[i-1].scope == b.cur {
				b.work[i-1].Flags |= Used
				return
			}
			if b.table.Scopes[b.cur].Flags&localAnnots != 0 {
				return
			}
			b.at(b.cur, n.ID, n.Start).Flags |= Used
			return
		}
		if b.table.Scopes[b.cur].Flags&localAnnots != 0 {
			return
		}
		b.add(n.ID, Used, n.Span())
		if b.class[n.ID] == superName && b.scope().FunctionLike() {
			// super() works through the class cell.
			b.addTo(b.cur, ast.SymDunderClass, Used, n.Span())
		}
		return
	}
	if b.table.Scopes[b.cur].Flags&localAnnots != 0 {
		return
	}
	if n.Ctx == ast.Del {
		b.add(n.ID, Assigned|Deleted, n.Span())
	} else {
		b.add(n.ID, Assigned, n.Span())
	}
}

// sort brings the entries of each scope together, in order of appearance.
func (b *Builder) sort() {
	t := &b.table
	for i := range b.work {
		t.Scopes[b.work[i].scope].Len++
	}
	first := uint32(0)
	for i := range t.Scopes {
		s := &t.Scopes[i]
		s.First = first
		first += s.Len
		s.Len = 0
	}
	if cap(t.Symbols) < len(b.work) {
		t.Symbols = make([]Symbol, len(b.work), len(b.work)+len(b.work)/2)
	}
	t.Symbols = t.Symbols[:len(b.work)]
	for i := range b.work {
		e := &b.work[i]
		s := &t.Scopes[e.scope]
		t.Symbols[s.First+s.Len] = e.Symbol
		// From here on the entry says where its symbol went.
		e.First = s.First + s.Len
		s.Len++
	}
	for i, n := range t.slots {
		if n != 0 {
			t.slots[i] = b.work[n-1].First + 1
		}
	}
	if b.positions {
		slices.Sort(t.positions)
	}
}

// decide gives every symbol its meaning. Scopes come after their parents, so whatever an enclosing scope says is
// already decided.
func (b *Builder) decide() {
	t := &b.table
	for id := range t.Scopes {
		s := &t.Scopes[id]
		for i := s.First; i < s.First+s.Len; i++ {
			sym := &t.Symbols[i]
			switch {
			case sym.Flags&DeclaredGlobal != 0:
				sym.Binding = GlobalExplicit
				if sym.Flags&DeclaredNonlocal != 0 {
					b.fault(b.spanAt(sym), "name '%s' is nonlocal and global", t.Text(sym.Name))
				}
			case sym.Flags&DeclaredNonlocal != 0:
				b.decideNonlocal(ID(id), sym)
			case sym.Flags&bound != 0:
				sym.Binding, sym.Owner = Local, ID(id)
			case id == 0:
				sym.Binding = GlobalImplicit
			default:
				sym.Owner, sym.Binding = t.resolveOutside(ID(id), sym.Name)
			}
			if sym.Binding == Free && s.Flags&Unevaluated == 0 {
				if owner := &t.Scopes[sym.Owner]; owner.Kind == Class {
					owner.Flags |= NeedsClass
				} else if j := t.slot(sym.Owner, sym.Name); j >= 0 {
					t.Symbols[j].Binding = Cell
				}
			}
		}
	}
}

func (b *Builder) decideNonlocal(id ID, sym *Symbol) {
	t := &b.table
	sym.Binding = GlobalImplicit
	if id == 0 {
		b.fault(b.spanAt(sym), "nonlocal declaration not allowed at module level")
		return
	}
	owner, binding := t.resolveOutside(id, sym.Name)
	if binding != Free {
		b.fault(b.spanAt(sym), "no binding for nonlocal '%s' found", t.Text(sym.Name))
		return
	}
	if i := t.slot(owner, sym.Name); i >= 0 && t.Symbols[i].Flags&TypeParam != 0 {
		b.fault(b.spanAt(sym), "nonlocal binding not allowed for type parameter '%s'", t.Text(sym.Name))
	}
	sym.Owner, sym.Binding = owner, Free
}

func (b *Builder) spanAt(s *Symbol) diag.Span {
	end := min(s.First+uint32(len(b.table.Text(s.Name))), uint32(len(b.file.Src)))
	return diag.Span{Start: s.First, End: max(s.First, end)}
}
