//go:build linux || darwin

package jobs

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// ErrNoRun says that no run has the id that was asked for.
var ErrNoRun = errors.New("no such run")

// Lease times: a node renews every BeatEvery and is taken for dead LeaseFor after its last renewal.
const (
	BeatEvery = 5 * time.Second
	LeaseFor  = 15 * time.Second
)

// maxRescues is how many nodes a run may take down or lose before it is set aside.
const maxRescues = 5

// Channel is the Postgres notification channel that wakes the nodes.
const Channel = "rw_work"

// River is the durable queue, on River's table.
//
// Insertion, claiming, cancelling, migration and queue rows are River's own statements, reached through its drivers.
// Finishing is ours for two reasons. River's SQLite driver finishes a batch row by row with statements it does not
// prepare, which measured as four fifths of the whole cost of a run; and River's statement asks only that the row is
// running, while ours also asks that it is still this node's attempt, so a node that was taken for dead and comes back
// cannot end a run that another node has.
type River struct {
	db   *store.DB
	node string
	lite *riversqlite.Driver
	pg   *riverpgxv5.Driver

	mu       sync.RWMutex
	wall     time.Time // see now
	limits   map[string]Limits
	paused   map[string]bool     // jobs
	lastGood map[string]lastGood // by job
	log      int                 // rw_ledger rows since the last compaction
}

// OpenRiver migrates River's schema beside ours and returns the engine for the node of the given id.
func OpenRiver(ctx context.Context, db *store.DB, node string) (*River, error) {
	r := &River{db: db, node: node, wall: clock(), limits: map[string]Limits{}, paused: map[string]bool{}, lastGood: map[string]lastGood{}}
	migrate := func() error {
		if db.Kind == store.SQLite {
			r.lite = riversqlite.New(db.SQL())
			return riverUp(ctx, r.lite)
		}
		r.pg = riverpgxv5.New(db.Pool())
		return riverUp(ctx, r.pg)
	}
	if db.Kind == store.SQLite {
		if err := migrate(); err != nil {
			return nil, err
		}
	} else if err := db.Tx(ctx, func(tx *store.Tx) error {
		// River's migrator opens its own transactions; this one only holds the lock around them.
		if err := tx.Lock(ctx, "rw_river_migration"); err != nil {
			return err
		}
		return migrate()
	}); err != nil {
		return nil, err
	}
	for _, stmt := range []string{
		"CREATE INDEX IF NOT EXISTS rw_job_due ON river_job (scheduled_at) WHERE state IN ('retryable', 'scheduled')",
		"CREATE INDEX IF NOT EXISTS rw_job_kind ON river_job (kind, id)",
		"CREATE INDEX IF NOT EXISTS rw_job_trouble ON river_job (state, id) WHERE state IN ('discarded', 'cancelled', 'retryable')",
		"CREATE INDEX IF NOT EXISTS rw_job_trouble_kind ON river_job (state, kind, id) WHERE state IN ('discarded', 'cancelled', 'retryable')",
	} {
		if _, err := db.Exec(ctx, stmt); err != nil {
			return nil, fmt.Errorf("index river_job: %w", err)
		}
	}
	if db.Kind == store.Postgres {
		if err := db.Tx(ctx, func(tx *store.Tx) error {
			if err := tx.Lock(ctx, "rw_function"); err != nil {
				return err
			}
			_, err := tx.PG.Exec(ctx, enqueueFunction)
			return err
		}); err != nil {
			return nil, fmt.Errorf("define rw_enqueue: %w", err)
		}
	}
	return r, r.loadPaused(ctx)
}

