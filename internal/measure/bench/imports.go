package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/proc"
)

// An Import is one module as `python -X importtime` saw it, with the modules it imported first.
type Import struct {
	Module string        `json:"module"`
	Self   time.Duration `json:"self_ns"`
	Total  time.Duration `json:"total_ns"`
	Below  []*Import     `json:"below,omitempty"`
}

// ParseImportTime reads what `-X importtime` writes to the error output. A line is
//
//	import time:       120 |        560 |   json.decoder
//
// with self and cumulative microseconds; two spaces more of indentation are one level deeper, and a module comes after what it
// imported. Other lines are the program's own.
func ParseImportTime(text string) []*Import {
	pending := map[int][]*Import{} // by depth: finished modules that wait for the one that imported them
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "import time:")
		if !ok {
			continue
		}
		parts := strings.SplitN(rest, "|", 3)
		if len(parts) != 3 {
			continue
		}
		self, err1 := strconv.ParseInt(strings.TrimSpace(parts[0]), 10, 64)
		total, err2 := strconv.ParseInt(strings.TrimSpace(parts[1]), 10, 64)
		if err1 != nil || err2 != nil { // the heading
			continue
		}
		name := strings.TrimLeft(parts[2], " ")
		depth := (len(parts[2]) - len(name) - 1) / 2
		node := &Import{Module: strings.TrimSpace(name), Self: time.Duration(self) * time.Microsecond, Total: time.Duration(total) * time.Microsecond}
		node.Below = pending[depth+1]
		delete(pending, depth+1)
		pending[depth] = append(pending[depth], node)
	}
	return pending[0]
}

// ImportTree runs the command's interpreter with -X importtime, several times in fresh processes, and returns the run with the least
// total: waiting can only add. The bytecode cache is warm after the first run, which is not counted.
func ImportTree(ctx context.Context, a Arm, env []string, runs int) ([]*Import, error) {
	if len(a.Argv) == 0 || !LooksLikePython(a.Argv[0]) {
		return nil, fmt.Errorf("import tree of %s: the command does not start with `python`", a.Name)
	}
	dir, err := os.MkdirTemp("", "roadworthy-import-")
	if err != nil {
		return nil, fmt.Errorf("import tree: %w", err)
	}
	defer os.RemoveAll(dir)
	argv := append([]string{a.Argv[0], "-X", "importtime"}, a.Argv[1:]...)
	for _, k := range sortedKeys(a.Env) {
		env = append(env, k+"="+a.Env[k])
	}
	var best []*Import
	var least time.Duration
	for i := range runs + 1 {
		stderr := filepath.Join(dir, "stderr")
		s, err := proc.Run(ctx, proc.Command{Argv: argv, Dir: a.Dir, Env: env, Stderr: stderr, Limit: 5 * time.Minute})
		if err != nil {
			return nil, err
		}
		if !s.OK() {
			return nil, &FailedError{Arm: a.Name, Output: failure(s, stderr)}
		}
		if i == 0 {
			continue
		}
		b, err := os.ReadFile(stderr)
		if err != nil {
			return nil, fmt.Errorf("import tree: %w", err)
		}
		tree := ParseImportTime(string(b))
		if total := importTotal(tree); best == nil || total < least {
			best, least = tree, total
		}
	}
	return best, nil
}

func importTotal(tree []*Import) (d time.Duration) {
	for _, n := range tree {
		d += n.Total
	}
	return d
}

// ImportText writes the tree, dearest first, without what costs less than a fiftieth of the whole.
func ImportText(w io.Writer, name string, tree []*Import) {
	total := importTotal(tree)
	fmt.Fprintf(w, "imports of %s: %s in all (bytecode cache warm)\n", name, Value(float64(total), "ns"))
	var walk func(ns []*Import, depth int)
	walk = func(ns []*Import, depth int) {
		ns = slices.Clone(ns)
		slices.SortStableFunc(ns, func(a, b *Import) int { return int(b.Total - a.Total) })
		var hidden time.Duration
		var count int
		for _, n := range ns {
			if n.Total < total/50 || depth > 6 {
				hidden += n.Total
				count++
				continue
			}
			fmt.Fprintf(w, "  %10s %10s self  %s%s\n", Value(float64(n.Total), "ns"), Value(float64(n.Self), "ns"), strings.Repeat("  ", depth), n.Module)
			walk(n.Below, depth+1)
		}
		if count > 0 && hidden >= total/50 {
			fmt.Fprintf(w, "  %10s %15s  %s%d smaller ones\n", Value(float64(hidden), "ns"), "", strings.Repeat("  ", depth), count)
		}
	}
	walk(tree, 0)
}
