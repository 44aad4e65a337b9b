package effects

import (
	"slices"
	"strings"
	"sync"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// Tests that replace what they call. While a test runs, what unittest.mock's patch or pytest's monkeypatch names means something
// else, in whatever the test calls; in every other caller it means what it always does. So the effects of such a test are not those
// that its callees have by themselves: its ways are walked anew, forward, without what is replaced.

// stand is what a test replaces: in one `with`, or from an operation on.
type stand struct {
	ctx  uint32 // of the block's file; 0 for none
	from uint32 // the program's number of the operation; 0 for all of the block
	what []link.Replaced
}

// holds: what an operation of the test runs sees what is replaced.
func (s *stand) holds(ff *facts.File, id uint32, op *facts.Op) bool {
	if s.ctx == 0 {
		return id >= s.from
	}
	for x := op.Ctx; x != 0; x = ff.Ctxs[x].Parent {
		if x == s.ctx {
			return true
		}
	}
	return false
}

// way is how a test that replaces something comes to an effect.
type way struct {
	certainty diag.Certainty
	steps     []Step
}

// replacements are the tests that replace something, and what is known of them.
type replacements struct {
	mu     sync.Mutex
	stands map[link.Func][]stand
	ways   map[Node]*[layers]way // nil where the test calls too much to be walked
}

// maxWalked bounds the blocks that are looked at for one test.
const maxWalked = 20000

// setups are the methods that run before each test of a class.
var setups = []string{"setUp", "asyncSetUp", "setUpClass", "setup_method", "setup_class"}

// findReplacements finds what tests replace: by decorators of their own and of their class, in their body, in fixtures that they
// take, and in what sets their class up.
func (a *Analysis) findReplacements() {
	r := &a.replaced
	inFixture := map[link.Func][]stand{}
	var always []link.Func // fixtures that tests take without naming them
	for i := range a.Calls {
		c := &a.Calls[i]
		f := a.Solution.FuncOf(c.From)
		if file := a.FileOf(f); file.Test {
			if c.Path == "pytest.fixture" && c.Keyword("autouse").Ref.Is(facts.ConstTrue) {
				always = append(always, a.decorated(file, f, c.Op.Dst)...)
			}
			what := c.Replaces()
			if len(what) == 0 {
				continue
			}
			fn := a.Facts(f)
			switch {
			case fn.Kind != facts.Function:
				by := c.Op.Dst
				if c.Op.Flags&facts.FlagDecorator != 0 {
					by = facts.Ref(c.Op.A) // @responses.activate, not called
				}
				for _, t := range a.decorated(file, f, by) {
					r.add(t, stand{what: what})
				}
			case fn.Flags&facts.FuncMethod != 0 && slices.Contains(setups, file.Facts.Str(fn.Name)):
				for _, t := range a.testsOf(file, a.Parent(f)) {
					r.add(t, stand{what: what})
				}
			default:
				r.add(f, stand{withOf(file.Facts, c.Op.Dst), c.ID, what})
				inFixture[f] = append(inFixture[f], stand{what: what})
			}
		}
	}
	for _, file := range a.Files {
		if !file.Test {
			continue
		}
		for i := range file.Facts.Funcs {
			f := file.FirstFunc() + link.Func(i)
			if what := a.AnsweredBy(f); what != nil {
				r.add(f, stand{what: what})
			}
			for _, g := range a.FixturesOf(f) {
				r.add(f, inFixture[g]...)
			}
		}
	}
	for _, g := range always {
		s := inFixture[g]
		for _, h := range a.FixturesOf(g) {
			s = append(s[:len(s):len(s)], inFixture[h]...)
		}
		if s == nil {
			continue
		}
		for _, file := range a.Files {
			for _, t := range a.testsUnder(file, g) {
				r.add(t, s...)
			}
		}
	}
}

// testsUnder are the tests of a file that a fixture which need not be named is for: those of its class, of its file, or all below the
// conftest.py that it is in.
func (a *Analysis) testsUnder(file *link.File, fixture link.Func) []link.Func {
	of := a.FileOf(fixture)
	if body := a.Parent(fixture); of == file && a.Facts(body).Kind == facts.ClassBody {
		return a.testsOf(file, body)
	}
	dir, conftest := strings.CutSuffix(of.Path, "conftest.py")
	if of != file && !(conftest && file.Test && strings.HasPrefix(file.Path, dir)) {
		return nil
	}
	return a.tests(file, func(link.Func) bool { return true })
}

func (r *replacements) add(f link.Func, s ...stand) {
	if len(s) == 0 {
		return
	}
	if r.stands == nil {
		r.stands, r.ways = map[link.Func][]stand{}, map[Node]*[layers]way{}
	}
	r.stands[f] = append(r.stands[f], s...)
}

// withOf is the context of the `with` whose manager a value is, 0 for none.
func withOf(ff *facts.File, manager facts.Ref) uint32 {
	return uint32(max(0, slices.IndexFunc(ff.Ctxs, func(k facts.Ctx) bool { return k.Kind == facts.CtxWith && facts.Ref(k.A) == manager })))
}

// decorated are the tests that a decorator of the block applies to: the function under it, or the tests of the class.
func (a *Analysis) decorated(file *link.File, block link.Func, decorator facts.Ref) []link.Func {
	is := func(ds []facts.Decorator) bool {
		return slices.ContainsFunc(ds, func(d facts.Decorator) bool { return d.Value == decorator })
	}
	for i := range file.Facts.Funcs {
		if f := file.FirstFunc() + link.Func(i); is(file.Facts.Funcs[i].Decorators) && a.Parent(f) == block {
			return []link.Func{f}
		}
	}
	for i := range file.Facts.Classes {
		if c := &file.Facts.Classes[i]; is(c.Decorators) && file.FirstFunc()+link.Func(c.Parent) == block {
			return a.testsOf(file, file.FirstFunc()+link.Func(c.Body))
		}
	}
	return nil
}

// testsOf are the tests that a class body defines.
func (a *Analysis) testsOf(file *link.File, body link.Func) []link.Func {
	return a.tests(file, func(f link.Func) bool { return a.Parent(f) == body })
}

func (a *Analysis) tests(file *link.File, those func(link.Func) bool) (out []link.Func) {
	for i := range file.Facts.Funcs {
		f := file.FirstFunc() + link.Func(i)
		if fn := &file.Facts.Funcs[i]; fn.Kind == facts.Function && strings.HasPrefix(file.Facts.Str(fn.Name), "test") && those(f) {
			out = append(out, f)
		}
	}
	return out
}

// Replaces says whether a node is a test, or a part of one, that replaces what it calls.
func (a *Analysis) Replaces(n Node) bool {
	return a.replaced.stands[a.FuncOf(n)] != nil && !a.IsMain(n)
}

// known is how a node comes to an effect, what it replaces left out.
func (a *Analysis) known(n Node, l int) reached {
	if ws := a.ways(n); ws != nil {
		return reached{dist: uint16(min(len(ws[l].steps), farthest)), cert: ws[l].certainty}
	}
	return a.at(n, l)
}

// ways are those of a test that replaces something; nil for any other node.
func (a *Analysis) ways(n Node) *[layers]way {
	r := &a.replaced
	if r.stands == nil || !a.Replaces(n) {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	ws, ok := r.ways[n]
	if !ok {
		ws = a.walk(n, r.stands[a.FuncOf(n)])
		r.ways[n] = ws
	}
	return ws
}

// walk finds the ways of a test: for each part of it that other things are replaced in, forward from there.
func (a *Analysis) walk(n Node, stands []stand) *[layers]way {
	ff := a.File(n).Facts
	type part struct{ edges, sites []uint32 }
	parts := map[uint64]*part{}
	var order []uint64
	of := func(id uint32, op *facts.Op) *part {
		var in uint64
		for i := range min(len(stands), 64) {
			if stands[i].holds(ff, id, op) {
				in |= 1 << i
			}
		}
		p := parts[in]
		if p == nil {
			p = &part{}
			parts[in] = p
			order = append(order, in)
		}
		return p
	}
	for _, i := range a.OutEdges(n) {
		p := of(a.Edges[i].ID, a.Edges[i].Op)
		p.edges = append(p.edges, i)
	}
	for _, i := range a.SitesOf(n) {
		p := of(a.Sites[i].ID, a.Sites[i].Op)
		p.sites = append(p.sites, i)
	}
	out := &[layers]way{}
	for _, in := range order {
		var what []link.Replaced
		for i := range stands {
			if i < 64 && in&(1<<i) != 0 {
				what = append(what, stands[i].what...)
			}
		}
		for _, want := range [...]diag.Certainty{diag.Proved, diag.Likely} {
			w := walker{a: a, what: what, want: want, from: map[state]arrived{}, out: out}
			w.funcs()
			if !w.walk(n, parts[in].edges, parts[in].sites) {
				return nil
			}
		}
	}
	return out
}

// state is a node, come to by calls all of which hold the test's thread or not.
type state struct {
	n   Node
	off bool
}

type arrived struct {
	by   uint32 // edge
	from state
}

const noEdge = ^uint32(0)

type walker struct {
	a       *Analysis
	what    []link.Replaced
	without map[link.Func][]int // functions that are replaced: the files in which they are, -1 for everywhere
	want    diag.Certainty
	from    map[state]arrived
	queue   []state
	out     *[layers]way
}

func (w *walker) funcs() {
	w.without = map[link.Func][]int{}
	for i := range w.what {
		for _, f := range w.what[i].Funcs {
			w.without[f] = append(w.without[f], w.what[i].In)
		}
	}
}

// walk says whether it came to an end.
func (w *walker) walk(n Node, edges, sites []uint32) bool {
	start := state{n: n}
	w.from[start] = arrived{by: noEdge}
	w.visit(start, edges, sites)
	for k := 0; k < len(w.queue); k++ {
		if k == maxWalked {
			return false
		}
		s := w.queue[k]
		w.visit(s, w.a.OutEdges(s.n), w.a.SitesOf(s.n))
	}
	return true
}

func (w *walker) visit(at state, edges, sites []uint32) {
	for _, i := range sites {
		s := &w.a.Sites[i]
		l := layer(s.Kind, s.Blocking && !at.off)
		if s.Certainty < w.want || s.Call != nil && slices.ContainsFunc(w.what, func(r link.Replaced) bool { return r.Covers(s.Call) }) {
			continue
		}
		if old := &w.out[l]; old.steps == nil || old.certainty < w.want {
			*old = way{w.want, append(w.chain(at), Step{Node: at.n, Op: s.Op, Mode: s.Mode, To: at.n, Site: s})}
		}
	}
	for _, i := range edges {
		e := &w.a.Edges[i]
		ok, block := passes(e.Mode)
		if !ok || e.Certainty < w.want || w.hides(e) {
			continue
		}
		to := state{e.To, at.off || !block}
		if _, seen := w.from[to]; !seen {
			w.from[to] = arrived{i, at}
			w.queue = append(w.queue, to)
		}
	}
}

// hides: what the edge runs is replaced where it is called.
func (w *walker) hides(e *Edge) bool {
	return slices.ContainsFunc(w.without[w.a.FuncOf(e.To)], func(in int) bool { return in < 0 || in == w.a.File(e.From).Index })
}

// chain are the calls that lead to a state.
func (w *walker) chain(at state) []Step {
	var out []Step
	for {
		by := w.from[at]
		if by.by == noEdge {
			slices.Reverse(out)
			return out
		}
		e := &w.a.Edges[by.by]
		out = append(out, Step{Node: by.from.n, Op: e.Op, Mode: e.Mode, To: e.To})
		at = by.from
	}
}
