package bench

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

func round(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Second:
		return d.Round(time.Second)
	case d > 100*time.Millisecond:
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Microsecond)
}

func list(ns []int) string {
	var b strings.Builder
	for i, n := range ns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, n)
	}
	return b.String()
}

// change words a ratio as a signed share.
func change(ratio float64) string {
	if ratio <= 0 || math.IsNaN(ratio) || math.IsInf(ratio, 0) || ratio > 1e6 {
		return "?"
	}
	if ratio >= 3 {
		return fmt.Sprintf("%.1f×", ratio)
	}
	return fmt.Sprintf("%+.1f %%", (ratio-1)*100)
}

// Value prints a figure in its unit.
func Value(v float64, unit string) string {
	switch unit {
	case "ns":
		d := time.Duration(v)
		switch {
		case d >= time.Minute:
			return d.Round(100 * time.Millisecond).String()
		case d >= time.Second:
			return fmt.Sprintf("%.3g s", d.Seconds())
		case d >= time.Millisecond:
			return fmt.Sprintf("%.3g ms", float64(d)/1e6)
		case d >= time.Microsecond:
			return fmt.Sprintf("%.3g µs", float64(d)/1e3)
		}
		return fmt.Sprintf("%.3g ns", v)
	case "bytes":
		if v >= 1<<30 {
			return fmt.Sprintf("%.2f GiB", v/(1<<30))
		}
		return fmt.Sprintf("%.1f MiB", v/(1<<20))
	case "count":
		return fmt.Sprintf("%.4g", v)
	}
	return strings.TrimSpace(fmt.Sprintf("%.4g %s", v, unit))
}

// Text writes the report a person reads.
func (r *Result) Text(w io.Writer) {
	fmt.Fprintf(w, "bench %s: %d blocks of fresh processes in %s, %s\n", r.Name, r.Blocks, round(time.Duration(r.Seconds*float64(time.Second))), r.Stopped)
	for i, a := range r.Arms {
		role := "  "
		if i == 0 && len(r.Arms) > 1 {
			role = "baseline "
		}
		line := role + a.Name
		if a.Interpreter != nil {
			line += "  (Python " + a.Interpreter.Name() + ")"
		}
		fmt.Fprintln(w, line)
	}
	rows := [][]string{{"", "metric", "baseline", "this", "change", "95 % interval", "verdict"}}
	if len(r.Arms) == 1 {
		rows = [][]string{{"metric", "median", "repeats within"}}
		for _, c := range r.Calibration {
			if c.Metric == "undelayed" {
				continue
			}
			rows = append(rows, []string{c.Metric, Value(r.Arms[0].Median[c.Metric], r.Units[c.Metric]), "± " + stat.Percent(math.Max(c.Effect.High-1, 1-c.Effect.Low))})
		}
		for _, m := range []string{"memory", "pss"} {
			if v, ok := r.Arms[0].Median[m]; ok && r.Arms[0].Values[m] == nil {
				rows = append(rows, []string{m, Value(v, "bytes"), "one run"})
			}
		}
	}
	for i, a := range r.Arms {
		if i == 0 {
			continue
		}
		name := a.Name
		if len(r.Arms) == 2 {
			name = ""
		}
		judged := map[string]bool{}
		for _, c := range r.Comparisons {
			if c.Arm != a.Name {
				continue
			}
			judged[c.Metric] = true
			if c.Metric == "undelayed" {
				continue // a form of wall, named where it was used
			}
			verdict := ""
			if c.Primary {
				verdict = c.Verdict.String()
			}
			by, between := change(c.Effect.Ratio), interval(c.Effect)
			if c.Effect.Pairs == 0 {
				by, between = "-", "-"
			}
			label := c.Metric
			if c.Less {
				label += ", undelayed"
			}
			if c.BestOf > 1 {
				label += fmt.Sprintf(", best of %d", c.BestOf)
			}
			rows = append(rows, []string{name, label, r.value(0, c), r.value(i, c), by, between, verdict})
			name = ""
		}
		for _, m := range []string{"memory", "pss"} {
			x, okx := r.Arms[0].Median[m]
			y, oky := a.Median[m]
			if !judged[m] && okx && oky && x > 0 {
				rows = append(rows, []string{name, m, Value(x, "bytes"), Value(y, "bytes"), change(y / x), "one run each", ""})
			}
		}
		if a.Errors > 0 || r.Arms[0].Errors > 0 {
			base := r.Arms[0]
			rows = append(rows, []string{"", "errors", fmt.Sprintf("%d of %d", base.Errors, base.Runs), fmt.Sprintf("%d of %d", a.Errors, a.Runs), "",
				fmt.Sprintf("%s … %s", stat.Percent(a.ErrorLow), stat.Percent(a.ErrorHigh)), ""})
		}
	}
	Table(w, rows)
	for _, a := range r.Arms {
		if a.FirstError != "" {
			fmt.Fprintf(w, "%s: %s\n", a.Name, a.FirstError)
		}
	}
	for _, m := range r.Primary {
		for _, c := range r.Calibration {
			if c.Metric == m {
				fmt.Fprintf(w, "calibration: baseline against itself in %s %s (%s);\n  smallest difference that counts: %s\n",
					m, change(c.Effect.Ratio), interval(c.Effect), stat.Percent(gateOf(r, m)))
			}
		}
	}
	fmt.Fprintf(w, "machine: %s, %d cores, Linux %s\n  load %.2f before, %.2f after; %s of processor time used, %s stolen\n",
		r.Machine.Processor, r.Machine.Cores, r.Machine.Kernel, r.Machine.LoadBefore, r.Machine.LoadAfter, stat.Percent(r.Machine.BusyShare), stat.Percent(r.Machine.StealShare))
	for _, n := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
}

