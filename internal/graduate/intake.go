package graduate

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/notebook"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// A Program is a file as cells of top-level statements.
type Program struct {
	Path     string // as given
	Notebook bool
	// Cellular: it runs cell by cell and shows last expressions, as a notebook or a script cut by # %% does.
	Cellular bool
	Cells    []Cell
	// Statements are in the order of the document; Order has their indices in the order they run.
	Statements []*Statement
	Order      []int
	// OrderNote says how the order was found when it is not the document's.
	OrderNote string
	Notes     []string
	Installs  []string // packages that the notebook installs itself
	// Own are the modules of the author's own that come along, Loose those that are too large for that.
	Own   []ownModule
	Loose []string

	File     *ast.File
	places   []place             // by line of File.Src
	stars    map[string][]string // names that `from m import *` was seen to bind, by module
	answers  map[string]string
	written  []writtenFile
	ranFiles map[string]bool // what %run names
	argvSet  bool            // the program sets sys.argv itself
	parser   parser.Parser
}

// A Cell is a cell of the file; a script without marks is one.
type Cell struct {
	Number    int // from 1, markdown cells counted
	Heading   []string
	Markdown  string // text of the markdown cells just above
	Tags      []string
	ExecCount int
	Source    string
	Outputs   []notebook.Output
	// Statements are indices into Program.Statements.
	Statements []int
	Failed     bool   // its stored output is an exception, or it is tagged so
	Meant      string // the exception that it ends with, where nothing but the run says so (meant.go)
	Given      bool   // it holds what answers define
}

// remark is what the author's comments say of a statement, in brackets after a space; "" without any.
func (s *Statement) remark() string {
	var said []string
	for _, c := range slices.Concat(s.Lead, []string{s.Trail}, s.Tail) {
		if c = strings.TrimSpace(uncomment(c)); c != "" {
			said = append(said, c)
		}
	}
	if len(said) == 0 {
		return ""
	}
	return " (" + strings.Join(said, " ") + ")"
}

// A Statement is one top-level statement.
type Statement struct {
	ID        string
	Cell      int // index into Program.Cells
	Node      ast.Stmt
	Line, End int    // in the cell, from 1
	Source    string // text without the comments around it
	// Lead are the comment lines above it, Trail the comment at its end, Tail what follows when it is the cell's last.
	Lead  []string
	Trail string
	Tail  []string
	// Silent: a display that a ; suppresses.
	Silent bool
	// Drop is why the statement is not part of the program, "" when it is.
	Drop string
	// Indent is how far the statement stood to the right in its source, when it was taken out of a block.
	Indent int
}

// A place is a line of a cell; markup is a line that marks a cell or stands in one without code.
type place struct {
	cell, line int
	markup     bool
}

// Read makes a program of a notebook or script. path decides which it is.
func Read(path string, raw []byte) (*Program, *Refusal) { return read(path, raw, nil) }

// read is Read with what a person answered.
func read(path string, raw []byte, answers map[string]string) (*Program, *Refusal) {
	p := &Program{Path: path, Notebook: strings.EqualFold(filepath.Ext(path), ".ipynb"), answers: answers, ranFiles: map[string]bool{}}
	var src []byte
	if p.Notebook {
		nb := notebook.Read(raw)
		if len(nb.Faults) > 0 {
			f := nb.Faults[0]
			return p, &Refusal{Reason: Parse, Message: f.Message, Cell: f.Cell, Line: f.Line}
		}
		if !nb.Kernel.Python() {
			return p, &Refusal{Reason: NonPythonCell, Message: "the notebook's kernel runs " + nb.Kernel.Language + ", not Python"}
		}
		if nb.Kernel.Python2() {
			p.Notes = append(p.Notes, "the notebook says it was made for Python 2")
		}
		src = p.notebookCells(nb)
	} else {
		text, _ := source.Decode(raw)
		src = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
		p.scriptCells(src)
	}
	p.Cellular = p.Notebook || len(p.Cells) > 1
	src = p.give(src, answers)
	if r := p.parse(src); r != nil {
		return p, r
	}
	src, r := p.inline(src)
	if r != nil {
		return p, r
	}
	edits := p.resolve(src)
	moved, unplaced := p.relocate(answers)
	if unplaced != "" {
		return p, &Refusal{Reason: MissingInput, Message: "no path in it is spelt " + unplaced + ": it is put together while it runs",
			Question: "Can the file be put where the notebook looks for it?"}
	}
	if edits = append(edits, moved...); len(edits) > 0 {
		src = p.edited(src, edits)
		if r := p.parse(src); r != nil {
			return p, r
		}
	}
	p.split()
	if edits := p.substitute(answers); len(edits) > 0 {
		src = p.edited(src, edits)
		if r := p.parse(src); r != nil {
			return p, r
		}
		p.unsplit()
		p.split()
	}
	p.argvSet = p.setsArgv()
	p.findOwn()
	p.Order = make([]int, len(p.Statements))
	for i := range p.Order {
		p.Order[i] = i
	}
	return p, nil
}

