package link

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// Instances is the number of block instances; the first Funcs() are the blocks themselves.
func (r *Solution) Instances() int { return len(r.s.instances) }

// FuncOf is the block of an instance.
func (r *Solution) FuncOf(i Instance) Func { return r.s.instances[i].fn }

// Assumed: the instance is the block on objects that no call of the program is known to give it, only an annotation allows for.
func (r *Solution) Assumed(i Instance) bool { return r.s.clones[r.s.instances[i].ctx].assumed }

// Collect tells c what every block does, in order.
func (r *Solution) Collect(c Collector) {
	s := r.s
	var told [eventKinds]int
	for i := range s.instances {
		for k := range s.instances[i].events {
			told[s.instances[i].events[k].kind]++
		}
	}
	c.Expect(told[evEdge], told[evLibrary])
	for i := 0; i < len(s.instances); i++ {
		in := Instance(i)
		s.replay(in, s.instances[i].events, nil, c)
		s.instances[i].events = nil
		s.dependencies(in, c)
	}
	s.handlers(c)
	s.attrAt, s.attrs, s.events = newTable(1), nil, nil
}

// solved lets go of what only the analysis needed; what answers questions about arguments stays, and what the blocks do until
// it is told.
func (s *solver) solved() {
	s.cells, s.reader, s.dirty, s.done, s.merged, s.reads, s.oldReads, s.wholeReads, s.told = cellList{}, nil, nil, nil, nil, nil, nil, nil, nil
	s.eventSlab, s.readSlab = slab[event]{}, slab[read]{}
	for _, f := range s.Files {
		f.uses = uses{}
	}
	for i := range s.instances {
		s.instances[i].reads = nil
	}
}

// handlers reports the methods that a framework calls on a class of the program because of the library's class that it extends.
func (s *solver) handlers(c Collector) {
	told := map[Func]bool{}
	for _, f := range s.Files {
		for i := range f.Facts.Classes {
			mro := s.linear(Class(f.class)+Class(i), 0)
			for _, b := range mro {
				if e := s.exts[b.ext].entity; b.ext != 0 && e != nil && len(e.Handlers) > 0 {
					s.handlersOf(f, uint32(i), mro, e, told, c)
				}
			}
		}
	}
}

// handlersOf reports those that a class, or what it extends, has for the library's class e.
func (s *solver) handlersOf(f *File, class uint32, mro []base, e *knowledge.Entity, told map[Func]bool, c Collector) {
	parent := f.Facts.Classes[class].Parent
	fn := &f.Facts.Funcs[parent]
	at := fn.Ops[0]
	for at < fn.Ops[1] && (f.Facts.Ops[at].Code != facts.MakeClass || f.Facts.Ops[at].A != class) {
		at++
	}
	if at == fn.Ops[1] {
		return // in code that cannot run
	}
	for _, b := range mro {
		if b.ext != 0 {
			continue
		}
		file, cl := s.ClassFacts(b.class)
		for _, m := range cl.Members {
			call := handler(e, file.Facts.Str(m.Name))
			if call == nil {
				continue
			}
			for _, v := range s.sets.values(s.shared[file.shared+m.Ref.Index()]) {
				if g, ok := s.written(v); ok && !told[g] {
					told[g] = true
					c.Registered(&Registration{From: Instance(f.FirstFunc() + Func(parent)), ID: f.op + at, Op: &f.Facts.Ops[at], Func: g, Runs: s.runIn(v), Entity: e, Call: call})
				}
			}
		}
	}
}

// handler is what a framework does with a method of that name.
func handler(e *knowledge.Entity, name string) *knowledge.Call {
	for i := range e.Handlers {
		k := &e.Handlers[i]
		if prefix, some := strings.CutSuffix(k.Param, "*"); name == k.Param || some && strings.HasPrefix(name, prefix) {
			return k
		}
	}
	return nil
}

// dependencies reports the functions that a framework calls for this one: those its parameters name with Depends(f), as
// a default or in Annotated.
func (s *solver) dependencies(in Instance, c Collector) {
	it := s.instances[in]
	fn := s.Facts(it.fn)
	if fn.Kind != facts.Function {
		return
	}
	s.in, s.cur, s.fileOf = in, it, s.FileOf(it.fn)
	s.ff = s.fileOf.Facts
	s.opID, s.steps = s.fileOf.op+fn.Ops[0], 0
	// The parameter that names a function stands for the operation that calls it.
	by := func(param int, call func()) {
		s.op = &facts.Op{Pos: fn.Params[param].Pos}
		s.events, s.muted = s.events[:0], false
		call()
		s.muted = true
		s.replay(in, s.events, s.op, c)
	}
	for _, a := range s.fixtureArgs[it.fn] {
		if a.given == "" {
			by(a.param, func() { s.edge(Depended, Instance(a.fixture), 0) })
		}
	}
	for i := range fn.Params {
		for _, v := range s.sets.values(s.shared[s.varOf(in, fn.Params[i].Var)]) {
			ob := s.objs[v]
			if ob.kind != kMade {
				continue
			}
			e := s.exts[ob.a].entity
			if e == nil || !dependsOn(e) {
				continue
			}
			by(i, func() {
				r := s.call(Value(ob.b), &callArgs{}, Depended)
				for _, c := range s.sets.values(r) {
					if k := s.objs[c].kind; k == kCoro || k == kGen {
						s.edge(Depended, Instance(s.objs[c].a), c)
					}
				}
			})
		}
	}
}

