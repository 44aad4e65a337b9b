//go:build linux

package ladder

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/testkit/pgtest"
)

func waitFor(t *testing.T, what string, limit time.Duration, ok func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	for !ok() {
		if time.Since(start) > limit {
			t.Fatalf("%s: not within %s", what, limit)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(start)
}

func (s *site) file(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) ready() {
	s.t.Helper()
	waitFor(s.t, "the server answers", 30*time.Second, func() bool {
		var v any
		return s.call("GET", "queues", nil, &v) == nil
	})
}

func (s *site) text(name string) string {
	b, _ := os.ReadFile(filepath.Join(s.dir, name))
	return string(b)
}

// python is an interpreter that has a package; the test is skipped where none has.
func python(t *testing.T, modules ...string) string {
	t.Helper()
	candidates := []string{os.Getenv("ROADWORTHY_TEST_PYTHON"), "python3"}
	for _, p := range candidates {
		if p == "" {
			continue
		}
		if exec.Command(p, "-c", "import "+strings.Join(modules, ", ")).Run() == nil {
			return p
		}
	}
	if os.Getenv("ROADWORTHY_TEST_PYTHON") != "" {
		t.Fatalf("ROADWORTHY_TEST_PYTHON cannot import %v", modules)
	}
	t.Skipf("no Python with %v: set ROADWORTHY_TEST_PYTHON to one", modules)
	return ""
}

// Three nodes on one database: the limit holds over all of them, and when one is killed its runs go on elsewhere.
func TestThreeNodes(t *testing.T) {
	url := pgtest.URL(t)
	const nodeApp = `
import os, time, roadworthy

_fd = os.open(os.environ["LADDER_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

@roadworthy.job(retries=5, backoff="50ms", concurrency=3)
def limited():
    os.write(_fd, b"+%d\n" % roadworthy.current().id)
    time.sleep(0.1)
    os.write(_fd, b"-%d\n" % roadworthy.current().id)

@roadworthy.job(retries=5, backoff="50ms")
def long():
    os.write(_fd, b"long %d\n" % roadworthy.current().id)
    time.sleep(8)
    os.write(_fd, b"end %d\n" % roadworthy.current().id)

@roadworthy.job(retries=5, backoff="50ms")
def quick():
    os.write(_fd, b"quick %d\n" % roadworthy.current().id)
`
	log := filepath.Join(t.TempDir(), "ran.log")
	var nodes []*site
	for i := range 3 {
		s := newSite(t, fmt.Sprintf("n%d", i), []string{"serve", "--store", url, "--workers", "4"})
		s.file("app.py", nodeApp)
		s.env = append(s.env, "LADDER_LOG="+log)
		s.up()
		nodes = append(nodes, s)
	}
	for _, s := range nodes {
		s.ready()
	}
	defer func() {
		if t.Failed() {
			for i, s := range nodes {
				t.Logf("node %d:\n%s", i, s.text("server.log"))
			}
		}
	}()
	enqueue := func(s *site, job string, n int) (ids []int64) {
		t.Helper()
		reqs := make([]map[string]any, n)
		for i := range reqs {
			reqs[i] = map[string]any{"job": job}
		}
		var res struct{ Accepted []struct{ ID int64 } }
		if err := s.call("POST", "enqueue", map[string]any{"runs": reqs}, &res); err != nil {
			t.Fatal(err)
		}
		for _, a := range res.Accepted {
			ids = append(ids, a.ID)
		}
		return ids
	}
	idle := func(s *site) bool {
		var l struct{ Live int64 }
		return s.call("GET", "ledger", nil, &l) == nil && l.Live == 0
	}
	// 12 slots over three nodes, a limit of 3.
	enqueue(nodes[0], "limited", 60)
	waitFor(t, "limited runs end", time.Minute, func() bool { return idle(nodes[1]) })
	running, most, starts := 0, 0, 0
	read := func() []string {
		b, _ := os.ReadFile(log)
		return strings.Fields(strings.ReplaceAll(string(b), " ", ":"))
	}
	for _, line := range read() {
		switch line[0] {
		case '+':
			running++
			starts++
			most = max(most, running)
		case '-':
			running--
		}
	}
	if most != 3 || starts != 60 {
		t.Errorf("at most %d ran at one time over three nodes (limit 3), %d starts of 60", most, starts)
	}
	t.Logf("limit 3 over three nodes with 12 slots: at most %d at one time", most)

	// Kill a node for good while it has long runs.
	ids := enqueue(nodes[0], "long", 24)
	var held []int64 // by the third node
	waitFor(t, "the third node has long runs", 20*time.Second, func() bool {
		var list []struct {
			PID     int
			Workers []struct {
				State string
				Run   int64
			}
		}
		held = nil
		if nodes[2].call("GET", "nodes", nil, &list) == nil {
			for _, n := range list {
				for _, w := range n.Workers {
					if n.PID == nodes[2].pid() && w.State == "busy" {
						held = append(held, w.Run)
					}
				}
			}
		}
		return len(held) == 4
	})
	nodes[2].mu.Lock()
	nodes[2].stopped = true
	nodes[2].mu.Unlock()
	syscall.Kill(nodes[2].pid(), syscall.SIGKILL)
	// A run that starts a second time was the killed node's. What it was running as it was killed has to be running
	// elsewhere 30 seconds later; a beat is up to five seconds old, so one of them may have ended in between.
	again := func() (n int) {
		starts := map[string]int{}
		for _, line := range read() {
			starts[line]++
		}
		for _, id := range held {
			if starts[fmt.Sprintf("long:%d", id)] > 1 || starts[fmt.Sprintf("end:%d", id)] > 0 {
				n++
			}
		}
		return n
	}
	ended := again()
	if ended == len(held) {
		t.Fatal("the killed node had nothing to lose: the test does not show anything")
	}
	first := waitFor(t, "a run of the killed node starts elsewhere", 30*time.Second, func() bool { return again() > ended })
	every := first + waitFor(t, "every run of the killed node starts elsewhere", 30*time.Second-first, func() bool { return again() == len(held) })
	t.Logf("a killed node with %d runs: the first started elsewhere %s after the kill, the last %s", len(held)-ended, first.Round(100*time.Millisecond), every.Round(100*time.Millisecond))
	waitFor(t, "all long runs end", 2*time.Minute, func() bool { return idle(nodes[0]) })
	all := strings.Join(read(), "\n")
	for _, id := range ids {
		if !strings.Contains(all, fmt.Sprintf("end:%d", id)) {
			t.Errorf("run %d never ended", id)
		}
	}

	// Rolling restart under load: nothing is lost and, because a stop drains, nothing runs twice.
	var sent atomic.Int64
	stop := make(chan struct{})
	var load sync.WaitGroup
	for _, s := range nodes[:2] {
		load.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(2 * time.Millisecond):
				}
				var res struct{ Accepted []struct{ ID int64 } }
				if s.call("POST", "enqueue", map[string]any{"runs": []map[string]any{{"job": "quick"}, {"job": "quick"}}}, &res) == nil {
					sent.Add(int64(len(res.Accepted)))
				}
			}
		})
	}
	for range 2 {
		for _, s := range nodes[:2] {
			// Each restart falls into load, however slow the machine is.
			before := sent.Load()
			waitFor(t, "requests are accepted", time.Minute, func() bool { return sent.Load() >= before+50 })
			syscall.Kill(s.pid(), syscall.SIGTERM)
			time.Sleep(time.Second)
			s.ready()
		}
	}
	close(stop)
	load.Wait()
	waitFor(t, "quick runs end", time.Minute, func() bool { return idle(nodes[0]) })
	counts := map[string]int{}
	for _, line := range read() {
		if strings.HasPrefix(line, "quick:") {
			counts[line]++
		}
	}
	twice := 0
	for _, n := range counts {
		if n > 1 {
			twice++
		}
	}
	t.Logf("four rolling restarts under load: %d told accepted, %d ran, %d ran twice", sent.Load(), len(counts), twice)
	if int64(len(counts)) < sent.Load() || twice > 0 {
		t.Errorf("lost or doubled in a rolling restart: %d accepted, %d ran, %d twice", sent.Load(), len(counts), twice)
	}
}

