package graduate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
	"github.com/roadworthy-dev/roadworthy/internal/notebook"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// oracleProgram is the program as the oracle runs it, in the order chosen.
func (p *Program) oracleProgram(root, dir string, order []int) oracle.Program {
	o := oracle.Program{Name: p.Path, Root: root, Dir: dir, File: filepath.Base(p.Path), Script: !p.Cellular, Files: map[string][]byte{}}
	for _, m := range p.Own {
		if p.answers["module:"+m.Name] != "" { // it may be outside of what is copied
			for path, text := range m.Files {
				o.Files[path] = []byte(text)
			}
		}
	}
	last := -1
	for _, i := range order {
		s := p.Statements[i]
		if s.Drop != "" {
			continue
		}
		if s.Cell != last || len(o.Cells) == 0 {
			c := p.Cells[s.Cell]
			cell := oracle.Cell{ID: p.cellID(s.Cell), Index: max(c.Number-1, 0), Count: c.ExecCount}
			if c.Failed {
				cell.Raises = raises(c)
			} else if c.Meant != "" {
				cell.Raises = []string{c.Meant}
			}
			o.Cells = append(o.Cells, cell)
			last = s.Cell
		}
		cell := &o.Cells[len(o.Cells)-1]
		display := false
		if e, ok := s.Node.(*ast.ExprStmt); ok && !s.Silent && !o.Script {
			list := p.Cells[s.Cell].Statements
			display = p.Statements[list[len(list)-1]] == s && e != nil
		}
		cell.Statements = append(cell.Statements, oracle.Statement{ID: s.ID, Line: s.Line, Source: p.dedented(s), Display: display})
	}
	return o
}

// textless begins the text that the harness notes for a value of which no text can be made.
const textless = "<repr raised "

func (p *Program) cellID(cell int) string {
	id, _, _ := strings.Cut(p.Statements[p.Cells[cell].Statements[0]].ID, ".")
	return id
}

func raises(c Cell) (out []string) {
	for _, o := range c.Outputs {
		if o.Kind == notebook.Failure && o.Name != "" {
			out = append(out, o.Name)
		}
	}
	if slices.Contains(c.Tags, "raises-exception") || len(out) == 0 {
		out = append(out, "*")
	}
	return out
}

// dedented is a statement's source as it can stand at the left margin.
func (p *Program) dedented(s *Statement) string {
	start, end := extent(s.Node)
	if s.Indent == 0 {
		return string(p.File.Src[start:end])
	}
	r := &rewrite{p: &Plan{Analysis: &Analysis{Program: p}}, base: start, end: end}
	return r.text(s.Indent, s.Node)
}

// evidence is what a graded run says about each statement.
func (p *Program) evidence(g *oracle.Graded) *Evidence {
	ev := &Evidence{Python: g.Python, Statements: map[string]*Observed{}}
	for i := range g.Statements {
		t := &g.Statements[i]
		ob := &Observed{Types: map[string]string{}, Aliases: t.Aliases, Seconds: t.Seconds, Raised: t.Raised}
		for name, typ := range t.Types {
			ob.Types[name] = typ
		}
		for name := range t.Mutated {
			ob.Mutated = append(ob.Mutated, name)
		}
		slices.Sort(ob.Mutated)
		for name := range t.Bound {
			ob.Bound = append(ob.Bound, name)
		}
		for _, e := range t.Events {
			switch e.Kind {
			case "read":
				ob.Reads = append(ob.Reads, e.Detail)
			case "write", "database":
				if !e.Refused && !slices.Contains(ob.Writes, e.Detail) {
					ob.Writes = append(ob.Writes, e.Detail)
				}
			case "remove":
				if !e.Refused && !slices.Contains(ob.Passing, e.Detail) {
					ob.Passing = append(ob.Passing, e.Detail)
				}
			}
		}
		for _, r := range t.Resources {
			if strings.HasPrefix(r, "RNG:") && r != "RNG:uuid" { // libraries give their own objects such names; a notebook's uuid4() is in the table
				ob.Random = true
			}
		}
		ev.Statements[t.ID] = ob
	}
	files := map[string]bool{}
	for _, o := range g.Observed {
		stable := g.Stability[o.ID].Comparable()
		switch o.Kind {
		case oracle.Stdout:
			for _, part := range o.Parts {
				if ob := ev.Statements[part.Statement]; ob != nil {
					ob.Stdout += part.Text
					if s, ok := g.Stability["stdout:"+part.Statement]; ok && !s.Comparable() {
						ob.Unstable = true
					}
				}
			}
		case oracle.Display:
			if ob := ev.Statements[o.Statement]; ob != nil {
				if raised, ok := strings.CutPrefix(o.Text, textless); ok {
					ob.Textless = strings.TrimSuffix(raised, ">")
					continue
				}
				if o.Called {
					ob.Called = append(ob.Called, o.ID)
				} else {
					ob.Own = true
				}
				ob.Displayed, ob.Text, ob.Peek = o.Type, o.Text, o.Peek
				ob.Unstable = ob.Unstable || !stable
			}
		case oracle.Figure:
			if ob := ev.Statements[o.Statement]; ob != nil {
				ob.Figures++
				ob.Titled = ob.Titled || o.Titled
			}
		case oracle.File:
			files[o.Name] = true
		}
	}
	// What is written and gone again, or a cache of a library outside, is no output.
	for _, ob := range ev.Statements {
		ob.Passing = slices.DeleteFunc(ob.Passing, func(path string) bool { return files[path] }) // an input that is gone is one
		ob.Removes = len(ob.Passing) > 0
		kept := ob.Writes[:0]
		for _, w := range ob.Writes {
			if files[w] {
				kept = append(kept, w)
			} else if !strings.Contains(w, "__pycache__/") {
				ob.Passing = append(ob.Passing, w)
			}
		}
		ob.Writes = kept
	}
	return ev
}

