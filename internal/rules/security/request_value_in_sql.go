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
	calls(p, func(f link.Func, file *link.File, op *facts.Op) {
		query, name := SQLQuery(p, flow, file, op)
		if query == 0 {
			return
		}
		o := flow.From(file, query)
		if o == nil || !sqlWords.MatchString(strings.Join(o.Texts, " ")) {
			return
		}
		reported(p, f, op, o, name, fmt.Sprintf("`%s` runs a query with %s in its text: whoever sends the request writes part of the query", name, o.What),
			"leave a placeholder in the text and pass the value as a parameter; names of columns come from a list of your own")
	})
}

// SQLQuery is the text that a call gives to a database, with the call's name; 0 when it gives none.
func SQLQuery(p *rule.Pass, flow *rule.Flow, file *link.File, op *facts.Op) (facts.Ref, string) {
	_, method := flow.Method(file, op)
	switch method {
	case "execute", "executemany", "executescript", "exec_driver_sql", "raw", "fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one", "mogrify":
	default:
		switch name := called(p, flow, file, op); name {
		case "pandas.read_sql", "pandas.read_sql_query", "pandas.io.sql.read_sql", "pandas.io.sql.read_sql_query":
			return argument(file, op, 0, "sql"), name
		}
		return 0, ""
	}
	for _, name := range []string{"sql", "query", "statement", "operation"} {
		if r := keyword(file, op, name); r != 0 {
			return r, method
		}
	}
	return pos(file, op, 0), method
}
