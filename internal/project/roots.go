package project

import (
	_ "embed"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

// A Module is one Python file's (or notebook's) place in the import system.
type Module struct {
	Path string // slash path relative to the checked root
	// Name is the dotted name; a package's own name for its __init__ file. Two files may share a name when their roots
	// differ (two services with an app.main each), so Root and Name together, or Path, tell modules apart.
	Name string
	Root string // the directory its name starts from, "" for the checked root
	// IsPackage is true for an __init__ file.
	IsPackage bool
	// Importable is false when no import statement can name it: my-tool.py, a notebook, a script without extension.
	Importable bool
	Stub       bool // .pyi
	Test       bool // collected by pytest's default names, or a conftest, or inside a tests directory
}

// LayoutOptions is what import roots are found from.
type LayoutOptions struct {
	Files     []string   // Python files and notebooks, slash paths
	Manifests []Manifest // what pyproject.toml and its like declare
	// Artifacts are the other files of the walk; a Dockerfile, a requirements file or manage.py marks the directory that
	// a service is started in.
	Artifacts []string
	// Source names import roots that the configuration declares.
	Source []string
	// Package is the dotted name under which the checked root itself can be imported, "" when it is no package.
	Package string
	// Imported says whether any file imports this dotted name absolutely. It settles names that directories alone leave
	// open; nil when the imports are not known yet.
	Imported func(name string) bool
	// Below says whether any file imports absolutely what has this first part: base.models is below base.
	Below func(top string) bool
}

// A Layout is the modules of a project and how imports between them resolve. It is immutable once built.
//
// Roots are found from evidence, strongest first: declared in the configuration or a manifest (package directories,
// poetry's from, build backends' module roots), a src directory beside a manifest, the directory of a manifest,
// requirements file or Dockerfile, the directory above a package, and always the checked root. A file is named from
// the deepest root above it. Between a root and a file, directories without __init__.py are namespace packages
// (PEP 420), except that a regular package which is nested in such directories below a root that nobody declared, and in no
// regular package, is named from the directory right above it, as a test runner or type checker would name it.
type Layout struct {
	Modules []Module // sorted by path
	Roots   []string // sorted

	byPath   map[string]int32 // path without extension or "/__init__" to module; source files
	stubs    map[string]int32 // likewise, .pyi
	packages map[string]bool  // directories with __init__.py or __init__.pyi
	dirs     map[string]bool  // directories with Python anywhere below
	names    map[string]bool  // base names of all of the above: a quick no
	owner    map[string]string
	needs    map[string][]string // project directory to normalized names of what it declares
	dists    map[string]string   // project directory to the normalized name of its distribution
	external map[string]bool     // top-level names that declared dependencies bring
	options  LayoutOptions
}

// NewLayout finds the roots and names every file.
func NewLayout(opts LayoutOptions) *Layout {
	l := &Layout{byPath: map[string]int32{}, stubs: map[string]int32{}, packages: map[string]bool{}, dirs: map[string]bool{}, names: map[string]bool{},
		owner: map[string]string{}, needs: map[string][]string{}, dists: map[string]string{}, external: map[string]bool{}, options: opts}
	files := slices.Clone(opts.Files)
	slices.Sort(files)
	files = slices.Compact(files)
	for _, f := range files {
		dir, base := split(f)
		if base == "__init__.py" || base == "__init__.pyi" {
			l.packages[dir] = true
		}
		for d := dir; !l.dirs[d]; d = parentOf(d) {
			l.dirs[d] = true
			l.names[baseOf(d)] = true
			if d == "" {
				break
			}
		}
	}

	const (
		inferred = iota + 1
		marked
		declared
	)
	roots := map[string]int{"": inferred}
	add := func(dir string, strength int) {
		dir = clean(dir)
		if l.dirs[dir] && roots[dir] < strength && (strength == declared || !l.packages[dir]) {
			roots[dir] = strength
		}
	}
	for _, dir := range opts.Source {
		add(dir, declared)
	}
	projects := map[string]bool{}
	for _, m := range opts.Manifests {
		dir := parentOf(m.Path)
		projects[dir] = true
		for _, root := range m.Roots {
			add(root, declared)
		}
		if m.Name != "" {
			l.dists[dir] = m.Name
		}
		for _, d := range m.Dependencies {
			l.needs[dir] = append(l.needs[dir], d.Name)
		}
	}
	for _, a := range opts.Artifacts {
		if marksProject(a) {
			projects[parentOf(a)] = true
		}
	}
	for _, f := range files {
		if _, base := split(f); base == "manage.py" {
			projects[parentOf(f)] = true
		}
	}
	local := map[string]bool{}
	for _, name := range l.dists {
		local[name] = true
	}
	for _, m := range opts.Manifests {
		for _, d := range m.Dependencies {
			if local[d.Name] || d.Editable {
				continue // a neighbour in this repository, not a library
			}
			names, _ := ImportNames(d.Name)
			for _, n := range names {
				if !strings.Contains(n, ".") {
					l.external[n] = true
				}
			}
		}
	}
	projects[""] = true
	for dir := range projects {
		add(dir, marked)
		src := joinPath(dir, "src")
		if !l.packages[src] {
			add(src, declared)
		}
	}

	for dir := range l.dirs {
		if baseOf(dir) == "src" {
			add(dir, marked)
		}
	}

	rootOf := map[string]string{}
	for _, f := range files {
		dir, _ := split(f)
		root, ok := rootOf[dir]
		if !ok {
			root = l.rootFor(dir, func(d string) (isRoot, strong bool) { return roots[d] > 0, roots[d] == declared })
			rootOf[dir] = root
			if roots[root] == 0 {
				roots[root] = inferred
			}
		}
		l.add(f, root)
	}
	for _, r := range slices.Sorted(maps.Keys(roots)) {
		l.Roots = append(l.Roots, r)
	}
	for dir := range l.dirs {
		p := dir
		for !projects[p] {
			p = parentOf(p)
		}
		l.owner[dir] = p
	}
	return l
}

// rootFor finds the root that files of a directory are named from.
func (l *Layout) rootFor(dir string, root func(string) (isRoot, strong bool)) string {
	top := dir // the outermost regular package around dir, or dir itself
	above := dir
	for l.packages[above] {
		if is, _ := root(above); is && above != "" {
			return above // a declared root that has an __init__.py all the same
		}
		top = above
		if above == "" {
			break
		}
		above = parentOf(above)
	}
	nearest := above
	strong := false
	for {
		is, s := root(nearest)
		if is {
			strong = s
			break
		}
		nearest = parentOf(nearest)
	}
	// A directory whose name no import can spell ends the namespace: my-service/app.py is app, from my-service.
	rest := strings.TrimPrefix(strings.TrimPrefix(above, nearest), "/")
	if rest != "" {
		parts := strings.Split(rest, "/")
		for i, part := range slices.Backward(parts) {
			if !isIdentifier(part) {
				nearest = joinPath(nearest, strings.Join(parts[:i+1], "/"))
				break
			}
		}
	}
	if strong || above == nearest || top == dir && !l.packages[dir] {
		return nearest
	}
	// Plain directories inside of a regular package are part of it: nothing else leads to what they hold.
	for d := above; d != nearest; d = parentOf(d) {
		if l.packages[d] {
			return l.rootFor(d, root)
		}
	}
	// A regular package below plain directories. The imports know; without them, the directory right above it.
	if imported := l.options.Imported; imported != nil {
		full := dotted(strings.TrimPrefix(strings.TrimPrefix(top, nearest), "/"))
		if imported(full) && !imported(baseOf(top)) {
			return nearest
		}
	}
	// apps/dagster beside a requirement of dagster: what imports dagster means the library, and apps/dagster is where its files are run from.
	if l.external[baseOf(top)] {
		return top
	}
	return above
}

func (l *Layout) add(file, root string) {
	dir, base := split(file)
	stem, ext := cutExt(base)
	m := Module{Path: file, Root: root, Stub: ext == ".pyi", IsPackage: stem == "__init__" && ext != ".ipynb"}
	rel := strings.TrimPrefix(strings.TrimPrefix(dir, root), "/")
	key := joinPath(dir, stem)
	if m.IsPackage {
		key = dir
	} else {
		rel = joinPath(rel, stem)
	}
	m.Name = dotted(rel)
	m.Importable = ext == ".py" || ext == ".pyi" || ext == ".pyw"
	for part := range strings.SplitSeq(rel, "/") {
		m.Importable = m.Importable && (isIdentifier(part) || rel == "")
	}
	if root == "" && l.packages[""] && l.options.Package != "" {
		top := l.options.Package
		switch {
		case rel == "":
			m.Name = top
		case l.options.Imported != nil && l.options.Imported(top):
			m.Name = top + "." + m.Name
		}
	}
	if m.Name == "" {
		m.Name = "__init__"
	}
	m.Test = isTestPath(file)
	index := int32(len(l.Modules))
	l.Modules = append(l.Modules, m)
	l.names[baseOf(key)] = true
	into := l.byPath
	if m.Stub {
		into = l.stubs
	}
	if ext != ".py" && ext != ".pyi" && ext != ".pyw" {
		return
	}
	// A package hides a module of the same name, as in CPython's path finder.
	if old, ok := into[key]; !ok || m.IsPackage && !l.Modules[old].IsPackage {
		into[key] = index
	}
}

// A Target is what an import resolved to.
type Target struct {
	Module    int  // index into Layout.Modules; -1 for a namespace package
	Stub      int  // index of the .pyi beside it, or -1; equal to Module when only a stub exists
	Namespace bool // a directory without __init__.py
	Dir       string
	// Guess is true when no search path that a manifest or the file's own place implies leads there: another project of
	// the repository has a module of that name, or it stands beside the file in a package.
	Guess bool
}

// Resolve finds the module that `import name` means in the module with index from: the file's own root first, then the
// directory it would be started in, the directories above it, then the other roots, those of declared dependencies before the
// rest, and last the packages that it is in. A name of the standard library or of a declared dependency is only taken from the root,
// where it would truly shadow the library.
func (l *Layout) Resolve(from int, name string) (Target, bool) {
	top, rest, _ := strings.Cut(name, ".")
	m := &l.Modules[from]
	if p := l.options.Package; p != "" && l.packages[""] {
		// PATH is itself a package: its own name leads back to it.
		if name == p {
			return l.at("", "")
		}
		if tail, ok := strings.CutPrefix(name, p+"."); ok {
			if t, ok := l.at("", tail); ok {
				return t, true
			}
		}
	}
	if top == "" || !l.names[top] {
		return Target{}, false
	}
	// A package that is the checked root does not shadow the standard library with its own logging.py.
	library := IsStandardLibrary(top)
	if !library || !l.packages[m.Root] {
		if t, ok, settled := l.within(m.Root, top, rest); ok || settled {
			return t, ok
		}
	}
	if library || l.external[top] {
		return Target{}, false
	}
	// What stands beside a module of a package is found by its bare name only where the module is run as a script, so the directories above
	// it come first.
	dir := parentOf(m.Path)
	var folder Target
	for d := dir; ; d = parentOf(d) {
		if !l.packages[d] {
			t, ok := l.beside(from, d, top, rest)
			if ok && !t.Namespace {
				return t, true
			}
			if ok && !folder.Namespace {
				folder = t
			}
		}
		if d == "" {
			break
		}
	}
	if t, ok := l.beside(from, dir, top, rest); ok && (!t.Namespace || !folder.Namespace) {
		t.Guess = true
		return t, true
	}
	if folder.Namespace {
		return folder, true
	}
	var found Target
	ok := false
	needs := l.needs[l.owner[dir]]
	for _, r := range l.Roots {
		t, here, _ := l.within(r, top, rest)
		if !here || t.Module == from {
			continue
		}
		if dist := l.dists[l.owner[r]]; dist != "" && slices.Contains(needs, dist) {
			return t, true
		}
		if !ok || found.Namespace && !t.Namespace {
			found, ok = t, true
			found.Guess = true
		}
	}
	if ok {
		return found, true
	}
	// A directory of packages is often a package itself and on sys.path all the same: apps/shop/views.py that imports base.models.
	for d := parentOf(dir); d != "" && l.packages[d]; d = parentOf(d) {
		if t, ok, _ := l.within(d, top, rest); ok && l.packages[joinPath(d, top)] && l.onPath(d) {
			t.Guess = true
			return t, true
		}
	}
	return Target{}, false
}

// onPath: the packages right in a package's directory are imported by their own names, two of three at least, so that something puts
// the directory on sys.path.
func (l *Layout) onPath(dir string) bool {
	if l.options.Below == nil {
		return false
	}
	own, all := 0, 0
	for p := range l.packages {
		if p != "" && parentOf(p) == dir {
			all++
			if l.options.Below(baseOf(p)) {
				own++
			}
		}
	}
	return all >= 3 && own*3 >= all*2
}

// beside looks a name up in a directory that is not the module's own root. A module does not mean itself: requests.py that imports requests.
func (l *Layout) beside(from int, dir, top, rest string) (Target, bool) {
	if dir == l.Modules[from].Root {
		return Target{}, false
	}
	t, ok, _ := l.within(dir, top, rest)
	return t, ok && t.Module != from
}

// ResolveFrom finds what a dotted name means for a command that starts in a directory: there first, then in the roots of
// the project that the directory belongs to, then anywhere.
func (l *Layout) ResolveFrom(dir, name string) (Target, bool) {
	top, rest, _ := strings.Cut(name, ".")
	if top == "" || !l.names[top] && top != l.options.Package {
		return Target{}, false
	}
	project, known := l.owner[dir]
	if !known {
		project = dir
	}
	candidates := []string{dir}
	for _, r := range l.Roots {
		if l.owner[r] == project && r != dir {
			candidates = append(candidates, r)
		}
	}
	for _, r := range candidates {
		if t, ok, _ := l.within(r, top, rest); ok && !t.Namespace {
			return t, true
		}
	}
	for _, r := range l.Roots {
		if t, ok, _ := l.within(r, top, rest); ok && !t.Namespace {
			t.Guess = true
			return t, true
		}
	}
	return Target{}, false
}

// within looks a dotted name up below a root. A regular package or module that has the name's first part settles the
// question even when the rest is missing; a namespace package may go on in another root.
func (l *Layout) within(root, top, rest string) (t Target, ok, settled bool) {
	t, ok = l.at(root, top)
	if rest == "" || !ok {
		return t, ok, false
	}
	settled = t.Module >= 0
	if settled && !l.Modules[t.Module].IsPackage {
		return Target{}, false, true
	}
	t, ok = l.at(joinPath(root, top), rest)
	return t, ok, settled
}

func (l *Layout) at(dir, name string) (Target, bool) {
	key := joinPath(dir, strings.ReplaceAll(name, ".", "/"))
	t := Target{Module: -1, Stub: -1, Dir: key}
	if i, ok := l.stubs[key]; ok {
		t.Stub, t.Module = int(i), int(i)
	}
	if i, ok := l.byPath[key]; ok {
		t.Module = int(i)
	}
	if t.Module >= 0 {
		return t, true
	}
	if l.dirs[key] {
		t.Namespace = true
		return t, true
	}
	return t, false
}

// ResolveRelative finds what `from ..name import …` means, with level dots; name may be empty. It goes by directories,
// as the import system does once it knows the package.
func (l *Layout) ResolveRelative(from, level int, name string) (Target, bool) {
	dir, _ := split(l.Modules[from].Path)
	for ; level > 1; level-- {
		if dir == "" {
			return Target{}, false
		}
		dir = parentOf(dir)
	}
	return l.at(dir, name)
}

// Child finds a submodule of a package or namespace package, for `from pkg import name`.
func (l *Layout) Child(t Target, name string) (Target, bool) {
	if t.Module >= 0 && !l.Modules[t.Module].IsPackage {
		return Target{}, false
	}
	return l.at(t.Dir, name)
}

// ProjectOf is the directory of the project a path belongs to: the nearest one above it with a manifest, requirements
// file or Dockerfile, else the checked root.
func (l *Layout) ProjectOf(file string) string { return l.owner[parentOf(file)] }

// marksProject is true for files whose directory something is built or started from.
func marksProject(p string) bool {
	_, base := split(p)
	switch base {
	case "Dockerfile", "Containerfile", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "environment.yml", "environment.yaml", "Procfile",
		"uv.lock", "poetry.lock", "pdm.lock", "serverless.yml", "dbt_project.yml":
		return true
	}
	return isRequirementsName(base) && baseOf(parentOf(p)) != "requirements"
}

func isRequirementsName(base string) bool {
	stem, ext := cutExt(base)
	return (ext == ".txt" || ext == ".in") && (strings.HasPrefix(stem, "requirements") || strings.HasSuffix(stem, "requirements"))
}

// isTestPath follows pytest's defaults: test_*.py, *_test.py and conftest.py, and everything in a directory of tests.
func isTestPath(p string) bool {
	dir, base := split(p)
	stem, _ := cutExt(base)
	if strings.HasPrefix(stem, "test_") || strings.HasSuffix(stem, "_test") || stem == "conftest" {
		return true
	}
	for part := range strings.SplitSeq(dir, "/") {
		if part == "tests" || part == "test" || part == "unittests" || strings.HasSuffix(part, "_tests") {
			return true
		}
	}
	return false
}

//go:embed data/stdlib.txt
var stdlibText string

var stdlib = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool, 400)
	for line := range strings.Lines(stdlibText) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			set[line] = true
		}
	}
	return set
})

