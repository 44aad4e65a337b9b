package inventory

import (
	"cmp"
	"math/bits"
	"path"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
)

// Build finds the work.
//
// It goes in four steps. Every file is surveyed: the frameworks it uses, the functions it registers, its main guard, and the
// artifacts that start it. Files with an entry point become work. Each work's reach grows from its roots over the program's
// edges, and takes along the functions that reached code registers with a framework of the work's kind: a route belongs to
// every application that imports its module. Registrations that no application reaches (Django's urls, Celery's
// discovered tasks) go to the nearest application of their project that can run them, or are work of their own. Then
// tiers follow from what the reach does and from what starts the work.
func Build(a *effects.Analysis, p *project.Project, l *project.Layout, cfg *project.Config) *Inventory {
	b := &builder{a: a, p: p, l: l, cfg: cfg, byFile: map[int]*work{}, instances: a.InstancesOf()}
	b.look()
	b.findNamed()
	b.startedBy()
	b.entries()
	b.orphans()
	b.libraries()
	b.declared()
	b.name()
	v := &Inventory{}
	for _, w := range b.work {
		b.kindByReach(w)
		v.Work = append(v.Work, &w.Work)
		v.reach = append(v.reach, w.reach)
	}
	b.tiers()
	return v
}

type builder struct {
	a         *effects.Analysis
	p         *project.Project
	l         *project.Layout
	cfg       *project.Config
	files     []survey
	phases    []Phase // of a.Registrations
	regsFrom  map[effects.Node][]int
	factory   map[uint32]int // place of a registering call → index into a.Calls
	instances [][]effects.Node
	starts    map[int][]start // by file
	taken     map[int]bool    // registrations that some work has
	work      []*work
	byFile    map[int]*work
}

// start is a command of an artifact that starts a file.
type start struct {
	entry    *project.Entry
	artifact *project.Artifact
}

// work is a Work while it is built.
type work struct {
	Work
	reach   bitset
	stack   []effects.Node
	regs    []int // accepted registrations
	library bool
	kinds   []Evidence
}

// startedBy joins artifacts and console scripts with files.
func (b *builder) startedBy() {
	b.starts = map[int][]start{}
	entries := b.p.Entries(b.l)
	for i := range entries {
		e := &entries[i]
		if e.Module >= 0 && e.Module < len(b.a.Files) && !b.a.Files[e.Module].Test {
			b.starts[e.Module] = append(b.starts[e.Module], start{e, &b.p.Artifacts[e.Artifact]})
		}
	}
}

// at is the work whose entry point is a file; it is made, as kind, when there is none.
func (b *builder) at(file int, kind project.Kind) *work {
	if w := b.byFile[file]; w != nil {
		return w
	}
	f := b.a.Files[file]
	w := &work{Work: Work{Kind: kind, Path: f.Path, File: file, Aside: asideDir(f.Path)}}
	w.reach = newBitset(b.a.Nodes())
	b.byFile[file] = w
	b.work = append(b.work, w)
	w.Roots = append(w.Roots, Root{Func: f.FirstFunc(), Node: effects.Node(f.FirstFunc()), Phase: Import, File: f.Path, Line: 1})
	w.visit(effects.Node(f.FirstFunc()))
	for _, s := range b.starts[file] {
		line := s.entry.Line
		w.Starts = append(w.Starts, Evidence{describeStart(s), s.artifact.Path, line})
		b.attr(w, s.entry.Attr, Script, s.artifact.Path, line)
	}
	if s := &b.files[file]; s.main {
		w.Roots = append(w.Roots, Root{Func: f.FirstFunc(), Node: b.a.Main(file), Phase: Script, File: f.Path, Line: s.mainLine})
		w.visit(b.a.Main(file))
	} else if kind == project.KindScript || kind == project.KindNotebook || kind == project.KindDashboard {
		w.Roots[0].Phase = Script
	}
	return w
}

