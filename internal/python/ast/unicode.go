package ast

import "sort"

// Printable reports whether Python's repr shows r as it is. minor is the Python version, which decides the Unicode
// version: 16.0 up to 3.14, 17.0 from 3.15.
func Printable(r rune, minor int) bool {
	if minor >= 15 {
		return within(printable17, r)
	}
	return within(printable16, r)
}

// IDStart and IDContinue report whether an identifier can start with r or go on with it (PEP 3131).
func IDStart(r rune) bool    { return within(idStart17, r) }
func IDContinue(r rune) bool { return within(idContinue17, r) }

func within(ranges [][2]rune, r rune) bool {
	i := sort.Search(len(ranges), func(i int) bool { return ranges[i][1] >= r })
	return i < len(ranges) && ranges[i][0] <= r
}