// A store that is in use is moved to Postgres: nothing is lost, and because the server drains first, nothing runs twice.
func TestMoveUnderLoad(t *testing.T) {
	url := pgtest.URL(t)
	s := newSite(t, "move", []string{"up", "--reload=false"})
	s.up()
	s.ready()
	runs := number(t, "ROADWORTHY_RUNS", 3000)
	b := produceEvery(s, 1<<30, 50*time.Millisecond) // until the move is over, however long it takes
	waitFor(t, "runs are accepted", time.Minute, func() bool { return b.told() >= runs/2 })
	move := exec.Command(s.args[0], "move", "--root", s.dir, "--to", url)
	move.Env = s.env
	start := time.Now()
	out, err := move.CombinedOutput()
	if err != nil {
		t.Fatalf("move: %v: %s\n%s", err, out, s.text("server.log"))
	}
	// Its supervisor keeps starting it, and it keeps refusing: the runs are elsewhere.
	waitFor(t, "the old server refuses to start", 20*time.Second, func() bool { return strings.Contains(s.text("server.log"), "has been moved to") })
	s.mu.Lock()
	s.args = []string{s.args[0], "serve", "--store", url}
	s.mu.Unlock()
	s.ready()
	pause, before := time.Since(start), b.told()
	waitFor(t, "the new server accepts runs", time.Minute, func() bool { return b.told() > max(before, runs) })
	b.enough()
	b.settle(0, fmt.Sprintf("moved to Postgres under load, requests refused for %s", pause.Round(10*time.Millisecond)))
}

