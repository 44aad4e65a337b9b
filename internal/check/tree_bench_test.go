//go:build unix

package check

import (
	"context"
	"os"
	"runtime/debug"
	"syscall"
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
	debug.SetGCPercent(-1)
	for b.Loop() {
		cpu := cpuTime
		start := cpu()
		t, err := Load(context.Background(), root, Options{})
		if err != nil {
			b.Fatal(err)
		}
		loaded := cpu()
		p := link.New(t.sources(), knowledge.Load(), resolver{t.Layout})
		linked := cpu()
		s := p.Solve()
		solved := cpu()
		a := effects.Analyse(s)
		done := cpu()
		b.ReportMetric((loaded - start).Seconds(), "load-s")
		b.ReportMetric((linked - loaded).Seconds(), "link-s")
		b.ReportMetric((solved - linked).Seconds(), "solve-s")
		b.ReportMetric((done - solved).Seconds(), "effects-s")
		b.ReportMetric(float64(s.Runs()), "runs")
		b.ReportMetric(float64(s.Instances()), "instances")
		b.ReportMetric(float64(a.Funcs()), "blocks")
		b.ReportMetric(float64(len(a.Edges)), "edges")
	}
}

// cpuTime is the processor time of the process, which a busy machine does not stretch.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
