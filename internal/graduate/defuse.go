package graduate

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// A Use is what one statement has to do with the names of the notebook and the world outside.
//
// Statements are walked in the order of evaluation with the set of names that are bound for certain so far, so that what a
// statement reads of others is known: in `for x in xs: y = f(x)` it is xs and f, in `n += 1` it is n. A function captures
// nothing when it is defined; a statement that refers to it reads what the function reads, in the version of that moment.
type Use struct {
	Reads   set // names whose value from before the statement matters, those of functions it refers to included
	Binds   []string
	MayBind set // of Binds: not on every path
	Deletes set
	Mutates set // names whose objects are changed in place
	Refs    []ref
	Calls   []*callSite
	Effects Effect
	Paths   []pathUse
	// Functions are those of the notebook that it refers to, at any depth.
	Functions set
	// Shown is the expression whose value the notebook displays.
	Shown ast.Expr
	// Type of names it binds, as far as reading tells.
	Types map[string]string
	// Aliases are pairs of names that may share memory after it.
	Aliases [][2]string
	// LoopTargets are names of loops: bound anew in every round, so that what they held before does not matter.
	LoopTargets set
	Awaits      bool
	Executed    *executed // a text that is run as statements
}

type set map[string]bool

func (s set) add(names ...string) {
	for _, n := range names {
		s[n] = true
	}
}

func (s set) sorted() []string { return slices.Sorted(maps.Keys(s)) }

// A ref is one occurrence of a name of the notebook.
type ref struct {
	name  string
	span  diag.Span
	call  *ast.Call // when it is what is called
	store bool
	depth int // of functions around it, from the statement
}

// isCalled: the name is what a call calls, and not a part of it.
func (r ref) isCalled() bool { return r.call != nil && r.call.Func.Pos() == r.span.Start }

// A callSite is a call, with what is called: the path of a library, a function of the notebook, or a method.
type callSite struct {
	node   *ast.Call
	path   string // pandas.read_csv; "" when the receiver is a value
	local  string // name of the notebook's function or class
	root   string // name that the receiver starts with
	typ    string // of the receiver, when known
	method string
	fact   *fact
	guard  bool // below an if, loop or try
	stmt   bool // it is the whole expression statement
	// straight: it is called once, when its statement runs.
	straight bool
}

// A pathUse is an expression whose value the configuration may have: the literal of a path, an argument of the command line, an
// answer to a question.
type pathUse struct {
	node  ast.Expr
	value string
	write bool
	kind  pathKind
	form  string // what stands in its place, %s for the key; "" for the key alone
}

type pathKind uint8

const (
	ofFile pathKind = iota // or of an address
	ofArgv
	ofAnswer
)

// A Function is a def, class or lambda of the notebook that has a name.
type Function struct {
	Name      string
	Statement int
	Class     bool
	Node      ast.Stmt
	Reads     set // globals, its own calls' included after close
	Writes    set // global x
	Mutates   set // globals
	Params    []string
	MutParams set // parameters it changes
	Effects   Effect
	Refs      []ref
	Calls     []*callSite
	Paths     []pathUse
	Decorated bool
	older     []*Function // earlier definitions of the name
	direct    set         // reads without those of others
	Evaluates bool        // text that it is given, in the namespace where it stands
}

// walker goes through one statement or function body.
type walker struct {
	p      *Program
	u      *Use
	names  *naming
	bound  set   // names bound for certain
	locals []set // of the functions, lambdas and comprehensions around
	depth  int
	guards int
	// global names that a function declares
	globals set
	params  set
	mutated set // parameters changed
}

// naming is what names stand for while the statements are walked in order: modules and library objects, and types.
type naming struct {
	modules map[string]string // pd to pandas, KMeans to sklearn.cluster.KMeans
	types   map[string]string
	funcs   map[string]*Function
}

func (p *Program) name(s ast.Sym) string { return p.File.Text(s) }

func (w *walker) local(name string) bool {
	for i := len(w.locals) - 1; i >= 0; i-- {
		if w.locals[i][name] {
			return true
		}
	}
	return false
}

func (w *walker) read(name string, span diag.Span, call *ast.Call) {
	if w.local(name) {
		return
	}
	if name == "print" && call == nil && !w.bound[name] {
		w.u.Effects |= Print // handed to something that calls it
	}
	w.u.Refs = append(w.u.Refs, ref{name: name, span: span, call: call, depth: w.depth})
	if !w.bound[name] {
		w.u.Reads.add(name)
	}
}

