package facts_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/python/scope"
)

func build(t testing.TB, src string) *facts.File {
	t.Helper()
	var p parser.Parser
	var scopes scope.Builder
	var b facts.Builder
	tree, errs := parser.Parse(&p, []byte(src), parser.Options{})
	if len(errs) > 0 {
		t.Fatalf("the test's own source does not parse: %v", errs[0])
	}
	return b.Build(tree, scopes.Build(tree))
}

// printer writes the operations of a block as text: v1 is the first of its local variables, s0 a shared one of the file.
type printer struct {
	f      *facts.File
	locals []uint32
}

func (p *printer) ref(r facts.Ref) string {
	switch r.Tag() {
	case facts.TagLocal:
		if r == 0 {
			return "nothing"
		}
		at := slices.Index(p.locals, r.Index())
		if at < 0 {
			at = len(p.locals)
			p.locals = append(p.locals, r.Index())
		}
		return fmt.Sprintf("v%d", at+1)
	case facts.TagShared:
		return fmt.Sprintf("s%d", r.Index())
	case facts.TagStr:
		return fmt.Sprintf("%q", p.f.Str(r.Index()))
	case facts.TagInt:
		n, _ := r.Int()
		return fmt.Sprint(n)
	case facts.TagFloat:
		n, _ := r.Number()
		return fmt.Sprint(n)
	case facts.TagBuiltin:
		return p.f.Str(r.Index())
	}
	c, _ := r.Const()
	return [...]string{"", "None", "True", "False", "...", "a float", "an int", "bytes", "a text"}[c]
}

func (p *printer) op(op *facts.Op) string {
	a := facts.Ref(op.A)
	var s string
	switch op.Code {
	case facts.Copy:
		s = p.ref(a)
		if op.Flags&facts.FlagBack != 0 {
			s += " (back)"
		}
	case facts.Attr:
		s = p.ref(a) + "." + p.f.Str(op.B)
	case facts.SetAttr:
		s = fmt.Sprintf("%s.%s := %s", p.ref(a), p.f.Str(op.B), p.ref(facts.Ref(op.C)))
	case facts.Call:
		var args []string
		x := p.f.Args(op)
		for i, r := range x.Pos {
			star := ""
			if x.Stars>>i&1 != 0 {
				star = "*"
			}
			args = append(args, star+p.ref(facts.Ref(r)))
		}
		for i := 0; i < len(x.Kw); i += 2 {
			name := "**"
			if x.Kw[i] != 0 {
				name = p.f.Str(x.Kw[i]) + "="
			}
			args = append(args, name+p.ref(facts.Ref(x.Kw[i+1])))
		}
		s = fmt.Sprintf("%s(%s)", p.ref(a), strings.Join(args, ", "))
	case facts.Await:
		s = "await " + p.ref(a)
	case facts.Iter:
		s = "each of " + p.ref(a)
	case facts.Truth:
		s = "ask " + p.ref(a)
	case facts.Equal:
		s = fmt.Sprintf("%s == %s", p.ref(a), p.ref(facts.Ref(op.C)))
	case facts.Return:
		s = "return " + p.ref(a)
	case facts.Raise:
		s = "raise " + p.ref(a)
	case facts.MakeFunc:
		s = "def " + p.f.Str(p.f.Funcs[op.A].QualName)
	case facts.Enter:
		s = "enter " + p.ref(a)
	case facts.Catch:
		s = "catch " + p.ref(a)
	case facts.ImportName:
		s = "import " + p.f.Str(p.f.Imports[op.A].Module)
	default:
		s = fmt.Sprintf("op %d", op.Code)
	}
	if op.Dst != 0 {
		s = p.ref(op.Dst) + " = " + s
	}
	return s
}

func (p *printer) block(name string) []string {
	for i := range p.f.Funcs {
		if fn := &p.f.Funcs[i]; p.f.Str(fn.QualName) == name {
			out := []string{}
			for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
				out = append(out, p.op(&p.f.Ops[o]))
			}
			return out
		}
	}
	return nil
}

