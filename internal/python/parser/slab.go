package parser

// slab hands out nodes of one kind from chunks that the next file reuses. Callers assign the whole node, so chunks are
// not cleared.
type slab[T any] struct {
	cur    []T
	n      int
	next   int
	chunks [][]T
}

func (s *slab[T]) alloc() *T {
	if s.n == len(s.cur) {
		s.grow()
	}
	p := &s.cur[s.n]
	s.n++
	return p
}

func (s *slab[T]) grow() {
	if s.next == len(s.chunks) {
		size := 16
		if s.next > 0 {
			size = min(len(s.chunks[s.next-1])*2, 1024)
		}
		s.chunks = append(s.chunks, make([]T, size))
	}
	s.cur = s.chunks[s.next]
	s.next++
	s.n = 0
}

func (s *slab[T]) reset() { s.cur, s.n, s.next = nil, 0, 0 }

// list builds child lists: items are pushed on a stack and cut off into an exact slice from a chunk. Lists nest, as the
// productions do.
type list[T any] struct {
	stack  []T
	cur    []T
	next   int
	chunks [][]T
}

func (l *list[T]) push(v T) { l.stack = append(l.stack, v) }

func (l *list[T]) mark() int { return len(l.stack) }

// cut returns the items pushed since mark; nil when there are none.
func (l *list[T]) cut(mark int) []T {
	n := len(l.stack) - mark
	if n == 0 {
		return nil
	}
	if n > len(l.cur) {
		l.grow(n)
	}
	out := l.cur[:n:n]
	l.cur = l.cur[n:]
	copy(out, l.stack[mark:])
	l.stack = l.stack[:mark]
	return out
}

func (l *list[T]) grow(n int) {
	for l.next < len(l.chunks) {
		l.cur = l.chunks[l.next]
		l.next++
		if len(l.cur) >= n {
			return
		}
	}
	size := 64
	if k := len(l.chunks); k > 0 {
		size = min(len(l.chunks[k-1])*2, 2048)
	}
	l.cur = make([]T, max(size, n))
	l.chunks = append(l.chunks, l.cur)
	l.next = len(l.chunks)
}

func (l *list[T]) reset() { l.stack, l.cur, l.next = l.stack[:0], nil, 0 }
