"""The quality gate of a graduated package, by Python's own ast and nothing of the product: `python gate.py PROJECT [NOTEBOOK]`.

A package that is one function around the whole notebook computes the same, and is worth nothing. Each rule below is one line of the report
when it is broken; an empty report is a pass.
"""

import ast
import io
import json
import os
import re
import subprocess
import sys
import tokenize

MAX_LINES, MAX_PARAMETERS = 60, 8
CLOCK = {("time", "time"), ("datetime", "now"), ("datetime", "today"), ("date", "today"), ("datetime", "utcnow"), ("Timestamp", "now"), ("Timestamp", "today")}
IO_NAMES = {"open", "input", "print"}
IO_ATTRIBUTES = {
    "read_csv", "read_excel", "read_json", "read_parquet", "read_sql", "read_html", "read_table", "read_pickle", "to_csv", "to_excel", "to_parquet", "to_pickle", "to_sql",
    "savefig", "urlopen", "urlretrieve", "loadtxt", "genfromtxt", "savetxt", "read_hdf", "to_hdf",
}
SECRET = re.compile(r"""(?i)(password|passwd|secret|api_?key|token)\s*=\s*["'][^"']{6,}["']|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}|://[^/\s:@]+:[^/\s:@]+@""")
TOP_FOLDERS = ("home", "Users", "root", "tmp")
ABSOLUTE = re.compile(r"""["'](/(%s)/|[A-Z]:\\\\)[^"']*["']""" % "|".join(TOP_FOLDERS))


def sources(project):
    for folder, folders, files in os.walk(os.path.join(project, "src")):
        folders[:] = [f for f in folders if f != "__pycache__"]
        for name in sorted(files):
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as f:
                    yield os.path.relpath(path, project), f.read()


def functions(tree):
    return [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]


def dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def local_names(function):
    a = function.args
    names = {x.arg for x in a.posonlyargs + a.args + a.kwonlyargs + [y for y in (a.vararg, a.kwarg) if y]}
    for n in ast.walk(function):
        if isinstance(n, ast.Name) and isinstance(n.ctx, (ast.Store, ast.Del)):
            names.add(n.id)
        elif isinstance(n, (ast.FunctionDef, ast.ClassDef)) and n is not function:
            names.add(n.name)
        elif isinstance(n, (ast.Import, ast.ImportFrom)):
            names.update((x.asname or x.name).split(".")[0] for x in n.names)
        elif isinstance(n, ast.ExceptHandler) and n.name:
            names.add(n.name)
        elif isinstance(n, ast.arg):
            names.add(n.arg)
    return names


