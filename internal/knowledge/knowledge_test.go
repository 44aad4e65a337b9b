package knowledge

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const miniBuiltins = `
class object:
    def __init__(self): ...
class str:
    def upper(self) -> str: ...
class int: ...
class list:
    def pop(self) -> T: ...
class dict:
    def get(self, key, default=...) -> V: ...
    def keys(self) -> Iterator[K]: ...
class Exception: ...
@effect("stdout")
def print(*objects, file=...): ...
`

// catalogue is one of the given stubs only; an archive of "-- name --" parts.
func catalogue(t *testing.T, archive string) *Catalogue {
	t.Helper()
	fsys := fstest.MapFS{"builtins.pyi": {Data: []byte(miniBuiltins)}}
	for _, part := range strings.Split("\n"+archive, "\n-- ")[1:] {
		name, body, ok := strings.Cut(part, " --\n")
		if !ok {
			t.Fatalf("bad archive part %q", part)
		}
		fsys[name] = &fstest.MapFile{Data: []byte(body + "\n")}
	}
	c := New()
	if err := c.AddDir(fsys); err != nil {
		t.Fatal(err)
	}
	return c
}

func valid(t *testing.T, c *Catalogue) {
	t.Helper()
	for _, p := range c.Validate() {
		t.Errorf("unexpected problem: %s", p)
	}
}

func lookup(t *testing.T, c *Catalogue, path string) *Entity {
	t.Helper()
	e := c.Lookup(path)
	if e == nil {
		t.Fatalf("%s is unknown", path)
	}
	return e
}

const requests = `
-- requests/__init__.pyi --
from . import sessions
from .api import get as get
from requests.sessions import Session as Session
from .models import *
import json
-- requests/api.pyi --
from .models import Response
@effect("net", blocking=True, timeout="timeout", default_timeout=None, url="url", taint="external")
def get(url, params=..., *, timeout=..., **kwargs) -> Response: ...
@effect("net", timeout="timeout", default_timeout=30, write=True, idempotent=False, method="method")
async def post(method, url, timeout=...): ...
-- requests/models.pyi --
__all__ = ["Response"]
class Response:
    status_code: int
    def json(self): ...
    @property
    def text(self) -> str: ...
    @text.setter
    def text(self, value): ...
-- requests/sessions.pyi --
from .models import Response
class Base:
    @effect("net", timeout="timeout")
    def send(self, request, timeout=...) -> Response: ...
class Session(Base):
    def __enter__(self) -> Self: ...
    @effect("net", timeout="timeout", default_timeout=None)
    def get(self, url, *, timeout=...) -> Response: ...
    fetch = get
-- json.pyi --
def loads(s): ...
`

func TestReExportsGiveTheCanonicalEntity(t *testing.T) {
	c := catalogue(t, requests)
	for from, want := range map[string]string{
		"requests.get":               "requests.api.get",
		"requests.Session":           "requests.sessions.Session",
		"requests.Session.get":       "requests.sessions.Session.get",
		"requests.Session.fetch":     "requests.sessions.Session.get",
		"requests.Session.send":      "requests.sessions.Base.send",
		"requests.Response":          "requests.models.Response",
		"requests.api.Response":      "requests.models.Response",
		"requests.sessions.Response": "requests.models.Response",
		"requests.sessions":          "requests.sessions",
		"print":                      "builtins.print",
		"builtins.print":             "builtins.print",
	} {
		if e := lookup(t, c, from); e.Path != want {
			t.Errorf("%s is %s, want %s", from, e.Path, want)
		}
	}
	if c.Lookup("requests.get") != c.Lookup("requests.api.get") {
		t.Error("a re-export gives another entity")
	}
	for _, hidden := range []string{"requests.json", "requests.nothing", "nothing", "requests.Session.nothing"} {
		if e := c.Lookup(hidden); e != nil {
			t.Errorf("%s is %s, want unknown", hidden, e.Path)
		}
	}
	if !c.Known("requests") || c.Known("numpy") {
		t.Error("Known is wrong")
	}
	valid(t, c)
}

