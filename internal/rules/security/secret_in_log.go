package security

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
	Code: "RW501", Name: "secret-in-log", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("secret_in_log.md"), Check: secretInLog,
})

// secretName says whether a name means a credential itself, not something about it.
func secretName(name string) bool {
	w := rule.Words(name)
	if len(w) == 0 {
		return false
	}
	last := w[len(w)-1]
	before := ""
	if len(w) > 1 {
		before = w[len(w)-2]
	}
	for _, x := range w {
		switch x {
		case "max", "min", "num", "count", "has", "is", "no", "missing", "invalid", "with", "without", "use", "hashed", "hash", "encrypted", "masked", "redacted", "public", "fake", "dummy", "next", "page",
			"continuation", "sync", "pagination", "cancellation", "prompt", "completion", "error", "special", "pad", "eos", "bos", "csrf", "start", "end", "stop", "input", "output", "require", "requires", "allow", "validate", "verify", "test", "change", "reset", "msg", "message":
			return false
		}
	}
	switch last {
	case "credentials":
		return before != "application" // GOOGLE_APPLICATION_CREDENTIALS is the path of a file
	case "password", "passwd", "passphrase", "apikey", "authorization":
		return true
	case "pwd":
		return before != ""
	case "secret":
		return true
	case "key":
		return before == "api" || before == "secret" || before == "private" || before == "signing" || before == "encryption"
	case "token":
		switch before {
		case "access", "refresh", "auth", "api", "bearer", "bot", "session", "jwt", "id", "oauth", "secret", "user", "github", "slack", "hf", "admin", "service":
			return true
		}
	}
	return address(w)
}

// address: the words name an address of a database or queue, which holds its user and password.
func address(words []string) bool {
	if len(words) == 1 {
		return words[0] == "dsn"
	}
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	switch words[len(words)-2] {
	case "db", "database", "postgres", "postgresql", "mysql", "mongo", "mongodb", "redis", "broker", "amqp", "rabbitmq", "sqlalchemy":
		return last == "url" || last == "uri" || last == "dsn"
	case "connection", "conn":
		return last == "string" || last == "str"
	}
	return false
}

// namesKey: a constant that holds the name of a key or header, not its value.
func namesKey(global string) bool {
	switch rule.Words(global)[0] {
	case "conf", "attr", "header", "field", "param", "key", "env", "service", "default", "label", "option", "error":
		return true
	}
	return false
}

// isPath: the variable of a module is a path, so that the secret is in the file there.
func isPath(p *rule.Pass, file *link.File, r facts.Ref) bool {
	values := p.NewFlow(func(*rule.Value) string { return "" })
	at, global := values.Global(file, r)
	if at == nil {
		return false
	}
	made := values.Made(at, global)
	return made != nil && slices.ContainsFunc(p.CallsAt(made), func(i int) bool { return rule.HasPrefix(p.Calls[i].Path, "pathlib") })
}

// flow finds where a value of a block came from: the name of a secret, or a parameter.
type flow struct {
	p    *rule.Pass
	file *link.File
	fn   *facts.Func
	defs map[facts.Ref]*facts.Op // of a long block
	seen map[facts.Ref]bool
}

func newFlow(p *rule.Pass, f link.Func) *flow {
	return &flow{p: p, file: p.FileOf(f), fn: p.Facts(f), seen: map[facts.Ref]bool{}}
}

// def is the first operation of the block that gives a variable its value.
func (x *flow) def(r facts.Ref) *facts.Op {
	ops := x.file.Facts.Ops[x.fn.Ops[0]:x.fn.Ops[1]]
	if len(ops) <= 64 {
		for i := range ops {
			if r != 0 && ops[i].Dst == r {
				return &ops[i]
			}
		}
		return nil
	}
	if x.defs == nil {
		x.defs = make(map[facts.Ref]*facts.Op, len(ops))
		for i := range ops {
			if op := &ops[i]; op.Dst != 0 && x.defs[op.Dst] == nil {
				x.defs[op.Dst] = op
			}
		}
	}
	return x.defs[r]
}

