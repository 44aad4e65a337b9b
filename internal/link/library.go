package link

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// LibraryCall is a use of something outside the program, as the Collector hears of it.
type LibraryCall struct {
	From   Instance
	ID     uint32
	Op     *facts.Op
	Path   string            // dotted; canonical where the catalogue knows it
	Entity *knowledge.Entity // nil when the catalogue does not know it
	Mode   Mode
	Recv   Value
	Within bool // another library's call does it with a function or object that it was given
	s      *solver
	args   *callArgs
}

// ---- the table of things outside ----

func (s *solver) extByPath(path string, e *knowledge.Entity, parent uint32) uint32 {
	if x, ok := s.extOf[path]; ok {
		return x
	}
	x := uint32(len(s.exts))
	s.exts = append(s.exts, ext{path: path, entity: e, parent: parent})
	s.extOf[path] = x
	return x
}

func (s *solver) extOfEntity(e *knowledge.Entity) uint32 {
	if x, ok := s.extIDs[e]; ok {
		return x
	}
	path := e.Path
	if old, ok := s.extOf[path]; ok && s.exts[old].entity != e {
		// A function and its property setter, say, share a path.
		path += "'"
	}
	x := s.extByPath(path, e, 0)
	s.exts[x].path = e.Path
	s.exts[x].hook = s.wellKnown.hooks[e.Path]
	s.exts[x].mutates = mutators[e.Path]
	s.extIDs[e] = x
	return x
}

// maxChain bounds a.b().c().d()… on objects of which nothing is known: fluent interfaces in loops have no end.
const maxChain = 5

// extChild is an attribute of something the catalogue does not know.
func (s *solver) extChild(x uint32, name Sym) uint32 {
	k := pair(x, uint32(name))
	if c, ok := s.extKid.get(k); ok {
		return c
	}
	if s.exts[x].depth >= maxChain {
		return x
	}
	c := s.extByPath(s.exts[x].path+"."+s.Names[name], nil, x)
	s.exts[c].depth = s.exts[x].depth + 1
	e := s.exts[x].entity
	s.exts[c].absent = s.exts[x].absent || e != nil && e.Kind != knowledge.Module
	s.extKid.put(k, c)
	return c
}

// extPath is what importing a dotted path from outside gives.
func (s *solver) extPath(path string) Set {
	if x, ok := s.extSets[path]; ok {
		return x
	}
	var out Set
	if m := s.Catalogue.Module(path); m != nil {
		out = Set(s.object(kExt, s.extOfEntity(m), 0))
	} else if i := strings.LastIndexByte(path, '.'); i >= 0 {
		if m := s.Catalogue.Module(path[:i]); m != nil {
			if e := s.Catalogue.Member(m, path[i+1:]); e != nil {
				out = s.entitySet(e)
			}
		}
	}
	if c := s.typedClient(path); c != nil {
		out = Set(s.object(kExt, s.extOfEntity(c), 0))
	}
	if out == 0 {
		out = Set(s.object(kExt, s.extByPath(path, nil, 0), 0))
	}
	s.extSets[path] = out
	return out
}

// typedClient is the class that a name of the packages of types for AWS stands for: mypy_boto3_s3.client.S3Client is a client of
// boto3. There is a package for each service.
func (s *solver) typedClient(path string) *knowledge.Entity {
	top, _, _ := strings.Cut(path, ".")
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case strings.HasPrefix(top, "mypy_boto3_"), strings.HasPrefix(top, "types_boto3_"):
		switch {
		case strings.HasSuffix(name, "Client"):
			return s.Catalogue.Lookup("botocore.client.BaseClient")
		case strings.HasSuffix(name, "Paginator"):
			return s.Catalogue.Lookup("botocore.client._Paginator")
		case strings.HasSuffix(name, "ServiceResource"):
			return s.Catalogue.Lookup("boto3.resources.base.ServiceResource")
		case name == "Table", name == "Bucket", name == "Object", name == "Queue", name == "Message":
			return s.Catalogue.Lookup("boto3.resources.base._" + name)
		}
	case strings.HasPrefix(top, "types_aiobotocore_"):
		switch {
		case strings.HasSuffix(name, "Client"):
			return s.Catalogue.Lookup("aiobotocore.client.AioBaseClient")
		case strings.HasSuffix(name, "Paginator"):
			return s.Catalogue.Lookup("aiobotocore.client._Paginator")
		}
	}
	return nil
}

// entitySet is the value of a name of the catalogue.
func (s *solver) entitySet(e *knowledge.Entity) Set {
	if e.Kind == knowledge.Variable {
		if x := s.typeSet(e.Returns, 0, nil, nil, 0); x != 0 {
			return s.namedSignal(e, x)
		}
	}
	return Set(s.object(kExt, s.extOfEntity(e), 0))
}

func (s *solver) extAttr(x uint32, name Sym) Set {
	k := pair(x, uint32(name)|fieldBit)
	if v, ok := s.extAttrs.get(k); ok {
		return Set(v)
	}
	out := s.extAttrOf(x, name)
	s.extAttrs.put(k, uint32(out))
	return out
}

