package project

// A Manifest is what one file declares about a Python project: pyproject.toml, setup.cfg, setup.py, a requirements
// file, Pipfile, environment.yml, or a PEP 723 script header.
type Manifest struct {
	Path string // slash path relative to the checked root
	Kind ManifestKind
	// Name is the distribution's normalized name (PEP 503), "" when the file gives none.
	Name    string
	Version string
	// RequiresPython is the version specifier as written, with its line.
	RequiresPython     string
	RequiresPythonLine int
	// Roots are the directories that imports start from as far as the file says so, relative to the checked root.
	Roots []string
	// Dynamic is true when a part of the dependencies is computed and could not be read.
	Dynamic      bool
	Dependencies []Dependency
	// Includes are the files that a requirements file names by -r and -c; LoadManifests follows them.
	Includes []Include
	// Compiled is true for a requirements file that pip-compile or uv wrote: it is a lock as well.
	Compiled    bool
	EntryPoints []EntryPoint
	Problems    []Problem
}

// ManifestKind names the format of a manifest.
type ManifestKind string

const (
	Pyproject    ManifestKind = "pyproject.toml"
	SetupCfg     ManifestKind = "setup.cfg"
	SetupPy      ManifestKind = "setup.py"
	Requirements ManifestKind = "requirements"
	Constraints  ManifestKind = "constraints"
	Pipfile      ManifestKind = "Pipfile"
	Conda        ManifestKind = "conda"
	Script       ManifestKind = "script" // PEP 723
)

// A Dependency is one requirement in a manifest.
type Dependency struct {
	Name      string // normalized (PEP 503)
	Written   string // as in the file
	Extras    []string
	Specifier string // ">=2,<3", "" for any version
	Marker    string // "python_version < '3.11'"
	URL       string // direct reference, VCS or path
	Editable  bool
	Hashes    []string // "sha256:…"
	Group     string   // "" for the main dependencies, else "dev", "test", an extra's or group's name
	Optional  bool     // an extra: installed only when asked for
	File      string   // where it is written; differs from the manifest's path after -r
	Line      int
}

// An EntryPoint is one of [project.scripts], [project.gui-scripts] or [project.entry-points.GROUP].
type EntryPoint struct {
	Group  string // "console_scripts", "gui_scripts", or the group's name
	Name   string
	Module string // package.module
	Attr   string // function, "" when only a module is named
	Line   int
}
