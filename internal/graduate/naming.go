package graduate

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// verbs are the words that a heading may begin with to name a function as it stands.
var verbs = func() set {
	s := set{}
	s.add(strings.Fields(`add adjust aggregate align analyse analyze apply assign bin build calculate check choose classify clean cluster collect combine compare compute
connect convert count create cut define derive describe detect draw drop encode estimate evaluate examine exclude explore export extract fetch fill filter find fit
fix forecast format generate get group handle impute import infer initialise initialize inspect integrate join label list load make map mark match measure merge model
normalise normalize open order parse plot predict prepare preprocess print process pull put query rank read recode reduce remove rename replace report resample reshape
sample save scale score select send set setup show simulate smooth solve sort split standardise standardize store sum summarise summarize test tidy train transform
trim tune update validate verify view visualise visualize weight write`)...)
	return s
}()

var fillers = func() set {
	s := set{}
	s.add(strings.Fields("a an the of for to in on with and or by from our its your my this that is are as at into using via let s us we now then some how what part step section chapter")...)
	return s
}()

var headingNumber = regexp.MustCompile(`^(?:[\divxIVX]+[.):]\s*|(?:step|part|section|chapter)\s+[\dA-Z]+\s*[:.-]?\s*)+`)

// headingWords are the words of a heading that can stand in a name.
func headingWords(title string) (out []string) {
	title = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(title, "$1")
	title = regexp.MustCompile("[`*_]").ReplaceAllString(title, " ")
	title = headingNumber.ReplaceAllString(strings.TrimSpace(title), "")
	for _, w := range strings.FieldsFunc(lower(title), func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') }) {
		if !fillers[w] {
			out = append(out, w)
		}
	}
	if len(out) > 4 {
		out = out[:4]
	}
	return out
}

// nameSegments gives every segment a name of its own: the heading it begins at, else what it makes.
func (p *Plan) nameSegments() {
	taken := set{}
	for _, u := range p.Uses {
		if u != nil {
			taken.add(u.Binds...)
			for _, r := range u.Refs {
				taken.add(r.name)
			}
		}
	}
	for _, f := range p.Functions {
		taken.add(f.Name)
		for _, x := range f.Params {
			taken.add(x)
		}
	}
	for _, k := range p.Keys {
		taken.add(k.Name)
	}
	for b := range builtinNames {
		taken.add(b)
	}
	titles := set{}
	for at, s := range p.Segments {
		words := p.segmentWords(s, at, titles)
		base := strings.Join(words, "_")
		if base == "" || base[0] >= '0' && base[0] <= '9' {
			base = "step_" + strings.TrimLeft(base, "_")
			if base == "step_" {
				base = fmt.Sprintf("step_%d", at+1)
			}
		}
		name := base
		for n := 2; taken[name] || pythonKeywords[name]; n++ {
			name = fmt.Sprintf("%s_%d", base, n)
		}
		taken.add(name)
		s.Name = name
		s.Function = s.Module + "." + name
		s.Doc = p.segmentDoc(s)
	}
}

