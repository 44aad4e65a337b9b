package edit

import (
	"fmt"
	"strings"
)

// maxDistance bounds the work of a diff: texts that differ in more lines are shown as one replaced by the other.
const maxDistance = 1500

type line struct {
	kind byte // ' ', '-', '+'
	text string
}

// Diff is a unified diff with three lines of context. before is nil for a new file.
//
// Lines are compared by Myers' algorithm ("An O(ND) difference algorithm and its variations", 1986): for d = 0, 1, … it
// keeps, on each diagonal, how far a path with d insertions and deletions comes, until one comes to the end.
func Diff(name string, before *string, after string) string {
	var a []string
	from := "/dev/null"
	if before != nil {
		a, from = split(*before), "a/"+name
	}
	b := split(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var lines []line
	for _, l := range a[:head] {
		lines = append(lines, line{' ', l})
	}
	lines = append(lines, compare(a[head:len(a)-tail], b[head:len(b)-tail])...)
	for _, l := range a[len(a)-tail:] {
		lines = append(lines, line{' ', l})
	}
	return fmt.Sprintf("--- %s\n+++ b/%s\n", from, name) + hunks(lines)
}

// split cuts a text into lines, each with its end; the last may have none.
func split(s string) []string {
	lines := strings.SplitAfter(s, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func compare(a, b []string) []line {
	n, m := len(a), len(b)
	limit := min(n+m, maxDistance)
	furthest := make([]int, 2*limit+3)
	var trace [][]int
	for d := 0; d <= limit; d++ {
		trace = append(trace, append([]int(nil), furthest[limit-d:limit+d+3]...))
		for k := -d; k <= d; k += 2 {
			x := 0
			if k == -d || k != d && furthest[limit+k] < furthest[limit+k+2] {
				x = furthest[limit+k+2]
			} else {
				x = furthest[limit+k] + 1
			}
			y := x - k
			for x < n && y < m && a[x] == b[y] {
				x++
				y++
			}
			furthest[limit+k+1] = x
			if x >= n && y >= m {
				return backtrack(a, b, trace)
			}
		}
	}
	var all []line
	for _, l := range a {
		all = append(all, line{'-', l})
	}
	for _, l := range b {
		all = append(all, line{'+', l})
	}
	return all
}

// backtrack walks from the end to the start through what each round knew.
func backtrack(a, b []string, trace [][]int) []line {
	var reversed []line
	x, y := len(a), len(b)
	for d := len(trace) - 1; d >= 0; d-- {
		at := func(k int) int { return trace[d][k+d+1] } // diagonals -d-1 to d+1, before round d
		k := x - y
		before := k - 1
		if k == -d || k != d && at(k-1) < at(k+1) {
			before = k + 1
		}
		fromX := at(before)
		fromY := fromX - before
		if d == 0 {
			fromX, fromY = 0, 0
		}
		for x > fromX && y > fromY {
			x--
			y--
			reversed = append(reversed, line{' ', a[x]})
		}
		if d > 0 {
			if x == fromX {
				y--
				reversed = append(reversed, line{'+', b[y]})
			} else {
				x--
				reversed = append(reversed, line{'-', a[x]})
			}
		}
	}
	out := make([]line, 0, len(reversed))
	for i := len(reversed) - 1; i >= 0; i-- {
		out = append(out, reversed[i])
	}
	return out
}

// hunks shows the changed lines with what is around them.
func hunks(lines []line) string {
	const context = 3
	var out strings.Builder
	lineA, lineB := 1, 1
	for k := 0; k < len(lines); {
		if lines[k].kind == ' ' {
			lineA++
			lineB++
			k++
			continue
		}
		start := max(0, k-context)
		last := k
		for end := k; end < len(lines) && end <= last+2*context; end++ {
			if lines[end].kind != ' ' {
				last = end
			}
		}
		end := min(len(lines), last+context+1)
		fromA, fromB := lineA-(k-start), lineB-(k-start)
		countA, countB := 0, 0
		for _, l := range lines[start:end] {
			if l.kind != '+' {
				countA++
			}
			if l.kind != '-' {
				countB++
			}
		}
		if countA == 0 {
			fromA--
		}
		if countB == 0 {
			fromB--
		}
		fmt.Fprintf(&out, "@@ -%d,%d +%d,%d @@\n", fromA, countA, fromB, countB)
		for _, l := range lines[start:end] {
			out.WriteByte(l.kind)
			out.WriteString(l.text)
			if !strings.HasSuffix(l.text, "\n") {
				out.WriteString("\n\\ No newline at end of file\n")
			}
		}
		for _, l := range lines[k:end] {
			if l.kind != '+' {
				lineA++
			}
			if l.kind != '-' {
				lineB++
			}
		}
		k = end
	}
	return out.String()
}
