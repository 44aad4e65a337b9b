package ai

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW552", Name: "model-call-without-output-limit", Since: "0.1", Family: "ai",
	// The model's own maximum bounds the answer; what is lost is money and time.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("model_call_without_output_limit.md"), Check: modelCallWithoutOutputLimit,
})

// limits are the parameters that bound an answer, in the clients' own words.
var limits = []string{"max_tokens", "max_completion_tokens", "max_output_tokens", "extra_body"}

// modelCallWithoutOutputLimit gives one finding a file, at its first call. Clients that demand a limit, as Anthropic's does,
// and frameworks that take it elsewhere are left out.
func modelCallWithoutOutputLimit(p *rule.Pass) {
	var once rule.Once
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if s.Kind != knowledge.LLM || s.Call == nil || s.Op.Code != facts.Call || s.Certainty != diag.Proved || file.Test || file.Facts.Notebook != nil || !answers(s.Path) {
			continue
		}
		a := file.Facts.Args(s.Op)
		open := a.Stars != 0
		for k := 0; k < len(a.Kw); k += 2 {
			open = open || a.Kw[k] == 0
		}
		for _, name := range limits {
			open = open || s.Call.Keyword(name).Given
		}
		if open {
			continue
		}
		x := p.At(p.FuncOf(s.Node), s.Op)
		x.Message = fmt.Sprintf("`%s` sets no limit on its answer: it may be as long, and cost as much, as the model allows", rule.CalledAs(s))
		x.Help = "add the limit that this answer needs: `" + limitOf(s.Path) + "=…`"
		x.Group = p.Rule.Code + ":" + file.Path
		once.Report(p, x)
	}
}

func answers(path string) bool {
	switch {
	case strings.HasPrefix(path, "openai."):
		return strings.HasSuffix(path, "ompletions.create") || strings.HasSuffix(path, "esponses.create")
	case strings.HasPrefix(path, "litellm."):
		return strings.HasSuffix(path, ".completion") || strings.HasSuffix(path, ".acompletion")
	}
	return false
}

func limitOf(path string) string {
	switch {
	case strings.HasSuffix(path, "esponses.create"):
		return "max_output_tokens"
	case strings.HasPrefix(path, "openai."):
		return "max_completion_tokens"
	}
	return "max_tokens"
}
