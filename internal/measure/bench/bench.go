// Package bench answers "is B better than A" so that the answer can be trusted on a machine that does other things too.
//
// A [Plan] names [Arm]s: ways to run the same work. The first is the baseline. A [Session] runs blocks; a block is one fresh process
// of every arm, and one more of the baseline, in random order. So every block gives one pair per arm (arm against baseline) and one
// pair that calibrates (baseline against itself), measured in the same minutes with the same number of pairs. If the baseline differs
// from itself, nothing is said about the others; if it wanders, the wandering becomes the smallest difference that counts.
//
// Looks at the data are fixed before the first measured block ([stat.Looks]); an arm that has its verdict on every primary metric is
// measured no further. A run that ends in an error gives no value, and an arm with more errors than the baseline is never `faster`.
//
// The package leaves starting processes to proc, statistics to stat, and rendering to its own text.go; results are plain data that
// marshal to JSON ([Result], version [Schema]) and are kept by store.go.
package bench

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

// Schema names the version of the JSON form of a Result.
const Schema = "roadworthy.bench/1"

// An Arm is one way to run the work.
type Arm struct {
	Name string            `json:"name"`
	Argv []string          `json:"argv"`
	Dir  string            `json:"dir,omitempty"`
	Env  map[string]string `json:"env,omitempty"` // on top of the session's environment
	// What makes this arm different, for fingerprints and tables.
	Python   string `json:"python,omitempty"`   // interpreter path
	Revision string `json:"revision,omitempty"` // git commit
	Deps     string `json:"deps,omitempty"`     // requirements file
}

// A Plan is what a session measures and when it stops.
type Plan struct {
	Name    string
	Arms    []Arm         // Arms[0] is the baseline
	Primary []string      // metrics that get a verdict
	Gate    float64       // smallest difference that matters, as a share
	Budget  time.Duration // the session takes about this long at most
	Pairs   int           // at most this many blocks; 0: as many as the budget allows
	Warmup  int           // runs per arm that are not counted
	Limit   time.Duration // one run may take this long
	Price   float64       // money per core hour; 0: no cost is computed
	Seed    uint64
	Call    *Call  // in-process workload instead of plain commands; the arms' Argv is then the interpreter
	Setup   string // shell command that runs before every process and is not measured
	// Service, when set, makes every run a fresh service under load; the arms' commands start it.
	Service *Service
	// Progress is told what happens; nil is silent.
	Progress func(string)
}

// A Call is a function measured inside a fresh process: warmed up, then called again and again.
type Call struct {
	Target  string  `json:"target"`            // module:function
	Seconds float64 `json:"seconds,omitempty"` // measure for this long …
	Calls   int     `json:"calls,omitempty"`   // … or this many calls
	Warmup  int     `json:"warmup,omitempty"`
}

// A Service is how to wait for a service and how to drive it. The bench knows nothing about protocols.
type Service struct {
	Ready func(ctx context.Context) error
	// Drive returns the values of one run, or why the run does not count.
	Drive func(ctx context.Context, run uint64) (values map[string]float64, failed string, err error)
}

// Defaults fills what was left open.
func (p *Plan) Defaults() {
	if p.Gate == 0 {
		p.Gate = 0.01
		if p.Service != nil {
			p.Gate = 0.03 // latencies under load repeat less well than run times
		}
	}
	if p.Budget == 0 {
		p.Budget = time.Minute
	}
	if p.Warmup == 0 {
		p.Warmup = 2
	}
	if p.Limit == 0 {
		p.Limit = 5 * time.Minute
	}
	if len(p.Primary) == 0 {
		p.Primary = []string{"wall"}
		if p.Call != nil {
			p.Primary = []string{"latency.p50"}
		}
		if p.Service != nil {
			p.Primary = []string{"latency.p99"}
		}
	}
	for i := range p.Arms {
		if p.Arms[i].Name == "" {
			p.Arms[i].Name = strings.Join(p.Arms[i].Argv, " ")
		}
	}
}

// Validate says what is wrong with a plan in its user's words.
func (p *Plan) Validate() error {
	if len(p.Arms) == 0 {
		return fmt.Errorf("bench %s: nothing to run", p.Name)
	}
	if p.Gate < 0 || p.Gate >= 1 {
		return fmt.Errorf("bench %s: gate %v is not a share between 0 and 1", p.Name, p.Gate)
	}
	seen := map[string]bool{}
	for _, a := range p.Arms {
		if len(a.Argv) == 0 {
			return fmt.Errorf("bench %s: arm %s has no command", p.Name, a.Name)
		}
		if seen[a.Name] {
			return fmt.Errorf("bench %s: two arms are called %q", p.Name, a.Name)
		}
		seen[a.Name] = true
	}
	return nil
}

