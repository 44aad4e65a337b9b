package graduate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// A Role is what becomes of a statement.
type Role uint8

const (
	RolePure    Role = iota // part of a step
	RoleLoad                // part of a function that brings something in
	RoleStore               // part of a function that puts something out
	RoleFigure              // part of a function that draws
	RoleSetup               // part of a function that sets options
	RoleImport              // an import of the modules that use it
	RoleDefine              // a function, class or constant of a module
	RoleConfig              // a key of the configuration
	RoleDropped             // not part of the package
)

func (r Role) String() string {
	return [...]string{"step", "load", "store", "figure", "setup", "import", "definition", "configuration", "dropped"}[r]
}

// A Plan is everything that graduating a program would write, in terms of its statements.
type Plan struct {
	*Analysis
	Options  Options
	Package  string
	Outputs  []*Output
	Roles    []Role
	Reasons  []string // why a statement is dropped
	Deps     []map[int]bool
	Segments []*Segment
	Keys     []*Key
	keyOf    map[string]*Key // by name of the notebook
	literal  map[ast.Expr]*Key
	told     []*question // whose answers the configuration has
	argvKey  *Key
	// printing are the functions that are handed what they print into, textParam the name it has there.
	printing  set
	textParam string
	Lifted    map[string][]string // function to the parameters it gets
	home      map[string]string   // module of functions and constants: steps, io, figures
	order     []int               // of the kept statements that make segments
	glue      []interval
	position  map[int]int           // of statements in order
	supply    map[string]int        // position in order of the first statement that binds or changes a name
	aliases   []map[string][]string // after each statement of Order: groups by name, only of those with more than one
	Seconds   float64
	nested    map[int]bool // definitions that stand inside a segment

	showing    set    // functions that are handed what they show into
	shownParam string // and how that is called
	evaluators set    // functions that are made for each call, with the names that they evaluate
	// explicit are the statements, and drawing the functions, whose random numbers all come from the generator that they are handed.
	explicit       map[int]bool
	drawing        set
	generatorNames map[string]string
	// canvases are the cells that draw on a figure of their own, drawers the functions that are handed it.
	canvases             map[int]*canvas
	drawers              set
	figureName, axesName string
	replaced             map[uint32]bool // names, by their place, that the package's text does not have any more
}

type interval struct{ from, to int } // statements, in positions of Order

// Options are the choices that a person can make.
type Options struct {
	Name    string   // of the package; from the file's name when empty
	Out     []string // names asked for as outputs
	Answers map[string]string
	Glue    [][2]string // statements that must stay in one function, from and to
	// Pyplot leaves all drawing to pyplot's current figure, as the notebook does.
	Pyplot bool
	// Lines are how many lines statements have once they are formatted, by ID.
	Lines map[string]int
}

// An Output is an observation that the package is held to.
type Output struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"` // file stdout display figure value
	Statements []int  `json:"-"`
	Name       string `json:"name"`
	Path       string `json:"path,omitempty"`
	segment    *Segment
	part       string // of what the segment's function returns
	printed    bool   // by the function itself
	called     string // the display of a function that calls display()
	index      int    // of several figures
}

// A Segment is a run of statements that becomes one function.
type Segment struct {
	Module     string
	Name       string
	Role       Role
	Statements []int
	Params     []string
	Returns    []*Return
	Copies     []string // parameters copied on entry, so that the caller's stay as they were
	Doc        string
	Text       bool // collects what is printed
	Async      bool
	Function   string // module.name
	line, end  int    // in the emitted file
}

// A Return is one part of what a segment's function returns.
type Return struct {
	Name   string // in the function
	Source string // name in the notebook, "" when it has none
	Kind   string // value stdout displays display figure figures
	Type   string
}

// A Dropped statement, for reports.
type Dropped struct {
	Statement *Statement
	Reason    string
}

