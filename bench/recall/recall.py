#!/usr/bin/env python3
"""Recall: of the faults that projects mended themselves, how many does the check find in the commit before?

    python3 bench/recall/recall.py --program bin/roadworthy --repositories DIR [--faults FILE] [--only TEXT] [--markdown FILE]

faults.tsv names them (faults_unseen.tsv, faults_third.tsv, faults_fourth.tsv, faults_fifth.tsv and faults_sixth.tsv those of other projects, each measured before its misses were read): family, rules, repository, commit that mends it, what was wrong. They were chosen from the projects'
commit messages, not from what the check says. Each repository is cloned into DIR (owner+name, bare) unless it is there.

A fault counts as found when a finding of one of the rules, or a step of its witness, is on a line that the commit changes,
give or take three lines; anywhere in an image's file that it changes. A rule with a + was added to the list
after its misses had been read, as it is about this kind of fault: what only such rules find is counted apart. Commits may be those of pull requests that were merged in another form.
"""
import argparse
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
NEAR = 3  # lines


def git(repository, *args):
    return subprocess.run(["git", "-C", str(repository), *args], check=True, capture_output=True).stdout.decode("utf-8", "replace")


def clone(directory, name):
    target = directory / name.replace("/", "+")
    if not target.exists():
        subprocess.run(["git", "clone", "-q", "--bare", f"https://github.com/{name}", str(target)], check=True)
    return target


def changed(repository, commit):
    """Lines of the parent that the commit changes, by file."""
    lines = collections.defaultdict(list)
    path = None
    for line in git(repository, "diff", "--unified=0", "--no-color", "--no-ext-diff", f"{commit}^", commit).splitlines():
        if line.startswith("--- "):
            path = line[6:] if line.startswith("--- a/") else None
        elif m := re.match(r"@@ -(\d+)(?:,(\d+))? ", line):
            first, count = int(m[1]), int(m[2] or 1)
            if path:
                lines[path].append((first - NEAR, first + max(count, 1) - 1 + NEAR))
    return lines


def export(repository, commit, target):
    """Writes the commit's files, but for links, large ones, and those that the clone lacks."""
    files = []
    for entry in git(repository, "ls-tree", "-r", "-z", "--long", commit).split("\0"):
        meta, _, path = entry.partition("\t")
        fields = meta.split()
        if len(fields) == 4 and fields[0] in ("100644", "100755") and fields[3].isdigit() and int(fields[3]) < 4 << 20 and ".." not in path.split("/"):
            files.append((fields[2], path))
    reader = subprocess.Popen(["git", "-C", str(repository), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for sha, path in files:
        reader.stdin.write(sha.encode() + b"\n")
        reader.stdin.flush()
        header = reader.stdout.readline().split()
        if header[-1] == b"missing":
            continue
        body = reader.stdout.read(int(header[2]) + 1)[:-1]
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    reader.stdin.close()
    reader.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--repositories", required=True, type=pathlib.Path)
    parser.add_argument("--faults", type=pathlib.Path, default=HERE / "faults.tsv")
    parser.add_argument("--only", default="", help="faults whose line holds this text")
    parser.add_argument("--markdown", type=pathlib.Path, help="write the tables here")
    options = parser.parse_args()
    rows = []
    for line in options.faults.read_text().splitlines():
        if line.startswith("#") or options.only not in line:
            continue
        family, rules, name, commit, fault, *elsewhere = line.split("\t")
        repository = clone(options.repositories, name)
        target = pathlib.Path(tempfile.mkdtemp(prefix="recall-"))
        started = time.time()
        try:
            export(repository, commit + "^", target)
            run = subprocess.run([options.program, "check", "--no-cache", "--no-baseline", "--format", "json", "--fail-on", "never", str(target)],
                                 capture_output=True, text=True)
            if run.returncode:
                sys.exit(f"{name} {commit}: {run.stderr}")
            findings = json.loads(run.stdout)["findings"]
        finally:
            shutil.rmtree(target, ignore_errors=True)
        lines = changed(repository, commit)

        def touches(file, line):
            if elsewhere and file.startswith(elsewhere[0]):
                return True
            if not file.endswith((".py", ".ipynb", ".yml", ".yaml")):
                return file in lines  # an image is judged as a whole
            return any(a <= line <= b for a, b in lines.get(file, ()))

        def hits(codes):
            return [f for f in findings if f["rule"] in codes and
                    (touches(f["file"], f["line"]) or any(touches(w["file"], w["line"]) for w in f["witness"]))]

        codes = rules.split(",")
        first = hits([c for c in codes if not c.startswith("+")])
        later = hits([c[1:] for c in codes if c.startswith("+")])
        rows.append((family, rules, name, commit, fault, bool(first), bool(first or later)))
        mine = [f for f in findings if f["rule"] in rules.replace("+", "").split(",")]
        print(f"{'found ' if first else 'added ' if later else 'missed'} {family:9} {rules:12} {name} {commit} {fault} ({time.time() - started:.0f} s)"
              + (f"  {(first or later)[0]['file']}:{(first or later)[0]['line']}" if first or later else f"  [{sum(f['file'] in lines for f in mine)} in the changed files]"), flush=True)
    families = collections.OrderedDict()
    for row in rows:
        families.setdefault(row[0], []).append(row)
    text = ["| family | faults | found | share | found with rules added to the list | share |", "|---|---|---|---|---|---|"]
    for family, group in [*families.items(), ("all", rows)]:
        n, first, later = len(group), sum(r[5] for r in group), sum(r[6] for r in group)
        text.append(f"| {family} | {n} | {first} | {first / n:.2f} | {later} | {later / n:.2f} |" if n else "")
    text += ["", "| repository | commit | fault | rule | found |", "|---|---|---|---|---|"]
    for family, rules, name, commit, fault, first, later in rows:
        text.append(f"| {name} | `{commit}` | {fault} | {rules.replace('+', '').replace(',', ', ')} | {'yes' if first else 'by an added rule' if later else 'no'} |")
    print("\n".join(text[:len(families) + 3]))
    if options.markdown:
        options.markdown.write_text("\n".join(text) + "\n")


if __name__ == "__main__":
    main()
