package scope_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/python/scope"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

func build(t testing.TB, src string) *scope.Table {
	t.Helper()
	file, faults := parser.Parse(new(parser.Parser), []byte(src), parser.Options{})
	if len(faults) > 0 {
		t.Fatalf("%s\ndoes not parse: %v", src, faults)
	}
	return new(scope.Builder).Build(file)
}

var bindings = [...]string{
	scope.Local: "local", scope.GlobalExplicit: "global", scope.GlobalImplicit: "implicit", scope.Free: "free", scope.Cell: "cell",
}

// places says, for every scope that has an entry for a name, where on a line it is mentioned, by the entry's first
// appearance or by a search among the scopes that cover the line.
func placesOn(table *scope.Table, line int, name string) (out []string) {
	for id := range table.Scopes {
		for _, sym := range table.SymbolsOf(scope.ID(id)) {
			if written := table.Text(sym.Name); written != name && !(strings.HasPrefix(name, "__") && strings.HasSuffix(written, name)) {
				continue
			}
			owner := table.QualName(sym.Owner)
			if sym.Owner == 0 {
				owner = "module"
			}
			first, last := lineOf(table, sym.First), lineOf(table, sym.First)
			if n := table.Scopes[id].Node; n != nil {
				first, last = lineOf(table, n.Pos()), lineOf(table, n.End())
			} else if id == 0 {
				first, last = 1, len(table.File.Lines)
			}
			if first <= line && line <= last {
				out = append(out, fmt.Sprintf("%s in %s", bindings[sym.Binding], owner))
			}
		}
	}
	return out
}

func lineOf(table *scope.Table, offset uint32) int {
	return 1 + source.LineIndex(table.File.Lines, offset)
}

var want = regexp.MustCompile(`(\w+) = (\w+ in \S+?)(?:;|$)`)

func TestNames(t *testing.T) {
	files, err := filepath.Glob("testdata/*.py")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		table := build(t, string(src))
		if len(table.Faults) > 0 {
			t.Errorf("%s: %v", file, table.Faults)
		}
		wants := 0
		for i, l := range strings.Split(string(src), "\n") {
			_, comment, ok := strings.Cut(l, "  # want: ")
			if !ok {
				continue
			}
			for _, m := range want.FindAllStringSubmatch(strings.TrimSpace(comment), -1) {
				wants++
				if got := placesOn(table, i+1, m[1]); !slices.Contains(got, m[2]) {
					t.Errorf("%s:%d: %s is %q, want %s", file, i+1, m[1], got, m[2])
				}
			}
		}
		if wants == 0 {
			t.Errorf("%s: no wants", file)
		}
	}
}

// sym is the symbol of a spelling; the test fails when the file does not mention it.
func symOf(t *testing.T, table *scope.Table, name string) ast.Sym {
	t.Helper()
	i := slices.Index(table.File.Names, name)
	if i < 0 {
		t.Fatalf("the file does not mention %s", name)
	}
	return ast.Sym(i)
}

func scopeNamed(t *testing.T, table *scope.Table, qualname string) scope.ID {
	t.Helper()
	for id := range table.Scopes {
		if k := table.Scopes[id].Kind; (k != scope.TypeParams && k != scope.Annotation && k != scope.TypeVar) && table.QualName(scope.ID(id)) == qualname {
			return scope.ID(id)
		}
	}
	t.Fatalf("no scope %s", qualname)
	return 0
}

func TestResolve(t *testing.T) {
	table := build(t, `
import os
v = 1
class C:
    v = 2
    __p = 3
    def m(self, v2):
        def inner():
            return v2
        global made
        made = __class__
        return inner, self.__p, __p
    def n(self): pass
def f():
    global v
    v = 3
    def g(): return v
# other words: os print __p v2 made unknown
_ = (print, unknown)
`)
	for _, c := range []struct {
		scope, name string
		owner       string
		ok          bool
	}{
		{"", "os", "", true},
		{"", "print", "", false},
		{"C", "v", "C", true},
		{"C.m", "v", "", true},
		{"C.m.<locals>.inner", "v2", "C.m", true},
		{"C.m.<locals>.inner", "v", "", true},
		{"C.m.<locals>.inner", "os", "", true},
		{"C.m.<locals>.inner", "unknown", "", false},
		{"C.m", "made", "", true},
		{"C.n", "v2", "", false},
		{"C", "__p", "C", true},
		{"C.m", "__p", "", false},
		{"f", "v", "", true},
		{"f.<locals>.g", "v", "", true},
		{"C.m", "__class__", "C", true},
	} {
		id := scope.ID(0)
		if c.scope != "" {
			id = scopeNamed(t, table, c.scope)
		}
		owner, sym, ok := table.Resolve(id, symOf(t, table, c.name))
		if ok != c.ok || table.QualName(owner) != c.owner {
			t.Errorf("%s in %q: got %q %v, want %q %v", c.name, c.scope, table.QualName(owner), ok, c.owner, c.ok)
		}
		if ok && sym != nil && !sym.Bound() && sym.Flags&scope.DeclaredGlobal == 0 {
			t.Errorf("%s in %q: the entry does not bind it: %+v", c.name, c.scope, sym)
		}
	}
	if sym := table.Lookup(scopeNamed(t, table, "C"), symOf(t, table, "__p")); sym == nil || table.Text(sym.Name) != "_C__p" {
		t.Errorf("C.__p: %+v", sym)
	}
	if m := scopeNamed(t, table, "C.m"); table.ScopeOf(table.Scopes[m].Node) != m || table.ScopeOf(table.File.Body[0]) != scope.None {
		t.Error("ScopeOf does not lead from a node to its scope")
	}
}

