package sample

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// own says whether a file is the program's own: neither of the standard library nor installed, and not text that was compiled from a
// string under a name without a directory.
func own(file string) bool {
	return strings.Contains(file, "/") && !strings.Contains(file, "/lib/python3") && !strings.Contains(file, "-packages/") && !strings.HasPrefix(file, "<")
}

func installed(file string) bool { return strings.Contains(file, "-packages/") }

func shortFile(file string) string {
	dir, base := filepath.Split(file)
	if parent := filepath.Base(dir); parent != "." && parent != "/" && dir != "" {
		return parent + "/" + base
	}
	return base
}

func percent(x float64) string {
	if x < 0.0995 {
		return fmt.Sprintf("%.1f %%", x*100)
	}
	return fmt.Sprintf("%.0f %%", x*100)
}

func gain(x float64) string {
	if x >= 999 {
		return "without limit"
	}
	if x >= 10 {
		return fmt.Sprintf("%.0f×", x)
	}
	return fmt.Sprintf("%.2f×", x)
}

// Text writes the report a person reads: what to fix, and what not to.
func (p *Profile) Text(w io.Writer) {
	versions := map[string]int{}
	for _, t := range p.Targets {
		if t.Version != "" {
			versions[t.Version]++
		}
	}
	var names []string
	for v, n := range versions {
		if n > 1 {
			v = fmt.Sprintf("%s ×%d", v, n)
		}
		names = append(names, v)
	}
	slices.Sort(names)
	by, work := p.Totals()
	fmt.Fprintf(w, "profile of Python %s for %.1f s at %d looks per second\nthread time: %.1f s at work, %.1f s idle\n\n",
		strings.Join(names, ", "), p.Length.Seconds(), p.Rate, work.Seconds(), by[Waiting].Seconds())
	fixes := p.Rank()
	if len(fixes) == 0 {
		fmt.Fprintln(w, "nothing was at work while the profile ran")
		return
	}
	left := 0
	for _, f := range fixes {
		if !f.Worth {
			left++
			continue
		}
		fmt.Fprintf(w, "%-20s %6s of the time: at most %s faster (%s … %s)\n", f.Category, percent(f.Share), gain(f.AtMost), gain(f.GainLow), gain(f.AtMost))
		fmt.Fprintf(w, "    by %s\n", f.What)
		if f.Where != "" {
			fmt.Fprintf(w, "    most of it in %s\n", f.Where)
		}
		fmt.Fprintf(w, "    known by %s\n", f.Evidence)
		if f.Capped != "" {
			fmt.Fprintf(w, "    bounded by %s\n", f.Capped)
		}
	}
	if u := by[Other]; u > 0 {
		fmt.Fprintf(w, "%-20s %6s of the time\n", Other, percent(float64(u)/float64(work)))
	}
	if left > 0 {
		fmt.Fprintf(w, "do not optimise (at most %.2f× each):", WorthIt)
		sep := " "
		for _, f := range fixes {
			if !f.Worth {
				fmt.Fprintf(w, "%s%s %s", sep, f.Category, percent(f.Share))
				sep = ", "
			}
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
	type hot struct {
		name string
		t    time.Duration
	}
	lines := map[string]time.Duration{}
	for _, s := range p.Stacks {
		if s.Category == Waiting || len(s.Frames) == 0 {
			continue
		}
		f := s.Frames[0]
		lines[fmt.Sprintf("%s (%s:%d)", f.Name, shortFile(f.File), f.Line)] += s.Weight
	}
	var top []hot
	for k, t := range lines {
		top = append(top, hot{k, t})
	}
	slices.SortFunc(top, func(a, b hot) int {
		if a.t != b.t {
			return int(b.t - a.t)
		}
		return strings.Compare(a.name, b.name)
	})
	fmt.Fprintln(w, "lines with the most time of their own:")
	for i, h := range top {
		if i == 8 {
			break
		}
		fmt.Fprintf(w, "  %6s  %s\n", percent(float64(h.t)/float64(work)), h.name)
	}
	p.taskText(w)
	fmt.Fprintln(w, "\nstates:")
	states := p.States()
	var order []State
	for s := range states {
		order = append(order, s)
	}
	slices.SortFunc(order, func(a, b State) int {
		if states[a] != states[b] {
			return int(states[b] - states[a])
		}
		return strings.Compare(string(a), string(b))
	})
	var total time.Duration
	for _, t := range states {
		total += t
	}
	for _, s := range order {
		fmt.Fprintf(w, "  %6s  %s\n", percent(float64(states[s])/float64(total)), s)
	}
	fmt.Fprintf(w, "\n%d stacks read, %d read again because they changed, %d discarded (%s)\nthe profiler used %s of one processor\n",
		p.Stats.Stacks, p.Stats.Retried, p.Stats.Discarded, percent(float64(p.Stats.Discarded)/float64(max(1, p.Stats.Stacks+p.Stats.Discarded))),
		percent(p.Busy.Seconds()/max(p.Length.Seconds(), 1e-9)))
	for _, t := range p.Targets {
		if t.Refused != "" && len(p.Targets) < 20 {
			fmt.Fprintf(w, "process %d was not read: %s\n", t.PID, t.Refused)
		}
	}
	for _, n := range p.Notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
	fmt.Fprintln(w, "not seen from outside: waiting before the process (a load balancer's queue),\nother hosts, and anything below 1 % of the time")
}
