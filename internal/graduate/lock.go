package graduate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A Lock is graduation.lock: where everything in the package comes from, what was proved, and under which conditions.
type Lock struct {
	Version      int               `json:"version"`
	Package      string            `json:"package"`
	Source       string            `json:"source"`
	SourceSHA256 string            `json:"source_sha256"`
	Python       string            `json:"python,omitempty"`
	Environment  map[string]string `json:"environment,omitempty"` // distributions and their versions
	Conditions   map[string]string `json:"conditions,omitempty"`
	Functions    []LockFunction    `json:"functions"`
	Outputs      []LockOutput      `json:"outputs"`
	Spans        []LockSpan        `json:"spans"`
	Config       []LockKey         `json:"config"`
	Dropped      []LockDropped     `json:"dropped"`
	Answers      map[string]string `json:"answers,omitempty"`
	Tolerances   map[string]string `json:"tolerances"`
	SetAside     []LockAside       `json:"set_aside,omitempty"` // lines that the type checker passes over
	Proof        []LockLevel       `json:"proof,omitempty"`
	Hashes       map[string]string `json:"hashes"`
}

// A LockFunction is a function and the places of the notebook that its parameters and results are held to.
type LockFunction struct {
	Name       string       `json:"name"` // steps.clean_orders
	Line       int          `json:"line"`
	EndLine    int          `json:"end_line"`
	Params     []LockParam  `json:"params"`
	Returns    []LockReturn `json:"returns"`
	Statements []string     `json:"statements"`
	Boundary   string       `json:"boundary"` // results are the values right after this statement
	Pure       bool         `json:"pure"`
	Unproven   bool         `json:"unproven_split,omitempty"`
}

type LockParam struct {
	Name   string `json:"name"`
	Source string `json:"source,omitempty"` // name in the notebook
	At     string `json:"at,omitempty"`     // statement after which its value is the argument's
}

type LockReturn struct {
	Name   string `json:"name"`
	Part   string `json:"part"` // "" for all of what is returned, a position or a field's name
	Source string `json:"source,omitempty"`
	Kind   string `json:"kind"`
}

type LockOutput struct {
	ID         string   `json:"id"`
	Kind       string   `json:"kind"`
	Name       string   `json:"name"`
	Statements []string `json:"statements"`
	File       string   `json:"file,omitempty"`
	Function   string   `json:"function,omitempty"`
	Part       string   `json:"part,omitempty"`
	Stdout     bool     `json:"stdout,omitempty"`
	Label      string   `json:"label,omitempty"`  // of what the program puts out
	Called     string   `json:"called,omitempty"` // the display that a function of the notebook made by calling display()
}

// A LockSpan leads from cell and line to file and line, and back.
type LockSpan struct {
	Statement string `json:"statement"`
	Cell      int    `json:"cell"`
	Line      int    `json:"line"`
	EndLine   int    `json:"end_line"`
	File      string `json:"file"`
	To        int    `json:"to"`
	ToEnd     int    `json:"to_end"`
}

type LockKey struct {
	Key       string `json:"key"`
	Statement string `json:"statement"`
	Env       string `json:"env,omitempty"`
}

type LockDropped struct {
	Statement string `json:"statement"`
	Cell      int    `json:"cell"`
	Line      int    `json:"line"`
	Reason    string `json:"reason"`
}

type LockLevel struct {
	Level  int    `json:"level"`
	State  string `json:"state"`
	Detail string `json:"detail,omitempty"`
}

