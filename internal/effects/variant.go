package effects

import (
	"math/bits"

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
// Arguments count that are literals, given or left to a default. In a variant a parameter whose literal is known may be
// an argument itself, so that what is handed on decides in the next function too: asked are only parameters that a test
// needs within maxHanded calls. Variants are made in the order of the edges that need them, so they depend on nothing else.
const (
	maxHanded   = 2
	maxVariants = 24 // of one node
)

// literal is what a call is known to give to a parameter; the zero value is not known.
type literal struct {
	kind literalKind
	n    int
	text string
}

type literalKind uint8

const (
	unknownLiteral literalKind = iota
	noneLiteral
	boolLiteral
	intLiteral
	textLiteral
)

func literalOf(f *facts.File, r facts.Ref) literal {
	if n, ok := r.Int(); ok {
		return literal{kind: intLiteral, n: n}
	}
	switch {
	case r.Tag() == facts.TagStr:
		return literal{kind: textLiteral, text: f.Str(r.Index())}
	case r.Is(facts.ConstNone):
		return literal{kind: noneLiteral}
	case r.Is(facts.ConstFalse):
		return literal{kind: boolLiteral}
	case r.Is(facts.ConstTrue):
		return literal{kind: boolLiteral, n: 1}
	}
	return literal{}
}

func (x literal) truth() bool {
	if x.kind == textLiteral {
		return x.text != ""
	}
	return x.n != 0
}

// equals compares two literals; sure is false where Python's answer depends on more.
func (x literal) equals(y literal) (equal, sure bool) {
	switch {
	case x.kind == unknownLiteral || y.kind == unknownLiteral:
		return false, false
	case x.kind == y.kind:
		return x == y, true
	case x.kind+y.kind == boolLiteral+intLiteral && x.kind != noneLiteral && y.kind != noneLiteral:
		return false, false // 1 == True, and 1 is not True
	}
	return false, true
}

// fails: the atom surely does not hold for a parameter with this value.
func fails(f *facts.File, a facts.Atom, x literal) bool {
	if x.kind == unknownLiteral {
		return false
	}
	if a.Asks == facts.AsksTrue {
		return x.truth() == a.Not
	}
	equal, sure := x.equals(literalOf(f, a.Value))
	return sure && equal == a.Not
}

// shape is what the making of variants knows of a function.
type shape struct {
	file     *link.File
	fn       *facts.Func
	branches []branch
	asked    uint64 // parameters that the tests ask of
	handed   uint64 // parameters that it hands on to where they are asked of
}

type branch struct {
	from, to uint32 // the program's numbers of its operations
	test     [][]facts.Atom
}

// given are the literals of a function's parameters.
type given [64]literal

type variantKey struct {
	base   Node
	out    uint64 // branches ruled out
	handed string // what it hands on
}

type varier struct {
	a      *Analysis
	edges  int // of the program itself
	out    index
	sites  index
	shapes map[link.Func]*shape
	known  map[variantKey]Node
	given  []*given // by variant
	ruled  []uint64 // by variant: branches ruled out
	made   map[Node]int
	does   map[Node]uint64 // branches that hold an edge or a site
}

// base is the node that a variant is one of, and any other node itself.
func (a *Analysis) base(n Node) Node {
	if int(n) >= a.second {
		return a.bases[int(n)-a.second]
	}
	return n
}

// vary makes the variants and leads to them the calls that are theirs.
func (a *Analysis) vary() {
	v := &varier{a: a, edges: len(a.Edges), shapes: map[link.Func]*shape{}, known: map[variantKey]Node{}, made: map[Node]int{}, does: map[Node]uint64{}}
	for _, f := range a.Files {
		for i := range f.Facts.Funcs {
			if fn := &f.Facts.Funcs[i]; fn.Branches[0] < fn.Branches[1] {
				v.shapes[f.FirstFunc()+link.Func(i)] = shapeOf(f, fn)
			}
		}
	}
	if len(v.shapes) == 0 {
		return
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
}

func shapeOf(f *link.File, fn *facts.Func) *shape {
	s := &shape{file: f, fn: fn}
	for i := fn.Branches[0]; i < fn.Branches[1] && len(s.branches) < 64; i++ {
		b := &f.Facts.Branches[i]
		s.branches = append(s.branches, branch{f.OpBase() + b.Ops[0], f.OpBase() + b.Ops[1], f.Facts.Test(b)})
		for _, clause := range s.branches[len(s.branches)-1].test {
			for _, a := range clause {
				if a.Param < 64 {
					s.asked |= 1 << a.Param
				}
			}
		}
	}
	return s
}

// handOn finds the functions that hand a parameter on to where it is asked of.
func (v *varier) handOn() {
	a := v.a
	for range maxHanded - 1 {
		type found struct {
			f link.Func
			p uint64
		}
		var more []found
		for i := range v.edges {
			e := &a.Edges[i]
			if e.binding == link.Unbound {
				continue
			}
			s := v.shapes[a.FuncOf(e.To)]
			if s == nil {
				continue
			}
			f := a.FuncOf(e.From)
			file, fn := a.FileOf(f), a.Facts(f)
			if len(fn.Params) == 0 {
				continue
			}
			for ps := s.asked | s.handed; ps != 0; ps &= ps - 1 {
				r, ok := argument(file, e.Op, e.binding, s, bits.TrailingZeros64(ps))
				if p := paramOf(file, fn, e.Op, r); ok && p >= 0 {
					more = append(more, found{f, 1 << p})
				}
			}
		}
		for _, m := range more {
			s := v.shapes[m.f]
			if s == nil {
				s = &shape{file: a.FileOf(m.f), fn: a.Facts(m.f)}
				v.shapes[m.f] = s
			}
			s.handed |= m.p
		}
	}
}

// argument is what a call gives to a parameter: a reference of the caller's file. ok is false where it is not certain, and
// for what the parameter's default says.
func argument(from *link.File, op *facts.Op, how link.Binding, s *shape, param int) (r facts.Ref, ok bool) {
	a := from.Facts.Args(op)
	p := &s.fn.Params[param]
	if p.Kind == facts.Positional || p.Kind == facts.PositionalOnly {
		at := param
		if how == link.AfterReceiver {
			at--
		}
		if at < 0 || at < len(a.Pos) && (at >= 32 || a.Stars&(1<<(at+1)-1) != 0) {
			return 0, false
		}
		if at < len(a.Pos) {
			return facts.Ref(a.Pos[at]), true
		}
	}
	if p.Kind == facts.PositionalOnly {
		return 0, false
	}
	name := s.file.Facts.Str(p.Name)
	for i := 0; i < len(a.Kw); i += 2 {
		if a.Kw[i] != 0 && from.Facts.Str(a.Kw[i]) == name {
			return facts.Ref(a.Kw[i+1]), true
		}
	}
	return 0, false
}

// omits: a call surely leaves a parameter to its default, when it does not give it by name or place.
func omits(from *link.File, op *facts.Op) bool {
	a := from.Facts.Args(op)
	if a.Stars != 0 || len(a.Pos) > 32 {
		return false
	}
	for i := 0; i < len(a.Kw); i += 2 {
		if a.Kw[i] == 0 {
			return false
		}
	}
	return true
}

// paramOf is the parameter of a function that an argument of its operation is, as it was given; -1 for anything else. In
// a loop the argument is a variable into which the parameter is copied once.
func paramOf(file *link.File, fn *facts.Func, op *facts.Op, r facts.Ref) int {
	if !r.IsVar() {
		return -1
	}
	for hops := 0; r.Tag() == facts.TagLocal; hops++ {
		var only *facts.Op
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			if d := &file.Facts.Ops[o]; d.Dst == r {
				if only != nil || d.Code != facts.Copy {
					return -1
				}
				only = d
			}
		}
		if only == nil || hops == 4 {
			return -1
		}
		r = facts.Ref(only.A)
	}
	for i := range fn.Params {
		if fn.Params[i].Var == r && i < 64 && fn.Params[i].Kind != facts.VarPositional && fn.Params[i].Kind != facts.VarKeyword {
			return i
		}
	}
	return -1
}

// target is the node that one of the program's edges leads to when its function was given has.
func (v *varier) target(i int, has *given) Node {
	e := v.a.Edges[i]
	to := v.a.base(e.To)
	s := v.shapes[v.a.FuncOf(to)]
	if s == nil {
		return to
	}
	if ok, _ := passes(e.Mode); e.binding == link.Unbound && ok {
		if e = v.maker(i, to); e.binding == link.Unbound {
			return to
		}
	} else if e.binding == link.Unbound {
		return to
	}
	f := v.a.FuncOf(e.From)
	file, fn := v.a.FileOf(f), v.a.Facts(f)
	var g given
	some := false
	for ps := s.asked | s.handed; ps != 0; ps &= ps - 1 {
		p := bits.TrailingZeros64(ps)
		r, ok := argument(file, e.Op, e.binding, s, p)
		switch {
		case ok && !r.IsVar():
			g[p] = literalOf(file.Facts, r)
		case ok && has != nil:
			if q := paramOf(file, fn, e.Op, r); q >= 0 {
				g[p] = has[q]
			}
		case !ok && !(e.binding == link.AfterReceiver && p == 0) && omits(file, e.Op) && s.fn.Params[p].Default != 0:
			g[p] = literalOf(s.file.Facts, s.fn.Params[p].Default)
		}
		some = some || g[p].kind != unknownLiteral
	}
	if !some {
		return to
	}
	return v.variant(to, s, &g)
}

// maker is the call that made the coroutine or generator which an edge runs, where that is an operand of its operation; the
// zero value where it is not certain.
func (v *varier) maker(i int, to Node) Edge {
	e := &v.a.Edges[i]
	row := v.out.of(e.From)
	at := 0
	for lo, hi := 0, len(row); lo < hi; {
		if m := (lo + hi) / 2; row[m] < uint32(i) {
			lo = m + 1
			at = lo
		} else {
			hi = m
			at = hi
		}
	}
	for k := at - 1; k >= 0 && k >= at-32; k-- {
		m := &v.a.Edges[row[k]]
		if m.Mode == link.Made && v.a.base(m.To) == to && m.binding != link.Unbound && operand(v.a.File(e.From), e.Op, m.Op.Dst) {
			return *m
		}
	}
	return Edge{}
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
	handed := make([]byte, 0, 32)
	known := false
	for ps := s.handed; ps != 0; ps &= ps - 1 {
		x := g[bits.TrailingZeros64(ps)]
		known = known || x.kind != unknownLiteral
		handed = append(handed, byte(x.kind), byte(x.n), byte(x.n>>8), byte(x.n>>16), byte(x.n>>24), byte(len(x.text)), byte(len(x.text)>>8))
		handed = append(handed, x.text...)
	}
	if known {
		key.handed = string(handed)
	} else if key.out == 0 {
		return to
	}
	if n, ok := v.known[key]; ok {
		return n
	}
	if v.made[to] == maxVariants {
		return to
	}
	v.made[to]++
	n := Node(v.a.nodes)
	v.a.nodes++
	v.a.bases = append(v.a.bases, to)
	has := *g
	v.given, v.ruled = append(v.given, &has), append(v.ruled, key.out)
	v.known[key] = n
	return n
}

// ruledOut: some clause of the test has only atoms that fail.
func (s *shape) ruledOut(b *branch, g *given) bool {
	for _, clause := range b.test {
		all := true
		for _, a := range clause {
			if a.Param >= 64 || !fails(s.file.Facts, a, g[a.Param]) {
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
		if b := &s.branches[i]; b.from <= id && id < b.to {
			x |= 1 << i
		}
	}
	return x
}

// fill gives a variant its edges and sites.
func (v *varier) fill(i int) {
	n, base := Node(v.a.second+i), v.a.bases[i]
	s := v.shapes[v.a.FuncOf(base)]
	for _, k := range v.out.of(base) {
		if s.around(v.a.Edges[k].ID)&v.ruled[i] != 0 {
			continue
		}
		e := v.a.Edges[k]
		e.From, e.To = n, v.target(int(k), v.given[i])
		v.a.Edges = append(v.a.Edges, e)
	}
	for _, k := range v.sites.of(base) {
		if s.around(v.a.Sites[k].ID)&v.ruled[i] == 0 {
			x := v.a.Sites[k]
			x.Node = n
			v.a.Sites = append(v.a.Sites, x)
		}
	}
}
