package facts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
)

// branches writes the branches of every function: the test as a conjunction, and the names that are called below it.
func branches(f *facts.File) []string {
	p := &printer{f: f}
	var out []string
	for i := range f.Funcs {
		fn := &f.Funcs[i]
		for k := fn.Branches[0]; k < fn.Branches[1]; k++ {
			b := &f.Branches[k]
			var and []string
			for _, clause := range f.Test(b) {
				var or []string
				for _, a := range clause {
					name := f.Str(fn.Params[a.Param].Name)
					text := name
					switch a.Asks {
					case facts.AsksEqual:
						text = name + "==" + p.ref(a.Value)
					case facts.AsksHolds:
						text = p.ref(a.Value) + " in " + name
					case facts.AsksInstance:
						text = name + ":class"
						if a.Value != 0 {
							text = name + ":" + p.ref(a.Value)
						}
					}
					if a.Not {
						text = "!(" + text + ")"
					}
					or = append(or, text)
				}
				and = append(and, strings.Join(or, " or "))
			}
			var called []string
			for o := b.Ops[0]; o < b.Ops[1]; o++ {
				if r := facts.Ref(f.Ops[o].A); f.Ops[o].Code == facts.Call && r.Tag() == facts.TagBuiltin {
					called = append(called, f.Str(r.Index()))
				}
			}
			out = append(out, fmt.Sprintf("%s -> %s", strings.Join(and, " and "), strings.Join(called, " ")))
		}
	}
	return out
}

func TestBranchesKnowTheirTest(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       []string
	}{
		{"truth and its opposite", "if p: a()\nelse: b()", []string{"p -> a", "!(p) -> b"}},
		{"not", "if not p: a()", []string{"!(p) -> a"}},
		{"None", "if p is None: a()\nif p is not None: b()", []string{"p==None -> a", "!(p==None) -> b"}},
		{"literals, either way round", "if 'x' == p: a()\nif p != -3: b()", []string{`p=="x" -> a`, "!(p==-3) -> b"}},
		{"membership", "if p in ('x', 'y'): a()\nelse: b()", []string{`p=="x" or p=="y" -> a`, `!(p=="x") and !(p=="y") -> b`}},
		{"a part of a text", "if 'x' in p: a()", []string{`"x" in p -> a`}},
		{"classes", "if isinstance(p, (str, m.C)): a()\nelse: b()", []string{"p:str or p:class -> a", "!(p:str) and !(p:class) -> b"}},
		{"any object", "if isinstance(p, object): a()", nil},
		{"a conjunction keeps what is known", "if p and g() and not q: a()", []string{"p -> g", "p and !(q) -> a"}},
		{"its opposite needs all parts", "if p and q: a()\nelse: b()\nif p and g(): c()\nelse: d()",
			[]string{"p and q -> a", "!(p) or !(q) -> b", "p -> g", "p -> c"}},
		{"a disjunction needs all parts", "if p or q: a()\nif p or g(): b()\nelse: c()", []string{"p or q -> a", "!(p) -> g", "!(p) -> c"}},
		{"of conjunctions", "if (p and q) or r: a()", []string{"p or r and q or r -> a"}},
		{"elif", "if p: a()\nelif q: b()\nelse: c()", []string{"p -> a", "q -> b", "!(q) -> c", "!(p) -> b c"}},
		{"what follows an early end", "if not p: return\na()", []string{"p -> a"}},
		{"what follows a chain of them", "if p: return\nelif q: return\na()", []string{"!(p) -> ", "!(p) and !(q) -> a"}}, // asking q is under !(p) as well
		{"what follows an else that ends", "if p: a()\nelse: return\nb()", []string{"p -> a", "p -> b"}},
		{"an end that is not one for the whole list", "for x in y:\n  if p: break\n  a()\nb()", []string{"!(p) -> a"}},
		{"a list within", "with y:\n  if p: return\n  a()\nb()", []string{"!(p) -> a"}},
		{"while", "while p: a()", []string{"p -> a"}},
		{"expressions", "x = a() if p else b()\np and c()\np or d()", []string{"p -> a", "!(p) -> b", "p -> c", "!(p) -> d"}},
		{"bound before", "p = a()\nif p: b()", nil},
		{"bound after", "if p: a()\np = b()", []string{"p -> a"}},
		{"bound in the test", "if (p := g()) and p: a()", nil},
		{"bound in a loop", "for x in y:\n  if p: a()\n  p = x", nil},
		{"read in a loop", "for x in y:\n  if p: a()", []string{"p -> a"}},
		{"bound on one way", "if q:\n  p = g()\nif p: a()", []string{"q -> g"}},
		{"bound by a nested function", "def n():\n  nonlocal p\n  p = 1\nif p: a()", nil},
		{"read by a nested function", "def n(): return p\nif p: a()", []string{"p -> a"}},
		{"all that is given", "if rest: a()\nif named: b()", nil},
		{"another variable", "z = p\nif z: a()", nil},
		{"nothing that could be left out", "if p: x = q", nil},
	} {
		src := "def f(p, q, r, *rest, **named):\n    " + strings.ReplaceAll(c.body, "\n", "\n    ") + "\n"
		if diff := cmp.Diff(c.want, branches(build(t, src))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestModulesHaveNoBranches(t *testing.T) {
	if got := branches(build(t, "p = g()\nif p: a()\nclass C:\n    if p: b()\nx = [a() for p in q if p]\n")); got != nil {
		t.Errorf("branches %q, want none: nobody calls a module", got)
	}
}