// A node that stands still for longer than its lease loses its runs to the others; when it goes on, what it says of them
// counts for nothing, and it takes part again.
func TestStoppedNodeComesBack(t *testing.T) {
	url := pgtest.URL(t)
	log := filepath.Join(t.TempDir(), "ran.log")
	var nodes []*site
	for i := range 2 {
		s := newSite(t, fmt.Sprintf("s%d", i), []string{"serve", "--store", url, "--workers", "2"})
		s.file("app.py", `
import os, time, roadworthy

_fd = os.open(os.environ["LADDER_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

@roadworthy.job(retries=5, backoff="50ms")
def slow(seconds):
    os.write(_fd, b"+%d\n" % roadworthy.current().id)
    time.sleep(seconds)
    os.write(_fd, b"-%d\n" % roadworthy.current().id)
`)
		s.env = append(s.env, "LADDER_LOG="+log)
		s.up()
		s.ready()
		nodes = append(nodes, s)
	}
	defer func() {
		if t.Failed() {
			for i, s := range nodes {
				t.Logf("node %d:\n%s", i, s.text("server.log"))
			}
		}
	}()
	ask := func(n int, seconds float64) {
		t.Helper()
		reqs := make([]map[string]any, n)
		for i := range reqs {
			reqs[i] = map[string]any{"job": "slow", "args": map[string]any{"seconds": seconds}}
		}
		var res any
		if err := nodes[0].call("POST", "enqueue", map[string]any{"runs": reqs}, &res); err != nil {
			t.Fatal(err)
		}
	}
	count := func(mark string) int {
		b, _ := os.ReadFile(log)
		return strings.Count(string(b), mark)
	}
	// Each node has slots for two, and none comes free for 20 seconds: four starts before that are two on each.
	ask(4, 20)
	waitFor(t, "both nodes are busy", 18*time.Second, func() bool { return count("+") == 4 })
	pid := nodes[1].pid()
	syscall.Kill(pid, syscall.SIGSTOP)
	// Its workers are processes of their own and end what they do; nobody hears of it.
	took := waitFor(t, "its two runs start on the other node", 30*time.Second, func() bool { return count("+") == 6 })
	syscall.Kill(pid, syscall.SIGCONT)
	var l struct{ Accepted, Done, Dead, Cancelled, Live int64 }
	waitFor(t, "all runs end", time.Minute, func() bool { return nodes[0].call("GET", "ledger", nil, &l) == nil && l.Live == 0 })
	if l.Done != 4 || l.Accepted != 4 || count("+") != 6 {
		t.Errorf("%+v after %d starts", l, count("+"))
	}
	waitFor(t, "the node takes part again", 30*time.Second, func() bool {
		var list []struct{ PID int }
		if nodes[0].call("GET", "nodes", nil, &list) != nil {
			return false
		}
		return len(list) == 2 && (list[0].PID == pid || list[1].PID == pid)
	})
	t.Logf("a node that stood still: its runs started elsewhere %s later", took.Round(100*time.Millisecond))
}

