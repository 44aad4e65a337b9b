"""Hold `roadworthy effects` against programs that were written from its specification alone.

    python3 bench/effects/compare.py --program roadworthy [programs_01.txt …]

A file of programs has, for each, `#% prog NAME`, its files after `#% file PATH`, and what is expected after `#% expect`: a line for
each function, `module.function KIND …`, or each module, `M module KIND …`. `KIND!` must block, `KIND~` must not, `-KIND` must not be
there, `-*` none beside those that are named. Prints what differs and the share of functions and modules that hold all that is expected
of them; ends with 1 when anything differs.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

KINDS = [
    "net",
    "listen",
    "db",
    "db.write",
    "fs.read",
    "fs.write",
    "env",
    "subprocess",
    "sleep",
    "thread",
    "task",
    "log",
    "stdout",
    "clock",
    "random",
    "state",
    "model.load",
    "llm",
    "queue",
    "notify",
    "payment",
    "exec",
    "deserialize",
    "exit",
]


def programs(path):
    """Yields the name, the files and the lines of expectations of each program."""
    name, files, expected, into = None, {}, [], None
    for line in path.read_text().splitlines():
        if line.startswith("#% prog "):
            if name:
                yield name, files, expected
            name, files, expected, into = line[8:].strip(), {}, [], None
        elif line.startswith("#% file "):
            into = files.setdefault(line[8:].strip(), [])
        elif line.startswith("#% expect"):
            into = expected
        elif line.startswith("#% "):
            into = None
        elif into is not None:
            into.append(line)
    if name:
        yield name, files, expected


def reported(program, files):
    """The effects that the program reports: of functions, and of modules at import, by name and kind."""
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines) + "\n")
        done = subprocess.run([program, "effects", "--format", "json", folder], check=False, capture_output=True, text=True, timeout=60)
    if not done.stdout:
        sys.exit(f"{program} said: {done.stderr.strip()}")
    result = json.loads(done.stdout)
    found = {}
    for key, entries in (("function", result["functions"]), ("module", result["modules"])):
        for entry in entries:
            kinds = found.setdefault((key, entry[key]), {})
            kinds.update({effect["kind"]: effect["blocking"] for effect in entry["effects"]})
    return found


def differences(line, found):
    """What of one line of expectations does not hold."""
    words = line.split()
    key = "module" if words[0] == "M" else "function"
    if key == "module":
        words = words[1:]
    kinds = found.get((key, words[0]), {})
    named = [w.rstrip("!~") for w in words[1:] if not w.startswith("-")]
    for word in words[1:]:
        kind = word.strip("-!~") if word != "-*" else word
        if word == "-*":
            for other in KINDS:
                if other in kinds and other not in named:
                    yield f"{other} is not expected"
        elif kind not in KINDS:
            sys.exit(f"{kind} in `{line}` is no kind of effect")
        elif word.startswith("-"):
            if kind in kinds:
                yield f"{kind} is not expected"
        elif kind not in kinds:
            yield f"{kind} is missing"
        elif word[-1] in "!~" and kinds[kind] != (word[-1] == "!"):
            yield f"{kind} should{'' if word[-1] == '!' else ' not'} block"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="roadworthy")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    files = options.files or sorted(pathlib.Path(__file__).parent.glob("programs_*.txt"))
    held, asked, count = 0, set(), 0
    for path in files:
        for name, sources, expected in programs(path):
            count += 1
            found = reported(options.program, sources)
            failed = set()
            for line in expected:
                if not line.strip() or line.startswith("#"):
                    continue
                owner = tuple(line.split()[: 2 if line.startswith("M ") else 1])
                asked.add((name, owner))
                for difference in differences(line, found):
                    print(f"{name}: {' '.join(owner)}: {difference}")
                    failed.add((name, owner))
            held -= len(failed)
    held += len(asked)
    print(f"{count} programs, {len(asked)} functions and modules, {held} hold ({held / max(1, len(asked)):.3f})")
    return 0 if held == len(asked) else 1


if __name__ == "__main__":
    sys.exit(main())
