// Package pythontest gives tests a Python interpreter, and skips them where there is none or where it lacks what they need.
// It is imported by tests only.
package pythontest

import (
	"os"
	"os/exec"
	"testing"
)

// Find is the interpreter of the tests: ROADWORTHY_PYTHON, else the python3 that stands on PATH.
func Find(t testing.TB) string {
	t.Helper()
	name := os.Getenv("ROADWORTHY_PYTHON")
	if name == "" {
		name = "python3"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s: these tests run Python programs", name)
	}
	return path
}

// Needs skips unless the interpreter can import the modules; ROADWORTHY_NEED_DATA makes their lack a failure.
func Needs(t testing.TB, python string, modules ...string) {
	t.Helper()
	for _, m := range modules {
		if err := exec.Command(python, "-c", "import "+m).Run(); err != nil {
			if os.Getenv("ROADWORTHY_NEED_DATA") != "" {
				t.Fatalf("%s has no %s", python, m)
			}
			t.Skipf("%s has no %s", python, m)
		}
	}
}
