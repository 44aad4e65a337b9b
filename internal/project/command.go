package project

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// An Invocation is one command that an artifact runs, with its wrappers taken off: of
// `exec timeout 10 poetry run gunicorn -w 4 app.main:api` it is gunicorn's.
//
// Exactly what is known is filled in. Program is always there; Module, Script, Attr and Command are what the program is
// told to run.
type Invocation struct {
	Line    int
	Program string   // base name: python, gunicorn, celery, acme
	Args    []string // its arguments as written
	// Runner is the family of programs that start Python code: python, uvicorn, gunicorn, celery, jupyter, … It is "" for a
	// program that is not known to; it may still be a console script of this repository.
	Runner  string
	Module  string // dotted: python -m acme.sync, uvicorn acme.api:app
	Attr    string // app in acme.api:app
	Script  string // a Python file or notebook, relative to Dir
	Code    string // python -c
	Command string // worker or beat of celery, migrate of manage.py, run of flask
	Shell   string // a shell script that is run instead, relative to Dir
	Dir     string // set by cd, --chdir and the like; "" when the artifact's own working directory holds
	Port    string // where it is told to listen
	Env     []EnvVar
	Wrapped []string // the wrappers that were taken off: timeout, poetry run
	InShell bool     // of an image: sh -c stays around it, and hands no signal on
}

// An EnvVar is an environment variable that an artifact sets, passes or names.
type EnvVar struct {
	Name  string
	Value string // "" when it comes from elsewhere
	Line  int
	// From is where the value comes from: "" literal, "secret", "config", "file", "host".
	From string
}

// StartsPython says whether the command is known to run Python code.
func (i *Invocation) StartsPython() bool { return i.Runner != "" }

// maxCommand bounds a command line: the shell's grammar nests, and its parser recurses.
const maxCommand = 64 << 10

// ParseCommand finds every command in a line or script for a POSIX shell or bash; line is where its text starts. Text that
// is no shell gives what the words alone say.
func ParseCommand(text string, line int) []Invocation {
	if len(text) > maxCommand {
		return nil
	}
	return parseShell(text, line, 0)
}

// ParseWords reads a command that no shell sees, such as the exec form in a Dockerfile.
func ParseWords(words []string, line int) []Invocation {
	return unwrap(words, line, nil, "", nil, 0)
}

// maxShells bounds sh -c inside sh -c.
const maxShells = 6

func parseShell(text string, line, depth int) (out []Invocation) {
	if depth > maxShells || len(text) > maxCommand || nesting(text) > 200 {
		return nil
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash), syntax.RecoverErrors(5)).Parse(strings.NewReader(text), "")
	if file == nil || err != nil && len(file.Stmts) == 0 {
		return unwrap(strings.Fields(text), line, nil, "", nil, depth)
	}
	dir := ""
	var exported []EnvVar
	var stack []struct {
		node syntax.Node
		dir  string
	}
	functions := map[string]bool{} // of the script itself: calling one starts nothing new
	syntax.Walk(file, func(node syntax.Node) bool {
		if f, ok := node.(*syntax.FuncDecl); ok && f.Name != nil {
			functions[f.Name.Value] = true
		}
		return true
	})
	syntax.Walk(file, func(node syntax.Node) bool {
		if node == nil {
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if _, ok := top.node.(*syntax.Subshell); ok {
				dir = top.dir
			}
			return true
		}
		stack = append(stack, struct {
			node syntax.Node
			dir  string
		}{node, dir})
		switch n := node.(type) {
		case *syntax.DeclClause:
			if n.Variant.Value == "export" {
				for _, a := range n.Args {
					if a.Name != nil && a.Value != nil {
						exported = append(exported, EnvVar{Name: a.Name.Value, Value: wordText(a.Value), Line: line + int(a.Pos().Line()) - 1})
					}
				}
			}
		case *syntax.CallExpr:
			at := line + int(n.Pos().Line()) - 1
			var env []EnvVar
			for _, a := range n.Assigns {
				if a.Name != nil {
					v := EnvVar{Name: a.Name.Value, Line: at}
					if a.Value != nil {
						v.Value = wordText(a.Value)
					}
					env = append(env, v)
				}
			}
			var words []string
			for _, w := range n.Args {
				words = append(words, wordText(w))
			}
			if len(words) == 2 && (words[0] == "cd" || words[0] == "pushd") {
				if words[1] == "$(…)" {
					dir = "" // cd "$(dirname "$0")": where the script is, which is as good as saying nothing
				} else {
					dir = joinDir(dir, words[1])
				}
				return true
			}
			if len(words) > 0 && !functions[words[0]] {
				out = append(out, unwrap(words, at, append(slices.Clone(exported), env...), dir, nil, depth)...)
			}
		}
		return true
	})
	return out
}