func (p *Plan) segmentWords(s *Segment, at int, titles set) []string {
	first := p.Statements[s.Statements[0]]
	heading := p.Cells[first.Cell].Heading
	title := ""
	if len(heading) > 0 {
		title = strings.Join(heading, "/")
	}
	verb := [...]string{RolePure: "compute", RoleLoad: "load", RoleStore: "store", RoleFigure: "plot", RoleSetup: "configure"}[s.Role]
	// One function of each kind for a heading; the next ones are named for what they make.
	key := title + verb
	// The title of the whole notebook names nothing but a part of it that has no heading of its own.
	if title != "" && !titles[key] && (len(heading) > 1 || at > 0) && s.Role != RoleSetup && s.Role != RoleLoad {
		titles.add(key)
		words := headingWords(heading[len(heading)-1])
		if len(words) > 0 {
			v := words[0]
			switch {
			case s.Role == RolePure && verbs[v] && v != "plot" && v != "draw" && v != "load" && v != "read" && v != "import":
				return words
			case s.Role == RoleFigure && (v == "plot" || v == "draw" || v == "visualize" || v == "visualise"):
				return append([]string{"plot"}, words[1:]...)
			case verbs[v] && len(words) > 1:
				words = words[1:]
			}
			return append([]string{verb}, words...)
		}
	}
	object := p.mainObject(s)
	switch s.Role {
	case RoleLoad:
		u := p.Uses[s.Statements[len(s.Statements)-1]]
		if u.Effects&Load == 0 && u.Effects&(Clock|Env|Random|Input) != 0 {
			switch {
			case u.Effects&Clock != 0:
				verb = "read"
			case u.Effects&Env != 0:
				verb = "read"
			case u.Effects&Random != 0:
				verb = "draw"
			case u.Effects&Input != 0:
				verb = "ask"
			}
		}
	case RoleStore:
		for _, i := range s.Statements {
			if p.Uses[i].Effects&(Store|Notify) == 0 {
				verb = "print"
			}
			for _, pu := range p.Uses[i].Paths {
				if pu.write {
					object = snake(strings.TrimSuffix(path.Base(pu.value), path.Ext(pu.value)))
				}
			}
			if p.savesFigure(i) != nil {
				verb = "save"
			}
		}
		if object == "" {
			for _, name := range s.Params {
				if ofNotebook(name) && p.keyOf[name] == nil {
					object = lower(name)
					break
				}
			}
		}
	case RolePure:
		if len(s.Returns) == 0 && p.prints(s) {
			verb = "describe"
		}
		for _, i := range s.Statements {
			for _, c := range p.Uses[i].Calls {
				if c.method == "fit" || c.method == "fit_predict" {
					verb = "fit"
				}
			}
		}
	}
	if object == "" {
		switch s.Role {
		case RoleSetup:
			object = "libraries"
		case RoleFigure:
			object = "figure"
		default:
			object = "values"
			for _, name := range s.Params {
				if ofNotebook(name) && p.keyOf[name] == nil {
					object = lower(name)
				}
			}
		}
	}
	return []string{verb, object}
}

func (p *Plan) prints(s *Segment) bool {
	for _, i := range s.Statements {
		if p.Uses[i].Effects&Print != 0 {
			return true
		}
	}
	return false
}

// mainObject is what a segment is about: the last thing it makes that others use, else what it shows or draws.
func (p *Plan) mainObject(s *Segment) string {
	for k := len(s.Returns) - 1; k >= 0; k-- {
		r := s.Returns[k]
		if r.Source != "" && r.Type != "matplotlib.figure.Figure" && r.Type != "matplotlib.axes.Axes" && len(r.Source) > 1 {
			return strings.Trim(lower(r.Source), "_")
		}
	}
	for k := len(s.Statements) - 1; k >= 0; k-- {
		i := s.Statements[k]
		if s.Role == RoleFigure {
			for _, c := range p.Uses[i].Calls {
				if c.method == "title" || c.method == "set_title" || c.method == "suptitle" || c.method == "ylabel" || c.method == "set_ylabel" {
					if len(c.node.Args) > 0 {
						if t, ok := p.File.ConstString(c.node.Args[0]); ok {
							if w := headingWords(t); len(w) > 0 {
								return strings.Join(w, "_")
							}
						}
					}
				}
			}
		}
		if e := p.Uses[i].Shown; e != nil {
			if name := p.describe(e); name != "" && name != "value" {
				return name
			}
		}
	}
	if s.Role == RoleFigure {
		for _, name := range s.Params {
			if ofNotebook(name) && p.keyOf[name] == nil && len(name) > 1 {
				return lower(name)
			}
		}
	}
	return ""
}

