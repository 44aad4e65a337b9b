package observability

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
	Code: "RW903", Name: "personal-data-in-log", Since: "0.1", Family: "observability",
	// Whether it may be kept there is a question of law and contract that code does not answer.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("personal_data_in_log.md"), Check: personalDataInLog,
})

// personal are names that mean data about a person by themselves.
var personal = []string{"email", "email_address", "user_email", "customer_email", "phone", "phone_number", "mobile_number", "ssn", "social_security_number", "date_of_birth", "birth_date", "birthdate", "passport_number",
	"credit_card", "credit_card_number", "card_number", "iban", "national_id", "home_address", "street_address", "full_name", "last_name", "tax_id", "recipient_email", "to_email"}

// collective are attributes whose mail address or number is that of a group or an organisation.
var collective = []string{"group", "tactical_group", "notifications_group", "team", "company", "organization", "organisation", "settings", "config", "support", "project", "app", "site", "shop", "channel", "mailbox", "sender"}

// personalDataInLog follows what a log line, a label of a metric or a span of a request or a job is given back to a name that means
// personal data.
func personalDataInLog(p *rule.Pass) {
	from := p.Arrivals()
	if from.None() {
		return
	}
	flow := p.NewFlow(func(v *rule.Value) string {
		name := ""
		switch {
		case v.Param != nil:
			name = v.File.Facts.Str(v.Param.Name)
		case v.Op != nil && v.Op.Code == facts.Attr:
			name = v.Attr()
			if name == "full_name" && !ofPerson(v) {
				return ""
			}
			for _, of := range collective {
				if v.OfAttr(of) {
					return ""
				}
			}
		case v.Op != nil && v.Op.Code == facts.Item && facts.Ref(v.Op.C).Tag() == facts.TagStr:
			name = v.File.Facts.Str(facts.Ref(v.Op.C).Index())
		}
		if slices.Contains(personal, name) {
			return "`" + name + "`"
		}
		return ""
	})
	// A part of a text, such as the domain of an address, is not the whole of it.
	flow.Stop = func(v *rule.Value) bool {
		if v.Op == nil || v.Op.Code != facts.Item {
			return v.Op != nil && v.Op.Code == facts.Slice
		}
		split := flow.Def(v.File, facts.Ref(v.Op.A))
		if split == nil || split.Code != facts.Call {
			return false
		}
		_, method := flow.Method(v.File, split)
		return strings.HasSuffix(method, "split") || strings.HasSuffix(method, "partition")
	}
	told := map[*facts.Op]bool{}
	var once rule.Once
	report := func(n effects.Node, op *facts.Op, given []facts.Ref, into, readers, sink string) {
		f := p.FuncOf(n)
		file := p.FileOf(f)
		for _, r := range given {
			o := flow.From(file, r)
			if o == nil {
				continue
			}
			x := p.At(f, op)
			x.Message = fmt.Sprintf("%s of a person goes into %s of `%s`: everybody who reads the %s reads it, for as long as they are kept", o.What, into, p.Short(from.For(p, n)), readers)
			x.Help = "log the identifier of the record instead, or a hash where lines have to be told apart"
			x.Witness = append(slices.Clone(o.Frames), diag.Frame{Function: p.Name(f), File: x.File, Line: x.Line, Cell: x.Cell, Note: "calls " + sink})
			x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, op.Pos)
			once.Report(p, x)
			return
		}
	}
	for i := range p.Sites {
		s := &p.Sites[i]
		if s.Kind != knowledge.Log || s.Call == nil || told[s.Op] || s.Op.Code != facts.Call || !from.Reaches(s.Node) {
			continue
		}
		switch s.Path[strings.LastIndexByte(s.Path, '.')+1:] {
		case "info", "warning", "warn", "error", "exception", "critical", "log", "success":
		default:
			continue
		}
		told[s.Op] = true
		report(s.Node, s.Op, rule.Given(p.File(s.Node), s.Op), "the log", "logs", rule.CalledAs(s))
	}
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		n := effects.Node(f)
		if file.Test || !from.Reaches(n) {
			return
		}
		_, method := flow.Method(file, op)
		given := rule.Given(file, op)
		switch {
		case method == "labels" && rule.HasPrefix(flow.Called(file, op), "prometheus_client"):
			report(n, op, given, "a label of a metric", "metrics", method)
		case method == "set_attribute" && len(given) == 2 && given[0].Tag() == facts.TagStr:
			report(n, op, given[1:], "a span", "traces", method)
		}
	})
}

// ofPerson: the attribute is read of something that is called a person. Repositories, packages and functions have full names, too.
func ofPerson(v *rule.Value) bool {
	return slices.ContainsFunc(rule.Words(v.Base()), func(w string) bool {
		return slices.Contains([]string{"user", "person", "customer", "member", "employee", "author", "contact", "patient", "client", "recipient", "profile", "student", "guest", "applicant", "candidate"}, w)
	})
}