// MakePlan decides everything. It runs nothing.
func MakePlan(a *Analysis, o Options) (*Plan, *Refusal) {
	p := &Plan{Analysis: a, Options: o, Package: o.Name, Roles: make([]Role, len(a.Statements)), Reasons: make([]string, len(a.Statements)),
		keyOf: map[string]*Key{}, literal: map[ast.Expr]*Key{}, Lifted: map[string][]string{}, home: map[string]string{}, nested: map[int]bool{}, evaluators: set{}, replaced: map[uint32]bool{}}
	for _, i := range p.Order {
		if s := p.Statements[i]; s.Drop != "" {
			p.drop(i, s.Drop)
		}
	}
	p.dropErrors()
	if r := p.ghosts(); r != nil {
		return p, r
	}
	if r := p.opaque(); r != nil {
		return p, r
	}
	p.dropShows()
	p.dropOwn()
	p.tell()
	p.dependencies()
	p.findShowing()
	p.chooseOutputs()
	p.slice()
	p.takeOlder()
	p.config()
	p.findPrinting()
	p.findDraws()
	p.roles()
	p.lift()
	p.gatherFigures()
	p.cut()
	if len(p.Segments) == 0 {
		return p, &Refusal{Reason: NothingStable, Message: "nothing in it computes, shows or writes anything that a package could give",
			Question: "Which names hold its results? Give --out NAME."}
	}
	p.liveness()
	p.nameSegments()
	p.tieOutputs()
	return p, nil
}

func (p *Plan) drop(i int, reason string) {
	p.Roles[i] = RoleDropped
	p.Reasons[i] = reason
}

// Dropped lists what is not part of the package.
func (p *Plan) Dropped() (out []Dropped) {
	for _, i := range p.Order {
		if p.Roles[i] == RoleDropped {
			out = append(out, Dropped{p.Statements[i], p.Reasons[i]})
		}
	}
	return out
}

// ghosts refuses names that nothing binds.
func (p *Plan) ghosts() *Refusal {
	missing := p.unresolved(p.Order)
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		i := missing[name]
		if p.Evidence != nil && p.observed(i) != nil && p.observed(i).Raised == "" {
			continue // it ran: the name is read on a path that was not taken, or comes from a star import
		}
		if p.hasStarImport() {
			continue
		}
		s := p.Statements[i]
		r := &Refusal{Reason: GhostName, Message: fmt.Sprintf("%s is used, and nothing defines it before", name), Cell: p.Cells[s.Cell].Number, Line: s.Line}
		r.ghost(name)
		if !p.Notebook {
			r.Cell = 0
		}
		if s.Cell < len(p.Cells) && p.Cells[s.Cell].Failed {
			p.drop(i, name+" is not defined, and the cell's stored output is an error")
			continue
		}
		return r
	}
	return nil
}

// dropErrors leaves out the statements that are there to fail, as the run and the notebook's stored output say alike, and what
// stands behind them in their cell, which never ran. One that did something before it failed stays, and may fail again.
func (p *Plan) dropErrors() {
	failed := map[int]bool{} // cells
	for _, i := range p.Order {
		s := p.Statements[i]
		if failed[s.Cell] {
			p.drop(i, "the cell ends with an error before it")
			continue
		}
		ob := p.observed(i)
		if ob == nil || ob.Raised == "" {
			continue
		}
		failed[s.Cell] = true
		if len(ob.Mutated)+len(ob.Bound)+len(ob.Writes) == 0 && ob.Stdout == "" && ob.Figures == 0 && !ob.Random {
			p.drop(i, "it is there to fail: "+ob.Raised)
		}
	}
}

func (p *Plan) hasStarImport() bool {
	for _, s := range p.Statements {
		if n, ok := s.Node.(*ast.ImportFrom); ok && s.Drop == "" {
			for _, a := range n.Names {
				if p.name(a.Name) == "*" && p.starNames(p.name(n.Module)) == nil {
					return true
				}
			}
		}
	}
	return false
}

