// Package check is the driver: it walks a repository, turns every file into facts (in parallel, from the cache where the
// bytes are known), links them into a program, solves the effects, runs the rules and gives each piece of work its
// verdict.
//
// The stages run in one direction (see docs/architecture.md) and each has its own file: load.go, cache.go, analyse.go,
// rules.go. Trees live only while their file is being lowered.
package check

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/notebook"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/python/scope"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// Options of a check.
type Options struct {
	// Cache is the directory of the facts cache, "" for none.
	Cache string
	// Workers is the number of files worked on at once; 0 means one for each processor.
	Workers int
	// Sized, if any, hears how many bytes of source there are before they are read, and again with their lines afterwards.
	Sized func(bytes, lines int64)
	// Progress, if any, hears how many files of how many are done.
	Progress func(done, total int)
	// Rules that run; nil for all that are registered.
	Rules []*rule.Rule
	// Now is the day that waivers are held against; the zero value is today.
	Now time.Time
	// Baseline, if any, sets known findings aside.
	Baseline *Baseline
	// Version of the program, for reports.
	Version string
	// Remember answers from the last result when nothing that decides it has changed, and keeps the result for the next
	// time. What is Checked has then no Analysis and no facts. It needs a Cache.
	Remember bool
	// History is how much time git's log may take to say how old work is and how many people changed it; 0 asks nothing, so
	// that a result depends on the tree alone.
	History time.Duration
	// Overlay holds text that stands in for that of files on the disk, by slash path below the root: an editor's unsaved
	// buffers, or what a fix would write. It is never cached.
	Overlay map[string][]byte
}

// Tree is a repository's files with their facts.
type Tree struct {
	Root      string // absolute
	Config    *project.Config
	Files     []File // Python and notebooks, sorted by path
	Artifacts []source.File
	Problems  []source.Problem
	Layout    *project.Layout
	Manifests *project.Dependencies
	Project   *project.Project

	overlay map[string][]byte
	beside  beside
}

// File is one Python file or notebook.
type File struct {
	source.File
	Module project.Module
	Facts  *facts.File
}

// Load reads a tree: configuration, files, facts and modules. The error is for a root that cannot be read and for a
// configuration that is wrong.
func Load(ctx context.Context, root string, opts Options) (*Tree, error) {
	t, files, err := find(ctx, root, opts)
	if err != nil {
		return nil, err
	}
	if err := t.load(ctx, files, opts); err != nil {
		return nil, err
	}
	return t, nil
}

// find reads the configuration and lists the files.
func find(ctx context.Context, root string, opts Options) (*Tree, []source.File, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, nil, fmt.Errorf("find %s: %w", root, err)
	}
	info, err := os.Stat(abs)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: no such file or directory", root)
	}
	dir := abs
	if !info.IsDir() {
		dir = filepath.Dir(abs)
	}
	cfg, err := project.LoadConfig(dir, project.ConfigOptions{Rules: opts.rules()})
	if err != nil {
		return nil, nil, err
	}
	t := &Tree{Root: dir, Config: cfg, overlay: opts.Overlay}
	files, problems, err := source.Walk(ctx, abs, source.Options{Exclude: cfg.Check.Exclude, Artifact: project.Wanted})
	if err != nil {
		return nil, nil, err
	}
	t.Problems = problems
	files = overlaid(files, opts.Overlay)
	for _, f := range files {
		if f.Class == source.Artifact {
			t.Artifacts = append(t.Artifacts, f)
		} else {
			t.Files = append(t.Files, File{File: f})
		}
	}
	return t, files, nil
}

// load reads what find found: facts, artifacts and modules.
func (t *Tree) load(ctx context.Context, files []source.File, opts Options) error {
	var artifacts sync.WaitGroup
	artifacts.Go(func() {
		t.Project = project.Scan(ctx, files, t.reader(), 1)
		t.Manifests = &t.Project.Dependencies
	})
	var size int64
	if opts.Sized != nil {
		for i := range t.Files {
			size += t.Files[i].Size
		}
		opts.Sized(size, 0)
	}
	t.readFacts(ctx, opts)
	if opts.Sized != nil {
		lines := int64(0)
		for i := range t.Files {
			if f := t.Files[i].Facts; f != nil {
				lines += int64(len(f.Lines))
			}
		}
		opts.Sized(size, lines)
	}
	artifacts.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	t.name()
	return nil
}

