package job

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW418", Name: "job-retried-for-ever", Since: "0.1", Family: "job", Severity: rule.Unproven,
	Doc: docs.Read("job_retried_for_ever.md"), Check: jobRetriedForEver,
})

// jobRetriedForEver: Celery reads max_retries=None as no limit, in the decorator of a task and in a call of its retry; so does Dramatiq in
// the decorator of an actor.
func jobRetriedForEver(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var once rule.Once
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "job" || r.Entity == nil || !rule.HasPrefix(r.Entity.Path, "celery", "dramatiq") || p.FileOf(r.Func).Test {
			continue
		}
		file, fn := p.FileOf(r.Func), p.Facts(r.Func)
		report := func(f link.Func, op *facts.Op, how string) {
			x := p.At(f, op)
			x.Message = fmt.Sprintf("job `%s` is started again for ever (%s): an input that it cannot handle never leaves the queue, and no one hears of it", p.Short(r.Func), how)
			x.Help = "give `max_retries` a number, and say where those go that used it up"
			x.Witness = []diag.Frame{{Function: p.Name(r.Func), File: file.Path, Line: x.Line, Cell: x.Cell, Note: how}}
			x.Group = fmt.Sprintf("%s:%d", p.Rule.Code, r.Func)
			once.Report(p, x)
		}
		retries, counts := false, false
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Code == facts.Attr && file.Facts.Str(op.B) == "retries" { // of self.request: how often it was started again
				counts = true
			}
			if op.Code != facts.Call {
				continue
			}
			if _, method := flow.Method(file, op); method == "retry" {
				retries = true
				if !counts && rule.Keyword(file, op, "max_retries").Is(facts.ConstNone) {
					report(r.Func, op, "`retry(max_retries=None)`")
				}
			}
		}
		for _, d := range flow.Decorations(r.Func) {
			if d.Call == nil || counts || !rule.Keyword(file, d.Call, "max_retries").Is(facts.ConstNone) {
				continue
			}
			if retries || rule.Keyword(file, d.Call, "autoretry_for") != 0 || rule.HasPrefix(r.Entity.Path, "dramatiq") && rule.Keyword(file, d.Call, "retry_when") == 0 {
				report(r.Func, d.Call, "`max_retries=None`")
			}
		}
	}
}
