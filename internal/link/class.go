package link

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// base is one entry of a method resolution order: a class of the program or of a library.
type base struct {
	class Class
	ext   uint32 // 0 for a class of the program
}

type classInfo struct {
	bases    []base
	mro      []base
	known    bool // mro is up to date
	listed   bool // see reach
	subs     []Class
	meta     Class // metaclass+1, if it is one of the program
	enum     bool
	protocol bool // a typing.Protocol itself
	model    bool
	traits   knowledge.Traits
	made     *construction
}

// makeClass evaluates a class statement: its bases are known here.
func (s *solver) makeClass(op *facts.Op) {
	c := Class(s.fileOf.class + op.A)
	cl := &s.ff.Classes[op.A]
	info := &s.classes[c]
	var bases []base
	for _, r := range cl.Bases {
		for _, v := range s.sets.values(s.val(r)) {
			switch ob := s.objs[v]; ob.kind {
			case kClass:
				if Class(ob.a) != c {
					bases = append(bases, base{class: Class(ob.a)})
				}
			case kExt, kExtInst:
				bases = append(bases, base{ext: ob.a})
			case kAlias:
				for _, w := range s.sets.values(s.readField(v, keyElem)) {
					if o := s.objs[w]; o.kind == kClass && Class(o.a) != c {
						bases = append(bases, base{class: Class(o.a)})
					} else if o.kind == kExt {
						bases = append(bases, base{ext: o.a})
					}
				}
			}
		}
	}
	bases = dedupe(bases)
	if !equalBases(bases, info.bases) {
		info.bases = bases
		for _, b := range bases {
			if b.ext != 0 && strings.HasSuffix(s.exts[b.ext].path, ".Protocol") {
				info.protocol = true
			}
			if b.ext == 0 {
				s.classes[b.class].subs = appendClass(s.classes[b.class].subs, c)
				s.wakeLookups(b.class)
			}
		}
		s.forgetMRO(c)
	}
	s.inheritTypes(c, cl)
	s.tell(event{kind: evEdge, mode: ClassRun, to: s.fileOf.fn + cl.Body})
	s.set(op.Dst, Set(s.firstClass+Value(c)))
	s.announceClass(c, cl)
	if strings.HasSuffix(s.ff.Str(cl.Name), "WorkerSettings") {
		s.shareContext(cl)
	}
}

// shareContext: what a class of arq's settings lists are functions that get the same dict first, which on_startup fills. arq is
// told of the class by name, on the command line.
func (s *solver) shareContext(cl *facts.Class) {
	ctx := Set(s.object(kDict, s.opID, 17))
	for _, m := range cl.Members {
		switch s.ff.Str(m.Name) {
		case "functions", "on_startup", "on_shutdown", "on_job_start", "on_job_end", "after_job_end":
		default:
			continue
		}
		if !m.Ref.IsVar() {
			continue
		}
		for _, v := range s.sets.values(s.readShared(s.sharedIndex(m.Ref.Index()))) {
			fs := Set(v)
			if s.isContainer(v) {
				fs = s.iterateOne(v, false)
			}
			for _, f := range s.sets.values(fs) {
				if ob := s.objs[f]; ob.kind == kFunc && len(s.Facts(Func(ob.a)).Params) > 0 && !s.final {
					s.addShared(s.varOf(s.instanceIn(Func(ob.a), ob.b), s.Facts(Func(ob.a)).Params[0].Var), ctx)
				}
			}
		}
	}
}

// inheritTypes gives the parameters of methods the types that the library's method which they replace declares, where they
// have no annotation of their own.
func (s *solver) inheritTypes(c Class, cl *facts.Class) {
	for _, b := range s.mro(c) {
		if b.ext == 0 || s.exts[b.ext].entity == nil {
			continue
		}
		for _, m := range cl.Members {
			e := s.Catalogue.Member(s.exts[b.ext].entity, s.ff.Str(m.Name))
			if !m.Ref.IsVar() || e == nil || e.Kind != knowledge.Function || e.Static || e.ClassMethod {
				continue
			}
			for _, v := range s.sets.values(s.readShared(s.sharedIndex(m.Ref.Index()))) {
				if s.objs[v].kind != kFunc || s.objs[v].b != 0 {
					continue
				}
				f := Func(s.objs[v].a)
				params := s.Facts(f).Params
				for i := 1; i < min(len(params), len(e.Params)+1); i++ {
					if params[i].Kind <= facts.Positional && params[i].Type == 0 && e.Params[i-1].Type != nil {
						x := s.roleOf(s.firstInst+Value(c), e.Params[i-1].Name+"_class")
						if x == 0 {
							x = s.typeSet(e.Params[i-1].Type, 0, nil, e, 0)
						}
						s.addShared(s.varOf(Instance(f), params[i].Var), x)
					}
				}
			}
		}
	}
}