func riverUp[T any](ctx context.Context, d riverdriver.Driver[T]) error {
	m, err := rivermigrate.New(d, &rivermigrate.Config{Logger: quiet})
	if err == nil {
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	return nil
}

// riverOf is the engine's view of a database that has been migrated, for statements only.
func riverOf(db *store.DB) *River {
	r := &River{db: db, wall: clock()}
	if db.Kind == store.SQLite {
		r.lite = riversqlite.New(db.SQL())
	} else {
		r.pg = riverpgxv5.New(db.Pool())
	}
	return r
}

func (r *River) exec(tx *store.Tx) riverdriver.Executor {
	if tx.SQL != nil {
		return r.lite.UnwrapExecutor(tx.SQL)
	}
	return r.pg.UnwrapExecutor(tx.PG)
}

var (
	_ riverdriver.Driver[*sql.Tx] = (*riversqlite.Driver)(nil)
	_ riverdriver.Driver[pgx.Tx]  = (*riverpgxv5.Driver)(nil)
)

// Declare replaces the limits.
func (r *River) Declare(limits map[string]Limits) {
	r.mu.Lock()
	r.limits = limits
	r.mu.Unlock()
}

func (r *River) loadPaused(ctx context.Context) error {
	rows, err := r.db.Read().Query(ctx, "SELECT name FROM rw_jobs WHERE paused = 1")
	if err != nil {
		return fmt.Errorf("read paused jobs: %w", err)
	}
	defer rows.Close()
	paused := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		paused[name] = true
	}
	r.mu.Lock()
	r.paused = paused
	r.mu.Unlock()
	return rows.Err()
}

