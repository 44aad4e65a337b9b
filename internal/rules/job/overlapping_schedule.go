package job

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW417", Name: "overlapping-schedule", Since: "0.1", Family: "job", Severity: rule.Unproven,
	Doc: docs.Read("overlapping_schedule.md"), Check: overlappingSchedule,
})

// overlappingSchedule is about schedules that start a job several times an hour and do not say what happens to a start that comes
// while the one before still runs.
func overlappingSchedule(p *rule.Pass) {
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if strings.Contains(a.Path, "test") || !slices.ContainsFunc(a.Runs, func(r project.Invocation) bool { return r.StartsPython() }) {
			continue
		}
		for _, t := range a.Schedules {
			s, err := project.ParseSchedule(t.Text)
			if err != nil || s.Reboot || bits.OnesCount64(s.Minute) < 4 {
				continue
			}
			var message, help string
			switch {
			case a.Kind == project.Kubernetes && strings.EqualFold(a.Resource, "CronJob"):
				if l, ok := a.Limits["concurrency"]; ok && !strings.EqualFold(l.Value, "Allow") {
					continue
				}
				message = fmt.Sprintf("the CronJob `%s` starts at `%s` whether or not the run before is over: its `concurrencyPolicy` is Allow, the default", a.Name, t.Text)
				help = "set `concurrencyPolicy: Forbid`, or Replace where the newest run is the one that counts"
			case a.Kind == project.Crontab:
				if slices.ContainsFunc(a.Runs, func(r project.Invocation) bool {
					return slices.ContainsFunc(r.Wrapped, func(w string) bool {
						return strings.Contains(w, "flock") || strings.Contains(w, "solo") || strings.Contains(w, "lock")
					})
				}) {
					continue
				}
				message = fmt.Sprintf("cron starts this at `%s` whether or not the run before is over", t.Text)
				help = "take a lock: `flock -n /run/lock/NAME.lock python …`"
			default:
				continue
			}
			p.Report(diag.Finding{File: a.Path, Line: t.Line, Message: message, Help: help, Certainty: diag.Proved,
				Witness: []diag.Frame{{Function: a.Name, File: a.Path, Line: t.Line, Note: "is started at " + t.Text}}})
		}
	}
}
