package graduate

import (
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// What a function reads of the notebook's variables becomes parameters by keyword, handed down through every call. A
// function that cannot be given parameters (a class, one that sets globals, one with a decorator, a lambda) stands inside
// the segment that uses it, together with everything between its definition and its last use.
func (p *Plan) lift() {
	for _, f := range p.Functions {
		if p.Roles[f.Statement] != RoleDefine {
			continue
		}
		p.home[f.Name] = "steps"
		if f.Effects&Figure != 0 {
			p.home[f.Name] = "figures"
		}
		if f.Effects&edges(p.drawing[f.Name]) != 0 || f.Effects&Print != 0 && !p.printing[f.Name] {
			p.home[f.Name] = "io"
		}
	}
	for _, f := range p.Functions {
		if p.Roles[f.Statement] == RoleDefine && p.evaluator(f) {
			p.evaluators.add(f.Name)
		}
	}
	closures := set{}
	for changed := true; changed; {
		changed = false
		for _, f := range p.Functions {
			if p.Roles[f.Statement] != RoleDefine || closures[f.Name] {
				continue
			}
			free := p.freeOf(f)
			def, isDef := f.Node.(*ast.FunctionDef)
			needs := len(free) > 0
			for r := range f.Reads {
				needs = needs || closures[r]
			}
			// Defaults, decorators and bases are read when it is defined: what they need must be there then.
			atDefinition := false
			for r := range p.Uses[f.Statement].Reads {
				if g := p.Functions[r]; g != nil && p.Roles[g.Statement] == RoleDefine {
					atDefinition = atDefinition || closures[r]
					continue
				}
				if p.home[r] == "" && p.isVariable(r) {
					atDefinition = true
				}
			}
			if atDefinition || p.definedAnew(f) || p.rebinds(f.Name) || len(f.Writes) > 0 || needs && (f.Class || f.Decorated || !isDef && len(free) > 0 || reachesClosure(f, closures)) || isDef && needs && p.shadowed(f, def, free) {
				closures.add(f.Name)
				changed = true
			}
		}
	}
	for _, f := range p.Functions {
		if p.Roles[f.Statement] != RoleDefine || closures[f.Name] {
			continue
		}
		lifted := p.freeOf(f)
		for _, pu := range p.pathsBelow(f, set{}) {
			if k := p.literal[pu.node]; k != nil && !slices.Contains(lifted, "."+k.Name) {
				lifted = append(lifted, "."+k.Name) // a key that has no name in the notebook
			}
		}
		if p.printing[f.Name] {
			lifted = append(lifted, printedInto)
		}
		if p.showing[f.Name] {
			lifted = append(lifted, shownInto)
		}
		if p.drawing[f.Name] {
			lifted = append(lifted, p.generatorsOf(f)...)
		}
		if len(lifted) > 0 {
			p.Lifted[f.Name] = lifted
		}
	}
	for name := range closures {
		p.nest(p.Functions[name])
	}
	p.findDrawing()
}

// definedAnew: the name is defined more than once, and each definition is used: a call means the one of its time.
func (p *Plan) definedAnew(f *Function) bool {
	return slices.ContainsFunc(f.older, func(old *Function) bool { return p.Roles[old.Statement] != RoleDropped })
}

func reachesClosure(f *Function, closures set) bool {
	for r := range f.Reads {
		if closures[r] {
			return true
		}
	}
	return false
}

// shadowed: a parameter or local of the function is spelt like the one it would be given.
func (p *Plan) shadowed(f *Function, def *ast.FunctionDef, free []string) bool {
	locals := paramNames(p.Program, def.Args)
	for _, b := range def.Body {
		for _, sym := range topBinds(b) {
			locals.add(p.name(sym))
		}
	}
	for _, name := range free {
		if k := p.keyOf[name]; k != nil {
			name = k.Name
		}
		if locals[name] {
			return true
		}
	}
	return false
}

// pathsBelow are the literal paths of a function and of those it calls.
func (p *Plan) pathsBelow(f *Function, seen set) []pathUse {
	if seen[f.Name] {
		return nil
	}
	seen.add(f.Name)
	out := slices.Clone(f.Paths)
	for r := range f.direct {
		if g := p.Functions[r]; g != nil && p.Roles[g.Statement] == RoleDefine {
			out = append(out, p.pathsBelow(g, seen)...)
		}
	}
	return out
}

// nest puts a function's definition among the statements, and keeps everything from there to its last use together.
func (p *Plan) nest(f *Function) {
	delete(p.home, f.Name)
	positions := map[int]int{}
	for at, i := range p.Order {
		positions[i] = at
	}
	from, to := positions[f.Statement], positions[f.Statement]
	for _, version := range append(slices.Clone(f.older), f) {
		if p.Roles[version.Statement] == RoleDropped {
			continue
		}
		p.nested[version.Statement] = true
		p.Roles[version.Statement] = RolePure
		from, to = min(from, positions[version.Statement]), max(to, positions[version.Statement])
	}
	for at, i := range p.Order {
		if p.Roles[i] == RoleDropped || p.Roles[i] == RoleImport {
			continue
		}
		u := p.Uses[i]
		if u.Functions[f.Name] || u.Reads[f.Name] {
			to = max(to, at)
			from = min(from, at)
		}
		for w := range f.Writes {
			if slices.Contains(u.Binds, w) {
				from = min(from, at)
				to = max(to, at)
			}
		}
	}
	p.glue = append(p.glue, interval{from, to})
}

// ofNotebook: a name that the notebook has, as against a key without one (.path) and what functions are handed beside (>text).
func ofNotebook(name string) bool { return name[0] != '.' && name[0] != '>' }

// param is the name that a parameter has in the package: that of the notebook, or of the key whose value it is.
func (p *Plan) param(name string) string {
	if k := p.keyOf[name]; k != nil {
		return k.Name
	}
	switch name {
	case printedInto:
		return p.textParam
	case drawnOn:
		return p.figureName
	case shownInto:
		return p.shownParam
	}
	if called := p.generatorNames[name]; called != "" {
		return called
	}
	if name[0] == '.' {
		return name[1:]
	}
	return name
}
