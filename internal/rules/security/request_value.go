package security

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW802", Name: "request-value-in-sql", Since: "0.1", Family: "security",
	Doc: docs.Read("request_value_in_sql.md"), Check: sink{
		value: (*rule.Flow).SQLQuery, among: regexp.MustCompile(`(?i)\b(select|insert\s+into|update|delete\s+from|where|order\s+by|from|drop|alter|set)\b`),
		message: "`%s` runs a query with %s in its text: whoever sends the request writes part of the query",
		help:    "leave a placeholder in the text and pass the value as a parameter; names of columns come from a list of your own",
	}.check,
})

var _ = rule.Register(rule.Rule{
	Code: "RW803", Name: "request-value-in-eval", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("request_value_in_eval.md"), Check: sink{
		value:   named((*rule.Flow).Code),
		message: "`%s` runs %s as code: whoever sends the request runs what they like here",
		help:    "parse the value instead (`json.loads`, `ast.literal_eval`), or choose by name from a dictionary of functions",
	}.check,
})

var _ = rule.Register(rule.Rule{
	Code: "RW804", Name: "request-value-deserialized", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("request_value_deserialized.md"), Check: sink{
		value:   named((*rule.Flow).Pickled),
		message: "`%s` rebuilds objects from %s: the data can name any function to be called",
		help:    "use a format that holds data only: `json.loads`, `yaml.safe_load`",
	}.check,
})

var _ = rule.Register(rule.Rule{
	Code: "RW806", Name: "request-value-in-shell", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("request_value_in_shell.md"), Check: sink{
		value:   named((*rule.Flow).ShellCommand),
		message: "`%s` gives %s to a shell: whoever sends the request runs commands here",
		help:    "pass a list of words without a shell, or quote the value with `shlex.quote`",
	}.check,
})

// A sink is a kind of call that must not get what a request brings.
type sink struct {
	// value is the argument that matters, with the name of what is called; 0 for any other call.
	value func(*rule.Flow, *link.File, *facts.Op) (facts.Ref, string)
	// among, if any, is found in the literals that the value was joined with.
	among *regexp.Regexp
	// message takes the name of what is called and what the request brings.
	message, help string
}

// named gives a sink that is known by what is called.
func named(value func(*rule.Flow, *link.File, *facts.Op, string) facts.Ref) func(*rule.Flow, *link.File, *facts.Op) (facts.Ref, string) {
	return func(flow *rule.Flow, file *link.File, op *facts.Op) (facts.Ref, string) {
		name := flow.Called(file, op)
		return value(flow, file, op, name), name
	}
}

func (s sink) check(p *rule.Pass) {
	flow := p.NewFlow(fromRequest(p))
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		value, name := s.value(flow, file, op)
		if value == 0 {
			return
		}
		o := flow.From(file, value)
		if o == nil || s.among != nil && !s.among.MatchString(strings.Join(o.Texts, " ")) {
			return
		}
		p.ReportFlow(f, op, o, name, fmt.Sprintf(s.message, name, o.What), s.help)
	})
}
