"""The funnel E0, E1, E2, G of the open set: `python funnel.py REPOS OUTDIR` (see docs/graduation.md).

E0 and raw E1 come from originals.py, which does not use the product. E1 as repaired, E2 and G come from `roadworthy graduate --format json`, with
no answers and no edits. E1 counts a notebook that either of them brings to its end, E2 all of those except where nothing stable can be compared, so one that the product
cannot do in the time given is in both and not proven, also where nobody knows whether the original would have ended. G counts a notebook when every level asked for held, or had nothing to compare, at least one chosen output was
compared, and the quality gate of gate.py is passed.
"""

import argparse
import collections
import concurrent.futures
import json
import math
import os
import re
import shutil
import subprocess
import sys
import time

import gate
import sample
import sets

# Reasons that say the original itself did not reach its end.
NOT_RUNNING = {
    "parse", "non-python-cell", "missing-input-file", "missing-module", "own-helper-package-not-found", "network-needed", "credential-needed",
    "interactive-input-unanswered", "ghost-name", "gpu-or-time-limit", "api-drift",
}

LATE = "time limit of the bench"


def graduate(options, folder, path):
    """One notebook: what the command said, and where the package is when it was written."""
    key = re.sub(r"[^A-Za-z0-9.]+", "-", os.path.relpath(path, folder))
    out = os.path.join(options.out, "packages", key)
    shutil.rmtree(out, ignore_errors=True)
    command = [options.roadworthy, "graduate", path, "--out-dir", out, "--format", "json", "--no-lock", "--offline", "--owner", "bench@example.org", "--ci", "none",
               "--python", options.python, "--level", str(options.level), "--cell-timeout", options.cell_timeout]
    begin = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=options.limit, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return {"status": LATE, "seconds": options.limit}
    entry = {"seconds": round(time.monotonic() - begin, 1), "exit": done.returncode}
    try:
        said = json.loads(done.stdout)
    except ValueError:
        entry.update(status="no answer", stderr=done.stderr[-1500:])
        return entry
    if not said.get("graduated"):
        refusal = said.get("refusal", {})
        entry.update(status="refused", reason=refusal.get("reason", ""), message=refusal.get("message", "")[:400], question=refusal.get("question", ""))
        return entry
    proof = said.get("proof") or {}
    levels = [[level["State"], level["Detail"]] for level in proof.get("Levels", [])]
    rows, boundaries = proof.get("Rows") or [], proof.get("Boundaries") or []
    entry.update(status="graduated", levels=levels, package=os.path.relpath(out, options.out), undone=said.get("undone") or [])
    entry["set_aside"] = len(said.get("lock", {}).get("set_aside") or [])
    entry["verdicts"] = dict(collections.Counter(r["Verdict"] for r in rows))
    entry["boundaries"] = dict(collections.Counter(r["Verdict"] for r in boundaries))
    try:
        entry["gate"] = gate.judge(out, path)
    except Exception as error:  # a package that the judge cannot read fails it
        entry["gate"] = {"the gate itself": repr(error)}
    return entry


def proven(entry, level):
    """All levels up to this one held or had nothing to compare, and something was compared."""
    if entry["status"] != "graduated":
        return False
    fine = {"held", "nothing to compare", "partly"}
    holds = {"identical", "within tolerance", "equal after normalization"}
    return all(state in fine for state, _ in entry["levels"][1 : level + 1]) and any(v in holds for v in entry["verdicts"])


def wilson(part, whole):
    """The 95 % interval of a share."""
    if not whole:
        return 0.0, 1.0
    z, p = 1.959964, part / whole
    middle, half = p + z * z / (2 * whole), z * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    return (middle - half) / (1 + z * z / whole), (middle + half) / (1 + z * z / whole)


def share(part, whole):
    low, high = wilson(part, whole)
    return "%d of %d, %.0f %% (%.0f to %.0f)" % (part, whole, 100 * part / max(whole, 1), 100 * low, 100 * high)


def stages(original, entry, level):
    """Which stages of the funnel a notebook reaches."""
    reason = entry.get("reason", "")
    late = entry["status"] == LATE or reason == "gpu-or-time-limit"
    e1 = bool(original.get("e1", late)) or entry["status"] == "graduated" or entry["status"] == "refused" and reason not in NOT_RUNNING
    e2 = e1 and reason != "nothing-stable-to-compare"
    p = e2 and proven(entry, level)
    return {"raw": bool(original.get("e1")), "e1": e1, "e2": e2, "proven": p, "g": p and not entry["gate"]}


