package rule

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// Trace is what comes to a chosen set of sites along chosen edges. The analysis' own witnesses are of a kind of effect; a
// rule that leaves some sites or some ways out needs its own.
type Trace struct {
	p    *Pass
	site func(*effects.Site) bool
	edge func(*effects.Edge) bool
	hops []hop // by node
}

type hop struct {
	dist int32
	via  int32 // the site when dist is 1, else the edge
	cert diag.Certainty
}

// Trace goes backward from the sites that site accepts along the edges that edge accepts: proved steps first, then the
// fewest, then those first in the program.
func (p *Pass) Trace(site func(*effects.Site) bool, edge func(*effects.Edge) bool) *Trace {
	t := &Trace{p: p, site: site, edge: edge, hops: make([]hop, p.Nodes())}
	var layer []effects.Node
	certain := diag.Proved
	seed := func() {
		for i := range p.Sites {
			s := &p.Sites[i]
			if s.Certainty == certain && t.hops[s.Node].dist == 0 && site(s) {
				t.hops[s.Node] = hop{1, int32(i), certain}
				layer = append(layer, s.Node)
			}
		}
	}
	spread := func() {
		for len(layer) > 0 {
			var next []effects.Node
			for _, n := range layer {
				for _, i := range p.InEdges(n) {
					e := &p.Edges[i]
					if e.Certainty < certain || t.hops[e.From].dist != 0 || !edge(e) {
						continue
					}
					t.hops[e.From] = hop{t.hops[n].dist + 1, int32(i), certain}
					next = append(next, e.From)
				}
			}
			layer = next
		}
	}
	seed()
	spread()
	certain = diag.Likely
	// Everything proved is now a source for what is only likely.
	for n := range t.hops {
		if t.hops[n].dist != 0 {
			layer = append(layer, effects.Node(n))
		}
	}
	seed()
	spread()
	return t
}

// Proved visits the operations of a node that certainly come to a site: those that are one, and the calls that lead to one.
func (t *Trace) Proved(n effects.Node, visit func(op *facts.Op, steps func() []effects.Step)) {
	for _, i := range t.p.SitesOf(n) {
		if s := &t.p.Sites[i]; s.Certainty == diag.Proved && t.site(s) {
			visit(s.Op, func() []effects.Step { return []effects.Step{t.p.SiteStep(s)} })
		}
	}
	for _, i := range t.p.OutEdges(n) {
		if e := &t.p.Edges[i]; e.Certainty == diag.Proved && t.edge(e) && t.Reaches(e.To) && t.Certainty(e.To) == diag.Proved {
			visit(e.Op, func() []effects.Step { return t.Through(e) })
		}
	}
}

// Runs is an edge filter: the callee runs before the operation is over, in the same thread.
func Runs(e *effects.Edge) bool {
	switch e.Mode {
	case link.Called, link.Consumed, link.ClassRun:
		return true
	}
	return false
}

// Happens is an edge filter: the callee runs because of the operation, here, on the loop or in another thread.
func Happens(e *effects.Edge) bool {
	switch e.Mode {
	case link.Called, link.Consumed, link.ClassRun, link.Scheduled, link.Offloaded, link.Started:
		return true
	}
	return false
}

// Reaches says whether a chain starts at n.
func (t *Trace) Reaches(n effects.Node) bool { return t.hops[n].dist != 0 }

// Distance is the length of the chain from n, 0 without one.
func (t *Trace) Distance(n effects.Node) int { return int(t.hops[n].dist) }

// Certainty of the chain from n.
func (t *Trace) Certainty(n effects.Node) diag.Certainty { return t.hops[n].cert }

// Chain is the witness from n to its site.
func (t *Trace) Chain(n effects.Node) []effects.Step {
	var out []effects.Step
	for t.hops[n].dist > 1 {
		e := &t.p.Edges[t.hops[n].via]
		out = append(out, effects.Step{Node: n, Op: e.Op, Mode: e.Mode, To: e.To})
		n = e.To
	}
	if t.hops[n].dist == 0 {
		return nil
	}
	return append(out, t.p.SiteStep(&t.p.Sites[t.hops[n].via]))
}

// Through is the witness of an edge into a traced node.
func (t *Trace) Through(e *effects.Edge) []effects.Step {
	return append([]effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}}, t.Chain(e.To)...)
}

// SiteStep is a site as the last step of a witness.
func (p *Pass) SiteStep(s *effects.Site) effects.Step {
	return effects.Step{Node: s.Node, Op: s.Op, Mode: s.Mode, To: s.Node, Site: s}
}

// Short is a function's name as its file would write it: Class.method, without the module.
func (p *Pass) Short(f link.Func) string {
	fn := p.Facts(f)
	if fn.Kind == facts.ModuleBody {
		return p.FileOf(f).Module
	}
	q := strings.ReplaceAll(p.FileOf(f).Facts.Str(fn.QualName), ".<locals>", "")
	if fn.Kind == facts.Lambda {
		q = strings.TrimSuffix(q, ".<lambda>")
		if q == "<lambda>" || q == "" {
			return "a lambda"
		}
		return "a lambda in " + q
	}
	return q
}

