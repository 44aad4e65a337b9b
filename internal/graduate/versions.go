package graduate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

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
// A function captures names late: what its body calls is the version of the moment in which it is called itself. Where that is one and the same for all
// its calls, the body names it; else the function is handed the version, and so is everything that calls it:
//
//	def tests(): … pack(small) …             def tests(*, pack): … pack(small) …
//	tests()                                  tests(pack=pack_2)
//
// Where that cannot be said, the versions stay as they are, and stand inside the function that uses them (lift.go). So they do when the proof rejects
// the names.

// naming of versions: what each occurrence of a name means, and who is handed it.
type versions struct {
	a        *Analysis
	position map[int]int      // of a statement in the order
	defs     map[string][]int // statements that define a function, in their order
	means    map[string]map[diag.Span]int
	handed   map[string]set // name → functions that are handed its version
}

// nameVersions gives the versions of functions names of their own. undo takes that back; it is nil when nothing was named.
func (p *Program) nameVersions(a *Analysis) (undo func()) {
	v := &versions{a: a, position: map[int]int{}, defs: map[string][]int{}, means: map[string]map[diag.Span]int{}, handed: map[string]set{}}
	for at, i := range p.Order {
		v.position[i] = at
		if d, ok := p.Statements[i].Node.(*ast.FunctionDef); ok && p.Statements[i].Drop == "" {
			v.defs[p.name(d.Name)] = append(v.defs[p.name(d.Name)], i)
		}
	}
	var edits []edit
	before := len(p.Notes)
	for _, name := range sortedKeys(v.defs) {
		if len(v.defs[name]) < 2 || !a.onlyDefined(name, v.defs[name]) || !v.resolve(name) {
			continue
		}
		names := p.versionNames(name, v.defs[name], v.used(name))
		edits = append(edits, v.edits(name, names)...)
		note := fmt.Sprintf("%s is defined %d times: each version that is used has a name of its own", name, len(v.defs[name]))
		if users := v.handed[name].sorted(); len(users) > 0 {
			note += ", and " + strings.Join(users, ", ") + " is handed the one of its time"
		}
		p.Notes = append(p.Notes, note)
	}
	if len(edits) == 0 {
		return nil
	}
	src := slices.Clone(p.File.Src)
	undo = func() {
		p.Notes = p.Notes[:before]
		p.resplit(src)
	}
	if !p.resplit(applyEdits(src, 0, edits)) { // a call that nothing can be added to
		undo()
		return nil
	}
	return undo
}

// live is the version of a name before a position, -1 when there is none.
func (v *versions) live(name string, at int) int {
	last := -1
	for _, i := range v.defs[name] {
		if v.position[i] < at {
			last = i
		}
	}
	return last
}

// at are the versions of a name that the body of a function can mean, by the places where the function is referred to; of one that nothing refers to, the last.
func (v *versions) at(g *Function, name string) (out []int) {
	used := false
	for at, i := range v.a.Order {
		if v.a.Statements[i].Drop == "" && v.a.Uses[i].Functions[g.Name] && v.isLive(g, i) {
			used = true
			if version := v.live(name, at); !slices.Contains(out, version) {
				out = append(out, version)
			}
		}
	}
	if !used {
		out = append(out, v.live(name, len(v.a.Order)))
	}
	return out
}

// isLive: where statement i refers to a function of that name, it is g and no other version.
func (v *versions) isLive(g *Function, i int) bool {
	if len(v.defs[g.Name]) < 2 {
		return true
	}
	return v.live(g.Name, v.position[i]) == g.Statement
}

// resolve finds what every occurrence of a name means; not ok when that cannot be said.
func (v *versions) resolve(name string) bool {
	means, handed := map[diag.Span]int{}, set{}
	note := func(r ref, version int) bool {
		if have, seen := means[r.span]; version < 0 || seen && have != version {
			return false
		}
		means[r.span] = version
		return true
	}
	for at, i := range v.a.Order {
		if v.a.Statements[i].Drop != "" {
			continue
		}
		for _, r := range v.a.Uses[i].Refs {
			if r.name == name && !r.store && !note(r, v.live(name, at)) {
				return false
			}
		}
	}
	// Whose body means several versions is handed the one of its time, and so is what calls it at several times.
	for changed := true; changed; {
		changed = false
		for _, g := range v.functions() {
			refers := slices.ContainsFunc(g.Refs, func(r ref) bool { return !r.store && (r.name == name || handed[r.name]) })
			if !refers || handed[g.Name] || g.Name == name || len(v.at(g, name)) == 1 {
				continue
			}
			if !v.canBeHanded(g, name) {
				return false
			}
			handed.add(g.Name)
			changed = true
		}
	}
	for _, g := range v.functions() {
		if handed[g.Name] {
			continue
		}
		for _, r := range g.Refs {
			if r.name != name || r.store {
				continue
			}
			if which := v.at(g, name); len(which) != 1 || !note(r, which[0]) {
				return false
			}
		}
	}
	v.means[name], v.handed[name] = means, handed
	return true
}

