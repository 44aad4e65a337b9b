package graduate

import (
	"math"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// gatherFigures brings the statements of a cell's figure together: what only prepares numbers for it moves above it, or into
// it when nothing else reads them. plt.show() is left to the edge, and ends a figure.
func (p *Plan) gatherFigures() {
	p.order = p.order[:0]
	for _, i := range p.Order {
		if p.Roles[i] <= RoleSetup {
			p.order = append(p.order, i)
		}
	}
	for at := 0; at < len(p.order); {
		cell := p.Statements[p.order[at]].Cell
		end := at
		first, last := -1, -1
		for end < len(p.order) && p.Statements[p.order[end]].Cell == cell {
			if p.Roles[p.order[end]] == RoleFigure {
				if first < 0 {
					first = end
				}
				last = end
			}
			end++
		}
		if first >= 0 {
			p.gather(first, last)
		}
		at = end
	}
}

func (p *Plan) gather(first, last int) {
	cell := p.Statements[p.order[first]].Cell
	var before, inside []int
	touched := map[int]bool{} // statements of the figure, and what depends on them
	for at := first; at <= last; at++ {
		i := p.order[at]
		depends := false
		for j := range p.Deps[i] {
			depends = depends || touched[j]
		}
		switch {
		case !depends && p.onlyLoads(i) && !p.conflicts(i, inside) && !p.changesOutside(inside):
			before = append(before, i) // a file that is read in between can be read before
		case p.Roles[i] == RoleFigure || p.Roles[i] != RolePure:
			touched[i] = true
			inside = append(inside, i)
		case p.onlyForFigure(i, cell) || depends:
			p.Roles[i] = RoleFigure
			touched[i] = true
			inside = append(inside, i)
		case p.conflicts(i, inside):
			p.Roles[i] = RoleFigure // in the middle of the figure, it cannot stand outside
			touched[i] = true
			inside = append(inside, i)
		default:
			before = append(before, i)
		}
	}
	copy(p.order[first:], append(before, inside...))
}

// onlyLoads: the statement brings a value in, and does nothing else that an order could matter for.
func (p *Plan) onlyLoads(i int) bool {
	return p.Roles[i] == RoleLoad && p.Uses[i].Effects&^Opaque == Load && len(p.Uses[i].Functions) == 0
}

// changesOutside: one of the statements may change what a file read after it holds, or which file it is.
func (p *Plan) changesOutside(list []int) bool {
	return slices.ContainsFunc(list, func(i int) bool {
		return p.Uses[i].Effects&(Store|Shell|Directory|Env|ModulePath|Input|Net|Notify) != 0
	})
}

// conflicts: moving i above the others would change what they read.
func (p *Plan) conflicts(i int, others []int) bool {
	u := p.Uses[i]
	for _, j := range others {
		o := p.Uses[j]
		for _, b := range u.Binds {
			if o.Reads[b] || slices.Contains(o.Binds, b) {
				return true
			}
		}
		for m := range u.Mutates {
			if o.Reads[m] || slices.Contains(o.Binds, m) {
				return true
			}
		}
	}
	return u.Effects&(Print|Random) != 0 || u.Shown != nil
}

func (p *Plan) onlyForFigure(i, cell int) bool {
	if p.Uses[i].Effects&Print != 0 || p.isOutput(i) || len(p.Uses[i].Binds) == 0 {
		return false
	}
	for _, j := range p.Order {
		if p.Deps[j][i] && p.Roles[j] != RoleDropped && (p.Roles[j] != RoleFigure || p.Statements[j].Cell != cell) {
			return false
		}
	}
	return true
}

func (p *Plan) isOutput(i int) bool {
	for _, o := range p.Outputs {
		if o.Kind != "figure" && slices.Contains(o.Statements, i) {
			return true
		}
	}
	return false
}

// longFunction is how many lines a function should not be longer than.
const longFunction = 48

// cut divides the statements into segments so that the sum of costs is least: what crosses a boundary costs, and so do
// functions that are long, short, or reach over a heading. Only statements of one role stand together, except where they
// must (glue).
func (p *Plan) cut() {
	n := len(p.order)
	p.findSupply()
	// No boundary between at-1 and at.
	joined := make([]bool, n+1)
	forced := make([]bool, n+1)
	for _, g := range p.intervals() {
		lo, hi := n, -1
		for at, i := range p.order {
			for k := g.from; k <= g.to; k++ {
				if p.Order[k] == i {
					lo, hi = min(lo, at), max(hi, at)
				}
			}
		}
		for at := lo + 1; at <= hi; at++ {
			joined[at] = true
		}
	}
	for at := 1; at < n; at++ {
		a, b := p.order[at-1], p.order[at]
		if p.Roles[a] == RoleFigure && p.Roles[b] == RoleFigure && p.Statements[a].Cell == p.Statements[b].Cell && !p.endsFigure(a, b) {
			joined[at] = true // the current figure is closed when it is saved
		}
		if p.endsFigure(a, b) || p.Roles[a] == RoleStore && p.savesFigure(a) != nil && p.Roles[b] == RoleStore {
			forced[at] = true
		}
		if p.Roles[a] == RoleFigure && p.Roles[b] == RoleFigure && p.Statements[a].Cell != p.Statements[b].Cell && p.Cellular {
			forced[at] = true // a notebook shows and closes its figures at the end of a cell
		}
	}
	for at := range joined {
		if joined[at] {
			forced[at] = false
		}
	}
	live := p.liveAfter()
	best := make([]float64, n+1)
	from := make([]int, n+1)
	for end := 1; end <= n; end++ {
		best[end] = math.Inf(1)
		if end < n && joined[end] {
			continue
		}
		for start := end - 1; start >= 0; start-- {
			if start+1 < end && forced[start+1] {
				break // the segment would hold a boundary that must be
			}
			if start+1 < end && !p.together(start, end, joined) {
				break
			}
			if start > 0 && joined[start] {
				continue
			}
			if end-start > 80 && !joined[start+1] {
				break
			}
			if math.IsInf(best[start], 1) {
				continue
			}
			if c := best[start] + p.cost(start, end, live[end]); c < best[end] {
				best[end], from[end] = c, start
			}
		}
	}
	p.Segments = nil
	for end := n; end > 0; end = from[end] {
		s := &Segment{Statements: slices.Clone(p.order[from[end]:end])}
		s.Role = p.segmentRole(s.Statements)
		p.Segments = append(p.Segments, s)
	}
	slices.Reverse(p.Segments)
}

// intervals are the glue, with those that a person or a proof asked for.
func (p *Plan) intervals() []interval {
	out := slices.Clone(p.glue)
	at := map[string]int{}
	for k, i := range p.Order {
		at[p.Statements[i].ID] = k
	}
	for _, g := range p.Options.Glue {
		from, ok1 := at[g[0]]
		to, ok2 := at[g[1]]
		if ok1 && ok2 {
			out = append(out, interval{from, to})
		}
	}
	// Intervals that overlap are one.
	slices.SortFunc(out, func(a, b interval) int { return a.from - b.from })
	merged := out[:0]
	for _, g := range out {
		if k := len(merged) - 1; k >= 0 && g.from <= merged[k].to {
			merged[k].to = max(merged[k].to, g.to)
			continue
		}
		merged = append(merged, g)
	}
	return merged
}

// endsFigure: between the two statements stands plt.show().
func (p *Plan) endsFigure(a, b int) bool {
	if p.Roles[a] != RoleFigure {
		return false
	}
	for k := a + 1; k < b; k++ {
		if p.Reasons[k] == shownByEdge {
			return true
		}
	}
	return false
}

const shownByEdge = "the edge saves figures instead of showing them"

// together: the statements of order[start:end] may stand in one function.
func (p *Plan) together(start, end int, joined []bool) bool {
	if joined[start+1] {
		return true
	}
	a, b := p.Roles[p.order[start]], p.Roles[p.order[start+1]]
	if a != b {
		return false
	}
	if a == RoleLoad || a == RoleStore {
		// Each thing that comes in or goes out has a function of its own, unless they belong together.
		return p.Statements[p.order[start]].Cell == p.Statements[p.order[end-1]].Cell
	}
	// Text that cannot be compared would take that beside it along.
	if p.unstableText(p.order[start]) != p.unstableText(p.order[start+1]) && p.Uses[p.order[start]].Effects&p.Uses[p.order[start+1]].Effects&Print != 0 {
		return false
	}
	// What is shown must not change before the function ends.
	i := p.order[start]
	if u := p.Uses[i]; u.Shown != nil && p.isOutput(i) {
		if root := p.root(u.Shown); root != "" {
			names := append(slices.Clone(p.aliases[i][root]), root)
			for _, j := range p.order[start+1 : end] {
				for m := range p.Uses[j].Mutates {
					if slices.Contains(names, m) || slices.Contains(p.aliases[j][m], root) {
						return false
					}
				}
			}
		} else if slices.ContainsFunc(p.order[start+1:end], func(j int) bool { return p.changesPart(j, p.namesOf(u.Shown)) }) {
			return false
		}
	}
	return true
}

// namesOf are the names that an expression reads.
func (p *Plan) namesOf(e ast.Expr) set {
	out := set{}
	ast.InspectExpr(e, func(n ast.Node) bool {
		if x, ok := n.(*ast.Name); ok {
			out.add(p.name(x.ID))
		}
		return true
	})
	return out
}

// changesPart: the statement changes a part of one of the objects, such as the index of a table: x.index.name = …. What was computed from the object may have
// the same part.
func (p *Plan) changesPart(i int, names set) bool {
	a, ok := p.Statements[i].Node.(*ast.Assign)
	return ok && slices.ContainsFunc(a.Targets, func(t ast.Expr) bool {
		outer, ok := t.(*ast.Attribute)
		if !ok {
			return false
		}
		_, nested := outer.Value.(*ast.Attribute)
		return nested && names[p.root(outer)]
	})
}

// unstableText: what the statement prints comes out different each time.
func (p *Plan) unstableText(i int) bool {
	ob := p.observed(i)
	return ob != nil && ob.Unstable && ob.Stdout != ""
}

func (p *Plan) segmentRole(list []int) Role {
	role := RolePure
	rank := func(r Role) int { return []int{0, 3, 4, 2, 1}[r] }
	for _, i := range list {
		if r := p.Roles[i]; rank(r) > rank(role) {
			role = r
		}
	}
	return role
}

// liveAfter is, for every position of order, the names that statements from there on read.
func (p *Plan) liveAfter() []set {
	n := len(p.order)
	out := make([]set, n+1)
	live := set{}
	for _, o := range p.Outputs {
		if o.Kind == "value" {
			live.add(o.Name)
		}
	}
	out[n] = live
	for at := n - 1; at >= 0; at-- {
		u := p.Uses[p.order[at]]
		live = cloneSet(live)
		for _, b := range u.Binds {
			if !u.MayBind[b] {
				delete(live, b)
			}
		}
		for d := range u.Deletes {
			delete(live, d)
		}
		for _, r := range p.inputs(p.order[at]) {
			live.add(r)
		}
		out[at] = live
	}
	return out
}

func cloneSet(s set) set {
	out := make(set, len(s))
	for k := range s {
		out[k] = true
	}
	return out
}

// inputs are the variables of the notebook that a statement reads, keys included by their name in the notebook.
func (p *Plan) inputs(i int) (out []string) {
	u := p.Uses[i]
	for r := range u.Reads {
		if _, imported := p.Modules[r]; (imported || builtinNames[r]) && p.keyOf[r] == nil && !p.boundBefore(r, i) {
			continue // what the import gives, or Python itself
		}
		if p.isVariable(r) {
			out = append(out, r)
		}
	}
	for b := range u.MayBind {
		if !u.Reads[b] && !u.LoopTargets[b] && p.boundBefore(b, i) {
			out = append(out, b)
		}
	}
	slices.Sort(out)
	return out
}

// isVariable: a name that is handed from function to function.
func (p *Plan) isVariable(name string) bool {
	if p.home[name] != "" {
		return false
	}
	if f := p.Functions[name]; f != nil && p.Roles[f.Statement] == RoleDefine {
		return false
	}
	if _, isModule := p.Modules[name]; isModule || builtinNames[name] {
		return p.rebinds(name)
	}
	return true
}

func (p *Plan) boundBefore(name string, i int) bool {
	list := p.Order
	if slices.Contains(p.order, i) {
		list = p.order // statements of a figure may have moved
	}
	for _, j := range list {
		if j == i {
			return false
		}
		if p.Roles[j] != RoleDropped && p.Roles[j] != RoleImport && slices.Contains(p.Uses[j].Binds, name) {
			return true
		}
	}
	return false
}

// findSupply notes where each name is bound first, and where each statement stands.
func (p *Plan) findSupply() {
	p.position, p.supply = map[int]int{}, map[string]int{}
	for at, i := range p.order {
		p.position[i] = at
		u := p.Uses[i]
		for _, names := range [][]string{u.Binds, u.Mutates.sorted()} {
			for _, name := range names {
				if _, known := p.supply[name]; !known {
					p.supply[name] = at
				}
			}
		}
	}
}

// supplied: something before that statement gives the name a value. After `for x in xs: y = x` alone, y is read though no value
// of before is there to be handed in.
func (p *Plan) supplied(name string, i int) bool {
	if p.keyOf[name] != nil {
		return true
	}
	at, known := p.supply[name]
	return known && at < p.position[i]
}

// crossing is what a run of statements takes and gives.
func (p *Plan) crossing(list []int, live set) (in, out []string) {
	bound := set{}
	for _, i := range list {
		for _, r := range p.inputs(i) {
			if !bound[r] && !slices.Contains(in, r) && p.supplied(r, list[0]) {
				in = append(in, r)
			}
		}
		u := p.Uses[i]
		for _, b := range u.Binds {
			if !u.MayBind[b] {
				bound.add(b)
			}
			if live[b] && p.isVariable(b) && !slices.Contains(out, b) {
				out = append(out, b)
			}
		}
		for _, m := range u.Mutates.sorted() {
			if live[m] && p.isVariable(m) && !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
		for d := range u.Deletes {
			out = slices.DeleteFunc(out, func(s string) bool { return s == d })
		}
	}
	return in, out
}

func (p *Plan) cost(start, end int, live set) float64 {
	list := p.order[start:end]
	in, out := p.crossing(list, live)
	lines, shown := 0, 0
	for _, i := range list {
		lines += p.lines(i)
		if p.isOutput(i) {
			shown++
		}
	}
	cost := 9 + 1.5*float64(len(in)) + 2.5*float64(len(out)) + 0.04*float64((lines-18)*(lines-18))
	if lines < 18 {
		cost = 9 + 1.5*float64(len(in)) + 2.5*float64(len(out)) + 0.15*float64(18-lines)
	}
	if len(in) > 7 {
		cost += 40 * float64(len(in)-7)
	}
	if lines > longFunction {
		cost += 20 * float64(lines-longFunction)
	}
	if shown > 8 {
		cost += 3 * float64(shown-8)
	}
	for k := 1; k < len(list); k++ {
		a, b := p.Statements[list[k-1]], p.Statements[list[k]]
		if a.Cell != b.Cell {
			cost += 0.7
			if !slices.Equal(p.Cells[a.Cell].Heading, p.Cells[b.Cell].Heading) {
				cost += 24
			}
			if p.Cells[b.Cell].Markdown != "" {
				cost += 1
			}
		}
	}
	first := p.Statements[list[0]]
	if p.Cells[first.Cell].Statements[0] != list[0] {
		cost += 2 // begins in the middle of a cell
	}
	return cost
}

// lines is how many lines a statement has in the package, as far as it is known.
func (p *Plan) lines(i int) int {
	s := p.Statements[i]
	if n := p.Options.Lines[s.ID]; n > 0 {
		return n
	}
	return s.End - s.Line + 1 + len(s.Lead)
}

// liveness gives every segment its parameters and what it returns.
func (p *Plan) liveness() {
	live := p.liveAfter()
	at := 0
	for _, s := range p.Segments {
		at += len(s.Statements)
		in, out := p.crossing(s.Statements, live[at])
		for _, name := range in {
			if p.keyOf[name] == nil {
				s.Params = append(s.Params, name)
			}
		}
		for _, name := range in {
			if p.keyOf[name] != nil {
				s.Params = append(s.Params, name)
			}
		}
		for _, name := range p.keysOf(s) {
			if !slices.Contains(s.Params, name) {
				s.Params = append(s.Params, name)
			}
		}
		s.Params = append(s.Params, p.generatorsIn(s)...)
		for _, name := range out {
			s.Returns = append(s.Returns, &Return{Name: name, Source: name, Kind: "value", Type: p.typeAfter(name, s)})
		}
		for _, name := range in {
			if p.copies(s, name, out) {
				s.Copies = append(s.Copies, name)
			}
		}
		for _, i := range s.Statements {
			s.Async = s.Async || p.Uses[i].Awaits
		}
		if s.Role == RoleFigure {
			p.returnFigure(s)
		}
		s.Module = [...]string{RolePure: "steps", RoleLoad: "io", RoleStore: "io", RoleFigure: "figures", RoleSetup: "io"}[s.Role]
		if p.canvasIn(s) != nil {
			s.Module = "steps"
		}
	}
}

// keysOf are the keys without a name in the notebook that a segment needs: literal paths of its own and of the functions it calls.
func (p *Plan) keysOf(s *Segment) (out []string) {
	add := func(name string) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, i := range s.Statements {
		for _, pu := range p.Uses[i].Paths {
			if k := p.literal[pu.node]; k != nil {
				add("." + k.Name)
			}
		}
		for _, f := range p.Uses[i].Functions.sorted() {
			for _, l := range p.Lifted[f] {
				if l[0] == '.' {
					add(l)
				}
			}
		}
	}
	return out
}

// typeAfter is the type of a name after a segment.
func (p *Plan) typeAfter(name string, s *Segment) string {
	last := s.Statements[len(s.Statements)-1]
	t := ""
	for _, i := range p.order {
		if have, ok := p.Uses[i].Types[name]; ok {
			t = have
		}
		if i == last {
			break
		}
	}
	return t
}

func (p *Plan) typeBefore(name string, s *Segment) string {
	t := ""
	for _, i := range p.order {
		if i == s.Statements[0] {
			break
		}
		if have, ok := p.Uses[i].Types[name]; ok {
			t = have
		}
	}
	return t
}

// copies: the segment changes a table that it was given, and the new version is returned. A copy keeps the caller's as it
// was. Where names share memory, the change must be seen through all of them, and nothing is copied.
func (p *Plan) copies(s *Segment, name string, out []string) bool {
	if s.Role != RolePure || !slices.Contains(out, name) {
		return false
	}
	if t := p.typeBefore(name, s); t != "pandas.DataFrame" && t != "pandas.Series" && t != "pandas.core.frame.DataFrame" && t != "pandas.core.series.Series" {
		return false
	}
	changed := false
	before := p.before(s.Statements[0])
	if before >= 0 && len(p.aliases[before][name]) > 1 {
		return false
	}
	for _, i := range s.Statements {
		u := p.Uses[i]
		if u.Mutates[name] {
			changed = true
		}
		if slices.Contains(u.Binds, name) && !u.MayBind[name] && !u.Mutates[name] {
			break // another object from here on
		}
		if changed && len(p.aliases[i][name]) > 1 {
			for _, other := range p.aliases[i][name] {
				if other != name && p.boundBefore(other, s.Statements[0]) {
					return false
				}
			}
		}
		if changed {
			return true
		}
	}
	return false
}

func (p *Plan) before(i int) int {
	last := -1
	for _, j := range p.Order {
		if j == i {
			return last
		}
		if p.aliases[j] != nil {
			last = j
		}
	}
	return last
}

// returnFigure adds the figure to what a drawing function returns. A cell that only changes what another one drew shows none.
func (p *Plan) returnFigure(s *Segment) {
	n, shown := 0, false
	for _, i := range s.Statements {
		if ob := p.observed(i); ob != nil {
			n = max(n, ob.Figures)
		}
		seen, known := p.figuresIn(p.Statements[i].Cell)
		shown = shown || seen > 0 || !known
	}
	if c := p.canvasIn(s); c != nil && c.given || !shown && p.Cellular {
		return
	}
	for _, i := range s.Statements {
		for _, name := range p.Uses[i].Binds {
			if p.Uses[i].Types[name] == figureType && n < 2 {
				if !s.returns(name) {
					s.Returns = append(s.Returns, &Return{Name: name, Source: name, Kind: "value", Type: figureType})
				}
				return
			}
		}
	}
	if n > 1 {
		s.Returns = append(s.Returns, &Return{Name: "drawn", Kind: "figures", Type: "figures"})
		return
	}
	s.Returns = append(s.Returns, &Return{Name: "figure", Kind: "figure", Type: figureType})
}

const figureType = "matplotlib.figure.Figure"

// returnsFigure: what the segment draws is among what it returns.
func (s *Segment) returnsFigure() bool {
	return slices.ContainsFunc(s.Returns, func(r *Return) bool { return r.Kind == "figure" || r.Kind == "figures" || r.Type == figureType })
}

// dropShows leaves plt.show() out.
func (p *Plan) dropShows() {
	for _, i := range p.Order {
		e, ok := p.Statements[i].Node.(*ast.ExprStmt)
		if !ok {
			continue
		}
		c, ok := e.Value.(*ast.Call)
		if !ok {
			continue
		}
		root, attrs, ok := p.dotted(c.Func)
		if ok && len(attrs) == 1 && attrs[0] == "show" && (strings.HasPrefix(p.Modules[root], "matplotlib") || p.Uses[i].Types[root] == "matplotlib.figure.Figure" || root == "fig") {
			p.drop(i, shownByEdge)
		}
	}
}
