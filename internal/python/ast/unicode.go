package ast

import "sort"

// Printable reports whether the repr of Python 3.minor shows r as it is, which depends on its version of Unicode.
func Printable(r rune, minor int) bool {
	if !within(printable, r) {
		return false
	}
	i := sort.Search(len(printableSince), func(i int) bool { return printableSince[i][1] >= r })
	return i == len(printableSince) || printableSince[i][0] > r || minor >= int(printableSince[i][2])
}

// IDStart and IDContinue report whether an identifier can start with r or go on with it (PEP 3131).
func IDStart(r rune) bool    { return within(idStart, r) }
func IDContinue(r rune) bool { return within(idContinue, r) }

func within(ranges [][2]rune, r rune) bool {
	i := sort.Search(len(ranges), func(i int) bool { return ranges[i][1] >= r })
	return i < len(ranges) && ranges[i][0] <= r
}
