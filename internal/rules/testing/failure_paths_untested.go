package testing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW707", Name: "failure-paths-without-a-test", Since: "0.1", Family: "testing",
	// Nothing is broken yet.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Note, CustomerFacing: diag.Note},
	Doc:      docs.Read("failure_paths_untested.md"), Check: failurePathsWithoutTest,
	Applies: func(_ *rule.Pass, w *inventory.Work) bool {
		return w.File >= 0 && (byCall(w.Kind) || w.Kind == project.KindService || w.Kind == project.KindAIApp)
	},
})

// byCall: a test comes to work of this kind by calling its functions; to a service it comes over HTTP, which no call shows.
func byCall(k project.Kind) bool {
	return k == project.KindJob || k == project.KindScript || k == project.KindCLI || k == project.KindPipeline
}

// Work must have this many functions that deal with a failure, and the repository this many files of tests, before it says
// something that no test comes to any of them.
const (
	enoughFailures = 3
	enoughTests    = 3
)

func failurePathsWithoutTest(p *rule.Pass) {
	if p.Inventory == nil {
		return
	}
	entryFailures(p)
	tests := 0
	for _, f := range p.Files {
		if f.Test {
			tests++
		}
	}
	if tests < enoughTests {
		return
	}
	tested := reachedByTests(p)
	named := namedByTests(p)
	for i, w := range p.Inventory.Work {
		if w.File < 0 || !byCall(w.Kind) || p.Files[w.File].Test || elsewhere(p.Files[w.File].Path) {
			continue
		}
		var without []link.Func
		some, any := false, false
		p.Inventory.Each(i, func(n effects.Node) {
			f := p.FuncOf(n)
			file, fn := p.FileOf(f), p.Facts(f)
			if file.Test || fn.Kind != facts.Function || slices.Contains(without, f) {
				return
			}
			any = any || tested[f]
			if !dealsWithFailure(file, fn) {
				return
			}
			if tested[f] || named[file.Facts.Str(fn.Name)] || named[p.Name(f)] {
				some = true
				return
			}
			without = append(without, f)
		})
		// Work that no test comes to at all is the matter of another rule.
		if some || !any || len(without) < enoughFailures || startedByTests(p, p.Files[w.File]) {
			continue
		}
		slices.Sort(without)
		f := without[0]
		x := p.AtName(f)
		x.Message = fmt.Sprintf("`%s` deals with failures in %d functions (`%s` and others), and no test comes to any of them, though tests come to the rest of it", w.Name, len(without), p.Short(f))
		x.Help = "let a test make what is called there fail (a fake that raises), and look at what the work does then"
		for _, g := range without[:min(len(without), 8)] {
			at := p.AtName(g)
			x.Witness = append(x.Witness, diag.Frame{Function: p.Name(g), File: at.File, Line: at.Line, Cell: at.Cell, Note: "handles a failure"})
		}
		x.Group = p.Rule.Code + ":" + p.Name(f)
		p.Report(x)
	}
}

// startedByTests: a text of a test names the work's file or module, as one that starts it with a command does.
func startedByTests(p *rule.Pass, w *link.File) bool {
	base := strings.TrimSuffix(w.Path[strings.LastIndexByte(w.Path, '/')+1:], ".py")
	for _, f := range p.Files {
		if f.Test && slices.ContainsFunc(f.Facts.Strings, func(s string) bool {
			return s == base || strings.Contains(s, base+".py") || strings.Contains(s, w.Module+" ")
		}) {
			return true
		}
	}
	return false
}

// dealsWithFailure: the function has a handler that does something: more than pass and more than raise again.
func dealsWithFailure(file *link.File, fn *facts.Func) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		found := false
		rule.Around(file, op, func(c *facts.Ctx) bool {
			if c.Kind == facts.CtxHandler {
				b := file.Facts.Tries[c.B].Handlers[c.C].Body
				found = found || b&facts.HandlerPass == 0 && op.Code == facts.Call
			}
			return !found
		})
		if found {
			return true
		}
	}
	return false
}

// reachedByTests are the functions that a test comes to by any kind of call.
func reachedByTests(p *rule.Pass) map[link.Func]bool { return reachedFrom(p, testNodes(p)) }

func testNodes(p *rule.Pass) []effects.Node {
	var out []effects.Node
	for n := range effects.Node(p.Nodes()) {
		if p.File(n).Test {
			out = append(out, n)
		}
	}
	return out
}

// reachedFrom are the functions that any kind of call leads to from some nodes, and those of the nodes.
func reachedFrom(p *rule.Pass, queue []effects.Node) map[link.Func]bool {
	out := map[link.Func]bool{}
	seen := make([]bool, p.Nodes())
	for _, n := range queue {
		seen[n] = true
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		out[p.FuncOf(n)] = true
		for _, i := range p.OutEdges(n) {
			if e := &p.Edges[i]; e.Mode != link.Imported && !seen[e.To] {
				seen[e.To] = true
				queue = append(queue, e.To)
			}
		}
	}
	return out
}
