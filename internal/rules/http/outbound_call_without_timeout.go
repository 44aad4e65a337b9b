package http

import (
	"fmt"
	"path"
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
	Code: "RW301", Name: "outbound-call-without-timeout", Since: "0.1", Family: "http",
	Doc: docs.Read("outbound_call_without_timeout.md"), Check: outboundCallWithoutTimeout,
})

var outbound = rule.Kinds(knowledge.Net, knowledge.Notify, knowledge.LLM, knowledge.Payment)

func outboundCallWithoutTimeout(p *rule.Pass) {
	b := bounds{p: p, flow: p.NewFlow(func(*rule.Value) string { return "" }), made: map[string][]*link.LibraryCall{}, patched: map[*link.File]bool{}, mounted: map[*facts.Op]bool{}, plain: map[*link.File]bool{}, set: map[string]bool{}, starts: map[*facts.Class]bool{}}
	b.collect()
	b.adapted = p.NewFlow(func(v *rule.Value) string {
		if v.Op != nil && b.mounted[v.Op] {
			return "session"
		}
		return ""
	})
	var once rule.Once
	fixtures := p.FixtureFiles()
	// Constructors that wait themselves are findings of their own.
	waits := map[*facts.Op]bool{}
	for i := range p.Sites {
		waits[p.Sites[i].Op] = waits[p.Sites[i].Op] || p.Sites[i].Timeout == effects.WaitsForever
	}
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if !outbound(s.Kind) || s.Call == nil || s.Effect == nil || file.Test || fixtures[file] || file.Facts.Notebook != nil || buildFile(file.Path) {
			continue
		}
		if b.elsewhere(s) {
			continue
		}
		if kw, _ := b.handedOn(file, p.Facts(p.FuncOf(s.Node)), s.Op); kw >= 0 {
			if rule.Keyword(file, s.Op, s.Effect.Timeout) != 0 {
				continue
			}
			b.leftOut(&once, s, s.Node, kw, []effects.Step{p.SiteStep(s)})
			continue
		}
		switch s.Timeout {
		case effects.WaitsForever:
			b.report(&once, s, "")
		case effects.MaybeBounded:
			if why, made := b.unboundedObject(s); why != "" && !slices.ContainsFunc(made, func(c *link.LibraryCall) bool { return waits[c.Op] }) {
				b.report(&once, s, why)
			}
		case effects.Bounded:
			if why, _ := b.unboundedObject(s); why != "" && !s.Call.Arg(s.Effect.Timeout).Given { // its default is taken away
				b.report(&once, s, why)
				continue
			}
			b.defaultOfWrapper(&once, s)
		}
	}
}

type bounds struct {
	p        *rule.Pass
	flow     *rule.Flow
	made     map[string][]*link.LibraryCall // constructor calls by class
	patched  map[*link.File]bool            // files that give a session its timeout in their own way
	mounted  map[*facts.Op]bool             // calls that make a session which gets an adapter of the program's own
	plain    map[*link.File]bool            // files that give a session one of the library's adapters
	adapted  *rule.Flow                     // from a session to where it gets its adapter
	defaults bool                           // socket.setdefaulttimeout
	// Django's setting for mail.
	mailTimeout bool
	starts      map[*facts.Class]bool // classes that start a process
	set         map[string]bool       // libraries whose client is given a limit by a call of set_timeout
}

