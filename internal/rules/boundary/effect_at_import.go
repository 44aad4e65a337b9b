package boundary

import (
	"fmt"
	"path"
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
	Code: "RW201", Name: "effect-at-import", Since: "0.1", Family: "boundary", Severity: rule.Unproven,
	Doc: docs.Read("effect_at_import.md"), Check: effectAtImport,
})

// Effects that can fail or take long. Reading the environment, files and the clock on import is common and cheap.
var importMatters = rule.Kinds(knowledge.Net, knowledge.DB, knowledge.DBWrite, knowledge.Subprocess, knowledge.ModelLoad, knowledge.LLM,
	knowledge.Queue, knowledge.Notify, knowledge.Payment, knowledge.Sleep, knowledge.Listen)

func effectAtImport(p *rule.Pass) {
	t := p.Trace(func(s *effects.Site) bool {
		return importMatters(s.Kind) && reallyHappens(s) && !instead(p.File(s.Node), s.Op)
	}, func(e *effects.Edge) bool { return rule.Happens(e) && !instead(p.File(e.From), e.Op) })
	served := map[*link.File]bool{}
	for i := range p.Registrations {
		if r := &p.Registrations[i]; r.Call != nil && (r.Call.Phase == "request" || r.Call.Phase == "job") {
			served[p.File(effects.Node(r.From))] = true
		}
	}
	imported := map[*link.File]bool{}
	for i := range p.Edges {
		if e := &p.Edges[i]; e.Mode == link.Imported && !p.File(e.From).Test && p.File(e.From) != p.File(e.To) {
			imported[p.File(e.To)] = true
		}
	}
	var once rule.Once
	for _, file := range p.Files {
		if file.Test || file.Facts.Notebook != nil || runOnly(file.Path) || !imported[file] && !served[file] {
			continue
		}
		n := effects.Node(file.FirstFunc())
		told := map[*facts.Op]bool{}
		report := func(op *facts.Op, steps []effects.Step, certainty diag.Certainty) {
			if told[op] || guarded(p, file, op) {
				return
			}
			told[op] = true
			site := rule.Last(steps)
			if site.Kind == knowledge.Sleep && slices.ContainsFunc(steps, func(s effects.Step) bool {
				return s.Mode == link.Started || s.Mode == link.Offloaded || s.Mode == link.Scheduled
			}) {
				return // another thread waits, or a coroutine later, and the import goes on
			}
			x := p.At(file.FirstFunc(), op)
			x.Certainty = certainty
			if via := p.Via(steps); via == "" {
				x.Message = fmt.Sprintf("importing `%s` %s: `%s` is called at module level", file.Module, does(site), rule.CalledAs(site))
			} else {
				x.Message = fmt.Sprintf("importing `%s` %s: it calls `%s`, which ends in `%s`", file.Module, does(site), strings.TrimSuffix(via, ".__init__"), rule.CalledAs(site))
			}
			x.Help = "move it into a function that is called when the program starts, or make it on first use (`@functools.cache def get_…()`)"
			x.Witness = p.Frames(steps)
			x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.File(site.Node).Index, site.Op.Pos)
			once.Report(p, x)
		}
		for _, i := range p.SitesOf(n) {
			if s := &p.Sites[i]; importMatters(s.Kind) && reallyHappens(s) {
				report(s.Op, []effects.Step{p.SiteStep(s)}, s.Certainty)
			}
		}
		for _, i := range p.OutEdges(n) {
			if e := &p.Edges[i]; rule.Happens(e) && t.Reaches(e.To) {
				report(e.Op, t.Through(e), min(e.Certainty, t.Certainty(e.To)))
			}
		}
	}
}

// runOnly: files that are run and never imported by the program, whatever else imports them.
func runOnly(file string) bool {
	base := path.Base(file)
	switch base {
	case "setup.py", "noxfile.py", "tasks.py", "fabfile.py", "conf.py", "manage.py", "conftest.py", "dodo.py", "SConstruct", "__main__.py", "env.py":
		return base != "tasks.py" && base != "env.py" || rule.InDir(file, "alembic", "migrations") || !strings.Contains(file, "/")
	}
	return rule.InDir(file, "migrations", "alembic", "docs", "doc", "examples", "example", "scripts", "benchmarks", "tools")
}

// guarded: the operation runs only when something at module level says so, or its failure is expected.
func guarded(p *rule.Pass, file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		if c.Kind == facts.CtxIf || c.Kind == facts.CtxHandler || c.Kind == facts.CtxBool {
			yes = true
		}
		return !yes
	})
	return yes
}

// instead: the operation runs only when another has failed, or has given nothing: in a handler, or after an `or`.
func instead(file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		yes = yes || c.Kind == facts.CtxHandler || c.Kind == facts.CtxBool
		return !yes
	})
	return yes
}

// reallyHappens: some calls of these kinds only make an object, or go nowhere.
func reallyHappens(s *effects.Site) bool {
	if s.Effect != nil && s.Effect.Transaction == "begin" && s.Call != nil && s.Call.Entity != nil && s.Call.Entity.Context != "" {
		return false // made here, perhaps to decorate; it begins when it is entered
	}
	if s.Call != nil && s.Kind == knowledge.DB && strings.HasPrefix(s.Path, "sqlite3") {
		if a := s.Call.Pos(0); a.Given {
			if texts, open := a.Strings(); !open && len(texts) == 1 && texts[0] == ":memory:" {
				return false
			}
		}
	}
	return true
}

func does(s *effects.Site) string {
	switch s.Kind {
	case knowledge.Net:
		return "reaches the network"
	case knowledge.DB:
		return "queries a database"
	case knowledge.DBWrite:
		return "writes to a database"
	case knowledge.Subprocess:
		return "runs another process"
	case knowledge.ModelLoad:
		return rule.Loads(s.Path)
	case knowledge.LLM:
		return "asks a model"
	case knowledge.Queue:
		return "publishes to a queue"
	case knowledge.Notify:
		return "sends a message"
	case knowledge.Payment:
		return "takes a payment"
	case knowledge.Listen:
		return "opens a port"
	}
	return "sleeps"
}
