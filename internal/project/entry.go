package project

import (
	"path"
	"slices"
	"strings"
)

// An Entry joins a command of an artifact to the Python file it starts.
type Entry struct {
	Artifact   int // index into Project.Artifacts
	Line       int // in the artifact's file, of the command that leads there; 0 when its image alone says what runs
	Invocation Invocation
	// Module is the index of the file in Layout.Modules, -1 when the command starts none of this repository.
	Module int
	Attr   string // the function, application or flow it names, "" for the module itself
	// Via are the places between the artifact and the command: a shell script, the manifest that declares a console script.
	Via []Via
}

// Via is one step on the way from an artifact to a Python file.
type Via struct {
	Path string
	Line int
}

// maxVia bounds scripts that start scripts.
const maxVia = 4

// Entries finds for every command of every artifact which Python file it starts. A command that names a file, or a module
// of a package that the repository has, and leads to nothing is kept with Module -1: an entry point that is absent is worth
// knowing. Commands that run other people's code are left out.
func (p *Project) Entries(l *Layout) []Entry {
	j := joiner{p: p, l: l, files: map[string]int{}, scripts: map[string]int{}, contexts: map[string][]string{}, points: map[string]point{}}
	for i := range l.Modules {
		j.files[l.Modules[i].Path] = i
	}
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Kind == ShellScript {
			j.scripts[a.Path] = i
		}
		if a.Build != nil && !slices.Contains(j.contexts[a.Build.Dockerfile], a.Build.Context) {
			j.contexts[a.Build.Dockerfile] = append(j.contexts[a.Build.Dockerfile], a.Build.Context)
		}
	}
	for i := range p.Manifests {
		m := &p.Manifests[i]
		for _, e := range m.EntryPoints {
			if _, taken := j.points[e.Name]; !taken && e.Module != "" && (e.Group == "console_scripts" || e.Group == "gui_scripts") {
				j.points[e.Name] = point{dir: parentOf(m.Path), file: m.Path, entry: e}
			}
		}
	}
	var out []Entry
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		for _, inv := range a.Runs {
			out = append(out, at(inv.Line, j.follow(i, a, inv, j.bases(a), nil))...)
		}
		if image := j.image(a); image != nil && len(a.Runs) == 0 {
			for _, inv := range image.Runs {
				out = append(out, at(0, j.follow(i, image, inv, j.bases(a), []Via{{image.Path, inv.Line}}))...)
			}
		}
	}
	return out
}

func at(line int, entries []Entry) []Entry {
	for i := range entries {
		entries[i].Line = line
	}
	return entries
}

// image is the stage of the Dockerfile that a compose service without a command of its own is built from.
func (j *joiner) image(a *Artifact) *Artifact {
	if a.Build == nil {
		return nil
	}
	var last *Artifact
	for i := range j.p.Artifacts {
		d := &j.p.Artifacts[i]
		if d.Kind == Dockerfile && d.Path == a.Build.Dockerfile {
			if last = d; a.Build.Target != "" && d.Name == strings.ToLower(a.Build.Target) {
				return d
			}
		}
	}
	return last
}

type point struct {
	dir, file string
	entry     EntryPoint
}

type joiner struct {
	p        *Project
	l        *Layout
	files    map[string]int
	scripts  map[string]int      // shell scripts by path, to artifacts
	contexts map[string][]string // Dockerfile to the contexts it is built in
	points   map[string]point
}

