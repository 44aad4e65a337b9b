package security

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

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
