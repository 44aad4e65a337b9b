package link

import (
	"slices"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

func itoa(n int) string { return strconv.Itoa(n) }

// hook models a builtin whose meaning for values an effect stub cannot tell. done is false when the stub's answer is to
// be used after all.
type hook func(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (out Set, done bool)

// wellKnown is what the solver looks up all the time.
type wellKnown struct {
	init, new, call, enter, exit, aenter, aexit, iter, next, aiter, anext, await Sym
	getitem, setitem, delitem, getattr, get, set                                 Sym
	delete, delattr                                                              Sym
	postInits, truths                                                            []Sym // those that a class of the program has
	initSubclass                                                                 Sym   // 0 when no class of the program has it
	strOf, format, repr                                                          Sym
	operator, reflected, inplace                                                 [32]Sym

	strClass, intClass, listClass, tupleClass, dictClass, setClass, generatorClass, dequeClass, querySet, related *knowledge.Entity
	queries                                                                                                       []*knowledge.Entity // attributes of these classes give the rows of the model whose they are
	str                                                                                                           Set                 // a string of unknown value
	offload, awaiter                                                                                              uint32
	anyStr, anyInt                                                                                                Value
	starter                                                                                                       uint32

	signals []*knowledge.Entity // the classes of signals
	saved   map[string]Value    // Django's signals of stored and removed rows, by name, those that the program names

	hooks     map[string]hook
	traits    []funcTraits // of each function
	storedSym []bool       // names that some attribute assignment stores
}

func (w *wellKnown) stored(name Sym) bool { return int(name) < len(w.storedSym) && w.storedSym[name] }

func (w *wellKnown) markStored(name Sym) {
	for int(name) >= len(w.storedSym) {
		w.storedSym = append(w.storedSym, make([]bool, len(w.storedSym)+64)...)
	}
	w.storedSym[name] = true
}

func (w *wellKnown) init2(s *solver) {
	w.hooks = allHooks()
	for _, f := range s.Files {
		w.traits = append(w.traits, f.traits...)
		f.traits = nil
		for i := range f.Facts.Ops {
			switch op := &f.Facts.Ops[i]; op.Code {
			case facts.SetAttr:
				w.markStored(s.symbol(f, op.B))
			case facts.Call:
				w.markMembers(s, f, i)
			}
		}
		for i := range f.Facts.Classes {
			for _, fd := range f.Facts.Classes[i].Fields { // by a generated constructor
				w.markStored(s.symbol(f, fd.Name))
			}
		}
	}
	w.initSubclass = s.symOf["__init_subclass__"]
	for _, n := range []string{"__post_init__", "__attrs_post_init__", "model_post_init"} { // dataclasses, attrs, pydantic
		if sym := s.symOf[n]; sym != 0 {
			w.postInits = append(w.postInits, sym)
		}
	}
	for _, n := range []string{"__bool__", "__len__"} {
		if sym := s.symOf[n]; sym != 0 {
			w.truths = append(w.truths, sym)
		}
	}
	for p, n := range map[*Sym]string{
		&w.init: "__init__", &w.new: "__new__", &w.call: "__call__", &w.enter: "__enter__", &w.exit: "__exit__", &w.aenter: "__aenter__",
		&w.aexit: "__aexit__", &w.iter: "__iter__", &w.next: "__next__", &w.aiter: "__aiter__", &w.anext: "__anext__", &w.await: "__await__",
		&w.getitem: "__getitem__", &w.setitem: "__setitem__", &w.delitem: "__delitem__", &w.getattr: "__getattr__", &w.get: "__get__", &w.set: "__set__",
		&w.strOf: "__str__", &w.format: "__format__", &w.repr: "__repr__",
		&w.delete: "__delete__", &w.delattr: "__delattr__",
	} {
		*p = s.Sym(n)
	}
	for op, n := range map[ast.Operator]string{
		ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.MatMult: "matmul", ast.Div: "truediv", ast.Mod: "mod", ast.Pow: "pow",
		ast.LShift: "lshift", ast.RShift: "rshift", ast.BitOr: "or", ast.BitXor: "xor", ast.BitAnd: "and", ast.FloorDiv: "floordiv",
	} {
		w.operator[op], w.reflected[op] = s.Sym("__"+n+"__"), s.Sym("__r"+n+"__")
		w.inplace[op] = s.Sym("__i" + n + "__")
	}
	w.operator[ast.In] = s.Sym("__contains__")
	class := func(name string) *knowledge.Entity { return s.Catalogue.Builtin(name) }
	w.strClass, w.intClass, w.listClass, w.tupleClass = class("str"), class("int"), class("list"), class("tuple")
	w.dictClass, w.setClass, w.generatorClass = class("dict"), class("set"), s.Catalogue.Lookup("types.GeneratorType")
	w.querySet = s.Catalogue.Lookup("django.db.models.query.QuerySet")
	w.findSignals(s)
	for _, path := range []string{"django.db.models.query.QuerySet", "sqlalchemy.orm.query.Query", "mongoengine.queryset.QuerySet", "ormar.queryset.queryset.QuerySet"} {
		if e := s.Catalogue.Lookup(path); e != nil {
			w.queries = append(w.queries, e)
		}
	}
	w.related = s.Catalogue.Lookup("django.db.models.manager._ManyRelatedManager")
	w.dequeClass = s.Catalogue.Lookup("collections.deque")
	if w.strClass != nil {
		w.str = Set(s.object(kExtInst, s.extOfEntity(w.strClass), 0))
		w.anyStr = Value(w.str)
		s.sets.anyStr = w.anyStr
	}
	if w.intClass != nil {
		w.anyInt = s.object(kExtInst, s.extOfEntity(w.intClass), 0)
	}
	w.offload = s.extByPath("<offloaded>", nil, 0)
	w.awaiter = s.extByPath("<awaited>", nil, 0)
	w.starter = s.extByPath("<start>", nil, 0)
}

// allHooks are the hooks by the path of what they model.
func allHooks() map[string]hook {
	hooks := map[string]hook{
		"builtins.super":                          hookSuper,
		"builtins.property":                       hookProperty,
		"functools.cached_property":               hookProperty,
		"builtins.staticmethod":                   hookWrap(kStatic),
		"builtins.classmethod":                    hookWrap(kClassM),
		"builtins.len":                            hookSpecial("__len__"),
		"builtins.bool":                           hookSpecial("__bool__", "__len__"),
		"builtins.str":                            hookSpecial("__str__", "__repr__"),
		"builtins.repr":                           hookSpecial("__repr__"),
		"builtins.getattr":                        hookGetattr,
		"builtins.setattr":                        hookSetattr,
		"builtins.type":                           hookType,
		"builtins.list":                           hookSequence(kList),
		"builtins.tuple":                          hookSequence(kTuple),
		"builtins.set":                            hookSequence(kSet),
		"builtins.frozenset":                      hookSequence(kSet),
		"builtins.sorted":                         hookSorted,
		"builtins.reversed":                       hookSequence(kList),
		"builtins.iter":                           hookIter,
		"builtins.next":                           hookNext(false),
		"builtins.anext":                          hookNext(true),
		"builtins.enumerate":                      hookEnumerate,
		"builtins.zip":                            hookZip,
		"builtins.map":                            hookMap,
		"builtins.filter":                         hookFilter,
		"builtins.dict":                           hookDict,
		"collections.defaultdict":                 hookDefaultDict,
		"collections.OrderedDict":                 hookDict,
		"collections.deque":                       hookSequence(kList),
		"functools.partial":                       hookPartial(kPartial),
		"functools.partialmethod":                 hookPartial(kPartialMethod),
		"weakref.ref":                             hookReference,
		"weakref.WeakMethod":                      hookReference,
		"weakref.proxy":                           hookReferent,
		"copy.copy":                               hookEcho(0),
		"copy.deepcopy":                           hookEcho(0),
		"typing.cast":                             hookCast,
		"typing_extensions.cast":                  hookCast,
		"importlib.import_module":                 hookImportModule,
		"builtins.__import__":                     hookImportModule,
		"contextlib.ExitStack.enter_context":      hookEnter(false),
		"contextlib.AsyncExitStack.enter_context": hookEnter(false),
		"contextlib.AsyncExitStack.enter_async_context":         hookEnter(true),
		"threading.Thread.start":                                hookRun,
		"multiprocessing.Process.start":                         hookRun,
		"multiprocessing.context.Process.start":                 hookRun,
		"multiprocessing.process.BaseProcess.start":             hookRun,
		"typing.TypeVar":                                        hookTypeVar,
		"typing_extensions.TypeVar":                             hookTypeVar,
		contextVar + ".set":                                     hookContextVarSet,
		"typing.NewType":                                        hookNewType,
		"functools.singledispatch":                              hookDispatch,
		"functools.singledispatchmethod":                        hookDispatch,
		"builtins.sum":                                          hookIterates,
		"builtins.min":                                          hookPick,
		"builtins.max":                                          hookPick,
		"builtins.any":                                          hookIterates,
		"builtins.all":                                          hookIterates,
		"builtins.str.join":                                     hookIterates,
		"builtins.str.format":                                   hookText,
		"builtins.print":                                        hookPrint,
		"argparse.ArgumentParser.set_defaults":                  hookSetDefaults,
		"rest_framework.generics.GenericAPIView.get_serializer": hookRole("serializer_class"),
		"django.views.generic.edit.FormView.get_form":           hookRole("form_class"),
		"rest_framework.generics.GenericAPIView.get_queryset":   hookQueryset,
		"rest_framework.generics.GenericAPIView.get_object":     hookQueryset,
	}
	for name := range methodHooks {
		hooks[name] = methodHooks[name]
	}
	for _, more := range []map[string]hook{signalHooks(), providerHooks()} {
		for name, h := range more {
			hooks[name] = h
		}
	}
	for k, h := range hooks {
		if h == nil {
			delete(hooks, k)
		}
	}
	return hooks
}

func (s *solver) report(x uint32, recv Value, a *callArgs, mode Mode) { s.library(x, recv, a, mode) }

// hookSuper: super() in a method is what comes after its class for its first parameter.
func hookSuper(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	if len(a.pos) >= 2 {
		var out Set
		for _, c := range s.sets.values(a.pos[0].set) {
			if s.objs[c].kind == kClass {
				for _, r := range s.sets.values(a.pos[1].set) {
					out = s.sets.union(out, Set(s.object(kSuper, s.objs[c].a, uint32(r))))
				}
			}
		}
		return out, true
	}
	// The method around this block, through lambdas and comprehensions.
	f := s.cur.fn
	for {
		fn := s.Facts(f)
		if fn.Flags&facts.FuncMethod != 0 && fn.Class != 0 {
			if len(fn.Params) == 0 {
				return 0, true
			}
			c := s.FileOf(f).class + fn.Class - 1
			var out Set
			var self Set
			if f == s.cur.fn {
				self = s.readShared(s.sharedIndex(fn.Params[0].Var.Index()))
			} else {
				self = s.readShared(s.inContextMaybe(fn.Params[0].Var))
			}
			for _, r := range s.sets.values(self) {
				out = s.sets.union(out, Set(s.object(kSuper, c, uint32(r))))
			}
			return out, true
		}
		if fn.Kind == facts.ModuleBody {
			return 0, true
		}
		f = s.Parent(f)
	}
}

func (s *solver) inContextMaybe(r facts.Ref) uint32 { return s.sharedIndex(r.Index()) }

func hookProperty(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	var out Set
	for _, f := range s.sets.values(a.first()) {
		out = s.sets.union(out, Set(s.object(kProperty, uint32(f), 0)))
	}
	for i := range a.kw {
		if s.Names[a.kw[i].name] == "fget" {
			for _, f := range s.sets.values(a.kw[i].set) {
				out = s.sets.union(out, Set(s.object(kProperty, uint32(f), 0)))
			}
		}
	}
	if len(a.pos) > 1 {
		for _, v := range s.sets.values(out) {
			s.addShared(s.field(v, keyEnter), a.pos[1].set)
			if len(a.pos) > 2 {
				s.addShared(s.field(v, keyArgs), a.pos[2].set)
			}
		}
	}
	return out, true
}

func hookWrap(k kind) hook {
	return func(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
		var out Set
		for _, f := range s.sets.values(a.first()) {
			out = s.sets.union(out, Set(s.object(k, uint32(f), 0)))
		}
		return out, true
	}
}

// hookSpecial: len(x) runs the first of x's special methods that its class has; the stub says what the call gives.
func hookSpecial(names ...string) hook {
	return func(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
		if recv != 0 || len(a.pos) == 0 || mode == silent {
			return 0, false
		}
		defer s.within()()
		for _, v := range s.sets.values(a.pos[0].set) {
			switch s.objs[v].kind {
			case kInst, kExtInst:
			default:
				continue
			}
			for _, n := range names {
				name := s.Sym(n)
				if s.objs[v].kind == kInst {
					if m, ok := s.find(Class(s.objs[v].a), name, 0); ok && m.isVar {
						s.callSet(s.bindMember(s.readShared(m.shared), v, Class(s.objs[v].a)), nil, Called)
						break
					}
				}
				s.callMethod(v, name, s.argList())
			}
		}
		return 0, false
	}
}

func hookGetattr(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	if len(a.pos) < 2 {
		return 0, true
	}
	var out Set
	for _, n := range s.sets.values(a.pos[1].set) {
		if s.objs[n].kind == kStr && s.objs[n].a != 0 { // no attribute has an empty name
			out = s.sets.union(out, s.loadAttrs(a.pos[0].set, Sym(s.objs[n].a)))
		} else if s.objs[n].kind == kPrefix {
			for _, v := range s.sets.values(a.pos[0].set) {
				out = s.sets.union(out, s.attrsLike(v, s.Names[s.objs[n].a]))
			}
		}
	}
	if len(a.pos) > 2 {
		out = s.sets.union(out, a.pos[2].set)
	}
	return out, true
}

func hookSetattr(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	if len(a.pos) < 3 {
		return 0, true
	}
	for _, n := range s.sets.values(a.pos[1].set) {
		if s.objs[n].kind == kStr && s.objs[n].a != 0 {
			s.wellKnown.markStored(Sym(s.objs[n].a))
			s.storeAttrs(a.pos[0].set, Sym(s.objs[n].a), a.pos[2].set)
		}
	}
	return 0, true
}

func hookType(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	if len(a.pos) == 3 {
		return s.classFrom(a), true
	}
	if len(a.pos) != 1 {
		return 0, true
	}
	var out Set
	for _, v := range s.sets.values(a.pos[0].set) {
		switch ob := s.objs[v]; ob.kind {
		case kInst:
			out = s.sets.union(out, Set(s.firstClass+Value(ob.a)))
		case kExtInst:
			out = s.sets.union(out, Set(s.object(kExt, ob.a, 0)))
		}
	}
	return out, true
}

// hookText: the call turns its arguments into text.
func hookText(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	if mode == silent {
		return 0, false
	}
	names := []Sym{s.wellKnown.strOf, s.wellKnown.repr}
	formats := s.exts[x].path == "builtins.str.format"
	if formats {
		names = []Sym{s.wellKnown.format, s.wellKnown.strOf, s.wellKnown.repr}
	}
	within := s.within()
	for i := range a.pos {
		s.textOf(a.pos[i].set, names...)
	}
	within()
	if !formats {
		return 0, false
	}
	for i := range a.kw {
		s.textOf(a.kw[i].set, names...)
	}
	s.report(x, recv, a, mode)
	if recv != 0 && s.objs[recv].kind == kStr {
		if x := s.joined(s.Names[s.objs[recv].a], a.first()); x != 0 {
			return x, true
		}
	}
	return s.wellKnown.str, true
}

// hookPrint: print(x, file=f) calls the write of f.
func hookPrint(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	for i := range a.kw {
		if a.kw[i].name == 0 || s.Names[a.kw[i].name] != "file" || mode == silent {
			continue
		}
		if v := Value(a.kw[i].set); v < setBit && s.objs[v].kind == kExtInst && s.exts[s.objs[v].a].path == "sys._Output" {
			// sys.stdout and sys.stderr are what print writes to by itself
			return s.callExt(x, recv, &callArgs{pos: a.pos, kw: slices.Delete(slices.Clone(a.kw), i, i+1)}, mode), true
		}
		implied, within := s.implied(), s.within()
		s.callSet(s.loadAttrs(a.kw[i].set, s.Sym("write")), s.argList(s.wellKnown.str), mode)
		within()
		implied()
	}
	return hookText(s, x, recv, a, mode)
}

func hookDispatch(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	var out Set
	for _, f := range s.sets.values(a.first()) {
		out = s.sets.union(out, Set(s.object(kDispatch, uint32(f), 0)))
	}
	return out, true
}

// hookSetDefaults: parser.set_defaults(func=f) gives what parse_args returns an attribute.
func hookSetDefaults(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	e := s.Catalogue.Lookup("argparse.Namespace")
	if e == nil {
		return 0, true
	}
	ns := s.object(kExtInst, s.extOfEntity(e), 0)
	for i := range a.kw {
		if k := &a.kw[i]; k.name != 0 && k.set != 0 {
			s.wellKnown.markStored(k.name)
			s.addShared(s.field(ns, uint32(k.name)|fieldBit), k.set)
		}
	}
	return 0, true
}

// hookRole: the call makes an instance of the class that an attribute of its receiver names.
func hookRole(attr string) hook {
	return func(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
		if recv == 0 {
			return 0, false
		}
		out := s.roleOf(recv, attr)
		if out != 0 {
			s.report(x, recv, a, mode)
		}
		return out, out != 0
	}
}

// hookQueryset: a view's get_queryset gives its attribute queryset, and get_object a row of that.
func hookQueryset(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	if recv == 0 {
		return 0, false
	}
	var out Set
	for _, v := range s.sets.values(s.loadAttr(recv, s.Sym("queryset"))) {
		if !s.isQuerySet(v) {
			continue
		}
		if strings.HasSuffix(s.exts[x].path, ".get_object") {
			out = s.sets.union(out, s.readField(v, keyElem))
		} else {
			out = s.sets.union(out, Set(v))
		}
	}
	if out != 0 {
		s.report(x, recv, a, mode)
	}
	return out, out != 0
}

func hookPartial(k kind) hook {
	return func(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
		s.report(x, recv, a, mode)
		var out Set
		for _, f := range s.sets.values(a.first()) {
			o := s.object(k, s.place(), uint32(f))
			for i := 1; i < len(a.pos); i++ {
				s.addKey(o, s.object(kInt, uint32(i-1+facts.IntBias), 0))
				s.addShared(s.field(o, s.intKey(i-1)), a.pos[i].set)
			}
			for i := range a.kw {
				if a.kw[i].name != 0 {
					key := s.object(kStr, uint32(a.kw[i].name), 0)
					s.addKey(o, key)
					s.addShared(s.field(o, uint32(key)), a.kw[i].set)
				}
			}
			out = s.sets.union(out, Set(o))
			if k == kPartial {
				// What is bound now is known to the function even if the partial is called far away.
				s.call(o, &callArgs{}, silent)
			}
		}
		return out, true
	}
}

func hookEcho(i int) hook {
	return func(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
		s.report(x, recv, a, mode)
		if i < len(a.pos) {
			return a.pos[i].set, true
		}
		return 0, true
	}
}

// What holders give sets them apart from each other, and from the objects made at a place.
const (
	heldReferent = 1<<30 + iota // of a weak reference
	heldInstance                // of a class that has a metaclass
	heldClass                   // of a metaclass
)

// holder is an object whose call gives x, one for each key.
func (s *solver) holder(key Value, salt uint32, x Set) Value {
	o := s.object(kResult, uint32(key), salt)
	s.addShared(s.field(o, keyResult), x)
	return o
}

// hookReference: the call of a weak reference gives what it was made for.
func hookReference(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	if len(a.pos) != 1 { // the stub tells of the callback
		return 0, false
	}
	s.report(x, recv, a, mode)
	var out Set
	for _, v := range s.sets.values(a.pos[0].set) {
		out = s.sets.union(out, Set(s.holder(v, heldReferent, Set(v))))
	}
	return out, true
}

// hookReferent: a proxy stands for what it was made for.
func hookReferent(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	if len(a.pos) != 1 {
		return 0, false
	}
	return hookEcho(0)(s, x, recv, a, mode)
}

func hookCast(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	out := s.instancesOf(a.first(), 0)
	if len(a.pos) > 1 {
		out = s.sets.union(out, a.pos[1].set)
	}
	return out, true
}

// contextVar is the class whose objects each hold what was set.
const contextVar = "contextvars.ContextVar"

// hookContextVarSet: what set stores is what get of the same variable gives.
func hookContextVarSet(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	if recv != 0 && s.objs[recv].kind == kExtInst {
		s.addShared(s.field(recv, keyElem), a.first())
	}
	return 0, false
}

// hookTypeVar: a type variable with a bound is, as an annotation, its bound; one with constraints is any of them.
func hookTypeVar(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	for i := range a.kw {
		if a.kw[i].name != 0 && s.Names[a.kw[i].name] == "bound" && a.kw[i].set != 0 {
			s.report(x, recv, a, mode)
			return a.kw[i].set, true
		}
	}
	if len(a.pos) > 2 {
		var out Set
		for i := range a.pos[1:] {
			out = s.sets.union(out, a.pos[1+i].set)
		}
		s.report(x, recv, a, mode)
		return out, true
	}
	return 0, false
}

func hookNewType(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	if len(a.pos) > 1 {
		return a.pos[1].set, true
	}
	return 0, true
}

func hookImportModule(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	s.report(x, recv, a, mode)
	var out Set
	for _, v := range s.sets.values(a.first()) {
		if s.objs[v].kind != kStr {
			continue
		}
		name := s.Names[s.objs[v].a]
		level := 0
		for level < len(name) && name[level] == '.' {
			level++
		}
		if m, ok := s.resolver.Resolve(s.fileOf.Index, level, name[level:]); ok {
			if m.File >= 0 {
				s.moduleEdge(m.File)
			}
			out = s.sets.union(out, s.moduleSet(m))
		} else if level == 0 && name != "" {
			out = s.sets.union(out, s.extPath(name))
		}
	}
	return out, true
}

func hookEnter(async bool) hook {
	return func(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
		s.report(x, recv, a, mode)
		out := s.enter(a.first(), async)
		if async {
			o := s.object(kResult, s.place(), 10)
			s.addShared(s.field(o, keyResult), out)
			return Set(o), true
		}
		return out, true
	}
}

// hookRun: start() of a Thread or Process subclass runs its run().
func hookRun(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	if recv != 0 && s.objs[recv].kind == kInst {
		if m := s.classMethod(Class(s.objs[recv].a), recv, s.Sym("run")); m != 0 {
			for _, v := range s.sets.values(m) {
				if s.objs[v].kind == kBound {
					s.call(v, &callArgs{}, Started)
				}
			}
		}
	}
	s.report(x, recv, a, mode)
	return 0, true
}
