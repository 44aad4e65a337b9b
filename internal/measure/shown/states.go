//go:build linux

package main

import (
	"bufio"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
	"github.com/roadworthy-dev/roadworthy/internal/measure/proc"
	"github.com/roadworthy-dev/roadworthy/internal/measure/sample"
	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

func init() { experiments["states"] = experiment{states} }

//go:embed states.py
var statesProgram []byte

// startPostgres runs a server of its own in a scratch directory; PostgreSQL refuses to run as root, so root becomes `nobody`.
func startPostgres(ctx context.Context, dir string) (env string, stop func(), err error) {
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return "", nil, fmt.Errorf("no PostgreSQL on this machine: %w", err)
	}
	data := filepath.Join(dir, "pg")
	as := []string{}
	name := "postgres"
	if os.Geteuid() == 0 {
		u, err := user.Lookup("nobody")
		if err != nil {
			return "", nil, err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Mkdir(data, 0o700); err != nil {
			return "", nil, err
		}
		os.Chmod(dir, 0o755)
		if err := os.Chown(data, uid, gid); err != nil {
			return "", nil, err
		}
		as = []string{"setpriv", "--reuid", u.Uid, "--regid", u.Gid, "--clear-groups"}
	}
	run := func(argv ...string) (*proc.Process, error) {
		return proc.Start(ctx, proc.Command{Argv: append(slices.Clone(as), argv...), Dir: "/", Env: append(os.Environ(), "LC_ALL=C", "HOME=/"), Stderr: filepath.Join(dir, "pg.log")})
	}
	p, err := run(initdb, "-D", data, "-U", name, "-A", "trust", "--no-sync")
	if err != nil {
		return "", nil, err
	}
	if s, err := p.Wait(); err != nil || !s.OK() {
		b, _ := os.ReadFile(filepath.Join(dir, "pg.log"))
		return "", nil, fmt.Errorf("initdb: %s", b)
	}
	port := 20000 + os.Getpid()%20000
	server, err := run(filepath.Join(filepath.Dir(initdb), "postgres"), "-D", data, "-p", strconv.Itoa(port), "-k", data, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off")
	if err != nil {
		return "", nil, err
	}
	stop = func() { server.Stop(3 * time.Second) }
	for range 200 {
		if exec.Command("psql", "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-U", name, "-c", "select 1", "postgres").Run() == nil {
			return fmt.Sprintf("127.0.0.1 %d %s", port, name), stop, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return "", nil, fmt.Errorf("PostgreSQL did not start")
}

// accepts lists what a look at a thread of a kind may be called: by state, or by category where the kind is one.
func accepts(kind string, l sample.Look) bool {
	switch kind {
	case "running": // two threads that spin take turns
		return l.State == sample.Running || l.State == sample.GIL || l.State == sample.Starved
	case "native":
		return l.State == sample.Native || l.State == sample.Starved
	case "idle":
		return l.Category == sample.Waiting
	case "process wait":
		return l.Category == sample.Process
	case "database", "external API", "filesystem":
		return string(l.Category) == kind
	}
	return string(l.State) == kind
}

func states(ctx context.Context, short bool, args []string) (bool, error) {
	fl := flag.NewFlagSet("states", flag.ContinueOnError)
	seconds := fl.Float64("seconds", 10, "length of a run")
	rate := fl.Int("rate", 200, "looks per second")
	versions := fl.String("python", "", "versions, by commas")
	if err := fl.Parse(args); err != nil {
		return false, err
	}
	if short {
		*seconds = 1.5
	}
	all, err := pythons(*versions)
	if err != nil {
		return false, err
	}
	if short {
		all = all[len(all)-1:]
	}
	ctx, sc, err := newScene(ctx, "states", statesProgram)
	if err != nil {
		return false, err
	}
	defer sc.end()
	waits, more := "sleep,lock,event,child,http,accept,poll,pipe,flock", ""
	pg, stop, err := startPostgres(ctx, sc.dir)
	if err != nil {
		fmt.Printf("without PostgreSQL: %v\n", err)
	} else {
		defer stop()
		waits += ",postgres"
		sc.env = append(sc.env, "PG="+pg)
		more = "database port " + strings.Fields(pg)[1]
	}
	rules, err := sc.rules(more)
	if err != nil {
		return false, err
	}
	out, stderr := filepath.Join(sc.dir, "out"), filepath.Join(sc.dir, "err")
	table := [][]string{{"python", "kind", "looks", "right", "mistaken for"}}
	ok := true
	least := 0.99
	if short {
		least = 0.5 // on a busy machine a thread that was just woken waits long, and that wait may be told late
	}
	for _, python := range all {
		// Waits alone, then the three that need a processor: a busy GIL would put every other thread to waiting for it.
		for _, threads := range []string{waits, "native", "spin", "spin,spin"} {
			p, err := proc.Start(ctx, proc.Command{Argv: []string{python, sc.script, threads, "600"}, Env: sc.env, Stdout: out, Stderr: stderr})
			if err != nil {
				return false, err
			}
			kinds, want := map[int]string{}, 1+len(strings.Split(threads, ","))
			for range 2000 {
				kinds = map[int]string{}
				f, err := os.Open(out)
				if err != nil {
					return false, err
				}
				for in := bufio.NewScanner(f); in.Scan(); {
					if id, kind, found := strings.Cut(in.Text(), " "); found {
						if n, err := strconv.Atoi(id); err == nil {
							kinds[n] = kind
						}
					}
				}
				f.Close()
				if len(kinds) == want {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if len(kinds) != want {
				p.Stop(time.Second)
				b, _ := os.ReadFile(stderr)
				return false, fmt.Errorf("%s: %d of %d threads of %s came to their wait: %s", minor(python), len(kinds), want, threads, b)
			}
			time.Sleep(200 * time.Millisecond)
			type tally struct {
				looks       int
				time, right float64
				wrong       map[string]float64
			}
			counts := map[string]*tally{}
			for _, kind := range kinds {
				if kind != "main" {
					counts[kind] = &tally{wrong: map[string]float64{}}
				}
			}
			_, err = sample.Run(ctx, sample.Options{PID: p.Pid, Rate: *rate, Rules: rules, Duration: time.Duration(*seconds * float64(time.Second)), OnLook: func(_ time.Time, w time.Duration, l sample.Look) {
				kind := kinds[l.TID]
				c := counts[kind]
				if c == nil || l.State == sample.Starved {
					return
				}
				c.looks++
				c.time += w.Seconds()
				if accepts(kind, l) {
					c.right += w.Seconds()
				} else {
					c.wrong[fmt.Sprintf("%s/%s", l.State, l.Category)] += w.Seconds()
				}
			}})
			p.Stop(time.Second)
			if err != nil {
				b, _ := os.ReadFile(stderr)
				return false, fmt.Errorf("%s: %w: %s", minor(python), err, b)
			}
			var names []string
			for k := range counts {
				names = append(names, k)
			}
			slices.Sort(names)
			for _, k := range names {
				c := counts[k]
				share := 0.0
				if c.time > 0 {
					share = c.right / c.time
				}
				ok = ok && (share >= least || short && c.looks < 20) // a busy machine may not let a thread run
				var wrong []string
				for w, n := range c.wrong {
					wrong = append(wrong, fmt.Sprintf("%s %s", w, stat.Percent(n/c.time)))
				}
				slices.Sort(wrong)
				table = append(table, []string{minor(python), k, fmt.Sprint(c.looks), stat.Percent(share), strings.Join(wrong, ", ")})
				if !short {
					fmt.Fprintln(os.Stderr, strings.Join(table[len(table)-1], "  "))
				}
			}
		}
	}
	bench.Table(os.Stdout, table)
	fmt.Printf("every class ≥ %.0f %%: %s\n", least*100, verdict(ok))
	return ok, nil
}