// Step does everything it is given in one transaction: first what frees (finish), then what adds (enqueue), then claims.
func (r *River) Step(ctx context.Context, s Step) (StepResult, error) {
	var res StepResult
	err := r.db.Tx(ctx, func(tx *store.Tx) error {
		res = StepResult{Parked: map[string]int{}}
		var err error
		if len(s.Finish) > 0 {
			if err = r.finish(ctx, tx, s.Finish); err != nil {
				return fmt.Errorf("finish runs: %w", err)
			}
		}
		if len(s.Enqueue) > 0 {
			if res.Accepted, err = r.insert(ctx, tx, s.Enqueue); err != nil {
				return fmt.Errorf("enqueue runs: %w", err)
			}
		}
		for _, queue := range sortedKeys(s.Claim) {
			if s.Claim[queue] <= 0 {
				continue
			}
			runs, parked, err := r.claim(ctx, tx, queue, s.Claim[queue])
			if err != nil {
				return fmt.Errorf("claim runs: %w", err)
			}
			res.Claimed = append(res.Claimed, runs...)
			res.Parked[queue] = parked
		}
		return nil
	})
	return res, err
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// insert accepts requests. Keys are taken in sorted order so that two nodes that accept the same keys cannot deadlock.
func (r *River) insert(ctx context.Context, tx *store.Tx, reqs []Request) ([]Accepted, error) {
	now := r.now()
	out := make([]Accepted, len(reqs))
	fresh := make([]int, 0, len(reqs))
	type jobKey struct{ job, key string }
	var keyed []int
	for i := range reqs {
		if reqs[i].Key != "" {
			keyed = append(keyed, i)
		} else {
			fresh = append(fresh, i)
		}
	}
	var twins map[int]int // request → earlier request of this batch with its key
	if len(keyed) > 0 {
		twins = map[int]int{}
		slices.SortStableFunc(keyed, func(a, b int) int {
			return cmp.Or(cmp.Compare(reqs[a].Job, reqs[b].Job), cmp.Compare(reqs[a].Key, reqs[b].Key))
		})
		seen := map[jobKey]int{}
		for _, i := range keyed {
			k := jobKey{reqs[i].Job, reqs[i].Key}
			if first, ok := seen[k]; ok {
				twins[i] = first
				continue
			}
			seen[k] = i
			n, err := tx.Exec(ctx, "INSERT INTO rw_keys (job, key, run_id, created_at) VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING", k.job, k.key, now.UnixMicro())
			if err != nil {
				return nil, err
			}
			if n == 0 {
				out[i].Duplicate = true
				if err := tx.QueryRow(ctx, "SELECT run_id FROM rw_keys WHERE job = ? AND key = ?", k.job, k.key).Scan(&out[i].ID); err != nil {
					return nil, err
				}
				continue
			}
			fresh = append(fresh, i)
		}
		slices.Sort(fresh)
	}
	if len(fresh) > 0 {
		params := make([]*riverdriver.JobInsertFastParams, len(fresh))
		for n, i := range fresh {
			p, err := insertParams(reqs[i], now)
			if err != nil {
				return nil, err
			}
			params[n] = p
		}
		rows, err := r.exec(tx).JobInsertFastMany(ctx, &riverdriver.JobInsertFastManyParams{Jobs: params})
		if err != nil {
			return nil, err
		}
		if len(rows) != len(fresh) {
			return nil, fmt.Errorf("inserted %d runs of %d", len(rows), len(fresh))
		}
		for n, i := range fresh {
			out[i].ID = rows[n].Job.ID
			if reqs[i].Key != "" {
				if _, err := tx.Exec(ctx, "UPDATE rw_keys SET run_id = ? WHERE job = ? AND key = ?", out[i].ID, reqs[i].Job, reqs[i].Key); err != nil {
					return nil, err
				}
			}
		}
		if err := r.account(ctx, tx, int64(len(fresh)), 0); err != nil {
			return nil, err
		}
		if tx.PG != nil {
			if _, err := tx.Exec(ctx, "SELECT pg_notify('rw_work', ?)", r.node); err != nil {
				return nil, err
			}
		}
	}
	for i, first := range twins {
		out[i] = Accepted{ID: out[first].ID, Duplicate: true}
	}
	return out, nil
}

// account adds to the ledger by appending, because a counter row would make every enqueue on every node wait for the
// one before it; compaction folds the rows together.
func (r *River) account(ctx context.Context, tx *store.Tx, accepted, pruned int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO rw_ledger (accepted, pruned, at) VALUES (?, ?, ?)", accepted, pruned, r.now().UnixMicro())
	return err
}

func insertParams(q Request, now time.Time) (*riverdriver.JobInsertFastParams, error) {
	meta := map[string]any{}
	for k, v := range q.meta {
		meta[k] = v
	}
	if q.Key != "" {
		meta["rw_key"] = q.Key
	}
	if q.Trace != "" {
		meta["rw_trace"] = q.Trace
	}
	metadata := []byte("{}")
	if len(meta) > 0 {
		var err error
		if metadata, err = json.Marshal(meta); err != nil {
			return nil, err
		}
	}
	args := []byte(q.Args)
	if len(args) == 0 {
		args = []byte("{}")
	}
	p := &riverdriver.JobInsertFastParams{
		// By the clock that claims, not by the database's: a run must not be in this node's own future.
		CreatedAt: &now, ScheduledAt: &now,
		EncodedArgs: args, Kind: q.Job, MaxAttempts: cmp.Or(q.MaxAttempts, 1), Metadata: metadata,
		Priority: min(4, max(1, cmp.Or(q.Priority, 2))), Queue: cmp.Or(q.Queue, "default"),
		State: rivertype.JobStateAvailable, Tags: []string{},
	}
	if q.At.After(now) {
		at := q.At
		p.ScheduledAt, p.State = &at, rivertype.JobStateScheduled
	}
	return p, nil
}

func runOf(row *rivertype.JobRow) Run {
	run := Run{
		ID: row.ID, Job: row.Kind, Queue: row.Queue, State: ourState[string(row.State)], Args: row.EncodedArgs,
		Attempt: row.Attempt, MaxAttempts: row.MaxAttempts, Priority: row.Priority, CreatedAt: row.CreatedAt,
		ScheduledAt: row.ScheduledAt,
	}
	if row.AttemptedAt != nil {
		run.AttemptedAt = *row.AttemptedAt
	}
	if row.FinalizedAt != nil {
		run.FinalizedAt = *row.FinalizedAt
	}
	if n := len(row.AttemptedBy); n > 0 {
		run.Node = row.AttemptedBy[n-1]
	}
	if n := len(row.Errors); n > 0 {
		run.Error = row.Errors[n-1].Error
	}
	if len(row.Metadata) > 2 {
		_ = json.Unmarshal(row.Metadata, &run.Meta) // keys of others in there are none of our business
	}
	return run
}

// claim takes up to max runs of a queue for this node, then puts back those that a limit or a pause holds. It counts
// them and those that cannot be read: behind them may be others.
func (r *River) claim(ctx context.Context, tx *store.Tx, queue string, max int) (runs []Run, parked int, err error) {
	// Postgres's now() would be the transaction's start, before whatever this transaction has inserted.
	now := r.now()
	params := &riverdriver.JobGetAvailableParams{ClientID: r.node, MaxAttemptedBy: 10, MaxToLock: max, Now: &now, Queue: queue}
	got, err := r.exec(tx).JobGetAvailable(ctx, params)
	if err != nil {
		return nil, 0, err
	}
	for id, bad := range got.DecodeErrors {
		// A row that someone edited by hand into something unreadable must not block its queue.
		if err := r.finish(ctx, tx, []*Attempt{{Run: Run{ID: id, Attempt: -1}, Outcome: Killed, Cause: "unreadable row", Error: bad.Error(), Started: r.now(), Ended: r.now()}}); err != nil {
			return nil, 0, err
		}
	}
	if len(got.Jobs) == 0 {
		return nil, len(got.DecodeErrors), nil
	}
	slices.SortFunc(got.Jobs, func(a, b *rivertype.JobRow) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), a.ScheduledAt.Compare(b.ScheduledAt), cmp.Compare(a.ID, b.ID))
	})
	runs = make([]Run, 0, len(got.Jobs))
	for _, row := range got.Jobs {
		runs = append(runs, runOf(row))
	}
	runs, err = r.admit(ctx, tx, queue, runs)
	return runs, len(got.DecodeErrors) + len(got.Jobs) - len(runs), err
}