// roleOf are objects of the class that an object's attribute names: the form of a view, by form_class.
func (s *solver) roleOf(v Value, attr string) Set {
	var out Set
	for _, c := range s.sets.values(s.loadAttr(v, s.Sym(attr))) {
		if k := s.objs[c].kind; k == kClass || k == kExt {
			out = s.sets.union(out, s.instanceOf(c, 0))
		}
	}
	return out
}

// announceClass runs what a class statement runs beside the class's body: the metaclass's __new__ and __init__, and the
// __init_subclass__ of the bases.
func (s *solver) announceClass(c Class, cl *facts.Class) {
	v := s.firstClass + Value(c)
	meta := Class(0)
	for _, b := range s.classes[c].bases {
		if b.ext == 0 && s.classes[b.class].meta != 0 {
			meta = s.classes[b.class].meta
		}
	}
	var a *callArgs
	for _, k := range cl.Keywords {
		if s.ff.Str(k.Name) != "metaclass" {
			if a == nil {
				a = &callArgs{}
			}
			a.kw = append(a.kw, kwArg{name: s.symbol(s.fileOf, k.Name), set: s.val(k.Ref), ref: k.Ref})
			continue
		}
		for _, m := range s.sets.values(s.val(k.Ref)) {
			if s.objs[m].kind == kClass {
				meta = Class(s.objs[m].a) + 1
			}
		}
	}
	s.classes[c].meta = meta
	if meta != 0 {
		s.holder(s.firstClass+Value(meta-1), heldClass, Set(v)) // what super().__new__(…) in the metaclass makes
		name := Set(s.object(kStr, uint32(s.symbol(s.fileOf, cl.Name)), 0))
		if m, ok := s.find(meta-1, s.wellKnown.new, 0); ok && m.isVar {
			s.callSet(s.readShared(m.shared), s.argList(Set(s.firstClass+Value(meta-1)), name, 0, 0), Called)
		}
		if m, ok := s.find(meta-1, s.wellKnown.init, 0); ok && m.isVar {
			s.callSet(s.readShared(m.shared), s.argList(Set(v), name, 0, 0), Called)
		}
	}
	if hook := s.wellKnown.initSubclass; hook != 0 && len(s.classes[c].bases) > 0 {
		if m, ok := s.find(c, hook, 1); ok && m.isVar {
			for _, f := range s.sets.values(s.readShared(m.shared)) {
				switch ob := s.objs[f]; ob.kind {
				case kClassM:
					s.call(s.object(kBound, ob.a, uint32(v)), a.orNone(), Called)
				case kFunc:
					s.call(s.object(kBound, uint32(f), uint32(v)), a.orNone(), Called)
				}
			}
		}
	}
}

// metaclass says whether c is made from type.
func (s *solver) metaclass(c Class) bool {
	for _, b := range s.mro(c) {
		if b.ext != 0 && s.exts[b.ext].path == "builtins.type" {
			return true
		}
	}
	return false
}

func dedupe(bs []base) []base {
	out := bs[:0]
next:
	for _, b := range bs {
		for _, o := range out {
			if o == b {
				continue next
			}
		}
		out = append(out, b)
	}
	return out
}

func appendClass(cs []Class, c Class) []Class {
	for _, x := range cs {
		if x == c {
			return cs
		}
	}
	return append(cs, c)
}

func equalBases(a, b []base) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Bases are sets of what an expression may be, so classes may seem to be each other's bases, and there may be many ways from
// one to another: supers and subclasses come to each class once.

// related is a class and the next one on the way by which it was come to.
type related struct{ class, via Class }

// supers are a class and those of the program that it inherits from.
func (s *solver) supers(c Class) []related {
	out := []related{{c, c}}
	for i := 0; i < len(out); i++ {
		for _, b := range s.classes[out[i].class].bases {
			if b.ext == 0 {
				out = s.reach(out, related{b.class, out[i].class})
			}
		}
	}
	return s.reached(out)
}

// subclasses are a class and those that inherit from it, up to a distance, the nearest first.
func (s *solver) subclasses(c Class, distance int) []related {
	out := []related{{c, c}}
	for i := 0; i < len(out) && distance > 0; distance-- {
		for end := len(out); i < end; i++ {
			for _, sub := range s.classes[out[i].class].subs {
				out = s.reach(out, related{sub, out[i].class})
			}
		}
	}
	return s.reached(out)
}

const anyDistance = 1 << 30

// reach adds a class to a list that does not have it yet; reached ends the list.
func (s *solver) reach(list []related, r related) []related {
	if s.classes[r.class].listed || r.class == list[0].class {
		return list
	}
	s.classes[r.class].listed = true
	return append(list, r)
}

