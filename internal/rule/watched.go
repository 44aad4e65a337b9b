package rule

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/project"
)

// watching are libraries that report errors, metrics or traces, by import name and by distribution.
var watching = []string{"prometheus", "opentelemetry", "sentry", "raven", "statsd", "datadog", "ddtrace", "newrelic", "elasticapm", "elastic-apm", "rollbar", "bugsnag", "logfire", "honeybadger", "airbrake", "scout", "appsignal", "applicationinsights",
	"azure.monitor", "azure-monitor", "aws_xray", "aws-xray", "aws_lambda_powertools", "aws-lambda-powertools", "error_reporting", "starlette_exporter", "google.cloud.logging", "jaeger", "pyroscope", "graphite", "influxdb", "telemetry", "highlight", "instana", "dynatrace", "oneagent", "posthog", "errbot", "healthcheck", "watchman"}

// Watched: something in the repository watches its services: a library, or a manifest that asks.
func (p *Pass) Watched() bool {
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
