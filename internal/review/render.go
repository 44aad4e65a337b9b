package review

import (
	"fmt"
	"io"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/report"
)

// Formats are what Write knows.
func Formats() []string { return []string{"json", "markdown", "sarif", "text"} }

// Write renders a review.
func (r *Review) Write(w io.Writer, format string, o report.Options) error {
	added := *r.Checked.Result
	added.Findings, added.Work = r.New, nil
	switch format {
	case "sarif":
		return report.Write(w, "sarif", &added, o)
	case "markdown":
		_, err := io.WriteString(w, r.markdown())
		return err
	case "text":
		if len(r.New) > 0 {
			if err := report.Write(w, "text", &added, o); err != nil {
				return err
			}
			fmt.Fprintln(w)
		}
		_, err := io.WriteString(w, r.text())
		return err
	}
	return fmt.Errorf("unknown format %q: one of %s", format, strings.Join(Formats(), ", "))
}

// between names what is compared.
func (r *Review) between() string {
	if r.Head == "" {
		return "the working tree against " + r.Base
	}
	return r.Head + " against " + r.Base
}

// Sentence is the review in one line.
func (r *Review) Sentence() string {
	s := fmt.Sprintf("%s: %s added, %d mended; %s added", r.between(), report.Plural(len(r.New), "finding", "findings"), len(r.Mended), report.Plural(len(r.Changes), "effect", "effects"))
	if len(r.Packages) > 0 {
		s += "; " + report.Plural(len(r.Packages), "new package", "new packages")
	}
	if len(r.Names) > 0 {
		s += "; " + report.Plural(len(r.Names), "import that nothing brings", "imports that nothing brings")
	}
	return s
}

// title of a gain: "route GET /orders (shop.api.orders)".
func (g *Gain) title() string {
	s := g.Role + " " + g.Function
	switch {
	case g.Role == "import":
		s = g.Function
	case g.Detail != "":
		s = g.Role + " " + g.Detail + " (" + g.Function + ")"
	}
	if g.New {
		s = "new " + s
	}
	return s
}

func (c *Change) what() string {
	if c.Blocking {
		return c.Kind + ", blocking"
	}
	return c.Kind
}

