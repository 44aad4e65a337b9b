package oracle

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// notCopied are folders that hold no input: history, environments, what tools leave.
var notCopied = map[string]bool{
	".git": true, ".hg": true, ".svn": true, ".venv": true, "venv": true, "node_modules": true, "__pycache__": true, ".tox": true, ".nox": true, ".mypy_cache": true,
	".ruff_cache": true, ".pytest_cache": true, ".ipynb_checkpoints": true,
}

const maxCopy = 8 << 30

// copyTree copies a folder with its times, because programs look at them. Links inside the folder become what they lead to; those that lead out stay
// links, which a run can read through and not write through.
func copyTree(from, to string) error {
	from, err := filepath.EvalSymlinks(from)
	if err != nil {
		return err
	}
	var total int64
	type stamp struct {
		path string
		info fs.FileInfo
	}
	var folders []stamp
	err = filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case d.IsDir():
			if rel != "." && notCopied[d.Name()] || path == to {
				return fs.SkipDir
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			folders = append(folders, stamp{target, info})
			return os.MkdirAll(target, 0o755)
		case d.Type()&fs.ModeSymlink != 0:
			real, err := filepath.EvalSymlinks(path)
			if err != nil {
				return nil // leads nowhere: no input
			}
			info, err := os.Stat(real)
			if err != nil || info.IsDir() || !within(from, real) {
				return os.Symlink(real, target)
			}
			return copyFile(real, target, info)
		case d.Type().IsRegular():
			info, err := d.Info()
			if err != nil {
				return err
			}
			if total += info.Size(); total > maxCopy {
				return fmt.Errorf("%s holds more than %d GB; graduate from a folder that has only what the work needs", from, maxCopy>>30)
			}
			return copyFile(path, target, info)
		}
		return nil // sockets and devices are no input
	})
	if err != nil {
		return err
	}
	for i := len(folders) - 1; i >= 0; i-- {
		_ = os.Chtimes(folders[i].path, folders[i].info.ModTime(), folders[i].info.ModTime())
	}
	return nil
}

func copyFile(from, to string, info fs.FileInfo) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, info.Mode().Perm()|0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return os.Chtimes(to, info.ModTime(), info.ModTime())
}

// within says whether path is root or below it.
func within(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
