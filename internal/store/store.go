// Package store opens the one database that Roadworthy keeps its runs in: a SQLite file that one process owns, or a
// Postgres database that several share.
//
// A [DB] hides which of the two it is behind [Queryer] and [DB.Tx]: statements are written once with `?` placeholders,
// times are integers (microseconds since 1970, UTC), documents are JSON text. What has to differ is asked of the DB
// ([DB.Micros], [DB.JSON], [DB.Lock]).
//
// Invariants: a SQLite file has one owner, held by a lock on the file beside it for the life of the DB, and one writing
// connection; every commit is on disk when Tx returns (synchronous=FULL, Postgres's own default). Migrations run at
// Open, forward only, each in one transaction; a database from a newer program is refused and left as it is.
//
// What the tables mean is the business of the package that asks for them; the queue itself is River's and lives in
// internal/jobs.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite" // registers the cgo-free driver
)

// Kind is the database product.
type Kind string

const (
	SQLite   Kind = "sqlite"
	Postgres Kind = "postgres"
)

// ErrOwned says that another process owns the SQLite file.
var ErrOwned = errors.New("another roadworthy process owns this data directory")

// ErrNoRows is what Row.Scan returns when there is no row, on both databases.
var ErrNoRows = sql.ErrNoRows

// Rows is a result being read; Close may be called more than once.
type Rows interface {
	Next() bool
	Scan(...any) error
	Err() error
	Close()
}

// Row is a result of at most one row.
type Row interface{ Scan(...any) error }

// Queryer runs statements written with `?` placeholders.
type Queryer interface {
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	Query(ctx context.Context, query string, args ...any) (Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) Row
}

// DB is an open, migrated database.
type DB struct {
	Kind Kind
	Path string // the SQLite file; empty on Postgres
	url  string

	write *sql.DB // SQLite: the one writing connection
	read  *sql.DB // SQLite: readers, which never block the writer
	pool  *pgxpool.Pool
	lock  *os.File
	ends  []func() // run by Close, before anything is closed
}

// Own takes a lock file for the life of the process, or of the returned file; ErrOwned if another process has it.
func Own(path string) (*os.File, error) {
	f, err := lockFile(path)
	if err != nil {
		return nil, fmt.Errorf("own %s: %w", filepath.Dir(path), err)
	}
	return f, nil
}

// Options say how a database is opened.
type Options struct {
	// ReadOnly opens SQLite without taking ownership and without migrating.
	ReadOnly bool
	// MaxConns bounds the Postgres pool; 0 means 16.
	MaxConns int
}

// Open opens the database that the URL names: `sqlite:PATH`, a bare path, or `postgres://…`.
func Open(ctx context.Context, rawURL string, o Options) (*DB, error) {
	if strings.HasPrefix(rawURL, "postgres://") || strings.HasPrefix(rawURL, "postgresql://") {
		return openPostgres(ctx, rawURL, o)
	}
	if i := strings.Index(rawURL, "://"); i > 0 {
		return nil, fmt.Errorf("open store: unknown kind %q: use a path, sqlite:PATH or postgres://USER@HOST/NAME", rawURL[:i])
	}
	return openSQLite(ctx, strings.TrimPrefix(rawURL, "sqlite:"), o)
}

