package failure

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW402", Name: "retry-without-limit", Since: "0.1", Family: "failure",
	Doc: docs.Read("retry_without_limit.md"), Check: retryWithoutLimit,
})

func retryWithoutLimit(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	for _, r := range retries(p, flow) {
		if r.open() {
			continue
		}
		endless, limit := false, ""
		switch r.path {
		case "tenacity.retry":
			stop := r.arg("stop")
			endless = stop == 0 || flow.Dotted(r.file, stop) == "tenacity.stop_never"
			limit = "stop=stop_after_attempt(5) | stop_after_delay(60)"
		case "backoff.on_exception":
			endless = none(r.arg("max_tries")) && none(r.arg("max_time"))
			limit = "max_tries=5, max_time=60"
		case "retrying.retry":
			endless = r.arg("stop") == 0 && r.arg("stop_max_attempt_number") == 0 && r.arg("stop_max_delay") == 0 && r.arg("stop_func") == 0
			limit = "stop_max_attempt_number=5"
		case "stamina.retry":
			endless = r.arg("attempts").Is(facts.ConstNone) && r.arg("timeout").Is(facts.ConstNone)
			limit = "attempts=5"
		}
		if !endless || listens(r) {
			continue
		}
		x := r.at(p)
		x.Message = fmt.Sprintf("`%s` is tried again for ever: `%s` has no limit here, so a failure that stays never reaches its caller", p.Short(r.f), r.path)
		x.Help = "say when it gives up: `" + limit + "`"
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, r.file.Index, r.pos)
		if t := p.Of(effects.Node(r.f)); len(t) > 0 {
			for _, e := range t {
				if attempted(e.Kind) {
					x.Witness = p.Frames(e.Steps)
					break
				}
			}
		}
		p.Report(x)
	}
}

func none(r facts.Ref) bool { return r == 0 || r.Is(facts.ConstNone) }

// listens: the function itself is made to run for ever.
func listens(r retry) bool {
	fn := &r.file.Facts.Funcs[r.f-r.file.FirstFunc()]
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		for x := r.file.Facts.Ops[o].Ctx; x != 0; x = r.file.Facts.Ctxs[x].Parent {
			if c := &r.file.Facts.Ctxs[x]; c.Kind == facts.CtxWhile && c.B == 1 {
				return true
			}
		}
	}
	return false
}