// attr makes a function of the work's file a root.
func (b *builder) attr(w *work, name string, phase Phase, file string, line int) {
	if name == "" || w.File < 0 {
		return
	}
	name = strings.TrimSuffix(name, "()")
	f := b.a.Files[w.File]
	first := f.FirstFunc()
	for i := range f.Facts.Funcs {
		fn := &f.Facts.Funcs[i]
		if fn.Kind == facts.Function && fn.QualName != 0 && f.Facts.Str(fn.QualName) == name {
			id := first + link.Func(i)
			for k := range w.Roots {
				if w.Roots[k].Func == id {
					return
				}
			}
			w.Roots = append(w.Roots, Root{Func: id, Node: effects.Node(id), Phase: phase, File: file, Line: line})
			for _, n := range b.instances[id] {
				w.visit(n)
			}
			return
		}
	}
}

func (w *work) visit(n effects.Node) {
	if !w.reach.has(n) {
		w.reach.add(n)
		w.stack = append(w.stack, n)
	}
}

func (w *work) why(what, file string, line int) {
	w.kinds = append(w.kinds, Evidence{what, file, line})
}

// entries makes work of every file that has an entry point.
func (b *builder) entries() {
	b.taken = map[int]bool{}
	for i, f := range b.a.Files {
		if f.Test {
			continue
		}
		s := &b.files[i]
		notebook := strings.HasSuffix(f.Path, ".ipynb")
		app := s.has("asgi-app")
		if app == nil {
			app = s.has("wsgi-app")
		}
		if app != nil && b.onlyInCommands(i) {
			app = nil
		}
		switch {
		case notebook:
			w := b.at(i, project.KindNotebook)
			w.why("is a notebook", f.Path, 0)
		case app != nil:
			w := b.at(i, project.KindService)
			for _, m := range s.marks {
				if m.what == "asgi-app" || m.what == "wsgi-app" {
					w.why("makes an application with "+b.a.PublicName(m.path), f.Path, m.line)
					w.visit(m.node)
				}
			}
		case s.has("dashboard") != nil || s.shows > 0 && (!s.imported || b.runner(i, "streamlit")):
			w := b.at(i, project.KindDashboard)
			if m := s.has("dashboard"); m != nil {
				w.why("makes a dashboard with "+b.a.PublicName(m.path), f.Path, m.line)
				w.visit(m.node)
			} else {
				w.why("shows a Streamlit page", f.Path, s.shows)
			}
		case len(s.flows) > 0 || s.has("dag") != nil && !s.imported:
			w := b.at(i, project.KindPipeline)
			if m := s.has("dag"); m != nil {
				w.why("declares a pipeline with "+b.a.PublicName(m.path), f.Path, m.line)
				w.visit(m.node)
			} else {
				r := &b.a.Registrations[s.flows[0]]
				w.why("declares a pipeline with "+b.a.PublicPath(r.Entity), f.Path, b.lineOf(s.flows[0]))
			}
		case s.has("celery-app") != nil || s.has("task-queue") != nil && len(s.jobs) > 0:
			w := b.at(i, project.KindJob)
			for _, m := range s.marks {
				if m.what == "celery-app" || m.what == "task-queue" {
					w.why("runs tasks with "+b.a.PublicName(m.path), f.Path, m.line)
					w.visit(m.node)
				}
			}
		case serves(s) || s.has("agent") != nil && (s.main || !s.imported || len(b.starts[i]) > 0):
			w := b.at(i, project.KindAIApp)
			m := s.has("agent")
			w.why("makes an agent with "+b.a.PublicName(m.path), f.Path, m.line)
			w.visit(m.node)
		case strings.Contains("/"+f.Path, "/management/commands/") && path.Base(f.Path) != "__init__.py":
			w := b.at(i, project.KindCLI)
			w.why("is a management command of Django", f.Path, 0)
			b.attr(w, "Command.handle", Command, f.Path, 1)
		case s.has("cli") != nil && (s.main || len(b.starts[i]) > 0 && !s.imported):
			w := b.at(i, project.KindCLI)
			m := s.has("cli")
			w.why("reads a command line with "+b.a.PublicName(m.path), f.Path, m.line)
			w.visit(m.node)
		case s.main && path.Base(f.Path) == "manage.py":
			w := b.at(i, project.KindCLI)
			w.why("runs Django's management commands", f.Path, s.mainLine)
		case len(b.starts[i]) > 0:
			kind := project.KindScript
			switch b.starts[i][0].entry.Invocation.Runner {
			case "uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "waitress", "flask", "fastapi", "uwsgi":
				kind = project.KindService
			case "celery", "rq", "dramatiq", "arq", "huey":
				kind = project.KindJob
			case "streamlit":
				kind = project.KindDashboard
			}
			if by, line := b.server(i); kind == project.KindScript && by != "" {
				w := b.at(i, project.KindService)
				w.why("starts a web server with "+by, f.Path, line)
				break
			}
			b.at(i, kind)
		case s.main:
			kind := project.KindScript
			by, line := b.server(i)
			if by != "" {
				kind = project.KindService
			}
			w := b.at(i, kind)
			w.why("runs as a script below its main guard", f.Path, s.mainLine)
			if by != "" {
				w.why("starts a web server with "+by, f.Path, line)
			}
		case path.Base(f.Path) == "__main__.py":
			w := b.at(i, project.KindCLI)
			w.why("runs with python -m", f.Path, 0)
		case b.loose(i):
			w := b.at(i, project.KindScript)
			w.why("does its work when it is run and nothing imports it", f.Path, 0)
		}
	}
	b.scripts()
	b.jobs()
	for _, w := range b.work {
		b.grow(w)
	}
}