func place(f diag.Frame) string {
	if f.Cell > 0 {
		return fmt.Sprintf("%s:cell %d:%d", f.File, f.Cell, f.Line)
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

// also names the other parts of the surface that gain the effect, a few by name.
func (c *Change) also() string {
	var names []string
	for i := range c.Gains[1:] {
		if i == 3 {
			names = append(names, fmt.Sprintf("%d more", len(c.Gains)-1-i))
			break
		}
		names = append(names, c.Gains[i+1].title())
	}
	return strings.Join(names, ", ")
}

func (r *Review) text() string {
	var b strings.Builder
	for i := range r.Changes {
		c := &r.Changes[i]
		g := &c.Gains[0]
		if c.weight() > 0 {
			fmt.Fprintf(&b, "%s:%d %s now does: %s (%s %s)\n\n", g.File, g.Line, g.title(), c.what(), place(c.Cause), c.Cause.Note)
			continue
		}
		fmt.Fprintf(&b, "%s:%d %s now does: %s\n", g.File, g.Line, g.title(), c.what())
		for _, f := range g.Witness {
			fmt.Fprintf(&b, "    %s %s %s\n", place(f), f.Function, f.Note)
		}
		if also := c.also(); also != "" {
			fmt.Fprintf(&b, "  also %s\n", also)
		}
		if len(g.Work) > 0 {
			fmt.Fprintf(&b, "  in %s\n", strings.Join(g.Work, ", "))
		}
		b.WriteByte('\n')
	}
	for i := range r.Packages {
		p := &r.Packages[i]
		fmt.Fprintf(&b, "%s:%d new package %s%s\n", p.File, p.Line, p.Name, p.remark())
	}
	for _, n := range r.Names {
		fmt.Fprintf(&b, "%s:%d import %s: %s\n", n.File, n.Line, n.Module, nothingBrings)
	}
	for _, m := range r.Mended {
		fmt.Fprintf(&b, "mended: %s\n", m.what())
	}
	if len(r.Packages)+len(r.Names)+len(r.Mended) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString(r.Sentence() + "\n")
	return b.String()
}

const nothingBrings = "neither this repository nor a dependency that it declares has that name"

// remark is what can be told of a new package without asking a registry.
func (p *Package) remark() string {
	var parts []string
	if p.Near != "" {
		parts = append(parts, "its name is one letter away from "+p.Near)
	}
	switch p.Files {
	case -1:
	case 0:
		parts = append(parts, "no file imports it")
	case 1:
		parts = append(parts, "one file imports it")
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, "; ")
}

func (m *Mended) what() string {
	s := strings.TrimSpace(m.Rule+" "+m.Name) + " in " + m.File
	if m.Function != "" {
		s += " (" + m.Function + ")"
	}
	return s
}

var escape = strings.NewReplacer("|", "\\|", "\n", " ", "<", "&lt;", "`", "'")

func (r *Review) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### Roadworthy review\n\n%s.\n", escape.Replace(r.Sentence()))
	if len(r.New) > 0 {
		b.WriteString("\n#### New findings\n\n| where | severity | rule | what | next step |\n|---|---|---|---|---|\n")
		for i := range r.New {
			f := &r.New[i]
			fmt.Fprintf(&b, "| `%s` | %s | %s %s | %s | %s |\n", place(diag.Frame{File: f.File, Line: f.Line, Cell: f.Cell}), f.Severity, f.Rule, f.Name, escape.Replace(f.Message), escape.Replace(f.Help))
		}
	}
	if len(r.Changes) > 0 {
		b.WriteString("\n#### New effects\n")
		for i := range r.Changes {
			c := &r.Changes[i]
			g := &c.Gains[0]
			fmt.Fprintf(&b, "\n- **%s** now does **%s**", escape.Replace(g.title()), c.what())
			if also := c.also(); also != "" {
				fmt.Fprintf(&b, " (also %s)", escape.Replace(also))
			}
			b.WriteByte('\n')
			if c.weight() > 0 {
				continue
			}
			for _, f := range g.Witness {
				fmt.Fprintf(&b, "  - `%s` %s %s\n", place(f), escape.Replace(f.Function), escape.Replace(f.Note))
			}
		}
	}
	if len(r.Packages) > 0 {
		b.WriteString("\n#### New packages\n\n")
		for i := range r.Packages {
			p := &r.Packages[i]
			fmt.Fprintf(&b, "- `%s` (`%s:%d`)%s\n", p.Name, p.File, p.Line, p.remark())
		}
	}
	if len(r.Names) > 0 {
		b.WriteString("\n#### Imports that nothing brings\n\n")
		for _, n := range r.Names {
			fmt.Fprintf(&b, "- `%s` (`%s:%d`): %s\n", n.Module, n.File, n.Line, nothingBrings)
		}
	}
	if len(r.Mended) > 0 {
		b.WriteString("\n#### Mended\n\n")
		for _, m := range r.Mended {
			fmt.Fprintf(&b, "- %s\n", escape.Replace(m.what()))
		}
	}
	return b.String()
}

// JSON is the stable form of a review.
type JSON struct {
	Version  int                  `json:"version"`
	Base     string               `json:"base"`
	Head     *string              `json:"head"` // null for the working tree
	Fixed    int                  `json:"fixed"`
	Findings []report.JSONFinding `json:"findings"`
	Effects  []JSONChange         `json:"effects"`
	Packages []JSONPackage        `json:"packages"`
	Names    []JSONName           `json:"names"`
	Mended   []JSONMended         `json:"mended"`
}

// JSONChange is an effect that the change adds.
type JSONChange struct {
	Kind     string     `json:"kind"`
	Blocking bool       `json:"blocking"`
	Cause    diag.Frame `json:"cause"`
	Gains    []JSONGain `json:"gains"`
}

// JSONGain is a part of the surface that gains it.
type JSONGain struct {
	Function string       `json:"function"`
	Role     string       `json:"role"`
	Route    string       `json:"route,omitempty"`
	New      bool         `json:"new"`
	File     string       `json:"file"`
	Line     int          `json:"line"`
	Work     []string     `json:"work"`
	Witness  []diag.Frame `json:"witness"`
}

// JSONPackage is a dependency that the change declares.
type JSONPackage struct {
	Name  string `json:"name"`
	File  string `json:"file"`
	Line  int    `json:"line"`
	Near  string `json:"near,omitempty"`
	Files int    `json:"files"` // that import it; -1 when its import names are not known
}

// JSONName is an import that nothing brings.
type JSONName struct {
	Module string `json:"module"`
	File   string `json:"file"`
	Line   int    `json:"line"`
}

// JSONMended is a finding that the change mends.
type JSONMended struct {
	Rule     string `json:"rule"`
	Name     string `json:"name"`
	File     string `json:"file"`
	Function string `json:"function"`
}

// JSON gives the review as data.
func (r *Review) JSON() *JSON {
	j := &JSON{Version: 1, Base: r.Base, Fixed: len(r.Mended), Findings: []report.JSONFinding{}, Effects: []JSONChange{}, Packages: []JSONPackage{}, Names: []JSONName{}, Mended: []JSONMended{}}
	if r.Head != "" {
		j.Head = &r.Head
	}
	for i := range r.New {
		j.Findings = append(j.Findings, report.ToJSON(&r.New[i]))
	}
	for i := range r.Changes {
		c := &r.Changes[i]
		x := JSONChange{c.Kind, c.Blocking, c.Cause, []JSONGain{}}
		for _, g := range c.Gains {
			x.Gains = append(x.Gains, JSONGain{g.Function, g.Role, g.Detail, g.New, g.File, g.Line, some(g.Work), some(g.Witness)})
		}
		j.Effects = append(j.Effects, x)
	}
	for _, p := range r.Packages {
		j.Packages = append(j.Packages, JSONPackage(p))
	}
	for _, n := range r.Names {
		j.Names = append(j.Names, JSONName(n))
	}
	for _, m := range r.Mended {
		j.Mended = append(j.Mended, JSONMended(m))
	}
	return j
}

// some is a list that is written as [] when it is empty.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
