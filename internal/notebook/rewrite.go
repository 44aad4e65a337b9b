package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/edit"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// Rewrite puts edits of a notebook's Source into the notebook's file. Only the text of the strings that hold the edited
// lines changes; every other byte of the file (order of keys, indentation, outputs, escapes) stays. Lines that are not in
// the source as they are in their cell, such as magics, cannot be edited. The edits are sorted and disjoint.
func Rewrite(raw []byte, edits []diag.Edit) ([]byte, error) {
	nb := Read(raw)
	for _, f := range nb.Faults {
		if f.Cell == 0 {
			return nil, errors.New(f.Message)
		}
	}
	cells, err := locate(raw)
	if err != nil {
		return nil, err
	}
	var inFile []diag.Edit
	want := map[int][]diag.Edit{}
	for _, e := range edits {
		cell, start, err := nb.place(e.Span.Start)
		if err != nil {
			return nil, err
		}
		last, end, err := nb.place(e.Span.End)
		if err != nil {
			return nil, err
		}
		if cell != last {
			return nil, errors.New("the edit goes over the end of a cell")
		}
		t := &cells[cell]
		if t.text() != nb.Cells[cell].Source {
			return nil, fmt.Errorf("cell %d is not written the way it is read", cell+1)
		}
		span, err := t.span(start, end)
		if err != nil {
			return nil, err
		}
		inFile = append(inFile, diag.Edit{Span: span, Text: t.escape(e.Text)})
		want[cell] = append(want[cell], diag.Edit{Span: diag.Span{Start: uint32(start), End: uint32(end)}, Text: e.Text})
	}
	out, err := edit.Apply(raw, inFile)
	if err != nil {
		return nil, err
	}
	// What the new file says is what was asked for, and nothing else changed.
	after := Read(out)
	if len(after.Cells) != len(nb.Cells) {
		return nil, errors.New("the cells cannot be told apart after the edit")
	}
	for i := range nb.Cells {
		text, err := edit.Apply([]byte(nb.Cells[i].Source), want[i])
		if err != nil {
			return nil, err
		}
		if string(text) != after.Cells[i].Source {
			return nil, fmt.Errorf("cell %d cannot be written", i+1)
		}
	}
	return out, nil
}

// place is the index of the cell and the offset in the cell's text of an offset in the source.
func (nb *Notebook) place(offset uint32) (cell, at int, err error) {
	i := source.LineIndex(nb.Map.starts, offset)
	if i < 0 || i >= len(nb.Map.lines) {
		return 0, 0, errors.New("the edit is outside of the notebook")
	}
	l := &nb.Map.lines[i]
	cell = int(l.cell) - 1
	if cell < 0 || cell >= len(nb.Cells) {
		return 0, 0, errors.New("the edit is outside of the notebook")
	}
	text := nb.Cells[cell].Source
	for range l.line - 1 {
		n := strings.IndexByte(text[at:], '\n')
		if n < 0 {
			return 0, 0, errors.New("the edit is outside of its cell")
		}
		at += n + 1
	}
	written, _, _ := strings.Cut(text[at:], "\n")
	composed := nb.Source[nb.Map.starts[i]:]
	if n := bytes.IndexByte(composed, '\n'); n >= 0 {
		composed = composed[:n]
	}
	if written != string(composed) {
		return 0, 0, fmt.Errorf("line %d of cell %d is no plain Python", l.line, l.cell)
	}
	return cell, at + int(offset-nb.Map.starts[i]), nil
}

// cellText is where a cell's text is in the file: the decoded bytes, and for each the escape or character it comes from.
type cellText struct {
	bytes     []byte
	from, to  []int // offsets in the file
	empty     int   // between the quotes of the first string; -1 when there is none
	array     bool
	separator string // between two strings of the array
}

func (t *cellText) text() string { return string(t.bytes) }

