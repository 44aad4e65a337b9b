package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

func init() { register(effectsCommand) }

func effectsCommand(s *streams) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "effects PATH [QUALNAME]",
		Short: "Show what every function does beyond its return value, with the calls that prove it",
		Long: `Effects lists, for every function and module below PATH, what it does beyond computing its return value:
reach the network, query a database, read a file, block, log, … and the chain of calls that proves each.
With QUALNAME (a dotted name, or the end of one) only the functions of that name are shown.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json"); err != nil {
				return err
			}
			t, a, err := analyse(cmd, args[0])
			if err != nil {
				return err
			}
			want := ""
			if len(args) > 1 {
				want = args[1]
			}
			r := effectsOf(t, a, want)
			if want != "" && len(r.Functions) == 0 && len(r.Modules) == 0 {
				return &Hint{fmt.Errorf("no function or module %s below %s", want, args[0]), nearName(a, want)}
			}
			tellFaults(s.err, t)
			if format == "json" {
				return writeJSON(s.out, r)
			}
			r.text(s.out, want != "")
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

// oneOf checks an enumerated flag.
func oneOf(flag, value string, allowed ...string) error {
	for _, a := range allowed {
		if a == value {
			return nil
		}
	}
	return &Hint{fmt.Errorf("--%s %s is not known", flag, value), "one of " + strings.Join(allowed, ", ")}
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(v)
}

// analyse loads and solves a tree.
func analyse(cmd *cobra.Command, path string) (*check.Tree, *effects.Analysis, error) {
	oneShot(os.Getenv)
	t, err := check.Load(cmd.Context(), path, check.Options{Sized: memoryFor(os.Getenv)})
	if err != nil {
		return nil, nil, err
	}
	return t, t.Analyse(knowledge.Load()), nil
}

type effectsReport struct {
	Version   int              `json:"version"`
	Functions []functionReport `json:"functions"`
	Modules   []moduleReport   `json:"modules"`
}

type functionReport struct {
	Function string         `json:"function"`
	File     string         `json:"file"`
	Line     int            `json:"line"`
	Cell     int            `json:"cell,omitempty"`
	Async    bool           `json:"async"`
	Effects  []effectReport `json:"effects"`
}

type moduleReport struct {
	Module  string         `json:"module"`
	File    string         `json:"file"`
	Effects []effectReport `json:"effects"`
}

type effectReport struct {
	Kind      string         `json:"kind"`
	Blocking  bool           `json:"blocking"`
	Certainty string         `json:"certainty"`
	Line      int            `json:"line"` // in the function itself: where the effect enters
	Witness   []witnessFrame `json:"witness"`
}

type witnessFrame struct {
	Function string `json:"function"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Cell     int    `json:"cell,omitempty"`
	Does     string `json:"note"`
}

func effectsOf(t *check.Tree, a *effects.Analysis, want string) *effectsReport {
	r := &effectsReport{Version: 1, Functions: []functionReport{}, Modules: []moduleReport{}}
	instances := a.InstancesOf()
	for i := range a.Funcs() {
		f := link.Func(i)
		fn := a.Facts(f)
		file := a.FileOf(f)
		name := a.Name(f)
		if want != "" && name != want && !strings.HasSuffix(name, "."+want) {
			continue
		}
		switch fn.Kind {
		case facts.Function:
			line, cell := file.Facts.Place(fn.NamePos)
			r.Functions = append(r.Functions, functionReport{name, file.Path, line, cell, fn.Flags&facts.FuncAsync != 0, effectReports(a, instances[i])})
		case facts.ModuleBody:
			r.Modules = append(r.Modules, moduleReport{name, file.Path, effectReports(a, instances[i])})
		}
	}
	slices.SortStableFunc(r.Functions, func(x, y functionReport) int {
		return cmp.Or(strings.Compare(x.File, y.File), cmp.Compare(x.Cell, y.Cell), cmp.Compare(x.Line, y.Line))
	})
	return r
}

