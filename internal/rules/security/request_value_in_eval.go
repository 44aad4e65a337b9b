package security

import (
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW803", Name: "request-value-in-eval", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("request_value_in_eval.md"), Check: sink{
		value:   named((*rule.Flow).Code),
		message: "`%s` runs %s as code: whoever sends the request runs what they like here",
		help:    "parse the value instead (`json.loads`, `ast.literal_eval`), or choose by name from a dictionary of functions",
	}.check,
})
