package notebook

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// IPython's syntax becomes calls of the object that get_ipython() returns, the way IPython does it itself, so that what
// a command does is seen as an effect and what it binds as a name:
//
//	!ls {d}          get_ipython().system(f'ls {d}')         %%bash …        get_ipython().system('…')
//	x = !ls          x = get_ipython().getoutput('ls')       %%sql r << …    r = get_ipython().run_cell_magic('sql', …)
//	%cd data         get_ipython().run_line_magic('cd', …)   %%capture v     v = get_ipython().run_cell_magic('capture', …)
//	df?              get_ipython().run_line_magic('pinfo', 'df')
//
// Magics that only measure (%time, %%time, %timeit, …) leave the code they measure in place; what %%timeit measures
// runs in a function, because it binds no names in the notebook.

// measuring holds the magics whose argument or body is Python that runs, with the option letters that take a value.
var measuring = map[string]string{
	"time": "", "timeit": "nrp", "prun": "lsTD", "memit": "rti", "lprun": "fmDTsu", "mprun": "fT", "snakeviz": "f",
	"pyinstrument": "", "scalene": "", "heat": "o", "debug": "",
}

// shells holds the cell magics whose body is a shell script.
var shells = map[string]bool{"bash": true, "sh": true, "script": true, "system": true, "sx": true, "!": true, "cmd": true, "powershell": true}

var helpLine = regexp.MustCompile(`^[ \t]*(\?{0,2})[ \t]*(%{0,2}[A-Za-z_*][\w*]*(?:\.[\w*]+|\[[^\]]*\])*)(\?{0,2})[ \t]*;?[ \t]*$`)

// isHelp is true for ?name, name? and name??.
func isHelp(line string) bool {
	if strings.IndexByte(line, '?') < 0 {
		return false
	}
	m := helpLine.FindStringSubmatch(line)
	return m != nil && (m[1] != "") != (m[3] != "")
}

// special is the translation of one line of IPython's syntax.
type special struct {
	text      string
	at, shift int
	command   bool
}

// special translates the logical line that starts lines, after cut bytes of its first one; n is how many lines it
// takes, 0 when it is plain Python.
func (t *translator) special(lines []string, cut int) (s special, n int) {
	text := lines[0][cut:]
	code := strings.TrimLeft(text, " \t")
	if code == "" || code[0] == '#' {
		return s, 0
	}
	if strings.TrimSpace(code) == "?" {
		return special{call("run_line_magic", quote("pinfo"), quote("")), 0, 0, true}, 1
	}
	indent := text[:len(text)-len(code)]
	if isHelp(code) {
		m := helpLine.FindStringSubmatch(code)
		name := "pinfo"
		switch {
		case strings.Contains(m[2], "*"):
			name = "psearch"
		case len(m[1])+len(m[3]) == 2:
			name = "pinfo2"
		}
		return special{indent + call("run_line_magic", quote(name), quote(m[2])), len(indent), 0, true}, 1
	}
	switch code[0] {
	case '!', '%':
		joined, n := join(lines, cut)
		return t.escaped(indent, joined[len(indent):], len(indent)), n
	case '/', ',', ';':
		return autocall(indent, code), 1
	}
	// x = !command and x = %magic
	for i := assignment(code, 0); i >= 0; i = assignment(code, i) {
		rest := strings.TrimLeft(code[i:], " \t")
		if rest == "" || rest[0] != '!' && rest[0] != '%' {
			continue
		}
		joined, n := join(lines, cut)
		at := len(text) - len(rest)
		return t.escaped(joined[:at], joined[at:], len(indent)), n
	}
	return s, 0
}

// automagics are the magics that are used without their % on the first line of a cell; the value says whether the word
// alone is one too.
var automagics = map[string]bool{
	"ls": true, "pwd": true, "who": true, "whos": true, "cd": true, "lsmagic": true, "pip": false, "conda": false, "cat": false,
	"cp": false, "mv": false, "rm": false, "mkdir": false, "rmdir": false, "less": false, "more": false, "man": false,
	"pycat": false, "run": false, "time": false, "timeit": false, "load_ext": false, "matplotlib": false, "pylab": true,
}

// automagic translates a magic without its %, where no variable has that name and the line is not Python.
func (t *translator) automagic(text string) (special, bool) {
	end := 0
	for end < len(text) && (text[end] == '_' || 'a' <= text[end] && text[end] <= 'z') {
		end++
	}
	alone, ok := automagics[text[:end]]
	if !ok || t.names.has(text[:end]) {
		return special{}, false
	}
	switch rest := strings.TrimSpace(text[end:]); {
	case rest == "":
		ok = alone
	case text[end] != ' ' || operator.MatchString(rest):
		ok = false
	}
	if !ok {
		return special{}, false
	}
	s := t.escaped("", "%"+text, 0)
	if s.shift > 0 {
		s.shift-- // the % that is not there
	}
	return s, true
}

// operator matches what follows a name in Python.
var operator = regexp.MustCompile(`^(?:[=(\[,:;#)]|\.\w|[-+*/%@&|^<>!]=|(?:[-+*/%@&|^<>]|//|\*\*|==|!=|<=|>=|and|or|in|is|if|not)(?: |$))`)

