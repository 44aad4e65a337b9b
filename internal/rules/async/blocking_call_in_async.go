package async

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW101", Name: "blocking-call-in-async", Since: "0.1", Family: "async", Severity: rule.Unproven,
	Doc: docs.Read("blocking_call_in_async.md"), Check: blockingCallInAsync,
})

// What holds a loop long enough to matter. Files, logs and output block too, but for microseconds; reporting them would
// bury the rest.
var holdsLoop = rule.Kinds(knowledge.Net, knowledge.DB, knowledge.DBWrite, knowledge.Sleep, knowledge.Subprocess, knowledge.Queue,
	knowledge.Notify, knowledge.LLM, knowledge.Payment, knowledge.ModelLoad)

func blockingCallInAsync(p *rule.Pass) {
	async := func(n effects.Node) bool { return p.Facts(p.FuncOf(n)).Flags&facts.FuncAsync != 0 }
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	quiet := undisturbed(p)
	once := keptOnce(p, flow)
	onLoop := runOnLoop(p)
	t := p.Trace(func(s *effects.Site) bool {
		return s.Blocking && holdsLoop(s.Kind) && !p.File(s.Node).Test && !returnsAtOnce(p, flow, s)
	}, func(e *effects.Edge) bool {
		// A chain ends at the first coroutine function above the site: that is where the loop is held.
		return rule.Runs(e) && !async(e.To) && !p.File(e.To).Test && !once[p.FuncOf(e.To)]
	})
	var reported rule.Once
	report := func(f link.Func, op *facts.Op, steps []effects.Step, certainty diag.Certainty) {
		if p.OnlyTested(f) {
			return
		}
		site := rule.Last(steps)
		x := p.At(f, op)
		x.Certainty = certainty
		via := p.Via(steps)
		what := whatBlocks(site)
		who := "`async def " + p.Short(f) + "`"
		if onLoop[f] {
			who = "`" + p.Short(f) + "`, which its server calls on the event loop,"
		}
		if via == "" {
			x.Message = fmt.Sprintf("%s waits for `%s`, which %s: nothing else on the event loop runs until it returns", who, rule.CalledAs(site), what)
		} else {
			x.Message = fmt.Sprintf("%s calls `%s`, which ends in `%s`; it %s, and nothing else on the event loop runs until it returns", who, lastName(via), rule.CalledAs(site), what)
		}
		x.Help = unblock(site, via)
		if onLoop[f] {
			x.Help = "make it `async def`, and await what blocks in a thread: `await asyncio.to_thread(…)`"
		} else if via == "" {
			x.Fixes = asyncSleep(p, f, op, site)
		}
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.File(site.Node).Index, site.Op.Pos)
		reported.Report(p, x)
	}
	for n := range effects.Node(p.Nodes()) {
		f := p.FuncOf(n)
		if !async(n) && !onLoop[f] || p.File(n).Test {
			continue
		}
		told := map[*facts.Op]bool{}
		for _, i := range p.SitesOf(n) {
			s := &p.Sites[i]
			// An awaited call is the asynchronous twin of the one that the types led to.
			if s.Op.Flags&facts.FlagAwaited == 0 && s.Blocking && holdsLoop(s.Kind) && !told[s.Op] && !quiet.at(f, s.Op) && !returnsAtOnce(p, flow, s) && !twin(flow, p.FileOf(f), p.Facts(f), s.Op) {
				told[s.Op] = true
				report(f, s.Op, []effects.Step{p.SiteStep(s)}, s.Certainty)
			}
		}
		for _, i := range p.OutEdges(n) {
			e := &p.Edges[i]
			if !rule.Runs(e) || async(e.To) || once[p.FuncOf(e.To)] || !t.Reaches(e.To) || told[e.Op] || quiet.at(f, e.Op) {
				continue
			}
			// What is awaited is no plain function's result: the call reaches this one only as far as types tell.
			if e.Op.Flags&facts.FlagAwaited != 0 || awaitedLater(flow, p.FileOf(f), p.Facts(f), e.Op) {
				continue
			}
			told[e.Op] = true
			report(f, e.Op, t.Through(e), min(e.Certainty, t.Certainty(e.To)))
		}
		if int(n) < p.Funcs() {
			poolLeft(p, f, quiet, told)
		}
	}
}

