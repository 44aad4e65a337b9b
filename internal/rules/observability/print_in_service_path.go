package observability

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW901", Name: "print-in-service-path", Since: "0.1", Family: "observability",
	// What is printed is lost to those who search the logs; nothing breaks.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("print_in_service_path.md"), Check: printInServicePath,
})

// printInServicePath goes forward from the handlers and jobs along the calls that are certain; all prints of a file are one
// finding, at the first.
func printInServicePath(p *rule.Pass) {
	type arrival struct {
		edge *effects.Edge // nil for the entry itself
		job  bool
	}
	from := map[effects.Node]arrival{}
	var layer []effects.Node
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "request" && r.Call.Phase != "job" || p.FileOf(r.Func).Test || p.FileOf(r.Func).Facts.Notebook != nil {
			continue
		}
		// Commands of a terminal are registered as jobs too, and what a task of Airflow's prints goes to the task's log.
		if r.Call.Phase == "job" && (r.Entity == nil || !rule.HasPrefix(r.Entity.Path, "celery", "dramatiq", "rq", "arq", "huey")) {
			continue
		}
		n := effects.Node(r.Func)
		if _, ok := from[n]; !ok {
			from[n] = arrival{nil, r.Call.Phase == "job"}
			layer = append(layer, n)
		}
	}
	for len(layer) > 0 {
		var next []effects.Node
		for _, n := range layer {
			for _, i := range p.OutEdges(n) {
				e := &p.Edges[i]
				if e.Mode != link.Called || e.Certainty != diag.Proved || p.File(e.To).Test {
					continue
				}
				if _, ok := from[e.To]; !ok {
					from[e.To] = arrival{e, from[n].job}
					next = append(next, e.To)
				}
			}
		}
		layer = next
	}
	commands := map[*link.File]bool{} // whose output is for the terminal, also while a command waits for an answer in a browser
	for i := range p.Registrations {
		if r := &p.Registrations[i]; r.Entity != nil && rule.HasPrefix(r.Entity.Path, "click", "typer", "flask.cli", "cloup") {
			commands[p.File(effects.Node(r.From))] = true
		}
	}
	var once rule.Once
	for i := range p.Sites {
		s := &p.Sites[i]
		at, ok := from[s.Node]
		file := p.File(s.Node)
		if !ok || commands[file] || s.Path != "builtins.print" || s.Call != nil && s.Call.Keyword("file").Given || rule.InDir(file.Path, "examples", "example", "docs", "scripts", "tutorials") {
			continue
		}
		steps := []effects.Step{p.SiteStep(s)}
		entry := s.Node
		for a := at; a.edge != nil; a = from[a.edge.From] {
			steps = append([]effects.Step{{Node: a.edge.From, Op: a.edge.Op, Mode: a.edge.Mode, To: a.edge.To}}, steps...)
			entry = a.edge.From
		}
		what := "a request"
		if at.job {
			what = "a job"
		}
		x := p.At(p.FuncOf(s.Node), s.Op)
		x.Message = fmt.Sprintf("`print` tells about %s (`%s`) without time, level or logger: no setting can route, filter or switch it off", what, p.Short(p.FuncOf(entry)))
		x.Help = "log it: `logger = logging.getLogger(__name__)`, `logger.info(…)`"
		x.Witness = p.Frames(steps)
		x.Group = p.Rule.Code + ":" + file.Path
		once.Report(p, x)
	}
}
