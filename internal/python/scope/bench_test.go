package scope_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/python/scope"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// BenchmarkBuild measures scopes over the .py files below ROADWORTHY_CORPUS, or of this package's testdata. Each file
// is parsed just before, as in a check; ms/300klines counts the scopes alone.
func BenchmarkBuild(b *testing.B) {
	root := os.Getenv("ROADWORTHY_CORPUS")
	if root == "" {
		root = "testdata"
	}
	var sources [][]byte
	lines := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(path) != ".py" {
			return err
		}
		raw, err := source.ReadFile(path)
		if err != nil {
			return err
		}
		if src, problem := source.Decode(raw); problem == nil {
			sources = append(sources, src)
			lines += bytes.Count(src, []byte("\n"))
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	var p parser.Parser
	var builder scope.Builder
	var spent time.Duration
	rounds := 0
	b.ReportAllocs()
	for b.Loop() {
		for _, src := range sources {
			file, _ := parser.Parse(&p, src, parser.Options{})
			start := time.Now()
			builder.Build(file)
			spent += time.Since(start)
		}
		rounds++
	}
	b.ReportMetric(float64(spent.Nanoseconds())/float64(rounds)/float64(lines)*300e3/1e6, "ms/300klines")
}
