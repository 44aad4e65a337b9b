package graduate

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
)

// Modules of the author's own, which stand beside the notebook or in its repository, come along: as they are, in src/ beside
// the package, so that what the notebook imports is imported the same way. Folders that are too large stay where they are.

const (
	maxOwnFiles = 60
	maxOwnBytes = 2 << 20
)

// An ownModule is a module or package that comes along.
type ownModule struct {
	Name  string
	Files map[string]string // path below src/ to text
}

// findOwn finds the author's own modules that the program imports, and those that they import.
func (p *Program) findOwn() {
	dir, err := filepath.Abs(filepath.Dir(p.Path))
	if err != nil {
		return
	}
	var folders []string
	add := func(folder string) {
		if info, err := os.Stat(folder); err == nil && info.IsDir() && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	add(dir)
	for _, text := range p.pathEntries() {
		if !filepath.IsAbs(text) {
			text = filepath.Join(dir, filepath.FromSlash(text))
		}
		add(filepath.Clean(text))
	}
	near := len(folders) // a library that is installed comes before one of that name elsewhere in the repository
	if root := repository(dir); root != "" {
		add(root)
		add(filepath.Join(root, "src"))
	}
	seen := map[string]bool{}
	work := importedModules(p.File)
	for len(work) > 0 {
		name := work[0]
		work = work[1:]
		if seen[name] || project.IsStandardLibrary(name) {
			continue
		}
		seen[name] = true
		where := folders
		if knownLibrary(name) {
			where = folders[:near]
		}
		m, large := p.ownModule(name, where)
		if large != "" {
			p.Loose = append(p.Loose, name)
			p.Notes = append(p.Notes, "the package "+name+" of the repository is too large to come along: it has to be importable where the job runs")
		}
		if m == nil {
			continue
		}
		p.Own = append(p.Own, *m)
		for _, path := range sortedKeys(m.Files) {
			if !strings.HasSuffix(path, ".py") {
				continue
			}
			var own parser.Parser
			f, _ := parser.Parse(&own, []byte(m.Files[path]), parser.Options{})
			work = append(work, importedModules(f)...)
		}
	}
	slices.SortFunc(p.Own, func(a, b ownModule) int { return strings.Compare(a.Name, b.Name) })
}

// importedModules are the top-level names of what a file imports, anywhere in it.
func importedModules(f *ast.File) (out []string) {
	add := func(name string) {
		top, _, _ := strings.Cut(name, ".")
		if top != "" && !slices.Contains(out, top) {
			out = append(out, top)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Import:
			for _, a := range n.Names {
				add(f.Text(a.Name))
			}
		case *ast.ImportFrom:
			if n.Level == 0 {
				add(f.Text(n.Module))
			}
		}
		return true
	})
	return out
}

// pathEntries are the strings that the program puts on sys.path.
func (p *Program) pathEntries() (out []string) {
	ast.Inspect(p.File, func(n ast.Node) bool {
		c, ok := n.(*ast.Call)
		if !ok || !strings.HasPrefix(p.text(c.Func), "sys.path.") {
			return true
		}
		for _, a := range c.Args {
			ast.InspectExpr(a, func(n ast.Node) bool {
				if k, ok := n.(*ast.Constant); ok {
					if text, ok := p.File.ConstString(k); ok && text != "" {
						out = append(out, text)
					}
				}
				return true
			})
		}
		return true
	})
	return out
}

// ownModule looks for a module among what %%writefile writes, what answers name, and the folders. large is set when it is there
// and does not come along.
func (p *Program) ownModule(name string, folders []string) (m *ownModule, large string) {
	for _, w := range p.written {
		if w.name == name+".py" || w.name == "./"+name+".py" {
			return &ownModule{name, map[string]string{name + ".py": w.text}}, ""
		}
	}
	places := []string{}
	if to := p.answers["module:"+name]; to != "" {
		if !filepath.IsAbs(to) {
			if abs, err := filepath.Abs(to); err == nil {
				to = abs
			}
		}
		if base := strings.TrimSuffix(filepath.Base(to), ".py"); base == name {
			to = filepath.Dir(to)
		}
		places = append(places, to)
	}
	for _, folder := range append(places, folders...) {
		if raw, err := os.ReadFile(filepath.Join(folder, name+".py")); err == nil && len(raw) <= maxOwnBytes {
			return &ownModule{name, map[string]string{name + ".py": string(raw)}}, ""
		}
		entries, err := os.ReadDir(filepath.Join(folder, name))
		if err != nil || !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
			return e.Name() == "__init__.py" || strings.HasSuffix(e.Name(), ".py") && !knownLibrary(name)
		}) {
			continue
		}
		files := packageFiles(folder, name)
		if files == nil {
			return nil, filepath.Join(folder, name)
		}
		return &ownModule{name, files}, ""
	}
	return nil, ""
}

// packageFiles are the files of a package's folder; nil when they are too many or too large.
func packageFiles(folder, name string) map[string]string {
	files := map[string]string{}
	size := 0
	err := filepath.WalkDir(filepath.Join(folder, name), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); base == "__pycache__" || strings.HasPrefix(base, ".") {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || strings.HasSuffix(path, ".pyc") || strings.HasSuffix(path, ".ipynb") {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		size += len(raw)
		rel, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(rel)] = string(raw)
		if len(files) > maxOwnFiles || size > maxOwnBytes {
			return fs.ErrInvalid
		}
		return nil
	})
	if err != nil {
		return nil
	}
	return files
}

// libraries are the top-level names that the catalogue has.
var libraries = sync.OnceValue(func() func(string) bool {
	var mu sync.Mutex
	c := knowledge.Load()
	return func(name string) bool {
		mu.Lock()
		defer mu.Unlock()
		return c.Known(name)
	}
})

// knownLibrary: the name is that of a library that the catalogue or the table of import names has.
func knownLibrary(name string) bool {
	if libraries()(name) || len(project.Distributions(name)) > 1 {
		return true
	}
	if d := project.Distributions(name); len(d) == 1 && d[0] != project.NormalizeName(name) {
		return true
	}
	return effects.knows(name)
}

// OwnPaths are what comes along, as paths below src/.
func (p *Program) OwnPaths() (out []string) {
	for _, m := range p.Own {
		if _, single := m.Files[m.Name+".py"]; single && len(m.Files) == 1 {
			out = append(out, m.Name+".py")
		} else {
			out = append(out, m.Name)
		}
	}
	return out
}

func (p *Program) owns(module string) bool {
	top, _, _ := strings.Cut(module, ".")
	return slices.ContainsFunc(p.Own, func(m ownModule) bool { return m.Name == top })
}

// dropOwn leaves out what only made the author's own modules importable: the cells that wrote them, and changes of sys.path.
func (p *Plan) dropOwn() {
	if len(p.Own) == 0 {
		return
	}
	for _, i := range p.Order {
		s := p.Statements[i]
		if p.Roles[i] == RoleDropped {
			continue
		}
		for _, w := range p.written {
			if w.cell == s.Cell && w.line == s.Line && strings.Contains(s.Source, "written_file") && slices.ContainsFunc(p.Own, func(m ownModule) bool { return w.name == m.Name+".py" }) {
				p.drop(i, "the module "+strings.TrimSuffix(w.name, ".py")+" is part of the package")
			}
		}
		if p.Uses[i].Effects&ModulePath != 0 && len(p.Uses[i].Binds) == 0 && len(p.Loose) == 0 {
			p.drop(i, "the modules that are found there are part of the package")
		}
	}
}
