package ai

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW559", Name: "prompts-scattered-in-code", Since: "0.1", Family: "ai",
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Note, CustomerFacing: diag.Warning},
	Doc:      docs.Read("prompts_scattered.md"), Check: promptsScattered,
})

// A prompt is worth keeping apart from this length on, and scattered in this number of files.
const (
	longPrompt = 160
	manyFiles  = 3
)

// promptsScattered gives one finding for the program: at the first of the calls that are given a long text written in place.
func promptsScattered(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	type use struct {
		f  link.Func
		op *facts.Op
	}
	var uses []use
	seen := map[*link.File]bool{}
	for s, file := range models(p) {
		if seen[file] || promptFile(file.Path) {
			continue
		}
		f := p.FuncOf(s.Node)
		for _, r := range given(file, s.Op) {
			if inPlace(flow, file, p.Facts(f), r, 0) >= longPrompt {
				seen[file] = true
				uses = append(uses, use{f, s.Op})
				break
			}
		}
	}
	if len(uses) < manyFiles {
		return
	}
	x := p.At(uses[0].f, uses[0].op)
	x.Message = fmt.Sprintf("%d files hold the text of prompts inside the functions that ask: which text gave which answer, no version says", len(uses))
	x.Help = "keep prompts in files or one module of their own, with a version that is logged with each answer"
	for _, u := range uses {
		file := p.FileOf(u.f)
		line, cell := file.Facts.Place(u.op.Pos)
		x.Witness = append(x.Witness, diag.Frame{Function: p.Name(u.f), File: file.Path, Line: line, Cell: cell, Note: "asks with a text written here"})
	}
	p.Report(x)
}

// promptFile: the file is there for prompts, or is no part of what is served.
func promptFile(path string) bool {
	lower := strings.ToLower(path)
	return strings.Contains(lower, "prompt") || rule.InDir(lower, "examples", "example", "docs", "tutorials", "samples", "demo", "evals", "eval", "scripts", "cookbook")
}

// inPlace is the length of the literal text that a value holds, as far as it is written in the function itself.
func inPlace(flow *rule.Flow, file *link.File, fn *facts.Func, r facts.Ref, depth int) int {
	if depth > 10 {
		return 0
	}
	if r.Tag() == facts.TagStr {
		return len(file.Facts.Str(r.Index()))
	}
	if r.Is(facts.ConstText) {
		return longPrompt
	}
	d := flow.Def(file, r)
	if d == nil || d.Pos < fn.Pos || d.Pos >= fn.End {
		return 0
	}
	sum := 0
	add := func(xs ...uint32) {
		for _, x := range xs {
			sum += inPlace(flow, file, fn, facts.Ref(x), depth+1)
		}
	}
	switch d.Code {
	case facts.Copy:
		add(d.A)
	case facts.Format, facts.MakeList, facts.MakeTuple:
		elems, _ := file.Facts.Elems(d)
		add(elems...)
	case facts.BinOp:
		add(d.A, d.C)
	case facts.MakeDict:
		items := file.Facts.Items(d)
		for i := 1; i < len(items); i += 2 {
			add(items[i])
		}
	}
	return sum
}
