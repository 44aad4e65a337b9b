package project

import (
	"fmt"
	"strings"
	"time"
)

// What runs: the sections [job.NAME] and [run], and the options of @roadworthy.job, which are the same fields.

func jobFields() []field[Job] {
	return append([]field[Job]{
		commandField("What an attempt runs.", func(t *Job) *[]string { return &t.Command }, func(t *Job) *string { return &t.Shell }),
		textField("entry", "A function to call instead of a command: of a module, or of a file.", `"acme.sync:main"`, func(t *Job) *string { return &t.Entry }, jobEntry),
		enumField("adapter", "The entry is a task function of another queue's library, and runs unchanged.", []string{"celery", "rq"},
			func(t *Job) *string { return &t.Adapter }),
		textField("directory", "The directory a command starts in; for an entry, one more to import from.", `"services/sync"`, func(t *Job) *string { return &t.Directory }, relativePath),
		textsTable("env", "Environment variables of every attempt of a command.", `{ REGION = "eu" }`, func(t *Job) *map[string]string { return &t.Env }),
	}, jobOptions()...)
}

// jobOptions are the settings that a decorated function has as well.
func jobOptions() []field[Job] {
	return []field[Job]{
		textField("schedule", "When it starts by itself: five cron fields, @hourly, @daily, @weekly, @monthly, @yearly, or `every 5m`.", `"0 6 * * 1-5"`,
			func(t *Job) *string { return &t.Schedule }, func(s string) string {
				if every, ok := strings.CutPrefix(s, "every "); ok {
					if _, ok := ParseDuration(strings.TrimSpace(every)); ok {
						return ""
					}
					return fmt.Sprintf("%q is not a duration", every)
				}
				if _, err := ParseSchedule(s); err != nil {
					return err.Error()
				}
				return ""
			}),
		textField("timezone", "The time zone of the schedule (IANA name). Without it, the schedule is in UTC.", `"Europe/Berlin"`,
			func(t *Job) *string { return &t.Timezone }, timezone),
		enumField("missed", "What happens to starts that were missed while nothing ran: none is made up for, one is (the default), or all are.",
			[]string{"skip", "once", "all"}, func(t *Job) *string { return &t.Missed }),
		listField("depends-on", "Jobs that come first: a run of this one starts them too, and waits until each has succeeded.", `["extract"]`, func(t *Job) *[]string { return &t.DependsOn }),
		textField("queue", "The queue it waits in; `default` if it does not say.", `"reports"`, func(t *Job) *string { return &t.Queue }),
		intField("priority", "From 1, which goes first, to 4; 2 if it does not say.", `1`, 1, func(t *Job) *int { return &t.Priority }),
		intField("retries", "Attempts after the first one; 3 if it does not say.", `3`, 0, func(t *Job) *int { return &t.Retries }),
		parsedField("backoff", "backoff", "The wait between attempts: fixed, linear or exponential, the first wait, and the longest. Half of it is drawn at random. "+
			"`exponential 10s max 1h` if it does not say.", `"exponential 10s max 10m"`, ParseBackoff, func(t *Job) *Backoff { return &t.Backoff }),
		durationField("timeout", "The time limit, after which an attempt is stopped.", `"15m"`, func(t *Job) *time.Duration { return &t.Timeout }),
		durationField("grace", "How long an attempt that is stopped may take to end before its processes are killed; 10 seconds if it does not say.", `"30s"`,
			func(t *Job) *time.Duration { return &t.Grace }),
		parsedField("memory", "size", "The memory at which an attempt is stopped.", `"512MB"`, ParseSize, func(t *Job) *int64 { return &t.Memory }),
		intField("concurrency", "How many runs of it may go on at once, over all machines.", `1`, 1, func(t *Job) *int { return &t.Concurrency }),
		textField("per-key", "The argument whose equal values share a limit.", `"customer_id"`, func(t *Job) *string { return &t.PerKey }),
		intField("per-key-concurrency", "How many runs with the same key may go on at once; 1 if it does not say.", `1`, 1, func(t *Job) *int { return &t.PerKeyConcurrency }),
		parsedField("rate-limit", "rate", "How many runs may start in a time.", `"100/1m"`, ParseRate, func(t *Job) *Rate { return &t.RateLimit }),
		intField("slots", "For coroutine functions: how many runs go on at once in one process; 50 if it does not say.", `20`, 1, func(t *Job) *int { return &t.Slots }),
		textField("idempotency-key", "What makes two requests the same run, for ever, with arguments in braces.", `"invoice-{invoice_id}"`, func(t *Job) *string { return &t.IdempotencyKey }),
		textField("owner", "Who answers for it.", `"team-data"`, func(t *Job) *string { return &t.Owner }),
		listField("alerts", "Where its alerts go: `https://…` (a web hook), `slack:https://…`, `mailto:…`, `command:…`, or `env:NAME`, a variable of the server's environment that holds one of these.", `["mailto:data@example.com"]`, func(t *Job) *[]string { return &t.Alerts }),
		durationField("late", "Alert when a scheduled run has not succeeded so long after its time.", `"2h"`, func(t *Job) *time.Duration { return &t.Late }),
		durationField("max-age", "Alert when the first run of its queue has waited so long.", `"10m"`, func(t *Job) *time.Duration { return &t.MaxAge }),
		numberField("failure-rate", "Alert when more than this share of an hour's runs failed.", `0.2`, func(t *Job) *float64 { return &t.FailureRate }),
		durationsTable("expect", "Alert when a signal of its own (`roadworthy.metric`) has not arrived for so long.", `{ invoices_synced = "1h" }`,
			func(t *Job) *map[string]time.Duration { return &t.Expect }),
		tierField("How much it matters when it breaks; `experimental` if it does not say.", func(t *Job) *Tier { return &t.Tier }),
	}
}

