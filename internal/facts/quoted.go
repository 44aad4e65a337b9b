package facts

import "github.com/roadworthy-dev/roadworthy/internal/python/ast"

// quotedType reads a type expression written as a string: dotted names, subscripts, unions. Anything else is unknown.
//
//	def load(self, session: "Session | None") -> "list[models.User]": ...
func (l *lowerer) quotedType(c *ast.Constant) Ref {
	s, ok := l.f.StringValue(c)
	if !ok || len(s) > 400 {
		return 0
	}
	q := quoted{l: l, s: s, n: c}
	r := q.union()
	if q.space(); q.i != len(q.s) {
		return 0
	}
	return r
}

type quoted struct {
	l     *lowerer
	s     string
	i     int
	n     ast.Node
	depth int
}

func (q *quoted) space() {
	for q.i < len(q.s) && (q.s[q.i] == ' ' || q.s[q.i] == '\t' || q.s[q.i] == '\n') {
		q.i++
	}
}

func (q *quoted) accept(b byte) bool {
	q.space()
	if q.i < len(q.s) && q.s[q.i] == b {
		q.i++
		return true
	}
	return false
}

func (q *quoted) union() Ref {
	if q.depth++; q.depth > 30 {
		q.i = len(q.s) + 1
		return 0
	}
	defer func() { q.depth-- }()
	r := q.postfix()
	if !q.peek('|') {
		return r
	}
	dst := q.l.newLocal()
	q.l.copyTo(dst, r, q.n)
	for q.accept('|') {
		q.l.copyTo(dst, q.postfix(), q.n)
	}
	return dst
}

func (q *quoted) peek(b byte) bool {
	q.space()
	return q.i < len(q.s) && q.s[q.i] == b
}

func isWord(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

func (q *quoted) word() string {
	q.space()
	start := q.i
	for q.i < len(q.s) && isWord(q.s[q.i]) {
		q.i++
	}
	return q.s[start:q.i]
}

func (q *quoted) postfix() Ref {
	if q.accept('[') { // Callable's parameters
		for !q.accept(']') {
			if q.union(); q.i >= len(q.s) {
				q.i = len(q.s) + 1
				return 0
			}
			q.accept(',')
		}
		return 0
	}
	if q.accept('"') || q.accept('\'') {
		quote := q.s[q.i-1]
		r := q.union()
		if !q.accept(quote) {
			q.i = len(q.s) + 1
		}
		return r
	}
	if q.accept('.') { // ... in tuple[int, ...]
		for q.accept('.') {
		}
		return 0
	}
	w := q.word()
	if w == "" {
		q.i = len(q.s) + 1
		return 0
	}
	if w == "None" {
		return constRef(ConstNone)
	}
	r := q.name(w)
	last := w
	for {
		switch {
		case q.accept('.'):
			last = q.word()
			dst := q.l.newLocal()
			q.l.emit(Attr, q.n, dst, uint32(r), q.l.text(last), 0)
			r = dst
		case q.accept('['):
			var args []uint32
			for !q.accept(']') {
				a := q.union()
				if q.i > len(q.s) {
					return 0
				}
				if last == "Literal" {
					a = 0
				}
				args = append(args, uint32(a))
				q.accept(',')
				if q.i >= len(q.s) {
					q.i = len(q.s) + 1
					return 0
				}
			}
			dst := q.l.newLocal()
			q.l.emit(TypeApply, q.n, dst, uint32(r), q.l.list(args, 0), 0)
			r = dst
		default:
			return r
		}
	}
}

func (q *quoted) name(w string) Ref {
	if s, ok := q.l.symText(w); ok {
		return q.l.readType(s, q.n)
	}
	return MakeRef(TagBuiltin, q.l.text(w))
}

// symText finds the symbol spelled w, if the file has it as an identifier.
func (l *lowerer) symText(w string) (ast.Sym, bool) {
	if l.symByText == nil {
		l.symByText = make(map[string]ast.Sym, len(l.f.Names))
		for i := len(l.f.Names) - 1; i > 0; i-- {
			l.symByText[l.f.Names[i]] = ast.Sym(i)
		}
	}
	s, ok := l.symByText[w]
	return s, ok
}
