package cli

import (
	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/lsp"
)

func init() { register(lspCommand) }

func lspCommand(s *streams) *cobra.Command {
	var noCache bool
	c := &cobra.Command{
		Use:   "lsp",
		Short: "Serve an editor: findings, fixes and effects, over the language server protocol",
		Long: `Lsp speaks the language server protocol 3.17 on standard input and output. The whole program is checked when a file is
opened or saved and a moment after the last change, with unsaved text in place of what is on the disk. Findings come with the
calls that prove them, fixes as code actions; hovering over a function or a call shows its effects.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			server := &lsp.Server{Options: check.Options{Version: Version, Cache: cacheDir(noCache)},
				Baseline: func(root string) (*check.Baseline, error) { return check.ReadBaseline(baselinePath(root)) }}
			return server.Serve(cmd.Context(), s.in, s.out)
		},
	}
	c.Flags().BoolVar(&noCache, "no-cache", false, "analyse every file again")
	c.Flags().Bool("stdio", true, "ignored: the only transport there is; some editors give it")
	return c
}
