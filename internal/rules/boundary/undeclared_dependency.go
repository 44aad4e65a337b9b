package boundary

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW205", Name: "undeclared-dependency", Since: "0.1", Family: "boundary", Severity: rule.Always(diag.Note),
	Doc: docs.Read("undeclared_dependency.md"), Check: undeclaredDependency,
})

// Groups that an installation of the program leaves out.
var aside = []string{"dev", "develop", "development", "test", "tests", "testing", "lint", "linting", "docs", "doc", "typing", "types", "ci", "qa", "style", "format", "bench", "benchmark", "notebook", "notebooks", "pre-commit"}

// undeclaredDependency compares what the program's work imports, when it starts, with what the manifests above it declare.
func undeclaredDependency(p *rule.Pass) {
	if p.Project == nil || len(p.Project.Manifests) == 0 || p.Inventory == nil {
		return
	}
	for i := range p.Project.Manifests {
		if m := &p.Project.Manifests[i]; m.Dynamic || len(m.Problems) > 0 {
			return // some of it is not known
		}
	}
	d := declared(p.Project)
	resolved := map[*facts.Op]bool{}
	for i := range p.Edges {
		if e := &p.Edges[i]; e.Mode == link.Imported {
			resolved[e.Op] = true
		}
	}
	starts := imported(p)
	own := map[string]bool{}
	for _, f := range p.Files {
		top, _, _ := strings.Cut(f.Module, ".")
		own[top] = true
		for dir := path.Dir(f.Path); dir != "."; dir = path.Dir(dir) {
			own[path.Base(dir)] = true // a directory that some layout makes a package of
		}
		own[strings.TrimSuffix(path.Base(f.Path), ".py")] = true
	}
	for _, f := range p.Files {
		if f.Test || f.Facts.Notebook != nil || runOnly(f.Path) || rule.InDir(f.Path, "test", "tests", "testing", "ci", "dev", ".github", "hack", "contrib", "docker", "template", "templates", "samples", "sample", "build_helpers", "build", "tooling") {
			continue
		}
		at := d.above(f.Path)
		w, ok := starts[f.Index]
		if len(at) == 0 || !ok || !declaresAny(at) {
			continue
		}
		fn := &f.Facts.Funcs[0]
		for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
			op := &f.Facts.Ops[o]
			if op.Code != facts.ImportName || op.Ctx != 0 || resolved[op] {
				continue
			}
			im := &f.Facts.Imports[op.A]
			module := f.Facts.Str(im.Module)
			top, _, _ := strings.Cut(module, ".")
			if im.Level > 0 || im.Typing || top == "" || own[top] || project.IsStandardLibrary(top) || !p.HasLibrary(top) {
				continue
			}
			full := module
			if n := f.Facts.Str(im.Name); n != "" && n != "*" {
				full += "." + n
			}
			dists := project.Distributions(full)
			if len(dists) == 0 || d.anywhere(dists) && d.groupOf(at, dists) == "" {
				continue
			}
			x := p.At(f.FirstFunc(), op)
			group := d.groupOf(at, dists)
			if group != "" && makesData(f.Path) {
				continue
			}
			if group == "" && (d.locked(dists) || d.brought(top)) || group != "" && d.main(dists) {
				continue // another package brings it
			}
			switch {
			case group != "":
				x.Message = fmt.Sprintf("`%s` imports `%s` when it starts, which is declared for `%s` only: an installation without that group cannot import it", f.Module, top, group)
				x.Help = fmt.Sprintf("move `%s` to the main dependencies, or import it where it is needed", dists[0])
			default:
				x.Message = fmt.Sprintf("`%s` imports `%s`, which no manifest or lock names: a fresh installation may not have it", f.Module, top)
				x.Help = fmt.Sprintf("declare `%s`", dists[0])
			}
			line, _ := f.Facts.Place(op.Pos)
			x.Witness = []diag.Frame{{Function: w.Name, File: w.Path, Note: "starts, and comes to import it"}, {Function: f.Module, File: f.Path, Line: line, Note: "imports " + module}}
			x.Group = p.Rule.Code + ":" + dists[0] + ":" + at[0].Path
			p.Report(x)
		}
	}
}

// imported are the files that are imported when work starts, with that work; scripts and notebooks are left out, which people run
// in environments of their own.
func imported(p *rule.Pass) map[int]*inventory.Work {
	out := map[int]*inventory.Work{}
	for _, w := range p.Inventory.Work {
		if w.File < 0 || w.Kind == project.KindScript || w.Kind == project.KindNotebook || p.Files[w.File].Test {
			continue
		}
		layer := []int{w.File}
		for len(layer) > 0 {
			i := layer[len(layer)-1]
			layer = layer[:len(layer)-1]
			if out[i] != nil {
				continue
			}
			out[i] = w
			for _, k := range p.OutEdges(effects.Node(p.Files[i].FirstFunc())) {
				e := &p.Edges[k]
				if e.Mode == link.Imported && e.Op.Ctx == 0 && !p.File(e.To).Test {
					layer = append(layer, p.File(e.To).Index)
				}
			}
		}
	}
	return out
}

