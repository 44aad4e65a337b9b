"""The second prover's eyes: runs a notebook as a kernel would, and a package as `python -m` would, and keeps what both did.

Deliberately nothing of the product is used here: IPython itself runs the cells, values are kept by pickle, the network is shut by a namespace of
this process. Runs are forked from a process that has the usual libraries loaded, so that a notebook costs what it computes.
"""

import ast
import ctypes
import hashlib
import io
import json
import os
import pickle
import random
import runpy
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings

LIBRARIES = ["numpy", "pandas", "matplotlib.pyplot", "scipy.stats", "statsmodels.api", "IPython.core.interactiveshell", "IPython.display", "seaborn", "sklearn.linear_model", "sklearn.ensemble", "sklearn.cluster", "sklearn.datasets", "sklearn.model_selection", "sklearn.decomposition", "sympy"]
SKIP = {".git", ".ipynb_checkpoints", "__pycache__"}
SEED = 7


def preload():
    os.environ.setdefault("MPLBACKEND", "Agg")
    for name in LIBRARIES:
        try:
            __import__(name)
        except ImportError:
            pass


def cells_of(path):
    """(index, source, names of stored errors) of the code cells; ValueError when it is no notebook of Python."""
    with open(path, encoding="utf-8") as f:
        book = json.load(f)
    language = book.get("metadata", {}).get("kernelspec", {}).get("language") or book.get("metadata", {}).get("language_info", {}).get("name") or "python"
    if language.lower() not in ("python", "python3", "ipython"):
        raise ValueError("language " + language)
    cells = book["cells"] if "cells" in book else [c for w in book.get("worksheets", []) for c in w.get("cells", [])]
    found = []
    for index, c in enumerate(cells):
        if c.get("cell_type") != "code":
            continue
        source = c.get("source", c.get("input", ""))
        source = source if isinstance(source, str) else "".join(source)
        errors = [o.get("ename", "") for o in c.get("outputs", []) if o.get("output_type") in ("error", "pyerr")]
        tags = c.get("metadata", {}).get("tags", [])
        found.append((index, source, ["*"] if "raises-exception" in tags else errors))
    return found


def parses(path):
    """E0: the notebook is Python's and its cells parse after IPython's own lexing."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        cells = cells_of(path)
    except (ValueError, KeyError, UnicodeDecodeError) as error:
        return False, str(error)[:100]
    if not any(s.strip() for _, s, _ in cells):
        return False, "no code"
    manager = TransformerManager()
    for index, source, _ in cells:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(manager.transform_cell(source))
        except (SyntaxError, ValueError) as error:
            return False, "cell %d: %s" % (index + 1, error)
    return True, ""


def forked(work, limit, out):
    """Runs `work()` in a child without network, with a time limit; its result comes back through a pickle. No process survives it."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            os.setpgid(0, 0)
            ctypes.CDLL(None).unshare(0x10000000 | 0x40000000)  # user and network namespaces
            result = work()
            with open(out + ".part", "wb") as f:
                pickle.dump(result, f)
            os.replace(out + ".part", out)
        except BaseException:
            with open(out + ".error", "w") as f:
                f.write(traceback.format_exc())
        os._exit(0)
    deadline = time.monotonic() + limit
    while True:
        done, _ = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        if time.monotonic() > deadline:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return {"status": "time limit"}
        time.sleep(0.05)
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    if os.path.exists(out):
        with open(out, "rb") as f:
            return pickle.load(f)
    error = ""
    if os.path.exists(out + ".error"):
        with open(out + ".error") as f:
            error = f.read()
    return {"status": "died", "error": error[-600:]}


def seeded():
    random.seed(SEED)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(SEED)
        real = numpy.random.default_rng
        numpy.random.default_rng = lambda seed=None: real(SEED if seed is None else seed)


def frozen(value):
    try:
        return pickle.dumps(value, protocol=4)
    except Exception:
        return None


