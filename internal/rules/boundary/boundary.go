// Package boundary holds the rules about where a program meets the world: what happens on import, where its configuration
// comes in.
package boundary

import (
	"embed"

	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

//go:embed *.md
var files embed.FS
var docs = rule.Docs{FS: files}
