//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
	"github.com/roadworthy-dev/roadworthy/internal/measure/proc"
	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

func init() { experiments["aa"] = experiment{aa} }

// workload reports the latencies of 150 calls; its argument scales the work of each. The same in Python and, for experiments that need
// thousands of processes on a machine that has no time for them, in this program itself.
const workload = `
import json, os, sys, time
n = int(500 * float(sys.argv[1]))
clock = time.perf_counter_ns
def work():
    s = 0
    for i in range(n):
        s += i * i
    return s
out = []
for _ in range(150):
    t = clock(); work(); out.append(clock() - t)
path = os.environ.get("ROADWORTHY_BENCH_REPORT")
if path:
    with open(path, "w") as f:
        json.dump({"latency_ns": out}, f)
`

func init() {
	experiments["work"] = experiment{work}
	if len(os.Args) > 1 && os.Args[1] == "work" {
		runtime.LockOSThread() // in init: the main goroutine stays on the first thread, as Python's work does
	}
}

var sink float64

func work(_ context.Context, _ bool, args []string) (bool, error) {
	factor, err := strconv.ParseFloat(args[0], 64)
	if err != nil {
		return false, err
	}
	n := int(10000 * factor)
	latencies := make([]int64, 150)
	for i := range latencies {
		t := time.Now()
		s := 1.0
		for k := range n {
			s += s * float64(k&7) * 1e-9
		}
		sink += s
		latencies[i] = int64(time.Since(t))
	}
	if path := os.Getenv(bench.ReportEnv); path != "" {
		b, err := json.Marshal(map[string]any{"latency_ns": latencies})
		if err != nil {
			return false, err
		}
		return true, os.WriteFile(path, b, 0o644)
	}
	return true, nil
}

func init() { experiments["hog"] = experiment{hog} }

// hog takes a processor for random spans, half of the time.
func hog(ctx context.Context, _ bool, _ []string) (bool, error) {
	for ctx.Err() == nil {
		for end := time.Now().Add(time.Duration(rand.ExpFloat64() * 250 * float64(time.Millisecond))); time.Now().Before(end); {
			sink++
		}
		time.Sleep(time.Duration(rand.ExpFloat64() * 250 * float64(time.Millisecond)))
	}
	return true, nil
}

// A row is one session: our verdict per metric, and what the usual ways say.
type row struct {
	Factor   float64           `json:"factor"`
	Blocks   int               `json:"blocks"`
	Seconds  float64           `json:"seconds"`
	Verdicts map[string]string `json:"verdicts"`
	Usual    map[string]bool   `json:"usual"` // "different"
	Refused  bool              `json:"refused"`
	Best     int               `json:"best_of"` // runs that made one value of wall
	Change   float64           `json:"wall"`    // what was measured
}

var aaMetrics = []string{"wall", "cpu", "latency.p50", "latency.p99"}

