package database

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// lists looks for list views of REST framework whose serializer writes what a foreign key of each row refers to, where the view's
// query does not fetch it with the rows.
func (q *queries) lists() {
	for _, file := range q.p.Files {
		if file.Test {
			continue
		}
		for i := range file.Facts.Classes {
			if view := &file.Facts.Classes[i]; q.answersLists(file, view, 0) {
				q.list(file, view)
			}
		}
	}
	// BookSerializer(books, many=True), wherever it stands.
	q.p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		if file.Test || !rule.Keyword(file, op, "many").Is(facts.ConstTrue) || strings.Contains("/"+file.Path, "/management/commands/") {
			return
		}
		at, class := q.flow.ClassOf(file, facts.Ref(op.A))
		rows := rule.Argument(file, op, 0, "instance")
		if class == nil || rows == 0 || q.p.Facts(f).Kind != facts.Function {
			return
		}
		v := &listView{query: rows, in: file, fetched: q.fetches(file, q.p.Facts(f))}
		q.writesOthers(v, q.p.Short(f), at, class)
	})
}

// listView is what a view's class and the classes of the program that it extends say about its rows.
type listView struct {
	query      facts.Ref  // the queryset
	in         *link.File // of the query
	serializer facts.Ref
	by         *link.File // of the serializer
	fetched    []string   // names that some query of the classes fetches with its rows; "*" for any
	other      bool       // rows or serializer are chosen in a way that is not looked through
}

func (q *queries) list(file *link.File, view *facts.Class) {
	v := &listView{}
	q.viewOf(file, view, v, 0)
	if v.other || v.query == 0 || v.serializer == 0 {
		return
	}
	if at, class := q.flow.ClassOf(v.by, v.serializer); class != nil {
		q.writesOthers(v, file.Facts.Str(view.Name), at, class)
	}
}

// writesOthers reports a query whose rows a serializer writes with rows of other tables that the query does not fetch.
func (q *queries) writesOthers(v *listView, name string, at *link.File, class *facts.Class) {
	if slices.Contains(v.fetched, "*") || !q.nests(at, class, 0) || q.represents(at, class, 0) {
		return
	}
	over := q.rows(v.in, v.query, 0)
	if over == nil || over.model == nil || over.prefetched || over.few || q.managed(over.model, 0) {
		return
	}
	var names, one, many []string
	var frames []diag.Frame
	for _, f := range append(q.related(at, class, over.model), q.readByMethods(at, class, over.model)...) {
		if slices.Contains(over.joined, "*") || slices.Contains(over.joined, f.name) || slices.Contains(v.fetched, f.name) || slices.Contains(names, f.name) {
			continue
		}
		line, cell := at.Facts.Place(f.op.Pos)
		names = append(names, f.name)
		if f.many {
			many = append(many, f.name)
		} else {
			one = append(one, f.name)
		}
		frames = append(frames, diag.Frame{Function: at.Facts.Str(class.Name), File: at.Path, Line: line, Cell: cell, Note: "writes " + f.name})
	}
	d := q.place(v.in, v.query, 0)
	if len(names) == 0 || d == nil {
		return
	}
	x := q.p.At(v.in.FirstFunc(), d)
	x.Message = fmt.Sprintf("`%s` lists rows without `%s`, and its serializer writes that for each row: each read is a query, so a thousand rows are %s queries more", name, strings.Join(names, "`, `"), thousands(len(names)))
	x.Help = "fetch it with the rows: " + strings.Join(slices.DeleteFunc([]string{fetch("select_related", one), fetch("prefetch_related", many)}, func(s string) bool { return s == "" }), " and ")
	x.Witness = append([]diag.Frame{{Function: name, File: v.in.Path, Line: x.Line, Cell: x.Cell, Note: "lists " + over.by}}, frames...)
	x.Group = fmt.Sprintf("%s:%d:%d", q.p.Rule.Code, v.in.Index, d.Pos)
	q.p.Report(x)
}

// place is the first call that gives the rows, of several ways to them the one that is written first.
func (q *queries) place(file *link.File, r facts.Ref, depth int) (first *facts.Op) {
	for _, i := range q.flow.Defs(file, r) {
		d := q.flow.Made(file, r)
		if d == nil {
			d = &file.Facts.Ops[i]
		}
		if d.Code == facts.Return {
			d = q.flow.Made(file, facts.Ref(d.A))
		}
		if d != nil && d.Code == facts.Copy && d.Flags&facts.FlagBack == 0 && depth < 8 {
			d = q.place(file, facts.Ref(d.A), depth+1)
		}
		if d != nil && d.Code == facts.Call && (first == nil || d.Pos < first.Pos) {
			first = d
		}
	}
	return first
}

