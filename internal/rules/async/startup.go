package async

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// startupOnly are the functions that run only before the first request or after the last: the body of a lifespan or of a handler for the
// start or the end, where there is no one yet whom waiting could hurt; what arq's settings name for it; what discord.py awaits before it
// connects; and what a fixture of pytest prepares.
func startupOnly(p *rule.Pass) map[link.Func]bool {
	out := map[link.Func]bool{}
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if r.Call != nil && r.Call.Phase == "startup" {
			out[r.Func] = true
		}
		if r.Entity != nil && rule.HasPrefix(r.Entity.Path, "pytest", "_pytest", "pytest_asyncio") {
			out[r.Func] = true
		}
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	discord := p.HasLibrary("discord") || p.HasLibrary("disnake") || p.HasLibrary("nextcord")
	for _, file := range p.Files {
		if file.Test {
			continue
		}
		for i := range file.Facts.Classes {
			class := &file.Facts.Classes[i]
			settings := strings.HasSuffix(file.Facts.Str(class.Name), "WorkerSettings")
			for _, m := range class.Members {
				name := file.Facts.Str(m.Name)
				if settings && (name == "on_startup" || name == "on_shutdown") || discord && name == "setup_hook" {
					if f, ok := functionOf(flow, p, file, m.Ref); ok {
						out[f] = true
					}
				}
			}
		}
		if !slices.ContainsFunc(file.Facts.Strings, func(s string) bool { return s == "lifespan_context" || startupLists[s] }) {
			continue
		}
		for o := range file.Facts.Ops {
			op := &file.Facts.Ops[o]
			if op.Code == facts.SetAttr && file.Facts.Str(op.B) == "lifespan_context" { // of Starlette's router
				if f, ok := functionOf(flow, p, file, facts.Ref(op.C)); ok {
					out[f] = true
				}
			}
			if op.Code != facts.Call {
				continue
			}
			// app.on_startup.append(connect), where nothing tells what app is
			list, method := flow.Method(file, op)
			if method != "append" && method != "extend" {
				continue
			}
			if d := flow.Def(file, list); d != nil && d.Code == facts.Attr && startupLists[file.Facts.Str(d.B)] {
				if f, ok := functionOf(flow, p, file, rule.Pos(file, op, 0)); ok {
					out[f] = true
				}
			}
		}
	}
	return out
}

// startupLists are the attributes by which aiohttp's and Starlette's applications keep what they call when they start and stop.
var startupLists = map[string]bool{"on_startup": true, "on_shutdown": true, "on_cleanup": true, "cleanup_ctx": true}

// functionOf is the program's own function that a value is: a name, here or in the module that it is imported from, or a method of
// the object that the block has as its first parameter.
func functionOf(flow *rule.Flow, p *rule.Pass, file *link.File, ref facts.Ref) (link.Func, bool) {
	for range 5 {
		d := flow.Made(file, ref)
		switch {
		case d != nil && d.Code == facts.MakeFunc:
			return file.FirstFunc() + link.Func(d.A), true
		case d != nil && d.Code == facts.Call && d.Flags&facts.FlagDecorator != 0:
			ref = rule.Pos(file, d, 0)
		case d != nil && d.Code == facts.Attr:
			if ref = ownMember(flow, p, file, d); ref == 0 {
				return 0, false
			}
		default:
			if file, ref = flow.Global(file, ref); file == nil {
				return 0, false
			}
		}
	}
	return 0, false
}

// ownMember is what the class gives self.name in a method.
func ownMember(flow *rule.Flow, p *rule.Pass, file *link.File, attr *facts.Op) facts.Ref {
	owner, self := flow.ParamOf(file, facts.Ref(attr.A))
	if self == nil {
		return 0
	}
	fn := p.Facts(owner)
	if fn.Class == 0 || &fn.Params[0] != self {
		return 0
	}
	for _, m := range file.Facts.Classes[fn.Class-1].Members {
		if m.Name == attr.B {
			return m.Ref
		}
	}
	return 0
}
