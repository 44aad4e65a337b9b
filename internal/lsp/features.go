package lsp

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// ---- paths ----

func (s *Server) resolveRoot() error {
	abs, err := filepath.Abs(s.root)
	if err != nil {
		return fmt.Errorf("find %s: %w", s.root, err)
	}
	info, err := os.Stat(abs)
	if err != nil || !info.IsDir() {
		return fmt.Errorf("%s is no directory", s.root)
	}
	s.root = abs
	return nil
}

// fromURI is the path of a file's URI.
func fromURI(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return "", false
	}
	p := u.Path
	if runtime.GOOS == "windows" && len(p) > 2 && p[0] == '/' && p[2] == ':' {
		p = p[1:] // /c:/work
	}
	return filepath.FromSlash(p), true
}

// path is a document's slash path below the root; what is elsewhere, or no file, is left alone.
func (s *Server) path(uri string) (string, bool) {
	full, ok := fromURI(uri)
	if !ok {
		return "", false
	}
	rel, err := filepath.Rel(s.root, full)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// uri is a file's URI: the one that the editor opened it by, where it did.
func (s *Server) uri(path string) string {
	if d := s.open[path]; d != nil {
		return d.uri
	}
	full := filepath.ToSlash(filepath.Join(s.root, filepath.FromSlash(path)))
	if !strings.HasPrefix(full, "/") {
		full = "/" + full
	}
	return (&url.URL{Scheme: "file", Path: full}).String()
}

// overlay is what stands in for the files on the disk: the buffers that differ from them, in the files' own encoding.
func overlay(root string, texts map[string]string) map[string][]byte {
	out := map[string][]byte{}
	for path, text := range texts {
		if strings.HasSuffix(path, ".ipynb") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		if err != nil {
			out[path] = []byte(text)
			continue
		}
		now, err := source.Encode(raw, []byte(text))
		if err != nil {
			now = []byte(text)
		}
		if !bytes.Equal(raw, now) {
			out[path] = now
		}
	}
	return out
}

// ---- places ----

// column16 is a column, from 1 and in characters, as an offset in UTF-16.
func column16(line string, column int) int {
	n := 0
	for _, r := range line {
		if column <= 1 {
			break
		}
		column--
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// byteAt is where an offset in UTF-16 is in a line.
func byteAt(line string, character int) int {
	n := 0
	for i, r := range line {
		if n >= character {
			return i
		}
		n += max(utf16.RuneLen(r), 1)
	}
	return len(line)
}

func (r *result) position(file string, line, column int) position {
	text, _ := r.checked.Line(file, 0, line)
	return position{max(line-1, 0), column16(text, column)}
}

// lineSpan is a line without its indentation.
func (r *result) lineSpan(file string, line int) span {
	text, _ := r.checked.Line(file, 0, line)
	indent := utf8.RuneCountInString(text) - utf8.RuneCountInString(strings.TrimLeft(text, " \t"))
	return span{r.position(file, line, indent+1), r.position(file, line, utf8.RuneCountInString(text)+1)}
}

func (r *result) spanOf(f *diag.Finding) span {
	if f.EndLine == 0 || f.Column == 0 {
		return r.lineSpan(f.File, max(f.Line, 1))
	}
	return span{r.position(f.File, f.Line, f.Column), r.position(f.File, f.EndLine, f.EndColumn)}
}

// ---- diagnostics ----

var severities = map[diag.Severity]int{diag.Error: 1, diag.Warning: 2, diag.Note: 3}

func shown(f *diag.Finding) bool {
	return f.Waived == "" && !f.Baselined && f.File != "" && f.Cell == 0 && !strings.HasSuffix(f.File, ".ipynb")
}

func (s *Server) diagnostics() map[string][]diagnostic {
	out := map[string][]diagnostic{}
	list := s.last.checked.Result.Findings
	for i := range list {
		if f := &list[i]; shown(f) {
			out[f.File] = append(out[f.File], s.diagnostic(f))
		}
	}
	return out
}

func (s *Server) diagnostic(f *diag.Finding) diagnostic {
	d := diagnostic{Range: s.last.spanOf(f), Severity: severities[f.Severity], Code: f.Rule, Source: "roadworthy", Message: f.Message}
	if f.Help != "" {
		d.Message += "\nhelp: " + f.Help
	}
	for _, w := range f.Witness {
		if w.File == "" || w.Line == 0 || w.Cell > 0 {
			continue
		}
		d.RelatedInformation = append(d.RelatedInformation, related{location{s.uri(w.File), s.last.lineSpan(w.File, w.Line)}, strings.TrimSpace(w.Function + " " + w.Note)})
	}
	return d
}

// current: the last check saw the text that the editor has for the file.
func (s *Server) current(path string) bool {
	if s.last == nil {
		return false
	}
	d := s.open[path]
	text, seen := s.last.texts[path]
	return d == nil && !seen || d != nil && seen && text == d.text
}

// ---- code actions ----

func (s *Server) actions(p *actionParams) (any, error) {
	out := []codeAction{}
	path, ok := s.path(p.TextDocument.URI)
	if !ok || !s.current(path) {
		return out, nil
	}
	list := s.last.checked.Result.Findings
	for i := range list {
		f := &list[i]
		if f.File != path || !shown(f) {
			continue
		}
		d := s.diagnostic(f)
		if !touch(d.Range, p.Range) {
			continue
		}
		for k := range f.Fixes {
			if edit, ok := s.edit(&f.Fixes[k]); ok {
				out = append(out, codeAction{f.Fixes[k].Message, "quickfix", []diagnostic{d}, k == 0, edit})
			}
		}
		if edit, ok := s.waiver(f); ok {
			out = append(out, codeAction{fmt.Sprintf("Set %s %s aside here, with a reason, an owner and a date to fill in", f.Rule, f.Name), "quickfix", []diagnostic{d}, false, edit})
		}
	}
	return out, nil
}

func touch(a, b span) bool { return !before(a.End, b.Start) && !before(b.End, a.Start) }

func before(a, b position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

// edit is a fix for the editor; it needs every file that it changes as the check saw it.
func (s *Server) edit(f *diag.Fix) (workspaceEdit, bool) {
	out := workspaceEdit{map[string][]textEdit{}}
	for _, e := range f.Edits {
		if e.Cell > 0 || !s.current(e.File) {
			return out, false
		}
		uri := s.uri(e.File)
		out.Changes[uri] = append(out.Changes[uri], textEdit{span{s.last.position(e.File, e.Line, e.Column), s.last.position(e.File, e.EndLine, e.EndColumn)}, e.Text})
	}
	return out, len(out.Changes) > 0
}

// waiverDays is how long a waiver from the editor holds when its date is left as it is.
const waiverDays = 90

// waiver is a comment above the finding's line. Until its reason and owner are filled in, it sets nothing aside.
func (s *Server) waiver(f *diag.Finding) (workspaceEdit, bool) {
	if s.last.checked.ClassOf(f.File) != source.Python || strings.HasPrefix(f.Rule, "RW0") || f.Line == 0 {
		return workspaceEdit{}, false
	}
	text, ok := s.last.checked.Line(f.File, 0, f.Line)
	if !ok {
		return workspaceEdit{}, false
	}
	indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
	day := time.Now().AddDate(0, 0, waiverDays).Format(time.DateOnly)
	at := position{f.Line - 1, 0}
	return workspaceEdit{map[string][]textEdit{s.uri(f.File): {{span{at, at}, fmt.Sprintf("%s# roadworthy: allow %s — (until %s)\n", indent, f.Rule, day)}}}}, true
}

// ---- hover ----

func (s *Server) hover(p *hoverParams) (any, error) {
	path, ok := s.path(p.TextDocument.URI)
	if !ok || !s.current(path) {
		return nil, nil
	}
	c := s.last.checked
	i, ok := slices.BinarySearchFunc(c.Files, path, func(f check.File, p string) int { return strings.Compare(f.Path, p) })
	if !ok || p.Position.Line < 0 || p.Position.Line >= len(c.Files[i].Facts.Lines) {
		return nil, nil
	}
	line, _ := c.Line(path, 0, p.Position.Line+1)
	offset := c.Files[i].Facts.Lines[p.Position.Line] + uint32(byteAt(line, p.Position.Character))
	name, at, found := s.meant(i, offset)
	if len(found) == 0 && name == "" {
		return nil, nil
	}
	place := func(o uint32) position {
		k := max(source.LineIndex(c.Files[i].Facts.Lines, o), 0)
		text, _ := c.Line(path, 0, k+1)
		return position{k, column16(text, utf8.RuneCountInString(text[:min(int(o-c.Files[i].Facts.Lines[k]), len(text))])+1)}
	}
	return hover{markup{"markdown", s.describe(name, found)}, span{place(at.Start), place(at.End)}}, nil
}

// meant finds what an offset speaks of: the name of a definition, or the callee of a call.
func (s *Server) meant(file int, offset uint32) (name string, at diag.Span, found []effects.Effect) {
	a := s.last.checked.Analysis
	f := a.Files[file]
	instances := a.InstancesOf()
	for k := range f.Facts.Funcs {
		fn := &f.Facts.Funcs[k]
		end := fn.NamePos + uint32(len(f.Facts.Str(fn.Name)))
		if fn.Kind == facts.Function && fn.NamePos <= offset && offset <= end {
			me := f.FirstFunc() + link.Func(k)
			return a.Name(me), diag.Span{Start: fn.NamePos, End: end}, a.Of(instances[me]...)
		}
	}
	var call *facts.Op
	var in link.Func
	for k := range f.Facts.Funcs {
		fn := &f.Facts.Funcs[k]
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &f.Facts.Ops[o]
			if op.Code == facts.Call && op.Pos <= offset && offset <= op.Pos+uint32(op.Len) && (call == nil || op.Len < call.Len) {
				call, in = op, f.FirstFunc()+link.Func(k)
			}
		}
	}
	if call == nil {
		return "", at, nil
	}
	at = diag.Span{Start: call.Pos, End: call.Pos + uint32(call.Len)}
	var targets []effects.Node
	if nodes := instances[in]; len(nodes) > 0 {
		n := nodes[0] // the contexts of one function differ in what they hand on, seldom in what a call is
		for _, e := range a.OutEdges(n) {
			if x := &a.Edges[e]; x.Op == call {
				targets = append(targets, x.To)
				name = a.Name(a.FuncOf(x.To))
			}
		}
		for _, i := range a.SitesOf(n) {
			if x := &a.Sites[i]; x.Op == call {
				name = x.Path
				found = append(found, effects.Effect{Kind: x.Kind, Blocking: x.Blocking, Certainty: x.Certainty, Steps: []effects.Step{{Node: n, Op: call, To: n, Site: x}}})
			}
		}
	}
	if len(targets) > 0 {
		found = append(found, a.Of(targets...)...)
	}
	return name, at, found
}

// describe says what a function does, each effect with its witness.
func (s *Server) describe(name string, found []effects.Effect) string {
	var b strings.Builder
	fmt.Fprintf(&b, "`%s`", name)
	if len(found) == 0 {
		b.WriteString(" has no effects that are known\n")
		return b.String()
	}
	b.WriteString(" does:\n")
	told := map[string]bool{}
	for _, e := range found {
		what := e.Kind.String()
		if e.Blocking {
			what += ", blocking"
		}
		if e.Certainty != diag.Proved {
			what += " (" + e.Certainty.String() + ")"
		}
		if told[what] {
			continue
		}
		told[what] = true
		fmt.Fprintf(&b, "\n- **%s**\n", what)
		for _, step := range e.Steps {
			fr := s.last.checked.Analysis.Frame(step)
			fmt.Fprintf(&b, "  - `%s` %s ([%s:%d](%s#L%d))\n", fr.Function, fr.Note, fr.File, fr.Line, s.uri(fr.File), fr.Line)
		}
	}
	return b.String()
}
