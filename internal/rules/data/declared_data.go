package data

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW659", Name: "data-not-as-declared", Since: "0.2", Family: "data", Severity: rule.Always(diag.Note),
	Doc: docs.Read("declared_data.md"), Check: dataNotAsDeclared,
})

// step is a piece of a pipeline that declares its data: a task of Airflow's, a function that Prefect materializes, a model of dbt's.
type step struct {
	f         link.Func
	outs, ins []declared
	open      bool // not all that it declares is written out
	access
}

// declared is the name of a dataset, table or model as a declaration gives it.
type declared struct {
	name string
	file *link.File
	op   *facts.Op
}

// pipeline is all of a program's steps, and the datasets that its DAGs wait for.
type pipeline struct {
	p        *rule.Pass
	flow     *rule.Flow
	airflow  []*step
	prefect  []*step
	awaited  []declared // in the schedule of a DAG
	produced []declared // in the outlets of any task
	open     bool       // some outlets are not written out
}

// dataNotAsDeclared compares what steps declare with what they are seen to read and write. It says something only where both are
// written out.
func dataNotAsDeclared(p *rule.Pass) {
	l := &pipeline{p: p, flow: p.NewFlow(func(*rule.Value) string { return "" })}
	for f := range link.Func(p.Funcs()) {
		if file := p.FileOf(f); !file.Test && len(p.Facts(f).Decorators) > 0 {
			l.decorated(file, f)
		}
	}
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		if !file.Test {
			l.operator(f, file, op)
		}
	})
	l.undeclaredOutlets()
	l.nothingProduces()
	for _, s := range l.prefect {
		l.undeclaredDependency(s)
	}
	for _, s := range append(l.airflow, l.prefect...) {
		l.otherPath(s)
	}
	l.models()
}

func (l *pipeline) decorated(file *link.File, f link.Func) {
	for _, d := range l.flow.Decorations(f) {
		last := d.Path[strings.LastIndexByte(d.Path, '.')+1:]
		switch {
		case rule.HasPrefix(d.Path, "airflow") && (last == "task" || strings.Contains(d.Path, ".task.")):
			s := l.step(f)
			if d.Call != nil {
				l.outlets(s, file, d.Call)
			}
			l.airflow = append(l.airflow, s)
		case rule.HasPrefix(d.Path, "airflow") && last == "dag" && d.Call != nil:
			l.schedule(file, d.Call)
		case rule.HasPrefix(d.Path, "prefect") && last == "materialize" && d.Call != nil:
			s := l.step(f)
			for _, r := range file.Facts.Args(d.Call).Pos {
				s.outs = l.add(s, s.outs, file, facts.Ref(r), "key")
			}
			s.ins = l.each(s, s.ins, file, rule.Keyword(file, d.Call, "asset_deps"), "key")
			l.prefect = append(l.prefect, s)
		}
	}
}

// operator looks at a call that makes a task or a DAG.
func (l *pipeline) operator(f link.Func, file *link.File, op *facts.Op) {
	name := l.flow.Called(file, op)
	if !rule.HasPrefix(name, "airflow") {
		return
	}
	if last := name[strings.LastIndexByte(name, '.')+1:]; last == "DAG" {
		l.schedule(file, op)
		return
	} else if !strings.HasSuffix(last, "Operator") {
		return
	}
	s := &step{f: f, access: newAccess()}
	if r := rule.Keyword(file, op, "python_callable"); r != 0 {
		if at, g := l.function(file, r); at != nil {
			s = l.step(g)
		}
	}
	if t := text(file, rule.Keyword(file, op, "sql")); strings.ContainsAny(t, " \n") {
		_, writes := effects.SQLTables(t)
		for _, w := range writes {
			s.writes[w] = op
		}
	}
	l.outlets(s, file, op)
	l.airflow = append(l.airflow, s)
}

// function is the function of the program that a value is.
func (l *pipeline) function(file *link.File, r facts.Ref) (*link.File, link.Func) {
	at, m := l.made(file, r)
	if m == nil || m.Code != facts.MakeFunc {
		return nil, 0
	}
	return at, at.FirstFunc() + link.Func(m.A)
}

// made is what makes a value, here or where the module's variable that holds it is given it.
func (l *pipeline) made(file *link.File, r facts.Ref) (*link.File, *facts.Op) {
	if m := l.flow.Made(file, r); m != nil {
		return file, m
	}
	if at, global := l.flow.Global(file, r); at != nil {
		return at, l.flow.Made(at, global)
	}
	return file, nil
}

