package link

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// step evaluates one operation in the block at hand.
func (s *solver) step(op *facts.Op, fn *facts.Func) {
	s.op = op
	switch op.Code {
	case facts.Copy:
		s.set(op.Dst, s.val(facts.Ref(op.A)))
	case facts.Attr:
		s.set(op.Dst, s.loadAttrs(s.val(facts.Ref(op.A)), s.symbol(s.fileOf, op.B)))
	case facts.SetAttr:
		s.storeAttrs(s.val(facts.Ref(op.A)), s.symbol(s.fileOf, op.B), s.val(facts.Ref(op.C)))
	case facts.Item:
		base := s.val(facts.Ref(op.A))
		s.set(op.Dst, s.loadItems(base, s.val(facts.Ref(op.C))))
	case facts.SetItem:
		s.storeItems(op)
	case facts.Slice:
		s.set(op.Dst, s.slice(op))
	case facts.Call:
		x := s.callOp(op)
		s.set(op.Dst, x)
		if op.Flags&facts.FlagDecorator != 0 && fn.Kind == facts.ClassBody { // a framework may call the method: see handlers
			for _, v := range s.sets.values(x) {
				s.runIn(v)
			}
		}
	case facts.MakeFunc:
		s.set(op.Dst, Set(s.closure(Func(s.fileOf.fn+op.A))))
	case facts.MakeClass:
		s.makeClass(op)
	case facts.ThisClass:
		s.set(op.Dst, Set(s.firstClass+Value(s.fileOf.class+op.A)))
	case facts.MakeList, facts.MakeTuple, facts.MakeSet:
		s.makeSequence(op)
	case facts.MakeDict:
		s.makeDict(op)
	case facts.Unpack:
		s.unpack(op)
	case facts.Iter:
		s.set(op.Dst, s.iterate(s.val(facts.Ref(op.A)), op.Flags&facts.FlagAsync != 0))
	case facts.Await:
		s.set(op.Dst, s.await(s.val(facts.Ref(op.A)), Called))
	case facts.Enter:
		s.set(op.Dst, s.enter(s.val(facts.Ref(op.A)), op.Flags&facts.FlagAsync != 0))
	case facts.Yield:
		if fn.Yields != 0 {
			s.set(fn.Yields, s.val(facts.Ref(op.A)))
		}
	case facts.YieldFrom:
		v := s.val(facts.Ref(op.A))
		if x := s.iterate(v, false); fn.Yields != 0 {
			s.set(fn.Yields, x)
		}
		s.set(op.Dst, s.await(v, Called))
	case facts.Return:
		if fn.Ret != 0 {
			s.set(fn.Ret, s.val(facts.Ref(op.A)))
		}
	case facts.Raise:
		s.raise(s.val(facts.Ref(op.A)))
	case facts.ImportName:
		s.doImport(op)
	case facts.Narrow:
		s.set(op.Dst, s.narrow(s.val(facts.Ref(op.A)), s.val(facts.Ref(op.C))))
	case facts.Instance:
		s.set(op.Dst, s.instancesOf(s.val(facts.Ref(op.A)), 0))
	case facts.TypeApply:
		s.set(op.Dst, s.typeApply(op))
	case facts.BinOp:
		s.set(op.Dst, s.binOp(op))
	case facts.Format:
		parts, _ := s.ff.Elems(op)
		for _, r := range parts {
			if facts.Ref(r).IsVar() {
				s.textOf(s.val(facts.Ref(r)), s.wellKnown.format, s.wellKnown.strOf, s.wellKnown.repr)
			}
		}
		x := Set(0)
		if len(parts) == 2 && facts.Ref(parts[0]).Tag() == facts.TagStr {
			x = s.joined(s.ff.Str(facts.Ref(parts[0]).Index()), s.val(facts.Ref(parts[1])))
		}
		if x == 0 {
			x = s.wellKnown.str
		}
		s.set(op.Dst, x)
	case facts.Catch:
		s.set(op.Dst, s.instancesOf(s.val(facts.Ref(op.A)), 0))
	case facts.Delete:
		s.delete(op)
	case facts.Truth:
		s.truth(s.val(facts.Ref(op.A)))
	}
}

