//go:build linux || darwin

package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/store"
	"github.com/roadworthy-dev/roadworthy/internal/testkit/pgtest"
)

// onBoth runs a behaviour against the queue on SQLite and on Postgres: one suite, two databases.
func onBoth(t *testing.T, fn func(t *testing.T, db *store.DB, r *River)) {
	t.Helper()
	for _, kind := range []store.Kind{store.SQLite, store.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			url := filepath.Join(t.TempDir(), "rw.db")
			if kind == store.Postgres {
				url = pgtest.URL(t)
			}
			db, err := store.Open(t.Context(), url, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(db.Close)
			r, err := OpenRiver(t.Context(), db, "n1")
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Join(t.Context(), "test"); err != nil {
				t.Fatal(err)
			}
			fn(t, db, r)
		})
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func enqueue(t *testing.T, r *River, reqs ...Request) []Accepted {
	t.Helper()
	return must[StepResult](t)(r.Step(t.Context(), Step{Enqueue: reqs})).Accepted
}

func claim(t *testing.T, r *River, n int) []Run {
	t.Helper()
	return must[StepResult](t)(r.Step(t.Context(), Step{Claim: map[string]int{"default": n}})).Claimed
}

func finish(t *testing.T, r *River, run Run, o Outcome, change ...func(*Attempt)) {
	t.Helper()
	now := time.Now()
	a := &Attempt{Run: run, Outcome: o, Started: now, Ended: now, RetryAt: now}
	if o != Succeeded {
		a.Error, a.Cause = "it broke", "test"
	}
	for _, c := range change {
		c(a)
	}
	must[StepResult](t)(r.Step(t.Context(), Step{Finish: []*Attempt{a}}))
}

func stateOf(t *testing.T, r *River, id int64) State {
	t.Helper()
	return must[Run](t)(r.Run(t.Context(), id)).State
}

func jobsOf(runs []Run) (out []int64) {
	for _, r := range runs {
		out = append(out, r.ID)
	}
	return out
}

func balanced(t *testing.T, r *River) Ledger {
	t.Helper()
	l := must[Ledger](t)(r.Ledger(t.Context()))
	if !l.Balanced() {
		t.Errorf("the ledger does not add up: %+v", l)
	}
	return l
}

func TestEnqueueClaimFinish(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		got := enqueue(t, r, Request{Job: "a", Args: json.RawMessage(`{"x": 1}`)}, Request{Job: "b", Priority: 1}, Request{Job: "c"})
		runs := claim(t, r, 10)
		if diff := cmp.Diff([]int64{got[1].ID, got[0].ID, got[2].ID}, jobsOf(runs)); diff != "" {
			t.Errorf("order of claims, by priority and then age (-want +got):\n%s", diff)
		}
		if runs[1].Attempt != 1 || runs[1].State != Running || runs[1].Node != "n1" {
			t.Errorf("claimed run = %+v", runs[1])
		}
		if again := claim(t, r, 10); len(again) != 0 {
			t.Errorf("claimed twice: %v", jobsOf(again))
		}
		for _, run := range runs {
			finish(t, r, run, Succeeded)
		}
		for _, a := range got {
			if s := stateOf(t, r, a.ID); s != Done {
				t.Errorf("run %d is %s, want done", a.ID, s)
			}
		}
		if l := balanced(t, r); l.Accepted != 3 || l.Done != 3 {
			t.Errorf("ledger = %+v", l)
		}
	})
}