// onlyInCommands: a program of commands makes its application inside of one, as to answer a browser while its user logs in, and that
// command does not say by its name that it serves.
func (b *builder) onlyInCommands(file int) bool {
	s := &b.files[file]
	if s.has("cli") == nil || len(s.commands) == 0 || slices.ContainsFunc(b.starts[file], func(x start) bool { return served[x.entry.Invocation.Runner] }) {
		return false
	}
	commands := map[link.Func]bool{}
	for _, r := range s.commands {
		f := b.a.Registrations[r].Func
		commands[f] = !slices.ContainsFunc(strings.Split(b.a.FileOf(f).Facts.Str(b.a.Facts(f).Name), "_"), func(w string) bool { return servingWords[strings.ToLower(w)] })
	}
	for i := range s.marks {
		if m := &s.marks[i]; (m.what == "asgi-app" || m.what == "wsgi-app") && !commands[b.a.FuncOf(m.node)] {
			return false
		}
	}
	return true
}

var servingWords = map[string]bool{"serve": true, "server": true, "run": true, "start": true, "up": true, "web": true, "api": true, "ui": true, "gui": true, "main": true, "dashboard": true}

// served are the programs that run applications.
var served = map[string]bool{"uvicorn": true, "gunicorn": true, "hypercorn": true, "granian": true, "daphne": true, "waitress": true, "flask": true, "fastapi": true, "uwsgi": true}

// server is the call by which a file starts a web server when it is run, `uvicorn.run("app:api")`, with its line; "" when there is none.
func (b *builder) server(file int) (by string, line int) {
	f := b.a.Files[file]
	for _, n := range [...]effects.Node{b.a.Main(file), effects.Node(f.FirstFunc())} {
		for _, i := range b.a.SitesOf(n) {
			s := &b.a.Sites[i]
			if top, _, _ := strings.Cut(s.Path, "."); s.Kind == knowledge.Listen && served[top] {
				line, _ := f.Facts.Place(s.Op.Pos)
				return b.a.PublicName(s.Path), line
			}
		}
	}
	return "", 0
}

// serves: the file makes a server whose tools models call.
func serves(s *survey) bool {
	m := s.has("agent")
	return m != nil && (strings.HasPrefix(m.path, "mcp.server.") || strings.HasPrefix(m.path, "fastmcp."))
}

func (b *builder) runner(file int, name string) bool {
	for _, s := range b.starts[file] {
		if s.entry.Invocation.Runner == name {
			return true
		}
	}
	return false
}

// loose: a file outside packages that nothing imports and that has effects when it is run.
func (b *builder) loose(i int) bool {
	f := b.a.Files[i]
	s := &b.files[i]
	base := path.Base(f.Path)
	if s.imported || s.named || b.migration(f.Path) || base == "setup.py" || base == "conftest.py" || base == "__init__.py" || base == "conf.py" || !strings.HasSuffix(base, ".py") {
		return false
	}
	if b.fileAt(path.Join(path.Dir(f.Path), "__init__.py")) >= 0 {
		return false
	}
	n := effects.Node(f.FirstFunc())
	for _, k := range [...]knowledge.EffectKind{knowledge.Net, knowledge.DB, knowledge.DBWrite, knowledge.FSRead, knowledge.FSWrite, knowledge.Subprocess, knowledge.Stdout,
		knowledge.LLM, knowledge.ModelLoad, knowledge.Notify, knowledge.Queue, knowledge.Payment} {
		if b.a.Has(n, k) {
			return true
		}
	}
	return false
}

