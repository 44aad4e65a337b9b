package knowledge

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
)

// A Problem is a fault of a stub.
type Problem struct {
	File    string
	Line    int
	Message string
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message) }

// Validate reads the stubs of every listed module in full and returns their faults: what cannot be parsed, unknown
// decorators, keywords, kinds and parameters, and names of classes and modules that nothing defines.
func (c *Catalogue) Validate() []Problem { return c.validate(c.Modules()) }

// ValidateAdded is Validate for the stubs of AddDir only.
func (c *Catalogue) ValidateAdded() []Problem {
	slices.Sort(c.added)
	return c.validate(slices.Compact(c.added))
}

func (c *Catalogue) validate(modules []string) []Problem {
	for _, m := range modules {
		if e := c.Module(m); e.stub != nil {
			c.checkSplit(e)
			c.checkMembers(e)
			for _, s := range e.stub.stars {
				if c.Module(s) == nil {
					c.report(e.File, 1, "imports from %s, which has no stub", s)
				}
			}
		}
	}
	slices.SortFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(c.problems)
}

// checkSplit compares the definitions that split finds with those of the whole file.
func (c *Catalogue) checkSplit(mod *Entity) {
	type definition struct {
		name string
		line int
	}
	var found, parsed []definition
	src := mod.stub.src
	split(src, func(name string, ch chunk) {
		if name != "" {
			found = append(found, definition{name, ch.line})
		}
	})
	f, message, at := c.parse(src)
	if message != "" {
		c.report(mod.File, 1+bytes.Count(src[:min(int(at), len(src))], []byte{'\n'}), "%s", message)
		return
	}
	r := reader{c: c, mod: mod, file: f, line: 1}
	for _, s := range f.Body {
		name, at := "", s.Pos()
		var decorators []ast.Expr
		switch s := s.(type) {
		case *ast.FunctionDef:
			name, decorators = r.text(s.Name), s.Decorators
		case *ast.ClassDef:
			name, decorators = r.text(s.Name), s.Decorators
		case *ast.AnnAssign:
			name = r.dotted(s.Target)
		case *ast.Assign:
			name = r.dotted(s.Targets[0])
		}
		if len(decorators) > 0 {
			at = decorators[0].Pos()
		}
		if name != "" {
			parsed = append(parsed, definition{name, 1 + bytes.Count(src[:at], []byte{'\n'})})
		}
	}
	for i, d := range parsed {
		if i >= len(found) || found[i] != d {
			c.report(mod.File, d.line, "%s is laid out unlike other definitions; begin it at the start of a line", d.name)
			return
		}
	}
	if len(found) > len(parsed) {
		d := found[len(parsed)]
		c.report(mod.File, d.line, "%s looks like a definition and is none", d.name)
	}
}

func (c *Catalogue) checkMembers(scope *Entity) {
	c.defineAll(scope)
	for _, n := range scope.names {
		e := scope.members[n]
		if e == nil {
			continue
		}
		if e.Kind == alias {
			if c.follow(e) == nil && !c.outside(e) {
				c.report(e.File, e.Line, "%s stands for %s, which no stub defines", e.Name, strings.Trim(e.target.module+"."+e.target.name, "."))
			}
			continue
		}
		c.checkEntity(e)
	}
}

// outside reports whether the alias e is one of the names that type annotations alone need.
func (c *Catalogue) outside(e *Entity) bool {
	if slices.Contains(typingModules, e.target.module) || slices.Contains(typingModules, e.target.module+"."+e.target.name) {
		return true
	}
	name := last(e.target.name)
	_, special := specialForms[name]
	return e.target.module == "" && special
}

