//go:build linux

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
	"github.com/roadworthy-dev/roadworthy/internal/measure/load"
	"github.com/roadworthy-dev/roadworthy/internal/measure/proc"
)

func init() { experiments["load"] = experiment{queues} }

// A queue answers one request after the other. Its clock is virtual: a request leaves at max(arrival, departure of the one before) plus
// its service time, and is answered when that moment has come, so that late timers do not add up.
type queue struct {
	mu      sync.Mutex
	free    time.Time
	service func() time.Duration
	stall   func(now time.Time) time.Time // earliest moment at which anything is answered

	sojourn []float64
}

const servedPath, forgetPath = "/served", "/forget"

func (q *queue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	arrival := time.Now()
	switch r.URL.Path {
	case servedPath: // how long requests stayed, after the first n
		q.mu.Lock()
		n, _ := strconv.Atoi(r.URL.RawQuery)
		json.NewEncoder(w).Encode(quantile(q.sojourn[min(len(q.sojourn)-1, n):], 0.99))
		q.mu.Unlock()
		return
	case forgetPath:
		q.mu.Lock()
		q.free, q.sojourn = time.Time{}, nil
		q.mu.Unlock()
		return
	}
	q.mu.Lock()
	at := q.enter(arrival)
	q.mu.Unlock()
	if d := time.Until(at); d > 0 {
		ts := unix.NsecToTimespec(int64(d))
		unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &ts, nil) // finer than the runtime's timers
	}
}

// enter returns when a request leaves that arrives now (Lindley's recursion, 1952).
func (q *queue) enter(arrival time.Time) time.Time {
	at := arrival
	if q.free.After(at) {
		at = q.free
	}
	if q.stall != nil {
		at = q.stall(at)
	}
	at = at.Add(q.service())
	q.free = at
	q.sojourn = append(q.sojourn, at.Sub(arrival).Seconds())
	return at
}

// expected is the p99 of a queue whose requests arrive exactly as scheduled: no sampling error is left in a comparison with it.
func expected(name string, o load.Options) (float64, error) {
	times, err := load.Schedule(o)
	if err != nil {
		return 0, err
	}
	q := newQueue(name)
	origin := time.Now()
	first := 0
	for i, d := range times {
		if d < o.Warmup {
			first = i + 1
		}
		q.enter(origin.Add(d))
	}
	return quantile(q.sojourn[first:], 0.99), nil
}

const stallPeriod, stallLength = 2 * time.Second, 300 * time.Millisecond

// newQueue makes the queue of a name.
func newQueue(name string) *queue {
	rng := rand.New(rand.NewPCG(5, 6))
	constant := func(d time.Duration) func() time.Duration { return func() time.Duration { return d } }
	exponential := func(d time.Duration) func() time.Duration {
		return func() time.Duration { return time.Duration(rng.ExpFloat64() * float64(d)) }
	}
	switch name {
	case "mm1":
		return &queue{service: exponential(4 * time.Millisecond)}
	case "md1":
		return &queue{service: constant(4 * time.Millisecond)}
	}
	origin := time.Now()
	return &queue{service: constant(100 * time.Microsecond), stall: func(now time.Time) time.Time {
		if at := now.Sub(origin) % stallPeriod; at < stallLength {
			return now.Add(stallLength - at)
		}
		return now
	}}
}

func init() { experiments["queue"] = experiment{serveQueue} }

// serveQueue is the server of the load experiment: queue NAME FILE. It is a process of its own, as a service is, and writes its address.
func serveQueue(ctx context.Context, _ bool, args []string) (bool, error) {
	runtime.GOMAXPROCS(8)        // its handlers sleep in system calls
	defer proc.PreferProcess()() // it stands for what is known: what it owes to the machine's other work would be taken for the generator's
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return false, err
	}
	s := &http.Server{Handler: newQueue(args[0])}
	context.AfterFunc(ctx, func() { s.Close() })
	if err := os.WriteFile(args[1]+".new", []byte("http://"+l.Addr().String()), 0o644); err != nil {
		return false, err
	}
	if err := os.Rename(args[1]+".new", args[1]); err != nil {
		return false, err
	}
	s.Serve(l)
	return true, nil
}