// jobTogether checks settings that have a meaning only beside others.
func jobTogether(ck *checker, t *Job, where string) {
	for _, key := range []string{"timezone", "missed", "late"} {
		if t.Keys.Has(key) && !t.Keys.Has("schedule") {
			ck.fail(t.Keys[key], `add schedule = "0 6 * * *"`, "%s.%s has no meaning without a schedule", where, key)
		}
	}
	if t.Keys.Has("per-key-concurrency") && !t.Keys.Has("per-key") {
		ck.fail(t.Keys["per-key-concurrency"], `add per-key = "customer_id"`, "%s.per-key-concurrency has no meaning without per-key", where)
	}
	if t.Priority > 4 {
		ck.fail(t.Keys["priority"], "1 goes first, 4 last", "%s.priority must be from 1 to 4, not %d", where, t.Priority)
	}
	if t.FailureRate > 1 {
		ck.fail(t.Keys["failure-rate"], "0.2 is one run in five", "%s.failure-rate must be a share from 0 to 1, not %g", where, t.FailureRate)
	}
}

func runFields() []field[Run] {
	return []field[Run]{
		textField("store", "Where runs are kept: a file, or a Postgres address. `${NAME}` is read from the environment.", `"postgres://jobs@db/jobs"`, func(t *Run) *string { return &t.Store }),
		textField("listen", "The address of the dashboard and the API.", `"127.0.0.1:7302"`, func(t *Run) *string { return &t.Listen }),
		textField("python", "The interpreter, or a virtual environment's directory.", `".venv"`, func(t *Run) *string { return &t.Python }),
		intField("workers", "Processes for plain jobs; one for each core, at least 2, if it does not say.", `4`, 1, func(t *Run) *int { return &t.Workers }),
		durationField("retention", "How long runs that are done or cancelled are kept; 7 days if it does not say.", `"30d"`, func(t *Run) *time.Duration { return &t.Retention }),
		durationField("dead-retention", "How long dead letters are kept; for ever if it does not say.", `"90d"`, func(t *Run) *time.Duration { return &t.DeadRetention }),
		durationField("patience", "How long a stop waits for what runs; 30 seconds if it does not say.", `"2m"`, func(t *Run) *time.Duration { return &t.Patience }),
		intField("recycle-after", "Runs after which a process is replaced; 10,000 if it does not say.", `500`, 1, func(t *Run) *int { return &t.RecycleAfter }),
		listField("paths", "Directories to import from, before those of the interpreter.", `["lib"]`, func(t *Run) *[]string { return &t.Paths }),
		listField("alerts", "Where the alerts of jobs go that name no place, and the server's own.", `["slack:https://hooks.slack.com/services/T/B/X"]`,
			func(t *Run) *[]string { return &t.Alerts }),
		textField("smtp", "The mail relay for `mailto:` alerts: `host:port`, or with a user. `${NAME}` is read from the environment.", `"smtp://jobs:${MAIL_PASSWORD}@mail.example.com:587"`, func(t *Run) *string { return &t.SMTP }),
		textField("mail-from", "The sender of alerts by mail.", `"jobs@example.com"`, func(t *Run) *string { return &t.MailFrom }),
		textField("otlp", "Where traces and logs go (OTLP over HTTP). `${NAME}` is read from the environment.", `"http://collector:4318"`, func(t *Run) *string { return &t.OTLP }),
		textField("proxy-identity", "The header in which a reverse proxy vouches for people.", `"X-Forwarded-User"`, func(t *Run) *string { return &t.ProxyIdentity }),
		listField("operators", "Who of them may change things.", `["ada@example.com"]`, func(t *Run) *[]string { return &t.Operators }),
		listField("viewers", "Who of them may only look.", `["grace@example.com"]`, func(t *Run) *[]string { return &t.Viewers }),
	}
}

