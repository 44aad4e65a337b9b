package graduate

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/proof"
)

// Markdown is GRADUATION.md: what became of the notebook, what was left out and why, and how far the result is proved.
func (res *Result) Markdown(req Request) string {
	p := res.Plan
	var b strings.Builder
	fmt.Fprintf(&b, "# Graduation of %s\n\n", filepath.Base(req.Path))
	fmt.Fprintf(&b, "Owner: %s. Tier: %s.\n\n", req.Owner, req.Tier)
	fmt.Fprintf(&b, "The package `%s` computes what the notebook computed. `graduation.lock` leads from every cell and line to its place here and back.\n\n", p.Package)
	b.WriteString("## Steps\n\n| function | from cells | takes | gives |\n|---|---|---|---|\n")
	for k, s := range p.Segments {
		var in, out []string
		for _, x := range s.Params {
			in = append(in, "`"+p.param(x)+"`")
		}
		for _, r := range s.Returns {
			out = append(out, "`"+r.Name+"`")
		}
		mark := ""
		if res.Lock.Functions[k].Unproven {
			mark = " (unproven split)"
		}
		fmt.Fprintf(&b, "| `%s`%s | %s | %s | %s |\n", s.Function, mark, join(p.cellsOf(s)), strings.Join(in, ", "), strings.Join(out, ", "))
	}
	b.WriteString("\n## Outputs and proof\n\n")
	if res.Report == nil {
		b.WriteString("Nothing was run (`--no-run`): level L0. **Nothing is proved about what the package computes.**\n\n| output | kind |\n|---|---|\n")
		for _, o := range p.Outputs {
			fmt.Fprintf(&b, "| %s | %s |\n", outputName(o), o.Kind)
		}
	} else {
		res.proofTables(&b)
	}
	b.WriteString("\n## Assumptions\n\n")
	notes := append([]string{}, p.Notes...)
	if p.OrderNote != "" {
		notes = append(notes, p.OrderNote)
	}
	if ok, why := p.idempotent(); !ok {
		notes = append(notes, "not safe to repeat: "+why)
	} else {
		notes = append(notes, why)
	}
	if res.Graded != nil {
		c := res.Graded.Confinement
		notes = append(notes, fmt.Sprintf("run with Python %s; network: %s; writes: %s; clock: %s", res.Graded.Python, c.Network, c.Writes, c.Clock))
	}
	notes = append(notes, res.Undone...)
	for _, o := range p.Outputs {
		if o.Kind == "effect" {
			notes = append(notes, p.Where(p.Statements[o.Statements[0]])+" reaches something outside; what it does there is not compared")
		}
	}
	for _, n := range notes {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	if asides := res.Lock.SetAside; len(asides) > 0 {
		b.WriteString("\n## Set aside for the type checker\n\nThese lines are the notebook's own. The proof above says that they compute the same; the type checker cannot follow them as they stand, and each is\n" +
			"set aside for that one fault, by a comment `# type: ignore[…]`. Whoever changes such a line can take the comment away.\n\n| line | what the type checker says |\n|---|---|\n")
		for _, a := range asides {
			fmt.Fprintf(&b, "| %s:%d | %s [%s] |\n", a.File, a.Line, cell(a.Message), a.Code)
		}
	}
	if dropped := p.Dropped(); len(dropped) > 0 {
		b.WriteString("\n## Left out\n\nThese statements are not part of the package; those that only look at things are in `" + p.ExploreName() + "`.\n\n| where | statement | reason |\n|---|---|---|\n")
		for _, d := range dropped {
			fmt.Fprintf(&b, "| %s | `%s`%s | %s |\n", p.Where(d.Statement), cell(firstLine(d.Statement.Source)), cell(d.Statement.remark()), d.Reason)
		}
	}
	return b.String()
}

func (res *Result) proofTables(b *strings.Builder) {
	r := res.Report
	b.WriteString("| level | | result |\n|---|---|---|\n")
	for n, l := range r.Levels {
		fmt.Fprintf(b, "| L%d | %s | %s |\n", n, levelNames[n], cell(strings.TrimSuffix(string(l.State)+": "+l.Detail, ": ")))
	}
	b.WriteString("\n| output | kind | stability of the original | verdict |\n|---|---|---|---|\n")
	names := map[string]string{}
	for _, o := range res.Plan.Outputs {
		names[o.ID] = outputName(o)
	}
	for _, row := range r.Rows {
		name := row.Output
		if n := names[name]; n != "" {
			name = n
		}
		verdict := string(row.Verdict)
		if row.How != "" {
			verdict += " (" + row.How + ")"
		}
		if row.Difference != "" {
			verdict += ": " + row.Difference
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", cell(name), row.Kind, row.Stability, cell(verdict))
	}
	if len(r.Perturbations) > 0 {
		b.WriteString("\n| changed input | result |\n|---|---|\n")
		for _, x := range r.Perturbations {
			fmt.Fprintf(b, "| %s | %s |\n", cell(x.Name), cell(strings.TrimSuffix(string(x.State)+": "+x.Detail, ": ")))
		}
	}
	var survived []proof.Mutant
	for _, m := range r.Mutants {
		if m.State == proof.Survived {
			survived = append(survived, m)
		}
	}
	if len(survived) > 0 {
		b.WriteString("\nFaults planted on trial that no comparison noticed:\n\n")
		for _, m := range survived {
			fmt.Fprintf(b, "- %s:%d: %s\n", m.File, m.Line, m.What)
		}
	}
}

var levelNames = [8]string{"parses, types, lints", "runs to its end", "same files", "same chosen values", "same text, displays and figures", "same values at every function's boundary",
	"the same for changed inputs", "planted faults are noticed"}

func outputName(o *Output) string {
	switch {
	case o.Path != "":
		return "`" + o.Path + "`"
	case o.Name != "":
		return "`" + o.Name + "`"
	case o.segment != nil:
		return "text of `" + o.segment.Function + "`"
	}
	return o.ID
}

func join(list []int) string {
	var out []string
	for _, n := range list {
		out = append(out, fmt.Sprint(n))
	}
	return strings.Join(out, ", ")
}

// cell is text for a table of Markdown.
func cell(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "|", "\\|"), "\n", " ")
	if len(s) > 160 {
		s = s[:157] + "…"
	}
	return s
}
