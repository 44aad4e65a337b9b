//go:build linux || darwin

package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	mrand "math/rand/v2"
	"slices"
	"time"
)

// loop is the hot path.
func (s *Service) loop(ctx context.Context) error {
	failures := 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		}
		for {
			step, asks := s.collect()
			if step == nil {
				break
			}
			s.watchClock(ctx)
			res, err := s.Engine.Step(ctx, *step)
			if err != nil {
				if ctx.Err() != nil {
					s.restore(step, asks, err)
					return nil
				}
				failures++
				s.Log.Error("cannot write to the database", "error", err, "failures", failures)
				s.restore(step, asks, err)
				select {
				case <-ctx.Done():
					return nil
				case <-time.After(min(time.Duration(failures)*100*time.Millisecond, 5*time.Second)):
				}
				s.kick()
				break
			}
			failures = 0
			s.settle(step, asks, res)
		}
	}
}

// Finished attempts are written at the latest after so long, or when there are so many.
const (
	flushAfter = 10 * time.Millisecond
	flushCount = 256
)

// maxBlocked is how many claimed runs of a queue may wait for a kind of slot that is taken, while other kinds are free
// and what comes behind them in the queue may fit.
const maxBlocked = 64

// maxHeld bounds how many more runs than there is room for are claimed from a queue that begins with runs which a limit or
// a pause holds.
const maxHeld = 256

// claimed counts the runs in hand that have not started. The lock is held.
func (s *Service) claimed() (n int) {
	for _, runs := range s.backlog {
		n += len(runs)
	}
	return n
}

// wanting says whether slots are about to run out of claimed runs.
func (s *Service) wanting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.claimed() <= s.ahead(1)
}

// ahead is how many runs to have in hand beyond those that run: enough to keep the slots busy for the 25 ms or so that
// the next transaction may take; a queue of jobs that take longer is left to whoever has a slot. The lock is held.
func (s *Service) ahead(slots int) int { return int(min(256, 0.025/max(s.avg, 1e-5))) * slots }

