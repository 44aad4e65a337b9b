package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Class says what a walked file is to the rest of the program.
type Class uint8

const (
	Python   Class = iota + 1 // .py, .pyi, .pyw, or a script whose first line names python
	Notebook                  // .ipynb
	Artifact                  // a file that Options.Artifact knows by name
)

// A File is one file that the walk found. Two files may share an inode when they are hard links.
type File struct {
	Path    string // relative to the walked root, slashes; the base name when the root is itself a file
	Class   Class
	Size    int64
	ModTime int64 // nanoseconds since 1970
	Device  uint64
	Inode   uint64 // 0 where the system has none to offer
	// Executable is the owner's permission bit, false where the system has none.
	Executable bool
}

// A Problem is something about the user's files that keeps a part of them from being judged. It becomes a finding,
// never an error: the rest of the tree is still worth a verdict.
type Problem struct {
	Path    string // slash path relative to the checked root
	Line    int    // 1-based; 0 when the whole file is meant
	Message string
	Help    string // the one next step, "" when the message says it
}

// Options of a walk. The zero value walks everything that is Python or a notebook.
type Options struct {
	// Exclude holds patterns in .gitignore syntax, relative to the root.
	Exclude []string
	// Artifact says by slash path whether a file that is neither Python nor a notebook is wanted.
	Artifact func(path string) bool
	// NoIgnore walks what .gitignore and .git/info/exclude leave out.
	NoIgnore bool
	// Workers is the number of directories read at once; 0 chooses.
	Workers int
}

// maxShebang bounds the size of a file without extension that is opened to see whether it is a Python script.
const maxShebang = 256 << 10

// Walk lists the Python files, notebooks and artifacts below root, sorted by path. Root may be one file, which is
// then the only result and counts as Python unless its name says otherwise.
//
// What git ignores is left out (nested .gitignore files, those of the directories above root up to the repository's
// own, and .git/info/exclude; a user's global excludes are not read, so that two people see the same result), and so
// are environments, caches and build output. A root that is named is walked even when it is ignored or excluded.
//
// A symbolic link is followed when it leads to something inside root that no other path reached, so nothing is seen
// twice and no loop of links is entered; the real path always wins over a link, whatever the timing.
//
// The error is for a root that cannot be walked at all and for a cancelled context.
func Walk(ctx context.Context, root string, opts Options) ([]File, []Problem, error) {
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, nil, fmt.Errorf("walk %s: %w", root, cause(err))
	}
	if real, err = filepath.Abs(real); err != nil {
		return nil, nil, fmt.Errorf("walk %s: %w", root, err)
	}
	info, err := os.Stat(real)
	if err != nil {
		return nil, nil, fmt.Errorf("walk %s: %w", root, cause(err))
	}
	if !info.IsDir() {
		if !info.Mode().IsRegular() {
			return nil, nil, fmt.Errorf("walk %s: neither a directory nor a regular file", root)
		}
		// The name that was given, not the link's target: it is what the user will look for in the report.
		name := filepath.Base(root)
		class := classify(name, name, opts.Artifact)
		if class == 0 {
			class = Python
		}
		return []File{newFile(name, class, info)}, nil, nil
	}

	w := &walker{root: real, opts: opts, visited: map[fileID]bool{}}
	w.cond.L = &w.mu
	top := &ignoreChain{Ignore: NewIgnore(opts.Exclude...), always: true}
	if !opts.NoIgnore {
		top = outerIgnores(real, top)
	}
	w.push(job{abs: real, ignore: top})
	w.run(ctx)
	w.followLinks(ctx)
	if err := ctx.Err(); err != nil {
		return nil, nil, fmt.Errorf("walk %s: %w", root, err)
	}
	slices.SortFunc(w.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(w.problems, func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
	return w.files, w.problems, nil
}

// cause drops the path that the operating system's errors repeat.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// An ignoreChain is the pattern files that apply in a directory, the innermost first.
type ignoreChain struct {
	*Ignore
	// A path relative to root becomes one relative to the patterns' directory by cutting strip bytes (a directory
	// inside root) or by putting prefix before it (one above root).
	strip  int
	prefix string
	always bool // of the configuration: no .gitignore may re-include what it leaves out
	outer  *ignoreChain
}

func (c *ignoreChain) ignored(rel string, dir bool) bool {
	_, ignored := c.decide(rel, dir)
	return ignored
}

func (c *ignoreChain) decide(rel string, dir bool) (by *pattern, ignored bool) {
	for ; c != nil; c = c.outer {
		if by != nil && !c.always {
			continue
		}
		path := rel[c.strip:]
		if c.prefix != "" {
			path = c.prefix + path
		}
		if p, ig, found := c.match(path, dir); found && (by == nil || ig) {
			by, ignored = p, ig
		}
	}
	return by, ignored
}

// outerIgnores puts before chain the patterns of the directories above root, up to the repository that holds it.
func outerIgnores(root string, chain *ignoreChain) *ignoreChain {
	repo := root
	for !exists(filepath.Join(repo, ".git")) {
		up := filepath.Dir(repo)
		if up == repo {
			return chain // no repository: only what is found on the way down counts
		}
		repo = up
	}
	var parts []string
	if rel, err := filepath.Rel(repo, root); err != nil {
		return chain
	} else if rel != "." {
		parts = strings.Split(filepath.ToSlash(rel), "/")
	}
	// Level i is the directory parts[:i]; level -1 is the repository's own list, which git asks last.
	var lists []*Ignore
	levels := []int{}
	read := func(file string, level int) {
		if text, err := readSmall(file); err == nil {
			lists, levels = append(lists, ParseIgnore(text)), append(levels, level)
		}
	}
	read(infoExclude(repo), 0)
	dir := repo
	for i, part := range parts {
		read(filepath.Join(dir, ".gitignore"), i)
		dir = filepath.Join(dir, part)
	}
	// upTo is the chain as it stands for entries of the directory parts[:depth].
	upTo := func(depth int, last *ignoreChain) *ignoreChain {
		for i, list := range lists {
			if levels[i] <= depth {
				prefix := strings.Join(parts[levels[i]:depth], "/")
				if prefix != "" {
					prefix += "/"
				}
				last = &ignoreChain{Ignore: list, prefix: prefix, outer: last}
			}
		}
		return last
	}
	// A root that is itself ignored, or whose every entry is by a pattern for that place ("/data/*"), was asked for by
	// name: the patterns above it then say nothing.
	for depth, part := range parts {
		if upTo(depth, nil).ignored(part, true) {
			return chain
		}
	}
	inner := upTo(len(parts), nil)
	if by, ignored := inner.decide("\x01", false); ignored && by.shape == shapePath {
		return chain
	}
	return upTo(len(parts), chain)
}

// infoExclude is the path of the repository's own ignore list; in a linked worktree .git is a file that says where.
func infoExclude(repo string) string {
	git := filepath.Join(repo, ".git")
	if text, err := readSmall(git); err == nil {
		if dir, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir:"); ok {
			git = under(repo, strings.TrimSpace(dir))
			if common, err := readSmall(filepath.Join(git, "commondir")); err == nil {
				git = under(git, strings.TrimSpace(string(common)))
			}
		}
	}
	return filepath.Join(git, "info", "exclude")
}

