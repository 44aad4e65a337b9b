package observability

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW905", Name: "log-without-request-identity", Since: "0.1", Family: "observability",
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Off, BusinessCritical: diag.Note, CustomerFacing: diag.Note},
	Doc:      docs.Read("log_without_identity.md"), Check: logWithoutIdentity,
	Applies: func(_ *rule.Pass, w *inventory.Work) bool { return w.Kind == project.KindService },
})

// identities are words of names for what tells one request from another, when they follow one another.
var identities = [][2]string{{"request", "id"}, {"correlation", "id"}, {"trace", "id"}, {"req", "id"}, {"x", "request"}, {"span", "id"}, {"transaction", "id"}, {"run", "id"}, {"session", "id"}, {"request", "uuid"}}

// identifying are libraries that put such a name into every log line, or send log lines to a place that does.
var identifying = []string{"asgi_correlation_id", "django_guid", "log_request_id", "request_id", "opentelemetry", "ddtrace", "logfire", "elasticapm", "newrelic", "aws_lambda_powertools", "google.cloud.logging", "starlette_context", "structlog.contextvars", "contextvars", "cid", "sentry_sdk", "raven", "django_structlog", "loguru_context"}

// enoughLines is how many log lines a service's requests must come to: with fewer, their order tells enough.
const enoughLines = 10

// logWithoutIdentity gives one finding for the program: nothing in it names a request, and its requests come to many log lines.
func logWithoutIdentity(p *rule.Pass) {
	from := p.Arrivals()
	if from.None() || p.Inventory == nil {
		return
	}
	var first *effects.Site
	places := map[*facts.Op]bool{}
	for i := range p.Sites {
		s := &p.Sites[i]
		if s.Kind != knowledge.Log || s.Certainty != diag.Proved || p.File(s.Node).Test || !from.Reaches(s.Node) || from.What(s.Node) != "a request" {
			continue
		}
		if first == nil {
			first = s
		}
		places[s.Op] = true
	}
	if len(places) < enoughLines || identified(p) {
		return
	}
	x := p.At(p.FuncOf(first.Node), first.Op)
	x.Message = fmt.Sprintf("requests write %d different log lines (here on the way of `%s`), and nothing in the program gives them the name of their request: lines of requests that run at the same time cannot be told apart", len(places), p.Short(from.For(p, first.Node)))
	x.Help = "take or make an identifier for each request in a middleware, keep it in a context variable and let a filter of the log write it on every line"
	x.Witness = p.Frames(append(from.Way(first.Node), p.SiteStep(first)))
	p.Report(x)
}

// identified: a name or a library of the program, or of what it declares, stands for the identity of a request.
func identified(p *rule.Pass) bool {
	for _, f := range p.Files {
		if f.Test {
			continue
		}
		for i := range f.Facts.Imports {
			module := f.Facts.Str(f.Facts.Imports[i].Module)
			if slices.ContainsFunc(identifying, func(m string) bool { return module == m || strings.HasPrefix(module, m+".") }) {
				return true
			}
		}
		for _, s := range f.Facts.Strings {
			if len(s) < 60 && names(s) {
				return true
			}
		}
	}
	return false
}

func names(text string) bool {
	words := rule.Words(text)
	for i := 0; i+1 < len(words); i++ {
		if slices.Contains(identities, [2]string{words[i], words[i+1]}) {
			return true
		}
	}
	return false
}
