//go:build linux || darwin

package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/riverqueue/river/riverdriver"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// movedTables are ours, with their self-numbering column if they have one; rw_nodes and rw_tokens belong to processes
// that are not running, and stay behind.
var movedTables = []struct{ name, seq string }{
	{"rw_jobs", ""}, {"rw_schedules", ""}, {"rw_keys", ""}, {"rw_waits", ""}, {"rw_rates", ""}, {"rw_attempts", "seq"}, {"rw_stats", ""}, {"rw_last", ""},
	{"rw_ledger", "seq"}, {"rw_pipelines", "seq"}, {"rw_steps", ""}, {"rw_signals", "seq"}, {"rw_checkpoints", ""}, {"rw_progress", ""},
	{"rw_alerts", "seq"}, {"rw_audit", "seq"}, {"rw_settings", ""},
}

// moveNote is what a store that was moved says of it, under the key "move" of rw_settings; the copy has its ID under
// "moved".
type moveNote struct {
	ID string `json:"id"`
	To string `json:"to"` // without a password
}

// Moved is the error for starting a server on a store whose runs are elsewhere by now: it would run them a second time.
func Moved(ctx context.Context, db *store.DB) error {
	var note moveNote
	err := readSetting(ctx, db.Read(), "move", &note)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	return fmt.Errorf("%s has been moved to %s, or the move was interrupted", db.Name(), note.To)
}

func readSetting(ctx context.Context, q store.Queryer, key string, into any) error {
	var doc string
	if err := q.QueryRow(ctx, "SELECT value FROM rw_settings WHERE key = ?", key).Scan(&doc); err != nil {
		return err
	}
	return json.Unmarshal([]byte(doc), into)
}

func writeSetting(ctx context.Context, q executor, key string, value any) error {
	doc, err := json.Marshal(value)
	if err == nil {
		_, err = q.Exec(ctx, "INSERT INTO rw_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, string(doc))
	}
	return err
}

// Move copies everything from a SQLite store that no server has open into an empty Postgres database, in one transaction
// of Postgres: it is all there or nothing is. Runs keep their ids. Counts by state and the sum of ids are compared, and
// the ledger has to add up, before the commit.
//
// The SQLite store is marked before the copy is committed, so that at no moment both could be run; a move that was
// interrupted is ended by moving again, which finds out from the mark whether the commit was reached.
func Move(ctx context.Context, from, to *store.DB, progress func(string, int)) error {
	src, err := OpenRiver(ctx, from, NewNodeID())
	if err != nil {
		return err
	}
	if _, err := OpenRiver(ctx, to, NewNodeID()); err != nil {
		return err
	}
	if _, err := src.Rescue(ctx, true); err != nil { // what a killed server left running goes over as waiting
		return err
	}
	note := moveNote{ID: NewNodeID(), To: to.Name()}
	if err := readSetting(ctx, from.Read(), "move", &note); err != nil && !errors.Is(err, store.ErrNoRows) {
		return fmt.Errorf("read the settings: %w", err)
	}
	if note.To != to.Name() {
		return fmt.Errorf("move: %s has been moved to %s", from.Name(), note.To)
	}
	if err := writeSetting(ctx, from, "move", note); err != nil {
		return fmt.Errorf("mark %s as moved: %w", from.Name(), err)
	}
	copied, complete := false, false
	err = to.Tx(ctx, func(tx *store.Tx) error {
		var before string
		if err := readSetting(ctx, tx, "moved", &before); err == nil && before == note.ID {
			copied = true
			return nil // the commit of an earlier try was reached
		}
		var there int64
		if err := tx.QueryRow(ctx, "SELECT (SELECT count(*) FROM river_job) + (SELECT count(*) FROM rw_ledger)").Scan(&there); err != nil {
			return err
		}
		if there > 0 {
			return fmt.Errorf("move: %s is not empty", to.Name())
		}
		n, err := moveRuns(ctx, from, tx)
		if err != nil {
			return fmt.Errorf("move runs: %w", err)
		}
		progress("runs", n)
		for _, t := range movedTables {
			n, err := moveTable(ctx, from, tx, t.name)
			if err != nil {
				return fmt.Errorf("move %s: %w", t.name, err)
			}
			if t.seq != "" {
				if _, err := tx.Exec(ctx, fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%s', '%s'), coalesce((SELECT max(%s) FROM %s), 0) + 1, false)", t.name, t.seq, t.seq, t.name)); err != nil {
					return err
				}
			}
			progress(t.name, n)
		}
		if _, err := tx.Exec(ctx, "SELECT setval(pg_get_serial_sequence('river_job', 'id'), coalesce((SELECT max(id) FROM river_job), 0) + 1, false)"); err != nil {
			return err
		}
		const proof = "SELECT state, count(*), CAST(sum(id) AS bigint) FROM river_job GROUP BY state"
		a, err := counts(ctx, from.Read(), proof)
		if err != nil {
			return err
		}
		b, err := counts(ctx, tx, strings.Replace(proof, "SELECT state", "SELECT state::text", 1))
		if err != nil {
			return err
		}
		if fmt.Sprint(a) != fmt.Sprint(b) {
			return fmt.Errorf("move: the copy differs: %v there, %v here", b, a)
		}
		queues, err := src.Queues(ctx)
		if err != nil {
			return err
		}
		dst := riverOf(to)
		for _, q := range queues {
			if q.Paused {
				now := clock()
				if _, err := dst.exec(tx).QueueCreateOrSetUpdatedAt(ctx, &riverdriver.QueueCreateOrSetUpdatedAtParams{Name: q.Name, Metadata: []byte("{}"), UpdatedAt: &now, PausedAt: &now}); err != nil {
					return err
				}
			}
		}
		if _, err := tx.Exec(ctx, "DELETE FROM rw_settings WHERE key = 'move'"); err != nil {
			return err
		}
		complete = true
		return writeSetting(ctx, tx, "moved", note.ID)
	})
	if err != nil && complete {
		// Whether the commit was reached is not known here: the mark stays, and another try finds out.
		return fmt.Errorf("move: run it again, the end of it was not confirmed: %w", err)
	}
	if err != nil {
		if _, undo := from.Exec(context.WithoutCancel(ctx), "DELETE FROM rw_settings WHERE key = 'move'"); undo != nil {
			return errors.Join(err, undo)
		}
		return err
	}
	if copied {
		progress("everything, by an earlier move", 0)
	}
	return nil
}

func counts(ctx context.Context, q store.Queryer, query string) (map[string][2]int64, error) {
	rows, err := q.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][2]int64{}
	for rows.Next() {
		var state string
		var n, sum int64
		if err := rows.Scan(&state, &n, &sum); err != nil {
			return nil, err
		}
		out[state] = [2]int64{n, sum}
	}
	return out, rows.Err()
}

