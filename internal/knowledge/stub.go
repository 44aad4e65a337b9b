package knowledge

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// Reading a stub.
//
// A stub is split into chunks without parsing it: a chunk begins at a line whose first character is neither space nor
// closing bracket nor comment, and goes on to the next such line; decorators belong to what follows them, `else` and its
// like to what precedes them. A chunk that defines one name (`def`, `class`, `name: T`, `name = …`) waits until the name is
// asked for. The others (imports, `if`) are run at once. A triple-quoted string may hold anything. Validate compares the
// names found this way with those of the whole file parsed at once.

// stub is what a module's entity knows about its text.
type stub struct {
	src    []byte
	isInit bool
	chunks map[string][]chunk
	stars  []string // modules of star imports
	all    []string // __all__; nil when the stub has none
}

type chunk struct {
	start, end uint32
	line       int // of start, 1-based
}

// aliasPath is what an alias stands for: a name of a module, the module itself when name is empty, or a dotted name in
// the alias's own scope when module is empty.
type aliasPath struct {
	module, name string
	entity       *Entity
	found        bool
}

func (c *Catalogue) open(mod *Entity, src []byte, isInit bool) {
	s := &stub{src: src, isInit: isInit, chunks: map[string][]chunk{}}
	mod.stub = s
	var eager []chunk
	split(src, func(name string, ch chunk) {
		if name != "" && name != "__all__" {
			if s.chunks[name] == nil {
				mod.names = append(mod.names, name)
			}
			s.chunks[name] = append(s.chunks[name], ch)
			return
		}
		if n := len(eager); n > 0 && eager[n-1].end == ch.start {
			eager[n-1].end = ch.end
			return
		}
		eager = append(eager, ch)
	})
	for _, ch := range eager {
		c.run(mod, ch)
	}
}

// split calls yield with every chunk of src in order and the one name it defines, "" when that is not plain.
func split(src []byte, yield func(name string, ch chunk)) {
	const none = ^uint32(0)
	start, startLine := none, 0
	name := ""
	decorated := false // the chunk has decorators only, so far
	line := 1
	flush := func(end uint32) {
		if start != none {
			yield(name, chunk{start, end, startLine})
		}
		start = none
	}
	for i := 0; i < len(src); {
		end := len(src)
		if n := bytes.IndexByte(src[i:], '\n'); n >= 0 {
			end = i + n + 1
		}
		text := src[i:end]
		switch b := text[0]; {
		case b == ' ' || b == '\t' || b == '\f' || b == '\r' || b == '\n' || b == '#' || b == ')' || b == ']' || b == '}':
		case b == '@':
			if !decorated {
				flush(uint32(i))
				start, startLine, name, decorated = uint32(i), line, "", true
			}
		case start != none && !decorated && continues(text):
		default:
			if !decorated {
				flush(uint32(i))
				start, startLine = uint32(i), line
			}
			name, decorated = defines(text), false
		}
		// A triple-quoted string may have lines that look like definitions.
		for at := 0; ; {
			q := tripleQuote(text[at:])
			if q < 0 {
				break
			}
			open := i + at + q
			n := bytes.Index(src[open+3:], src[open:open+3])
			if n < 0 {
				end = len(src)
				break
			}
			at = open + 3 + n + 3 - i
			if i+at > end {
				line += 1 + bytes.Count(src[end:i+at], []byte{'\n'})
				end = len(src)
				if m := bytes.IndexByte(src[i+at:], '\n'); m >= 0 {
					end = i + at + m + 1
				}
			}
			text = src[i:end]
		}
		line++
		i = end
	}
	flush(uint32(len(src)))
}

// tripleQuote is the index of the first triple quote in line that is not in a comment, or -1.
func tripleQuote(line []byte) int {
	for i := 0; i+2 < len(line); i++ {
		switch b := line[i]; b {
		case '#':
			return -1
		case '"', '\'':
			if line[i+1] == b && line[i+2] == b {
				return i
			}
			n := bytes.IndexByte(line[i+1:], b)
			if n < 0 {
				return -1
			}
			i += n + 1
		}
	}
	return -1
}

