package boundary

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW209", Name: "dumping-ground-module", Since: "0.1", Family: "boundary",
	// Nothing is wrong yet: it is where everything meets.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Note, CustomerFacing: diag.Note},
	Doc:      docs.Read("dumping_ground.md"), Check: dumpingGroundModule,
})

// concerns are what a module may be about, by the effects of its functions.
func concern(k knowledge.EffectKind) string {
	switch k {
	case knowledge.Net:
		return "network"
	case knowledge.DB, knowledge.DBWrite:
		return "database"
	case knowledge.FSRead, knowledge.FSWrite:
		return "files"
	case knowledge.Subprocess:
		return "processes"
	case knowledge.LLM, knowledge.ModelLoad:
		return "models"
	case knowledge.Notify:
		return "messages"
	case knowledge.Payment:
		return "payments"
	case knowledge.Queue:
		return "queues"
	}
	return ""
}

// A module is a dumping ground when at least half of the modules of its package import it, and they are at least leastUsers,
// and the functions in it that do something fall into at least leastConcerns groups that never call each other.
const (
	leastUsers    = 10
	leastConcerns = 3
)

func dumpingGroundModule(p *rule.Pass) {
	byModule := map[string]*link.File{}
	total := map[string]int{} // modules of a package, by its name
	for _, f := range p.Files {
		byModule[f.Module] = f
		if ours(f) {
			total[rule.Top(f.Module)]++
		}
	}
	users := make([]int, len(p.Files))
	for _, f := range p.Files {
		if !ours(f) {
			continue
		}
		seen := map[*link.File]bool{}
		for i := range f.Facts.Imports {
			im := &f.Facts.Imports[i]
			module := rule.ImportedModule(f, im)
			to := byModule[module]
			if im.Name != 0 && (to == nil || to.IsPackage) {
				if sub := byModule[module+"."+f.Facts.Str(im.Name)]; sub != nil {
					to = sub
				}
			}
			if to != nil && to != f && !seen[to] {
				seen[to] = true
				users[to.Index]++
			}
		}
	}
	for _, f := range p.Files {
		if n := users[f.Index]; ours(f) && !f.IsPackage && n >= leastUsers && 2*n >= total[rule.Top(f.Module)]-1 {
			dumpingGround(p, f, n, total[rule.Top(f.Module)]-1)
		}
	}
}

// ours: a module of the program itself, and no test, migration or notebook.
func ours(f *link.File) bool {
	return !f.Test && f.Facts.Notebook == nil && len(f.Facts.Ops) > 0 && !rule.InDir(f.Path, "migrations", "alembic", "tests", "test", "examples", "docs", "scripts")
}

// group is a set of definitions that call each other, and what they are about.
type group struct {
	names    []string
	concerns []string
	site     *effects.Site
}

func dumpingGround(p *rule.Pass, f *link.File, users, of int) {
	// Definitions at the top of the module; what stands inside one belongs to it.
	top := func(fn link.Func) link.Func {
		for {
			up := p.Facts(fn).Parent
			if up == 0 {
				return fn
			}
			fn = f.FirstFunc() + link.Func(up)
		}
	}
	root := map[link.Func]link.Func{}
	find := func(x link.Func) link.Func {
		for root[x] != x {
			x = root[x]
		}
		return x
	}
	for b := range f.Facts.Funcs {
		if b > 0 {
			t := top(f.FirstFunc() + link.Func(b))
			root[t] = t
		}
	}
	sites := map[link.Func][]*effects.Site{}
	for b := range f.Facts.Funcs {
		if b == 0 {
			continue
		}
		fn := f.FirstFunc() + link.Func(b)
		t := top(fn)
		for _, i := range p.SitesOf(effects.Node(fn)) {
			if s := &p.Sites[i]; s.Certainty == diag.Proved && concern(s.Kind) != "" {
				sites[t] = append(sites[t], s)
			}
		}
		for _, i := range p.OutEdges(effects.Node(fn)) {
			if e := &p.Edges[i]; p.File(e.To) == f && p.Facts(p.FuncOf(e.To)).Kind != facts.ModuleBody {
				if a, b := find(t), find(top(p.FuncOf(e.To))); a != b {
					root[max(a, b)] = min(a, b)
				}
			}
		}
	}
	byRoot := map[link.Func]*group{}
	var order []link.Func
	for b := range f.Facts.Funcs {
		t := f.FirstFunc() + link.Func(b)
		if b == 0 || root[t] != t && f.Facts.Funcs[b].Parent != 0 || len(sites[t]) == 0 {
			continue
		}
		r := find(t)
		g := byRoot[r]
		if g == nil {
			g = &group{site: sites[t][0]}
			byRoot[r] = g
			order = append(order, r)
		}
		g.names = append(g.names, p.Short(t))
		for _, s := range sites[t] {
			if c := concern(s.Kind); !slices.Contains(g.concerns, c) {
				g.concerns = append(g.concerns, c)
			}
		}
	}
	// One group for each concern: those that are about the same things belong together.
	merged := map[string]*group{}
	var keys []string
	for _, r := range order {
		g := byRoot[r]
		slices.Sort(g.concerns)
		k := strings.Join(g.concerns, " and ")
		if merged[k] == nil {
			merged[k] = g
			keys = append(keys, k)
			continue
		}
		merged[k].names = append(merged[k].names, g.names...)
	}
	pure := 0
	for _, k := range keys {
		if len(merged[k].concerns) == 1 {
			pure++
		}
	}
	if pure < leastConcerns {
		return
	}
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(len(merged[b].names), len(merged[a].names)) })
	var told []string
	x := diag.Finding{File: f.Path, Line: 1, Column: 1, Certainty: diag.Proved}
	for _, k := range keys {
		g := merged[k]
		told = append(told, fmt.Sprintf("%s (`%s`%s)", k, g.names[0], more(len(g.names)-1)))
		x.Witness = append(x.Witness, p.Frames([]effects.Step{p.SiteStep(g.site)})...)
	}
	x.Message = fmt.Sprintf("`%s` is imported by %d of %d modules and mixes what has nothing to do with each other: %s", f.Module, users, of, strings.Join(told, ", "))
	x.Help = "move each of these groups into a module named for what it is about, so that whoever needs one does not load and wait for the others"
	p.Report(x)
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}
