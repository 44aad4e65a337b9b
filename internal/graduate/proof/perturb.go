package proof

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

// maxInput is the largest file that is changed: beyond it the other rows say as much.
const maxInput = 32 << 20

// A change of L6: what it is called, what it does to tables (nil for the change of conditions).
type change struct {
	name   string
	rows   func(rows [][]string) [][]string
	varied string // what oracle.Vary calls it
}

var changes = []change{
	{name: "half of the rows", varied: "half", rows: func(rows [][]string) [][]string {
		var kept [][]string
		for i, r := range rows {
			if i%2 == 0 {
				kept = append(kept, r)
			}
		}
		return kept
	}},
	{name: "rows in reverse", varied: "reverse", rows: func(rows [][]string) [][]string {
		r := slices.Clone(rows)
		slices.Reverse(r)
		return r
	}},
	{name: "some rows twice", varied: "twice", rows: func(rows [][]string) [][]string {
		var out [][]string
		for i, r := range rows {
			out = append(out, r)
			if i%5 == 1 {
				out = append(out, r)
			}
		}
		return out
	}},
	{name: "some numbers missing", varied: "blank", rows: blanked},
	{name: "other date, other seed"}, // oracle.Options.Elsewhen
}

// blanked empties a number in every seventh row, another column each time. Files whose columns are all text stay as they are.
func blanked(rows [][]string) [][]string {
	out := make([][]string, len(rows))
	turn := 0
	for i, r := range rows {
		out[i] = r
		if i%7 != 3 {
			continue
		}
		r = slices.Clone(r)
		for k := range r {
			j := (k + turn) % len(r)
			if _, err := strconv.ParseFloat(strings.TrimSpace(r[j]), 64); err == nil && strings.Contains(r[j], ".") {
				r[j] = ""
				turn = j + 1
				break
			}
		}
		out[i] = r
	}
	return out
}

// changed is the original's run under a change, kept for the mutants.
type changed struct {
	name    string
	options oracle.Options
	trace   *oracle.Trace
}

// perturb is L6: both programs with changed inputs and conditions.
func perturb(ctx context.Context, s Subject, run oracle.Options, o Options, r *Report) ([]changed, error) {
	tables, err := inputs(ctx, s, run)
	if err != nil {
		return nil, err
	}
	var kept []changed
	failed, held := "", 0
	for _, c := range changes {
		if o.Perturb != nil && !slices.Contains(o.Perturb, c.name) {
			continue
		}
		options := run
		options.Warm = true
		var from *oracle.Trace
		p := Perturbation{Name: c.name}
		if c.rows != nil {
			options.Inputs = map[string][]byte{}
			var names []string
			for _, t := range tables {
				if data, ok := t.with(c); ok {
					options.Inputs[t.name] = data
					names = append(names, t.name)
				}
			}
			if len(names) == 0 {
				continue
			}
			p.Name += " of " + strings.Join(names, ", ")
		} else {
			options = options.Elsewhen()
			from = s.Graded.Elsewhen
		}
		o.Progress("both programs with " + p.Name)
		if from == nil {
			if from, err = oracle.Run(ctx, s.Original, options); err != nil {
				return nil, err
			}
		}
		to, err := oracle.RunPackage(ctx, s.Package, options)
		if err != nil {
			return nil, err
		}
		p.State, p.Detail, p.Compared = holdChanged(s, from, to)
		switch p.State {
		case Failed:
			if failed == "" {
				failed = p.Name + ": " + p.Detail
			}
		case Held:
			held++
			if from.Status == oracle.Complete {
				kept = append(kept, changed{p.Name, options, from})
			}
		}
		r.Perturbations = append(r.Perturbations, p)
	}
	switch {
	case failed != "":
		r.Levels[6] = Level{Failed, failed}
	case held == 0:
		r.Levels[6] = Level{Nothing, "no change of input or conditions that the original accepts"}
	default:
		r.Levels[6] = Level{Held, fmt.Sprintf("equal under %d of %d changes, the original refuses the rest", held, len(r.Perturbations))}
		if held == len(r.Perturbations) {
			r.Levels[6].Detail = fmt.Sprintf("equal under all %d changes", held)
		}
	}
	return kept, nil
}