func fetch(method string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("`.%s(\"%s\")`", method, strings.Join(names, "\", \""))
}

func thousands(n int) string {
	if n == 1 {
		return "a thousand"
	}
	return fmt.Sprintf("%d thousand", n)
}

// viewOf gathers what a class says; what a class says itself goes before what it extends.
func (q *queries) viewOf(file *link.File, class *facts.Class, v *listView, depth int) {
	for _, m := range class.Members {
		switch file.Facts.Str(m.Name) {
		case "queryset":
			if v.query == 0 {
				v.query, v.in = m.Ref, file
			}
		case "serializer_class":
			if v.serializer == 0 {
				v.serializer, v.by = m.Ref, file
			}
		case "list", "get_serializer_class", "get_serializer", "filter_queryset", "paginate_queryset", "http_method_names":
			v.other = true
		}
	}
	for fn := range rule.Methods(file, class) {
		if name := file.Facts.Str(fn.Name); name == "get_queryset" && v.query == 0 {
			v.query, v.in = fn.Ret, file
		}
		v.fetched = append(v.fetched, q.fetches(file, fn)...)
	}
	for _, b := range class.Bases {
		if in, base := q.flow.ClassOf(file, b); base != nil && depth < 4 {
			q.viewOf(in, base, v, depth+1)
		} else if base == nil && !rule.HasPrefix(q.flow.Dotted(file, b), "rest_framework", "django_filters", "drf_yasg", "drf_spectacular", "object") {
			v.other = true // what it may fetch is not seen
		}
	}
}

// fetches are the names that a method fetches with rows, of whatever query.
func (q *queries) fetches(file *link.File, fn *facts.Func) []string {
	var x rows
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Call {
			continue
		}
		switch _, name := q.flow.Method(file, op); name {
		case "select_related":
			q.step(file, op, name, &x)
		case "prefetch_related":
			for _, r := range file.Facts.Args(op).Pos {
				if facts.Ref(r).Tag() != facts.TagStr {
					return []string{"*"}
				}
				first, _, _ := strings.Cut(file.Facts.Str(facts.Ref(r).Index()), "__")
				x.joined = append(x.joined, first)
			}
		case "setup_eager_loading", "raw", "only", "defer", "values", "values_list":
			return []string{"*"}
		}
	}
	return x.joined
}

// managed: a manager of the program's own, which may fetch more than its name says, gives the model's rows.
func (q *queries) managed(m *model, depth int) bool {
	for _, k := range m.class.Members {
		d := q.flow.Made(m.file, k.Ref)
		if d == nil || d.Code != facts.Call || !strings.HasSuffix(m.file.Facts.Str(k.Name), "objects") {
			continue
		}
		recv := facts.Ref(d.A)
		if at, class := q.flow.ClassOf(m.file, recv); class == nil || q.fetching(at, class, 0) {
			return true
		}
	}
	for _, b := range m.class.Bases {
		if in, base := q.flow.ClassOf(m.file, b); base != nil && depth < 4 && q.managed(&model{in, base}, depth+1) {
			return true
		}
	}
	return false
}

func (q *queries) fetching(file *link.File, class *facts.Class, depth int) bool {
	for fn := range rule.Methods(file, class) {
		if len(q.fetches(file, fn)) > 0 {
			return true
		}
	}
	for _, b := range class.Bases {
		if in, base := q.flow.ClassOf(file, b); base != nil && depth < 4 && q.fetching(in, base, depth+1) {
			return true
		}
	}
	return false
}

// related is a field of a serializer that needs rows of another table.
type related struct {
	name string // of the relation
	many bool
	op   *facts.Op
}