func continues(line []byte) bool {
	for _, w := range []string{"else", "elif", "except", "finally"} {
		if bytes.HasPrefix(line, []byte(w)) && len(line) > len(w) && !identifier(line[len(w)]) {
			return true
		}
	}
	return false
}

func identifier(b byte) bool {
	return b == '_' || b >= 0x80 || '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'z'
}

func word(text []byte) ([]byte, []byte) {
	i := 0
	for i < len(text) && identifier(text[i]) {
		i++
	}
	rest := text[i:]
	for len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') {
		rest = rest[1:]
	}
	return text[:i], rest
}

// defines is the name that the statement at the start of text defines, "" when there is no single one.
func defines(text []byte) string {
	w, rest := word(text)
	switch string(w) {
	case "async":
		_, rest = word(rest)
		w, _ = word(rest)
		return string(w)
	case "def", "class":
		w, _ = word(rest)
		return string(w)
	case "if", "try", "import", "from", "for", "while", "with", "del", "pass", "else", "":
		return ""
	}
	if len(rest) > 0 && (rest[0] == ':' || rest[0] == '=' && !(len(rest) > 1 && rest[1] == '=')) {
		return string(w)
	}
	return ""
}

// define makes the member called name from its chunks; nil when the stub has none.
func (c *Catalogue) define(e *Entity, name string) *Entity {
	if e.stub == nil {
		return nil
	}
	chunks := e.stub.chunks[name]
	if chunks == nil {
		return nil
	}
	delete(e.stub.chunks, name)
	for _, ch := range chunks {
		c.run(e, ch)
	}
	return e.members[name]
}

func (c *Catalogue) defineAll(e *Entity) {
	if e.stub == nil {
		return
	}
	for _, n := range slices.Clone(e.names) {
		c.define(e, n)
	}
}

// run parses a chunk of a module's stub and declares what it defines.
func (c *Catalogue) run(mod *Entity, ch chunk) {
	// Names are slices of the source, and entities keep them: so each chunk has memory of its own, with the room that the parser wants.
	src := make([]byte, ch.end-ch.start, int(ch.end-ch.start)+parser.Pad)
	copy(src, mod.stub.src[ch.start:ch.end])
	f, message, at := c.parse(src)
	if message != "" {
		c.report(mod.File, ch.line+bytes.Count(f.Src[:min(int(at), len(f.Src))], []byte{'\n'}), "%s", message)
	}
	r := reader{c: c, mod: mod, file: f, line: ch.line}
	r.body(mod, f.Body)
}

// reader turns the statements of one chunk into entities.
type reader struct {
	c    *Catalogue
	mod  *Entity
	file *ast.File
	line int // of the chunk in the stub

	vars  []string       // type parameters in scope, besides single capital letters
	bound map[string]int // type variables of the current function's parameters

	branch int // if and try statements around
}

func (r *reader) lineOf(n ast.Node) int {
	return r.line + source.LineIndex(r.file.Lines, n.Pos())
}

func (r *reader) report(n ast.Node, format string, args ...any) {
	r.c.report(r.mod.File, r.lineOf(n), format, args...)
}

func (r *reader) text(s ast.Sym) string { return r.file.Text(s) }

// dotted is the text of a name or a chain of attributes of one, "" for anything else.
func (r *reader) dotted(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Name:
		return r.text(e.ID)
	case *ast.Attribute:
		if v := r.dotted(e.Value); v != "" {
			return v + "." + r.text(e.Attr)
		}
	}
	return ""
}

func (r *reader) body(scope *Entity, stmts []ast.Stmt) {
	for _, s := range stmts {
		r.stmt(scope, s)
	}
}

