package graduate

import (
	"maps"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// An Analysis is what is known of every statement and function of a program.
type Analysis struct {
	*Program
	Uses      []*Use // by statement
	Functions map[string]*Function
	// Imports is the statement that binds each imported name, and Modules the path it stands for.
	Imports map[string]int
	Modules map[string]string
	// Evidence is a run's; nil when nothing ran.
	Evidence  *Evidence
	everBound set // names that some statement binds
}

// Evidence is what a run of the program showed, by statement.
type Evidence struct {
	Python     string
	Statements map[string]*Observed
}

// Observed is what one statement did when it ran.
type Observed struct {
	Types     map[string]string
	Mutated   []string
	Bound     []string
	Aliases   [][]string
	Reads     []string // files
	Writes    []string // of those that are there at the end, as all outputs are
	Passing   []string // files that it wrote or removed and that are not there at the end
	Removes   bool     // some of them
	Stdout    string
	Displayed string // type of the value it displayed
	Text      string // how that value was shown
	Textless  string // the error that its own text raised: a notebook shows that, and goes on
	Peek      bool
	Called    []string // the displays that calls of display() made, in order
	Own       bool     // its own value was displayed
	Figures   int
	Titled    bool
	Random    bool
	Raised    string
	Seconds   float64
	// Unstable: its observations cannot be compared.
	Unstable bool
}

// Analyse walks the statements in their order.
func Analyse(p *Program, ev *Evidence) *Analysis {
	a := &Analysis{Program: p, Uses: make([]*Use, len(p.Statements)), Functions: map[string]*Function{}, Imports: map[string]int{}, Modules: map[string]string{}, Evidence: ev, everBound: set{}}
	for _, s := range p.Statements {
		if s.Drop == "" {
			for _, b := range topBinds(s.Node) {
				a.everBound.add(p.name(b))
			}
		}
	}
	p.seeStars(ev)
	names := &naming{modules: map[string]string{}, types: map[string]string{}, funcs: a.Functions}
	// Functions first: a call may stand above a function that it reaches.
	imports := &walker{p: p, u: newUse(), names: names, bound: set{}}
	for _, i := range p.Order {
		switch s := p.Statements[i].Node.(type) {
		case *ast.Import, *ast.ImportFrom:
			imports.stmt(s)
			for _, b := range imports.u.Binds {
				if _, known := a.Imports[b]; !known {
					a.Imports[b] = i
				}
			}
			imports.u = newUse()
		}
	}
	a.Modules = maps.Clone(names.modules)
	for _, i := range p.Order {
		a.function(i, names)
	}
	a.close()
	for _, i := range p.Order {
		a.statement(i, names)
	}
	if a.dropUnusedRedefinitions() {
		return Analyse(p, ev)
	}
	return a
}

// dropUnusedRedefinitions leaves out a function that is defined a second time and not used from then on: the package has one
// function of a name, the one that was used.
func (a *Analysis) dropUnusedRedefinitions() bool {
	dropped := false
	first := set{}
	for at, i := range a.Order {
		d, ok := a.Statements[i].Node.(*ast.FunctionDef)
		if !ok || a.Statements[i].Drop != "" {
			continue
		}
		name := a.name(d.Name)
		if !first[name] {
			first.add(name)
			continue
		}
		used := slices.ContainsFunc(a.Order[at+1:], func(j int) bool { return a.Uses[j].Functions[name] })
		if !used {
			a.Statements[i].Drop = "defines " + name + " again, and nothing uses it after that"
			dropped = true
		}
	}
	return dropped
}

func newUse() *Use {
	return &Use{Reads: set{}, MayBind: set{}, Deletes: set{}, Mutates: set{}, Functions: set{}, LoopTargets: set{}, Types: map[string]string{}}
}

// function records what a def, a class or a lambda with a name does.
func (a *Analysis) function(i int, names *naming) {
	s := a.Statements[i]
	if s.Drop != "" {
		return
	}
	f := &Function{Statement: i, Node: s.Node, Writes: set{}, MutParams: set{}}
	w := &walker{p: a.Program, u: newUse(), names: names, bound: set{}, depth: 1, params: set{}, mutated: set{}, globals: set{}}
	switch n := s.Node.(type) {
	case *ast.FunctionDef:
		f.Name, f.Decorated = a.name(n.Name), len(n.Decorators) > 0
		w.params = paramNames(a.Program, n.Args)
		for _, list := range [][]ast.Arg{n.Args.PosOnly, n.Args.Args, n.Args.KwOnly} {
			for _, x := range list {
				f.Params = append(f.Params, a.name(x.Name))
			}
		}
		for _, g := range declared(n.Body) {
			w.globals.add(a.name(g))
		}
		w.depth = 0
		w.nested(n)
		w.depth = 1
	case *ast.ClassDef:
		f.Name, f.Class, f.Decorated = a.name(n.Name), true, len(n.Decorators) > 0
		w.depth = 0
		w.class(n)
		w.depth = 1
	case *ast.Assign:
		lambda, ok := n.Value.(*ast.Lambda)
		target, isName := n.Targets[0].(*ast.Name)
		if !ok || !isName || len(n.Targets) > 1 {
			return
		}
		f.Name = a.name(target.ID)
		w.params = paramNames(a.Program, lambda.Args)
		w.depth = 0
		w.expr(lambda)
	default:
		return
	}
	if old := a.Functions[f.Name]; old != nil {
		// Defined again: a call may mean either.
		for name := range old.direct {
			w.u.Reads.add(name)
		}
		w.u.Effects |= old.Effects
		f.older = append(slices.Clone(old.older), old)
	}
	f.direct = w.u.Reads
	delete(f.direct, f.Name)
	f.Reads, f.Mutates, f.Effects, f.Refs, f.Calls, f.Paths = maps.Clone(f.direct), w.u.Mutates, w.u.Effects, w.u.Refs, w.u.Calls, w.u.Paths
	for _, b := range w.u.Binds {
		f.Writes.add(b)
	}
	f.MutParams = w.mutated
	f.Evaluates = evaluates(a.Program, w.u.Calls)
	a.Functions[f.Name] = f
}

// close adds to every function what those it refers to read and do.
func (a *Analysis) close() {
	for changed := true; changed; {
		changed = false
		for _, f := range a.Functions {
			for name := range f.direct {
				g := a.Functions[name]
				if g == nil {
					continue
				}
				n, e := len(f.Reads)+len(f.Writes)+len(f.Mutates), f.Effects
				for r := range g.Reads {
					if r != f.Name {
						f.Reads.add(r)
					}
				}
				maps.Copy(f.Writes, g.Writes)
				maps.Copy(f.Mutates, g.Mutates)
				f.Effects |= g.Effects
				changed = changed || n != len(f.Reads)+len(f.Writes)+len(f.Mutates) || e != f.Effects
			}
			// A parameter handed on to a function that changes it is changed.
			for _, c := range f.Calls {
				g := a.Functions[c.local]
				if g == nil || g.Class {
					continue
				}
				for i, arg := range c.node.Args {
					name := a.rootName(arg)
					if i < len(g.Params) && g.MutParams[g.Params[i]] && slices.Contains(f.Params, name) && !f.MutParams[name] {
						f.MutParams.add(name)
						changed = true
					}
				}
			}
		}
	}
}

func (a *Analysis) statement(i int, names *naming) {
	s := a.Statements[i]
	u := newUse()
	a.Uses[i] = u
	w := &walker{p: a.Program, u: u, names: names, bound: set{}}
	w.stmt(s.Node)
	for _, b := range u.Binds {
		if !w.bound[b] {
			u.MayBind.add(b)
		}
	}
	sets := set{} // names that functions bind anew with `global`
	// What the functions it refers to read, write and do. Defining one refers to nothing.
	for _, r := range u.Refs {
		f := a.Functions[r.name]
		if f == nil || r.store {
			continue
		}
		u.Functions.add(f.Name)
		for name := range f.Reads {
			if g := a.Functions[name]; g != nil {
				u.Functions.add(name)
			}
			if !slices.Contains(u.Binds, name) || u.MayBind[name] || u.Reads[name] {
				u.Reads.add(name)
			}
		}
		u.Effects |= f.Effects
		for name := range f.Writes {
			u.Mutates.add(name)
			u.Reads.add(name)
			sets.add(name)
		}
		for name := range f.Mutates {
			u.Mutates.add(name)
		}
		if r.call != nil && !f.Class {
			for k, arg := range r.call.Args {
				if k < len(f.Params) && f.MutParams[f.Params[k]] {
					w.mutate(arg)
				}
			}
		}
	}
	for _, name := range a.namesInText(u) {
		u.Reads.add(name)
		if f := a.Functions[name]; f != nil {
			u.Functions.add(name)
			maps.Copy(u.Reads, f.Reads)
		}
	}
	if _, isDef := s.Node.(*ast.FunctionDef); isDef {
		u.Effects &^= Load // of defaults, seldom; the body's are its callers'
	}
	if e, ok := s.Node.(*ast.ExprStmt); ok && !s.Silent {
		u.Shown = a.shown(e.Value, i)
	}
	if ob := a.observed(i); ob != nil {
		// What ran is what counts; stores that reading sees stay, as branches that did not run may have them.
		for _, m := range ob.Mutated {
			u.Mutates.add(m)
			u.Reads.add(m)
		}
		for name, t := range ob.Types {
			u.Types[name] = t
			names.types[name] = t
		}
		certain := a.certainMutations(i)
		for m := range u.Mutates {
			if !slices.Contains(ob.Mutated, m) && !certain[m] && !sets[m] {
				delete(u.Mutates, m)
			}
		}
		if ob.Random {
			u.Effects |= Random
		}
		if _, isImport := a.Imports[firstOf(u.Binds)]; !isImport {
			u.Effects |= a.seen(ob, u)
		}
		if ob.Raised != "" { // it got no further than this
			u.Binds = slices.DeleteFunc(u.Binds, func(b string) bool { return !slices.Contains(ob.Bound, b) })
			u.Shown = nil
		}
	}
	// An object that was just made here is not someone else's.
	for _, b := range u.Binds {
		if !u.Reads[b] && u.Mutates[b] {
			// Unless it is a part of one: for row in rows: row["x"] = 1
			for _, pair := range u.Aliases {
				if other := pair[1]; pair[0] == b && !slices.Contains(u.Binds, other) && a.observed(i) == nil {
					u.Mutates.add(other)
				}
			}
			delete(u.Mutates, b)
		}
	}
	for m := range u.Mutates {
		if _, isModule := a.Modules[m]; isModule || a.Functions[m] != nil && !a.valueToo(m) {
			delete(u.Mutates, m)
		}
	}
}

// valueToo: the name of a function is that of something else too, at another time.
func (a *Analysis) valueToo(name string) bool {
	for _, s := range a.Statements {
		if _, isDef := s.Node.(*ast.FunctionDef); isDef || s.Drop != "" {
			continue
		}
		if _, isClass := s.Node.(*ast.ClassDef); !isClass && slices.ContainsFunc(topBinds(s.Node), func(b ast.Sym) bool { return a.name(b) == name }) {
			return a.Statements[a.Functions[name].Statement] != s // f = lambda: … defines it
		}
	}
	return false
}

// seen are effects that the run showed and no reading could: those of modules that nothing is known of.
func (a *Analysis) seen(ob *Observed, u *Use) (e Effect) {
	if ob.Stdout != "" && u.Effects&(Print|Stdout) == 0 {
		e |= Stdout
	}
	if len(ob.Writes) > 0 && u.Effects&Store == 0 {
		e |= Store
	}
	if u.Effects&(Load|Store) == 0 && slices.ContainsFunc(ob.Reads, func(path string) bool { return !strings.HasSuffix(path, ".py") }) {
		e |= Load
	}
	if ob.Figures > 0 {
		e |= Figure
	}
	return e
}

// certainMutations are changes that a statement makes by its form: x[…] = …, x.a = …, del x[…].
func (a *Analysis) certainMutations(i int) set {
	out := set{}
	ast.InspectStmt(a.Statements[i].Node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Subscript:
			if n.Ctx != ast.Load {
				out.add(a.root(n))
			}
		case *ast.Attribute:
			if n.Ctx != ast.Load {
				out.add(a.root(n))
			}
		case *ast.FunctionDef, *ast.ClassDef:
			return false
		}
		return true
	})
	return out
}