func (s *solver) reached(list []related) []related {
	for _, r := range list {
		s.classes[r.class].listed = false
	}
	return list
}

// wakeLookups wakes who looked names up in a class and those above it: it has one more subclass.
func (s *solver) wakeLookups(c Class) {
	for _, k := range s.supers(c) {
		s.notify(s.classVar + uint32(k.class))
	}
}

// forgetMRO marks the orders of a class and its subclasses as out of date and wakes who looked names up in them.
func (s *solver) forgetMRO(c Class) {
	s.epoch++
	for _, k := range s.subclasses(c, anyDistance) {
		s.classes[k.class].known = false
		s.notify(s.classVar + uint32(k.class))
	}
}

// mro is the method resolution order by C3 (Barrett et al., 1996; Python's since 2.3); where C3 has no answer, depth
// first without repetition.
func (s *solver) mro(c Class) []base {
	s.registerWhole(s.classVar + uint32(c))
	return s.linear(c, 0)
}

func (s *solver) linear(c Class, depth int) []base {
	info := &s.classes[c]
	if info.known {
		return info.mro
	}
	if depth > 60 {
		return []base{{class: c}}
	}
	info.known = true // a cycle of bases sees itself alone
	info.mro = []base{{class: c}}
	var seqs [][]base
	for _, b := range info.bases {
		if b.ext != 0 {
			seqs = append(seqs, s.linearExt(b.ext))
			continue
		}
		seqs = append(seqs, append([]base(nil), s.linear(b.class, depth+1)...))
	}
	seqs = append(seqs, append([]base(nil), info.bases...))
	out := []base{{class: c}}
	for {
		var pick *base
		empty := true
		for _, q := range seqs {
			if len(q) == 0 {
				continue
			}
			empty = false
			head := q[0]
			blocked := false
			for _, r := range seqs {
				for i := 1; i < len(r); i++ {
					if r[i] == head {
						blocked = true
					}
				}
			}
			if !blocked {
				pick = &head
				break
			}
		}
		if empty {
			break
		}
		if pick == nil { // inconsistent: take the first there is
			for _, q := range seqs {
				if len(q) > 0 {
					h := q[0]
					pick = &h
					break
				}
			}
		}
		out = append(out, *pick)
		for i, q := range seqs {
			for len(q) > 0 && q[0] == *pick {
				q = q[1:]
			}
			// An inconsistent head may stand further back as well.
			for j := 0; j < len(q); j++ {
				if q[j] == *pick {
					q = append(q[:j:j], q[j+1:]...)
					j--
				}
			}
			seqs[i] = q
		}
	}
	info = &s.classes[c]
	info.mro = out
	info.traits, info.enum = 0, false
	for _, b := range out {
		if b.ext != 0 {
			if e := s.exts[b.ext].entity; e != nil && e.Kind == knowledge.Class {
				info.traits |= s.Catalogue.Traits(e)
				if e.Path == "enum.Enum" || e.Path == "enum.IntEnum" || e.Path == "enum.StrEnum" || e.Path == "enum.Flag" {
					info.enum = true
				}
			}
		}
	}
	return out
}

func (s *solver) linearExt(x uint32) []base {
	e := s.exts[x].entity
	if e == nil || e.Kind != knowledge.Class {
		return []base{{ext: x}}
	}
	var out []base
	for _, m := range s.Catalogue.MRO(e) {
		out = append(out, base{ext: s.extOfEntity(m)})
	}
	if len(out) == 0 {
		out = append(out, base{ext: x})
	}
	return out
}

// member is where an attribute of a class was found.
type member struct {
	shared uint32
	isVar  bool
	field  bool // an annotated field without a value: an instance attribute
	ext    *knowledge.Entity
	open   uint32 // an unknown library base that may have it
	class  Class
}

func (s *solver) search(c Class, name Sym, after int) (member, bool) {
	mro := s.mro(c)
	text := ""
	var open uint32
	for i := after; i < len(mro); i++ {
		b := mro[i]
		if b.ext == 0 {
			if v, ok := s.members.get(pair(uint32(b.class), uint32(name))); ok {
				return member{shared: v, isVar: true, class: b.class}, true
			}
			if v, ok := s.fieldVars.get(pair(uint32(b.class), uint32(name))); ok {
				return member{shared: v, isVar: true, field: true, class: b.class}, true
			}
			continue
		}
		x := &s.exts[b.ext]
		if x.entity == nil {
			if open == 0 {
				open = b.ext
			}
			continue
		}
		if x.path == "builtins.object" {
			continue
		}
		if text == "" {
			text = s.Names[name]
		}
		if m := s.Catalogue.Member(x.entity, text); m != nil {
			return member{ext: m, class: c}, true
		}
	}
	if open != 0 {
		return member{open: open}, true
	}
	return member{}, false
}

