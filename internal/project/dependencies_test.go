package project

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// showManifest writes a manifest as lines, which is what the archives under testdata hold.
func showManifest(m *Manifest) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", m.Kind, m.Path)
	if m.Name != "" {
		fmt.Fprintf(&b, " name=%s", m.Name)
	}
	if m.Version != "" {
		fmt.Fprintf(&b, " version=%s", m.Version)
	}
	if m.RequiresPython != "" {
		fmt.Fprintf(&b, " python=%s@%d", m.RequiresPython, m.RequiresPythonLine)
	}
	if len(m.Roots) > 0 {
		fmt.Fprintf(&b, " roots=%q", m.Roots)
	}
	if m.Dynamic {
		b.WriteString(" dynamic")
	}
	b.WriteByte('\n')
	for _, d := range m.Dependencies {
		fmt.Fprintf(&b, "  %s:%d %s", d.File, d.Line, d.Name)
		if len(d.Extras) > 0 {
			fmt.Fprintf(&b, "[%s]", strings.Join(d.Extras, ","))
		}
		if d.Specifier != "" {
			b.WriteString(" " + d.Specifier)
		}
		for _, f := range [][2]string{{"url", d.URL}, {"marker", d.Marker}, {"group", d.Group}} {
			if f[1] != "" {
				fmt.Fprintf(&b, " %s=%s", f[0], f[1])
			}
		}
		if len(d.Hashes) > 0 {
			fmt.Fprintf(&b, " hashes=%d", len(d.Hashes))
		}
		if d.Optional {
			b.WriteString(" optional")
		}
		if d.Editable {
			b.WriteString(" editable")
		}
		b.WriteByte('\n')
	}
	for _, e := range m.EntryPoints {
		fmt.Fprintf(&b, "  entry %d %s %s = %s:%s\n", e.Line, e.Group, e.Name, e.Module, e.Attr)
	}
	for _, p := range m.Problems {
		fmt.Fprintf(&b, "  problem %d %s\n", p.Line, p.Message)
	}
	return b.String()
}

func showLock(l *Lock) string {
	var b strings.Builder
	fmt.Fprintf(&b, "lock %s %s python=%s\n", l.Kind, l.Path, l.RequiresPython)
	for _, p := range l.Packages {
		fmt.Fprintf(&b, "  %d %s %s groups=%q files=%q hashes=%d", p.Line, p.Name, p.Version, p.Groups, p.Files, len(p.Hashes))
		if p.Source != "" {
			fmt.Fprintf(&b, " source=%s", p.Source)
		}
		if p.Marker != "" {
			fmt.Fprintf(&b, " marker=%s", p.Marker)
		}
		if len(p.Needs) > 0 {
			fmt.Fprintf(&b, " needs=%q", p.Needs)
		}
		b.WriteByte('\n')
	}
	for _, p := range l.Problems {
		fmt.Fprintf(&b, "  problem %d %s\n", p.Line, p.Message)
	}
	return b.String()
}

func TestDependencies(t *testing.T) {
	golden(t, "testdata/dependencies/*.txtar", func(files map[string][]byte, names []string) string {
		read := func(p string) ([]byte, error) {
			if text, ok := files[p]; ok {
				return text, nil
			}
			return nil, fmt.Errorf("absent")
		}
		var b strings.Builder
		deps := ReadDependencies(names, read)
		for i := range deps.Manifests {
			b.WriteString(showManifest(&deps.Manifests[i]))
		}
		for i := range deps.Locks {
			b.WriteString(showLock(&deps.Locks[i]))
		}
		for _, n := range names {
			if strings.HasSuffix(n, ".py") {
				if m, ok := ScriptHeader(n, files[n]); ok {
					b.WriteString(showManifest(&m))
				}
			}
		}
		return b.String()
	})
}

