// Package generated holds the rules about faults that code written by a model has more often than other code: names that
// exist nowhere, and failures that are turned into invented results.
package generated

import (
	"embed"

	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

//go:embed *.md
var files embed.FS
var docs = rule.Docs{FS: files}
