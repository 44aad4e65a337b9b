//go:build linux || darwin

package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// AttemptView is one attempt as shown.
type AttemptView struct {
	Attempt   int       `json:"attempt"`
	Node      string    `json:"node"`
	PID       int64     `json:"pid"`
	Started   time.Time `json:"started"`
	Ended     time.Time `json:"ended,omitzero"`
	Outcome   string    `json:"outcome"`
	Cause     string    `json:"cause,omitempty"`
	Error     string    `json:"error,omitempty"`
	Traceback string    `json:"traceback,omitempty"`
	Output    string    `json:"output,omitempty"`
	Lost      int64     `json:"lost_output,omitempty"`
	PeakRSS   int64     `json:"peak_rss,omitempty"`
	TraceID   string    `json:"trace_id,omitempty"`
}

// RunView is one run with everything that is known about it. Arguments have their secrets redacted.
type RunView struct {
	Run
	Why        string          `json:"why"`
	Owner      string          `json:"owner,omitempty"`
	Tier       string          `json:"tier,omitempty"`
	LastGood   int64           `json:"last_good_run,omitempty"`
	LastGoodAt time.Time       `json:"last_good_at,omitzero"`
	Attempts   []AttemptView   `json:"attempts"`
	Progress   *Progress       `json:"progress,omitempty"`
	Checkpoint json.RawMessage `json:"checkpoint,omitempty"`
	Pipeline   *PipelineView   `json:"pipeline,omitempty"`
}

// PipelineView is an instance of a pipeline.
type PipelineView struct {
	ID      int64      `json:"id"`
	Name    string     `json:"name"`
	State   string     `json:"state"`
	Created time.Time  `json:"created"`
	Ended   time.Time  `json:"ended,omitzero"`
	Steps   []StepView `json:"steps"`
}

// StepView is one step of it.
type StepView struct {
	Step  string   `json:"step"`
	Needs []string `json:"needs"`
	State string   `json:"state"`
	Run   int64    `json:"run,omitempty"`
}

// View reads a run with its attempts. A first attempt that succeeded in silence has no row of its own and is told from
// the run.
func (s *Service) View(ctx context.Context, id int64) (RunView, error) {
	run, err := s.Engine.Run(ctx, id)
	if err != nil {
		return RunView{}, err
	}
	v := RunView{Run: run, Why: s.Why(ctx, run), Attempts: []AttemptView{}}
	v.Args = Redact(run.Args)
	if d, ok := s.Declaration(run.Job); ok {
		v.Owner, v.Tier = d.Owner, d.Tier
	}
	if lasts, err := s.Engine.Lasts(ctx); err == nil {
		v.LastGood, v.LastGoodAt = lasts[run.Job].GoodRun, lasts[run.Job].GoodAt
	}
	q := s.DB.Read()
	rows, err := q.Query(ctx, `SELECT attempt, node, pid, started_at, ended_at, outcome, cause, error, traceback, output, lost_output, peak_rss, trace_id
		FROM rw_attempts WHERE run_id = ? ORDER BY seq DESC LIMIT 100`, id)
	if err != nil {
		return v, fmt.Errorf("read attempts of run %d: %w", id, err)
	}
	for rows.Next() {
		var a AttemptView
		var started, ended int64
		if err := rows.Scan(&a.Attempt, &a.Node, &a.PID, &started, &ended, &a.Outcome, &a.Cause, &a.Error, &a.Traceback, &a.Output, &a.Lost, &a.PeakRSS, &a.TraceID); err != nil {
			rows.Close()
			return v, fmt.Errorf("read attempts of run %d: %w", id, err)
		}
		a.Started, a.Ended = time.UnixMicro(started), time.UnixMicro(ended)
		v.Attempts = append(v.Attempts, a)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return v, err
	}
	if run.State == Running {
		a := AttemptView{Attempt: run.Attempt, Node: run.Node, Started: run.AttemptedAt, Outcome: "running"}
		if out, progress, ok := s.Pool.Live(id); ok {
			a.Output, v.Progress = out, progress
		}
		v.Attempts = append([]AttemptView{a}, v.Attempts...)
	} else if run.State == Done && len(v.Attempts) == 0 {
		v.Attempts = append(v.Attempts, AttemptView{Attempt: run.Attempt, Node: run.Node, Started: run.AttemptedAt, Ended: run.FinalizedAt, Outcome: string(Succeeded)})
	}
	if v.Progress == nil {
		var p Progress
		var at int64
		if err := q.QueryRow(ctx, "SELECT done, total, note, at FROM rw_progress WHERE run_id = ?", id).Scan(&p.Done, &p.Total, &p.Note, &at); err == nil {
			p.At = time.UnixMicro(at)
			v.Progress = &p
		}
	}
	var data string
	if err := q.QueryRow(ctx, "SELECT data FROM rw_checkpoints WHERE run_id = ?", id).Scan(&data); err == nil {
		v.Checkpoint = json.RawMessage(data)
	}
	if run.Meta.Pipeline != 0 {
		if p, err := s.Pipeline(ctx, run.Meta.Pipeline); err == nil {
			v.Pipeline = &p
		}
	}
	return v, nil
}

