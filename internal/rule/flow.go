package rule

import (
	"fmt"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// Flow finds where a value comes from: backward through assignments, the building of texts and containers, attributes of the
// program's own objects, results of its functions and arguments of their callers, as far as that is certain. It stops at any
// call of which nobody said that it passes its argument on, so that a conversion or a check ends the way: what it misses is
// said in the pages.
type Flow struct {
	p      *Pass
	source func(*Value) string
	budget int
	// Stop ends a way at a value: what it is made from does not matter. nil stops nowhere.
	Stop func(*Value) bool
}

// Value is a variable on the way back, with the operation that made it; Param is set instead for a function's parameter.
type Value struct {
	File  *link.File
	Op    *facts.Op
	Func  link.Func    // of Param
	Param *facts.Param // nil for a value that an operation made
	flow  *Flow
}

// Origin is the source that a value comes from.
type Origin struct {
	What   string
	Op     *facts.Op // what the source named; nil for a parameter
	Frames []diag.Frame
	Texts  []string // literals that were joined with it on its way
}

// NewFlow looks for what source names: its text says what the value is, "" goes on.
func (p *Pass) NewFlow(source func(*Value) string) *Flow {
	p.needFlow()
	return &Flow{p: p, source: source}
}

// Defs are the operations that give a variable its values, in program order.
func (f *Flow) Defs(file *link.File, r facts.Ref) []uint32 {
	if !r.IsVar() {
		return nil
	}
	t := f.p.file(file)
	return t.defs.of(t.variable(r))
}

// Def is the only operation that gives a variable its value, or nil.
func (f *Flow) Def(file *link.File, r facts.Ref) *facts.Op {
	return f.p.file(file).def(r)
}

// Method is the receiver and the name of a method's call.
func (f *Flow) Method(file *link.File, op *facts.Op) (facts.Ref, string) {
	if d := f.Def(file, facts.Ref(op.A)); d != nil && d.Code == facts.Attr {
		return facts.Ref(d.A), file.Facts.Str(d.B)
	}
	return 0, ""
}

// Dotted is the name by which a file reaches something that it imports, or a builtin: flask.request.args.
func (f *Flow) Dotted(file *link.File, r facts.Ref) string { return f.dotted(file, r, 0) }

func (f *Flow) dotted(file *link.File, r facts.Ref, depth int) string {
	if r.Tag() == facts.TagBuiltin {
		return file.Facts.Str(r.Index())
	}
	d := f.Def(file, r)
	if d == nil || depth > 20 {
		return ""
	}
	switch d.Code {
	case facts.Copy:
		return f.dotted(file, facts.Ref(d.A), depth+1)
	case facts.Attr:
		if x := f.dotted(file, facts.Ref(d.A), depth+1); x != "" {
			return x + "." + file.Facts.Str(d.B)
		}
	case facts.ImportName:
		im := &file.Facts.Imports[d.A]
		module, name := file.Facts.Str(im.Module), file.Facts.Str(im.Name)
		switch {
		case name != "":
			return module + "." + name
		case !im.Alias:
			return Top(module)
		}
		return module
	}
	return ""
}

// ParamOf is the parameter that a variable is, with its function.
func (f *Flow) ParamOf(file *link.File, r facts.Ref) (link.Func, *facts.Param) {
	if r.Tag() != facts.TagShared || int(r.Index()) >= len(file.Facts.Owner) {
		return 0, nil
	}
	block := file.Facts.Owner[r.Index()]
	fn := &file.Facts.Funcs[block]
	for i := range fn.Params {
		if fn.Params[i].Var == r {
			return file.FirstFunc() + link.Func(block), &fn.Params[i]
		}
	}
	return 0, nil
}

// Name of the variable's attribute, when an operation reads one.
func (v *Value) Attr() string {
	if v.Op != nil && v.Op.Code == facts.Attr {
		return v.File.Facts.Str(v.Op.B)
	}
	return ""
}

// Of is the dotted name of what an attribute is read of.
func (v *Value) Of() string { return v.flow.Dotted(v.File, facts.Ref(v.Op.A)) }

// OfParam is the parameter that an attribute is read of.
func (v *Value) OfParam() (link.Func, *facts.Param) { return v.flow.ParamOf(v.File, facts.Ref(v.Op.A)) }

// OfAttr says whether the attribute is read of an attribute of this name.
func (v *Value) OfAttr(name string) bool {
	d := v.flow.Def(v.File, facts.Ref(v.Op.A))
	return d != nil && d.Code == facts.Attr && v.File.Facts.Str(d.B) == name
}

// Base is the name of the attribute or parameter that an attribute is read of; "" when it is neither.
func (v *Value) Base() string {
	if d := v.flow.Def(v.File, facts.Ref(v.Op.A)); d != nil && d.Code == facts.Attr {
		return v.File.Facts.Str(d.B)
	}
	if _, par := v.OfParam(); par != nil {
		return v.File.Facts.Str(par.Name)
	}
	return ""
}

// Stored are the arguments of the calls x.append(…), x.extend(…) and the like of a variable.
func (f *Flow) Stored(file *link.File, r facts.Ref) []facts.Ref {
	var out []facts.Ref
	for _, i := range f.p.file(file).stores[r] {
		for _, x := range file.Facts.Args(&file.Facts.Ops[i]).Pos {
			out = append(out, facts.Ref(x))
		}
	}
	return out
}

// From follows a value back to a source; nil when none is reached.
func (f *Flow) From(file *link.File, r facts.Ref) *Origin {
	f.budget = 3000
	w := &walk{Flow: f, seen: map[visit]bool{}}
	return w.ref(file, r, nil)
}

type visit struct {
	file *link.File
	ref  facts.Ref
	call *facts.Op
	want string
}

// bound is the stack of calls that a value's way went into.
type bound struct {
	up   *bound
	op   *facts.Op
	file *link.File
	size int
}

// walk is one search. want are the attributes that are read of what the search looks at, outermost last, each with a dot:
// "a.b." for x where the value is x.b.a. An object of the program's own gives them what it was made with.
type walk struct {
	*Flow
	seen map[visit]bool
	want string
}

func (w *walk) ref(file *link.File, r facts.Ref, in *bound) *Origin {
	if !r.IsVar() {
		return nil
	}
	v := visit{file, r, nil, w.want}
	if in != nil {
		v.call = in.op
	}
	if w.budget--; w.budget < 0 || w.seen[v] {
		return nil
	}
	w.seen[v] = true
	t := w.p.file(file)
	if t.asked[r] {
		return nil
	}
	if fn, par := w.ParamOf(file, r); par != nil {
		if o := w.param(file, fn, par, in); o != nil {
			return o
		}
	}
	for _, i := range t.defs.of(t.variable(r)) {
		if o := w.op(file, &file.Facts.Ops[i], in); o != nil {
			return o
		}
	}
	for _, i := range t.stores[r] {
		for _, x := range file.Facts.Args(&file.Facts.Ops[i]).Pos {
			if o := w.ref(file, facts.Ref(x), in); o != nil {
				return o
			}
		}
	}
	return nil
}

func (w *walk) frame(file *link.File, op *facts.Op, note string) diag.Frame {
	line, cell := file.Facts.Place(op.Pos)
	return diag.Frame{Function: w.blockAt(file, op), File: file.Path, Line: line, Cell: cell, Note: note}
}

func (w *walk) blockAt(file *link.File, op *facts.Op) string {
	for b := range file.Facts.Funcs {
		fn := &file.Facts.Funcs[b]
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			if &file.Facts.Ops[o] == op {
				return w.p.Name(file.FirstFunc() + link.Func(b))
			}
		}
	}
	return file.Module
}