// migration: the file is a step of a database's history, or the environment that Alembic runs such steps in: its tool finds and runs it.
func (b *builder) migration(p string) bool {
	dir := path.Dir(p)
	if path.Base(dir) == "migrations" || path.Base(dir) == "versions" && b.fileAt(path.Join(path.Dir(dir), "env.py")) >= 0 {
		return true
	}
	return path.Base(p) == "env.py" && slices.ContainsFunc(b.a.Files, func(f *link.File) bool { return strings.HasPrefix(f.Path, path.Join(dir, "versions")+"/") })
}

// scripts are the commands that manifests declare.
func (b *builder) scripts() {
	for i := range b.p.Manifests {
		m := &b.p.Manifests[i]
		dir := path.Dir(m.Path)
		if dir == "." {
			dir = ""
		}
		for _, e := range m.EntryPoints {
			if e.Group != "console_scripts" && e.Group != "gui_scripts" {
				continue
			}
			t, ok := b.l.ResolveFrom(dir, e.Module)
			if !ok || t.Module < 0 || b.a.Files[t.Module].Test {
				continue
			}
			w := b.at(t.Module, project.KindCLI)
			if w.Kind == project.KindScript {
				w.Kind = project.KindCLI
			}
			w.Starts = append(w.Starts, Evidence{"is installed as the command " + e.Name, m.Path, e.Line})
			b.attr(w, e.Attr, Command, m.Path, e.Line)
		}
	}
}

// jobs makes work of files with tasks that no task application is near to.
func (b *builder) jobs() {
	for i := range b.files {
		s := &b.files[i]
		if len(s.jobs) == 0 {
			continue
		}
		w := b.byFile[i]
		if w == nil {
			if w = b.worker(i); w == nil {
				w = b.at(i, project.KindJob)
			}
		} else if w.Kind == project.KindScript {
			w.Kind = project.KindJob
		}
		for _, r := range s.jobs {
			b.accept(w, r)
			if w.File == i {
				w.why("registers a task with "+b.a.PublicPath(b.a.Registrations[r].Entity), b.a.File(effects.Node(b.a.Registrations[r].From)).Path, b.lineOf(r))
			}
		}
	}
}

// worker is the task application that runs a file's tasks: one that the file imports, else the nearest of its project when
// its tasks are of a library that finds them by itself.
func (b *builder) worker(file int) *work {
	from := effects.Node(b.a.Files[file].FirstFunc())
	for _, e := range b.a.OutEdges(from) {
		if b.a.Edges[e].Mode != link.Imported {
			continue
		}
		if w := b.byFile[b.a.File(b.a.Edges[e].To).Index]; w != nil && w.Kind == project.KindJob {
			return w
		}
	}
	return b.nearest(b.a.Files[file].Path, project.KindJob)
}

// nearest is the work of a kind in a path's project which shares most of its path.
func (b *builder) nearest(p string, kind project.Kind) *work {
	var best *work
	most := -1
	dir := b.l.ProjectOf(p)
	for _, w := range b.work {
		if w.Kind != kind || b.l.ProjectOf(w.Path) != dir || b.files[w.File].has("celery-app") == nil && kind == project.KindJob {
			continue
		}
		if n := common(p, w.Path); n > most {
			best, most = w, n
		}
	}
	return best
}

// common counts the directories that two paths share.
func common(a, b string) int {
	n := 0
	for {
		x, ra, oka := strings.Cut(a, "/")
		y, rb, okb := strings.Cut(b, "/")
		if !oka || !okb || x != y {
			return n
		}
		a, b = ra, rb
		n++
	}
}

