package project

import (
	"bytes"
	"path"
	"slices"
	"strconv"
	"strings"
)

// ManifestKindOf says whether a file of that path is a manifest; scripts with a PEP 723 header are found by ScriptHeader.
func ManifestKindOf(file string) (ManifestKind, bool) {
	dir, base := split(file)
	switch base {
	case "pyproject.toml":
		return Pyproject, true
	case "setup.cfg":
		return SetupCfg, true
	case "setup.py":
		return SetupPy, true
	case "Pipfile":
		return Pipfile, true
	case "environment.yml", "environment.yaml", "conda.yml", "conda.yaml":
		return Conda, true
	}
	stem, ext := cutExt(base)
	if ext == ".txt" || ext == ".in" {
		switch {
		case strings.Contains(stem, "constraints"):
			return Constraints, true
		case isRequirementsName(base), strings.Contains(stem, "requirements"), baseOf(dir) == "requirements":
			return Requirements, true
		}
	}
	return "", false
}

// ParseManifest reads a manifest of any kind. A file that cannot be parsed gives what could be read, and Problems.
func ParseManifest(file string, text []byte) (m Manifest) {
	kind, _ := ManifestKindOf(file)
	m = Manifest{Path: file, Kind: kind}
	defer guard(file, &m.Problems)
	switch kind {
	case Pyproject:
		m.pyproject(text)
	case SetupCfg:
		m.setupCfg(text)
	case SetupPy:
		m.setupPy(text)
	case Pipfile:
		m.pipfile(text)
	case Conda:
		m.conda(text)
	case Requirements, Constraints:
		m = parseRequirements(file, text)
		m.Kind = kind
	}
	return m
}

// guard turns a parser's own bug into a problem of the file, so that one file never costs the others.
func guard(file string, problems *[]Problem) {
	if r := recover(); r != nil {
		*problems = append(*problems, Problem{Path: file, Message: "internal error while reading this file; the rest of the check is not affected",
			Help: "please report it with the file"})
	}
}

func (m *Manifest) problem(line int, help, message string) {
	m.Problems = append(m.Problems, Problem{Path: m.Path, Line: line, Message: message, Help: help})
}

// require adds one PEP 508 requirement.
func (m *Manifest) require(text string, line int, group string, optional bool) {
	d, ok := ParseRequirement(text)
	if !ok {
		if strings.TrimSpace(text) != "" && !strings.Contains(text, "{{") {
			m.problem(line, "write a name with a version, such as requests>=2.31,<3", "not a requirement: "+shorten(text))
		}
		return
	}
	d.Group, d.Optional, d.File, d.Line = group, optional, m.Path, line
	m.Dependencies = append(m.Dependencies, d)
}