func (w *walker) bind(name string, span diag.Span) {
	if w.local(name) && !w.globals[name] {
		return
	}
	if w.depth > 0 && !w.globals[name] {
		return
	}
	w.u.Refs = append(w.u.Refs, ref{name: name, span: span, store: true, depth: w.depth})
	if !slices.Contains(w.u.Binds, name) {
		w.u.Binds = append(w.u.Binds, name)
	}
	w.bound.add(name)
}

func (w *walker) mutate(e ast.Expr) {
	root := w.p.root(e)
	if root == "" {
		return
	}
	if w.local(root) {
		if w.params[root] {
			w.mutated.add(root)
		}
		return
	}
	if path, ok := w.names.modules[root]; ok {
		// plt.rcParams[…] = …, pd.options.display.max_rows = …
		switch {
		case strings.HasPrefix(path, "matplotlib"), strings.HasPrefix(path, "pandas"), strings.HasPrefix(path, "numpy"):
			w.u.Effects |= Option
		case path == "os" && strings.Contains(w.p.text(e), "environ"):
			w.u.Effects |= Env
		case path == "sys" && strings.Contains(w.p.text(e), "path"):
			w.u.Effects |= ModulePath
		case path == "sys" || path == "warnings":
			w.u.Effects |= Option
		default:
			w.u.Effects |= Opaque | Option // a library is changed, for all that comes after
		}
		return
	}
	w.u.Mutates.add(root)
	if !w.bound[root] {
		w.u.Reads.add(root)
	}
}

// root is the name that an access starts with: x of x.a[1].b.
func (p *Program) root(e ast.Expr) string { return p.start(e, false) }

// start is root, also through calls if they are asked for: df of df.groupby("a").size().plot.
func (p *Program) start(e ast.Expr, calls bool) string {
	for {
		switch x := e.(type) {
		case *ast.Name:
			return p.name(x.ID)
		case *ast.Attribute:
			e = x.Value
		case *ast.Subscript:
			e = x.Value
		case *ast.Starred:
			e = x.Value
		case *ast.Await:
			e = x.Value
		case *ast.Call:
			if !calls {
				return ""
			}
			e = x.Func
		default:
			return ""
		}
	}
}

// dotted is the path of an access by attributes alone, with its first name.
func (p *Program) dotted(e ast.Expr) (root string, attrs []string, ok bool) {
	for {
		switch x := e.(type) {
		case *ast.Name:
			slices.Reverse(attrs)
			return p.name(x.ID), attrs, true
		case *ast.Attribute:
			attrs = append(attrs, p.name(x.Attr))
			e = x.Value
		default:
			slices.Reverse(attrs)
			return "", attrs, false
		}
	}
}

func (w *walker) stmts(list []ast.Stmt) {
	for _, s := range list {
		w.stmt(s)
	}
}

// branch walks statements that may not run: what they bind is not bound for certain afterwards.
func (w *walker) branch(body []ast.Stmt) set {
	before := maps.Clone(w.bound)
	w.guards++
	w.stmts(body)
	w.guards--
	after := w.bound
	w.bound = before
	return after
}

func (w *walker) join(branches ...set) {
	for name := range branches[0] {
		all := true
		for _, b := range branches[1:] {
			all = all && b[name]
		}
		if all {
			w.bound.add(name)
		}
	}
}