// nesting is how deep brackets go at most, without regard to quotes: enough to refuse what no person wrote.
func nesting(text string) int {
	depth, most := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '{', '[', '`':
			depth++
			most = max(most, depth)
		case ')', '}', ']':
			depth = max(depth-1, 0)
		}
	}
	return most
}

func joinDir(dir, to string) string {
	if path.IsAbs(to) || strings.HasPrefix(to, "$") || strings.HasPrefix(to, "~") || dir == "" {
		return to
	}
	return path.Join(dir, to)
}

// wordText is a shell word with its quotes taken off. A variable with a literal default is the default; another stays as
// written, and a command substitution is "$(…)".
func wordText(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	var b strings.Builder
	var parts func(list []syntax.WordPart)
	parts = func(list []syntax.WordPart) {
		for _, p := range list {
			switch p := p.(type) {
			case *syntax.Lit:
				b.WriteString(unquote(p.Value))
			case *syntax.SglQuoted:
				b.WriteString(p.Value)
			case *syntax.DblQuoted:
				parts(p.Parts)
			case *syntax.ParamExp:
				switch {
				case p.Exp != nil && p.Exp.Word != nil && (p.Exp.Op == syntax.DefaultUnset || p.Exp.Op == syntax.DefaultUnsetOrNull):
					parts(p.Exp.Word.Parts)
				case p.Param != nil:
					b.WriteString("$" + p.Param.Value)
				}
			default:
				b.WriteString("$(…)")
			}
		}
	}
	parts(w.Parts)
	return b.String()
}