// ErrNoPipeline says that no pipeline has the id.
var ErrNoPipeline = errors.New("no such pipeline")

// Pipeline reads an instance of a pipeline.
func (s *Service) Pipeline(ctx context.Context, id int64) (PipelineView, error) {
	v := PipelineView{ID: id}
	var created int64
	var ended *int64
	q := s.DB.Read()
	err := q.QueryRow(ctx, "SELECT name, state, created_at, ended_at FROM rw_pipelines WHERE seq = ?", id).Scan(&v.Name, &v.State, &created, &ended)
	if errors.Is(err, store.ErrNoRows) {
		return v, fmt.Errorf("pipeline %d: %w", id, ErrNoPipeline)
	}
	if err != nil {
		return v, fmt.Errorf("read pipeline %d: %w", id, err)
	}
	v.Created = time.UnixMicro(created)
	if ended != nil {
		v.Ended = time.UnixMicro(*ended)
	}
	rows, err := q.Query(ctx, "SELECT step, needs, state, coalesce(run_id, 0) FROM rw_steps WHERE pipeline = ? ORDER BY coalesce(run_id, 9223372036854775807), step", id)
	if err != nil {
		return v, fmt.Errorf("read pipeline %d: %w", id, err)
	}
	defer rows.Close()
	for rows.Next() {
		var st StepView
		var needs string
		if err := rows.Scan(&st.Step, &needs, &st.State, &st.Run); err != nil {
			return v, err
		}
		var n stepNeeds
		if json.Unmarshal([]byte(needs), &n) == nil {
			st.Needs = n.Needs
		}
		v.Steps = append(v.Steps, st)
	}
	return v, rows.Err()
}

// JobView is one job as shown.
type JobView struct {
	Declaration
	Paused   bool          `json:"paused"`
	Broken   string        `json:"broken,omitempty"`
	Refused  []Refusal     `json:"refused,omitempty"` // guardrails it breaks, run all the same because --allow said so
	Next     time.Time     `json:"next,omitzero"`
	LastFire time.Time     `json:"last_fire,omitzero"`
	Last     JobLast       `json:"last"`
	Hour     Counts        `json:"hour"`
	Day      Counts        `json:"day"`
	Live     map[State]int `json:"live"`
}

// Counts are attempts by how they ended.
type Counts struct {
	Done   int64   `json:"done"`
	Failed int64   `json:"failed"`
	Dead   int64   `json:"dead"`
	Mean   float64 `json:"mean_seconds"`

	micros int64
}

func (c *Counts) add(outcome string, n, micros int64) {
	switch Outcome(outcome) {
	case Succeeded:
		c.Done += n
	case Failed:
		c.Failed += n
	case Killed:
		c.Dead += n
	default:
		return
	}
	c.micros += micros
	if all := c.Done + c.Failed + c.Dead; all > 0 {
		c.Mean = float64(c.micros) / 1e6 / float64(all)
	}
}

