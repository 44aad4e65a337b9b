package sample

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/roadworthy-dev/roadworthy/internal/measure/cpython"
	"github.com/roadworthy-dev/roadworthy/internal/measure/proc"
)

// A process is one target being watched.
type process struct {
	pid         int
	period      time.Duration // between looks
	target      *cpython.Target
	threads     map[int]*threadFiles
	sockets     map[string]wait
	socketsRead time.Time
	retry       time.Time // when to try again to open it
	findTasks   time.Time // when to look for asyncio again
	patience    time.Time
	refused     string
	gone        bool
}

// Run profiles until the target ends, the duration is over, or ctx is.
func Run(ctx context.Context, o Options) (*Profile, error) {
	if o.Rate <= 0 {
		o.Rate = 100
	}
	if o.Rate > 10000 {
		return nil, fmt.Errorf("profile: %d looks per second is more than can be done; at most 10000", o.Rate)
	}
	if o.Rules == nil {
		o.Rules = DefaultRules()
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer proc.PreferThread()()

	period := time.Second / time.Duration(o.Rate)
	first := newProcess(o.PID, o.Patience, period)
	if t, err := cpython.AttachSoon(o.PID, o.Patience); err != nil {
		var no *cpython.UnsupportedError
		if !o.Children || !(errors.Is(err, cpython.ErrNoPython) || errors.As(err, &no)) {
			return nil, err
		}
		// A shell or a supervisor: its children may be Python.
		first.refused = err.Error()
	} else {
		first.target = t
	}
	p := newProfile(o)
	p.Cores = runtime.NumCPU()
	age := age(o.PID)
	processes := map[int]*process{o.PID: first}
	defer func() {
		for _, pr := range processes {
			pr.close()
		}
	}()
	var before unix.Rusage
	unix.Getrusage(unix.RUSAGE_THREAD, &before)

	p.Started = time.Now()
	last := p.Started
	// Looks at even spaces would fall into step with what repeats in the target, such as threads that hand the GIL on every 5 ms; and a look
	// changes what the scheduler does next, so that looks which never come soon after another miss some of it. Exponential spaces see every
	// state for its share of the time, whatever looks set off, if each look weighs the same (Wolff 1982, "Poisson arrivals see time averages").
	gaps := rand.New(rand.NewPCG(uint64(o.PID), uint64(p.Started.UnixNano())))
	space := func() time.Duration { return time.Duration(gaps.ExpFloat64() * float64(period)) }
	due := p.Started.Add(space())
	often := min(1, taskRate/float64(o.Rate))
	var discover time.Time
	var key []byte
	var all []weighed
	for {
		asked := due
		if time.Now().Before(due) {
			sleepUntil(due)
		}
		now := time.Now()
		if now.Sub(asked) > period {
			p.Late++
		}
		weight := period
		for due = due.Add(space()); !due.After(now); due = due.Add(space()) {
			weight += period // looks that fell due meanwhile are taken together
		}
		if ctx.Err() != nil || (o.Duration > 0 && now.Sub(p.Started) >= o.Duration) {
			break
		}
		if o.Children && now.After(discover) {
			discover = now.Add(100 * time.Millisecond)
			for _, pid := range proc.Tree(o.PID) {
				if processes[pid] == nil {
					processes[pid] = newProcess(pid, o.Patience, period)
				}
			}
		}
		since := now.Sub(last)
		last = now
		// A thread that lost its processor to the profiler did so after the look was due; on a busy machine, where the profiler itself has
		// to wait for long, only what was lost just before is its doing.
		wanted := monotonic(now) - int64(min(max(0, now.Sub(asked)), 2*time.Millisecond))
		p.Looks++
		alive := 0
		all = all[:0]
		// Some looks, drawn by lot, are at tasks as well; each stands for those that are not.
		m := moment{weight: weight, since: since, due: wanted, cpu: ownCPU(), tasks: gaps.Float64() < often, number: p.Looks}
		for _, pr := range processes {
			if pr.gone {
				continue
			}
			if pr.target == nil {
				pr.open(now)
			}
			if pr.target == nil {
				if _, err := os.Stat("/proc/" + strconv.Itoa(pr.pid)); err != nil || zombie(pr.pid) {
					pr.gone = true
				} else {
					alive++
				}
				continue
			}
			looks, err := pr.sample(o.Rules, m, func(seen []cpython.Task) { p.tasks(p.Looks, time.Duration(float64(weight)/often), seen) })
			if err != nil {
				if _, statErr := os.Stat("/proc/" + strconv.Itoa(pr.pid)); statErr != nil || zombie(pr.pid) || errors.Is(err, unix.ESRCH) {
					pr.gone = true
					continue
				}
				pr.failures(err)
			}
			alive++
			for i := range looks {
				l := &looks[i]
				key = appendKey(key[:0], &l.Look)
				p.add(now, l.weight, l.Look, key)
				if o.OnLook != nil {
					o.OnLook(now, l.weight, l.Look)
				}
			}
			all = append(all, looks...)
		}
		p.attribute(now, o.PID, all)
		if alive == 0 {
			break
		}
	}
	p.Length = last.Sub(p.Started)
	p.whole = first.gone && age < p.Length/10
	var after unix.Rusage
	unix.Getrusage(unix.RUSAGE_THREAD, &after)
	p.Busy = time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	read := 0
	for _, pr := range processes {
		t := Target{PID: pr.pid, Refused: pr.refused}
		if pr.target != nil {
			read++
			t.Version, t.Refused = pr.target.Version.String(), ""
			s := pr.target.Stats()
			p.Stats.Stacks += s.Stacks
			p.Stats.Retried += s.Retried
			p.Stats.Discarded += s.Discarded
			p.Stats.Failed += s.Failed
		}
		p.Targets = append(p.Targets, t)
	}
	if read == 0 {
		return nil, fmt.Errorf("profile: none of %d processes could be read: %s", len(processes), first.refused)
	}
	if p.Looks > 20 && p.Late*10 > p.Looks {
		p.Notes = append(p.Notes, fmt.Sprintf("%d of %d looks came late: the machine was busy; those that fell due together were taken together", p.Late, p.Looks))
	}
	return p, nil
}

func newProcess(pid int, patience, period time.Duration) *process {
	return &process{pid: pid, period: period, threads: map[int]*threadFiles{}, sockets: map[string]wait{}, patience: time.Now().Add(patience)}
}

// open tries to attach to a process that has just appeared, for as long as patience lasts.
func (pr *process) open(now time.Time) {
	if now.Before(pr.retry) || now.After(pr.patience) {
		return
	}
	t, err := cpython.Attach(pr.pid)
	if err != nil {
		pr.refused = err.Error()
		pr.retry = now.Add(20 * time.Millisecond)
		return
	}
	pr.target = t
}

// failures drops a target that cannot be read any more: the process has replaced its program.
func (pr *process) failures(err error) {
	if errors.Is(err, unix.EFAULT) {
		if t, again := cpython.Attach(pr.pid); again == nil {
			pr.target = t
		}
	}
}

func (pr *process) close() {
	for _, t := range pr.threads {
		t.close()
	}
}

// age is how long a process has been running; a very long time where that is not known.
func age(pid int) time.Duration {
	const never = 1 << 62
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return never
	}
	var now unix.Timespec
	// Field 22, counted from the state after the name's last parenthesis, in ticks of a hundredth of a second since boot.
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(f) < 20 || unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) != nil {
		return never
	}
	ticks, err := strconv.ParseInt(f[19], 10, 64)
	if err != nil {
		return never
	}
	return time.Duration(now.Nano()) - time.Duration(ticks)*10*time.Millisecond
}

