package standard

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// migrator is the tool that turns Poetry's and Pipenv's tables and locks into PEP 621, PEP 735 and uv.lock, keeping the locked
// versions. It is used as it is, in a pinned version.
const migrator = "migrate-to-uv==0.12.0"

// managed are the files that belong to a tool that a migration leaves behind.
var managed = []string{"poetry.lock", "poetry.toml", "Pipfile", "Pipfile.lock", "pdm.lock", ".pdm-python"}

// MakeMigration plans a move from Poetry, Pipenv or PDM to uv, and what the standard adds to the result, as one plan: the move is
// made on a copy, and nothing of the repository is touched.
func MakeMigration(ctx context.Context, root string, o AdoptOptions, t *Tools, lock bool) (p *Plan, err error) {
	survey, err := Take(ctx, root, &Lock{})
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "roadworthy-migrate-*")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the migration: %w", cause(err))
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, filepath.Base(absolute(root)))
	if err := copyTree(root, copied); err != nil {
		return nil, err
	}
	switch survey.Manager {
	case "poetry", "pipenv":
		args := []string{"tool", "run", "--quiet", "--no-progress", migrator, "--package-manager", survey.Manager}
		if !lock {
			args = append(args, "--skip-lock")
		}
		if t.Offline {
			args = slices.Insert(args, 2, "--offline")
		}
		if _, err := t.run(ctx, copied, 5*time.Minute, "uv", append(args, ".")...); err != nil {
			return nil, fmt.Errorf("migrate from %s: %w", survey.Manager, err)
		}
	case "pdm":
		if err := fromPDM(copied); err != nil {
			return nil, err
		}
	case "conda":
		return nil, fmt.Errorf("migrate %s: conda's packages have other names and contents than PyPI's, and only you know which of them must stay: list those that PyPI has in pyproject.toml, then adopt again", root)
	default:
		return nil, fmt.Errorf("migrate %s: nothing here is managed by Poetry, Pipenv or PDM", root)
	}
	if p, err = MakePlan(ctx, copied, o, t); err != nil {
		return nil, err
	}
	p.Survey.Root = root
	for _, name := range append([]string{"pyproject.toml", "uv.lock"}, managed...) {
		was, is := readText(root, name), readText(copied, name)
		planned, inPlan := p.After[name]
		switch {
		case was != nil && is == nil && !inPlan:
			p.Removed = append(p.Removed, name)
			p.Before[name] = was
		case inPlan:
			p.Before[name] = was
			if was != nil && *was == planned {
				delete(p.After, name)
			}
		case is != nil && (was == nil || *was != *is):
			p.Before[name], p.After[name] = was, *is
		}
	}
	return p, nil
}

// readText is a file's text, nil when there is none.
func readText(root, name string) *string {
	raw, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		return nil
	}
	s := string(raw)
	return &s
}

var pdmGroups = regexp.MustCompile(`(?m)^\[tool\.pdm\.dev-dependencies\]([ \t]*(?:#.*)?\r?)$`)

// fromPDM moves a project from PDM, whose metadata is PEP 621 already: its groups for development become those of PEP 735, and
// its lock goes.
func fromPDM(root string) error {
	text := readText(root, "pyproject.toml")
	if text == nil {
		return fmt.Errorf("migrate from pdm: there is a pdm.lock and no pyproject.toml")
	}
	if at := pdmGroups.FindStringIndex(*text); at != nil {
		if header(*text, "dependency-groups") {
			return fmt.Errorf("migrate from pdm: pyproject.toml has [dependency-groups] beside [tool.pdm.dev-dependencies]: move the groups into one, then adopt again")
		}
		if err := writeFile(root, "pyproject.toml", pdmGroups.ReplaceAllString(*text, "[dependency-groups]$1")); err != nil {
			return err
		}
	}
	for _, name := range managed {
		if err := os.Remove(filepath.Join(root, name)); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("remove %s: %w", name, cause(err))
		}
	}
	return nil
}
