package graduate

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// topBinds is the names that a statement binds in its own scope, in order.
func topBinds(s ast.Stmt) (out []ast.Sym) {
	add := func(n ast.Sym) {
		if n != 0 && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	var body func(list []ast.Stmt)
	exprBinds := func(e ast.Expr) { // walrus
		if e == nil {
			return
		}
		ast.InspectExpr(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.NamedExpr:
				add(n.Target.ID)
			case *ast.Lambda:
				return false
			}
			return true
		})
	}
	var target func(e ast.Expr)
	target = func(e ast.Expr) {
		switch e := e.(type) {
		case *ast.Name:
			add(e.ID)
		case *ast.Tuple:
			for _, x := range e.Elts {
				target(x)
			}
		case *ast.List:
			for _, x := range e.Elts {
				target(x)
			}
		case *ast.Starred:
			target(e.Value)
		}
	}
	var one func(s ast.Stmt)
	one = func(s ast.Stmt) {
		switch s := s.(type) {
		case *ast.FunctionDef:
			add(s.Name)
		case *ast.ClassDef:
			add(s.Name)
		case *ast.Assign:
			exprBinds(s.Value)
			for _, t := range s.Targets {
				target(t)
			}
		case *ast.AugAssign:
			exprBinds(s.Value)
			target(s.Target)
		case *ast.AnnAssign:
			if s.Value != nil {
				exprBinds(s.Value)
				target(s.Target)
			}
		case *ast.For:
			exprBinds(s.Iter)
			target(s.Target)
			body(s.Body)
			body(s.Orelse)
		case *ast.While:
			exprBinds(s.Test)
			body(s.Body)
			body(s.Orelse)
		case *ast.If:
			exprBinds(s.Test)
			body(s.Body)
			body(s.Orelse)
		case *ast.With:
			for _, i := range s.Items {
				exprBinds(i.Context)
				target(i.Vars)
			}
			body(s.Body)
		case *ast.Try:
			body(s.Body)
			for _, h := range s.Handlers {
				add(h.Name)
				body(h.Body)
			}
			body(s.Orelse)
			body(s.Finalbody)
		case *ast.Match:
			for _, c := range s.Cases {
				for _, n := range patternBinds(c.Pattern) {
					add(n)
				}
				body(c.Body)
			}
		case *ast.Import:
			for _, a := range s.Names {
				if a.AsName != 0 {
					add(a.AsName)
				} else {
					add(a.Name)
				}
			}
		case *ast.ImportFrom:
			for _, a := range s.Names {
				if a.AsName != 0 {
					add(a.AsName)
				} else {
					add(a.Name)
				}
			}
		case *ast.ExprStmt:
			exprBinds(s.Value)
		case *ast.TypeAlias:
			add(s.Name.ID)
		}
	}
	body = func(list []ast.Stmt) {
		for _, s := range list {
			one(s)
		}
	}
	one(s)
	return out
}

func patternBinds(p ast.Pattern) (out []ast.Sym) {
	switch p := p.(type) {
	case *ast.MatchAs:
		if p.Pattern != nil {
			out = patternBinds(p.Pattern)
		}
		if p.Name != 0 {
			out = append(out, p.Name)
		}
	case *ast.MatchStar:
		if p.Name != 0 {
			out = append(out, p.Name)
		}
	case *ast.MatchSequence:
		for _, x := range p.Patterns {
			out = append(out, patternBinds(x)...)
		}
	case *ast.MatchMapping:
		for _, x := range p.Patterns {
			out = append(out, patternBinds(x)...)
		}
		if p.Rest != 0 {
			out = append(out, p.Rest)
		}
	case *ast.MatchClass:
		for _, x := range append(slices.Clone(p.Patterns), p.KwdPatterns...) {
			out = append(out, patternBinds(x)...)
		}
	case *ast.MatchOr:
		if len(p.Patterns) > 0 {
			out = patternBinds(p.Patterns[0])
		}
	}
	return out
}

// declared is the names of global statements in a function body.
func declared(body []ast.Stmt) (out []ast.Sym) {
	for _, s := range body {
		ast.InspectStmt(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Global:
				for _, i := range n.Names {
					out = append(out, i.Name)
				}
			case *ast.FunctionDef, *ast.ClassDef:
				return false
			}
			return true
		})
	}
	return out
}

