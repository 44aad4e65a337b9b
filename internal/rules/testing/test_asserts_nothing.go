package testing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW703", Name: "test-asserts-nothing", Since: "0.1", Family: "testing",
	// Such a test still finds what raises.
	Severity: rule.Severities{Experimental: diag.Note, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("test_asserts_nothing.md"), Check: testAssertsNothing,
})

// justRuns are words of a test's name that say that not raising is what is tested.
var justRuns = []string{"smoke", "import", "imports", "importable", "no", "not", "doesnt", "dont", "without", "never", "valid", "ok", "okay", "pass", "passes", "succeed", "succeeds", "success", "successful", "accept", "accepts", "accepted", "allow", "allows", "allowed",
	"run", "runs", "works", "work", "can", "crash", "hang", "deadlock", "silent", "silently", "ignore", "ignores", "ignored", "tolerates", "noop", "safe", "threadsafe", "regression", "exception", "error", "errors", "raise", "raises",
	"benchmark", "perf", "performance", "speed", "example", "examples", "compile", "compiles", "idempotent", "skip", "skips", "leak", "deprecated", "instantiate", "instantiation", "init", "construct", "constructor", "initialize", "initialization", "supports", "support", "optional", "handles", "cleanup", "close"}

func testAssertsNothing(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	c := newChecking(p, flow)
	for f := range link.Func(p.Funcs()) {
		if !p.FileOf(f).Test || !everyday(p, f) || decorated(p, flow, f) || p.Unresolved(effects.Node(f)) > 3 {
			continue
		}
		file, fn := p.FileOf(f), p.Facts(f)
		if slices.ContainsFunc(rule.Words(file.Facts.Str(fn.Name)), func(w string) bool { return slices.Contains(justRuns, w) }) || c.guarded(f) || c.checks(f, 0) {
			continue
		}
		op, what := c.dropped(f)
		if op == nil {
			continue
		}
		x := p.At(f, op)
		x.Message = fmt.Sprintf("`%s` asserts nothing: it passes whatever `%s` gives", p.Short(f), what)
		x.Help = "assert what the result, or what it changed, has to be"
		p.Report(x)
	}
}

// checking finds out whether a block of a test compares anything.
type checking struct {
	p     *rule.Pass
	flow  *rule.Flow
	known map[link.Func]bool
	edges map[*facts.Op][]link.Func
	// asserted are the places of the asserts of a file, in order.
	asserted map[*link.File][]uint32
}

// newChecking knows what the tests call.
func newChecking(p *rule.Pass, flow *rule.Flow) *checking {
	c := &checking{p: p, flow: flow, known: map[link.Func]bool{}, edges: map[*facts.Op][]link.Func{}, asserted: map[*link.File][]uint32{}}
	for i := range p.Edges {
		if e := &p.Edges[i]; (e.Mode == link.Called || e.Mode == link.Scheduled) && p.File(e.From).Test {
			c.edges[e.Op] = append(c.edges[e.Op], p.FuncOf(e.To))
		}
	}
	return c
}

// asserts: an assert stands in the block.
func (c *checking) asserts(file *link.File, fn *facts.Func) bool {
	at, ok := c.asserted[file]
	if !ok {
		for i := range file.Facts.Ctxs {
			if x := &file.Facts.Ctxs[i]; x.Kind == facts.CtxAssert {
				at = append(at, x.Pos)
			}
		}
		slices.Sort(at)
		c.asserted[file] = at
	}
	i, _ := slices.BinarySearch(at, fn.Pos)
	return i < len(at) && at[i] < fn.End
}

