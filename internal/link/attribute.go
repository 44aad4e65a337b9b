package link

import (
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// Reading, storing and deleting attributes: of instances, classes, modules and super().

func (s *solver) loadAttrs(base Set, name Sym) Set {
	var out Set
	for _, v := range s.sets.values(base) {
		out = s.sets.union(out, s.loadAttr(v, name))
	}
	return out
}

func (s *solver) loadAttr(v Value, name Sym) Set {
	ob := s.objs[v]
	switch ob.kind {
	case kInst:
		return s.instanceAttr(v, Class(ob.a), name)
	case kClass:
		return s.classAttr(v, Class(ob.a), name)
	case kModule:
		return s.moduleAttr(int(ob.a), name)
	case kSpace:
		if m, ok := s.resolver.Child(s.spaces[ob.a], s.Names[name]); ok {
			return s.moduleSet(m)
		}
	case kExt:
		return s.extAttr(ob.a, name)
	case kExtInst:
		return s.sets.union(s.libraryAttr(v, ob.a, name), s.storedField(v, name))
	case kSuper:
		return s.superAttr(Class(ob.a), Value(ob.b), name)
	case kStr:
		return s.builtinMethod(s.wellKnown.anyStr, s.wellKnown.strClass, name)
	case kInt:
		return s.builtinMethod(s.wellKnown.anyInt, s.wellKnown.intClass, name)
	case kList:
		return s.builtinMethod(v, s.wellKnown.listClass, name)
	case kTuple:
		return s.builtinMethod(v, s.wellKnown.tupleClass, name)
	case kDict:
		return s.builtinMethod(v, s.wellKnown.dictClass, name)
	case kSet:
		return s.builtinMethod(v, s.wellKnown.setClass, name)
	case kView:
		switch s.baseKind(v) {
		case kDict:
			return s.builtinMethod(v, s.wellKnown.dictClass, name)
		case kList:
			return s.builtinMethod(v, s.wellKnown.listClass, name)
		}
	case kCoro:
		if s.Names[name] == "__await__" {
			return Set(v)
		}
	case kGen:
		return s.builtinMethod(v, s.wellKnown.generatorClass, name)
	case kProperty:
		switch s.Names[name] {
		case "setter", "getter":
			return Set(v)
		case "deleter":
			return Set(s.object(kDeleter, uint32(v), 0))
		}
	case kMade:
		return s.madeAttr(v, ob, name)
	case kAlias:
		if !s.descend() {
			return 0
		}
		out := s.loadAttrs(s.readField(v, keyElem), name)
		s.depth--
		return out
	case kDispatch:
		if s.Names[name] == "register" {
			return Set(s.object(kRegister, uint32(v), 0))
		}
		return s.loadAttr(Value(ob.a), name)
	case kPrefix:
		return s.builtinMethod(s.wellKnown.anyStr, s.wellKnown.strClass, name)
	case kBound, kFunc, kPartial:
		out := s.storedField(v, name)
		if ob.kind == kBound {
			if in := s.objs[ob.a]; in.kind == kMade {
				out = s.sets.union(out, s.madeAttr(Value(ob.a), in, name))
			}
		}
		if s.Names[name] == "__wrapped__" {
			out = s.sets.union(out, Set(v))
		}
		return out
	case kResult:
		return s.storedField(v, name)
	case kTypeOf:
		return s.loadAttr(Value(ob.a), name)
	}
	return 0
}

// storedField reads an attribute that some SetAttr of the program may have stored.
func (s *solver) storedField(v Value, name Sym) Set {
	if !s.wellKnown.stored(name) {
		return 0
	}
	return s.readField(v, uint32(name)|fieldBit)
}

// fieldBit keeps names apart from values as field keys.
const fieldBit = 1 << 30

func (s *solver) instanceAttr(v Value, c Class, name Sym) Set {
	var out Set
	a := s.attributeOf(c, name)
	fields, m, ok := a.fields, a.member, a.found
	for k := 0; k < len(fields); k++ {
		f := fields[k]
		x := s.readShared(f &^ ofClass)
		if f&ofClass != 0 && x != 0 {
			x = s.bindMember(x, v, c) // Worker.run = run, after the class statement: a member like any other
		}
		out = s.sets.union(out, x)
	}
	switch {
	case !ok:
		if out == 0 {
			if t := s.Names[name]; t == "__class__" {
				return Set(s.firstClass + Value(c))
			}
			if x := s.relatedAttr(c, name); x != 0 {
				return x
			}
			if g, ok := s.find(c, s.wellKnown.getattr, 0); ok && g.isVar {
				return s.callSet(s.bindMember(s.readShared(g.shared), v, c), s.argList(Set(s.object(kStr, uint32(name), 0))), Called)
			}
		}
	case m.isVar && m.field:
		out = s.sets.union(out, s.readShared(m.shared))
	case m.isVar:
		x := s.readShared(m.shared)
		if r := s.relatedAttr(c, name); r != 0 {
			return s.sets.union(out, r)
		}
		out = s.sets.union(out, s.bindMember(x, v, c))
		if protocol := s.classes[m.class].protocol; protocol || s.isAbstract(x) {
			o := s.overrides(c, name)
			if o == 0 && protocol {
				o = s.conforming(m.class, name)
			}
			out = s.sets.union(out, o)
		}
		if f, ok := s.fieldVars.get(pair(uint32(m.class), uint32(name))); ok {
			out = s.sets.union(out, s.readShared(f))
		}
	case m.ext != nil:
		out = s.sets.union(out, s.boundEntity(m.ext, v))
	case out == 0:
		out = Set(s.object(kMethod, s.extChild(m.open, name), uint32(v)))
	}
	return out
}

// isAbstract: the method is there to be overridden, so an instance at hand is one of a subclass.
func (s *solver) isAbstract(x Set) bool {
	for _, v := range s.sets.values(x) {
		ob := s.objs[v]
		if ob.kind == kProperty {
			ob = s.objs[ob.a]
		}
		if ob.kind == kFunc && s.Facts(Func(ob.a)).Flags&facts.FuncAbstract != 0 {
			return true
		}
	}
	return false
}

// overrides are a method's implementations in the subclasses of c, bound to instances of those.
func (s *solver) overrides(c Class, name Sym) Set {
	var out Set
	for _, r := range s.subclasses(c, 9)[1:] {
		sub := r.class
		s.mro(sub) // hear of a change
		if g, ok := s.members.get(pair(uint32(sub), uint32(name))); ok {
			out = s.sets.union(out, s.bindMember(s.readShared(g), s.firstInst+Value(sub), sub))
		} else if len(s.classes[sub].bases) > 1 { // class LoudFile(LogMixin, FileSink): the mixin's method comes first
			if m, ok := s.find(sub, name, 0); ok && m.isVar && m.class != r.via {
				out = s.sets.union(out, s.bindMember(s.readShared(m.shared), s.firstInst+Value(sub), sub))
			}
		}
	}
	return out
}

// maxConforming bounds the classes that are taken to implement a protocol: one that more have the methods of says nothing.
const maxConforming = 6

// conforming are the implementations of a protocol's method in classes that have all its methods without naming it.
func (s *solver) conforming(c Class, name Sym) Set {
	found, ok := s.conform[c]
	if !ok {
		found = s.findConforming(c)
		s.conform[c] = found
	}
	var out Set
	for _, k := range found {
		if g, ok := s.members.get(pair(uint32(k), uint32(name))); ok {
			out = s.sets.union(out, s.bindMember(s.readShared(g), s.firstInst+Value(k), k))
		}
	}
	return out
}

func (s *solver) findConforming(c Class) []Class {
	file, cl := s.ClassFacts(c)
	var names []Sym
	for _, m := range cl.Members {
		if n := file.Facts.Str(m.Name); n != "__doc__" && n != "__slots__" {
			names = append(names, s.symbol(file, m.Name))
		}
	}
	var out []Class
next:
	for k := range Class(len(s.classes)) {
		if k == c {
			continue
		}
		for _, n := range names {
			if _, ok := s.members.get(pair(uint32(k), uint32(n))); !ok {
				continue next
			}
		}
		if out = append(out, k); len(out) > maxConforming {
			return nil
		}
	}
	return out
}

// ofModel ties a Django manager, or another library's query, to the model whose class attribute it is: its elements are instances of that.
func (s *solver) ofModel(x Set, c Class) Set {
	if s.linear(c, 0) == nil || s.classes[c].traits&knowledge.ORM == 0 {
		return x
	}
	var out Set
	for _, v := range s.sets.values(x) {
		if s.givesRows(v) {
			if ob := s.objs[v]; ob.kind == kExtInst {
				v = s.object(kExtInst, ob.a, uint32(c)+1)
			}
			s.addShared(s.field(v, keyElem), Set(s.firstInst+Value(c)))
		}
		out = s.sets.union(out, Set(v))
	}
	return out
}

// givesRows: as an attribute of a model, the value gives its rows.
func (s *solver) givesRows(v Value) bool {
	if ob := s.objs[v]; ob.kind == kExtInst {
		e := s.exts[ob.a].entity
		return e != nil && e.Kind == knowledge.Class && slices.ContainsFunc(s.wellKnown.queries, func(q *knowledge.Entity) bool { return s.Catalogue.Inherits(e, q) })
	}
	return s.isQuerySet(v)
}

// isQuerySet: the value is one of Django's querysets or managers, or of a class of the program made from those.
func (s *solver) isQuerySet(v Value) bool {
	qs := s.wellKnown.querySet
	if qs == nil {
		return false
	}
	switch ob := s.objs[v]; ob.kind {
	case kExtInst:
		e := s.exts[ob.a].entity
		return e != nil && e.Kind == knowledge.Class && s.Catalogue.Inherits(e, qs)
	case kInst:
		for _, b := range s.mro(Class(ob.a)) {
			if b.ext != 0 && s.exts[b.ext].entity == qs {
				return true
			}
		}
	}
	return false
}

func (s *solver) classAttr(v Value, c Class, name Sym) Set {
	out := s.storedField(v, name)
	m, ok := s.find(c, name, 0)
	switch {
	case !ok:
	case m.isVar && m.field:
		out = s.sets.union(out, s.readShared(m.shared))
	case m.isVar:
		for _, x := range s.sets.values(s.readShared(m.shared)) {
			switch ob := s.objs[x]; ob.kind {
			case kClassM:
				out = s.sets.union(out, Set(s.object(kBound, ob.a, uint32(v))))
			case kStatic:
				out = s.sets.union(out, Set(ob.a))
			case kFunc:
				if s.isImplicitClassMethod(Func(ob.a)) {
					out = s.sets.union(out, Set(s.object(kBound, uint32(x), uint32(v))))
				} else {
					out = s.sets.union(out, Set(x))
				}
			case kInst:
				if get := s.classMethod(Class(ob.a), x, s.wellKnown.get); get != 0 && !s.classes[c].enum {
					out = s.sets.union(out, s.callSet(get, s.argList(0, Set(v)), Called))
					continue
				}
				out = s.sets.union(out, s.ofModel(Set(x), c))
			default:
				out = s.sets.union(out, s.ofModel(Set(x), c))
			}
		}
		if s.classes[c].enum {
			out = s.sets.union(out, Set(s.firstInst+Value(c)))
		}
	case m.ext != nil:
		if m.ext.Kind == knowledge.Function && m.ext.ClassMethod {
			out = s.sets.union(out, Set(s.object(kMethod, s.extOfEntity(m.ext), uint32(v))))
		} else {
			out = s.sets.union(out, s.ofModel(s.boundEntity(m.ext, v), c))
		}
	case out == 0:
		out = Set(s.object(kMethod, s.extChild(m.open, name), uint32(v)))
	}
	return out
}

func (s *solver) isImplicitClassMethod(f Func) bool {
	switch s.FileOf(f).Facts.Str(s.Facts(f).Name) {
	case "__init_subclass__", "__class_getitem__":
		return true
	}
	return false
}

// superAttr looks a name up after class in the order of the receiver's class.
func (s *solver) superAttr(class Class, recv Value, name Sym) Set {
	c := class
	isClass := false
	switch ob := s.objs[recv]; ob.kind {
	case kInst:
		c = Class(ob.a)
	case kClass:
		c, isClass = Class(ob.a), true
	}
	at := 0
	for i, b := range s.mro(c) {
		if b.ext == 0 && b.class == class {
			at = i + 1
		}
	}
	if at == 0 {
		c = class
		s.mro(c)
		at = 1
	}
	m, ok := s.find(c, name, at)
	switch {
	case isClass && name == s.wellKnown.call && !m.isVar:
		// super().__call__() in a metaclass makes the instance; what that runs, construct runs.
		return Set(s.holder(recv, heldInstance, s.instanceOf(recv, 0)))
	case isClass && name == s.wellKnown.new && !m.isVar && s.metaclass(Class(s.objs[recv].a)):
		return Set(s.holder(recv, heldClass, 0))
	case !ok:
		return 0
	case m.isVar:
		x := s.readShared(m.shared)
		if isClass {
			var out Set
			for _, v := range s.sets.values(x) {
				switch ob := s.objs[v]; ob.kind {
				case kClassM:
					out = s.sets.union(out, Set(s.object(kBound, ob.a, uint32(recv))))
				case kStatic:
					out = s.sets.union(out, Set(ob.a))
				default:
					out = s.sets.union(out, Set(v))
				}
			}
			return out
		}
		return s.bindMember(x, recv, c)
	case m.ext != nil:
		return s.boundEntity(m.ext, recv)
	}
	return Set(s.object(kMethod, s.extChild(m.open, name), uint32(recv)))
}

func (s *solver) moduleSet(m Module) Set {
	if m.File < 0 {
		return Set(s.spaceValue(m))
	}
	return Set(s.firstModule + Value(m.File))
}

func (s *solver) moduleAttr(file int, name Sym) Set {
	var out Set
	if v, ok := s.global(file, name); ok {
		out = s.readShared(v)
	} else {
		out = s.storedField(s.firstModule+Value(file), name)
	}
	if out == 0 {
		f := s.Files[file]
		if f.IsPackage {
			if m, ok := s.resolver.Child(Module{File: file, Dir: dirOf(f.Path)}, s.Names[name]); ok {
				return s.moduleSet(m)
			}
		}
		out = s.moduleGetattr(file, name)
	}
	return out
}

// moduleGetattr asks a module's own __getattr__ (PEP 562) for a name that it does not bind.
func (s *solver) moduleGetattr(file int, name Sym) Set {
	g, ok := s.globals.get(pair(uint32(file), uint32(s.wellKnown.getattr)))
	if !ok {
		return 0
	}
	return s.callSet(s.readShared(g), s.argList(Set(s.object(kStr, uint32(name), 0))), Called)
}

func dirOf(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[:i]
		}
	}
	return ""
}

