//go:build linux || darwin

// Package jobs runs declared jobs: it finds them, queues their runs, fires their schedules, starts workers, and keeps
// the account of every run until it is done, dead or cancelled.
//
// Main types: [Declaration] is a job as declared; [River] is the durable queue; [Service] joins it, the declarations and
// a [Pool] of workers into what `roadworthy up` and `serve` run, and what terminal and dashboard operate.
//
// The queue is River's: its schema, migrations, insertion, claiming, retry and cancel statements, behind [River]. What
// runs a claimed job is ours, because a worker here is a Python process with a time limit, a memory limit and a cause
// of death. Beside River's table stand the rw_ tables of internal/store, written in the same transaction.
//
// Invariants:
//   - Enqueue has returned: the run is on disk. Every accepted run ends done, dead or cancelled, or is still live; the
//     ledger counts all of them and says so when the sum is wrong.
//   - A run is claimed by one node at a time; a node that stops renewing its lease loses its runs to the others.
//   - An extra run after a crash was in flight: on a worker, or finished in the batch that had not been committed.
//   - User code is never imported in this process, nor to find jobs.
package jobs

import (
	"encoding/json"
	"time"
)

// State is where a run is, in the words users see.
type State string

const (
	Waiting   State = "waiting"   // may start when a worker is free
	Scheduled State = "scheduled" // waits for its time, a limit or a pause
	Retrying  State = "retrying"  // failed, waits for its next attempt
	Running   State = "running"
	Done      State = "done"
	Dead      State = "dead" // a dead letter: used up its attempts
	Cancelled State = "cancelled"
)

// States are all states, in the order of a run's life.
var States = []State{Waiting, Scheduled, Retrying, Running, Done, Dead, Cancelled}

// River's names for the states; they are what the database holds.
var riverState = map[State]string{
	Waiting: "available", Scheduled: "scheduled", Retrying: "retryable", Running: "running",
	Done: "completed", Dead: "discarded", Cancelled: "cancelled",
}

var ourState = func() map[string]State {
	m := map[string]State{"pending": Scheduled}
	for ours, rivers := range riverState {
		m[rivers] = ours
	}
	return m
}()

// Final says whether a run in this state will never run again by itself.
func (s State) Final() bool { return s == Done || s == Dead || s == Cancelled }

// A Request asks for one run.
type Request struct {
	Job   string          `json:"job"`
	Args  json.RawMessage `json:"args,omitempty"` // a JSON object; positional arguments under "*"
	Queue string          `json:"queue,omitempty"`
	// Key makes the request idempotent, for ever: a second request with the job and key of a first returns its run.
	Key         string    `json:"key,omitempty"`
	At          time.Time `json:"at,omitzero"`
	Priority    int       `json:"priority,omitempty"`
	MaxAttempts int       `json:"max_attempts,omitempty"`
	Trace       string    `json:"trace,omitempty"` // W3C traceparent of whoever asked

	meta  map[string]any
	steps map[string]stepNeeds // of a firing that starts a pipeline
}

// Accepted is the answer to a Request: durable when it is returned.
type Accepted struct {
	ID        int64 `json:"id"`
	Duplicate bool  `json:"duplicate,omitempty"` // the key was known; ID is the first request's run
}

// A Run is one execution of a job.
type Run struct {
	ID          int64           `json:"id"`
	Job         string          `json:"job"`
	Queue       string          `json:"queue"`
	State       State           `json:"state"`
	Args        json.RawMessage `json:"args"`
	Attempt     int             `json:"attempt"`
	MaxAttempts int             `json:"max_attempts"`
	Priority    int             `json:"priority"`
	CreatedAt   time.Time       `json:"created_at"`
	ScheduledAt time.Time       `json:"scheduled_at"`
	AttemptedAt time.Time       `json:"attempted_at,omitzero"`
	FinalizedAt time.Time       `json:"finalized_at,omitzero"`
	Node        string          `json:"node,omitempty"`
	Error       string          `json:"error,omitempty"`
	Meta        Meta            `json:"meta"`

	tokens bool // holds limit tokens, to be given back when it finishes
}

// Meta is what rides on a run from request to end, in River's metadata column.
type Meta struct {
	Key      string `json:"rw_key,omitempty"`
	Trace    string `json:"rw_trace,omitempty"`
	Fire     int64  `json:"rw_fire,omitempty"`     // the schedule's time this run is for, seconds since 1970
	Pipeline int64  `json:"rw_pipeline,omitempty"` // the pipeline instance this run is a step of
	Crashes  int    `json:"rw_crashes,omitempty"`  // worker processes that this run took down
	Rescues  int    `json:"rw_rescues,omitempty"`  // nodes that died or went silent with it
	Replays  int    `json:"rw_replays,omitempty"`
	Cause    string `json:"rw_cause,omitempty"` // why it ended, when that was not a success
	Cancel   string `json:"rw_cancel,omitempty"`
}

