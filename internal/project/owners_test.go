package project

import (
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOwnersComeFromRemotesCodeownersAndTheProject(t *testing.T) {
	files := map[string]string{
		".git/config":        "[remote \"origin\"]\n\turl = git@github.com:Acme/shop.git\n[remote \"fork\"]\n\turl = https://gitlab.com/jane/shop.git\n[remote \"local\"]\n\turl = /srv/git/other/shop.git\n",
		".github/CODEOWNERS": "* @acme-platform/reviewers @joe\n/docs/ writer@example.com\n",
		"pyproject.toml":     "[project.urls]\nRepository = \"https://github.com/acme-labs/shop\"\nHomepage = \"https://github.com/else/where\"\n",
	}
	got := Owners(func(path string) ([]byte, error) {
		if text, ok := files[path]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	})
	if d := cmp.Diff([]string{"acme", "acme-labs", "acme-platform", "jane"}, got); d != "" {
		t.Error(d)
	}
	if got := Owners(func(string) ([]byte, error) { return nil, fs.ErrNotExist }); len(got) != 0 {
		t.Errorf("a tree without any of the files has owners: %v", got)
	}
}