// joined is a name that code puts together, "visit_" + kind: whole where what follows is known, else its beginning.
func (s *solver) joined(text string, rest Set) Set {
	n := len(text)
	if i := strings.IndexAny(text, "%{"); i >= 0 {
		n = i
	}
	if n < 2 || n > 24 || text[n-1] != '_' || strings.ContainsAny(text[:n], " /.:-") {
		return 0
	}
	var out Set
	for _, v := range s.sets.values(rest) {
		ob := s.objs[v]
		if ob.kind != kStr || len(s.Names[ob.a]) > 40 {
			out = 0
			break
		}
		out = s.sets.union(out, Set(s.object(kStr, uint32(s.Sym(text[:n]+s.Names[ob.a])), 0)))
	}
	if out == 0 {
		return Set(s.object(kPrefix, uint32(s.Sym(text[:n])), 0))
	}
	return out
}

// textOf calls the first of the special methods that a class of the program has.
func (s *solver) textOf(x Set, names ...Sym) {
	for _, v := range s.sets.values(x) {
		if s.objs[v].kind != kInst {
			continue
		}
		for _, n := range names {
			if m, ok := s.find(Class(s.objs[v].a), n, 0); ok && m.isVar {
				s.callSet(s.bindMember(s.readShared(m.shared), v, Class(s.objs[v].a)), nil, Called)
				break
			}
		}
	}
}

// truth runs what asking an object whether it is true runs. Of a library's object only where nothing else is asked there:
// an argument that some caller takes from a query is mostly text.
func (s *solver) truth(x Set) {
	s.textOf(x, s.wellKnown.truths...)
	for _, v := range s.sets.values(x) {
		if !s.hasTruth(v) {
			return
		}
	}
	for _, v := range s.sets.values(x) {
		s.callMethod(v, s.Sym("__bool__"), s.argList())
	}
}

// hasTruth: the object is a library's whose class says what asking it does.
func (s *solver) hasTruth(v Value) bool {
	ob := s.objs[v]
	if ob.kind != kExtInst {
		return false
	}
	e := s.exts[ob.a].entity
	return e != nil && e.Kind == knowledge.Class && s.Catalogue.Member(e, "__bool__") != nil
}

// place is a number for the operation at hand in its context, by which objects made here are known.
func (s *solver) place() uint32 {
	if s.cur.ctx == 0 {
		return s.opID
	}
	// Contexts share the numbers above the operations'.
	k := pair(s.cur.ctx|1<<31, s.opID)
	if v, ok := s.cloneVars.get(k); ok {
		return v
	}
	v := s.nOps + uint32(s.cloneVars.n)
	s.cloneVars.put(k, v)
	return v
}

// await is what `await x` gives; mode says whether the coroutine runs here, in a task, or in a thread.
func (s *solver) await(x Set, mode Mode) Set {
	var out Set
	for _, v := range s.sets.values(x) {
		ob := s.objs[v]
		switch ob.kind {
		case kCoro:
			s.edge(mode, Instance(ob.a), v)
			out = s.sets.union(out, s.result(Instance(ob.a)))
		case kGen:
			out = s.sets.union(out, s.result(Instance(ob.a)))
		case kExtCoro:
			s.extAwaited(v, mode)
			out = s.sets.union(out, s.readField(v, keyResult))
		case kInst:
			if m := s.classMethod(Class(ob.a), v, s.wellKnown.await); m != 0 {
				out = s.sets.union(out, s.iterate(s.callSet(m, nil, mode), false))
			}
		case kExtInst, kResult:
			out = s.sets.union(out, s.readField(v, keyResult))
			if ob.kind != kExtInst {
				continue
			}
			if e := s.exts[ob.a].entity; e != nil && e.Kind == knowledge.Class {
				// A stub's __await__ has the effects of awaiting, and gives what that gives where it names a class.
				if m := s.Catalogue.Member(e, "__await__"); m != nil && m.Kind == knowledge.Function {
					done := s.implied()
					x := s.callExt(s.extOfEntity(m), v, s.argList(), Called)
					done()
					if m.Returns != nil && (m.Returns.Kind == knowledge.Self || m.Returns.Kind == knowledge.Instance) {
						out = s.sets.union(out, x)
					}
				}
			}
		}
	}
	return out
}

