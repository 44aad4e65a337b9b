package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// The write-ahead log is copied back into the file by a connection of its own, not by whichever commit passes SQLite's
// limit of 1,000 pages: that commit would flush twice more and write all those pages while its caller waits, which was
// one request in seventy at a hundred a second, and the whole of its slowest percent.
const (
	checkpointEvery = time.Second
	checkpointFrom  = 1000   // pages of log that are not in the file yet
	checkpointForce = 30_000 // pages of log from which writers are made to wait until it starts over
)

func (db *DB) checkpoints(dsn string) error {
	ctx := context.Background()
	conn, err := sql.Open("sqlite", dsn)
	if err != nil {
		return fmt.Errorf("open %s: %w", db.Path, err)
	}
	conn.SetMaxOpenConns(1)
	stop, ended := make(chan struct{}), make(chan struct{})
	db.ends = append(db.ends, func() {
		close(stop)
		<-ended
		conn.Close()
	})
	go func() {
		defer close(ended)
		tick := time.NewTicker(checkpointEvery)
		defer tick.Stop()
		var busy, pages, copied int
		pragma := func(mode string) error {
			return conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &pages, &copied)
		}
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			// An error (a full disk, say) is the next commit's to report; here it means trying again in a second.
			switch err := pragma("NOOP"); {
			case err != nil:
			case pages >= checkpointForce && copied < pages:
				pragma("RESTART")
			case pages-copied >= checkpointFrom:
				pragma("PASSIVE")
			}
		}
	}()
	return nil
}