func targetNames(p *Program, e ast.Expr) (out []string) {
	switch e := e.(type) {
	case *ast.Name:
		out = append(out, p.name(e.ID))
	case *ast.Tuple:
		for _, x := range e.Elts {
			out = append(out, targetNames(p, x)...)
		}
	case *ast.List:
		for _, x := range e.Elts {
			out = append(out, targetNames(p, x)...)
		}
	case *ast.Starred:
		out = targetNames(p, e.Value)
	}
	return out
}

func paramNames(p *Program, a *ast.Arguments) set {
	out := set{}
	for _, list := range [][]ast.Arg{a.PosOnly, a.Args, a.KwOnly} {
		for _, x := range list {
			out.add(p.name(x.Name))
		}
	}
	for _, x := range []*ast.Arg{a.Vararg, a.Kwarg} {
		if x != nil {
			out.add(p.name(x.Name))
		}
	}
	return out
}

func hasKeyword(p *Program, c *ast.Call, name string) bool {
	for _, k := range c.Keywords {
		if p.name(k.Arg) == name {
			n, isConst := k.Value.(*ast.Constant)
			return !isConst || n.Kind != ast.None
		}
	}
	return false
}

func isTrue(p *Program, c *ast.Call, name string) bool {
	for _, k := range c.Keywords {
		if p.name(k.Arg) == name {
			n, isConst := k.Value.(*ast.Constant)
			return !isConst || n.Kind == ast.True
		}
	}
	return false
}

// argument finds an argument by one of its ways of being given.
func argument(p *Program, c *ast.Call, a *argumentPlace) ast.Expr {
	if a.index >= 0 && a.index < len(c.Args) {
		if _, star := c.Args[a.index].(*ast.Starred); !star {
			return c.Args[a.index]
		}
	}
	for _, k := range c.Keywords {
		if slices.Contains(a.names, p.name(k.Arg)) {
			return k.Value
		}
	}
	return nil
}

// openMode is what open(path, mode) does.
func openMode(p *Program, c *ast.Call) Effect {
	mode := "r"
	for i, a := range c.Args {
		if s, ok := p.File.ConstString(a); ok && (i == 1 || i == 0 && len(s) <= 3 && len(c.Args) == 1) {
			if _, isPath := c.Func.(*ast.Attribute); i == 1 || isPath {
				mode = s
			}
		}
	}
	for _, k := range c.Keywords {
		if s, ok := p.File.ConstString(k.Value); ok && p.name(k.Arg) == "mode" {
			mode = s
		}
	}
	for _, c := range mode {
		if c == 'w' || c == 'a' || c == 'x' || c == '+' {
			return Store
		}
	}
	return Load
}

// starNames are the names of `from m import *`: those that a run saw it bind, else those of the modules that are commonly read so.
func (p *Program) starNames(module string) []string {
	if seen, ok := p.stars[module]; ok {
		return seen
	}
	return starred[module]
}

// seeStars takes from a run what every `from m import *` bound.
func (p *Program) seeStars(ev *Evidence) {
	if ev == nil {
		return
	}
	p.stars = map[string][]string{}
	for _, s := range p.Statements {
		n, ok := s.Node.(*ast.ImportFrom)
		if !ok || s.Drop != "" || ev.Statements[s.ID] == nil {
			continue
		}
		for _, a := range n.Names {
			if p.name(a.Name) == "*" {
				module := strings.Repeat(".", n.Level) + p.name(n.Module)
				names := slices.Clone(ev.Statements[s.ID].Bound)
				slices.Sort(names)
				p.stars[module] = names
			}
		}
	}
}

