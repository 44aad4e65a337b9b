package knowledge

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// specialForms are the names of annotations that a solver must understand by kind. Abstract containers are taken for
// the builtin ones: what matters is what comes out of them.
var specialForms = map[string]TypeKind{
	"Any": Any, "object": Any, "NoReturn": Any, "Never": Any, "Hashable": Any, "Sized": Any, "SupportsInt": Any,
	"Self": Self, "Union": Union,
	"list": List, "List": List, "Sequence": List, "MutableSequence": List, "Collection": List,
	"dict": Dict, "Dict": Dict, "Mapping": Dict, "MutableMapping": Dict,
	"set": Set, "Set": Set, "frozenset": Set, "FrozenSet": Set, "AbstractSet": Set, "MutableSet": Set,
	"tuple": Tuple, "Tuple": Tuple, "type": ClassOf, "Type": ClassOf,
	"Iterator": Iterator, "Iterable": Iterator, "Reversible": Iterator, "AsyncIterator": AsyncIterator, "AsyncIterable": AsyncIterator,
	"Generator": Generator, "AsyncGenerator": AsyncGenerator, "Awaitable": Awaitable, "Coroutine": Coroutine,
	"ContextManager": ContextManager, "AbstractContextManager": ContextManager,
	"AsyncContextManager": AsyncContextManager, "AbstractAsyncContextManager": AsyncContextManager, "Callable": Callable,
}

// wrappers say something about the type in them that does not matter here.
var wrappers = []string{"Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "Unpack", "InitVar", "TypeGuard", "TypeIs"}

var typingModules = []string{"typing", "typing_extensions", "collections.abc", "contextlib", "abc", "_collections_abc"}

func last(dotted string) string { return dotted[strings.LastIndexByte(dotted, '.')+1:] }

// elements are the expressions of a tuple or list display, or the expression alone.
func elements(e ast.Expr) []ast.Expr {
	switch e := e.(type) {
	case *ast.Tuple:
		return e.Elts
	case *ast.List:
		return e.Elts
	}
	return []ast.Expr{e}
}

// special is the special form that name means in this stub, "" when it is an ordinary name.
func (r *reader) special(name string) string {
	n := name
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		if q := name[:i]; q != "t" && !slices.Contains(typingModules, q) {
			return ""
		}
		return name[i+1:]
	}
	if n[0] >= 'a' || slices.Contains(typingModules, r.mod.Path) {
		return n
	}
	if r.pending(r.mod, n) {
		return ""
	}
	if m := r.mod.members[n]; m != nil && (m.Kind != alias || !slices.Contains(typingModules, m.target.module)) {
		return ""
	}
	return n
}

// typeOf reads an annotation; nil when there is none or it says nothing.
func (r *reader) typeOf(scope *Entity, e ast.Expr) *Type {
	switch e := e.(type) {
	case nil:
		return nil
	case *ast.Constant:
		switch e.Kind {
		case ast.None:
			return &Type{Kind: None}
		case ast.Str:
			return r.quoted(scope, e)
		case ast.Ellipsis:
			return nil
		}
	case *ast.BinOp:
		if e.Op == ast.BitOr {
			var args []*Type
			for _, side := range []ast.Expr{e.Left, e.Right} {
				t := r.typeOf(scope, side)
				if t != nil && t.Kind == Union {
					args = append(args, t.Args...)
				} else if t != nil {
					args = append(args, t)
				}
			}
			return &Type{Kind: Union, Args: args}
		}
	case *ast.Name, *ast.Attribute:
		if d := r.dotted(e); d != "" {
			return r.named(scope, d)
		}
	case *ast.Subscript:
		if d := r.dotted(e.Value); d != "" {
			return r.subscript(scope, d, e)
		}
	}
	r.report(e, "cannot read annotation")
	return nil
}

// quoted reads an annotation written as a string.
func (r *reader) quoted(scope *Entity, e *ast.Constant) *Type {
	text, _ := r.file.StringValue(e)
	text = strings.TrimSpace(text)
	for _, part := range strings.Split(text, ".") {
		if w, rest := word([]byte(part)); len(w) == 0 || len(rest) > 0 {
			r.report(e, "write the annotation without quotes; a stub may name what it defines later")
			return nil
		}
	}
	return r.named(scope, text)
}

func (r *reader) isVar(name string) bool {
	return len(name) == 1 && 'A' <= name[0] && name[0] <= 'Z' || slices.Contains(r.vars, name)
}

func (r *reader) named(scope *Entity, name string) *Type {
	if r.isVar(name) && r.special(name) != "" {
		t := &Type{Kind: Var, Name: name, Param: -1}
		if i := slices.Index(r.vars, name); i >= 0 {
			t.Arg = i
		} else if name == "V" {
			t.Arg = 1
		}
		if i, ok := r.bound[name]; ok {
			t.Param = i
		}
		return t
	}
	if n := r.special(name); n != "" {
		if k, ok := specialForms[n]; ok {
			return &Type{Kind: k, scope: scope}
		}
		if n == "Text" || n == "LiteralString" {
			return &Type{Kind: Instance, Name: "str", scope: scope}
		}
		if slices.Contains(wrappers, n) {
			return nil
		}
	}
	return &Type{Kind: Instance, Name: name, scope: scope}
}

func (r *reader) subscript(scope *Entity, name string, e *ast.Subscript) *Type {
	index := elements(e.Index)
	if t, ok := e.Index.(*ast.List); ok { // Generic[[…]]
		index = []ast.Expr{t}
	}
	special := r.special(name)
	if slices.Contains(wrappers, special) {
		return r.typeOf(scope, index[0])
	}
	switch special {
	case "Literal":
		if c, ok := index[0].(*ast.Constant); ok {
			return constantType(c)
		}
		return nil
	case "Optional":
		return &Type{Kind: Union, Args: append(r.types(scope, index), &Type{Kind: None})}
	case "Callable":
		return &Type{Kind: Callable, Args: r.types(scope, index[len(index)-1:])}
	case "Coroutine":
		return &Type{Kind: Coroutine, Args: r.types(scope, index[len(index)-1:])}
	case "Concatenate":
		return nil
	case "tuple", "Tuple":
		t := &Type{Kind: Tuple}
		if n := len(index); n > 1 {
			if c, ok := index[n-1].(*ast.Constant); ok && c.Kind == ast.Ellipsis {
				t.Rest, index = true, index[:n-1]
			}
		}
		t.Args = r.types(scope, index)
		return t
	}
	t := r.named(scope, name)
	if t == nil {
		return nil
	}
	t.Args = r.types(scope, index)
	return t
}

// types reads arguments; one that says nothing is Any, so that the others keep their places.
func (r *reader) types(scope *Entity, list []ast.Expr) []*Type {
	out := make([]*Type, len(list))
	for i, e := range list {
		if _, ok := e.(*ast.List); ok {
			out[i] = &Type{}
			continue
		}
		if out[i] = r.typeOf(scope, e); out[i] == nil {
			out[i] = &Type{}
		}
	}
	return out
}

// constantType is the type of a literal; nil for None and `...`.
func constantType(c *ast.Constant) *Type {
	switch c.Kind {
	case ast.True, ast.False:
		return &Type{Kind: Instance, Name: "bool"}
	case ast.Int:
		return &Type{Kind: Instance, Name: "int"}
	case ast.Float:
		return &Type{Kind: Instance, Name: "float"}
	case ast.Str:
		return &Type{Kind: Instance, Name: "str"}
	case ast.Bytes:
		return &Type{Kind: Instance, Name: "bytes"}
	}
	return nil
}
