package facts

import "github.com/roadworthy-dev/roadworthy/internal/python/ast"

// Control flow: where versions part, join and go round, and what narrows them.

// branch runs body from the present versions and returns the changes it made, with the versions put back.
func (l *lowerer) branch(body func()) (ch []change, dead bool) {
	start := len(l.log)
	l.dead = false
	body()
	dead = l.dead
	l.dead = false
	return l.undo(start), dead
}

// undo puts versions back to what they were when the log had length start, and returns the net changes.
func (l *lowerer) undo(start int) []change {
	if len(l.log) == start {
		return nil
	}
	var net []change
	for i := len(l.log) - 1; i >= start; i-- {
		c := l.log[i]
		l.cur[c.sym] = c.old
		found := false
		for j := range net {
			if net[j].sym == c.sym {
				net[j].old = c.old
				found = true
				break
			}
		}
		if !found {
			net = append(net, c)
		}
	}
	l.log = l.log[:start]
	for i, j := 0, len(net)-1; i < j; i, j = i+1, j-1 {
		net[i], net[j] = net[j], net[i]
	}
	return net
}

// join merges alternative ends: each a list of changes against the present versions, dead ones left out. through says
// that the present versions themselves are one more alternative.
func (l *lowerer) join(n ast.Node, through bool, ends ...[]change) {
	if len(ends) == 0 {
		return
	}
	if len(ends) == 1 && !through {
		for _, c := range ends[0] {
			l.setVersion(c.sym, c.new.ref)
		}
		return
	}
	done := map[uint32]bool{}
	for i, e := range ends {
		for _, c := range e {
			if done[c.sym] {
				continue
			}
			done[c.sym] = true
			refs := make([]Ref, 0, 4)
			missing := through
			for j := range ends {
				if j < i {
					missing = true // it was not in the earlier one, or it would be done
					continue
				}
				hit := false
				for _, d := range ends[j] {
					if d.sym == c.sym {
						refs = append(refs, d.new.ref)
						hit = true
						break
					}
				}
				if !hit {
					missing = true
				}
			}
			if missing {
				if old := l.cur[c.sym]; old.ref != 0 {
					r := old.ref
					if len(l.loops) > 0 && r.IsVar() {
						r = l.atLoopHeads(c.sym, old, n)
					}
					refs = append(refs, r)
				}
			}
			same := true
			for _, r := range refs {
				if r != refs[0] {
					same = false
				}
			}
			if same {
				l.setVersion(c.sym, refs[0])
				continue
			}
			p := l.newLocal()
			for _, r := range refs {
				l.copyTo(p, r, n)
			}
			l.setVersion(c.sym, p)
		}
	}
}

func (l *lowerer) loop(n ast.Node, body func()) (dead bool) {
	l.serial++
	l.loops = append(l.loops, loopFrame{serial: l.serial, log: len(l.log)})
	start := len(l.log)
	body()
	bodyDead := l.dead
	l.dead = false
	lp := &l.loops[len(l.loops)-1]
	feed := func(sym uint32, p, r Ref) {
		if r != 0 && r != p {
			l.copyTo(p, r, n)
			l.out.Ops[len(l.out.Ops)-1].Flags |= FlagBack
			l.out.Funcs[l.fn].Flags |= FuncLoops
		}
	}
	if !bodyDead {
		for _, p := range lp.phis {
			feed(p.sym, p.ref, l.cur[p.sym].ref)
		}
	}
	for _, p := range lp.phis {
		for _, b := range lp.backs {
			if b.sym == p.sym {
				feed(p.sym, p.ref, b.new.ref)
			}
		}
	}
	exits, backs, broken := lp.exits, lp.backs, lp.broken
	l.loops = l.loops[:len(l.loops)-1]
	end := l.undo(start)
	ends := make([][]change, 0, 3)
	if !bodyDead {
		ends = append(ends, end)
	}
	if len(exits) > 0 {
		ends = append(ends, exits)
	}
	if len(backs) > 0 {
		ends = append(ends, backs)
	}
	l.join(n, true, ends...)
	return broken
}

