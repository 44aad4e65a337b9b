//go:build linux

package main

import (
	"context"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
	"github.com/roadworthy-dev/roadworthy/internal/measure/cpython"
	"github.com/roadworthy-dev/roadworthy/internal/measure/proc"
	"github.com/roadworthy-dev/roadworthy/internal/measure/sample"
	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

func init() { experiments["truth"] = experiment{truth} }

//go:embed programs.py
var programs []byte

var programNames = []string{"compute", "calls", "objects", "recursion", "generators", "serialize", "native", "database", "cache", "api", "files", "imports", "garbage", "locks", "gil", "async"}

// peers serves what the programs call: a byte after the delay they ask for, and the same over HTTP.
func peers(ctx context.Context) (database, cache, api int, err error) {
	serve := func() (int, error) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		context.AfterFunc(ctx, func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					defer c.Close()
					for {
						var b [8]byte
						if _, err := io.ReadFull(c, b[:]); err != nil {
							return
						}
						time.Sleep(time.Duration(binary.LittleEndian.Uint64(b[:])) * time.Microsecond)
						if _, err := c.Write([]byte{1}); err != nil {
							return
						}
					}
				}()
			}
		}()
		return l.Addr().(*net.TCPAddr).Port, nil
	}
	if database, err = serve(); err != nil {
		return
	}
	if cache, err = serve(); err != nil {
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		us, _ := strconv.Atoi(r.URL.Query().Get("us"))
		time.Sleep(time.Duration(us) * time.Microsecond)
	})}
	go srv.Serve(l)
	context.AfterFunc(ctx, func() { srv.Close() })
	return database, cache, l.Addr().(*net.TCPAddr).Port, nil
}

// A scene is what the programs of an experiment run in: a directory with their script, and the servers that they call.
type scene struct {
	dir, script     string
	env             []string
	database, cache int // ports
	end             func()
}

// newScene makes a scene. What is started with the context that it gives ends with the scene.
func newScene(ctx context.Context, name string, program []byte) (context.Context, *scene, error) {
	dir, err := os.MkdirTemp("", "roadworthy-"+name+"-")
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	sc := &scene{dir: dir, script: filepath.Join(dir, name+".py"), end: func() { cancel(); os.RemoveAll(dir) }}
	var api int
	if sc.database, sc.cache, api, err = peers(ctx); err == nil {
		err = os.WriteFile(sc.script, program, 0o644)
	}
	if err != nil {
		sc.end()
		return nil, nil, err
	}
	sc.env = append(os.Environ(), fmt.Sprintf("DATABASE=%d", sc.database), fmt.Sprintf("CACHE=%d", sc.cache), fmt.Sprintf("API=%d", api), "SCRATCH="+dir)
	return ctx, sc, nil
}

// rules are the default ones and those that know the scene's servers, and more.
func (sc *scene) rules(more string) (*sample.Rules, error) {
	r := sample.DefaultRules()
	return r, r.Add(fmt.Sprintf("database port %d\ncache port %d\n%s", sc.database, sc.cache, more))
}

type known struct {
	Categories map[string]float64 `json:"categories"`
	Functions  map[string]float64 `json:"functions"`
}

// result is one program on one interpreter.
type result struct {
	worst         float64 // points
	where         string
	looks         int
	impossible    int
	discarded     float64
	functionError float64
	starved       float64
	unseen        string             // a category that took a quarter of the time and was not seen
	others        map[string]float64 // function error of other tools
}

