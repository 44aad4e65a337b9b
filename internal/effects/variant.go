package effects

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// Variants. A call may rule some branches of what it calls out by its arguments:
//
//	def install(package, enabled=True):
//	    if not enabled:
//	        return
//	    subprocess.run(["pip", "install", package])
//
//	install("x", enabled=False)
//
// Such a call goes to a variant of the function: a node beside the function's own that has its edges and sites, those of
// the branches left out. The function's own node keeps them all, and is where every call goes of which that is not certain,
// and what frameworks call.
//
// Arguments count that are literals, given or left to a default. What a variant was given may be an argument itself: a
// parameter that is handed on as it came, and what a function takes as *args and **kwargs only to hand it on, as wrappers
// do. So what is given decides in the next function too; asked are only arguments that a test needs within maxHanded calls.
//
// Variants are made in the order of the edges that need them, so they depend on nothing else.
const (
	maxHanded   = 5
	maxVariants = 24  // of one node
	maxRest     = 8   // positional arguments that are known of *args
	maxEdges    = 128 // of a node that has variants: one with more is known but vaguely, and they would be large
)

// shape is what the making of variants knows of a function.
type shape struct {
	file     *link.File
	fn       *facts.Func
	branches []branch
	params   uint64 // the parameters that its tests ask of, and those that it hands on to where they are asked of
	handed   uint64 // the latter
	// What it takes beyond its parameters, as far as it hands that on to where it is asked of: so many positional arguments,
	// and keywords.
	rest  int
	names []string
	asked int // round of handOn in which it asked for more
}

type branch struct {
	from, to uint32 // the program's numbers of its operations
	test     [][]facts.Atom
}

func (b branch) holds(id uint32) bool { return b.from <= id && id < b.to }

// given is what a function of a shape is known to be given.
type given struct {
	params      []literal // by parameter
	rest, names []literal
}

type variantKey struct {
	base Node
	out  uint64 // branches ruled out
	has  string // what it hands on
}

type varier struct {
	a      *Analysis
	edges  int // of the program itself
	out    index
	sites  index
	shapes []*shape // by function
	known  map[variantKey]Node
	given  []*given // by variant
	room   given    // see gives
	made   map[Node]int
	does   map[Node]uint64                       // branches that hold an edge or a site
	passed map[variable]bool                     // parameters that take the rest of the arguments, see handsOn
	copies map[link.Func]map[facts.Ref]facts.Ref // see copyOf
}

// base is the node that a variant is one of, and any other node itself.
func (a *Analysis) base(n Node) Node {
	if int(n) >= a.second {
		return a.bases[int(n)-a.second]
	}
	return n
}

// Variants are the variants of a node of the program's own.
func (a *Analysis) Variants(n Node) []Node {
	if len(a.bases) == 0 || int(n) >= a.second {
		return nil
	}
	var out []Node
	for _, i := range a.kinds.of(n) {
		out = append(out, Node(a.second)+Node(i))
	}
	return out
}

