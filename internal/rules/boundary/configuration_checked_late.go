package boundary

import (
	"fmt"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW210", Name: "configuration-checked-late", Since: "0.1", Family: "boundary",
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Note, CustomerFacing: diag.Note},
	Doc:      docs.Read("configuration_checked_late.md"), Check: configurationCheckedLate,
})

// configurationCheckedLate looks for keys without which a request or a job fails, and that nothing asks for before: no module
// when it is imported, and nothing that runs once at the start. One finding for each key.
func configurationCheckedLate(p *rule.Pass) {
	from := p.Arrivals()
	if from.None() {
		return
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	early := map[string]bool{}
	late := map[string][]*effects.Site{}
	var order []string
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if s.Kind != knowledge.Env || file.Test {
			continue
		}
		key := keyAsked(p, s)
		if key == "" {
			continue
		}
		fn := p.Facts(p.FuncOf(s.Node))
		if fn.Kind == facts.ModuleBody || fn.Kind == facts.ClassBody || !from.Reaches(s.Node) {
			early[key] = true
			continue
		}
		if s.Certainty != diag.Proved || !rule.AlwaysRuns(file, s.Op, 0) || isSystem(key) || !required(p, flow, s) {
			continue
		}
		caught := false
		rule.Around(file, s.Op, func(c *facts.Ctx) bool {
			caught = c.Kind == facts.CtxTry
			return !caught
		})
		if caught {
			continue
		}
		if late[key] == nil {
			order = append(order, key)
		}
		late[key] = append(late[key], s)
	}
	for _, f := range p.Files {
		// What the program or its settings name anywhere else may be checked there.
		for o := range f.Facts.Ops {
			if op := &f.Facts.Ops[o]; op.Code == facts.SetItem {
				if r := facts.Ref(op.B); r.Tag() == facts.TagStr {
					early[f.Facts.Str(r.Index())] = true
				}
			}
		}
	}
	slices.Sort(order)
	for _, key := range order {
		if early[key] {
			continue
		}
		s := late[key][0]
		f := p.FuncOf(s.Node)
		x := p.At(f, s.Op)
		x.Message = fmt.Sprintf("`%s` is asked for only when %s comes (`%s`): a program that lacks it starts, and fails for the first one who uses it", key, from.What(s.Node), p.Short(from.For(p, s.Node)))
		x.Help = "read it with the other settings when the program starts, so that it stops there and says what is missing"
		x.Witness = p.Frames(append(from.Way(s.Node), p.SiteStep(s)))
		x.Group = p.Rule.Code + ":" + key
		p.Report(x)
	}
}

// keyAsked is the key that a read of the environment names; "" when it is computed.
func keyAsked(p *rule.Pass, s *effects.Site) string {
	file := p.File(s.Node)
	r := facts.Ref(0)
	switch s.Op.Code {
	case facts.Item:
		r = facts.Ref(s.Op.C)
	case facts.Call:
		r = rule.Pos(file, s.Op, 0)
	}
	if r.Tag() != facts.TagStr {
		return ""
	}
	key := file.Facts.Str(r.Index())
	if !keyForm.MatchString(key) {
		return ""
	}
	return key
}

// required: without the key the read fails, or what is done with its value on the spot does: os.getenv("KEY").split(","),
// "Bearer " + os.getenv("KEY"). What gets a name may be asked about,
// unless the function decides nothing.
func required(p *rule.Pass, flow *rule.Flow, s *effects.Site) bool {
	file, fn := p.File(s.Node), p.Facts(p.FuncOf(s.Node))
	if s.Op.Code == facts.Item {
		return true
	}
	if a := file.Facts.Args(s.Op); len(a.Pos) != 1 || len(a.Kw) > 0 {
		return false
	}
	value := map[facts.Ref]bool{s.Op.Dst: true}
	undecided := straight(file, fn)
	if undecided {
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			if op := &file.Facts.Ops[o]; op.Code == facts.Copy && value[facts.Ref(op.A)] && len(flow.Defs(file, op.Dst)) == 1 {
				value[op.Dst] = true
			}
		}
	}
	fails := false
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if !rule.ReadsAny(file, op, value) || op.Code == facts.Copy && value[op.Dst] {
			continue
		}
		if !undecided && (op.Pos > s.Op.Pos || op.Pos+uint32(op.Len) < s.Op.Pos+uint32(s.Op.Len)) {
			return false // it has a name by then
		}
		switch op.Code {
		case facts.Attr, facts.Format:
			fails = true
		case facts.BinOp:
			if fails = ast.Operator(op.B) == ast.Add; !fails {
				return false
			}
		case facts.Call:
			if fails = slices.Contains([]string{"int", "float", "json.loads"}, flow.Called(file, op)); !fails {
				return false
			}
		default:
			return false
		}
	}
	return fails
}

// straight: nothing in the function is done under a condition.
func straight(file *link.File, fn *facts.Func) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		for x := file.Facts.Ops[o].Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
			switch file.Facts.Ctxs[x].Kind {
			case facts.CtxIf, facts.CtxBool, facts.CtxMatch, facts.CtxAssert, facts.CtxTry, facts.CtxHandler, facts.CtxWhile:
				return false
			}
		}
	}
	return true
}
