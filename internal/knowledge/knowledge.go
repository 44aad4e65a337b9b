// Package knowledge is the catalogue: what the functions and classes of libraries do beyond computing their result.
//
// Facts are stub files below stubs/<family>/, written in Python's stub syntax with the decorators that decorator.go
// lists; docs/effect-stubs.md tells how to write one. The path below the family is the import path. The stubs are embedded as
// text and read by our own parser, lazily: Load knows the names of the modules only, using a module splits its stub into
// top-level definitions by line, and a definition is parsed when its name is first looked up. A program pays for the
// names it uses, there is no generated file to keep in step, and the stubs of a user (AddDir) are read by the same code.
// Measured on one core with 1,400 stubs: Load 0.2 ms; all that a program with 40 imports asks for, 3.5 ms; every name of
// every stub, 65 ms. A compiled form would save a part of the second and cost a file that nobody can review.
//
// A Catalogue gives Entities (modules, classes, functions, variables), each made once, so pointers can be compared.
// Types refer to classes by name and are resolved on demand by Class, which also lets stubs import each other in cycles.
// A Catalogue is not safe for use by several goroutines at once.
//
// Lookups never fail loudly: a fault in a stub makes the name unknown. Validate finds the faults, with file and line; a
// test runs it over every embedded stub, and the driver over a user's.
package knowledge

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

//go:embed all:stubs
var embedded embed.FS

// Catalogue answers what a name of a library is.
type Catalogue struct {
	modules  map[string]*Entity // nil value: listed, not opened yet
	files    map[string]file    // of listed modules; absent for packages that are only folders
	folders  map[string][]file  // of top-level packages whose content is not listed yet
	parser   *parser.Parser
	builtins *Entity
	object   *Entity
	problems []Problem
	paths    map[string]*Entity // memo of Lookup
	added    []string           // modules listed by AddDir

	params map[string]map[string]bool // of Validate: parameter names by top-level package
}

type file struct {
	fsys fs.FS
	name string
	user bool // from AddDir
}

// Load opens the embedded catalogue.
func Load() *Catalogue {
	c := New()
	families, err := embedded.ReadDir("stubs")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	for _, f := range families {
		if f.IsDir() {
			if err := c.list(file{embedded, "stubs/" + f.Name(), false}, ""); err != nil {
				panic(err)
			}
		}
	}
	return c
}

// New is a catalogue without any module. Without the embedded stubs it knows no builtins either; it is meant for tests.
func New() *Catalogue {
	return &Catalogue{modules: map[string]*Entity{}, files: map[string]file{}, folders: map[string][]file{}}
}

// AddDir lists the stubs of fsys: a file's path is its import path. A module listed before is replaced, its submodules
// are not. It must be called before the first lookup of any module, since entities are not made twice.
func (c *Catalogue) AddDir(fsys fs.FS) error {
	if c.builtins != nil {
		panic("knowledge: AddDir after the first lookup")
	}
	if err := c.list(file{fsys, ".", true}, ""); err != nil {
		return fmt.Errorf("list catalogue stubs: %w", err)
	}
	return c.unfoldAll()
}

// list notes every stub of a folder, whose modules are inside the package prefix. Folders of the top level are only noted:
// unfold lists them when they are needed.
func (c *Catalogue) list(dir file, prefix string) error {
	entries, err := fs.ReadDir(dir.fsys, dir.name)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		at := file{dir.fsys, path.Join(dir.name, name), dir.user}
		if e.IsDir() {
			if name[0] == '.' {
				continue
			}
			module := prefix + name
			if _, ok := c.modules[module]; !ok {
				c.modules[module] = nil
			}
			if prefix == "" {
				c.folders[name] = append(c.folders[name], at)
			} else if err := c.list(at, module+"."); err != nil {
				return err
			}
			continue
		}
		base, ok := strings.CutSuffix(name, ".pyi")
		if !ok {
			continue
		}
		module := prefix + base
		if base == "__init__" {
			if module = strings.TrimSuffix(prefix, "."); module == "" {
				continue
			}
		}
		c.modules[module] = nil
		c.files[module] = at
		if at.user {
			c.added = append(c.added, module)
		}
	}
	return nil
}

// unfold lists the folders of a top-level package.
func (c *Catalogue) unfold(top string) error {
	folders := c.folders[top]
	if folders == nil {
		return nil
	}
	delete(c.folders, top)
	for _, f := range folders {
		if err := c.list(f, top+"."); err != nil {
			return fmt.Errorf("list catalogue stubs: %w", err)
		}
	}
	return nil
}

