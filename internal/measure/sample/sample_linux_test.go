package sample

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/measure/cpython"
)

func frames(codes ...string) (out []cpython.Frame) {
	for _, c := range codes {
		name, file, _ := strings.Cut(c, " ")
		out = append(out, cpython.Frame{Code: &cpython.Code{Name: name, File: file}})
	}
	return out
}

func TestModuleOf(t *testing.T) {
	for file, want := range map[string]string{
		"/v/lib/python3.13/json/encoder.py":                             "json.encoder",
		"/v/lib/python3.13/site-packages/sqlalchemy/engine/__init__.py": "sqlalchemy.engine",
		"/usr/lib/python3/dist-packages/redis/client.py":                "redis.client",
		"<frozen importlib._bootstrap>":                                 "importlib._bootstrap",
		"/srv/app/json.py":                                              "json",
	} {
		if got := moduleOf(file); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}

func TestCategories(t *testing.T) {
	r := DefaultRules()
	app := "handler /srv/app/main.py"
	for _, c := range []struct {
		name   string
		state  State
		w      wait
		stack  []cpython.Frame
		state2 State
		want   Category
		why    string
	}{
		{"socket of a database", Socket, wait{peer: "127.0.0.1:5432", port: 5432}, frames(app), Socket, Database, "socket 127.0.0.1:5432"},
		{"the socket outweighs the frame", Socket, wait{peer: "10.0.0.1:6379", port: 6379}, frames("f /v/lib/python3.13/site-packages/sqlalchemy/x.py", app), Socket, Cache, "socket 10.0.0.1:6379"},
		{"unknown peer, known library", Socket, wait{peer: "1.2.3.4:443", port: 443}, frames("f /v/lib/python3.13/site-packages/httpx/x.py", "g /v/lib/python3.13/site-packages/openai/y.py"), Socket, API, "frame httpx.x"},
		{"unknown peer", Socket, wait{peer: "1.2.3.4:443", port: 443}, frames(app), Socket, API, "socket 1.2.3.4:443"},
		{"waiting for a client", Socket, wait{peer: "1.2.3.4:5432", port: 5432, client: true}, frames(app), Idle, Waiting, "socket waits for a client"},
		{"leaf-most rule", Running, wait{}, frames("f /v/lib/python3.13/json/encoder.py", "g /v/lib/python3.13/site-packages/sqlalchemy/x.py", app), Running, Serialization, "frame json.encoder"},
		{"a program's own json.py is not the library", Running, wait{}, frames("f /srv/app/json.py"), Running, Interpreter, "frame json:f"},
		{"what a library calls back is the program's", Running, wait{}, frames("task /srv/app/tasks.py", "f /v/lib/python3.13/site-packages/sqlalchemy/x.py", app), Running, Interpreter, "frame tasks:task"},
		{"a module that is imported", Running, wait{}, frames("C /srv/app/models.py", "<module> /srv/app/models.py", "_call_with_frames_removed <frozen importlib._bootstrap>", app), Running, Import, "frame importlib._bootstrap"},
		{"native", Native, wait{}, frames(app), Native, NativeCode, "runs without the GIL"},
		{"idle worker", Lock, wait{}, frames("_worker /v/lib/python3.13/concurrent/futures/thread.py"), Idle, Waiting, "frame concurrent.futures.thread:_worker"},
		{"a lock", Lock, wait{}, frames("Condition.wait /v/lib/python3.13/threading.py", app), Lock, LockWait, "state"},
		{"a pool's lock", Lock, wait{}, frames("Condition.wait /v/lib/python3.13/threading.py", "get /v/lib/python3.13/site-packages/sqlalchemy/pool.py"), Lock, Database, "frame sqlalchemy.pool"},
		{"a server parses headers", Running, wait{}, frames("parse_headers /v/lib/python3.13/http/client.py", "BaseHTTPRequestHandler.parse_request /v/lib/python3.13/http/server.py", app), Running, Interpreter, "frame http.client:parse_headers"},
		{"a client does so too", Running, wait{}, frames("parse_headers /v/lib/python3.13/http/client.py", "HTTPResponse.begin /v/lib/python3.13/http/client.py", app), Running, API, "frame http.client"},
		{"gil", GIL, wait{}, frames(app), GIL, GILWait, "state"},
	} {
		state, category, why := r.categorise(c.state, c.w, c.stack)
		if state != c.state2 || category != c.want || why != c.why {
			t.Errorf("%s: %s, %s, %q; want %s, %s, %q", c.name, state, category, why, c.state2, c.want, c.why)
		}
	}
}

func TestEmptyQueue(t *testing.T) {
	r := DefaultRules()
	wait, get := "Condition.wait /v/lib/python3.13/threading.py", "Queue.get /v/lib/python3.13/queue.py"
	if !r.emptyQueue(frames(wait, get, "worker /srv/app.py")) {
		t.Error("a worker at an empty queue is taken for work")
	}
	if !r.emptyQueue(frames(wait, "DelayedQueue.get /v/lib/python3.13/site-packages/watchdog/utils/delayed_queue.py", "run /v/lib/python3.13/site-packages/watchdog/x.py")) {
		t.Error("a library's worker at its own queue is taken for work")
	}
	if r.emptyQueue(frames(wait, "worker /srv/app.py", get)) {
		t.Error("a lock taken inside of a queue's consumer is taken for idleness")
	}
}

func TestRulesAreChecked(t *testing.T) {
	for text, want := range map[string]string{
		"nonsense port 1": "unknown category",
		"database port":   "expected",
		"database port x": "not a port",
		"database leaf a": "leaf rules are for idle",
		"database what a": "unknown kind",
	} {
		if err := DefaultRules().Add(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	r := DefaultRules()
	if err := r.Add("cache module sqlalchemy"); err != nil {
		t.Fatal(err)
	}
	if _, c, _ := r.categorise(Running, wait{}, frames("f /v/lib/python3.13/site-packages/sqlalchemy/x.py")); c != Cache {
		t.Errorf("a user's rule did not come first: %s", c)
	}
}

func TestParseCall(t *testing.T) {
	c, ok := parseCall([]byte("202 0x7f00 0x189 0x0 0x0 0x0 0xffffffff 0x7ffc 0x7f11\n"))
	if !ok || c.nr != 202 || c.args[0] != 0x7f00 || c.args[5] != 0xffffffff || c.running {
		t.Errorf("%+v %v", c, ok)
	}
	if c, ok := parseCall([]byte("running\n")); !ok || !c.running {
		t.Errorf("%+v %v", c, ok)
	}
	if _, ok := parseCall([]byte("")); ok {
		t.Error("an empty file was understood")
	}
}

func TestProcAddr(t *testing.T) {
	for s, want := range map[string]string{"0100007F:1538": "127.0.0.1:5432", "00000000000000000000000001000000:0050": "[::1]:80", "0000000000000000FFFF00000100007F:1F90": "127.0.0.1:8080"} {
		if got, ok := procAddr(s); !ok || got.String() != want {
			t.Errorf("%s: %v, want %s", s, got, want)
		}
	}
	if _, ok := procAddr("0100007F"); ok {
		t.Error("an address without a port was understood")
	}
}

func made(cores int) *Profile {
	p := newProfile(Options{Rate: 100})
	p.Cores, p.Length, p.Looks = cores, 10*time.Second, 1000
	for i := range 1000 {
		at := p.Started.Add(time.Duration(i) * 10 * time.Millisecond)
		l := Look{PID: 1, TID: 1, State: Socket, Category: Database, Evidence: "socket 127.0.0.1:5432", Frames: frames("f /srv/app/main.py")}
		if i%4 == 0 {
			l = Look{PID: 1, TID: 1, State: Running, Category: Interpreter, Evidence: "frame f", Frames: frames("f /srv/app/main.py")}
		}
		if i%100 == 1 {
			l.Category, l.State = GILWait, GIL
		}
		p.add(at, 10*time.Millisecond, l, appendKey(nil, &l))
		idle := Look{PID: 1, TID: 2, State: Idle, Category: Waiting, Evidence: "state"}
		p.add(at, 10*time.Millisecond, idle, appendKey(nil, &idle))
		p.attribute(at, 1, []weighed{{l, 10 * time.Millisecond}, {idle, 10 * time.Millisecond}})
	}
	return p
}

// What a command waits for is what its first thread does; another thread's time counts only while the first one waits for it.
func TestRankFollowsTheCriticalPath(t *testing.T) {
	look := func(tid int, s State, c Category) weighed {
		return weighed{Look{PID: 1, TID: tid, State: s, Category: c, Evidence: "state"}, 10 * time.Millisecond}
	}
	share := func(moments ...[]weighed) map[Category]float64 {
		p := newProfile(Options{Rate: 100})
		p.Cores, p.Length = 2, 10*time.Second
		for i := range 1000 {
			at := p.Started.Add(time.Duration(i) * 10 * time.Millisecond)
			looks := moments[i%len(moments)]
			for _, l := range looks {
				p.add(at, l.weight, l.Look, appendKey(nil, &l.Look))
			}
			p.attribute(at, 1, looks)
		}
		out := map[Category]float64{}
		for _, f := range p.Rank() {
			out[f.Category] = f.Share
		}
		return out
	}
	lock, run := look(1, Lock, LockWait), look(1, Running, Interpreter)
	idle := look(1, Idle, Waiting)
	sleeper, worker := look(2, Sleep, Sleeping), look(2, Socket, Database)
	if diff := cmp.Diff(map[Category]float64{LockWait: 0.5, Interpreter: 0.5}, share([]weighed{lock, sleeper}, []weighed{run, sleeper})); diff != "" {
		t.Error("a thread that sleeps beside the first: " + diff)
	}
	if diff := cmp.Diff(map[Category]float64{Database: 0.5, Interpreter: 0.5}, share([]weighed{idle, worker}, []weighed{run, sleeper})); diff != "" {
		t.Error("the first thread waits for the second: " + diff)
	}
	// A service: the first thread only accepts. Then it is the requests that count, however many there are at once.
	other := look(3, Running, Interpreter)
	if diff := cmp.Diff(map[Category]float64{Database: 2.0 / 3, Interpreter: 1.0 / 3}, share([]weighed{idle, worker, other}, []weighed{idle, worker})); diff != "" {
		t.Error("a service: " + diff)
	}
	child := look(1, Child, Process)
	far := weighed{Look{PID: 2, TID: 2, State: Running, Category: Serialization, Evidence: "state"}, 10 * time.Millisecond}
	if diff := cmp.Diff(map[Category]float64{Serialization: 1}, share([]weighed{child, far})); diff != "" {
		t.Error("waiting for a process that is seen: " + diff)
	}
	if diff := cmp.Diff(map[Category]float64{Process: 1}, share([]weighed{child})); diff != "" {
		t.Error("waiting for a process that is not seen: " + diff)
	}
}

// Idle threads are no work: three quarters less the hundredth for the GIL are the database's, whatever else sleeps in the process.
func TestRank(t *testing.T) {
	fixes := made(2).Rank()
	var names []string
	for _, f := range fixes {
		names = append(names, string(f.Category))
	}
	if diff := cmp.Diff([]string{"database", "interpreter", "GIL wait"}, names); diff != "" {
		t.Fatal(diff)
	}
	db := fixes[0]
	if db.Share != 0.74 || db.AtMost < 1/(1-0.74) || db.AtMost > 5 || !db.Worth {
		t.Errorf("%+v", db)
	}
	if db.Where != "f (app/main.py:0)" || db.Evidence != "socket 127.0.0.1:5432" {
		t.Errorf("evidence %q, where %q", db.Evidence, db.Where)
	}
	if gil := fixes[2]; gil.Worth {
		t.Errorf("one hundredth is worth the effort: %+v", gil)
	}
	var b strings.Builder
	made(2).Text(&b)
	for _, want := range []string{"database", "74 % of the time", "do not optimise", "GIL wait 1.0 %", "discarded"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, b.String())
		}
	}
}

func TestTargetThatEndsEndsTheProfile(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	out, err := exec.Command(python, "-c", "import sys; print(sys.executable, sys.version_info >= (3, 11))").Output()
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), "True") {
		t.Skip("python3 is older than 3.11")
	}
	cmd := exec.Command(strings.Fields(string(out))[0], "-c", "import time\nfor i in range(30): time.sleep(0.02)")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go cmd.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	p, err := Run(ctx, Options{PID: cmd.Process.Pid, Rate: 100})
	if err != nil {
		t.Fatal(err)
	}
	if ctx.Err() != nil {
		t.Fatal("the profile did not end with its target")
	}
	if by, _ := p.Totals(); by[Sleeping] < 100*time.Millisecond {
		t.Errorf("sleep was not seen: %v", by)
	}
}
