package testing

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW701", Name: "test-reaches-network-or-database", Since: "0.1", Family: "testing",
	Doc: docs.Read("test_reaches.md"), Check: testReaches,
})

// Libraries and fixtures that put something in the place of the real thing. Where one is in force in any way, nothing is
// said: which of its patches covers which call is more than names tell.
var replacing = []string{"unittest.mock", "mock", "responses", "respx", "httpretty", "vcr", "requests_mock", "aioresponses", "moto", "pytest_httpx", "pook", "betamax", "pytest_httpserver", "testcontainers", "requests_testadapter",
	"fakeredis", "mongomock", "pytest_mock", "flexmock", "doublex", "freezegun.never", "localstack_client", "werkzeug.test", "pytest_localserver", "pytest_recording", "mockito", "pyfakefs", "docker"}

func testReaches(p *rule.Pass) {
	mocked := replacedFiles(p)
	sites := func(s *effects.Site) bool { return reaches(p, s) }
	t := p.Trace(sites, func(e *effects.Edge) bool { return rule.Happens(e) && !hasSubstitute(p, p.FuncOf(e.From)) })
	var once rule.Once
	for n := range effects.Node(p.Nodes()) {
		file := p.File(n)
		f := p.FuncOf(n)
		if !file.Test || mocked[file] || !isTest(p, f) || elsewhereMarked(p, f) || hasSubstitute(p, f) || !t.Reaches(n) {
			continue
		}
		steps := t.Chain(n)
		if slices.ContainsFunc(steps, func(s effects.Step) bool { return mocked[p.File(s.Node)] }) {
			continue
		}
		site := rule.Last(steps)
		x := p.At(f, steps[0].Op)
		x.Certainty = t.Certainty(n)
		to := "the network"
		if site.Kind == knowledge.DB || site.Kind == knowledge.DBWrite {
			to = "a database"
		}
		x.Message = fmt.Sprintf("`%s` reaches %s: `%s` is called with nothing in its place", p.Short(f), to, rule.CalledAs(site))
		x.Help = "replace the call (`monkeypatch`, `responses`, a fake handed in), or mark the test (`@pytest.mark.integration`) and leave it out of the everyday run"
		x.Witness = p.Frames(steps)
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.File(site.Node).Index, site.Op.Pos)
		once.Report(p, x)
	}
}

// reaches: the site goes out to something that is not this machine's own.
func reaches(p *rule.Pass, s *effects.Site) bool {
	if s.Call == nil || s.Effect == nil {
		return false
	}
	switch s.Kind {
	case knowledge.Net, knowledge.LLM, knowledge.Notify, knowledge.Payment:
	case knowledge.DB, knowledge.DBWrite:
		// Only where a connection is opened to a server by name: what goes over a session may be a test's own database.
		if !strings.HasSuffix(s.Path, ".connect") || rule.HasPrefix(s.Path, "sqlite3", "aiosqlite", "duckdb", "sqlalchemy", "peewee", "django") {
			return false
		}
	default:
		return false
	}
	if rule.HasPrefix(s.Path, "socket", "asyncio", "ssl", "select", "http.server", "multiprocessing", "statsd", "logging", "websockets", "websocket", "socketserver", "starlette", "fastapi", "django", "flask", "werkzeug", "uvicorn", "dns", "http.client") {
		return false // most often between two ends of the test
	}
	// The address must be one that the program itself names, and not this machine's.
	for _, arg := range addresses(s) {
		for _, text := range arg {
			t := strings.ToLower(text)
			for _, own := range []string{"localhost", "127.0.0.1", "0.0.0.0", "[::1]", "testserver", "test.invalid", ".test/", "example.", "file:", "memory", "mock"} {
				if strings.Contains(t, own) {
					return false
				}
			}
			if strings.HasPrefix(t, "http://") || strings.HasPrefix(t, "https://") || strings.Contains(t, "://") || strings.Contains(t, "host=") {
				return true
			}
		}
	}
	return false
}

