package testing

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// A testCase is a function of a test file: what it asks for and calls, and whether anything fails in it.
type testCase struct {
	f     link.Func
	paths []string // of requests, as far as they are written out
	calls map[link.Func]bool
	fails bool
}

// entryFailures goes from each route and job to the tests that ask or call it. Where there are such tests, and none of them, nor any
// test of their files of which it is not known what it asks, lets something fail, none of its failure paths is tested.
func entryFailures(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var cases map[*link.File][]testCase
	for _, w := range p.Inventory.Work {
		if w.File < 0 || w.Aside != "" || p.Files[w.File].Test {
			continue
		}
		told := map[link.Func]bool{}
		for i := range w.Roots {
			r := &w.Roots[i]
			file := p.FileOf(r.Func)
			if r.Phase != inventory.Request && r.Phase != inventory.Job || told[r.Func] || file.Test || elsewhere(file.Path) || p.Facts(r.Func).Kind != facts.Function {
				continue
			}
			told[r.Func] = true
			ways := failurePaths(flow, file, p.Facts(r.Func))
			if len(ways) < 2 {
				continue
			}
			form := routeForm(r.Route)
			if r.Phase == inventory.Request && (form == nil || usesDjango(file)) {
				continue
			}
			if cases == nil {
				cases = testCases(p, flow)
			}
			if test := onlySucceeding(p, cases, r, form); test != nil {
				reportFailing(p, r.Func, ways, test.f)
			}
		}
	}
}

// reportFailing tells of an entry point whose failure paths no test takes, with a test that comes to it.
func reportFailing(p *rule.Pass, f link.Func, ways []*facts.Op, test link.Func) {
	y := p.AtName(f)
	y.Message = fmt.Sprintf("`%s` fails in %d ways of its own, and no test that comes to it (`%s`) lets it fail in any", p.Short(f), len(ways), p.Short(test))
	y.Help = "let a test ask for what is refused, or make what is called fail (a fake that raises), and look at the answer"
	for _, op := range ways[:min(8, len(ways))] {
		at := p.At(f, op)
		y.Witness = append(y.Witness, diag.Frame{Function: p.Name(f), File: at.File, Line: at.Line, Note: "ends it with a failure"})
	}
	y.Group = p.Rule.Code + ":" + p.Name(f)
	p.Report(y)
}

// failurePaths are the places at which the function itself ends with a failure that its caller sees: it raises, aborts, or answers with a
// status of a failure.
func failurePaths(flow *rule.Flow, file *link.File, fn *facts.Func) []*facts.Op {
	var out []*facts.Op
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if rule.AlwaysRuns(file, op, 0) && !rule.Handling(file, op.Ctx) {
			continue
		}
		switch op.Code {
		case facts.Raise:
			if op.A != 0 {
				out = append(out, op)
			}
		case facts.Call:
			if strings.HasSuffix(flow.Called(file, op), ".abort") {
				out = append(out, op)
			}
		case facts.Return: // return {"error": "negative"}, 422
			if d := flow.Def(file, facts.Ref(op.A)); d != nil && d.Code == facts.MakeTuple {
				if elems, _ := file.Facts.Elems(d); slices.ContainsFunc(elems, func(x uint32) bool { return status(facts.Ref(x)) }) {
					out = append(out, op)
				}
			}
		}
	}
	return out
}

// status: the number is one by which HTTP tells of a failure.
func status(r facts.Ref) bool {
	n, ok := r.Int()
	return ok && n >= 400 && n < 600
}

var parameter = regexp.MustCompile(`<[^>]*>|\{[^}]*\}|:\w+`)

// routeForm matches the end of the paths that a route answers; nil for those that are not known, and for the root of a service.
func routeForm(route string) *regexp.Regexp {
	route = strings.Trim(route, "/")
	if route == "" || strings.ContainsAny(route, "^$*(?\\") || strings.Trim(parameter.ReplaceAllString(route, ""), "/") == "" {
		return nil
	}
	var parts []string
	for part := range strings.SplitSeq(route, "/") {
		if parameter.MatchString(part) {
			parts = append(parts, `[^/]+`)
		} else {
			parts = append(parts, regexp.QuoteMeta(part))
		}
	}
	form, err := regexp.Compile(`(^|/)` + strings.Join(parts, "/") + `/?$`)
	if err != nil {
		return nil
	}
	return form
}

// onlySucceeding is a test that comes to an entry point when there is one and nothing fails in any of those; nil otherwise.
func onlySucceeding(p *rule.Pass, cases map[*link.File][]testCase, r *inventory.Root, form *regexp.Regexp) *testCase {
	comes := func(c *testCase) bool {
		return c.calls[r.Func] || form != nil && slices.ContainsFunc(c.paths, form.MatchString)
	}
	var found *testCase
	for _, f := range p.Files {
		of := cases[f]
		here := slices.ContainsFunc(of, func(c testCase) bool { return comes(&c) })
		for i := range of {
			c := &of[i]
			come := comes(c)
			// A test in which something fails and that asks for nothing which is known may ask for this.
			if c.fails && (come || len(c.calls) == 0 && len(c.paths) == 0 && (here || said(f, r, p))) {
				return nil
			}
			if come && found == nil {
				found = c
			}
		}
		if !here && said(f, r, p) {
			return nil // named in a way that is not followed
		}
	}
	return found
}