// Jobs describes every declared job.
func (s *Service) Jobs(ctx context.Context) ([]JobView, error) {
	lasts, err := s.Engine.Lasts(ctx)
	if err != nil {
		return nil, err
	}
	schedules, err := s.Engine.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	fires := map[string]ScheduleInfo{}
	for _, sc := range schedules {
		fires[sc.Job] = sc
	}
	hour, day, err := s.recent(ctx)
	if err != nil {
		return nil, err
	}
	s.Engine.mu.RLock()
	paused := s.Engine.paused
	s.Engine.mu.RUnlock()
	broken := s.Broken()
	s.mu.Lock()
	refusals := s.refusals
	s.mu.Unlock()
	out := []JobView{}
	for _, d := range s.Declarations() {
		v := JobView{Declaration: d, Paused: paused[d.Name], Broken: broken[d.Name], Last: lasts[d.Name], Next: fires[d.Name].Next, LastFire: fires[d.Name].Last, Live: map[State]int{}}
		v.Env = nil // may hold secrets
		for _, r := range refusals {
			if r.Job == d.Name {
				v.Refused = append(v.Refused, r)
			}
		}
		if c := hour[d.Name]; c != nil {
			v.Hour = *c
		}
		if c := day[d.Name]; c != nil {
			v.Day = *c
		}
		out = append(out, v)
	}
	return out, nil
}

// recentCounts are the attempts of the last hour and day by job, as of a few seconds ago.
type recentCounts struct {
	mu        sync.Mutex
	at        time.Time
	reading   bool
	hour, day map[string]*Counts
}

// recent answers from what was read last, and has it read again in the background when that is older than five
// seconds: adding up a day of minutes is too slow to do for every page.
func (s *Service) recent(ctx context.Context) (hour, day map[string]*Counts, err error) {
	c := &s.counts
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.day == nil || time.Since(c.at) > time.Minute {
		if c.hour, c.day, err = s.readRecent(ctx); err != nil {
			c.day = nil
			return nil, nil, err
		}
		c.at = clock()
	} else if time.Since(c.at) > 5*time.Second && !c.reading {
		c.reading = true
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			hour, day, err := s.readRecent(ctx)
			c.mu.Lock()
			defer c.mu.Unlock()
			c.reading = false
			if err == nil {
				c.hour, c.day, c.at = hour, day, clock()
			}
		}()
	}
	return c.hour, c.day, nil
}

