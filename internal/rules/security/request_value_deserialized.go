package security

import (
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW804", Name: "request-value-deserialized", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("request_value_deserialized.md"), Check: sink{
		value:   named((*rule.Flow).Pickled),
		message: "`%s` rebuilds objects from %s: the data can name any function to be called",
		help:    "use a format that holds data only: `json.loads`, `yaml.safe_load`",
	}.check,
})
