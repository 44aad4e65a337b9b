//go:build linux

package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
	"github.com/roadworthy-dev/roadworthy/internal/measure/proc"
	"github.com/roadworthy-dev/roadworthy/internal/measure/sample"
	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

func init() { experiments["bounds"] = experiment{bounds} }

//go:embed bounds.py
var boundsProgram []byte

var faults = []struct {
	name     string
	category sample.Category
}{
	{"database", sample.Database}, {"cache", sample.Cache}, {"api", sample.API}, {"serialization", sample.Serialization}, {"polling", sample.Sleeping},
	{"locking", sample.LockWait}, {"files", sample.Filesystem}, {"native", sample.NativeCode}, {"garbage", sample.Garbage}, {"imports", sample.Import},
	{"loops", sample.Interpreter}, {"threads", sample.GILWait},
}

func bounds(ctx context.Context, short bool, args []string) (bool, error) {
	fl := flag.NewFlagSet("bounds", flag.ContinueOnError)
	pairs := fl.Int("pairs", 12, "pairs of runs that measure the gain")
	rate := fl.Int("rate", 200, "looks per second")
	version := fl.String("python", "", "version")
	only := fl.String("fault", "", "faults, by commas")
	if err := fl.Parse(args); err != nil {
		return false, err
	}
	if short {
		*pairs, *only = 0, "database,serialization,polling"
	}
	all, err := pythons(*version)
	if err != nil {
		return false, err
	}
	python := all[len(all)-1]
	ctx, sc, err := newScene(ctx, "bounds", boundsProgram)
	if err != nil {
		return false, err
	}
	defer sc.end()
	rules, err := sc.rules("")
	if err != nil {
		return false, err
	}
	stderr := filepath.Join(sc.dir, "err")
	table := [][]string{{"fault", "category", "share of the time", "stated bound", "measured gain", "95 % interval", "within"}}
	good := true
	for _, f := range faults {
		if *only != "" && !strings.Contains(","+*only+",", ","+f.name+",") {
			continue
		}
		command := func(how string) proc.Command {
			return proc.Command{Argv: []string{python, sc.script, f.name, how}, Env: sc.env, Limit: time.Minute, Stderr: stderr}
		}
		p, err := proc.Start(ctx, command("slow"))
		if err != nil {
			return false, err
		}
		prof, err := sample.Run(ctx, sample.Options{PID: p.Pid, Rate: *rate, Rules: rules, Children: true})
		p.Wait()
		if err != nil {
			return false, fmt.Errorf("%s: %w", f.name, err)
		}
		bound, share := 1.0, 0.0
		for _, fix := range prof.Rank() {
			if fix.Category == f.category {
				bound, share = fix.AtMost, fix.Share
			}
		}
		var slow, fixed []float64
		for i := range *pairs {
			for j, how := range []string{"slow", "fixed", "fixed", "slow"}[2*(i%2) : 2*(i%2)+2] {
				s, err := proc.Run(ctx, command(how))
				if err != nil {
					return false, err
				}
				if !s.OK() {
					b, _ := os.ReadFile(stderr)
					return false, fmt.Errorf("%s %s: exit %d: %s", f.name, how, s.Exit, b)
				}
				if (j == 0) == (i%2 == 0) {
					slow = append(slow, float64(s.Wall))
				} else {
					fixed = append(fixed, float64(s.Wall))
				}
			}
		}
		if short { // gains are for a quiet machine; that the fault is found and bounded is for any
			good = good && bound > 1 && share > 0
			table = append(table, []string{f.name, string(f.category), stat.Percent(share), fmt.Sprintf("%.2f×", bound), "", "", ""})
			continue
		}
		e := stat.Compare(fixed, slow, 0.05, 1)
		within := e.Ratio <= bound
		good = good && within
		table = append(table, []string{f.name, string(f.category), stat.Percent(share), fmt.Sprintf("%.2f×", bound), fmt.Sprintf("%.2f×", e.Ratio), fmt.Sprintf("%.2f … %.2f", e.Low95, e.Hi95), fmt.Sprint(within)})
		fmt.Fprintln(os.Stderr, strings.Join(table[len(table)-1], "  "))
	}
	bench.Table(os.Stdout, table)
	if short {
		fmt.Printf("every fault was found and bounded: %s\n", verdict(good))
		return good, nil
	}
	fmt.Printf("no measured gain above its stated bound, Python %s: %s\n", minor(python), verdict(good))
	return good, nil
}