func (b *builder) lineOf(reg int) int {
	r := &b.a.Registrations[reg]
	line, _ := b.a.File(effects.Node(r.From)).Facts.Place(r.Op.Pos)
	return line
}

// accept makes a registered function part of a work.
func (b *builder) accept(w *work, reg int) {
	if slices.Contains(w.regs, reg) {
		return
	}
	w.regs = append(w.regs, reg)
	b.taken[reg] = true
	r := &b.a.Registrations[reg]
	for _, n := range b.instances[r.Func] {
		w.visit(n)
	}
	w.visit(effects.Node(r.Runs))
	if b.phases[reg] == Callback {
		return
	}
	root := Root{Func: r.Func, Node: effects.Node(r.Runs), Phase: b.phases[reg], Method: r.Call.Method, File: b.a.File(effects.Node(r.From)).Path, Line: b.lineOf(reg)}
	if root.Phase == Request {
		root.Route = b.route(r)
	}
	w.Roots = append(w.Roots, root)
}

// takes says whether work of a kind runs functions of a phase that it merely reaches the registration of.
func takes(k project.Kind, p Phase) bool {
	switch p {
	case Request:
		return k == project.KindService || k == project.KindAIApp || k == project.KindDashboard
	case Job:
		return k == project.KindJob || k == project.KindPipeline
	case Command:
		return k == project.KindCLI || k == project.KindScript
	case Tool:
		return k != project.KindJob
	}
	return p != Test
}

// grow extends a work's reach as far as it goes.
func (b *builder) grow(w *work) {
	for len(w.stack) > 0 {
		n := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		for _, e := range b.a.OutEdges(n) {
			w.visit(b.a.Edges[e].To)
		}
		for _, r := range b.regsFrom[n] {
			if takes(w.Kind, b.phases[r]) {
				b.accept(w, r)
			}
		}
	}
}

// orphans finds a home for registrations that no work reached.
func (b *builder) orphans() {
	type group struct {
		kind project.Kind
		at   int
		regs []int
	}
	groups := map[string]*group{}
	var order []string
	for i := range b.a.Registrations {
		if b.taken[i] {
			continue
		}
		r := &b.a.Registrations[i]
		made := b.a.File(effects.Node(r.From))
		if made.Test {
			continue
		}
		var kind project.Kind
		key := made.Path
		switch b.phases[i] {
		case Request:
			kind = project.KindService
			key = "service " + b.l.ProjectOf(made.Path)
		case Command:
			kind = project.KindCLI
		case Tool:
			kind = project.KindAIApp
			key = "tools " + b.l.ProjectOf(made.Path)
		case Job:
			kind = project.KindJob
			if isFlow(r.Entity) {
				kind = project.KindPipeline
			}
		default:
			continue
		}
		g := groups[key]
		if g == nil {
			g = &group{kind: kind, at: made.Index}
			groups[key] = g
			order = append(order, key)
		}
		if strings.Count(made.Path, "/") < strings.Count(b.a.Files[g.at].Path, "/") {
			g.at = made.Index
		}
		g.regs = append(g.regs, i)
	}
	for _, key := range order {
		g := groups[key]
		w := b.byFile[g.at]
		if w == nil && (g.kind == project.KindService || g.kind == project.KindAIApp) {
			w = b.nearest(b.a.Files[g.at].Path, g.kind)
		}
		if w == nil && g.kind == project.KindAIApp {
			continue // tools of an agent that is made elsewhere
		}
		if w == nil {
			if g.kind == project.KindCLI && b.files[g.at].imported {
				continue // a part of a program whose start was not found, or of a library for programs
			}
			w = b.at(g.at, g.kind)
			r := &b.a.Registrations[g.regs[0]]
			w.why("registers "+b.phases[g.regs[0]].String()+" handlers with "+b.a.PublicPath(r.Entity), b.a.Files[g.at].Path, b.lineOf(g.regs[0]))
		}
		for _, r := range g.regs {
			b.accept(w, r)
		}
		b.grow(w)
	}
}

