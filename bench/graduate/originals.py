"""E0 and raw E1 of the open set, by IPython itself: `python originals.py REPOS OUT.json`.

E0: the notebook is Python's and parses after IPython's lexing. E1 raw: run top to bottom as it stands, offline, it reaches its end within the limit.
"""

import collections
import json
import os
import sys
import time

import sets
import straight


def main():
    folder, out = os.path.abspath(sys.argv[1]), sys.argv[2]
    limit = float(os.environ.get("LIMIT", "300"))
    done = {}
    if os.path.exists(out):
        with open(out) as f:
            done = json.load(f)
    straight.preload()
    for repository, root, path in sets.notebooks(folder):
        key = os.path.relpath(path, folder)
        if key in done:
            continue
        ok, why = straight.parses(path)
        entry = {"repository": repository, "e0": ok, "why": why}
        if ok:
            begin = time.monotonic()
            r = straight.notebook(path, root, time_limit=limit)
            entry.update(e1=r["status"] == "complete", status=r["status"], cause=r.get("cause", ""), type=r.get("type", ""), message=r.get("message", r.get("error", ""))[:300], cell=r.get("cell"), seconds=round(time.monotonic() - begin, 1))
            if r["status"] == "complete":
                entry["files"] = sorted(r["files"])
        done[key] = entry
        with open(out + ".part", "w") as f:
            json.dump(done, f, indent=1)
        os.replace(out + ".part", out)
        print(key, entry.get("status", "no: " + why), entry.get("cause", ""), flush=True)
    table(done)


def table(done):
    print("%-58s %5s %4s %4s  %s" % ("repository", "files", "E0", "E1", "why not"))
    for repository in sets.REPOSITORIES:
        own = [e for e in done.values() if e["repository"] == repository]
        causes = collections.Counter(e["cause"] or e["status"] for e in own if e["e0"] and not e.get("e1"))
        print("%-58s %5d %4d %4d  %s" % (repository, len(own), sum(e["e0"] for e in own), sum(bool(e.get("e1")) for e in own), ", ".join("%s %d" % c for c in causes.most_common())))


if __name__ == "__main__":
    main()