// dependencies walks the statements in their order with the writers of every name's current version. A change in place is a
// new version of every name in the alias group.
func (p *Plan) dependencies() {
	p.Deps = make([]map[int]bool, len(p.Statements))
	p.aliases = make([]map[string][]string, len(p.Statements))
	writers := map[string][]int{}
	groups := &aliasGroups{of: map[string]int{}}
	files := map[string][]int{} // statements that wrote or removed a file
	var random, options, shared []int
	figure := map[int][]int{} // by cell
	for _, i := range p.Order {
		deps := map[int]bool{}
		p.Deps[i] = deps
		if p.Roles[i] == RoleDropped {
			continue
		}
		u := p.Uses[i]
		need := func(list []int) {
			for _, j := range list {
				if j != i {
					deps[j] = true
				}
			}
		}
		for name := range u.Reads {
			need(writers[name])
		}
		for name := range u.Functions {
			need(writers[name])
		}
		for b := range u.MayBind {
			need(writers[b])
		}
		if ob := p.observed(i); ob != nil {
			for _, path := range slices.Concat(ob.Reads, ob.Writes, ob.Passing) {
				need(files[path])
			}
			for _, path := range slices.Concat(ob.Writes, ob.Passing) {
				files[path] = append(files[path], i)
			}
		}
		if u.Effects&Random != 0 {
			need(random)
			random = append(random, i)
		}
		need(options)
		if u.Effects&Option != 0 && (len(u.Functions) == 0 || u.Effects&Opaque != 0) {
			options = append(options, i)
		}
		if u.Effects&(Directory|ModulePath|Env) != 0 && !p.isImport(i) {
			need(shared)
			shared = append(shared, i)
		} else if u.Effects&(Load|Store) != 0 || p.isImport(i) {
			need(shared)
		}
		if u.Effects&Figure != 0 {
			c := p.Statements[i].Cell
			need(figure[c])
			figure[c] = append(figure[c], i)
		}
		for _, b := range u.Binds {
			if u.MayBind[b] {
				writers[b] = append(writers[b], i)
				continue
			}
			groups.leave(b)
			writers[b] = []int{i}
		}
		for d := range u.Deletes {
			groups.leave(d)
			writers[d] = []int{i}
		}
		for _, pair := range u.Aliases {
			if ob := p.observed(i); ob == nil { // what ran says it better
				groups.join(pair[0], pair[1])
			}
		}
		if ob := p.observed(i); ob != nil {
			for _, g := range ob.Aliases {
				for _, name := range g[1:] {
					groups.join(g[0], name)
				}
			}
		}
		for m := range u.Mutates {
			for _, name := range groups.members(m) {
				if !slices.Contains(writers[name], i) {
					writers[name] = append(writers[name], i)
				}
			}
		}
		p.aliases[i] = groups.snapshot()
	}
}

func (p *Plan) isImport(i int) bool {
	switch p.Statements[i].Node.(type) {
	case *ast.Import, *ast.ImportFrom:
		return true
	}
	return false
}

// aliasGroups are the names that share memory.
type aliasGroups struct {
	of   map[string]int
	next int
}

func (g *aliasGroups) join(a, b string) {
	x, okA := g.of[a]
	y, okB := g.of[b]
	switch {
	case okA && okB:
		for name, n := range g.of {
			if n == y {
				g.of[name] = x
			}
		}
	case okA:
		g.of[b] = x
	case okB:
		g.of[a] = y
	default:
		g.next++
		g.of[a], g.of[b] = g.next, g.next
	}
}

func (g *aliasGroups) leave(a string) { delete(g.of, a) }