func TestFlowIsResolved(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      []string // operations of f
	}{
		{"each binding is a variable of its own", `
def f(a):
    x = a
    x = g(x)
    return x
`, []string{"v1 = g(s1)", "return v1"}},
		{"branches join", `
def f(a):
    x = g()
    if a:
        x = h()
    return x
`, []string{"v1 = g()", "ask s1", "v2 = h()", "v3 = v2", "v3 = v1", "return v3"}},
		{"a branch that leaves does not join", `
def f(a):
    x = g()
    if a:
        x = h()
        return 1
    return x
`, []string{"v1 = g()", "ask s1", "v2 = h()", "return 1", "return v1"}},
		{"code that cannot run is left out", `
def f(a):
    return 1
    g()
`, []string{"return 1"}},
		{"a condition that is known", `
def f(a):
    if False:
        g()
    if 0:
        g()
    while True:
        h()
    g()
`, []string{"v1 = h()"}},
		{"the end of a loop feeds its head", `
def f(a):
    x = g()
    for i in a:
        x = h(x)
    return x
`, []string{"v1 = g()", "v2 = each of s1", "v3 = v1", "v4 = h(v3)", "v3 = v4 (back)", "v5 = v4", "v5 = v1", "return v5"}},
		{"stars and names of arguments", `
def f(a):
    g(1, *a, k="x", **a)
`, []string{`v1 = g(1, *s1, k="x", **s1)`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := build(t, c.src)
			if diff := cmp.Diff(c.want, (&printer{f: f}).block("f")); diff != "" {
				t.Errorf("operations of f (-want +got):\n%s", diff)
			}
		})
	}
}

func TestContextsAreKnown(t *testing.T) {
	f := build(t, `
import time
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    a()
if __name__ == "__main__":
    b()
async def f(xs):
    async with lock:
        c()
    try:
        d()
    except ValueError:
        e()
    finally:
        g()
    for x in xs:
        h()
    while True:
        i()
    assert j()
`)
	want := map[string][]facts.CtxKind{
		"a": {facts.CtxTyping}, "b": {facts.CtxMain}, "c": {facts.CtxWith}, "d": {facts.CtxTry}, "e": {facts.CtxHandler}, "g": {facts.CtxFinally},
		"h": {facts.CtxFor}, "i": {facts.CtxWhile},
	}
	got := map[string][]facts.CtxKind{}
	for i := range f.Ops {
		op := &f.Ops[i]
		if op.Code != facts.Call || facts.Ref(op.A).Tag() != facts.TagBuiltin {
			continue
		}
		var kinds []facts.CtxKind
		for c := op.Ctx; c != 0 && f.Ctxs[c].Kind != facts.CtxNone; c = f.Ctxs[c].Parent {
			kinds = append(kinds, f.Ctxs[c].Kind)
		}
		got[f.Str(facts.Ref(op.A).Index())] = kinds
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("contexts (-want +got):\n%s", diff)
	}
}

func TestHandlersSayWhatTheyDo(t *testing.T) {
	for body, want := range map[string]facts.HandlerBody{
		"pass":             facts.HandlerPass,
		"...":              facts.HandlerPass,
		"raise":            facts.HandlerRaises,
		"return None":      facts.HandlerReturns,
		"log(err)":         facts.HandlerUsesName,
		"log('no')":        0,
		"raise Other(err)": facts.HandlerRaises | facts.HandlerUsesName,
		"continue":         facts.HandlerPass | facts.HandlerContinue,
		"log(); continue":  facts.HandlerContinue,
		"log(); break":     facts.HandlerBreaks,
	} {
		f := build(t, "def f():\n    for x in y:\n        try:\n            g()\n        except E as err:\n            "+body+"\n")
		if got := f.Tries[0].Handlers[0].Body; got != want {
			t.Errorf("%s: got %06b, want %06b", body, got, want)
		}
	}
}