func TestNormalizeName(t *testing.T) {
	for in, want := range map[string]string{"Zope.Interface": "zope-interface", "a__-b": "a-b", "ruamel.yaml": "ruamel-yaml", "x": "x", "": ""} {
		if got := NormalizeName(in); got != want {
			t.Errorf("NormalizeName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParseRequirement(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Dependency
		ok   bool
	}{
		{"requests", Dependency{Name: "requests", Written: "requests"}, true},
		{"Requests [socks, Security] (>=2.8.1, <3) ; python_version < '3.9'", Dependency{Name: "requests", Written: "Requests", Extras: []string{"socks", "security"},
			Specifier: ">=2.8.1, <3", Marker: "python_version < '3.9'"}, true},
		{"pip @ https://example.org/pip.zip;a ; os_name == 'nt'", Dependency{Name: "pip", Written: "pip", URL: "https://example.org/pip.zip;a", Marker: "os_name == 'nt'"}, true},
		{"a.b-c_d===1.0", Dependency{Name: "a-b-c-d", Written: "a.b-c_d", Specifier: "===1.0"}, true},
		{"not a requirement", Dependency{}, false},
		{"-foo", Dependency{}, false},
		{"foo-", Dependency{}, false},
		{"foo[bar", Dependency{}, false},
		{"foo (>1", Dependency{}, false},
		{"", Dependency{}, false},
	} {
		got, ok := ParseRequirement(tt.text)
		if ok != tt.ok || ok && !cmp.Equal(got, tt.want) {
			t.Errorf("%q = %+v, %v; want %+v, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}

func TestPinnedAndBounded(t *testing.T) {
	for _, tt := range []struct {
		text    string
		version string
		bounded bool
	}{
		{"a==1.2", "1.2", true}, {"a===1.2", "1.2", true}, {"a==1.*", "", true}, {"a>=1", "", false}, {"a~=1.4", "", true}, {"a>=1,<2", "", true}, {"a", "", false},
	} {
		d, _ := ParseRequirement(tt.text)
		v, ok := d.Pinned()
		if ok != (tt.version != "") || ok && v != tt.version || d.Bounded() != tt.bounded {
			t.Errorf("%s: pinned %q %v, bounded %v", tt.text, v, ok, d.Bounded())
		}
	}
}

func TestPoetrySpecifier(t *testing.T) {
	for in, want := range map[string]string{"^1.2.3": ">=1.2.3,<2", "^0.2": ">=0.2,<0.3", "^0.0.3": ">=0.0.3,<0.0.4", "^0": ">=0,<1", "~1.2.3": ">=1.2.3,<1.3", "~1": ">=1,<2",
		"*": "", "1.2": "==1.2", ">= 1.0, <2": ">=1.0,<2", "~=1.4": "~=1.4"} {
		if got := poetrySpecifier(in); got != want {
			t.Errorf("%s = %s, want %s", in, got, want)
		}
	}
}

func TestImportNames(t *testing.T) {
	for dist, want := range map[string]string{"pyyaml": "yaml _yaml", "requests": "requests", "scikit-learn": "sklearn", "my-lib": "my_lib", "types-requests": "requests-stubs"} {
		if got, _ := ImportNames(dist); strings.Join(got, " ") != want {
			t.Errorf("ImportNames(%s) = %v, want %s", dist, got, want)
		}
	}
	for module, want := range map[string]string{"yaml": "pyyaml yaml", "google.cloud.storage.blob": "google-cloud-storage google-cloud-core google",
		"requests.sessions": "requests", "sklearn": "scikit-learn", "my_lib": "my-lib"} {
		got := strings.Join(Distributions(module), " ")
		if module == "sklearn" {
			got = Distributions(module)[0]
		}
		if got != want {
			t.Errorf("Distributions(%s) = %v, want %s", module, got, want)
		}
	}
	for dist, names := range importTable().names {
		if NormalizeName(dist) != dist || len(names) == 0 {
			t.Errorf("%s is not normalized, or has no names", dist)
		}
	}
}

func FuzzManifest(f *testing.F) {
	for _, name := range []string{"pyproject.toml", "setup.cfg", "setup.py", "requirements.txt", "Pipfile", "environment.yml", "uv.lock", "poetry.lock", "pdm.lock",
		"pylock.toml", "Pipfile.lock", "x.py"} {
		f.Add(name, []byte("[project]\nname = 'a'\ndependencies = ['b>=1']\n"))
	}
	f.Add("setup.py", []byte("from setuptools import setup\nR = ['a', *B] + R\nsetup(name='x', install_requires=R, extras_require={'t': R}, **k)"))
	f.Add("requirements.txt", []byte("-r a.txt\n-e git+https://x/y.git@v1#egg=y\nfoo==1 \\\n --hash=sha256:00\n"))
	f.Add("environment.yml", []byte("dependencies:\n- python=3.9\n- pip:\n  - a\n"))
	f.Add("Pipfile.lock", []byte(`{"_meta":{},"default":{"a":{"version":"==1"}}}`))
	f.Add("pyproject.toml", []byte("[dependency-groups]\na=[{include-group='b'}]\nb=[{include-group='a'}]"))
	f.Add("x.py", []byte("# /// script\n# dependencies = ['a']\n# ///\n"))
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		deps := ReadDependencies([]string{name}, func(string) ([]byte, error) { return text, nil })
		for _, m := range deps.Manifests {
			noInternal(t, m.Problems)
		}
		for _, l := range deps.Locks {
			noInternal(t, l.Problems)
		}
		m, _ := ScriptHeader(name, text)
		noInternal(t, m.Problems)
	})
}

func noInternal(t *testing.T, problems []Problem) {
	for _, p := range problems {
		if strings.HasPrefix(p.Message, "internal error") {
			t.Fatal(p.Message)
		}
	}
}
