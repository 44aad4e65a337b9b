// Package ai holds the rules about programs that ask models: what they do with the answers, and what bounds the asking.
package ai

import (
	"embed"

	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

//go:embed *.md
var files embed.FS
var docs = rule.Docs{FS: files}
