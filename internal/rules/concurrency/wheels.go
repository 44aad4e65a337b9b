package concurrency

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW864", Name: "no-free-threaded-wheel", Since: "0.1", Family: "concurrency", Severity: rule.Unproven,
	Doc: docs.Read("wheels.md"), Check: noFreeThreadedWheel,
})

// freeThreaded is how interpreters without a global lock are named: 3.14t, cp314t, python3.13t.
var freeThreaded = regexp.MustCompile(`(?:^|[^0-9.])(?:cp|py|python|cpython-?)?3\.?1[3-9]t\b|free-?threaded`)

// noFreeThreadedWheel gives one finding for a lock, of a program that starts such an interpreter somewhere.
func noFreeThreadedWheel(p *rule.Pass) {
	if p.Project == nil || !usesFreeThreaded(p) {
		return
	}
	for i := range p.Project.Locks {
		l := &p.Project.Locks[i]
		var lacking []string
		line := 0
		for k := range l.Packages {
			if pkg := &l.Packages[k]; compiledOnly(pkg.Files) {
				if line == 0 {
					line = pkg.Line
				}
				lacking = append(lacking, pkg.Name)
			}
		}
		if len(lacking) == 0 {
			continue
		}
		slices.Sort(lacking)
		shown := strings.Join(lacking[:min(len(lacking), 5)], ", ")
		if len(lacking) > 5 {
			shown += fmt.Sprintf(" and %d more", len(lacking)-5)
		}
		x := diag.Finding{File: l.Path, Line: max(line, 1), Certainty: diag.Proved}
		x.Message = fmt.Sprintf("the program runs on a Python without a global lock, and the lock has no wheel for it of %s: they are compiled on the spot, or turn the lock back on when they are imported", shown)
		x.Help = "lock a version that has such wheels (their names contain `cp314t`), or start these parts with the ordinary interpreter"
		p.Report(x)
	}
}

// usesFreeThreaded: an artifact names such an interpreter, or turns the lock off.
func usesFreeThreaded(p *rule.Pass) bool {
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		for _, e := range a.Env {
			if e.Name == "PYTHON_GIL" && e.Value == "0" || freeThreaded.MatchString(e.Value) && strings.Contains(strings.ToUpper(e.Name), "PYTHON") {
				return true
			}
		}
		for _, runs := range [][]project.Invocation{a.Runs, a.Builds} {
			for k := range runs {
				if freeThreaded.MatchString(runs[k].Program) || slices.ContainsFunc(runs[k].Args, freeThreaded.MatchString) {
					return true
				}
			}
		}
		for _, img := range a.Images {
			if freeThreaded.MatchString(img.Name + ":" + img.Tag) {
				return true
			}
		}
	}
	return false
}

// compiledOnly: the package has wheels for some interpreters only, and none for one without a global lock.
func compiledOnly(files []string) bool {
	wheels := 0
	for _, f := range files {
		if !strings.HasSuffix(f, ".whl") {
			continue
		}
		tags := strings.Split(strings.TrimSuffix(f, ".whl"), "-")
		if len(tags) < 5 {
			return false
		}
		abi, platform := tags[len(tags)-2], tags[len(tags)-1]
		if platform == "any" || abi == "none" || strings.HasSuffix(abi, "t") {
			return false
		}
		wheels++
	}
	return wheels > 0
}
