package database

import (
	"fmt"
	"path"
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
	Code: "RW602", Name: "query-in-loop", Since: "0.1", Family: "database", Severity: rule.Unproven,
	Doc: docs.Read("query_in_loop.md"), Check: queryInLoop,
})

// served are libraries whose queries go to a server. A query of SQLite is a call within the process.
func served(path string) bool {
	return rule.HasPrefix(path, "django.db", "django.shortcuts", "sqlalchemy", "sqlmodel", "peewee", "tortoise", "pymongo", "motor", "psycopg", "psycopg2", "asyncpg", "mysql", "MySQLdb",
		"pymysql", "aiomysql", "databases", "oracledb", "cx_Oracle", "pyodbc")
}

// queryInLoop looks for loops over the rows of a query in whose body, or in what the body calls whatever happens, another query
// is made from the row.
func queryInLoop(p *rule.Pass) {
	q := newQueries(p)
	q.lists()
	if !slices.ContainsFunc(p.Sites, func(s effects.Site) bool { return s.Kind == knowledge.DB && served(s.Path) }) {
		return
	}
	var slow *rule.Trace // made when the first loop over rows is found
	for f := range link.Func(p.Funcs()) {
		file, fn := p.FileOf(f), p.Facts(f)
		if file.Test || file.Facts.Notebook != nil || rule.InDir(file.Path, "migrations", "alembic", "versions", "benchmarks") || strings.Contains("/"+file.Path, "/management/commands/") {
			continue
		}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			iter := &file.Facts.Ops[o]
			if iter.Code != facts.Iter || iter.Ctx == 0 {
				continue
			}
			c := &file.Facts.Ctxs[iter.Ctx]
			if c.Kind != facts.CtxFor && c.Kind != facts.CtxComp || c.A != facts.Ref(iter.A) {
				continue
			}
			over := q.rows(file, c.A, 0)
			if over == nil || over.few || q.within && strings.HasPrefix(over.by, "sqlalchemy.") {
				continue
			}
			if byHand(file.Path) || onceOnly(file.Path) || onceOnly(p.Short(f)) || slices.ContainsFunc(fn.Params, func(x facts.Param) bool { return onceOnly(file.Facts.Str(x.Name)) }) {
				break
			}
			if slow == nil {
				slow = p.Trace(func(s *effects.Site) bool { return elsewhere(s.Kind) }, rule.Happens)
			}
			if !slowBody(p, f, iter.Ctx, slow) && !apart(file, iter.Ctx) && !q.searches(file, fn, iter.Ctx) {
				q.body(f, iter, over)
			}
		}
	}
	q.serializers()
}

// locks: the row is fetched to be locked, `select_for_update().get(pk=…)`, so that it is work of its own.
func (q *queries) locks(file *link.File, op *facts.Op) bool {
	for range 6 {
		r, method := q.flow.Method(file, op)
		if method == "select_for_update" {
			return true
		}
		if op = q.flow.Made(file, r); op == nil || op.Code != facts.Call {
			return false
		}
	}
	return false
}

// searches: the loop ends with the first row that will do, and keeps nothing of the others.
func (q *queries) searches(file *link.File, fn *facts.Func, loop uint32) bool {
	ends := false
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if !rule.Inside(file, op, loop) {
			continue
		}
		switch op.Code {
		case facts.Return:
			ends = true
		case facts.Yield, facts.SetItem, facts.SetAttr:
			return false
		case facts.Call:
			switch _, method := q.flow.Method(file, op); method {
			case "append", "add", "extend", "update", "setdefault", "insert":
				return false
			}
		}
	}
	return ends
}