// describe makes a name of an expression: its first variable, the columns it takes, the last method.
func (p *Plan) describe(e ast.Expr) string {
	var words []string
	add := func(w string) {
		if w = snake(w); w != "" && len(words) < 5 && !slices.Contains(words, w) && len(w) < 24 {
			words = append(words, w)
		}
	}
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		switch e := e.(type) {
		case *ast.Name:
			if _, isModule := p.Modules[p.name(e.ID)]; !isModule && !builtinNames[p.name(e.ID)] {
				add(p.name(e.ID))
			}
		case *ast.Attribute:
			walk(e.Value)
			add(p.name(e.Attr))
		case *ast.Subscript:
			walk(e.Value)
			if s, ok := p.File.ConstString(e.Index); ok {
				add(s)
			}
		case *ast.Call:
			walk(e.Func)
			if a, ok := e.Func.(*ast.Attribute); ok && p.name(a.Attr) == "groupby" && len(e.Args) > 0 {
				if s, ok := p.File.ConstString(e.Args[0]); ok {
					words = words[:max(len(words)-1, 0)]
					add("by_" + s)
				}
			} else if len(words) < 2 {
				for _, a := range e.Args {
					if n, ok := a.(*ast.Name); ok {
						add(p.name(n.ID))
					}
				}
			}
		case *ast.BinOp:
			walk(e.Left)
		case *ast.NamedExpr:
			add(p.name(e.Target.ID))
		case *ast.UnaryOp:
			walk(e.Operand)
		}
	}
	walk(e)
	if len(words) > 4 {
		words = append(words[:2:2], words[len(words)-2:]...)
	}
	name := strings.Join(words, "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return "value"
	}
	return name
}

// segmentDoc is the first sentence of the markdown above the segment's first cell, else what it does in the package's words.
func (p *Plan) segmentDoc(s *Segment) string {
	first := p.Statements[s.Statements[0]]
	c := p.Cells[first.Cell]
	if c.Markdown != "" && c.Statements[0] <= s.Statements[0] && p.firstOfCell(s) {
		if t := plainMarkdown(c.Markdown); t != "" {
			return t
		}
	}
	words := strings.ReplaceAll(s.Name, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:] + "."
}

func (p *Plan) firstOfCell(s *Segment) bool {
	cell := p.Statements[s.Statements[0]].Cell
	for _, other := range p.Segments {
		if other == s {
			return true
		}
		for _, i := range other.Statements {
			if p.Statements[i].Cell == cell {
				return false
			}
		}
	}
	return true
}

var markdownLink = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)

// plainMarkdown is markdown as the text of a docstring: a heading becomes its first line.
func plainMarkdown(text string) string {
	var lines []string
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\n\r ")
		l = markdownLink.ReplaceAllString(l, "$1")
		if strings.HasPrefix(l, "#") {
			l = strings.TrimSpace(strings.TrimLeft(l, "#"))
			if l != "" && !strings.ContainsAny(l[len(l)-1:], ".!?:") {
				l += "."
			}
			if len(lines) > 0 && lines[len(lines)-1] != "" {
				lines = append(lines, "")
			}
			lines = append(lines, l, "")
			continue
		}
		if strings.HasPrefix(l, "<!--") || strings.HasPrefix(l, "<") || strings.Contains(l, "data:image") {
			continue
		}
		lines = append(lines, strings.ReplaceAll(l, "\t", "    "))
	}
	out := strings.TrimSpace(regexp.MustCompile(`\n{3,}`).ReplaceAllString(strings.Join(lines, "\n"), "\n\n"))
	out = strings.ReplaceAll(out, "\\", "\\\\")
	return strings.ReplaceAll(out, `"""`, `'''`)
}

