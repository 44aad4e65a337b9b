package project

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// actionsLock reads the lock that GitHub's agentic workflows keep (.github/aw/actions-lock.json):
//
//	{"entries": {"actions/checkout@v5": {"repo": "actions/checkout", "version": "v5", "sha": "…"}}}
func (p *artifactReader) actionsLock(text []byte) {
	var lock struct {
		Entries map[string]struct{ Repo, Version, SHA string }
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		p.problem(1, "", "not JSON: "+shorten(err.Error()))
		return
	}
	a := p.add("", 1)
	a.Workflow = &Workflow{}
	for _, key := range slices.Sorted(maps.Keys(lock.Entries)) {
		e := lock.Entries[key]
		action, version, _ := strings.Cut(key, "@")
		if e.Version != "" {
			version = e.Version
		}
		line := 1
		if i := bytes.Index(text, []byte(`"`+key+`"`)); i >= 0 {
			line += bytes.Count(text[:i], []byte("\n"))
		}
		a.Workflow.Uses = append(a.Workflow.Uses, Use{Action: action, Ref: e.SHA, Version: version, Line: line})
	}
}
