package proof

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
	"github.com/roadworthy-dev/roadworthy/internal/testkit/pythontest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	oracle.Clean()
	os.Exit(code)
}

func python(t *testing.T) []string { return []string{pythontest.Find(t)} }

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const orders = "customer,amount,day\nann,10.5,1\nbob,20.25,1\nann,5.0,2\ncyd,7.75,2\nbob,1.5,3\nann,2.25,3\ncyd,4.0,4\n"

// ordersNotebook sums orders by customer, prints, displays and writes.
func ordersNotebook(t *testing.T) oracle.Program {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{"orders.csv": orders})
	cell := func(id string, index int, display bool, sources ...string) oracle.Cell {
		c := oracle.Cell{ID: id, Index: index}
		line := 1
		for i, s := range sources {
			c.Statements = append(c.Statements, oracle.Statement{ID: id + ".s" + string(rune('1'+i)), Line: line, Source: s, Display: display && i == len(sources)-1})
			line += strings.Count(s, "\n") + 1
		}
		return c
	}
	return oracle.Program{Name: "orders.ipynb", Root: dir, File: "orders.ipynb", Cells: []oracle.Cell{
		cell("c1", 0, false, "import csv", "rows = list(csv.DictReader(open('orders.csv')))", "for r in rows:\n    r['amount'] = float(r['amount'] or 0)"),
		cell("c2", 1, false, "totals = {}", "for r in rows:\n    totals[r['customer']] = totals.get(r['customer'], 0) + r['amount'] * 2", "big = {k: v for k, v in totals.items() if v > 20}"),
		cell("c3", 2, true, "print('customers:', len(totals))", "sorted(big.items())"),
		cell("c4", 3, false, "with open('totals.csv', 'w') as f:\n    f.write('customer,total\\n')\n    for k, v in sorted(totals.items()):\n        f.write('%s,%s\\n' % (k, v))"),
	}}
}

const steps = `
def total_by_customer(rows):
    """Doubled amounts by customer."""
    totals = {}
    for r in rows:
        totals[r["customer"]] = totals.get(r["customer"], 0) + r["amount"] * 2
    big = {k: v for k, v in totals.items() if v > 20}
    return totals, big


def describe(totals, big):
    shown = sorted(big.items())
    text = "customers: %d\n" % len(totals)
    return text, {"big": shown}
`

// ordersPackage is the same as a package; steps is the source of its steps.
func ordersPackage(t *testing.T, p oracle.Program, steps string) oracle.Package {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"src/orders/__init__.py": "",
		"src/orders/io.py": `import csv


def load(path):
    with open(path) as f:
        rows = list(csv.DictReader(f))
    for r in rows:
        r["amount"] = float(r["amount"] or 0)
    return rows


def store(path, totals):
    with open(path, "w") as f:
        f.write("customer,total\n")
        for k, v in sorted(totals.items()):
            f.write("%s,%s\n" % (k, v))
`,
		"src/orders/steps.py": steps,
		"src/orders/__main__.py": `import sys

from . import io, steps


def main():
    rows = io.load("orders.csv")
    totals, big = steps.total_by_customer(rows)
    text, shown = steps.describe(totals, big)
    sys.stdout.write(text)
    io.store("totals.csv", totals)


main()
`,
	})
	return oracle.Package{Dir: dir, Module: "orders", Root: p.Root, Functions: []oracle.Function{
		{Name: "io.load", Statements: []string{"c1.s2", "c1.s3"}, Returns: []oracle.Boundary{{Statement: "c1.s3", Name: "rows"}}},
		{Name: "steps.total_by_customer", Statements: []string{"c2.s1", "c2.s2", "c2.s3"}, Params: []oracle.Boundary{{Part: "rows", Statement: "c1.s3", Name: "rows"}},
			Returns: []oracle.Boundary{{Part: "0", Statement: "c2.s3", Name: "totals"}, {Part: "1", Statement: "c2.s3", Name: "big"}}},
		{Name: "steps.describe", Statements: []string{"c3.s1", "c3.s2"}, Params: []oracle.Boundary{{Part: "totals", Statement: "c2.s3", Name: "totals"}, {Part: "big", Statement: "c2.s3", Name: "big"}},
			Returns: []oracle.Boundary{{Part: "0"}, {Part: "1"}}},
		{Name: "io.store", Statements: []string{"c4.s1"}, Params: []oracle.Boundary{{Part: "totals", Statement: "c2.s3", Name: "totals"}, {Part: "path"}}},
	}}
}