func (s *solver) enter(x Set, async bool) Set {
	var out Set
	for _, v := range s.sets.values(x) {
		ob := s.objs[v]
		name, exit := s.wellKnown.enter, s.wellKnown.exit
		if async {
			name, exit = s.wellKnown.aenter, s.wellKnown.aexit
		}
		switch ob.kind {
		case kManager:
			s.edge(Called, Instance(ob.a), v)
			out = s.sets.union(out, s.readShared(s.varOf(Instance(ob.a), s.Facts(s.instances[ob.a].fn).Yields)))
		case kInst:
			r := Set(0)
			if m := s.classMethod(Class(ob.a), v, name); m != 0 {
				r = s.callSet(m, nil, Called)
				if async {
					r = s.await(r, Called)
				}
			}
			if m := s.classMethod(Class(ob.a), v, exit); m != 0 {
				e := s.callSet(m, nil, Called)
				if async {
					s.await(e, Called)
				}
			}
			if r == 0 {
				r = Set(v)
			}
			out = s.sets.union(out, r)
		case kExtInst, kResult, kMade:
			out = s.sets.union(out, s.enterLibrary(v, async))
		case kExtCoro:
			// `async with session.get(url) as response`: an object that can be awaited or entered.
			s.extAwaited(v, Called)
			out = s.sets.union(out, s.readField(v, keyEnter))
		}
	}
	return out
}

func (s *solver) raise(x Set) {
	for _, v := range s.sets.values(x) {
		switch ob := s.objs[v]; ob.kind {
		case kClass:
			s.call(v, s.argList(), Called)
		case kExt: // raise SystemExit
			if e := s.exts[ob.a].entity; e != nil && e.Kind == knowledge.Class && len(e.Effects) > 0 {
				s.call(v, s.argList(), Called)
			}
		}
	}
}

func (s *solver) narrow(x, class Set) Set {
	var out Set
	for _, c := range s.sets.values(class) {
		inst := s.instanceOf(c, 0)
		if inst == 0 {
			continue
		}
		hit := false
		for _, v := range s.sets.values(x) {
			if s.isInstance(v, c) {
				out = s.sets.union(out, Set(v))
				hit = true
			}
		}
		if !hit {
			out = s.sets.union(out, inst)
		}
	}
	if out == 0 && class == 0 {
		return x
	}
	return out
}

func (s *solver) isInstance(v, class Value) bool {
	ob, c := s.objs[v], s.objs[class]
	if ob.kind != kInst {
		return ob.kind == kExtInst && c.kind == kExt && s.exts[ob.a].entity != nil && s.exts[c.a].entity != nil &&
			s.Catalogue.Inherits(s.exts[ob.a].entity, s.exts[c.a].entity)
	}
	for _, b := range s.mro(Class(ob.a)) {
		if b.ext == 0 && c.kind == kClass && uint32(b.class) == c.a || b.ext != 0 && c.kind == kExt && b.ext == c.a {
			return true
		}
	}
	return false
}

