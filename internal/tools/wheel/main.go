// Command wheel builds a Python wheel that carries the roadworthy program, for one platform:
//
//	wheel -os linux -arch amd64 -out dist
//
// `pip install` and `uv tool install` then put the program on the PATH, and `import roadworthy` finds the SDK when this
// repository has it. The program is built without cgo, so every platform is built on any other. The same tree gives the
// same bytes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/cli"
)

func main() {
	goos := flag.String("os", runtime.GOOS, "operating system: linux, darwin, windows")
	goarch := flag.String("arch", runtime.GOARCH, "processor: amd64, arm64")
	root := flag.String("root", ".", "the repository")
	out := flag.String("out", "dist", "directory for the wheel")
	flag.Parse()
	path, err := build(*root, *out, *goos, *goarch)
	if err != nil {
		fmt.Fprintf(os.Stderr, "wheel: %v\n", err)
		os.Exit(2)
	}
	fmt.Println(path)
}

// build compiles the program and writes the wheel; it returns the wheel's path.
func build(root, out, goos, goarch string) (string, error) {
	tags, err := platformTags(goos, goarch)
	if err != nil {
		return "", err
	}
	program, err := compile(root, goos, goarch)
	if err != nil {
		return "", err
	}
	w := wheel{Version: pythonVersion(cli.Version), Tags: tags, Windows: goos == "windows", Program: program}
	if w.Readme, err = os.ReadFile(filepath.Join(root, "README.md")); err != nil {
		return "", err
	}
	if w.License, err = os.ReadFile(filepath.Join(root, "LICENSE")); err != nil {
		return "", err
	}
	if w.Package, err = readPackage(filepath.Join(root, "sdk", "python")); err != nil {
		return "", err
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return "", err
	}
	path := filepath.Join(out, w.name())
	data, err := w.encode()
	if err != nil {
		return "", fmt.Errorf("encode %s: %w", path, err)
	}
	// In place only when complete, so that a half-written wheel is never installed.
	if err := os.WriteFile(path+".part", data, 0o666); err != nil {
		return "", err
	}
	return path, os.Rename(path+".part", path)
}

func compile(root, goos, goarch string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "roadworthy-wheel-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "roadworthy")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", bin, "./cmd/roadworthy")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch)
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build for %s/%s: %w\n%s", goos, goarch, err, text)
	}
	return os.ReadFile(bin)
}

// readPackage reads the import package by its path in the wheel.
func readPackage(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(filepath.Join(dir, "roadworthy"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if name == "__pycache__" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".py") && !strings.HasSuffix(name, ".pyi") && name != "py.typed" {
			return nil
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(rel)], err = os.ReadFile(path)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return files, nil
	}
	return files, err
}
