package concurrency

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW861", Name: "shared-update-without-lock", Since: "0.1", Family: "concurrency", Severity: rule.Unproven,
	Doc: docs.Read("update_lost.md"), Check: updateLost,
})

// root is where a function begins to run in a thread of its own, while others run the same.
type root struct {
	edge *effects.Edge // that starts the thread; nil for a request handler
	what string
}

// spot is a block that several threads run at once; own: as a method of an object that a module holds, so that all of them have
// the same one.
type spot struct {
	node effects.Node
	own  bool
}

// arrival is how execution comes to a spot.
type arrival struct {
	root root
	edge *effects.Edge // nil for the root itself
	from spot
}

// updateLost follows what runs in several threads at once to operations that read, change and write back what all threads share.
// A with-statement on the way may hold a lock, and ends it.
func updateLost(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	from := map[spot]arrival{}
	layer := threaded(p, from)
	var order []spot
	for len(layer) > 0 {
		order = append(order, layer...)
		var next []spot
		for _, n := range layer {
			for _, i := range p.OutEdges(n.node) {
				e := &p.Edges[i]
				if e.Mode != link.Called || e.Certainty != diag.Proved || p.File(e.To).Test || held(p, n.node, e.Op) {
					continue
				}
				to := spot{e.To, ownObject(p, flow, n, e)}
				if _, ok := from[to]; !ok {
					from[to] = arrival{from[n].root, e, n}
					next = append(next, to)
				}
			}
		}
		layer = next
	}
	modules := map[string]bool{}
	for _, f := range p.Files {
		modules[f.Module] = true
	}
	var once rule.Once
	report := func(n spot, s effects.Step, what string) {
		steps := []effects.Step{s}
		at := from[n]
		for ; at.edge != nil; at = from[at.from] {
			steps = append([]effects.Step{{Node: at.edge.From, Op: at.edge.Op, Mode: at.edge.Mode, To: at.edge.To}}, steps...)
		}
		if e := at.root.edge; e != nil {
			steps = append([]effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}}, steps...)
		}
		f := p.FuncOf(n.node)
		x := p.At(f, s.Op)
		x.Message = fmt.Sprintf("`%s` reads, changes and writes back %s, and several threads do so at once (%s): updates get lost", p.Short(f), what, at.root.what)
		x.Help = "hold a `threading.Lock` around it, or give each thread a count of its own and add them up"
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.FileOf(f).Index, s.Op.Pos)
		once.Report(p, x)
	}
	for i := range p.Sites {
		s := &p.Sites[i]
		n := spot{node: s.Node}
		if _, ok := from[n]; !ok {
			n.own = true
		}
		if _, ok := from[n]; s.Kind != knowledge.State || !ok || !inPlace(p.File(s.Node), p.Facts(p.FuncOf(s.Node)), s.Op) || held(p, s.Node, s.Op) {
			continue
		}
		// An attribute counts where it is a module's: what hangs on another object may be the thread's own.
		if s.Op.Code == facts.SetAttr && !modules[flow.Dotted(p.File(s.Node), facts.Ref(s.Op.A))] {
			continue
		}
		what := "`" + s.Path + "`"
		if s.Path == "item" {
			what = "an item of a shared container"
		}
		report(n, p.SiteStep(s), what)
	}
	for _, n := range order {
		file, fn := p.File(n.node), p.Facts(p.FuncOf(n.node))
		if !n.own || fn.Class == 0 || len(fn.Params) == 0 || file.Facts.Str(fn.Name) == "__init__" || perThread(flow, file, &file.Facts.Classes[fn.Class-1]) {
			continue
		}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if name := ownAttr(flow, file, fn, op); name != "" && inPlace(file, fn, op) && !held(p, n.node, op) {
				report(n, effects.Step{Node: n.node, Op: op, Mode: link.Called, To: n.node}, fmt.Sprintf("`%s.%s` of an object that all threads share", file.Facts.Str(fn.Params[0].Name), name))
			}
		}
	}
}

