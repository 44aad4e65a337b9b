package tomledit

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

func TestSet(t *testing.T) {
	for name, c := range map[string]struct {
		text, value, path, want string
	}{
		"behind the last key of its table": {"[tool.a]\nx = 1 # one\n\n# next\n[tool.b]\ny = 2\n", "3", "tool.a.z", "[tool.a]\nx = 1 # one\nz = 3\n\n# next\n[tool.b]\ny = 2\n"},
		"a value keeps its comment":        {"[a]\nx = [1, # one\n  2] # two\n", "[]", "a.x", "[a]\nx = [] # two\n"},
		"a new table near its relatives":   {"[tool.a]\nx = 1\n\n[tool.b]\ny = 2\n", "3", "tool.a.sub.z", "[tool.a]\nx = 1\n\n[tool.a.sub]\nz = 3\n\n[tool.b]\ny = 2\n"},
		"a new tool at the end":            {"[tool.a]\nx = 1\n\n[other]\ny = 2", "3", "tool.c.z", "[tool.a]\nx = 1\n\n[other]\ny = 2\n\n[tool.c]\nz = 3\n"},
		"into an inline table":             {"[tool]\na = { x = 1 }\n", "3", "tool.a.z", "[tool]\na = { x = 1, z = 3 }\n"},
		"into an empty inline table":       {"a = {}\n", "3", "a.z", "a = { z = 3 }\n"},
		"among dotted keys":                {"[tool]\na.x = 1\nb = 2\n", "3", "tool.a.z", "[tool]\na.x = 1\na.z = 3\nb = 2\n"},
		"quoted keys are the same keys":    {"[a]\n\"x\" = 1\n", "2", "a.x", "[a]\n\"x\" = 2\n"},
		"an empty document":                {"", "1", "a.x", "[a]\nx = 1\n"},
		"line ends of its own":             {"[a]\r\nx = 1\r\n", "2", "a.z", "[a]\r\nx = 1\r\nz = 2\r\n"},
		"brackets in texts and comments":   {"[a]\nx = '''[b]\n''' # ]\ny = [\"]\", [1]] # [\n[b]\n", "2", "a.z", "[a]\nx = '''[b]\n''' # ]\ny = [\"]\", [1]] # [\nz = 2\n[b]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Set(c.value, strings.Split(c.path, ".")...); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, d.String()); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

func TestAppend(t *testing.T) {
	for text, want := range map[string]string{
		"x = []\n":                           "x = [\"new\"]\n",
		"x = [\"a\"]\n":                      "x = [\"a\", \"new\"]\n",
		"x = [\n  \"a\", # first\n]\n":       "x = [\n  \"a\", # first\n  \"new\",\n]\n",
		"x = [\n  \"a\" # first\n]\n":        "x = [\n  \"a\", # first\n  \"new\"\n]\n",
		"x = [\n  \"a\",\n  \"b\"] # both\n": "x = [\n  \"a\",\n  \"b\",\n  \"new\"] # both\n",
		"y = 1\n":                            "y = 1\nx = [\n    \"new\",\n]\n",
	} {
		d, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Append(`"new"`, "x"); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if d.String() != want {
			t.Errorf("%q: got %q, want %q", text, d.String(), want)
		}
	}
}

func TestWhatCannotBeSetIsAnError(t *testing.T) {
	for text, path := range map[string]string{
		"a = 1\n":            "a.b",
		"[[a]]\nx = 1\n":     "a.x",
		"a = { x = 1 }\n":    "a",
		"[a]\nb = [1]\n":     "a.b.c",
		"[[a.b]]\n[a.b.c]\n": "a.b.d",
	} {
		d, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Set("1", strings.Split(path, ".")...); err == nil {
			t.Errorf("%q: %s was set: %q", text, path, d.String())
		}
		if d.String() != text {
			t.Errorf("%q was changed to %q", text, d.String())
		}
	}
}

// FuzzSet holds edits against a real parser: what was there is there, and only the key asked for is new.
func FuzzSet(f *testing.F) {
	f.Add("[tool.a]\nx = 1 # one\n[tool.b]\ny = {z = [1, 2]}\n", uint8(0))
	f.Add("a.b = \"\"\"\n[x]\"\"\"\n[[c]]\nd = 'e'\n", uint8(1))
	f.Add("[a]\nb = [\n 1, # [\n]\n", uint8(2))
	f.Add("tool = { a = { x = 1 }, b = 2 }\n", uint8(3))
	paths := [][]string{{"tool", "a", "x"}, {"tool", "a", "n"}, {"a", "b"}, {"n"}, {"tool", "n", "m"}}
	f.Fuzz(func(t *testing.T, text string, which uint8) {
		var before map[string]any
		if toml.Unmarshal([]byte(text), &before) != nil {
			return
		}
		d, err := Parse(text)
		if err != nil {
			return
		}
		path := paths[int(which)%len(paths)]
		if d.Set("12345", path...) != nil {
			return
		}
		var after map[string]any
		if err := toml.Unmarshal([]byte(d.String()), &after); err != nil {
			t.Fatalf("%q became %q: %v", text, d.String(), err)
		}
		put(before, path)
		if !reflect.DeepEqual(before, after) {
			t.Fatalf("%q became %q", text, d.String())
		}
	})
}

func put(m map[string]any, path []string) {
	for _, p := range path[:len(path)-1] {
		below, ok := m[p].(map[string]any)
		if !ok {
			below = map[string]any{}
			m[p] = below
		}
		m = below
	}
	m[path[len(path)-1]] = int64(12345)
}
