package project

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// A Lock is what one lock file fixes.
type Lock struct {
	Path           string
	Kind           LockKind
	RequiresPython string
	Packages       []Locked // in the file's order
	Problems       []Problem
}

// LockKind names the format of a lock.
type LockKind string

const (
	UvLock          LockKind = "uv.lock"
	PoetryLock      LockKind = "poetry.lock"
	PdmLock         LockKind = "pdm.lock"
	Pylock          LockKind = "pylock.toml" // PEP 751
	PipfileLock     LockKind = "Pipfile.lock"
	CompiledRequire LockKind = "requirements" // written by pip-compile or uv pip compile, or all pinned with hashes
)

// A Locked is one package in a lock.
type Locked struct {
	Name    string // normalized (PEP 503)
	Version string
	// Files are the names of the files that may be installed: wheels tell for which interpreters there are builds.
	Files  []string
	Hashes []string
	// Groups are those that bring the package: "" for the main dependencies, "dev", an extra's name. Nil when the format
	// does not say.
	Groups []string
	Marker string
	// Source is "" for a package index, else "git", "path", "editable", "virtual", "url" or "directory", then ":" and where.
	Source string
	// Needs are the names of what it depends on, as far as the lock says.
	Needs []string
	Line  int
}

// LockKindOf says whether a file of that path is a lock. Compiled requirements are found when they are read as manifests.
func LockKindOf(file string) (LockKind, bool) {
	base := baseOf(file)
	switch base {
	case "uv.lock":
		return UvLock, true
	case "poetry.lock":
		return PoetryLock, true
	case "pdm.lock":
		return PdmLock, true
	case "Pipfile.lock":
		return PipfileLock, true
	}
	// PEP 751: pylock.toml or pylock.NAME.toml.
	if base == "pylock.toml" || strings.HasPrefix(base, "pylock.") && strings.HasSuffix(base, ".toml") && strings.Count(base, ".") == 2 {
		return Pylock, true
	}
	return "", false
}

// ParseLock reads a lock of any kind.
func ParseLock(file string, text []byte) (l Lock) {
	kind, _ := LockKindOf(file)
	l = Lock{Path: file, Kind: kind}
	defer guard(file, &l.Problems)
	if kind == PipfileLock {
		l.pipfile(text)
		return l
	}
	doc, bad := parseTOML(text)
	if bad != nil {
		l.Problems = append(l.Problems, Problem{Path: file, Line: bad.line, Message: "lock file cannot be read: " + bad.message,
			Help: "resolve a merge conflict, or lock again"})
	}
	switch kind {
	case UvLock:
		l.uv(doc)
	case PoetryLock:
		l.RequiresPython = doc.table("metadata").text("python-versions")
		legacy := doc.table("metadata", "files") // before poetry 1.3
		for _, t := range doc.tables("package") {
			p := l.add(t)
			files := t.tables("files")
			if legacy != nil && files == nil {
				files = legacy.tables(t.text("name"))
			}
			p.addFiles(files)
			p.Needs = tableNames(t.table("dependencies"))
			p.Groups = groupNames(t.texts("groups"))
			switch t.text("category") { // before poetry 1.5
			case "main":
				p.Groups = []string{""}
			case "dev":
				p.Groups = []string{"dev"}
			}
			if src := t.table("source"); src != nil && src.text("type") != "legacy" && src.text("type") != "" {
				p.Source = src.text("type") + ":" + src.text("url")
			}
		}
	case PdmLock:
		l.RequiresPython = doc.table("metadata").text("requires_python")
		files := doc.table("metadata", "files")
		for _, t := range doc.tables("package") {
			p := l.add(t)
			p.addFiles(t.tables("files"))
			if files != nil {
				p.addFiles(files.tables(t.text("name") + " " + t.text("version")))
			}
			p.Groups = groupNames(t.texts("groups"))
			p.Marker = t.text("marker")
			for _, d := range t.texts("dependencies") {
				if r, ok := ParseRequirement(d.text); ok {
					p.Needs = append(p.Needs, r.Name)
				}
			}
			for _, key := range []string{"git", "path", "url"} {
				if s := t.text(key); s != "" {
					p.Source = key + ":" + s
				}
			}
		}
	case Pylock:
		l.RequiresPython = doc.text("requires-python")
		for _, t := range doc.tables("packages") {
			p := l.add(t)
			p.Marker = t.text("marker")
			p.addFiles(t.tables("wheels"))
			for _, key := range []string{"sdist", "archive"} {
				if f := t.table(key); f != nil {
					p.addFiles([]*tomlTable{f})
				}
			}
			if v := t.table("vcs"); v != nil {
				p.Source = "git:" + v.text("url") + v.text("path")
			}
			if d := t.table("directory"); d != nil {
				p.Source = "directory:" + d.text("path")
			}
			for _, d := range t.tables("dependencies") {
				p.Needs = append(p.Needs, NormalizeName(d.text("name")))
			}
		}
	}
	return l
}