// Last is the site of a witness.
func Last(steps []effects.Step) *effects.Site { return steps[len(steps)-1].Site }

// Via says in a few words through what a witness goes on its way: "" when the site is in the first step.
func (p *Pass) Via(steps []effects.Step) string {
	if len(steps) < 2 {
		return ""
	}
	return p.Short(p.FuncOf(steps[0].To))
}

// CalledAs is what a site calls, as a reader would write it.
func CalledAs(s *effects.Site) string {
	if s.Call != nil {
		return s.Call.DisplayPath()
	}
	return s.Path
}

// Around gives the contexts of an operation from the inside out; it stops when yield says so.
func Around(file *link.File, op *facts.Op, yield func(*facts.Ctx) bool) {
	for x := op.Ctx; x != 0; {
		c := &file.Facts.Ctxs[x]
		if !yield(c) {
			return
		}
		x = c.Parent
	}
}

// Handling: what a context surrounds belongs to the handling of a failure, or to what is done however a block ends.
func Handling(file *link.File, ctx uint32) bool {
	for ; ctx != 0; ctx = file.Facts.Ctxs[ctx].Parent {
		if k := file.Facts.Ctxs[ctx].Kind; k == facts.CtxHandler || k == facts.CtxFinally {
			return true
		}
	}
	return false
}

// DefOf is the operation of a block that gives a variable its value; nil when there is none or more than one.
func DefOf(file *link.File, fn *facts.Func, r facts.Ref) *facts.Op {
	if !r.IsVar() {
		return nil
	}
	var found *facts.Op
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if op := &file.Facts.Ops[o]; op.Dst == r {
			if found != nil {
				return nil
			}
			found = op
		}
	}
	return found
}

// HasPrefix: a dotted path is one of the names or below one of them.
func HasPrefix(path string, names ...string) bool {
	for _, n := range names {
		if path == n || strings.HasPrefix(path, n) && path[len(n)] == '.' {
			return true
		}
	}
	return false
}

// Top is the first part of a dotted name.
func Top(dotted string) string {
	first, _, _ := strings.Cut(dotted, ".")
	return first
}

// Words splits an identifier into lower-case words: apiKey, API_KEY and api-key are all [api key].
func Words(name string) []string {
	var out []string
	start := -1
	flush := func(end int) {
		if start >= 0 && end > start {
			out = append(out, strings.ToLower(name[start:end]))
		}
		start = -1
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		upper, lower, digit := c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9'
		switch {
		case !upper && !lower && !digit:
			flush(i)
			continue
		case upper && start >= 0:
			before := name[i-1]
			next := i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z'
			if before >= 'a' && before <= 'z' || before >= 'A' && before <= 'Z' && next {
				flush(i)
			}
		}
		if start < 0 {
			start = i
		}
	}
	flush(len(name))
	return out
}

// InDir: one of the directories above the file has one of the names.
func InDir(file string, names ...string) bool {
	for {
		i := strings.IndexByte(file, '/')
		if i < 0 {
			return false
		}
		if slices.Contains(names, file[:i]) {
			return true
		}
		file = file[i+1:]
	}
}

// Once reports findings, one for each group and place. The driver makes one of a group, for all the work that any of its
// findings concerns.
type Once struct{ seen map[placeOfGroup]bool }

type placeOfGroup struct {
	group, file string
	cell, line  int
}

// Report reports a finding unless its group has one at its place.
func (o *Once) Report(p *Pass, f diag.Finding) {
	at := placeOfGroup{f.Group, f.File, f.Cell, f.Line}
	if o.seen[at] {
		return
	}
	if o.seen == nil {
		o.seen = map[placeOfGroup]bool{}
	}
	o.seen[at] = true
	p.Report(f)
}

// Loads says what a call that loads a model, as the catalogue calls it, brings.
func Loads(path string) string {
	switch {
	case HasPrefix(path, "tiktoken") || strings.Contains(path, "Tokenizer"):
		return "loads or downloads a tokenizer"
	case HasPrefix(path, "huggingface_hub"):
		return "downloads a model"
	}
	return "loads a model"
}

// Kinds is a set of kinds of effects.
func Kinds(ks ...knowledge.EffectKind) func(knowledge.EffectKind) bool {
	return func(k knowledge.EffectKind) bool { return slices.Contains(ks, k) }
}

