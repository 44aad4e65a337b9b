package rule

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// Inside says whether an operation stands in a context or in one below it; 0 is the whole block.
func Inside(file *link.File, op *facts.Op, ctx uint32) bool {
	if ctx == 0 {
		return true
	}
	for x := op.Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
		if x == ctx {
			return true
		}
	}
	return false
}

// AlwaysRuns says whether an operation runs whenever its context until does (0: whenever its block does), as far as the contexts
// around it tell: nothing between them asks a condition, catches an exception or loops.
func AlwaysRuns(file *link.File, op *facts.Op, until uint32) bool {
	for x := op.Ctx; x != 0 && x != until; x = file.Facts.Ctxs[x].Parent {
		switch file.Facts.Ctxs[x].Kind {
		case facts.CtxIf, facts.CtxHandler, facts.CtxBool, facts.CtxMatch, facts.CtxElse, facts.CtxAssert, facts.CtxFor, facts.CtxWhile, facts.CtxComp:
			return false
		}
	}
	return true
}

// Certain says whether a block comes to an operation whenever it runs: AlwaysRuns, and no condition before it returns.
func Certain(file *link.File, fn *facts.Func, op *facts.Op) bool {
	if !AlwaysRuns(file, op, 0) {
		return false
	}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if x := &file.Facts.Ops[o]; x.Code == facts.Return && x.Pos < op.Pos && !AlwaysRuns(file, x, 0) {
			return false
		}
	}
	return true
}

// Derived are the variables of a block whose values are made from start, by any operation inside a context.
func Derived(file *link.File, fn *facts.Func, start facts.Ref, ctx uint32) map[facts.Ref]bool {
	out := map[facts.Ref]bool{start: true}
	for changed := true; changed; {
		changed = false
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if op.Dst == 0 || out[op.Dst] || !op.Dst.IsVar() || !Inside(file, op, ctx) {
				continue
			}
			if slices.ContainsFunc(Reads(file, op), func(r facts.Ref) bool { return out[r] }) {
				out[op.Dst] = true
				changed = true
			}
		}
	}
	return out
}

// ReadsAny says whether an operation reads one of the variables.
func ReadsAny(file *link.File, op *facts.Op, vars map[facts.Ref]bool) bool {
	return slices.ContainsFunc(Reads(file, op), func(r facts.Ref) bool { return vars[r] })
}

// A Decoration is a decorator of a function as it is written: what it is by name, and its call when it is one.
type Decoration struct {
	Path string
	Call *facts.Op // nil for @name
	Pos  uint32
}

// Decorations are the decorators of a function, outermost first.
func (f *Flow) Decorations(fn link.Func) []Decoration {
	file := f.p.FileOf(fn)
	var out []Decoration
	for _, d := range f.p.Facts(fn).Decorators {
		if def := f.Def(file, d.Value); def != nil && def.Code == facts.Call {
			out = append(out, Decoration{f.Called(file, def), def, d.Pos})
			continue
		}
		out = append(out, Decoration{f.Dotted(file, d.Value), nil, d.Pos})
	}
	return out
}

// OpenKeywords says whether a call takes keyword arguments that are not written out: f(**options).
func OpenKeywords(file *link.File, op *facts.Op) bool {
	a := file.Facts.Args(op)
	for i := 0; i+1 < len(a.Kw); i += 2 {
		if a.Kw[i] == 0 {
			return true
		}
	}
	return a.Stars != 0
}

// ThreadLock is the kind of a lock of threading that the manager of a with-statement is: a variable of the module or an
// attribute of the method's own class to which nothing else is assigned. "" for any other.
func (f *Flow) ThreadLock(file *link.File, fn *facts.Func, r facts.Ref) string {
	for range 5 {
		if !r.IsVar() {
			return ""
		}
		d := f.Def(file, r)
		if d == nil {
			return ""
		}
		switch d.Code {
		case facts.Copy:
			r = facts.Ref(d.A)
			continue
		case facts.Call:
			return f.makesLock(file, d)
		case facts.Attr:
			return f.lockAttr(file, fn, facts.Ref(d.A), d.B)
		}
		return ""
	}
	return ""
}

func (f *Flow) makesLock(file *link.File, op *facts.Op) string {
	switch name := f.Called(file, op); name {
	case "threading.Lock", "threading.RLock", "_thread.allocate_lock":
		return name
	}
	return ""
}

