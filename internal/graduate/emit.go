package graduate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// marker lines stand above statements and definitions until the text is final; then they become the span map.
const marker = "# @@ "

// A module is one file of the package while it is made.
type module struct {
	name    string
	doc     string
	imports set // lines
	body    []string
	used    set // names of the notebook that its text uses
	needs   set // helpers
}

func newModule(name, doc string) *module {
	return &module{name: name, doc: doc, imports: set{}, used: set{}, needs: set{}}
}

// load notes the names that a text reads: those that stand in it still.
func (m *module) load(p *Plan, refs []ref) {
	for _, r := range refs {
		if !r.store && !p.replaced[r.span.Start] {
			m.used.add(r.name)
		}
	}
}

// Emit writes every module of the package.
func (p *Plan) Emit() map[string]string {
	pkg := p.Package
	files := map[string]string{}
	modules := map[string]*module{
		"steps":   newModule("steps", "The steps: functions that compute, each from what it is given alone."),
		"io":      newModule("io", "The edges: what comes in and what goes out."),
		"figures": newModule("figures", "The figures: functions that draw and return what they drew."),
	}
	for _, i := range p.Order {
		if p.Roles[i] != RoleDefine {
			continue
		}
		home := "steps"
		if f := p.defined(i); f != nil {
			home = p.home[f.Name]
		}
		m := modules[home]
		m.body = append(m.body, p.emitDefinition(i, m))
	}
	for _, s := range p.Segments {
		m := modules[s.Module]
		m.body = append(m.body, p.emitSegment(s, m))
	}
	pipeline := p.emitPipeline(modules["io"])
	src := "src/" + pkg + "/"
	files[src+"__init__.py"] = "\"\"\"" + p.Summary() + "\"\"\"\n"
	files[src+"config.py"] = p.emitConfig()
	files[src+"pipeline.py"] = pipeline
	files[src+"__main__.py"] = p.emitMain(slices.ContainsFunc(p.Segments, func(s *Segment) bool { return s.Role == RoleFigure }))
	p.ioHelpers(modules["io"])
	for _, name := range []string{"steps", "figures", "io"} {
		m := modules[name]
		if name == "figures" && len(m.body) == 0 {
			continue
		}
		files[src+name+".py"] = p.finish(m)
	}
	files[src+"py.typed"] = ""
	return files
}

// finish puts a module's imports above its body.
func (p *Plan) finish(m *module) string {
	text := strings.Join(m.body, "\n\n\n")
	for name := range m.used {
		p.importFor(m, name)
	}
	if m.needs["builtins"] {
		m.imports.add(strings.TrimSuffix("import builtins as "+p.builtinsName(), " as builtins"))
	}
	for name, from := range elsewhere {
		if m.needs[name] {
			m.imports.add("from " + from + " import " + name)
		}
	}
	for name, from := range map[string]string{
		"Figure": "from matplotlib.figure import Figure", "RandomState": "from numpy.random import RandomState", "Random": "from random import Random", "cm": "from matplotlib import cm",
		"partial": "from functools import partial", "Any": "from typing import Any", "suppress": "from contextlib import suppress", "StringIO": "from io import StringIO",
		"sys": "import sys", "Path": "from pathlib import Path", "replacing": "from " + p.Package + ".files import replacing",
	} {
		if m.needs[name] {
			m.imports.add(from)
		}
	}
	// Definitions of other modules.
	for name := range m.used {
		if home := p.home[name]; home != "" && home != m.name {
			if p.evaluators[name] {
				name = maker(name)
			}
			m.imports.add("from " + p.Package + "." + home + " import " + name)
		}
	}
	head := "\"\"\"" + m.doc + "\"\"\"\n"
	imports := sortImports(m.imports.sorted(), func(top string) bool { return top == p.Package || p.owns(top) })
	if imports != "" {
		head += "\n" + imports
	}
	if text == "" {
		return head
	}
	gap := "\n\n"
	if strings.HasPrefix(text, marker) {
		first, _, _ := strings.Cut(text[strings.IndexByte(text, '\n')+1:], "\n")
		if !strings.HasPrefix(first, "def ") && !strings.HasPrefix(first, "class ") && !strings.HasPrefix(first, "@") {
			gap = "\n"
		}
	}
	return head + gap + text + "\n"
}