// IsStandardLibrary says whether a top-level name is a module of the standard library of any supported version.
func IsStandardLibrary(top string) bool { return stdlib()[top] }

func split(p string) (dir, base string) {
	i := strings.LastIndexByte(p, '/')
	if i < 0 {
		return "", p
	}
	return p[:i], p[i+1:]
}

func parentOf(p string) string { dir, _ := split(p); return dir }
func baseOf(p string) string   { _, base := split(p); return base }

func cutExt(base string) (stem, ext string) {
	if i := strings.LastIndexByte(base, '.'); i > 0 {
		return base[:i], base[i:]
	}
	return base, ""
}

func joinPath(dir, name string) string {
	switch {
	case dir == "":
		return name
	case name == "":
		return dir
	}
	return dir + "/" + name
}

// clean turns ".", "./src/" and the like into the form the rest uses; what leads out of the tree becomes a path that
// no file has.
func clean(dir string) string {
	dir = path.Clean(strings.ReplaceAll(dir, `\`, "/"))
	if dir == "." || dir == "/" {
		return ""
	}
	return strings.TrimPrefix(dir, "/")
}

func dotted(p string) string { return strings.ReplaceAll(p, "/", ".") }

// isIdentifier is generous beyond ASCII: a letter of any script may start a name.
func isIdentifier(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c >= 0x80:
		case '0' <= c && c <= '9' && i > 0:
		default:
			return false
		}
	}
	return true
}
