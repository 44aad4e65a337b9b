//go:build linux || darwin

package cli

import (
	"context"
	"runtime/debug"
	"sync"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/report"
)

// A workPage is what the dashboard shows of a directory's work: what `roadworthy check` says of it. It is worked out when
// somebody looks, once for each version of the files, and what that took is given back to the system.
type workPage struct {
	root    string
	version func() string

	mu   sync.Mutex
	at   string
	list []workRow
}

// workRow is one piece of work.
type workRow struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Path     string   `json:"path"`
	Tier     string   `json:"tier"`
	Declared bool     `json:"declared"`
	Owner    string   `json:"owner,omitempty"`
	Verdict  string   `json:"verdict"`
	Failing  []string `json:"failing"`  // guardrails, by their rules' names
	Evidence []string `json:"evidence"` // of the tier
}

func (p *workPage) rows(ctx context.Context) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	version := p.version()
	if p.list != nil && p.at == version {
		return p.list, nil
	}
	c, err := check.Check(ctx, p.root, check.Options{Cache: cacheDir(false), Version: Version})
	if err != nil {
		return nil, err
	}
	defer debug.FreeOSMemory()
	names := map[string]string{}
	for _, r := range c.Result.Rules {
		names[r.Code] = r.Name
	}
	owners := map[string]string{}
	for _, w := range c.Inventory.Work {
		owners[w.Name] = w.Owner
	}
	p.at, p.list = version, []workRow{}
	for _, w := range c.Result.Work {
		row := workRow{Name: w.Name, Kind: w.Kind, Path: w.Path, Tier: w.Tier.Value, Declared: w.Tier.Declared, Owner: owners[w.Name], Verdict: w.Verdict,
			Failing: []string{}, Evidence: []string{}}
		for _, g := range w.Guardrails {
			if g.State == report.Fail {
				row.Failing = append(row.Failing, names[g.Rule])
			}
		}
		for _, e := range w.Tier.Evidence {
			row.Evidence = append(row.Evidence, e.What)
		}
		p.list = append(p.list, row)
	}
	return p.list, nil
}