func under(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// readSmall reads a regular file of at most 1 MiB; ignore lists beyond that are not ones.
func readSmall(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > 1<<20 {
		return nil, fmt.Errorf("read %s: not a small regular file", path)
	}
	return os.ReadFile(path)
}

type job struct {
	abs    string // the system's path
	rel    string // slash path relative to root, "" for root
	ignore *ignoreChain
}

type link struct {
	job
	name string
}

type walker struct {
	root string
	opts Options

	mu      sync.Mutex
	cond    sync.Cond
	jobs    []job
	active  int
	stopped bool

	files    []File
	problems []Problem
	links    []link
	visited  map[fileID]bool
}

func (w *walker) push(j job) { w.jobs = append(w.jobs, j) }

// run reads directories until none is left. Results are gathered per worker and joined under the lock once a
// directory, which is rare enough not to be felt.
func (w *walker) run(ctx context.Context) {
	workers := w.opts.Workers
	if workers <= 0 {
		// A directory read waits on the disk now and then, so a few more than cores.
		workers = min(2*runtime.GOMAXPROCS(0), 16)
	}
	stop := context.AfterFunc(ctx, func() {
		w.mu.Lock()
		w.stopped = true
		w.mu.Unlock()
		w.cond.Broadcast()
	})
	defer stop()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				w.mu.Lock()
				for len(w.jobs) == 0 && w.active > 0 && !w.stopped {
					w.cond.Wait()
				}
				if len(w.jobs) == 0 || w.stopped {
					w.mu.Unlock()
					w.cond.Broadcast()
					return
				}
				j := w.jobs[len(w.jobs)-1]
				w.jobs = w.jobs[:len(w.jobs)-1]
				w.active++
				w.mu.Unlock()

				d := w.readDir(j)

				w.mu.Lock()
				w.active--
				w.jobs = append(w.jobs, d.dirs...)
				w.files = append(w.files, d.files...)
				w.links = append(w.links, d.links...)
				w.problems = append(w.problems, d.problems...)
				if d.id != (fileID{}) {
					w.visited[d.id] = true
				}
				w.mu.Unlock()
				w.cond.Broadcast()
			}
		})
	}
	wg.Wait()
}

