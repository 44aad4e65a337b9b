package inventory

import (
	"path"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// mark is the use of a framework in a file.
type mark struct {
	what string // one of knowledge.Frameworks
	path string // of what is used
	node effects.Node
	line int
	cell int
}

// survey is what Python says about one file.
type survey struct {
	marks []mark
	// regs are the registrations whose function is defined here (jobs) or which are made here (the rest), as indices.
	jobs, flows, routes, commands, tools []int
	main                                 bool // has a main guard
	mainLine                             int
	imported                             bool // by a file that is no test
	named                                bool // by an import anywhere, or it may be by a name that is made at run time
	shows                                int  // line of a dashboard call in the module's own body
	schedule                             *Evidence
}

func (s *survey) has(what string) *mark {
	for i := range s.marks {
		if s.marks[i].what == what {
			return &s.marks[i]
		}
	}
	return nil
}

// regPhase is when a registered function runs. The catalogue says "job" of commands and "request" of tools as well, since
// nothing but their time differs for effects; here the library tells them apart.
func regPhase(r *link.Registration) Phase {
	top, rest, _ := strings.Cut(r.Entity.Path, ".")
	switch top {
	case "click", "typer", "invoke", "hydra", "cloup", "fire":
		return Command
	case "flask":
		if strings.HasPrefix(rest, "cli.") {
			return Command
		}
	case "mcp", "fastmcp":
		if r.Entity.Name != "custom_route" {
			return Tool
		}
	case "locust":
		return Test
	}
	if r.Call.Phase != "request" && (r.Entity.Framework == "agent" || r.Entity.Parent != nil && r.Entity.Parent.Framework == "agent") {
		return Tool
	}
	switch r.Call.Phase {
	case "request":
		return Request
	case "job":
		return Job
	case "startup":
		return Startup
	case "test":
		return Test
	}
	return Callback
}

// isFlow: the registration makes a step of a pipeline, which the file that declares it owns.
func isFlow(e *knowledge.Entity) bool {
	if e.Framework == "dag" || e.Parent != nil && e.Parent.Framework == "dag" {
		return true
	}
	top, _, _ := strings.Cut(e.Path, ".")
	switch top {
	case "airflow", "prefect", "dagster", "kedro", "luigi", "dbt", "flytekit", "metaflow":
		return true
	}
	return false
}

// isHook: a function that a framework calls around its requests, not a route.
func isHook(e *knowledge.Entity) bool {
	for _, p := range [...]string{"before_", "after_", "teardown_", "errorhandler", "exception_handler", "middleware", "context_processor", "register_error_handler", "url_value_preprocessor", "on_event"} {
		if strings.HasPrefix(e.Name, p) || strings.HasSuffix(e.Name, p) {
			return true
		}
	}
	return false
}

// look gathers what the program says about every file.
func (b *builder) look() {
	a := b.a
	b.files = make([]survey, len(a.Files))
	b.phases = make([]Phase, len(a.Registrations))
	b.regsFrom = map[effects.Node][]int{}
	b.factory = map[uint32]int{}
	for i := range a.Registrations {
		r := &a.Registrations[i]
		b.phases[i] = regPhase(r)
		if r.Factory != 0 {
			b.factory[r.Factory-1] = -1
		} else {
			b.factory[r.ID] = -1
		}
		from := effects.Node(r.From)
		b.regsFrom[from] = append(b.regsFrom[from], i)
		made := a.File(from)
		if made.Test {
			continue
		}
		s := &b.files[made.Index]
		switch b.phases[i] {
		case Request:
			if !isHook(r.Entity) {
				s.routes = append(s.routes, i)
			}
		case Command:
			s.commands = append(s.commands, i)
		case Tool:
			s.tools = append(s.tools, i)
		case Job:
			if isFlow(r.Entity) {
				s.flows = append(s.flows, i)
			} else if d := a.FileOf(r.Func); !d.Test {
				b.files[d.Index].jobs = append(b.files[d.Index].jobs, i)
			}
		}
	}
	for i := range a.Calls {
		c := &a.Calls[i]
		if _, ok := b.factory[c.ID]; ok {
			b.factory[c.ID] = i
		}
		if c.Entity == nil {
			continue
		}
		e := c.Entity
		what := e.Framework
		if what == "dag" || what == "task-queue" || strings.HasPrefix(e.Path, "apscheduler.") {
			b.schedule(c)
		}
		streamlit := what == "" && strings.HasPrefix(e.Path, "streamlit.")
		if what == "" && !streamlit || what == "test" {
			continue
		}
		n := effects.Node(c.From)
		f := a.File(n)
		if f.Test {
			continue
		}
		s := &b.files[f.Index]
		line, cell := f.Facts.Place(c.Op.Pos)
		if streamlit || what == "dashboard" && strings.HasPrefix(e.Path, "streamlit.") {
			if s.shows == 0 && a.Facts(a.FuncOf(n)).Kind == facts.ModuleBody {
				s.shows = line
			}
			continue
		}
		if s.has(what) == nil || what == "asgi-app" || what == "wsgi-app" {
			s.marks = append(s.marks, mark{what, e.Path, n, line, cell})
		}
	}
	for i, f := range a.Files {
		s := &b.files[i]
		for k := range f.Facts.Ctxs {
			if c := &f.Facts.Ctxs[k]; c.Kind == facts.CtxMain {
				s.main = true
				s.mainLine, _ = f.Facts.Place(c.Pos)
				break
			}
		}
		for _, e := range a.InEdges(effects.Node(f.FirstFunc())) {
			if g := a.File(a.Edges[e].From); g.Index != i && !g.Test {
				s.imported = true
				break
			}
		}
		for j := range a.Imported(f) { // in a function too, when that is first called
			if j != i {
				b.files[j].named = true
				b.files[j].imported = b.files[j].imported || !f.Test
			}
		}
	}
}

// schedule keeps a schedule that code gives to a pipeline or job: DAG(schedule=…), cron(…).
func (b *builder) schedule(c *link.LibraryCall) {
	f := b.a.File(effects.Node(c.From))
	if s := &b.files[f.Index]; s.schedule == nil && !f.Test {
		for _, key := range [...]string{"schedule", "schedule_interval", "cron", "interval"} {
			if arg := c.Keyword(key); arg.Given && !arg.IsNone() {
				what := "is scheduled in code"
				if text, _ := arg.Strings(); len(text) == 1 {
					what += ": " + text[0]
				}
				line, _ := f.Facts.Place(c.Op.Pos)
				s.schedule = &Evidence{what, f.Path, line}
				return
			}
		}
	}
}

// route is the path that a route is registered under.
func (b *builder) route(r *link.Registration) string {
	id := r.ID
	if r.Factory != 0 {
		id = r.Factory - 1
	}
	i, ok := b.factory[id]
	if !ok || i < 0 {
		return ""
	}
	c := &b.a.Calls[i]
	for _, p := range [...]string{"rule", "path", "route", "uri"} {
		if s, _ := c.Arg(p).Strings(); len(s) > 0 {
			return s[0]
		}
	}
	if s, _ := c.Pos(0).Strings(); len(s) > 0 {
		return s[0]
	}
	return ""
}

// aside are directories whose scripts nobody depends on.
var aside = map[string]bool{"examples": true, "example": true, "docs": true, "doc": true, "samples": true, "sample": true, "demo": true, "demos": true,
	"tutorial": true, "tutorials": true, "docs_src": true, "benchmarks": true, "benchmark": true, "playground": true, "scratch": true, "sandbox": true}

// asideDir is the directory of that sort which a path is in, "" for none.
func asideDir(p string) string {
	for dir := path.Dir(p); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if name := path.Base(dir); aside[strings.ToLower(name)] || strings.Contains(name, "{{") { // a template's placeholder
			return dir
		}
	}
	return ""
}
