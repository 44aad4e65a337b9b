// Package source is how the rest of the program reaches bytes: reading files, decoding them to UTF-8, turning offsets
// into lines and columns, and finding files below a root.
package source

import "sort"

// A Position is what a person sees: a 1-based line and a 1-based column in characters, and for notebooks the 1-based
// cell that Line counts in.
type Position struct{ Line, Column, Cell int }

// LineIndex is the index in lines (offsets of line starts, ascending, the first 0) of the line that holds offset.
func LineIndex(lines []uint32, offset uint32) int {
	return sort.Search(len(lines), func(i int) bool { return lines[i] > offset }) - 1
}
