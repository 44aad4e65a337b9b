package review

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/project"
)

// repository is the git repository around a directory.
type repository struct {
	root   string // the directory that is reviewed
	prefix string // its path below the repository's top, "" or ending in /
}

func open(ctx context.Context, root string) (*repository, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, fmt.Errorf("read %s: no such file or directory", root)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("review %s: a directory is needed", root)
	}
	r := &repository{root: root}
	out, err := r.git(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, fmt.Errorf("review %s: %w", root, err)
	}
	r.prefix = strings.TrimSpace(string(out))
	return r, nil
}

// command prepares git so that nothing the repository configures is run.
func (r *repository) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append([]string{"-C", r.root, "--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false"}, args...)
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Env = append(os.Environ(), "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	return cmd
}

func (r *repository) git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := r.command(ctx, args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, errors.New("git is not installed")
		}
		if first, _, _ := strings.Cut(strings.TrimSpace(errs.String()), "\n"); first != "" {
			return nil, fmt.Errorf("git: %s", strings.TrimPrefix(first, "fatal: "))
		}
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	return out, nil
}

// resolve is the commit that a name means.
func (r *repository) resolve(ctx context.Context, rev string) (string, error) {
	if strings.HasPrefix(rev, "-") {
		return "", fmt.Errorf("%s is no commit", rev)
	}
	out, err := r.git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("no commit %s in this repository", rev)
	}
	return strings.TrimSpace(string(out)), nil
}

// mergeBase is the last commit that two have in common.
func (r *repository) mergeBase(ctx context.Context, a, b string) (string, error) {
	out, err := r.git(ctx, "merge-base", a, b)
	if err != nil {
		return "", fmt.Errorf("%s and %s have no commit in common", a, b)
	}
	return strings.TrimSpace(string(out)), nil
}

// Range reads BASE, BASE..HEAD or BASE...HEAD. Three dots mean from the last common commit, as in a pull request; BASE alone
// compares it with the working tree, and is the last commit by default.
func Range(ctx context.Context, root, text string) (base, head string, err error) {
	if text == "" {
		return "HEAD", "", nil
	}
	if a, b, ok := strings.Cut(text, "..."); ok {
		r, err := open(ctx, root)
		if err != nil {
			return "", "", err
		}
		if b == "" {
			b = "HEAD"
		}
		ia, err := r.resolve(ctx, a)
		if err != nil {
			return "", "", err
		}
		ib, err := r.resolve(ctx, b)
		if err != nil {
			return "", "", err
		}
		base, err := r.mergeBase(ctx, ia, ib)
		return base, b, err
	}
	if a, b, ok := strings.Cut(text, ".."); ok {
		if b == "" {
			b = "HEAD"
		}
		return a, b, nil
	}
	return text, "", nil
}

// maxBlob bounds what is taken out of git for one file.
const maxBlob = 64 << 20

// export writes the files of a commit that a check reads.
func (r *repository) export(ctx context.Context, id, dir string) error {
	args := []string{"ls-tree", "-r", "-z", "--full-tree", "--long", id}
	if r.prefix != "" {
		args = append(args, r.prefix)
	}
	list, err := r.git(ctx, args...)
	if err != nil {
		return fmt.Errorf("read commit %s: %w", id, err)
	}
	type blob struct {
		hash, path string
		mode       os.FileMode
	}
	var blobs []blob
	for _, entry := range strings.Split(string(list), "\x00") {
		meta, file, ok := strings.Cut(entry, "\t")
		fields := strings.Fields(meta)
		if !ok || len(fields) != 4 || fields[1] != "blob" || fields[0] == "120000" {
			continue // links and submodules
		}
		rel, inside := strings.CutPrefix(file, r.prefix)
		size, _ := strconv.ParseInt(fields[3], 10, 64)
		if !inside || !filepath.IsLocal(filepath.FromSlash(rel)) || size > maxBlob || !read(rel) {
			continue
		}
		mode := os.FileMode(0o644)
		if fields[0] == "100755" {
			mode = 0o755
		}
		blobs = append(blobs, blob{fields[2], rel, mode})
	}
	if len(blobs) == 0 {
		return nil
	}
	cmd := r.command(ctx, "cat-file", "--batch")
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("read commit %s: %w", id, err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("read commit %s: %w", id, err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("read commit %s: %w", id, err)
	}
	go func() {
		w := bufio.NewWriter(in)
		for _, b := range blobs {
			w.WriteString(b.hash + "\n")
		}
		w.Flush()
		in.Close()
	}()
	answers := bufio.NewReaderSize(out, 1<<16)
	for _, b := range blobs {
		if err := write(answers, filepath.Join(dir, filepath.FromSlash(b.path)), b.mode); err != nil {
			cmd.Process.Kill()
			cmd.Wait()
			return fmt.Errorf("read %s at %s: %w", b.path, id, err)
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("read commit %s: %w", id, err)
	}
	return nil
}

// read says whether a check may read a file of that name; one without an extension may be a script.
func read(p string) bool {
	switch path.Ext(p) {
	case ".py", ".pyi", ".pyw", ".ipynb", "":
		return true
	}
	base := path.Base(p)
	return base == "roadworthy.toml" || base == ".gitignore" || project.Wanted(p)
}

func write(r *bufio.Reader, file string, mode os.FileMode) error {
	header, err := r.ReadString('\n')
	if err != nil {
		return err
	}
	fields := strings.Fields(header)
	if len(fields) != 3 {
		return errors.New(strings.TrimSpace(header))
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if _, err := io.CopyN(f, r, size); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	_, err = r.Discard(1)
	return err
}
