// Package data holds the rules about data pipelines and the preparation of data for models.
package data

import (
	"embed"

	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

//go:embed *.md
var files embed.FS
var docs = rule.Docs{FS: files}
