package async

import (
	"math"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// alone tells during which operations of a coroutine function there is nothing on the event loop that waiting could hold up:
//
//   - all of a start-up handler;
//   - what plain code or a worker runs to its end (`asyncio.run(main())`), up to the first operation that starts another task
//     or answers somebody;
//   - what only such operations wait for, again up to the first task that it starts.
//
// A function that is also called, scheduled or registered otherwise is not among them.
type alone struct {
	// until is the place in a function's source from which on it is not alone.
	until map[link.Func]uint32
}

const whole = math.MaxUint32

// at: nothing else is on the loop when f comes to an operation of its own.
func (a *alone) at(f link.Func, op *facts.Op) bool { return op.Pos < a.until[f] }

// entry is a way into a coroutine function.
type entry struct {
	from  link.Func
	op    *facts.Op
	async bool
}

func undisturbed(p *rule.Pass) *alone {
	a := &alone{until: map[link.Func]uint32{}}
	start := startupOnly(p)
	registered, jobs := map[link.Func]bool{}, map[link.Func]bool{}
	for i := range p.Registrations {
		r := &p.Registrations[i]
		switch {
		case start[r.Func] || p.FuncOf(effects.Node(r.Runs)) != r.Func:
			// What a decorator of the program's own made of it is called, and stands among the ways into it.
		case r.Entity != nil && rule.HasPrefix(r.Entity.Path, "rq") && !p.Has(effects.Node(r.Runs), knowledge.Task):
			jobs[r.Func] = true // RQ runs a coroutine in a loop that it makes for that one job
		default:
			registered[r.Func] = true
		}
	}
	entries := map[link.Func][]entry{}
	tasks := p.Trace(func(s *effects.Site) bool { return leavesTask(p, s) }, func(e *effects.Edge) bool { return e.Mode != link.Made })
	for n := range effects.Node(p.Nodes()) {
		f := p.FuncOf(n)
		if p.Facts(f).Flags&facts.FuncAsync == 0 || registered[f] || start[f] || p.File(n).Test {
			continue
		}
		if _, ok := a.until[f]; !ok {
			a.until[f] = whole
		}
		a.until[f] = min(a.until[f], firstTask(p, tasks, n))
		for _, i := range p.InEdges(n) {
			e := &p.Edges[i]
			from := p.FuncOf(e.From)
			if e.Mode == link.Made || e.Mode == link.Imported || from == f || p.File(e.From).Test {
				continue // a coroutine that is made does nothing yet
			}
			async := p.Facts(from).Flags&facts.FuncAsync != 0
			shared := !async && !ownLoop(p, e) && !opensLoop(p, tasks, e) && (p.Has(e.From, knowledge.Task) || p.Has(e.From, knowledge.Listen))
			if e.Mode != link.Called && e.Mode != link.Consumed || shared {
				registered[f] = true
				break
			}
			entries[f] = append(entries[f], entry{from, e.Op, async})
		}
	}
	decorated := runByDecorator(p)
	for f := range a.until {
		if registered[f] || len(entries[f]) == 0 && !jobs[f] && !decorated[f] {
			delete(a.until, f)
		}
	}
	for f := range start {
		a.until[f] = whole
	}
	for changed := true; changed; {
		changed = false
		for f, list := range entries {
			until, ok := a.until[f]
			for i := 0; ok && i < len(list); i++ {
				switch e := &list[i]; {
				case !e.async:
				case e.op.Pos > a.until[e.from]: // the call that starts the first task is itself entered alone
					delete(a.until, f)
					changed, ok = true, false
				case a.until[e.from] != whole:
					// What follows a yield runs when the other function goes on, which may have started tasks by then.
					if y := firstYield(p, f); y < until {
						until, a.until[f] = y, y
						changed = true
					}
				}
			}
		}
	}
	return a
}

// firstTask is the place of the first operation of a block that leaves something else on the loop: it starts a task or a server, or
// waits for what does. In a loop, that is the loop's beginning.
func firstTask(p *rule.Pass, tasks *rule.Trace, n effects.Node) uint32 {
	first := uint32(whole)
	file := p.File(n)
	leaves := func(op *facts.Op) {
		at := op.Pos
		rule.Around(file, op, func(c *facts.Ctx) bool {
			if c.Kind == facts.CtxFor || c.Kind == facts.CtxWhile {
				at = min(at, c.Pos)
			}
			return true
		})
		first = min(first, at)
	}
	for _, i := range p.SitesOf(n) {
		// What is awaited with the call is over after it.
		if s := &p.Sites[i]; leavesTask(p, s) && !(s.Op.Flags&facts.FlagAwaited != 0 && rule.HasPrefix(s.Path, "asyncio.gather")) {
			leaves(s.Op)
		}
	}
	for _, i := range p.OutEdges(n) {
		if e := &p.Edges[i]; e.Mode != link.Made && tasks.Reaches(e.To) {
			leaves(e.Op)
		}
	}
	return first
}

// leavesTask: something runs on the loop beside what started it. A task whose result the function that hands it over waits for, as a
// thread does, is on the loop of another thread.
func leavesTask(p *rule.Pass, s *effects.Site) bool {
	if s.Kind == knowledge.Listen {
		return true
	}
	if s.Kind != knowledge.Task || s.Path != "asyncio.run_coroutine_threadsafe" {
		return s.Kind == knowledge.Task
	}
	file, fn := p.File(s.Node), p.Facts(p.FuncOf(s.Node))
	future := rule.Derived(file, fn, s.Op.Dst, 0)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if op := &file.Facts.Ops[o]; op.Code == facts.Attr && file.Facts.Str(op.B) == "result" && (facts.Ref(op.A) == s.Op.Dst || future[facts.Ref(op.A)]) {
			return false
		}
	}
	return true
}

