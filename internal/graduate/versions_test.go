package graduate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// versionsOf is the source as the versions of its functions are named.
func versionsOf(t *testing.T, src string) string {
	t.Helper()
	p, r := Read("demo.py", []byte(src))
	if r != nil {
		t.Fatal(r)
	}
	before := string(p.File.Src)
	undo := p.nameVersions(Analyse(p, nil))
	after := string(p.File.Src)
	if undo == nil {
		if before != after {
			t.Fatalf("nothing to undo, and the source has changed:\n%s", after)
		}
		return ""
	}
	undo()
	if string(p.File.Src) != before {
		t.Fatalf("undone:\n%s", p.File.Src)
	}
	return after
}

func TestVersionsOfFunctions(t *testing.T) {
	for _, x := range []struct{ name, src, want string }{
		{"each call takes the one of its time",
			"# %%\ndef f(x):\n    return x\n# %%\nf(1)\n# %%\ndef f(x):\n    return f(x - 1) if x else 0\n# %%\nf(2)\n",
			"# %%\ndef f(x):\n    return x\n# %%\nf(1)\n# %%\ndef f_2(x):\n    return f_2(x - 1) if x else 0\n# %%\nf_2(2)\n"},
		{"a caller of one time names it",
			"# %%\ndef f():\n    return 1\ndef g():\n    return f()\n# %%\ng()\n# %%\ndef f():\n    return 2\n# %%\nf()\n",
			"# %%\ndef f():\n    return 1\ndef g():\n    return f()\n# %%\ng()\n# %%\ndef f_2():\n    return 2\n# %%\nf_2()\n"},
		{"a caller of several times is handed it",
			"# %%\ndef f():\n    return 1\ndef g(n):\n    return [f() for _ in range(n)]\n# %%\ng(1)\n# %%\ndef f():\n    return 2\n# %%\ng(2)\n",
			"# %%\ndef f():\n    return 1\ndef g(n, *, f):\n    return [f() for _ in range(n)]\n# %%\ng(1, f=f)\n# %%\ndef f_2():\n    return 2\n# %%\ng(2, f=f_2)\n"},
		{"one that is handed on itself cannot be handed anything",
			"# %%\ndef f():\n    return 1\ndef g(n):\n    return f()\n# %%\nlist(map(g, [1]))\n# %%\ndef f():\n    return 2\n# %%\nlist(map(g, [1]))\n", ""},
		{"a lambda hands it on once",
			"# %%\ndef f():\n    return 1\ndef g():\n    return f()\nk = lambda: g()\n# %%\nk()\n# %%\ndef f():\n    return 2\n# %%\ng()\n",
			"# %%\ndef f():\n    return 1\ndef g(*, f):\n    return f()\nk = lambda: g(f=f)\n# %%\nk()\n# %%\ndef f_2():\n    return 2\n# %%\ng(f=f_2)\n"},
		{"a lambda of several times cannot be handed anything",
			"# %%\ndef f():\n    return 1\ndef g():\n    return f()\nk = lambda: g()\n# %%\nk()\n# %%\ndef f():\n    return 2\n# %%\nk()\n", ""},
		{"a name that is bound to something else as well",
			"# %%\ndef f():\n    return 1\n# %%\nf()\n# %%\ndef f():\n    return 2\n# %%\nf = f()\nprint(f)\n", ""},
		{"a class has no versions",
			"# %%\nclass C:\n    pass\n# %%\nC()\n# %%\nclass C:\n    x = 1\n# %%\nC()\n", ""},
	} {
		if diff := cmp.Diff(x.want, versionsOf(t, x.src)); diff != "" {
			t.Errorf("%s: (- want + got)\n%s", x.name, diff)
		}
	}
}
