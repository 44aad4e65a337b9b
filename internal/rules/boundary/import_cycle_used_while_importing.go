package boundary

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

var _ = rule.Register(rule.Rule{
	Code: "RW204", Name: "import-cycle-used-while-importing", Since: "0.1", Family: "boundary",
	Severity: rule.Severities{Experimental: diag.Note, Internal: diag.Warning, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("import_cycle_used_while_importing.md"), Check: importCycleUsedWhileImporting,
})

// importCycleUsedWhileImporting plays the import of each module that stands in a cycle, as if it were the first of the program: in
// the order of its statements, packages before their modules. It reports a `from m import name` that comes while m is still being
// imported and has not bound the name yet, which is an ImportError.
func importCycleUsedWhileImporting(p *rule.Pass) {
	g := newImports(p)
	told := map[*facts.Op]bool{}
	models := g.djangoModels()
	starts, cycles := g.cyclic()
	for i, start := range starts {
		run := importRun{g: g, state: make(map[int]*progress)}
		bad := run.start(start)
		if bad != nil && bad.afterModels(models) {
			bad = g.after(models, start)
		}
		if bad == nil || told[bad.op] {
			continue
		}
		told[bad.op] = true
		from, to := p.Files[bad.from], p.Files[bad.to]
		x := p.At(from.FirstFunc(), bad.op)
		first := p.Files[start]
		x.Message = fmt.Sprintf("importing `%s` first fails: `%s` takes `%s` from `%s`, which is still being imported and has not defined it yet", first.Module, from.Module, bad.name, to.Module)
		x.Help = fmt.Sprintf("import the module and use `%s.%s` when it is needed, import it in the function that needs it, or move `%s` to a module that both import", last(to.Module), bad.name, bad.name)
		for _, f := range bad.stack {
			line, _ := p.Files[f.file].Facts.Place(f.op.Pos)
			x.Witness = append(x.Witness, diag.Frame{Function: p.Files[f.file].Module, File: p.Files[f.file].Path, Line: line, Note: "imports " + p.Files[f.to].Module})
		}
		x.Witness = append(x.Witness, diag.Frame{Function: from.Module, File: from.Path, Line: x.Line, Note: fmt.Sprintf("needs %s of %s", bad.name, to.Module)})
		x.Group = fmt.Sprintf("%s:%d", p.Rule.Code, cycles[i])
		p.Report(x)
	}
}

// djangoModels are the modules of models that Django imports before anything else may import one, in the order in which the settings list their
// applications.
func (g *imports) djangoModels() []int {
	var out []int
	for _, f := range g.p.Files {
		if f.Test || !slices.ContainsFunc(f.Facts.Globals, func(v facts.NamedRef) bool { return f.Facts.Str(v.Name) == "INSTALLED_APPS" }) {
			continue
		}
		for o := range f.Facts.Ops {
			op := &f.Facts.Ops[o]
			if op.Code != facts.MakeList && op.Code != facts.MakeTuple {
				continue
			}
			items, _ := f.Facts.Elems(op)
			for _, item := range items {
				if facts.Ref(item).Tag() != facts.TagStr {
					continue
				}
				app, _, _ := strings.Cut(f.Facts.Str(facts.Ref(item).Index()), ".apps.")
				for _, i := range g.byName[app+".models"] {
					if !slices.Contains(out, i) {
						out = append(out, i)
					}
				}
			}
		}
	}
	return out
}

// afterModels: the failing import goes through models of Django, which nothing can import before the applications are loaded.
func (f *failure) afterModels(models []int) bool {
	return slices.Contains(models, f.to) || slices.Contains(models, f.from) || slices.ContainsFunc(f.stack, func(s importFrame) bool { return slices.Contains(models, s.to) })
}

// after plays the import of a module after that of the models, in their order.
func (g *imports) after(models []int, start int) *failure {
	run := importRun{g: g, state: make(map[int]*progress)}
	for _, m := range append(slices.Clone(models), start) {
		if bad := run.start(m); bad != nil {
			return bad
		}
	}
	return nil
}

func last(dotted string) string { return dotted[strings.LastIndexByte(dotted, '.')+1:] }

// importStep is an import statement of a module, with the modules that it runs, or a place that reads a name of a module.
type importStep struct {
	op      *facts.Op
	targets []int
	base    int // the module that a from-import, or an attribute, takes a name of, -1 otherwise
	name    string
	guarded bool // its failure is expected
}

type imports struct {
	p      *rule.Pass
	flow   *rule.Flow
	byName map[string][]int
	steps  [][]importStep
	bound  []map[string]uint32 // where each module first binds its names
	open   []bool              // names come from elsewhere too: a star import, __getattr__
}

// runs: an import may run the file. Stubs are read by type checkers, and nothing imports shop.ipynb beside the package shop.
func runs(f *link.File) bool { return f.Facts.Notebook == nil && !strings.HasSuffix(f.Path, ".pyi") }

func newImports(p *rule.Pass) *imports {
	g := &imports{p: p, flow: p.NewFlow(func(*rule.Value) string { return "" }), byName: map[string][]int{}, steps: make([][]importStep, len(p.Files)), bound: make([]map[string]uint32, len(p.Files)), open: make([]bool, len(p.Files))}
	for i, f := range p.Files {
		if runs(f) {
			g.byName[f.Module] = append(g.byName[f.Module], i)
		}
	}
	for i, f := range p.Files {
		if f.Test || !runs(f) {
			continue
		}
		n := effects.Node(f.FirstFunc())
		at := map[*facts.Op]int{}
		for _, k := range p.OutEdges(n) {
			e := &p.Edges[k]
			if e.Mode != link.Imported || e.Op.Code != facts.ImportName || p.File(e.To).Index == i {
				continue
			}
			im := &f.Facts.Imports[e.Op.A]
			if im.Typing || im.Lazy {
				continue
			}
			run, guarded := true, false
			rule.Around(f, e.Op, func(c *facts.Ctx) bool {
				switch c.Kind {
				case facts.CtxIf, facts.CtxBool, facts.CtxMatch, facts.CtxHandler, facts.CtxMain, facts.CtxTyping, facts.CtxElse:
					run = false // whether it runs is not known
				case facts.CtxTry, facts.CtxWith:
					guarded = true
				}
				return run
			})
			if !run {
				continue
			}
			s, ok := at[e.Op]
			if !ok {
				s = len(g.steps[i])
				at[e.Op] = s
				g.steps[i] = append(g.steps[i], importStep{op: e.Op, base: -1, guarded: guarded, name: f.Facts.Str(im.Name)})
			}
			g.steps[i][s].targets = append(g.steps[i][s].targets, p.File(e.To).Index)
		}
		if len(g.steps[i]) > 0 {
			g.steps[i] = append(g.steps[i], g.uses(i)...)
		}
		slices.SortStableFunc(g.steps[i], func(a, b importStep) int { return int(a.op.Pos) - int(b.op.Pos) })
		for k := range g.steps[i] {
			s := &g.steps[i][k]
			if s.name == "" || s.name == "*" || s.op.Code != facts.ImportName {
				continue
			}
			base := absolute(f, &f.Facts.Imports[s.op.A])
			sub := base + "." + s.name
			below := func(m, name string) bool { return m == name || strings.HasSuffix(m, "."+name) }
			for _, t := range s.targets {
				if m := p.Files[t].Module; below(m, base) && !below(m, sub) {
					s.base = t
				}
			}
			if slices.ContainsFunc(s.targets, func(t int) bool { return below(p.Files[t].Module, sub) }) {
				s.base = -1 // the name is a module of its own, which the statement imports
			}
		}
	}
	return g
}

// uses are the places where a module certainly reads an attribute of another while it is imported: in its body and in those of its
// classes.
func (g *imports) uses(i int) (out []importStep) {
	f := g.p.Files[i]
	for b := range f.Facts.Funcs {
		fn := &f.Facts.Funcs[b]
		if b != 0 && (fn.Kind != facts.ClassBody || fn.Parent != 0 || fn.Ctx != 0) {
			continue
		}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &f.Facts.Ops[o]
			if op.Code != facts.Attr || op.Ctx != 0 || op.Flags&facts.FlagAnnotation != 0 {
				continue
			}
			module, name := g.flow.Dotted(f, facts.Ref(op.A)), f.Facts.Str(op.B)
			if at := g.byName[module]; len(at) == 1 && at[0] != i && len(g.byName[module+"."+name]) == 0 {
				out = append(out, importStep{op: op, base: at[0], name: name})
			}
		}
	}
	return out
}