// secret is the name of the credential that a value holds or contains; param is the index of the parameter it comes from
// otherwise, -1 for none.
func (x *flow) secret(r facts.Ref) (name string, param int) {
	clear(x.seen)
	return x.from(r, 0)
}

func (x *flow) from(r facts.Ref, depth int) (string, int) {
	if !r.IsVar() || depth > 30 || x.seen[r] {
		return "", -1
	}
	x.seen[r] = true
	for i := range x.fn.Params {
		if x.fn.Params[i].Var == r {
			// A parameter that is only called secret is as often the name of one.
			if name := x.file.Facts.Str(x.fn.Params[i].Name); secretName(name) && name != "secret" {
				return name, -1
			}
			return "", i
		}
	}
	op := x.def(r)
	if op == nil {
		if r.Tag() == facts.TagShared {
			for _, g := range x.file.Facts.Globals {
				if g.Ref == r && secretName(x.file.Facts.Str(g.Name)) && !namesKey(x.file.Facts.Str(g.Name)) && !isPath(x.p, x.file, r) {
					return x.file.Facts.Str(g.Name), -1
				}
			}
		}
		return "", -1
	}
	param := -1
	try := func(rs ...uint32) string {
		for _, a := range rs {
			name, i := x.from(facts.Ref(a), depth+1)
			if name != "" {
				return name
			}
			if i >= 0 && param < 0 {
				param = i
			}
		}
		return ""
	}
	switch op.Code {
	case facts.Attr:
		if name := x.file.Facts.Str(op.B); secretName(name) && !strings.HasPrefix(name, "get") {
			return name, -1
		}
		return "", -1
	case facts.Item:
		if k := facts.Ref(op.C); k.Tag() == facts.TagStr && secretName(x.file.Facts.Str(k.Index())) {
			return x.file.Facts.Str(k.Index()), -1
		}
		return "", -1
	case facts.Copy, facts.Narrow:
		return try(op.A), param
	case facts.Format, facts.MakeList, facts.MakeTuple:
		elems, _ := x.file.Facts.Elems(op)
		return try(elems...), param
	case facts.BinOp:
		return try(op.A, op.C), param
	case facts.MakeDict:
		items := x.file.Facts.Items(op)
		for i := 1; i < len(items); i += 2 {
			if name := try(items[i]); name != "" {
				return name, -1
			}
		}
		return "", param
	case facts.Call:
		return x.call(op, try), param
	}
	return "", -1
}

// call: most functions of a secret give something else (its length, a mask, a hash); these give it back.
func (x *flow) call(op *facts.Op, try func(...uint32) string) string {
	a := x.file.Facts.Args(op)
	callee := facts.Ref(op.A)
	if callee.Tag() == facts.TagBuiltin {
		switch x.file.Facts.Str(callee.Index()) {
		case "str", "repr":
			return try(a.Pos...)
		}
		return ""
	}
	if name := givenBy(x.calledName(op)); strings.HasSuffix(name, "_token") && (secretName(name) || !slices.ContainsFunc(rule.Words(name), aboutSecret) && !slices.ContainsFunc(rule.Words(name), wordOfTexts)) {
		return name
	}
	m := x.def(callee)
	if m == nil {
		return ""
	}
	switch m.Code {
	case facts.Attr:
		switch x.file.Facts.Str(m.B) {
		case "format":
			return try(slices.Concat(a.Pos, values(a.Kw))...)
		case "strip", "encode", "decode", "rstrip", "lstrip", "get_secret_value":
			return try(m.A)
		case "get", "getenv", "pop":
			if len(a.Pos) > 0 {
				if k := facts.Ref(a.Pos[0]); k.Tag() == facts.TagStr && secretName(x.file.Facts.Str(k.Index())) {
					return x.file.Facts.Str(k.Index())
				}
			}
		case "dumps":
			if len(a.Pos) > 0 {
				return try(a.Pos[0])
			}
		}
	}
	return ""
}

