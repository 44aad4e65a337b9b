package failure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW406", Name: "cause-of-failure-lost", Since: "0.2", Family: "failure", Severity: rule.Always(diag.Note),
	Doc: docs.Read("cause_lost.md"), Check: causeLost,
})

// What an outside failure is of.
var outside = rule.Kinds(knowledge.Net, knowledge.DB, knowledge.DBWrite, knowledge.LLM, knowledge.Queue, knowledge.Payment, knowledge.Notify, knowledge.Subprocess)

// causeLost looks for handlers of every exception that raise an error of their own instead, without a word of what has happened,
// where whoever gets that error turns it into an answer or a line without a traceback. What Python keeps as the context of an
// exception is then thrown away with it.
func causeLost(p *rule.Pass) {
	from := p.Arrivals()
	if from.None() {
		return
	}
	c := &causes{p: p, flow: p.NewFlow(func(*rule.Value) string { return "" })}
	t := p.Trace(func(s *effects.Site) bool { return outside(s.Kind) && !p.File(s.Node).Test }, rule.Runs)
	var once rule.Once
	for f := range link.Func(p.Funcs()) {
		file := p.FileOf(f)
		n := from.Runs(p, effects.Node(f), file.OpBase()+p.Facts(f).Ops[0])
		if file.Test || len(file.Facts.Tries) == 0 || !from.Reaches(n) {
			continue
		}
		told := map[uint32]bool{}
		visit := func(op *facts.Op, steps func() []effects.Step) {
			rule.Around(file, op, func(x *facts.Ctx) bool {
				if x.Kind == facts.CtxHandler || x.Kind == facts.CtxFinally {
					return false
				}
				if x.Kind != facts.CtxTry {
					return true
				}
				if h := c.mute(f, x.B); h != nil && !told[h.Pos] {
					told[h.Pos] = true
					site := rule.Last(steps())
					y := p.At(f, &facts.Op{Pos: h.Pos, Len: 6})
					y.Message = fmt.Sprintf("when `%s` fails in %s (`%s`), the line that this handler logs holds neither the exception nor its traceback: nothing tells the cause", rule.CalledAs(site), from.What(n), p.Short(from.For(p, n)))
					y.Help = "log it with its traceback: `logger.exception(…)`, or `exc_info=True`"
					y.Witness = p.Frames(append(from.Way(n), steps()...))
					y.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, h.Pos)
					once.Report(p, y)
					return false
				}
				h, raised := c.replaces(f, x.B)
				if h == nil || told[h.Pos] {
					return h == nil && !catchesAll(p, f, x.B)
				}
				told[h.Pos] = true
				ends, frames := c.ends(f, raised)
				if ends == "" {
					return false
				}
				site := rule.Last(steps())
				y := p.At(f, raised)
				y.Message = fmt.Sprintf("when `%s` fails in %s (`%s`), this raises another error without a word of why, and %s: nothing tells the cause", rule.CalledAs(site), from.What(n), p.Short(from.For(p, n)), ends)
				y.Help = "log the exception with its traceback before (`logger.exception(…)`), or tell the cause with the error"
				y.Witness = append(p.Frames(append(from.Way(n), steps()...)), frames...)
				y.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, h.Pos)
				once.Report(p, y)
				return false
			})
		}
		t.Proved(n, visit)
	}
}

type causes struct {
	p    *rule.Pass
	flow *rule.Flow
}

// mute is the handler of a try that catches everything and ends it with a line in the log that says nothing of what it caught.
// What is logged for those who look for a fault alone (debug) is meant to be little.
func (c *causes) mute(f link.Func, try uint32) *facts.Handler {
	file, fn := c.p.FileOf(f), c.p.Facts(f)
	for i := range file.Facts.Tries[try].Handlers {
		h := &file.Facts.Tries[try].Handlers[i]
		if !broad(c.p, f, h.Type) {
			continue
		}
		if h.Body&(facts.HandlerRaises|facts.HandlerUsesName|facts.HandlerContinue|facts.HandlerPass) != 0 {
			return nil
		}
		lines := 0
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Pos < h.Pos || op.Pos >= h.End {
				continue
			}
			switch op.Code {
			case facts.Call:
				_, name := c.flow.Method(file, op)
				switch {
				case rule.Keyword(file, op, "exc_info") != 0 || rule.OpenKeywords(file, op):
					return nil
				case slices.Contains([]string{"error", "warning", "warn", "info"}, name) && !c.flow.CallsOwn(file, op):
					lines++
				case !harmless(c.flow.Called(file, op)) && !answering(c.flow, file, op):
					return nil // it may tell
				}
			case facts.SetAttr, facts.SetItem, facts.StateWrite, facts.Yield, facts.Await, facts.Enter:
				return nil
			}
		}
		if lines > 0 {
			return h
		}
		return nil
	}
	return nil
}

