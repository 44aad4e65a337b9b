package notebook

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// compose makes the one Python source of the code cells and the map back. Every line of the source comes from one line
// of a cell. A cell that leaves a string or bracket open is not valid on its own and would swallow the cells after it,
// so its lines from there on become comments.
func (nb *Notebook) compose() {
	var src []byte
	m := &nb.Map
	names := &bindings{cells: nb.Cells}
	for i := range nb.Cells {
		c := &nb.Cells[i]
		if c.Kind != Code {
			continue
		}
		t := translator{cell: i, names: names}
		lines := strings.Split(strings.TrimSuffix(c.Source, "\n"), "\n")
		t.body(lines, 0)
		c.Magic = t.magic
		if t.lex.open() {
			nb.Faults = append(nb.Faults, Fault{Line: int(t.out[t.logical].line.line), Cell: i + 1,
				Message: "the cell ends inside a string, a bracket or a continued line that starts here"})
			for j := t.logical; j < len(t.out); j++ {
				t.out[j].text = "#" + t.out[j].text
				t.out[j].line.at++
				t.out[j].line.shift--
			}
		}
		c.Line = len(m.lines) + 1
		for _, o := range t.out {
			m.starts = append(m.starts, uint32(len(src)))
			m.lines = append(m.lines, o.line)
			src = append(append(src, o.text...), '\n')
		}
	}
	if len(src) > 0 {
		// The end of the source is a place too: the end of the last cell.
		last := m.lines[len(m.lines)-1]
		m.starts = append(m.starts, uint32(len(src)))
		m.lines = append(m.lines, line{cell: last.cell, line: last.line})
	}
	nb.Source, m.src = src, src
}

// translator makes one cell's lines of Python.
type translator struct {
	cell    int
	names   *bindings
	out     []outLine
	lex     lexer
	logical int    // index in out of the line that started the current logical line
	prefix  string // indentation put before every logical line
	magic   string
}

type outLine struct {
	text string
	line line
}

// emit adds a line of Python that comes from line n (from 0) of the cell. Columns from at on are shift to the left of
// where they are in the cell.
func (t *translator) emit(text string, n, at, shift int, command bool) {
	if t.lex.start() {
		t.logical = len(t.out)
		if t.prefix != "" && strings.TrimSpace(text) != "" {
			text = t.prefix + text
			at += len(t.prefix)
			shift -= len(t.prefix)
		}
	}
	t.out = append(t.out, outLine{text, line{cell: int32(t.cell + 1), line: int32(n + 1), at: int32(at), shift: int32(shift), command: command}})
	t.lex.scan(text)
}

// prompt is what a pasted session has before its lines: >>> and ... or In [1]: and ...:
var prompt = regexp.MustCompile(`^(?:>>>|\.\.\.|In \[\d+\]:| *\.\.\.+:)(?: |$)`)

// body translates the lines of a cell, or what stands below a cell magic; first is the number of the first one.
func (t *translator) body(lines []string, first int) {
	i := 0
	for i < len(lines) && strings.TrimSpace(lines[i]) == "" {
		t.emit(lines[i], first+i, 0, 0, false)
		i++
	}
	if i == len(lines) {
		return
	}
	if strings.HasPrefix(lines[i], "%%") && !isHelp(lines[i]) {
		t.cellMagic(lines[i:], first+i)
		return
	}
	// IPython takes the first line's indentation, or the prompts of a pasted session, off every line.
	indent := lines[i][:len(lines[i])-len(strings.TrimLeft(lines[i], " \t"))]
	prompts := prompt.MatchString(lines[i])
	if s, ok := t.automagic(lines[i]); ok {
		t.emit(s.text, first+i, s.at, s.shift, s.command)
		i++
	}
	for i < len(lines) {
		l, cut := lines[i], 0
		switch {
		case prompts:
			cut = len(prompt.FindString(l))
		case indent != "" && strings.HasPrefix(l, indent):
			cut = len(indent)
		}
		l = l[cut:]
		if !t.lex.start() {
			t.emit(l, first+i, 0, cut, false)
			i++
			continue
		}
		s, n := t.special(lines[i:], cut)
		if n == 0 {
			t.emit(l, first+i, 0, cut, false)
			i++
			continue
		}
		t.emit(s.text, first+i, s.at, s.shift+cut, s.command)
		i += n
	}
}

// columns is the number of characters in s.
func columns(s string) int { return utf8.RuneCountInString(s) }