// importFor adds the import statement that binds a name of the notebook.
func (p *Plan) importFor(m *module, name string) {
	for _, i := range p.Order {
		if p.Roles[i] != RoleImport || !slices.Contains(p.Uses[i].Binds, name) {
			continue
		}
		switch n := p.Statements[i].Node.(type) {
		case *ast.Import:
			for _, a := range n.Names {
				full := p.name(a.Name)
				if a.AsName != 0 {
					if p.name(a.AsName) == name && full == name {
						m.imports.add("import " + name)
					} else if p.name(a.AsName) == name {
						m.imports.add("import " + full + " as " + name)
					}
				} else if top, _, _ := strings.Cut(full, "."); top == name {
					m.imports.add("import " + full)
				}
			}
		case *ast.ImportFrom:
			from := strings.Repeat(".", n.Level) + p.name(n.Module)
			for _, a := range n.Names {
				imported := p.name(a.Name)
				switch {
				case imported == "*":
					if slices.Contains(p.starNames(from), name) {
						m.imports.add("from " + from + " import " + name)
					}
				case a.AsName != 0 && p.name(a.AsName) == name && imported != name:
					m.imports.add("from " + from + " import " + imported + " as " + name)
				case (a.AsName == 0 || p.name(a.AsName) == imported) && imported == name:
					m.imports.add("from " + from + " import " + name)
				}
			}
		}
	}
}

var fromImport = regexp.MustCompile(`^from (\S+) import (.+)$`)

// sortImports writes imports as Ruff's isort does: standard library, others, our own; plain imports before from-imports.
// own tells the modules that stand in src/.
func sortImports(lines []string, own func(top string) bool) string {
	group := func(mod string) int {
		top, _, _ := strings.Cut(mod, ".")
		switch {
		case mod == "__future__":
			return 0
		case project.IsStandardLibrary(top):
			return 1
		case own(top) || strings.HasPrefix(mod, "."):
			return 3
		}
		return 2
	}
	var plain, from [4][]string
	members := map[string]set{}
	for _, l := range lines {
		if m := fromImport.FindStringSubmatch(l); m != nil {
			if members[m[1]] == nil {
				members[m[1]] = set{}
				g := group(m[1])
				from[g] = append(from[g], m[1])
			}
			members[m[1]].add(m[2])
			continue
		}
		g := group(strings.Fields(l)[1])
		plain[g] = append(plain[g], l)
	}
	var blocks []string
	for g := range 4 {
		var out []string
		slices.SortFunc(plain[g], func(a, b string) int { return strings.Compare(lower(a), lower(b)) })
		out = append(out, plain[g]...)
		slices.SortFunc(from[g], func(a, b string) int { return strings.Compare(lower(a), lower(b)) })
		for _, mod := range from[g] {
			names := members[mod].sorted()
			slices.SortFunc(names, func(a, b string) int {
				if ra, rb := memberRank(a), memberRank(b); ra != rb {
					return ra - rb
				}
				return strings.Compare(lower(a), lower(b))
			})
			line := "from " + mod + " import " + strings.Join(names, ", ")
			if len(line) > 100 {
				line = "from " + mod + " import (\n    " + strings.Join(names, ",\n    ") + ",\n)"
			}
			out = append(out, line)
		}
		if len(out) > 0 {
			blocks = append(blocks, strings.Join(out, "\n"))
		}
	}
	if len(blocks) == 0 {
		return ""
	}
	return strings.Join(blocks, "\n\n") + "\n"
}