func gateOf(r *Result, metric string) float64 {
	g := r.Gate
	for _, c := range r.Comparisons {
		if c.Metric == metric {
			g = math.Max(g, c.Gate)
		}
	}
	return g
}

// value is the median of what was compared: of runs, or of the best of several.
func (r *Result) value(arm int, c Comparison) string {
	from := c.Metric
	if c.Less {
		from = "undelayed"
	}
	v, ok := r.Arms[arm].Median[from]
	if !ok {
		return "-"
	}
	if best := stat.BestOf(r.Arms[arm].Values[from], c.BestOf); c.BestOf > 1 && len(best) > 0 {
		v = stat.Median(best)
	}
	return Value(v, r.Units[c.Metric])
}

func interval(e stat.Effect) string {
	if math.IsInf(e.Hi95, 0) || e.Hi95 > 1e6 {
		return "too few runs"
	}
	return change(e.Low95) + " … " + change(e.Hi95)
}

// Table writes rows in columns; the first row is the heading.
func Table(w io.Writer, rows [][]string) {
	var width []int
	for _, r := range rows {
		for i, c := range r {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], len([]rune(c)))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, c := range r {
			b.WriteString(c)
			if i < len(r)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-len([]rune(c))+2))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// CompareText writes a comparison with an earlier session.
func CompareText(w io.Writer, old *Result, rows []Then, why string) {
	fmt.Fprintf(w, "against %s:\n", old.Started.Format("2006-01-02 15:04"))
	table := [][]string{{"", "metric", "then", "now", "change", "verdict"}}
	for _, t := range rows {
		before, now := change(t.Before), change(t.Now)
		if why != "" {
			before, now = Value(t.Before, old.Units[t.Metric]), Value(t.Now, old.Units[t.Metric])
		}
		verdict := t.Verdict.String()
		if why != "" {
			verdict = ""
		}
		table = append(table, []string{t.Arm, t.Metric, before, now, change(t.Change), verdict})
	}
	Table(w, table)
	if why != "" {
		fmt.Fprintf(w, "note: %s\n", why)
	}
}