// overlaid are the walked files with those that only the overlay has.
func overlaid(files []source.File, overlay map[string][]byte) []source.File {
	for path, text := range overlay {
		i, ok := slices.BinarySearchFunc(files, path, func(f source.File, p string) int { return cmp.Compare(f.Path, p) })
		if ok {
			files[i].Size = int64(len(text))
			continue
		}
		if class := source.ClassOf(path, project.Wanted); class != 0 {
			files = slices.Insert(files, i, source.File{Path: path, Class: class, Size: int64(len(text))})
		}
	}
	return files
}

// reader reads what is not Python.
func (t *Tree) reader() project.Reader {
	disk := project.FromDisk(t.Root)
	return func(path string) ([]byte, error) {
		if text, ok := t.overlay[path]; ok {
			return text, nil
		}
		t.beside.add(path)
		return disk(path)
	}
}

// ReadFile reads a file of the tree by its slash path.
func (t *Tree) ReadFile(path string) ([]byte, error) {
	if text, ok := t.overlay[path]; ok {
		return text, nil
	}
	t.beside.add(path)
	return os.ReadFile(filepath.Join(t.Root, filepath.FromSlash(path)))
}

// readFacts gives every file its facts, largest files first, so that none is left over at the end.
func (t *Tree) readFacts(ctx context.Context, opts Options) {
	order := make([]int, len(t.Files))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(t.Files[b].Size, t.Files[a].Size) })
	workers := opts.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	cache := openCache(opts.Cache, t.Root)
	var next, done atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range min(workers, len(order)) {
		wg.Go(func() {
			var r reader
			for {
				i := int(next.Add(1)) - 1
				if i >= len(order) || ctx.Err() != nil {
					return
				}
				f := &t.Files[order[i]]
				problem := r.read(t, f, cache)
				if problem != nil {
					mu.Lock()
					t.Problems = append(t.Problems, *problem)
					mu.Unlock()
				}
				if n := done.Add(1); opts.Progress != nil && (n%64 == 0 || int(n) == len(order)) {
					opts.Progress(int(n), len(order))
				}
			}
		})
	}
	wg.Wait()
	cache.save(t.Files)
	slices.SortFunc(t.Problems, func(a, b source.Problem) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line)) })
}

// reader turns files into facts; one for each worker.
type reader struct {
	parser parser.Parser
	scopes scope.Builder
	facts  facts.Builder
}

// maxSource bounds the size in bytes of a file that is analysed; a larger one is generated data.
const maxSource = 64 << 20

func (r *reader) read(t *Tree, f *File, cache *cache) *source.Problem {
	f.Facts = &facts.File{Strings: []string{""}, Ctxs: make([]facts.Ctx, 1), Funcs: make([]facts.Func, 1), Lines: []uint32{0}}
	if f.Size > maxSource {
		return &source.Problem{Path: f.Path, Message: "larger than 64 MB: not analysed", Help: "exclude it with [check] exclude"}
	}
	raw, laid := t.overlay[f.Path]
	if !laid {
		if ff := cache.lookup(f); ff != nil {
			f.Facts = ff
			return nil
		}
		var err error
		if raw, err = source.ReadFile(filepath.Join(t.Root, filepath.FromSlash(f.Path))); err != nil {
			return &source.Problem{Path: f.Path, Message: "cannot be read: " + reason(err)}
		}
		if ff := cache.get(f, raw); ff != nil {
			f.Facts = ff
			return nil
		}
	}
	var problem *source.Problem
	func() {
		defer func() {
			if bug := recover(); bug != nil {
				problem = &source.Problem{Path: f.Path, Message: fmt.Sprintf("internal error: %v: the file is left out", bug), Help: "report it, with the file if you can"}
				*r = reader{} // its memory may be in any state
			}
		}()
		f.Facts = r.lower(raw, f.Class == source.Notebook)
	}()
	if problem == nil && !laid {
		cache.put(f, raw, f.Facts)
	}
	return problem
}

