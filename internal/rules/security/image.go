package security

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW810", Name: "image-runs-as-root", Since: "0.1", Family: "security",
	// Inside a container, root is a second line of defence given away, not a hole.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("image_runs_as_root.md"), Check: imageRunsAsRoot,
})

var _ = rule.Register(rule.Rule{
	Code: "RW811", Name: "floating-base-image", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("floating_base_image.md"), Check: floatingBaseImage,
})

// rootBases are images whose documentation says that they start as root, by the last part of their name.
var rootBases = map[string]bool{"python": true, "debian": true, "ubuntu": true, "alpine": true, "pypy": true, "cuda": true, "fedora": true,
	"rockylinux": true, "almalinux": true, "amazonlinux": true, "buildpack-deps": true, "node": true, "uv": true, "uvicorn-gunicorn-fastapi": true, "uvicorn-gunicorn": true,
	"pytorch": true, "tensorflow": true, "miniconda3": true}

// official are images that a plain name gets from the registry; any other plain name may be an image that was built on the
// same machine just before.
var official = map[string]bool{"nginx": true, "httpd": true, "redis": true, "postgres": true, "mysql": true, "mariadb": true, "golang": true, "ruby": true, "rust": true, "php": true,
	"openjdk": true, "eclipse-temurin": true, "centos": true, "busybox": true, "caddy": true, "traefik": true, "rabbitmq": true, "mongo": true, "memcached": true, "composer": true,
	"maven": true, "gradle": true, "bash": true, "docker": true, "perl": true, "r-base": true, "julia": true, "jupyterhub": true}

// forService leaves out files that make something else than what runs: development containers, tests, documents.
func forService(p *rule.Pass, a *project.Artifact) bool {
	lower := strings.ToLower(a.Path)
	if a.Kind != project.Dockerfile || rule.InDir(lower, ".devcontainer", "test", "tests", "docs", "examples", "example", "ci", ".github", "dev", "development") || onlyForDevelopment(p, a) {
		return false
	}
	base := lower[strings.LastIndexByte(lower, '/')+1:]
	return !strings.Contains(base, "dev") && !strings.Contains(base, "gitpod") && !strings.Contains(base, "test") && !strings.Contains(base, "example") && !strings.Contains(base, "local")
}

// onlyForDevelopment: compose files build the image, and each of their services that does says by its name, or its file's, that it
// is for development.
func onlyForDevelopment(p *rule.Pass, image *project.Artifact) bool {
	built := false
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Kind != project.Compose || a.Build == nil || a.Build.Dockerfile != image.Path {
			continue
		}
		if !slices.ContainsFunc(append(rule.Words(a.Name), rule.Words(path.Base(a.Path))...), func(w string) bool { return w == "dev" || w == "development" || w == "develop" }) {
			return false
		}
		built = true
	}
	return built
}

func imageRunsAsRoot(p *rule.Pass) {
	last := map[string]int{} // a file's last stage is what a plain build makes
	for i := range p.Artifacts {
		if p.Artifacts[i].Kind == project.Dockerfile {
			last[p.Artifacts[i].Path] = i
		}
	}
	own := commands(p)
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if !forService(p, a) || last[a.Path] != i || len(a.Images) == 0 {
			continue
		}
		runs, user := a.Runs, a.User
		if len(runs) == 0 {
			runs, user = startedBy(p, a)
		}
		if runs = scripted(p, runs, own); len(runs) == 0 {
			continue
		}
		if other(user) || composedAsOther(p, a) || changesUser(runs, own) {
			continue
		}
		base := a.Images[0].Name
		if strings.Contains(base, "lambda/") {
			continue // the platform runs it as a user of its own
		}
		if user == "" && (!rootBases[base[strings.LastIndexByte(base, '/')+1:]] || strings.Contains(a.Images[0].Tag, "nonroot")) {
			continue
		}
		x := diag.Finding{File: a.Path, Line: a.Line, Certainty: diag.Proved}
		program := runs[len(runs)-1].Program
		x.Message = fmt.Sprintf("the image runs `%s` as root: it sets no other user", program)
		if user != "" {
			x.Message = fmt.Sprintf("the image runs `%s` as root: its last `USER` says so", program)
		}
		x.Help = "make a user (`RUN useradd --system app`) and end with `USER app`"
		p.Report(x)
	}
}

