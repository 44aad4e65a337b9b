package generated

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
	Code: "RW852", Name: "argument-that-does-not-exist", Since: "0.1", Family: "generated", Severity: rule.Unproven,
	Doc: docs.Read("unknown_argument.md"), Check: unknownArgument,
})

// unknownArgument looks for keyword arguments that the program's own function, the only one that a call can reach, does not take.
func unknownArgument(p *rule.Pass) {
	targets := map[*facts.Op][]*effects.Edge{}
	for i := range p.Edges {
		e := &p.Edges[i]
		if e.Mode == link.Called && e.Op.Code == facts.Call && e.Op.Flags&facts.FlagDecorator == 0 {
			targets[e.Op] = append(targets[e.Op], e)
		}
	}
	told := map[*facts.Op]bool{}
	for i := range p.Edges {
		e := &p.Edges[i]
		all := targets[e.Op]
		if len(all) == 0 || told[e.Op] || all[0] != e || e.Certainty != diag.Proved {
			continue
		}
		f, g := p.FuncOf(e.From), p.FuncOf(e.To)
		same := true
		for _, o := range all {
			same = same && p.FuncOf(o.To) == g
		}
		file := p.FileOf(f)
		if !same || file.Facts.Notebook != nil || len(p.CallsAt(e.Op)) > 0 || guarded(file, e.Op.Ctx) || p.FileOf(g).Facts.Notebook != nil {
			continue
		}
		name := refused(p, file, e.Op, g)
		if name == "" {
			continue
		}
		told[e.Op] = true
		x := p.At(f, e.Op)
		x.Message = fmt.Sprintf("`%s` takes no argument `%s`: this call fails with a TypeError", p.Short(g), name)
		x.Help = "pass the arguments that it takes, or add the parameter"
		x.Witness = p.Frames([]effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}})
		p.Report(x)
	}
}

// refused is the first keyword argument that a function does not take.
func refused(p *rule.Pass, file *link.File, op *facts.Op, g link.Func) string {
	home, fn := p.FileOf(g), p.Facts(g)
	if fn.Kind != facts.Function || len(fn.Decorators) > 0 || fn.Flags&facts.FuncOverload != 0 {
		return ""
	}
	// A metaclass, a decorator of the class or __new__ may take what __init__ does not, and give something else.
	if fn.Class > 0 {
		c := &home.Facts.Classes[fn.Class-1]
		if len(c.Decorators) > 0 || len(c.Keywords) > 0 || slices.ContainsFunc(c.Members, func(m facts.NamedRef) bool { return home.Facts.Str(m.Name) == "__new__" }) {
			return ""
		}
		if n := home.Facts.Str(fn.Name); strings.HasPrefix(n, "__") && (n != "__init__" || len(c.Bases) > 0) {
			return ""
		}
	}
	takes := map[string]bool{}
	for i := range fn.Params {
		switch par := &fn.Params[i]; par.Kind {
		case facts.VarKeyword:
			return ""
		case facts.PositionalOnly, facts.VarPositional:
		default:
			takes[home.Facts.Str(par.Name)] = true
		}
	}
	a := file.Facts.Args(op)
	// Of a call of something unknown, `rows.sort(key=f)`, the analysis knows that f is called; what the call takes, nobody does.
	if !takes["key"] && rule.Keyword(file, op, "key") != 0 {
		return ""
	}
	for i := 0; i+1 < len(a.Kw); i += 2 {
		if name := file.Facts.Str(a.Kw[i]); a.Kw[i] != 0 && !takes[name] {
			return name
		}
	}
	return ""
}
