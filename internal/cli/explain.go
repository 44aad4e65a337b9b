package cli

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/report"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

func init() { register(explainCommand) }

type explainReport struct {
	Version   int            `json:"version"`
	Functions []explainedOne `json:"functions"`
	Modules   []moduleReport `json:"modules,omitempty"`
}

type explainedOne struct {
	functionReport
	Work []string `json:"work"` // that reaches it
}

func explainCommand(s *streams) *cobra.Command {
	var format, path string
	c := &cobra.Command{
		Use:   "explain RULE | FUNCTION",
		Short: "Show a rule's page, or what a function does, with the calls that prove it",
		Long: `Explain shows the page of a rule, named by its code or name; or the effects of a function below --path, each with its
witness, and the work that reaches it. A function is named as roadworthy effects does, or by the end of that name.`,
		Example: `  roadworthy explain RW101
  roadworthy explain blocking-call-in-async
  roadworthy explain orders.place_order`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json"); err != nil {
				return err
			}
			if r, ok := rule.Find(args[0]); ok {
				return explainRule(s, r, format)
			}
			if looksLikeRule(args[0]) {
				return &Hint{fmt.Errorf("no rule %s", args[0]), nearestOf(args[0], ruleNames())}
			}
			return explainFunction(cmd, s, path, args[0], format)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	c.Flags().StringVar(&path, "path", ".", "the directory whose functions are meant")
	return c
}

func looksLikeRule(name string) bool {
	return strings.Contains(name, "-") && !strings.Contains(name, ".") ||
		len(name) == 5 && strings.EqualFold(name[:2], "RW") && strings.Trim(name[2:], "0123456789") == ""
}

func ruleNames() []string {
	var out []string
	for _, r := range rule.All() {
		out = append(out, r.Code, r.Name)
	}
	return out
}

func explainRule(s *streams, r *rule.Rule, format string) error {
	text, err := r.Doc.Text()
	if err != nil {
		return err
	}
	if format == "json" {
		page, err := r.Doc.Page()
		if err != nil {
			return err
		}
		return writeJSON(s.out, map[string]any{"version": 1, "rule": r.Code, "name": r.Name, "family": r.Family, "since": r.Since, "summary": page.Summary, "markdown": text})
	}
	fmt.Fprintf(s.out, "%s, since %s\n\n", r.Code, r.Since)
	return report.Page(s.out, rule.Plain(text), report.Options{Width: width(), Color: report.Color(s.out, os.Getenv)})
}

func explainFunction(cmd *cobra.Command, s *streams, path, name, format string) error {
	t, err := check.Load(cmd.Context(), path, check.Options{Cache: cacheDir(false)})
	if err != nil {
		return err
	}
	a := t.Analyse(knowledge.Load())
	all := effectsOf(t, a, name)
	if len(all.Functions) == 0 && len(all.Modules) == 0 {
		return &Hint{fmt.Errorf("no rule and no function below %s is called %s", path, name), nearestOf(name, append(ruleNames(), functionNames(a)...))}
	}
	inv := inventory.Build(a, t.Project, t.Layout, t.Config)
	r := &explainReport{Version: 1, Functions: []explainedOne{}, Modules: all.Modules}
	reach := reachedBy(a, inv, all.Functions)
	for i, f := range all.Functions {
		r.Functions = append(r.Functions, explainedOne{f, reach[i]})
	}
	if format == "json" {
		return writeJSON(s.out, r)
	}
	for i := range r.Functions {
		f := &r.Functions[i]
		kind := ""
		if f.Async {
			kind = "async "
		}
		fmt.Fprintf(s.out, "%s:%d %s%s\n", f.File, f.Line, kind, f.Function)
		if len(f.Work) > 0 {
			fmt.Fprintf(s.out, "  reached by %s\n", strings.Join(f.Work, ", "))
		} else {
			fmt.Fprintln(s.out, "  no work reaches it")
		}
		if len(f.Effects) == 0 {
			fmt.Fprintln(s.out, "  no effects: it only computes, as far as every call in it is known")
		}
		textEffects(s.out, f.Effects)
	}
	for _, m := range r.Modules {
		fmt.Fprintf(s.out, "%s (at import)\n", m.File)
		if len(m.Effects) == 0 {
			fmt.Fprintln(s.out, "  no effects")
		}
		textEffects(s.out, m.Effects)
	}
	return nil
}

// reachedBy is the work that reaches each function.
func reachedBy(a *effects.Analysis, inv *inventory.Inventory, functions []functionReport) [][]string {
	out := make([][]string, len(functions))
	instances := a.InstancesOf()
	type key struct {
		name, file string
		line, cell int
	}
	at := map[key]int{}
	for i, f := range functions {
		out[i] = []string{}
		at[key{f.Function, f.File, f.Line, f.Cell}] = i
	}
	for i := range a.Funcs() {
		f := link.Func(i)
		fn := a.Facts(f)
		if fn.Kind != facts.Function {
			continue
		}
		line, cell := a.FileOf(f).Facts.Place(fn.NamePos)
		k, ok := at[key{a.Name(f), a.FileOf(f).Path, line, cell}]
		if !ok {
			continue
		}
		for _, n := range instances[f] {
			for _, w := range inv.Reaching(n) {
				out[k] = append(out[k], w.Name)
			}
		}
		slices.Sort(out[k])
		out[k] = slices.Compact(out[k])
	}
	return out
}

func functionNames(a *effects.Analysis) []string {
	var out []string
	for i := range a.Funcs() {
		if a.Facts(link.Func(i)).Kind == facts.Function {
			out = append(out, a.Name(link.Func(i)))
		}
	}
	return out
}

// nearestOf names up to three of the names that are most like one, as a next step. A dotted name is compared with ends of
// names that have as many parts.
func nearestOf(name string, names []string) string {
	type near struct {
		name string
		away int
	}
	parts := strings.Count(name, ".")
	want := strings.ToLower(name)
	var list []near
	seen := map[string]bool{}
	for _, n := range names {
		tail := n
		for strings.Count(tail, ".") > parts {
			_, tail, _ = strings.Cut(tail, ".")
		}
		if abs(len(tail)-len(want)) > 3 {
			continue
		}
		if d := distance(want, strings.ToLower(tail)); d <= max(2, len(want)/3) && !seen[n] {
			seen[n] = true
			list = append(list, near{n, d})
		}
	}
	if len(list) == 0 {
		return "roadworthy policy lists the rules, roadworthy effects PATH the functions"
	}
	slices.SortStableFunc(list, func(a, b near) int { return cmp.Or(a.away-b.away, strings.Compare(a.name, b.name)) })
	var out []string
	for _, n := range list[:min(3, len(list))] {
		out = append(out, n.name)
	}
	return "did you mean " + strings.Join(out, ", ") + "?"
}

func abs(n int) int { return max(n, -n) }

// distance is the least number of insertions, deletions and replacements that make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			next := diagonal
			if a[i] != b[j] {
				next = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
