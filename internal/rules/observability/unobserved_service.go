package observability

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW904", Name: "unobserved-service", Since: "0.1", Family: "observability",
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("unobserved_service.md"), Check: unobservedService,
	Applies: func(_ *rule.Pass, w *inventory.Work) bool { return w.Kind == project.KindService },
})

// asksHealth are parts of routes that a load balancer asks.
var asksHealth = []string{"health", "ready", "readiness", "liveness", "livez", "alive", "ping", "heartbeat", "status", "metrics", "up", "monitor", "heartbeat", "lb"}

// unobservedService reports a service that starts from a manifest and of which nothing outside can tell whether it works: no
// health route or probe, no metrics, no error reporting.
func unobservedService(p *rule.Pass) {
	if p.Inventory == nil || p.Watched() {
		return
	}
	for _, w := range p.Inventory.Work {
		if w.Kind != project.KindService || w.File < 0 || !deployed(w) || p.Files[w.File].Test || rule.InDir(p.Files[w.File].Path, "examples", "example", "docs", "tutorials", "samples", "demo") {
			continue
		}
		var first *inventory.Root
		healthy := false
		for i := range w.Roots {
			r := &w.Roots[i]
			if r.Phase != inventory.Request {
				continue
			}
			if first == nil {
				first = r
			}
			for _, part := range rule.Words(r.Route + " " + p.Short(r.Func)) {
				healthy = healthy || slices.ContainsFunc(asksHealth, func(a string) bool { return part == a || part == a+"z" || part == a+"check" })
			}
		}
		if first == nil || healthy {
			continue
		}
		x := diag.Finding{File: first.File, Line: first.Line, Certainty: diag.Proved}
		x.Message = fmt.Sprintf("nothing outside can tell whether service `%s` works: it has no health check, no metrics and no error reporting", w.Name)
		x.Help = "add a route that answers when what the service needs is there, have the manifest ask it, and report exceptions"
		x.Witness = []diag.Frame{{Function: w.Name, File: w.Starts[0].File, Line: w.Starts[0].Line, Note: w.Starts[0].What}}
		x.Group = p.Rule.Code + ":" + w.Name
		p.Report(x)
	}
}

// deployed: a manifest starts it, and not only a workflow that tests it.
func deployed(w *inventory.Work) bool {
	return slices.ContainsFunc(w.Starts, func(e inventory.Evidence) bool {
		return !strings.Contains(e.What, "workflow") && !strings.Contains(e.What, "Makefile")
	})
}
