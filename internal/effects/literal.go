package effects

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
)

// literal is what a call is known to give to a parameter; the zero value is not known.
type literal struct {
	kind literalKind
	n    int
	text string
}

type literalKind uint8

const (
	unknownLiteral literalKind = iota
	absentLiteral              // surely not given
	noneLiteral
	boolLiteral
	intLiteral
	textLiteral
)

func literalOf(f *facts.File, r facts.Ref) literal {
	if n, ok := r.Int(); ok {
		return literal{kind: intLiteral, n: n}
	}
	switch {
	case r.Tag() == facts.TagStr:
		return literal{kind: textLiteral, text: f.Str(r.Index())}
	case r.Is(facts.ConstNone):
		return literal{kind: noneLiteral}
	case r.Is(facts.ConstFalse):
		return literal{kind: boolLiteral}
	case r.Is(facts.ConstTrue):
		return literal{kind: boolLiteral, n: 1}
	}
	return literal{}
}

func (x literal) truth() bool {
	if x.kind == textLiteral {
		return x.text != ""
	}
	return x.n != 0
}

// equals compares two literals; sure is false where Python's answer depends on more.
func (x literal) equals(y literal) (equal, sure bool) {
	switch {
	case x.kind <= absentLiteral || y.kind <= absentLiteral:
		return false, false
	case x.kind == y.kind:
		return x == y, true
	case min(x.kind, y.kind) == boolLiteral && max(x.kind, y.kind) == intLiteral:
		return false, false // 1 == True, and 1 is not True
	}
	return false, true
}

// fails: the atom surely does not hold for a parameter with this value.
func fails(f *facts.File, a facts.Atom, x literal) bool {
	if x.kind <= absentLiteral {
		return false
	}
	var holds, sure bool
	switch a.Asks {
	case facts.AsksTrue:
		holds, sure = x.truth(), true
	case facts.AsksEqual:
		holds, sure = x.equals(literalOf(f, a.Value))
	case facts.AsksHolds:
		y := literalOf(f, a.Value)
		holds, sure = strings.Contains(x.text, y.text), x.kind == textLiteral && y.kind == textLiteral
	case facts.AsksInstance:
		holds, sure = x.isInstance(f, a.Value)
	}
	return sure && holds == a.Not
}

// isInstance: a literal is an instance of a class, see facts.AsksInstance.
func (x literal) isInstance(f *facts.File, class facts.Ref) (is, sure bool) {
	if class == 0 {
		return false, x.kind == noneLiteral
	}
	switch f.Str(class.Index()) {
	case "str":
		is = x.kind == textLiteral
	case "int":
		is = x.kind == intLiteral || x.kind == boolLiteral
	case "bool":
		is = x.kind == boolLiteral
	}
	return is, true
}
