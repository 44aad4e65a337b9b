//go:build linux || darwin

package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

func (r *River) columns() string {
	lastError := "errors[array_upper(errors, 1)] ->> 'error'"
	lastNode := "attempted_by[array_upper(attempted_by, 1)]"
	if r.db.Kind == store.SQLite {
		lastError = "json_extract(errors, '$[#-1].error')"
		lastNode = "json_extract(attempted_by, '$[#-1]')"
	}
	m := r.db.Micros
	return "id, kind, queue, state, " + r.db.JSON("args") + ", attempt, max_attempts, priority, " + m("created_at") + ", " + m("scheduled_at") +
		", coalesce(" + m("attempted_at") + ", 0), coalesce(" + m("finalized_at") + ", 0), coalesce(" + lastNode + ", ''), coalesce(" + lastError + ", ''), " + r.db.JSON("metadata")
}

func scanRun(row store.Row) (Run, error) {
	var run Run
	var state, args, meta string
	var created, scheduled, attempted, finalized int64
	if err := row.Scan(&run.ID, &run.Job, &run.Queue, &state, &args, &run.Attempt, &run.MaxAttempts, &run.Priority,
		&created, &scheduled, &attempted, &finalized, &run.Node, &run.Error, &meta); err != nil {
		return run, err
	}
	run.State, run.Args = ourState[state], json.RawMessage(args)
	run.CreatedAt, run.ScheduledAt = time.UnixMicro(created), time.UnixMicro(scheduled)
	if attempted > 0 {
		run.AttemptedAt = time.UnixMicro(attempted)
	}
	if finalized > 0 {
		run.FinalizedAt = time.UnixMicro(finalized)
	}
	_ = json.Unmarshal([]byte(meta), &run.Meta)
	return run, nil
}

// Run reads one run.
func (r *River) Run(ctx context.Context, id int64) (Run, error) {
	return r.runIn(ctx, r.db.Read(), id)
}

func (r *River) runIn(ctx context.Context, q store.Queryer, id int64) (Run, error) {
	run, err := scanRun(q.QueryRow(ctx, "SELECT "+r.columns()+" FROM river_job WHERE id = ?", id))
	if errors.Is(err, store.ErrNoRows) {
		return run, fmt.Errorf("run %d: %w", id, ErrNoRun)
	}
	if err != nil {
		return run, fmt.Errorf("read run %d: %w", id, err)
	}
	return run, nil
}

// List reads runs, newest first. Every combination of filters is answered from an index, so a page costs the same with
// a thousand runs and with a million.
func (r *River) List(ctx context.Context, f Filter) ([]Run, error) {
	limit := f.Limit
	if limit <= 0 || limit > 1000 {
		limit = 50
	}
	var where []string
	var args []any
	if len(f.States) > 0 {
		names := make([]string, len(f.States))
		trouble := true
		for i, s := range f.States {
			river, ok := riverState[s]
			if !ok {
				return nil, fmt.Errorf("unknown state %q: one of %v", s, States)
			}
			names[i] = "'" + river + "'"
			trouble = trouble && (s == Dead || s == Cancelled || s == Retrying)
		}
		column := "state"
		if trouble {
			// The words of the partial indexes' own condition, by which SQLite recognises that they apply.
			where = append(where, "state IN ('discarded', 'cancelled', 'retryable')")
		} else if r.db.Kind == store.SQLite && f.Job == "" {
			// SQLite would always take an index on the state and sort what it finds. For a state that many runs are in,
			// walking back from the newest run until the page is full is far less work; the + keeps it off the index.
			var many int
			if err := r.db.Read().QueryRow(ctx, "SELECT count(*) FROM (SELECT 1 FROM river_job WHERE state IN ("+strings.Join(names, ", ")+") LIMIT 10001) AS bounded").Scan(&many); err != nil {
				return nil, fmt.Errorf("list runs: %w", err)
			}
			if many > 10000 {
				column = "+state"
			}
		} else if r.db.Kind == store.SQLite {
			column = "+state" // the index on job and id
		}
		if len(names) == 1 {
			where = append(where, column+" = "+names[0])
		} else {
			where = append(where, column+" IN ("+strings.Join(names, ", ")+")")
		}
	}
	if f.Job != "" {
		where, args = append(where, "kind = ?"), append(args, f.Job)
	}
	if f.Queue != "" {
		where, args = append(where, "queue = ?"), append(args, f.Queue)
	}
	if f.Before > 0 {
		where, args = append(where, "id < ?"), append(args, f.Before)
	}
	if f.Cause != "" {
		col := "metadata ->> 'rw_cause'"
		if r.db.Kind == store.SQLite {
			col = "json_extract(metadata, '$.rw_cause')"
		}
		where, args = append(where, col+" = ?"), append(args, f.Cause)
	}
	q := "SELECT " + r.columns() + " FROM river_job"
	if len(where) > 0 {
		q += " WHERE " + strings.Join(where, " AND ")
	}
	rows, err := r.db.Read().Query(ctx, q+" ORDER BY id DESC LIMIT "+fmt.Sprint(limit), args...)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	defer rows.Close()
	var out []Run
	for rows.Next() {
		run, err := scanRun(rows)
		if err != nil {
			return nil, fmt.Errorf("list runs: %w", err)
		}
		out = append(out, run)
	}
	return out, rows.Err()
}

