//go:build !linux && !darwin

package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

// Running jobs rests on process groups, signals and unix sockets, so these commands say where they work.
func init() {
	for _, name := range []string{"up", "serve", "jobs", "runs", "dlq", "queues", "workers", "move", "doctor"} {
		register(func(*streams) *cobra.Command {
			return &cobra.Command{Use: name, Short: "Runs jobs on Linux and macOS; not on this system", DisableFlagParsing: true,
				RunE: func(*cobra.Command, []string) error {
					return &Hint{errors.New(name + " works on Linux and macOS only"), "run it in WSL or a container"}
				}}
		})
	}
}
