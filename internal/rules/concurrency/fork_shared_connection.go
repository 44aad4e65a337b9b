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

func connectionSharedByFork(p *rule.Pass) {
	type opened struct {
		call *link.LibraryCall
		file *link.File
		ref  facts.Ref
	}
	var made []opened
	for i := range p.Calls {
		c := &p.Calls[i]
		if strings.HasSuffix(c.Path, ".set_start_method") || strings.HasSuffix(c.Path, ".get_context") {
			return // how processes start is chosen
		}
		file := p.File(effects.Node(c.From))
		if c.Op.Code != facts.Call || c.Mode != link.Called || !slices.Contains(opens, c.Path) || file.Test || file.Facts.Notebook != nil || p.IsMain(effects.Node(c.From)) {
			continue
		}
		if fn := p.Facts(p.FuncOf(effects.Node(c.From))); fn.Kind != facts.ModuleBody || !rule.AlwaysRuns(file, c.Op, 0) {
			continue
		}
		for o := range file.Facts.Ops {
			if op := &file.Facts.Ops[o]; op.Code == facts.Copy && facts.Ref(op.A) == c.Op.Dst && op.Dst.Tag() == facts.TagShared {
				made = append(made, opened{c, file, op.Dst})
			}
		}
	}
	if len(made) == 0 {
		return
	}
	in := forked(p)
	told := map[facts.Ref]bool{}
	for _, m := range made {
		for b := range m.file.Facts.Funcs {
			fn := &m.file.Facts.Funcs[b]
			n := effects.Node(m.file.FirstFunc()) + effects.Node(b)
			way := in[n]
			if b == 0 || way == nil || told[m.ref] {
				continue
			}
			for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
				op := &m.file.Facts.Ops[o]
				if !rule.ReadsAny(m.file, op, map[facts.Ref]bool{m.ref: true}) {
					continue
				}
				told[m.ref] = true
				at := p.At(p.FuncOf(n), op)
				x := p.At(p.FuncOf(effects.Node(m.call.From)), m.call.Op)
				x.Message = fmt.Sprintf("`%s` is called when the module is imported, and `%s`, which %s, uses the connection: processes that are forked after the import all have the same one, and read each other's answers", m.call.DisplayPath(), p.Short(p.FuncOf(n)), way.how)
				x.Help = "open it in the process that uses it: at its first use, in the pool's initializer, or in the worker's start signal"
				x.Witness = append(p.Frames(way.steps), diag.Frame{Function: p.Name(p.FuncOf(n)), File: at.File, Line: at.Line, Cell: at.Cell, Note: "uses the connection"})
				p.Report(x)
				break
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
func forked(p *rule.Pass) map[effects.Node]*process {
	out := map[effects.Node]*process{}
	var layer []effects.Node
	for i := range p.Edges {
		e := &p.Edges[i]
		if (e.Mode == link.Started || e.Mode == link.Offloaded) && e.Certainty == diag.Proved && out[e.To] == nil && !p.File(e.From).Test && startsProcess(p, e.Op) {
			out[e.To] = &process{"runs in a process of its own", []effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}}}
			layer = append(layer, e.To)
		}
	}
	if prefork(p) {
		for i := range p.Registrations {
			r := &p.Registrations[i]
			n := effects.Node(r.Func)
			if r.Call != nil && r.Call.Phase == "job" && r.Entity != nil && rule.HasPrefix(r.Entity.Path, "celery") && out[n] == nil && !p.FileOf(r.Func).Test {
				out[n] = &process{"runs in Celery's forked workers", nil}
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