func (w *walker) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.ExprStmt:
		w.exprStatement(s)
	case *ast.Assign:
		w.expr(s.Value)
		for _, t := range s.Targets {
			w.target(t, s.Value)
		}
	case *ast.AugAssign:
		w.expr(s.Value)
		if n, ok := s.Target.(*ast.Name); ok {
			name := w.p.name(n.ID)
			w.read(name, n.Span(), nil)
			if !w.local(name) || w.globals[name] {
				w.bind(name, n.Span())
				w.u.Mutates.add(name) // += works in place on lists, arrays and tables
			} else if w.params[name] {
				w.mutated.add(name)
			}
			return
		}
		w.expr(s.Target)
		w.mutate(s.Target)
	case *ast.AnnAssign:
		w.expr(s.Annotation)
		if s.Value != nil {
			w.expr(s.Value)
			w.target(s.Target, s.Value)
		}
	case *ast.For:
		w.expr(s.Iter)
		if s.Async {
			w.u.Awaits = true
		}
		before := maps.Clone(w.bound)
		w.guards++
		w.target(s.Target, nil)
		w.u.LoopTargets.add(targetNames(w.p, s.Target)...)
		if root := w.p.root(s.Iter); root != "" {
			for _, n := range targetNames(w.p, s.Target) {
				w.alias(n, root)
			}
		}
		w.stmts(s.Body)
		w.guards--
		w.bound = before
		w.branch(s.Orelse)
	case *ast.While:
		w.expr(s.Test)
		w.branch(s.Body)
		w.branch(s.Orelse)
	case *ast.If:
		w.expr(s.Test)
		w.join(w.branch(s.Body), w.branch(s.Orelse))
	case *ast.With:
		for _, item := range s.Items {
			w.expr(item.Context)
			if item.Vars != nil {
				w.target(item.Vars, item.Context)
			}
		}
		if s.Async {
			w.u.Awaits = true
		}
		w.stmts(s.Body)
	case *ast.Try:
		body := w.branch(s.Body)
		ends := []set{body}
		if len(s.Orelse) > 0 {
			saved := w.bound
			w.bound = body
			ends[0] = w.branch(s.Orelse)
			w.bound = saved
		}
		for _, h := range s.Handlers {
			if h.Type != nil {
				w.expr(h.Type)
			}
			before := maps.Clone(w.bound)
			if h.Name != 0 {
				w.bound.add(w.p.name(h.Name))
			}
			ends = append(ends, w.branch(h.Body))
			w.bound = before
		}
		w.join(ends...)
		w.stmts(s.Finalbody)
	case *ast.Match:
		w.expr(s.Subject)
		for _, c := range s.Cases {
			before := maps.Clone(w.bound)
			w.pattern(c.Pattern)
			if c.Guard != nil {
				w.expr(c.Guard)
			}
			w.branch(c.Body)
			w.bound = before
		}
	case *ast.Delete:
		for _, t := range s.Targets {
			w.delete(t)
		}
	case *ast.Import:
		for _, a := range s.Names {
			name := w.p.name(a.Name)
			bound := name
			if a.AsName != 0 {
				bound = w.p.name(a.AsName)
			} else {
				bound, _, _ = strings.Cut(name, ".")
				name = bound
			}
			w.bind(bound, a.Span())
			if w.depth == 0 {
				w.names.modules[bound] = name
			}
		}
	case *ast.ImportFrom:
		module := strings.Repeat(".", s.Level) + w.p.name(s.Module)
		for _, a := range s.Names {
			name := w.p.name(a.Name)
			if name == "*" {
				for _, n := range w.p.starNames(module) {
					w.bind(n, a.Span())
					if w.depth == 0 {
						w.names.modules[n] = module + "." + n
					}
				}
				continue
			}
			bound := name
			if a.AsName != 0 {
				bound = w.p.name(a.AsName)
			}
			w.bind(bound, a.Span())
			if w.depth == 0 {
				w.names.modules[bound] = module + "." + name
			}
		}
	case *ast.FunctionDef:
		w.exprs(s.Decorators)
		w.arguments(s.Args)
		if s.Returns != nil {
			w.expr(s.Returns)
		}
		if w.depth == 0 {
			w.bind(w.p.name(s.Name), s.NameSpan)
			return // the body is a Function of its own
		}
		w.nested(s)
	case *ast.ClassDef:
		w.exprs(s.Decorators)
		w.exprs(s.Bases)
		for _, k := range s.Keywords {
			w.expr(k.Value)
		}
		if w.depth == 0 {
			w.bind(w.p.name(s.Name), s.NameSpan)
			return
		}
		w.class(s)
	case *ast.Return:
		w.exprOrNil(s.Value)
	case *ast.Raise:
		w.exprOrNil(s.Exc)
		w.exprOrNil(s.Cause)
	case *ast.Assert:
		w.expr(s.Test)
		w.exprOrNil(s.Msg)
	case *ast.TypeAlias:
		w.bind(w.p.name(s.Name.ID), s.Name.Span())
	}
}

func (w *walker) exprStatement(s *ast.ExprStmt) {
	if c, ok := s.Value.(*ast.Call); ok {
		w.call(c, true)
		return
	}
	w.expr(s.Value)
}

