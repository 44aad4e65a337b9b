//go:build linux

// Command shown runs the experiments that docs/measure.md reports: each measures a claim of `bench` or `profile` against a truth known
// otherwise, prints a table, and exits 1 when the claim does not hold. measure.mk has a target for each, and a short form for CI, which
// judges only what no other load on the machine can break: that verdicts are not wrong, that nothing is left behind, that what is there is
// seen. Figures that need a quiet machine are the long form's.
//
//	go run ./internal/measure/shown aa       false verdicts on a noisy machine, and a planted slowdown
//	go run ./internal/measure/shown load     the load generator against queues whose latency is known
//	go run ./internal/measure/shown truth    the profiler against clocks inside the programs it watches
//	go run ./internal/measure/shown states   thread states on scripted waits, with a real PostgreSQL and HTTP server
//	go run ./internal/measure/shown bounds   bounds against the gain of the fix, made and measured
//	go run ./internal/measure/shown overhead what being profiled costs a program
//	go run ./internal/measure/shown kill     kills bench, profiler and target at random moments
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
)

type experiment struct {
	run func(ctx context.Context, short bool, args []string) (ok bool, err error)
}

var experiments = map[string]experiment{}

func main() {
	flag.Usage = func() { fmt.Fprintln(os.Stderr, "usage: shown [-short] EXPERIMENT [flags]") }
	short := flag.Bool("short", false, "the short form, for CI")
	flag.Parse()
	e, ok := experiments[flag.Arg(0)]
	if !ok {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	good, err := e.run(ctx, *short, flag.Args()[1:])
	stop()
	if *short && errors.Is(err, errNoPython) {
		fmt.Printf("%s: not run: %v\n", flag.Arg(0), err)
		return
	}
	switch {
	case err != nil:
		fmt.Fprintf(os.Stderr, "shown: %v\n", err)
		os.Exit(2)
	case !good:
		os.Exit(1)
	}
}

var errNoPython = errors.New("no CPython 3.11 or later found")

// pythons are the interpreters that can be profiled, oldest first, one a minor version.
func pythons(only string) ([]string, error) {
	home, _ := os.UserHomeDir()
	found := map[string]string{}
	patterns := []string{
		filepath.Join(home, ".pyenv/versions/3.1[1-9].*/bin/python3.1[1-9]"),
		filepath.Join(home, ".cache/roadworthy-pythons/bin/python3.1[1-9]"),
	}
	patterns = append(patterns, filepath.SplitList(os.Getenv("ROADWORTHY_PYTHONS"))...) // free-threaded builds, for example
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if !strings.Contains(dir, "shims") {
			patterns = append(patterns, filepath.Join(dir, "python3.1[1-9]"))
		}
	}
	for _, p := range patterns {
		paths, _ := filepath.Glob(p)
		for _, path := range paths {
			v := strings.TrimPrefix(filepath.Base(path), "python")
			if _, ok := found[v]; !ok && (only == "" || strings.Contains(","+only+",", ","+v+",")) {
				if exec.Command(path, "-c", "").Run() == nil {
					found[v] = path
				}
			}
		}
	}
	var versions []string
	for v := range found {
		versions = append(versions, v)
	}
	sort.Strings(versions)
	var out []string
	for _, v := range versions {
		out = append(out, found[v])
	}
	if len(out) == 0 {
		return nil, errNoPython
	}
	return out, nil
}

// minor is the version in an interpreter's name.
func minor(path string) string { return strings.TrimPrefix(filepath.Base(path), "python") }

func verdict(ok bool) string {
	if ok {
		return "holds"
	}
	return "DOES NOT HOLD"
}