// bases are the directories a command's relative paths may be relative to, the likeliest first.
func (j *joiner) bases(a *Artifact) []string {
	var out []string
	add := func(dir string) {
		if !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	switch a.Kind {
	case Dockerfile:
		for _, c := range j.contexts[a.Path] {
			add(c)
		}
	case Compose:
		if a.Build != nil {
			add(a.Build.Context)
		}
	case GitHubWorkflow, GitLabCI, PreCommit:
		add("") // these run at the root of the repository
	}
	for dir := parentOf(a.Path); ; dir = parentOf(dir) {
		add(dir)
		if dir == "" {
			break
		}
	}
	return out
}

func (j *joiner) follow(artifact int, a *Artifact, inv Invocation, bases []string, via []Via) []Entry {
	if inv.Shell != "" {
		if len(via) >= maxVia {
			return nil
		}
		script, ok := j.find(a, inv.Dir, inv.Shell, bases, func(f string) bool { _, ok := j.scripts[f]; return ok })
		if !ok || slices.ContainsFunc(via, func(v Via) bool { return v.Path == script }) {
			return nil
		}
		// The script's own commands run where it was started, and where it goes from there.
		var started []string
		if inv.Dir != "" && !path.IsAbs(inv.Dir) && !strings.HasPrefix(inv.Dir, "$") {
			for _, base := range bases {
				started = append(started, joinTree(base, inv.Dir))
			}
		}
		bases = append(append(started, bases...), parentOf(script))
		var out []Entry
		for _, inner := range j.p.Artifacts[j.scripts[script]].Runs {
			steps := append(slices.Clip(via), Via{script, inner.Line})
			out = append(out, j.follow(artifact, a, inner, bases, steps)...)
		}
		return out
	}
	e := Entry{Artifact: artifact, Invocation: inv, Module: -1, Attr: inv.Attr, Via: via}
	exists := func(f string) bool { _, ok := j.files[f]; return ok }
	switch {
	case inv.Script != "":
		if file, ok := j.find(a, inv.Dir, inv.Script, bases, exists); ok {
			e.Module = j.files[file]
		}
	case inv.Module != "":
		top, _, _ := strings.Cut(inv.Module, ".")
		if !j.l.names[top] || IsStandardLibrary(top) {
			return nil // python -m pip: other people's code
		}
		e.Module = j.module(a, inv, bases)
	case inv.Runner == "":
		pt, ok := j.points[inv.Program]
		if !ok {
			return nil
		}
		e.Attr = pt.entry.Attr
		e.Via = append(slices.Clip(via), Via{pt.file, pt.entry.Line})
		if t, ok := j.l.ResolveFrom(pt.dir, pt.entry.Module); ok && t.Module >= 0 {
			e.Module = t.Module
		}
	default:
		return nil // airflow scheduler, dbt run: no file is named
	}
	return []Entry{e}
}

// find looks for a file that a command names: in the image by what was copied there, relative to each base, and for an
// absolute path by the longest end of it that exists.
func (j *joiner) find(a *Artifact, dir, name string, bases []string, exists func(string) bool) (string, bool) {
	if strings.Contains(name, "$") {
		if _, tail, ok := cutLast(name, "/"); ok && strings.HasPrefix(name, "$") {
			name = tail // "$APP_HOME/run.py"
		} else {
			return "", false
		}
	}
	if strings.HasPrefix(dir, "$") || strings.HasPrefix(dir, "~") {
		dir = ""
	}
	full := name
	if !path.IsAbs(name) {
		full = path.Join(dir, name)
	}
	if len(a.Copies) > 0 {
		for _, base := range bases {
			if file, ok := a.Source(full, base, exists); ok {
				return file, true
			}
		}
	}
	if !path.IsAbs(full) {
		for _, base := range bases {
			if file := joinTree(base, full); exists(file) {
				return file, true
			}
		}
		return "", false
	}
	// /srv/acme/app/run.py: the deployment put the repository somewhere; what remains of the path tells.
	parts := strings.Split(strings.Trim(path.Clean(full), "/"), "/")
	for i := range parts {
		for _, base := range bases {
			if file := joinTree(base, strings.Join(parts[i:], "/")); exists(file) {
				return file, true
			}
		}
	}
	return "", false
}

// module resolves a dotted name as python -m or an application server would from where the command runs. A package is
// started by its __main__.
func (j *joiner) module(a *Artifact, inv Invocation, bases []string) int {
	dir := inv.Dir
	if path.IsAbs(dir) || strings.HasPrefix(dir, "$") {
		dir = baseOf(dir) // /app/backend: perhaps the directory of that name
	}
	for _, base := range bases {
		for _, from := range []string{joinTree(base, dir), base} {
			t, ok := j.l.ResolveFrom(from, inv.Module)
			if !ok || t.Module < 0 {
				continue
			}
			if inv.Runner == "python" && j.l.Modules[t.Module].IsPackage {
				if main, ok := j.l.Child(t, "__main__"); ok && main.Module >= 0 {
					return main.Module
				}
			}
			return t.Module
		}
	}
	return -1
}
