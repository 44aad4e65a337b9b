// Package rules brings every family of rules into the program. Importing it registers them.
package rules

import (
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/program"
)
