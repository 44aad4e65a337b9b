// Package link joins the facts of all files into one program and finds, for every call, what it may reach.
//
// The analysis is a points-to analysis over abstract values (functions, classes, instances, modules, containers,
// library objects): each block of facts is evaluated in program order, and evaluated again when a shared variable that
// it read has gained values, until nothing changes; then only those of its operations are evaluated that have something
// new to read (run.go). Local variables are in static single assignment form, so within a
// block the order of statements counts; between blocks it does not. Fields are kept per class, containers per place of
// creation with their constant keys apart.
//
// Context. A function that is handed a function, that returns one which uses its variables, or that is a method called
// on a subclass is evaluated once for each such use (an Instance of the block, see clone.go), so that a decorator used
// fifty times does not make every decorated function call all fifty. All other functions have one instance.
//
// Dependencies are not analysed: the catalogue (package knowledge) says what library calls give and do.
//
// Order: files are sorted by path and every sweep over the blocks runs in the same order, so the result does not depend on
// timing. Where a set grows over its bound, what was found before it did stays: there the order counts.
package link

import (
	"iter"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// Resolver says what an import means.
type Resolver interface {
	// Resolve finds the module that a file means by an absolute (level 0) or relative name.
	Resolve(from, level int, name string) (Module, bool)
	// Child finds a submodule of a package.
	Child(m Module, name string) (Module, bool)
}

// Module is a target of an import: a file of the program, or a namespace package's directory.
type Module struct {
	File int // -1 for a namespace package
	Dir  string
	// Guess: nothing leads there but its name, which a module of another project in the repository or one beside the file has.
	Guess bool
}

// Source is one file to link.
type Source struct {
	Path      string
	Module    string // dotted name
	IsPackage bool
	Test      bool
	Facts     *facts.File
}

// Sym is a name of the program: an index into Program.Names.
type Sym uint32

// File is a linked file.
type File struct {
	Source
	Index    int
	sym      []Sym // facts.Str → Sym
	local    uint32
	shared   uint32
	fn       uint32
	class    uint32
	op       uint32
	stars    []int // files imported with *
	extStars []uint32
	builtin  []Set   // facts.Str → meaning of an unbound name, see builtinName
	literal  []Value // facts.Str → value, lazily
	imported []target
	uses     uses
	traits   []funcTraits
}

// Program is the linked program and, after Solve, what its calls reach.
type Program struct {
	Files     []*File
	Names     []string
	Catalogue *knowledge.Catalogue // not for concurrent use: once solved, ask the Solution
	resolver  Resolver

	symOf map[string]Sym
	// funcs and classes of all files, in order.
	funcFile  []uint32
	classFile []uint32
	globals   *table // (file, Sym) → shared variable
	members   *table // (class, Sym) → shared variable
	fieldVars *table // (class, Sym) → shared variable of an annotated field
	nLocal    uint32
	nShared   uint32
	nOps      uint32
}

// Func names a function or other block of the program.
type Func uint32

// Class names a class of the program.
type Class uint32

// FileOf is the file that holds f.
func (p *Program) FileOf(f Func) *File { return p.Files[p.funcFile[f]] }

// Facts is the block of f.
func (p *Program) Facts(f Func) *facts.Func {
	file := p.FileOf(f)
	return &file.Facts.Funcs[uint32(f)-file.fn]
}

// Funcs is the number of blocks of all files.
func (p *Program) Funcs() int { return len(p.funcFile) }

// FirstFunc is the module block of a file.
func (f *File) FirstFunc() Func { return Func(f.fn) }

// ClassFacts is the class and the file it is in.
func (p *Program) ClassFacts(c Class) (*File, *facts.Class) {
	file := p.Files[p.classFile[c]]
	return file, &file.Facts.Classes[uint32(c)-file.class]
}

// Classes is the number of classes.
func (p *Program) Classes() int { return len(p.classFile) }

// Name is the dotted name of a function: its module and CPython's qualified name. A module block is its module.
func (p *Program) Name(f Func) string {
	file, fn := p.FileOf(f), p.Facts(f)
	if fn.Kind == facts.ModuleBody {
		return file.Module
	}
	return join(file.Module, file.Facts.Str(fn.QualName))
}

// ClassName is the dotted name of a class.
func (p *Program) ClassName(c Class) string {
	file, cl := p.ClassFacts(c)
	return join(file.Module, file.Facts.Str(cl.QualName))
}

func join(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + "." + b
}

// Parent is the enclosing block.
func (p *Program) Parent(f Func) Func {
	file := p.FileOf(f)
	return Func(file.fn + p.Facts(f).Parent)
}

// New links files, which must be sorted by path. Facts may be shared with other programs: they are only read.
func New(sources []Source, cat *knowledge.Catalogue, r Resolver) *Program {
	p := &Program{Catalogue: cat, resolver: r, Names: make([]string, 1, 1024), symOf: make(map[string]Sym, 4096)}
	nFuncs, nClasses, nMembers, nGlobals := 0, 0, 0, 0
	for i := range sources {
		f := sources[i].Facts
		nFuncs += len(f.Funcs)
		nClasses += len(f.Classes)
		nGlobals += len(f.Globals)
		for j := range f.Classes {
			nMembers += len(f.Classes[j].Members) + len(f.Classes[j].Fields)
		}
	}
	p.funcFile = make([]uint32, 0, nFuncs)
	p.classFile = make([]uint32, 0, nClasses)
	p.globals, p.members, p.fieldVars = newTable(nGlobals), newTable(nMembers), newTable(nMembers)
	p.nLocal = 1
	for i := range sources {
		p.add(i, sources[i])
	}
	for _, f := range p.Files {
		p.resolveImports(f)
	}
	return p
}

func (p *Program) add(i int, s Source) {
	ff := s.Facts
	f := &File{Source: s, Index: i, local: p.nLocal, shared: p.nShared, fn: uint32(len(p.funcFile)), class: uint32(len(p.classFile)), op: p.nOps}
	f.sym = make([]Sym, len(ff.Strings))
	f.builtin = make([]Set, len(ff.Strings))
	p.nLocal += ff.NLocal + 1
	p.nShared += ff.NShared
	p.nOps += uint32(len(ff.Ops))
	for range ff.Funcs {
		p.funcFile = append(p.funcFile, uint32(i))
	}
	for j := range ff.Classes {
		c := uint32(len(p.classFile))
		p.classFile = append(p.classFile, uint32(i))
		for _, m := range ff.Classes[j].Members {
			p.members.put(pair(c, uint32(p.symbol(f, m.Name))), f.shared+m.Ref.Index())
		}
		for _, fd := range ff.Classes[j].Fields {
			p.fieldVars.put(pair(c, uint32(p.symbol(f, fd.Name))), f.shared+fd.Var.Index())
		}
	}
	for _, g := range ff.Globals {
		p.globals.put(pair(uint32(i), uint32(p.symbol(f, g.Name))), f.shared+g.Ref.Index())
	}
	p.Files = append(p.Files, f)
}

// symbol is the program's number for one of a file's strings.
func (p *Program) symbol(f *File, s facts.Str) Sym {
	if n := f.sym[s]; n != 0 {
		return n
	}
	n := p.Sym(f.Facts.Strings[s])
	f.sym[s] = n
	return n
}

// Sym is the number of a name, a new one if it has none.
func (p *Program) Sym(s string) Sym {
	if s == "" {
		return 0
	}
	if n, ok := p.symOf[s]; ok {
		return n
	}
	n := Sym(len(p.Names))
	p.Names = append(p.Names, s)
	p.symOf[s] = n
	return n
}

// target is what one Import of a file means.
type target struct {
	kind   targetKind
	file   int // targetModule: the module; targetMember: the module that has or should have the name
	dir    string
	shared uint32 // targetVar
	path   string // targetLibrary
	value  Set    // of the path, once it is known
	star   bool
}

type targetKind uint8

const (
	targetUnknown targetKind = iota
	targetModule
	targetNamespace
	targetVar     // a global of another file
	targetLibrary // a dotted path outside the program
	targetStar
)

func (p *Program) resolveImports(f *File) {
	f.imported = make([]target, len(f.Facts.Imports))
	for i := range f.Facts.Imports {
		im := &f.Facts.Imports[i]
		f.imported[i] = p.resolveImport(f, im)
		if f.imported[i].star && im.Func == 0 && f.imported[i].kind == targetModule {
			f.stars = append(f.stars, f.imported[i].file)
		}
	}
}

func (p *Program) resolveImport(f *File, im *facts.Import) target {
	module := f.Facts.Str(im.Module)
	name := f.Facts.Str(im.Name)
	if name == "" { // import a.b.c [as x]
		want := module
		if !im.Alias {
			want = f.Facts.Str(im.As)
		}
		if m, ok := p.resolver.Resolve(f.Index, 0, want); ok && !p.isSelf(f, m, want) {
			return moduleTarget(m)
		}
		return target{kind: targetLibrary, path: want}
	}
	m, ok := p.resolver.Resolve(f.Index, int(im.Level), module)
	if !ok || p.isSelf(f, m, module) && im.Level == 0 {
		if im.Level > 0 {
			return target{kind: targetUnknown, file: -1, path: module}
		}
		t := target{kind: targetLibrary, path: module + "." + name}
		if name == "*" {
			t.path, t.star = module, true
			if top := p.Catalogue.Module(module); top != nil {
				return t
			}
		}
		return t
	}
	if name == "*" {
		t := moduleTarget(m)
		t.star = true
		return t
	}
	if m.File >= 0 && !p.lazySubmodule(m, name) {
		if v, ok := p.global(m.File, p.Sym(name)); ok {
			return target{kind: targetVar, shared: v, file: m.File}
		}
	}
	if c, ok := p.resolver.Child(m, name); ok {
		return moduleTarget(c)
	}
	if m.Guess && im.Level == 0 {
		return target{kind: targetLibrary, path: module + "." + name} // the module does not have it, so a library is meant
	}
	return target{kind: targetUnknown, file: m.File, path: join(module, name)}
}

// ModuleOf is the module of the program that an import names, or takes its name from; false for a library.
func (p *Program) ModuleOf(f *File, im *facts.Import) (Module, bool) {
	module := f.Facts.Str(im.Module)
	m, ok := p.resolver.Resolve(f.Index, int(im.Level), module)
	if !ok || im.Level == 0 && p.isSelf(f, m, module) {
		return Module{}, false
	}
	return m, true
}

// Imported are the files that the imports of f mean, wherever in it they stand: those in functions too, which no edge tells of.
func (p *Program) Imported(f *File) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range f.imported {
			im, t := &f.Facts.Imports[i], f.imported[i]
			if im.Name == 0 && !im.Alias { // import a.b binds a, and means a.b
				if m, ok := p.resolver.Resolve(f.Index, 0, f.Facts.Str(im.Module)); ok {
					t = moduleTarget(m)
				}
			}
			if t.kind != targetLibrary && t.file >= 0 && !yield(t.file) {
				return
			}
		}
	}
}