func (w *walk) op(file *link.File, op *facts.Op, in *bound) *Origin {
	if what := w.source(&Value{File: file, Op: op, flow: w.Flow}); what != "" {
		return &Origin{What: what, Op: op, Frames: []diag.Frame{w.frame(file, op, "takes "+what)}}
	}
	if w.Stop != nil && w.Stop(&Value{File: file, Op: op, flow: w.Flow}) {
		return nil
	}
	one := func(xs ...uint32) *Origin {
		for _, x := range xs {
			if o := w.ref(file, facts.Ref(x), in); o != nil {
				return o
			}
		}
		return nil
	}
	switch op.Code {
	case facts.Copy, facts.Unpack, facts.Iter, facts.Await, facts.Enter, facts.Narrow, facts.Slice, facts.Return, facts.Yield, facts.YieldFrom:
		return one(op.A)
	case facts.Attr:
		return w.attr(file, op, in)
	case facts.SetItem:
		return one(op.A, op.C)
	case facts.Item:
		return w.item(file, op, in)
	case facts.BinOp:
		return w.joined(file, one(op.A, op.C), op.A, op.C)
	case facts.Format:
		elems, _ := file.Facts.Elems(op)
		return w.joined(file, one(elems...), elems...)
	case facts.MakeList, facts.MakeTuple, facts.MakeSet:
		elems, _ := file.Facts.Elems(op)
		return one(elems...)
	case facts.MakeDict:
		items := file.Facts.Items(op)
		for i := 1; i < len(items); i += 2 {
			if o := one(items[i]); o != nil {
				return o
			}
		}
	case facts.Call:
		return w.call(file, op, in)
	}
	return nil
}