type dirResult struct {
	id       fileID
	dirs     []job
	files    []File
	links    []link
	problems []Problem
}

func (w *walker) readDir(j job) (d dirResult) {
	fail := func(err error) {
		if !errors.Is(err, fs.ErrNotExist) { // removed meanwhile: there is nothing to judge
			d.problems = append(d.problems, Problem{Path: pathOrDot(j.rel), Message: "directory cannot be read: " + cause(err).Error(),
				Help: "make it readable, or leave it out with `exclude` in [check]"})
		}
	}
	f, err := os.Open(j.abs)
	if err != nil {
		fail(err)
		return d
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		fail(err)
		return d
	}
	d.id = identify(j.abs, info)
	entries, err := f.ReadDir(-1)
	if err != nil {
		fail(err) // what was read so far is still used
	}
	if j.rel != "" && isEnvironment(entries) {
		return d
	}
	chain := j.ignore
	if !w.opts.NoIgnore {
		for _, e := range entries {
			if e.Name() != ".gitignore" || !e.Type().IsRegular() {
				continue
			}
			text, err := readSmall(filepath.Join(j.abs, ".gitignore"))
			if err != nil {
				d.problems = append(d.problems, Problem{Path: join(j.rel, ".gitignore"), Message: "ignore file cannot be read: " + cause(err).Error()})
				break
			}
			strip := len(j.rel)
			if strip > 0 {
				strip++
			}
			chain = &ignoreChain{Ignore: ParseIgnore(text), strip: strip, outer: chain}
		}
	}
	for _, e := range entries {
		name := e.Name()
		rel := join(j.rel, name)
		abs := j.abs + string(filepath.Separator) + name
		switch typ := e.Type(); {
		case typ.IsDir():
			if excludedDir(name) || generatedDir(name, abs, entries) || chain.ignored(rel, true) {
				continue
			}
			d.dirs = append(d.dirs, job{abs: abs, rel: rel, ignore: chain})
		case typ&fs.ModeSymlink != 0:
			// Git sees a link as a file, whatever it leads to.
			if !excludedDir(name) && !chain.ignored(rel, false) {
				d.links = append(d.links, link{job: job{abs: abs, rel: rel, ignore: chain}, name: name})
			}
		case typ.IsRegular():
			if file, ok := w.file(abs, rel, name, chain, e, &d); ok {
				d.files = append(d.files, file)
			}
		}
	}
	return d
}

// file decides by name first, then by the ignore lists, and only then asks the disk.
func (w *walker) file(abs, rel, name string, chain *ignoreChain, e fs.DirEntry, d *dirResult) (File, bool) {
	class := classify(name, rel, w.opts.Artifact)
	if class == 0 && strings.Contains(name, ".") || chain.ignored(rel, false) {
		return File{}, false
	}
	info, err := e.Info()
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			d.problems = append(d.problems, Problem{Path: rel, Message: "file cannot be read: " + cause(err).Error()})
		}
		return File{}, false
	}
	if class == 0 {
		if info.Mode()&0o111 == 0 || info.Size() > maxShebang || !hasPythonShebang(abs) {
			return File{}, false
		}
		class = Python
	}
	return newFile(rel, class, info), true
}

// followLinks adds what only links reach, in the order of their paths, so that timing decides nothing.
func (w *walker) followLinks(ctx context.Context) {
	seen := map[fileID]bool{}
	note := func(files []File) {
		for _, f := range files {
			if f.Inode != 0 {
				seen[fileID{dev: f.Device, ino: f.Inode}] = true
			} else {
				seen[fileID{path: filepath.Join(w.root, filepath.FromSlash(f.Path))}] = true
			}
		}
	}
	if len(w.links) > 0 {
		note(w.files)
	}
	// Following a link may bring more links; each round takes those known so far, and every directory is entered once.
	for len(w.links) > 0 && ctx.Err() == nil {
		slices.SortFunc(w.links, func(a, b link) int { return strings.Compare(a.rel, b.rel) })
		l := w.links[0]
		w.links = w.links[1:]
		class := classify(l.name, l.rel, w.opts.Artifact)
		real, err := filepath.EvalSymlinks(l.abs)
		if err != nil {
			if class != 0 && !strings.HasPrefix(l.name, ".#") { // Emacs marks an open file by such a link
				w.problems = append(w.problems, Problem{Path: l.rel, Message: "symbolic link leads nowhere",
					Help: "remove the link, or restore the file it points to"})
			}
			continue
		}
		if real != w.root && !strings.HasPrefix(real, w.root+string(filepath.Separator)) || insideExcluded(real[len(w.root):]) {
			continue
		}
		info, err := os.Stat(real)
		if err != nil {
			continue
		}
		id := identify(real, info)
		switch {
		case info.IsDir():
			if w.visited[id] {
				continue
			}
			before := len(w.files)
			w.push(job{abs: real, rel: l.rel, ignore: l.ignore})
			w.run(ctx)
			note(w.files[before:])
		case info.Mode().IsRegular() && class != 0:
			if seen[id] {
				continue
			}
			seen[id] = true
			w.files = append(w.files, newFile(l.rel, class, info))
		}
	}
}

