package knowledge

// Kind says what an Entity is.
type Kind uint8

const (
	Module Kind = iota + 1
	Class
	Function // also a method; a property is a Function with Property set
	Variable // a module variable, a class or instance attribute
	alias    // an import or assignment that stands for something else; never leaves this package
)

var kindNames = [...]string{"", "module", "class", "function", "variable", "alias"}

func (k Kind) String() string { return kindNames[k] }

// An Entity is one thing a library offers. Entities are made once and shared: two names that mean the same thing give
// the same pointer. Nothing in an Entity changes after it was handed out.
type Entity struct {
	Kind   Kind
	Name   string
	Path   string  // canonical and dotted, where it is defined: "requests.api.get", "builtins.print"
	Parent *Entity // the class or module it is defined in; nil for a module
	File   string  // the stub, and the line of the definition in it
	Line   int

	Async       bool // `async def`: the effects happen when the result is awaited
	Property    bool // reading the attribute is the call
	Static      bool
	ClassMethod bool
	Generator   bool // the effects happen when the result is iterated over
	Abstract    bool

	Params    []Param   // without the receiver of a method or class method
	Returns   *Type     // what a call gives; the type of a Variable or property; nil when the stub does not say
	Bases     []*Type   // of a class
	Effects   []Effect  // of a call; on a class, of constructing it (besides its __init__)
	Calls     []Call    // what a call does with functions it is given
	Overloads []*Entity // further signatures of the same function, in order
	Setter    *Entity   // of a property: what assigning does

	Context   string // what `with` on it holds: "transaction", "lock", "retry", "timeout", …; "" for nothing special
	Taint     string // what the result carries: "secret", "env", "user", "model", "external", "db"; "" for nothing
	Framework string // the kind of work its use marks: "asgi-app", "celery-app", …
	Unsafe    []Unsafe
	Handlers  []Call // of a class: the methods that a framework calls on classes made from it; Param is the name, "resolve_*" all that start so
	Traits    Traits // of a class itself; Catalogue.Traits adds those it inherits

	members map[string]*Entity
	names   []string           // members in the order of the stub
	memo    map[string]*Entity // answers of Member that members does not hold; nil values are answers too
	mro     []*Entity
	stub    *stub     // of a module
	target  aliasPath // of an alias
	hidden  bool      // an import that the stub does not export
	busy    bool      // being resolved: a cycle of aliases or bases ends here
}

// Traits are properties of classes that a solver treats in its own way.
type Traits uint8

const (
	Model    Traits = 1 << iota // annotated fields are the constructor's parameters and the instance's attributes
	Settings                    // constructing it reads the environment
	ORM                         // a database table
)

// ParamKind says how a parameter takes its arguments.
type ParamKind uint8

const (
	PosOnly ParamKind = iota
	Normal
	VarArg
	KwOnly
	KwArg
)

// A Param is a parameter of a function.
type Param struct {
	Name       string
	Kind       ParamKind
	HasDefault bool
	Type       *Type // nil when the stub does not say
}

// Param is the index of the parameter called name, or -1.
func (e *Entity) Param(name string) int {
	for i := range e.Params {
		if e.Params[i].Name == name {
			return i
		}
	}
	return -1
}

// EffectKind is the kind of an effect, the most specific that fits.
type EffectKind uint8

const (
	Net EffectKind = iota
	Listen
	DB
	DBWrite
	FSRead
	FSWrite
	Env
	Subprocess
	Sleep
	Thread
	Task
	Log
	Stdout
	Clock
	Random
	State
	ModelLoad
	LLM
	Queue
	Notify
	Payment
	Exec
	Deserialize
	Exit
	EffectKinds int = iota
)

var effectNames = [EffectKinds]string{
	"net", "listen", "db", "db.write", "fs.read", "fs.write", "env", "subprocess", "sleep", "thread", "task", "log",
	"stdout", "clock", "random", "state", "model.load", "llm", "queue", "notify", "payment", "exec", "deserialize", "exit",
}