// joined notes the literals of the operation that joined the value with others.
func (w *walk) joined(file *link.File, o *Origin, parts ...uint32) *Origin {
	if o == nil {
		return nil
	}
	for _, x := range parts {
		if t, ok := w.Text(file, facts.Ref(x)); ok {
			o.Texts = append(o.Texts, t)
		}
	}
	return o
}

// Text is the literal that a reference is, or the first one of a chain of joined texts. A parameter is none, whatever its default.
func (f *Flow) Text(file *link.File, r facts.Ref) (string, bool) {
	for range 30 {
		if _, par := f.ParamOf(file, r); par != nil {
			return "", false
		}
		if r.Tag() == facts.TagStr {
			return file.Facts.Str(r.Index()), true
		}
		if c, ok := r.Const(); ok && c == facts.ConstText {
			return "", true
		}
		d := f.Def(file, r)
		if d == nil {
			return "", false
		}
		switch d.Code {
		case facts.Copy, facts.BinOp:
			r = facts.Ref(d.A)
		case facts.Format:
			elems, _ := file.Facts.Elems(d)
			if len(elems) == 0 {
				return "", false
			}
			r = facts.Ref(elems[0])
		default:
			return "", false
		}
	}
	return "", false
}

// checked are methods that ask what a text holds; a value that is asked, or looked up among others, is taken to be checked.
var checked = []string{"isdigit", "isdecimal", "isnumeric", "isalnum", "isalpha", "isidentifier", "endswith"}

// item: d["k"] after d["k"] = v, or of a display that has "k", is that value and no other.
func (w *walk) item(file *link.File, op *facts.Op, in *bound) *Origin {
	key := facts.Ref(op.C)
	if !key.IsVar() && key != 0 {
		r := facts.Ref(op.A)
		for range 50 {
			d := w.Def(file, r)
			if d == nil {
				break
			}
			if d.Code == facts.Copy {
				r = facts.Ref(d.A)
				continue
			}
			if d.Code == facts.SetItem {
				if facts.Ref(d.B) == key {
					return w.ref(file, facts.Ref(d.C), in)
				}
				if facts.Ref(d.B).IsVar() {
					break
				}
				r = facts.Ref(d.A)
				continue
			}
			if d.Code == facts.MakeDict {
				items := file.Facts.Items(d)
				for i := len(items) - 2; i >= 0; i -= 2 {
					if facts.Ref(items[i]) == key {
						return w.ref(file, facts.Ref(items[i+1]), in)
					}
				}
			}
			break
		}
	}
	return w.ref(file, facts.Ref(op.A), in)
}