func memberRank(name string) int {
	switch {
	case upperName.MatchString(name) && len(name) > 1:
		return 0
	case name[0] >= 'A' && name[0] <= 'Z':
		return 1
	}
	return 2
}

// comments around a statement, with a prefix.
func lead(lines []string, prefix string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(prefix + l + "\n")
	}
	return b.String()
}

func (p *Plan) emitDefinition(i int, m *module) string {
	st := p.Statements[i]
	text := p.definition(i, m.needs)
	m.load(p, p.Uses[i].Refs)
	f := p.defined(i)
	if f != nil {
		m.load(p, f.Refs)
		for name := range p.Uses[i].Reads {
			m.used.add(name)
		}
		for _, l := range p.Lifted[f.Name] {
			if t := p.lastType(l); t != "" && p.annotation(t) != "" {
				m.imports.add(importsOf(t)...)
			}
		}
	}
	if st.Trail != "" {
		text += "  " + st.Trail
	}
	if p.asWritten(i) {
		text = "# fmt: off\n" + text + "\n# fmt: on"
	}
	return marker + st.ID + "\n" + lead(st.Lead, "") + text + tail(st.Tail, "")
}

// asWritten: a definition stays as its author laid it out, where formatting makes more of it than a function should have.
func (p *Plan) asWritten(i int) bool {
	st := p.Statements[i]
	return p.Roles[i] == RoleDefine && p.Options.Lines[st.ID] > tooLong && st.End-st.Line < tooLong
}

// tooLong is how many lines a function may have.
const tooLong = 60

func tail(lines []string, prefix string) string {
	if len(lines) == 0 {
		return ""
	}
	return "\n" + strings.TrimSuffix(lead(lines, prefix), "\n")
}

