//go:build linux || darwin

package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// running starts a service on SQLite over the given Python source and stops it with the test.
func running(t *testing.T, source, config string, change ...func(*Service)) *Service {
	t.Helper()
	python, err := exec.LookPath("python3")
	if p := os.Getenv("ROADWORTHY_TEST_PYTHON"); p != "" {
		python, err = p, nil
	}
	if err != nil {
		t.Skip("no python3 on PATH")
	}
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"app.py": "import roadworthy, os, sys, time\n" + source, "roadworthy.toml": config} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(root, ".roadworthy")
	db := must[*store.DB](t)(store.Open(t.Context(), filepath.Join(data, "rw.db"), store.Options{}))
	r := must[*River](t)(OpenRiver(t.Context(), db, NewNodeID()))
	pool := NewPool(PoolOptions{Root: root, DataDir: data, Python: python, Paths: []string{root}, Workers: 2, Env: []string{Mark(data)}})
	s := NewService(db, r, pool, quiet, ServiceOptions{Version: "test", Patience: 2 * time.Second})
	for _, c := range change {
		c(s)
	}
	decls := must[*Found](t)(Find(t.Context(), root, "")).Jobs
	if err := s.Load(t.Context(), decls, "v1"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		l, err := r.Ledger(context.Background())
		if err != nil || !l.Balanced() {
			t.Errorf("the ledger at the end: %+v, %v", l, err)
		}
		db.Close()
		if n := sweep(Mark(data)); n > 0 {
			t.Errorf("%d processes outlived the service", n)
		}
	})
	return s
}

func (s *Service) ask(t *testing.T, job, args string) int64 {
	t.Helper()
	return must[[]Accepted](t)(s.Enqueue(t.Context(), []Request{{Job: job, Args: json.RawMessage(args)}}))[0].ID
}

