package rule

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// Called is what a call calls: by what the program's flow says of it, else by the names of the file.
func (f *Flow) Called(file *link.File, op *facts.Op) string {
	t := f.p.file(file)
	k := file.Facts.IndexOf(op)
	if k >= 0 {
		if name := t.called[k].Load(); name != nil {
			return *name
		}
	}
	name := ""
	if at := f.p.firstCall(op); at >= 0 {
		name = strings.TrimPrefix(f.p.Calls[at].Path, "builtins.")
	} else {
		name = f.Dotted(file, facts.Ref(op.A))
	}
	if k >= 0 {
		t.called[k].Store(&name)
	}
	return name
}

// Pos is the n-th argument of a call, 0 without one.
func Pos(file *link.File, op *facts.Op, n int) facts.Ref {
	a := file.Facts.Args(op)
	if n >= len(a.Pos) || a.Stars != 0 {
		return 0
	}
	return facts.Ref(a.Pos[n])
}

// Keyword is an argument of a call by its name, 0 without one.
func Keyword(file *link.File, op *facts.Op, name string) facts.Ref {
	a := file.Facts.Args(op)
	for i := 0; i+1 < len(a.Kw); i += 2 {
		if a.Kw[i] != 0 && file.Facts.Str(a.Kw[i]) == name {
			return facts.Ref(a.Kw[i+1])
		}
	}
	return 0
}

// Argument is an argument of a call by its place or name, 0 without one.
func Argument(file *link.File, op *facts.Op, n int, name string) facts.Ref {
	if r := Pos(file, op, n); r != 0 {
		return r
	}
	return Keyword(file, op, name)
}

// Given is all that a call is given, by place and then by name.
func Given(file *link.File, op *facts.Op) []facts.Ref {
	a := file.Facts.Args(op)
	out := make([]facts.Ref, 0, len(a.Pos)+len(a.Kw)/2)
	for _, r := range a.Pos {
		out = append(out, facts.Ref(r))
	}
	for i := 0; i+1 < len(a.Kw); i += 2 {
		out = append(out, facts.Ref(a.Kw[i+1]))
	}
	return out
}

// ReportFlow reports a call with the way of the value that reaches it.
func (p *Pass) ReportFlow(f link.Func, op *facts.Op, o *Origin, sink, message, help string) {
	x := p.At(f, op)
	x.Message, x.Help = message, help
	x.Witness = append(slices.Clone(o.Frames), diag.Frame{Function: p.Name(f), File: x.File, Line: x.Line, Cell: x.Cell, Note: "gives it to " + sink})
	p.Report(x)
}

// Handed is what a call has another thread call, with the place of that one's first argument among its own: subprocess.run
// and 1 for asyncio.to_thread(subprocess.run, …). For any other call it is name and 0.
func (f *Flow) Handed(file *link.File, op *facts.Op, name string) (string, int) {
	first := -1
	switch f.Dotted(file, facts.Ref(op.A)) {
	case "asyncio.to_thread", "anyio.to_thread.run_sync", "starlette.concurrency.run_in_threadpool", "fastapi.concurrency.run_in_threadpool":
		first = 0
	default:
		switch _, method := f.Method(file, op); method {
		case "run_in_executor":
			first = 1
		}
	}
	if first < 0 {
		return name, 0
	}
	if called := f.Dotted(file, Pos(file, op, first)); called != "" {
		return called, first + 1
	}
	return name, 0
}

// ShellCommand is the argument of a call that a shell reads, here or in another thread; 0 when none does.
func (f *Flow) ShellCommand(file *link.File, op *facts.Op, name string) facts.Ref {
	name, at := f.Handed(file, op, name)
	switch name {
	case "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell", "asyncio.subprocess.create_subprocess_shell":
		return Argument(file, op, at, "cmd")
	case "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen":
		command := Argument(file, op, at, "args")
		if Keyword(file, op, "shell").Is(facts.ConstTrue) || f.startsShell(file, command) {
			return command
		}
	}
	return 0
}

// startsShell: a list of words whose program is a shell that is told to run the next word.
func (f *Flow) startsShell(file *link.File, r facts.Ref) bool {
	var words []facts.Ref
	for range 10 {
		d := f.Def(file, r)
		if d == nil {
			return false
		}
		words = append(words, f.Stored(file, r)...)
		if d.Code == facts.Copy {
			r = facts.Ref(d.A)
			continue
		}
		if d.Code != facts.MakeList && d.Code != facts.MakeTuple {
			return false
		}
		elems, _ := file.Facts.Elems(d)
		for _, e := range elems {
			words = append(words, facts.Ref(e))
		}
		break
	}
	shell, option := false, false
	for _, w := range words {
		if w.Tag() != facts.TagStr {
			continue
		}
		text := file.Facts.Str(w.Index())
		shell = shell || slices.Contains([]string{"sh", "bash", "zsh", "dash", "cmd", "cmd.exe", "powershell"}, text[strings.LastIndexByte(text, '/')+1:])
		option = option || text == "-c" || text == "-lc" || text == "/c" || text == "-Command"
	}
	return shell && option
}

// SQLQuery is the text that a call gives to a database, with the call's name; 0 when it gives none.
func (f *Flow) SQLQuery(file *link.File, op *facts.Op) (facts.Ref, string) {
	_, method := f.Method(file, op)
	if method != "" && f.CallsOwn(file, op) {
		return 0, "" // what the program's own method does with it is looked at there
	}
	switch method {
	case "execute", "executemany", "executescript", "exec_driver_sql", "raw", "fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one", "mogrify":
	default:
		switch name := f.Called(file, op); name {
		case "pandas.read_sql", "pandas.read_sql_query", "pandas.io.sql.read_sql", "pandas.io.sql.read_sql_query":
			return Argument(file, op, 0, "sql"), name
		}
		return 0, ""
	}
	for _, name := range []string{"sql", "query", "statement", "operation"} {
		if r := Keyword(file, op, name); r != 0 {
			return r, method
		}
	}
	return Pos(file, op, 0), method
}

// CallsOwn: the call goes to the program's own code and to no library's.
func (f *Flow) CallsOwn(file *link.File, op *facts.Op) bool {
	f.p.needFlow()
	return len(f.p.edgesOf(file, op)) > 0 && f.p.firstCall(op) < 0
}

// Code is the argument of a call that runs as Python, or as a template's program.
func (f *Flow) Code(file *link.File, op *facts.Op, name string) facts.Ref {
	switch name {
	case "eval", "exec", "compile", "flask.render_template_string", "flask.templating.render_template_string":
		return Pos(file, op, 0)
	}
	return 0
}

// Pickled is the argument of a call that builds objects which the data names.
func (f *Flow) Pickled(file *link.File, op *facts.Op, name string) facts.Ref {
	switch name {
	case "pickle.loads", "pickle.load", "_pickle.loads", "dill.loads", "dill.load", "cloudpickle.loads", "marshal.loads", "jsonpickle.decode", "jsonpickle.unpickler.decode",
		"yaml.unsafe_load", "joblib.load", "joblib.numpy_pickle.load", "dill._dill.loads":
		return Pos(file, op, 0)
	case "yaml.load", "yaml.load_all":
		switch f.Dotted(file, Argument(file, op, 1, "Loader")) {
		case "yaml.Loader", "yaml.UnsafeLoader", "yaml.loader.Loader", "yaml.loader.UnsafeLoader":
			return Pos(file, op, 0)
		}
	}
	return 0
}
