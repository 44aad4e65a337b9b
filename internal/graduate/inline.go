package graduate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/notebook"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// %run of a script or notebook executes it and leaves its names behind: its statements stand in the place of the magic.
// %%writefile writes a file: that is a statement; when later cells import it, it is a module of the package too (own.go).

// A writtenFile is what a %%writefile cell writes.
type writtenFile struct {
	cell, line int
	name, text string
}

const maxInlined = 20 // %run within %run: beyond it, it is a circle

// inline replaces every %run by what it runs, until none is left.
func (p *Program) inline(src []byte) ([]byte, *Refusal) {
	for round := 0; ; round++ {
		var edits []edit
		for _, n := range p.File.Body {
			_, method, args, ok := p.ipython(n)
			if !ok || method != "run_line_magic" && method != "run_cell_magic" || len(args) < 2 {
				continue
			}
			name, _ := p.File.ConstString(args[0])
			rest, isText := p.File.ConstString(args[1])
			switch {
			case name == "run" && isText:
				text, r := p.ran(rest, round)
				if r != nil {
					at := p.place(n.Pos())
					r.Line = at.line
					if p.Notebook {
						r.Cell = p.Cells[at.cell].Number
					}
					return src, r
				}
				if text != "" {
					edits = append(edits, edit{diag.Span{Start: n.Pos(), End: n.End()}, text})
				}
			case (name == "writefile" || name == "file") && isText && len(args) > 2:
				body, isText := p.File.ConstString(args[2])
				words := strings.Fields(rest)
				if !isText || len(words) == 0 {
					continue
				}
				mode, file := "w", strings.Trim(words[len(words)-1], `"'`)
				if words[0] == "-a" || words[0] == "--append" {
					mode = "a"
				}
				if body != "" && !strings.HasSuffix(body, "\n") {
					body += "\n"
				}
				at := p.place(n.Pos())
				p.written = append(p.written, writtenFile{at.cell, at.line, file, body})
				edits = append(edits, edit{diag.Span{Start: n.Pos(), End: n.End()},
					fmt.Sprintf("with open(%s, %q) as written_file: written_file.write(%s)", quote(file), mode, quote(body))})
			}
		}
		if len(edits) == 0 {
			return src, nil
		}
		src = p.edited(src, edits)
		if r := p.parse(src); r != nil {
			return src, r
		}
	}
}

// runs: a %run names that file.
func (p *Program) runs(file string) bool {
	_, ok := p.answers["file:"+file]
	return ok && p.ranFiles[file]
}

// ran is the text that %run executes. Options that make it anything but an execution in a namespace of its own are left to a person.
func (p *Program) ran(line string, round int) (string, *Refusal) {
	words, err := arguments(line)
	for err == nil && len(words) > 0 && words[0] == "-i" {
		words = words[1:]
	}
	if err != nil || len(words) == 0 || strings.HasPrefix(words[0], "-") {
		return "", nil // commands asks about it
	}
	name, rest := words[0], words[1:]
	asked := name
	if to, ok := p.answers["file:"+name]; ok {
		name = to
	}
	p.ranFiles[asked] = true
	if round >= maxInlined {
		return "", &Refusal{Reason: Parse, Message: "%run " + asked + " runs itself"}
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(p.Path), filepath.FromSlash(name))
	}
	raw, err := os.ReadFile(path)
	if err != nil && filepath.Ext(path) == "" {
		path += ".py"
		raw, err = os.ReadFile(path)
	}
	for _, w := range p.written {
		if filepath.Clean(w.name) == filepath.Clean(name) {
			raw, err = []byte(w.text), nil
		}
	}
	if err != nil {
		return "", &Refusal{Reason: MissingInput, Message: "%run reads " + asked + ", which is not there", Question: "Where is it?", Key: "file:" + asked + "=PATH"}
	}
	var src []byte
	if strings.EqualFold(filepath.Ext(path), ".ipynb") {
		nb := notebook.Read(raw)
		if len(nb.Faults) > 0 {
			return "", &Refusal{Reason: Parse, Message: fmt.Sprintf("%%run %s: %s", asked, nb.Faults[0].Message)}
		}
		if !nb.Kernel.Python() {
			return "", &Refusal{Reason: NonPythonCell, Message: "%run " + asked + ": its kernel runs " + nb.Kernel.Language + ", not Python"}
		}
		src = nb.Source
	} else {
		src, _ = source.Decode(raw)
		src = []byte(strings.ReplaceAll(string(src), "\r\n", "\n"))
	}
	var own parser.Parser
	f, faults := parser.Parse(&own, src, parser.Options{})
	if len(faults) > 0 {
		line := source.LineIndex(f.Lines, faults[0].Span.Start) + 1
		return "", &Refusal{Reason: Parse, Message: fmt.Sprintf("%%run %s: line %d: %s", asked, line, faults[0].Message)}
	}
	text := strings.TrimRight(string(src), " \t\n")
	if n := len(f.Body); n > 0 {
		if e, ok := f.Body[n-1].(*ast.ExprStmt); ok {
			text = text[:e.End()] + ";" + text[e.End():] // what it runs shows nothing
		}
	}
	if len(rest) > 0 {
		var list []string
		for _, w := range append([]string{asked}, rest...) {
			list = append(list, quote(w))
		}
		text = "import sys; sys.argv = [" + strings.Join(list, ", ") + "]\n" + text
	}
	p.Notes = append(p.Notes, "%run "+asked+" was opened: its statements are part of the program")
	if text == "" {
		text = "pass"
	}
	return text, nil
}
