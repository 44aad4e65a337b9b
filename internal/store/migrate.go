package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// migrations are applied in order and never edited once released. `{id}` is the database's self-numbering key.
//
// Every rw_ table stands beside River's and is written in the same transaction as the row of River's that it explains.
var migrations = []string{`
CREATE TABLE rw_jobs (
	name text PRIMARY KEY, declared text NOT NULL, paused integer NOT NULL DEFAULT 0, updated_at bigint NOT NULL);
CREATE TABLE rw_schedules (
	name text PRIMARY KEY, spec text NOT NULL, zone text NOT NULL, policy text NOT NULL, next_at bigint NOT NULL,
	last_at bigint, paused integer NOT NULL DEFAULT 0);
CREATE TABLE rw_nodes (
	id text PRIMARY KEY, host text NOT NULL, pid bigint NOT NULL, version text NOT NULL, started_at bigint NOT NULL,
	beat_at bigint NOT NULL, expires_at bigint NOT NULL, state text NOT NULL, info text NOT NULL);
CREATE TABLE rw_keys (
	job text NOT NULL, key text NOT NULL, run_id bigint NOT NULL, created_at bigint NOT NULL, PRIMARY KEY (job, key));
CREATE TABLE rw_waits (
	run_id bigint PRIMARY KEY, reason text NOT NULL, since bigint NOT NULL, until bigint NOT NULL);
CREATE INDEX rw_waits_reason ON rw_waits (reason, since, run_id);
CREATE TABLE rw_tokens (
	reason text NOT NULL, run_id bigint NOT NULL, node text NOT NULL, PRIMARY KEY (reason, run_id));
CREATE INDEX rw_tokens_run ON rw_tokens (run_id);
CREATE TABLE rw_rates (reason text PRIMARY KEY, theoretical_at bigint NOT NULL);
CREATE TABLE rw_attempts (
	run_id bigint NOT NULL, attempt integer NOT NULL, job text NOT NULL, node text NOT NULL, pid bigint NOT NULL,
	started_at bigint NOT NULL, ended_at bigint NOT NULL, outcome text NOT NULL, cause text NOT NULL,
	error text NOT NULL, traceback text NOT NULL, output text NOT NULL, lost_output bigint NOT NULL,
	peak_rss bigint NOT NULL, trace_id text NOT NULL, seq {id});
CREATE INDEX rw_attempts_run ON rw_attempts (run_id, attempt);
CREATE TABLE rw_stats (
	bucket bigint NOT NULL, job text NOT NULL, outcome text NOT NULL, node text NOT NULL, runs bigint NOT NULL,
	micros bigint NOT NULL, PRIMARY KEY (bucket, job, outcome, node));
CREATE TABLE rw_last (
	job text PRIMARY KEY, good_run bigint, good_at bigint, bad_run bigint, bad_at bigint, bad_error text);
CREATE TABLE rw_ledger (seq {id}, accepted bigint NOT NULL, pruned bigint NOT NULL, at bigint NOT NULL);
CREATE TABLE rw_pipelines (
	seq {id}, name text NOT NULL, args text NOT NULL, state text NOT NULL, created_at bigint NOT NULL, ended_at bigint);
CREATE TABLE rw_steps (
	pipeline bigint NOT NULL, step text NOT NULL, needs text NOT NULL, state text NOT NULL, run_id bigint,
	PRIMARY KEY (pipeline, step));
CREATE INDEX rw_steps_run ON rw_steps (run_id);
CREATE TABLE rw_signals (
	seq {id}, job text NOT NULL, name text NOT NULL, at bigint NOT NULL, value double precision NOT NULL, run_id bigint NOT NULL);
CREATE INDEX rw_signals_name ON rw_signals (job, name, at);
CREATE TABLE rw_checkpoints (run_id bigint PRIMARY KEY, data text NOT NULL, at bigint NOT NULL);
CREATE TABLE rw_progress (run_id bigint PRIMARY KEY, done double precision NOT NULL, total double precision NOT NULL, note text NOT NULL, at bigint NOT NULL);
CREATE TABLE rw_alerts (
	seq {id}, dedupe text NOT NULL, rule text NOT NULL, job text NOT NULL, owner text NOT NULL, state text NOT NULL,
	summary text NOT NULL, detail text NOT NULL, opened_at bigint NOT NULL, closed_at bigint, last_at bigint NOT NULL,
	times bigint NOT NULL, delivery text NOT NULL);
CREATE INDEX rw_alerts_open ON rw_alerts (state, dedupe);
CREATE TABLE rw_audit (
	seq {id}, at bigint NOT NULL, who text NOT NULL, action text NOT NULL, target text NOT NULL, reason text NOT NULL);
CREATE TABLE rw_settings (key text PRIMARY KEY, value text NOT NULL);
`}

func (db *DB) migrate(ctx context.Context) error {
	id := "integer PRIMARY KEY AUTOINCREMENT"
	if db.Kind == Postgres {
		id = "bigserial PRIMARY KEY"
	}
	return db.Tx(ctx, func(tx *Tx) error {
		// Nodes that start together take turns.
		if err := tx.Lock(ctx, "rw_migration"); err != nil {
			return fmt.Errorf("lock for migration: %w", err)
		}
		if _, err := tx.Exec(ctx, "CREATE TABLE IF NOT EXISTS rw_migration (version integer PRIMARY KEY, at bigint NOT NULL)"); err != nil {
			return fmt.Errorf("create rw_migration: %w", err)
		}
		var have int
		if err := tx.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM rw_migration").Scan(&have); err != nil {
			return fmt.Errorf("read rw_migration: %w", err)
		}
		if have > len(migrations) {
			return fmt.Errorf("the database is at schema %d, this program knows %d: use the newer program, or restore a backup from before its upgrade", have, len(migrations))
		}
		for v := have; v < len(migrations); v++ {
			for _, stmt := range strings.Split(strings.ReplaceAll(migrations[v], "{id}", id), ";\n") {
				if strings.TrimSpace(stmt) == "" {
					continue
				}
				if _, err := tx.Exec(ctx, stmt); err != nil {
					return fmt.Errorf("migrate to schema %d: %w", v+1, err)
				}
			}
			if _, err := tx.Exec(ctx, "INSERT INTO rw_migration (version, at) VALUES (?, ?)", v+1, time.Now().UnixMicro()); err != nil {
				return fmt.Errorf("record schema %d: %w", v+1, err)
			}
		}
		return nil
	})
}

// SchemaVersion is the schema that this program writes.
func SchemaVersion() int { return len(migrations) }
