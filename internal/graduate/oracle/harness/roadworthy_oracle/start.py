"""Reads the request, sets the conditions, runs, writes the trace."""

import json
import os
import sys
import time

from . import canon, capture, control, fixtures, package, program, watch  # all of it now: later the user's modules come first


def main(path):
    with open(path, encoding="utf-8") as f:
        request = json.load(f)
    out = request["out"]
    os.set_inheritable(3, False)

    def progress(text):
        os.write(3, (text + "\n").encode())

    limits(request)
    conditions = control.Control(request)
    values = canon.Canon(os.path.join(out, "values"), request["values"], request.get("own", "__main__"))
    output = capture.Output()
    captured = capture.Capture(values, output)
    captured.install(conditions)
    before = capture.snapshot(conditions.root)
    os.chdir(conditions.start)
    sys.path[:0] = [conditions.start] + [os.path.join(conditions.root, p) for p in request["path"] or []]
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
    temporary = os.path.join(out, "trace.json.part")
    with open(temporary, "w", encoding="utf-8") as f:
        json.dump(trace, f, ensure_ascii=True, separators=(",", ":"))
    os.replace(temporary, os.path.join(out, "trace.json"))
    sys.stderr.flush()
    os._exit(0)  # threads and exit handlers of the notebook's have no say any more


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
