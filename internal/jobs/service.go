//go:build linux || darwin

package jobs

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	mrand "math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// A Service is one node: it claims runs, gives them to its pool, and keeps schedules, alerts, retention and the ledger.
//
// The hot path is one loop. Whatever piled up while the last transaction was being written (requests, finished
// attempts, free slots) goes into the next one, so under load one disk flush serves hundreds of runs and at rest a
// request costs one flush. Finished attempts alone wait up to [flushAfter] for company, unless something waits for their
// end: a transaction for three runs costs nearly as much as one for a hundred, and at a steady hundred requests a second
// each run's end travels with the next request instead of flushing in its way.
type Service struct {
	Log    *slog.Logger
	DB     *store.DB
	Engine *River
	Pool   *Pool
	Alerts *Alerter
	opts   ServiceOptions
	hooks  []Hook

	mu       sync.Mutex
	decls    map[string]Declaration
	refusals []Refusal
	broken   map[string]string
	backlog  map[string][]Run // queue → claimed, not yet started
	since    time.Time        // when the oldest of the backlog was claimed
	finished []*Attempt
	asked    []*asking
	hungry   map[string]bool // queues that may have more to claim
	queues   []string
	paused   map[string]bool // queues
	resume   map[int64]json.RawMessage
	avg      float64 // seconds a run takes, smoothed
	draining bool
	stepping bool // a transaction is under way
	flush    bool // finished attempts have waited long enough, or something waits for them
	waiting  bool // the timer that sets flush is running
	lost     bool
	resched  bool
	version  string
	counts   recentCounts
	ledger   Ledger
	queueMax map[string]int
	offline  bool // operated from a terminal while no node runs here

	wake  chan struct{}
	due   chan struct{}
	stop  context.CancelFunc
	ended chan struct{}
	fatal chan error
}

type asking struct {
	reqs []Request
	done chan error
	out  []Accepted
}

// A Hook hears what happens; telemetry is one. Calls come from the hot path and must not block.
type Hook interface {
	Enqueued(Request)
	Started(run Run, wait time.Duration)
	Ended(a *Attempt, final State)
}

// ServiceOptions configure a Service.
type ServiceOptions struct {
	Version   string        // of Roadworthy
	Retention time.Duration // of done and cancelled runs
	DeadFor   time.Duration // of dead letters; 0 keeps them
	Patience  time.Duration // how long a drain waits for what runs
	Alerts    []string      // targets for jobs that name none, and for the server's own alerts
	Allow     string        // reason for running what guardrails refuse
}

// NewNodeID makes the name of one incarnation of a node; a node that lost its lease comes back under a new one.
func NewNodeID() string {
	var b [4]byte
	rand.Read(b[:])
	return hostname() + "-" + hex.EncodeToString(b[:])
}

// NewService joins an open engine and a pool. Call [Service.Load], then [Service.Run].
func NewService(db *store.DB, engine *River, pool *Pool, log *slog.Logger, o ServiceOptions) *Service {
	if o.Retention == 0 {
		o.Retention = 7 * 24 * time.Hour
	}
	if o.Patience == 0 {
		o.Patience = 30 * time.Second
	}
	s := &Service{Log: log, DB: db, Engine: engine, Pool: pool, opts: o,
		decls: map[string]Declaration{}, broken: map[string]string{}, backlog: map[string][]Run{}, hungry: map[string]bool{}, paused: map[string]bool{},
		resume: map[int64]json.RawMessage{}, avg: 0.05,
		wake: make(chan struct{}, 1), due: make(chan struct{}, 1), ended: make(chan struct{}), fatal: make(chan error, 1)}
	s.Alerts = newAlerter(s)
	pool.changed = func() {
		s.pump()
		if s.wanting() {
			s.kick()
		}
	}
	return s
}

// AddHook adds a listener; before Run only.
func (s *Service) AddHook(h Hook) { s.hooks = append(s.hooks, h) }

// ErrRefused says that a declaration breaks a guardrail of its tier.
var ErrRefused = errors.New("refused by a guardrail")

