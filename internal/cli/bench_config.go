package cli

import (
	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
)

// declaredBenches gives the `[bench.NAME]` tables of the configuration that governs a directory, and the directory it lies in, which the
// commands and paths in it are relative to.
func declaredBenches(root string) (map[string]bench.Declared, string, error) {
	cfg, err := check.Config(root)
	if err != nil {
		return nil, "", err
	}
	words := func(list []string, shell string) []string {
		if shell != "" {
			return []string{"sh", "-c", shell}
		}
		return list
	}
	out := map[string]bench.Declared{}
	for _, b := range cfg.Benches {
		d := bench.Declared{
			Command: words(b.Command, b.Shell), Entry: b.Entry, Setup: b.Setup, Work: b.Work, Vs: b.Vs, Pythons: b.Pythons, Deps: b.Deps,
			Revisions: b.Revisions, Env: b.Env, Envs: b.Envs, Metrics: b.Metrics, Gate: b.Gate, Pairs: b.Pairs, Warmup: b.Warmup,
			Calls: b.Calls, Seconds: b.Seconds, Budget: b.Time, Timeout: b.Timeout, Price: b.Price,
		}
		if s := b.Service; s != nil {
			d.Service = &bench.DeclaredService{
				Command: words(s.Command, s.Shell), URL: s.URL, Health: s.Health, Scenario: s.Scenario, OpenAPI: s.OpenAPI, Rate: s.Rate,
				Objective: s.Objective, Seconds: s.Seconds, Arrivals: s.Arrivals, HTTP2: s.HTTP2, AllowHost: s.AllowHost,
			}
		}
		out[b.Name] = d
	}
	return out, cfg.Dir, nil
}
