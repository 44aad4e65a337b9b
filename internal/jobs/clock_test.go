//go:build linux || darwin

package jobs

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// wallShift is by how much this process's wall clock is set wrong; the monotonic clock runs on, as the kernel's does when
// somebody sets the time.
var wallShift atomic.Int64

func init() {
	clock = func() time.Time {
		t := time.Now()
		// A Time with a monotonic reading keeps its wall seconds in bits 30 to 62 of its first word (see package time);
		// there is no other way to set one without the other.
		*(*uint64)(unsafe.Pointer(&t)) += uint64(wallShift.Load()/int64(time.Second)) << 30
		return t
	}
}

// setClock makes this process's wall clock show a time, for the length of the test.
func setClock(t *testing.T, to time.Time) {
	t.Helper()
	shift := to.Sub(time.Now().Round(0)).Truncate(time.Second)
	wallShift.Store(int64(shift))
	if off := clock().Round(0).Sub(to); off.Abs() > 2*time.Second {
		t.Fatalf("the clock shows %s, not %s", clock(), to)
	}
}

func TestTheClockOfTests(t *testing.T) {
	defer wallShift.Store(0)
	before := clock()
	setClock(t, time.Now().Add(-time.Hour))
	after := clock()
	if wall := after.Round(0).Sub(before.Round(0)); wall > -59*time.Minute {
		t.Errorf("the wall clock moved by %s", wall)
	}
	if mono := after.Sub(before); mono < 0 || mono > time.Minute {
		t.Errorf("the monotonic clock moved by %s", mono)
	}
}

