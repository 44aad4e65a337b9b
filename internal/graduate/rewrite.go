package graduate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// A rewrite makes the text of one statement, or one definition, as it stands in the package: the source itself, with edits.
type rewrite struct {
	p      *Plan
	seg    *Segment // nil for definitions at module level
	base   uint32
	end    uint32
	edits  []edit
	needs  set // names of the package's helpers that the text uses: partial, StringIO, logger, replacing, Path
	refs   []ref
	prefix string
	async  bool
}

func (r *rewrite) replace(start, end uint32, text string) {
	r.edits = append(r.edits, edit{diag.Span{Start: start, End: end}, text})
}

// names gives keys their parameter's name, and functions that were given parameters their arguments.
func (r *rewrite) names() {
	p := r.p
	for _, x := range r.refs {
		if x.name == "__builtins__" && !x.store {
			r.needs.add("builtins")
			r.replace(x.span.Start, x.span.End, p.builtinsName()) // the module in a program's own namespace, a dict in a module's
			continue
		}
		if k := p.keyOf[x.name]; k != nil && k.Name != x.name && !x.store {
			r.replace(x.span.Start, x.span.End, k.Name)
		}
		if p.evaluators[x.name] && x.isCalled() {
			r.replace(x.span.Start, x.span.End, p.handed(x.name, x.call))
			continue
		}
		lifted := p.Lifted[x.name]
		if len(lifted) == 0 || x.store {
			continue
		}
		var args []string
		for _, name := range lifted {
			args = append(args, r.handed(name))
		}
		if x.isCalled() {
			r.addArguments(x.call, strings.Join(args, ", "))
		} else {
			r.needs.add("partial")
			r.replace(x.span.Start, x.span.End, "partial("+x.name+", "+strings.Join(args, ", ")+")")
		}
	}
}

// addArguments puts arguments at the end of a call.
func (r *rewrite) addArguments(c *ast.Call, text string) {
	last := uint32(0)
	for _, a := range c.Args {
		last = max(last, a.End())
	}
	for i := range c.Keywords {
		last = max(last, c.Keywords[i].End())
	}
	if len(c.Args) == 1 && len(c.Keywords) == 0 {
		if g, ok := c.Args[0].(*ast.GeneratorExp); ok && g.End() == c.End() {
			r.replace(g.Pos(), g.Pos(), "(")
			r.replace(g.End(), g.End(), ", "+text+")")
			return
		}
	}
	if last == 0 {
		r.replace(c.End()-1, c.End()-1, text)
		return
	}
	// An argument may stand in brackets of its own: what closes them belongs to it.
	src := r.p.File.Src
	at := last
	for k := last; k < c.End()-1; k++ {
		if src[k] == '#' {
			break
		}
		if src[k] == ')' {
			at = k + 1
		}
	}
	r.replace(at, at, ", "+text)
}

// paths replaces literal paths by the parameter that has them.
func (r *rewrite) paths(list []pathUse) {
	for _, pu := range list {
		if k := r.p.literal[pu.node]; k != nil && pu.node.Pos() >= r.base && pu.node.End() <= r.end {
			text := k.Name
			if pu.form != "" {
				text = fmt.Sprintf(pu.form, k.Name)
			}
			r.replace(pu.node.Pos(), pu.node.End(), text)
		}
	}
}

// text applies the edits and gives the lines their new indentation; lines inside a string keep theirs.
func (r *rewrite) text(indent int, node ast.Stmt) string {
	src := r.p.File.Src
	var strs []diag.Span
	ast.InspectStmt(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Constant:
			if n.Kind == ast.Str || n.Kind == ast.Bytes {
				strs = append(strs, n.Span())
			}
		case *ast.JoinedStr:
			strs = append(strs, n.Span())
		case *ast.TemplateStr:
			strs = append(strs, n.Span())
		}
		return true
	})
	for at := r.base; at < r.end; at++ {
		if src[at] != '\n' || at+1 >= r.end {
			continue
		}
		line := at + 1
		if slices.ContainsFunc(strs, func(s diag.Span) bool { return s.Start < line && line < s.End }) {
			continue
		}
		cut := line
		for cut < r.end && int(cut-line) < indent && (src[cut] == ' ' || src[cut] == '\t') {
			cut++
		}
		if cut < r.end && src[cut] != '\n' {
			r.replace(line, cut, r.prefix)
		}
	}
	return r.prefix + string(applyEdits(src[r.base:r.end], r.base, r.edits))
}

