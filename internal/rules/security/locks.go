package security

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW830", Name: "stale-lock", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("stale_lock.md"), Check: staleLock,
})

var _ = rule.Register(rule.Rule{
	Code: "RW831", Name: "deployed-without-lock", Since: "0.1", Family: "security",
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("deployed_without_lock.md"), Check: deployedWithoutLock,
})

// staleLock compares a manifest with the lock beside it.
func staleLock(p *rule.Pass) {
	if p.Project == nil {
		return
	}
	for i := range p.Project.Manifests {
		m := &p.Project.Manifests[i]
		if m.Dynamic || m.Kind != project.Pyproject && m.Kind != project.Pipfile || test(m.Path) {
			continue
		}
		l := lockOf(p, m)
		if l == nil {
			continue
		}
		locked := map[string]*project.Locked{}
		for k := range l.Packages {
			locked[l.Packages[k].Name] = &l.Packages[k]
		}
		if l.Kind == project.UvLock && m.Name != "" && locked[m.Name] == nil {
			continue // the lock is of something else
		}
		for k := range m.Dependencies {
			d := &m.Dependencies[k]
			if d.Optional || d.Group != "" || d.Marker != "" || d.URL != "" || d.Name == "" || d.Name == "python" || d.Name == m.Name || d.File != "" && d.File != m.Path {
				continue
			}
			have := locked[d.Name]
			message := ""
			switch pinned, exact := strings.CutPrefix(d.Specifier, "=="); {
			case have == nil:
				message = fmt.Sprintf("`%s` is declared here, and `%s` does not have it: what is tested and deployed from the lock lacks it", d.Written, path.Base(l.Path))
			case exact && have.Version != "" && !strings.ContainsAny(pinned, "*,") && trimZeros(strings.TrimSpace(pinned)) != trimZeros(have.Version):
				message = fmt.Sprintf("`%s` is declared here, and `%s` has version %s: the two disagree", d.Written, path.Base(l.Path), have.Version)
			}
			if message == "" {
				continue
			}
			x := diag.Finding{File: m.Path, Line: d.Line, Certainty: diag.Proved, Message: message, Help: "lock again (" + relock(l.Kind) + "), and have CI refuse a lock that does not fit"}
			x.Witness = []diag.Frame{{Function: d.Name, File: l.Path, Line: 1, Note: "the lock"}}
			x.Group = p.Rule.Code + ":" + l.Path
			p.Report(x)
		}
	}
}

func test(p string) bool {
	return rule.InDir(strings.ToLower(p), "test", "tests", "fixtures", "testdata", "examples", "example", "docs", "templates", "cookiecutter")
}

// trimZeros makes 1.2.0 and 1.2 the same.
func trimZeros(version string) string {
	version, _, _ = strings.Cut(strings.ToLower(version), "+")
	for strings.HasSuffix(version, ".0") {
		version = version[:len(version)-2]
	}
	return version
}

func relock(k project.LockKind) string {
	switch k {
	case project.UvLock:
		return "`uv lock`"
	case project.PoetryLock:
		return "`poetry lock`"
	case project.PdmLock:
		return "`pdm lock`"
	case project.PipfileLock:
		return "`pipenv lock`"
	}
	return "with the tool that wrote it"
}

// lockOf is the one lock of a manifest's own tool beside it.
func lockOf(p *rule.Pass, m *project.Manifest) *project.Lock {
	var found *project.Lock
	for i := range p.Project.Locks {
		l := &p.Project.Locks[i]
		if path.Dir(l.Path) != path.Dir(m.Path) || len(l.Problems) > 0 || len(l.Packages) == 0 {
			continue
		}
		if (m.Kind == project.Pipfile) != (l.Kind == project.PipfileLock) || l.Kind == project.CompiledRequire || l.Kind == project.Pylock {
			continue
		}
		if found != nil {
			return nil // two tools: which one counts, nobody knows
		}
		found = l
	}
	return found
}

// deployedWithoutLock gives one finding for each manifest whose versions are open, of work that an image or a Procfile starts.
func deployedWithoutLock(p *rule.Pass) {
	if p.Project == nil || p.Inventory == nil {
		return
	}
	var once rule.Once
	for _, w := range p.Inventory.Work {
		if w.File < 0 || p.Files[w.File].Test || test(w.Path) {
			continue
		}
		at := slices.IndexFunc(w.Starts, func(e inventory.Evidence) bool {
			return slices.ContainsFunc(p.Artifacts, func(a project.Artifact) bool {
				return a.Path == e.File && (a.Kind == project.Procfile || a.Kind == project.Dockerfile && forService(p, &a))
			})
		})
		if at < 0 {
			continue
		}
		m, locked := manifestOf(p, w.Path)
		if m == nil || locked {
			continue
		}
		var loose []*project.Dependency
		for k := range m.Dependencies {
			d := &m.Dependencies[k]
			if !d.Optional && d.Group == "" && d.URL == "" && d.Name != "python" && !strings.HasPrefix(d.Specifier, "==") && d.Name != "" {
				loose = append(loose, d)
			}
		}
		if len(loose) == 0 {
			continue
		}
		file := loose[0].File
		if file == "" {
			file = m.Path
		}
		x := diag.Finding{File: file, Line: loose[0].Line, Certainty: diag.Proved}
		x.Message = fmt.Sprintf("`%s` is deployed with whatever versions are the newest when its image is built: %d of its dependencies are open (`%s`), and no lock fixes them", w.Name, len(loose), loose[0].Written)
		x.Help = "lock them with hashes (`uv lock`, `pip-compile --generate-hashes`), and install from the lock"
		x.Witness = []diag.Frame{{Function: w.Name, File: w.Starts[at].File, Line: w.Starts[at].Line, Note: w.Starts[at].What}}
		x.Group = p.Rule.Code + ":" + m.Path
		once.Report(p, x)
	}
}

// manifestOf is the manifest that is next above a file; locked says that a lock is there, or above it.
func manifestOf(p *rule.Pass, file string) (found *project.Manifest, locked bool) {
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		for i := range p.Project.Locks {
			locked = locked || path.Dir(p.Project.Locks[i].Path) == dir
		}
		for i := range p.Project.Manifests {
			m := &p.Project.Manifests[i]
			if found != nil || path.Dir(m.Path) != dir || len(m.Dependencies) == 0 {
				continue
			}
			if m.Kind == project.Pyproject || m.Kind == project.Requirements && path.Base(m.Path) == "requirements.txt" || m.Kind == project.Pipfile {
				found = m
			}
		}
		if dir == "." || dir == "/" {
			return found, locked
		}
	}
}
