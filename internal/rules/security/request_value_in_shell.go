package security

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW806", Name: "request-value-in-shell", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("request_value_in_shell.md"), Check: requestValueInShell,
})

func requestValueInShell(p *rule.Pass) {
	flow := p.NewFlow(fromRequest(p))
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		name := flow.Called(file, op)
		command := flow.ShellCommand(file, op, name)
		if command == 0 {
			return
		}
		if o := flow.From(file, command); o != nil {
			p.ReportFlow(f, op, o, name, fmt.Sprintf("`%s` gives %s to a shell: whoever sends the request runs commands here", name, o.What),
				"pass a list of words without a shell, or quote the value with `shlex.quote`")
		}
	})
}