// Two good runs that end within a second: the second is the last good one, for an alert at once and for all others soon.
func TestLastGoodRun(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		ctx := t.Context()
		for range 4 {
			enqueue(t, r, Request{Job: "a"})
		}
		runs := claim(t, r, 4)
		last := func() JobLast { t.Helper(); return must[map[string]JobLast](t)(r.Lasts(ctx))["a"] }
		finish(t, r, runs[0], Succeeded)
		finish(t, r, runs[1], Succeeded)
		if err := r.tellGood(ctx); err != nil {
			t.Fatal(err)
		}
		if l := last(); l.GoodRun != runs[1].ID || l.GoodAt.IsZero() {
			t.Errorf("after two good runs: %+v, want %d", l, runs[1].ID)
		}
		finish(t, r, runs[2], Succeeded)
		finish(t, r, runs[3], Killed)
		if l := last(); l.GoodRun != runs[2].ID || l.BadRun != runs[3].ID {
			t.Errorf("after a bad run: %+v, want good %d and bad %d", l, runs[2].ID, runs[3].ID)
		}
		if err := r.tellGood(ctx); err != nil {
			t.Fatal(err)
		}
		if l := last(); l.GoodRun != runs[2].ID {
			t.Errorf("at the end: %+v", l)
		}
	})
}

func TestClaimInTheSameStepAsEnqueue(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		res := must[StepResult](t)(r.Step(t.Context(), Step{Enqueue: []Request{{Job: "a"}}, Claim: map[string]int{"default": 1}}))
		if len(res.Claimed) != 1 || res.Claimed[0].ID != res.Accepted[0].ID {
			t.Errorf("one transaction accepts and claims; got %+v", res)
		}
	})
}

func TestRetryThenDeadLetterThenReplayWithEdit(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		id := enqueue(t, r, Request{Job: "a", MaxAttempts: 2, Args: json.RawMessage(`{"x":1}`)})[0].ID
		finish(t, r, claim(t, r, 1)[0], Failed)
		if s := stateOf(t, r, id); s != Retrying {
			t.Fatalf("after one failure of two: %s", s)
		}
		n, _, err := r.Due(t.Context())
		if err != nil || n != 1 {
			t.Fatalf("due = %d, %v", n, err)
		}
		finish(t, r, claim(t, r, 1)[0], Failed)
		dead := must[Run](t)(r.Run(t.Context(), id))
		if dead.State != Dead || dead.Error != "it broke" || dead.Meta.Cause != "test" {
			t.Fatalf("after two failures of two: %+v", dead)
		}
		run := must[Run](t)(r.Replay(t.Context(), id, json.RawMessage(`{"x":2}`)))
		if run.State != Waiting {
			t.Fatalf("replayed: %s", run.State)
		}
		again := claim(t, r, 1)[0]
		var args struct{ X int }
		if err := json.Unmarshal(again.Args, &args); err != nil || args.X != 2 || again.Meta.Replays != 1 {
			t.Errorf("replayed with %s, %+v", again.Args, again.Meta)
		}
		finish(t, r, again, Succeeded)
		if l := balanced(t, r); l.Accepted != 1 || l.Done != 1 {
			t.Errorf("ledger = %+v", l)
		}
	})
}

func TestKeysAreForEver(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		first := enqueue(t, r, Request{Job: "a", Key: "k"})[0]
		if first.Duplicate {
			t.Fatal("the first is a duplicate")
		}
		both := enqueue(t, r, Request{Job: "a", Key: "k"}, Request{Job: "b", Key: "k"}, Request{Job: "b", Key: "k"})
		if !both[0].Duplicate || both[0].ID != first.ID || both[1].Duplicate || !both[2].Duplicate || both[2].ID != both[1].ID {
			t.Errorf("got %+v after %+v", both, first)
		}
		finish(t, r, claim(t, r, 1)[0], Succeeded)
		if n, err := r.Prune(t.Context(), Done, time.Now().Add(time.Hour), 100); err != nil || n != 1 {
			t.Fatalf("pruned %d, %v", n, err)
		}
		if again := enqueue(t, r, Request{Job: "a", Key: "k"})[0]; !again.Duplicate || again.ID != first.ID {
			t.Errorf("after the run was deleted: %+v", again)
		}
		if l := balanced(t, r); l.Accepted != 2 || l.Pruned != 1 {
			t.Errorf("ledger = %+v", l)
		}
	})
}