// Callers are the edges of the program's own nodes that run a node or a variant of it.
func (a *Analysis) Callers(n Node) []uint32 {
	var out []uint32
	for _, m := range append([]Node{n}, a.Variants(n)...) {
		for _, i := range a.in.of(m) {
			if int(a.Edges[i].From) < a.second {
				out = append(out, i)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Holds says whether an operation of a node's block, by the program's number of it, is in the node: a variant leaves some out.
func (a *Analysis) Holds(n Node, id uint32) bool {
	return int(n) < a.second || !slices.ContainsFunc(a.left[int(n)-a.second], func(b branch) bool { return b.holds(id) })
}

// vary makes the variants and leads to them the calls that are theirs.
func (a *Analysis) vary() {
	v := &varier{a: a, edges: len(a.Edges), shapes: make([]*shape, a.Funcs()), known: map[variantKey]Node{}, made: map[Node]int{}, does: map[Node]uint64{}, passed: map[variable]bool{}, copies: map[link.Func]map[facts.Ref]facts.Ref{}}
	for _, f := range a.Files {
		if len(f.Facts.Branches) == 0 {
			continue
		}
		for i := range f.Facts.Funcs {
			if fn := &f.Facts.Funcs[i]; fn.Branches[0] < fn.Branches[1] {
				v.shapes[f.FirstFunc()+link.Func(i)] = shapeOf(f, fn)
			}
		}
	}
	v.handOn()
	v.out = makeIndex(a.nodes, len(a.Edges), func(i int) Node { return a.Edges[i].From })
	v.sites = makeIndex(a.nodes, len(a.Sites), func(i int) Node { return a.Sites[i].Node })
	for i := range v.edges {
		if e := &a.Edges[i]; v.shapes[a.FuncOf(e.To)] != nil {
			e.To = v.target(i, nil)
		}
	}
	for i := 0; i < len(a.bases); i++ {
		v.fill(i)
	}
	a.kinds = makeIndex(a.second, len(a.bases), func(i int) Node { return a.bases[i] })
}

func shapeOf(f *link.File, fn *facts.Func) *shape {
	s := &shape{file: f, fn: fn}
	for i := fn.Branches[0]; i < fn.Branches[1] && len(s.branches) < 64; i++ {
		b := &f.Facts.Branches[i]
		s.branches = append(s.branches, branch{f.OpBase() + b.Ops[0], f.OpBase() + b.Ops[1], f.Facts.Test(b)})
		for _, clause := range s.branches[len(s.branches)-1].test {
			for _, a := range clause {
				if a.Param < 64 {
					s.params |= 1 << a.Param
				}
			}
		}
	}
	return s
}

// handOn finds what functions hand on to where it is asked of.
func (v *varier) handOn() {
	var calls []uint32
	for i := range v.edges {
		if e := &v.a.Edges[i]; e.binding != link.Unbound && len(v.a.Facts(v.a.FuncOf(e.From)).Params) > 0 {
			calls = append(calls, uint32(i))
		}
	}
	for round := range maxHanded {
		more := false
		for _, i := range calls {
			e := &v.a.Edges[i]
			s := v.shapes[v.a.FuncOf(e.To)]
			if s == nil || s.asked < round { // what it asks for is known to its callers
				continue
			}
			c := v.call(e, nil)
			if c.asks(e.binding, s) {
				v.shapes[c.f].asked = round + 1
				more = true
			}
		}
		if !more {
			return
		}
	}
}

// shape is that of a function, which has one from now on.
func (v *varier) shape(f link.Func) *shape {
	if v.shapes[f] == nil {
		v.shapes[f] = &shape{file: v.a.FileOf(f), fn: v.a.Facts(f)}
	}
	return v.shapes[f]
}

// places is the number of parameters that take positional arguments.
func (s *shape) places() int {
	n := 0
	for i := range s.fn.Params {
		if s.fn.Params[i].Kind <= facts.Positional {
			n++
		}
	}
	return n
}

// param is the parameter that takes a keyword, -1 without one.
func (s *shape) param(name string) int {
	for i := range s.fn.Params {
		if k := s.fn.Params[i].Kind; (k == facts.Positional || k == facts.KeywordOnly) && s.file.Facts.Str(s.fn.Params[i].Name) == name {
			return i
		}
	}
	return -1
}

// target is the node that one of the program's edges leads to when its function was given has.
func (v *varier) target(i int, has *given) Node {
	e := &v.a.Edges[i]
	to := v.a.base(e.To)
	s := v.shapes[v.a.FuncOf(to)]
	if s == nil {
		return to
	}
	if e.binding == link.Unbound {
		if ok, _ := passes(e.Mode); ok {
			e = v.maker(i, to)
		}
		if e == nil || e.binding == link.Unbound {
			return to
		}
	}
	c := v.call(e, has)
	if g := c.gives(e.binding, s); g != nil {
		return v.variant(to, s, g)
	}
	return to
}

// maker is the call that made the coroutine or generator which an edge runs, where that is an operand of its operation; nil
// where that is not certain.
func (v *varier) maker(i int, to Node) *Edge {
	e := &v.a.Edges[i]
	row := v.out.of(e.From)
	at, _ := slices.BinarySearch(row, uint32(i))
	for k := at - 1; k >= 0 && k >= at-32; k-- {
		m := &v.a.Edges[row[k]]
		if m.Mode == link.Made && v.a.base(m.To) == to && m.binding != link.Unbound && operand(v.a.File(e.From), e.Op, m.Op.Dst) {
			return m
		}
	}
	return nil
}

// operand: an operation uses the value, by itself or as an argument.
func operand(file *link.File, op *facts.Op, r facts.Ref) bool {
	switch op.Code {
	case facts.Await, facts.Iter, facts.Enter, facts.YieldFrom:
		return facts.Ref(op.A) == r
	case facts.Call:
		a := file.Facts.Args(op)
		for _, x := range a.Pos {
			if facts.Ref(x) == r {
				return true
			}
		}
		for k := 1; k < len(a.Kw); k += 2 {
			if facts.Ref(a.Kw[k]) == r {
				return true
			}
		}
	}
	return false
}

// variant is the variant of a node for what is given, the node itself when that rules nothing out and nothing is handed on.
func (v *varier) variant(to Node, s *shape, g *given) Node {
	key := variantKey{base: to}
	for i := range s.branches {
		if s.ruledOut(&s.branches[i], g) {
			key.out |= 1 << i
		}
	}
	if key.out != 0 {
		key.out &= v.doing(to, s)
	}
	if has := g.text(s); has != "" {
		key.has = has
	} else if key.out == 0 {
		return to
	}
	if n, ok := v.known[key]; ok {
		return n
	}
	if v.made[to] == maxVariants || len(v.out.of(to)) > maxEdges {
		return to
	}
	v.made[to]++
	n := Node(v.a.nodes)
	v.a.nodes++
	v.a.bases = append(v.a.bases, to)
	var left []branch
	for out := key.out; out != 0; out &= out - 1 {
		left = append(left, s.branches[bits.TrailingZeros64(out)])
	}
	v.a.left = append(v.a.left, left)
	v.given = append(v.given, &given{slices.Clone(g.params), slices.Clone(g.rest), slices.Clone(g.names)})
	v.known[key] = n
	return n
}

// text is what the function hands on of what it is given, "" when nothing is known of that.
func (g *given) text(s *shape) string {
	if s.handed == 0 && s.rest == 0 && len(s.names) == 0 {
		return ""
	}
	b := make([]byte, 0, 64)
	some := false
	add := func(x literal) {
		some = some || x.kind != unknownLiteral
		b = binary.AppendVarint(append(b, byte(x.kind)), int64(x.n))
		b = append(binary.AppendUvarint(b, uint64(len(x.text))), x.text...)
	}
	for ps := s.handed; ps != 0; ps &= ps - 1 {
		add(g.params[bits.TrailingZeros64(ps)])
	}
	for _, x := range g.rest {
		add(x)
	}
	for i, x := range g.names {
		if s.param(s.names[i]) < 0 {
			add(x)
		}
	}
	if !some {
		return ""
	}
	return string(b)
}

// ruledOut: some clause of the test has only atoms that fail.
func (s *shape) ruledOut(b *branch, g *given) bool {
	for _, clause := range b.test {
		all := true
		for _, a := range clause {
			if a.Param >= 64 || !fails(s.file.Facts, a, g.params[a.Param]) {
				all = false
				break
			}
		}
		if all {
			return true
		}
	}
	return false
}

// doing are the branches of a node in which something happens.
func (v *varier) doing(n Node, s *shape) uint64 {
	if x, ok := v.does[n]; ok {
		return x
	}
	var x uint64
	for _, i := range v.out.of(n) {
		x |= s.around(v.a.Edges[i].ID)
	}
	for _, i := range v.sites.of(n) {
		x |= s.around(v.a.Sites[i].ID)
	}
	v.does[n] = x
	return x
}

// around are the branches that an operation is in.
func (s *shape) around(id uint32) (x uint64) {
	for i := range s.branches {
		if s.branches[i].holds(id) {
			x |= 1 << i
		}
	}
	return x
}

// fill gives a variant its edges and sites.
func (v *varier) fill(i int) {
	n, base := Node(v.a.second+i), v.a.bases[i]
	for _, k := range v.out.of(base) {
		if !v.a.Holds(n, v.a.Edges[k].ID) {
			continue
		}
		e := v.a.Edges[k]
		e.From, e.To = n, v.target(int(k), v.given[i])
		v.a.Edges = append(v.a.Edges, e)
	}
	for _, k := range v.sites.of(base) {
		if v.a.Holds(n, v.a.Sites[k].ID) {
			x := v.a.Sites[k]
			x.Node = n
			v.a.Sites = append(v.a.Sites, x)
		}
	}
}