// related are such fields of a serializer and of those it extends. A key alone (PrimaryKeyRelatedField) needs no query.
func (q *queries) related(file *link.File, class *facts.Class, m *model) []related {
	var out []related
	for _, k := range class.Members {
		d := q.flow.Made(file, k.Ref)
		if d == nil || d.Code != facts.Call || rule.Keyword(file, d, "write_only").Is(facts.ConstTrue) {
			continue
		}
		source := file.Facts.Str(k.Name)
		if r := rule.Keyword(file, d, "source"); r != 0 {
			if r.Tag() != facts.TagStr {
				continue
			}
			source = file.Facts.Str(r.Index())
		}
		first, rest, dotted := strings.Cut(source, ".")
		at, nested := q.flow.ClassOf(file, facts.Ref(d.A))
		needs := dotted && rest != "pk" && rest != "id"
		switch called := q.flow.Called(file, d); {
		case nested != nil:
			needs = needs || q.nests(at, nested, 0) && !q.represents(at, nested, 0)
		case rule.HasPrefix(called, "rest_framework"):
			needs = needs || strings.HasSuffix(called, ".StringRelatedField") || strings.HasSuffix(called, ".SlugRelatedField")
		default:
			continue
		}
		switch {
		case !needs:
		case rule.Keyword(file, d, "many").Is(facts.ConstTrue):
			if q.has(m, first, manyToMany, 0) || q.reverse(m, first) {
				out = append(out, related{first, true, d})
			}
		case q.has(m, first, toOne, 0):
			out = append(out, related{first, false, d})
		}
	}
	for _, b := range class.Bases {
		if in, base := q.flow.ClassOf(file, b); base != nil && base != class {
			out = append(out, q.related(in, base, m)...)
		}
	}
	return out
}

// readByMethods are the foreign keys of the row that methods of SerializerMethodFields read whatever happens, for more than the key.
func (q *queries) readByMethods(file *link.File, class *facts.Class, m *model) []related {
	var out []related
	for _, name := range q.methodFields(file, class, 0) {
		f, ok := q.methodNamed(file, class, name, 0)
		if !ok || q.p.FileOf(f) != file {
			continue
		}
		fn := q.p.Facts(f)
		if len(fn.Params) < 2 {
			continue
		}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Code != facts.Attr || !q.flow.IsCopyOf(file, facts.Ref(op.A), fn.Params[1].Var) || !rule.Certain(file, fn, op) || !q.has(m, file.Facts.Str(op.B), toOne, 0) {
				continue
			}
			for i := o + 1; i < fn.Ops[1]; i++ {
				of := &file.Facts.Ops[i]
				if of.Code == facts.Attr && facts.Ref(of.A) == op.Dst && file.Facts.Str(of.B) != "pk" && file.Facts.Str(of.B) != "id" && rule.Certain(file, fn, of) {
					out = append(out, related{file.Facts.Str(op.B), false, op})
					break
				}
			}
		}
	}
	return out
}

// nests: the class is a serializer, and not a field.
func (q *queries) nests(file *link.File, class *facts.Class, depth int) bool {
	return slices.ContainsFunc(class.Bases, func(b facts.Ref) bool {
		if name := q.flow.Dotted(file, b); rule.HasPrefix(name, "rest_framework.serializers") {
			return strings.HasSuffix(name, "Serializer")
		}
		in, base := q.flow.ClassOf(file, b)
		return base != nil && depth < 6 && q.nests(in, base, depth+1)
	})
}

// represents: the class decides itself what it writes of a row.
func (q *queries) represents(file *link.File, class *facts.Class, depth int) bool {
	for _, m := range class.Members {
		switch file.Facts.Str(m.Name) {
		case "to_representation", "get_attribute", "use_pk_only_optimization":
			return true
		}
	}
	for _, b := range class.Bases {
		if in, base := q.flow.ClassOf(file, b); base != nil && depth < 4 && q.represents(in, base, depth+1) {
			return true
		}
	}
	return false
}

// reverse: a foreign key of another model refers to the model's rows under this name.
func (q *queries) reverse(m *model, name string) bool {
	if q.referred == nil {
		q.referred = map[string][]reference{}
		for _, file := range q.p.Files {
			for i := range file.Facts.Classes {
				class := &file.Facts.Classes[i]
				if file.Test {
					continue
				}
				for _, k := range class.Members {
					d := q.flow.Made(file, k.Ref)
					if d == nil || d.Code != facts.Call || !field(q.flow.Called(file, d), []string{".ForeignKey"}) {
						continue
					}
					by := strings.ToLower(file.Facts.Str(class.Name)) + "_set"
					if r := rule.Keyword(file, d, "related_name"); r.Tag() == facts.TagStr {
						by = file.Facts.Str(r.Index())
					}
					q.referred[by] = append(q.referred[by], reference{file, rule.Argument(file, d, 0, "to")})
				}
			}
		}
	}
	return slices.ContainsFunc(q.referred[name], func(to reference) bool {
		if to.ref.Tag() == facts.TagStr {
			text := to.file.Facts.Str(to.ref.Index())
			return text[strings.LastIndexByte(text, '.')+1:] == m.file.Facts.Str(m.class.Name)
		}
		_, class := q.flow.ClassOf(to.file, to.ref)
		return class == m.class
	})
}

// reference is what a foreign key refers to.
type reference struct {
	file *link.File
	ref  facts.Ref
}