func TestDelayedRunsWait(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		at := time.Now().Add(80 * time.Millisecond)
		id := enqueue(t, r, Request{Job: "a", At: at})[0].ID
		if got := claim(t, r, 1); len(got) != 0 {
			t.Fatal("claimed before its time")
		}
		n, next, err := r.Due(t.Context())
		if err != nil || n != 0 || next.Sub(at).Abs() > 2*time.Millisecond {
			t.Fatalf("due = %d, next %s (want %s), %v", n, next, at, err)
		}
		time.Sleep(time.Until(at) + 2*time.Millisecond)
		if n, _, err := r.Due(t.Context()); n != 1 || err != nil {
			t.Fatalf("due = %d, %v", n, err)
		}
		if got := claim(t, r, 1); len(got) != 1 || got[0].ID != id {
			t.Errorf("claimed %v", jobsOf(got))
		}
	})
}

func TestConcurrencyLimitParksAndWakes(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		r.Declare(map[string]Limits{"a": {Concurrency: 2}})
		ids := enqueue(t, r, Request{Job: "a"}, Request{Job: "a"}, Request{Job: "a"}, Request{Job: "a"}, Request{Job: "free"})
		got := claim(t, r, 10)
		if diff := cmp.Diff([]int64{ids[0].ID, ids[1].ID, ids[4].ID}, jobsOf(got)); diff != "" {
			t.Fatalf("claimed (-want +got):\n%s", diff)
		}
		parked := must[Run](t)(r.Run(t.Context(), ids[2].ID))
		if parked.State != Scheduled || parked.Attempt != 0 {
			t.Errorf("parked = %+v", parked)
		}
		why := Why(t.Context(), r, parked, func(string) (bool, bool) { return true, true })
		if want := "job a runs as many at once as its concurrency allows"; why != want {
			t.Errorf("why = %q, want %q", why, want)
		}
		finish(t, r, got[0], Succeeded)
		next := claim(t, r, 10)
		if diff := cmp.Diff([]int64{ids[2].ID}, jobsOf(next)); diff != "" {
			t.Errorf("the oldest parked run is woken, and only it (-want +got):\n%s", diff)
		}
		balanced(t, r)
	})
}

func TestPerKeyLimit(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		r.Declare(map[string]Limits{"a": {KeyArg: "customer", PerKey: 1}})
		ids := enqueue(t, r, Request{Job: "a", Args: json.RawMessage(`{"customer":"x"}`)}, Request{Job: "a", Args: json.RawMessage(`{"customer":"x"}`)},
			Request{Job: "a", Args: json.RawMessage(`{"customer":"y"}`)})
		if diff := cmp.Diff([]int64{ids[0].ID, ids[2].ID}, jobsOf(claim(t, r, 10))); diff != "" {
			t.Errorf("one run for each customer (-want +got):\n%s", diff)
		}
	})
}

func TestQueueLimit(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		r.Declare(map[string]Limits{"": {QueueMax: map[string]int{"default": 1}}})
		enqueue(t, r, Request{Job: "a"}, Request{Job: "b"})
		if got := claim(t, r, 10); len(got) != 1 {
			t.Errorf("claimed %d, the queue's limit is 1", len(got))
		}
	})
}

func TestRateLimit(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		r.Declare(map[string]Limits{"a": {RateCount: 2, RatePer: time.Hour}})
		reqs := slices.Repeat([]Request{{Job: "a"}}, 5)
		ids := enqueue(t, r, reqs...)
		if got := claim(t, r, 10); len(got) != 2 {
			t.Fatalf("started %d, the rate is 2 an hour", len(got))
		}
		third, fifth := must[Run](t)(r.Run(t.Context(), ids[2].ID)), must[Run](t)(r.Run(t.Context(), ids[4].ID))
		if d := time.Until(third.ScheduledAt); d < 25*time.Minute || d > 31*time.Minute {
			t.Errorf("the third waits %s, its turn is in half an hour", d)
		}
		if d := fifth.ScheduledAt.Sub(third.ScheduledAt); d < 55*time.Minute || d > 65*time.Minute {
			t.Errorf("the fifth comes %s after the third, its turn is an hour later", d)
		}
	})
}