func values(kw []uint32) []uint32 {
	var out []uint32
	for i := 1; i < len(kw); i += 2 {
		out = append(out, kw[i])
	}
	return out
}

// logged are the operands of an operation that logs. Printing counts where nobody sits before the screen: see secretInLog.
func (x *flow) logged(op *facts.Op) []uint32 {
	if op.Code != facts.Call {
		return nil
	}
	a := x.file.Facts.Args(op)
	return slices.Concat(a.Pos, values(a.Kw))
}

// opened: the function opens what has the name, or makes a path of it.
func opened(p *rule.Pass, f link.Func, name string) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	x := newFlow(p, f)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Call {
			continue
		}
		opens := facts.Ref(op.A).Tag() == facts.TagBuiltin && file.Facts.Str(facts.Ref(op.A).Index()) == "open"
		for _, i := range p.CallsAt(op) {
			opens = opens || p.Calls[i].Path == "open" || rule.HasPrefix(p.Calls[i].Path, "pathlib.Path", "builtins.open", "io.open")
		}
		if a := rule.Pos(file, op, 0); opens && a != 0 {
			if found, _ := x.secret(a); found == name {
				return true
			}
		}
	}
	return false
}

func secretInLog(p *rule.Pass) {
	type sink struct {
		f     link.Func
		param int
	}
	leaks := map[sink]effects.Step{} // parameters that reach a log
	first := map[sink]sink{}
	flows := map[link.Func]*flow{}
	at := func(f link.Func) *flow {
		if flows[f] == nil {
			flows[f] = newFlow(p, f)
		}
		return flows[f]
	}
	var once rule.Once
	var queue []sink
	report := func(f link.Func, op *facts.Op, name string, steps []effects.Step, certainty diag.Certainty) {
		if opened(p, f, name) {
			return // the name is that of a file, in which the secret is
		}
		site := rule.Last(steps)
		x := p.At(f, op)
		x.Certainty = certainty
		if len(steps) > 1 {
			x.Message = fmt.Sprintf("`%s` gives `%s` to `%s`, which logs it with `%s`", p.Short(f), name, p.Via(steps), rule.CalledAs(site))
		} else {
			x.Message = fmt.Sprintf("`%s` writes `%s` to the log with `%s`", p.Short(f), name, rule.CalledAs(site))
		}
		if address(rule.Words(name)) {
			if rule.Imports(p.FileOf(f), "sqlite3", "aiosqlite", "oracledb", "cx_Oracle") {
				return // the address is that of a file, or names host and service only
			}
			x.Message += ": such an address holds the user and the password"
			x.Certainty, x.ByForm = diag.Likely, true
		}
		x.Help = fmt.Sprintf("leave `%s` out of the message, or log whose it is instead; what was logged already has to be changed", name)
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.FileOf(f).Index, op.Pos)
		once.Report(p, x)
	}
	told := map[*facts.Op]bool{}
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if s.Kind != knowledge.Log && s.Kind != knowledge.Stdout || s.Call == nil || file.Test || file.Facts.Notebook != nil || told[s.Op] || !writesArguments(s) {
			continue
		}
		told[s.Op] = true
		f := p.FuncOf(s.Node)
		if s.Kind == knowledge.Stdout && !inService(p, s.Node) {
			continue
		}
		x := at(f)
		said := ""
		if !standsIn(file.Path) {
			said = x.said(s.Op)
		}
		for _, r := range x.logged(s.Op) {
			name, param := x.secret(facts.Ref(r))
			if name == "" && said != "" {
				name, said = said, ""
			}
			switch {
			case name != "":
				report(f, s.Op, name, []effects.Step{p.SiteStep(s)}, s.Certainty)
			case param >= 0 && !conditional(file, s.Op):
				k := sink{f, param}
				if _, ok := leaks[k]; !ok {
					leaks[k] = p.SiteStep(s)
					queue = append(queue, k)
				}
			}
		}
	}
	into := map[link.Func][]*effects.Edge{}
	for i := range p.Edges {
		e := &p.Edges[i]
		if e.Mode == link.Called && e.Op.Code == facts.Call && e.Certainty == diag.Proved {
			into[p.FuncOf(e.To)] = append(into[p.FuncOf(e.To)], e)
		}
	}
	// A parameter that reaches a log makes a log of its function, for up to five calls.
	steps := func(k sink, e *effects.Edge) []effects.Step {
		out := []effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}}
		for n := 0; n < 6; n++ {
			s := leaks[k]
			out = append(out, s)
			if s.Site != nil {
				break
			}
			k = first[k]
		}
		return out
	}
	depth := map[sink]int{}
	for len(queue) > 0 {
		k := queue[0]
		queue = queue[1:]
		fn := p.Facts(k.f)
		for _, e := range into[k.f] {
			g := p.FuncOf(e.From)
			if p.FileOf(g).Test || p.FileOf(g).Facts.Notebook != nil || e.Op.Flags&facts.FlagDecorator != 0 {
				continue
			}
			x := at(g)
			r, ok := argument(x.file, e.Op, fn, p.FileOf(k.f), k.param)
			if !ok {
				continue
			}
			name, param := x.secret(r)
			switch {
			case name != "":
				report(g, e.Op, name, steps(k, e), diag.Likely)
			case param >= 0 && depth[k] < 4:
				up := sink{g, param}
				if _, have := leaks[up]; !have {
					leaks[up] = effects.Step{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}
					first[up] = k
					depth[up] = depth[k] + 1
					queue = append(queue, up)
				}
			}
		}
	}
}

