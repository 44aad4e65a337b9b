import os
from collections import namedtuple
from enum import Enum
from typing import NamedTuple


class Level(Enum):
    LOW = "low"
    HIGH = "high"

    def path(self):  # want: env
        return os.environ["ROOT"] + self.value


class Point(NamedTuple):
    x: int
    y: int

    def plot(self):  # want: stdout
        print(self.x, self.y)


Pair = namedtuple("Pair", "left right")


def high():  # want: env
    return Level.HIGH.path()


def draw():  # want: stdout
    Point(1, 2).plot()


def pair():  # want:
    return Pair(1, 2).left
