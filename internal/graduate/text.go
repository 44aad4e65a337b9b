package graduate

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
)

// Names in strings: eval("a + b") reads a and b, and so does display("a", "b") where display is a class of the notebook that
// evaluates what it is given. The second kind is an evaluator. A notebook has one namespace, in which eval finds everything;
// functions of a package have many, so an evaluator is made anew for each call, by a function that is handed the names:
//
//	display("a", "pd.concat([a, b])")      →      display_with({"a": a, "b": b, "pd": pd})("a", "pd.concat([a, b])")

// textNames are the names that an expression in a string reads, in order of first use; nil when it is none.
func textNames(text string) (out []string) {
	var own parser.Parser
	f, faults := parser.Parse(&own, []byte(strings.TrimSpace(text)+"\n"), parser.Options{})
	if len(faults) > 0 || len(f.Body) != 1 {
		return nil
	}
	e, ok := f.Body[0].(*ast.ExprStmt)
	if !ok {
		return nil
	}
	inside := set{}
	ast.InspectExpr(e.Value, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Name:
			if name := f.Text(n.ID); n.Ctx == ast.Store {
				inside.add(name)
			} else if !slices.Contains(out, name) {
				out = append(out, name)
			}
		case *ast.Lambda:
			for _, a := range n.Args.Args {
				inside.add(f.Text(a.Name))
			}
		}
		return true
	})
	return slices.DeleteFunc(out, func(name string) bool { return inside[name] })
}

// marked are the names behind @ in a query: df.query("age > @limit").
func marked(text string) (out []string) {
	for _, part := range strings.Split(text, "@")[1:] {
		end := 0
		for end < len(part) && (part[end] == '_' || part[end] >= 0x80 || part[end] >= '0' && part[end] <= '9' || part[end]|0x20 >= 'a' && part[end]|0x20 <= 'z') {
			end++
		}
		if end > 0 {
			out = append(out, part[:end])
		}
	}
	return out
}

// evaluates: a def or class that evaluates text which is not its own, in the namespace where it stands.
func evaluates(p *Program, calls []*callSite) bool {
	return slices.ContainsFunc(calls, func(c *callSite) bool { return evaluation(p, c) })
}

func evaluation(p *Program, c *callSite) bool {
	if c.path != "builtins.eval" || len(c.node.Args) != 1 || len(c.node.Keywords) > 0 {
		return false
	}
	_, constant := p.File.ConstString(c.node.Args[0])
	return !constant
}

// evaluated are the names of the notebook in the strings that a call hands to an evaluator.
func (a *Analysis) evaluated(c *ast.Call) (out []string) {
	for _, arg := range c.Args {
		text, ok := a.File.ConstString(arg)
		if !ok {
			continue
		}
		for _, name := range textNames(text) {
			if a.everBound[name] && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// namesInText are the names that calls of a statement read from strings.
func (a *Analysis) namesInText(u *Use) (out []string) {
	add := func(names []string) {
		for _, name := range names {
			if a.everBound[name] && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	for _, c := range u.Calls {
		if f := a.Functions[c.local]; f != nil && f.Evaluates {
			add(a.evaluated(c.node))
		}
		if len(c.node.Args) == 0 {
			continue
		}
		text, ok := a.File.ConstString(c.node.Args[0])
		switch {
		case !ok && c.path == "builtins.eval":
			add(a.texts()) // it may be any of them
		case !ok:
		case c.path == "builtins.eval" || c.path == "pandas.eval" || c.path == "numexpr.evaluate":
			add(textNames(text))
		case c.method == "query" || c.method == "eval":
			add(marked(text))
		}
	}
	return out
}

// texts are the strings of the program that are spelt like names.
func (a *Analysis) texts() (out []string) {
	ast.Inspect(a.File, func(n ast.Node) bool {
		if c, ok := n.(*ast.Constant); ok && c.Kind == ast.Str {
			if text, ok := a.File.ConstString(c); ok && text != "" && !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
		return true
	})
	return out
}

// evaluator: the function is handed the names that it evaluates. Every use of it must be a call, with texts that can be read.
func (p *Plan) evaluator(f *Function) bool {
	if !f.Evaluates || len(p.freeOf(f)) > 0 || p.Functions[f.Name] != f {
		return false
	}
	if _, ok := f.Node.(*ast.Assign); ok {
		return false
	}
	fits := func(refs []ref) bool {
		return !slices.ContainsFunc(refs, func(r ref) bool {
			return r.name == f.Name && !r.store && (!r.isCalled() || !p.readable(r.call))
		})
	}
	for _, i := range p.Order {
		if p.Roles[i] != RoleDropped && !fits(p.Uses[i].Refs) {
			return false
		}
	}
	for _, g := range p.Functions {
		if g != f && slices.ContainsFunc(g.Refs, func(r ref) bool { return r.name == f.Name }) {
			return false
		}
	}
	return true
}

func (p *Plan) readable(c *ast.Call) bool {
	for _, arg := range c.Args {
		if _, ok := p.File.ConstString(arg); !ok {
			return false
		}
	}
	return true
}

// maker is the name of the function that makes an evaluator.
func maker(name string) string { return strings.TrimRight(name, "_") + "_with" }

// handed is an evaluator with the names that one call needs.
func (p *Plan) handed(name string, c *ast.Call) string {
	var items []string
	for _, n := range p.evaluated(c) {
		items = append(items, quote(n)+": "+p.param(n))
	}
	return maker(name) + "({" + strings.Join(items, ", ") + "})"
}

// makerText is the function that makes an evaluator, around its definition.
func makerText(name, definition string) string {
	return "def " + maker(name) + "(names: dict[str, Any]) -> Any:\n    \"\"\"" + name + ", which evaluates text in which these names mean something.\"\"\"\n\n" +
		definition + "\n\n    return " + name
}
