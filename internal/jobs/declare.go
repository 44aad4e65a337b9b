//go:build linux || darwin

package jobs

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Declaration is one job as declared, in roadworthy.toml or in code.
type Declaration struct {
	Name string `json:"name"`

	// What runs: a Python callable, or a command.
	Entry   string   `json:"entry,omitempty"` // module:function, or path/to/file.py:function
	Command []string `json:"command,omitempty"`
	Adapter string   `json:"adapter,omitempty"` // celery, rq
	// Directory is where a command starts; for an entry, one more directory to import from.
	Directory string `json:"directory,omitempty"`
	Async     bool   `json:"async,omitempty"`

	Schedule string   `json:"schedule,omitempty"`
	Zone     string   `json:"time_zone,omitempty"`
	Missed   string   `json:"missed,omitempty"` // skip, once, all
	After    []string `json:"after,omitempty"`  // a step of a pipeline: jobs that come first

	Queue    string `json:"queue,omitempty"`
	Priority int    `json:"priority,omitempty"`

	Retries     int           `json:"retries"`
	BackoffKind string        `json:"backoff_kind,omitempty"` // fixed, linear, exponential
	Backoff     time.Duration `json:"backoff"`
	BackoffMax  time.Duration `json:"backoff_max"`
	TimeLimit   time.Duration `json:"time_limit,omitempty"`
	Grace       time.Duration `json:"grace,omitempty"`
	MemoryLimit int64         `json:"memory_limit,omitempty"`

	Concurrency int           `json:"concurrency,omitempty"`
	LimitKey    string        `json:"limit_key,omitempty"`
	PerKey      int           `json:"per_key,omitempty"`
	RateCount   int           `json:"rate_count,omitempty"`
	RatePer     time.Duration `json:"rate_per,omitempty"`
	Slots       int           `json:"slots,omitempty"` // coroutine jobs: how many at a time in one process

	Key    string   `json:"key,omitempty"` // idempotency key made of arguments: "{invoice_id}"
	Owner  string   `json:"owner,omitempty"`
	Tier   string   `json:"tier,omitempty"`
	Alerts []string `json:"alerts,omitempty"`

	// Late is how long after its time a scheduled run may succeed before the alert; MaxQueueAge and FailureRate likewise.
	Late        time.Duration      `json:"late,omitempty"`
	MaxAge      time.Duration      `json:"max_age,omitempty"`
	FailureRate float64            `json:"failure_rate,omitempty"`
	Expect      map[string]float64 `json:"expect,omitempty"` // signal → seconds within which it has to arrive

	Env map[string]string `json:"env,omitempty"`

	// Effects that a retry would repeat, as the whole-program analysis found them; empty if none or not analysed.
	Effects []string `json:"effects,omitempty"`

	File string `json:"file,omitempty"` // where it is declared
	Line int    `json:"line,omitempty"`
}

// Tiers, from least to most that depends on the work.
var Tiers = []string{"experimental", "internal", "business-critical", "customer-facing"}

func (d *Declaration) fill() {
	if d.Queue == "" {
		d.Queue = "default"
	}
	if d.Priority == 0 {
		d.Priority = 2
	}
	if d.Backoff == 0 {
		d.Backoff = 10 * time.Second
	}
	if d.BackoffMax == 0 {
		d.BackoffMax = max(time.Hour, d.Backoff)
	}
	if d.Grace == 0 {
		d.Grace = 10 * time.Second
	}
	if d.BackoffKind == "" {
		d.BackoffKind = "exponential"
	}
	if d.Missed == "" {
		d.Missed = "once"
	}
	if d.Tier == "" {
		d.Tier = "experimental"
	}
	if d.Slots == 0 {
		d.Slots = 50
	}
}

// At says where the job is declared, for messages.
func (d Declaration) At() string {
	if d.File == "" {
		return d.Name
	}
	return fmt.Sprintf("%s:%d", d.File, max(1, d.Line))
}

// A Refusal is a guardrail that a declaration breaks.
type Refusal struct {
	Job       string `json:"job"`
	At        string `json:"at"`
	Guardrail string `json:"guardrail"`
	Text      string `json:"text"`
	Next      string `json:"next"`
}

func (r Refusal) String() string {
	return fmt.Sprintf("%s %s: job %s %s", r.At, r.Guardrail, r.Job, r.Text)
}