// notebookCells keeps code cells and gives each the text of the markdown above it.
func (p *Program) notebookCells(nb *notebook.Notebook) []byte {
	index := make([]int, len(nb.Cells))
	above := ""
	for i := range nb.Cells {
		c := &nb.Cells[i]
		index[i] = -1
		switch {
		case c.Kind == notebook.Markdown:
			above += strings.TrimSpace(c.Source) + "\n\n"
		case c.Kind == notebook.Code && strings.TrimSpace(c.Source) != "":
			index[i] = len(p.Cells)
			cell := Cell{Number: i + 1, Heading: c.Heading, Markdown: strings.TrimSpace(above), Tags: c.Tags,
				ExecCount: c.ExecCount, Source: c.Source, Outputs: c.Outputs}
			for _, t := range c.Tags {
				cell.Failed = cell.Failed || t == "raises-exception"
			}
			for _, o := range c.Outputs {
				cell.Failed = cell.Failed || o.Kind == notebook.Failure
			}
			p.Cells = append(p.Cells, cell)
			above = ""
		}
	}
	at := uint32(0)
	for l := range bytes.Lines(nb.Source) {
		pos := nb.Map.Position(at)
		p.places = append(p.places, place{max(index[pos.Cell-1], 0), pos.Line, false})
		at += uint32(len(l))
	}
	return nb.Source
}

func (p *Program) scriptCells(src []byte) {
	cells := notebook.Percent(src)
	if cells == nil {
		p.Cells = []Cell{{Number: 1, Source: string(src)}}
		n := 0
		for range bytes.Lines(src) {
			n++
			p.places = append(p.places, place{0, n, false})
		}
		return
	}
	above := ""
	owner := make([]int, bytes.Count(src, []byte("\n"))+2)
	for i := range owner {
		owner[i] = -1
	}
	for _, c := range cells {
		if c.Kind != notebook.Code {
			above += strings.TrimSpace(uncomment(c.Source)) + "\n\n"
			continue
		}
		for n := range strings.Count(strings.TrimSuffix(c.Source, "\n"), "\n") + 1 {
			if c.Line+n < len(owner) {
				owner[c.Line+n] = len(p.Cells)
			}
		}
		p.Cells = append(p.Cells, Cell{Number: c.Index + 1, Heading: c.Heading, Markdown: strings.TrimSpace(above), Tags: c.Tags, Source: c.Source})
		above = ""
	}
	n, last := 0, 0
	for range bytes.Lines(src) {
		n++
		if owner[n] >= 0 {
			last = owner[n]
		}
		p.places = append(p.places, place{last, n, owner[n] < 0})
	}
}

func uncomment(s string) string {
	var b strings.Builder
	for l := range strings.Lines(s) {
		b.WriteString(strings.TrimPrefix(strings.TrimPrefix(l, "#"), " "))
	}
	return b.String()
}

func (p *Program) parse(src []byte) *Refusal {
	f, faults := parser.Parse(&p.parser, src, parser.Options{})
	p.File = f
	if len(faults) > 0 {
		at := p.place(faults[0].Span.Start)
		r := &Refusal{Reason: Parse, Message: faults[0].Message, Line: at.line}
		if p.Notebook && at.cell < len(p.Cells) {
			r.Cell = p.Cells[at.cell].Number
		}
		if pythonTwo.Match(src) {
			r.Message += " (this looks like Python 2: convert it first, for example with 2to3)"
		}
		return r
	}
	return nil
}

var pythonTwo = regexp.MustCompile(`(?m)^\s*print\s+["'\w]|\bxrange\(|except \w+, \w+:`)

func (p *Program) place(offset uint32) place {
	i := min(source.LineIndex(p.File.Lines, offset), len(p.places)-1)
	if i < 0 {
		return place{0, 1, false}
	}
	return p.places[i]
}

