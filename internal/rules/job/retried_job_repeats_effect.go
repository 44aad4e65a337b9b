package job

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW411", Name: "retried-job-repeats-effect", Since: "0.1", Family: "job", Severity: rule.Unproven,
	Doc: docs.Read("retried_job_repeats_effect.md"), Check: retriedJobRepeatsEffect,
})

// Effects that someone outside notices twice.
var noticed = rule.Kinds(knowledge.Notify, knowledge.Payment)

// What can fail after them, so that the job runs again.
var canFail = rule.Kinds(knowledge.Net, knowledge.DB, knowledge.DBWrite, knowledge.Notify, knowledge.Payment, knowledge.Queue, knowledge.Subprocess, knowledge.LLM)

// retriedJobRepeatsEffect: in a job that is started again when it fails, something that must happen once, with something after
// it that can fail, or in a loop, whose later turns can.
func retriedJobRepeatsEffect(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var once, fails *rule.Trace
	var found rule.Once
	repeatsByHand(p, flow, &found)
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "job" || r.Entity == nil || p.FileOf(r.Func).Test {
			continue
		}
		why := retried(flow, p.FileOf(r.Func), p.Facts(r.Func), r.Entity.Path)
		if why == "" && rule.HasPrefix(r.Entity.Path, "rq") && r.Op != nil && again(flow, p.File(effects.Node(r.From)), r.Op) {
			why = "is tried again when it fails (`retry=`)"
		}
		if why == "" {
			continue
		}
		if once == nil {
			once = p.Trace(func(s *effects.Site) bool { return noticed(s.Kind) && !keyed(s) }, rule.Runs)
			fails = p.Trace(func(s *effects.Site) bool { return canFail(s.Kind) }, rule.Runs)
		}
		n := effects.Node(r.Func)
		file := p.FileOf(r.Func)
		type step struct {
			op    *facts.Op
			chain []effects.Step
		}
		var repeats []step
		var later *facts.Op // the last operation that can fail
		see := func(op *facts.Op, chain []effects.Step, may bool) {
			if chain != nil {
				repeats = append(repeats, step{op, chain})
			}
			if may && !caught(file, op) && (later == nil || op.Pos > later.Pos) {
				later = op
			}
		}
		for _, k := range p.SitesOf(n) {
			s := &p.Sites[k]
			var chain []effects.Step
			if noticed(s.Kind) && !keyed(s) && s.Certainty == diag.Proved {
				chain = []effects.Step{p.SiteStep(s)}
			}
			see(s.Op, chain, canFail(s.Kind))
		}
		for _, k := range p.OutEdges(n) {
			e := &p.Edges[k]
			if !rule.Runs(e) || e.Certainty != diag.Proved {
				continue
			}
			var chain []effects.Step
			if once.Reaches(e.To) && once.Certainty(e.To) == diag.Proved {
				chain = once.Through(e)
			}
			see(e.Op, chain, fails.Reaches(e.To) && fails.Certainty(e.To) == diag.Proved)
		}
		for _, st := range repeats {
			loop := false
			rule.Around(file, st.op, func(c *facts.Ctx) bool {
				loop = loop || c.Kind == facts.CtxFor
				return true
			})
			after := later != nil && later.Pos > st.op.Pos
			if !after && !(loop && !caught(file, st.op)) {
				continue
			}
			site := rule.Last(st.chain)
			x := p.At(r.Func, st.op)
			x.Message = fmt.Sprintf("job `%s` %s, and `%s` is then done again: what comes after it can fail", p.Short(r.Func), why, rule.CalledAs(site))
			if !after {
				x.Message = fmt.Sprintf("job `%s` %s, and `%s` is then done again for those it was already done for", p.Short(r.Func), why, rule.CalledAs(site))
			}
			x.Help = "make it the last step of a job of its own, one job for each receiver, or remember that it was done before anything else can fail"
			x.Witness = p.Frames(st.chain)
			x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.File(site.Node).Index, site.Op.Pos)
			found.Report(p, x)
		}
	}
}

// retried says why a job runs again, "" when nothing says so.
func retried(flow *rule.Flow, file *link.File, fn *facts.Func, entity string) string {
	for _, d := range fn.Decorators {
		def := flow.Def(file, d.Value)
		if def == nil || def.Code != facts.Call {
			if strings.HasPrefix(entity, "dramatiq") {
				return "is retried when it fails (Dramatiq's default)"
			}
			continue
		}
		if strings.HasPrefix(entity, "dramatiq") {
			if n, ok := rule.Keyword(file, def, "max_retries").Int(); ok && n == 0 {
				return ""
			}
			return "is retried when it fails (Dramatiq's default)"
		}
		if r := rule.Keyword(file, def, "autoretry_for"); strings.HasPrefix(entity, "celery") && anything(flow, file, r) {
			return "is retried when it fails (`autoretry_for`)"
		}
		if n, ok := rule.Keyword(file, def, "retries").Int(); ok && n > 0 && rule.HasPrefix(entity, "huey") {
			return fmt.Sprintf("is tried again when it fails (`retries=%d`)", n)
		}
		if rule.Keyword(file, def, "acks_late").Is(facts.ConstTrue) && strings.HasPrefix(entity, "celery") {
			return "is started again when its worker dies (`acks_late`)"
		}
	}
	return ""
}

