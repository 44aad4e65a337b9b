// Package tomledit adds and changes single keys of a TOML document and leaves every other byte as it is.
//
// A Document is the text with the places of its tables, keys and values. The text must be valid TOML, which the caller has
// checked with a real parser; what this package does not understand is an error and never a guess. Every edit is followed
// by a new scan, so places are always those of the current text.
package tomledit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Document is a TOML text under edit.
type Document struct {
	text    string
	tables  []table
	entries []entry
}

type table struct {
	path   []string
	array  bool // [[path]]
	header int  // start of the header; -1 for the document's head
	end    int  // after the last line of a header or key that belongs to it
}

// An entry is `key = value`, at the top of a table or inside inline tables.
type entry struct {
	path       []string // from the document's root
	local      []string // as written, from its table
	table      int
	value      [2]int
	inline     bool // inside an inline table
	isTable    bool // the value is an inline table
	arrayTable bool // below [[…]]
}

// Parse scans a document.
func Parse(text string) (*Document, error) {
	d := &Document{text: text}
	return d, d.scan()
}

// String is the text.
func (d *Document) String() string { return d.text }

func (d *Document) scan() error {
	d.tables = []table{{header: -1}}
	d.entries = nil
	s := scanner{text: d.text, d: d}
	return s.document()
}

// Value gives the text of a key's value.
func (d *Document) Value(path ...string) (string, bool) {
	if e := d.find(path); e != nil {
		return d.text[e.value[0]:e.value[1]], true
	}
	return "", false
}

// Has says whether the path is a key, a table, or leads to one.
func (d *Document) Has(path ...string) bool {
	prefix := func(p []string) bool { return len(p) >= len(path) && slices.Equal(p[:len(path)], path) }
	return slices.ContainsFunc(d.entries, func(e entry) bool { return prefix(e.path) }) ||
		slices.ContainsFunc(d.tables, func(t table) bool { return t.header >= 0 && prefix(t.path) })
}

func (d *Document) find(path []string) *entry {
	for i := range d.entries {
		if !d.entries[i].arrayTable && slices.Equal(d.entries[i].path, path) {
			return &d.entries[i]
		}
	}
	return nil
}

// Set gives a key a value, written as TOML. A key that is there keeps its place and its comment; a new one goes behind the
// last key of its table, and a new table behind its nearest relative.
func (d *Document) Set(value string, path ...string) error {
	if e := d.find(path); e != nil {
		if e.isTable {
			return fmt.Errorf("%s is a table", strings.Join(path, "."))
		}
		return d.splice(e.value[0], e.value[1], value)
	}
	parent, last := path[:len(path)-1], path[len(path)-1]
	for i := range d.entries { // a.b = { … }
		if e := &d.entries[i]; e.isTable && !e.arrayTable && slices.Equal(e.path, parent) {
			body := strings.TrimSpace(d.text[e.value[0]+1 : e.value[1]-1])
			return d.splice(e.value[0], e.value[1], "{ "+strings.TrimSuffix(body, ",")+ifText(body != "", ", ")+Key(last)+" = "+value+" }")
		}
		if e := &d.entries[i]; len(e.path) < len(path) && slices.Equal(e.path, path[:len(e.path)]) && !e.isTable {
			return fmt.Errorf("%s is no table", strings.Join(e.path, "."))
		}
	}
	for i := len(d.entries) - 1; i >= 0; i-- { // [a] with b.c = …: the table a.b is open to dotted keys only
		e := &d.entries[i]
		depth := len(e.path) - len(e.local)
		if !e.inline && !e.arrayTable && len(e.local) > 1 && len(e.path) > len(parent) && len(parent) > depth && slices.Equal(e.path[:len(parent)], parent) {
			return d.splice(d.lineEnd(e.value[1]), d.lineEnd(e.value[1]), dotted(path[depth:])+" = "+value+"\n")
		}
	}
	for _, t := range d.tables {
		if (t.header >= 0 || len(parent) == 0) && !t.array && slices.Equal(t.path, parent) {
			return d.insertLine(t.end, Key(last)+" = "+value)
		}
		if t.array && len(t.path) <= len(parent) && slices.Equal(t.path, parent[:len(t.path)]) {
			return fmt.Errorf("%s is a list of tables", strings.Join(t.path, "."))
		}
	}
	// A new table: behind the one that shares the longest beginning, so that a tool's tables stay together.
	best, common := len(d.tables)-1, 0
	for i, t := range d.tables {
		n := 0
		for n < len(t.path) && n < len(parent) && t.path[n] == parent[n] {
			n++
		}
		if n > common && n > 1 || n > common && parent[0] != "tool" {
			best, common = i, n
		} else if n == common && n > 1 && common > 0 {
			best = i
		}
	}
	at := d.tables[best].end
	block := "[" + dotted(parent) + "]\n" + Key(last) + " = " + value + "\n"
	if at > 0 {
		block = "\n" + block
	}
	return d.insertLine(at, strings.TrimSuffix(block, "\n"))
}

