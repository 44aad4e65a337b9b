package link

import (
	"cmp"
	"math/bits"
	"slices"
	"sync"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// kind of an abstract value.
type kind uint8

const (
	kNone          kind = iota
	kFunc               // a: Func; b: Instance context of its enclosing blocks
	kClass              // a: Class
	kInst               // a: Class; an instance
	kModule             // a: file
	kSpace              // a: index of a namespace package
	kExt                // a: ext; a module, function or class of a library
	kExtInst            // a: ext; an instance of the class, or what an unknown callable gave; b: which one, see the constants below
	kMethod             // a: ext; b: receiver value; a library method bound to its receiver
	kBound              // a: value of a function; b: receiver value
	kProperty           // a: value of the getter
	kStatic             // a: value
	kClassM             // a: value
	kList               // a: place, b: salt
	kTuple              // the same
	kDict               // the same
	kSet                // the same
	kView               // a: place; b: the container it is a later version of
	kGen                // a: block instance
	kCoro               // a: block instance
	kExtCoro            // a: ext; b: place of the call
	kExtGen             // a: ext; b: place
	kManager            // a: block instance: a @contextmanager function's result
	kManaged            // a: value of a function: the function under @contextmanager
	kResult             // a: place, b: salt: an object known by its parts only: element, entered, result (see fields)
	kSuper              // a: Class; b: receiver value
	kStr                // a: Sym
	kInt                // a: the number, biased
	kPartial            // a: place; b: function value
	kPartialMethod      // the same; the receiver comes before what is bound
	kAlias              // a: place: a generic alias, list[int]
	kMade               // a: ext of a class; b: function value: what a library decorator makes of a function
	kDecorator          // a: ext; b: place: what a decorator factory of a library gave
	kTypeOf             // a: value: type(x)
	kDeleter            // a: a property: its deleter decorator
	kFactory            // a: value of a function: the default of a field, made anew for each instance
	kDispatch           // a: value of a function: a functools.singledispatch function; its field keyElem: what is registered with it
	kRegister           // a: a kDispatch: its register method; b: value of the class that it is given
	kGuarded            // a: a context manager; b: value of the function that it decorates
	kPrefix             // a: Sym: a string of which the beginning is known
	kinds
)

type object struct {
	kind kind
	a, b uint32
}

// The second part of a kExtInst is 0 for any object of its class, or tells an object from the others: a Class + 1 for the
// manager, or another query, that gives the rows of a model of the program, or one of these.
const (
	ownObject = 1 << 29 // with a place or value: what the object holds the others do not, see own
	inMemory  = 1 << 30 // a stream over a buffer, not over a file
)

// own is an object of a library's class that holds what others of the class do not. by tells it from those: the place that
// makes it, or the value that it holds.
func (s *solver) own(x, by uint32) Value { return s.object(kExtInst, x, ownObject|by) }

// modelOf is the model of the program whose rows an object of a library's class gives.
func (ob object) modelOf() (Class, bool) {
	return Class(ob.b - 1), ob.kind == kExtInst && ob.b != 0 && ob.b < ownObject
}

// Fixed field keys of objects. Constant keys of containers are their values; these lie above all values.
const (
	keyElem   = 0xffffff00 + iota // an element at an unknown place
	keyAny                        // any element: all keys together
	keyEnter                      // what `with` binds
	keyResult                     // what awaiting or calling gives
	keyYield                      // what iterating gives
	keyArgs                       // partial: arguments
	keyKey                        // a key of a mapping, as far as it is not a constant
)

// saltConstructed tells the containers that a constructor call makes, list(x), from those that a display does.
const saltConstructed = 10

// saltPromised and above: containers of which only an annotation or a stub tells.
const saltPromised = 12

// ext is something outside the program, by its dotted path.
type ext struct {
	path   string
	entity *knowledge.Entity // nil when the catalogue does not know it
	parent uint32            // the ext whose attribute it is
	depth  uint8             // attributes since what an import gave
	hook   hook
	// mutates: a method that changes its receiver, a builtin container
	mutates bool
	absent  bool // an attribute that the catalogue does not list for a class it knows
}

// Instance is one evaluation of a block: the block and the context in which its variables live.
type Instance uint32

type instance struct {
	fn     Func
	file   uint32
	ctx    uint32 // clone context, 0 for the block's own variables
	local  uint32 // index of local variable 0 of the block's file
	dirty  uint32 // first word of solver.dirty
	runs   uint16
	events []event // of each operation's last evaluation, in the order of the operations
	reads  []read  // shared variables that the operations came to, in the order of the operations
}

// read is a shared variable that an operation (counted from the block's first) came to while it was evaluated.
type read struct{ op, v uint32 }

// clone is a context: the blocks at and below root have variables of their own in it.
type clone struct {
	root   Func
	parent uint32
	depth  uint8
	// assumed: only what assumeSubclasses adds leads here
	assumed bool
	given   Value // the function that the use hands over as its one positional argument: what a decorator decorates; 0 for none
}

type solver struct {
	*Program
	asking  sync.Mutex                   // see asks
	public  map[*knowledge.Entity]string // memo of publicPath
	sets    *sets
	objs    []object
	objOf   [kinds]*table // by kind: (a, b) → value
	exts    []ext
	extOf   map[string]uint32
	extKid  *table // (ext, Sym) → ext
	spaces  []Module
	spaceOf map[string]uint32

	local  []Set
	shared []Set
	reader []uint32 // shared variable → list of readers
	cells  cellList
	fields *table    // (value, key) → shared variable
	keyAt  *table    // container → index into keyLists
	keys   [][]Value // containers: constant keys in order of first store

	instances []instance
	instOf    *table // (func, ctx) → instance
	clones    []clone
	cloneVars *table // (ctx, shared variable) → shared variable
	nClones   []uint8

	// A sweep goes over the blocks in their order, then over contexts as they were made: an instance's number is its place
	// unless rank has another. waiting has a bit for each place whose instance has something new to read.
	order   []Instance
	rank    []uint32
	waiting []uint64

	dirty  []uint64 // by instance: its operations that have something new to read, a bit each
	done   []uint64 // operations that the round at hand evaluated, a bit each
	fileOf *File
	ff     *facts.File
	in     Instance
	cur    instance
	change bool

	classes  []classInfo
	attrAt   *table // (class, name) → index into attrs
	attrs    []attribute
	epoch    uint32 // counts changes of bases
	classVar uint32 // first of the shared variables that stand for "the bases of class c"

	firstFunc, firstClass, firstInst, firstModule Value

	firstOp    uint32 // of the block at hand
	all        bool   // the round at hand evaluates every operation
	at         uint32 // the operation at hand, counted from the block's first
	reads      []read // dynamic reads of the run at hand that are new
	opReads    int    // those of the operation at hand start here
	oldReads   []read // those that the operation at hand has had before
	readAt     int
	final      bool    // nothing changes any more
	muted      bool    // nobody hears
	events     []event // what the round at hand does, see events.go
	merged     []event
	registered []registered
	wholeReads []read
	eventSlab  slab[event]
	readSlab   slab[read]
	op         *facts.Op
	opID       uint32

	depth, steps int           // see descend
	lastArg      *callArgs     // see argList
	given        *callArgs     // of the call at hand, as it is written
	injected     map[Func]bool // see asIs
	runs         int
	withins      int  // see within
	implicit     bool // what is called now is implied by a statement
	offloaded    bool // what libraries are called now by runs in a worker thread, see aside
	cloneIDs     map[cloneKey]uint32
	maxContexts  int
	extIDs       map[*knowledge.Entity]uint32
	extSets      map[string]Set
	extAttrs     *table
	builtinOf    *table
	methodOf     *table // (ext of a class, name) → ext of the plain method it means
	pendingCalls map[Value]pendingCall
	conform      map[Class][]Class // protocols that were asked for: the classes with all their methods
	relations    *relations        // see findRelations

	wellKnown   wellKnown
	fixtureArgs map[Func][]fixtureArg
	undecided   []readerCell // met a decorator of which nothing was known yet
	assuming    bool         // assumeSubclasses has been at work
	lenient     bool         // such decorators are taken to return their argument
	providers   map[Value]bool
	told        []uint64 // by function: its parameters, a bit each, that calls give something known
}

// readerCell is an entry in the list of a variable's readers.
type readerCell struct {
	inst Instance
	what uint32 // the operation, counted from the block's first; or, with namedBit, the first of the operations in File.uses
	next uint32
}

// cellList holds the entries of all lists, in pieces: there are millions, and a single slice would be copied as it grows.
type cellList struct {
	pieces [][]readerCell
	n      uint32
}

const cellBits = 15

func (l *cellList) at(i uint32) *readerCell { return &l.pieces[i>>cellBits][i&(1<<cellBits-1)] }

// add gives the place of c.
func (l *cellList) add(c readerCell) uint32 {
	if l.n&(1<<cellBits-1) == 0 {
		l.pieces = append(l.pieces, make([]readerCell, 1<<cellBits))
	}
	*l.at(l.n) = c
	l.n++
	return l.n - 1
}

// namedBit tells a reader whose operations name the variable from one that comes to it while it is evaluated.
const namedBit = 1 << 31

// whole is the operation of a reader that means all operations of the block.
const whole = namedBit - 1

func compareReads(a, b read) int {
	if a.op != b.op || a.op != whole {
		return cmp.Compare(a.op, b.op)
	}
	return cmp.Compare(a.v, b.v)
}

// Solution is a solved program.
type Solution struct {
	*Program
	s *solver
}

// Solve runs the analysis.
func (p *Program) Solve() *Solution {
	s := &solver{Program: p, sets: newSets(), extOf: map[string]uint32{}, spaceOf: map[string]uint32{},
		extKid: newTable(1024), fields: newTable(int(p.nOps / 8)), keyAt: newTable(1024), keys: make([][]Value, 1),
		instOf: newTable(1024), cloneVars: newTable(256),
		cloneIDs: map[cloneKey]uint32{}, extIDs: map[*knowledge.Entity]uint32{}, extSets: map[string]Set{}, extAttrs: newTable(1024),
		builtinOf: newTable(256), attrAt: newTable(4096), methodOf: newTable(1024), pendingCalls: map[Value]pendingCall{}, injected: map[Func]bool{}, conform: map[Class][]Class{}, maxContexts: len(p.funcFile)/2 + 2000}
	s.sets.isLit = func(v Value) bool { k := s.objs[v].kind; return k == kStr || k == kInt }
	s.sets.isCallable = func(v Value) bool { k := s.objs[v].kind; return k == kFunc || k == kBound || k == kClass }
	nf, nc := len(p.funcFile), len(p.classFile)
	s.objs = make([]object, 2, 2+nf+2*nc+len(p.Files)+int(p.nOps/4)+1024) // 0 is none, 1 anything
	s.firstFunc = 2
	for i := range nf {
		s.objs = append(s.objs, object{kFunc, uint32(i), 0})
	}
	s.firstClass = Value(len(s.objs))
	for i := range nc {
		s.objs = append(s.objs, object{kClass, uint32(i), 0})
	}
	s.firstInst = Value(len(s.objs))
	for i := range nc {
		s.objs = append(s.objs, object{kInst, uint32(i), 0})
	}
	s.firstModule = Value(len(s.objs))
	for i := range p.Files {
		s.objs = append(s.objs, object{kModule, uint32(i), 0})
	}
	s.exts = make([]ext, 1)
	// Room for what will be added: memory that is not used costs nothing, and growing copies it all.
	s.local = make([]Set, p.nLocal, p.nLocal+p.nLocal/2)
	s.shared = make([]Set, p.nShared, p.nShared+uint32(nc)+p.nOps/2+1024)
	s.classVar = uint32(len(s.shared))
	s.shared = append(s.shared, make([]Set, nc)...)
	s.reader = make([]uint32, len(s.shared), cap(s.shared))
	s.classes = make([]classInfo, nc)
	s.clones = make([]clone, 1)
	s.nClones = make([]uint8, nf)
	s.told, s.providers = make([]uint64, nf), map[Value]bool{}
	s.instances = make([]instance, nf, nf+nf/2+16)
	for i := range nf {
		f := p.Files[p.funcFile[i]]
		s.instances[i] = instance{fn: Func(i), file: p.funcFile[i], local: f.local, dirty: s.newDirty(p.Facts(Func(i)))}
	}
	p.eachFile(func(f *File) { f.uses, f.traits = usesOf(f.Facts), traitsOf(f.Facts) })
	s.cells.add(readerCell{}) // 0 is none
	s.wellKnown.init2(s)
	s.findFixtures()
	// Methods know their own class; a module's name is known.
	for i := range nf {
		s.enterMethod(Func(i))
	}
	s.schedule()
	s.final, s.muted = true, true
	s.solved()
	return &Solution{Program: p, s: s}
}

// enterMethod gives a method's first parameter an instance of its class (the class itself for __new__ and the like):
// whoever calls it from outside the program has one.
func (s *solver) enterMethod(f Func) {
	file := s.FileOf(f)
	fn := s.Facts(f)
	if fn.Flags&facts.FuncMethod == 0 || fn.Class == 0 || len(fn.Params) == 0 || fn.Params[0].Kind > facts.Positional {
		return
	}
	c := file.class + fn.Class - 1
	v := s.firstInst + Value(c)
	switch file.Facts.Str(fn.Name) {
	case "__new__", "__init_subclass__", "__class_getitem__":
		v = s.firstClass + Value(c)
	default:
		for _, d := range fn.Decorators {
			if d.Value.Tag() == facts.TagBuiltin {
				switch file.Facts.Str(d.Value.Index()) {
				case "staticmethod":
					return
				case "classmethod":
					v = s.firstClass + Value(c)
				}
			}
		}
	}
	i := file.shared + fn.Params[0].Var.Index()
	s.shared[i] = s.sets.union(s.shared[i], Set(v))
}

// schedule evaluates blocks until nothing changes: sweeps in order over those that have something new to read. The
// order is modules as their imports ask for them, then the blocks of each file.
func (s *solver) schedule() {
	s.order = s.inOrder()
	s.rank = make([]uint32, len(s.instances))
	for k, i := range s.order {
		s.rank[i] = uint32(k)
		s.wake(i)
	}
	s.sweep()
	// Decorators that are still unknown are no function of the program: what they decorate stays what it is.
	s.lenient = true
	for i := range s.undecided {
		s.mark(&s.undecided[i])
		s.wake(s.undecided[i].inst)
	}
	s.sweep()
	s.assumeSubclasses()
	s.sweep()
}

// maxAssumed bounds the subclasses that an argument is assumed to be of: a class that more extend says nothing of what is handed over.
const maxAssumed = 6

// assumeSubclasses: a parameter for which no call of the program gives anything known holds what its annotation says, so an object of
// the class or of one made from it. Where there are calls, they tell.
func (s *solver) assumeSubclasses() {
	s.assuming = true
	for i := range s.wellKnown.traits {
		f := Func(i)
		fn := s.Facts(f)
		if fn.Kind != facts.Function || len(fn.Params) == 0 {
			continue
		}
		file := s.FileOf(f)
		for p := range fn.Params {
			if fn.Params[p].Type == 0 || p < 64 && s.told[i]&(1<<p) != 0 {
				continue
			}
			var more Set
			for _, v := range s.sets.values(s.shared[file.shared+fn.Params[p].Type.Index()]) {
				if s.objs[v].kind != kInst {
					continue
				}
				if subs := s.subclasses(Class(s.objs[v].a), anyDistance)[1:]; len(subs) <= maxAssumed {
					for _, sub := range subs {
						more = s.sets.union(more, Set(s.firstInst+Value(sub.class)))
					}
				}
			}
			s.addShared(file.shared+fn.Params[p].Var.Index(), more)
		}
	}
}

// sweep runs what is waiting until nothing is, a stretch of neighbours until it has come to rest, then the next: a block
// mostly runs after all that it reads. The order, and not that in which readers came to what they read, decides what the
// analysis sees first.
func (s *solver) sweep() {
	for range maxSweeps {
		rest := true
		for first := 0; first < len(s.waiting); first += stretch {
			for s.pass(first, min(first+stretch, len(s.waiting))) {
				rest = false
			}
		}
		if rest {
			return
		}
	}
}

// stretch is a number of words of waiting. On the trees of docs/speed.md, 2 to 64 differ little; longer and shorter ones take more time.
const stretch = 32

// pass runs what waits in some words, and says whether anything did.
func (s *solver) pass(first, end int) bool {
	ran := false
	for w := first; w < end; w++ {
		for s.waiting[w] != 0 {
			bit := bits.TrailingZeros64(s.waiting[w])
			s.waiting[w] &^= 1 << bit
			i := Instance(w<<6 + bit)
			if int(i) < len(s.order) {
				i = s.order[i]
			}
			s.run(i)
			ran = true
		}
	}
	return ran
}

// maxSweeps ends an analysis that would not end by itself soon enough; maxRuns does so for one block.
const (
	maxSweeps = 60
	maxRuns   = 80
)

// inOrder visits modules after what they import, then their other blocks: class bodies first, since they are run first.
func (s *solver) inOrder() []Instance {
	out := make([]Instance, 0, len(s.instances))
	state := make([]uint8, len(s.Files))
	var visit func(i, depth int)
	visit = func(i, depth int) {
		if state[i] != 0 || depth > 2000 {
			return
		}
		state[i] = 1
		f := s.Files[i]
		for j := range f.imported {
			t := &f.imported[j]
			if (t.kind == targetModule || t.kind == targetVar) && t.file >= 0 && f.Facts.Imports[j].Func == 0 {
				visit(t.file, depth+1)
			}
		}
		out = append(out, Instance(f.fn))
		for k := range f.Facts.Funcs {
			if f.Facts.Funcs[k].Kind == facts.ClassBody {
				out = append(out, Instance(f.fn+uint32(k)))
			}
		}
	}
	for i := range s.Files {
		visit(i, 0)
	}
	for _, f := range s.Files {
		for k := range f.Facts.Funcs {
			switch f.Facts.Funcs[k].Kind {
			case facts.Function, facts.Lambda, facts.GenExp:
				out = append(out, Instance(f.fn+uint32(k)))
			}
		}
	}
	return out
}

func (s *solver) wake(i Instance) {
	if s.instances[i].runs >= maxRuns {
		return
	}
	at := uint32(i)
	if int(i) < len(s.rank) {
		at = s.rank[i]
	}
	for int(at>>6) >= len(s.waiting) {
		s.waiting = append(s.waiting, 0)
	}
	s.waiting[at>>6] |= 1 << (at & 63)
}

// readShared reads a shared variable and remembers the reader.
func (s *solver) readShared(v uint32) Set {
	if !s.final {
		s.register(v)
	}
	return s.shared[v]
}

// registerNamed remembers the instance at hand as a reader of the shared variables that its operations name. Those are the
// same in every run, so the first run is the only one that needs to.
func (s *solver) registerNamed(block uint32) {
	for _, n := range s.fileOf.uses.namedBy(block) {
		v := s.sharedIndex(n.index)
		s.reader[v] = s.cells.add(readerCell{s.in, n.use | namedBit, s.reader[v]})
	}
}

// register remembers the operation at hand as a reader of a variable that it came to. An operation that is evaluated again
// mostly comes to what it came to before, in the same order.
func (s *solver) register(v uint32) {
	if old := s.oldReads; len(old) > 0 {
		if s.readAt < len(old) && old[s.readAt].v == v {
			s.readAt++
			return
		}
		for k := range old {
			if old[k].v == v {
				s.readAt = k + 1
				return
			}
		}
	}
	head := s.reader[v]
	if c := s.cells.at(head); head != 0 && c.inst == s.in && c.what == s.at {
		return
	}
	for k := len(s.reads) - 1; k >= s.opReads; k-- {
		if s.reads[k].v == v {
			return
		}
	}
	s.reads = append(s.reads, read{s.at, v})
	s.reader[v] = s.cells.add(readerCell{s.in, s.at, head})
}

// registerWhole remembers the instance at hand as a reader of what seldom changes once functions run, the bases of a class:
// then all its operations are evaluated again. Each operation has many such reads, and their lists would be long.
func (s *solver) registerWhole(v uint32) {
	if s.final {
		return
	}
	head := s.reader[v]
	if c := s.cells.at(head); head != 0 && c.inst == s.in && c.what == whole {
		return
	}
	if !s.all {
		if _, ok := slices.BinarySearchFunc(s.instances[s.in].reads, read{whole, v}, compareReads); ok {
			return
		}
	}
	s.wholeReads = append(s.wholeReads, read{whole, v})
	s.reader[v] = s.cells.add(readerCell{s.in, whole, head})
}

// listen is register, while there is anything to hear.
func (s *solver) listen(v uint32) {
	if !s.final {
		s.register(v)
	}
}

// addShared adds values to a shared variable and wakes its readers.
func (s *solver) addShared(v uint32, x Set) {
	if x == 0 || s.final {
		return
	}
	n := s.sets.union(s.shared[v], x)
	if n == s.shared[v] {
		return
	}
	s.shared[v] = n
	s.notify(v)
}

// notify wakes the readers of a variable.
func (s *solver) notify(v uint32) {
	for i := s.reader[v]; i != 0; {
		c := s.cells.at(i)
		s.mark(c)
		s.wake(c.inst)
		i = c.next
	}
}

func (s *solver) newShared() uint32 {
	s.shared = append(s.shared, 0)
	if !s.final {
		s.reader = append(s.reader, 0)
	}
	return uint32(len(s.shared) - 1)
}

// field is the variable of an object's field; made on demand.
func (s *solver) field(o Value, key uint32) uint32 {
	k := pair(uint32(o), key)
	if v, ok := s.fields.get(k); ok {
		return v
	}
	v := s.newShared()
	s.fields.put(k, v)
	if key&fieldBit != 0 && key < keyElem && o >= s.firstClass && o < s.firstModule && !s.final {
		s.fieldMade(Class(s.objs[o].a), Sym(key&^fieldBit))
	}
	return v
}

// readField reads an object's field. A reader of one that is not there yet must be told when it appears, so it is made,
// unless nothing changes any more.
func (s *solver) readField(o Value, key uint32) Set {
	if s.final {
		if v, ok := s.fields.get(pair(uint32(o), key)); ok {
			return s.shared[v]
		}
		return 0
	}
	return s.readShared(s.field(o, key))
}

// object gives the value for an object, always the same for the same content.
func (s *solver) object(k kind, a, b uint32) Value {
	switch k {
	case kFunc:
		if b == 0 {
			return s.firstFunc + Value(a)
		}
	case kClass:
		return s.firstClass + Value(a)
	case kInst:
		return s.firstInst + Value(a)
	case kModule:
		return s.firstModule + Value(a)
	}
	t := s.objOf[k]
	if t == nil {
		t = newTable(64)
		s.objOf[k] = t
	}
	key := pair(a, b)
	if v, ok := t.get(key); ok {
		return Value(v)
	}
	v := Value(len(s.objs))
	s.objs = append(s.objs, object{k, a, b})
	t.put(key, uint32(v))
	return v
}

// ---- variables of the block at hand ----

func (s *solver) sharedIndex(index uint32) uint32 {
	v := s.fileOf.shared + index
	if s.cur.ctx == 0 {
		return v
	}
	return s.inContext(s.cur.ctx, index, v)
}

func (s *solver) val(r facts.Ref) Set {
	switch r.Tag() {
	case facts.TagLocal:
		if r == 0 {
			return 0
		}
		return s.local[s.cur.local+r.Index()]
	case facts.TagShared:
		return s.shared[s.sharedIndex(r.Index())]
	case facts.TagStr:
		return Set(s.stringValue(s.fileOf, r.Index()))
	case facts.TagInt:
		return Set(s.object(kInt, r.Index(), 0))
	case facts.TagBuiltin:
		return s.builtinName(s.fileOf, r.Index())
	}
	return 0
}

func (s *solver) stringValue(f *File, i facts.Str) Value {
	if f.literal == nil {
		f.literal = make([]Value, len(f.Facts.Strings))
	}
	if v := f.literal[i]; v != 0 {
		return v
	}
	v := s.object(kStr, uint32(s.symbol(f, i)), 0)
	f.literal[i] = v
	return v
}

func (s *solver) set(r facts.Ref, x Set) {
	if x == 0 || r == 0 {
		return
	}
	if r.Tag() == facts.TagShared {
		s.addShared(s.sharedIndex(r.Index()), x)
		return
	}
	i := s.cur.local + r.Index()
	if n := s.sets.union(s.local[i], x); n != s.local[i] {
		s.local[i] = n
		if s.op.Flags&facts.FlagBack != 0 {
			s.change = true
		}
		s.markUses(r.Index())
	}
}

// builtinName is what a name means that no scope of the file binds: something from a star import, or a builtin.
func (s *solver) builtinName(f *File, name facts.Str) Set {
	if x := f.builtin[name]; x != 0 {
		if x < varMark {
			return x
		}
		if x == noBuiltin {
			return 0
		}
		return s.readShared(uint32(x - varMark))
	}
	sym := s.symbol(f, name)
	if len(f.stars) > 0 {
		if v, ok := s.global(f.Index, sym); ok {
			f.builtin[name] = varMark + Set(v)
			return s.readShared(v)
		}
	}
	var x Set
	for i := range f.imported {
		if t := &f.imported[i]; t.star && t.kind == targetLibrary {
			if mod := s.Catalogue.Module(t.path); mod != nil {
				if m := s.Catalogue.Member(mod, s.Names[sym]); m != nil {
					x = s.entitySet(m)
				}
			}
		}
	}
	if x == 0 {
		if e := s.Catalogue.Builtin(s.Names[sym]); e != nil {
			x = s.entitySet(e)
		} else if s.Names[sym] == "get_ipython" { // what notebooks have beside the builtins: !ls
			if e := s.Catalogue.Lookup("IPython.get_ipython"); e != nil {
				x = s.entitySet(e)
			}
		}
	}
	f.builtin[name] = x
	if x == 0 {
		f.builtin[name] = noBuiltin
	}
	return x
}

const noBuiltin = ^Set(0)

// varMark tells, in File.builtin, a shared variable from a set; sets never get that large.
const varMark = Set(3 << 30)
