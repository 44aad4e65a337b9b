package job

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW412", Name: "job-without-time-limit", Since: "0.1", Family: "job",
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Error},
	Doc:      docs.Read("job_without_time_limit.md"), Check: jobWithoutTimeLimit,
})

// canHang are the effects that wait for something which may never come.
var canHang = []knowledge.EffectKind{knowledge.Net, knowledge.DB, knowledge.DBWrite, knowledge.Subprocess, knowledge.LLM, knowledge.Notify, knowledge.Payment}

// jobWithoutTimeLimit is about Celery, whose default is none; RQ, Dramatiq and arq have limits by default.
func jobWithoutTimeLimit(p *rule.Pass) {
	if limitedElsewhere(p) {
		return
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var once rule.Once
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "job" || r.Entity == nil || !strings.HasPrefix(r.Entity.Path, "celery.") {
			continue
		}
		file := p.FileOf(r.Func)
		if file.Test || file.Facts.Notebook != nil {
			continue
		}
		fn := p.Facts(r.Func)
		limited := false
		for _, d := range fn.Decorators {
			if def := flow.Def(file, d.Value); def != nil && def.Code == facts.Call {
				a := file.Facts.Args(def)
				for k := 0; k < len(a.Kw); k += 2 {
					name := file.Facts.Str(a.Kw[k])
					limited = limited || a.Kw[k] == 0 || name == "time_limit" || name == "soft_time_limit" || name == "base"
				}
			}
		}
		if limited {
			continue
		}
		var steps []effects.Step
		for _, k := range canHang {
			if w := p.Witness(effects.Node(r.Runs), k, true); w != nil && (steps == nil || len(w) < len(steps)) {
				steps = w
			}
		}
		if steps == nil {
			continue
		}
		x := p.AtName(r.Func)
		x.Message = fmt.Sprintf("job `%s` has no time limit, and neither has its app: one call that never returns (`%s`) takes a worker away for good", p.Short(r.Func), rule.CalledAs(rule.Last(steps)))
		x.Help = "set `task_soft_time_limit` and `task_time_limit` for the app, longer ones at single tasks"
		x.Witness = p.Frames(steps)
		x.Group = p.Rule.Code
		once.Report(p, x)
	}
}

// limitedElsewhere: the app's settings, in whatever form, or the worker's command line set a limit.
func limitedElsewhere(p *rule.Pass) bool {
	for _, f := range p.Files {
		for _, s := range f.Facts.Strings {
			lower := strings.ToLower(s)
			if strings.HasSuffix(lower, "task_time_limit") || strings.HasSuffix(lower, "task_soft_time_limit") || strings.HasPrefix(lower, "--time-limit") || strings.HasPrefix(lower, "--soft-time-limit") {
				return true
			}
		}
	}
	for i := range p.Artifacts {
		for _, r := range p.Artifacts[i].Runs {
			if slices.ContainsFunc(r.Args, func(a string) bool {
				return strings.HasPrefix(a, "--time-limit") || strings.HasPrefix(a, "--soft-time-limit")
			}) {
				return true
			}
		}
	}
	return false
}
