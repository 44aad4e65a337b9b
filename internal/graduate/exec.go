package graduate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
)

// exec of a text that stands in the program binds the names that the text binds. In a function it cannot do so by itself:
//
//	exec(code)      →      executed: dict[str, Any] = {"base": base}
//	                       exec(code, executed)
//	                       level = executed["level"]
//
// A text from elsewhere, and names that are made while it runs, can be anything for another input: that is refused.

// An executed text, with what it reads of the program and what it binds.
type executed struct {
	call         *ast.Call
	reads, binds []string
}

// executes notes an exec of a known text.
func (w *walker) executes(s *callSite) {
	if s.path != "builtins.exec" || !s.stmt || !s.straight || len(s.node.Args) != 1 || len(s.node.Keywords) > 0 {
		return
	}
	text, ok := w.p.knownText(s.node.Args[0])
	if !ok {
		return
	}
	var own parser.Parser
	f, faults := parser.Parse(&own, []byte(text+"\n"), parser.Options{})
	if len(faults) > 0 {
		return
	}
	x := &executed{call: s.node}
	for _, st := range f.Body {
		for _, sym := range topBinds(st) {
			if name := f.Text(sym); !slices.Contains(x.binds, name) {
				x.binds = append(x.binds, name)
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if n, ok := n.(*ast.Name); ok {
			if name := f.Text(n.ID); n.Ctx == ast.Load && !slices.Contains(x.reads, name) && w.p.bindsAtTop(name) {
				x.reads = append(x.reads, name)
			}
		}
		return true
	})
	for _, name := range x.reads {
		w.read(name, s.node.Span(), nil)
	}
	for _, name := range x.binds {
		w.bind(name, s.node.Span())
	}
	w.u.Executed = x
}

// knownText is a string of the program: a literal, or a name that is bound once, to one.
func (p *Program) knownText(e ast.Expr) (string, bool) {
	if text, ok := p.File.ConstString(e); ok {
		return text, true
	}
	name, ok := e.(*ast.Name)
	if !ok {
		return "", false
	}
	text, count, known := "", 0, false
	for _, s := range p.Statements {
		if !slices.Contains(topBinds(s.Node), name.ID) {
			continue
		}
		count++
		if a, ok := s.Node.(*ast.Assign); ok && len(a.Targets) == 1 {
			text, known = p.File.ConstString(a.Value)
		}
	}
	return text, known && count == 1
}

func (p *Program) bindsAtTop(name string) bool {
	return slices.ContainsFunc(p.Statements, func(s *Statement) bool {
		return slices.ContainsFunc(topBinds(s.Node), func(sym ast.Sym) bool { return p.name(sym) == name }) || importsName(p, s.Node, name)
	})
}

func importsName(p *Program, s ast.Stmt, name string) bool {
	var list []ast.Alias
	switch s := s.(type) {
	case *ast.Import:
		list = s.Names
	case *ast.ImportFrom:
		list = s.Names
	}
	return slices.ContainsFunc(list, func(a ast.Alias) bool {
		bound := p.name(a.Name)
		if a.AsName != 0 {
			bound = p.name(a.AsName)
		}
		return top(bound) == name
	})
}

// executed is the text of such a statement.
func (r *rewrite) executed(x *executed, st *Statement) string {
	r.needs.add("Any")
	var given []string
	for _, name := range x.reads {
		value := name
		if k := r.p.keyOf[name]; k != nil {
			value = k.Name
		}
		given = append(given, quote(name)+": "+value)
	}
	lines := []string{fmt.Sprintf("%sexecuted: dict[str, Any] = {%s}", r.prefix, strings.Join(given, ", "))}
	at := x.call.Args[0].End()
	// The names of keys stand in the dict, and nowhere else.
	r.edits = slices.DeleteFunc(r.edits, func(e edit) bool { return e.Start == x.call.Pos() && e.End == x.call.End() })
	r.replace(at, at, ", executed")
	lines = append(lines, r.text(st.Indent, st.Node))
	for _, name := range x.binds {
		lines = append(lines, fmt.Sprintf("%s%s = executed[%s]", r.prefix, name, quote(name)))
	}
	return strings.Join(lines, "\n")
}

// opaque refuses statements that bind names which only the run shows.
func (p *Plan) opaque() *Refusal {
	for _, i := range p.Order {
		ob, u := p.observed(i), p.Uses[i]
		if ob == nil || p.Roles[i] == RoleDropped || u.Executed != nil || u.Effects&Opaque == 0 {
			continue
		}
		means := ""
		for _, c := range u.Calls {
			switch c.path {
			case "builtins.exec":
				means = "exec runs a text that is not in the notebook, and sets "
			case "builtins.globals", "builtins.locals", "builtins.vars":
				means = strings.TrimPrefix(c.path, "builtins.") + "() is used to set "
			}
		}
		var names []string
		for _, name := range append(slices.Clone(ob.Bound), ob.Mutated...) {
			if !slices.Contains(u.Binds, name) && !u.Mutates[name] && name != "__builtins__" {
				names = append(names, name)
			}
		}
		if means == "" || len(names) == 0 {
			continue
		}
		slices.Sort(names)
		s := p.Statements[i]
		r := &Refusal{Reason: UnprovenMutation, Message: means + strings.Join(slices.Compact(names), ", "), Line: s.Line,
			Question: "Which statement stands for it?", Key: "code:" + s.ID + "=PYTHON"}
		if p.Notebook {
			r.Cell = p.Cells[s.Cell].Number
		}
		return r
	}
	return nil
}
