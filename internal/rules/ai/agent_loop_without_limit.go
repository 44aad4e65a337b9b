package ai

import (
	"fmt"
	"slices"
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

// agentLoopWithoutLimit looks for `while True`, or a `while` that asks the answer whether to go on, around a call that asks a
// model, in whose body nothing counts, waits or takes work from elsewhere; and for functions that ask and call themselves again
// with what they were given.
func agentLoopWithoutLimit(p *rule.Pass) {
	if len(asking(p)) == 0 {
		return
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	t := p.Trace(func(s *effects.Site) bool { return s.Kind == knowledge.LLM }, rule.Runs)
	again := func(e *effects.Edge) bool { return e.To == e.From && rule.Runs(e) && e.Certainty == diag.Proved }
	for f := range link.Func(p.Funcs()) {
		file := p.FileOf(f)
		if file.Test || file.Facts.Notebook != nil {
			continue
		}
		n := effects.Node(f)
		told := map[uint32]bool{}
		report := func(op *facts.Op, steps []effects.Step, certainty diag.Certainty) {
			loop := endless(flow, file, op)
			if loop == 0 || told[loop] || bounded(p, flow, f, loop) {
				return
			}
			told[loop] = true
			x := p.At(f, op)
			x.Certainty = certainty
			x.Message = fmt.Sprintf("`%s` asks a model (`%s`) in a loop without a limit: only the model's answers end it", p.Short(f), rule.CalledAs(rule.Last(steps)))
			x.Help = agentLoopHelp
			x.Witness = p.Frames(steps)
			p.Report(x)
		}
		for _, i := range p.SitesOf(n) {
			if s := &p.Sites[i]; s.Kind == knowledge.LLM && s.Certainty == diag.Proved {
				report(s.Op, []effects.Step{p.SiteStep(s)}, s.Certainty)
			}
		}
		for _, i := range p.OutEdges(n) {
			e := &p.Edges[i]
			if !rule.Runs(e) || e.Certainty != diag.Proved || !t.Reaches(e.To) || t.Certainty(e.To) != diag.Proved {
				continue
			}
			report(e.Op, t.Through(e), e.Certainty)
			if again(e) && recurses(p, flow, f, e.Op) {
				x := p.At(f, e.Op)
				x.Message = fmt.Sprintf("`%s` asks a model (`%s`) and calls itself again, without a limit: only the model's answers end it", p.Short(f), rule.CalledAs(rule.Last(t.Chain(n))))
				x.Help = agentLoopHelp
				x.Witness = p.Frames(t.Chain(n))
				p.Report(x)
			}
		}
	}
}

const agentLoopHelp = "count the steps (`for step in range(MAX_STEPS):`) and say what happens when they are used up"

// recurses: the call of a function by itself hands on what the function was given, so that nothing grows smaller or is counted
// on the way down.
func recurses(p *rule.Pass, flow *rule.Flow, f link.Func, op *facts.Op) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	given := rule.Given(file, op)
	if len(given) == 0 || file.Facts.Args(op).Stars != 0 {
		return false
	}
	for _, r := range given {
		if in, par := flow.ParamOf(file, r); par == nil || in != f {
			return false
		}
	}
	return !counts(p, flow, file, fn, func(*facts.Op) bool { return true })
}

// continuing are the parts of an answer that say whether the model wants to go on.
var continuing = []string{"stop_reason", "tool_calls", "finish_reason"}

// endless is the context of the innermost loop around an operation, if its test is always true or asks an answer.
func endless(flow *rule.Flow, file *link.File, op *facts.Op) uint32 {
	for x := op.Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
		switch c := &file.Facts.Ctxs[x]; c.Kind {
		case facts.CtxFor, facts.CtxComp:
			return 0
		case facts.CtxWhile:
			if c.B == 1 || asksAnswer(flow, file, x) {
				return x
			}
			return 0
		}
	}
	return 0
}

// asksAnswer: the first line of a loop, which holds its test, reads of an answer whether the model wants to go on, there or by a name that
// the loop gives what it reads.
func asksAnswer(flow *rule.Flow, file *link.File, loop uint32) bool {
	line := func(pos uint32) int { n, _ := file.Facts.Place(pos); return n }
	first := line(file.Facts.Ctxs[loop].Pos)
	for i := range file.Facts.Ops {
		if op := &file.Facts.Ops[i]; op.Code == facts.Attr && op.Ctx == loop && line(op.Pos) == first && slices.Contains(continuing, file.Facts.Str(op.B)) {
			return true
		}
	}
	test := file.Facts.Ctxs[loop].A
	return test.IsVar() && slices.ContainsFunc(flow.Defs(file, test), func(o uint32) bool {
		op := &file.Facts.Ops[o]
		if op.Code == facts.Copy {
			op = flow.Made(file, facts.Ref(op.A))
		}
		return op != nil && op.Code == facts.Attr && slices.Contains(continuing, file.Facts.Str(op.B))
	})
}

// bounded: the loop counts something, or each turn waits for a person, a queue or the clock.
func bounded(p *rule.Pass, flow *rule.Flow, f link.Func, loop uint32) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	return counts(p, flow, file, fn, func(op *facts.Op) bool { return rule.Inside(file, op, loop) })
}

// counts: an operation of these adds up, or waits for a person, a queue or the clock.
func counts(p *rule.Pass, flow *rule.Flow, file *link.File, fn *facts.Func, meant func(*facts.Op) bool) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if !meant(op) {
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
