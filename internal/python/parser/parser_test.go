package parser_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func testFiles(t testing.TB, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", dir, "*.py"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data in %s: %v", dir, err)
	}
	return files
}

func decode(t testing.TB, path string) []byte {
	t.Helper()
	raw, err := source.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	src, problem := source.Decode(raw)
	if problem != nil {
		t.Fatalf("%s: %s", path, problem.Message)
	}
	return src
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run go test -update to accept what is parsed now", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs; run go test -update to accept (-want +got):\n%s", path, diff)
	}
}

// TestValid holds the tree of each valid file, one statement a line, in the format of Python 3.15.
func TestValid(t *testing.T) {
	var p parser.Parser
	for _, path := range testFiles(t, "valid") {
		file, faults := parser.Parse(&p, decode(t, path), parser.Options{})
		for _, f := range faults {
			t.Errorf("%s:%d: %s", path, f.Span.Start, f.Message)
		}
		var out []byte
		body := file.Body
		for i := range body {
			file.Body = body[i : i+1]
			out = append(ast.AppendDump(out, file, 15), '\n')
		}
		file.Body = body
		checkTree(t, file, faults)
		golden(t, strings.TrimSuffix(path, ".py")+".tree", string(out))
	}
}

// cases are the parts of an invalid file, between lines that read "# ---".
func cases(src []byte) []string {
	return strings.Split(strings.TrimSuffix(string(src), "\n"), "\n# ---\n")
}

// TestInvalid holds the first fault of each case: every one is rejected by CPython 3.14 when it parses.
func TestInvalid(t *testing.T) {
	var p parser.Parser
	for _, path := range testFiles(t, "invalid") {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for _, src := range cases(raw) {
			file, faults := parser.Parse(&p, []byte(src), parser.Options{})
			checkTree(t, file, faults)
			if len(faults) == 0 {
				t.Errorf("%s: accepted:\n%s", path, src)
				continue
			}
			f := faults[0]
			line := source.LineIndex(file.Lines, f.Span.Start)
			fmt.Fprintf(&out, "%s\n  %d:%d-%d: %s\n", src, line+1, f.Span.Start-file.Lines[line], f.Span.End-file.Lines[line], f.Message)
		}
		golden(t, strings.TrimSuffix(path, ".py")+".faults", out.String())
	}
}

// TestPython compares with the python3 on PATH: which test data it accepts, and from 3.12 the trees as well. (Before, the
// places of what is inside an f-string were approximate.)
func TestPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on PATH")
	}
	const script = `
import ast, json, sys, warnings
warnings.simplefilter("ignore")
out = []
for path in json.load(sys.stdin):
    with open(path, "rb") as f:
        source = f.read()
    try:
        out.append(ast.dump(ast.parse(source), include_attributes=True))
    except (SyntaxError, ValueError):
        out.append(None)
json.dump({"minor": sys.version_info[1], "trees": out}, sys.stdout)
`
	dir := t.TempDir()
	paths := testFiles(t, "valid")
	for _, path := range testFiles(t, "invalid") {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, src := range cases(raw) {
			name := filepath.Join(dir, fmt.Sprintf("%s-%d.py", filepath.Base(path), i))
			if err := os.WriteFile(name, []byte(src), 0o644); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, name)
		}
	}
	in, err := json.Marshal(paths)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", script)
	cmd.Stdin = bytes.NewReader(in)
	cmd.Stderr = os.Stderr
	raw, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var theirs struct {
		Minor int
		Trees []*string
	}
	if err := json.Unmarshal(raw, &theirs); err != nil {
		t.Fatal(err)
	}
	if theirs.Minor < 8 || theirs.Minor > parser.Newest {
		t.Skipf("python3 is 3.%d, which the parser does not cover", theirs.Minor)
	}
	var p parser.Parser
	for i, path := range paths {
		src, problem := source.Decode(mustRead(t, path))
		file, faults := parser.Parse(&p, src, parser.Options{Python: theirs.Minor})
		accepted := problem == nil && len(faults) == 0
		want := theirs.Trees[i]
		switch {
		case accepted && want == nil:
			// Characters named since that Python's version of Unicode are accepted for every version.
			if !bytes.Contains(src, []byte(`\N{`)) {
				t.Errorf("%s: Python 3.%d rejects it:\n%s", path, theirs.Minor, src)
			}
		case !accepted && want != nil && theirs.Minor > 8: // 3.8 leaves some checks to its compiler
			t.Errorf("%s: Python 3.%d accepts it: %v\n%s", path, theirs.Minor, faults, src)
		case accepted && want != nil && theirs.Minor >= 12:
			if diff := cmp.Diff(*want, string(ast.AppendDump(nil, file, theirs.Minor))); diff != "" {
				t.Errorf("%s: the tree differs from Python 3.%d's:\n%s", path, theirs.Minor, diff)
			}
		}
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := source.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestVersions holds which version each piece of syntax needs.
func TestVersions(t *testing.T) {
	tests := []struct {
		minor int
		src   string
	}{
		{9, "@a[0]\ndef f(): pass\n"},
		{9, "for x in *a, b: pass\n"},
		{9, "with (a as b, c): pass\n"},
		{10, "match x:\n    case 1: pass\n"},
		{11, "try: pass\nexcept* A: pass\n"},
		{11, "x[*a]\n"},
		{11, "def f(*a: *b): pass\n"},
		{12, "type X = int\n"},
		{12, "def f[T](): pass\n"},
		{12, "class A[T]: pass\n"},
		{12, `f'{a['b']}'` + "\n"},
		{12, `f'{"\n"}'` + "\n"},
		{13, "class A[T = int]: pass\n"},
		{14, "try: pass\nexcept A, B: pass\n"},
		{14, "t'{a}'\n"},
		{15, "lazy import a\n"},
		{15, "lazy from a import b\n"},
		{15, "[*a for a in b]\n"},
		{15, "{**a for a in b}\n"},
		{15, "f(*a for a in b)\n"},
		{15, "match x:\n    case +1: pass\n"},
	}
	var p parser.Parser
	for _, test := range tests {
		if _, faults := parser.Parse(&p, []byte(test.src), parser.Options{Python: test.minor}); len(faults) > 0 {
			t.Errorf("3.%d should accept %q: %v", test.minor, test.src, faults)
		}
		_, faults := parser.Parse(&p, []byte(test.src), parser.Options{Python: test.minor - 1})
		found := false
		for _, f := range faults {
			found = found || f.MinVersion == test.minor
		}
		if !found {
			t.Errorf("3.%d should reject %q and say that 3.%d has it: %v", test.minor-1, test.src, test.minor, faults)
		}
	}
}

// TestRecovery: a fault costs its own statement, and the rest of the file is read.
func TestRecovery(t *testing.T) {
	const src = `import a
print "old"
def f(x:
    y = (1 +
    return g(x)
class A:
    def m(self): return self.
    def n(self): pass
x = [1,
def last(): pass
`
	var p parser.Parser
	file, faults := parser.Parse(&p, []byte(src), parser.Options{})
	if len(faults) == 0 {
		t.Fatal("no faults")
	}
	var defs []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FunctionDef:
			defs = append(defs, file.Text(n.Name))
		case *ast.ClassDef:
			defs = append(defs, file.Text(n.Name))
		}
		return true
	})
	if diff := cmp.Diff([]string{"f", "A", "m", "n", "last"}, defs); diff != "" {
		t.Errorf("definitions (-want +got):\n%s", diff)
	}
	checkTree(t, file, faults)
}