func (s *solver) binOp(op *facts.Op) Set {
	left, right := s.val(facts.Ref(op.A)), s.val(facts.Ref(op.C))
	names := s.wellKnown.operator[op.B]
	var out Set
	reflect := left == 0
	for _, v := range s.sets.values(left) {
		switch ob := s.objs[v]; ob.kind {
		case kInst:
			m := Set(0)
			if op.Flags&facts.FlagAug != 0 {
				m = s.classMethod(Class(ob.a), v, s.wellKnown.inplace[op.B])
			}
			if m == 0 {
				m = s.classMethod(Class(ob.a), v, names)
			}
			if m != 0 {
				out = s.sets.union(out, s.callSet(m, s.argList(right), Called))
			} else if x := s.callMethod(v, names, s.argList(right)); x != 0 {
				out = s.sets.union(out, x)
			} else if ast.Operator(op.B) == ast.In {
				s.iterateOne(v, false)
			}
		case kExtInst:
			out = s.sets.union(out, s.callMethod(v, names, s.argList(right)))
		case kStr:
			x := Set(0)
			if o := ast.Operator(op.B); o == ast.Add || o == ast.Mod {
				x = s.joined(s.Names[ob.a], right)
			}
			if x == 0 {
				x = s.wellKnown.str
			}
			out = s.sets.union(out, x)
		case kClass, kAlias, kExt: // Result = Row | None
			if ast.Operator(op.B) == ast.BitOr {
				out = s.sets.union(s.sets.union(out, Set(v)), right)
			}
		case kGen:
			if ast.Operator(op.B) == ast.In {
				s.iterateOne(v, false)
			}
		case kList, kTuple, kSet, kDict, kView:
			out = s.sets.union(out, Set(v))
			reflect = reflect || ob.kind == kDict && ast.Operator(op.B) == ast.BitOr // {"question": ask} | prompt
			if right != 0 {
				for _, w := range s.sets.values(right) {
					switch s.objs[w].kind {
					case kList, kTuple, kSet, kDict, kView:
						out = s.sets.union(out, Set(w))
					}
				}
			}
		}
	}
	if reflect || out == 0 {
		rnames := s.wellKnown.reflected[op.B]
		for _, v := range s.sets.values(right) {
			switch ob := s.objs[v]; ob.kind {
			case kStr:
				out = s.sets.union(out, s.wellKnown.str)
			case kInst:
				if m := s.classMethod(Class(ob.a), v, rnames); m != 0 {
					out = s.sets.union(out, s.callSet(m, s.argList(left), Called))
				}
			case kExtInst:
				out = s.sets.union(out, s.callMethod(v, rnames, s.argList(left)))
			}
		}
	}
	return out
}

func (s *solver) doImport(op *facts.Op) {
	t := &s.fileOf.imported[op.A]
	switch t.kind {
	case targetModule:
		if t.star {
			s.moduleEdge(t.file)
			return
		}
		s.moduleEdge(t.file)
		s.set(op.Dst, Set(s.object(kModule, uint32(t.file), 0)))
		s.importChain(op, t.file)
	case targetVar:
		s.moduleEdge(t.file)
		s.importChain(op, t.file)
		s.set(op.Dst, s.readShared(t.shared))
	case targetNamespace:
		s.set(op.Dst, Set(s.spaceValue(Module{File: -1, Dir: t.dir})))
		s.importChain(op, -1)
	case targetLibrary:
		if t.star {
			return
		}
		if t.value == 0 {
			t.value = s.extPath(t.path)
		}
		s.set(op.Dst, t.value)
	case targetUnknown:
		if t.file >= 0 && t.file < len(s.Files) {
			s.moduleEdge(t.file)
			if name := s.ff.Imports[op.A].Name; name != 0 {
				s.set(op.Dst, s.moduleGetattr(t.file, s.symbol(s.fileOf, name)))
			}
		}
	}
}

// importChain: importing a.b.c runs a, a.b and a.b.c, except the packages that the importing module is in itself: they
// run before it. The edge to done is there already.
func (s *solver) importChain(op *facts.Op, done int) {
	if s.muted {
		return
	}
	im := &s.ff.Imports[op.A]
	name := s.ff.Str(im.Module)
	for i := 0; i <= len(name); i++ {
		if i == len(name) || name[i] == '.' {
			m, ok := s.resolver.Resolve(s.fileOf.Index, int(im.Level), name[:i])
			if !ok || m.File < 0 || m.File == s.fileOf.Index || m.File == done {
				continue
			}
			if f := s.Files[m.File]; f.IsPackage && strings.HasPrefix(s.fileOf.Module, f.Module+".") {
				continue
			}
			s.moduleEdge(m.File)
		}
	}
}

func (s *solver) spaceValue(m Module) Value {
	i, ok := s.spaceOf[m.Dir]
	if !ok {
		i = uint32(len(s.spaces))
		s.spaces = append(s.spaces, m)
		s.spaceOf[m.Dir] = i
	}
	return s.object(kSpace, i, 0)
}