// Guard lists what a declaration's tier does not allow.
func Guard(d Declaration) []Refusal {
	var out []Refusal
	add := func(guardrail, text, next string) {
		out = append(out, Refusal{d.Name, d.At(), guardrail, text, next})
	}
	tier := slices.Index(Tiers, d.Tier)
	critical := tier >= 2
	if critical {
		if d.Owner == "" {
			add("owner", "is "+d.Tier+" and has no owner", `add owner = "team or address"`)
		}
		if d.TimeLimit == 0 {
			add("time-limit", "is "+d.Tier+" and has no time limit", `add timeout = "10m"`)
		}
		if len(d.Alerts) == 0 {
			add("alert", "is "+d.Tier+" and has no alert: nobody would learn that it stopped", `add alerts = ["https://…"], ["mailto:…"] or a command`)
		}
	}
	if d.Retries > 0 && len(d.Effects) > 0 && d.Key == "" && tier >= 1 {
		add("idempotency", "is retried and would repeat an effect: "+strings.Join(d.Effects, ", "),
			`add idempotency-key = "{argument}" and hand roadworthy.current().key on to what it calls, or set retries = 0`)
	}
	return out
}

// check finds what makes a declaration meaningless, whatever its tier.
func (d Declaration) check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%s: job %s: %s", d.At(), d.Name, fmt.Sprintf(format, args...))
	}
	if !jobName.MatchString(d.Name) {
		return bad("the name may have letters, digits, `.`, `_`, `-` and at most 100 of them")
	}
	if (d.Entry == "") == (len(d.Command) == 0) {
		return bad("give entry = \"module:function\" or command = [\"program\", …], and not both")
	}
	if d.Entry != "" {
		mod, fn, ok := strings.Cut(d.Entry, ":")
		if !ok || mod == "" || !identPath.MatchString(fn) {
			return bad("entry = %q: write \"module:function\" or \"path/to/file.py:function\"", d.Entry)
		}
	}
	if !slices.Contains(Tiers, d.Tier) {
		return bad("tier = %q: one of %s", d.Tier, strings.Join(Tiers, ", "))
	}
	if !slices.Contains([]string{"skip", "once", "all"}, d.Missed) {
		return bad("missed = %q: one of skip, once, all", d.Missed)
	}
	if d.Schedule != "" {
		if _, err := ParseSchedule(d.Schedule, d.Zone); err != nil {
			return bad("%v", err)
		}
	}
	if d.Priority < 1 || d.Priority > 4 {
		return bad("priority = %d: from 1 (first) to 4", d.Priority)
	}
	if d.Retries < 0 || d.Retries > 1000 {
		return bad("retries = %d: from 0 to 1000", d.Retries)
	}
	if d.PerKey > 0 && d.LimitKey == "" {
		return bad("per-key-concurrency needs per-key, the name of the argument whose value is the key")
	}
	if len(d.Queue) > 100 {
		return bad("the queue's name is longer than 100 bytes")
	}
	for _, a := range d.Alerts {
		if _, err := parseTarget(a); err != nil {
			return bad("alert: %v", err)
		}
	}
	if _, err := d.keyFor(json.RawMessage("{}")); d.Key != "" && err != nil && !strings.Contains(err.Error(), "argument") {
		return bad("%v", err)
	}
	return nil
}

var (
	jobName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)
	identPath = regexp.MustCompile(`^[^\W\d]\w*(\.[^\W\d]\w*)*$`)
	keyPart   = regexp.MustCompile(`\{([^{}]*)\}`)
)

// keyFor makes the idempotency key of a request out of its arguments.
func (d Declaration) keyFor(args json.RawMessage) (string, error) {
	if d.Key == "" {
		return "", nil
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(args, &values); err != nil {
		return "", fmt.Errorf("arguments of %s are not a JSON object: %w", d.Name, err)
	}
	var missing string
	key := keyPart.ReplaceAllStringFunc(d.Key, func(m string) string {
		name := m[1 : len(m)-1]
		raw, ok := values[name]
		if !ok {
			missing = name
			return ""
		}
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return s
		}
		return string(raw)
	})
	if missing != "" {
		return "", fmt.Errorf("job %s makes its key of argument %q, which this request does not name", d.Name, missing)
	}
	return key, nil
}

// limits are what claiming has to know.
func (d Declaration) limits() Limits {
	return Limits{Concurrency: d.Concurrency, KeyArg: d.LimitKey, PerKey: d.PerKey, RateCount: d.RateCount, RatePer: d.RatePer}
}

// retryAt is when a failed attempt is tried again: the backoff grows with each, up to its maximum, and half of it is
// drawn at random so that jobs that failed together do not come back together.
func (d Declaration) retryAt(now time.Time, attempt int, draw float64) time.Time {
	wait := d.Backoff
	for i := 1; i < attempt && wait < d.BackoffMax; i++ {
		switch d.BackoffKind {
		case "fixed":
		case "linear":
			wait += d.Backoff
		default:
			wait *= 2
		}
	}
	wait = min(wait, d.BackoffMax)
	return now.Add(wait/2 + time.Duration(draw*float64(wait/2)))
}

// ParseDuration reads Go's durations and days ("90s", "10m", "1h30m", "7d").
func ParseDuration(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err == nil && n >= 0 && n < 36500 {
			return time.Duration(n * 24 * float64(time.Hour)), nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not a duration: write 90s, 10m, 1h30m or 7d", s)
	}
	return d, nil
}