// inProcess: the addresses that the program gives to SQLAlchemy are those of SQLite alone.
func inProcess(p *rule.Pass) bool {
	file := false
	for _, f := range p.Files {
		if f.Test {
			continue
		}
		for _, s := range f.Facts.Strings {
			switch {
			case strings.HasPrefix(s, "sqlite:"):
				file = true
			case strings.HasPrefix(s, "postgres"), strings.HasPrefix(s, "mysql"), strings.HasPrefix(s, "mssql"), strings.HasPrefix(s, "oracle"), strings.HasPrefix(s, "mariadb"):
				return false
			}
		}
	}
	return file
}

// reads: the site is a query for what is not known yet.
func reads(s *effects.Site) bool {
	if s.Op.Code == facts.Item && facts.Ref(s.Op.C).Tag() == facts.TagStr || s.Op.Code == facts.Slice {
		return false // rows have no names: it is a dictionary; a part of a query is asked for later
	}
	return s.Kind == knowledge.DB && s.Certainty == diag.Proved && served(s.Path) && (s.Effect == nil || s.Effect.Transaction == "") && !again(s)
}

// trace is what runs a query whatever happens; it is made when it is first asked for.
func (q *queries) trace() *rule.Trace {
	if q.traced == nil {
		p := q.p
		q.cached = q.flow.Cached()
		q.traced = p.Trace(func(s *effects.Site) bool {
			return reads(s) && !p.File(s.Node).Test && !q.locks(p.File(s.Node), s.Op) && rule.Certain(p.File(s.Node), p.Facts(p.FuncOf(s.Node)), s.Op)
		}, func(e *effects.Edge) bool {
			return rule.Runs(e) && e.Certainty == diag.Proved && !q.cached[p.FuncOf(e.To)] && !q.cached[p.FuncOf(e.From)] && rule.Certain(p.File(e.From), p.Facts(p.FuncOf(e.From)), e.Op)
		})
	}
	return q.traced
}

// onceOnly: the name is that of work that is done once.
func onceOnly(name string) bool {
	return slices.ContainsFunc(rule.Words(name), func(w string) bool {
		return slices.Contains([]string{"migrate", "migration", "backfill", "seed", "fixture", "fixtures", "dummy", "upgrade"}, w)
	})
}

// byHand: what is in such a directory somebody starts, now and then: scripts, maint-scripts, maintenance.
func byHand(file string) bool {
	return slices.ContainsFunc(rule.Words(path.Dir(file)), func(w string) bool { return w == "scripts" || w == "maintenance" })
}

// Work beside which a query is nothing.
var elsewhere = rule.Kinds(knowledge.Net, knowledge.LLM, knowledge.Notify, knowledge.Payment, knowledge.Sleep, knowledge.Subprocess, knowledge.ModelLoad)

// slowBody: each turn of the loop does something elsewhere, or starts it, so that the queries are not what it waits for.
func slowBody(p *rule.Pass, f link.Func, loop uint32, slow *rule.Trace) bool {
	file := p.FileOf(f)
	for _, i := range p.SitesOf(effects.Node(f)) {
		s := &p.Sites[i]
		if (elsewhere(s.Kind) || s.Effect != nil && s.Effect.Transaction != "") && rule.Inside(file, s.Op, loop) {
			return true // a transaction for each row makes each a piece of work of its own
		}
	}
	for _, i := range p.OutEdges(effects.Node(f)) {
		if e := &p.Edges[i]; rule.Happens(e) && slow.Reaches(e.To) && rule.Inside(file, e.Op, loop) {
			return true
		}
	}
	return false
}