// libraries are packages with build metadata in a project that has no other entry point.
func (b *builder) libraries() {
	for i := range b.p.Manifests {
		m := &b.p.Manifests[i]
		if m.Name == "" || m.Kind != project.Pyproject && m.Kind != project.SetupCfg && m.Kind != project.SetupPy {
			continue
		}
		dir := b.l.ProjectOf(m.Path)
		if slices.ContainsFunc(b.work, func(w *work) bool {
			return b.l.ProjectOf(w.Path) == dir && w.Aside == "" && (w.Kind != project.KindScript && w.Kind != project.KindNotebook || w.library)
		}) {
			continue
		}
		top := -1
		for k, f := range b.a.Files {
			if f.Test || !f.IsPackage || b.l.ProjectOf(f.Path) != dir || asideDir(f.Path) != "" || strings.Contains(f.Module, ".") {
				continue
			}
			if top < 0 || project.NormalizeName(f.Module) == m.Name {
				top = k
			}
		}
		if top < 0 || b.byFile[top] != nil {
			continue
		}
		w := b.at(top, project.KindLibrary)
		w.library = true
		w.why("is a package with build metadata and nothing that starts it", m.Path, 0)
		root := b.a.Files[top].Module
		for _, f := range b.a.Files {
			if f.Test || f.Module != root && !strings.HasPrefix(f.Module, root+".") || b.l.ProjectOf(f.Path) != dir {
				continue
			}
			for k := range f.Facts.Funcs {
				for _, n := range b.instances[f.FirstFunc()+link.Func(k)] {
					w.visit(n)
				}
			}
		}
		b.grow(w)
	}
}

// declared applies the configuration: what it says replaces what was inferred.
func (b *builder) declared() {
	for i := range b.cfg.Work {
		d := &b.cfg.Work[i]
		w := b.ofDeclared(d)
		if w == nil {
			w = &work{Work: Work{Kind: project.KindScript, Path: d.Path, File: -1}, reach: newBitset(b.a.Nodes())}
			b.work = append(b.work, w)
		}
		w.Name, w.Line = d.Name, d.Line
		if d.Keys.Has("kind") {
			w.Kind = d.Kind
		}
		if d.Tier != project.NoTier {
			w.Tier, w.Declared = d.Tier, true
		}
		w.Owner = d.Owner
	}
	for i := range b.cfg.Jobs {
		j := &b.cfg.Jobs[i]
		module, attr, _ := strings.Cut(j.Entry, ":")
		if module == "" {
			continue
		}
		t, ok := b.l.ResolveFrom(j.Directory, module)
		if !ok || t.Module < 0 {
			continue
		}
		w := b.at(t.Module, project.KindJob)
		b.attr(w, attr, Job, b.cfg.File, j.Line)
		b.grow(w)
		what := "is declared as the job " + j.Name
		if j.Schedule != "" {
			what = "is scheduled as the job " + j.Name + ": " + j.Schedule
		}
		w.Starts = append(w.Starts, Evidence{what, b.cfg.File, j.Line})
		if w.Owner == "" {
			w.Owner = j.Owner
		}
		if !w.Declared && j.Tier != project.NoTier {
			w.Tier, w.Declared = j.Tier, true
		}
	}
}

// ofDeclared finds or makes the work that a declaration speaks of.
func (b *builder) ofDeclared(d *project.Work) *work {
	file, attr := -1, ""
	if d.Entry != "" {
		module, rest, _ := strings.Cut(d.Entry, ":")
		attr = rest
		file = b.fileAt(path.Join(d.Path, module))
		if file < 0 {
			file = b.fileAt(module)
		}
		if file < 0 {
			if t, ok := b.l.ResolveFrom(d.Path, module); ok {
				file = t.Module
			}
		}
	} else if file = b.fileAt(d.Path); file < 0 && d.Path != "" {
		// A directory: the most telling work in it.
		var best *work
		below := path.Clean(d.Path) + "/"
		if below == "./" {
			below = ""
		}
		for _, w := range b.work {
			if !strings.HasPrefix(w.Path, below) || w.Line != 0 {
				continue
			}
			if d.Keys.Has("kind") && w.Kind == d.Kind && (best == nil || best.Kind != d.Kind) || best == nil || rank(w.Kind) > rank(best.Kind) && !(d.Keys.Has("kind") && best.Kind == d.Kind) {
				best = w
			}
		}
		return best
	} else if d.Path == "" {
		for _, w := range b.work { // [work."acme.api"] names what is found anyway
			if w.File >= 0 && (b.a.Files[w.File].Module == d.Name || w.Path == d.Name) {
				return w
			}
		}
	}
	if file < 0 {
		return nil
	}
	kind := project.KindScript
	if d.Keys.Has("kind") {
		kind = d.Kind
	}
	w := b.at(file, kind)
	b.attr(w, attr, Script, b.cfg.File, d.Line)
	b.grow(w)
	return w
}