// jump records the versions at a break or continue.
func (l *lowerer) jump(out bool) {
	if len(l.loops) == 0 {
		return
	}
	lp := &l.loops[len(l.loops)-1]
	start := lp.log
	seen := map[uint32]bool{}
	for i := len(l.log) - 1; i >= start; i-- {
		c := l.log[i]
		if seen[c.sym] {
			continue
		}
		seen[c.sym] = true
		if out {
			lp.exits = append(lp.exits, c)
		} else {
			lp.backs = append(lp.backs, c)
		}
	}
	if out {
		lp.broken = true
	}
}

func (l *lowerer) stmts(list []ast.Stmt) {
	for i, s := range list {
		if l.dead {
			return
		}
		tries := len(l.out.Tries)
		l.stmt(s)
		if _, ok := s.(*ast.If); ok && l.after != nil {
			if test := l.after; i+1 < len(list) {
				defer l.under(test, len(l.out.Ops))
			}
			l.after = nil
		}
		if _, ok := s.(*ast.Try); !ok || i+1 == len(list) {
			continue
		}
		if _, ok := list[i+1].(*ast.Break); ok { // what a handler lets through leaves the loop as well
			for k := range l.out.Tries[tries].Handlers {
				if h := &l.out.Tries[tries].Handlers[k]; h.Body&(HandlerRaises|HandlerReturns|HandlerContinue) == 0 {
					h.Body |= HandlerBreaks
				}
			}
		}
	}
}

// truth of a test that can be told without running: 1 true, 0 false, -1 unknown.
func truth(e ast.Expr) int {
	switch e := e.(type) {
	case *ast.Constant:
		switch e.Kind {
		case ast.True, ast.Ellipsis:
			return 1
		case ast.False, ast.None:
			return 0
		case ast.Int:
			if e.Stop-e.Start == 1 {
				return 2 // decided by the caller, who has the source
			}
		}
	case *ast.UnaryOp:
		if e.Op == ast.Not {
			if t := truth(e.Operand); t == 0 || t == 1 {
				return 1 - t
			}
		}
	}
	return -1
}

func (l *lowerer) truth(e ast.Expr) int {
	t := truth(e)
	if t == 2 {
		if l.f.Src[e.Pos()] == '0' {
			return 0
		}
		return 1
	}
	return t
}

// test is the truth of a condition that a function's text decides, as truth gives it.
func (l *lowerer) test(e ast.Expr) int {
	if t := l.truth(e); t >= 0 {
		return t
	}
	if v, ok := l.decided(e); ok {
		return boolInt(v.truth())
	}
	return -1
}

func (l *lowerer) isTypeChecking(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Name:
		return l.f.Text(e.ID) == "TYPE_CHECKING"
	case *ast.Attribute:
		return l.f.Text(e.Attr) == "TYPE_CHECKING"
	}
	return false
}

// isMainGuard: __name__ == "__main__", either way round.
func (l *lowerer) isMainGuard(e ast.Expr) bool {
	c, ok := e.(*ast.Compare)
	if !ok || len(c.Ops) != 1 || c.Ops[0] != ast.Eq {
		return false
	}
	isName := func(e ast.Expr) bool {
		n, ok := e.(*ast.Name)
		return ok && l.f.Text(n.ID) == "__name__"
	}
	isMain := func(e ast.Expr) bool {
		k, ok := e.(*ast.Constant)
		if !ok || k.Kind != ast.Str {
			return false
		}
		s, ok := l.f.StringValue(k)
		return ok && s == "__main__"
	}
	return isName(c.Left) && isMain(c.Comparators[0]) || isMain(c.Left) && isName(c.Comparators[0])
}