// functions are all of them, versions that came before included.
func (v *versions) functions() (out []*Function) {
	for _, name := range sortedKeys(v.a.Functions) {
		f := v.a.Functions[name]
		out = append(append(out, f.older...), f)
	}
	return out
}

// canBeHanded: the function can be given a parameter of that name, and everybody who calls it can fill it.
func (v *versions) canBeHanded(g *Function, name string) bool {
	def, ok := g.Node.(*ast.FunctionDef)
	if !ok || g.Decorated || len(v.defs[g.Name]) != 1 || v.a.namesOwn(def, name) {
		return false
	}
	called := func(refs []ref) bool {
		return !slices.ContainsFunc(refs, func(r ref) bool { return r.name == g.Name && !r.store && !r.isCalled() })
	}
	for _, i := range v.a.Order {
		if !called(v.a.Uses[i].Refs) {
			return false
		}
	}
	return !slices.ContainsFunc(v.functions(), func(f *Function) bool { return !called(f.Refs) })
}

// namesOwn: the function has something of its own of that name.
func (p *Program) namesOwn(def *ast.FunctionDef, name string) (own bool) {
	ast.InspectStmt(def, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FunctionDef:
			own = own || paramNames(p, n.Args)[name] || n != def && p.name(n.Name) == name
		case *ast.Lambda:
			own = own || paramNames(p, n.Args)[name]
		case *ast.Name:
			own = own || n.Ctx != ast.Load && p.name(n.ID) == name
		}
		return !own
	})
	return own
}

// edits write the versions' names, and hand them to whom they are handed.
func (v *versions) edits(name string, names map[int]string) []edit {
	r := &rewrite{p: &Plan{Analysis: v.a}}
	for span, version := range v.means[name] {
		r.replace(span.Start, span.End, names[version])
	}
	for _, i := range v.defs[name] {
		span := v.a.Statements[i].Node.(*ast.FunctionDef).NameSpan
		r.replace(span.Start, span.End, names[i])
	}
	v.hand(name, func(call *ast.Call, version int) {
		value := name // that it was handed itself
		if version >= 0 {
			value = names[version]
		}
		r.addArguments(call, name+"="+value)
	})
	for _, g := range v.functions() {
		if v.handed[name][g.Name] {
			r.signature(g.Node.(*ast.FunctionDef), name)
		}
	}
	return r.edits
}

// hand goes through the calls of functions that are handed a version: which one it is, -1 for the one that the caller was handed.
func (v *versions) hand(name string, each func(call *ast.Call, version int)) {
	seen := map[*ast.Call]bool{}
	through := func(refs []ref, version int) {
		for _, r := range refs {
			if v.handed[name][r.name] && !r.store && !seen[r.call] {
				seen[r.call] = true
				each(r.call, version)
			}
		}
	}
	for at, i := range v.a.Order {
		if v.a.Statements[i].Drop == "" {
			through(v.a.Uses[i].Refs, v.live(name, at))
		}
	}
	for _, g := range v.functions() {
		if v.handed[name][g.Name] {
			through(g.Refs, -1)
		} else {
			through(g.Refs, v.at(g, name)[0])
		}
	}
}

// used are the versions that something means or is handed.
func (v *versions) used(name string) map[int]bool {
	out := map[int]bool{}
	for _, version := range v.means[name] {
		out[version] = true
	}
	v.hand(name, func(_ *ast.Call, version int) { out[version] = true })
	return out
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

// versionNames are the names of the versions: the first that is used keeps that of all.
func (p *Program) versionNames(name string, defs []int, used map[int]bool) map[int]string {
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

// resplit makes the statements anew of a source with the same lines; what is dropped stays dropped. Not ok when it does not parse.
func (p *Program) resplit(src []byte) bool {
	drops := map[string]string{}
	for _, s := range p.Statements {
		drops[s.ID] = s.Drop
	}
	if r := p.parse(src); r != nil {
		return false
	}
	p.unsplit()
	p.split()
	for _, s := range p.Statements {
		s.Drop = drops[s.ID]
	}
	return true
}
