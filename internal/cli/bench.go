package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
)

func init() { register(newBench) }

type benchFlags struct {
	vs, gate, name, format, lock string
	primary, pythons, deps, revs []string
	envs                         []string
	limit, budget                time.Duration
	pairs, warmup                int
	price                        float64
	seed                         uint64
	compare, ci, noSave, imports bool
	call                         string
	calls                        int
	seconds                      float64
	listPythons, quiet           bool
}

func newBench(s *streams) *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:   "bench [NAME…] [-- COMMAND…]",
		Short: "Measure whether one way to run the work is faster than another, with a verdict that holds on a noisy machine",
		Long: `Measures commands in fresh processes, in randomly ordered pairs, and says faster, slower, no difference above X %, or inconclusive.

The command after -- is compared with --vs, or with itself over a matrix of interpreters, settings, dependency sets and git revisions
(the first entry of each is the baseline). Without a command, the benches declared in the configuration are run.`,
		Example: `  roadworthy bench --vs 'python before.py' -- python after.py
  roadworthy bench --python 3.12,3.14,3.14+jit -- python work.py
  roadworthy bench --rev main --rev HEAD --ci -- python -m app.report
  roadworthy bench --call app.model:score --python 3.13,3.14
  roadworthy bench --imports -- python -c 'import app'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			var names, argv []string
			if n := cmd.ArgsLenAtDash(); n >= 0 {
				names, argv = args[:n], args[n:]
			} else {
				names = args
			}
			return runBench(ctx, s, f, names, argv)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.vs, "vs", "", "the baseline: another command, as one string split like a shell would")
	fl.StringVar(&f.gate, "gate", "", "smallest difference that matters (default 1%)")
	fl.StringVar(&f.name, "name", "", "name under which the result is kept")
	fl.StringVar(&f.format, "format", "text", "text or json")
	fl.StringSliceVar(&f.primary, "metric", nil, "metrics that get a verdict: wall, cpu, memory, latency.p50, latency.p95, latency.p99, throughput, startup, or one the workload reports")
	fl.StringSliceVar(&f.pythons, "python", nil, "interpreters: 3.13, 3.13t, 3.15+jit, or a path")
	fl.StringArrayVar(&f.envs, "env", nil, "settings of one arm, `K=V,K=V`; repeat for more arms, \"\" is none")
	fl.StringArrayVar(&f.deps, "deps", nil, "requirements file of one arm (made with uv); repeat for more arms")
	fl.StringArrayVar(&f.revs, "rev", nil, "git revision of one arm; repeat for more arms, \"\" is the work tree")
	fl.DurationVar(&f.budget, "time", 0, "the session takes about this long at most (default 1m)")
	fl.DurationVar(&f.limit, "limit", 0, "one run may take this long (default 5m)")
	fl.IntVar(&f.pairs, "pairs", 0, "at most this many pairs; overrides --time")
	fl.IntVar(&f.warmup, "warmup", 0, "runs per arm that are not counted (default 2)")
	fl.Float64Var(&f.price, "price", 0, "price of a core hour, for the cost of a million operations")
	fl.Uint64Var(&f.seed, "seed", 0, "seed of the order and of the tests (default: the clock)")
	fl.StringVar(&f.call, "call", "", "measure a function, `module:function`, inside fresh processes")
	fl.IntVar(&f.calls, "calls", 0, "calls a process measures")
	fl.Float64Var(&f.seconds, "seconds", 0, "seconds a process measures (default 0.2)")
	fl.BoolVar(&f.compare, "compare", false, "compare with the last kept result of the same name")
	fl.BoolVar(&f.ci, "ci", false, "exit 1 when a primary metric is slower or there are more errors")
	fl.BoolVar(&f.noSave, "no-save", false, "do not keep the result")
	fl.BoolVar(&f.imports, "imports", false, "show what importing costs instead of comparing")
	fl.StringVar(&f.lock, "ready", "", "lock `file`: say which locked packages have wheels for the interpreters of --python")
	fl.BoolVar(&f.listPythons, "pythons", false, "list the interpreters found")
	fl.BoolVar(&f.quiet, "quiet", false, "no progress")
	return cmd
}

func runBench(ctx context.Context, s *streams, f benchFlags, names, argv []string) error {
	if f.format != "text" && f.format != "json" {
		return &Hint{fmt.Errorf("bench: unknown format %q", f.format), "use --format text or --format json"}
	}
	root, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	switch {
	case f.listPythons:
		return listPythons(s, f)
	case f.lock != "":
		return readiness(s, f)
	}
	adhoc := len(argv) > 0 || f.call != ""
	if adhoc && len(names) > 0 {
		return &Hint{fmt.Errorf("bench: both a declared bench (%s) and a command are given", names[0]), "give one of them"}
	}
	if adhoc {
		d := bench.Declared{Command: argv, Entry: f.call, Calls: f.calls, Seconds: f.seconds, Pythons: f.pythons, Deps: f.deps, Revisions: f.revs}
		if f.vs != "" {
			if d.Vs, err = splitWords(f.vs); err != nil {
				return fmt.Errorf("bench: --vs: %w", err)
			}
		}
		name := f.name
		if name == "" {
			name = strings.Join(argv, " ")
			if f.call != "" {
				name = f.call
			}
		}
		return benchOne(ctx, s, f, root, name, d)
	}
	declared, root, err := declaredBenches(root)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if len(names) == 0 {
		for n := range declared {
			names = append(names, n)
		}
		slices.Sort(names)
	}
	if len(names) == 0 {
		return &Hint{fmt.Errorf("bench: nothing to measure: no command given and no [bench.NAME] in roadworthy.toml"),
			"roadworthy bench --vs 'python before.py' -- python after.py"}
	}
	worse := false
	for _, n := range names {
		d, ok := declared[n]
		if !ok {
			return fmt.Errorf("bench: there is no [bench.%s] in the configuration", n)
		}
		switch err := benchOne(ctx, s, f, root, n, d); {
		case err == errFindings:
			worse = true
		case err != nil:
			return err
		}
	}
	if worse {
		return errFindings
	}
	return nil
}

func benchOne(ctx context.Context, s *streams, f benchFlags, root, name string, d bench.Declared) error {
	plan, err := d.Plan(name)
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	if d.Service != nil {
		if plan.Service, err = service(*d.Service, root); err != nil {
			return fmt.Errorf("bench.%s: %w", name, err)
		}
		d.Command = d.Service.Command
		if d.Service.Rate == 0 {
			return benchKnee(ctx, s, f, root, name, *d.Service, d.Env, plan.Service)
		}
	}
	if f.gate != "" {
		if plan.Gate, err = bench.Share(f.gate); err != nil {
			return fmt.Errorf("bench: --gate: %w", err)
		}
	}
	if len(f.primary) > 0 {
		plan.Primary = f.primary
	}
	if f.budget > 0 {
		plan.Budget = f.budget
	}
	if f.limit > 0 {
		plan.Limit = f.limit
	}
	if f.price > 0 {
		plan.Price = f.price
	}
	if f.warmup > 0 {
		plan.Warmup = f.warmup
	}
	if f.pairs > 0 {
		plan.Pairs = f.pairs
	}
	plan.Seed = f.seed
	if !f.quiet {
		plan.Progress = func(line string) { fmt.Fprintf(s.err, "%s: %s\n", name, line) }
	}
	matrix := bench.Matrix{Pythons: d.Pythons, Deps: d.Deps, Revisions: d.Revisions, Envs: d.Envs}
	for _, e := range f.envs {
		env := map[string]string{}
		for _, kv := range strings.Split(e, ",") {
			if kv == "" {
				continue
			}
			k, v, ok := strings.Cut(kv, "=")
			if !ok {
				return fmt.Errorf("bench: --env: %q is not K=V", kv)
			}
			env[k] = v
		}
		matrix.Envs = append(matrix.Envs, env)
	}
	argv := d.Command
	if plan.Call != nil {
		argv = []string{"python3"}
	}
	arms, release, err := matrix.Arms(ctx, argv, root, filepath.Join(root, bench.State), plan.Call != nil)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer release()
	for i := range arms {
		for k, v := range d.Env {
			if _, own := arms[i].Env[k]; !own {
				arms[i].Env[k] = v
			}
		}
	}
	if len(d.Vs) > 0 {
		if len(arms) > 1 {
			return &Hint{fmt.Errorf("bench: both --vs and a matrix are given"), "compare two commands, or one command over a matrix"}
		}
		arms[0].Name = strings.Join(argv, " ")
		other := bench.Arm{Name: strings.Join(d.Vs, " "), Argv: d.Vs, Dir: arms[0].Dir, Env: arms[0].Env}
		if other.Name == arms[0].Name {
			arms[0].Name, other.Name = arms[0].Name+" (this)", other.Name+" (baseline)"
		}
		arms = []bench.Arm{other, arms[0]}
	}
	if f.imports {
		for _, a := range arms {
			tree, err := bench.ImportTree(ctx, a, os.Environ(), 5)
			if err != nil {
				return fmt.Errorf("bench: %w", err)
			}
			if f.format == "json" {
				if err := writeReport(s, map[string]any{"schema": "roadworthy.imports/1", "arm": a.Name, "imports": tree}); err != nil {
					return err
				}
				continue
			}
			bench.ImportText(s.out, a.Name, tree)
		}
		return nil
	}
	plan.Arms = arms
	r, err := bench.Measure(ctx, plan)
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	var history []*bench.Result
	if f.compare {
		if history, err = bench.History(root, name); err != nil {
			return fmt.Errorf("bench: %w", err)
		}
	}
	saved := ""
	if !f.noSave {
		if saved, err = bench.Save(root, r); err != nil {
			return fmt.Errorf("bench: %w", err)
		}
	}
	if f.format == "json" {
		b, err := bench.Marshal(r)
		if err != nil {
			return fmt.Errorf("bench: %w", err)
		}
		s.out.Write(b)
	} else {
		r.Text(s.out)
		if saved != "" {
			if rel, err := filepath.Rel(root, saved); err == nil {
				fmt.Fprintf(s.out, "kept in %s\n", rel)
			}
		}
	}
	worse := false
	if f.compare {
		if len(history) == 0 {
			fmt.Fprintf(s.err, "%s: no earlier result to compare with\n", name)
		} else {
			old := history[len(history)-1]
			rows, why := r.Against(old)
			if f.format == "json" {
				if err := writeReport(s, map[string]any{"schema": "roadworthy.bench-compare/1", "against": old.Started, "rows": rows, "note": why}); err != nil {
					return err
				}
			} else {
				bench.CompareText(s.out, old, rows, why)
			}
			for _, t := range rows {
				for _, p := range r.Primary {
					worse = worse || (t.Metric == p && t.Verdict.Word == "slower")
				}
			}
		}
	}
	if f.ci {
		if why, bad := r.Worse(); bad {
			fmt.Fprintf(s.err, "%s: %s\n", name, why)
			worse = true
		}
		if worse {
			return errFindings
		}
	}
	if ctx.Err() != nil {
		return fmt.Errorf("bench: interrupted")
	}
	return nil
}

func listPythons(s *streams, f benchFlags) error {
	all := bench.Interpreters()
	if f.format == "json" {
		return writeReport(s, map[string]any{"schema": "roadworthy.interpreters/1", "interpreters": all})
	}
	rows := [][]string{{"python", "JIT", "found by", "path"}}
	for _, in := range all {
		rows = append(rows, []string{in.Name(), in.JIT, in.From, in.Path})
	}
	bench.Table(s.out, rows)
	return nil
}

func readiness(s *streams, f benchFlags) error {
	b, err := os.ReadFile(f.lock)
	if err != nil {
		return fmt.Errorf("bench: read lock file: %w", err)
	}
	var tags []string
	for _, p := range f.pythons {
		v, _, _ := strings.Cut(p, "+")
		parts := strings.SplitN(v, ".", 3)
		if len(parts) < 2 {
			return &Hint{fmt.Errorf("bench: --ready: %q is not a version", p), "give versions such as --python 3.14,3.14t"}
		}
		tag := "cp" + parts[0] + strings.TrimSuffix(parts[1], "t")
		if strings.HasSuffix(v, "t") {
			tag += "t"
		}
		tags = append(tags, tag)
	}
	if len(tags) == 0 {
		return &Hint{fmt.Errorf("bench: --ready needs the interpreters to look at"), "for example --python 3.14,3.14t"}
	}
	arch := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	out := map[string]any{"schema": "roadworthy.ready/1"}
	for _, tag := range tags {
		rs, err := bench.Ready(string(b), tag, runtime.GOOS, arch)
		if err != nil {
			return fmt.Errorf("bench: %s: %w", f.lock, err)
		}
		out[tag] = rs
		if f.format == "text" {
			bench.ReadyText(s.out, tag, rs)
		}
	}
	if f.format == "json" {
		return writeReport(s, out)
	}
	return nil
}

func writeReport(s *streams, v any) error {
	if err := writeJSON(s.out, v); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
