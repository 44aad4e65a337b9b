// Package examples holds the repository in examples/ and what README.md shows of it against the program.
package examples

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/cli"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules"
)

// check runs the command as a user does, from the root of the repository.
func check(t *testing.T, args ...string) string {
	t.Helper()
	t.Chdir("../..")
	t.Setenv("NO_COLOR", "1")
	var out, errs bytes.Buffer
	if code := cli.Main(append([]string{"check", "--no-cache"}, args...), strings.NewReader(""), &out, &errs); code != 1 {
		t.Fatalf("exit %d, want 1\n%s", code, errs.String())
	}
	return out.String()
}

type finding struct {
	Name    string
	File    string
	Line    int
	Cell    *int
	Message string
}

func (f *finding) place() string {
	if f.Cell != nil {
		return fmt.Sprintf("%s:%d:%d", f.File, f.Line, *f.Cell)
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

// TestFindsWhatIsMeant: every finding is meant, and every finding that is meant, of a rule that there is, is found.
func TestFindsWhatIsMeant(t *testing.T) {
	text, err := os.ReadFile("testdata/meant.txt")
	if err != nil {
		t.Fatal(err)
	}
	meant := map[string]bool{} // to found or not
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			known, missed := strings.CutPrefix(line, "? ")
			meant[known] = missed
		}
	}
	var report struct{ Findings []finding }
	if err := json.Unmarshal([]byte(check(t, "--format", "json", "examples")), &report); err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		keys := []string{f.Name + " " + f.place(), f.Name + " " + f.File}
		if i := slices.IndexFunc(keys, func(k string) bool { _, ok := meant[k]; return ok }); i >= 0 {
			meant[keys[i]] = true
		} else {
			t.Errorf("found, not meant: %s (%s)", keys[0], f.Message)
		}
	}
	for key, found := range meant {
		name, _, _ := strings.Cut(key, " ")
		if _, known := rule.Find(name); known && !found {
			t.Errorf("meant, not found: %s", key)
		}
	}
}

// TestReadmeShowsRealOutput: each line of the first text block of README.md is a line that the command above it prints, in
// that order; a line with … alone stands for lines left out.
func TestReadmeShowsRealOutput(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```sh\nmake build && bin/roadworthy check ([^\n]+)\n```.*?```text\n(.*?)```").FindSubmatch(readme)
	if m == nil {
		t.Fatal("README.md has no command that checks the examples, or no output below it")
	}
	out := check(t, strings.Fields(string(m[1]))...)
	rest := out
	for _, part := range strings.Split(string(m[2]), "…\n") {
		at := strings.Index(rest, part)
		if at < 0 {
			t.Fatalf("the command does not print this part of README.md:\n%s\nit prints:\n%s", part, out)
		}
		rest = rest[at+len(part):]
	}
}

// TestReadmeNamesCommands: a command that README.md tells of exists.
func TestReadmeNamesCommands(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `roadworthy ([a-z]+)").FindAllSubmatch(readme, -1) {
		var out, errs bytes.Buffer
		if code := cli.Main([]string{string(m[1]), "--help"}, strings.NewReader(""), &out, &errs); code != 0 || !strings.Contains(out.String(), "roadworthy "+string(m[1])) {
			t.Errorf("README.md tells of roadworthy %s, which there is not", m[1])
		}
	}
}
