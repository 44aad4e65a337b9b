// Package facts turns one file's tree and scopes into facts: a small, pointer-poor program in flat arrays from which
// the whole-program passes work after the tree is gone.
//
// A File holds blocks (Func): the module body, functions, lambdas, class bodies and generator expressions. A block is a
// run of operations (Op) in program order over variables, with flow already resolved as far as one file allows: local
// names are in static single assignment form (every binding is a variable of its own, joined by Copy operations where
// branches and loops meet), code that cannot run is left out, and every operation knows its context (Ctx): the loops,
// handlers, with-statements and guards around it.
//
// Variables are Local (one block writes and reads them) or Shared (module globals, names captured by closures, class
// members, parameters, results); operands that are literals or builtins are encoded in the reference itself (Ref).
//
// Facts are a pure function of the file's bytes and are cached by content (see encode.go); package link joins them.
package facts

import (
	"cmp"
	"unsafe"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// Version of the facts' form: any change to their meaning or layout changes it, and with it every cache key.
const Version = 13

// Str is an index into File.Strings; 0 is the empty string.
type Str = uint32

// Ref is an operand: a variable, a literal or a builtin's name. The top three bits are the tag.
type Ref uint32

// Tags of a Ref.
const (
	TagLocal   = 0 // Index is a variable of File.NLocal; Ref 0 is no value
	TagShared  = 1 // Index is a variable of File.NShared
	TagStr     = 2 // Index is a Str
	TagInt     = 3 // Index is a small integer, biased by IntBias
	TagConst   = 4 // Index is a Const
	TagBuiltin = 5 // Index is the Str of a name that no scope of the file binds
	TagFloat   = 6 // Index is a decimal of the source in thousandths: 0.5 is 500
)

const (
	tagShift = 29
	refMask  = 1<<tagShift - 1
	// IntBias makes small negative integers fit; integers outside ±2^28 are ConstInt.
	IntBias = 1 << 28
)

// Const is a literal of which only the kind matters.
type Const uint32

const (
	ConstNone Const = iota + 1
	ConstTrue
	ConstFalse
	ConstEllipsis
	ConstFloat // one with more than three decimals, an exponent, or too large
	ConstInt
	ConstBytes
	ConstText // a string too long to keep
)

func MakeRef(tag, index uint32) Ref { return Ref(tag<<tagShift | index) }
func (r Ref) Tag() uint32           { return uint32(r) >> tagShift }
func (r Ref) Index() uint32         { return uint32(r) & refMask }
func (r Ref) IsVar() bool           { return r != 0 && r.Tag() <= TagShared }
func (r Ref) Int() (int, bool)      { return int(r.Index()) - IntBias, r.Tag() == TagInt }

// Number is what a literal integer or decimal says.
func (r Ref) Number() (float64, bool) {
	if r.Tag() == TagFloat {
		return float64(r.Index()) / 1000, true
	}
	n, ok := r.Int()
	return float64(n), ok
}

func (r Ref) Const() (Const, bool) { return Const(r.Index()), r.Tag() == TagConst }
func constRef(c Const) Ref         { return MakeRef(TagConst, uint32(c)) }
func (r Ref) Is(c Const) bool      { return r == constRef(c) }

// OpCode of an Op. The comment gives dst and operands.
type OpCode uint8

const (
	_          OpCode = iota
	Copy              // dst ← A
	Attr              // dst ← A.B (B Str)
	SetAttr           // A.B = C
	Item              // dst ← A[C]
	SetItem           // A[B] = C; dst, if any, is the same container as seen by later code of this block
	Slice             // dst ← A[B:C], B and C Refs; B is ... where there is a step
	Call              // dst ← A(args), B index of the arguments in Extra (see Args)
	MakeFunc          // dst ← function A (index into Funcs)
	MakeClass         // dst ← class A (index into Classes)
	MakeList          // dst ← [elements], B index in Extra: count, Refs; Starred elements are TagStar-flagged in the mask word
	MakeTuple         // the same
	MakeSet           // the same
	MakeDict          // dst ← {…}, B index in Extra: count, then key and value Refs (key 0 for **value)
	Unpack            // dst ← element C (int) of the unpacking of A into B targets; Flags Star: the starred rest, C its position
	Iter              // dst ← an element of A; Flags Async
	Await             // dst ← await A
	Enter             // dst ← A.__enter__(); Flags Async
	Yield             // yield A; dst ← what is sent
	YieldFrom         // dst ← yield from A
	Return            // return A
	Raise             // raise A
	ImportName        // dst ← import A (index into Imports)
	Narrow            // dst ← A, known to be an instance of C
	Instance          // dst ← an instance of the type that A is
	TypeApply         // dst ← A[types], B index in Extra as MakeTuple
	BinOp             // dst ← A op C, B the ast.Operator; C in A for ast.In; Flags Aug: in place
	Format            // dst ← string from parts, B index in Extra as MakeTuple
	Catch             // dst ← an exception of type A
	StateWrite        // a global or nonlocal name B (Str) is written
	Delete            // del A.B / del A[C]; Flags tell
	Member            // A in C, A not in C
	ThisClass         // dst ← class A (index into Classes), which __class__ means in its methods
	Truth             // A is asked whether it is true
	Equal             // assert A == C, C an integer that is written out
)

// Flags of an Op.
type OpFlags uint8

const (
	FlagAsync      OpFlags = 1 << iota // async for, async with, async comprehension
	FlagDiscarded                      // the value is dropped: an expression statement
	FlagAnnotation                     // evaluates an annotation: types only, never runs as far as effects go
	FlagDecorator                      // Call: applies a decorator to a definition
	FlagStar                           // Unpack: the starred target; Copy: FlagBack
	FlagGlobalRoot                     // SetAttr, SetItem, Delete, Call: the object is reached from a module global
	FlagAwaited                        // Call: its value is awaited at once
	FlagAug                            // SetAttr, SetItem, StateWrite: by an augmented assignment
)

// Op is one operation.
type Op struct {
	Code  OpCode
	Flags OpFlags
	Len   uint16 // length in bytes of what a caret should underline, capped
	Ctx   uint32
	Pos   uint32
	Dst   Ref
	A     uint32
	B     uint32
	C     uint32
}

// CtxKind says what surrounds an operation.
type CtxKind uint8

const (
	CtxNone    CtxKind = iota
	CtxWith            // A is the context manager
	CtxTry             // body of a try; B index of the Try
	CtxHandler         // A is the exception type or 0; B index of the Try, C of the handler
	CtxElse            // else of a try; B index of the Try
	CtxFinally         // B index of the Try
	CtxFor             // A is the iterable; C is 1 when a break may leave it
	CtxWhile           // B is 1 for a test that is always true; C as for CtxFor
	CtxIf              // under a condition
	CtxComp            // element of a comprehension; A the iterable
	CtxTyping          // if TYPE_CHECKING: does not run
	CtxMain            // if __name__ == "__main__": runs only as a script
	CtxMatch           // a case
	CtxBool            // right side of and, or, conditional expression
	CtxAssert          // in an assert
)

// FlagBack, on a Copy, says that it feeds a variable at the head of a loop from its end.
const FlagBack = FlagStar

// Ctx is a node of the tree of contexts; 0 is the block itself.
type Ctx struct {
	Kind   CtxKind
	Flags  OpFlags
	Parent uint32
	Pos    uint32
	A      Ref
	B, C   uint32
}

// Try is a try statement.
type Try struct {
	Pos      uint32
	Star     bool
	Handlers []Handler
	Finally  bool
}

// Handler is one except clause.
type Handler struct {
	Pos, End uint32
	Type     Ref // 0 for a bare except
	Name     Str
	Ctx      uint32 // its context; operations below it are the handler's
	Body     HandlerBody
}

// HandlerBody sums up the shape of a handler's body.
type HandlerBody uint8

const (
	HandlerPass     HandlerBody = 1 << iota // only pass, ..., continue or a docstring
	HandlerRaises                           // raises somewhere
	HandlerReturns                          // returns somewhere
	HandlerUsesName                         // uses the exception it bound
	HandlerContinue                         // goes on with the loop
	HandlerBreaks                           // leaves the loop, in the handler or by a break right after the try
)

// FuncKind of a block.
type FuncKind uint8

const (
	ModuleBody FuncKind = iota
	Function
	Lambda
	ClassBody
	GenExp
)

// FuncFlags of a block.
type FuncFlags uint16

const (
	FuncAsync     FuncFlags = 1 << iota
	FuncGenerator           // yields
	FuncMethod              // defined directly in a class body
	FuncLoops               // a later operation feeds an earlier one: evaluate until nothing changes
	FuncAbstract            // body only raises NotImplementedError, or is ... or pass, or has @abstractmethod
	FuncStub                // body is ... , pass or a docstring only
	FuncOverload            // @overload
	FuncCaptured            // a nested block uses its variables
)

// Func is a block.
type Func struct {
	Kind     FuncKind
	Flags    FuncFlags
	Name     Str
	QualName Str    // CPython's qualified name; empty for the module
	Parent   uint32 // index of the enclosing block; the module's own is 0
	Class    uint32 // ClassBody: its class + 1; method: the class whose body holds it + 1; else 0
	Pos, End uint32
	NamePos  uint32
	Ops      [2]uint32 // run of File.Ops
	Locals   [2]uint32 // run of Local variables: none is written by another block
	Params   []Param
	Ret      Ref    // Shared: what it returns
	RetType  Ref    // Shared variable of the parent's block: an instance of the annotated result; 0 without
	Yields   Ref    // Shared: what it yields; 0 unless a generator
	Ctx      uint32 // context of the definition in its parent
	// Branches is the run of File.Branches with the function's.
	Branches [2]uint32
	// Decorators are the decorator expressions' values, outermost first, in the parent's block.
	Decorators []Decorator
	DocEnd     uint32 // end of the docstring, 0 without
}

// Decorator is one decorator of a definition.
type Decorator struct {
	Value Ref
	Pos   uint32
}

// ParamKind as in inspect.Parameter.
type ParamKind uint8

const (
	PositionalOnly ParamKind = iota
	Positional
	VarPositional
	KeywordOnly
	VarKeyword
)

// Param is a parameter; its variable is Shared.
type Param struct {
	Name    Str
	Kind    ParamKind
	Var     Ref
	Default Ref // a Shared variable of the parent's block, or a literal; 0 without
	Type    Ref // Shared variable of the parent's block: an instance of the annotated type; 0 without
	Ann     Ref // the annotation's value (a type), 0 without
	Pos     uint32
}

// Class is a class definition.
type Class struct {
	Name       Str
	QualName   Str
	Parent     uint32 // block that defines it
	Body       uint32 // its block
	Pos, End   uint32
	NamePos    uint32
	Bases      []Ref
	Keywords   []NamedRef
	Members    []NamedRef // names bound in the body, in order of first appearance; Shared variables
	Fields     []Field    // annotated names, in order
	Decorators []Decorator
}

// NamedRef is a name with a value.
type NamedRef struct {
	Name Str
	Ref  Ref
}

// Field is an annotated name of a class body.
type Field struct {
	Name    Str
	Ann     Ref // the annotation's value
	Var     Ref // Shared: an instance of the annotated type
	Default Ref // 0 without
	Pos     uint32
}

// Import is one imported name.
type Import struct {
	Module Str // dotted
	Name   Str // from-import: the name, "*" for all; empty for a plain import
	As     Str // name bound, empty for a star
	Level  uint32
	Pos    uint32
	Ctx    uint32
	Func   uint32 // block
	Lazy   bool   // lazy import (PEP 810)
	Typing bool   // under TYPE_CHECKING
	Alias  bool   // as-name given
}

// Read is a use of a name at a place.
type Read struct {
	Name Str
	Pos  uint32
}

// Waiver is a comment that sets a rule aside: # roadworthy: allow RULE[, RULE] — reason (owner, until YYYY-MM-DD).
type Waiver struct {
	Line uint32 // 1-based
	Text Str
	Pos  uint32
}

// Literal is a string literal that a detector of secrets may want to see: Pos, and the name it is given to if any.
type Literal struct {
	Text Str
	Name Str
	Pos  uint32
}

// Kinds of Fault.
const (
	FaultSyntax uint8 = iota
	FaultScope
	FaultNotebook
)

// Fault is an error of parsing or of scopes, or of a notebook's own format: then Line and Cell say where.
type Fault struct {
	Span       diag.Span
	Message    string
	Kind       uint8
	Line, Cell uint32
}

// Cell is a code cell of a notebook.
type Cell struct {
	Index     uint32 // 1-based
	ExecCount uint32 // the number in In[…], 0 for none
}

// File is the facts of one file.
type File struct {
	Strings []string
	NLocal  uint32   // local variables are 1…NLocal
	NShared uint32   // shared variables are 0…NShared-1
	Owner   []uint32 // for each Shared variable, the block it belongs to
	Ops     []Op
	Extra   []uint32
	Ctxs    []Ctx // [0] is unused
	// Branches are grouped by function; those inside another come before it.
	Branches []Branch
	Tries    []Try
	Funcs    []Func // [0] is the module body
	Classes  []Class
	Imports  []Import
	Globals  []NamedRef // names bound in the module
	All      []Str      // __all__ as far as it is literal
	HasAll   bool
	Unbound  []Read // names read at module level before any binding, although the module binds them somewhere
	Waivers  []Waiver
	Faults   []Fault
	Lines    []uint32 // offsets of line starts
	Size     uint32
	// Cells, for a notebook, is the 1-based cell and line in the cell of each line of the source.
	Cells    [][2]int32
	Notebook []Cell // its code cells
}

// Place is where an offset is, for a person: a 1-based line, in the 1-based cell of a notebook (0 elsewhere).
func (f *File) Place(offset uint32) (line, cell int) {
	i := source.LineIndex(f.Lines, offset)
	if i < 0 {
		i = 0
	}
	if i < len(f.Cells) {
		return int(f.Cells[i][1]), int(f.Cells[i][0])
	}
	return i + 1, 0
}

// Column is the 1-based column of an offset, counted in bytes of UTF-8 from the start of its line.
func (f *File) Column(offset uint32) int {
	i := source.LineIndex(f.Lines, offset)
	if i < 0 {
		return 1
	}
	return int(offset-f.Lines[i]) + 1
}

// Str is the text of s.
func (f *File) Str(s Str) string { return f.Strings[s] }

// IndexOf is the index of one of the file's operations in Ops, -1 for any other operation.
func (f *File) IndexOf(op *Op) int {
	first := uintptr(unsafe.Pointer(unsafe.SliceData(f.Ops)))
	i := (uintptr(unsafe.Pointer(op)) - first) / unsafe.Sizeof(Op{})
	if i >= uintptr(len(f.Ops)) {
		return -1
	}
	return int(i)
}

// CompareOps compares the address of the file's first operation with that of another, so that files can be ordered to find
// the one that an operation is in.
func (f *File) CompareOps(op *Op) int {
	return cmp.Compare(uintptr(unsafe.Pointer(unsafe.SliceData(f.Ops))), uintptr(unsafe.Pointer(op)))
}

// Args are the arguments of a Call.
type Args struct {
	Pos   []uint32 // Refs
	Stars uint32   // bit i: Pos[i] is *arg (the first 32)
	Kw    []uint32 // pairs of Str (0 for **) and Ref
}

// Args reads the arguments of call op.
func (f *File) Args(op *Op) Args {
	e := f.Extra[op.B:]
	n, k := e[0]&0xffff, e[0]>>16
	return Args{Pos: e[2 : 2+n], Stars: e[1], Kw: e[2+n : 2+n+2*k]}
}

// Elems reads the elements of MakeList, MakeTuple, MakeSet, TypeApply and Format, with the mask of starred ones.
func (f *File) Elems(op *Op) ([]uint32, uint32) {
	e := f.Extra[op.B:]
	return e[2 : 2+e[0]], e[1]
}

// Items reads the key and value pairs of a MakeDict.
func (f *File) Items(op *Op) []uint32 {
	e := f.Extra[op.B:]
	return e[1 : 1+2*e[0]]
}
