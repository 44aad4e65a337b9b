package imports

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/check/checktest"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
)

func TestReadTimes(t *testing.T) {
	got, err := ReadTimes(strings.NewReader(`import time: self [us] | cumulative | imported package
import time:       153 |        153 |   _io
something the program printed
import time:        10 |       2500 | numpy
import time:         1 |          1 | numpy
import time:         x |          y | broken
`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Times{"_io": 153 * time.Microsecond, "numpy": 2500 * time.Microsecond}, got); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
	if _, err := ReadTimes(strings.NewReader("nothing of the kind\n")); err == nil || !strings.Contains(err.Error(), "no line of the form") {
		t.Errorf("error %v", err)
	}
}

func TestUsedWhileImporting(t *testing.T) {
	const src = `
now1
@now2
def f(a: later, b=now3) -> later:
    later
class C(now4, metaclass=now5):
    x: later = now6
    def g(self):
        later
x = lambda a=now7: later
if TYPE_CHECKING:
    later
else:
    now8
if __name__ == "__main__":
    later
for now9 in now10: now11
try: now12
except now13: now14
with now15: pass
[now16 for _ in now17 if now18]
`
	var p parser.Parser
	tree, errs := parser.Parse(&p, []byte(src), parser.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	got := usedWhileImporting(tree)
	if _, ok := got["later"]; ok {
		t.Error("a name that is used later counts as used while importing")
	}
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18"} {
		if _, ok := got["now"+n]; !ok {
			t.Errorf("now%s is used while importing", n)
		}
	}
}

// plan gives "file:line module" of the imports that could be lazy, and of the others with what stands against them.
func plan(t *testing.T, files map[string]string, times Times, least time.Duration) (lazy, kept []string) {
	c := checktest.Check(t, files, check.Options{})
	if c == nil {
		t.FailNow()
	}
	for _, x := range Plan(c.Tree, c.Analysis, times, least) {
		if x.Lazy {
			lazy = append(lazy, x.File+" "+x.Module)
			continue
		}
		why := []string{}
		for _, a := range x.Against {
			why = append(why, a.What)
		}
		kept = append(kept, x.File+" "+x.Module+": "+strings.Join(why, "; "))
	}
	slices.Sort(lazy)
	slices.Sort(kept)
	return lazy, kept
}

func TestPlan(t *testing.T) {
	files := map[string]string{
		"app.py":    "import pandas\nimport numpy as np\nimport json\nimport helper\nimport hooks\nfrom torch import *\n\nZ = np.zeros(1)\n\ndef f():\n    return pandas, json, helper.x, hooks\n",
		"helper.py": "import scipy\nimport requests\nx = requests.get('https://example.org', timeout=1)\n",
		"hooks.py":  "import sympy\nfrom flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef index(): return ''\n",
	}
	lazy, kept := plan(t, files, nil, 0)
	if diff := cmp.Diff([]string{"app.py pandas", "helper.py scipy", "hooks.py sympy"}, lazy); diff != "" {
		t.Errorf("could be lazy (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"app.py helper: importing it has the effect net",
		"app.py hooks: importing it registers functions that would be missing until then",
		"app.py numpy: `np` is used while this module is imported",
		"app.py torch: a star import cannot be lazy",
	}, kept); diff != "" {
		t.Errorf("must stay (-want +got):\n%s", diff)
	}

	// With a measurement only what it says is heavy counts.
	lazy, kept = plan(t, files, Times{"json": 40 * time.Millisecond, "pandas": 9 * time.Millisecond}, 10*time.Millisecond)
	if diff := cmp.Diff([]string{"app.py json"}, lazy); diff != "" || len(kept) > 0 {
		t.Errorf("measured: %v stay, lazy (-want +got):\n%s", kept, diff)
	}
}
