package graduate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// chooseOutputs picks what the package is for. Files, tables of databases and messages first; prints that carry computed
// values; figures with a title or that are saved; and, when the notebook writes nothing, the values it shows that are not
// only for looking. --out names values instead.
func (p *Plan) chooseOutputs() {
	add := func(kind, name string, statements ...int) *Output {
		o := &Output{ID: fmt.Sprintf("o%d", len(p.Outputs)+1), Kind: kind, Name: name, Statements: statements}
		p.Outputs = append(p.Outputs, o)
		return o
	}
	if len(p.Options.Out) > 0 {
		for _, name := range p.Options.Out {
			last := -1
			for _, i := range p.Order {
				if p.Roles[i] != RoleDropped && (slices.Contains(p.Uses[i].Binds, name) || p.Uses[i].Mutates[name]) {
					last = i
				}
			}
			if last >= 0 {
				add("value", name, last)
			}
		}
	}
	writes := false
	handles := map[string]*Output{} // names of open files and connections, and what is written through them
	for _, i := range p.Order {
		u := p.Uses[i]
		ob := p.observed(i)
		if p.Roles[i] == RoleDropped || p.isDef(i) || p.isImport(i) {
			continue
		}
		if ob != nil && len(ob.Writes) > 0 {
			writes = true
			for _, w := range ob.Writes {
				k := slices.IndexFunc(p.Outputs, func(o *Output) bool { return o.Kind == "file" && o.Path == w })
				if k < 0 {
					add("file", w, i).Path = w
					k = len(p.Outputs) - 1
				} else {
					p.Outputs[k].Statements = append(p.Outputs[k].Statements, i)
				}
				for _, b := range u.Binds {
					handles[b] = p.Outputs[k]
				}
			}
			continue
		}
		if o := p.through(u, handles); o != nil {
			o.Statements = append(o.Statements, i)
			for _, b := range u.Binds {
				handles[b] = o
			}
			continue
		}
		if p.passing(i) {
			continue
		}
		if ob == nil && u.Effects&(Store|Notify) != 0 || ob != nil && u.Effects&(Notify|Store) != 0 {
			path := ""
			for _, pu := range u.Paths {
				if pu.write {
					path = pu.value
				}
			}
			writes = true
			if ob == nil || path == "" {
				o := add("file", path, i)
				o.Path = path
				if path == "" {
					o.Kind = "effect"
				}
			}
		}
	}
	explicit := len(p.Options.Out) > 0
	last := -1
	for _, i := range p.Order {
		if p.Roles[i] != RoleDropped && (p.Uses[i].Effects&(Figure|Print) != 0 || len(p.Uses[i].Binds) > 0) {
			last = i
		}
	}
	for _, i := range p.Order {
		u := p.Uses[i]
		ob := p.observed(i)
		if p.Roles[i] == RoleDropped || p.isDef(i) || p.isImport(i) || explicit {
			continue
		}
		if u.Effects&(Print|Stdout) != 0 && !p.onlyLooks(i) && (ob == nil || ob.Stdout != "") {
			if p.carriesValue(i) {
				add("stdout", "", i)
			}
		}
		if shows := p.showCalls(i); len(shows) > 0 && !writes && (ob == nil || ob.Displayed != "") {
			add("display", "", i)
		}
		handed := p.showsHanded(i) && ob != nil
		if handed && !writes {
			for _, id := range ob.Called {
				add("display", "", i).called = id
			}
		}
		if u.Shown != nil && !writes && !p.onlyLooks(i) && (ob == nil || ob.Displayed != "") && (!handed || ob.Own) && !p.figureLike(i) && p.isResult(u.Shown) {
			add("display", "", i)
		}
		if u.Effects&Figure != 0 && (ob == nil || ob.Figures > 0) && !writes {
			if p.titled(i) || i == last || ob != nil && ob.Titled {
				p.addFigure(i)
			}
		}
	}
	if len(p.Outputs) == 0 { // nothing but looking: then that is what it is for
		for _, i := range p.Order {
			u := p.Uses[i]
			if p.Roles[i] == RoleDropped || p.isDef(i) || p.isImport(i) {
				continue
			}
			ob := p.observed(i)
			if u.Effects&Figure != 0 {
				if ob == nil || ob.Figures > 0 {
					p.addFigure(i)
				}
			} else if u.Shown != nil && p.isResult(u.Shown) && (ob == nil || ob.Displayed != "") {
				add("display", "", i)
			} else if u.Effects&(Print|Stdout) != 0 && (ob == nil || ob.Stdout != "") {
				add("stdout", "", i)
			}
		}
	}
	if len(p.Outputs) == 0 { // not even that: then it is for the values that nothing in it goes on to use
		for at, i := range p.Order {
			if p.Roles[i] == RoleDropped || p.isDef(i) || p.isImport(i) {
				continue
			}
			for _, name := range p.Uses[i].Binds {
				if !p.Uses[i].LoopTargets[name] && !p.usedAfter(at, name) {
					add("value", name, i)
				}
			}
		}
	}
}

