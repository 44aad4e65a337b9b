package oracle

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/testkit/pythontest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	Clean()
	os.Exit(code)
}

// python is the command of the tests' interpreter.
func python(t *testing.T) []string { return []string{pythontest.Find(t)} }

// program makes a Program of cells: statements are separated by lines of `---`, and a last line that starts with `> ` is displayed.
func program(t *testing.T, files map[string]string, cells ...string) Program {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p := Program{Name: "test.ipynb", Root: dir, File: "test.ipynb"}
	for i, text := range cells {
		c := Cell{ID: "c" + string(rune('1'+i)), Index: i, Count: i + 1}
		line := 1
		for j, s := range strings.Split(text, "\n---\n") {
			st := Statement{ID: c.ID + ".s" + string(rune('1'+j)), Line: line, Source: s}
			if rest, ok := strings.CutPrefix(s, "> "); ok {
				st.Source, st.Display = rest, true
			}
			line += strings.Count(s, "\n") + 1
			c.Statements = append(c.Statements, st)
		}
		p.Cells = append(p.Cells, c)
	}
	return p
}

func runIt(t *testing.T, p Program, o Options) *Trace {
	t.Helper()
	o.Python = python(t)
	o.Values = true
	tr, err := Run(context.Background(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func find(t *testing.T, tr *Trace, id string) Observation {
	t.Helper()
	var ids []string
	for _, o := range tr.Observed {
		if o.ID == id {
			return o
		}
		ids = append(ids, o.ID)
	}
	t.Fatalf("no observation %s among %v; status %s %+v\n%s", id, ids, tr.Status, tr.Error, tr.Stderr)
	return Observation{}
}

func TestStatements(t *testing.T) {
	tr := runIt(t, program(t, map[string]string{"in.txt": "3\n"},
		"x = [1, 2]\n---\ny = x\n---\nz = int(open('in.txt').read())",
		"y.append(z)\n---\nprint(x)\n---\n> len(x)",
		"def f():\n    x.append(9)\n---\nf()\n---\ndel y\n---\nopen('out.csv', 'w').write('a,b\\n1,2\\n')",
	), Options{})
	if tr.Status != Complete {
		t.Fatalf("status %s: %+v\n%s", tr.Status, tr.Error, tr.Stderr)
	}
	by := map[string]StatementTrace{}
	for _, s := range tr.Statements {
		by[s.ID] = s
	}
	if g := by["c1.s2"].Aliases; len(g) != 1 || strings.Join(g[0], " ") != "x y" {
		t.Errorf("aliases after y = x: %v", g)
	}
	if m := by["c2.s1"].Mutated; m["x"] == "" || m["x"] != m["y"] {
		t.Errorf("y.append changed %v, want x and y", m)
	}
	if m := by["c3.s2"].Mutated; m["x"] == "" {
		t.Errorf("f() changed %v, want x", m)
	}
	if d := by["c3.s3"].Deleted; len(d) != 1 || d[0] != "y" {
		t.Errorf("deleted %v", d)
	}
	if e := by["c1.s3"].Events; len(e) != 1 || e[0] != (Event{Kind: "read", Detail: "in.txt"}) {
		t.Errorf("events of the read: %v", e)
	}
	if o := find(t, tr, "stdout:c2"); o.Text != "[1, 2, 3]\n" || o.Parts[0].Statement != "c2.s2" {
		t.Errorf("stdout %+v", o)
	}
	if o := find(t, tr, "display:c2.s3:0"); o.Text != "3" || !o.Peek {
		t.Errorf("display %+v", o)
	}
	if o := find(t, tr, "file:out.csv"); !o.Created || o.Type != "csv" {
		t.Errorf("file %+v", o)
	}
	v, err := tr.Value(by["c3.s2"].Mutated["x"])
	if err != nil || v.Kind != "list" || len(v.Items) != 4 || v.Items[3].Text != "9" {
		t.Errorf("value of x: %+v, %v", v, err)
	}
	t.Logf("%+v %.3fs", tr.Confinement, tr.Seconds)
}

func TestGrade(t *testing.T) {
	p := program(t, nil,
		"import random, datetime, time, os, uuid",
		"a = random.random()\n---\nb = list({'x', 'y', 'z', 'w', 'v', 'u'})\n---\nc = datetime.date.today().isoformat()\n---\nd = os.getcwd()\n---\ne = 1 + 1\n---\nf = os.urandom(8)\n---\ng = uuid.uuid4()\n---\nh = sorted({'x', 'y'})",
		"t = time.perf_counter()\n---\nprint('took', time.perf_counter() - t)",
		"print(object())",
	)
	g, err := Grade(context.Background(), p, Options{Python: python(t)})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]Stability{
		"value:c2.s1:a": NeedsSeed, "value:c2.s2:b": NeedsOrder, "value:c2.s3:c": NeedsClock, "value:c2.s4:d": External, "value:c2.s5:e": Exact,
		"value:c2.s6:f": Unstable, "value:c2.s7:g": NeedsSeed, "value:c2.s8:h": Exact, "stdout:c3": Timing, "value:c3.s1:t": Timing, "stdout:c4": Exact,
	} {
		if got := g.Stability[id]; got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	if t.Failed() {
		t.Logf("%+v runs %v", g.Error, g.Runs)
	}
}
