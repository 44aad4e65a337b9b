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

// forkAssumed looks for processes that can be started by fork only: with a function that cannot be pickled, with values that the parent has
// put into its own variables, or while their own main module is still being imported. Python 3.14 starts processes by forkserver on Linux; macOS
// and Windows use spawn.
func forkAssumed(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	own, everywhere := startMethods(p, flow)
	if everywhere {
		return // the program chooses
	}
	var once rule.Once
	for i := range p.Edges {
		e := &p.Edges[i]
		if e.Mode != link.Started && e.Mode != link.Offloaded || e.Certainty != diag.Proved || p.File(e.From).Test || p.File(e.From).Facts.Notebook != nil {
			continue
		}
		f, g := p.FuncOf(e.From), p.FuncOf(e.To)
		pool := e.Mode == link.Offloaded
		if own[f] || pool && !pools(p, e) || !pool && !processes(p, e) {
			continue
		}
		what, says := "", ""
		by := "this works by fork only, and Python 3.14 no longer forks by default, nor do macOS and Windows"
		switch fn := p.Facts(g); {
		case fn.Kind == facts.Lambda:
			what = "a lambda, which cannot be pickled"
		case p.Facts(p.Parent(g)).Kind == facts.Function && !wraps(flow, g):
			what = "`" + p.Short(g) + "`, a function inside a function, which cannot be pickled"
		case !pool && p.Facts(f).Kind == facts.ModuleBody && !p.IsMain(e.From):
			what = "`" + p.Short(g) + "` while the module itself is imported, which the new process does again"
		default:
			if name := filled(p, f, e.Op, g); name != "" && !initialised(p, f) {
				says = fmt.Sprintf("`%s` reads `%s`, which `%s` has filled in this process: the new one has it by fork only, and Python 3.14 no longer forks by default, nor do macOS and Windows", p.Short(g), name, p.Short(f))
			}
		}
		if pool && what != "" {
			by = "a pool pickles what it runs, so every call of it fails"
		}
		if what != "" {
			says = "the process runs " + what + ": " + by
		}
		if says == "" {
			continue
		}
		x := p.At(f, e.Op)
		x.Message = says
		x.Help = "use a function of the module, start it below `if __name__ == \"__main__\":`, and pass what it needs as arguments"
		x.Witness = p.Frames([]effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}})
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.File(e.From).Index, e.Op.Pos)
		once.Report(p, x)
	}
	forksThreads(p, &once)
}

// startMethods are the functions that choose how their processes start; everywhere is true where one of them may choose for others.
func startMethods(p *rule.Pass, flow *rule.Flow) (own map[link.Func]bool, everywhere bool) {
	own = map[link.Func]bool{}
	for i := range p.Calls {
		c := &p.Calls[i]
		if c.Path == "multiprocessing.set_start_method" || rule.HasPrefix(c.Path, "multiprocessing.context.BaseContext.set_start_method") {
			return nil, true
		}
		if c.Path != "multiprocessing.get_context" && !rule.HasPrefix(c.Path, "multiprocessing.context.BaseContext.get_context") {
			continue
		}
		f := p.FuncOf(effects.Node(c.From))
		file, fn := p.FileOf(f), p.Facts(f)
		if fn.Kind != facts.Function || fn.Flags&facts.FuncMethod != 0 || fn.Flags&facts.FuncCaptured != 0 {
			return nil, true
		}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			if op := &file.Facts.Ops[o]; (op.Code == facts.Return || op.Code == facts.Yield) && flow.Def(file, facts.Ref(op.A)) == c.Op {
				return nil, true
			}
		}
		own[f] = true
	}
	return own, false
}

// filled is the name of a variable of the module that f puts something into before it starts g in a new process, and that g reads; "" when
// there is none.
func filled(p *rule.Pass, f link.Func, start *facts.Op, g link.Func) string {
	file, fn, gn := p.FileOf(f), p.Facts(f), p.Facts(g)
	if p.FileOf(g) != file || fn.Kind != facts.Function || gn.Kind != facts.Function {
		return ""
	}
	for _, v := range file.Facts.Globals {
		put := false
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			put = put || op.Pos < start.Pos && (op.Code == facts.SetItem && facts.Ref(op.A) == v.Ref || op.Code == facts.StateWrite && op.B == v.Name)
		}
		if !put {
			continue
		}
		read, written := false, false
		for o := gn.Ops[0]; o < gn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			written = written || (op.Code == facts.SetItem || op.Code == facts.SetAttr) && facts.Ref(op.A) == v.Ref || op.Code == facts.StateWrite && op.B == v.Name
			read = read || slices.Contains(rule.Reads(file, op), v.Ref)
		}
		if read && !written {
			return file.Facts.Str(v.Name)
		}
	}
	return ""
}

// initialised: the function gives the new processes an initializer, which may fill their variables.
func initialised(p *rule.Pass, f link.Func) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if op := &file.Facts.Ops[o]; op.Code == facts.Call && (rule.Keyword(file, op, "initializer") != 0 || rule.OpenKeywords(file, op)) {
			return true
		}
	}
	return false
}

// forksThreads reports functions that fork after they have started a thread.
func forksThreads(p *rule.Pass, once *rule.Once) {
	for i := range p.Calls {
		c := &p.Calls[i]
		n := effects.Node(c.From)
		file := p.File(n)
		if c.Path != "os.fork" || c.Mode != link.Called || file.Test || file.Facts.Notebook != nil {
			continue
		}
		for _, k := range p.SitesOf(n) {
			s := &p.Sites[k]
			if s.Path != "threading.Thread.start" || s.Certainty != diag.Proved || s.Op.Pos > c.Op.Pos || !rule.AlwaysRuns(file, s.Op, c.Op.Ctx) {
				continue
			}
			x := p.At(p.FuncOf(n), c.Op)
			x.Message = fmt.Sprintf("`%s` forks after it has started a thread: the child has no such thread, and a lock that it held stays locked there for ever", p.Short(p.FuncOf(n)))
			x.Help = "fork before the first thread starts, or start the program anew with `subprocess`"
			x.Witness = p.Frames([]effects.Step{p.SiteStep(s)})
			x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, c.Op.Pos)
			once.Report(p, x)
			break
		}
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

// pools: all that the operation may hand the function to are pools of processes.
func pools(p *rule.Pass, e *effects.Edge) bool {
	at := p.CallsAt(e.Op)
	for _, i := range at {
		if !rule.HasPrefix(p.Calls[i].Path, "concurrent.futures.ProcessPoolExecutor", "concurrent.futures.process.ProcessPoolExecutor", "multiprocessing.pool.Pool") {
			return false
		}
	}
	return len(at) > 0
}