func (l *pipeline) outlets(s *step, file *link.File, op *facts.Op) {
	was := len(s.outs)
	s.outs = l.each(s, s.outs, file, rule.Keyword(file, op, "outlets"), "uri")
	l.produced = append(l.produced, s.outs[was:]...)
	s.ins = l.each(s, s.ins, file, rule.Keyword(file, op, "inlets"), "uri")
	s.open = s.open || rule.OpenKeywords(file, op)
	l.open = l.open || s.open
}

// schedule notes the datasets that a DAG waits for, in a list or joined by & and |.
func (l *pipeline) schedule(file *link.File, op *facts.Op) {
	r := rule.Keyword(file, op, "schedule")
	if r == 0 {
		return
	}
	var s step
	found := l.each(&s, nil, file, r, "uri")
	if !s.open {
		l.awaited = append(l.awaited, found...)
	}
}

// each adds the datasets of a list; one by itself is a list of one.
func (l *pipeline) each(s *step, to []declared, file *link.File, r facts.Ref, key string) []declared {
	if r == 0 {
		return to
	}
	if d := l.flow.Made(file, r); d != nil {
		switch d.Code {
		case facts.MakeList, facts.MakeTuple, facts.MakeSet:
			elems, _ := file.Facts.Elems(d)
			for _, e := range elems {
				to = l.add(s, to, file, facts.Ref(e), key)
			}
			return to
		case facts.BinOp:
			return l.each(s, l.each(s, to, file, facts.Ref(d.A), key), file, facts.Ref(d.C), key)
		}
	}
	return l.add(s, to, file, r, key)
}

// add adds a dataset that is given by a call, Dataset("s3://…"), or for Prefect by its key alone.
func (l *pipeline) add(s *step, to []declared, file *link.File, r facts.Ref, key string) []declared {
	if t := text(file, r); t != "" {
		return append(to, declared{name: t, file: file})
	}
	at, m := l.made(file, r)
	if m != nil && m.Code == facts.Call {
		name := l.flow.Called(at, m)
		if last := name[strings.LastIndexByte(name, '.')+1:]; rule.HasPrefix(name, "airflow", "prefect") && (last == "Dataset" || last == "Asset") {
			given := rule.Keyword(at, m, key)
			if given == 0 {
				given = rule.Pos(at, m, 0)
			}
			if t := text(at, given); t != "" {
				return append(to, declared{t, at, m})
			}
		}
	}
	s.open = true
	return to
}

// step is a function with what it, and what it certainly calls, reads and writes by names that are written out.
func (l *pipeline) step(f link.Func) *step {
	s := &step{f: f, access: newAccess()}
	seen := map[effects.Node]bool{}
	var visit func(n effects.Node, depth int)
	visit = func(n effects.Node, depth int) {
		if seen[n] {
			return
		}
		seen[n] = true
		file, fn := l.p.File(n), l.p.Facts(l.p.FuncOf(n))
		s.seen(l.flow, file, fn)
		for _, i := range l.p.OutEdges(n) {
			if e := &l.p.Edges[i]; depth < 3 && e.Mode == link.Called && e.Certainty == diag.Proved && l.p.FileOf(l.p.FuncOf(e.To)) == file {
				visit(e.To, depth+1) // its operations have to be of the file that findings are told of
			}
		}
	}
	visit(effects.Node(f), 0)
	return s
}

// access is what functions are seen to read and write, by names that are written out: the first operation that reads each,
// and the last that writes it.
type access struct{ reads, writes map[string]*facts.Op }

func newAccess() access { return access{map[string]*facts.Op{}, map[string]*facts.Op{}} }

// seen adds what the calls of a function read and write.
func (a *access) seen(flow *rule.Flow, file *link.File, fn *facts.Func) {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Call {
			continue
		}
		reads, writes := touched(flow, file, op)
		for _, r := range reads {
			if a.reads[r] == nil {
				a.reads[r] = op
			}
		}
		for _, w := range writes {
			a.writes[w] = op
		}
	}
}

