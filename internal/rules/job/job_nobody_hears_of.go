package job

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW419", Name: "job-nobody-hears-of", Since: "0.1", Family: "job",
	Doc: docs.Read("job_nobody_hears_of.md"), Check: jobNobodyHearsOf,
})

// jobNobodyHearsOf is about declared jobs of the upper tiers: who answers for them, and who is told when a run becomes a dead
// letter.
func jobNobodyHearsOf(p *rule.Pass) {
	if p.Config == nil {
		return
	}
	for i := range p.Config.Jobs {
		j := &p.Config.Jobs[i]
		if j.Tier < project.BusinessCritical {
			continue
		}
		var lacks []string
		if j.Owner == "" {
			lacks = append(lacks, "`owner`")
		}
		if len(j.Alerts) == 0 {
			lacks = append(lacks, "`alerts`")
		}
		if len(lacks) == 0 {
			continue
		}
		p.Report(diag.Finding{File: p.Config.File, Line: j.Line, Certainty: diag.Proved,
			Message: fmt.Sprintf("job `%s` is %s and has no %s: when a run uses up its attempts, the dead letter waits for somebody who does not know of it", j.Name, j.Tier, strings.Join(lacks, " and no ")),
			Help:    "say who answers for it and where its alerts go: `owner = \"team-data\"`, `alerts = [\"mailto:data@example.com\"]`"})
	}
}
