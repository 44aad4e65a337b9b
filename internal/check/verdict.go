package check

import (
	"math/bits"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/report"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// verdicts judges every work: a guardrail fails on an open finding, is waived when all its findings are, and is unknown
// rather than passed when a part of the work could not be read or most of its calls lead nowhere that is known. A work with
// an error is not roadworthy; one with warnings, with old findings in the baseline or with unknown guardrails has advisories.
func (c *Checked) verdicts(w *waivers, applies map[*rule.Rule][]bool) {
	type state struct{ open, waived, old bool }
	found := map[string]map[string]*state{} // by work, by rule
	worst := map[string]diag.Severity{}
	advised := map[string]bool{}
	for i := range c.Result.Findings {
		f := &c.Result.Findings[i]
		for _, name := range f.Work {
			if found[name] == nil {
				found[name] = map[string]*state{}
			}
			s := found[name][f.Rule]
			if s == nil {
				s = &state{}
				found[name][f.Rule] = s
			}
			switch {
			case f.Waived != "" || w.covers(f, name):
				s.waived = true
			case f.Baselined:
				s.old = true
				advised[name] = true
			default:
				s.open = true
				worst[name] = max(worst[name], f.Severity)
			}
		}
	}
	known := c.known()
	for i, iw := range c.Inventory.Work {
		out := report.Work{Name: iw.Name, Kind: string(iw.Kind), Path: iw.Path, Guardrails: []report.Guardrail{},
			Tier: report.Tier{Value: iw.Tier.String(), Declared: iw.Declared, Evidence: []report.Evidence{}}}
		for _, e := range iw.Evidence {
			out.Tier.Evidence = append(out.Tier.Evidence, report.Evidence{What: e.What, File: e.File, Line: e.Line})
		}
		unknown := !known[i]
		for _, r := range c.opts.Rules {
			if r.Check == nil && found[iw.Name][r.Code] == nil {
				continue // what the driver reports is listed where it happened
			}
			g := report.Guardrail{Rule: r.Code, State: report.Pass}
			switch s := found[iw.Name][r.Code]; {
			case Severity(c.Config, r, iw.Tier) == diag.Off:
				g.State = report.NotApplicable
			case s != nil && (s.open || s.old):
				g.State = report.Fail
			case s != nil && s.waived:
				g.State = report.Waived
			case applies[r] != nil && !applies[r][i]:
				g.State = report.NotApplicable
			case unknown:
				g.State = report.Unknown
			}
			out.Guardrails = append(out.Guardrails, g)
		}
		switch {
		case worst[iw.Name] == diag.Error:
			out.Verdict = report.NotRoadworthy
		case worst[iw.Name] == diag.Warning || unknown || advised[iw.Name]:
			out.Verdict = report.WithAdvisories
		default:
			out.Verdict = report.Roadworthy
		}
		out.Effects = c.effectsOf(i)
		c.Result.Work = append(c.Result.Work, out)
	}
}

// known says of each work whether enough of it is known for a pass to mean something.
func (c *Checked) known() []bool {
	out := make([]bool, len(c.Inventory.Work))
	a := c.Analysis
	resolved := make([]int32, a.Nodes())
	for i := range a.Calls {
		resolved[a.Calls[i].From]++
	}
	for i := range a.Edges {
		resolved[a.Edges[i].From]++
	}
	damaged := c.damaged()
	for i, w := range c.Inventory.Work {
		yes, no, ok := 0, 0, true
		c.Inventory.Each(i, func(n effects.Node) {
			yes += int(resolved[n])
			no += a.Unresolved(n)
		})
		for _, n := range damaged {
			ok = ok && !c.Inventory.Reaches(i, n)
		}
		out[i] = ok && no <= max(yes, 4) && w.File >= 0
	}
	return out
}

// damaged are the modules of which a part could not be read.
func (c *Checked) damaged() []effects.Node {
	var out []effects.Node
	bad := map[string]bool{}
	for _, p := range c.Problems {
		bad[p.Path] = true
	}
	for i := range c.Files {
		if len(c.Files[i].Facts.Faults) > 0 || bad[c.Files[i].Path] {
			out = append(out, effects.Node(c.Analysis.Files[i].FirstFunc()))
		}
	}
	return out
}

// effectsOf counts the functions of a work that have an effect of their own, by kind.
func (c *Checked) effectsOf(work int) []report.Effect {
	var count, blocking [knowledge.EffectKinds]int
	c.Inventory.Each(work, func(n effects.Node) {
		var has, blocks uint64
		for _, s := range c.Analysis.SitesOf(n) {
			has |= 1 << c.Analysis.Sites[s].Kind
			if c.Analysis.Sites[s].Blocking {
				blocks |= 1 << c.Analysis.Sites[s].Kind
			}
		}
		for ; has != 0; has &= has - 1 {
			k := bits.TrailingZeros64(has)
			count[k]++
			blocking[k] += int(blocks >> k & 1)
		}
	})
	var out []report.Effect
	for k, n := range count {
		if n > 0 {
			out = append(out, report.Effect{Kind: knowledge.EffectKind(k).String(), Count: n, Blocking: blocking[k]})
		}
	}
	return out
}
