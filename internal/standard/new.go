package standard

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/roadworthy-dev/roadworthy/internal/project"
)

//go:embed all:template
var templates embed.FS

// Options are the answers that a new project is made from; Fill gives those that are missing.
type Options struct {
	Name        string
	Shape       string
	Description string
	Tier        string
	Owner       string
	Alert       string
	Python      string // "3.13"
	TypeChecker string // mypy or basedpyright
	CI          string // github, gitlab, both or none
	NoImage     bool
}

// A File is one file of a project, with its path from the project's root.
type File struct {
	Path string
	Text []byte
}

// A Project is what `new` writes: its files in the order of their paths, and what was chosen.
type Project struct {
	Files   []File
	Choices []Choice
	Package string
}

var (
	nameForm  = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	ownerForm = regexp.MustCompile(`^(@[\w./-]+|[^\s@"\\]+@[^\s@"\\]+)$`)
)

// keywords of Python that a package cannot be named by, beside the names that it would hide.
var keywords = strings.Fields(`false none true and as assert async await break class continue def del elif else except finally for from global
if import in is lambda nonlocal not or pass raise return try while with yield test tests data notebooks evals`)

// Render makes a project's files. It does not touch the disk.
func Render(o Options) (*Project, error) {
	i := slices.IndexFunc(shapes, func(s Shape) bool { return s.Name == o.Shape })
	if i < 0 {
		return nil, fmt.Errorf("shape %q is not known", o.Shape)
	}
	return render(o, shapes[i])
}

func render(o Options, shape Shape) (*Project, error) {
	if err := o.check(shape); err != nil {
		return nil, err
	}
	pkg := strings.ReplaceAll(o.Name, "-", "_")
	fill := strings.NewReplacer("PACKAGE", pkg, "NAME", o.Name)
	data := map[string]any{
		"Name": o.Name, "Package": pkg, "Env": strings.ToUpper(pkg), "Shape": shape.Name, "Kind": shape.Kind,
		"Description": o.Description, "Tier": o.Tier, "Owner": o.Owner, "Alert": o.Alert, "Python": o.Python,
		"RequiresPython": o.Python, "TypeChecker": o.TypeChecker, "Run": fill.Replace(shape.run), "About": fill.Replace(shape.about),
		"Entry": fill.Replace(shape.entry), "Port": shape.port, "Script": shape.script, "Settings": shape.settings,
		"Image": shape.image && !o.NoImage, "Job": shape.job, "Schedule": shape.schedule, "Ignore": shape.ignore,
		"SecretSetting": shape.secret, "SecretSample": shape.sample, "WarningFilters": shape.warnings, "Untyped": shape.untyped,
		"ImageArgs": shape.imageArgs, "Modules": shape.modules, "CheckoutSHA": checkoutSHA, "CheckoutTag": checkoutTag, "SetupUvSHA": setupUvSHA,
		"SetupUvTag": setupUvTag, "UvVersion": uvVersion,
	}
	if shape.minimum != "" {
		data["RequiresPython"] = shape.minimum
		data["Matrix"] = from(shape.minimum)
	}
	dev := append(slices.Clone(shape.devDependencies), map[string]string{"mypy": "mypy>=1.16", "basedpyright": "basedpyright>=1.29"}[o.TypeChecker])
	slices.Sort(dev)
	data["Dependencies"], data["DevDependencies"] = shape.dependencies, dev

	files := map[string][]byte{}
	for _, layer := range shape.Layers {
		if layer == "image" && o.NoImage {
			continue
		}
		root := "template/" + layer
		err := fs.WalkDir(templates, root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := templates.ReadFile(name)
			if err != nil {
				return err
			}
			tmpl, err := template.New(name).Delims("«", "»").Option("missingkey=error").Parse(string(text))
			if err != nil {
				return err
			}
			var out bytes.Buffer
			if err := tmpl.Execute(&out, data); err != nil {
				return err
			}
			to := strings.TrimSuffix(strings.TrimPrefix(name, root+"/"), ".tmpl")
			files[strings.ReplaceAll(to, "PACKAGE", pkg)] = out.Bytes()
			return nil
		})
		if err != nil {
			panic(fmt.Sprintf("template of shape %s: %v", shape.Name, err)) // templates are part of the program; a test renders them all
		}
	}
	if o.CI == "gitlab" || o.CI == "none" {
		delete(files, ".github/workflows/ci.yml")
	}
	if o.CI == "github" || o.CI == "none" {
		delete(files, ".gitlab-ci.yml")
	}
	p := &Project{Package: pkg, Choices: o.choices(shape)}
	for name, text := range files {
		p.Files = append(p.Files, File{name, text})
	}
	slices.SortFunc(p.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return p, nil
}