// touched are the files and tables that a call reads and writes, by names that are written out.
func touched(flow *rule.Flow, file *link.File, op *facts.Op) (reads, writes []string) {
	if name, write := accessed(flow, file, op); name != "" {
		if write {
			return nil, []string{name}
		}
		return []string{name}, nil
	}
	called := flow.Called(file, op)
	recv, method := flow.Method(file, op)
	switch {
	case method == "to_sql":
		if t := text(file, rule.Argument(file, op, 0, "name")); t != "" {
			return nil, []string{strings.ToLower(t)}
		}
	case called == "pandas.read_sql_table" || recv != 0 && (method == "table" || method == "saveAsTable"):
		if t := strings.ToLower(text(file, rule.Argument(file, op, 0, "table_name"))); t != "" && method == "saveAsTable" {
			return nil, []string{t}
		} else if t != "" {
			return []string{t}, nil
		}
	}
	r, _ := flow.SQLQuery(file, op)
	if r == 0 && recv != 0 && slices.Contains([]string{"sql", "run", "get_records", "get_first", "get_pandas_df", "get_df", "query"}, method) && !flow.CallsOwn(file, op) {
		r = rule.Argument(file, op, 0, "sql")
	}
	if r == 0 {
		return nil, nil
	}
	if d := flow.Made(file, r); d != nil && d.Code == facts.Call && strings.HasSuffix(flow.Called(file, d), ".text") {
		r = rule.Pos(file, d, 0)
	}
	t := text(file, r)
	if at, global := flow.Global(file, r); t == "" && at != nil && flow.Made(at, global) == nil {
		t, _ = flow.Text(at, global)
	}
	if !strings.ContainsAny(t, " \n") {
		return nil, nil
	}
	return effects.SQLTables(t)
}

// same: the name that a declaration gives is that of the file or the table.
func same(declared, used string) bool {
	d, u := plainURI(declared), plainURI(used)
	if d == u || strings.HasPrefix(u, d+"/") {
		return true
	}
	if strings.ContainsAny(u, "/\\") || path.Ext(u) == ".csv" || path.Ext(u) == ".parquet" || path.Ext(u) == ".json" {
		return false
	}
	// A table: postgres://host/db/schema/table, schema.table, table.
	ds, us := tableParts(d), tableParts(u)
	n := min(len(ds), len(us), 2)
	return n > 0 && slices.Equal(ds[len(ds)-n:], us[len(us)-n:])
}

func tableParts(name string) []string {
	if _, rest, ok := strings.Cut(name, "://"); ok {
		name = rest
	}
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '/' || r == '.' || r == ':' })
}

func plainURI(uri string) string {
	uri = strings.TrimPrefix(strings.TrimPrefix(uri, "file://"), "./")
	if rest, ok := strings.CutPrefix(uri, "s3a://"); ok {
		uri = "s3://" + rest
	}
	return strings.TrimSuffix(uri, "/")
}

// undeclaredOutlets reports tasks that write a dataset which the program declares, and do not declare it themselves.
func (l *pipeline) undeclaredOutlets() {
	if len(l.awaited) == 0 {
		return
	}
	told := map[*facts.Op]bool{}
	for _, s := range l.airflow {
		if s.open {
			continue
		}
		for _, w := range sortedKeys(s.writes) {
			i := slices.IndexFunc(l.awaited, func(d declared) bool {
				return plainURI(d.name) == plainURI(w) || strings.Contains(d.name, "://") && !isFile(w) && same(d.name, w)
			})
			if i < 0 || told[s.writes[w]] || slices.ContainsFunc(s.outs, func(d declared) bool { return plainURI(d.name) == plainURI(l.awaited[i].name) }) {
				continue
			}
			told[s.writes[w]] = true
			x := l.p.At(s.f, s.writes[w])
			x.Message = fmt.Sprintf("this task writes `%s`, for which a DAG waits as `%s`, and does not name it among its outlets: that DAG does not start when it is written", w, l.awaited[i].name)
			x.Help = fmt.Sprintf("declare it: `outlets=[Dataset(\"%s\")]`", l.awaited[i].name)
			l.p.Report(x)
		}
	}
}

func isFile(name string) bool { return strings.ContainsAny(name, "/\\") }

// nothingProduces reports datasets that a DAG waits for and that are so close to one which some task produces that one of the two
// is misspelt.
func (l *pipeline) nothingProduces() {
	if l.open {
		return
	}
	for _, a := range l.awaited {
		if a.op == nil || slices.ContainsFunc(l.produced, func(d declared) bool { return d.name == a.name }) {
			continue
		}
		for _, d := range l.produced {
			if !nearly(a.name, d.name) || slices.ContainsFunc(l.awaited, func(o declared) bool { return o.name == d.name }) {
				continue
			}
			x := l.p.At(a.file.FirstFunc(), a.op)
			x.Message = fmt.Sprintf("a DAG waits for the dataset `%s`, which no task has among its outlets; one has `%s`, for which no DAG waits: names of datasets are compared letter by letter", a.name, d.name)
			x.Help = "keep the dataset in one variable that both import"
			if d.op != nil {
				line, cell := d.file.Facts.Place(d.op.Pos)
				x.Witness = []diag.Frame{{File: d.file.Path, Line: line, Cell: cell, Note: "declares " + d.name}}
			}
			l.p.Report(x)
			break
		}
	}
}

