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
	Code: "RW556", Name: "model-answer-used-unchecked", Since: "0.1", Family: "ai", Severity: rule.Unproven,
	Doc: docs.Read("model_answer_unchecked.md"), Check: modelAnswerUnchecked,
})

// modelAnswerUnchecked looks for answers that are read as JSON and then, without a schema or a test of what is in them, written
// or given as the reply to a request.
func modelAnswerUnchecked(p *rule.Pass) {
	asked := asking(p)
	if len(asked) == 0 {
		return
	}
	answers := p.NewFlow(func(v *rule.Value) string {
		if v.Op != nil {
			if name := asked[v.Op]; name != "" {
				return "what `" + name + "` answers"
			}
		}
		return ""
	})
	parsed := map[*facts.Op]*rule.Origin{}
	p.EachCall(func(_ link.Func, file *link.File, op *facts.Op) {
		if file.Facts.Notebook != nil {
			return
		}
		switch answers.Called(file, op) {
		case "json.loads", "orjson.loads", "ujson.loads", "ast.literal_eval", "yaml.safe_load":
			if o := answers.From(file, rule.Pos(file, op, 0)); o != nil {
				parsed[op] = o
			}
		}
	})
	if len(parsed) == 0 {
		return
	}
	flow := p.NewFlow(func(v *rule.Value) string {
		if v.Op != nil && parsed[v.Op] != nil {
			return parsed[v.Op].What
		}
		return ""
	})
	var once rule.Once
	report := func(f link.Func, op *facts.Op, o *rule.Origin, does, sink string) {
		x := p.At(f, op)
		x.Message = fmt.Sprintf("`%s` %s fields of %s, which nothing checks: a missing, extra or wrong field goes through", p.Short(f), does, o.What)
		x.Help = "read the answer with a schema (`Model.model_validate_json(answer)`), and say what happens when it does not fit"
		x.Witness = append(slices.Clone(o.Frames), diag.Frame{Function: p.Name(f), File: x.File, Line: x.Line, Cell: x.Cell, Note: sink})
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.FileOf(f).Index, op.Pos)
		once.Report(p, x)
	}
	told := map[*facts.Op]bool{}
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if s.Call == nil || s.Op.Code != facts.Call || told[s.Op] || file.Test || !writesOut(s) {
			continue
		}
		told[s.Op] = true
		a := file.Facts.Args(s.Op)
		refs := slices.Clone(a.Pos)
		for k := 1; k < len(a.Kw); k += 2 {
			refs = append(refs, a.Kw[k])
		}
		for _, r := range refs {
			if o := flow.From(file, facts.Ref(r)); o != nil {
				report(p.FuncOf(s.Node), s.Op, o, "writes, with `"+rule.CalledAs(s)+"`,", "calls "+rule.CalledAs(s))
				break
			}
		}
	}
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "request" || p.FileOf(r.Func).Test || declares(p, r.Func) {
			continue
		}
		file, fn := p.FileOf(r.Func), p.Facts(r.Func)
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Code != facts.Return || told[op] {
				continue
			}
			told[op] = true
			if from := flow.From(file, facts.Ref(op.A)); from != nil {
				report(r.Func, op, from, "replies with", "replies")
			}
		}
	}
}

// writesOut: the site changes what others keep.
func writesOut(s *effects.Site) bool {
	switch s.Kind {
	case knowledge.DBWrite, knowledge.Queue, knowledge.Payment, knowledge.Notify:
		return true
	case knowledge.Net:
		return s.Effect != nil && s.Effect.Write
	}
	return false
}

// declares: the handler says what its reply is, and the framework checks it.
func declares(p *rule.Pass, f link.Func) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	if fn.RetType != 0 {
		return true
	}
	for i := range file.Facts.Ops {
		op := &file.Facts.Ops[i]
		if op.Code == facts.Call && op.Pos >= fn.Pos-min(fn.Pos, 2000) && op.Pos < fn.Pos+uint32(2000) && rule.Keyword(file, op, "response_model") != 0 {
			return true
		}
	}
	return strings.Contains(file.Path, "test")
}