func (q *queries) body(f link.Func, iter *facts.Op, over *rows) {
	p, file, fn := q.p, q.p.FileOf(f), q.p.Facts(f)
	t := q.trace()
	row := rule.Derived(file, fn, iter.Dst, iter.Ctx)
	var best []effects.Step
	var at *facts.Op
	see := func(op *facts.Op, steps []effects.Step) {
		if best == nil || len(steps) < len(best) || len(steps) == len(best) && op.Pos < at.Pos {
			best, at = steps, op
		}
	}
	inBody := func(op *facts.Op) bool {
		return op != iter && rule.Inside(file, op, iter.Ctx) && rule.ReadsAny(file, op, row) && !leaves(file, fn, op, iter.Ctx)
	}
	n := effects.Node(f)
	for _, i := range p.SitesOf(n) {
		s := &p.Sites[i]
		if !reads(s) || !inBody(s.Op) || ofRow(q.flow, file, s.Op, row) && (over.prefetched || q.writes(f, iter.Ctx)) {
			continue
		}
		see(s.Op, []effects.Step{p.SiteStep(s)})
	}
	for _, i := range p.OutEdges(n) {
		e := &p.Edges[i]
		if rule.Runs(e) && e.Certainty == diag.Proved && t.Reaches(e.To) && !over.prefetched && !q.cached[p.FuncOf(e.To)] && t.Distance(e.To) <= 3 && inBody(e.Op) {
			see(e.Op, t.Through(e))
		}
	}
	if best == nil {
		q.fetched(f, iter, over)
		return
	}
	// Rows that another function asked for are often those of a job, of which each turn does a piece.
	if (over.returned || len(best) > 1) && q.writes(f, iter.Ctx) || over.returned && tells(p.Via(best)) {
		return
	}
	line, _ := file.Facts.Place(iter.Pos)
	site := rule.Last(best)
	x := p.At(f, at)
	what := "`" + rule.CalledAs(site) + "`"
	if via := p.Via(best); via != "" {
		what = fmt.Sprintf("`%s`, which runs %s", via, what)
	}
	x.Message = fmt.Sprintf("`%s` calls %s for each row of the query that line %d loops over: a thousand rows are a thousand queries more", p.Short(f), what, line)
	x.Help = "fetch what the loop needs with the rows (a join, `select_related`, `prefetch_related`, `joinedload`), or in one query before it (`… IN (…)`) and look it up"
	x.Witness = append(q.loops(f, over, line), p.Frames(best)...)
	x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, iter.Pos)
	p.Report(x)
}

// loops are the first steps of a witness: where the query is made, if that is elsewhere, and the loop over its rows.
func (q *queries) loops(f link.Func, over *rows, line int) []diag.Frame {
	path := q.p.FileOf(f).Path
	frames := []diag.Frame{{Function: q.p.Name(f), File: path, Line: line, Note: "loops over " + over.by}}
	if at, cell := over.file.Facts.Place(over.asks.Pos); over.file.Path != path || at != line {
		frames = append([]diag.Frame{{Function: over.file.Module, File: over.file.Path, Line: at, Cell: cell, Note: "asks for the rows"}}, frames...)
	}
	return frames
}

// tells: by its name, a function tells somebody something.
func tells(name string) bool {
	return slices.ContainsFunc(rule.Words(name), func(w string) bool {
		return slices.Contains([]string{"send", "sends", "notify", "mail", "email", "remind", "publish"}, w)
	})
}

// again: the query asks for what is known already, because it may have changed.
func again(s *effects.Site) bool {
	switch s.Path[strings.LastIndexByte(s.Path, '.')+1:] {
	case "refresh_from_db", "arefresh_from_db", "refresh", "select_for_update", "prefetch_related_objects", "full_clean", "validate_unique":
		return true
	}
	return false
}

// apart: a row whose turn fails does not stop the others, so that each is a piece of work of its own.
func apart(file *link.File, loop uint32) bool {
	for i := range file.Facts.Ctxs {
		if c := &file.Facts.Ctxs[i]; c.Kind == facts.CtxTry && c.Pos >= file.Facts.Ctxs[loop].Pos {
			for x := c.Parent; x != 0; x = file.Facts.Ctxs[x].Parent {
				if x == loop {
					return true
				}
			}
		}
	}
	return false
}