func (r *reader) stmt(scope *Entity, s ast.Stmt) {
	switch s := s.(type) {
	case *ast.FunctionDef:
		r.function(scope, s)
	case *ast.ClassDef:
		r.class(scope, s)
	case *ast.AnnAssign:
		r.variable(scope, s)
	case *ast.Assign:
		r.assign(scope, s)
	case *ast.Import:
		for _, a := range s.Names {
			name := r.text(a.Name)
			as, module := r.text(a.AsName), name
			if a.AsName == 0 {
				as, _, _ = strings.Cut(name, ".")
				module = as
			}
			r.alias(scope, s, as, aliasPath{module: module}, a.AsName == 0 || as != name)
		}
	case *ast.ImportFrom:
		r.importFrom(scope, s)
	case *ast.If: // every version and platform counts; the first definition of a name wins
		r.branch++
		r.body(scope, s.Body)
		r.body(scope, s.Orelse)
		r.branch--
	case *ast.Try:
		r.branch++
		defer func() { r.branch-- }()
		r.body(scope, s.Body)
		for _, h := range s.Handlers {
			r.body(scope, h.Body)
		}
		r.body(scope, s.Orelse)
	case *ast.ExprStmt, *ast.Pass, *ast.BadStmt:
	case *ast.AugAssign:
		if r.dotted(s.Target) != "__all__" {
			r.report(s, "a stub cannot use this statement")
		}
	default:
		r.report(s, "a stub cannot use this statement")
	}
}

func (r *reader) importFrom(scope *Entity, s *ast.ImportFrom) {
	module := ""
	if s.Module != 0 {
		module = r.text(s.Module)
	}
	if s.Level > 0 {
		pkg := r.mod.Path
		up := s.Level
		if r.mod.stub.isInit {
			up--
		}
		for ; up > 0 && pkg != ""; up-- {
			pkg = pkg[:max(strings.LastIndexByte(pkg, '.'), 0)]
		}
		if module != "" && pkg != "" {
			pkg += "."
		}
		module = pkg + module
	}
	top, _, _ := strings.Cut(r.mod.Path, ".")
	ours := module == top || strings.HasPrefix(module, top+".")
	for _, a := range s.Names {
		name := r.text(a.Name)
		if name == "*" {
			r.mod.stub.stars = append(r.mod.stub.stars, module)
			continue
		}
		as := name
		if a.AsName != 0 {
			as = r.text(a.AsName)
		}
		// PEP 484: `as` the same name exports. Within one library a plain import does so too, as its own files would.
		exported := a.AsName != 0 && as == name || ours && as[0] != '_'
		r.alias(scope, s, as, aliasPath{module: module, name: name}, !exported)
	}
}

func (r *reader) alias(scope *Entity, at ast.Node, name string, target aliasPath, hidden bool) {
	if scope.Kind == Class {
		hidden = true
	}
	if scope.members[name] != nil || r.pending(scope, name) {
		return
	}
	r.add(scope, &Entity{Kind: alias, Name: name, Parent: scope, File: r.mod.File, Line: r.lineOf(at), target: target, hidden: hidden && !slices.Contains(r.mod.stub.all, name)})
}

func (r *reader) pending(scope *Entity, name string) bool {
	return scope.stub != nil && scope.stub.chunks[name] != nil
}

func (r *reader) entity(kind Kind, scope *Entity, name string, at ast.Node) *Entity {
	return &Entity{Kind: kind, Name: name, Path: scope.Path + "." + name, Parent: scope, File: r.mod.File, Line: r.lineOf(at)}
}

// add makes e a member of scope. A name may be given twice as an overload or for another version of Python.
func (r *reader) add(scope, e *Entity) {
	if scope.members == nil {
		scope.members = map[string]*Entity{}
	}
	if scope.members[e.Name] != nil {
		return
	}
	scope.members[e.Name] = e
	if !slices.Contains(scope.names, e.Name) {
		scope.names = append(scope.names, e.Name)
	}
}

