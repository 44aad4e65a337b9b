package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseImportTime(t *testing.T) {
	tree := ParseImportTime(`import time: self [us] | cumulative | imported package
import time:       100 |        100 |     re._constants
import time:       200 |        300 |   re
some output of the program
import time:        50 |        350 | json
import time:        10 |         10 | zlib
`)
	want := []*Import{
		{Module: "json", Self: 50 * time.Microsecond, Total: 350 * time.Microsecond, Below: []*Import{
			{Module: "re", Self: 200 * time.Microsecond, Total: 300 * time.Microsecond, Below: []*Import{
				{Module: "re._constants", Self: 100 * time.Microsecond, Total: 100 * time.Microsecond}}}}},
		{Module: "zlib", Self: 10 * time.Microsecond, Total: 10 * time.Microsecond},
	}
	if diff := cmp.Diff(want, tree); diff != "" {
		t.Error(diff)
	}
}

const lock = `
version = 1
[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }

[[package]]
name = "Idna"
version = "3.7"
sdist = { url = "https://example.org/idna-3.7.tar.gz" }
wheels = [ { url = "https://example.org/idna-3.7-py3-none-any.whl" } ]

[[package]]
name = "native"
version = "1.0"
wheels = [
    { url = "https://example.org/native-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl" },
    { url = "https://example.org/native-1.0-cp313-cp313t-manylinux_2_17_x86_64.whl" },
    { url = "https://example.org/native-1.0-cp314-cp314-macosx_11_0_arm64.whl" },
]
sdist = { url = "https://example.org/native-1.0.tar.gz" }

[[package]]
name = "stable"
version = "2.0"
wheels = [ { url = "https://example.org/stable-2.0-cp39-abi3-manylinux_2_28_x86_64.whl" } ]

[[package]]
name = "bare"
version = "1"
`

func TestReady(t *testing.T) {
	wheels := func(tag string) map[string]string {
		t.Helper()
		rs, err := Ready(lock, tag, "linux", "x86_64")
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, r := range rs {
			out[r.Package] = strings.TrimSpace(r.Wheel + " " + r.GIL)
		}
		return out
	}
	for tag, want := range map[string]map[string]string{
		"cp313":  {"idna": "pure", "native": "built", "stable": "stable", "bare": "unknown"},
		"cp313t": {"idna": "pure off", "native": "built off", "stable": "source unknown", "bare": "unknown unknown"},
		"cp314":  {"idna": "pure", "native": "source", "stable": "stable", "bare": "unknown"},
	} {
		if diff := cmp.Diff(want, wheels(tag)); diff != "" {
			t.Errorf("%s: %s", tag, diff)
		}
	}
	if _, err := Ready("requests==2.0", "cp313", "linux", "x86_64"); err == nil {
		t.Error("a requirements file passed for a lock file")
	}
	if _, err := Ready(lock, "3.13", "linux", "x86_64"); err == nil {
		t.Error("3.13 passed for a tag")
	}
}

func TestDeclaredBenchesAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		d    Declared
		want string
	}{
		"nothing":    {Declared{}, "give one of command, entry or service"},
		"both":       {Declared{Command: []string{"x"}, Entry: "a:b"}, "give one of"},
		"gate":       {Declared{Command: []string{"x"}, Gate: 200}, "is not a percentage"},
		"call":       {Declared{Entry: "nocolon"}, "is not module:function"},
		"good":       {Declared{Command: []string{"x"}, Gate: 3, Budget: 2 * time.Minute}, ""},
		"gate below": {Declared{Command: []string{"x"}, Gate: -1}, "is not a percentage"},
	} {
		p, err := c.d.Plan("b")
		switch {
		case c.want == "" && (err != nil || p.Gate != 0.03 || p.Budget != 2*time.Minute):
			t.Errorf("%s: %v %+v", name, err, p)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestChoose(t *testing.T) {
	all := []Interpreter{{Path: "/p/3.14", Version: "3.14.8"}, {Path: "/p/3.13t", Version: "3.13.1", FreeThreaded: true}, {Path: "/p/3.13", Version: "3.13.0"}, {Path: "/p/3.1", Version: "3.1.5"}}
	for spec, want := range map[string]string{"3.13": "/p/3.13", "3.13t": "/p/3.13t", "3.14.8": "/p/3.14", "3.1": "/p/3.1", "3.14+nojit": "/p/3.14"} {
		c, err := Choose(spec, all)
		if err != nil || c.Interpreter.Path != want {
			t.Errorf("%s: %s, %v", spec, c.Interpreter.Path, err)
		}
	}
	for spec, want := range map[string]string{"3.15": "not installed; found 3.14.8", "3.14+fast": "unknown mode", "3.14+nogil": "not a free-threaded build"} {
		if _, err := Choose(spec, all); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", spec, err)
		}
	}
}

func TestValuesAreWorded(t *testing.T) {
	for _, c := range []struct {
		v    float64
		unit string
		want string
	}{{1.5e9, "ns", "1.5 s"}, {81234567, "ns", "81.2 ms"}, {999, "ns", "999 ns"}, {3 << 20, "bytes", "3.0 MiB"}, {12, "1/s", "12 1/s"}} {
		if got := Value(c.v, c.unit); got != c.want {
			t.Errorf("%v %s: %q, want %q", c.v, c.unit, got, c.want)
		}
	}
	if got := change(1.0312); got != "+3.1 %" {
		t.Errorf("change %q", got)
	}
}
