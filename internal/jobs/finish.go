//go:build linux || darwin

package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// quiet is the logger handed to River's own services: what they would say is said by ours.
var quiet = slog.New(slog.DiscardHandler)

// finishRow is one attempt's end as the UPDATE reads it out of a JSON array.
type finishRow struct {
	ID      int64           `json:"i"`
	Attempt int             `json:"a"`           // the attempt that ended; -1 accepts any
	Set     int             `json:"n"`           // the attempt number to store
	State   string          `json:"s"`           // River's name
	Final   string          `json:"f,omitempty"` // finalized_at
	Due     string          `json:"d,omitempty"` // scheduled_at
	Error   json.RawMessage `json:"e,omitempty"`
	Meta    json.RawMessage `json:"m,omitempty"`
}

// finish ends attempts. An attempt that is no longer this node's (it was rescued meanwhile) changes nothing.
func (r *River) finish(ctx context.Context, tx *store.Tx, attempts []*Attempt) error {
	rows := make([]finishRow, 0, len(attempts))
	quietDone := make([]int64, 0, len(attempts))
	var tokened []int64
	stats := map[string]*stat{}
	const layout = "2006-01-02 15:04:05.000000Z07:00"
	stamp := func(t time.Time) string {
		if r.db.Kind == store.SQLite {
			return t.UTC().Format("2006-01-02 15:04:05.000")
		}
		return t.UTC().Format(layout)
	}
	// A wait is as long as it was meant to be, whatever the wall clock was set to since.
	due := func(t time.Time) time.Time { return r.now().Add(t.Sub(clock())) }
	for _, a := range attempts {
		if a.Run.tokens {
			tokened = append(tokened, a.Run.ID)
		}
		row := finishRow{ID: a.Run.ID, Attempt: a.Run.Attempt, Set: a.Run.Attempt}
		meta := map[string]any{}
		outcome := a.Outcome
		if outcome == Failed && a.Run.Attempt >= a.Run.MaxAttempts {
			outcome = Killed
		}
		switch outcome {
		case Succeeded:
			row.State, row.Final = "completed", stamp(a.Ended)
		case Killed:
			row.State, row.Final = "discarded", stamp(a.Ended)
		case WasCancel:
			row.State, row.Final = "cancelled", stamp(a.Ended)
		case Failed:
			row.State, row.Due = "retryable", stamp(due(a.RetryAt))
		case Snoozed:
			row.State, row.Due, row.Set = "scheduled", stamp(due(a.RetryAt)), a.Run.Attempt-1
		case Interrupted:
			// It goes back to the front: its own created_at is earlier than anything that waits behind it.
			row.State, row.Due, row.Set = "available", stamp(a.Run.ScheduledAt), a.Run.Attempt-1
		}
		if a.Crashed {
			meta["rw_crashes"] = a.Run.Meta.Crashes + 1
		}
		if outcome == Killed || outcome == WasCancel {
			meta["rw_cause"] = a.Cause
		}
		if a.Error != "" && outcome != Succeeded && outcome != Interrupted {
			e, err := json.Marshal(rivertype.AttemptError{At: a.Ended.UTC(), Attempt: max(0, a.Run.Attempt), Error: clip(a.Error, 4000), Trace: clip(a.Traceback, 16000)})
			if err != nil {
				return err
			}
			row.Error = e
		}
		if len(meta) > 0 {
			m, err := json.Marshal(meta)
			if err != nil {
				return err
			}
			row.Meta = m
		}
		if outcome == Succeeded && row.Meta == nil {
			quietDone = append(quietDone, a.Run.ID, int64(a.Run.Attempt), a.Ended.UnixMicro())
		} else {
			rows = append(rows, row)
		}
		if outcome != Interrupted && outcome != Snoozed {
			key := a.Run.Job + "\x00" + string(outcome)
			s := stats[key]
			if s == nil {
				s = &stat{job: a.Run.Job, outcome: string(outcome)}
				stats[key] = s
			}
			s.n++
			s.micros += max(0, a.Ended.Sub(a.Started).Microseconds())
			s.last = a
		}
	}
	if len(quietDone) > 0 {
		if err := r.finishQuietly(ctx, tx, quietDone); err != nil {
			return err
		}
	}
	if len(rows) > 0 {
		doc, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		if err := r.finishRows(ctx, tx, string(doc)); err != nil {
			return err
		}
	}
	if len(tokened) > 0 {
		if err := r.release(ctx, tx, tokened); err != nil {
			return err
		}
	}
	if err := r.recordAttempts(ctx, tx, attempts); err != nil {
		return err
	}
	for _, a := range attempts {
		if a.Run.Meta.Pipeline == 0 || a.Outcome == Interrupted || a.Outcome == Snoozed {
			continue
		}
		final := a.Outcome
		if final == Failed && a.Run.Attempt >= a.Run.MaxAttempts {
			final = Killed
		}
		if final != Failed {
			if err := r.advance(ctx, tx, a.Run.Meta.Pipeline, a.Run.ID, final); err != nil {
				return err
			}
		}
	}
	return r.count(ctx, tx, stats)
}

