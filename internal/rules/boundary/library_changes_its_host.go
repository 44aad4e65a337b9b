package boundary

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW207", Name: "library-changes-its-host", Since: "0.1", Family: "boundary", Severity: rule.Unproven,
	Doc: docs.Read("library_changes_its_host.md"), Check: libraryChangesItsHost,
})

// hostCalls are calls that change the process for everybody, and what they change.
var hostCalls = map[string]string{
	"logging.basicConfig":              "the root logger",
	"logging.config.dictConfig":        "all logging",
	"logging.config.fileConfig":        "all logging",
	"logging.disable":                  "all logging",
	"warnings.filterwarnings":          "the filters of warnings",
	"warnings.simplefilter":            "the filters of warnings",
	"socket.setdefaulttimeout":         "the timeout of all sockets",
	"locale.setlocale":                 "the locale of the process",
	"sys.setrecursionlimit":            "the limit of recursion",
	"signal.signal":                    "the process's signal handlers",
	"gevent.monkey.patch_all":          "the standard library",
	"eventlet.monkey_patch":            "the standard library",
	"nest_asyncio.apply":               "asyncio's event loop",
	"multiprocessing.set_start_method": "how all processes start",
}

// libraryChangesItsHost is about packages that others import: what they change in the process when they are imported.
func libraryChangesItsHost(p *rule.Pass) {
	if p.Inventory == nil {
		return
	}
	var tops []string
	for _, w := range p.Inventory.Work {
		if w.Kind == project.KindLibrary && w.File >= 0 && !program(p, p.Files[w.File].Path) {
			tops = append(tops, p.Files[w.File].Module)
		}
	}
	inLibrary := func(f *link.File) bool {
		base := path.Base(f.Path)
		if f.Test || f.Facts.Notebook != nil || runOnly(f.Path) || strings.Contains(base, "-") || strings.HasPrefix(base, "cli") || base == "main.py" || base == "app.py" || base == "server.py" {
			return false
		}
		for _, t := range tops {
			if f.Module == t || strings.HasPrefix(f.Module, t+".") {
				return true
			}
		}
		return false
	}
	if len(tops) == 0 {
		return
	}
	for _, file := range p.Files {
		if !inLibrary(file) {
			continue
		}
		patched(p, file, func(op *facts.Op, name string) {
			if guarded(p, file, op) {
				return
			}
			x := p.At(file.FirstFunc(), op)
			x.Message = fmt.Sprintf("importing `%s` replaces `%s` for every program that uses the library", file.Module, name)
			x.Help = "leave it to the program: do it in its entry point, or in a function that it may call"
			x.Witness = []diag.Frame{{Function: file.Module, File: file.Path, Line: x.Line, Note: "replaces " + name}}
			p.Report(x)
		})
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	type change struct {
		file *link.File
		what string
	}
	told := map[change]bool{}
	for i := range p.Calls {
		c := &p.Calls[i]
		n := effects.Node(c.From)
		file := p.File(n)
		if slices.Contains(exits, c.Path) && c.Mode == link.Called && inLibrary(file) && endsHost(p, file, p.FuncOf(n), c.Op) {
			f := p.FuncOf(n)
			x := p.At(f, c.Op)
			x.Message = fmt.Sprintf("`%s` ends the program that uses the library (`%s`), which may have other things to do", p.Short(f), c.DisplayPath())
			x.Help = "raise an exception of the library's own, and leave it to the program whether that is its end"
			x.Witness = []diag.Frame{{Function: p.Name(f), File: file.Path, Line: x.Line, Note: "calls " + c.DisplayPath()}}
			p.Report(x)
			continue
		}
		what := hostCalls[c.Path]
		if c.Path == "logging.Logger.setLevel" && rootLogger(flow, file, c.Op) {
			what = "the root logger"
		}
		if what == "" || c.Mode != link.Called || p.Facts(p.FuncOf(n)).Kind != facts.ModuleBody && !whenImported(p, n, c.Op, inLibrary) || !inLibrary(file) || script(file, c.Op) || guarded(p, file, c.Op) {
			continue
		}
		restored := false
		rule.Around(file, c.Op, func(x *facts.Ctx) bool {
			restored = restored || x.Kind == facts.CtxWith // warnings.catch_warnings() and the like
			return !restored
		})
		if restored {
			continue
		}
		if told[change{file, what}] {
			continue
		}
		told[change{file, what}] = true
		x := p.At(p.FuncOf(n), c.Op)
		x.Message = fmt.Sprintf("importing `%s` changes %s (`%s`) for every program that uses the library", file.Module, what, c.DisplayPath())
		x.Help = "leave it to the program: do it in its entry point, or in a function that it may call"
		x.Witness = []diag.Frame{{Function: file.Module, File: file.Path, Line: x.Line, Note: "calls " + c.DisplayPath()}}
		p.Report(x)
	}
}

// program: beside a package's modules stands one that starts a service or the like: the package is the parts of that program, and nobody's library.
func program(p *rule.Pass, init string) bool {
	return slices.ContainsFunc(p.Inventory.Work, func(w *inventory.Work) bool {
		switch w.Kind {
		case project.KindService, project.KindAIApp, project.KindPipeline, project.KindDashboard:
			return path.Dir(w.Path) == path.Dir(init) && path.Base(w.Path) != "__main__.py" && path.Base(w.Path) != "__init__.py" && len(w.Starts) == 0
		}
		return false
	})
}

// rootLogger: the receiver of the call is what logging.getLogger() gives without a name.
func rootLogger(flow *rule.Flow, file *link.File, op *facts.Op) bool {
	recv, _ := flow.Method(file, op)
	made := flow.Made(file, recv)
	return made != nil && made.Code == facts.Call && flow.Called(file, made) == "logging.getLogger" && len(rule.Given(file, made)) == 0
}

// whenImported: a module of the library calls the function whenever it is imported, and the function comes to the operation.
func whenImported(p *rule.Pass, n effects.Node, op *facts.Op, inLibrary func(*link.File) bool) bool {
	file, fn := p.File(n), p.Facts(p.FuncOf(n))
	if fn.Kind != facts.Function || !rule.Certain(file, fn, op) {
		return false
	}
	return slices.ContainsFunc(p.InEdges(n), func(i uint32) bool {
		e := &p.Edges[i]
		from := p.File(e.From)
		return e.Mode == link.Called && e.Certainty == diag.Proved && p.Facts(p.FuncOf(e.From)).Kind == facts.ModuleBody && !p.IsMain(e.From) && inLibrary(from) && rule.AlwaysRuns(from, e.Op, 0)
	})
}

// exits are calls that end the process.
var exits = []string{"sys.exit", "os._exit", "builtins.exit", "builtins.quit", "exit", "quit"}

// endsHost: the function is one that programs call for something else, and no part of a command line or of a process of the library's own.
func endsHost(p *rule.Pass, file *link.File, f link.Func, op *facts.Op) bool {
	fn := p.Facts(f)
	if fn.Kind != facts.Function || len(fn.Decorators) > 0 || script(file, op) {
		return false
	}
	for _, w := range rule.Words(p.Name(f)) {
		switch w {
		case "main", "cli", "command", "commands", "cmd", "run", "runner", "script", "scripts", "console", "shell", "exit", "quit", "usage", "parse", "args", "handler", "signal", "daemon", "fork", "worker", "restart", "shutdown", "stop", "terminate", "version", "tool", "tools", "app", "server", "serve", "bot":
			return false
		}
	}
	for i := range file.Facts.Imports {
		if rule.HasPrefix(file.Facts.Str(file.Facts.Imports[i].Module), "argparse", "optparse", "getopt", "click", "typer", "docopt", "fire", "cleo", "absl", "signal", "multiprocessing") {
			return false
		}
	}
	return true
}

// patched are the attributes of other libraries, and of the standard library, that the library's modules replace when they are
// imported.
func patched(p *rule.Pass, file *link.File, report func(op *facts.Op, name string)) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	fn := &file.Facts.Funcs[0]
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.SetAttr || !rule.AlwaysRuns(file, op, 0) || script(file, op) {
			continue
		}
		module := flow.Dotted(file, facts.Ref(op.A))
		if !slices.Contains(replaceable, module) {
			continue
		}
		report(op, module+"."+file.Facts.Str(op.B))
	}
}

// replaceable are modules and classes of the standard library that everything in a process shares.
var replaceable = []string{"socket", "ssl", "json", "time", "datetime", "random", "os", "os.path", "subprocess", "threading", "urllib.request", "http.client", "builtins", "logging", "pickle", "inspect", "asyncio", "warnings", "io", "sys",
	"shutil", "tempfile", "copyreg", "decimal", "collections", "typing", "logging.Logger", "http.client.HTTPConnection", "threading.Thread", "subprocess.Popen", "socket.socket", "json.JSONEncoder"}

// script: the operation runs only when the file is the program.
func script(file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		yes = yes || c.Kind == facts.CtxMain
		return !yes
	})
	return yes
}