// deleteAttr runs what `del x.name` runs: a property's deleter, a descriptor's __delete__, or the class's __delattr__.
func (s *solver) deleteAttr(base Set, name Sym) {
	for _, v := range s.sets.values(base) {
		ob := s.objs[v]
		if ob.kind != kInst {
			continue
		}
		if m := s.classMethod(Class(ob.a), v, s.wellKnown.delattr); m != 0 {
			s.callSet(m, s.argList(Set(s.object(kStr, uint32(name), 0))), Called)
		}
		m, ok := s.find(Class(ob.a), name, 0)
		if !ok || !m.isVar || m.field {
			continue
		}
		for _, d := range s.sets.values(s.readShared(m.shared)) {
			switch o := s.objs[d]; o.kind {
			case kProperty:
				s.callSet(s.readField(d, keyArgs), s.argList(Set(v)), Called)
			case kInst:
				if del := s.classMethod(Class(o.a), d, s.wellKnown.delete); del != 0 {
					s.callSet(del, s.argList(Set(v)), Called)
				}
			}
		}
	}
}

func (s *solver) storeAttrs(base Set, name Sym, x Set) {
	for _, v := range s.sets.values(base) {
		ob := s.objs[v]
		switch ob.kind {
		case kModule:
			if g, ok := s.globals.get(pair(ob.a, uint32(name))); ok {
				s.addShared(g, x)
				continue
			}
		case kInst:
			if m, ok := s.find(Class(ob.a), name, 0); ok && m.isVar && !m.field {
				for _, d := range s.sets.values(s.readShared(m.shared)) {
					switch o := s.objs[d]; o.kind {
					case kProperty:
						s.callSet(s.readField(d, keyEnter), s.argList(Set(v), x), Called)
					case kInst:
						if set := s.classMethod(Class(o.a), d, s.wellKnown.set); set != 0 {
							s.callSet(set, s.argList(Set(v), x), Called)
						}
					}
				}
			} else if ok && m.ext != nil && m.ext.Setter != nil {
				s.callExt(s.extOfEntity(m.ext.Setter), v, s.argList(x), Called)
			}
		case kExtInst:
			if e := s.exts[ob.a].entity; e != nil {
				if m := s.Catalogue.Member(e, s.Names[name]); m != nil && m.Setter != nil {
					s.callExt(s.extOfEntity(m.Setter), v, s.argList(x), Called)
				}
			}
		case kClass:
			if g, ok := s.members.get(pair(ob.a, uint32(name))); ok {
				s.addShared(g, x)
				continue
			}
		case kSuper:
			v = Value(ob.b)
		}
		s.addShared(s.field(v, uint32(name)|fieldBit), x)
	}
}
