//go:build linux || darwin

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/jobs"
	"github.com/roadworthy-dev/roadworthy/internal/store"
)

func init() {
	register(func(s *streams) *cobra.Command {
		o := &operate{}
		var to string
		patience := 2 * time.Minute
		cmd := &cobra.Command{Use: "move --to postgres://…", Short: "Copy everything from SQLite to an empty Postgres database", Args: cobra.NoArgs,
			Long: `Copies every run, key, schedule, attempt and signal from the SQLite store to an empty Postgres database, in one
transaction, and compares counts and checksums before it commits. A server that is running on the store is asked to drain
and end first: what runs may finish, and requests are refused until the new server answers. The SQLite file is left as it
is, but marked, so that no server starts on it again. Afterwards set [run] store to the Postgres URL and start roadworthy
serve.`,
			RunE: func(cmd *cobra.Command, _ []string) error {
				if !strings.HasPrefix(to, "postgres") {
					return fmt.Errorf("--to %q: give a postgres:// URL", to)
				}
				root, err := filepath.Abs(o.root)
				if err != nil {
					return err
				}
				path := o.store
				if path == "" {
					path = filepath.Join(dataDir(root), "roadworthy.db")
				}
				if _, err := os.Stat(path); err != nil {
					return fmt.Errorf("there is no SQLite store at %s", path)
				}
				// The other end first: no server is stopped for a database that does not answer.
				dst, err := store.Open(cmd.Context(), to, store.Options{})
				if err != nil {
					return err
				}
				defer dst.Close()
				start := time.Now()
				from, err := takeStore(cmd.Context(), s, o, path, patience)
				if err != nil {
					return err
				}
				defer from.Close()
				if err := jobs.Move(cmd.Context(), from, dst, func(what string, n int) { s.note("  %-16s %d\n", what, n) }); err != nil {
					return err
				}
				fmt.Fprintf(s.out, "moved in %s; set store under [run] to the Postgres URL\n", time.Since(start).Round(time.Millisecond))
				return nil
			}}
		o.flags(cmd)
		cmd.Flags().StringVar(&to, "to", "", "the Postgres database")
		cmd.Flags().DurationVar(&patience, "patience", patience, "how long to wait for a running server to drain")
		return cmd
	})
}

// takeStore opens a SQLite store; a server that owns it is asked to drain and end.
func takeStore(ctx context.Context, s *streams, o *operate, path string, patience time.Duration) (*store.DB, error) {
	var asked time.Time
	for deadline := time.Now().Add(patience); ; {
		db, err := store.Open(ctx, path, store.Options{})
		if !errors.Is(err, store.ErrOwned) {
			return db, err
		}
		// A supervisor may have started it again before the store was free here: then it is asked again.
		if time.Since(asked) > 2*time.Second {
			first := asked.IsZero()
			asked = time.Now()
			if err := askToStop(ctx, o); err != nil && first {
				return nil, &Hint{fmt.Errorf("ask the server to end: %w", err), "stop it, then move"}
			} else if first {
				s.note("the server drains and ends\n")
			}
		}
		if time.Now().After(deadline) {
			return nil, &Hint{err, "stop it, then move"}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func askToStop(ctx context.Context, o *operate) error {
	if err := o.open(ctx); err != nil {
		return err
	}
	defer o.close()
	var answer any
	return o.call(ctx, "POST", "stop", nil, &answer)
}
