package knowledge

import (
	"testing"
	"testing/fstest"
)

// FuzzStub reads anything as two stubs that may speak of each other: faults are problems, never a crash or a hang.
func FuzzStub(f *testing.F) {
	f.Add("from b import *\nclass A(B, list[T]):\n    @effect(\"net\", when=\"x\", equals=(1, -2, None))\n    def f(self, x: T = ..., *a, k=1, **kw) -> dict[str, T] | None: ...\n", "from a import A as A\nclass B(A): ...\n__all__ = ['B']\n")
	f.Add("x = x\ny = z\nz = y.a.b\nclass C:\n  C = C\n  m = C.m\n  def __getattr__(self, n) -> C: ...\n", "import a as b, b as a\nfrom . import b as b\nfrom .. import *\n")
	f.Add("\"\"\"\nclass\n\"\"\"\n@\ndef\nclass A(A, A[A]): ...\nif 1:\n  else:\n", "@overload\ndef f(): ...\n@f.setter\ndef f(x): ...\n@a.b(c)\nclass f: ...\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		c := New()
		err := c.AddDir(fstest.MapFS{"builtins.pyi": {Data: []byte(miniBuiltins)}, "a.pyi": {Data: []byte(a)}, "b.pyi": {Data: []byte(b)}})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a.A", "a.x", "b.B.f", "b.f", "a.C.m.n", "b.b.b.b"} {
			if e := c.Lookup(name); e != nil {
				c.Class(e.Returns)
				if e.Kind == Class {
					c.MRO(e)
					c.Constructor(e)
				}
			}
		}
		for _, p := range c.Validate() {
			if p.Line < 1 {
				t.Errorf("%s is on no line", p)
			}
		}
	})
}