// A commit enqueues and a rollback does not, with every library that the SDK knows.
func TestTransactionalEnqueue(t *testing.T) {
	url := pgtest.URL(t)
	py := python(t, "psycopg", "asyncpg", "sqlalchemy", "django")
	s := newSite(t, "tx", []string{"serve", "--store", url})
	s.up()
	s.ready()
	script := `
import asyncio, os, sys, urllib.parse
sys.path.insert(0, os.environ["SDK"])
from roadworthy import postgres
url = os.environ["PGURL"]
parts = urllib.parse.urlsplit(url)
host, name = urllib.parse.parse_qs(parts.query)["host"][0], parts.path[1:]
got = {}

import psycopg
with psycopg.connect(url) as conn:
    try:
        with conn.transaction():
            postgres.enqueue(conn, "mark")
            raise RuntimeError
    except RuntimeError:
        pass
    with conn.transaction():
        got["psycopg"] = postgres.enqueue(conn, "mark").id
        first = postgres.enqueue(conn, __import__("roadworthy").Request("mark", key="one"))
        second = postgres.enqueue(conn, __import__("roadworthy").Request("mark", key="one"))
        assert second.duplicate and second.id == first.id, (first, second)

async def with_asyncpg():
    import asyncpg
    conn = await asyncpg.connect(user="roadworthy", host=host, database=name)
    tx = conn.transaction(); await tx.start()
    await postgres.enqueue_async(conn, "mark"); await tx.rollback()
    async with conn.transaction():
        got["asyncpg"] = (await postgres.enqueue_async(conn, "mark")).id
    await conn.close()
    aconn = await psycopg.AsyncConnection.connect(url)
    await postgres.enqueue_async(aconn, "mark"); await aconn.rollback()
    got["psycopg async"] = (await postgres.enqueue_async(aconn, "mark")).id
    await aconn.commit(); await aconn.close()
asyncio.run(with_asyncpg())

import sqlalchemy, sqlalchemy.orm
engine = sqlalchemy.create_engine("postgresql+psycopg://roadworthy@/%s?host=%s" % (name, host))
with engine.connect() as conn:
    postgres.enqueue(conn, "mark"); conn.rollback()
    got["sqlalchemy core"] = postgres.enqueue(conn, "mark").id; conn.commit()
with sqlalchemy.orm.Session(engine) as session:
    postgres.enqueue(session, "mark"); session.rollback()
    got["sqlalchemy orm"] = postgres.enqueue(session, "mark").id; session.commit()

from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": name, "HOST": host, "USER": "roadworthy"}})
import django; django.setup()
from django.db import connection, transaction
try:
    with transaction.atomic():
        postgres.enqueue(connection, "mark")
        raise RuntimeError
except RuntimeError:
    pass
with transaction.atomic():
    got["django"] = postgres.enqueue(connection, "mark").id
with connection.cursor() as c:
    c.execute("SELECT count(*) FROM river_job")
    total = c.fetchone()[0]
import json; print(json.dumps({"got": got, "total": total}))
`
	cmd := exec.Command(py, "-c", script)
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), "PGURL="+url, "SDK="+filepath.Join(strings.TrimSpace(string(root)), "sdk", "python"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var res struct {
		Got   map[string]int64
		Total int
	}
	if err := json.Unmarshal(out[strings.LastIndex(strings.TrimSpace(string(out)), "\n")+1:], &res); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(res.Got) != 6 || res.Total != 7 {
		t.Errorf("6 libraries commit one each and one key besides; got %v, %d rows", res.Got, res.Total)
	}
	waitFor(t, "the committed runs run", 20*time.Second, func() bool { return strings.Count(s.text("ran.log"), "\n") == res.Total })
	var l struct{ Accepted, Done int64 }
	waitFor(t, "the ledger has them", 10*time.Second, func() bool { return s.call("GET", "ledger", nil, &l) == nil && l.Done == 7 })
	if l.Accepted != 7 {
		t.Errorf("ledger = %+v", l)
	}
}

// The example projects run as they stand.
func TestAdapters(t *testing.T) {
	for _, c := range []struct {
		example, module, job, args, out, want string
	}{
		{"celery-shop", "celery", "place_order", `{"order":7,"items":2}`, "out/notes.txt", "order 7: 2 items\nreceipt 7 on attempt 2\n"},
		{"rq-words", "rq", "count_words", `{"text":"to be or not to be"}`, "out/counts.txt", "6 words, job known\n"},
	} {
		t.Run(c.example, func(t *testing.T) {
			py := python(t, c.module)
			root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
			if err != nil {
				t.Fatal(err)
			}
			s := newSite(t, "ad", []string{"up", "--python", py, "--reload=false"})
			os.Remove(filepath.Join(s.dir, "app.py"))
			if err := os.CopyFS(s.dir, os.DirFS(filepath.Join(strings.TrimSpace(string(root)), "examples", c.example))); err != nil {
				t.Fatal(err)
			}
			s.up()
			s.ready()
			var v any
			if err := s.call("POST", "jobs/"+c.job+"/run", map[string]any{"args": json.RawMessage(c.args)}, &v); err != nil {
				t.Fatal(err)
			}
			defer func() {
				if t.Failed() {
					t.Log(s.text("server.log"))
				}
			}()
			waitFor(t, "the project's output", 20*time.Second, func() bool { return s.text(c.out) == c.want })
		})
	}
}