def judge(project, notebook=None):
    """Rule → the first place that breaks it."""
    broken = {}

    def breaks(rule, where):
        broken.setdefault(rule, where)

    parsed = [(path, text, ast.parse(text)) for path, text in sources(project)]
    spans = kept_spans(project)
    pure = kept = 0
    for path, text, tree in parsed:
        name = os.path.basename(path)
        bound = {}
        for s in tree.body:
            for n in ast.walk(s) if not isinstance(s, (ast.FunctionDef, ast.ClassDef)) else ():
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
                    bound[n.id] = bound.get(n.id, 0) + 1
        rebound = {n for n, count in bound.items() if count > 1}
        for f in functions(tree):
            for n in ast.walk(f):
                if isinstance(n, ast.Global):
                    rebound.update(n.names)
        for f in functions(tree):
            where = "%s:%d %s" % (path, f.lineno, f.name)
            names = local_names(f)
            for n in ast.walk(f):
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and n.id in rebound and n.id not in names:
                    breaks("reads a global that is bound again", where)
            statements = [s for s in f.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
            lines = (statements[-1].end_lineno - statements[0].lineno + 1) if statements else 0
            longest = max((s.end_lineno - s.lineno + 1 for s in statements), default=0)
            if lines > MAX_LINES and longest < lines * 0.8:
                breaks("a function of more than %d lines" % MAX_LINES, where)
            a = f.args
            if len(a.posonlyargs + a.args + a.kwonlyargs) > MAX_PARAMETERS:
                breaks("a function of more than %d parameters" % MAX_PARAMETERS, where)
            if name == "steps.py" or name == "io.py" or name == "figures.py":
                if f in tree.body:
                    count = sum(1 for n in notebooks_own(f) if any(a <= n.lineno <= b for a, b in spans.get(path.replace(os.sep, "/"), ())))
                    kept += count
                    if name == "steps.py":
                        pure += count
            if name == "steps.py":
                for n in ast.walk(f):
                    if not isinstance(n, ast.Call):
                        continue
                    called = dotted(n.func)
                    last = tuple(called.split(".")[-2:])
                    head = called.split(".")[0]
                    if called in IO_NAMES and called not in names and not into_memory(n, f) or isinstance(n.func, ast.Attribute) and n.func.attr in IO_ATTRIBUTES and not in_memory(n):
                        breaks("steps read or write", where + ": " + called)
                    if last in CLOCK and head not in names:
                        breaks("steps read the clock", where + ": " + called)
                    if re.match(r"(np|numpy)\.random\.(?!default_rng|RandomState|Generator|SeedSequence|PCG64)\w+$", called) or re.match(r"random\.(?!Random\b)\w+$", called) and head not in names:
                        breaks("steps draw from a shared generator", where + ": " + called)
                    if re.match(r"plt\.|matplotlib\.pyplot\.", called) and head not in names:
                        breaks("steps use pyplot's state", where + ": " + called)
        if ABSOLUTE.search(text):
            breaks("an absolute path", "%s: %s" % (path, ABSOLUTE.search(text).group(0)))
        if SECRET.search(text):
            breaks("a secret", path)
    if kept and pure / kept < 0.7:
        breaks("less than 70 % of the statements in pure functions", "%d of %d" % (pure, kept))
    asides(project, parsed, spans, notebook, breaks)
    keys(project, parsed, breaks)
    comments(project, parsed, notebook, breaks)
    tools(project, breaks)
    return broken


def kept_spans(project):
    """{file: [(first line, last line)]} of the notebook's statements that are in the package, as its lock says. What was written around them is nobody's work to keep."""
    with open(os.path.join(project, "graduation.lock"), encoding="utf-8") as f:
        lock = json.load(f)
    spans = {}
    for s in lock["spans"]:
        spans.setdefault(s["file"], []).append((s["to"], s.get("to_end", s["to"])))
    return spans


def notebooks_own(function):
    """The statements of a function and of those inside it, without docstrings."""
    for n in ast.walk(function):
        if isinstance(n, ast.stmt) and n is not function and not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant) and isinstance(n.value.value, str)):
            yield n


def in_memory(call):
    """read_csv(io.StringIO(…)) reaches no file."""
    return any(isinstance(a, ast.Call) and dotted(a.func).split(".")[-1] in ("StringIO", "BytesIO") for a in call.args)


def into_memory(call, function):
    """print(…, file=text), where the function made text = StringIO() itself or says that it is given one: a string is built, and nothing is put out."""
    for k in call.keywords:
        if k.arg == "file" and isinstance(k.value, ast.Name) and dotted(call.func) == "print":
            for n in ast.walk(function):
                if isinstance(n, ast.Assign) and isinstance(n.value, ast.Call) and dotted(n.value.func).split(".")[-1] == "StringIO" and any(isinstance(t, ast.Name) and t.id == k.value.id for t in n.targets):
                    return True
                if isinstance(n, ast.arg) and n.arg == k.value.id and n.annotation is not None and dotted(n.annotation).split(".")[-1] == "StringIO":
                    return True
    return False


