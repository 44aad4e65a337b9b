"""Standard output, displays and figures of a run, and the files that it left."""

import ast
import io
import os
import sys
import types

MAX_TEXT = 1 << 20  # of one cell's standard output, and of one display
SKIPPED = {".ipynb_checkpoints", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}


class Output(io.TextIOBase):
    """Standard output as text by statement."""

    encoding = "utf-8"
    errors = "strict"
    newlines = None

    def __init__(self):
        self.parts = []
        self.owner = ""
        self.length = 0
        self.buffer = Bytes(self)

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not %s" % type(text).__name__)
        if self.length < MAX_TEXT:
            if self.parts and self.parts[-1][0] == self.owner:
                self.parts[-1][1].append(text)
            else:
                self.parts.append((self.owner, [text]))
        self.length += len(text)
        return len(text)

    def writable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        return 1

    def take(self):
        """What was written since the last call: [(owner, text)]."""
        parts = [(owner, "".join(texts)) for owner, texts in self.parts]
        if self.length > MAX_TEXT and parts:
            parts[-1] = (parts[-1][0], parts[-1][1] + "\n… %d characters in all" % self.length)
        self.parts, self.length = [], 0
        return parts

    def so_far(self):
        return sum(len(t) for _, texts in self.parts for t in texts)

    def since(self, position):
        return "".join(t for _, texts in self.parts for t in texts)[position:]


class Bytes(io.RawIOBase):
    def __init__(self, output):
        self.output = output

    def writable(self):
        return True

    def write(self, data):
        self.output.write(bytes(data).decode("utf-8", "replace"))
        return len(data)


class Capture:
    """Displays and figures as observations. `place` says where the run is: (cell, statement)."""

    def __init__(self, canon, output):
        self.canon = canon
        self.output = output
        self.place = ("", "")
        self.observed = []
        self.counts = {}
        self.touched = {}  # figure number → statement

    def number(self, key):
        n = self.counts.get(key, 0)
        self.counts[key] = n + 1
        return n

    def display(self, *objects, **options):
        for x in objects:
            self.show(x, False, True)

    def show(self, x, peek, called=False):
        cell, statement = self.place
        text, html = rendered(x)
        self.observed.append({
            "id": "display:%s:%d" % (statement, self.number("d" + statement)), "kind": "display", "cell": cell, "statement": statement,
            "fingerprint": self.canon.fingerprint(x), "text": text, "html": html, "type": self.canon.type_name(x), "peek": peek, "called": called,
        })

    # ---- figures ---------------------------------------------------------

    def pyplot(self):
        module = sys.modules.get("matplotlib.pyplot")
        return module if module is not None and hasattr(module, "get_fignums") else None

    def mark(self):
        """Notes which figures the statement that just ran changed."""
        plt = self.pyplot()
        if plt is None:
            return False
        changed = False
        for n in plt.get_fignums():
            figure = drawn(plt, n)
            if n not in self.touched or getattr(figure, "_stale", True):
                self.touched[n] = self.place[1]
                changed = True
            figure._stale = False
        return changed

    def flush(self):
        """Figures shown: observed, and closed, as a notebook does at the end of a cell and plt.show() anywhere."""
        plt = self.pyplot()
        if plt is None:
            return
        cell, statement = self.place
        for n in plt.get_fignums():
            figure = drawn(plt, n)
            key = cell or statement
            if figure.get_axes() or figure.texts:
                self.observed.append({
                    "id": "figure:%s:%d" % (key, self.number("f" + key)), "kind": "figure", "cell": cell, "statement": self.touched.get(n, statement),
                    "fingerprint": self.canon.fingerprint(figure), "type": "matplotlib.figure.Figure",
                    "titled": any(a.get_title() or a.get_xlabel() or a.get_ylabel() for a in figure.get_axes()) or bool(getattr(figure, "_suptitle", None)),
                })
            self.touched.pop(n, None)
        plt.close("all")

    def install(self, control, notebook):
        """Puts these displays in the place of IPython's and matplotlib's. Only a notebook has names of its own for them."""
        import builtins

        self.shell = Shell(self)
        current = (lambda: self.shell) if notebook else lambda: None
        if notebook:
            builtins.display = self.display
            builtins.get_ipython = current

        def patch(**names):
            def put(module):
                for n, v in names.items():
                    setattr(module, n, v)

            return put

        control.after["IPython.core.display_functions"] = patch(display=self.display)
        control.after["IPython.core.display"] = lambda module: module.__dict__.update(display=self.display)
        control.after["IPython.display"] = patch(display=self.display, clear_output=lambda *a, **k: None)
        control.after["IPython.core.getipython"] = patch(get_ipython=current)
        control.after["IPython"] = patch(get_ipython=current, display=self.display)

        def show(*args, **kwargs):  # a function: matplotlib hangs a signature on it
            control.quietly(self.flush)

        control.after["matplotlib.pyplot"] = patch(show=show)
        import importlib.util

        if notebook and importlib.util.find_spec("IPython") is None:
            stand_in(self)


def drawn(plt, number):
    return plt._pylab_helpers.Gcf.figs[number].canvas.figure


def rendered(x):
    """(text/plain, text/html) as a notebook shows them."""
    try:
        text = repr(x)
    except Exception as error:
        text = "<repr raised %s>" % type(error).__name__
    html = ""
    method = getattr(type(x), "_repr_html_", None)
    if method is not None:
        try:
            html = method(x) or ""
        except Exception:
            html = ""
    return text[:MAX_TEXT], html[:MAX_TEXT] if isinstance(html, str) else ""


