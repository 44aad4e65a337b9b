package sample

import (
	"strings"
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/cpython"
)

func TestTasksByCoroutine(t *testing.T) {
	p := newProfile(Options{Rate: 100})
	frame := func(name, file string, line int) cpython.Frame {
		return cpython.Frame{Code: &cpython.Code{Name: name, File: file}, Line: line}
	}
	waits := cpython.Task{Coroutine: "handler", File: "/srv/app/main.py", Line: 7, Frames: []cpython.Frame{
		frame("Event.wait", "/v/lib/python3.14/asyncio/locks.py", 213), frame("fetch", "/srv/app/main.py", 5), frame("handler", "/srv/app/main.py", 9)}}
	elsewhere := waits
	elsewhere.Frames = []cpython.Frame{frame("handler", "/srv/app/main.py", 12)}
	runs := cpython.Task{Coroutine: "blocker", File: "/srv/app/main.py", Line: 20, Running: true}
	for look := range int64(10) {
		seen := []cpython.Task{waits, waits, runs}
		if look == 0 {
			seen = append(seen, elsewhere)
		}
		p.tasks(look, 100*time.Millisecond, seen)
	}
	got := p.Coroutines()
	if len(got) != 2 || got[0].Place.Name != "blocker" || got[0].Held != time.Second || got[0].Waited != 0 || got[0].AtOnce != 1 {
		t.Fatalf("%+v", got)
	}
	if h := got[1]; h.Waited != 2100*time.Millisecond || h.Held != 0 || h.AtOnce != 3 || h.Where != "Event.wait (asyncio/locks.py:213) from fetch (app/main.py:5)" {
		t.Errorf("%+v", h)
	}
	var b strings.Builder
	p.taskText(&b)
	if !strings.Contains(b.String(), "1.0 s      0.0 s  blocker (app/main.py:20)\n") || !strings.Contains(b.String(), "up to 3 at once, waits in Event.wait (asyncio/locks.py:213) from fetch") {
		t.Error(b.String())
	}
	p.coroutines = map[Place]*Coroutine{}
	b.Reset()
	if p.taskText(&b); b.Len() > 0 {
		t.Error("a program without tasks has a list of them")
	}
}