func (s *Service) readRecent(ctx context.Context) (hour, day map[string]*Counts, err error) {
	now := clock()
	hour, day = map[string]*Counts{}, map[string]*Counts{}
	rows, err := s.DB.Read().Query(ctx, `SELECT job, outcome, CASE WHEN bucket >= ? THEN 1 ELSE 0 END AS fresh, CAST(sum(runs) AS bigint), CAST(sum(micros) AS bigint)
		FROM rw_stats WHERE bucket >= ? GROUP BY 1, 2, 3`, now.Add(-time.Hour).Unix(), now.Add(-24*time.Hour).Unix())
	if err != nil {
		return nil, nil, fmt.Errorf("read statistics: %w", err)
	}
	for rows.Next() {
		var job, outcome string
		var fresh, n, micros int64
		if err := rows.Scan(&job, &outcome, &fresh, &n, &micros); err != nil {
			rows.Close()
			return nil, nil, err
		}
		for _, m := range []struct {
			in bool
			m  map[string]*Counts
		}{{fresh == 1, hour}, {true, day}} {
			if !m.in {
				continue
			}
			if m.m[job] == nil {
				m.m[job] = &Counts{}
			}
			m.m[job].add(outcome, n, micros)
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	return hour, day, nil
}

// Point is one minute, or one signal.
type Point struct {
	At    int64            `json:"at"` // seconds since 1970
	N     map[string]int64 `json:"n,omitempty"`
	Value float64          `json:"value,omitempty"`
}

// Stats reads attempts per time step by outcome; an empty job means all.
func (s *Service) Stats(ctx context.Context, job string, since time.Time, step time.Duration) ([]Point, error) {
	where, args := "", []any{int64(step / time.Second), int64(step / time.Second), since.Unix()}
	if job != "" {
		where, args = " AND job = ?", append(args, job)
	}
	rows, err := s.DB.Read().Query(ctx, "SELECT bucket / ? * ?, outcome, CAST(sum(runs) AS bigint) FROM rw_stats WHERE bucket >= ?"+where+" GROUP BY 1, 2 ORDER BY 1", args...)
	if err != nil {
		return nil, fmt.Errorf("read statistics: %w", err)
	}
	defer rows.Close()
	out := []Point{}
	for rows.Next() {
		var at, n int64
		var outcome string
		if err := rows.Scan(&at, &outcome, &n); err != nil {
			return nil, err
		}
		if len(out) == 0 || out[len(out)-1].At != at {
			out = append(out, Point{At: at, N: map[string]int64{}})
		}
		out[len(out)-1].N[outcome] = n
	}
	return out, rows.Err()
}

// SignalSeries is one business signal over time, summed per step.
type SignalSeries struct {
	Job    string    `json:"job"`
	Name   string    `json:"name"`
	Last   time.Time `json:"last"`
	Points []Point   `json:"points"`
}

// Signals reads business signals since a time.
func (s *Service) Signals(ctx context.Context, job string, since time.Time, step time.Duration) ([]SignalSeries, error) {
	where, args := "", []any{step.Microseconds(), int64(step / time.Second), since.UnixMicro()}
	if job != "" {
		where, args = " AND job = ?", append(args, job)
	}
	rows, err := s.DB.Read().Query(ctx, "SELECT job, name, at / ? * ? AS t, sum(value), max(at) FROM rw_signals WHERE at >= ?"+where+" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", args...)
	if err != nil {
		return nil, fmt.Errorf("read signals: %w", err)
	}
	defer rows.Close()
	out := []SignalSeries{}
	for rows.Next() {
		var job, name string
		var t, last int64
		var sum float64
		if err := rows.Scan(&job, &name, &t, &sum, &last); err != nil {
			return nil, err
		}
		if n := len(out); n == 0 || out[n-1].Job != job || out[n-1].Name != name {
			out = append(out, SignalSeries{Job: job, Name: name})
		}
		e := &out[len(out)-1]
		e.Points = append(e.Points, Point{At: t, Value: sum})
		e.Last = time.UnixMicro(last)
	}
	return out, rows.Err()
}

// Audit is one thing an operator did.
type Audit struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	Action string    `json:"action"`
	Target string    `json:"target"`
	Reason string    `json:"reason,omitempty"`
}

// Note records what an operator did.
func (s *Service) Note(ctx context.Context, who, action, target, reason string) error {
	_, err := s.DB.Exec(ctx, "INSERT INTO rw_audit (at, who, action, target, reason) VALUES (?, ?, ?, ?, ?)", clock().UnixMicro(), text(who), action, clip(target, 500), clip(reason, 500))
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}

// Audits lists what operators did, newest first.
func (s *Service) Audits(ctx context.Context, limit int) ([]Audit, error) {
	rows, err := s.DB.Read().Query(ctx, fmt.Sprintf("SELECT at, who, action, target, reason FROM rw_audit ORDER BY seq DESC LIMIT %d", limit))
	if err != nil {
		return nil, fmt.Errorf("read the audit: %w", err)
	}
	defer rows.Close()
	out := []Audit{}
	for rows.Next() {
		var a Audit
		var at int64
		if err := rows.Scan(&at, &a.Who, &a.Action, &a.Target, &a.Reason); err != nil {
			return nil, err
		}
		a.At = time.UnixMicro(at)
		out = append(out, a)
	}
	return out, rows.Err()
}

// Bulk applies an action to every run that a filter selects, in steps, and says how many it reached.
func (s *Service) Bulk(ctx context.Context, f Filter, action string, reason string) (int, error) {
	n := 0
	f.Limit = 500
	for ctx.Err() == nil {
		runs, err := s.Engine.List(ctx, f)
		if err != nil {
			return n, err
		}
		for _, run := range runs {
			switch action {
			case "cancel":
				if run.State.Final() {
					continue
				}
				_, err = s.Cancel(ctx, run.ID, reason)
			case "replay":
				if !run.State.Final() {
					continue
				}
				_, err = s.Replay(ctx, run.ID, nil)
			default:
				return n, fmt.Errorf("unknown action %q: cancel or replay", action)
			}
			if err != nil && !errors.Is(err, ErrNoRun) {
				return n, err
			}
			n++
		}
		if len(runs) < f.Limit {
			return n, nil
		}
		f.Before = runs[len(runs)-1].ID
	}
	return n, ctx.Err()
}
