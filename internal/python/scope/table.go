package scope

import (
	"iter"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// Table is the scopes of one file.
type Table struct {
	File    *ast.File
	Scopes  []Scope
	Symbols []Symbol
	Faults  []Fault

	// extra holds names that are not in File.Names: mangled ones, and the first part of dotted imports. Their Syms
	// follow the file's.
	extra []string
	index map[string]ast.Sym // of File.Names and extra, made when first needed
	known bool               // index is filled
	asked int                // names looked up without it
	slots []uint32           // open addressing: (scope, name) to its symbol's index plus one
	mask  uint32
	// positions of the scopes that have a node of their own, offset<<32 | ID, ascending.
	positions []uint64
}

// Text is the spelling of a symbol's name. Mangled names are not in File.Names.
func (t *Table) Text(s ast.Sym) string {
	if int(s) < len(t.File.Names) {
		return t.File.Names[s]
	}
	return t.extra[int(s)-len(t.File.Names)]
}

// SymbolsOf is the names of scope s in order of first appearance.
func (t *Table) SymbolsOf(s ID) []Symbol {
	sc := &t.Scopes[s]
	return t.Symbols[sc.First : sc.First+sc.Len]
}

// Children is the scopes directly inside s, in the order in which the compiler enters them.
func (t *Table) Children(s ID) iter.Seq[ID] {
	return func(yield func(ID) bool) {
		for c := t.Scopes[s].firstChild; c != 0; c = t.Scopes[c].next {
			if !yield(c) {
				return
			}
		}
	}
}

// ScopeOf is the scope that a FunctionDef, ClassDef, Lambda, ListComp, SetComp, DictComp, GeneratorExp or TypeAlias
// opens; None for other nodes. It is a binary search by position, without allocation: no two of these nodes start at
// the same offset.
func (t *Table) ScopeOf(n ast.Node) ID {
	i, _ := slices.BinarySearch(t.positions, uint64(n.Pos())<<32)
	if i < len(t.positions) {
		if id := ID(uint32(t.positions[i])); t.positions[i]>>32 == uint64(n.Pos()) && t.Scopes[id].Node == n {
			return id
		}
	}
	return None
}

// Lookup is the entry of name, as written, in scope s itself; nil when s does not mention it. Constant time.
func (t *Table) Lookup(s ID, name ast.Sym) *Symbol {
	if p := t.Scopes[s].private; p != 0 && isPrivate(t.Text(name)) {
		if m, ok := t.find(mangle(t.Text(p), t.Text(name))); ok {
			if i := t.slot(s, m); i >= 0 {
				return &t.Symbols[i]
			}
		}
		if t.Scopes[s].Flags&restricted == 0 {
			return nil
		}
	}
	if i := t.slot(s, name); i >= 0 {
		return &t.Symbols[i]
	}
	return nil
}

// Resolve finds the variable that name, as written, means when it is used in scope s: the scope that owns it and its
// entry there. It goes by the language's rules: class scopes are skipped from nested functions, global and nonlocal
// are followed. The name need not appear in s. ok is false when no scope of the file binds it: a builtin, a name from
// a star import, or an unknown one. The entry is nil for __class__ in a method, which is owned by the class.
func (t *Table) Resolve(s ID, name ast.Sym) (owner ID, sym *Symbol, ok bool) {
	if p := t.Scopes[s].private; p != 0 && isPrivate(t.Text(name)) {
		if m, found := t.find(mangle(t.Text(p), t.Text(name))); found {
			if t.Scopes[s].Flags&restricted == 0 || t.slot(s, m) >= 0 {
				name = m
			}
		} else if t.Scopes[s].Flags&restricted == 0 {
			return 0, nil, false
		}
	}
	if i := t.slot(s, name); i >= 0 {
		owner = t.Symbols[i].Owner
		if t.Symbols[i].Binding == Local || t.Symbols[i].Binding == Cell {
			return owner, &t.Symbols[i], true
		}
	} else {
		owner, _ = t.resolveOutside(s, name)
	}
	if i := t.slot(owner, name); i >= 0 {
		sym = &t.Symbols[i]
		if sym.Flags&(bound|DeclaredGlobal) != 0 {
			return owner, sym, true
		}
		if owner == 0 {
			return 0, nil, false
		}
	}
	return owner, nil, owner != 0
}

// resolveOutside finds what a name means that scope s uses and does not bind or declare. Every enclosing scope's
// entries are already decided.
func (t *Table) resolveOutside(s ID, name ast.Sym) (ID, Binding) {
	sees := t.Scopes[s].Flags&SeesClass != 0
	for p := s; p != 0; {
		p = t.Scopes[p].Parent
		sc := &t.Scopes[p]
		switch {
		case p == 0:
			return 0, GlobalImplicit
		case sc.Kind == Class:
			if name == ast.SymDunderClass || name == ast.SymDunderClassdict {
				return p, Free
			}
			if sees {
				// class C: x = 1; def f(a: x): … — deferred annotations look in the class first.
				if i := t.slot(p, name); i >= 0 {
					switch f := t.Symbols[i].Flags; {
					case f&DeclaredGlobal != 0:
						return 0, GlobalExplicit
					case f&bound != 0 && f&DeclaredNonlocal == 0:
						return p, GlobalImplicit
					}
				}
				sees = false
			}
		default:
			if sees && sc.Flags&SeesClass == 0 {
				sees = false
			}
			i := t.slot(p, name)
			if i < 0 {
				continue
			}
			switch sym := &t.Symbols[i]; sym.Binding {
			case Local, Cell:
				return p, Free
			case Free:
				return sym.Owner, Free
			default:
				// What an annotation finds in its class is not seen by a lambda inside the annotation.
				if sc.Flags&SeesClass == 0 {
					return 0, GlobalImplicit
				}
			}
		}
	}
	return 0, GlobalImplicit
}

// QualName is CPython's qualified name of a function, class, lambda or comprehension: outer.<locals>.inner,
// Class.method, <lambda>. The module's is empty.
func (t *Table) QualName(s ID) string {
	var parts []string
	for s != 0 {
		sc := &t.Scopes[s]
		named := false
		switch sc.Kind {
		case Function, Class:
			parts, named = append(parts, t.Text(sc.Name)), true
		case Lambda:
			parts = append(parts, "<lambda>")
		case Comprehension:
			parts = append(parts, compName(sc.Node))
		default:
			if sc.Name != 0 {
				parts = append(parts, t.Text(sc.Name))
			} else {
				parts = append(parts, "__annotate__")
			}
		}
		// The names of the scopes around it that have one at run time: those of type parameters do not, nor do
		// comprehensions, which are compiled into the code around them.
		p := sc.Parent
		for p != 0 && (t.Scopes[p].Kind == TypeParams || inlined(&t.Scopes[p])) {
			p = t.Scopes[p].Parent
		}
		if named {
			if sym := t.Lookup(p, sc.Name); sym != nil && sym.Binding == GlobalExplicit {
				break
			}
		}
		if k := t.Scopes[p].Kind; k == Function || k == Lambda {
			parts = append(parts, "<locals>")
		}
		s = p
	}
	slices.Reverse(parts)
	return strings.Join(parts, ".")
}

func inlined(s *Scope) bool { return s.Kind == Comprehension && s.Flags&Generator == 0 }

func compName(n ast.Node) string {
	switch n.(type) {
	case *ast.ListComp:
		return "<listcomp>"
	case *ast.SetComp:
		return "<setcomp>"
	case *ast.DictComp:
		return "<dictcomp>"
	}
	return "<genexpr>"
}

// isPrivate is true for names that a class mangles: __spam, but not __spam__ nor a dotted name.
func isPrivate(s string) bool {
	return len(s) > 2 && s[0] == '_' && s[1] == '_' && !strings.HasSuffix(s, "__") && strings.IndexByte(s, '.') < 0
}

// mangle gives a private name its class's prefix; a class name of underscores only leaves it alone.
func mangle(class, name string) string {
	class = strings.TrimLeft(class, "_")
	if class == "" {
		return name
	}
	return "_" + class + name
}

// find is the symbol of a spelling. The first few questions of a file scan its names; then an index is worth its cost.
func (t *Table) find(s string) (ast.Sym, bool) {
	if !t.known {
		if t.asked++; t.asked < 8 {
			for i, n := range t.File.Names {
				if n == s && i > 0 {
					return ast.Sym(i), true
				}
			}
			for i, n := range t.extra {
				if n == s {
					return ast.Sym(len(t.File.Names) + i), true
				}
			}
			return 0, false
		}
		if t.index == nil {
			t.index = make(map[string]ast.Sym, len(t.File.Names))
		}
		for i, n := range t.extra {
			t.index[n] = ast.Sym(len(t.File.Names) + i)
		}
		for i, n := range t.File.Names {
			t.index[n] = ast.Sym(i)
		}
		t.known = true
	}
	sym, ok := t.index[s]
	return sym, ok && sym != 0
}

// intern is the symbol of a spelling, a new one if need be.
func (t *Table) intern(s string) ast.Sym {
	if sym, ok := t.find(s); ok {
		return sym
	}
	t.extra = append(t.extra, s)
	sym := ast.Sym(len(t.File.Names) + len(t.extra) - 1)
	if t.known {
		t.index[s] = sym
	}
	return sym
}

func hash(s ID, name ast.Sym) uint32 {
	h := uint32(name)*0x9E3779B1 ^ uint32(s)*0x85EBCA77
	return h ^ h>>15
}

// slot is the index in Symbols of name's entry in scope s, or -1.
func (t *Table) slot(s ID, name ast.Sym) int {
	first, n := t.Scopes[s].First, t.Scopes[s].Len
	for h := hash(s, name) & t.mask; ; h = (h + 1) & t.mask {
		i := t.slots[h]
		if i == 0 {
			return -1
		}
		if i--; i-first < n && t.Symbols[i].Name == name {
			return int(i)
		}
	}
}
