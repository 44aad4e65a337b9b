package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/imports"
)

func init() { register(importsCommand) }

func importsCommand(s *streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "imports",
		Short: "Plan which imports of a program could be lazy",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(importsPlanCommand(s))
	return c
}

type importsReport struct {
	Version int              `json:"version"`
	Imports []imports.Import `json:"imports"`
}

func importsPlanCommand(s *streams) *cobra.Command {
	var format, times string
	var least time.Duration
	c := &cobra.Command{
		Use:   "plan [PATH]",
		Short: "List the heavy imports that could be lazy, and what stands against the others",
		Long: `Plan lists the imports below PATH that cost much, as PEP 810 writes them for Python 3.15 (lazy import …): those that could
wait until they are needed, and those that must stay as they are, each with what stands against it: an effect that importing
has, with the calls that prove it, functions that it registers with a framework, a use while the module itself is imported.
Without a measurement, an import is heavy when it brings a library that is known for it.`,
		Example: `  roadworthy imports plan
  python -X importtime -c 'import shop' 2> times.txt; roadworthy imports plan --times times.txt`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json"); err != nil {
				return err
			}
			var measured imports.Times
			if times != "" {
				f, err := os.Open(times)
				if err != nil {
					return fmt.Errorf("read import times: %w", err)
				}
				defer f.Close()
				if measured, err = imports.ReadTimes(f); err != nil {
					return &Hint{err, "python -X importtime -c 'import your_package' 2> " + times}
				}
			}
			root := "."
			if len(args) > 0 {
				root = args[0]
			}
			t, a, err := analyse(cmd, root)
			if err != nil {
				return err
			}
			r := importsReport{1, imports.Plan(t, a, measured, least)}
			if format == "json" {
				return writeJSON(s.out, r)
			}
			return r.text(s.out)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	c.Flags().StringVar(&times, "times", "", "what python -X importtime wrote: an import is then heavy by what it cost")
	c.Flags().DurationVar(&least, "at-least", 10*time.Millisecond, "with --times, the cost from which an import is heavy")
	return c
}

func (r *importsReport) text(w io.Writer) error {
	var b strings.Builder
	lazy := 0
	for i := range r.Imports {
		x := &r.Imports[i]
		why := "brings " + x.Heavy
		if x.Cost > 0 {
			why = x.Cost.Round(100*time.Microsecond).String() + " for " + x.Heavy
		}
		if x.Lazy {
			lazy++
			fmt.Fprintf(&b, "%s:%d lazy %s\n    %s\n", x.File, x.Line, x.Statement, why)
			continue
		}
		fmt.Fprintf(&b, "%s:%d must stay: %s\n    %s\n", x.File, x.Line, x.Statement, why)
		for _, a := range x.Against {
			fmt.Fprintf(&b, "    %s\n", a.What)
			for _, f := range a.Witness {
				fmt.Fprintf(&b, "      %s:%d %s %s\n", f.File, f.Line, f.Function, f.Note)
			}
		}
	}
	if len(r.Imports) > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%d of %d heavy imports could be lazy\n", lazy, len(r.Imports))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	return nil
}
