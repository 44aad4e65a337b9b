package ai

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW560", Name: "model-without-evaluation", Since: "0.1", Family: "ai",
	// Nothing is broken yet; the more it matters, the more it needs one.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("no_evaluation.md"), Check: noEvaluation,
	Applies: func(_ *rule.Pass, w *inventory.Work) bool { return asksModels(w) },
})

// asksModels: the kinds of work whose answers go to others, so that a worse one is noticed by them.
func asksModels(w *inventory.Work) bool {
	switch w.Kind {
	case project.KindAIApp, project.KindDashboard, project.KindJob, project.KindPipeline:
		return true
	}
	return false
}

// evaluating are libraries and programs that compare answers of models, by import name and command.
var evaluating = []string{"deepeval", "ragas", "promptfoo", "langsmith", "langfuse", "inspect_ai", "braintrust", "trulens", "giskard", "evidently", "phoenix", "opik", "weave", "autoevals", "pydantic_evals", "lm_eval", "agenta", "patronus", "galileo", "humanloop", "evalkit", "confident"}

// noEvaluation gives one finding for the program: at the first call that an AI app, a dashboard, a job or a pipeline comes to.
func noEvaluation(p *rule.Pass) {
	if p.Inventory == nil || evaluated(p) {
		return
	}
	var once rule.Once
	for _, w := range p.Inventory.Work {
		if !asksModels(w) || w.File < 0 || p.Files[w.File].Test || rule.InDir(p.Files[w.File].Path, "examples", "example", "docs", "tutorials", "samples", "demo") {
			continue
		}
		for s, file := range models(p) {
			i := slices.Index(p.Inventory.Work, w)
			if !p.Inventory.Reaches(i, s.Node) || strings.Contains(strings.ToLower(s.Path), "embed") {
				continue
			}
			x := p.At(p.FuncOf(s.Node), s.Op)
			x.Message = fmt.Sprintf("`%s` builds on what `%s` answers, and nothing in the repository says how good the answers are: no evaluation set, no tool for one", w.Name, rule.CalledAs(s))
			x.Help = "keep a few dozen questions with the answers that would be right, run them when the model, the prompt or the code around them changes, and compare"
			x.Group = p.Rule.Code + ":" + file.Path
			once.Report(p, x)
			return
		}
	}
}

// evaluated: a file, a library or a command for comparing answers is there.
func evaluated(p *rule.Pass) bool {
	named := func(s string) bool {
		return slices.ContainsFunc(rule.Words(s), func(w string) bool {
			switch w {
			case "eval", "evals", "evaluation", "evaluations", "evaluate", "evaluator", "evaluators", "golden", "goldens", "bench", "benchmark", "benchmarks", "judge", "judges", "scorer", "scorers", "grader", "graders", "rubric", "metrics", "leaderboard":
				return true
			}
			return false
		})
	}
	tool := func(s string) bool {
		s = strings.ToLower(s)
		return slices.ContainsFunc(evaluating, func(e string) bool { return strings.Contains(s, e) })
	}
	for _, f := range p.Files {
		if named(f.Path) || slices.ContainsFunc(f.Facts.Imports, func(im facts.Import) bool { return tool(f.Facts.Str(im.Module)) }) {
			return true
		}
		for i := range f.Facts.Funcs {
			if f.Test && named(f.Facts.Str(f.Facts.Funcs[i].Name)) {
				return true
			}
		}
	}
	for i := range p.Artifacts {
		for _, r := range p.Artifacts[i].Runs {
			if tool(r.Program) || slices.ContainsFunc(r.Args, func(a string) bool { return tool(a) || named(a) }) {
				return true
			}
		}
	}
	return false
}