// passing: all that the statement stores is gone at the end, or it clears away such files: nothing that a package is for.
func (p *Plan) passing(i int) bool {
	ob := p.observed(i)
	return ob != nil && len(ob.Passing) > 0 && len(ob.Writes) == 0 && p.Uses[i].Effects&(Net|Notify|Shell) == 0
}

// usedAfter: a statement behind this position reads, binds or deletes the name.
func (p *Plan) usedAfter(at int, name string) bool {
	for _, i := range p.Order[at+1:] {
		if u := p.Uses[i]; p.Roles[i] != RoleDropped && (u.Reads[name] || u.Deletes[name] || slices.Contains(u.Binds, name)) {
			return true
		}
	}
	return false
}

// through is the file that all that a statement writes goes into, by way of names that stand for open files.
func (p *Plan) through(u *Use, handles map[string]*Output) (found *Output) {
	if u.Effects&Store == 0 || u.Effects&Notify != 0 || len(u.Functions) > 0 {
		return nil
	}
	for _, c := range u.Calls {
		if c.fact == nil || c.fact.effects&Store == 0 {
			continue
		}
		o := handles[c.root]
		for _, k := range c.fact.mutatesArgs {
			if o == nil && k < len(c.node.Args) {
				o = handles[p.rootName(c.node.Args[k])]
			}
		}
		if o == nil || found != nil && o != found {
			return nil
		}
		found = o
	}
	return found
}

// addFigure makes the figure of a cell an output, once.
func (p *Plan) addFigure(i int) {
	cell := p.Statements[i].Cell
	for _, o := range p.Outputs {
		if o.Kind == "figure" && p.Statements[o.Statements[0]].Cell == cell {
			if !slices.Contains(o.Statements, i) {
				o.Statements = append(o.Statements, i)
			}
			return
		}
	}
	o := &Output{ID: fmt.Sprintf("o%d", len(p.Outputs)+1), Kind: "figure"}
	for _, j := range p.Order {
		if p.Statements[j].Cell == cell && p.Roles[j] != RoleDropped && p.Uses[j].Effects&Figure != 0 && !p.isDef(j) {
			o.Statements = append(o.Statements, j)
		}
	}
	p.Outputs = append(p.Outputs, o)
}

// titled: a cell whose figure says what it shows.
func (p *Plan) titled(i int) bool {
	cell := p.Cells[p.Statements[i].Cell]
	for _, j := range cell.Statements {
		for _, c := range p.Uses[j].Calls {
			switch c.method {
			case "title", "set_title", "suptitle", "set_xlabel", "set_ylabel", "xlabel", "ylabel", "savefig", "set":
				return true
			}
			for _, k := range c.node.Keywords {
				if p.name(k.Arg) == "title" {
					return true
				}
			}
		}
	}
	return false
}

// figureLike: what is shown is an object of the figure drawn, such as the list of lines.
func (p *Plan) figureLike(i int) bool {
	if p.Uses[i].Effects&Figure != 0 {
		return true
	}
	if ob := p.observed(i); ob != nil {
		return strings.HasPrefix(ob.Displayed, "matplotlib.") || strings.HasPrefix(ob.Displayed, "seaborn.")
	}
	return false
}

// isResult: a value, as against a string that is a comment, or an assignment's target.
func (p *Plan) isResult(e ast.Expr) bool {
	if c, ok := e.(*ast.Constant); ok {
		return c.Kind != ast.Str && c.Kind != ast.Ellipsis
	}
	return true
}

var peeks = set{"head": true, "tail": true, "info": true, "sample": true, "describe": true, "help": true, "dir": true, "type": true, "len": true, "id": true}
var peekAttributes = set{"shape": true, "dtypes": true, "columns": true, "index": true, "dtype": true, "ndim": true, "size": true, "__version__": true, "__doc__": true, "__file__": true, "keys": true}