// Whatever the clock is set to while runs are accepted, claimed, retried and their workers killed: none is lost, and none
// runs twice but for a killed worker. ROADWORTHY_JUMPS and ROADWORTHY_RUNS size it.
func TestClockJumpsLoseAndDoubleNothing(t *testing.T) {
	jumps, runs := sized(t, "ROADWORTHY_JUMPS", 12), sized(t, "ROADWORTHY_RUNS", 1500)
	defer wallShift.Store(0)
	log := filepath.Join(t.TempDir(), "ran")
	t.Setenv("CLOCK_LOG", log)
	s := running(t, `
_fd = os.open(os.environ["CLOCK_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

@roadworthy.job(retries=100, backoff="fixed 100ms")
def mark(fails):
    run = roadworthy.current()
    if run.attempt <= fails:
        raise ValueError("not yet")
    os.write(_fd, b"%d\n" % run.id)
`, "")
	ctx := t.Context()
	accepted := map[int64]bool{}
	stop := make(chan struct{})
	kills := make(chan int, 1)
	go func() {
		n, killed := 0, 0
		defer func() { kills <- killed }()
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(50+rand.IntN(150)) * time.Millisecond):
			}
			if n < jumps {
				wallShift.Add(int64(time.Duration(rand.IntN(7201)-3600) * time.Second))
				n++
			}
			if n%3 == 0 {
				for _, w := range s.Pool.Workers() {
					if w.PID > 0 && w.State == "busy" {
						syscall.Kill(w.PID, syscall.SIGKILL)
						killed++
						break
					}
				}
			}
		}
	}()
	for i := 0; i < runs; i += 10 {
		reqs := make([]Request, 10)
		for k := range reqs {
			reqs[k] = Request{Job: "mark", Args: json.RawMessage(fmt.Sprintf(`{"fails":%d}`, (i+k)%50/48))}
		}
		for _, a := range must[[]Accepted](t)(s.Enqueue(ctx, reqs)) {
			accepted[a.ID] = true
		}
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
	}
	close(stop)
	killed := <-kills
	for deadline := time.Now().Add(90 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		l := must[Ledger](t)(s.Engine.Ledger(ctx))
		if l.Live == 0 {
			if l.Done != int64(runs) || !l.Balanced() {
				t.Errorf("the ledger: %+v, of %d runs", l, runs)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("stuck with the clock %s off: %+v", time.Duration(wallShift.Load()), l)
		}
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	ran := map[string]int{}
	extra := 0
	for _, line := range strings.Fields(string(text)) {
		if ran[line]++; ran[line] > 1 {
			extra++
		}
	}
	if len(ran) != len(accepted) {
		t.Errorf("%d runs were accepted, %d ran", len(accepted), len(ran))
	}
	if extra > killed {
		t.Errorf("%d extra runs, although only %d workers were killed", extra, killed)
	}
	t.Logf("clock set %d times by up to an hour, %d workers killed, %d runs: 0 lost, %d extra", jumps, killed, len(accepted), extra)
}

func sized(t *testing.T, name string, short int) int {
	t.Helper()
	n := short
	if s := os.Getenv(name); s != "" {
		if _, err := fmt.Sscan(s, &n); err != nil {
			t.Fatalf("%s=%q is not a number", name, s)
		}
	}
	return n
}

// A graduated package as `roadworthy graduate` leaves it: a module that runs as a program, and a [job.NAME] with schedule,
// time limit, retries, owner and alerts. The clock is set from one Sunday on.
func TestGraduatedPackageRunsOnItsSchedule(t *testing.T) {
	defer wallShift.Store(0)
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	setClock(t, time.Date(2027, 1, 3, 12, 0, 0, 0, zone))
	s := running(t, "", "", func(s *Service) {
		root := s.Pool.opts.Root
		if err := os.CopyFS(filepath.Join(root, "new"), os.DirFS("testdata/graduated")); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"app.py", "roadworthy.toml"} {
			if err := os.Remove(filepath.Join(root, name)); err != nil {
				t.Fatal(err)
			}
		}
		files, err := os.ReadDir(filepath.Join(root, "new"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.Rename(filepath.Join(root, "new", f.Name()), filepath.Join(root, f.Name())); err != nil {
				t.Fatal(err)
			}
		}
		s.Pool.opts.Paths = []string{filepath.Join(root, "src"), root}
	})
	root := s.Pool.opts.Root
	if d, ok := s.Declaration("weekly-numbers"); !ok || d.Owner != "marketing" || d.TimeLimit != 10*time.Minute || d.Retries != 3 || d.Tier != "business-critical" || len(d.Alerts) != 1 {
		t.Fatalf("declared: %+v", d)
	}
	fired := func(n int) []Run {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			runs := must[[]Run](t)(s.Engine.List(t.Context(), Filter{Job: "weekly-numbers"}))
			if len(runs) == n && runs[0].State.Final() {
				return runs
			}
			if len(runs) > n || time.Now().After(deadline) {
				t.Fatalf("%d runs, want %d: %+v", len(runs), n, runs)
			}
		}
	}
	time.Sleep(1200 * time.Millisecond) // a look of the schedule's loop
	fired0 := must[[]Run](t)(s.Engine.List(t.Context(), Filter{}))
	if len(fired0) != 0 {
		t.Fatalf("fired on Sunday: %+v", fired0)
	}
	setClock(t, time.Date(2027, 1, 4, 7, 0, 1, 0, zone))
	run := fired(1)[0]
	if run.State != Done || run.Meta.Fire != time.Date(2027, 1, 4, 7, 0, 0, 0, zone).Unix() {
		t.Fatalf("on Monday: %+v %s", run, run.Error)
	}
	var out struct {
		Week  string
		Total float64
	}
	doc, err := os.ReadFile(filepath.Join(root, "out", "weekly.json"))
	if err != nil || json.Unmarshal(doc, &out) != nil || out.Total != 61.5 {
		t.Errorf("its result: %s, %v", doc, err)
	}
	// Three Mondays pass while the process stands still; `once` makes up for one of them.
	setClock(t, time.Date(2027, 1, 26, 9, 0, 0, 0, zone))
	if run := fired(2)[0]; run.State != Done || run.Meta.Fire != time.Date(2027, 1, 25, 7, 0, 0, 0, zone).Unix() {
		t.Errorf("after three missed Mondays: %+v", run)
	}
	// Its input is gone: three retries, then a dead letter and an alert to its owner's command.
	if err := os.Remove(filepath.Join(root, "data", "orders.csv")); err != nil {
		t.Fatal(err)
	}
	setClock(t, time.Date(2027, 2, 1, 7, 0, 0, 0, zone))
	var dead Run
	for deadline := time.Now().Add(60 * time.Second); dead.State != Dead; time.Sleep(20 * time.Millisecond) {
		runs := must[[]Run](t)(s.Engine.List(t.Context(), Filter{Job: "weekly-numbers"}))
		if dead = runs[0]; len(runs) > 3 || time.Now().After(deadline) {
			t.Fatalf("%d runs, the last %+v", len(runs), dead)
		}
		if dead.State == Retrying {
			// Its backoff is over.
			must[int64](t)(s.DB.Exec(t.Context(), "UPDATE river_job SET scheduled_at = ? WHERE state = 'retryable'", s.DB.Time(clock())))
			s.due <- struct{}{}
		}
	}
	if dead.Attempt != 4 || !strings.Contains(dead.Error, "exit 1") || !strings.Contains(dead.Error, "orders.csv") {
		t.Errorf("the dead letter: %+v", dead)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		told, _ := os.ReadFile(filepath.Join(root, "alerts.log"))
		if strings.Contains(string(told), "owner: marketing") && strings.Contains(string(told), fmt.Sprintf("last good run: %d", run.ID+1)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the owner was told %q", told)
		}
	}
}
