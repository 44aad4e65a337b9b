package graduate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/standard/tomledit"
)

// What a program asks of whoever starts it (input, getpass, the arguments of its command line) are values that its
// configuration has: the answers given when it is graduated. A question that stands in a loop or a function may be put any
// number of times; then all of them stay, and the package asks as the original does.

// A question is one call of input or getpass.
type question struct {
	statement int
	call      *ast.Call
	secret    bool
	env       string // where a secret comes from
	text      string // the answer
	answered  bool
}

// questions are the calls that ask, in the order they run; nil when one of them may run more than once.
func (a *Analysis) questions(answers map[string]string) []*question {
	var out []*question
	for _, f := range a.Functions {
		if slices.ContainsFunc(f.Calls, asks) {
			return nil
		}
	}
	for _, i := range a.Order {
		if a.Statements[i].Drop != "" {
			continue
		}
		for _, c := range a.Uses[i].Calls {
			if !asks(c) {
				continue
			}
			if !c.straight {
				return nil
			}
			q := &question{statement: i, call: c.node, secret: c.path == "getpass.getpass"}
			if q.secret {
				q.env = a.secretName(i, c.node)
			}
			out = append(out, q)
		}
	}
	var given []string
	if text, ok := answers["input"]; ok {
		given = strings.Split(text, "\n")
	}
	for _, q := range out {
		switch {
		case q.secret:
			q.text, q.answered = answers["env:"+q.env]
		case len(given) > 0:
			q.text, q.answered = given[0], true
			given = given[1:]
		}
	}
	return out
}

func asks(c *callSite) bool { return c.path == "builtins.input" || c.path == "getpass.getpass" }

// secretName is the variable of the environment for a password: the name it is bound to, else the words of its prompt.
func (a *Analysis) secretName(i int, call *ast.Call) string {
	words := ""
	if s, ok := a.Statements[i].Node.(*ast.Assign); ok && s.Value == ast.Expr(call) {
		if n, ok := s.Targets[0].(*ast.Name); ok {
			words = a.name(n.ID)
		}
	}
	if words == "" && len(call.Args) > 0 {
		text, _ := a.File.ConstString(call.Args[0])
		words = strings.Join(headingWords(text), "_")
	}
	if words == "" || words[0] >= '0' && words[0] <= '9' {
		words = "password"
	}
	return strings.ToUpper(snake(words))
}

// spoken are the answers as the runs are given them, one for each question in order, up to the first that has none.
func (a *Analysis) spoken(answers map[string]string) (out []string) {
	list := a.questions(answers)
	if list == nil {
		if text, ok := answers["input"]; ok {
			return strings.Split(text, "\n")
		}
		return nil
	}
	for _, q := range list {
		if !q.answered {
			break
		}
		out = append(out, q.text)
	}
	return out
}

// unanswered is the refusal for the question that ended a run.
func (a *Analysis) unanswered(r *Refusal, prompt string, answers map[string]string) {
	r.Reason, r.Message = InputUnanswered, "the notebook asks "+quote(prompt)
	r.Question, r.Key = "What is the answer?", "input=TEXT"
	asked := 0
	for _, q := range a.questions(answers) {
		if q.answered {
			asked++
			continue
		}
		if q.secret {
			r.Reason, r.Message = CredentialNeeded, "it asks for a password: "+quote(prompt)
			r.Question, r.Key = "What is it? It is given to the runs alone, and written nowhere.", "env:"+q.env+"=VALUE"
		} else if asked > 0 {
			r.Question = "What is the answer? Give every answer in order, each with an --answer of its own."
		}
		return
	}
}

// askedKeys makes keys of the questions that are answered, and of the command line.
func (p *Plan) askedKeys(names set) {
	for _, q := range p.told {
		if p.Roles[q.statement] == RoleDropped || p.Roles[q.statement] == RoleConfig {
			continue
		}
		base := ""
		if s, ok := p.Statements[q.statement].Node.(*ast.Assign); ok && len(s.Targets) == 1 {
			base = lower(p.rootName(s.Targets[0]))
		}
		if base == "" && len(q.call.Args) > 0 {
			text, _ := p.File.ConstString(q.call.Args[0])
			base = strings.Join(headingWords(text), "_")
		}
		if base == "" || base[0] >= '0' && base[0] <= '9' || pythonKeywords[base] || p.usedName(base, "") {
			base = strings.Trim(base+"_answer", "_")
		}
		k := &Key{Name: p.keyName(base, "", names), Statement: q.statement, Type: "str", Value: tomledit.Quote(q.text), Python: quote(q.text)}
		if q.secret {
			k.Env, k.Value, k.Python, k.secret = q.env, "", "", q.text
		}
		p.Keys = append(p.Keys, k)
		p.literal[q.call] = k
	}
}