// onlyLooks: head, info, shape and the like, which a person looks at while working.
func (p *Plan) onlyLooks(i int) bool {
	if ob := p.observed(i); ob != nil && ob.Peek {
		return true
	}
	e, ok := p.Statements[i].Node.(*ast.ExprStmt)
	if !ok {
		return false
	}
	return p.peek(e.Value)
}

func (p *Plan) peek(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Attribute:
		return peekAttributes[p.name(e.Attr)]
	case *ast.Name:
		return false
	case *ast.Subscript:
		if s, ok := e.Index.(*ast.Slice); ok && s.Step == nil { // df[:5]
			return s.Lower == nil
		}
	case *ast.Call:
		root, attrs, ok := p.dotted(e.Func)
		if len(attrs) == 0 {
			if !ok {
				return false
			}
			if root == "print" || root == "display" {
				if len(e.Args) == 0 {
					return false
				}
				for _, a := range e.Args {
					if !p.peek(a) {
						return false
					}
				}
				return true
			}
			if root == "len" && p.Functions["len"] == nil {
				return len(e.Args) == 1 && p.rootName(e.Args[0]) != ""
			}
			return peeks[root] && p.Functions[root] == nil
		}
		last := attrs[len(attrs)-1]
		switch last {
		case "sample":
			// Rows of a table, not a draw of a generator.
			_, isModule := p.Modules[root]
			return !ok || !isModule && !p.isGenerator(root)
		case "head", "tail", "info", "keys":
			return true
		case "describe":
			return len(attrs) == 1 && ok
		}
	}
	return false
}

// isGenerator: the name is bound to a generator of random numbers of the notebook's own.
func (p *Plan) isGenerator(name string) bool {
	for _, u := range p.Uses {
		if u != nil && (strings.HasPrefix(u.Types[name], "random.") || strings.HasPrefix(u.Types[name], "numpy.random.")) {
			return true
		}
	}
	return false
}

// carriesValue: something printed is computed, and not text from the source alone.
func (p *Plan) carriesValue(i int) bool {
	if len(p.Uses[i].Functions) > 0 {
		return true
	}
	for _, c := range p.Uses[i].Calls {
		if c.fact == nil || c.fact.effects&(Print|Stdout) == 0 {
			continue
		}
		if c.path != "builtins.print" {
			return true
		}
		for _, a := range c.node.Args {
			if k, ok := a.(*ast.Constant); !ok || k.Kind != ast.Str {
				return true
			}
		}
	}
	return false
}

// showCalls are the calls of display in a statement.
func (p *Plan) showCalls(i int) (out []*callSite) {
	for _, c := range p.Uses[i].Calls {
		if c.fact != nil && c.fact.effects&Shows != 0 && len(c.node.Args) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// unkept refuses a chosen result whose value can be neither kept nor compared.
func (p *Program) unkept(out []string, g *oracle.Graded) *Refusal {
	for _, name := range out {
		for k := len(g.Statements) - 1; k >= 0; k-- {
			t := &g.Statements[k]
			typ, bound := t.Types[name]
			if !bound {
				continue
			}
			if what := passing[typ]; what != "" {
				r := &Refusal{Reason: NotSerializable, Message: name + " is " + what + ": its value can be neither kept nor compared",
					Question: "Which names hold the results? Give --out NAME, for example of a list made of it."}
				for _, s := range p.Statements {
					if s.ID == t.ID {
						r.Line = s.Line
						if p.Notebook {
							r.Cell = p.Cells[s.Cell].Number
						}
					}
				}
				return r
			}
			break
		}
	}
	return nil
}

// passing are types of values that are something only while the program runs.
var passing = map[string]string{
	"generator": "a generator", "builtins.generator": "a generator", "async_generator": "a generator", "coroutine": "a coroutine",
	"_io.TextIOWrapper": "an open file", "_io.BufferedReader": "an open file", "_io.BufferedWriter": "an open file", "io.TextIOWrapper": "an open file",
	"sqlite3.Connection": "a connection", "sqlite3.Cursor": "a cursor", "map": "an iterator", "filter": "an iterator", "zip": "an iterator",
	"builtins.map": "an iterator", "builtins.filter": "an iterator", "builtins.zip": "an iterator",
	"threading.Thread": "a thread", "_thread.lock": "a lock", "socket.socket": "a socket",
}
