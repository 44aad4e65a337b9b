package graduate

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
	"github.com/roadworthy-dev/roadworthy/internal/graduate/proof"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
)

// What a type checker has against the notebook's own statements. The proof says that they compute the same; the checker reads them as they stand, and
// some it cannot follow: a match that always matches, a function whose author promised another type than it gives. Rewriting them would be changing
// the author's code without need, so each such line is set aside for that one fault, as anyone does who brings a checker into code that works:
//
//	m = pattern.search(text)
//	m.start()                  →       m.start()  # type: ignore[union-attr]
//
// It is the last resort, and only for lines that the lock leads back to the notebook: a fault in what was written around them stays a fault, and L0
// fails. Every line is in the lock and in GRADUATION.md, with the checker's own words.

// A Complaint is one fault that the type checker finds in a file of the project.
type Complaint struct {
	File    string
	Line    int
	Code    string
	Message string
}

// A LockAside is a line of the notebook's that is set aside for the type checker.
type LockAside struct {
	Statement string `json:"statement"`
	File      string `json:"file"`
	Line      int    `json:"line"`
	Code      string `json:"code"`
	Message   string `json:"message"`
}

// asideRounds is how often the checker is asked again: a line that it now passes over may let it see another one.
const asideRounds = 3

// dumpedAs is the minor version of Python in whose form two trees are compared; any would do.
const dumpedAs = 13

// setAside sets the lines aside that the type checker finds fault with, where that makes it clean, and judges L0 again.
func (req Request) setAside(ctx context.Context, res *Result, subject oracle.Program, run oracle.Options) error {
	failed := func(l proof.Level) bool { return l.State == proof.Failed }
	if req.Types == nil || !failed(res.Report.Levels[0]) || slices.ContainsFunc(res.comparisons(), failed) {
		return nil
	}
	dir, err := os.MkdirTemp("", "graduate-types-*")
	if err != nil {
		return fmt.Errorf("make a directory for the type checker: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := writeFiles(dir, res.Files); err != nil {
		return err
	}
	var asides []LockAside
	changed := map[string]string{}
	for range asideRounds {
		complaints, err := req.Types(dir)
		if err != nil {
			return nil // no checker, or one that has nothing to say of lines: L0 says so
		}
		if len(complaints) == 0 {
			break
		}
		for _, c := range complaints {
			statement := res.Lock.statementAt(c.File, c.Line)
			if statement == "" {
				return nil // not the notebook's
			}
			asides = append(asides, LockAside{statement, c.File, c.Line, c.Code, c.Message})
		}
		for file, faults := range byLine(asides) {
			text, ok := withAsides(res.Files[file], faults)
			if !ok {
				return nil
			}
			changed[file] = text
		}
		if err := writeFiles(dir, changed); err != nil {
			return err
		}
	}
	if len(asides) == 0 {
		return nil
	}
	level, err := proof.Static(ctx, proof.Subject{Package: req.packageOf(res, subject, dir)}, run, proof.Options{})
	if err != nil {
		return fmt.Errorf("check the package again: %w", err)
	}
	if level.State == proof.Failed {
		return nil
	}
	for file, text := range changed {
		res.Files[file] = text
	}
	slices.SortFunc(asides, func(a, b LockAside) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	res.Lock.SetAside = asides
	level.Detail += fmt.Sprintf(", %d of its faults set aside on the notebook's own lines", len(asides))
	res.Report.Levels[0] = level
	return nil
}

// statementAt is the statement of the notebook that has a line of the package, "" when none has.
func (l *Lock) statementAt(file string, line int) string {
	for _, s := range l.Spans {
		if s.File == file && s.To <= line && line <= s.ToEnd {
			return s.Statement
		}
	}
	return ""
}

// byLine are the codes to set aside, by file and line.
func byLine(asides []LockAside) map[string]map[int][]string {
	out := map[string]map[int][]string{}
	for _, a := range asides {
		if out[a.File] == nil {
			out[a.File] = map[int][]string{}
		}
		if !slices.Contains(out[a.File][a.Line], a.Code) {
			out[a.File][a.Line] = append(out[a.File][a.Line], a.Code)
		}
	}
	return out
}

// withAsides puts the comments at the ends of lines, before a comment that is there. It changes nothing but comments, or it is not ok: a line that ends
// inside a string, or goes on behind a backslash, has no place for one.
func withAsides(text string, faults map[int][]string) (string, bool) {
	file, broken := parser.Parse(&parser.Parser{}, []byte(text), parser.Options{})
	if len(broken) > 0 {
		return "", false
	}
	var edits []edit
	line, start := 0, uint32(0)
	for l := range strings.Lines(text) {
		line++
		end := start + uint32(len(strings.TrimRight(l, "\r\n")))
		if codes := faults[line]; len(codes) > 0 {
			slices.Sort(codes)
			at, before, after := end, "  ", ""
			for _, c := range file.Comments {
				if start <= c.Start && c.Start <= end {
					at, before, after = c.Start, "", "  "
				}
			}
			edits = append(edits, edit{diag.Span{Start: at, End: at}, before + "# type: ignore[" + strings.Join(codes, ", ") + "]" + after})
		}
		start += uint32(len(l))
	}
	commented := applyEdits([]byte(text), 0, edits)
	again, broken := parser.Parse(&parser.Parser{}, commented, parser.Options{})
	if len(broken) > 0 || !bytes.Equal(ast.AppendDump(nil, file, dumpedAs), ast.AppendDump(nil, again, dumpedAs)) {
		return "", false
	}
	return string(commented), true
}
