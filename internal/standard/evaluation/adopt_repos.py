"""Adopts real repositories and judges the result independently: with tomllib, git, uv and Ruff, not with Roadworthy.

    python3.11+ adopt_repos.py ROADWORTHY REPOSITORIES WORK [NAME...]

REPOSITORIES holds one git clone a directory; they are cloned again into WORK and never changed. ADOPT_FLAGS is handed to `roadworthy adopt`. Prints the table of
docs/adopt.md. Exits 1 when a key or file of a user was lost or changed, a second run changed something, tests differ, or
a lock that was made does not hold.
"""

import concurrent.futures
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

FLAGS = os.environ.get("ADOPT_FLAGS", "").split()
LISTS = {"project.dependencies", "dependency-groups.dev"}  # may grow at their end
MAY_CHANGE = {"pyproject.toml", ".gitignore"}
MAY_APPEAR = MAY_CHANGE | {
    ".env.example",
    "CODEOWNERS",
    ".github/workflows/ci.yml",
    ".gitlab-ci.yml",
    ".roadworthy/standard.lock",
    "uv.lock",
}


def run(arguments, directory, limit=900):
    try:
        done = subprocess.run(arguments, cwd=directory, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return 124, "", f"not done after {limit} s"
    return done.returncode, done.stdout, done.stderr


def flat(value, path=""):
    if isinstance(value, dict):
        for key, below in value.items():
            yield from flat(below, f"{path}.{key}" if path else key)
    else:
        yield path, value


def keys(directory):
    try:
        return dict(flat(tomllib.loads((directory / "pyproject.toml").read_text("utf-8"))))
    except FileNotFoundError:
        return {}


def lost(before, after):
    """Keys of the user that are gone or have another value."""
    for key, old in before.items():
        new = after.get(key)
        grown = key in LISTS and isinstance(new, list) and new[: len(old)] == old
        if new != old and not grown:
            yield key


def comments(text):
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


def tree(directory):
    _, out, _ = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], directory)
    files = [name for name in out.split("\0") if name and not name.startswith(".venv/")]
    return {name: (directory / name).read_bytes() for name in files if (directory / name).is_file()}


def manager(directory, before):
    text = (directory / "pyproject.toml").read_text("utf-8") if (directory / "pyproject.toml").exists() else ""
    if "[tool.poetry]" in text or (directory / "poetry.lock").exists():
        return "poetry"
    if (directory / "pdm.lock").exists() or "[tool.pdm.dev-dependencies]" in text:
        return "pdm"
    if (directory / "Pipfile").exists():
        return "pipenv"
    if (directory / "uv.lock").exists():
        return "uv"
    if "project.name" in before:
        return before.get("build-system.build-backend", "pyproject").split(".")[0]
    if (directory / "setup.py").exists() or (directory / "setup.cfg").exists():
        return "setup.py"
    for name in ("environment.yml", "environment.yaml"):
        if (directory / name).exists():
            return "conda"
    return "requirements" if list(directory.glob("requirements*.txt")) else "none"


