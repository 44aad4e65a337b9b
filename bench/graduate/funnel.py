"""The funnel E0, E1, E2, G of the open set: `python funnel.py REPOS OUTDIR` (see docs/graduation.md).

E0 and raw E1 come from originals.py, which does not use the product. E1 as repaired, E2 and G come from `roadworthy graduate --format json`, with
no answers and no edits. G counts a notebook when every level asked for held, or had nothing to compare, at least one chosen output was compared, and the quality gate of gate.py is passed.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import time

import gate
import sets

# Reasons that say the original itself did not reach its end.
NOT_RUNNING = {
    "parse", "non-python-cell", "missing-input-file", "missing-module", "own-helper-package-not-found", "network-needed", "credential-needed",
    "interactive-input-unanswered", "ghost-name", "gpu-or-time-limit", "api-drift",
}


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
        return {"status": "time limit of the bench", "seconds": options.limit}
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
    levels = [[level.get("State", level.get("state")), level.get("Detail", level.get("detail"))] for level in proof.get("Levels", proof.get("levels", []))]
    rows = proof.get("Rows", proof.get("rows")) or []
    boundaries = proof.get("Boundaries", proof.get("boundaries")) or []
    entry.update(status="graduated", levels=levels, package=os.path.relpath(out, options.out), undone=said.get("undone") or [])
    entry["verdicts"] = dict(collections.Counter(r.get("Verdict", r.get("verdict")) for r in rows))
    entry["boundaries"] = dict(collections.Counter(r.get("Verdict", r.get("verdict")) for r in boundaries))
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


def table(options, originals, done):
    print("%-58s %5s %4s %6s %4s %4s %6s %6s" % ("repository", "files", "E0", "E1 raw", "E1", "E2", "proven", "G"))
    total = collections.Counter()
    for repository in sets.REPOSITORIES:
        c = collections.Counter()
        for key, original in originals.items():
            if original["repository"] != repository:
                continue
            c["files"] += 1
            c["e0"] += original["e0"]
            c["raw"] += bool(original.get("e1"))
            entry = done.get(key)
            if entry is None:
                c["not tried"] += original["e0"]
                continue
            reason = entry.get("reason", "")
            runs = entry["status"] == "graduated" or entry["status"] == "refused" and reason not in NOT_RUNNING
            c["e1"] += runs
            c["e2"] += runs and reason != "nothing-stable-to-compare"
            c["proven"] += proven(entry, options.level)
            c["g"] += proven(entry, options.level) and not entry["gate"]
        total.update(c)
        print("%-58s %5d %4d %6d %4d %4d %6d %6d%s" % (repository, c["files"], c["e0"], c["raw"], c["e1"], c["e2"], c["proven"], c["g"], "  (%d not tried)" % c["not tried"] if c["not tried"] else ""))
    print("%-58s %5d %4d %6d %4d %4d %6d %6d" % ("all", total["files"], total["e0"], total["raw"], total["e1"], total["e2"], total["proven"], total["g"]))
    if total["e2"]:
        print("proven graduation rate at L%d: %.0f %% of E2 proven, %.0f %% with the quality gate; %.0f %% of E0" % (
            options.level, 100 * total["proven"] / total["e2"], 100 * total["g"] / total["e2"], 100 * total["g"] / max(total["e0"] - total["not tried"], 1)))
    reasons = collections.Counter(e.get("reason") or e["status"] for e in done.values() if e["status"] != "graduated")
    print("not graduated:", ", ".join("%s %d" % r for r in reasons.most_common()) or "none")
    failed = collections.Counter("L%d" % i for e in done.values() if e["status"] == "graduated" for i, (s, _) in enumerate(e["levels"]) if s == "failed")
    print("graduated with a level that failed:", ", ".join("%s %d" % f for f in sorted(failed.items())) or "none")
    gates = collections.Counter(g for e in done.values() for g in e.get("gate", ()))
    print("gate:", ", ".join("%s %d" % g for g in gates.most_common()) or "passed by all")


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
    parser.add_argument("--every", type=int, default=1, help="only every nth of them")
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
    if not options.table:
        todo = [k for k, o in originals.items() if o["e0"] and k not in done and re.search(options.only, k) and (o.get("e1") or not options.running)]
        todo = sorted(todo, key=lambda k: originals[k].get("seconds", 0))[:: options.every]
        with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
            jobs = {pool.submit(graduate, options, options.repositories, os.path.join(options.repositories, k)): k for k in todo}
            for job in concurrent.futures.as_completed(jobs):
                done[jobs[job]] = entry = job.result()
                with open(kept + ".part", "w") as f:
                    json.dump(done, f, indent=1, sort_keys=True)
                os.replace(kept + ".part", kept)
                print(jobs[job], entry["status"], entry.get("reason", ""), "%.0f s" % entry["seconds"], [s for s, _ in entry.get("levels", [])], entry.get("gate", ""), flush=True)
    table(options, originals, done)


if __name__ == "__main__":
    main()