// collect takes what has piled up; nil if there is nothing to do yet.
func (s *Service) collect() (*Step, []*asking) {
	s.pump() // so that a slot which is free after this could not be filled from what is in hand
	total, free := s.Pool.Capacity()
	slots, open := 0, 0
	for class := range total {
		slots += total[class]
		open += free[class]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	step := &Step{Claim: map[string]int{}}
	asks := s.asked
	s.asked = nil
	for _, a := range asks {
		step.Enqueue = append(step.Enqueue, a.reqs...)
		for _, q := range a.reqs {
			s.hungry[q.Queue] = true
			if !slices.Contains(s.queues, q.Queue) {
				s.queues = append(s.queues, q.Queue)
			}
		}
	}
	if !s.draining && slots > 0 {
		ahead := s.ahead(slots)
		for _, q := range s.queues {
			if !s.hungry[q] || s.paused[q] {
				continue
			}
			in := len(s.backlog[q])
			n := 0
			switch {
			case open > 0:
				n = min(open+ahead, maxBlocked+ahead-in)
			case in < (ahead+1)/2:
				n = ahead - in
			}
			if n > 0 {
				n += min(2*s.held[q], maxHeld) // to get past them
				// Not in settle: what becomes claimable between the commit and then has said so already.
				step.Claim[q], s.hungry[q] = n, false
			}
		}
	}
	if len(step.Enqueue)+len(s.finished)+len(step.Claim) == 0 {
		return nil, nil
	}
	if len(step.Enqueue)+len(step.Claim) == 0 && !s.pressing() {
		s.flushSoon()
		return nil, nil
	}
	step.Finish = s.finished
	s.finished, s.flush = nil, false
	s.stepping = true
	return step, asks
}

// pressing says whether finished attempts are to be written now. The lock is held.
func (s *Service) pressing() bool {
	return s.flush || s.draining || len(s.finished) >= flushCount
}

// flushSoon has finished attempts written after a while, unless something takes them along before. The lock is held.
func (s *Service) flushSoon() {
	if s.waiting {
		return
	}
	s.waiting = true
	time.AfterFunc(flushAfter, func() {
		s.mu.Lock()
		s.waiting, s.flush = false, len(s.finished) > 0
		s.mu.Unlock()
		s.kick()
	})
}

// restore puts back what a failed transaction did not do. Requests are told; finished attempts are tried again for as
// long as it takes, because their work is done.
func (s *Service) restore(step *Step, asks []*asking, err error) {
	for _, a := range asks {
		a.done <- fmt.Errorf("not accepted: %w", err)
	}
	s.mu.Lock()
	s.finished = append(step.Finish, s.finished...)
	for q := range step.Claim {
		s.hungry[q] = true
	}
	s.stepping = false
	s.mu.Unlock()
}

func (s *Service) settle(step *Step, asks []*asking, res StepResult) {
	at := 0
	for _, a := range asks {
		a.out = res.Accepted[at : at+len(a.reqs)]
		at += len(a.reqs)
		a.done <- nil
	}
	scheduled := false
	now := clock()
	for i := range step.Enqueue {
		scheduled = scheduled || step.Enqueue[i].At.After(now)
		for _, h := range s.hooks {
			h.Enqueued(step.Enqueue[i])
		}
	}
	for _, a := range step.Finish {
		if a.Outcome == Failed || a.Outcome == Snoozed {
			scheduled = true
		}
	}
	if scheduled {
		select {
		case s.due <- struct{}{}:
		default:
		}
	}
	s.mu.Lock()
	s.stepping = false
	if len(res.Claimed) > 0 && len(s.backlog) == 0 {
		s.since = now
	}
	for _, run := range res.Claimed {
		s.backlog[run.Queue] = append(s.backlog[run.Queue], run)
		s.hungry[run.Queue] = true // there may be more
	}
	for q, n := range res.Parked {
		s.held[q] = n
		s.hungry[q] = s.hungry[q] || n > 0 // what is behind them may start
	}
	if s.draining {
		s.handBack(now) // claimed by the transaction that was under way when the drain began
	}
	for _, a := range step.Finish {
		if a.Run.tokens {
			s.hungry[a.Run.Queue] = true // its tokens may have woken another
		}
	}
	s.mu.Unlock()
	for _, a := range step.Finish {
		s.reported(a)
	}
	s.pump()
}

// handBack gives the runs that are claimed and have not started back to their queues. The lock is held.
func (s *Service) handBack(now time.Time) {
	for _, runs := range s.backlog {
		for _, run := range runs {
			s.finished = append(s.finished, &Attempt{Run: run, Outcome: Interrupted, Started: now, Ended: now})
		}
	}
	clear(s.backlog)
}

// reported tells the listeners about an attempt that is on disk.
func (s *Service) reported(a *Attempt) {
	final := Done
	switch a.Outcome {
	case Failed:
		final = Retrying
		if a.Run.Attempt >= a.Run.MaxAttempts {
			final = Dead
		}
	case Killed:
		final = Dead
	case WasCancel:
		final = Cancelled
	case Interrupted, Snoozed:
		final = Scheduled
	}
	for _, h := range s.hooks {
		h.Ended(a, final)
	}
	s.Alerts.ended(a, final)
	if final == Dead {
		s.Log.Error("dead letter", "job", a.Run.Job, "run", a.Run.ID, "attempts", a.Run.Attempt, "cause", a.Cause, "error", a.Error)
	} else if final == Retrying {
		s.Log.Warn("attempt failed", "job", a.Run.Job, "run", a.Run.ID, "attempt", a.Run.Attempt, "of", a.Run.MaxAttempts, "cause", a.Cause, "error", a.Error, "next", a.RetryAt.Format(time.RFC3339))
	}
}

// pump starts what is claimed while there are slots.
func (s *Service) pump() {
	classes := map[string]string{}
	for {
		_, free := s.Pool.Capacity()
		s.mu.Lock()
		if s.draining || len(s.backlog) == 0 {
			s.mu.Unlock()
			return
		}
		var run Run
		found := false
		var ended *Attempt
		now := clock()
	queues:
		for _, q := range s.queues {
			for i, r := range s.backlog[q] {
				class, ok := classes[r.Job]
				if !ok {
					class = s.Pool.Class(r.Job)
					classes[r.Job] = class
				}
				switch {
				case r.Meta.Cancel != "":
					ended = &Attempt{Run: r, Outcome: WasCancel, Cause: "cancelled", Error: "cancelled", Started: now, Ended: now}
				case class == "":
					ended = s.undeclared(r, now)
				case free[class] <= 0:
					if len(free) == 0 || i > 1000 {
						break queues
					}
					continue
				}
				run, found = r, true
				if i == 0 { // the usual case: no copying
					s.backlog[q] = s.backlog[q][1:]
				} else {
					s.backlog[q] = slices.Delete(s.backlog[q], i, i+1)
				}
				if len(s.backlog[q]) == 0 {
					delete(s.backlog, q)
				}
				break queues
			}
		}
		s.mu.Unlock()
		if !found {
			return
		}
		if ended != nil {
			s.finish(ended)
			continue
		}
		var checkpoint json.RawMessage
		if run.Attempt > 1 || run.Meta.Rescues > 0 || run.Meta.Crashes > 0 || run.Meta.Replays > 0 {
			checkpoint = s.checkpoint(run.ID)
		}
		if !s.Pool.Start(run, traceOf(run.Meta.Trace), checkpoint, s.finish) {
			s.mu.Lock()
			s.backlog[run.Queue] = append([]Run{run}, s.backlog[run.Queue]...)
			s.mu.Unlock()
			return
		}
		for _, h := range s.hooks {
			h.Started(run, max(0, clock().Sub(run.ScheduledAt)))
		}
	}
}

// undeclared gives back a run whose job this version of the code does not have. Another node may have it, or the next
// version; after an hour it is a dead letter, with the reason.
func (s *Service) undeclared(r Run, now time.Time) *Attempt {
	a := &Attempt{Run: r, Outcome: Snoozed, Cause: "not declared", Started: now, Ended: now, RetryAt: now.Add(30 * time.Second),
		Error: "no job of this name is declared in the code that is running"}
	if now.Sub(r.CreatedAt) > time.Hour && now.Sub(r.ScheduledAt) > time.Minute {
		a.Outcome = Killed
	}
	return a
}

// finish takes an attempt's end from the pool.
func (s *Service) finish(a *Attempt) {
	d, ok := s.Declaration(a.Run.Job)
	if ok && a.Outcome == Failed && a.RetryAt.IsZero() {
		a.RetryAt = d.retryAt(a.Ended, a.Run.Attempt, mrand.Float64())
	}
	if a.Crashed && a.Run.Meta.Crashes+1 >= maxCrashes {
		a.Outcome = Killed
		a.Error = fmt.Sprintf("set aside: it took down %d worker processes, the last by %s", a.Run.Meta.Crashes+1, a.Cause)
		a.Cause = "poison pill"
	}
	s.mu.Lock()
	s.finished = append(s.finished, a)
	if a.Outcome == Succeeded || a.Outcome == Failed {
		took := a.Ended.Sub(a.Started).Seconds()
		s.avg += (min(took, 1) - s.avg) * 0.1
	}
	// A token may let another run start, the end of a step another step; a failure is news.
	s.flush = s.flush || a.Outcome != Succeeded || a.Run.tokens || a.Run.Meta.Pipeline != 0
	pressing := s.pressing()
	if !pressing {
		s.flushSoon()
	}
	s.mu.Unlock()
	if pressing {
		s.kick()
	}
}

// maxCrashes is how many worker processes a run may take down before it is set aside.
const maxCrashes = 3