func firstYield(p *rule.Pass, f link.Func) uint32 {
	file, fn := p.FileOf(f), p.Facts(f)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if op := &file.Facts.Ops[o]; op.Code == facts.Yield {
			return op.Pos
		}
	}
	return whole
}

// runsLoop: the library call makes a loop for the coroutine that it is given, and ends it with it.
func runsLoop(path string) bool {
	return rule.HasPrefix(path, "asyncio", "anyio", "trio", "uvloop") && strings.HasSuffix(path, ".run") || rule.HasPrefix(path, "asgiref.sync.async_to_sync", "asgiref.sync.AsyncToSync")
}

// ownLoop: what else the block starts that this edge leaves is not on the coroutine's loop.
func ownLoop(p *rule.Pass, e *effects.Edge) bool {
	for _, i := range p.CallsAt(e.Op) {
		c := &p.Calls[i]
		if runsLoop(c.Path) {
			return true
		}
		if strings.HasSuffix(c.Path, ".run_until_complete") && e.Op.Code == facts.Call {
			f := p.FuncOf(e.From)
			file, fn := p.FileOf(f), p.Facts(f)
			if callee := rule.DefOf(file, fn, facts.Ref(e.Op.A)); callee != nil && callee.Code == facts.Attr {
				if loop := rule.DefOf(file, fn, facts.Ref(callee.A)); loop != nil {
					for _, j := range p.CallsAt(loop) {
						if strings.HasSuffix(p.Calls[j].Path, ".new_event_loop") {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// opensLoop: a module, as it is run, comes to a loop for the first time with this edge: nothing has been put on it before.
func opensLoop(p *rule.Pass, tasks *rule.Trace, e *effects.Edge) bool {
	return p.Facts(p.FuncOf(e.From)).Kind == facts.ModuleBody && e.Op.Pos <= firstTask(p, tasks, e.From)
}

// runByDecorator are the coroutine functions that a decorator makes plain functions of, each call of which has a loop of its own:
// asgiref's, and the program's (`return lambda *a: asyncio.run(f(*a))`). Who calls such a function is of no account.
func runByDecorator(p *rule.Pass) map[link.Func]bool {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	runners := map[link.Func]bool{}
	for i := range p.Calls {
		c := &p.Calls[i]
		if c.Op.Code != facts.Call || !runsLoop(c.Path) {
			continue
		}
		file := p.FileOf(p.FuncOf(effects.Node(c.From)))
		if made := flow.Def(file, c.Pos(0).Ref); made != nil && made.Code == facts.Call {
			called := facts.Ref(made.A)
			if d := flow.Def(file, called); d != nil && d.Code == facts.Copy {
				called = facts.Ref(d.A) // a parameter that an inner function reads
			}
			if d, param := flow.ParamOf(file, called); param != nil {
				runners[d] = true
				if outer := p.Parent(d); outer != 0 {
					runners[outer] = true // of a decorator with arguments, @run(debug=True)
				}
			}
		}
	}
	out := map[link.Func]bool{}
	for _, file := range p.Files {
		if file.Test {
			continue
		}
		for b := range file.Facts.Funcs {
			fn := &file.Facts.Funcs[b]
			if fn.Flags&facts.FuncAsync == 0 {
				continue
			}
			for _, d := range fn.Decorators {
				ref := d.Value
				if def := flow.Def(file, ref); def != nil && def.Code == facts.Call {
					ref = facts.Ref(def.A)
				}
				if runsLoop(flow.Dotted(file, ref)) {
					out[file.FirstFunc()+link.Func(b)] = true
				} else if by, ok := functionOf(flow, p, file, ref); ok && runners[by] {
					out[file.FirstFunc()+link.Func(b)] = true
				}
			}
		}
	}
	return out
}
