package failure

import (
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
		if !t.Reaches(n) || t.Certainty(n) != diag.Proved || !r.every(flow) && !r.afterTimeout(flow) {
			continue
		}
		steps := t.Chain(n)
		if slices.ContainsFunc(steps, func(s effects.Step) bool { return keyed(p, p.FuncOf(s.Node)) }) {
			continue
		}
		x := r.at(p)
		x.Message = fmt.Sprintf("`%s` is tried again when the answer is lost, and `%s` is then done twice", p.Short(r.f), rule.CalledAs(rule.Last(steps)))
		x.Help = "send an idempotency key that stays the same over the attempts, or try again only what failed before it was sent"
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, r.file.Index, r.pos)
		p.Report(x)
	}
}

// keyed: the function speaks of idempotency, or a class or the module around it does.
func keyed(p *rule.Pass, f link.Func) bool {
	for at := f; ; at = p.Parent(at) {
		file, fn := p.FileOf(at), p.Facts(at)
		speaks := func(s facts.Str) bool { return strings.Contains(strings.ToLower(file.Facts.Str(s)), "idempoten") }
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			if (op.Code == facts.Attr || op.Code == facts.SetAttr) && speaks(op.B) || op.Code == facts.Call && slices.ContainsFunc(keywords(file, op), func(k string) bool { return strings.Contains(k, "idempoten") }) {
				return true
			}
			for _, r := range append(rule.Reads(file, op), facts.Ref(op.B)) {
				if r.Tag() == facts.TagStr && speaks(r.Index()) {
					return true
				}
			}
		}
		for i := range fn.Params {
			if speaks(fn.Params[i].Name) {
				return true
			}
		}
		if fn.Kind == facts.ModuleBody {
			return false
		}
	}
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
