package security

import (
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW806", Name: "request-value-in-shell", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("request_value_in_shell.md"), Check: sink{
		value:   named((*rule.Flow).ShellCommand),
		message: "`%s` gives %s to a shell: whoever sends the request runs commands here",
		help:    "pass a list of words without a shell, or quote the value with `shlex.quote`",
	}.check,
})