// nested walks the body of a function inside a function.
func (w *walker) nested(s *ast.FunctionDef) {
	locals := paramNames(w.p, s.Args)
	for _, b := range s.Body {
		for _, sym := range topBinds(b) {
			locals.add(w.p.name(sym))
		}
	}
	for _, g := range declared(s.Body) {
		delete(locals, w.p.name(g))
	}
	w.locals = append(w.locals, locals)
	w.depth++
	w.stmts(s.Body)
	w.depth--
	w.locals = w.locals[:len(w.locals)-1]
}

// class walks a class body; names bound in it are seen by the body but not by its methods.
func (w *walker) class(s *ast.ClassDef) {
	own := set{}
	for _, b := range s.Body {
		for _, sym := range topBinds(b) {
			own.add(w.p.name(sym))
		}
	}
	w.depth++
	for _, b := range s.Body {
		if f, ok := b.(*ast.FunctionDef); ok {
			w.locals = append(w.locals, own)
			w.exprs(f.Decorators)
			w.arguments(f.Args)
			w.locals = w.locals[:len(w.locals)-1]
			w.nested(f)
			continue
		}
		w.locals = append(w.locals, own)
		w.stmt(b)
		w.locals = w.locals[:len(w.locals)-1]
	}
	w.depth--
}

func (w *walker) arguments(a *ast.Arguments) {
	w.exprs(a.Defaults)
	for _, d := range a.KwDefaults {
		w.exprOrNil(d)
	}
	for _, list := range [][]ast.Arg{a.PosOnly, a.Args, a.KwOnly} {
		for _, x := range list {
			w.exprOrNil(x.Annotation)
		}
	}
}

// target binds what an assignment's left side names, and mutates what it stores into.
func (w *walker) target(t ast.Expr, value ast.Expr) {
	switch t := t.(type) {
	case *ast.Name:
		name := w.p.name(t.ID)
		w.bind(name, t.Span())
		if w.depth == 0 && value != nil {
			typ := w.typeOf(value)
			w.names.types[name] = typ
			w.u.Types[name] = typ
			w.aliasesOf(name, value)
		}
	case *ast.Tuple:
		w.targets(t.Elts, value)
	case *ast.List:
		w.targets(t.Elts, value)
	case *ast.Starred:
		w.target(t.Value, nil)
	case *ast.Attribute, *ast.Subscript:
		w.expr(t)
		w.mutate(t)
		// The container holds the value from now on.
		if root, from := w.p.root(t), w.p.rootName(value); root != "" && from != "" {
			w.alias(root, from)
		}
	}
}

func (p *Program) rootName(e ast.Expr) string {
	if n, ok := e.(*ast.Name); ok {
		return p.name(n.ID)
	}
	return ""
}

func (w *walker) targets(elts []ast.Expr, value ast.Expr) {
	tuple, _ := value.(*ast.Tuple)
	types := strings.Split(w.typeOf(value), ",") // matplotlib.figure.Figure,matplotlib.axes.Axes
	for i, e := range elts {
		switch {
		case tuple != nil && len(tuple.Elts) == len(elts):
			w.target(e, tuple.Elts[i])
		default:
			w.target(e, nil)
			if n, ok := e.(*ast.Name); ok && w.depth == 0 {
				name := w.p.name(n.ID)
				w.names.types[name], w.u.Types[name] = "", ""
				if len(types) == len(elts) {
					w.names.types[name], w.u.Types[name] = types[i], types[i]
				}
			}
		}
	}
	if names := targetNames(w.p, &ast.Tuple{Elts: elts}); strings.HasPrefix(types[0], "matplotlib") {
		for _, n := range names[1:] {
			w.alias(names[0], n)
		}
	}
}

func (w *walker) alias(a, b string) {
	if a == b || w.depth > 0 || w.local(a) || w.local(b) || w.names.modules[a] != "" || w.names.modules[b] != "" {
		return
	}
	w.u.Aliases = append(w.u.Aliases, [2]string{a, b})
}

