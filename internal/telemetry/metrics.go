// Package telemetry turns what happens to runs into metrics, traces and logs for other systems: a Prometheus page, and
// OTLP over HTTP in its JSON encoding.
//
// Main types: [Metrics] counts and prints; [Exporter] batches spans and log records and sends them. Neither ever makes
// its caller wait: what cannot be sent is dropped and counted.
//
// It knows no other feature: the command line hands it events in its own words.
package telemetry

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Metrics is a registry of counters, gauges and histograms with labels.
type Metrics struct {
	mu       sync.Mutex
	families map[string]*family
	gather   []func()
}

type family struct {
	name, kind, help string
	labels           []string
	buckets          []float64
	series           map[string]*series
}

type series struct {
	labels string
	value  float64
	counts []uint64
	sum    float64
	n      uint64
}

// NewMetrics returns an empty registry.
func NewMetrics() *Metrics { return &Metrics{families: map[string]*family{}} }

// Durations are the bucket bounds for how long a job runs or waits, in seconds: from a millisecond to a day.
var Durations = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400}

// Define declares a family. Kind is counter, gauge or histogram; a histogram has [Durations] for buckets.
func (m *Metrics) Define(name, kind, help string, labels ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := &family{name: name, kind: kind, help: help, labels: labels, series: map[string]*series{}}
	if kind == "histogram" {
		f.buckets = Durations
	}
	m.families[name] = f
}

// OnGather runs fn before every page, to set gauges from what is true then.
func (m *Metrics) OnGather(fn func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gather = append(m.gather, fn)
}

func (m *Metrics) series(name string, values []string) (*family, *series) {
	f := m.families[name]
	if f == nil || len(values) != len(f.labels) {
		panic("telemetry: " + name + " is not defined with these labels")
	}
	key := strings.Join(values, "\x00")
	s := f.series[key]
	if s == nil {
		var b strings.Builder
		for i, l := range f.labels {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(l + `="` + labelEscape.Replace(values[i]) + `"`)
		}
		s = &series{labels: b.String(), counts: make([]uint64, len(f.buckets))}
		f.series[key] = s
	}
	return f, s
}

var labelEscape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// Add adds to a counter.
func (m *Metrics) Add(name string, n float64, labels ...string) {
	m.mu.Lock()
	_, s := m.series(name, labels)
	s.value += n
	m.mu.Unlock()
}

// Set sets a gauge.
func (m *Metrics) Set(name string, v float64, labels ...string) {
	m.mu.Lock()
	_, s := m.series(name, labels)
	s.value = v
	m.mu.Unlock()
}

// Reset forgets a gauge's series, so that what no longer exists is no longer shown.
func (m *Metrics) Reset(name string) {
	m.mu.Lock()
	clear(m.families[name].series)
	m.mu.Unlock()
}

// Observe adds to a histogram.
func (m *Metrics) Observe(name string, v float64, labels ...string) {
	m.mu.Lock()
	f, s := m.series(name, labels)
	for i, le := range f.buckets {
		if v <= le {
			s.counts[i]++
			break
		}
	}
	s.sum += v
	s.n++
	m.mu.Unlock()
}

// Write prints the page in Prometheus's text format, version 0.0.4, in an order that does not change.
func (m *Metrics) Write(w io.Writer) error {
	m.mu.Lock()
	gather := slices.Clone(m.gather)
	m.mu.Unlock()
	for _, fn := range gather {
		fn()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	names := make([]string, 0, len(m.families))
	for name := range m.families {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, name := range names {
		f := m.families[name]
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, f.help, name, f.kind)
		keys := make([]string, 0, len(f.series))
		for k := range f.series {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			s := f.series[k]
			if f.kind != "histogram" {
				braces := ""
				if s.labels != "" {
					braces = "{" + s.labels + "}"
				}
				fmt.Fprintf(&b, "%s%s %s\n", name, braces, number(s.value))
				continue
			}
			comma := ""
			if s.labels != "" {
				comma = ","
			}
			var sum uint64
			for i, le := range f.buckets {
				sum += s.counts[i]
				fmt.Fprintf(&b, "%s_bucket{%s%sle=\"%s\"} %d\n", name, s.labels, comma, number(le), sum)
			}
			fmt.Fprintf(&b, "%s_bucket{%s%sle=\"+Inf\"} %d\n%s_sum{%s} %s\n%s_count{%s} %d\n", name, s.labels, comma, s.n, name, s.labels, number(s.sum), name, s.labels, s.n)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
