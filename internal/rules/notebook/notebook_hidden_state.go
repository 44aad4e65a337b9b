package notebook

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW801", Name: "notebook-hidden-state", Since: "0.1", Family: "notebook",
	Doc: docs.Read("notebook_hidden_state.md"), Check: notebookHiddenState,
})

func notebookHiddenState(p *rule.Pass) {
	for _, file := range p.Files {
		fs := file.Facts
		if len(fs.Notebook) == 0 {
			continue
		}
		told := map[string]bool{}
		for _, r := range fs.Unbound {
			name := fs.Str(r.Name)
			if told[name] {
				continue
			}
			told[name] = true
			line, cell := fs.Place(r.Pos)
			p.Report(diag.Finding{File: file.Path, Span: diag.Span{Start: r.Pos, End: r.Pos + uint32(len(name))}, Line: line, Cell: cell, Column: fs.Column(r.Pos), Certainty: diag.Proved,
				Message: fmt.Sprintf("`%s` is used before any cell defines it: running the notebook from the top stops here", name),
				Help:    fmt.Sprintf("move the cell that defines `%s` above this one, then restart and run all", name),
				Group:   fmt.Sprintf("%s:%s:%s", p.Rule.Code, file.Path, name)})
		}
		last, lastCell := uint32(0), uint32(0)
		for _, c := range fs.Notebook {
			if c.ExecCount == 0 {
				continue
			}
			if c.ExecCount > last {
				last, lastCell = c.ExecCount, c.Index
				continue
			}
			pos := firstOf(fs.Cells, c.Index)
			if pos < 0 || pos >= len(fs.Lines) {
				break
			}
			start := fs.Lines[pos]
			p.Report(diag.Finding{File: file.Path, Span: diag.Span{Start: start, End: start}, Line: 1, Cell: int(c.Index), Column: 1, Certainty: diag.Proved,
				Message: fmt.Sprintf("cell %d was run as number %d, before cell %d above it (number %d): its outputs are of an order that nobody can repeat from the top", c.Index, c.ExecCount, lastCell, last),
				Help:    "restart the kernel, run all cells, and save",
				Group:   fmt.Sprintf("%s:%s:order", p.Rule.Code, file.Path)})
			break // one for each notebook: the rest follows from it
		}
	}
}

func firstOf(cells [][2]int32, cell uint32) int {
	for i, c := range cells {
		if c[0] == int32(cell) {
			return i
		}
	}
	return -1
}
