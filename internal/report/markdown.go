package report

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes the report for a pull request: what stands how, then each finding, its witness folded in.
func Markdown(w io.Writer, r *Result, _ Options) error {
	var b strings.Builder
	n := count(r.Findings)
	b.WriteString("## Roadworthy: " + sentence(n, r.Stats) + "\n\n")
	if len(r.Work) > 0 {
		b.WriteString("| work | kind | tier | verdict | errors | warnings | notes |\n|---|---|---|---|--:|--:|--:|\n")
		mine := r.byWork()
		for _, k := range r.byAttention() {
			verdict := k.Verdict
			if verdict == NotRoadworthy {
				verdict = "**" + verdict + "**"
			}
			if u := k.state(Unknown); u > 0 {
				verdict += fmt.Sprintf(" (%s)", Plural(u, "guardrail unknown", "guardrails unknown"))
			}
			tier := k.Tier.Value
			if !k.Tier.Declared {
				tier += " (inferred)"
			}
			c := tally(mine[k.Name])
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %d | %d | %d |\n", cell(k.Name), k.Kind, tier, verdict, c.errors, c.warnings, c.notes)
		}
		b.WriteByte('\n')
	}
	for _, f := range r.bySeverity() {
		fmt.Fprintf(&b, "### %s %s %s\n\n%s\n\n%s\n\n", f.Severity, f.Rule, f.Name, code(place(f.File, f.Cell, f.Line, f.Column)), prose(f.Message))
		if s := steps(f); len(s) > 0 {
			fmt.Fprintf(&b, "<details><summary>%s</summary>\n\n", Plural(len(s), "step", "steps"))
			for j, s := range s {
				note := ""
				if s.Note != "" {
					note = ": " + prose(s.Note)
				}
				fmt.Fprintf(&b, "%d. %s in %s%s\n", j+1, code(s.Function), code(place(s.File, s.Cell, s.Line, 0)), note)
			}
			b.WriteString("\n</details>\n\n")
		}
		if why := likely(f); why != "" {
			b.WriteString(strings.ToUpper(why[:1]) + why[1:] + ".\n\n")
		}
		if f.Also > 0 {
			fmt.Fprintf(&b, "+%d more with the same cause.\n\n", f.Also)
		}
		if f.Help != "" {
			fmt.Fprintf(&b, "**Next:** %s (`roadworthy explain %s`)\n\n", prose(f.Help), f.Rule)
		}
	}
	_, err := io.WriteString(w, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}

// code is s as a code span, whatever backticks it holds.
func code(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if fence != "`" {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}

// prose is text whose code spans stay and whose other markup does nothing.
func prose(s string) string {
	parts := strings.Split(strings.Join(strings.Fields(s), " "), "`")
	escape := strings.NewReplacer("<", "&lt;", ">", "&gt;", "*", "\\*", "_", "\\_", "[", "\\[", "|", "\\|", "@", "@\u200b")
	for i := range parts {
		if i%2 == 0 || i == len(parts)-1 { // outside backticks, or after one that is not closed
			parts[i] = escape.Replace(parts[i])
		}
	}
	return strings.Join(parts, "`")
}

func cell(s string) string { return strings.ReplaceAll(prose(s), "\n", " ") }