// Reads are the operands of an operation.
func Reads(file *link.File, op *facts.Op) []facts.Ref {
	var out []facts.Ref
	add := func(xs ...uint32) {
		for _, x := range xs {
			if x != 0 {
				out = append(out, facts.Ref(x))
			}
		}
	}
	switch op.Code {
	case facts.MakeFunc, facts.MakeClass, facts.ThisClass, facts.ImportName, facts.StateWrite:
	case facts.Attr, facts.Unpack, facts.Iter, facts.Await, facts.Enter, facts.Yield, facts.YieldFrom, facts.Return, facts.Raise, facts.Copy, facts.Catch:
		add(op.A)
	case facts.SetAttr, facts.BinOp, facts.Member, facts.Equal:
		add(op.A, op.C)
	case facts.Item:
		add(op.A, op.C)
	case facts.Slice, facts.SetItem:
		add(op.A, op.B, op.C)
	case facts.Narrow, facts.Instance:
		add(op.A, op.C)
	case facts.Delete:
		add(op.A)
	case facts.Call:
		add(op.A)
		a := file.Facts.Args(op)
		add(a.Pos...)
		for i := 1; i < len(a.Kw); i += 2 {
			add(a.Kw[i])
		}
	case facts.MakeList, facts.MakeTuple, facts.MakeSet, facts.Format, facts.TypeApply:
		elems, _ := file.Facts.Elems(op)
		add(op.A)
		add(elems...)
	case facts.MakeDict:
		add(file.Facts.Items(op)...)
	}
	return out
}

// ManagerOf is the library's entity whose call made the manager of a with-statement; nil when the program's own code did, or
// nobody knows.
func ManagerOf(p *Pass, f link.Func, c *facts.Ctx) *knowledge.Entity {
	def := DefOf(p.FileOf(f), p.Facts(f), c.A)
	if def == nil || def.Code != facts.Call {
		return nil
	}
	for _, i := range p.CallsAt(def) {
		if e := p.Calls[i].Entity; e != nil {
			return e
		}
	}
	return nil
}

// Transaction is the library's path of the transaction that a with-statement holds: its manager's own, or that around the
// yield of the program's own context manager which made it. "" when it holds none.
func Transaction(p *Pass, f link.Func, c *facts.Ctx) string { return transactionOf(p, f, c, 0) }

func transactionOf(p *Pass, f link.Func, c *facts.Ctx, depth int) string {
	if m := ManagerOf(p, f, c); m != nil {
		if m.Context == "transaction" {
			return m.Path
		}
		return ""
	}
	file := p.FileOf(f)
	def := DefOf(file, p.Facts(f), c.A)
	if def == nil || def.Code != facts.Call || depth > 2 {
		return ""
	}
	p.needFlow()
	for _, i := range p.edgesOf(file, def) {
		g := p.FuncOf(p.Edges[i].To)
		fn := p.Facts(g)
		if fn.Flags&facts.FuncGenerator == 0 || len(fn.Decorators) == 0 {
			continue
		}
		in := p.FileOf(g)
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			if op := &in.Facts.Ops[o]; op.Code == facts.Yield {
				path := ""
				Around(in, op, func(c *facts.Ctx) bool {
					if c.Kind == facts.CtxWith && op.Pos > c.Pos {
						path = transactionOf(p, g, c, depth+1)
					}
					return path == ""
				})
				if path != "" {
					return path
				}
			}
		}
	}
	return ""
}

// Used says whether the value of an operation is read by anything, and whether the function returns it.
func Used(file *link.File, fn *facts.Func, op *facts.Op) (used, returned bool) {
	if op.Flags&facts.FlagDiscarded != 0 || op.Dst == 0 {
		return false, fn.Kind == facts.Lambda
	}
	if op.Dst.Tag() == facts.TagShared {
		return true, op.Dst == fn.Ret
	}
	same := map[facts.Ref]bool{op.Dst: true}
	if op.Flags&facts.FlagAwaited != 0 {
		// The awaited value has a variable of its own.
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			if x := &file.Facts.Ops[o]; x.Code == facts.Await && facts.Ref(x.A) == op.Dst {
				if x.Flags&facts.FlagDiscarded != 0 || x.Dst == 0 {
					return false, false
				}
				same = map[facts.Ref]bool{x.Dst: true}
			}
		}
	}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		x := &file.Facts.Ops[o]
		reads := Reads(file, x)
		for _, r := range reads {
			if !same[r] || x == op {
				continue
			}
			switch {
			case x.Code == facts.Return:
				returned = true
			case x.Code == facts.Copy && x.Dst.Tag() == facts.TagLocal && !same[x.Dst]:
				same[x.Dst] = true
				o = fn.Ops[0] // what reads the copy may stand before it, in a loop
			case x.Code == facts.Copy && x.Dst.Tag() == facts.TagLocal:
			case x.Code == facts.Copy && x.Dst == fn.Ret:
				returned = true
			case x.Code == facts.Await && len(same) == 1 && x.A == uint32(op.Dst) && op.Flags&facts.FlagAwaited != 0:
			default:
				used = true
			}
		}
	}
	return used, returned
}