// tell notes the answers of the questions, and that what they ask is no effect any more.
func (p *Plan) tell() {
	list := p.questions(p.Options.Answers)
	p.told = list
	if slices.ContainsFunc(list, func(q *question) bool { return !q.answered && !q.secret }) {
		p.told = nil
		return
	}
	for _, q := range list {
		u := p.Uses[q.statement]
		u.Effects &^= Input
		u.Paths = append(u.Paths, pathUse{node: q.call, kind: ofAnswer})
	}
}

// toldBy is the question that an expression is.
func (p *Plan) toldBy(e ast.Expr) *question {
	for _, q := range p.told {
		if ast.Expr(q.call) == e {
			return q
		}
	}
	return nil
}

// argumentsKey is the key that holds what the program is called with.
func (p *Plan) argumentsKey(names set, node ast.Expr, i int) {
	if p.argvKey == nil {
		words, _ := arguments(p.Options.Answers["argv"])
		var toml []string
		for _, w := range words {
			toml = append(toml, tomledit.Quote(w))
		}
		list := "[" + strings.Join(toml, ", ") + "]"
		p.argvKey = &Key{Name: p.keyName("arguments", "", names), Statement: i, Type: "list[str]", Value: list, Python: list}
		p.Keys = append(p.Keys, p.argvKey)
	}
	p.literal[node] = p.argvKey
}

// setsArgv: the program gives sys.argv a value itself, which is then what it reads; or it reads it where nothing can be handed in.
func (p *Program) setsArgv() bool {
	found := false
	ast.Inspect(p.File, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ClassDef:
			found = found || strings.Contains(p.text(n), "sys.argv")
		case *ast.FunctionDef:
			found = found || len(n.Decorators) > 0 && strings.Contains(p.text(n), "sys.argv")
		case *ast.Attribute:
			found = found || n.Ctx != ast.Load && p.text(n) == "sys.argv"
		case *ast.Call:
			found = found || strings.HasPrefix(p.text(n.Func), "sys.argv.") // .append, .pop
		}
		return true
	})
	return found
}

// argv notes that an expression reads the command line: form says what stands in its place, with %s for the list of arguments.
func (w *walker) argv(e ast.Expr) bool {
	if w.p.argvSet {
		return false
	}
	is := func(e ast.Expr) bool {
		root, attrs, ok := w.p.dotted(e)
		if !ok || w.local(root) {
			return false
		}
		path := w.names.modules[root]
		return path == "sys" && slices.Equal(attrs, []string{"argv"}) || path == "sys.argv" && len(attrs) == 0
	}
	form := ""
	switch n := e.(type) {
	case *ast.Subscript:
		if !is(n.Value) || n.Ctx != ast.Load {
			return false
		}
		switch i := n.Index.(type) {
		case *ast.Constant:
			at := 0
			if _, err := fmt.Sscan(w.p.text(i), &at); err == nil && i.Kind == ast.Int && at > 0 {
				form = fmt.Sprintf("%%s[%d]", at-1)
			}
		case *ast.Slice:
			if k, ok := i.Lower.(*ast.Constant); ok && k.Kind == ast.Int && w.p.text(k) == "1" && i.Upper == nil && i.Step == nil {
				form = "%s"
			}
		}
		if form == "" {
			return false // the list itself is what is read
		}
	default:
		if !is(e) {
			return false
		}
		form = "[" + quote(scriptName(w.p.Path)) + ", *%s]"
	}
	w.u.Paths = append(w.u.Paths, pathUse{node: e, kind: ofArgv, form: form, value: w.p.text(e)})
	return true
}

func scriptName(path string) string { return path[strings.LastIndexAny(path, `/\`)+1:] }

// parsesArguments notes parser.parse_args() of argparse, which reads the command line when it is given nothing else.
func (w *walker) parsesArguments(s *callSite) {
	if s.method != "parse_args" && s.method != "parse_known_args" || len(s.node.Args)+len(s.node.Keywords) > 0 || w.p.argvSet || s.local != "" {
		return
	}
	for _, path := range w.names.modules {
		if top(path) == "argparse" {
			w.u.Paths = append(w.u.Paths, pathUse{node: s.node, kind: ofArgv, form: strings.ReplaceAll(w.p.text(s.node.Func), "%", "%%") + "(%s)", value: w.p.text(s.node)})
			return
		}
	}
}

// readsArguments is how a statement, or a function that it calls, reads the command line; "" when it does not.
func (a *Analysis) readsArguments(i int) string {
	look := func(list []pathUse) string {
		for _, pu := range list {
			if pu.kind == ofArgv {
				return pu.value
			}
		}
		return ""
	}
	if text := look(a.Uses[i].Paths); text != "" {
		return text
	}
	for name := range a.Uses[i].Functions {
		if text := look(a.Functions[name].Paths); text != "" {
			return text
		}
	}
	return ""
}