func TestPauseJobAndQueue(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		if err := r.PauseJob(t.Context(), "a", true); err != nil {
			t.Fatal(err)
		}
		ids := enqueue(t, r, Request{Job: "a"}, Request{Job: "b"})
		if diff := cmp.Diff([]int64{ids[1].ID}, jobsOf(claim(t, r, 10))); diff != "" {
			t.Errorf("a is paused (-want +got):\n%s", diff)
		}
		if err := r.PauseJob(t.Context(), "a", false); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int64{ids[0].ID}, jobsOf(claim(t, r, 10))); diff != "" {
			t.Errorf("a was resumed (-want +got):\n%s", diff)
		}
		if err := r.PauseQueue(t.Context(), "default", true); err != nil {
			t.Fatal(err)
		}
		queues := must[[]Queue](t)(r.Queues(t.Context()))
		if len(queues) != 1 || !queues[0].Paused || queues[0].Depth[Running] != 2 {
			t.Errorf("queues = %+v", queues)
		}
		if err := r.PauseQueue(t.Context(), "default", false); err != nil {
			t.Fatal(err)
		}
		if queues := must[[]Queue](t)(r.Queues(t.Context())); queues[0].Paused {
			t.Error("still paused")
		}
	})
}

func TestCancel(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		ids := enqueue(t, r, Request{Job: "a"}, Request{Job: "a"})
		running := claim(t, r, 1)[0]
		if run := must[Run](t)(r.Cancel(t.Context(), ids[1].ID, "test")); run.State != Cancelled {
			t.Errorf("a waiting run is %s after cancel", run.State)
		}
		if run := must[Run](t)(r.Cancel(t.Context(), running.ID, "test")); run.State != Running {
			t.Errorf("a running run is %s after cancel", run.State)
		}
		if got := must[[]int64](t)(r.Cancelling(t.Context(), []int64{running.ID, ids[1].ID})); !slices.Equal(got, []int64{running.ID}) {
			t.Errorf("cancelling = %v", got)
		}
		finish(t, r, running, WasCancel)
		if l := balanced(t, r); l.Cancelled != 2 {
			t.Errorf("ledger = %+v", l)
		}
		if _, err := r.Cancel(t.Context(), 99999, "test"); !errors.Is(err, ErrNoRun) {
			t.Errorf("cancel of no run: %v", err)
		}
	})
}

func TestInterruptedAndSnoozedDoNotCount(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		id := enqueue(t, r, Request{Job: "a", MaxAttempts: 1})[0].ID
		finish(t, r, claim(t, r, 1)[0], Interrupted)
		run := claim(t, r, 1)[0]
		if run.Attempt != 1 {
			t.Errorf("attempt %d after an interruption", run.Attempt)
		}
		finish(t, r, run, Snoozed)
		if _, _, err := r.Due(t.Context()); err != nil {
			t.Fatal(err)
		}
		run = claim(t, r, 1)[0]
		finish(t, r, run, Failed)
		if s := stateOf(t, r, id); s != Dead {
			t.Errorf("its one attempt failed: %s", s)
		}
	})
}

