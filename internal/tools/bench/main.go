// Command bench measures roadworthy beside Ruff: whole processes on the same trees, one machine, one run.
//
//	bench -roadworthy bin/roadworthy -ruff ruff -runs 5 TREE…
//
// Every measurement is a process from start to exit with its output thrown away. The commands of a comparison take turns,
// so that a slow minute of the machine falls on all of them; the order changes with every round. A number is the median
// of the runs. Before the first round everything runs once, so that all commands find the files in memory. The warm run
// has a cache directory of its own; the edited file is the tree's median-sized module with a line added, put back afterwards.
//
// It exits 1 when a bound of -limits is passed.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	b := bench{}
	flag.StringVar(&b.roadworthy, "roadworthy", "bin/roadworthy", "the program")
	flag.StringVar(&b.ruff, "ruff", "ruff", "Ruff")
	flag.IntVar(&b.runs, "runs", 5, "runs of each command")
	limits := flag.Bool("limits", true, "exit 1 when a ratio is over its bound")
	flag.Parse()
	if flag.NArg() == 0 || b.runs < 1 {
		fmt.Fprintln(os.Stderr, "bench: name at least one tree, and -runs of at least 1")
		os.Exit(2)
	}
	// An interrupted run puts the edited file back.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b.ctx = ctx
	over, err := b.all(flag.Args())
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(2)
	}
	if over != nil && *limits {
		fmt.Fprintf(os.Stderr, "over the bound: %s\n", strings.Join(over, "; "))
		os.Exit(1)
	}
}

type bench struct {
	roadworthy, ruff string
	runs             int
	ctx              context.Context
}

// The bounds of the ratios, and of peak memory in MB per million lines.
const (
	checkBound  = 1.0
	parseBound  = 1.2
	warmBound   = 0.25
	editedBound = 0.3
	memoryBound = 600.0
)

func (b *bench) all(trees []string) (over []string, err error) {
	ruff, err := exec.Command(b.ruff, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("run %s --version: %w", b.ruff, err)
	}
	own, err := exec.Command(b.roadworthy, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("run %s --version: %w", b.roadworthy, err)
	}
	fmt.Printf("%s; %s; %d processors, %s/%s; medians of %d\n\n", bytes.TrimSpace(own), bytes.TrimSpace(ruff), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, b.runs)
	fmt.Println("| tree | lines | check | ruff check | ratio | parse | ruff E9 | ratio | warm | of cold | one edited | of cold | peak MB | MB per million lines |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
	for _, tree := range trees {
		r, err := b.tree(tree)
		if err != nil {
			return nil, fmt.Errorf("measure %s: %w", tree, err)
		}
		cold := r.time["check"]
		perMillion := float64(r.memory) / 1e6 / (float64(r.lines) / 1e6)
		fmt.Printf("| %s | %d | %s | %s | %.2f | %s | %s | %.2f | %s | %.2f | %s | %.2f | %.0f | %.0f |\n", filepath.Base(tree), r.lines,
			seconds(cold), seconds(r.time["ruff"]), ratio(cold, r.time["ruff"]),
			seconds(r.time["parse"]), seconds(r.time["e9"]), ratio(r.time["parse"], r.time["e9"]),
			seconds(r.time["warm"]), ratio(r.time["warm"], cold), seconds(r.time["edited"]), ratio(r.time["edited"], cold),
			float64(r.memory)/1e6, perMillion)
		for _, c := range []struct {
			what       string
			got, bound float64
		}{
			{"check", ratio(cold, r.time["ruff"]), checkBound},
			{"parse", ratio(r.time["parse"], r.time["e9"]), parseBound},
			{"warm", ratio(r.time["warm"], cold), warmBound},
			{"edited", ratio(r.time["edited"], cold), editedBound},
			{"MB per million lines", perMillion, memoryBound},
		} {
			if c.got > c.bound {
				over = append(over, fmt.Sprintf("%s: %s %.2f > %.2f", filepath.Base(tree), c.what, c.got, c.bound))
			}
		}
	}
	return over, nil
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

type result struct {
	lines  int
	time   map[string]time.Duration
	memory int64 // bytes, the median peak of the cold check
}

func (b *bench) tree(tree string) (*result, error) {
	r := &result{time: map[string]time.Duration{}}
	edited, err := survey(tree, r)
	if err != nil {
		return nil, err
	}
	cache, err := os.MkdirTemp("", "roadworthy-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(cache)
	original, err := os.ReadFile(edited)
	if err != nil {
		return nil, err
	}
	defer os.WriteFile(edited, original, 0o666)

	type command struct {
		name string
		argv []string
	}
	cold := []command{
		{"check", []string{b.roadworthy, "check", "--no-cache", tree}},
		{"ruff", []string{b.ruff, "check", "--isolated", "--no-cache", tree}},
		{"parse", []string{b.roadworthy, "ast", "--check", tree}},
		{"e9", []string{b.ruff, "check", "--isolated", "--no-cache", "--select", "E9", tree}},
	}
	warm := []string{b.roadworthy, "check", tree}
	times := map[string][]time.Duration{}
	var peaks []int64
	measure := func(name string, argv []string, keep bool) error {
		took, peak, err := run(b.ctx, argv, cache)
		if err != nil {
			return err
		}
		if keep {
			times[name] = append(times[name], took)
			if name == "check" {
				peaks = append(peaks, peak)
			}
		}
		return nil
	}
	for round := range b.runs + 1 {
		for i := range cold {
			c := cold[(i+round)%len(cold)]
			if err := measure(c.name, c.argv, round > 0); err != nil {
				return nil, err
			}
		}
		if err := measure("warm", warm, round > 0); err != nil {
			return nil, err
		}
		line := fmt.Sprintf("\n_bench_round_%d = %d\n", round, round)
		if err := os.WriteFile(edited, append(slices.Clone(original), line...), 0o666); err != nil {
			return nil, err
		}
		if err := measure("edited", warm, round > 0); err != nil {
			return nil, err
		}
		if err := os.WriteFile(edited, original, 0o666); err != nil {
			return nil, err
		}
		// The next warm run must find the cache as the original tree leaves it. A result is kept only of files that were
		// written a moment before, as they are when a person checks twice.
		time.Sleep(200 * time.Millisecond)
		if err := measure("", warm, false); err != nil {
			return nil, err
		}
	}
	for name, t := range times {
		r.time[name] = median(t)
	}
	r.memory = median(peaks)
	return r, nil
}

// survey counts the lines of the tree's Python and chooses the file to edit.
func survey(tree string, r *result) (string, error) {
	type file struct {
		path string
		size int
	}
	var files []file
	err := filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".py") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		r.lines += bytes.Count(text, []byte("\n"))
		files = append(files, file{path, len(text)})
		return nil
	})
	if err != nil {
		return "", err
	}
	if len(files) == 0 {
		return "", errors.New("no Python files")
	}
	slices.SortFunc(files, func(a, b file) int { return a.size - b.size })
	return files[len(files)/2].path, nil
}

// run measures one process. Exit code 1 means findings, which is the work asked for.
func run(ctx context.Context, argv []string, cache string) (time.Duration, int64, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+cache, "NO_COLOR=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	err := cmd.Run()
	took := time.Since(start)
	var exit *exec.ExitError
	if ctx.Err() != nil {
		return 0, 0, ctx.Err()
	}
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		return 0, 0, fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, stderr.Bytes())
	}
	return took, peakMemory(cmd.ProcessState), nil
}

func median[T int64 | time.Duration](values []T) T {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
