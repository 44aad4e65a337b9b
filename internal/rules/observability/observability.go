// Package observability holds the rules about what a program tells about itself while it runs.
package observability

import (
	"embed"

	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

//go:embed *.md
var files embed.FS
var docs = rule.Docs{FS: files}