// A node that was taken for dead must not end a run that another node has by now.
func TestRescueFencesTheLostNode(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		id := enqueue(t, r, Request{Job: "a", MaxAttempts: 3})[0].ID
		lost := claim(t, r, 1)[0]

		if db.Kind == store.Postgres {
			o := must[*River](t)(OpenRiver(t.Context(), db, "n2"))
			if err := o.Join(t.Context(), "test"); err != nil {
				t.Fatal(err)
			}
			if got := must[[]Run](t)(o.Rescue(t.Context(), false)); len(got) != 0 {
				t.Fatalf("rescued from a live node: %v", jobsOf(got))
			}
			must[int64](t)(db.Exec(t.Context(), "UPDATE rw_nodes SET expires_at = 1 WHERE id = 'n1'"))
			if got := must[[]Run](t)(o.Rescue(t.Context(), false)); !slices.Equal(jobsOf(got), []int64{id}) {
				t.Fatalf("rescued %v", jobsOf(got))
			}
			again := claim(t, o, 1)
			if len(again) != 1 || again[0].Attempt != 1 || again[0].Meta.Rescues != 1 {
				t.Fatalf("claimed again: %+v", again)
			}
			finish(t, r, lost, Succeeded) // too late
			if s := stateOf(t, r, id); s != Running {
				t.Errorf("the lost node ended the other's run: %s", s)
			}
			finish(t, o, again[0], Succeeded)
			if alive, err := r.Beat(t.Context(), NodeInfo{State: "up"}); alive || err != nil {
				t.Errorf("the lost node's beat: %v, %v", alive, err)
			}
		} else {
			if got := must[[]Run](t)(r.Rescue(t.Context(), true)); !slices.Equal(jobsOf(got), []int64{id}) {
				t.Fatalf("rescued %v", jobsOf(got))
			}
			again := claim(t, r, 1)
			finish(t, r, again[0], Succeeded)
		}
		if s := stateOf(t, r, id); s != Done {
			t.Errorf("at the end: %s", s)
		}
		balanced(t, r)
	})
}

func TestLimitTokensOfLostRunsComeBack(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		r.Declare(map[string]Limits{"a": {Concurrency: 1}})
		enqueue(t, r, Request{Job: "a"}, Request{Job: "a"})
		if len(claim(t, r, 5)) != 1 {
			t.Fatal("the limit is 1")
		}
		o := r
		if db.Kind == store.Postgres {
			o = must[*River](t)(OpenRiver(t.Context(), db, "n2"))
			o.Declare(map[string]Limits{"a": {Concurrency: 1}})
			must[int64](t)(db.Exec(t.Context(), "UPDATE rw_nodes SET expires_at = 1"))
		}
		must[[]Run](t)(o.Rescue(t.Context(), db.Kind == store.SQLite))
		if got := claim(t, o, 5); len(got) != 1 {
			t.Errorf("claimed %d after the rescue, want 1", len(got))
		}
	})
}

func TestPipelineOrderFailureAndResume(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		step := func(name string, needs ...string) stepNeeds {
			return stepNeeds{Needs: needs, Request: Request{Job: name, MaxAttempts: 1}}
		}
		id := must[int64](t)(r.StartPipeline(t.Context(), "p", json.RawMessage(`{"day":1}`), map[string]stepNeeds{
			"extract": step("extract"), "left": step("left", "extract"), "right": step("right", "extract"), "load": step("load", "left", "right")}))
		one := claim(t, r, 10)
		if len(one) != 1 || one[0].Job != "extract" || one[0].Meta.Pipeline != id {
			t.Fatalf("first: %+v", one)
		}
		finish(t, r, one[0], Succeeded)
		two := claim(t, r, 10)
		if len(two) != 2 {
			t.Fatalf("after extract: %+v", two)
		}
		finish(t, r, two[0], Succeeded)
		finish(t, r, two[1], Failed)
		if rest := claim(t, r, 10); len(rest) != 0 {
			t.Fatalf("load started without %s", two[1].Job)
		}
		state := func() (s string) {
			if err := db.Read().QueryRow(t.Context(), "SELECT state FROM rw_pipelines WHERE seq = ?", id).Scan(&s); err != nil {
				t.Fatal(err)
			}
			return s
		}
		if s := state(); s != "stopped" {
			t.Errorf("pipeline is %s", s)
		}
		must[Run](t)(r.Replay(t.Context(), two[1].ID, nil))
		finish(t, r, claim(t, r, 1)[0], Succeeded)
		last := claim(t, r, 10)
		if len(last) != 1 || last[0].Job != "load" {
			t.Fatalf("after the replay: %+v", last)
		}
		finish(t, r, last[0], Succeeded)
		if s := state(); s != "done" {
			t.Errorf("pipeline is %s", s)
		}
		balanced(t, r)
	})
}

