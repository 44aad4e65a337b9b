package graduate

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// Effect is what a statement does beyond computing values.
type Effect uint32

const (
	Load       Effect = 1 << iota // reads a file, database or address
	Store                         // writes one
	Figure                        // draws on the current figure or on axes
	Print                         // writes to standard output through print
	Stdout                        // writes to standard output by itself
	Clock                         // reads the time
	Random                        // draws from a generator that all share
	Env                           // reads or writes the environment
	Net                           // reaches the network
	Notify                        // tells someone: mail, chat, an HTTP POST
	Input                         // asks a person
	Shell                         // starts a process
	Option                        // sets an option of a library
	Directory                     // changes or reads the working directory
	ModulePath                    // changes where imports are found
	Opaque                        // may change anything it is given
	Shows                         // displays a value (display(x))
	Exits                         // ends the program
	Argv                          // reads the command line
)

// Edge effects keep a statement out of the steps, which compute and nothing else.
const Edge = Load | Store | Stdout | Clock | Random | Env | Net | Notify | Input | Shell | Directory | Argv

var effectWords = map[string]Effect{
	"load": Load, "store": Store, "figure": Figure, "print": Print, "stdout": Stdout, "clock": Clock, "random": Random, "env": Env, "net": Net,
	"notify": Notify, "input": Input, "shell": Shell, "option": Option, "cwd": Directory, "modulepath": ModulePath, "opaque": Opaque,
	"shows": Shows, "exits": Exits, "argv": Argv,
}

// A fact is one line of the table: what a call does.
type fact struct {
	effects     Effect
	mutates     bool // its receiver
	inplace     bool // its receiver, with inplace=True
	mutatesArgs []int
	shares      bool // its result may share memory with the receiver
	path        *argumentPlace
	unless      *argumentPlace // an argument with which it has no effects
	returns     string
	peek        bool
	handle      bool // a method of open files and connections
}

type argumentPlace struct {
	index int
	names []string
}

// A table answers what a call does. Keys are exact paths, `prefix.*`, and `.method` for receivers of any type.
type table struct {
	exact  map[string]*fact
	prefix []prefixed
}

type prefixed struct {
	prefix string
	fact   *fact
}

//go:embed effects.txt
var effectsText string

var effects = mustTable(effectsText)

func mustTable(text string) *table {
	t, err := parseTable(text)
	if err != nil {
		panic(err) // the table is part of the program; a test reads it
	}
	return t
}

// parseTable reads the table's form: on each line a pattern and words; # starts a comment.
func parseTable(text string) (*table, error) {
	t := &table{exact: map[string]*fact{}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		f := &fact{}
		for _, w := range words[1:] {
			key, value, _ := strings.Cut(w, "=")
			switch {
			case effectWords[key] != 0 && value == "":
				f.effects |= effectWords[key]
			case key == "mutates" && value == "":
				f.mutates = true
			case key == "mutates":
				i, err := strconv.Atoi(value)
				if err != nil {
					return nil, fmt.Errorf("line %d: mutates=%s is no position", n, value)
				}
				f.mutatesArgs = append(f.mutatesArgs, i)
			case key == "inplace":
				f.inplace = true
			case key == "shares":
				f.shares = true
			case key == "pure":
			case key == "peek":
				f.peek = true
			case key == "handle":
				f.handle = true
			case key == "unless":
				f.unless = placeOf(value)
			case key == "returns":
				f.returns = value
			case key == "path":
				f.path = placeOf(value)
			default:
				return nil, fmt.Errorf("line %d: the word %q is not known", n, w)
			}
		}
		for pattern := range strings.SplitSeq(words[0], ",") {
			if p, ok := strings.CutSuffix(pattern, "*"); ok {
				t.prefix = append(t.prefix, prefixed{p, f})
			} else {
				t.exact[pattern] = f
			}
		}
	}
	slices.SortStableFunc(t.prefix, func(a, b prefixed) int { return len(b.prefix) - len(a.prefix) })
	return t, nil
}