func reason(err error) string {
	if e, ok := err.(*os.PathError); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// lower turns a file's bytes into facts: a pure function of the bytes.
func (r *reader) lower(raw []byte, isNotebook bool) *facts.File {
	var nb *notebook.Notebook
	src := raw
	var faults []facts.Fault
	if isNotebook {
		nb = notebook.Read(raw)
		src = nb.Source
		for _, fa := range nb.Faults {
			faults = append(faults, facts.Fault{Message: fa.Message, Kind: facts.FaultNotebook, Line: uint32(max(fa.Line, 1)), Cell: uint32(fa.Cell)})
		}
	} else {
		text, bad := source.Decode(raw)
		if bad != nil {
			faults = append(faults, facts.Fault{Span: bad.Span, Message: bad.Message})
		}
		src = text
	}
	tree, errs := parser.Parse(&r.parser, src, parser.Options{})
	if len(errs) > 0 && !isNotebook && isTemplate(src, errs[0].Span.Start) {
		errs = nil
		tree, _ = parser.Parse(&r.parser, nil, parser.Options{})
	}
	r.scopes.Notebook = isNotebook
	table := r.scopes.Build(tree)
	out := r.facts.Build(tree, table)
	for _, e := range errs {
		faults = append(faults, facts.Fault{Span: e.Span, Message: e.Message})
	}
	if len(errs) == 0 {
		for _, e := range table.Faults {
			faults = append(faults, facts.Fault{Span: e.Span, Message: e.Message, Kind: facts.FaultScope})
		}
	}
	out.Faults = faults
	if nb != nil {
		out.Cells = make([][2]int32, len(out.Lines))
		for i, at := range out.Lines {
			p := nb.Map.Position(at)
			out.Cells[i] = [2]int32{int32(p.Cell), int32(p.Line)}
		}
		for i := range nb.Cells {
			if c := &nb.Cells[i]; c.Kind == notebook.Code {
				out.Notebook = append(out.Notebook, facts.Cell{Index: uint32(c.Index + 1), ExecCount: uint32(c.ExecCount)})
			}
		}
	}
	return out
}

// isTemplate says whether what no Python accepts is a placeholder of Jinja, as cookiecutter and the like fill it in. Such a
// file is no program before that: it is taken as empty.
func isTemplate(src []byte, fault uint32) bool {
	line := src[fault:]
	if fault > 0 && src[fault-1] == '{' { // {% is understood as far as the brace
		line = src[fault-1:]
	}
	line, _, _ = bytes.Cut(line, []byte{'\n'})
	return bytes.HasPrefix(line, []byte("{{")) && bytes.Contains(line, []byte("}}")) || bytes.HasPrefix(line, []byte("{%")) && bytes.Contains(line, []byte("%}"))
}

// name finds the modules' names and import roots.
func (t *Tree) name() {
	paths := make([]string, len(t.Files))
	for i := range t.Files {
		paths[i] = t.Files[i].Path
	}
	imported, tops := map[string]bool{}, map[string]bool{}
	for i := range t.Files {
		f := t.Files[i].Facts
		for j := range f.Imports {
			if im := &f.Imports[j]; im.Level == 0 {
				name := f.Str(im.Module)
				imported[name] = true
				top, _, _ := strings.Cut(name, ".")
				tops[top] = true
			}
		}
	}
	var artifacts []string
	for _, a := range t.Artifacts {
		artifacts = append(artifacts, a.Path)
	}
	pkg := ""
	if slices.Contains(paths, "__init__.py") {
		pkg = filepath.Base(t.Root)
	}
	t.Layout = project.NewLayout(project.LayoutOptions{Files: paths, Manifests: t.Manifests.Manifests, Artifacts: artifacts,
		Source: t.Config.Check.Source, Package: pkg, Imported: func(name string) bool { return imported[name] },
		Below: func(top string) bool { return tops[top] }})
	for i := range t.Files {
		t.Files[i].Module = t.Layout.Modules[i]
	}
}

// Finding makes a finding about a place in a file.
func (f *File) Finding(span diag.Span) diag.Finding {
	line, cell := f.Facts.Place(span.Start)
	return diag.Finding{File: f.Path, Span: span, Line: line, Cell: cell, Column: 1}
}

// Config is the configuration that governs a directory, validated against the registered rules.
func Config(dir string) (*project.Config, error) {
	var o Options
	return project.LoadConfig(dir, project.ConfigOptions{Rules: o.rules()})
}

// ValidateConfig says what is wrong with the text of a configuration.
func ValidateConfig(text []byte, file string, pyproject bool) error {
	var o Options
	parse := project.ParseConfig
	if pyproject {
		parse = project.ParsePyproject
	}
	_, err := parse(text, file, project.ConfigOptions{Rules: o.rules()})
	return err
}

// ClassOf is what a file of the tree is read as.
func (t *Tree) ClassOf(path string) source.Class {
	i, ok := slices.BinarySearchFunc(t.Files, path, func(f File, p string) int { return cmp.Compare(f.Path, p) })
	if !ok {
		return source.Artifact
	}
	return t.Files[i].Class
}