// isSelf: a module that imports its own name means the library of that name (requests.py importing requests).
func (p *Program) isSelf(f *File, m Module, name string) bool {
	return m.File == f.Index && name == f.Module && !f.IsPackage
}

// lazySubmodule: a package whose global of that name is only the submodule itself: `from . import name`, or the same by its full name.
func (p *Program) lazySubmodule(m Module, name string) bool {
	f := p.fileAt(m.File)
	if f == nil || !f.IsPackage {
		return false
	}
	for i := range f.Facts.Imports {
		im := &f.Facts.Imports[i]
		if im.Func != 0 || f.Facts.Str(im.Name) != name {
			continue
		}
		if from, ok := p.resolver.Resolve(m.File, int(im.Level), f.Facts.Str(im.Module)); ok && from.File == m.File {
			return true
		}
	}
	return false
}

func (p *Program) fileAt(i int) *File {
	if i < 0 || i >= len(p.Files) {
		return nil
	}
	return p.Files[i]
}

func moduleTarget(m Module) target {
	if m.File < 0 {
		return target{kind: targetNamespace, dir: m.Dir, file: -1}
	}
	return target{kind: targetModule, file: m.File, dir: m.Dir}
}

// global finds a module's global by name, through its star imports.
func (p *Program) global(file int, name Sym) (uint32, bool) { return p.globalPast(file, name, nil) }