def notebook(path, root, wanted=None, time_limit=600, lessons=None, patient=False):
    """Runs the notebook in a copy of root. wanted: {cell index: {statement number: [names]}}, values to keep after a statement. lessons: {cell index: type of an
    error that it may end with}, beside those that the notebook's own outputs and tags tell. patient: a cell that asks for a name that no cell has given yet is run
    again behind the next one; else the cells run from top to bottom."""
    base = tempfile.mkdtemp(prefix="straight-")
    try:
        copy = os.path.join(base, "here")
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*SKIP), symlinks=True)
        start = os.path.join(copy, os.path.relpath(os.path.dirname(path), root))

        def work():
            return in_shell(path, copy, start, wanted or {}, lessons or {}, patient)

        return forked(work, time_limit, os.path.join(base, "result"))
    finally:
        shutil.rmtree(base, ignore_errors=True)


def in_shell(path, copy, start, wanted, lessons, patient):
    os.chdir(start)
    sys.path.insert(0, start)
    home = os.path.join(os.path.dirname(copy), "home")
    os.environ.update(HOME=home, IPYTHONDIR=home, MPLBACKEND="Agg")
    os.makedirs(home)
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    shell.colors = "NoColor"
    # Displayed values are kept as values; their text would mix with what the notebook prints.
    type(shell.displayhook).write_output_prompt = lambda self: None
    type(shell.displayhook).write_format_data = lambda self, *args, **options: None
    type(shell.displayhook).finish_displayhook = lambda self: None
    # Figures are taken at the end of each cell; no window, and no backend that would take them first.
    type(shell).enable_gui = lambda self, gui=None: None
    shell.register_magic_function(lambda line: None, "line", "matplotlib")
    seeded()
    before = listing(copy)
    values, printed, shown, called = {}, {}, {}, {}
    state = {"cell": 0}
    import IPython.core.display
    import IPython.display

    def display(*objects, **options):
        called.setdefault(state["cell"], []).extend(frozen(x) for x in objects)

    IPython.display.display = IPython.core.display.display = IPython.core.display_functions.display = shell.user_ns["display"] = display

    def snap(number):
        for name in wanted.get(state["cell"], {}).get(number, ()):
            if name in shell.user_ns:
                values[(state["cell"], number, name)] = frozen(shell.user_ns[name])

    class After(ast.NodeTransformer):
        def visit_Module(self, module):
            names = wanted.get(state["cell"], {})
            body = []
            for number, s in enumerate(module.body, 1):
                body.append(s)
                if number in names and not (s is module.body[-1] and isinstance(s, ast.Expr)):
                    body.append(ast.fix_missing_locations(ast.copy_location(ast.Expr(ast.Call(ast.Name("__snap__", ast.Load()), [ast.Constant(number)], [])), s)))
            state["count"] = len(module.body)
            module.body = body
            return module

    shell.ast_transformers.append(After())
    shell.user_ns["__snap__"] = snap
    figures = {}
    ahead, waiting = cells_of(path), []
    while ahead:
        index, source, errors = ahead.pop(0)
        state["cell"] = index
        text = io.StringIO()
        real, sys.stdout = sys.stdout, text
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = shell.run_cell(source, store_history=True)
        finally:
            sys.stdout = real
        snap(state.get("count", 0))
        for name in {n for names in wanted.get(index, {}).values() for n in names}:
            if name in shell.user_ns:
                values.setdefault((index, 0, name), frozen(shell.user_ns[name]))
        error = result.error_before_exec or result.error_in_exec
        if patient and ahead and type(error) is NameError and "NameError" not in errors + [lessons.get(index)] and "*" not in errors:
            waiting.append((index, source, errors))
            called.pop(index, None)
            for key in [k for k in values if k[0] == index]:
                del values[key]
            if "matplotlib.pyplot" in sys.modules:
                sys.modules["matplotlib.pyplot"].close("all")
            continue
        if result.result is not None:
            shown[index] = frozen(result.result)
        printed[index] = text.getvalue()
        plt = sys.modules.get("matplotlib.pyplot")
        if plt is not None and plt.get_fignums():
            figures[index] = [picture(plt.figure(n)) for n in plt.get_fignums()]
            plt.close("all")
        if error is not None and type(error).__name__ not in errors + [lessons.get(index)] and "*" not in errors:
            return {"status": "raised", "cell": index, "type": type(error).__name__, "message": str(error)[:300], "cause": cause(error)}
        ahead, waiting = waiting + ahead, []
    final = {n: frozen(v) for n, v in shell.user_ns.items() if not n.startswith("_") and n not in shell.user_ns_hidden and type(v).__name__ not in ("module", "function", "type")}
    return {"status": "complete", "final": final, "values": values, "printed": printed, "shown": shown, "called": called, "figures": figures, "files": changed(copy, start, before)}


