package database

import (
	"fmt"
	"regexp"
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

// writesOutsideTransaction is about Django, asyncpg, Tortoise and peewee, where each write is committed by itself unless something says otherwise.
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
	var later *rule.Trace // what writes whatever happens
	byFunc := map[link.Func][]*write{}
	var order []link.Func
	for i := range p.Sites {
		s := &p.Sites[i]
		if !commits(s) || p.IsMain(s.Node) {
			continue
		}
		f := p.FuncOf(s.Node)
		file := p.FileOf(f)
		if effects.Node(f) != s.Node || file.Test || file.Facts.Notebook != nil || rule.InDir(file.Path, "migrations") {
			continue
		}
		if statement := statementOf(flow, file, s); statement != "" {
			if !alone(p, file, f, s.Op) || begins(flow, file, p.Facts(f)) {
				continue
			}
			if byFunc[f] == nil {
				order = append(order, f)
			}
			byFunc[f] = append(byFunc[f], &write{op: s.Op, what: statement, makes: strings.HasPrefix(statement, "insert"), deletes: strings.HasPrefix(statement, "delete"),
				ensures: strings.HasPrefix(statement, "upsert"), steps: []effects.Step{p.SiteStep(s)}})
			continue
		}
		if !plain(file, s.Op) || rule.HasPrefix(s.Path, "asyncpg") {
			continue
		}
		if byFunc[f] == nil {
			order = append(order, f)
		}
		last := s.Path[strings.LastIndexByte(s.Path, '.')+1:]
		byFunc[f] = append(byFunc[f], &write{op: s.Op, what: written(flow, file, s), makes: creates(flow, file, s), deletes: strings.HasSuffix(last, "delete"),
			ensures: strings.HasSuffix(last, "_or_create"), steps: []effects.Step{p.SiteStep(s)}})
	}
	for _, f := range order {
		if later == nil {
			later = p.Trace(func(s *effects.Site) bool {
				return commits(s) && s.Call != nil && creates(flow, p.File(s.Node), s) && !p.File(s.Node).Test && rule.Certain(p.File(s.Node), p.Facts(p.FuncOf(s.Node)), s.Op)
			}, func(e *effects.Edge) bool {
				return e.Mode == link.Called && e.Certainty == diag.Proved && rule.Certain(p.File(e.From), p.Facts(p.FuncOf(e.From)), e.Op)
			})
			inside = transactional(p, flow)
			arrivals = p.Arrive(func(r *inventory.Root) bool { return r.Phase == inventory.Request || r.Phase == inventory.Job }, rule.Runs)
		}
		file, writes := p.FileOf(f), byFunc[f]
		n := arrivals.Runs(p, effects.Node(f), file.OpBase()+uint32(file.Facts.IndexOf(writes[0].op)))
		if inside[f] || arrivals.At(n) == nil && !ofSerializer(p, flow, f) {
			continue
		}
		for _, i := range p.OutEdges(effects.Node(f)) {
			e := &p.Edges[i]
			if e.Mode == link.Called && e.Certainty == diag.Proved && later.Reaches(e.To) && later.Certainty(e.To) == diag.Proved && later.Distance(e.To) <= 2 && plain(file, e.Op) {
				writes = append(writes, &write{op: e.Op, what: p.Short(p.FuncOf(e.To)), makes: true, steps: later.Through(e)})
			}
		}
		slices.SortStableFunc(writes, func(a, b *write) int { return file.Facts.IndexOf(a.op) - file.Facts.IndexOf(b.op) })
		first, second := pair(file, p.Facts(f), writes)
		if second == nil {
			continue
		}
		x := p.At(f, second.op)
		x.Message = fmt.Sprintf("`%s` writes twice (`%s`, then `%s`) outside a transaction: when the second fails, the first stays", p.Short(f), first.what, second.what)
		x.Help = "put both into one `with transaction.atomic():`"
		if rule.HasPrefix(rule.Last(second.steps).Path, "asyncpg") {
			x.Help = "put both into one `async with connection.transaction():`"
		}
		x.Witness = append(p.Frames(arrivals.Way(n)), p.Frames(append(first.steps, second.steps...))...)
		x.Group = fmt.Sprintf("%s:%d", p.Rule.Code, f)
		p.Report(x)
	}
}

// commits: a write of an object mapper that commits each by itself, or of a serializer that writes with it.
func commits(s *effects.Site) bool {
	return s.Kind == knowledge.DBWrite && s.Certainty == diag.Proved && rule.HasPrefix(s.Path, "django.db.models", "django.contrib.auth.models", "rest_framework.serializers", "asyncpg", "tortoise.models.Model", "peewee.Model")
}

// changesTable are the words of a statement that say what it changes.
var changesTable = regexp.MustCompile(`(?i)^\s*(insert\s+into|update|delete\s+from)\s+(?:only\s+)?([\w."]+)`)

