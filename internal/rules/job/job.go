// Package job holds the rules about background jobs: what happens when one runs again, runs for ever, or runs before its data is there.
package job

import (
	"embed"

	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

//go:embed *.md
var files embed.FS
var docs = rule.Docs{FS: files}
