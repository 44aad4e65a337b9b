package graduate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWithAsides(t *testing.T) {
	for _, x := range []struct {
		name, text string
		faults     map[int][]string
		want       string // "" where there is no place
	}{
		{"at the end", "x = f()\n", map[int][]string{1: {"union-attr"}}, "x = f()  # type: ignore[union-attr]\n"},
		{"before a comment", "x = f()  # why\n", map[int][]string{1: {"b", "a"}}, "x = f()  # type: ignore[a, b]  # why\n"},
		{"inside brackets", "x = f(\n    1,\n)\n", map[int][]string{2: {"arg-type"}}, "x = f(\n    1,  # type: ignore[arg-type]\n)\n"},
		{"a mark of a comment in a string", "x = f('#')\n", map[int][]string{1: {"index"}}, "x = f('#')  # type: ignore[index]\n"},
		{"inside a string", "x = f('''a\nb''')\n", map[int][]string{1: {"arg-type"}}, ""},
		{"before a backslash's end", "x = 1 + \\\n    f()\n", map[int][]string{1: {"operator"}}, ""},
		{"no line end", "x = f()", map[int][]string{1: {"misc"}}, "x = f()  # type: ignore[misc]"},
	} {
		got, ok := withAsides(x.text, x.faults)
		if ok != (x.want != "") || ok && got != x.want {
			t.Errorf("%s: %q, %v; want %q", x.name, got, ok, x.want)
		}
	}
}

func TestFaultsOfALineAreNamedOnce(t *testing.T) {
	got := byLine([]LockAside{{File: "a.py", Line: 3, Code: "index"}, {File: "a.py", Line: 3, Code: "index"}, {File: "a.py", Line: 3, Code: "misc"}, {File: "b.py", Line: 1, Code: "index"}})
	want := map[string]map[int][]string{"a.py": {3: {"index", "misc"}}, "b.py": {1: {"index"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
