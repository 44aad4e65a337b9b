package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAst(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, bad := write("good.py", "x = 1\n"), write("bad.py", "def f(:\n    pass\nprint 'é', 1 +\n")
	alone := write("match.py", "match x:\n    case 1: pass\n")
	const tree = "Module(body=[Assign(targets=[Name(id='x', ctx=Store(), lineno=1, col_offset=0, end_lineno=1, end_col_offset=1)], " +
		"value=Constant(value=1, lineno=1, col_offset=4, end_lineno=1, end_col_offset=5), lineno=1, col_offset=0, end_lineno=1, end_col_offset=5)])\n"
	const faults = ":1:7 error expected `)` or a comma, not `:`\n"
	tests := []struct {
		args []string
		code int
		out  string // the start of it
		err  string // a part of it
	}{
		{[]string{"ast", good}, 0, tree, ""},
		{[]string{"ast", "--python", "3.15", good}, 0, tree, ""},
		{[]string{"ast", bad}, 1, bad + faults, ""},
		{[]string{"ast", good, bad}, 1, tree + bad + faults, ""},
		{[]string{"ast", "--check", dir}, 1, bad + faults, ""},
		{[]string{"ast", "--check", good}, 0, "", ""},
		{[]string{"ast", "--python", "3.9", alone}, 1, alone + ":1:1 error the `match` statement needs Python 3.10\n", ""},
		{[]string{"ast", "--python", "2.7", good}, 2, "", "--python 3.8 to 3.15"},
		{[]string{"ast", filepath.Join(dir, "missing.py")}, 2, "", "no such file"},
	}
	for _, test := range tests {
		var out, errw bytes.Buffer
		code := Main(test.args, nil, &out, &errw)
		if code != test.code || !strings.HasPrefix(out.String(), test.out) || test.out == "" && out.Len() > 0 || !strings.Contains(errw.String(), test.err) {
			t.Errorf("%v: exit %d, want %d\nout: %s\nerr: %s", test.args, code, test.code, out.String(), errw.String())
		}
	}
}