func (s *solver) extAttrOf(x uint32, name Sym) Set {
	e := s.exts[x].entity
	text := s.Names[name]
	if e == nil {
		path := s.exts[x].path + "." + text
		if c := s.typedClient(path); c != nil {
			return Set(s.object(kExt, s.extOfEntity(c), 0))
		}
		if m := s.Catalogue.Module(path); m != nil {
			return Set(s.object(kExt, s.extOfEntity(m), 0))
		}
		return Set(s.object(kExt, s.extChild(x, name), 0))
	}
	switch e.Kind {
	case knowledge.Module, knowledge.Class:
		if m := s.Catalogue.Member(e, text); m != nil {
			if m.Kind == knowledge.Function && m.Property && e.Kind == knowledge.Class {
				return Set(s.object(kExt, s.extOfEntity(m), 0))
			}
			if m.Kind == knowledge.Function && m.ClassMethod {
				return Set(s.object(kMethod, s.extOfEntity(m), uint32(s.object(kExt, x, 0)))) // Self is this class, also where a base has the method
			}
			if m.Kind == knowledge.Variable && e.Kind == knowledge.Class && m.Returns == nil {
				return Set(s.object(kExtInst, s.extOfEntity(e), 0)) // a class's constant: of its own class, as in an enum
			}
			if m.Kind == knowledge.Variable && e.Kind == knowledge.Class {
				if t := s.typeSet(m.Returns, s.object(kExt, x, 0), nil, nil, 0); t != 0 {
					return t
				}
			}
			return s.entitySet(m)
		}
		if m := s.Catalogue.Module(e.Path + "." + text); m != nil && e.Kind == knowledge.Module {
			return Set(s.object(kExt, s.extOfEntity(m), 0))
		}
	case knowledge.Variable:
		return s.loadAttrs(s.typeSet(e.Returns, 0, nil, nil, 0), name)
	}
	return Set(s.object(kExt, s.extChild(x, name), 0))
}

// extItem: subscription of a library's class or object: Generic[T], os.environ[...] is an instance and comes elsewhere.
func (s *solver) extItem(v Value, key Set) Set {
	e := s.exts[s.objs[v].a].entity
	path := s.exts[s.objs[v].a].path
	if bareContainers[path] != 0 || path == "builtins.type" || (strings.HasPrefix(path, "typing") || strings.HasPrefix(path, "collections.abc.")) && !strings.HasSuffix(path, ".Generic") && !strings.HasSuffix(path, ".Protocol") {
		return s.aliasOf(v, key) // Db = Annotated[Session, Depends(get_db)]
	}
	if e != nil && e.Kind != knowledge.Class {
		return 0
	}
	if path == injector+"wiring.Provide" {
		return s.sets.union(s.supplied(key), key)
	}
	return Set(v)
}

// aliasOf is a subscribed type outside an annotation.
func (s *solver) aliasOf(v Value, key Set) Set {
	o := s.object(kAlias, s.place(), 0)
	s.addShared(s.field(o, keyElem), Set(v))
	put := func(i int, x Set) {
		if x != 0 {
			s.addShared(s.field(o, s.intKey(i)), x)
			s.addKey(o, s.object(kInt, uint32(i+facts.IntBias), 0))
		}
	}
	for _, k := range s.sets.values(key) {
		if s.objs[k].kind != kTuple {
			put(0, Set(k))
			continue
		}
		for i := range s.length(k) {
			put(i, s.loadKey(k, s.intKey(i)))
		}
	}
	return Set(o)
}

// libraryAttr is an attribute of an instance of a library's class.
func (s *solver) libraryAttr(v Value, x uint32, name Sym) Set {
	e := s.exts[x].entity
	if e == nil {
		return Set(s.object(kMethod, s.extChild(x, name), uint32(v)))
	}
	if e.Kind != knowledge.Class {
		return Set(s.object(kMethod, s.extChild(x, name), uint32(v)))
	}
	k := pair(x, uint32(name))
	if f, ok := s.methodOf.get(k); ok {
		return Set(s.object(kMethod, f, uint32(v)))
	}
	m := s.Catalogue.Member(e, s.Names[name])
	if m != nil && m.Kind == knowledge.Function && !m.Property {
		f := s.extOfEntity(m)
		s.methodOf.put(k, f)
		return Set(s.object(kMethod, f, uint32(v)))
	}
	if m == nil {
		if strings.HasPrefix(e.Path, "builtins.") {
			return 0
		}
		return Set(s.object(kMethod, s.extChild(x, name), uint32(v)))
	}
	return s.boundEntity(m, v)
}

// boundEntity is a member of a library's class read through an instance.
func (s *solver) boundEntity(m *knowledge.Entity, v Value) Set {
	switch {
	case m.Kind == knowledge.Function && m.Property:
		return s.callExt(s.extOfEntity(m), v, s.argList(), Called)
	case m.Kind == knowledge.Function:
		return Set(s.object(kMethod, s.extOfEntity(m), uint32(v)))
	case m.Kind == knowledge.Variable:
		if x := s.typeSet(m.Returns, v, nil, nil, 0); x != 0 {
			return x
		}
		return Set(s.object(kMethod, s.extOfEntity(m), uint32(v)))
	}
	return Set(s.object(kExt, s.extOfEntity(m), 0))
}

func (s *solver) builtinMethod(v Value, class *knowledge.Entity, name Sym) Set {
	if class == nil {
		return 0
	}
	k := pair(uint32(v), uint32(name))
	if m, ok := s.builtinOf.get(k); ok {
		return Set(m)
	}
	var out Value
	m := s.Catalogue.Member(class, s.Names[name])
	if m == nil && class == s.wellKnown.listClass { // a deque is kept as a list: popleft
		if d := s.wellKnown.dequeClass; d != nil {
			m = s.Catalogue.Member(d, s.Names[name])
		}
	}
	if m != nil && m.Kind == knowledge.Function {
		out = s.object(kMethod, s.extOfEntity(m), uint32(v))
	}
	s.builtinOf.put(k, uint32(out))
	return Set(out)
}
