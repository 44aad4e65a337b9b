package notebook

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Golden archives hold either a notebook file (in.ipynb) or the texts of its cells (files named "code", "markdown" or
// "raw"), and what comes of it (want).
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var src []byte
			var cells []map[string]any
			want := -1
			for i, f := range a.Files {
				text := string(f.Data)
				switch f.Name {
				case "in.ipynb":
					src = f.Data
				case "in.py":
				case "want":
					want = i
				default:
					cells = append(cells, map[string]any{"cell_type": f.Name, "source": text, "metadata": map[string]any{}})
				}
			}
			if cells != nil {
				src, err = json.Marshal(map[string]any{"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": map[string]any{}})
				if err != nil {
					t.Fatal(err)
				}
			}
			var got string
			if script := a.Files[0]; script.Name == "in.py" {
				got = showCells(Percent(script.Data))
			} else {
				nb := Read(src)
				got = show(nb)
				checkPython(t, nb.Source)
			}
			if want < 0 {
				a.Files = append(a.Files, txtar.File{Name: "want"})
				want = len(a.Files) - 1
			}
			if *update {
				a.Files[want].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(a.Files[want].Data), got); d != "" {
				t.Errorf("%s (run with -update to accept):\n%s", file, d)
			}
		})
	}
}

// show prints every line of the source with the place it comes from. Where columns move, it says from which column on
// and by how much; "=" marks a line that stands for a command.
func show(nb *Notebook) string {
	var b strings.Builder
	fmt.Fprintf(&b, "format %d.%d kernel %q language %q version %q python2 %v\n", nb.Format, nb.Minor, nb.Kernel.Name, nb.Kernel.Language, nb.Kernel.Version, nb.Kernel.Python2())
	b.WriteString(showCells(nb.Cells))
	for i, l := range bytes.Split(bytes.TrimSuffix(nb.Source, []byte("\n")), []byte("\n")) {
		if len(nb.Source) == 0 {
			break
		}
		m := nb.Map.lines[i]
		moved := ""
		if m.command {
			moved = fmt.Sprintf("=%d", m.at+m.shift)
		} else if m.shift != 0 {
			moved = fmt.Sprintf("%d%+d", m.at, m.shift)
		}
		fmt.Fprintf(&b, "%2d:%-2d %-5s|%s\n", m.cell, m.line, moved, l)
	}
	for _, f := range nb.Faults {
		fmt.Fprintf(&b, "fault cell %d line %d: %s\n", f.Cell, f.Line, f.Message)
	}
	return b.String()
}

func showCells(cells []Cell) string {
	var b strings.Builder
	for _, c := range cells {
		fmt.Fprintf(&b, "cell %d %s", c.Index+1, [...]string{"code", "markdown", "raw"}[c.Kind])
		if c.Line > 0 {
			fmt.Fprintf(&b, " at %d", c.Line)
		}
		if c.ID != "" {
			fmt.Fprintf(&b, " id %s", c.ID)
		}
		if c.ExecCount != 0 {
			fmt.Fprintf(&b, " [%d]", c.ExecCount)
		}
		if c.Tags != nil {
			fmt.Fprintf(&b, " tags %q", c.Tags)
		}
		if c.Magic != "" {
			fmt.Fprintf(&b, " magic %s", c.Magic)
		}
		if c.Heading != nil {
			fmt.Fprintf(&b, " under %q", c.Heading)
		}
		b.WriteString("\n")
		for _, o := range c.Outputs {
			fmt.Fprintf(&b, "  output %s %q %q: %q\n", [...]string{"stream", "display", "result", "failure"}[o.Kind], o.Name, o.Types, o.Text())
		}
	}
	return b.String()
}

// checkPython holds the source against the compiler of the python3 on PATH.
func checkPython(t *testing.T, src []byte) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		return
	}
	cmd := exec.Command(python, "-c", "import ast,sys; ast.parse(sys.stdin.buffer.read())")
	cmd.Stdin = bytes.NewReader(src)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("the source is not Python: %v\n%s\n%s", err, out, src)
	}
}

func cellsOf(sources ...string) []byte {
	var cells []map[string]any
	for _, s := range sources {
		cells = append(cells, map[string]any{"cell_type": "code", "source": s})
	}
	out, err := json.Marshal(map[string]any{"cells": cells, "nbformat": 4})
	if err != nil {
		panic(err)
	}
	return out
}

