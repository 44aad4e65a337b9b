package testing

import (
	"fmt"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW704", Name: "only-the-mock-asserted", Since: "0.1", Family: "testing",
	// Where whether something is called is the point, the assertion is enough: one in four is of that sort.
	Severity: rule.Always(diag.Note),
	Doc:      docs.Read("only_mock_asserted.md"), Check: onlyMockAsserted,
})

// wasCalled are the assertions of mocks that say no more than that something was called.
var wasCalled = []string{"assert_called", "assert_called_once", "assert_awaited", "assert_awaited_once"}

// aboutCalling are words of a test's name that say that whether something is called, or how often, is what is tested.
var aboutCalling = []string{"called", "calls", "call", "once", "cache", "cached", "caches", "caching", "invokes", "invoked", "triggers", "triggered", "limit", "limits", "retry", "retries", "reset", "resets", "preprocess"}

// onlyMockAsserted looks for tests whose only assertions are wasCalled, and which drop the result of what they test.
func onlyMockAsserted(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	c := newChecking(p, flow)
	for f := range link.Func(p.Funcs()) {
		if !p.FileOf(f).Test || !everyday(p, f) {
			continue
		}
		file, fn := p.FileOf(f), p.Facts(f)
		if slices.ContainsFunc(rule.Words(file.Facts.Str(fn.Name)), func(w string) bool { return slices.Contains(aboutCalling, w) }) {
			continue
		}
		if c.asserts(file, fn) || c.tornDown(f) {
			continue
		}
		used := uses(file, fn)
		var last *facts.Op
		recv := ""
		other := false
		drops := ""
		for op := range within(file, fn) {
			if op.Code == facts.Raise {
				other = true
			}
			if op.Code != facts.Call || other {
				continue
			}
			r, name := flow.Method(file, op)
			if slices.Contains(wasCalled, name) {
				if a := file.Facts.Args(op); len(a.Pos) > 0 || len(a.Kw) > 0 {
					other = true
				}
				last, recv = op, nameOf(flow, file, r)
				continue
			}
			for _, g := range c.edges[op] {
				if !p.FileOf(g).Test && gives(p, g) && !used(op) {
					drops = p.Short(g)
				}
			}
			other = other || c.checkingCall(file, op, 0)
		}
		if last == nil || other || drops == "" || recv == "" {
			continue
		}
		x := p.At(f, last)
		x.Message = fmt.Sprintf("`%s` asserts only that `%s` was called, and drops what `%s` gives: both may be anything", p.Short(f), recv, drops)
		x.Help = "assert the arguments (`assert_called_once_with(…)`), and what the code under test returns or leaves behind"
		p.Report(x)
	}
}

// tornDown: the teardown of the test's class checks.
func (c *checking) tornDown(f link.Func) bool {
	all := methods(c.p, f)
	for _, name := range []string{"tearDown", "asyncTearDown", "teardown_method"} {
		if g, ok := all[name]; ok && c.checks(g, 0) {
			return true
		}
	}
	return false
}

// nameOf is a variable's name as the test writes it: mock_send, client.send; "" for others.
func nameOf(flow *rule.Flow, file *link.File, r facts.Ref) string {
	for range 10 {
		if _, par := flow.ParamOf(file, r); par != nil {
			return file.Facts.Str(par.Name)
		}
		d := flow.Def(file, r)
		if d == nil {
			return ""
		}
		switch d.Code {
		case facts.Copy:
			r = facts.Ref(d.A)
			continue
		case facts.Attr:
			if base := nameOf(flow, file, facts.Ref(d.A)); base != "" {
				return base + "." + file.Facts.Str(d.B)
			}
			return file.Facts.Str(d.B)
		case facts.Enter, facts.Call:
			return "the mock"
		}
		return ""
	}
	return ""
}
