package observability

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
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

// personalDataInLog follows what a log line of a request or a job is given back to a name that means personal data.
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
	told := map[*facts.Op]bool{}
	var once rule.Once
	for i := range p.Sites {
		s := &p.Sites[i]
		if s.Kind != knowledge.Log || s.Call == nil || told[s.Op] || s.Op.Code != facts.Call {
			continue
		}
		if !from.Reaches(s.Node) {
			continue
		}
		switch s.Path[strings.LastIndexByte(s.Path, '.')+1:] {
		case "info", "warning", "warn", "error", "exception", "critical", "log", "success":
		default:
			continue
		}
		told[s.Op] = true
		f := p.FuncOf(s.Node)
		file := p.FileOf(f)
		a := file.Facts.Args(s.Op)
		for _, r := range a.Pos {
			o := flow.From(file, facts.Ref(r))
			if o == nil {
				continue
			}
			x := p.At(f, s.Op)
			x.Message = fmt.Sprintf("%s of a person goes into the log of `%s`: everybody who reads the logs reads it, for as long as they are kept", o.What, p.Short(from.For(p, s.Node)))
			x.Help = "log the identifier of the record instead, or a hash where lines have to be told apart"
			x.Witness = append(slices.Clone(o.Frames), diag.Frame{Function: p.Name(f), File: x.File, Line: x.Line, Cell: x.Cell, Note: "calls " + rule.CalledAs(s)})
			x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, s.Op.Pos)
			once.Report(p, x)
			break
		}
	}
}
