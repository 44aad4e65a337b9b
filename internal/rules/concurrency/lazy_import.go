package concurrency

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW862", Name: "lazy-import-of-needed-effect", Since: "0.1", Family: "concurrency", Severity: rule.Unproven,
	Doc: docs.Read("lazy_import.md"), Check: lazyImport,
})

// lazyImport looks for lazy imports (PEP 810) of the program's own modules whose import registers something with a framework.
func lazyImport(p *rule.Pass) {
	lazy := false
	for _, f := range p.Files {
		for i := range f.Facts.Imports {
			lazy = lazy || f.Facts.Imports[i].Lazy
		}
	}
	if !lazy {
		return
	}
	modules := map[string]*link.File{}
	for _, f := range p.Files {
		modules[f.Module] = f
	}
	registers := map[*link.File]registration{}
	eager := map[*link.File]bool{} // imported at once from elsewhere
	for i := range p.Registrations {
		r := &p.Registrations[i]
		n := effects.Node(r.From)
		if file := p.File(n); p.Facts(p.FuncOf(n)).Kind == facts.ModuleBody && registers[file].of == 0 {
			registers[file] = registration{r.Func, effects.Step{Node: n, Op: r.Op, Mode: link.Called, To: effects.Node(r.Func)}}
		}
	}
	for i := range p.Edges {
		e := &p.Edges[i]
		file := p.File(e.From)
		if e.Mode == link.Called && e.Certainty == diag.Proved && e.Op.Flags&(facts.FlagDecorator|facts.FlagDiscarded) != 0 && e.Op.Ctx == 0 && p.Facts(p.FuncOf(e.From)).Kind == facts.ModuleBody && p.File(e.To) != file && registers[file].of == 0 && keeps(p, e.To) {
			registers[file] = registration{p.FuncOf(e.To), effects.Step{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}}
		}
	}
	target := func(f *link.File, im *facts.Import) *link.File {
		module := rule.ImportedModule(f, im)
		if to := modules[module+"."+f.Facts.Str(im.Name)]; to != nil && im.Name != 0 {
			return to
		}
		return modules[module]
	}
	for _, f := range p.Files {
		for i := range f.Facts.Imports {
			if im := &f.Facts.Imports[i]; !im.Lazy && !im.Typing && im.Func == 0 && !f.Test {
				eager[target(f, im)] = true
			}
		}
	}
	for _, f := range p.Files {
		for i := range f.Facts.Imports {
			im := &f.Facts.Imports[i]
			if what := effectOnly[f.Facts.Str(im.Module)]; im.Lazy && im.Name == 0 && what != "" && !f.Test {
				x := diag.Finding{File: f.Path, Span: diag.Span{Start: im.Pos, End: im.Pos + 4}, Column: f.Facts.Column(im.Pos), Certainty: diag.Proved}
				x.Line, x.Cell = f.Facts.Place(im.Pos)
				x.Message = fmt.Sprintf("`%s` is imported because its import %s, and a lazy import happens only when its name is used", f.Facts.Str(im.Module), what)
				x.Help = "import this module at once"
				p.Report(x)
				continue
			}
			to := target(f, im)
			if !im.Lazy || to == nil || eager[to] || registers[to].of == 0 || f.Test {
				continue
			}
			r := registers[to]
			x := diag.Finding{File: f.Path, Span: diag.Span{Start: im.Pos, End: im.Pos + 4}, Column: f.Facts.Column(im.Pos), Certainty: diag.Proved}
			x.Line, x.Cell = f.Facts.Place(im.Pos)
			what := "registers `" + p.Short(r.of) + "`"
			if r.step.Op.Flags&(facts.FlagDecorator|facts.FlagDiscarded) != 0 && r.step.Mode == link.Called && p.FileOf(r.of) != to {
				what = "registers something by `" + p.Short(r.of) + "`"
			}
			x.Message = fmt.Sprintf("importing `%s` %s, and a lazy import happens only when its name is used: until then nothing is registered", to.Module, what)
			x.Help = "import this module at once, or call a function that registers"
			x.Witness = p.Frames([]effects.Step{r.step})
			p.Report(x)
		}
	}
}

// effectOnly are modules of the standard library that programs import for what their import does.
var effectOnly = map[string]string{"readline": "gives `input` a line that can be edited", "rlcompleter": "gives the prompt completion"}

// registration is what an import registers: the function, or the program's own decorator that keeps it, and where.
type registration struct {
	of   link.Func
	step effects.Step
}

// keeps: the program's own decorator puts what it is given into a variable of a module.
func keeps(p *rule.Pass, n effects.Node) bool {
	for _, i := range p.SitesOf(n) {
		if s := &p.Sites[i]; s.Kind == knowledge.State && s.Certainty == diag.Proved && (s.Op.Code == facts.SetItem || s.Op.Code == facts.Call) {
			return true
		}
	}
	return false
}
