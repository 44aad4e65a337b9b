import csv
import glob
import json
import os
from pathlib import Path


def settings(path):  # want: fs.read!
    with open(path) as f:
        return json.load(f)


def rows(path):  # want: fs.read!
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def text_of(folder, name):  # want: fs.read!
    return (Path(folder) / name).read_text()


def inputs(folder):  # want: fs.read!
    return sorted(glob.glob(f"{folder}/*.csv"))


def size(path):  # want: fs.read!
    return os.stat(path).st_size


def stem(path):  # want:
    return Path(path).stem
