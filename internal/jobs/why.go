//go:build linux || darwin

package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// Why answers, in one line, why a run is where it is; for a run that waits: why it is not running.
func (s *Service) Why(ctx context.Context, run Run) string {
	return Why(ctx, s.Engine, run, func(job string) (bool, bool) { _, ok := s.Declaration(job); return ok, true })
}

// Why is [Service.Why] for callers without a running service; declared may say that it does not know.
func Why(ctx context.Context, r *River, run Run, declared func(job string) (is, known bool)) string {
	ago := func(t time.Time) string { return "for " + max(0, clock().Sub(t)).Round(time.Second).String() }
	switch run.State {
	case Done:
		return "it is done: attempt " + fmt.Sprint(run.Attempt) + " succeeded"
	case Dead:
		if run.Meta.Cause != "" {
			return fmt.Sprintf("it is a dead letter (%s) after %d attempts: replay it once the cause is gone", run.Meta.Cause, run.Attempt)
		}
		return fmt.Sprintf("it used up its %d attempts: replay it once the cause is gone", run.Attempt)
	case Cancelled:
		return "it was cancelled"
	case Running:
		if run.Meta.Cancel != "" {
			return "it is running on " + run.Node + " and has been told to stop"
		}
		return "it is running on " + run.Node + " " + ago(run.AttemptedAt)
	case Retrying:
		return fmt.Sprintf("attempt %d of %d failed (%s); the next is at %s", run.Attempt, run.MaxAttempts, clip(firstLine(run.Error), 120), run.ScheduledAt.UTC().Format(time.RFC3339))
	case Scheduled:
		var reason string
		var until int64
		err := r.db.Read().QueryRow(ctx, "SELECT reason, until FROM rw_waits WHERE run_id = ?", run.ID).Scan(&reason, &until)
		if errors.Is(err, store.ErrNoRows) {
			return "it waits for its time, " + run.ScheduledAt.UTC().Format(time.RFC3339)
		}
		if err != nil {
			return "unknown: " + err.Error()
		}
		kind, rest, _ := strings.Cut(reason, ":")
		var ahead int
		_ = r.db.Read().QueryRow(ctx, "SELECT count(*) FROM rw_waits WHERE reason = ? AND run_id < ?", reason, run.ID).Scan(&ahead)
		tail := ""
		if ahead > 0 {
			tail = fmt.Sprintf("; %d are ahead of it", ahead)
		}
		switch kind {
		case "paused":
			return "job " + rest + " is paused: resume it with `roadworthy jobs resume " + rest + "`"
		case "job":
			return "job " + rest + " runs as many at once as its concurrency allows" + tail
		case "queue":
			return "queue " + rest + " runs as many at once as its concurrency allows" + tail
		case "key":
			return "as many runs as per-key-concurrency allows are under way for " + rest + tail
		case "rate":
			return "job " + rest + " started as often as its rate allows; its turn is at about " + time.UnixMicro(until).UTC().Format(time.RFC3339) + tail
		}
		return reason
	}
	// Waiting.
	if is, known := declared(run.Job); known && !is {
		return "no job named " + run.Job + " is declared in the code that is running: deploy it, or cancel the run"
	}
	nodes, err := r.Nodes(ctx)
	if err != nil {
		return "unknown: " + err.Error()
	}
	if len(nodes) == 0 {
		return "no server is running: start `roadworthy up` or `roadworthy serve`"
	}
	queues, err := r.Queues(ctx)
	if err != nil {
		return "unknown: " + err.Error()
	}
	for _, q := range queues {
		if q.Name == run.Queue && q.Paused {
			return "queue " + run.Queue + " is paused: resume it with `roadworthy queues resume " + run.Queue + "`"
		}
	}
	idle, busy := 0, 0
	for _, n := range nodes {
		for _, w := range n.Workers {
			if w.State == "busy" {
				busy++
			} else if w.State == "idle" {
				idle++
			}
		}
	}
	var ahead int
	_ = r.db.Read().QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM river_job WHERE state = 'available' AND queue = ? AND (priority < ? OR priority = ? AND id < ?) LIMIT %d) AS bounded`, depthBound),
		run.Queue, run.Priority, run.Priority, run.ID).Scan(&ahead)
	if ahead == 0 && idle > 0 {
		return "it is next and a worker is free: it starts now"
	}
	return fmt.Sprintf("%d runs of queue %s are before it and %d of %d workers are busy", ahead, run.Queue, busy, busy+idle)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