// until waits for a run to be in a state; the time it took from now is returned.
func (s *Service) until(t *testing.T, id int64, want State) (RunView, time.Duration) {
	t.Helper()
	start := time.Now()
	for {
		v, err := s.View(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if v.State == want {
			return v, time.Since(start)
		}
		if time.Since(start) > 30*time.Second || v.State.Final() {
			t.Fatalf("run %d is %s, want %s: %s; attempts %+v", id, v.State, want, v.Why, v.Attempts)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestJobsStopWithTheirCause(t *testing.T) {
	s := running(t, `
@roadworthy.job(retries=0, timeout="500ms", grace="5s")
def overtime():
    try:
        time.sleep(60)
    except roadworthy.TimeLimit:
        print("cleaning up")
        raise

@roadworthy.job(retries=0, timeout="500ms", grace="500ms")
def deaf():
    import signal
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    time.sleep(60)

@roadworthy.job(retries=0, memory="120MB")
def greedy():
    x = b"x" * 400_000_000
    time.sleep(60)

@roadworthy.job(retries=9, backoff="10ms")
def pill():
    import ctypes
    ctypes.string_at(0)

@roadworthy.job(retries=0)
def leaves():
    os._exit(7)

@roadworthy.job
def polite():
    while not roadworthy.cancelled():
        time.sleep(0.005)
    raise roadworthy.Cancelled("stopped between two steps")

@roadworthy.job(grace="600ms")
def rude():
    while True:
        try:
            time.sleep(60)
        except roadworthy.Cancelled:
            pass

@roadworthy.job(retries=0, timeout="400ms", grace="2s")
async def waits():
    import asyncio
    await asyncio.sleep(60)

@roadworthy.job(retries=0, timeout="700ms", grace="300ms")
def spawns():
    import subprocess
    subprocess.Popen(["sleep", "61"])
    subprocess.run(["sleep", "60"])

@roadworthy.job
def fine():
    print("fine", flush=True)
`, `
[job.command]
command = ["sh", "-c", "sleep 60"]
timeout = "300ms"
grace = "1s"
retries = 0
`)
	for _, c := range []struct {
		job, cause, text string
		most             time.Duration
	}{
		{"overtime", "time limit", "500ms", 3 * time.Second},
		{"deaf", "time limit", "500ms", 5 * time.Second},
		{"greedy", "out of memory", "memory limit", 6 * time.Second},
		{"pill", "poison pill", "took down 3 worker processes, the last by signal 11 (SIGSEGV)", 15 * time.Second},
		{"leaves", "exit 7", "the worker process ended: exit 7", 3 * time.Second},
		{"waits", "time limit", "400ms", 3 * time.Second},
		{"spawns", "time limit", "700ms", 5 * time.Second},
		{"command", "time limit", "300ms", 5 * time.Second},
	} {
		v, took := s.until(t, s.ask(t, c.job, "{}"), Dead)
		if v.Meta.Cause != c.cause || !strings.Contains(v.Error, c.text) {
			t.Errorf("%s: cause %q, error %q; want %q and %q", c.job, v.Meta.Cause, v.Error, c.cause, c.text)
		}
		if took > c.most {
			t.Errorf("%s: stopped after %s, want within %s", c.job, took, c.most)
		}
		t.Logf("%-9s %-13s after %s", c.job, v.Meta.Cause, took.Round(time.Millisecond))
		if c.job == "overtime" && !strings.Contains(v.Attempts[0].Output, "cleaning up") {
			t.Errorf("the job could not clean up: %q", v.Attempts[0].Output)
		}
		if c.job == "pill" && !strings.Contains(v.Attempts[0].Traceback, "string_at") {
			t.Errorf("no traceback of the crash: %+v", v.Attempts[0])
		}
	}
	for job, most := range map[string]time.Duration{"polite": 2 * time.Second, "rude": 4 * time.Second} {
		id := s.ask(t, job, "{}")
		s.until(t, id, Running)
		time.Sleep(200 * time.Millisecond)
		start := time.Now()
		must[Run](t)(s.Cancel(t.Context(), id, "test"))
		s.until(t, id, Cancelled)
		if took := time.Since(start); took > most {
			t.Errorf("%s: cancelled after %s, want within %s", job, took, most)
		} else {
			t.Logf("%-9s cancelled     after %s", job, took.Round(time.Millisecond))
		}
	}
	// The slots are filled again.
	s.until(t, s.ask(t, "fine", "{}"), Done)
}

func TestOutputCheckpointProgressSignals(t *testing.T) {
	s := running(t, `
@roadworthy.job(retries=2, backoff="10ms")
def steps(n):
    roadworthy.progress(1, 3, "first")
    roadworthy.metric("documents", 5)
    print("out", n)
    print("err", n, file=sys.stderr)
    os.write(1, b"raw\n")
    raise ValueError("on purpose") if n == 1 else roadworthy.Dead("no use")

@roadworthy.job
async def many(i):
    import asyncio
    print("begin", i)
    await asyncio.sleep(0.05)
    print("end", i)

@roadworthy.job(retries=0)
def sleepy():
    if roadworthy.current().max_attempts == 1 and not os.path.exists("seen"):
        open("seen", "w").close()
        raise roadworthy.Snooze(0.05)
`, "")
	v, _ := s.until(t, s.ask(t, "steps", `{"n":1}`), Dead)
	if len(v.Attempts) != 3 || v.Attempts[0].Error != "ValueError: on purpose" || !strings.Contains(v.Attempts[0].Traceback, `app.py", line 10, in steps`) {
		t.Errorf("attempts = %+v", v.Attempts)
	}
	if strings.Contains(v.Attempts[0].Traceback, "_worker.py") {
		t.Errorf("the traceback shows our own frames:\n%s", v.Attempts[0].Traceback)
	}
	for _, line := range []string{"out 1\n", "err 1\n", "raw\n"} {
		if strings.Count(v.Attempts[0].Output, line) != 1 {
			t.Errorf("output %q lacks %q", v.Attempts[0].Output, line)
		}
	}
	if v.Progress == nil || v.Progress.Done != 1 || v.Progress.Note != "first" {
		t.Errorf("progress = %+v", v.Progress)
	}
	signals := must[[]SignalSeries](t)(s.Signals(t.Context(), "steps", time.Now().Add(-time.Hour), time.Minute))
	if len(signals) != 1 || signals[0].Name != "documents" {
		t.Errorf("signals = %+v", signals)
	}
	if v, _ := s.until(t, s.ask(t, "steps", `{"n":2}`), Dead); v.Attempt != 1 {
		t.Errorf("Dead was retried: attempt %d", v.Attempt)
	}
	var reqs []Request
	for i := range 20 {
		reqs = append(reqs, Request{Job: "many", Args: json.RawMessage(fmt.Sprintf(`{"i":%d}`, i))})
	}
	start := time.Now()
	for i, a := range must[[]Accepted](t)(s.Enqueue(t.Context(), reqs)) {
		v, _ := s.until(t, a.ID, Done)
		if want := fmt.Sprintf("begin %d\nend %d\n", i, i); v.Attempts[0].Output != want {
			t.Errorf("coroutine %d printed %q, want %q", i, v.Attempts[0].Output, want)
		}
	}
	if took := time.Since(start); took > 900*time.Millisecond {
		t.Logf("20 coroutines of 50 ms took %s", took)
	}
	if v, _ := s.until(t, s.ask(t, "sleepy", `{}`), Done); v.Attempt != 1 {
		t.Errorf("a snooze counted as an attempt: %d", v.Attempt)
	}
}

func TestReloadAndBrokenImport(t *testing.T) {
	s := running(t, `
@roadworthy.job(retries=0)
def version():
    print("one")
`, "")
	if v, _ := s.until(t, s.ask(t, "version", `{}`), Done); v.Attempts[0].Output != "one\n" {
		t.Errorf("output %q", v.Attempts[0].Output)
	}
	root := s.Pool.opts.Root
	load := func(source, version string) error {
		if err := os.WriteFile(filepath.Join(root, "app.py"), []byte("import roadworthy\n"+source), 0o644); err != nil {
			t.Fatal(err)
		}
		return s.Load(t.Context(), must[*Found](t)(Find(t.Context(), root, "")).Jobs, version)
	}
	if err := load("@roadworthy.job(retries=0)\ndef version():\n    print('two')\n", "v2"); err != nil {
		t.Fatal(err)
	}
	if v, _ := s.until(t, s.ask(t, "version", `{}`), Done); v.Attempts[0].Output != "two\n" {
		t.Errorf("output after the reload %q", v.Attempts[0].Output)
	}
	if err := load("import no_such_module\n@roadworthy.job(retries=0)\ndef version():\n    print('three')\n", "v3"); err != nil {
		t.Fatal(err)
	}
	if why := s.Broken()["version"]; !strings.Contains(why, "no_such_module") {
		t.Errorf("broken = %q", why)
	}
	v, _ := s.until(t, s.ask(t, "version", `{}`), Dead)
	if !strings.Contains(v.Error, "no_such_module") || !strings.Contains(v.Attempts[0].Traceback, "app.py") {
		t.Errorf("a run of a job that cannot be imported: %q\n%s", v.Error, v.Attempts[0].Traceback)
	}
}

func TestCheckGuardrails(t *testing.T) {
	d := Declaration{Name: "bill", Entry: "a:b", Tier: "business-critical", Retries: 3, Effects: []string{"payment at billing.py:12"}, File: "billing.py", Line: 9}
	var got []string
	for _, r := range Guard(d) {
		got = append(got, r.Guardrail)
		if r.At != "billing.py:9" || r.Next == "" {
			t.Errorf("%+v", r)
		}
	}
	if want := []string{"owner", "time-limit", "alert", "idempotency"}; !slices.Equal(got, want) {
		t.Errorf("refused for %v, want %v", got, want)
	}
	d.Owner, d.TimeLimit, d.Alerts, d.Key = "team", time.Minute, []string{"mailto:a@example.com"}, "{invoice}"
	if got := Guard(d); len(got) != 0 {
		t.Errorf("refused %v", got)
	}
}

func TestAlertsOnceAndRecovery(t *testing.T) {
	var mu sync.Mutex
	var told []string
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			Text  string
			Alert Alert
		}
		json.NewDecoder(r.Body).Decode(&m)
		mu.Lock()
		told = append(told, m.Text)
		mu.Unlock()
	}))
	defer hook.Close()
	s := running(t, fmt.Sprintf(`
@roadworthy.job(retries=0, owner="billing", alerts=[%q])
def sync(ok, password="x"):
    if not ok: raise ValueError("the ledger is closed")
`, hook.URL), "")
	good := s.ask(t, "sync", `{"ok":true}`)
	s.until(t, good, Done)
	for range 3 {
		s.until(t, s.ask(t, "sync", `{"ok":false,"password":"hunter2"}`), Dead)
	}
	s.until(t, s.ask(t, "sync", `{"ok":true}`), Done)
	for deadline := time.Now().Add(10 * time.Second); ; {
		mu.Lock()
		n := len(told)
		mu.Unlock()
		if n >= 2 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("told %q", told)
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond)
	mu.Lock()
	defer mu.Unlock()
	if len(told) != 2 || !strings.HasPrefix(told[0], "ALERT ") || !strings.HasPrefix(told[1], "RECOVERED ") {
		t.Fatalf("three dead letters and a success tell twice; told %q", told)
	}
	for _, want := range []string{"owner: billing", fmt.Sprintf("last good run: %d", good), "the ledger is closed", `"password":"[redacted]"`} {
		if !strings.Contains(told[0], want) {
			t.Errorf("the alert lacks %q: %s", want, told[0])
		}
	}
}

