package source

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestIgnoreMatch(t *testing.T) {
	for _, tt := range []struct {
		patterns string
		path     string
		want     bool
	}{
		{"*.pyc", "a/b.pyc", true},
		{"*.pyc", "a/b.pyc.txt", false},
		{"/top", "top", true},
		{"/top", "a/top", false},
		{"a/b", "a/b", true},
		{"a/b", "x/a/b", false},
		{"dir/", "x/dir/", true},
		{"dir/", "x/dir", false},
		{"# comment", "# comment", false},
		{`\#name`, "#name", true},
		{`\!name`, "!name", true},
		{"name   ", "name", true},
		{`name\ `, "name ", true},
		{"*\n!keep", "keep", false},
		{"*\n!keep", "drop", true},
		{"!keep\n*", "keep", true},
		{"**/logs", "logs", true},
		{"**/logs", "a/b/logs", true},
		{"logs/**", "logs/", false},
		{"logs/**", "logs/a/b", true},
		{"a/**/b", "a/b", true},
		{"a/**/b", "a/x/y/b", true},
		{"a/**/b", "a/x/y/c", false},
		{"a/**/b/**/c", "a/b/b/x/c", true},
		{"foo**bar", "fooxxbar", true},
		{"/**", "x", true},
		{"[a-c]x", "bx", true},
		{"[!a-c]x", "bx", false},
		{"[^a-c]x", "dx", true},
		{"[]]x", "]x", true},
		{"[]-]x", "-x", true},
		{"[[:digit:]]x", "7x", true},
		{"[[:nope:]]x", "7x", false},
		{"[ab", "[ab", false},
		{`a\`, `a\`, false},
		{"a?c", "abc", true},
		{"d/a?c", "d/a/c", false},
		{"\xef\xbb\xbfname\r\n", "name", true},
		{"/", "x", false},
		{"!", "x", false},
		{"foo/*", "foo/bar/baz", false},
	} {
		dir := strings.HasSuffix(tt.path, "/")
		got, _ := ParseIgnore([]byte(tt.patterns)).Match(strings.TrimSuffix(tt.path, "/"), dir)
		if got != tt.want {
			t.Errorf("patterns %q, path %q: ignored = %v, want %v", tt.patterns, tt.path, got, tt.want)
		}
	}
}

// A pattern made to backtrack must not cost more than its length times the name's.
func TestIgnoreHostilePattern(t *testing.T) {
	ig := NewIgnore(strings.Repeat("*a", 200)+"*b", strings.Repeat("**/a/", 200)+"b")
	if got, _ := ig.Match(strings.Repeat("a/", 5000)+strings.Repeat("a", 5000), false); got {
		t.Error("matched a name without the final b")
	}
}

// The reference is git itself: every path of a tree is judged by both.
func TestIgnoreAgainstGit(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	lists := map[string]string{
		".gitignore": "*.log\n!important.log\n/build/\nout\n**/tmp/**\nsecret*/\ndocs/**/gen\na/*/c\n\\#x\n*.[oa]\n[[:upper:]]*.txt\n" +
			"trail \\ \n/data/*\n!/data/keep.py\nwhite/*\n!white/*/\n!white/**/*.py\n**/deep\nfoo**bar\nx/**/y/z\n!/pkg/out\n",
		"sub/.gitignore":       "!*.log\n/only-here\nimportant.log\nnested/\n",
		"sub/inner/.gitignore": "*\n!.gitignore\n!kept.py\n",
		".git/info/exclude":    "from-info\n*.excluded\n",
	}
	var paths []string
	for _, dir := range []string{"", "sub", "sub/inner", "sub/nested", "build", "x/build", "a/b", "a/b/c", "docs", "docs/gen", "docs/p/q/gen", "tmp",
		"p/tmp/q", "secretdir", "data", "data/in", "white", "white/w1", "pkg", "pkg/out", "out", "deep", "m/deep/n", "x/y/z", "x/1/2/y"} {
		for _, name := range []string{"m.py", "e.log", "important.log", "only-here", "#x", "l.o", "Upper.txt", "lower.txt", "keep.py", "kept.py", "from-info",
			"k.excluded", "fooxbar", "secrets", "trail  ", "cc"} {
			paths = append(paths, join(dir, name))
		}
	}
	root := t.TempDir()
	run := func(stdin string, args ...string) string {
		cmd := exec.Command(git, args...)
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "XDG_CONFIG_HOME="+root)
		cmd.Stdin = strings.NewReader(stdin)
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 {
			t.Fatalf("git %v: %v", args, err)
		}
		return out.String()
	}
	run("", "init", "-q")
	write := func(path, text string) bool {
		full := filepath.Join(root, filepath.FromSlash(path))
		if info, err := os.Stat(full); err == nil && info.IsDir() {
			return false
		}
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return true
	}
	for path, text := range lists {
		write(path, text)
	}
	var made []string
	for _, p := range paths {
		if write(p, "") {
			made = append(made, p)
		}
	}
	byGit := map[string]bool{}
	for _, p := range strings.Split(run(strings.Join(made, "\x00"), "check-ignore", "--no-index", "--stdin", "-z"), "\x00") {
		byGit[p] = true
	}
	files, problems, err := Walk(t.Context(), root, Options{Artifact: func(string) bool { return true }})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	walked := map[string]bool{}
	for _, f := range files {
		walked[f.Path] = true
	}
	for _, p := range made {
		if byGit[p] == walked[p] {
			t.Errorf("%q: git ignores it: %v; walked: %v", p, byGit[p], walked[p])
		}
	}
	if len(byGit) < 50 || len(walked) < 50 {
		t.Errorf("the comparison is vacuous: %d ignored, %d walked", len(byGit), len(walked))
	}
}

func FuzzIgnore(f *testing.F) {
	f.Add("*.py\n!a/**/b\n", "a/x/b")
	f.Add("[[:alpha:]-z]\\", "q")
	f.Add("**/**/**/x/*[!a]", "a/b/c/x/b")
	f.Fuzz(func(t *testing.T, patterns, path string) {
		ParseIgnore([]byte(patterns)).Match(path, len(path)%2 == 0)
	})
}