// Outcome is how an attempt ended.
type Outcome string

const (
	Succeeded   Outcome = "done"
	Failed      Outcome = "failed"      // may be retried
	Killed      Outcome = "dead"        // goes straight to the dead letters
	WasCancel   Outcome = "cancelled"   // by an operator or by the job itself
	Interrupted Outcome = "interrupted" // given back: the attempt does not count
	Snoozed     Outcome = "snoozed"     // the job asked to be run later: the attempt does not count
)

// An Attempt is what became of one claimed run.
type Attempt struct {
	Run         Run
	Outcome     Outcome
	Cause       string // exception, time limit, out of memory, signal 11 (SIGSEGV), exit 3, node lost, …
	Error       string
	Traceback   string
	Output      string
	Lost        int64     // bytes of output beyond the cap
	RetryAt     time.Time // for Failed and Snoozed
	Started     time.Time
	Ended       time.Time
	PID         int
	PeakRSS     int64
	TraceID     string
	Traceparent string // what the job was given
	Crashed     bool   // took its worker process down
	Signals     []Signal
	Progress    *Progress
}

// A Signal is one business number that a job reported.
type Signal struct {
	Name  string    `json:"name"`
	Value float64   `json:"value"`
	At    time.Time `json:"at"`
}

// Progress is how far a run says it is.
type Progress struct {
	Done  float64   `json:"done"`
	Total float64   `json:"total"`
	Note  string    `json:"note,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// A Step is one transaction of the hot path: runs accepted, attempts finished and runs claimed share one commit.
type Step struct {
	Enqueue []Request
	Finish  []*Attempt
	Claim   map[string]int // queue → how many at most
}

// StepResult is what a Step did.
type StepResult struct {
	Accepted []Accepted
	Claimed  []Run
	Parked   map[string]int // queue → runs that were claimed and do not start: a limit or a pause holds them
}

// Limits are what claiming respects for one job; zero values mean no limit.
type Limits struct {
	Concurrency int    // runs of this job at one time, over all nodes
	KeyArg      string // the argument whose value makes the per-key limit's key
	PerKey      int    // runs with one value of KeyArg at one time
	RateCount   int    // starts …
	RatePer     time.Duration
	QueueMax    map[string]int // queue → runs at one time; under the empty job name only
}

func (l Limits) any() bool { return l.Concurrency > 0 || l.PerKey > 0 || l.RateCount > 0 }

// A Queue is a queue's depth.
type Queue struct {
	Name    string        `json:"name"`
	Paused  bool          `json:"paused"`
	Depth   map[State]int `json:"depth"`
	Oldest  time.Duration `json:"oldest_age"` // how long the first waiting run has been claimable
	Limit   int           `json:"limit,omitempty"`
	Bounded bool          `json:"bounded,omitempty"` // depths are at least this much: counting stopped
}

// Filter selects runs.
type Filter struct {
	States []State
	Job    string
	Queue  string
	Before int64 // ids below
	Cause  string
	Limit  int
}

// NodeInfo is what a node says about itself with every beat.
type NodeInfo struct {
	State   string       `json:"state"` // up, draining
	Workers []WorkerInfo `json:"workers"`
}

// WorkerInfo is one worker process.
type WorkerInfo struct {
	Name    string    `json:"name"`
	PID     int       `json:"pid"`
	State   string    `json:"state"` // starting, idle, busy, draining
	Job     string    `json:"job,omitempty"`
	Run     int64     `json:"run,omitempty"`
	RSS     int64     `json:"rss"`
	Runs    int64     `json:"runs"`
	Started time.Time `json:"started"`
	Version string    `json:"version"` // of the user's code, as a short digest
}

// A Node is one process that runs jobs.
type Node struct {
	ID      string    `json:"id"`
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Beat    time.Time `json:"beat"`
	Expires time.Time `json:"expires"`
	NodeInfo
}

// Ledger is the account: Accepted must equal the sum of the others.
type Ledger struct {
	Accepted  int64     `json:"accepted"`
	Done      int64     `json:"done"`
	Dead      int64     `json:"dead"`
	Cancelled int64     `json:"cancelled"`
	Live      int64     `json:"live"`
	Pruned    int64     `json:"pruned"` // final runs deleted by retention
	At        time.Time `json:"at"`
}

// Balanced says whether every accepted run is accounted for.
func (l Ledger) Balanced() bool {
	return l.Accepted == l.Done+l.Dead+l.Cancelled+l.Live+l.Pruned
}
