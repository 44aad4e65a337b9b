package security

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW812", Name: "development-dependencies-in-image", Since: "0.1", Family: "security",
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("development_dependencies_in_image.md"), Check: developmentDependenciesInImage,
})

var _ = rule.Register(rule.Rule{
	Code: "RW813", Name: "image-starts-what-is-not-there", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("image_starts_absent.md"), Check: imageStartsAbsent,
})

// developmentDependenciesInImage looks at what the last stage of an image that starts Python code installs.
func developmentDependenciesInImage(p *rule.Pass) {
	last := map[string]int{}
	for i := range p.Artifacts {
		if p.Artifacts[i].Kind == project.Dockerfile {
			last[p.Artifacts[i].Path] = i
		}
	}
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if !forService(p, a) || last[a.Path] != i || len(a.Runs) == 0 {
			continue
		}
		if slices.ContainsFunc(a.Env, func(e project.EnvVar) bool { return e.Name == "UV_NO_DEV" || e.Name == "POETRY_WITHOUT" }) {
			continue
		}
		for k := range a.Builds {
			what := development(p, a, &a.Builds[k])
			if what == "" {
				continue
			}
			x := diag.Finding{File: a.Path, Line: a.Builds[k].Line, Certainty: diag.Proved}
			x.Message = fmt.Sprintf("the image that runs `%s` installs %s: more to download, to keep free of known faults, and for an intruder to use", a.Runs[len(a.Runs)-1].Program, what)
			x.Help = "leave them out: `uv sync --no-dev`, `poetry install --only main`, `pip install -r requirements.txt`"
			p.Report(x)
			break
		}
	}
}

// development says what a command installs that only development needs.
func development(p *rule.Pass, a *project.Artifact, r *project.Invocation) string {
	words := append([]string{r.Program}, r.Args...)
	has := func(ws ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool {
			return slices.ContainsFunc(ws, func(x string) bool { return w == x || strings.HasPrefix(w, x+"=") })
		})
	}
	switch {
	case len(words) < 2 || slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, "$") }):
		return ""
	case r.Program == "uv" && words[1] == "sync":
		if has("--no-dev", "--no-default-groups", "--only-group", "--no-group", "--package") || !declaresDev(p, a, "dev") {
			return ""
		}
		return "the `dev` group, which `uv sync` brings by default"
	case r.Program == "poetry" && words[1] == "install":
		if has("--no-dev", "--only", "--without", "--only-root", "--sync-only") || !declaresDev(p, a, "dev") {
			return ""
		}
		return "the `dev` group, which `poetry install` brings by default"
	case r.Program == "pipenv" && has("--dev", "-d"):
		return "the development packages (`--dev`)"
	}
	pip := strings.HasPrefix(r.Program, "pip") || r.Program == "uv" && words[1] == "pip" || slices.Contains(words, "pip")
	if !pip || !slices.Contains(words, "install") {
		return ""
	}
	for i, w := range words {
		file := ""
		switch {
		case (w == "-r" || w == "--requirement") && i+1 < len(words):
			file = words[i+1]
		case strings.HasPrefix(w, "-r") && len(w) > 2:
			file = w[2:]
		case strings.HasPrefix(w, "--requirement="):
			file = w[len("--requirement="):]
		}
		base := rule.Words(strings.TrimSuffix(path.Base(file), ".txt"))
		if file != "" && slices.ContainsFunc(base, devWord) {
			return "`" + file + "`"
		}
		if open := strings.IndexByte(w, '['); open >= 0 && strings.HasSuffix(w, "]") && (strings.HasPrefix(w, ".") || strings.HasPrefix(w, "/")) {
			for _, extra := range strings.Split(w[open+1:len(w)-1], ",") {
				if devWord(strings.TrimSpace(extra)) {
					return "the extra `" + strings.TrimSpace(extra) + "`"
				}
			}
		}
	}
	return ""
}

func devWord(w string) bool {
	switch w {
	case "dev", "develop", "development", "test", "tests", "testing", "lint":
		return true
	}
	return false
}

// declaresDev: the manifest that the image's directory has declares a group of that name with something in it.
func declaresDev(p *rule.Pass, a *project.Artifact, group string) bool {
	if p.Project == nil {
		return false
	}
	for dir := path.Dir(a.Path); ; dir = path.Dir(dir) {
		for i := range p.Project.Manifests {
			m := &p.Project.Manifests[i]
			if m.Kind == project.Pyproject && path.Dir(m.Path) == dir {
				return slices.ContainsFunc(m.Dependencies, func(d project.Dependency) bool { return d.Group == group })
			}
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}

// imageStartsAbsent looks for modules, files and names that an image or a Procfile starts, of packages that are in the
// repository, and that are not there.
func imageStartsAbsent(p *rule.Pass) {
	type place struct {
		file string
		line int
	}
	told := map[place]bool{}
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Kind != project.Procfile && !forService(p, a) || rule.InDir(strings.ToLower(a.Path), "test", "tests", "docs", "examples", "example", "templates", "template", "fixtures", "cookiecutter") {
			continue
		}
		for k := range a.Runs {
			r := &a.Runs[k]
			what := absent(p, r)
			at := place{a.Path, r.Line}
			if what == "" || told[at] || strings.ContainsAny(what, "${*<") {
				continue
			}
			told[at] = true
			x := diag.Finding{File: a.Path, Line: r.Line, Certainty: diag.Proved}
			x.Message = fmt.Sprintf("`%s` starts %s, which the repository does not have", r.Program, what)
			x.Help = "correct the name; the image builds without it, and fails when it is started"
			p.Report(x)
		}
	}
}

func absent(p *rule.Pass, r *project.Invocation) string {
	switch {
	case r.Module != "":
		parts := strings.Split(r.Module, ".")
		own := false
		var found *link.File
		for _, f := range p.Files {
			file := strings.TrimSuffix(strings.TrimSuffix(f.Path, ".py"), "/__init__")
			if file == strings.Join(parts, "/") || strings.HasSuffix(file, "/"+strings.Join(parts, "/")) {
				found = f
			}
			own = own || len(parts) > 1 && (strings.HasPrefix(f.Path, parts[0]+"/") || strings.Contains(f.Path, "/"+parts[0]+"/"))
		}
		if found == nil {
			if own && !strings.Contains(r.Module, "/") {
				return "module `" + r.Module + "`"
			}
			return ""
		}
		attr, _, _ := strings.Cut(r.Attr, "(")
		attr, _, _ = strings.Cut(attr, ".")
		if attr == "" || !strings.HasSuffix(found.Path, ".py") {
			return ""
		}
		for _, g := range found.Facts.Globals {
			if found.Facts.Str(g.Name) == attr {
				return ""
			}
		}
		for i := range found.Facts.Imports {
			if found.Facts.Str(found.Facts.Imports[i].Name) == "*" {
				return ""
			}
		}
		for _, other := range p.Files { // another file of that name may be the one that is meant
			if other != found && path.Base(other.Path) == path.Base(found.Path) && strings.HasSuffix(strings.TrimSuffix(other.Path, ".py"), strings.Join(parts, "/")) {
				return ""
			}
		}
		return "`" + r.Module + ":" + attr + "`"
	case r.Script != "" && strings.HasSuffix(r.Script, ".py"):
		base := path.Base(r.Script)
		if slices.ContainsFunc(p.Files, func(f *link.File) bool { return path.Base(f.Path) == base }) {
			return ""
		}
		return "`" + r.Script + "`"
	}
	return ""
}
