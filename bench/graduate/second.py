"""The second prover: `python second.py NOTEBOOK ROOT PROJECT`, or `--funnel REPOS OUTDIR` for all that funnel.py found proven. Says whether a graduated package does what its notebook does.

It shares nothing with the product but graduation.lock, which says what to look at: IPython runs the notebook, `runpy` the package, values travel by pickle, and
frames, arrays and estimators are compared by pandas' and numpy's own testing functions. The notebook is run twice; what differs between the two runs is not
compared. Exit status 0: no difference found and something compared; 1: a difference; 2: nothing could be compared.
"""

import difflib
import json
import os
import pickle
import re
import sys

import straight

ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")


def same(a, b, depth=0):
    """None when two values agree, else what differs. Never raises for values that compare oddly."""
    try:
        return differs(a, b, depth)
    except Exception as error:
        return "cannot be compared: %r" % error if not isinstance(error, AssertionError) else str(error).splitlines()[0]


def differs(a, b, depth):
    import numpy
    import pandas

    if type(a).__name__ != type(b).__name__:
        if numpy.isscalar(a) and numpy.isscalar(b) and a == b:
            return None
        return "%s is not %s" % (type(a).__name__, type(b).__name__)
    if isinstance(a, pandas.DataFrame):
        pandas.testing.assert_frame_equal(a, b, check_exact=False, rtol=1e-9, atol=0, check_freq=False)
        return None
    if isinstance(a, pandas.Series):
        pandas.testing.assert_series_equal(a, b, check_exact=False, rtol=1e-9, atol=0, check_freq=False)
        return None
    if isinstance(a, pandas.Index):
        pandas.testing.assert_index_equal(a, b)
        return None
    if isinstance(a, numpy.ndarray):
        if a.dtype.kind in "fc":
            numpy.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12 * float(numpy.nanmax(numpy.abs(a)) if a.size else 0))
        else:
            numpy.testing.assert_array_equal(a, b)
        return None if a.dtype == b.dtype else "%s is not %s" % (a.dtype, b.dtype)
    if isinstance(a, float):
        return None if a == b or a != a and b != b or abs(a - b) <= 1e-9 * max(abs(a), abs(b)) else "%r is not %r" % (a, b)
    if isinstance(a, (list, tuple)) and depth < 30:
        if len(a) != len(b):
            return "%d items are not %d" % (len(a), len(b))
        return next((d for x, y in zip(a, b) for d in [same(x, y, depth + 1)] if d), None)
    if isinstance(a, dict) and depth < 30:
        if set(map(repr, a)) != set(map(repr, b)):
            return "other keys"
        other = {repr(k): v for k, v in b.items()}
        return next((d for k, v in a.items() for d in [same(v, other[repr(k)], depth + 1)] if d), None)
    if isinstance(a, (str, bytes, int, bool, type(None), set, frozenset)):
        return None if a == b else "%.60r is not %.60r" % (a, b)
    own = getattr(a, "__dict__", None)
    if own is not None and depth < 8:
        return same(dict(own), dict(b.__dict__), depth + 1)
    return None if repr(type(a)) == repr(type(b)) else "other types"


def thaw(data):
    return pickle.loads(data)


def boundaries(lock):
    """{cell: {statement: names}} that the notebook's run is to keep, and where each function's values are."""
    wanted = {}
    places = []
    for f in lock["functions"]:
        for r in f["returns"]:
            if r.get("source"):
                places.append((f["name"], r["part"], r["source"], f["boundary"]))
    for o in lock["outputs"]:
        if o["kind"] == "value" and o.get("function"):
            places.append((o["function"], o.get("part", ""), o["name"], o["statements"][-1]))
    for _, _, name, statement in places:
        cell, number = (int(n) for n in re.match(r"c(\d+)\.s(\d+)$", statement).groups())
        wanted.setdefault(cell - 1, {}).setdefault(number, []).append(name)
    return wanted, places


def part_of(value, part):
    for p in part.split("/") if part else ():
        if isinstance(value, dict):
            value = value[p]
        elif isinstance(value, tuple) and p.isdigit():
            value = value[int(p)]
        else:
            value = getattr(value, p)
    return value