// globalPast is global without the modules that have been asked: modules may import everything of each other.
func (p *Program) globalPast(file int, name Sym, asked map[int]bool) (uint32, bool) {
	if v, ok := p.globals.get(pair(uint32(file), uint32(name))); ok {
		return v, true
	}
	f := p.Files[file]
	for i := range f.Facts.Imports {
		im := &f.Facts.Imports[i]
		if im.Func != 0 || f.Facts.Str(im.Name) != "*" {
			continue
		}
		m, ok := p.resolver.Resolve(file, int(im.Level), f.Facts.Str(im.Module))
		if asked == nil {
			asked = map[int]bool{file: true}
		}
		if !ok || m.File < 0 || asked[m.File] || !p.exports(m.File, name) {
			continue
		}
		asked[m.File] = true
		if v, ok := p.globalPast(m.File, name, asked); ok {
			return v, true
		}
	}
	return 0, false
}

// exports: `from m import *` brings the name.
func (p *Program) exports(file int, name Sym) bool {
	f := p.Files[file]
	s := p.Names[name]
	if f.Facts.HasAll {
		for _, a := range f.Facts.All {
			if f.Facts.Str(a) == s {
				return true
			}
		}
		return len(f.Facts.All) == 0
	}
	return s != "" && s[0] != '_'
}

// OpBase is the program-wide number of the file's first operation.
func (f *File) OpBase() uint32 { return f.op }