// tieOutputs says where in the package each output is.
func (p *Plan) tieOutputs() {
	segmentOf := map[int]*Segment{}
	for _, s := range p.Segments {
		for _, i := range s.Statements {
			segmentOf[i] = s
		}
	}
	texts := map[*Segment]*Output{}
	var out []*Output
	displays := map[*Segment][]*Output{}
	for _, o := range p.Outputs {
		s := segmentOf[o.Statements[0]]
		if s == nil {
			continue // a definition or a key
		}
		o.segment = s
		switch o.Kind {
		case "stdout":
			if texts[s] != nil {
				texts[s].Statements = append(texts[s].Statements, o.Statements...)
				continue
			}
			texts[s] = o
		case "display":
			displays[s] = append(displays[s], o)
		case "figure":
			for _, r := range s.Returns {
				if r.Kind == "figure" || r.Kind == "figures" || r.Type == "matplotlib.figure.Figure" {
					o.part = r.Name
				}
			}
			o.Name = strings.TrimPrefix(s.Name, "plot_")
		case "value":
			o.part = o.Name
		}
		out = append(out, o)
	}
	// What kept statements print comes along, chosen or not.
	for _, s := range p.Segments {
		for _, i := range s.Statements {
			if p.Uses[i].Effects&Print == 0 {
				continue
			}
			if texts[s] == nil {
				texts[s] = &Output{Kind: "stdout", segment: s}
				out = append(out, texts[s])
			}
			if !slices.Contains(texts[s].Statements, i) {
				texts[s].Statements = append(texts[s].Statements, i)
			}
		}
	}
	for s, o := range texts {
		slices.SortFunc(o.Statements, func(a, b int) int { return slices.Index(s.Statements, a) - slices.Index(s.Statements, b) })
		if !p.printsDirectly(s) {
			o.printed = true
			continue
		}
		s.Text = true
		o.part = p.freeName(s, "text")
		s.Returns = append(s.Returns, &Return{Name: o.part, Kind: "stdout", Type: "str"})
	}
	for _, s := range p.Segments {
		if list := displays[s]; len(list) > 0 || p.needsShown(s) {
			p.tieDisplays(s, list)
		}
	}
	for n, o := range out {
		o.ID = fmt.Sprintf("o%d", n+1)
	}
	p.Outputs = out
}

func (p *Plan) printsDirectly(s *Segment) bool {
	for _, i := range s.Statements {
		if p.Uses[i].Effects&Print != 0 && !p.directPrints(i) || p.Uses[i].Effects&Stdout != 0 {
			return false
		}
	}
	return true
}

func (p *Plan) tieDisplays(s *Segment, list []*Output) {
	names := set{}
	single := len(list) == 1 && !p.needsShown(s)
	for n, o := range list {
		if o.called != "" { // the function counts what is there
			o.Name = fmt.Sprintf("display_%d", n+1)
			continue
		}
		i := o.Statements[0]
		e := p.Uses[i].Shown
		if e == nil {
			if c := p.showCalls(i); len(c) > 0 {
				e = c[0].node.Args[0]
			}
		}
		base := p.describe(e)
		name := base
		for n := 2; names[name] || single && p.inUse(s, name); n++ {
			name = fmt.Sprintf("%s_%d", base, n)
		}
		names.add(name)
		o.Name = name
	}
	if single {
		list[0].part = list[0].Name
		s.Returns = append(s.Returns, &Return{Name: list[0].Name, Kind: "display", Type: p.shownType(list[0])})
		return
	}
	shown := p.freeName(s, "shown")
	s.Returns = append(s.Returns, &Return{Name: shown, Kind: "displays", Type: "dict[str, object]"})
	for _, o := range list {
		o.part = shown + "/" + o.Name
	}
}

func (p *Plan) shownType(o *Output) string {
	if ob := p.observed(o.Statements[0]); ob != nil {
		return ob.Displayed
	}
	return ""
}

// inUse: a segment's function has a variable or parameter of that name.
func (p *Plan) inUse(s *Segment, name string) bool {
	if builtinNames[name] || pythonKeywords[name] || p.Functions[name] != nil || p.Modules[name] != "" || p.home[name] != "" {
		return true
	}
	for _, x := range s.Params {
		if p.param(x) == name {
			return true
		}
	}
	for _, r := range s.Returns {
		if r.Name == name {
			return true
		}
	}
	for _, i := range s.Statements {
		for _, r := range p.Uses[i].Refs {
			if r.name == name {
				return true
			}
		}
	}
	return false
}

func (p *Plan) freeName(s *Segment, base string) string {
	name := base
	for n := 2; p.inUse(s, name); n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	return name
}
