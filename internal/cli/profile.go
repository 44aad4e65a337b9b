package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
	"github.com/roadworthy-dev/roadworthy/internal/measure/flame"
	"github.com/roadworthy-dev/roadworthy/internal/measure/proc"
	"github.com/roadworthy-dev/roadworthy/internal/measure/sample"
)

func init() { register(newProfile) }

type profileFlags struct {
	pid        int
	rate       int
	duration   time.Duration
	format     string
	output     string
	noChildren bool
	rules      string
	service    string
}

func newProfile(s *streams) *cobra.Command {
	var f profileFlags
	cmd := &cobra.Command{
		Use:   "profile [-- COMMAND…]",
		Short: "Say where a running Python program's time goes and what fixing each part could gain at most",
		Long: `Looks at a Python process from outside, a hundred times a second, without stopping it: CPython 3.11 to 3.15.

Every look has a state (running, waiting for the GIL, for a lock, on a socket …) and a category (database, external API, serialization …)
with the evidence for it. The report ranks what could be fixed by the most it can gain, and says what is not worth the effort.`,
		Example: `  roadworthy profile -- python app.py
  roadworthy profile --pid 4711 --duration 30s
  roadworthy profile --pid 4711 --output profile.html
  roadworthy profile --output profile.pb.gz -- python app.py`,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return runProfile(ctx, s, f, args)
		},
	}
	fl := cmd.Flags()
	fl.IntVar(&f.pid, "pid", 0, "profile a running process")
	fl.IntVar(&f.rate, "rate", 100, "looks per second")
	fl.DurationVar(&f.duration, "duration", 0, "profile this long (default: until the process ends or ^C)")
	fl.StringVar(&f.format, "format", "", "text, json, pprof, speedscope, collapsed or html (default: by the name of --output, else text)")
	fl.StringVar(&f.output, "output", "", "write the profile to this file; the summary still goes to the terminal")
	fl.BoolVar(&f.noChildren, "no-children", false, "leave child processes out")
	fl.StringVar(&f.rules, "rules", "", "`file` with category rules that come before the built-in ones")
	fl.StringVar(&f.service, "service", "", "profile a service declared as a bench while it is driven with its load")
	return cmd
}

var profileWriters = map[string]func(io.Writer, *sample.Profile) error{
	"text":       func(w io.Writer, p *sample.Profile) error { p.Text(w); return nil },
	"json":       profileJSON,
	"pprof":      flame.Pprof,
	"speedscope": flame.Speedscope,
	"collapsed":  flame.Collapsed,
	"html":       flame.HTML,
}

func profileJSON(w io.Writer, p *sample.Profile) error {
	by, work := p.Totals()
	categories := map[string]float64{}
	for c, d := range by {
		categories[string(c)] = d.Seconds()
	}
	states := map[string]float64{}
	for s, d := range p.States() {
		states[string(s)] = d.Seconds()
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(map[string]any{
		"coroutines": p.Coroutines(), "schema": "roadworthy.profile/1", "command": p.Command, "started": p.Started.UTC(), "seconds": p.Length.Seconds(), "rate": p.Rate, "looks": p.Looks, "late": p.Late,
		"work_seconds": work.Seconds(), "categories": categories, "states": states, "fixes": p.Rank(), "targets": p.Targets, "stacks": p.Stats,
		"profiler_cpu_seconds": p.Busy.Seconds(), "notes": p.Notes,
	})
}

func formatOf(f profileFlags) (string, error) {
	if f.format != "" {
		if _, ok := profileWriters[f.format]; !ok {
			return "", &Hint{fmt.Errorf("profile: unknown format %q", f.format), "use text, json, pprof, speedscope, collapsed or html"}
		}
		return f.format, nil
	}
	switch name := strings.ToLower(f.output); {
	case name == "":
		return "text", nil
	case strings.HasSuffix(name, ".html"):
		return "html", nil
	case strings.HasSuffix(name, ".pb.gz"), strings.HasSuffix(name, ".pprof"):
		return "pprof", nil
	case strings.HasSuffix(name, ".speedscope.json"), strings.HasSuffix(name, ".speedscope"):
		return "speedscope", nil
	case strings.HasSuffix(name, ".json"):
		return "json", nil
	case strings.HasSuffix(name, ".collapsed"), strings.HasSuffix(name, ".folded"):
		return "collapsed", nil
	}
	return "", &Hint{fmt.Errorf("profile: the name %s does not say which format to write", f.output), "add --format pprof, speedscope, collapsed, html, json or text"}
}

func runProfile(ctx context.Context, s *streams, f profileFlags, argv []string) error {
	format, err := formatOf(f)
	if err != nil {
		return err
	}
	given := 0
	for _, set := range []bool{f.pid > 0, len(argv) > 0, f.service != ""} {
		if set {
			given++
		}
	}
	if given != 1 {
		return &Hint{fmt.Errorf("profile: give one of --pid, --service, or a command after --"), "roadworthy profile -- python app.py"}
	}
	rules := sample.DefaultRules()
	catalogueRules(rules)
	if f.rules != "" {
		b, err := os.ReadFile(f.rules)
		if err != nil {
			return fmt.Errorf("profile: %w", err)
		}
		if err := rules.Add(string(b)); err != nil {
			return fmt.Errorf("profile: %s: %w", f.rules, err)
		}
	}
	o := sample.Options{PID: f.pid, Rate: f.rate, Duration: f.duration, Children: !f.noChildren, Rules: rules}
	name := fmt.Sprintf("process %d", f.pid)
	failed := ""
	if f.service != "" {
		return profileService(ctx, s, f, format, o)
	}
	if len(argv) > 0 {
		name = strings.Join(argv, " ")
		dir, err := os.MkdirTemp("", "roadworthy-profile-")
		if err != nil {
			return fmt.Errorf("profile: %w", err)
		}
		defer os.RemoveAll(dir)
		// The target's own output is passed on to the error stream afterwards, so that ours stays readable.
		out := filepath.Join(dir, "out")
		p, err := proc.Start(ctx, proc.Command{Argv: argv, Stdout: out, Stderr: filepath.Join(dir, "err")})
		if err != nil {
			return fmt.Errorf("profile: %w", err)
		}
		o.PID = p.Pid
		defer func() {
			p.Stop(2 * time.Second)
			for _, n := range []string{"out", "err"} {
				if b, err := os.ReadFile(filepath.Join(dir, n)); err == nil {
					s.err.Write(b)
				}
			}
		}()
		defer func() {
			select {
			case <-p.Done():
				if r, _ := p.Wait(); !r.OK() {
					failed = fmt.Sprintf("the command ended with status %d", r.Exit)
					fmt.Fprintf(s.err, "profile: %s\n", failed)
				}
			default:
			}
		}()
	}
	p, err := sample.Run(ctx, o)
	if err != nil {
		return profileHint(err)
	}
	p.Command = name
	return writeProfile(s, f, format, p)
}

func writeProfile(s *streams, f profileFlags, format string, p *sample.Profile) error {
	if f.output == "" {
		return profileWriters[format](s.out, p)
	}
	var b bytes.Buffer
	if err := profileWriters[format](&b, p); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	if err := bench.WriteFile(f.output, b.Bytes()); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	p.Text(s.out)
	fmt.Fprintf(s.out, "written to %s\n", f.output)
	return nil
}

func profileHint(err error) error {
	if strings.Contains(err.Error(), "not permitted") {
		return &Hint{fmt.Errorf("profile: %w", err), "run as the same user as the process, start it with `roadworthy profile -- COMMAND`, or grant CAP_SYS_PTRACE"}
	}
	return fmt.Errorf("profile: %w", err)
}