func (l *Lock) add(t *tomlTable) *Locked {
	l.Packages = append(l.Packages, Locked{Name: NormalizeName(t.text("name")), Version: t.text("version"), Line: max(t.lineOf("name"), t.line)})
	return &l.Packages[len(l.Packages)-1]
}

func (p *Locked) addFiles(files []*tomlTable) {
	for _, f := range files {
		name := ""
		for _, key := range []string{"name", "file", "url", "path"} {
			if name == "" {
				name, _, _ = strings.Cut(baseOf(f.text(key)), "#")
			}
		}
		if name != "" {
			p.Files = append(p.Files, name)
		}
		if h := f.text("hash"); h != "" {
			p.Hashes = append(p.Hashes, h)
		}
		hashes := f.table("hashes")
		for _, k := range hashes.keysOrNil() {
			p.Hashes = append(p.Hashes, k+":"+hashes.text(k))
		}
	}
}

func tableNames(t *tomlTable) []string {
	var out []string
	for _, k := range t.keysOrNil() {
		out = append(out, NormalizeName(k))
	}
	return out
}

// groupNames gives poetry's "main" and pdm's "default" our name for the main dependencies.
func groupNames(texts []lineText) []string {
	var out []string
	for _, t := range texts {
		if t.text == "main" || t.text == "default" {
			out = append(out, "")
		} else {
			out = append(out, NormalizeName(t.text))
		}
	}
	return out
}

// uv's lock is a graph: who needs a package is found by walking from the projects in the repository, which uv marks as
// virtual or editable, through their dependencies, extras and groups.
func (l *Lock) uv(doc *tomlTable) {
	l.RequiresPython = doc.text("requires-python")
	type edge struct {
		to     string
		extras []string
	}
	edges := func(list []*tomlTable) []edge {
		var out []edge
		for _, d := range list {
			e := edge{to: NormalizeName(d.text("name"))}
			for _, x := range d.texts("extra") {
				e.extras = append(e.extras, NormalizeName(x.text))
			}
			out = append(out, e)
		}
		return out
	}
	type node struct {
		main   []edge
		extras map[string][]edge
	}
	nodes := map[string]*node{}
	index := map[string][]int{} // a name may be locked in several versions, by marker
	type start struct {
		group string
		edges []edge
	}
	var starts []start
	for _, t := range doc.tables("package") {
		p := l.add(t)
		p.addFiles(t.tables("wheels"))
		if s := t.table("sdist"); s != nil {
			p.addFiles([]*tomlTable{s})
		}
		local := false
		src := t.table("source")
		for _, k := range src.keysOrNil() {
			if k != "registry" {
				p.Source = k + ":" + src.text(k)
			}
			local = local || k == "virtual" || k == "editable"
		}
		n := nodes[p.Name]
		if n == nil {
			n = &node{extras: map[string][]edge{}}
			nodes[p.Name] = n
		}
		main := edges(t.tables("dependencies"))
		for _, e := range main {
			if !slices.Contains(p.Needs, e.to) {
				p.Needs = append(p.Needs, e.to)
			}
		}
		n.main = append(n.main, main...)
		optional := t.table("optional-dependencies")
		for _, x := range optional.keysOrNil() {
			n.extras[NormalizeName(x)] = append(n.extras[NormalizeName(x)], edges(optional.tables(x))...)
		}
		index[p.Name] = append(index[p.Name], len(l.Packages)-1)
		if local {
			starts = append(starts, start{"", main})
			for _, x := range optional.keysOrNil() {
				starts = append(starts, start{NormalizeName(x), edges(optional.tables(x))})
			}
			groups := t.table("dev-dependencies")
			for _, g := range groups.keysOrNil() {
				starts = append(starts, start{NormalizeName(g), edges(groups.tables(g))})
			}
		}
	}
	seen := map[string]map[string]bool{} // group to "name" and "name[extra]"
	for _, s := range starts {
		if seen[s.group] == nil {
			seen[s.group] = map[string]bool{}
		}
		done := seen[s.group]
		todo := slices.Clone(s.edges)
		for len(todo) > 0 {
			e := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			n := nodes[e.to]
			if n == nil {
				continue
			}
			if !done[e.to] {
				done[e.to] = true
				todo = append(todo, n.main...)
				for _, i := range index[e.to] {
					l.Packages[i].Groups = append(l.Packages[i].Groups, s.group)
				}
			}
			for _, x := range e.extras {
				if key := e.to + "[" + x; !done[key] {
					done[key] = true
					todo = append(todo, n.extras[x]...)
				}
			}
		}
	}
	for i := range l.Packages {
		slices.Sort(l.Packages[i].Groups)
	}
}

