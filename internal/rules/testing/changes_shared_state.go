package testing

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW706", Name: "test-leaves-shared-state-changed", Since: "0.1", Family: "testing",
	Severity: rule.Severities{Experimental: diag.Note, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("changes_shared_state.md"), Check: changesSharedState,
})

// changesSharedState reports, once a test, what the test function itself changes in the process and nothing puts back: an
// environment variable, the working directory, a name of a module, an entry of a module's dictionary, an attribute of a class.
func changesSharedState(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	modules := map[string]bool{}
	for _, f := range p.Files {
		modules[f.Module] = true
	}
	restoring := restoringFiles(p)
	for f := range link.Func(p.Funcs()) {
		if !p.FileOf(f).Test || !everyday(p, f) && !setsUp(p, f) || restoring[p.FileOf(f)] || decorated(p, flow, f) || putsBack(p, flow, f) {
			continue
		}
		file, fn := p.FileOf(f), p.Facts(f)
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &file.Facts.Ops[o]
			what := changes(flow, modules, file, op)
			if what == "" || bounded(file, op) || undone(flow, file, fn, op, o) {
				continue
			}
			x := p.At(f, op)
			x.Message = fmt.Sprintf("`%s` changes %s and does not put it back: tests that run after it in the same process see the change", p.Short(f), what)
			x.Help = "use `monkeypatch` (`setenv`, `setattr`, `chdir`) or `unittest.mock.patch`, which undo what they did"
			p.Report(x)
			break
		}
	}
}

// setsUp: the method runs before each test of its class.
func setsUp(p *rule.Pass, f link.Func) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	name := file.Facts.Str(fn.Name)
	return (name == "setUp" || name == "asyncSetUp" || name == "setup_method") && fn.Kind == facts.Function && p.Facts(p.Parent(f)).Kind == facts.ClassBody
}

// changes says what of the whole process an operation changes.
func changes(flow *rule.Flow, modules map[string]bool, file *link.File, op *facts.Op) string {
	switch op.Code {
	case facts.SetItem:
		if key := facts.Ref(op.B); flow.Dotted(file, base(flow, file, facts.Ref(op.A))) == "os.environ" && key.Tag() == facts.TagStr {
			return fmt.Sprintf("the environment variable `%s`", file.Facts.Str(key.Index()))
		} else if name := programs(flow, modules, file, base(flow, file, facts.Ref(op.A))); name != "" && key.Tag() == facts.TagStr {
			return fmt.Sprintf("`%s[%q]`", name, file.Facts.Str(key.Index()))
		}
	case facts.Call:
		switch flow.Called(file, op) {
		case "os.chdir":
			return "the working directory"
		case "os.environ.update":
			return "the environment"
		}
	case facts.SetAttr:
		if name := imported(flow, modules, file, facts.Ref(op.A)); name != "" {
			return fmt.Sprintf("`%s.%s`", name, file.Facts.Str(op.B))
		}
		if name := programs(flow, modules, file, facts.Ref(op.A)); name != "" && unicode.IsUpper(rune(name[0])) && strings.ToUpper(name) != name {
			return fmt.Sprintf("`%s.%s`", name, file.Facts.Str(op.B))
		}
	}
	return ""
}

// programs is the name of a variable of one of the program's modules, its class or dictionary; "" for any other value.
func programs(flow *rule.Flow, modules map[string]bool, file *link.File, r facts.Ref) string {
	dotted := flow.Dotted(file, r)
	if at := strings.LastIndexByte(dotted, '.'); at > 0 && modules[dotted[:at]] {
		return dotted[at+1:]
	}
	return ""
}

// base is the variable that a container was before it was changed in this block.
func base(flow *rule.Flow, file *link.File, r facts.Ref) facts.Ref {
	for range 20 {
		d := flow.Def(file, r)
		if d == nil || d.Code != facts.SetItem && d.Code != facts.Copy {
			return r
		}
		r = facts.Ref(d.A)
	}
	return r
}