// holdChanged compares two runs under one change. That both raise the same is agreement too.
func holdChanged(s Subject, from, to *oracle.Trace) (State, string, int) {
	if from.Status != oracle.Complete {
		if to.Status == oracle.Complete {
			return Undecided, "the original " + ending(from) + "; the package does not need what it failed at", 0
		}
		if from.Error != nil && to.Error != nil && from.Error.Type == to.Error.Type {
			return Held, "both raise " + from.Error.Type, 0
		}
		return Undecided, "the original " + ending(from) + "; the package " + ending(to), 0
	}
	if to.Status != oracle.Complete {
		return Failed, "the package " + ending(to), 0
	}
	compared := 0
	for _, row := range holdOutputs(s, from, to) {
		switch {
		case row.Verdict.Holds():
			compared++
		case row.Verdict == Different, row.Verdict == Missing:
			return Failed, strings.TrimSuffix(row.Output+": "+string(row.Verdict)+": "+row.Difference, ": "), compared
		}
	}
	if compared == 0 {
		return Undecided, "nothing that could be compared", 0
	}
	return Held, fmt.Sprintf("%d outputs equal", compared), compared
}

// table is an input file whose rows can be changed.
type table struct {
	name   string
	data   []byte
	comma  rune
	varied map[string][]byte // of a format that is no delimited text
}

// inputs are the tables that the original read, in order of name. Those that it wrote itself before are no inputs.
func inputs(ctx context.Context, s Subject, run oracle.Options) ([]table, error) {
	read, own := map[string]bool{}, map[string]bool{}
	for _, st := range s.Graded.Statements {
		for _, e := range st.Events {
			switch e.Kind {
			case "write":
				own[e.Detail] = true
			case "read", "database":
				if !own[e.Detail] {
					read[e.Detail] = true
				}
			}
		}
	}
	names := make([]string, 0, len(read))
	for n := range read {
		names = append(names, n)
	}
	sort.Strings(names)
	var tables []table
	for _, n := range names {
		path := filepath.Join(s.Original.Root, filepath.FromSlash(s.Original.Dir), filepath.FromSlash(n))
		info, err := os.Stat(path)
		if err != nil || info.Size() > maxInput {
			continue
		}
		ext := strings.ToLower(filepath.Ext(n))
		text := slices.Contains([]string{".csv", ".tsv", ".data", ".txt", ".dat"}, ext)
		if !text && !slices.Contains([]string{".json", ".geojson", ".jsonl", ".ndjson", ".db", ".sqlite", ".sqlite3", ".xlsx", ".parquet"}, ext) {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if !text {
			made, err := oracle.Vary(ctx, run.Python, n, data)
			if err != nil {
				return nil, err
			}
			if len(made) > 0 {
				tables = append(tables, table{name: n, data: data, varied: made})
			}
			continue
		}
		if t, ok := tableOf(n, data); ok {
			tables = append(tables, t)
		}
	}
	return tables, nil
}

// tableOf takes a file for a table when its first lines have one separator, the same number of times.
func tableOf(name string, data []byte) (table, bool) {
	for _, comma := range []rune{',', '\t', ';', '|'} {
		r := csv.NewReader(bytes.NewReader(data))
		r.Comma = comma
		r.LazyQuotes = true
		width := 0
		for i := 0; i < 20; i++ {
			row, err := r.Read()
			if err != nil {
				if i < 4 {
					width = 0
				}
				break
			}
			width = len(row)
		}
		if width > 1 {
			return table{name: name, data: data, comma: comma}, true
		}
	}
	return table{}, false
}

// with gives the file's bytes with its rows changed; the first row stays, as it may be the header.
func (t table) with(c change) ([]byte, bool) {
	if t.varied != nil {
		data, ok := t.varied[c.varied]
		return data, ok
	}
	r := csv.NewReader(bytes.NewReader(t.data))
	r.Comma = t.comma
	r.LazyQuotes = true
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil || len(all) < 4 {
		return nil, false
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma = t.comma
	if err := w.Write(all[0]); err != nil {
		return nil, false
	}
	if err := w.WriteAll(c.rows(all[1:])); err != nil {
		return nil, false
	}
	return out.Bytes(), !bytes.Equal(out.Bytes(), t.data)
}
