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

var _ = rule.Register(rule.Rule{
	Code: "RW604", Name: "row-update-lost", Since: "0.2", Family: "database",
	Severity: rule.Always(diag.Note), Doc: docs.Read("lost_row_update.md"), Check: lostRowUpdate,
})

// lostRowUpdate looks for numbers of a row that a request or a job reads, changes in memory and writes back, while another one may
// do the same with the number that both have read.
func lostRowUpdate(p *rule.Pass) {
	if !slices.ContainsFunc(p.Sites, func(s effects.Site) bool { return saves(&s) }) {
		return
	}
	q := newQueries(p)
	from := p.Arrivals()
	var once rule.Once
	for i := range p.Sites {
		s := &p.Sites[i]
		if !saves(s) || !from.Reaches(s.Node) {
			continue
		}
		f := p.FuncOf(s.Node)
		file, fn := p.FileOf(f), p.Facts(f)
		if file.Test || rule.InDir(file.Path, "migrations", "management") {
			continue
		}
		recv, _ := q.flow.Method(file, s.Op)
		update, name := q.updated(file, fn, s.Op, recv)
		if update == nil || !q.stored(file, fn, recv) || q.guarded(s.Node, update) {
			continue
		}
		way := from.Way(s.Node)
		if slices.ContainsFunc(way, func(step effects.Step) bool { return q.guarded(step.Node, step.Op) }) {
			continue
		}
		x := p.At(f, update)
		x.Message = fmt.Sprintf("`%s` changes `%s` of a row in memory and saves it: when two of %s do so at once, one change is lost", p.Short(f), name, plural(from.What(s.Node)))
		x.Help = fmt.Sprintf("let the database count: `.update(%s=F(\"%s\") + …)`, or read the row with `select_for_update()` inside the transaction", name, name)
		x.Witness = append(p.Frames(way), diag.Frame{Function: p.Name(f), File: file.Path, Line: x.Line, Cell: x.Cell, Note: "reads and changes " + name}, p.Frame(p.SiteStep(s)))
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, update.Pos)
		once.Report(p, x)
	}
}

func plural(what string) string { return strings.TrimPrefix(what, "a ") + "s" }

// saves: the site writes one object of Django's models.
func saves(s *effects.Site) bool {
	if s.Kind != knowledge.DBWrite || s.Certainty != diag.Proved || !rule.HasPrefix(s.Path, "django.db.models") {
		return false
	}
	last := s.Path[strings.LastIndexByte(s.Path, '.')+1:]
	return last == "save" || last == "asave"
}

// updated is the operation before a save that changes a number of its object in place, with the number's name; nil without one.
func (q *queries) updated(file *link.File, fn *facts.Func, save *facts.Op, recv facts.Ref) (*facts.Op, string) {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op == save {
			return nil, ""
		}
		if op.Code != facts.SetAttr || !q.same(file, facts.Ref(op.A), recv) || !rule.Inside(file, save, outerLoop(file, op)) {
			continue
		}
		sum := q.flow.Made(file, facts.Ref(op.C))
		if sum == nil || sum.Code != facts.BinOp {
			continue
		}
		old, by := q.flow.Made(file, facts.Ref(sum.A)), facts.Ref(sum.C)
		if old == nil || old.Code != facts.Attr || old.B != op.B || !q.same(file, facts.Ref(old.A), recv) {
			continue
		}
		name := file.Facts.Str(op.B)
		if _, ok := by.Int(); ok || q.number(file, fn, recv, name) {
			return op, name
		}
	}
	return nil, ""
}

func (q *queries) same(file *link.File, a, b facts.Ref) bool {
	return a == b || q.flow.IsCopyOf(file, a, b) || q.flow.IsCopyOf(file, b, a)
}

// outerLoop is the innermost loop around an operation, 0 for none.
func outerLoop(file *link.File, op *facts.Op) uint32 {
	for x := op.Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
		if k := file.Facts.Ctxs[x].Kind; k == facts.CtxFor || k == facts.CtxWhile {
			return x
		}
	}
	return 0
}

var numbers = []string{"IntegerField", "DecimalField", "FloatField", "DurationField"}

// number: the model of the object, where it is known, keeps a number under the name.
func (q *queries) number(file *link.File, fn *facts.Func, recv facts.Ref, name string) bool {
	m := q.modelOf(file, fn, recv)
	return m != nil && q.has(m, name, numbers, 0)
}

// modelOf is the model of an object: of a method's own, or of a query's.
func (q *queries) modelOf(file *link.File, fn *facts.Func, r facts.Ref) *model {
	if q.own(file, fn, r) {
		return &model{file, &file.Facts.Classes[fn.Class-1]}
	}
	x := &rows{}
	q.built(file, r, x, 0)
	return x.model
}

func (q *queries) own(file *link.File, fn *facts.Func, r facts.Ref) bool {
	return fn.Class != 0 && fn.Flags&facts.FuncMethod != 0 && len(fn.Params) > 0 && q.same(file, r, fn.Params[0].Var)
}

// one are methods and functions that give one row of those that are stored.
var one = []string{"get", "aget", "first", "afirst", "last", "alast", "earliest", "latest", "get_object_or_404", "aget_object_or_404", "get_or_create", "aget_or_create", "get_object"}

// stored: the object is a row that was read, on some way to here, and without a lock.
func (q *queries) stored(file *link.File, fn *facts.Func, r facts.Ref) bool {
	return q.own(file, fn, r) || q.read(file, r, 0)
}

func (q *queries) read(file *link.File, r facts.Ref, depth int) bool {
	return depth < 10 && slices.ContainsFunc(q.flow.Defs(file, r), func(i uint32) bool {
		d := &file.Facts.Ops[i]
		switch d.Code {
		case facts.Copy, facts.Await, facts.Unpack, facts.Iter, facts.Narrow:
			return q.read(file, facts.Ref(d.A), depth+1)
		case facts.Call:
			_, name := q.flow.Method(file, d)
			if name == "" {
				name = q.flow.Called(file, d)
				name = name[strings.LastIndexByte(name, '.')+1:]
			}
			return slices.Contains(one, name) || q.rows(file, d.Dst, 0) != nil
		}
		return false
	})
}

// guarded: the function locks rows, or holds a lock around the operation.
func (q *queries) guarded(n effects.Node, op *facts.Op) (yes bool) {
	file, fn := q.p.File(n), q.p.Facts(q.p.FuncOf(n))
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if x := &file.Facts.Ops[o]; x.Code == facts.Attr {
			switch file.Facts.Str(x.B) {
			case "select_for_update", "acquire", "add": // cache.add(key) is the lock of Django's cache
				if file.Facts.Str(x.B) != "add" || strings.HasSuffix(q.flow.Dotted(file, facts.Ref(x.A)), "cache") {
					return true
				}
			}
		}
	}
	rule.Around(file, op, func(c *facts.Ctx) bool {
		if c.Kind == facts.CtxWith {
			for _, name := range q.flow.Names(file, uint32(c.A)) {
				yes = yes || slices.ContainsFunc(rule.Words(name), func(w string) bool { return w == "lock" || w == "locked" || w == "mutex" || w == "semaphore" })
			}
		}
		return !yes
	})
	return yes
}
