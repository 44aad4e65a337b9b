package data

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW651", Name: "dag-file-works-when-parsed", Since: "0.1", Family: "data",
	Doc: docs.Read("dag_file_works_when_parsed.md"), Check: dagFileWorksWhenParsed,
})

var outside = rule.Kinds(knowledge.Net, knowledge.DB, knowledge.DBWrite, knowledge.LLM, knowledge.Queue, knowledge.Notify, knowledge.Sleep, knowledge.Subprocess)

// dagFileWorksWhenParsed looks at what runs while a DAG file is imported: its module level, and what that calls, functions
// under @dag among them. What becomes a task is registered, not called.
func dagFileWorksWhenParsed(p *rule.Pass) {
	makes := func(c *link.LibraryCall) bool {
		last := c.Path[strings.LastIndexByte(c.Path, '.')+1:]
		return rule.HasPrefix(c.Path, "airflow") && (last == "DAG" || last == "dag") && !p.File(effects.Node(c.From)).Test
	}
	dags := dagFiles(p, makes)
	if len(dags) == 0 {
		return
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	// What a decorator of Airflow's makes a task of (task.virtualenv, say) is registered by the call, whatever its name.
	runs := func(e *effects.Edge) bool {
		if !rule.Runs(e) {
			return false
		}
		g := p.FuncOf(e.To)
		for _, d := range p.Facts(g).Decorators {
			r := d.Value
			if def := flow.Def(p.FileOf(g), r); def != nil && def.Code == facts.Call {
				r = facts.Ref(def.A)
			}
			if name := flow.Dotted(p.FileOf(g), r); strings.HasPrefix(name, "airflow.") && !strings.HasSuffix(name, ".dag") && !strings.HasSuffix(name, ".task_group") {
				return false
			}
		}
		return true
	}
	t := p.Trace(func(s *effects.Site) bool { return outside(s.Kind) && !p.File(s.Node).Test }, runs)
	var once rule.Once
	for _, file := range p.Files {
		if !dags[file] || file.Test {
			continue
		}
		told := map[*facts.Op]bool{}
		report := func(op *facts.Op, steps []effects.Step, certainty diag.Certainty) {
			if told[op] || inMain(file, op) {
				return
			}
			told[op] = true
			site := rule.Last(steps)
			x := p.At(file.FirstFunc(), op)
			x.Certainty = certainty
			x.Message = fmt.Sprintf("the scheduler calls `%s` each time it parses this DAG file, not when a task runs", rule.CalledAs(site))
			if via := p.Via(steps); via != "" {
				x.Message = fmt.Sprintf("the scheduler calls `%s`, which ends in `%s`, each time it parses this DAG file, not when a task runs", via, rule.CalledAs(site))
			}
			x.Help = "move it into a task; a value from a Variable or a Connection comes through a template: `{{ var.value.name }}`"
			x.Witness = p.Frames(steps)
			x.Group = fmt.Sprintf("%s:%d:%s", p.Rule.Code, file.Index, site.Path) // five Variables read in a row are one fault of this file
			once.Report(p, x)
		}
		n := effects.Node(file.FirstFunc())
		for _, i := range p.SitesOf(n) {
			if s := &p.Sites[i]; outside(s.Kind) {
				report(s.Op, []effects.Step{p.SiteStep(s)}, s.Certainty)
			}
		}
		for _, i := range p.OutEdges(n) {
			if e := &p.Edges[i]; runs(e) && t.Reaches(e.To) {
				report(e.Op, t.Through(e), min(e.Certainty, t.Certainty(e.To)))
			}
		}
	}
}

// dagFiles are the files that make a DAG when they are parsed, themselves or by a function that they call.
func dagFiles(p *rule.Pass, makes func(*link.LibraryCall) bool) map[*link.File]bool {
	files := map[*link.File]bool{}
	seen := map[effects.Node]bool{}
	var layer []effects.Node
	reach := func(n effects.Node) {
		if !seen[n] {
			seen[n] = true
			layer = append(layer, n)
		}
		if p.Facts(p.FuncOf(n)).Kind == facts.ModuleBody {
			files[p.File(n)] = true
		}
	}
	for i := range p.Calls {
		if c := &p.Calls[i]; makes(c) {
			files[p.File(effects.Node(c.From))] = true
			reach(effects.Node(c.From))
		}
	}
	for len(layer) > 0 {
		n := layer[len(layer)-1]
		layer = layer[:len(layer)-1]
		for _, i := range p.InEdges(n) {
			if e := &p.Edges[i]; e.Mode == link.Called && e.Certainty == diag.Proved && !p.File(e.From).Test {
				reach(e.From)
			}
		}
	}
	return files
}

func inMain(file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		yes = c.Kind == facts.CtxMain
		return !yes
	})
	return yes
}