func aa(ctx context.Context, short bool, args []string) (bool, error) {
	fl := flag.NewFlagSet("aa", flag.ContinueOnError)
	sessions := fl.Int("sessions", 500, "A/A sessions")
	planted := fl.Int("planted", 30, "sessions with a planted slowdown")
	slowdown := fl.Float64("slowdown", 0.03, "planted share of the wall time of a whole process")
	pairs := fl.Int("pairs", 64, "blocks of an A/A session at most; one session in ten has four times as many")
	budget := fl.Duration("budget", 10*time.Minute, "length of a planted session at most")
	every := fl.Int("usual", 1, "measure the usual ways in one session of this many")
	hogs := fl.Int("hogs", 2, "processes that load the machine at random")
	python := fl.String("python", "", "interpreter; empty: the workload is this program itself")
	keep := fl.String("keep", "", "file that receives one JSON line a session; an existing one is continued")
	if err := fl.Parse(args); err != nil {
		return false, err
	}
	if short {
		*sessions, *planted, *pairs, *every, *hogs = 8, 0, 16, 1000, 1
	}
	self, err := os.Executable()
	if err != nil {
		return false, err
	}
	dir, err := os.MkdirTemp("", "roadworthy-aa-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	command := []string{self, "work"}
	script := filepath.Join(dir, "work.py")
	if *python != "" {
		command = []string{*python, "-S", "-E", script}
	}
	if err := os.WriteFile(script, []byte(workload), 0o644); err != nil {
		return false, err
	}
	load, stop := context.WithCancel(ctx)
	defer stop()
	for range *hogs {
		if _, err := proc.Start(load, proc.Command{Argv: []string{self, "hog"}}); err != nil {
			return false, err
		}
	}
	var rows []row
	var out *os.File
	if *keep != "" {
		if f, err := os.Open(*keep); err == nil {
			for in := bufio.NewScanner(f); in.Scan(); {
				var r row
				if json.Unmarshal(in.Bytes(), &r) == nil {
					rows = append(rows, r)
				}
			}
			f.Close()
		}
		if out, err = os.OpenFile(*keep, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644); err != nil {
			return false, err
		}
		defer out.Close()
	}
	count := func(a bool) (n int) {
		for _, r := range rows {
			if (r.Factor == 1) == a {
				n++
			}
		}
		return n
	}
	for ctx.Err() == nil && (count(true) < *sessions || count(false) < *planted) {
		factor, most := 1.0, *pairs
		if count(true)%10 == 9 && !short {
			most *= 4
		}
		// Planted sessions are spread among the others.
		if count(false) < *planted && (count(true) >= *sessions || count(true)*(*planted) >= (count(false)+1)*(*sessions)) {
			if factor, err = plant(ctx, command, *slowdown); err != nil {
				return false, err
			}
		}
		r, err := aaSession(ctx, command, factor, most, *budget, count(true)%*every == 0)
		if err != nil {
			if ctx.Err() != nil {
				break
			}
			return false, err
		}
		rows = append(rows, r)
		if out != nil {
			b, _ := json.Marshal(r)
			fmt.Fprintf(out, "%s\n", b)
		}
	}
	return aaReport(rows), nil
}

// plant returns the factor by which the work of a process has to grow for its wall time to grow by a share: part of that time is the
// start of the process, which does not grow. The quickest of many runs is taken, as the machine is noisy on purpose.
func plant(ctx context.Context, command []string, share float64) (float64, error) {
	var least [2]float64
	for i := range 120 {
		s, err := proc.Run(ctx, proc.Command{Argv: append(slices.Clone(command), []string{"0", "1"}[i%2])})
		if err != nil {
			return 0, err
		}
		if w := float64(s.Wall); least[i%2] == 0 || w < least[i%2] {
			least[i%2] = w
		}
	}
	if least[1] <= least[0] {
		return 0, fmt.Errorf("the work takes no time beside the start of its process")
	}
	return 1 + share*least[1]/(least[1]-least[0]), nil
}

func aaSession(ctx context.Context, command []string, factor float64, pairs int, budget time.Duration, others bool) (row, error) {
	arm := func(name, arg string) bench.Arm {
		return bench.Arm{Name: name, Argv: append(slices.Clone(command), arg)}
	}
	plan := bench.Plan{Name: "aa", Arms: []bench.Arm{arm("a", "1.0"), arm("b", fmt.Sprint(factor))}, Primary: []string{"wall"}, Warmup: 1, Pairs: pairs, Seed: rand.Uint64()}
	if factor != 1 {
		plan.Pairs, plan.Budget = 0, budget
	}
	begin := time.Now()
	res, err := bench.Measure(ctx, plan)
	if err != nil {
		return row{}, err
	}
	if ctx.Err() != nil {
		return row{}, ctx.Err()
	}
	r := row{Factor: factor, Blocks: res.Blocks, Seconds: time.Since(begin).Seconds(), Verdicts: map[string]string{}, Usual: map[string]bool{}}
	alpha := stat.Alpha / float64(len(res.Looks))
	for _, c := range res.Comparisons {
		if !slices.Contains(aaMetrics, c.Metric) {
			continue
		}
		v := c.Verdict
		if !c.Primary { // as if it had been the primary one of the session
			v = stat.Judge(c.Effect, c.Effect.P <= alpha, c.Gate, false)
		}
		r.Verdicts[c.Metric] = string(v.Word)
		if c.Metric == "wall" {
			r.Best, r.Change = c.BestOf, c.Effect.Ratio
		}
		if c.Primary && v.Word == stat.Refused {
			r.Refused = true
		}
	}
	if factor == 1 && others {
		// The usual way: twenty runs of A, then twenty of B, on the same machine in the same minute.
		var a, b []float64
		for i := range 40 {
			s, err := proc.Run(ctx, proc.Command{Argv: plan.Arms[i/20].Argv})
			if err != nil {
				return row{}, err
			}
			if i < 20 {
				a = append(a, float64(s.Wall))
			} else {
				b = append(b, float64(s.Wall))
			}
		}
		usual(r.Usual, "A then B", a, b)
		// The same tests on the session's interleaved runs.
		usual(r.Usual, "interleaved", res.Arms[0].Values["wall"], res.Arms[1].Values["wall"])
	}
	return r, nil
}

// usual records what common comparisons say of two sets of run times.
func usual(into map[string]bool, how string, a, b []float64) {
	ma, va := meanVar(a)
	mb, vb := meanVar(b)
	na, nb := float64(len(a)), float64(len(b))
	// pyperf compare_to: Student's two-sample t test with pooled variance at 95 %.
	pooled := math.Sqrt(((na-1)*va + (nb-1)*vb) / (na + nb - 2) * (1/na + 1/nb))
	t := math.Abs(ma-mb) / pooled
	into[how+": t test p < 0.05 (pyperf compare_to)"] = t > stat.TQuantile(0.975, int(na+nb-2))
	// hyperfine prints the ratio of means ± its error; read as a verdict, an interval of one such error that does not hold 1.
	ratio := math.Max(ma, mb) / math.Min(ma, mb)
	err := ratio * math.Sqrt(va/(ma*ma)+vb/(mb*mb))
	into[how+": ratio of means ± σ excludes 1 (hyperfine's line)"] = ratio-err > 1
	into[how+": Welch t test p < 0.05 (hyperfine's script)"] = welch(a, b) < 0.05
	into[how+": Mann-Whitney p < 0.05"] = mannWhitney(a, b) < 0.05
	into[how+": medians differ by more than 3 %"] = math.Abs(math.Log(stat.Median(b)/stat.Median(a))) > 0.03
}

func meanVar(xs []float64) (mean, variance float64) {
	mean = stat.Mean(xs)
	for _, x := range xs {
		variance += (x - mean) * (x - mean)
	}
	return mean, variance / float64(len(xs)-1)
}

func welch(a, b []float64) float64 {
	ma, va := meanVar(a)
	mb, vb := meanVar(b)
	sa, sb := va/float64(len(a)), vb/float64(len(b))
	t := math.Abs(ma-mb) / math.Sqrt(sa+sb)
	df := (sa + sb) * (sa + sb) / (sa*sa/float64(len(a)-1) + sb*sb/float64(len(b)-1))
	return 2 * (1 - stat.TCDF(t, df))
}

// mannWhitney is the two-sided normal approximation; ties do not occur in nanoseconds.
func mannWhitney(a, b []float64) float64 {
	u := 0.0
	for _, x := range a {
		for _, y := range b {
			if x > y {
				u++
			} else if x == y {
				u += 0.5
			}
		}
	}
	na, nb := float64(len(a)), float64(len(b))
	z := math.Abs(u-na*nb/2) / math.Sqrt(na*nb*(na+nb+1)/12)
	return math.Erfc(z / math.Sqrt2)
}

func aaReport(rows []row) bool {
	n, others, wrong, decided := 0, 0, map[string]int{}, map[string]int{}
	usualWrong := map[string]int{}
	found, planted, refused := 0, 0, 0
	var seconds []float64
	for _, r := range rows {
		if r.Factor != 1 {
			planted++
			seconds = append(seconds, r.Seconds)
			if r.Verdicts["wall"] == string(stat.Slower) {
				found++
			}
			continue
		}
		n++
		if r.Refused {
			refused++
		}
		for m, v := range r.Verdicts {
			if v == string(stat.Faster) || v == string(stat.Slower) {
				wrong[m]++
			}
			if v == string(stat.NoDifference) {
				decided[m]++
			}
		}
		if len(r.Usual) > 0 {
			others++
		}
		for k, different := range r.Usual {
			if different {
				usualWrong[k]++
			}
		}
	}
	if n+planted == 0 {
		return false
	}
	table := [][]string{{"method", "sessions", "said different", "share", "95 % interval"}}
	add := func(name string, k, n int) {
		lo, hi := stat.Wilson(k, n)
		table = append(table, []string{name, fmt.Sprint(n), fmt.Sprint(k), stat.Percent(float64(k) / float64(max(1, n))), stat.Percent(lo) + " … " + stat.Percent(hi)})
	}
	for _, m := range aaMetrics {
		add("roadworthy bench, "+m, wrong[m], n)
	}
	var names []string
	for _, r := range rows {
		for k := range r.Usual {
			if !slices.Contains(names, k) {
				names = append(names, k)
			}
		}
	}
	slices.Sort(names)
	for _, k := range names {
		add(k, usualWrong[k], others)
	}
	bench.Table(os.Stdout, table)
	ok := true
	if n > 0 {
		fmt.Printf("calibration refused %d of %d sessions; `no difference` was reached in %d (wall), %d (latency.p50)\n", refused, n, decided["wall"], decided["latency.p50"])
		wall := float64(wrong["wall"]) / float64(n)
		p99 := float64(wrong["latency.p99"]) / float64(n)
		fmt.Printf("false faster or slower ≤ 1 %%: %s; p99 ≤ 2 %%: %s\n", verdict(wall <= 0.01), verdict(p99 <= 0.02))
		ok = wall <= 0.01 && p99 <= 0.02
		if n < 50 { // a short run cannot tell 1 % from 4 %: it fails on what chance does not give
			ok = wrong["wall"] <= 1 && wrong["latency.p99"] <= 1
		}
	}
	if planted > 0 {
		lo, hi := stat.Wilson(found, planted)
		fmt.Printf("planted slowdown of wall time found in %d of %d sessions (%s … %s), median %.0f s, longest %.0f s\n", found, planted, stat.Percent(lo), stat.Percent(hi), stat.Median(seconds), stat.Quantile(seconds, 1))
		if planted >= 10 {
			fmt.Printf("planted slowdown found in ≥ 80 %%: %s\n", verdict(found*10 >= planted*8))
			ok = ok && found*10 >= planted*8
		}
	}
	return ok
}
