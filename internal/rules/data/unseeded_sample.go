package data

import (
	"fmt"
	"slices"
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
		if _, method := flow.Method(file, op); method == "sample" && sampled(flow, file, p.Facts(f), op) {
			x := p.At(f, op)
			x.Message = "`sample` draws other rows on every run, and they are written: neither the call nor the file sets a seed, so no output can be had again or compared"
			x.Help = "pass `random_state=`, and keep the number with the result"
			p.Report(x)
			return
		}
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

// sampled: the rows that the call draws are a table that the function writes.
func sampled(flow *rule.Flow, file *link.File, fn *facts.Func, op *facts.Op) bool {
	if a := file.Facts.Args(op); file.Facts.Notebook != nil || file.Test || len(a.Pos) > 1 || rule.Keyword(file, op, "random_state") != 0 || rule.Keyword(file, op, "seed") != 0 || open(file, op) || op.Dst == 0 {
		return false
	}
	if rule.Argument(file, op, 0, "n") == 0 && rule.Keyword(file, op, "frac") == 0 {
		return false
	}
	drawn := rule.Derived(file, fn, op.Dst, 0)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		x := &file.Facts.Ops[o]
		if x.Code != facts.Call {
			continue
		}
		if recv, method := flow.Method(file, x); drawn[recv] && slices.Contains(tableWrites, method) && strings.Contains(method, "_") {
			return true
		}
	}
	return false
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
