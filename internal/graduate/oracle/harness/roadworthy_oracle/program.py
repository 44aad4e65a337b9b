"""Runs a notebook's or script's statements one by one, and notes after each what it did."""

import __future__

import ast
import builtins
import linecache
import os
import signal
import sys
import time
import traceback
import types

from . import capture as capturing
from . import fixtures
from .control import TimeLimit, Unanswered
from .watch import Watch, is_history

FUTURE = 0
for _name in __future__.all_feature_names:
    FUTURE |= getattr(__future__, _name).compiler_flag
AWAIT = getattr(ast, "PyCF_ALLOW_TOP_LEVEL_AWAIT", 0)


class Now(ast.NodeTransformer):
    """`np.datetime64("now")` and its like ask the C library for the time; here the word becomes the frozen date."""

    def __init__(self, control):
        self.date = control.date
        self.resources = control.resources

    def visit_Call(self, node):
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("datetime64", "Timestamp", "to_datetime") and node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value in ("now", "today"):
            text = self.date if node.args[0].value == "now" or name != "datetime64" else self.date[:10]
            node.args[0] = ast.copy_location(ast.Constant(text), node.args[0])
            self.resources.add("CLOCK")
        return node


class Program:
    def __init__(self, request, control, canon, capture, output, progress):
        self.request = request
        self.control = control
        self.canon = canon
        self.capture = capture
        self.output = output
        self.progress = progress
        self.trace = {"status": "complete", "statements": [], "observed": [], "fixtures": {}}
        self.flags = 0
        self.loop = None

    def module(self):
        """The `__main__` that the statements live in."""
        module = types.ModuleType("__main__")
        module.__dict__["__builtins__"] = builtins
        if self.request["script"]:
            module.__file__ = os.path.join(self.control.start, self.request["file"])
        sys.modules["__main__"] = module
        if not self.request["script"]:
            shell = self.capture.shell
            shell.user_ns = module.__dict__
            module.__dict__.update({"In": [""], "Out": {}, "get_ipython": lambda: shell, "exit": sys.exit, "quit": sys.exit})
        return module

    def run(self):
        module = self.module()
        self.namespace = module.__dict__
        self.watch = Watch(self.namespace, self.canon)
        cells = self.request["cells"] or []
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, self.late)
        for number, cell in enumerate(cells):
            self.progress("cell %s %d %d" % (cell["id"], number, len(cells)))
            if hasattr(signal, "SIGALRM"):
                signal.setitimer(signal.ITIMER_REAL, self.request["cell_limit"])
            try:
                going = self.cell(cell)
            except TimeLimit:  # between statements
                self.fail("timed out", cell, None, None)
                going = False
            finally:
                if hasattr(signal, "SIGALRM"):
                    signal.setitimer(signal.ITIMER_REAL, 0)
            if not going:
                break
        self.progress("end")
        if self.trace["status"] == "complete":
            self.trace["final"] = self.control.quietly(self.watch.final)
        return self.trace

    def late(self, *_):
        raise TimeLimit()

    def cell(self, cell):
        identity = cell["id"]
        self.register(cell)
        going = True
        for statement in cell["statements"] or []:
            outcome = self.statement(cell, statement)
            if outcome == "next":
                continue
            going = outcome == "skip"  # a deliberate error: the rest of the cell is not run
            break
        self.capture.place = (identity, self.capture.place[1])
        if not self.request["script"] or not going or cell is self.request["cells"][-1]:
            self.control.quietly(self.capture.flush)
        parts = [(o, t) for o, t in self.output.take() if t]
        if parts:
            text = "".join(t for _, t in parts)
            self.observe({
                "id": "stdout:" + identity, "kind": "stdout", "cell": identity, "fingerprint": fingerprint_text(text), "text": text,
                "parts": [{"statement": o, "text": t} for o, t in parts],
            })
        self.trace["observed"].extend(self.capture.observed)
        self.capture.observed = []
        return going

    def observe(self, observation):
        self.capture.observed.append(observation)

    def register(self, cell):
        """The cell's text for tracebacks and inspect.getsource."""
        lines = []
        for s in cell["statements"] or []:
            own = s["source"].split("\n")
            while len(lines) < s["line"] - 1:
                lines.append("")
            at = s["line"] - 1
            for i, text in enumerate(own):
                if at + i < len(lines):
                    lines[at + i] = lines[at + i] + "; " + text
                else:
                    lines.append(text)
        text = "\n".join(lines) + "\n"
        name = self.file_of(cell)
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)

    def file_of(self, cell):
        if self.request["script"]:
            return os.path.join(self.control.start, self.request["file"])
        return "<cell %s>" % cell["id"]

    def statement(self, cell, statement):
        control, identity = self.control, statement["id"]
        self.capture.place = (cell["id"], identity)
        self.output.owner = identity
        control.events, control.resources = [], set()
        record = {"id": identity, "cell": cell["id"]}
        reached = set()
        generators = control.generators()
        file = self.file_of(cell)
        begin = time.monotonic()
        raised = None
        tree = None
        try:
            tree = ast.parse(statement["source"], file)
            ast.increment_lineno(tree, statement["line"] - 1)
            tree = ast.fix_missing_locations(Now(control).visit(tree))
            reached = control.quietly(self.watch.reach, tree)
            begin = time.monotonic()
            if statement["display"] and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
                value = self.evaluate(compile(ast.Expression(tree.body[0].value), file, "eval", self.flags | AWAIT, True))
                if value is not None:
                    control.quietly(self.capture.show, value, capturing.is_peek(tree.body[0].value))
                    self.remember(cell, value)
            else:
                code = compile(tree, file, "exec", self.flags | AWAIT, True)
                self.flags |= code.co_flags & FUTURE
                self.evaluate(code)
        except TimeLimit:
            raised = ("timed out", None)
        except Unanswered as e:
            raised = ("unanswered", e)
        except SystemExit as e:
            raised = ("exit", e)
        except BaseException as e:
            raised = ("raised", e)
        record["seconds"] = round(time.monotonic() - begin, 6)
        pause(True)
        try:
            self.note(record, statement, tree, reached, generators)
        finally:
            pause(False)
        self.trace["statements"].append(record)
        if raised is None:
            return "next"
        how, error = raised
        if how == "exit" and self.request["script"] and error.code in (None, 0):
            return "stop"
        allowed = cell.get("raises") or []
        if error is not None and how in ("raised", "exit") and ("*" in allowed or type(error).__name__ in allowed):
            record["raised"] = type(error).__name__
            self.observe({
                "id": "exception:" + cell["id"], "kind": "exception", "cell": cell["id"], "statement": identity, "name": type(error).__name__,
                "fingerprint": fingerprint_text(type(error).__name__ + str(error)), "text": str(error),
            })
            return "skip"
        self.fail("raised" if how == "exit" else how, cell, statement, error)
        return "stop"

    def evaluate(self, code):
        if code.co_flags & 0x80:  # CO_COROUTINE: a top-level await
            import asyncio

            if self.loop is None:
                self.loop = asyncio.new_event_loop()
                asyncio.set_event_loop(self.loop)
            return self.loop.run_until_complete(eval(code, self.namespace))
        return eval(code, self.namespace)

    def remember(self, cell, value):
        """`_`, `__`, `_7` and `Out[7]`, for code that speaks of them."""
        if self.request["script"]:
            return
        ns, n = self.namespace, cell.get("count") or cell["index"] + 1
        ns["___"], ns["__"], ns["_"] = ns.get("__", ""), ns.get("_", ""), value
        ns["_%d" % n] = value
        if isinstance(ns.get("Out"), dict):
            ns["Out"][n] = value

    def note(self, record, statement, tree, reached, generators):
        control, identity = self.control, statement["id"]
        control.off.on = True
        try:
            if tree is not None:
                record.update(self.watch.after(tree, reached))
            for name, mark in control.generators().items():
                if generators.get(name, mark) != mark:
                    control.resources.add(name)
            if self.capture.mark():
                control.resources.add("PLT")
            if any(owner == identity for owner, _ in self.output.parts):
                control.resources.add("STDOUT")
            record["events"] = control.events
            record["resources"] = sorted(control.resources)
            for table in ("bound", "mutated"):
                for name, fingerprint in record.get(table, {}).items():
                    value = self.namespace[name]
                    if isinstance(value, (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)) or is_history(name):
                        continue
                    if self.request["fixtures"]:
                        form = fixtures.encode(value, self.request["fixture_cap"])
                        if form is not None:
                            self.trace["fixtures"]["%s %s" % (identity, name)] = form
                    self.observe({
                        "id": "value:%s:%s" % (identity, name), "kind": "value", "cell": record["cell"], "statement": identity, "name": name,
                        "fingerprint": fingerprint, "type": self.canon.type_name(value),
                    })
        finally:
            control.off.on = False

    def fail(self, status, cell, statement, error):
        self.trace["status"] = status
        self.trace["error"] = describe(error, cell, statement, self.file_of(cell), self.control)