// keptOnce are the functions without parameters whose result a decorator keeps: what they wait for is waited for once in the process.
func keptOnce(p *rule.Pass, flow *rule.Flow) map[link.Func]bool {
	out := map[link.Func]bool{}
	for f := range flow.Cached() {
		if len(p.Facts(f).Params) == 0 {
			out[f] = true
		}
	}
	return out
}

// poolLeft finds `with ThreadPoolExecutor() as pool:` in a coroutine, whose end waits for all that was submitted in it. What the block awaits
// is done by then, and a wait in the block that is told already is enough.
func poolLeft(p *rule.Pass, f link.Func, quiet *alone, told map[*facts.Op]bool) {
	file, fn := p.FileOf(f), p.Facts(f)
	submitted, settled := map[uint32]bool{}, map[uint32]bool{}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		waits := op.Code == facts.Await || told[op]
		if op.Code != facts.Call && !waits {
			continue
		}
		for x := op.Ctx; x != 0; x = file.Facts.Ctxs[x].Parent {
			c := &file.Facts.Ctxs[x]
			if c.Kind != facts.CtxWith || c.Flags&facts.FlagAsync != 0 {
				continue
			}
			if waits {
				settled[x] = true
				continue
			}
			for _, i := range p.CallsAt(op) {
				if called := p.Calls[i].Path; rule.HasPrefix(called, "concurrent.futures") && (strings.HasSuffix(called, ".submit") || strings.HasSuffix(called, ".map")) && isPool(rule.ManagerOf(p, f, c)) {
					submitted[x] = true
				}
			}
		}
	}
	for x := range submitted {
		made := rule.DefOf(file, fn, file.Facts.Ctxs[x].A)
		if settled[x] || quiet.at(f, made) || p.OnlyTested(f) {
			continue
		}
		y := p.At(f, made)
		y.Message = fmt.Sprintf("`async def %s` leaves this `with` only when all that was submitted to the executor is done: nothing else on the event loop runs until then", p.Short(f))
		y.Help = "await `loop.run_in_executor(pool, …)` for each call inside the `with`, or use `await asyncio.to_thread(…)`"
		p.Report(y)
	}
}

func isPool(e *knowledge.Entity) bool {
	return e != nil && rule.HasPrefix(e.Path, "concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor")
}

// returnsAtOnce: the call of the catalogue can wait, but this one does not.
func returnsAtOnce(p *rule.Pass, flow *rule.Flow, s *effects.Site) bool {
	if s.Kind == knowledge.Sleep && s.Call != nil {
		if a := s.Call.Pos(0); a.Given {
			if n, ok := a.Ref.Number(); ok && n == 0 {
				return true
			}
		}
	}
	if s.Call != nil {
		if n, ok := s.Call.Keyword("timeout").Ref.Number(); ok && n == 0 {
			return true
		}
	}
	if s.Call != nil && (rule.HasPrefix(s.Path, "fcntl.flock", "fcntl.lockf", "os.waitpid", "os.wait4") && flagged(p, s, s.Call.Pos(1).Ref, "LOCK_NB", "LOCK_UN", "WNOHANG") ||
		rule.HasPrefix(s.Path, "os.wait3") && flagged(p, s, s.Call.Pos(0).Ref, "WNOHANG")) {
		return true
	}
	if rule.GivenText(p, s) || suspended(p, s) || finished(p, flow, s) {
		return true
	}
	if rule.HasPrefix(s.Path, "uuid") {
		return true // asks the system once, and on most systems not by a process
	}
	if strings.HasPrefix(s.Path, "os.exec") {
		return true // another program takes the process over, and with it the loop
	}
	if rule.HasPrefix(s.Path, "shelve", "dbm") {
		return true // a file of this machine, as quick as any
	}
	if rule.HasPrefix(s.Path, "tiktoken") {
		return true // kept by the library after its first use
	}
	if s.Call != nil && rule.HasPrefix(s.Path, "socket") && (ownAddress(p, flow, s) || s.Path == "socket.socket.connect" && datagram(p, s)) {
		return true
	}
	// Starting a process does not wait for it.
	return s.Kind == knowledge.Subprocess && rule.HasPrefix(s.Path, "subprocess.Popen.__init__", "subprocess.Popen.poll", "subprocess.Popen.kill", "subprocess.Popen.terminate", "subprocess.Popen.send_signal") || s.Path == "subprocess.Popen" ||
		s.Kind == knowledge.Net && rule.HasPrefix(s.Path, "socket.socket.close", "socket.socket.shutdown", "socket.socket.sendto") // a datagram is handed over, not delivered
}

