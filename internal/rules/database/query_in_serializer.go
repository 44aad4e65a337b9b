package database

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// serializers looks for the same fault where REST framework writes the loop: a serializer of many rows calls the method of each
// SerializerMethodField for every one of them, and the method queries from the row.
func (q *queries) serializers() {
	lists := q.ofMany()
	for _, file := range q.p.Files {
		if file.Test {
			continue
		}
		for i := range file.Facts.Classes {
			class := &file.Facts.Classes[i]
			by := lists[class]
			if by == nil {
				continue
			}
			for _, m := range class.Members {
				d := q.flow.Made(file, m.Ref)
				if d == nil || d.Code != facts.Call || !strings.HasSuffix(q.flow.Called(file, d), ".SerializerMethodField") {
					continue
				}
				name := "get_" + file.Facts.Str(m.Name)
				if r := rule.Argument(file, d, 0, "method_name"); r.Tag() == facts.TagStr {
					name = file.Facts.Str(r.Index())
				}
				for b := range file.Facts.Funcs {
					fn := &file.Facts.Funcs[b]
					if fn.Class == uint32(i)+1 && fn.Kind == facts.Function && file.Facts.Str(fn.Name) == name && len(fn.Params) > 1 {
						q.perRow(file.FirstFunc()+link.Func(b), by)
					}
				}
			}
		}
	}
}

// perRow reports a method that queries from its second parameter whatever happens.
func (q *queries) perRow(f link.Func, by *usedForMany) {
	p, file, fn := q.p, q.p.FileOf(f), q.p.Facts(f)
	row := rule.Derived(file, fn, fn.Params[1].Var, 0)
	t := q.trace()
	var best []effects.Step
	see := func(steps []effects.Step) {
		if best == nil || len(steps) < len(best) {
			best = steps
		}
	}
	n := effects.Node(f)
	for _, i := range p.SitesOf(n) {
		s := &p.Sites[i]
		// What hangs on the row may have been fetched with it.
		if reads(s) && rule.Certain(file, fn, s.Op) && rule.ReadsAny(file, s.Op, row) && !ofRow(q.flow, file, s.Op, row) {
			see([]effects.Step{p.SiteStep(s)})
		}
	}
	for _, i := range p.OutEdges(n) {
		e := &p.Edges[i]
		if rule.Runs(e) && e.Certainty == diag.Proved && t.Reaches(e.To) && !q.cached[p.FuncOf(e.To)] && t.Distance(e.To) <= 2 && rule.Certain(file, fn, e.Op) && rule.ReadsAny(file, e.Op, row) {
			see(t.Through(e))
		}
	}
	if best == nil || q.cached[f] {
		return
	}
	x := p.At(f, best[0].Op)
	x.Message = fmt.Sprintf("`%s` calls `%s` for each row that its serializer writes, and `%s` uses that for many rows: a thousand rows are a thousand queries more", p.Short(f), rule.CalledAs(rule.Last(best)), by.what)
	x.Help = "fetch what the method needs with the rows (`annotate`, `select_related`, `prefetch_related` with a `Prefetch`), or in one query that the serializer's context holds"
	x.Witness = append([]diag.Frame{by.frame}, p.Frames(best)...)
	x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, fn.NamePos)
	p.Report(x)
}

// usedForMany is where a serializer is used for many rows.
type usedForMany struct {
	what  string
	frame diag.Frame
}

// ofMany are the serializers that the program calls with many=True, or that a list view or a set of views names as its own.
func (q *queries) ofMany() map[*facts.Class]*usedForMany {
	out := map[*facts.Class]*usedForMany{}
	q.p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		if !rule.Keyword(file, op, "many").Is(facts.ConstTrue) {
			return
		}
		if _, class := q.flow.ClassOf(file, facts.Ref(op.A)); class != nil && out[class] == nil {
			line, cell := file.Facts.Place(op.Pos)
			out[class] = &usedForMany{q.p.Short(f), diag.Frame{Function: q.p.Name(f), File: file.Path, Line: line, Cell: cell, Note: "uses the serializer for many rows"}}
		}
	})
	for _, file := range q.p.Files {
		for i := range file.Facts.Classes {
			view := &file.Facts.Classes[i]
			if file.Test || !q.answersLists(file, view, 0) {
				continue
			}
			for _, m := range view.Members {
				if file.Facts.Str(m.Name) != "serializer_class" {
					continue
				}
				if _, class := q.flow.ClassOf(file, m.Ref); class != nil && out[class] == nil {
					name := file.Facts.Str(view.Name)
					line, cell := file.Facts.Place(view.NamePos)
					out[class] = &usedForMany{name, diag.Frame{Function: name, File: file.Path, Line: line, Cell: cell, Note: "lists rows with the serializer"}}
				}
			}
		}
	}
	return out
}

// answersLists: the class answers with lists, as a view of REST framework whose name says so.
func (q *queries) answersLists(file *link.File, class *facts.Class, depth int) bool {
	for _, b := range class.Bases {
		name := q.flow.Dotted(file, b)
		last := name[strings.LastIndexByte(name, '.')+1:]
		if rule.HasPrefix(name, "rest_framework") && (strings.HasPrefix(last, "List") || last == "ModelViewSet" || last == "ReadOnlyModelViewSet") {
			return true
		}
		if in, base := q.flow.ClassOf(file, b); base != nil && depth < 4 && q.answersLists(in, base, depth+1) {
			return true
		}
	}
	return false
}
