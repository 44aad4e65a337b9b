package oracle

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/testkit/pythontest"
	"time"
)

func TestNetworkIsOff(t *testing.T) {
	tr := runIt(t, program(t, nil,
		"import socket",
		"try:\n    socket.create_connection(('192.0.2.1', 80), timeout=2)\n    a = 'reached'\nexcept OSError as e:\n    a = str(e)",
		"try:\n    socket.getaddrinfo('example.org', 443)\n    b = 'resolved'\nexcept OSError as e:\n    b = str(e)",
		// A program that it starts has no audit hook.
		"import subprocess, sys\n---\nc = subprocess.run([sys.executable, '-c', 'import socket; socket.create_connection((\"192.0.2.1\", 80), timeout=3)'], capture_output=True, text=True).returncode",
		// What is on this machine is no network.
		"s = socket.create_server(('127.0.0.1', 0))\n---\nd = socket.create_connection(s.getsockname(), timeout=5).getpeername()[0]",
		"import urllib.request\n---\nurllib.request.urlopen('http://example.org/data.csv')",
	), Options{})
	if tr.Status != Raised || tr.Error.Type != "URLError" || tr.Error.Refused != "network example.org:80" || tr.Error.Cell != "c6" {
		t.Errorf("the download ended %s %+v\n%s", tr.Status, tr.Error, tr.Stderr)
	}
	want := map[string]string{"c2.s1": "network is off", "c3.s1": "network is off", "c4.s2": "1", "c5.s2": "127.0.0.1"}
	for _, s := range tr.Statements {
		if w := want[s.ID]; w != "" {
			found := false
			for _, f := range s.Bound {
				if v, err := tr.Value(f); err == nil && strings.Contains(v.Text, w) {
					found = true
				}
			}
			if !found && !(s.ID == "c4.s2" && tr.Confinement.Network == "audit hook") {
				t.Errorf("%s: no value with %q among %v", s.ID, w, s.Bound)
			}
		}
	}
	refused := false
	for _, e := range tr.Statements[1].Events {
		refused = refused || (e.Kind == "connect" || e.Kind == "resolve") && e.Refused && e.Detail == "192.0.2.1:80"
	}
	if !refused {
		t.Errorf("the refusal was not recorded: %v", tr.Statements[1].Events)
	}
}

