package rule

import (
	"iter"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// maxWant bounds the attributes that a search remembers: x.a.b.c.d and more says nothing certain.
const maxWant = 4

// maxMade bounds the places that make an object: a class of which objects are made everywhere says nothing of one of them.
const maxMade = 4

// attr goes on from the attribute of a value: for self.name in a method, with what the class gives it; otherwise with the
// value itself, of which the attribute is wanted.
func (w *walk) attr(file *link.File, op *facts.Op, in *bound) *Origin {
	name := file.Facts.Str(op.B)
	base := facts.Ref(op.A)
	old := w.want
	if class := w.classOfSelf(file, base); class != nil {
		recv := facts.Ref(0)
		if in != nil {
			recv, _ = w.Method(in.file, in.op)
		}
		if recv == 0 || w.classOfSelf(in.file, recv) != nil {
			return w.member(file, class, name, 0)
		}
		// The object that the method was called on is known: its own attribute, not that of any object of the class.
		file, base, in = in.file, recv, in.up
	}
	if strings.Count(old, ".") < maxWant {
		w.want = name + "." + old
	}
	o := w.ref(file, base, in)
	w.want = old
	return o
}

// classOfSelf is the class whose method has the variable as its first parameter; nil for any other variable.
func (w *walk) classOfSelf(file *link.File, r facts.Ref) *facts.Class {
	fn, par := w.ParamOf(file, r)
	for _, i := range w.Defs(file, r) {
		if d := &file.Facts.Ops[i]; par == nil && d.Code == facts.Copy {
			fn, par = w.ParamOf(file, facts.Ref(d.A))
		}
	}
	if par == nil || !w.IsCopyOf(file, r, par.Var) {
		return nil
	}
	f := w.p.Facts(fn)
	if f.Class == 0 || f.Flags&facts.FuncMethod == 0 || &f.Params[0] != par || static(file, f) {
		return nil
	}
	return &file.Facts.Classes[f.Class-1]
}

// member is what an object's attribute may hold: what a method of its class, or of a class that this one extends, assigns to
// self.name, or the class itself does.
func (w *walk) member(file *link.File, class *facts.Class, name string, depth int) *Origin {
	for g := range Methods(file, class) {
		for op := range w.assigned(file, g, name) {
			if o := w.ref(file, facts.Ref(op.C), nil); o != nil {
				return o
			}
		}
	}
	for _, m := range class.Members {
		if file.Facts.Str(m.Name) == name {
			if d := w.Def(file, m.Ref); d == nil || d.Code != facts.MakeFunc {
				return w.ref(file, m.Ref, nil)
			}
			return nil
		}
	}
	if depth < 4 {
		for _, b := range class.Bases {
			if in, base := w.ClassOf(file, b); base != nil {
				if o := w.member(in, base, name, depth+1); o != nil {
					return o
				}
			}
		}
	}
	return nil
}

// made goes on where an object of the program's own is made, of which an attribute is wanted: with the argument that becomes
// it. is is false when the call makes no such object.
func (w *walk) made(file *link.File, op *facts.Op, in *bound) (o *Origin, is bool) {
	at, class := w.ClassOf(file, facts.Ref(op.A))
	if class == nil {
		return nil, false
	}
	name, rest, _ := strings.Cut(w.want, ".")
	old := w.want
	w.want = rest
	defer func() { w.want = old }()
	if init := w.initOf(at, class, 0); init != nil {
		call := &bound{in, op, file, 1}
		if in != nil {
			call.size = in.size + 1
		}
		if call.size > 7 {
			return nil, true
		}
		for set := range w.assigned(init.file, init.fn, name) {
			if o := w.ref(init.file, facts.Ref(set.C), call); o != nil {
				return o, true
			}
		}
		return nil, true
	}
	// A class without __init__ of its own: annotated fields are what a dataclass or a model takes.
	if r := Keyword(file, op, name); r != 0 {
		return w.ref(file, r, in), true
	}
	for i := range class.Fields {
		if at.Facts.Str(class.Fields[i].Name) == name {
			return w.ref(file, Pos(file, op, i), in), true
		}
	}
	return nil, true
}

// Methods are the functions of a class that take the object.
func Methods(file *link.File, class *facts.Class) iter.Seq[*facts.Func] {
	return func(yield func(*facts.Func) bool) {
		for b := range file.Facts.Funcs {
			g := &file.Facts.Funcs[b]
			if g.Kind == facts.Function && g.Class != 0 && &file.Facts.Classes[g.Class-1] == class && len(g.Params) > 0 && !yield(g) {
				return
			}
		}
	}
}

// assigned are the operations of a method that assign to an attribute of its object.
func (f *Flow) assigned(file *link.File, g *facts.Func, name string) iter.Seq[*facts.Op] {
	return func(yield func(*facts.Op) bool) {
		for o := g.Ops[0]; o < g.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Code == facts.SetAttr && file.Facts.Str(op.B) == name && f.IsCopyOf(file, facts.Ref(op.A), g.Params[0].Var) && !yield(op) {
				return
			}
		}
	}
}