// insideExcluded is true when a directory on the way is one that the walk never enters.
func insideExcluded(path string) bool {
	for part := range strings.SplitSeq(filepath.ToSlash(path), "/") {
		if excludedDir(part) {
			return true
		}
	}
	return false
}

func newFile(rel string, class Class, info fs.FileInfo) File {
	id := identify("", info)
	return File{Path: rel, Class: class, Size: info.Size(), ModTime: info.ModTime().UnixNano(), Device: id.dev, Inode: id.ino,
		Executable: info.Mode()&0o100 != 0}
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

func pathOrDot(rel string) string {
	if rel == "" {
		return "."
	}
	return rel
}

// ClassOf is the class of a file by its slash path alone; 0 for one that is not walked.
func ClassOf(rel string, artifact func(string) bool) Class {
	return classify(rel[strings.LastIndexByte(rel, '/')+1:], rel, artifact)
}

func classify(name, rel string, artifact func(string) bool) Class {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		switch name[i:] {
		case ".py", ".pyi", ".pyw":
			return Python
		case ".ipynb":
			return Notebook
		}
	}
	if artifact != nil && artifact(rel) {
		return Artifact
	}
	return 0
}

// excludedDir names the directories that hold tools' state or other people's code.
func excludedDir(name string) bool {
	switch name {
	case ".git", ".hg", ".svn", ".bzr", ".jj", "CVS", "_darcs",
		".venv", ".direnv", ".pixi", ".conda", "__pypackages__", "site-packages", "dist-packages",
		"node_modules", "bower_components", ".yarn", ".pnpm-store", ".roadworthy",
		"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".pytype", ".pyre", ".hypothesis", ".import_linter_cache", ".cache",
		".tox", ".nox", ".eggs", ".pants.d", ".ipynb_checkpoints", ".virtual_documents",
		".terraform", ".serverless", ".aws-sam", ".dvc", ".idea", ".vscode", "htmlcov":
		return true
	}
	return strings.HasSuffix(name, ".egg-info") || strings.HasSuffix(name, ".dist-info")
}

// generatedDir is true for a build or dist directory that a build wrote; one that people keep code in is walked. What
// setuptools writes below build/ has known names; dist/ holds archives, or is a bundler's beside package.json.
func generatedDir(name, abs string, siblings []fs.DirEntry) bool {
	if name != "build" && name != "dist" {
		return false
	}
	if name == "dist" && slices.ContainsFunc(siblings, func(e fs.DirEntry) bool { return e.Name() == "package.json" }) {
		return true
	}
	entries, err := os.ReadDir(abs)
	if err != nil {
		return false
	}
	for _, e := range entries {
		n := e.Name()
		switch {
		case n == "CACHEDIR.TAG":
			return true
		case name == "build" && e.IsDir() && (n == "lib" || hasAnyPrefix(n, "lib.", "bdist.", "temp.", "scripts-")):
			return true
		case name == "dist" && (strings.HasSuffix(n, ".whl") || strings.HasSuffix(n, ".tar.gz") || strings.HasSuffix(n, ".egg")):
			return true
		}
	}
	return false
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// isEnvironment recognizes a virtual or conda environment of any name by the file or directory that makes it one.
func isEnvironment(entries []fs.DirEntry) bool {
	for _, e := range entries {
		if n := e.Name(); n == "pyvenv.cfg" || n == "conda-meta" && e.IsDir() {
			return true
		}
	}
	return false
}

// hasPythonShebang is true for "#!/usr/bin/python3", "#!/usr/bin/env -S uv run --script" and the like.
func hasPythonShebang(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var buf [128]byte
	n, _ := f.Read(buf[:])
	return IsPythonShebang(buf[:n])
}

// IsPythonShebang says whether a text's first line hands the file to a Python interpreter.
func IsPythonShebang(text []byte) bool {
	line, ok := bytes.CutPrefix(text, []byte("#!"))
	if !ok {
		return false
	}
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	words := strings.Fields(string(line))
	for i, word := range words {
		base := word[strings.LastIndexByte(word, '/')+1:]
		switch {
		case strings.HasPrefix(base, "python") || strings.HasPrefix(base, "pypy"):
			return true
		case base == "uv" && i+1 < len(words) && words[i+1] == "run":
			return true
		case base == "env" || strings.HasPrefix(word, "-") || strings.Contains(word, "="):
			continue
		default:
			return false
		}
	}
	return false
}