func TestListFiltersAndPages(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		ids := enqueue(t, r, Request{Job: "a"}, Request{Job: "b"}, Request{Job: "a", Queue: "q"}, Request{Job: "a"})
		finish(t, r, claim(t, r, 1)[0], Killed)
		for _, c := range []struct {
			f    Filter
			want []int64
		}{
			{Filter{}, []int64{ids[3].ID, ids[2].ID, ids[1].ID, ids[0].ID}},
			{Filter{Job: "a"}, []int64{ids[3].ID, ids[2].ID, ids[0].ID}},
			{Filter{Queue: "q"}, []int64{ids[2].ID}},
			{Filter{States: []State{Dead}}, []int64{ids[0].ID}},
			{Filter{States: []State{Dead}, Cause: "test"}, []int64{ids[0].ID}},
			{Filter{States: []State{Dead}, Cause: "else"}, nil},
			{Filter{States: []State{Waiting, Dead}, Job: "a", Before: ids[3].ID}, []int64{ids[2].ID, ids[0].ID}},
			{Filter{Limit: 1, Before: ids[3].ID}, []int64{ids[2].ID}},
		} {
			got := jobsOf(must[[]Run](t)(r.List(t.Context(), c.f)))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", c.f, diff)
			}
		}
		if _, err := r.List(t.Context(), Filter{States: []State{"x'; DROP TABLE river_job; --"}}); err == nil {
			t.Error("a state that is none was taken")
		}
	})
}

func TestOutputThatDatabasesDislike(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		enqueue(t, r, Request{Job: "a", MaxAttempts: 1})
		finish(t, r, claim(t, r, 1)[0], Failed, func(a *Attempt) {
			a.Output, a.Error, a.Traceback = "a\x00b\xff\xfe", "nul \x00 \xc3", "\xed\xa0\x80"
		})
		var out string
		if err := db.Read().QueryRow(t.Context(), "SELECT output FROM rw_attempts").Scan(&out); err != nil || out == "" {
			t.Errorf("output %q, %v", out, err)
		}
	})
}

func TestScheduleFiresOncePerTime(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		start := time.Date(2026, 1, 1, 0, 0, 30, 0, time.UTC)
		for _, policy := range []string{"skip", "once", "all"} {
			if err := db.Tx(t.Context(), func(tx *store.Tx) error {
				return syncSchedules(t.Context(), tx, []Declaration{{Name: "s", Schedule: "0 * * * *", Missed: policy}}, start)
			}); err != nil {
				t.Fatal(err)
			}
			request := func(job string) (Request, bool) { return Request{Job: job + policy, MaxAttempts: 1}, true }
			must[int64](t)(db.Exec(t.Context(), "UPDATE rw_schedules SET next_at = ?", start.Truncate(time.Hour).Add(time.Hour).UnixMicro()))
			fire := func(at time.Time) int {
				n, _, err := r.Fire(t.Context(), at, request)
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			if n := fire(start); n != 0 {
				t.Errorf("%s: fired %d before its time", policy, n)
			}
			if n := fire(start.Add(time.Hour)); n != 1 {
				t.Errorf("%s: fired %d at its time", policy, n)
			}
			if n := fire(start.Add(time.Hour)); n != 0 {
				t.Errorf("%s: fired %d more at the same time", policy, n)
			}
			if n := fire(start); n != 0 {
				t.Errorf("%s: fired %d after the clock went back", policy, n)
			}
			// The server was down for five hours.
			want := map[string]int{"skip": 1, "once": 1, "all": 5}[policy]
			if n := fire(start.Add(6 * time.Hour)); n != want {
				t.Errorf("%s: fired %d after five hours, want %d", policy, n, want)
			}
			if n := fire(start.Add(6*time.Hour + 30*time.Minute)); n != 0 {
				t.Errorf("%s: fired %d between times", policy, n)
			}
		}
	})
}

