package graduate

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// planOf plans a percent script without running it.
func planOf(t *testing.T, src string) *Plan {
	t.Helper()
	prog, r := Read("work.py", []byte(src))
	if r != nil {
		t.Fatalf("read: %v", r)
	}
	p, r := MakePlan(Analyse(prog, nil), Options{Name: "demo"})
	if r != nil {
		t.Fatalf("plan: %v", r)
	}
	return p
}

func TestStatementsReadBindAndMutate(t *testing.T) {
	for _, c := range []struct {
		name, src       string
		at              int
		reads, mutates  []string
		binds, maybinds []string
	}{
		{"a loop reads what it goes over, not its variable", "xs = [1]\nfor x in xs: y = x\n", 1, []string{"xs"}, nil, []string{"x", "y"}, []string{"x", "y"}},
		{"an augmented assignment reads and changes", "n = []\nn += [1]\n", 1, []string{"n"}, []string{"n"}, []string{"n"}, nil},
		{"a column store changes the table", "import pandas as pd\ndf = pd.DataFrame()\ndf['a'] = 1\n", 2, []string{"df"}, []string{"df"}, nil, nil},
		{"a comprehension's variable stays inside", "xs = [1]\nys = [x for x in xs]\n", 1, []string{"xs"}, nil, []string{"ys"}, nil},
		{"both branches bind", "a = 1\nif a: b = 1\nelse: b = 2\n", 1, []string{"a"}, nil, []string{"b"}, nil},
		{"one branch may bind", "a = 1\nif a: b = 1\n", 1, []string{"a"}, nil, []string{"b"}, []string{"b"}},
		{"a call reads what the function reads", "k = 2\ndef f(x): return x * k\ny = f(3)\n", 2, []string{"f", "k"}, nil, []string{"y"}, nil},
		{"a method that changes its list", "a = []\na.append(1)\n", 1, []string{"a"}, []string{"a"}, nil, nil},
		{"a function that changes its parameter", "def f(x): x['a'] = 1\nd = {}\nf(d)\n", 2, []string{"d", "f"}, []string{"d"}, nil, nil},
		{"inplace changes, a plain call does not", "import pandas as pd\ndf = pd.DataFrame()\ndf.drop('a', inplace=True)\n", 2, []string{"df"}, []string{"df"}, nil, nil},
		{"a part changed in a loop changes the whole", "rows = [{}]\nfor row in rows: row['a'] = 1\n", 1, []string{"rows"}, []string{"rows"}, []string{"row"}, []string{"row"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			prog, r := Read("work.py", []byte(c.src))
			if r != nil {
				t.Fatal(r)
			}
			u := Analyse(prog, nil).Uses[c.at]
			reads := slices.DeleteFunc(u.Reads.sorted(), func(s string) bool { return s == "pd" })
			got := [][]string{reads, u.Mutates.sorted(), u.Binds, u.MayBind.sorted()}
			want := [][]string{c.reads, c.mutates, c.binds, c.maybinds}
			for k := range got {
				if len(got[k])+len(want[k]) > 0 && !cmp.Equal(got[k], want[k]) {
					t.Errorf("%s: %v, want %v", []string{"reads", "mutates", "binds", "may bind"}[k], got[k], want[k])
				}
			}
		})
	}
}

func TestAChangeThroughOneNameIsSeenThroughItsAlias(t *testing.T) {
	p := planOf(t, "# %%\na = []\nb = a\na.append(1)\nunused = 3\n# %%\nprint(b)\n")
	for _, d := range p.Dropped() {
		if strings.Contains(d.Statement.Source, "append") {
			t.Errorf("a.append(1) was left out, though b is the same list: %s", d.Reason)
		}
	}
	if n := len(p.Dropped()); n != 1 {
		t.Errorf("%d statements left out, want only the unused one", n)
	}
}

func TestDrawsStayWhenALaterOneIsKept(t *testing.T) {
	p := planOf(t, "# %%\nimport random\nfirst = random.random()\nsecond = random.random()\nother = 5\n# %%\nprint(second)\n")
	var out []string
	for _, d := range p.Dropped() {
		out = append(out, d.Statement.Source)
	}
	if diff := cmp.Diff([]string{"other = 5"}, out); diff != "" {
		t.Error(diff)
	}
}

func TestGlobalsOfFunctionsBecomeParameters(t *testing.T) {
	p := planOf(t, `# %%
rate = float(input())
def tax(x):
    return x * rate
def total(xs, *more, **named):
    return sum(map(tax, xs))
# %%
print(total([1, 2]))
`)
	steps := p.Emit()["src/demo/steps.py"]
	for _, want := range []string{"def tax(x, *, rate: float):", "def total(xs, *more, rate: float, **named):", "map(partial(tax, rate=rate), xs)", "from functools import partial", "total([1, 2], rate=rate)"} {
		if !strings.Contains(steps, want) {
			t.Errorf("no %q in\n%s", want, steps)
		}
	}
}

