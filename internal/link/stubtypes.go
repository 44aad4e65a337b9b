package link

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// ---- types of the catalogue ----

// typeSet makes the values that a stub's annotation promises. salt tells the parts of one annotation apart.
func (s *solver) typeSet(t *knowledge.Type, recv Value, a *callArgs, e *knowledge.Entity, salt uint32) Set {
	if t == nil || salt > 4000 {
		return 0
	}
	place := s.place()
	part := func(k kind, key uint32, i int) Set {
		x := s.typeSet(t.ArgAt(i), recv, a, e, salt*4+uint32(i)+1)
		o := s.object(k, place, 16+salt)
		if x != 0 {
			s.store(o, key, x)
		}
		return Set(o)
	}
	switch t.Kind {
	case knowledge.Instance:
		c := s.Catalogue.Class(t)
		if c == nil {
			return 0
		}
		v := s.object(kExtInst, s.extOfEntity(c), 0)
		if len(t.Args) == 1 && t.Args[0].Kind == knowledge.Self && s.isQuerySet(v) { // objects: Manager[Self] of a library's model
			if row := Value(s.typeSet(t.Args[0], recv, a, e, salt*4+1)); row != 0 && s.objs[row].kind == kExtInst {
				v = s.own(s.extOfEntity(c), uint32(row))
				s.addShared(s.field(v, keyElem), Set(row))
			}
		}
		return Set(v)
	case knowledge.ClassOf:
		if t.ArgAt(0) != nil {
			if c := s.Catalogue.Class(t.Args[0]); c != nil {
				return Set(s.object(kExt, s.extOfEntity(c), 0))
			}
		}
	case knowledge.Self:
		if recv == 0 {
			return 0
		}
		switch ob := s.objs[recv]; ob.kind {
		case kClass:
			return Set(s.firstInst + Value(ob.a))
		case kExt:
			return Set(s.object(kExtInst, ob.a, 0))
		}
		return Set(recv)
	case knowledge.Union:
		var out Set
		for i := range t.Args {
			out = s.sets.union(out, s.typeSet(t.Args[i], recv, a, e, salt*4+uint32(i)+1))
		}
		return out
	case knowledge.List:
		return part(kList, keyElem, 0)
	case knowledge.Set:
		return part(kSet, keyElem, 0)
	case knowledge.Dict:
		return part(kDict, keyElem, 1)
	case knowledge.Tuple:
		o := s.object(kTuple, place, 16+salt)
		for i := range t.Args {
			x := s.typeSet(t.Args[i], recv, a, e, salt*4+uint32(i)+1)
			if t.Rest {
				s.store(o, keyElem, x)
			} else {
				s.store(o, s.intKey(i), x)
			}
		}
		return Set(o)
	case knowledge.Iterator, knowledge.Generator, knowledge.AsyncIterator, knowledge.AsyncGenerator:
		o := s.object(kResult, place, 16+salt)
		s.addShared(s.field(o, keyElem), s.typeSet(t.ArgAt(0), recv, a, e, salt*4+1))
		return Set(o)
	case knowledge.Awaitable, knowledge.Coroutine, knowledge.Callable:
		o := s.object(kResult, place, 16+salt)
		s.addShared(s.field(o, keyResult), s.typeSet(t.ArgAt(0), recv, a, e, salt*4+1))
		return Set(o)
	case knowledge.ContextManager, knowledge.AsyncContextManager:
		o := s.object(kResult, place, 16+salt)
		s.addShared(s.field(o, keyEnter), s.typeSet(t.ArgAt(0), recv, a, e, salt*4+1))
		return Set(o)
	case knowledge.Var:
		if t.Param >= 0 && e != nil && t.Param < len(e.Params) {
			x := s.argOf(e, a, e.Params[t.Param].Name)
			p := e.Params[t.Param].Type
			if p != nil && p.Kind != knowledge.Var {
				if p.Kind == knowledge.ClassOf {
					return s.instancesOf(x, 0)
				}
				return s.iterate(x, p.Kind == knowledge.AsyncIterator || p.Kind == knowledge.AsyncGenerator)
			}
			return x
		}
		if recv != 0 {
			switch s.objs[recv].kind {
			case kList, kTuple, kSet, kDict, kView:
				return s.loadAny(recv)
			case kExtInst, kResult, kInst:
				return s.readField(recv, keyElem)
			}
		}
	}
	return 0
}

