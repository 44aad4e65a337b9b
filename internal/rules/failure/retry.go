package failure

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// A retry is a decorator that calls its function again when it fails.
type retry struct {
	f    link.Func
	file *link.File
	path string    // of the decorator
	call *facts.Op // nil when it is written without arguments
	pos  uint32
}

// at starts a finding at the decorator.
func (r *retry) at(p *rule.Pass) diag.Finding {
	if r.call != nil {
		return p.At(r.f, r.call)
	}
	return p.At(r.f, &facts.Op{Pos: r.pos, Len: 1})
}

// arg is a keyword argument of the decorator, 0 without one.
func (r *retry) arg(name string) facts.Ref {
	if r.call == nil {
		return 0
	}
	return rule.Keyword(r.file, r.call, name)
}

// open: the decorator takes arguments that are not written out.
func (r *retry) open() bool { return r.call != nil && rule.OpenKeywords(r.file, r.call) }

// retries are the retrying decorators outside tests, on functions.
func retries(p *rule.Pass, flow *rule.Flow) []retry {
	var out []retry
	for f := range link.Func(p.Funcs()) {
		file := p.FileOf(f)
		if file.Test || file.Facts.Notebook != nil || len(p.Facts(f).Decorators) == 0 {
			continue
		}
		for _, d := range flow.Decorations(f) {
			path := d.Path
			switch {
			case rule.HasPrefix(path, "tenacity") && strings.HasSuffix(path, ".retry"):
				path = "tenacity.retry"
			case rule.HasPrefix(path, "backoff") && strings.HasSuffix(path, ".on_exception"):
				path = "backoff.on_exception"
			case rule.HasPrefix(path, "retrying") && strings.HasSuffix(path, ".retry"):
				path = "retrying.retry"
			case rule.HasPrefix(path, "stamina") && strings.HasSuffix(path, ".retry"):
				path = "stamina.retry"
			default:
				continue
			}
			out = append(out, retry{f, file, path, d.Call, d.Pos})
		}
	}
	return out
}

// Effects of which a failure is worth another attempt.
var attempted = rule.Kinds(knowledge.Net, knowledge.LLM, knowledge.Notify, knowledge.Payment, knowledge.DB, knowledge.DBWrite, knowledge.Queue)

// remote is a trace to what other systems do.
func remote(p *rule.Pass) *rule.Trace {
	return p.Trace(func(s *effects.Site) bool { return attempted(s.Kind) && !p.File(s.Node).Test }, func(e *effects.Edge) bool {
		return rule.Runs(e) || e.Mode == link.Offloaded
	})
}

// every: the exceptions that are tried again are all there are.
func (r *retry) every(flow *rule.Flow) bool {
	if r.open() {
		return false
	}
	exception := func(x facts.Ref) bool {
		if d := flow.Def(r.file, x); d != nil && d.Code == facts.MakeTuple {
			elems, _ := r.file.Facts.Elems(d)
			return slices.ContainsFunc(elems, func(e uint32) bool { return isException(flow, r.file, facts.Ref(e)) })
		}
		return isException(flow, r.file, x)
	}
	switch r.path {
	case "tenacity.retry":
		cond := r.arg("retry")
		if cond == 0 {
			return r.call == nil || len(r.file.Facts.Args(r.call).Pos) == 0
		}
		d := flow.Def(r.file, cond)
		if d == nil || d.Code != facts.Call || !strings.HasSuffix(flow.Called(r.file, d), ".retry_if_exception_type") {
			return false
		}
		x := rule.Argument(r.file, d, 0, "exception_types")
		return x == 0 && !rule.OpenKeywords(r.file, d) || exception(x)
	case "backoff.on_exception":
		return r.arg("giveup") == 0 && exception(rule.Argument(r.file, r.call, 1, "exception"))
	case "stamina.retry":
		return exception(r.arg("on"))
	case "retrying.retry":
		return r.arg("retry_on_exception") == 0 && r.arg("retry_on_result") == 0 && r.arg("wrap_exception") == 0
	}
	return false
}

func isException(flow *rule.Flow, file *link.File, r facts.Ref) bool {
	switch flow.Dotted(file, r) {
	case "Exception", "BaseException":
		return true
	}
	return false
}