// insertLine inserts whole lines at an offset that is the start of a line or the end of the text.
func (d *Document) insertLine(at int, lines string) error {
	if at > 0 && d.text[at-1] != '\n' {
		lines = "\n" + lines
	}
	return d.splice(at, at, lines+"\n")
}

func (d *Document) lineEnd(at int) int {
	if i := strings.IndexByte(d.text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(d.text)
}

func (d *Document) splice(from, to int, with string) error {
	if strings.Contains(d.text, "\r\n") {
		with = strings.ReplaceAll(with, "\n", "\r\n")
	}
	before := d.text
	d.text = d.text[:from] + with + d.text[to:]
	if err := d.scan(); err != nil {
		d.text = before
		_ = d.scan()
		return err
	}
	return nil
}

// Elements gives the texts of a list's elements.
func (d *Document) Elements(path ...string) ([]string, bool) {
	e := d.find(path)
	if e == nil || d.text[e.value[0]] != '[' {
		return nil, false
	}
	spans, err := elements(d.text, e.value)
	if err != nil {
		return nil, false
	}
	var list []string
	for _, s := range spans {
		list = append(list, d.text[s[0]:s[1]])
	}
	return list, true
}

// Append adds an element at the end of a list, in the list's own form: on a line of its own when the last one has one.
func (d *Document) Append(element string, path ...string) error {
	e := d.find(path)
	if e == nil {
		return d.Set("[\n    "+element+",\n]", path...)
	}
	if d.text[e.value[0]] != '[' {
		return fmt.Errorf("%s is no list", strings.Join(path, "."))
	}
	spans, err := elements(d.text, e.value)
	if err != nil {
		return err
	}
	if len(spans) == 0 {
		return d.splice(e.value[1]-1, e.value[1]-1, element)
	}
	last := spans[len(spans)-1]
	lineStart := strings.LastIndexByte(d.text[:last[0]], '\n') + 1
	indent := d.text[lineStart:last[0]]
	if strings.Trim(indent, " \t") != "" || !strings.Contains(d.text[e.value[0]:e.value[1]], "\n") {
		return d.splice(last[1], last[1], ", "+element)
	}
	comma := strings.HasPrefix(strings.TrimLeft(d.text[last[1]:e.value[1]], " \t\r\n"), ",")
	if !comma {
		if err := d.splice(last[1], last[1], ","); err != nil {
			return err
		}
	}
	at := d.lineEnd(last[1])
	if at >= d.find(path).value[1] { // the closing bracket stands on the last element's line
		return d.splice(last[1]+1, last[1]+1, "\n"+indent+element+ifText(comma, ","))
	}
	return d.splice(at, at, indent+element+ifText(comma, ",")+"\n")
}

func ifText(cond bool, s string) string {
	if cond {
		return s
	}
	return ""
}

// Key writes one key, quoted when it must be.
func Key(k string) string {
	if k != "" && strings.Trim(k, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == "" {
		return k
	}
	return Quote(k)
}

// Quote writes a text as a basic string, on one line, in the escapes that TOML and Go share.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func dotted(path []string) string {
	parts := make([]string, len(path))
	for i, p := range path {
		parts[i] = Key(p)
	}
	return strings.Join(parts, ".")
}

var errSyntax = errors.New("the document is not understood")

type scanner struct {
	text string
	pos  int
	d    *Document
}

func (s *scanner) document() error {
	for {
		s.space(true)
		if s.pos >= len(s.text) {
			return nil
		}
		if s.text[s.pos] == '[' {
			if err := s.header(); err != nil {
				return err
			}
			continue
		}
		t := len(s.d.tables) - 1
		if err := s.keyValue(s.d.tables[t].path, t, false, s.inArray(s.d.tables[t].path)); err != nil {
			return err
		}
		s.d.tables[t].end = s.restOfLine()
	}
}

// inArray says whether a table stands below [[…]].
func (s *scanner) inArray(path []string) bool {
	for _, t := range s.d.tables {
		if t.array && len(t.path) <= len(path) && slices.Equal(t.path, path[:len(t.path)]) {
			return true
		}
	}
	return false
}

// restOfLine passes a comment and the line's end.
func (s *scanner) restOfLine() int {
	if i := strings.IndexByte(s.text[s.pos:], '\n'); i >= 0 {
		s.pos += i + 1
	} else {
		s.pos = len(s.text)
	}
	return s.pos
}

func (s *scanner) header() error {
	start := s.pos
	array := strings.HasPrefix(s.text[s.pos:], "[[")
	s.pos++
	if array {
		s.pos++
	}
	path, err := s.key()
	if err != nil {
		return err
	}
	if !strings.HasPrefix(s.text[s.pos:], "]") {
		return errSyntax
	}
	end := s.restOfLine()
	s.d.tables = append(s.d.tables, table{path: path, array: array, header: start, end: end})
	return nil
}

// key reads a dotted key and the blanks around it.
func (s *scanner) key() ([]string, error) {
	var path []string
	for {
		s.space(false)
		if s.pos >= len(s.text) {
			return nil, errSyntax
		}
		start := s.pos
		switch c := s.text[s.pos]; {
		case c == '"' || c == '\'':
			if err := s.value(); err != nil {
				return nil, err
			}
			path = append(path, Unquote(s.text[start:s.pos]))
		default:
			for s.pos < len(s.text) && !strings.ContainsRune(" \t.=]\n\r#", rune(s.text[s.pos])) {
				s.pos++
			}
			if s.pos == start {
				return nil, errSyntax
			}
			path = append(path, s.text[start:s.pos])
		}
		s.space(false)
		if s.pos >= len(s.text) || s.text[s.pos] != '.' {
			return path, nil
		}
		s.pos++
	}
}

// Unquote gives the text of a string written on one line; only the escapes of quotes and backslashes are resolved.
func Unquote(q string) string {
	if len(q) < 2 {
		return q
	}
	body := q[1 : len(q)-1]
	if q[0] == '"' {
		body = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(body)
	}
	return body
}

func (s *scanner) keyValue(base []string, t int, inline, array bool) error {
	local, err := s.key()
	if err != nil {
		return err
	}
	if s.pos >= len(s.text) || s.text[s.pos] != '=' {
		return errSyntax
	}
	s.pos++
	s.space(false)
	start := s.pos
	path := append(slices.Clone(base), local...)
	at := len(s.d.entries)
	s.d.entries = append(s.d.entries, entry{path: path, local: local, table: t, inline: inline, arrayTable: array})
	if start < len(s.text) && s.text[start] == '{' {
		s.d.entries[at].isTable = true
		s.pos++
		for {
			s.space(true)
			if s.pos >= len(s.text) {
				return errSyntax
			}
			if s.text[s.pos] == '}' {
				s.pos++
				break
			}
			if s.text[s.pos] == ',' {
				s.pos++
				continue
			}
			if err := s.keyValue(path, t, true, array); err != nil {
				return err
			}
		}
	} else if err := s.value(); err != nil {
		return err
	}
	s.d.entries[at].value = [2]int{start, s.pos}
	return nil
}

// value passes one value of any kind.
func (s *scanner) value() error {
	if s.pos >= len(s.text) {
		return errSyntax
	}
	rest := s.text[s.pos:]
	for _, q := range []string{`"""`, `'''`} {
		if strings.HasPrefix(rest, q) {
			s.pos += 3
			for s.pos < len(s.text) && !strings.HasPrefix(s.text[s.pos:], q) {
				if q[0] == '"' && s.text[s.pos] == '\\' {
					s.pos++
				}
				s.pos++
			}
			s.pos += 3
			for s.pos < len(s.text) && s.text[s.pos] == q[0] { // up to two quotes may end the text itself
				s.pos++
			}
			if s.pos > len(s.text) {
				return errSyntax
			}
			return nil
		}
	}
	switch c := rest[0]; c {
	case '"', '\'':
		for s.pos++; s.pos < len(s.text) && s.text[s.pos] != c && s.text[s.pos] != '\n'; s.pos++ {
			if c == '"' && s.text[s.pos] == '\\' {
				s.pos++
			}
		}
		if s.pos >= len(s.text) || s.text[s.pos] != c {
			return errSyntax
		}
		s.pos++
	case '[', '{':
		end, depth := byte(']'), 0
		if c == '{' {
			end = '}'
		}
		for s.pos < len(s.text) {
			s.space(true)
			if s.pos >= len(s.text) {
				break
			}
			switch b := s.text[s.pos]; b {
			case '[', '{':
				if depth > 0 {
					if err := s.value(); err != nil {
						return err
					}
					continue
				}
				depth++
				s.pos++
			case ']', '}':
				s.pos++
				if b != end {
					return errSyntax
				}
				return nil
			case '"', '\'':
				if err := s.value(); err != nil {
					return err
				}
			default:
				s.pos++
			}
		}
		return errSyntax
	default:
		for s.pos < len(s.text) && !strings.ContainsRune(",]}#\n\r", rune(s.text[s.pos])) {
			s.pos++
		}
		for s.pos > 0 && (s.text[s.pos-1] == ' ' || s.text[s.pos-1] == '\t') {
			s.pos--
		}
	}
	return nil
}

// space passes blanks; with lines also line ends and comments.
func (s *scanner) space(lines bool) {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == ' ' || c == '\t':
			s.pos++
		case lines && (c == '\n' || c == '\r'):
			s.pos++
		case lines && c == '#':
			s.restOfLine()
		default:
			return
		}
	}
}

// elements gives the places of a list's elements.
func elements(text string, list [2]int) ([][2]int, error) {
	s := scanner{text: text[:list[1]-1], pos: list[0] + 1}
	var spans [][2]int
	for {
		s.space(true)
		if s.pos >= len(s.text) {
			return spans, nil
		}
		if s.text[s.pos] == ',' {
			s.pos++
			continue
		}
		start := s.pos
		if err := s.value(); err != nil {
			return nil, err
		}
		spans = append(spans, [2]int{start, s.pos})
	}
}