def cause(error):
    """A class of failure for the funnel's table."""
    name, text = type(error).__name__, str(error)
    if isinstance(error, ModuleNotFoundError):
        return "missing module"
    if isinstance(error, FileNotFoundError) or "No such file" in text:
        return "missing file"
    if isinstance(error, NameError):
        return "ghost name"
    if name in ("URLError", "ConnectionError", "gaierror", "ConnectTimeout", "HTTPError", "SSLError") or "urlopen" in text or "Max retries" in text or "resolution" in text or "unreachable" in text:
        return "network"
    if isinstance(error, (AttributeError, TypeError, ImportError, KeyError, ValueError)):
        return "API drift or data"
    return name


def picture(figure):
    """A figure's pixels at a fixed size and resolution."""
    try:
        figure.set_dpi(60)
        if not hasattr(figure.canvas, "buffer_rgba"):  # a figure that is not pyplot's
            from matplotlib.backends.backend_agg import FigureCanvasAgg

            FigureCanvasAgg(figure)
        figure.canvas.draw()
        return hashlib.sha256(bytes(figure.canvas.buffer_rgba())).hexdigest()
    except Exception as error:
        return "not drawn: " + type(error).__name__


def listing(root):
    found = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f not in SKIP]
        for name in files:
            p = os.path.join(folder, name)
            s = os.lstat(p)
            found[p] = (s.st_size, s.st_mtime_ns)
    return found


def changed(root, start, before):
    made = {}
    for p, mark in listing(root).items():
        if before.get(p) != mark and not p.endswith(".pyc"):
            with open(p, "rb") as f:
                made[os.path.relpath(p, start)] = f.read()
    return made


def package(project, module, functions, root, start_in, arguments, time_limit=600):
    """Runs `python -m module` with every function's arguments and result kept. functions: names below the module."""
    base = tempfile.mkdtemp(prefix="straight-")
    try:
        copy, own = os.path.join(base, "here"), os.path.join(base, "project")
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*SKIP), symlinks=True)
        shutil.copytree(project, own, ignore=shutil.ignore_patterns(*SKIP))
        start = os.path.normpath(os.path.join(copy, start_in))

        def work():
            return in_module(own, module, functions, copy, start, [a.replace("{project}", own).replace("{data}", start) for a in arguments])

        return forked(work, time_limit, os.path.join(base, "result"))
    finally:
        shutil.rmtree(base, ignore_errors=True)


def in_module(own, module, functions, copy, start, arguments):
    import importlib

    os.chdir(start)
    sys.path.insert(0, os.path.join(own, "src"))
    home = os.path.join(os.path.dirname(copy), "home")
    os.makedirs(home)
    os.environ.update(HOME=home, MPLBACKEND="Agg")
    seeded()
    before = listing(copy)
    calls = []

    def kept(name, f):
        def call(*args, **kwargs):
            entry = {"function": name, "args": frozen(args), "kwargs": frozen(kwargs)}
            calls.append(entry)
            position = text.tell()
            result = f(*args, **kwargs)
            entry["result"] = frozen(result)
            if entry["result"] is None and isinstance(result, tuple):  # one part that cannot be kept is no reason to lose the others
                entry["parts"] = {n: frozen(v) for i, v in enumerate(result) for n in (str(i), *getattr(result, "_fields", ())[i : i + 1])}
            entry["printed"] = text.getvalue()[position:]
            entry["figures"] = [picture(x) for x in (result if isinstance(result, tuple) else [result]) if type(x).__name__ == "Figure"]
            return result

        call.__wrapped__ = f
        call.__name__ = f.__name__
        return call

    for name in functions:
        part, _, function = name.rpartition(".")
        loaded = importlib.import_module(module + "." + part)
        setattr(loaded, function, kept(name, getattr(loaded, function)))
    text = io.StringIO()
    real, sys.stdout = sys.stdout, text
    sys.argv = [module] + list(arguments)
    code, error = 0, ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as e:
        code = e.code or 0
    except BaseException:
        code, error = 1, traceback.format_exc()
    finally:
        sys.stdout = real
    return {"status": "complete" if code == 0 else "raised", "code": code, "error": error[-800:], "calls": calls, "printed": text.getvalue(), "files": changed(copy, start, before)}