func TestScheduleStartsAPipeline(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		if err := db.Tx(t.Context(), func(tx *store.Tx) error {
			return syncSchedules(t.Context(), tx, []Declaration{{Name: "load", Schedule: "0 * * * *", Missed: "once"}}, at)
		}); err != nil {
			t.Fatal(err)
		}
		s := NewService(db, r, NewPool(PoolOptions{}), quiet, ServiceOptions{})
		s.decls = map[string]Declaration{"extract": {Name: "extract"}, "load": {Name: "load", After: []string{"extract"}}}
		for range 2 { // the second finds the firing done
			if _, _, err := r.Fire(t.Context(), at.Add(time.Hour), s.scheduled); err != nil {
				t.Fatal(err)
			}
		}
		first := claim(t, r, 10)
		if len(first) != 1 || first[0].Job != "extract" || first[0].Meta.Pipeline == 0 {
			t.Fatalf("first: %+v", first)
		}
		finish(t, r, first[0], Succeeded)
		if next := claim(t, r, 10); len(next) != 1 || next[0].Job != "load" {
			t.Errorf("then: %+v", next)
		}
	})
}

func TestStraightenAfterTheClockWentBack(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB, r *River) {
		id := enqueue(t, r, Request{Job: "a"})[0].ID
		must[int64](t)(db.Exec(t.Context(), "UPDATE river_job SET scheduled_at = ? WHERE id = ?", db.Time(time.Now().Add(time.Hour)), id))
		if len(claim(t, r, 1)) != 0 {
			t.Fatal("claimed in the future")
		}
		if _, err := r.Straighten(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(claim(t, r, 1)) != 1 {
			t.Error("not claimable after the clock was noticed")
		}
	})
}