def pause(on):
    """No time limit strikes while the harness itself is at work: the interval timer is held and set again."""
    if not hasattr(signal, "SIGALRM"):
        return
    if on:
        pause.left = signal.setitimer(signal.ITIMER_REAL, 0)[0]
    elif pause.left:
        signal.setitimer(signal.ITIMER_REAL, pause.left)


pause.left = 0


def fingerprint_text(text):
    from .canon import digest

    return digest(text)


def describe(error, cell, statement, file, control):
    """An exception as the trace tells it, with what it was about where that can be known."""
    made = {"cell": cell["id"] if cell else "", "statement": statement["id"] if statement else "", "type": type(error).__name__ if error is not None else "", "message": "", "traceback": "", "line": 0}
    if error is None:
        return made
    made["message"] = (error.msg if isinstance(error, SyntaxError) else str(error))[:4000]
    if control.refused:
        made["refused"] = control.refused
    frames = traceback.extract_tb(error.__traceback__)
    frames = [f for f in frames if "roadworthy_oracle" not in f.filename]
    made["traceback"] = "".join(traceback.format_list(frames[-12:]) + traceback.format_exception_only(type(error), error))[-6000:]
    own = [f for f in frames if f.filename == file]
    if own:
        made["line"] = own[-1].lineno
    elif isinstance(error, SyntaxError) and error.lineno:
        made["line"] = error.lineno
    elif statement:
        made["line"] = statement["line"]
    last = frames[-1].filename if frames else ""
    made["in_library"] = bool(last) and not last.startswith("<") and control.relative(last) is None
    import re

    seen = set()
    e = error
    while e is not None and id(e) not in seen:
        seen.add(id(e))
        if isinstance(e, ModuleNotFoundError) and e.name:
            made["missing_module"] = e.name
        elif isinstance(e, ImportError) and e.name and e is error:
            module = sys.modules.get(e.name.split(".")[0])
            where = getattr(module, "__file__", None) or ""
            made["in_library"] = bool(where) and control.relative(where) is None
        if isinstance(e, NameError) and not isinstance(e, UnboundLocalError):
            name = getattr(e, "name", None) or (re.findall(r"name '(\w+)'", str(e)) or [""])[0]
            made["missing_name"] = name
        if isinstance(e, FileNotFoundError) or "No such file" in str(e) or "not found" in str(e) and isinstance(e, OSError):
            name = getattr(e, "filename", None) or (re.findall(r"""['"]([^'"]+)['"]""", str(e)) or re.findall(r"(\S+) not found", str(e)) or [""])[0]
            made["missing_file"] = os.fsdecode(name) if isinstance(name, (str, bytes)) else str(name)
        e = e.__cause__ or e.__context__
    return made
