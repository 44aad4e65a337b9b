package async

import (
	"fmt"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW104", Name: "lock-held-across-network", Since: "0.1", Family: "async", Severity: rule.Unproven,
	Doc: docs.Read("lock_held_across_network.md"), Check: lockHeldAcrossNetwork,
})

var far = rule.Kinds(knowledge.Net, knowledge.LLM, knowledge.Notify, knowledge.Payment)

// conversational are libraries whose calls are parts of one conversation over one connection, which a lock must keep apart.
func conversational(path string) bool {
	return rule.HasPrefix(path, "socket", "ssl", "smtplib", "imaplib", "poplib", "ftplib", "telnetlib", "paramiko", "websocket", "websockets", "http.client", "asyncio", "multiprocessing", "select", "selectors")
}

// single: what is fetched is for all threads, so that the others wait for it in any case: a token, a first connection.
func single(name string) bool {
	return slices.ContainsFunc(rule.Words(name), func(w string) bool {
		return slices.Contains([]string{"token", "auth", "login", "refresh", "credentials", "credential", "connect", "init", "initialize", "ensure", "load", "setup", "start", "stop", "close", "download", "install", "cache", "cached", "session", "update", "get", "fetch"}, w)
	})
}

// releasedAfter is the lock that the end of a try gives back, as in `lock.acquire()`, try, finally `lock.release()`; "" for none.
func releasedAfter(flow *rule.Flow, file *link.File, fn *facts.Func, try uint32) string {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if c := &file.Facts.Ctxs[op.Ctx]; op.Code != facts.Call || c.Kind != facts.CtxFinally || c.B != try {
			continue
		}
		if recv, method := flow.Method(file, op); method == "release" {
			return flow.ThreadLock(file, fn, recv)
		}
	}
	return ""
}

func lockHeldAcrossNetwork(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var t *rule.Trace
	for f := range link.Func(p.Funcs()) {
		file, fn := p.FileOf(f), p.Facts(f)
		if file.Test || file.Facts.Notebook != nil {
			continue
		}
		locks := map[uint32]string{}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			for x := file.Facts.Ops[o].Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
				c := &file.Facts.Ctxs[x]
				if _, seen := locks[x]; !seen && c.Kind == facts.CtxWith && c.Flags&facts.FlagAsync == 0 {
					locks[x] = flow.ThreadLock(file, fn, c.A)
				} else if !seen && c.Kind == facts.CtxTry && file.Facts.Tries[c.B].Finally {
					locks[x] = releasedAfter(flow, file, fn, c.B)
				}
			}
		}
		told := map[uint32]bool{}
		visit := func(op *facts.Op, steps func() []effects.Step) {
			if single(p.Short(f)) {
				return
			}
			for x := op.Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
				lock := locks[x]
				if lock == "" || told[x] {
					continue
				}
				told[x] = true
				c := &file.Facts.Ctxs[x]
				line, cell := file.Facts.Place(c.Pos)
				ss := steps()
				if single(p.Via(ss)) {
					continue
				}
				y := p.At(f, op)
				what := "`" + rule.CalledAs(rule.Last(ss)) + "`"
				if via := p.Via(ss); via != "" {
					what = fmt.Sprintf("`%s`, which ends in %s", via, what)
				}
				y.Message = fmt.Sprintf("`%s` holds a `%s` while it waits for %s: every thread that wants the lock waits for that service too", p.Short(f), lock, what)
				y.Help = "do the call before taking the lock, and hold it only to store the result"
				y.Witness = append([]diag.Frame{{Function: p.Name(f), File: file.Path, Line: line, Cell: cell, Note: "takes the " + lock}}, p.Frames(ss)...)
				p.Report(y)
			}
		}
		held := false
		for _, l := range locks {
			held = held || l != ""
		}
		if !held {
			continue
		}
		if t == nil {
			t = p.Trace(func(s *effects.Site) bool {
				return far(s.Kind) && s.Certainty == diag.Proved && !p.File(s.Node).Test && !conversational(s.Path)
			}, func(e *effects.Edge) bool { return rule.Runs(e) && e.Certainty == diag.Proved })
		}
		n := effects.Node(f)
		for _, i := range p.SitesOf(n) {
			if s := &p.Sites[i]; far(s.Kind) && s.Certainty == diag.Proved && !conversational(s.Path) {
				visit(s.Op, func() []effects.Step { return []effects.Step{p.SiteStep(s)} })
			}
		}
		for _, i := range p.OutEdges(n) {
			if e := &p.Edges[i]; rule.Runs(e) && e.Certainty == diag.Proved && t.Reaches(e.To) && t.Certainty(e.To) == diag.Proved {
				visit(e.Op, func() []effects.Step { return t.Through(e) })
			}
		}
	}
}
