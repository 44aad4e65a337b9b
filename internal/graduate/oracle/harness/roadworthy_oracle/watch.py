"""What a statement did to the namespace: names bound, changed and deleted, and which names share memory.

Looking at every value after every statement would cost more than the notebook. After a statement those values are looked at that it can have
reached: the names it mentions, what functions of the notebook mention that it mentions, and all that share memory with these. The rest is looked at
as long as that stays cheap, and once more at the end.
"""

import ast
import builtins
import sys
import time
import types

CHEAP = 0.002  # seconds for one value
BUDGET = 0.05  # seconds for all that the statement does not mention
ATOMS = (int, float, complex, bool, str, bytes, type(None), type(Ellipsis), range, types.BuiltinFunctionType)


def stores(tree):
    """Names that the statement binds at top level, and those it binds in place (`x += 1`)."""
    bound, placed = set(), set()

    class Finder(ast.NodeVisitor):
        def visit_Name(self, node):
            if isinstance(node.ctx, ast.Store):
                bound.add(node.id)

        def visit_AugAssign(self, node):
            if isinstance(node.target, ast.Name):
                placed.add(node.target.id)
            self.visit(node.value)

        def visit_FunctionDef(self, node):
            bound.add(node.name)
            for d in node.decorator_list:
                self.visit(d)

        visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

        def visit_Lambda(self, node):
            pass

        def comprehension(self, node):
            for n in ast.walk(node):
                if isinstance(n, ast.NamedExpr) and isinstance(n.target, ast.Name):
                    bound.add(n.target.id)

        visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

        def visit_Import(self, node):
            for a in node.names:
                bound.add((a.asname or a.name).split(".")[0])

        visit_ImportFrom = visit_Import

        def visit_ExceptHandler(self, node):
            if node.name:
                bound.add(node.name)
            self.generic_visit(node)

    Finder().visit(tree)
    return bound, placed


def mentioned(tree):
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    for n in ast.walk(tree):
        if isinstance(n, (ast.Global, ast.Nonlocal)):
            names.update(n.names)
    return names


def code_names(code, seen):
    """Global names that a function's code may touch, those of functions inside it included."""
    if code in seen:
        return set()
    seen.add(code)
    names = set(code.co_names)
    for c in code.co_consts:
        if isinstance(c, types.CodeType):
            names |= code_names(c, seen)
    return names


class Watch:
    def __init__(self, namespace, canon):
        self.namespace = namespace
        self.canon = canon
        self.hidden = set(namespace)
        self.known = {}  # name → [object, fingerprint, seconds]
        self.keys = {}  # name → memory keys
        self.groups = {}  # name → group as reported last

    def names(self):
        return [n for n in self.namespace if n not in self.hidden and not (n.startswith("__") and n.endswith("__")) and not is_history(n)]

    def reach(self, tree):
        """Names whose values a statement can have changed."""
        reached, waiting, seen = set(), list(mentioned(tree)), set()
        while waiting:
            name = waiting.pop()
            if name in reached:
                continue
            reached.add(name)
            value = self.namespace.get(name)
            if isinstance(value, types.FunctionType):
                waiting.extend(code_names(value.__code__, seen))
                for cell in value.__closure__ or ():
                    try:
                        inner = cell.cell_contents
                    except ValueError:
                        continue
                    if isinstance(inner, types.FunctionType):
                        waiting.extend(code_names(inner.__code__, seen))
            elif isinstance(value, type) or type(value).__module__ == "__main__":
                cls = value if isinstance(value, type) else type(value)
                for c in cls.__mro__:
                    if c.__module__ == "__main__":
                        for f in c.__dict__.values():
                            f = getattr(f, "__func__", f)
                            if isinstance(f, types.FunctionType):
                                waiting.extend(code_names(f.__code__, seen))
            if isinstance(value, types.ModuleType) and value.__name__ == "matplotlib.pyplot" or type(value).__module__.startswith("matplotlib"):
                waiting.extend(self.drawn())
            waiting.extend(self.groups.get(name, ()))
        return reached

    def drawn(self):
        """Names of the open figures and of their axes: what is drawn by one of them, or by pyplot, changes the others too."""
        helpers = sys.modules.get("matplotlib._pylab_helpers")
        if helpers is None:
            return ()
        figures = {id(m.canvas.figure) for m in helpers.Gcf.figs.values()}
        return [n for n in self.names() if id(getattr(self.namespace[n], "figure", None)) in figures] if figures else ()

    def look(self, value):
        begin = time.monotonic()
        fingerprint = self.canon.fingerprint(value)
        return [value, fingerprint, time.monotonic() - begin]

    def after(self, tree, reached):
        """The delta since the last call, given the statement's tree and what `reach` said before it ran."""
        bound, placed = stores(tree)
        reached = reached | bound | placed
        delta = {"bound": {}, "mutated": {}, "deleted": [], "types": {}}
        now = self.names()
        spent = 0.0
        for name in now:
            value = self.namespace[name]
            before = self.known.get(name)
            fresh = before is None or before[0] is not value
            if not fresh and name not in bound:
                if isinstance(value, ATOMS) or isinstance(value, (types.ModuleType, types.FunctionType, type)):
                    continue
                if name not in reached:
                    if before[2] > CHEAP or spent > BUDGET:
                        continue
                    spent += before[2]
                looked = self.look(value)
                self.known[name] = looked
                if looked[1] != before[1]:
                    delta["mutated"][name] = looked[1]
                continue
            looked = self.look(value)
            self.known[name] = looked
            delta["bound"][name] = looked[1]
            delta["types"][name] = self.canon.type_name(value)
        here = set(now)
        for name in [n for n in self.known if n not in here]:
            del self.known[name]
            self.keys.pop(name, None)
            self.groups.pop(name, None)
            delta["deleted"].append(name)
        delta["aliases"] = self.aliases(set(delta["bound"]) | set(delta["mutated"]), bool(delta["deleted"]))
        return {k: v for k, v in delta.items() if v}

    def final(self):
        """Every name's fingerprint at the end, looked at again."""
        result = {}
        for name in self.names():
            value = self.namespace[name]
            before = self.known.get(name)
            if before is not None and before[0] is value and (isinstance(value, ATOMS) or before[2] > 1.0):
                result[name] = before[1]
            else:
                result[name] = self.look(value)[1]
        return result

    # ---- memory ----------------------------------------------------------

    def aliases(self, changed, deleted):
        if not changed and not deleted:
            return []
        for name in changed:
            value = self.namespace.get(name)
            self.keys[name] = set() if isinstance(value, (types.ModuleType, types.FunctionType, type)) else memory(value)
        owners = {}
        parent = {}

        def find(n):
            while parent[n] != n:
                parent[n] = parent[parent[n]]
                n = parent[n]
            return n

        for name, keys in self.keys.items():
            parent[name] = name
            for key in keys:
                if key in owners:
                    parent[find(name)] = find(owners[key])
                else:
                    owners[key] = name
        groups = {}
        for name in self.keys:
            groups.setdefault(find(name), []).append(name)
        reported = []
        for members in groups.values():
            members.sort()
            new = tuple(members) if len(members) > 1 else ()
            if any(self.groups.get(m, ()) != new for m in members):
                reported.append(members)
            for m in members:
                if new:
                    self.groups[m] = new
                else:
                    self.groups.pop(m, None)
        return sorted(reported)


