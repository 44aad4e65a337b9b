package check

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// BenchmarkTree analyses the tree named by ROADWORTHY_TREE and reports the stages.
func BenchmarkTree(b *testing.B) {
	root := os.Getenv("ROADWORTHY_TREE")
	if root == "" {
		b.Skip("set ROADWORTHY_TREE to a directory")
	}
	for b.Loop() {
		start := time.Now()
		t, err := Load(context.Background(), root, Options{})
		if err != nil {
			b.Fatal(err)
		}
		loaded := time.Now()
		p := link.New(t.sources(), knowledge.Load(), resolver{t.Layout})
		linked := time.Now()
		s := p.Solve()
		solved := time.Now()
		a := effects.Analyse(s)
		done := time.Now()
		b.ReportMetric(loaded.Sub(start).Seconds(), "load-s")
		b.ReportMetric(linked.Sub(loaded).Seconds(), "link-s")
		b.ReportMetric(solved.Sub(linked).Seconds(), "solve-s")
		b.ReportMetric(done.Sub(solved).Seconds(), "effects-s")
		b.ReportMetric(float64(s.Runs()), "runs")
		b.ReportMetric(float64(s.Instances()), "instances")
		b.ReportMetric(float64(a.Funcs()), "blocks")
		b.ReportMetric(float64(len(a.Edges)), "edges")
	}
}