func TestQualName(t *testing.T) {
	table := build(t, `
class A:
    class B[T]:
        def m[U](self, f=lambda: 0): return [lambda: i for i in (x for x in f)]
    global G
    class G:
        def g(self): pass
def f():
    global h
    def h():
        class L: pass
`)
	var got []string
	for id := 1; id < len(table.Scopes); id++ {
		switch table.Scopes[id].Kind {
		case scope.Class, scope.Function, scope.Lambda, scope.Comprehension:
			got = append(got, table.QualName(scope.ID(id)))
		}
	}
	want := []string{"A", "A.B", "A.B.<lambda>", "A.B.m", "A.B.m.<locals>.<genexpr>", "A.B.m.<locals>.<listcomp>", "A.B.m.<locals>.<lambda>",
		"G", "G.g", "f", "h", "h.<locals>.L"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// The messages are those of CPython 3.14.
func TestFaults(t *testing.T) {
	for src, want := range map[string]string{
		"nonlocal x":                                     "nonlocal declaration not allowed at module level",
		"def f():\n nonlocal x":                          "no binding for nonlocal 'x' found",
		"def f():\n x = 1\n global x":                    "name 'x' is assigned to before global declaration",
		"def f():\n print(x)\n global x":                 "name 'x' is used prior to global declaration",
		"def f(x):\n global x":                           "name 'x' is parameter and global",
		"def f():\n global x\n x: int":                   "annotated name 'x' can't be global",
		"def f():\n x: int\n global x":                   "annotated name 'x' can't be global",
		"def f(x):\n def g():\n  nonlocal x\n  global x": "name 'x' is nonlocal and global",
		"def f(a, a): pass":                              "duplicate argument 'a' in function definition",
		"def f[T, T](): pass":                            "duplicate type parameter 'T'",
		"def f[T]():\n def g():\n  nonlocal T":           "nonlocal binding not allowed for type parameter 'T'",
		"def f():\n from m import *":                     "import * only allowed at module level",
		"[(yield) for x in y]":                           "'yield' inside list comprehension",
		"class C:\n yield":                               "'yield' outside function",
		"return":                                         "'return' outside function",
		"await x":                                        "'await' outside function",
		"def f(): await x":                               "'await' outside async function",
		"def f():\n async with x: pass":                  "'async with' outside async function",
		"def f(): [x async for x in y]":                  "asynchronous comprehension outside of an asynchronous function",
		"[x := 1 for x in y]":                            "assignment expression cannot rebind comprehension iteration variable 'x'",
		"[y for x in (y := z)]":                          "assignment expression cannot be used in a comprehension iterable expression",
		"[[j for j in y] for i in (j := z)]":             "assignment expression cannot be used in a comprehension iterable expression",
		"class C: [(z := 1) for x in y]":                 "assignment expression within a comprehension cannot be used in a class body",
		"def f(x: (y := 1)): pass":                       "named expression cannot be used within an annotation",
		"type X = (yield)":                               "yield expression cannot be used within a type alias",
		"def f[T: (yield)](): pass":                      "yield expression cannot be used within a TypeVar bound",
		"__debug__ = 1":                                  "cannot assign to __debug__",
		"x = 1\nfrom __future__ import annotations":      "from __future__ imports must occur at the beginning of the file",
		"break":                               "'break' outside loop",
		"for x in y: pass\nelse: continue":    "'continue' not properly in loop",
		"async def f():\n yield 1\n return 2": "'return' with value in async generator",
		"async def f(): yield from x":         "'yield from' inside async function",
		// Valid ones.
		"'doc'\nfrom __future__ import annotations":  "",
		"async def f(): return [await x for x in y]": "",
		"async def f(): await x; lambda: (yield)":    "",
		"x: int\nglobal y":                           "",
		"while 1:\n if 1: break\n else: continue":    "",
		"def f(): [y := 1 for x in z]; return y":     "",
	} {
		got := ""
		if faults := build(t, src).Faults; len(faults) > 0 {
			got = faults[0].Message
		}
		if got != want {
			t.Errorf("%s\n got %q\nwant %q", src, got, want)
		}
	}
	b := scope.Builder{Notebook: true}
	file, _ := parser.Parse(new(parser.Parser), []byte("await x\nasync with y: [z async for z in w]\nfrom __future__ import annotations"), parser.Options{})
	if faults := b.Build(file).Faults; len(faults) > 0 {
		t.Errorf("notebook: %v", faults)
	}
}

// A builder that has seen other files gives the same table as a new one.
func TestReuse(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.py")
	var b scope.Builder
	for range 2 {
		for _, name := range append(files, "/dev/null") {
			src, err := os.ReadFile(name)
			if err != nil {
				continue
			}
			file, _ := parser.Parse(new(parser.Parser), src, parser.Options{})
			if d := cmp.Diff(scope.Dump(new(scope.Builder).Build(file), 14), scope.Dump(b.Build(file), 14)); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
}

// Chains and nests as long as the parser lets them be, and names without end, neither exhaust the stack nor time.
func TestExtremes(t *testing.T) {
	const n = 40_000
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("n%d", i)
	}
	for name, src := range map[string]string{
		"sum":         "x = " + strings.Repeat("a + ", n) + "a",
		"chain":       "x = a" + strings.Repeat(".b()[c]", n/3),
		"elif":        "if a: pass\n" + strings.Repeat("elif b: pass\n", n),
		"conditional": "x = " + strings.Repeat("a if b else ", 700) + "c",
		"lambda":      "x = " + strings.Repeat("lambda a: ", 400) + "b",
		"brackets":    "x = " + strings.Repeat("[a for a in ", 90) + "b" + strings.Repeat("]", 90),
		"names":       strings.Join(names, " = ") + " = 1\n" + "def f():\n  return " + strings.Join(names, ", "),
		"annotations": strings.Join(names, ": a = 1\n") + ": a = 1",
		"functions":   "def f(a: int): b: int = a\n" + strings.Repeat("def f(a: int): return a\n", n),
		"locals":      "def f():\n " + strings.Join(names, ": (lambda: 1) = 1; ") + ": int",
		"private":     "class C:\n  __" + strings.Join(names, " = 1\n  __") + " = 1",
		"imports":     "import " + strings.Join(names, ".a, ") + ".a",
	} {
		start := time.Now()
		file, faults := parser.Parse(new(parser.Parser), []byte(src), parser.Options{})
		if len(faults) > 0 {
			t.Errorf("%s does not parse: %s", name, faults[0].Message)
		}
		table := new(scope.Builder).Build(file)
		for id := range table.Scopes {
			if id%100 == 0 {
				table.QualName(scope.ID(id))
			}
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s: %v for %d bytes", name, d, len(src))
		}
	}
}

// Whatever the parser makes of broken source, scopes can be built and asked.
func FuzzBuild(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.py")
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for part := range bytes.SplitSeq(src, []byte("\n\n")) {
			f.Add(part)
		}
		f.Add(src)
	}
	var p parser.Parser
	var b scope.Builder
	f.Fuzz(func(t *testing.T, src []byte) {
		file, _ := parser.Parse(&p, src, parser.Options{})
		table := b.Build(file)
		total := 0
		for id := range table.Scopes {
			s := &table.Scopes[id]
			if id > 0 && s.Parent >= scope.ID(id) {
				t.Fatalf("scope %d comes before its parent %d", id, s.Parent)
			}
			table.QualName(scope.ID(id))
			for _, sym := range table.SymbolsOf(scope.ID(id)) {
				total++
				if sym.Binding == scope.Unbound {
					t.Fatalf("%s in scope %d is undecided", table.Text(sym.Name), id)
				}
				if got := table.Lookup(scope.ID(id), sym.Name); int(sym.Name) < len(file.Names) && s.Class == scope.None && (got == nil || got.Name != sym.Name) {
					t.Fatalf("lookup of %s in scope %d gives %+v", table.Text(sym.Name), id, got)
				}
			}
			for name := range file.Names {
				table.Resolve(scope.ID(id), ast.Sym(name))
			}
			if s.Node != nil && (s.Kind == scope.Function || s.Kind == scope.Class || s.Kind == scope.Lambda || s.Kind == scope.Comprehension) &&
				table.ScopeOf(s.Node) != scope.ID(id) {
				t.Fatalf("scope %d is not found by its node", id)
			}
		}
		if total != len(table.Symbols) {
			t.Fatalf("%d symbols in scopes, %d in all", total, len(table.Symbols))
		}
		scope.Dump(table, 14)
	})
}
