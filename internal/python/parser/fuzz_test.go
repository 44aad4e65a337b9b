package parser_test

import (
	"os"
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// FuzzParse: whatever the bytes, parsing ends, the tree is well formed, and parsing again gives the same tree.
func FuzzParse(f *testing.F) {
	for _, dir := range []string{"valid", "invalid"} {
		for _, path := range testFiles(f, dir) {
			raw, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(raw, byte(0))
			if dir == "invalid" {
				for _, c := range cases(raw) {
					f.Add([]byte(c), byte(12))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, version byte) {
		opts := parser.Options{Python: int(version) % (parser.Newest + 1)}
		if opts.Python < 8 {
			opts.Python = 0
		}
		start := time.Now()
		src, problem := source.Decode(raw)
		var p parser.Parser
		file, faults := parser.Parse(&p, src, opts)
		if d := time.Since(start); d > 5*time.Second {
			t.Fatalf("parsing %d bytes took %v", len(raw), d)
		}
		if problem != nil && int(problem.Span.End) > len(src)+3 {
			t.Fatalf("the problem's place %v is outside the text", problem.Span)
		}
		checkTree(t, file, faults)
		first := string(ast.AppendDump(nil, file, parser.Newest))
		n := len(faults)
		file, faults = parser.Parse(&p, src, opts)
		if second := string(ast.AppendDump(nil, file, parser.Newest)); first != second || n != len(faults) {
			t.Fatalf("a reused parser reads it differently")
		}
	})
}

// checkTree holds the invariants of a tree: faults lie in the source, bad nodes come only with faults, nodes lie in their
// parents, and statements of a block follow one another.
func checkTree(t testing.TB, file *ast.File, faults []parser.Fault) {
	t.Helper()
	size := uint32(len(file.Src))
	for _, f := range faults {
		if f.Span.Start > f.Span.End || f.Span.End > size || f.Message == "" {
			t.Fatalf("fault %+v in a source of %d bytes", f, size)
		}
	}
	for i, start := range file.Lines {
		if i > 0 && start <= file.Lines[i-1] || start > size {
			t.Fatalf("line %d starts at %d of %d", i+1, start, size)
		}
	}
	for i, c := range file.Comments {
		if c.End > size || c.Start >= c.End || file.Src[c.Start] != '#' || i > 0 && c.Start < file.Comments[i-1].End {
			t.Fatalf("comment %v", c)
		}
	}
	checkBlock(t, file, file.Body, ast.Range{Stop: size})
	ast.Inspect(file, func(n ast.Node) bool {
		parent := ast.Range{Start: n.Pos(), Stop: n.End()}
		if parent.Start > parent.Stop || parent.Stop > size {
			t.Fatalf("%T at %d:%d of %d", n, parent.Start, parent.Stop, size)
		}
		switch n := n.(type) {
		case *ast.BadStmt, *ast.BadExpr, *ast.BadPattern:
			if len(faults) == 0 {
				t.Fatalf("%T without a fault", n)
			}
		case *ast.FunctionDef:
			checkBlock(t, file, n.Body, parent)
		case *ast.ClassDef:
			checkBlock(t, file, n.Body, parent)
		case *ast.If:
			checkBlock(t, file, n.Body, parent)
			checkBlock(t, file, n.Orelse, parent)
		case *ast.Try:
			checkBlock(t, file, n.Body, parent)
		}
		decorators := map[ast.Node]bool{}
		switch n := n.(type) {
		case *ast.FunctionDef:
			for _, d := range n.Decorators {
				decorators[d] = true
			}
		case *ast.ClassDef:
			for _, d := range n.Decorators {
				decorators[d] = true
			}
		}
		children(n, func(c ast.Node) {
			if !decorators[c] && (c.Pos() < parent.Start || c.End() > parent.Stop) {
				t.Fatalf("%T at %d:%d is outside its %T at %d:%d\n%s", c, c.Pos(), c.End(), n, parent.Start, parent.Stop, file.Src)
			}
		})
		return true
	})
}

// children visits the direct children of n.
func children(n ast.Node, visit func(ast.Node)) {
	inner := func(c ast.Node) bool {
		if c == n {
			return true
		}
		visit(c)
		return false
	}
	switch n := n.(type) {
	case ast.Stmt:
		ast.InspectStmt(n, inner)
	case ast.Expr:
		ast.InspectExpr(n, inner)
	}
}

func checkBlock(t testing.TB, file *ast.File, block []ast.Stmt, parent ast.Range) {
	t.Helper()
	end := parent.Start
	for _, s := range block {
		start := s.Pos()
		switch s := s.(type) {
		case *ast.FunctionDef:
			if len(s.Decorators) > 0 {
				start = s.Decorators[0].Pos()
			}
		case *ast.ClassDef:
			if len(s.Decorators) > 0 {
				start = s.Decorators[0].Pos()
			}
		}
		if start < end || s.End() > parent.Stop {
			t.Fatalf("%T at %d:%d starts before %d or ends after its block at %d\n%q", s, start, s.End(), end, parent.Stop, file.Src)
		}
		end = s.End()
	}
}
