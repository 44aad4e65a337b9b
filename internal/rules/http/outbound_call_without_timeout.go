package http

import (
	"fmt"
	"path"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW301", Name: "outbound-call-without-timeout", Since: "0.1", Family: "http",
	Doc: docs.Read("outbound_call_without_timeout.md"), Check: outboundCallWithoutTimeout,
})

var outbound = rule.Kinds(knowledge.Net, knowledge.Notify, knowledge.LLM, knowledge.Payment)

func outboundCallWithoutTimeout(p *rule.Pass) {
	b := bounds{p: p, made: map[string][]*link.LibraryCall{}, patched: map[*link.File]bool{}}
	b.collect()
	var g rule.Grouped
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if !outbound(s.Kind) || s.Call == nil || s.Effect == nil || file.Test || file.Facts.Notebook != nil || buildFile(file.Path) {
			continue
		}
		if b.elsewhere(s) {
			continue
		}
		switch s.Timeout {
		case effects.WaitsForever:
			b.report(&g, s, "")
		case effects.MaybeBounded:
			if why := b.unboundedObject(s); why != "" {
				b.report(&g, s, why)
			}
		case effects.Bounded:
			b.defaultOfWrapper(&g, s)
		}
	}
	g.Report(p)
}

type bounds struct {
	p        *rule.Pass
	made     map[string][]*link.LibraryCall // constructor calls by class
	patched  map[*link.File]bool            // files that give a session its timeout in their own way
	defaults bool                           // socket.setdefaulttimeout
}

func (b *bounds) collect() {
	for i := range b.p.Calls {
		c := &b.p.Calls[i]
		if c.Path == "socket.setdefaulttimeout" {
			b.defaults = true
		}
		if c.Entity != nil && c.Entity.Kind == knowledge.Class {
			b.made[c.Entity.Path] = append(b.made[c.Entity.Path], c)
		}
		if strings.HasSuffix(c.Path, ".mount") && rule.HasPrefix(c.Path, "requests") {
			// An adapter of the program's own may set a default.
			for _, t := range c.Pos(1).Types() {
				if !rule.HasPrefix(t, "requests") {
					b.patched[b.p.File(effects.Node(c.From))] = true
				}
			}
		}
	}
	for _, f := range b.p.Files {
		for o := range f.Facts.Ops {
			op := &f.Facts.Ops[o]
			if op.Code == facts.SetAttr {
				switch f.Facts.Str(op.B) {
				case "request", "send", "timeout":
					b.patched[f] = true // session.request = functools.partial(session.request, timeout=5)
				}
			}
		}
	}
}

// elsewhere: something that the call itself does not show bounds it, or may.
func (b *bounds) elsewhere(s *effects.Site) bool {
	c := s.Call
	if b.defaults && rule.HasPrefix(c.Path, "urllib", "http.client", "smtplib", "ftplib", "socket", "imaplib", "poplib", "telnetlib", "xmlrpc") {
		return true
	}
	file := b.p.File(s.Node)
	// **options may hold one.
	if c.Op.Code == facts.Call {
		a := file.Facts.Args(c.Op)
		for i := 0; i < len(a.Kw); i += 2 {
			if a.Kw[i] == 0 {
				return true
			}
		}
		if a.Stars != 0 {
			return true
		}
	}
	recv := c.ReceiverPath()
	if recv != "" {
		if b.patched[file] {
			return true
		}
		// A class of the program's own that extends the library's may add the timeout.
		if c.Entity != nil && c.Entity.Parent != nil && recv != c.Entity.Parent.Path && !rule.HasPrefix(recv, top(c.Path)) {
			return true
		}
	}
	if strings.HasPrefix(c.Path, "socket.socket.") {
		return true // settimeout is a matter of the object
	}
	bounded := false
	rule.Around(file, c.Op, func(x *facts.Ctx) bool {
		if x.Kind == facts.CtxWith {
			if m := rule.ManagerOf(b.p, b.p.FuncOf(s.Node), x); m != nil && m.Context == "timeout" {
				bounded = true
			}
		}
		return !bounded
	})
	return bounded || s.Mode == link.Scheduled || s.Mode == link.Made || s.Mode == link.Consumed
}

func top(dotted string) string {
	if i := strings.IndexByte(dotted, '.'); i > 0 {
		return dotted[:i]
	}
	return dotted
}

// unboundedObject: every object of the receiver's class in the program was made without a timeout.
func (b *bounds) unboundedObject(s *effects.Site) string {
	e := s.Effect
	if e.ClassTimeout == "" || s.Call.Entity == nil || s.Call.Entity.Parent == nil {
		return ""
	}
	class := s.Call.ReceiverPath()
	if class == "" {
		class = s.Call.Entity.Parent.Path
	}
	made := b.made[class]
	if len(made) == 0 {
		return ""
	}
	none := true
	for _, c := range made {
		a := c.Arg(e.ClassTimeout)
		if !a.Given {
			a = c.Keyword(e.ClassTimeout)
		}
		if a.Given && !a.IsNone() || openArgs(b.p, c) {
			return ""
		}
		none = none && a.Given
	}
	if e.DefaultTimeout == knowledge.Forever || none {
		return class[strings.LastIndexByte(class, '.')+1:]
	}
	return ""
}