// conditional: whether the call logs may depend on what else the function was given.
func conditional(file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		yes = yes || c.Kind == facts.CtxIf || c.Kind == facts.CtxMatch
		return !yes
	})
	return yes
}

// writesArguments: the call puts its arguments into the log; logging.getLogger and addHandler do not.
func writesArguments(s *effects.Site) bool {
	switch s.Path[strings.LastIndexByte(s.Path, '.')+1:] {
	case "debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log", "print", "trace", "success", "msg", "capture_message", "echo", "secho", "pprint":
		return true
	}
	return false
}

// inService: the output goes to a service's or job's log, not to the person who started a command.
func inService(p *rule.Pass, n effects.Node) bool {
	if p.Inventory == nil {
		return false
	}
	served := false
	for _, w := range p.Inventory.Reaching(n) {
		switch string(w.Kind) {
		case "service", "job", "ai-app":
			served = true
		default:
			return false
		}
	}
	return served
}

// argument is what a call gives to a function's parameter.
func argument(file *link.File, op *facts.Op, fn *facts.Func, callee *link.File, param int) (facts.Ref, bool) {
	a := file.Facts.Args(op)
	name := callee.Facts.Str(fn.Params[param].Name)
	switch fn.Params[param].Kind {
	case facts.VarPositional, facts.VarKeyword:
		return 0, false
	}
	for i := 0; i+1 < len(a.Kw); i += 2 {
		if a.Kw[i] != 0 && file.Facts.Str(a.Kw[i]) == name {
			return facts.Ref(a.Kw[i+1]), true
		}
	}
	if a.Stars != 0 {
		return 0, false
	}
	if fn.Flags&facts.FuncMethod != 0 && len(fn.Params) > 0 {
		switch callee.Facts.Str(fn.Params[0].Name) {
		case "self", "cls":
			param--
		}
	}
	if param < 0 || param >= len(a.Pos) {
		return 0, false
	}
	return facts.Ref(a.Pos[param]), true
}