func (t *cellText) span(start, end int) (diag.Span, error) {
	n := len(t.bytes)
	if start > end || end > n || n == 0 && t.empty < 0 {
		return diag.Span{}, errors.New("the edit is outside of its cell")
	}
	at := func(i int) int {
		switch {
		case i < n:
			return t.from[i]
		case n > 0:
			return t.to[n-1]
		}
		return t.empty
	}
	from := at(start)
	to := from
	if end > start {
		to = t.to[end-1]
	}
	return diag.Span{Start: uint32(from), End: uint32(to)}, nil
}

// escape writes text as part of the JSON string; where the file has one string for each line, so has what is added.
func (t *cellText) escape(text string) string {
	end := `\n`
	if t.array {
		end = `\n",` + t.separator + `"`
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if e.Encode(l) != nil {
			return ""
		}
		lines[i] = b.String()[1 : b.Len()-2] // between the quotes, without the encoder's line end
	}
	return strings.Join(lines, end)
}

// locate finds the texts of all cells.
func locate(raw []byte) ([]cellText, error) {
	skip := 0
	if bytes.HasPrefix(raw, []byte("\xEF\xBB\xBF")) {
		skip = 3
	}
	s := &scanner{src: raw[skip:]}
	var cells []cellText
	cell := func() {
		t := cellText{empty: -1}
		s.object(func(key string) {
			if key != "source" && key != "input" {
				return
			}
			t = cellText{empty: -1}
			if s.next() != '[' {
				t.read(s, skip)
				return
			}
			t.array = true
			before := -1
			s.array(func() {
				s.next()
				if before >= 0 && t.separator == "" {
					between := string(s.src[before:s.at])
					if _, space, ok := strings.Cut(between, ","); ok {
						t.separator = space
					}
				}
				t.read(s, skip)
				before = s.at
			})
		})
		t.normalize()
		cells = append(cells, t)
	}
	if s.next() == '{' {
		s.object(func(key string) {
			switch key {
			case "cells":
				s.array(cell)
			case "worksheets":
				s.array(func() {
					s.object(func(key string) {
						if key == "cells" {
							s.array(cell)
						}
					})
				})
			}
		})
	}
	if s.err != nil {
		return nil, s.err
	}
	return cells, nil
}

// read takes one string, escape by escape.
func (t *cellText) read(s *scanner, skip int) {
	if s.next() != '"' {
		s.skip()
		return
	}
	start := s.at + 1
	body := s.skipString()
	if t.empty < 0 {
		t.empty = start + skip
	}
	for i := 0; i < len(body); {
		n := 1
		if body[i] == '\\' && i+1 < len(body) {
			n = 2
			if body[i+1] == 'u' {
				n = min(6, len(body)-i)
				// Two escapes may be the halves of one character.
				if pair := body[i:min(i+12, len(body))]; len(pair) == 12 && pair[6] == '\\' && pair[7] == 'u' && len([]rune(unescape(pair))) == 1 {
					n = 12
				}
			}
		}
		for _, c := range []byte(unescape(body[i : i+n])) {
			if n == 1 {
				c = body[i]
			}
			t.bytes = append(t.bytes, c)
			t.from = append(t.from, start+skip+i)
			t.to = append(t.to, start+skip+i+n)
			if n == 1 {
				break
			}
		}
		i += n
	}
}

// normalize makes line ends what Read makes of them.
func (t *cellText) normalize() {
	out := 0
	for i := 0; i < len(t.bytes); i++ {
		c, from, to := t.bytes[i], t.from[i], t.to[i]
		if c == '\r' {
			c = '\n'
			if i+1 < len(t.bytes) && t.bytes[i+1] == '\n' {
				i++
				to = t.to[i]
			}
		}
		t.bytes[out], t.from[out], t.to[out] = c, from, to
		out++
	}
	t.bytes, t.from, t.to = t.bytes[:out], t.from[:out], t.to[:out]
}