def table(options, originals, done):
    line = "%-58s %5s %4s %6s %6s %4s %4s %6s %4s"
    print(line % ("repository", "files", "E0", "tried", "E1 raw", "E1", "E2", "proven", "G"))
    total, estimate = collections.Counter(), collections.Counter()
    for repository in sets.REPOSITORIES:
        c = collections.Counter()
        for key, original in originals.items():
            if original["repository"] != repository:
                continue
            c["files"] += 1
            c["e0"] += original["e0"]
            if key in done:
                c["tried"] += 1
                c.update({k: int(v) for k, v in stages(original, done[key], options.level).items()})
        total.update(c)
        # Each repository stands for all of its notebooks, whatever share of them was drawn.
        estimate.update({k: c[k] * c["e0"] / c["tried"] for k in ("e1", "e2", "proven", "g") if c["tried"]})
        print(line % tuple([repository] + [c[k] for k in ("files", "e0", "tried", "raw", "e1", "e2", "proven", "g")]))
    print(line % tuple(["all"] + [total[k] for k in ("files", "e0", "tried", "raw", "e1", "e2", "proven", "g")]))
    print("proven at L%d:        of E2 %s; of E0 %s" % (options.level, share(total["proven"], total["e2"]), share(total["proven"], total["tried"])))
    print("and the quality gate: of E2 %s; of E0 %s" % (share(total["g"], total["e2"]), share(total["g"], total["tried"])))
    if estimate["e2"]:
        print("weighted by the size of the repositories: proven %.0f %% of E2 and %.0f %% of E0, with the gate %.0f %% and %.0f %%" % tuple(
            100 * estimate[k] / w for k in ("proven", "g") for w in (estimate["e2"], total["e0"])))
    reasons = collections.Counter(e.get("reason") or e["status"] for k, e in done.items() if e["status"] != "graduated")
    print("not graduated:", ", ".join("%s %d" % r for r in reasons.most_common()) or "none")
    inside = collections.Counter(e.get("reason") or e["status"] for k, e in done.items() if e["status"] != "graduated" and stages(originals[k], e, options.level)["e2"])
    print("of these, in E2:", ", ".join("%s %d" % r for r in inside.most_common()) or "none")
    failed = collections.Counter("L%d" % i for e in done.values() if e["status"] == "graduated" for i, (s, _) in enumerate(e["levels"]) if s == "failed")
    print("graduated with a level that failed:", ", ".join("%s %d" % f for f in sorted(failed.items())) or "none")
    gates = collections.Counter(g for e in done.values() if proven(e, options.level) for g in e["gate"])
    aside = [e["set_aside"] for e in done.values() if proven(e, options.level) and not e["gate"] and e.get("set_aside")]
    print("faults set aside for the type checker, in those that pass the gate: %d in %d packages" % (sum(aside), len(aside)))
    print("gate, of the proven:", ", ".join("%s %d" % g for g in gates.most_common()) or "passed by all")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repositories")
    parser.add_argument("out")
    parser.add_argument("--roadworthy", default="roadworthy")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--level", type=int, default=6)
    parser.add_argument("--limit", type=float, default=1800)
    parser.add_argument("--cell-timeout", default="5m")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", default="", help="a regular expression on the path")
    parser.add_argument("--running", action="store_true", help="only notebooks that reach their end as they stand")
    parser.add_argument("--sample", type=int, default=0, help="only this many, drawn by sample.py, in its order")
    parser.add_argument("--first", type=int, default=0, help="only the first of the sample, in its order; the table is about them alone")
    parser.add_argument("--table", action="store_true", help="only print what is there")
    options = parser.parse_args()
    options.repositories, options.out = os.path.abspath(options.repositories), os.path.abspath(options.out)
    os.makedirs(options.out, exist_ok=True)
    with open(os.path.join(options.out, "originals.json")) as f:
        originals = json.load(f)
    kept = os.path.join(options.out, "funnel.json")
    done = {}
    if os.path.exists(kept):
        with open(kept) as f:
            done = json.load(f)
    order = sample.draw(originals, options.sample) if options.sample else sorted(originals, key=lambda k: originals[k].get("seconds", 0))
    if options.first:
        order = order[: options.first]
    if not options.table:
        todo = [k for k in order if originals[k]["e0"] and k not in done and re.search(options.only, k) and (originals[k].get("e1") or not options.running)]
        with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
            jobs = {pool.submit(graduate, options, options.repositories, os.path.join(options.repositories, k)): k for k in todo}
            for job in concurrent.futures.as_completed(jobs):
                done[jobs[job]] = entry = job.result()
                with open(kept + ".part", "w") as f:
                    json.dump(done, f, indent=1, sort_keys=True)
                os.replace(kept + ".part", kept)
                print(jobs[job], entry["status"], entry.get("reason", ""), "%.0f s" % entry["seconds"], [s for s, _ in entry.get("levels", [])], entry.get("gate", ""), flush=True)
    table(options, originals, {k: e for k, e in done.items() if k in order})


if __name__ == "__main__":
    main()
