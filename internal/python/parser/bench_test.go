package parser_test

import (
	goparser "go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// benchSources are the files below ROADWORTHY_BENCH, a directory of real Python, or else the valid test data.
func benchSources(b *testing.B) (sources [][]byte, total int64) {
	root := os.Getenv("ROADWORTHY_BENCH")
	if root == "" {
		root = "testdata/valid"
	}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".py") {
			return err
		}
		raw, err := source.ReadFile(path)
		if err != nil {
			return nil
		}
		src, problem := source.Decode(raw)
		if problem == nil {
			sources = append(sources, src)
			total += int64(len(src))
		}
		return nil
	})
	if err != nil || len(sources) == 0 {
		b.Fatalf("no Python below %s: %v", root, err)
	}
	return sources, total
}

func BenchmarkParse(b *testing.B) {
	sources, total := benchSources(b)
	var p parser.Parser
	nodes := 0
	for _, src := range sources {
		file, _ := parser.Parse(&p, src, parser.Options{})
		ast.Inspect(file, func(ast.Node) bool { nodes++; return true })
	}
	b.SetBytes(total)
	b.ReportAllocs()
	for b.Loop() {
		for _, src := range sources {
			parser.Parse(&p, src, parser.Options{})
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(nodes), "ns/node")
}

// BenchmarkGoParser is the yardstick: Go's own parser on this module's source.
func BenchmarkGoParser(b *testing.B) {
	var sources [][]byte
	var total int64
	err := filepath.WalkDir("../../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		src, err := os.ReadFile(path)
		sources = append(sources, src)
		total += int64(len(src))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(total)
	b.ReportAllocs()
	for b.Loop() {
		for _, src := range sources {
			if _, err := goparser.ParseFile(token.NewFileSet(), "", src, goparser.ParseComments|goparser.SkipObjectResolution); err != nil {
				b.Fatal(err)
			}
		}
	}
}