func (b *builder) fileAt(p string) int {
	i, ok := slices.BinarySearchFunc(b.a.Files, path.Clean(p), func(f *link.File, p string) int { return strings.Compare(f.Path, p) })
	if !ok {
		return -1
	}
	return i
}

func rank(k project.Kind) int {
	return slices.Index([]project.Kind{project.KindLibrary, project.KindScript, project.KindNotebook, project.KindCLI, project.KindDashboard, project.KindPipeline, project.KindJob, project.KindAIApp, project.KindService}, k)
}

// name gives every work its unique name and puts them in order.
func (b *builder) name() {
	uses := map[string]int{}
	for _, w := range b.work {
		if w.Name == "" && w.File >= 0 {
			f := b.a.Files[w.File]
			if m := &b.l.Modules[w.File]; m.Importable && m.Name != "" {
				w.Name = strings.TrimSuffix(m.Name, ".__main__")
			} else {
				w.Name = f.Path
			}
		}
		uses[w.Name]++
	}
	for _, w := range b.work {
		if uses[w.Name] > 1 && w.Line == 0 {
			w.Name = w.Path
		}
	}
	slices.SortFunc(b.work, func(x, y *work) int { return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.Path, y.Path)) })
	for _, w := range b.work {
		slices.SortStableFunc(w.Roots, func(x, y Root) int {
			return cmp.Or(strings.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Func, y.Func))
		})
	}
}

// asksOften: three in a hundred of the functions that a work reaches comes to a model, or few are reached at all: that thirty of thirteen hundred
// functions of a camera recorder lets a model describe a picture makes it no AI app.
func (b *builder) asksOften(w *work) bool {
	all, asking := 0, 0
	for at, p := range w.reach {
		if p == nil {
			continue
		}
		for i, word := range p {
			for ; word != 0; word &= word - 1 {
				n := effects.Node(at<<pageBits + i<<6 + bits.TrailingZeros64(word))
				if int(n) >= b.a.Nodes() || b.a.Facts(b.a.FuncOf(n)).Kind != facts.Function {
					continue
				}
				all++
				if b.a.Has(n, knowledge.LLM) {
					asking++
				}
			}
		}
	}
	return all < 40 || 100*asking >= 3*all
}

// kindByReach: a program most of whose ways in call a model is an AI app, whatever carries it.
func (b *builder) kindByReach(w *work) {
	if w.Line != 0 && w.File >= 0 {
		for i := range b.cfg.Work {
			if d := &b.cfg.Work[i]; d.Name == w.Name && d.Keys.Has("kind") {
				return
			}
		}
	}
	switch w.Kind {
	case project.KindService, project.KindScript, project.KindCLI, project.KindDashboard:
	default:
		return
	}
	if w.Kind == project.KindScript || w.Kind == project.KindCLI {
		for _, s := range b.starts[max(w.File, 0)] {
			if w.File >= 0 && len(s.artifact.Schedules) > 0 {
				w.Kind = project.KindJob // nobody sits at its command line
				return
			}
		}
	}
	ways, models := 0, 0
	var where *effects.Step
	for i := range w.Roots {
		r := &w.Roots[i]
		if r.Phase == Import || r.Phase == Startup || r.Phase == Callback || r.Phase == Test {
			continue
		}
		ways++
		for _, blocking := range [...]bool{true, false} {
			if steps := b.a.Witness(r.Node, knowledge.LLM, blocking); len(steps) > 0 {
				models++
				if where == nil {
					where = &steps[len(steps)-1]
				}
				break
			}
		}
	}
	if models > 0 && 2*models >= ways && b.asksOften(w) {
		w.Kind = project.KindAIApp
		fr := b.a.Frame(*where)
		w.why(fr.Note, fr.File, fr.Line)
	}
}