// ownAddress: the address is this machine's own, written as such or looked up to listen on, or a number. Nothing is asked for it, and who
// listens there, or nobody, answers at once.
func ownAddress(p *rule.Pass, flow *rule.Flow, s *effects.Site) bool {
	file := p.File(s.Node)
	switch s.Path {
	case "socket.getaddrinfo":
		for _, flags := range [...]facts.Ref{s.Call.Pos(5).Ref, s.Call.Keyword("flags").Ref} {
			if flags != 0 && flagged(p, s, flags, "AI_PASSIVE", "AI_NUMERICHOST") {
				return true
			}
		}
	case "socket.gethostbyname", "socket.gethostbyname_ex", "socket.socket.connect", "socket.socket.connect_ex", "socket.create_connection":
	default:
		return false
	}
	host := s.Call.Pos(0).Ref
	if d := flow.Def(file, host); d != nil && d.Code == facts.MakeTuple {
		if elems, _ := file.Facts.Elems(d); len(elems) > 0 {
			host = facts.Ref(elems[0])
		}
	}
	text, ok := flow.Text(file, host)
	if !ok {
		return false
	}
	ip, err := netip.ParseAddr(text)
	return text == "localhost" || err == nil && (ip.IsLoopback() || !strings.Contains(s.Path, "connect"))
}

// flagged: a constant of one of these names is in a value, by itself or joined to others, `LOCK_EX | LOCK_NB`.
func flagged(p *rule.Pass, s *effects.Site, r facts.Ref, names ...string) bool {
	f := p.FuncOf(s.Node)
	file, fn := p.FileOf(f), p.Facts(f)
	for range 8 {
		d := rule.DefOf(file, fn, r)
		if d == nil {
			for _, g := range file.Facts.Globals {
				if g.Ref == r {
					return slices.Contains(names, file.Facts.Str(g.Name))
				}
			}
			return false
		}
		switch d.Code {
		case facts.Attr:
			return slices.Contains(names, file.Facts.Str(d.B))
		case facts.ImportName:
			return slices.Contains(names, file.Facts.Str(file.Facts.Imports[d.A].Name))
		case facts.BinOp:
			if flagged(p, s, facts.Ref(d.C), names...) {
				return true
			}
		case facts.Copy:
		default:
			return false
		}
		r = facts.Ref(d.A)
	}
	return false
}

// datagram: the socket was made in this block for datagrams, whose connect only keeps the address, or so that it never waits.
func datagram(p *rule.Pass, s *effects.Site) bool {
	f := p.FuncOf(s.Node)
	file, fn := p.FileOf(f), p.Facts(f)
	callee := rule.DefOf(file, fn, facts.Ref(s.Op.A))
	if s.Op.Code != facts.Call || callee == nil || callee.Code != facts.Attr {
		return false
	}
	made := rule.DefOf(file, fn, facts.Ref(callee.A))
	for range 5 {
		if made == nil || made.Code != facts.Copy && made.Code != facts.Enter {
			break
		}
		made = rule.DefOf(file, fn, facts.Ref(made.A))
	}
	return made != nil && made.Code == facts.Call && slices.ContainsFunc(file.Facts.Args(made).Pos, func(a uint32) bool {
		if flagged(p, s, facts.Ref(a), "SOCK_DGRAM", "SOCK_NONBLOCK") {
			return true
		}
		// family, kind, proto, _, address = one of getaddrinfo(…, SOCK_DGRAM)
		d := rule.DefOf(file, fn, facts.Ref(a))
		for n := 0; n < 10 && d != nil && (d.Code == facts.Unpack || d.Code == facts.Iter || d.Code == facts.Item || d.Code == facts.Copy); n++ {
			d = rule.DefOf(file, fn, facts.Ref(d.A))
		}
		return d != nil && d.Code == facts.Call && slices.ContainsFunc(file.Facts.Args(d).Pos, func(a uint32) bool { return flagged(p, s, facts.Ref(a), "SOCK_DGRAM") })
	})
}

