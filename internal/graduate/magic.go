package graduate

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// IPython's commands are calls of get_ipython() by now (package notebook). What one means for a program is one of: nothing
// (display, help, timing), an installed package, the working directory, the environment, a shell command, or something
// that only a person can decide about.

// silentMagics change how a notebook looks, or show something; a program does without them.
var silentMagics = map[string]string{
	"matplotlib": "chooses how figures are shown", "autoreload": "reloads modules while working", "load_ext": "loads a display helper",
	"reload_ext": "loads a display helper", "config": "configures the display", "precision": "configures the display", "time": "measures",
	"timeit": "measures", "prun": "measures", "who": "shows names", "whos": "shows names", "pinfo": "shows help", "pinfo2": "shows help",
	"psearch": "shows help", "pwd": "shows the directory", "ls": "shows files", "history": "shows the history", "lsmagic": "shows help",
	"cat": "shows a file", "less": "shows a file", "more": "shows a file", "man": "shows help", "pdoc": "shows help", "psource": "shows help",
	"pdef": "shows help", "pfile": "shows help", "pycat": "shows a file", "xmode": "configures tracebacks", "pdb": "debugs", "debug": "debugs",
	"memit": "measures", "lprun": "measures", "mprun": "measures", "capture": "keeps output back", "watermark": "shows versions",
	"quickref": "shows help", "colors": "configures the display", "doctest_mode": "configures the display", "alias": "shows names",
	"logstart": "logs the session", "logstop": "logs the session", "reset_selective": "forgets names", "rm": "", "html": "shows text",
	"HTML": "shows text", "latex": "shows text", "markdown": "shows text", "svg": "shows an image", "javascript": "runs in the browser",
	"js": "runs in the browser", "snakeviz": "measures", "pyinstrument": "measures", "scalene": "measures", "heat": "measures", "magic": "shows help",
	"config_inline": "configures the display", "page": "shows text", "notebook": "saves the notebook", "tb": "shows a traceback",
}

// looking are shell commands that change nothing a program needs.
var looking = regexp.MustCompile(`^\s*(?:\(?\s*)(?:ls|ll|dir|head|tail|cat|less|more|wc|echo|pwd|which|whoami|date|du|df|tree|file|grep|nvidia-smi|uname|hostname|type|man|python3?\s+(?:-V|--version)|free|lscpu|sed -n|stat|jupyter|git\s+(?:log|status|diff|show)|ps|top|nproc|history|env|printenv|cut|sort|zcat|md5sum)\b`)

// redirected: the command writes a file.
var redirected = regexp.MustCompile(`(?:^|[^0-9&>])>{1,2}\s*[^&\s]|\|\s*tee\b`)

// onlyLooking: no line of the commands does more than show something.
func onlyLooking(commands string) bool {
	any := false
	for line := range strings.Lines(commands) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if !looking.MatchString(line) || redirected.MatchString(line) {
			return false
		}
		any = true
	}
	return any
}

var installing = regexp.MustCompile(`^\s*(?:sudo\s+)?(?:[\w./{}]*python3?\s+-m\s+)?(?:pip3?|conda|mamba|apt(?:-get)?|brew|uv|poetry|npm)\b`)

var packageWord = regexp.MustCompile(`^[A-Za-z][\w.\[\],-]*(?:[=<>~!]=?[\w.*,<>=!]+)?$`)

