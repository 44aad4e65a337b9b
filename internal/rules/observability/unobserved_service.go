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

// watching are libraries that report errors, metrics or traces, by import name and by distribution.
var watching = []string{"prometheus", "opentelemetry", "sentry", "raven", "statsd", "datadog", "ddtrace", "newrelic", "elasticapm", "elastic-apm", "rollbar", "bugsnag", "logfire", "honeybadger", "airbrake", "scout", "appsignal", "applicationinsights",
	"azure.monitor", "azure-monitor", "aws_xray", "aws-xray", "aws_lambda_powertools", "aws-lambda-powertools", "error_reporting", "starlette_exporter", "google.cloud.logging", "jaeger", "pyroscope", "graphite", "influxdb", "telemetry", "highlight", "instana", "dynatrace", "oneagent", "posthog", "errbot", "healthcheck", "watchman"}

// asksHealth are parts of routes that a load balancer asks.
var asksHealth = []string{"health", "ready", "readiness", "liveness", "livez", "alive", "ping", "heartbeat", "status", "metrics", "up", "monitor", "heartbeat", "lb"}

// unobservedService reports a service that starts from a manifest and of which nothing outside can tell whether it works: no
// health route or probe, no metrics, no error reporting.
func unobservedService(p *rule.Pass) {
	if p.Inventory == nil || watched(p) {
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

// watched: something in the repository watches its services: a library, or a manifest that asks.
func watched(p *rule.Pass) bool {
	named := func(s string) bool {
		s = strings.ToLower(s)
		return slices.ContainsFunc(watching, func(w string) bool { return strings.Contains(s, w) })
	}
	for _, f := range p.Files {
		if f.Test {
			continue
		}
		for i := range f.Facts.Imports {
			if named(f.Facts.Str(f.Facts.Imports[i].Module)) {
				return true
			}
		}
	}
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if slices.ContainsFunc(a.Probes, func(x project.Probe) bool { return a.Kind != project.Compose || a.Build != nil }) {
			return true
		}
		for _, r := range a.Runs {
			if named(r.Program) || slices.ContainsFunc(r.Wrapped, named) {
				return true
			}
		}
	}
	if p.Project != nil {
		for i := range p.Project.Manifests {
			for _, d := range p.Project.Manifests[i].Dependencies {
				if named(d.Name) {
					return true
				}
			}
		}
	}
	return false
}
