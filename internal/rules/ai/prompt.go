package ai

import (
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// carriers are the parameters that bring text to a model.
var carriers = []string{"messages", "prompt", "input", "system", "instructions", "contents", "content", "query", "message", "system_prompt", "user_prompt"}

// models gives the calls that ask a model, outside tests and notebooks.
func models(p *rule.Pass) func(yield func(*effects.Site, *link.File) bool) {
	return func(yield func(*effects.Site, *link.File) bool) {
		seen := map[*facts.Op]bool{}
		for i := range p.Sites {
			s := &p.Sites[i]
			file := p.File(s.Node)
			if s.Kind != knowledge.LLM || s.Call == nil || s.Op.Code != facts.Call || s.Certainty != diag.Proved || file.Test || file.Facts.Notebook != nil || seen[s.Op] {
				continue
			}
			seen[s.Op] = true
			if !yield(s, file) {
				return
			}
		}
	}
}

// given are what a call gives to a model.
func given(file *link.File, op *facts.Op) []facts.Ref {
	a := file.Facts.Args(op)
	var out []facts.Ref
	for i := 0; i+1 < len(a.Kw); i += 2 {
		if a.Kw[i] != 0 && slices.Contains(carriers, file.Facts.Str(a.Kw[i])) {
			out = append(out, facts.Ref(a.Kw[i+1]))
		}
	}
	if len(a.Pos) > 0 && a.Stars == 0 {
		out = append(out, facts.Ref(a.Pos[0]))
	}
	return out
}
