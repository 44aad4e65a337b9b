package job

import (
	"fmt"
	"slices"
	"strconv"
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
// of their own or over what a queue gives them; and about images whose shell keeps the signal from a worker that would hear it.
func workerWithoutStopSignal(p *rule.Pass) {
	if p.Inventory == nil {
		return
	}
	listening := map[int]bool{} // files that hear the signal
	for _, f := range p.Files {
		if slices.Contains(f.Facts.Strings, "SIGTERM") || slices.Contains(f.Facts.Strings, "add_signal_handler") {
			listening[f.Index] = true
		}
	}
	if len(listening) > 0 {
		signalKept(p, func(w *inventory.Work, r *project.Invocation) bool {
			return r.Runner == "python" && endless(p, w) && hears(p, w, listening)
		})
	} else {
		signalKept(p, func(_ *inventory.Work, r *project.Invocation) bool { return endsWell(r) })
	}
	var t, dialogue *rule.Trace
	for i, w := range p.Inventory.Work {
		start := stopped(p, w)
		if start == nil || w.File < 0 || p.Files[w.File].Test || hears(p, w, listening) {
			continue
		}
		if t == nil {
			dialogue = p.Trace(func(s *effects.Site) bool {
				return s.Path == "builtins.input" || rule.HasPrefix(s.Path, "prompt_toolkit")
			}, rule.Happens)
			t = p.Trace(func(s *effects.Site) bool { return (lasting(s.Kind) || consumes(s)) && s.Certainty == diag.Proved }, func(e *effects.Edge) bool { return rule.Runs(e) && e.Certainty == diag.Proved })
		}
		a := p.Arrive(func(r *inventory.Root) bool { return r.Phase == inventory.Script && p.File(r.Node).Index == w.File }, func(e *effects.Edge) bool { return e.Mode == link.Called })
		found := false
		p.Inventory.Each(i, func(n effects.Node) {
			if found || a.At(n) == nil || p.File(n).Test {
				return
			}
			file := p.File(n)
			talks := map[*facts.Op]bool{}
			for _, k := range p.OutEdges(n) {
				if e := &p.Edges[k]; dialogue.Reaches(e.To) {
					talks[e.Op] = true
				}
			}
			t.Proved(n, func(op *facts.Op, through func() []effects.Step) {
				if found || talks[op] {
					return
				}
				steps := through()
				last := rule.Last(steps)
				if len(steps) > 1 && consumes(last) || !consumes(last) && !forever(file, p.Facts(p.FuncOf(n)), op) {
					return
				}
				found = true
				steps = append(a.Way(n), steps...)
				x := p.At(p.FuncOf(n), op)
				x.Message = fmt.Sprintf("`%s` loops for ever and hears no SIGTERM, by which %s stops it: it ends in the middle of `%s`", p.Short(p.FuncOf(n)), start.File, rule.CalledAs(last))
				x.Help = "`signal.signal(signal.SIGTERM, …)` sets a flag, and the loop ends after the turn that sees it"
				if consumes(last) {
					x.Message = fmt.Sprintf("`%s` takes messages for ever and hears no SIGTERM, by which %s stops it: it ends in the middle of a message", p.Short(p.FuncOf(n)), start.File)
					x.Help = "`signal.signal(signal.SIGTERM, …)` calls `stop_consuming`, and the program ends after the message that it has"
				}
				x.Witness = append([]diag.Frame{{Function: w.Name, File: start.File, Line: start.Line, Note: "starts it, and stops it by SIGTERM"}}, p.Frames(steps)...)
				x.Work = []string{w.Name}
				p.Report(x)
			})
		})
	}
}

// hears: a file that the work comes to import, its own or another, hears the signal.
func hears(p *rule.Pass, w *inventory.Work, listening map[int]bool) bool {
	if w.File < 0 || len(listening) == 0 {
		return false
	}
	seen, queue := map[int]bool{w.File: true}, []int{w.File}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if listening[at] {
			return true
		}
		for to := range p.Imported(p.Files[at]) {
			if !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	return false
}

// consumes: the call gives messages to the program's functions until the process ends.
func consumes(s *effects.Site) bool { return strings.HasSuffix(s.Path, ".start_consuming") }

// endless: the work's file has a loop whose turns nobody has counted.
func endless(p *rule.Pass, w *inventory.Work) bool {
	if w.File < 0 {
		return false
	}
	for _, c := range p.Files[w.File].Facts.Ctxs {
		if c.Kind == facts.CtxWhile {
			return true
		}
	}
	return false
}

// endsWell: workers of libraries that end after the job they have when they hear the signal.
func endsWell(r *project.Invocation) bool {
	return r.Runner == "celery" && r.Command == "worker" || slices.Contains([]string{"rq", "dramatiq", "arq", "huey"}, r.Runner)
}

// signalKept reports images that start a worker behind a shell. Debian's sh runs what it is given in a process of its own, and as the
// first process of a container it is not even ended by the signal.
func signalKept(p *rule.Pass, meant func(*inventory.Work, *project.Invocation) bool) {
	for k := range p.Artifacts {
		a := &p.Artifacts[k]
		if a.Kind != project.Dockerfile || len(a.Images) == 0 || !debian(a.Images[0]) {
			continue
		}
		for i := range a.Runs {
			r := &a.Runs[i]
			if !r.InShell {
				continue
			}
			for _, w := range p.Inventory.Work {
				if !slices.ContainsFunc(w.Starts, func(e inventory.Evidence) bool { return e.File == a.Path && e.Line == r.Line }) || !meant(w, r) && !endsWell(r) {
					continue
				}
				p.Report(diag.Finding{File: a.Path, Line: r.Line, Certainty: diag.Proved, Work: []string{w.Name},
					Message: fmt.Sprintf("the image starts worker `%s` through a shell, which keeps SIGTERM to itself: the worker is killed in the middle of its work at every deployment", w.Name),
					Help:    "write the command as a list, " + asList(r) + ", or begin it with `exec`",
					Witness: []diag.Frame{{Function: w.Name, File: a.Path, Line: r.Line, Note: "starts it by sh -c"}}})
				break
			}
		}
	}
}

// debian: the image is known to have Debian's sh.
func debian(i project.Image) bool {
	base := i.Name[strings.LastIndexByte(i.Name, '/')+1:]
	return (base == "python" || base == "debian" || base == "ubuntu") && !strings.Contains(i.Tag, "alpine")
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
func forever(file *link.File, fn *facts.Func, op *facts.Op) bool {
	for x := op.Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
		c := &file.Facts.Ctxs[x]
		if c.Kind != facts.CtxWhile {
			continue
		}
		return c.B == 1 && c.C == 0 && !slices.ContainsFunc(file.Facts.Ops[fn.Ops[0]:fn.Ops[1]], func(o facts.Op) bool {
			return o.Code == facts.Return && rule.Inside(file, &o, x)
		})
	}
	return false
}

// asList is the instruction that starts the command without a shell; its first words where there are many.
func asList(r *project.Invocation) string {
	words := append([]string{r.Program}, r.Args...)
	more := ""
	if len(words) > 6 {
		words, more = words[:6], ", …"
	}
	for i, w := range words {
		words[i] = strconv.Quote(w)
	}
	if len(r.Wrapped) > 0 {
		words = append([]string{"…"}, words...) // timeout 60, poetry run
	}
	return "`CMD [" + strings.Join(words, ", ") + more + "]`"
}
