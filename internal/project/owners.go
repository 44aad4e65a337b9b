package project

import (
	"regexp"
	"slices"
	"strings"
)

var (
	remoteOwner = regexp.MustCompile(`(?m)^\s*url\s*=\s*\S*?(?:github\.com|gitlab\.com|bitbucket\.org)[:/]([A-Za-z0-9._-]+)/`)
	codeOwner   = regexp.MustCompile(`@([A-Za-z0-9-]+)/[A-Za-z0-9._-]+`)
	projectURL  = regexp.MustCompile(`(?mi)^\s*"?(?:repository|source|source code|code|github)"?\s*=\s*"https?://(?:www\.)?(?:github|gitlab)\.com/([A-Za-z0-9._-]+)/`)
)

// Owners are the accounts and organisations that the repository belongs to, in lower case: those of its git remotes, of the
// teams in its CODEOWNERS, and of the address of its source in pyproject.toml.
func Owners(read Reader) []string {
	var out []string
	for _, from := range []struct {
		path string
		form *regexp.Regexp
	}{
		{".git/config", remoteOwner}, {"CODEOWNERS", codeOwner}, {".github/CODEOWNERS", codeOwner}, {"docs/CODEOWNERS", codeOwner}, {"pyproject.toml", projectURL},
	} {
		text, err := read(from.path)
		if err != nil || len(text) > maxArtifact {
			continue // most repositories lack most of them
		}
		for _, m := range from.form.FindAllSubmatch(text, 1000) {
			out = append(out, strings.ToLower(string(m[1])))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Owned: the repository says who answers for its files.
func Owned(read Reader) bool {
	for _, path := range []string{"CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS", "MAINTAINERS", "MAINTAINERS.md", "OWNERS"} {
		if text, err := read(path); err == nil && len(text) > 0 {
			return true
		}
	}
	return false
}
