package effects_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/cli"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// The programs below testdata say what their functions do, in comments on the line of the function's name:
//
//	def sync(rows):  # want: db.write! log
//	def total(rows):  # want:
//	# want-import: net!          (on a line of its own: the module's effects at import)
//
// A name is an effect kind; ! marks an effect that blocks its thread, ~ (after it) one that is likely and not proved.
// A function without a mark is not checked. What the engine is known to get wrong is recorded beside it:
// `# miss: net!` is an effect that it should have and does not, `# extra: net!` one that it has and should not. The
// test fails when such a mark has become untrue, so that it is removed.
//
// A program is one .py file, or a .txtar archive of several files.

// mark is what the comments of one line say.
type mark struct {
	line              int
	module            bool
	want, miss, extra []string
}

// marksOf reads the comments of a file.
func marksOf(text string) ([]mark, error) {
	var out []mark
	for i, line := range strings.Split(text, "\n") {
		m := mark{line: i + 1}
		found := false
		for _, part := range strings.Split(line, "#")[1:] {
			key, names, ok := strings.Cut(strings.TrimSpace(part), ":")
			if !ok {
				continue
			}
			var list *[]string
			switch key {
			case "want":
				list = &m.want
			case "want-import":
				list, m.module = &m.want, true
			case "miss":
				list = &m.miss
			case "extra":
				list = &m.extra
			default:
				continue
			}
			found = true
			for _, n := range strings.Fields(names) {
				if _, ok := knowledge.ParseEffectKind(strings.TrimRight(n, "!~")); !ok {
					return nil, fmt.Errorf("line %d: %q is no effect kind", i+1, n)
				}
				*list = append(*list, n)
			}
		}
		if found {
			out = append(out, m)
		}
	}
	return out, nil
}

// diff compares a mark with the effects found.
func (m *mark) diff(got []effects.Effect) []string {
	var out []string
	have := map[string]diag.Certainty{}
	var names []string
	for _, e := range got {
		n := e.Kind.String()
		if e.Blocking {
			n += "!"
		}
		have[n] = e.Certainty
		names = append(names, n)
	}
	expected := map[string]bool{}
	for _, w := range append(append([]string(nil), m.want...), m.extra...) {
		n := strings.TrimRight(w, "~")
		expected[n] = true
		c, ok := have[n]
		switch {
		case !ok:
			out = append(out, "missing "+n)
		case n != w && c != diag.Likely:
			out = append(out, fmt.Sprintf("%s is %s, want likely", n, c))
		}
	}
	for _, n := range names {
		if !expected[n] {
			out = append(out, "unexpected "+n)
		}
	}
	for _, n := range m.miss {
		if _, ok := have[n]; ok {
			out = append(out, n+" is recorded as missed but found now: move it to want")
		}
	}
	return out
}

type program struct {
	name  string
	files map[string]string
}

