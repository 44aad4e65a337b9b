package review

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/project"
)

// packages are the declared dependencies that the base did not have. How old a package is only a registry knows, which a review
// does not ask; a name close to a well-known one, and a package that next to nothing imports, can be told without it.
func packages(before, after *check.Checked) []Package {
	known := declared(before)
	importers := map[string]map[int]bool{} // top-level name to files
	for i := range after.Files {
		f := after.Files[i].Facts
		for k := range f.Imports {
			if im := &f.Imports[k]; im.Level == 0 {
				for _, name := range prefixes(f.Str(im.Module)) {
					if importers[name] == nil {
						importers[name] = map[int]bool{}
					}
					importers[name][i] = true
				}
			}
		}
	}
	var popular []string
	out := []Package{}
	for i := range after.Project.Manifests {
		for _, d := range after.Project.Manifests[i].Dependencies {
			if known[d.Name] || d.Name == "" {
				continue
			}
			known[d.Name] = true
			if popular == nil {
				popular = wellKnown()
			}
			p := Package{Name: d.Name, File: d.File, Line: d.Line, Near: near(d.Name, popular)}
			names, sure := project.ImportNames(d.Name)
			users := map[int]bool{}
			for _, n := range names {
				maps.Copy(users, importers[n])
			}
			if p.Files = len(users); p.Files == 0 && !sure {
				p.Files = -1 // its import name may be another
			}
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(x, y Package) int { return strings.Compare(x.Name, y.Name) })
	return out
}

// declared are the dependencies of a tree, and its own packages.
func declared(c *check.Checked) map[string]bool {
	out := map[string]bool{}
	for i := range c.Project.Manifests {
		m := &c.Project.Manifests[i]
		out[project.NormalizeName(m.Name)] = true
		for _, d := range m.Dependencies {
			out[d.Name] = true
		}
	}
	return out
}

// prefixes are a dotted name and those above it.
func prefixes(dotted string) []string {
	out := []string{dotted}
	for i := len(dotted) - 1; i > 0; i-- {
		if dotted[i] == '.' {
			out = append(out, dotted[:i])
		}
	}
	return out
}

// wellKnown are the distributions that the program has heard of.
func wellKnown() []string {
	seen := map[string]bool{}
	for _, m := range knowledge.Load().Modules() {
		top, _, _ := strings.Cut(m, ".")
		if project.IsStandardLibrary(top) || strings.HasPrefix(top, "_") {
			continue
		}
		for _, d := range project.Distributions(top) {
			seen[d] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// near is a well-known name that is one letter added, left out, changed or swapped away from a name which is not well known
// itself. Names shorter than five letters are near too many.
func near(name string, popular []string) string {
	if len(name) < 5 || slices.Contains(popular, name) {
		return ""
	}
	for _, p := range popular {
		if len(p) >= 5 && oneAway(name, p) {
			return p
		}
	}
	return ""
}

func oneAway(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || a == b {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// names are the imports that nothing brings, as far as the base did not have them. Imports in try statements have thought of
// it; without any manifest there is nothing to hold them against.
func names(before, after *check.Checked) []Name {
	out := []Name{}
	if len(after.Project.Manifests) == 0 {
		return out
	}
	old := map[string]bool{}
	for _, n := range unbrought(before) {
		old[n.Module] = true
	}
	for _, n := range unbrought(after) {
		if !old[n.Module] {
			old[n.Module] = true
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(x, y Name) int { return cmp.Or(strings.Compare(x.File, y.File), x.Line-y.Line) })
	return out
}

func unbrought(c *check.Checked) []Name {
	brought := declared(c)
	for i := range c.Project.Locks {
		for _, p := range c.Project.Locks[i].Packages {
			brought[p.Name] = true
		}
	}
	var out []Name
	for i := range c.Files {
		f := c.Files[i].Facts
		for k := range f.Imports {
			im := &f.Imports[k]
			module := f.Str(im.Module)
			top, _, _ := strings.Cut(module, ".")
			if im.Level > 0 || top == "" || strings.HasPrefix(top, "_") || project.IsStandardLibrary(top) || guarded(f, im) {
				continue
			}
			if t, ok := c.Layout.Resolve(i, top); ok && (t.Module >= 0 || t.Namespace) {
				continue
			}
			if slices.ContainsFunc(project.Distributions(module), func(d string) bool { return brought[d] }) {
				continue
			}
			line, _ := f.Place(im.Pos)
			out = append(out, Name{top, c.Files[i].Path, line})
		}
	}
	return out
}

// guarded: the import may fail, or never runs.
func guarded(f *facts.File, im *facts.Import) bool {
	if im.Typing {
		return true
	}
	for c := im.Ctx; c != 0; c = f.Ctxs[c].Parent {
		switch f.Ctxs[c].Kind {
		case facts.CtxTry, facts.CtxHandler:
			return true
		}
	}
	return false
}