// join is a logical line of IPython's syntax, which goes on after a backslash at the end of a line.
func join(lines []string, cut int) (string, int) {
	text := lines[0][cut:]
	n := 1
	if !strings.HasSuffix(text, `\`) {
		return text, n
	}
	var b strings.Builder
	for strings.HasSuffix(text, `\`) && n < len(lines) {
		b.WriteString(text[:len(text)-1])
		b.WriteByte(' ')
		text = strings.TrimLeft(lines[n], " \t")
		n++
	}
	b.WriteString(text)
	return b.String(), n
}

// assignment is where the right side of the first = after from starts, or -1.
func assignment(code string, from int) int {
	depth := 0
	for i := from; i < len(code); i++ {
		switch c := code[i]; c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '#':
			return -1
		case '"', '\'':
			for i++; i < len(code) && code[i] != c; i++ {
				if code[i] == '\\' {
					i++
				}
			}
		case '=':
			if depth > 0 {
				continue
			}
			if i+1 < len(code) && code[i+1] == '=' {
				i++
				continue
			}
			if i > 0 && strings.IndexByte("!<>:+-*/%&|^@~", code[i-1]) >= 0 {
				continue
			}
			return i + 1
		}
	}
	return -1
}

// escaped translates !command or %magic, with what stands before it on the line; indent is the length of the line's
// own indentation.
func (t *translator) escaped(before, code string, indent int) special {
	assigned := len(before) > indent
	at := columns(before)
	done := func(text string) special { return special{before + text, at, 0, true} }
	if code[0] == '!' {
		command, method := code[1:], "system"
		if strings.HasPrefix(command, "!") {
			command, method = command[1:], "getoutput"
		}
		if assigned {
			method = "getoutput"
		}
		return done(call(method, t.literal(strings.TrimSpace(command))))
	}
	name, args := strings.TrimLeft(code[1:], " "), ""
	if i := strings.IndexAny(name, " \t"); i >= 0 {
		name, args = name[:i], name[i:]
	}
	if options, ok := measuring[name]; ok {
		if python := strings.TrimLeft(afterOptions(args, options), " \t"); python != "" && (python[0] != '!' && python[0] != '%') {
			// %time x = f(): the code stays, further to the left.
			return special{before + python, at, columns(code[:len(code)-len(python)]), false}
		} else if python != "" {
			return t.escaped(before, python, indent)
		}
	}
	args = strings.TrimSpace(args)
	switch name {
	case "sx", "system":
		return done(call("getoutput", t.literal(args)))
	case "sql":
		if target, query, ok := sqlTarget(args); ok && !assigned {
			return done(target + " = " + call("run_line_magic", quote(name), t.literal(query)))
		}
	}
	return done(call("run_line_magic", quote(name), t.literal(args)))
}

// afterOptions is what follows the options of a magic.
func afterOptions(args, valued string) string {
	for {
		args = strings.TrimLeft(args, " \t")
		if len(args) < 2 || args[0] != '-' || args[1] == ' ' || '0' <= args[1] && args[1] <= '9' || args[1] == '.' {
			return args
		}
		option, rest, _ := strings.Cut(args, " ")
		args = rest
		if len(option) == 2 && strings.IndexByte(valued, option[1]) >= 0 {
			_, args, _ = strings.Cut(strings.TrimLeft(args, " "), " ")
		}
	}
}

// autocall translates /f a, b and ,f a b and ;f a b.
func autocall(indent, code string) special {
	name, args, _ := strings.Cut(strings.TrimLeft(code[1:], " "), " ")
	args = strings.TrimSpace(args)
	switch code[0] {
	case ',':
		words := strings.Fields(args)
		for i := range words {
			words[i] = quote(words[i])
		}
		args = strings.Join(words, ", ")
	case ';':
		args = quote(args)
	}
	return special{indent + name + "(" + args + ")", len(indent), 0, true}
}

var sqlAssign = regexp.MustCompile(`^\s*([A-Za-z_]\w*)\s*(?:<<|=<<)\s*`)

// sqlTarget splits "result << SELECT …".
func sqlTarget(args string) (target, query string, ok bool) {
	m := sqlAssign.FindStringSubmatchIndex(args)
	if m == nil {
		return "", args, false
	}
	return args[m[2]:m[3]], args[m[1]:], true
}

var outOption = regexp.MustCompile(`--(?:out|err|proc)[ =]([A-Za-z_]\w*)`)

// cellMagic translates a cell that starts with %%name.
func (t *translator) cellMagic(lines []string, first int) {
	name, args, _ := strings.Cut(lines[0][2:], " ")
	name, args = strings.TrimSpace(name), strings.TrimSpace(args)
	rest := lines[1:]
	if t.magic == "" {
		t.magic = name
	}
	body := func() string {
		if len(rest) == 0 {
			return ""
		}
		return strings.Join(rest, "\n") + "\n"
	}
	command := func(python string) { t.emit(python, first, 0, 0, true) }
	switch options, ok := measuring[name]; {
	case name == "timeit":
		function := fmt.Sprintf("_timeit_%d", t.cell+1)
		command("def " + function + "():")
		outer := t.prefix
		t.prefix += " "
		if setup := afterOptions(args, options); setup != "" {
			t.emit(setup, first, 0, len(lines[0])-len(setup), false)
		}
		t.body(rest, first+1)
		if t.lex.start() {
			t.emit("pass", first, 0, 0, true)
			t.prefix = outer
			t.emit(function+"()", first, 0, 0, true)
		}
		t.prefix = outer
	case ok:
		command(call("run_cell_magic", quote(name), t.literal(args), quote("")))
		t.body(rest, first+1)
	case name == "capture":
		target := ""
		for _, w := range strings.Fields(args) {
			if identifier(w) {
				target = w + " = "
				break
			}
		}
		command(target + call("run_cell_magic", quote(name), quote(args), quote("")))
		t.body(rest, first+1)
	case shells[name]:
		text := body()
		if m := outOption.FindAllStringSubmatch(args, -1); m != nil {
			var targets string
			for _, option := range m {
				targets += option[1] + " = "
			}
			command(targets + call("getoutput", quote(text)))
			return
		}
		if name == "script" || name == "system" || name == "!" || name == "sx" {
			text = strings.TrimSpace(args + "\n" + text)
		}
		command(call("system", quote(text)))
	case name == "sql":
		target, query, ok := sqlTarget(args)
		if ok {
			target += " = "
		}
		command(target + call("run_cell_magic", quote(name), quote(query), quote(body())))
	default:
		command(call("run_cell_magic", quote(name), t.literal(args), quote(body())))
	}
}

func identifier(s string) bool {
	for i := 0; i < len(s); i++ {
		if !wordByte(s[i]) || i == 0 && '0' <= s[i] && s[i] <= '9' {
			return false
		}
	}
	return s != ""
}

func wordByte(c byte) bool {
	return c == '_' || c >= 0x80 || 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
}

func call(method string, args ...string) string {
	return "get_ipython()." + method + "(" + strings.Join(args, ", ") + ")"
}

// quote is a Python string literal on one line.
func quote(s string) string { return "'" + escape(s) + "'" }

func escape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' || c == '\'':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ' || c == 0x7F:
			b.WriteString(`\x`)
			b.WriteString(strconv.FormatUint(uint64(c)|0x100, 16)[1:])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

var (
	braced    = regexp.MustCompile(`^\{([A-Za-z_]\w*)(?:\.\w+|\[[^\[\]{}\\]*\]|\([^(){}\\]*\))*\}`)
	dollared  = regexp.MustCompile(`^\$([A-Za-z_]\w*)`)
	assigning = regexp.MustCompile(`(?m)^[ \t]*(?:for[ \t]+|with .* as )?([A-Za-z_]\w*)[ \t]*(?:=(?:[^=]|$)|:[^=]*=|,| in |:$)|\b(?:import|as)[ \t]+([A-Za-z_]\w*)|,[ \t]*([A-Za-z_]\w*)[ \t]*(?:=[^=]|,| in )`)
)

// literal is the text of a command as a Python string. IPython puts the values of variables in for {name} and $name
// where the notebook has such a name, and leaves the text alone where not: that is a shell's business then.
func (t *translator) literal(s string) string {
	var b strings.Builder
	format := false
	for i := 0; i < len(s); {
		switch {
		case s[i] == '{' && (i == 0 || s[i-1] != '$'):
			if m := braced.FindStringSubmatch(s[i:]); m != nil && t.names.has(m[1]) {
				b.WriteString("\x00{" + m[0][1:len(m[0])-1] + "}\x00")
				i += len(m[0])
				format = true
				continue
			}
		case s[i] == '$' && (i == 0 || s[i-1] != '\\' && s[i-1] != '$'):
			if m := dollared.FindStringSubmatch(s[i:]); m != nil && t.names.has(m[1]) {
				b.WriteString("\x00{" + m[1] + "}\x00")
				i += len(m[0])
				format = true
				continue
			}
		}
		if s[i] != 0 {
			b.WriteByte(s[i])
		}
		i++
	}
	if !format {
		return quote(s)
	}
	parts := strings.Split(b.String(), "\x00")
	for i := 0; i < len(parts); i += 2 { // the odd ones are replacement fields
		parts[i] = strings.NewReplacer("{", "{{", "}", "}}").Replace(escape(parts[i]))
	}
	return "f'" + strings.Join(parts, "") + "'"
}

// bindings is the names that code cells seem to bind, found when first asked for.
type bindings struct {
	cells []Cell
	names map[string]bool
}

func (b *bindings) has(name string) bool {
	if b.names == nil {
		b.names = map[string]bool{}
		for i := range b.cells {
			if b.cells[i].Kind != Code {
				continue
			}
			for _, m := range assigning.FindAllStringSubmatch(b.cells[i].Source, -1) {
				b.names[m[1]+m[2]+m[3]] = true
			}
		}
	}
	return b.names[name]
}
