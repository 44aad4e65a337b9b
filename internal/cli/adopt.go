package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/edit"
	"github.com/roadworthy-dev/roadworthy/internal/standard"
)

type adoptFlags struct {
	write, noTests, noLock, offline, migrate bool
	python                                   string
	limit                                    time.Duration
	o                                        standard.AdoptOptions
}

func init() {
	register(func(s *streams) *cobra.Command {
		var f adoptFlags
		cmd := &cobra.Command{
			Use:   "adopt [PATH]",
			Short: "Bring an existing repository up to the standard, key by key",
			Long: `Show what the standard would add to an existing repository: each key with its reason, and the whole as a diff. Nothing
is written without --write. Keys that are there keep their values, and every comment stays. Poetry, pdm, Pipenv and
conda projects keep their tool; --migrate moves a Poetry, Pipenv or PDM project to uv, with the versions that were locked.

With --write, the project's own tests are run before and after, on copies of it; when they do not say the same, everything
is put back. This runs the project's code. The lock, .roadworthy/standard.lock, remembers what the standard wrote, so that
a second run changes nothing and --update can merge a newer standard. Exit code 1: the tests differ or no lock of the
dependencies could be made.`,
			Args: cobra.MaximumNArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				root := "."
				if len(args) == 1 {
					root = args[0]
				}
				if info, err := os.Stat(root); err != nil {
					return fmt.Errorf("adopt %s: %w", root, unwrapPath(err))
				} else if !info.IsDir() {
					return &Hint{fmt.Errorf("adopt %s: not a directory", root), "name the repository's root"}
				}
				return runAdopt(cmd, s, root, &f)
			},
		}
		fl := cmd.Flags()
		fl.BoolVar(&f.write, "write", false, "write the changes")
		fl.BoolVar(&f.o.Update, "update", false, "merge a newer version of the standard than the lock's")
		fl.BoolVar(&f.migrate, "migrate", false, "move from Poetry, Pipenv or PDM to uv")
		fl.StringVar(&f.o.Owner, "owner", "", "who answers for the repository, for CODEOWNERS: @team, @organisation/team or a mail address")
		fl.BoolVar(&f.noTests, "no-tests", false, "do not run the project's tests")
		fl.BoolVar(&f.noLock, "no-lock", false, "do not make uv.lock")
		fl.BoolVar(&f.offline, "offline", false, "use what uv has cached, without the network")
		fl.StringVar(&f.python, "python", "", "the Python to run the tests with")
		fl.DurationVar(&f.limit, "test-timeout", 10*time.Minute, "the longest that one run of the tests may take")
		return cmd
	})
}

func runAdopt(cmd *cobra.Command, s *streams, root string, f *adoptFlags) error {
	ctx := cmd.Context()
	tools := &standard.Tools{Offline: f.offline}
	var plan *standard.Plan
	var err error
	if f.migrate {
		if plan, err = standard.MakeMigration(ctx, root, f.o, tools, !f.noLock); err != nil && !f.noLock {
			return &Hint{err, "if the locked versions are the reason, migrate with --no-lock and let uv lock find others"}
		}
	} else {
		plan, err = standard.MakePlan(ctx, root, f.o, tools)
	}
	if err != nil {
		return err
	}
	if plan.Newer > 0 {
		fmt.Fprintf(s.out, "the standard has a version %d, the lock an older one; nothing was changed\n  help: roadworthy adopt --update\n", plan.Newer)
		return nil
	}
	printPlan(s, plan)
	for _, m := range plan.Missing {
		fmt.Fprintf(s.err, "roadworthy: %v\n", m)
	}
	changes := plan.Changes()
	if !f.write {
		for _, name := range changes {
			if name != standard.LockPath && name != "uv.lock" {
				fmt.Fprint(s.out, "\n"+edit.Diff(name, plan.Before[name], plan.After[name]))
			}
		}
		for _, name := range plan.Removed {
			fmt.Fprintf(s.out, "removed  %s\n", name)
		}
		if len(changes) == 0 {
			fmt.Fprintln(s.out, "nothing to change")
		} else {
			fmt.Fprintf(s.out, "\nnothing was written; to write %d files: roadworthy adopt --write\n", len(changes))
		}
		return nil
	}
	if len(changes) == 0 {
		fmt.Fprintln(s.out, "nothing to change")
		return nil
	}
	same, err := adoptTests(cmd, s, tools, plan, f)
	if err != nil {
		return err
	}
	if !same {
		return errFindings
	}
	if err := plan.Apply(); err != nil {
		if undo := plan.Undo(); undo != nil {
			return errors.Join(err, undo)
		}
		return err
	}
	fmt.Fprintf(s.out, "wrote %s\n", strings.Join(changes, ", "))
	if len(plan.Removed) > 0 {
		fmt.Fprintf(s.out, "removed %s\n", strings.Join(plan.Removed, ", "))
	}
	return adoptLock(cmd, s, tools, plan, f)
}

