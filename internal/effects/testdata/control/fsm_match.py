import enum
import sys
from typing import assert_never, NamedTuple
from collections import deque
import requests

class Cmd(enum.StrEnum):
    FETCH = enum.auto()
    SAY = enum.auto()
    STOP = enum.auto()

    def run(self, arg):  # want: net! stdout exit
        match self:
            case Cmd.FETCH:
                return requests.get(arg, timeout=1).text
            case Cmd.SAY:
                print(arg)
            case Cmd.STOP:
                sys.exit()
            case _:
                assert_never(self)

class Job(NamedTuple):
    cmd: Cmd
    arg: str = ""
    def __call__(self):  # want: net! stdout exit
        return self.cmd.run(self.arg)

class Machine:
    def __init__(self):  # want:
        self.jobs: deque[Job] = deque()
    def push(self, *jobs: Job):  # want:
        self.jobs.extend(jobs)
    def drain(self):  # want: net! stdout exit
        while self.jobs:
            self.jobs.popleft()()

def parse(line: str) -> Job:  # want:
    head, _, rest = line.partition(" ")
    return Job(Cmd(head), rest)

def repl():  # want: net! fs.read!~ stdout exit
    m = Machine()
    for line in sys.stdin:
        m.push(parse(line))
    m.drain()

def only_parse(lines):  # want:
    return [parse(l) for l in lines]