// attribute is where reading a name on instances of a class looks: the variables of instance fields that attribute
// assignments may have filled, and the member found along the method resolution order.
type attribute struct {
	fields []uint32 // those that are there; with ofClass, of the class itself
	member member
	found  bool
	epoch  uint32 // of the classes' bases that this was found with; noEpoch when fields have come since
	heard  uint32 // shared variable without values, whose readers hear of new fields; 0 for a name that nothing stores
	stored bool
}

const (
	ofClass = 1 << 31
	noEpoch = ^uint32(0)
)

// fieldMade tells who looked an attribute up in a class, or in one below it, that there is a field now.
func (s *solver) fieldMade(c Class, name Sym) {
	for _, k := range s.subclasses(c, anyDistance) {
		if i, ok := s.attrAt.get(pair(uint32(k.class), uint32(name))); ok {
			if a := &s.attrs[i]; a.heard != 0 {
				a.epoch = noEpoch
				s.notify(a.heard)
			}
		}
	}
}

// attributeOf is the attribute of (class, name), remembered while no class changes its bases.
func (s *solver) attributeOf(c Class, name Sym) *attribute {
	s.registerWhole(s.classVar + uint32(c))
	stored := s.wellKnown.stored(name)
	k := pair(uint32(c), uint32(name))
	i, ok := s.attrAt.get(k)
	if ok {
		if a := &s.attrs[i]; a.epoch == s.epoch && a.stored == stored {
			if stored {
				s.listen(a.heard)
			}
			return a
		}
	} else {
		i = uint32(len(s.attrs))
		s.attrs = append(s.attrs, attribute{})
		s.attrAt.put(k, i)
	}
	a := attribute{epoch: s.epoch, stored: stored, heard: s.attrs[i].heard}
	if stored {
		if a.heard == 0 {
			a.heard = s.newShared()
		}
		s.listen(a.heard)
		for _, b := range s.mro(c) {
			if b.ext != 0 {
				continue
			}
			if v, ok := s.fields.get(pair(uint32(s.firstInst)+uint32(b.class), uint32(name)|fieldBit)); ok {
				a.fields = append(a.fields, v)
			}
			if v, ok := s.fields.get(pair(uint32(s.firstClass)+uint32(b.class), uint32(name)|fieldBit)); ok {
				a.fields = append(a.fields, v|ofClass)
			}
		}
	}
	a.member, a.found = s.search(c, name, 0)
	s.attrs[i] = a
	return &s.attrs[i]
}

// find looks a name up along the method resolution order, from the entry after `after` if that is given.
func (s *solver) find(c Class, name Sym, after int) (member, bool) {
	if after > 0 {
		return s.search(c, name, after)
	}
	a := s.attributeOf(c, name)
	return a.member, a.found
}

// classMethod is the bound special method of an instance, 0 when its class has none of its own.
func (s *solver) classMethod(c Class, recv Value, name Sym) Set {
	if name == 0 {
		return 0
	}
	m, ok := s.find(c, name, 0)
	if !ok || m.open != 0 {
		return 0
	}
	if m.isVar {
		return s.bindMember(s.readShared(m.shared), recv, c)
	}
	return Set(s.object(kMethod, s.extOfEntity(m.ext), uint32(recv)))
}

// bindMember is what reading a class's attribute through an instance gives (descriptors).
func (s *solver) bindMember(x Set, recv Value, c Class) Set {
	var out Set
	for _, v := range s.sets.values(x) {
		out = s.sets.union(out, s.bindOne(v, recv, c))
	}
	return out
}

func (s *solver) bindOne(v, recv Value, c Class) Set {
	ob := s.objs[v]
	switch ob.kind {
	case kFunc, kManaged, kPartial:
		if ob.kind == kPartial {
			return Set(v)
		}
		return Set(s.object(kBound, uint32(v), uint32(recv)))
	case kMade:
		if e := s.exts[ob.a].entity; e != nil && e.Kind == knowledge.Class || ob.a == s.wellKnown.offload || ob.a == s.wellKnown.awaiter {
			return Set(s.object(kBound, uint32(v), uint32(recv)))
		}
		return Set(v)
	case kDispatch, kGuarded, kPartialMethod:
		return Set(s.object(kBound, uint32(v), uint32(recv)))
	case kFactory:
		return 0
	case kProperty:
		return s.call(Value(ob.a), s.argList(Set(recv)), Called)
	case kStatic:
		return Set(ob.a)
	case kClassM:
		return Set(s.object(kBound, ob.a, uint32(s.firstClass+Value(c))))
	case kInst:
		if m := s.classMethod(Class(ob.a), v, s.wellKnown.get); m != 0 {
			return s.callSet(m, s.argList(Set(recv), Set(s.firstClass+Value(c))), Called)
		}
	}
	return Set(v)
}
