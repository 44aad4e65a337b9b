//go:build linux || darwin

package jobs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Config is what roadworthy.toml (or [tool.roadworthy] in pyproject.toml) says about running jobs.
type Config struct {
	Run    RunConfig
	Queues map[string]QueueConfig
	Jobs   []Declaration
	File   string
}

// RunConfig is the [run] table.
type RunConfig struct {
	Store         string   `toml:"store"`   // path, sqlite:PATH or postgres://…; ${NAME} is read from the environment
	Listen        string   `toml:"listen"`  // the dashboard's address
	Python        string   `toml:"python"`  // interpreter, or a virtual environment's directory
	Workers       int      `toml:"workers"` // processes for plain jobs
	Retention     string   `toml:"retention"`
	DeadRetention string   `toml:"dead_retention"`
	Patience      string   `toml:"patience"` // how long a stop waits for what runs
	RecycleAfter  int64    `toml:"recycle_after"`
	Paths         []string `toml:"paths"` // put before sys.path
	Alert         []string `toml:"alert"`
	SMTP          string   `toml:"smtp"`
	MailFrom      string   `toml:"mail_from"`
	OTLP          string   `toml:"otlp"` // endpoint for traces and logs
	Proxy         string   `toml:"proxy_identity"`
	Operators     []string `toml:"operators"`
	Viewers       []string `toml:"viewers"`
}

// QueueConfig is a [queue.NAME] table.
type QueueConfig struct {
	Concurrency int `toml:"concurrency"`
}

// jobTable is a [job.NAME] table as written.
type jobTable struct {
	Entry       string            `toml:"entry"`
	Command     any               `toml:"command"`
	Adapter     string            `toml:"adapter"`
	Schedule    string            `toml:"schedule"`
	Zone        string            `toml:"time_zone"`
	Missed      string            `toml:"missed"`
	After       []string          `toml:"after"`
	Queue       string            `toml:"queue"`
	Priority    int               `toml:"priority"`
	Retries     *int              `toml:"retries"`
	Backoff     string            `toml:"backoff"`
	BackoffMax  string            `toml:"backoff_max"`
	TimeLimit   string            `toml:"time_limit"`
	Grace       string            `toml:"grace"`
	MemoryLimit string            `toml:"memory_limit"`
	Concurrency int               `toml:"concurrency"`
	PerKey      int               `toml:"per_key"`
	LimitKey    string            `toml:"limit_key"`
	Rate        string            `toml:"rate"`
	Slots       int               `toml:"slots"`
	Key         string            `toml:"key"`
	Strict      bool              `toml:"strict"`
	Owner       string            `toml:"owner"`
	Tier        string            `toml:"tier"`
	Alert       any               `toml:"alert"`
	Late        string            `toml:"late"`
	MaxAge      string            `toml:"max_age"`
	FailureRate float64           `toml:"failure_rate"`
	Expect      map[string]string `toml:"expect"`
	Env         map[string]string `toml:"env"`
}

// defaultRetries is what a job gets that does not say.
const defaultRetries = 3

// LoadConfig reads the tables this package owns; the rest of the file belongs to others. A missing file is an empty
// configuration.
func LoadConfig(root string) (Config, error) {
	c := Config{Queues: map[string]QueueConfig{}}
	type tables struct {
		Run   RunConfig              `toml:"run"`
		Queue map[string]QueueConfig `toml:"queue"`
		Job   map[string]jobTable    `toml:"job"`
	}
	var t tables
	var md toml.MetaData
	path := filepath.Join(root, "roadworthy.toml")
	text, err := os.ReadFile(path)
	prefix := ""
	switch {
	case errors.Is(err, fs.ErrNotExist):
		path = filepath.Join(root, "pyproject.toml")
		if text, err = os.ReadFile(path); errors.Is(err, fs.ErrNotExist) {
			return c, nil
		}
		if err != nil {
			return c, fmt.Errorf("read %s: %w", path, err)
		}
		var p struct {
			Tool struct {
				Roadworthy tables `toml:"roadworthy"`
			} `toml:"tool"`
		}
		if md, err = toml.Decode(string(text), &p); err != nil {
			return c, fmt.Errorf("read %s: %w", path, tomlError(err))
		}
		t, prefix = p.Tool.Roadworthy, "tool.roadworthy."
	case err != nil:
		return c, fmt.Errorf("read %s: %w", path, err)
	default:
		if md, err = toml.Decode(string(text), &t); err != nil {
			return c, fmt.Errorf("read %s: %w", path, tomlError(err))
		}
	}
	c.File, c.Run = filepath.Base(path), t.Run
	for _, key := range md.Undecoded() {
		if err := unknownKey(c.File, string(text), strings.TrimPrefix(key.String(), prefix)); err != nil {
			return c, err
		}
	}
	for name, q := range t.Queue {
		c.Queues[name] = q
	}
	for _, name := range sortedKeys(t.Job) {
		d, err := t.Job[name].declaration(name)
		d.File, d.Line = c.File, tableLine(string(text), prefix+"job."+name)
		if err != nil {
			return c, fmt.Errorf("%s: job %s: %w", d.At(), name, err)
		}
		c.Jobs = append(c.Jobs, d)
	}
	return c, nil
}

func tomlError(err error) error {
	var p toml.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("line %d: %s", p.Position.Line, p.Message)
	}
	return err
}

