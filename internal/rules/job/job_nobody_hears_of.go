package job

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW419", Name: "job-nobody-hears-of", Since: "0.1", Family: "job",
	Doc: docs.Read("job_nobody_hears_of.md"), Check: jobNobodyHearsOf,
})

// jobNobodyHearsOf is about jobs of the upper tiers: who answers for them, and who is told when a run becomes a dead letter. Declared jobs
// say both in the configuration.
func jobNobodyHearsOf(p *rule.Pass) {
	undeclaredJobs(p)
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

// tells are parts of texts and names that a program has which tells somebody of a failure, or keeps what failed.
var tells = []string{"alert", "on_failure", "onfailure", "on_error", "task_failure", "notify", "notifier", "notification", "pagerduty", "opsgenie", "slack", "telegram", "mattermost", "discord", "webhook", "mail_admins", "adminemail",
	"smtphandler", "errormail", "healthchecks", "hc-ping", "dead_letter", "dead-letter", "deadletter", "dlq", "dlx", "failed_queue", "oncall", "victorops", "sns", "failure()", "teams"}

// undeclaredJobs reports what a schedule or a queue of another library starts, in a repository that names nobody for anything, has no error
// reporting and keeps nothing of what failed. RQ and Dramatiq keep their failed jobs.
func undeclaredJobs(p *rule.Pass) {
	if p.Inventory == nil || p.Owned || p.Watched() {
		return
	}
	somebody := func(s string) bool {
		s = strings.ToLower(s)
		return slices.ContainsFunc(tells, func(t string) bool { return strings.Contains(s, t) })
	}
	told := slices.ContainsFunc(p.Files, func(f *link.File) bool { return !f.Test && slices.ContainsFunc(f.Facts.Strings, somebody) })
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Workflow == nil {
			continue
		}
		told = told || slices.ContainsFunc(a.Workflow.Expressions, func(e project.Expression) bool { return somebody(e.Text) }) || slices.ContainsFunc(a.Workflow.Uses, func(u project.Use) bool { return somebody(u.Action) }) || somebody(a.Workflow.Condition)
	}
	// A DAG of Airflow says it for itself, or takes it from a module that it imports.
	byModule := map[string]*link.File{}
	for _, f := range p.Files {
		byModule[f.Module] = f
	}
	says := func(f *link.File) bool {
		if slices.ContainsFunc(f.Facts.Strings, somebody) {
			return true
		}
		for i := range f.Facts.Imports {
			im := &f.Facts.Imports[i]
			module := rule.ImportedModule(f, im)
			for _, name := range []string{module, module + "." + f.Facts.Str(im.Name)} {
				if g := byModule[name]; g != nil && slices.ContainsFunc(g.Facts.Strings, func(s string) bool { return somebody(s) || s == "owner" || s == "email" }) {
					return true
				}
			}
		}
		return false
	}
	for _, w := range p.Inventory.Work {
		if w.File < 0 || w.Aside != "" || w.Owner != "" || w.Tier < project.BusinessCritical || w.Kind != project.KindJob && w.Kind != project.KindPipeline || p.Files[w.File].Test {
			continue
		}
		if slices.ContainsFunc(p.Files[w.File].Facts.Strings, func(s string) bool { return s == "owner" || s == "owners" || s == "email" }) || rule.Imports(p.Files[w.File], "rq", "django_rq", "dramatiq") {
			continue
		}
		if told && (!rule.Imports(p.Files[w.File], "airflow") || says(p.Files[w.File])) {
			continue
		}
		if p.Config != nil && (w.Line != 0 || slices.ContainsFunc(w.Roots, func(r inventory.Root) bool { return r.File == p.Config.File }) || slices.ContainsFunc(w.Starts, func(e inventory.Evidence) bool { return e.File == p.Config.File })) {
			continue // declared: said above
		}
		at := slices.IndexFunc(w.Starts, func(e inventory.Evidence) bool { return strings.HasPrefix(e.What, "is scheduled") })
		x := diag.Finding{Work: []string{w.Name}, Certainty: diag.Likely, Group: p.Rule.Code} // who is to be named for one is most often to be named for all
		switch {
		case at >= 0:
			x.File, x.Line = w.Starts[at].File, w.Starts[at].Line
		case len(w.Roots) > 0:
			x.File, x.Line = w.Roots[0].File, w.Roots[0].Line
		default:
			continue
		}
		x.Message = fmt.Sprintf("nobody hears of it when `%s` fails: nothing names who answers for it, nothing tells anybody, and no dead letter is kept", w.Name)
		x.Help = "name an owner (`CODEOWNERS`, or `owner` of the work), and report failures to a place that somebody reads"
		for _, e := range w.Evidence[:min(1, len(w.Evidence))] {
			x.Witness = append(x.Witness, diag.Frame{Function: w.Name, File: e.File, Line: e.Line, Note: e.What})
		}
		p.Report(x)
	}
}