func TestEffectsOfAFunction(t *testing.T) {
	c := catalogue(t, requests)
	get := lookup(t, c, "requests.get")
	want := []Effect{{Kind: Net, Blocking: true, Timeout: "timeout", DefaultTimeout: Forever, URL: "url"}}
	if d := cmp.Diff(want, get.Effects); d != "" {
		t.Error(d)
	}
	if get.Taint != "external" || get.File != "requests/api.pyi" || get.Line != 3 {
		t.Errorf("taint %q at %s:%d", get.Taint, get.File, get.Line)
	}
	var params []string
	for _, p := range get.Params {
		params = append(params, p.Name)
	}
	if d := cmp.Diff([]string{"url", "params", "timeout", "kwargs"}, params); d != "" {
		t.Error(d)
	}
	if p := get.Params[2]; p.Kind != KwOnly || !p.HasDefault {
		t.Errorf("timeout is %+v", p)
	}
	post := lookup(t, c, "requests.api.post")
	want = []Effect{{Kind: Net, Timeout: "timeout", DefaultTimeout: Bounded, Seconds: 30, Write: true, Idempotent: False, Method: "method"}}
	if d := cmp.Diff(want, post.Effects); d != "" || !post.Async {
		t.Error(d)
	}
}

func TestTypesLeadToClasses(t *testing.T) {
	c := catalogue(t, requests)
	get := lookup(t, c, "requests.Session.get")
	if got := c.Class(get.Returns); got != lookup(t, c, "requests.Response") {
		t.Errorf("returns %v", got)
	}
	enter := lookup(t, c, "requests.Session.__enter__")
	if enter.Returns.Kind != Self || c.Class(enter.Returns).Path != "requests.sessions.Session" {
		t.Errorf("enter returns %v", enter.Returns)
	}
	text := lookup(t, c, "requests.Response.text")
	if !text.Property || c.Class(text.Returns) != c.Builtin("str") || text.Setter == nil {
		t.Errorf("text is %+v", text)
	}
	code := lookup(t, c, "requests.Response.status_code")
	if code.Kind != Variable || c.Class(code.Returns) != c.Builtin("int") {
		t.Errorf("status_code is %+v", code)
	}
}

