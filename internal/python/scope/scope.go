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
	DeclaredGlobal   Flags = 1 << iota // global x; in the module also when a function says so
	DeclaredNonlocal                   // nonlocal x, and a walrus target inside a comprehension
	Assigned                           // bound by assignment, for, with, except, def, class, match, walrus or del
	Param
	Used
	Imported
	Annotated // x: int
	CompIter  // target of a comprehension
	TypeParam // PEP 695
	Defined   // bound by def or class
	Deleted   // del x

	bound = Assigned | Param | Imported | TypeParam
)

// Symbol is one name in one scope.
type Symbol struct {
	Name     ast.Sym // mangled; its text is Table.Text
	Flags    Flags
	Binding  Binding
	Bindings uint16 // number of places that bind it, at most 65535
	// Owner is the scope whose variable it is: this scope, an enclosing one, or 0 for a global (which the module may
	// not bind: then it is a builtin, comes from a star import, or is unknown). __class__ in a method is owned by the
	// class, which has no entry for it.
	Owner ID
	First uint32 // offset of the first appearance
}

// Bound is true when the scope itself gives the name a value.
func (s *Symbol) Bound() bool { return s.Flags&bound != 0 }

// Scope is one block of names.
type Scope struct {
	Kind   Kind
	Flags  ScopeFlags
	Parent ID
	// Function is the nearest enclosing Function or Lambda, itself included; None outside functions.
	Function ID
	// Class is the nearest enclosing Class, itself included; None outside classes.
	Class ID
	// Annotations is the scope of the annotations of this function's signature or of this module's or class's body;
	// None without.
	Annotations ID
	// Node is nil for the module, the FunctionDef, ClassDef, Lambda, ListComp, SetComp, DictComp or GeneratorExp, and
	// for the other kinds the node they belong to (FunctionDef, ClassDef, TypeAlias); nil for body annotations.
	Node ast.Node
	Name ast.Sym // of the function, class, alias or type parameter; 0 for the other kinds
	Pos  uint32  // offset of the node; for TypeVar and body annotations that of the (first) expression
	// Symbols[First:First+Len] of the table are its names.
	First, Len uint32

	localAnnotations      ID      // scope of the annotations of a function's variables, or None
	private               ast.Sym // class name that mangles names here, 0 for none
	firstChild, lastChild ID      // 0 for none
	next                  ID      // sibling
}

// ScopeFlags are facts about a scope.
type ScopeFlags uint16

const (
	Nested       ScopeFlags = 1 << iota // inside a function or another scope that works like one, at any depth
	Generator                           // a yield of its own, or a generator expression
	Coroutine                           // async def, or a comprehension with an await or async for
	Varargs                             // *args
	Varkeywords                         // **kwargs
	StarImport                          // from m import *: names may come from anywhere
	ReturnsValue                        // return with a value
	NeedsClass                          // class: a method uses super() or __class__
	SeesClass                           // annotation or type scope that sees the names of the enclosing class
	CallsDynamic                        // calls exec, eval, locals, vars or globals by name
	// Unevaluated: annotations that never run, because of from __future__ import annotations. Python's symtable
	// does not show such scopes.
	Unevaluated
	// ConditionalAnnotations: a module or class body that annotates names under if, for, while, try, with or match.
	ConditionalAnnotations

	restricted  // type parameters of a generic class: only they are mangled
	localAnnots // holds the annotations of local variables, which are not evaluated: their names are not entered
)

// FunctionLike is true for scopes whose names nested scopes can see: all kinds but Module and Class.
func (s *Scope) FunctionLike() bool { return s.Kind != Module && s.Kind != Class }

// Fault is an error that the compiler reports after parsing: when it builds symbol tables, or for return, yield, await,
// break and continue in the wrong place.
type Fault struct {
	Span    diag.Span
	Message string
	// AfterSymbols: the compiler finds it after the symbol tables are made, so that symtable accepts the file.
	AfterSymbols bool
}