def is_history(name):
    """IPython's `_`, `__`, `_12`, `_i3`."""
    return name.startswith("_") and (not name.strip("_") or name[1:].isdigit() or name.startswith("_i") and (name[2:].isdigit() or name in ("_i", "_ii", "_iii", "_ih")))


def memory(value, depth=0, seen=None):
    """Keys of the mutable memory that a value holds: ids of objects, addresses of buffers."""
    if seen is None:
        seen = set()
    if isinstance(value, ATOMS) or isinstance(value, (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, type)):
        return set()
    if id(value) in seen or len(seen) > 2000:
        return set()
    seen.add(id(value))
    keys = set()
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, getattr(numpy, "generic", ())):
        return keys
    if numpy is not None and isinstance(value, getattr(numpy, "ndarray", ())):
        base = value
        while isinstance(base, numpy.ndarray) and base.base is not None:
            base = base.base
        keys.add(("buffer", id(base) if not isinstance(base, memoryview) else id(base.obj)))
        if value.dtype.kind == "O" and value.size <= 100 and depth < 2:
            for item in value.ravel().tolist():
                keys |= memory(item, depth + 1, seen)
        return keys
    module = type(value).__module__ or ""
    if module.startswith("pandas."):
        keys.add(id(value))
        try:
            manager = getattr(value, "_mgr", None)
            for block in getattr(manager, "arrays", ()) if manager is not None else ():
                inner = block if numpy is not None and isinstance(block, numpy.ndarray) else getattr(block, "_ndarray", None)
                keys |= memory(inner if inner is not None else block, depth + 1, seen) if inner is not None else {id(block)}
        except Exception:  # another version's insides
            pass
        if hasattr(value, "obj") and "GroupBy" in type(value).__name__:
            keys |= memory(value.obj, depth + 1, seen)
        return keys
    if isinstance(value, (str, bytes, frozenset)) or module in ("datetime", "decimal", "fractions", "pathlib", "uuid", "re"):
        return keys
    if not isinstance(value, tuple):
        keys.add(id(value))
    if module.startswith("matplotlib.") or module.startswith("seaborn."):
        figure = getattr(value, "figure", None)
        if figure is not None:
            keys.add(id(figure))
        return keys
    if depth >= 3:
        return keys
    inside = ()
    if isinstance(value, dict):
        inside = list(value.values())[:500]
    elif isinstance(value, (list, tuple, set)):
        inside = list(value)[:500] if len(value) < 100000 else list(value[:500]) if not isinstance(value, set) else ()
    elif hasattr(value, "__dict__") and not hasattr(builtins, type(value).__name__):
        inside = list(vars(value).values())[:200]
    for item in inside:
        keys |= memory(item, depth + 1, seen)
    return keys
