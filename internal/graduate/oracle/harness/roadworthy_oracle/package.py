"""Runs `python -m package`, and notes what each of its recorded functions took and returned."""

import contextlib
import dataclasses
import functools
import inspect
import os
import runpy
import sys
import threading

from .program import Now, describe, fingerprint_text
from .control import TimeLimit, Unanswered

PARTS = 60  # of one returned value
KEYS = 400  # of a dict: what a function shows is one


class Package:
    def __init__(self, request, control, canon, capture, output, progress):
        self.request = request
        self.control = control
        self.canon = canon
        self.capture = capture
        self.output = output
        self.progress = progress
        self.module = request["module"]
        self.wanted = {f["name"] for f in request["functions"] or []}
        self.calls = []
        self.depth = 0
        self.lines = {}

    def run(self):
        self.control.finder.wanted = lambda name: name == self.module or name.startswith(self.module + ".")
        self.control.after[""] = self.loaded
        self.control.finder.compile = self.compile
        sys.path.insert(0, self.request["source"])
        sys.argv = [self.module] + list(self.request["args"] or [])
        trace = {"status": "complete", "calls": self.calls, "observed": []}
        self.progress("cell %s 0 1" % self.module)
        if self.request["lines"]:
            self.root = os.path.realpath(self.request["source"]) + os.sep
            threading.settrace(self.trace)
            sys.settrace(self.trace)
        self.capture.place = ("", "")
        error, status = None, ""
        try:
            runpy.run_module(self.module, run_name="__main__", alter_sys=True)
        except TimeLimit:
            status = "timed out"
        except Unanswered as e:
            status, error = "unanswered", e
        except SystemExit as e:
            if e.code not in (None, 0):
                status, error = "raised", e
        except BaseException as e:
            status, error = "raised", e
        finally:
            sys.settrace(None)
            threading.settrace(None)
        if status:
            trace["status"] = status
            trace["error"] = describe(error, None, None, "", self.control)
        self.progress("end")
        self.control.quietly(self.capture.flush)
        text = "".join(t for _, t in self.output.take())
        trace["observed"] = [{"id": "stdout", "kind": "stdout", "fingerprint": fingerprint_text(text), "text": text}] + self.capture.observed
        trace["lines"] = {os.path.relpath(f, os.path.dirname(self.request["source"])): sorted(n) for f, n in self.lines.items()} if self.request["lines"] else {}
        return trace

    def compile(self, data, path, *rest, **options):
        import ast

        return compile(ast.fix_missing_locations(Now(self.control).visit(ast.parse(data, path))), path, "exec", dont_inherit=True, optimize=options.get("_optimize", -1))

    # ---- executed lines ----------------------------------------------------

    def trace(self, frame, event, argument):
        name = frame.f_code.co_filename
        if not name.startswith(self.root):
            return None
        lines = self.lines.setdefault(name, set())
        lines.add(frame.f_lineno)

        def local(frame, event, argument):
            lines.add(frame.f_lineno)
            return local

        return local

    # ---- calls -------------------------------------------------------------

    def loaded(self, module):
        short = module.__name__[len(self.module) + 1 :]
        for name in list(vars(module)):
            full = short + "." + name if short else name
            f = vars(module)[name]
            if full in self.wanted and callable(f) and getattr(f, "__module__", "") == module.__name__:
                setattr(module, name, self.recorded(full, f))

    def recorded(self, name, f):
        try:
            signature = inspect.signature(f)
        except (TypeError, ValueError):
            return f

        @contextlib.contextmanager
        def recording(args, kwargs):
            call = {"function": name, "params": {}, "returns": {}, "depth": self.depth}
            self.calls.append(call)
            place = self.capture.place
            position = self.output.so_far()
            try:
                bound = signature.bind(*args, **kwargs)
                bound.apply_defaults()
                self.control.quietly(self.enter, call, bound.arguments)
            except TypeError:
                pass  # the call itself will raise
            self.capture.place = ("", name)
            self.depth += 1
            result = []
            try:
                yield result
            except BaseException as e:
                call["raised"] = type(e).__name__
                raise
            finally:
                self.depth -= 1
                self.capture.place = place
                call["stdout"] = self.output.since(position)
            self.control.quietly(self.leave, call, result[0])

        if inspect.iscoroutinefunction(f):

            @functools.wraps(f)
            async def wrapper(*args, **kwargs):
                with recording(args, kwargs) as result:
                    result.append(await f(*args, **kwargs))
                return result[0]

        else:

            @functools.wraps(f)
            def wrapper(*args, **kwargs):
                with recording(args, kwargs) as result:
                    result.append(f(*args, **kwargs))
                return result[0]

        return wrapper

    def enter(self, call, arguments):
        for n, v in arguments.items():
            call["params"][n] = self.canon.fingerprint(v)

    def leave(self, call, result):
        returns = call["returns"]
        returns[""] = self.canon.fingerprint(result)
        for part, value in parts_of(result):
            returns[part] = self.canon.fingerprint(value)
            for inner, below in parts_of(value) if isinstance(value, (dict, tuple)) else ():
                if isinstance(value, dict) or len(returns) < PARTS * 4:
                    returns[part + "/" + inner] = self.canon.fingerprint(below)


def parts_of(value):
    if isinstance(value, tuple):
        fields = getattr(type(value), "_fields", ())
        for i, v in enumerate(value[:PARTS]):
            yield str(i), v
            if i < len(fields):
                yield fields[i], v
    elif isinstance(value, dict):
        for k in list(value)[:KEYS]:
            if isinstance(k, str):
                yield k, value[k]
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for f in dataclasses.fields(value):
            if hasattr(value, f.name):
                yield f.name, getattr(value, f.name)
