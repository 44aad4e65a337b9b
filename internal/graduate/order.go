package graduate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A candidate is an order of the statements, and the names that it leaves undefined.
type candidate struct {
	note    string
	name    string
	order   []int
	missing map[string]int
}

// orders are the orders worth trying, best first: that of the document, that of the execution counts, and one in which
// every definition stands before its use. An order that no reading can tell from a better one is not among them.
func (p *Program) orders() []candidate {
	a := Analyse(p, nil)
	count := func(c candidate) candidate {
		c.missing = a.unresolved(c.order)
		return c
	}
	document := slices.Clone(p.Order)
	list := []candidate{count(candidate{name: "the document's order", order: document})}
	if len(list[0].missing) == 0 || !p.Notebook {
		return list
	}
	counted := p.byCount()
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
	slices.SortStableFunc(list, func(x, y candidate) int { return len(x.missing) - len(y.missing) })
	return list
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

// use makes an order the program's.
func (p *Program) use(c candidate) { p.Order, p.OrderNote = c.order, c.note }