// passOn are methods of texts and containers whose result holds their receiver; withArgs those whose result holds their
// arguments as well.
var (
	passOn = []string{"strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "split", "rsplit", "splitlines", "encode", "decode", "partition",
		"rpartition", "removeprefix", "removesuffix", "zfill", "ljust", "rjust", "expandtabs", "get", "pop", "items", "values", "keys", "getlist", "copy", "read",
		"getvalue", "to_dict", "dict", "model_dump", "getall", "casefold", "swapcase"}
	withArgs = []string{"format", "join", "replace", "format_map", "setdefault"}
	// funcsOn are functions whose result holds their first argument.
	funcsOn = []string{"str", "list", "tuple", "dict", "sorted", "reversed", "set", "bytes", "enumerate", "zip", "base64.b64decode", "base64.b64encode", "base64.urlsafe_b64decode",
		"urllib.parse.unquote", "urllib.parse.unquote_plus", "json.loads", "html.unescape", "os.path.join", "sqlalchemy.text", "sqlalchemy.sql.text",
		"sqlalchemy.sql.expression.text", "io.StringIO", "io.BytesIO", "copy.copy", "copy.deepcopy", "textwrap.dedent", "os.path.expanduser", "os.path.normpath", "bytearray", "codecs.decode", "pathlib.Path", "psycopg2.sql.SQL", "psycopg.sql.SQL"}
)

func (w *walk) call(file *link.File, op *facts.Op, in *bound) *Origin {
	own := false
	for _, i := range w.p.edgesOf(file, op) {
		e := &w.p.Edges[i]
		g := w.p.FuncOf(e.To)
		fn := w.p.Facts(g)
		if fn.Kind != facts.Function && fn.Kind != facts.Lambda || w.p.FileOf(g).Facts.Str(fn.Name) == "__init__" {
			continue
		}
		own = true
		if in != nil && in.size > 6 {
			continue
		}
		size := 1
		if in != nil {
			size = in.size + 1
		}
		result := fn.Ret
		if fn.Flags&facts.FuncGenerator != 0 {
			result = fn.Yields
		}
		if o := w.ref(w.p.FileOf(g), result, &bound{in, op, file, size}); o != nil {
			return o
		}
	}
	if own {
		return nil
	}
	args := file.Facts.Args(op)
	if w.want != "" {
		if o, is := w.made(file, op, in); is {
			return o
		}
	}
	recv, name := w.Method(file, op)
	if name == "get" {
		if o, is := w.kept(file, recv, args.Pos, in); is {
			return o
		}
	}
	if slices.Contains(withArgs, name) {
		for _, x := range args.Pos {
			if o := w.ref(file, facts.Ref(x), in); o != nil {
				return w.joined(file, o, uint32(recv))
			}
		}
		for i := 1; i < len(args.Kw); i += 2 {
			if o := w.ref(file, facts.Ref(args.Kw[i]), in); o != nil {
				return w.joined(file, o, uint32(recv))
			}
		}
	}
	dotted := w.Dotted(file, facts.Ref(op.A))
	if slices.Contains(funcsOn, dotted) {
		for _, x := range args.Pos {
			if o := w.ref(file, facts.Ref(x), in); o != nil {
				return o
			}
		}
		return nil
	}
	if name != "" && (slices.Contains(passOn, name) || slices.Contains(withArgs, name)) {
		return w.ref(file, recv, in)
	}
	// A method of a source: request.get_json() is what request.get_json is.
	if d := w.Def(file, facts.Ref(op.A)); d != nil && d.Code == facts.Attr {
		if what := w.source(&Value{File: file, Op: d, flow: w.Flow}); what != "" {
			return &Origin{What: what, Op: d, Frames: []diag.Frame{w.frame(file, op, "takes "+what)}}
		}
	}
	return nil
}

