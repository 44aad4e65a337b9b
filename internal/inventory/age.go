package inventory

import (
	"fmt"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/project"
)

// What git's log must show for work to be no experiment: several people came back to it over a good while.
const (
	manyAuthors = 3
	longTime    = 180 * 24 * time.Hour
)

// Age raises experimental work that git's log shows to be more: changed by several people over half a year. ask is asked about
// the paths of such work only; what it does not know, or knows in part, changes nothing.
func (v *Inventory) Age(ask func(path string) project.Facts) {
	for _, w := range v.Work {
		if w.Inferred != project.Experimental || w.Path == "" || w.Aside != "" {
			continue
		}
		f := ask(w.Path)
		if !f.Known || f.Partial || f.Authors < manyAuthors || f.Last.Sub(f.First) < longTime {
			continue
		}
		w.Inferred = project.Internal
		if !w.Declared {
			w.Tier = project.Internal
		}
		e := Evidence{fmt.Sprintf("%d people have changed it between %s and %s", f.Authors, f.First.Format(time.DateOnly), f.Last.Format(time.DateOnly)), w.Path, 0}
		if w.Declared {
			w.Evidence = append(w.Evidence, e)
		} else {
			w.Evidence = append([]Evidence{e}, w.Evidence...)
		}
	}
}
