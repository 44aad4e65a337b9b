package standard

// GraduatedOptions are what a project made from a notebook or script differs in from a new one.
type GraduatedOptions struct {
	Options
	Dependencies []string // requirements, as the code's imports and the environment it ran in give them
	About        string   // for the README
	Modules      []string // what stands in src/ beside the package, unchanged: cleaning.py, shop
}

// RenderGraduated makes the basics of a project whose code comes from elsewhere: everything but the package itself, its
// tests and roadworthy.toml.
func RenderGraduated(o GraduatedOptions) (*Project, error) {
	o.Shape = "graduated"
	shape := Shape{
		Name: "graduated", Kind: "job", Layers: []string{"base", "files"}, entry: "PACKAGE.__main__:main",
		dependencies: o.Dependencies, devDependencies: []string{"pytest>=8.4", "ruff>=0.12"}, run: "uv run python -m PACKAGE", about: o.About, modules: o.Modules,
		ignore: []string{"", "/out/"},
	}
	return render(o.Options, shape)
}
