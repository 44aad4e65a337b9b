package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

// State is the directory below a project's root in which results are kept.
const State = ".roadworthy/bench"

var unsafeName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func fileName(name string) string {
	n := strings.Trim(unsafeName.ReplaceAllString(name, "-"), "-.")
	if n == "" {
		n = "bench"
	}
	if len(n) > 80 {
		n = n[:80]
	}
	return n
}

// Save keeps a result and returns its path. The file appears whole or not at all.
func Save(root string, r *Result) (string, error) {
	dir := filepath.Join(root, State, fileName(r.Name))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("keep result: %w", err)
	}
	// Measurements belong to one machine: they are not for the repository unless someone asks for it.
	ignore := filepath.Join(root, State, ".gitignore")
	if _, err := os.Stat(ignore); errors.Is(err, os.ErrNotExist) {
		if err := WriteFile(ignore, []byte("*\n")); err != nil {
			return "", fmt.Errorf("keep result: %w", err)
		}
	}
	b, err := Marshal(r)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, r.Started.Format("20060102T150405")+fmt.Sprintf("-%08x.json", uint32(r.Seed)))
	if err := WriteFile(path, b); err != nil {
		return "", fmt.Errorf("keep result: %w", err)
	}
	return path, nil
}

// WriteFile writes a file that is never seen half written: a temporary file in the same directory is renamed over it once it is on disk.
func WriteFile(path string, b []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(b); err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Marshal is the JSON form. Limits that are not numbers (an interval without an end) become the largest ones JSON can hold.
func Marshal(r *Result) ([]byte, error) {
	finite := func(cs []Comparison) {
		for i := range cs {
			e := &cs[i].Effect
			for _, f := range []*float64{&e.Ratio, &e.Low, &e.High, &e.Low95, &e.Hi95} {
				switch {
				case math.IsNaN(*f):
					*f = 0
				case math.IsInf(*f, 0):
					*f = math.MaxFloat64
				}
			}
		}
	}
	finite(r.Calibration)
	finite(r.Comparisons)
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write result: %w", err)
	}
	return append(b, '\n'), nil
}

// History reads the kept results of a name, oldest first.
func History(root, name string) ([]*Result, error) {
	paths, err := filepath.Glob(filepath.Join(root, State, fileName(name), "*.json"))
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	slices.Sort(paths)
	var out []*Result
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			return nil, fmt.Errorf("read history: %w", err)
		}
		var r Result
		if err := json.Unmarshal(b, &r); err != nil {
			return nil, fmt.Errorf("read history: %s: %w", p, err)
		}
		if r.Schema != Schema {
			continue
		}
		out = append(out, &r)
	}
	return out, nil
}

// A Then compares one arm of two sessions.
//
// Times of two sessions cannot be compared directly: the machine was another one, even if it is the same. What can be compared is the
// ratio to the baseline measured beside it, where both sessions had the same baseline. The interval is that of the difference of two
// independent log ratios.
type Then struct {
	Arm     string       `json:"arm"`
	Metric  string       `json:"metric"`
	Before  float64      `json:"before"` // ratio to the baseline then, or the median when there is no common baseline
	Now     float64      `json:"now"`
	Change  float64      `json:"change"` // now ÷ before
	Low     float64      `json:"low,omitempty"`
	High    float64      `json:"high,omitempty"`
	Verdict stat.Verdict `json:"verdict"`
}

// Against compares this result with an earlier one.
func (r *Result) Against(old *Result) (rows []Then, why string) {
	diff, same := old.Machine.Same(r.Machine)
	baseline := len(old.Arms) > 0 && len(r.Arms) > 0 && old.Arms[0].same(r.Arms[0])
	find := func(r *Result, arm, metric string) (Comparison, bool) {
		for _, c := range r.Comparisons {
			if c.Arm == arm && c.Metric == metric {
				return c, true
			}
		}
		return Comparison{}, false
	}
	if baseline && same && len(r.Arms) > 1 {
		for _, c := range r.Comparisons {
			before, ok := find(old, c.Arm, c.Metric)
			if !ok || before.Effect.Ratio <= 0 || c.Effect.Ratio <= 0 {
				continue
			}
			t := Then{Arm: c.Arm, Metric: c.Metric, Before: before.Effect.Ratio, Now: c.Effect.Ratio, Change: c.Effect.Ratio / before.Effect.Ratio}
			half := math.Hypot(math.Log(before.Effect.Hi95/before.Effect.Low95)/2, math.Log(c.Effect.Hi95/c.Effect.Low95)/2)
			half *= 2.5758 / 1.96 // from 95 % to the session's 99 %
			t.Low, t.High = t.Change*math.Exp(-half), t.Change*math.Exp(half)
			gate := math.Max(c.Gate, before.Gate)
			e := stat.Effect{Pairs: c.Effect.Pairs, Ratio: t.Change, Low: t.Low, High: t.High}
			t.Verdict = stat.Judge(e, t.Low > 1 || t.High < 1, gate, known[c.Metric].More)
			rows = append(rows, t)
		}
		return rows, ""
	}
	switch {
	case !same:
		why = "the machine is not the one of then (" + diff + ")"
	case !baseline:
		why = "the sessions have no common baseline"
	default:
		why = "both sessions measured one arm only, at different times"
	}
	why += "; medians are shown, no verdict is given. To compare two versions, measure both in one session: roadworthy bench --rev BEFORE --rev AFTER"
	for _, a := range r.Arms {
		for _, b := range old.Arms {
			if a.Name != b.Name {
				continue
			}
			for _, m := range sortedKeys(a.Median) {
				if before, ok := b.Median[m]; ok && before > 0 {
					rows = append(rows, Then{Arm: a.Name, Metric: m, Before: before, Now: a.Median[m], Change: a.Median[m] / before,
						Verdict: stat.Verdict{Word: stat.Refused, Why: "different sessions"}})
				}
			}
		}
	}
	return rows, why
}

// same says whether two arms run the same thing: a moved git work tree does not matter, its commit does.
func (a ArmResult) same(b ArmResult) bool {
	if a.Name != b.Name || a.Revision != b.Revision || !slices.Equal(a.Argv, b.Argv) {
		return false
	}
	if (a.Interpreter == nil) != (b.Interpreter == nil) {
		return false
	}
	return a.Interpreter == nil || (a.Interpreter.Version == b.Interpreter.Version && a.Interpreter.Build == b.Interpreter.Build && a.Interpreter.Packages == b.Interpreter.Packages && a.Interpreter.JIT == b.Interpreter.JIT)
}
