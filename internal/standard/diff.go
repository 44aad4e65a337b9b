package standard

import (
	"fmt"
	"strings"
)

// Diff is a unified diff with three lines of context. before is nil for a new file.
func Diff(name string, before *string, after string) string {
	var a []string
	from := "/dev/null"
	if before != nil {
		a, from = split(*before), "a/"+name
	}
	b := split(after)
	// Edits are few and near each other: what both share at the ends is cut off, the rest is compared in full.
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	common := make([][]int, len(x)+1) // length of the longest common subsequence of x[i:] and y[j:]
	for i := range common {
		common[i] = make([]int, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	type op struct {
		kind byte
		text string
	}
	var ops []op
	for _, l := range a[:head] {
		ops = append(ops, op{' ', l})
	}
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			ops = append(ops, op{' ', x[i]})
			i++
			j++
		case i < len(x) && (j == len(y) || common[i+1][j] >= common[i][j+1]):
			ops = append(ops, op{'-', x[i]})
			i++
		default:
			ops = append(ops, op{'+', y[j]})
			j++
		}
	}
	for _, l := range a[len(a)-tail:] {
		ops = append(ops, op{' ', l})
	}
	const context = 3
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ b/%s\n", from, name)
	lineA, lineB := 1, 1
	for k := 0; k < len(ops); {
		if ops[k].kind == ' ' {
			lineA++
			lineB++
			k++
			continue
		}
		start := max(0, k-context)
		end, last := k, k
		for end < len(ops) && end <= last+2*context {
			if ops[end].kind != ' ' {
				last = end
			}
			end++
		}
		end = min(len(ops), last+context+1)
		fromA, fromB := lineA-(k-start), lineB-(k-start)
		countA, countB := 0, 0
		for _, o := range ops[start:end] {
			if o.kind != '+' {
				countA++
			}
			if o.kind != '-' {
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
		for _, o := range ops[start:end] {
			out.WriteByte(o.kind)
			out.WriteString(o.text)
			out.WriteByte('\n')
		}
		for _, o := range ops[k:end] {
			if o.kind != '+' {
				lineA++
			}
			if o.kind != '-' {
				lineB++
			}
		}
		k = end
	}
	return out.String()
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}
