//go:build linux || darwin

package jobs

import (
	"context"
	"os/user"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}

// dueLoop makes scheduled and retrying runs claimable when their time comes. It sleeps until the next is due, and is
// woken when something is scheduled; other nodes may schedule too, so it looks again every second on Postgres.
func (s *Service) dueLoop(ctx context.Context) {
	idle := 5 * time.Second
	if s.DB.Kind == store.Postgres {
		idle = time.Second
	}
	for {
		s.watchClock(ctx)
		n, next, err := s.Engine.Due(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("cannot look for due runs", "error", err)
		}
		wait := idle
		if n > 0 {
			s.findQueues(ctx)
			s.kickAll()
			wait = 0
		} else if !next.IsZero() {
			wait = min(wait, max(next.Sub(s.Engine.now()), time.Millisecond))
		}
		if s.DB.Kind == store.Postgres {
			s.kickAll() // a notification may have been lost with its connection
		}
		select {
		case <-ctx.Done():
			return
		case <-s.due:
		case <-time.After(wait):
		}
	}
}

// watchClock notices that the wall clock was set; the monotonic clock tells.
func (s *Service) watchClock(ctx context.Context) {
	if s.Engine.drift().Abs() < time.Second {
		return
	}
	by, err := s.Engine.Straighten(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.Log.Error("the clock was set", "error", err)
		}
		return
	}
	if by != 0 {
		s.Log.Warn("the clock was set", "by", by.Round(time.Millisecond))
		s.kickAll()
	}
}

// beatLoop renews the lease, samples memory and, on Postgres, takes over from nodes that stopped renewing theirs.
func (s *Service) beatLoop(ctx context.Context) {
	beat := time.NewTicker(BeatEvery / 5)
	defer beat.Stop()
	last := clock()
	for n := 0; ; n++ {
		if s.Pool.Limited() {
			// Memory limits are looked after four times a second.
			for range 3 {
				s.Pool.Sample(false)
				select {
				case <-ctx.Done():
					return
				case <-time.After(250 * time.Millisecond):
				}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		s.Pool.Sample(n%5 == 0 || s.Pool.Limited())
		if err := s.Engine.tellGood(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("the last good runs are not noted", "error", err)
		}
		if s.DB.Kind == store.Postgres {
			s.tellProgress(ctx)
			s.giveBack()
			if n%2 == 0 {
				s.checkCancels(ctx)
				s.takeOver(ctx)
			}
		}
		if n%5 != 0 {
			continue
		}
		state := "up"
		if s.Draining() {
			state = "draining"
		}
		bctx, cancel := context.WithTimeout(ctx, LeaseFor/2)
		alive, err := s.Engine.Beat(bctx, NodeInfo{State: state, Workers: s.Pool.Workers()})
		cancel()
		if err != nil && ctx.Err() == nil {
			s.Log.Error("cannot renew the lease", "error", err)
		}
		// A node that was stopped for longer than its lease must not go on with runs that others have by now.
		if err == nil && !alive || time.Since(last) > LeaseFor {
			s.Log.Error("the lease was lost; runs that were under way are given up")
			for _, id := range s.Pool.Running() {
				s.Pool.Cancel(id, "interrupted")
			}
			if !alive {
				if err := s.Engine.Join(ctx, s.opts.Version); err != nil && ctx.Err() == nil {
					s.Log.Error("cannot join again", "error", err)
				}
			}
		}
		if err == nil {
			last = clock()
		}
	}
}

// tellProgress stores how far running jobs say they are, for those who ask another node.
func (s *Service) tellProgress(ctx context.Context) {
	for id, p := range s.Pool.Progressed() {
		if err := s.Engine.saveProgress(ctx, s.DB, id, p); err != nil && ctx.Err() == nil {
			s.Log.Error("cannot store progress", "run", id, "error", err)
		}
	}
}

// takeOver gives the runs of nodes that fell silent back to their queues.
func (s *Service) takeOver(ctx context.Context) {
	rescued, err := s.Engine.Rescue(ctx, false)
	if err != nil && ctx.Err() == nil {
		s.Log.Error("cannot look for lost runs", "error", err)
	}
	if len(rescued) > 0 {
		s.Log.Warn("took over runs of a node that fell silent", "runs", len(rescued))
		s.kickAll()
	}
}

// giveBack returns runs that were claimed ahead and could not be started within a second: they turned out to take
// longer than thought, and another node may have a free slot.
func (s *Service) giveBack() {
	s.mu.Lock()
	if len(s.backlog) == 0 || time.Since(s.since) < time.Second {
		s.mu.Unlock()
		return
	}
	for q := range s.backlog {
		s.hungry[q] = true
	}
	s.handBack(clock())
	s.avg = max(s.avg, 1) // and claim no more ahead until runs are seen to be short again
	s.mu.Unlock()
	s.kick()
}

func (s *Service) checkCancels(ctx context.Context) {
	ids := s.Pool.Running()
	s.mu.Lock()
	for _, runs := range s.backlog {
		for _, r := range runs {
			ids = append(ids, r.ID)
		}
	}
	s.mu.Unlock()
	marked, err := s.Engine.Cancelling(ctx, ids)
	if err != nil {
		return
	}
	for _, id := range marked {
		s.cancelHere(id)
	}
}

// houseLoop keeps the house: the ledger, retention, and statistics of long ago.
func (s *Service) houseLoop(ctx context.Context) {
	// Counting takes longer the more runs there are; it gets at most a hundredth of the time, and never less than once a
	// minute.
	wait := time.Duration(0)
	pruned := time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		start := clock()
		s.CheckLedger(ctx)
		wait = min(time.Minute, max(5*time.Second, 100*time.Since(start)))
		if time.Since(pruned) > 10*time.Minute {
			pruned = clock()
			s.prune(ctx)
		}
	}
}

// CheckLedger counts now, keeps the result for the dashboard and raises an alert when the account does not add up.
func (s *Service) CheckLedger(ctx context.Context) (Ledger, error) {
	l, err := s.Engine.Ledger(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.Log.Error("cannot check the ledger", "error", err)
		}
		return l, err
	}
	s.mu.Lock()
	s.ledger = l
	s.mu.Unlock()
	s.Alerts.ledger(ctx, l)
	return l, nil
}