// Claims of many nodes at once never overlap and never exceed a limit.
func TestConcurrentClaimsOnPostgres(t *testing.T) {
	ctx := context.Background()
	url := pgtest.URL(t)
	const nodes, runs = 4, 400
	var rivers []*River
	for i := range nodes {
		db := must[*store.DB](t)(store.Open(ctx, url, store.Options{MaxConns: 4}))
		t.Cleanup(db.Close)
		r := must[*River](t)(OpenRiver(ctx, db, fmt.Sprintf("n%d", i)))
		r.Declare(map[string]Limits{"limited": {Concurrency: 3}})
		if err := r.Join(ctx, "test"); err != nil {
			t.Fatal(err)
		}
		rivers = append(rivers, r)
	}
	var reqs []Request
	for i := range runs {
		reqs = append(reqs, Request{Job: []string{"free", "limited"}[i%2]})
	}
	enqueue(t, rivers[0], reqs...)
	type claimed struct {
		node int
		runs []Run
	}
	out := make(chan claimed, 1000)
	errs := make(chan error, nodes)
	for i, r := range rivers {
		go func() {
			for range 60 {
				res, err := r.Step(ctx, Step{Claim: map[string]int{"default": 7}})
				if err != nil {
					errs <- err
					return
				}
				out <- claimed{i, res.Claimed}
			}
			errs <- nil
		}()
	}
	for range nodes {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	close(out)
	seen := map[int64]int{}
	limited, free := 0, 0
	for c := range out {
		for _, run := range c.runs {
			if other, ok := seen[run.ID]; ok {
				t.Errorf("run %d was claimed by nodes %d and %d", run.ID, other, c.node)
			}
			seen[run.ID] = c.node
			if run.Job == "limited" {
				limited++
			} else {
				free++
			}
		}
	}
	if limited != 3 || free != runs/2 {
		t.Errorf("claimed %d limited (limit 3) and %d free (of %d)", limited, free, runs/2)
	}
}

func TestMoveToPostgres(t *testing.T) {
	ctx := t.Context()
	from := must[*store.DB](t)(store.Open(ctx, filepath.Join(t.TempDir(), "rw.db"), store.Options{}))
	defer from.Close()
	src := must[*River](t)(OpenRiver(ctx, from, "n1"))
	var reqs []Request
	for i := range 5000 {
		reqs = append(reqs, Request{Job: "a", MaxAttempts: 2, Args: json.RawMessage(fmt.Sprintf(`{"i":%d,"text":"ü\u0001'"}`, i))})
	}
	reqs[7].Key = "k"
	ids := enqueue(t, src, reqs...)
	runs := claim(t, src, 20)
	finish(t, src, runs[0], Succeeded)
	finish(t, src, runs[1], Failed)
	finish(t, src, runs[2], Killed)
	if err := src.PauseQueue(ctx, "default", true); err != nil {
		t.Fatal(err)
	}
	to := must[*store.DB](t)(store.Open(ctx, pgtest.URL(t), store.Options{}))
	defer to.Close()
	if err := Move(ctx, from, to, func(string, int) {}); err != nil {
		t.Fatal(err)
	}
	dst := must[*River](t)(OpenRiver(ctx, to, "n2"))
	if l := balanced(t, dst); l.Accepted != 5000 || l.Done != 1 || l.Dead != 1 {
		t.Errorf("ledger = %+v", l)
	}
	a, b := must[Run](t)(src.Run(ctx, runs[2].ID)), must[Run](t)(dst.Run(ctx, runs[2].ID))
	if a.Error != b.Error || a.State != b.State || !a.FinalizedAt.Equal(b.FinalizedAt) || a.Meta != b.Meta {
		t.Errorf("moved %+v\n  of %+v", b, a)
	}
	if got := enqueue(t, dst, Request{Job: "a", Key: "k"}, Request{Job: "a"}); !got[0].Duplicate || got[0].ID != ids[7].ID || got[1].ID <= ids[4999].ID {
		t.Errorf("after the move: %+v", got)
	}
	if q := must[[]Queue](t)(dst.Queues(ctx)); len(q) != 1 || !q[0].Paused {
		t.Errorf("queues = %+v", q)
	}
	// The old store says where its runs are, and no server starts on it; moving again finds that all is done.
	if err := Moved(ctx, from); err == nil || !strings.Contains(err.Error(), "has been moved to postgres://") {
		t.Errorf("the store that was moved: %v", err)
	}
	if err := Moved(ctx, to); err != nil {
		t.Errorf("the store that it was moved to: %v", err)
	}
	if err := Move(ctx, from, to, func(string, int) {}); err != nil {
		t.Errorf("a second move: %v", err)
	}
	if l := balanced(t, dst); l.Accepted != 5001 {
		t.Errorf("after a second move: %+v", l)
	}
	other := must[*store.DB](t)(store.Open(ctx, pgtest.URL(t), store.Options{}))
	defer other.Close()
	if err := Move(ctx, from, other, func(string, int) {}); err == nil || !strings.Contains(err.Error(), "has been moved to") {
		t.Errorf("a move to another database: %v", err)
	}
	// A move that fails before its end leaves the store as it was.
	again := must[*store.DB](t)(store.Open(ctx, filepath.Join(t.TempDir(), "rw.db"), store.Options{}))
	defer again.Close()
	enqueue(t, must[*River](t)(OpenRiver(ctx, again, "n3")), Request{Job: "a"})
	if err := Move(ctx, again, to, func(string, int) {}); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a move into a database that is used: %v", err)
	}
	if err := Moved(ctx, again); err != nil {
		t.Errorf("after a move that failed: %v", err)
	}
}