func (b *bounds) collect() {
	makers := b.p.NewFlow(func(v *rule.Value) string {
		if v.Op != nil && v.Op.Code == facts.Call && slices.ContainsFunc(b.p.CallsAt(v.Op), func(i int) bool { return rule.HasPrefix(b.p.Calls[i].Path, "requests") }) {
			return "session"
		}
		return ""
	})
	for i := range b.p.Calls {
		c := &b.p.Calls[i]
		if rule.HasPrefix(c.Path, "subprocess.Popen", "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "multiprocessing.Process") {
			if class := b.classOf(b.p.FuncOf(effects.Node(c.From))); class != nil {
				b.starts[class] = true
			}
		}
		if c.Path == "socket.setdefaulttimeout" {
			b.defaults = true
		}
		if strings.HasSuffix(c.Path, ".set_timeout") {
			b.set[rule.Top(c.Path)] = true
		}
		if c.Entity != nil && c.Entity.Kind == knowledge.Class {
			b.made[c.Entity.Path] = append(b.made[c.Entity.Path], c)
		}
		if strings.HasSuffix(c.Path, ".mount") && rule.HasPrefix(c.Path, "requests") {
			// An adapter of the program's own may set a default, where it sends.
			file := b.p.File(effects.Node(c.From))
			for _, t := range c.Pos(1).Types() {
				if rule.HasPrefix(t, "requests") || !b.sends(file, rule.Pos(file, c.Op, 1)) {
					b.plain[file] = true
					continue
				}
				b.patched[file] = true
				if session, _ := b.flow.Method(file, c.Op); session != 0 {
					if o := makers.From(file, session); o != nil {
						b.mounted[o.Op] = true
					}
				}
			}
		}
	}
	for _, f := range b.p.Files {
		for _, g := range f.Facts.Globals {
			b.mailTimeout = b.mailTimeout || f.Facts.Str(g.Name) == "EMAIL_TIMEOUT"
		}
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

// sends: the adapter's class may send requests in its own way; one that only makes its connections otherwise does not.
func (b *bounds) sends(file *link.File, r facts.Ref) bool {
	made := b.flow.Made(file, r)
	if made == nil || made.Code != facts.Call {
		return true
	}
	at, class := b.flow.ClassOf(file, facts.Ref(made.A))
	if class == nil || len(class.Bases) != 1 || !rule.HasPrefix(b.flow.Dotted(at, class.Bases[0]), "requests") {
		return true
	}
	return slices.ContainsFunc(class.Members, func(m facts.NamedRef) bool {
		name := at.Facts.Str(m.Name)
		return name == "send" || strings.Contains(strings.ToLower(name), "timeout")
	})
}

// elsewhere: something that the call itself does not show bounds it, or may.
func (b *bounds) elsewhere(s *effects.Site) bool {
	c := s.Call
	if b.ofChild(s) {
		return true
	}
	if b.defaults && rule.HasPrefix(c.Path, "urllib", "http.client", "smtplib", "ftplib", "socket", "imaplib", "poplib", "telnetlib", "xmlrpc") {
		return true
	}
	if b.set[rule.Top(c.Path)] {
		return true
	}
	file := b.p.File(s.Node)
	// Mail goes over a connection that has its own limit, where one is handed in or the settings give one.
	if rule.HasPrefix(c.Path, "django.core.mail") && (b.mailTimeout || c.Keyword("connection").Given) {
		return true
	}
	// **options may hold one; those of the function's own are looked at where it is called.
	if openArgs(b.p, c) {
		if kw, alone := b.handedOn(file, b.p.Facts(b.p.FuncOf(s.Node)), c.Op); kw < 0 || !alone || s.Effect.Timeout == "" || s.Effect.DefaultTimeout != knowledge.Forever {
			return true
		}
	}
	recv := c.ReceiverPath()
	if recv != "" {
		if b.patched[file] || b.patchedAt(s) {
			return true
		}
		// A class of the program's own that extends the library's may add the timeout.
		if c.Entity != nil && c.Entity.Parent != nil && recv != c.Entity.Parent.Path && !rule.HasPrefix(recv, rule.Top(c.Path)) {
			return true
		}
	}
	if b.adaptedAt(s) || b.options(s) || rule.GivenText(b.p, s) {
		return true
	}
	switch c.Path[strings.LastIndexByte(c.Path, '.')+1:] {
	case "start", "run", "work", "run_forever", "serve_forever", "listen", "start_polling", "start_consuming", "consume", "wait", "connect_forever":
		return true // made to run for as long as the program does, or until the next message comes
	}
	if strings.HasPrefix(c.Path, "socket.socket.") || strings.HasPrefix(c.Path, "pycurl.") {
		return true // settimeout and setopt are matters of the object
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

// ofChild: the address is written out and this machine's own, in a class that starts a process: that one answers, and its end ends the call.
func (b *bounds) ofChild(s *effects.Site) bool {
	if s.Op.Code != facts.Call || s.Effect.URL == "" || !b.starts[b.classOf(b.p.FuncOf(s.Node))] {
		return false
	}
	text, _ := b.flow.Text(b.p.File(s.Node), s.Call.Arg(s.Effect.URL).Ref)
	_, rest, _ := strings.Cut(text, "://")
	return strings.HasPrefix(rest, "localhost") || strings.HasPrefix(rest, "127.0.0.1") || strings.HasPrefix(rest, "[::1]")
}

// classOf is the class whose method a block is, or is in; nil for none.
func (b *bounds) classOf(f link.Func) *facts.Class {
	file, fn := b.p.FileOf(f), b.p.Facts(f)
	for fn.Class == 0 && fn.Parent != 0 {
		fn = &file.Facts.Funcs[fn.Parent]
	}
	if fn.Class == 0 {
		return nil
	}
	return &file.Facts.Classes[fn.Class-1]
}

// patchedAt: the receiver is what a function gives that makes sessions in a file which gives them their timeout, or what such a function
// calls gives: make_session(), context.http.
func (b *bounds) patchedAt(s *effects.Site) bool {
	if len(b.patched) == 0 || s.Op.Code != facts.Call {
		return false
	}
	file := b.p.File(s.Node)
	callee := b.flow.Def(file, facts.Ref(s.Op.A))
	if callee == nil || callee.Code != facts.Attr {
		return false
	}
	made := b.flow.Made(file, facts.Ref(callee.A))
	if made == nil {
		return false
	}
	for _, n := range [...]effects.Node{s.Node, effects.Node(file.FirstFunc())} {
		for _, i := range b.p.OutEdges(n) {
			e := &b.p.Edges[i]
			if e.Op != made || e.Mode != link.Called {
				continue
			}
			if b.patched[b.p.File(e.To)] {
				return true
			}
			for _, k := range b.p.OutEdges(e.To) {
				if g := &b.p.Edges[k]; g.Mode == link.Called && b.patched[b.p.File(g.To)] {
					return true
				}
			}
		}
	}
	return false
}

// adaptedAt: the receiver is a session that got an adapter of the program's own where it was made, and no other in this file.
func (b *bounds) adaptedAt(s *effects.Site) bool {
	file := b.p.File(s.Node)
	if len(b.mounted) == 0 || s.Op.Code != facts.Call || b.plain[file] {
		return false
	}
	session, _ := b.flow.Method(file, s.Op)
	return session != 0 && b.adapted.From(file, session) != nil
}

// optionsOf are classes of clients that take their limit in their own way, and the parameter in which they do.
var optionsOf = []struct{ library, class, param string }{{"google.genai", "google.genai.client.Client", "http_options"}, {"mistralai", "mistralai.Mistral", "timeout_ms"}, {"mistralai", "mistralai.client.Mistral", "timeout_ms"}, {"xmlrpc", "xmlrpc.client.ServerProxy", "transport"}}

// options: some client of the library is given options of its connection, in which a limit may be.
func (b *bounds) options(s *effects.Site) bool {
	for _, o := range optionsOf {
		if rule.HasPrefix(s.Path, o.library) && slices.ContainsFunc(b.made[o.class], func(c *link.LibraryCall) bool {
			return c.Keyword(o.param).Given || openArgs(b.p, c)
		}) {
			return true
		}
	}
	return false
}

// unboundedObject: every object of the receiver's class in the program was made without a timeout.
func (b *bounds) unboundedObject(s *effects.Site) (string, []*link.LibraryCall) {
	e := s.Effect
	if e.ClassTimeout == "" || s.Call.Entity == nil || s.Call.Entity.Parent == nil {
		return "", nil
	}
	class := s.Call.ReceiverPath()
	if class == "" {
		class = s.Call.Entity.Parent.Path
	}
	made := b.made[class]
	if len(made) == 0 {
		return "", nil
	}
	none := true
	for _, c := range made {
		a := c.Arg(e.ClassTimeout)
		if !a.Given {
			a = c.Keyword(e.ClassTimeout)
		}
		if a.Given && !a.IsNone() || openArgs(b.p, c) {
			return "", nil
		}
		none = none && a.Given
	}
	if e.DefaultTimeout == knowledge.Forever || none {
		return class[strings.LastIndexByte(class, '.')+1:], made
	}
	return "", nil
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

func (b *bounds) report(once *rule.Once, s *effects.Site, class string) {
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
		x.Help = "give it a limit: what it may take at most before its caller gives up"
		for prefix, way := range otherWays {
			if rule.HasPrefix(s.Path, prefix) {
				x.Help = way
			}
		}
		if param != "" {
			x.Help = fmt.Sprintf("add `%s=…` in seconds: what this call may take at most before its caller gives up", param)
		}
	}
	x.Fixes = b.limit(s, class, param)
	x.Witness = p.Frames([]effects.Step{p.SiteStep(s)})
	x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.File(s.Node).Index, s.Op.Pos)
	if rule.HasPrefix(s.Path, "telnetlib", "ftplib", "imaplib", "poplib", "nntplib") {
		x.Group = fmt.Sprintf("%s:%d:%s", p.Rule.Code, p.File(s.Node).Index, rule.Top(s.Path)) // a conversation: its connection's limit holds for all
	}
	if rule.HasPrefix(s.Path, "django.core.mail") {
		class = "EMAIL_TIMEOUT"
		x.Message = fmt.Sprintf("`%s` may wait for ever: the settings have no `%s`", name, class)
	}
	if class != "" {
		x.Group = p.Rule.Code + ":" + class // one limit mends them all
	}
	once.Report(p, x)
}

// otherWays say how calls get a limit that take none themselves.
var otherWays = map[string]string{
	"urllib.request.urlretrieve": "open it with `urllib.request.urlopen(url, timeout=…)` and copy what it gives (`shutil.copyfileobj`): `urlretrieve` takes no limit",
	"django.core.mail":           "set `EMAIL_TIMEOUT` in the settings, in seconds",
	"sendgrid":                   "set the client's own: `sg.client.timeout = …`, in seconds",
	"feedparser":                 "fetch the feed with a client that has a timeout, and give `feedparser.parse` the text",
	"google.genai":               "give the client a limit, in milliseconds: `genai.Client(…, http_options=types.HttpOptions(timeout=…))`",
}

// Libraries whose timeout parameter takes a number of seconds.
var inSeconds = []string{"requests", "httpx", "urllib", "urllib3", "http.client", "smtplib", "ftplib", "imaplib", "poplib", "nntplib", "telnetlib", "socket.create_connection", "openai", "anthropic", "groq",
	"cohere", "slack_sdk", "paramiko.SSHClient", "paramiko.client", "requests_oauthlib", "pywebpush", "tornado.httpclient", "elasticsearch", "hvac", "twilio", "websocket"}

// Seconds that a fix gives a call: long enough for what answers at all, since the caller's own limit is not known.
const (
	seconds      = "30"
	modelSeconds = "120"
)

// limit is the fix that gives the call, or all the constructors of its client, a timeout.
func (b *bounds) limit(s *effects.Site, class, param string) []diag.Fix {
	if !rule.HasPrefix(s.Path, inSeconds...) || !strings.HasPrefix(param, "timeout") || strings.Contains(param, "ms") {
		return nil
	}
	value := seconds
	if s.Kind == knowledge.LLM {
		value = modelSeconds
	}
	calls := []*link.LibraryCall{s.Call}
	if class != "" {
		_, calls = b.unboundedObject(s)
	}
	var changes []diag.Change
	for _, c := range calls {
		file := b.p.File(effects.Node(c.From))
		if c.Op.Code != facts.Call || c.Arg(param).Given && !c.Keyword(param).Given {
			return nil // given by its position, or not a call that arguments could be added to
		}
		x := diag.Change{Kind: diag.SetKeyword, File: file.Path, Span: diag.Span{Start: c.Op.Pos, End: c.Op.Pos + uint32(c.Op.Len)}, Name: param, Text: value}
		if !slices.Contains(changes, x) {
			changes = append(changes, x)
		}
	}
	what := "the call"
	if class != "" {
		what = "each call of `" + class + "`"
	}
	return []diag.Fix{{Message: fmt.Sprintf("add `%s=%s`: %s raises an exception after %s seconds without an answer, instead of waiting for ever", param, value, what, value), Changes: changes}}
}

// defaultOfWrapper: the call passes its function's own parameter as the timeout, whose default is None, and callers leave it
// out. All such callers are one finding.
func (b *bounds) defaultOfWrapper(once *rule.Once, s *effects.Site) {
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
			once.Report(p, x)
		}
	}
}

// handedOn is the parameter **options of a function that it hands on to a call as it came, -1 for none; alone: nothing else of the
// call is open.
func (b *bounds) handedOn(file *link.File, fn *facts.Func, op *facts.Op) (kw int, alone bool) {
	kw = slices.IndexFunc(fn.Params, func(p facts.Param) bool { return p.Kind == facts.VarKeyword })
	if kw < 0 || op.Code != facts.Call {
		return -1, false
	}
	own, open := fn.Params[kw].Var, 0
	a := file.Facts.Args(op)
	for i := 0; i < len(a.Kw); i += 2 {
		if a.Kw[i] != 0 {
			continue
		}
		if open++; facts.Ref(a.Kw[i+1]) != own {
			return -1, false
		}
	}
	if open != 1 {
		return -1, false
	}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ { // options["timeout"] = …, options.setdefault(…), prepare(options)
		if x := &file.Facts.Ops[o]; x != op && slices.Contains(rule.Reads(file, x), own) {
			return -1, false
		}
	}
	return kw, a.Stars == 0
}

// leftOut reports the callers of a function that hands its **options on to a call without a limit, where they give it none.
func (b *bounds) leftOut(once *rule.Once, s *effects.Site, n effects.Node, kw int, steps []effects.Step) {
	p := b.p
	f := p.FuncOf(n)
	fn := p.Facts(f)
	if slices.ContainsFunc(fn.Params, func(x facts.Param) bool { return p.FileOf(f).Facts.Str(x.Name) == s.Effect.Timeout }) {
		return // its own parameter of that name is none of the options
	}
	// Where some callers give a limit, each that does not is mended by itself; else the function is.
	each := slices.ContainsFunc(p.InEdges(n), func(i uint32) bool {
		e := &p.Edges[i]
		return e.Op.Code == facts.Call && rule.Keyword(p.File(e.From), e.Op, s.Effect.Timeout) != 0
	})
	for _, i := range p.InEdges(n) {
		e := &p.Edges[i]
		file := p.File(e.From)
		if e.Mode != link.Called || e.Op.Code != facts.Call || e.Certainty != diag.Proved || file.Test || file.Facts.Notebook != nil || buildFile(file.Path) || rule.Keyword(file, e.Op, s.Effect.Timeout) != 0 {
			continue
		}
		way := append([]effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}}, steps...)
		if up, _ := b.handedOn(file, p.Facts(p.FuncOf(e.From)), e.Op); up >= 0 {
			if len(way) < 4 {
				b.leftOut(once, s, e.From, up, way)
			}
			continue
		}
		if rule.OpenKeywords(file, e.Op) {
			continue
		}
		x := p.At(p.FuncOf(e.From), e.Op)
		x.Message = fmt.Sprintf("`%s` may wait for ever: `%s` hands its options on, and no `%s` is among them here", rule.CalledAs(s), p.Short(f), s.Effect.Timeout)
		x.Help = fmt.Sprintf("let `%s` set a limit where it is given none, or give one here", p.Short(f))
		x.Witness = p.Frames(way)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.File(s.Node).Index, s.Op.Pos)
		if each {
			x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, e.Op.Pos)
		}
		once.Report(p, x)
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
	return path.Base(file) == "setup.py" || path.Base(file) == "noxfile.py" || rule.InDir(file, "docs", "doc", "examples", "example", "benchmarks") || strings.HasPrefix(file, ".") || strings.Contains(file, "/.")
}
