package security

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW803", Name: "request-value-in-eval", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("request_value_in_eval.md"), Check: requestValueInEval,
})

var _ = rule.Register(rule.Rule{
	Code: "RW804", Name: "request-value-deserialized", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("request_value_deserialized.md"), Check: requestValueDeserialized,
})

func requestValueInEval(p *rule.Pass) {
	flow := p.NewFlow(fromRequest(p))
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		name := flow.Called(file, op)
		code := flow.Code(file, op, name)
		if code == 0 {
			return
		}
		if o := flow.From(file, code); o != nil {
			p.ReportFlow(f, op, o, name, fmt.Sprintf("`%s` runs %s as code: whoever sends the request runs what they like here", name, o.What),
				"parse the value instead (`json.loads`, `ast.literal_eval`), or choose by name from a dictionary of functions")
		}
	})
}

func requestValueDeserialized(p *rule.Pass) {
	flow := p.NewFlow(fromRequest(p))
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		name := flow.Called(file, op)
		data := flow.Pickled(file, op, name)
		if data == 0 {
			return
		}
		if o := flow.From(file, data); o != nil {
			p.ReportFlow(f, op, o, name, fmt.Sprintf("`%s` rebuilds objects from %s: the data can name any function to be called", name, o.What),
				"use a format that holds data only: `json.loads`, `yaml.safe_load`")
		}
	})
}
