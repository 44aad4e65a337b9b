package proof

import (
	"fmt"
	"path"
	"sort"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

// original is the trace of the original with its indexes.
type original struct {
	*oracle.Trace
	stability map[string]oracle.Stability
	at        map[string]oracle.Observation
	position  map[string]int // statement → place in the order of execution
	versions  map[string][]version
	parts     map[string]string // statement → what it printed
	partOf    map[string]string // statement → stdout observation
}

// version is a value that a name had from a statement on.
type version struct {
	position    int
	statement   string
	fingerprint string
}

func indexed(t *oracle.Trace, stability map[string]oracle.Stability) *original {
	g := &original{Trace: t, stability: stability, at: map[string]oracle.Observation{}, position: map[string]int{}, versions: map[string][]version{}, parts: map[string]string{}, partOf: map[string]string{}}
	for _, o := range t.Observed {
		g.at[o.ID] = o
		if o.Kind == oracle.Stdout {
			for _, p := range o.Parts {
				g.parts[p.Statement] += p.Text
				g.partOf[p.Statement] = o.ID
			}
		}
	}
	for i, s := range t.Statements {
		g.position[s.ID] = i
		for _, table := range []map[string]string{s.Bound, s.Mutated} {
			for name, f := range table {
				g.versions[name] = append(g.versions[name], version{i, s.ID, f})
			}
		}
	}
	return g
}

// valueAt is the last version of a name at or before a statement.
func (g *original) valueAt(statement, name string) (version, bool) {
	limit, ok := g.position[statement]
	if !ok {
		return version{}, false
	}
	vs := g.versions[name]
	for i := len(vs) - 1; i >= 0; i-- {
		if vs[i].position <= limit {
			return vs[i], true
		}
	}
	return version{}, false
}

func (g *original) stable(id string) oracle.Stability {
	if s, ok := g.stability[id]; ok {
		return s
	}
	return oracle.Exact
}

// result is the trace of the package with its indexes.
type result struct {
	*oracle.Trace
	calls  map[string]oracle.Call // the last of each function
	files  map[string]oracle.Observation
	stdout string
	cursor int // what of stdout has been matched
}

func indexedResult(t *oracle.Trace) *result {
	r := &result{Trace: t, calls: map[string]oracle.Call{}, files: map[string]oracle.Observation{}}
	for _, c := range t.Calls {
		r.calls[c.Function] = c
	}
	for _, o := range t.Observed {
		switch o.Kind {
		case oracle.File:
			r.files[o.Name] = o
		case oracle.Stdout:
			r.stdout += o.Text
		}
	}
	return r
}

var levelOf = map[oracle.Kind]int{oracle.File: 2, oracle.Bound: 3, oracle.Stdout: 4, oracle.Display: 4, oracle.Figure: 4, oracle.Exception: 4}

// holdOutputs compares every chosen output, then says what the package wrote beyond them.
func holdOutputs(s Subject, from, to *oracle.Trace) []Row {
	g, r := indexed(from, s.Graded.Stability), indexedResult(to)
	var rows []Row
	used := map[string]bool{}
	for _, out := range s.Outputs {
		row := Row{Output: out.ID, Kind: out.Kind, Level: levelOf[out.Kind], Stability: oracle.Exact}
		c := holdOutput(g, r, out, &row, used)
		if c.Verdict.Holds() {
			if lost := r.lost(out); lost != "" {
				c = Comparison{Verdict: Different, Difference: lost}
			}
		}
		row.Verdict, row.How, row.Difference = c.Verdict, c.How, c.Difference
		if !row.Stability.Comparable() && row.Verdict != Missing {
			row.Verdict, row.How, row.Difference = NotStable, string(row.Stability), ""
		}
		rows = append(rows, row)
	}
	names := make([]string, 0, len(r.files))
	for n := range r.files {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		o := r.files[n]
		if used[n] || strings.HasPrefix(n, "out/") || path.Base(path.Dir(n)) == "out" {
			continue
		}
		if was, ok := g.at["file:"+n]; ok { // not chosen, but the original wrote it too
			row := Row{Output: "file " + n, Kind: oracle.File, Level: 2, Stability: g.stable("file:" + n)}
			c := compareFiles(g, was, r, o, row.Stability)
			row.Verdict, row.How, row.Difference = c.Verdict, c.How, c.Difference
			if !row.Stability.Comparable() {
				row.Verdict, row.How, row.Difference = NotStable, string(row.Stability), ""
			}
			rows = append(rows, row)
			continue
		}
		what := "written by the package, not by the original"
		if !o.Created {
			what = "an input that the package changes and the original does not"
		}
		rows = append(rows, Row{Output: "file " + n, Kind: oracle.File, Level: 2, Stability: oracle.Exact, Verdict: Different, Difference: what})
	}
	return rows
}

func compareFiles(g *original, a oracle.Observation, r *result, b oracle.Observation, stability oracle.Stability) Comparison {
	if a.Fingerprint == "removed" || b.Fingerprint == "removed" {
		if a.Fingerprint == b.Fingerprint {
			return Comparison{Verdict: Identical}
		}
		return Comparison{Verdict: Different, Difference: "removed by one and not by the other"}
	}
	return compareValues(g.Trace, a.Fingerprint, r.Trace, b.Fingerprint, stability)
}

func missing(format string, args ...any) Comparison {
	return Comparison{Verdict: Missing, Difference: fmt.Sprintf(format, args...)}
}

func holdOutput(g *original, r *result, out Output, row *Row, used map[string]bool) Comparison {
	switch out.Kind {
	case oracle.File:
		id := "file:" + out.Name
		row.Stability = g.stable(id)
		a, ok := g.at[id]
		if !ok {
			return missing("the original wrote no %s", out.Name)
		}
		name := out.File
		if name == "" {
			name = out.Name
		}
		b, ok := r.files[name]
		if !ok {
			return missing("the package wrote no %s", name)
		}
		used[name] = true
		return compareFiles(g, a, r, b, row.Stability)
	case oracle.Bound:
		last := ""
		if len(out.Statements) > 0 {
			last = out.Statements[len(out.Statements)-1]
		}
		v, ok := g.valueAt(last, out.Name)
		if !ok {
			return missing("the original had no %s there", out.Name)
		}
		row.Stability = g.stable("value:" + v.statement + ":" + out.Name)
		return r.returned(out, func(f string) Comparison { return compareValues(g.Trace, v.fingerprint, r.Trace, f, row.Stability) })
	case oracle.Stdout:
		text := ""
		for _, s := range out.Statements {
			text += g.parts[s]
			if id := g.partOf[s]; id != "" {
				row.Stability = weakest(row.Stability, g.stablePart(s, id))
			}
		}
		if out.Function != "" && !out.Stdout {
			return r.returned(out, func(f string) Comparison {
				v, err := r.Value(f)
				if err != nil || v.Kind != "str" {
					return Comparison{Verdict: Different, Difference: "the function returned no text there"}
				}
				return compareText(text, v.Text, row.Stability)
			})
		}
		return r.printed(out, text, row.Stability)
	case oracle.Display, oracle.Figure:
		a, ok := g.shown(out)
		if !ok {
			return missing("the original showed nothing there")
		}
		row.Stability = g.stable(a.ID)
		if out.Function != "" && !out.Stdout {
			return r.returned(out, func(f string) Comparison {
				c := compareValues(g.Trace, a.Fingerprint, r.Trace, f, row.Stability)
				if c.Verdict == Different || c.Verdict == Opaque {
					if v, err := r.Value(f); err == nil && v.Kind == "str" && a.Kind == oracle.Display && a.Type != "str" {
						if t := compareText(a.Text, v.Text, row.Stability); t.Verdict.Holds() {
							return Comparison{Verdict: Normalized, How: "its text"}
						}
					}
				}
				return c
			})
		}
		if out.File != "" {
			b, ok := r.files[out.File]
			if !ok {
				return missing("the package wrote no %s", out.File)
			}
			used[out.File] = true
			if a.Kind == oracle.Display {
				if v, err := r.Value(b.Fingerprint); err == nil && (v.Kind == "str" || v.Kind == "markup") {
					if t := compareText(a.Text, v.Text, row.Stability); t.Verdict.Holds() {
						return t
					}
					if x, y := normalMarkup(a.HTML), normalMarkup(v.Text); a.HTML != "" && x == y {
						return Comparison{Verdict: Normalized, How: "markup as a tree"}
					}
					return compareText(a.Text, v.Text, row.Stability)
				}
			}
			return Comparison{Verdict: Opaque, How: "an image of it was written; what was drawn can only be compared where a function returns the figure"}
		}
		return r.printed(out, a.Text+"\n", row.Stability)
	}
	return missing("an output of kind %q", out.Kind)
}

// shown finds the display or figure that an output speaks of.
func (g *original) shown(out Output) (oracle.Observation, bool) {
	if o, ok := g.at[out.Name]; ok {
		return o, true
	}
	for _, s := range out.Statements {
		for _, o := range g.Observed {
			if o.Kind == out.Kind && o.Statement == s {
				return o, true
			}
		}
	}
	return oracle.Observation{}, false
}

// stablePart is the stability of one statement's share of a cell's text, where grading told it apart.
func (g *original) stablePart(statement, cell string) oracle.Stability {
	if s, ok := g.stability["stdout:"+statement]; ok {
		return s
	}
	return g.stable(cell)
}

func weakest(a, b oracle.Stability) oracle.Stability {
	if !a.Comparable() || b == oracle.Exact {
		return a
	}
	return b
}

// lost says what the program did not do with a value that a function rightly returned: a result that nobody gets to see is none.
func (r *result) lost(out Output) string {
	if out.Function == "" || out.Stdout {
		return ""
	}
	switch out.Kind {
	case oracle.Stdout:
		v, err := r.Value(r.calls[out.Function].Returns[out.Part])
		if err == nil && v.Kind == "str" && !strings.Contains(r.stdout, v.Text) {
			return out.Function + " returns the text, and the program does not print it"
		}
	case oracle.Display:
		if out.Label != "" && !strings.Contains("\n"+r.stdout, "\n"+out.Label+":\n") {
			return out.Function + " returns the value, and the program does not show it"
		}
	case oracle.Figure:
		if out.Label == "" {
			return ""
		}
		for name := range r.files {
			if strings.HasPrefix(name, "out/figures/"+out.Label) || strings.Contains(name, "/out/figures/"+out.Label) {
				return ""
			}
		}
		return out.Function + " returns the figure, and the program does not save it"
	}
	return ""
}

// returned looks up what a function gave for an output.
func (r *result) returned(out Output, compare func(fingerprint string) Comparison) Comparison {
	call, ok := r.calls[out.Function]
	if !ok {
		return missing("%s was not called", out.Function)
	}
	f, ok := call.Returns[out.Part]
	if !ok {
		return missing("%s returned no %s", out.Function, out.Part)
	}
	return compare(f)
}

// printed compares text with what a function printed, or with the package's output behind what came before.
func (r *result) printed(out Output, text string, stability oracle.Stability) Comparison {
	if out.Function != "" {
		call, ok := r.calls[out.Function]
		if !ok {
			return missing("%s was not called", out.Function)
		}
		return compareText(text, call.Stdout, stability)
	}
	rest := r.stdout[r.cursor:]
	if text == "" {
		return Comparison{Verdict: Identical}
	}
	if i := strings.Index(rest, text); i >= 0 {
		r.cursor += i + len(text)
		return Comparison{Verdict: Identical}
	}
	wanted := strings.TrimSpace(text)
	if i := strings.Index(rest, wanted); i >= 0 {
		r.cursor += i + len(wanted)
		return Comparison{Verdict: Normalized, How: "white space around it"}
	}
	if oracle.MaskAddresses(wanted) != wanted && strings.Contains(oracle.MaskAddresses(rest), oracle.MaskAddresses(wanted)) {
		return Comparison{Verdict: Normalized, How: "addresses masked"}
	}
	c := compareText(text, rest, stability)
	c.Verdict = Different
	return c
}

// compareText compares what was printed.
func compareText(a, b string, stability oracle.Stability) Comparison {
	switch {
	case a == b:
		return Comparison{Verdict: Identical}
	case strings.TrimRight(a, " \n") == strings.TrimRight(b, " \n"):
		return Comparison{Verdict: Normalized, How: "white space at the end"}
	case oracle.MaskAddresses(strings.TrimSpace(a)) == oracle.MaskAddresses(strings.TrimSpace(b)):
		return Comparison{Verdict: Normalized, How: "addresses masked"}
	}
	if stability == oracle.NeedsOrder {
		x, y := strings.Split(strings.TrimSpace(a), "\n"), strings.Split(strings.TrimSpace(b), "\n")
		sort.Strings(x)
		sort.Strings(y)
		if strings.Join(x, "\n") == strings.Join(y, "\n") {
			return Comparison{Verdict: Normalized, How: "order of lines that comes from hashes"}
		}
	}
	return Comparison{Verdict: Different, Difference: textDifference(strings.TrimRight(a, "\n"), strings.TrimRight(b, "\n"))}
}

// holdBoundaries compares what every function took and returned with what the original had there.
func holdBoundaries(s Subject, from, to *oracle.Trace) []Row {
	g := indexed(from, s.Graded.Stability)
	functions := map[string]oracle.Function{}
	for _, f := range s.Package.Functions {
		functions[f.Name] = f
	}
	var rows []Row
	seen := map[string]bool{}
	for _, call := range to.Calls {
		f, ok := functions[call.Function]
		if !ok || seen[call.Function] {
			continue
		}
		seen[call.Function] = true
		hold := func(b oracle.Boundary, label, fingerprint string, have bool) {
			if b.Name == "" {
				return
			}
			row := Row{Output: label, Kind: oracle.Bound, Level: 5, Stability: oracle.Exact}
			v, ok := g.valueAt(b.Statement, b.Name)
			switch {
			case !ok:
				row.Verdict, row.Difference = Missing, fmt.Sprintf("the original had no %s at %s", b.Name, b.Statement)
			case !have:
				row.Verdict, row.Difference = Missing, "the package has no such value"
				if call.Raised != "" {
					row.Difference = "the function raised " + call.Raised
				}
			default:
				row.Stability = g.stable("value:" + v.statement + ":" + b.Name)
				c := compareValues(g.Trace, v.fingerprint, to, fingerprint, row.Stability)
				row.Verdict, row.How, row.Difference = c.Verdict, c.How, c.Difference
				if !row.Stability.Comparable() {
					row.Verdict, row.How, row.Difference = NotStable, string(row.Stability), ""
				}
			}
			rows = append(rows, row)
		}
		for _, b := range f.Params {
			v, ok := call.Params[b.Part]
			hold(b, fmt.Sprintf("%s(%s)", f.Name, b.Part), v, ok)
		}
		for _, b := range f.Returns {
			v, ok := call.Returns[b.Part]
			label := f.Name + " → " + b.Name
			if b.Part != "" && b.Part != b.Name {
				label += " (" + b.Part + ")"
			}
			hold(b, label, v, ok)
		}
	}
	for _, f := range s.Package.Functions {
		if !seen[f.Name] {
			rows = append(rows, Row{Output: f.Name, Kind: oracle.Bound, Level: 5, Verdict: Missing, Difference: "the function was not called"})
		}
	}
	return rows
}

// firstSplit is the first function, in order of calls, whose arguments agree and whose result does not.
func firstSplit(rows []Row, to *oracle.Trace, s Subject) *Split {
	statements := map[string][]string{}
	for _, f := range s.Package.Functions {
		statements[f.Name] = f.Statements
	}
	bad := map[string]bool{} // functions with an argument that differs
	for _, row := range rows {
		name, part, isResult := strings.Cut(row.Output, " → ")
		if !isResult {
			name, part, _ = strings.Cut(row.Output, "(")
			part = strings.TrimSuffix(part, ")")
		}
		if row.Verdict != Different && row.Verdict != Missing {
			continue
		}
		if !isResult && part != "" {
			bad[name] = true
			continue
		}
		if !bad[name] {
			return &Split{Function: name, Part: part, Statements: statements[name], Difference: row.Difference}
		}
	}
	for _, c := range to.Calls {
		if c.Raised != "" && !bad[c.Function] {
			return &Split{Function: c.Function, Statements: statements[c.Function], Difference: "it raised " + c.Raised}
		}
	}
	for name := range bad { // arguments differ with no result that does: the first that was called
		for _, c := range to.Calls {
			if c.Function == name {
				return &Split{Function: name, Statements: statements[name], Difference: "its arguments differ"}
			}
		}
	}
	return nil
}