// Load checks declarations, stores them, and starts workers for them. It refuses all of them if one breaks a guardrail
// and no reason was given.
func (s *Service) Load(ctx context.Context, decls []Declaration, version string) error {
	var refusals []Refusal
	seen := map[string]Declaration{}
	for i := range decls {
		decls[i].fill()
		d := decls[i]
		if err := d.check(); err != nil {
			return err
		}
		if first, ok := seen[d.Name]; ok {
			return fmt.Errorf("%s: job %s is declared at %s already: give one of them another name", d.At(), d.Name, first.At())
		}
		seen[d.Name] = d
		refusals = append(refusals, Guard(d)...)
	}
	if err := checkPipelines(seen); err != nil {
		return err
	}
	if len(refusals) > 0 && s.opts.Allow == "" {
		return &RefusedError{refusals}
	}
	if err := s.register(ctx, decls, refusals); err != nil {
		return err
	}
	broken, err := s.Pool.Load(decls, version)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.decls, s.broken, s.refusals, s.version, s.resched = seen, broken, refusals, version, true
	limits := map[string]Limits{}
	for name, d := range seen {
		if l := d.limits(); l.any() {
			limits[name] = l
		}
	}
	if len(s.queueMax) > 0 {
		limits[""] = Limits{QueueMax: s.queueMax}
	}
	s.mu.Unlock()
	s.Engine.Declare(limits)
	s.findQueues(ctx)
	s.kickAll()
	for name, why := range broken {
		s.Log.Error("job cannot be imported; its runs will fail until this is fixed", "job", name, "error", why)
	}
	return nil
}

// RefusedError lists the guardrails that declarations break.
type RefusedError struct{ Refusals []Refusal }

func (e *RefusedError) Error() string {
	s := fmt.Sprintf("%d guardrails refuse these jobs:", len(e.Refusals))
	for _, r := range e.Refusals {
		s += "\n  " + r.String() + "\n    help: " + r.Next
	}
	return s
}

func (e *RefusedError) Unwrap() error { return ErrRefused }

// SetQueueLimits sets the largest number of runs at one time for queues, over all nodes; before Load.
func (s *Service) SetQueueLimits(m map[string]int) { s.queueMax = m }

