package oracle

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A condition is one thing that Grade changes: what it is called, what it does, the stability of what differs by it, and whether a trace shows
// that it cannot matter.
type condition struct {
	name   string
	change func(*Options, *string)
	means  Stability
	moot   func(*Trace) bool
}

var conditions = []condition{
	{"other seed and date", func(o *Options, _ *string) { *o = o.Elsewhen(); o.Values = true }, NeedsSeed, without("RNG:")},
	{"other hash seed", func(o *Options, _ *string) { o.HashSeed += 41 }, NeedsOrder, func(*Trace) bool { return false }},
	{"other date", func(o *Options, _ *string) { o.Date = o.Date.Add(401*24*time.Hour + 5*time.Hour + 17*time.Minute) }, NeedsClock, without("CLOCK")},
	{"other folder", func(_ *Options, place *string) { *place = "elsewhere/and/deeper" }, External, func(*Trace) bool { return false }},
}

// Elsewhen is a run at another time and with another seed: what depends on them comes out otherwise, for the same program and for what is made of it.
func (o Options) Elsewhen() Options {
	o = o.filled()
	o.Seed += 104729
	o.Date = o.Date.Add(97*24*time.Hour + 11*time.Hour)
	return o
}

// seedsItself: a library is there whose generators are seeded, and nobody sees them being drawn from.
func seedsItself(t *Trace) bool {
	return slices.Contains(t.Loaded, "torch") || slices.Contains(t.Loaded, "tensorflow")
}

// without: no statement touched a resource of this name.
func without(resource string) func(*Trace) bool {
	return func(t *Trace) bool {
		for _, s := range t.Statements {
			for _, r := range s.Resources {
				if strings.HasPrefix(r, resource) {
					return false
				}
			}
		}
		return true
	}
}

// Grade runs the program, and again until every observation's stability is known.
//
// The second run changes everything at once that is not expected to matter. What comes out equal then depends on none of it, and not on
// chance either; only for the rest the program is run unchanged, and with one condition changed at a time. Most notebooks need two
// runs, one that draws random numbers three. A first run that does not reach its end is returned with its Status and no grades.
func Grade(ctx context.Context, p Program, o Options) (*Graded, error) {
	o = o.filled()
	first, err := Run(ctx, p, o)
	if err != nil {
		return nil, err
	}
	g := &Graded{Trace: first, Stability: map[string]Stability{}, Runs: []string{"first"}}
	if first.Status != Complete {
		return g, nil
	}
	again := o
	again.Warm = true
	again.Values, again.Fixtures = false, false // fingerprints are enough to see a difference
	var last *Trace
	rerun := func(name string, change ...func(*Options, *string)) (map[string]Observation, error) {
		changed, place := again, here
		for _, c := range change {
			c(&changed, &place)
		}
		g.Runs = append(g.Runs, name)
		t, err := runProgram(ctx, p, changed, place)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		last = t
		seen := make(map[string]Observation, len(t.Observed))
		for _, o := range split(t.Observed) {
			seen[o.ID] = o
		}
		return seen, nil
	}
	// differing are the observations, of those still open, that another run does not have as the first one had.
	differing := func(among []Observation, seen map[string]Observation) []Observation {
		var d []Observation
		for _, o := range among {
			if other, ok := seen[o.ID]; !ok || !sameObservation(o, other) {
				d = append(d, o)
			}
		}
		return d
	}
	var all []func(*Options, *string)
	var names []string
	var seeded *condition
	for i := range conditions {
		c := &conditions[i]
		if c.moot(first) {
			continue
		}
		if c.means == NeedsSeed { // expected to matter: a run of its own
			seeded = c
			continue
		}
		all, names = append(all, c.change), append(names, c.name)
	}
	seen, err := rerun(strings.Join(names, ", "), all...)
	if err != nil {
		return nil, err
	}
	observed := split(first.Observed)
	for _, o := range observed {
		g.Stability[o.ID] = Exact
	}
	open := differing(observed, seen)
	if len(open) > 0 {
		if seen, err = rerun("unchanged"); err != nil {
			return nil, err
		}
		by := map[string]StatementTrace{}
		cells := map[string][]string{}
		for _, s := range first.Statements {
			by[s.ID] = s
			cells[s.Cell] = append(cells[s.Cell], s.Resources...)
		}
		unstable := differing(open, seen)
		isUnstable := map[string]bool{}
		for _, o := range unstable {
			isUnstable[o.ID] = true
			resources := by[o.Statement].Resources
			if o.Statement == "" {
				resources = cells[o.Cell]
			}
			g.Stability[o.ID] = whyUnstable(o, seen[o.ID], resources)
		}
		var rest []Observation
		for _, o := range open {
			if !isUnstable[o.ID] {
				rest = append(rest, o)
			}
		}
		for i := range conditions {
			c := &conditions[i]
			if len(rest) == 0 || c.moot(first) || c.means == NeedsSeed {
				continue
			}
			if seen, err = rerun(c.name, c.change); err != nil {
				return nil, err
			}
			for _, o := range differing(rest, seen) {
				if g.Stability[o.ID] == Exact {
					g.Stability[o.ID] = c.means
				} else {
					g.Stability[o.ID] = stronger(g.Stability[o.ID], c.means)
				}
			}
		}
		for _, o := range rest { // differed with all changed and with none alone
			if g.Stability[o.ID] == Exact {
				g.Stability[o.ID] = Unstable
			}
		}
	}
	switch {
	case seeded != nil: // what depends on the date is known by now
		if seen, err = rerun(seeded.name, seeded.change); err != nil {
			return nil, err
		}
		g.Elsewhen = last
		for _, o := range differing(observed, seen) {
			g.Stability[o.ID] = stronger(g.Stability[o.ID], NeedsSeed)
		}
	case without("CLOCK")(first) && !seedsItself(first):
		g.Elsewhen = first // neither clock nor generator was touched
	}
	return g, nil
}