// again: RQ is given how often to try a job again, Retry(max=3).
func again(flow *rule.Flow, file *link.File, op *facts.Op) bool {
	def := flow.Made(file, rule.Keyword(file, op, "retry"))
	if def == nil || def.Code != facts.Call {
		return false
	}
	n, ok := rule.Argument(file, def, 0, "max").Int()
	return ok && n > 0
}

// repeatsByHand reports functions that raise arq's Retry, or call the retry of their Celery task, by which the whole job runs again, after
// something that must happen once. A message whose own failure is what they try again was not sent; whether a payment was made that
// failed, nobody knows.
func repeatsByHand(p *rule.Pass, flow *rule.Flow, found *rule.Once) {
	celery := map[link.Func]bool{}
	for i := range p.Registrations {
		if r := &p.Registrations[i]; r.Call != nil && r.Call.Phase == "job" && r.Entity != nil && rule.HasPrefix(r.Entity.Path, "celery") {
			celery[r.Func] = true
		}
	}
	for f := range link.Func(p.Funcs()) {
		file, fn := p.FileOf(f), p.Facts(f)
		if file.Test || fn.Kind != facts.Function || !celery[f] && !rule.Imports(file, "arq") {
			continue
		}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Code != facts.Call {
				continue
			}
			by := ""
			if recv, method := flow.Method(file, op); celery[f] && method == "retry" && len(fn.Params) > 0 && recv == fn.Params[0].Var {
				by = "the task's `retry`"
			} else if rule.HasPrefix(flow.Called(file, op), "arq.Retry", "arq.worker.Retry") {
				by = "arq's `Retry`"
			}
			if by == "" {
				continue
			}
			for _, k := range p.SitesOf(effects.Node(f)) {
				s := &p.Sites[k]
				if !noticed(s.Kind) || keyed(s) || s.Certainty != diag.Proved || s.Op.Pos > op.Pos || conditional(file, s.Op) || s.Kind == knowledge.Notify && triedAgain(file, s.Op, op) {
					continue
				}
				x := p.At(f, s.Op)
				x.Message = fmt.Sprintf("job `%s` asks for another run (%s) after `%s`, which is then done again", p.Short(f), by, rule.CalledAs(s))
				x.Help = "make it the last step of a job of its own, give it an idempotency key, or remember that it was done before anything else can fail"
				x.Witness = p.Frames([]effects.Step{p.SiteStep(s)})
				x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, s.Op.Pos)
				found.Report(p, x)
			}
		}
	}
}

// conditional: the operation stands under a condition or in a handler, so that it may be of another way than the retry.
func conditional(file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		switch c.Kind {
		case facts.CtxIf, facts.CtxElse, facts.CtxMatch, facts.CtxHandler:
			yes = true
		}
		return !yes
	})
	return yes
}

// triedAgain: the operation stands in the try in whose handler the job is raised again.
func triedAgain(file *link.File, op, retry *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		if c.Kind == facts.CtxTry {
			for _, h := range file.Facts.Tries[c.B].Handlers {
				yes = yes || h.Pos <= retry.Pos && retry.Pos < h.End
			}
		}
		return !yes
	})
	return yes
}

// anything: the tuple of exceptions holds the one that all others are; of a narrower one it is not known what raises it.
func anything(flow *rule.Flow, file *link.File, r facts.Ref) bool {
	def := flow.Def(file, r)
	if def == nil || def.Code != facts.MakeTuple && def.Code != facts.MakeList {
		return false
	}
	elems, _ := file.Facts.Elems(def)
	for _, e := range elems {
		if flow.Dotted(file, facts.Ref(e)) == "Exception" {
			return true
		}
	}
	return false
}

// keyed: the receiver is told how to recognise a repetition.
func keyed(s *effects.Site) bool {
	return s.Call != nil && s.Call.Keyword("idempotency_key").Given
}

// caught: a failure here does not end the job.
func caught(file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		if c.Kind == facts.CtxTry {
			for _, h := range file.Facts.Tries[c.B].Handlers {
				yes = yes || h.Body&facts.HandlerRaises == 0
			}
		}
		return !yes
	})
	return yes
}