func openSQLite(ctx context.Context, path string, o Options) (*DB, error) {
	db := &DB{Kind: SQLite, Path: path, url: "sqlite:" + path}
	if !o.ReadOnly {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("create data directory: %w", err)
		}
		lock, err := lockFile(path + ".lock")
		if err != nil {
			return nil, fmt.Errorf("own %s: %w", path, err)
		}
		db.lock = lock
	}
	dsn := func(extra string) string {
		q := url.Values{}
		q.Add("_pragma", "journal_mode(WAL)")
		// FULL: a commit is on disk before anyone is told that it was accepted.
		q.Add("_pragma", "synchronous(FULL)")
		q.Add("_pragma", "busy_timeout(10000)")
		q.Add("_pragma", "foreign_keys(ON)")
		q.Add("_pragma", "cache_size(-16000)")
		q.Add("_pragma", "temp_store(MEMORY)")
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode() + extra
	}
	var err error
	if !o.ReadOnly {
		if db.write, err = sql.Open("sqlite", dsn("&_txlock=immediate&_pragma=wal_autocheckpoint(0)")); err != nil {
			db.Close()
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		db.write.SetMaxOpenConns(1)
		var check string
		if err := db.write.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&check); err != nil || check != "ok" {
			db.Close()
			return nil, fmt.Errorf("open %s: the file is damaged (%s%v): restore a backup, or move it away to start anew", path, check, errText(err))
		}
		if err := db.migrate(ctx); err != nil {
			db.Close()
			return nil, err
		}
		if err := db.checkpoints(dsn("&_pragma=wal_autocheckpoint(0)")); err != nil {
			db.Close()
			return nil, err
		}
	}
	if db.read, err = sql.Open("sqlite", dsn("&mode=rw&_pragma=query_only(ON)")); err != nil {
		db.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.read.SetMaxOpenConns(4)
	db.read.SetConnMaxIdleTime(30 * time.Second)
	if o.ReadOnly {
		if err := db.read.PingContext(ctx); err != nil {
			db.Close()
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		db.write = db.read
	}
	return db, nil
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return " " + err.Error()
}

func openPostgres(ctx context.Context, rawURL string, o Options) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(rawURL)
	if err != nil {
		return nil, fmt.Errorf("read the Postgres URL: %w", err)
	}
	cfg.MaxConns = 16
	if o.MaxConns > 0 {
		cfg.MaxConns = int32(o.MaxConns)
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "roadworthy"
	}
	// A node that is stopped inside a transaction must not hold its locks for longer than its lease (15 s): they may be on
	// the very rows that the others are to take over.
	cfg.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "10000"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open Postgres: %w", err)
	}
	db := &DB{Kind: Postgres, url: rawURL, pool: pool}
	if err := pool.Ping(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("reach Postgres: %w", err)
	}
	if !o.ReadOnly {
		if err := db.migrate(ctx); err != nil {
			db.Close()
			return nil, err
		}
	}
	return db, nil
}

// Close releases the connections and, for SQLite, the ownership of the file.
func (db *DB) Close() {
	for _, end := range db.ends {
		end()
	}
	db.ends = nil
	if db.read != nil {
		db.read.Close()
	}
	if db.write != nil {
		db.write.Close()
	}
	if db.pool != nil {
		db.pool.Close()
	}
	if db.lock != nil {
		db.lock.Close()
	}
}

// SQL is SQLite's writing connection pool, for River's driver; nil on Postgres.
func (db *DB) SQL() *sql.DB { return db.write }

// Pool is the Postgres pool, for River's driver; nil on SQLite.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Name describes the database without its password.
func (db *DB) Name() string {
	if db.Kind == SQLite {
		return "sqlite:" + db.Path
	}
	u, err := url.Parse(db.url)
	if err != nil {
		return "postgres"
	}
	return u.Redacted()
}

// Micros is the SQL that reads one of River's timestamp columns as microseconds since 1970.
func (db *DB) Micros(column string) string {
	if db.Kind == SQLite {
		return "CAST(unixepoch(" + column + ", 'subsec') * 1000000 AS integer)"
	}
	return "(extract(epoch FROM " + column + ") * 1000000)::bigint"
}

// JSON is the SQL that reads one of River's document columns as text.
func (db *DB) JSON(column string) string {
	if db.Kind == SQLite {
		return "json(" + column + ")"
	}
	if column == "errors" || strings.HasSuffix(column, ".errors") {
		return "array_to_json(" + column + ")::text"
	}
	return column + "::text"
}

// Time turns a time into what River's timestamp columns hold.
func (db *DB) Time(t time.Time) any {
	if db.Kind == SQLite {
		return t.UTC().Format("2006-01-02 15:04:05.000")
	}
	return t
}

// Tx is an open transaction; exactly one of SQL and PG is set.
type Tx struct {
	SQL *sql.Tx
	PG  pgx.Tx
	q   Queryer
}

func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return tx.q.Exec(ctx, query, args...)
}
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	return tx.q.Query(ctx, query, args...)
}
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) Row {
	return tx.q.QueryRow(ctx, query, args...)
}

// Lock serialises transactions that hold the same name, until this one ends. On SQLite the writing transaction is
// already alone.
func (tx *Tx) Lock(ctx context.Context, name string) error {
	if tx.PG == nil {
		return nil
	}
	_, err := tx.PG.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 7302))", name)
	return err
}

// Tx runs fn in a transaction and commits it; when Tx returns nil the commit is durable. A serialization failure or
// deadlock on Postgres runs fn again, so fn has no effects but its statements.
func (db *DB) Tx(ctx context.Context, fn func(*Tx) error) error {
	for try := 0; ; try++ {
		err := db.tx(ctx, fn)
		var pg *pgconn.PgError
		if err == nil || try == 4 || !errors.As(err, &pg) || (pg.Code != "40001" && pg.Code != "40P01") {
			return err
		}
	}
}