// imported is the name of the imported module that a variable is.
func imported(flow *rule.Flow, modules map[string]bool, file *link.File, r facts.Ref) string {
	name := flow.Dotted(file, r)
	if name == "" || name == "sys" || strings.HasPrefix(name, "sys.") {
		return ""
	}
	if modules[name] {
		return name
	}
	d := flow.Def(file, r)
	for range 10 {
		if d == nil || d.Code != facts.Copy {
			break
		}
		d = flow.Def(file, facts.Ref(d.A))
	}
	if d != nil && d.Code == facts.ImportName && file.Facts.Imports[d.A].Name == 0 && (file.Facts.Imports[d.A].Alias || !strings.Contains(file.Facts.Str(file.Facts.Imports[d.A].Module), ".")) {
		return name
	}
	return ""
}

// bounded: inside a with that may undo it, or in a finally that does the undoing.
func bounded(file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		yes = yes || c.Kind == facts.CtxWith || c.Kind == facts.CtxFinally
		if c.Kind == facts.CtxTry {
			yes = yes || file.Facts.Tries[c.B].Finally
		}
		return !yes
	})
	return yes
}

// undone: another operation of the test changes the same thing, or deletes something, or there is a finally.
func undone(flow *rule.Flow, file *link.File, fn *facts.Func, op *facts.Op, at uint32) bool {
	for i := range file.Facts.Tries {
		if t := &file.Facts.Tries[i]; t.Finally && t.Pos >= fn.Pos && t.Pos < fn.End {
			return true
		}
	}
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		late := &file.Facts.Ops[o]
		if o == at {
			continue
		}
		switch late.Code {
		case facts.SetItem:
			if op.Code == facts.SetItem && late.B == op.B {
				return true
			}
		case facts.SetAttr:
			if op.Code == facts.SetAttr && late.B == op.B {
				return true
			}
		case facts.Delete:
			return true
		case facts.Call:
			name := flow.Called(file, late)
			if name == "os.environ.pop" || name == "os.environ.clear" || name == "os.environ.update" || name == "delattr" || name == "setattr" || name == "importlib.reload" || name == "os.unsetenv" || op.Code == facts.SetItem && (strings.HasSuffix(name, ".pop") || strings.HasSuffix(name, ".clear") || strings.HasSuffix(name, ".update")) || op.Code == facts.Call && name == "os.chdir" {
				return true
			}
		}
	}
	return false
}

// putsBack: the test asks for help that undoes things, or its class has set-up or teardown, which may.
func putsBack(p *rule.Pass, flow *rule.Flow, f link.Func) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	for i := range fn.Params {
		name := file.Facts.Str(fn.Params[i].Name)
		for _, w := range rule.Words(name) {
			switch w {
			case "monkeypatch", "mocker", "environ", "env", "restore", "reset", "isolated", "chdir", "cwd", "settings", "config", "clean", "patch", "mock", "isolate", "workdir":
				return true
			}
		}
	}
	for name := range methods(p, f) {
		switch name {
		case "tearDown", "asyncTearDown", "teardown_method", "tearDownClass", "teardown_class", "teardown":
			return true
		case "setUp", "setup_method", "asyncSetUp":
			if !setsUp(p, f) {
				return true
			}
		}
	}
	for op := range within(file, fn) {
		if op.Code == facts.Call {
			switch called(flow, file, op) {
			case "addCleanup", "addfinalizer", "addAsyncCleanup", "callback", "enter_context", "start", "enterContext":
				return true
			}
		}
	}
	// A test in a class inherits teardowns from bases that are not unittest's own.
	if body := p.Facts(p.Parent(f)); body.Kind == facts.ClassBody && body.Class > 0 {
		for _, b := range file.Facts.Classes[body.Class-1].Bases {
			switch flow.Dotted(file, b) {
			case "unittest.TestCase", "unittest.IsolatedAsyncioTestCase", "object", "unittest.case.TestCase":
			default:
				return true
			}
		}
	}
	return false
}

// restoringFiles are those in which a fixture that every test gets restores something, there or in a conftest above.
func restoringFiles(p *rule.Pass) map[*link.File]bool {
	return testFiles(p, func(f *link.File) bool {
		for _, s := range f.Facts.Strings {
			switch s {
			case "autouse", "pytest_runtest_teardown", "pytest_runtest_setup", "setup_function", "teardown_function", "teardown_module", "pytest_runtest_protocol":
				return true
			}
		}
		return false
	})
}
