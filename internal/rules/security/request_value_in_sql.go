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
	Doc: docs.Read("request_value_in_sql.md"), Check: requestValueInSQL,
})

var sqlWords = regexp.MustCompile(`(?i)\b(select|insert\s+into|update|delete\s+from|where|order\s+by|from|drop|alter|set)\b`)

func requestValueInSQL(p *rule.Pass) {
	flow := p.NewFlow(fromRequest(p))
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		query, name := flow.SQLQuery(file, op)
		if query == 0 {
			return
		}
		o := flow.From(file, query)
		if o == nil || !sqlWords.MatchString(strings.Join(o.Texts, " ")) {
			return
		}
		p.ReportFlow(f, op, o, name, fmt.Sprintf("`%s` runs a query with %s in its text: whoever sends the request writes part of the query", name, o.What),
			"leave a placeholder in the text and pass the value as a parameter; names of columns come from a list of your own")
	})
}