def judge(roadworthy, source, work):
    name = source.name
    directory = work / name
    run(["rm", "-rf", str(directory)], work)
    run(["git", "clone", "-q", str(source), str(directory)], work)
    _, commit, _ = run(["git", "rev-parse", "--short=10", "HEAD"], directory)
    _, year, _ = run(["git", "log", "--reverse", "--format=%ad", "--date=format:%Y"], directory)
    before, files = keys(directory), tree(directory)
    kind = manager(directory, before)
    old_text = (directory / "pyproject.toml").read_text("utf-8") if (directory / "pyproject.toml").exists() else ""
    code, out, err = run([roadworthy, "adopt", "--write", "--test-timeout", "120s", "--owner", "@team", *FLAGS, str(directory)], work, 1500)
    (work / f"{name}.log").write_text(out + "\n--- stderr\n" + err)
    after, new_files = keys(directory), tree(directory)
    faults = [f"lost key {key}" for key in lost(before, after)]
    faults += [f"lost comment {c}" for c in comments(old_text) if c not in (directory / "pyproject.toml").read_text("utf-8")]
    for path, old in files.items():
        if path not in new_files:
            faults.append(f"lost file {path}")
        elif new_files[path] != old and path not in MAY_CHANGE and path != "uv.lock":
            faults.append(f"changed file {path}")
        elif path == ".gitignore" and not new_files[path].startswith(old.rstrip(b"\n")):
            faults.append("changed lines of .gitignore")
    faults += [f"new file {path}" for path in new_files if path not in files and path not in MAY_APPEAR]
    if code not in (0, 1):
        faults.append(f"exit code {code}: {err.strip().splitlines()[-1] if err.strip() else ''}")
    tests = re.search(r"^tests before: (.*)$", out, re.M)
    same = "tests: the same" in out
    why = re.search(r"^tests: not run: (.*)$", out, re.M) or re.search(r"^tests: (.*)$", out, re.M)
    verdict = f"same: {tests[1]}" if tests and same else (f"**differ**: {tests[1]}" if tests else f"not run: {why[1] if why else '?'}")
    verdict = verdict.replace("not run: not run: ", "not run: ")[:110]
    if tests and not same:
        faults.append("tests differ")
    code2, out2, _ = run([roadworthy, "adopt", "--write", "--owner", "@team", str(directory)], work)
    again = tree(directory) == new_files and "nothing to change" in out2 and code2 == 0
    if not again:
        faults.append("second run changed something")
    lock = "left to " + kind if kind in ("poetry", "pdm", "pipenv", "conda") else "no [project]"
    if "project.name" in after and not lock.startswith("left"):
        if (directory / "uv.lock").exists() and "uv.lock" in new_files:
            checked, _, problem = run(["uv", "lock", "--check"], directory, 300)
            lock = "resolves" if checked == 0 else "**stale**"
            if checked:
                faults.append("lock does not hold: " + problem.strip()[-200:])
        elif "lock: uv.lock could not be made" in out:
            lock = "no solution: " + " ".join(out.split("could not be fetched:")[1].split())[:90]
        else:
            lock = "ignored by git"
    elif lock == "no [project]":
        for file in ("setup.py", "setup.cfg", "requirements.txt"):
            if (directory / file).exists():
                compiled, _, problem = run(["uv", "pip", "compile", "--quiet", "--universal", file, "-o", "/dev/null"], directory, 300)
                lock = f"{file} resolves" if compiled == 0 else f"{file} does not resolve"
                break
    ruff, _, _ = run(["ruff", "check", "--no-cache", "-q"], directory)
    linted = ("passes" if ruff == 0 else "**fails**") if "tool.ruff.lint.select" in after and not any(k.startswith("tool.ruff") for k in before) else "the user's own"
    added = len(after) - len(before)
    row = f"| {name} | {commit.strip()} | {year.split()[0] if year else ''} | {kind} | {len(before)} | {added} | {len([f for f in faults if 'lost' in f or 'changed' in f])} | {verdict} | {'yes' if again else '**no**'} | {lock} | {linted} |"
    return name, row, faults


def main():
    roadworthy, repositories, work = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    names = sys.argv[4:] or sorted(path.name for path in repositories.iterdir() if (path / ".git").exists())
    failed = 0
    print("| repository | commit | since | managed by | keys before | keys added | lost or changed | its own tests | second run changes nothing | lock | Ruff |")
    print("|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, row, faults in pool.map(lambda n: judge(str(Path(roadworthy).resolve()), repositories / n, work), names):
            print(row, flush=True)
            for fault in faults:
                print(f"{name}: {fault}", file=sys.stderr, flush=True)
            failed += bool(faults)
    print(f"\n{len(names)} repositories, {failed} with faults", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
