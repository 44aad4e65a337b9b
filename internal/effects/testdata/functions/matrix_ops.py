from __future__ import annotations
import operator
import random
from dataclasses import dataclass, field
from functools import reduce, partial, partialmethod
from itertools import accumulate, starmap, takewhile

@dataclass(order=True)
class Vec:
    xs: list[float] = field(default_factory=list)
    tag: str = field(default_factory=lambda: hex(random.getrandbits(8)), compare=False)

    def __add__(self, other: Vec) -> Vec:  # want: random
        return Vec([a + b for a, b in zip(self.xs, other.xs)])

    def __matmul__(self, other):  # want: stdout
        print("dot")
        return sum(a * b for a, b in zip(self.xs, other.xs))

    def __getitem__(self, i):  # want:
        return self.xs[i]

    scaled = partialmethod(lambda self, k, note: print(k, note), 2)

def total(vs: list[Vec]) -> Vec:  # want: # miss: random
    return reduce(operator.add, vs)

def plus(a: Vec, b: Vec):  # want: random
    return a + b

def dot(a: Vec, b: Vec):  # want: stdout
    return a @ b

def given():  # want:
    return Vec([1.0], "tag")

def shout(x, end):  # want: stdout
    print(x, end=end)

loud = partial(shout, end="!")

def each(xs):  # want: stdout
    for x in xs:
        loud(x)

def lazily(xs):  # want: # extra: stdout
    return starmap(shout, xs)

def eager(xs):  # want: stdout
    return list(starmap(shout, xs))

def until(xs):  # want: stdout
    return list(takewhile(lambda x: print(x) or x > 0, xs))
