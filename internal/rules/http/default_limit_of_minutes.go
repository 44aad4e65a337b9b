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
	Code: "RW306", Name: "default-limit-of-minutes", Since: "0.1", Family: "http",
	// The library's own limit ends it, and findings on real code are few yet.
	Severity: rule.Always(diag.Note),
	Doc:      docs.Read("default_limit_of_minutes.md"), Check: defaultLimitOfMinutes,
})

// tooLong is a limit, in seconds, that no one who asked waits for. Models have a rule of their own.
const tooLong = 300

var slow = rule.Kinds(knowledge.Net, knowledge.Queue, knowledge.Notify, knowledge.Payment)

func defaultLimitOfMinutes(p *rule.Pass) {
	from := p.Arrivals()
	if from.None() {
		return
	}
	if !slices.ContainsFunc(p.Sites, func(s effects.Site) bool {
		return s.Effect != nil && s.Effect.Seconds >= tooLong && slow(s.Kind) && s.Call != nil
	}) {
		return
	}
	limited := map[string]bool{} // parameters of constructors that some call in the program gives
	made := map[*facts.Op]*link.LibraryCall{}
	for i := range p.Calls {
		if c := &p.Calls[i]; c.Op.Code == facts.Call && c.Entity != nil && c.Entity.Kind == knowledge.Class {
			made[c.Op] = c
			a := p.File(effects.Node(c.From)).Facts.Args(c.Op)
			for k := 0; k < len(a.Kw); k += 2 {
				name := ""
				if a.Kw[k] != 0 {
					name = p.File(effects.Node(c.From)).Facts.Str(a.Kw[k])
				}
				limited[rule.Top(c.Path)+":"+name] = true
			}
			if a.Stars != 0 {
				limited[rule.Top(c.Path)+":"] = true
			}
		}
	}
	lib := ""
	flow := p.NewFlow(func(v *rule.Value) string {
		if c := made[v.Op]; v.Op != nil && c != nil && rule.Top(c.Path) == lib {
			return "its client"
		}
		return ""
	})
	var once rule.Once
	for i := range p.Sites {
		s := &p.Sites[i]
		ef := s.Effect
		if !slow(s.Kind) || s.Call == nil || ef == nil || s.Mode != link.Called || s.Certainty != diag.Proved || ef.DefaultTimeout != knowledge.Bounded || ef.Seconds < tooLong ||
			!from.Reaches(s.Node) || from.What(s.Node) != "a request" || s.Op.Code != facts.Call {
			continue
		}
		file := p.File(s.Node)
		lib = rule.Top(s.Path)
		if file.Test || rule.OpenKeywords(file, s.Op) || ef.Timeout != "" && s.Call.Arg(ef.Timeout).Given ||
			ef.ClassTimeout != "" && (limited[lib+":"+ef.ClassTimeout] || limited[lib+":"]) {
			continue
		}
		var its *link.LibraryCall
		if o := flow.From(file, facts.Ref(s.Op.A)); o != nil {
			its = made[o.Op]
		}
		if its != nil && (its.Keyword("timeout").Given || rule.OpenKeywords(p.File(effects.Node(its.From)), its.Op)) {
			continue
		}
		entry := p.Short(from.For(p, s.Node))
		x := p.At(p.FuncOf(s.Node), s.Op)
		x.Message = fmt.Sprintf("`%s` may hold a request (`%s`) for %.0f minutes: that is its library's own limit, and nothing here sets another", rule.CalledAs(s), entry, ef.Seconds/60)
		param := ef.Timeout
		if param == "" {
			param = ef.ClassTimeout
		}
		x.Help = "set a limit that its caller can live with"
		if param != "" {
			x.Help += fmt.Sprintf(", with `%s`", strings.TrimPrefix(param, "class:"))
		}
		x.Witness = p.Frames(append(from.Way(s.Node), p.SiteStep(s)))
		if its != nil {
			f := p.FuncOf(effects.Node(its.From))
			at := p.At(f, its.Op)
			x.Witness = append(x.Witness, diag.Frame{Function: p.Name(f), File: at.File, Line: at.Line, Cell: at.Cell, Note: "makes its client without a limit"})
		}
		x.Group = p.Rule.Code + ":" + file.Path + ":" + lib
		once.Report(p, x)
	}
}