func (l *lowerer) ifStmt(s *ast.If) {
	if l.isTypeChecking(s.Test) {
		old := l.push(CtxTyping, s, 0, 0, 0)
		a, _ := l.branch(func() { l.stmts(s.Body) })
		l.ctx = old
		b, deadB := l.branch(func() { l.stmts(s.Orelse) })
		if deadB {
			b = nil
		}
		l.join(s, len(s.Orelse) == 0, a, b)
		return
	}
	switch l.test(s.Test) {
	case 0:
		l.stmts(s.Orelse)
		return
	case 1:
		l.stmts(s.Body)
		return
	}
	kind := CtxIf
	if l.fn == 0 && l.isMainGuard(s.Test) {
		kind = CtxMain
	}
	test := l.asked(s.Test)
	holds, fails := l.condition(s.Test, false), l.condition(s.Test, true)
	old := l.push(kind, s, test, 0, 0)
	first := len(l.out.Ops)
	a, deadA := l.branch(func() {
		l.narrow(s.Test)
		l.stmts(s.Body)
	})
	l.under(holds, first)
	l.ctx = old
	first = len(l.out.Ops)
	l.after = nil
	var b []change
	deadB := false
	if len(s.Orelse) > 0 {
		if e, ok := s.Orelse[0].(*ast.If); ok && len(s.Orelse) == 1 {
			b, deadB = l.branch(func() { l.ifStmt(e) })
		} else {
			old := l.push(CtxIf, s.Orelse[0], test, 1, 0)
			b, deadB = l.branch(func() { l.stmts(s.Orelse) })
			l.ctx = old
			l.after = nil
		}
	}
	l.under(fails, first)
	switch {
	case deadA && !deadB:
		l.after = append(fails, l.after...) // an elif has said what holds after it
	case deadB && !deadA:
		l.after = holds
	default:
		l.after = nil
	}
	l.joinTwo(s, a, deadA, b, deadB)
}

func (l *lowerer) joinTwo(n ast.Node, a []change, deadA bool, b []change, deadB bool) {
	switch {
	case deadA && deadB:
		l.dead = true
	case deadA:
		l.join(n, false, b)
	case deadB:
		l.join(n, false, a)
	default:
		l.join(n, false, a, b)
	}
}

// narrow: a name that passed isinstance(name, C) is a C in this branch.
func (l *lowerer) narrow(test ast.Expr) {
	switch t := test.(type) {
	case *ast.BoolOp:
		if t.Op == ast.And {
			for _, v := range t.Values {
				l.narrow(v)
			}
		}
	case *ast.Call:
		f, ok := t.Func.(*ast.Name)
		if !ok || len(t.Args) != 2 || l.f.Text(f.ID) != "isinstance" {
			return
		}
		n, ok := t.Args[0].(*ast.Name)
		if !ok {
			return
		}
		classes := []ast.Expr{t.Args[1]}
		if tup, ok := t.Args[1].(*ast.Tuple); ok {
			classes = tup.Elts
		}
		l.narrowTo(n, classes, t)
	}
}

// narrowTo: from here on the name holds an instance of one of the classes.
func (l *lowerer) narrowTo(n *ast.Name, classes []ast.Expr, at ast.Node) {
	v := l.read(n.ID, n)
	dst := l.newLocal()
	for _, c := range classes {
		l.emit(Narrow, at, dst, uint32(v), 0, uint32(l.expr(c)))
	}
	if owner, sym, ok := l.resolve(l.sc, n.ID); ok && l.inBlock(owner) {
		if k := l.indexOf(sym); !l.noFlow[k] {
			l.setVersion(k, dst)
		}
	}
}