func effectReports(a *effects.Analysis, nodes []effects.Node) []effectReport {
	out := []effectReport{}
	for _, e := range a.Of(nodes...) {
		er := effectReport{Kind: e.Kind.String(), Blocking: e.Blocking, Certainty: e.Certainty.String(), Witness: []witnessFrame{}}
		for i, st := range e.Steps {
			fr := a.Frame(st)
			if i == 0 {
				er.Line = fr.Line
				if len(e.Steps) > 1 {
					continue // the witness starts below the function itself
				}
			}
			er.Witness = append(er.Witness, witnessFrame{fr.Function, fr.File, fr.Line, fr.Cell, fr.Note})
		}
		out = append(out, er)
	}
	return out
}

// text writes the report; asked says that a name was asked for, so that one without effects is worth a line as well.
func (r *effectsReport) text(w io.Writer, asked bool) {
	for _, f := range r.Functions {
		if len(f.Effects) == 0 && !asked {
			continue
		}
		fmt.Fprintf(w, "%s %s\n", lineOf(f.File, f.Line, f.Cell), f.Function)
		textEffects(w, f.Effects)
	}
	for _, m := range r.Modules {
		if len(m.Effects) == 0 && !asked {
			continue
		}
		fmt.Fprintf(w, "%s (at import)\n", m.File)
		textEffects(w, m.Effects)
	}
}

// nearName says what to ask for instead of a name that no function or module has.
func nearName(a *effects.Analysis, want string) string {
	if strings.Contains(want, "<lambda>") {
		return "a lambda's effects belong to the function that calls it: ask for that one"
	}
	var inside []string
	for i := range a.Funcs() {
		f := link.Func(i)
		if name := a.Name(f); a.Facts(f).Kind == facts.Function && (strings.HasPrefix(name, want+".") || strings.Contains(name, "."+want+".")) {
			inside = append(inside, name)
		}
	}
	slices.Sort(inside)
	if inside = slices.Compact(inside); len(inside) > 0 {
		more := ""
		if len(inside) > 4 {
			inside, more = inside[:4], ", …"
		}
		return "it holds functions; ask for one of them: " + strings.Join(inside, ", ") + more
	}
	return "names are dotted, from the import root: package.module.Class.method"
}

// maxFaultsTold bounds the lines about files that could not be read whole.
const maxFaultsTold = 5

// tellFaults says which files were read in part or not at all, since what is shown then lacks what they do.
func tellFaults(w io.Writer, t *check.Tree) {
	found := 0
	tell := func(format string, args ...any) {
		if found++; found <= maxFaultsTold {
			fmt.Fprintf(w, "roadworthy: "+format+"\n", args...)
		}
	}
	for i := range t.Problems {
		p := &t.Problems[i]
		tell("%s: %s", p.Path, p.Message)
	}
	for i := range t.Files {
		f := &t.Files[i]
		if f.Facts == nil || len(f.Facts.Faults) == 0 {
			continue
		}
		x := &f.Facts.Faults[0]
		line, cell := int(x.Line), int(x.Cell)
		if line == 0 {
			line, cell = f.Facts.Place(x.Span.Start)
		}
		tell("%s: %s; the rest of the file counts", lineOf(f.Path, line, cell), x.Message)
	}
	if found > maxFaultsTold {
		fmt.Fprintf(w, "roadworthy: and %d more files; `roadworthy check` lists them all\n", found-maxFaultsTold)
	}
}

// lineOf names a line of a file, or of a notebook's cell.
func lineOf(file string, line, cell int) string {
	if cell > 0 {
		return fmt.Sprintf("%s:cell %d:%d", file, cell, line)
	}
	return fmt.Sprintf("%s:%d", file, line)
}

func textEffects(w io.Writer, es []effectReport) {
	if len(es) == 0 {
		fmt.Fprintln(w, "  no effects")
	}
	for _, e := range es {
		how := ""
		if e.Blocking {
			how = ", blocking"
		}
		if e.Certainty != diag.Proved.String() {
			how += ", " + e.Certainty
		}
		fmt.Fprintf(w, "  %s%s (line %d)\n", e.Kind, how, e.Line)
		for _, fr := range e.Witness {
			fmt.Fprintf(w, "    %s %s %s\n", lineOf(fr.File, fr.Line, fr.Cell), fr.Function, fr.Does)
		}
	}
}
