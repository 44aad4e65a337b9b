package knowledge

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed stdlib_names.txt
var namesText string

var standardNames = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(namesText) {
		module, names, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		out[module] = " " + names + " "
	}
	return out
})

// StandardName says whether a module or class of the standard library has a name, in any version of Python from 3.8 to 3.15.
// listed is false for modules that are not in the list (stdlib_names.py says which are), and for names with two underscores
// around them, which every module has.
func StandardName(module, name string) (exists, listed bool) {
	names, ok := standardNames()[module]
	if !ok || strings.HasPrefix(name, "__") {
		return false, false
	}
	return strings.Contains(names, " "+name+" "), true
}
