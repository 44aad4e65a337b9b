package job

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW416", Name: "worker-without-stop-signal", Since: "0.1", Family: "job", Severity: rule.Unproven,
	Doc: docs.Read("worker_without_stop_signal.md"), Check: workerWithoutStopSignal,
})

var lasting = rule.Kinds(knowledge.DBWrite, knowledge.Queue, knowledge.Notify, knowledge.Payment, knowledge.FSWrite)

// workerWithoutStopSignal is about programs that an image or a service manager starts and stops, and that loop for ever over work
// of their own.
func workerWithoutStopSignal(p *rule.Pass) {
	if p.Inventory == nil {
		return
	}
	for _, f := range p.Files {
		for _, s := range f.Facts.Strings {
			if s == "SIGTERM" || s == "add_signal_handler" {
				return // some part of the program hears the signal
			}
		}
	}
	var t, dialogue *rule.Trace
	for i, w := range p.Inventory.Work {
		start := stopped(p, w)
		if start == nil || w.File < 0 || p.Files[w.File].Test {
			continue
		}
		if t == nil {
			dialogue = p.Trace(func(s *effects.Site) bool {
				return s.Path == "builtins.input" || rule.HasPrefix(s.Path, "prompt_toolkit")
			}, rule.Happens)
			t = p.Trace(func(s *effects.Site) bool { return lasting(s.Kind) && s.Certainty == diag.Proved }, func(e *effects.Edge) bool { return rule.Runs(e) && e.Certainty == diag.Proved })
		}
		a := p.Arrive(func(r *inventory.Root) bool { return r.Phase == inventory.Script && p.File(r.Node).Index == w.File }, func(e *effects.Edge) bool { return e.Mode == link.Called })
		found := false
		p.Inventory.Each(i, func(n effects.Node) {
			if found || a.At(n) == nil || p.File(n).Test {
				return
			}
			file := p.File(n)
			for _, k := range p.OutEdges(n) {
				e := &p.Edges[k]
				if found || !rule.Runs(e) || e.Certainty != diag.Proved || !t.Reaches(e.To) || !forever(file, e.Op) || dialogue.Reaches(e.To) {
					continue
				}
				found = true
				steps := append(a.Way(n), t.Through(e)...)
				x := p.At(p.FuncOf(n), e.Op)
				x.Message = fmt.Sprintf("`%s` loops for ever and hears no SIGTERM, by which %s stops it: it ends in the middle of `%s`", p.Short(p.FuncOf(n)), start.File, rule.CalledAs(rule.Last(steps)))
				x.Help = "`signal.signal(signal.SIGTERM, …)` sets a flag, and the loop ends after the turn that sees it"
				x.Witness = append([]diag.Frame{{Function: w.Name, File: start.File, Line: start.Line, Note: "starts it, and stops it by SIGTERM"}}, p.Frames(steps)...)
				x.Work = []string{w.Name}
				p.Report(x)
			}
		})
	}
}

// stopped is the artifact that starts a piece of work and stops it by a signal, nil when none does.
func stopped(p *rule.Pass, w *inventory.Work) *inventory.Evidence {
	for i := range w.Starts {
		e := &w.Starts[i]
		for k := range p.Artifacts {
			a := &p.Artifacts[k]
			if a.Path != e.File || len(a.Schedules) > 0 || strings.EqualFold(a.Resource, "cronjob") || strings.EqualFold(a.Resource, "job") {
				continue
			}
			switch a.Kind {
			case project.Dockerfile, project.Compose, project.Kubernetes, project.SystemdService, project.Supervisord, project.ServiceRun, project.UWSGI, project.Procfile:
				return e
			}
		}
	}
	return nil
}

// forever: the nearest loop around the operation ends only with the process.
func forever(file *link.File, op *facts.Op) bool {
	for x := op.Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
		if c := &file.Facts.Ctxs[x]; c.Kind == facts.CtxWhile {
			return c.B == 1 && c.C == 0
		}
	}
	return false
}