// statement is the text of a statement of a segment's function.
func (p *Plan) statement(i int, s *Segment, prefix string, needs set) string {
	st := p.Statements[i]
	u := p.Uses[i]
	start, end := extent(st.Node)
	r := &rewrite{p: p, seg: s, base: start, end: end, needs: needs, refs: u.Refs, prefix: prefix}
	if f := p.defined(i); f != nil && p.nested[i] {
		r.refs = append(slices.Clone(u.Refs), f.Refs...)
		r.paths(f.Paths)
		r.nonlocals(f)
	}
	r.names()
	r.paths(u.Paths)
	if s.Text {
		r.printsInto(u.Calls, p.textName(s))
		if f := p.defined(i); f != nil && p.nested[i] && !f.Class {
			r.printsInto(f.Calls, p.textName(s))
		}
	}
	if f := p.defined(i); f != nil && p.nested[i] && p.showing[f.Name] {
		r.showsInto(f.Calls, p.shownName(s))
	}
	if p.explicit[i] {
		r.drawsFrom(u.Calls)
	}
	if f := p.defined(i); f != nil && p.nested[i] && p.drawing[f.Name] {
		r.drawsFrom(f.Calls)
	}
	if s.Module == "steps" {
		r.renames(u.Calls)
	}
	if c := p.canvasIn(s); c != nil {
		r.drawsIn(i, c)
	}
	r.shows(i, s)
	if c := p.savesFigure(i); c != nil && s.Role == RoleStore {
		if a := c.Func.(*ast.Attribute); p.Modules[p.rootName(a.Value)] != "" {
			r.replace(a.Value.Pos(), a.Value.End(), "figure")
		}
	}
	if ob := p.observed(i); ob != nil && ob.Raised != "" {
		return r.failing(ob.Raised, st)
	}
	if u.Executed != nil {
		return r.executed(u.Executed, st)
	}
	if s.Role == RoleStore {
		if text, ok := r.replacing(i, st); ok {
			return text
		}
	}
	return r.text(st.Indent, st.Node)
}

// failing lets a statement fail as it fails in the notebook, where what it did before is needed.
func (r *rewrite) failing(raised string, st *Statement) string {
	if !builtinNames[raised] {
		raised = "Exception"
	}
	r.needs.add("suppress")
	outer := r.prefix
	r.prefix += "    "
	return outer + "with suppress(" + raised + "):\n" + r.text(st.Indent, st.Node)
}

func (p *Plan) textName(s *Segment) string {
	for _, x := range s.Returns {
		if x.Kind == "stdout" {
			return x.Name
		}
	}
	return "text"
}

// nonlocals: a function that sets names of the notebook sets those of the function it now stands in.
func (r *rewrite) nonlocals(f *Function) {
	ast.InspectStmt(f.Node, func(n ast.Node) bool {
		if g, ok := n.(*ast.Global); ok {
			r.replace(g.Pos(), g.Pos()+uint32(len("global")), "nonlocal")
		}
		return true
	})
}

// shows turns what the notebook displayed into a value with a name.
func (r *rewrite) shows(i int, s *Segment) {
	p := r.p
	var out *Output
	for _, o := range p.Outputs {
		if o.Kind == "display" && o.Statements[0] == i && o.segment == s && o.called == "" {
			out = o
		}
	}
	target := ""
	if out != nil {
		target = out.part
		if shown, key, ok := strings.Cut(out.part, "/"); ok {
			target = shown + "[" + quote(key) + "]"
		}
	}
	if e := p.Uses[i].Shown; e != nil && out != nil {
		r.replace(r.base, r.base, target+" = ") // brackets around the expression are not part of its node
		return
	}
	for _, c := range p.showCalls(i) {
		switch {
		case out != nil && c.stmt && !c.guard:
			r.replace(c.node.Pos(), c.node.Args[0].Pos(), target+" = ")
			r.replace(c.node.Args[0].End(), c.node.End(), "")
		default:
			r.replace(c.node.Func.Pos(), c.node.Func.End(), "print")
		}
	}
}