// other: a user is named, and it is not root.
func other(user string) bool {
	user, _, _ = strings.Cut(user, ":")
	return user != "" && user != "root" && user != "0"
}

// composedAsOther: compose files start the image, each as another user than root.
func composedAsOther(p *rule.Pass, image *project.Artifact) (yes bool) {
	for i := range p.Artifacts {
		if a := &p.Artifacts[i]; a.Kind == project.Compose && a.Build != nil && a.Build.Dockerfile == image.Path {
			if !other(a.User) {
				return false
			}
			yes = true
		}
	}
	return yes
}

// startedBy is what a compose file lets an image without a command run, and as whom.
func startedBy(p *rule.Pass, image *project.Artifact) ([]project.Invocation, string) {
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Kind == project.Compose && a.Build != nil && len(a.Runs) > 0 && a.Build.Dockerfile == image.Path {
			if image.User != "" && a.User == "" {
				return a.Runs, image.User
			}
			return a.Runs, a.User
		}
	}
	return nil, ""
}

// scripted puts what a shell script of the repository starts in its place, where the script goes on as the same user.
func scripted(p *rule.Pass, runs []project.Invocation, own map[string]bool) []project.Invocation {
	if len(runs) != 1 || runs[0].Shell == "" {
		return runs
	}
	var found *project.Artifact
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Kind != project.ShellScript || path.Base(a.Path) != path.Base(runs[0].Shell) {
			continue
		}
		if found != nil {
			return runs // which of them is copied into the image, nothing says
		}
		found = a
	}
	if found == nil || found.User != "" {
		return runs
	}
	var out []project.Invocation
	for _, r := range found.Runs {
		if r.Runner != "" || own[r.Program] {
			out = append(out, r)
		}
	}
	return out
}

// commands are the programs that installing the repository's own packages makes.
func commands(p *rule.Pass) map[string]bool {
	out := map[string]bool{}
	if p.Project == nil {
		return out
	}
	for i := range p.Project.Manifests {
		for _, e := range p.Project.Manifests[i].EntryPoints {
			out[e.Name] = out[e.Name] || e.Group == "console_scripts"
		}
	}
	return out
}

// changesUser: what starts the program may drop its rights by itself: an entrypoint script, or a tool that does only that.
func changesUser(runs []project.Invocation, own map[string]bool) bool {
	// What runs before a program that is known, in the same shell, cannot make it another user's.
	known := slices.ContainsFunc(runs, func(r project.Invocation) bool { return r.Runner != "" || own[r.Program] })
	for _, r := range runs {
		if r.Shell != "" || !known {
			return true
		}
		for _, w := range r.Args {
			if w == "--uid" || w == "--user" || strings.HasPrefix(w, "--uid=") || strings.HasPrefix(w, "--user=") {
				return true
			}
		}
		for _, w := range r.Wrapped {
			if w == "gosu" || w == "su-exec" || w == "setpriv" || w == "runuser" || w == "su" || w == "sudo" {
				return true
			}
		}
	}
	return false
}

func floatingBaseImage(p *rule.Pass) {
	stages := map[string]map[string]bool{}
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		for _, img := range a.Images {
			if img.Stage != "" && a.Kind == project.Dockerfile {
				if stages[a.Path] == nil {
					stages[a.Path] = map[string]bool{}
				}
				stages[a.Path][img.Stage] = true
			}
		}
	}
	type place struct {
		file string
		line int
	}
	told := map[place]bool{}
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if !forService(p, a) {
			continue
		}
		for _, img := range a.Images {
			at := place{a.Path, img.Line}
			if told[at] || img.Digest != "" || img.Tag != "" && img.Tag != "latest" || img.Name == "" || img.Name == "scratch" ||
				strings.Contains(img.Name, "$") || !strings.Contains(img.Name, "/") && !rootBases[img.Name] && !official[img.Name] || stages[a.Path][strings.ToLower(strings.Trim(img.Name, `"'`))] {
				continue
			}
			told[at] = true
			x := diag.Finding{File: a.Path, Line: img.Line, Certainty: diag.Proved}
			x.Message = fmt.Sprintf("`FROM %s` is another image on another day: it names no version", img.Name)
			x.Help = fmt.Sprintf("name the version, best with its digest: `%s:<version>@sha256:…`", img.Name)
			p.Report(x)
		}
	}
}
