//go:build linux

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

func init() { experiments["overhead"] = experiment{overhead} }

// overheadProgram reports how long its own loop took, by the clock and in processor time: starting and attaching are not part of it.
const overheadProgram = `
import json, os, time
def leaf(n):
    return n * n
def work(n):
    s = 0
    for i in range(n):
        s += leaf(i)
    return s
time.sleep(0.15)
t, c = time.perf_counter_ns(), time.process_time_ns()
for _ in range(int(os.environ["LOOPS"])):
    work(20000)
t, c = time.perf_counter_ns() - t, time.process_time_ns() - c
with open(os.environ["ROADWORTHY_BENCH_REPORT"], "w") as f:
    f.write(json.dumps({"metric": "loop.wall", "value": t, "unit": "ns"}) + "\n" + json.dumps({"metric": "loop.cpu", "value": c, "unit": "ns"}) + "\n")
`

func overhead(ctx context.Context, short bool, args []string) (bool, error) {
	fl := flag.NewFlagSet("overhead", flag.ContinueOnError)
	roadworthy := fl.String("roadworthy", "bin/roadworthy", "the program to measure")
	version := fl.String("python", "", "version")
	rate := fl.Int("rate", 100, "looks per second")
	budget := fl.Duration("time", 5*time.Minute, "length of the session")
	if err := fl.Parse(args); err != nil {
		return false, err
	}
	pairs, loops := 0, "60"
	if short {
		pairs, loops = 2, "4"
	}
	all, err := pythons(*version)
	if err != nil {
		return false, err
	}
	python := all[len(all)-1]
	dir, err := os.MkdirTemp("", "roadworthy-overhead-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "work.py")
	if err := os.WriteFile(script, []byte(overheadProgram), 0o644); err != nil {
		return false, err
	}
	tool, err := filepath.Abs(*roadworthy)
	if err != nil {
		return false, err
	}
	r, err := bench.Measure(ctx, bench.Plan{
		Name: "overhead", Primary: []string{"loop.cpu"}, Budget: *budget, Pairs: pairs, Warmup: 1, Gate: 0.005,
		Arms: []bench.Arm{
			{Name: "alone", Argv: []string{python, script}, Env: map[string]string{"LOOPS": loops}},
			{Name: fmt.Sprintf("profiled at %d looks a second", *rate), Argv: []string{tool, "profile", "--rate", fmt.Sprint(*rate), "--", python, script}, Env: map[string]string{"LOOPS": loops}},
		},
		Progress: func(l string) { fmt.Fprintln(os.Stderr, l) },
	})
	if err != nil {
		return false, err
	}
	r.Text(os.Stdout)
	for _, c := range r.Comparisons {
		if c.Metric == "loop.cpu" {
			if short { // a few pairs show that both ways run to their end; their ratio is noise
				fmt.Printf("both ways ran to their end: %s\n", verdict(true))
				return true, nil
			}
			ok := c.Effect.Low <= 1.01 // not shown to cost more than 1 %
			fmt.Printf("overhead of %d looks a second on the target: %s (%s … %s); ≤ 1 %%: %s\n", *rate, stat.Percent(c.Effect.Ratio-1), stat.Percent(c.Effect.Low95-1), stat.Percent(c.Effect.Hi95-1), verdict(ok && c.Effect.Ratio <= 1.01))
			return ok && c.Effect.Ratio <= 1.01, nil
		}
	}
	return false, fmt.Errorf("no figure came back")
}
