package project

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// A tomlTable is a TOML table that remembers the order and the lines of its keys, which decoding into structs loses and
// every message needs.
type tomlTable struct {
	keys    []string
	entries map[string]*tomlEntry
	line    int
	defined bool // by a header, or inline: a second header is an error
	closed  bool // inline tables cannot be added to
}

type tomlEntry struct {
	value tomlValue
	line  int
}

// A tomlValue is a string, int64, float64, bool, time.Time (offset and local date-times, local dates), tomlTime (a local
// time), []tomlValue or *tomlTable, with the line it starts on.
type tomlValue struct {
	any
	line int
}

type tomlTime string

// A syntaxError is the first fault of a file that cannot be parsed.
type syntaxError struct {
	line    int
	message string
}

// maxDottedKey bounds the tables that one key can make.
const maxDottedKey = 64

// parseTOML builds the whole document. What is before the first fault is returned with it.
func parseTOML(text []byte) (*tomlTable, *syntaxError) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	lines := []uint32{0}
	for i, c := range text {
		if c == '\n' {
			lines = append(lines, uint32(i+1))
		}
	}
	b := tomlBuilder{lines: lines}
	b.parser.Reset(text)
	root := &tomlTable{line: 1, defined: true}
	current := root
	for b.parser.NextExpression() {
		e := b.parser.Expression()
		switch e.Kind {
		case unstable.Table:
			current = b.header(root, e, false)
		case unstable.ArrayTable:
			current = b.header(root, e, true)
		case unstable.KeyValue:
			b.keyValue(current, e)
		}
		if b.err != nil {
			return root, b.err
		}
	}
	if err := b.parser.Error(); err != nil {
		line := len(lines)
		var pe *unstable.ParserError
		if errors.As(err, &pe) {
			// The highlight is a slice of the text: the difference in capacity is its offset.
			if at := cap(text) - cap(pe.Highlight); pe.Highlight != nil && at >= 0 && at <= len(text) {
				line = source.LineIndex(lines, uint32(at)) + 1
			}
			return root, &syntaxError{line: line, message: pe.Message}
		}
		return root, &syntaxError{line: line, message: err.Error()}
	}
	return root, nil
}

type tomlBuilder struct {
	parser unstable.Parser
	lines  []uint32
	err    *syntaxError
}

func (b *tomlBuilder) line(n *unstable.Node) int {
	return source.LineIndex(b.lines, n.Raw.Offset) + 1
}

func (b *tomlBuilder) fail(line int, format string, args ...any) {
	if b.err == nil {
		b.err = &syntaxError{line: line, message: fmt.Sprintf(format, args...)}
	}
}

func (b *tomlBuilder) key(it unstable.Iterator) (parts []string, line int) {
	for it.Next() {
		n := it.Node()
		if line == 0 {
			line = b.line(n)
		}
		parts = append(parts, string(n.Data))
	}
	if len(parts) > maxDottedKey {
		b.fail(line, "a key with %d parts", len(parts))
		parts = parts[:maxDottedKey]
	}
	return parts, line
}

// header opens [a.b] or [[a.b]] and returns the table that the following keys belong to.
func (b *tomlBuilder) header(root *tomlTable, e *unstable.Node, array bool) *tomlTable {
	parts, line := b.key(e.Key())
	t := root
	for _, p := range parts[:len(parts)-1] {
		if t = b.open(t, p, line); t == nil {
			return &tomlTable{}
		}
	}
	last := parts[len(parts)-1]
	old := t.entries[last]
	if array {
		next := &tomlTable{line: line, defined: true}
		if old == nil {
			t.set(last, tomlValue{[]tomlValue{{next, line}}, line}, line)
			return next
		}
		list, ok := old.value.any.([]tomlValue)
		if !ok || len(list) == 0 || !isTable(list[0]) || list[0].any.(*tomlTable).closed {
			b.fail(line, "%s is already defined on line %d", strings.Join(parts, "."), old.line)
			return next
		}
		old.value.any = append(list, tomlValue{next, line})
		return next
	}
	if old == nil {
		next := &tomlTable{line: line, defined: true}
		t.set(last, tomlValue{next, line}, line)
		return next
	}
	next, ok := old.value.any.(*tomlTable)
	if !ok || next.defined {
		b.fail(line, "%s is already defined on line %d", strings.Join(parts, "."), old.line)
		return &tomlTable{}
	}
	next.defined, next.line, old.line = true, line, line
	return next
}

// open finds or makes the table that a dotted key passes through; in an array of tables it is the last one.
func (b *tomlBuilder) open(t *tomlTable, part string, line int) *tomlTable {
	old := t.entries[part]
	if old == nil {
		next := &tomlTable{line: line}
		t.set(part, tomlValue{next, line}, line)
		return next
	}
	switch v := old.value.any.(type) {
	case *tomlTable:
		if !v.closed {
			return v
		}
	case []tomlValue:
		if len(v) > 0 {
			if last, ok := v[len(v)-1].any.(*tomlTable); ok && !last.closed {
				return last
			}
		}
	}
	b.fail(line, "%s is already defined on line %d and is no table to add to", part, old.line)
	return nil
}