// refusalOf says why a run did not reach its end, in the closed list's words.
func (p *Analysis) refusalOf(t *oracle.Trace, answers map[string]string) *Refusal {
	e := t.Error
	r := &Refusal{Reason: LimitReached, Message: "the notebook's run ended early: " + string(t.Status)}
	if e == nil {
		return r
	}
	at := -1
	for i, s := range p.Statements {
		if s.ID == e.Statement || e.Statement == "" && p.cellID(s.Cell) == e.Cell {
			at = i
			r.Line = s.Line
			if p.Notebook {
				r.Cell = p.Cells[s.Cell].Number
			}
			break
		}
	}
	first, _, _ := strings.Cut(e.Message, "\n")
	what := e.Type
	if first != "" {
		what += ": " + first
	}
	switch {
	case t.Status == oracle.TimedOut:
		r.Message = "the cell did not end within its time limit"
		r.Question, r.Key = "How long may a cell take? Give --cell-timeout.", ""
	case t.Status == oracle.Unanswered:
		p.unanswered(r, first, answers)
	case at >= 0 && answers["argv"] == "" && (e.Type == "IndexError" || e.Type == "SystemExit") && p.readsArguments(at) != "":
		r.Reason, r.Message = InputUnanswered, "it reads "+p.readsArguments(at)+", and no arguments are given"
		r.Question, r.Key = "What is it called with? Give its arguments as they stand on a command line.", "argv=ARGUMENTS"
	case e.Type == "KeyError" && p.environment(first) != "":
		name := p.environment(first)
		r.Reason, r.Message = CredentialNeeded, "the environment variable "+name+" is not set"
		r.Question, r.Key = "What is its value? It is given to the runs alone, and written nowhere.", "env:"+name+"=VALUE"
	case t.Status == oracle.Died:
		r.Message = first
	case strings.HasPrefix(e.Refused, "network"):
		r.Reason, r.Message = NetworkNeeded, "it needs the "+e.Refused+" ("+what+")"
		r.Question = "May it use the network? Then give --allow-network."
	case e.MissingModule != "" && !knownLibrary(top(e.MissingModule)) && !slices.Contains(p.Installs, e.MissingModule):
		r.Reason, r.Message = MissingHelper, "the module "+top(e.MissingModule)+" is no library that is known, and it is not beside the notebook"
		r.Question, r.Key = "Where is it? Give the file or the folder of the package.", "module:"+top(e.MissingModule)+"=PATH"
	case e.MissingModule != "":
		r.Reason, r.Message = MissingModule, "the module "+e.MissingModule+" is not installed"
		r.Question = "Which Python has it? Give --python with an interpreter where it is installed."
	case e.MissingName != "":
		r.Reason, r.Message = GhostName, e.MissingName+" is used, and nothing defines it before"
		r.ghost(e.MissingName)
	case e.MissingFile != "":
		r.Reason, r.Message = MissingInput, "the file "+e.MissingFile+" is not there"
		r.Question, r.Key = "Where is it?", "file:"+e.MissingFile+"=PATH"
		if other := p.namedBeside(e.MissingFile); other != "" {
			r.Message += "; " + other + " names it"
			r.Question = "Where is it? Run " + other + " first, or give the place."
		}
	case e.InLibrary && (e.Type == "AttributeError" || e.Type == "TypeError" || e.Type == "ImportError" || e.Type == "ValueError" || e.Type == "KeyError"),
		e.Type == "AttributeError" || e.Type == "ImportError":
		r.Reason, r.Message = APIDrift, what
		r.Question = "Which versions was it written for? Give --python with an interpreter that has them."
	default:
		r.Reason, r.Message = APIDrift, "the notebook does not run to its end: "+what
		r.Question = "Is the error meant? Tag the cell raises-exception; else make the notebook run first."
	}
	return r
}

func top(module string) string {
	name, _, _ := strings.Cut(module, ".")
	return name
}

// environment is the variable of the environment that a KeyError is about, "" when it is about something else.
func (p *Program) environment(message string) string {
	name := strings.Trim(message, "'\"")
	src := string(p.File.Src)
	if name != "" && (strings.Contains(src, `environ["`+name+`"]`) || strings.Contains(src, "environ['"+name+"']")) {
		return name
	}
	return ""
}

// namedBeside is another notebook or script of the folder that names the file: it may be the one that writes it.
func (p *Program) namedBeside(file string) string {
	base := filepath.Base(filepath.FromSlash(file))
	if len(base) < 3 {
		return ""
	}
	dir := filepath.Dir(p.Path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	for _, e := range entries {
		ext := strings.ToLower(filepath.Ext(e.Name()))
		info, err := e.Info()
		if err != nil || ext != ".py" && ext != ".ipynb" || e.Name() == filepath.Base(p.Path) || info.Size() > maxOwnBytes {
			continue
		}
		if raw, err := os.ReadFile(filepath.Join(dir, e.Name())); err == nil && strings.Contains(string(raw), base) {
			return e.Name()
		}
	}
	return ""
}