func (m *Manifest) root(dir string) {
	dir = strings.ReplaceAll(dir, `\`, "/")
	r := clean(path.Join(parentOf(m.Path), dir))
	if strings.HasPrefix(r, "../") || r == ".." || slices.Contains(m.Roots, r) {
		return
	}
	m.Roots = append(m.Roots, r)
}

func (m *Manifest) entryPoint(group, name, value string, line int) {
	value, _, _ = strings.Cut(value, "[") // extras, deprecated
	module, attr, _ := strings.Cut(strings.TrimSpace(value), ":")
	m.EntryPoints = append(m.EntryPoints, EntryPoint{Group: group, Name: strings.TrimSpace(name), Module: strings.TrimSpace(module),
		Attr: strings.TrimSpace(attr), Line: line})
}

func (m *Manifest) pyproject(text []byte) {
	doc, bad := parseTOML(text)
	if bad != nil {
		m.problem(bad.line, "", bad.message)
	}
	project := doc.table("project")
	m.Name, m.Version = NormalizeName(project.text("name")), project.text("version")
	m.RequiresPython, m.RequiresPythonLine = project.text("requires-python"), project.lineOf("requires-python")
	for _, d := range project.texts("dependencies") {
		m.require(d.text, d.line, "", false)
	}
	extras := project.table("optional-dependencies")
	for _, name := range extras.keysOrNil() {
		for _, d := range extras.texts(name) {
			m.require(d.text, d.line, NormalizeName(name), true)
		}
	}
	for _, d := range project.texts("dynamic") {
		m.Dynamic = m.Dynamic || d.text == "dependencies" || d.text == "optional-dependencies"
	}
	for _, scripts := range [][2]string{{"scripts", "console_scripts"}, {"gui-scripts", "gui_scripts"}} {
		t := project.table(scripts[0])
		for _, name := range t.keysOrNil() {
			m.entryPoint(scripts[1], name, t.text(name), t.lineOf(name))
		}
	}
	points := project.table("entry-points")
	for _, group := range points.keysOrNil() {
		t := points.table(group)
		for _, name := range t.keysOrNil() {
			m.entryPoint(group, name, t.text(name), t.lineOf(name))
		}
	}
	m.dependencyGroups(doc.table("dependency-groups"))
	tool := doc.table("tool")
	m.poetry(tool.table("poetry"))
	m.buildRoots(tool)
	pdm := tool.table("pdm", "dev-dependencies")
	for _, group := range pdm.keysOrNil() {
		for _, d := range pdm.texts(group) {
			m.require(strings.TrimPrefix(d.text, "-e "), d.line, NormalizeName(group), false)
		}
	}
	for _, d := range tool.table("uv").texts("dev-dependencies") {
		m.require(d.text, d.line, "dev", false)
	}
	envs := tool.table("hatch", "envs")
	for _, env := range envs.keysOrNil() {
		group := NormalizeName(env)
		if env == "default" {
			group = "dev" // hatch's default environment is where people work, not what is installed
		}
		for _, key := range []string{"dependencies", "extra-dependencies"} {
			for _, d := range envs.table(env).texts(key) {
				m.require(d.text, d.line, group, false)
			}
		}
	}
	if backend := doc.table("build-system"); backend != nil && m.Name == "" && project == nil && tool.table("poetry") == nil {
		m.Dynamic = true // setup.cfg or setup.py says the rest
	}
}

// dependencyGroups reads PEP 735, with include-group followed through.
func (m *Manifest) dependencyGroups(groups *tomlTable) {
	byName := map[string]string{}
	for _, g := range groups.keysOrNil() {
		byName[NormalizeName(g)] = g
	}
	var add func(into, from string, seen []string)
	add = func(into, from string, seen []string) {
		for _, v := range groups.list(from) {
			switch x := v.any.(type) {
			case string:
				m.require(x, v.line, NormalizeName(into), false)
			case *tomlTable:
				name, ok := byName[NormalizeName(x.text("include-group"))]
				switch {
				case !ok:
					m.problem(v.line, "name a key of [dependency-groups]", "dependency group "+into+" includes a group that does not exist: "+shorten(x.text("include-group")))
				case slices.Contains(seen, name) || len(seen) > 50:
					m.problem(v.line, "remove one include-group", "dependency group "+into+" includes itself")
				default:
					add(into, name, append(seen, name))
				}
			}
		}
	}
	for _, g := range groups.keysOrNil() {
		// A group that includes groups that include groups multiplies; no real file comes near this.
		if len(m.Dependencies) > 100_000 {
			return
		}
		add(g, g, []string{g})
	}
}

func (m *Manifest) poetry(p *tomlTable) {
	if p == nil {
		return
	}
	if m.Name == "" {
		m.Name, m.Version = NormalizeName(p.text("name")), p.text("version")
	}
	m.poetryTable(p.table("dependencies"), "")
	m.poetryTable(p.table("dev-dependencies"), "dev")
	groups := p.table("group")
	for _, g := range groups.keysOrNil() {
		m.poetryTable(groups.table(g, "dependencies"), NormalizeName(g))
	}
	extras := p.table("extras")
	for _, name := range extras.keysOrNil() {
		for _, d := range extras.texts(name) {
			for i := range m.Dependencies {
				if dep := &m.Dependencies[i]; dep.Name == NormalizeName(d.text) && dep.Group == "" {
					dep.Group, dep.Optional = NormalizeName(name), true
				}
			}
		}
	}
	scripts := p.table("scripts")
	for _, name := range scripts.keysOrNil() {
		target := scripts.text(name)
		if t := scripts.table(name); t != nil {
			target = t.text("reference")
		}
		m.entryPoint("console_scripts", name, target, scripts.lineOf(name))
	}
	plugins := p.table("plugins")
	for _, group := range plugins.keysOrNil() {
		t := plugins.table(group)
		for _, name := range t.keysOrNil() {
			m.entryPoint(group, name, t.text(name), t.lineOf(name))
		}
	}
}

func (m *Manifest) poetryTable(t *tomlTable, group string) {
	for _, name := range t.keysOrNil() {
		e := t.entries[name]
		if name == "python" {
			if s, ok := e.value.any.(string); ok && group == "" && m.RequiresPython == "" {
				m.RequiresPython, m.RequiresPythonLine = poetrySpecifier(s), e.line
			}
			continue
		}
		variants := []tomlValue{e.value}
		if list, ok := e.value.any.([]tomlValue); ok {
			variants = list // one constraint per Python version or platform
		}
		for _, v := range variants {
			d := Dependency{Name: NormalizeName(name), Written: name, Group: group, File: m.Path, Line: e.line}
			switch x := v.any.(type) {
			case string:
				d.Specifier = poetrySpecifier(x)
			case *tomlTable:
				d.Specifier = poetrySpecifier(x.text("version"))
				d.Marker = x.text("markers")
				for _, extra := range x.texts("extras") {
					d.Extras = append(d.Extras, NormalizeName(extra.text))
				}
				for _, key := range []string{"git", "url", "path", "file"} {
					if u := x.text(key); u != "" {
						d.URL = u
					}
				}
				if v, ok := x.get("develop"); ok {
					d.Editable, _ = v.any.(bool)
				}
				if v, ok := x.get("optional"); ok {
					d.Optional, _ = v.any.(bool)
				}
			}
			m.Dependencies = append(m.Dependencies, d)
		}
	}
}

// poetrySpecifier writes poetry's caret, tilde and bare versions as PEP 440 does, as far as one part goes; "^1.2" is
// ">=1.2,<2". "*" is any version.
func poetrySpecifier(s string) string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		switch {
		case part == "" || part == "*":
		case part[0] == '^' || part[0] == '~' && !strings.HasPrefix(part, "~="):
			v := strings.TrimSpace(part[1:])
			nums := strings.Split(v, ".")
			at := 0
			if part[0] == '^' {
				for at < len(nums)-1 && nums[at] == "0" {
					at++
				}
			} else if len(nums) > 1 {
				at = 1
			}
			n, err := strconv.Atoi(nums[at])
			if err != nil {
				out = append(out, ">="+v)
				continue
			}
			upper := append(slices.Clone(nums[:at]), strconv.Itoa(n+1))
			out = append(out, ">="+v, "<"+strings.Join(upper, "."))
		case '0' <= part[0] && part[0] <= '9':
			out = append(out, "=="+part)
		default:
			out = append(out, strings.Join(strings.Fields(part), ""))
		}
	}
	return strings.Join(out, ",")
}

// buildRoots reads where each build backend is told to find packages.
func (m *Manifest) buildRoots(tool *tomlTable) {
	st := tool.table("setuptools")
	dynamic := st.table("dynamic")
	include := func(t *tomlTable, group string) {
		for _, f := range t.texts("file") {
			m.Includes = append(m.Includes, Include{Path: path.Join(parentOf(m.Path), f.text), Line: f.line, Group: group})
		}
	}
	include(dynamic.table("dependencies"), "")
	extras := dynamic.table("optional-dependencies")
	for _, name := range extras.keysOrNil() {
		include(extras.table(name), NormalizeName(name))
	}
	dirs := st.table("package-dir")
	for _, pkg := range dirs.keysOrNil() {
		m.packageDir(pkg, dirs.text(pkg))
	}
	for _, w := range st.table("packages", "find").texts("where") {
		m.root(w.text)
	}
	for _, p := range tool.table("poetry").tables("packages") {
		if from := p.text("from"); from != "" {
			m.root(from)
		}
	}
	if dir := tool.table("pdm", "build").text("package-dir"); dir != "" {
		m.root(dir)
	}
	if dir := tool.table("uv", "build-backend").text("module-root"); dir != "" {
		m.root(dir)
	}
	if dir := tool.table("maturin").text("python-source"); dir != "" {
		m.root(dir)
	}
	for _, target := range []*tomlTable{tool.table("hatch", "build"), tool.table("hatch", "build", "targets", "wheel")} {
		for _, p := range target.texts("packages") {
			if dir := path.Dir(strings.TrimSuffix(p.text, "/")); dir != "." {
				m.root(dir) // packages = ["src/pkg"] strips everything before the last part
			}
		}
		for _, s := range target.texts("sources") {
			m.root(s.text)
		}
	}
	for _, key := range [][]string{{"pytest", "ini_options"}, {"mypy"}} {
		t := tool.table(key...)
		name := "pythonpath"
		if key[0] == "mypy" {
			name = "mypy_path"
		}
		for _, p := range t.texts(name) {
			for part := range strings.SplitSeq(p.text, ":") {
				if part = strings.TrimSpace(part); part != "" && !strings.HasPrefix(part, "$") && !strings.HasPrefix(part, "stub") {
					m.root(part)
				}
			}
		}
	}
}

// packageDir is one entry of setuptools' package_dir: "" = "src" is a root, "pkg" = "lib/pkg" makes lib one.
func (m *Manifest) packageDir(pkg, dir string) {
	if pkg == "" {
		m.root(dir)
		return
	}
	tail := strings.ReplaceAll(pkg, ".", "/")
	if head, ok := strings.CutSuffix(clean(dir), tail); ok && (head == "" || strings.HasSuffix(head, "/")) {
		m.root(head)
	}
}

func (m *Manifest) setupCfg(text []byte) {
	f := parseINI(text)
	meta, options := f.section("metadata"), f.section("options")
	m.Name, m.Version = NormalizeName(meta.text("name")), meta.text("version")
	if strings.HasPrefix(m.Version, "attr:") || strings.HasPrefix(m.Version, "file:") {
		m.Version = ""
	}
	if k, ok := options.key("python_requires"); ok {
		m.RequiresPython, m.RequiresPythonLine = k.text(), k.line
	}
	list := func(k iniKey, group string, optional bool) {
		for _, l := range k.lines {
			if t, isFile := strings.CutPrefix(l.text, "file:"); isFile {
				for name := range strings.SplitSeq(t, ",") {
					m.Includes = append(m.Includes, Include{Path: path.Join(parentOf(m.Path), strings.TrimSpace(name)), Line: l.line})
				}
				continue
			}
			if l.text[0] != '#' {
				m.require(l.text, l.line, group, optional)
			}
		}
	}
	if k, ok := options.key("install_requires"); ok {
		list(k, "", false)
	}
	if k, ok := options.key("tests_require"); ok {
		list(k, "test", false)
	}
	if extras := f.section("options.extras_require"); extras != nil {
		for _, k := range extras.keys {
			list(k, NormalizeName(k.name), true)
		}
	}
	if k, ok := options.key("package_dir"); ok {
		for _, l := range k.lines {
			if pkg, dir, ok := strings.Cut(l.text, "="); ok {
				m.packageDir(strings.TrimSpace(pkg), strings.TrimSpace(dir))
			}
		}
	}
	if k, ok := f.section("options.packages.find").key("where"); ok {
		m.root(k.text())
	}
	if points := f.section("options.entry_points"); points != nil {
		for _, k := range points.keys {
			for _, l := range k.lines {
				if name, target, ok := strings.Cut(l.text, "="); ok {
					m.entryPoint(k.name, name, target, l.line)
				}
			}
		}
	}
}

func (m *Manifest) pipfile(text []byte) {
	doc, bad := parseTOML(text)
	if bad != nil {
		m.problem(bad.line, "", bad.message)
	}
	if v := doc.table("requires").text("python_version"); v != "" {
		m.RequiresPython, m.RequiresPythonLine = "=="+v+".*", doc.table("requires").lineOf("python_version")
	}
	for _, section := range doc.keys {
		group := map[string]string{"packages": "", "dev-packages": "dev"}[section]
		switch section {
		case "source", "requires", "scripts", "pipenv":
			continue
		case "packages", "dev-packages":
		default:
			group = NormalizeName(section)
		}
		m.poetryTable(doc.table(section), group)
	}
}

// conda reads environment.yml: conda's packages by their PyPI names where those are the same, and pip's list as it is.
func (m *Manifest) conda(text []byte) {
	docs, bad := parseYAML(text)
	if bad != nil {
		m.problem(bad.line, "", bad.message)
	}
	if len(docs) == 0 {
		return
	}
	m.Name = ""
	for _, item := range docs[0].get("dependencies").items() {
		if pip := item.get("pip"); pip.ok() {
			for _, p := range pip.items() {
				m.requirementLine(p.text(), p.line(), "")
			}
			continue
		}
		spec := item.text()
		if _, name, ok := strings.Cut(spec, "::"); ok {
			spec = name
		}
		end := 0
		for end < len(spec) && isNameByte(spec[end]) {
			end++
		}
		name, version := spec[:end], strings.TrimSpace(spec[end:])
		// "numpy=1.26=py312_0" is name=version=build; one "=" matches any version that starts so.
		if v, ok := strings.CutPrefix(version, "="); ok && !strings.HasPrefix(v, "=") {
			v, _, exact := strings.Cut(v, "=")
			if version = "==" + v; !exact {
				version += ".*"
			}
		}
		switch name {
		case "":
		case "python":
			m.RequiresPython, m.RequiresPythonLine = version, item.line()
		case "pip":
		default:
			m.Dependencies = append(m.Dependencies, Dependency{Name: NormalizeName(name), Written: name, Specifier: version, File: m.Path, Line: item.line()})
		}
	}
}

// ScriptHeader reads the `# /// script` block of a Python file (PEP 723); ok is false when there is none. It costs one
// search when there is none.
func ScriptHeader(file string, text []byte) (m Manifest, ok bool) {
	at := bytes.Index(text, []byte("# /// script"))
	if at < 0 || at > 0 && text[at-1] != '\n' {
		return m, false
	}
	defer guard(file, &m.Problems)
	first := bytes.Count(text[:at], []byte("\n")) + 1
	var body strings.Builder
	closed := false
	number := 0
	for line := range bytes.Lines(text[at:]) {
		number++
		line = bytes.TrimRight(line, "\r\n \t")
		if number == 1 {
			if string(line) != "# /// script" {
				return m, false
			}
			body.WriteByte('\n')
			continue
		}
		if string(line) == "# ///" {
			closed = true
			break
		}
		content, isComment := bytes.CutPrefix(line, []byte("#"))
		if !isComment {
			break
		}
		body.Write(bytes.TrimPrefix(content, []byte(" ")))
		body.WriteByte('\n')
	}
	if !closed {
		return m, false
	}
	m = Manifest{Path: file, Kind: Script}
	doc, bad := parseTOML([]byte(body.String()))
	if bad != nil {
		m.problem(first+bad.line-1, "", "script header: "+bad.message)
	}
	m.RequiresPython = doc.text("requires-python")
	if n := doc.lineOf("requires-python"); n > 0 {
		m.RequiresPythonLine = first + n - 1
	}
	for _, d := range doc.texts("dependencies") {
		m.require(d.text, first+d.line-1, "", false)
	}
	return m, true
}