// A Metric is one quantity a run gives.
type Metric struct {
	Name string
	Unit string // ns, bytes, count, or a unit the workload named
	More bool   // more is better
}

// known are the metrics every run can give; a workload may add its own.
var known = map[string]Metric{
	"wall":         {"wall", "ns", false},
	"undelayed":    {"undelayed", "ns", false},
	"cpu":          {"cpu", "ns", false},
	"memory":       {"memory", "bytes", false},
	"pss":          {"pss", "bytes", false},
	"instructions": {"instructions", "count", false},
	"startup":      {"startup", "ns", false},
	"latency.min":  {"latency.min", "ns", false},
	"latency.p50":  {"latency.p50", "ns", false},
	"latency.p95":  {"latency.p95", "ns", false},
	"latency.p99":  {"latency.p99", "ns", false},
	"throughput":   {"throughput", "1/s", true},
	"cost":         {"cost", "money/1M ops", false},
}

// order is how metrics are listed; others follow by name.
var order = []string{"wall", "undelayed", "cpu", "startup", "latency.p50", "latency.p95", "latency.p99", "latency.min", "throughput", "memory", "pss", "instructions", "cost"}

func sortMetrics(names []string) {
	rank := func(n string) int {
		if i := slices.Index(order, n); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortFunc(names, func(a, b string) int {
		if r := rank(a) - rank(b); r != 0 {
			return r
		}
		return strings.Compare(a, b)
	})
}

// A Result is a finished session.
type Result struct {
	Schema      string            `json:"schema"`
	Name        string            `json:"name"`
	Started     time.Time         `json:"started"`
	Seconds     float64           `json:"seconds"`
	Gate        float64           `json:"gate"`
	Primary     []string          `json:"primary"`
	Looks       []int             `json:"looks"`
	Blocks      int               `json:"blocks"`
	Seed        uint64            `json:"seed"`
	Stopped     string            `json:"stopped"` // why the session ended: decided, last look, interrupted
	Arms        []ArmResult       `json:"arms"`
	Calibration []Comparison      `json:"calibration"` // baseline against itself
	Comparisons []Comparison      `json:"comparisons"` // every other arm against the baseline
	Machine     Machine           `json:"machine"`
	Notes       []string          `json:"notes,omitempty"`
	Units       map[string]string `json:"units"`
}

// An ArmResult is what one arm gave.
type ArmResult struct {
	Arm
	Runs        int                `json:"runs"`
	Errors      int                `json:"errors"`
	ErrorLow    float64            `json:"error_low"`  // Wilson 95 % interval of the error rate
	ErrorHigh   float64            `json:"error_high"` // Wilson 95 % interval of the error rate
	FirstError  string             `json:"first_error,omitempty"`
	Median      map[string]float64 `json:"median"`
	Interpreter *Interpreter       `json:"interpreter,omitempty"`
	// Values are the runs in the order of the blocks, so that a later analysis can pair them: NaN-free, one list per metric,
	// with the block of each value.
	Values map[string][]float64 `json:"values"`
	Block  []int                `json:"block"`
}

// A Comparison is one metric of one arm against the baseline.
type Comparison struct {
	Arm     string       `json:"arm"`
	Metric  string       `json:"metric"`
	Primary bool         `json:"primary"`
	Effect  stat.Effect  `json:"effect"`
	BestOf  int          `json:"best_of,omitempty"` // each value is the quickest of this many runs in a row
	Less    bool         `json:"less,omitempty"`    // each value is less the time its first thread was ready but had no processor
	Gate    float64      `json:"gate"`              // what was asked, or the calibration's own wandering when that is more
	Verdict stat.Verdict `json:"verdict"`
}

// Worse says whether a primary metric of some arm has a verdict that should stop a change, with the reason.
func (r *Result) Worse() (string, bool) {
	for _, c := range r.Comparisons {
		if c.Primary && c.Verdict.Word == stat.Slower {
			return fmt.Sprintf("%s is slower in %s: %s", c.Arm, c.Metric, change(c.Effect.Ratio)), true
		}
	}
	if len(r.Arms) > 0 {
		base := r.Arms[0]
		for _, a := range r.Arms[1:] {
			if a.ErrorLow > base.ErrorHigh || (a.Errors > 0 && base.Errors == 0) {
				return fmt.Sprintf("%s ended in an error in %d of %d runs, %s in %d of %d", a.Name, a.Errors, a.Runs, base.Name, base.Errors, base.Runs), true
			}
		}
	}
	return "", false
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
