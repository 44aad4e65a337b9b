package generated

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW853", Name: "failure-answered-with-invented-result", Since: "0.1", Family: "generated", Severity: rule.Unproven,
	Doc: docs.Read("invented_result.md"), Check: inventedResult,
})

var outside = rule.Kinds(knowledge.Net, knowledge.DB, knowledge.DBWrite, knowledge.LLM, knowledge.Queue, knowledge.Payment, knowledge.Notify, knowledge.Subprocess, knowledge.ModelLoad)

// writing are effects of which success means that something was written or sent.
var writing = rule.Kinds(knowledge.DBWrite, knowledge.Queue, knowledge.Payment, knowledge.Notify)

func inventedResult(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	t := p.Trace(func(s *effects.Site) bool { return outside(s.Kind) && !p.File(s.Node).Test }, rule.Runs)
	var once rule.Once
	for f := range link.Func(p.Funcs()) {
		file, fn := p.FileOf(f), p.Facts(f)
		if file.Test || file.Facts.Notebook != nil || fn.Kind != facts.Function || len(file.Facts.Tries) == 0 || notMeant(p, f) {
			continue
		}
		n := effects.Node(f)
		told := map[uint32]bool{}
		visit := func(op *facts.Op, steps func() []effects.Step) {
			rule.Around(file, op, func(c *facts.Ctx) bool {
				if c.Kind == facts.CtxHandler || c.Kind == facts.CtxFinally {
					return false
				}
				if c.Kind != facts.CtxTry || told[c.B] {
					return true
				}
				told[c.B] = true
				ss := steps()
				site := rule.Last(ss)
				for i := range file.Facts.Tries[c.B].Handlers {
					h := &file.Facts.Tries[c.B].Handlers[i]
					ret, what := invented(flow, file, fn, h, site)
					if ret == nil {
						continue
					}
					x := p.At(f, ret)
					x.Message = fmt.Sprintf("when `%s` fails, `%s` returns %s: the caller takes it for a result", rule.CalledAs(site), p.Short(f), what)
					x.Help = "raise, or return something that says that there is no result, so that nobody builds on what never happened"
					x.Witness = p.Frames(ss)
					x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, h.Pos)
					once.Report(p, x)
				}
				return true
			})
		}
		t.Proved(n, visit)
	}
}

// notMeant: code that is itself an example, a fake or a fallback by its name or place.
func notMeant(p *rule.Pass, f link.Func) bool {
	path := strings.ToLower(p.FileOf(f).Path)
	if rule.InDir(path, "examples", "example", "docs", "tutorials", "samples", "demo", "demos", "mocks", "fakes", "fixtures", "testing", "migrations", "alembic", "benchmarks") || strings.Contains(path, "mock") || strings.Contains(path, "fake") || strings.Contains(path, "demo") {
		return true
	}
	words := rule.Words(p.Short(f))
	return slices.ContainsFunc(words, func(w string) bool { return inventedWord(w) || w == "example" || w == "demo" || w == "test" })
}

// inventedWord is a word that says that what a name means is not real.
func inventedWord(w string) bool {
	switch w {
	case "mock", "mocked", "fake", "dummy", "placeholder", "simulated", "simulate", "synthetic", "fabricated":
		return true
	}
	return false
}

// invented is the return of a handler that gives something made up, and what.
func invented(flow *rule.Flow, file *link.File, fn *facts.Func, h *facts.Handler, site *effects.Site) (*facts.Op, string) {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Return || op.Pos < h.Pos || op.Pos >= h.End {
			continue
		}
		r := facts.Ref(op.A)
		if name := unreal(flow, file, r, 0); name != "" {
			return op, "what `" + name + "` makes up"
		}
		if what := madeUp(flow, file, r); what != "" && !calls(file, fn, h) {
			return op, what + ", a number that is written there"
		}
		// A failed write that is reported as done. Duplicates and the like are done already; only a broad handler is meant.
		if !broad(file, h.Type) || !writing(site.Kind) || h.Body&facts.HandlerRaises != 0 {
			continue
		}
		if key := success(flow, file, r); key != "" {
			return op, "`" + key + "`"
		}
	}
	return nil, ""
}