// finishQuietly is the hot path: runs that succeeded and left nothing to record, three numbers each. The attempt (and
// on Postgres, where there are other nodes, the node) keeps a rescued run with whoever has it now.
func (r *River) finishQuietly(ctx context.Context, tx *store.Tx, triples []int64) error {
	if tx.PG != nil {
		n := len(triples) / 3
		ids, attempts, ends := make([]int64, 0, n), make([]int64, 0, n), make([]time.Time, 0, n)
		for i := 0; i < len(triples); i += 3 {
			ids, attempts, ends = append(ids, triples[i]), append(attempts, triples[i+1]), append(ends, time.UnixMicro(triples[i+2]))
		}
		_, err := tx.Exec(ctx, `UPDATE river_job SET state = 'completed', finalized_at = v.f
			FROM unnest(?::bigint[], ?::bigint[], ?::timestamptz[]) AS v(i, a, f)
			WHERE river_job.id = v.i AND river_job.state = 'running' AND river_job.attempt = v.a
				AND river_job.attempted_by[array_upper(river_job.attempted_by, 1)] = ?`, ids, attempts, ends, r.node)
		return err
	}
	stmt, err := tx.SQL.PrepareContext(ctx, `UPDATE river_job SET state = 'completed',
		finalized_at = strftime('%Y-%m-%d %H:%M:%f', ?3 / 1000000.0, 'unixepoch')
		WHERE id = ?1 AND state = 'running' AND attempt = ?2`)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for i := 0; i < len(triples); i += 3 {
		if _, err := stmt.ExecContext(ctx, triples[i], triples[i+1], triples[i+2]); err != nil {
			return err
		}
	}
	return nil
}

func (r *River) finishRows(ctx context.Context, tx *store.Tx, doc string) error {
	if r.db.Kind == store.SQLite {
		_, err := tx.Exec(ctx, `UPDATE river_job SET
			state = v.value ->> 's', attempt = v.value ->> 'n',
			finalized_at = v.value ->> 'f', scheduled_at = coalesce(v.value ->> 'd', scheduled_at),
			errors = CASE WHEN v.value -> 'e' IS NULL THEN errors
				ELSE jsonb(json_insert(json(coalesce(errors, jsonb('[]'))), '$[#]', json(v.value -> 'e'))) END,
			metadata = CASE WHEN v.value -> 'm' IS NULL THEN metadata ELSE jsonb_patch(metadata, v.value -> 'm') END
			FROM json_each(?) AS v
			WHERE river_job.id = v.value ->> 'i' AND river_job.state = 'running'
				AND (river_job.attempt = v.value ->> 'a' OR v.value ->> 'a' = -1)`, doc)
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE river_job SET
		state = v.s::river_job_state, attempt = v.n, finalized_at = v.f,
		scheduled_at = coalesce(v.d, river_job.scheduled_at),
		errors = CASE WHEN v.e IS NULL THEN river_job.errors ELSE array_append(river_job.errors, v.e) END,
		metadata = CASE WHEN v.m IS NULL THEN river_job.metadata ELSE river_job.metadata || v.m END
		FROM jsonb_to_recordset(?::text::jsonb) AS v(i bigint, a int, n int, s text, f timestamptz, d timestamptz, e jsonb, m jsonb)
		WHERE river_job.id = v.i AND river_job.state = 'running' AND (v.a = -1 OR (river_job.attempt = v.a
			AND river_job.attempted_by[array_upper(river_job.attempted_by, 1)] = ?))`, doc, r.node)
	return err
}

// recordAttempts keeps a row for every attempt that has something to tell: one that failed, printed, or was not the
// first. A first attempt that succeeded in silence is told by the run itself, which halves the writes of a busy queue.
func (r *River) recordAttempts(ctx context.Context, tx *store.Tx, attempts []*Attempt) error {
	for _, a := range attempts {
		for _, s := range a.Signals {
			if _, err := tx.Exec(ctx, "INSERT INTO rw_signals (job, name, at, value, run_id) VALUES (?, ?, ?, ?, ?)",
				a.Run.Job, clip(s.Name, 200), s.At.UnixMicro(), s.Value, a.Run.ID); err != nil {
				return err
			}
		}
		if p := a.Progress; p != nil {
			if err := r.saveProgress(ctx, tx, a.Run.ID, p); err != nil {
				return err
			}
		}
		if a.Outcome == Succeeded && a.Run.Attempt <= 1 && a.Output == "" && a.TraceID == "" && a.PeakRSS == 0 {
			continue
		}
		if a.Outcome == Interrupted && a.Cause == "" {
			continue // never started
		}
		if _, err := tx.Exec(ctx, `INSERT INTO rw_attempts (run_id, attempt, job, node, pid, started_at, ended_at, outcome, cause,
			error, traceback, output, lost_output, peak_rss, trace_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			a.Run.ID, a.Run.Attempt, a.Run.Job, r.node, int64(a.PID), a.Started.UnixMicro(), a.Ended.UnixMicro(), string(a.Outcome), clip(a.Cause, 200),
			clip(a.Error, 4000), clip(a.Traceback, 64000), text(a.Output), a.Lost, a.PeakRSS, a.TraceID); err != nil {
			return err
		}
	}
	return nil
}