// said: the file speaks of the entry point's function, or of the last part of its route.
func said(f *link.File, r *inventory.Root, p *rule.Pass) bool {
	if !f.Test {
		return false
	}
	name := p.FileOf(r.Func).Facts.Str(p.Facts(r.Func).Name)
	last := ""
	for _, part := range strings.Split(r.Route, "/") {
		if part != "" && !parameter.MatchString(part) {
			last = part
		}
	}
	return slices.ContainsFunc(f.Facts.Strings, func(s string) bool {
		return s == name || strings.HasSuffix(s, "."+name) || last != "" && (s == last || strings.Contains(s, "/"+last))
	})
}

// failWords are words of tests in which something fails.
var failWords = []string{"fail", "fails", "failed", "failure", "failing", "error", "errors", "invalid", "missing", "unknown", "bad", "wrong", "denied", "deny", "forbidden", "unauthorized", "unauthenticated", "anonymous", "reject", "rejected", "rejects",
	"exception", "exceptions", "raise", "raises", "raised", "raising", "nonexistent", "nonexisting", "not", "no", "without", "empty", "broken", "malformed", "expired", "duplicate", "conflict", "timeout", "retry", "retries", "abort", "aborts", "cannot",
	"cant", "refuse", "refused", "unsupported", "unavailable", "limit", "exceeded", "requires", "required", "private", "disabled", "negative", "none", "outage", "down"}

func speaksOfFailure(s string) bool {
	for _, w := range rule.Words(s) {
		if slices.Contains(failWords, w) {
			return true
		}
		if n, err := strconv.Atoi(w); err == nil && n >= 400 && n < 600 {
			return true
		}
	}
	return false
}

// testCases are the functions of test files, by file. What a test does in a helper of a test file counts as its own.
func testCases(p *rule.Pass, flow *rule.Flow) map[*link.File][]testCase {
	out := map[*link.File][]testCase{}
	for f := range link.Func(p.Funcs()) {
		file := p.FileOf(f)
		if !file.Test || file.Facts.Notebook != nil || !isTest(p, f) {
			continue
		}
		c := testCase{f: f, calls: map[link.Func]bool{}}
		c.take(p, flow, f, map[link.Func]bool{})
		out[file] = append(out[file], c)
	}
	return out
}

func (c *testCase) take(p *rule.Pass, flow *rule.Flow, f link.Func, seen map[link.Func]bool) {
	if seen[f] {
		return
	}
	seen[f] = true
	file, fn := p.FileOf(f), p.Facts(f)
	c.fails = c.fails || speaksOfFailure(file.Facts.Str(fn.Name))
	for _, d := range fn.Decorators {
		// Other inputs, some of which may fail.
		c.fails = c.fails || !rule.HasPrefix(decorator(flow, file, d), "unittest.mock", "mock", "pytest.mark.asyncio", "pytest.mark.anyio", "pytest.mark.django_db", "pytest.mark.usefixtures")
	}
	for op := range within(file, fn) {
		switch op.Code {
		case facts.Raise:
			c.fails = true
		case facts.Attr, facts.SetAttr:
			c.fails = c.fails || file.Facts.Str(op.B) == "side_effect" || speaksOfFailure(file.Facts.Str(op.B))
		case facts.Call:
			a := file.Facts.Args(op)
			for i := 0; i+1 < len(a.Kw); i += 2 {
				name := file.Facts.Str(a.Kw[i])
				c.fails = c.fails || name == "side_effect" || speaksOfFailure(name)
			}
			c.fails = c.fails || speaksOfFailure(called(flow, file, op))
		}
		for _, r := range rule.Reads(file, op) {
			c.fails = c.fails || status(r)
			if r.Tag() != facts.TagStr {
				continue
			}
			text := file.Facts.Str(r.Index())
			c.fails = c.fails || speaksOfFailure(text)
			if strings.HasPrefix(text, "/") || strings.HasPrefix(text, "http") {
				text, _, _ = strings.Cut(text, "?")
				c.paths = append(c.paths, text)
			}
		}
		if op.Code == facts.Format {
			c.paths = append(c.paths, written(file, op))
		}
	}
	for _, n := range p.NodesOf(f) {
		for _, i := range p.OutEdges(n) {
			e := &p.Edges[i]
			g := p.FuncOf(e.To)
			if e.Mode == link.Imported || e.Mode == link.ClassRun {
				continue
			}
			if p.FileOf(g).Test {
				c.take(p, flow, g, seen)
			} else {
				c.calls[g] = true
			}
		}
	}
}

// written is the text of an f-string with something for each value in it.
func written(file *link.File, op *facts.Op) string {
	var b strings.Builder
	elems, _ := file.Facts.Elems(op)
	for _, x := range elems {
		if r := facts.Ref(x); r.Tag() == facts.TagStr {
			b.WriteString(file.Facts.Str(r.Index()))
		} else {
			b.WriteByte('0')
		}
	}
	text, _, _ := strings.Cut(b.String(), "?")
	return text
}