// LastLedger is the last count.
func (s *Service) LastLedger() Ledger {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ledger
}

func (s *Service) prune(ctx context.Context) {
	now := clock()
	pruned := 0
	for state, keep := range map[State]time.Duration{Done: s.opts.Retention, Cancelled: s.opts.Retention, Dead: s.opts.DeadFor} {
		if keep <= 0 {
			continue
		}
		for ctx.Err() == nil {
			n, err := s.Engine.Prune(ctx, state, now.Add(-keep), 1000)
			if err != nil {
				if ctx.Err() == nil {
					s.Log.Error("cannot delete old runs", "error", err)
				}
				return
			}
			pruned += n
			if n < 1000 {
				break
			}
			time.Sleep(20 * time.Millisecond) // leave the writer to the queue
		}
	}
	if pruned > 0 {
		s.Log.Info("deleted runs past their retention", "runs", pruned)
	}
	if err := s.Engine.CompactLedger(ctx); err != nil && ctx.Err() == nil {
		s.Log.Error("cannot compact the ledger", "error", err)
	}
	month := now.Add(-31 * 24 * time.Hour)
	for q, before := range map[string]int64{"DELETE FROM rw_stats WHERE bucket < ?": month.Unix(), "DELETE FROM rw_signals WHERE at < ?": month.UnixMicro()} {
		if _, err := s.DB.Exec(ctx, q, before); err != nil && ctx.Err() == nil {
			s.Log.Error("cannot delete old statistics", "error", err)
		}
	}
}