func printPlan(s *streams, plan *standard.Plan) {
	counts := map[standard.Outcome]int{}
	for _, d := range plan.Decisions {
		counts[d.Outcome]++
		key := d.Want.Key()
		switch d.Outcome {
		case standard.Added, standard.Updated:
			fmt.Fprintf(s.out, "%-8s %s: %s\n", d.Outcome, key, d.Want.Why)
		case standard.Kept:
			fmt.Fprintf(s.out, "%-8s %s: yours stays\n", d.Outcome, key)
		case standard.Conflict:
			fmt.Fprintf(s.out, "%-8s %s: yours stays; the standard now has %s\n", d.Outcome, key, oneLine(d.Want.Value))
		case standard.Removed:
			fmt.Fprintf(s.out, "%-8s %s: you took it out, it stays out\n", d.Outcome, key)
		}
	}
	for _, a := range plan.Advice {
		fmt.Fprintf(s.out, "advice   %s\n", a)
	}
	var parts []string
	for _, o := range []standard.Outcome{standard.Added, standard.Updated, standard.Same, standard.Kept, standard.Conflict, standard.Removed} {
		if counts[o] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[o], o))
		}
	}
	fmt.Fprintf(s.out, "keys: %s\n", strings.Join(parts, ", "))
}

func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 80 {
		text = text[:77] + "..."
	}
	return text
}

// adoptTests runs the project's tests without and with the changes; false when they differ. Where they cannot be run, it says
// why and goes on.
func adoptTests(cmd *cobra.Command, s *streams, tools *standard.Tools, plan *standard.Plan, f *adoptFlags) (bool, error) {
	if f.noTests {
		fmt.Fprintln(s.out, "tests: not run, as asked")
		return true, nil
	}
	var missing *standard.MissingTool
	bench, err := standard.NewBench(cmd.Context(), tools, plan.Survey, f.python, f.limit)
	if errors.As(err, &missing) {
		fmt.Fprintf(s.out, "tests: not run: %v\n", missing)
		return true, nil
	} else if err != nil {
		fmt.Fprintf(s.out, "tests: not run: %v\n", err)
		return true, nil
	}
	defer bench.Close()
	before, err := bench.Run(cmd.Context(), nil)
	if err != nil {
		return false, err
	}
	for _, n := range slices.Compact(bench.Notes) {
		fmt.Fprintf(s.err, "roadworthy: tests: %s\n", n)
	}
	if !before.Ran {
		fmt.Fprintf(s.out, "tests: %s\n", before.Counts())
		return true, nil
	}
	after, err := bench.Run(cmd.Context(), plan.After)
	if err != nil {
		return false, err
	}
	differences := before.Differences(after)
	if len(differences) > 0 {
		// A test that does not agree with itself says nothing about the changes.
		again, err := bench.Run(cmd.Context(), nil)
		if err != nil {
			return false, err
		}
		unsteady := map[string]bool{}
		for _, d := range before.Differences(again) {
			name, _, _ := strings.Cut(d, ": ")
			unsteady[name] = true
		}
		differences = slices.DeleteFunc(differences, func(d string) bool { name, _, _ := strings.Cut(d, ": "); return unsteady[name] })
		if len(unsteady) > 0 {
			fmt.Fprintf(s.out, "tests: %d differ from run to run by themselves and are left out\n", len(unsteady))
		}
	}
	fmt.Fprintf(s.out, "tests before: %s\ntests after:  %s\n", before.Counts(), after.Counts())
	if len(differences) == 0 {
		fmt.Fprintln(s.out, "tests: the same")
		return true, nil
	}
	for i, d := range differences {
		if i == 20 {
			fmt.Fprintf(s.out, "  and %d more\n", len(differences)-i)
			break
		}
		fmt.Fprintf(s.out, "  %s\n", d)
	}
	fmt.Fprintln(s.out, "tests: not the same; nothing was written")
	return false, nil
}

func adoptLock(cmd *cobra.Command, s *streams, tools *standard.Tools, plan *standard.Plan, f *adoptFlags) error {
	if f.noLock || !plan.Lockable() {
		return nil
	}
	_, statErr := os.Stat(filepath.Join(plan.Survey.Root, "uv.lock"))
	var missing *standard.MissingTool
	switch err := tools.Lock(cmd.Context(), plan.Survey.Root); {
	case errors.As(err, &missing):
		fmt.Fprintf(s.err, "roadworthy: %v; then: uv lock\n", missing)
		return nil
	case err != nil:
		fmt.Fprintf(s.out, "lock: uv.lock could not be made; the requirements as they stand have no solution, or one could not be fetched:\n%v\n", err)
		return errFindings
	case statErr != nil:
		fmt.Fprintln(s.out, "lock: uv.lock made")
	default:
		fmt.Fprintln(s.out, "lock: uv.lock is current")
	}
	return nil
}
