package graduate

import (
	"strings"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

// holds fails for every text that a file lacks, and for those behind "lacks" that it has.
func holds(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if not, ok := strings.CutPrefix(w, "lacks "); ok {
			if strings.Contains(text, not) {
				t.Errorf("%q is in\n%s", not, text)
			}
		} else if !strings.Contains(text, w) {
			t.Errorf("no %q in\n%s", w, text)
		}
	}
}

func TestAFigureIsMadeByTheFunctionThatDrawsIt(t *testing.T) {
	for _, c := range []struct {
		name, cell string
		want       []string
	}{
		{"on the current axes", "plt.hist(xs)\nplt.title('Heights')\nplt.xlim(0, 3)\n",
			[]string{"    figure = Figure()\n    axes = figure.add_subplot()\n", "axes.hist(xs)", "axes.set_title('Heights')", "axes.set_xlim(0, 3)", "    return figure\n", "lacks plt", "from matplotlib.figure import Figure\n"}},
		{"a figure of a size", "plt.figure(figsize=(6, 2))\nplt.plot(xs)\nplt.suptitle('All')\n",
			[]string{"    figure = Figure(figsize=(6, 2))\n", "figure.gca().plot(xs)", "figure.suptitle('All')", "lacks plt"}},
		{"axes in rows", "fig, ax = plt.subplots(2, sharex=True, figsize=(6, 2))\nfor a in ax:\n    a.plot(xs)\nax[0].set_title('Top')\n",
			[]string{"    fig = Figure(figsize=(6, 2)); ax = fig.subplots(2, sharex=True)\n", "        a.plot(xs)\n", "    return fig\n", "lacks plt"}},
		{"a colour bar for what was drawn last", "plt.imshow([xs])\nplt.colorbar(label='value')\nplt.clim(0, 1)\nplt.title('Map')\n",
			[]string{"drawn = axes.imshow([xs])", "figure.colorbar(drawn, label='value')", "drawn.set_clim(0, 1)"}},
		{"a colour bar alone", "picture = plt.imshow([xs])\nplt.colorbar()\nplt.title('Map')\n",
			[]string{"picture = axes.imshow([xs])", "figure.colorbar(picture)"}},
		{"ticks", "plt.plot(xs)\nplt.xticks([0, 1], ['a', 'b'])\nplt.yticks(rotation=45)\nplt.title('Ticks')\n",
			[]string{"axes.set_xticks([0, 1], ['a', 'b'])", "for tick_label in axes.get_yticklabels(): tick_label.set(rotation=45)"}},
		{"a table's own plot", "import pandas as pd\ndf = pd.DataFrame({'a': xs})\ndf.plot(title='Table')\nplt.ylabel('a')\n",
			[]string{"df.plot(title='Table', ax=axes)", "axes.set_ylabel('a')"}},
		{"colours that pyplot hands on", "plt.scatter(xs, xs, cmap=plt.cm.binary)\nplt.title('Map')\n",
			[]string{"axes.scatter(xs, xs, cmap=cm.binary)", "from matplotlib import cm\n", "lacks plt"}},
		{"classes that pyplot hands on", "plt.gca().add_patch(plt.Circle((0, 0), 1))\nplt.title('Disc')\n",
			[]string{"axes.add_patch(Circle((0, 0), 1))", "from matplotlib.patches import Circle\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := planOf(t, "# %%\nimport matplotlib.pyplot as plt\nxs = [1, 2]\n# %%\n"+c.cell).Emit()
			holds(t, files["src/demo/steps.py"], c.want...)
			holds(t, files["src/demo/pipeline.py"], "io.save_figure(")
			holds(t, files["src/demo/__main__.py"], `mpl.use("Agg")`)
			if f, ok := files["src/demo/figures.py"]; ok {
				t.Errorf("there is a figures.py:\n%s", f)
			}
		})
	}
}

func TestWhatNeedsPyplotsStateStaysWithIt(t *testing.T) {
	for _, c := range []struct{ name, cell string }{
		{"a style", "with plt.style.context('classic'):\n    plt.plot(xs)\n    plt.title('Styled')\n"},
		{"two figures", "plt.figure()\nplt.plot(xs)\nplt.figure()\nplt.plot(xs)\nplt.title('Second')\n"},
		{"a colour bar of what a loop drew", "for x in xs:\n    plt.imshow([[x]])\nplt.colorbar()\nplt.title('Map')\n"},
		{"a function that draws and is handed on", "def mark(x):\n    plt.plot([x])\nlist(map(mark, xs))\nplt.title('Marks')\n"},
		{"chance of a library's", "import pandas as pd\ndf = pd.DataFrame({'a': xs})\nplt.plot(df.sample(1))\nplt.title('One')\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := planOf(t, "# %%\nimport matplotlib.pyplot as plt\nxs = [1, 2]\n# %%\n"+c.cell).Emit()
			holds(t, files["src/demo/figures.py"], "plt.")
			holds(t, files["src/demo/steps.py"], "lacks Figure()")
		})
	}
}

func TestAxesOfAnotherCellAreChangedByAStep(t *testing.T) {
	files := planOf(t, "# %%\nimport matplotlib.pyplot as plt\n# %%\nfig, ax = plt.subplots()\n# %%\nax.set_title('Both')\n").Emit()
	holds(t, files["src/demo/steps.py"], "fig = Figure(); ax = fig.subplots()", "(ax: Axes) -> None:", "ax.set_title('Both')", "lacks plt")
}

