package security

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW832", Name: "unused-dependency", Since: "0.1", Family: "security",
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Note, CustomerFacing: diag.Warning},
	Doc:      docs.Read("unused_dependency.md"), Check: unusedDependency,
})

// usedOtherwise are distributions that do their work without an import: servers, drivers and parsers that others load by name,
// plugins, stubs and tools.
var usedOtherwise = []string{"psycopg", "mysql", "asyncpg", "sqlite", "uvicorn", "gunicorn", "hypercorn", "daphne", "waitress", "uvloop", "httptools", "multipart", "email-validator", "cryptography", "certifi", "pywin32", "setuptools", "wheel", "pip", "tzdata",
	"pytest", "flake8", "mypy", "ruff", "black", "types-", "stubs", "openpyxl", "xlrd", "xlsxwriter", "lxml", "html5lib", "pyarrow", "fastparquet", "tables", "jinja2", "pillow", "brotli", "h2", "hiredis", "redis", "orjson", "ujson", "ipykernel", "jupyter", "notebook", "kaleido",
	"odbc", "oracledb", "ldap", "plugin", "provider", "theme", "extension", "django", "flask", "sphinx", "mkdocs", "opentelemetry", "ddtrace", "newrelic", "watchdog", "colorama", "argcomplete", "supervisor", "honcho", "bcrypt", "argon2", "passlib", "itsdangerous", "dnspython", "socks", "torch", "accelerate",
	"sentencepiece", "protobuf", "tiktoken", "bitsandbytes", "xformers", "tensorboard", "s3fs", "gcsfs", "adlfs", "awscli", "google-cloud", "azure", "botocore", "chromadb", "unstructured", "streamlit", "backports", "typing-extensions", "importlib", "async-timeout", "greenlet", "gevent", "eventlet"}

// unusedDependency looks for main dependencies whose import names the table knows, that no file imports or names, and that no
// other locked package needs.
func unusedDependency(p *rule.Pass) {
	if p.Project == nil {
		return
	}
	var words map[string]bool
	for i := range p.Project.Manifests {
		m := &p.Project.Manifests[i]
		if m.Kind != project.Pyproject || test(m.Path) || m.Dynamic {
			continue
		}
		l := lockOf(p, m)
		if l == nil {
			continue
		}
		needed := map[string]bool{}
		for k := range l.Packages {
			if l.Packages[k].Name == m.Name || strings.HasPrefix(l.Packages[k].Source, "virtual") || strings.HasPrefix(l.Packages[k].Source, "editable") {
				continue // the project itself
			}
			for _, n := range l.Packages[k].Needs {
				needed[n] = true
			}
		}
		for k := range m.Dependencies {
			d := &m.Dependencies[k]
			if d.Optional || d.Group != "" || d.URL != "" || d.Marker != "" || d.Name == "python" || needed[d.Name] || slices.ContainsFunc(usedOtherwise, func(u string) bool { return strings.Contains(d.Name, u) }) {
				continue
			}
			names, known := project.ImportNames(d.Name)
			if !known && !p.HasModule(names[0]) {
				continue
			}
			if words == nil {
				words = mentioned(p)
			}
			if within(words, d.Name) || within(words, strings.ReplaceAll(d.Name, "-", "_")) || slices.ContainsFunc(names, func(n string) bool { first, _, _ := strings.Cut(n, "."); return words[n] || words[first] }) {
				continue
			}
			x := diag.Finding{File: m.Path, Line: d.Line, Certainty: diag.Proved}
			x.Message = fmt.Sprintf("`%s` is declared, and no file imports or names it: it is installed, watched and updated for nothing", d.Written)
			x.Help = "remove it, and lock again"
			p.Report(x)
		}
	}
}

// within: a word is, or holds, a name: the loader PyMuPDFLoader of another library needs pymupdf.
func within(words map[string]bool, name string) bool {
	if words[name] {
		return true
	}
	if len(name) < 5 {
		return false
	}
	for w := range words {
		if strings.Contains(w, name) {
			return true
		}
	}
	return false
}

// mentioned are the first parts of all that is imported, and of all texts and commands: settings, plugins and drivers are given
// by name.
func mentioned(p *rule.Pass) map[string]bool {
	out := map[string]bool{}
	add := func(s string) {
		if len(s) > 300 {
			return
		}
		for _, part := range strings.FieldsFunc(s, func(r rune) bool {
			return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		}) {
			out[part] = true
			out[strings.ToLower(part)] = true
		}
	}
	for _, f := range p.Files {
		for _, s := range f.Facts.Strings {
			add(s)
		}
	}
	for i := range p.Artifacts {
		for _, runs := range [][]project.Invocation{p.Artifacts[i].Runs, p.Artifacts[i].Builds} {
			for k := range runs {
				add(runs[k].Program)
				add(runs[k].Module)
				for _, a := range runs[k].Args {
					add(a)
				}
			}
		}
	}
	return out
}