func (db *DB) tx(ctx context.Context, fn func(*Tx) error) error {
	if db.Kind == SQLite {
		tx, err := db.write.BeginTx(ctx, nil)
		if err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		defer tx.Rollback()
		if err := fn(&Tx{SQL: tx, q: lite{tx}}); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return fmt.Errorf("commit: %w", err)
		}
		return nil
	}
	tx, err := db.pool.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	if err := fn(&Tx{PG: tx, q: pg{tx}}); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Snapshot runs fn in a transaction that reads one moment and writes nothing.
func (db *DB) Snapshot(ctx context.Context, fn func(Queryer) error) error {
	if db.Kind == SQLite {
		tx, err := db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
		if err != nil {
			return fmt.Errorf("begin snapshot: %w", err)
		}
		defer tx.Rollback()
		return fn(lite{tx})
	}
	tx, err := db.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return fmt.Errorf("begin snapshot: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	return fn(pg{tx})
}

// Read is for queries outside a transaction.
func (db *DB) Read() Queryer {
	if db.Kind == SQLite {
		return lite{db.read}
	}
	return pg{db.pool}
}

// Exec runs one statement in a transaction of its own.
func (db *DB) Exec(ctx context.Context, query string, args ...any) (n int64, err error) {
	if db.Kind == Postgres {
		return pg{db.pool}.Exec(ctx, query, args...)
	}
	return lite{db.write}.Exec(ctx, query, args...)
}

// Size is the database's size in bytes.
func (db *DB) Size(ctx context.Context) (n int64, err error) {
	q := "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
	if db.Kind == Postgres {
		q = "SELECT pg_database_size(current_database())"
	}
	err = db.Read().QueryRow(ctx, q).Scan(&n)
	return n, err
}

// Listen calls fn with the payload of every notification on the channel until ctx ends; it reconnects by itself.
// On SQLite nobody else writes, so it only waits.
func (db *DB) Listen(ctx context.Context, channel string, fn func(payload string)) {
	for ctx.Err() == nil && db.Kind == Postgres {
		conn, err := db.pool.Acquire(ctx)
		if err == nil {
			c := conn.Hijack()
			if _, err = c.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err == nil {
				fn("")
				for {
					n, err := c.WaitForNotification(ctx)
					if err != nil {
						break
					}
					fn(n.Payload)
				}
			}
			c.Close(context.WithoutCancel(ctx))
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
	<-ctx.Done()
}

type sqlRunner interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

type lite struct{ r sqlRunner }

type liteRows struct{ *sql.Rows }

func (r liteRows) Close() { r.Rows.Close() }

func (l lite) Exec(ctx context.Context, q string, args ...any) (int64, error) {
	res, err := l.r.ExecContext(ctx, q, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (l lite) Query(ctx context.Context, q string, args ...any) (Rows, error) {
	rows, err := l.r.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	return liteRows{rows}, nil
}

func (l lite) QueryRow(ctx context.Context, q string, args ...any) Row {
	return l.r.QueryRowContext(ctx, q, args...)
}

type pgRunner interface {
	Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
	Query(context.Context, string, ...any) (pgx.Rows, error)
	QueryRow(context.Context, string, ...any) pgx.Row
}

type pg struct{ r pgRunner }

func (p pg) Exec(ctx context.Context, q string, args ...any) (int64, error) {
	tag, err := p.r.Exec(ctx, numbered(q), args...)
	return tag.RowsAffected(), err
}

func (p pg) Query(ctx context.Context, q string, args ...any) (Rows, error) {
	return p.r.Query(ctx, numbered(q), args...)
}

func (p pg) QueryRow(ctx context.Context, q string, args ...any) Row {
	return pgRow{p.r.QueryRow(ctx, numbered(q), args...)}
}

type pgRow struct{ r pgx.Row }

func (r pgRow) Scan(dest ...any) error {
	err := r.r.Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNoRows
	}
	return err
}

var numberedCache sync.Map

// numbered rewrites `?` placeholders to Postgres's `$1`, `$2`, …; a `?` inside a quoted literal stays.
func numbered(q string) string {
	if c, ok := numberedCache.Load(q); ok {
		return c.(string)
	}
	var b strings.Builder
	n, quoted := 0, false
	for i := 0; i < len(q); i++ {
		switch c := q[i]; {
		case c == '\'':
			quoted = !quoted
			b.WriteByte(c)
		case c == '?' && !quoted:
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		default:
			b.WriteByte(c)
		}
	}
	if len(q) < 2000 { // a statement built for one batch is not worth keeping
		numberedCache.Store(q, b.String())
	}
	return b.String()
}
