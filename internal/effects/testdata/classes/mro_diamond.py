import os
import random


class Base:
    def name(self):  # want:
        return "base"

    def describe(self):
        return self.name()


class FromEnv(Base):
    def name(self):  # want: env random
        return os.environ["NAME"] + super().name()


class Random(Base):
    def name(self):  # want: random
        return f"{random.random()}{super().name()}"


class Both(FromEnv, Random):
    pass


def env_name():  # want: env
    return FromEnv().name()


def random_name():  # want: random
    return Random().describe()


def both():  # want: env random
    return Both().name()
