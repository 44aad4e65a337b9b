package testing

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// checkWords say, in the name of a function, that it compares something or fails.
var checkWords = []string{"assert", "asserts", "expect", "expects", "expected", "verify", "verifies", "check", "checks", "should", "ensure", "fail", "fails", "must", "raises", "raise", "warns", "validate", "validates",
	"match", "matches", "compare", "equal", "equals", "snapshot", "approx", "invariant", "benchmark", "exit", "skip", "xfail", "lint", "mypy", "gradcheck", "roundtrip", "wait", "until"}

func checksByName(name string) bool {
	for _, w := range rule.Words(name) {
		if slices.Contains(checkWords, w) || strings.HasPrefix(w, "assert") || strings.HasPrefix(w, "expect") {
			return true
		}
	}
	return false
}

// within are the operations of a block and of the functions, lambdas and classes in it.
func within(file *link.File, fn *facts.Func) func(yield func(*facts.Op) bool) {
	return func(yield func(*facts.Op) bool) {
		for b := range file.Facts.Funcs {
			in := &file.Facts.Funcs[b]
			if in != fn && (in.Pos < fn.Pos || in.End > fn.End || in.Kind == facts.ModuleBody) {
				continue
			}
			for o := in.Ops[0]; o < in.Ops[1]; o++ {
				if !yield(&file.Facts.Ops[o]) {
					return
				}
			}
		}
	}
}

// called is the last name of what a call calls: assertEqual of self.assertEqual.
func called(flow *rule.Flow, file *link.File, op *facts.Op) string {
	if _, name := flow.Method(file, op); name != "" {
		return name
	}
	r := facts.Ref(op.A)
	for range 10 {
		if r.Tag() == facts.TagBuiltin {
			return file.Facts.Str(r.Index())
		}
		if _, par := flow.ParamOf(file, r); par != nil {
			return file.Facts.Str(par.Name)
		}
		d := flow.Def(file, r)
		if d == nil {
			return ""
		}
		switch d.Code {
		case facts.Copy:
			r = facts.Ref(d.A)
			continue
		case facts.ImportName:
			im := &file.Facts.Imports[d.A]
			if im.Name != 0 {
				return file.Facts.Str(im.Name)
			}
			return file.Facts.Str(im.Module)
		case facts.MakeFunc:
			return file.Facts.Str(file.Facts.Funcs[d.A].Name)
		}
		return ""
	}
	return ""
}

// ordinary are decorators that neither check nor leave out what they decorate.
var ordinary = []string{"pytest.mark.parametrize", "pytest.mark.asyncio", "pytest.mark.anyio", "pytest.mark.django_db", "pytest.mark.usefixtures", "pytest.mark.trio", "pytest.mark.unit", "unittest.mock.patch", "mock.patch",
	"django.test.override_settings", "django.test.utils.override_settings", "staticmethod", "classmethod"}

// decorated: something is done to the test of which nobody said that it checks nothing.
func decorated(p *rule.Pass, flow *rule.Flow, f link.Func) bool {
	for at := f; p.Facts(at).Kind != facts.ModuleBody; at = p.Parent(at) {
		for _, x := range decorators(p, at) {
			if !rule.HasPrefix(decorator(flow, p.FileOf(f), x), ordinary...) {
				return true
			}
		}
	}
	return false
}

// methods of the class that holds a method, by name; nil outside classes.
func methods(p *rule.Pass, f link.Func) map[string]link.Func {
	body := p.Parent(f)
	if p.Facts(body).Kind != facts.ClassBody {
		return nil
	}
	file := p.FileOf(f)
	out := map[string]link.Func{}
	for b := range file.Facts.Funcs {
		g := file.FirstFunc() + link.Func(b)
		if file.Facts.Funcs[b].Kind == facts.Function && p.Parent(g) == body {
			out[file.Facts.Str(file.Facts.Funcs[b].Name)] = g
		}
	}
	return out
}

// everyday: a test that pytest or unittest would collect in an everyday run, with a body.
func everyday(p *rule.Pass, f link.Func) bool {
	fn, file := p.Facts(f), p.FileOf(f)
	if !file.Test || !isTest(p, f) || fn.Flags&(facts.FuncStub|facts.FuncAbstract|facts.FuncGenerator) != 0 || file.Facts.Notebook != nil {
		return false
	}
	base := file.Path[strings.LastIndexByte(file.Path, '/')+1:]
	if !strings.HasPrefix(base, "test") && !strings.HasSuffix(base, "_test.py") && !strings.HasSuffix(base, "_tests.py") {
		return false
	}
	name := file.Facts.Str(fn.Name)
	if name != "test" && !strings.HasPrefix(name, "test_") && fn.Flags&facts.FuncMethod == 0 {
		return false
	}
	if fn.Flags&facts.FuncMethod != 0 {
		if parent := p.Facts(p.Parent(f)); parent.Kind == facts.ClassBody && !strings.Contains(file.Facts.Str(parent.Name), "Test") {
			return false
		}
	}
	return p.Facts(p.Parent(f)).Kind != facts.Function
}

// skipped: the test, or a class or function that it stands in, is left out of every run.
func skipped(p *rule.Pass, flow *rule.Flow, f link.Func) bool {
	for at := f; p.Facts(at).Kind != facts.ModuleBody; at = p.Parent(at) {
		for _, x := range decorators(p, at) {
			if rule.HasPrefix(decorator(flow, p.FileOf(f), x), "pytest.mark.skip", "unittest.skip", "unittest.case.skip") {
				return true
			}
		}
	}
	return false
}

// decorators of a function, or of the class whose body a block is.
func decorators(p *rule.Pass, f link.Func) []facts.Decorator {
	fn := p.Facts(f)
	if fn.Kind == facts.ClassBody && fn.Class > 0 {
		return p.FileOf(f).Facts.Classes[fn.Class-1].Decorators
	}
	return fn.Decorators
}

// decorator is the name of a decorator, called or not.
func decorator(flow *rule.Flow, file *link.File, d facts.Decorator) string {
	r := d.Value
	if def := flow.Def(file, r); def != nil && def.Code == facts.Call {
		r = facts.Ref(def.A)
	}
	return flow.Dotted(file, r)
}
