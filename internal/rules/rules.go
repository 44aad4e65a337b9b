// Package rules brings every rule into the program: importing it registers them all. A family is a package of its own below
// this one; a rule is a pair of files in it.
package rules

import (
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/ai"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/async"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/boundary"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/concurrency"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/data"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/database"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/failure"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/generated"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/http"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/job"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/notebook"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/observability"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/program"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/security"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/testing"
)
