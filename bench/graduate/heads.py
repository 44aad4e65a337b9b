"""Head to head: `python heads.py REPOS OUTDIR`. What soorgeon, marimo and nbconvert make of the notebooks that funnel.py tried, by the same judge.

The judge is the second prover's way of looking: the notebook is run twice by IPython; the result is run in a fresh copy, offline; then files, printed lines and the values of
variables that came out the same twice are compared. nbconvert and marimo give one program, which is run as it is. soorgeon gives tasks for a pipeline; it counts as made
when it writes them, and is not run, as that needs another tool. The quality gate reads a package, so it is asked of packages only. What was judged is kept in heads.json.
"""

import argparse
import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import io
import warnings

import second
import straight


def program(path, kind, root, where, limit):
    """Runs a made program in a copy and keeps its variables, its text and its files."""
    base = tempfile.mkdtemp(prefix="straight-")
    try:
        copy = os.path.join(base, "here")
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*straight.SKIP), symlinks=True)
        start = os.path.normpath(os.path.join(copy, where))
        made = shutil.copy(path, os.path.join(base, "made_program.py"))

        def work():
            os.chdir(start)
            sys.path[:0] = [start, base]
            straight.seeded()
            before = straight.listing(copy)
            text = io.StringIO()
            real, sys.stdout = sys.stdout, text
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    if kind == "marimo":
                        import made_program

                        _, names = made_program.app.run()
                        names = dict(names)
                    else:
                        names = runpy.run_path(made)
            except BaseException as error:
                return {"status": "raised", "error": repr(error)[:200]}
            finally:
                sys.stdout = real
            final = {n: straight.frozen(v) for n, v in names.items() if not n.startswith("_") and type(v).__name__ not in ("module", "function", "type")}
            return {"status": "complete", "final": final, "printed": text.getvalue(), "files": straight.changed(copy, start, before)}

        return straight.forked(work, limit, os.path.join(base, "result"))
    finally:
        shutil.rmtree(base, ignore_errors=True)


def judge(first, again, result):
    """(differences, compared) of a run program against the notebook's two runs."""
    differences, compared = [], 0
    for name, a in first["final"].items():
        b = again["final"].get(name)
        if a is None or b is None:
            continue
        try:
            x, y = second.thaw(a), second.thaw(b)
        except Exception:
            continue
        if a != b and second.same(x, y):
            continue
        compared += 1
        c = result["final"].get(name)
        if c is None:
            differences.append(name + " is not there")
            continue
        try:
            d = second.same(x, second.thaw(c))
        except Exception:
            continue
        if d:
            differences.append("%s: %s" % (name, d))
    for name, data in first["files"].items():
        if again["files"].get(name) == data:
            compared += 1
            if result["files"].get(name) != data:
                differences.append("file " + name)
    lines = set(second.masked(result["printed"]).splitlines())
    for cell, text in first["printed"].items():
        for line, other in zip(second.masked(text).splitlines(), second.masked(again["printed"].get(cell, "")).splitlines()):
            if line == other and line.strip():
                compared += 1
                if line not in lines:
                    differences.append("not printed: %.60s" % line)
    return differences, compared


def make(kind, tools, notebook, base):
    """The tool's result, or None."""
    out = os.path.join(base, "made.py")
    if kind == "nbconvert":
        command = [os.path.join(tools, "jupyter-nbconvert"), "--to", "script", "--output-dir", base, "--output", "made", notebook]
    elif kind == "marimo":
        command = [os.path.join(tools, "marimo"), "convert", notebook, "-o", out]
    else:
        shutil.copy(notebook, os.path.join(base, "nb.ipynb"))
        command = [os.path.join(tools, "soorgeon"), "refactor", "nb.ipynb", "--file-format", "py"]
    try:
        done = subprocess.run(command, cwd=base, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return None
    if kind == "soorgeon":
        return os.path.join(base, "tasks") if done.returncode == 0 and os.path.isdir(os.path.join(base, "tasks")) else None
    for name in (out, os.path.join(base, "made.txt")):
        if os.path.exists(name):
            return name
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repositories")
    parser.add_argument("out")
    parser.add_argument("--tools", required=True, help="the folder with jupyter-nbconvert, marimo and soorgeon")
    parser.add_argument("--limit", type=float, default=300)
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    folder, out = os.path.abspath(options.repositories), os.path.abspath(options.out)
    with open(os.path.join(out, "funnel.json")) as f:
        tried = json.load(f)
    straight.preload()
    kept = os.path.join(out, "heads.json")
    judged = {}
    if os.path.exists(kept):
        with open(kept) as f:
            judged = json.load(f)
    for key in sorted(tried, key=lambda k: tried[k]["seconds"]):
        entry = tried[key]
        if len(judged) >= options.count:
            break
        if key in judged or not (entry["status"] == "graduated" or entry.get("reason") == "result-differs"):
            continue
        path, root = os.path.join(folder, key), os.path.join(folder, key.split("/")[0])
        first, again = straight.notebook(path, root, time_limit=options.limit), straight.notebook(path, root, time_limit=options.limit)
        if first["status"] != "complete" or again["status"] != "complete":
            continue
        judged[key] = {kind: one(kind, options, path, root, first, again, entry, out) for kind in KINDS}
        for kind, said in judged[key].items():
            print(key, kind, said, flush=True)
        with open(kept + ".part", "w") as f:
            json.dump(judged, f, indent=1)
        os.replace(kept + ".part", kept)
    print("%d notebooks" % len(judged))
    print("%-12s %6s %6s %12s %14s" % ("tool", "made", "runs", "same", "quality gate"))
    for kind in KINDS:
        rows = [j[kind] for j in judged.values()]
        figures = [sum(r[k] for r in rows) for k in ("made", "runs", "same", "gate")]
        asked = {"soorgeon": 1, "roadworthy": 4}.get(kind, 3)
        print("%-12s %6s %6s %12s %14s" % tuple([kind] + [f if k < asked else "-" for k, f in enumerate(figures)]))


KINDS = ("nbconvert", "marimo", "soorgeon", "roadworthy")


def one(kind, options, path, root, first, again, entry, out):
    """What one tool makes of one notebook: whether it is made, runs, computes the same, and passes the gate, with the first differences."""
    said = {"made": False, "runs": False, "same": False, "gate": False, "compared": 0, "differences": []}
    if kind == "roadworthy":
        if entry["status"] != "graduated":
            return said
        project = os.path.join(out, entry["package"])
        with open(os.path.join(project, "graduation.lock"), encoding="utf-8") as f:
            lock = json.load(f)
        differences, compared, _ = second.prove(path, root, project, original=second.originals(path, root, lock, options.limit))
        said.update(made=True, runs=not any(d.startswith("the package") for d in differences), same=not differences and compared > 0, gate=not entry["gate"], compared=compared, differences=differences[:2])
        return said
    with tempfile.TemporaryDirectory() as base:
        made = make(kind, options.tools, path, base)
        if made is None:
            return said
        said["made"] = True
        if kind == "soorgeon":
            return said
        result = program(made, kind, root, os.path.relpath(os.path.dirname(path), root), options.limit)
        if result["status"] != "complete":
            said["differences"] = [result["status"] + " " + result.get("error", "")[:200]]
            return said
        differences, compared = judge(first, again, result)
        said.update(runs=True, same=not differences and compared > 0, compared=compared, differences=differences[:2])
    return said


if __name__ == "__main__":
    main()
