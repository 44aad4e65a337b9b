package load

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// An Objective is what a run must meet: quantiles below limits, errors below a share.
type Objective struct {
	Text   string
	limits []limit
}

type limit struct {
	what  string
	below float64 // seconds, or a share for errors
}

var objectivePart = regexp.MustCompile(`^(p50|p90|p95|p99|p999|errors)<([0-9.]+)(µs|us|ms|s|%)$`)

// ParseObjective reads "p99<50ms" or "p99<50ms,errors<1%". Without a limit on errors, none is allowed.
func ParseObjective(s string) (Objective, error) {
	o := Objective{Text: s}
	errors := false
	for _, part := range strings.Split(strings.ReplaceAll(s, " ", ""), ",") {
		m := objectivePart.FindStringSubmatch(part)
		if m == nil {
			return o, fmt.Errorf("objective %q: p99<50ms or errors<1%% expected", part)
		}
		v, err := strconv.ParseFloat(m[2], 64)
		if err != nil || (m[3] == "%") != (m[1] == "errors") {
			return o, fmt.Errorf("objective %q: p99<50ms or errors<1%% expected", part)
		}
		v *= map[string]float64{"µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1, "%": 0.01}[m[3]]
		errors = errors || m[1] == "errors"
		o.limits = append(o.limits, limit{m[1], v})
	}
	if !errors {
		o.limits = append(o.limits, limit{"errors", 0})
	}
	return o, nil
}

// Meets says whether a valid report meets the objective, and if not, why.
func (o Objective) Meets(r *Report) (bool, string) {
	for _, l := range o.limits {
		q := map[string]float64{"p50": r.Latency.P50, "p90": r.Latency.P90, "p95": r.Latency.P95, "p99": r.Latency.P99, "p999": r.Latency.P999}
		if l.what == "errors" {
			if share := float64(r.Errors) / float64(max(1, r.Requests)); share > l.below {
				return false, fmt.Sprintf("%d of %d requests failed", r.Errors, r.Requests)
			}
		} else if q[l.what] >= l.below {
			return false, fmt.Sprintf("%s is %.1f ms", l.what, q[l.what]*1e3)
		}
	}
	return true, ""
}

// A Knee is the result of a search.
type Knee struct {
	Objective string    `json:"objective"`
	Highest   float64   `json:"highest"` // rate that met it; 0 when none did
	Broke     float64   `json:"broke"`   // lowest rate that did not; 0 when none was found
	Why       string    `json:"why"`     // what went wrong there
	Runs      []*Report `json:"runs"`
	Bounded   string    `json:"bounded,omitempty"` // the search ended for another reason than the objective
}

// Search doubles the rate from o.Rate until the objective breaks, then halves the gap until it is 5 % wide.
func Search(ctx context.Context, o Options, objective Objective, say func(string)) (*Knee, error) {
	k := &Knee{Objective: objective.Text}
	try := func(rate float64) (bool, error) {
		o.Rate = rate
		r, err := Drive(ctx, o)
		if err != nil {
			return false, err
		}
		k.Runs = append(k.Runs, r)
		ok, why := false, r.Invalid
		if r.Valid {
			ok, why = objective.Meets(r)
		} else if r.Lag.P99 >= MaxLag.Seconds() {
			k.Bounded = r.Invalid
		}
		if say != nil {
			verdict := "meets the objective"
			if !ok {
				verdict = why
			}
			say(fmt.Sprintf("%.0f/s: p50 %.1f ms, p99 %.1f ms, lag p99 %.2f ms: %s", rate, r.Latency.P50*1e3, r.Latency.P99*1e3, r.Lag.P99*1e3, verdict))
		}
		if ok {
			k.Highest = max(k.Highest, rate)
		} else if k.Broke == 0 || rate < k.Broke {
			k.Broke, k.Why = rate, why
		}
		return ok, nil
	}
	rate := o.Rate
	if rate <= 0 {
		rate = 10
	}
	for {
		ok, err := try(rate)
		if err != nil {
			return nil, err
		}
		if !ok || rate > 500000 {
			break
		}
		rate *= 2
		pause(ctx, 200*time.Millisecond)
	}
	for k.Highest > 0 && k.Broke > k.Highest*1.05 {
		if _, err := try((k.Highest + k.Broke) / 2); err != nil {
			return nil, err
		}
		pause(ctx, 200*time.Millisecond)
	}
	return k, nil
}

// pause lets the queue of an overloaded service drain before the next step.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
