//go:build linux || darwin

package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/jobs"
	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// examination is one line of `doctor`.
type examination struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Text string `json:"text"`
	Next string `json:"next,omitempty"`
}

func init() {
	register(func(s *streams) *cobra.Command {
		o := &operate{}
		cmd := &cobra.Command{Use: "doctor", Short: "Check what running jobs rests on: database, disk, clock, Python, ledger", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				checks, err := examine(cmd.Context(), o)
				if err != nil {
					return err
				}
				bad := false
				for _, c := range checks {
					bad = bad || !c.OK
				}
				if o.format == "json" {
					enc := json.NewEncoder(s.out)
					enc.SetIndent("", "  ")
					if err := enc.Encode(checks); err != nil {
						return err
					}
				} else {
					for _, c := range checks {
						mark := "ok  "
						if !c.OK {
							mark = "FAIL"
						}
						fmt.Fprintf(s.out, "%s %-12s %s\n", mark, c.Name, c.Text)
						if !c.OK && c.Next != "" {
							fmt.Fprintf(s.out, "     help: %s\n", c.Next)
						}
					}
				}
				if bad {
					return errFindings
				}
				return nil
			}}
		o.flags(cmd)
		return cmd
	})
}

func examine(ctx context.Context, o *operate) ([]examination, error) {
	root, err := filepath.Abs(o.root)
	if err != nil {
		return nil, err
	}
	var out []examination
	add := func(name string, ok bool, next, format string, args ...any) {
		out = append(out, examination{Name: name, OK: ok, Text: fmt.Sprintf(format, args...), Next: next})
	}
	config, err := check.Config(root)
	if err != nil {
		add("config", false, "correct the file", "%v", err)
		return out, nil
	}
	add("config", true, "", "%d jobs in %s", len(config.Jobs), orDash(config.File))
	var fs syscall.Statfs_t
	if err := syscall.Statfs(root, &fs); err == nil {
		free := int64(fs.Bavail) * int64(fs.Bsize)
		add("disk", free > 1<<30, "make room: a full disk stops runs from being accepted", "%s free at %s", jobs.Bytes(free), root)
	}
	n := &node{root: root, config: config}
	if py, err := n.findPython(); err != nil || py == "" {
		add("python", err == nil, "install python3 or set [run] python", "no interpreter found")
	} else if v, err := exec.CommandContext(ctx, py, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])").Output(); err != nil {
		add("python", false, "repair the interpreter", "%s does not start: %v", py, err)
	} else {
		var major, minor int
		fmt.Sscanf(string(v), "%d.%d", &major, &minor)
		add("python", major == 3 && minor >= 9, "use Python 3.9 or newer", "%s, version %s", py, strings.TrimSpace(string(v)))
	}
	url, err := storeURL(root, o.store, config.Run.Store)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(url, "://") {
		path := strings.TrimPrefix(url, "sqlite:")
		if _, err := os.Stat(path); err != nil {
			add("store", true, "", "SQLite, not made yet")
			return out, nil
		}
	}
	db, err := store.Open(ctx, url, store.Options{ReadOnly: true, MaxConns: 2})
	if err != nil {
		add("store", false, "start the database, or correct [run] store", "%v", err)
		return out, nil
	}
	defer db.Close()
	size, err := db.Size(ctx)
	add("store", err == nil, "", "%s, %s", db.Name(), jobs.Bytes(size))
	var schema int
	err = db.Read().QueryRow(ctx, "SELECT max(version) FROM rw_migration").Scan(&schema)
	add("schema", err == nil && schema == store.SchemaVersion(), "start `roadworthy up` or `serve` once to migrate; back up first", "schema %d, this program writes %d", schema, store.SchemaVersion())
	if db.Kind == store.Postgres {
		var skew float64
		before := time.Now()
		if err := db.Read().QueryRow(ctx, "SELECT extract(epoch FROM clock_timestamp())::float8").Scan(&skew); err == nil {
			off := time.Duration((skew - float64(before.UnixMicro())/1e6) * float64(time.Second))
			add("clock", off.Abs() < 2*time.Second, "set both clocks by NTP", "this machine and Postgres differ by %s", off.Abs().Round(time.Millisecond))
		}
		var age float64
		if err := db.Read().QueryRow(ctx, "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float8 FROM pg_stat_activity WHERE state <> 'idle' AND backend_type = 'client backend' AND datname = current_database()").Scan(&age); err == nil {
			add("transactions", age < 300, "end it: rows that it pins make claiming slow", "the oldest open transaction is %s old", time.Duration(age*float64(time.Second)).Round(time.Second))
		}
		var dead, live int64
		var auto string
		if err := db.Read().QueryRow(ctx, "SELECT n_dead_tup, n_live_tup FROM pg_stat_user_tables WHERE relname = 'river_job'").Scan(&dead, &live); err == nil {
			add("dead rows", dead < 20000+live, "let autovacuum run on river_job more often", "%d dead and %d live rows in river_job", dead, live)
		}
		if err := db.Read().QueryRow(ctx, "SELECT setting FROM pg_settings WHERE name = 'autovacuum'").Scan(&auto); err == nil {
			add("autovacuum", auto == "on", "switch autovacuum on", "%s", auto)
		}
		var sync string
		if err := db.Read().QueryRow(ctx, "SELECT string_agg(name || '=' || setting, ' ') FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting = 'off'").Scan(&sync); err == nil {
			add("durability", false, "switch it on: without it an accepted run can be lost", "%s", sync)
		} else {
			add("durability", true, "", "commits are flushed")
		}
	}
	var accepted, pruned, present int64
	if err := db.Snapshot(ctx, func(q store.Queryer) error {
		if err := q.QueryRow(ctx, "SELECT CAST(coalesce(sum(accepted), 0) AS bigint), CAST(coalesce(sum(pruned), 0) AS bigint) FROM rw_ledger").Scan(&accepted, &pruned); err != nil {
			return err
		}
		return q.QueryRow(ctx, "SELECT count(*) FROM river_job").Scan(&present)
	}); err == nil {
		add("ledger", accepted == present+pruned, "report this: accepted runs are missing", "%d accepted, %d present, %d deleted by retention", accepted, present, pruned)
	}
	return out, nil
}