var (
	identifier = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*$`)
	removing   = regexp.MustCompile(`^\s*rm\s+(?:-f\s+)?([\w./-]+(?:\s+[\w./-]+)*)\s*$`)
)

// removed are the files that `rm a b` removes, when they are spelt out. The shell goes on when one is not there, and so does a notebook.
func removed(command string) []string {
	m := removing.FindStringSubmatch(command)
	if m == nil || strings.Contains(" "+m[1], " -") {
		return nil
	}
	return strings.Fields(m[1])
}

// timing matches lines of a cell that only measure what stands behind the magic.
var timing = regexp.MustCompile(`^\s*%{1,2}(?:timeit|prun|memit|lprun|mprun)\b`)

// ipython gives method and arguments of a call of get_ipython(), and the name it is assigned to.
func (p *Program) ipython(n ast.Stmt) (target, method string, args []ast.Expr, ok bool) {
	var e ast.Expr
	switch n := n.(type) {
	case *ast.ExprStmt:
		e = n.Value
	case *ast.Assign:
		e, target = n.Value, p.text(n.Targets[0])
	default:
		return
	}
	call, isCall := e.(*ast.Call)
	if !isCall {
		return
	}
	a, isAttr := call.Func.(*ast.Attribute)
	if !isAttr {
		return
	}
	inner, isCall := a.Value.(*ast.Call)
	if !isCall || p.text(inner.Func) != "get_ipython" {
		return
	}
	return target, p.File.Text(a.Attr), call.Args, true
}

// resolve gives the edits that make IPython's commands plain Python where they have a meaning for a program.
func (p *Program) resolve(src []byte) []edit {
	edits := p.numberedOutputs()
	for _, n := range p.File.Body {
		target, method, args, ok := p.ipython(n)
		if !ok || len(args) == 0 {
			continue
		}
		first, _ := p.File.ConstString(args[0])
		replace := func(text string) { edits = append(edits, edit{diag.Span{Start: n.Pos(), End: n.End()}, text}) }
		switch {
		case method == "run_line_magic" && len(args) > 1:
			arg := ""
			if s, ok := p.File.ConstString(args[1]); ok {
				arg = s
			}
			switch first {
			case "cd":
				if arg != "" && arg != "-" {
					replace("import os; os.chdir(" + quote(strings.Trim(strings.TrimPrefix(arg, "-q "), `"'`)) + ")")
				}
			case "env", "set_env":
				key, value, found := strings.Cut(arg, "=")
				if !found {
					key, value, found = strings.Cut(arg, " ")
				}
				if found {
					replace("import os; os.environ[" + quote(strings.TrimSpace(key)) + "] = " + quote(strings.TrimSpace(value)))
				}
			case "xdel":
				if name := strings.TrimSpace(strings.TrimPrefix(arg, "-n ")); identifier.MatchString(name) {
					replace("del " + name)
				}
			case "pylab":
				replace("import numpy; import numpy as np; import matplotlib.pyplot as plt; from pylab import *")
			case "pwd":
				if target != "" {
					replace("import os; " + target + " = os.getcwd()")
				}
			}
		case method == "system", method == "getoutput":
			if installing.MatchString(first) {
				p.install(first)
			} else if target == "" && (method == "system" || method == "getoutput") && strings.HasPrefix(strings.TrimSpace(first), "mkdir ") {
				words := strings.Fields(first)
				replace("import os; os.makedirs(" + quote(words[len(words)-1]) + ", exist_ok=True)")
			} else if files := removed(first); target == "" && len(files) > 0 {
				text := "from pathlib import Path"
				for _, f := range files {
					text += "; Path(" + quote(f) + ").unlink(missing_ok=True)"
				}
				replace(text)
			} else if target == "" && strings.HasPrefix(strings.TrimSpace(first), "cd ") {
				continue // a shell of its own: the directory of the notebook does not change
			}
		}
		if (method == "run_line_magic" || method == "run_cell_magic") && (first == "pip" || first == "conda" || first == "mamba") && len(args) > 1 {
			if arg, ok := p.File.ConstString(args[1]); ok {
				p.install(first + " " + arg)
			}
		}
	}
	return edits
}

func (p *Program) install(command string) {
	words := strings.Fields(command)
	on := false
	for _, w := range words {
		switch {
		case w == "install" || w == "add":
			on = true
		case on && strings.HasPrefix(w, "-"):
		case on && packageWord.MatchString(strings.Trim(w, `"'`)):
			if w = strings.Trim(w, `"'`); !slices.Contains(p.Installs, w) {
				p.Installs = append(p.Installs, w)
			}
		}
	}
}

var numbered = regexp.MustCompile(`^_(\d+)$`)

// numberedOutputs gives Out[7], _7 and _ a name: what the cell executed as In [7] showed is bound where it is shown.
func (p *Program) numberedOutputs() (edits []edit) {
	if !p.Notebook {
		return nil
	}
	wanted := map[int]bool{} // cell index
	cellOf := map[int]int{}  // execution count to cell
	for i, c := range p.Cells {
		if c.ExecCount > 0 {
			cellOf[c.ExecCount] = i
		}
	}
	bound := map[ast.Sym]bool{}
	for _, s := range p.File.Body {
		for _, b := range topBinds(s) {
			bound[b] = true
		}
	}
	use := func(n ast.Node, cell int) {
		wanted[cell] = true
		edits = append(edits, edit{diag.Span{Start: n.Pos(), End: n.End()}, fmt.Sprintf("out_%d", p.Cells[cell].Number)})
	}
	lastShown := func(before int) int { // the cell whose display _ stands for
		for c := before - 1; c >= 0; c-- {
			if p.lastDisplay(c) != nil {
				return c
			}
		}
		return -1
	}
	ast.Inspect(p.File, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Subscript:
			base, ok := n.Value.(*ast.Name)
			if k, isInt := n.Index.(*ast.Constant); ok && isInt && k.Kind == ast.Int && p.File.Text(base.ID) == "Out" && !bound[base.ID] {
				var count int
				fmt.Sscan(p.text(k), &count)
				if cell, ok := cellOf[count]; ok && p.lastDisplay(cell) != nil {
					use(n, cell)
				}
				return false
			}
		case *ast.Name:
			name := p.File.Text(n.ID)
			if n.Ctx != ast.Load || bound[n.ID] || !strings.HasPrefix(name, "_") {
				return true
			}
			if m := numbered.FindStringSubmatch(name); m != nil {
				var count int
				fmt.Sscan(m[1], &count)
				if cell, ok := cellOf[count]; ok && p.lastDisplay(cell) != nil {
					use(n, cell)
				}
			} else if name == "_" {
				if cell := lastShown(p.place(n.Pos()).cell); cell >= 0 {
					use(n, cell)
				}
			}
		}
		return true
	})
	for cell := range wanted {
		e := p.lastDisplay(cell)
		edits = append(edits, edit{diag.Span{Start: e.Pos(), End: e.Pos()}, fmt.Sprintf("(out_%d := ", p.Cells[cell].Number)},
			edit{diag.Span{Start: e.End(), End: e.End()}, ")"})
	}
	return edits
}