// leaves: the loop ends after the operation, so it runs once.
func leaves(file *link.File, fn *facts.Func, op *facts.Op, loop uint32) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		x := &file.Facts.Ops[o]
		if (x.Code == facts.Return || x.Code == facts.Raise) && x.Pos >= op.Pos && x.Ctx == op.Ctx {
			return true
		}
	}
	return false
}

// ofRow: the query's receiver is an attribute of the row, so that fetching it with the rows answers it.
func ofRow(flow *rule.Flow, file *link.File, op *facts.Op, row map[facts.Ref]bool) bool {
	r := facts.Ref(op.A)
	for range 12 {
		if row[r] {
			d := flow.Def(file, r)
			if d == nil || d.Code == facts.Iter || d.Code == facts.Unpack {
				return true
			}
		}
		d := flow.Def(file, r)
		if d == nil || d.Code != facts.Attr && d.Code != facts.Call && d.Code != facts.Copy {
			return false
		}
		r = facts.Ref(d.A)
	}
	return false
}

// queries finds where a value is the rows of a query.
type queries struct {
	p        *rule.Pass
	flow     *rule.Flow
	edges    map[*facts.Op]link.Func
	cached   map[link.Func]bool
	traced   *rule.Trace            // see trace
	within   bool                   // see inProcess
	asked    map[row]bool           // rows of which a loop has read a foreign key
	changing *rule.Trace            // see writes
	referred map[string][]reference // see reverse
	made     bool
}

func newQueries(p *rule.Pass) *queries {
	return &queries{p: p, flow: p.NewFlow(func(*rule.Value) string { return "" }), edges: map[*facts.Op]link.Func{}, within: inProcess(p), asked: map[row]bool{}}
}

// rows is a query's result.
type rows struct {
	by         string     // what gives it
	file       *link.File // of asks
	asks       *facts.Op  // the first call of the query
	prefetched bool       // the query fetches related rows as well
	few        bool       // a constant bounds it
	returned   bool       // a function of the program's own gives it
	model      *model     // of which they are, if it is known
	joined     []string   // names that select_related gives; "*" for all
}

var (
	// wraps are functions that give the elements of their argument.
	wraps = map[string]bool{"list": true, "tuple": true, "sorted": true, "reversed": true, "enumerate": true, "iter": true, "set": true, "zip": true, "tqdm.tqdm": true, "tqdm.auto.tqdm": true, "tqdm.std.tqdm": true}
	// many are methods that give any number of rows.
	many = map[string]bool{"all": true, "filter": true, "exclude": true, "order_by": true, "iterator": true, "select_related": true, "prefetch_related": true, "distinct": true, "annotate": true, "only": true,
		"defer": true, "values": true, "values_list": true, "fetchall": true, "fetch": true, "fetch_all": true, "scalars": true, "mappings": true, "find": true, "execute": true, "filter_by": true, "join": true,
		"outerjoin": true, "yield_per": true, "aiterator": true, "using": true, "union": true, "select_for_update": true, "reverse": true, "group_by": true, "having": true, "options": true, "aggregate": false,
		"select": true, "where": true, "dicts": true, "tuples": true, "namedtuples": true, "objects": true, "limit": true}
)

func (q *queries) rows(file *link.File, r facts.Ref, depth int) *rows {
	if depth > 12 || !r.IsVar() {
		return nil
	}
	var found *rows
	for _, i := range q.flow.Defs(file, r) {
		d := &file.Facts.Ops[i]
		var x *rows
		switch d.Code {
		case facts.Copy, facts.Await:
			if d.Flags&facts.FlagBack == 0 {
				x = q.rows(file, facts.Ref(d.A), depth+1)
			}
		case facts.Return:
			if x = q.rows(file, facts.Ref(d.A), depth+1); x != nil {
				x.returned = true
			}
		case facts.Slice:
			if x = q.rows(file, facts.Ref(d.A), depth+1); x != nil {
				if n, ok := facts.Ref(d.C).Int(); ok && n < 20 {
					x.few = true
				}
			}
		case facts.Call:
			x = q.call(file, d, depth)
		}
		if x == nil {
			continue
		}
		if found != nil {
			x.prefetched, x.few = x.prefetched || found.prefetched, x.few || found.few
		}
		found = x
	}
	return found
}

