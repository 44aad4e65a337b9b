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
	hungry   map[string]bool // queues that may have more than the claims so far, the one under way included, have seen
	held     map[string]int  // queue → runs that its last claim had to put back
	queues   []string
	paused   map[string]bool // queues
	avg      float64         // seconds a run takes, smoothed
	draining bool
	stepping bool // a transaction is under way
	flush    bool // finished attempts have waited long enough, or something waits for them
	waiting  bool // the timer that sets flush is running
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
		decls: map[string]Declaration{}, broken: map[string]string{}, backlog: map[string][]Run{}, hungry: map[string]bool{}, held: map[string]int{}, paused: map[string]bool{},
		avg: 0.05, wake: make(chan struct{}, 1), due: make(chan struct{}, 1), ended: make(chan struct{})}
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
	s.handBack(clock())
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
	for _, end := range []func(context.Context) error{s.Engine.tellGood, s.Engine.Leave} {
		if lerr := end(leave); lerr != nil && err == nil {
			err = lerr
		}
	}
	return err
}

// Mark is the environment entry that every worker of a data directory inherits.
func Mark(dataDir string) string { return "ROADWORTHY_DATA=" + dataDir }

// Sweep ends processes that an earlier owner of a data directory left behind; call it when the directory is owned and
// before workers are started.
func Sweep(dataDir string) int { return sweep(Mark(dataDir)) }