func truth(ctx context.Context, short bool, args []string) (bool, error) {
	fl := flag.NewFlagSet("truth", flag.ContinueOnError)
	seconds := fl.Float64("seconds", 10, "length of a program")
	rate := fl.Int("rate", 1000, "looks per second")
	versions := fl.String("python", "", "versions, by commas")
	only := fl.String("program", "", "programs, by commas")
	pyspy := fl.String("py-spy", "", "py-spy to measure beside")
	tachyon := fl.Bool("tachyon", true, "measure the interpreter's own sampling profiler beside, where it has one")
	if err := fl.Parse(args); err != nil {
		return false, err
	}
	names := programNames
	if short {
		*seconds, *tachyon, names = 1.5, false, []string{"calls", "serialize", "database", "locks"}
	}
	if *only != "" {
		names = strings.Split(*only, ",")
	}
	all, err := pythons(*versions)
	if err != nil {
		return false, err
	}
	if short {
		all = all[len(all)-1:]
	}
	ctx, sc, err := newScene(ctx, "truth", programs)
	if err != nil {
		return false, err
	}
	defer sc.end()
	table := [][]string{{"program", "python", "looks", "largest category error", "in", "function error", "impossible stacks", "discarded", "no processor", "py-spy", "3.15's own"}}
	var looks, impossible int
	within, runs, unseen := 0, 0, false
	var errors []float64
	for _, name := range names {
		for _, python := range all {
			r, err := watched(ctx, sc, python, name, *seconds, *rate)
			if err != nil {
				return false, fmt.Errorf("%s on %s: %w", name, minor(python), err)
			}
			r.others = map[string]float64{}
			if name == "compute" || name == "serialize" || name == "recursion" {
				if *pyspy != "" {
					r.others["py-spy"] = beside(ctx, sc, python, name, *seconds, []string{*pyspy, "record", "--idle", "-r", strconv.Itoa(*rate), "-d", fmt.Sprint(int(*seconds) - 1), "-f", "raw", "-o", "OUT", "-p", "PID"})
				}
				if *tachyon && minor(python) == "3.15" {
					r.others["own"] = beside(ctx, sc, python, name, *seconds, []string{python, "-m", "profiling.sampling", "attach", "-r", strconv.Itoa(*rate), "-d", fmt.Sprint(int(*seconds) - 1), "--collapsed", "-o", "OUT", "PID"})
				}
			}
			unseen = unseen || r.unseen != ""
			runs++
			errors = append(errors, r.worst)
			if r.worst <= 1 {
				within++
			}
			looks += r.looks
			impossible += r.impossible
			other := func(k string) string {
				v, has := r.others[k]
				switch {
				case !has:
					return ""
				case math.IsNaN(v):
					return "does not read it"
				}
				return fmt.Sprintf("%.2f", v)
			}
			table = append(table, []string{name, minor(python), fmt.Sprint(r.looks), fmt.Sprintf("%.2f points", r.worst), r.where, fmt.Sprintf("%.2f", r.functionError),
				fmt.Sprintf("%d", r.impossible), stat.Percent(r.discarded), stat.Percent(r.starved), other("py-spy"), other("own")})
			fmt.Fprintln(os.Stderr, strings.Join(table[len(table)-1], "  "))
		}
	}
	bench.Table(os.Stdout, table)
	torn := float64(impossible) / float64(max(1, looks))
	fmt.Printf("category error within 1 point in %d of %d runs; median %.2f, largest %.2f points\n", within, runs, stat.Median(errors), stat.Quantile(errors, 1))
	fmt.Printf("impossible stacks: %d of %d looks (%s); ≤ 0.1 %%: %s\n", impossible, looks, stat.Percent(torn), verdict(torn <= 0.001))
	if short {
		fmt.Printf("every category was seen: %s\n", verdict(!unseen))
		few := impossible <= 1+looks/100 // of a hundred looks that are all that a busy machine allows, one is no proof
		return !unseen && few, nil
	}
	fmt.Printf("category error ≤ 1 point: %s\n", verdict(within == runs))
	return within == runs && torn <= 0.001, nil
}

// watched runs one program under the profiler and compares.
func watched(ctx context.Context, sc *scene, python, name string, seconds float64, rate int) (result, error) {
	file := filepath.Join(sc.dir, "truth.json")
	os.Remove(file)
	stderr := filepath.Join(sc.dir, "stderr")
	p, err := proc.Start(ctx, proc.Command{Argv: []string{python, sc.script, name, fmt.Sprint(seconds), file}, Env: sc.env, Stderr: stderr, Limit: time.Duration(seconds*float64(time.Second)) + time.Minute})
	if err != nil {
		return result{}, err
	}
	defer p.Stop(time.Second)
	rules, err := sc.rules("")
	if err != nil {
		return result{}, err
	}
	seen := map[string]float64{}
	functions := map[string]float64{}
	var total, starved, inside float64
	r := result{}
	lines := strings.Split(string(programs), "\n")
	prof, err := sample.Run(ctx, sample.Options{PID: p.Pid, Rate: rate, Rules: rules, OnLook: func(_ time.Time, weight time.Duration, l sample.Look) {
		function := ""
		for i, f := range l.Frames {
			if f.Code.Name == "phase" && i > 0 && f.Code.File == sc.script {
				function = l.Frames[i-1].Code.Name
			}
		}
		if function == "" || function == "delayed" { // no phase runs, or a clock is read
			return
		}
		r.looks++
		if !possible(l.Frames, sc.script, lines) {
			r.impossible++
			if os.Getenv("SHOWN_VERBOSE") != "" && r.impossible <= 5 {
				fmt.Fprintf(os.Stderr, "  impossible:")
				for _, f := range l.Frames {
					fmt.Fprintf(os.Stderr, " %s:%d", f.Code.Name, f.Line)
				}
				fmt.Fprintln(os.Stderr)
			}
		}
		w := weight.Seconds()
		inside += w
		functions[function] += w
		if l.State == sample.Starved {
			starved += w
			return
		}
		total += w
		seen[string(l.Category)] += w
	}})
	if err != nil {
		b, _ := os.ReadFile(stderr)
		return result{}, fmt.Errorf("%w: %s", err, b)
	}
	if s, err := p.Wait(); err != nil || !s.OK() {
		b, _ := os.ReadFile(stderr)
		return result{}, fmt.Errorf("the program ended with %d: %s", s.Exit, b)
	}
	k, err := readTruth(file)
	if err != nil {
		return result{}, err
	}
	r.discarded = float64(prof.Stats.Discarded) / float64(max(1, prof.Stats.Stacks+prof.Stats.Discarded))
	r.starved = starved / math.Max(inside, 1e-9)
	r.worst, r.where = compare(k.Categories, seen)
	if os.Getenv("SHOWN_VERBOSE") != "" {
		fmt.Fprintf(os.Stderr, "  known %.3v\n  seen  %.3v, no processor %.3v\n", k.Categories, seen, starved)
	}
	var all float64
	for _, d := range k.Categories {
		all += d
	}
	for c, d := range k.Categories {
		// On a busy machine a program gets little time and the profiler is late: what should have been seen forty times must be seen.
		if d > all/4 && d*float64(rate) >= 40 && prof.Late*10 < prof.Looks && seen[c] == 0 {
			r.unseen = c
		}
	}
	r.functionError, _ = compare(k.Functions, functions)
	return r, nil
}

