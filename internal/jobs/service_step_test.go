//go:build linux || darwin

package jobs

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// A run becomes claimable (a schedule fires, a retry is due) after a transaction that claimed nothing was committed, and
// before the loop took note of that. It must not wait for the next event.
func TestWhatComesWhileAClaimIsUnderWayIsClaimed(t *testing.T) {
	db := must[*store.DB](t)(store.Open(t.Context(), filepath.Join(t.TempDir(), "rw.db"), store.Options{}))
	t.Cleanup(db.Close)
	r := must[*River](t)(OpenRiver(t.Context(), db, "n1"))
	pool := NewPool(PoolOptions{Workers: 1})
	pool.gen = &generation{jobs: map[string]Declaration{"a": {Name: "a", Command: []string{"true"}}}, programs: true}
	s := NewService(db, r, pool, quiet, ServiceOptions{})
	s.queues = []string{"default"}
	claiming := func(when string) *Step {
		t.Helper()
		step, _ := s.collect()
		if step == nil || step.Claim["default"] == 0 {
			t.Fatalf("%s nothing is claimed: %+v", when, step)
		}
		return step
	}
	s.kickAll()
	step := claiming("at first")
	res := must[StepResult](t)(r.Step(t.Context(), *step))
	if len(res.Claimed) != 0 {
		t.Fatalf("claimed %+v", res.Claimed)
	}
	enqueue(t, r, Request{Job: "a"})
	s.kickAll()
	s.settle(step, nil, res)
	step = claiming("after a run came meanwhile")
	s.restore(step, nil, errors.New("the disk is full"))
	claiming("after the transaction failed")
	if step, _ := s.collect(); step != nil {
		t.Errorf("with a claim under way another is made: %+v", step)
	}
}