func TestKeysOfTheConfiguration(t *testing.T) {
	p := planOf(t, `# %%
import csv
LIMIT = 3  # at most
API_TOKEN = "abcd1234abcd1234"
name = "north"
# %%
with open("in.csv") as f:
    rows = list(csv.reader(f))
depth = 7
print(name, rows[:LIMIT], depth, len(API_TOKEN))
`)
	got := map[string]string{}
	for _, k := range p.Keys {
		got[k.Name] = k.Type + " " + k.Value + k.Env
	}
	want := map[string]string{"limit": "int 3", "api_token": "str API_TOKEN", "name": `str "north"`, "in_path": `str "in.csv"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, text := range p.Emit() {
		if strings.Contains(text, "abcd1234") {
			t.Errorf("the secret stands in %s", name)
		}
	}
}

func TestLooksGoToTheNotebookAndResultsStay(t *testing.T) {
	p := planOf(t, "# %%\nimport pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})\ndf.head()\n# %%\ndf.groupby('a').size()\n")
	var kinds []string
	for _, o := range p.Outputs {
		kinds = append(kinds, o.Kind+" "+o.Name)
	}
	if diff := cmp.Diff([]string{"display df_by_a_size"}, kinds); diff != "" {
		t.Error(diff)
	}
	explore := string(p.Explore())
	if !strings.Contains(explore, "df.head()") {
		t.Error("df.head() is not in the notebook beside the package")
	}
}

func TestCutsAtHeadingsAndNamesByThem(t *testing.T) {
	p := planOf(t, `# %% [markdown]
# # Report
# %% [markdown]
# ## Clean the orders
# %%
orders = [5, -1, 3]
extra = 0
orders = [o for o in orders if o > extra]
# %% [markdown]
# ## Segments
# %%
big = [o for o in orders if o > 3]
small = [o for o in orders if o <= 3]
print(len(big), len(small))
`)
	var names []string
	for _, s := range p.Segments {
		names = append(names, s.Function)
	}
	if diff := cmp.Diff([]string{"steps.clean_orders", "steps.compute_segments"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestFiguresAreReturnedAndSavedAtTheEdge(t *testing.T) {
	p := planOf(t, "# %%\nimport matplotlib.pyplot as plt\nxs = [1, 2]\n# %%\nplt.plot(xs)\nplt.title('Growth of x')\nplt.show()\n")
	files := p.Emit()
	if f := files["src/demo/steps.py"]; !strings.Contains(f, "    return figure\n") || strings.Contains(f, "show()") {
		t.Errorf("steps.py:\n%s", f)
	}
	if f := files["src/demo/pipeline.py"]; !strings.Contains(f, "io.save_figure(figure,") {
		t.Errorf("pipeline.py:\n%s", f)
	}
}

func TestMagicsAreResolved(t *testing.T) {
	nb := `{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
 {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": "%matplotlib inline\n!pip install tabulate\n%time total = 1 + 2"},
 {"cell_type": "code", "execution_count": 7, "metadata": {}, "outputs": [], "source": "total * 2"},
 {"cell_type": "code", "execution_count": 8, "metadata": {}, "outputs": [], "source": "%timeit total\nprint(Out[7] + _7)"}]}`
	prog, r := Read("work.ipynb", []byte(nb))
	if r != nil {
		t.Fatal(r)
	}
	if diff := cmp.Diff([]string{"tabulate"}, prog.Installs); diff != "" {
		t.Error(diff)
	}
	var kept []string
	for _, s := range prog.Statements {
		if s.Drop == "" {
			kept = append(kept, s.Source)
		}
	}
	if diff := cmp.Diff([]string{"total = 1 + 2", "(out_2 := total * 2)", "print(out_2 + out_2)"}, kept); diff != "" {
		t.Error(diff)
	}
}

func TestOrderIsRepairedByExecutionCounts(t *testing.T) {
	nb := `{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
 {"cell_type": "code", "execution_count": 2, "metadata": {}, "outputs": [], "source": "print(a + 1)"},
 {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": "a = 1"}]}`
	prog, r := Read("work.ipynb", []byte(nb))
	if r != nil {
		t.Fatal(r)
	}
	prog.ChooseOrder()
	if diff := cmp.Diff([]int{1, 0}, prog.Order); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(prog.OrderNote, "a would be undefined") {
		t.Errorf("note: %s", prog.OrderNote)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		path, src string
		want      Reason
	}{
		{"a.py", "print(nowhere)\n", GhostName},
		{"a.py", "print 'two'\n", Parse},
		{"a.ipynb", `{"nbformat": 4, "metadata": {"kernelspec": {"language": "R"}}, "cells": []}`, NonPythonCell},
		{"a.py", "import os\n", NothingStable},
	} {
		prog, r := Read(c.path, []byte(c.src))
		if r == nil {
			_, r = MakePlan(Analyse(prog, nil), Options{Name: "demo"})
		}
		if r == nil || r.Reason != c.want {
			t.Errorf("%q: %v, want %s", c.src, r, c.want)
		}
	}
}

func TestTableOfEffects(t *testing.T) {
	if _, err := parseTable("a.b mutates=x\n"); err == nil {
		t.Error("a word that is no position is taken")
	}
	if _, err := parseTable("a.b surprises\n"); err == nil {
		t.Error("an unknown word is taken")
	}
	seen := map[string]bool{}
	for line := range strings.Lines(effectsText) {
		line, _, _ = strings.Cut(line, "#")
		if f := strings.Fields(line); len(f) > 0 {
			for pattern := range strings.SplitSeq(f[0], ",") {
				if seen[pattern] {
					t.Errorf("%s has two lines", pattern)
				}
				seen[pattern] = true
			}
		}
	}
}

func TestSpansLeadToTheFile(t *testing.T) {
	p := planOf(t, "# %%\nimport os\nbase = len(os.sep)\n# %%\nprint(base)\n")
	l := p.lock()
	text := p.unmark(l, "src/demo/steps.py", p.Emit()["src/demo/steps.py"])
	if strings.Contains(text, marker) {
		t.Errorf("a marker is left in\n%s", text)
	}
	lines := strings.Split(text, "\n")
	if len(l.Spans) != 2 {
		t.Fatalf("%d spans, want 2", len(l.Spans))
	}
	for k, want := range []string{"base = len(os.sep)", "print(base, file=text)"} {
		if got := strings.TrimSpace(lines[l.Spans[k].To-1]); got != want {
			t.Errorf("span %d leads to %q, want %q", k, got, want)
		}
	}
}
