package project

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed data/imports.tsv
var importsText string

var importTable = sync.OnceValue(func() (t struct {
	names map[string][]string // distribution to names
	dists map[string][]string // name to distributions
}) {
	t.names, t.dists = map[string][]string{}, map[string][]string{}
	for line := range strings.Lines(importsText) {
		dist, names, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || dist[0] == '#' {
			continue
		}
		t.names[dist] = strings.Fields(names)
		for _, n := range t.names[dist] {
			t.dists[n] = append(t.dists[n], dist)
		}
	}
	return t
})

// ImportNames gives the names that a distribution (normalized, PEP 503) is imported by: from the table of those that
// differ, else its own name with underscores. A dotted name means that the names above it are shared with others. known
// is false for the guess.
func ImportNames(dist string) (names []string, known bool) {
	if names, ok := importTable().names[dist]; ok {
		return names, true
	}
	if stub, ok := strings.CutPrefix(dist, "types-"); ok {
		return []string{stub + "-stubs"}, true
	}
	return []string{strings.ReplaceAll(dist, "-", "_")}, false
}

// Distributions gives the distributions that may bring an import of that dotted name, the most specific first: the table's,
// then the one whose name it is.
func Distributions(module string) []string {
	var out []string
	table := importTable().dists
	for name := module; name != ""; {
		out = append(out, table[name]...)
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			break
		}
		name = name[:i]
	}
	top, _, _ := strings.Cut(module, ".")
	own := NormalizeName(top)
	if _, renamed := importTable().names[own]; !renamed {
		out = append(out, own)
	}
	return out
}
