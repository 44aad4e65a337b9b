package observability

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW901", Name: "print-in-service-path", Since: "0.1", Family: "observability",
	// What is printed is lost to those who search the logs; nothing breaks.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("print_in_service_path.md"), Check: printInServicePath,
})

// printInServicePath looks for prints that handlers and jobs come to; all of a file are one finding, at the first.
func printInServicePath(p *rule.Pass) {
	from := p.Arrivals()
	if from.None() {
		return
	}
	commands := map[*link.File]bool{} // whose output is for the terminal, also while a command waits for an answer in a browser
	for i := range p.Registrations {
		if r := &p.Registrations[i]; r.Entity != nil && rule.HasPrefix(r.Entity.Path, "click", "typer", "flask.cli", "cloup") {
			commands[p.File(effects.Node(r.From))] = true
		}
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var once rule.Once
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if commands[file] || s.Path != "builtins.print" && s.Path != "pprint.pprint" || !from.Reaches(s.Node) || s.Call != nil && s.Call.Keyword("file").Given || rule.InDir(file.Path, "examples", "example", "docs", "scripts", "tutorials") {
			continue
		}
		// What a pipeline's task prints goes to the task's log, and Celery's workers log what tasks print (worker_redirect_stdouts).
		if by := from.By(s.Node); by != nil && by.Entity != nil && rule.HasPrefix(by.Entity.Path, "airflow", "prefect", "dagster", "celery") || switched(p, flow, s) || asks(p, s.Node) {
			continue
		}
		x := p.At(p.FuncOf(s.Node), s.Op)
		x.Message = fmt.Sprintf("`%s` tells about %s (`%s`) without time, level or logger: no setting can route, filter or switch it off", s.Path[strings.LastIndexByte(s.Path, '.')+1:], from.What(s.Node), p.Short(from.For(p, s.Node)))
		x.Help = "log it: `logger = logging.getLogger(__name__)`, `logger.info(…)`"
		x.Witness = p.Frames(append(from.Way(s.Node), p.SiteStep(s)))
		x.Group = p.Rule.Code + ":" + file.Path
		once.Report(p, x)
	}
}

// switched: a condition around the print asks for a setting that is there to switch it.
func switched(p *rule.Pass, flow *rule.Flow, s *effects.Site) (yes bool) {
	file := p.File(s.Node)
	setting := func(name string) bool {
		return slices.ContainsFunc(rule.Words(name), func(w string) bool {
			return w == "debug" || w == "verbose" || w == "verbosity" || w == "quiet" || w == "silent"
		})
	}
	named := setting(file.Facts.Str(p.Facts(p.FuncOf(s.Node)).Name)) // debug_print, whatever it asks
	rule.Around(file, s.Op, func(c *facts.Ctx) bool {
		yes = yes || c.Kind == facts.CtxIf && (named || setting(flow.NameOf(file, c.A)))
		return !yes
	})
	return yes
}

// asks: the function talks with whoever sits at the terminal.
func asks(p *rule.Pass, n effects.Node) bool {
	return slices.ContainsFunc(p.SitesOf(n), func(i uint32) bool {
		path := p.Sites[i].Path
		return path == "builtins.input" || path == "getpass.getpass"
	})
}
