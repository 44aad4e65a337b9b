package graduate

import (
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// Drawing without pyplot's state. A function of pyplot draws on whatever figure and axes are the current ones, which is a state
// that all code shares. Where all that a cell draws stands on one figure of its own, the cell becomes a step: it makes the
// figure, draws on it by its methods, and returns it.
//
//	plt.hist(heights)                        figure = Figure()
//	plt.title("Heights")             →       axes = figure.add_subplot()
//	                                         axes.hist(heights)
//	                                         axes.set_title("Heights")
//	                                         return figure
//
// Functions of the notebook that such cells alone use are handed the figure. Every function of pyplot here is defined in matplotlib as
// a call of that method of gca() or gcf(), and a figure of its own has no other current axes than those it keeps itself. What has no such
// meaning (styles, several figures, axes of another cell) stays with pyplot, in figures.py.

// drawnOn stands for the figure among the names that a function is handed.
const drawnOn = ">figure"

// onAxes are the functions of pyplot that are a method of the current axes, of the same name where the right side is "".
var onAxes = func() map[string]string {
	out := map[string]string{"title": "set_title", "xlabel": "set_xlabel", "ylabel": "set_ylabel", "xscale": "set_xscale", "yscale": "set_yscale",
		"xlim": "set_xlim", "ylim": "set_ylim"}
	for _, name := range strings.Fields(`plot scatter bar barh hist hist2d hexbin errorbar fill_between fill_betweenx fill step stem pie boxplot violinplot imshow
contour contourf clabel pcolor pcolormesh quiver quiverkey streamplot axhline axvline axline axhspan axvspan hlines vlines text annotate legend grid axis margins semilogx
semilogy loglog stackplot eventplot table tick_params minorticks_on minorticks_off arrow barbs spy tricontour tricontourf tripcolor triplot locator_params
ticklabel_format autoscale bar_label broken_barh`) {
		out[name] = name
	}
	return out
}()

// onFigure are those that are a method of the current figure.
var onFigure = map[string]string{"suptitle": "suptitle", "tight_layout": "tight_layout", "subplots_adjust": "subplots_adjust", "figtext": "text", "sca": "sca", "subplot": "add_subplot"}

// elsewhere are names that pyplot only hands on from another module.
var elsewhere = map[string]string{"Circle": "matplotlib.patches", "Rectangle": "matplotlib.patches", "Polygon": "matplotlib.patches", "Arrow": "matplotlib.patches", "setp": "matplotlib.artist",
	"MaxNLocator": "matplotlib.ticker", "NullLocator": "matplotlib.ticker", "NullFormatter": "matplotlib.ticker", "FuncFormatter": "matplotlib.ticker", "MultipleLocator": "matplotlib.ticker",
	"FixedLocator": "matplotlib.ticker", "FixedFormatter": "matplotlib.ticker", "ScalarFormatter": "matplotlib.ticker", "LogLocator": "matplotlib.ticker", "Normalize": "matplotlib.colors", "Line2D": "matplotlib.lines"}

// mappables are the methods whose result plt.colorbar() and plt.clim() speak of.
var mappables = set{"imshow": true, "scatter": true, "contour": true, "contourf": true, "pcolor": true, "pcolormesh": true, "hexbin": true, "tripcolor": true, "tricontourf": true}

// onGivenAxes are seaborn's functions that draw on the axes they are given as ax, and else on the current ones.
var onGivenAxes = func() set {
	s := set{}
	s.add(strings.Fields(`lineplot scatterplot histplot kdeplot ecdfplot rugplot barplot countplot boxplot violinplot stripplot swarmplot boxenplot pointplot regplot residplot heatmap distplot`)...)
	return s
}()

// A canvas is the one figure that a cell draws, or those that it is given and changes, as a step changes any other object that it is given.
type canvas struct {
	figure string    // what it is called in the function
	maker  int       // the statement that makes it, -1 when none does
	own    bool      // some statement makes axes: the current ones are asked of the figure
	given  bool      // all is drawn on figures and axes that it is given
	calls  set       // functions of the notebook that draw
	steps  []int     // statements of the cell that draw
	makes  *ast.Call // the call of plt.figure or plt.subplots
}

// axes is how the current axes are called.
func (p *Plan) axesOf(c *canvas) string {
	if c.own || c.maker >= 0 {
		return c.figure + ".gca()"
	}
	return p.axesName
}

const pyplot = "matplotlib.pyplot"

// findDrawing finds the cells whose figure is made by the function that draws it, and the functions that are handed theirs.
func (p *Plan) findDrawing() {
	p.canvases, p.drawers = map[int]*canvas{}, set{}
	if p.Options.Pyplot || !p.Cellular {
		return
	}
	p.figureName, p.axesName = p.freeWord("figure", "drawing", "drawn_figure"), p.freeWord("axes", "plot_axes", "drawn_axes")
	for name, f := range p.Functions {
		if f.Effects&Figure != 0 && p.Roles[f.Statement] == RoleDefine && p.mayBeHanded(f) {
			p.drawers.add(name)
		}
	}
	cells := map[int][]int{}
	for _, i := range p.Order {
		if p.Roles[i] == RoleFigure {
			c := p.Statements[i].Cell
			cells[c] = append(cells[c], i)
		}
	}
	for cell, list := range cells {
		if c := p.canvasOf(cell, list); c != nil {
			p.canvases[cell] = c
		}
	}
	for changed := true; changed; {
		changed = false
		keepOut := func(name string) {
			if p.drawers[name] {
				delete(p.drawers, name)
				changed = true
			}
		}
		for cell, c := range p.canvases {
			for name := range c.calls {
				if !p.drawers[name] {
					delete(p.canvases, cell)
					changed = true
					break
				}
			}
		}
		for name, f := range p.Functions {
			if p.Roles[f.Statement] == RoleDropped {
				continue
			}
			for r := range f.direct {
				if g := p.Functions[r]; g != nil && g.Effects&Figure != 0 && p.drawers[name] != p.drawers[r] {
					keepOut(name)
					keepOut(r)
				}
			}
		}
		for _, i := range p.Order {
			if p.Roles[i] == RoleDropped || p.isDef(i) {
				continue
			}
			if p.canvases[p.Statements[i].Cell] == nil || p.Roles[i] != RoleFigure {
				for name := range p.Uses[i].Functions {
					keepOut(name)
				}
			}
		}
	}
	for name := range p.drawers {
		p.home[name] = "steps"
		if p.needsCanvas(p.Functions[name], set{}) {
			p.Lifted[name] = append(p.Lifted[name], drawnOn)
		}
	}
}

// freeWord is the first of the names that the program has not, but as an attribute.
func (p *Plan) freeWord(names ...string) string {
	for _, name := range names {
		if !regexp.MustCompile(`(?m)(?:^|[^.\w])` + name + `\b`).Match(p.File.Src) {
			return name
		}
	}
	return names[len(names)-1] + "_"
}

// needsCanvas: the function draws on the current figure or axes, itself or by others.
func (p *Plan) needsCanvas(f *Function, seen set) bool {
	if seen[f.Name] {
		return false
	}
	seen.add(f.Name)
	for _, c := range f.Calls {
		if name := p.implicit(c); name != "" {
			return true
		}
	}
	for r := range f.direct {
		if g := p.Functions[r]; g != nil && p.drawers[r] && p.needsCanvas(g, seen) {
			return true
		}
	}
	return false
}

// implicit: the call draws on the current axes or figure; the name of the function that does.
func (p *Plan) implicit(c *callSite) string {
	name, ok := strings.CutPrefix(c.path, pyplot+".")
	switch {
	case ok && elsewhere[name] == "" && !strings.HasPrefix(name, "cm."):
		return name
	case strings.HasPrefix(c.path, "seaborn.") && onGivenAxes[c.method] && !hasKeyword(p.Program, c.node, "ax"):
		return c.method
	case p.plotsTable(c) && !hasKeyword(p.Program, c.node, "ax"):
		return "plot"
	}
	return ""
}

// plotsTable: table.plot(…) or table.plot.bar(…) of pandas.
func (p *Plan) plotsTable(c *callSite) bool {
	a, ok := c.node.Func.(*ast.Attribute)
	if !ok || c.path != "" {
		return false
	}
	accessor := p.name(a.Attr) != "plot"
	if accessor {
		inner, ok := a.Value.(*ast.Attribute)
		if !ok || p.name(inner.Attr) != "plot" {
			return false
		}
		accessor = ofTable[p.name(a.Attr)]
		a = inner
	}
	base := p.start(a.Value, true)
	if base == "" || strings.HasPrefix(p.Modules[base], "matplotlib") {
		return false
	}
	known := false
	for _, u := range p.Uses {
		if u != nil && u.Types[base] != "" {
			known = strings.HasPrefix(u.Types[base], "pandas.")
			if !known {
				return false
			}
		}
	}
	return known || p.Modules[base] == "pandas" || accessor || slices.ContainsFunc(c.node.Keywords, func(k ast.Keyword) bool { return ofTablesPlot[p.name(k.Arg)] })
}

// ofTable are the kinds of table.plot.bar(…), ofTablesPlot the arguments that table.plot(…) has and axes.plot(…) has not: they tell a table of which the type
// is not known, as that of a parameter.
var (
	ofTable      = setOf("area bar barh box density hexbin hist kde line pie scatter")
	ofTablesPlot = setOf("kind x y title figsize subplots rot legend secondary_y logx logy grid")
)

// mayBeHanded: all that the function draws on the current figure can be drawn on one that it is handed.
func (p *Plan) mayBeHanded(f *Function) bool {
	if _, ok := f.Node.(*ast.FunctionDef); !ok || f.Decorated || len(f.older) > 0 || p.nested[f.Statement] || f.Effects&edges(p.drawing[f.Name]) != 0 || f.Effects&(Option|Print) != 0 {
		return false
	}
	_, maker := p.makerIn(f)
	for _, c := range f.Calls {
		name := p.implicit(c)
		if name == "" || c.node == maker {
			continue
		}
		if maker != nil && c.node.Pos() < maker.Pos() || !p.speaksOf(c, name) || name == "clim" || name == "colorbar" && len(c.node.Args) == 0 {
			return false
		}
	}
	if !p.pyplotOnlyCalled(f.Refs, f.Calls) {
		return false
	}
	onlyCalled := func(refs []ref) bool {
		return !slices.ContainsFunc(refs, func(r ref) bool {
			return r.name == f.Name && !r.store && !r.isCalled()
		})
	}
	for _, i := range p.Order {
		if p.Roles[i] != RoleDropped && !onlyCalled(p.Uses[i].Refs) {
			return false
		}
	}
	for _, g := range p.Functions {
		if !onlyCalled(g.Refs) {
			return false
		}
	}
	return true
}

// edges are the effects that keep something out of the steps, but for draws from a generator that is handed to it.
func edges(explicit bool) Effect {
	if explicit {
		return Edge &^ Random
	}
	return Edge
}

// speaksOf: the function of pyplot, or the drawing call, has a form on a figure that is at hand.
func (p *Plan) speaksOf(c *callSite, name string) bool {
	if !strings.HasPrefix(c.path, pyplot+".") {
		return !hasKeyword(p.Program, c.node, "subplots") && !slices.ContainsFunc(c.node.Keywords, func(k ast.Keyword) bool { return k.Arg == 0 })
	}
	switch name {
	case "gca", "gcf":
		return len(c.node.Args)+len(c.node.Keywords) == 0
	case "colorbar", "clim", "axes":
		return true
	case "xticks", "yticks":
		return p.ticks(c) != ""
	case "xlim", "ylim":
		return len(c.node.Args)+len(c.node.Keywords) > 0
	}
	return onAxes[name] != "" || onFigure[name] != ""
}

// ticks is how a call of plt.xticks or plt.yticks is told to the axes, "" when it cannot be: places alone or with their labels, or the
// labels' style.
func (p *Plan) ticks(c *callSite) string {
	positional, named := len(c.node.Args), len(c.node.Keywords)
	for i := range c.node.Keywords {
		if k := p.name(c.node.Keywords[i].Arg); k == "" || k == "ticks" || k == "labels" || k == "minor" {
			return ""
		}
	}
	switch {
	case positional == 1 && named == 0, positional == 2:
		return "set"
	case positional == 0 && named > 0 && c.stmt && c.straight:
		return "style"
	}
	return ""
}

// pyplotOnlyCalled: pyplot is named for its calls, and for what it hands on, alone.
func (p *Plan) pyplotOnlyCalled(refs []ref, calls []*callSite) bool {
	for _, r := range refs {
		path := p.Modules[r.name]
		if r.store || path != pyplot && !strings.HasPrefix(path, pyplot+".") {
			continue
		}
		if p.File.Src[r.span.End] == '.' && strings.HasPrefix(string(p.File.Src[r.span.End+1:]), "cm.") && p.freeFor("cm", "matplotlib.cm") {
			continue
		}
		if !slices.ContainsFunc(calls, func(c *callSite) bool {
			return strings.HasPrefix(c.path, pyplot+".") && c.node.Func.Pos() == r.span.Start && p.stands(c)
		}) {
			return false
		}
	}
	return true
}

// stands: what the call names of pyplot can be named otherwise.
func (p *Plan) stands(c *callSite) bool {
	name := strings.TrimPrefix(c.path, pyplot+".")
	if from := elsewhere[name]; from != "" {
		return p.freeFor(name, from+"."+name)
	}
	return true
}

// freeFor: the name means that in the program, or nothing.
func (p *Plan) freeFor(name, path string) bool {
	if have, ok := p.Modules[name]; ok {
		return have == path && !p.rebinds(name)
	}
	return !p.usedName(name, "")
}

// canvasOf looks at what a cell draws; nil when it is not one figure of its own that everything can be told.
func (p *Plan) canvasOf(cell int, list []int) *canvas {
	c := &canvas{figure: p.figureName, maker: -1, calls: set{}, steps: list}
	shown, known := p.figuresIn(cell)
	if shown > 1 {
		return nil
	}
	for _, g := range p.intervals() {
		inside, others := false, false
		for k := g.from; k <= g.to; k++ {
			i := p.Order[k]
			if p.Roles[i] > RoleSetup {
				continue
			}
			inside = inside || p.Statements[i].Cell == cell
			others = others || p.Statements[i].Cell != cell
		}
		if inside && others {
			return nil
		}
	}
	drawn, others := false, false // on its own figure, on those of other cells
	for at, i := range list {
		u := p.Uses[i]
		if ob := p.observed(i); ob != nil && ob.Raised != "" {
			return nil
		}
		if u.Effects&edges(p.explicit[i]) != 0 || u.Effects&(Option|Opaque) != 0 || u.Executed != nil || p.nested[i] {
			return nil
		}
		bound := p.boundIn(cell, i)
		for k := range p.Statements {
			if at == 0 || k <= list[at-1] || k >= i || p.Statements[k].Cell != cell {
				continue
			}
			switch r := p.Roles[k]; {
			case p.Reasons[k] == shownByEdge, r == RoleStore, r == RoleSetup:
				return nil // another figure, one that is saved on the way, or another style
			case r == RoleLoad && (!p.onlyLoads(k) || p.conflicts(k, list[:at]) || slices.ContainsFunc(list[:at], func(j int) bool { return p.Deps[k][j] })):
				return nil // it would stand in the middle
			}
		}
		for _, r := range u.Refs {
			if f := p.Functions[r.name]; f != nil && !r.store && p.makesCanvas(f, set{}) {
				if drawn || c.maker >= 0 || c.own {
					return nil // a figure after another one
				}
				c.own = true
			}
		}
		for name := range u.Functions {
			if p.Functions[name].Effects&Figure != 0 {
				c.calls.add(name)
				drawn = true
			}
		}
		makes := p.makesFigure(p.Statements[i].Node, u.Calls)
		if makes != nil {
			if c.maker >= 0 || drawn {
				return nil
			}
			c.maker, c.makes = i, makes
			if name := p.bindsFigure(p.Statements[i].Node); name != "" {
				c.figure = name
			}
		}
		if !p.pyplotOnlyCalled(u.Refs, u.Calls) {
			return nil
		}
		for _, call := range u.Calls {
			if call.node == c.makes {
				continue
			}
			if call.path == "" && call.fact != nil && call.fact.effects&Figure != 0 && call.local == "" {
				if p.plotsTable(call) {
					if c.maker >= 0 && !hasKeyword(p.Program, call.node, "ax") {
						return nil // a table's plot makes a figure of its own
					}
				} else if call.root != "" && !bound[call.root] {
					others = true
				}
			}
			for _, k := range call.node.Keywords {
				if name := p.rootName(k.Value); p.name(k.Arg) == "ax" && name != "" && !bound[name] {
					others = true
				}
			}
			name := p.implicit(call)
			if name == "" {
				if strings.HasPrefix(call.path, "seaborn.") && call.fact != nil && call.fact.effects&Figure != 0 && !onGivenAxes[call.method] || strings.HasPrefix(call.path, "pandas.plotting.") {
					return nil
				}
				continue
			}
			drawn = true
			if !p.speaksOf(call, name) {
				return nil
			}
			switch name {
			case "axes", "subplot":
				c.own = true
			case "colorbar", "clim":
				if name == "clim" || len(call.node.Args) == 0 && !hasKeyword(p.Program, call.node, "mappable") {
					if !call.straight || !call.stmt && p.assigned(i, call.node) == "" || p.mappableBefore(list[:at]) < 0 {
						return nil
					}
				}
			}
		}
	}
	c.given = c.maker < 0 && !drawn
	if others && !c.given || known && shown == 0 && drawn || c.given && shown > 0 {
		return nil
	}
	return c
}

// figuresIn is how many figures a run was seen to show at the end of a cell.
func (p *Plan) figuresIn(cell int) (n int, known bool) {
	for i, s := range p.Statements {
		if ob := p.observed(i); ob != nil && s.Cell == cell {
			n += ob.Figures
			known = true
		}
	}
	return n, known
}

// boundIn are the names that a cell binds up to a statement of it.
func (p *Plan) boundIn(cell, until int) set {
	bound := set{}
	for _, i := range p.Order {
		if p.Statements[i].Cell == cell && p.Roles[i] != RoleDropped {
			bound.add(p.Uses[i].Binds...)
		}
		if i == until {
			break
		}
	}
	return bound
}

// mappableBefore is the last of the statements that draws what a colour bar can be for, when it is all that the statement does; -1 when that
// is not clear.
func (p *Plan) mappableBefore(list []int) int {
	for _, i := range slices.Backward(list) {
		for _, c := range p.Uses[i].Calls {
			name, ok := strings.CutPrefix(c.path, pyplot+".")
			if !ok {
				name = c.method
			}
			if !mappables[name] && name != "hist2d" && p.Functions[c.local] == nil {
				continue
			}
			if ok && mappables[name] && c.straight && (c.stmt || p.assigned(i, c.node) != "") {
				return i
			}
			return -1
		}
	}
	return -1
}

// assigned is the one name that a statement binds to a call.
func (p *Plan) assigned(i int, call *ast.Call) string {
	if a, ok := p.Statements[i].Node.(*ast.Assign); ok && len(a.Targets) == 1 && a.Value == ast.Expr(call) {
		return p.rootName(a.Targets[0])
	}
	return ""
}

// makerIn is the statement of a function that makes its figure, and the call in it: on a figure that is handed in, it makes the axes.
func (p *Plan) makerIn(f *Function) (ast.Stmt, *ast.Call) {
	def, ok := f.Node.(*ast.FunctionDef)
	if !ok {
		return nil, nil
	}
	for _, s := range def.Body {
		call := p.makesFigure(s, f.Calls)
		if call == nil {
			continue
		}
		for k := range call.Keywords {
			if name := p.name(call.Keywords[k].Arg); name != "figsize" && !ofSubplots[name] {
				return nil, nil
			}
		}
		return s, call
	}
	return nil, nil
}

// makesCanvas: the function makes axes on the figure that it is handed, itself or by others.
func (p *Plan) makesCanvas(f *Function, seen set) bool {
	if seen[f.Name] {
		return false
	}
	seen.add(f.Name)
	if _, call := p.makerIn(f); call != nil {
		return true
	}
	for r := range f.direct {
		if g := p.Functions[r]; g != nil && p.makesCanvas(g, seen) {
			return true
		}
	}
	return false
}

// ofSubplots are the arguments of plt.subplots that are not the figure's.
var ofSubplots = set{"nrows": true, "ncols": true, "sharex": true, "sharey": true, "squeeze": true, "width_ratios": true, "height_ratios": true, "subplot_kw": true, "gridspec_kw": true}

// makesFigure is the call of plt.figure or plt.subplots that is all of a statement: `plt.figure(…)`, `fig = plt.figure(…)`, `fig, ax = plt.subplots(…)`.
func (p *Plan) makesFigure(st ast.Stmt, calls []*callSite) *ast.Call {
	var e ast.Expr
	tuple := false
	switch s := st.(type) {
	case *ast.ExprStmt:
		e = s.Value
	case *ast.Assign:
		if len(s.Targets) != 1 {
			return nil
		}
		e = s.Value
		if t, ok := s.Targets[0].(*ast.Tuple); ok {
			if tuple = len(t.Elts) == 2 && p.rootName(t.Elts[0]) != ""; !tuple {
				return nil
			}
		} else if p.rootName(s.Targets[0]) == "" {
			return nil
		}
	}
	call, ok := e.(*ast.Call)
	if !ok {
		return nil
	}
	for _, c := range calls {
		if c.node != call {
			continue
		}
		for k := range call.Keywords {
			switch p.name(call.Keywords[k].Arg) {
			case "", "num", "clear", "FigureClass":
				return nil
			}
		}
		switch {
		case c.path == pyplot+".figure" && !tuple && len(call.Args) == 0:
			return call
		case c.path == pyplot+".subplots" && tuple:
			return call
		}
	}
	return nil
}

// bindsFigure is the name that the figure gets from the statement that makes it.
func (p *Plan) bindsFigure(st ast.Stmt) string {
	a, ok := st.(*ast.Assign)
	if !ok {
		return ""
	}
	if t, ok := a.Targets[0].(*ast.Tuple); ok {
		return p.rootName(t.Elts[0])
	}
	return p.rootName(a.Targets[0])
}

// canvasIn is the figure that a segment makes and returns.
func (p *Plan) canvasIn(s *Segment) *canvas {
	if s == nil || s.Role != RoleFigure {
		return nil
	}
	return p.canvases[p.Statements[s.Statements[0]].Cell]
}

// canvasHead makes the figure, where no statement does.
func (p *Plan) canvasHead(s *Segment, m *module) string {
	c := p.canvasIn(s)
	if c == nil || c.given {
		return ""
	}
	m.imports.add("from matplotlib.figure import Figure")
	if c.maker >= 0 {
		return ""
	}
	head := "    " + c.figure + " = Figure()\n"
	if !c.own && p.usesAxes(c) {
		head += "    " + p.axesName + " = " + c.figure + ".add_subplot()\n"
	}
	return head
}

// usesAxes: some statement of the cell draws on the current axes by itself.
func (p *Plan) usesAxes(c *canvas) bool {
	for _, i := range c.steps {
		for _, call := range p.Uses[i].Calls {
			if name := p.implicit(call); name != "" && (onFigure[name] == "" && name != "gcf") {
				return true
			}
		}
	}
	return false
}

// draws puts methods of the figure, and of its axes, in the place of pyplot's functions.
func (r *rewrite) draws(calls []*callSite, figure, axes string) {
	p := r.p
	for _, c := range calls {
		_, ok := strings.CutPrefix(c.path, pyplot+".")
		f := c.node.Func
		name := p.implicit(c)
		if ok && name != "" {
			p.replaced[f.Pos()] = true
		}
		switch {
		case name == "":
		case !ok:
			r.addArguments(c.node, "ax="+axes)
		case name == "gcf":
			r.replace(c.node.Pos(), c.node.End(), figure)
		case name == "gca":
			r.replace(c.node.Pos(), c.node.End(), axes)
		case name == "axes" && len(c.node.Args) == 0:
			r.replace(f.Pos(), f.End(), figure+".add_subplot")
		case name == "axes":
			r.replace(f.Pos(), f.End(), figure+".add_axes")
		case name == "xticks" || name == "yticks":
			if p.ticks(c) == "set" {
				r.replace(f.Pos(), f.End(), axes+".set_"+name)
			} else {
				r.replace(f.Pos(), f.End(), "for tick_label in "+axes+".get_"+strings.TrimSuffix(name, "s")+"labels(): tick_label.set")
			}
		case name == "colorbar" && (len(c.node.Args) > 0 || hasKeyword(p.Program, c.node, "mappable")):
			r.replace(f.Pos(), f.End(), figure+".colorbar")
		case onFigure[name] != "":
			r.replace(f.Pos(), f.End(), figure+"."+onFigure[name])
		case onAxes[name] != "":
			r.replace(f.Pos(), f.End(), axes+"."+onAxes[name])
		}
	}
}

// renames calls what pyplot only hands on by its own name: plt.Circle and plt.cm.viridis.
func (r *rewrite) renames(calls []*callSite) {
	p := r.p
	for _, x := range r.refs {
		if p.Modules[x.name] == pyplot && !x.store && strings.HasPrefix(string(p.File.Src[x.span.End:]), ".cm.") && p.freeFor("cm", "matplotlib.cm") {
			r.needs.add("cm")
			p.replaced[x.span.Start] = true
			r.replace(x.span.Start, x.span.End+uint32(len(".cm")), "cm")
		}
	}
	for _, c := range calls {
		if name, ok := strings.CutPrefix(c.path, pyplot+"."); ok && elsewhere[name] != "" && p.stands(c) {
			r.needs.add(name)
			p.replaced[c.node.Func.Pos()] = true
			r.replace(c.node.Func.Pos(), c.node.Func.End(), name)
		}
	}
}

// drawsIn is draws for a statement of a segment that makes its figure: how the figure is made, and what a colour bar is for, stand in statements.
func (r *rewrite) drawsIn(i int, c *canvas) {
	p := r.p
	if i == c.maker {
		r.makesFigure(p.Statements[i].Node, c.makes, c.figure, "")
		r.draws(slices.DeleteFunc(slices.Clone(p.Uses[i].Calls), func(x *callSite) bool { return x.node == c.makes }), c.figure, p.axesOf(c))
		return
	}
	r.draws(p.Uses[i].Calls, c.figure, p.axesOf(c))
	at := slices.Index(c.steps, i)
	for _, call := range p.Uses[i].Calls {
		name, ok := strings.CutPrefix(call.path, pyplot+".")
		if ok && (name == "clim" || name == "colorbar" && len(call.node.Args) == 0 && !hasKeyword(p.Program, call.node, "mappable")) {
			mappable := p.mappableName(p.mappableBefore(c.steps[:at]))
			f := call.node.Func
			if name == "clim" {
				r.replace(f.Pos(), f.End(), mappable+".set_clim")
				continue
			}
			r.replace(f.Pos(), f.End(), c.figure+".colorbar")
			r.replace(f.End(), f.End()+1, "("+mappable)
			if len(call.node.Keywords) > 0 {
				r.edits[len(r.edits)-1].text += ", "
			}
		}
	}
	if p.coloured(c, i) && p.assigned(i, p.wholeCall(i)) == "" {
		r.replace(r.base, r.base, p.mappableName(i)+" = ")
	}
}

// coloured: a colour bar further down speaks of what this statement draws.
func (p *Plan) coloured(c *canvas, i int) bool {
	for at, j := range c.steps {
		for _, call := range p.Uses[j].Calls {
			if (call.path == pyplot+".clim" || call.path == pyplot+".colorbar" && len(call.node.Args) == 0 && !hasKeyword(p.Program, call.node, "mappable")) && p.mappableBefore(c.steps[:at]) == i {
				return true
			}
		}
	}
	return false
}

func (p *Plan) wholeCall(i int) *ast.Call {
	switch s := p.Statements[i].Node.(type) {
	case *ast.ExprStmt:
		c, _ := s.Value.(*ast.Call)
		return c
	case *ast.Assign:
		c, _ := s.Value.(*ast.Call)
		return c
	}
	return nil
}

// mappableName is what the statement's drawing is called.
func (p *Plan) mappableName(i int) string {
	if c := p.wholeCall(i); c != nil {
		if name := p.assigned(i, c); name != "" {
			return name
		}
	}
	return p.freeWord("drawn", "coloured", "drawn_colours")
}

// makesFigure writes `fig, ax = plt.subplots(2, figsize=(6, 2))` as `fig = Figure(figsize=(6, 2)); ax = fig.subplots(2)`, and where the figure is handed in
// as `fig = figure; fig.set_size_inches((6, 2)); ax = fig.subplots(2)`.
func (r *rewrite) makesFigure(st ast.Stmt, call *ast.Call, figure, handed string) {
	p := r.p
	p.replaced[call.Func.Pos()] = true
	part := func(n ast.Node) string {
		return string(applyEdits(p.File.Src[n.Pos():n.End()], n.Pos(), within(r.edits, n.Pos(), n.End())))
	}
	var own, axes []string
	size := ""
	for _, a := range call.Args {
		axes = append(axes, part(a))
	}
	for k := range call.Keywords {
		word := &call.Keywords[k]
		switch name := p.name(word.Arg); {
		case ofSubplots[name]:
			axes = append(axes, part(word))
		case name == "figsize":
			size = part(word.Value)
			fallthrough
		default:
			own = append(own, part(word))
		}
	}
	var lines []string
	switch {
	case handed == "":
		lines = append(lines, figure+" = Figure("+strings.Join(own, ", ")+")")
	default:
		if figure != handed {
			lines = append(lines, figure+" = "+handed)
		}
		if size != "" {
			lines = append(lines, figure+".set_size_inches("+size+")")
		}
	}
	if a, ok := st.(*ast.Assign); ok {
		if t, ok := a.Targets[0].(*ast.Tuple); ok {
			lines = append(lines, p.text(t.Elts[1])+" = "+figure+".subplots("+strings.Join(axes, ", ")+")")
		}
	}
	if len(lines) == 0 {
		lines = []string{"pass"}
	}
	r.edits = slices.DeleteFunc(r.edits, func(e edit) bool { return e.Start >= st.Pos() && e.End <= call.End() })
	r.edits = append(r.edits, edit{diag.Span{Start: st.Pos(), End: call.End()}, strings.Join(lines, "; ")})
}