func (r *reader) class(scope *Entity, s *ast.ClassDef) {
	name := r.text(s.Name)
	e := r.entity(Class, scope, name, s)
	e.members = map[string]*Entity{}
	defer func(vars []string) { r.vars = vars }(r.vars)
	var params []string
	for i := range s.TypeParams {
		params = append(params, r.text(s.TypeParams[i].Name))
	}
	for _, b := range s.Bases {
		if g, ok := b.(*ast.Subscript); ok {
			if n := last(r.dotted(g.Value)); n == "Generic" || n == "Protocol" {
				for _, p := range elements(g.Index) {
					params = append(params, r.dotted(p))
				}
				continue
			}
		}
		if t := r.base(e.Parent, b); t != nil {
			e.Bases = append(e.Bases, t)
		}
	}
	r.vars = params
	for _, d := range s.Decorators {
		r.decorate(e, d)
	}
	if e.Traits&Settings != 0 {
		e.Traits |= Model
		e.Effects = append(e.Effects, Effect{Kind: Env})
	}
	r.body(e, s.Body)
	if scope.members[name] != nil {
		r.twice(scope, e, s)
		return
	}
	r.add(scope, e)
}

// base reads a base class; nil for those that say nothing.
func (r *reader) base(scope *Entity, b ast.Expr) *Type {
	name, args := r.dotted(b), []*Type(nil)
	if g, ok := b.(*ast.Subscript); ok {
		name, args = r.dotted(g.Value), r.types(scope, elements(g.Index))
	}
	switch last(name) {
	case "":
		r.report(b, "cannot read base class")
		return nil
	case "Protocol", "Generic", "object", "NamedTuple", "TypedDict", "ABC":
		return nil
	}
	_, form := specialForms[r.special(name)]
	return &Type{Kind: Instance, Name: name, Args: args, scope: scope, form: form}
}

func (r *reader) twice(scope, e *Entity, at ast.Node) {
	if old := scope.members[e.Name]; old.Kind != alias && r.branch == 0 {
		r.report(at, "%s is defined twice, first on line %d", e.Path, old.Line)
	}
}

func (r *reader) function(scope *Entity, s *ast.FunctionDef) {
	name := r.text(s.Name)
	e := r.entity(Function, scope, name, s)
	e.Async = s.Async
	defer func(vars []string) { r.vars = vars }(r.vars)
	for i := range s.TypeParams {
		r.vars = append(r.vars[:len(r.vars):len(r.vars)], r.text(s.TypeParams[i].Name))
	}
	r.bound = map[string]int{}
	for _, d := range s.Decorators {
		switch last(r.dotted(d)) {
		case "staticmethod":
			e.Static = scope.Kind == Class
		case "classmethod":
			e.ClassMethod = scope.Kind == Class
		}
	}
	r.params(scope, e, s.Args)
	e.Returns = r.typeOf(scope, s.Returns)
	e.Generator = e.Returns != nil && (e.Returns.Kind == Generator || e.Returns.Kind == AsyncGenerator)
	overload, setter := false, false
	for _, d := range s.Decorators {
		switch n := r.dotted(d); last(n) {
		case "overload":
			overload = true
		case "setter", "deleter":
			setter = strings.Contains(n, ".")
			if !setter {
				r.decorate(e, d)
			}
		default:
			r.decorate(e, d)
		}
	}
	r.bound = nil
	old := scope.members[name]
	switch {
	case old == nil || old.Kind == alias:
		r.add(scope, e)
	case setter:
		if old.Setter == nil {
			old.Setter = e
		}
	case overload && old.Kind == Function:
		old.Overloads = append(old.Overloads, e)
	default:
		r.twice(scope, e, s)
	}
}

func (r *reader) params(scope, e *Entity, a *ast.Arguments) {
	if a == nil {
		return
	}
	positional := len(a.PosOnly) + len(a.Args)
	e.Params = make([]Param, 0, positional+len(a.KwOnly)+2)
	receiver := scope.Kind == Class && !e.Static
	add := func(arg *ast.Arg, kind ParamKind, hasDefault bool) {
		if receiver && len(e.Params) == 0 && (kind == PosOnly || kind == Normal) {
			receiver = false
			return
		}
		p := Param{Name: r.text(arg.Name), Kind: kind, HasDefault: hasDefault, Type: r.typeOf(scope, arg.Annotation)}
		r.bind(p.Type, len(e.Params))
		e.Params = append(e.Params, p)
	}
	first := positional - len(a.Defaults) // the first with a default
	for i := range a.PosOnly {
		add(&a.PosOnly[i], PosOnly, i >= first)
	}
	for i := range a.Args {
		add(&a.Args[i], Normal, len(a.PosOnly)+i >= first)
	}
	if a.Vararg != nil {
		add(a.Vararg, VarArg, false)
	}
	for i := range a.KwOnly {
		add(&a.KwOnly[i], KwOnly, i < len(a.KwDefaults) && a.KwDefaults[i] != nil)
	}
	if a.Kwarg != nil {
		add(a.Kwarg, KwArg, false)
	}
	for i := range e.Params { // a variable's first parameter stands for it
		r.setParam(e.Params[i].Type)
	}
}