func (s *Service) register(ctx context.Context, decls []Declaration, refusals []Refusal) error {
	now := clock().UnixMicro()
	err := s.DB.Tx(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(ctx, "rw_jobs"); err != nil {
			return err
		}
		names := map[string]bool{}
		for _, d := range decls {
			names[d.Name] = true
			doc, err := json.Marshal(d)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO rw_jobs (name, declared, updated_at) VALUES (?, ?, ?)
				ON CONFLICT (name) DO UPDATE SET declared = excluded.declared, updated_at = excluded.updated_at`, d.Name, string(doc), now); err != nil {
				return err
			}
		}
		if err := syncSchedules(ctx, tx, decls, clock()); err != nil {
			return err
		}
		for _, r := range refusals {
			if _, err := tx.Exec(ctx, "INSERT INTO rw_audit (at, who, action, target, reason) VALUES (?, ?, 'allow', ?, ?)", now, userName(), r.Job+": "+r.Guardrail, s.opts.Allow); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store the declared jobs: %w", err)
	}
	return nil
}

// Declarations are the jobs as loaded, by name.
func (s *Service) Declarations() []Declaration {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Declaration, 0, len(s.decls))
	for _, name := range sortedKeys(s.decls) {
		out = append(out, s.decls[name])
	}
	return out
}

// Declaration is one job as loaded.
func (s *Service) Declaration(name string) (Declaration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.decls[name]
	return d, ok
}

// Broken says why jobs cannot be imported.
func (s *Service) Broken() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]string{}
	for k, v := range s.broken {
		out[k] = v
	}
	return out
}

func (s *Service) kick() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Service) kickAll() {
	s.mu.Lock()
	for _, q := range s.queues {
		s.hungry[q] = true
	}
	s.mu.Unlock()
	s.kick()
}

func (s *Service) findQueues(ctx context.Context) {
	queues, err := s.Engine.Queues(ctx)
	if err != nil {
		s.Log.Error("cannot read the queues", "error", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	names := map[string]bool{"default": true}
	paused := map[string]bool{}
	for _, d := range s.decls {
		names[d.Queue] = true
	}
	for _, q := range queues {
		names[q.Name] = true
		if q.Paused {
			paused[q.Name] = true
		}
		if q.Depth[Waiting] > 0 {
			s.hungry[q.Name] = true
		}
	}
	for name := range s.paused {
		if !paused[name] {
			s.hungry[name] = true
		}
	}
	s.paused = paused
	s.queues = sortedKeys(names)
}

// ErrNoJob says that nothing of that name is declared.
var ErrNoJob = errors.New("no such job")

// ErrDraining says that this node is stopping.
var ErrDraining = errors.New("this node is stopping")

// Enqueue accepts requests: when it returns, they are on disk.
func (s *Service) Enqueue(ctx context.Context, reqs []Request) ([]Accepted, error) {
	if len(reqs) == 0 {
		return nil, nil
	}
	for i := range reqs {
		if err := s.complete(&reqs[i]); err != nil {
			return nil, err
		}
	}
	if s.offline {
		res, err := s.Engine.Step(ctx, Step{Enqueue: reqs})
		return res.Accepted, err
	}
	a := &asking{reqs: reqs, done: make(chan error, 1)}
	s.mu.Lock()
	if s.draining {
		s.mu.Unlock()
		return nil, ErrDraining
	}
	s.asked = append(s.asked, a)
	s.mu.Unlock()
	s.kick()
	select {
	case err := <-a.done:
		return a.out, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// complete fills in what the job's declaration says.
func (s *Service) complete(q *Request) error {
	d, ok := s.Declaration(q.Job)
	if !ok {
		return fmt.Errorf("job %s: %w: declared are %v", q.Job, ErrNoJob, s.names())
	}
	if len(q.Args) == 0 {
		q.Args = json.RawMessage("{}")
	}
	if q.Args[0] != '{' || !json.Valid(q.Args) {
		return fmt.Errorf("job %s: the arguments are not a JSON object", q.Job)
	}
	if len(q.Args) > maxFrame/2 {
		return fmt.Errorf("job %s: %d bytes of arguments, the limit is %d: pass a path or key instead of the data", q.Job, len(q.Args), maxFrame/2)
	}
	if q.Key == "" {
		var err error
		if q.Key, err = d.keyFor(q.Args); err != nil {
			return err
		}
	}
	if len(q.Key) > 500 {
		return fmt.Errorf("job %s: the key is longer than 500 bytes", q.Job)
	}
	if q.Queue == "" {
		q.Queue = d.Queue
	}
	if q.Priority == 0 {
		q.Priority = d.Priority
	}
	if q.MaxAttempts == 0 {
		q.MaxAttempts = d.Retries + 1
	}
	return nil
}

func (s *Service) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sortedKeys(s.decls)
}

// Run works until ctx ends, then drains. It returns early only if the database refuses to be written.
func (s *Service) Run(ctx context.Context) error {
	defer close(s.ended)
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	defer stop()
	if err := s.Engine.Join(work, s.opts.Version); err != nil {
		return err
	}
	if s.DB.Kind == store.SQLite {
		rescued, err := s.Engine.Rescue(work, true)
		if err != nil {
			return err
		}
		if len(rescued) > 0 {
			s.Log.Warn("runs of an earlier server go back to their queues", "runs", len(rescued))
		}
	}
	// Runs that were accepted by a clock that was ahead of this one are not to wait for it.
	if _, err := s.Engine.Straighten(work); err != nil {
		return err
	}
	s.kickAll()
	var background sync.WaitGroup
	background.Go(func() { s.dueLoop(work) })
	background.Go(func() { s.beatLoop(work) })
	background.Go(func() { s.houseLoop(work) })
	background.Go(func() { s.scheduleLoop(work) })
	background.Go(func() { s.Alerts.loop(work) })
	background.Go(func() {
		s.DB.Listen(work, Channel, func(payload string) {
			switch payload {
			case s.Engine.node:
				return // this node's own requests: it knows
			case "cancel":
				s.checkCancels(work)
			case "queues":
				s.Engine.loadPaused(work)
				s.findQueues(work)
			}
			s.kickAll()
		})
	})
	loop := make(chan error, 1)
	go func() { loop <- s.loop(work) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-loop:
	}
	s.mu.Lock()
	s.draining = true
	var back []*Attempt
	now := clock()
	for q, runs := range s.backlog {
		for _, run := range runs {
			back = append(back, &Attempt{Run: run, Outcome: Interrupted, Started: now, Ended: now})
		}
		delete(s.backlog, q)
	}
	s.finished = append(s.finished, back...)
	s.mu.Unlock()
	s.kick()
	s.Pool.Close(s.opts.Patience)
	// Everything that ended while draining has to be on disk before the lease ends.
	for deadline := clock().Add(10 * time.Second); clock().Before(deadline) && err == nil; time.Sleep(5 * time.Millisecond) {
		s.mu.Lock()
		n, stepping := len(s.finished)+len(s.asked), s.stepping
		s.mu.Unlock()
		if n == 0 && !stepping {
			break
		}
		s.kick()
	}
	stop()
	background.Wait()
	if err == nil {
		err = <-loop
	}
	leave, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if lerr := s.Engine.Leave(leave); lerr != nil && err == nil {
		err = lerr
	}
	return err
}

// Mark is the environment entry that every worker of a data directory inherits.
func Mark(dataDir string) string { return "ROADWORTHY_DATA=" + dataDir }

// Sweep ends processes that an earlier owner of a data directory left behind; call it when the directory is owned and
// before workers are started.
func Sweep(dataDir string) int { return sweep(Mark(dataDir)) }

// loop is the hot path.
func (s *Service) loop(ctx context.Context) error {
	failures := 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		}
		for {
			step, asks := s.collect()
			if step == nil {
				break
			}
			s.watchClock(ctx)
			res, err := s.Engine.Step(ctx, *step)
			if err != nil {
				if ctx.Err() != nil {
					s.restore(step, asks, err)
					return nil
				}
				failures++
				s.Log.Error("cannot write to the database", "error", err, "failures", failures)
				s.restore(step, asks, err)
				select {
				case <-ctx.Done():
					return nil
				case <-time.After(min(time.Duration(failures)*100*time.Millisecond, 5*time.Second)):
				}
				s.kick()
				break
			}
			failures = 0
			s.settle(step, asks, res)
		}
	}
}

// Finished attempts are written at the latest after so long, or when there are so many.
const (
	flushAfter = 10 * time.Millisecond
	flushCount = 256
)

// maxBlocked is how many claimed runs of a queue may wait for a kind of slot that is taken, while other kinds are free
// and what comes behind them in the queue may fit.
const maxBlocked = 64

// claimed counts the runs in hand that have not started. The lock is held.
func (s *Service) claimed() (n int) {
	for _, runs := range s.backlog {
		n += len(runs)
	}
	return n
}

// wanting says whether slots are about to run out of claimed runs.
func (s *Service) wanting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.claimed() <= s.ahead(1)
}

// ahead is how many runs to have in hand beyond those that run: enough to keep the slots busy for the 25 ms or so that
// the next transaction may take; a queue of jobs that take longer is left to whoever has a slot. The lock is held.
func (s *Service) ahead(slots int) int { return int(min(256, 0.025/max(s.avg, 1e-5))) * slots }

// collect takes what has piled up; nil if there is nothing to do yet.
func (s *Service) collect() (*Step, []*asking) {
	s.pump() // so that a slot which is free after this could not be filled from what is in hand
	total, free := s.Pool.Capacity()
	slots, open := 0, 0
	for class := range total {
		slots += total[class]
		open += free[class]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	step := &Step{Claim: map[string]int{}}
	asks := s.asked
	s.asked = nil
	for _, a := range asks {
		step.Enqueue = append(step.Enqueue, a.reqs...)
		for _, q := range a.reqs {
			s.hungry[q.Queue] = true
			if !slices.Contains(s.queues, q.Queue) {
				s.queues = append(s.queues, q.Queue)
			}
		}
	}
	if !s.draining && !s.lost && slots > 0 {
		ahead := s.ahead(slots)
		for _, q := range s.queues {
			if !s.hungry[q] || s.paused[q] {
				continue
			}
			in := len(s.backlog[q])
			switch {
			case open > 0:
				if n := min(open+ahead, maxBlocked+ahead-in); n > 0 {
					step.Claim[q] = n
				}
			case in < (ahead+1)/2:
				step.Claim[q] = ahead - in
			}
		}
	}
	if len(step.Enqueue)+len(s.finished)+len(step.Claim) == 0 {
		return nil, nil
	}
	if len(step.Enqueue)+len(step.Claim) == 0 && !s.pressing() {
		s.flushSoon()
		return nil, nil
	}
	step.Finish = s.finished
	s.finished, s.flush = nil, false
	s.stepping = true
	return step, asks
}

// pressing says whether finished attempts are to be written now. The lock is held.
func (s *Service) pressing() bool {
	return s.flush || s.draining || len(s.finished) >= flushCount
}

// flushSoon has finished attempts written after a while, unless something takes them along before. The lock is held.
func (s *Service) flushSoon() {
	if s.waiting {
		return
	}
	s.waiting = true
	time.AfterFunc(flushAfter, func() {
		s.mu.Lock()
		s.waiting, s.flush = false, len(s.finished) > 0
		s.mu.Unlock()
		s.kick()
	})
}

// restore puts back what a failed transaction did not do. Requests are told; finished attempts are tried again for as
// long as it takes, because their work is done.
func (s *Service) restore(step *Step, asks []*asking, err error) {
	for _, a := range asks {
		a.done <- fmt.Errorf("not accepted: %w", err)
	}
	s.mu.Lock()
	s.finished = append(step.Finish, s.finished...)
	s.stepping = false
	s.mu.Unlock()
}

func (s *Service) settle(step *Step, asks []*asking, res StepResult) {
	at := 0
	for _, a := range asks {
		a.out = res.Accepted[at : at+len(a.reqs)]
		at += len(a.reqs)
		a.done <- nil
	}
	scheduled := false
	now := clock()
	for i := range step.Enqueue {
		scheduled = scheduled || step.Enqueue[i].At.After(now)
		for _, h := range s.hooks {
			h.Enqueued(step.Enqueue[i])
		}
	}
	for _, a := range step.Finish {
		if a.Outcome == Failed || a.Outcome == Snoozed {
			scheduled = true
		}
	}
	if scheduled {
		select {
		case s.due <- struct{}{}:
		default:
		}
	}
	got := map[string]int{}
	s.mu.Lock()
	s.stepping = false
	if len(res.Claimed) > 0 && len(s.backlog) == 0 {
		s.since = now
	}
	for _, run := range res.Claimed {
		got[run.Queue]++
		s.backlog[run.Queue] = append(s.backlog[run.Queue], run)
	}
	draining := s.draining
	if draining {
		// Claimed by the transaction that was under way when the drain began.
		for q, runs := range s.backlog {
			for _, run := range runs {
				s.finished = append(s.finished, &Attempt{Run: run, Outcome: Interrupted, Started: now, Ended: now})
			}
			delete(s.backlog, q)
		}
	}
	for q := range step.Claim {
		if got[q] == 0 {
			s.hungry[q] = false
		}
	}
	for _, a := range step.Finish {
		if a.Run.tokens {
			s.hungry[a.Run.Queue] = true // its tokens may have woken another
		}
	}
	s.mu.Unlock()
	for _, a := range step.Finish {
		s.reported(a)
	}
	s.pump()
}

// reported tells the listeners about an attempt that is on disk.
func (s *Service) reported(a *Attempt) {
	final := Done
	switch a.Outcome {
	case Failed:
		final = Retrying
		if a.Run.Attempt >= a.Run.MaxAttempts {
			final = Dead
		}
	case Killed:
		final = Dead
	case WasCancel:
		final = Cancelled
	case Interrupted, Snoozed:
		final = Scheduled
	}
	for _, h := range s.hooks {
		h.Ended(a, final)
	}
	s.Alerts.ended(a, final)
	if final == Dead {
		s.Log.Error("dead letter", "job", a.Run.Job, "run", a.Run.ID, "attempts", a.Run.Attempt, "cause", a.Cause, "error", a.Error)
	} else if final == Retrying {
		s.Log.Warn("attempt failed", "job", a.Run.Job, "run", a.Run.ID, "attempt", a.Run.Attempt, "of", a.Run.MaxAttempts, "cause", a.Cause, "error", a.Error, "next", a.RetryAt.Format(time.RFC3339))
	}
}

// pump starts what is claimed while there are slots.
func (s *Service) pump() {
	classes := map[string]string{}
	for {
		_, free := s.Pool.Capacity()
		s.mu.Lock()
		if s.draining || len(s.backlog) == 0 {
			s.mu.Unlock()
			return
		}
		var run Run
		found := false
		var ended *Attempt
		now := clock()
	queues:
		for _, q := range s.queues {
			for i, r := range s.backlog[q] {
				class, ok := classes[r.Job]
				if !ok {
					class = s.Pool.Class(r.Job)
					classes[r.Job] = class
				}
				switch {
				case r.Meta.Cancel != "":
					ended = &Attempt{Run: r, Outcome: WasCancel, Cause: "cancelled", Error: "cancelled", Started: now, Ended: now}
				case class == "":
					ended = s.undeclared(r, now)
				case free[class] <= 0:
					if len(free) == 0 || i > 1000 {
						break queues
					}
					continue
				}
				run, found = r, true
				if i == 0 { // the usual case: no copying
					s.backlog[q] = s.backlog[q][1:]
				} else {
					s.backlog[q] = slices.Delete(s.backlog[q], i, i+1)
				}
				if len(s.backlog[q]) == 0 {
					delete(s.backlog, q)
				}
				break queues
			}
		}
		checkpoint := s.resume[run.ID]
		delete(s.resume, run.ID)
		s.mu.Unlock()
		if !found {
			return
		}
		if ended != nil {
			s.finish(ended)
			continue
		}
		if checkpoint == nil && (run.Attempt > 1 || run.Meta.Rescues > 0 || run.Meta.Crashes > 0 || run.Meta.Replays > 0) {
			checkpoint = s.checkpoint(run.ID)
		}
		if !s.Pool.Start(run, traceOf(run.Meta.Trace), checkpoint, s.finish) {
			s.mu.Lock()
			s.backlog[run.Queue] = append([]Run{run}, s.backlog[run.Queue]...)
			s.mu.Unlock()
			return
		}
		for _, h := range s.hooks {
			h.Started(run, max(0, clock().Sub(run.ScheduledAt)))
		}
	}
}

// undeclared gives back a run whose job this version of the code does not have. Another node may have it, or the next
// version; after an hour it is a dead letter, with the reason.
func (s *Service) undeclared(r Run, now time.Time) *Attempt {
	a := &Attempt{Run: r, Outcome: Snoozed, Cause: "not declared", Started: now, Ended: now, RetryAt: now.Add(30 * time.Second),
		Error: "no job of this name is declared in the code that is running"}
	if now.Sub(r.CreatedAt) > time.Hour && now.Sub(r.ScheduledAt) > time.Minute {
		a.Outcome = Killed
	}
	return a
}

// finish takes an attempt's end from the pool.
func (s *Service) finish(a *Attempt) {
	d, ok := s.Declaration(a.Run.Job)
	if ok && a.Outcome == Failed && a.RetryAt.IsZero() {
		a.RetryAt = d.retryAt(a.Ended, a.Run.Attempt, mrand.Float64())
	}
	if a.Crashed && a.Run.Meta.Crashes+1 >= maxCrashes {
		a.Outcome = Killed
		a.Error = fmt.Sprintf("set aside: it took down %d worker processes, the last by %s", a.Run.Meta.Crashes+1, a.Cause)
		a.Cause = "poison pill"
	}
	s.mu.Lock()
	s.finished = append(s.finished, a)
	if a.Outcome == Succeeded || a.Outcome == Failed {
		took := a.Ended.Sub(a.Started).Seconds()
		s.avg += (min(took, 1) - s.avg) * 0.1
	}
	// A token may let another run start, the end of a step another step; a failure is news.
	s.flush = s.flush || a.Outcome != Succeeded || a.Run.tokens || a.Run.Meta.Pipeline != 0
	pressing := s.pressing()
	if !pressing {
		s.flushSoon()
	}
	s.mu.Unlock()
	if pressing {
		s.kick()
	}
}

// maxCrashes is how many worker processes a run may take down before it is set aside.
const maxCrashes = 3

// Checkpoint stores the state a run wants its next attempt to have.
func (s *Service) Checkpoint(ctx context.Context, run int64, state json.RawMessage) error {
	_, err := s.DB.Exec(ctx, "INSERT INTO rw_checkpoints (run_id, data, at) VALUES (?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET data = excluded.data, at = excluded.at",
		run, string(state), clock().UnixMicro())
	if err != nil {
		return fmt.Errorf("store the checkpoint: %w", err)
	}
	return nil
}

func (s *Service) checkpoint(run int64) json.RawMessage {
	var data string
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.DB.Read().QueryRow(ctx, "SELECT data FROM rw_checkpoints WHERE run_id = ?", run).Scan(&data); err != nil {
		if !errors.Is(err, store.ErrNoRows) {
			s.Log.Error("cannot read a checkpoint", "run", run, "error", err)
		}
		return nil
	}
	return json.RawMessage(data)
}

// Cancel cancels a run here or elsewhere.
func (s *Service) Cancel(ctx context.Context, id int64, reason string) (Run, error) {
	run, err := s.Engine.Cancel(ctx, id, reason)
	if err != nil {
		return run, err
	}
	s.cancelHere(id)
	return run, nil
}

func (s *Service) cancelHere(id int64) {
	if s.Pool.Cancel(id, "cancelled") {
		return
	}
	s.mu.Lock()
	var run Run
	for q, runs := range s.backlog {
		for i, r := range runs {
			if r.ID == id {
				run = r
				s.backlog[q] = slices.Delete(runs, i, i+1)
				break
			}
		}
	}
	s.mu.Unlock()
	if run.ID != 0 {
		now := clock()
		s.finish(&Attempt{Run: run, Outcome: WasCancel, Cause: "cancelled", Error: "cancelled", Started: now, Ended: now})
	}
}

// Replay makes a run live again.
func (s *Service) Replay(ctx context.Context, id int64, args json.RawMessage) (Run, error) {
	if args != nil && (len(args) == 0 || args[0] != '{' || !json.Valid(args)) {
		return Run{}, errors.New("the new arguments are not a JSON object")
	}
	run, err := s.Engine.Replay(ctx, id, args)
	if err == nil {
		s.hungryFor(run.Queue)
	}
	return run, err
}

func (s *Service) hungryFor(queue string) {
	s.mu.Lock()
	s.hungry[queue] = true
	if !slices.Contains(s.queues, queue) {
		s.queues = append(s.queues, queue)
	}
	s.mu.Unlock()
	s.kick()
}

// PauseQueue and PauseJob stop and resume claiming, on every node.
func (s *Service) PauseQueue(ctx context.Context, name string, paused bool) error {
	if err := s.Engine.PauseQueue(ctx, name, paused); err != nil {
		return err
	}
	s.findQueues(ctx)
	s.kickAll()
	return nil
}

func (s *Service) PauseJob(ctx context.Context, name string, paused bool) error {
	if _, ok := s.Declaration(name); !ok {
		return fmt.Errorf("job %s: %w", name, ErrNoJob)
	}
	if err := s.Engine.PauseJob(ctx, name, paused); err != nil {
		return err
	}
	s.kickAll()
	return nil
}

// Ended is closed when Run has returned.
func (s *Service) Ended() <-chan struct{} { return s.ended }

// Draining says whether this node is stopping.
func (s *Service) Draining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining
}

// Offline makes a service that operates the queue without running anything: what the terminal uses when no server of
// this directory is up, and on Postgres. Declarations are those that the last server stored.
func Offline(ctx context.Context, db *store.DB, engine *River, log *slog.Logger) (*Service, error) {
	s := NewService(db, engine, NewPool(PoolOptions{}), log, ServiceOptions{})
	s.offline = true
	rows, err := db.Read().Query(ctx, "SELECT declared FROM rw_jobs")
	if err != nil {
		return nil, fmt.Errorf("read the declared jobs: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var doc string
		var d Declaration
		if err := rows.Scan(&doc); err != nil {
			return nil, err
		}
		if json.Unmarshal([]byte(doc), &d) == nil && d.Name != "" {
			s.decls[d.Name] = d
		}
	}
	return s, rows.Err()
}
