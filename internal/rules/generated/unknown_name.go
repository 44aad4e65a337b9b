package generated

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW851", Name: "name-that-does-not-exist", Since: "0.1", Family: "generated", Severity: rule.Unproven,
	Doc: docs.Read("unknown_name.md"), Check: unknownName,
})

// unknownName looks for names that a module of the program or of the standard library does not have, in no version of Python.
// Notebooks and files that change sys.path may mean another module of the same name. What is done only under a condition, or with a handler for its failure, may know that.
func unknownName(p *rule.Pass) {
	u := names{p: p, flow: p.NewFlow(func(*rule.Value) string { return "" }), written: map[string]bool{}, under: map[string]bool{}, modules: map[string]*link.File{}}
	u.new = newPython(p)
	for _, f := range p.Files {
		if f.Facts.Notebook != nil {
			continue
		}
		for m := f.Module; m != ""; m = m[:max(0, strings.LastIndexByte(m, '.'))] {
			u.under[m] = true
		}
		u.modules[f.Module] = f
		for o := range f.Facts.Ops {
			if op := &f.Facts.Ops[o]; op.Code == facts.SetAttr {
				u.written[f.Facts.Str(op.B)] = true
			}
		}
	}
	for _, f := range p.Files {
		if len(f.Facts.Faults) > 0 || f.Facts.Notebook != nil || strings.HasPrefix(f.Path, ".") || strings.Contains(f.Path, "/.") || leadsElsewhere(u.flow, f) || rule.InDir(strings.ToLower(f.Path), "fixtures", "testdata", "templates", "cookiecutter", "snippets", "stubs", "typings") {
			continue
		}
		u.file(f)
	}
}

// leadsElsewhere: the file changes where imports come from.
func leadsElsewhere(flow *rule.Flow, f *link.File) bool {
	for o := range f.Facts.Ops {
		switch op := &f.Facts.Ops[o]; op.Code {
		case facts.ImportName:
			if im := &f.Facts.Imports[op.A]; f.Facts.Str(im.Module) == "sys" && f.Facts.Str(im.Name) == "path" {
				return true
			}
		case facts.Attr:
			if f.Facts.Str(op.B) == "path" && flow.Dotted(f, op.Dst) == "sys.path" {
				return true
			}
		}
	}
	return false
}

var leastPython = regexp.MustCompile(`(?:>=|~=|==|\^|>)\s*3\.(\d+)`)

// newPython: the manifests that say which Python they need all ask for 3.10 or newer, and one does.
func newPython(p *rule.Pass) bool {
	if p.Project == nil {
		return false
	}
	found := false
	for i := range p.Project.Manifests {
		wanted := p.Project.Manifests[i].RequiresPython
		if wanted == "" {
			continue
		}
		m := leastPython.FindStringSubmatch(wanted)
		if m == nil {
			return false
		}
		if minor, err := strconv.Atoi(m[1]); err != nil || minor < 10 {
			return false
		}
		found = true
	}
	return found
}

type names struct {
	p       *rule.Pass
	new     bool // every manifest asks for Python 3.10 or newer
	flow    *rule.Flow
	modules map[string]*link.File
	under   map[string]bool // modules and what stands above modules
	written map[string]bool // attributes that the program sets somewhere
}

func (u *names) file(f *link.File) {
	told := map[string]bool{}
	report := func(pos uint32, size int, message, help string) {
		if told[message] {
			return
		}
		told[message] = true
		x := diag.Finding{File: f.Path, Span: diag.Span{Start: pos, End: pos + uint32(size)}, Column: f.Facts.Column(pos), Certainty: diag.Proved, Message: message, Help: help}
		x.Line, x.Cell = f.Facts.Place(pos)
		u.p.Report(x)
	}
	for o := range f.Facts.Ops {
		op := &f.Facts.Ops[o]
		switch op.Code {
		case facts.ImportName:
			im := &f.Facts.Imports[op.A]
			if im.Typing || guarded(f, im.Ctx) || guarded(f, op.Ctx) {
				continue
			}
			module, name := f.Facts.Str(im.Module), f.Facts.Str(im.Name)
			if name == "*" || name == "" {
				continue
			}
			m, ours := u.p.ModuleOf(f, im)
			if im.Level == 0 && (!ours || m.Guess) && !u.under[module] {
				if u.missingStandard(module, name) {
					report(im.Pos, len(name), fmt.Sprintf("module `%s` of the standard library has no `%s`%s", module, name, where(module, name)), hint(module, name))
				}
				continue
			}
			if !ours || m.Guess || m.File < 0 {
				continue
			}
			if home := u.p.Files[m.File]; u.lacks(home, name) {
				report(im.Pos, len(name), fmt.Sprintf("`%s` has no `%s`: this import fails", home.Path, name), "import the name that the module has, or write what is missing")
			}
		case facts.Attr:
			if op.Flags&facts.FlagAnnotation != 0 || guarded(f, op.Ctx) {
				continue
			}
			d := u.flow.Def(f, facts.Ref(op.A))
			if d == nil || d.Code != facts.ImportName && d.Code != facts.Attr && d.Code != facts.Copy || d.Code == facts.ImportName && guarded(f, d.Ctx) {
				continue
			}
			module, name := u.flow.Dotted(f, facts.Ref(op.A)), f.Facts.Str(op.B)
			if home := u.ownModule(f, d); home != nil && u.lacks(home, name) {
				report(op.Pos, int(op.Len), fmt.Sprintf("`%s` has no `%s`: this fails with an AttributeError", home.Path, name), "use the name that the module has, or write what is missing")
				continue
			}
			if module == "" || u.under[strings.SplitN(module, ".", 2)[0]] || u.written[name] || !u.missingStandard(module, name) {
				continue
			}
			report(op.Pos, int(op.Len), fmt.Sprintf("`%s` of the standard library has no `%s`%s", module, name, where(module, name)), hint(module, name))
		}
	}
}

