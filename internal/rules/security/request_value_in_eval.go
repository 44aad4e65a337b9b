package security

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW803", Name: "request-value-in-eval", Since: "0.1", Family: "security",
	Doc: docs.Read("request_value_in_eval.md"), Check: requestValueInEval,
})

var _ = rule.Register(rule.Rule{
	Code: "RW804", Name: "request-value-deserialized", Since: "0.1", Family: "security",
	Doc: docs.Read("request_value_deserialized.md"), Check: requestValueDeserialized,
})

func requestValueInEval(p *rule.Pass) {
	flow := p.NewFlow(fromRequest(p))
	calls(p, func(f link.Func, file *link.File, op *facts.Op) {
		name := called(p, flow, file, op)
		code := Code(file, op, name)
		if code == 0 {
			return
		}
		if o := flow.From(file, code); o != nil {
			reported(p, f, op, o, name, fmt.Sprintf("`%s` runs %s as code: whoever sends the request runs what they like here", name, o.What),
				"parse the value instead (`json.loads`, `ast.literal_eval`), or choose by name from a dictionary of functions")
		}
	})
}

// Code is the argument of a call that runs as Python, or as a template's program.
func Code(file *link.File, op *facts.Op, name string) facts.Ref {
	switch name {
	case "eval", "exec", "compile", "flask.render_template_string", "flask.templating.render_template_string":
		return pos(file, op, 0)
	}
	return 0
}

func requestValueDeserialized(p *rule.Pass) {
	flow := p.NewFlow(fromRequest(p))
	calls(p, func(f link.Func, file *link.File, op *facts.Op) {
		name := called(p, flow, file, op)
		data := Pickled(flow, file, op, name)
		if data == 0 {
			return
		}
		if o := flow.From(file, data); o != nil {
			reported(p, f, op, o, name, fmt.Sprintf("`%s` rebuilds objects from %s: the data can name any function to be called", name, o.What),
				"use a format that holds data only: `json.loads`, `yaml.safe_load`")
		}
	})
}

// Pickled is the argument of a call that builds objects which the data names.
func Pickled(flow *rule.Flow, file *link.File, op *facts.Op, name string) facts.Ref {
	switch name {
	case "pickle.loads", "pickle.load", "_pickle.loads", "dill.loads", "dill.load", "cloudpickle.loads", "marshal.loads", "jsonpickle.decode", "jsonpickle.unpickler.decode",
		"yaml.unsafe_load", "joblib.load", "dill._dill.loads":
		return pos(file, op, 0)
	case "yaml.load", "yaml.load_all":
		switch flow.Dotted(file, argument(file, op, 1, "Loader")) {
		case "yaml.Loader", "yaml.UnsafeLoader", "yaml.loader.Loader", "yaml.loader.UnsafeLoader":
			return pos(file, op, 0)
		}
	}
	return 0
}