// madeUp is a decimal that is no whole number, or a record that holds one: a rate, a score, a price that nobody measured.
func madeUp(flow *rule.Flow, file *link.File, r facts.Ref) string {
	fraction := func(r facts.Ref) bool {
		n, ok := r.Number()
		return ok && n != math.Trunc(n)
	}
	if fraction(r) {
		n, _ := r.Number()
		return fmt.Sprintf("`%g`", n)
	}
	d := flow.Def(file, r)
	if d == nil || d.Code != facts.MakeDict {
		return ""
	}
	items := file.Facts.Items(d)
	for i := 0; i+1 < len(items); i += 2 {
		if k := facts.Ref(items[i]); k.Tag() == facts.TagStr && fraction(facts.Ref(items[i+1])) {
			n, _ := facts.Ref(items[i+1]).Number()
			return fmt.Sprintf("`%q: %g`", file.Facts.Str(k.Index()), n)
		}
	}
	return ""
}

// calls: the handler calls something, which may tell of the failure.
func calls(file *link.File, fn *facts.Func, h *facts.Handler) bool {
	return slices.ContainsFunc(file.Facts.Ops[fn.Ops[0]:fn.Ops[1]], func(op facts.Op) bool {
		return op.Code == facts.Call && op.Pos >= h.Pos && op.Pos < h.End
	})
}

// unreal is the name of what a value comes from, if the name says that it is not real.
func unreal(flow *rule.Flow, file *link.File, r facts.Ref, depth int) string {
	if depth > 6 || !r.IsVar() {
		return ""
	}
	for _, g := range file.Facts.Globals {
		if g.Ref == r {
			if name := file.Facts.Str(g.Name); slices.ContainsFunc(rule.Words(name), inventedWord) {
				return name
			}
		}
	}
	d := flow.Def(file, r)
	if d == nil {
		return ""
	}
	switch d.Code {
	case facts.Copy, facts.Await:
		return unreal(flow, file, facts.Ref(d.A), depth+1)
	case facts.Attr:
		if name := file.Facts.Str(d.B); slices.ContainsFunc(rule.Words(name), inventedWord) {
			return name
		}
	case facts.ImportName:
		if name := file.Facts.Str(file.Facts.Imports[d.A].Name); slices.ContainsFunc(rule.Words(name), inventedWord) {
			return name
		}
	case facts.MakeFunc:
		if name := file.Facts.Str(file.Facts.Funcs[d.A].Name); slices.ContainsFunc(rule.Words(name), inventedWord) {
			return name
		}
	case facts.Call:
		switch name := flow.Dotted(file, facts.Ref(d.A)); name {
		case "random.random", "random.uniform", "random.randint", "random.gauss", "numpy.random.rand", "numpy.random.randn", "numpy.random.random", "numpy.random.normal", "numpy.random.uniform":
			return name
		case "round", "int", "float", "str":
			return unreal(flow, file, rule.Pos(file, d, 0), depth+1)
		}
		return unreal(flow, file, facts.Ref(d.A), depth+1)
	case facts.MakeDict:
		items := file.Facts.Items(d)
		for i := 1; i < len(items); i += 2 {
			if name := unreal(flow, file, facts.Ref(items[i]), depth+1); name != "" {
				return name
			}
		}
	case facts.BinOp:
		for _, x := range []uint32{d.A, d.C} {
			if name := unreal(flow, file, facts.Ref(x), depth+1); name != "" {
				return name
			}
		}
	}
	return ""
}

// success is the part of a literal that says that all went well.
func success(flow *rule.Flow, file *link.File, r facts.Ref) string {
	d := flow.Def(file, r)
	for range 5 {
		if d == nil || d.Code != facts.Copy {
			break
		}
		d = flow.Def(file, facts.Ref(d.A))
	}
	if d == nil || d.Code != facts.MakeDict {
		return ""
	}
	items := file.Facts.Items(d)
	for i := 0; i+1 < len(items); i += 2 {
		k, v := facts.Ref(items[i]), facts.Ref(items[i+1])
		if k.Tag() != facts.TagStr {
			continue
		}
		key := file.Facts.Str(k.Index())
		switch key {
		case "success", "ok", "succeeded", "successful":
			if v.Is(facts.ConstTrue) {
				return fmt.Sprintf("%q: True", key)
			}
		case "status", "result", "state":
			if v.Tag() != facts.TagStr {
				continue
			}
			switch text := file.Facts.Str(v.Index()); strings.ToLower(text) {
			case "ok", "success", "succeeded", "completed", "complete", "done", "sent", "saved", "paid":
				return fmt.Sprintf("%q: %q", key, text)
			}
		}
	}
	return ""
}

// broad: bare, Exception or BaseException.
func broad(file *link.File, r facts.Ref) bool {
	if r == 0 {
		return true
	}
	if r.Tag() != facts.TagBuiltin {
		return false
	}
	name := file.Facts.Str(r.Index())
	return name == "Exception" || name == "BaseException"
}