func ordersOutputs() []Output {
	return []Output{
		{ID: "o1", Kind: oracle.File, Statements: []string{"c4.s1"}, Name: "totals.csv"},
		{ID: "o2", Kind: oracle.Stdout, Statements: []string{"c3.s1"}, Function: "steps.describe", Part: "0"},
		{ID: "o3", Kind: oracle.Display, Statements: []string{"c3.s2"}, Function: "steps.describe", Part: "1/big"},
		{ID: "o4", Kind: oracle.Bound, Statements: []string{"c2.s3"}, Name: "totals", Function: "steps.total_by_customer", Part: "0"},
		{ID: "o5", Kind: oracle.Stdout, Statements: []string{"c3.s1"}},
	}
}

func proveOrders(t *testing.T, steps string, o Options) *Report {
	t.Helper()
	run := oracle.Options{Python: python(t), Values: true}
	p := ordersNotebook(t)
	g, err := oracle.Grade(context.Background(), p, run)
	if err != nil {
		t.Fatal(err)
	}
	if g.Status != oracle.Complete {
		t.Fatalf("original: %s %+v", g.Status, g.Error)
	}
	r, err := Prove(context.Background(), Subject{Original: p, Graded: g, Package: ordersPackage(t, p, steps), Outputs: ordersOutputs()}, run, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestProve(t *testing.T) {
	r := proveOrders(t, steps, Options{Mutants: 25})
	for l := 1; l <= 7; l++ {
		if r.Levels[l].State != Held {
			t.Errorf("L%d %s: %s", l, r.Levels[l].State, r.Levels[l].Detail)
		}
	}
	if len(r.Rows) != 5 {
		t.Errorf("rows %+v", r.Rows)
	}
	for _, row := range append(r.Rows, r.Boundaries...) {
		if row.Verdict != Identical {
			t.Errorf("%+v", row)
		}
	}
	if len(r.Perturbations) != 5 {
		t.Errorf("changes tried: %+v", r.Perturbations)
	}
	if r.First != nil {
		t.Errorf("split %+v", r.First)
	}
	if !r.Holds(7) {
		t.Error("the report does not hold at L7")
	}
	if t.Failed() {
		t.Logf("%+v\n%s", r.Mutants, r.Trace.Stderr)
	}
}

func TestFirstDifferingFunction(t *testing.T) {
	for _, c := range []struct{ name, from, to, function, part, difference string }{
		{"a wrong factor", `r["amount"] * 2`, `r["amount"] * 3`, "steps.total_by_customer", "totals (0)", "key \"ann\": 35.5 ≠ 53.25"},
		{"a wrong bound", "if v > 20", "if v > 40", "steps.total_by_customer", "big (1)", "3 keys ≠ 1"},
		{"an argument changed in place", "    totals = {}\n", "    totals = {}\n    rows[0]['amount'] = 1.0\n", "steps.total_by_customer", "totals (0)", "≠"},
		{"an exception", "    totals = {}\n", "    totals = {}\n    raise KeyError(1)\n", "steps.total_by_customer", "totals (0)", "raised KeyError"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(steps, c.from) {
				t.Fatal("nothing to change")
			}
			r := proveOrders(t, strings.Replace(steps, c.from, c.to, 1), Options{Level: 5})
			if r.First == nil || r.First.Function != c.function || r.First.Part != c.part || !strings.Contains(r.First.Difference, c.difference) {
				t.Fatalf("first difference %+v, want %s %s with %q", r.First, c.function, c.part, c.difference)
			}
			if r.Holds(5) {
				t.Error("the report holds")
			}
			if got := r.First.Statements; len(got) != 3 || got[0] != "c2.s1" {
				t.Errorf("statements %v", got)
			}
		})
	}
}
