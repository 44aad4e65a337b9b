package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/report"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules" // every family
)

func init() { register(checkCommand) }

// checkFlags are those that every command which judges a tree has.
type checkFlags struct {
	format, output, failOn string
	noCache                bool
	briefGiven             bool // --brief was said, either way
}

func (o *checkFlags) add(c *cobra.Command, formats ...string) {
	c.Flags().StringVar(&o.format, "format", "text", "one of "+strings.Join(formats, ", "))
	c.Flags().StringVarP(&o.output, "output", "o", "", "write the report to this file instead of standard output")
	c.Flags().StringVar(&o.failOn, "fail-on", "note", "exit 1 for findings of this severity or above: note, warning, error, or never")
	c.Flags().BoolVar(&o.noCache, "no-cache", false, "analyse every file again")
}

func (o *checkFlags) validate(formats ...string) error {
	if err := oneOf("format", o.format, formats...); err != nil {
		return err
	}
	return oneOf("fail-on", o.failOn, "note", "warning", "error", "never")
}

// fails says whether any open finding is as severe as the command line asked.
func (o *checkFlags) fails(findings []diag.Finding) bool {
	least, ok := diag.ParseSeverity(o.failOn)
	if !ok {
		return false
	}
	for i := range findings {
		if f := &findings[i]; f.Waived == "" && !f.Baselined && f.Severity >= least {
			return true
		}
	}
	return false
}

func checkCommand(s *streams) *cobra.Command {
	var o checkFlags
	var writeBaseline, noBaseline, brief bool
	var history bool
	var m mendFlags
	c := &cobra.Command{
		Use:   "check [PATH]",
		Short: "Find the Python work below PATH, judge it by its tier, and prove every finding",
		Long: `Check finds what Python work is below PATH (the current directory by default): services, jobs, notebooks, pipelines,
scripts, AI apps. It infers how much each matters from what depends on it, follows what each does across files, and
reports what its owners do not see, with the chain of calls that proves it. It needs no configuration, no Python and no
network, and runs nothing of what it reads.

With --fix it mends what a machine can, after a second check has shown that each finding is gone and none has come; with
--diff it shows what --fix would write and writes nothing.`,
		Example: `  roadworthy check
  roadworthy check --format sarif -o roadworthy.sarif services/
  roadworthy check --write-baseline
  roadworthy check --diff
  roadworthy check --waive RW301 --work orders-api --owner ada --reason "the vendor closes idle connections" --until 2026-12-31`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validate(report.Formats()...); err != nil {
				return err
			}
			if err := m.validate(writeBaseline); err != nil {
				return err
			}
			oneShot(os.Getenv)
			o.briefGiven = cmd.Flags().Changed("brief")
			root := "."
			if len(args) > 0 {
				root = args[0]
			}
			at := baselinePath(root)
			opts := check.Options{Version: Version, Sized: memoryFor(os.Getenv), Cache: cacheDir(o.noCache), Remember: !writeBaseline && !m.any()}
			if history {
				opts.History = project.HistoryBudget
			}
			if !noBaseline && !writeBaseline {
				b, err := check.ReadBaseline(at)
				if err != nil {
					return &Hint{err, "write it again with --write-baseline, or leave it out with --no-baseline"}
				}
				opts.Baseline = b
			}
			done := progress(s.err, &opts)
			checked, err := check.Check(cmd.Context(), root, opts)
			done()
			if err != nil {
				return err
			}
			if m.any() {
				return m.run(cmd.Context(), s, &o, checked, opts, brief)
			}
			if writeBaseline {
				b := checked.Baseline()
				if err := b.Write(at); err != nil {
					return err
				}
				fmt.Fprintf(s.out, "wrote %s: %d findings set aside; from now on only new ones are reported\n", filepath.ToSlash(at), len(b.Findings))
				return nil
			}
			if b := opts.Baseline; b != nil && b.Stale() > 0 {
				n := b.Stale()
				b.Shrink()
				if err := b.Write(at); err == nil { // a tree that cannot be written to keeps its baseline
					fmt.Fprintf(s.err, "baseline: %d entries were mended and are removed\n", n)
				}
			}
			if err := o.write(s, checked, brief); err != nil {
				return err
			}
			if o.fails(checked.Result.Findings) {
				return errFindings
			}
			return nil
		},
	}
	o.add(c, report.Formats()...)
	c.Flags().BoolVar(&writeBaseline, "write-baseline", false, "set today's findings aside in "+check.BaselineFile)
	c.Flags().BoolVar(&noBaseline, "no-baseline", false, "report what the baseline sets aside as well")
	c.Flags().BoolVar(&history, "history", false, "let git's log tell what is no experiment: work that three people or more changed over half a year counts as internal")
	m.add(c)
	c.Flags().BoolVar(&brief, "brief", false, "count work that is roadworthy, and name only the places of findings that repeat, the rest of much work and long evidence (default on a terminal)")
	return c
}

// baselinePath is where the baseline of a checked path is.
func baselinePath(root string) string {
	if info, err := os.Stat(root); err == nil && !info.IsDir() {
		root = filepath.Dir(root)
	}
	return filepath.Join(root, filepath.FromSlash(check.BaselineFile))
}

// cacheDir is where facts are kept, "" for nowhere.
func cacheDir(off bool) string {
	if off {
		return ""
	}
	if dir := os.Getenv("ROADWORTHY_CACHE"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "roadworthy")
}

// write renders a result where the flags say.
func (o *checkFlags) write(s *streams, c *check.Checked, brief bool) error {
	ro := report.Options{Brief: brief, Line: c.Line}
	if o.output == "" {
		ro.Brief = brief || !o.briefGiven && report.Terminal(s.out)
		ro.Color = report.Color(s.out, os.Getenv)
		ro.Width = width()
		return report.Write(s.out, o.format, c.Result, ro)
	}
	var buf bytes.Buffer
	if err := report.Write(&buf, o.format, c.Result, ro); err != nil {
		return err
	}
	if err := os.WriteFile(o.output, buf.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// width is the terminal's as far as the shell says; 0 for the default.
func width() int {
	n, err := strconv.Atoi(os.Getenv("COLUMNS"))
	if err != nil || n < 40 {
		return 0
	}
	return min(n, 200)
}

// rewrites says whether a line that is written to w can be written again: w is a terminal that knows how.
func rewrites(w io.Writer) bool { return report.Terminal(w) && os.Getenv("TERM") != "dumb" }

// progress shows on a terminal how far a check is; the function that it returns takes the line away.
func progress(w io.Writer, opts *check.Options) func() {
	if !rewrites(w) {
		return func() {}
	}
	start := time.Now()
	var mu sync.Mutex
	shown := false
	opts.Progress = func(done, total int) {
		if time.Since(start) < 300*time.Millisecond {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		shown = true
		fmt.Fprintf(w, "\r\x1b[Kreading %d of %d files", done, total)
		if done == total {
			fmt.Fprint(w, "\r\x1b[Kfollowing calls…")
		}
	}
	return func() {
		if shown {
			fmt.Fprint(w, "\r\x1b[K")
		}
	}
}