// split adds every statement's share of a cell's text, "stdout:STATEMENT", to the observations: one unstable line does not make the rest of a cell
// unstable.
func split(observed []Observation) []Observation {
	all := observed[:len(observed):len(observed)]
	for _, o := range observed {
		texts := map[string]string{}
		var order []string
		for _, p := range o.Parts {
			if _, seen := texts[p.Statement]; !seen {
				order = append(order, p.Statement)
			}
			texts[p.Statement] += p.Text
		}
		for _, s := range order {
			all = append(all, Observation{ID: "stdout:" + s, Kind: Stdout, Cell: o.Cell, Statement: s, Text: texts[s], Fingerprint: texts[s]})
		}
	}
	return all
}

// stronger keeps what forbids a comparison before what only names a condition.
func stronger(a, b Stability) Stability {
	if a == Exact || a.Comparable() && !b.Comparable() {
		return b
	}
	return a
}

func whyUnstable(a, b Observation, resources []string) Stability {
	has := func(prefix string) bool {
		for _, r := range resources {
			if strings.HasPrefix(r, prefix) {
				return true
			}
		}
		return false
	}
	switch {
	case has("NET"):
		return External
	case has("TIMER"):
		return Timing
	case a.Text != "" && b.Text != "" && timings.ReplaceAllString(a.Text, "#") == timings.ReplaceAllString(b.Text, "#") && timings.MatchString(a.Text):
		return Timing
	}
	return Unstable
}

var (
	// `<object at 0x7f…>`: where it lies in memory says nothing.
	addresses = regexp.MustCompile(`\b0x[0-9a-fA-F]{6,}\b`)
	// `3.21 s`, `12 ms ± 1.3 ms`, `Wall time: 1min 2s`
	timings = regexp.MustCompile(`\b\d+(\.\d+)?(e-?\d+)?\s?(ns|µs|us|ms|s|sec|secs|seconds?|min|minutes?)\b`)
)

// MaskAddresses leaves out what an object's default repr says of its place in memory.
func MaskAddresses(s string) string { return addresses.ReplaceAllString(s, "0x…") }

func sameObservation(a, b Observation) bool {
	if a.Fingerprint == b.Fingerprint {
		return true
	}
	if a.Kind == Stdout || a.Kind == Exception {
		return MaskAddresses(a.Text) == MaskAddresses(b.Text)
	}
	return false
}
