package graduate

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// What a person answers becomes part of the program before anything is planned, so that the original and the package are
// given the same:
//
//	name:NAME=PYTHON   the statement that defines a name, above everything else, as cell 0
//	code:ID=PYTHON     what stands in place of one statement
//	file:PATH=PLACE    where a file is that the program names as PATH
//	command:ID=drop    a command of the shell or a magic that is left out; command=drop leaves out all of them

// givenCell is the text of cell 0: the names that answers define, in order of name.
func givenCell(answers map[string]string) string {
	var b strings.Builder
	for _, key := range sortedKeys(answers) {
		name, ok := strings.CutPrefix(key, "name:")
		if !ok {
			continue
		}
		code := answers[key]
		if !strings.Contains(code, "=") && !strings.HasPrefix(code, "import ") && !strings.HasPrefix(code, "from ") {
			code = name + " = " + code
		}
		b.WriteString(strings.TrimRight(code, "\n") + "\n")
	}
	return b.String()
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// give puts cell 0 above the source.
func (p *Program) give(src []byte, answers map[string]string) []byte {
	text := givenCell(answers)
	if text == "" {
		return src
	}
	for i := range p.places {
		p.places[i].cell++
	}
	var above []place
	for n := range strings.Count(text, "\n") {
		above = append(above, place{0, n + 1, false})
	}
	p.places = append(above, p.places...)
	p.Cells = append([]Cell{{Number: 0, Source: text, Given: true}}, p.Cells...)
	return slices.Concat([]byte(text), src)
}

// relocate gives the edits that make the program read its files where answers say that they are. A path that no string of the
// program is equal to cannot be replaced; unplaced names the first of those.
func (p *Program) relocate(answers map[string]string) (edits []edit, unplaced string) {
	for _, key := range sortedKeys(answers) {
		from, ok := strings.CutPrefix(key, "file:")
		if !ok {
			continue
		}
		to := answers[key]
		if filepath.IsAbs(to) {
			if dir, err := filepath.Abs(filepath.Dir(p.Path)); err == nil {
				if rel, err := filepath.Rel(dir, to); err == nil {
					to = filepath.ToSlash(rel)
				}
			}
		}
		found := false
		ast.Inspect(p.File, func(n ast.Node) bool {
			c, isText := n.(*ast.Constant)
			if !isText || c.Kind != ast.Str {
				return true
			}
			if text, ok := p.File.ConstString(c); ok && (text == from || filepath.ToSlash(filepath.Clean(text)) == from) {
				edits = append(edits, edit{diag.Span{Start: c.Pos(), End: c.End()}, quote(to)})
				found = true
			}
			return true
		})
		if !found && unplaced == "" && !p.runs(from) {
			unplaced = from
		}
	}
	return edits, unplaced
}

// substitute gives the edits that put answers in the place of statements.
func (p *Program) substitute(answers map[string]string) (edits []edit) {
	if !slices.ContainsFunc(sortedKeys(answers), func(k string) bool { return strings.HasPrefix(k, "code:") }) {
		return nil
	}
	for _, s := range p.Statements {
		if code, ok := answers["code:"+s.ID]; ok {
			start, end := extent(s.Node)
			edits = append(edits, edit{diag.Span{Start: start, End: end}, strings.TrimRight(code, "\n")})
		}
	}
	return edits
}

// edited applies edits to the source; lines that they add are at the place of the line where they begin.
func (p *Program) edited(src []byte, edits []edit) []byte {
	sortEdits(edits)
	var places []place
	at, line := uint32(0), 0
	keep := func(until uint32) {
		for range bytes.Count(src[at:until], []byte("\n")) {
			places = append(places, p.placeOf(line))
			line++
		}
	}
	for _, e := range edits {
		if e.Start < at {
			continue
		}
		keep(e.Start)
		here := p.placeOf(line)
		for range strings.Count(e.text, "\n") {
			places = append(places, here)
		}
		line += bytes.Count(src[e.Start:e.End], []byte("\n"))
		at = e.End
	}
	for ; line < len(p.places); line++ {
		places = append(places, p.places[line])
	}
	p.places = places
	return applyEdits(src, 0, edits)
}

func (p *Program) placeOf(line int) place {
	if line < len(p.places) {
		return p.places[line]
	}
	return place{len(p.Cells) - 1, 1, false}
}

// arguments splits what a script is called with, as a command line: quotes hold words together.
func arguments(line string) (out []string, err error) {
	word, quoted, any := "", rune(0), false
	for _, r := range line {
		switch {
		case quoted != 0 && r == quoted:
			quoted = 0
		case quoted == 0 && (r == '\'' || r == '"'):
			quoted, any = r, true
		case quoted == 0 && (r == ' ' || r == '\t'):
			if any {
				out = append(out, word)
			}
			word, any = "", false
		default:
			word += string(r)
			any = true
		}
	}
	if quoted != 0 {
		return nil, fmt.Errorf("a quote is left open in %q", line)
	}
	if any {
		out = append(out, word)
	}
	return out, nil
}