type executor interface {
	Exec(ctx context.Context, query string, args ...any) (int64, error)
}

func (r *River) saveProgress(ctx context.Context, q executor, run int64, p *Progress) error {
	_, err := q.Exec(ctx, `INSERT INTO rw_progress (run_id, done, total, note, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (run_id) DO UPDATE SET done = excluded.done, total = excluded.total, note = excluded.note, at = excluded.at`,
		run, p.Done, p.Total, clip(p.Note, 500), p.At.UnixMicro())
	return err
}

// clip cuts a text to at most n bytes, at a character.
func clip(s string, n int) string {
	s = text(s)
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// text makes bytes that a program printed storable: valid UTF-8 without NUL, which Postgres has no text for.
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

type stat struct {
	job, outcome string
	n            int64
	micros       int64
	last         *Attempt
}

// count adds to the per-minute statistics and notes the last good and bad run. Each node has rows of its own, so nodes
// do not wait for each other's commits.
func (r *River) count(ctx context.Context, tx *store.Tx, stats map[string]*stat) error {
	for _, key := range sortedKeys(stats) {
		s := stats[key]
		bucket := s.last.Ended.Unix() / 60 * 60
		if _, err := tx.Exec(ctx, `INSERT INTO rw_stats (bucket, job, outcome, node, runs, micros) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (bucket, job, outcome, node) DO UPDATE SET runs = rw_stats.runs + excluded.runs, micros = rw_stats.micros + excluded.micros`,
			bucket, s.job, s.outcome, r.node, s.n, s.micros); err != nil {
			return err
		}
		var err error
		switch Outcome(s.outcome) {
		case Succeeded:
			r.mu.Lock()
			g := r.lastGood[s.job]
			due := s.last.Ended.Sub(g.stored).Abs() > time.Second
			if due {
				g = lastGood{stored: s.last.Ended}
			} else {
				g.run, g.at = s.last.Run.ID, s.last.Ended
			}
			r.lastGood[s.job] = g
			r.mu.Unlock()
			if due {
				err = saveGood(ctx, tx, s.job, s.last.Run.ID, s.last.Ended)
			}
		case Failed, Killed:
			r.mu.RLock()
			g := r.lastGood[s.job]
			r.mu.RUnlock()
			if g.run != 0 { // an alert is about to ask
				if err := saveGood(ctx, tx, s.job, g.run, g.at); err != nil {
					return err
				}
			}
			_, err = tx.Exec(ctx, `INSERT INTO rw_last (job, bad_run, bad_at, bad_error) VALUES (?, ?, ?, ?)
				ON CONFLICT (job) DO UPDATE SET bad_run = excluded.bad_run, bad_at = excluded.bad_at, bad_error = excluded.bad_error`,
				s.job, s.last.Run.ID, s.last.Ended.UnixMicro(), clip(s.last.Error, 500))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lastGood is what this node knows of a job's last good run. To note it once a second is enough, and keeps nodes off one
// row; what is left out then is noted by [River.tellGood], or when a run of the job fails.
type lastGood struct {
	stored time.Time // the end of the run that the database has
	run    int64     // a later one that it does not have yet; 0 for none
	at     time.Time // its end
}

func saveGood(ctx context.Context, q executor, job string, run int64, at time.Time) error {
	_, err := q.Exec(ctx, `INSERT INTO rw_last (job, good_run, good_at) VALUES (?, ?, ?)
		ON CONFLICT (job) DO UPDATE SET good_run = excluded.good_run, good_at = excluded.good_at`, job, run, at.UnixMicro())
	return err
}

// tellGood stores the last good runs that are not stored yet.
func (r *River) tellGood(ctx context.Context) error {
	untold := map[string]lastGood{}
	r.mu.RLock()
	for job, g := range r.lastGood {
		if g.run != 0 {
			untold[job] = g
		}
	}
	r.mu.RUnlock()
	for _, job := range sortedKeys(untold) {
		g := untold[job]
		if err := saveGood(ctx, r.db, job, g.run, g.at); err != nil {
			return fmt.Errorf("store the last good run of %s: %w", job, err)
		}
		r.mu.Lock()
		if r.lastGood[job].run == g.run {
			r.lastGood[job] = lastGood{stored: g.at}
		}
		r.mu.Unlock()
	}
	return nil
}

// advance moves a pipeline on after one of its steps ended for good. The lock makes steps that end together take turns,
// so exactly one of them sees that all needs are met.
func (r *River) advance(ctx context.Context, tx *store.Tx, pipeline, run int64, outcome Outcome) error {
	if err := tx.Lock(ctx, fmt.Sprintf("pipeline:%d", pipeline)); err != nil {
		return err
	}
	state := "done"
	if outcome == Killed {
		state = "dead"
	} else if outcome == WasCancel {
		state = "cancelled"
	}
	if _, err := tx.Exec(ctx, "UPDATE rw_steps SET state = ? WHERE pipeline = ? AND run_id = ?", state, pipeline, run); err != nil {
		return err
	}
	return r.startSteps(ctx, tx, pipeline)
}

// startSteps starts every step of a pipeline whose needs are met, and closes the pipeline when none can start any more.
func (r *River) startSteps(ctx context.Context, tx *store.Tx, pipeline int64) error {
	var args, pstate string
	if err := tx.QueryRow(ctx, "SELECT args, state FROM rw_pipelines WHERE seq = ?", pipeline).Scan(&args, &pstate); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, "SELECT step, needs, state FROM rw_steps WHERE pipeline = ? ORDER BY step", pipeline)
	if err != nil {
		return err
	}
	type stepRow struct {
		name, state string
		request     stepNeeds
	}
	var steps []stepRow
	states := map[string]string{}
	for rows.Next() {
		var s stepRow
		var needs string
		if err := rows.Scan(&s.name, &needs, &s.state); err != nil {
			rows.Close()
			return err
		}
		if err := json.Unmarshal([]byte(needs), &s.request); err != nil {
			rows.Close()
			return err
		}
		states[s.name] = s.state
		steps = append(steps, s)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	running, bad := false, false
	for _, s := range steps {
		ready := s.state == "blocked"
		for _, need := range s.request.Needs {
			ready = ready && states[need] == "done"
		}
		if ready {
			q := s.request.Request
			q.Args = json.RawMessage(args)
			q.meta = map[string]any{"rw_pipeline": pipeline}
			got, err := r.insert(ctx, tx, []Request{q})
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "UPDATE rw_steps SET state = 'running', run_id = ? WHERE pipeline = ? AND step = ?", got[0].ID, pipeline, s.name); err != nil {
				return err
			}
			states[s.name] = "running"
		}
		running = running || states[s.name] == "running"
		bad = bad || states[s.name] == "dead" || states[s.name] == "cancelled"
	}
	if running {
		_, err = tx.Exec(ctx, "UPDATE rw_pipelines SET state = 'running', ended_at = NULL WHERE seq = ?", pipeline)
		return err
	}
	end := "done"
	if bad {
		end = "stopped" // a step is dead or cancelled; replaying that run resumes the pipeline from there
	}
	_, err = tx.Exec(ctx, "UPDATE rw_pipelines SET state = ?, ended_at = ? WHERE seq = ?", end, clock().UnixMicro(), pipeline)
	return err
}

// stepNeeds is a step as stored: what it waits for and the run it asks for.
type stepNeeds struct {
	Needs   []string `json:"needs"`
	Request Request  `json:"request"`
}

// StartPipeline stores an instance of a pipeline and starts the steps that need nothing.
func (r *River) StartPipeline(ctx context.Context, name string, args json.RawMessage, steps map[string]stepNeeds) (id int64, err error) {
	err = r.db.Tx(ctx, func(tx *store.Tx) error {
		id, err = r.startPipeline(ctx, tx, name, args, steps)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("start pipeline %s: %w", name, err)
	}
	return id, nil
}

func (r *River) startPipeline(ctx context.Context, tx *store.Tx, name string, args json.RawMessage, steps map[string]stepNeeds) (id int64, err error) {
	if len(args) == 0 {
		args = json.RawMessage("{}")
	}
	if err := tx.QueryRow(ctx, "INSERT INTO rw_pipelines (name, args, state, created_at) VALUES (?, ?, 'running', ?) RETURNING seq", name, string(args), clock().UnixMicro()).Scan(&id); err != nil {
		return 0, err
	}
	for _, step := range sortedKeys(steps) {
		doc, err := json.Marshal(steps[step])
		if err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO rw_steps (pipeline, step, needs, state) VALUES (?, ?, ?, 'blocked')", id, step, string(doc)); err != nil {
			return 0, err
		}
	}
	return id, r.startSteps(ctx, tx, id)
}
