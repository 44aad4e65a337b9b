package project

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// A Project is everything about a tree that is not Python code.
type Project struct {
	Dependencies
	Artifacts []Artifact // sorted by path and line
}

// Scan reads the manifests, locks and artifacts among the walked files, in parallel. It is independent of the analysis of Python
// code and meant to run beside it; workers bounds the goroutines, 0 chooses.
func Scan(ctx context.Context, files []source.File, read Reader, workers int) *Project {
	var paths []string
	for _, f := range files {
		_, manifest := ManifestKindOf(f.Path)
		if f.Class == source.Artifact || manifest { // setup.py is Python as well
			paths = append(paths, f.Path)
		}
	}
	return scan(ctx, paths, read, workers)
}

// FromDisk reads the files below root, as far as readArtifact looks at them.
func FromDisk(root string) Reader {
	return func(p string) ([]byte, error) {
		full := filepath.Join(root, filepath.FromSlash(p))
		info, err := os.Stat(full)
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("not a regular file")
		}
		if info.Size() > maxLock {
			return make([]byte, maxLock+1), nil // its size is all that readArtifact looks at
		}
		return os.ReadFile(full)
	}
}

func scan(ctx context.Context, paths []string, read Reader, workers int) *Project {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	// Big files first would balance better, but locks are the only big ones and their names say so.
	order := slices.Clone(paths)
	slices.SortStableFunc(order, func(a, b string) int {
		_, x := LockKindOf(a)
		_, y := LockKindOf(b)
		switch {
		case x && !y:
			return -1
		case y && !x:
			return 1
		}
		return strings.Compare(a, b)
	})
	type result struct {
		manifest *Manifest
		lock     *Lock
		list     []Artifact
		problem  *Problem
	}
	results := make([]result, len(order))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, len(order)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(order) {
					return
				}
				file := order[i]
				r := &results[i]
				text, problem := readArtifact(file, read)
				if problem != nil {
					r.problem = problem
					continue
				}
				_, isManifest := ManifestKindOf(file)
				_, isLock := LockKindOf(file)
				switch {
				case isManifest:
					m := ParseManifest(file, text)
					r.manifest = &m
				case isLock:
					l := ParseLock(file, text)
					r.lock = &l
				default:
					r.list = ParseArtifact(file, text)
				}
			}
		})
	}
	wg.Wait()
	p := &Project{}
	for _, r := range results {
		switch {
		case r.problem != nil:
			p.Problems = append(p.Problems, *r.problem)
		case r.manifest != nil:
			p.Manifests = append(p.Manifests, *r.manifest)
		case r.lock != nil:
			p.Locks = append(p.Locks, *r.lock)
		}
		p.Artifacts = append(p.Artifacts, r.list...)
	}
	p.finish(read)
	slices.SortFunc(p.Problems, func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
	slices.SortStableFunc(p.Artifacts, func(a, b Artifact) int { return strings.Compare(a.Path, b.Path) })
	p.dropTemplates()
	return p
}

// dropTemplates keeps one finding for each Helm chart instead of one for each of its templates.
func (p *Project) dropTemplates() {
	charts := map[string]bool{}
	for _, a := range p.Artifacts {
		if a.Kind == Helm && strings.EqualFold(baseOf(a.Path), "Chart.yaml") {
			charts[parentOf(a.Path)] = true
		}
	}
	seen := map[string]bool{}
	p.Artifacts = slices.DeleteFunc(p.Artifacts, func(a Artifact) bool {
		if a.Kind != Helm || len(a.Problems) == 0 {
			return false
		}
		for dir := parentOf(a.Path); dir != ""; dir = parentOf(dir) {
			if charts[dir] {
				if seen[dir] {
					return true
				}
				seen[dir] = true
				return false
			}
		}
		return false
	})
}

// AllProblems gathers what was wrong with any of the files, in the order of paths and lines.
func (p *Project) AllProblems() []Problem {
	out := slices.Clone(p.Problems)
	for i := range p.Manifests {
		out = append(out, p.Manifests[i].Problems...)
	}
	for i := range p.Locks {
		out = append(out, p.Locks[i].Problems...)
	}
	for i := range p.Artifacts {
		out = append(out, p.Artifacts[i].Problems...)
	}
	slices.SortStableFunc(out, func(a, b Problem) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return out
}

// Layout names the Python files and notebooks among the walked files.
// root is the checked directory, whose own package name is looked up.
func (p *Project) Layout(root string, files []source.File, config *Config, imported func(string) bool) *Layout {
	opts := LayoutOptions{Manifests: p.Manifests, Imported: imported, Package: PackageOf(root)}
	if config != nil {
		opts.Source = config.Check.Source
	}
	for _, f := range files {
		if f.Class == source.Artifact {
			opts.Artifacts = append(opts.Artifacts, f.Path)
		} else {
			opts.Files = append(opts.Files, f.Path)
		}
	}
	return NewLayout(opts)
}

// PackageOf is the dotted name under which a directory is imported: its own name and those of the packages around it, ""
// when it has no __init__.py.
func PackageOf(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	name := ""
	for {
		if _, err := os.Stat(filepath.Join(abs, "__init__.py")); err != nil {
			return name
		}
		base := filepath.Base(abs)
		if !isIdentifier(base) {
			return name
		}
		if name == "" {
			name = base
		} else {
			name = base + "." + name
		}
		up := filepath.Dir(abs)
		if up == abs {
			return name
		}
		abs = up
	}
}