def asides(project, parsed, spans, notebook, breaks):
    """What the type checker is told to pass over is a statement of the notebook's, for one named fault, and the record lists it, or its author wrote the comment. Modules
    that come along are their author's."""
    written = ""
    if notebook:
        with open(notebook, encoding="utf-8") as f:
            written = f.read()
    with open(os.path.join(project, "graduation.lock"), encoding="utf-8") as f:
        lock = json.load(f)
    listed = {(a["file"], a["line"], a["code"]) for a in lock.get("set_aside", ())}
    with open(os.path.join(project, "GRADUATION.md"), encoding="utf-8") as f:
        record = f.read()
    for path, text, _ in parsed:
        file = path.replace(os.sep, "/")
        if file.split("/")[1] != lock["package"]:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            m = re.search(r"#\s*type:\s*ignore(\[([^]]*)\])?", line)
            if not m:
                continue
            codes = [c.strip() for c in (m.group(2) or "").split(",")]
            own = any(a <= number <= b for a, b in spans.get(file, ()))
            if own and m.group(0) in written:
                continue
            if not own or any((file, number, c) not in listed for c in codes) or "%s:%d" % (file, number) not in record:
                breaks("a fault set aside that is not recorded", "%s:%d" % (file, number))


def keys(project, parsed, breaks):
    """Every field of the configuration is read somewhere outside it."""
    fields = []
    for path, _, tree in parsed:
        if os.path.basename(path) == "config.py":
            for n in ast.walk(tree):
                if isinstance(n, ast.ClassDef):
                    fields += [s.target.id for s in n.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
    elsewhere = " ".join(text for path, text, _ in parsed if os.path.basename(path) != "config.py")
    for f in fields:
        if not re.search(r"\b%s\b" % re.escape(f), elsewhere):
            breaks("a configuration key that nothing reads", f)


def comments(project, parsed, notebook, breaks):
    """At least 95 % of the comments of kept statements are in the package, its notebook or its record."""
    if not notebook or not notebook.endswith(".ipynb"):
        return
    import straight

    wanted = []
    for _, source, _ in straight.cells_of(notebook):
        wanted += [c for c in (" ".join(c.lstrip("#").split()) for c in comments_of(source)) if len(c) > 2]
    if not wanted:
        return
    have = []
    for folder, folders, files in os.walk(project):
        for name in files:
            if name.endswith((".py", ".ipynb", ".md")):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
                    text = f.read()
                if name.endswith(".ipynb"):
                    text = " ".join("".join(c["source"]) for c in json.loads(text).get("cells", []))
                have.append(" ".join(text.split()))
    everything = " ".join(have)
    kept = sum(w in everything for w in wanted)
    if kept / len(wanted) < 0.95:
        breaks("comments lost", "%d of %d kept" % (kept, len(wanted)))


def comments_of(source):
    """The comments of a cell, as Python's own tokenizer tells them from texts that hold a #; of one that it cannot read, lines that look like one."""
    try:
        return [t.string for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type == tokenize.COMMENT]
    except (tokenize.TokenError, SyntaxError):
        found = (re.match(r"^\s*(#.*\S)", line) or re.match(r"^[^'\"#]*\S[^'\"#]*(#.*\S)\s*$", line) for line in source.splitlines())
        return [m.group(1) for m in found if m]


def tools(project, breaks):
    """Ruff and mypy, as the project configures them; those that are not beside this interpreter are not asked."""
    beside = os.path.dirname(sys.executable)
    for name, arguments in (("ruff", ["check", "--no-cache", "--quiet", "."]), ("mypy", ["--no-incremental", "--cache-dir", os.devnull, "src"])):
        path = os.path.join(beside, name)
        if os.path.exists(path):
            done = subprocess.run([path] + arguments, cwd=project, capture_output=True, text=True)
            if done.returncode:
                breaks(name, (done.stdout or done.stderr).strip().splitlines()[:1])


def main():
    broken = judge(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
    for rule, where in broken.items():
        print("%s: %s" % (rule, where))
    print("the quality gate is", "not passed" if broken else "passed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