// finished: the future whose result is asked for is one that `as_completed` gave, which waits for it, or one that was asked whether it is done.
func finished(p *rule.Pass, flow *rule.Flow, s *effects.Site) bool {
	if !rule.HasPrefix(s.Path, "concurrent.futures") || !strings.HasSuffix(s.Path, ".result") && !strings.HasSuffix(s.Path, ".exception") || s.Op.Code != facts.Call {
		return false
	}
	f := p.FuncOf(s.Node)
	file, fn := p.FileOf(f), p.Facts(f)
	callee := rule.DefOf(file, fn, facts.Ref(s.Op.A))
	if callee == nil || callee.Code != facts.Attr {
		return false
	}
	asked := receiver(flow, file, s.Op)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.Call {
			continue
		}
		if _, name := flow.Method(file, op); name == "done" && receiver(flow, file, op) == asked {
			return true
		}
	}
	future := rule.DefOf(file, fn, facts.Ref(callee.A))
	for range 5 {
		if future == nil || future.Code != facts.Copy {
			break
		}
		future = rule.DefOf(file, fn, facts.Ref(future.A))
	}
	if future == nil || future.Code != facts.Iter {
		return false
	}
	waits := rule.DefOf(file, fn, facts.Ref(future.A))
	if waits == nil {
		return false
	}
	for _, i := range p.CallsAt(waits) {
		if rule.HasPrefix(p.Calls[i].Path, "concurrent.futures") && strings.HasSuffix(p.Calls[i].Path, ".as_completed") {
			return true
		}
	}
	return false
}

// suspended: the program has given the terminal away and is meant to stand still, `with app.suspend():`.
func suspended(p *rule.Pass, s *effects.Site) bool {
	f := p.FuncOf(s.Node)
	file, fn := p.FileOf(f), p.Facts(f)
	held := false
	rule.Around(file, s.Op, func(c *facts.Ctx) bool {
		if c.Kind == facts.CtxWith {
			if d := rule.DefOf(file, fn, c.A); d != nil && d.Code == facts.Call {
				callee := rule.DefOf(file, fn, facts.Ref(d.A))
				held = callee != nil && callee.Code == facts.Attr && file.Facts.Str(callee.B) == "suspend"
			}
		}
		return !held
	})
	return held
}

func whatBlocks(s *effects.Site) string {
	switch s.Kind {
	case knowledge.Net:
		return "waits for the network"
	case knowledge.DB, knowledge.DBWrite:
		return "waits for the database"
	case knowledge.Sleep:
		if rule.HasPrefix(s.Path, "concurrent.futures", "threading", "multiprocessing", "queue") {
			return "waits for another thread or process"
		}
		if rule.HasPrefix(s.Path, "fcntl", "filelock", "portalocker", "fasteners") {
			return "waits for a lock that another process may hold"
		}
		if rule.HasPrefix(s.Path, "psutil.wait_procs", "psutil.Process.wait") {
			return "waits for another process"
		}
		return "sleeps"
	case knowledge.Subprocess:
		return "waits for another process"
	case knowledge.Queue:
		return "waits for the message broker"
	case knowledge.Notify:
		return "sends a message and waits"
	case knowledge.LLM:
		return "waits for a model to answer"
	case knowledge.Payment:
		return "waits for the payment service"
	}
	return rule.Loads(s.Path)
}