// statementOf is what a statement given to asyncpg changes: "insert into orders"; "" when its text is not known.
func statementOf(flow *rule.Flow, file *link.File, s *effects.Site) string {
	if !rule.HasPrefix(s.Path, "asyncpg") || s.Op.Code != facts.Call {
		return ""
	}
	query, _ := flow.Text(file, rule.Argument(file, s.Op, 0, "query"))
	m := changesTable.FindStringSubmatch(query)
	if m == nil {
		return ""
	}
	verb := strings.ToLower(strings.Join(strings.Fields(m[1]), " "))
	if strings.Contains(strings.ToLower(query), "on conflict") {
		verb = "upsert"
	}
	return verb + " " + m[2]
}

// begins: the function opens a transaction by hand.
func begins(flow *rule.Flow, file *link.File, fn *facts.Func) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Call {
			continue
		}
		if _, method := flow.Method(file, op); method == "transaction" {
			return true
		}
		if text, _ := flow.Text(file, rule.Pos(file, op, 0)); strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), "begin") {
			return true
		}
	}
	return false
}

// alone: around the operation are only conditions, loops and the taking of a connection, none of which makes a transaction.
func alone(p *rule.Pass, file *link.File, f link.Func, op *facts.Op) bool {
	alone := !within(p, file, f, op)
	rule.Around(file, op, func(c *facts.Ctx) bool {
		alone = alone && (c.Kind == facts.CtxIf || c.Kind == facts.CtxElse || c.Kind == facts.CtxMatch || c.Kind == facts.CtxFor || c.Kind == facts.CtxWith)
		return alone
	})
	return alone
}

// ofSerializer: REST framework calls the method when a request's data is saved.
func ofSerializer(p *rule.Pass, flow *rule.Flow, f link.Func) bool {
	fn, file := p.Facts(f), p.FileOf(f)
	if fn.Class == 0 || fn.Kind != facts.Function {
		return false
	}
	switch file.Facts.Str(fn.Name) {
	case "create", "update", "save":
		return derives(flow, file, &file.Facts.Classes[fn.Class-1], 0)
	}
	return false
}

func derives(flow *rule.Flow, file *link.File, class *facts.Class, depth int) bool {
	return slices.ContainsFunc(class.Bases, func(b facts.Ref) bool {
		if rule.HasPrefix(flow.Dotted(file, b), "rest_framework.serializers") {
			return true
		}
		in, base := flow.ClassOf(file, b)
		return base != nil && depth < 6 && derives(flow, in, base, depth+1)
	})
}

// write is one that a function makes itself or by a call.
type write struct {
	op                      *facts.Op
	what                    string
	makes, deletes, ensures bool // a new row; none any more; sure that one is there
	steps                   []effects.Step
}

// pair are two writes of different things, or two statements that insert rows, that always come together, of which one makes a new row. What is written in a loop or by another function
// must be made from the row that the first made. A first write that only makes sure that a row is there does no harm alone, and rows that are deleted one
// after the other are those that are not wanted any more.
func pair(file *link.File, fn *facts.Func, writes []*write) (first, second *write) {
	for i, a := range writes {
		if a.ensures || len(a.steps) > 1 || looped(file, a.op) {
			continue
		}
		var made map[facts.Ref]bool
		for _, b := range writes[i+1:] {
			if a.op == b.op || under(file, b.op) != a.op.Ctx || a.deletes && b.deletes || a.what == b.what && !(a.makes && b.makes && a.op.Ctx == b.op.Ctx && strings.Contains(a.what, " into ")) || !a.makes && !b.makes || notes(a) || notes(b) {
				continue
			}
			if b.op.Ctx != a.op.Ctx || len(b.steps) > 1 {
				if !a.makes || a.op.Dst == 0 {
					continue
				}
				if made == nil {
					made = rule.Derived(file, fn, a.op.Dst, 0)
				}
				if !rule.ReadsAny(file, b.op, made) {
					continue
				}
			}
			return a, b
		}
	}
	return nil, nil
}

// notes: what is written tells of what was done, and nothing depends on it.
func notes(w *write) bool {
	return slices.ContainsFunc(rule.Words(w.what), func(x string) bool { return x == "log" || x == "logs" || x == "audit" })
}

// under is the context of an operation, or that of the loops around it.
func under(file *link.File, op *facts.Op) uint32 {
	x := op.Ctx
	for x != 0 && file.Facts.Ctxs[x].Kind == facts.CtxFor {
		x = file.Facts.Ctxs[x].Parent
	}
	return x
}

func looped(file *link.File, op *facts.Op) bool { return under(file, op) != op.Ctx }

// creates: the write makes a row that was not there.
func creates(flow *rule.Flow, file *link.File, s *effects.Site) bool {
	switch s.Path[strings.LastIndexByte(s.Path, '.')+1:] {
	case "create", "acreate", "bulk_create", "abulk_create", "create_user", "create_superuser":
		return true
	case "save", "asave":
		if rule.HasPrefix(s.Path, "rest_framework") {
			return true
		}
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

// plain: nothing around the operation but conditions and loops.
func plain(file *link.File, op *facts.Op) bool {
	plain := true
	rule.Around(file, op, func(c *facts.Ctx) bool {
		plain = c.Kind == facts.CtxIf || c.Kind == facts.CtxElse || c.Kind == facts.CtxMatch || c.Kind == facts.CtxFor
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