// lastDisplay is the expression that a cell shows: its last statement, when it is one.
func (p *Program) lastDisplay(cell int) ast.Expr {
	var last ast.Stmt
	for _, n := range p.File.Body {
		if p.place(n.Pos()).cell == cell {
			last = n
		}
	}
	if e, ok := last.(*ast.ExprStmt); ok {
		return e.Value
	}
	return nil
}

// magicDrop says why a statement that came of IPython's syntax is no part of a program.
func (p *Program) magicDrop(s *Statement) string {
	if p.Notebook {
		lines := strings.Split(p.Cells[s.Cell].Source, "\n")
		if s.Line <= len(lines) && timing.MatchString(lines[s.Line-1]) {
			return "only measures time or memory"
		}
	}
	if d, ok := s.Node.(*ast.FunctionDef); ok && strings.HasPrefix(p.File.Text(d.Name), "_timeit_") {
		return "only measures time or memory"
	}
	if e, ok := s.Node.(*ast.ExprStmt); ok {
		if c, ok := e.Value.(*ast.Call); ok {
			if n, ok := c.Func.(*ast.Name); ok && strings.HasPrefix(p.File.Text(n.ID), "_timeit_") {
				return "only measures time or memory"
			}
		}
	}
	_, method, args, ok := p.ipython(s.Node)
	if !ok {
		return ""
	}
	first := ""
	if len(args) > 0 {
		first, _ = p.File.ConstString(args[0])
	}
	switch method {
	case "run_line_magic", "run_cell_magic":
		if first == "pip" || first == "conda" || first == "mamba" {
			return "installs packages: they are dependencies now"
		}
		if why := silentMagics[first]; why != "" {
			return "%" + first + " " + why
		}
	case "system", "getoutput":
		if installing.MatchString(first) {
			return "installs packages: they are dependencies now"
		}
		if _, assigned := s.Node.(*ast.Assign); !assigned && onlyLooking(first) {
			return "a shell command that only shows something"
		}
	}
	return ""
}

// commands are the statements that only a person can decide about: shell commands, SQL and other languages' cells.
func (p *Program) commands(answers map[string]string) []*Refusal {
	var out []*Refusal
	for _, s := range p.Statements {
		if s.Drop != "" {
			continue
		}
		_, method, args, ok := p.ipython(s.Node)
		if !ok {
			continue
		}
		first := ""
		if len(args) > 0 {
			first, _ = p.File.ConstString(args[0])
		}
		what := "the shell command `" + firstLine(first) + "`"
		if strings.HasPrefix(method, "run_") {
			what = "the magic %" + first
		}
		key := "command:" + s.ID
		if answers[key] == "drop" || answers["command"] == "drop" {
			s.Drop = "left out by --answer " + key + "=drop"
			continue
		}
		out = append(out, &Refusal{Reason: NonPythonCell, Message: what + " has no meaning in a Python program", Cell: p.Cells[s.Cell].Number, Line: s.Line,
			Question: "May it be left out?", Key: key + "=drop"})
	}
	return out
}

func firstLine(s string) string {
	l, rest, _ := strings.Cut(strings.TrimSpace(s), "\n")
	if rest != "" {
		l += " …"
	}
	return l
}

// quote writes a Python string literal, with double quotes where that needs no escapes.
func quote(s string) string {
	var b bytes.Buffer
	q := byte('"')
	if strings.Contains(s, `"`) && !strings.Contains(s, "'") {
		q = '\''
	}
	b.WriteByte(q)
	for _, r := range s {
		switch {
		case r == rune(q) || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte(q)
	return b.String()
}
