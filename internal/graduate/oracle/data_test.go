package oracle

import (
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/testkit/pythontest"
)

// A notebook as people write them, with the libraries that they use.
func TestDataLibraries(t *testing.T) {
	py := python(t)
	pythontest.Needs(t, py[0], "numpy", "pandas", "matplotlib", "sklearn", "IPython")
	last := program(t, map[string]string{"a.csv": "name,age,city\nann,30,x\nbob,41,y\ncyd,,x\n"},
		"import numpy as np\n---\nimport pandas as pd\n---\nimport matplotlib.pyplot as plt\n---\nfrom sklearn.linear_model import LinearRegression",
		"df = pd.read_csv('a.csv')\n---\n> df.head()",
		"df['old'] = df.age > 35\n---\nages = df['age'].values\n---\nsub = df[df.city == 'x']\n---\nmeans = df.groupby('city')['age'].mean()",
		"rng = np.random.default_rng()\n---\nx = rng.normal(size=(200, 2))\n---\ny = x @ [1.0, 2.0] + np.random.normal(size=200)\n---\nmodel = LinearRegression()\n---\nmodel.fit(x, y)",
		"fig, ax = plt.subplots()\n---\nax.plot([1, 2, 3], [1, 4, 9], label='squares')\n---\nax.set_title('Growth')\n---\nplt.scatter(x[:, 0], y)",
		"today = pd.Timestamp.now()\n---\nthen = np.datetime64('now')\n---\ndf.to_csv('out.csv', index=False)\n---\nfig.savefig('fig.png')",
		"import IPython\n---\nraw = np.empty(4)\n---\nraw2 = np.empty_like(raw, dtype=int)",
	)
	tr := runIt(t, last, Options{})
	if tr.Status != Complete {
		t.Fatalf("status %s: %+v\n%s", tr.Status, tr.Error, tr.Stderr)
	}
	by := map[string]StatementTrace{}
	for _, s := range tr.Statements {
		by[s.ID] = s
	}
	frame, err := tr.Value(by["c3.s1"].Mutated["df"])
	if err != nil || frame.Kind != "frame" || frame.Text != "3,4" || len(frame.Items) != 6 || frame.Items[0].Type != "RangeIndex" {
		t.Errorf("frame: %+v, %v", frame, err)
	}
	if by["c4.s5"].Mutated["model"] == "" {
		t.Errorf("fit changed %v", by["c4.s5"].Mutated)
	}
	if o := find(t, tr, "figure:c5:0"); !o.Titled || o.Statement != "c5.s4" {
		t.Errorf("figure: %+v", o)
	} else if v, err := tr.Value(o.Fingerprint); err != nil || v.Kind != "figure" {
		t.Errorf("figure's value: %+v, %v", v, err)
	}
	if v, err := tr.Value(by["c6.s1"].Bound["today"]); err != nil || v.Text != "Timestamp('2024-03-01 09:30:00')" {
		t.Errorf("pandas' now: %+v, %v", v, err)
	}
	if v, err := tr.Value(by["c6.s2"].Bound["then"]); err != nil || v.Text != "2024-03-01T09:30:00" {
		t.Errorf("numpy's now: %+v, %v", v, err)
	}
	if o := find(t, tr, "file:out.csv"); o.Type != "csv" {
		t.Errorf("file: %+v", o)
	}
	if o := find(t, tr, "file:fig.png"); o.Type != "png" {
		t.Errorf("file: %+v", o)
	}
	x, err := tr.Value(by["c4.s2"].Bound["x"])
	if err != nil || x.Kind != "array" || x.Blob == "" {
		t.Fatalf("array: %+v, %v", x, err)
	}
	if b, err := tr.Blob(x); err != nil || len(b) != 200*2*8 {
		t.Errorf("blob: %d bytes, %v", len(b), err)
	}
	// What is kept must not change what a value is called.
	o := Options{Python: py}
	again, err := Run(t.Context(), last, o)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range tr.Final {
		if again.Final[name] != f {
			t.Errorf("%s has another fingerprint when values are not kept", name)
		}
	}
	t.Logf("aliases %v; %.3f s; %v", by["c3.s2"].Aliases, tr.Seconds, tr.Modules)
}

// JSON has no gaps: an array with them is kept in a form that reads back, and does not spoil the whole trace.
func TestFixturesWithGaps(t *testing.T) {
	py := python(t)
	pythontest.Needs(t, py[0], "numpy")
	p := program(t, nil, "import numpy as np\n---\nx = np.array([[1.5, np.nan], [np.inf, -np.inf]])")
	tr, err := Run(t.Context(), p, Options{Python: py, Fixtures: true})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"is":"array","dtype":"float64","value":[[1.5,"nan"],["inf","-inf"]]}`
	if got := string(tr.Fixtures["c1.s2 x"]); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
