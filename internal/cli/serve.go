//go:build linux || darwin

package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/check"
)

func init() {
	register(func(s *streams) *cobra.Command {
		f := nodeFlags{json: true}
		cmd := &cobra.Command{
			Use:   "serve [PATH]",
			Short: "Run the declared jobs in production: on Postgres, on as many machines as you like",
			Long: `Like up, for production: several machines share one Postgres database (--store, ROADWORTHY_STORE or [run] store),
limits hold over all of them, and the runs of a machine that dies go to the others. Code is loaded again on SIGHUP,
without a gap: processes of the old version finish what they run. SIGTERM drains.`,
			Args: cobra.MaximumNArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				f.root = "."
				if len(args) > 0 {
					f.root = args[0]
				}
				config, err := check.Config(f.root)
				if err != nil {
					return err
				}
				url, err := storeURL(f.root, f.store, config.Run.Store)
				if err != nil {
					return err
				}
				if !strings.HasPrefix(url, "postgres") {
					s.note("serve on SQLite: one machine only; give --store postgres://… for several\n")
				}
				return runNode(cmd.Context(), s, f)
			},
		}
		cmd.Flags().StringVar(&f.listen, "listen", "", "address of the dashboard and API (default 127.0.0.1:7302, or [run] listen)")
		cmd.Flags().StringVar(&f.store, "store", "", "postgres://USER@HOST/NAME (default: ROADWORTHY_STORE, then [run] store)")
		cmd.Flags().StringVar(&f.data, "data", "", "directory for this node's socket and lock (default: .roadworthy in PATH)")
		cmd.Flags().StringVar(&f.python, "python", "", "interpreter or virtual environment")
		cmd.Flags().IntVar(&f.workers, "workers", 0, "worker processes (default: one for each core, at least 2)")
		cmd.Flags().StringVar(&f.allow, "allow", "", "reason for running jobs that their tier's guardrails refuse; recorded")
		cmd.Flags().BoolVar(&f.json, "log-json", true, "log one JSON object per line")
		return cmd
	})
}
