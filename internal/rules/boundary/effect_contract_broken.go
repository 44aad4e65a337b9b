package boundary

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW203", Name: "effect-contract-broken", Since: "0.1", Family: "boundary",
	// The team wrote the contract itself, so what breaks it is no matter of degree.
	Severity: rule.Severities{Experimental: diag.Warning, Internal: diag.Error, BusinessCritical: diag.Error, CustomerFacing: diag.Error},
	Doc:      docs.Read("effect_contract_broken.md"), Check: effectContractBroken,
})

// effectContractBroken reports where a forbidden effect enters the modules of a contract: the operation in them that has it, or
// the call that leaves them on the way to it.
func effectContractBroken(p *rule.Pass) {
	if p.Config == nil {
		return
	}
	for i := range p.Config.Contracts {
		c := &p.Config.Contracts[i]
		forbidden := forbids(c)
		bound := make([]bool, len(p.Files))
		any := false
		for k, f := range p.Files {
			bound[k] = !f.Test && slices.ContainsFunc(c.Modules, func(pattern string) bool { return matches(pattern, f.Module) })
			any = any || bound[k]
		}
		if !any {
			continue
		}
		t := p.Trace(func(s *effects.Site) bool { return forbidden(s.Kind) && !bound[p.File(s.Node).Index] }, func(e *effects.Edge) bool {
			return rule.Happens(e) && !bound[p.File(e.From).Index]
		})
		var once rule.Once
		report := func(n effects.Node, op *facts.Op, steps []effects.Step, certainty diag.Certainty) {
			f := p.FuncOf(n)
			site := rule.Last(steps)
			x := p.At(f, op)
			x.Certainty = certainty
			how := "calls `" + rule.CalledAs(site) + "`"
			if site.Call == nil {
				how = "writes `" + site.Path + "`"
			}
			if via := p.Via(steps); via != "" {
				how = fmt.Sprintf("calls `%s`, which ends in `%s`", via, rule.CalledAs(site))
			}
			x.Message = fmt.Sprintf("`%s` may not do `%s` by the contract `%s`, and %s", p.Short(f), site.Kind, c.Name, how)
			x.Help = "hand the result in from outside, or the function that does it; or change the contract"
			x.Witness = append(p.Frames(steps), diag.Frame{Function: "contracts." + c.Name, File: p.Config.File, Line: c.Line, Note: terms(c)})
			x.Group = fmt.Sprintf("%s:%s:%s:%d:%d", p.Rule.Code, c.Name, site.Kind, p.File(n).Index, op.Pos)
			once.Report(p, x)
		}
		for n := range effects.Node(p.Nodes()) {
			if !bound[p.File(n).Index] {
				continue
			}
			for _, k := range p.SitesOf(n) {
				if s := &p.Sites[k]; forbidden(s.Kind) {
					report(n, s.Op, []effects.Step{p.SiteStep(s)}, s.Certainty)
				}
			}
			for _, k := range p.OutEdges(n) {
				if e := &p.Edges[k]; rule.Happens(e) && !bound[p.File(e.To).Index] && t.Reaches(e.To) {
					report(n, e.Op, t.Through(e), min(e.Certainty, t.Certainty(e.To)))
				}
			}
		}
	}
}

func forbids(c *project.Contract) func(knowledge.EffectKind) bool {
	if c.Keys.Has("may") {
		return func(k knowledge.EffectKind) bool { return !slices.Contains(c.May, k.String()) }
	}
	return func(k knowledge.EffectKind) bool { return slices.Contains(c.MayNot, k.String()) }
}

func terms(c *project.Contract) string {
	if c.Keys.Has("may") {
		return "allows only " + strings.Join(c.May, ", ")
	}
	return "forbids " + strings.Join(c.MayNot, ", ")
}

// matches: a dotted pattern in which * stands for one part and ** for any number; a pattern without either also means what is
// below it.
func matches(pattern, module string) bool {
	if !strings.Contains(pattern, "*") {
		return module == pattern || strings.HasPrefix(module, pattern+".")
	}
	return matchParts(strings.Split(pattern, "."), strings.Split(module, "."))
}

func matchParts(pattern, module []string) bool {
	for i, part := range pattern {
		if part == "**" {
			for k := i; k <= len(module); k++ {
				if matchParts(pattern[i+1:], module[k:]) {
					return true
				}
			}
			return false
		}
		if i >= len(module) || part != "*" && part != module[i] {
			return false
		}
	}
	return len(pattern) == len(module)
}