func TestPosition(t *testing.T) {
	nb := Read(cellsOf("a = 1\nb = 'ü' + c\n", "%time  d = call()", "for x in y:\n    !ls {x}\n", "    e = 1\n    f = g"))
	for _, c := range []struct {
		text             string
		cell, line, from int
	}{
		{"c\n", 1, 2, 11},
		{"call()", 2, 1, 12},
		{"d = ", 2, 1, 8},
		{"y:", 3, 1, 10},
		{"get_ipython().system", 3, 2, 5},
		{"x}", 3, 2, 5},
		{"f = g", 4, 2, 5},
		{"g\n", 4, 2, 9},
	} {
		at := bytes.Index(nb.Source, []byte(c.text))
		if at < 0 {
			t.Fatalf("%q is not in %s", c.text, nb.Source)
		}
		p := nb.Map.Position(uint32(at))
		if p.Cell != c.cell || p.Line != c.line || p.Column != c.from {
			t.Errorf("%q: got cell %d line %d column %d, want %d %d %d", c.text, p.Cell, p.Line, p.Column, c.cell, c.line, c.from)
		}
	}
	end := nb.Map.Position(uint32(len(nb.Source)))
	if end.Cell != 4 || end.Line != 2 {
		t.Errorf("end of source: %+v", end)
	}
}

// A notebook of 10 MB is nearly all outputs; reading it must not take longer than looking for quotes.
func TestLargeOutput(t *testing.T) {
	src := largeNotebook()
	start := time.Now()
	nb := Read(src)
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("%d bytes took %v", len(src), d)
	}
	if len(nb.Faults) > 0 || len(nb.Cells) != 2 || nb.Cells[0].Outputs[0].Types[0] != "image/png" {
		t.Errorf("%+v", nb.Faults)
	}
	if got := nb.Cells[0].Outputs[0].Text(); got != "<Figure>" {
		t.Errorf("text %q", got)
	}
}

func largeNotebook() []byte {
	image := strings.Repeat("iVBORw0KGgoAAAANSUhEUgAA", 10<<20/24)
	return []byte(`{"cells":[{"cell_type":"code","source":["x = 1\n"],"outputs":[{"output_type":"display_data","data":{"image/png":"` + image +
		`","text/plain":["<Figure>"]}}]},{"cell_type":"code","source":"y = x"}],"nbformat":4,"metadata":{}}`)
}

// Sizes and depths that nobody writes take no longer than reading them.
func TestExtremes(t *testing.T) {
	const n = 100_000
	for name, src := range map[string][]byte{
		"deep json":      []byte(`{"cells":` + strings.Repeat("[", 10*n)),
		"deep output":    []byte(`{"nbformat":4,"cells":[{"cell_type":"code","source":"x","outputs":[{"data":` + strings.Repeat(`{"a":[`, n)),
		"quotes":         []byte(`{"cells":[{"source":"` + strings.Repeat(`\\\"`, n)),
		"stacked magics": cellsOf(strings.Repeat("%%time\n", n)),
		"stacked timeit": cellsOf(strings.Repeat("%%timeit\n", 1000)),
		"nested times":   cellsOf(strings.Repeat("%time ", n)),
		"continuations":  cellsOf("!" + strings.Repeat("a \\\n", n)),
		"assignments":    cellsOf(strings.Repeat("a=", n)),
		"fields":         cellsOf("a = 1\n!" + strings.Repeat("{a", n) + "\nx = f'" + strings.Repeat("{a:", n)),
		"open brackets":  cellsOf(strings.Repeat("([{\n", n), "x = 1"),
		"cells":          cellsOf(slices.Repeat([]string{"x = 1\n!ls $x"}, n/10)...),
		"headings":       []byte(`{"nbformat":4,"cells":[` + strings.TrimSuffix(strings.Repeat(`{"cell_type":"markdown","source":"# a"},`, n/10), ",") + "]}"),
		"zeros":          make([]byte, n),
	} {
		start := time.Now()
		nb := Read(src)
		Percent(src)
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s: %d bytes took %v", name, len(src), d)
		}
		if len(nb.Cells) == 0 && len(nb.Faults) == 0 {
			t.Errorf("%s: no cells and no fault", name)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	src := largeNotebook()
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		Read(src)
	}
}

func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, x := range a.Files {
			f.Add(x.Data)
			f.Add(cellsOf(string(x.Data)))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		Percent(src)
		for _, nb := range []*Notebook{Read(src), Read(cellsOf(string(src), "x = 1"))} {
			for i := range nb.Cells {
				for j := range nb.Cells[i].Outputs {
					nb.Cells[i].Outputs[j].Text()
				}
			}
			for _, offset := range []int{0, len(nb.Source) / 2, len(nb.Source), len(nb.Source) + 10} {
				p := nb.Map.Position(uint32(offset))
				if p.Line < 1 || p.Column < 1 || p.Cell < 1 || len(nb.Cells) > 0 && p.Cell > len(nb.Cells) {
					t.Fatalf("position of %d: %+v of %d cells", offset, p, len(nb.Cells))
				}
			}
			if len(nb.Map.lines) > 0 && bytes.Count(nb.Source, []byte("\n")) != len(nb.Map.lines)-1 {
				t.Fatalf("%d lines, %d in the map", bytes.Count(nb.Source, []byte("\n")), len(nb.Map.lines)-1)
			}
		}
	})
}