// pipfile reads Pipfile.lock: JSON with the sections default and develop, whose lines are found from token offsets.
func (l *Lock) pipfile(text []byte) {
	d := json.NewDecoder(bytes.NewReader(text))
	lineAt := func(offset int64) int { return bytes.Count(text[:min(int(offset), len(text))], []byte("\n")) + 1 }
	fail := func() {
		l.Problems = append(l.Problems, Problem{Path: l.Path, Line: lineAt(d.InputOffset()), Message: "lock file is not JSON", Help: "resolve a merge conflict, or lock again"})
	}
	type entry struct {
		Version string   `json:"version"`
		Hashes  []string `json:"hashes"`
		Markers string   `json:"markers"`
		Git     string   `json:"git"`
		Path    string   `json:"path"`
		File    string   `json:"file"`
	}
	object := func(each func(key string) bool) bool {
		t, err := d.Token()
		if err != nil || t != json.Delim('{') {
			return false
		}
		for d.More() {
			t, err := d.Token()
			key, ok := t.(string)
			if err != nil || !ok || !each(key) {
				return false
			}
		}
		_, err = d.Token()
		return err == nil
	}
	ok := object(func(section string) bool {
		group, known := map[string]string{"default": "", "develop": "dev"}[section]
		if !known {
			if section == "_meta" {
				var meta struct {
					Requires struct {
						Version string `json:"python_version"`
					} `json:"requires"`
				}
				if d.Decode(&meta) != nil {
					return false
				}
				if v := meta.Requires.Version; v != "" {
					l.RequiresPython = "==" + v + ".*"
				}
				return true
			}
			group = NormalizeName(section)
		}
		return object(func(name string) bool {
			p := Locked{Name: NormalizeName(name), Groups: []string{group}, Line: lineAt(d.InputOffset())}
			var e entry
			if d.Decode(&e) != nil {
				return false
			}
			p.Version, p.Hashes, p.Marker = strings.TrimPrefix(e.Version, "=="), e.Hashes, e.Markers
			for _, s := range [][2]string{{"git", e.Git}, {"path", e.Path}, {"url", e.File}} {
				if s[1] != "" {
					p.Source = s[0] + ":" + s[1]
				}
			}
			l.Packages = append(l.Packages, p)
			return true
		})
	})
	if !ok {
		fail()
	}
}

// asLock reads a requirements file as the lock that it is when a tool compiled it, or when every entry is pinned and
// carries hashes.
func (m *Manifest) asLock() (Lock, bool) {
	if m.Kind != Requirements || len(m.Dependencies) == 0 {
		return Lock{}, false
	}
	l := Lock{Path: m.Path, Kind: CompiledRequire}
	for i := range m.Dependencies {
		d := &m.Dependencies[i]
		version, pinned := d.Pinned()
		if !m.Compiled && (!pinned || len(d.Hashes) == 0) {
			return Lock{}, false
		}
		p := Locked{Name: d.Name, Version: version, Hashes: d.Hashes, Marker: d.Marker, Groups: []string{d.Group}, Line: d.Line}
		if d.URL != "" {
			p.Source = "url:" + d.URL
		}
		l.Packages = append(l.Packages, p)
	}
	return l, true
}

// Find gives the packages of that normalized name, one for each locked version.
func (l *Lock) Find(name string) []*Locked {
	var out []*Locked
	for i := range l.Packages {
		if l.Packages[i].Name == name {
			out = append(out, &l.Packages[i])
		}
	}
	return out
}
