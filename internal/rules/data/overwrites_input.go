package data

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW655", Name: "input-overwritten", Since: "0.1", Family: "data", Severity: rule.Unproven,
	Doc: docs.Read("overwrites_input.md"), Check: inputOverwritten,
})

var (
	tableReads  = []string{"read_csv", "read_parquet", "read_json", "read_excel", "read_pickle", "read_feather", "read_table", "read_orc", "read_ndjson", "read_hdf", "parquet", "csv", "json", "orc"}
	tableWrites = []string{"to_csv", "to_parquet", "to_json", "to_excel", "to_pickle", "to_feather", "to_orc", "to_hdf", "write_csv", "write_parquet", "write_json", "write_ndjson", "write_excel", "parquet", "csv", "json", "orc"}
)

// inputOverwritten looks for tables that a function reads from a place and writes to the same place.
func inputOverwritten(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	for f := range link.Func(p.Funcs()) {
		file, fn := p.FileOf(f), p.Facts(f)
		if file.Test || rule.InDir(file.Path, "examples", "example", "docs", "tutorials") {
			continue
		}
		read := map[facts.Ref]*facts.Op{}
		tables := map[string]*facts.Op{} // of a database, by name
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Code != facts.Call {
				continue
			}
			recv, method := flow.Method(file, op)
			name := flow.Dotted(file, facts.Ref(op.A))
			if table := tableRead(flow, file, op, name); table != "" {
				if tables[table] == nil {
					tables[table] = op
				}
				continue
			}
			if method == "to_sql" && text(file, rule.Keyword(file, op, "if_exists")) == "replace" {
				if first := tables[strings.ToLower(text(file, rule.Argument(file, op, 0, "name")))]; first != nil && !endedBetween(file, fn, first, op) {
					report(p, f, first, op, "`to_sql` drops the table that this function has read, and makes it anew: when it stops half way, the rows are gone, and whoever asks in between finds none",
						"write a table of its own and rename it when it is complete, or change the rows where they are, in one transaction")
				}
				continue
			}
			if rule.HasPrefix(name, "pandas", "polars", "geopandas", "dask.dataframe", "modin.pandas") && slices.Contains(tableReads, name[strings.LastIndexByte(name, '.')+1:]) || slices.Contains(tableReads, method) && after(flow, file, recv, "read") && !after(flow, file, recv, "write") {
				if at := place(flow, file, rule.Argument(file, op, 0, "path")); at != 0 && read[at] == nil {
					read[at] = op
				}
				continue
			}
			if !slices.Contains(tableWrites, method) || (method == "parquet" || method == "csv" || method == "json" || method == "orc") && !after(flow, file, recv, "write") {
				continue
			}
			at := place(flow, file, rule.Argument(file, op, 0, "path"))
			first := read[at]
			if at == 0 || first == nil || endedBetween(file, fn, first, op) || text(file, rule.Keyword(file, op, "mode")) == "a" || text(file, rule.Keyword(file, op, "mode")) == "append" {
				continue
			}
			report(p, f, first, op, fmt.Sprintf("`%s` overwrites what this function has read: when it stops half way, the only copy of the input is damaged, and a second run starts from other data", method),
				"write beside it and rename when the file is complete, or to a place of its own for each run")
		}
	}
}

// report tells of a write over what a function has read.
func report(p *rule.Pass, f link.Func, read, write *facts.Op, message, help string) {
	file := p.FileOf(f)
	x := p.At(f, write)
	x.Message, x.Help = message, help
	line, cell := file.Facts.Place(read.Pos)
	x.Witness = []diag.Frame{{Function: p.Name(f), File: file.Path, Line: line, Cell: cell, Note: "reads it"}, {Function: p.Name(f), File: file.Path, Line: x.Line, Cell: x.Cell, Note: "overwrites it"}}
	p.Report(x)
}

// fromTable is the only table that a query names.
var fromTable = regexp.MustCompile(`(?is)^\s*select\s.*?\sfrom\s+["` + "`" + `\[]?(\w+)["` + "`" + `\]]?`)

// tableRead is the name, in lower case, of the database table that a call of pandas reads; "" for any other call.
func tableRead(flow *rule.Flow, file *link.File, op *facts.Op, name string) string {
	switch name {
	case "pandas.read_sql_table":
		return strings.ToLower(text(file, rule.Argument(file, op, 0, "table_name")))
	case "pandas.read_sql", "pandas.read_sql_query":
		query, _ := flow.Text(file, rule.Argument(file, op, 0, "sql"))
		if !strings.ContainsAny(query, " \n") {
			return strings.ToLower(query)
		}
		if m := fromTable.FindStringSubmatch(query); m != nil {
			return strings.ToLower(m[1])
		}
	}
	return ""
}

// endedBetween: on the way that reads, the function is over before it writes: a file that is there already is read and given back.
func endedBetween(file *link.File, fn *facts.Func, read, write *facts.Op) bool {
	if read.Ctx == 0 || rule.Inside(file, write, read.Ctx) {
		return false
	}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if op := &file.Facts.Ops[o]; op.Code == facts.Return && op.Pos > read.Pos && op.Pos < write.Pos && op.Ctx == read.Ctx {
			return true
		}
	}
	return false
}

// place is what stands for the path that a call is given: a variable with one value, or a text.
func place(flow *rule.Flow, file *link.File, r facts.Ref) facts.Ref {
	for range 10 {
		if r.Tag() == facts.TagStr || r == 0 {
			return r
		}
		if !r.IsVar() {
			return 0
		}
		d := flow.Def(file, r)
		if d == nil {
			if len(flow.Defs(file, r)) > 1 {
				return 0
			}
			return r // a parameter
		}
		if d.Code != facts.Copy {
			return r
		}
		r = facts.Ref(d.A)
	}
	return 0
}

// after: a receiver is, or was made from, an attribute of this name: spark.read.parquet, frame.write.mode(…).parquet.
func after(flow *rule.Flow, file *link.File, r facts.Ref, name string) bool {
	for range 10 {
		d := flow.Def(file, r)
		if d == nil {
			return false
		}
		switch d.Code {
		case facts.Attr:
			if file.Facts.Str(d.B) == name {
				return true
			}
			r = facts.Ref(d.A)
		case facts.Call, facts.Copy:
			r = facts.Ref(d.A)
		default:
			return false
		}
	}
	return false
}

func text(file *link.File, r facts.Ref) string {
	if r.Tag() == facts.TagStr {
		return file.Facts.Str(r.Index())
	}
	return ""
}
