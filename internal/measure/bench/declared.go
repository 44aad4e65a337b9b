package bench

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Declared is a `[bench.NAME]` table of the configuration, as written there.
type Declared struct {
	Command   []string            `toml:"-"`         // a list, or one text for the shell; or
	Entry     string              `toml:"entry"`     // module:function, called in fresh processes
	Setup     string              `toml:"setup"`     // shell command before every process, not measured
	Work      string              `toml:"work"`      // the work it stands for
	Seconds   float64             `toml:"seconds"`   // entry: how long one process measures
	Calls     int                 `toml:"calls"`     // entry: how many calls one process measures
	Warmup    int                 `toml:"warmup"`    // entry: calls, command: runs that are not counted
	Vs        []string            `toml:"vs"`        // the baseline command
	Pythons   []string            `toml:"pythons"`   // matrix over interpreters; the first is the baseline
	Deps      []string            `toml:"deps"`      // matrix over requirements files
	Env       map[string]string   `toml:"env"`       // of every arm
	Envs      []map[string]string `toml:"envs"`      // matrix over settings
	Revisions []string            `toml:"revisions"` // matrix over git revisions
	Metrics   []string            `toml:"metrics"`   // primary ones
	Gate      float64             `toml:"gate"`      // smallest difference that matters, in percent
	Pairs     int                 `toml:"pairs"`
	Budget    string              `toml:"time"`    // "10m"
	Timeout   string              `toml:"timeout"` // of one process
	Price     float64             `toml:"price"`   // per core hour

	Service *DeclaredService `toml:"service"`
}

// DeclaredService is a service to be driven with load.
type DeclaredService struct {
	Command   []string `toml:"command"`
	URL       string   `toml:"url"`       // where it listens
	Health    string   `toml:"health"`    // path that answers 2xx when it is ready
	Scenario  string   `toml:"scenario"`  // file
	OpenAPI   string   `toml:"openapi"`   // file or path of the service
	Rate      float64  `toml:"rate"`      // arrivals per second; 0: step to the highest that meets the objective
	Objective string   `toml:"objective"` // "p99<50ms"
	Seconds   float64  `toml:"seconds"`
	Arrivals  string   `toml:"arrivals"` // poisson or constant
	HTTP2     bool     `toml:"http2"`
	AllowHost string   `toml:"allow-host"` // a host that is not this machine and may be driven all the same
}

// Plan turns the declaration into a plan without arms.
func (d Declared) Plan(name string) (Plan, error) {
	p := Plan{Name: name, Primary: d.Metrics, Warmup: d.Warmup, Price: d.Price, Setup: d.Setup, Pairs: d.Pairs, Gate: d.Gate / 100}
	var err error
	if d.Gate < 0 || d.Gate >= 100 {
		return p, fmt.Errorf("bench.%s: gate: %v is not a percentage between 0 and 100", name, d.Gate)
	}
	for i, m := range p.Primary {
		if m == "peak-memory" {
			p.Primary[i] = "memory"
		}
	}
	for _, f := range []struct {
		key, text string
		to        *time.Duration
	}{{"time", d.Budget, &p.Budget}, {"timeout", d.Timeout, &p.Limit}} {
		if f.text == "" {
			continue
		}
		if *f.to, err = time.ParseDuration(f.text); err != nil {
			return p, fmt.Errorf("bench.%s: %s: %w", name, f.key, err)
		}
	}
	given := 0
	for _, set := range []bool{len(d.Command) > 0, d.Entry != "", d.Service != nil} {
		if set {
			given++
		}
	}
	if given != 1 {
		return p, fmt.Errorf("bench.%s: give one of command, entry or service", name)
	}
	if d.Entry != "" {
		p.Call = &Call{Target: d.Entry, Seconds: d.Seconds, Calls: d.Calls, Warmup: d.Warmup}
		p.Warmup = 0
		if !strings.Contains(d.Entry, ":") {
			return p, fmt.Errorf("bench.%s: entry: %q is not module:function", name, d.Entry)
		}
	}
	return p, nil
}

// Share reads "3%", "3 %" or "0.03".
func Share(s string) (float64, error) {
	t, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(t), 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a share such as 3%% or 0.03", s)
	}
	if percent {
		v /= 100
	}
	if v < 0 || v >= 1 {
		return 0, fmt.Errorf("%q is not between 0 and 100 %%", s)
	}
	return v, nil
}