// jobEntry accepts module:function and path/to/file.py:function.
func jobEntry(s string) string {
	if i := strings.LastIndex(s, ".py:"); i > 0 {
		if isIdentifier(s[i+4:]) {
			return relativePath(s[:i])
		}
		return fmt.Sprintf("%q is not path/to/file.py:function", s)
	}
	return entryPoint(s)
}

func durationsTable[T any](key, doc, example string, p func(*T) *map[string]time.Duration) field[T] {
	return field[T]{key: key, typ: "table of durations", doc: doc, example: example, set: func(ck *checker, t *T, v tomlValue, where string) {
		table, ok := v.any.(*tomlTable)
		if !ok {
			ck.wrong(v, where, "a table of durations", key+" = "+example)
			return
		}
		out := map[string]time.Duration{}
		for _, k := range table.keys {
			e := table.entries[k]
			s, _ := e.value.any.(string)
			d, ok := ParseDuration(s)
			if !ok {
				ck.wrong(tomlValue{e.value.any, e.line}, where+"."+k, `a duration such as "30s", "5m", "1h30m" or "2d"`, "")
				continue
			}
			out[k] = d
		}
		*p(t) = out
	}}
}

// A Literal is one option of a decorator as written: a string, int64, float64, bool, a []any of strings, or a
// map[string]any of strings. Anything else has no value that is known before the code runs.
type Literal struct {
	Key   string
	Line  int
	Value any
}

// DecoratedJob makes a job of the options of @roadworthy.job(…) on a function, by the schema of [job.NAME]; file and line
// are the decorator's. The error is a ConfigErrors that speaks of the options as they are written in Python.
func DecoratedJob(file string, line int, function string, options []Literal) (*Job, error) {
	name := function
	table := &tomlTable{entries: map[string]*tomlEntry{}, line: line}
	ck := &checker{file: file}
	fields := append([]field[Job]{textField("name", "", `"weekly-report"`, func(t *Job) *string { return &name })}, jobOptions()...)
	for _, o := range options {
		key := strings.ReplaceAll(o.Key, "_", "-")
		if table.entries[key] != nil || key != o.Key && strings.Contains(o.Key, "-") {
			continue
		}
		table.keys = append(table.keys, key)
		table.entries[key] = &tomlEntry{value: literalValue(o.Value, o.Line), line: o.Line}
	}
	var job *Job
	s := section[Job]{key: "job", fields: fields,
		make: func(string, int) *Job { return &Job{Line: line} }, keys: func(t *Job) *Keys { return &t.Keys }, add: func(t *Job) { job = t },
		after: func(ck *checker, t *Job, where string, _ int) { jobTogether(ck, t, where) }}
	s.one(ck, table, "", "@roadworthy.job", line)
	if len(ck.errs) > 0 {
		for _, e := range ck.errs {
			e.Message, e.Help = pythonic(e.Message), pythonic(e.Help)
		}
		return nil, ConfigErrors(ck.errs)
	}
	job.Name = name
	return job, nil
}

// pythonic writes the keys of this schema as Python's option names.
func pythonic(s string) string {
	for _, f := range jobOptions() {
		if strings.Contains(f.key, "-") {
			s = strings.ReplaceAll(s, f.key, strings.ReplaceAll(f.key, "-", "_"))
		}
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "@roadworthy.job.", "@roadworthy.job option "), "unknown key @roadworthy.job option", "unknown option of @roadworthy.job:")
}

func literalValue(v any, line int) tomlValue {
	switch x := v.(type) {
	case []any:
		list := make([]tomlValue, len(x))
		for i := range x {
			list[i] = literalValue(x[i], line)
		}
		return tomlValue{list, line}
	case map[string]any:
		t := &tomlTable{entries: map[string]*tomlEntry{}, line: line}
		for k, e := range x {
			t.keys = append(t.keys, k)
			t.entries[k] = &tomlEntry{value: literalValue(e, line), line: line}
		}
		return tomlValue{t, line}
	}
	return tomlValue{v, line}
}