// lockAttr is the lock that self.name is.
func (f *Flow) lockAttr(file *link.File, fn *facts.Func, self facts.Ref, name facts.Str) string {
	if fn.Class == 0 || len(fn.Params) == 0 || !f.IsCopyOf(file, self, fn.Params[0].Var) {
		return ""
	}
	kind := ""
	class := &file.Facts.Classes[fn.Class-1]
	for _, m := range class.Members {
		if m.Name == name {
			if d := f.Made(file, m.Ref); d != nil && d.Code == facts.Call {
				kind = f.makesLock(file, d)
			}
		}
	}
	for g := range Methods(file, class) {
		for op := range f.assigned(file, g, file.Facts.Str(name)) {
			d := f.Def(file, facts.Ref(op.C))
			if d == nil || d.Code != facts.Call || f.makesLock(file, d) == "" {
				return ""
			}
			kind = f.makesLock(file, d)
		}
	}
	return kind
}

// IsCopyOf: the variable is another, or was given its value and nothing else: in each turn of a loop, and on each way through a condition.
func (f *Flow) IsCopyOf(file *link.File, r, of facts.Ref) bool {
	return f.copyOf(file, r, of, map[facts.Ref]bool{})
}

func (f *Flow) copyOf(file *link.File, r, of facts.Ref, seen map[facts.Ref]bool) bool {
	if r == of || seen[r] {
		return true
	}
	seen[r] = true
	defs := f.Defs(file, r)
	for _, i := range defs {
		if d := &file.Facts.Ops[i]; d.Code != facts.Copy && d.Code != facts.SetItem || !f.copyOf(file, facts.Ref(d.A), of, seen) {
			return false
		}
	}
	return len(defs) > 0
}

// NameOf is the last name by which a value is reached, or of what makes it.
func (f *Flow) NameOf(file *link.File, r facts.Ref) string {
	for range 10 {
		if _, par := f.ParamOf(file, r); par != nil {
			return file.Facts.Str(par.Name) // its default is one of its values only
		}
		d := f.Def(file, r)
		if d == nil {
			for _, g := range file.Facts.Globals {
				if g.Ref == r {
					return file.Facts.Str(g.Name)
				}
			}
			return ""
		}
		switch d.Code {
		case facts.Attr:
			return file.Facts.Str(d.B)
		case facts.Copy, facts.Call, facts.Item, facts.Await, facts.Enter:
			for _, g := range file.Facts.Globals {
				if g.Ref == r {
					return file.Facts.Str(g.Name)
				}
			}
			r = facts.Ref(d.A)
		case facts.ImportName:
			return f.Dotted(file, r)
		default:
			return ""
		}
	}
	return ""
}

// Names are the dotted names in a value that is written out: a name, a tuple of names, a call of one with names.
func (f *Flow) Names(file *link.File, ref uint32) []string {
	r := facts.Ref(ref)
	if name := f.Dotted(file, r); name != "" {
		return []string{name}
	}
	d := f.Def(file, r)
	if d == nil {
		return nil
	}
	var out []string
	switch d.Code {
	case facts.Copy:
		return f.Names(file, d.A)
	case facts.MakeTuple, facts.MakeList:
		elems, _ := file.Facts.Elems(d)
		for _, e := range elems {
			out = append(out, f.Names(file, e)...)
		}
	case facts.Call:
		for _, e := range file.Facts.Args(d).Pos {
			out = append(out, f.Names(file, e)...)
		}
	}
	return out
}

// Cached are the functions whose results a decorator keeps.
func (f *Flow) Cached() map[link.Func]bool {
	out := map[link.Func]bool{}
	for fn := range link.Func(f.p.Funcs()) {
		if len(f.p.Facts(fn).Decorators) == 0 {
			continue
		}
		for _, d := range f.Decorations(fn) {
			last := strings.ToLower(d.Path[strings.LastIndexByte(d.Path, '.')+1:])
			if strings.Contains(last, "cache") || strings.Contains(last, "memo") || last == "singleton" {
				out[fn] = true
			}
		}
	}
	return out
}

// CallsNamed says whether a block calls something whose name, or whose module's, holds one of these words in lower case: the sign
// of a check that no rule follows.
func (f *Flow) CallsNamed(file *link.File, fn *facts.Func, words ...string) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Call {
			continue
		}
		name := strings.ToLower(f.Called(file, op))
		if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) }) {
			return true
		}
	}
	return false
}

// Suppressed are the names of the exceptions that a with-statement drops, `with contextlib.suppress(OSError)`; nil for any other.
func (f *Flow) Suppressed(file *link.File, fn *facts.Func, c *facts.Ctx) []string {
	if c.Kind != facts.CtxWith {
		return nil
	}
	def := DefOf(file, fn, c.A)
	if def == nil || def.Code != facts.Call || f.Called(file, def) != "contextlib.suppress" {
		return nil
	}
	var out []string
	for _, a := range file.Facts.Args(def).Pos {
		out = append(out, f.Names(file, a)...)
	}
	return out
}
