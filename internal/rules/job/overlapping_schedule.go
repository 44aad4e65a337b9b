package job

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
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
	beats(p)
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

// beats compares how often Celery's beat starts a task, {"task": NAME, "schedule": SECONDS}, with the time that the task may take by its own
// limit.
func beats(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var limits map[string]beatLimit
	for _, f := range p.Files {
		if f.Test || !slices.Contains(f.Facts.Strings, "schedule") || !slices.Contains(f.Facts.Strings, "task") {
			continue
		}
		for o := range f.Facts.Ops {
			op := &f.Facts.Ops[o]
			if op.Code != facts.MakeDict {
				continue
			}
			task, every, limited := "", 0.0, false
			items := f.Facts.Items(op)
			for i := 0; i+1 < len(items); i += 2 {
				k := facts.Ref(items[i])
				if k.Tag() != facts.TagStr {
					continue
				}
				switch f.Facts.Str(k.Index()) {
				case "task":
					task, _ = flow.Text(f, facts.Ref(items[i+1]))
				case "schedule":
					every, _ = facts.Ref(items[i+1]).Number()
				case "options":
					limited = true // a start that comes too late is dropped, or goes to a queue of its own
				}
			}
			if task == "" || every <= 0 || limited {
				continue
			}
			if limits == nil {
				limits = beatLimits(p, flow)
			}
			l, ok := limits[task]
			if !ok || float64(l.seconds) <= every {
				continue
			}
			x := diag.Finding{File: f.Path, Column: f.Facts.Column(op.Pos), Certainty: diag.Proved}
			x.Line, x.Cell = f.Facts.Place(op.Pos)
			x.Message = fmt.Sprintf("beat starts `%s` every %g s, and one run may take %d s by its limit (`%s`): runs overlap, or pile up in the queue", p.Short(l.task), every, l.seconds, l.name)
			x.Help = "start it less often than it may take, give each start `expires`, or take a lock in the task"
			x.Witness = p.Frames([]effects.Step{{Node: effects.Node(l.task), Op: l.op}})
			p.Report(x)
		}
	}
}

// beatLimit is the time that a task's decorator gives it.
type beatLimit struct {
	task    link.Func
	op      *facts.Op
	name    string
	seconds int
}

// beatLimits are the limits of Celery's tasks, by the names under which beat starts them; tasks that take a lock are left out.
func beatLimits(p *rule.Pass, flow *rule.Flow) map[string]beatLimit {
	out := map[string]beatLimit{}
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "job" || r.Entity == nil || !rule.HasPrefix(r.Entity.Path, "celery") || flow.CallsNamed(p.FileOf(r.Func), p.Facts(r.Func), "lock") {
			continue
		}
		file := p.FileOf(r.Func)
		for _, d := range flow.Decorations(r.Func) {
			if d.Call == nil || rule.Keyword(file, d.Call, "expires") != 0 {
				continue
			}
			name, _ := flow.Text(file, rule.Keyword(file, d.Call, "name"))
			if name == "" {
				name = file.Module + "." + file.Facts.Str(p.Facts(r.Func).Name)
			}
			for _, limit := range []string{"soft_time_limit", "time_limit"} {
				if n, ok := rule.Keyword(file, d.Call, limit).Int(); ok {
					out[name] = beatLimit{r.Func, d.Call, limit, n}
					break
				}
			}
		}
	}
	return out
}
