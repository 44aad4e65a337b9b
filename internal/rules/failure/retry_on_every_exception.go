package failure

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW404", Name: "retry-on-every-exception", Since: "0.1", Family: "failure",
	// The cost is time and a late error message, not a wrong result.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("retry_on_every_exception.md"), Check: retryOnEveryException,
})

func retryOnEveryException(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	t := remote(p)
	for _, r := range retries(p, flow) {
		n := effects.Node(r.f)
		if !r.every(flow) || !t.Reaches(n) || startWords(r.file.Facts.Str(p.Facts(r.f).Name)) {
			continue
		}
		steps := t.Chain(n)
		x := r.at(p)
		x.Message = fmt.Sprintf("`%s` is tried again after every exception, a refused login, a wrong argument or a bug in it as well: none of these goes away by waiting", p.Short(r.f))
		x.Help = "name the exceptions that pass by themselves: connection errors, timeouts, answers 429 and 503"
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, r.file.Index, r.pos)
		p.Report(x)
	}
}

// startWords: the function waits at the start of the program for what is not there yet, in whatever way it is not there.
func startWords(name string) bool {
	for _, w := range rule.Words(name) {
		switch w {
		case "init", "wait", "ready", "startup", "connect", "ping", "check", "health", "bootstrap":
			return true
		}
	}
	return false
}
