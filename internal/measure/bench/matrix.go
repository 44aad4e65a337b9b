package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Matrix spreads one command over interpreters, environments, dependency sets and git revisions. The first entry of every
// dimension is the baseline's; every other combination is an arm.
type Matrix struct {
	Pythons   []string            // as [Choose] takes them
	Envs      []map[string]string // settings on top of the environment; an empty map is "as it is"
	Deps      []string            // requirements files; "" is "as installed"
	Revisions []string            // git revisions; "" is the work tree as it is
}

// Arms builds the arms. It may make git work trees and virtual environments below state; release removes the work trees.
func (m Matrix) Arms(ctx context.Context, argv []string, dir, state string, call bool) (arms []Arm, release func(), err error) {
	var cleanup []func()
	release = func() {
		for _, f := range cleanup {
			f()
		}
	}
	defer func() {
		if err != nil {
			release()
		}
	}()
	choices := []Choice{{}}
	if len(m.Pythons) > 0 {
		all := Interpreters()
		choices = nil
		for _, spec := range m.Pythons {
			c, err := Choose(spec, all)
			if err != nil {
				return nil, release, err
			}
			choices = append(choices, c)
		}
		if !call && !LooksLikePython(argv[0]) {
			return nil, release, fmt.Errorf("a matrix over interpreters needs a command that starts with `python`, not %q", argv[0])
		}
	}
	envs := m.Envs
	if len(envs) == 0 {
		envs = []map[string]string{{}}
	}
	deps := m.Deps
	if len(deps) == 0 {
		deps = []string{""}
	}
	revisions := m.Revisions
	if len(revisions) == 0 {
		revisions = []string{""}
	}
	trees := map[string]string{}
	commits := map[string]string{}
	for _, rev := range revisions {
		if rev == "" {
			continue
		}
		tree, commit, drop, err := checkout(ctx, dir, state, rev)
		if err != nil {
			return nil, release, err
		}
		cleanup = append(cleanup, drop)
		trees[rev], commits[rev] = tree, commit
	}
	for _, rev := range revisions {
		for _, choice := range choices {
			for _, dep := range deps {
				for _, env := range envs {
					a := Arm{Dir: dir, Env: map[string]string{}, Argv: append([]string{}, argv...), Deps: dep}
					var name []string
					if rev != "" {
						a.Dir, a.Revision = trees[rev], commits[rev]
						name = append(name, rev)
					}
					if choice.Name != "" {
						a.Python = choice.Interpreter.Path
						for k, v := range choice.Env {
							a.Env[k] = v
						}
						name = append(name, choice.Name)
					}
					if dep != "" {
						python, err := environment(ctx, dir, state, dep, a.Python)
						if err != nil {
							return nil, release, err
						}
						a.Python = python
						name = append(name, dep)
					}
					for _, k := range sortedKeys(env) {
						a.Env[k] = env[k]
						name = append(name, k+"="+env[k])
					}
					if a.Python != "" {
						if call {
							a.Argv = []string{a.Python}
						} else {
							a.Argv[0] = a.Python
						}
					}
					a.Name = strings.Join(name, " ")
					if a.Name == "" {
						a.Name = "as it is"
					}
					arms = append(arms, a)
				}
			}
		}
	}
	return arms, release, nil
}

// checkout makes a detached work tree of a revision, so that revisions can be measured in turn without touching the user's files.
func checkout(ctx context.Context, dir, state, rev string) (tree, commit string, drop func(), err error) {
	git := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)
		var errb strings.Builder
		cmd.Stderr = &errb
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(errb.String()))
		}
		return strings.TrimSpace(string(out)), nil
	}
	commit, err = git("rev-parse", "--verify", rev+"^{commit}")
	if err != nil {
		return "", "", nil, err
	}
	prefix, err := git("rev-parse", "--show-prefix")
	if err != nil {
		return "", "", nil, err
	}
	if err := os.MkdirAll(filepath.Join(state, "tree"), 0o755); err != nil {
		return "", "", nil, fmt.Errorf("make %s: %w", state, err)
	}
	root, err := os.MkdirTemp(filepath.Join(state, "tree"), commit[:12]+"-")
	if err != nil {
		return "", "", nil, fmt.Errorf("make work tree: %w", err)
	}
	git("worktree", "prune") // of sessions that were killed
	if _, err := git("worktree", "add", "--detach", "--force", root, commit); err != nil {
		os.RemoveAll(root)
		return "", "", nil, err
	}
	drop = func() {
		exec.Command("git", "-C", dir, "worktree", "remove", "--force", root).Run()
		os.RemoveAll(root)
	}
	return filepath.Join(root, filepath.FromSlash(prefix)), commit, drop, nil
}

// environment returns the interpreter of a virtual environment with the packages of a requirements file, made by uv once per content.
func environment(ctx context.Context, dir, state, requirements, python string) (string, error) {
	path := requirements
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read dependency set: %w", err)
	}
	if python == "" {
		python = "python3"
	}
	h := sha256.New()
	h.Write(b)
	h.Write([]byte(python))
	env := filepath.Join(state, "env", hex.EncodeToString(h.Sum(nil))[:16])
	bin := filepath.Join(env, "bin", "python")
	if _, err := os.Stat(filepath.Join(env, "complete")); err == nil {
		return bin, nil
	}
	os.RemoveAll(env)
	for _, args := range [][]string{{"venv", "--quiet", "--python", python, env}, {"pip", "install", "--quiet", "--python", bin, "-r", path}} {
		cmd := exec.CommandContext(ctx, "uv", args...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("uv %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
		}
	}
	if err := os.WriteFile(filepath.Join(env, "complete"), nil, 0o644); err != nil {
		return "", fmt.Errorf("finish environment: %w", err)
	}
	return bin, nil
}