// admit applies pauses and limits to runs that were just claimed. Tokens are rows, taken in the claim's transaction
// under a lock for each limit (in sorted order), so limits hold over all nodes; a run that gets none is parked with the
// reason, which is also the answer to "why is this not running?".
func (r *River) admit(ctx context.Context, tx *store.Tx, queue string, runs []Run) ([]Run, error) {
	r.mu.RLock()
	limits, paused := r.limits, r.paused
	r.mu.RUnlock()
	queueMax := limits[""].QueueMax[queue]
	reasons := map[string]int{} // concurrency reasons that this batch touches → their maximum
	limited := false
	for _, run := range runs {
		l := limits[run.Job]
		if paused[run.Job] || l.any() || queueMax > 0 {
			limited = true
		}
		for _, t := range tokensOf(run, l, queueMax) {
			reasons[t.reason] = t.max
		}
	}
	if !limited {
		return runs, nil
	}
	used := map[string]int{}
	for _, reason := range sortedKeys(reasons) {
		if err := tx.Lock(ctx, reason); err != nil {
			return nil, err
		}
		var n int
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM rw_tokens WHERE reason = ?", reason).Scan(&n); err != nil {
			return nil, err
		}
		used[reason] = n
	}
	now := r.now()
	admitted := runs[:0]
	for _, run := range runs {
		l := limits[run.Job]
		reason, until := "", now.Add(time.Minute)
		tokens := tokensOf(run, l, queueMax)
		if paused[run.Job] {
			reason, until = "paused:"+run.Job, now.Add(24*time.Hour)
		}
		for _, t := range tokens {
			if reason == "" && used[t.reason] >= t.max {
				reason = t.reason
			}
		}
		if reason == "" && l.RateCount > 0 {
			var err error
			if reason, until, err = r.rate(ctx, tx, run, l, now); err != nil {
				return nil, err
			}
		}
		if reason != "" {
			if err := r.park(ctx, tx, run, reason, now, until); err != nil {
				return nil, err
			}
			continue
		}
		for _, t := range tokens {
			used[t.reason]++
			if _, err := tx.Exec(ctx, "INSERT INTO rw_tokens (reason, run_id, node) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", t.reason, run.ID, r.node); err != nil {
				return nil, err
			}
			run.tokens = true
		}
		admitted = append(admitted, run)
	}
	return admitted, nil
}

type token struct {
	reason string
	max    int
}

func tokensOf(run Run, l Limits, queueMax int) (out []token) {
	if queueMax > 0 {
		out = append(out, token{"queue:" + run.Queue, queueMax})
	}
	if l.Concurrency > 0 {
		out = append(out, token{"job:" + run.Job, l.Concurrency})
	}
	if l.PerKey > 0 {
		var args map[string]json.RawMessage
		if json.Unmarshal(run.Args, &args) == nil && args[l.KeyArg] != nil {
			out = append(out, token{"key:" + run.Job + ":" + string(args[l.KeyArg]), l.PerKey})
		}
	}
	return out
}