// Cancel ends a run that waits, or marks one that runs.
func (r *River) Cancel(ctx context.Context, id int64, reason string) (Run, error) {
	var run Run
	err := r.db.Tx(ctx, func(tx *store.Tx) error {
		before, err := r.runIn(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.State.Final() {
			run = before
			return nil
		}
		now := clock()
		if _, err := r.exec(tx).JobCancel(ctx, &riverdriver.JobCancelParams{ID: id, CancelAttemptedAt: now, ControlTopic: "river_control"}); err != nil {
			if errors.Is(err, rivertype.ErrNotFound) {
				return fmt.Errorf("run %d: %w", id, ErrNoRun)
			}
			return err
		}
		if err := r.patchMeta(ctx, tx, id, map[string]any{"rw_cancel": reason, "rw_cause": "cancelled"}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM rw_waits WHERE run_id = ?", id); err != nil {
			return err
		}
		if run, err = r.runIn(ctx, tx, id); err != nil {
			return err
		}
		if run.State == Cancelled && run.Meta.Pipeline != 0 {
			if err := r.advance(ctx, tx, run.Meta.Pipeline, id, WasCancel); err != nil {
				return err
			}
		}
		if tx.PG != nil {
			_, err = tx.Exec(ctx, "SELECT pg_notify('rw_work', 'cancel')")
		}
		return err
	})
	if err != nil {
		return run, fmt.Errorf("cancel run %d: %w", id, err)
	}
	return run, nil
}

func (r *River) patchMeta(ctx context.Context, tx *store.Tx, id int64, patch map[string]any) error {
	doc, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	q := "UPDATE river_job SET metadata = jsonb_patch(metadata, ?) WHERE id = ?"
	if tx.PG != nil {
		q = "UPDATE river_job SET metadata = metadata || ?::text::jsonb WHERE id = ?"
	}
	_, err = tx.Exec(ctx, q, string(doc), id)
	return err
}

// Cancelling says which of these runs have been marked.
func (r *River) Cancelling(ctx context.Context, ids []int64) ([]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	col := "metadata ->> 'rw_cancel'"
	if r.db.Kind == store.SQLite {
		col = "json_extract(metadata, '$.rw_cancel')"
	}
	rows, err := r.db.Read().Query(ctx, "SELECT id FROM river_job WHERE id IN ("+idList(ids)+") AND state = 'running' AND "+col+" IS NOT NULL")
	if err != nil {
		return nil, fmt.Errorf("read cancelled runs: %w", err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// ErrRunning says that a run cannot be replayed because it is running.
var ErrRunning = errors.New("the run is running")

// Replay makes a final run live again, once more.
func (r *River) Replay(ctx context.Context, id int64, args json.RawMessage) (Run, error) {
	var run Run
	err := r.db.Tx(ctx, func(tx *store.Tx) error {
		before, err := r.runIn(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.State == Running {
			return fmt.Errorf("run %d: %w", id, ErrRunning)
		}
		if args != nil {
			q := "UPDATE river_job SET args = jsonb(?) WHERE id = ?"
			if tx.PG != nil {
				q = "UPDATE river_job SET args = ?::text::jsonb WHERE id = ?"
			}
			if _, err := tx.Exec(ctx, q, string(args), id); err != nil {
				return err
			}
		}
		if _, err := r.exec(tx).JobRetry(ctx, &riverdriver.JobRetryParams{ID: id}); err != nil {
			return err
		}
		// An operator's replay is worth a full attempt even if earlier ones were cut short, and starts with a clean
		// count of crashes.
		if _, err := tx.Exec(ctx, "UPDATE river_job SET max_attempts = attempt + 1 WHERE id = ? AND max_attempts <= attempt", id); err != nil {
			return err
		}
		if err := r.patchMeta(ctx, tx, id, map[string]any{"rw_replays": before.Meta.Replays + 1, "rw_crashes": 0, "rw_rescues": 0, "rw_cause": "", "rw_cancel": nil, "cancel_attempted_at": nil}); err != nil {
			return err
		}
		if tx.PG != nil {
			if _, err := tx.Exec(ctx, "UPDATE river_job SET metadata = metadata - 'rw_cancel' - 'cancel_attempted_at' WHERE id = ?", id); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "SELECT pg_notify('rw_work', '')"); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "DELETE FROM rw_waits WHERE run_id = ?", id); err != nil {
			return err
		}
		if before.Meta.Pipeline != 0 {
			if _, err := tx.Exec(ctx, "UPDATE rw_steps SET state = 'running' WHERE pipeline = ? AND run_id = ?", before.Meta.Pipeline, id); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "UPDATE rw_pipelines SET state = 'running', ended_at = NULL WHERE seq = ?", before.Meta.Pipeline); err != nil {
				return err
			}
		}
		run, err = r.runIn(ctx, tx, id)
		return err
	})
	if err != nil {
		return run, fmt.Errorf("replay: %w", err)
	}
	return run, nil
}

// Rescue gives back the runs of nodes whose lease is over. On SQLite the owner of the file calls it once at start with
// everything set: whatever is marked running then is an orphan.
func (r *River) Rescue(ctx context.Context, everything bool) ([]Run, error) {
	var out []Run
	err := r.db.Tx(ctx, func(tx *store.Tx) error {
		out = nil
		var where string
		if everything {
			where = "state = 'running'"
			if _, err := tx.Exec(ctx, "DELETE FROM rw_nodes WHERE id <> ?", r.node); err != nil {
				return err
			}
		} else {
			if err := tx.Lock(ctx, "rescue"); err != nil {
				return err
			}
			// A node without a row has left, or was rescued before with this run claimed in the last instant.
			where = `state = 'running' AND NOT EXISTS (SELECT 1 FROM rw_nodes WHERE rw_nodes.id = attempted_by[array_upper(attempted_by, 1)]
				AND expires_at >= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) FOR UPDATE SKIP LOCKED`
		}
		rows, err := tx.Query(ctx, "SELECT "+r.columns()+" FROM river_job WHERE "+where)
		if err != nil {
			return err
		}
		for rows.Next() {
			run, err := scanRun(rows)
			if err != nil {
				rows.Close()
				return err
			}
			out = append(out, run)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		if !everything {
			if _, err := tx.Exec(ctx, "DELETE FROM rw_nodes WHERE expires_at < (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"); err != nil {
				return err
			}
		}
		now := clock()
		for i := range out {
			run := &out[i]
			state, final := "available", any(nil)
			n := run.Meta.Rescues + 1
			patch := map[string]any{"rw_rescues": n}
			if run.Meta.Cancel != "" {
				state, final = "cancelled", r.db.Time(now)
			} else if n >= maxRescues {
				state, final = "discarded", r.db.Time(now)
				patch["rw_cause"] = fmt.Sprintf("took down or lost %d nodes", n)
			}
			cast := ""
			if tx.PG != nil {
				cast = "::river_job_state"
			}
			if _, err := tx.Exec(ctx, "UPDATE river_job SET state = ?"+cast+", finalized_at = ?, attempt = attempt - 1 WHERE id = ?", state, final, run.ID); err != nil {
				return err
			}
			if err := r.patchMeta(ctx, tx, run.ID, patch); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO rw_attempts (run_id, attempt, job, node, pid, started_at, ended_at, outcome, cause, error, traceback, output, lost_output, peak_rss, trace_id)
				VALUES (?, ?, ?, ?, 0, ?, ?, ?, 'node lost', ?, '', '', 0, 0, '')`, run.ID, run.Attempt, run.Job, run.Node, run.AttemptedAt.UnixMicro(), now.UnixMicro(),
				string(Interrupted), "the node "+run.Node+" stopped or fell silent while it had this run"); err != nil {
				return err
			}
			run.State = ourState[state]
			if run.Meta.Pipeline != 0 && run.State.Final() {
				if err := r.advance(ctx, tx, run.Meta.Pipeline, run.ID, map[State]Outcome{Dead: Killed, Cancelled: WasCancel}[run.State]); err != nil {
					return err
				}
			}
		}
		if everything {
			// Tokens of runs that ended in the same instant as the process.
			if _, err := tx.Exec(ctx, "DELETE FROM rw_tokens"); err != nil {
				return err
			}
			rows, err := tx.Query(ctx, "SELECT DISTINCT reason FROM rw_waits WHERE reason NOT LIKE 'paused:%'")
			if err != nil {
				return err
			}
			var reasons []string
			for rows.Next() {
				var s string
				if err := rows.Scan(&s); err != nil {
					rows.Close()
					return err
				}
				reasons = append(reasons, s)
			}
			rows.Close()
			for _, reason := range reasons {
				if err := r.wake(ctx, tx, reason, -1); err != nil {
					return err
				}
			}
			return rows.Err()
		}
		if len(out) > 0 {
			ids := make([]int64, len(out))
			for i := range out {
				ids[i] = out[i].ID
			}
			if err := r.release(ctx, tx, ids); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, "SELECT pg_notify('rw_work', '')")
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("rescue runs: %w", err)
	}
	return out, nil
}

// clock is the SQL for now in microseconds, by the database's own clock: nodes whose clocks differ must agree on leases.
func (r *River) clock() string {
	if r.db.Kind == store.SQLite {
		return "CAST(unixepoch('now', 'subsec') * 1000000 AS integer)"
	}
	return "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
}

// Beat renews the lease. It reports false if this node's row was gone: others may have its runs.
func (r *River) Beat(ctx context.Context, info NodeInfo) (bool, error) {
	doc, err := json.Marshal(info)
	if err != nil {
		return false, err
	}
	lease := fmt.Sprint(LeaseFor.Microseconds())
	n, err := r.db.Exec(ctx, "UPDATE rw_nodes SET beat_at = "+r.clock()+", expires_at = "+r.clock()+" + "+lease+", state = ?, info = ? WHERE id = ?", info.State, string(doc), r.node)
	if err != nil {
		return false, fmt.Errorf("renew the lease: %w", err)
	}
	return n > 0, nil
}

// Join registers this node.
func (r *River) Join(ctx context.Context, version string) error {
	_, err := r.db.Exec(ctx, "INSERT INTO rw_nodes (id, host, pid, version, started_at, beat_at, expires_at, state, info) VALUES (?, ?, ?, ?, "+
		r.clock()+", "+r.clock()+", "+r.clock()+" + "+fmt.Sprint(LeaseFor.Microseconds())+", 'up', '{}')", r.node, hostname(), int64(os.Getpid()), version)
	if err != nil {
		return fmt.Errorf("join as a node: %w", err)
	}
	return nil
}

// Leave ends the lease.
func (r *River) Leave(ctx context.Context) error {
	if _, err := r.db.Exec(ctx, "DELETE FROM rw_nodes WHERE id = ?", r.node); err != nil {
		return fmt.Errorf("end the lease: %w", err)
	}
	return nil
}

// Retire ends the lease of a node that is known to be gone.
func (r *River) Retire(ctx context.Context, node string) error {
	if _, err := r.db.Exec(ctx, "DELETE FROM rw_nodes WHERE id = ?", node); err != nil {
		return fmt.Errorf("retire node %s: %w", node, err)
	}
	return nil
}

// Nodes lists the nodes that have a lease.
func (r *River) Nodes(ctx context.Context) ([]Node, error) {
	rows, err := r.db.Read().Query(ctx, "SELECT id, host, pid, version, started_at, beat_at, expires_at, state, info FROM rw_nodes ORDER BY started_at, id")
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	defer rows.Close()
	var out []Node
	for rows.Next() {
		var n Node
		var started, beat, expires int64
		var state, info string
		if err := rows.Scan(&n.ID, &n.Host, &n.PID, &n.Version, &started, &beat, &expires, &state, &info); err != nil {
			return nil, err
		}
		_ = json.Unmarshal([]byte(info), &n.NodeInfo)
		n.Started, n.Beat, n.Expires, n.State = time.UnixMicro(started), time.UnixMicro(beat), time.UnixMicro(expires), state
		out = append(out, n)
	}
	return out, rows.Err()
}

// Prune deletes final runs that ended before a time, with everything that hangs on them except their key, which is
// permanent.
func (r *River) Prune(ctx context.Context, state State, before time.Time, max int) (int, error) {
	if !state.Final() {
		return 0, fmt.Errorf("prune: %s runs are live", state)
	}
	var n int64
	err := r.db.Tx(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(ctx, "SELECT id FROM river_job WHERE state = '"+riverState[state]+"' AND finalized_at < ? ORDER BY finalized_at LIMIT "+fmt.Sprint(max), r.db.Time(before))
		if err != nil {
			return err
		}
		var ids []int64
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				rows.Close()
				return err
			}
			ids = append(ids, id)
		}
		rows.Close()
		if err := rows.Err(); err != nil || len(ids) == 0 {
			return err
		}
		list := idList(ids)
		if n, err = tx.Exec(ctx, "DELETE FROM river_job WHERE id IN ("+list+") AND state = '"+riverState[state]+"'"); err != nil {
			return err
		}
		for _, table := range []string{"rw_attempts", "rw_checkpoints", "rw_progress"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE run_id IN ("+list+")"); err != nil {
				return err
			}
		}
		return r.account(ctx, tx, 0, n)
	})
	if err != nil {
		return 0, fmt.Errorf("prune %s runs: %w", state, err)
	}
	return int(n), nil
}

// Ledger counts. Both sides are read in one snapshot, so a busy queue does not look unbalanced.
func (r *River) Ledger(ctx context.Context) (Ledger, error) {
	l := Ledger{At: clock()}
	err := r.db.Snapshot(ctx, func(q store.Queryer) error {
		if err := q.QueryRow(ctx, "SELECT CAST(coalesce(sum(accepted), 0) AS bigint), CAST(coalesce(sum(pruned), 0) AS bigint) FROM rw_ledger").Scan(&l.Accepted, &l.Pruned); err != nil {
			return err
		}
		rows, err := q.Query(ctx, "SELECT state, count(*) FROM river_job GROUP BY state")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var state string
			var n int64
			if err := rows.Scan(&state, &n); err != nil {
				return err
			}
			switch ourState[state] {
			case Done:
				l.Done = n
			case Dead:
				l.Dead = n
			case Cancelled:
				l.Cancelled = n
			default:
				l.Live += n
			}
		}
		return rows.Err()
	})
	if err != nil {
		return l, fmt.Errorf("read the ledger: %w", err)
	}
	return l, nil
}

// CompactLedger folds the ledger's rows into one.
func (r *River) CompactLedger(ctx context.Context) error {
	return r.db.Tx(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(ctx, "rw_ledger"); err != nil {
			return err
		}
		var last, accepted, pruned int64
		if err := tx.QueryRow(ctx, "SELECT coalesce(max(seq), 0) FROM rw_ledger").Scan(&last); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "DELETE FROM rw_ledger WHERE seq <= ? RETURNING accepted, pruned", last)
		if err != nil {
			return err
		}
		for rows.Next() {
			var a, p int64
			if err := rows.Scan(&a, &p); err != nil {
				rows.Close()
				return err
			}
			accepted, pruned = accepted+a, pruned+p
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		return r.account(ctx, tx, accepted, pruned)
	})
}

// depthBound is where counting a queue's depth stops: more precision is not worth a scan of a million rows.
const depthBound = 10000

// Queues reads queue rows and bounded depths.
func (r *River) Queues(ctx context.Context) ([]Queue, error) {
	q := r.db.Read()
	found := map[string]*Queue{}
	get := func(name string) *Queue {
		if found[name] == nil {
			found[name] = &Queue{Name: name, Depth: map[State]int{}}
		}
		return found[name]
	}
	rows, err := q.Query(ctx, "SELECT name, paused_at IS NOT NULL FROM river_queue")
	if err != nil {
		return nil, fmt.Errorf("list queues: %w", err)
	}
	for rows.Next() {
		var name string
		var paused bool
		if err := rows.Scan(&name, &paused); err != nil {
			rows.Close()
			return nil, err
		}
		get(name).Paused = paused
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, state := range []State{Waiting, Scheduled, Retrying, Running} {
		river := riverState[state]
		// Names of queues by skipping along the index, one probe for each, instead of reading every row.
		last := ""
		for {
			var name string
			err := q.QueryRow(ctx, "SELECT queue FROM river_job WHERE state = '"+river+"' AND queue > ? ORDER BY queue LIMIT 1", last).Scan(&name)
			if errors.Is(err, store.ErrNoRows) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("list queues: %w", err)
			}
			var n int
			if err := q.QueryRow(ctx, fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM river_job WHERE state = '%s' AND queue = ? LIMIT %d) AS bounded", river, depthBound), name).Scan(&n); err != nil {
				return nil, fmt.Errorf("count queue %s: %w", name, err)
			}
			e := get(name)
			e.Depth[state] = n
			e.Bounded = e.Bounded || n >= depthBound
			if state == Waiting {
				var at *int64
				// The oldest of each priority is the first in the index.
				for p := 1; p <= 4; p++ {
					var t *int64
					if err := q.QueryRow(ctx, "SELECT min("+r.db.Micros("scheduled_at")+") FROM (SELECT scheduled_at FROM river_job WHERE state = 'available' AND queue = ? AND priority = ? ORDER BY scheduled_at LIMIT 1) AS first", name, p).Scan(&t); err != nil {
						return nil, fmt.Errorf("read the oldest run of %s: %w", name, err)
					}
					if t != nil && (at == nil || *t < *at) {
						at = t
					}
				}
				if at != nil {
					e.Oldest = max(0, clock().Sub(time.UnixMicro(*at)))
				}
			}
			last = name
		}
	}
	r.mu.RLock()
	limits := r.limits[""].QueueMax
	r.mu.RUnlock()
	for name, n := range limits {
		get(name).Limit = n
	}
	out := make([]Queue, 0, len(found))
	for _, name := range sortedKeys(found) {
		out = append(out, *found[name])
	}
	return out, nil
}

// PauseQueue stops or resumes claiming from a queue, on every node.
func (r *River) PauseQueue(ctx context.Context, name string, paused bool) error {
	err := r.db.Tx(ctx, func(tx *store.Tx) error {
		now := clock()
		if _, err := r.exec(tx).QueueCreateOrSetUpdatedAt(ctx, &riverdriver.QueueCreateOrSetUpdatedAtParams{Name: name, Metadata: []byte("{}"), UpdatedAt: &now}); err != nil {
			return err
		}
		var err error
		if paused {
			err = r.exec(tx).QueuePause(ctx, &riverdriver.QueuePauseParams{Name: name, Now: &now})
		} else {
			err = r.exec(tx).QueueResume(ctx, &riverdriver.QueueResumeParams{Name: name, Now: &now})
		}
		if err == nil && tx.PG != nil {
			_, err = tx.Exec(ctx, "SELECT pg_notify('rw_work', 'queues')")
		}
		return err
	})
	if err != nil && !errors.Is(err, rivertype.ErrNotFound) {
		return fmt.Errorf("pause queue %s: %w", name, err)
	}
	return nil
}

// PauseJob parks or releases a job's runs, on every node.
func (r *River) PauseJob(ctx context.Context, name string, paused bool) error {
	err := r.db.Tx(ctx, func(tx *store.Tx) error {
		flag := 0
		if paused {
			flag = 1
		}
		if _, err := tx.Exec(ctx, `INSERT INTO rw_jobs (name, declared, paused, updated_at) VALUES (?, '{}', ?, ?)
			ON CONFLICT (name) DO UPDATE SET paused = excluded.paused, updated_at = excluded.updated_at`, name, flag, clock().UnixMicro()); err != nil {
			return err
		}
		if !paused {
			if err := r.wake(ctx, tx, "paused:"+name, -1); err != nil {
				return err
			}
		}
		if tx.PG != nil {
			_, err := tx.Exec(ctx, "SELECT pg_notify('rw_work', 'queues')")
			return err
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("pause job %s: %w", name, err)
	}
	return r.loadPaused(ctx)
}