func TestAnnotations(t *testing.T) {
	c := catalogue(t, `
-- m.pyi --
import typing
from typing import Optional, Iterator as It
class A:
    def str(self) -> str: ...
    def same(self, x: T, y: list[T]) -> T: ...
    class Inner: ...
    inner: Inner
class Pair[L, R]:
    def left(self) -> L: ...
    def right(self) -> R: ...
class Iterator:
    pass
a: Optional[A]
b: typing.List[A]
c: tuple[A, ...]
d: dict[str, A] | None
e: typing.Callable[[int], A]
f: type[A]
g: "A"
h: typing.Annotated[A, 1]
i: Iterator
j: typing.Coroutine[None, None, A]
k: typing.Literal["x"]
l: Pair[A, int]
class Names(dict[str, A]): ...
`)
	valid(t, c)
	for name, want := range map[string]string{
		"a": "A | None", "b": "list[A]", "c": "tuple[A, ...]", "d": "dict[str, A] | None", "e": "Callable[A]", "f": "type[A]",
		"g": "A", "h": "A", "i": "Iterator", "j": "Coroutine[A]", "k": "str", "l": "Pair[A, int]",
	} {
		if got := lookup(t, c, "m."+name).Returns.String(); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if i := lookup(t, c, "m.i"); c.Class(i.Returns) != lookup(t, c, "m.Iterator") {
		t.Error("a class of the stub does not hide the special form of its name")
	}
	if s := lookup(t, c, "m.A.str"); c.Class(s.Returns) != c.Builtin("str") {
		t.Error("a method hides a class in annotations")
	}
	if s := lookup(t, c, "m.A.inner"); c.Class(s.Returns) != lookup(t, c, "m.A.Inner") {
		t.Error("a nested class is not found")
	}
	same := lookup(t, c, "m.A.same")
	if r := same.Returns; r.Kind != Var || r.Param != 0 {
		t.Errorf("T stands for parameter %d", r.Param)
	}
	if r := lookup(t, c, "m.Pair.right").Returns; r.Kind != Var || r.Param != -1 || r.Arg != 1 {
		t.Errorf("R is %+v", r)
	}
	if r := lookup(t, c, "dict.get").Returns; r.Kind != Var || r.Param != -1 || r.Arg != 1 {
		t.Errorf("V is %+v", r)
	}
	if m := lookup(t, c, "m.Names.keys"); m.Path != "builtins.dict.keys" {
		t.Errorf("keys is %s", m.Path)
	}
}

func TestMethodResolutionOrder(t *testing.T) {
	c := catalogue(t, `
-- m.pyi --
class A:
    def f(self): ...
class B(A): ...
class C(A):
    def f(self): ...
class D(B, C): ...
class X(Y): ...
class Y(X): ...
class P(A, B): ...
`)
	var got []string
	for _, k := range c.MRO(lookup(t, c, "m.D")) {
		got = append(got, k.Path)
	}
	if d := cmp.Diff([]string{"m.D", "m.B", "m.C", "m.A", "builtins.object"}, got); d != "" {
		t.Error(d)
	}
	if f := lookup(t, c, "m.D.f"); f.Path != "m.C.f" {
		t.Errorf("D.f is %s", f.Path)
	}
	if f := c.Lookup("m.X.f"); f != nil {
		t.Errorf("X.f is %s", f.Path)
	}
	if f := lookup(t, c, "m.P.f"); f.Path != "m.A.f" {
		t.Errorf("P.f is %s", f.Path)
	}
}

func TestCyclesOfImportsEnd(t *testing.T) {
	c := catalogue(t, `
-- a.pyi --
from b import x as x
from b import *
from b import Good as Good
-- b.pyi --
from a import x as x
from a import *
class Good: ...
`)
	if e := c.Lookup("a.x"); e != nil {
		t.Errorf("a.x is %s", e.Path)
	}
	if e := c.Lookup("a.y"); e != nil {
		t.Errorf("a.y is %s", e.Path)
	}
	if e := lookup(t, c, "a.Good"); e.Path != "b.Good" {
		t.Errorf("a.Good is %s", e.Path)
	}
}

func TestGetattrAnswersAnyName(t *testing.T) {
	c := catalogue(t, `
-- m.pyi --
class Client:
    @effect("net")
    def __getattr__(self, name) -> str: ...
    def close(self): ...
class Bag:
    def __getattr__(self, name) -> Client: ...
def __getattr__(name) -> Bag: ...
`)
	valid(t, c)
	put := lookup(t, c, "m.Client.put_object")
	if put.Kind != Function || len(put.Effects) != 1 || c.Class(put.Returns) != c.Builtin("str") {
		t.Errorf("put_object is %+v", put)
	}
	if e := lookup(t, c, "m.Client.close"); len(e.Effects) != 0 {
		t.Error("a listed method is not its own")
	}
	if e := c.Lookup("m.Client.__missing__"); e != nil {
		t.Errorf("a dunder is %s", e.Path)
	}
	if e := lookup(t, c, "m.anything"); e.Kind != Variable || c.Class(e.Returns) != lookup(t, c, "m.Bag") {
		t.Errorf("anything is %+v", e)
	}
}

func TestCallsBack(t *testing.T) {
	c := catalogue(t, `
-- m.pyi --
class Thread:
    @starts("target", on="start")
    def __init__(self, group=..., target=...): ...
    def start(self): ...
class Task:
    @enqueues("self")
    @effect("queue")
    def delay(self, *args, **kwargs): ...
class App:
    @registers_decorated(phase="job", becomes="m.Task", factory="both")
    def task(self, *args, **kwargs): ...
    @registers_decorated(phase="request", method="GET")
    def get(self, path): ...
@wraps_decorated(context="retry", factory=True)
def retry(*, stop=...): ...
@calls("key", when="key")
def sort(items, key=...): ...
`)
	valid(t, c)
	for path, want := range map[string]Call{
		"m.Thread.__init__": {Mode: Starts, Param: "target", On: "start", Keeps: true},
		"m.Task.delay":      {Mode: Enqueues, Param: "self", Keeps: true},
		"m.App.task":        {Mode: RegistersDecorated, Phase: "job", Becomes: "m.Task", Form: Both, Keeps: true},
		"m.App.get":         {Mode: RegistersDecorated, Phase: "request", Method: "GET", Form: Both, Keeps: true},
		"m.retry":           {Mode: WrapsDecorated, Context: "retry", Form: Factory, Keeps: true},
		"m.sort":            {Mode: Calls, Param: "key", Keeps: true, When: &Condition{Param: "key"}},
	} {
		if d := cmp.Diff([]Call{want}, lookup(t, c, path).Calls); d != "" {
			t.Errorf("%s: %s", path, d)
		}
	}
}

func TestRolesOfClasses(t *testing.T) {
	c := catalogue(t, `
-- m.pyi --
from contextlib import contextmanager
@model
class BaseModel: ...
@settings
class BaseSettings(BaseModel): ...
class Mine(BaseSettings):
    url: str
@context("transaction")
class Atomic:
    def __enter__(self): ...
@framework("asgi-app")
class App: ...
@contextmanager
@effect("db")
def session() -> Iterator[App]: ...
@unsafe(when="Loader", not_equals=(SafeLoader, "CSafeLoader"))
@effect("deserialize", sink="stream")
def load(stream, Loader=...): ...
`)
	valid(t, c)
	if got := c.Traits(lookup(t, c, "m.Mine")); got != Model|Settings {
		t.Errorf("traits %b", got)
	}
	if s := lookup(t, c, "m.BaseSettings"); len(s.Effects) != 1 || s.Effects[0].Kind != Env {
		t.Errorf("effects %+v", s.Effects)
	}
	if lookup(t, c, "m.Atomic").Context != "transaction" || lookup(t, c, "m.App").Framework != "asgi-app" {
		t.Error("context or framework is lost")
	}
	if s := lookup(t, c, "m.session"); s.Returns.String() != "ContextManager[App]" {
		t.Errorf("session returns %s", s.Returns)
	}
	want := []Unsafe{{When: &Condition{"Loader", NotEquals, []Literal{{LitName, "SafeLoader"}, {LitString, "CSafeLoader"}}}}}
	if d := cmp.Diff(want, lookup(t, c, "m.load").Unsafe); d != "" {
		t.Error(d)
	}
}

func TestFaultsOfStubsNameFileAndLine(t *testing.T) {
	c := catalogue(t, `
-- m.pyi --
@effekt("net")
def a(): ...

@effect("nett")
def b(): ...
@effect("net", timout="x")
def c(x): ...
@effect("net", timeout="y")
def d(x): ...
@effect("net",
        blocking="yes")
def e(x): ...
def f() -> Missing: ...
from nowhere import thing as thing
class G:
    @effect("net", timeout="class:wait")
    def get(self): ...
@framework("website")
class H: ...
def i(x: ...) -> 3: ...
for x in y: pass
def f(): ...
@registers_decorated(becomes="m.nothing")
def j(): ...
def k(:
x = "fine"
`)
	var got []string
	for _, p := range c.Validate() {
		got = append(got, p.String())
	}
	want := []string{
		"m.pyi:1: unknown decorator effekt",
		`m.pyi:4: unknown effect kind "nett"`,
		"m.pyi:6: @effect has no keyword timout",
		"m.pyi:8: m.d has no parameter y",
		"m.pyi:10: blocking is True or False",
		"m.pyi:13: m.f: no stub defines the class Missing",
		"m.pyi:14: thing stands for nowhere.thing, which no stub defines",
		"m.pyi:17: m.G.get: no function or constructor of its package has a parameter wait",
		`m.pyi:18: unknown framework "website"; one of ` + strings.Join(Frameworks, ", "),
		"m.pyi:20: cannot read annotation",
		"m.pyi:21: a stub cannot use this statement",
		"m.pyi:22: m.f is defined twice, first on line 13",
		"m.pyi:24: m.j becomes m.nothing, which no stub defines as a class",
	}
	if len(got) < len(want) {
		t.Fatalf("problems: %s", strings.Join(got, "\n"))
	}
	var rest []string
	for _, g := range got {
		if strings.HasPrefix(g, "m.pyi:25: ") {
			rest = append(rest, g)
		}
	}
	if len(rest) == 0 {
		t.Error("the syntax error is not reported on its line")
	}
	known := map[string]bool{}
	for _, g := range got {
		known[g] = true
	}
	for _, w := range want {
		if !known[w] {
			t.Errorf("missing: %s", w)
		}
	}
	if len(got) != len(want)+len(rest) {
		t.Errorf("problems:\n%s", strings.Join(got, "\n"))
	}
	if e := c.Lookup("m.x"); e == nil || e.Returns.String() != "str" {
		t.Error("a fault hides what follows it")
	}
}

func TestAFunctionWithTheNameOfItsModuleHidesNothing(t *testing.T) {
	c := catalogue(t, `
-- lib/__init__.pyi --
from .actor import actor as actor
-- lib/actor.pyi --
class Actor:
    def send(self): ...
@registers_decorated(becomes="lib.actor.Actor")
def actor(fn=...): ...
`)
	valid(t, c)
	if e := lookup(t, c, "lib.actor"); e.Kind != Function {
		t.Errorf("lib.actor is a %s", e.Kind)
	}
	if e := lookup(t, c, "lib.actor.Actor.send"); e.Path != "lib.actor.Actor.send" {
		t.Errorf("send is %s", e.Path)
	}
	if e := c.Lookup("lib.actor.nothing"); e != nil {
		t.Errorf("nothing is %s", e.Path)
	}
}

func TestStubsInOtherEncodingsAreRead(t *testing.T) {
	c := catalogue(t, "-- a.pyi --\n# coding: latin-1\n\xe4: str\n-- b.pyi --\n\xef\xbb\xbfx: str\n-- c.pyi --\nx: str\ny = '\xff'\n")
	lookup(t, c, "a.ä")
	lookup(t, c, "b.x")
	lookup(t, c, "c.x")
	problems := c.Validate()
	if len(problems) != 1 || problems[0].File != "c.pyi" || problems[0].Line != 2 {
		t.Errorf("problems %v", problems)
	}
}

func TestTheFirstBranchWins(t *testing.T) {
	c := catalogue(t, `
-- m.pyi --
import sys
if sys.version_info >= (3, 12):
    def f(new): ...
else:
    def f(old): ...
class A:
    if sys.platform == "win32":
        def g(self, new): ...
    elif 1:
        def g(self, old): ...
try:
    from m import nothing
except ImportError:
    x: str
-- sys.pyi --
platform: str
`)
	for _, name := range []string{"m.f", "m.A.g"} {
		if e := lookup(t, c, name); e.Params[0].Name != "new" {
			t.Errorf("%s takes %s", name, e.Params[0].Name)
		}
	}
	lookup(t, c, "m.x")
	for _, p := range c.Validate() {
		if !strings.Contains(p.Message, "nothing stands for") {
			t.Error(p)
		}
	}
}

func TestTheExampleOfTheDocumentationIsValid(t *testing.T) {
	doc, err := os.ReadFile("../../docs/effect-stubs.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(doc), "```python\n")
	block, _, ok := strings.Cut(block, "```")
	if !ok {
		t.Fatal("no example")
	}
	c := catalogue(t, "-- acme/models.pyi --\nclass Invoice: ...\n-- acme/billing.pyi --\n"+block)
	valid(t, c)
	if r := lookup(t, c, "acme.billing.Client.invoices").Returns; r.String() != "list[Invoice]" {
		t.Errorf("invoices returns %s", r)
	}
	for _, k := range effectNames {
		if !strings.Contains(string(doc), k) {
			t.Errorf("the documentation does not name %s", k)
		}
	}
	for name := range decorators {
		if !strings.Contains(string(doc), "@"+name) && decorators[name].apply != nil && !slices.Contains(typing, name) {
			t.Errorf("the documentation does not name @%s", name)
		}
	}
}

// typing are decorators that mean what they mean in Python.
var typing = []string{"property", "cached_property", "dataclass", "abstractmethod", "contextmanager", "asynccontextmanager", "staticmethod", "classmethod"}

func TestUserStubsReplaceModules(t *testing.T) {
	c := catalogue(t, requests)
	if err := c.AddDir(fstest.MapFS{"requests/api.pyi": {Data: []byte("def get(url): ...\n")}, "acme.pyi": {Data: []byte("@effect(\"bogus\")\ndef f(): ...\n")}}); err != nil {
		t.Fatal(err)
	}
	if get := lookup(t, c, "requests.get"); len(get.Effects) != 0 {
		t.Errorf("effects %v", get.Effects)
	}
	lookup(t, c, "requests.Session.get")
	problems := c.ValidateAdded()
	if len(problems) != 1 || problems[0].String() != `acme.pyi:1: unknown effect kind "bogus"` {
		t.Errorf("problems %v", problems)
	}
}

func TestSplitKeepsDefinitionsApart(t *testing.T) {
	src := `"""Module.

def not_one(): ...
"""
import a
from b import (
	"os"
	"slices"
    c,
)

x: int  # "it's a comment """
y = 1
@effect("net")
# between
@other(
    1,
)
async  def f(
    a,
): ...
def __getattr__(name): ...
if 1:
    def g(): ...
else:
    def h(): ...
class K:
    """A class.
def fake(): ...
    """
    def m(self): ...

z == 1
`
	var got []string
	lines := 0
	split([]byte(src), func(name string, ch chunk) {
		first, _, _ := strings.Cut(src[ch.start:ch.end], "\n")
		if line := 1 + strings.Count(src[:ch.start], "\n"); line != ch.line {
			t.Errorf("%q is on line %d, not %d", first, line, ch.line)
		}
		lines += strings.Count(src[ch.start:ch.end], "\n")
		got = append(got, name+"|"+first)
	})
	want := []string{`|"""Module.`, "|import a", "|from b import (", `x|x: int  # "it's a comment """`, "y|y = 1", `f|@effect("net")`,
		"__getattr__|def __getattr__(name): ...", "|if 1:", "K|class K:", "|z == 1"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if lines != strings.Count(src, "\n") {
		t.Errorf("chunks hold %d lines", lines)
	}
}
