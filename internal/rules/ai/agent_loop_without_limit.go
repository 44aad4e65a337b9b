package ai

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
	Code: "RW553", Name: "agent-loop-without-limit", Since: "0.1", Family: "ai", Severity: rule.Unproven,
	Doc: docs.Read("agent_loop_without_limit.md"), Check: agentLoopWithoutLimit,
})

// agentLoopWithoutLimit looks for `while True` around a call that asks a model, in whose body nothing counts, waits or takes
// work from elsewhere.
func agentLoopWithoutLimit(p *rule.Pass) {
	if len(asking(p)) == 0 {
		return
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	t := p.Trace(func(s *effects.Site) bool { return s.Kind == knowledge.LLM }, rule.Runs)
	for f := range link.Func(p.Funcs()) {
		file := p.FileOf(f)
		if file.Test || file.Facts.Notebook != nil {
			continue
		}
		n := effects.Node(f)
		told := map[uint32]bool{}
		report := func(op *facts.Op, steps []effects.Step, certainty diag.Certainty) {
			loop := endless(file, op)
			if loop == 0 || told[loop] || bounded(p, flow, f, loop) {
				return
			}
			told[loop] = true
			x := p.At(f, op)
			x.Certainty = certainty
			x.Message = fmt.Sprintf("`%s` asks a model (`%s`) in a loop without a limit: only the model's answers end it", p.Short(f), rule.CalledAs(rule.Last(steps)))
			x.Help = "count the steps (`for step in range(MAX_STEPS):`) and say what happens when they are used up"
			x.Witness = p.Frames(steps)
			p.Report(x)
		}
		for _, i := range p.SitesOf(n) {
			if s := &p.Sites[i]; s.Kind == knowledge.LLM && s.Certainty == diag.Proved {
				report(s.Op, []effects.Step{p.SiteStep(s)}, s.Certainty)
			}
		}
		for _, i := range p.OutEdges(n) {
			if e := &p.Edges[i]; rule.Runs(e) && e.Certainty == diag.Proved && t.Reaches(e.To) && t.Certainty(e.To) == diag.Proved {
				report(e.Op, t.Through(e), e.Certainty)
			}
		}
	}
}

// endless is the context of the innermost loop around an operation, if its test is always true.
func endless(file *link.File, op *facts.Op) uint32 {
	for x := op.Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
		switch c := &file.Facts.Ctxs[x]; c.Kind {
		case facts.CtxFor, facts.CtxComp:
			return 0
		case facts.CtxWhile:
			if c.B == 1 {
				return x
			}
			return 0
		}
	}
	return 0
}

// bounded: the loop counts something, or each turn waits for a person, a queue or the clock.
func bounded(p *rule.Pass, flow *rule.Flow, f link.Func, loop uint32) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		inside := false
		for x := op.Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
			inside = inside || x == loop
		}
		if !inside {
			continue
		}
		switch op.Code {
		case facts.BinOp, facts.Yield:
			return true
		case facts.SetAttr, facts.SetItem:
			if op.Flags&facts.FlagAug != 0 {
				return true
			}
		case facts.Call:
			_, method := flow.Method(file, op)
			name := flow.Dotted(file, facts.Ref(op.A))
			for _, w := range []string{"get", "receive", "recv", "input", "sleep", "prompt", "read", "listen", "wait", "accept", "ask", "time", "monotonic", "user", "next", "pop", "limit", "budget", "len", "question"} {
				if strings.Contains(strings.ToLower(method), w) || strings.HasSuffix(strings.ToLower(name), w) || strings.Contains(strings.ToLower(name), "input") {
					return true
				}
			}
		}
	}
	return false
}