func dependsOn(e *knowledge.Entity) bool {
	for i := range e.Calls {
		if e.Calls[i].Mode == knowledge.Depends {
			return true
		}
	}
	return false
}

// Arg is what a library call gives to a parameter.
type Arg struct {
	Given bool
	Ref   facts.Ref
	set   Set
	s     *solver
}

// Arg finds a parameter of the called function by name.
func (c *LibraryCall) Arg(param string) Arg {
	defer c.s.asks()()
	e := c.callee()
	if e == nil || param == "" {
		return Arg{}
	}
	x, ref, given := c.s.argRef(e, c.args, param)
	return Arg{given, ref, x, c.s}
}

// Callee is the function that takes the arguments: a class's constructor for a class.
func (c *LibraryCall) Callee() *knowledge.Entity {
	defer c.s.asks()()
	return c.callee()
}

func (c *LibraryCall) callee() *knowledge.Entity {
	e := c.Entity
	if e != nil && e.Kind == knowledge.Class {
		if init := c.s.Catalogue.Constructor(e); init != nil {
			return init
		}
	}
	return e
}

// Pos is the n-th positional argument.
func (c *LibraryCall) Pos(n int) Arg {
	if n >= len(c.args.pos) {
		return Arg{}
	}
	return Arg{true, c.args.pos[n].ref, c.args.pos[n].set, c.s}
}

// Keyword is a keyword argument, whether the callee is known or not.
func (c *LibraryCall) Keyword(name string) Arg {
	for i := range c.args.kw {
		if k := &c.args.kw[i]; k.name != 0 && c.s.Names[k.name] == name {
			return Arg{true, k.ref, k.set, c.s}
		}
	}
	return Arg{}
}

// May says whether a condition of the catalogue may hold for this call.
func (c *LibraryCall) May(cond *knowledge.Condition) bool {
	defer c.s.asks()()
	return c.may(cond)
}

func (c *LibraryCall) may(cond *knowledge.Condition) bool {
	if cond == nil {
		return true
	}
	e := c.callee()
	if e == nil {
		return true
	}
	return c.s.conditionMay(cond, e, c.args)
}

// Safe says that the call is surely not the unsafe variant of itself: yaml.load(f, SafeLoader).
func (c *LibraryCall) Safe() bool {
	if c.Entity == nil || len(c.Entity.Unsafe) == 0 {
		return false
	}
	defer c.s.asks()()
	for i := range c.Entity.Unsafe {
		u := &c.Entity.Unsafe[i]
		if !c.may(u.When) {
			continue
		}
		if u.Safe == nil || !c.must(u.Safe) {
			return false
		}
	}
	return true
}

// must: the condition surely holds.
func (c *LibraryCall) must(cond *knowledge.Condition) bool {
	e := c.callee()
	if e == nil {
		return false
	}
	x, ref, given := c.s.argRef(e, c.args, cond.Param)
	switch cond.Op {
	case knowledge.Equals:
		if !given {
			return false
		}
		for _, l := range cond.Values {
			if eq, sure := c.s.equalsLiteral(l, x, ref); eq && sure {
				return true
			}
		}
		return false
	case knowledge.NotEquals:
		for _, l := range cond.Values {
			if eq, sure := c.s.equalsLiteral(l, x, ref); given && (eq || !sure) {
				return false
			}
		}
		return true
	}
	return given && !ref.Is(facts.ConstNone)
}

// IsNone: the argument is the literal None.
func (a Arg) IsNone() bool { return a.Ref.Is(facts.ConstNone) }

// Strings are the string literals that the argument may be; open is true when it may be something else as well.
func (a Arg) Strings() (out []string, open bool) {
	if a.s == nil {
		return nil, true
	}
	if a.set == 0 {
		return nil, true
	}
	defer a.s.asks()()
	for _, v := range a.s.sets.values(a.set) {
		if ob := a.s.objs[v]; ob.kind == kStr {
			out = append(out, a.s.Names[ob.a])
		} else {
			open = true
		}
	}
	return out, open
}

