// Package scope finds the scopes of a module and what every name in them means: the same answer as CPython 3.14's
// symbol tables (Python's symtable module), in flat arrays.
//
// A Builder turns an ast.File into a Table. Scopes[0] is the module; every other scope comes after its parent, in the
// order in which the compiler enters them. Each scope's symbols are one run of Table.Symbols, in order of first
// appearance. Builder memory is reused, so a Table is valid until its Builder's next Build.
//
// What makes a scope: the module, a class body, a function, a lambda, a comprehension or generator expression (also
// where the compiler inlines it), the type parameters of a generic function, class or alias, the value of a type alias,
// the bound and the default of a type parameter, and annotations (deferred since PEP 649): one scope for those of a
// module or class body together, one for each function's signature.
//
// Decorators, argument defaults and the first iterable of a comprehension belong to the enclosing scope. Names like
// __spam in a class are mangled (_Ham__spam) before they are entered; Lookup and Resolve take the name as written.
//
// Errors that the compiler finds at this stage are Faults; a Table comes back all the same.
package scope

import (
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// ID is a scope, an index into Table.Scopes; 0 is the module.
type ID uint32

// None stands for no scope where 0 would mean the module.
const None = ^ID(0)

// Kind of a scope.
type Kind uint8

const (
	Module        Kind = iota
	Class              // class body
	Function           // def and async def
	Lambda             // lambda
	Comprehension      // list, set and dict comprehension, generator expression
	Annotation         // annotations of a function's signature, or of a module or class body
	TypeParams         // type parameters of a generic function, class or alias (PEP 695)
	TypeAlias          // value of a type statement
	TypeVar            // bound or default of a type parameter
)

// Binding is what a name means in a scope, as CPython's compiler decides it.
type Binding uint8

const (
	Unbound        Binding = iota
	Local                  // bound here (in a module: a global of the module)
	GlobalExplicit         // a global statement says so
	GlobalImplicit         // bound in no enclosing function: a global or a builtin
	Free                   // bound in an enclosing scope
	Cell                   // bound here and used by a nested scope
)

// Flags say how a name appears in a scope.
type Flags uint32

const (
	DeclaredGlobal   Flags = 1 << iota // global x
	DeclaredNonlocal                   // nonlocal x
	Assigned                           // bound by any statement, del included
	Param
	Used
	FreeClass // free in a method's sense: bound in the class, and also seen through it by a nested scope
	Imported
	Annotated
	CompIter  // target of a comprehension
	TypeParam // PEP 695
	CompCell  // cell of a comprehension that the compiler inlines
	Defined   // bound by def, class or type
	Deleted   // del x
)

// Symbol is one name in one scope.
type Symbol struct {
	Name     ast.Sym // mangled; its text is Table.Text
	Flags    Flags
	Binding  Binding
	Bindings uint16 // number of places that bind it, at most 65535
	// Owner is the scope whose variable it is: this scope, an enclosing one, or 0 for a global (which the module may
	// not bind: then it is a builtin, comes from a star import, or is unknown).
	Owner ID
	First uint32 // offset of the first appearance
}

// Scope is one block of names.
type Scope struct {
	Kind   Kind
	Flags  ScopeFlags
	Parent ID
	// Function is the nearest enclosing Function or Lambda, itself included; None outside functions.
	Function ID
	// Class is the class whose name mangles private names here; None outside classes.
	Class ID
	// Annotations is the scope of the annotations of this function's signature or of this module's or class's body;
	// None without.
	Annotations ID
	// Node is nil for the module, the FunctionDef, ClassDef, Lambda, ListComp, SetComp, DictComp or GeneratorExp, and
	// for the other kinds the node they belong to (FunctionDef, ClassDef, TypeAlias); nil for body annotations.
	Node ast.Node
	Name ast.Sym // as CPython names it: top, the function or class, lambda, genexpr, __annotate__, …
	// Symbols[First:First+Len] of the table are its names.
	First, Len uint32
	next       ID // next sibling
	firstChild ID
}

// ScopeFlags are facts about a scope.
type ScopeFlags uint16

const (
	Nested       ScopeFlags = 1 << iota // inside a function, at any depth
	Generator                           // a yield of its own
	Coroutine                           // async def, or an await of its own
	Async                               // async def
	Varargs                             // *args
	Varkeywords                         // **kwargs
	StarImport                          // from m import *: names may come from anywhere
	ReturnsValue                        // return with a value
	NeedsClass                          // class: a method uses super() or __class__
	NeedsDict                           // class: an annotation or type scope looks names up in it
	SeesClass                           // annotation or type scope that sees the names of the enclosing class
	CallsExec                           // calls exec, eval, locals, vars or globals by name
	AsyncComp                           // comprehension with async for or await
)

// Fault is an error that the compiler reports when it builds symbol tables.
type Fault struct {
	Span    diag.Span
	Message string
}

// Table is the scopes of one file.
type Table struct {
	File    *ast.File
	Scopes  []Scope
	Symbols []Symbol
	Faults  []Fault
}

// Text is the spelling of a symbol's name. Mangled and internal names are not in File.Names.
func (t *Table) Text(s ast.Sym) string { return "" }

// SymbolsOf is the names of scope s in order of first appearance.
func (t *Table) SymbolsOf(s ID) []Symbol {
	sc := &t.Scopes[s]
	return t.Symbols[sc.First : sc.First+sc.Len]
}

// Children is the scopes directly inside s, in order; call it as `for c := range t.Children(s)`.
func (t *Table) Children(s ID) func(yield func(ID) bool) {
	return func(yield func(ID) bool) {
		for c := t.Scopes[s].firstChild; c != 0; c = t.Scopes[c].next {
			if !yield(c) {
				return
			}
		}
	}
}

// ScopeOf is the scope that a FunctionDef, ClassDef, Lambda, ListComp, SetComp, DictComp, GeneratorExp or TypeAlias
// opens; None for other nodes. It is a binary search by position, without allocation.
func (t *Table) ScopeOf(n ast.Node) ID { return None }

// Lookup is the entry of name, as written, in scope s itself; nil when s does not mention it. Constant time.
func (t *Table) Lookup(s ID, name ast.Sym) *Symbol { return nil }

// Resolve finds the variable that name, as written, means when it is used in scope s: the scope that owns it and its
// entry there. It goes by the language's rules: class scopes are skipped from nested functions, global and nonlocal
// are followed. The name need not appear in s. ok is false when no scope of the file binds it: a builtin, a name from
// a star import, or an unknown one.
func (t *Table) Resolve(s ID, name ast.Sym) (owner ID, sym *Symbol, ok bool) { return 0, nil, false }

// QualName is CPython's qualified name of a function, class, lambda or comprehension: outer.<locals>.inner,
// Class.method, <lambda>. The module's is empty.
func (t *Table) QualName(s ID) string { return "" }

// A Builder builds tables and keeps its memory between files. Not for concurrent use: one for each worker.
type Builder struct {
	table Table
}

// Build finds the scopes of f. The result is valid until the next Build.
func (b *Builder) Build(f *ast.File) *Table {
	b.table = Table{File: f}
	return &b.table
}
