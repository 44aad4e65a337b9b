package project

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func layout(files string, opts LayoutOptions) *Layout {
	opts.Files = strings.Fields(files)
	return NewLayout(opts)
}

func names(l *Layout) string {
	var out []string
	for _, m := range l.Modules {
		s := m.Path + "=" + m.Name
		if m.Root != "" {
			s += "@" + m.Root
		}
		if !m.Importable {
			s += "!"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestModuleNames(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files string
		opts  LayoutOptions
		want  string
	}{
		{"flat package", "pkg/__init__.py pkg/mod.py run.py", LayoutOptions{},
			"pkg/__init__.py=pkg pkg/mod.py=pkg.mod run.py=run"},
		{"src layout", "src/pkg/__init__.py src/pkg/mod.py tests/test_mod.py", LayoutOptions{},
			"src/pkg/__init__.py=pkg@src src/pkg/mod.py=pkg.mod@src tests/test_mod.py=tests.test_mod"},
		{"src itself a package", "src/__init__.py src/mod.py", LayoutOptions{},
			"src/__init__.py=src src/mod.py=src.mod"},
		{"namespace below src", "src/acme/billing/__init__.py src/acme/billing/api.py", LayoutOptions{},
			"src/acme/billing/__init__.py=acme.billing@src src/acme/billing/api.py=acme.billing.api@src"},
		{"two services with one module name", "services/api/app/main.py services/mail/app/main.py",
			LayoutOptions{Artifacts: []string{"services/api/Dockerfile", "services/mail/requirements.txt"}},
			"services/api/app/main.py=app.main@services/api services/mail/app/main.py=app.main@services/mail"},
		{"no manifest: path from the root", "services/api/app/main.py scripts/run.py", LayoutOptions{},
			"scripts/run.py=scripts.run services/api/app/main.py=services.api.app.main"},
		{"package below plain directories", "backend/app/__init__.py backend/app/db.py", LayoutOptions{},
			"backend/app/__init__.py=app@backend backend/app/db.py=app.db@backend"},
		{"plain directory in a package", "back/Hooks/x.py back/pkg/__init__.py back/pkg/hooks/openai/__init__.py back/pkg/hooks/openai/x.py", LayoutOptions{},
			"back/Hooks/x.py=back.Hooks.x back/pkg/__init__.py=pkg@back back/pkg/hooks/openai/__init__.py=pkg.hooks.openai@back back/pkg/hooks/openai/x.py=pkg.hooks.openai.x@back"},
		{"the imports name the namespace", "google/cloud/store/__init__.py google/cloud/store/api.py",
			LayoutOptions{Imported: func(n string) bool { return n == "google.cloud.store" }},
			"google/cloud/store/__init__.py=google.cloud.store google/cloud/store/api.py=google.cloud.store.api"},
		{"a folder named as the library that it needs", "apps/dagster/__init__.py apps/dagster/jobs.py",
			LayoutOptions{Manifests: []Manifest{{Path: "apps/dagster/requirements.txt", Dependencies: []Dependency{{Name: "dagster"}}}}},
			"apps/dagster/__init__.py=__init__@apps/dagster apps/dagster/jobs.py=jobs@apps/dagster"},
		{"requirements inside a package make no root", "pkg/__init__.py pkg/m.py", LayoutOptions{Artifacts: []string{"pkg/requirements.txt"}},
			"pkg/__init__.py=pkg pkg/m.py=pkg.m"},
		{"requirements directory", "requirements/gen.py app/m.py", LayoutOptions{Artifacts: []string{"requirements/requirements-dev.txt"}},
			"app/m.py=app.m requirements/gen.py=requirements.gen"},
		{"names no import can spell", "my-service/app.py tools/my-tool.py nb.ipynb bin/tool", LayoutOptions{},
			"bin/tool=bin.tool! my-service/app.py=app@my-service nb.ipynb=nb! tools/my-tool.py=tools.my-tool!"},
		{"declared roots", "python/pkg/a.py lib/b.py", LayoutOptions{Source: []string{"./python/", "lib", "../out", "/etc"}},
			"lib/b.py=b@lib python/pkg/a.py=pkg.a@python"},
		{"manifest root", "code/pkg/a.py", LayoutOptions{Manifests: []Manifest{{Path: "pyproject.toml", Roots: []string{"code"}}}},
			"code/pkg/a.py=pkg.a@code"},
		{"django", "site/manage.py site/shop/views.py site/shop/__init__.py", LayoutOptions{},
			"site/manage.py=manage@site site/shop/__init__.py=shop@site site/shop/views.py=shop.views@site"},
		{"checked root is a package, names from it", "__init__.py main.py nested/__init__.py nested/x.py", LayoutOptions{Package: "pkg"},
			"__init__.py=pkg main.py=main nested/__init__.py=nested nested/x.py=nested.x"},
		{"checked root is a package that imports itself by name", "__init__.py main.py",
			LayoutOptions{Package: "acme.pkg", Imported: func(n string) bool { return n == "acme.pkg" }},
			"__init__.py=acme.pkg main.py=acme.pkg.main"},
		{"nested src without manifest", "backend/src/app/main.py", LayoutOptions{}, "backend/src/app/main.py=app.main@backend/src"},
		{"stub beside source", "pkg/a.py pkg/a.pyi", LayoutOptions{}, "pkg/a.py=pkg.a pkg/a.pyi=pkg.a"},
		{"nothing", "", LayoutOptions{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, names(layout(tt.files, tt.opts))); diff != "" {
				t.Errorf("modules (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResolve(t *testing.T) {
	const mono = "services/api/app/main.py services/api/app/db.py services/mail/app/main.py services/mail/app/send.py " +
		"libs/common/src/acme/common/__init__.py libs/common/src/acme/common/log.py libs/extra/src/acme/extra.py tools/run.py tools/helper.py " +
		"tools/email.py kit/tool.py kit/memory/__init__.py kit/memory/manager.py kit/memory/tool.py kit/memory/near.py services/api/app/random.py pkg/__init__.py pkg/both.py pkg/both/__init__.py pkg/sub/leaf.py pkg/typed.pyi dags/team/etl.py dags/common/io.py"
	l := layout(mono, LayoutOptions{
		Artifacts: []string{"services/api/Dockerfile", "services/mail/Dockerfile"},
		Manifests: []Manifest{
			{Path: "services/api/pyproject.toml", Dependencies: []Dependency{{Name: "acme-common"}}},
			{Path: "libs/common/pyproject.toml", Name: "acme-common"},
			{Path: "libs/extra/pyproject.toml", Name: "acme-extra"},
		},
	})
	index := func(path string) int {
		return slices.IndexFunc(l.Modules, func(m Module) bool { return m.Path == path })
	}
	show := func(t Target, ok bool) string {
		if !ok {
			return "-"
		}
		s := "namespace " + t.Dir
		if !t.Namespace {
			s = l.Modules[t.Module].Path
		}
		if t.Guess {
			s += "?"
		}
		return s
	}
	for _, tt := range []struct{ from, name, want string }{
		{"services/api/app/main.py", "app.db", "services/api/app/db.py"},
		{"services/mail/app/main.py", "app.send", "services/mail/app/send.py"},
		{"services/mail/app/main.py", "app.db", "services/api/app/db.py?"},
		{"services/api/app/main.py", "acme.common.log", "libs/common/src/acme/common/log.py"},
		{"services/api/app/main.py", "acme.extra", "libs/extra/src/acme/extra.py?"},
		{"services/api/app/main.py", "acme", "namespace libs/common/src/acme"},
		{"services/api/app/main.py", "random", "-"},
		{"pkg/both.py", "pkg.missing", "-"},
		{"tools/run.py", "helper", "tools/helper.py"},
		{"tools/run.py", "email", "-"},
		{"kit/memory/manager.py", "tool", "kit/tool.py"},
		{"kit/memory/manager.py", "near", "kit/memory/near.py?"},
		{"pkg/both.py", "helper", "-"},
		{"pkg/both.py", "requests", "-"},
		{"pkg/sub/leaf.py", "pkg.both", "pkg/both/__init__.py"},
		{"pkg/sub/leaf.py", "pkg.sub", "namespace pkg/sub"},
		{"pkg/sub/leaf.py", "pkg.both.none", "-"},
		{"pkg/sub/leaf.py", "pkg.typed", "pkg/typed.pyi"},
		{"dags/team/etl.py", "common.io", "dags/common/io.py"},
		{"tools/run.py", "json", "-"},
		{"tools/run.py", "", "-"},
	} {
		if got := show(l.Resolve(index(tt.from), tt.name)); got != tt.want {
			t.Errorf("import %s in %s = %s, want %s", tt.name, tt.from, got, tt.want)
		}
	}
	for _, tt := range []struct {
		from  string
		level int
		name  string
		want  string
	}{
		{"services/api/app/main.py", 1, "db", "services/api/app/db.py"},
		{"pkg/__init__.py", 1, "both", "pkg/both/__init__.py"},
		{"pkg/sub/leaf.py", 2, "both", "pkg/both/__init__.py"},
		{"pkg/sub/leaf.py", 2, "", "pkg/__init__.py"},
		{"pkg/sub/leaf.py", 9, "x", "-"},
	} {
		if got := show(l.ResolveRelative(index(tt.from), tt.level, tt.name)); got != tt.want {
			t.Errorf("relative import %d %q in %s = %s, want %s", tt.level, tt.name, tt.from, got, tt.want)
		}
	}
}

func TestResolveInPackagesOnThePath(t *testing.T) {
	const files = "shop/__init__.py shop/base/__init__.py shop/base/models.py shop/cart/__init__.py shop/cart/views.py shop/stripe/__init__.py shop/stripe/pay.py"
	for _, tt := range []struct {
		imported []string
		want     bool
	}{
		{[]string{"base", "cart"}, true},
		{[]string{"stripe"}, false}, // a library whose name a plugin has as well
		{nil, false},
	} {
		l := layout(files, LayoutOptions{Below: func(top string) bool { return slices.Contains(tt.imported, top) }})
		from := slices.IndexFunc(l.Modules, func(m Module) bool { return m.Path == "shop/cart/views.py" })
		got, ok := l.Resolve(from, "base.models")
		if ok != tt.want || ok && l.Modules[got.Module].Path != "shop/base/models.py" {
			t.Errorf("imported %v: base.models is %v, %v; want %v", tt.imported, got, ok, tt.want)
		}
	}
}

func TestResolvePackageThatIsTheRoot(t *testing.T) {
	l := layout("__init__.py a.py sub/b.py", LayoutOptions{Package: "acme.pkg"})
	for name, want := range map[string]string{"acme.pkg": "__init__.py", "acme.pkg.a": "a.py", "acme.pkg.sub.b": "sub/b.py", "a": "a.py"} {
		got, ok := l.Resolve(1, name)
		if !ok || l.Modules[got.Module].Path != want {
			t.Errorf("import %s = %v, %v; want %s", name, got, ok, want)
		}
	}
}

func TestLayoutDoesNotDependOnOrder(t *testing.T) {
	files := strings.Fields("a/b/__init__.py a/b/c.py a/d.py src/x/y.py svc/app/main.py z.py")
	opts := LayoutOptions{Artifacts: []string{"svc/Dockerfile"}, Files: files}
	want := fmt.Sprint(NewLayout(opts).Modules, NewLayout(opts).Roots)
	slices.Reverse(opts.Files)
	if got := fmt.Sprint(NewLayout(opts).Modules, NewLayout(opts).Roots); got != want {
		t.Errorf("reversed input gives\n%s\nwant\n%s", got, want)
	}
}

func BenchmarkLayout(b *testing.B) {
	var files []string
	for d := range 500 {
		for f := range 10 {
			files = append(files, fmt.Sprintf("src/pkg/d%d/e%d/m%d.py", d/20, d, f))
		}
	}
	for b.Loop() {
		NewLayout(LayoutOptions{Files: files})
	}
}
