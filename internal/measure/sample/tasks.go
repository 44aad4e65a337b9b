package sample

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/cpython"
)

// A Coroutine is all asyncio tasks that were made of the same one: task by task they are too many to read.
type Coroutine struct {
	Place   Place         `json:"coroutine"`
	Held    time.Duration `json:"held_ns"`   // time in which one of its tasks was what a loop ran: others could not
	Waited  time.Duration `json:"waited_ns"` // time in which its tasks waited, each for itself
	AtOnce  int           `json:"at_once"`   // most tasks of it that were seen at one look
	Where   string        `json:"where,omitempty"`
	wheres  map[string]time.Duration
	nowSeen int
	look    int64
}

// maxCoroutines bounds what a program that makes coroutines at run time costs.
const maxCoroutines = 10000

// taskRate is how often a second tasks are looked at. There may be thousands of them, and what one waits for changes seldom.
const taskRate = 10

// tasks collects the tasks of one loop at one look.
func (p *Profile) tasks(look int64, weight time.Duration, seen []cpython.Task) {
	for i := range seen {
		t := &seen[i]
		place := Place{t.Coroutine, t.File, t.Line}
		c := p.coroutines[place]
		if c == nil {
			if len(p.coroutines) >= maxCoroutines {
				continue
			}
			c = &Coroutine{Place: place, wheres: map[string]time.Duration{}}
			p.coroutines[place] = c
		}
		if c.look != look {
			c.look, c.nowSeen = look, 0
		}
		c.nowSeen++
		c.AtOnce = max(c.AtOnce, c.nowSeen)
		if t.Running {
			c.Held += weight
			continue
		}
		c.Waited += weight
		if len(t.Frames) > 0 {
			c.wheres[awaits(t.Frames)] += weight
		}
	}
}

// awaits words where a task waits: the innermost coroutine, and the program's own line that led there.
func awaits(frames []cpython.Frame) string {
	places := make([]Place, len(frames))
	for i, f := range frames {
		places[i] = Place{f.Code.Name, f.Code.File, f.Line}
	}
	leaf := fmt.Sprintf("%s (%s:%d)", places[0].Name, shortFile(places[0].File), places[0].Line)
	if from := ownFrame(places); from != "" && from != leaf {
		return leaf + " from " + from
	}
	return leaf
}

// Coroutines returns the asyncio tasks that were seen, by coroutine, those that held their loop longest first.
func (p *Profile) Coroutines() []Coroutine {
	out := make([]Coroutine, 0, len(p.coroutines))
	for _, c := range p.coroutines {
		one := *c
		var most time.Duration
		for w, d := range c.wheres {
			if d > most || d == most && w < one.Where {
				one.Where, most = w, d
			}
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b Coroutine) int {
		return cmp.Or(cmp.Compare(b.Held, a.Held), cmp.Compare(b.Waited, a.Waited), strings.Compare(a.Place.File, b.Place.File), cmp.Compare(a.Place.Line, b.Place.Line))
	})
	return out
}

func (p *Profile) taskText(w io.Writer) {
	all := p.Coroutines()
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(w, "\nasyncio tasks by coroutine, looked at %d times a second: time they held their loop, time they waited\n", taskRate)
	for i, c := range all {
		if i == 8 {
			fmt.Fprintf(w, "  and %d more\n", len(all)-i)
			break
		}
		fmt.Fprintf(w, "  %6.1f s  %7.1f s  %s (%s:%d)", c.Held.Seconds(), c.Waited.Seconds(), c.Place.Name, shortFile(c.Place.File), c.Place.Line)
		if c.AtOnce > 1 {
			fmt.Fprintf(w, ", up to %d at once", c.AtOnce)
			if c.AtOnce >= cpython.MaxTasks {
				fmt.Fprint(w, " or more")
			}
		}
		if c.Where != "" {
			fmt.Fprintf(w, ", waits in %s", c.Where)
		}
		fmt.Fprintln(w)
	}
}