func (g *aliasGroups) members(a string) []string {
	n, ok := g.of[a]
	if !ok {
		return []string{a}
	}
	var out []string
	for name, m := range g.of {
		if m == n {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func (g *aliasGroups) snapshot() map[string][]string {
	out := map[string][]string{}
	for name := range g.of {
		if m := g.members(name); len(m) > 1 {
			out[name] = m
		}
	}
	return out
}

// slice keeps what the outputs need, backwards over the dependencies. Draws of random numbers stay, as each one moves the
// stream for the next; so do checks that may stop the program.
func (p *Plan) slice() {
	kept := make([]bool, len(p.Statements))
	var work []int
	keep := func(i int) {
		if !kept[i] && p.Roles[i] != RoleDropped {
			kept[i] = true
			work = append(work, i)
		}
	}
	for _, o := range p.Outputs {
		for _, i := range o.Statements {
			keep(i)
		}
	}
	for _, i := range p.Order {
		if e := p.Uses[i].Effects; p.isCheck(i) || e&(Option|ModulePath) != 0 && (len(p.Uses[i].Functions) == 0 || e&Option != 0 && e&Opaque != 0) && !p.isDef(i) {
			keep(i)
		}
	}
	for len(work) > 0 {
		for len(work) > 0 {
			i := work[len(work)-1]
			work = work[:len(work)-1]
			for j := range p.Deps[i] {
				keep(j)
			}
		}
		for _, i := range p.Order {
			if ob := p.observed(i); ob != nil && ob.Removes && p.clears(i, kept) {
				keep(i)
			}
		}
	}
	for _, i := range p.Order {
		if !kept[i] && p.Roles[i] != RoleDropped {
			p.drop(i, p.whyNotNeeded(i))
		}
	}
}

// clears: the statement removes a file that one of those that are kept wrote.
func (p *Plan) clears(i int, kept []bool) bool {
	for j := range p.Deps[i] {
		if ob := p.observed(j); kept[j] && ob != nil && slices.ContainsFunc(ob.Passing, func(path string) bool { return slices.Contains(p.observed(i).Passing, path) }) {
			return true
		}
	}
	return false
}

// takeOlder makes the definition that is kept the function of its name, where a later one serves nothing that is kept.
func (p *Plan) takeOlder() {
	for name, f := range p.Functions {
		if p.Roles[f.Statement] != RoleDropped {
			continue
		}
		kept := slices.DeleteFunc(slices.Clone(f.older), func(old *Function) bool { return p.Roles[old.Statement] == RoleDropped })
		if n := len(kept); n > 0 {
			p.Functions[name] = kept[n-1]
			kept[n-1].older = kept[:n-1]
		}
	}
	p.close()
}

func (p *Plan) isDef(i int) bool {
	switch p.Statements[i].Node.(type) {
	case *ast.FunctionDef, *ast.ClassDef:
		return true
	}
	f := p.Functions
	u := p.Uses[i]
	return len(u.Binds) == 1 && f[u.Binds[0]] != nil && f[u.Binds[0]].Statement == i
}

// isCheck is an assert, or an if that only raises.
func (p *Plan) isCheck(i int) bool {
	switch s := p.Statements[i].Node.(type) {
	case *ast.Assert:
		return true
	case *ast.If:
		for _, b := range s.Body {
			if _, ok := b.(*ast.Raise); !ok {
				return false
			}
		}
		return len(s.Orelse) == 0
	}
	return false
}

func (p *Plan) whyNotNeeded(i int) string {
	u := p.Uses[i]
	switch {
	case p.isImport(i):
		return "nothing that is kept uses the import"
	case p.isDef(i):
		return "nothing that is kept calls it"
	case u.Effects&Figure != 0:
		return "a figure that is neither titled nor saved: it stays in the notebook"
	case u.Shown != nil && p.observed(i) != nil && p.observed(i).Textless != "":
		return "shows a value whose own text raises " + p.observed(i).Textless
	case u.Shown != nil:
		return "shows a value for looking: it stays in the notebook"
	case u.Effects&Print != 0 && len(u.Binds) == 0:
		return "prints what no output needs"
	}
	return "no output depends on it"
}

// roles gives every kept statement its place.
func (p *Plan) roles() {
	for _, i := range p.Order {
		if p.Roles[i] == RoleDropped || p.Roles[i] == RoleConfig {
			continue
		}
		u := p.Uses[i]
		switch {
		case p.isImport(i):
			p.Roles[i] = RoleImport
		case p.isDef(i):
			p.Roles[i] = RoleDefine
		default:
			p.Roles[i] = p.roleOf(i, u)
		}
	}
	p.moduleConstants()
}

func (p *Plan) roleOf(i int, u *Use) Role {
	e := u.Effects
	if p.explicit[i] {
		e &^= Random
	}
	switch {
	case e&Figure != 0 && e&Store != 0 && p.savesFigure(i) != nil:
		return RoleStore
	case e&Figure != 0:
		return RoleFigure
	case e&(Store|Stdout|Notify|Shell) != 0:
		return RoleStore
	case e&Print != 0 && !p.directPrints(i):
		return RoleStore
	case e&(Load|Clock|Random|Env|Net|Input|Directory|Argv) != 0:
		return RoleLoad
	case e&(Option|ModulePath) != 0:
		return RoleSetup
	}
	return RolePure
}

// directPrints: all that the statement prints is printed by calls of print in it.
func (p *Plan) directPrints(i int) bool {
	for name := range p.Uses[i].Functions {
		if p.Functions[name].Effects&Print != 0 && !p.printing[name] {
			return false
		}
	}
	for _, c := range p.Uses[i].Calls {
		if c.fact != nil && c.fact.effects&Print != 0 && !p.plainPrint(c) {
			return false
		}
	}
	// A print that is handed on: map(print, …).
	for _, r := range p.Uses[i].Refs {
		if r.name == "print" && r.call == nil {
			return false
		}
	}
	return true
}

// savesFigure is the call of savefig that is a whole statement.
func (p *Plan) savesFigure(i int) *ast.Call {
	e, ok := p.Statements[i].Node.(*ast.ExprStmt)
	if !ok {
		return nil
	}
	c, ok := e.Value.(*ast.Call)
	if !ok {
		return nil
	}
	if a, ok := c.Func.(*ast.Attribute); ok && p.name(a.Attr) == "savefig" {
		return c
	}
	return nil
}

// moduleConstants are the names that functions read and that are bound once, from what modules have, and never changed: they
// stand in the module as they stood in the notebook.
func (p *Plan) moduleConstants() {
	read := set{}
	for _, f := range p.Functions {
		if p.Roles[f.Statement] == RoleDefine {
			maps.Copy(read, f.Reads)
			maps.Copy(read, p.Uses[f.Statement].Reads)
		}
	}
	p.addDefaults(read)
	binds := map[string]int{}
	mutated := set{}
	for _, i := range p.Order {
		if p.Roles[i] == RoleDropped {
			continue
		}
		for _, b := range p.Uses[i].Binds {
			binds[b]++
		}
		for m := range p.Uses[i].Mutates {
			for _, name := range append(p.aliases[i][m], m) {
				mutated.add(name)
			}
		}
	}
	for _, i := range p.Order {
		u := p.Uses[i]
		assign, ok := p.Statements[i].Node.(*ast.Assign)
		if !ok || p.Roles[i] != RolePure || len(u.Binds) == 0 || u.Effects != 0 {
			continue
		}
		if _, isName := assign.Targets[0].(*ast.Name); !isName && len(u.Binds) == 1 {
			continue
		}
		fits := true
		for _, b := range u.Binds {
			fits = fits && read[b] && binds[b] == 1 && !mutated[b] && !builtinNames[b]
		}
		for r := range u.Reads {
			_, isModule := p.Modules[r]
			if isModule || builtinNames[r] && binds[r] == 0 {
				continue
			}
			if f := p.Functions[r]; f != nil && p.Roles[f.Statement] == RoleDefine && len(p.freeOf(f)) == 0 && f.Effects&(Edge|Figure|Print) == 0 {
				continue
			}
			fits = fits && p.home[r] == "steps"
		}
		if ob := p.observed(i); ob != nil && ob.Seconds > 0.2 {
			fits = false
		}
		if fits {
			p.Roles[i] = RoleDefine
			for _, b := range u.Binds {
				p.home[b] = "steps"
			}
		}
	}
}

// addDefaults adds what the values of defaults, decorators and bases are made of: they are there when the function is defined.
func (p *Plan) addDefaults(read set) {
	var work []string
	for _, f := range p.Functions {
		if p.Roles[f.Statement] == RoleDefine {
			work = append(work, p.Uses[f.Statement].Reads.sorted()...)
		}
	}
	seen := set{}
	for len(work) > 0 {
		name := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[name] {
			continue
		}
		seen.add(name)
		read.add(name)
		for _, i := range p.Order {
			if _, ok := p.Statements[i].Node.(*ast.Assign); ok && p.Roles[i] == RolePure && p.Uses[i].Effects == 0 && slices.Contains(p.Uses[i].Binds, name) {
				work = append(work, p.Uses[i].Reads.sorted()...)
			}
		}
	}
}

// freeOf is what a function reads that is no module, function or constant of a module: what has to be handed to it.
func (p *Plan) freeOf(f *Function) (out []string) {
	for _, r := range f.Reads.sorted() {
		if _, isModule := p.Modules[r]; isModule && !p.rebinds(r) {
			continue
		}
		if g := p.Functions[r]; g != nil || builtinNames[r] && !p.rebinds(r) || p.home[r] != "" {
			continue
		}
		out = append(out, r)
	}
	return out
}

// rebinds: some statement that is kept gives the name another value than its import or Python's own.
func (p *Plan) rebinds(name string) bool {
	for _, i := range p.Order {
		if p.isImport(i) || p.Roles[i] == RoleDropped || !slices.Contains(p.Uses[i].Binds, name) {
			continue
		}
		if f := p.Functions[name]; f == nil || !p.isDef(i) {
			return true
		}
	}
	return false
}

func (s *Segment) returns(name string) bool {
	return slices.ContainsFunc(s.Returns, func(r *Return) bool { return r.Source == name && r.Kind == "value" })
}

func lower(s string) string { return strings.ToLower(s) }