// absolute is the dotted name of the module that an import statement takes names of.
func absolute(f *link.File, im *facts.Import) string {
	module := f.Facts.Str(im.Module)
	if im.Level == 0 {
		return module
	}
	parts := strings.Split(f.Module, ".")
	up := int(im.Level)
	if f.IsPackage {
		up--
	}
	if up > len(parts) {
		return module
	}
	parts = parts[:len(parts)-up]
	if module != "" {
		parts = append(parts, module)
	}
	return strings.Join(parts, ".")
}

func (g *imports) names(file int) {
	if g.bound[file] != nil {
		return
	}
	f := g.p.Files[file]
	m := map[string]uint32{}
	for _, v := range f.Facts.Globals {
		for _, o := range g.flow.Defs(f, v.Ref) {
			op := &f.Facts.Ops[o]
			name := f.Facts.Str(v.Name)
			if at, ok := m[name]; !ok || op.Pos < at {
				m[name] = op.Pos
			}
		}
	}
	for i := range f.Facts.Imports {
		if im := &f.Facts.Imports[i]; f.Facts.Str(im.Name) == "*" && im.Func == 0 {
			g.open[file] = true
		}
	}
	if _, ok := m["__getattr__"]; ok {
		g.open[file] = true
	}
	g.bound[file] = m
}

