package internal_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/roadworthy-dev/roadworthy/internal/"

// forbidden is the table of docs/architecture.md: who may not import whom, and why. A package ending in / stands for all
// below it; "external" is everything that is neither ours nor Go's own.
var forbidden = []struct {
	who, what string
	except    []string
	why       string
}{
	{"diag", "ours", nil, "the vocabulary stands below everything"},
	{"source", "ours", []string{"diag"}, "bytes and places know nothing of Python"},
	{"edit", "ours", []string{"diag", "source"}, "edits are about text"},
	{"python/", "ours", []string{"python/", "diag", "source", "edit"}, "one language in small packages that know nothing of projects"},
	{"python/", "external", nil, "the language is written here"},
	{"notebook", "ours", []string{"diag", "source", "edit", "python/"}, "a notebook is cells and a source"},
	{"project", "ours", []string{"diag", "source", "python/", "notebook", "project/"}, "what is not Python is joined with Python by others"},
	{"knowledge", "ours", []string{"diag", "source", "python/", "project"}, "the catalogue says what libraries do, for any program"},
	{"facts", "ours", []string{"diag", "source", "python/", "notebook"}, "facts are a function of one file's bytes"},
	{"facts", "external", nil, "facts are a function of one file's bytes"},
	{"link", "ours", []string{"diag", "facts", "knowledge", "python/"}, "the program is made of facts, not of trees on disk"},
	{"link", "external", nil, "the analysis uses the standard library only"},
	{"effects", "ours", []string{"diag", "facts", "knowledge", "link", "python/"}, "effects follow from the linked program"},
	{"effects", "external", nil, "the analysis uses the standard library only"},
	{"inventory", "ours", []string{"diag", "facts", "knowledge", "link", "effects", "project"}, "work follows from effects and artifacts"},
	{"rule", "ours", []string{"diag", "source", "facts", "knowledge", "link", "effects", "inventory", "project", "notebook", "python/", "rule/"}, "a rule sees its Pass and nothing else"},
	{"rules/", "ours", []string{"diag", "source", "facts", "knowledge", "link", "effects", "inventory", "project", "notebook", "python/", "rule", "rules/"}, "a rule sees its Pass and nothing else: no files, no network, no driver"},
	{"rules/", "net/http", nil, "a rule reaches no network"},
	{"rules/", "os", nil, "a rule reads no files"},
	{"report", "check", nil, "a report is a function of its Result"},
	{"report", "cli", nil, "the command line stands above everything"},
	{"check", "cli", nil, "the command line stands above everything"},
	{"check", "review", nil, "features use the check, not the other way round"},
	{"", "testing", []string{"rule/ruletest", "check/checktest", "testkit", "testkit/pgtest", "testkit/pythontest"}, "test code stays out of the program"},
}

// homes are the packages that may import a dependency (docs/dependencies.md).
var homes = map[string][]string{
	"github.com/spf13/cobra":             {"cli"},
	"github.com/zricethezav/gitleaks/v8": {"project/secret"},
	"github.com/moby/buildkit":           {"project"},
	"github.com/rhysd/actionlint":        {"project"},
	"github.com/pelletier/go-toml/v2":    {"project", "project/secret", "cli"},
	"mvdan.cc/sh/v3":                     {"project"},
	"github.com/rogpeppe/go-internal":    nil,
	"github.com/google/go-cmp":           {"rule/ruletest", "testkit"},
}

// TestImports holds the layers: every package of ours, its direct imports outside tests.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...").Output()
	if err != nil {
		t.Skipf("go list: %v", err) // a binary of this test away from its source
	}
	seen := 0
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], module)
		seen++
		for _, imported := range fields[1:] {
			ours, own := strings.CutPrefix(imported, module)
			external := !own && strings.Contains(strings.Split(imported, "/")[0], ".")
			for _, f := range forbidden {
				if !covers(f.who, pkg) || pkg == "rules" || slices.ContainsFunc(f.except, func(e string) bool {
					return own && covers(e, ours) || f.what == "testing" && e == pkg
				}) {
					continue
				}
				if f.what == "ours" && own && !covers(f.who, ours) || f.what == "external" && external && !strings.HasPrefix(imported, "golang.org/x/text/") || f.what == imported || own && f.what == ours {
					t.Errorf("%s imports %s: %s", pkg, imported, f.why)
				}
			}
			for lib, home := range homes {
				if (imported == lib || strings.HasPrefix(imported, lib+"/")) && !slices.Contains(home, pkg) {
					t.Errorf("%s imports %s, whose home is %v", pkg, imported, home)
				}
			}
		}
	}
	if seen < 15 {
		t.Errorf("only %d packages were looked at", seen)
	}
}

// covers: the pattern is the package, or ends in / and is above it; "" is every package.
func covers(pattern, pkg string) bool {
	return pattern == "" || pattern == pkg || strings.HasSuffix(pattern, "/") && strings.HasPrefix(pkg, pattern)
}
