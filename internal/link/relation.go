package link

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// Relations between Django's models. A foreign key of one model is an attribute of its rows that is a row of the other model, and
// an attribute of that one's rows, by related_name or the name that Django makes up, that is a manager of the first one's:
//
//	class Star(models.Model):
//	    dandiset = models.ForeignKey(Dandiset, related_name="stars", on_delete=models.CASCADE)
//
//	star.dandiset     # a Dandiset
//	dandiset.stars    # a manager of Star
//
// Models are known by their names here, since a relation may name one by a text; a name that several models have says nothing.

// relation is one such field.
type relation struct {
	model  Class  // that has the field
	target string // the other model's name
	many   bool   // ManyToManyField
	one    bool   // OneToOneField
}

type relations struct {
	fields  map[uint64]*relation  // (class, Sym): as the model has it
	reverse map[string][]relation // by the name that the other model's rows have it under
	models  map[string][]Class    // classes by name
}

// relationKinds are the fields, by the last part of their names.
func relationKind(name string) (r relation, ok bool) {
	switch {
	case strings.HasSuffix(name, "ForeignKey"), name == "ParentalKey":
		return relation{}, true
	case strings.HasSuffix(name, "OneToOneField"):
		return relation{one: true}, true
	case strings.HasSuffix(name, "ManyToManyField"):
		return relation{many: true}, true
	}
	return relation{}, false
}

// findRelations looks through the class bodies of the program, once.
func (s *solver) findRelations() *relations {
	if s.relations != nil {
		return s.relations
	}
	t := &relations{fields: map[uint64]*relation{}, reverse: map[string][]relation{}, models: map[string][]Class{}}
	s.relations = t
	if s.wellKnown.querySet == nil {
		return t
	}
	for _, f := range s.Files {
		for i := range f.Facts.Classes {
			class, c := &f.Facts.Classes[i], Class(f.class)+Class(i)
			name := f.Facts.Str(class.Name)
			t.models[name] = append(t.models[name], c)
			body := &f.Facts.Funcs[class.Body]
			for o := body.Ops[0]; o < body.Ops[1]; o++ {
				op := &f.Facts.Ops[o]
				if op.Code != facts.Call {
					continue
				}
				r, ok := relationKind(nameOf(f, body, facts.Ref(op.A)))
				if !ok {
					continue
				}
				field := boundTo(f, class, body, op.Dst)
				r.model, r.target = c, targetOf(f, body, op, name)
				if field == "" || r.target == "" {
					continue
				}
				t.fields[pair(uint32(c), uint32(s.Sym(field)))] = &r
				if by := reverseName(f, op, strings.ToLower(name), r.one); by != "" {
					t.reverse[by] = append(t.reverse[by], r)
				}
			}
		}
	}
	return t
}

// nameOf is the last name by which a value is reached in a class body: ForeignKey of models.ForeignKey.
func nameOf(f *File, body *facts.Func, r facts.Ref) string {
	for range 5 {
		if r.Tag() == facts.TagShared {
			for _, g := range f.Facts.Globals {
				if g.Ref == r {
					return f.Facts.Str(g.Name)
				}
			}
		}
		d := definedIn(f, body, r)
		if d == nil {
			return ""
		}
		switch d.Code {
		case facts.Attr:
			return f.Facts.Str(d.B)
		case facts.ImportName:
			return f.Facts.Str(f.Facts.Imports[d.A].Name)
		case facts.Copy:
			r = facts.Ref(d.A)
		default:
			return ""
		}
	}
	return ""
}

func definedIn(f *File, body *facts.Func, r facts.Ref) *facts.Op {
	for o := body.Ops[0]; o < body.Ops[1]; o++ {
		if f.Facts.Ops[o].Dst == r && r.IsVar() {
			return &f.Facts.Ops[o]
		}
	}
	return nil
}

// boundTo is the member of the class that holds what an operation makes.
func boundTo(f *File, class *facts.Class, body *facts.Func, made facts.Ref) string {
	for _, m := range class.Members {
		r := m.Ref
		for range 3 {
			if r == made {
				return f.Facts.Str(m.Name)
			}
			d := definedIn(f, body, r)
			if d == nil || d.Code != facts.Copy {
				break
			}
			r = facts.Ref(d.A)
		}
	}
	return ""
}

// targetOf is the name of the model that a field refers to.
func targetOf(f *File, body *facts.Func, op *facts.Op, own string) string {
	a := f.Facts.Args(op)
	to := facts.Ref(0)
	if len(a.Pos) > 0 && a.Stars == 0 {
		to = facts.Ref(a.Pos[0])
	}
	for i := 0; i+1 < len(a.Kw); i += 2 {
		if a.Kw[i] != 0 && f.Facts.Str(a.Kw[i]) == "to" {
			to = facts.Ref(a.Kw[i+1])
		}
	}
	if to.Tag() != facts.TagStr {
		return nameOf(f, body, to)
	}
	text := f.Facts.Str(to.Index())
	if text == "self" {
		return own
	}
	return text[strings.LastIndexByte(text, '.')+1:]
}

// reverseName is the name under which the other model's rows have the relation; "" for none.
func reverseName(f *File, op *facts.Op, model string, one bool) string {
	a := f.Facts.Args(op)
	for i := 0; i+1 < len(a.Kw); i += 2 {
		if a.Kw[i] != 0 && f.Facts.Str(a.Kw[i]) == "related_name" {
			r := facts.Ref(a.Kw[i+1])
			if r.Tag() != facts.TagStr {
				return ""
			}
			name := f.Facts.Str(r.Index())
			if strings.HasSuffix(name, "+") || strings.Contains(name, "%") {
				return ""
			}
			return name
		}
	}
	if one {
		return model
	}
	return model + "_set"
}

// relatedAttr is what a relation makes of an attribute of a model's rows.
func (s *solver) relatedAttr(c Class, name Sym) Set {
	if s.linear(c, 0); s.classes[c].traits&knowledge.ORM == 0 {
		return 0
	}
	t := s.findRelations()
	for _, b := range s.mro(c) {
		if b.ext != 0 {
			continue
		}
		if r := t.fields[pair(uint32(b.class), uint32(name))]; r != nil {
			if to := t.models[r.target]; len(to) == 1 {
				return s.rowsOf(to[0], r.many)
			}
			return 0
		}
		file, cl := s.ClassFacts(b.class)
		for _, r := range t.reverse[s.Names[name]] {
			if r.target == file.Facts.Str(cl.Name) && len(t.models[r.target]) == 1 {
				return s.rowsOf(r.model, !r.one)
			}
		}
	}
	return 0
}

// rowsOf is a row of a model, or a manager of many.
func (s *solver) rowsOf(c Class, many bool) Set {
	row := Set(s.firstInst + Value(c))
	if !many || s.wellKnown.related == nil {
		return row
	}
	v := s.object(kExtInst, s.extOfEntity(s.wellKnown.related), uint32(c)+1)
	s.addShared(s.field(v, keyElem), row)
	return Set(v)
}
