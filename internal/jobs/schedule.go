//go:build linux || darwin

package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// syncSchedules makes rw_schedules say what is declared. A schedule whose text is unchanged keeps its next time, so a
// restart neither loses nor repeats a firing; a changed or new one starts from now.
func syncSchedules(ctx context.Context, tx *store.Tx, decls []Declaration, now time.Time) error {
	type row struct{ spec, zone string }
	have := map[string]row{}
	rows, err := tx.Query(ctx, "SELECT name, spec, zone FROM rw_schedules")
	if err != nil {
		return err
	}
	for rows.Next() {
		var name string
		var r row
		if err := rows.Scan(&name, &r.spec, &r.zone); err != nil {
			rows.Close()
			return err
		}
		have[name] = r
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	for _, d := range decls {
		if d.Schedule == "" {
			continue
		}
		if h, ok := have[d.Name]; ok && h.spec == d.Schedule && h.zone == d.Zone {
			if _, err := tx.Exec(ctx, "UPDATE rw_schedules SET policy = ? WHERE name = ?", d.Missed, d.Name); err != nil {
				return err
			}
		} else {
			sched, err := ParseSchedule(d.Schedule, d.Zone)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO rw_schedules (name, spec, zone, policy, next_at) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, zone = excluded.zone, policy = excluded.policy, next_at = excluded.next_at`,
				d.Name, d.Schedule, d.Zone, d.Missed, sched.Next(now).UnixMicro()); err != nil {
				return err
			}
		}
		delete(have, d.Name)
	}
	for name := range have {
		if _, err := tx.Exec(ctx, "DELETE FROM rw_schedules WHERE name = ?", name); err != nil {
			return err
		}
	}
	return nil
}

// lateAfter is how long after its time a firing counts as missed and its policy decides.
const lateAfter = time.Minute

// maxCatchUp bounds how many missed firings the policy `all` runs at once.
const maxCatchUp = 10000

// Fire enqueues every schedule that is due at the given time and returns when the next one is. Reading the time, moving
// it on and enqueueing are one transaction, and a firing's key is its time: no crash between them, no second node and no
// clock set back can make it fire twice or not at all.
func (r *River) Fire(ctx context.Context, now time.Time, request func(job string) (Request, bool)) (fired int, next time.Time, err error) {
	err = r.db.Tx(ctx, func(tx *store.Tx) error {
		fired, next = 0, time.Time{}
		if err := tx.Lock(ctx, "rw_schedules"); err != nil {
			return err
		}
		type row struct {
			name, spec, zone, policy string
			at                       time.Time
			paused                   bool
		}
		var due []row
		rows, err := tx.Query(ctx, "SELECT name, spec, zone, policy, next_at, paused FROM rw_schedules ORDER BY name")
		if err != nil {
			return err
		}
		for rows.Next() {
			var s row
			var at, paused int64
			if err := rows.Scan(&s.name, &s.spec, &s.zone, &s.policy, &at, &paused); err != nil {
				rows.Close()
				return err
			}
			s.at, s.paused = time.UnixMicro(at), paused != 0
			if s.at.After(now) {
				if next.IsZero() || s.at.Before(next) {
					next = s.at
				}
				continue
			}
			due = append(due, s)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		for _, s := range due {
			sched, err := ParseSchedule(s.spec, s.zone)
			if err != nil {
				return err
			}
			var times []time.Time
			t := s.at
			for ; !t.IsZero() && !t.After(now); t = sched.Next(t) {
				times = append(times, t)
				if len(times) > maxCatchUp {
					times = times[1:]
				}
			}
			fire := choose(times, s.policy, now)
			q, ok := request(s.name)
			if s.paused || !ok {
				fire = nil
			}
			if len(fire) > 0 {
				reqs := make([]Request, len(fire))
				for i, at := range fire {
					reqs[i] = q
					reqs[i].Key = "schedule:" + at.UTC().Format("2006-01-02T15:04:05Z")
					reqs[i].meta = map[string]any{"rw_fire": at.Unix()}
				}
				if q.steps != nil {
					n, err := r.firePipelines(ctx, tx, reqs)
					if err != nil {
						return err
					}
					fired += n
					reqs = nil
				}
				got, err := r.insert(ctx, tx, reqs)
				if err != nil {
					return err
				}
				for _, a := range got {
					if !a.Duplicate {
						fired++
					}
				}
			}
			last := any(nil)
			if len(times) > 0 {
				last = times[len(times)-1].UnixMicro()
			}
			if t.IsZero() {
				t = now.AddDate(5, 0, 0)
			}
			if _, err := tx.Exec(ctx, "UPDATE rw_schedules SET next_at = ?, last_at = ? WHERE name = ?", t.UnixMicro(), last, s.name); err != nil {
				return err
			}
			if next.IsZero() || t.Before(next) {
				next = t
			}
		}
		return nil
	})
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("fire schedules: %w", err)
	}
	return fired, next, nil
}

// firePipelines starts a pipeline for each firing whose key is new.
func (r *River) firePipelines(ctx context.Context, tx *store.Tx, reqs []Request) (fired int, err error) {
	for _, q := range reqs {
		n, err := tx.Exec(ctx, "INSERT INTO rw_keys (job, key, run_id, created_at) VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING", q.Job, q.Key, clock().UnixMicro())
		if err != nil {
			return fired, err
		}
		if n == 0 {
			continue
		}
		if _, err := r.startPipeline(ctx, tx, q.Job, q.Args, q.steps); err != nil {
			return fired, err
		}
		fired++
	}
	return fired, nil
}

// choose applies the missed-run policy to the firings that are due. A firing less than a minute old is on time.
func choose(times []time.Time, policy string, now time.Time) []time.Time {
	if len(times) == 0 {
		return nil
	}
	switch policy {
	case "all":
		return times
	case "once":
		return times[len(times)-1:]
	}
	var fresh []time.Time
	for _, t := range times {
		if now.Sub(t) <= lateAfter {
			fresh = append(fresh, t)
		}
	}
	return fresh
}

// scheduleLoop fires schedules. It never sleeps longer than a second, so a clock that is set takes effect.
func (s *Service) scheduleLoop(ctx context.Context) {
	var next time.Time
	for {
		now := clock()
		if !next.IsZero() && now.Before(next) && s.DB.Kind == store.SQLite && !s.scheduleChanged() {
			// nothing is due
		} else {
			fired, at, err := s.Engine.Fire(ctx, now, s.scheduled)
			if err != nil && ctx.Err() == nil {
				s.Log.Error("cannot fire schedules", "error", err)
			}
			next = at
			if fired > 0 {
				s.findQueues(ctx)
				s.kickAll()
			}
		}
		wait := time.Second
		if !next.IsZero() {
			wait = min(wait, max(next.Sub(clock()), time.Millisecond))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

func (s *Service) scheduleChanged() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := s.resched
	s.resched = false
	return changed
}

// scheduled makes the request of a firing.
func (s *Service) scheduled(job string) (Request, bool) {
	q := Request{Job: job}
	d, ok := s.Declaration(job)
	if !ok {
		return q, false
	}
	q.Args, q.Queue, q.Priority, q.MaxAttempts = json.RawMessage("{}"), d.Queue, d.Priority, d.Retries+1
	if len(d.After) > 0 {
		var err error
		if q.steps, err = s.steps(job); err != nil {
			return q, false
		}
	}
	return q, true
}

// ScheduleInfo is a schedule as stored.
type ScheduleInfo struct {
	Job    string    `json:"job"`
	Spec   string    `json:"spec"`
	Zone   string    `json:"time_zone"`
	Policy string    `json:"missed"`
	Next   time.Time `json:"next"`
	Last   time.Time `json:"last,omitzero"`
}

// Schedules lists the schedules.
func (r *River) Schedules(ctx context.Context) ([]ScheduleInfo, error) {
	rows, err := r.db.Read().Query(ctx, "SELECT name, spec, zone, policy, next_at, coalesce(last_at, 0) FROM rw_schedules ORDER BY next_at, name")
	if err != nil {
		return nil, fmt.Errorf("list schedules: %w", err)
	}
	defer rows.Close()
	var out []ScheduleInfo
	for rows.Next() {
		var s ScheduleInfo
		var next, last int64
		if err := rows.Scan(&s.Job, &s.Spec, &s.Zone, &s.Policy, &next, &last); err != nil {
			return nil, err
		}
		s.Next = time.UnixMicro(next)
		if last > 0 {
			s.Last = time.UnixMicro(last)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// checkPipelines refuses steps that need what is not declared, or each other.
func checkPipelines(decls map[string]Declaration) error {
	state := map[string]int{}
	var visit func(name string, path []string) error
	visit = func(name string, path []string) error {
		if state[name] == 2 {
			return nil
		}
		if state[name] == 1 {
			return fmt.Errorf("%s: job %s needs itself: %s", decls[name].At(), name, strings.Join(append(path, name), " after "))
		}
		state[name] = 1
		for _, need := range decls[name].After {
			if _, ok := decls[need]; !ok {
				return fmt.Errorf("%s: job %s comes after %q, which is not declared", decls[name].At(), name, need)
			}
			if err := visit(need, append(path, name)); err != nil {
				return err
			}
		}
		state[name] = 2
		return nil
	}
	for _, name := range sortedKeys(decls) {
		if err := visit(name, nil); err != nil {
			return err
		}
	}
	return nil
}

// StartPipeline starts an instance of the pipeline that ends in the given job: that job and everything it comes after.
func (s *Service) StartPipeline(ctx context.Context, job string, args json.RawMessage) (int64, error) {
	steps, err := s.steps(job)
	if err != nil {
		return 0, err
	}
	if len(args) > 0 && (args[0] != '{' || !json.Valid(args)) {
		return 0, errors.New("the arguments are not a JSON object")
	}
	id, err := s.Engine.StartPipeline(ctx, job, args, steps)
	if err == nil {
		s.findQueues(ctx)
		s.kickAll()
	}
	return id, err
}

// steps are a job and everything it comes after.
func (s *Service) steps(job string) (map[string]stepNeeds, error) {
	steps := map[string]stepNeeds{}
	var add func(name string) error
	add = func(name string) error {
		if _, ok := steps[name]; ok {
			return nil
		}
		d, ok := s.Declaration(name)
		if !ok {
			return fmt.Errorf("job %s: %w", name, ErrNoJob)
		}
		steps[name] = stepNeeds{Needs: d.After, Request: Request{Job: name, Queue: d.Queue, Priority: d.Priority, MaxAttempts: d.Retries + 1}}
		for _, need := range d.After {
			if err := add(need); err != nil {
				return err
			}
		}
		return nil
	}
	return steps, add(job)
}
