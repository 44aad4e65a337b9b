package bench

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Declared is a `[bench.NAME]` table of the configuration, checked by the one that reads it, or the same from the command line.
type Declared struct {
	Command   []string            // a list, or one text for the shell; or
	Entry     string              // module:function, called in fresh processes
	Setup     string              // shell command before every process, not measured
	Work      string              // the work it stands for
	Seconds   float64             // entry: how long one process measures
	Calls     int                 // entry: how many calls one process measures
	Warmup    int                 // entry: calls, command: runs that are not counted
	Vs        []string            // the baseline command
	Pythons   []string            // matrix over interpreters; the first is the baseline
	Deps      []string            // matrix over requirements files
	Env       map[string]string   // of every arm
	Envs      []map[string]string // matrix over settings
	Revisions []string            // matrix over git revisions
	Metrics   []string            // primary ones
	Gate      float64             // smallest difference that matters, in percent
	Pairs     int
	Budget    time.Duration // of the session
	Timeout   time.Duration // of one process
	Price     float64       // per core hour

	Service *DeclaredService
}

// DeclaredService is a service to be driven with load.
type DeclaredService struct {
	Command   []string
	URL       string  // where it listens
	Health    string  // path that answers 2xx when it is ready
	Scenario  string  // file
	OpenAPI   string  // file or path of the service
	Rate      float64 // arrivals per second; 0: step to the highest that meets the objective
	Objective string  // "p99<50ms"
	Seconds   float64
	Arrivals  string // poisson or constant
	HTTP2     bool
	AllowHost string // a host that is not this machine and may be driven all the same
}

// Plan turns the declaration into a plan without arms.
func (d Declared) Plan(name string) (Plan, error) {
	p := Plan{Name: name, Primary: d.Metrics, Warmup: d.Warmup, Price: d.Price, Setup: d.Setup, Pairs: d.Pairs, Gate: d.Gate / 100}
	if d.Gate < 0 || d.Gate >= 100 {
		return p, fmt.Errorf("bench.%s: gate: %v is not a percentage between 0 and 100", name, d.Gate)
	}
	for i, m := range p.Primary {
		if m == "peak-memory" {
			p.Primary[i] = "memory"
		}
	}
	p.Budget, p.Limit = d.Budget, d.Timeout
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
