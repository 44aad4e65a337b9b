package http

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
	Code: "RW307", Name: "handler-that-does-everything", Since: "0.1", Family: "http",
	// Nothing is wrong yet: it is where the next change goes wrong.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Note, CustomerFacing: diag.Note},
	Doc:      docs.Read("handler_does_everything.md"), Check: handlerThatDoesEverything,
})

// A part of a handler's body, with the first place where it shows.
type part struct {
	name string
	op   *facts.Op
	what string
}

// permits are words of names that say who may do something.
var permits = []string{"permission", "permissions", "perm", "perms", "staff", "superuser", "admin", "role", "roles", "forbidden", "authorize", "authorized", "unauthorized", "scope", "scopes", "owner", "owned"}

// longBody is the least number of lines of a body in which one of the parts may be missing: shorter ones can be read at once, and count
// only when they do all of it.
const longBody = 50

func handlerThatDoesEverything(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	told := map[link.Func]bool{}
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "request" || told[r.Func] || p.FileOf(r.Func).Test {
			continue
		}
		told[r.Func] = true
		everything(p, flow, r.Func)
	}
}

func everything(p *rule.Pass, flow *rule.Flow, f link.Func) {
	file, fn := p.FileOf(f), p.Facts(f)
	if fn.Kind != facts.Function || fn.Ops[0] == fn.Ops[1] {
		return
	}
	first, _ := file.Facts.Place(fn.NamePos)
	last, _ := file.Facts.Place(file.Facts.Ops[fn.Ops[1]-1].Pos)
	long := last-first >= longBody
	var parts [5]part
	set := func(i int, name string, op *facts.Op, what string) {
		if parts[i].op == nil || op.Pos < parts[i].op.Pos {
			parts[i] = part{name, op, what}
		}
	}
	refusals := 0
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		switch op.Code {
		case facts.Raise, facts.Return:
			if conditional(file, op) {
				refusals++
				set(0, "checks its input", op, "refuses")
			}
		case facts.Attr:
			if name := file.Facts.Str(op.B); permit(name) {
				set(1, "decides who may", op, "asks `"+name+"`")
			}
		case facts.Call:
			if strings.HasSuffix(flow.Called(file, op), ".abort") && conditional(file, op) {
				refusals++
				set(0, "checks its input", op, "refuses")
			}
			fallthrough
		case facts.Item: // session.get("role"), claims["scope"]
			if name := asked(file, op); permit(name) {
				set(1, "decides who may", op, "asks for `"+name+"`")
			}
		}
	}
	if refusals < 3 {
		parts[0] = part{}
	}
	for _, i := range p.SitesOf(effects.Node(f)) {
		s := &p.Sites[i]
		if s.Mode != link.Called {
			continue
		}
		name := "`" + rule.CalledAs(s) + "`"
		kind := s.Kind
		if kind == knowledge.DBWrite && rule.Selects(s) {
			kind = knowledge.DB
		}
		switch kind {
		case knowledge.DB:
			set(2, "queries", s.Op, "calls "+name)
		case knowledge.DBWrite:
			set(3, "writes", s.Op, "calls "+name)
		case knowledge.Net, knowledge.Notify, knowledge.Payment, knowledge.LLM, knowledge.Subprocess, knowledge.Queue:
			set(4, sideEffect(kind), s.Op, "calls "+name)
		}
	}
	for _, i := range p.OutEdges(effects.Node(f)) {
		if e := &p.Edges[i]; e.Mode == link.Enqueued {
			set(4, "enqueues", e.Op, "enqueues `"+p.Short(p.FuncOf(e.To))+"`")
		}
	}
	var names []string
	for _, x := range parts {
		if x.op != nil {
			names = append(names, x.name)
		}
	}
	if len(names) < len(parts)-1 || parts[3].op == nil || !long && len(names) < len(parts) {
		return
	}
	x := p.AtName(f)
	x.Message = fmt.Sprintf("`%s` %s and %s, all in one body of %d lines: none of it can be tested or used without the rest", p.Short(f), strings.Join(names[:len(names)-1], ", "), names[len(names)-1], last-first+1)
	x.Help = "leave the request in the handler, and move what it decides and does into a function that takes values and can be tested without a request"
	for _, y := range parts {
		if y.op == nil {
			continue
		}
		at := p.At(f, y.op)
		x.Witness = append(x.Witness, diag.Frame{Function: p.Name(f), File: at.File, Line: at.Line, Cell: at.Cell, Note: y.what})
	}
	p.Report(x)
}

func permit(name string) bool {
	return slices.ContainsFunc(rule.Words(name), func(w string) bool { return slices.Contains(permits, w) })
}

// asked is the key that a request, a session or its claims are asked for.
func asked(file *link.File, op *facts.Op) string {
	key := facts.Ref(op.C)
	if op.Code == facts.Call {
		a := file.Facts.Args(op)
		if len(a.Pos) == 0 || len(a.Pos) > 2 {
			return ""
		}
		key = facts.Ref(a.Pos[0])
	}
	if key.Tag() != facts.TagStr {
		return ""
	}
	if text := file.Facts.Str(key.Index()); len(text) <= 40 && !strings.ContainsAny(text, " /:") {
		return text
	}
	return ""
}

func sideEffect(k knowledge.EffectKind) string {
	switch k {
	case knowledge.Notify:
		return "sends messages"
	case knowledge.Payment:
		return "takes payments"
	case knowledge.LLM:
		return "asks a model"
	case knowledge.Subprocess:
		return "runs programs"
	case knowledge.Queue:
		return "publishes"
	}
	return "calls other services"
}

// conditional: an if decides whether the operation runs.
func conditional(file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		yes = yes || c.Kind == facts.CtxIf
		return !yes
	})
	return yes
}
