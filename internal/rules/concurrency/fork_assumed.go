package concurrency

import (
	"fmt"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW863", Name: "fork-taken-for-granted", Since: "0.1", Family: "concurrency", Severity: rule.Unproven,
	Doc: docs.Read("fork_assumed.md"), Check: forkAssumed,
})

// forkAssumed looks for processes that can be started by fork only: with a function that cannot be pickled, or while their own
// main module is still being imported. Python 3.14 starts processes by forkserver on Linux; macOS and Windows use spawn.
func forkAssumed(p *rule.Pass) {
	for i := range p.Calls {
		c := &p.Calls[i]
		if c.Path == "multiprocessing.set_start_method" || c.Path == "multiprocessing.get_context" || rule.HasPrefix(c.Path, "multiprocessing.context.BaseContext.set_start_method", "multiprocessing.context.BaseContext.get_context") {
			return // the program chooses
		}
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var once rule.Once
	for i := range p.Edges {
		e := &p.Edges[i]
		if e.Mode != link.Started || e.Certainty != diag.Proved || p.File(e.From).Test || p.File(e.From).Facts.Notebook != nil || !processes(p, e) {
			continue
		}
		f, g := p.FuncOf(e.From), p.FuncOf(e.To)
		why := ""
		switch fn := p.Facts(g); {
		case fn.Kind == facts.Lambda:
			why = "a lambda, which cannot be pickled"
		case p.Facts(p.Parent(g)).Kind == facts.Function && !wraps(flow, g):
			why = "`" + p.Short(g) + "`, a function inside a function, which cannot be pickled"
		case p.Facts(f).Kind == facts.ModuleBody && !p.IsMain(e.From):
			why = "`" + p.Short(g) + "` while the module itself is imported, which the new process does again"
		}
		if why == "" {
			continue
		}
		x := p.At(f, e.Op)
		x.Message = fmt.Sprintf("the process runs %s: this works by fork only, and Python 3.14 no longer forks by default, nor do macOS and Windows", why)
		x.Help = "use a function of the module, start it below `if __name__ == \"__main__\":`, and pass what it needs as arguments"
		x.Witness = p.Frames([]effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}})
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.File(e.From).Index, e.Op.Pos)
		once.Report(p, x)
	}
}

// wraps: the function has the name of the one that it was made around, by which pickle finds it in its module.
func wraps(flow *rule.Flow, f link.Func) bool {
	return slices.ContainsFunc(flow.Decorations(f), func(d rule.Decoration) bool {
		return d.Path == "functools.wraps" || d.Path == "wrapt.decorator" || d.Path == "decorator.decorator"
	})
}

func processes(p *rule.Pass, e *effects.Edge) bool {
	for _, i := range p.CallsAt(e.Op) {
		c := &p.Calls[i]
		for _, at := range []string{c.Path, c.ReceiverPath()} {
			if rule.HasPrefix(at, "multiprocessing") && !rule.HasPrefix(at, "multiprocessing.dummy", "multiprocessing.pool.ThreadPool") {
				return true
			}
		}
	}
	return false
}