// bind notes that the type variables in t are given by parameter i.
func (r *reader) bind(t *Type, i int) {
	if t == nil {
		return
	}
	if t.Kind == Var {
		if _, ok := r.bound[t.Name]; !ok {
			r.bound[t.Name] = i
		}
	}
	for _, a := range t.Args {
		r.bind(a, i)
	}
}

func (r *reader) setParam(t *Type) {
	if t == nil {
		return
	}
	if t.Kind == Var {
		if i, ok := r.bound[t.Name]; ok {
			t.Param = i
		}
	}
	for _, a := range t.Args {
		r.setParam(a)
	}
}

func (r *reader) variable(scope *Entity, s *ast.AnnAssign) {
	name := r.dotted(s.Target)
	if name == "" || strings.Contains(name, ".") {
		r.report(s, "an annotation needs a plain name")
		return
	}
	if last(r.dotted(s.Annotation)) == "TypeAlias" && s.Value != nil {
		r.aliasTo(scope, s, name, s.Value)
		return
	}
	e := r.entity(Variable, scope, name, s)
	e.Returns = r.typeOf(scope, s.Annotation)
	if scope.members[name] != nil {
		r.twice(scope, e, s)
		return
	}
	r.add(scope, e)
}

func (r *reader) assign(scope *Entity, s *ast.Assign) {
	for _, target := range s.Targets {
		name := r.dotted(target)
		if name == "" || strings.Contains(name, ".") {
			r.report(s, "a stub can only assign to a plain name")
			continue
		}
		if name == "__all__" && scope == r.mod {
			for _, x := range elements(s.Value) {
				if lit, ok := r.literal(x); ok && lit.Kind == LitString {
					r.mod.stub.all = append(r.mod.stub.all, lit.Text)
				}
			}
			r.export()
			continue
		}
		r.aliasTo(scope, s, name, s.Value)
	}
}

// export makes imports that `__all__` lists visible.
func (r *reader) export() {
	for _, n := range r.mod.stub.all {
		if m := r.mod.members[n]; m != nil {
			m.hidden = false
		}
	}
}

// aliasTo declares name as another name for value, or as a variable of value's type.
func (r *reader) aliasTo(scope *Entity, at ast.Node, name string, value ast.Expr) {
	if scope.members[name] != nil {
		return
	}
	if d := r.dotted(value); d != "" && d != name {
		r.add(scope, &Entity{Kind: alias, Name: name, Path: scope.Path + "." + name, Parent: scope, File: r.mod.File, Line: r.lineOf(at), target: aliasPath{name: d}})
		return
	}
	e := r.entity(Variable, scope, name, at)
	switch v := value.(type) {
	case *ast.Constant:
		e.Returns = constantType(v)
	case *ast.Call: // environ = _Environ()
		if d := r.dotted(v.Func); d != "" && !slices.Contains(typeVariables, last(d)) {
			e.Returns = &Type{Kind: Instance, Name: d, scope: scope}
		}
	}
	r.add(scope, e)
}

var typeVariables = []string{"TypeVar", "ParamSpec", "TypeVarTuple", "NewType"}

// report notes a fault of a stub.
func (c *Catalogue) report(file string, line int, format string, args ...any) {
	c.problems = append(c.problems, Problem{file, line, fmt.Sprintf(format, args...)})
}