def returned(call, part):
    """A part of what a function returned; an error where it could not be kept."""
    if call["result"] is None and "parts" in call:
        first, _, rest = part.partition("/")
        return part_of(thaw(call["parts"][first]), rest)
    return part_of(thaw(call["result"]), part)


def images(data):
    """The pixels of a PNG file, without what its writer says of itself."""
    import io

    from PIL import Image

    return Image.open(io.BytesIO(data)).convert("RGBA").tobytes()


def prove(notebook, root, project, arguments=("--config", "{project}/config.toml", "--directory", "{data}"), limit=600, original=None):
    """(differences, compared, skipped) of a package against its notebook."""
    with open(os.path.join(project, "graduation.lock"), encoding="utf-8") as f:
        lock = json.load(f)
    _, places = boundaries(lock)
    first, again = original or originals(notebook, root, lock, limit)
    if first["status"] != "complete" or again["status"] != "complete":
        return ["the notebook: %s" % first["status"]], 0, 0
    names = [f["name"] for f in lock["functions"]]
    result = straight.package(project, lock["package"], names, root, os.path.relpath(os.path.dirname(notebook), root), arguments, limit)
    if result["status"] != "complete":
        return ["the package: %s %s" % (result["status"], result.get("error", "").strip().splitlines()[-1:])], 0, 0
    # An entry's own package must be importable for its classes to be unpickled.
    sys.path.insert(0, os.path.join(project, "src"))
    try:
        return compare(lock, places, first, again, result)
    finally:
        sys.path.pop(0)
        for name in [n for n in sys.modules if n.split(".")[0] == lock["package"]]:
            del sys.modules[name]


def originals(notebook, root, lock, limit):
    """Two runs of the notebook. Where it ends a cell with an error is what the lock says too: a notebook without outputs does not."""
    wanted, _ = boundaries(lock)
    lessons = {d["cell"] - 1: d["reason"].rpartition(": ")[2] for d in lock["dropped"] if d["reason"].startswith("it is there to fail: ")}
    return straight.notebook(notebook, root, wanted, time_limit=limit, lessons=lessons, patient=True), straight.notebook(notebook, root, wanted, time_limit=limit, lessons=lessons, patient=True)


