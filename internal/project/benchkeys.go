package project

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Bench is [bench.NAME].
type Bench struct {
	Name      string
	Line      int
	Command   []string
	Shell     string
	Entry     string
	Setup     string
	Work      string
	Vs        []string
	Pythons   []string
	Deps      []string
	Revisions []string
	Env       map[string]string
	Envs      []map[string]string
	Metrics   []string
	Gate      float64 // percent
	Pairs     int
	Warmup    int
	Calls     int
	Seconds   float64
	Time      time.Duration
	Timeout   time.Duration
	Price     float64
	Service   *BenchService
	Keys      Keys
}

// A BenchService is [bench.NAME.service].
type BenchService struct {
	Command   []string
	Shell     string
	URL       string
	Health    string
	Scenario  string
	OpenAPI   string
	Rate      float64
	Objective string
	Seconds   float64
	Arrivals  string
	HTTP2     bool
	AllowHost string
	Keys      Keys
}

func benchSection(c *Config) *section[Bench] {
	service := benchServiceFields()
	return &section[Bench]{key: "bench", form: named,
		doc: "A workload that `roadworthy bench` measures: a command, a function or a service.",
		fields: []field[Bench]{
			commandField("What one measured process runs.", func(t *Bench) *[]string { return &t.Command }, func(t *Bench) *string { return &t.Shell }),
			textField("entry", "A function to call instead of a command.", `"acme.bench:import_orders"`, func(t *Bench) *string { return &t.Entry }, entryPoint),
			textField("setup", "A shell command that runs before each measured process and is not measured.", `"rm -rf /tmp/out"`, func(t *Bench) *string { return &t.Setup }),
			textField("work", "The work it stands for.", `"orders-api"`, func(t *Bench) *string { return &t.Work }),
			listField("vs", "The command that is the baseline.", `["python", "before.py"]`, func(t *Bench) *[]string { return &t.Vs }),
			listField("pythons", "Interpreters to compare: versions or paths. The first of each list is the baseline.", `["3.12", "3.14", "3.15+jit"]`,
				func(t *Bench) *[]string { return &t.Pythons }),
			listField("deps", "Requirements files to compare.", `["now.txt", "next.txt"]`, func(t *Bench) *[]string { return &t.Deps }),
			listField("revisions", "Git revisions to compare.", `["main", "HEAD"]`, func(t *Bench) *[]string { return &t.Revisions }),
			textsTable("env", "Environment variables of every measured process.", `{ ORDERS = "1000" }`, func(t *Bench) *map[string]string { return &t.Env }),
			textsTables("envs", "Sets of environment variables to compare.", `[{ MODE = "a" }, { MODE = "b" }]`, func(t *Bench) *[]map[string]string { return &t.Envs }),
			listField("metrics", "The metrics that decide, the primary one first.", `["wall", "peak-memory"]`, func(t *Bench) *[]string { return &t.Metrics }),
			limited(numberField("gate", "The change in percent below which a difference does not matter.", `2.0`, func(t *Bench) *float64 { return &t.Gate }),
				func(t *Bench) string {
					if t.Gate >= 100 {
						return fmt.Sprintf("%v is not a percentage below 100", t.Gate)
					}
					return ""
				}),
			intField("pairs", "The most pairs of runs to take.", `40`, 2, func(t *Bench) *int { return &t.Pairs }),
			intField("warmup", "Processes to run first and not count; with `entry`, calls.", `1`, 0, func(t *Bench) *int { return &t.Warmup }),
			intField("calls", "With `entry`: how many calls one process measures.", `1000`, 1, func(t *Bench) *int { return &t.Calls }),
			numberField("seconds", "With `entry`: how long one process measures.", `0.5`, func(t *Bench) *float64 { return &t.Seconds }),
			durationField("time", "How long the session may take.", `"10m"`, func(t *Bench) *time.Duration { return &t.Time }),
			durationField("timeout", "The time after which a process is stopped and counts as an error.", `"2m"`, func(t *Bench) *time.Duration { return &t.Timeout }),
			numberField("price", "The price of a core hour, for the cost of a million operations.", `0.04`, func(t *Bench) *float64 { return &t.Price }),
			tableField("service", "A service to start and to drive with load, instead of a command.", `{ command = ["python", "-m", "acme.api"], url = "http://127.0.0.1:8000", rate = 100 }`, service,
				func() *BenchService { return &BenchService{Keys: Keys{}} }, func(s *BenchService) Keys { return s.Keys }, func(t *Bench) **BenchService { return &t.Service }),
		},
		otherDoc: prefixed("service.", service),
		make:     func(name string, line int) *Bench { return &Bench{Name: name, Line: line} }, keys: func(t *Bench) *Keys { return &t.Keys },
		add: func(t *Bench) { c.Benches = append(c.Benches, *t) },
		after: func(ck *checker, t *Bench, where string, line int) {
			given := 0
			for _, key := range []string{"command", "entry", "service"} {
				if t.Keys.Has(key) {
					given++
				}
			}
			if given != 1 {
				ck.fail(line, `write command = ["python", "bench.py"], entry = "acme.bench:main", or a table [`+where+`.service]`,
					"%s must have one of command, entry and service", where)
			}
			for _, key := range []string{"calls", "seconds"} {
				if t.Keys.Has(key) && !t.Keys.Has("entry") {
					ck.fail(t.Keys[key], "", "%s.%s has no meaning without entry", where, key)
				}
			}
			if s := t.Service; s != nil {
				for _, key := range []string{"command", "url"} {
					if !s.Keys.Has(key) {
						ck.fail(t.Keys["service"], `add command = ["python", "-m", "acme.api"] and url = "http://127.0.0.1:8000"`, "%s.service has no %s", where, key)
					}
				}
				if s.Keys.Has("scenario") && s.Keys.Has("openapi") {
					ck.fail(s.Keys["openapi"], "keep one of them", "%s.service has both scenario and openapi", where)
				}
				if s.Rate == 0 && s.Objective == "" {
					ck.fail(t.Keys["service"], `add rate = 100, or objective = "p99<50ms" to find the highest rate that meets it`, "%s.service has neither rate nor objective", where)
				}
			}
		},
	}
}