func (w *walk) param(file *link.File, fn link.Func, par *facts.Param, in *bound) *Origin {
	if what := w.source(&Value{File: file, Func: fn, Param: par, flow: w.Flow}); what != "" {
		line, cell := file.Facts.Place(par.Pos)
		return &Origin{What: what, Frames: []diag.Frame{{Function: w.p.Name(fn), File: file.Path, Line: line, Cell: cell, Note: "takes " + what}}}
	}
	if in != nil {
		if a := argument(in.file, in.op, w.p.Facts(fn), file, par); a != 0 {
			return w.ref(in.file, a, in.up)
		}
		return nil
	}
	if file.Facts.Str(w.p.Facts(fn).Name) == "__init__" && w.madeOften(fn) {
		return nil
	}
	for _, n := range w.instances(fn) {
		for _, i := range w.p.InEdges(n) {
			e := &w.p.Edges[i]
			if e.Mode != link.Called && e.Mode != link.Made && e.Mode != link.Offloaded && e.Mode != link.Scheduled || e.Op.Code != facts.Call || e.Certainty < diag.Proved {
				continue
			}
			from := w.p.File(e.From)
			if from.Test {
				continue
			}
			a := argument(from, e.Op, w.p.Facts(fn), file, par)
			if a == 0 {
				continue
			}
			if o := w.ref(from, a, nil); o != nil {
				o.Frames = append(o.Frames, w.frame(from, e.Op, fmt.Sprintf("passes it to %s", w.p.Short(fn))))
				return o
			}
		}
	}
	return nil
}

// madeOften: objects are made in more places than maxMade.
func (w *walk) madeOften(init link.Func) bool {
	seen := map[*facts.Op]bool{}
	for _, n := range w.instances(init) {
		for _, i := range w.p.InEdges(n) {
			if e := &w.p.Edges[i]; !w.p.File(e.From).Test {
				seen[e.Op] = true
			}
		}
	}
	return len(seen) > maxMade
}

func (w *walk) instances(fn link.Func) []effects.Node { return w.p.NodesOf(fn) }

// NodesOf are the nodes of a block: the block itself and its contexts.
func (p *Pass) NodesOf(fn link.Func) []effects.Node {
	p.forNodes.Do(func() { p.instances = p.InstancesOf() })
	return p.instances[fn]
}

// argument is what a call gives to a parameter; 0 when it gives nothing, or in a form that does not tell.
func argument(from *link.File, op *facts.Op, fn *facts.Func, file *link.File, par *facts.Param) facts.Ref {
	if op.Code != facts.Call {
		return 0
	}
	a := from.Facts.Args(op)
	name := file.Facts.Str(par.Name)
	for i := 0; i+1 < len(a.Kw); i += 2 {
		if a.Kw[i] != 0 && from.Facts.Str(a.Kw[i]) == name {
			return facts.Ref(a.Kw[i+1])
		}
	}
	if par.Kind != facts.Positional && par.Kind != facts.PositionalOnly {
		return 0
	}
	n := 0
	for i := range fn.Params {
		if &fn.Params[i] == par {
			break
		}
		n++
	}
	if fn.Flags&facts.FuncMethod != 0 && !static(file, fn) {
		n--
	}
	if n < 0 || n >= len(a.Pos) {
		return 0
	}
	for i := 0; i <= n && i < 32; i++ {
		if a.Stars>>i&1 != 0 {
			return 0
		}
	}
	return facts.Ref(a.Pos[n])
}

func static(file *link.File, fn *facts.Func) bool {
	for _, d := range fn.Decorators {
		if d.Value.Tag() == facts.TagBuiltin && file.Facts.Str(d.Value.Index()) == "staticmethod" {
			return true
		}
	}
	return false
}
