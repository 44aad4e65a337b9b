"""Reads the request, sets the conditions, runs, writes the trace."""

import json
import os
import sys
import time

from . import canon, capture, contents, control, figures, fixtures, package, program, watch  # noqa: F401 all of it before the program begins


def main(path):
    with open(path, encoding="utf-8") as f:
        request = json.load(f)
    out = request["out"]
    if request.get("stderr"):  # in a process that serves many runs
        os.dup2(os.open(request["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
        os.environ.clear()
        os.environ.update(e.split("=", 1) for e in request["env"])
    os.set_inheritable(3, False)

    def progress(text):
        os.write(3, (text + "\n").encode())

    limits(request)
    conditions = control.Control(request)
    values = canon.Canon(os.path.join(out, "values"), request["values"], request.get("own", "__main__"))
    output = capture.Output()
    captured = capture.Capture(values, output)
    captured.install(conditions, request["mode"] == "program" and not request["script"])
    before = capture.snapshot(conditions.root)
    os.chdir(conditions.start)
    own = [conditions.start] if request["mode"] == "program" else []  # a package brings the modules that it imports
    sys.path[:0] = own + [os.path.join(conditions.root, p) for p in request["path"] or []]
    sys.argv = [request.get("file") or ""] + list(request.get("argv") or [])
    real_out = sys.stdout
    sys.stdout = output
    kind = program.Program if request["mode"] == "program" else package.Package
    run = kind(request, conditions, values, captured, output, progress)
    begin = time.monotonic()
    conditions.begin()
    trace = run.run()
    sys.stdout = real_out
    conditions.off.on = True
    trace["seconds"] = round(time.monotonic() - begin, 6)
    capture.settle()
    trace["observed"] += capture.written(conditions.root, conditions.start, before, values)
    trace["python"] = "%d.%d.%d" % sys.version_info[:3]
    trace["modules"] = versions()
    trace["confinement"] = conditions.confinement
    trace["loaded"] = loaded()
    temporary = os.path.join(out, "trace.json.part")
    with open(temporary, "w", encoding="utf-8") as f:
        json.dump(trace, f, ensure_ascii=True, separators=(",", ":"))
    os.replace(temporary, os.path.join(out, "trace.json"))
    sys.stderr.flush()
    os._exit(0)  # threads and exit handlers of the notebook's have no say any more


def serve(path):
    """Loads the modules of LIST.json once, and forks a run for every line on descriptor 4: a request's path. Answers "done STATUS" on descriptor 3.

    This process is the first of a process namespace, so that it can end whatever a run leaves behind before it takes the next.
    """
    import gc
    import importlib
    import signal
    import warnings

    with open(path, encoding="utf-8") as f:
        names = json.load(f)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            try:
                importlib.import_module(name)
            except BaseException:
                pass
    gc.collect()
    gc.freeze()
    os.write(3, b"ready\n")
    lines = os.fdopen(4, encoding="utf-8")
    while True:
        line = lines.readline()
        if not line:
            os._exit(0)
        pid = os.fork()
        if pid == 0:
            try:
                lines.close()
                main(line.strip())
            except BaseException:
                import traceback

                traceback.print_exc()
            finally:
                os._exit(1)
        _, status = os.waitpid(pid, 0)
        if os.getpid() == 1:
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                pass
            while True:
                try:
                    os.waitpid(-1, 0)
                except ChildProcessError:
                    break
        os.write(3, b"done %d\n" % status)


def loaded():
    """Third-party modules in the order of their import, for a process that is to have them before the next run."""
    names = []
    for name, module in list(sys.modules.items()):
        where = getattr(module, "__file__", None) or ""
        if ("site-packages" in where or "dist-packages" in where) and "._" not in name and not name.startswith("_"):
            names.append(name)
    return names


def limits(request):
    try:
        import resource
    except ImportError:
        return
    if request["memory"] > 0:
        try:
            resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))
        except (ValueError, OSError):
            pass
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        size = request["file_size"]
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    except (ValueError, OSError):
        pass


def versions():
    """Versions of the imported third-party modules, as far as they say."""
    found = {}
    for name, module in sorted(sys.modules.items()):
        if "." in name or name.startswith("_"):
            continue
        version = getattr(module, "__version__", None)
        where = getattr(module, "__file__", None) or ""
        if isinstance(version, str) and ("site-packages" in where or "dist-packages" in where):
            found[name] = version
    return found