func tableLine(text, table string) int {
	for i, line := range strings.Split(text, "\n") {
		l := strings.ReplaceAll(strings.TrimSpace(line), `"`, "")
		if strings.HasPrefix(l, "["+table+"]") {
			return i + 1
		}
	}
	return 1
}

// unknownKey is the error for a key that nothing reads, with the nearest that something does.
func unknownKey(file, text, key string) error {
	parts := strings.Split(key, ".")
	var known []string
	switch {
	case parts[0] == "run" && len(parts) == 2:
		known = tomlKeys[RunConfig]()
	case parts[0] == "queue" && len(parts) == 3:
		known = tomlKeys[QueueConfig]()
	case parts[0] == "job" && len(parts) == 3:
		known = tomlKeys[jobTable]()
	default:
		return nil
	}
	last := parts[len(parts)-1]
	line := 1
	for i, l := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(l), last) {
			line = i + 1
			break
		}
	}
	return fmt.Errorf("%s:%d: unknown key %s: did you mean %s?", file, line, key, nearest(last, known))
}

func nearest(word string, known []string) string {
	best, dist := "", 1<<30
	for _, k := range known {
		if d := distance(word, k); d < dist {
			best, dist = k, d
		}
	}
	return best
}

func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			prev, row[j] = row[j], min(row[j]+1, row[j-1]+1, prev+cost)
		}
	}
	return row[len(b)]
}

func (t jobTable) declaration(name string) (Declaration, error) {
	d := Declaration{Name: name, Entry: t.Entry, Adapter: t.Adapter, Schedule: t.Schedule, Zone: t.Zone, Missed: t.Missed, After: t.After,
		Queue: t.Queue, Priority: t.Priority, Concurrency: t.Concurrency, PerKey: t.PerKey, LimitKey: t.LimitKey, Slots: t.Slots, Key: t.Key,
		Strict: t.Strict, Owner: t.Owner, Tier: t.Tier, FailureRate: t.FailureRate, Env: t.Env, Retries: defaultRetries}
	if t.Retries != nil {
		d.Retries = *t.Retries
	}
	var err error
	if d.Command, err = stringList("command", t.Command, true); err != nil {
		return d, err
	}
	if d.Alerts, err = stringList("alert", t.Alert, false); err != nil {
		return d, err
	}
	if t.Adapter != "" && !slices.Contains([]string{"celery", "rq"}, t.Adapter) {
		return d, fmt.Errorf("adapter = %q: one of celery, rq", t.Adapter)
	}
	return d, d.texts(t.Backoff, t.BackoffMax, t.TimeLimit, t.Grace, t.MemoryLimit, t.Rate, t.Late, t.MaxAge, t.Expect)
}

// texts reads the settings that are written as text with a unit.
func (d *Declaration) texts(backoff, backoffMax, timeLimit, grace, memory, rate, late, maxAge string, expect map[string]string) error {
	for _, f := range []struct {
		name, text string
		to         *time.Duration
	}{{"backoff", backoff, &d.Backoff}, {"backoff_max", backoffMax, &d.BackoffMax}, {"time_limit", timeLimit, &d.TimeLimit}, {"grace", grace, &d.Grace},
		{"late", late, &d.Late}, {"max_age", maxAge, &d.MaxAge}} {
		if f.text == "" {
			continue
		}
		v, err := ParseDuration(f.text)
		if err != nil {
			return fmt.Errorf("%s = %w", f.name, err)
		}
		*f.to = v
	}
	if memory != "" {
		v, err := ParseBytes(memory)
		if err != nil {
			return fmt.Errorf("memory_limit = %w", err)
		}
		d.MemoryLimit = v
	}
	if rate != "" {
		var err error
		if d.RateCount, d.RatePer, err = parseRate(rate); err != nil {
			return err
		}
	}
	for name, text := range expect {
		v, err := ParseDuration(text)
		if err != nil {
			return fmt.Errorf("expect.%s = %w", name, err)
		}
		if d.Expect == nil {
			d.Expect = map[string]float64{}
		}
		d.Expect[name] = v.Seconds()
	}
	return nil
}

// stringList reads a string or a list of strings; a command given as one string is run by the shell.
func stringList(name string, v any, shell bool) ([]string, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		if shell {
			return []string{"/bin/sh", "-c", v}, nil
		}
		return []string{v}, nil
	case []any:
		var out []string
		for _, x := range v {
			s, ok := x.(string)
			if !ok {
				return nil, fmt.Errorf("%s: every element is a string", name)
			}
			out = append(out, s)
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s: write a string or a list of strings", name)
}

var environment = regexp.MustCompile(`\$\{(\w+)\}`)

// Expand replaces ${NAME} by the environment's value, so that passwords stay out of the file.
func Expand(s string) (string, error) {
	var missing string
	out := environment.ReplaceAllStringFunc(s, func(m string) string {
		name := m[2 : len(m)-1]
		v, ok := os.LookupEnv(name)
		if !ok {
			missing = name
		}
		return v
	})
	if missing != "" {
		return "", fmt.Errorf("the environment variable %s is not set", missing)
	}
	return out, nil
}

func tomlKeys[T any]() (out []string) {
	for f := range reflect.TypeFor[T]().Fields() {
		if tag := f.Tag.Get("toml"); tag != "" {
			out = append(out, tag)
		}
	}
	return out
}
