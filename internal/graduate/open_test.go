package graduate

import (
	"strings"
	"testing"
)

// seenPlan plans a percent script with what a run of it showed.
func seenPlan(t *testing.T, src string, seen map[string]*Observed) *Plan {
	t.Helper()
	prog, r := Read("work.py", []byte(src))
	if r != nil {
		t.Fatalf("read: %v", r)
	}
	for _, s := range prog.Statements {
		if seen[s.ID] == nil {
			seen[s.ID] = &Observed{Types: map[string]string{}}
		}
	}
	p, r := MakePlan(Analyse(prog, &Evidence{Statements: seen}), Options{Name: "demo"})
	if r != nil {
		t.Fatalf("plan: %v", r)
	}
	return p
}

func reasonOf(p *Plan, source string) string {
	for _, d := range p.Dropped() {
		if strings.Contains(d.Statement.Source, source) {
			return d.Reason
		}
	}
	return ""
}

func TestStatementsThatAreThereToFail(t *testing.T) {
	p := seenPlan(t, "# %%\nn = len('abc')\n# %%\nn / 0\nprint('never')\n# %%\nrows = [0]\n# %%\nfor d in [1, 0]:\n    rows.append(1 / d)\n# %%\nprint(n, rows)\n", map[string]*Observed{
		"c1.s1": {Bound: []string{"n"}},
		"c2.s1": {Raised: "ZeroDivisionError"},
		"c3.s1": {Bound: []string{"rows"}},
		"c4.s1": {Raised: "ZeroDivisionError", Mutated: []string{"rows"}, Bound: []string{"d"}},
		"c5.s1": {Stdout: "3 [0, 1.0]\n"},
	})
	if got := reasonOf(p, "n / 0"); got != "it is there to fail: ZeroDivisionError" {
		t.Errorf("n / 0 is dropped with %q", got)
	}
	if got := reasonOf(p, "never"); got != "the cell ends with an error before it" {
		t.Errorf("what follows the error is dropped with %q", got)
	}
	steps := p.Emit()["src/demo/steps.py"]
	for _, want := range []string{"from contextlib import suppress\n", "    with suppress(ZeroDivisionError):\n        for d in [1, 0]:\n            rows.append(1 / d)\n"} {
		if !strings.Contains(steps, want) {
			t.Errorf("steps.py lacks %q:\n%s", want, steps)
		}
	}
}

func TestExploreKeepsDefinitionsAndComments(t *testing.T) {
	p := planOf(t, "# %%\n# for tests\nimport os  # unused\n# %%\n# says hello\ndef hello():\n    return 'hello'\n# %%\nprint(sum([1, 2]))\n")
	explore := string(p.Explore())
	for _, want := range []string{"# for tests", "import os  # unused", "# says hello", "def hello():"} {
		if !strings.Contains(explore, want) {
			t.Errorf("the notebook in explore lacks %q", want)
		}
	}
}

func TestValuesThatNothingUsesAreTheResultWhenNothingIsShown(t *testing.T) {
	p := planOf(t, "# %%\nimport random\nrandom.seed(0)\nraw = [random.random() for _ in range(3)]\n# %%\nrounded = [round(x) for x in raw]\n")
	var got []string
	for _, o := range p.Outputs {
		got = append(got, o.Kind+" "+o.Name)
	}
	if strings.Join(got, ", ") != "value rounded" {
		t.Errorf("outputs %v, want the value of rounded alone", got)
	}
}

func TestNamesInTextAreRead(t *testing.T) {
	p := planOf(t, `# %%
import pandas as pd
class show:
    """Several at once."""
    def __init__(self, *args):
        self.args = args
    def __repr__(self):
        return "\n".join(a + " " + repr(eval(a)) for a in self.args)
# %%
# # First
a = pd.DataFrame({"x": [1]})
limit = len(a)
# %%
show("a", "pd.concat([a, a])")
# %%
print(a.query("x <= @limit"), pd.eval("a + a"))
`)
	steps := p.Emit()["src/demo/steps.py"]
	for _, want := range []string{
		"def show_with(names: dict[str, Any]) -> Any:\n", "    class show:\n        \"\"\"Several at once.\"\"\"\n",
		"repr(eval(a, {**globals(), **names}, locals()))", "    return show\n", `show_with({"a": a, "pd": pd})("a", "pd.concat([a, a])")`,
	} {
		if !strings.Contains(steps, want) {
			t.Errorf("steps.py lacks %q:\n%s", want, steps)
		}
	}
	for i, s := range p.Statements {
		if strings.HasPrefix(s.Source, "print") && (!p.Uses[i].Reads["limit"] || !p.Uses[i].Reads["a"]) {
			t.Errorf("the query reads %v, want limit and a among them", p.Uses[i].Reads.sorted())
		}
	}
	// One that is handed on cannot be made for a call, and stays as it is.
	p = planOf(t, "# %%\ndef value(text):\n    return eval(text)\n# %%\nn = 3\nprint(list(map(value, ['n'])))\n")
	if p.evaluators["value"] {
		t.Error("value is handed to map, and taken for an evaluator")
	}
}

