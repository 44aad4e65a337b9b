"""E0 and raw E1 of the open set, by IPython itself: `python originals.py REPOS OUT.json [--sample COUNT]`.

E0: the notebook is Python's and parses after IPython's lexing. E1 raw: run top to bottom as it stands, offline, it reaches its end within the limit.
With --sample only the notebooks that sample.py draws are run.
"""

import argparse
import collections
import json
import os
import time

import sample
import sets
import straight


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repositories")
    parser.add_argument("out")
    parser.add_argument("--sample", type=int, default=0, help="run only this many, drawn by sample.py")
    parser.add_argument("--first", type=int, default=0, help="only the first of the sample")
    parser.add_argument("--limit", type=float, default=300)
    options = parser.parse_args()
    folder, out = os.path.abspath(options.repositories), options.out
    done = {}
    if os.path.exists(out):
        with open(out) as f:
            done = json.load(f)
    paths = {}
    for repository, root, path in sets.notebooks(folder):
        key = os.path.relpath(path, folder)
        paths[key] = root, path
        if key not in done:
            ok, why = straight.parses(path)
            done[key] = {"repository": repository, "e0": ok, "why": why}
    keep(out, done)
    straight.preload()
    order = sample.draw(done, options.sample) if options.sample else list(paths)
    for key in order[: options.first or len(order)]:
        entry = done[key]
        if not entry["e0"] or "status" in entry:
            continue
        root, path = paths[key]
        begin = time.monotonic()
        r = straight.notebook(path, root, time_limit=options.limit)
        entry.update(e1=r["status"] == "complete", status=r["status"], cause=r.get("cause", ""), type=r.get("type", ""), message=r.get("message", r.get("error", ""))[:300], cell=r.get("cell"), seconds=round(time.monotonic() - begin, 1))
        if r["status"] == "complete":
            entry["files"] = sorted(r["files"])
        keep(out, done)
        print(key, entry["status"], entry["cause"], flush=True)
    table(done)


def keep(out, done):
    with open(out + ".part", "w") as f:
        json.dump(done, f, indent=1)
    os.replace(out + ".part", out)


def table(done):
    print("%-58s %5s %4s %4s %4s  %s" % ("repository", "files", "E0", "run", "E1", "why not"))
    for repository in sets.REPOSITORIES:
        own = [e for e in done.values() if e["repository"] == repository]
        ran = [e for e in own if "status" in e]
        causes = collections.Counter(e["cause"] or e["status"] for e in ran if not e["e1"])
        print("%-58s %5d %4d %4d %4d  %s" % (repository, len(own), sum(e["e0"] for e in own), len(ran), sum(e["e1"] for e in ran), ", ".join("%s %d" % c for c in causes.most_common())))


if __name__ == "__main__":
    main()
