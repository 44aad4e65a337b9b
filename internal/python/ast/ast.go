// Package ast holds Python's syntax tree with the node names of Python's own ast module.
//
// Expr and Stmt are sealed: every node type is in this file. Nodes are allocated from per-kind slabs that the parser
// reuses for its next file, so a tree is valid only until its Parser parses again; whatever must live longer is copied
// into facts. Trees are immutable once parsed; later passes keep their own side tables.
//
// Identifiers are symbols: indices into File.Names, interned per file; the first ones are the same in every file (see
// known.go), so that a pass can compare with a constant. Constants keep their source range and are decoded on demand.
//
// Async and star variants are flags here (FunctionDef.Async, Try.Star), where CPython has separate classes; dump knows.
package ast

import "github.com/roadworthy-dev/roadworthy/internal/diag"

// Sym is an identifier, an index into File.Names; 0 means none.
type Sym uint32

// File is a parsed module.
type File struct {
	Src    []byte // decoded to UTF-8, no BOM; node spans are offsets into it
	Names  []string
	Body   []Stmt
	Future Future   // from __future__ imports in effect
	Lines  []uint32 // offsets of line starts, the first is 0
	// Comments are the spans of all comments, ascending, each from its # to the end of its line.
	Comments []diag.Span
	Parts    []Part // text of the constants that are not Plain
}

// Text is the spelling of s.
func (f *File) Text(s Sym) string { return f.Names[s] }

// Future flags.
type Future uint8

const (
	FutureAnnotations Future = 1 << iota
	FutureBarryAsBDFL
)

// Node is any node with a place in the source.
type Node interface {
	Pos() uint32
	End() uint32
}

// Range is embedded in every node.
type Range struct{ Start, Stop uint32 }

func (r *Range) Pos() uint32     { return r.Start }
func (r *Range) End() uint32     { return r.Stop }
func (r *Range) Span() diag.Span { return diag.Span{Start: r.Start, End: r.Stop} }

// Expr is an expression node.
type Expr interface {
	Node
	expr()
}

// Stmt is a statement node.
type Stmt interface {
	Node
	stmt()
}

// Context of a Name, Attribute, Subscript, Starred, List or Tuple.
type Context uint8

const (
	Load Context = iota
	Store
	Del
)

// Operator of BinOp, AugAssign, UnaryOp, BoolOp and Compare.
type Operator uint8

const (
	NoOp Operator = iota
	Add
	Sub
	Mult
	MatMult
	Div
	Mod
	Pow
	LShift
	RShift
	BitOr
	BitXor
	BitAnd
	FloorDiv
	Invert
	Not
	UAdd
	USub
	And
	Or
	Eq
	NotEq
	Lt
	LtE
	Gt
	GtE
	Is
	IsNot
	In
	NotIn
)

// Statements.
type (
	FunctionDef struct {
		Range
		Async      bool
		Name       Sym
		NameSpan   diag.Span
		Args       *Arguments
		Body       []Stmt
		Decorators []Expr
		Returns    Expr // nil when there is none
		TypeParams []TypeParam
	}
	ClassDef struct {
		Range
		Name       Sym
		NameSpan   diag.Span
		Bases      []Expr
		Keywords   []Keyword
		Body       []Stmt
		Decorators []Expr
		TypeParams []TypeParam
	}
	Return struct {
		Range
		Value Expr // or nil
	}
	Delete struct {
		Range
		Targets []Expr
	}
	Assign struct {
		Range
		Targets []Expr
		Value   Expr
	}
	TypeAlias struct {
		Range
		Name       *Name
		TypeParams []TypeParam
		Value      Expr
	}
	AugAssign struct {
		Range
		Target Expr
		Op     Operator
		Value  Expr
	}
	AnnAssign struct {
		Range
		Target     Expr
		Annotation Expr
		Value      Expr // or nil
		Simple     bool
	}
	For struct {
		Range
		Async        bool
		Target, Iter Expr
		Body, Orelse []Stmt
	}
	While struct {
		Range
		Test         Expr
		Body, Orelse []Stmt
	}
	If struct {
		Range
		Test         Expr
		Body, Orelse []Stmt // elif is an If alone in Orelse
	}
	With struct {
		Range
		Async bool
		Items []WithItem
		Body  []Stmt
	}
	Match struct {
		Range
		Subject Expr
		Cases   []MatchCase
	}
	Raise struct {
		Range
		Exc, Cause Expr // or nil
	}
	Try struct {
		Range
		Star      bool
		Body      []Stmt
		Handlers  []*ExceptHandler
		Orelse    []Stmt
		Finalbody []Stmt
	}
	Assert struct {
		Range
		Test Expr
		Msg  Expr // or nil
	}
	Import struct {
		Range
		Lazy  bool // PEP 810
		Names []Alias
	}
	ImportFrom struct {
		Range
		Lazy   bool
		Level  int // number of leading dots
		Module Sym // dotted, 0 for none
		Names  []Alias
	}
	Global struct {
		Range
		Names []Ident
	}
	Nonlocal struct {
		Range
		Names []Ident
	}
	ExprStmt struct {
		Range
		Value Expr
	}
	Pass     struct{ Range }
	Break    struct{ Range }
	Continue struct{ Range }
	// BadStmt stands where no statement could be read; a finding says why.
	BadStmt struct{ Range }
)