func TestAFileReadBetweenTwoLinesOfAFigureIsReadBeforeIt(t *testing.T) {
	p := planOf(t, "# %%\nimport pandas as pd\nimport matplotlib.pyplot as plt\n# %%\nfig, ax = plt.subplots()\ndata = pd.read_csv('a.csv')\nx = data['x']\nax.plot(x)\nax.set_title('x')\n")
	var got []string
	for _, s := range p.Segments {
		var list []string
		for _, i := range s.Statements {
			list = append(list, p.Statements[i].Source)
		}
		got = append(got, s.Module+": "+strings.Join(list, "; "))
	}
	want := "io: data = pd.read_csv('a.csv')\nsteps: fig, ax = plt.subplots(); x = data['x']; ax.plot(x); ax.set_title('x')"
	if strings.Join(got, "\n") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

func TestWhatAStarImportWasSeenToBind(t *testing.T) {
	p := seenPlan(t, "# %%\nfrom bits import *\n# %%\nprint(halve(4) + EDGE)\n", map[string]*Observed{
		"c1.s1": {Bound: []string{"halve", "double", "EDGE"}},
		"c2.s1": {Stdout: "3\n"},
	})
	steps := p.Emit()["src/demo/steps.py"]
	if !strings.Contains(steps, "from bits import EDGE, halve\n") {
		t.Errorf("steps.py lacks the names that it uses:\n%s", steps)
	}
}

func TestCommandsThatHaveAMeaningForAProgram(t *testing.T) {
	book := `{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "python3", "language": "python"}}, "cells": [
 {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": "total = 1 + 2\nprint(total)\n%xdel total\n!rm made.csv other/b.txt"},
 {"cell_type": "code", "execution_count": 2, "metadata": {}, "outputs": [], "source": "!rm *.csv"}]}`
	prog, r := Read("work.ipynb", []byte(book))
	if r != nil {
		t.Fatal(r)
	}
	var got []string
	for _, s := range prog.Statements {
		got = append(got, s.Source)
	}
	want := []string{"total = 1 + 2", "print(total)", "del total", "from pathlib import Path", `Path("made.csv").unlink(missing_ok=True)`, `Path("other/b.txt").unlink(missing_ok=True)`}
	if len(got) != 7 || strings.Join(got[:6], "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", got)
	}
	if left := prog.commands(nil); len(left) != 1 || !strings.Contains(left[0].Message, "rm *.csv") {
		t.Errorf("asked about: %v", left)
	}
}

func TestTheNamespaceOfPythonItself(t *testing.T) {
	// In the notebook __builtins__ is a module, in a module of a package it would be a dict.
	p := planOf(t, "# %%\ndef names():\n    builtins = set(vars(__builtins__))\n    return len(builtins)\nprint(names() > 0)\n")
	steps := p.Emit()["src/demo/steps.py"]
	for _, want := range []string{"import builtins as python_builtins\n", "set(vars(python_builtins))"} {
		if !strings.Contains(steps, want) {
			t.Errorf("steps.py lacks %q:\n%s", want, steps)
		}
	}
}

func TestWhatIsShownKeepsAPartThatChangesLater(t *testing.T) {
	p := planOf(t, "# %%\nimport pandas as pd\n# %%\ns = pd.Series([1], index=['a'])\n# %%\ns + 1\n# %%\ns.index.name = 'key'\nprint(s.index.name)\n")
	for _, s := range p.Segments {
		text := ""
		for _, i := range s.Statements {
			text += p.Statements[i].Source + "\n"
		}
		if strings.Contains(text, "s + 1") && strings.Contains(text, "index.name =") {
			t.Errorf("what s + 1 showed has the index that is named further down in the same function:\n%s", text)
		}
	}
}

func TestModulesOfTheAuthorsOwnAreImportedWithThePackages(t *testing.T) {
	got := sortImports([]string{"import numpy as np", "import helpers", "from demo.steps import clean", "import sys"}, func(top string) bool { return top == "demo" || top == "helpers" })
	if want := "import sys\n\nimport numpy as np\n\nimport helpers\nfrom demo.steps import clean\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestMethodsOfOpenFilesAreNotThoseOfTables(t *testing.T) {
	p := planOf(t, "# %%\nimport pandas as pd\nts = pd.Series([1, 2])\n# %%\nts.truncate(after=0)\n# %%\nf = open('a.txt', 'w')\nf.truncate(0)\n")
	var kinds []string
	for _, i := range p.Order {
		if strings.Contains(p.Statements[i].Source, "truncate") {
			kinds = append(kinds, p.Roles[i].String())
		}
	}
	if got := strings.Join(kinds, ", "); got != "dropped, store" {
		t.Errorf("the two are %s, want the series' a value for looking, left out where a file is written, and the file's a store", got)
	}
}

func TestADefinitionWhoseSuccessorServesNothing(t *testing.T) {
	p := planOf(t, "# %%\ndef base():\n    return 1\n# %%\ndef f():\n    return base()\n# %%\nprint(f() + 1)\n# %%\ndef f():\n    return 2\n# %%\nunused = f()\n")
	steps := p.Emit()["src/demo/steps.py"]
	if !strings.Contains(steps, "return base()") || strings.Contains(steps, "return 2") {
		t.Errorf("steps.py should have the first f alone:\n%s", steps)
	}
}
