package data

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW658", Name: "asset-reads-undeclared-input", Since: "0.2", Family: "data", Severity: rule.Always(diag.Note),
	Doc: docs.Read("undeclared_input.md"), Check: undeclaredInput,
})

// asset is a function that Dagster runs to make something, with what it says that it needs and what it is seen to read and write.
type asset struct {
	f     link.Func
	names []string // by which others may name it
	needs []string
	open  bool // what it needs is not written out
	access
}

// undeclaredInput compares the files that assets read and write, themselves or in what they call, with what they declare.
func undeclaredInput(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var assets []*asset
	for f := range link.Func(p.Funcs()) {
		file := p.FileOf(f)
		if file.Test || len(p.Facts(f).Decorators) == 0 {
			continue
		}
		for _, d := range flow.Decorations(f) {
			if d.Path == "dagster.asset" {
				assets = append(assets, assetOf(p, flow, f, d.Call))
				break
			}
		}
	}
	if len(assets) < 2 {
		return
	}
	byName := map[string]*asset{}
	writers := map[string][]*asset{}
	for _, a := range assets {
		for _, n := range a.names {
			byName[n] = a
		}
		for path := range a.writes {
			writers[path] = append(writers[path], a)
		}
	}
	for _, a := range assets {
		for _, path := range sortedKeys(a.reads) {
			by := writers[path]
			if len(by) != 1 || by[0] == a || a.writes[path] != nil || reached(byName, a, by[0], map[*asset]bool{}) {
				continue
			}
			w := by[0]
			x := p.At(a.f, a.reads[path])
			x.Message = fmt.Sprintf("asset `%s` reads `%s`, which asset `%s` writes, and does not declare that it needs it: Dagster may run it first, on what the last run left", p.Short(a.f), path, p.Short(w.f))
			x.Help = fmt.Sprintf("name it: `@asset(deps=[%s])`, or a parameter `%s`", p.Short(w.f), p.Short(w.f))
			y := p.At(w.f, w.writes[path])
			x.Witness = []diag.Frame{{Function: p.Name(w.f), File: y.File, Line: y.Line, Cell: y.Cell, Note: "writes " + path}, {Function: p.Name(a.f), File: x.File, Line: x.Line, Cell: x.Cell, Note: "reads it"}}
			p.Report(x)
		}
	}
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// reached: what a needs leads to the asset, or is not known whole.
func reached(byName map[string]*asset, a, to *asset, seen map[*asset]bool) bool {
	if a == to || a.open {
		return true
	}
	if seen[a] {
		return false
	}
	seen[a] = true
	return slices.ContainsFunc(a.needs, func(n string) bool {
		b := byName[n]
		return b != nil && reached(byName, b, to, seen)
	})
}

func assetOf(p *rule.Pass, flow *rule.Flow, f link.Func, call *facts.Op) *asset {
	file, fn := p.FileOf(f), p.Facts(f)
	a := &asset{f: f, names: []string{file.Facts.Str(fn.Name)}, access: newAccess()}
	for i := range fn.Params {
		a.needs = append(a.needs, file.Facts.Str(fn.Params[i].Name))
	}
	if call != nil {
		if r := rule.Keyword(file, call, "name"); r != 0 {
			if t := text(file, r); t != "" {
				a.names = append(a.names, t)
			} else {
				a.open = true
			}
		}
		for _, word := range []string{"key_prefix", "non_argument_deps"} {
			a.open = a.open || rule.Keyword(file, call, word) != 0 // named in more ways than are looked through
		}
		if r := rule.Keyword(file, call, "key"); r != 0 {
			if name := keyed(flow, file, r); name != "" {
				a.names = append(a.names, name)
			} else {
				a.open = true
			}
		}
		if r := rule.Keyword(file, call, "ins"); r != 0 {
			a.given(flow, file, r)
		}
		a.open = a.open || rule.OpenKeywords(file, call)
		if r := rule.Keyword(file, call, "deps"); r != 0 {
			a.declared(flow, file, r)
		}
	}
	a.seen(flow, file, fn)
	return a
}

// given adds the assets of ins={"orders": AssetIn(key="raw_orders")}; without a key the parameter's name is the asset's.
func (a *asset) given(flow *rule.Flow, file *link.File, r facts.Ref) {
	d := flow.Made(file, r)
	if d == nil || d.Code != facts.MakeDict {
		a.open = true
		return
	}
	items := file.Facts.Items(d)
	for i := 0; i+1 < len(items); i += 2 {
		name := ""
		if in := flow.Made(file, facts.Ref(items[i+1])); items[i] != 0 && in != nil && in.Code == facts.Call && rule.Keyword(file, in, "key_prefix") == 0 {
			key := rule.Argument(file, in, 0, "key")
			if name = text(file, facts.Ref(items[i])); key != 0 {
				name = keyed(flow, file, key)
			}
		}
		if name == "" {
			a.open = true
			continue
		}
		a.needs = append(a.needs, name)
	}
}

// keyed is the name of a key: its text, or AssetKey("raw"). One of several parts is not looked through.
func keyed(flow *rule.Flow, file *link.File, r facts.Ref) string {
	if d := flow.Made(file, r); d != nil && d.Code == facts.Call && strings.HasSuffix(flow.Called(file, d), ".AssetKey") {
		r = rule.Pos(file, d, 0)
	}
	return text(file, r)
}

// declared adds the names of a list of assets.
func (a *asset) declared(flow *rule.Flow, file *link.File, r facts.Ref) {
	d := flow.Made(file, r)
	if d == nil || d.Code != facts.MakeList && d.Code != facts.MakeTuple && d.Code != facts.MakeSet {
		a.open = true
		return
	}
	elems, _ := file.Facts.Elems(d)
	for _, e := range elems {
		name := text(file, facts.Ref(e))
		if name == "" {
			name = assetNamed(flow, file, facts.Ref(e))
		}
		if name == "" {
			a.open = true
			continue
		}
		a.needs = append(a.needs, name[strings.LastIndexByte(name, '.')+1:])
	}
}

// assetNamed is the name of an asset that is given by its function, or by its key.
func assetNamed(flow *rule.Flow, file *link.File, r facts.Ref) string {
	m := flow.Made(file, r)
	if m == nil {
		return ""
	}
	switch {
	case m.Code == facts.MakeFunc:
		return file.Facts.Str(file.Facts.Funcs[m.A].Name)
	case m.Code == facts.Call && m.Flags&facts.FlagDecorator != 0:
		return assetNamed(flow, file, rule.Pos(file, m, 0))
	case m.Code == facts.Call:
		return text(file, rule.Pos(file, m, 0)) // AssetKey("raw"), AssetDep("raw")
	}
	return flow.NameOf(file, r)
}

// accessed is the file that a call reads or writes, by its text or by the name of a constant.
func accessed(flow *rule.Flow, file *link.File, op *facts.Op) (path string, write bool) {
	recv, method := flow.Method(file, op)
	name := flow.Dotted(file, facts.Ref(op.A))
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case rule.HasPrefix(name, "pandas", "polars", "geopandas") && slices.Contains(tableReads, last):
		return named(flow, file, rule.Pos(file, op, 0)), false
	case slices.Contains(tableWrites, method) && !rule.HasPrefix(name, "json"):
		return named(flow, file, rule.Pos(file, op, 0)), true
	case name == "open":
		mode := text(file, rule.Argument(file, op, 1, "mode"))
		return named(flow, file, rule.Pos(file, op, 0)), strings.ContainsAny(mode, "wax")
	case method == "write_text" || method == "write_bytes":
		return named(flow, file, recv), true
	case method == "read_text" || method == "read_bytes":
		return named(flow, file, recv), false
	}
	return "", false
}

// named is a path that is the same wherever it is written: a text with a name of a file in it, or a constant of a module.
func named(flow *rule.Flow, file *link.File, r facts.Ref) string {
	if t := text(file, r); t != "" {
		return t
	}
	if at, global := flow.Global(file, r); at != nil {
		if d := flow.Made(at, global); d != nil {
			return "" // made by a call: it may differ
		}
		t, _ := flow.Text(at, global)
		return t
	}
	d := flow.Made(file, r)
	if d == nil {
		return ""
	}
	switch d.Code {
	case facts.Call:
		if called := flow.Called(file, d); called == "pathlib.Path" {
			return named(flow, file, rule.Pos(file, d, 0))
		}
		if recv, method := flow.Method(file, d); method == "format" {
			return named(flow, file, recv) // the same pattern
		}
	case facts.Attr:
		if name := flow.Dotted(file, r); strings.Contains(name, "constants.") || strings.ToUpper(file.Facts.Str(d.B)) == file.Facts.Str(d.B) {
			return name
		}
	}
	return ""
}