// Expressions.
type (
	BoolOp struct {
		Range
		Op     Operator
		Values []Expr
	}
	NamedExpr struct {
		Range
		Target *Name
		Value  Expr
	}
	BinOp struct {
		Range
		Op          Operator
		Left, Right Expr
	}
	UnaryOp struct {
		Range
		Op      Operator
		Operand Expr
	}
	Lambda struct {
		Range
		Args *Arguments
		Body Expr
	}
	IfExp struct {
		Range
		Test, Body, Orelse Expr
	}
	Dict struct {
		Range
		Keys   []Expr // nil element for **value
		Values []Expr
	}
	Set struct {
		Range
		Elts []Expr
	}
	ListComp struct {
		Range
		Elt        Expr
		Generators []Comprehension
	}
	SetComp struct {
		Range
		Elt        Expr
		Generators []Comprehension
	}
	DictComp struct {
		Range
		Key, Value Expr // Value nil for {**x for …} (PEP 798)
		Generators []Comprehension
	}
	GeneratorExp struct {
		Range
		Elt        Expr
		Generators []Comprehension
	}
	Await struct {
		Range
		Value Expr
	}
	Yield struct {
		Range
		Value Expr // or nil
	}
	YieldFrom struct {
		Range
		Value Expr
	}
	Compare struct {
		Range
		Left        Expr
		Ops         []Operator
		Comparators []Expr
	}
	Call struct {
		Range
		Func     Expr
		Args     []Expr // Starred for *x
		Keywords []Keyword
	}
	// FormattedValue is a replacement field of an f-string.
	FormattedValue struct {
		Range
		Value      Expr
		Conversion int        // -1, 's', 'r' or 'a'
		FormatSpec *JoinedStr // or nil
	}
	// Interpolation is a replacement field of a t-string (PEP 750).
	Interpolation struct {
		Range
		Value      Expr
		Str        diag.Span // the expression's own text; see InterpolationText
		Conversion int
		FormatSpec *JoinedStr // or nil
	}
	JoinedStr struct {
		Range
		Values []Expr // Constant and FormattedValue
	}
	TemplateStr struct {
		Range
		Values []Expr // Constant and Interpolation
	}
	Constant struct {
		Range
		Kind ConstKind
		U    bool // u"" prefix on the first part
		// Plain: a Str or Bytes of one part without escapes or line-end translation; its value is Src[Text.Start:Text.End].
		// Otherwise Text is a range of File.Parts. StringValue decodes both.
		Plain bool
		Text  diag.Span
	}
	Attribute struct {
		Range
		Value Expr
		Attr  Sym
		Ctx   Context
	}
	Subscript struct {
		Range
		Value, Index Expr
		Ctx          Context
	}
	Starred struct {
		Range
		Value Expr
		Ctx   Context
	}
	Name struct {
		Range
		ID  Sym
		Ctx Context
	}
	List struct {
		Range
		Elts []Expr
		Ctx  Context
	}
	Tuple struct {
		Range
		Elts []Expr
		Ctx  Context
	}
	Slice struct {
		Range
		Lower, Upper, Step Expr // or nil
	}
	// BadExpr stands where no expression could be read; a finding says why.
	BadExpr struct{ Range }
)

// ConstKind says what a Constant is.
type ConstKind uint8

const (
	None ConstKind = iota
	True
	False
	Ellipsis
	Int
	Float
	Imaginary
	Str
	Bytes
)

