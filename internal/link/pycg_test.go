package link_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/roadworthy-dev/roadworthy/internal/cli"
)

// callGraph is what `roadworthy callgraph` prints for a directory, as "caller -> callee".
func callGraph(t *testing.T, dir string) []string {
	t.Helper()
	var out, errw bytes.Buffer
	if code := cli.Main([]string{"callgraph", "--format", "json", dir}, strings.NewReader(""), &out, &errw); code != 0 {
		t.Fatalf("callgraph %s exits %d: %s", dir, code, errw.String())
	}
	return edges(t, out.Bytes())
}

func edges(t *testing.T, text []byte) []string {
	t.Helper()
	var graph map[string][]string
	if err := json.Unmarshal(text, &graph); err != nil {
		t.Fatal(err)
	}
	var list []string
	for from, to := range graph {
		for _, x := range to {
			list = append(list, from+" -> "+x)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Each archive below testdata/calls is a program and, in "want", all its calls.
func TestCallGraphs(t *testing.T) {
	paths, err := filepath.Glob("testdata/calls/*.txtar")
	if err != nil || len(paths) < 40 {
		t.Fatalf("%d programs: %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			root := t.TempDir()
			var want []string
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = strings.Split(strings.TrimSpace(string(f.Data)), "\n")
					continue
				}
				to := filepath.Join(root, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(to, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			slices.Sort(want)
			if d := cmp.Diff(want, callGraph(t, root)); d != "" {
				t.Errorf("calls (-want +got):\n%s", d)
			}
		})
	}
}

// PyCG's micro-benchmark, from a copy that the variable PYCG names (see pycg.mk): a case is a directory with Python files
// and the callgraph.json that is expected.
func TestPyCG(t *testing.T) {
	root := os.Getenv("PYCG")
	if root == "" {
		t.Skip("PYCG does not name a copy of the benchmark; make -f pycg.mk pycg PYCG=DIR")
	}
	golds, err := filepath.Glob(filepath.Join(root, "micro-benchmark", "snippets", "*", "*", "callgraph.json"))
	if err != nil || len(golds) == 0 {
		t.Fatalf("no cases below %s: %v", root, err)
	}
	exact, hit, found, expected := 0, 0, 0, 0
	for _, path := range golds {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, got := edges(t, text), callGraph(t, filepath.Dir(path))
		expected += len(want)
		found += len(got)
		for _, e := range got {
			if slices.Contains(want, e) {
				hit++
			}
		}
		if d := cmp.Diff(want, got); d == "" {
			exact++
		} else {
			t.Logf("%s (-want +got):\n%s", filepath.Dir(path), d)
		}
	}
	precision, recall := float64(hit)/float64(found), float64(hit)/float64(expected)
	t.Logf("%d of %d cases exact, edge precision %.3f, recall %.3f", exact, len(golds), precision, recall)
	if exact < 114 || precision < 0.98 || recall < 0.96 {
		t.Errorf("below 114 exact, precision 0.98, recall 0.96")
	}
}
