"""Compare catalogue stubs with the libraries installed beside this interpreter.

    python check_names.py [--strict] STUB_OR_FOLDER ...

A stub's import path is its path below the family folder (the folder under
`stubs`). For each stub whose module can be imported, every listed function,
method, class and parameter must exist in the library, with the same name, in
the same order, and awaitable where the library's is. One line per difference:

    http/requests/api.pyi:6: requests.api.get: no parameter 'tiemout'

Not compared, because a library cannot be asked: attributes and properties of
instances, names that begin with one underscore (helpers of the stub itself),
classes with `__getattr__` (members made at run time), functions without a
signature (written in C), and names marked `# until 1.0` (gone from newer
releases). Modules that are not installed are counted and passed over;
`--strict` makes them differences.

Exit status: 0 no difference, 1 differences, 2 no stub found or one that is
not Python.
"""

import ast
import importlib
import inspect
import os
import sys
import warnings


def stub_files(paths):
    for path in paths:
        if os.path.isdir(path):
            for folder, folders, names in os.walk(path):
                folders.sort()
                for name in sorted(names):
                    if name.endswith(".pyi"):
                        yield os.path.join(folder, name)
        else:
            yield path


def module_name(path):
    """The import path of a stub: what follows `stubs/<family>/`."""
    parts = os.path.abspath(path).split(os.sep)
    if "stubs" not in parts:
        raise ValueError(path + ": not below a folder named stubs")
    at = len(parts) - 1 - parts[::-1].index("stubs")
    parts = parts[at + 2 :]
    parts[-1] = parts[-1][: -len(".pyi")]
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


def load(name):
    """The module, or the class when a stub describes a name inside one."""
    try:
        return importlib.import_module(name)
    except BaseException as err:  # a library may even exit while being imported
        if isinstance(err, KeyboardInterrupt):
            raise
        return None


REFUSED = object()
MISSING = object()


def attribute(owner, name, default=None):
    """The attribute; REFUSED where the library raises: a client that is not
    generated yet, a backend that is not installed."""
    try:
        return getattr(owner, name, default)
    except Exception:
        return REFUSED


