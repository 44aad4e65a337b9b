package notebook

import (
	"bytes"
	"strings"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

// change edits the first place of old in the notebook's source.
func change(t *testing.T, raw, old, new string) (string, error) {
	t.Helper()
	nb := Read([]byte(raw))
	at := bytes.Index(nb.Source, []byte(old))
	if at < 0 {
		t.Fatalf("no %q in %q", old, nb.Source)
	}
	out, err := Rewrite([]byte(raw), []diag.Edit{{Span: diag.Span{Start: uint32(at), End: uint32(at + len(old))}, Text: new}})
	return string(out), err
}

const oddNotebook = "\xEF\xBB\xBF{ \"metadata\" : {\"x\": 1.50, \"x\": NaN},\n\t\"cells\": [\n  {\"cell_type\": \"markdown\", \"source\": \"f(1)\"},\n" +
	`  {"outputs": [{"data": {"text/plain": ["f(1)"]}}], "cell_type": "code", "source": ["# \u00e9\ud83d\ude97 \"é\"\r\n",` + "\n     " + `"!ls f(2)\n",` + "\n     " + `"y = f(1)\n", "z = 'a\\nb'"], "execution_count": 3},` +
	"\n" + `  {"cell_type":"code","source":"w = f(3)\nv = 1\n","id":"a\/b"}` + "\n],\r\n\"nbformat\": 4, \"nbformat_minor\": 5}\n\n"

func TestRewriteChangesTheStringsAndNothingElse(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"in a list of lines", "f(1)", "f(1, timeout=30)", strings.Replace(oddNotebook, `"y = f(1)\n"`, `"y = f(1, timeout=30)\n"`, 1)},
		{"in one string", "f(3)", "f(3, x=\"<é>\")", strings.Replace(oddNotebook, `"w = f(3)\n`, `"w = f(3, x=\"<é>\")\n`, 1)},
		{"after escapes on the same line", `"é"`, "ö", strings.Replace(oddNotebook, `\"é\"\r\n`, `ö\r\n`, 1)},
		{"a new line in a list of lines", "y = f", "import a\ny = f", strings.Replace(oddNotebook, `"y = f(1)`, "\"import a\\n\",\n     \"y = f(1)", 1)},
		{"a new line in one string", "v = 1", "u = 2\nv = 1", strings.Replace(oddNotebook, `v = 1`, `u = 2\nv = 1`, 1)},
		{"an escaped backslash", `'a\nb'`, `'\n'`, strings.Replace(oddNotebook, `'a\\nb'`, `'\\n'`, 1)},
		{"a continued line", `'a\nb'`, "1 + \\\n2", strings.Replace(oddNotebook, `'a\\nb'`, `1 + \\\n",`+"\n     "+`"2`, 1)},
		{"at the end", `'a\nb'`, `1` + "\n" + `2`, strings.Replace(oddNotebook, `'a\\nb'`, "1\\n\",\n     \"2", 1)},
		{"an escaped character", "é\U0001F697", "e", strings.Replace(oddNotebook, `\u00e9\ud83d\ude97`, `e`, 1)},
	} {
		got, err := change(t, oddNotebook, c.old, c.new)
		if err != nil || got != c.want {
			t.Errorf("%s: %v\ngot  %q\nwant %q", c.name, err, got, c.want)
		}
	}
}

func TestRewriteRefusesWhatIsNoPlainPython(t *testing.T) {
	if out, err := change(t, oddNotebook, "f(2)", "f(4)"); err == nil {
		t.Errorf("a command was edited: %s", out)
	}
	// An edit from one cell into the next.
	nb := Read([]byte(oddNotebook))
	start, end := bytes.Index(nb.Source, []byte("z =")), bytes.Index(nb.Source, []byte("w ="))
	if out, err := Rewrite([]byte(oddNotebook), []diag.Edit{{Span: diag.Span{Start: uint32(start), End: uint32(end)}}}); err == nil {
		t.Errorf("two cells were joined: %s", out)
	}
	if _, err := Rewrite([]byte("{"), nil); err == nil {
		t.Error("a damaged notebook was rewritten")
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add([]byte(oddNotebook), uint32(3), uint32(9), "x")
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","source":[]},{"cell_type":"code","source":["",""]}]}`), uint32(0), uint32(0), "a\nb")
	f.Fuzz(func(t *testing.T, raw []byte, start, end uint32, text string) {
		// Rewrite checks its own result; it must not panic, and give a notebook or an error.
		if out, err := Rewrite(raw, []diag.Edit{{Span: diag.Span{Start: start, End: end}, Text: text}}); err == nil && len(Read(out).Cells) == 0 {
			t.Errorf("%q lost its cells: %q", raw, out)
		}
	})
}
