package http

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW308", Name: "client-left-open", Since: "0.2", Family: "http", Severity: rule.Always(diag.Note),
	Doc: docs.Read("client_left_open.md"), Check: clientLeftOpen,
})

// lasting says what a constructor holds that the end of a function does not give back, by the library's path; "" for others. The
// sockets of synchronous clients close when nothing refers to them any more; those of an event loop, threads and other processes do
// not.
func lasting(path string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case rule.HasPrefix(path, "aiohttp") && last == "ClientSession", rule.HasPrefix(path, "httpx") && last == "AsyncClient",
		rule.HasPrefix(path, "asyncpg") && (last == "connect" || last == "create_pool"), rule.HasPrefix(path, "aiomysql", "aiopg") && (last == "connect" || last == "create_pool"),
		rule.HasPrefix(path, "grpc.aio") && (last == "insecure_channel" || last == "secure_channel"):
		return "connections"
	case rule.HasPrefix(path, "pymongo") && (last == "MongoClient" || last == "AsyncMongoClient"), rule.HasPrefix(path, "motor") && last == "AsyncIOMotorClient",
		rule.HasPrefix(path, "psycopg_pool") && (last == "ConnectionPool" || last == "AsyncConnectionPool"):
		return "connections and threads"
	case rule.HasPrefix(path, "playwright") && (last == "launch" || last == "launch_persistent_context"),
		rule.HasPrefix(path, "selenium.webdriver") && slices.Contains([]string{"Chrome", "Firefox", "Edge", "Safari", "Remote", "WebDriver"}, last):
		return "browser"
	}
	return ""
}

// clientLeftOpen looks for such clients that a request, a job or a tool makes for itself and does not close on every way.
func clientLeftOpen(p *rule.Pass) {
	made := madeHere(p, lasting)
	if len(made) == 0 {
		return
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	a := p.Arrive(func(r *inventory.Root) bool {
		return r.Phase == inventory.Request || r.Phase == inventory.Job || r.Phase == inventory.Tool
	}, func(e *effects.Edge) bool {
		return e.Mode == link.Called || e.Mode == link.Scheduled || e.Mode == link.Offloaded
	})
	cached := flow.Cached()
	var once rule.Once
	for _, c := range made {
		n := a.Runs(p, effects.Node(c.From), c.ID)
		f := p.FuncOf(n)
		file, fn := p.FileOf(f), p.Facts(f)
		root := a.At(n)
		if root == nil || cached[f] || managed(file, fn, c.Op) || kept(file, fn, c.Op) || global(file, fn, c.Op) {
			continue
		}
		closed, safe := closes(flow, file, fn, c.Op)
		if safe {
			continue
		}
		steps := append(a.Way(n), effects.Step{Node: n, Op: c.Op, Mode: c.Mode, To: n, Site: &effects.Site{Node: n, Op: c.Op, Path: c.Path, Call: c}})
		x := p.At(f, c.Op)
		if closed {
			x.Message = fmt.Sprintf("`%s` closes this `%s` only when nothing fails before: each failure leaves its %s open", p.Short(f), c.DisplayPath(), lasting(c.Path))
		} else {
			x.Message = fmt.Sprintf("`%s` makes this `%s` for itself and never closes it: each run (`%s`) leaves its %s open", p.Short(f), c.DisplayPath(), p.Short(root.Func), lasting(c.Path))
		}
		x.Help = "open it in a `with` (`async with`), close it in a `finally`, or make one for the whole program"
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, c.Op.Pos)
		once.Report(p, x)
	}
}

// same are the variables of a block that hold what an operation makes.
func same(file *link.File, fn *facts.Func, op *facts.Op) map[facts.Ref]bool {
	out := map[facts.Ref]bool{op.Dst: true}
	for changed := true; changed; {
		changed = false
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			if x := &file.Facts.Ops[o]; (x.Code == facts.Copy || x.Code == facts.Await || x.Code == facts.Narrow) && out[facts.Ref(x.A)] && x.Dst.IsVar() && !out[x.Dst] {
				out[x.Dst], changed = true, true
			}
		}
	}
	return out
}

// managed: a with-statement opens and closes it.
func managed(file *link.File, fn *facts.Func, op *facts.Op) bool {
	vars := same(file, fn, op)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if x := &file.Facts.Ops[o]; x.Code == facts.Enter && vars[facts.Ref(x.A)] {
			return true
		}
	}
	return false
}

// global: a variable outside the function keeps it.
func global(file *link.File, fn *facts.Func, op *facts.Op) bool {
	for r := range same(file, fn, op) {
		if r.Tag() == facts.TagShared {
			return true // of a module, or of a function around or inside this one
		}
	}
	return false
}

var closers = []string{"close", "aclose", "quit", "stop", "terminate", "dispose", "close_all", "wait_closed", "shutdown"}

// closes: the function closes it; safe: in a finally or a handler, or with nothing in between that can fail.
func closes(flow *rule.Flow, file *link.File, fn *facts.Func, op *facts.Op) (closed, safe bool) {
	vars := same(file, fn, op)
	between := false
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		x := &file.Facts.Ops[o]
		if x.Pos <= op.Pos || x.Code != facts.Call {
			continue
		}
		recv, name := flow.Method(file, x)
		if !slices.Contains(closers, name) || !vars[recv] {
			between = true
			continue
		}
		closed = true
		rule.Around(file, x, func(c *facts.Ctx) bool {
			safe = safe || c.Kind == facts.CtxFinally
			return !safe
		})
		safe = safe || !between
	}
	return closed, safe
}
