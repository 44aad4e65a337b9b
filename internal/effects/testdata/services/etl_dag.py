import csv
import gzip
import shutil
import subprocess
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
import requests

class Step(ABC):
    def __init__(self, name):  # want:
        self.name = name
        self.after = []
    def __rshift__(self, other):  # want:
        self.after.append(other)
        return other
    def __call__(self, ctx):  # want: net! fs.read! fs.write! env subprocess!
        out = self.run(ctx)
        for s in self.after:
            s(out)
    @abstractmethod
    def run(self, ctx): ...  # want:

class Download(Step):
    def run(self, ctx):  # want: net! fs.write! env
        r = requests.get(ctx["url"], stream=True, timeout=30)
        target = Path(tempfile.gettempdir()) / "x.gz"
        with target.open("wb") as f:
            for chunk in r.iter_content():
                f.write(chunk)
        return {"path": target}

class Unzip(Step):
    def run(self, ctx):  # want: fs.read! fs.write!
        with gzip.open(ctx["path"]) as src, open("out.csv", "wb") as dst:
            shutil.copyfileobj(src, dst)
        return {"path": "out.csv"}

class Load(Step):
    def run(self, ctx):  # want: subprocess!
        subprocess.run(["psql", "-c", "copy"], check=True, timeout=60)

def pipeline():  # want:
    first = Download("d")
    first >> Unzip("u") >> Load("l")
    return first

def main():  # want: net! fs.read!~ fs.write! env subprocess!~
    pipeline()({"url": "http://x"})

def only_load():  # want: subprocess!
    Load("l").run({})

def head(path, n=3):  # want: fs.read!
    with open(path) as f:
        return [row for _, row in zip(range(n), csv.reader(f))]
