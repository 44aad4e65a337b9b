package http

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW302", Name: "client-made-per-request", Since: "0.1", Family: "http",
	// It costs a connection and a handshake for each request, and breaks under load only.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("client_made_per_request.md"), Check: clientMadePerRequest,
})

// pools says what a constructor opens that is made to be kept, by the library's path; "" for others.
func pools(path string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case rule.HasPrefix(path, "httpx") && (last == "Client" || last == "AsyncClient"),
		rule.HasPrefix(path, "aiohttp") && last == "ClientSession",
		rule.HasPrefix(path, "urllib3") && last == "PoolManager",
		rule.HasPrefix(path, "boto3") && (last == "client" || last == "resource"),
		rule.HasPrefix(path, "openai", "anthropic") && (strings.HasSuffix(last, "OpenAI") || strings.HasSuffix(last, "Anthropic")):
		return "connections"
	case rule.HasPrefix(path, "sqlalchemy") && (last == "create_engine" || last == "create_async_engine"),
		rule.HasPrefix(path, "asyncpg") && last == "create_pool",
		rule.HasPrefix(path, "psycopg_pool") && (last == "ConnectionPool" || last == "AsyncConnectionPool"),
		rule.HasPrefix(path, "pymongo") && (last == "MongoClient" || last == "AsyncMongoClient"),
		rule.HasPrefix(path, "motor") && last == "AsyncIOMotorClient",
		rule.HasPrefix(path, "redis") && (last == "Redis" || last == "StrictRedis" || last == "from_url" || last == "ConnectionPool"):
		return "pool of connections"
	}
	return ""
}

func clientMadePerRequest(p *rule.Pass) {
	made := madeHere(p, pools)
	if len(made) == 0 {
		return
	}
	flow := p.NewFlow(func(v *rule.Value) string {
		if v.Param != nil {
			return "given"
		}
		return ""
	})
	cached := flow.Cached()
	a := p.Arrive(func(r *inventory.Root) bool { return r.Phase == inventory.Request }, func(e *effects.Edge) bool {
		return e.Mode == link.Called && !cached[p.FuncOf(e.To)] && !sometimes(p.File(e.From), e.Op)
	})
	var once rule.Once
	for _, c := range made {
		n := a.Runs(p, effects.Node(c.From), c.ID)
		root := a.At(n)
		f := p.FuncOf(n)
		file, fn := p.FileOf(f), p.Facts(f)
		if root == nil || cached[f] || sometimes(file, c.Op) || kept(file, fn, c.Op) || chosen(flow, file, c.Op) {
			continue
		}
		steps := append(a.Way(n), effects.Step{Node: n, Op: c.Op, Mode: c.Mode, To: n, Site: &effects.Site{Node: n, Op: c.Op, Path: c.Path, Call: c}})
		x := p.At(f, c.Op)
		x.Message = fmt.Sprintf("`%s` makes a new `%s` for each request (`%s`): its %s are opened again every time, and never shared", p.Short(f), c.DisplayPath(), p.Short(root.Func), plural(pools(c.Path)))
		x.Help = "make it once when the program starts (lifespan, module, `functools.cache`) and hand it to those who need it"
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, c.Op.Pos)
		once.Report(p, x)
	}
}

// madeHere are the calls, tests left out, that make what is told of by its path.
func madeHere(p *rule.Pass, told func(path string) string) (made []*link.LibraryCall) {
	for i := range p.Calls {
		c := &p.Calls[i]
		if c.Mode == link.Called && c.Op.Code == facts.Call && told(c.Path) != "" && !p.File(effects.Node(c.From)).Test {
			made = append(made, c)
		}
	}
	return made
}

func plural(s string) string {
	if s == "connections" {
		return s
	}
	return "pooled connections"
}

// sometimes: a condition decides whether the operation runs: often whether it is the first time.
func sometimes(file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		yes = c.Kind == facts.CtxIf || c.Kind == facts.CtxBool || c.Kind == facts.CtxHandler || c.Kind == facts.CtxMatch
		return !yes
	})
	return yes
}

// kept: what the call makes outlives the function: it is returned, yielded, stored, or handed to something that may store it.
func kept(file *link.File, fn *facts.Func, op *facts.Op) bool {
	same := map[facts.Ref]bool{op.Dst: true}
	for changed := true; changed; {
		changed = false
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			x := &file.Facts.Ops[o]
			switch x.Code {
			case facts.Copy, facts.Enter, facts.Await:
				if same[facts.Ref(x.A)] && !same[x.Dst] {
					if x.Dst.Tag() == facts.TagShared && x.Code == facts.Copy && (x.Dst == fn.Ret || file.Facts.Owner[x.Dst.Index()] != uint32(blockOf(file, fn))) {
						return true
					}
					same[x.Dst] = true
					changed = true
				}
			}
		}
	}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		x := &file.Facts.Ops[o]
		switch x.Code {
		case facts.Return, facts.Yield:
			if same[facts.Ref(x.A)] {
				return true
			}
		case facts.SetAttr, facts.SetItem:
			if same[facts.Ref(x.C)] {
				return true
			}
		case facts.MakeDict, facts.MakeList, facts.MakeTuple, facts.MakeSet:
			if rule.ReadsAny(file, x, same) {
				return true
			}
		case facts.Call:
			a := file.Facts.Args(x)
			for _, r := range a.Pos {
				if same[facts.Ref(r)] {
					return true
				}
			}
			for i := 1; i < len(a.Kw); i += 2 {
				if same[facts.Ref(a.Kw[i])] {
					return true
				}
			}
		}
	}
	return false
}

func blockOf(file *link.File, fn *facts.Func) int {
	for i := range file.Facts.Funcs {
		if &file.Facts.Funcs[i] == fn {
			return i
		}
	}
	return -1
}

// chosen: an argument comes from the caller, so that clients differ: another tenant's database, a user's own key.
func chosen(flow *rule.Flow, file *link.File, op *facts.Op) bool {
	a := file.Facts.Args(op)
	refs := append([]uint32{}, a.Pos...)
	for i := 0; i+1 < len(a.Kw); i += 2 {
		if a.Kw[i] == 0 || file.Facts.Str(a.Kw[i]) == "transport" {
			return true
		}
		refs = append(refs, a.Kw[i+1])
	}
	for _, r := range refs {
		if facts.Ref(r).IsVar() && flow.From(file, facts.Ref(r)) != nil {
			return true
		}
	}
	return false
}