// companions are packages that come with another for good: part of its interface.
var companions = map[string][]string{
	"starlette": {"fastapi"}, "pydantic": {"fastapi", "sqlmodel", "pydantic-settings"}, "pydantic_core": {"pydantic", "fastapi"}, "botocore": {"boto3", "aioboto3", "aiobotocore"}, "s3transfer": {"boto3"},
	"asgiref": {"django"}, "sqlparse": {"django"}, "sqlalchemy": {"sqlmodel", "flask-sqlalchemy", "alembic"}, "numpy": {"pandas", "scipy", "scikit-learn", "torch", "tensorflow", "matplotlib", "xarray"},
	"dateutil": {"pandas", "botocore", "boto3", "matplotlib", "celery", "freezegun"}, "pytz": {"pandas"}, "werkzeug": {"flask"}, "jinja2": {"flask"}, "click": {"flask", "celery", "typer", "uvicorn", "black"},
	"markupsafe": {"flask", "jinja2"}, "itsdangerous": {"flask"}, "urllib3": {"requests", "botocore", "boto3", "elasticsearch", "kubernetes"}, "httpcore": {"httpx"}, "anyio": {"httpx", "starlette", "fastapi"},
	"slack_sdk": {"slack-bolt"}, "kombu": {"celery"}, "billiard": {"celery"}, "langchain_core": {"langchain"}, "langchain_community": {"langchain"}, "yarl": {"aiohttp"}, "multidict": {"aiohttp"}, "redis": {"rq", "django-redis"},
	"httpx": {"openai", "anthropic", "weaviate-client", "groq", "mistralai", "ollama", "python-telegram-bot", "qdrant-client", "langfuse"}, "django": {"djangorestframework", "wagtail"}, "tokenizers": {"transformers"}, "huggingface_hub": {"transformers", "datasets", "diffusers"}, "PIL": {"torchvision", "matplotlib"},
	"joblib": {"scikit-learn"}, "scipy": {"scikit-learn"}, "google": nil, "typing_extensions": nil, "six": nil, "pkg_resources": nil, "setuptools": nil, "attr": nil, "attrs": nil, "yaml": {"pyyaml"},
}

// brought: a declared package brings it for good. Names that many packages share are never reported.
func (d *declarations) brought(top string) bool {
	by, ok := companions[top]
	return ok && (by == nil || d.anywhere(by))
}

type declarations struct {
	p  *project.Dependencies
	in map[string][]*project.Manifest // by the directory that each is for
}

func declared(p *project.Dependencies) *declarations {
	d := &declarations{p, map[string][]*project.Manifest{}}
	for i := range p.Manifests {
		m := &p.Manifests[i]
		at := path.Dir(m.Path)
		if path.Base(at) == "requirements" {
			at = path.Dir(at)
		}
		d.in[at] = append(d.in[at], m)
	}
	return d
}

// above are the manifests in the directories above a file, and in requirements directories there; nearest first.
func (d *declarations) above(file string) []*project.Manifest {
	var out []*project.Manifest
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		out = append(out, d.in[dir]...)
		if dir == "." {
			return out
		}
	}
}

// declaresAny: the manifests are where packages are declared. Metadata alone, with packages that an image or the system's own
// manager installs, says nothing of any of them.
func declaresAny(at []*project.Manifest) bool {
	return slices.ContainsFunc(at, func(m *project.Manifest) bool {
		return slices.ContainsFunc(m.Dependencies, func(x project.Dependency) bool {
			g := x.Group
			if m.Kind == project.Requirements || m.Kind == project.Constraints {
				g = groupOfFile(m.Path)
			}
			return !slices.Contains(aside, g)
		})
	})
}

// makesData: by its name, a command or module that fills a database for development.
func makesData(file string) bool {
	return slices.ContainsFunc(rule.Words(strings.TrimSuffix(path.Base(file), ".py")), func(w string) bool {
		return slices.Contains([]string{"dummy", "fake", "faker", "seed", "seeds", "demo", "sample", "samples", "fixture", "fixtures", "factory", "factories", "mock"}, w)
	})
}

// anywhere: some manifest of the tree declares one of the distributions, or is one of them.
func (d *declarations) anywhere(dists []string) bool {
	for i := range d.p.Manifests {
		m := &d.p.Manifests[i]
		if slices.Contains(dists, m.Name) || slices.ContainsFunc(m.Dependencies, func(x project.Dependency) bool { return slices.Contains(dists, x.Name) || x.Name == "" }) {
			return true
		}
	}
	return false
}

// groupOf is the group that an installation leaves out and that alone declares it; "" when it is declared for more, or elsewhere,
// or nowhere.
func (d *declarations) groupOf(at []*project.Manifest, dists []string) string {
	group := ""
	for i := range d.p.Manifests {
		m := &d.p.Manifests[i]
		for k := range m.Dependencies {
			x := &m.Dependencies[k]
			if !slices.Contains(dists, x.Name) {
				continue
			}
			g := x.Group
			if m.Kind == project.Requirements || m.Kind == project.Constraints {
				g = groupOfFile(m.Path)
			}
			if !slices.Contains(aside, g) || !slices.Contains(at, m) {
				return ""
			}
			group = g
		}
	}
	return group
}

// groupOfFile is the group that a requirements file is for by its name.
func groupOfFile(file string) string {
	for _, w := range rule.Words(strings.TrimSuffix(path.Base(file), path.Ext(file))) {
		if slices.Contains(aside, w) {
			return w
		}
	}
	return ""
}

// locked: a lock has one of the distributions.
func (d *declarations) locked(dists []string) bool {
	return d.inLock(dists, func(*project.Locked) bool { return true })
}

// main: a lock says that the main dependencies need one of the distributions, whoever else does.
func (d *declarations) main(dists []string) bool {
	return d.inLock(dists, func(l *project.Locked) bool { return slices.Contains(l.Groups, "") })
}

func (d *declarations) inLock(dists []string, is func(*project.Locked) bool) bool {
	return slices.ContainsFunc(d.p.Locks, func(l project.Lock) bool {
		return slices.ContainsFunc(l.Packages, func(k project.Locked) bool { return slices.Contains(dists, k.Name) && is(&k) })
	})
}
