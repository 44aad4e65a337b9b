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
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var once rule.Once
	limitsLifted(p, flow, &once)
	if limitedElsewhere(p) {
		return
	}
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
		steps := hangs(p, effects.Node(r.Runs))
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

// hangs is the shortest way to something that may never come.
func hangs(p *rule.Pass, n effects.Node) []effects.Step {
	var steps []effects.Step
	for _, k := range canHang {
		if w := p.Witness(n, k, true); w != nil && (steps == nil || len(w) < len(steps)) {
			steps = w
		}
	}
	return steps
}

// limitsLifted reports jobs whose queue has a limit by default, which the program lifts: RQ's job_timeout=-1, Dramatiq's
// time_limit=float("inf").
func limitsLifted(p *rule.Pass, flow *rule.Flow, once *rule.Once) {
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "job" || r.Entity == nil || p.FileOf(r.Func).Test {
			continue
		}
		at, op, how := p.FuncOf(effects.Node(r.From)), r.Op, ""
		file := p.FileOf(at)
		switch {
		case rule.HasPrefix(r.Entity.Path, "rq") && op != nil:
			for _, name := range []string{"job_timeout", "timeout"} {
				if n, ok := rule.Keyword(file, op, name).Int(); ok && n == -1 {
					how = "`" + name + "=-1`"
				}
			}
		case rule.HasPrefix(r.Entity.Path, "dramatiq"):
			at, file = r.Func, p.FileOf(r.Func)
			for _, d := range flow.Decorations(r.Func) {
				if d.Call == nil {
					continue
				}
				limit := flow.Made(file, rule.Keyword(file, d.Call, "time_limit"))
				if limit == nil || limit.Code != facts.Call || flow.Called(file, limit) != "float" {
					continue
				}
				if text, _ := flow.Text(file, rule.Pos(file, limit, 0)); strings.HasPrefix(strings.ToLower(text), "inf") {
					op, how = d.Call, "`time_limit=float(\"inf\")`"
				}
			}
		}
		if how == "" {
			continue
		}
		steps := hangs(p, effects.Node(r.Runs))
		if steps == nil {
			continue
		}
		x := p.At(at, op)
		x.Message = fmt.Sprintf("job `%s` has no time limit (%s): one call that never returns (`%s`) takes a worker away for good", p.Short(r.Func), how, rule.CalledAs(rule.Last(steps)))
		x.Help = "give it the longest time that it may need"
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d", p.Rule.Code, r.Func)
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
