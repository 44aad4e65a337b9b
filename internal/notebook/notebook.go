// Package notebook reads Jupyter notebooks (nbformat 3 and 4) and scripts that are cut into cells by comments.
//
// Read gives a Notebook: its cells in order, and one Python source made of its code cells, in which IPython's own
// syntax is valid Python with the same meaning (see magic.go). Notebook.Map leads from an offset in that source back to
// cell, line and column. Read takes any bytes: what is wrong becomes Faults, and what could be read is there.
//
// Outputs keep their place in the file and are decoded when asked for. Notebooks of other languages have cells but no
// source. Nothing here runs or parses Python: the source goes to package parser like any file's.
package notebook

import (
	"bytes"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// Kind of a cell.
type Kind uint8

const (
	Code Kind = iota
	Markdown
	Raw
)

// Cell is one cell.
type Cell struct {
	ID    string // nbformat 4.5 and later, else ""
	Index int    // from 0; people count from 1
	Kind  Kind
	// Source is the cell's text as its author sees it, lines ended by \n.
	Source string
	// ExecCount is the number in In[…], 0 when the cell has none.
	ExecCount int
	Tags      []string
	// Heading is the headings above the cell in markdown cells, outermost first.
	Heading []string
	Outputs []Output
	// Magic is the name of the cell magic (%%bash) that starts the cell, "" for none.
	Magic string
	// Line is the first line of the cell in Notebook.Source or in the script, from 1; 0 for a cell that is not in it.
	Line int
}

// Kernel is what the notebook says it runs on.
type Kernel struct {
	Name     string // python3
	Display  string // Python 3 (ipykernel)
	Language string // lower case; python when nothing is said
	Version  string // of the language, "" when nothing is said
}

// Python reports whether the kernel runs Python of any version.
func (k Kernel) Python() bool {
	return strings.HasPrefix(k.Language, "python") || strings.HasPrefix(k.Language, "ipython") || k.Language == "pyspark"
}

// Python2 reports whether the kernel runs Python 2.
func (k Kernel) Python2() bool {
	return k.Python() && (strings.HasPrefix(k.Version, "2") || k.Name == "python2" || k.Language == "python2" || k.Display == "Python 2")
}

// Fault is something wrong with the file: Line is a line of the file, or, with Cell from 1, of that cell.
type Fault struct {
	Line    int
	Cell    int
	Message string
}

// Notebook is a file's cells and the one source they make.
type Notebook struct {
	Format, Minor int // nbformat, nbformat_minor
	Kernel        Kernel
	Cells         []Cell
	Source        []byte // Python, UTF-8; empty for other languages
	Map           Map
	Faults        []Fault
}

// Read reads a notebook.
func Read(src []byte) *Notebook {
	nb := &Notebook{}
	r := reader{scanner: scanner{src: bytes.TrimPrefix(src, []byte("\xEF\xBB\xBF"))}, nb: nb}
	r.read()
	if r.err != nil {
		e := r.err.(*errAt)
		line := 1 + bytes.Count(r.src[:e.at], []byte("\n"))
		nb.Faults = append(nb.Faults, Fault{Line: line, Message: "damaged notebook: " + e.message})
	}
	nb.finish()
	return nb
}

type reader struct {
	scanner
	nb           *Notebook
	kernelspec   Kernel
	languageInfo Kernel
	cellLanguage string // nbformat 3 says it per cell
}

func (r *reader) read() {
	if r.next() != '{' {
		if r.at >= len(r.src) {
			r.fail(0, "the file is empty")
		} else {
			r.unexpected("'{'")
		}
		return
	}
	r.object(func(key string) {
		switch key {
		case "cells":
			r.array(r.cell)
		case "worksheets": // nbformat 3
			r.array(func() {
				r.object(func(key string) {
					if key == "cells" {
						r.array(r.cell)
					}
				})
			})
		case "metadata":
			r.object(r.metadata)
		case "nbformat":
			r.nb.Format = r.number()
		case "nbformat_minor":
			r.nb.Minor = r.number()
		}
	})
	if c := r.next(); r.err == nil && c != 0 {
		r.unexpected("the end of the file")
	}
	r.nb.Kernel = r.kernel()
	if r.err == nil && (r.nb.Format < 2 || r.nb.Format > 4) {
		r.fail(0, "nbformat %d is not known: save the notebook as nbformat 4", r.nb.Format)
	}
}

func (r *reader) metadata(key string) {
	switch key {
	case "kernelspec":
		r.object(func(key string) {
			switch key {
			case "name":
				r.kernelspec.Name = r.text()
			case "display_name":
				r.kernelspec.Display = r.text()
			case "language":
				r.kernelspec.Language = r.text()
			}
		})
	case "language_info":
		r.object(func(key string) {
			switch key {
			case "name":
				r.languageInfo.Language = r.text()
			case "version":
				r.languageInfo.Version = r.text()
			}
		})
	}
}

func (r *reader) kernel() Kernel {
	k := r.kernelspec
	k.Version = r.languageInfo.Version
	for _, l := range []string{r.languageInfo.Language, k.Language, r.cellLanguage, "python"} {
		if l != "" {
			k.Language = strings.ToLower(l)
			break
		}
	}
	return k
}

func (r *reader) cell() {
	c := Cell{Index: len(r.nb.Cells)}
	kind, level := "", 0
	collapsed := func(key string) {
		if key == "tags" {
			c.Tags = r.strings()
		}
	}
	if r.next() != '{' {
		r.unexpected("a cell")
		return
	}
	r.object(func(key string) {
		switch key {
		case "cell_type":
			kind = r.text()
		case "source", "input": // input: nbformat 3
			c.Source = r.lines()
		case "id":
			c.ID = r.text()
		case "execution_count", "prompt_number":
			c.ExecCount = max(r.number(), 0)
		case "metadata":
			r.object(collapsed)
		case "language":
			r.cellLanguage = r.text()
		case "level":
			level = r.number()
		case "outputs":
			r.array(func() { c.Outputs = append(c.Outputs, r.output()) })
		}
	})
	switch kind {
	case "code":
	case "markdown", "html":
		c.Kind = Markdown
	case "heading":
		c.Kind = Markdown
		c.Source = strings.Repeat("#", min(max(level, 1), 6)) + " " + strings.ReplaceAll(c.Source, "\n", " ")
	default:
		c.Kind = Raw
	}
	c.Source = strings.ReplaceAll(strings.ReplaceAll(c.Source, "\r\n", "\n"), "\r", "\n")
	// A cell cut off by the end of a damaged file still counts as far as it goes.
	if r.err == nil || c.Source != "" {
		r.nb.Cells = append(r.nb.Cells, c)
	}
}

// finish gives the cells their headings and makes the source.
func (nb *Notebook) finish() {
	var path headings
	for i := range nb.Cells {
		c := &nb.Cells[i]
		if c.Kind == Markdown {
			path.read(c.Source)
		}
		c.Heading = path.above()
	}
	if nb.Kernel.Language == "" {
		nb.Kernel.Language = "python"
	}
	if nb.Kernel.Python() {
		nb.compose()
	}
}

// Map leads from Notebook.Source back to the cells.
type Map struct {
	starts []uint32 // offsets of the lines of the source
	lines  []line
	src    []byte
}

// line is where one line of the source comes from. Columns from at on are shift further to the right in the cell; where
// the line stands for a command, they all mean column at.
type line struct {
	cell, line int32
	at, shift  int32
	command    bool
}

// Position is the cell (from 1), line in the cell and column of an offset in the source.
func (m *Map) Position(offset uint32) source.Position {
	if len(m.lines) == 0 {
		return source.Position{Line: 1, Column: 1, Cell: 1}
	}
	i := min(source.LineIndex(m.starts, offset), len(m.lines)-1)
	l := &m.lines[i]
	column := int32(0)
	for _, c := range m.src[m.starts[i]:min(int(offset), len(m.src))] {
		if c < 0x80 || c >= 0xC0 { // characters, not bytes
			column++
		}
	}
	if column >= l.at {
		if l.command {
			column = l.at
		} else {
			column += l.shift
		}
	}
	return source.Position{Line: int(l.line), Column: int(column) + 1, Cell: int(l.cell)}
}