func (q *queries) call(file *link.File, op *facts.Op, depth int) *rows {
	args := file.Facts.Args(op)
	if wraps[q.flow.Called(file, op)] {
		for _, a := range args.Pos {
			if x := q.rows(file, facts.Ref(a), depth+1); x != nil {
				return x
			}
		}
		return nil
	}
	recv, name := q.flow.Method(file, op)
	if recv != 0 && many[name] {
		for _, i := range q.p.CallsAt(op) {
			if c := &q.p.Calls[i]; c.Entity != nil && served(c.Path) {
				x := &rows{by: c.DisplayPath(), file: file, asks: op}
				q.built(file, recv, x, 0)
				q.step(file, op, name, x)
				// The text of an execute decides, and what is not a SELECT has no rows to speak of.
				return x
			}
		}
	}
	q.index()
	if g, ok := q.edges[op]; ok {
		gf, fn := q.p.FileOf(g), q.p.Facts(g)
		if fn.Kind == facts.Function && fn.Flags&facts.FuncGenerator == 0 && !gf.Test {
			return q.rows(gf, fn.Ret, depth+3)
		}
	}
	return nil
}

// built goes back along the calls that build a query.
func (q *queries) built(file *link.File, r facts.Ref, x *rows, depth int) {
	if depth > 20 {
		return
	}
	for _, i := range q.flow.Defs(file, r) {
		d := &file.Facts.Ops[i]
		switch d.Code {
		case facts.Copy, facts.Await:
			if d.Flags&facts.FlagBack == 0 {
				q.built(file, facts.Ref(d.A), x, depth+1)
			}
		case facts.Attr:
			if name := file.Facts.Str(d.B); strings.HasSuffix(name, "objects") || name == "_default_manager" {
				if at, class := q.flow.ClassOf(file, facts.Ref(d.A)); class != nil && x.model == nil {
					x.model = &model{at, class}
				}
			}
		case facts.Call:
			recv, name := q.flow.Method(file, d)
			q.step(file, d, name, x)
			x.file, x.asks = file, d
			switch name {
			case "execute", "scalars", "exec":
				if a := rule.Pos(file, d, 0); a != 0 {
					q.built(file, a, x, depth+1)
				}
			}
			q.built(file, recv, x, depth+1)
		}
	}
}

// step is what one call does to the query that it is a part of.
func (q *queries) step(file *link.File, op *facts.Op, name string, x *rows) {
	switch name {
	case "prefetch_related", "options":
		x.prefetched = true
	case "limit":
		if n, ok := rule.Pos(file, op, 0).Int(); ok && n < 20 {
			x.few = true
		}
	case "values", "values_list", "dates", "datetimes":
		x.joined = append(x.joined, "*") // no objects
	case "select_related":
		a := file.Facts.Args(op)
		if len(a.Pos) == 0 {
			x.joined = append(x.joined, "*")
		}
		for _, r := range a.Pos {
			if facts.Ref(r).Tag() != facts.TagStr {
				x.joined = append(x.joined, "*")
				continue
			}
			first, _, _ := strings.Cut(file.Facts.Str(facts.Ref(r).Index()), "__")
			x.joined = append(x.joined, first)
		}
	}
}

// index notes the function that a call certainly calls.
func (q *queries) index() {
	if q.made {
		return
	}
	q.made = true
	for i := range q.p.Edges {
		if e := &q.p.Edges[i]; e.Mode == link.Called && e.Certainty == diag.Proved && e.Op.Code == facts.Call {
			q.edges[e.Op] = q.p.FuncOf(e.To)
		}
	}
}
