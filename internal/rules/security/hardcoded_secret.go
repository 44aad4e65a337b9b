package security

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW503", Name: "hardcoded-secret", Since: "0.1", Family: "security",
	// A credential in the repository is as public in an experiment as anywhere else. No error: of the 17 findings that were read on
	// real code none was a live credential (docs/precision.md).
	Severity: rule.Always(diag.Warning),
	Doc:      docs.Read("hardcoded_secret.md"), Check: hardcodedSecret,
})

func hardcodedSecret(p *rule.Pass) {
	tests := map[string]bool{}
	for _, f := range p.Files {
		tests[f.Path] = f.Test
	}
	for _, s := range p.Secrets {
		if tests[s.File] || rule.InDir(s.File, "tests", "test", "testdata", "fixtures", "examples", "example", "docs", "doc") {
			continue
		}
		if !s.Output && (strings.HasPrefix(s.File, ".") || rule.InDir(s.File, "migrations")) {
			continue // throw-away credentials of a build's own services; names of migrations
		}
		if !s.Output && s.Kind == "key or password" && !inSettings(s.File) {
			continue
		}
		x := diag.Finding{File: s.File, Line: s.Line, Cell: s.Cell, Span: s.Span, Certainty: diag.Likely, Group: fmt.Sprintf("%s:%s:%s", p.Rule.Code, s.Kind, s.Redacted)}
		where := "in the source"
		x.Help = "withdraw it where it was issued, then read its successor from the environment or a secret store"
		if s.Output {
			where = "in a stored output of the notebook"
			x.Help = "withdraw it where it was issued, then clear the notebook's outputs (`jupyter nbconvert --clear-output`) before it is committed"
		}
		x.Message = fmt.Sprintf("%s (%s) stands %s: everybody who can read the repository, now or later, has it", s.Kind, s.Redacted, where)
		p.Report(x)
	}
}

// inSettings: a text that only looks generated is a credential in settings; elsewhere it is as often a public identifier.
func inSettings(file string) bool {
	return slices.ContainsFunc(rule.Words(path.Base(file)), func(w string) bool {
		return slices.Contains([]string{"settings", "config", "configuration", "conf", "secrets", "credentials", "env", "environment"}, w)
	})
}
