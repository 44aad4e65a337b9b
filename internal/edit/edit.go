// Package edit applies replacements to text and shows what they change.
//
// Apply is the one place where edits become text: they must be sorted, disjoint and inside the text. Choose takes from a
// list of fixes those that can be applied together. Diff is a unified diff. Nothing here knows of Python or of files.
package edit

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

// Apply puts the edits, which may be in any order, into a text. Two edits at the same place, of which both only insert, are
// both applied, in their order; equal ones once. Any other overlap is an error.
func Apply(text []byte, edits []diag.Edit) ([]byte, error) {
	edits = sorted(edits)
	out := make([]byte, 0, len(text)+64)
	at := uint32(0)
	for _, e := range edits {
		if e.Span.Start < at || e.Span.End < e.Span.Start || int(e.Span.End) > len(text) {
			return nil, fmt.Errorf("the edit of bytes %d to %d overlaps another or the end", e.Span.Start, e.Span.End)
		}
		out = append(out, text[at:e.Span.Start]...)
		out = append(out, e.Text...)
		at = e.Span.End
	}
	return append(out, text[at:]...), nil
}

func sorted(edits []diag.Edit) []diag.Edit {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b diag.Edit) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
	})
	return slices.CompactFunc(edits, same)
}

func same(a, b diag.Edit) bool { return a.File == b.File && a.Span == b.Span && a.Text == b.Text }

// Choose says of each fix whether it can be applied together with those chosen before it: no edit of it overlaps one of
// theirs, unless both are the same.
func Choose(fixes []diag.Fix) []bool {
	chosen := make([]bool, len(fixes))
	var taken []diag.Edit
	for i := range fixes {
		free := len(fixes[i].Edits) > 0
		for _, e := range fixes[i].Edits {
			for _, t := range taken {
				free = free && (same(e, t) || !overlap(e, t))
			}
		}
		if free {
			chosen[i] = true
			taken = append(taken, fixes[i].Edits...)
		}
	}
	return chosen
}

// overlap: the edits share a byte, or insert at the same place, where their order would decide.
func overlap(a, b diag.Edit) bool {
	if a.File != b.File {
		return false
	}
	if a.Span.Start == b.Span.Start {
		return true
	}
	return a.Span.Start < b.Span.End && b.Span.Start < a.Span.End
}