func TestAFunctionIsHandedTheFigure(t *testing.T) {
	files := planOf(t, `# %%
import matplotlib.pyplot as plt
def mark(x, **more):
    plt.plot([x], **more)
def both(x):
    ax = plt.gca()
    ax.set_title("Both")
    mark(x)
# %%
xs = [1, 2]
# %%
for x in xs:
    both(x)
plt.ylabel("x")
`).Emit()
	holds(t, files["src/demo/steps.py"], "def mark(x, *, figure: Figure, **more):\n    figure.gca().plot([x], **more)\n", "def both(x, *, figure: Figure):\n    ax = figure.gca()\n", "    mark(x, figure=figure)\n",
		"        both(x, figure=figure)\n", "    figure = Figure()\n", `axes.set_ylabel("x")`, "lacks plt")
}

func TestAFunctionThatMakesItsFigureIsHandedIt(t *testing.T) {
	files := planOf(t, `# %%
import matplotlib.pyplot as plt
def pair(xs, title):
    fig, ax = plt.subplots(1, 2, figsize=(6, 2))
    for a in ax:
        a.plot(xs)
    fig.suptitle(title)
# %%
xs = [1, 2]
# %%
pair(xs, title="One")
plt.ylabel("x")
# %%
pair(xs, title="Two")
plt.ylabel("y")
`).Emit()
	holds(t, files["src/demo/steps.py"], "def pair(xs, title, *, figure: Figure):\n    fig = figure; fig.set_size_inches((6, 2)); ax = fig.subplots(1, 2)\n", "    figure = Figure()\n    # @@", "pair(xs, title=\"One\", figure=figure)",
		"figure.gca().set_ylabel(\"x\")", "lacks plt", "lacks add_subplot")
}

func TestDrawsFromNumpysGeneratorAreHandedIt(t *testing.T) {
	files := planOf(t, `# %%
import numpy as np
def noise(n):
    return np.random.randn(n)
# %%
np.random.seed(1)
a = np.random.rand(3) + noise(3)
print(a.sum())
`).Emit()
	holds(t, files["src/demo/steps.py"], "def noise(n, *, rng: RandomState):\n    return rng.randn(n)\n", "rng: RandomState)", "    rng.seed(1)\n", "a = rng.rand(3) + noise(3, rng=rng)", "from numpy.random import RandomState\n", "lacks np.")
	holds(t, files["src/demo/pipeline.py"], "rng=io.shared_generator()")
	holds(t, files["src/demo/io.py"], "def shared_generator() -> RandomState:")
	// A seeded generator of its own is no shared one.
	files = planOf(t, "# %%\nimport numpy as np\n# %%\nrng = np.random.default_rng(5)\nprint(rng.random())\n").Emit()
	holds(t, files["src/demo/steps.py"], "rng = np.random.default_rng(5)")
	// A library that draws by itself takes the statement along.
	files = planOf(t, "# %%\nimport numpy as np\nimport pandas as pd\n# %%\ndf = pd.DataFrame({'a': np.random.rand(9)}).sample(3)\nprint(len(df))\n").Emit()
	holds(t, files["src/demo/io.py"], "np.random.rand(9)", "lacks rng")
}

func TestAnErrorOfALessonWithoutOutputs(t *testing.T) {
	book := func(outputs string) *Analysis {
		prog, r := Read("work.ipynb", []byte(`{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
 {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [`+outputs+`], "source": "rows = [1]"},
 {"cell_type": "code", "execution_count": 2, "metadata": {}, "outputs": [], "source": "found = rows[3]"},
 {"cell_type": "code", "execution_count": 3, "metadata": {}, "outputs": [], "source": "lost = rows[4]"},
 {"cell_type": "code", "execution_count": 4, "metadata": {}, "outputs": [], "source": "found = rows[0]\nprint(found, lost)"}]}`))
		if r != nil {
			t.Fatal(r)
		}
		return Analyse(prog, nil)
	}
	failed := func(kind, statement string) *oracle.Error { return &oracle.Error{Type: kind, Statement: statement} }
	a := book("")
	if !a.takesAsMeant(failed("IndexError", "c2.s1")) || a.Cells[1].Meant != "IndexError" {
		t.Error("an error behind which its name is bound again is not taken as meant")
	}
	if a.takesAsMeant(failed("IndexError", "c3.s1")) {
		t.Error("an error is taken as meant, and a later cell needs what it would have made")
	}
	if a.takesAsMeant(failed("AttributeError", "c2.s1")) {
		t.Error("an error that another version of a library may bring is taken as meant")
	}
	if book(`{"output_type": "stream", "name": "stdout", "text": "1"}`).takesAsMeant(failed("IndexError", "c2.s1")) {
		t.Error("the notebook has outputs, and they do not say that the cell fails")
	}
}

func TestColorbarThatIsGivenAName(t *testing.T) {
	files := planOf(t, "# %%\nimport matplotlib.pyplot as plt\n# %%\nplt.imshow([[1, 2], [3, 4]])\ncb = plt.colorbar(label='counts')\ncb.set_label('all')\nplt.title('Counts')\n").Emit()
	holds(t, files["src/demo/steps.py"], "drawn = axes.imshow(", "cb = figure.colorbar(drawn, label='counts')", "lacks plt.")
}