// method is a function with its file.
type method struct {
	file *link.File
	fn   *facts.Func
}

// initOf is the __init__ that making an object of the class runs; nil when neither the class nor a base of the program's own
// has one.
func (w *walk) initOf(file *link.File, class *facts.Class, depth int) *method {
	for fn := range Methods(file, class) {
		if file.Facts.Str(fn.Name) == "__init__" {
			return &method{file, fn}
		}
	}
	if depth < 4 {
		for _, b := range class.Bases {
			if in, base := w.ClassOf(file, b); base != nil {
				if m := w.initOf(in, base, depth+1); m != nil {
					return m
				}
			}
		}
	}
	return nil
}

// ClassOf is the class of the program's own that a reference names, with its file.
func (f *Flow) ClassOf(file *link.File, r facts.Ref) (*link.File, *facts.Class) {
	for range 10 {
		d := f.Def(file, r)
		if d == nil {
			return nil, nil
		}
		switch d.Code {
		case facts.Copy:
			r = facts.Ref(d.A)
		case facts.MakeClass:
			return file, &file.Facts.Classes[d.A]
		case facts.Call:
			// A decorator that gives the class back.
			if d.Flags&facts.FlagDecorator == 0 {
				return nil, nil
			}
			if r = Pos(file, d, 0); r == 0 {
				return nil, nil
			}
		case facts.ImportName:
			if file, r = f.imported(file, &file.Facts.Imports[d.A]); file == nil {
				return nil, nil
			}
		default:
			return nil, nil
		}
	}
	return nil, nil
}

// Global is the variable of a module of the program's that a value is read from, with its file, through names and imports; nil
// for any other value.
func (f *Flow) Global(file *link.File, r facts.Ref) (at *link.File, global facts.Ref) {
	for range 10 {
		if slices.ContainsFunc(file.Facts.Globals, func(g facts.NamedRef) bool { return g.Ref == r }) {
			at, global = file, r
		}
		d := f.Def(file, r)
		switch {
		case d != nil && d.Code == facts.Copy:
			r = facts.Ref(d.A)
		case d != nil && d.Code == facts.ImportName:
			at, global = nil, 0
			if file, r = f.imported(file, &file.Facts.Imports[d.A]); file == nil {
				return nil, 0
			}
		default:
			return at, global
		}
	}
	return nil, 0
}

// Made is the only operation that makes a value, whatever names it has on the way; nil when there is none or more than one.
func (f *Flow) Made(file *link.File, r facts.Ref) *facts.Op {
	for range 10 {
		d := f.Def(file, r)
		if d == nil || d.Code != facts.Copy {
			return d
		}
		r = facts.Ref(d.A)
	}
	return nil
}

// imported is the variable that a from-import names; nil for a library's.
func (f *Flow) imported(file *link.File, im *facts.Import) (*link.File, facts.Ref) {
	if im.Name == 0 {
		return nil, 0
	}
	if to := f.moduleOf(file, im); to != nil {
		for _, g := range to.Facts.Globals {
			if to.Facts.Str(g.Name) == file.Facts.Str(im.Name) {
				return to, g.Ref
			}
		}
	}
	return nil, 0
}

// moduleOf is the file of the program that a from-import takes its name from; nil for a library's.
func (f *Flow) moduleOf(file *link.File, im *facts.Import) *link.File {
	if m, ok := f.p.ModuleOf(file, im); ok && m.File >= 0 {
		return f.p.Files[m.File]
	}
	return nil
}

// kept: x.get("a", "k") after x.set("a", "k", v) is v, as in a configparser or a cache. is is false when nothing was put
// there under that name in this block.
func (w *walk) kept(file *link.File, recv facts.Ref, key []uint32, in *bound) (o *Origin, is bool) {
	if len(key) == 0 || slices.ContainsFunc(key, func(k uint32) bool { return facts.Ref(k).IsVar() }) {
		return nil, false
	}
	for _, i := range w.p.file(file).puts[recv] {
		put := file.Facts.Args(&file.Facts.Ops[i]).Pos
		if len(put) == len(key)+1 && slices.Equal(put[:len(key)], key) {
			is = true
			if o := w.ref(file, facts.Ref(put[len(key)]), in); o != nil {
				return o, true
			}
		}
	}
	return nil, is
}