const moveBatch = 2000

func moveRuns(ctx context.Context, from *store.DB, tx *store.Tx) (total int, err error) {
	last := int64(0)
	for {
		rows, err := from.Read().Query(ctx, fmt.Sprintf(`SELECT id, json_object('id', id, 'args', json(args), 'attempt', attempt, 'attempted_at', attempted_at || 'Z', 'attempted_by', json(coalesce(attempted_by, jsonb('null'))),
			'created_at', created_at || 'Z', 'errors', json(coalesce(errors, jsonb('null'))), 'finalized_at', finalized_at || 'Z', 'kind', kind, 'max_attempts', max_attempts, 'metadata', json(metadata),
			'priority', priority, 'queue', queue, 'state', state, 'scheduled_at', scheduled_at || 'Z') FROM river_job WHERE id > ? ORDER BY id LIMIT %d`, moveBatch), last)
		if err != nil {
			return total, err
		}
		var docs []string
		for rows.Next() {
			var doc string
			if err := rows.Scan(&last, &doc); err != nil {
				rows.Close()
				return total, err
			}
			docs = append(docs, doc)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return total, err
		}
		if len(docs) == 0 {
			return total, nil
		}
		if _, err := tx.Exec(ctx, `INSERT INTO river_job (id, args, attempt, attempted_at, attempted_by, created_at, errors, finalized_at, kind, max_attempts, metadata, priority, queue, state, scheduled_at)
			SELECT id, args, attempt, attempted_at, CASE WHEN jsonb_typeof(attempted_by) = 'array' THEN ARRAY(SELECT jsonb_array_elements_text(attempted_by)) END, created_at,
				CASE WHEN jsonb_typeof(errors) = 'array' THEN ARRAY(SELECT jsonb_array_elements(errors)) END, finalized_at, kind, max_attempts, metadata, priority, queue, state::river_job_state, scheduled_at
			FROM jsonb_to_recordset(?::text::jsonb) AS v(id bigint, args jsonb, attempt int, attempted_at timestamptz, attempted_by jsonb, created_at timestamptz, errors jsonb, finalized_at timestamptz,
				kind text, max_attempts int, metadata jsonb, priority int, queue text, state text, scheduled_at timestamptz)`, "["+strings.Join(docs, ",")+"]"); err != nil {
			return total, err
		}
		total += len(docs)
	}
}

// moveTable copies a table whose columns are the same on both databases, by the names that Postgres gives them.
func moveTable(ctx context.Context, from *store.DB, tx *store.Tx, name string) (total int, err error) {
	rows, err := from.Read().Query(ctx, "SELECT name FROM pragma_table_info('"+name+"')")
	if err != nil {
		return 0, err
	}
	var columns, pairs []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			rows.Close()
			return 0, err
		}
		columns = append(columns, c)
		pairs = append(pairs, "'"+c+"', "+c)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return 0, err
	}
	last := int64(-1)
	for {
		rows, err := from.Read().Query(ctx, fmt.Sprintf("SELECT rowid, json_object(%s) FROM %s WHERE rowid > ? ORDER BY rowid LIMIT %d", strings.Join(pairs, ", "), name, moveBatch), last)
		if err != nil {
			return total, err
		}
		var docs []json.RawMessage
		for rows.Next() {
			var doc string
			if err := rows.Scan(&last, &doc); err != nil {
				rows.Close()
				return total, err
			}
			docs = append(docs, json.RawMessage(doc))
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return total, err
		}
		if len(docs) == 0 {
			return total, nil
		}
		doc, err := json.Marshal(docs)
		if err != nil {
			return total, err
		}
		list := strings.Join(columns, ", ")
		if _, err := tx.Exec(ctx, "INSERT INTO "+name+" ("+list+") SELECT "+list+" FROM jsonb_populate_recordset(NULL::"+name+", ?::text::jsonb)", string(doc)); err != nil {
			return total, err
		}
		total += len(docs)
	}
}
