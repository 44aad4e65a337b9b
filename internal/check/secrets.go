package check

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/notebook"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/project/secret"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// secrets looks for credentials in string literals, in the stored outputs of notebooks and in what artifacts set in the
// environment. Only lines with a literal that looks generated are given to the detector, so most files are not read again.
func (c *Checked) secrets(ctx context.Context) []rule.Secret {
	var s secret.Scanner
	var out []rule.Secret
	for i := range c.Files {
		if ctx.Err() != nil {
			return nil
		}
		f := &c.Files[i]
		if f.Class == source.Notebook {
			out = append(out, c.notebookSecrets(&s, f)...)
		}
		var likely []string
		for _, text := range f.Facts.Strings {
			if secret.Likely(text) {
				likely = append(likely, text)
			}
		}
		if len(likely) > 0 {
			out = append(out, c.fileSecrets(&s, i, likely)...)
		}
	}
	for i := range c.Project.Artifacts {
		a := &c.Project.Artifacts[i]
		for _, v := range a.Env {
			if v.From != "" || !secret.Likely(v.Value) {
				continue
			}
			for _, m := range s.Scan(a.Path, fmt.Sprintf("%s = %q", v.Name, v.Value)) {
				if m.Rule == "connection-url" && a.Kind == project.Compose && secret.InOwnNetwork(v.Value) {
					continue // of a database that is made with the rest and that nothing outside comes to
				}
				out = append(out, rule.Secret{File: a.Path, Line: v.Line, Kind: m.Kind, Redacted: secret.Redact(v.Value)})
			}
		}
	}
	slices.SortFunc(out, func(a, b rule.Secret) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Cell-b.Cell, a.Line-b.Line, cmp.Compare(a.Span.Start, b.Span.Start))
	})
	return slices.CompactFunc(out, func(a, b rule.Secret) bool {
		return a.File == b.File && a.Cell == b.Cell && a.Line == b.Line && a.Kind == b.Kind && a.Redacted == b.Redacted
	})
}

// maxLine bounds the text that patterns are tried on; a longer line is data.
const maxLine = 4000

// fileSecrets looks at the lines of a file that hold one of its likely literals.
func (c *Checked) fileSecrets(s *secret.Scanner, i int, likely []string) []rule.Secret {
	f := &c.Files[i]
	src := string(c.readText(i).src)
	type stretch struct{ start, end int }
	var lines []stretch
	for _, text := range likely {
		needle := text
		if first, _, many := strings.Cut(text, "\n"); many {
			needle = first // an escape or a line end: its first line is enough to find it
		}
		for at := 0; ; {
			k := strings.Index(src[at:], needle)
			if k < 0 {
				break
			}
			k += at
			at = k + len(needle)
			start := strings.LastIndexByte(src[:k], '\n') + 1
			end := len(src)
			if n := strings.IndexByte(src[at:], '\n'); n >= 0 {
				end = at + n
			}
			if strings.Contains(text, "PRIVATE KEY") {
				end = min(len(src), k+8192)
			} else if end-start > maxLine {
				start, end = max(start, k-200), min(end, at+200)
			}
			lines = append(lines, stretch{start, end})
			if len(lines) > 2000 {
				break
			}
		}
	}
	slices.SortFunc(lines, func(a, b stretch) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	var out []rule.Secret
	done := -1
	for _, l := range lines {
		if l.end <= done {
			continue
		}
		done = l.end
		for _, m := range s.Scan(f.Path, src[l.start:l.end]) {
			span := diag.Span{Start: uint32(l.start + m.Start), End: uint32(l.start + m.End)}
			line, cell := f.Facts.Place(span.Start)
			out = append(out, rule.Secret{File: f.Path, Line: line, Cell: cell, Span: span, Kind: m.Kind, Redacted: secret.Redact(src[span.Start:span.End])})
		}
	}
	return out
}

// notebookSecrets looks at the text that a notebook's cells printed.
func (c *Checked) notebookSecrets(s *secret.Scanner, f *File) []rule.Secret {
	raw, err := c.ReadFile(f.Path)
	if err != nil || len(raw) > maxSource {
		return nil
	}
	nb := notebook.Read(raw)
	var out []rule.Secret
	for i := range nb.Cells {
		for k := range nb.Cells[i].Outputs {
			for line := range strings.Lines(nb.Cells[i].Outputs[k].Text()) {
				if len(line) > maxLine || !slices.ContainsFunc(strings.FieldsFunc(line, between), secret.Likely) {
					continue
				}
				for _, m := range s.Scan(f.Path, strings.TrimRight(line, "\r\n")) {
					out = append(out, rule.Secret{File: f.Path, Cell: nb.Cells[i].Index + 1, Line: 1, Kind: m.Kind, Redacted: secret.Redact(line[m.Start:m.End]), Output: true})
				}
			}
		}
	}
	return out
}

// between are the characters around a value in printed text.
func between(r rune) bool { return r <= ' ' || strings.ContainsRune(`'",;()[]{}`, r) }