func zombie(pid int) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return true
	}
	for i := len(b) - 1; i > 0; i-- {
		if b[i] == ')' {
			return i+2 < len(b) && (b[i+2] == 'Z' || b[i+2] == 'X')
		}
	}
	return false
}

// A moment is when a look is taken, and for how much it stands.
type moment struct {
	weight time.Duration
	since  time.Duration // time since the last look
	due    int64         // when it was due, on the monotonic clock
	cpu    uint32        // the processor that the profiler took for it
	tasks  bool          // the tasks of event loops are looked at, too
	number int64
}

// lookAtTasks looks at the asyncio tasks of every thread. Asyncio is loaded when the program imports it: it is looked for again now and then.
func (pr *process) lookAtTasks(threads []cpython.Thread, now time.Time, tasks func([]cpython.Task)) {
	if now.Before(pr.findTasks) {
		return
	}
	if pr.target.TasksKnown() {
		for i := range threads {
			if seen := pr.target.TasksOf(&threads[i]); len(seen) > 0 {
				tasks(seen)
			}
		}
		return
	}
	pr.findTasks = now.Add(300 * time.Millisecond)
	_ = pr.target.LoadAsyncio(pr.pid) // a target that does not tell of its tasks remembers that
}

// sample looks at every thread of a process.
func (pr *process) sample(rules *Rules, m moment, tasks func([]cpython.Task)) ([]weighed, error) {
	// What the threads wait for comes first: a wait for a disk may be over before the stacks are read.
	for _, f := range pr.threads {
		f.glance()
	}
	threads, err := pr.target.Sample()
	if err != nil {
		return nil, err
	}
	if m.tasks {
		pr.lookAtTasks(threads, time.Now(), tasks)
	}
	out := make([]weighed, 0, len(threads))
	for i := range threads {
		th := &threads[i]
		if th.Torn || th.OS == 0 {
			continue
		}
		f := pr.threads[th.OS]
		if f == nil {
			if f, err = openThread(pr.pid, th.OS, pr.period); err != nil {
				continue // it has just ended
			}
			pr.threads[th.OS] = f
			f.glance()
		}
		f.seen = m.number
		c := f.at
		if !f.alive {
			continue
		}
		if on, _ := f.switches.had(m.due, m.cpu); on {
			c = call{running: true} // it was in the kernel when the look was due, and waits since
			f.at = c
		}
		state, w := pr.state(th, c)
		short, woken := f.shortage(state, m)
		s, cat, why := rules.categorise(state, w, th.Frames)
		if cat == LockWait && th.OS != pr.pid && rules.emptyQueue(th.Frames) {
			s, cat, why = Idle, Waiting, "a worker's empty queue"
		}
		if state == Native && f.last == GIL && cat == NativeCode {
			// It runs, on its way to take or to ask again for the GIL: that is the interpreter's own work.
			cat, why = Interpreter, "takes the GIL"
		}
		l := Look{PID: pr.pid, TID: th.OS, State: s, Category: cat, Evidence: why, Frames: th.Frames}
		rest := m.weight
		as := blocked
		if c.running {
			as = onProcessor
			if d := time.Duration(short * float64(m.weight)); d > 0 {
				rest -= d
				missing := l
				missing.State = Starved
				switch {
				case state == Native && f.last == GIL: // it wakes every few milliseconds to ask again
					missing.Category, missing.Evidence = GILWait, "state"
				case woken && (state == Native || th.GIL == 0):
					// Its wait is over but it has not run since: that belongs to what it waited for, which was seen when it waited at
					// the same place, or is what it last waited for.
					w, seen := known{}, false
					if len(th.Frames) > 0 {
						w, seen = f.waits[siteOf(th.Frames[0])]
					}
					if !seen && f.switches == nil {
						w, seen = f.wait, f.wait.category != ""
					}
					switch {
					case seen:
						missing.Category, missing.Evidence = w.category, w.evidence
					case f.switches != nil:
						missing.Category, missing.Evidence = Other, "woken from a wait that was not seen"
					}
				}
				out = append(out, weighed{missing, f.account.weigh(ready, d)})
			}
		} else {
			f.noteWait(th.Frames, cat, why)
		}
		f.last = state
		if rest > 0 {
			out = append(out, weighed{l, f.account.weigh(as, rest)})
		}
	}
	if m.number%512 == 0 {
		for tid, f := range pr.threads {
			if f.seen+512 < m.number {
				f.close()
				delete(pr.threads, tid)
			}
		}
	}
	return out, nil
}

// appendKey makes equal looks equal: process, thread, state, category and frames with their lines.
func appendKey(b []byte, l *Look) []byte {
	b = binary.AppendUvarint(b, uint64(l.PID))
	b = binary.AppendUvarint(b, uint64(l.TID))
	b = append(b, l.State...)
	b = append(b, 0)
	b = append(b, l.Category...)
	b = append(b, 0)
	b = append(b, l.Evidence...)
	b = append(b, 0)
	for _, f := range l.Frames {
		b = append(b, f.Code.File...)
		b = append(b, 0)
		b = append(b, f.Code.Name...)
		b = append(b, 0)
		b = binary.AppendUvarint(b, uint64(f.Line))
	}
	return b
}

// sleepUntil sleeps on the thread itself: the runtime's timers are coarser than a profile needs.
func sleepUntil(due time.Time) {
	d := time.Until(due)
	if d <= 0 {
		return
	}
	ts := unix.NsecToTimespec(int64(d))
	for unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &ts, &ts) == unix.EINTR {
	}
}