// TestSteadyState: a parser that has seen a file of this size parses it again without allocating.
func TestSteadyState(t *testing.T) {
	var p parser.Parser
	for _, name := range []string{"expressions", "patterns", "types", "continuation"} {
		src := decode(t, "testdata/valid/"+name+".py")
		if n := testing.AllocsPerRun(5, func() { parser.Parse(&p, src, parser.Options{}) }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// TestHostile: no input is too deep or too broken to come back from.
func TestHostile(t *testing.T) {
	inputs := map[string]string{
		"brackets":       strings.Repeat("(", 100_000),
		"closed":         strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000),
		"open lines":     strings.Repeat("(\n", 100_000),
		"open calls":     strings.Repeat("f(\nx = 1\n", 50_000),
		"not":            strings.Repeat("not ", 100_000) + "x",
		"minus":          strings.Repeat("-", 100_000) + "x",
		"power":          strings.Repeat("x ** ", 100_000) + "x",
		"lambda":         strings.Repeat("lambda: ", 100_000) + "x",
		"conditional":    strings.Repeat("x if y else ", 100_000) + "z",
		"sum":            strings.Repeat("x + ", 200_000) + "x",
		"attributes":     "x" + strings.Repeat(".a", 200_000),
		"elif":           "if x: pass\n" + strings.Repeat("elif x: pass\n", 100_000),
		"f-strings":      strings.Repeat(`f"{`, 10_000),
		"specs":          strings.Repeat(`f"{x:`, 10_000),
		"comprehensions": strings.Repeat("[x for x in ", 50_000),
		"match":          strings.Repeat("match (", 50_000),
		"with":           strings.Repeat("with (", 50_000),
		"quotes":         strings.Repeat("\"\"\"\n", 100_001),
		"backslashes":    strings.Repeat("\\\n", 100_000),
		"nul in comment": "f(#\x00\n(a, b)\n)\n",
		"nul":            "x = 1\x00\ny = 2\n",
		"not utf-8":      "x\xff = 1\n\"\xfe\"\n#\xfd\n",
	}
	indent := ""
	var deep strings.Builder
	for range 2000 {
		deep.WriteString(indent + "if x:\n")
		indent += " "
	}
	inputs["indentation"] = deep.String()
	var p parser.Parser
	for name, src := range inputs {
		file, faults := parser.Parse(&p, []byte(src), parser.Options{})
		if len(faults) == 0 {
			t.Errorf("%s: no fault", name)
		}
		checkTree(t, file, faults)
	}
}
