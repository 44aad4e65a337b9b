//go:build linux || darwin

package jobs

import (
	"path/filepath"
	"testing"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/roadworthy-dev/roadworthy/internal/store"
	"github.com/roadworthy-dev/roadworthy/internal/testkit/pgtest"
)

// migrateTo brings the queue's own schema to an older version and returns it with the newest.
func migrateTo[T any](t *testing.T, d riverdriver.Driver[T], back int) (at, newest int) {
	t.Helper()
	m := must[*rivermigrate.Migrator[T]](t)(rivermigrate.New(d, &rivermigrate.Config{Logger: quiet}))
	all := m.AllVersions()
	newest = all[len(all)-1].Version
	at = all[len(all)-1-back].Version
	must[*rivermigrate.MigrateResult](t)(m.Migrate(t.Context(), rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: at}))
	return at, newest
}

// A database whose queue has an older schema, with runs in it, is migrated when it is opened, and the runs go on.
func TestOlderQueueIsMigratedWithItsRuns(t *testing.T) {
	for _, url := range []string{filepath.Join(t.TempDir(), "old.db"), "postgres"} {
		t.Run(url[len(url)-3:], func(t *testing.T) {
			if url == "postgres" {
				url = pgtest.URL(t)
			}
			db := must[*store.DB](t)(store.Open(t.Context(), url, store.Options{}))
			defer db.Close()
			var at, newest int
			text, tags := "jsonb('{}')", "jsonb('[]')"
			if db.Kind == store.SQLite {
				at, newest = migrateTo(t, riversqlite.New(db.SQL()), 1)
			} else {
				at, newest = migrateTo(t, riverpgxv5.New(db.Pool()), 1)
				text, tags = "'{}'", "'{}'"
			}
			if at == newest {
				t.Fatal("nothing to migrate: the test does not show anything")
			}
			for _, state := range []string{"available", "completed", "discarded", "scheduled"} {
				final := "NULL"
				if state == "completed" || state == "discarded" {
					final = "CURRENT_TIMESTAMP"
				}
				must[int64](t)(db.Exec(t.Context(), "INSERT INTO river_job (kind, queue, state, attempt, max_attempts, args, metadata, tags, finalized_at) VALUES ('a', 'default', '"+
					state+"', 0, 3, "+text+", "+text+", "+tags+", "+final+")"))
			}
			must[int64](t)(db.Exec(t.Context(), "INSERT INTO rw_ledger (accepted, pruned, at) VALUES (4, 0, 0)"))
			r := must[*River](t)(OpenRiver(t.Context(), db, "n1"))
			if l := must[Ledger](t)(r.Ledger(t.Context())); !l.Balanced() || l.Live != 2 || l.Done != 1 || l.Dead != 1 {
				t.Errorf("after the migration: %+v", l)
			}
			runs := claim(t, r, 10)
			if len(runs) != 1 || runs[0].Job != "a" {
				t.Fatalf("claimed %+v", runs)
			}
			if _, err := r.Replay(t.Context(), runs[0].ID+2, nil); err != nil {
				t.Errorf("replay an old dead letter: %v", err)
			}
			// Opening it once more changes nothing.
			r = must[*River](t)(OpenRiver(t.Context(), db, "n2"))
			if l := must[Ledger](t)(r.Ledger(t.Context())); !l.Balanced() {
				t.Errorf("the second time: %+v", l)
			}
		})
	}
}
