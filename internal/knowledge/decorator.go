package knowledge

import (
	"slices"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// The decorators of stubs. Each entry lists the keywords it takes; Positional is the number of positional arguments at
// most, with the least in Needs.
type decorator struct {
	needs, positional int
	keywords          []string
	apply             func(r *reader, e *Entity, a *arguments)
}

const many = 1 << 10

var decorators map[string]decorator

func init() {
	decorators = map[string]decorator{
		"effect": {0, 1, []string{"blocking", "timeout", "default_timeout", "sql", "mode", "when", "equals", "not_equals", "unless",
			"method", "write", "url", "idempotent", "transaction", "staged", "taint", "sink", "shell"}, (*reader).effect},
		"calls":               {1, many, conditionWords, callback(Calls)},
		"returns_call":        {1, many, conditionWords, callback(ReturnsCall)},
		"calls_when_iterated": {1, many, conditionWords, callback(CallsWhenIterated)},
		"offloads":            {1, many, append([]string{"gives"}, conditionWords...), callback(Offloads)},
		"makes":               {1, 1, conditionWords, (*reader).makes},
		"starts":              {1, many, append([]string{"on"}, conditionWords...), callback(Starts)},
		"schedules":           {1, many, conditionWords, callback(Schedules)},
		"awaits":              {1, many, conditionWords, callback(Awaits)},
		"depends":             {1, many, conditionWords, callback(Depends)},
		"default_factory":     {1, many, conditionWords, callback(Defaults)},
		"enqueues":            {1, 1, conditionWords, callback(Enqueues)},
		"registers":           {1, many, append([]string{"phase", "method", "gives"}, conditionWords...), callback(Registers)},
		"registers_decorated": {0, 0, []string{"phase", "method", "gives", "keeps", "becomes", "binds", "factory", "context"}, decorated(RegistersDecorated, Both)},
		"wraps_decorated":     {0, 0, []string{"context", "factory", "becomes", "gives"}, decorated(WrapsDecorated, Direct)},
		"handlers":            {1, many, []string{"phase", "method"}, (*reader).handlers},
		"context": {1, 1, nil, func(r *reader, e *Entity, a *arguments) {
			e.Context = a.string(0, "")
		}},
		"taint": {1, 1, nil, func(r *reader, e *Entity, a *arguments) {
			e.Taint = a.oneOf(a.string(0, ""), "taint", taints)
		}},
		"framework": {1, 1, nil, func(r *reader, e *Entity, a *arguments) {
			e.Framework = a.oneOf(a.string(0, ""), "framework", Frameworks)
		}},
		"model":    {0, 0, nil, trait(Model)},
		"settings": {0, 0, nil, trait(Settings)},
		"orm":      {0, 0, nil, trait(ORM)},
		"unsafe": {0, 0, []string{"when", "equals", "not_equals", "safe_when", "safe_equals", "safe_not_equals"}, func(r *reader, e *Entity, a *arguments) {
			e.Unsafe = append(e.Unsafe, Unsafe{When: a.condition("when", "equals", "not_equals"), Safe: a.condition("safe_when", "safe_equals", "safe_not_equals")})
		}},
		"property":        {0, 0, nil, property},
		"cached_property": {0, 0, nil, property},
		"dataclass":       {0, 0, []string{"frozen", "kw_only", "slots", "eq", "order", "init", "repr", "unsafe_hash"}, trait(Model)},
		"abstractmethod":  {0, 0, nil, func(r *reader, e *Entity, a *arguments) { e.Abstract = true }},
		// A generator function made a context manager: what it yields is what `with` binds.
		"contextmanager":      {0, 0, nil, manager(ContextManager)},
		"asynccontextmanager": {0, 0, nil, manager(AsyncContextManager)},
		"staticmethod":        {0, 0, nil, func(r *reader, e *Entity, a *arguments) { e.Static = e.Parent.Kind == Class }},
		"classmethod":         {0, 0, nil, func(r *reader, e *Entity, a *arguments) { e.ClassMethod = e.Parent.Kind == Class }},
		"final":               {}, "overload": {}, "override": {}, "runtime_checkable": {}, "type_check_only": {}, "total_ordering": {},
		"deprecated": {0, 1, []string{"category"}, nil},
	}
}

var (
	conditionWords = []string{"when", "equals", "not_equals"}
	taints         = []string{"secret", "env", "user", "model", "external", "db"}
	phases         = []string{"request", "job", "startup", "shutdown", "callback", "test", "import"}
	transactions   = []string{"begin", "commit", "rollback"}

	// Frameworks are the kinds of work that the use of a library marks.
	Frameworks = []string{"asgi-app", "wsgi-app", "celery-app", "task-queue", "dag", "cli", "dashboard", "ai-client", "agent", "test"}
)

func callback(mode CallMode) func(r *reader, e *Entity, a *arguments) {
	return func(r *reader, e *Entity, a *arguments) {
		for i := range a.call.Args {
			k := Call{Mode: mode, Param: a.string(i, ""), On: a.named("on"), Method: a.named("method"), Gives: a.list("gives"), When: a.condition("when", "equals", "not_equals"), Keeps: true}
			if p := a.named("phase"); p != "" {
				k.Phase = a.oneOf(p, "phase", phases)
			}
			switch p, _, member := strings.Cut(k.Param, "."); {
			case member && mode != Calls:
				a.fault("only @calls takes a method of a parameter")
			case p != "self":
				a.param(p)
			case mode != Enqueues && mode != Calls && mode != Offloads && !member:
				a.param(p)
			}
			e.Calls = append(e.Calls, k)
			if mode == Enqueues { // handing a job over is itself a call to the queue
				e.Effects = append(e.Effects, Effect{Kind: Queue, Blocking: !e.Async})
			}
		}
	}
}

func decorated(mode CallMode, form Form) func(r *reader, e *Entity, a *arguments) {
	return func(r *reader, e *Entity, a *arguments) {
		k := Call{Mode: mode, Method: a.named("method"), Gives: a.list("gives"), Becomes: a.named("becomes"), Binds: a.named("binds"), Context: a.named("context"), Form: form, Keeps: true}
		if p := a.named("phase"); p != "" {
			k.Phase = a.oneOf(p, "phase", phases)
		}
		if lit, ok := a.keyword("keeps"); ok {
			k.Keeps = a.bool(lit, "keeps")
		}
		if lit, ok := a.keyword("factory"); ok {
			switch {
			case lit.Kind == LitTrue:
				k.Form = Factory
			case lit.Kind == LitFalse:
				k.Form = Direct
			case lit.Kind == LitString && lit.Text == "both":
				k.Form = Both
			default:
				a.fault("factory is True, False or \"both\"")
			}
		}
		e.Calls = append(e.Calls, k)
	}
}

// makes names the class of which a constructor gives an instance when a condition holds.
func (r *reader) makes(e *Entity, a *arguments) {
	if e.Name != "__init__" {
		a.fault("@makes belongs on __init__")
		return
	}
	k := Call{Mode: Makes, Becomes: a.string(0, ""), When: a.condition("when", "equals", "not_equals"), Keeps: true}
	if k.When == nil {
		a.fault("@makes needs when")
	}
	e.Calls = append(e.Calls, k)
}

// handlers names the methods that a framework calls on the classes that a program makes from this one. A name in capitals is an
// HTTP method, which the method of that name in small letters answers.
func (r *reader) handlers(e *Entity, a *arguments) {
	if e.Kind != Class {
		a.fault("@handlers belongs on a class")
		return
	}
	phase := a.oneOf(a.named("phase"), "phase", phases)
	for i := range a.call.Args {
		k := Call{Mode: Registers, Param: a.string(i, ""), Phase: phase, Method: a.named("method"), Keeps: true}
		if upper := strings.ToUpper(k.Param); k.Param == upper {
			k.Method, k.Param = upper, strings.ToLower(upper)
		}
		e.Handlers = append(e.Handlers, k)
	}
}

func trait(t Traits) func(r *reader, e *Entity, a *arguments) {
	return func(r *reader, e *Entity, a *arguments) {
		if e.Kind == Class {
			e.Traits |= t
		} else if t == Model { // a decorator such as attrs.define, which makes its class a model
			e.Traits |= t
		} else {
			a.fault("this decorator belongs on a class")
		}
	}
}

func property(r *reader, e *Entity, a *arguments) {
	if e.Kind != Function || e.Parent.Kind != Class {
		a.fault("a property is a method")
		return
	}
	e.Property = true
}

func manager(kind TypeKind) func(r *reader, e *Entity, a *arguments) {
	return func(r *reader, e *Entity, a *arguments) {
		t := &Type{Kind: kind}
		if y := e.Returns; y != nil {
			switch y.Kind {
			case Iterator, AsyncIterator, Generator, AsyncGenerator:
				t.Args = y.Args[:min(1, len(y.Args))]
			case kind:
				t = y
			default:
				t.Args = []*Type{y}
			}
		}
		e.Returns, e.Generator, e.Async = t, false, false
	}
}

// decorate applies one decorator of a stub's function or class.
func (r *reader) decorate(e *Entity, d ast.Expr) {
	a := arguments{r: r, e: e, at: d}
	name := ""
	if call, ok := d.(*ast.Call); ok {
		a.call = call
		name = r.dotted(call.Func)
	} else {
		a.call = &ast.Call{}
		name = r.dotted(d)
	}
	spec, ok := decorators[last(name)]
	if !ok {
		r.report(d, "unknown decorator %s", strings.TrimSpace(name))
		return
	}
	a.check(spec, last(name))
	if spec.apply != nil && !a.failed {
		spec.apply(r, e, &a)
	}
}

func (r *reader) effect(e *Entity, a *arguments) {
	if t := a.named("taint"); t != "" {
		e.Taint = a.oneOf(t, "taint", taints)
	}
	if len(a.call.Args) == 0 {
		if len(a.call.Keywords) != 1 || e.Taint == "" { // @effect(taint="user") alone says what the result is
			a.fault("@effect needs a kind")
		}
		return
	}
	kind, ok := ParseEffectKind(a.string(0, ""))
	if !ok {
		a.fault("unknown effect kind %q", a.string(0, ""))
		return
	}
	x := Effect{Kind: kind, Blocking: kind.Blocks() && !e.Async}
	if lit, ok := a.keyword("blocking"); ok {
		x.Blocking = a.bool(lit, "blocking")
		if x.Blocking && e.Async {
			a.fault("an effect of `async def` is never blocking")
		}
	}
	if t := a.named("timeout"); t != "" {
		if p, ok := strings.CutPrefix(t, "class:"); ok {
			x.ClassTimeout = p
		} else {
			x.Timeout = t
			a.param(t)
		}
	}
	if lit, ok := a.keyword("default_timeout"); ok {
		switch lit.Kind {
		case LitNone:
			x.DefaultTimeout = Forever
		case LitNumber:
			seconds, err := strconv.ParseFloat(strings.ReplaceAll(lit.Text, "_", ""), 64)
			if err != nil {
				a.fault("default_timeout is None or a number of seconds")
			}
			x.DefaultTimeout, x.Seconds = Bounded, seconds
		default:
			a.fault("default_timeout is None or a number of seconds")
		}
	}
	for _, p := range []struct {
		word string
		to   *string
	}{{"sql", &x.SQL}, {"mode", &x.Mode}, {"method", &x.Method}, {"url", &x.URL}, {"sink", &x.Sink}, {"shell", &x.Shell}} {
		if *p.to = a.named(p.word); *p.to != "" {
			a.param(*p.to)
		}
	}
	x.When = a.condition("when", "equals", "not_equals")
	if p := a.named("unless"); p != "" {
		if x.When != nil {
			a.fault("unless= goes without when=")
		}
		a.param(p)
		x.When = &Condition{p, Absent, nil}
	}
	if lit, ok := a.keyword("write"); ok {
		x.Write = a.bool(lit, "write")
	}
	if lit, ok := a.keyword("idempotent"); ok {
		x.Idempotent = False
		if a.bool(lit, "idempotent") {
			x.Idempotent = True
		}
	}
	if lit, ok := a.keyword("staged"); ok {
		x.Staged = a.bool(lit, "staged")
	}
	if t := a.named("transaction"); t != "" {
		x.Transaction = a.oneOf(t, "transaction", transactions)
	}
	// Decorators stand in source order, so the effects of an entity do too.
	e.Effects = append(e.Effects, x)
}

// arguments are those of one decorator.
type arguments struct {
	r      *reader
	e      *Entity
	at     ast.Expr
	call   *ast.Call
	failed bool
}

func (a *arguments) fault(format string, args ...any) {
	a.failed = true
	a.r.report(a.at, format, args...)
}

func (a *arguments) check(spec decorator, name string) {
	switch n := len(a.call.Args); {
	case n < spec.needs:
		a.fault("@%s needs an argument", name)
	case n > spec.positional:
		a.fault("@%s takes %d positional arguments, not %d", name, spec.positional, n)
	}
	for i := range a.call.Keywords {
		if k := a.r.text(a.call.Keywords[i].Arg); !slices.Contains(spec.keywords, k) {
			a.fault("@%s has no keyword %s", name, k)
		}
	}
}

// string is the i-th positional argument or the keyword, which must be a string.
func (a *arguments) string(i int, word string) string {
	if i < len(a.call.Args) {
		if lit, ok := a.r.literal(a.call.Args[i]); ok && lit.Kind == LitString {
			return lit.Text
		}
		a.fault("the argument must be a string")
	}
	return ""
}

func (a *arguments) keyword(word string) (Literal, bool) {
	for i := range a.call.Keywords {
		if k := &a.call.Keywords[i]; a.r.text(k.Arg) == word {
			lit, ok := a.r.literal(k.Value)
			if !ok {
				a.fault("%s must be a constant", word)
			}
			return lit, ok
		}
	}
	return Literal{}, false
}

// named is the string given to a keyword, "" when it is not given.
func (a *arguments) named(word string) string {
	lit, ok := a.keyword(word)
	if ok && lit.Kind != LitString {
		a.fault("%s must be a string", word)
	}
	return lit.Text
}

// list are the strings given to a keyword: one, or a tuple of them.
func (a *arguments) list(word string) (out []string) {
	for _, lit := range a.literals(word) {
		if lit.Kind != LitString {
			a.fault("%s must be a string or a tuple of them", word)
		}
		out = append(out, lit.Text)
	}
	return out
}

func (a *arguments) bool(lit Literal, word string) bool {
	if lit.Kind != LitTrue && lit.Kind != LitFalse {
		a.fault("%s is True or False", word)
	}
	return lit.Kind == LitTrue
}

func (a *arguments) oneOf(s, word string, allowed []string) string {
	if !slices.Contains(allowed, s) {
		a.fault("unknown %s %q; one of %s", word, s, strings.Join(allowed, ", "))
	}
	return s
}

func (a *arguments) condition(when, equals, notEquals string) *Condition {
	param := a.named(when)
	eq := a.literals(equals)
	ne := a.literals(notEquals)
	if param == "" {
		if eq != nil || ne != nil {
			a.fault("%s needs %s", equals, when)
		}
		return nil
	}
	a.param(param)
	switch {
	case eq != nil:
		return &Condition{param, Equals, eq}
	case ne != nil:
		return &Condition{param, NotEquals, ne}
	}
	return &Condition{param, Given, nil}
}

// literals are the constants given to a keyword: one, or a tuple of them.
func (a *arguments) literals(word string) []Literal {
	for i := range a.call.Keywords {
		if k := &a.call.Keywords[i]; a.r.text(k.Arg) == word {
			var list []Literal
			for _, x := range elements(k.Value) {
				lit, ok := a.r.literal(x)
				if !ok {
					a.fault("%s must be a constant or a tuple of them", word)
				}
				list = append(list, lit)
			}
			return list
		}
	}
	return nil
}

// param checks that the decorated function has a parameter of this name. On a class it is the constructor's, which is not
// read yet.
func (a *arguments) param(name string) {
	if a.e.Kind != Function || a.e.Param(name) >= 0 {
		return
	}
	if n := len(a.e.Params); n > 0 && a.e.Params[n-1].Kind == KwArg {
		return // **kwargs takes it
	}
	a.fault("%s has no parameter %s", a.e.Path, name)
}

// literal reads a constant, a negative number or a dotted name.
func (r *reader) literal(e ast.Expr) (Literal, bool) {
	switch e := e.(type) {
	case *ast.Constant:
		switch e.Kind {
		case ast.None:
			return Literal{Kind: LitNone}, true
		case ast.True:
			return Literal{Kind: LitTrue}, true
		case ast.False:
			return Literal{Kind: LitFalse}, true
		case ast.Int, ast.Float:
			return Literal{LitNumber, string(r.file.Src[e.Start:e.Stop])}, true
		case ast.Str:
			s, ok := r.file.StringValue(e)
			return Literal{LitString, s}, ok
		}
	case *ast.UnaryOp:
		if v, ok := r.literal(e.Operand); ok && e.Op == ast.USub && v.Kind == LitNumber {
			return Literal{LitNumber, "-" + v.Text}, true
		}
	case *ast.Name, *ast.Attribute:
		if d := r.dotted(e); d != "" {
			return Literal{LitName, d}, true
		}
	}
	return Literal{}, false
}