// nearly: two names that differ by a letter, by case, or by a slash at the end.
func nearly(a, b string) bool {
	if strings.EqualFold(strings.Trim(a, "/"), strings.Trim(b, "/")) {
		return true
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || len(a) < 8 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if i < len(b) && b[i] >= '0' && b[i] <= '9' || i < len(a) && a[i] >= '0' && a[i] <= '9' {
		return false // output_1 and output_2 are two
	}
	if len(a) == len(b) {
		return i+1 <= len(a) && a[i+1:] == b[i+1:]
	}
	return a[i:] == b[i+1:]
}

// undeclaredDependency reports what a function that Prefect materializes reads of another, which it names nowhere.
func (l *pipeline) undeclaredDependency(s *step) {
	if s.open || len(l.p.Facts(s.f).Params) > 0 {
		return // what it is given may be what the other returned
	}
	for _, r := range sortedKeys(s.reads) {
		for _, o := range l.prefect {
			if o == s || !slices.ContainsFunc(o.outs, func(d declared) bool { return plainURI(d.name) == plainURI(r) }) || slices.ContainsFunc(s.ins, func(d declared) bool { return plainURI(d.name) == plainURI(r) }) {
				continue
			}
			x := l.p.At(s.f, s.reads[r])
			x.Message = fmt.Sprintf("`%s` reads `%s`, which `%s` materializes, and does not declare that it depends on it", l.p.Short(s.f), r, l.p.Short(o.f))
			x.Help = fmt.Sprintf("name it: `@materialize(…, asset_deps=[\"%s\"])`", r)
			l.p.Report(x)
			break
		}
	}
}

// otherPath reports a step that declares one file and writes another beside it.
func (l *pipeline) otherPath(s *step) {
	if s.open || len(s.outs) != 1 || len(s.writes) != 1 {
		return
	}
	out := s.outs[0].name
	for w, op := range s.writes {
		d, u := plainURI(out), plainURI(w)
		if !isFile(d) || !isFile(u) || same(out, w) || strings.ContainsAny(d+u, "{}*%") || path.Dir(d) != path.Dir(u) || path.Ext(d) == "" || path.Ext(d) != path.Ext(u) {
			continue
		}
		x := l.p.At(s.f, op)
		x.Message = fmt.Sprintf("this writes `%s`, and what is declared is `%s`, which nothing here writes", w, out)
		x.Help = "give both the same name"
		l.p.Report(x)
	}
}

// models looks at dbt's models in Python: what one reads of another without dbt.ref, dbt does not know, and may run first.
func (l *pipeline) models() {
	type model struct {
		f    link.Func
		refs map[string]bool
	}
	byName := map[string]*model{}
	for f := range link.Func(l.p.Funcs()) {
		file, fn := l.p.FileOf(f), l.p.Facts(f)
		if file.Test || file.Facts.Str(fn.Name) != "model" || len(fn.Params) != 2 || file.Facts.Str(fn.Params[0].Name) != "dbt" || !rule.InDir(file.Path, "models") {
			continue
		}
		m := &model{f, map[string]bool{}}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Code != facts.Call {
				continue
			}
			if recv, method := l.flow.Method(file, op); (method == "ref" || method == "source") && l.flow.IsCopyOf(file, recv, fn.Params[0].Var) {
				if a := file.Facts.Args(op).Pos; len(a) > 0 {
					t := text(file, facts.Ref(a[len(a)-1]))
					m.refs[t] = true // "" for one that is not written out
				}
			}
		}
		byName[strings.ToLower(strings.TrimSuffix(path.Base(file.Path), ".py"))] = m
	}
	for _, name := range sortedKeys(byName) {
		m := byName[name]
		if m.refs[""] {
			continue
		}
		s := l.step(m.f)
		for _, r := range sortedKeys(s.reads) {
			parts := tableParts(r)
			last := parts[len(parts)-1]
			if o := byName[last]; o == nil || o == m || m.refs[last] || isFile(r) {
				continue
			}
			x := l.p.At(m.f, s.reads[r])
			x.Message = fmt.Sprintf("the model `%s` reads the table of the model `%s` by its name: dbt does not know of it, and may build the two in any order", name, last)
			x.Help = fmt.Sprintf("ask for it with `dbt.ref(\"%s\")`", last)
			l.p.Report(x)
		}
	}
}
