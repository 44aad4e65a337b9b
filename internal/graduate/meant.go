package graduate

import (
	"fmt"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

// Errors that are part of a lesson. A notebook that was saved with its outputs says which cells end with an exception. One whose outputs were
// cleared says nothing, and a person who runs it cell by cell goes on behind the error. So does the run, where the error is of a kind that
// data and demonstrations raise, and nothing further down takes what the cell would have made. The report names every such cell.

// lessons are exceptions that other versions of a library seldom bring about.
var lessons = set{"KeyError": true, "IndexError": true, "ValueError": true, "ZeroDivisionError": true, "AssertionError": true, "OverflowError": true, "FloatingPointError": true,
	"UnicodeDecodeError": true, "UnicodeEncodeError": true, "RecursionError": true, "StopIteration": true, "LinAlgError": true}

// takesAsMeant notes that the cell may end with this error, when that can be. The error is one that has no other reason (refusalOf).
func (a *Analysis) takesAsMeant(e *oracle.Error) bool {
	if !a.cleared() || e == nil || !lessons[e.Type] && (e.InLibrary || e.Type != "TypeError") {
		return false
	}
	at := slices.IndexFunc(a.Order, func(i int) bool { return a.Statements[i].ID == e.Statement })
	if at < 0 {
		return false
	}
	cell := a.Statements[a.Order[at]].Cell
	lost := set{} // what is not made: by the statement, and by those behind it in its cell
	for _, i := range a.Order[at:] {
		u := a.Uses[i]
		if a.Statements[i].Drop != "" {
			continue
		}
		if a.Statements[i].Cell == cell {
			if u.Effects&(Edge&^(Random|Clock)) != 0 || len(u.Mutates) > 0 && i != a.Order[at] {
				return false // it would have done something
			}
			lost.add(u.Binds...)
			continue
		}
		for name := range u.Reads {
			if lost[name] {
				return false
			}
		}
		for _, b := range u.Binds {
			if !u.MayBind[b] {
				delete(lost, b)
			}
		}
	}
	c := &a.Cells[cell]
	if c.Failed || c.Meant != "" {
		return false
	}
	c.Meant = e.Type
	a.Notes = append(a.Notes, fmt.Sprintf("cell %d ends with %s: the notebook was saved without outputs, and nothing further down needs what the cell would have made, so the error is taken as meant", c.Number, e.Type))
	return true
}

// cleared: a notebook that was saved without any output.
func (p *Program) cleared() bool {
	return p.Notebook && !slices.ContainsFunc(p.Cells, func(c Cell) bool { return len(c.Outputs) > 0 })
}