func TestDefinitions(t *testing.T) {
	f := build(t, `
__all__ = ["A", "f"]
__all__ += ["g"]
print(late)
class A(Base, metaclass=M):
    x: int = 1
    def method(self, a, /, b=2, *args, c, **kw):
        yield a
        def inner(): ...
async def f(): ...
late = 1
x = 1  # roadworthy: allow RW101 — measured (ops, until 2027-01-01)
`)
	text := func(list []facts.Str) (out []string) {
		for _, s := range list {
			out = append(out, f.Str(s))
		}
		return out
	}
	if diff := cmp.Diff([]string{"A", "f", "g"}, text(f.All)); diff != "" {
		t.Errorf("__all__ (-want +got):\n%s", diff)
	}
	if len(f.Unbound) != 1 || f.Str(f.Unbound[0].Name) != "late" {
		t.Errorf("read before any binding: %v, want late", f.Unbound)
	}
	if len(f.Waivers) != 1 || f.Waivers[0].Line != 12 {
		t.Errorf("waivers %v, want one on line 12", f.Waivers)
	}
	var names []string
	for i := range f.Funcs {
		names = append(names, f.Str(f.Funcs[i].QualName))
	}
	if diff := cmp.Diff([]string{"", "A", "f", "A.method", "A.method.<locals>.inner"}, names, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("qualified names (-want +got):\n%s", diff)
	}
	for i := range f.Funcs {
		fn := &f.Funcs[i]
		switch f.Str(fn.QualName) {
		case "A.method":
			if fn.Flags&(facts.FuncMethod|facts.FuncGenerator) != facts.FuncMethod|facts.FuncGenerator || fn.Flags&facts.FuncAsync != 0 {
				t.Errorf("flags of the method: %b", fn.Flags)
			}
			var kinds []facts.ParamKind
			for _, p := range fn.Params {
				kinds = append(kinds, p.Kind)
			}
			want := []facts.ParamKind{facts.PositionalOnly, facts.PositionalOnly, facts.Positional, facts.VarPositional, facts.KeywordOnly, facts.VarKeyword}
			if diff := cmp.Diff(want, kinds); diff != "" {
				t.Errorf("parameters (-want +got):\n%s", diff)
			}
		case "f":
			if fn.Flags&facts.FuncAsync == 0 || fn.Flags&facts.FuncStub == 0 {
				t.Errorf("flags of f: %b", fn.Flags)
			}
		}
	}
	c := &f.Classes[0]
	if f.Str(c.Name) != "A" || len(c.Bases) != 1 || len(c.Keywords) != 1 || len(c.Fields) != 1 || f.Str(c.Fields[0].Name) != "x" {
		t.Errorf("class %+v", *c)
	}
}

// Facts that were written and read again are the same, for every file of the examples, and a text that was cut off is
// refused.
func TestFactsComeBackFromTheCache(t *testing.T) {
	paths, err := filepath.Glob("../../examples/*/*.py")
	more, _ := filepath.Glob("../../examples/*/*/*.py")
	if paths = append(paths, more...); err != nil || len(paths) < 5 {
		t.Fatalf("only %d files of examples: %v", len(paths), err)
	}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := build(t, string(src))
		text := f.Append(nil)
		got, err := facts.Decode(text)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if diff := cmp.Diff(f, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s changed on the way (-want +got):\n%s", path, diff)
		}
	}
	text := build(t, "import os\ndef f(a, *b):\n    return os.getenv(a)\nclass C:\n    x: int = 1\n").Append(nil)
	for n := 0; n < len(text); n += 4 {
		if _, err := facts.Decode(text[:n:n]); err == nil {
			t.Errorf("%d of %d bytes were accepted", n, len(text))
		}
	}
}
