package async

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// undisturbed are the coroutine functions during which there is nothing that waiting could hold up: start-up handlers, what only
// they wait for, and what plain code or a worker runs to its end (`asyncio.run(main())`) in a program part that starts no other task and
// answers nobody. A function that is also called, scheduled or registered otherwise is not among them.
func undisturbed(p *rule.Pass) map[link.Func]bool {
	out := startupOnly(p)
	registered := map[link.Func]bool{}
	single := map[link.Func]bool{}
	for i := range p.Registrations {
		r := &p.Registrations[i]
		// RQ runs a coroutine in a loop that it makes for that one job.
		if r.Entity != nil && rule.HasPrefix(r.Entity.Path, "rq") && !p.Has(effects.Node(r.Func), knowledge.Task) {
			single[r.Func] = true
			continue
		}
		registered[r.Func] = true
	}
	type entry struct {
		from  link.Func
		async bool
	}
	entries := map[link.Func][]entry{}
	for n := range effects.Node(p.Nodes()) {
		f := p.FuncOf(n)
		if p.Facts(f).Flags&facts.FuncAsync == 0 || registered[f] || out[f] || p.File(n).Test {
			continue
		}
		for _, i := range p.InEdges(n) {
			e := &p.Edges[i]
			from := p.FuncOf(e.From)
			if e.Mode == link.Made || e.Mode == link.Imported || from == f || p.File(e.From).Test {
				continue // a coroutine that is made does nothing yet
			}
			async := p.Facts(from).Flags&facts.FuncAsync != 0
			part := e.From
			if ownLoop(p, e) {
				part = e.To
			}
			if e.Mode != link.Called && e.Mode != link.Consumed || !async && (p.Has(part, knowledge.Task) || p.Has(part, knowledge.Listen)) {
				registered[f] = true
				break
			}
			entries[f] = append(entries[f], entry{from, async})
		}
	}
	for f, list := range entries {
		if !registered[f] && len(list) > 0 {
			out[f] = true
		}
	}
	for f := range single {
		if !registered[f] {
			out[f] = true
		}
	}
	for changed := true; changed; {
		changed = false
		for f, list := range entries {
			if !out[f] {
				continue
			}
			for _, e := range list {
				if e.async && !out[e.from] {
					delete(out, f)
					changed = true
					break
				}
			}
		}
	}
	return out
}

// ownLoop: the call makes a loop for this coroutine, and ends it with it: what else its block starts is not on it.
func ownLoop(p *rule.Pass, e *effects.Edge) bool {
	for _, i := range p.CallsAt(e.Op) {
		if c := &p.Calls[i]; rule.HasPrefix(c.Path, "asyncio", "anyio", "trio") && strings.HasSuffix(c.Path, ".run") {
			return true
		}
	}
	return false
}
