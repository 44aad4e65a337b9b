package data

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW656", Name: "split-without-seed", Since: "0.1", Family: "data",
	// Also in a notebook: the number that somebody copies from it is another one on the next day.
	Severity: rule.Severities{Experimental: diag.Note, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("unseeded_sample.md"), Check: splitWithoutSeed,
})

// splitWithoutSeed looks for draws of rows whose seed neither the call nor anything in the file, or in a program of modules, sets.
func splitWithoutSeed(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	seeded := map[*link.File]bool{}
	any := false
	for _, f := range p.Files {
		for o := range f.Facts.Ops {
			op := &f.Facts.Ops[o]
			if op.Code != facts.Attr && op.Code != facts.ImportName {
				continue
			}
			name := ""
			if op.Code == facts.Attr {
				name = f.Facts.Str(op.B)
			} else {
				name = f.Facts.Str(f.Facts.Imports[op.A].Name)
			}
			switch name {
			case "seed", "manual_seed", "manual_seed_all", "set_seed", "set_random_seed", "seed_everything", "seed_all", "default_rng", "RandomState", "fix_seed", "set_seeds":
				seeded[f] = true
				any = any || f.Facts.Notebook == nil && !f.Test
			}
		}
	}
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		if seeded[file] || any && file.Facts.Notebook == nil {
			return
		}
		name := flow.Dotted(file, facts.Ref(op.A))
		if name != "sklearn.model_selection.train_test_split" && name != "sklearn.model_selection.ShuffleSplit" && name != "sklearn.model_selection.StratifiedShuffleSplit" {
			return
		}
		if rule.Keyword(file, op, "random_state") != 0 || rule.Keyword(file, op, "shuffle").Is(facts.ConstFalse) || open(file, op) {
			return
		}
		x := p.At(f, op)
		short := name[strings.LastIndexByte(name, '.')+1:]
		x.Message = fmt.Sprintf("`%s` draws other rows on every run: neither the call nor the file sets a seed, so no result can be had again or compared", short)
		x.Help = "pass `random_state=`, and keep the number with the result"
		p.Report(x)
	})
}

// open: a call takes **options, which may hold what is looked for.
func open(file *link.File, op *facts.Op) bool {
	a := file.Facts.Args(op)
	for i := 0; i < len(a.Kw); i += 2 {
		if a.Kw[i] == 0 {
			return true
		}
	}
	return false
}
