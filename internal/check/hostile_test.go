package check_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/check/checktest"
)

// TestShapesThatGoRoundAndBranch: programs whose parts refer to each other in circles with several ways at each step, and long functions.
// Each of them once took for ever, or all of the stack.
func TestShapesThatGoRoundAndBranch(t *testing.T) {
	stars := map[string]string{}
	for i := range 14 {
		var b strings.Builder
		for j := range 14 {
			if j != i {
				fmt.Fprintf(&b, "from m%d import *\n", j)
			}
		}
		fmt.Fprintf(&b, "\ndef f%d():\n    return nowhere() + os.getcwd()\n", i)
		stars[fmt.Sprintf("m%d.py", i)] = b.String()
	}
	var bases strings.Builder
	bases.WriteString("REG = {}\n\ndef pick(name):\n    return REG[name]\n\n")
	for i := range 12 {
		fmt.Fprintf(&bases, "class K%d(pick('a'), object):\n    def m(self):\n        return self.n()\n    def n(self):\n        self.y%d = 2\n\nREG[input()] = K%d\n", i, i, i)
	}
	bases.WriteString("def run():\n    for c in REG.values():\n        c().m()\n        c().z = 3\n")
	var diamonds strings.Builder
	diamonds.WriteString("class C0:\n    def m(self):\n        return self.n()\n    def n(self):\n        raise NotImplementedError\n")
	for i := 1; i < 24; i++ {
		fmt.Fprintf(&diamonds, "class A%d(C%d): pass\nclass B%d(C%d): pass\nclass C%d(A%d, B%d):\n    def n(self):\n        self.x%d = 1\n        return self.m()\n", i, i-1, i, i-1, i, i, i, i)
	}
	diamonds.WriteString("def run(c: C0):\n    c.m()\n    c.n()\n")
	var long strings.Builder
	long.WriteString("import aiohttp\nimport requests\n\nasync def f(client: aiohttp.ClientSession, http: requests.Session):\n")
	for i := range 3000 {
		fmt.Fprintf(&long, "    await client.get('http://x/%d')\n    http.get('http://y/%d')\n", i, i)
	}
	for name, files := range map[string]map[string]string{
		"a coroutine of many calls":                    {"long.py": long.String()},
		"modules that import everything of each other": stars,
		"classes that may be each other's bases":       {"a.py": bases.String()},
		"many ways from a class to another":            {"a.py": diamonds.String()},
		"types that contain themselves": {"a.py": `type J = dict[str, J] | list[J] | tuple[J, J, J] | set[J] | None
type X = X[int]
type Y = Z[int]
type Z = Y[str]

def f(a: J, b: X, c: Y):
    X.foo()
    Y.bar()
    a.x
    X()
`},
		"iterators of each other": {"a.py": `class A:
    def __iter__(self):
        return B()

class B:
    def __iter__(self):
        return A()

for x in A():
    print(x)
`},
		"a variable that is a copy of itself": {"a.py": `import logging

log = logging.getLogger(__name__)

def report(text=None):
    def tell():
        nonlocal text
        text = text or "token"
        log.warning(text)

    return tell
`},
		"a factory of objects that is given for a class": {"a.py": `import json
from sqlalchemy.orm import Session, sessionmaker

class Mine(Session):
    def default(self, x):
        return open(x)

def f():
    return json.dumps({}, cls=sessionmaker(class_=Mine))
`},
		"signals and classes that hold themselves": {"test_a.py": `from unittest.mock import patch
from django.db.models.signals import post_save
from django.dispatch import Signal, receiver
s = Signal()
signals = [s, post_save]
signals.append(signals)
@receiver(signals, sender=signals)
def again(sender, **kw):
    s.send(sender=signals, again=again)
    s.send(signals)
s.connect(s.send)
s.connect(again, sender=None)
Made = type("Made", (), {"made": lambda self: Made().made})
Made = type("Made", (Made, int), {"made": Made, **Made})
class Sub(Made, type("x", (Made,), Made)):
    pass
@patch("test_a.test_a")
@patch("test_a.again.again")
@patch(".")
@patch("..x")
@patch.object(Made, "made")
def test_a(*a):
    test_a(); again(Sub); Sub().made()
    with patch("test_a.test_a"): test_a()
`},
		"callables that call each other": {"a.py": `def pick(n):
    return [P(), Q(), R(), S(), T()][n]

class P:
    __call__ = pick(0)

class Q:
    __call__ = pick(1)

class R:
    __call__ = pick(2)

class S:
    __call__ = pick(3)

class T:
    __call__ = pick(4)

pick(0)()
`},
	} {
		t.Run(name, func(t *testing.T) {
			done := make(chan *check.Checked, 1)
			go func() { done <- checktest.Check(t, files, check.Options{}) }()
			select {
			case c := <-done:
				if c.Result.Stats.Files != len(files) {
					t.Errorf("%d files checked, want %d", c.Result.Stats.Files, len(files))
				}
				for _, f := range c.Result.Findings {
					if f.Rule == "RW004" {
						t.Errorf("%s: %s", f.File, f.Message)
					}
				}
			case <-time.After(time.Minute):
				t.Fatal("no end after a minute")
			}
		})
	}
}
