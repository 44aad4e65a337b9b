package graduate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
	"github.com/roadworthy-dev/roadworthy/internal/notebook"
)

// A candidate is an order of the statements, and the names that it leaves undefined.
type candidate struct {
	note    string
	name    string
	order   []int
	missing map[string]int
	// rival: it runs just as well as the first one, and may give other results.
	rival bool
}

// orders are the orders worth trying: that of the document first, since what a function's body reads is not always read when it is
// called and only a run can tell; then, by the names that they leave undefined, that of the execution counts, and one in which every
// definition stands before its use. An order that no reading can tell from a better one is not among them.
func (p *Program) orders() []candidate {
	a := Analyse(p, nil)
	count := func(c candidate) candidate {
		c.missing = a.unresolved(c.order)
		return c
	}
	document := slices.Clone(p.Order)
	list := []candidate{count(candidate{name: "the document's order", order: document})}
	if !p.Notebook {
		return list
	}
	counted := p.byCount()
	if len(list[0].missing) == 0 {
		if counted == nil || slices.Equal(counted, document) {
			return list
		}
		if rival := count(candidate{name: "the order of the execution counts", order: counted, rival: true}); len(rival.missing) == 0 && !p.sameDependencies(document, counted) {
			list = append(list, rival)
		}
		return list
	}
	if counted != nil && !slices.Equal(counted, document) {
		list = append(list, count(candidate{name: "the order of the execution counts", order: counted}))
	}
	if sorted := a.definitionsFirst(); sorted != nil && !slices.Equal(sorted, document) {
		list = append(list, count(candidate{name: "an order in which every name is defined before it is used", order: sorted}))
	}
	why := strings.Join(slices.Sorted(maps.Keys(list[0].missing)), ", ")
	for k := range list[1:] {
		list[k+1].note = fmt.Sprintf("the cells do not run from top to bottom (%s would be undefined); taken: %s", why, list[k+1].name)
	}
	slices.SortStableFunc(list[1:], func(x, y candidate) int { return len(x.missing) - len(y.missing) })
	return list
}

// likeliest is the order that leaves the fewest names undefined, for when nothing is run.
func likeliest(list []candidate) candidate {
	return slices.MinFunc(list, func(x, y candidate) int { return len(x.missing) - len(y.missing) })
}

// byCount is the order of the cells' execution counts, when every cell has one.
func (p *Program) byCount() []int {
	var cells []int
	for i, c := range p.Cells {
		if len(c.Statements) == 0 {
			continue
		}
		if c.ExecCount == 0 && !c.Given {
			return nil
		}
		cells = append(cells, i)
	}
	slices.SortStableFunc(cells, func(a, b int) int { return p.Cells[a].ExecCount - p.Cells[b].ExecCount })
	var out []int
	for _, c := range cells {
		out = append(out, p.Cells[c].Statements...)
	}
	return out
}

// definitionsFirst moves cells up that define what a cell above them reads, and leaves all others where they are.
func (a *Analysis) definitionsFirst() []int {
	var cells []int
	for i, c := range a.Cells {
		if len(c.Statements) > 0 {
			cells = append(cells, i)
		}
	}
	needs := map[int]set{}
	gives := map[int]set{}
	for _, c := range cells {
		in, out := set{}, set{}
		for _, i := range a.Cells[c].Statements {
			if a.Statements[i].Drop != "" {
				continue
			}
			for r := range a.Uses[i].Reads {
				if !out[r] && !builtinNames[r] {
					in.add(r)
				}
			}
			out.add(a.Uses[i].Binds...)
		}
		needs[c], gives[c] = in, out
	}
	var out []int
	placed := map[int]bool{}
	bound := set{}
	var put func(c int, path map[int]bool)
	put = func(c int, path map[int]bool) {
		if placed[c] || path[c] {
			return
		}
		path[c] = true
		for _, name := range needs[c].sorted() {
			if bound[name] {
				continue
			}
			for _, d := range cells {
				if d != c && gives[d][name] && !placed[d] {
					put(d, path)
					break
				}
			}
		}
		placed[c] = true
		out = append(out, a.Cells[c].Statements...)
		maps.Copy(bound, gives[c])
	}
	for _, c := range cells {
		put(c, map[int]bool{})
	}
	return out
}

