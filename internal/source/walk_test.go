package source

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree makes files: a path ending in "/" is a directory, "a -> b" a link, "x!" an executable one.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range files {
		name, target, isLink := strings.Cut(path, " -> ")
		full := filepath.Join(root, filepath.FromSlash(strings.TrimSuffix(name, "!")))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if strings.HasSuffix(name, "!") {
			mode = 0o755
		}
		if isLink {
			err = os.Symlink(target, full)
		} else {
			err = os.WriteFile(full, []byte(text), mode)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func paths(files []File) []string {
	var out []string
	for _, f := range files {
		out = append(out, f.Path)
	}
	return out
}

func walk(t *testing.T, root string, opts Options) ([]string, []Problem) {
	t.Helper()
	files, problems, err := Walk(t.Context(), root, opts)
	if err != nil {
		t.Fatal(err)
	}
	return paths(files), problems
}

func TestWalkFindsAndExcludes(t *testing.T) {
	root := tree(t, map[string]string{
		"a.py": "", "pkg/b.pyi": "", "pkg/c.pyw": "", "n.ipynb": "", "readme.md": "", "Dockerfile": "",
		"bin/tool!": "#!/usr/bin/env python3\n", "bin/sh!": "#!/bin/sh\n", "bin/plain": "#!/usr/bin/python\n",
		"bin/uvtool!":           "#!/usr/bin/env -S uv run --script\n",
		".venv/x.py":            "",
		"env3/x.py":             "",
		"env3/pyvenv.cfg":       "home = /usr\n",
		"venv/real.py":          "", // no pyvenv.cfg: a package that happens to have this name
		"node_modules/gyp/x.py": "", "lib/site-packages/x.py": "", "__pycache__/x.py": "", ".tox/py/x.py": "", "p.egg-info/x.py": "",
		"build/lib/x.py": "", "dist/p-1.whl": "", "dist/x.py": "", "tools/build/make.py": "", "tools/dist/share.py": "",
		"web/package.json": "{}", "web/dist/x.py": "", ".github/scripts/ci.py": "", ".#a.py -> nobody@nowhere": "",
	})
	got, problems := walk(t, root, Options{Artifact: func(p string) bool { return p == "Dockerfile" }})
	want := []string{".github/scripts/ci.py", "Dockerfile", "a.py", "bin/tool", "bin/uvtool", "n.ipynb", "pkg/b.pyi", "pkg/c.pyw",
		"tools/build/make.py", "tools/dist/share.py", "venv/real.py"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("walked files (-want +got):\n%s", diff)
	}
	if len(problems) > 0 {
		t.Errorf("problems in a sound tree: %v", problems)
	}
}

func TestWalkRecordsWhatTheCacheNeeds(t *testing.T) {
	root := tree(t, map[string]string{"a.py": "x = 1\n"})
	files, _, err := Walk(t.Context(), root, Options{})
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	info, err := os.Stat(filepath.Join(root, "a.py"))
	if err != nil {
		t.Fatal(err)
	}
	f := files[0]
	if f.Class != Python || f.Size != 6 || f.ModTime != info.ModTime().UnixNano() || (runtime.GOOS != "windows" && f.Inode == 0) {
		t.Errorf("file = %+v", f)
	}
}

func TestWalkLinks(t *testing.T) {
	outside := tree(t, map[string]string{"far.py": ""})
	root := tree(t, map[string]string{
		"a/m.py":                   "",
		"loop -> .":                "",
		"a/up -> ..":               "",
		"again -> a":               "",
		"m2.py -> a/m.py":          "",
		"self -> self":             "",
		"dead.py -> nothing":       "",
		"ignored/only.py":          "",
		".gitignore":               "/ignored/\n",
		"z1 -> ignored":            "",
		"z2 -> ignored":            "",
		"z3.py -> ignored/only.py": "",
		"away -> " + outside:       "",
		"far.py -> " + filepath.Join(outside, "far.py"): "",
	})
	for _, workers := range []int{1, 2, 8} {
		got, problems := walk(t, root, Options{Workers: workers})
		if diff := cmp.Diff([]string{"a/m.py", "z1/only.py"}, got); diff != "" {
			t.Errorf("%d workers (-want +got):\n%s", workers, diff)
		}
		if len(problems) != 1 || problems[0].Path != "dead.py" {
			t.Errorf("problems = %v, want only the dangling dead.py", problems)
		}
	}
}

func TestWalkOneFile(t *testing.T) {
	root := tree(t, map[string]string{"a.py": "", "script": "", "n.ipynb": "", ".gitignore": "*"})
	for name, class := range map[string]Class{"a.py": Python, "script": Python, "n.ipynb": Notebook} {
		files, _, err := Walk(t.Context(), filepath.Join(root, name), Options{})
		if err != nil || len(files) != 1 || files[0].Path != name || files[0].Class != class {
			t.Errorf("walk of %s = %v, %v", name, files, err)
		}
	}
	if _, _, err := Walk(t.Context(), filepath.Join(root, "absent"), Options{}); err == nil || strings.Count(err.Error(), "absent") != 1 {
		t.Errorf("error for an absent root = %v", err)
	}
}

func TestWalkIgnoresAboveRoot(t *testing.T) {
	root := tree(t, map[string]string{
		".git/info/exclude": "*_local.py\n",
		".gitignore":        "gen_*.py\n/data/*\n/scratch/\nsvc/old/\n",
		"svc/a.py":          "", "svc/gen_b.py": "", "svc/c_local.py": "", "svc/old/d.py": "",
		"data/e.py":    "",
		"scratch/f.py": "", "scratch/gen_g.py": "",
	})
	for sub, want := range map[string][]string{
		"":        {"svc/a.py"},
		"svc":     {"a.py"},
		"svc/old": {"d.py"},
		"data":    {"e.py"},
		"scratch": {"f.py", "gen_g.py"}, // asked for by name: what is above says nothing
	} {
		if got, _ := walk(t, filepath.Join(root, sub), Options{}); !cmp.Equal(got, want) {
			t.Errorf("walk of %q = %v, want %v", sub, got, want)
		}
	}
	got, _ := walk(t, root, Options{NoIgnore: true, Exclude: []string{"/data", "scratch/gen*"}})
	want := []string{"scratch/f.py", "svc/a.py", "svc/c_local.py", "svc/gen_b.py", "svc/old/d.py"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with exclude (-want +got):\n%s", diff)
	}
}

func TestWalkExcludeBeatsGitignore(t *testing.T) {
	root := tree(t, map[string]string{".gitignore": "!vendor/\n!*.py\n", "vendor/x.py": "", "a.py": ""})
	if got, _ := walk(t, root, Options{Exclude: []string{"vendor/"}}); !cmp.Equal(got, []string{"a.py"}) {
		t.Errorf("walked %v", got)
	}
}

func TestWalkWorktreeFileNamesTheExcludeList(t *testing.T) {
	root := tree(t, map[string]string{
		"main/.git/info/exclude":           "skip.py\n",
		"main/.git/worktrees/wt/commondir": "../..\n",
		"wt/.git":                          "gitdir: ../main/.git/worktrees/wt\n",
		"wt/skip.py":                       "", "wt/a.py": "",
	})
	if got, _ := walk(t, filepath.Join(root, "wt"), Options{}); !cmp.Equal(got, []string{"a.py"}) {
		t.Errorf("walked %v", got)
	}
}

func TestWalkUnreadableDirectory(t *testing.T) {
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("permissions do not bind this user")
	}
	root := tree(t, map[string]string{"a.py": "", "closed/b.py": ""})
	if err := os.Chmod(filepath.Join(root, "closed"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(root, "closed"), 0o755) })
	got, problems := walk(t, root, Options{})
	if !cmp.Equal(got, []string{"a.py"}) || len(problems) != 1 || problems[0].Path != "closed" {
		t.Errorf("walked %v, problems %v", got, problems)
	}
}

func TestWalkCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Walk(ctx, tree(t, map[string]string{"a.py": ""}), Options{}); err == nil {
		t.Error("no error from a cancelled walk")
	}
}

// BenchmarkWalk is the walk of 5,000 files in 500 directories under realistic ignore lists.
func BenchmarkWalk(b *testing.B) {
	files := map[string]string{".gitignore": strings.Repeat("*.egg\n/build-*\n__pycache__/\nlogs/**/*.log\n.cache\n", 20)}
	for d := range 500 {
		for f := range 10 {
			files["p"+string(rune('a'+d%26))+"/d"+strings.Repeat("x", d/26)+"/m"+string(rune('0'+f))+".py"] = ""
		}
	}
	root := tree(b, files)
	for b.Loop() {
		if got, _, err := Walk(b.Context(), root, Options{}); err != nil || len(got) != 5000 {
			b.Fatal(len(got), err)
		}
	}
}