// answering: the call only makes an answer.
func answering(flow *rule.Flow, file *link.File, op *facts.Op) bool {
	called := flow.Called(file, op)
	last := called[strings.LastIndexByte(called, '.')+1:]
	return strings.HasSuffix(last, "Response") || slices.Contains([]string{"jsonify", "redirect", "render", "render_template", "make_response", "url_for", "flash", "reverse", "list", "len"}, last)
}

// replaces is the handler of a try that catches everything, does nothing but raise something else, and says nothing of what it
// caught, with the operation that raises.
func (c *causes) replaces(f link.Func, try uint32) (*facts.Handler, *facts.Op) {
	file, fn := c.p.FileOf(f), c.p.Facts(f)
	t := &file.Facts.Tries[try]
	for i := range t.Handlers {
		h := &t.Handlers[i]
		if !broad(c.p, f, h.Type) {
			continue
		}
		if h.Body&facts.HandlerRaises == 0 || h.Body&(facts.HandlerUsesName|facts.HandlerReturns|facts.HandlerContinue) != 0 {
			return nil, nil
		}
		var raised *facts.Op
		made := map[*facts.Op]bool{}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			if op := &file.Facts.Ops[o]; op.Code == facts.Raise && op.Pos >= h.Pos && op.Pos < h.End {
				d := c.flow.Made(file, facts.Ref(op.A))
				if raised != nil || d == nil || d.Code != facts.Call {
					return nil, nil // the same exception again, or one of several
				}
				raised, made[d] = op, true
			}
		}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Pos < h.Pos || op.Pos >= h.End || made[op] {
				continue
			}
			switch op.Code {
			case facts.Call:
				if !harmless(c.flow.Called(file, op)) {
					return nil, nil // a log, a metric, a report
				}
			case facts.SetAttr, facts.SetItem, facts.StateWrite, facts.Yield, facts.Await, facts.Enter:
				return nil, nil
			}
		}
		return h, raised
	}
	return nil, nil
}

// harmless: what only makes the text of an error.
func harmless(called string) bool {
	last := called[strings.LastIndexByte(called, '.')+1:]
	return slices.Contains([]string{"str", "int", "format", "gettext", "gettext_lazy", "_", "dict", "join"}, last)
}

// replies are what frameworks turn into an answer without a line in the log.
var replies = []string{"fastapi.HTTPException", "fastapi.exceptions.HTTPException", "starlette.exceptions.HTTPException", "rest_framework.exceptions", "django.http.Http404", "django.core.exceptions.PermissionDenied",
	"django.core.exceptions.SuspiciousOperation", "werkzeug.exceptions", "aiohttp.web", "sanic.exceptions", "falcon", "click.ClickException"}

// ends says what becomes of the error that f raises; "" when somebody may see its cause.
func (c *causes) ends(f link.Func, raised *facts.Op) (string, []diag.Frame) {
	file := c.p.FileOf(f)
	d := c.flow.Made(file, facts.Ref(raised.A))
	if name := c.flow.Called(file, d); rule.HasPrefix(name, replies...) {
		return "the framework makes an answer of it, without a line in the log", nil
	}
	at, class := c.flow.ClassOf(file, facts.Ref(d.A))
	if class == nil {
		return "", nil
	}
	if c.answers(at, class, 0) {
		return "the framework makes an answer of it, without a line in the log", nil
	}
	return c.caught(f, raised, &errorClass{at, class}, 0, map[link.Func]bool{f: true})
}

// answers: the program's class extends one of those.
func (c *causes) answers(file *link.File, class *facts.Class, depth int) bool {
	return slices.ContainsFunc(class.Bases, func(b facts.Ref) bool {
		if rule.HasPrefix(c.flow.Dotted(file, b), replies...) {
			return true
		}
		in, base := c.flow.ClassOf(file, b)
		return base != nil && depth < 5 && c.answers(in, base, depth+1)
	})
}

