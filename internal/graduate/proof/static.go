package proof

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

// compileAll parses and compiles every file below the folders given, and executes nothing.
const compileAll = `import pathlib, sys
n = 0
for folder in sys.argv[1:]:
    for p in sorted(pathlib.Path(folder).rglob("*.py")):
        try:
            compile(p.read_bytes(), str(p), "exec", dont_inherit=True)
            n += 1
        except (SyntaxError, ValueError) as e:
            print("%s:%s: %s" % (p.relative_to(folder), getattr(e, "lineno", 0), e))
            sys.exit(1)
print(n)`

// Static is L0: the sources compile, the linter and the type checker agree.
func Static(ctx context.Context, s Subject, run oracle.Options, o Options) (Level, error) {
	source := s.Package.Source
	if source == "" {
		source = "src"
	}
	python := "python3"
	if len(run.Python) > 0 {
		python = run.Python[0]
	}
	folder := filepath.Join(s.Package.Dir, filepath.FromSlash(source))
	args := append(append([]string{}, run.Python[min(1, len(run.Python)):]...), "-I", "-c", compileAll, folder)
	out, err := tool(ctx, s.Package.Dir, python, args...)
	if err != nil {
		if _, ok := err.(*exec.ExitError); !ok {
			return Level{}, fmt.Errorf("compile the package: %w", err)
		}
		return Level{Failed, strings.TrimSpace(out)}, nil
	}
	done := []string{strings.TrimSpace(out) + " files compile"}
	state := Held
	for _, t := range []struct {
		name    string
		command []string
		find    []string
		args    map[string][]string
	}{
		{"Ruff", o.Ruff, []string{"ruff"}, map[string][]string{"ruff": {"check", "--no-cache", "--quiet", "."}}},
		{"type check", o.Types, []string{"ty", "mypy", "pyright"}, map[string][]string{"ty": {"check", source}, "mypy": {"--no-incremental", "--cache-dir=" + os.DevNull, source}, "pyright": {source}}},
	} {
		command := t.command
		if len(command) == 0 {
			name, path := lookBeside(python, t.find)
			if name == "" {
				done = append(done, t.name+" not installed")
				if state == Held {
					state = Partly
				}
				continue
			}
			command = append([]string{path}, t.args[name]...)
		}
		if out, err := tool(ctx, s.Package.Dir, command[0], command[1:]...); err != nil {
			if _, ok := err.(*exec.ExitError); !ok {
				done = append(done, t.name+" could not run: "+err.Error())
				state = Partly
				continue
			}
			lines := strings.Split(strings.TrimSpace(out), "\n")
			return Level{Failed, t.name + ": " + lines[0]}, nil
		}
		done = append(done, t.name+" clean")
	}
	return Level{state, strings.Join(done, ", ")}, nil
}

func tool(ctx context.Context, dir, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// lookBeside finds a tool beside the interpreter, then on PATH.
func lookBeside(python string, names []string) (name, path string) {
	for _, n := range names {
		if filepath.IsAbs(python) {
			beside := filepath.Join(filepath.Dir(python), n)
			if info, err := os.Stat(beside); err == nil && !info.IsDir() {
				return n, beside
			}
		}
		if p, err := exec.LookPath(n); err == nil {
			return n, p
		}
	}
	return "", ""
}
