package failure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW405", Name: "retried-write-repeats", Since: "0.1", Family: "failure", Severity: rule.Unproven,
	Doc: docs.Read("retried_write_repeats.md"), Check: retriedWriteRepeats,
})

// makingWords are words of functions that make something new on the other side.
var makingWords = []string{"create", "send", "submit", "charge", "pay", "publish", "add", "insert", "notify", "order", "book", "register", "transfer", "invite", "deploy", "trigger", "enqueue", "message", "reply"}

// once says what must not be done twice, "" when a repetition does no harm that is known.
func once(p *rule.Pass, s *effects.Site) bool {
	if s.Effect == nil || s.Effect.Idempotent != knowledge.False || s.Certainty != diag.Proved {
		return false
	}
	if s.Call != nil && (s.Call.Keyword("idempotency_key").Given || s.Call.Keyword("ClientToken").Given) {
		return false
	}
	switch s.Kind {
	case knowledge.Payment, knowledge.Notify:
		return true
	case knowledge.Net:
		// A POST may as well ask for something; the function's own name says that it makes something.
		fn := p.Facts(p.FuncOf(s.Node))
		return slices.ContainsFunc(rule.Words(p.File(s.Node).Facts.Str(fn.Name)), func(w string) bool { return slices.Contains(makingWords, w) })
	}
	return false
}

func retriedWriteRepeats(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	t := p.Trace(func(s *effects.Site) bool { return once(p, s) && !p.File(s.Node).Test }, func(e *effects.Edge) bool { return rule.Runs(e) && e.Certainty == diag.Proved })
	for _, r := range retries(p, flow) {
		n := effects.Node(r.f)
		if !t.Reaches(n) || t.Certainty(n) != diag.Proved || !r.every(flow) && !r.afterTimeout(flow) || keyed(r.file.Facts.Strings) {
			continue
		}
		steps := t.Chain(n)
		x := r.at(p)
		x.Message = fmt.Sprintf("`%s` is tried again when the answer is lost, and `%s` is then done twice", p.Short(r.f), rule.CalledAs(rule.Last(steps)))
		x.Help = "send an idempotency key that stays the same over the attempts, or try again only what failed before it was sent"
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, r.file.Index, r.pos)
		p.Report(x)
	}
}

// keyed: the file speaks of idempotency.
func keyed(texts []string) bool {
	return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(strings.ToLower(s), "idempoten") })
}

// afterTimeout: among the exceptions are those after which it is not known what the other side did.
func (r *retry) afterTimeout(flow *rule.Flow) bool {
	if r.call == nil {
		return false
	}
	var names []string
	a := r.file.Facts.Args(r.call)
	for _, x := range a.Pos {
		names = append(names, flow.Names(r.file, x)...)
	}
	for i := 1; i < len(a.Kw); i += 2 {
		names = append(names, flow.Names(r.file, a.Kw[i])...)
	}
	return slices.ContainsFunc(names, func(s string) bool {
		s = strings.ToLower(s)
		return strings.HasSuffix(s, "timeout") || strings.HasSuffix(s, "requestexception") || strings.HasSuffix(s, "httperror") || strings.HasSuffix(s, "transporterror") || strings.HasSuffix(s, "timeouterror") || strings.HasSuffix(s, "requesterror")
	})
}