// startQueue starts the server and waits for its address.
func startQueue(ctx context.Context, dir, name string) (url string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	file := filepath.Join(dir, name)
	p, err := proc.Start(ctx, proc.Command{Argv: []string{self, "queue", name, file}})
	if err != nil {
		return "", nil, err
	}
	for range 1000 {
		if b, err := os.ReadFile(file); err == nil {
			return string(b), func() { p.Stop(time.Second) }, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.Stop(time.Second)
	return "", nil, fmt.Errorf("the server did not start")
}

// md1p returns the p-quantile of the time in an M/D/1 queue, by the same recursion over very many arrivals: the waiting time has a
// closed form (Erlang 1909), but its alternating sum loses all digits where it is needed.
func md1p(rate, service, p float64) float64 {
	rng := rand.New(rand.NewPCG(11, 13))
	var w float64
	xs := make([]float64, 0, 2_000_000)
	for range cap(xs) {
		xs = append(xs, w+service)
		w = math.Max(0, w+service-rng.ExpFloat64()/rate)
	}
	return quantile(xs, p)
}

func quantile(xs []float64, p float64) float64 {
	s := append([]float64{}, xs...)
	slices.Sort(s)
	return s[min(len(s)-1, int(math.Ceil(p*float64(len(s))))-1)]
}

func queues(ctx context.Context, short bool, args []string) (bool, error) {
	fl := flag.NewFlagSet("load", flag.ContinueOnError)
	seconds := fl.Float64("seconds", 60, "length of a run")
	wrk := fl.String("wrk", "wrk", "wrk, measured beside where it is installed")
	vegeta := fl.String("vegeta", "vegeta", "vegeta, measured beside where it is installed")
	if err := fl.Parse(args); err != nil {
		return false, err
	}
	if short {
		*seconds, *wrk, *vegeta = 3, "", ""
	}
	dir, err := os.MkdirTemp("", "roadworthy-load-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	cases := []struct {
		name     string
		queue    string
		rate     float64
		arrivals load.Arrivals
		want     float64 // analytic p99, seconds
	}{
		// Time in an M/M/1 queue is exponential with rate µ − λ.
		{"M/M/1, 4 ms, half full", "mm1", 125, load.Poisson, math.Log(100) / (250 - 125)},
		{"M/D/1, 4 ms, 70 % full", "md1", 175, load.Poisson, md1p(175, 0.004, 0.99)},
		// 15 % of the requests fall into a stall and wait for what is left of it.
		{"stalls of 300 ms every 2 s", "stalls", 200, load.Constant, stallLength.Seconds() * (1 - 0.01*stallPeriod.Seconds()/stallLength.Seconds())},
	}
	table := [][]string{{"server", "tool", "rate", "requests", "p99", "of these arrivals", "off by", "in the long run", "as the server saw it", "lag p99", "valid"}}
	ms := func(x float64) string { return fmt.Sprintf("%.2f ms", x*1e3) }
	off := func(x, want float64) string { return fmt.Sprintf("%+.1f %%", (x/want-1)*100) }
	ok := true
	for _, c := range cases {
		url, stop, err := startQueue(ctx, dir, c.queue)
		if err != nil {
			return false, err
		}
		warm := time.Duration(*seconds * 0.05 * float64(time.Second))
		o := load.Options{URL: url, Rate: c.rate, Arrivals: c.arrivals, Duration: time.Duration(*seconds * float64(time.Second)), Warmup: warm, Seed: 42}
		want, err := expected(c.queue, o)
		if err != nil {
			stop()
			return false, err
		}
		r, err := load.Drive(ctx, o)
		if err != nil {
			stop()
			return false, err
		}
		served := math.NaN()
		if resp, err := http.Get(fmt.Sprintf("%s%s?%d", url, servedPath, int(warm.Seconds()*c.rate))); err == nil {
			json.NewDecoder(resp.Body).Decode(&served)
			resp.Body.Close()
		}
		table = append(table, []string{c.name, "roadworthy", fmt.Sprint(c.rate), fmt.Sprint(r.Requests), ms(r.Latency.P99), ms(want), off(r.Latency.P99, want), ms(c.want), ms(served), ms(r.Lag.P99), fmt.Sprint(r.Valid)})
		switch {
		case short:
			// Load only ever adds to a latency; what no load can do is make requests vanish, or answers come before the queue gives them.
			ok = ok && r.Requests > 0 && r.Errors == 0 && r.Latency.P99 >= want*0.7
		case r.Valid:
			ok = ok && math.Abs(r.Latency.P99/want-1) <= 0.05
		default:
			fmt.Printf("%s: no verdict: %s\n", c.name, r.Invalid)
			ok = false
		}
		if _, err := exec.LookPath(*vegeta); err == nil {
			forget(url)
			if p99, n, err := runVegeta(ctx, *vegeta, url, c.rate, min(*seconds, 15)); err == nil {
				table = append(table, []string{c.name, "vegeta (constant)", fmt.Sprint(c.rate), fmt.Sprint(n), ms(p99), "", "", "", "", "", ""})
			}
		}
		if _, err := exec.LookPath(*wrk); err == nil {
			forget(url)
			if p99, n, err := runWrk(ctx, *wrk, url, min(*seconds, 15)); err == nil {
				table = append(table, []string{c.name, "wrk, 4 connections (closed loop)", "as it comes", fmt.Sprint(n), ms(p99), "", "", "", "", "", ""})
			}
		}
		stop()
	}
	bench.Table(os.Stdout, table)
	if short {
		fmt.Printf("every request was answered, none before its queue allows: %s\n", verdict(ok))
		return ok, nil
	}
	fmt.Printf("p99 within 5 %% where the generator kept time: %s\n", verdict(ok))
	return ok, nil
}

func forget(url string) {
	if resp, err := http.Get(url + forgetPath); err == nil {
		resp.Body.Close()
	}
}

func runVegeta(ctx context.Context, vegeta, url string, rate, seconds float64) (p99 float64, n int, err error) {
	attack := exec.CommandContext(ctx, vegeta, "attack", "-rate", strconv.Itoa(int(rate)), "-duration", fmt.Sprintf("%ds", int(seconds)))
	attack.Stdin = strings.NewReader("GET " + url + "\n")
	report := exec.CommandContext(ctx, vegeta, "report", "-type=json")
	if report.Stdin, err = attack.StdoutPipe(); err != nil {
		return 0, 0, err
	}
	if err := attack.Start(); err != nil {
		return 0, 0, err
	}
	b, err := report.Output()
	attack.Wait()
	if err != nil {
		return 0, 0, err
	}
	var out struct {
		Latencies struct {
			P99 float64 `json:"99th"`
		} `json:"latencies"`
		Requests int `json:"requests"`
	}
	err = json.Unmarshal(b, &out)
	return out.Latencies.P99 / 1e9, out.Requests, err
}

var wrkLine = regexp.MustCompile(`99%\s+([0-9.]+)(us|ms|s)`)
var wrkCount = regexp.MustCompile(`(\d+) requests in`)

func runWrk(ctx context.Context, wrk, url string, seconds float64) (p99 float64, n int, err error) {
	b, err := exec.CommandContext(ctx, wrk, "-t1", "-c4", fmt.Sprintf("-d%ds", int(seconds)), "--latency", url).Output()
	if err != nil {
		return 0, 0, err
	}
	m, k := wrkLine.FindSubmatch(b), wrkCount.FindSubmatch(b)
	if m == nil || k == nil {
		return 0, 0, fmt.Errorf("wrk said nothing of latency")
	}
	v, _ := strconv.ParseFloat(string(m[1]), 64)
	n, _ = strconv.Atoi(string(k[1]))
	return v * map[string]float64{"us": 1e-6, "ms": 1e-3, "s": 1}[string(m[2])], n, nil
}