// rate is the generic cell rate algorithm: one stored time per limit, the moment at which the bucket would be full
// again. A run that comes too early is parked until its turn behind those already parked, so they do not all come back
// at once.
func (r *River) rate(ctx context.Context, tx *store.Tx, run Run, l Limits, now time.Time) (string, time.Time, error) {
	reason := "rate:" + run.Job
	if err := tx.Lock(ctx, reason); err != nil {
		return "", now, err
	}
	every := l.RatePer / time.Duration(l.RateCount)
	var micros int64
	err := tx.QueryRow(ctx, "SELECT theoretical_at FROM rw_rates WHERE reason = ?", reason).Scan(&micros)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return "", now, err
	}
	full := time.UnixMicro(micros)
	if full.Before(now) {
		full = now
	}
	if full.Sub(now) > l.RatePer { // the clock went back
		full = now
	}
	if earliest := full.Add(every).Add(-l.RatePer); earliest.After(now) {
		var ahead int
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM rw_waits WHERE reason = ?", reason).Scan(&ahead); err != nil {
			return "", now, err
		}
		return reason, earliest.Add(time.Duration(ahead) * every), nil
	}
	_, err = tx.Exec(ctx, "INSERT INTO rw_rates (reason, theoretical_at) VALUES (?, ?) ON CONFLICT (reason) DO UPDATE SET theoretical_at = excluded.theoretical_at",
		reason, full.Add(every).UnixMicro())
	return "", now, err
}