// guarded: what surrounds the test may check: its fixtures, or its class's teardown and base classes.
func (c *checking) guarded(f link.Func) bool {
	file, fn := c.p.FileOf(f), c.p.Facts(f)
	for i := range fn.Params {
		for _, w := range rule.Words(file.Facts.Str(fn.Params[i].Name)) {
			switch w {
			case "mock", "mocker", "respx", "responses", "snapshot", "benchmark", "regression", "capsys", "assert", "assertions", "expect", "check", "checker", "verify", "no", "raises", "warnings", "query", "queries", "mocked", "requests":
				return true
			}
		}
	}
	all := methods(c.p, f)
	for _, name := range []string{"tearDown", "asyncTearDown", "teardown_method", "tearDownClass", "teardown_class", "doCleanups", "teardown"} {
		if g, ok := all[name]; ok && c.checks(g, 0) {
			return true
		}
	}
	return false
}

// checks: the block, or a function of the tests that it calls, asserts, raises, or calls something that does by its name.
func (c *checking) checks(f link.Func, depth int) bool {
	if known, ok := c.known[f]; ok {
		return known
	}
	c.known[f] = false // a circle checks nothing of itself
	file, fn := c.p.FileOf(f), c.p.Facts(f)
	out := depth > 6 || fn.Kind == facts.Function && checksByName(file.Facts.Str(fn.Name)) && depth > 0
	out = out || c.asserts(file, fn)
	if !out {
		for op := range within(file, fn) {
			switch op.Code {
			case facts.Raise:
				out = true
			case facts.Call:
				out = c.checkingCall(file, op, depth)
			}
			if out {
				break
			}
		}
	}
	c.known[f] = out
	return out
}

func (c *checking) checkingCall(file *link.File, op *facts.Op, depth int) bool {
	name := called(c.flow, file, op)
	if name == "" || checksByName(name) {
		return true // what has no name may be anything
	}
	if _, par := c.flow.ParamOf(file, facts.Ref(op.A)); par != nil {
		return true // a fixture that is a function, or a callback
	}
	for _, g := range c.edges[op] {
		if c.p.FileOf(g).Test && c.checks(g, depth+1) {
			return true
		}
		// Code of the program's own that only tests use may stand outside their directories.
		path := strings.ToLower(c.p.FileOf(g).Path)
		if !c.p.FileOf(g).Test && (strings.Contains(path, "test") || strings.Contains(path, "mock")) {
			return true
		}
	}
	// A method of the test's own class that no source shows is a base class's, and may check.
	if recv, method := c.flow.Method(file, op); method != "" && len(c.edges[op]) == 0 {
		if _, par := c.flow.ParamOf(file, recv); par != nil && (file.Facts.Str(par.Name) == "self" || file.Facts.Str(par.Name) == "cls") {
			return true
		}
	}
	return false
}

// answers are methods of test clients whose result is what the program says.
var answers = []string{"get", "post", "put", "patch", "delete", "head", "options", "request"}

// dropped is a call whose result nothing reads: of the program's own function, if the test gives the result a name as if to
// look at it, or of a client of its service.
func (c *checking) dropped(f link.Func) (*facts.Op, string) {
	file, fn := c.p.FileOf(f), c.p.Facts(f)
	used := uses(file, fn)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Call || op.Flags&facts.FlagDecorator != 0 {
			continue
		}
		printed := used(op)
		if printed && !c.onlyPrinted(file, fn, op) {
			continue
		}
		inside := false
		rule.Around(file, op, func(x *facts.Ctx) bool {
			inside = inside || x.Kind == facts.CtxTry || x.Kind == facts.CtxHandler || x.Kind == facts.CtxFinally
			return true
		})
		if inside {
			continue
		}
		for _, g := range c.edges[op] {
			// Whoever prints the result looks at it, which nobody does when the test runs.
			if !c.p.FileOf(g).Test && op.Flags&facts.FlagDiscarded == 0 && op.Dst != 0 && gives(c.p, g) && (printed || !c.refuses(g, 0)) {
				return op, c.p.Short(g)
			}
		}
		for _, i := range c.p.CallsAt(op) {
			call := &c.p.Calls[i]
			last := call.Path[strings.LastIndexByte(call.Path, '.')+1:]
			if slices.Contains(answers, last) && rule.HasPrefix(call.Path, "fastapi.testclient", "starlette.testclient", "django.test.client", "django.test", "flask.testing", "rest_framework.test", "werkzeug.test") {
				return op, call.DisplayPath()
			}
		}
	}
	return nil, ""
}