// sameDependencies: in both orders every statement takes what it needs from the same others, so that they give the same.
func (p *Program) sameDependencies(a, b []int) bool {
	before := p.Order
	defer func() { p.Order = before }()
	var deps [2][]map[int]bool
	for k, order := range [][]int{a, b} {
		p.Order = order
		plan := &Plan{Analysis: Analyse(p, nil), Roles: make([]Role, len(p.Statements)), Reasons: make([]string, len(p.Statements))}
		for i, s := range p.Statements {
			if s.Drop != "" {
				plan.Roles[i] = RoleDropped
			}
		}
		plan.dependencies()
		deps[k] = plan.Deps
	}
	return slices.EqualFunc(deps[0], deps[1], func(x, y map[int]bool) bool { return maps.Equal(x, y) })
}

// between decides between two orders that both ran to their end: they agree, or the text that was saved with the notebook is that
// of one of them; else nobody but a person can tell.
func (p *Program) between(first, second candidate, g *oracle.Graded, other *oracle.Trace) (takeSecond bool, r *Refusal) {
	by := map[string]oracle.Observation{}
	for _, o := range other.Observed {
		by[o.ID] = o
	}
	agree, forFirst, forSecond := true, 0, 0
	var where *oracle.Observation
	for k, o := range g.Observed {
		if !g.Stability[o.ID].Comparable() || o.Kind == oracle.Bound {
			continue
		}
		q, there := by[o.ID]
		if there && q.Fingerprint == o.Fingerprint {
			continue
		}
		agree = false
		if where == nil {
			where = &g.Observed[k]
		}
		saved := p.saved(o)
		if saved == "" {
			continue
		}
		if sameText(saved, o.Text) {
			forFirst++
		}
		if sameText(saved, q.Text) {
			forSecond++
		}
	}
	switch {
	case agree || forFirst > forSecond:
		return false, nil
	case forSecond > forFirst:
		return true, nil
	}
	r = &Refusal{Reason: OrdersDisagree, Question: "Which order is meant?", Key: "order=document|counts"}
	r.Message = first.name + " and " + second.name + " both run to the end and give different results"
	if q := by[where.ID]; where.Kind == oracle.Stdout || where.Kind == oracle.Display {
		verb := map[oracle.Kind]string{oracle.Stdout: "prints", oracle.Display: "shows"}[where.Kind]
		r.Message += fmt.Sprintf(": with the first it %s %s, with the second %s", verb, quote(firstLine(where.Text)), quote(firstLine(q.Text)))
	}
	for _, s := range p.Statements {
		if s.ID == where.Statement || where.Statement == "" && p.cellID(s.Cell) == where.Cell {
			r.Cell, r.Line = p.Cells[s.Cell].Number, s.Line
			break
		}
	}
	return false, r
}

// saved is the text that the notebook has of an observation, "" when it has none.
func (p *Program) saved(o oracle.Observation) string {
	var b strings.Builder
	for i, c := range p.Cells {
		if len(c.Statements) == 0 || p.cellID(i) != o.Cell {
			continue
		}
		for k := range c.Outputs {
			out := &c.Outputs[k]
			if o.Kind == oracle.Stdout && out.Kind == notebook.Stream && out.Name != "stderr" || o.Kind == oracle.Display && (out.Kind == notebook.Result || out.Kind == notebook.Display) {
				b.WriteString(out.Text())
			}
		}
	}
	return b.String()
}

// sameText compares texts up to white space.
func sameText(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// use makes an order the program's.
func (p *Program) use(c candidate) { p.Order, p.OrderNote = c.order, c.note }