func openArgs(p *rule.Pass, c *link.LibraryCall) bool {
	if c.Op.Code != facts.Call {
		return false
	}
	a := p.File(effects.Node(c.From)).Facts.Args(c.Op)
	for i := 0; i < len(a.Kw); i += 2 {
		if a.Kw[i] == 0 {
			return true
		}
	}
	return a.Stars != 0
}

func (b *bounds) report(g *rule.Grouped, s *effects.Site, class string) {
	p := b.p
	f := p.FuncOf(s.Node)
	x := p.At(f, s.Op)
	x.Certainty = s.Certainty
	name := rule.CalledAs(s)
	a := s.Call.Arg(s.Effect.Timeout)
	param := s.Effect.Timeout
	switch {
	case class != "":
		param = s.Effect.ClassTimeout
		x.Message = fmt.Sprintf("`%s` may wait for ever: its `%s` is made without a timeout", name, class)
		x.Help = fmt.Sprintf("give `%s(…, %s=…)` a limit in seconds", class, param)
	case a.Given && a.IsNone():
		x.Message = fmt.Sprintf("`%s` may wait for ever: `%s=None` takes its timeout away", name, param)
		x.Help = fmt.Sprintf("give `%s` a limit in seconds", param)
	default:
		x.Message = fmt.Sprintf("`%s` may wait for ever: it has no timeout, and neither its library nor its session sets one", name)
		x.Help = "add a limit"
		if param != "" {
			x.Help = fmt.Sprintf("add `%s=…` in seconds: what this call may take at most before its caller gives up", param)
		}
	}
	x.Witness = p.Frames([]effects.Step{p.SiteStep(s)})
	x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.File(s.Node).Index, s.Op.Pos)
	g.Add(x, nil)
}

// defaultOfWrapper: the call passes its function's own parameter as the timeout, whose default is None, and callers leave it
// out. All such callers are one finding.
func (b *bounds) defaultOfWrapper(g *rule.Grouped, s *effects.Site) {
	p := b.p
	if s.Effect.Timeout == "" || s.Effect.DefaultTimeout == knowledge.Bounded && !explicitNone(s) {
		return
	}
	a := s.Call.Arg(s.Effect.Timeout)
	f := p.FuncOf(s.Node)
	fn := p.Facts(f)
	for i := range fn.Params {
		par := &fn.Params[i]
		if !a.Ref.IsVar() || par.Var != a.Ref || !par.Default.Is(facts.ConstNone) {
			continue
		}
		name := p.FileOf(f).Facts.Str(par.Name)
		for _, n := range p.InEdges(s.Node) {
			e := &p.Edges[n]
			caller := p.FuncOf(e.From)
			if e.Mode != link.Called || p.FileOf(caller).Test || passes(p, e, fn, i, name) {
				continue
			}
			x := p.At(caller, e.Op)
			x.Certainty = min(e.Certainty, diag.Proved)
			x.Message = fmt.Sprintf("`%s` may wait for ever: `%s` passes its `%s` on, which is None here", rule.CalledAs(s), p.Short(f), name)
			x.Help = fmt.Sprintf("give `%s` of `%s` a default in seconds", name, p.Short(f))
			x.Witness = p.Frames([]effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}, p.SiteStep(s)})
			x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.FileOf(f).Index, s.Op.Pos)
			g.Add(x, nil)
		}
	}
}

// explicitNone: libraries with a default of their own lose it when they are given None.
func explicitNone(s *effects.Site) bool { return rule.HasPrefix(s.Path, "httpx") }

// passes: the call gives the parameter, or may.
func passes(p *rule.Pass, e *effects.Edge, fn *facts.Func, i int, name string) bool {
	if e.Op.Code != facts.Call {
		return true
	}
	file := p.File(e.From)
	a := file.Facts.Args(e.Op)
	if a.Stars != 0 {
		return true
	}
	for k := 0; k < len(a.Kw); k += 2 {
		if a.Kw[k] == 0 || file.Facts.Str(a.Kw[k]) == name {
			return true
		}
	}
	if fn.Params[i].Kind == facts.KeywordOnly {
		return false
	}
	if fn.Flags&facts.FuncMethod != 0 {
		i-- // the receiver is not among the arguments
	}
	return len(a.Pos) > i
}

func buildFile(file string) bool {
	return path.Base(file) == "setup.py" || path.Base(file) == "noxfile.py" || rule.InDir(file, "docs", "doc", "examples", "example", "benchmarks")
}
