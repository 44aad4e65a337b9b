package database

import (
	"fmt"
	"slices"
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
	told := map[link.Func]bool{}
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
			for _, name := range q.methodFields(file, class, 0) {
				if f, ok := q.methodNamed(file, class, name, 0); ok && !told[f] {
					told[f] = true
					q.perRow(f, q.modelOfSerializer(file, class, 0), by)
				}
			}
		}
	}
}

// methodFields are the methods that fill the SerializerMethodFields of a serializer, its own and those of what it extends.
func (q *queries) methodFields(file *link.File, class *facts.Class, depth int) []string {
	var out []string
	for _, m := range class.Members {
		d := q.flow.Made(file, m.Ref)
		if d == nil || d.Code != facts.Call || !strings.HasSuffix(q.flow.Called(file, d), ".SerializerMethodField") {
			continue
		}
		name := "get_" + file.Facts.Str(m.Name)
		if r := rule.Argument(file, d, 0, "method_name"); r.Tag() == facts.TagStr {
			name = file.Facts.Str(r.Index())
		}
		out = append(out, name)
	}
	for _, b := range class.Bases {
		if in, base := q.flow.ClassOf(file, b); base != nil && depth < 4 {
			out = append(out, q.methodFields(in, base, depth+1)...)
		}
	}
	return out
}

// methodNamed is the method of a class, or of what it extends.
func (q *queries) methodNamed(file *link.File, class *facts.Class, name string, depth int) (link.Func, bool) {
	for b := range file.Facts.Funcs {
		fn := &file.Facts.Funcs[b]
		if fn.Class != 0 && &file.Facts.Classes[fn.Class-1] == class && fn.Kind == facts.Function && file.Facts.Str(fn.Name) == name {
			return file.FirstFunc() + link.Func(b), true
		}
	}
	for _, b := range class.Bases {
		if in, base := q.flow.ClassOf(file, b); base != nil && depth < 4 {
			if f, ok := q.methodNamed(in, base, name, depth+1); ok {
				return f, true
			}
		}
	}
	return 0, false
}

// modelOfSerializer is what the Meta of a serializer, or of one that it extends, names.
func (q *queries) modelOfSerializer(file *link.File, class *facts.Class, depth int) *model {
	for _, m := range class.Members {
		if file.Facts.Str(m.Name) != "Meta" {
			continue
		}
		at, meta := q.flow.ClassOf(file, m.Ref)
		if meta == nil {
			continue
		}
		for _, k := range meta.Members {
			if at.Facts.Str(k.Name) == "model" {
				if in, c := q.flow.ClassOf(at, k.Ref); c != nil {
					return &model{in, c}
				}
				return nil
			}
		}
	}
	for _, b := range class.Bases {
		if in, base := q.flow.ClassOf(file, b); base != nil && depth < 4 {
			if m := q.modelOfSerializer(in, base, depth+1); m != nil {
				return m
			}
		}
	}
	return nil
}

// perRow reports a method that queries from its second parameter, a row of the model if that is known, whatever happens.
func (q *queries) perRow(f link.Func, of *model, by *usedForMany) {
	p, file, fn := q.p, q.p.FileOf(f), q.p.Facts(f)
	if len(fn.Params) < 2 {
		return
	}
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
	if best == nil && of != nil {
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Code != facts.Attr || !q.flow.IsCopyOf(file, facts.Ref(op.A), fn.Params[1].Var) || !rule.Certain(file, fn, op) {
				continue
			}
			if g, ok := q.methodNamed(of.file, of.class, file.Facts.Str(op.B), 0); ok && t.Reaches(effects.Node(g)) && t.Distance(effects.Node(g)) <= 2 && !q.cached[g] {
				see(append([]effects.Step{{Node: n, Op: op, Mode: link.Called, To: effects.Node(g)}}, t.Chain(effects.Node(g))...))
			}
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
			if file.Test || !q.answersLists(file, view, 0) || slices.ContainsFunc(view.Members, func(m facts.NamedRef) bool { return file.Facts.Str(m.Name) == "list" }) {
				continue // what its own list uses is seen there
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
