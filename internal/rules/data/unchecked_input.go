package data

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW653", Name: "external-data-stored-unchecked", Since: "0.1", Family: "data",
	// Of 46 that were read on code that nothing had been mended on, 28 were true (docs/precision.md).
	Severity: rule.Always(diag.Note),
	Doc:      docs.Read("unchecked_input.md"), Check: uncheckedInput,
})

// uncheckedInput follows what is written to a database back to the reply of another service.
func uncheckedInput(p *rule.Pass) {
	replies := map[*facts.Op]string{}
	for i := range p.Calls {
		c := &p.Calls[i]
		if c.Op.Code == facts.Call && strings.HasSuffix(c.Path, ".json") && rule.HasPrefix(c.Path, "requests", "httpx", "aiohttp", "urllib3") && !rule.HasPrefix(c.Path, "aiohttp.web") {
			replies[c.Op] = c.DisplayPath()
		}
	}
	toSQL := func(path string) bool { return strings.HasSuffix(path, ".to_sql") }
	if len(replies) == 0 && !slices.ContainsFunc(p.Calls, func(c link.LibraryCall) bool { return toSQL(c.Path) }) {
		return
	}
	flow := p.NewFlow(func(v *rule.Value) string {
		if v.Op != nil && replies[v.Op] != "" {
			return "the reply of another service (`" + replies[v.Op] + "`)"
		}
		return ""
	})
	frames := p.NewFlow(func(v *rule.Value) string { return fetchedFrame(flow, v) })
	told := map[*facts.Op]bool{}
	var once rule.Once
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if s.Kind != knowledge.DBWrite || s.Call == nil || s.Op.Code != facts.Call || told[s.Op] || file.Test || file.Facts.Notebook != nil || rule.HasPrefix(s.Path, "redis", "django.core.cache") {
			continue
		}
		told[s.Op] = true
		if len(replies) == 0 && !toSQL(s.Path) {
			continue
		}
		follow := flow
		a := file.Facts.Args(s.Op)
		refs := slices.Clone(a.Pos)
		at, model := modelOf(flow, file, s.Op)
		for k := 0; k+1 < len(a.Kw); k += 2 {
			if a.Kw[k] == 0 || !typed(flow, at, model, file.Facts.Str(a.Kw[k]), 0) {
				refs = append(refs, a.Kw[k+1])
			}
		}
		if toSQL(s.Path) {
			frame, _ := flow.Method(file, s.Op)
			if rule.Keyword(file, s.Op, "dtype") != 0 || flow.CallsNamed(file, p.Facts(p.FuncOf(s.Node)), "valid", "schema", "check", "expect", "astype", "to_numeric", "to_datetime") {
				continue // the columns' types are said, or something looks at them
			}
			refs, follow = []uint32{uint32(frame)}, frames
		}
		for _, r := range refs {
			o := follow.From(file, facts.Ref(r))
			if o == nil || cached(o, p.Name(p.FuncOf(s.Node))) {
				continue
			}
			f := p.FuncOf(s.Node)
			x := p.At(f, s.Op)
			x.Message = fmt.Sprintf("`%s` stores parts of %s, which nothing on the way checks: when the service changes its form, wrong rows are written", rule.CalledAs(s), o.What)
			x.Help = "read the reply with a schema (pydantic, pandera, a data contract) and set aside what does not fit"
			x.Witness = append(slices.Clone(o.Frames), diag.Frame{Function: p.Name(f), File: x.File, Line: x.Line, Cell: x.Cell, Note: "calls " + rule.CalledAs(s)})
			x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, s.Op.Pos)
			once.Report(p, x)
			break
		}
	}
}

// fetchedFrame is a table that another service fills: one that pandas reads from an address, or makes of a reply; "" for others.
func fetchedFrame(flow *rule.Flow, v *rule.Value) string {
	if v.Op == nil || v.Op.Code != facts.Call {
		return ""
	}
	name := flow.Dotted(v.File, facts.Ref(v.Op.A))
	switch name {
	case "pandas.read_csv", "pandas.read_json", "pandas.read_excel", "pandas.read_parquet", "pandas.read_html", "pandas.read_xml":
		if rule.Keyword(v.File, v.Op, "dtype") != 0 {
			return ""
		}
		if at, _ := flow.Text(v.File, rule.Pos(v.File, v.Op, 0)); strings.HasPrefix(at, "http://") || strings.HasPrefix(at, "https://") {
			return "what another service gives (`" + name[strings.LastIndexByte(name, '.')+1:] + "`)"
		}
	case "pandas.DataFrame", "pandas.json_normalize", "pandas.DataFrame.from_records", "pandas.DataFrame.from_dict":
		if o := flow.From(v.File, rule.Argument(v.File, v.Op, 0, "data")); o != nil {
			return o.What
		}
	}
	return ""
}

// cached: what is stored is a copy that may be thrown away.
func cached(o *rule.Origin, sink string) bool {
	return strings.Contains(strings.ToLower(sink), "cache") || slices.ContainsFunc(o.Frames, func(f diag.Frame) bool { return strings.Contains(strings.ToLower(f.Function+f.Note), "cache") })
}

// modelOf is the model of Django whose rows a method of its manager or of a query writes: Order of Order.objects.filter(…).update(…).
func modelOf(flow *rule.Flow, file *link.File, op *facts.Op) (*link.File, *facts.Class) {
	r, _ := flow.Method(file, op)
	for range 8 {
		d := flow.Made(file, r)
		switch {
		case d != nil && d.Code == facts.Call:
			r, _ = flow.Method(file, d)
		case d != nil && d.Code == facts.Attr:
			if file.Facts.Str(d.B) == "objects" {
				return flow.ClassOf(file, facts.Ref(d.A))
			}
			r = facts.Ref(d.A)
		default:
			return nil, nil
		}
	}
	return nil, nil
}

// typed: the model's column takes dates, numbers, truth values or other rows, and Django refuses what is none.
func typed(flow *rule.Flow, file *link.File, class *facts.Class, column string, depth int) bool {
	if class == nil || depth > 4 {
		return false
	}
	for _, m := range class.Members {
		if file.Facts.Str(m.Name) != column {
			continue
		}
		d := flow.Made(file, m.Ref)
		if d == nil || d.Code != facts.Call {
			return false
		}
		kind := flow.NameOf(file, facts.Ref(d.A))
		return slices.ContainsFunc(refusing, func(k string) bool { return strings.HasSuffix(kind, k) })
	}
	for _, b := range class.Bases {
		if at, base := flow.ClassOf(file, b); base != nil && typed(flow, at, base, column, depth+1) {
			return true
		}
	}
	return false
}

// refusing are the ends of the names of fields that convert what they are given, and fail where that cannot be done.
var refusing = []string{"DateField", "DateTimeField", "TimeField", "DurationField", "IntegerField", "FloatField", "DecimalField", "BooleanField", "UUIDField", "AutoField", "IPAddressField", "ForeignKey", "OneToOneField"}
