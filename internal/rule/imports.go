package rule

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// ImportedModule is the dotted name of the module that an import statement names, with leading dots resolved; "" when they lead
// out of the tree.
func ImportedModule(f *link.File, im *facts.Import) string {
	module := f.Facts.Str(im.Module)
	if im.Level == 0 {
		return module
	}
	parts := strings.Split(f.Module, ".")
	up := int(im.Level)
	if f.IsPackage {
		up--
	}
	if up >= len(parts) && !(up == len(parts) && module != "") {
		return ""
	}
	return strings.Trim(strings.Join(parts[:len(parts)-up], ".")+"."+module, ".")
}

// Imports: the file imports one of the libraries, or something below one.
func Imports(file *link.File, libraries ...string) bool {
	return slices.ContainsFunc(file.Facts.Imports, func(im facts.Import) bool { return HasPrefix(file.Facts.Str(im.Module), libraries...) })
}
