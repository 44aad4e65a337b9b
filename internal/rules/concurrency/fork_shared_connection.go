package concurrency

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
	Code: "RW865", Name: "connection-shared-by-fork", Since: "0.1", Family: "concurrency",
	Severity: rule.Severities{Experimental: diag.Note, Internal: diag.Note, BusinessCritical: diag.Note, CustomerFacing: diag.Note},
	Doc:      docs.Read("fork_shared_connection.md"), Check: connectionSharedByFork,
})

// opens are calls that open a connection, or start threads for one, when they return: a process that is forked afterwards has
// the same connection as its parent.
var opens = []string{"psycopg2.connect", "psycopg.connect", "psycopg.Connection.connect", "pymysql.connect", "MySQLdb.connect", "mysql.connector.connect", "pymongo.MongoClient", "pymongo.mongo_client.MongoClient", "pika.BlockingConnection",
	"pika.adapters.blocking_connection.BlockingConnection", "sqlite3.connect", "cx_Oracle.connect", "oracledb.connect", "pyodbc.connect", "kafka.KafkaProducer", "kafka.producer.kafka.KafkaProducer", "ldap3.Connection"}

// variable is one of a module's.
type variable struct {
	file *link.File
	ref  facts.Ref
}

func connectionSharedByFork(p *rule.Pass) {
	held := map[variable]*link.LibraryCall{} // what modules make of a connection: itself, its databases and cursors
	for i := range p.Calls {
		c := &p.Calls[i]
		if strings.HasSuffix(c.Path, ".set_start_method") || strings.HasSuffix(c.Path, ".get_context") {
			return // how processes start is chosen
		}
		file := p.File(effects.Node(c.From))
		if c.Op.Code != facts.Call || c.Mode != link.Called || !slices.Contains(opens, c.Path) || file.Test || file.Facts.Notebook != nil || p.IsMain(effects.Node(c.From)) || rule.Keyword(file, c.Op, "connect").Is(facts.ConstFalse) {
			continue
		}
		fn := p.Facts(p.FuncOf(effects.Node(c.From)))
		if fn.Kind != facts.ModuleBody || !rule.AlwaysRuns(file, c.Op, 0) {
			continue
		}
		for r := range rule.Derived(file, fn, c.Op.Dst, 0) {
			if r.Tag() == facts.TagShared {
				held[variable{file, r}] = c
			}
		}
	}
	if len(held) == 0 {
		return
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	in := forked(p, flow)
	told := map[*link.LibraryCall]bool{}
	for n := range effects.Node(p.Funcs()) {
		way := in[n]
		if way == nil {
			continue
		}
		f := p.FuncOf(n)
		file, fn := p.FileOf(f), p.Facts(f)
		if fn.Kind == facts.ModuleBody {
			continue
		}
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			for _, r := range rule.Reads(file, op) {
				at, global := flow.Global(file, r)
				c := held[variable{at, global}]
				if at == nil || c == nil || told[c] {
					continue
				}
				told[c] = true
				use := p.At(f, op)
				x := p.At(p.FuncOf(effects.Node(c.From)), c.Op)
				x.Message = fmt.Sprintf("`%s` is called when the module is imported, and `%s`, which %s, uses the connection: processes that are forked after the import all have the same one, and read each other's answers", c.DisplayPath(), p.Short(f), way.how)
				x.Help = "open it in the process that uses it: at its first use, in the pool's initializer, or in the worker's start signal"
				x.Witness = append(p.Frames(way.steps), diag.Frame{Function: p.Name(f), File: use.File, Line: use.Line, Cell: use.Cell, Note: "uses the connection"})
				p.Report(x)
			}
		}
	}
}

// process is how a function comes to run in a process of its own.
type process struct {
	how   string
	steps []effects.Step
}

// forked are the functions that run in processes that multiprocessing, a pool of processes or Celery's workers fork.
func forked(p *rule.Pass, flow *rule.Flow) map[effects.Node]*process {
	out := map[effects.Node]*process{}
	var layer []effects.Node
	for i := range p.Edges {
		e := &p.Edges[i]
		if (e.Mode == link.Started || e.Mode == link.Offloaded) && e.Certainty == diag.Proved && out[e.To] == nil && !p.File(e.From).Test && startsProcess(p, e.Op) {
			out[e.To] = &process{"runs in a process of its own", []effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}}}
			layer = append(layer, e.To)
		}
	}
	if prefork(p) && !opensAnew(p, flow) {
		for i := range p.Registrations {
			r := &p.Registrations[i]
			n := effects.Node(r.Runs)
			if r.Call != nil && r.Call.Phase == "job" && r.Entity != nil && rule.HasPrefix(r.Entity.Path, "celery") && out[n] == nil && !p.FileOf(r.Func).Test {
				out[n] = &process{"runs in Celery's forked workers", nil}
				layer = append(layer, n)
			}
		}
	}
	if preloads(p) {
		for i := range p.Registrations {
			r := &p.Registrations[i]
			n := effects.Node(r.Runs)
			if r.Call != nil && r.Call.Phase == "request" && out[n] == nil && !p.FileOf(r.Func).Test {
				out[n] = &process{"runs in the workers that gunicorn forks after it has loaded the application (`--preload`)", nil}
				layer = append(layer, n)
			}
		}
	}
	for len(layer) > 0 {
		var next []effects.Node
		for _, n := range layer {
			for _, i := range p.OutEdges(n) {
				e := &p.Edges[i]
				if e.Mode == link.Called && e.Certainty == diag.Proved && out[e.To] == nil && len(out[n].steps) < 8 {
					out[e.To] = &process{out[n].how, append(slices.Clone(out[n].steps), effects.Step{Node: n, Op: e.Op, Mode: e.Mode, To: e.To})}
					next = append(next, e.To)
				}
			}
		}
		layer = next
	}
	return out
}

func startsProcess(p *rule.Pass, op *facts.Op) bool {
	for _, i := range p.CallsAt(op) {
		if rule.HasPrefix(p.Calls[i].Path, "multiprocessing", "concurrent.futures.ProcessPoolExecutor", "concurrent.futures.process") {
			return true
		}
	}
	return false
}

// opensAnew: something is done in each of Celery's workers when it starts.
func opensAnew(p *rule.Pass, flow *rule.Flow) bool {
	for f := range link.Func(p.Funcs()) {
		for _, d := range flow.Decorations(f) {
			if strings.Contains(d.Path, "worker_process_init") || strings.Contains(d.Path, "worker_init") {
				return true
			}
		}
	}
	return false
}

// preloads: a command starts gunicorn with several workers and the application loaded before they are forked.
func preloads(p *rule.Pass) bool {
	for i := range p.Artifacts {
		for _, r := range p.Artifacts[i].Runs {
			if r.Runner == "gunicorn" && (slices.Contains(r.Args, "--preload") || slices.Contains(r.Args, "--preload-app")) {
				return true
			}
		}
	}
	return false
}

// prefork: no command that starts Celery asks for another pool than its processes.
func prefork(p *rule.Pass) bool {
	for i := range p.Artifacts {
		for _, r := range p.Artifacts[i].Runs {
			for k, w := range r.Args {
				pool, is := strings.CutPrefix(w, "--pool=")
				if (w == "-P" || w == "--pool") && k+1 < len(r.Args) {
					pool, is = r.Args[k+1], true
				}
				if is && pool != "prefork" && pool != "processes" {
					return false
				}
			}
		}
	}
	return true
}