// threaded notes where threads begin to run a function that others run at the same time: handlers that are not asynchronous, and
// what a pool runs or a loop starts.
func threaded(p *rule.Pass, from map[spot]arrival) []spot {
	var layer []spot
	start := func(n effects.Node, r root) {
		if _, ok := from[spot{node: n}]; !ok {
			from[spot{node: n}] = arrival{root: r}
			layer = append(layer, spot{node: n})
		}
	}
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call != nil && r.Call.Phase == "request" && r.Entity != nil && rule.HasPrefix(r.Entity.Path, "fastapi", "starlette", "flask", "django", "rest_framework") && !strings.Contains(r.Entity.Path, ".cli.") &&
			p.Facts(r.Func).Kind == facts.Function && p.Facts(r.Func).Flags&facts.FuncAsync == 0 && !p.FileOf(r.Func).Test {
			start(effects.Node(r.Runs), root{what: "request handler `" + p.Short(r.Func) + "`"})
		}
	}
	for _, f := range p.Middleware() {
		if p.Facts(f).Flags&facts.FuncAsync == 0 {
			start(effects.Node(f), root{what: "middleware `" + p.Short(f) + "`"})
		}
	}
	for i := range p.Edges {
		e := &p.Edges[i]
		if p.File(e.From).Test || e.Certainty != diag.Proved || e.Mode != link.Offloaded && e.Mode != link.Started || !threads(p, e) {
			continue
		}
		if e.Mode == link.Started && !looped(p.File(e.From), e.Op) {
			continue // one thread of its kind
		}
		start(e.To, root{edge: e, what: "thread `" + p.Short(p.FuncOf(e.To)) + "`"})
	}
	return layer
}

// ownObject: the edge calls a method of an object that a module holds, or, from such a method, another one of the same object.
func ownObject(p *rule.Pass, flow *rule.Flow, n spot, e *effects.Edge) bool {
	if e.Op.Code != facts.Call {
		return false
	}
	file, fn := p.File(e.From), p.Facts(p.FuncOf(e.From))
	recv, _ := flow.Method(file, e.Op)
	if recv == 0 {
		return false
	}
	if len(fn.Params) > 0 && fn.Class != 0 && flow.IsCopyOf(file, recv, fn.Params[0].Var) {
		return n.own
	}
	at, held := flow.Global(file, recv)
	if at == nil {
		return false
	}
	made := flow.Made(at, held)
	if made == nil || made.Code != facts.Call {
		return false
	}
	_, class := flow.ClassOf(at, facts.Ref(made.A))
	return class != nil
}

// perThread: each thread sees attributes of its own.
func perThread(flow *rule.Flow, file *link.File, class *facts.Class) bool {
	for _, b := range class.Bases {
		if name := flow.Dotted(file, b); name == "threading.local" || strings.HasSuffix(name, ".Local") {
			return true
		}
	}
	return false
}

// ownAttr is the attribute of its object that a method's operation changes, itself or an item of it; "" for any other operation.
func ownAttr(flow *rule.Flow, file *link.File, fn *facts.Func, op *facts.Op) string {
	self := fn.Params[0].Var
	switch op.Code {
	case facts.SetAttr:
		if flow.IsCopyOf(file, facts.Ref(op.A), self) {
			return file.Facts.Str(op.B)
		}
	case facts.SetItem:
		if d := flow.Def(file, facts.Ref(op.A)); d != nil && d.Code == facts.Attr && flow.IsCopyOf(file, facts.Ref(d.A), self) {
			return file.Facts.Str(d.B)
		}
	}
	return ""
}

