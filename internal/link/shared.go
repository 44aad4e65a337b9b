package link

import (
	"sort"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
)

// Shared containers. A list, set or dict that a module or a class body makes is one for the whole process: a function
// that changes it in place, by a method or by assigning an item, writes shared state, whatever name it reaches it by.

// mutators are the methods of builtin containers that change them.
var mutators = methodNames(map[string]string{
	"builtins.list":     "append extend insert remove pop clear sort reverse",
	"builtins.set":      "add discard remove pop clear update difference_update intersection_update symmetric_difference_update",
	"builtins.dict":     "pop popitem clear update setdefault",
	"collections.deque": "append appendleft extend extendleft insert remove pop popleft clear rotate reverse",
})

func methodNames(byClass map[string]string) map[string]bool {
	out := map[string]bool{}
	for class, names := range byClass {
		for _, n := range strings.Fields(names) {
			out[class+"."+n] = true
		}
	}
	return out
}

// mutated notes a change of a container, if it may be a shared one.
func (s *solver) mutated(v Value) {
	if s.muted {
		return
	}
	if k := s.Facts(s.cur.fn).Kind; k != facts.Function && k != facts.Lambda {
		return // what a module or class fills while it is defined is its own
	}
	if s.op.Flags&facts.FlagGlobalRoot != 0 && s.isContainer(v) || s.madeByModule(v) {
		s.tell(event{kind: evMutated})
	}
}

// madeByModule: the container was made by a display or a constructor call in a module or class body.
func (s *solver) madeByModule(v Value) bool {
	for s.objs[v].kind == kView {
		v = Value(s.objs[v].b)
	}
	ob := s.objs[v]
	switch ob.kind {
	case kList, kSet, kDict:
	default:
		return false
	}
	if ob.b != 0 && ob.b != saltConstructed || ob.a >= s.nOps {
		return false // made for an annotation, or in a context
	}
	i := sort.Search(len(s.Files), func(i int) bool { return s.Files[i].op > ob.a }) - 1
	f := s.Files[i]
	k := ob.a - f.op
	b := sort.Search(len(f.Facts.Funcs), func(b int) bool { return f.Facts.Funcs[b].Ops[1] > k })
	if b == len(f.Facts.Funcs) {
		return false
	}
	kind := f.Facts.Funcs[b].Kind
	return kind == facts.ModuleBody || kind == facts.ClassBody && f.Facts.Funcs[b].Parent == 0
}

// changesShared: every container that the operation may change is a shared one. A helper that fills what it is given,
// shared or not, is no writer of shared state itself.
func (s *solver) changesShared(in Instance, op *facts.Op) bool {
	if op.Flags&facts.FlagGlobalRoot != 0 {
		return true
	}
	it := s.instances[in]
	s.in, s.cur, s.fileOf = in, it, s.FileOf(it.fn)
	s.ff = s.fileOf.Facts
	base := facts.Ref(op.A)
	if op.Code == facts.Call {
		fn := s.Facts(it.fn)
		base = 0
		for k := s.ff.IndexOf(op) - 1; k >= int(fn.Ops[0]); k-- {
			if a := &s.ff.Ops[k]; uint32(a.Dst) == op.A {
				if a.Code == facts.Attr {
					base = facts.Ref(a.A)
				}
				break
			}
		}
	}
	shared := false
	for _, v := range s.sets.values(s.val(base)) {
		switch {
		case s.madeByModule(v):
			shared = true
		case s.isContainer(v) && s.objs[v].b >= saltPromised && s.objs[v].kind != kView:
			// what an annotation promises stands for the containers found beside it
		default:
			return false
		}
	}
	return shared
}
