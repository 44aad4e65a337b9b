// Package concurrency holds the rules about threads and processes, and about what Python 3.14, 3.15 and the build without a
// global lock change for them.
package concurrency

import (
	"embed"

	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

//go:embed *.md
var files embed.FS
var docs = rule.Docs{FS: files}