def compare(lock, places, first, again, result):
    differences, compared, skipped = [], 0, 0
    calls = {c["function"]: c for c in result["calls"]}

    def held(label, a, b, c):
        nonlocal compared, skipped
        if a is None or b is None or c is None:
            skipped += 1
            return
        try:
            x, y, z = thaw(a), thaw(b), c() if callable(c) else thaw(c)
        except Exception:
            skipped += 1
            return
        if a != b and same(x, y):
            skipped += 1  # the notebook itself gives another value each time
            return
        compared += 1
        d = same(x, z)
        if d:
            differences.append("%s: %s" % (label, d))

    for function, part, name, statement in places:
        cell, number = (int(n) for n in re.match(r"c(\d+)\.s(\d+)$", statement).groups())
        key = (cell - 1, number, name)
        if key not in first["values"]:
            key = (cell - 1, 0, name)
        call = calls.get(function)
        if call is None:
            differences.append("%s was not called" % function)
            continue
        held("%s → %s" % (function, name), first["values"].get(key), again["values"].get(key), lambda: returned(call, part))
    for o in lock["outputs"]:
        kind = o["kind"]
        if kind == "file":
            a, b, c = (x["files"].get(os.path.normpath(o["name"])) for x in (first, again, result))
            if a is None:
                skipped += 1
                continue
            compared += 1
            if c is None:
                differences.append("file %s is not written" % o["name"])
            elif a != c and a == b and not (o["name"].endswith(".png") and images(a) == images(c)):
                differences.append("file %s differs" % o["name"])
        elif kind == "display":
            cell, number = (int(n) for n in re.match(r"c(\d+)\.s(\d+)$", o["statements"][0]).groups())
            call = calls.get(o.get("function", ""))
            if call is None or o.get("stdout"):
                skipped += 1
                continue
            if o.get("called"):  # by a function that calls display(): all those of a cell, in their order
                together = [x for x in lock["outputs"] if x.get("called") and x["statements"][0].split(".")[0] == o["statements"][0].split(".")[0]]
                a, b = (x["called"].get(cell - 1, []) for x in (first, again))
                if len(a) == len(together) == len(b):
                    at = together.index(o)
                    held("display %d of cell %d" % (at + 1, cell), a[at], b[at], lambda: returned(call, o.get("part", "")))
                else:
                    skipped += 1
                continue
            held("display of cell %d" % cell, first["shown"].get(cell - 1), again["shown"].get(cell - 1), lambda: returned(call, o.get("part", "")))
        elif kind == "figure":
            cell = int(re.match(r"c(\d+)", o["statements"][0]).group(1)) - 1
            call = calls.get(o.get("function", ""))
            a, b = first["figures"].get(cell), again["figures"].get(cell)
            if not a or a != b or call is None or not call.get("figures"):
                skipped += 1
                continue
            compared += 1
            if not set(call["figures"]) <= set(a):
                differences.append("figure of cell %d has other pixels" % (cell + 1))
    kept = [o for o in lock["outputs"] if o["kind"] == "stdout"]
    lines = set(masked(result["printed"]).splitlines())
    for o in kept:
        cell = int(re.match(r"c(\d+)", o["statements"][0]).group(1)) - 1
        a, b = first["printed"].get(cell, ""), again["printed"].get(cell, "")
        wanted = [x for x, y in zip(masked(a).splitlines(), masked(b).splitlines()) if x == y and x.strip()]
        whole = len({int(re.match(r"c\d+\.s(\d+)", s).group(1)) for s in o["statements"]})
        if not wanted:
            skipped += 1
            continue
        compared += 1
        missing = [x for x in wanted if x not in lines]
        # A cell may print more than what was kept of it, so at least what the package printed must be the cell's.
        if len(missing) == len(wanted) or missing and whole >= len(set(wanted)):
            close = difflib.get_close_matches(missing[0], list(lines), 1)
            differences.append("cell %d printed %.60r, the package %.60r" % (cell + 1, missing[0], close[0] if close else ""))
    return differences, compared, skipped


def masked(text):
    return ADDRESS.sub("0x", text)


def every(folder, out, level):
    """All packages that funnel.py found proven: false proofs are those in which a difference is found here. What was judged is kept in second.json."""
    import funnel

    with open(os.path.join(out, "funnel.json")) as f:
        done = json.load(f)
    kept = os.path.join(out, "second.json")
    judged = {}
    if os.path.exists(kept):
        with open(kept) as f:
            judged = json.load(f)
    agreed, false, nothing, values = 0, 0, 0, 0
    for key, entry in sorted(done.items(), key=lambda e: e[1]["seconds"]):
        if not funnel.proven(entry, level):
            continue
        if key not in judged:
            judged[key] = prove(os.path.join(folder, key), os.path.join(folder, key.split("/")[0]), os.path.join(out, entry["package"]))
            with open(kept + ".part", "w") as f:
                json.dump(judged, f, indent=1)
            os.replace(kept + ".part", kept)
        differences, compared, skipped = judged[key]
        agreed, false, nothing, values = agreed + (not differences and compared > 0), false + bool(differences), nothing + (not differences and not compared), values + compared
        print(key, "differs: %s" % differences[:3] if differences else "agrees", "%d compared, %d could not be" % (compared, skipped), flush=True)
    print("%d proven packages, %d observations compared: %d agree, %d differ, %d have nothing that can be compared here" % (agreed + false + nothing, values, agreed, false, nothing))
    return 1 if false else 0


def main():
    if sys.argv[1] == "--funnel":
        straight.preload()
        return every(os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3]), int(os.environ.get("LEVEL", "6")))
    notebook, root, project = (os.path.abspath(p) for p in sys.argv[1:4])
    straight.preload()
    differences, compared, skipped = prove(notebook, root, project)
    for d in differences:
        print(d)
    print("%d compared, %d differ, %d could not be compared" % (compared, len(differences), skipped))
    return 1 if differences else 0 if compared else 2


if __name__ == "__main__":
    sys.exit(main())