func (k EffectKind) String() string { return effectNames[k] }

// ParseEffectKind reads the spelling used in stubs, in output and in configuration.
func ParseEffectKind(s string) (EffectKind, bool) {
	for i, n := range effectNames {
		if n == s {
			return EffectKind(i), true
		}
	}
	return 0, false
}

// Blocks says whether an effect of this kind holds its thread unless its stub says otherwise.
func (k EffectKind) Blocks() bool {
	switch k {
	case Net, Listen, DB, DBWrite, FSRead, FSWrite, Subprocess, Sleep, ModelLoad, LLM, Queue, Notify, Payment:
		return true
	}
	return false
}

// An Effect is what a call does beyond computing its result. Fields that name a parameter are "" when there is none.
type Effect struct {
	Kind     EffectKind
	Blocking bool // false in `async def`

	Timeout        string  // the parameter that bounds it
	ClassTimeout   string  // the parameter, of the constructor or factory that its object comes from, that bounds it
	DefaultTimeout Default // what holds when neither is given
	Seconds        float64 // of DefaultTimeout Bounded

	SQL    string     // parameter whose literal decides between db and db.write
	Mode   string     // parameter that holds an open() mode, which decides between fs.read and fs.write
	Method string     // parameter that holds the HTTP method
	URL    string     // parameter that holds the URL or host
	Sink   string     // parameter that must not be under an outsider's control
	Shell  string     // parameter that asks for a shell
	When   *Condition // nil: always

	Write       bool // changes the remote side
	Idempotent  Tri
	Transaction string // "begin", "commit", "rollback" or ""
	Staged      bool   // happens at the end of the transaction that a `with` around the call holds, and not without one
}

// Default says how long an effect may take when the caller gives no timeout.
type Default uint8

const (
	DefaultUnknown Default = iota
	Forever
	Bounded
)

// Tri is a truth value that may be unknown.
type Tri uint8

const (
	Unknown Tri = iota
	True
	False
)

// A Condition holds when the call gives Param and, unless Op is Given, the argument equals one of Values (Equals) or none
// of them (NotEquals). A string also stands for a name that ends in it: "SafeLoader" for yaml.SafeLoader.
type Condition struct {
	Param  string
	Op     ConditionOp
	Values []Literal
}

// ConditionOp is the comparison of a Condition.
type ConditionOp uint8

const (
	Given ConditionOp = iota
	Equals
	NotEquals
	Absent // not given, None, or a value of which nothing is known
)

// A Literal is a constant in a stub. Text is the string's value, the number as written, or the dotted name.
type Literal struct {
	Kind LiteralKind
	Text string
}

// LiteralKind is the type of a Literal.
type LiteralKind uint8

const (
	LitNone LiteralKind = iota
	LitTrue
	LitFalse
	LitNumber
	LitString
	LitName
)

// Unsafe says when a call is the unsafe variant of itself (yaml.load without a safe loader). When nil means by default;
// Safe, where it holds, makes the call safe.
type Unsafe struct {
	When, Safe *Condition
}

// CallMode says what becomes of a function that a call is given.
type CallMode uint8

const (
	Calls              CallMode = iota // called before this call returns
	ReturnsCall                        // called, and its result is this call's result
	CallsWhenIterated                  // called when this call's result is iterated over
	Offloads                           // run in a worker thread or process; its effects count without blocking
	Starts                             // run by a thread, process or timer that this call, or the method On, starts
	Schedules                          // a coroutine handed to the event loop
	Awaits                             // a coroutine awaited here
	Registers                          // kept for the framework to call later
	Depends                            // called by the framework for the function whose parameter this call is a default of
	Defaults                           // called for each instance made of the class whose field this call is the default of
	Enqueues                           // a worker calls the function that the receiver was made from
	Makes                              // under a condition, what this constructor makes is an instance of the class Becomes
	RegistersDecorated                 // the function decorated by this is kept for the framework
	WrapsDecorated                     // the function decorated by this stays callable, called through a wrapper
	CallModes          int      = iota
)