// aliasesOf notes what the value of an assignment may share memory with.
func (w *walker) aliasesOf(name string, value ast.Expr) {
	switch v := value.(type) {
	case *ast.Name:
		w.alias(name, w.p.name(v.ID))
	case *ast.Subscript, *ast.Attribute:
		if root := w.p.root(v); root != "" && !immutable(w.names.types[name]) {
			w.alias(name, root)
		}
	case *ast.List, *ast.Tuple, *ast.Set, *ast.Dict:
		ast.InspectExpr(value, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Name:
				if n.Ctx == ast.Load && !immutable(w.names.types[w.p.name(n.ID)]) {
					w.alias(name, w.p.name(n.ID))
				}
			case *ast.Call, *ast.BinOp, *ast.ListComp, *ast.Compare, *ast.Lambda, *ast.GeneratorExp, *ast.JoinedStr:
				return false
			}
			return true
		})
	case *ast.Call:
		// A method of an axes or figure gives parts of it; other results are taken as new unless the table says otherwise.
		c := w.site(v)
		if c.fact != nil && c.fact.shares && c.root != "" {
			w.alias(name, c.root)
		}
		if c.local != "" { // a function of the notebook may hand back what it was given
			for _, a := range v.Args {
				if n, ok := a.(*ast.Name); ok && !immutable(w.names.types[w.p.name(n.ID)]) {
					w.alias(name, w.p.name(n.ID))
				}
			}
		}
	}
}

func immutable(typ string) bool {
	switch typ {
	case "int", "float", "str", "bool", "bytes", "complex", "NoneType", "tuple":
		return true
	}
	return false
}

func (w *walker) delete(t ast.Expr) {
	switch t := t.(type) {
	case *ast.Name:
		name := w.p.name(t.ID)
		if !w.local(name) {
			w.u.Refs = append(w.u.Refs, ref{name: name, span: t.Span(), store: true, depth: w.depth})
			if !w.bound[name] {
				w.u.Reads.add(name)
			}
			w.u.Deletes.add(name)
			delete(w.bound, name)
		}
	case *ast.Tuple:
		for _, e := range t.Elts {
			w.delete(e)
		}
	default:
		w.expr(t)
		w.mutate(t)
	}
}

func (w *walker) pattern(pt ast.Pattern) {
	for _, sym := range patternBinds(pt) {
		w.bind(w.p.name(sym), diag.Span{Start: pt.Pos(), End: pt.Pos()})
	}
}

func (w *walker) exprOrNil(e ast.Expr) {
	if e != nil {
		w.expr(e)
	}
}

func (w *walker) exprs(list []ast.Expr) {
	for _, e := range list {
		w.exprOrNil(e)
	}
}

func (w *walker) expr(e ast.Expr) {
	if e == nil {
		return
	}
	ast.InspectExpr(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Subscript:
			return !w.argv(n)
		case *ast.Attribute:
			return n.Ctx != ast.Load || !w.argv(n)
		case *ast.Name:
			if n.Ctx == ast.Load && w.argv(n) {
				return false
			}
			if n.Ctx == ast.Load {
				w.read(w.p.name(n.ID), n.Span(), nil)
			}
		case *ast.NamedExpr:
			w.expr(n.Value)
			w.target(n.Target, n.Value)
			return false
		case *ast.Call:
			w.call(n, false)
			return false
		case *ast.Lambda:
			w.arguments(n.Args)
			w.locals = append(w.locals, paramNames(w.p, n.Args))
			w.depth++
			w.expr(n.Body)
			w.depth--
			w.locals = w.locals[:len(w.locals)-1]
			return false
		case *ast.ListComp:
			w.comprehension(n.Generators, n.Elt)
			return false
		case *ast.SetComp:
			w.comprehension(n.Generators, n.Elt)
			return false
		case *ast.GeneratorExp:
			w.comprehension(n.Generators, n.Elt)
			return false
		case *ast.DictComp:
			w.comprehension(n.Generators, n.Key, n.Value)
			return false
		case *ast.Await:
			w.u.Awaits = true
		}
		return true
	})
}

func (w *walker) comprehension(gens []ast.Comprehension, elts ...ast.Expr) {
	own := set{}
	w.locals = append(w.locals, set{})
	top := len(w.locals) - 1
	for _, g := range gens {
		w.expr(g.Iter)
		own.add(targetNames(w.p, g.Target)...)
		w.locals[top] = own
		w.exprs(g.Ifs)
		if g.Async {
			w.u.Awaits = true
		}
	}
	w.exprs(elts)
	w.locals = w.locals[:top]
}