// caught goes up to those who call f and looks for the handler that ends the error: of every way, as far as it is certain.
func (c *causes) caught(f link.Func, at *facts.Op, class *errorClass, depth int, seen map[link.Func]bool) (string, []diag.Frame) {
	if depth > 4 {
		return "", nil
	}
	var text string
	var frames []diag.Frame
	for _, i := range c.p.Callers(effects.Node(f)) {
		e := &c.p.Edges[i]
		g := c.p.FuncOf(e.From)
		file := c.p.FileOf(g)
		if file.Test || e.Mode != link.Called && e.Mode != link.Consumed {
			continue
		}
		if seen[g] || e.Certainty != diag.Proved {
			return "", nil
		}
		seen[g] = true
		h, all := c.handler(g, e.Op, class)
		switch {
		case h == nil && all:
			return "", nil
		case h == nil:
			t, fs := c.caught(g, e.Op, class, depth+1, seen)
			if t == "" {
				return "", nil
			}
			text, frames = t, fs
		case c.silent(g, h):
			line, cell := file.Facts.Place(h.Pos)
			text = fmt.Sprintf("`%s` ends it without its traceback", c.p.Short(g))
			frames = []diag.Frame{{Function: c.p.Name(g), File: file.Path, Line: line, Cell: cell, Note: "catches it"}}
		default:
			return "", nil
		}
	}
	return text, frames
}

// handler is the one around an operation that catches the class; all says that something else may.
func (c *causes) handler(g link.Func, op *facts.Op, class *errorClass) (found *facts.Handler, all bool) {
	file := c.p.FileOf(g)
	rule.Around(file, op, func(x *facts.Ctx) bool {
		if x.Kind != facts.CtxTry {
			return true
		}
		for i := range file.Facts.Tries[x.B].Handlers {
			h := &file.Facts.Tries[x.B].Handlers[i]
			if broad(c.p, g, h.Type) || c.names(file, h.Type, class) {
				found = h
				return false
			}
			if _, other := c.flow.ClassOf(file, h.Type); other == nil && h.Type.Tag() != facts.TagBuiltin && c.flow.Dotted(file, h.Type) == "" {
				all = true // what it catches is not known
			}
		}
		return true
	})
	return found, all && found == nil
}

// errorClass is a class of errors of the program's own.
type errorClass struct {
	file  *link.File
	class *facts.Class
}

// names: the type of a handler is the class, one of those written out, or what the class extends.
func (c *causes) names(file *link.File, r facts.Ref, class *errorClass) bool {
	if d := c.flow.Made(file, r); d != nil && d.Code == facts.MakeTuple {
		elems, _ := file.Facts.Elems(d)
		return slices.ContainsFunc(elems, func(e uint32) bool { return c.names(file, facts.Ref(e), class) })
	}
	_, k := c.flow.ClassOf(file, r)
	return k != nil && c.extends(class.file, class.class, k, 0)
}

func (c *causes) extends(file *link.File, class, base *facts.Class, depth int) bool {
	return class == base || depth < 6 && slices.ContainsFunc(class.Bases, func(b facts.Ref) bool {
		in, k := c.flow.ClassOf(file, b)
		return k != nil && c.extends(in, k, base, depth+1)
	})
}

// silent: the handler neither raises nor writes a traceback anywhere.
func (c *causes) silent(g link.Func, h *facts.Handler) bool {
	file, fn := c.p.FileOf(g), c.p.Facts(g)
	if h.Body&facts.HandlerRaises != 0 {
		return false
	}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Pos < h.Pos || op.Pos >= h.End || op.Code != facts.Call {
			continue
		}
		if rule.Keyword(file, op, "exc_info") != 0 {
			return false
		}
		_, name := c.flow.Method(file, op)
		called := c.flow.Called(file, op)
		if name == "exception" || name == "critical" || name == "opt" || strings.HasPrefix(name, "capture") || rule.HasPrefix(called, "traceback", "sentry_sdk", "rollbar", "bugsnag") || c.flow.CallsOwn(file, op) {
			return false // it may tell, or a function of the program's own may
		}
	}
	return true
}