func (c *Catalogue) unfoldAll() error {
	for _, top := range slices.Sorted(maps.Keys(c.folders)) {
		if err := c.unfold(top); err != nil {
			return err
		}
	}
	return nil
}

// Known reports whether the top-level module is listed.
func (c *Catalogue) Known(top string) bool {
	_, ok := c.modules[top]
	return ok
}

// Modules are the listed modules, sorted.
func (c *Catalogue) Modules() []string {
	if err := c.unfoldAll(); err != nil {
		panic(err) // only embedded folders are still to be listed
	}
	names := make([]string, 0, len(c.modules))
	for m := range c.modules {
		names = append(names, m)
	}
	slices.Sort(names)
	return names
}

// Module is the module with this dotted path, nil when it is not listed.
func (c *Catalogue) Module(dotted string) *Entity {
	if e := c.modules[dotted]; e != nil {
		return e
	}
	if len(c.folders) > 0 {
		top, _, _ := strings.Cut(dotted, ".")
		if err := c.unfold(top); err != nil {
			panic(err) // only embedded folders are still to be listed
		}
	}
	if _, ok := c.modules[dotted]; !ok {
		return nil
	}
	if c.builtins == nil && dotted != "builtins" {
		c.start()
		if e := c.modules[dotted]; e != nil { // opened on the way
			return e
		}
	}
	name := dotted[strings.LastIndexByte(dotted, '.')+1:]
	e := &Entity{Kind: Module, Name: name, Path: dotted, members: map[string]*Entity{}}
	c.modules[dotted] = e
	f, ok := c.files[dotted]
	if !ok {
		return e
	}
	e.File, e.Line = f.name, 1
	src, err := fs.ReadFile(f.fsys, f.name)
	if err != nil {
		c.report(f.name, 1, "cannot be read: %v", err)
		return e
	}
	if f.user {
		text, problem := source.Decode(src)
		if problem != nil {
			c.report(f.name, 1+bytes.Count(text[:min(int(problem.Span.Start), len(text))], []byte{'\n'}), "%s", problem.Message)
		}
		src = text
	}
	c.open(e, src, path.Base(f.name) == "__init__.pyi")
	return e
}

// start opens the builtins, which every other stub may speak of.
func (c *Catalogue) start() {
	if c.builtins == nil {
		if c.builtins = c.Module("builtins"); c.builtins == nil {
			c.builtins = &Entity{Kind: Module, Name: "builtins", Path: "builtins", members: map[string]*Entity{}}
		}
	}
}

// Builtin is the builtin function, class or exception called name, nil when there is none.
func (c *Catalogue) Builtin(name string) *Entity {
	c.start()
	return c.own(c.builtins, name)
}

// Member is the attribute called name of a module or class, nil when it is unknown. For a class it looks through the
// bases in method resolution order; instance attributes are members too. Re-exports and aliases are followed, so the
// answer's Path may be elsewhere. A `__getattr__` in the stub of a module or class answers any other name: as a function
// with the same effects when it has some, as a variable of its return type otherwise.
func (c *Catalogue) Member(e *Entity, name string) *Entity {
	if m := e.members[name]; m != nil && m.Kind != alias {
		return m
	}
	if m, ok := e.memo[name]; ok {
		return m
	}
	var m *Entity
	switch e.Kind {
	case Module:
		m = c.moduleMember(e, name)
	case Class:
		for _, k := range c.MRO(e) {
			if m = c.own(k, name); m != nil {
				break
			}
		}
		if m == nil && !dunder(name) {
			for _, k := range c.MRO(e) {
				if m = c.dynamic(k, name); m != nil {
					break
				}
			}
		}
	}
	if e.busy { // an answer given inside a cycle is not the final one
		return m
	}
	if e.memo == nil {
		e.memo = map[string]*Entity{}
	}
	e.memo[name] = m
	return m
}

func (c *Catalogue) moduleMember(e *Entity, name string) *Entity {
	if m := e.members[name]; m == nil || !m.hidden {
		if m := c.own(e, name); m != nil {
			return m
		}
	}
	if m := c.starred(e, name); m != nil {
		return m
	}
	if m := c.Module(e.Path + "." + name); m != nil {
		return m
	}
	if dunder(name) {
		return nil
	}
	return c.dynamic(e, name)
}