// Where names a statement for people.
func (p *Program) Where(s *Statement) string {
	if p.Cells[s.Cell].Given {
		return "the answer given"
	}
	if p.Cellular {
		return fmt.Sprintf("cell %d, line %d", p.Cells[s.Cell].Number, s.Line)
	}
	return fmt.Sprintf("line %d", s.Line)
}

// text is the source of a node.
func (p *Program) text(n ast.Node) string { return string(p.File.Src[n.Pos():n.End()]) }

// unsplit forgets the statements, for another split.
func (p *Program) unsplit() {
	p.Statements = nil
	for i := range p.Cells {
		p.Cells[i].Statements = nil
	}
}

// split makes the statements. The blocks that a script has for the sake of being importable, `if __name__ ==
// "__main__":` and a main() that is called once, are opened: what they hold is the program.
func (p *Program) split() {
	body, inlined := p.openMain(p.File.Body)
	counts := make([]int, len(p.Cells))
	comments := p.File.Comments
	next := 0 // first comment not yet given away
	prevEnd := uint32(0)
	var last *Statement
	for _, n := range body {
		start, end := extent(n)
		at := p.place(start)
		counts[at.cell]++
		s := &Statement{Cell: at.cell, Node: n, Line: at.line, End: p.place(end).line}
		s.ID = fmt.Sprintf("c%d.s%d", p.Cells[at.cell].Number, counts[at.cell])
		s.Source = string(p.File.Src[start:end])
		lineStart := start
		for lineStart > 0 && p.File.Src[lineStart-1] != '\n' {
			lineStart--
		}
		if indent := p.File.Src[lineStart:start]; len(bytes.TrimSpace(indent)) == 0 {
			s.Indent = len(indent)
		}
		for next < len(comments) && comments[next].Start < start {
			c := comments[next]
			next++
			if c.Start < prevEnd || p.place(c.Start).markup {
				continue // inside the statement before, or in a block that was opened
			}
			text := string(p.File.Src[c.Start:c.End])
			if cell := p.place(c.Start).cell; last != nil && cell == last.Cell && cell != at.cell && !percent.MatchString(text) {
				last.Tail = append(last.Tail, text)
			} else if !percent.MatchString(text) {
				s.Lead = append(s.Lead, text)
			}
		}
		for next < len(comments) && comments[next].Start < end {
			next++
		}
		rest := p.File.Src[end:]
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			rest = rest[:i]
		}
		if t := bytes.TrimLeft(rest, " \t"); len(t) > 0 && t[0] == ';' && len(bytes.TrimLeft(t[1:], " \t;")) == 0 {
			s.Silent = true
		}
		if next < len(comments) && comments[next].Start >= end && int(comments[next].Start) <= int(end)+len(rest) &&
			len(bytes.Trim(p.File.Src[end:comments[next].Start], " \t;")) == 0 {
			s.Trail = string(p.File.Src[comments[next].Start:comments[next].End])
			prevEnd = comments[next].End
			next++
		}
		prevEnd = max(prevEnd, end)
		p.Cells[at.cell].Statements = append(p.Cells[at.cell].Statements, len(p.Statements))
		p.Statements = append(p.Statements, s)
		last = s
	}
	for ; next < len(comments) && last != nil; next++ {
		if c := comments[next]; c.Start >= prevEnd && !p.place(c.Start).markup && !percent.Match(p.File.Src[c.Start:c.End]) {
			last.Tail = append(last.Tail, string(p.File.Src[c.Start:c.End]))
		}
	}
	if inlined != "" {
		p.Notes = append(p.Notes, inlined)
	}
	for _, s := range p.Statements {
		s.Drop = p.magicDrop(s)
	}
}

var percent = regexp.MustCompile(`^#[ \t]*(%%|-\*-|!|COMMAND -----)`)

// extent is where a statement is, decorators included.
func extent(n ast.Stmt) (uint32, uint32) {
	start, end := n.Pos(), n.End()
	var decorators []ast.Expr
	switch n := n.(type) {
	case *ast.FunctionDef:
		decorators = n.Decorators
	case *ast.ClassDef:
		decorators = n.Decorators
	}
	if len(decorators) > 0 {
		start = min(start, decorators[0].Pos()-1)
	}
	return start, end
}