func TestFindReadsSourceWithoutRunningIt(t *testing.T) {
	root := t.TempDir()
	files := map[string]string{
		"a.py": `import roadworthy as rw
from tools import other
"""
@roadworthy.job
def in_a_string(): ...
"""
@rw.job(
    schedule="0 7 * * mon",  # Monday
    timezone="Europe/Berlin", retries=5,
    alerts=["mailto:a@example.com", "command:./page.sh"], timeout="10m",
)
@other(decorator=1)
async def weekly(): ...
raise SystemExit("never import me")
`,
		// Under another name, from another module of the project.
		"again.py":           "from compat import scheduled\n@scheduled(name='other-name', failure_rate=0.25)\ndef through_another_module(): pass\n",
		"compat.py":          "from roadworthy import job as scheduled\n",
		"tests/test_jobs.py": "import roadworthy\n@roadworthy.job\ndef only_in_a_test(): pass\n",
		"pkg/b.py":           "from roadworthy import job as background\n@background\ndef plain(): pass\n@job\ndef not_ours(): pass\n",
		"c.py":               "import roadworthy\n@roadworthy.job(retries=RETRIES)\ndef computed(): pass\n",
		"d.py":               "import roadworthy\n@roadworthy.job(retrys=3)\ndef typo(): pass\n",
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Find(t.Context(), root, ""); err == nil || !strings.Contains(err.Error(), "c.py:2") || !strings.Contains(err.Error(), "retries") {
		t.Errorf("an option that is not a literal: %v", err)
	}
	os.Remove(filepath.Join(root, "c.py"))
	if _, err := Find(t.Context(), root, ""); err == nil || !strings.Contains(err.Error(), "did you mean retries") {
		t.Errorf("an unknown option: %v", err)
	}
	os.Remove(filepath.Join(root, "d.py"))
	got := must[*Found](t)(Find(t.Context(), root, "")).Jobs
	if len(got) != 3 {
		t.Fatalf("found %+v", got)
	}
	if d := got[1]; d.Name != "other-name" || d.Entry != "again.py:through_another_module" || d.FailureRate != 0.25 || d.Line != 2 {
		t.Errorf("through another module: %+v", d)
	}
	w := got[0]
	if w.Name != "weekly" || w.Entry != "a.py:weekly" || !w.Async || w.Schedule != "0 7 * * mon" || w.Zone != "Europe/Berlin" || w.Retries != 5 || w.TimeLimit != 10*time.Minute ||
		len(w.Alerts) != 2 || w.Line != 7 {
		t.Errorf("weekly = %+v", w)
	}
	if got[2].Entry != "pkg/b.py:plain" || got[2].Retries != 3 {
		t.Errorf("plain = %+v", got[2])
	}
}

// Runs that a pause or a limit holds do not keep those behind them in the queue from running.
func TestOthersPassRunsThatAreHeld(t *testing.T) {
	s := running(t, `
@roadworthy.job(retries=0)
def paused():
    pass

@roadworthy.job(retries=0, concurrency=1)
def one():
    time.sleep(1)

@roadworthy.job(retries=0)
def behind():
    pass
`, "")
	if err := s.PauseJob(t.Context(), "paused", true); err != nil {
		t.Fatal(err)
	}
	for _, job := range []string{"paused", "one"} {
		many := make([]Request, 700)
		for i := range many {
			many[i] = Request{Job: job}
		}
		must[[]Accepted](t)(s.Enqueue(t.Context(), many))
		s.until(t, s.ask(t, "behind", `{}`), Done)
	}
	if l := must[Ledger](t)(s.Engine.Ledger(t.Context())); l.Accepted != 1402 || l.Live < 1390 {
		t.Errorf("the ledger: %+v", l)
	}
	if err := s.PauseJob(t.Context(), "paused", false); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		left := must[[]Run](t)(s.Engine.List(t.Context(), Filter{Job: "paused", States: []State{Waiting, Scheduled, Running}}))
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("resumed, and not run: %+v", left[0])
		}
	}
}