// replacing writes a whole file or none: df.to_csv(path) goes to a temporary file that takes the other's place.
func (r *rewrite) replacing(i int, st *Statement) (string, bool) {
	e, ok := st.Node.(*ast.ExprStmt)
	if !ok {
		return "", false
	}
	c, ok := e.Value.(*ast.Call)
	if !ok {
		return "", false
	}
	a, ok := c.Func.(*ast.Attribute)
	if !ok || !wholeFile[r.p.name(a.Attr)] {
		return "", false
	}
	for _, k := range c.Keywords {
		if n := r.p.name(k.Arg); n == "mode" || n == "compression" {
			return "", false
		}
	}
	var place ast.Expr
	name := ""
	for _, pu := range r.p.Uses[i].Paths {
		if k := r.p.literal[pu.node]; k != nil {
			place, name = pu.node, k.Name
		}
	}
	if place == nil && len(c.Args) > 0 {
		if n, ok := c.Args[0].(*ast.Name); ok {
			if k := r.p.keyOf[r.p.name(n.ID)]; k != nil && k.Type == "str" {
				place, name = n, k.Name
			}
		}
	}
	if place == nil {
		return "", false
	}
	r.needs.add("replacing", "Path")
	kept := r.edits[:0]
	for _, x := range r.edits {
		if x.Start != place.Pos() || x.End != place.End() {
			kept = append(kept, x)
		}
	}
	r.edits = kept
	r.replace(place.Pos(), place.End(), "temporary")
	outer := r.prefix
	r.prefix += "    "
	return outer + "with replacing(Path(" + name + ")) as temporary:\n" + r.text(st.Indent, st.Node), true
}

var wholeFile = set{"to_csv": true, "to_excel": true, "to_parquet": true, "to_json": true, "to_pickle": true, "to_feather": true, "to_html": true, "to_stata": true, "write_csv": true, "write_parquet": true}

// definition is the text of a def, class or constant at module level, with the parameters that it was given.
func (p *Plan) definition(i int, needs set) string {
	st := p.Statements[i]
	start, end := extent(st.Node)
	r := &rewrite{p: p, base: start, end: end, needs: needs, refs: slices.Clone(p.Uses[i].Refs)}
	f := p.defined(i)
	if f == nil {
		r.names()
		return r.text(st.Indent, st.Node)
	}
	r.refs = append(r.refs, f.Refs...)
	if assign, ok := st.Node.(*ast.Assign); ok {
		return p.lambda(f, assign, r)
	}
	r.names()
	r.paths(f.Paths)
	if p.printing[f.Name] {
		r.needs.add("StringIO")
		r.printsInto(f.Calls, p.textParam)
	}
	if p.drawing[f.Name] {
		for _, name := range p.generatorsOf(f) {
			r.needs.add(handedGenerator(name).typ)
		}
		r.drawsFrom(f.Calls)
	}
	if p.showing[f.Name] {
		r.showsInto(f.Calls, p.shownParam)
	}
	if p.home[f.Name] == "steps" {
		r.renames(f.Calls)
	}
	if p.drawers[f.Name] {
		if slices.Contains(p.Lifted[f.Name], drawnOn) {
			r.needs.add("Figure")
		}
		calls := f.Calls
		if st, maker := p.makerIn(f); maker != nil {
			figure := p.bindsFigure(st)
			if figure == "" {
				figure = p.figureName
			}
			r.makesFigure(st, maker, figure, p.figureName)
			calls = slices.DeleteFunc(slices.Clone(calls), func(c *callSite) bool { return c.node == maker })
		}
		r.draws(calls, p.figureName, p.figureName+".gca()")
	}
	def, ok := f.Node.(*ast.FunctionDef)
	if lifted := p.Lifted[f.Name]; ok && len(lifted) > 0 {
		r.signature(def, p.liftedParams(lifted))
	}
	if p.evaluators[f.Name] {
		for _, c := range f.Calls {
			if evaluation(p.Program, c) {
				r.addArguments(c.node, "{**globals(), **names}, locals()")
			}
		}
		needs.add("Any")
		r.prefix = "    "
		return makerText(f.Name, r.text(st.Indent, st.Node))
	}
	return r.text(st.Indent, st.Node)
}

// liftedParams are the parameters with their types.
func (p *Plan) liftedParams(lifted []string) string {
	var out []string
	for _, name := range lifted {
		param := p.param(name)
		t := ""
		if handed := map[string]string{printedInto: "StringIO", drawnOn: "Figure", shownInto: "dict[str, object]"}[name]; handed != "" {
			t = handed
		} else if g := handedGenerator(name); g != nil {
			t = g.typ
		} else if k := p.keyByName(param); k != nil {
			t = k.Type
		} else if a := p.annotation(p.lastType(name)); a != "" {
			t = a
		}
		if t != "" {
			param += ": " + t
		}
		out = append(out, param)
	}
	return strings.Join(out, ", ")
}