// placeOf reads the form of a place: 0|name.
func placeOf(text string) *argumentPlace {
	place := &argumentPlace{index: -1}
	for part := range strings.SplitSeq(text, "|") {
		if i, err := strconv.Atoi(part); err == nil {
			place.index = i
		} else {
			place.names = append(place.names, part)
		}
	}
	return place
}

// harmless: the call is given the argument with which it has no effects.
func (f *fact) harmless(p *Program, c *ast.Call) bool {
	if f.unless == nil {
		return false
	}
	e := argument(p, c, f.unless)
	k, isConst := e.(*ast.Constant)
	return e != nil && (!isConst || k.Kind != ast.None)
}

// knows: some line of the table speaks of that top-level module.
func (t *table) knows(module string) bool {
	for pattern := range t.exact {
		if strings.HasPrefix(pattern, module+".") {
			return true
		}
	}
	return slices.ContainsFunc(t.prefix, func(p prefixed) bool { return strings.HasPrefix(p.prefix, module+".") })
}

func (t *table) find(s *callSite) *fact {
	switch {
	case s.path != "":
		if f := t.exact[s.path]; f != nil {
			return f
		}
		for _, p := range t.prefix {
			if strings.HasPrefix(s.path, p.prefix) {
				return p.fact
			}
		}
		if s.method != "" {
			// A class method or an object of a library: pandas.DataFrame.to_csv, np.random.RandomState().
			if f := t.exact["."+s.method]; f != nil && f.effects&(Store|Load) != 0 {
				return f
			}
		}
	case s.method != "":
		if s.typ != "" {
			if f := t.exact[s.typ+"."+s.method]; f != nil {
				return f
			}
		}
		if f := t.exact["."+s.method]; f != nil {
			if s.typ != "" && (immutable(s.typ) || f.handle && isData(s.typ)) {
				return nil // ts.truncate(after=…) cuts a series, not a file
			}
			return f
		}
	}
	return nil
}

// isData: a type of tables, arrays or dates, which are no open files.
func isData(typ string) bool {
	switch top(typ) {
	case "pandas", "numpy", "datetime":
		return true
	}
	return false
}

// typeOf is the type of an expression as far as reading tells, "" when it does not.
func (w *walker) typeOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Name:
		if !w.local(w.p.name(e.ID)) {
			return w.names.types[w.p.name(e.ID)]
		}
	case *ast.Constant:
		return [...]string{"NoneType", "bool", "bool", "ellipsis", "int", "float", "complex", "str", "bytes"}[e.Kind]
	case *ast.JoinedStr:
		return "str"
	case *ast.List, *ast.ListComp:
		return "list"
	case *ast.Dict, *ast.DictComp:
		return "dict"
	case *ast.Set, *ast.SetComp:
		return "set"
	case *ast.Tuple:
		return "tuple"
	case *ast.Compare:
		return ""
	case *ast.UnaryOp:
		return w.typeOf(e.Operand)
	case *ast.BinOp:
		l, r := w.typeOf(e.Left), w.typeOf(e.Right)
		if l == r && immutable(l) && e.Op != ast.Div {
			return l
		}
		for _, t := range []string{"pandas.DataFrame", "pandas.Series", "numpy.ndarray"} {
			if l == t || r == t {
				return t
			}
		}
	case *ast.Subscript:
		if w.typeOf(e.Value) == "pandas.DataFrame" {
			switch i := e.Index.(type) {
			case *ast.Constant:
				if i.Kind == ast.Str {
					return "pandas.Series"
				}
			case *ast.List, *ast.Compare, *ast.BinOp:
				return "pandas.DataFrame"
			}
		}
	case *ast.Call:
		c := w.site(e)
		if c.fact != nil && c.fact.returns != "" {
			if c.fact.returns == "self" {
				return c.typ
			}
			return c.fact.returns
		}
		if c.local != "" && w.names.funcs[c.local].Class && c.method == "" {
			return c.local
		}
		if c.path != "" {
			if last := c.path[strings.LastIndexByte(c.path, '.')+1:]; last != "" && 'A' <= last[0] && last[0] <= 'Z' {
				return c.path // a class
			}
		}
	}
	return ""
}
