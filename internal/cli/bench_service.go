package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
	"github.com/roadworthy-dev/roadworthy/internal/measure/load"
	"github.com/roadworthy-dev/roadworthy/internal/measure/proc"
	"github.com/roadworthy-dev/roadworthy/internal/measure/sample"
)

// loadOptions turns a declared service into what the generator needs. The scenario may come from the service itself, so it is read when
// the service is up.
func loadOptions(ctx context.Context, d bench.DeclaredService, root string) (load.Options, error) {
	o := load.Options{URL: d.URL, Rate: d.Rate, Duration: time.Duration(d.Seconds * float64(time.Second)), HTTP2: d.HTTP2, Allow: d.AllowHost, Arrivals: load.Arrivals(d.Arrivals)}
	if o.Duration == 0 {
		o.Duration = 10 * time.Second
	}
	o.Warmup = max(o.Duration/5, 500*time.Millisecond)
	switch {
	case d.Scenario != "":
		b, err := os.ReadFile(filepath.Join(root, d.Scenario))
		if err != nil {
			return o, fmt.Errorf("read scenario: %w", err)
		}
		if o.Scenario, err = load.ParseScenario(string(b)); err != nil {
			return o, fmt.Errorf("%s: %w", d.Scenario, err)
		}
	case d.OpenAPI != "":
		doc, err := os.ReadFile(filepath.Join(root, d.OpenAPI))
		if errors.Is(err, os.ErrNotExist) && strings.HasPrefix(d.OpenAPI, "/") {
			doc, err = get(ctx, o, d.OpenAPI)
		}
		if err != nil {
			return o, fmt.Errorf("read OpenAPI document: %w", err)
		}
		if o.Scenario, _, err = load.FromOpenAPI(doc); err != nil {
			return o, err
		}
	}
	return o, nil
}

func get(ctx context.Context, o load.Options, path string) ([]byte, error) {
	client, base, err := load.Client(o)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, "GET", base.JoinPath(path).String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return nil, fmt.Errorf("%s answered %s", path, resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, 64<<20))
}