// from gives the versions of pythons that are not older, oldest first.
func from(minimum string) []string {
	list := slices.Clone(pythons)
	slices.Reverse(list)
	if i := slices.Index(list, minimum); i >= 0 {
		list = list[i:]
	}
	return list
}

func (o *Options) check(shape Shape) error {
	pkg := strings.ReplaceAll(o.Name, "-", "_")
	switch {
	case !nameForm.MatchString(o.Name):
		return fmt.Errorf("name %q: a project's name is lower-case letters and digits, in parts joined by -, and begins with a letter", o.Name)
	case len(o.Name) > 40:
		return fmt.Errorf("name %q is longer than 40 characters", o.Name)
	case slices.Contains(keywords, pkg) || project.IsStandardLibrary(pkg):
		return fmt.Errorf("name %q: the package %s would hide Python's own, or a directory of the project", o.Name, pkg)
	case slices.ContainsFunc(append(slices.Clone(shape.dependencies), append(shape.devDependencies, "mypy", "basedpyright", "uv")...), func(d string) bool {
		r, _ := project.ParseRequirement(d)
		names, _ := project.ImportNames(r.Name)
		return r.Name == o.Name || slices.Contains(names, pkg)
	}):
		return fmt.Errorf("name %q is that of a package the project uses", o.Name)
	case !ownerForm.MatchString(o.Owner):
		return fmt.Errorf("owner %q: an owner is @team, @organisation/team or a mail address", o.Owner)
	case !slices.Contains(pythons, o.Python) && !(shape.Name == "graduated" && slices.Contains(graduatedPythons, o.Python)):
		return fmt.Errorf("python %q: a project is made with one of %s", o.Python, strings.Join(pythons, ", "))
	case o.TypeChecker != "mypy" && o.TypeChecker != "basedpyright":
		return fmt.Errorf("type checker %q is not known; there are mypy and basedpyright", o.TypeChecker)
	case !slices.Contains([]string{"github", "gitlab", "both", "none"}, o.CI):
		return fmt.Errorf("ci %q is not known; there are github, gitlab, both and none", o.CI)
	case strings.ContainsAny(o.Description, "\"\\\n\r\x00«»"):
		return fmt.Errorf("the description is one line without quotes and backslashes")
	case strings.ContainsAny(o.Alert, "\"\\\n\r\x00"):
		return fmt.Errorf("alert %q: an alert is a web hook's name, a mail address as mailto:…, or a command, without quotes", o.Alert)
	}
	if _, ok := project.ParseTier(o.Tier); !ok {
		return fmt.Errorf("tier %q is not known", o.Tier)
	}
	return nil
}