PEEKS = {"head", "tail", "info", "describe", "sample", "keys", "get_params", "memory_usage", "nunique", "items"}
PEEK_ATTRIBUTES = {"shape", "dtypes", "dtype", "columns", "index", "size", "ndim", "T", "feature_names", "__version__"}
PEEK_FUNCTIONS = {"len", "type", "dir", "help", "id", "vars", "isinstance"}


def is_peek(tree):
    """Whether a displayed expression looks at data rather than makes a result."""
    if isinstance(tree, ast.Call):
        f = tree.func
        return isinstance(f, ast.Attribute) and f.attr in PEEKS or isinstance(f, ast.Name) and f.id in PEEK_FUNCTIONS
    if isinstance(tree, ast.Attribute):
        return tree.attr in PEEK_ATTRIBUTES
    return False


class Lines(list):
    """What `get_ipython().getoutput` gives: lines, also as one text."""

    @property
    def n(self):
        return "\n".join(self)

    nlstr = n

    @property
    def s(self):
        return " ".join(self)

    @property
    def l(self):
        return list(self)


class Shell:
    """The part of IPython's shell that notebooks use by name."""

    def __init__(self, capture):
        self.capture = capture
        self.user_ns = {}
        self.events = self  # matplotlib registers itself; figures are taken at the end of each cell anyway

    def register(self, *args):
        pass

    unregister = enable_gui = showtraceback = set_custom_exc = register

    def getoutput(self, command, split=True):
        import subprocess

        done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
        self.user_ns["_exit_code"] = done.returncode
        return Lines(done.stdout.splitlines())

    def system(self, command):
        for line in self.getoutput(command):
            print(line)

    system_raw = system_piped = system

    def run_line_magic(self, name, line="", *more):
        if name in ("matplotlib", "load_ext", "reload_ext", "autoreload", "config", "precision", "pylab", "aimport"):
            return None
        raise NotImplementedError("%%%s has no meaning outside a notebook" % name)

    magic = lambda self, line: self.run_line_magic(*line.split(None, 1))

    def run_cell_magic(self, name, line, cell):
        raise NotImplementedError("%%%%%s has no meaning outside a notebook" % name)

    def set_next_input(self, *args, **options):
        pass


def stand_in(capture):
    """IPython's display classes, where IPython is not installed: they hold what they were given."""

    class DisplayObject:
        def __init__(self, data=None, url=None, filename=None, **more):
            self.data, self.url, self.filename = data, url, filename
            self.__dict__.update(more)

        def _repr_html_(self):
            return self.data if type(self).__name__ in ("HTML", "SVG") and isinstance(self.data, str) else ""

    root, display, core = (types.ModuleType(n) for n in ("IPython", "IPython.display", "IPython.core"))
    inner = types.ModuleType("IPython.core.display")
    for name in ("HTML", "Image", "Markdown", "Latex", "Math", "SVG", "JSON", "Javascript", "IFrame", "YouTubeVideo", "Audio", "Video", "Code", "Pretty", "FileLink"):
        cls = type(name, (DisplayObject,), {"__module__": "IPython.core.display"})
        setattr(display, name, cls)
        setattr(inner, name, cls)
    display.display = inner.display = root.display_function = capture.display
    display.clear_output = lambda *a, **k: None
    for name in ("html", "markdown", "png", "svg", "latex", "pretty", "javascript"):
        setattr(display, "display_" + name, capture.display)
    display.set_matplotlib_formats = lambda *a, **k: None
    root.get_ipython = lambda: capture.shell
    root.display, root.core, core.display = display, core, inner
    root.__path__, core.__path__ = [], []
    root.__version__ = "0"
    sys.modules.update({"IPython": root, "IPython.display": display, "IPython.core": core, "IPython.core.display": inner})


# ---- files -----------------------------------------------------------------


def settle():
    """Files that the run left open are flushed, as they would be when the interpreter ends."""
    import gc

    gc.collect()
    for x in gc.get_objects():
        if isinstance(x, (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)):
            try:
                if not x.closed:
                    x.flush()
            except (OSError, ValueError):
                pass


def snapshot(root):
    """Path → (size, time of change) of every file under root."""
    found = {}
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED)
        for name in files:
            path = os.path.join(folder, name)
            try:
                s = os.lstat(path)
            except OSError:
                continue
            found[path] = (s.st_size, s.st_mtime_ns, s.st_ino)
    return found


def written(root, start, before, canon):
    """Files that a run made, changed or removed, as observations."""
    from . import contents

    after = snapshot(root)
    made = []
    for path in sorted(set(before) | set(after)):
        if before.get(path) == after.get(path) or path.endswith(".pyc"):
            continue
        name = os.path.relpath(path, start).replace(os.sep, "/")
        o = {"id": "file:" + name, "kind": "file", "name": name, "created": path not in before}
        if path not in after:
            o["fingerprint"] = "removed"
        elif not os.path.isfile(path):  # a link that leads nowhere
            o["fingerprint"] = canon.save(canon.tree_of(os.readlink(path) if os.path.islink(path) else ""))
        else:
            kind, tree = contents.content(path, canon)
            o.update(fingerprint=canon.save(tree), type=kind, size=after[path][0])
        made.append(o)
    return made