// ready asks the health path until it answers.
func ready(ctx context.Context, d bench.DeclaredService) error {
	end := time.Now().Add(30 * time.Second)
	path := d.Health
	if path == "" {
		path = "/"
	}
	var last error
	for time.Now().Before(end) {
		if _, last = get(ctx, load.Options{URL: d.URL, Allow: d.AllowHost, HTTP2: d.HTTP2, InFlight: 1, Timeout: 2 * time.Second}, path); last == nil {
			return nil
		}
		var foreign *load.ForeignError
		if errors.As(last, &foreign) {
			return last
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return fmt.Errorf("the service was not ready after 30 s: %w", last)
}

func service(d bench.DeclaredService, root string) (*bench.Service, error) {
	if len(d.Command) == 0 || d.URL == "" {
		return nil, errors.New("service: command and url are needed")
	}
	if _, _, err := load.Client(load.Options{URL: d.URL, Allow: d.AllowHost}); err != nil {
		var foreign *load.ForeignError
		if errors.As(err, &foreign) {
			return nil, &Hint{err, fmt.Sprintf("if %s may be put under load, say so by name: allow-host = %q", foreign.Host, foreign.Host)}
		}
		return nil, err
	}
	return &bench.Service{
		Ready: func(ctx context.Context) error { return ready(ctx, d) },
		Drive: func(ctx context.Context, run uint64) (map[string]float64, string, error) {
			o, err := loadOptions(ctx, d, root)
			if err != nil {
				return nil, "", err
			}
			o.Seed = run
			r, err := load.Drive(ctx, o)
			if err != nil {
				return nil, "", err
			}
			if !r.Valid {
				return nil, r.Invalid, nil
			}
			if r.Errors > 0 && d.Objective == "" {
				return nil, fmt.Sprintf("%d of %d requests failed", r.Errors, r.Requests), nil
			}
			return map[string]float64{"latency.p50": r.Latency.P50 * 1e9, "latency.p95": r.Latency.P95 * 1e9, "latency.p99": r.Latency.P99 * 1e9, "throughput": r.Achieved}, "", nil
		},
	}, nil
}

// benchKnee finds the highest rate that meets the objective.
func benchKnee(ctx context.Context, s *streams, f benchFlags, root, name string, d bench.DeclaredService, env map[string]string, svc *bench.Service) error {
	if d.Objective == "" {
		return &Hint{fmt.Errorf("bench.%s: service: neither a rate nor an objective is given", name), `objective = "p99<50ms" finds the highest rate that meets it`}
	}
	objective, err := load.ParseObjective(d.Objective)
	if err != nil {
		return fmt.Errorf("bench.%s: %w", name, err)
	}
	p, err := startService(ctx, d, env, root)
	if err != nil {
		return fmt.Errorf("bench.%s: %w", name, err)
	}
	defer p.Stop(5 * time.Second)
	if err := svc.Ready(ctx); err != nil {
		return fmt.Errorf("bench.%s: %w", name, err)
	}
	o, err := loadOptions(ctx, d, root)
	if err != nil {
		return fmt.Errorf("bench.%s: %w", name, err)
	}
	say := func(l string) { fmt.Fprintf(s.err, "%s: %s\n", name, l) }
	if f.quiet {
		say = nil
	}
	k, err := load.Search(ctx, o, objective, say)
	if err != nil {
		return fmt.Errorf("bench.%s: %w", name, err)
	}
	if f.format == "json" {
		return writeReport(s, map[string]any{"schema": "roadworthy.knee/1", "name": name, "result": k})
	}
	rows := [][]string{{"rate", "answered", "p50", "p95", "p99", "service p99", "generator lag p99", "errors", ""}}
	ms := func(x float64) string { return fmt.Sprintf("%.2f ms", x*1e3) }
	for _, r := range k.Runs {
		note := ""
		if !r.Valid {
			note = r.Invalid
		}
		rows = append(rows, []string{fmt.Sprintf("%.0f/s", r.Rate), fmt.Sprintf("%.0f/s", r.Achieved), ms(r.Latency.P50), ms(r.Latency.P95), ms(r.Latency.P99), ms(r.Service.P99), ms(r.Lag.P99), fmt.Sprint(r.Errors), note})
	}
	bench.Table(s.out, rows)
	switch {
	case k.Highest == 0:
		fmt.Fprintf(s.out, "%s: not met even at %.0f/s: %s\n", objective.Text, k.Broke, k.Why)
		return errFindings
	case k.Bounded != "":
		fmt.Fprintf(s.out, "%s: met up to %.0f/s; above that nothing is known: %s\n", objective.Text, k.Highest, k.Bounded)
	default:
		fmt.Fprintf(s.out, "%s: met up to %.0f/s; at %.0f/s %s\n", objective.Text, k.Highest, k.Broke, k.Why)
	}
	return nil
}

func startService(ctx context.Context, d bench.DeclaredService, set map[string]string, root string) (*proc.Process, error) {
	env := os.Environ()
	for k, v := range set {
		env = append(env, k+"="+v)
	}
	return proc.Start(ctx, proc.Command{Argv: d.Command, Dir: root, Env: env})
}

// profileService starts a declared service, drives it with its load and profiles it meanwhile.
func profileService(ctx context.Context, s *streams, f profileFlags, format string, o sample.Options) error {
	root, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	declared, root, err := declaredBenches(root)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	b, ok := declared[f.service]
	if !ok || b.Service == nil {
		return fmt.Errorf("profile: there is no [bench.%s.service] in the configuration", f.service)
	}
	d := *b.Service
	if d.Rate == 0 {
		return &Hint{fmt.Errorf("profile: [bench.%s.service] has no rate", f.service), "give the rate at which to look at it, for example the one `roadworthy bench` found"}
	}
	svc, err := service(d, root)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	p, err := startService(ctx, d, b.Env, root)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	defer p.Stop(5 * time.Second)
	if err := svc.Ready(ctx); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	opts, err := loadOptions(ctx, d, root)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	if o.Duration > 0 {
		opts.Duration = o.Duration
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type driven struct {
		r   *load.Report
		err error
	}
	done := make(chan driven, 1)
	go func() {
		r, err := load.Drive(ctx, opts)
		done <- driven{r, err}
	}()
	o.PID, o.Duration = p.Pid, opts.Warmup+opts.Duration
	prof, err := sample.Run(ctx, o)
	if err != nil {
		return profileHint(err)
	}
	result := <-done
	if result.err != nil {
		return fmt.Errorf("profile: %w", result.err)
	}
	prof.Command = f.service
	r := result.r
	prof.Notes = append(prof.Notes, fmt.Sprintf("under load: %.0f requests a second, p50 %.2f ms, p99 %.2f ms, %d of %d failed", r.Rate, r.Latency.P50*1e3, r.Latency.P99*1e3, r.Errors, r.Requests))
	if !r.Valid {
		prof.Notes = append(prof.Notes, "the load is not to be relied on: "+r.Invalid)
	}
	return writeProfile(s, f, format, prof)
}
