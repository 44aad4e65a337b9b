//go:build linux || darwin

package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/jobs"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// findJobs finds what is declared below root, in the configuration and in code, and asks the engine which of each job's
// effects a retry would repeat. Nothing of the user's is run. The analysis is left out where no job depends on its answer.
func findJobs(root string) ([]jobs.Declaration, error) {
	decls, err := jobs.Find(root, jobs.FromConfig, jobs.FromSource)
	if err != nil || !slices.ContainsFunc(decls, retriedWithoutKey) {
		return decls, err
	}
	t, err := check.Load(context.Background(), root, check.Options{Cache: cacheDir(false)})
	if err != nil {
		return nil, fmt.Errorf("analyse jobs: %w", err)
	}
	a := t.Analyse(knowledge.Load())
	for i := range decls {
		if retriedWithoutKey(decls[i]) {
			decls[i].Effects = repeated(a, decls[i].Entry)
		}
	}
	return decls, nil
}

func retriedWithoutKey(d jobs.Declaration) bool { return d.Retries > 0 && d.Key == "" && d.Entry != "" }

// repeated lists the effects of a job that must not happen twice: those the catalogue calls not idempotent, payments and
// messages among them. entry is module:function or path/to/file.py:function.
func repeated(a *effects.Analysis, entry string) []string {
	place, function, _ := strings.Cut(entry, ":")
	var start []effects.Node
	for i, nodes := range a.InstancesOf() {
		f := link.Func(i)
		file := a.FileOf(f)
		if a.Facts(f).Kind != facts.Function || file.Facts.Str(a.Facts(f).QualName) != function {
			continue
		}
		if file.Path == filepath.ToSlash(place) || file.Module == place {
			start = append(start, nodes...)
		}
	}
	var out []string
	seen := map[effects.Node]bool{}
	for len(start) > 0 {
		n := start[0]
		start = start[1:]
		if seen[n] {
			continue
		}
		seen[n] = true
		for _, i := range a.SitesOf(n) {
			s := &a.Sites[i]
			if !mustNotRepeat(s) {
				continue
			}
			line, _ := a.File(n).Facts.Place(s.Op.Pos)
			if text := fmt.Sprintf("%s at %s:%d", s.Kind, a.File(n).Path, line); !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
		for _, i := range a.OutEdges(n) {
			switch e := &a.Edges[i]; e.Mode {
			case link.Made, link.Enqueued, link.Depended:
			default:
				start = append(start, e.To)
			}
		}
	}
	slices.Sort(out)
	return out
}

func mustNotRepeat(s *effects.Site) bool {
	if s.Effect == nil || s.Effect.Idempotent == knowledge.True {
		return false
	}
	return s.Effect.Idempotent == knowledge.False || s.Kind == knowledge.Payment || s.Kind == knowledge.Notify
}