func addresses(s *effects.Site) [][]string {
	var out [][]string
	for _, param := range []string{s.Effect.URL, "url", "host", "dsn"} {
		if param == "" {
			continue
		}
		if a := s.Call.Arg(param); a.Given {
			texts, _ := a.Strings()
			out = append(out, texts)
		}
	}
	if a := s.Call.Pos(0); a.Given {
		texts, _ := a.Strings()
		out = append(out, texts)
	}
	return out
}

// isTest: pytest's and unittest's default names.
func isTest(p *rule.Pass, f link.Func) bool {
	fn := p.Facts(f)
	return fn.Kind == facts.Function && strings.HasPrefix(p.FileOf(f).Facts.Str(fn.Name), "test") && p.Facts(p.Parent(f)).Kind != facts.Function
}

// hasSubstitute: the function takes a fixture whose work is not seen, or sets attributes of modules.
func hasSubstitute(p *rule.Pass, f link.Func) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	if !file.Test || fn.Kind != facts.Function {
		return false
	}
	for i := range fn.Params {
		switch name := file.Facts.Str(fn.Params[i].Name); name {
		case "self", "cls", "tmp_path", "tmpdir", "capsys", "caplog", "request":
		default:
			if fn.Params[i].Default == 0 {
				return true
			}
		}
	}
	return false
}

// elsewhereMarked: the test is marked as one that is not run every day, or by its place.
func elsewhereMarked(p *rule.Pass, f link.Func) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	if rule.InDir(file.Path, "integration", "integration_tests", "e2e", "functional", "smoke", "live", "system", "acceptance", "end_to_end", "benchmarks", "load") {
		return true
	}
	for _, g := range file.Facts.Globals {
		if file.Facts.Str(g.Name) == "pytestmark" {
			return true
		}
	}
	name := path.Base(file.Path)
	if strings.Contains(name, "integration") || strings.Contains(name, "e2e") || strings.Contains(name, "live") {
		return true
	}
	// Any decorator may skip it, mark it or replace something; so may one of its class.
	for at := f; ; at = p.Parent(at) {
		d := p.Facts(at)
		if d.Kind == facts.ModuleBody {
			break
		}
		if len(d.Decorators) > 0 || d.Kind == facts.ClassBody && d.Class > 0 && len(file.Facts.Classes[d.Class-1].Decorators) > 0 {
			return true
		}
	}
	return fn.Flags&facts.FuncStub != 0
}

// replacedFiles are test files in which anything is replaced: they, or a conftest above them, import a library for it or use
// monkeypatch.
func replacedFiles(p *rule.Pass) map[*link.File]bool {
	uses := func(f *link.File) bool {
		for _, m := range f.Facts.Imports {
			name := f.Facts.Str(m.Module)
			full := name
			if m.Name != 0 {
				full = name + "." + f.Facts.Str(m.Name)
			}
			if rule.HasPrefix(name, replacing...) || rule.HasPrefix(full, replacing...) {
				return true
			}
		}
		for i := range f.Facts.Funcs {
			for _, par := range f.Facts.Funcs[i].Params {
				switch f.Facts.Str(par.Name) {
				case "monkeypatch", "mocker", "respx_mock", "httpx_mock", "requests_mock", "vcr", "httpserver", "aioresponses":
					return true
				}
			}
		}
		for o := range f.Facts.Ops {
			if op := &f.Facts.Ops[o]; op.Code == facts.SetAttr && op.Flags&facts.FlagGlobalRoot != 0 {
				return true // module.requests = Fake()
			}
		}
		return false
	}
	return testFiles(p, uses)
}

// testFiles are the test files that something is true of, and those below a conftest that it is true of.
func testFiles(p *rule.Pass, of func(*link.File) bool) map[*link.File]bool {
	direct := map[*link.File]bool{}
	conftests := map[string]bool{}
	for _, f := range p.Files {
		if f.Test && of(f) {
			direct[f] = true
			if path.Base(f.Path) == "conftest.py" {
				conftests[path.Dir(f.Path)] = true
			}
		}
	}
	for _, f := range p.Files {
		for dir := path.Dir(f.Path); f.Test && !direct[f]; dir = path.Dir(dir) {
			if conftests[dir] {
				direct[f] = true
			}
			if dir == "." || dir == "/" {
				break
			}
		}
	}
	return direct
}
