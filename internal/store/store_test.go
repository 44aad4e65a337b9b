//go:build linux || darwin

package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/store"
	"github.com/roadworthy-dev/roadworthy/internal/testkit/pgtest"
)

func onBoth(t *testing.T, fn func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, filepath.Join(t.TempDir(), "rw.db")) })
	t.Run("postgres", func(t *testing.T) { fn(t, pgtest.URL(t)) })
}

func open(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func TestCommitAndRollback(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := open(t, url)
		ctx := t.Context()
		stop := errors.New("stop")
		insert := func(key string, err error) error {
			return db.Tx(ctx, func(tx *store.Tx) error {
				if _, e := tx.Exec(ctx, "INSERT INTO rw_settings (key, value) VALUES (?, 'a ? in a text')", key); e != nil {
					return e
				}
				return err
			})
		}
		if err := insert("kept", nil); err != nil {
			t.Fatal(err)
		}
		if err := insert("dropped", stop); !errors.Is(err, stop) {
			t.Fatalf("the error is %v", err)
		}
		var n int
		var value string
		if err := db.Read().QueryRow(ctx, "SELECT count(*), max(value) FROM rw_settings").Scan(&n, &value); err != nil || n != 1 || value != "a ? in a text" {
			t.Errorf("%d rows, %q, %v", n, value, err)
		}
		if err := db.Read().QueryRow(ctx, "SELECT value FROM rw_settings WHERE key = ?", "dropped").Scan(&value); !errors.Is(err, store.ErrNoRows) {
			t.Errorf("no row: %v", err)
		}
		if err := db.Snapshot(ctx, func(q store.Queryer) error {
			_, err := q.Exec(ctx, "DELETE FROM rw_settings")
			return err
		}); err == nil {
			t.Error("a snapshot was written to")
		}
	})
}

func TestMigrationsRunOnceAndNewerSchemasAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := open(t, url)
		if _, err := db.Exec(t.Context(), "INSERT INTO rw_settings (key, value) VALUES ('k', 'v')"); err != nil {
			t.Fatal(err)
		}
		db.Close()
		db = open(t, url)
		var v string
		if err := db.Read().QueryRow(t.Context(), "SELECT value FROM rw_settings").Scan(&v); err != nil || v != "v" {
			t.Fatalf("after opening again: %q, %v", v, err)
		}
		if _, err := db.Exec(t.Context(), "INSERT INTO rw_migration (version, at) VALUES (999, 0)"); err != nil {
			t.Fatal(err)
		}
		db.Close()
		if _, err := store.Open(t.Context(), url, store.Options{}); err == nil || !strings.Contains(err.Error(), "newer program") {
			t.Errorf("a newer schema: %v", err)
		}
	})
}

func TestSQLiteHasOneOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rw.db")
	first := open(t, path)
	if _, err := store.Open(t.Context(), path, store.Options{}); !errors.Is(err, store.ErrOwned) {
		t.Errorf("a second owner: %v", err)
	}
	first.Close()
	open(t, path)
}

func TestCommitsAreFlushed(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "rw.db"))
	var sync int
	if err := db.SQL().QueryRow("PRAGMA synchronous").Scan(&sync); err != nil || sync != 2 {
		t.Errorf("synchronous = %d (want 2, FULL), %v", sync, err)
	}
}

func TestDamagedFileIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rw.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is no database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), path, store.Options{}); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a damaged file: %v", err)
	}
}

func TestUnknownURL(t *testing.T) {
	if _, err := store.Open(t.Context(), "mysql://x", store.Options{}); err == nil || !strings.Contains(err.Error(), "mysql") {
		t.Errorf("mysql: %v", err)
	}
}
