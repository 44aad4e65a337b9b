package graduate

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
	"github.com/roadworthy-dev/roadworthy/internal/graduate/proof"
)

// packageOf is the package as the oracle runs it.
func (req Request) packageOf(res *Result, subject oracle.Program, dir string) oracle.Package {
	l := res.Lock
	pkg := oracle.Package{Dir: dir, Source: "src", Module: l.Package, Args: []string{"--config", "{project}/config.toml", "--directory", "{data}"},
		Root: subject.Root, DataDir: subject.Dir, Answers: subject.Answers, Env: subject.Env}
	if len(res.Plan.Loose) > 0 {
		pkg.Path = append([]string{path.Join(".", subject.Dir)}, subject.Path...)
	}
	for _, k := range res.Plan.Keys {
		if k.Env != "" {
			if text, ok := res.Plan.secretText(k); ok {
				pkg.Env = append(pkg.Env, k.Env+"="+text)
			}
		}
	}
	for _, f := range l.Functions {
		of := oracle.Function{Name: f.Name, Statements: f.Statements}
		for _, x := range f.Params {
			of.Params = append(of.Params, oracle.Boundary{Part: x.Name, Statement: x.At, Name: x.Source})
		}
		for _, r := range f.Returns {
			of.Returns = append(of.Returns, oracle.Boundary{Part: r.Part, Statement: f.Boundary, Name: r.Source})
		}
		pkg.Functions = append(pkg.Functions, of)
	}
	return pkg
}

// prove holds the package against the original.
func (req Request) prove(ctx context.Context, res *Result, subject oracle.Program, dir string, run oracle.Options, say func(string)) (*proof.Report, error) {
	l := res.Lock
	pkg := req.packageOf(res, subject, dir)
	s := proof.Subject{Original: subject, Graded: res.Graded, Package: pkg}
	for _, o := range l.Outputs {
		out := proof.Output{ID: o.ID, Statements: o.Statements, Function: o.Function, Part: o.Part, Stdout: o.Stdout, Name: o.Name, Label: o.Label}
		switch o.Kind {
		case "file":
			out.Kind, out.Name, out.File = oracle.File, o.File, o.File
		case "effect":
			continue // outside: nothing here can look at it
		case "stdout":
			out.Kind = oracle.Stdout
		case "display":
			out.Kind, out.Name = oracle.Display, o.Called
		case "figure":
			out.Kind, out.Name = oracle.Figure, ""
			for _, seen := range res.Graded.Observed {
				if seen.Kind == oracle.Figure && slices.Contains(o.Statements, seen.Statement) {
					out.Name = seen.ID
					break
				}
			}
		case "value":
			out.Kind = oracle.Bound
		}
		s.Outputs = append(s.Outputs, out)
	}
	say("proving")
	return proof.Prove(ctx, s, run, proof.Options{Level: req.Level, Mutants: req.Mutants, Progress: say})
}

// bisect undoes what the proof rejects: first the figures that functions make themselves, then the split that it found. The function whose inputs
// agree and whose result does not is joined with the one before it, or after it. done when there is nothing to undo, or nothing left to try.
func (res *Result) bisect(how *Options, round int) (what string, done bool) {
	first := res.Report.First
	if res.first == nil {
		res.first = first
	}
	if d := res.canvasDiffers(); d != "" {
		how.Pyplot = true
		return "figures are drawn with pyplot: " + d, false
	}
	if first == nil || round >= 4 {
		if first != nil {
			res.markUnproven(first.Function)
		}
		return "", true
	}
	segments := res.Plan.Segments
	at := slices.IndexFunc(segments, func(s *Segment) bool { return s.Function == first.Function })
	if at < 0 {
		return "", true
	}
	from, to := at, at
	switch {
	case at > 0:
		from = at - 1
	case at+1 < len(segments):
		to = at + 1
	default:
		res.markUnproven(first.Function)
		return "", true
	}
	a := segments[from].Statements
	b := segments[to].Statements
	id := func(i int) string { return res.Plan.Statements[i].ID }
	how.Glue = append(how.Glue, [2]string{id(a[0]), id(b[len(b)-1])})
	return fmt.Sprintf("a split was undone: %s (%s)", first.Function, first.Difference), false
}

// canvasDiffers is what a proof has against a function that makes its own figure, "" when it has nothing.
func (res *Result) canvasDiffers() string {
	p, report := res.Plan, res.Report
	own := set{} // functions, and the outputs that they make
	for _, s := range p.Segments {
		own[s.Function] = p.canvasIn(s) != nil
	}
	for _, o := range p.Outputs {
		own[o.ID] = o.segment != nil && own[o.segment.Function]
	}
	if f := report.First; f != nil && own[f.Function] {
		return f.Function + " (" + f.Difference + ")"
	}
	for _, r := range report.Rows {
		if own[r.Output] && (r.Verdict == proof.Different || r.Verdict == proof.Missing) {
			return r.Output + " (" + r.Difference + ")"
		}
	}
	if l := report.Levels[6]; l.State == proof.Failed && len(p.canvases) > 0 {
		return l.Detail
	}
	return ""
}

// comparisons are the levels that compare the package with the original, L1 to L6: L0 reads it, and L7 tries the comparisons themselves.
func (res *Result) comparisons() []proof.Level { return res.Report.Levels[1:7] }

// rejected is what the proof has against the package, "" when it has nothing.
func (res *Result) rejected() string {
	for _, l := range res.comparisons() {
		if l.State == proof.Failed {
			return l.Detail
		}
	}
	return ""
}

func (res *Result) markUnproven(function string) {
	for k := range res.Lock.Functions {
		if res.Lock.Functions[k].Name == function {
			res.Lock.Functions[k].Unproven = true
		}
	}
}

// firstDifference is the first output that is not the same.
func (res *Result) firstDifference() string {
	if l := res.Report.Levels[1]; l.State == proof.Failed {
		return l.Detail
	}
	for _, r := range res.Report.Rows {
		if r.Verdict == proof.Different || r.Verdict == proof.Missing {
			d := r.Output
			if r.Kind == oracle.Stdout {
				d += ": text"
			}
			if r.Difference != "" {
				d += ": " + r.Difference
			}
			if function, statements := res.begins(r.Output); function != "" {
				d += fmt.Sprintf(" (first in %s, of %s)", function, strings.Join(statements, ", "))
			}
			return d
		}
	}
	return ""
}

// begins is the function in which a difference begins: the first whose inputs agree and whose result does not, in the last proof or before its split
// was undone; else the one that makes the output.
func (res *Result) begins(output string) (function string, statements []string) {
	for _, f := range []*proof.Split{res.Report.First, res.first} {
		if f != nil {
			return f.Function, f.Statements
		}
	}
	for _, o := range res.Lock.Outputs {
		for _, f := range res.Lock.Functions {
			if o.ID == output && f.Name == o.Function {
				return f.Name, f.Statements
			}
		}
	}
	return "", nil
}

func (p *Plan) secretText(k *Key) (string, bool) {
	if k.secret != "" {
		return k.secret, true
	}
	_, value := p.constant(k.Statement)
	if value == nil {
		return "", false
	}
	return p.File.ConstString(value)
}