func (p *Plan) emitSegment(s *Segment, m *module) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%sfunction %s\n", marker, s.Function)
	if s.Async {
		b.WriteString("async ")
	}
	b.WriteString("def " + s.Name + "(" + p.signatureOf(s, m) + ")" + p.returnsOf(s, m) + ":\n")
	b.WriteString(docstring(s.Doc, "    "))
	for _, name := range s.Copies {
		fmt.Fprintf(&b, "    %s = %s.copy()\n", name, name)
	}
	for _, r := range s.Returns {
		switch r.Kind {
		case "stdout":
			m.needs.add("StringIO")
			fmt.Fprintf(&b, "    %s = StringIO()\n", r.Name)
		case "displays":
			fmt.Fprintf(&b, "    %s: dict[str, object] = {}\n", r.Name)
		}
	}
	b.WriteString(p.ownMeaning(s, m))
	b.WriteString(p.canvasHead(s, m))
	for _, i := range s.Statements {
		st := p.Statements[i]
		b.WriteString("    " + marker + st.ID + "\n")
		b.WriteString(lead(st.Lead, "    "))
		text := p.statement(i, s, "    ", m.needs)
		if st.Trail != "" {
			text += "  " + st.Trail
		}
		b.WriteString(text + tail(st.Tail, "    ") + "\n")
		m.load(p, p.Uses[i].Refs)
		for _, c := range p.Uses[i].Calls {
			if p.evaluators[c.local] {
				m.used.add(p.evaluated(c.node)...)
			}
		}
		if f := p.defined(i); f != nil {
			m.load(p, f.Refs)
		}
	}
	var values []string
	for _, r := range s.Returns {
		switch r.Kind {
		case "stdout":
			values = append(values, r.Name+".getvalue()")
		case "figure":
			if c := p.canvasIn(s); c != nil {
				values = append(values, c.figure)
				continue
			}
			m.imports.add("import matplotlib.pyplot as plt")
			values = append(values, "plt.gcf()")
		case "figures":
			m.imports.add("import matplotlib.pyplot as plt")
			values = append(values, "tuple(plt.figure(number) for number in plt.get_fignums())")
		default:
			values = append(values, r.Name)
		}
	}
	if len(values) > 3 {
		m.imports.add("from typing import NamedTuple")
		fmt.Fprintf(&b, "    return %s(\n", resultName(s))
		for k, v := range values {
			fmt.Fprintf(&b, "        %s=%s,\n", field(s.Returns[k].Name), v)
		}
		b.WriteString("    )\n")
		return p.resultType(s, m) + "\n\n\n" + strings.TrimRight(b.String(), "\n")
	}
	if len(values) > 0 {
		b.WriteString("    return " + strings.Join(values, ", ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// ownMeaning gives a name that the function binds, after it was used for a module or for what Python itself calls so, that meaning
// inside the function too: a name that is bound anywhere in a function is the function's own.
func (p *Plan) ownMeaning(s *Segment, m *module) string {
	var b strings.Builder
	bound, done := set{}, set{}
	for _, i := range s.Statements {
		for _, x := range p.Uses[i].Refs {
			name := x.name
			_, imported := p.Modules[name]
			if x.store || bound[name] || done[name] || !imported && !builtinNames[name] || slices.Contains(s.Params, name) {
				continue
			}
			if !slices.ContainsFunc(s.Statements, func(j int) bool { return slices.Contains(p.Uses[j].Binds, name) && !p.isDef(j) }) {
				continue
			}
			done.add(name)
			m.imports.add("from typing import Any")
			if !imported {
				m.imports.add("import builtins")
				b.WriteString("    " + name + ": Any = builtins." + name + "\n")
				continue
			}
			own := newModule(m.name, "")
			p.importFor(own, name)
			for _, line := range own.imports.sorted() {
				given := p.freeName(s, name+"_imported")
				if renamed, ok := renamedImport(line, name, given); ok {
					m.imports.add(renamed)
					b.WriteString("    " + name + ": Any = " + given + "\n")
				} else {
					b.WriteString("    " + line + "\n")
				}
			}
		}
		bound.add(p.Uses[i].Binds...)
	}
	return b.String()
}

// builtinsName is what the module builtins is called in the package.
func (p *Plan) builtinsName() string { return p.freeWord("builtins", "python_builtins") }

// renamedImport is an import line that binds another name; not ok for `import a.b`, which binds a alone.
func renamedImport(line, name, to string) (string, bool) {
	head, _, _ := strings.Cut(line, " as ")
	switch {
	case strings.HasPrefix(head, "import ") && head == line && strings.Contains(head, "."):
		return "", false
	case line != head && !strings.HasSuffix(line, " as "+name):
		return "", false
	}
	return head + " as " + to, true
}

func resultName(s *Segment) string {
	var b strings.Builder
	for _, w := range strings.Split(s.Name, "_") {
		if w != "" {
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	return b.String() + "Result"
}

// field is a name that a NamedTuple's field can have: none that begins with an underscore.
func field(name string) string {
	if f := strings.TrimLeft(name, "_"); f != "" && f[0] >= 'A' {
		if f == "count" || f == "index" {
			return f + "_value"
		}
		return f
	}
	return "value" + name
}

func (p *Plan) resultType(s *Segment, m *module) string {
	var b strings.Builder
	fmt.Fprintf(&b, "class %s(NamedTuple):\n    \"\"\"What %s gives.\"\"\"\n\n", resultName(s), s.Name)
	for _, r := range s.Returns {
		t := p.annotate(r.Type, m)
		if t == "" {
			t = "Any"
			m.imports.add("from typing import Any")
		}
		if r.Kind == "figure" {
			t = "Figure"
			m.imports.add("from matplotlib.figure import Figure")
		}
		fmt.Fprintf(&b, "    %s: %s\n", field(r.Name), t)
	}
	return strings.TrimRight(b.String(), "\n")
}

// annotate is an annotation whose imports mean in this module what they mean elsewhere.
func (p *Plan) annotate(t string, m *module) string {
	a := p.annotation(t)
	if a == "" {
		return ""
	}
	imports := importsOf(t)
	for _, line := range imports {
		name := line[strings.LastIndexByte(line, ' ')+1:]
		if path, ok := p.Modules[name]; ok && path != t && !strings.HasSuffix(line, "import "+path+" as "+name) && path != "typing.Any" && !(name == "Figure" && strings.HasPrefix(path, "matplotlib")) {
			return ""
		}
		if p.rebinds(name) || p.Functions[name] != nil {
			return ""
		}
	}
	m.imports.add(imports...)
	return a
}

func (p *Plan) signatureOf(s *Segment, m *module) string {
	var out []string
	for _, name := range s.Params {
		param := p.param(name)
		t := ""
		if g := handedGenerator(name); g != nil {
			m.needs.add(g.typ)
			t = g.typ
		} else if k := p.keyByName(param); k != nil && (p.keyOf[name] != nil || name[0] == '.') {
			t = k.Type
		} else {
			t = p.annotate(p.typeBefore(name, s), m)
		}
		if t != "" {
			param += ": " + t
		}
		out = append(out, param)
	}
	if p.needsFigure(s) {
		m.imports.add("from matplotlib.figure import Figure")
		out = append([]string{"figure: Figure"}, out...)
	}
	return strings.Join(out, ", ")
}

// needsFigure: the segment saves the current figure.
func (p *Plan) needsFigure(s *Segment) bool {
	for _, i := range s.Statements {
		if c := p.savesFigure(i); c != nil && s.Role == RoleStore {
			if a, ok := c.Func.(*ast.Attribute); ok && p.Modules[p.rootName(a.Value)] != "" {
				return true
			}
		}
	}
	return false
}

func (p *Plan) returnsOf(s *Segment, m *module) string {
	var types []string
	for _, r := range s.Returns {
		t := p.annotate(r.Type, m)
		if r.Kind == "stdout" {
			t = "str"
		}
		if t == "" {
			t = "Any"
		}
		types = append(types, t)
	}
	switch {
	case len(types) == 0:
		return " -> None"
	case len(types) > 3:
		return " -> " + resultName(s)
	case slices.Contains(types, "Any"):
		m.imports.add("from typing import Any")
	}
	if len(types) == 1 {
		return " -> " + types[0]
	}
	return " -> tuple[" + strings.Join(types, ", ") + "]"
}

// docstring writes a docstring with its indentation.
func docstring(text, prefix string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	lines = wrapLines(lines, 92)
	if len(lines) > 16 {
		lines = append(lines[:15], "…")
	}
	if strings.HasSuffix(lines[len(lines)-1], `"`) {
		lines[len(lines)-1] += " "
	}
	if len(lines) == 1 {
		return prefix + `"""` + lines[0] + `"""` + "\n"
	}
	var b strings.Builder
	b.WriteString(prefix + `"""` + lines[0] + "\n")
	for _, l := range lines[1:] {
		if strings.TrimSpace(l) == "" {
			b.WriteString("\n")
		} else {
			b.WriteString(prefix + l + "\n")
		}
	}
	b.WriteString(prefix + `"""` + "\n")
	return b.String()
}

// wrapLines breaks long lines of prose between words.
func wrapLines(lines []string, width int) (out []string) {
	for _, l := range lines {
		for len(l) > width {
			at := strings.LastIndexByte(l[:width], ' ')
			if at < width/2 || strings.HasPrefix(l, "    ") || strings.HasPrefix(l, "|") {
				break
			}
			out = append(out, l[:at])
			l = l[at+1:]
		}
		out = append(out, l)
	}
	return out
}

// Summary is the first line of what the notebook says about itself.
func (p *Plan) Summary() string {
	for _, c := range p.Cells {
		if c.Markdown != "" {
			first, _, _ := strings.Cut(plainMarkdown(c.Markdown), "\n")
			if first != "" {
				return strings.TrimSuffix(strings.ReplaceAll(first, `"`, "'"), `\`)
			}
		}
		break
	}
	words := strings.ReplaceAll(p.Package, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:] + "."
}