func (b *tomlBuilder) keyValue(t *tomlTable, e *unstable.Node) {
	parts, line := b.key(e.Key())
	if len(parts) == 0 {
		return
	}
	for _, p := range parts[:len(parts)-1] {
		if t = b.open(t, p, line); t == nil {
			return
		}
		t.defined = true
	}
	last := parts[len(parts)-1]
	if old := t.entries[last]; old != nil {
		b.fail(line, "%s is already defined on line %d", strings.Join(parts, "."), old.line)
		return
	}
	t.set(last, b.value(e.Value(), line), line)
}

func (b *tomlBuilder) value(n *unstable.Node, line int) tomlValue {
	if n.Raw.Length > 0 {
		line = b.line(n)
	}
	text := string(n.Data)
	bad := func(what string) tomlValue {
		b.fail(line, "%s is not %s", text, what)
		return tomlValue{"", line}
	}
	switch n.Kind {
	case unstable.String:
		return tomlValue{text, line}
	case unstable.Bool:
		return tomlValue{text == "true", line}
	case unstable.Integer:
		i, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 0, 64)
		if err != nil {
			return bad("an integer of 64 bits")
		}
		return tomlValue{i, line}
	case unstable.Float:
		f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
		if err != nil {
			return bad("a number")
		}
		return tomlValue{f, line}
	case unstable.LocalDate, unstable.LocalDateTime, unstable.DateTime:
		for _, layout := range []string{"2006-01-02", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04Z07:00"} {
			if d, err := time.Parse(layout, strings.ToUpper(strings.Replace(text, " ", "T", 1))); err == nil {
				return tomlValue{d, line}
			}
		}
		return bad("a date")
	case unstable.LocalTime:
		return tomlValue{tomlTime(text), line}
	case unstable.Array:
		list := []tomlValue{}
		for it := n.Children(); it.Next(); {
			if it.Node().Kind != unstable.Comment {
				list = append(list, b.value(it.Node(), line))
			}
		}
		return tomlValue{list, line}
	case unstable.InlineTable:
		t := &tomlTable{line: line, defined: true}
		for it := n.Children(); it.Next(); {
			if it.Node().Kind == unstable.KeyValue {
				b.keyValue(t, it.Node())
			}
		}
		t.close()
		return tomlValue{t, line}
	}
	return bad("a value")
}

func (t *tomlTable) close() {
	t.closed = true
	for _, e := range t.entries {
		if sub, ok := e.value.any.(*tomlTable); ok && !sub.closed {
			sub.close()
		}
	}
}

func (t *tomlTable) set(key string, v tomlValue, line int) {
	if t.entries == nil {
		t.entries = map[string]*tomlEntry{}
	}
	t.keys = append(t.keys, key)
	t.entries[key] = &tomlEntry{value: v, line: line}
}

func isTable(v tomlValue) bool { _, ok := v.any.(*tomlTable); return ok }

// The following read other tools' files, where a value of another type than expected is that tool's concern: they give
// the zero value.

func (t *tomlTable) table(path ...string) *tomlTable {
	for _, p := range path {
		if t == nil {
			return nil
		}
		e := t.entries[p]
		if e == nil {
			return nil
		}
		t, _ = e.value.any.(*tomlTable)
	}
	return t
}

func (t *tomlTable) get(key string) (tomlValue, bool) {
	if t == nil || t.entries[key] == nil {
		return tomlValue{}, false
	}
	return t.entries[key].value, true
}

func (t *tomlTable) text(key string) string {
	v, _ := t.get(key)
	s, _ := v.any.(string)
	return s
}

func (t *tomlTable) lineOf(key string) int {
	if t == nil || t.entries[key] == nil {
		return 0
	}
	return t.entries[key].line
}

func (t *tomlTable) list(key string) []tomlValue {
	v, _ := t.get(key)
	list, _ := v.any.([]tomlValue)
	return list
}

func (t *tomlTable) tables(key string) []*tomlTable {
	var out []*tomlTable
	for _, v := range t.list(key) {
		if sub, ok := v.any.(*tomlTable); ok {
			out = append(out, sub)
		}
	}
	return out
}

// texts gives the strings of a list with their lines, a single string counting as a list of one.
func (t *tomlTable) texts(key string) []lineText {
	v, _ := t.get(key)
	if s, ok := v.any.(string); ok {
		return []lineText{{s, v.line}}
	}
	var out []lineText
	for _, v := range t.list(key) {
		if s, ok := v.any.(string); ok {
			out = append(out, lineText{s, v.line})
		}
	}
	return out
}

func (t *tomlTable) keysOrNil() []string {
	if t == nil {
		return nil
	}
	return t.keys
}

// A lineText is a string and where it stands.
type lineText struct {
	text string
	line int
}