// onlyPrinted: all that becomes of an operation's result is that it is printed, as it is or in a text.
func (c *checking) onlyPrinted(file *link.File, fn *facts.Func, op *facts.Op) bool {
	if op.Dst.Tag() != facts.TagLocal {
		return false
	}
	its := map[facts.Ref]bool{op.Dst: true}
	printed := false
	for x := range within(file, fn) {
		if !rule.ReadsAny(file, x, its) {
			continue
		}
		switch x.Code {
		case facts.Copy, facts.Await, facts.Format, facts.Attr, facts.Item:
			if x.Dst.Tag() != facts.TagLocal {
				return false
			}
			its[x.Dst] = true
		case facts.Call:
			if name := c.flow.Called(file, x); name != "print" && name != "pprint.pprint" {
				return false
			}
			printed = true
		default:
			return false
		}
	}
	for i := range file.Facts.Ctxs {
		if its[file.Facts.Ctxs[i].A] {
			return false
		}
	}
	return printed
}

// refuses: the function, or one that it calls, raises or asserts: that it does not is something that a test may be about.
func (c *checking) refuses(g link.Func, depth int) bool {
	file, fn := c.p.FileOf(g), c.p.Facts(g)
	if depth > 4 || checksByName(file.Facts.Str(fn.Name)) {
		return true
	}
	for op := range within(file, fn) {
		if op.Code == facts.Raise {
			return true
		}
	}
	if c.asserts(file, fn) {
		return true
	}
	for _, i := range c.p.OutEdges(effects.Node(g)) {
		if e := &c.p.Edges[i]; rule.Runs(e) && e.To != e.From && c.refuses(c.p.FuncOf(e.To), depth+1) {
			return true
		}
	}
	return false
}

// gives: the function returns something, on all its ways.
func gives(p *rule.Pass, g link.Func) bool {
	file, fn := p.FileOf(g), p.Facts(g)
	if fn.Kind != facts.Function || fn.Flags&(facts.FuncGenerator|facts.FuncAbstract|facts.FuncStub|facts.FuncOverload) != 0 {
		return false
	}
	some := false
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Return {
			continue
		}
		r := facts.Ref(op.A)
		if r == 0 || r.Is(facts.ConstNone) {
			return false
		}
		if _, par := flowParam(file, fn, r); par {
			return false // self, or what it was given: for chaining
		}
		some = true
	}
	return some
}

func flowParam(file *link.File, fn *facts.Func, r facts.Ref) (string, bool) {
	for i := range fn.Params {
		if fn.Params[i].Var == r {
			return file.Facts.Str(fn.Params[i].Name), true
		}
	}
	return "", false
}

// uses says of an operation of a function whether something reads its result.
func uses(file *link.File, fn *facts.Func) func(*facts.Op) bool {
	read := map[facts.Ref]bool{}
	follow := map[facts.Ref]facts.Ref{}
	for op := range within(file, fn) {
		if (op.Code == facts.Copy || op.Code == facts.Await || op.Code == facts.Narrow) && op.Dst != 0 {
			follow[facts.Ref(op.A)] = op.Dst
			if op.Dst.Tag() != facts.TagLocal {
				read[facts.Ref(op.A)] = true
			}
			continue
		}
		for _, r := range rule.Reads(file, op) {
			read[r] = true
		}
	}
	for i := range file.Facts.Ctxs {
		read[file.Facts.Ctxs[i].A] = true
	}
	return func(op *facts.Op) bool {
		r := op.Dst
		if r == 0 {
			return false
		}
		for range 10 {
			if read[r] {
				return true
			}
			next, ok := follow[r]
			if !ok {
				return false
			}
			r = next
		}
		return true
	}
}