func readPrograms(t testing.TB) []program {
	t.Helper()
	var out []program
	err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(path), "testdata/")
		p := program{name: name, files: map[string]string{}}
		switch filepath.Ext(path) {
		case ".py":
			p.files[filepath.Base(path)] = string(text)
		case ".txtar":
			for _, f := range txtar.Parse(text).Files {
				p.files[f.Name] = string(f.Data)
			}
		default:
			return fmt.Errorf("%s is neither a .py nor a .txtar", path)
		}
		out = append(out, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// write puts the program into a new directory.
func (p *program) write(t testing.TB) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range p.files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func analyse(t testing.TB, root string, opts check.Options) *effects.Analysis {
	t.Helper()
	tree, err := check.Load(t.Context(), root, opts)
	if err != nil {
		t.Fatal(err)
	}
	return tree.Analyse(knowledge.Load())
}

// problems lists where the program's marks and the analysis differ, and how many marks were held.
func (p *program) problems(t testing.TB, a *effects.Analysis) (out []string, marks, misses int) {
	t.Helper()
	type place struct {
		path string
		line int
	}
	functions := map[place]link.Func{}
	modules := map[string]link.Func{}
	for i := range a.Funcs() {
		f := link.Func(i)
		fn, file := a.Facts(f), a.FileOf(f)
		switch fn.Kind {
		case facts.Function:
			line, _ := file.Facts.Place(fn.NamePos)
			functions[place{file.Path, line}] = f
		case facts.ModuleBody:
			modules[file.Path] = f
			for _, fault := range file.Facts.Faults {
				out = append(out, fmt.Sprintf("%s does not parse: %v", file.Path, fault))
			}
		}
	}
	instances := a.InstancesOf()
	for name, text := range p.files {
		if !strings.HasSuffix(name, ".py") {
			continue
		}
		found, err := marksOf(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i := range found {
			m := &found[i]
			f, ok := functions[place{name, m.line}]
			if m.module {
				f, ok = modules[name]
			}
			if !ok {
				out = append(out, fmt.Sprintf("%s:%d: no function here for the mark", name, m.line))
				continue
			}
			marks++
			misses += len(m.miss) + len(m.extra)
			for _, d := range m.diff(a.Of(instances[f]...)) {
				out = append(out, fmt.Sprintf("%s:%d %s: %s", name, m.line, a.Name(f), d))
			}
		}
	}
	sort.Strings(out)
	return out, marks, misses
}

func TestPrograms(t *testing.T) {
	knowledge.Load()
	programs := readPrograms(t)
	var marks, misses int
	for i := range programs {
		p := &programs[i]
		t.Run(p.name, func(t *testing.T) {
			out, m, k := p.problems(t, analyse(t, p.write(t), check.Options{Workers: 1}))
			for _, s := range out {
				t.Error(s)
			}
			if m == 0 {
				t.Error("the program has no marks")
			}
			marks, misses = marks+m, misses+k
		})
	}
	t.Logf("%d programs, %d functions and modules held, %d known misses", len(programs), marks, misses)
}

// A mark that says the wrong thing must fail, whichever way it is wrong.
func TestMarksCanFail(t *testing.T) {
	const code = "import requests\n\n\ndef fetch(url):%s\n    return requests.get(url)\n"
	for _, c := range []struct{ comment, problem string }{
		{"  # want: net!", ""},
		{"  # want: net", "missing net"},
		{"  # want:", "unexpected net!"},
		{"  # want: net! log", "missing log"},
		{"  # want: net!~", "want likely"},
		{"  # want: # miss: net!", "recorded as missed"},
		{"  # want: # extra: net!", ""},
		{"  # want: net! # extra: db!", "missing db!"},
	} {
		p := program{files: map[string]string{"client.py": fmt.Sprintf(code, c.comment)}}
		out, _, _ := p.problems(t, analyse(t, p.write(t), check.Options{}))
		got := strings.Join(out, "; ")
		if c.problem == "" && got != "" || !strings.Contains(got, c.problem) {
			t.Errorf("%q: problems %q, want %q", c.comment, got, c.problem)
		}
	}
}

// output is what the commands print about a program.
func output(t *testing.T, root string) string {
	t.Helper()
	var out, errw bytes.Buffer
	for _, command := range []string{"effects", "callgraph"} {
		if code := cli.Main([]string{command, "--format", "json", root}, strings.NewReader(""), &out, &errw); code != 0 {
			t.Fatalf("%s exits %d: %s", command, code, errw.String())
		}
	}
	return out.String()
}

// All programs together are a tree of some size: the same bytes come out with any number of processors, and when the
// directory gives its files in another order.
func TestDeterminism(t *testing.T) {
	all := program{files: map[string]string{}}
	for _, p := range readPrograms(t) {
		dir := strings.NewReplacer("/", "_", ".", "_").Replace(p.name)
		for name, text := range p.files {
			all.files[dir+"/"+name] = text
		}
	}
	root := all.write(t)
	first := output(t, root)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, n := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(n)
		if got := output(t, root); got != first {
			t.Errorf("GOMAXPROCS=%d gives another result: %s", n, firstDifference(first, got))
		}
	}
	// A second copy, written in another order: directory entries and inodes differ.
	if got := output(t, all.write(t)); got != first {
		t.Errorf("a copy gives another result: %s", firstDifference(first, got))
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return fmt.Sprintf("line %d: %q and %q", i+1, x[i], strings.Join(y[min(i, len(y)):min(i+1, len(y))], ""))
		}
	}
	return "the second is longer"
}