var callNames = [CallModes]string{
	"calls", "returns_call", "calls_when_iterated", "offloads", "starts", "schedules", "awaits", "registers", "depends",
	"default_factory", "enqueues", "makes", "registers_decorated", "wraps_decorated",
}

func (m CallMode) String() string { return callNames[m] }

// Form says how a decorator is written.
type Form uint8

const (
	Direct  Form = iota // @lru_cache
	Factory             // @retry(stop=…)
	Both
)

// A Call is what a call does with a function that it is given, or that it decorates.
type Call struct {
	Mode CallMode
	// Param holds the function; "self" for Enqueues, "" for decorators. "p.name", "self.name": the method of that name which the
	// object, or the class, in p has in the program; "self.visit_*": all those with names that start so.
	Param   string
	On      string   // Starts: the method that starts it, "" for this call itself
	Phase   string   // Registers, RegistersDecorated: "request", "job", "startup", "callback", …
	Method  string   // RegistersDecorated: the HTTP method, "" when not fixed
	Gives   []string // Registers, RegistersDecorated, WrapsDecorated, Offloads: canonical paths of the classes whose instances the function is called with first
	Context string   // WrapsDecorated: "retry", "cache", "timeout", "transaction", "offload", "await", "contextmanager", …
	Form    Form     // RegistersDecorated, WrapsDecorated
	Becomes string   // Makes: path of that class; RegistersDecorated: canonical path of the class whose attributes the decorated name gains
	Binds   string   // RegistersDecorated: the parameter that, when True, gives the function an instance of Becomes first
	Keeps   bool     // RegistersDecorated: calling the name still calls the function
	When    *Condition
}

// TypeKind says what a Type is.
type TypeKind uint8

const (
	Any TypeKind = iota
	None
	Instance // of Catalogue.Class(t), with Args for its type parameters
	ClassOf  // the class Args[0] itself
	Self     // the receiver's class
	Union
	List
	Tuple // Args one by one; with Rest, any number of Args[0]
	Dict  // Args[0] to Args[1]
	Set
	Iterator // anything that gives Args[0] when iterated over and is not a List, Set, Dict or Tuple
	AsyncIterator
	Generator
	AsyncGenerator
	Awaitable
	Coroutine
	ContextManager // `with` binds Args[0]
	AsyncContextManager
	Callable // gives Args[0]
	Var
)

var typeNames = [...]string{
	"Any", "None", "", "type", "Self", "Union", "list", "tuple", "dict", "set", "Iterator", "AsyncIterator", "Generator",
	"AsyncGenerator", "Awaitable", "Coroutine", "ContextManager", "AsyncContextManager", "Callable", "",
}

// A Type is an annotation of a stub. Only what says where values come from is kept.
type Type struct {
	Kind TypeKind
	Name string // Instance: the class as written in the stub; Var: the variable
	Args []*Type
	Rest bool // tuple[T, ...]

	// Var: what stands for it. Param is the index of the parameter whose annotation has the variable, -1 when there is
	// none: then it is the receiver's type argument with index Arg.
	Param, Arg int

	scope    *Entity // where Name is looked up
	form     bool    // a base class that is a special form; its stub may be missing
	class    *Entity
	resolved bool
}

// ArgAt is the i-th argument, nil when the stub gives fewer.
func (t *Type) ArgAt(i int) *Type {
	if i < len(t.Args) {
		return t.Args[i]
	}
	return nil
}

// String is the type as a stub would write it.
func (t *Type) String() string {
	if t == nil {
		return "?"
	}
	name := t.Name
	if name == "" {
		name = typeNames[t.Kind]
	}
	if len(t.Args) == 0 {
		return name
	}
	sep, open, end := ", ", name+"[", "]"
	if t.Kind == Union {
		sep, open, end = " | ", "", ""
	}
	for i, a := range t.Args {
		if i > 0 {
			open += sep
		}
		open += a.String()
	}
	if t.Rest {
		open += ", ..."
	}
	return open + end
}
