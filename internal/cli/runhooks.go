//go:build linux || darwin

package cli

import (
	"context"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/jobs"
	"github.com/roadworthy-dev/roadworthy/internal/telemetry"
	"github.com/roadworthy-dev/roadworthy/internal/web"
)

// runHook hands what happens to runs to the metrics, the traces and the open pages.
type runHook struct {
	metrics *telemetry.Metrics
	site    *web.Server
	export  *telemetry.Exporter
}

func (h *runHook) Enqueued(q jobs.Request) {
	h.metrics.Add("rw_jobs_enqueued_total", 1, q.Job, q.Queue)
	h.site.Changed()
}

func (h *runHook) Started(run jobs.Run, wait time.Duration) {
	h.metrics.Observe("rw_job_queue_wait_seconds", wait.Seconds(), run.Job, run.Queue)
	h.site.Changed()
}

func (h *runHook) Ended(a *jobs.Attempt, final jobs.State) {
	if a.Outcome != jobs.Interrupted && a.Outcome != jobs.Snoozed {
		h.metrics.Add("rw_jobs_total", 1, a.Run.Job, a.Run.Queue, string(final))
		h.metrics.Observe("rw_job_duration_seconds", max(0, a.Ended.Sub(a.Started).Seconds()), a.Run.Job, a.Run.Queue)
	}
	if final == jobs.Retrying {
		h.metrics.Add("rw_job_retries_total", 1, a.Run.Job, a.Run.Queue)
	}
	if h.export != nil {
		h.export.Attempt(telemetry.Attempt{Job: a.Run.Job, Queue: a.Run.Queue, Run: a.Run.ID, Number: a.Run.Attempt, Parent: a.Run.Meta.Trace, Traceparent: a.Traceparent,
			Created: a.Run.CreatedAt, Started: a.Started, Ended: a.Ended, Outcome: string(a.Outcome), Cause: a.Cause, Error: a.Error, Output: a.Output})
	}
	h.site.Changed()
}

// wireTelemetry connects the service's events to the metrics page and the OTLP exporter.
func wireTelemetry(s *jobs.Service, site *web.Server, endpoint string) (func(), error) {
	m := telemetry.NewMetrics()
	m.Define("rw_jobs_enqueued_total", "counter", "Runs accepted by this node.", "kind", "queue")
	m.Define("rw_jobs_total", "counter", "Attempts that ended on this node, by what became of the run.", "kind", "queue", "outcome")
	m.Define("rw_job_duration_seconds", "histogram", "How long attempts took.", "kind", "queue")
	m.Define("rw_job_queue_wait_seconds", "histogram", "From when a run could start to when it did.", "kind", "queue")
	m.Define("rw_job_retries_total", "counter", "Attempts that failed and will be repeated.", "kind", "queue")
	m.Define("rw_queue_depth", "gauge", "Runs in a queue by state; counting stops at 10000.", "queue", "state")
	m.Define("rw_queue_oldest_age_seconds", "gauge", "How long the first waiting run of a queue has been claimable.", "queue")
	m.Define("rw_dead_letters", "gauge", "Dead letters, as of the last ledger check.")
	m.Define("rw_workers", "gauge", "Worker processes of this node by state.", "state")
	m.Define("rw_worker_rss_bytes", "gauge", "Resident memory of this node's worker processes.", "worker")
	m.Define("rw_schedule_last_success_timestamp_seconds", "gauge", "When a scheduled job last succeeded.", "kind")
	m.Define("rw_ledger_unaccounted", "gauge", "Accepted runs that the last ledger check could not account for; anything but 0 is a fault.")
	m.Define("rw_telemetry_dropped_total", "counter", "Spans and log records that could not be sent.")
	h := &runHook{metrics: m, site: site}
	closeExport := func() {}
	if endpoint != "" {
		url, err := jobs.Expand(endpoint)
		if err != nil {
			return nil, err
		}
		h.export = telemetry.NewExporter(url, s.Engine.Node(), Version, func(n int) { m.Add("rw_telemetry_dropped_total", float64(n)) })
		closeExport = h.export.Close
	}
	m.OnGather(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if queues, err := s.Engine.Queues(ctx); err == nil {
			m.Reset("rw_queue_depth")
			m.Reset("rw_queue_oldest_age_seconds")
			for _, q := range queues {
				for state, n := range q.Depth {
					m.Set("rw_queue_depth", float64(n), q.Name, string(state))
				}
				m.Set("rw_queue_oldest_age_seconds", q.Oldest.Seconds(), q.Name)
			}
		}
		m.Reset("rw_workers")
		m.Reset("rw_worker_rss_bytes")
		s.Pool.Sample(true)
		states := map[string]int{}
		for _, w := range s.Pool.Workers() {
			states[w.State]++
			m.Set("rw_worker_rss_bytes", float64(w.RSS), w.Name)
		}
		for state, n := range states {
			m.Set("rw_workers", float64(n), state)
		}
		if lasts, err := s.Engine.Lasts(ctx); err == nil {
			for _, d := range s.Declarations() {
				if at := lasts[d.Name].GoodAt; d.Schedule != "" && !at.IsZero() {
					m.Set("rw_schedule_last_success_timestamp_seconds", float64(at.UnixMicro())/1e6, d.Name)
				}
			}
		}
		l := s.LastLedger()
		m.Set("rw_dead_letters", float64(l.Dead))
		m.Set("rw_ledger_unaccounted", float64(l.Accepted-l.Done-l.Dead-l.Cancelled-l.Live-l.Pruned))
	})
	s.AddHook(h)
	site.Metrics = m.Write
	return closeExport, nil
}
