package testing

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// entriesWithoutTest is about work that tests come to: which of its routes and jobs that write they leave out. A test comes to a route by its
// path, to a job by its name or by what calls it.
func entriesWithoutTest(p *rule.Pass, t *rule.Trace) {
	said := saidByTests(p)
	if said == nil || said["schemathesis"] || said["routes"] || said["openapi"] {
		return // every route may be asked
	}
	starts := testNodes(p)
	for _, w := range p.Inventory.Work {
		for i := range w.Roots {
			if r := &w.Roots[i]; named(p, said, r) {
				starts = append(starts, r.Node)
			}
		}
	}
	tested := reachedFrom(p, starts)
	for _, w := range p.Inventory.Work {
		if w.File < 0 || p.Files[w.File].Test || w.Aside != "" {
			continue
		}
		all, some := 0, false
		var without []*inventory.Root
		for i := range w.Roots {
			r := &w.Roots[i]
			f := p.FileOf(r.Func)
			if r.Phase != inventory.Request && r.Phase != inventory.Job || f.Test || elsewhere(f.Path) || p.Facts(r.Func).Kind != facts.Function || slices.ContainsFunc(without, func(o *inventory.Root) bool { return o.Func == r.Func }) {
				continue
			}
			if tested[r.Func] {
				some = true
			}
			if !t.Reaches(r.Node) || t.Certainty(r.Node) != diag.Proved {
				continue
			}
			all++
			// Django's tests name a route by a name of its own, which is not known here.
			if !tested[r.Func] && (r.Phase == inventory.Job || r.Route != "" && !usesDjango(f)) {
				without = append(without, r)
			}
		}
		// Where most are left out, tests do not come to this work by its entry points.
		if !some || len(without) == 0 || 2*len(without) > all {
			continue
		}
		first := without[0]
		steps := t.Chain(first.Node)
		var names []string
		for _, r := range without[:min(3, len(without))] {
			names = append(names, "`"+p.Short(r.Func)+"`")
		}
		x := p.AtName(first.Func)
		which := strings.Join(names, ", ")
		if len(without) > 3 {
			which += fmt.Sprintf(" and %d others", len(without)-3)
		}
		x.Message = fmt.Sprintf("tests come to `%s`, but none to %s of its %d routes and jobs that write", w.Name, which, all)
		x.Help = "test each with the outside replaced: once for what it writes, once for what happens when the write fails"
		x.Witness = p.Frames(steps)
		for _, r := range without[1:min(8, len(without))] {
			at := p.AtName(r.Func)
			x.Witness = append(x.Witness, diag.Frame{Function: p.Name(r.Func), File: at.File, Line: at.Line, Note: "writes, too, and no test comes to it"})
		}
		x.Work = []string{w.Name}
		x.Group = p.Rule.Code + ":entries:" + p.Name(first.Func)
		p.Report(x)
	}
}

func usesDjango(f *link.File) bool {
	return slices.ContainsFunc(f.Facts.Imports, func(m facts.Import) bool {
		return rule.HasPrefix(f.Facts.Str(m.Module), "django", "rest_framework", "ninja")
	})
}

var wordForm = regexp.MustCompile(`[A-Za-z0-9_.-]+`)

// saidByTests are the words of the names and texts in tests, nil without tests.
func saidByTests(p *rule.Pass) map[string]bool {
	var out map[string]bool
	for _, f := range p.Files {
		if !f.Test {
			continue
		}
		if out == nil {
			out = map[string]bool{}
		}
		for _, s := range f.Facts.Strings {
			for _, w := range wordForm.FindAllString(strings.ToLower(s), -1) {
				out[w] = true
				for part := range strings.SplitSeq(w, ".") {
					out[part] = true // shop.tasks.book.delay
				}
			}
		}
	}
	return out
}

// named: a test names the function of an entry point, its class, or the last part of its route that is no parameter.
func named(p *rule.Pass, said map[string]bool, r *inventory.Root) bool {
	file, fn := p.FileOf(r.Func), p.Facts(r.Func)
	if said[strings.ToLower(file.Facts.Str(fn.Name))] && fn.Flags&facts.FuncMethod == 0 {
		return true
	}
	if fn.Class != 0 && said[strings.ToLower(file.Facts.Str(file.Facts.Classes[fn.Class-1].Name))] {
		return true
	}
	if r.Phase != inventory.Request {
		return false
	}
	parts := strings.Split(strings.ToLower(r.Route), "/")
	for _, part := range slices.Backward(parts) {
		if part != "" && !strings.ContainsAny(part, "<>{}:()*?$^\\") {
			return said[part]
		}
	}
	return true // the root of the service, or a pattern
}