func TestRedact(t *testing.T) {
	got := string(Redact(json.RawMessage(`{"user":"a","Password":"p","nested":[{"api_key":1}],"url":"postgres://u:secret@h/d","big":12345678901234567890}`)))
	want := `{"Password":"[redacted]","big":12345678901234567890,"nested":[{"api_key":"[redacted]"}],"url":"postgres://u:[redacted]@h/d","user":"a"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestUnknownJobIsRefused(t *testing.T) {
	s := running(t, "@roadworthy.job(idempotency_key='{order}')\ndef a(order): pass\n", "")
	if _, err := s.Enqueue(t.Context(), []Request{{Job: "b"}}); !errors.Is(err, ErrNoJob) {
		t.Errorf("enqueue of no job: %v", err)
	}
	if _, err := s.Enqueue(t.Context(), []Request{{Job: "a"}}); err == nil || !strings.Contains(err.Error(), `"order"`) {
		t.Errorf("a key without its argument: %v", err)
	}
	one := must[[]Accepted](t)(s.Enqueue(t.Context(), []Request{{Job: "a", Args: json.RawMessage(`{"order":7}`)}}))
	two := must[[]Accepted](t)(s.Enqueue(t.Context(), []Request{{Job: "a", Args: json.RawMessage(`{"order":7}`)}}))
	if !two[0].Duplicate || two[0].ID != one[0].ID {
		t.Errorf("%+v then %+v", one, two)
	}
	s.until(t, one[0].ID, Done)
}

// A full disk refuses new runs with its reason, loses none that was accepted, and everything goes on when there is room.
func TestFullDisk(t *testing.T) {
	s := running(t, "@roadworthy.job\ndef a(pad=''): pass\n", "")
	var pages int
	if err := s.DB.SQL().QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		t.Helper()
		if _, err := s.DB.SQL().Exec(fmt.Sprintf("PRAGMA max_page_count = %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages + 200)
	pad := json.RawMessage(`{"pad":"` + strings.Repeat("x", 20000) + `"}`)
	accepted := 0
	var refused error
	for refused == nil && accepted < 1000 {
		got, err := s.Enqueue(t.Context(), []Request{{Job: "a", Args: pad}})
		accepted, refused = accepted+len(got), err
	}
	if refused == nil || !strings.Contains(refused.Error(), "not accepted") || !strings.Contains(refused.Error(), "full") {
		t.Fatalf("after %d runs on a full disk: %v", accepted, refused)
	}
	limit(1 << 30)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		l := must[Ledger](t)(s.Engine.Ledger(t.Context()))
		if l.Live == 0 {
			if l.Done != int64(accepted) || l.Accepted != int64(accepted) {
				t.Errorf("%d were accepted; %+v", accepted, l)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("stuck: %+v", l)
		}
	}
}