// Text is the lock as it is written.
func (l *Lock) Text() []byte {
	out, err := json.MarshalIndent(l, "", " ")
	if err != nil {
		panic(err) // strings and numbers only
	}
	return append(out, '\n')
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// lock makes the record of a plan; spans and lines come with unmark.
func (p *Plan) lock() *Lock {
	l := &Lock{Version: 1, Package: p.Package, Source: p.Path, Config: []LockKey{}, Dropped: []LockDropped{}, Spans: []LockSpan{}, Functions: []LockFunction{}, Outputs: []LockOutput{},
		Hashes: map[string]string{}, Answers: unconcealed(p.Options.Answers),
		Tolerances: map[string]string{"float64": "rtol 1e-9", "float32": "rtol 1e-6", "figures": "artist data, then pixels"}}
	for _, s := range p.Segments {
		f := LockFunction{Name: s.Function, Boundary: p.Statements[s.Statements[len(s.Statements)-1]].ID, Pure: s.Module == "steps",
			Params: []LockParam{}, Returns: []LockReturn{}}
		for _, i := range s.Statements {
			f.Statements = append(f.Statements, p.Statements[i].ID)
		}
		for _, x := range s.Params {
			param := LockParam{Name: p.param(x)}
			if p.keyOf[x] == nil && ofNotebook(x) {
				param.Source = x
				param.At = p.boundaryBefore(s, x)
			}
			f.Params = append(f.Params, param)
		}
		for k, r := range s.Returns {
			f.Returns = append(f.Returns, LockReturn{Name: r.Name, Part: s.part(k), Source: r.Source, Kind: r.Kind})
		}
		l.Functions = append(l.Functions, f)
	}
	for _, o := range p.Outputs {
		out := LockOutput{ID: o.ID, Kind: o.Kind, Name: o.Name, Called: o.called}
		for _, i := range o.Statements {
			out.Statements = append(out.Statements, p.Statements[i].ID)
		}
		switch {
		case o.Kind == "file" || o.Kind == "effect":
			out.File = o.Path
		default:
			out.Function = o.segment.Function
			out.Stdout = o.printed
			if !o.printed {
				out.Part = p.partOf(o)
				out.Label = p.label(o)
			}
		}
		l.Outputs = append(l.Outputs, out)
	}
	for _, k := range p.Keys {
		l.Config = append(l.Config, LockKey{k.Name, p.Statements[k.Statement].ID, k.Env})
	}
	for _, d := range p.Dropped() {
		l.Dropped = append(l.Dropped, LockDropped{d.Statement.ID, p.Cells[d.Statement.Cell].Number, d.Statement.Line, d.Reason})
	}
	return l
}

// label is what the pipeline puts above a value that it shows, or at the head of the name of a figure's file.
func (p *Plan) label(o *Output) string {
	switch o.Kind {
	case "display":
		if _, key, ok := strings.Cut(o.part, "/"); ok {
			return key
		}
		return strings.ReplaceAll(o.part, "_", " ")
	case "figure":
		if n := slices.Index(p.Segments, o.segment); n >= 0 && o.segment.Role == RoleFigure && !p.savesNext(n) {
			return strings.TrimPrefix(o.segment.Name, "plot_")
		}
	}
	return ""
}

// partOf is where in what a function returns an output is.
func (p *Plan) partOf(o *Output) string {
	name, rest, nested := strings.Cut(o.part, "/")
	s := o.segment
	for k, r := range s.Returns {
		if r.Name != name {
			continue
		}
		part := s.part(k)
		if r.Kind == "figures" {
			rest, nested = fmt.Sprint(o.index), true
		}
		if nested {
			if part != "" {
				part += "/"
			}
			part += rest
		}
		return part
	}
	return ""
}

// part is where in what the function returns a return is: "" when it is all of it, a field's name or a position.
func (s *Segment) part(k int) string {
	switch {
	case len(s.Returns) > 3:
		return field(s.Returns[k].Name)
	case len(s.Returns) > 1:
		return fmt.Sprint(k)
	}
	return ""
}

// boundaryBefore is the statement right behind which an argument's value is looked up: the last one that ran before the segment in the order of the
// program, or the one further down that gives the name its value, where it was moved above the segment.
func (p *Plan) boundaryBefore(s *Segment, name string) string {
	first := slices.Index(p.Order, s.Statements[0])
	for _, i := range slices.Backward(p.order[:slices.Index(p.order, s.Statements[0])]) {
		if slices.Contains(p.Uses[i].Binds, name) {
			if slices.Index(p.Order, i) > first {
				return p.Statements[i].ID
			}
			break
		}
	}
	for k := first - 1; k >= 0; k-- {
		i := p.Order[k]
		if p.Statements[i].Drop == "" {
			return p.Statements[i].ID
		}
	}
	return p.Statements[s.Statements[0]].ID
}

// unmark takes the marker lines out of a file, and notes in the lock where statements and functions are.
func (p *Plan) unmark(l *Lock, file string, text string) string {
	if !strings.Contains(text, marker) {
		return text
	}
	byID := map[string]*Statement{}
	for _, s := range p.Statements {
		byID[s.ID] = s
	}
	var out []string
	type open struct {
		id     string
		line   int
		indent int
	}
	var statement, function *open
	close := func() {
		end := len(out)
		for end > 0 && strings.TrimSpace(out[end-1]) == "" {
			end--
		}
		if statement != nil {
			s := byID[statement.id]
			l.Spans = append(l.Spans, LockSpan{Statement: s.ID, Cell: p.Cells[s.Cell].Number, Line: s.Line, EndLine: s.End, File: file, To: statement.line, ToEnd: max(end, statement.line)})
			statement = nil
		}
	}
	closeFunction := func() {
		if function == nil {
			return
		}
		end := len(out)
		for end > 0 && strings.TrimSpace(out[end-1]) == "" {
			end--
		}
		for k := range l.Functions {
			if l.Functions[k].Name == function.id {
				l.Functions[k].Line, l.Functions[k].EndLine = function.line, end
			}
		}
		function = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		trimmed := strings.TrimLeft(line, " ")
		id, isMarker := strings.CutPrefix(trimmed, marker)
		indent := len(line) - len(trimmed)
		if isMarker {
			close()
			if name, isFunction := strings.CutPrefix(id, "function "); isFunction {
				closeFunction()
				function = &open{name, len(out) + 1, indent}
			} else {
				if indent == 0 {
					closeFunction()
				}
				statement = &open{id, len(out) + 1, indent}
			}
			continue
		}
		if statement != nil && indent == statement.indent && strings.HasPrefix(trimmed, "return ") && function != nil && statement.indent > 0 {
			close() // the return that was added
		}
		out = append(out, line)
	}
	close()
	closeFunction()
	return strings.Join(out, "\n") + "\n"
}

// unconcealed are the answers that may be written down: not those that hold secrets.
func unconcealed(answers map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range answers {
		if !strings.HasPrefix(key, "env:") {
			out[key] = value
		}
	}
	return out
}
