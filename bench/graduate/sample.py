"""A random sample of the open set that anyone can draw again: `python sample.py REPOS ORIGINALS.json [COUNT]` prints it.

Drawn within each repository, from the notebooks that are E0: a repository of at most SMALL notebooks is taken whole, the others share what is left in proportion to
their size. Who is drawn first is decided by the SHA-256 of the seed and the notebook's path, which depends on no generator's version. The sample has an order in which the
repositories take turns, so that a measurement that stops early has still measured a sample drawn in the same way.
"""

import hashlib
import json
import sys

import sets

SEED = 4
COUNT = 96
SMALL = 20


def rank(key):
    return hashlib.sha256(("%d %s" % (SEED, key)).encode()).hexdigest()


def shares(sizes, count):
    """How many of each repository: all of the small ones, the rest by size, largest remainder first."""
    taken = {r: n for r, n in sizes.items() if n <= SMALL}
    rest = {r: n for r, n in sizes.items() if n > SMALL}
    left, size = max(count - sum(taken.values()), 0), sum(rest.values())
    exact = {r: min(left / size, 1) * n for r, n in rest.items()}
    taken.update({r: int(x) for r, x in exact.items()})
    missing = min(count, sum(sizes.values())) - sum(taken.values())
    for r in sorted(exact, key=lambda r: (int(exact[r]) - exact[r], r))[: max(missing, 0)]:
        taken[r] += 1
    return taken


def draw(originals, count=COUNT):
    """The keys of the sample in their order."""
    groups = {r: sorted((k for k, o in originals.items() if o["repository"] == r and o["e0"]), key=rank) for r in sets.REPOSITORIES}
    taken = shares({r: len(g) for r, g in groups.items()}, count)
    turns = [((i + 0.5) / taken[r], r, k) for r, g in groups.items() for i, k in enumerate(g[: taken[r]])]
    return [k for _, _, k in sorted(turns)]


def main():
    with open(sys.argv[2]) as f:
        originals = json.load(f)
    for key in draw(originals, int(sys.argv[3]) if len(sys.argv) > 3 else COUNT):
        print(key)


if __name__ == "__main__":
    main()
