//go:build linux || darwin

package jobs

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// BenchmarkStep is the cost of one run through the queue: accepted, claimed and finished, 200 to a transaction.
func BenchmarkStep(b *testing.B) {
	ctx := context.Background()
	db, err := store.Open(ctx, filepath.Join(b.TempDir(), "rw.db"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	r, err := OpenRiver(ctx, db, "bench")
	if err != nil {
		b.Fatal(err)
	}
	reqs := make([]Request, 200)
	for i := range reqs {
		reqs[i] = Request{Job: "noop", Queue: "default"}
	}
	var phase [3]time.Duration
	var finish []*Attempt
	b.ResetTimer()
	for i := 0; i < b.N; i += 200 {
		t0 := time.Now()
		if _, err := r.Step(ctx, Step{Enqueue: reqs}); err != nil {
			b.Fatal(err)
		}
		t1 := time.Now()
		res, err := r.Step(ctx, Step{Claim: map[string]int{"default": 200}})
		if err != nil {
			b.Fatal(err)
		}
		t2 := time.Now()
		finish = finish[:0]
		for _, run := range res.Claimed {
			finish = append(finish, &Attempt{Run: run, Outcome: Succeeded, Started: t2, Ended: t2})
		}
		if _, err := r.Step(ctx, Step{Finish: finish}); err != nil {
			b.Fatal(err)
		}
		phase[0] += t1.Sub(t0)
		phase[1] += t2.Sub(t1)
		phase[2] += time.Since(t2)
	}
	for i, name := range []string{"enqueue", "claim", "finish"} {
		b.ReportMetric(float64(phase[i].Microseconds())/float64(b.N), name+"-µs/run")
	}
}
