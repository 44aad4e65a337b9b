// Package testing holds the rules about tests.
package testing

import (
	"embed"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

//go:embed *.md
var files embed.FS
var docs = rule.Docs{FS: files}

// elsewhere: the file is in a directory of what nobody writes tests for: examples, tools, what runs once.
func elsewhere(path string) bool {
	return rule.InDir(strings.ToLower(path), "examples", "example", "docs", "tutorials", "samples", "demo", "scripts", "migrations", "alembic", "benchmarks", "tools")
}
