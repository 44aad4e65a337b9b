package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/report"
	"github.com/roadworthy-dev/roadworthy/internal/review"
)

func init() { register(reviewCommand) }

func reviewCommand(s *streams) *cobra.Command {
	var o checkFlags
	var path string
	c := &cobra.Command{
		Use:   "review [BASE | BASE..HEAD | BASE...HEAD]",
		Short: "Judge a change: the findings and the effects that it adds",
		Long: `Review compares the working tree with BASE (the last commit by default), or two commits with each other, and reports what
the change adds: findings, and effects of public functions, routes, jobs and agent tools, with the calls that prove them,
wherever in the program the change was. BASE...HEAD starts from the last commit that both have in common, as a pull
request does. The exit code is 1 when findings were added; effects are for the reader to judge.`,
		Example: `  roadworthy review
  roadworthy review main...HEAD --format markdown`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validate(review.Formats()...); err != nil {
				return err
			}
			rev := ""
			if len(args) > 0 {
				rev = args[0]
			}
			base, head, err := review.Range(cmd.Context(), path, rev)
			if err != nil {
				return &Hint{err, "name a branch, a tag or a commit, or a range BASE..HEAD"}
			}
			opts := check.Options{Version: Version, Cache: cacheDir(o.noCache)}
			done := progress(s.err, &opts)
			r, err := review.Run(cmd.Context(), path, base, head, opts)
			done()
			if err != nil {
				return err
			}
			if err := writeReview(s, &o, r); err != nil {
				return err
			}
			if o.fails(r.New) {
				return errFindings
			}
			return nil
		},
	}
	o.add(c, review.Formats()...)
	c.Flags().StringVar(&path, "path", ".", "the directory in a git repository that is reviewed")
	return c
}

func writeReview(s *streams, o *checkFlags, r *review.Review) error {
	ro := report.Options{Line: r.Checked.Line, Width: width(), Color: o.output == "" && report.Color(s.out, os.Getenv)}
	var buf bytes.Buffer
	var err error
	if o.format == "json" {
		err = writeJSON(&buf, r.JSON())
	} else {
		err = r.Write(&buf, o.format, ro)
	}
	if err != nil {
		return err
	}
	if o.output != "" {
		if err := os.WriteFile(filepath.Clean(o.output), buf.Bytes(), 0o644); err != nil {
			return fmt.Errorf("write review: %w", err)
		}
		return nil
	}
	if _, err := s.out.Write(buf.Bytes()); err != nil {
		return fmt.Errorf("write review: %w", err)
	}
	return nil
}
