package cli

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/measure/sample"
)

// catalogueRules gives a profile the categories of the libraries that the catalogue knows and the profiler's own list does not: what the
// functions of a package are there for. A package of a family counts when its stubs have the effect of the family; a driver of messages
// that only formats them, or a parser beside the HTTP clients, has none.
func catalogueRules(rules *sample.Rules) {
	families := map[string]struct {
		effects  []knowledge.EffectKind
		category sample.Category
	}{
		"ai":       {[]knowledge.EffectKind{knowledge.LLM}, sample.LLM},
		"cache":    {[]knowledge.EffectKind{knowledge.DB}, sample.Cache},
		"cloud":    {[]knowledge.EffectKind{knowledge.Net}, sample.API},
		"database": {[]knowledge.EffectKind{knowledge.DB, knowledge.DBWrite}, sample.Database},
		"http":     {[]knowledge.EffectKind{knowledge.Net}, sample.API},
		"message":  {[]knowledge.EffectKind{knowledge.Notify, knowledge.Net}, sample.API},
		"ml":       {[]knowledge.EffectKind{knowledge.ModelLoad}, sample.Model},
		"payment":  {[]knowledge.EffectKind{knowledge.Payment}, sample.API},
		"queue":    {[]knowledge.EffectKind{knowledge.Queue}, sample.Queue},
	}
	c := knowledge.Load()
	done := map[string]bool{}
	for _, dotted := range c.Modules() {
		top, _, _ := strings.Cut(dotted, ".")
		if done[top] || top == "google" { // a namespace of many services, which the profiler's list tells apart
			continue
		}
		m := c.Module(dotted)
		if m == nil {
			continue
		}
		parts := strings.Split(m.File, "/") // stubs/FAMILY/…
		if len(parts) < 2 {
			continue
		}
		if f, ok := families[parts[1]]; ok && has(c, m, f.effects, 2) {
			rules.Module(top, f.category)
			done[top] = true
		}
	}
}

// has says whether a module, or a member of it or of its classes, has one of the effects.
func has(c *knowledge.Catalogue, e *knowledge.Entity, kinds []knowledge.EffectKind, depth int) bool {
	for _, x := range e.Effects {
		for _, k := range kinds {
			if x.Kind == k {
				return true
			}
		}
	}
	if depth == 0 {
		return false
	}
	for _, n := range c.Names(e) {
		if m := c.Member(e, n); m != nil && has(c, m, kinds, depth-1) {
			return true
		}
	}
	return false
}
