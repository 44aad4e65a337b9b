package telemetry

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPage(t *testing.T) {
	m := NewMetrics()
	m.Define("rw_jobs_total", "counter", "Attempts.", "kind", "outcome")
	m.Define("rw_wait_seconds", "histogram", "Waits.", "kind")
	m.Define("rw_depth", "gauge", "Depth.", "queue")
	m.Add("rw_jobs_total", 2, "b", "done")
	m.Add("rw_jobs_total", 1, "a\"\n\\", "dead")
	m.Observe("rw_wait_seconds", 0.003, "a")
	m.Observe("rw_wait_seconds", 1e9, "a")
	m.OnGather(func() { m.Reset("rw_depth"); m.Set("rw_depth", 4, "default") })
	var b strings.Builder
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# TYPE rw_jobs_total counter\nrw_jobs_total{kind=\"a\\\"\\n\\\\\",outcome=\"dead\"} 1\nrw_jobs_total{kind=\"b\",outcome=\"done\"} 2\n",
		"rw_depth{queue=\"default\"} 4\n",
		"rw_wait_seconds_bucket{kind=\"a\",le=\"0.0025\"} 0\nrw_wait_seconds_bucket{kind=\"a\",le=\"0.005\"} 1\n",
		"rw_wait_seconds_bucket{kind=\"a\",le=\"+Inf\"} 2\n", "rw_wait_seconds_count{kind=\"a\"} 2\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks\n%s\nit is\n%s", want, b.String())
		}
	}
}

func TestTraceFromEnqueueToAttempt(t *testing.T) {
	var mu sync.Mutex
	got := map[string]string{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		mu.Lock()
		got[r.URL.Path] = string(b)
		mu.Unlock()
	}))
	defer srv.Close()
	dropped := 0
	e := NewExporter(srv.URL+"/", "n1", "1", func(n int) { dropped += n })
	trace := strings.Repeat("a", 32)
	at := time.Unix(100, 0)
	e.Attempt(Attempt{Job: "j", Queue: "q", Run: 7, Number: 1, Parent: "00-" + trace + "-1111111111111111-01", Traceparent: "00-" + trace + "-2222222222222222-01",
		Created: at, Started: at.Add(time.Second), Ended: at.Add(2 * time.Second), Outcome: "failed", Error: "broke", Output: "one\ntwo\n"})
	e.Close()
	mu.Lock()
	defer mu.Unlock()
	var traces struct {
		ResourceSpans []struct {
			ScopeSpans []struct {
				Spans []struct {
					TraceID, SpanID, ParentSpanID, Name string
					Status                              struct{ Code int }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(got["/v1/traces"]), &traces); err != nil {
		t.Fatalf("%v in %q", err, got["/v1/traces"])
	}
	spans := traces.ResourceSpans[0].ScopeSpans[0].Spans
	if len(spans) != 2 || spans[0].ParentSpanID != "1111111111111111" || spans[1].SpanID != "2222222222222222" || spans[1].ParentSpanID != spans[0].SpanID ||
		spans[1].TraceID != trace || spans[1].Status.Code != 2 {
		t.Errorf("spans = %+v", spans)
	}
	if n := strings.Count(got["/v1/logs"], `"spanId":"2222222222222222"`); n != 2 {
		t.Errorf("%d log records with the attempt's span, want 2: %s", n, got["/v1/logs"])
	}
	if dropped != 0 {
		t.Errorf("dropped %d", dropped)
	}
}

func TestWhatCannotBeSentIsCounted(t *testing.T) {
	var mu sync.Mutex
	dropped := 0
	e := NewExporter("http://127.0.0.1:1", "n1", "1", func(n int) { mu.Lock(); dropped += n; mu.Unlock() })
	e.Attempt(Attempt{Job: "j", Traceparent: "00-" + strings.Repeat("a", 32) + "-2222222222222222-01", Output: "x"})
	e.Close()
	mu.Lock()
	defer mu.Unlock()
	if dropped != 3 {
		t.Errorf("dropped %d, want two spans and a record", dropped)
	}
}
