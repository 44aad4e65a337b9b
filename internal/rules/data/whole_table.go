package data

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
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
		if cursor, method := flow.Method(file, op); method == "fetchall" && fetchesAll(flow, file, p.Facts(f), cursor, op) && ofJob(p, f) {
			x := p.At(f, op)
			x.Message = "`fetchall` holds the whole table in memory, however large it has become: the query has no condition and no limit"
			x.Help = "go through the cursor row by row (a named cursor, where the driver has them), or let the query choose and sum up"
			p.Report(x)
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

// fetchesAll: what the cursor executed last before it gives its rows is a query for a whole table.
func fetchesAll(flow *rule.Flow, file *link.File, fn *facts.Func, cursor facts.Ref, fetch *facts.Op) bool {
	query := ""
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Call || op == fetch {
			continue
		}
		recv, method := flow.Method(file, op)
		if method == "execute" && op.Pos <= fetch.Pos && (flow.IsCopyOf(file, recv, cursor) || flow.IsCopyOf(file, cursor, recv) || flow.Def(file, cursor) == op) {
			query = text(file, rule.Pos(file, op, 0))
		}
	}
	// The names of all rows are most often few; of whole rows nobody knows.
	return selectsAll.MatchString(query) && strings.HasPrefix(strings.TrimSpace(strings.TrimSpace(query)[len("select"):]), "*")
}

// ofJob: a job or a pipeline comes to the function.
func ofJob(p *rule.Pass, f link.Func) bool {
	return p.Inventory != nil && slices.ContainsFunc(p.Inventory.Reaching(effects.Node(f)), func(w *inventory.Work) bool {
		return w.Kind == project.KindJob || w.Kind == project.KindPipeline
	})
}