class Comparison:
    def __init__(self, path, label):
        self.label = label
        self.differences = []
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.lines = text.splitlines()
        self.tree = ast.parse(text, path)

    def differ(self, node, name, what):
        self.differences.append("%s:%d: %s: %s" % (self.label, node.lineno, name, what))

    def skipped(self, node):
        private = node.name.startswith("_") and not node.name.endswith("__") or node.name == "__getattr__"
        return private or "# until" in self.lines[node.lineno - 1]

    def body(self, nodes, owner, prefix, in_class):
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                if not self.skipped(node):
                    self.klass(node, owner, prefix)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if not self.skipped(node):
                    self.function(node, owner, prefix, in_class)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                self.reexport(node, owner, prefix, in_class)
            elif isinstance(node, ast.AnnAssign) and not in_class:
                if attribute(owner, node.target.id, MISSING) is MISSING:
                    self.differ(node, prefix + node.target.id, "not in the library")

    def reexport(self, node, owner, prefix, in_class):
        # `from a import B as B` is both an import the stub needs and a claim
        # that B is reachable here; only packages make that claim on purpose.
        if in_class or not self.label.endswith("__init__.pyi"):
            return
        for alias in node.names:
            if alias.asname == alias.name and not alias.name.startswith("_"):
                if not hasattr(owner, alias.name) and load(prefix + alias.name) is None:
                    self.needed.append((node, prefix + alias.name))

    needed = ()

    def klass(self, node, owner, prefix):
        name = prefix + node.name
        found = attribute(owner, node.name)
        if found is REFUSED:
            return
        if found is None:
            self.differ(node, name, "not in the library")
            return
        if type(found).__name__ == "DummyObject":
            return  # transformers and diffusers put these where torch is missing
        dynamic = any(isinstance(n, ast.FunctionDef) and n.name == "__getattr__" for n in node.body)
        if not dynamic:
            self.body(node.body, found, name + ".", True)

    def function(self, node, owner, prefix, in_class):
        name = prefix + node.name
        decorators = {d.id for d in node.decorator_list if isinstance(d, ast.Name)}
        try:
            found = inspect.getattr_static(owner, node.name) if in_class else getattr(owner, node.name)
        except AttributeError:
            # An attribute that only instances have cannot be looked up.
            if "property" not in decorators:
                self.differ(node, name, "not in the library")
            return
        if "property" in decorators:
            return
        if isinstance(found, (staticmethod, classmethod)):
            found = found.__func__
        plain = inspect.unwrap(found) if callable(found) else found
        # aiosqlite's coroutines can also be entered with `async with`; a stub
        # may then say so in the return annotation instead.
        entered = "AsyncContextManager" in ast.dump(node.returns) if node.returns else False
        if isinstance(node, ast.FunctionDef) and inspect.iscoroutinefunction(plain) and not entered:
            self.differ(node, name, "is `async def` in the library")
        if isinstance(node, ast.AsyncFunctionDef) and inspect.isasyncgenfunction(plain):
            self.differ(node, name, "is an asynchronous generator in the library")
        try:
            signature = inspect.signature(found)
        except (ValueError, TypeError, AttributeError):  # written in C, or a default that is gone
            return
        self.parameters(node, name, list(signature.parameters.values()))

    def parameters(self, node, name, real):
        kinds = {p.kind for p in real}
        names = {p.name: i for i, p in enumerate(real)}
        args = node.args
        open_names = inspect.Parameter.VAR_KEYWORD in kinds
        open_positions = inspect.Parameter.VAR_POSITIONAL in kinds
        last = -1
        for arg in args.posonlyargs + args.args:
            if arg.arg in ("self", "cls"):
                continue
            if arg.arg not in names:
                if not open_names and not open_positions:
                    self.differ(node, name, "no parameter %r" % arg.arg)
            elif names[arg.arg] < last:
                self.differ(node, name, "parameter %r stands earlier in the library" % arg.arg)
            else:
                last = names[arg.arg]
        for arg in args.kwonlyargs:
            if arg.arg not in names and not open_names:
                self.differ(node, name, "no parameter %r" % arg.arg)
        if args.vararg and not open_positions:
            self.differ(node, name, "takes no *%s" % args.vararg.arg)
        if args.kwarg and not open_names:
            self.differ(node, name, "takes no **%s" % args.kwarg.arg)
        self.named_in_effects(node, name)

    def named_in_effects(self, node, name):
        """A parameter that an effect speaks of must be one the stub lists."""
        args = node.args
        listed = {a.arg for a in args.posonlyargs + args.args + args.kwonlyargs}
        if args.kwarg:
            return
        for decorator in node.decorator_list:
            if not isinstance(decorator, ast.Call):
                continue
            called = getattr(decorator.func, "id", "")
            spoken = []
            if called == "effect":
                options = ("timeout", "sql", "mode", "when", "method", "url", "sink", "shell")
                spoken = [k.value for k in decorator.keywords if k.arg in options]
            elif called in ("calls", "returns_call", "calls_when_iterated", "offloads", "starts",
                            "schedules", "awaits", "registers", "depends"):
                spoken = decorator.args
            for value in spoken:
                text = getattr(value, "value", None)
                if isinstance(text, str) and text != "self" and ":" not in text and text not in listed:
                    self.differ(node, name, "effect speaks of %r, which is no parameter here" % text)


def main(argv):
    strict = "--strict" in argv
    paths = [a for a in argv if a != "--strict"]
    warnings.simplefilter("ignore")
    compared = absent = differences = found = 0
    for path in stub_files(paths):
        found += 1
        try:
            name = module_name(path)
            label = os.path.abspath(path).replace(os.sep, "/").split("/stubs/")[-1]
            comparison = Comparison(path, label)
        except (OSError, ValueError, SyntaxError) as err:
            print("check_names: read stub %s: %s" % (path, err), file=sys.stderr)
            return 2
        module = load(name)
        if module is None:
            absent += 1
            if strict:
                differences += 1
                print("%s:1: %s: cannot be imported here" % (label, name))
            continue
        compared += 1
        comparison.needed = []
        comparison.body(comparison.tree.body, module, name + ".", False)
        for node, missing in comparison.needed:
            comparison.differ(node, missing, "not in the library")
        for line in comparison.differences:
            print(line)
        differences += len(comparison.differences)
    if not found:
        print("check_names: no stub below %s" % ", ".join(paths or ["(nothing given)"]), file=sys.stderr)
        return 2
    print("%d stubs compared, %d not installed, %d differences" % (compared, absent, differences), file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
