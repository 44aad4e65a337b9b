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

// longBody is the least number of lines over which the parts are spread: shorter bodies can be read at once.
const longBody = 50

func handlerThatDoesEverything(p *rule.Pass) {
	told := map[link.Func]bool{}
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call == nil || r.Call.Phase != "request" || told[r.Func] || p.FileOf(r.Func).Test {
			continue
		}
		told[r.Func] = true
		everything(p, r.Func)
	}
}

func everything(p *rule.Pass, f link.Func) {
	file, fn := p.FileOf(f), p.Facts(f)
	if fn.Kind != facts.Function || fn.Ops[0] == fn.Ops[1] {
		return
	}
	first, _ := file.Facts.Place(fn.NamePos)
	last, _ := file.Facts.Place(file.Facts.Ops[fn.Ops[1]-1].Pos)
	if last-first < longBody {
		return
	}
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
			if name := file.Facts.Str(op.B); slices.ContainsFunc(rule.Words(name), func(w string) bool { return slices.Contains(permits, w) }) {
				set(1, "decides who may", op, "asks `"+name+"`")
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
		switch s.Kind {
		case knowledge.DB:
			set(2, "queries", s.Op, "calls "+name)
		case knowledge.DBWrite:
			set(3, "writes", s.Op, "calls "+name)
		case knowledge.Net, knowledge.Notify, knowledge.Payment, knowledge.LLM, knowledge.Subprocess, knowledge.Queue:
			set(4, sideEffect(s.Kind), s.Op, "calls "+name)
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
	if len(names) < len(parts)-1 || parts[3].op == nil {
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