func TestWritesStayInside(t *testing.T) {
	outside := t.TempDir()
	p := program(t, map[string]string{"in.txt": "kept"},
		"target = "+quote(filepath.Join(outside, "a.txt")),
		"try:\n    open(target, 'w')\n    a = 'written'\nexcept PermissionError as e:\n    a = 'refused'",
		// sqlite3 and programs that are started do not go through open().
		"import sqlite3, subprocess, sys\n---\ntry:\n    sqlite3.connect(target + '.db').execute('create table t (x)')\n    b = 'written'\nexcept Exception:\n    b = 'refused'",
		"c = subprocess.run([sys.executable, '-c', 'open(%r, \"w\")' % (target + '2')], capture_output=True).returncode",
		"open('in.txt', 'w').write('changed')\n---\nimport tempfile\n---\ntempfile.NamedTemporaryFile().name\n---\nimport os\n---\nos.symlink(target + '3', 'link')\n---\ntry:\n    open('link', 'w')\n    d = 'written'\nexcept OSError:\n    d = 'refused'",
	)
	tr := runIt(t, p, Options{})
	if tr.Status != Complete {
		t.Fatalf("%s %+v\n%s", tr.Status, tr.Error, tr.Stderr)
	}
	entries, err := os.ReadDir(outside)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) > 0 && tr.Confinement.Writes == "Landlock" {
		t.Errorf("written outside: %v", entries)
	}
	if _, err := os.Stat(filepath.Join(outside, "a.txt")); err == nil {
		t.Error("open() wrote outside the work folder")
	}
	if data, _ := os.ReadFile(filepath.Join(p.Root, "in.txt")); string(data) != "kept" {
		t.Errorf("the notebook's own folder was changed: %q", data)
	}
	if o := find(t, tr, "file:in.txt"); o.Created {
		t.Errorf("%+v", o)
	}
	for _, s := range tr.Statements {
		if s.ID == "c2.s1" && (len(s.Events) != 1 || !s.Events[0].Refused) {
			t.Errorf("events of the refused write: %v", s.Events)
		}
	}
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, `\`, `\\`) + "'" }

func TestClockIsFrozen(t *testing.T) {
	tr := runIt(t, program(t, nil,
		"import time, datetime\n---\nfrom datetime import date, datetime as dt",
		"a = dt.now().isoformat()\n---\nb = date.today().isoformat()\n---\nc = dt.utcnow().isoformat()\n---\nd = time.strftime('%Y-%m-%d')\n---\ne = dt.now(datetime.timezone.utc).isoformat()\n---\nf = type(dt.now()) is dt and isinstance(dt(2020, 1, 1), dt)",
		"t = time.time()\n---\ntime.sleep(3600)\n---\ng = round(time.time() - t)\n---\nh = time.time() > time.time() - 1",
	), Options{Date: time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)})
	if tr.Status != Complete || tr.Confinement.Clock != "frozen" {
		t.Fatalf("%s %+v %+v\n%s", tr.Status, tr.Error, tr.Confinement, tr.Stderr)
	}
	for name, want := range map[string]string{"a": "2031-05-06T07:08:09", "b": "2031-05-06", "c": "2031-05-06T07:08:09", "d": "2031-05-06", "e": "2031-05-06T07:08:09+00:00", "f": "True", "g": "3600", "h": "True"} {
		if v, err := tr.Value(tr.Final[name]); err != nil || !strings.HasPrefix(v.Text, want) {
			t.Errorf("%s: %+v, %v; want %s", name, v, err, want)
		}
	}
	if tr.Seconds > 60 {
		t.Errorf("sleep slept: %.0f s", tr.Seconds)
	}
}

func TestTimeLimitLeavesNoOrphan(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are looked for in /proc")
	}
	mark := "orphan-" + filepath.Base(t.TempDir()) + time.Now().Format("150405.000000")
	for _, c := range []struct{ name, code string }{
		{"in Python", "while True:\n    pass"},
		{"that swallows exceptions", "while True:\n    try:\n        while True: pass\n    except Exception:\n        pass"},
		{"deaf to signals", "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, list(range(1, 60)))\nwhile True:\n    pass"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := program(t, nil, "import subprocess, sys\n---\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '"+mark+"'], start_new_session=True)", c.code)
			o := Options{CellLimit: 3 * time.Second, TotalLimit: 40 * time.Second}
			tr := runIt(t, p, o)
			if tr.Status != TimedOut || tr.Error.Cell != "c2" {
				t.Fatalf("%s %+v\n%s", tr.Status, tr.Error, tr.Stderr)
			}
			if tr.Confinement.Processes == "process group" {
				t.Skip("no process namespaces here: a process that leaves its group outlives the run")
			}
			for range 50 {
				if !running(mark) {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
			t.Error("a process that the notebook started outlived it")
		})
	}
}

// running looks for a mark on any command line.
func running(mark string) bool {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if data, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline")); err == nil && strings.Contains(string(data), mark) {
			return true
		}
	}
	return false
}

func TestEnvironmentIsEmpty(t *testing.T) {
	t.Setenv("ROADWORTHY_TEST_SECRET", "hunter2")
	p := program(t, nil, "import os\n---\na = os.environ.get('ROADWORTHY_TEST_SECRET', 'absent')\n---\nb = os.environ['GIVEN']\n---\nc = os.environ['HOME']")
	p.Env = []string{"GIVEN=yes"}
	tr := runIt(t, p, Options{})
	if v, err := tr.Value(tr.Final["a"]); err != nil || v.Text != "absent" {
		t.Errorf("a secret of the user's came in: %+v, %v", v, err)
	}
	if v, err := tr.Value(tr.Final["b"]); err != nil || v.Text != "yes" {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestQuestionsAreAnswered(t *testing.T) {
	p := program(t, nil, "a = input('Name? ')\n---\nb = input()\n---\nc = input('More? ')")
	p.Answers = []string{"Ann", "7"}
	tr := runIt(t, p, Options{})
	if tr.Status != Unanswered || tr.Error.Message != "More? " || tr.Error.Statement != "c1.s3" {
		t.Errorf("%s %+v", tr.Status, tr.Error)
	}
	p.Answers = append(p.Answers, "no")
	if tr = runIt(t, p, Options{}); tr.Status != Complete {
		t.Errorf("%s %+v", tr.Status, tr.Error)
	} else if v, err := tr.Value(tr.Final["b"]); err != nil || v.Text != "7" {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestDeliberateErrors(t *testing.T) {
	p := program(t, nil, "a = 1\n---\n1 / 0\n---\na = 2", "b = a", "import nowhere")
	p.Cells[0].Raises = []string{"ZeroDivisionError"}
	tr := runIt(t, p, Options{})
	if tr.Status != Raised || tr.Error.MissingModule != "nowhere" || tr.Error.Cell != "c3" || tr.Error.Line != 1 {
		t.Errorf("%s %+v", tr.Status, tr.Error)
	}
	if o := find(t, tr, "exception:c1"); o.Name != "ZeroDivisionError" || o.Statement != "c1.s2" {
		t.Errorf("%+v", o)
	}
	if len(tr.Statements) != 4 || tr.Statements[1].Raised != "ZeroDivisionError" {
		t.Errorf("%+v", tr.Statements)
	}
}

func TestWhatAnErrorIsAbout(t *testing.T) {
	for _, c := range []struct {
		code string
		ok   func(*Error) bool
	}{
		{"print(combinations)", func(e *Error) bool { return e.MissingName == "combinations" && e.Type == "NameError" }},
		{"open('data/orders.csv')", func(e *Error) bool { return e.MissingFile == "data/orders.csv" }},
		{"import json\njson.no_such", func(e *Error) bool { return e.Type == "AttributeError" && e.Line == 2 }},
		{"import json\njson.loads('{')", func(e *Error) bool { return e.InLibrary && strings.Contains(e.Traceback, "json.loads") }},
		{"x = (", func(e *Error) bool { return e.Type == "SyntaxError" }},
		{"import sys\nsys.exit(3)", func(e *Error) bool { return e.Type == "SystemExit" }},
		{"import os\nos._exit(3)", func(e *Error) bool { return e.Type == "Died" && e.Cell == "c1" && strings.Contains(e.Message, "3") }},
	} {
		tr := runIt(t, program(t, nil, c.code), Options{})
		if tr.Status == Complete || !c.ok(tr.Error) {
			t.Errorf("%s: %s %+v", c.code, tr.Status, tr.Error)
		}
	}
}

func TestNotebookManners(t *testing.T) {
	tr := runIt(t, program(t, nil,
		"> 6 * 7", "> _ + 1", "> Out[1] + _2",
		"import asyncio\n---\nasync def later():\n    await asyncio.sleep(0)\n    return 5\n---\n> await later()",
		"from IPython.display import display\n---\ndisplay({'a': 1})\n---\nget_ipython().run_line_magic('matplotlib', 'inline')\n---\nlines = get_ipython().getoutput('echo one; echo two')",
		"def gen():\n    yield from range(3)\n---\ng = gen()\n---\nfirst = next(g)", "rest = list(g)",
		"import pickle\n---\nclass P:\n    def __init__(self): self.x = 1\n---\nq = pickle.loads(pickle.dumps(P()))",
	), Options{})
	if tr.Status != Complete {
		t.Fatalf("%s %+v\n%s", tr.Status, tr.Error, tr.Stderr)
	}
	for id, want := range map[string]string{"display:c1.s1:0": "42", "display:c2.s1:0": "43", "display:c3.s1:0": "85", "display:c4.s3:0": "5", "display:c5.s2:0": "{'a': 1}"} {
		if o := find(t, tr, id); o.Text != want {
			t.Errorf("%s: %q, want %q", id, o.Text, want)
		}
	}
	if v, err := tr.Value(tr.Final["lines"]); err != nil || len(v.Items) != 2 || v.Items[1].Text != "two" {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestEveryInterpreter(t *testing.T) {
	home, _ := os.UserHomeDir()
	found, _ := filepath.Glob(filepath.Join(home, ".pyenv/versions/3.*/bin/python"))
	more, _ := filepath.Glob(filepath.Join(home, ".cache/roadworthy-pythons/bin/python3.1[0-9]"))
	n := 0
	for _, py := range append(found, more...) {
		tr, err := Run(context.Background(), program(t, nil,
			"import datetime, random, uuid\n---\na = datetime.date.today().isoformat()\n---\nb = random.random()\n---\nprint(a)\n---\nclass C:\n    def __init__(self): self.x = [1.5]\n---\nc = C()\n---\nc.x.append(2)\n---\nopen('o.json', 'w').write('[1, 2]')\n---\n> c.x",
		), Options{Python: []string{py}, Values: true})
		if err != nil {
			if strings.Contains(err.Error(), "needs 3.9 or later") {
				continue
			}
			t.Errorf("%s: %v", py, err)
			continue
		}
		n++
		if tr.Status != Complete || tr.Confinement.Clock != "frozen" {
			t.Errorf("%s: %s %+v %+v\n%s", py, tr.Status, tr.Error, tr.Confinement, tr.Stderr)
			continue
		}
		if o := find(t, tr, "stdout:c1"); o.Text != "2024-03-01\n" {
			t.Errorf("%s: %q", py, o.Text)
		}
		if o := find(t, tr, "file:o.json"); o.Type != "json" {
			t.Errorf("%s: %+v", py, o)
		}
		if tr.Statements[6].Mutated["c"] == "" {
			t.Errorf("%s: %+v", py, tr.Statements[6])
		}
	}
	if n == 0 {
		t.Skip("no other interpreters are installed")
	}
}

// A warm run does what a cold one does, and nothing of one run is left for the next.
func TestWarmRuns(t *testing.T) {
	py := python(t)
	pythontest.Needs(t, py[0], "numpy")
	mark := "warm-" + filepath.Base(t.TempDir()) + time.Now().Format("150405.000000")
	p := program(t, nil,
		"import os, random, subprocess, sys, datetime\n---\nimport numpy as np",
		"a = random.random()\n---\nb = np.random.normal(size=3)\n---\nc = datetime.datetime.now().isoformat()\n---\nd = np.random.default_rng().random()\n---\ne = getattr(np, 'left_by_a_run', 'nothing')\n---\nnp.left_by_a_run = 'something'\n---\nprint(os.getcwd())",
		"q = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '"+mark+"'], start_new_session=True).pid > 0\n---\nopen('out.txt', 'w').write(str(a))",
	)
	cold := runIt(t, p, Options{})
	if cold.Status != Complete {
		t.Fatalf("%s %+v\n%s", cold.Status, cold.Error, cold.Stderr)
	}
	for i := range 3 {
		begin := time.Now()
		warm := runIt(t, p, Options{Warm: true})
		if warm.Status != Complete {
			t.Fatalf("run %d: %s %+v\n%s", i, warm.Status, warm.Error, warm.Stderr)
		}
		for name, f := range cold.Final {
			if warm.Final[name] != f {
				t.Errorf("run %d: %s differs", i, name)
			}
		}
		if len(warm.Observed) != len(cold.Observed) || warm.Confinement != cold.Confinement {
			t.Errorf("run %d: %d observations, %d cold; %+v", i, len(warm.Observed), len(cold.Observed), warm.Confinement)
		}
		t.Logf("run %d took %v", i, time.Since(begin).Round(time.Millisecond))
	}
	if running(mark) {
		t.Error("a process that a run started is still there")
	}
	late := p
	late.Cells = append(late.Cells[:1:1], Cell{ID: "c2", Statements: []Statement{{ID: "c2.s1", Line: 1, Source: "while True: pass"}}})
	if tr := runIt(t, late, Options{Warm: true, CellLimit: 2 * time.Second}); tr.Status != TimedOut || tr.Error.Cell != "c2" {
		t.Errorf("%s %+v", tr.Status, tr.Error)
	}
	if tr := runIt(t, p, Options{Warm: true}); tr.Status != Complete {
		t.Errorf("after a run that was ended: %s %+v", tr.Status, tr.Error)
	}
}