func (l *lowerer) try(s *ast.Try) {
	ti := uint32(len(l.out.Tries))
	l.out.Tries = append(l.out.Tries, Try{Pos: s.Start, Star: s.Star, Finally: len(s.Finalbody) > 0})
	old := l.push(CtxTry, s, 0, ti, 0)
	l.tryDepth++
	start := len(l.log)
	l.stmts(s.Body)
	l.tryDepth--
	l.ctx = old
	bodyDead := l.dead
	l.dead = false
	// Every version the body saw may be the one a handler starts with.
	var seen [][]change
	for i := start; i < len(l.log); i++ {
		if c := l.log[i]; c.new.ref != 0 {
			seen = append(seen, []change{c})
		}
	}
	var elseChanges []change
	end := l.undo(start)
	ends := make([][]change, 0, len(s.Handlers)+1)
	if !bodyDead {
		// The else branch goes on from the end of the body.
		start := len(l.log)
		for _, c := range end {
			l.setVersion(c.sym, c.new.ref)
		}
		if len(s.Orelse) > 0 {
			old := l.push(CtxElse, s.Orelse[0], 0, ti, 0)
			l.stmts(s.Orelse)
			l.ctx = old
		}
		elseDead := l.dead
		l.dead = false
		elseChanges = l.undo(start)
		if !elseDead {
			ends = append(ends, elseChanges)
		}
	}
	for hi, h := range s.Handlers {
		hs := len(l.log)
		l.join(s, true, mergeSeen(seen)...)
		var typ Ref
		if h.Type != nil {
			typ = l.expr(h.Type)
		}
		old := l.push(CtxHandler, h, typ, ti, uint32(hi))
		fact := Handler{Pos: h.Start, End: h.Stop, Type: typ, Name: l.str(h.Name), Ctx: l.ctx, Body: handlerShape(h)}
		l.out.Tries[ti].Handlers = append(l.out.Tries[ti].Handlers, fact)
		first, continues, breaks := len(l.out.Ops), l.continues, l.breaks
		outer, used := l.exception, l.usesException
		l.exception, l.usesException = 0, false
		if h.Name != 0 {
			v := l.newLocal()
			l.exception = v
			if h.Type != nil {
				l.emit(Catch, h, v, uint32(typ), 0, 0)
			}
			l.bind(h.Name, v, h)
		}
		l.stmts(h.Body)
		body := l.handlerBody(first)
		if l.usesException {
			body |= HandlerUsesName
		}
		if l.continues > continues {
			body |= HandlerContinue
		}
		if l.breaks > breaks {
			body |= HandlerBreaks
		}
		l.out.Tries[ti].Handlers[hi].Body |= body
		l.exception, l.usesException = outer, used
		l.ctx = old
		dead := l.dead
		l.dead = false
		ch := l.undo(hs)
		if !dead {
			ends = append(ends, ch)
		}
	}
	if len(ends) == 0 {
		if len(s.Finalbody) > 0 {
			l.join(s, true, mergeSeen(seen)...)
		}
		l.finally(s, ti)
		l.dead = true
		return
	}
	l.join(s, false, ends...)
	l.finally(s, ti)
}

// mergeSeen bounds the number of alternatives: very long bodies keep the last ones.
func mergeSeen(seen [][]change) [][]change {
	if len(seen) > 64 {
		return seen[len(seen)-64:]
	}
	return seen
}

func (l *lowerer) finally(s *ast.Try, ti uint32) {
	if len(s.Finalbody) == 0 {
		return
	}
	old := l.push(CtxFinally, s.Finalbody[0], 0, ti, 0)
	l.stmts(s.Finalbody)
	l.ctx = old
}

// breaksLoop notes in the nearest loop's context that the loop may be left by a break.
func (l *lowerer) breaksLoop() {
	for x := l.ctx; x != 0; x = l.out.Ctxs[x].Parent {
		if c := &l.out.Ctxs[x]; c.Kind == CtxWhile || c.Kind == CtxFor {
			c.C = 1
			return
		}
	}
}

// handlerShape tells a body that only drops the exception.
func handlerShape(h *ast.ExceptHandler) HandlerBody {
	for _, s := range h.Body {
		switch s := s.(type) {
		case *ast.Pass:
		case *ast.Continue:
		case *ast.ExprStmt:
			if _, ok := s.Value.(*ast.Constant); !ok {
				return 0
			}
		default:
			return 0
		}
	}
	return HandlerPass
}

// handlerBody sums up what a handler does, from its operations.
func (l *lowerer) handlerBody(from int) (b HandlerBody) {
	for i := from; i < len(l.out.Ops); i++ {
		switch l.out.Ops[i].Code {
		case Raise:
			b |= HandlerRaises
		case Return:
			b |= HandlerReturns
		}
	}
	return b
}
