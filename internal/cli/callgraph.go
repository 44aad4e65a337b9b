package cli

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

func init() { register(callgraphCommand) }

func callgraphCommand(s *streams) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "callgraph PATH…",
		Short: "Print who calls whom, in the form of PyCG's benchmark",
		Long: `Callgraph prints every function's callees. Module-level code is named by its module, lambdas are numbered in their
function (<lambda1>), what is outside the program is <builtin>.name or library.qualified.name.
With --format json: {"caller": ["callee", …], …}.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json"); err != nil {
				return err
			}
			oneShot(os.Getenv)
			graph := map[string][]string{}
			for _, path := range args {
				t, err := check.Load(cmd.Context(), path, check.Options{Sized: memoryFor(os.Getenv)})
				if err != nil {
					return err
				}
				tellFaults(s.err, t)
				callgraph(graph, t.Analyse(knowledge.Load()))
			}
			if format == "json" {
				return writeJSON(s.out, graph)
			}
			for _, k := range sortedKeys(graph) {
				for _, v := range graph[k] {
					fmt.Fprintf(s.out, "%s -> %s\n", k, v)
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// callgraph adds a program's calls to a graph.
func callgraph(graph map[string][]string, a *effects.Analysis) {
	names := make([]string, a.Funcs())
	for i := range names {
		names[i] = graphName(a, link.Func(i))
		switch a.Facts(link.Func(i)).Kind {
		case facts.Function, facts.Lambda, facts.ModuleBody:
			if graph[names[i]] == nil {
				graph[names[i]] = []string{}
			}
		}
	}
	seen := map[[2]string]bool{}
	add := func(from, to string) {
		if k := [2]string{from, to}; from != "" && to != "" && !seen[k] {
			seen[k] = true
			graph[from] = append(graph[from], to)
		}
	}
	for i := range a.Edges {
		e := &a.Edges[i]
		f := a.FuncOf(e.To)
		if k := a.Facts(f).Kind; k != facts.Function && k != facts.Lambda || e.Op.Pos == 0 && a.IsMain(e.From) {
			continue
		}
		if e.Mode == link.Consumed || e.Mode == link.Depended {
			continue
		}
		add(names[a.FuncOf(e.From)], names[f])
	}
	for i := range a.Calls {
		c := &a.Calls[i]
		add(names[a.Solution.FuncOf(c.From)], libraryName(c))
	}
	for _, v := range graph {
		sort.Strings(v)
	}
}

// graphName is a block's name as PyCG writes it: class bodies and generator expressions count as what holds them.
func graphName(a *effects.Analysis, f link.Func) string {
	fn := a.Facts(f)
	switch fn.Kind {
	case facts.ModuleBody:
		return a.FileOf(f).Module
	case facts.ClassBody, facts.GenExp:
		return graphName(a, a.Parent(f))
	}
	var parts []string
	for {
		fn := a.Facts(f)
		if fn.Kind == facts.ModuleBody {
			break
		}
		file := a.FileOf(f)
		switch fn.Kind {
		case facts.Lambda:
			n := 1
			first := uint32(file.FirstFunc())
			for k := uint32(1); k < uint32(f)-first; k++ {
				if o := &file.Facts.Funcs[k]; o.Kind == facts.Lambda && o.Parent == fn.Parent {
					n++
				}
			}
			parts = append(parts, fmt.Sprintf("<lambda%d>", n))
		case facts.GenExp:
		default:
			parts = append(parts, file.Facts.Str(fn.Name))
		}
		f = a.Parent(f)
	}
	parts = append(parts, a.FileOf(f).Module)
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, ".")
}

var builtinTypes = map[string]string{"str": "PyStr", "dict": "PyDict", "list": "PyList", "tuple": "PyTuple", "set": "PySet", "int": "PyNum", "float": "PyNum"}

// libraryName is the name of something outside the program as PyCG writes it.
func libraryName(c *link.LibraryCall) string {
	rest, ok := strings.CutPrefix(c.Path, "builtins.")
	if !ok {
		return c.Path
	}
	class, method, isMethod := strings.Cut(rest, ".")
	if isMethod {
		if t := builtinTypes[class]; t != "" {
			return "<**" + t + "**>." + method
		}
	}
	return "<builtin>." + rest
}
