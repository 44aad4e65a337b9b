package link

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// ---- annotations ----

// typeApply is a subscribed type: an alias object that keeps its origin and its arguments.
func (s *solver) typeApply(op *facts.Op) Set {
	o := s.object(kAlias, s.place(), 0)
	s.addShared(s.field(o, keyElem), s.val(facts.Ref(op.A)))
	args, _ := s.ff.Elems(op)
	for i, r := range args {
		if x := s.val(facts.Ref(r)); x != 0 && i < 20 {
			s.addShared(s.field(o, s.intKey(i)), x)
			s.addKey(o, s.object(kInt, uint32(i+facts.IntBias), 0))
		}
	}
	return Set(o)
}

// instancesOf are the values of a type: what a parameter annotated with it may hold.
func (s *solver) instancesOf(x Set, depth int) Set {
	var out Set
	for _, v := range s.sets.values(x) {
		out = s.sets.union(out, s.instanceOf(v, depth))
	}
	return out
}

func (s *solver) instanceOf(v Value, depth int) Set {
	if depth > 12 || s.steps == maxSteps {
		return 0
	}
	s.steps++
	ob := s.objs[v]
	switch ob.kind {
	case kClass:
		return Set(s.firstInst + Value(ob.a))
	case kExt:
		e := s.exts[ob.a].entity
		if e == nil {
			return Set(s.object(kExtInst, ob.a, 0))
		}
		if e.Kind == knowledge.Class {
			if bareContainers[e.Path] != 0 {
				return Set(s.object(bareContainers[e.Path], s.place(), 12))
			}
			if strings.HasPrefix(e.Path, "typing.") || strings.HasPrefix(e.Path, "collections.abc.") || e.Path == "builtins.object" || e.Path == "builtins.type" {
				return 0
			}
			return Set(s.object(kExtInst, ob.a, 0))
		}
	case kTuple: // except (A, B)
		return s.instancesOf(s.loadAny(v), depth+1)
	case kAlias:
		return s.instanceOfAlias(v, depth)
	case kStr:
		// A forward reference that reached a value, as in cast("User", x): not followed.
	case kMade:
		return s.instanceOf(Value(ob.b), depth+1)
	}
	return 0
}

var bareContainers = map[string]kind{"builtins.list": kList, "builtins.dict": kDict, "builtins.set": kSet, "builtins.tuple": kTuple, "builtins.frozenset": kSet}

// special forms by the last part of their name.
func (s *solver) instanceOfAlias(v Value, depth int) Set {
	var out Set
	arg := func(i int) Set { return s.readField(v, s.intKey(i)) }
	all := func() Set {
		var x Set
		for i := 0; i < 20; i++ {
			if i >= len(s.ownKeys(v))+8 {
				break
			}
			x = s.sets.union(x, arg(i))
		}
		return x
	}
	for _, o := range s.sets.values(s.readField(v, keyElem)) {
		ob := s.objs[o]
		if ob.kind == kClass {
			out = s.sets.union(out, Set(s.firstInst+Value(ob.a)))
			continue
		}
		if ob.kind != kExt {
			continue
		}
		name := s.exts[ob.a].path
		name = name[strings.LastIndexByte(name, '.')+1:]
		switch name {
		case "Optional", "Union", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "Mapped", "WriteOnlyMapped", "DynamicMapped", "InitVar":
			out = s.sets.union(out, s.instancesOf(all(), depth+1))
		case "Annotated":
			out = s.sets.union(out, s.instancesOf(arg(0), depth+1))
			for i := 1; i < 6; i++ {
				for _, m := range s.sets.values(arg(i)) {
					if s.objs[m].kind == kMade {
						out = s.sets.union(out, Set(m)) // Depends(f): see dependencies
					}
				}
			}
		case "type", "Type":
			out = s.sets.union(out, arg(0))
		case "list", "List", "Sequence", "MutableSequence", "Collection", "Iterable", "Iterator", "set", "Set", "frozenset", "FrozenSet",
			"AbstractSet", "deque", "Deque", "Generator", "AsyncIterator", "AsyncIterable", "AsyncGenerator", "Reversible":
			c := s.object(kList, s.place(), 13+uint32(depth))
			s.store(c, keyElem, s.instancesOf(arg(0), depth+1))
			out = s.sets.union(out, Set(c))
		case "tuple", "Tuple":
			c := s.object(kTuple, s.place(), 13+uint32(depth))
			for i := 0; i < 12; i++ {
				if x := s.instancesOf(arg(i), depth+1); x != 0 {
					s.store(c, s.intKey(i), x)
				}
			}
			out = s.sets.union(out, Set(c))
		case "dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict":
			c := s.object(kDict, s.place(), 13+uint32(depth))
			s.store(c, keyElem, s.instancesOf(arg(1), depth+1))
			s.addShared(s.field(c, keyKey), s.instancesOf(arg(0), depth+1))
			out = s.sets.union(out, Set(c))
		case "Awaitable", "Future", "Task":
			c := s.object(kResult, s.place(), 13+uint32(depth))
			s.addShared(s.field(c, keyResult), s.instancesOf(arg(0), depth+1))
			out = s.sets.union(out, Set(c))
		case "Coroutine":
			c := s.object(kResult, s.place(), 13+uint32(depth))
			s.addShared(s.field(c, keyResult), s.instancesOf(arg(2), depth+1))
			out = s.sets.union(out, Set(c))
		case "ContextManager", "AbstractContextManager", "AsyncContextManager", "AbstractAsyncContextManager":
			c := s.object(kResult, s.place(), 13+uint32(depth))
			s.addShared(s.field(c, keyEnter), s.instancesOf(arg(0), depth+1))
			out = s.sets.union(out, Set(c))
		case "Callable":
			if x := s.instancesOf(arg(1), depth+1); x != 0 {
				c := s.object(kResult, s.place(), 13+uint32(depth))
				s.addShared(s.field(c, keyResult), x)
				out = s.sets.union(out, Set(c))
			}
		case "Literal", "Concatenate", "Generic", "Protocol":
		case "ContextVar":
			c := s.own(ob.a, s.place())
			s.addShared(s.field(c, keyElem), s.instancesOf(arg(0), depth+1))
			out = s.sets.union(out, Set(c))
		default:
			x := s.instanceOf(o, depth+1)
			for _, m := range s.sets.values(arg(0)) { // QuerySet[Order]
				if s.objs[m].kind == kClass {
					x = s.ofModel(x, Class(s.objs[m].a))
				}
			}
			out = s.sets.union(out, s.parametrized(x, arg(0), depth))
		}
	}
	return out
}

// parametrized keeps, with an object of a library's class, what the class was given for T: RunContext[Deps] has deps: T.
func (s *solver) parametrized(x, of Set, depth int) Set {
	v := Value(x)
	if x == 0 || x >= setBit || s.objs[v].kind != kExtInst || s.objs[v].b != 0 {
		return x
	}
	e := s.exts[s.objs[v].a].entity
	if e == nil || e.Kind != knowledge.Class || !slices.ContainsFunc(s.Catalogue.Names(e), func(name string) bool {
		m := s.Catalogue.Member(e, name)
		return m != nil && m.Kind == knowledge.Variable && m.Returns != nil && m.Returns.Kind == knowledge.Var
	}) {
		return x
	}
	held := s.instancesOf(of, depth+1)
	if held == 0 {
		return x
	}
	v = s.own(s.objs[v].a, s.place())
	s.addShared(s.field(v, keyElem), held)
	return Set(v)
}
