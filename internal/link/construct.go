package link

import (
	"math"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// Making instances of the program's classes.

// construction is what making an instance of a class runs, as long as no class changes its bases.
type construction struct {
	epoch    uint32
	init     member
	hasInit  bool
	new      uint32 // variable of __new__, if isNew
	isNew    bool
	after    []member // __post_init__ and the like
	fields   bool     // there are annotated fields, which a generated constructor takes
	defaults []fieldDefault
	checked  []Class // the classes, of the program, whose validators run (pydantic)
	library  uint32  // a library's class whose construction does something; 0 for none
}

// fieldDefault is a field whose default may be made anew for each instance.
type fieldDefault struct {
	name     Sym
	v        uint32 // the class's variable of that name
	position int    // as a positional argument of the generated constructor
}

func (s *solver) constructionOf(c Class) *construction {
	s.registerWhole(s.classVar + uint32(c))
	if k := s.classes[c].made; k != nil && k.epoch == s.epoch {
		return k
	}
	k := &construction{}
	mro := s.mro(c)
	k.init, k.hasInit = s.search(c, s.wellKnown.init, 0)
	if n, ok := s.search(c, s.wellKnown.new, 0); ok && n.isVar {
		k.new, k.isNew = n.shared, true
	}
	for _, name := range s.wellKnown.postInits {
		if p, ok := s.search(c, name, 0); ok && p.isVar {
			k.after = append(k.after, p)
		}
	}
	position := 0
	for j := len(mro) - 1; j >= 0; j-- {
		if mro[j].ext != 0 {
			continue
		}
		add := func(name Sym, position int) {
			if v, ok := s.members.get(pair(uint32(mro[j].class), uint32(name))); ok {
				k.defaults = append(k.defaults, fieldDefault{name, v, position})
			}
		}
		file, cl := s.ClassFacts(mro[j].class)
		k.fields = k.fields || len(cl.Fields) > 0
		for i := range cl.Fields {
			if cl.Fields[i].Default.IsVar() {
				add(s.symbol(file, cl.Fields[i].Name), position)
			}
			position++
		}
		if len(cl.Fields) == 0 && len(cl.Decorators) > 0 { // attr.ib() without an annotation
			for _, m := range cl.Members {
				add(s.symbol(file, m.Name), math.MaxInt)
			}
		}
	}
	for _, b := range mro {
		if b.ext == 0 {
			continue
		}
		if s.exts[b.ext].path == "pydantic.main.BaseModel" || s.exts[b.ext].path == "pydantic.BaseModel" {
			for _, own := range mro {
				if own.ext == 0 {
					k.checked = append(k.checked, own.class)
				}
			}
		}
		if e := s.exts[b.ext].entity; e != nil && e.Kind == knowledge.Class && (len(e.Effects) > 0 || e.Traits&knowledge.Settings != 0) {
			k.library = b.ext
			break
		}
	}
	k.epoch = s.epoch // after what may have found orders anew
	s.classes[c].made = k
	return k
}

// construct makes an instance of a class of the program.
func (s *solver) construct(c Class, v Value, a *callArgs, mode Mode) Set {
	inst := s.firstInst + Value(c)
	k := s.constructionOf(c)
	if s.classes[c].enum {
		return Set(inst)
	}
	if m := &k.init; k.hasInit && m.isVar {
		s.callSet(s.bindMember(s.readShared(m.shared), inst, c), a, mode)
	} else {
		switch {
		case k.hasInit && m.ext != nil:
			s.callExt(s.extOfEntity(m.ext), inst, a, mode)
		case k.hasInit && m.open != 0:
			s.callExt(s.extChild(m.open, s.wellKnown.init), inst, a, mode)
		}
		if k.fields {
			s.fillFields(c, inst, a)
		}
		s.makeDefaults(k, inst, a, mode)
	}
	if meta := s.classes[c].meta; meta != 0 {
		if m, ok := s.find(meta-1, s.wellKnown.call, 0); ok && m.isVar {
			for _, f := range s.sets.values(s.readShared(m.shared)) { // once for each class, as a method of it
				s.call(s.object(kBound, uint32(f), uint32(v)), a, mode)
			}
		}
	}
	if k.isNew {
		s.callSet(s.readShared(k.new), a.prepend(Set(v)), mode)
	}
	for i := range k.after {
		s.callSet(s.bindMember(s.readShared(k.after[i].shared), inst, c), nil, mode)
	}
	if len(a.pos)+len(a.kw) > 0 { // defaults are not validated
		s.validate(k, inst, c, mode)
	}
	if k.library != 0 && mode != silent {
		s.library(k.library, inst, a, mode)
	}
	return Set(inst)
}

// validate runs the validators of a model's fields.
func (s *solver) validate(k *construction, inst Value, c Class, mode Mode) {
	defer s.within()()
	for _, own := range k.checked {
		s.callSet(s.bindMember(s.readField(s.firstClass+Value(own), keyArgs), inst, c), nil, mode)
	}
}

// fillFields stores a generated constructor's arguments (dataclass, pydantic, attrs, NamedTuple) in the fields.
func (s *solver) fillFields(c Class, inst Value, a *callArgs) {
	if len(a.pos) == 0 && len(a.kw) == 0 {
		return
	}
	mro := s.mro(c)
	for _, k := range a.kw {
		if k.name == 0 || k.set == 0 {
			continue
		}
		for _, b := range mro {
			if b.ext == 0 {
				if _, ok := s.fieldVars.get(pair(uint32(b.class), uint32(k.name))); ok {
					s.addShared(s.field(inst, uint32(k.name)|fieldBit), k.set)
					s.wellKnown.markStored(k.name)
					break
				}
			}
		}
	}
	if len(a.pos) == 0 {
		return
	}
	i := 0
	for j := len(mro) - 1; j >= 0 && i < len(a.pos); j-- {
		if mro[j].ext != 0 {
			continue
		}
		file, cl := s.ClassFacts(mro[j].class)
		for k := range cl.Fields {
			if i >= len(a.pos) || a.pos[i].star {
				return
			}
			name := s.symbol(file, cl.Fields[k].Name)
			s.addShared(s.field(inst, uint32(name)|fieldBit), a.pos[i].set)
			s.wellKnown.markStored(name)
			i++
		}
	}
}

// makeDefaults calls the default factories of the fields that a generated constructor is not given.
func (s *solver) makeDefaults(k *construction, inst Value, a *callArgs, mode Mode) {
	for i := range k.defaults {
		d := &k.defaults[i]
		if d.position < len(a.pos) {
			continue
		}
		for _, f := range s.sets.values(s.readShared(d.v)) {
			if s.objs[f].kind != kFactory || slices.ContainsFunc(a.kw, func(k kwArg) bool { return k.name == d.name }) {
				continue
			}
			if r := s.call(Value(s.objs[f].a), &callArgs{}, mode); r != 0 {
				s.wellKnown.markStored(d.name)
				s.addShared(s.field(inst, uint32(d.name)|fieldBit), r)
			}
		}
	}
}
