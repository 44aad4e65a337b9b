package graduate

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/standard/tomledit"
)

// A Key is a value of the notebook that becomes a key of the configuration.
type Key struct {
	Name      string // of the key, and of the parameters that carry it
	Source    string // name in the notebook, "" for a literal
	Statement int
	Type      string // str int float bool list[str] … Path
	Value     string // as TOML
	Python    string // as it stands in the notebook
	Comment   string
	Env       string // the environment variable that holds it, for secrets; then Value is empty
	secret    string // the value of a secret that was answered
}

var (
	upperName  = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
	secretName = regexp.MustCompile(`(?i)(?:^|_)(?:password|passwd|pwd|secret|token|api_?key|apikey|access_?key|auth_?key|private_?key|credentials?)(?:$|_)`)
	secretForm = regexp.MustCompile(`^(?:sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}|xox[abprs]-[A-Za-z0-9-]{10,}|AIza[0-9A-Za-z_-]{30,}|eyJ[A-Za-z0-9_-]{20,}\..+)$`)
	dateForm   = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?$`)
	pathForm   = regexp.MustCompile(`^[^\s<>|"*?{}%]*(?:/[^\s<>|"*?{}%]*|\.(?:csv|tsv|json|parquet|xlsx?|txt|pkl|pickle|db|sqlite3?|feather|h5|hdf5?|npy|npz|xml|ya?ml|zip|gz|png|pdf|svg|html|md|joblib|dta|log))$`)
)

// config finds the keys: constants at the head or in capitals, tagged parameters, paths of files that are read and written,
// secrets. Other inline numbers stay where they are.
func (p *Plan) config() {
	binds := map[string]int{}
	mutated := set{}
	for _, i := range p.Order {
		if p.Roles[i] == RoleDropped {
			continue
		}
		for _, b := range p.Uses[i].Binds {
			binds[b]++
		}
		for m := range p.Uses[i].Mutates {
			mutated.add(m)
			mutated.add(p.aliases[i][m]...)
		}
	}
	// What definitions read when they are made, or cannot be handed: it stays beside them.
	fixed := set{}
	for _, i := range p.Order {
		if p.Roles[i] != RoleDropped && p.isDef(i) {
			for name := range p.Uses[i].Reads {
				fixed.add(name)
			}
			if f := p.defined(i); f != nil {
				if d, ok := f.Node.(*ast.FunctionDef); !ok || f.Decorated || len(f.Writes) > 0 || p.shadowed(f, d, f.Reads.sorted()) {
					for name := range f.Reads {
						fixed.add(name)
					}
				}
			}
		}
	}
	head := true // nothing but imports and constants so far
	names := set{}
	for _, i := range p.Order {
		if p.Roles[i] == RoleDropped || p.isImport(i) {
			continue
		}
		s := p.Statements[i]
		name, value := p.constant(i)
		if name == "" {
			if !p.isDef(i) && p.Uses[i].Effects&^(Option|ModulePath) == 0 && len(p.Uses[i].Binds) == 0 {
				continue // settings stand at the head too
			}
			head = false
			continue
		}
		tagged := slices.Contains(p.Cells[s.Cell].Tags, "parameters")
		text, _ := p.File.ConstString(value)
		told := p.toldBy(value)
		secret := text != "" && (secretName.MatchString(name) && len(text) >= 4 || secretForm.MatchString(text))
		secret = secret || told != nil && told.secret
		wanted := tagged || secret || told != nil || upperName.MatchString(name) && len(name) > 1 || head && len(name) > 2 || text != "" && !strings.ContainsAny(text, "\n ") && (isURL(text) || dateForm.MatchString(text) || pathForm.MatchString(text) && p.usedAsPath(name))
		if !wanted || binds[name] != 1 || mutated[name] || fixed[name] && !secret {
			continue
		}
		typ, toml, ok := p.tomlValue(value)
		if !ok {
			continue
		}
		k := &Key{Name: p.keyName(p.keyBase(name, text), name, names), Source: name, Statement: i, Type: typ, Value: toml, Python: p.text(value)}
		if told != nil {
			k.Python = quote(told.text)
		}
		if secret {
			k.Env = strings.ToUpper(k.Name)
			k.Value = ""
			k.Python = ""
			if told != nil {
				k.Env, k.secret = told.env, told.text
			}
		}
		for _, c := range append(slices.Clone(s.Lead), s.Trail) {
			if c = strings.TrimSpace(strings.TrimLeft(c, "#")); c != "" {
				k.Comment = strings.TrimSpace(k.Comment + " " + c)
			}
		}
		p.Keys = append(p.Keys, k)
		p.keyOf[name] = k
		p.Roles[i] = RoleConfig
	}
	p.askedKeys(names)
	p.pathKeys(names)
}

// keyBase is a constant's name in lower case; where the program has that name for something else, a path says that it is one.
func (p *Plan) keyBase(name, text string) string {
	base := lower(name)
	if text != "" && pathForm.MatchString(text) && p.usedName(base, name) {
		base += "_path"
	}
	return base
}

// pathKeys makes keys of the literal paths in calls that read and write.
func (p *Plan) pathKeys(names set) {
	byValue := map[string]*Key{}
	for _, k := range p.Keys {
		if k.Type == "str" && k.Source != "" {
			byValue[k.Python] = k
		}
	}
	add := func(i int, pu pathUse, bound string) {
		switch pu.kind {
		case ofArgv:
			p.argumentsKey(names, pu.node, i)
			return
		case ofAnswer:
			return
		}
		literal := p.text(pu.node)
		if pu.value == "" || strings.Contains(literal, "\n") {
			return
		}
		if k := byValue[literal+fmt.Sprint(pu.write)]; k != nil {
			p.literal[pu.node] = k
			return
		}
		stem := strings.TrimSuffix(path.Base(strings.TrimRight(pu.value, "/")), path.Ext(pu.value))
		suffix := "_path"
		if isURL(pu.value) {
			suffix = "_url"
		}
		base := snake(stem)
		if base == "" || base[0] >= '0' && base[0] <= '9' {
			base = snake(bound + "_" + stem)
		}
		if base == "" || base[0] >= '0' && base[0] <= '9' {
			base = "input"
			if pu.write {
				base = "output"
			}
		}
		k := &Key{Name: p.keyName(strings.TrimSuffix(base, suffix)+suffix, "", names), Statement: i, Type: "str", Value: tomledit.Quote(pu.value), Python: literal}
		p.Keys = append(p.Keys, k)
		byValue[literal+fmt.Sprint(pu.write)] = k
		p.literal[pu.node] = k
	}
	for _, i := range p.Order {
		if p.Roles[i] == RoleDropped || p.Roles[i] == RoleConfig {
			continue
		}
		if f := p.defined(i); f != nil {
			if f.Class || f.Decorated {
				continue
			}
			if d, ok := f.Node.(*ast.FunctionDef); !ok || d.Async {
				continue
			}
			for _, pu := range f.Paths {
				add(i, pu, f.Name)
			}
			continue
		}
		bound := ""
		if len(p.Uses[i].Binds) > 0 {
			bound = p.Uses[i].Binds[0]
		}
		for _, pu := range p.Uses[i].Paths {
			add(i, pu, bound)
		}
	}
}

// defined is the function that a statement defines.
func (p *Plan) defined(i int) *Function {
	if !p.isDef(i) {
		return nil
	}
	for _, b := range p.Uses[i].Binds {
		f := p.Functions[b]
		if f == nil {
			continue
		}
		if f.Statement == i {
			return f
		}
		for _, old := range f.older {
			if old.Statement == i {
				return old
			}
		}
	}
	return nil
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && u.Scheme != ""
}

// usedAsPath: the name stands where a path goes, alone or in a longer expression.
func (p *Plan) usedAsPath(name string) bool {
	look := func(calls []*callSite) bool {
		for _, c := range calls {
			place := (*argumentPlace)(nil)
			if c.fact != nil {
				place = c.fact.path
			}
			joins := strings.HasPrefix(c.path, "os.path.") || c.path == "pathlib.Path"
			if place == nil && !joins {
				continue
			}
			found := false
			for _, a := range c.node.Args {
				ast.InspectExpr(a, func(n ast.Node) bool {
					if x, ok := n.(*ast.Name); ok && p.name(x.ID) == name {
						found = true
					}
					return true
				})
			}
			if found {
				return true
			}
		}
		return false
	}
	for _, u := range p.Uses {
		if u != nil && look(u.Calls) {
			return true
		}
	}
	for _, f := range p.Functions {
		if look(f.Calls) {
			return true
		}
	}
	return false
}

// keyName is a name that nothing else in the program has.
func (p *Plan) keyName(base, source string, taken set) string {
	name := base
	for n := 2; taken[name] || pythonKeywords[name] || p.usedName(name, source) || p.meansAnother(name, source); n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	taken.add(name)
	return name
}

// meansAnother: a function that reads the source's name has something of its own that is spelt like the key.
func (p *Plan) meansAnother(name, source string) bool {
	for _, f := range p.Functions {
		if name == source || !f.Reads[source] {
			continue
		}
		own := false
		ast.InspectStmt(f.Node, func(n ast.Node) bool {
			if def, ok := n.(*ast.FunctionDef); ok {
				own = own || p.namesOwn(def, name)
			}
			return !own
		})
		if own {
			return true
		}
	}
	return false
}

// usedName: the program has another name spelt like this.
func (p *Plan) usedName(name, source string) bool {
	if name == source {
		return false
	}
	for _, u := range p.Uses {
		if u != nil && (slices.Contains(u.Binds, name) || slices.ContainsFunc(u.Refs, func(r ref) bool { return r.name == name })) {
			return true
		}
	}
	return p.Functions[name] != nil
}

// constant is a statement NAME = literal.
func (p *Plan) constant(i int) (string, ast.Expr) {
	switch a := p.Statements[i].Node.(type) {
	case *ast.Assign:
		if n, ok := a.Targets[0].(*ast.Name); ok && len(a.Targets) == 1 {
			return p.name(n.ID), a.Value
		}
	case *ast.AnnAssign:
		if n, ok := a.Target.(*ast.Name); ok && a.Value != nil {
			return p.name(n.ID), a.Value
		}
	}
	return "", nil
}

// tomlValue is a literal as TOML, when it has a form there that comes back as the same value.
func (p *Plan) tomlValue(e ast.Expr) (typ, toml string, ok bool) {
	switch e := e.(type) {
	case *ast.Call:
		if q := p.toldBy(e); q != nil {
			return "str", tomledit.Quote(q.text), true
		}
	case *ast.Constant:
		switch e.Kind {
		case ast.True:
			return "bool", "true", true
		case ast.False:
			return "bool", "false", true
		case ast.Int:
			t := p.text(e)
			if strings.Trim(t, "0123456789") == "" && len(t) < 18 && (t == "0" || t[0] != '0') {
				return "int", t, true
			}
		case ast.Float:
			t := p.text(e)
			if strings.HasPrefix(t, ".") {
				t = "0" + t
			}
			t = strings.Replace(strings.Replace(t, ".e", ".0e", 1), ".E", ".0e", 1)
			if strings.HasSuffix(t, ".") {
				t += "0"
			}
			return "float", t, !strings.Contains(t, "_")
		case ast.Str:
			s, _ := p.File.ConstString(e)
			return "str", tomledit.Quote(s), !strings.ContainsAny(s, "\x00\uFFFD") && len(s) < 500
		}
	case *ast.UnaryOp:
		if e.Op == ast.USub {
			if typ, t, ok := p.tomlValue(e.Operand); ok && (typ == "int" || typ == "float") && t[0] != '-' {
				return typ, "-" + t, true
			}
		}
	case *ast.List:
		of := ""
		var parts []string
		for _, x := range e.Elts {
			t, v, ok := p.tomlValue(x)
			if !ok || strings.HasPrefix(t, "list") || of != "" && of != t {
				return "", "", false
			}
			of = t
			parts = append(parts, v)
		}
		if of == "" || len(parts) > 40 {
			return "", "", false
		}
		return "list[" + of + "]", "[" + strings.Join(parts, ", ") + "]", true
	}
	return "", "", false
}

var notWord = regexp.MustCompile(`[^A-Za-z0-9]+`)

// snake makes a Python name of words.
func snake(s string) string {
	return strings.ToLower(strings.Trim(notWord.ReplaceAllString(s, "_"), "_"))
}

var pythonKeywords = func() set {
	s := set{}
	for _, k := range ast.Known[1 : ast.LastKeyword+1] {
		s.add(k)
	}
	return s
}()
