package graduate

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// Functions that are defined more than once. A notebook tries a function, and defines a better one of the same name further down; a call means the one
// of its time. A module has one function of a name, so each version that is used gets a name of its own, and every place says which one it means:
//
//	def pack(items): …                       def pack(items): …
//	pack(small)                     →        pack(small)
//	def pack(items, limit=None): …           def pack_2(items, limit=None): …
//	pack(large, 3)                           pack_2(large, 3)
//
// A function captures names late: what its body calls is the version of the moment in which it is called itself. Where that is not one and the same for
// all its calls, the versions stay as they are, and stand inside the function that uses them (lift.go). So they do when the proof rejects the names.

// nameVersions gives the versions of functions names of their own. undo takes that back; it is nil when nothing was named.
func (p *Program) nameVersions(a *Analysis) (undo func()) {
	position := map[int]int{}
	defs := map[string][]int{} // statements, in their order
	for at, i := range p.Order {
		position[i] = at
		if d, ok := p.Statements[i].Node.(*ast.FunctionDef); ok && p.Statements[i].Drop == "" {
			defs[p.name(d.Name)] = append(defs[p.name(d.Name)], i)
		}
	}
	live := func(name string, at int) int { // the version before a position, -1 when there is none
		last := -1
		for _, i := range defs[name] {
			if position[i] < at {
				last = i
			}
		}
		return last
	}
	means := map[string]map[diag.Span]int{} // name → occurrence → version
	for name, list := range defs {
		if len(list) > 1 && a.onlyDefined(name, list) {
			means[name] = map[diag.Span]int{}
		}
	}
	note := func(r ref, version int) {
		if known := means[r.name]; known != nil && !r.store {
			if have, seen := known[r.span]; version < 0 || seen && have != version {
				delete(means, r.name)
			} else {
				known[r.span] = version
			}
		}
	}
	for at, i := range p.Order {
		if p.Statements[i].Drop == "" {
			for _, r := range a.Uses[i].Refs {
				note(r, live(r.name, at))
			}
		}
	}
	for _, last := range a.Functions {
		for _, g := range append(slices.Clone(last.older), last) {
			used := false
			for at, i := range p.Order {
				if p.Statements[i].Drop == "" && a.Uses[i].Functions[g.Name] && a.means(g, i, defs[g.Name], position) {
					used = true
					for _, r := range g.Refs {
						note(r, live(r.name, at))
					}
				}
			}
			if !used {
				for _, r := range g.Refs {
					note(r, live(r.name, len(p.Order)))
				}
			}
		}
	}
	var edits []edit
	before := len(p.Notes)
	for _, name := range sortedKeys(means) {
		names := p.versionNames(name, defs[name], means[name])
		for span, version := range means[name] {
			edits = append(edits, edit{span, names[version]})
		}
		for _, i := range defs[name] {
			edits = append(edits, edit{p.Statements[i].Node.(*ast.FunctionDef).NameSpan, names[i]})
		}
		p.Notes = append(p.Notes, fmt.Sprintf("%s is defined %d times: each version that is used has a name of its own", name, len(defs[name])))
	}
	if len(edits) == 0 {
		return nil
	}
	src := slices.Clone(p.File.Src)
	p.resplit(applyEdits(src, 0, edits))
	return func() {
		p.Notes = p.Notes[:before]
		p.resplit(src)
	}
}

// onlyDefined: nothing but these definitions gives the name a meaning, and no text does.
func (a *Analysis) onlyDefined(name string, defs []int) bool {
	if _, imported := a.Modules[name]; imported || builtinNames[name] {
		return false
	}
	for _, i := range a.Order {
		if u := a.Uses[i]; u.Deletes[name] || slices.Contains(u.Binds, name) && !slices.Contains(defs, i) || slices.Contains(a.namesInText(u), name) {
			return false
		}
	}
	for _, f := range a.Functions {
		if f.Writes[name] {
			return false
		}
	}
	return true
}

// means: where statement i refers to a function of that name, it is g and no other version.
func (a *Analysis) means(g *Function, i int, defs []int, position map[int]int) bool {
	last := g.Statement
	for _, d := range defs {
		if position[d] < position[i] && position[d] > position[last] {
			last = d
		}
	}
	return last == g.Statement && position[last] < position[i]
}

// versionNames are the names of the versions: the first that is used keeps that of all.
func (p *Program) versionNames(name string, defs []int, means map[diag.Span]int) map[int]string {
	used := map[int]bool{}
	for _, version := range means {
		used[version] = true
	}
	plain := slices.IndexFunc(defs, func(i int) bool { return used[i] })
	out := map[int]string{}
	for n, i := range defs {
		if n == max(plain, 0) {
			out[i] = name
			continue
		}
		number := n + 1
		for regexp.MustCompile(fmt.Sprintf(`\b%s_%d\b`, name, number)).Match(p.File.Src) {
			number += len(defs)
		}
		out[i] = fmt.Sprintf("%s_%d", name, number)
	}
	return out
}

// resplit makes the statements anew of a source with the same lines; what is dropped stays dropped.
func (p *Program) resplit(src []byte) {
	drops := map[string]string{}
	for _, s := range p.Statements {
		drops[s.ID] = s.Drop
	}
	if r := p.parse(src); r != nil {
		panic("a name in place of a name does not parse: " + r.Message)
	}
	p.unsplit()
	p.split()
	for _, s := range p.Statements {
		s.Drop = drops[s.ID]
	}
}