// openMain replaces `if __name__ == "__main__": …` by what it holds, and in it a call of a function without parameters
// whose body can stand at the top just as well.
func (p *Program) openMain(body []ast.Stmt) (out []ast.Stmt, note string) {
	for _, n := range body {
		branch, ok := n.(*ast.If)
		if !ok || !p.isMainGuard(branch.Test) || len(branch.Orelse) > 0 {
			out = append(out, n)
			continue
		}
		for _, inner := range branch.Body {
			def := p.mainCall(inner, body)
			if def == nil || p.Notebook { // a cell's statements stay in their cell
				out = append(out, inner)
				continue
			}
			note = p.File.Text(def.Name) + "() is called once and was opened: its statements are the program"
			kept := out[:0]
			for _, o := range out {
				if o != ast.Stmt(def) {
					kept = append(kept, o)
				}
			}
			out = kept
			for i, s := range def.Body {
				if e, ok := s.(*ast.ExprStmt); ok && i == 0 {
					if _, doc := p.File.ConstString(e.Value); doc {
						continue
					}
				}
				if _, ok := s.(*ast.Return); ok && i == len(def.Body)-1 {
					continue
				}
				out = append(out, s)
			}
		}
	}
	return out, note
}

func (p *Program) isMainGuard(test ast.Expr) bool {
	c, ok := test.(*ast.Compare)
	if !ok || len(c.Ops) != 1 || c.Ops[0] != ast.Eq {
		return false
	}
	n, ok := c.Left.(*ast.Name)
	s, isText := p.File.ConstString(c.Comparators[0])
	return ok && n.ID == ast.SymDunderName && isText && s == "__main__"
}

// mainCall is the function that a statement main(), sys.exit(main()) or raise SystemExit(main()) calls, when it may be opened.
func (p *Program) mainCall(n ast.Stmt, body []ast.Stmt) *ast.FunctionDef {
	var e ast.Expr
	switch n := n.(type) {
	case *ast.ExprStmt:
		e = n.Value
	case *ast.Raise:
		e = n.Exc
	}
	call, ok := e.(*ast.Call)
	if !ok {
		return nil
	}
	if len(call.Args) == 1 && len(call.Keywords) == 0 {
		if t := p.text(call.Func); t == "sys.exit" || t == "SystemExit" || t == "exit" {
			if call, ok = call.Args[0].(*ast.Call); !ok {
				return nil
			}
		}
	}
	name, ok := call.Func.(*ast.Name)
	if !ok || len(call.Args)+len(call.Keywords) > 0 {
		return nil
	}
	var def *ast.FunctionDef
	bound := map[ast.Sym]bool{}
	for _, s := range body {
		if d, ok := s.(*ast.FunctionDef); ok && d.Name == name.ID {
			def = d
		}
		for _, b := range topBinds(s) {
			bound[b] = true
		}
	}
	if def == nil || def.Async || len(def.Decorators) > 0 || len(def.Args.PosOnly)+len(def.Args.Args)+len(def.Args.KwOnly) > 0 ||
		def.Args.Vararg != nil || def.Args.Kwarg != nil {
		return nil
	}
	uses, ok := 0, true
	ast.Inspect(p.File, func(n ast.Node) bool {
		if x, isName := n.(*ast.Name); isName && x.ID == def.Name {
			uses++
		}
		return true
	})
	for i, s := range def.Body {
		ast.InspectStmt(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FunctionDef, *ast.Lambda, *ast.ClassDef:
				return n == ast.Node(s)
			case *ast.Return:
				ok = ok && i == len(def.Body)-1 && ast.Stmt(n) == s && (n.Value == nil || p.isExitCode(n.Value))
			case *ast.Yield, *ast.YieldFrom, *ast.Global, *ast.Nonlocal:
				ok = false
			}
			return true
		})
		for _, b := range topBinds(s) {
			ok = ok && !bound[b]
		}
	}
	if uses != 1 || !ok {
		return nil
	}
	return def
}

func (p *Program) isExitCode(e ast.Expr) bool {
	t := p.text(e)
	return t == "0" || t == "None"
}

// An edit replaces bytes of a source.
type edit struct {
	diag.Span
	text string
}

func sortEdits(edits []edit) {
	slices.SortStableFunc(edits, func(a, b edit) int {
		if a.Start != b.Start {
			return int(a.Start) - int(b.Start)
		}
		return int(a.End) - int(b.End)
	})
}

// applyEdits applies edits that do not overlap; base is the offset of src in the file the edits speak of.
func applyEdits(src []byte, base uint32, edits []edit) []byte {
	sortEdits(edits)
	var out []byte
	at := base
	for _, e := range edits {
		if e.Start < at {
			continue
		}
		out = append(out, src[at-base:e.Start-base]...)
		out = append(out, e.text...)
		at = e.End
	}
	return append(out, src[at-base:]...)
}