func (w *walker) call(c *ast.Call, statement bool) {
	site := w.site(c)
	site.stmt, site.guard, site.straight = statement, w.guards > 0, w.guards == 0 && w.depth == 0 && len(w.locals) == 0
	w.u.Calls = append(w.u.Calls, site)
	if n, ok := c.Func.(*ast.Name); ok {
		w.read(w.p.name(n.ID), n.Span(), c)
	} else {
		w.expr(c.Func)
	}
	w.exprs(c.Args)
	for _, k := range c.Keywords {
		w.expr(k.Value)
	}
	w.effect(site)
	w.parsesArguments(site)
	w.executes(site)
}

// site finds out what is called.
func (w *walker) site(c *ast.Call) *callSite {
	s := &callSite{node: c}
	root, attrs, ok := w.p.dotted(c.Func)
	if len(attrs) > 0 {
		s.method = attrs[len(attrs)-1]
	}
	if !ok {
		s.root = ""
		if a, isAttr := c.Func.(*ast.Attribute); isAttr {
			s.root = w.p.root(a.Value)
			s.typ = w.typeOf(a.Value)
		}
	} else {
		if len(attrs) > 0 {
			s.root = root
		}
		switch path, isModule := w.names.modules[root]; {
		case w.local(root):
			s.root = ""
			if len(attrs) > 0 {
				s.root = root
			}
		case isModule:
			s.path = strings.Join(append([]string{path}, attrs...), ".")
			s.root = ""
		case len(attrs) == 0:
			if w.names.funcs[root] != nil {
				s.local = root
			} else if builtinNames[root] && !w.bound[root] {
				s.path = "builtins." + root
			}
		default:
			if len(attrs) == 1 {
				s.typ = w.names.types[root]
			}
			if f := w.names.funcs[root]; f != nil && f.Class {
				s.local = root
			} else if f := w.names.funcs[s.typ]; s.typ != "" && f != nil {
				s.local = s.typ
			}
		}
	}
	s.fact = effects.find(s)
	return s
}

// effect joins what the call does.
func (w *walker) effect(s *callSite) {
	f := s.fact
	if f == nil {
		if s.local == "" && s.path == "" && s.root != "" && s.method != "" && !w.local(s.root) && s.typ == "" {
			// A method nobody knows, on a value nobody knows.
			w.mutate(s.node.Func)
		}
		return
	}
	if f.harmless(w.p, s.node) {
		return
	}
	e := f.effects
	if s.method == "execute" && len(s.node.Args) > 0 {
		if text, ok := w.p.File.ConstString(s.node.Args[0]); ok && query.MatchString(text) {
			e = e&^Store | Load
		}
	}
	if s.path == "builtins.print" && hasKeyword(w.p, s.node, "file") {
		e &^= Print
	}
	if s.path == "builtins.open" || s.method == "open" {
		e = openMode(w.p, s.node)
	}
	w.u.Effects |= e
	if f.mutates {
		if a, ok := s.node.Func.(*ast.Attribute); ok {
			w.mutate(a.Value)
		}
	}
	if f.inplace && isTrue(w.p, s.node, "inplace") {
		if a, ok := s.node.Func.(*ast.Attribute); ok {
			w.mutate(a.Value)
		}
	}
	for _, i := range f.mutatesArgs {
		if i < len(s.node.Args) {
			w.mutate(s.node.Args[i])
		}
	}
	if f.path != nil {
		if e := argument(w.p, s.node, f.path); e != nil {
			if v, ok := w.p.File.ConstString(e); ok {
				w.u.Paths = append(w.u.Paths, pathUse{node: e, value: v, write: f.effects&Store != 0 || writesFile(w.p, s)})
			}
		}
	}
	if e&Figure != 0 {
		for _, k := range s.node.Keywords {
			if w.p.name(k.Arg) == "ax" {
				w.mutate(k.Value)
			}
		}
	}
}

// query: a statement of SQL that changes nothing.
var query = regexp.MustCompile(`(?is)^\s*(?:--[^\n]*\n\s*)*(?:select|pragma\s+table_info|explain|values)\b`)

// writesFile: it opens a file to write into it.
func writesFile(p *Program, s *callSite) bool {
	return (s.path == "builtins.open" || s.method == "open") && openMode(p, s.node)&Store != 0
}
