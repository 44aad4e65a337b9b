package check

import (
	"bytes"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// fixes turns what rules propose into edits. A file is parsed again for it, which costs less than keeping every tree: few
// files have a finding that a machine can mend. A fix of which any change cannot be placed is dropped whole.
func (c *Checked) fixes(findings []diag.Finding) {
	m := &mender{c: c, trees: map[int]*ast.File{}}
	for i := range findings {
		f := &findings[i]
		kept := f.Fixes[:0:0]
		for _, fix := range f.Fixes {
			if m.resolve(&fix) {
				kept = append(kept, fix)
			}
		}
		f.Fixes = kept
	}
}

type mender struct {
	c     *Checked
	trees map[int]*ast.File // by index of the file; nil for one with faults
	raw   map[string][]byte // of files that are not Python
}

func (m *mender) resolve(fix *diag.Fix) bool {
	edits := slices.Clone(fix.Edits)
	for _, ch := range fix.Changes {
		list, ok := m.change(&ch)
		if !ok {
			return false
		}
		edits = append(edits, list...)
	}
	slices.SortStableFunc(edits, func(a, b diag.Edit) int {
		if d := strings.Compare(a.File, b.File); d != 0 {
			return d
		}
		return int(a.Span.Start) - int(b.Span.Start)
	})
	edits = slices.Compact(edits)
	for i := range edits {
		e := &edits[i]
		if i > 0 && edits[i-1].File == e.File && edits[i-1].Span.End > e.Span.Start {
			return false
		}
		m.place(e)
	}
	fix.Edits = edits
	return len(edits) > 0
}

func (m *mender) change(ch *diag.Change) ([]diag.Edit, bool) {
	switch ch.Kind {
	case diag.ReplaceOnLine, diag.AppendToLine:
		return m.onLine(ch)
	}
	i := m.c.fileAt(ch.File)
	if i < 0 {
		return nil, false
	}
	tree := m.tree(i)
	if tree == nil {
		return nil, false
	}
	switch ch.Kind {
	case diag.SetKeyword:
		call := callAt(tree, ch.Span)
		if call == nil {
			return nil, false
		}
		return keyword(tree, call, ch)
	case diag.ReplaceCallee:
		if callAt(tree, ch.Span) == nil {
			return nil, false
		}
		return []diag.Edit{{File: ch.File, Span: ch.Span, Text: ch.Text}}, true
	case diag.RemoveComment:
		return comment(tree, ch)
	}
	return nil, false
}

// tree is a file's tree; nil where it cannot be relied upon.
func (m *mender) tree(i int) *ast.File {
	if t, ok := m.trees[i]; ok {
		return t
	}
	m.trees[i] = nil
	if len(m.c.Files[i].Facts.Faults) > 0 {
		return nil
	}
	var p parser.Parser
	tree, faults := parser.Parse(&p, m.c.text(i).src, parser.Options{})
	if len(faults) == 0 {
		m.trees[i] = tree
	}
	return m.trees[i]
}

// callAt is the call whose callee has that span.
func callAt(tree *ast.File, callee diag.Span) *ast.Call {
	var found *ast.Call
	ast.Inspect(tree, func(n ast.Node) bool {
		if call, ok := n.(*ast.Call); ok && call.Start == callee.Start && call.Func.End() == callee.End {
			found = call
		}
		return found == nil && n.Pos() <= callee.Start && n.End() >= callee.End
	})
	return found
}

// keyword gives a call a keyword argument, behind its last one; one on a line of its own gets a line of its own.
func keyword(tree *ast.File, call *ast.Call, ch *diag.Change) ([]diag.Edit, bool) {
	one := func(start, end uint32, text string) ([]diag.Edit, bool) {
		return []diag.Edit{{File: ch.File, Span: diag.Span{Start: start, End: end}, Text: text}}, true
	}
	last := call.Func.End()
	for i := range call.Keywords {
		k := &call.Keywords[i]
		if k.Arg != 0 && tree.Text(k.Arg) == ch.Name {
			v := k.Value
			return one(v.Pos(), v.End(), ch.Text)
		}
		last = max(last, k.End())
	}
	for _, a := range call.Args {
		if g, ok := a.(*ast.GeneratorExp); ok && g.End() == call.End() {
			return nil, false // f(x for x in y): a second argument would need parentheses around the first
		}
		last = max(last, a.End())
	}
	text := ch.Name + "=" + ch.Text
	close := call.End() - 1
	if int(close) >= len(tree.Src) || tree.Src[close] != ')' || close < last {
		return nil, false
	}
	if len(call.Args)+len(call.Keywords) == 0 {
		return one(close, close, text)
	}
	// Behind the last argument come its own parentheses, perhaps a comma, white space and comments.
	at, comma := last, false
	noted := false
	for i := last; i < close; {
		if end := commentEnd(tree, i); end > i {
			noted = noted || !bytes.Contains(tree.Src[last:i], []byte("\n"))
			i = end
			continue
		}
		switch tree.Src[i] {
		case ')':
			at = i + 1
		case ',':
			comma = true
		}
		i++
	}
	if comma && !noted {
		line := bytes.LastIndexByte(tree.Src[:at], '\n') + 1
		indent := tree.Src[line : line+len(tree.Src[line:])-len(bytes.TrimLeft(tree.Src[line:], " \t"))]
		if first := firstOf(call, uint32(line)); first == uint32(line+len(indent)) {
			return one(at, at, ","+newline(tree)+string(indent)+text)
		}
	}
	return one(at, at, ", "+text)
}

// firstOf is the start of the first argument at or behind an offset.
func firstOf(call *ast.Call, from uint32) uint32 {
	first := ^uint32(0)
	for _, a := range call.Args {
		if a.Pos() >= from {
			first = min(first, a.Pos())
		}
	}
	for i := range call.Keywords {
		if p := call.Keywords[i].Pos(); p >= from {
			first = min(first, p)
		}
	}
	return first
}

// commentEnd is the end of the comment that starts at an offset, or 0.
func commentEnd(tree *ast.File, at uint32) uint32 {
	i := sort.Search(len(tree.Comments), func(i int) bool { return tree.Comments[i].Start >= at })
	if i < len(tree.Comments) && tree.Comments[i].Start == at {
		return tree.Comments[i].End
	}
	return 0
}

// newline is how the file ends its lines.
func newline(tree *ast.File) string {
	if i := bytes.IndexByte(tree.Src, '\n'); i > 0 && tree.Src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// comment takes a comment away. Another that follows it on the same line stays.
func comment(tree *ast.File, ch *diag.Change) ([]diag.Edit, bool) {
	start, end := ch.Span.Start, commentEnd(tree, ch.Span.Start)
	if end == 0 {
		return nil, false
	}
	if i := bytes.Index(tree.Src[start:end], []byte(" #")); i > 0 {
		return []diag.Edit{{File: ch.File, Span: diag.Span{Start: start, End: start + uint32(i) + 1}}}, true
	}
	line := bytes.LastIndexByte(tree.Src[:start], '\n') + 1
	before := bytes.TrimRight(tree.Src[line:start], " \t")
	if len(before) == 0 {
		start = uint32(line)
		if n := bytes.IndexByte(tree.Src[end:], '\n'); n >= 0 {
			end += uint32(n) + 1
		}
	} else {
		start = uint32(line + len(before))
	}
	return []diag.Edit{{File: ch.File, Span: diag.Span{Start: start, End: end}}}, true
}

// onLine edits a file that is not Python.
func (m *mender) onLine(ch *diag.Change) ([]diag.Edit, bool) {
	raw, ok := m.artifact(ch.File)
	if !ok {
		return nil, false
	}
	start := 0
	for range ch.Line - 1 {
		i := bytes.IndexByte(raw[start:], '\n')
		if i < 0 {
			return nil, false
		}
		start += i + 1
	}
	line, _, _ := bytes.Cut(raw[start:], []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if ch.Kind == diag.AppendToLine {
		if bytes.Contains(line, []byte(" #")) {
			return nil, true
		}
		end := uint32(start + len(bytes.TrimRight(line, " \t")))
		return []diag.Edit{{File: ch.File, Span: diag.Span{Start: end, End: end}, Text: ch.Text}}, true
	}
	i := bytes.Index(line, []byte(ch.Name))
	if i < 0 || bytes.Count(line, []byte(ch.Name)) != 1 {
		return nil, false
	}
	return []diag.Edit{{File: ch.File, Span: diag.Span{Start: uint32(start + i), End: uint32(start + i + len(ch.Name))}, Text: ch.Text}}, true
}

func (m *mender) artifact(file string) ([]byte, bool) {
	if raw, ok := m.raw[file]; ok {
		return raw, raw != nil
	}
	if m.raw == nil {
		m.raw = map[string][]byte{}
	}
	raw, err := m.c.ReadFile(file)
	if err != nil || !utf8.Valid(raw) {
		raw = nil
	}
	m.raw[file] = raw
	return raw, raw != nil
}

// place says where an edit is, for people.
func (m *mender) place(e *diag.Edit) {
	var src []byte
	var at func(uint32) (line, cell int)
	var lines []uint32
	if i := m.c.fileAt(e.File); i >= 0 {
		src, lines = m.c.text(i).src, m.c.Files[i].Facts.Lines
		at = m.c.Files[i].Facts.Place
	} else {
		src, _ = m.artifact(e.File)
		lines = append(lines, 0)
		for i, c := range src {
			if c == '\n' {
				lines = append(lines, uint32(i+1))
			}
		}
		at = func(offset uint32) (int, int) { return source.LineIndex(lines, offset) + 1, 0 }
	}
	column := func(offset uint32) int {
		i := max(source.LineIndex(lines, offset), 0)
		return utf8.RuneCount(src[min(int(lines[i]), len(src)):min(int(offset), len(src))]) + 1
	}
	e.Line, e.Cell = at(e.Span.Start)
	e.EndLine, _ = at(e.Span.End)
	e.Column, e.EndColumn = column(e.Span.Start), column(e.Span.End)
}
