package ai

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW561", Name: "model-without-fallback", Since: "0.1", Family: "ai",
	// A failure that the framework answers is no fault in work that few people use.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Off, BusinessCritical: diag.Note, CustomerFacing: diag.Note},
	Doc:      docs.Read("model_without_fallback.md"), Check: modelWithoutFallback,
})

// modelWithoutFallback looks for calls of a model that a request waits for, of whose failure nothing on the way does anything.
// One finding for each file that asks.
func modelWithoutFallback(p *rule.Pass) {
	from := p.Arrivals()
	if from.None() || fallsBack(p) {
		return
	}
	var once rule.Once
	for s, file := range models(p) {
		if !from.Reaches(s.Node) || from.What(s.Node) != "a request" || strings.Contains(strings.ToLower(s.Path), "embed") || rule.Handling(file, s.Op.Ctx) {
			continue // a call in a handler is the fallback
		}
		way := append(from.Way(s.Node), p.SiteStep(s))
		if slices.ContainsFunc(way, func(step effects.Step) bool { return handled(p.File(step.Node), step.Op) }) {
			continue
		}
		x := p.At(p.FuncOf(s.Node), s.Op)
		x.Message = fmt.Sprintf("when `%s` fails or is overloaded, so does the request (`%s`): nothing on the way does anything else", rule.CalledAs(s), p.Short(from.For(p, s.Node)))
		x.Help = "catch what the client raises where something sensible can be done: another model, an answer that was kept, or a reply that says to try later"
		x.Witness = p.Frames(way)
		x.Group = p.Rule.Code + ":" + file.Path
		once.Report(p, x)
	}
}

// handled: a handler that does more than raise again stands around the operation.
func handled(file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		if c.Kind == facts.CtxTry {
			for _, h := range file.Facts.Tries[c.B].Handlers {
				// A handler that raises something turns it into an answer that others know; one without a name only cleans up.
				yes = yes || h.Body&facts.HandlerRaises == 0 || h.Body&facts.HandlerUsesName != 0 || h.Body&facts.HandlerReturns != 0
			}
		}
		return !yes
	})
	return yes
}

// fallsBack: the program names other models, or handles what its clients raise in one place.
func fallsBack(p *rule.Pass) bool {
	for i := range p.Calls {
		c := &p.Calls[i]
		last := c.Path[strings.LastIndexByte(c.Path, '.')+1:]
		if last == "with_fallbacks" || last == "exception_handler" || last == "add_exception_handler" || last == "errorhandler" || strings.HasPrefix(c.Path, "litellm.") && last == "Router" || c.Keyword("fallbacks").Given {
			return true
		}
	}
	for i := range p.Registrations {
		if r := &p.Registrations[i]; r.Entity != nil && (strings.HasSuffix(r.Entity.Path, "exception_handler") || strings.HasSuffix(r.Entity.Path, "errorhandler") || strings.HasSuffix(r.Entity.Path, "middleware")) {
			return true
		}
	}
	return false
}
