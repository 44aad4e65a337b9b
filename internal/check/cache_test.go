package check

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
)

const sample = `import os

class Store:
    path: str = "x"

    def load(self, name: "str | None" = None):
        try:
            return open(name or self.path).read()
        except OSError as e:
            print(e)
            raise

def main():
    return [Store().load(n) for n in os.listdir(".")]
`

func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t *testing.T, root, cache string) *Tree {
	t.Helper()
	tree, err := Load(context.Background(), root, Options{Cache: cache})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

var sameFacts = cmp.Options{cmpopts.EquateEmpty()}

// The cache gives the same facts as the file does, survives damage, and follows an edit.
func TestCache(t *testing.T) {
	root := writeTree(t, map[string]string{"a.py": sample, "pkg/b.py": "from a import main\nmain()\n", "bad.py": "def (:\n"})
	dir := t.TempDir()
	fresh := load(t, root, "")
	cold := load(t, root, dir)
	warm := load(t, root, dir)
	for i := range fresh.Files {
		for _, other := range []*Tree{cold, warm} {
			if d := cmp.Diff(fresh.Files[i].Facts, other.Files[i].Facts, sameFacts); d != "" {
				t.Errorf("%s: cached facts differ:\n%s", fresh.Files[i].Path, d)
			}
		}
	}
	packs, _ := filepath.Glob(filepath.Join(dir, "*.base"))
	if len(packs) != 1 {
		t.Fatalf("want one base file, have %v", packs)
	}
	whole, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut < len(whole); cut += 97 {
		damaged := append([]byte(nil), whole...)
		damaged[cut] ^= 0x5a
		if err := os.WriteFile(packs[0], damaged[:len(damaged)-cut/3], 0o644); err != nil {
			t.Fatal(err)
		}
		got := load(t, root, dir)
		for i := range fresh.Files {
			if d := cmp.Diff(fresh.Files[i].Facts, got.Files[i].Facts, sameFacts); d != "" {
				t.Fatalf("damaged at %d: %s differs:\n%s", cut, fresh.Files[i].Path, d)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(root, "a.py"), []byte("x = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := load(t, root, dir); len(got.Files[0].Facts.Funcs) != 1 {
		t.Error("an edited file gives the facts of its old text")
	}
}

// Two runs at once leave a cache that a third can read.
func TestCacheShared(t *testing.T) {
	root := writeTree(t, map[string]string{"a.py": sample})
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := Load(context.Background(), root, Options{Cache: dir}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if c := openCache(dir, load(t, root, "").Root); len(c.base) != 1 || c.base["a.py"].decode() == nil {
		t.Error("no readable entry after eight runs at once")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add((&facts.File{Strings: []string{""}, Funcs: make([]facts.Func, 1)}).Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = facts.Decode(append([]byte(nil), b...))
	})
}
