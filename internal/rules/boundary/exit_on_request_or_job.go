package boundary

import (
	"fmt"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW206", Name: "exit-on-request-or-job", Since: "0.1", Family: "boundary", Severity: rule.Unproven,
	Doc: docs.Read("exit_on_request_or_job.md"), Check: exitOnRequestOrJob,
})

// endWords are words of functions that are there to end the process.
var endWords = []string{"shutdown", "restart", "reload", "exit", "quit", "stop", "kill", "terminate", "signal", "handler", "main", "suicide", "die", "abort", "reboot", "cli"}

func exitOnRequestOrJob(p *rule.Pass) {
	var ends []*effects.Site
	for i := range p.Sites {
		s := &p.Sites[i]
		if s.Kind == knowledge.Exit && s.Certainty == diag.Proved && s.Mode == link.Called && !p.File(s.Node).Test && p.File(s.Node).Facts.Notebook == nil {
			ends = append(ends, s)
		}
	}
	if len(ends) == 0 {
		return
	}
	means := func(f link.Func) bool {
		return slices.ContainsFunc(rule.Words(p.Short(f)), func(w string) bool { return slices.Contains(endWords, w) })
	}
	a := p.Arrive(func(r *inventory.Root) bool { return r.Phase == inventory.Request || r.Phase == inventory.Job }, func(e *effects.Edge) bool {
		return e.Mode == link.Called && !means(p.FuncOf(e.To))
	})
	for _, s := range ends {
		root := a.At(s.Node)
		f := p.FuncOf(s.Node)
		if root == nil || means(f) || means(root.Func) {
			continue
		}
		steps := append(a.Way(s.Node), p.SiteStep(s))
		if len(steps) > 5 {
			continue // on so long a way something decides that is not seen
		}
		what := "a request"
		if root.Phase == inventory.Job {
			what = "a job"
		}
		x := p.At(f, s.Op)
		x.Message = fmt.Sprintf("`%s` ends the whole process (`%s`) on the way of %s (`%s`): what else the worker does ends with it", p.Short(f), rule.CalledAs(s), what, p.Short(root.Func))
		x.Help = "raise an exception that says what is wrong, and let the entry point decide"
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d", p.Rule.Code, f) // one function that checks thirty settings is one finding
		p.Report(x)
	}
}
