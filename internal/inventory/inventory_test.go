package inventory_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/check/checktest"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

var update = flag.Bool("update", false, "write what is found into the archives")

// TestInventory builds the inventory of every archive below testdata and compares it with the file want.
func TestInventory(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files, want := map[string]string{}, -1
			for i, f := range a.Files {
				if f.Name == "want" {
					want = i
				} else {
					files[f.Name] = string(f.Data)
				}
			}
			if want < 0 {
				t.Fatal("no file named want")
			}
			got := describe(build(t, files))
			if *update {
				a.Files[want].Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(a.Files[want].Data), got); d != "" {
				t.Errorf("(-want +got), accept with -update:\n%s", d)
			}
		})
	}
}

func build(t *testing.T, files map[string]string) *inventory.Inventory {
	dir := t.TempDir()
	checktest.Write(t, dir, files)
	tree, err := check.Load(context.Background(), dir, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := tree.Analyse(knowledge.Load())
	return inventory.Build(a, tree.Project, tree.Layout, tree.Config)
}

func describe(v *inventory.Inventory) string {
	var b strings.Builder
	for _, w := range v.Work {
		fmt.Fprintf(&b, "%s: %s in %s, %s", w.Name, w.Kind, w.Path, w.Tier)
		if w.Declared {
			fmt.Fprintf(&b, " (declared; inferred %s)", w.Inferred)
		}
		if w.Owner != "" {
			fmt.Fprintf(&b, ", owner %s", w.Owner)
		}
		b.WriteByte('\n')
		for _, r := range w.Roots {
			fmt.Fprintf(&b, "  %s %s:%d %s\n", r.Phase, r.File, r.Line, strings.TrimSpace(r.Method+" "+r.Route))
		}
		for _, e := range w.Evidence {
			fmt.Fprintf(&b, "  - %s (%s:%d)\n", e.What, e.File, e.Line)
		}
	}
	return b.String()
}

// TestAnAIAppIsMostlyAboutItsModel: a program of which one small part asks a model is none.
func TestAnAIAppIsMostlyAboutItsModel(t *testing.T) {
	for functions, want := range map[int]string{3: "ai-app", 80: "script"} {
		var b strings.Builder
		b.WriteString("import openai\n\ndef ask(text):\n    return openai.OpenAI().chat.completions.create(model=\"gpt\", messages=[text])\n\n")
		for i := range functions {
			fmt.Fprintf(&b, "def part%d(x):\n    return x + %d\n\n", i, i)
		}
		b.WriteString("def main():\n    print(ask(\"hello\"))\n")
		for i := range functions {
			fmt.Fprintf(&b, "    part%d(1)\n", i)
		}
		b.WriteString("\nif __name__ == \"__main__\":\n    main()\n")
		v := build(t, map[string]string{"app.py": b.String()})
		if len(v.Work) != 1 || string(v.Work[0].Kind) != want {
			t.Errorf("with %d other functions: %s, want %s", functions, describe(v), want)
		}
	}
}
