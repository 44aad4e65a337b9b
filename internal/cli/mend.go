package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/fix"
	"github.com/roadworthy-dev/roadworthy/internal/report"
)

// mendFlags are those of check that change files, or show how they would.
type mendFlags struct {
	fix, diff bool
	waiver    fix.Waiver
}

func (m *mendFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&m.fix, "fix", false, "mend what a machine can, say each thing that was done, and report the rest")
	c.Flags().BoolVar(&m.diff, "diff", false, "show what --fix or --waive would write, as a unified diff, and write nothing")
	c.Flags().StringVar(&m.waiver.Rule, "waive", "", "add a waiver of this rule to the configuration; needs --work or --path, --owner, --reason and --until")
	c.Flags().StringVar(&m.waiver.Work, "work", "", "the work that the waiver is for")
	c.Flags().StringVar(&m.waiver.Path, "path", "", "the files that the waiver is for, in the syntax of .gitignore")
	c.Flags().StringVar(&m.waiver.Owner, "owner", "", "who decided the waiver and will end it")
	c.Flags().StringVar(&m.waiver.Reason, "reason", "", "why the waiver is right for now")
	c.Flags().StringVar(&m.waiver.Until, "until", "", "the last day on which the waiver holds, as 2026-12-31")
}

func (m *mendFlags) any() bool { return m.fix || m.diff || m.waiver.Rule != "" }

func (m *mendFlags) validate(writeBaseline bool) error {
	w := m.waiver
	switch {
	case w.Rule == "" && (w.Work+w.Path+w.Owner+w.Reason+w.Until) != "":
		return &Hint{fmt.Errorf("--work, --path, --owner, --reason and --until belong to --waive"), "name the rule: --waive RULE"}
	case w.Rule != "" && m.fix:
		return fmt.Errorf("--waive and --fix cannot be used together")
	case writeBaseline && m.any():
		return fmt.Errorf("--write-baseline cannot be used with --fix, --diff or --waive")
	case m.fix && m.diff:
		return &Hint{fmt.Errorf("--fix and --diff cannot be used together"), "--diff first, then --fix"}
	}
	return nil
}

func (m *mendFlags) run(ctx context.Context, s *streams, o *checkFlags, checked *check.Checked, opts check.Options, brief bool) error {
	if m.waiver.Rule != "" {
		return m.waive(s, checked)
	}
	plan, err := fix.Plan(ctx, checked, opts)
	if err != nil {
		return err
	}
	if m.diff {
		if _, err := io.WriteString(s.out, plan.Diff()); err != nil {
			return fmt.Errorf("write diff: %w", err)
		}
		tell(s.err, plan, "would fix")
		if len(plan.Fixed) > 0 {
			return errFindings
		}
		return nil
	}
	if err := plan.Write(); err != nil {
		return err
	}
	out := s.err
	if o.format == "text" && o.output == "" {
		out = s.out
	}
	tell(out, plan, "fixed")
	if err := o.write(s, plan.Checked, brief); err != nil {
		return err
	}
	if o.fails(plan.Checked.Result.Findings) {
		return errFindings
	}
	return nil
}

// tell says line by line what was done.
func tell(w io.Writer, plan *fix.Outcome, verb string) {
	for i := range plan.Fixed {
		f := &plan.Fixed[i]
		fmt.Fprintf(w, "%s %s %s %s: %s\n", verb, where(&f.Finding), f.Finding.Rule, f.Finding.Name, f.Fix.Message)
	}
	for i := range plan.Left {
		fmt.Fprintf(w, "not fixed %s %s %s: %s\n", where(&plan.Left[i].Finding), plan.Left[i].Finding.Rule, plan.Left[i].Finding.Name, plan.Left[i].Why)
	}
	if len(plan.Fixed) == 0 && len(plan.Left) == 0 {
		fmt.Fprintln(w, "nothing to fix: no open finding has a fix that a machine can make")
	} else {
		fmt.Fprintf(w, "%s %s in %s\n", verb, report.Plural(len(plan.Fixed), "finding", "findings"), report.Plural(len(plan.Files), "file", "files"))
	}
	if verb == "fixed" {
		fmt.Fprintln(w)
	}
}

func where(f *diag.Finding) string { return lineOf(f.File, f.Line, f.Cell) }

func (m *mendFlags) waive(s *streams, checked *check.Checked) error {
	w, err := fix.Waive(checked, m.waiver, time.Now())
	if err != nil {
		switch text := err.Error(); {
		case strings.Contains(text, "no rule"):
			return &Hint{err, "roadworthy policy lists the rules"}
		case strings.Contains(text, "no work"), strings.Contains(text, "no open finding"):
			return &Hint{err, "roadworthy check --format json names each finding's rule and work"}
		}
		return err
	}
	if m.diff {
		if _, err := io.WriteString(s.out, w.Diff()); err != nil {
			return fmt.Errorf("write diff: %w", err)
		}
		return nil
	}
	if err := w.Write(); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "added a waiver to %s: it sets %s aside until %s\n", w.File, report.Plural(w.Covers, "finding", "findings"), m.waiver.Until)
	return nil
}
