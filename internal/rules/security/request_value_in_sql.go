package security

import (
	"regexp"

	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW802", Name: "request-value-in-sql", Since: "0.1", Family: "security",
	Doc: docs.Read("request_value_in_sql.md"), Check: sink{
		value: (*rule.Flow).SQLQuery, among: sqlWords,
		message: "`%s` runs a query with %s in its text: whoever sends the request writes part of the query",
		help:    "leave a placeholder in the text and pass the value as a parameter; names of columns come from a list of your own",
	}.check,
})

// sqlWords are what a text of SQL has.
var sqlWords = regexp.MustCompile(`(?i)\b(select|insert\s+into|update|delete\s+from|where|order\s+by|from|drop|alter|set)\b`)
