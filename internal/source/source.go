// Package source is how the rest of the program reaches bytes: reading files, decoding them to UTF-8, turning offsets
// into lines and columns, and finding files below a root.
package source

import (
	"bytes"
	"sort"
)

// A Position is what a person sees: a 1-based line and a 1-based column in characters, and for notebooks the 1-based
// cell that Line counts in.
type Position struct{ Line, Column, Cell int }

// LineIndex is the index in lines (offsets of line starts, ascending, the first 0) of the line that holds offset.
func LineIndex(lines []uint32, offset uint32) int {
	return sort.Search(len(lines), func(i int) bool { return lines[i] > offset }) - 1
}

// AppendLines appends the offsets at which the lines of src start. Lines end with \n, \r\n or \r.
func AppendLines(lines []uint32, src []byte) []uint32 {
	lines = append(lines, 0)
	if bytes.IndexByte(src, '\r') < 0 {
		for i := 0; ; {
			j := bytes.IndexByte(src[i:], '\n')
			if j < 0 {
				return lines
			}
			i += j + 1
			lines = append(lines, uint32(i))
		}
	}
	for i := 0; i < len(src); i++ {
		if c := src[i]; c == '\n' || c == '\r' && (i+1 == len(src) || src[i+1] != '\n') {
			lines = append(lines, uint32(i+1))
		}
	}
	return lines
}