func readTruth(file string) (known, error) {
	var k known
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &k)
	}
	return k, err
}

// compare returns the largest difference of shares, in points, and where it is.
func compare(truth, seen map[string]float64) (worst float64, where string) {
	sum := func(m map[string]float64) (s float64) {
		for _, v := range m {
			s += v
		}
		return s
	}
	a, b := sum(truth), sum(seen)
	if a == 0 || b == 0 {
		return 100, "nothing seen"
	}
	keys := map[string]bool{}
	for k := range truth {
		keys[k] = true
	}
	for k := range seen {
		keys[k] = true
	}
	for k := range keys {
		if d := math.Abs(truth[k]/a-seen[k]/b) * 100; d > worst {
			worst, where = d, k
		}
	}
	return worst, where
}

// operators are how the programs call what has no name where it is called.
var operators = map[string]string{"__init__": "Point(", "__getitem__": "p[i]", "__add__": "p + i"}

// possible checks a stack against the program's text: the line a frame stands on must name the function that its callee is. Functions
// that are handed over as values are called in phase.
func possible(frames []cpython.Frame, script string, lines []string) bool {
	for i := 1; i < len(frames); i++ {
		caller, callee := frames[i], frames[i-1]
		if caller.Code.File != script || callee.Code.File != script || caller.Code.Name == "phase" {
			continue
		}
		name := callee.Code.Name[strings.LastIndexByte(callee.Code.Name, '.')+1:]
		if strings.HasPrefix(name, "<") {
			continue
		}
		if as, ok := operators[name]; ok {
			name = as
		}
		if caller.Line < 1 || caller.Line > len(lines) || !strings.Contains(lines[caller.Line-1], name) {
			// Python calls what a for statement iterates over from its own line.
			if caller.Line >= 1 && caller.Line <= len(lines) && name == "awaiting" {
				continue
			}
			return false
		}
	}
	return true
}

// beside runs another profiler on the same program and returns its largest error in the share of a function, in points.
func beside(ctx context.Context, sc *scene, python, name string, seconds float64, argv []string) float64 {
	file, out := filepath.Join(sc.dir, "truth.json"), filepath.Join(sc.dir, "out.txt")
	os.Remove(file)
	os.Remove(file + ".started")
	os.Remove(out)
	p, err := proc.Start(ctx, proc.Command{Argv: []string{python, sc.script, name, fmt.Sprint(seconds), file}, Env: sc.env})
	if err != nil {
		return math.NaN()
	}
	defer p.Stop(time.Second)
	for range 500 {
		if _, err := os.Stat(file + ".started"); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	args := append([]string{}, argv...)
	for i := range args {
		args[i] = strings.ReplaceAll(strings.ReplaceAll(args[i], "PID", strconv.Itoa(p.Pid)), "OUT", out)
	}
	limit, cancel := context.WithTimeout(ctx, time.Duration(seconds*float64(time.Second))+20*time.Second)
	defer cancel()
	if b, err := exec.CommandContext(limit, args[0], args[1:]...).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v: %.300s\n", args[0], err, b)
		return math.NaN()
	}
	p.Wait()
	k, err := readTruth(file)
	if err != nil {
		return math.NaN()
	}
	b, err := os.ReadFile(out)
	if err != nil {
		return math.NaN()
	}
	seen := map[string]float64{}
	for line := range strings.Lines(string(b)) {
		i := strings.LastIndexByte(strings.TrimSpace(line), ' ')
		if i < 0 {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(line[i:]), 64)
		if err != nil {
			continue
		}
		frames := strings.Split(line[:i], ";")
		for j := 0; j+1 < len(frames); j++ {
			if f := function(frames[j]); f == "phase" {
				seen[function(frames[j+1])] += n
			}
		}
	}
	worst, _ := compare(k.Functions, seen)
	return worst
}

// function takes the name out of "name (file.py:12)" and of "file.py:name:12".
func function(frame string) string {
	frame = strings.TrimSpace(frame)
	if i := strings.IndexByte(frame, ' '); i > 0 {
		return frame[:i]
	}
	parts := strings.Split(frame, ":")
	if len(parts) >= 3 {
		return parts[len(parts)-2]
	}
	return frame
}