// Types are the dotted names of the classes and library objects that the argument may be an instance of.
func (a Arg) Types() []string {
	var out []string
	if a.s == nil {
		return nil
	}
	defer a.s.asks()()
	for _, v := range a.s.sets.values(a.set) {
		switch ob := a.s.objs[v]; ob.kind {
		case kExtInst, kExt, kMethod, kExtCoro:
			out = append(out, a.s.exts[ob.a].path)
		case kInst:
			out = append(out, a.s.ClassName(Class(ob.a)))
		}
	}
	return out
}

// ReceiverPath is the class of a bound library method's receiver, "" for others.
func (c *LibraryCall) ReceiverPath() string {
	if c.Recv == 0 {
		return ""
	}
	defer c.s.asks()()
	switch ob := c.s.objs[c.Recv]; ob.kind {
	case kExtInst, kMade:
		return c.s.exts[ob.a].path
	case kInst:
		return c.s.ClassName(Class(ob.a))
	case kStr:
		return "builtins.str"
	case kList:
		return "builtins.list"
	case kDict:
		return "builtins.dict"
	}
	return ""
}

// DisplayPath is the path as a reader of the source would write it, see [Solution.PublicPath].
func (c *LibraryCall) DisplayPath() string {
	if c.Entity == nil || c.Entity.Path != c.Path {
		return strings.TrimPrefix(c.Path, "builtins.")
	}
	if class, ok := strings.CutSuffix(c.Path, ".__call__"); ok {
		if i := strings.LastIndexByte(class, '.'); i > 0 && strings.HasPrefix(class[i+1:], "_") {
			if name := c.attribute(); name != "" {
				return class[:i] + "." + name // a client whose methods are made from a service's description
			}
		}
	}
	defer c.s.asks()()
	return c.s.publicPath(c.Entity)
}

// attribute is the name that a called attribute is written with, "" for anything else that is called.
func (c *LibraryCall) attribute() string {
	if c.Op.Code != facts.Call {
		return ""
	}
	fn := c.s.instances[c.From].fn
	file, block := c.s.FileOf(fn).Facts, c.s.Facts(fn)
	for o := block.Ops[0]; o < block.Ops[1]; o++ {
		if op := &file.Ops[o]; op.Code == facts.Attr && op.Dst == facts.Ref(c.Op.A) {
			return file.Str(op.B)
		}
	}
	return ""
}

// PublicPath is the path by which users of a library know a thing: builtins without their module, and what a package
// exports by the package's name, requests.get where requests.api defines it.
func (r *Solution) PublicPath(e *knowledge.Entity) string {
	defer r.s.asks()()
	return r.s.publicPath(e)
}

// PublicName is PublicPath for a dotted path.
func (r *Solution) PublicName(path string) string {
	defer r.s.asks()()
	if e := r.s.Catalogue.Lookup(path); e != nil && e.Path == path {
		return r.s.publicPath(e)
	}
	return path
}

func (s *solver) publicPath(e *knowledge.Entity) string {
	if p, ok := s.public[e]; ok {
		return p
	}
	p := s.exported(e)
	if s.public == nil {
		s.public = map[*knowledge.Entity]string{}
	}
	s.public[e] = p
	return p
}

func (s *solver) exported(e *knowledge.Entity) string {
	top := e
	for top.Parent != nil && top.Parent.Kind != knowledge.Module {
		top = top.Parent
	}
	if top.Parent == nil || !strings.HasPrefix(e.Path, top.Path) {
		return strings.TrimPrefix(e.Path, "builtins.")
	}
	home := top.Parent.Path
	for i := range len(home) {
		if home[i] != '.' {
			continue
		}
		if m := s.Catalogue.Module(home[:i]); m != nil && s.Catalogue.Member(m, top.Name) == top {
			return home[:i] + "." + top.Name + e.Path[len(top.Path):]
		}
	}
	return strings.TrimPrefix(e.Path, "builtins.")
}

// HasLibrary says whether the catalogue lists a top-level module.
func (r *Solution) HasLibrary(top string) bool {
	defer r.s.asks()()
	return r.s.Catalogue.Known(top)
}

// HasModule says whether the catalogue lists a module.
func (r *Solution) HasModule(dotted string) bool {
	defer r.s.asks()()
	return r.s.Catalogue.Module(dotted) != nil
}

// asks is for questions after the analysis, which rules put side by side: an answer may have to open a stub or to make a
// set that nobody asked for before. It gives the end of the question.
func (s *solver) asks() func() {
	s.asking.Lock()
	s.steps = 0
	return s.asking.Unlock
}

// Runs is the number of block evaluations that the analysis took.
func (r *Solution) Runs() int { return r.s.runs }
