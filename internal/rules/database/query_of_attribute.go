package database

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

// model is a class of Django's rows, with its file.
type model struct {
	file  *link.File
	class *facts.Class
}

// fetched reports a foreign key of a row that the loop reads whatever happens: Django asks for what it refers to when it is read,
// unless the query of the loop has fetched it.
func (q *queries) fetched(f link.Func, iter *facts.Op, over *rows) {
	p, file, fn := q.p, q.p.FileOf(f), q.p.Facts(f)
	if over.model == nil || over.prefetched || slices.Contains(over.joined, "*") || strings.Contains("/"+file.Path, "/management/commands/") {
		return
	}
	// Rows that are looped over again have what they fetched.
	again := row{file, file.Facts.Ctxs[iter.Ctx].A}
	if q.asked[again] {
		return
	}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Attr || !rule.Inside(file, op, iter.Ctx) || !q.flow.IsCopyOf(file, facts.Ref(op.A), iter.Dst) || !rule.AlwaysRuns(file, op, iter.Ctx) || leaves(file, fn, op, iter.Ctx) {
			continue
		}
		name := file.Facts.Str(op.B)
		if slices.Contains(over.joined, name) || !q.has(over.model, name, toOne, 0) {
			continue
		}
		q.asked[again] = true
		if q.writes(f, iter.Ctx) {
			return
		}
		line, _ := file.Facts.Place(iter.Pos)
		x := p.At(f, op)
		x.Message = fmt.Sprintf("`%s` reads `%s` of each row of the query that line %d loops over, and each read is a query: a thousand rows are a thousand queries more", p.Short(f), name, line)
		x.Help = fmt.Sprintf("fetch it with the rows: `.select_related(\"%s\")`; its key alone is there without a query, as `%s_id`", name, name)
		x.Witness = append(q.loops(f, over, line), diag.Frame{Function: p.Name(f), File: x.File, Line: x.Line, Cell: x.Cell, Note: "reads " + name})
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, iter.Pos)
		p.Report(x)
		return
	}
}

// row is a variable that holds rows.
type row struct {
	file *link.File
	ref  facts.Ref
}

// writes: each turn of the loop writes or starts something, which takes longer than a read by key.
func (q *queries) writes(f link.Func, loop uint32) bool {
	p, file := q.p, q.p.FileOf(f)
	changes := rule.Kinds(knowledge.DBWrite, knowledge.Queue, knowledge.Notify, knowledge.FSWrite)
	if q.changing == nil {
		q.changing = p.Trace(func(s *effects.Site) bool { return changes(s.Kind) }, func(e *effects.Edge) bool { return rule.Happens(e) || e.Mode == link.Enqueued })
	}
	for _, i := range p.SitesOf(effects.Node(f)) {
		if s := &p.Sites[i]; changes(s.Kind) && rule.Inside(file, s.Op, loop) {
			return true
		}
	}
	for _, i := range p.OutEdges(effects.Node(f)) {
		if e := &p.Edges[i]; (e.Mode == link.Enqueued || rule.Happens(e) && q.changing.Reaches(e.To)) && rule.Inside(file, e.Op, loop) {
			return true
		}
	}
	return false
}

var (
	toOne      = []string{".ForeignKey", ".OneToOneField"}
	manyToMany = []string{".ManyToManyField"}
)

// field: a call that makes a field of a model, of one of the kinds.
func field(called string, kinds []string) bool {
	return strings.HasPrefix(called, "django.db.models") && slices.ContainsFunc(kinds, func(k string) bool { return strings.HasSuffix(called, k) })
}

// has: the model, or a base of it, has a field of that name and of one of the kinds.
func (q *queries) has(m *model, name string, kinds []string, depth int) bool {
	for _, k := range m.class.Members {
		if m.file.Facts.Str(k.Name) == name {
			d := q.flow.Made(m.file, k.Ref)
			return d != nil && d.Code == facts.Call && field(q.flow.Called(m.file, d), kinds)
		}
	}
	for _, b := range m.class.Bases {
		if in, base := q.flow.ClassOf(m.file, b); base != nil && depth < 4 && q.has(&model{in, base}, name, kinds, depth+1) {
			return true
		}
	}
	return false
}