func (a *Analysis) observed(i int) *Observed {
	if a.Evidence == nil {
		return nil
	}
	return a.Evidence.Statements[a.Statements[i].ID]
}

// shown is the expression that a notebook displays for a statement: the value of a cell's last expression.
func (a *Analysis) shown(e ast.Expr, i int) ast.Expr {
	if !a.Cellular {
		return nil
	}
	cell := a.Cells[a.Statements[i].Cell]
	if cell.Statements[len(cell.Statements)-1] != i {
		return nil
	}
	if c, ok := e.(*ast.Constant); ok && c.Kind == ast.None {
		return nil
	}
	if c, ok := e.(*ast.Call); ok {
		name := a.rootName(c.Func)
		if a.Functions[name] != nil {
			return e
		}
		switch name {
		case "print", "display", "exit", "quit", "setattr", "delattr":
			return nil // their value is None
		}
	}
	return e
}

// unresolved are the names that statements read before anything binds them, in the given order: name to first statement.
func (a *Analysis) unresolved(order []int) map[string]int {
	bound := set{}
	out := map[string]int{}
	for _, i := range order {
		if a.Statements[i].Drop != "" {
			continue
		}
		u := a.Uses[i]
		for name := range u.Reads {
			if !bound[name] && !builtinNames[name] {
				if _, seen := out[name]; !seen {
					out[name] = i
				}
			}
		}
		bound.add(u.Binds...)
		for name := range u.Functions {
			for w := range a.Functions[name].Writes {
				bound.add(w)
			}
		}
		for d := range u.Deletes {
			delete(bound, d)
		}
	}
	return out
}
