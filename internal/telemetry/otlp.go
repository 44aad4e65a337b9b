package telemetry

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Attempt is one attempt as the exporter needs it.
type Attempt struct {
	Job, Queue              string
	Run                     int64
	Number                  int
	Parent                  string // traceparent of whoever asked for the run; may be empty
	Traceparent             string // traceparent handed to the job: its span is the attempt's
	Created, Started, Ended time.Time
	Outcome, Cause, Error   string
	Output                  string
}

// Exporter sends spans and log records by OTLP over HTTP, in the JSON encoding of the OpenTelemetry protocol (1.x):
// POST {endpoint}/v1/traces and {endpoint}/v1/logs.
//
// For each attempt there are two spans: `enqueue JOB`, from the request to the start, child of the caller's span if
// there was one; and `run JOB`, the attempt, whose id the job was given as traceparent, so that spans made in Python
// hang below it. What the attempt printed is one log record per line, with the trace and span.
//
// Names follow OpenTelemetry's messaging conventions (semconv 1.44, status Development) where they have one, and job.*
// otherwise; job.* is what we keep stable.
type Exporter struct {
	endpoint string
	resource map[string]any
	dropped  func(int)
	client   *http.Client
	ch       chan Attempt
	done     chan struct{}
	once     sync.Once
}

const (
	schemaURL = "https://opentelemetry.io/schemas/1.44.0"
	batchSize = 512
)

// NewExporter starts an exporter; dropped is told how many spans and records were lost.
func NewExporter(endpoint, node, version string, dropped func(int)) *Exporter {
	e := &Exporter{endpoint: strings.TrimSuffix(endpoint, "/"), dropped: dropped, client: &http.Client{Timeout: 10 * time.Second},
		ch: make(chan Attempt, 8192), done: make(chan struct{}),
		resource: map[string]any{"attributes": attrs("service.name", "roadworthy", "service.version", version, "service.instance.id", node)}}
	go e.loop()
	return e
}

// Attempt takes an attempt that ended; it never waits.
func (e *Exporter) Attempt(a Attempt) {
	select {
	case e.ch <- a:
	default:
		e.dropped(1)
	}
}

// Close sends what is left, for a few seconds at most.
func (e *Exporter) Close() {
	e.once.Do(func() { close(e.ch) })
	select {
	case <-e.done:
	case <-time.After(5 * time.Second):
	}
}

func (e *Exporter) loop() {
	defer close(e.done)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var batch []Attempt
	for {
		select {
		case a, ok := <-e.ch:
			if !ok {
				e.send(batch)
				return
			}
			if batch = append(batch, a); len(batch) >= batchSize {
				e.send(batch)
				batch = batch[:0]
			}
		case <-tick.C:
			e.send(batch)
			batch = batch[:0]
		}
	}
}

func attrs(kv ...string) []any {
	var out []any
	for i := 0; i < len(kv); i += 2 {
		if kv[i+1] != "" {
			out = append(out, map[string]any{"key": kv[i], "value": map[string]any{"stringValue": kv[i+1]}})
		}
	}
	return out
}

func intAttr(key string, v int64) any {
	return map[string]any{"key": key, "value": map[string]any{"intValue": strconv.FormatInt(v, 10)}}
}

func nano(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

func (e *Exporter) send(batch []Attempt) {
	if len(batch) == 0 {
		return
	}
	var spans, logs []any
	for _, a := range batch {
		s, l := a.records()
		spans, logs = append(spans, s...), append(logs, l...)
	}
	scope := map[string]any{"name": "roadworthy"}
	if err := e.post("/v1/traces", map[string]any{"resourceSpans": []any{map[string]any{"resource": e.resource, "schemaUrl": schemaURL,
		"scopeSpans": []any{map[string]any{"scope": scope, "spans": spans}}}}}); err != nil {
		e.dropped(len(spans))
	}
	if len(logs) == 0 {
		return
	}
	if err := e.post("/v1/logs", map[string]any{"resourceLogs": []any{map[string]any{"resource": e.resource, "schemaUrl": schemaURL,
		"scopeLogs": []any{map[string]any{"scope": scope, "logRecords": logs}}}}}); err != nil {
		e.dropped(len(logs))
	}
}

// records are an attempt's spans and log records.
func (a Attempt) records() (spans, logs []any) {
	own := strings.Split(a.Traceparent, "-")
	if len(own) != 4 {
		return nil, nil
	}
	trace, span := own[1], own[2]
	var b [8]byte
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	enqueue := hex.EncodeToString(b[:])
	common := append(attrs("messaging.system", "roadworthy", "messaging.destination.name", a.Queue, "job.name", a.Job, "job.outcome", a.Outcome, "job.cause", a.Cause),
		intAttr("job.run", a.Run), intAttr("job.attempt", int64(a.Number)))
	first := map[string]any{"traceId": trace, "spanId": enqueue, "name": "enqueue " + a.Job, "kind": 4, "startTimeUnixNano": nano(a.Created), "endTimeUnixNano": nano(a.Started), "attributes": common}
	if p := strings.Split(a.Parent, "-"); len(p) == 4 && p[1] == trace {
		first["parentSpanId"] = p[2]
	}
	status := map[string]any{"code": 1}
	if a.Outcome != "done" {
		status = map[string]any{"code": 2, "message": a.Error}
	}
	spans = []any{first, map[string]any{"traceId": trace, "spanId": span, "parentSpanId": enqueue, "name": "run " + a.Job, "kind": 5,
		"startTimeUnixNano": nano(a.Started), "endTimeUnixNano": nano(a.Ended), "attributes": common, "status": status}}
	for _, line := range strings.Split(strings.TrimRight(a.Output, "\n"), "\n") {
		if line != "" {
			logs = append(logs, map[string]any{"timeUnixNano": nano(a.Ended), "severityNumber": 9, "severityText": "INFO", "traceId": trace, "spanId": span,
				"body": map[string]any{"stringValue": strings.ToValidUTF8(line, "\uFFFD")}, "attributes": common})
		}
	}
	return spans, logs
}

func (e *Exporter) post(path string, body any) error {
	doc, err := json.Marshal(body)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.endpoint+path, bytes.NewReader(doc))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := e.client.Do(req)
	if err != nil {
		return err
	}
	res.Body.Close()
	if res.StatusCode >= 300 {
		return fmt.Errorf("the collector answered %s", res.Status)
	}
	return nil
}
