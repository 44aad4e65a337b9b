// Package program describes what the check itself reports: files that cannot be read, waivers that hold no longer, tiers that
// are declared too low. These codes, RW001 to RW099, have a page like every rule and no Check: package check finds them.
package program

import (
	"embed"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

//go:embed *.md
var pages embed.FS

func init() {
	docs := rule.Docs{FS: pages}
	add := func(code, name, page string, s rule.Severities) {
		rule.Register(rule.Rule{Code: code, Name: name, Since: "0.1", Family: "program", Severity: s, Doc: docs.Read(page)})
	}
	waived := rule.Severities{Experimental: diag.Note, Internal: diag.Warning, BusinessCritical: diag.Warning, CustomerFacing: diag.Error}
	add("RW001", "syntax-error", "syntax_error.md", rule.Standard)
	add("RW002", "unreadable-file", "unreadable_file.md", rule.Always(diag.Warning))
	add("RW003", "damaged-notebook", "damaged_notebook.md", rule.Standard)
	add("RW004", "internal-error", "internal_error.md", rule.Always(diag.Warning))
	add("RW005", "expired-waiver", "expired_waiver.md", waived)
	add("RW006", "unused-waiver", "unused_waiver.md", rule.Always(diag.Note))
	add("RW007", "incomplete-waiver", "incomplete_waiver.md", waived)
	add("RW008", "tier-below-evidence", "tier_below_evidence.md", rule.Always(diag.Warning))
	add("RW009", "damaged-artifact", "damaged_artifact.md", rule.Always(diag.Note))
}