// conditionMay: the condition of an effect or callback may hold for these arguments.
func (s *solver) conditionMay(c *knowledge.Condition, e *knowledge.Entity, a *callArgs) bool {
	if c == nil {
		return true
	}
	x, ref, given := s.argRef(e, a, c.Param)
	return s.conditionOn(c, x, ref, given)
}

// conditionIs: the condition holds for these arguments. What the block around the call was itself given may be something else
// another time.
func (s *solver) conditionIs(c *knowledge.Condition, e *knowledge.Entity, a *callArgs) bool {
	x, ref, given := s.argRef(e, a, c.Param)
	if !given || ref.Is(facts.ConstNone) {
		return false
	}
	for _, p := range s.Facts(s.cur.fn).Params {
		if p.Var == ref && ref != 0 {
			return false
		}
	}
	for _, l := range c.Values {
		if eq, _ := s.equalsLiteral(l, x, ref); eq {
			return c.Op == knowledge.Equals
		}
	}
	return c.Op == knowledge.Given
}

func (s *solver) conditionOn(c *knowledge.Condition, x Set, ref facts.Ref, given bool) bool {
	if c.Op == knowledge.Absent {
		return !given || ref.Is(facts.ConstNone) || x == 0
	}
	if !given {
		return c.Op == knowledge.NotEquals
	}
	if c.Op == knowledge.Given {
		return !ref.Is(facts.ConstNone)
	}
	for _, l := range c.Values {
		eq, sure := s.equalsLiteral(l, x, ref)
		if !sure {
			return true
		}
		if eq {
			return c.Op == knowledge.Equals
		}
	}
	return c.Op == knowledge.NotEquals
}

// equalsLiteral compares an argument with a stub's literal; sure is false when the argument is not known.
func (s *solver) equalsLiteral(l knowledge.Literal, x Set, ref facts.Ref) (eq, sure bool) {
	if c, ok := ref.Const(); ok {
		switch c {
		case facts.ConstNone:
			return l.Kind == knowledge.LitNone, true
		case facts.ConstTrue:
			return l.Kind == knowledge.LitTrue, true
		case facts.ConstFalse:
			return l.Kind == knowledge.LitFalse, true
		}
		return false, false
	}
	vs := s.sets.values(x)
	if len(vs) == 0 {
		return false, false
	}
	for _, v := range vs {
		switch ob := s.objs[v]; ob.kind {
		case kStr:
			if l.Kind == knowledge.LitString && s.Names[ob.a] == l.Text {
				return true, true
			}
		case kExt:
			if (l.Kind == knowledge.LitName || l.Kind == knowledge.LitString) && sameName(s.exts[ob.a].path, l.Text) {
				return true, true
			}
		case kExtInst: // an object of the class
			if l.Kind != knowledge.LitName || !sameName(s.exts[ob.a].path, l.Text) {
				return false, false
			}
			return true, true
		case kClass: // a subclass of the library's
			for _, b := range s.mro(Class(ob.a)) {
				if b.ext != 0 && (l.Kind == knowledge.LitName || l.Kind == knowledge.LitString) && sameName(s.exts[b.ext].path, l.Text) {
					return true, true
				}
			}
		case kInt:
			if l.Kind == knowledge.LitNumber && itoa(int(ob.a)-facts.IntBias) == l.Text {
				return true, true
			}
		default:
			return false, false
		}
	}
	return false, true
}

// sameName: the dotted paths end in the same name: yaml.SafeLoader and yaml.loader.SafeLoader.
func sameName(a, b string) bool {
	i, j := strings.LastIndexByte(a, '.'), strings.LastIndexByte(b, '.')
	return a[i+1:] == b[j+1:]
}