func (c *Catalogue) checkEntity(e *Entity) {
	for i := range e.Params {
		c.checkType(e, e.Params[i].Type)
	}
	c.checkType(e, e.Returns)
	for _, b := range e.Bases {
		c.checkType(e, b)
	}
	class := e.Parent
	if e.Kind == Class {
		class = e
	}
	for _, x := range e.Effects {
		if x.ClassTimeout != "" && !c.packageTakes(e, x.ClassTimeout) {
			c.report(e.File, e.Line, "%s: no function or constructor of its package has a parameter %s", e.Path, x.ClassTimeout)
		}
	}
	for _, k := range e.Calls {
		for _, path := range k.Gives {
			if t := c.Lookup(path); t == nil || t.Kind != Class {
				c.report(e.File, e.Line, "%s gives %s, which no stub defines as a class", e.Path, path)
			}
		}
		if k.Becomes != "" {
			if t := c.Lookup(k.Becomes); t == nil || t.Kind != Class {
				c.report(e.File, e.Line, "%s becomes %s, which no stub defines as a class", e.Path, k.Becomes)
			}
		}
		if e.Kind == Class && k.Param != "" && k.Param != "self" && !c.constructorTakes(e, k.Param) {
			c.report(e.File, e.Line, "%s: the constructor has no parameter %s", e.Path, k.Param)
		}
		if k.On != "" {
			owner := class
			if e.Kind == Function && e.Name != "__init__" && e.Returns != nil {
				owner = c.Class(e.Returns)
			}
			if owner == nil || c.Member(owner, k.On) == nil {
				c.report(e.File, e.Line, "%s: no method %s starts it", e.Path, k.On)
			}
		}
	}
	for _, o := range e.Overloads {
		c.checkEntity(o)
	}
	if e.Setter != nil {
		c.checkEntity(e.Setter)
	}
	if e.Kind == Class {
		c.MRO(e)
		c.checkMembers(e)
	}
}

// constructorTakes reports whether constructing the class takes an argument called name.
func (c *Catalogue) constructorTakes(class *Entity, name string) bool {
	if class == nil || class.Kind != Class {
		return false
	}
	if init := c.Constructor(class); init != nil && init.Parent != c.object {
		return init.Param(name) >= 0 || len(init.Params) > 0 && init.Params[len(init.Params)-1].Kind == KwArg
	}
	return c.Traits(class)&Model != 0 && c.Member(class, name) != nil
}

// packageTakes reports whether anything in e's package takes an argument called name: an object's timeout may have been
// given to the client that it comes from.
func (c *Catalogue) packageTakes(e *Entity, name string) bool {
	top, _, _ := strings.Cut(e.Path, ".")
	if c.params == nil {
		c.params = map[string]map[string]bool{}
	}
	known := c.params[top]
	if known == nil {
		known = map[string]bool{}
		c.params[top] = known
		var collect func(e *Entity)
		collect = func(e *Entity) {
			for _, p := range e.Params {
				known[p.Name] = true
				if p.Kind == KwArg && (e.Name == "__init__" || e.Parent.Kind == Module) {
					known["**"] = true
				}
			}
			if e.Kind == Class || e.Kind == Module {
				c.defineAll(e)
				for _, n := range e.names {
					if m := e.members[n]; m != nil && m.Kind != alias {
						if m.Kind == Variable && e.Kind == Class { // a model's field
							known[n] = true
						}
						collect(m)
					}
				}
			}
		}
		for _, m := range c.Modules() {
			if m == top || strings.HasPrefix(m, top+".") {
				collect(c.Module(m))
			}
		}
	}
	return known[name] || known["**"]
}

func (c *Catalogue) checkType(e *Entity, t *Type) {
	if t == nil {
		return
	}
	if t.Kind == Instance && !t.form && c.Class(t) == nil {
		c.report(e.File, e.Line, "%s: no stub defines the class %s", e.Path, t.Name)
	}
	for _, a := range t.Args {
		c.checkType(e, a)
	}
}

// parse reads a piece of a stub. The tree is valid until the next call; message is the first fault, "" when there is none.
func (c *Catalogue) parse(src []byte) (f *ast.File, message string, at uint32) {
	if c.parser == nil {
		c.parser = new(parser.Parser)
	}
	f, faults := parser.Parse(c.parser, src, parser.Options{})
	if len(faults) > 0 {
		return f, faults[0].Message, faults[0].Span.Start
	}
	return f, "", 0
}