func (p *Plan) keyByName(name string) *Key {
	for _, k := range p.Keys {
		if k.Name == name {
			return k
		}
	}
	return nil
}

func (p *Plan) lastType(name string) string {
	t := ""
	for _, i := range p.order {
		if have, ok := p.Uses[i].Types[name]; ok {
			if t != "" && t != have {
				return ""
			}
			t = have
		}
	}
	return t
}

// signature adds parameters by keyword to a def.
func (r *rewrite) signature(def *ast.FunctionDef, params string) {
	a := def.Args
	src := r.p.File.Src
	if a.Kwarg != nil {
		at := a.Kwarg.Pos()
		for at > def.NameSpan.End && src[at-1] != '*' {
			at--
		}
		at -= 2
		if len(a.KwOnly) == 0 && a.Vararg == nil {
			params = "*, " + params
		}
		r.replace(at, at, params+", ")
		return
	}
	last := uint32(0)
	for _, list := range [][]ast.Arg{a.PosOnly, a.Args, a.KwOnly} {
		for i := range list {
			last = max(last, list[i].End())
		}
	}
	for _, d := range append(slices.Clone(a.Defaults), a.KwDefaults...) {
		if d != nil {
			last = max(last, d.End())
		}
	}
	if a.Vararg != nil {
		last = max(last, a.Vararg.End())
	}
	if len(a.KwOnly) == 0 && a.Vararg == nil {
		params = "*, " + params
	}
	if last == 0 {
		at := bytes.IndexByte(src[def.NameSpan.End:], '(')
		r.replace(def.NameSpan.End+uint32(at)+1, def.NameSpan.End+uint32(at)+1, params)
		return
	}
	// A default may stand in brackets; what follows it up to the comma or the end belongs to it. After / comes a comma of its own.
	at := last
	for k := last; k < def.End(); k++ {
		c := src[k]
		if c == ')' && r.closes(def, k) || c == ',' || c == '#' {
			break
		}
		if c == ')' || c == ']' || c == '}' || c == '/' {
			at = k + 1
		}
	}
	if k := bytes.IndexByte(src[at:def.End()], '/'); k >= 0 && len(a.PosOnly) > 0 && len(a.Args) == 0 && strings.Trim(string(src[at:int(at)+k]), " ,\n\t") == "" {
		at += uint32(k) + 1
	}
	r.replace(at, at, ", "+params)
}

// closes: the bracket at k is the one that ends the parameters.
func (r *rewrite) closes(def *ast.FunctionDef, k uint32) bool {
	src := r.p.File.Src
	rest := bytes.TrimLeft(src[k+1:], " \t\\\n")
	return bytes.HasPrefix(rest, []byte(":")) || bytes.HasPrefix(rest, []byte("->"))
}

// lambda writes `f = lambda x: …` as a def.
func (p *Plan) lambda(f *Function, assign *ast.Assign, r *rewrite) string {
	l := assign.Value.(*ast.Lambda)
	src := p.File.Src
	r.names()
	if p.printing[f.Name] {
		r.needs.add("StringIO")
		r.printsInto(f.Calls, p.textParam)
	}
	r.base, r.end = l.Pos(), l.End()
	at, depth := l.Pos()+uint32(len("lambda")), 0
	body := at
	var quoted byte
	for k := at; k < l.End(); k++ {
		c := src[k]
		switch {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '"' || c == '\'':
			quoted = c
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case c == ':' && depth == 0:
			body = k
		}
		if body > at {
			break
		}
	}
	params := strings.TrimSpace(string(applyEdits(src[at:body], at, within(r.edits, at, body))))
	if lifted := p.Lifted[f.Name]; len(lifted) > 0 {
		if params != "" {
			params += ", "
		}
		params += "*, " + p.liftedParams(lifted)
	}
	value := strings.TrimSpace(string(applyEdits(src[body+1:l.End()], body+1, within(r.edits, body+1, l.End()))))
	if strings.Contains(value, "\n") {
		value = "(" + value + ")"
	}
	return fmt.Sprintf("def %s(%s):\n    return %s", f.Name, params, value)
}

func within(edits []edit, from, to uint32) (out []edit) {
	for _, e := range edits {
		if e.Start >= from && e.End <= to {
			out = append(out, e)
		}
	}
	return out
}
