package parser

import (
	"unsafe"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

func xidStart(r rune) bool    { return ast.IDStart(r) }
func xidContinue(r rune) bool { return ast.IDContinue(r) }

// normalize is the normal form KC of an identifier, the source's own bytes when they are in it already.
func normalize(name []byte) string {
	return source.NormalizeIdentifier(unsafe.String(&name[0], len(name)))
}
