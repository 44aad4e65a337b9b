package failure

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW403", Name: "retry-without-pause", Since: "0.1", Family: "failure",
	Severity: rule.Unproven,
	Doc:      docs.Read("retry_without_pause.md"), Check: retryWithoutPause,
})

func retryWithoutPause(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	t := remote(p)
	for _, r := range retries(p, flow) {
		n := effects.Node(r.f)
		if r.open() || !t.Reaches(n) {
			continue
		}
		hasty, pause := false, ""
		switch r.path {
		case "tenacity.retry":
			wait := r.arg("wait")
			hasty = wait == 0 && r.arg("sleep") == 0 || strings.HasSuffix(flow.Dotted(r.file, wait), ".wait_none")
			pause = "wait=wait_random_exponential(max=30)"
		case "retrying.retry":
			hasty = !strings.Contains(strings.Join(keywords(r.file, r.call), " "), "wait")
			pause = "wait_exponential_multiplier=500, wait_exponential_max=30000"
		}
		if !hasty || waits(p, n) {
			continue
		}
		steps := t.Chain(n)
		x := r.at(p)
		x.Message = fmt.Sprintf("`%s` is tried again at once: `%s` makes no pause here, so `%s` gets all attempts within the moment in which it fails", p.Short(r.f), r.path, rule.CalledAs(rule.Last(steps)))
		x.Help = "wait longer each time, with chance in it: `" + pause + "`"
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, r.file.Index, r.pos)
		p.Report(x)
	}
	// urllib3's Retry, which requests' adapters take, makes no pause either unless it is told to.
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		name := flow.Called(file, op)
		if n, ok := rule.Keyword(file, op, "countdown").Int(); ok && n == 0 && rule.HasPrefix(name, "celery") && strings.HasSuffix(name, ".retry") && !file.Test {
			x := p.At(f, op)
			x.Message = fmt.Sprintf("`%s` is tried again at once (`countdown=0`): all attempts fall within the moment in which it fails", p.Short(f))
			x.Help = "wait longer each time: `countdown=2 ** self.request.retries`"
			p.Report(x)
			return
		}
		if !strings.HasSuffix(name, ".Retry") || !rule.HasPrefix(name, "urllib3", "requests") || file.Facts.Notebook != nil || rule.OpenKeywords(file, op) {
			return
		}
		if rule.Keyword(file, op, "backoff_factor") != 0 || len(file.Facts.Args(op).Pos) > 4 {
			return
		}
		if n, ok := rule.Argument(file, op, 0, "total").Int(); ok && n <= 1 || rule.Argument(file, op, 0, "total").Is(facts.ConstFalse) {
			return
		}
		x := p.At(f, op)
		x.Message = fmt.Sprintf("`%s` tries again at once: without `backoff_factor`, all attempts fall within the moment in which the service fails", p.Short(f))
		x.Help = "give it `backoff_factor=0.5`: the pauses are then 0, 1, 2, 4 … seconds"
		p.Report(x)
	})
}

// keywords are the names of the keyword arguments of a call.
func keywords(file *link.File, op *facts.Op) []string {
	if op == nil {
		return nil
	}
	var out []string
	a := file.Facts.Args(op)
	for i := 0; i+1 < len(a.Kw); i += 2 {
		out = append(out, file.Facts.Str(a.Kw[i]))
	}
	return out
}

// waits: the function itself sleeps somewhere.
func waits(p *rule.Pass, n effects.Node) bool {
	for _, i := range p.SitesOf(n) {
		if strings.HasSuffix(p.Sites[i].Path, ".sleep") {
			return true
		}
	}
	return false
}
