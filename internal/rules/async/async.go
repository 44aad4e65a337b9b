// Package async holds the rules about asyncio code: what keeps the event loop from running, and tasks that get lost.
package async

import (
	"embed"

	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

//go:embed *.md
var files embed.FS
var docs = rule.Docs{FS: files}
