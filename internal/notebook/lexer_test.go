package notebook

import (
	"strings"
	"testing"
)

func TestLexer(t *testing.T) {
	for _, c := range []struct {
		lines string
		open  bool
	}{
		{`u = f"{s["a"]} {'"'}"`, false},
		{`f"{x:{w}}" + f'{{' + rf"{y!r:>{n}}"`, false},
		{`f"{x:%H:%M}" + "{"`, false},
		{`f"{d[1:2]}" # (`, false},
		{"x = f'''{\n  y + [\n 1]}'''", false},
		{"x = 'a\\\nb' + (", true},
		{"x = 'a\\\nb'", false},
		{"x = 'not closed (\ny = 1", false},
		{`x = """a \""" b`, true},
		{"x = 1 + \\", true},
		{"x = [\n1,", true},
		{"x = )", false},
	} {
		var l lexer
		for s := range strings.SplitSeq(c.lines, "\n") {
			l.scan(s)
		}
		if l.open() != c.open {
			t.Errorf("%s: open is %v", c.lines, l.open())
		}
	}
}