var starred = map[string][]string{
	"math": {"acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "comb", "copysign", "cos", "cosh", "degrees", "dist", "e", "erf", "erfc",
		"exp", "expm1", "fabs", "factorial", "floor", "fmod", "frexp", "fsum", "gamma", "gcd", "hypot", "inf", "isclose", "isfinite", "isinf", "isnan",
		"isqrt", "lcm", "ldexp", "lgamma", "log", "log10", "log1p", "log2", "modf", "nan", "perm", "pi", "pow", "prod", "radians", "remainder", "sin",
		"sinh", "sqrt", "tan", "tanh", "tau", "trunc"},
	"collections": {"ChainMap", "Counter", "OrderedDict", "UserDict", "UserList", "UserString", "defaultdict", "deque", "namedtuple"},
	"itertools": {"accumulate", "batched", "chain", "combinations", "combinations_with_replacement", "compress", "count", "cycle", "dropwhile", "filterfalse",
		"groupby", "islice", "pairwise", "permutations", "product", "repeat", "starmap", "takewhile", "tee", "zip_longest"},
	"functools": {"cache", "cached_property", "cmp_to_key", "lru_cache", "partial", "partialmethod", "reduce", "singledispatch", "total_ordering", "update_wrapper", "wraps"},
	"typing": {"Any", "Callable", "ClassVar", "Dict", "Final", "FrozenSet", "Generator", "Generic", "Iterable", "Iterator", "List", "Literal", "Mapping",
		"NamedTuple", "NewType", "Optional", "Protocol", "Sequence", "Set", "Tuple", "Type", "TypeVar", "Union", "cast"},
	"statistics":  {"mean", "median", "mode", "stdev", "variance", "pstdev", "pvariance", "fmean", "quantiles", "geometric_mean", "harmonic_mean"},
	"dataclasses": {"dataclass", "field", "fields", "asdict", "astuple", "replace"},
	"fractions":   {"Fraction"}, "decimal": {"Decimal"}, "pathlib": {"Path", "PurePath"},
}

var builtinNames = func() set {
	s := set{}
	for _, n := range []string{"abs", "aiter", "all", "anext", "any", "ascii", "bin", "bool", "breakpoint", "bytearray", "bytes", "callable", "chr", "classmethod",
		"compile", "complex", "copyright", "credits", "delattr", "dict", "dir", "display", "divmod", "enumerate", "eval", "exec", "exit", "filter", "float", "format",
		"frozenset", "get_ipython", "getattr", "globals", "hasattr", "hash", "help", "hex", "id", "input", "int", "isinstance", "issubclass", "iter", "len",
		"license", "list", "locals", "map", "max", "memoryview", "min", "next", "object", "oct", "open", "ord", "pow", "print", "property", "quit", "range",
		"repr", "reversed", "round", "set", "setattr", "slice", "sorted", "staticmethod", "str", "sum", "super", "tuple", "type", "vars", "zip",
		"__import__", "__name__", "__file__", "__doc__", "__builtins__", "__debug__", "__spec__", "__package__", "__loader__", "NotImplemented", "Ellipsis", "In", "Out", "_", "__", "___",
		"ArithmeticError", "AssertionError", "AttributeError", "BaseException", "BaseExceptionGroup", "BlockingIOError", "BrokenPipeError", "BufferError",
		"BytesWarning", "ChildProcessError", "ConnectionAbortedError", "ConnectionError", "ConnectionRefusedError", "ConnectionResetError", "DeprecationWarning",
		"EOFError", "EncodingWarning", "EnvironmentError", "Exception", "ExceptionGroup", "FileExistsError", "FileNotFoundError", "FloatingPointError",
		"FutureWarning", "GeneratorExit", "IOError", "ImportError", "ImportWarning", "IndentationError", "IndexError", "InterruptedError",
		"IsADirectoryError", "KeyError", "KeyboardInterrupt", "LookupError", "MemoryError", "ModuleNotFoundError", "NameError", "NotADirectoryError",
		"NotImplementedError", "OSError", "OverflowError", "PendingDeprecationWarning", "PermissionError", "ProcessLookupError", "RecursionError",
		"ReferenceError", "ResourceWarning", "RuntimeError", "RuntimeWarning", "StopAsyncIteration", "StopIteration", "SyntaxError", "SyntaxWarning",
		"SystemError", "SystemExit", "TabError", "TimeoutError", "TypeError", "UnboundLocalError", "UnicodeDecodeError", "UnicodeEncodeError",
		"UnicodeError", "UnicodeTranslateError", "UnicodeWarning", "UserWarning", "ValueError", "Warning", "WindowsError", "ZeroDivisionError"} {
		s.add(n)
	}
	return s
}()
