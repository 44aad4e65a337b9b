package database

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW601", Name: "transaction-held-across-network", Since: "0.1", Family: "database",
	Doc: docs.Read("transaction_held_across_network.md"), Check: transactionHeldAcrossNetwork,
})

var far = rule.Kinds(knowledge.Net, knowledge.LLM, knowledge.Notify, knowledge.Payment)

// remote: the call waits for something that is not this program: another service, or another process that is waited for.
func remote(s *effects.Site) bool { return far(s.Kind) || s.Kind == knowledge.Subprocess && s.Blocking }

func transactionHeldAcrossNetwork(p *rule.Pass) {
	t := p.Trace(func(s *effects.Site) bool { return remote(s) && !p.File(s.Node).Test }, rule.Runs)
	decorated := atomic(p)
	var once rule.Once
	for n := range effects.Node(p.Nodes()) {
		file := p.File(n)
		if file.Test {
			continue
		}
		f := p.FuncOf(n)
		visit := func(op *facts.Op, steps func() []effects.Step, certainty diag.Certainty) {
			holder, from := decorated[f], p.Facts(f).Pos
			rule.Around(file, op, func(c *facts.Ctx) bool {
				if c.Kind == facts.CtxWith && op.Pos > c.Pos {
					if t := rule.Transaction(p, f, c); t != "" {
						holder, from = "with "+t, c.Pos
					}
				}
				return holder == ""
			})
			if holder == "" {
				return
			}
			ss := steps()
			site := rule.Last(ss)
			x := p.At(f, op)
			x.Certainty = certainty
			through := "`" + rule.CalledAs(site) + "`"
			if via := p.Via(ss); via != "" {
				through = fmt.Sprintf("`%s`, which ends in %s", via, through)
			}
			x.Message = fmt.Sprintf("`%s` keeps a transaction (`%s`) open while it waits for %s: its locks and its connection wait as well", p.Short(f), holder, through)
			x.Help = "call the other service before the transaction begins or after it is committed, and keep only the database work inside"
			if site.Kind == knowledge.Subprocess {
				x.Help = "run the other program before the transaction begins or after it is committed, and keep only the database work inside"
			}
			x.Witness = p.Frames(ss)
			x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, from) // each transaction is mended where it is
			once.Report(p, x)
		}
		for _, i := range p.SitesOf(n) {
			if s := &p.Sites[i]; remote(s) && s.Mode == link.Called {
				visit(s.Op, func() []effects.Step { return []effects.Step{p.SiteStep(s)} }, s.Certainty)
			}
		}
		for _, i := range p.OutEdges(n) {
			if e := &p.Edges[i]; rule.Runs(e) && t.Reaches(e.To) {
				visit(e.Op, func() []effects.Step { return t.Through(e) }, min(e.Certainty, t.Certainty(e.To)))
			}
		}
	}
}

// atomic are the functions whose whole body is a transaction by their decorator.
func atomic(p *rule.Pass) map[link.Func]string {
	out := map[link.Func]string{}
	at := map[uint64]string{}
	for i := range p.Calls {
		c := &p.Calls[i]
		if c.Entity == nil || c.Entity.Context != "transaction" && !wrapsTransaction(c.Entity) {
			continue
		}
		at[uint64(p.File(effects.Node(c.From)).Index)<<32|uint64(c.Op.Pos)] = c.Entity.Path
	}
	if len(at) == 0 {
		return out
	}
	for f := range link.Func(p.Funcs()) {
		fn := p.Facts(f)
		for _, d := range fn.Decorators {
			if path, ok := at[uint64(p.FileOf(f).Index)<<32|uint64(d.Pos)]; ok && fn.Kind == facts.Function {
				out[f] = "@" + path
			}
		}
	}
	return out
}

func wrapsTransaction(e *knowledge.Entity) bool {
	for i := range e.Calls {
		if e.Calls[i].Mode == knowledge.WrapsDecorated && e.Calls[i].Context == "transaction" {
			return true
		}
	}
	return false
}
