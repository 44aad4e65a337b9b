package database

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW603", Name: "writes-outside-transaction", Since: "0.1", Family: "database", Severity: rule.Unproven,
	Doc: docs.Read("writes_outside_transaction.md"), Check: writesOutsideTransaction,
})

// writesOutsideTransaction is about Django, where each write is committed by itself unless something says otherwise.
func writesOutsideTransaction(p *rule.Pass) {
	for _, f := range p.Files {
		// Every request is a transaction.
		if slices.Contains(f.Facts.Strings, "ATOMIC_REQUESTS") {
			return
		}
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var inside map[link.Func]bool // functions that may run inside a transaction
	var arrivals *rule.Arrivals
	byFunc := map[link.Func][]*effects.Site{}
	var order []link.Func
	for i := range p.Sites {
		s := &p.Sites[i]
		if s.Kind != knowledge.DBWrite || s.Certainty != diag.Proved || !rule.HasPrefix(s.Path, "django.db.models") || p.IsMain(s.Node) {
			continue
		}
		f := p.FuncOf(s.Node)
		file := p.FileOf(f)
		if effects.Node(f) != s.Node || file.Test || file.Facts.Notebook != nil || rule.InDir(file.Path, "migrations") || !plain(file, s.Op) {
			continue
		}
		if byFunc[f] == nil {
			order = append(order, f)
		}
		byFunc[f] = append(byFunc[f], s)
	}
	for _, f := range order {
		sites := byFunc[f]
		slices.SortStableFunc(sites, func(a, b *effects.Site) int { return int(a.Op.Pos) - int(b.Op.Pos) })
		file := p.FileOf(f)
		first, second := pair(flow, file, sites)
		if second == nil {
			continue
		}
		if inside == nil {
			inside = transactional(p, flow)
			arrivals = p.Arrive(func(r *inventory.Root) bool { return r.Phase == inventory.Request || r.Phase == inventory.Job }, rule.Runs)
		}
		if inside[f] || arrivals.At(effects.Node(f)) == nil {
			continue
		}
		x := p.At(f, second.Op)
		x.Message = fmt.Sprintf("`%s` writes twice (`%s`, then `%s`) outside a transaction: when the second fails, the first stays", p.Short(f), written(flow, file, first), written(flow, file, second))
		x.Help = "put both into one `with transaction.atomic():`"
		x.Witness = append(p.Frames(arrivals.Way(effects.Node(f))), p.Frames([]effects.Step{p.SiteStep(first), p.SiteStep(second)})...)
		x.Group = fmt.Sprintf("%s:%d", p.Rule.Code, f)
		p.Report(x)
	}
}

// pair are two writes of different things that always come together, of which one makes a new row. A first write that only makes sure that a row is there
// does no harm alone, and rows that are deleted one after the other are those that are not wanted any more.
func pair(flow *rule.Flow, file *link.File, sites []*effects.Site) (first, second *effects.Site) {
	last := func(s *effects.Site) string { return s.Path[strings.LastIndexByte(s.Path, '.')+1:] }
	for i, a := range sites {
		if strings.HasSuffix(last(a), "_or_create") {
			continue
		}
		for _, b := range sites[i+1:] {
			if a.Op == b.Op || a.Op.Ctx != b.Op.Ctx || strings.HasSuffix(last(a), "delete") && strings.HasSuffix(last(b), "delete") {
				continue
			}
			if (creates(flow, file, a) || creates(flow, file, b)) && written(flow, file, a) != written(flow, file, b) {
				return a, b
			}
		}
	}
	return nil, nil
}

// creates: the write makes a row that was not there.
func creates(flow *rule.Flow, file *link.File, s *effects.Site) bool {
	switch s.Path[strings.LastIndexByte(s.Path, '.')+1:] {
	case "create", "acreate", "bulk_create", "abulk_create":
		return true
	case "save", "asave":
		recv, _ := flow.Method(file, s.Op)
		for range 12 {
			d := flow.Def(file, recv)
			switch {
			case d == nil:
				return false
			case d.Code == facts.Copy:
				recv = facts.Ref(d.A)
				continue
			}
			return d.Code == facts.Call && flow.Def(file, facts.Ref(d.A)) != nil && flow.Def(file, facts.Ref(d.A)).Code != facts.Attr
		}
	}
	return false
}

// plain: nothing around the operation but conditions.
func plain(file *link.File, op *facts.Op) bool {
	plain := true
	rule.Around(file, op, func(c *facts.Ctx) bool {
		plain = c.Kind == facts.CtxIf || c.Kind == facts.CtxElse || c.Kind == facts.CtxMatch
		return plain
	})
	return plain
}

// written is the text of a write without its arguments: order.save, Item.objects.create.
func written(flow *rule.Flow, file *link.File, s *effects.Site) string {
	r := facts.Ref(s.Op.A)
	var parts []string
	for range 12 {
		d := flow.Def(file, r)
		if d == nil {
			break
		}
		if d.Code == facts.Attr {
			parts = append(parts, file.Facts.Str(d.B))
		} else if d.Code != facts.Call && d.Code != facts.Copy {
			switch d.Code {
			case facts.ImportName:
				name := flow.Dotted(file, r)
				parts = append(parts, name[strings.LastIndexByte(name, '.')+1:])
			case facts.MakeClass:
				parts = append(parts, file.Facts.Str(file.Facts.Classes[d.A].Name))
			}
			break
		}
		r = facts.Ref(d.A)
	}
	if s.Call != nil {
		if recv := s.Call.ReceiverPath(); recv != "" && !strings.HasPrefix(recv, "django.") {
			parts = append(parts[:min(1, len(parts))], recv[strings.LastIndexByte(recv, '.')+1:])
		}
	}
	slices.Reverse(parts)
	return strings.Join(parts, ".")
}

// transactional are functions in a transaction, or called from within one.
func transactional(p *rule.Pass, flow *rule.Flow) map[link.Func]bool {
	out := map[link.Func]bool{}
	var layer []link.Func
	add := func(f link.Func) {
		if !out[f] {
			out[f] = true
			layer = append(layer, f)
		}
	}
	for f := range atomic(p) {
		add(f)
	}
	for f := range link.Func(p.Funcs()) {
		for _, d := range flow.Decorations(f) {
			if last := d.Path[strings.LastIndexByte(d.Path, '.')+1:]; strings.Contains(last, "atomic") || strings.Contains(last, "transaction") {
				add(f)
			}
		}
	}
	for i := range p.Edges {
		e := &p.Edges[i]
		if e.Mode == link.Called && within(p, p.FileOf(p.FuncOf(e.From)), p.FuncOf(e.From), e.Op) {
			add(p.FuncOf(e.To))
		}
	}
	instances := p.InstancesOf()
	for len(layer) > 0 {
		f := layer[len(layer)-1]
		layer = layer[:len(layer)-1]
		for _, n := range instances[f] {
			for _, i := range p.OutEdges(n) {
				if e := &p.Edges[i]; rule.Runs(e) {
					add(p.FuncOf(e.To))
				}
			}
		}
	}
	return out
}

// within: a with-statement around the operation holds a transaction, or something of that name.
func within(p *rule.Pass, file *link.File, f link.Func, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		if c.Kind == facts.CtxWith {
			def := rule.DefOf(file, p.Facts(f), c.A)
			if def != nil && def.Code == facts.Call {
				yes = yes || rule.Transaction(p, f, c) != ""
				if d := rule.DefOf(file, p.Facts(f), facts.Ref(def.A)); d != nil && d.Code == facts.Attr {
					name := file.Facts.Str(d.B)
					yes = yes || strings.Contains(name, "atomic") || strings.Contains(name, "transaction")
				}
			}
		}
		return !yes
	})
	return yes
}
