package project

import (
	"fmt"
	"strings"
	"testing"
)

func TestEntries(t *testing.T) {
	golden(t, "testdata/entries/*.txtar", func(files map[string][]byte, names []string) string {
		read := func(p string) ([]byte, error) {
			if text, ok := files[p]; ok {
				return text, nil
			}
			return nil, fmt.Errorf("absent")
		}
		opts := LayoutOptions{}
		var wanted []string
		for _, n := range names {
			if strings.HasSuffix(n, ".py") || strings.HasSuffix(n, ".ipynb") {
				opts.Files = append(opts.Files, n)
			}
			if Wanted(n) {
				wanted = append(wanted, n)
				opts.Artifacts = append(opts.Artifacts, n)
			}
		}
		p := scan(t.Context(), wanted, read, 2)
		opts.Manifests = p.Manifests
		l := NewLayout(opts)
		var b strings.Builder
		for _, e := range p.Entries(l) {
			a := &p.Artifacts[e.Artifact]
			fmt.Fprintf(&b, "%s %s:%d %s", a.Kind, a.Path, e.Line, a.Name)
			for _, v := range e.Via {
				fmt.Fprintf(&b, " > %s:%d", v.Path, v.Line)
			}
			target := "nothing"
			if e.Module >= 0 {
				target = l.Modules[e.Module].Path
			}
			fmt.Fprintf(&b, " [%s %s] -> %s", e.Invocation.Runner, e.Invocation.Command, target)
			if e.Attr != "" {
				fmt.Fprintf(&b, " %s", e.Attr)
			}
			b.WriteByte('\n')
		}
		return b.String()
	})
}