// cyclic are the modules of import cycles, in order, each with the first module of its cycle (Tarjan's algorithm, without
// recursion).
func (g *imports) cyclic() (out, cycle []int) {
	n := len(g.steps)
	index, low := make([]int, n), make([]int, n)
	onStack := make([]bool, n)
	var stack []int
	in := map[int]int{}
	next := 1
	type frame struct{ v, step, target int }
	for root := range n {
		if index[root] != 0 {
			continue
		}
		work := []frame{{root, 0, 0}}
		for len(work) > 0 {
			f := &work[len(work)-1]
			if f.step == 0 && f.target == 0 && index[f.v] == 0 {
				index[f.v], low[f.v] = next, next
				next++
				stack = append(stack, f.v)
				onStack[f.v] = true
			}
			pushed := false
			for f.step < len(g.steps[f.v]) && !pushed {
				s := &g.steps[f.v][f.step]
				if f.target >= len(s.targets) {
					f.step, f.target = f.step+1, 0
					continue
				}
				w := s.targets[f.target]
				f.target++
				if index[w] == 0 {
					work = append(work, frame{w, 0, 0})
					pushed = true
				} else if onStack[w] {
					low[f.v] = min(low[f.v], index[w])
				}
			}
			if pushed {
				continue
			}
			v := f.v
			work = work[:len(work)-1]
			if len(work) > 0 {
				low[work[len(work)-1].v] = min(low[work[len(work)-1].v], low[v])
			}
			if low[v] == index[v] {
				size := 0
				for i := len(stack) - 1; ; i-- {
					size++
					if stack[i] == v {
						break
					}
				}
				members := stack[len(stack)-size:]
				lowest := slices.Min(members)
				for range size {
					w := stack[len(stack)-1]
					stack = stack[:len(stack)-1]
					onStack[w] = false
					if size > 1 {
						out = append(out, w)
						in[w] = lowest
					}
				}
			}
		}
	}
	slices.Sort(out)
	for _, w := range out {
		cycle = append(cycle, in[w])
	}
	return out, cycle
}

// importRun is one import played through.
type importRun struct {
	g     *imports
	state map[int]*progress
	stack []importFrame
	found *failure
	depth int
}

type progress struct {
	done bool
	pos  uint32 // of the statement that runs
}

type importFrame struct {
	file, to int
	op       *facts.Op
}

type failure struct {
	from, to int
	op       *facts.Op
	name     string
	stack    []importFrame
}

func (r *importRun) start(file int) *failure {
	r.parents(file)
	r.exec(file)
	return r.found
}

// parents imports the packages that a module is in.
func (r *importRun) parents(file int) {
	name := r.g.p.Files[file].Module
	for i := 0; i < len(name); i++ {
		if name[i] != '.' || r.found != nil {
			continue
		}
		if at := r.g.byName[name[:i]]; len(at) == 1 {
			r.exec(at[0])
		}
	}
}

func (r *importRun) exec(file int) {
	if r.state[file] != nil || r.found != nil || r.depth > 400 {
		return
	}
	r.depth++
	defer func() { r.depth-- }()
	st := &progress{}
	r.state[file] = st
	for i := range r.g.steps[file] {
		s := &r.g.steps[file][i]
		st.pos = s.op.Pos
		for _, t := range s.targets {
			r.stack = append(r.stack, importFrame{file, t, s.op})
			r.parents(t)
			r.exec(t)
			r.stack = r.stack[:len(r.stack)-1]
			if r.found != nil {
				if s.guarded {
					r.found = nil // it is caught here, and the program goes on in a way that is not known
					st.done = true
					return
				}
				return
			}
		}
		if s.base < 0 || s.guarded {
			continue
		}
		base := r.state[s.base]
		if base == nil || base.done || len(r.g.byName[r.g.p.Files[s.base].Module]) != 1 {
			continue
		}
		// from shop import orders, where orders is a module of the package, imports that when the package has no such name yet.
		if len(r.g.byName[r.g.p.Files[s.base].Module+"."+s.name]) > 0 {
			continue
		}
		r.g.names(s.base)
		if at, ok := r.g.bound[s.base][s.name]; ok && !r.g.open[s.base] && at > base.pos {
			r.found = &failure{file, s.base, s.op, s.name, slices.Clone(r.stack)}
			return
		}
	}
	st.done = true
}