// asyncForms say what a library offers to coroutines.
var asyncForms = []struct{ prefix, use string }{
	{"time.sleep", "await asyncio.sleep(…)"},
	{"concurrent.futures.as_completed", "loop.run_in_executor(…) for each call, and asyncio.as_completed(…)"},
	{"concurrent.futures.wait", "loop.run_in_executor(…) for each call, and asyncio.wait(…)"},
	{"concurrent.futures", "await asyncio.wrap_future(…) of the future"},
	{"threading", "await asyncio.to_thread(…) around the call"},
	{"requests", "httpx.AsyncClient, or await asyncio.to_thread(…) around the call"},
	{"httpx", "httpx.AsyncClient and await its methods"},
	{"urllib", "httpx.AsyncClient, or await asyncio.to_thread(…) around the call"},
	{"subprocess", "await asyncio.create_subprocess_exec(…)"},
	{"os.system", "await asyncio.create_subprocess_shell(…)"},
	{"openai", "openai.AsyncOpenAI and await its methods"},
	{"anthropic", "anthropic.AsyncAnthropic and await its methods"},
	{"redis", "redis.asyncio and await its methods"},
	{"pymongo", "pymongo.AsyncMongoClient and await its methods"},
	{"psycopg.", "psycopg.AsyncConnection and await its methods"},
	{"sqlalchemy", "sqlalchemy.ext.asyncio, or make the function a plain `def` so that it runs in a worker thread"},
	{"sqlmodel", "sqlmodel.ext.asyncio.session.AsyncSession, or make the function a plain `def` so that it runs in a worker thread"},
	{"sqlite3", "aiosqlite and await its methods, or await asyncio.to_thread(…) around all that uses the connection, which must then be made with check_same_thread=False"},
	{"peewee", "await asyncio.to_thread(…) around the query, or make the function a plain `def` so that it runs in a worker thread"},
	{"django", "the asynchronous methods of the ORM (aget, acreate, async for), or sync_to_async"},
	{"boto3", "aioboto3, or await asyncio.to_thread(…) around the call"},
	{"elasticsearch", "elasticsearch.AsyncElasticsearch and await its methods"},
	{"smtplib", "aiosmtplib, or await asyncio.to_thread(…) around the call"},
}

// unblock is what to do instead of calling, in a coroutine, what blocks at s; via is the function of the program that is called, if it is not s itself.
func unblock(s *effects.Site, via string) string {
	called := rule.CalledAs(s)
	if via != "" {
		called = lastName(via)
	}
	offload := fmt.Sprintf("use `await asyncio.to_thread(%s, …)`", called)
	if via != "" && s.Kind != knowledge.Sleep {
		return offload
	}
	for _, a := range asyncForms {
		switch {
		case !rule.HasPrefix(s.Path, a.prefix) && !(strings.HasPrefix(s.Path, a.prefix) && strings.HasSuffix(a.prefix, ".")):
		case via != "":
			return fmt.Sprintf("%s, or make `%s` a coroutine that uses %s", offload, called, a.use)
		default:
			return "use " + a.use
		}
	}
	if via != "" {
		return offload
	}
	return fmt.Sprintf("use `await asyncio.to_thread(…)` around `%s`", called)
}

// asyncSleep lets the loop run while a coroutine sleeps, where the module has asyncio at hand.
func asyncSleep(p *rule.Pass, f link.Func, op *facts.Op, s *effects.Site) []diag.Fix {
	if s.Path != "time.sleep" || op.Code != facts.Call || op.Flags&facts.FlagDiscarded == 0 {
		return nil
	}
	file := p.FileOf(f)
	name := ""
	for i := range file.Facts.Imports {
		im := &file.Facts.Imports[i]
		if file.Facts.Str(im.Module) == "asyncio" && im.Name == 0 && im.Level == 0 && im.Func == 0 && im.Ctx == 0 {
			name = "asyncio"
			if im.Alias {
				name = file.Facts.Str(im.As)
			}
		}
	}
	if name == "" {
		return nil
	}
	return []diag.Fix{{Message: fmt.Sprintf("wait with `await %s.sleep(…)`: other tasks run meanwhile, and may change what they share with this one", name),
		Changes: []diag.Change{{Kind: diag.ReplaceCallee, File: file.Path, Span: diag.Span{Start: op.Pos, End: op.Pos + uint32(op.Len)}, Text: "await " + name + ".sleep"}}}}
}

func lastName(q string) string {
	if strings.HasPrefix(q, "a lambda") {
		return "…"
	}
	return strings.TrimSuffix(q, ".__init__")
}
