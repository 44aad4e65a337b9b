package inventory

import (
	"path"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// findNamed marks the files that may be imported by a name that a call gives or that is made when the program runs: in a package that looks
// through itself for modules, and below a package that such a name begins with (`import_module(f"shop.plugins.{name}")`). Those that some
// other file imports by a statement are marked already.
func (b *builder) findNamed() {
	modules := map[string]int{} // made when the first call is found
	for i := range b.a.Calls {
		c := &b.a.Calls[i]
		param := loaders[c.Path]
		if param == "" {
			continue
		}
		if len(modules) == 0 {
			for m := range b.l.Modules {
				modules[b.l.Modules[m].Path] = m
			}
		}
		f := b.a.File(effects.Node(c.From))
		from, ok := modules[f.Path]
		if !ok || f.Test {
			continue
		}
		dir := path.Dir(f.Path)
		arg := c.Arg(param)
		if texts, open := arg.Strings(); len(texts) > 0 && !open {
			for _, text := range texts {
				if t, ok := b.l.Resolve(from, text); ok && t.Module >= 0 {
					if j := b.fileAt(b.l.Modules[t.Module].Path); j >= 0 {
						b.files[j].named = true
					}
				}
			}
			continue
		}
		if prefix := beginning(f, b.a.Facts(b.a.FuncOf(effects.Node(c.From))), arg.Ref); strings.Contains(prefix, ".") {
			if t, ok := b.l.Resolve(from, prefix[:strings.LastIndexByte(prefix, '.')]); ok {
				b.nameBelow(t.Dir)
			}
		} else if dir != "." && f.IsPackage {
			b.nameBelow(dir)
		}
	}
}

// loaders are the functions that run a module by its name or place, with the parameter that says which.
var loaders = map[string]string{"importlib.import_module": "name", "importlib.__import__": "name", "importlib.util.spec_from_file_location": "location", "pkgutil.iter_modules": "path", "pkgutil.walk_packages": "path"}

func (b *builder) nameBelow(dir string) {
	for i, f := range b.a.Files {
		if dir != "" && strings.HasPrefix(f.Path, dir+"/") {
			b.files[i].named = true
		}
	}
}

// beginning is the text that a text made of parts begins with.
func beginning(file *link.File, fn *facts.Func, r facts.Ref) string {
	for range 10 {
		if r.Tag() == facts.TagStr {
			return file.Facts.Str(r.Index())
		}
		var made *facts.Op
		for o := fn.Ops[0]; o < fn.Ops[1] && r.IsVar(); o++ {
			if op := &file.Facts.Ops[o]; op.Dst == r {
				made = op
			}
		}
		if made == nil {
			return ""
		}
		switch made.Code {
		case facts.Format:
			parts, _ := file.Facts.Elems(made)
			if len(parts) == 0 {
				return ""
			}
			r = facts.Ref(parts[0])
		case facts.BinOp, facts.Copy:
			r = facts.Ref(made.A)
		default:
			return ""
		}
	}
	return ""
}