// Parts that are neither statements nor expressions.
type (
	// Ident is a name with its place, where Python's ast has a bare identifier.
	Ident struct {
		Range
		Name Sym
	}
	Alias struct {
		Range
		Name   Sym // dotted; "*" for a star import
		AsName Sym // 0 for none
	}
	Keyword struct {
		Range
		Arg   Sym // 0 for **value
		Value Expr
	}
	Arg struct {
		Range
		Name       Sym
		Annotation Expr // or nil
	}
	// Arguments: Defaults belong to the last len(Defaults) of PosOnly+Args; KwDefaults has one (or nil) per KwOnly.
	Arguments struct {
		PosOnly    []Arg
		Args       []Arg
		Vararg     *Arg
		KwOnly     []Arg
		KwDefaults []Expr
		Kwarg      *Arg
		Defaults   []Expr
	}
	WithItem struct {
		Context Expr
		Vars    Expr // or nil
	}
	ExceptHandler struct {
		Range
		Type Expr // or nil
		Name Sym
		Body []Stmt
	}
	Comprehension struct {
		Target, Iter Expr
		Ifs          []Expr
		Async        bool
	}
	MatchCase struct {
		Pattern Pattern
		Guard   Expr // or nil
		Body    []Stmt
	}
)

// TypeParam is TypeVar, ParamSpec or TypeVarTuple of PEP 695, with the default of PEP 696.
type TypeParam struct {
	Range
	Kind    TypeParamKind
	Name    Sym
	Bound   Expr // or nil
	Default Expr // or nil
}

type TypeParamKind uint8

const (
	TypeVar TypeParamKind = iota
	ParamSpec
	TypeVarTuple
)

// Pattern is a pattern of a match statement.
type Pattern interface {
	Node
	pattern()
}

type (
	MatchValue struct {
		Range
		Value Expr
	}
	MatchSingleton struct {
		Range
		Value ConstKind // None, True or False
	}
	MatchSequence struct {
		Range
		Patterns []Pattern
	}
	MatchMapping struct {
		Range
		Keys     []Expr
		Patterns []Pattern
		Rest     Sym
	}
	MatchClass struct {
		Range
		Cls         Expr
		Patterns    []Pattern
		KwdAttrs    []Sym
		KwdPatterns []Pattern
	}
	MatchStar struct {
		Range
		Name Sym // 0 for *_
	}
	MatchAs struct {
		Range
		Pattern Pattern // or nil
		Name    Sym     // 0 for the wildcard
	}
	MatchOr struct {
		Range
		Patterns []Pattern
	}
	BadPattern struct{ Range }
)

func (*FunctionDef) stmt() {}
func (*ClassDef) stmt()    {}
func (*Return) stmt()      {}
func (*Delete) stmt()      {}
func (*Assign) stmt()      {}
func (*TypeAlias) stmt()   {}
func (*AugAssign) stmt()   {}
func (*AnnAssign) stmt()   {}
func (*For) stmt()         {}
func (*While) stmt()       {}
func (*If) stmt()          {}
func (*With) stmt()        {}
func (*Match) stmt()       {}
func (*Raise) stmt()       {}
func (*Try) stmt()         {}
func (*Assert) stmt()      {}
func (*Import) stmt()      {}
func (*ImportFrom) stmt()  {}
func (*Global) stmt()      {}
func (*Nonlocal) stmt()    {}
func (*ExprStmt) stmt()    {}
func (*Pass) stmt()        {}
func (*Break) stmt()       {}
func (*Continue) stmt()    {}
func (*BadStmt) stmt()     {}

func (*BoolOp) expr()         {}
func (*NamedExpr) expr()      {}
func (*BinOp) expr()          {}
func (*UnaryOp) expr()        {}
func (*Lambda) expr()         {}
func (*IfExp) expr()          {}
func (*Dict) expr()           {}
func (*Set) expr()            {}
func (*ListComp) expr()       {}
func (*SetComp) expr()        {}
func (*DictComp) expr()       {}
func (*GeneratorExp) expr()   {}
func (*Await) expr()          {}
func (*Yield) expr()          {}
func (*YieldFrom) expr()      {}
func (*Compare) expr()        {}
func (*Call) expr()           {}
func (*FormattedValue) expr() {}
func (*Interpolation) expr()  {}
func (*JoinedStr) expr()      {}
func (*TemplateStr) expr()    {}
func (*Constant) expr()       {}
func (*Attribute) expr()      {}
func (*Subscript) expr()      {}
func (*Starred) expr()        {}
func (*Name) expr()           {}
func (*List) expr()           {}
func (*Tuple) expr()          {}
func (*Slice) expr()          {}
func (*BadExpr) expr()        {}

func (*MatchValue) pattern()     {}
func (*MatchSingleton) pattern() {}
func (*MatchSequence) pattern()  {}
func (*MatchMapping) pattern()   {}
func (*MatchClass) pattern()     {}
func (*MatchStar) pattern()      {}
func (*MatchAs) pattern()        {}
func (*MatchOr) pattern()        {}
func (*BadPattern) pattern()     {}
