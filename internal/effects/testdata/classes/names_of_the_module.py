"""A class body reads a name of the module's until it binds its own."""
import os
import random
from dataclasses import dataclass, field


def region():  # want: env
    return os.environ["REGION"]


def seed():  # want: random
    return random.random()


@dataclass
class Event:
    region: str = field(default_factory=region)
    seed: float = field(default_factory=seed)


class Settings:
    print = print
    region = staticmethod(region)

    def show(self):  # want: stdout
        Settings.print("x")

    def where(self):  # want: env
        return self.region()


def event():  # want: env random
    return Event()


def factory():  # want: random
    def seed():  # want: stdout
        print("inner")

    class Inner:
        seed = seed  # of the module: a class body does not look here

    return Inner.seed()
