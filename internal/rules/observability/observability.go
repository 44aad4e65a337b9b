// Package observability holds the rules about what a program tells about itself while it runs.
package observability

import (
	"embed"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

//go:embed *.md
var files embed.FS
var docs = rule.Docs{FS: files}

// broad: bare, Exception or BaseException.
func broad(file *link.File, r facts.Ref) bool {
	if r == 0 {
		return true
	}
	if r.Tag() != facts.TagBuiltin {
		return false
	}
	name := file.Facts.Str(r.Index())
	return name == "Exception" || name == "BaseException"
}
