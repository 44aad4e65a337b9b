"""Planted faults: `python mutants.py REPOS OUTDIR --roadworthy PROGRAM --count 240`. False proofs must be 0.

Takes notebooks that funnel.py found proven, graduates them with the proof's level 7, which plants faults in the package and says which it rejects, and puts every fault
that it let pass before the second prover. A fault that passed, and that changes what the second prover sees, is a false proof.
"""

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile

import funnel
import second
import straight


def mutator():
    here = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location("mutate", os.path.join(here, "../../internal/graduate/oracle/harness/mutate.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sources(mutate, project, mutant):
    """The changed text of a mutant that the report names by file, line and what was done."""
    with open(os.path.join(project, mutant["File"]), encoding="utf-8") as f:
        text = f.read()
    for number, _, line, _ in mutate.variants(mutant["File"], text, None):
        if line == mutant["Line"]:
            what, changed = mutate.make(text, number)
            if what == mutant["What"]:
                yield changed


def keep(path, judged):
    with open(path + ".part", "w") as f:
        json.dump(judged, f, indent=1)
    os.replace(path + ".part", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repositories")
    parser.add_argument("out")
    parser.add_argument("--roadworthy", default="roadworthy")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--level", type=int, default=6)
    options = parser.parse_args()
    folder, out = os.path.abspath(options.repositories), os.path.abspath(options.out)
    with open(os.path.join(out, "funnel.json")) as f:
        done = json.load(f)
    straight.preload()
    mutate = mutator()
    total = {"Killed": 0, "Survived": 0, "Unreached": 0}
    names = {"killed": "Killed", "survived": "Survived", "not reached": "Unreached"}
    false, unjudged, packages = [], 0, 0
    kept = os.path.join(out, "mutants.json")
    judged = {}
    if os.path.exists(kept):
        with open(kept) as f:
            judged = json.load(f)
    for key, entry in judged.items():
        packages += 1
        unjudged += entry["unjudged"]
        false += entry["false"]
        for state, n in entry["states"].items():
            total[state] += n
    for key in sorted(done, key=lambda k: done[k]["seconds"]):
        if total["Killed"] + total["Survived"] >= options.count:
            break
        if key in judged or not funnel.proven(done[key], options.level):
            continue
        path = os.path.join(folder, key)
        root = os.path.join(folder, key.split("/")[0])
        project = os.path.join(out, "mutated", "package")
        shutil.rmtree(project, ignore_errors=True)
        ran = subprocess.run([options.roadworthy, "graduate", path, "--out-dir", project, "--format", "json", "--no-lock", "--offline", "--owner", "bench@example.org", "--ci", "none", "--python", options.python, "--level", "7"],
                             capture_output=True, text=True, timeout=3000)
        try:
            report = json.loads(ran.stdout)["proof"]
        except (ValueError, KeyError):
            print(key, "was not graduated again", ran.stderr[-200:])
            continue
        packages += 1
        survivors = []
        entry = judged[key] = {"states": {}, "false": [], "unjudged": 0}
        for m in report.get("Mutants") or []:
            state = names[m["State"]]
            total[state] += 1
            entry["states"][state] = entry["states"].get(state, 0) + 1
            if m["State"] == "survived":
                survivors.append(m)
        print(key, report["Levels"][7]["State"], report["Levels"][7]["Detail"], flush=True)
        if not survivors:
            keep(kept, judged)
            continue
        with open(os.path.join(project, "graduation.lock"), encoding="utf-8") as f:
            lock = json.load(f)
        original = second.originals(path, root, lock, 600)
        for m in survivors:
            seen = None
            for text in sources(mutate, project, m):
                with tempfile.TemporaryDirectory() as base:
                    changed = os.path.join(base, "project")
                    shutil.copytree(project, changed)
                    with open(os.path.join(changed, m["File"]), "w", encoding="utf-8") as f:
                        f.write(text)
                    seen = second.prove(path, root, changed, original=original)
                break
            if seen is None:
                unjudged += 1
                entry["unjudged"] += 1
            elif seen[0]:
                false.append((key, m, seen[0][:2]))
                entry["false"].append((key, m, seen[0][:2]))
                print("  FALSE PROOF?", m["File"], m["Line"], m["What"], seen[0][:2], flush=True)
            else:
                print("  passed, and the second prover sees no difference either:", m["File"], m["Line"], m["What"], flush=True)
        keep(kept, judged)
    print("%d packages, %d faults reached: %d rejected, %d passed (of which %d change what the second prover sees, %d could not be judged); %d on lines that do not run" % (
        packages, total["Killed"] + total["Survived"], total["Killed"], total["Survived"], len(false), unjudged, total["Unreached"]))
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
