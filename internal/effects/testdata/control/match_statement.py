import os
import subprocess
import time
from dataclasses import dataclass


@dataclass
class Sleep:
    seconds: int

    def run(self):  # want: sleep!
        time.sleep(self.seconds)


@dataclass
class Remove:
    path: str

    def run(self):  # want: fs.write!
        os.remove(self.path)


def execute(command):  # want: sleep! fs.write! subprocess!
    match command:
        case Sleep():
            command.run()
        case Remove(path=p):
            os.remove(p)
        case ["shell", *args]:
            subprocess.run(args)
        case _:
            raise ValueError(command)


def typed(command: Sleep | Remove):  # want: sleep! fs.write!
    match command:
        case Sleep() as s:
            s.run()
        case Remove() as r:
            r.run()


def plain(x):  # want:
    match x:
        case 1 | 2:
            return "small"
        case str(name):
            return name