// unquote takes the backslashes off an unquoted literal.
func unquote(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// A wrapper runs the command that follows its own options and operands.
type wrapper struct {
	values   string // options that take a value in the next word, separated by blanks
	operands int    // words of its own before the command
	sub      string // a word that must follow: run in "poetry run"
	dashes   bool   // the command starts after "--" when there is one
}

var wrappers = map[string]wrapper{
	"exec": {values: "-a"}, "command": {}, "builtin": {}, "time": {values: "-f -o"}, "nohup": {}, "setsid": {}, "eval": {},
	"nice": {values: "-n"}, "ionice": {values: "-c -n -p"}, "chrt": {operands: 1}, "stdbuf": {values: "-i -o -e"}, "timeout": {values: "-k -s --signal --kill-after", operands: 1},
	"sudo": {values: "-u -g -h -C --user --group"}, "doas": {values: "-u"}, "gosu": {operands: 1}, "su-exec": {operands: 1}, "setpriv": {values: "--reuid --regid"},
	"tini": {values: "-p -e", dashes: true}, "dumb-init": {values: "-r", dashes: true}, "catatonit": {dashes: true}, "s6-setuidgid": {operands: 1}, "with-contenv": {}, "xvfb-run": {values: "-s -n"},
	"flock": {values: "-w -E -c", operands: 1}, "chronic": {}, "cronic": {}, "ts": {}, "systemd-cat": {values: "-t -p"}, "systemd-run": {values: "-p --unit -u"}, "numactl": {}, "taskset": {operands: 1},
	"prlimit": {}, "caffeinate": {}, "unbuffer": {}, "strace": {values: "-o -e -p"}, "xargs": {values: "-n -P -I -L -d"}, "watch": {values: "-n"},
	"ddtrace-run": {}, "newrelic-admin": {sub: "run-program"}, "opentelemetry-instrument": {values: "--traces_exporter --metrics_exporter --service_name --logs_exporter"},
	"poetry": {sub: "run", values: "-C --directory -P --project"}, "pipenv": {sub: "run"}, "pdm": {sub: "run", values: "-p --project"}, "rye": {sub: "run"},
	"hatch": {sub: "run", values: "-e --env"}, "pixi": {sub: "run", values: "-e --environment"}, "conda": {sub: "run", values: "-n -p --name --prefix"},
	"mamba": {sub: "run", values: "-n -p"}, "micromamba": {sub: "run", values: "-n -p"},
	"uv":  {sub: "run", values: "--with --with-requirements --python -p --env-file --project --directory --extra --group --package --index-url --only-group --no-group --with-editable"},
	"uvx": {values: "--with --from --python -p"}, "pipx": {sub: "run", values: "--spec --python"},
	"coverage": {sub: "run", values: "--source --omit --include --rcfile --data-file --context --concurrency"}, "kernprof": {values: "-o"}, "memray": {sub: "run", values: "-o"},
	"viztracer": {values: "-o --output_file"}, "scalene": {}, "py-spy": {dashes: true}, "watchmedo": {dashes: true}, "wait-for-it": {operands: 1, values: "-t -h -p", dashes: true},
	"wait-for-it.sh": {operands: 1, values: "-t -h -p", dashes: true}, "wait-for": {operands: 1, values: "-t", dashes: true}, "wait-for.sh": {operands: 1, values: "-t", dashes: true},
	"dockerize": {values: "-wait -timeout -template -stdout -stderr -wait-retry-interval"}, "doppler": {sub: "run", dashes: true, values: "-p -c --project --config"},
	"dotenv": {sub: "run", dashes: true, values: "-f --file"}, "chamber": {sub: "exec", dashes: true, operands: 1}, "aws-vault": {sub: "exec", dashes: true, operands: 1},
	"op": {sub: "run", dashes: true}, "infisical": {sub: "run", dashes: true}, "sops": {dashes: true}, "envdir": {operands: 1}, "envconsul": {dashes: true}, "envkey-source": {dashes: true},
	"heroku": {sub: "run", values: "-a --app"}, "kubectl": {dashes: true}, "mpirun": {values: "-np -n --hostfile -H -x"}, "mpiexec": {values: "-np -n"}, "srun": {values: "-n -N -p -c -t"},
	"ray": {dashes: true}, "accelerate": {sub: "launch", values: "--config_file --num_processes --num_machines --mixed_precision --main_process_port"},
	"tox": {dashes: true}, "caddy-run": {}, "debugpy": {values: "--listen --connect"},
}

// pythonLaunchers take a Python file, or -m and a module, as python itself does.
var pythonLaunchers = map[string]string{
	"torchrun":  "--nproc_per_node --nproc-per-node --nnodes --node_rank --master_addr --master_port --rdzv_backend --rdzv_endpoint --rdzv_id --max_restarts",
	"deepspeed": "--num_gpus --num_nodes --hostfile --master_port --include", "accelerate": "", "coverage": "", "kernprof": "", "memray": "", "viztracer": "", "scalene": "",
	"debugpy": "",
}

// unwrap takes wrappers off until a program is left.
func unwrap(words []string, line int, env []EnvVar, dir string, wrapped []string, depth int) []Invocation {
	for range 24 {
		for len(words) > 0 {
			name, value, ok := strings.Cut(words[0], "=")
			if !ok || !isIdentifier(name) {
				break
			}
			env = append(env, EnvVar{Name: name, Value: value, Line: line})
			words = words[1:]
		}
		if len(words) == 0 {
			return nil
		}
		base := path.Base(strings.ReplaceAll(words[0], `\`, "/"))
		args := words[1:]
		switch {
		case base == "env":
			words = args
			for len(words) > 0 && strings.HasPrefix(words[0], "-") {
				if words[0] == "-S" || words[0] == "--split-string" {
					if len(words) > 1 {
						words = append(strings.Fields(words[1]), words[2:]...)
						words = append([]string{""}, words...)
					}
				} else if words[0] == "-u" || words[0] == "-C" {
					words = words[min(1, len(words)-1):]
				}
				words = words[1:]
			}
			continue
		case isShell(base):
			return shell(base, args, line, env, dir, wrapped, depth)
		case base == "." || base == "source":
			if len(args) > 0 && strings.HasSuffix(args[0], ".sh") {
				return []Invocation{{Line: line, Program: base, Args: args, Shell: args[0], Dir: dir, Env: env, Wrapped: wrapped}}
			}
			return nil
		}
		w, isWrapper := wrappers[base]
		if !isWrapper {
			break
		}
		rest, newDir, ok := w.strip(args)
		if !ok {
			break
		}
		if newDir != "" {
			dir = joinDir(dir, newDir)
		}
		name := base
		if w.sub != "" {
			name += " " + w.sub
		}
		wrapped = append(wrapped, name)
		if base == "hatch" && len(rest) > 0 {
			// hatch run test:pytest names the environment first.
			if _, cmd, ok := strings.Cut(rest[0], ":"); ok {
				rest = append([]string{cmd}, rest[1:]...)
			}
		}
		if _, launches := pythonLaunchers[base]; launches && (base != "coverage" || len(rest) > 0) {
			rest = append([]string{"python"}, rest...)
		} else if (base == "uv" || base == "pdm" || base == "poetry" || base == "pipenv") && len(rest) > 0 && (rest[0] == "-m" || strings.HasSuffix(rest[0], ".py") || rest[0] == "--script") {
			if rest[0] == "--script" {
				rest = rest[1:]
			}
			rest = append([]string{"python"}, rest...)
		} else if len(rest) == 1 && strings.ContainsAny(rest[0], " ;&|") && (base == "eval" || base == "xvfb-run" || base == "watch") {
			return addTo(parseShell(rest[0], line, depth+1), env, dir, wrapped)
		}
		words = rest
	}
	if len(words) == 0 || words[0] == "" {
		return nil
	}
	inv := Invocation{Line: line, Program: path.Base(strings.ReplaceAll(words[0], `\`, "/")), Args: words[1:], Dir: dir, Env: env, Wrapped: wrapped}
	return identify(inv, words[0])
}

// strip takes a wrapper's own words off; ok is false when it wraps nothing here, such as poetry install.
func (w wrapper) strip(args []string) (rest []string, dir string, ok bool) {
	values := strings.Fields(w.values)
	options := func() {
		for len(args) > 0 && strings.HasPrefix(args[0], "-") && args[0] != "-" && args[0] != "-m" && args[0] != "--" && args[0] != "--script" {
			option, value, inline := strings.Cut(args[0], "=")
			args = args[1:]
			takes := slices.Contains(values, option)
			if takes && !inline && len(args) > 0 {
				value, args = args[0], args[1:]
			}
			if option == "--directory" || option == "-C" || option == "--project" {
				dir = value
			}
		}
	}
	if w.dashes {
		if i := slices.Index(args, "--"); i >= 0 {
			return args[i+1:], "", i+1 < len(args)
		}
		if w.sub == "" && w.operands == 0 && w.values == "" {
			return nil, "", false // py-spy, tox and others do something of their own without it
		}
	}
	options()
	if w.sub != "" {
		if len(args) == 0 || args[0] != w.sub {
			return nil, "", false
		}
		args = args[1:]
		options()
	}
	for range w.operands {
		if len(args) == 0 {
			return nil, "", false
		}
		args = args[1:]
		options()
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	return args, dir, len(args) > 0
}

func isShell(base string) bool {
	switch base {
	case "sh", "bash", "zsh", "dash", "ash", "ksh":
		return true
	}
	return false
}

// shell reads sh -c "…", sh script.sh.
func shell(base string, args []string, line int, env []EnvVar, dir string, wrapped []string, depth int) []Invocation {
	for i, a := range args {
		if strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "--") && strings.HasSuffix(a, "c") && i+1 < len(args) {
			return addTo(parseShell(args[i+1], line, depth+1), env, dir, wrapped)
		}
		if strings.HasPrefix(a, "-") || strings.HasPrefix(a, "+") {
			continue
		}
		if i > 0 && (args[i-1] == "-o" || args[i-1] == "+o" || args[i-1] == "-O") {
			continue // set an option by name
		}
		return []Invocation{{Line: line, Program: base, Args: args, Shell: a, Dir: dir, Env: env, Wrapped: wrapped}}
	}
	return nil
}

func addTo(list []Invocation, env []EnvVar, dir string, wrapped []string) []Invocation {
	for i := range list {
		list[i].Env = append(slices.Clone(env), list[i].Env...)
		if list[i].Dir = joinDir(dir, list[i].Dir); list[i].Dir == "." {
			list[i].Dir = ""
		}
		list[i].Wrapped = append(slices.Clone(wrapped), list[i].Wrapped...)
	}
	return list
}

// identify finds what Python code the program is told to run.
func identify(inv Invocation, word string) []Invocation {
	name := inv.Program
	lower := strings.TrimSuffix(strings.ToLower(name), ".exe")
	switch {
	case isPython(lower) || isPythonVariable(word):
		inv.Program = "python"
		return python(inv)
	case strings.HasSuffix(lower, ".py") || strings.HasSuffix(lower, ".pyw"):
		if run, ok := runners[strings.TrimSuffix(lower, ".py")]; ok {
			return run(inv)
		}
		inv.Runner, inv.Script = "python", word
		return []Invocation{django(inv)}
	case strings.HasSuffix(lower, ".sh") || strings.HasSuffix(lower, ".bash"):
		inv.Shell = word
		return []Invocation{inv}
	}
	if values, ok := pythonLaunchers[lower]; ok && values != "" {
		inv.Args = dropOptions(inv.Args, values)
		return python(inv)
	}
	if run, ok := runners[lower]; ok {
		return run(inv)
	}
	return []Invocation{inv}
}

// isPython accepts python, python3, python3.12, python3.13t, pythonw, pypy3 and ipython.
func isPython(lower string) bool {
	for _, p := range []string{"ipython", "pythonw", "python", "pypy", "micropython"} {
		if rest, ok := strings.CutPrefix(lower, p); ok {
			return strings.Trim(strings.TrimSuffix(rest, "t"), "0123456789.") == ""
		}
	}
	return lower == "py"
}

// isPythonVariable accepts $PYTHON, ${PY}, $(PYTHON3), {envpython}: a variable that is named for an interpreter.
func isPythonVariable(word string) bool {
	if !strings.HasPrefix(word, "$") && !strings.HasPrefix(word, "{") {
		return false
	}
	name := strings.ToLower(strings.Trim(word, "${()}"))
	return strings.HasSuffix(strings.TrimRight(name, "0123456789"), "python") || name == "py" || name == "python_bin" || name == "envpython"
}

func dropOptions(args []string, values string) []string {
	takes := strings.Fields(values)
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && args[0] != "-m" {
		option, _, inline := strings.Cut(args[0], "=")
		args = args[1:]
		if !inline && slices.Contains(takes, option) && len(args) > 0 {
			args = args[1:]
		}
	}
	return args
}

// python reads the interpreter's own command line (python --help).
func python(inv Invocation) []Invocation {
	inv.Runner = "python"
	args := inv.Args
	for len(args) > 0 {
		a := args[0]
		switch {
		case a == "-" || a == "--":
			args = args[1:]
			continue
		case strings.HasPrefix(a, "--"):
			args = args[1:]
			if a == "--check-hash-based-pycs" && len(args) > 0 {
				args = args[1:]
			}
			continue
		case strings.HasPrefix(a, "-"):
			// Short options may be joined; the first that takes a value takes the rest or the next word.
			rest := ""
			option := byte(0)
			for i := 1; i < len(a); i++ {
				if strings.IndexByte("mcWX", a[i]) >= 0 {
					option, rest = a[i], a[i+1:]
					break
				}
			}
			args = args[1:]
			if option == 0 {
				continue
			}
			if rest == "" {
				if len(args) == 0 {
					return []Invocation{inv}
				}
				rest, args = args[0], args[1:]
			}
			switch option {
			case 'm':
				inv.Module, inv.Args = rest, args
				return pythonModule(inv)
			case 'c':
				inv.Code, inv.Args = rest, args
				inv.Module, inv.Attr = importedBy(rest)
				return []Invocation{inv}
			}
			continue
		}
		inv.Script, inv.Args = a, args[1:]
		return []Invocation{django(inv)}
	}
	return []Invocation{inv}
}

// pythonModule gives `python -m uvicorn …` to the program of that name.
func pythonModule(inv Invocation) []Invocation {
	if run, ok := runners[strings.ReplaceAll(inv.Module, "_", "-")]; ok {
		program := inv
		program.Program, program.Module = inv.Module, ""
		return run(program)
	}
	if _, ok := pythonLaunchers[inv.Module]; ok {
		w := wrappers[inv.Module]
		if rest, _, ok := w.strip(inv.Args); ok {
			program := inv
			program.Module, program.Args = "", rest
			program.Wrapped = append(slices.Clone(inv.Wrapped), inv.Module)
			return python(program)
		}
	}
	return []Invocation{inv}
}

// importedBy reads "from acme.jobs import run; run()" and "import acme.jobs".
func importedBy(code string) (module, attr string) {
	for stmt := range strings.FieldsFuncSeq(code, func(r rune) bool { return r == ';' || r == '\n' }) {
		words := strings.Fields(stmt)
		switch {
		case len(words) >= 4 && words[0] == "from" && words[2] == "import":
			if top, _, _ := strings.Cut(words[1], "."); !IsStandardLibrary(top) && isDotted(words[1]) {
				return words[1], strings.Trim(words[3], ",()")
			}
		case len(words) >= 2 && words[0] == "import":
			name := strings.Trim(words[1], ",")
			if top, _, _ := strings.Cut(name, "."); !IsStandardLibrary(top) && isDotted(name) {
				return name, ""
			}
		}
	}
	return "", ""
}

func isDotted(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !isIdentifier(part) {
			return false
		}
	}
	return true
}

func django(inv Invocation) Invocation {
	if path.Base(inv.Script) == "manage.py" {
		inv.Runner = "django"
		for _, a := range inv.Args {
			if !strings.HasPrefix(a, "-") {
				inv.Command = a
				break
			}
		}
		if inv.Command == "runserver" && len(inv.Args) > 1 {
			inv.Port = portOf(inv.Args[len(inv.Args)-1])
		}
	}
	return inv
}
