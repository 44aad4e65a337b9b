"""Score `roadworthy check` on OWASP's benchmark for Python, a program of test cases of which each says whether it is vulnerable.

    git clone https://github.com/OWASP-Benchmark/BenchmarkPython DIR
    python3 bench/owasp/score.py --program bin/roadworthy --benchmark DIR

A test counts as reported when the rule of its category has a finding in its file, a note too. Youden's J is the share of the
vulnerable tests that are reported less the share of the others that are. Ends with 1 when it is below 0.5 over all four categories.
"""

import argparse
import collections
import csv
import json
import pathlib
import subprocess
import sys

RULES = {"cmdi": "RW806", "sqli": "RW802", "codeinj": "RW803", "deserialization": "RW804"}
NAMES = {"cmdi": "command injection", "sqli": "SQL injection", "codeinj": "code injection", "deserialization": "deserialization"}


def youden(c):
    return c[True, True] / (c[True, True] + c[True, False]) - c[False, True] / (c[False, True] + c[False, False])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="bin/roadworthy")
    parser.add_argument("--benchmark", required=True, type=pathlib.Path)
    args = parser.parse_args()
    expected = sorted(args.benchmark.glob("expectedresults-*.csv"))
    if not expected:
        sys.exit(f"{args.benchmark} has no expectedresults-*.csv; is it a checkout of the benchmark?")
    run = subprocess.run([args.program, "check", "--no-cache", "--format", "json", str(args.benchmark)], capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        sys.exit(run.stderr)
    found = {(f["rule"], pathlib.PurePath(f["file"]).stem) for f in json.loads(run.stdout)["findings"]}
    counts = collections.defaultdict(collections.Counter)  # by category: (vulnerable, reported)
    with expected[-1].open(newline="") as lines:
        for test, category, vulnerable, *_ in csv.reader(line for line in lines if not line.startswith("#")):
            if category in RULES:
                counts[category][vulnerable == "true", (RULES[category], test) in found] += 1
    total = collections.Counter()
    print("| category | rule | true reported | true missed | false reported | false silent | Youden J |")
    print("|---|---|---|---|---|---|---|")
    for category in RULES:
        c = counts[category]
        total.update(c)
        print(f"| {NAMES[category]} | {RULES[category]} | {c[True, True]} | {c[True, False]} | {c[False, True]} | {c[False, False]} | {youden(c):.2f} |")
    print(f"| all four | | {total[True, True]} | {total[True, False]} | {total[False, True]} | {total[False, False]} | {youden(total):.2f} |")
    return youden(total) < 0.5


if __name__ == "__main__":
    sys.exit(main())