// ownModule is the module of the program that an import statement binds to a name: import acme.text as text, from acme import text.
func (u *names) ownModule(f *link.File, d *facts.Op) *link.File {
	for range 5 {
		if d == nil || d.Code != facts.Copy {
			break
		}
		d = u.flow.Def(f, facts.Ref(d.A))
	}
	if d == nil || d.Code != facts.ImportName || guarded(f, d.Ctx) {
		return nil
	}
	im := &f.Facts.Imports[d.A]
	name := f.Facts.Str(im.Name)
	if name == "*" || name == "" && !im.Alias && strings.Contains(f.Facts.Str(im.Module), ".") {
		return nil
	}
	m, ours := u.p.ModuleOf(f, im)
	if !ours || m.Guess || m.File < 0 {
		return nil
	}
	home := u.p.Files[m.File]
	if name == "" {
		return home
	}
	// A name of the package's own that is no module comes first.
	if slices.ContainsFunc(home.Facts.Globals, func(g facts.NamedRef) bool { return home.Facts.Str(g.Name) == name }) {
		return nil
	}
	return u.modules[home.Module+"."+name]
}

// abstract: a name of collections.abc that collections had, too, until Python 3.9.
func abstract(module, name string) bool {
	if module != "collections" {
		return false
	}
	exists, _ := knowledge.StandardName("collections.abc", name)
	return exists
}

// where says in which versions of Python the name is missing.
func where(module, name string) string {
	if abstract(module, name) {
		return " since Python 3.10"
	}
	return ", in no version of Python"
}

func hint(module, name string) string {
	if abstract(module, name) {
		return "import `" + name + "` from `collections.abc`"
	}
	return "look `" + name + "` up in the documentation of `" + module + "`: it was renamed, removed before Python 3.8, or never there"
}

func (u *names) missingStandard(module, name string) bool {
	exists, listed := knowledge.StandardName(module, name)
	if abstract(module, name) && !u.new {
		return false
	}
	return listed && !exists && !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "Windows") && !strings.HasPrefix(name, "IocpProactor") && !strings.HasPrefix(name, "Proactor") && !u.p.HasModule(module+"."+name)
}

// guarded: under a condition, or where a failure is handled.
func guarded(f *link.File, ctx uint32) bool {
	for x := ctx; x != 0; x = f.Facts.Ctxs[x].Parent {
		switch f.Facts.Ctxs[x].Kind {
		case facts.CtxTry, facts.CtxHandler, facts.CtxElse, facts.CtxIf, facts.CtxTyping, facts.CtxBool, facts.CtxMatch, facts.CtxWith:
			return true
		}
	}
	return false
}

// lacks: a module of the program surely does not have a name.
func (u *names) lacks(home *link.File, name string) bool {
	if u.under[home.Module+"."+name] || u.written[name] || strings.HasPrefix(name, "__") || len(home.Facts.Faults) > 0 {
		return false
	}
	if home.IsPackage && (strings.HasPrefix(name, "_") || strings.HasSuffix(name, "_pb2") || strings.HasSuffix(name, "_pb2_grpc") || name == "version" || strings.Contains(name, "local") || strings.Contains(name, "generated")) {
		return false // a compiled module, or one that is made when it is built
	}
	for _, g := range home.Facts.Globals {
		switch have := home.Facts.Str(g.Name); have {
		case name, "__getattr__", "__path__":
			return false
		}
	}
	for i := range home.Facts.Imports {
		if home.Facts.Str(home.Facts.Imports[i].Name) == "*" {
			return false
		}
	}
	// Names may be made in other ways: globals(), exec, lazy loaders, sys.modules.
	return !slices.ContainsFunc(home.Facts.Strings, func(s string) bool {
		switch s {
		case "globals", "exec", "setattr", "vars", "modules", "extend_path", "lazy_loader", "attach", "attach_stub", "_LazyModule", "LazyModule", "__class__", "locals", name:
			return true
		}
		return false
	})
}
