package data

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW657", Name: "whole-table-loaded", Since: "0.1", Family: "data",
	// What fits today is fine today.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("whole_table.md"), Check: wholeTable,
})

var (
	selectsAll = regexp.MustCompile(`(?is)^\s*select\s.*\sfrom\s+[\w."` + "`" + `\[\]]+\s*;?\s*$`)
	aggregates = regexp.MustCompile(`(?i)\b(count|sum|min|max|avg|mean)\s*\(|\bdistinct\b`)
)

// wholeTable looks for queries without a condition or a limit whose whole result pandas is to hold.
func wholeTable(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		if file.Facts.Notebook != nil || rule.InDir(file.Path, "examples", "example", "docs", "tutorials") {
			return
		}
		name := flow.Dotted(file, facts.Ref(op.A))
		switch name {
		case "pandas.read_sql", "pandas.read_sql_query", "pandas.read_sql_table":
		default:
			return
		}
		if rule.Keyword(file, op, "chunksize") != 0 || open(file, op) {
			return
		}
		query := rule.Argument(file, op, 0, "sql")
		if name == "pandas.read_sql_table" {
			query = rule.Argument(file, op, 0, "table_name")
		}
		for range 5 {
			d := flow.Def(file, query)
			if d == nil || d.Code != facts.Copy {
				break
			}
			query = facts.Ref(d.A)
		}
		what := text(file, query)
		if what == "" || name != "pandas.read_sql_table" && (!selectsAll.MatchString(what) || aggregates.MatchString(what)) {
			return
		}
		x := p.At(f, op)
		x.Message = fmt.Sprintf("`%s` holds the whole table in memory, however large it has become: the query has no condition and no limit", name[strings.LastIndexByte(name, '.')+1:])
		x.Help = "read it in parts (`chunksize=50_000`), or let the query choose and sum up"
		p.Report(x)
	})
}