// inPlace: the write is the second half of an update such as x += 1 or d[k] = d.get(k, 0) + 1.
func inPlace(file *link.File, fn *facts.Func, op *facts.Op) bool {
	if readsBack(file, fn, op) {
		return true
	}
	if op.Flags&facts.FlagAug == 0 && op.Code != facts.StateWrite {
		return false
	}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		x := &file.Facts.Ops[o]
		if x.Code != facts.BinOp || x.Flags&facts.FlagAug == 0 || x.Pos != op.Pos && (op.Code == facts.StateWrite || uint32(op.C) != uint32(x.Dst)) {
			continue
		}
		// A list that is added to is changed in one step.
		d := rule.DefOf(file, fn, facts.Ref(x.C))
		return d == nil || d.Code != facts.MakeList && d.Code != facts.MakeTuple
	}
	return false
}

// readsBack: an item is set to a sum or difference of what it was.
func readsBack(file *link.File, fn *facts.Func, op *facts.Op) bool {
	if op.Code != facts.SetItem || op.Flags&facts.FlagAug != 0 {
		return false
	}
	sum := rule.DefOf(file, fn, facts.Ref(op.C))
	if sum == nil || sum.Code != facts.BinOp || sum.Flags&facts.FlagAug != 0 {
		return false
	}
	was := rule.DefOf(file, fn, facts.Ref(sum.A))
	if was == nil {
		return false
	}
	of, key := facts.Ref(0), facts.Ref(0)
	switch was.Code {
	case facts.Item:
		of, key = facts.Ref(was.A), facts.Ref(was.C)
	case facts.Call:
		get := rule.DefOf(file, fn, facts.Ref(was.A))
		if get == nil || get.Code != facts.Attr || file.Facts.Str(get.B) != "get" {
			return false
		}
		of, key = facts.Ref(get.A), rule.Pos(file, was, 0)
	default:
		return false
	}
	return key == facts.Ref(op.B) && key != 0 && sameContainer(file, fn, of, facts.Ref(op.A))
}

// sameContainer: two variables are one, or are read from the same attribute of one.
func sameContainer(file *link.File, fn *facts.Func, a, b facts.Ref) bool {
	for range 5 {
		if a == b {
			return true
		}
		x, y := rule.DefOf(file, fn, a), rule.DefOf(file, fn, b)
		if x != nil && x.Code == facts.Copy {
			a = facts.Ref(x.A)
			continue
		}
		if y != nil && y.Code == facts.Copy {
			b = facts.Ref(y.A)
			continue
		}
		if x == nil || y == nil || x.Code != facts.Attr || y.Code != facts.Attr || x.B != y.B {
			return false
		}
		a, b = facts.Ref(x.A), facts.Ref(y.A)
	}
	return false
}

// threads: the edge's call hands the function to a thread, not to a process.
func threads(p *rule.Pass, e *effects.Edge) bool {
	for _, i := range p.CallsAt(e.Op) {
		c := &p.Calls[i]
		if rule.HasPrefix(c.ReceiverPath(), "concurrent.futures.ThreadPoolExecutor", "concurrent.futures.thread", "threading", "multiprocessing.pool.ThreadPool", "multiprocessing.dummy") || rule.HasPrefix(c.Path, "threading", "asyncio.to_thread", "asyncio.threads.to_thread", "_thread", "anyio.to_thread", "starlette.concurrency") {
			return true
		}
	}
	return false
}

func looped(file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		yes = yes || c.Kind == facts.CtxFor || c.Kind == facts.CtxWhile || c.Kind == facts.CtxComp
		return !yes
	})
	return yes
}

// held: a with-statement is around the operation, or its function takes something by hand.
func held(p *rule.Pass, n effects.Node, op *facts.Op) (yes bool) {
	file := p.File(n)
	rule.Around(file, op, func(c *facts.Ctx) bool {
		yes = yes || c.Kind == facts.CtxWith
		return !yes
	})
	fn := p.Facts(p.FuncOf(n))
	for o := fn.Ops[0]; o < fn.Ops[1] && !yes; o++ {
		if x := &file.Facts.Ops[o]; x.Code == facts.Attr && file.Facts.Str(x.B) == "acquire" {
			return true
		}
	}
	return yes
}
