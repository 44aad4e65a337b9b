package standard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Tools runs what is used as it is: uv, Ruff, git, the tests. A missing one costs only its own part of the work.
type Tools struct {
	// Look finds a program; exec.LookPath when nil.
	Look func(name string) (string, error)
	// Offline keeps uv from the network.
	Offline bool

	env map[string]string // for the tools, beside what there is
}

// installs says how to get a tool, in one line.
var installs = map[string]string{
	"uv":   "curl -LsSf https://astral.sh/uv/install.sh | sh   (or: pipx install uv)",
	"ruff": "uv tool install ruff   (or: pipx install ruff)",
	"mypy": "uv tool install mypy   (or: pipx install mypy)",
}

// A MissingTool is a program that is not installed, and how to install it.
type MissingTool struct{ Name, Install string }

func (m *MissingTool) Error() string {
	return m.Name + " is not installed; to install it: " + m.Install
}

func (t *Tools) path(name string) (string, error) {
	look := t.Look
	if look == nil {
		look = exec.LookPath
	}
	p, err := look(name)
	if err != nil {
		return "", &MissingTool{name, installs[name]}
	}
	return p, nil
}

// run runs a tool in a directory and returns its stdout; its last words on stderr are the error.
func (t *Tools) run(ctx context.Context, dir string, limit time.Duration, name string, args ...string) ([]byte, error) {
	p, err := t.path(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, p, args...)
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second
	for _, v := range os.Environ() {
		// A virtual environment that happens to be active is another project's.
		if !strings.HasPrefix(v, "VIRTUAL_ENV=") && !strings.HasPrefix(v, "PYTEST_ADDOPTS=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	for k, v := range t.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if ctx.Err() == context.DeadlineExceeded {
			return out.Bytes(), fmt.Errorf("%s %s: not done after %s", name, args[0], limit)
		}
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return out.Bytes(), fmt.Errorf("%s %s: %w", name, args[0], &toolError{exit.ExitCode(), lastWords(errs.String())})
		}
		return out.Bytes(), fmt.Errorf("%s %s: %w", name, args[0], err)
	}
	return out.Bytes(), nil
}

type toolError struct {
	code  int
	words string
}

func (e *toolError) Error() string {
	if e.words == "" {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.words
}

// lastWords keeps the end of what a tool said: the reason stands there.
func lastWords(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Using ") }) // which interpreter uv took
	if len(lines) > 6 {
		lines = lines[len(lines)-6:]
	}
	return strings.Join(lines, "\n")
}

// Lock makes or checks uv.lock.
func (t *Tools) Lock(ctx context.Context, dir string) error {
	args := []string{"lock", "--no-progress", "--no-python-downloads"}
	if t.Offline {
		args = append(args, "--offline")
	}
	_, err := t.run(ctx, dir, 3*time.Minute, "uv", args...)
	return err
}

// Format formats with Ruff; long names may have made lines longer than the templates planned for.
func (t *Tools) Format(ctx context.Context, dir string) error {
	_, err := t.run(ctx, dir, time.Minute, "ruff", "format", "--quiet", ".")
	return err
}

// NewestPython is the first of versions that uv finds on this machine. Without any, it is the second: what uv then fetches
// should have had its first corrections.
func (t *Tools) NewestPython(ctx context.Context, versions []string) string {
	for _, v := range versions {
		if _, err := t.run(ctx, "", 10*time.Second, "uv", "python", "find", "--no-project", "--no-python-downloads", "--offline", v); err == nil {
			return v
		}
	}
	return versions[1]
}

var unsafeLogin = regexp.MustCompile(`[^\w.-]+`)

// Identity is the mail address git is configured with, else the login.
func (t *Tools) Identity(ctx context.Context) string {
	if out, err := t.run(ctx, "", 5*time.Second, "git", "config", "--get", "user.email"); err == nil {
		if mail := strings.TrimSpace(string(out)); ownerForm.MatchString(mail) {
			return mail
		}
	}
	if u, err := user.Current(); err == nil {
		if name := unsafeLogin.ReplaceAllString(u.Username, "-"); strings.Trim(name, "-") != "" {
			return "@" + strings.Trim(name, "-")
		}
	}
	return "@owner"
}

// FormatPython formats Python files that have no project around them yet, sorts their imports, and mends what changes nothing they do: an import that is not
// used, an f-string without a place, an escape that Python does not know. Of a notebook the escapes alone: how it stands is its author's.
func (t *Tools) FormatPython(ctx context.Context, dir string) error {
	fix := func(rules string, files ...string) error {
		_, err := t.run(ctx, dir, time.Minute, "ruff", append([]string{"check", "--quiet", "--isolated", "--fix", "--exit-zero", "--select", rules, "--line-length", "100"}, files...)...)
		return err
	}
	if err := fix("W605", "."); err != nil {
		return err
	}
	if err := fix("I,F401,F541", "--exclude", "*.ipynb", "."); err != nil {
		return err
	}
	_, err := t.run(ctx, dir, time.Minute, "ruff", "format", "--quiet", "--isolated", "--line-length", "100", "--exclude", "*.ipynb", ".")
	return err
}

// A TypeFault is one error of the type checker.
type TypeFault struct {
	File          string // with slashes, from the project's folder
	Line          int
	Code, Message string
}

var typeFault = regexp.MustCompile(`(?m)^(.+?):(\d+): error: (.*?)  \[([a-z][a-z0-9-]*)\]\r?$`)

// TypeFaults are what mypy, as the project configures it, finds in a folder of a project. An error is one that no line has, such as a package that cannot be built.
func (t *Tools) TypeFaults(ctx context.Context, dir, folder string) ([]TypeFault, error) {
	out, err := t.run(ctx, dir, 3*time.Minute, "mypy", "--no-incremental", "--cache-dir="+os.DevNull, "--show-error-codes", "--no-pretty", "--no-color-output", folder)
	var found []TypeFault
	for _, m := range typeFault.FindAllSubmatch(out, -1) {
		line, _ := strconv.Atoi(string(m[2])) // digits
		found = append(found, TypeFault{filepath.ToSlash(string(m[1])), line, string(m[4]), string(m[3])})
	}
	if len(found) == 0 {
		return nil, err
	}
	return found, nil
}