func benchServiceFields() []field[BenchService] {
	return []field[BenchService]{
		commandField("What starts the service.", func(t *BenchService) *[]string { return &t.Command }, func(t *BenchService) *string { return &t.Shell }),
		textField("url", "Where it listens.", `"http://127.0.0.1:8000"`, func(t *BenchService) *string { return &t.URL }),
		textField("health", "The path that answers 2xx when it is ready.", `"/health"`, func(t *BenchService) *string { return &t.Health }),
		textField("scenario", "The file of requests.", `"orders.txt"`, func(t *BenchService) *string { return &t.Scenario }, relativePath),
		textField("openapi", "An OpenAPI document to make the requests from: a file, or a path of the service.", `"/openapi.json"`, func(t *BenchService) *string { return &t.OpenAPI }),
		numberField("rate", "Requests a second. Without it, the highest rate is found that meets the objective.", `100`, func(t *BenchService) *float64 { return &t.Rate }),
		textField("objective", "What the service must hold.", `"p99<50ms,errors<1%"`, func(t *BenchService) *string { return &t.Objective }),
		numberField("seconds", "How long one run drives it.", `10`, func(t *BenchService) *float64 { return &t.Seconds }),
		enumField("arrivals", "How requests are spaced.", []string{"poisson", "constant"}, func(t *BenchService) *string { return &t.Arrivals }),
		boolField("http2", "Speak HTTP/2.", func(t *BenchService) *bool { return &t.HTTP2 }),
		textField("allow-host", "A host that is not this machine and may be driven all the same.", `"staging.example.com"`, func(t *BenchService) *string { return &t.AllowHost }),
	}
}

// The makers of fields that only these tables have.

func boolField[T any](key, doc string, p func(*T) *bool) field[T] {
	return field[T]{key: key, typ: "true or false", doc: doc, example: "true", set: func(ck *checker, t *T, v tomlValue, where string) {
		b, ok := v.any.(bool)
		if !ok {
			ck.wrong(v, where, "true or false", key+" = true")
			return
		}
		*p(t) = b
	}}
}

// limited checks a value after it was set.
func limited[T any](f field[T], fault func(*T) string) field[T] {
	set := f.set
	f.set = func(ck *checker, t *T, v tomlValue, where string) {
		set(ck, t, v, where)
		if why := fault(t); why != "" {
			ck.fail(v.line, "for example "+f.key+" = "+f.example, "%s: %s", where, why)
		}
	}
	return f
}

func textsTables[T any](key, doc, example string, p func(*T) *[]map[string]string) field[T] {
	one := textsTable(key, doc, example, func(m *map[string]string) *map[string]string { return m })
	return field[T]{key: key, typ: "list of tables of text", doc: doc, example: example, set: func(ck *checker, t *T, v tomlValue, where string) {
		list, ok := v.any.([]tomlValue)
		if !ok {
			ck.wrong(v, where, "a list of tables of text", key+" = "+example)
			return
		}
		out := make([]map[string]string, len(list))
		for i, item := range list {
			one.set(ck, &out[i], item, where)
		}
		*p(t) = out
	}}
}

// tableField takes a table with fields of its own.
func tableField[T, S any](key, doc, example string, fields []field[S], make func() *S, keys func(*S) Keys, p func(*T) **S) field[T] {
	return field[T]{key: key, typ: "table", doc: doc, example: example, set: func(ck *checker, t *T, v tomlValue, where string) {
		table, ok := ck.table(v, where)
		if !ok {
			return
		}
		into := make()
		for _, k := range table.keys {
			e := table.entries[k]
			keys(into)[k] = e.line
			i := slices.IndexFunc(fields, func(f field[S]) bool { return f.key == k })
			if i < 0 {
				ck.unknown(e.line, where, k, keysOf(fields))
				continue
			}
			fields[i].set(ck, into, tomlValue{e.value.any, e.line}, where+"."+k)
		}
		*p(t) = into
	}}
}

// prefixed documents the fields of a table within a section.
func prefixed[S any](prefix string, fields []field[S]) (out []fieldDoc) {
	for _, f := range fields {
		out = append(out, fieldDoc{key: prefix + f.key, typ: f.typ, doc: strings.TrimSpace(f.doc), example: f.example, required: f.required})
	}
	return out
}

func keysOf[T any](fields []field[T]) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.key
	}
	return out
}
