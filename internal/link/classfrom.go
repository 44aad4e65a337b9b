package link

import "github.com/roadworthy-dev/roadworthy/internal/facts"

// Classes that a call of type makes: type("Folder", (Base,), {"remove": remove}). Such a class is an object that gives an instance when
// it is called, besides those of its bases; the instance has what the dict holds.

const (
	saltMadeClass = 20 + iota
	saltMadeInstance
)

// classFrom is the class that type makes of a name, bases and a dict.
func (s *solver) classFrom(a *callArgs) Set {
	c, inst := s.object(kResult, s.place(), saltMadeClass), s.object(kResult, s.place(), saltMadeInstance)
	s.addShared(s.field(c, keyResult), Set(inst))
	out, self := Set(c), Set(inst)
	for _, v := range s.sets.values(s.iterate(a.pos[1].set, false)) {
		switch ob := s.objs[v]; ob.kind {
		case kClass:
			self = s.sets.union(self, Set(s.firstInst+Value(ob.a)))
			out = s.sets.union(out, Set(v))
		case kExt, kResult:
			out = s.sets.union(out, Set(v))
		}
	}
	for _, d := range s.sets.values(a.pos[2].set) {
		if s.baseKind(d) != kDict {
			continue
		}
		for _, k := range s.keysOf(d) {
			if s.objs[k].kind != kStr {
				continue
			}
			name := s.objs[k].a | fieldBit
			for _, m := range s.sets.values(s.loadKey(d, uint32(k))) {
				s.addShared(s.field(c, name), Set(m))
				if s.objs[m].kind != kFunc {
					s.addShared(s.field(inst, name), Set(m))
					continue
				}
				for _, r := range s.sets.values(self) {
					s.addShared(s.field(inst, name), Set(s.object(kBound, uint32(m), uint32(r))))
				}
			}
		}
	}
	return out
}

// markMembers notes the names in the dict of a call of type, if the operation is one.
func (w *wellKnown) markMembers(s *solver, f *File, call int) {
	op := &f.Facts.Ops[call]
	callee := facts.Ref(op.A)
	if callee.Tag() != facts.TagBuiltin || f.Facts.Str(callee.Index()) != "type" {
		return
	}
	pos := f.Facts.Args(op).Pos
	if len(pos) != 3 {
		return
	}
	for i := call - 1; i >= 0 && i > call-64; i-- {
		if d := &f.Facts.Ops[i]; d.Code == facts.MakeDict && d.Dst == facts.Ref(pos[2]) {
			for k, items := 0, f.Facts.Items(d); k < len(items); k += 2 {
				if key := facts.Ref(items[k]); key.Tag() == facts.TagStr {
					w.markStored(s.symbol(f, key.Index()))
				}
			}
			return
		}
	}
}
