"""Plants faults in Python sources: `python mutate.py < request.json > mutants.json`. Nothing of the sources is executed.

The request names files with their text, the lines of each that a run executed, how many faults, and a seed. Each answer is one file changed in one place: an operator
or comparison exchanged, a constant changed, a statement dropped, two arguments swapped, a condition negated. What cannot change a result
is left alone: docstrings, annotations, decorators, messages of errors and of the log.
"""

import ast
import json
import random
import sys

OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Add, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.MatMult: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitXor: ast.BitOr,
}
COMPARISONS = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}
SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.BitAnd: "&", ast.BitOr: "|", ast.MatMult: "@",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitXor: "^", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}
QUIET = {"debug", "info", "warning", "error", "exception", "critical", "log", "getLogger", "basicConfig", "filterwarnings", "simplefilter"}


def is_log(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in QUIET and (
        isinstance(node.func.value, ast.Name) and node.func.value.id in ("log", "logger", "logging", "warnings", "_log", "LOG")
    )


class Places(ast.NodeVisitor):
    """Collects (kind, node, field) for everything that could be changed inside functions."""

    def __init__(self):
        self.found = []
        self.inside = 0

    def visit_FunctionDef(self, node):
        self.inside += 1
        self.body(node.body)
        for d in node.args.defaults + [d for d in node.args.kw_defaults if d is not None]:
            self.visit(d)
        self.inside -= 1

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        for s in node.body:
            if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.visit(s)

    def body(self, statements):
        for i, s in enumerate(statements):
            if i == 0 and isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) and isinstance(s.value.value, str):
                continue
            droppable = isinstance(s, (ast.Assign, ast.AugAssign, ast.Expr, ast.For, ast.Delete))
            if isinstance(s, ast.Expr) and is_log(s.value):
                continue
            if droppable and self.inside:
                self.found.append(("drop", s))
            self.visit(s)

    def generic_visit(self, node):
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "type_comment"):
                continue
            if name in ("body", "orelse", "finalbody") and isinstance(value, list):
                self.body(value)
            elif isinstance(value, list):
                for v in value:
                    if isinstance(v, ast.AST):
                        self.visit(v)
            elif isinstance(value, ast.AST):
                self.visit(value)

    def visit_Raise(self, node):
        pass

    def visit_Assert(self, node):
        self.visit(node.test)

    def visit_BinOp(self, node):
        if type(node.op) in OPERATORS and self.inside:
            # `"%s" % x` and a text's `+` are left: most changes there only raise.
            self.found.append(("operator", node))
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        if type(node.op) in OPERATORS and self.inside:
            self.found.append(("operator", node))
        self.generic_visit(node)

    def visit_Compare(self, node):
        if type(node.ops[0]) in COMPARISONS and self.inside:
            self.found.append(("comparison", node))
        self.generic_visit(node)

    def visit_If(self, node):
        if self.inside:
            self.found.append(("condition", node))
        self.generic_visit(node)

    def visit_Constant(self, node):
        if self.inside and (type(node.value) in (int, float, bool) or type(node.value) is str and node.value.strip()):
            self.found.append(("constant", node))

    def visit_JoinedStr(self, node):
        for v in node.values:
            if isinstance(v, ast.FormattedValue):
                self.visit(v.value)

    def visit_Call(self, node):
        if is_log(node):
            return
        if self.inside and len(node.args) >= 2 and not any(isinstance(a, ast.Starred) for a in node.args[:2]) and ast.dump(node.args[0]) != ast.dump(node.args[1]):
            self.found.append(("arguments", node))
        self.generic_visit(node)


def change(kind, node):
    """Changes the node in place and says what was done; None when there is nothing to do."""
    if kind == "operator":
        old = type(node.op)
        node.op = OPERATORS[old]()
        return "%s became %s" % (SIGNS[old], SIGNS[type(node.op)])
    if kind == "comparison":
        old = type(node.ops[0])
        node.ops[0] = COMPARISONS[old]()
        return "%s became %s" % (SIGNS[old], SIGNS[type(node.ops[0])])
    if kind == "condition":
        node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        return "condition negated"
    if kind == "arguments":
        node.args[0], node.args[1] = node.args[1], node.args[0]
        return "first two arguments swapped"
    if kind == "constant":
        old = node.value
        if type(old) is bool:
            node.value = not old
        elif type(old) is int:
            node.value = old + 1
        elif type(old) is float:
            node.value = old * 1.5 + 0.5
        else:
            node.value = old + "x"
        return "%r became %r" % (old if not isinstance(old, str) else old[:30], node.value if not isinstance(node.value, str) else node.value[:31])
    return None


def variants(path, text, lines):
    tree = ast.parse(text)
    places = Places()
    for s in tree.body:
        if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            places.visit(s)
    executed = set(lines) if lines is not None else None
    for number, (kind, node) in enumerate(places.found):
        reached = executed is None or any(n in executed for n in range(node.lineno, (node.end_lineno or node.lineno) + 1))
        yield number, kind, node.lineno, reached


def make(text, number):
    tree = ast.parse(text)
    places = Places()
    for s in tree.body:
        if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            places.visit(s)
    kind, node = places.found[number]
    if kind == "drop":
        what = "statement dropped: " + ast.unparse(node).splitlines()[0][:60]

        class Dropper(ast.NodeTransformer):
            def visit(self, n):
                return ast.copy_location(ast.Pass(), n) if n is node else self.generic_visit(n)

        tree = Dropper().visit(tree)
    else:
        what = change(kind, node)
    return what, ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def main():
    request = json.load(sys.stdin)
    choose = random.Random(request["seed"])
    pool = []
    for path in sorted(request["files"]):
        lines = request["lines"].get(path) if request.get("lines") is not None else None
        for number, kind, line, reached in variants(path, request["files"][path], lines if request.get("lines") is None else lines or []):
            pool.append((path, number, kind, line, reached))
    # Of each kind as many as of the others, as far as there are: a package has many more constants than operators.
    by_kind = {}
    for p in pool:
        by_kind.setdefault(p[2], []).append(p)
    for group in by_kind.values():
        choose.shuffle(group)
    chosen = []
    while len(chosen) < request["count"] and any(by_kind.values()):
        for kind in sorted(by_kind):
            if by_kind[kind] and len(chosen) < request["count"]:
                chosen.append(by_kind[kind].pop())
    made = []
    for path, number, kind, line, reached in chosen:
        entry = {"file": path, "line": line, "kind": kind, "reached": reached}
        entry["what"], entry["source"] = make(request["files"][path], number)
        made.append(entry)
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