// starred is what the star imports of a module give for name.
func (c *Catalogue) starred(e *Entity, name string) *Entity {
	if e.stub == nil || e.busy || name[0] == '_' {
		return nil
	}
	e.busy = true
	defer func() { e.busy = false }()
	for _, star := range e.stub.stars {
		if from := c.Module(star); from != nil {
			if m := c.Member(from, name); m != nil {
				return m
			}
		}
	}
	return nil
}

func dunder(name string) bool { return strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__") }

// dynamic answers name by the `__getattr__` of e itself.
func (c *Catalogue) dynamic(e *Entity, name string) *Entity {
	get := c.own(e, "__getattr__")
	if get == nil || get.Kind != Function {
		return nil
	}
	m := &Entity{Kind: Variable, Name: name, Path: e.Path + "." + name, Parent: e, File: get.File, Line: get.Line, Returns: get.Returns, Taint: get.Taint}
	if len(get.Effects) > 0 {
		m.Kind, m.Effects, m.Async = Function, get.Effects, get.Async
		m.Params = []Param{{Name: "args", Kind: VarArg}, {Name: "kwargs", Kind: KwArg}}
	}
	return m
}

// own is a member defined by the stub of e itself, imports included, with aliases followed.
func (c *Catalogue) own(e *Entity, name string) *Entity {
	m := e.members[name]
	if m == nil {
		if m = c.define(e, name); m == nil {
			return nil
		}
	}
	if m.Kind == alias {
		return c.follow(m)
	}
	return m
}

// follow is what an alias stands for, nil when that is unknown or the alias leads to itself.
func (c *Catalogue) follow(a *Entity) *Entity {
	if a.target.found || a.busy {
		return a.target.entity
	}
	a.busy = true
	a.target.entity = c.aliased(a)
	a.target.found = true
	a.busy = false
	return a.target.entity
}

func (c *Catalogue) aliased(a *Entity) *Entity {
	t := a.target
	if t.module != "" {
		m := c.Module(t.module)
		if m == nil || t.name == "" {
			return m
		}
		if e := c.own(m, t.name); e != nil { // exported or not: this stub asks for it
			return e
		}
		return c.Member(m, t.name)
	}
	return c.find(a.Parent, t.name, false)
}

// find is the entity that a dotted name means inside the scope (a class or module), through enclosing classes, the
// module and the builtins. With classes, functions and variables do not count.
func (c *Catalogue) find(scope *Entity, dotted string, classes bool) *Entity {
	first, rest, more := strings.Cut(dotted, ".")
	var e *Entity
	for s := scope; s != nil && e == nil; s = s.Parent {
		e = c.own(s, first)
		if e == nil && s.Kind == Module {
			e = c.starred(s, first)
		}
		// A method or attribute called str does not hide the class str from its neighbours' annotations.
		if e != nil && classes && (e.Kind == Function || e.Kind == Variable) {
			e = nil
		}
	}
	if e == nil {
		if e = c.Builtin(first); e == nil {
			return nil
		}
	}
	for more && e != nil {
		first, rest, more = strings.Cut(rest, ".")
		if e.Kind == Variable {
			if e = c.Class(e.Returns); e == nil {
				return nil
			}
		}
		e = c.Member(e, first)
	}
	return e
}

// Lookup is the entity with this dotted path: "requests.sessions.Session.get"; a builtin may be named without its
// module. It follows re-exports, so the answer's Path may differ.
func (c *Catalogue) Lookup(dotted string) *Entity {
	if e, ok := c.paths[dotted]; ok {
		return e
	}
	e := c.lookup(dotted)
	for end := len(dotted); e == nil && end > 0; {
		// The walk has met a function with the name of its module: dramatiq.actor.Actor. Names of modules lead there.
		if end = strings.LastIndexByte(dotted[:end], '.'); end > 0 {
			if m := c.Module(dotted[:end]); m != nil {
				e = c.walk(m, dotted[end+1:])
				break
			}
		}
	}
	if c.paths == nil {
		c.paths = map[string]*Entity{}
	}
	c.paths[dotted] = e
	return e
}

func (c *Catalogue) lookup(dotted string) *Entity {
	end := strings.IndexByte(dotted, '.')
	if end < 0 {
		end = len(dotted)
	}
	e := c.Module(dotted[:end])
	if e == nil {
		if e = c.Builtin(dotted[:end]); e == nil {
			return nil
		}
	}
	if end == len(dotted) {
		return e
	}
	return c.walk(e, dotted[end+1:])
}

// walk is the member of a member of e.
func (c *Catalogue) walk(e *Entity, dotted string) *Entity {
	for more := true; more && e != nil; {
		var name string
		name, dotted, more = strings.Cut(dotted, ".")
		e = c.Member(e, name)
	}
	return e
}

// Class is the class that a value of type t has, nil when it is unknown: of an Instance or ClassOf the class named, of
// containers and plain values the builtin one.
func (c *Catalogue) Class(t *Type) *Entity {
	if t == nil {
		return nil
	}
	if t.resolved {
		return t.class
	}
	t.resolved = true
	switch t.Kind {
	case Instance:
		if e := c.find(t.scope, t.Name, true); e != nil && e.Kind == Class {
			t.class = e
		}
	case ClassOf:
		t.class = c.Class(t.ArgAt(0))
	case Self:
		for e := t.scope; e != nil; e = e.Parent {
			if e.Kind == Class {
				t.class = e
				break
			}
		}
	case List:
		t.class = c.Builtin("list")
	case Tuple:
		t.class = c.Builtin("tuple")
	case Dict:
		t.class = c.Builtin("dict")
	case Set:
		t.class = c.Builtin("set")
	}
	return t.class
}

// MRO is the class and its bases in Python's method resolution order, `object` last. Where the stub leaves no consistent
// order, it is the order in which a depth-first walk meets them.
func (c *Catalogue) MRO(class *Entity) []*Entity {
	if class.mro != nil {
		return class.mro
	}
	if c.object == nil {
		c.object = c.Builtin("object")
	}
	if class.busy || class == c.object {
		return []*Entity{class}
	}
	class.busy = true
	var sequences [][]*Entity
	var direct []*Entity
	for _, b := range class.Bases {
		if k := c.Class(b); k != nil && k != class && !slices.Contains(direct, k) {
			direct = append(direct, k)
			sequences = append(sequences, slices.Clone(c.MRO(k)))
		}
	}
	if len(direct) == 0 && c.object != nil {
		direct = append(direct, c.object)
	}
	sequences = append(sequences, direct)
	mro := merge(class, sequences)
	class.busy = false
	class.mro = mro
	return mro
}

// merge is the C3 linearisation: again and again it takes the first head that is in no other sequence's tail.
func merge(class *Entity, sequences [][]*Entity) []*Entity {
	mro := []*Entity{class}
	for {
		var next *Entity
		left := false
	heads:
		for _, s := range sequences {
			if len(s) == 0 {
				continue
			}
			left = true
			for _, o := range sequences {
				if len(o) > 1 && slices.Contains(o[1:], s[0]) {
					continue heads
				}
			}
			next = s[0]
			break
		}
		if !left {
			return mro
		}
		if next == nil { // no consistent order
			for _, s := range sequences {
				for _, k := range s {
					if !slices.Contains(mro, k) {
						mro = append(mro, k)
					}
				}
			}
			return mro
		}
		mro = append(mro, next)
		for i, s := range sequences {
			if len(s) > 0 && s[0] == next {
				sequences[i] = s[1:]
			}
		}
	}
}

// Inherits reports whether class is base or derives from it.
func (c *Catalogue) Inherits(class, base *Entity) bool {
	return class == base || slices.Contains(c.MRO(class), base)
}

// Traits are those of the class and of its bases.
func (c *Catalogue) Traits(class *Entity) Traits {
	var t Traits
	for _, k := range c.MRO(class) {
		t |= k.Traits
	}
	return t
}

// Constructor is the `__init__` (or else `__new__`) that constructing the class calls, nil when no stub lists one.
func (c *Catalogue) Constructor(class *Entity) *Entity {
	init := c.Member(class, "__init__")
	if init != nil && init.Parent != c.object {
		return init
	}
	if m := c.Member(class, "__new__"); m != nil {
		return m
	}
	return init
}

// Names are the members that the stub of a module or class lists, in its order: without those that are inherited,
// dynamic or not exported.
func (c *Catalogue) Names(e *Entity) []string {
	c.defineAll(e)
	var names []string
	for _, n := range e.names {
		if m := e.members[n]; m != nil && !m.hidden {
			names = append(names, n)
		}
	}
	return names
}