// park puts a claimed run back without counting the attempt.
func (r *River) park(ctx context.Context, tx *store.Tx, run Run, reason string, now, until time.Time) error {
	if _, err := tx.Exec(ctx, "UPDATE river_job SET state = 'scheduled', attempt = attempt - 1, scheduled_at = ? WHERE id = ? AND state = 'running'", r.db.Time(until), run.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO rw_waits (run_id, reason, since, until) VALUES (?, ?, ?, ?)
		ON CONFLICT (run_id) DO UPDATE SET reason = excluded.reason, until = excluded.until`, run.ID, reason, run.ScheduledAt.UnixMicro(), until.UnixMicro())
	return err
}

// release gives back the tokens of runs and wakes as many of those parked for them, oldest first.
func (r *River) release(ctx context.Context, tx *store.Tx, ids []int64) error {
	list := idList(ids)
	rows, err := tx.Query(ctx, "SELECT reason, count(*) FROM rw_tokens WHERE run_id IN ("+list+") GROUP BY reason ORDER BY reason")
	if err != nil {
		return err
	}
	freed := map[string]int{}
	for rows.Next() {
		var reason string
		var n int
		if err := rows.Scan(&reason, &n); err != nil {
			rows.Close()
			return err
		}
		freed[reason] = n
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	if len(freed) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, "DELETE FROM rw_tokens WHERE run_id IN ("+list+")"); err != nil {
		return err
	}
	for _, reason := range sortedKeys(freed) {
		if err := r.wake(ctx, tx, reason, freed[reason]); err != nil {
			return err
		}
	}
	return nil
}

// wake makes up to n runs that were parked for a reason claimable, oldest first; n < 0 means all.
func (r *River) wake(ctx context.Context, tx *store.Tx, reason string, n int) error {
	q := "SELECT run_id, since FROM rw_waits WHERE reason = ? ORDER BY since, run_id"
	if n >= 0 {
		q += fmt.Sprintf(" LIMIT %d", n)
	}
	if tx.PG != nil {
		q += " FOR UPDATE SKIP LOCKED"
	}
	rows, err := tx.Query(ctx, q, reason)
	if err != nil {
		return err
	}
	var ids []int64
	for rows.Next() {
		var id, since int64
		if err := rows.Scan(&id, &since); err != nil {
			rows.Close()
			return err
		}
		ids = append(ids, id)
	}
	rows.Close()
	if err := rows.Err(); err != nil || len(ids) == 0 {
		return err
	}
	for chunk := range slices.Chunk(ids, 500) {
		list := idList(chunk)
		if _, err := tx.Exec(ctx, "UPDATE river_job SET state = 'available', scheduled_at = created_at WHERE id IN ("+list+") AND state = 'scheduled'"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM rw_waits WHERE run_id IN ("+list+")"); err != nil {
			return err
		}
	}
	if tx.PG != nil {
		_, err = tx.Exec(ctx, "SELECT pg_notify('rw_work', '')")
	}
	return err
}

// idList writes ids as SQL; they are integers of ours, so nothing needs quoting.
func idList(ids []int64) string {
	if len(ids) == 0 {
		return "NULL"
	}
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%d", id)
	}
	return b.String()
}

// Due makes runs whose time has come claimable.
func (r *River) Due(ctx context.Context) (int, time.Time, error) {
	now := r.now()
	var next time.Time
	var first *int64
	if err := r.db.Read().QueryRow(ctx, "SELECT min("+r.db.Micros("scheduled_at")+") FROM river_job WHERE state IN ('retryable', 'scheduled')").Scan(&first); err != nil {
		return 0, next, fmt.Errorf("read the next due run: %w", err)
	}
	if first == nil {
		return 0, next, nil
	}
	if next = time.UnixMicro(*first); next.After(now) {
		return 0, next, nil
	}
	skip := ""
	if r.db.Kind == store.Postgres {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	var n int64
	err := r.db.Tx(ctx, func(tx *store.Tx) error {
		var err error
		n, err = tx.Exec(ctx, `UPDATE river_job SET state = 'available' WHERE id IN (SELECT id FROM river_job
			WHERE state IN ('retryable', 'scheduled') AND scheduled_at <= ? ORDER BY scheduled_at LIMIT 5000`+skip+`)`, r.db.Time(now))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "DELETE FROM rw_waits WHERE until <= ?", now.UnixMicro())
		return err
	})
	if err != nil {
		return 0, next, fmt.Errorf("make due runs claimable: %w", err)
	}
	return int(n), now, nil
}

// now is the time by which runs are written and claimed: the wall clock as it was when [River.Straighten] last looked, and
// the time passed since by the monotonic one. A clock that is set takes effect for all of it at one moment, when the waits
// in the database are adjusted too.
func (r *River) now() time.Time {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.wall.Round(0).Add(clock().Sub(r.wall))
}

// drift is by how much the wall clock was set since the last look.
func (r *River) drift() time.Duration { return clock().Round(0).Sub(r.now()) }

// Straighten takes note of a clock that was set, and repairs what that leaves behind: runs that are claimable, but only in
// the future, and waits that were meant as a time from now (of retries and limits). The waits are left alone on Postgres,
// where other nodes with other clocks look after them too. What somebody asked for at a time stays at that time.
func (r *River) Straighten(ctx context.Context) (by time.Duration, err error) {
	err = r.db.Tx(ctx, func(tx *store.Tx) error {
		at := clock()
		if by = at.Round(0).Sub(r.now()); by.Abs() < time.Second {
			by = 0
		}
		now := r.db.Time(at)
		if _, err := tx.Exec(ctx, "UPDATE river_job SET scheduled_at = ? WHERE state = 'available' AND scheduled_at > ?", now, now); err != nil {
			return err
		}
		if tx.SQL != nil && by != 0 {
			if _, err := tx.Exec(ctx, `UPDATE river_job SET scheduled_at = strftime('%Y-%m-%d %H:%M:%f', scheduled_at, ?)
				WHERE state = 'retryable' OR state = 'scheduled' AND id IN (SELECT run_id FROM rw_waits)`, fmt.Sprintf("%+.3f seconds", by.Seconds())); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "UPDATE rw_waits SET until = until + ?", by.Microseconds()); err != nil {
				return err
			}
		}
		r.mu.Lock()
		r.wall = at
		r.mu.Unlock()
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("adjust runs to the clock: %w", err)
	}
	return by, nil
}

// Node is this node's id.
func (r *River) Node() string { return r.node }

func hostname() string {
	h, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return h
}
