package imports

import "github.com/roadworthy-dev/roadworthy/internal/python/ast"

// usedWhileImporting are the names that a module's own body reads, with the place of the first. Bodies of functions and lambdas
// run later; so do annotations, since every Python that has lazy imports evaluates them when they are asked for (PEP 649).
func usedWhileImporting(tree *ast.File) map[string]uint32 {
	e := &early{tree: tree, out: map[string]uint32{}}
	e.body(tree.Body)
	return e.out
}

type early struct {
	tree *ast.File
	out  map[string]uint32
}

func (e *early) body(list []ast.Stmt) {
	for _, s := range list {
		e.stmt(s)
	}
}

func (e *early) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.FunctionDef:
		e.exprs(s.Decorators)
		if s.Args != nil {
			e.exprs(s.Args.Defaults)
			e.exprs(s.Args.KwDefaults)
		}
		return
	case *ast.ClassDef:
		e.exprs(s.Decorators)
		e.exprs(s.Bases)
		for i := range s.Keywords {
			e.expr(s.Keywords[i].Value)
		}
		e.body(s.Body)
		return
	case *ast.AnnAssign:
		e.expr(s.Value)
		return
	case *ast.If:
		if e.deferred(s.Test) {
			e.body(s.Orelse)
			return
		}
	}
	// Statements below go the same way; expressions are read as they stand.
	ast.InspectStmt(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FunctionDef, *ast.ClassDef, *ast.AnnAssign, *ast.If:
			if n != ast.Node(s) {
				e.stmt(n.(ast.Stmt))
				return false
			}
		case *ast.Lambda:
			e.lambda(n)
			return false
		case *ast.Name:
			e.name(n)
		}
		return true
	})
}

// deferred: what the test guards does not run when the module is imported.
func (e *early) deferred(test ast.Expr) bool {
	switch t := test.(type) {
	case *ast.Name:
		return e.tree.Text(t.ID) == "TYPE_CHECKING"
	case *ast.Attribute:
		return e.tree.Text(t.Attr) == "TYPE_CHECKING"
	case *ast.Compare:
		n, ok := t.Left.(*ast.Name)
		return ok && e.tree.Text(n.ID) == "__name__"
	}
	return false
}

func (e *early) exprs(list []ast.Expr) {
	for _, x := range list {
		e.expr(x)
	}
}

func (e *early) expr(x ast.Expr) {
	if x == nil {
		return
	}
	ast.InspectExpr(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Lambda:
			e.lambda(n)
			return false
		case *ast.Name:
			e.name(n)
		}
		return true
	})
}

func (e *early) lambda(n *ast.Lambda) {
	if n.Args != nil {
		e.exprs(n.Args.Defaults)
		e.exprs(n.Args.KwDefaults)
	}
}

func (e *early) name(n *ast.Name) {
	name := e.tree.Text(n.ID)
	if _, ok := e.out[name]; !ok {
		e.out[name] = n.Pos()
	}
}