// choices are the decisions, each with its reason and the flag that changes it.
func (o *Options) choices(shape Shape) []Choice {
	list := slices.Clone(shape.Uses)
	types := "the reference checker, strict, with plug-ins for what the project uses"
	if o.TypeChecker == "basedpyright" {
		types = "faster than mypy, and the one that editors show; brings its own Node"
	}
	list = append(list,
		Choice{"python", o.Python, "--python changes it"},
		Choice{"packages", "uv with uv.lock", "one lock for every machine, and fast"},
		Choice{"lint and format", "Ruff", "one tool for both, with rules against the faults that tests do not see"},
		Choice{"types", o.TypeChecker, types + "; --type-checker changes it"},
		Choice{"tests", "pytest", "warnings are errors, so that what will break is seen before it does"},
	)
	if shape.settings {
		list = append(list,
			Choice{"settings", "pydantic-settings", "one typed module, validated at start; a wrong setting is named"},
			Choice{"logs", "structlog", "one JSON object a line, with the identity of the request or run"})
	}
	if shape.port != 0 {
		list = append(list, Choice{"metrics", "prometheus-client", "/metrics beside /healthz"})
	}
	if shape.image && !o.NoImage {
		list = append(list, Choice{"image", "python:" + o.Python + "-slim in two stages", "small, an ordinary user, nothing that uv.lock does not name; --no-image leaves it out"})
	}
	if o.CI != "none" {
		list = append(list, Choice{"ci", map[string]string{"github": "GitHub", "gitlab": "GitLab", "both": "GitHub and GitLab"}[o.CI], "format, lint, types, tests, build; --ci changes it"})
	}
	list = append(list, Choice{"owner", o.Owner, "answers for it in CODEOWNERS and roadworthy.toml; --owner changes it"},
		Choice{"tier", o.Tier, "what roadworthy check holds it to; --tier changes it"})
	if shape.job {
		list = append(list, Choice{"alert", o.Alert, "told when the job's last attempt fails; --alert changes it"})
	}
	return list
}

// Fill gives every missing answer its default. The owner is who git says is working here, else who is logged in; Python is
// the newest that uv finds on this machine.
func (o *Options) Fill(ctx context.Context, t *Tools) {
	set := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	for _, s := range shapes {
		if s.Name == o.Shape {
			set(&o.Description, s.Description)
		}
	}
	set(&o.Tier, "internal")
	set(&o.TypeChecker, "mypy")
	set(&o.CI, "both")
	if o.Owner == "" {
		o.Owner = t.Identity(ctx)
	}
	if strings.Contains(strings.TrimPrefix(o.Owner, "@"), "@") {
		set(&o.Alert, "mailto:"+o.Owner)
	}
	set(&o.Alert, "env:ALERTS_TO") // a team's channel is not ours to guess
	if o.Python == "" {
		o.Python = t.NewestPython(ctx, pythons)
	}
}

// Write puts a project into dir, which must not exist or be empty, whole or not at all. finish works on the files before
// they take their place; it is where lock and format are made.
func (p *Project) Write(dir string, finish func(dir string) error) error {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s exists and is not empty", dir)
	} else if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("read %s: %w", dir, cause(err))
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", parent, cause(err))
	}
	temporary, err := os.MkdirTemp(parent, ".new-*")
	if err != nil {
		return fmt.Errorf("make a directory in %s: %w", parent, cause(err))
	}
	defer os.RemoveAll(temporary)
	if err := os.Chmod(temporary, 0o755); err != nil {
		return fmt.Errorf("write %s: %w", dir, cause(err))
	}
	for _, f := range p.Files {
		to := filepath.Join(temporary, filepath.FromSlash(path.Clean(f.Path)))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return fmt.Errorf("write %s: %w", f.Path, cause(err))
		}
		if err := os.WriteFile(to, f.Text, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", f.Path, cause(err))
		}
	}
	if err := finish(temporary); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil && !os.IsNotExist(err) { // an empty directory
		return fmt.Errorf("replace %s: %w", dir, cause(err))
	}
	if err := os.Rename(temporary, dir); err != nil {
		return fmt.Errorf("write %s: %w", dir, cause(err))
	}
	return nil
}

func cause(err error) error {
	if pe, ok := err.(*os.PathError); ok {
		return pe.Err
	}
	return err
}
